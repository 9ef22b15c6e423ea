//! The revision of a PDF that a signature signs, as a file of its own: its octets are the file's first ones (ISO 32000-2
//! 7.5.6).

use pdf::{ReadPdf, Source};
use thiserror::Error;

/// Why there is no such revision.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NoRevision {
    /// The file is no PDF that is read.
    #[error("the file is not read")]
    Pdf(#[from] ReadPdf),
    /// No revision of this number, and no signature in a field of this name.
    #[error("there is no such revision or signature")]
    Unknown,
}

/// How many octets of the file are the revision of this number (from 1), or the one that the signature in the field of this name signs.
///
/// # Errors
/// See [`NoRevision`].
pub fn length(source: &dyn Source, which: &str) -> Result<u64, NoRevision> {
    let file = pdf::read(source)?;
    let signatures = file.signatures()?;
    let mut named = signatures.iter().filter(|field| field.name() == which);
    let place = match named.next() {
        Some(field) => Some(field.revision()),
        None => which
            .parse::<usize>()
            .ok()
            .and_then(|number| number.checked_sub(1)),
    };
    let place = place.filter(|place| *place < file.revisions());
    let place = place.ok_or(NoRevision::Unknown)?;
    Ok(file.at(place).end())
}
