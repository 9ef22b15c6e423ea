//! Signatures prepared in place: the field, what it shows, and a hole for the message, as octets to append.
//!
//! Nothing signs here, and no octet of the file changes. [`prepare`] lays out the update and computes the byte
//! range; the caller digests, has the digest signed, and [`Prepared::finish`] puts the message into the hole.
//! Memory does not grow with the file.

pub(crate) mod form;
mod frame;
mod hole;
mod page;
mod prepared;
mod request;
mod structure;
mod widget;

use pdf::{Field, Object, Reference, Source};

use crate::edit::Edit;
use crate::update;

use hole::{Hole, Said};

pub use crate::update::WriteUpdate;
pub use prepared::{Joined, Prepared};
pub use request::{
    Appearance, Certification, FinishSeal, Fit, NewField, Place, PrepareSeal, SealRequest,
};

/// The most octets that are kept for a message.
pub const MAX_RESERVE: usize = 4 * 1024 * 1024;

/// Prepares a signature behind the last revision of `source`.
///
/// Whether the document may be sealed at all (active content) is the question of [`crate::preflight`].
///
/// # Errors
/// [`PrepareSeal`]: the file cannot be read or carried on, its signatures forbid it, or the field or place asked
/// for cannot be had.
pub fn prepare(source: &dyn Source, request: &SealRequest<'_>) -> Result<Prepared, PrepareSeal> {
    reservable(request.reserve)?;
    let file = pdf::read(source)?;
    let mut edit = Edit::new(source, &file)?;
    let fields = edit.view.fields()?;
    let bounds = form::bounds(&edit, &fields, request.place.name())?;
    if bounds.is_closed() {
        return Err(PrepareSeal::Final);
    }
    if bounds.locked {
        return Err(PrepareSeal::Locked);
    }
    if bounds.signed && request.certification == Certification::Certify {
        return Err(PrepareSeal::NotFirst);
    }
    let value = update::new(edit.update.number()?);
    let lock = match request.place {
        Place::Field { name, fit } => {
            let field = empty(&edit, &fields, name)?;
            widget::fill(
                &mut edit,
                field,
                value,
                request.appearance.zip(Some(fit)),
                bounds,
            )?;
            form::enlist(&mut edit, None)?;
            form::lock(&edit, field)?
        }
        Place::Page(_) if !bounds.may_annotate() => return Err(PrepareSeal::NewAnnotation),
        Place::Page(place) => {
            form::admit(place.name, &fields)?;
            widget::on_page(&mut edit, &place, request.appearance, value, bounds)?;
            None
        }
        Place::Invisible { name } => {
            form::admit(name, &fields)?;
            widget::invisible(&mut edit, name, value)?;
            None
        }
    };
    let mut references = Vec::new();
    if request.certification == Certification::Certify {
        certify(&mut edit, value)?;
        references.push(hole::certifying());
    }
    if let Some(entries) = lock {
        references.push(hole::locking(&entries, edit.catalog().holder));
    }
    let said = Said {
        claimed: request.claimed,
        name: request.name,
        reason: request.reason,
        location: request.location,
        contact: request.contact,
    };
    let (body, hole) = hole::signature(&said, &references, request.reserve);
    close(edit, value, &body, hole, source.length())
}

/// Prepares a document time-stamp in a new field `name` that shows nothing (EN 319 142-1, 5.4.3). `reserve`
/// octets are kept for the token, whose imprint is the digest of the result.
///
/// It is no change at any level of certification (ISO 32000-2, 12.8.5.3).
///
/// # Errors
/// [`PrepareSeal`]: the file cannot be read or carried on, or the name cannot be had.
pub fn prepare_time_stamp(
    source: &dyn Source,
    name: &str,
    reserve: usize,
) -> Result<Prepared, PrepareSeal> {
    reservable(reserve)?;
    let file = pdf::read(source)?;
    let mut edit = Edit::new(source, &file)?;
    form::admit(name, &edit.view.fields()?)?;
    let value = update::new(edit.update.number()?);
    widget::invisible(&mut edit, name, value)?;
    let (body, hole) = hole::time_stamp(reserve);
    close(edit, value, &body, hole, source.length())
}

fn reservable(reserve: usize) -> Result<(), PrepareSeal> {
    if reserve == 0 || reserve > MAX_RESERVE {
        return Err(PrepareSeal::Reserve { reserve });
    }
    Ok(())
}

/// The field of this name, which must be for signatures and empty.
fn empty<'f>(edit: &Edit<'_>, fields: &'f [Field], name: &str) -> Result<&'f Field, PrepareSeal> {
    let mut named = fields.iter().filter(|field| field.name == name);
    let field = named.next().ok_or(PrepareSeal::NoField)?;
    if !form::is_signature(field) {
        return Err(PrepareSeal::OtherField);
    }
    // ISO 32000-2, 12.7.4.2: a full name belongs to one field; of two, readers take different ones.
    if form::value(edit, field)? != Object::Null || named.next().is_some() {
        return Err(PrepareSeal::Signed);
    }
    if form::is_bound(edit, field)? {
        return Err(PrepareSeal::SeedValue);
    }
    Ok(field)
}

/// Names the signature in the catalog as the one that certifies (ISO 32000-2, 12.8.6).
fn certify(edit: &mut Edit<'_>, value: Reference) -> Result<(), PrepareSeal> {
    let catalog = edit.catalog();
    let empty = Object::Dictionary(pdf::Dictionary::default());
    let permissions = edit.below_or(&catalog, b"Perms", empty)?;
    edit.set(&permissions, b"DocMDP", Object::Reference(value))?;
    Ok(())
}

/// Writes the signature dictionary, plain and not in an object stream, and all that changed.
fn close(
    mut edit: Edit<'_>,
    value: Reference,
    body: &[u8],
    hole: Hole,
    length: u64,
) -> Result<Prepared, PrepareSeal> {
    let start = edit.update.put(value, body)?;
    let update = edit.finish()?;
    Ok(Prepared::new(update, hole.after(start), length))
}
