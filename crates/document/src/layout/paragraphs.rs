//! What stage documents have and licences have not: paragraphs among other rows, and rows that are left out
//! where there is nothing to say.

use canvas::Face;
use serde_json::Value;

use crate::layout::RenderPage;
use crate::layout::fill::Setting;
use crate::layout::region::{Content, PlannedCell};
use crate::layout::text::{MIDDLE, broken, count};
use crate::sheet::{Mark, Mm, Point, Text};
use crate::template::{Field, Paragraphs, Shape};

/// Paragraphs broken into lines.
#[derive(Clone, Debug)]
pub(crate) struct Paragraphed {
    pub(crate) lines: Vec<Line>,
    size: Mm,
    pub(crate) leading: Mm,
}

/// A line of a paragraph.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    text: String,
    drawn_in: Mm,
    /// Whether it would stand alone if its paragraph were parted before it: the second, whose first would, or the last.
    pub(crate) clings: bool,
}

impl Paragraphed {
    pub(crate) fn height(&self) -> Mm {
        self.leading * count(&self.lines)
    }
}

/// From one line of a paragraph to the next, in ems.
const LEADING: f64 = 1.6;

impl Setting<'_> {
    /// Whether a row says nothing: all in it may be left out, and has no value.
    pub(crate) fn is_left_out(&self, row: &[PlannedCell]) -> Result<bool, RenderPage> {
        for cell in row {
            let says = match &cell.content {
                Content::Field(field, _) => {
                    !field.omitted
                        || self
                            .shown
                            .licence
                            .written(field, self.shown.issued_on)?
                            .is_some()
                }
                Content::Table(table) => {
                    let list = self.shown.licence.fields.get(&table.field);
                    let list = list.and_then(Value::as_array);
                    !table.omitted || list.is_some_and(|list| !list.is_empty())
                }
                Content::Paragraphs(paragraphs) => {
                    let bare = Field::bare(&paragraphs.field, Shape::Text);
                    let list = self.shown.licence.fields.get(&paragraphs.field);
                    !paragraphs.omitted
                        || match list.and_then(Value::as_array) {
                            Some(list) => !list.is_empty(),
                            None => {
                                let text = self.shown.licence.written(&bare, self.shown.issued_on);
                                text?.is_some()
                            }
                        }
                }
            };
            if says {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The paragraphs at this size.
    pub(crate) fn paragraphs(
        &self,
        paragraphs: &Paragraphs,
        width: Mm,
        size: Mm,
    ) -> Result<Paragraphed, RenderPage> {
        let drawn_in = size * paragraphs.indent;
        let mut lines = Vec::new();
        for text in self.texts(&paragraphs.field)? {
            let text = format!("{}{text}{}", paragraphs.before, paragraphs.after);
            let face = self.typefaces.face(Face::Song);
            let broken = broken(&text, face, size, (width, drawn_in)).map_err(|character| {
                RenderPage::UnknownCharacter {
                    character,
                    field: paragraphs.field.clone(),
                }
            })?;
            let last = broken.len() - 1;
            for (place, text) in broken.into_iter().enumerate() {
                lines.push(Line {
                    text,
                    drawn_in: if place == 0 { drawn_in } else { Mm(0.0) },
                    clings: place > 0 && (place == 1 || place == last),
                });
            }
        }
        Ok(Paragraphed {
            lines,
            size,
            leading: size * LEADING,
        })
    }

    fn texts(&self, field: &str) -> Result<Vec<String>, RenderPage> {
        let Some(Value::Array(list)) = self.shown.licence.fields.get(field) else {
            let bare = Field::bare(field, Shape::Text);
            let text = self.shown.licence.written(&bare, self.shown.issued_on)?;
            let text = text.ok_or_else(|| RenderPage::Missing {
                field: field.to_owned(),
            })?;
            return Ok(vec![text]);
        };
        let texts = list.iter().map(|text| text.as_str().map(str::to_owned));
        texts
            .collect::<Option<Vec<String>>>()
            .ok_or_else(|| RenderPage::WrongShape {
                field: field.to_owned(),
            })
    }

    /// Draws them from `at` downwards.
    pub(crate) fn write(&mut self, element: usize, paragraphs: &Paragraphed, at: Point) {
        let mut y = at.y;
        for line in &paragraphs.lines {
            self.write_line(element, (paragraphs, line), Point { x: at.x, y });
            y = y + paragraphs.leading;
        }
    }

    /// Draws one of their lines, whose top left corner is `at`.
    pub(crate) fn write_line(
        &mut self,
        element: usize,
        (paragraphs, line): (&Paragraphed, &Line),
        at: Point,
    ) {
        let at = Point {
            x: at.x + line.drawn_in,
            y: at.y + paragraphs.leading / 2.0 + paragraphs.size * MIDDLE,
        };
        let text = Text::plain(&line.text, (Face::Song, paragraphs.size), at);
        self.over.draw(element, Mark::Text(text));
    }
}
