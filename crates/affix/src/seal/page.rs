//! Pages as a widget needs them: their frame, and the one on which a widget stands.

use std::collections::BTreeSet;

use pdf::{Dictionary, Object, ReadPdf, Reference};

use crate::edit::Edit;
use crate::seal::frame::{Frame, Rectangle, Turn};

/// Nodes above a page (T-I7).
const MAX_DEPTH: usize = 64;

/// The frame of a page, with what it inherits; nothing if boxes, turn or unit make no sense.
pub(crate) fn frame(edit: &Edit<'_>, page: Reference) -> Result<Option<Frame>, ReadPdf> {
    let dictionary = edit.dictionary(&Object::Reference(page), "a page")?;
    let Some(media) = rectangle(edit, &inherited(edit, &dictionary, b"MediaBox")?)? else {
        return Ok(None);
    };
    // ISO 32000-2, table 31: the crop box is the media box if there is none; the unit is not inherited.
    let crop = rectangle(edit, &inherited(edit, &dictionary, b"CropBox")?)?.unwrap_or(media);
    let turn = match inherited(edit, &dictionary, b"Rotate")? {
        Object::Null => Some(Turn::Upright),
        degrees => degrees.as_integer().and_then(Turn::of),
    };
    let unit = match edit.entry(&dictionary, b"UserUnit")? {
        Object::Null => Some(1.0),
        unit => unit.as_number(),
    };
    Ok(match (turn, unit) {
        (Some(turn), Some(unit)) => Frame::new(media, crop, turn, unit),
        _ => None,
    })
}

/// The page on which a widget stands: the one it names, or the one that lists it.
pub(crate) fn of_widget(edit: &Edit<'_>, widget: Reference) -> Result<Option<Reference>, ReadPdf> {
    let dictionary = edit.dictionary(&Object::Reference(widget), "a widget")?;
    let pages = edit.view.pages()?;
    if let Some(named) = dictionary.value(b"P").and_then(Object::as_reference)
        && pages.contains(&named)
    {
        return Ok(Some(named));
    }
    for page in pages {
        let found = edit.dictionary(&Object::Reference(page), "a page")?;
        if let Object::Array(annotations) = edit.entry(&found, b"Annots")?
            && annotations.contains(&Object::Reference(widget))
        {
            return Ok(Some(page));
        }
    }
    Ok(None)
}

/// Four numbers; nothing if it is anything else.
pub(crate) fn rectangle(edit: &Edit<'_>, value: &Object) -> Result<Option<Rectangle>, ReadPdf> {
    let Object::Array(elements) = value else {
        return Ok(None);
    };
    let mut corners = [0.0; 4];
    if elements.len() != corners.len() {
        return Ok(None);
    }
    for (corner, element) in corners.iter_mut().zip(elements) {
        match edit.resolve(element)?.as_number() {
            Some(number) => *corner = number,
            None => return Ok(None),
        }
    }
    Ok(Some(corners))
}

/// An entry of a page or of the nearest node above that has it (ISO 32000-2, 7.7.3.4).
fn inherited(edit: &Edit<'_>, page: &Dictionary, key: &[u8]) -> Result<Object, ReadPdf> {
    let mut node = page.clone();
    let mut seen = BTreeSet::new();
    loop {
        let value = edit.entry(&node, key)?;
        if value != Object::Null {
            return Ok(value);
        }
        let Some(above) = node.value(b"Parent").and_then(Object::as_reference) else {
            return Ok(Object::Null);
        };
        if !seen.insert(above) || seen.len() > MAX_DEPTH {
            return Err(ReadPdf::Circle {
                number: above.number,
            });
        }
        node = edit.dictionary(&Object::Reference(above), "a node of the page tree")?;
    }
}
