//! What a region's rows look like before their values are known: labels, column heads, widths.

use canvas::{Face, Typefaces};

use crate::layout::RenderPage;
use crate::layout::text::{MIDDLE, centred, count, measured};
use crate::sheet::{Area, Colour, Kind, Mm, Pitch, Point, Sheet, Text};
use crate::template::{Beside, Cell, Column, Field, Paragraphs, Region, Row};

/// A region of a template, ready for values.
#[derive(Debug)]
pub(crate) struct PlannedRegion {
    pub(crate) area: Area,
    pub(crate) beside: Option<Beside>,
    pub(crate) sizes: [Mm; 3],
    pub(crate) facts: f64,
    pub(crate) grid: bool,
    pub(crate) space: [Mm; 2],
    pub(crate) body: Body,
}

/// What fills it.
#[derive(Debug)]
pub(crate) enum Body {
    Rows(Vec<Vec<PlannedCell>>),
    Prose(PlannedProse),
}

/// Paragraphs and by how many characters their first lines are drawn in.
#[derive(Debug)]
pub(crate) struct PlannedProse {
    pub(crate) paragraphs: Vec<(String, f64)>,
    pub(crate) element: usize,
}

/// A cell: its share of the row's width, and what stands in it.
#[derive(Debug)]
pub(crate) struct PlannedCell {
    pub(crate) share: f64,
    pub(crate) element: usize,
    pub(crate) content: Content,
}

/// What stands in a cell.
#[derive(Debug)]
pub(crate) enum Content {
    Field(Field, Label),
    Table(PlannedTable),
    Paragraphs(Paragraphs),
}

/// A label: lines placed from the cell's left edge and from the middle of the first line.
#[derive(Debug)]
pub(crate) struct Label {
    pub(crate) lines: Vec<Text>,
    /// From the top of the block to the middle of the first line.
    pub(crate) above: Mm,
    pub(crate) height: Mm,
    /// From the cell's left edge to the value.
    pub(crate) until: Mm,
}

/// A table: its columns, and the row of their heads with the elements those are.
#[derive(Debug)]
pub(crate) struct PlannedTable {
    pub(crate) field: String,
    pub(crate) columns: Vec<Column>,
    pub(crate) heads: Vec<usize>,
    pub(crate) head_size: Mm,
    pub(crate) omitted: bool,
}

/// From one line of a label to the next, in ems.
const LABEL_LEADING: f64 = 1.2;

/// Space inside the cells of a grid.
pub(crate) const PAD: Mm = Mm(2.5);

impl PlannedRegion {
    /// Plans the rows of a template in a region of its layout.
    pub(crate) fn plan(
        sheet: &mut Sheet,
        region: &Region,
        rows: &[Row],
        typefaces: &Typefaces,
    ) -> Result<PlannedRegion, RenderPage> {
        let prose: Vec<(String, f64)> = rows
            .iter()
            .flat_map(|row| &row.cells)
            .filter_map(prose)
            .collect();
        let body = if prose.is_empty() {
            let size = Mm::from_points(region.label);
            let width = label_width(rows, size, typefaces)?;
            let mut planned = Vec::new();
            for row in rows {
                let cells = row.cells.iter().filter_map(|cell| {
                    plan_cell(sheet, cell, region, width, typefaces).transpose()
                });
                planned.push(cells.collect::<Result<_, _>>()?);
            }
            Body::Rows(planned)
        } else {
            Body::Prose(PlannedProse {
                paragraphs: prose,
                element: sheet.element(Kind::Paragraph, 0),
            })
        };
        Ok(PlannedRegion {
            area: region.area,
            beside: region.beside,
            sizes: region.sizes.map(Mm::from_points),
            facts: region.facts,
            grid: region.grid,
            space: region.space,
            body,
        })
    }

    /// Texts whose characters every page of the template needs.
    pub(crate) fn words(&self) -> Vec<(Face, &str)> {
        let mut words = Vec::new();
        match &self.body {
            Body::Prose(prose) => words.extend(
                prose
                    .paragraphs
                    .iter()
                    .map(|(text, _)| (Face::Song, text.as_str())),
            ),
            Body::Rows(rows) => {
                for cell in rows.iter().flatten() {
                    match &cell.content {
                        Content::Field(field, label) => {
                            words.extend(
                                label
                                    .lines
                                    .iter()
                                    .map(|line| (line.face, line.text.as_str())),
                            );
                            words.push((Face::Song, &field.unit));
                        }
                        Content::Table(table) => {
                            words.extend(
                                table
                                    .columns
                                    .iter()
                                    .map(|column| (Face::Hei, column.label.as_str())),
                            );
                        }
                        Content::Paragraphs(paragraphs) => {
                            words.push((Face::Song, &paragraphs.before));
                            words.push((Face::Song, &paragraphs.after));
                        }
                    }
                }
            }
        }
        words
    }

