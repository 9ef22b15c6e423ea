//! Content that is not a page's own: forms, patterns and the glyphs of Type 3 fonts, without what layers hide.

use std::cell::Cell;
use std::collections::BTreeSet;

use pdf::{Dictionary, Object, ReadPdf, Reference, View};

use crate::flatten::content::{self, Settled};
use crate::flatten::layer::{self, Layers};
use crate::flatten::made::Made;
use crate::flatten::report::{Done, FlattenPdf};

/// Writes every such stream again in which layers have a part.
pub(super) fn settle(
    view: &View<'_>,
    made: &mut Made<'_>,
    layers: &Layers,
) -> Result<(), FlattenPdf> {
    for reference in view.references() {
        match view.object(reference)? {
            Object::Stream(stream) if is_content(view, &stream.dictionary)? => {
                let resources = view.value(&stream.dictionary, b"Resources")?;
                one(made, layers, reference, resources.as_dictionary())?;
            }
            Object::Dictionary(font) if font.value(b"CharProcs").is_some() => {
                let resources = view.value(&font, b"Resources")?;
                let Object::Dictionary(glyphs) = view.value(&font, b"CharProcs")? else {
                    continue;
                };
                for (_, glyph) in glyphs.entries() {
                    if let (Some(glyph), Object::Stream(_)) =
                        (glyph.as_reference(), view.resolve(glyph)?)
                    {
                        one(made, layers, glyph, resources.as_dictionary())?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// 8.10.2 and 8.7.3.1: forms and tiling patterns have a /BBox.
fn is_content(view: &View<'_>, dictionary: &Dictionary) -> Result<bool, ReadPdf> {
    let kind = view.value(dictionary, b"Subtype")?;
    Ok(kind.as_name() == Some(b"Form") || dictionary.value(b"BBox").is_some())
}

fn one(
    made: &mut Made<'_>,
    layers: &Layers,
    reference: Reference,
    resources: Option<&Dictionary>,
) -> Result<(), FlattenPdf> {
    if made.has(reference) {
        return Ok(());
    }
    let view = made.view;
    let Object::Stream(stream) = view.object(reference)? else {
        return Ok(());
    };
    let content = view.decoded(&stream)?;
    let settled = read(&view, layers, &content, resources)?;
    certain(&settled, None, reference)?;
    if !settled.changed {
        return Ok(());
    }
    if settled.hid {
        made.note(Done::HiddenContent, None, Some(reference.number))?;
    }
    let mut dictionary = stream.dictionary;
    if let (Some(resources), true) = (resources, dictionary.value(b"Resources").is_some()) {
        let left = painted_only(&view, resources, &settled.paints)?;
        dictionary.set(b"Resources", Object::Dictionary(left));
    }
    made.set_stream(reference, dictionary, &settled.octets);
    Ok(())
}

/// Content as its layers have it.
pub(super) fn read(
    view: &View<'_>,
    layers: &Layers,
    content: &[u8],
    resources: Option<&Dictionary>,
) -> Result<Settled, ReadPdf> {
    let properties = match resources {
        Some(resources) => view.value(resources, b"Properties")?,
        None => Object::Null,
    };
    let nameless = Cell::new(false);
    let shown = |name: &[u8]| {
        let Some(to) = properties.as_dictionary().and_then(|it| it.value(name)) else {
            // 7.8.3: without resources of its own a form uses those of whoever paints it.
            nameless.set(resources.is_none());
            return Ok(None);
        };
        Ok(match view.resolve(to)? {
            Object::Dictionary(found)
                if layer::is_layer(&found) || layer::is_membership(&found) =>
            {
                Some(layers.show(view, to)?)
            }
            _ => None,
        })
    };
    let mut settled = content::settle(content, &shown)?;
    if nameless.get() && layers.are_there() {
        settled.uncertain = Some("a layer named without resources");
    }
    Ok(settled)
}

/// Refuses what cannot be decided.
pub(super) fn certain(
    settled: &Settled,
    page: Option<u32>,
    object: Reference,
) -> Result<(), FlattenPdf> {
    match settled.uncertain {
        Some(what) => Err(FlattenPdf::Uncertain {
            what,
            page,
            object: Some(object.number),
        }),
        None => Ok(()),
    }
}

/// Resources without the objects that were painted in hidden content alone. A form that has no resources may paint
/// any of them.
pub(super) fn painted_only(
    view: &View<'_>,
    resources: &Dictionary,
    paints: &BTreeSet<Vec<u8>>,
) -> Result<Dictionary, ReadPdf> {
    let mut left = resources.clone();
    let Object::Dictionary(objects) = view.value(resources, b"XObject")? else {
        return Ok(left);
    };
    let mut kept = Vec::new();
    for (name, object) in objects.entries() {
        if !paints.contains(name) {
            continue;
        }
        if let Object::Stream(stream) = view.resolve(object)?
            && is_content(view, &stream.dictionary)?
            && stream.dictionary.value(b"Resources").is_none()
        {
            return Ok(left);
        }
        kept.push((name.to_vec(), object.clone()));
    }
    left.set(
        b"XObject",
        Object::Dictionary(Dictionary::new(kept).unwrap_or_default()),
    );
    Ok(left)
}
