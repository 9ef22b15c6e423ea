//! A caller's own file made fit to be sealed: what it shows by default becomes all that it has.
//!
//! Layers are decided and what they hide is taken out of the content, annotations and fields become content by their
//! appearances, actions go, and the file is written anew with nothing that its catalog does not reach. Nothing is
//! guessed: where readers may show different things the file is refused, and what comes out passes
//! [`crate::preflight`]. The same file gives the same octets.

mod appearance;
mod content;
mod form;
mod layer;
mod made;
mod page;
mod report;
mod stream;
mod writing;

use pdf::{Dictionary, Object, Source, View};

use crate::preflight::{Active, is_destination, preflight};

use layer::Layers;
use made::Made;
use writing::Writing;

pub use report::{Done, FlattenPdf, Flattened, Line, MAX_LINES};

/// Flattens a file.
///
/// # Errors
/// [`FlattenPdf`]: it cannot be read, carries a signature, shows what readers do not agree about, or would still not
/// pass.
pub fn flatten(source: &dyn Source) -> Result<Flattened, FlattenPdf> {
    let file = pdf::read(source)?;
    if !file.signatures()?.is_empty() {
        return Err(FlattenPdf::Signed);
    }
    let view = file.latest();
    let mut made = Made::new(view);
    let in_use = look(&view)?;
    let layers = Layers::read(&view)?;
    if file.revisions() > 1 {
        let earlier = file.revisions() - 1;
        made.note(Done::EarlierRevisions { count: earlier }, None, None)?;
    }
    let tail = file.tail();
    if !tail.is_empty() {
        made.note(Done::BehindTheEnd, None, None)?;
    }
    catalog(&view, &mut made, &layers)?;
    if layers.are_there() {
        stream::settle(&view, &mut made, &layers)?;
    }
    let pages = view.pages()?;
    let fields = form::Fields::read(&view)?;
    let mut kept = Vec::new();
    for (number, page) in (1..).zip(&pages) {
        kept.extend(page::settle(&mut made, &layers, &fields, (number, *page))?);
    }
    form::settle(&mut made, &fields, &kept)?;
    let (bytes, lines) = Writing::new(source, made, &layers).whole(in_use)?;
    let after = preflight(&bytes)?;
    if !after.findings.is_empty() {
        return Err(FlattenPdf::Remains(after.findings));
    }
    Ok(Flattened {
        bytes,
        pages: after.pages,
        lines,
    })
}

/// Looks at every object in use, reached or not: how many there are, not counting what only holds others. A signature
/// that no field shows is one all the same.
fn look(view: &View<'_>) -> Result<usize, FlattenPdf> {
    let mut count = 0;
    for reference in view.references() {
        let object = view.object(reference)?;
        if is_signature(&object) {
            return Err(FlattenPdf::Signed);
        }
        let kind = match &object {
            Object::Stream(stream) => stream.dictionary.name(b"Type"),
            Object::Null => continue,
            _ => None,
        };
        if !matches!(kind, Some(b"XRef" | b"ObjStm")) {
            count += 1;
        }
    }
    Ok(count)
}

/// Whether a signature dictionary stands anywhere in an object (ISO 32000-2, table 255).
fn is_signature(object: &Object) -> bool {
    let mut open = vec![object];
    while let Some(object) = open.pop() {
        let dictionary = match object {
            Object::Array(elements) => {
                open.extend(elements);
                continue;
            }
            Object::Dictionary(dictionary) => dictionary,
            Object::Stream(stream) => &stream.dictionary,
            _ => continue,
        };
        if dictionary.value(b"ByteRange").is_some() {
            return true;
        }
        open.extend(dictionary.entries().map(|(_, value)| value));
    }
    false
}

/// What the catalog alone decides. The form is another's.
fn catalog(view: &View<'_>, made: &mut Made<'_>, layers: &Layers) -> Result<(), FlattenPdf> {
    let mut catalog = view.catalog()?;
    // ISO 32000-2, 12.8.6: permissions are those of signatures, of the file or of its reader.
    if catalog.value(b"Perms").is_some() {
        return Err(FlattenPdf::Signed);
    }
    let root = made.root()?;
    let gone = |made: &mut Made<'_>, kind| made.note(Done::Removed(kind), None, Some(root.number));
    if !is_destination(view, &view.value(&catalog, b"OpenAction")?)? {
        catalog.remove(b"OpenAction");
        gone(made, Active::Automatic)?;
    }
    if catalog.remove(b"Collection").is_some() {
        gone(made, Active::Portfolio)?;
    }
    // ISO 32000-2, 12.11: what a reader must be able to do for what is no longer there.
    catalog.remove(b"Requirements");
    if catalog.remove(b"OCProperties").is_some() && layers.are_there() {
        made.note(Done::LayersDecided, None, Some(root.number))?;
    }
    if let Object::Dictionary(mut names) = view.value(&catalog, b"Names")? {
        for (key, kind) in [
            (b"JavaScript".as_slice(), Active::Script),
            (b"AlternatePresentations", Active::OtherPresentation),
        ] {
            if names.remove(key).is_some() {
                gone(made, kind)?;
            }
        }
        set_or_remove(&mut catalog, b"Names", names);
    }
    made.set(root, Object::Dictionary(catalog));
    Ok(())
}

fn set_or_remove(catalog: &mut Dictionary, key: &[u8], value: Dictionary) {
    if value.is_empty() {
        catalog.remove(key);
    } else {
        catalog.set(key, Object::Dictionary(value));
    }
}
