//! Whether a caller's own file may be sealed: what would let it show or do other things later than were approved is
//! named, so that no shadow has anything to build on.
//!
//! Every object in use is read, reached or not. Names decide little: an action is one wherever it stands, and a
//! `/Type` excuses nothing.

mod annotation;
mod finding;
mod layer;
mod search;

use pdf::{Object, ReadPdf, Source, View};

use crate::edit::Edit;
use crate::seal::form;

use search::Search;

pub(crate) use search::action;

pub use finding::{Active, Finding, MAX_FINDINGS};

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preflight {
    /// Pages of the file.
    pub pages: usize,
    /// Reasons against sealing, at most [`MAX_FINDINGS`], in the order of the objects; none if it may be sealed.
    pub findings: Vec<Finding>,
}

/// Looks through a file for active content (T-S5).
///
/// # Errors
/// The file cannot be read, `Encrypted` among them: such files are not sealed either.
pub fn preflight(source: &dyn Source) -> Result<Preflight, ReadPdf> {
    let file = pdf::read(source)?;
    let edit = Edit::new(source, &file)?;
    let pages = edit.view.pages()?;
    let mut search = Search::default();
    for (page, reference) in (1..).zip(&pages) {
        search.pages.insert(reference.number, page);
    }
    catalog(&edit, &mut search)?;
    let fields = edit.view.fields()?;
    if form::bounds(&edit, &fields, "")?.is_closed() {
        search.found(Active::Final, None, None);
    }
    for (page, reference) in (1..).zip(&pages) {
        annotation::inspect(&edit, &mut search, (page, *reference), &fields)?;
    }
    for reference in edit.view.references() {
        if search.findings.len() >= MAX_FINDINGS {
            break;
        }
        let object = edit.view.object(reference)?;
        search.object(&object, reference.number);
    }
    // 7.3.10: what an action is may stand in an object of its own.
    for (name, holder) in std::mem::take(&mut search.elsewhere) {
        let name = edit.view.object(name)?;
        if let Some(kind) = name.as_name().and_then(action) {
            let page = search.pages.get(&holder).copied();
            search.found(kind, page, Some(holder));
        }
    }
    Ok(Preflight {
        pages: pages.len(),
        findings: search.findings,
    })
}

/// What the catalog alone decides.
fn catalog(edit: &Edit<'_>, search: &mut Search) -> Result<(), ReadPdf> {
    let root = edit.catalog().holder.number;
    let catalog = edit.dictionary(&Object::Reference(edit.catalog().holder), "the catalog")?;
    let mut kinds = Vec::new();
    if !is_destination(&edit.view, &edit.entry(&catalog, b"OpenAction")?)? {
        kinds.push(Active::Automatic);
    }
    if catalog.value(b"Collection").is_some() {
        kinds.push(Active::Portfolio);
    }
    if let Object::Dictionary(names) = edit.entry(&catalog, b"Names")? {
        if names.value(b"JavaScript").is_some() {
            kinds.push(Active::Script);
        }
        if names.value(b"AlternatePresentations").is_some() {
            kinds.push(Active::OtherPresentation);
        }
    }
    if let Object::Dictionary(form) = edit.entry(&catalog, b"AcroForm")?
        && edit.entry(&form, b"NeedAppearances")? == Object::Boolean(true)
    {
        kinds.push(Active::MadeUpAppearances);
    }
    if layer::is_any_hidden(edit, &edit.entry(&catalog, b"OCProperties")?)? {
        kinds.push(Active::HiddenLayer);
    }
    for kind in kinds {
        search.found(kind, None, Some(root));
    }
    Ok(())
}

/// Whether an open action is absent or only says where to begin to read.
pub(crate) fn is_destination(view: &View<'_>, action: &Object) -> Result<bool, ReadPdf> {
    Ok(match action {
        Object::Null | Object::Array(_) => true,
        Object::Dictionary(action) => {
            view.value(action, b"S")?.as_name() == Some(b"GoTo")
                && view.value(action, b"Next")? == Object::Null
        }
        _ => false,
    })
}
