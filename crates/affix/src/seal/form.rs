//! The signature fields of a file, what the signatures in them forbid, and how form and page grow by a field.

use pdf::{Dictionary, Field, Object, ReadPdf, Reference, text};

use crate::edit::{Edit, Spot};
use crate::seal::request::PrepareSeal;
use crate::write;

/// What the signatures of a file say about its later changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// Whether any field is signed.
    pub(crate) signed: bool,
    /// The strictest /P that one of them names.
    pub(crate) level: Option<i64>,
    /// Whether one of them locks the field that was asked about.
    pub(crate) locked: bool,
}

impl Bounds {
    /// Whether nothing at all may change (ISO 32000-2, 12.8.2.2: /P 1).
    pub(crate) fn is_closed(&self) -> bool {
        self.level.is_some_and(|level| level <= 1)
    }

    /// Whether pages may get new annotations: only /P 3 says so, and a widget that is seen is one.
    pub(crate) fn may_annotate(&self) -> bool {
        self.level.is_none_or(|level| level >= 3)
    }
}

/// Whether a field is for signatures.
pub(crate) fn is_signature(field: &Field) -> bool {
    field.kind.as_deref() == Some(b"Sig")
}

/// What is in a field, null if nothing.
pub(crate) fn value(edit: &Edit<'_>, field: &Field) -> Result<Object, ReadPdf> {
    match &field.value {
        Some(value) => Ok(edit.resolve(value)?.into_owned()),
        None => Ok(Object::Null),
    }
}

/// Where a field shows itself: its widgets, or itself if it is merged with its only one.
pub(crate) fn widgets(edit: &Edit<'_>, field: &Field) -> Result<Vec<Reference>, ReadPdf> {
    if !field.widgets.is_empty() {
        return Ok(field.widgets.clone());
    }
    let dictionary = edit.dictionary(&Object::Reference(field.reference), "a field")?;
    let merged = dictionary.name(b"Subtype") == Some(b"Widget");
    Ok(merged.then_some(field.reference).into_iter().collect())
}

/// What the signatures in the file forbid; `name` is the field that is about to change.
pub(crate) fn bounds(edit: &Edit<'_>, fields: &[Field], name: &str) -> Result<Bounds, ReadPdf> {
    let mut bounds = Bounds::default();
    for field in fields.iter().filter(|field| is_signature(field)) {
        let Object::Dictionary(signature) = value(edit, field)? else {
            continue;
        };
        bounds.signed = true;
        for (parameters, default) in transforms(edit, field, &signature)? {
            let level = edit.entry(&parameters, b"P")?.as_integer().or(default);
            bounds.level = match (bounds.level, level) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
            bounds.locked |= locks(edit, &parameters, name)?;
        }
    }
    Ok(bounds)
}

/// The parameters of a signature's transforms and of its field's lock, each with the level that holds if it names
/// none.
fn transforms(
    edit: &Edit<'_>,
    field: &Field,
    signature: &Dictionary,
) -> Result<Vec<(Dictionary, Option<i64>)>, ReadPdf> {
    let mut found = Vec::new();
    if let Object::Array(elements) = edit.entry(signature, b"Reference")? {
        for element in &elements {
            let reference = edit.dictionary(element, "a signature reference")?;
            // ISO 32000-2, table 257: without /P a certification means 2.
            let certifies =
                edit.entry(&reference, b"TransformMethod")?.as_name() == Some(b"DocMDP");
            let parameters = match edit.entry(&reference, b"TransformParams")? {
                Object::Dictionary(parameters) => parameters,
                _ => Dictionary::default(),
            };
            found.push((parameters, certifies.then_some(2)));
        }
    }
    // ISO 32000-2, 12.7.5.5: the lock of the field says the same as the signature should.
    let dictionary = edit.dictionary(&Object::Reference(field.reference), "a field")?;
    if let Object::Dictionary(lock) = edit.entry(&dictionary, b"Lock")? {
        found.push((lock, None));
    }
    Ok(found)
}

