//! How a package is to be sealed: where the seal is shown, when, and whether others follow.

use ofd::{Area, Body, PageFact, SealPlace};
use time::UtcDateTime;

use crate::ofd::fault::SealOfd;

/// The smallest strip of a seal that is still one, in millimetres.
const STRIP: f64 = 1.0;

/// Where a seal is shown: a box on a page, from its top left corner, in millimetres.
#[derive(Debug, Clone, PartialEq)]
pub struct Stamp {
    /// `ID` of the page.
    pub page: String,
    /// The whole seal's box; it may stand out of the page where `clip` cuts it.
    pub area: Area,
    /// What is shown of it, from the box's corner.
    pub clip: Option<Area>,
}

/// Where a seal goes that is shown once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Place {
    /// Where the document asks for it ([`ofd::SealPlace`]).
    Declared,
    /// On a page.
    OnPage {
        /// Which, from 1.
        page: u32,
        /// From the left edge to the seal's, in millimetres.
        left: f64,
        /// From the lower edge to the seal's, in millimetres.
        up: f64,
    },
    /// Over the right edges of all pages (骑缝章).
    Edges {
        /// From the lower edge of the first page to the seal's, in millimetres.
        up: f64,
    },
}

impl Place {
    /// The stamps of a seal of this width and height in millimetres: one, or a strip on each page.
    pub(super) fn stamps(self, body: &Body, size: (f64, f64)) -> Result<Vec<Stamp>, SealOfd> {
        let (width, height) = size;
        let (page, area) = match self {
            Self::Edges { up } => return edges(&body.pages, size, up),
            Self::Declared => {
                let asked = SealPlace::of(body).ok_or(SealOfd::NotShown)?;
                let area = asked.area(width, height);
                (asked.page, area)
            }
            Self::OnPage { page, left, up } => {
                let absent = || SealOfd::Place {
                    page: page.to_string(),
                };
                let place = usize::try_from(page).ok();
                let place = place.and_then(|page| page.checked_sub(1));
                let found = place.and_then(|place| body.pages.get(place));
                let found = found.ok_or_else(absent)?;
                let whole = found.area.ok_or_else(absent)?;
                let area = Area {
                    x: left,
                    y: whole.height - up - height,
                    width,
                    height,
                };
                (found.id.clone(), area)
            }
        };
        Ok(vec![Stamp {
            page,
            area,
            clip: None,
        }])
    }
}

/// The strips of a seal over the edges of several pages.
fn edges(pages: &[PageFact], size: (f64, f64), up: f64) -> Result<Vec<Stamp>, SealOfd> {
    let count = pages.len();
    let first = pages.first().and_then(|page| page.area);
    // Over the edge of one page a seal joins nothing.
    let strips = first.filter(|_| count > 1);
    let strips = strips.and_then(|first| across(pages, size, first.height - up - size.1));
    strips.ok_or(SealOfd::Edges { pages: count })
}

/// Whether others may sign afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// They may: `Signatures.xml` is left out of what is signed.
    Open,
    /// Nobody may: `Signatures.xml` is signed too.
    Closed,
}

/// How a package is to be sealed or signed.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Where the seal is shown; a signature without a seal may be shown nowhere.
    pub stamps: &'a [Stamp],
    /// Whether others may sign afterwards.
    pub list: List,
    /// When; written to the second.
    pub time: UtcDateTime,
}

/// The strips of a seal over the right edges of pages that lie on each other (骑缝章): laid side by side they are the whole
/// seal. `size` is its width and height, `top` the distance from the top edge, in millimetres. `None` where a strip would
/// be narrower than a millimetre, or a page has no box.
#[must_use]
pub fn across(pages: &[PageFact], size: (f64, f64), top: f64) -> Option<Vec<Stamp>> {
    let (width, height) = size;
    let count = u32::try_from(pages.len()).ok().filter(|count| *count > 0)?;
    let strip = width / f64::from(count);
    if strip < STRIP {
        return None;
    }
    let stamp = |(place, page): (u32, &PageFact)| {
        let place = f64::from(place);
        let right = page.area?.width;
        Some(Stamp {
            page: page.id.clone(),
            area: Area {
                x: right - (place + 1.0) * strip,
                y: top,
                width,
                height,
            },
            clip: Some(Area {
                x: place * strip,
                y: 0.0,
                width: strip,
                height,
            }),
        })
    };
    (0..).zip(pages).map(stamp).collect()
}
