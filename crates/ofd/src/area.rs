//! Rectangles on pages.

/// An upright rectangle in millimetres, from the top left corner.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Area {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Extent to the right.
    pub width: f64,
    /// Extent downwards.
    pub height: f64,
}

/// Millimetres by which a rectangle may stand out of another and still lie in it: writers round.
const SLACK: f64 = 0.01;

impl Area {
    /// The rectangle of four numbers, of which the last two are above 0 (GB/T 33190-2016, 7.3: ST_Box).
    pub(crate) fn parse(text: &str) -> Option<Area> {
        let mut numbers = text.split_ascii_whitespace().map(str::parse::<f64>);
        let mut next = || numbers.next()?.ok().filter(|number| number.is_finite());
        let (x, y, width, height) = (next()?, next()?, next()?, next()?);
        let whole = width > 0.0 && height > 0.0 && numbers.next().is_none();
        whole.then_some(Area {
            x,
            y,
            width,
            height,
        })
    }

    /// What a clip, from this rectangle's corner, leaves of it; all where there is none.
    #[must_use]
    pub fn cut(&self, clip: Option<Area>) -> Area {
        clip.map_or(*self, |clip| Area {
            x: self.x + clip.x,
            y: self.y + clip.y,
            ..clip
        })
    }

    /// Whether `other` lies in this rectangle.
    #[must_use]
    pub fn holds(&self, other: &Area) -> bool {
        other.x >= self.x - SLACK
            && other.y >= self.y - SLACK
            && other.x + other.width <= self.x + self.width + SLACK
            && other.y + other.height <= self.y + self.height + SLACK
    }

    /// Whether the two have a place in common.
    #[must_use]
    pub fn meets(&self, other: &Area) -> bool {
        other.x < self.x + self.width
            && self.x < other.x + other.width
            && other.y < self.y + self.height
            && self.y < other.y + other.height
    }
}
