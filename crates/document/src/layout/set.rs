//! A value set in lines: broken at its width, drawn under each other.

use canvas::Face;

use crate::layout::RenderPage;
use crate::layout::fill::Setting;
use crate::layout::text::{MIDDLE, broken, count};
use crate::sheet::{Mark, Mm, Path, Point, Text};

/// A value broken into lines.
#[derive(Clone, Debug)]
pub(crate) struct Set {
    pub(crate) lines: Vec<String>,
    pub(crate) size: Mm,
    pub(crate) leading: Mm,
}

impl Set {
    pub(crate) fn height(&self) -> Mm {
        self.leading * count(&self.lines)
    }
}

/// From one line of a value to the next, in ems.
const LEADING: f64 = 1.25;
impl Setting<'_> {
    /// The value at this size in a column of this width.
    pub(crate) fn set(
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

    /// Draws the lines from `top` downwards.
    pub(crate) fn lines(&mut self, element: usize, set: &Set, top: Point, face: Face) {
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

    /// A thin rule in the template's colour.
    pub(crate) fn rule(&mut self, from: Point, to: Point) {
        let rule = Path::line(from, to, self.template.colour, RULE);
        self.over.decorate(Mark::Path(rule));
    }
}

const RULE: Mm = Mm(0.2);
