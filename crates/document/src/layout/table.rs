//! Tables: a head, and under it a row for each object of a list, as tall as its tallest cell.

use canvas::Face;
use serde_json::Value;

use crate::layout::RenderPage;
use crate::layout::fill::Setting;
use crate::layout::region::PlannedTable;
use crate::layout::set::Set;
use crate::layout::text::{MIDDLE, centred, face_of};
use crate::layout::value::written;
use crate::sheet::{Colour, Item, Kind, Mark, Mm, Point, Role, Text};
use crate::template::Column;

impl Setting<'_> {
    /// The rows of the table's list at this size.
    pub(crate) fn rows_of(
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

    /// A head, and under it the rows, from `at` downwards.
    pub(crate) fn table(&mut self, part: &TablePart<'_>, at: Point) {
        let TablePart { table, width, .. } = *part;
        let shares: f64 = table.columns.iter().map(|column| column.share).sum();
        let mut edges = vec![at.x];
        for column in &table.columns {
            let left = edges.last().copied().unwrap_or(at.x);
            edges.push(left + width * (column.share / shares));
        }
        let right = at.x + width;
        self.heads(part, &edges, at.y);
        let mut top = at.y + HEAD_HEIGHT;
        self.rule(at, Point { x: right, y: at.y });
        self.rule(Point { x: at.x, y: top }, Point { x: right, y: top });
        for row in part.rows {
            let height = table_row_height(row);
            let element = self.over.element(Kind::Row, part.element);
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

    /// The words over the columns. Those of a further page are no cells again (ISO 14289-1, 7.5).
    fn heads(&mut self, part: &TablePart<'_>, edges: &[Mm], top: Mm) {
        let table = part.table;
        for ((column, &head), edge) in table.columns.iter().zip(&table.heads).zip(edges.windows(2))
        {
            let [left, right] = edge else { continue };
            let middle = Point {
                x: (*left + *right) / 2.0,
                y: top + HEAD_HEIGHT / 2.0 + table.head_size * MIDDLE,
            };
            let style = (Face::Hei, table.head_size);
            if let Ok(line) = centred(&table.field, self.typefaces, style, &column.label, middle) {
                let role = match part.head {
                    Head::First => Role::Of(head),
                    Head::Again => Role::Header,
                };
                self.over.items.push(Item {
                    role,
                    mark: Mark::Text(Text {
                        colour: Colour::LABEL,
                        ..line
                    }),
                });
            }
        }
    }
}

/// Rows of a table that stand under each other.
pub(crate) struct TablePart<'a> {
    pub(crate) element: usize,
    pub(crate) table: &'a PlannedTable,
    pub(crate) rows: &'a [Vec<Set>],
    pub(crate) width: Mm,
    pub(crate) head: Head,
}

/// Which head of its table stands over some rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Head {
    /// The head.
    First,
    /// The head again, on a further page.
    Again,
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

/// A row is as tall as its tallest cell.
pub(crate) fn table_row_height(row: &[Set]) -> Mm {
    let tallest = row
        .iter()
        .map(Set::height)
        .fold(Mm(0.0), |one, other| if one > other { one } else { other });
    tallest + CELL_RISE * 2.0
}

/// Space left and right of a table's values, and above and below them.
const CELL_PAD: Mm = Mm(1.5);
const CELL_RISE: Mm = Mm(1.1);
/// Height of the head.
pub(crate) const HEAD_HEIGHT: Mm = Mm(8.5);
