//! What follows from the catalogue in force.

use std::collections::BTreeMap;
use std::sync::Arc;

use catalogue::Catalogue;
use document::{Blank, Imprint, PrepareBlank, ReadTemplate, Template};

use crate::seals::Seals;

/// What follows from the catalogue in force: replaced whole when another is imported.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The number of the catalogue.
    pub version: u64,
    /// How many versions of scopes the seals that were made on application had then.
    pub scopes: u64,
    /// The catalogue.
    pub catalogue: Arc<Catalogue>,
    /// The seals in use.
    pub seals: Seals,
    /// The prepared pages, by type key.
    pub blanks: Arc<BTreeMap<String, Blank>>,
    /// The prepared forms of stage documents, by code.
    pub forms: Arc<BTreeMap<&'static str, Blank>>,
}

/// Why a page of the office cannot be made ready.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PreparePage {
    /// An embedded template is damaged.
    #[error("a template cannot be read")]
    Template(#[from] ReadTemplate),
    /// A template's own words do not fit.
    #[error("a template cannot be laid out")]
    Blank(#[from] PrepareBlank),
}

/// Prepares the page of every type that has a template.
///
/// # Errors
/// [`PreparePage`].
pub fn blanks(
    catalogue: &Catalogue,
    imprint: &Imprint,
) -> Result<BTreeMap<String, Blank>, PreparePage> {
    let known: Vec<&str> = Template::keys().collect();
    let mut blanks = BTreeMap::new();
    for kind in catalogue.licence_types() {
        let key = kind.key.as_str();
        if known.contains(&key) {
            let template = Template::embedded(key)?;
            blanks.insert(key.to_owned(), Blank::prepare(template, imprint)?);
        }
    }
    Ok(blanks)
}

/// Prepares every form of a stage document.
///
/// # Errors
/// [`PreparePage`].
pub fn forms(imprint: &Imprint) -> Result<BTreeMap<&'static str, Blank>, PreparePage> {
    let prepared = Template::forms().map(|code| {
        let form = Template::form(code)?;
        Ok((code, Blank::prepare(form, imprint)?))
    });
    prepared.collect()
}