/// Whether a lock covers a field (ISO 32000-2, 12.8.2.4): names match by whole parts of the path.
fn locks(edit: &Edit<'_>, lock: &Dictionary, name: &str) -> Result<bool, ReadPdf> {
    let listed = match edit.entry(lock, b"Fields")? {
        Object::Array(elements) => elements.iter().any(|element| {
            let listed = element.as_string().map(text).unwrap_or_default();
            name.strip_prefix(&listed)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        }),
        _ => false,
    };
    Ok(match lock.name(b"Action") {
        Some(b"All") => true,
        Some(b"Include") => listed,
        Some(b"Exclude") => !listed,
        _ => false,
    })
}

/// Whether a new field may have this name: not empty, no period, no sibling with it
/// (ISO 32000-2, 12.7.4.2).
pub(crate) fn admit(name: &str, fields: &[Field]) -> Result<(), PrepareSeal> {
    let taken = fields
        .iter()
        .any(|field| field.name.split('.').next() == Some(name));
    if name.is_empty() || name.contains('.') || taken {
        return Err(PrepareSeal::Name);
    }
    Ok(())
}

/// Adds a field to the form, which is made if there is none, and says that the file has signatures and is to be
/// appended to only (/SigFlags 3; ISO 32000-2, table 225).
pub(crate) fn enlist(edit: &mut Edit<'_>, added: Option<Reference>) -> Result<(), ReadPdf> {
    let catalog = edit.catalog();
    let empty = Object::Dictionary(Dictionary::default());
    let form = edit.below_or(&catalog, b"AcroForm", empty)?;
    if let Some(added) = added {
        let fields = edit.below_or(&form, b"Fields", Object::Array(Vec::new()))?;
        edit.push(&fields, Object::Reference(added))?;
    }
    let flags = match edit.below(&form, b"SigFlags")? {
        Some(flags) => edit.at(&flags)?.as_integer().unwrap_or_default(),
        None => 0,
    };
    if flags & 3 != 3 {
        edit.set(&form, b"SigFlags", Object::Integer(flags | 3))?;
    }
    Ok(())
}

/// Puts a widget on a page.
pub(crate) fn annotate(
    edit: &mut Edit<'_>,
    page: Reference,
    widget: Reference,
) -> Result<(), ReadPdf> {
    let page = Spot::whole(page);
    let annotations = edit.below_or(&page, b"Annots", Object::Array(Vec::new()))?;
    edit.push(&annotations, Object::Reference(widget))
}

/// Entries of the field's lock as they go into its signature: action, names, and since PDF 2.0 the level.
pub(crate) fn lock(edit: &Edit<'_>, field: &Field) -> Result<Option<Vec<u8>>, ReadPdf> {
    let field = edit.dictionary(&Object::Reference(field.reference), "a field")?;
    let Object::Dictionary(lock) = edit.entry(&field, b"Lock")? else {
        return Ok(None);
    };
    let mut entries = Vec::new();
    for key in [b"Action".as_slice(), b"Fields", b"P"] {
        let value = edit.entry(&lock, key)?;
        if value != Object::Null {
            write::name(&mut entries, key);
            entries.push(b' ');
            write::object(&mut entries, &value);
        }
    }
    Ok(Some(entries))
}

/// Whether seed values bind the signer (/SV with any flag set; ISO 32000-2, table 238).
pub(crate) fn is_bound(edit: &Edit<'_>, field: &Field) -> Result<bool, ReadPdf> {
    let field = edit.dictionary(&Object::Reference(field.reference), "a field")?;
    Ok(match edit.entry(&field, b"SV")? {
        Object::Dictionary(seed) => edit.entry(&seed, b"Ff")?.as_integer().unwrap_or_default() != 0,
        _ => false,
    })
}