    /// Whether a value of this name has a place here.
    pub(crate) fn places(&self, name: &str) -> bool {
        match &self.body {
            Body::Prose(prose) => prose.paragraphs.iter().any(|(text, _)| {
                text.contains(&format!("{{{name}}}")) || text.contains(&format!("{{{name}:"))
            }),
            Body::Rows(rows) => rows.iter().flatten().any(|cell| match &cell.content {
                Content::Field(field, _) => field.name == name,
                Content::Table(table) => table.field == name,
                Content::Paragraphs(paragraphs) => paragraphs.field == name,
            }),
        }
    }
}

fn plan_cell(
    sheet: &mut Sheet,
    cell: &Cell,
    region: &Region,
    width: Mm,
    typefaces: &Typefaces,
) -> Result<Option<PlannedCell>, RenderPage> {
    Ok(match cell {
        Cell::Field(field) => {
            let element = sheet.element(Kind::Paragraph, 0);
            let label = plan_label(field, region, width, typefaces)?;
            Some(PlannedCell {
                share: field.share,
                element,
                content: Content::Field(field.clone(), label),
            })
        }
        Cell::Table {
            field,
            columns,
            omitted,
        } => {
            let element = sheet.element(Kind::Table, 0);
            let row = sheet.element(Kind::Row, element);
            let heads = columns
                .iter()
                .map(|_| sheet.element(Kind::HeadCell, row))
                .collect();
            let size = Mm::from_points(region.label);
            for column in columns {
                centred(
                    field,
                    typefaces,
                    (Face::Hei, size),
                    &column.label,
                    Point::default(),
                )?;
            }
            let table = PlannedTable {
                field: field.clone(),
                columns: columns.clone(),
                heads,
                head_size: size,
                omitted: *omitted,
            };
            Some(PlannedCell {
                share: 1.0,
                element,
                content: Content::Table(table),
            })
        }
        Cell::Paragraphs(paragraphs) => Some(PlannedCell {
            share: 1.0,
            element: sheet.element(Kind::Paragraph, 0),
            content: Content::Paragraphs(paragraphs.clone()),
        }),
        Cell::Prose { .. } => None,
    })
}

/// The width that all labels of the region are justified to.
fn label_width(rows: &[Row], size: Mm, typefaces: &Typefaces) -> Result<Mm, RenderPage> {
    let mut widest = Mm(0.0);
    for cell in rows.iter().flat_map(|row| &row.cells) {
        let Cell::Field(field) = cell else { continue };
        let first = field.label.split('\n').next().unwrap_or_default();
        let width = measured(&field.name, typefaces, Face::Hei, first, size)?;
        widest = if width > widest { width } else { widest };
    }
    Ok(widest)
}

/// A label with its first line justified to `width`, further lines smaller under it.
fn plan_label(
    field: &Field,
    region: &Region,
    width: Mm,
    typefaces: &Typefaces,
) -> Result<Label, RenderPage> {
    let size = Mm::from_points(region.label);
    let mut parts: Vec<(&str, Mm)> = Vec::new();
    for (place, text) in field.label.split('\n').enumerate() {
        parts.push((text, if place == 0 { size } else { size * 0.8 }));
    }
    if let Some(english) = &field.english {
        parts.push((english, size * 0.6));
    }
    let left = if region.grid { PAD } else { Mm(0.0) };
    let height = parts.iter().map(|(_, size)| *size * LABEL_LEADING).sum();
    let above = size * (LABEL_LEADING / 2.0);
    let mut top = -above;
    let mut lines = Vec::new();
    for (place, (text, mut size)) in parts.into_iter().enumerate() {
        let leading = size * LABEL_LEADING;
        let mut natural = measured(&field.name, typefaces, Face::Hei, text, size)?;
        if natural > width {
            size = size * (width / natural);
            natural = width;
        }
        let characters: Vec<char> = text.chars().collect();
        let gaps = count(&characters) - 1.0;
        let justified = place == 0 && gaps > 0.0;
        let spacing = if justified {
            (width - natural) / gaps
        } else {
            Mm(0.0)
        };
        let inset = if justified || field.english.is_some() {
            Mm(0.0)
        } else {
            (width - natural) / 2.0
        };
        let at = Point {
            x: left + inset,
            y: top + leading / 2.0 + size * MIDDLE,
        };
        let line = Text::plain(text, (Face::Hei, size), at);
        lines.push(Text {
            pitch: Pitch::Natural(spacing),
            colour: Colour::LABEL,
            ..line
        });
        top = top + leading;
    }
    let until = if region.grid {
        left + width + PAD * 2.0
    } else {
        width + size * 1.1
    };
    Ok(Label {
        lines,
        above,
        height,
        until,
    })
}

fn prose(cell: &Cell) -> Option<(String, f64)> {
    match cell {
        Cell::Prose { text, indent } => Some((text.clone(), *indent)),
        Cell::Field(_) | Cell::Table { .. } | Cell::Paragraphs(_) => None,
    }
}
