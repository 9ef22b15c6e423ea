//! Colours as sRGB (GB/T 33190-2016, 8.3).

use super::resources::{Space, SpaceKind};
use super::values::{flag, number};
use super::{Unread, resources::Resources};
use xml::Element;

/// A colour and how much it hides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paint {
    /// sRGB red, green, blue.
    pub colour: [u8; 3],
    /// 1 hides all.
    pub opacity: f64,
}

impl Paint {
    /// Black.
    pub const BLACK: Paint = Paint {
        colour: [0; 3],
        opacity: 1.0,
    };
}

/// The colour of an element of type CT_Color.
pub(super) fn paint(element: &Element, resources: &Resources) -> Result<Paint, Unread> {
    // Patterns and colours that change over an area.
    if let Some(other) = element.children.first() {
        return Err(Unread::Colour(other.local().to_owned()));
    }
    let space = match element.attribute("ColorSpace") {
        None => Space::default(),
        Some(id) => {
            let space = resources.spaces.get(id).cloned();
            space.ok_or_else(|| Unread::Resource(id.to_owned()))?
        }
    };
    let palette = element.attribute("Index").and_then(|index| {
        let index = index.parse::<usize>().ok()?;
        space.palette.get(index).map(String::as_str)
    });
    let value = element.attribute("Value").or(palette);
    let value = value.ok_or(Unread::Value("Color"))?;
    let opacity = match element.attribute("Alpha") {
        None => 1.0,
        Some(text) => {
            number(text)
                .ok_or(Unread::Value("Alpha"))?
                .clamp(0.0, 255.0)
                / 255.0
        }
    };
    // BitsPerComponent is 8 where nothing is said.
    let bits = if space.bits == 0 {
        8
    } else {
        space.bits.clamp(1, 16)
    };
    let most = f64::from(u32::MAX >> (32 - bits));
    let parts: Option<Vec<f64>> = value.split_ascii_whitespace().map(component).collect();
    let parts = parts.ok_or(Unread::Value("Color"))?;
    let parts: Vec<f64> = parts
        .iter()
        .map(|part| (part / most).clamp(0.0, 1.0))
        .collect();
    let colour = match (space.kind, parts.as_slice()) {
        (SpaceKind::Grey, [grey]) => [*grey; 3],
        (SpaceKind::Rgb, [red, green, blue]) => [*red, *green, *blue],
        // Without a profile: what ink leaves of the light.
        (SpaceKind::Cmyk, [cyan, magenta, yellow, black]) => {
            [cyan, magenta, yellow].map(|ink| (1.0 - ink) * (1.0 - black))
        }
        _ => return Err(Unread::Value("Color")),
    };
    Ok(Paint {
        colour: colour.map(octet),
        opacity,
    })
}

/// A part of a colour: decimal, or hexadecimal behind `#`.
fn component(word: &str) -> Option<f64> {
    match word.strip_prefix('#') {
        Some(digits) => u16::from_str_radix(digits, 16).ok().map(f64::from),
        None => number(word),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share from 0 to 1 of 255"
)]
fn octet(share: f64) -> u8 {
    (share * 255.0 + 0.5) as u8
}

/// Whether an object is drawn at all.
pub(super) fn visible(element: &Element) -> bool {
    flag(element, "Visible", true)
}
