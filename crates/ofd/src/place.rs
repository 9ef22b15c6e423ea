//! Where a document asks for its seal: data of the document's own, as a PDF has an empty field for it.

use crate::area::Area;
use crate::facts::Body;

/// `Name` of the custom data that holds it.
const NAME: &str = "SealPlace";

/// Where a document asks for its seal.
#[derive(Debug, Clone, PartialEq)]
pub struct SealPlace {
    /// `ID` of the page.
    pub page: String,
    /// The middle of the seal, in millimetres from the page's top left corner.
    pub centre: (f64, f64),
    /// Longest side that a seal may have there, in millimetres.
    pub side: f64,
}

impl SealPlace {
    /// Name and value of the custom data (GB/T 33190-2016, 7.4: `CustomData`): page, centre and side, parted by spaces.
    #[must_use]
    pub fn custom(&self) -> (String, String) {
        let (x, y) = self.centre;
        let value = format!("{} {x:.4} {y:.4} {:.4}", self.page, self.side);
        (NAME.to_owned(), value)
    }

    /// What a document asks for; nothing where it says nothing, says it twice, or not in this form.
    #[must_use]
    pub fn of(body: &Body) -> Option<SealPlace> {
        let custom = &body.information.custom;
        let mut named = custom.iter().filter(|(name, _)| name == NAME);
        let (one, second) = (named.next()?, named.next());
        let mut parts = one.1.split(' ').filter(|_| second.is_none());
        let page = parts.next()?.to_owned();
        let mut number = || -> Option<f64> {
            let read: f64 = parts.next()?.parse().ok()?;
            (read.is_finite() && read >= 0.0).then_some(read)
        };
        let (x, y, side) = (number()?, number()?, number()?);
        (parts.next().is_none() && side > 0.0).then_some(SealPlace {
            page,
            centre: (x, y),
            side,
        })
    }

    /// The box of a seal of this width and height in millimetres. One that is larger than its place has room for is made
    /// smaller, its sides kept in proportion.
    #[must_use]
    pub fn area(&self, width: f64, height: f64) -> Area {
        let scale = (self.side / width.max(height)).min(1.0);
        let (x, y) = self.centre;
        let (width, height) = (width * scale, height * scale);
        Area {
            x: x - width / 2.0,
            y: y - height / 2.0,
            width,
            height,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Information;

    fn said(values: &[&str]) -> Option<SealPlace> {
        let named = values
            .iter()
            .map(|value| (NAME.to_owned(), (*value).to_owned()));
        let information = Information {
            custom: named.collect(),
            ..Information::default()
        };
        SealPlace::of(&Body {
            information,
            ..Body::default()
        })
    }

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let place = SealPlace {
            page: "7".to_owned(),
            centre: (150.25, 240.5),
            side: 40.0,
        };
        let (_, value) = place.custom();
        assert_eq!(said(&[&value]), Some(place));
        for wrong in [
            "",
            "7",
            "7 1 2",
            "7 1 2 0",
            "7 1 2 3 4",
            "7 a 2 3",
            "7 NaN 2 3",
            "7 -1 2 3",
        ] {
            assert_eq!(said(&[wrong]), None, "{wrong}");
        }
        assert_eq!(said(&[&value, &value]), None);
        assert_eq!(said(&[]), None);
    }

    #[test]
    fn a_seal_too_large_for_its_place_is_made_smaller() {
        let place = SealPlace {
            page: "7".to_owned(),
            centre: (100.0, 100.0),
            side: 40.0,
        };
        let area = place.area(80.0, 40.0);
        assert_eq!(
            (area.x, area.y, area.width, area.height),
            (80.0, 90.0, 40.0, 20.0)
        );
    }
}
