//! Values flowing into a region: rows take the height their values need, values shrink when the
//! region would overflow, what is left over is spread between the rows.

use canvas::Face;

use crate::layout::RenderPage;
use crate::layout::fill::Setting;
use crate::layout::paragraphs::Paragraphed;
use crate::layout::region::{Body, Content, Label, PAD, PlannedCell, PlannedProse, PlannedRegion};
use crate::layout::set::Set;
use crate::layout::table::{HEAD_HEIGHT, Head, TablePart, table_row_height};
use crate::layout::text::{MIDDLE, broken, count, face_of, measured};
use crate::sheet::{Mark, Mm, Path, Point, Text};
use crate::template::{Field, Shape};

/// What a cell holds once measured.
#[derive(Debug)]
pub(crate) enum Measured {
    Value(Set),
    Table(Vec<Vec<Set>>),
    Paragraphs(Paragraphed),
}

/// A cell with its value at one of the region's sizes.
pub(crate) struct Fitted<'a> {
    pub(crate) cell: &'a PlannedCell,
    text: String,
    step: usize,
    pub(crate) measured: Measured,
    pub(crate) width: Mm,
}

impl Setting<'_> {
    /// Sets a region's values.
    pub(crate) fn region(&mut self, region: &PlannedRegion) -> Result<(), RenderPage> {
        match &region.body {
            Body::Prose(prose) => self.prose(region, prose),
            Body::Rows(rows) => {
                // First as if nothing were spread: then most rows stand beside the code. With the
                // spread known fewer may, and what was measured for them only becomes shorter.
                let packed = self.fit(region, rows, Mm(0.0))?;
                let spread = region.spread(&packed);
                let fitted = if region.beside.is_some() && spread > Mm(0.0) {
                    self.fit(region, rows, spread)?
                } else {
                    packed
                };
                self.draw(region, &fitted);
                Ok(())
            }
        }
    }

    /// Measures all rows, and shrinks the tallest value that still may be smaller, step by step,
    /// until they fit; never cut, refused by name (looks 1).
    fn fit<'p>(
        &self,
        region: &PlannedRegion,
        rows: &'p [Vec<PlannedCell>],
        spread: Mm,
    ) -> Result<Vec<Vec<Fitted<'p>>>, RenderPage> {
        let mut fitted = self.at_step(region, rows, (0, spread))?;
        while fitted.iter().map(|row| region.row_height(row)).sum::<Mm>()
            > region.area.height + Mm(0.01)
        {
            let smaller = fitted
                .iter_mut()
                .flatten()
                .filter(|cell| cell.step + 1 < region.sizes.len())
                .max_by(|one, other| one.height().0.total_cmp(&other.height().0));
            let Some(cell) = smaller else {
                let cells = fitted.iter().flatten();
                let tallest =
                    cells.max_by(|one, other| one.height().0.total_cmp(&other.height().0));
                return Err(RenderPage::DoesNotFit {
                    field: tallest.map_or_else(String::new, |cell| cell.cell.name().to_owned()),
                });
            };
            self.measure(region, cell, cell.step + 1)?;
            let (step, is_prose) = (cell.step, cell.is_prose());
            // The paragraphs of a page are of one size.
            for other in fitted.iter_mut().flatten() {
                if is_prose && other.is_prose() && other.step < step {
                    self.measure(region, other, step)?;
                }
            }
        }
        Ok(fitted)
    }

    /// Measures all rows that say something, at a step of the region's sizes.
    pub(crate) fn at_step<'p>(
        &self,
        region: &PlannedRegion,
        rows: &'p [Vec<PlannedCell>],
        (step, spread): (usize, Mm),
    ) -> Result<Vec<Vec<Fitted<'p>>>, RenderPage> {
        let mut fitted: Vec<Vec<Fitted<'p>>> = Vec::new();
        let mut top = region.area.y;
        for row in rows {
            if self.is_left_out(row)? {
                continue;
            }
            let width = region.width_at(top);
            let shares: f64 = row.iter().map(|cell| cell.share).sum();
            let cells: Result<Vec<_>, _> = row
                .iter()
                .map(|cell| self.cell(region, cell, (width * (cell.share / shares), step)))
                .collect();
            let cells = cells?;
            top = top + region.row_height(&cells) + spread;
            fitted.push(cells);
        }
        Ok(fitted)
    }

    fn cell<'p>(
        &self,
        region: &PlannedRegion,
        cell: &'p PlannedCell,
        (width, step): (Mm, usize),
    ) -> Result<Fitted<'p>, RenderPage> {
        let text = match &cell.content {
            Content::Field(field, _) => self.value_of(field)?,
            Content::Table(_) | Content::Paragraphs(_) => String::new(),
        };
        let empty = Measured::Table(Vec::new());
        let mut fitted = Fitted {
            cell,
            text,
            step: 0,
            measured: empty,
            width,
        };
        self.measure(region, &mut fitted, step)?;
        Ok(fitted)
    }

    fn value_of(&self, field: &Field) -> Result<String, RenderPage> {
        match self.shown.licence.written(field, self.shown.issued_on)? {
            Some(text) => Ok(text),
            None if field.optional => Ok("——".to_owned()),
            None => Err(RenderPage::Missing {
                field: field.name.clone(),
            }),
        }
    }

    /// Measures a cell at a size, or at the next smaller one at which a code stays on one line.
    fn measure(
        &self,
        region: &PlannedRegion,
        fitted: &mut Fitted<'_>,
        from: usize,
    ) -> Result<(), RenderPage> {
        for (step, &size) in region.sizes.iter().enumerate().skip(from) {
            fitted.step = step;
            match &fitted.cell.content {
                Content::Field(field, label) => {
                    let right = if region.grid { PAD } else { Mm(1.5) };
                    let width = fitted.width - label.until - right;
                    let style = (face_of(field.shape), size * region.facts);
                    let set = self.set(&field.name, &fitted.text, style, width)?;
                    let whole = field.shape != Shape::Code || set.lines.len() == 1;
                    fitted.measured = Measured::Value(set);
                    if whole {
                        return Ok(());
                    }
                }
                Content::Table(table) => {
                    let size = size * region.facts;
                    fitted.measured = Measured::Table(self.rows_of(table, fitted.width, size)?);
                    return Ok(());
                }
                Content::Paragraphs(paragraphs) => {
                    let set = self.paragraphs(paragraphs, fitted.width, size)?;
                    fitted.measured = Measured::Paragraphs(set);
                    return Ok(());
                }
            }
        }
        Err(RenderPage::DoesNotFit {
            field: fitted.cell.name().to_owned(),
        })
    }

    fn draw(&mut self, region: &PlannedRegion, fitted: &[Vec<Fitted<'_>>]) {
        let spread = region.spread(fitted);
        let colour = self.template.colour;
        let mut top = region.area.y;
        for row in fitted {
            let height = region.row_height(row) + spread;
            let mut left = region.area.x;
            for cell in row {
                self.draw_cell(region, cell, Point { x: left, y: top }, height);
                left = left + cell.width;
            }
            top = top + height;
            if region.grid {
                self.rule(
                    Point {
                        x: region.area.x,
                        y: top,
                    },
                    Point { x: left, y: top },
                );
            }
        }
        if region.grid {
            let whole = crate::sheet::Area {
                height: top - region.area.y,
                ..region.area
            };
            self.over
                .decorate(Mark::Path(Path::outline(&whole, colour, Mm(0.4))));
        }
    }

    /// Draws a cell of this height whose top left corner is `at`.
    pub(crate) fn draw_cell(
        &mut self,
        region: &PlannedRegion,
        fitted: &Fitted<'_>,
        at: Point,
        height: Mm,
    ) {
        match (&fitted.cell.content, &fitted.measured) {
            (Content::Field(_, label), Measured::Value(set)) => {
                let single = set.lines.len() == 1 || region.grid;
                let middle = at.y + height / 2.0;
                let label_first = if single {
                    middle - label.height / 2.0 + label.above
                } else {
                    at.y + (height - set.height()) / 2.0 + set.leading / 2.0
                };
                let value_top = if single {
                    middle - set.height() / 2.0
                } else {
                    label_first - set.leading / 2.0
                };
                self.label(
                    fitted.cell.element,
                    label,
                    Point {
                        x: at.x,
                        y: label_first,
                    },
                );
                let value_at = Point {
                    x: at.x + label.until,
                    y: value_top,
                };
                let Content::Field(field, _) = &fitted.cell.content else {
                    return;
                };
                self.lines(fitted.cell.element, set, value_at, face_of(field.shape));
                if region.grid {
                    let edges = [at.x + label.until - PAD, at.x + fitted.width];
                    for x in edges {
                        self.rule(
                            Point { x, y: at.y },
                            Point {
                                x,
                                y: at.y + height,
                            },
                        );
                    }
                }
            }
            (Content::Table(table), Measured::Table(rows)) => {
                let part = TablePart {
                    element: fitted.cell.element,
                    table,
                    rows,
                    width: fitted.width,
                    head: Head::First,
                };
                self.table(&part, at);
            }
            (_, Measured::Paragraphs(set)) => self.write(fitted.cell.element, set, at),
            _ => {}
        }
    }

    fn label(&mut self, element: usize, label: &Label, at: Point) {
        for line in &label.lines {
            let moved = Point {
                x: line.at.x + at.x,
                y: line.at.y + at.y,
            };
            self.over.draw(
                element,
                Mark::Text(Text {
                    at: moved,
                    ..line.clone()
                }),
            );
        }
    }

    /// Prose with values in it, at the largest size at which the whole fits.
    fn prose(&mut self, region: &PlannedRegion, prose: &PlannedProse) -> Result<(), RenderPage> {
        let mut longest = ("text".to_owned(), 0);
        let mut texts = Vec::new();
        for (text, indent) in &prose.paragraphs {
            texts.push((self.completed(text, &mut longest)?, *indent));
        }
        for &size in &region.sizes {
            let mut lines = Vec::new();
            for (text, indent) in &texts {
                let drawn_in = size * *indent;
                let broken = broken(
                    text,
                    self.typefaces.face(Face::Song),
                    size,
                    (region.area.width, drawn_in),
                );
                let broken = broken.map_err(|character| RenderPage::UnknownCharacter {
                    character,
                    field: longest.0.clone(),
                })?;
                let drawn_in = |place| if place == 0 { drawn_in } else { Mm(0.0) };
                lines.extend(
                    broken
                        .into_iter()
                        .enumerate()
                        .map(|(place, line)| (line, drawn_in(place))),
                );
            }
            let leading = size * 1.75;
            if leading * count(&lines) <= region.area.height {
                let mut y = region.area.y;
                for (line, drawn_in) in &lines {
                    let at = Point {
                        x: region.area.x + *drawn_in,
                        y: y + leading / 2.0 + size * MIDDLE,
                    };
                    self.over.draw(
                        prose.element,
                        Mark::Text(Text::plain(line, (Face::Song, size), at)),
                    );
                    y = y + leading;
                }
                return Ok(());
            }
        }
        Err(RenderPage::DoesNotFit { field: longest.0 })
    }

    /// A paragraph with its `{names}` replaced; remembers the field with the longest value.
    fn completed(&self, text: &str, longest: &mut (String, usize)) -> Result<String, RenderPage> {
        let mut whole = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, tail) = after.split_once('}').unwrap_or((after, ""));
            let (name, shape) = name.split_once(':').unwrap_or((name, "text"));
            let shape = match shape {
                "date" => Shape::Date,
                "list" => Shape::List,
                "money" => Shape::Money,
                _ => Shape::Text,
            };
            let value = self.value_of(&Field::bare(name, shape))?;
            measured(name, self.typefaces, Face::Song, &value, Mm(1.0))?;
            if value.len() > longest.1 {
                *longest = (name.to_owned(), value.len());
            }
            whole.push_str(before);
            whole.push_str(&value);
            rest = tail;
        }
        whole.push_str(rest);
        Ok(whole)
    }
}

