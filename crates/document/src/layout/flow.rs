//! Values flowing into a region: rows take the height their values need, values shrink when the
//! region would overflow, what is left over is spread between the rows.

use serde_json::Value;

use crate::layout::RenderPage;
use crate::layout::fill::Setting;
use crate::layout::paragraphs::Paragraphed;
use crate::layout::region::{
    Body, Content, Label, PAD, PlannedCell, PlannedProse, PlannedRegion, PlannedTable,
};
use crate::layout::text::{MIDDLE, broken, centred, count, face_of, measured};
use crate::layout::value::written;
use crate::sheet::{Colour, Face, Kind, Mark, Mm, Path, Point, Text};
use crate::template::{Column, Field, Shape};

/// A value broken into lines.
#[derive(Clone, Debug)]
struct Set {
    lines: Vec<String>,
    size: Mm,
    leading: Mm,
}

impl Set {
    fn height(&self) -> Mm {
        self.leading * count(&self.lines)
    }
}

/// What a cell holds once measured.
#[derive(Debug)]
enum Measured {
    Value(Set),
    Table(Vec<Vec<Set>>),
    Paragraphs(Paragraphed),
}

/// A cell with its value at one of the region's sizes.
struct Fitted<'a> {
    cell: &'a PlannedCell,
    text: String,
    step: usize,
    measured: Measured,
    width: Mm,
}

/// From one line of a value to the next, in ems.
const LEADING: f64 = 1.25;
/// Space left and right of a table's values, and above and below them.
const CELL_PAD: Mm = Mm(1.5);
const CELL_RISE: Mm = Mm(1.1);
const HEAD_HEIGHT: Mm = Mm(8.5);
const RULE: Mm = Mm(0.2);

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
                .map(|cell| self.cell(region, cell, width * (cell.share / shares)))
                .collect();
            let cells = cells?;
            top = top + region.row_height(&cells) + spread;
            fitted.push(cells);
        }
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

    fn cell<'p>(
        &self,
        region: &PlannedRegion,
        cell: &'p PlannedCell,
        width: Mm,
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
        self.measure(region, &mut fitted, 0)?;
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

    fn set(
        &self,
        field: &str,
        text: &str,
        (face, size): (Face, Mm),
        width: Mm,
    ) -> Result<Set, RenderPage> {
        let lines = broken(text, self.typefaces.face(face), size, (width, Mm(0.0))).map_err(
            |character| RenderPage::UnknownCharacter {
                character,
                field: field.to_owned(),
            },
        )?;
        Ok(Set {
            lines,
            size,
            leading: size * LEADING,
        })
    }

    fn rows_of(
        &self,
        table: &PlannedTable,
        width: Mm,
        size: Mm,
    ) -> Result<Vec<Vec<Set>>, RenderPage> {
        let name = &table.field;
        let value = self.shown.licence.fields.get(name);
        let value = value.ok_or_else(|| RenderPage::Missing {
            field: name.clone(),
        })?;
        let wrong = || RenderPage::WrongShape {
            field: name.clone(),
        };
        let shares: f64 = table.columns.iter().map(|column| column.share).sum();
        let mut rows = Vec::new();
        for object in value.as_array().ok_or_else(wrong)? {
            let object = object.as_object().ok_or_else(wrong)?;
            let mut row = Vec::new();
            for column in &table.columns {
                let value = column
                    .keys
                    .iter()
                    .find_map(|key| Some((key.as_str(), object.get(key)?)));
                let text = column.text(name, value)?;
                let room = width * (column.share / shares) - CELL_PAD * 2.0;
                row.push(self.set(name, &text, (face_of(column.shape), size), room)?);
            }
            rows.push(row);
        }
        Ok(rows)
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

    fn draw_cell(&mut self, region: &PlannedRegion, fitted: &Fitted<'_>, at: Point, height: Mm) {
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
            (Content::Table(table), Measured::Table(rows)) => self.table(fitted, table, rows, at),
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

    fn lines(&mut self, element: usize, set: &Set, top: Point, face: Face) {
        let mut y = top.y;
        for line in &set.lines {
            let at = Point {
                x: top.x,
                y: y + set.leading / 2.0 + set.size * MIDDLE,
            };
            self.over
                .draw(element, Mark::Text(Text::plain(line, (face, set.size), at)));
            y = y + set.leading;
        }
    }

    /// A head, and a row for each object of the list, as tall as its tallest cell.
    fn table(&mut self, fitted: &Fitted<'_>, table: &PlannedTable, rows: &[Vec<Set>], at: Point) {
        let shares: f64 = table.columns.iter().map(|column| column.share).sum();
        let mut edges = vec![at.x];
        for column in &table.columns {
            let left = edges.last().copied().unwrap_or(at.x);
            edges.push(left + fitted.width * (column.share / shares));
        }
        let right = at.x + fitted.width;
        for ((column, &head), edge) in table.columns.iter().zip(&table.heads).zip(edges.windows(2))
        {
            let [left, right] = edge else { continue };
            let middle = Point {
                x: (*left + *right) / 2.0,
                y: at.y + HEAD_HEIGHT / 2.0 + table.head_size * MIDDLE,
            };
            let style = (Face::Hei, table.head_size);
            if let Ok(line) = centred(&table.field, self.typefaces, style, &column.label, middle) {
                self.over.draw(
                    head,
                    Mark::Text(Text {
                        colour: Colour::LABEL,
                        ..line
                    }),
                );
            }
        }
        let mut top = at.y + HEAD_HEIGHT;
        self.rule(at, Point { x: right, y: at.y });
        self.rule(Point { x: at.x, y: top }, Point { x: right, y: top });
        for row in rows {
            let height = table_row_height(row);
            let element = self.over.element(Kind::Row, fitted.cell.element);
            for ((column, left), set) in table.columns.iter().zip(&edges).zip(row) {
                let cell = self.over.element(Kind::Cell, element);
                let y = top + (height - set.height()) / 2.0;
                self.lines(
                    cell,
                    set,
                    Point {
                        x: *left + CELL_PAD,
                        y,
                    },
                    face_of(column.shape),
                );
            }
            top = top + height;
            self.rule(Point { x: at.x, y: top }, Point { x: right, y: top });
        }
        for &x in &edges {
            self.rule(Point { x, y: at.y }, Point { x, y: top });
        }
    }

    fn rule(&mut self, from: Point, to: Point) {
        let rule = Path::line(from, to, self.template.colour, RULE);
        self.over.decorate(Mark::Path(rule));
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

impl Column {
    /// What the table shows for a value.
    fn text(&self, field: &str, value: Option<(&str, &Value)>) -> Result<String, RenderPage> {
        let text = match value {
            Some((key, value)) => {
                let unit = self.units.get(key).map_or("", String::as_str);
                written(field, value, self.shape, unit)?
            }
            None => String::new(),
        };
        let text = self.words.get(&text).cloned().unwrap_or(text);
        Ok(if text.is_empty() {
            "——".to_owned()
        } else {
            text
        })
    }
}

impl PlannedCell {
    fn name(&self) -> &str {
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

    fn height(&self) -> Mm {
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

    fn inner_space(&self) -> Mm {
        let [least, _] = self.space;
        least
    }

    fn row_height(&self, row: &[Fitted<'_>]) -> Mm {
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

fn table_row_height(row: &[Set]) -> Mm {
    let tallest = row
        .iter()
        .map(Set::height)
        .fold(Mm(0.0), |one, other| if one > other { one } else { other });
    tallest + CELL_RISE * 2.0
}
