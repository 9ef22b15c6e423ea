//! Annotations that can cover what a page says.

use pdf::{Dictionary, Field, Object, ReadPdf, Reference};

use crate::edit::Edit;
use crate::preflight::finding::Active;
use crate::preflight::search::Search;
use crate::seal::form;

/// Looks at the annotations of a page.
pub(super) fn inspect(
    edit: &Edit<'_>,
    search: &mut Search,
    (page, reference): (u32, Reference),
    fields: &[Field],
) -> Result<(), ReadPdf> {
    let dictionary = edit.dictionary(&Object::Reference(reference), "a page")?;
    let annotations = match edit.entry(&dictionary, b"Annots")? {
        Object::Null => return Ok(()),
        Object::Array(annotations) => annotations,
        _ => return Err(ReadPdf::Type { what: "/Annots" }),
    };
    for annotation in &annotations {
        let number = match annotation.as_reference() {
            Some(reference) => {
                search.pages.insert(reference.number, page);
                reference.number
            }
            None => reference.number,
        };
        let found = edit.dictionary(annotation, "an annotation")?;
        if let Some(kind) = judge(edit, annotation.as_reference(), &found, fields)? {
            search.found(kind, Some(page), Some(number));
        }
    }
    Ok(())
}

/// What an annotation is, if it is refused. All kinds are but links, the notes of others, and signatures.
fn judge(
    edit: &Edit<'_>,
    reference: Option<Reference>,
    annotation: &Dictionary,
    fields: &[Field],
) -> Result<Option<Active>, ReadPdf> {
    let subtype = edit.entry(annotation, b"Subtype")?;
    let subtype = subtype.as_name().unwrap_or_default();
    let covers = || Active::Annotation {
        subtype: String::from_utf8_lossy(subtype).into_owned(),
    };
    Ok(match subtype {
        // A link is a place to press; one with an appearance paints.
        b"Link" if annotation.value(b"AP").is_none() => None,
        b"Popup" => None,
        b"Widget" => {
            let field = fields.iter().find(|field| {
                reference.is_some_and(|it| field.reference == it || field.widgets.contains(&it))
            });
            match field {
                Some(field) if form::is_signature(field) => {
                    let empty = form::value(edit, field)? == Object::Null;
                    (empty && is_painted(edit, annotation)?).then(covers)
                }
                _ => Some(Active::FormField),
            }
        }
        b"3D" | b"RichMedia" | b"Screen" | b"Movie" | b"Sound" => Some(Active::Multimedia),
        _ => Some(covers()),
    })
}

/// Whether a field that nobody has signed shows something: its normal appearance has content.
fn is_painted(edit: &Edit<'_>, widget: &Dictionary) -> Result<bool, ReadPdf> {
    let Object::Dictionary(appearances) = edit.entry(widget, b"AP")? else {
        return Ok(false);
    };
    for (_, appearance) in appearances.entries() {
        let painted = match &*edit.resolve(appearance)? {
            Object::Null => false,
            Object::Stream(stream) => stream.range.start != stream.range.end,
            _ => true,
        };
        if painted {
            return Ok(true);
        }
    }
    Ok(false)
}