impl PlannedCell {
    pub(crate) fn name(&self) -> &str {
        match &self.content {
            Content::Field(field, _) => &field.name,
            Content::Table(table) => &table.field,
            Content::Paragraphs(paragraphs) => &paragraphs.field,
        }
    }
}

impl Fitted<'_> {
    fn is_prose(&self) -> bool {
        matches!(self.cell.content, Content::Paragraphs(_))
    }

    pub(crate) fn height(&self) -> Mm {
        match &self.measured {
            Measured::Value(set) => set.height(),
            Measured::Table(rows) => {
                HEAD_HEIGHT + rows.iter().map(|row| table_row_height(row)).sum()
            }
            Measured::Paragraphs(set) => set.height(),
        }
    }
}

impl PlannedRegion {
    fn width_at(&self, top: Mm) -> Mm {
        match self.beside {
            Some(beside) if top < beside.until => beside.width,
            _ => self.area.width,
        }
    }

    pub(crate) fn inner_space(&self) -> Mm {
        let [least, _] = self.space;
        least
    }

    pub(crate) fn row_height(&self, row: &[Fitted<'_>]) -> Mm {
        let tallest = row.iter().map(|cell| {
            let label = match &cell.cell.content {
                Content::Field(_, label) => label.height,
                Content::Table(_) | Content::Paragraphs(_) => Mm(0.0),
            };
            if label > cell.height() {
                label
            } else {
                cell.height()
            }
        });
        tallest.fold(Mm(0.0), |one, other| if one > other { one } else { other })
            + self.inner_space()
    }

    /// What each row may take of the height that is left over.
    fn spread(&self, rows: &[Vec<Fitted<'_>>]) -> Mm {
        let [_, most] = self.space;
        let used: Mm = rows.iter().map(|row| self.row_height(row)).sum();
        let share = (self.area.height - used) / count(rows).max(1.0);
        if share > most { most } else { share }
    }
}
