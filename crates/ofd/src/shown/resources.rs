//! Resources that objects name: fonts, pictures, colour spaces, drawing parameters, composite units
//! (GB/T 33190-2016, 7.9).

use std::collections::BTreeMap;
use std::io::{Read, Seek};
use std::sync::Arc;

use super::ShownFont;
use super::values::flag;
use crate::document::base_of;
use crate::location::resolve;
use crate::parts::Parts;
use xml::Element;

/// Resources by their identifiers.
#[derive(Debug, Default)]
pub(super) struct Resources {
    pub(super) fonts: BTreeMap<String, ShownFont>,
    pub(super) pictures: BTreeMap<String, String>,
    pub(super) spaces: BTreeMap<String, Space>,
    pub(super) parameters: BTreeMap<String, Element>,
    pub(super) units: BTreeMap<String, Element>,
}

/// A colour space.
#[derive(Debug, Clone, Default)]
pub(super) struct Space {
    pub(super) kind: SpaceKind,
    pub(super) bits: u32,
    pub(super) palette: Vec<String>,
}

/// Kinds of colour spaces.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum SpaceKind {
    Grey,
    #[default]
    Rgb,
    Cmyk,
    /// One that the standard does not know.
    Other,
}

impl Resources {
    /// Takes what the part at `path` has; what cannot be read was noted when the document was.
    pub(super) fn read<R: Read + Seek>(&mut self, parts: &mut Parts<R>, path: &str) {
        let Ok(tree) = parts.tree(path, "Res") else {
            return;
        };
        let Ok(base) = base_of(path, &tree) else {
            return;
        };
        let Element { children, .. } = Arc::unwrap_or_clone(tree);
        for list in children {
            for one in list.children {
                if let Some(id) = one.attribute("ID").map(str::to_owned) {
                    self.take(id, one, &base);
                }
            }
        }
    }

    fn take(&mut self, id: String, one: Element, base: &str) {
        let file = |name| {
            one.text_of(name)
                .ok()
                .flatten()
                .and_then(|location| resolve(base, location).ok())
        };
        match one.local() {
            "Font" => {
                let text = |name| one.attribute(name).unwrap_or_default().to_owned();
                let font = ShownFont {
                    name: text("FontName"),
                    family: text("FamilyName"),
                    serif: flag(&one, "Serif", false),
                    bold: flag(&one, "Bold", false),
                    italic: flag(&one, "Italic", false),
                    file: file("FontFile"),
                };
                self.fonts.insert(id, font);
            }
            "MultiMedia" => {
                if let Some(path) = file("MediaFile") {
                    self.pictures.insert(id, path);
                }
            }
            "ColorSpace" => {
                self.spaces.insert(id, space(&one));
            }
            "DrawParam" => {
                self.parameters.insert(id, one);
            }
            "CompositeGraphicUnit" => {
                self.units.insert(id, one);
            }
            _ => {}
        }
    }
}

fn space(one: &Element) -> Space {
    let kind = match one.attribute("Type") {
        Some("GRAY") => SpaceKind::Grey,
        Some("RGB") | None => SpaceKind::Rgb,
        Some("CMYK") => SpaceKind::Cmyk,
        Some(_) => SpaceKind::Other,
    };
    let bits = one
        .attribute("BitsPerComponent")
        .and_then(|bits| bits.parse().ok());
    let palette = one.all("Palette").flat_map(|palette| palette.all("CV"));
    Space {
        kind,
        bits: bits.unwrap_or(0),
        palette: palette.map(|value| value.text.clone()).collect(),
    }
}
