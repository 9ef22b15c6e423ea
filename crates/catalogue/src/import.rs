//! Import of the published files: strict, bounded, all or nothing, every defect by its place.

use serde::de::DeserializeOwned;

use crate::code::ReadCode;
use crate::holdings::Catalogue;
use crate::key::ReadKey;
use crate::wire;

mod edit;
mod kinds;
mod locate;
mod matters;
mod office;
mod places;
mod powers;
mod shape;

/// Largest file taken, in bytes.
pub(crate) const MAX_FILE: usize = 256 << 20;
/// Most matters of one catalogue.
pub(crate) const MAX_MATTERS: usize = 200_000;
/// Most entries of any other list in the files.
pub(crate) const MAX_ENTRIES: usize = 20_000;
/// Most members of a list inside an entry.
pub(crate) const MAX_MEMBERS: usize = 1_000;
/// Longest name, in characters.
pub(crate) const MAX_NAME: usize = 200;
/// Most defects reported; more are not looked for.
pub(crate) const MAX_DEFECTS: usize = 1_000;

/// The files of a catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// `departments.json`.
    pub departments: &'a [u8],
    /// `licence-types.json`.
    pub types: &'a [u8],
    /// `matters-catalogue.json`.
    pub matters: &'a [u8],
    /// `powers.json`: seals and delegations, if there are any yet.
    pub powers: Option<&'a [u8]>,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// A file is larger than the limit.
    #[error("{file} is larger than {} bytes", MAX_FILE)]
    TooLarge {
        /// Which of the files.
        file: &'static str,
    },
    /// A file is not JSON, or not of the form: an unknown, missing or repeated member.
    #[error("{file} is not of the form, line {}, column {}", source.line(), source.column())]
    Form {
        /// Which of the files.
        file: &'static str,
        /// Where and why.
        source: serde_json::Error,
    },
    /// The files are of the form, but entries are wrong.
    #[error("{} defects, the first at {}", .0.len(), .0.first().map(|defect| defect.place.as_str()).unwrap_or_default())]
    Defects(Vec<Defect>),
}

/// One thing wrong with one member of one entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {fault}")]
pub struct Defect {
    /// Where: `matters[3].exercised_by`, `matters[3].materials[2].means`.
    pub place: String,
    /// The line of its file, counted from 1, where that is known.
    pub line: Option<usize>,
    /// What.
    pub fault: Fault,
}

/// What is wrong with a member.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// Not written as the key it should be.
    #[error(transparent)]
    Key(#[from] ReadKey),
    /// A code whose check digit or alphabet is wrong.
    #[error(transparent)]
    Code(#[from] ReadCode),
    /// A member that the form does not know.
    #[error("no such member")]
    Surplus,
    /// A member that the form needs is missing.
    #[error("missing")]
    Missing,
    /// A value of another kind: a text where a number should be, and the like.
    #[error("a value of another kind")]
    Kind,
    /// None of the words that may stand here.
    #[error("not one of the words that may stand here")]
    Word,
    /// Empty, too long, or with control characters.
    #[error("not a text of 1 to {MAX_NAME} characters")]
    Text,
    /// No date of the form YYYY-MM-DD, or one that does not exist.
    #[error("not a date")]
    Date,
    /// Ends before it begins.
    #[error("ends before it begins")]
    Order,
    /// A number outside its range.
    #[error("out of range")]
    Range,
    /// The same key stands twice.
    #[error("stands twice")]
    Twice,
    /// More members than the limit.
    #[error("too many")]
    TooMany,
    /// Names something that the catalogue does not have.
    #[error("names nothing in the catalogue")]
    Unknown,
    /// A member that this kind needs is absent, or one that it cannot have is present.
    #[error("does not go with its kind")]
    Mismatch,
    /// R2: a matter of a body whose matters are never transferred.
    #[error("R2: matters of this body are never transferred")]
    NeverTransferred,
    /// A material without a name of its own (其他材料).
    #[error("a material needs a name of its own")]
    Nameless,
    /// R2: only the body that holds a power on the day before gives it away.
    #[error("R2: the body does not hold that power on the day before")]
    NotTheHolder,
    /// R14: the document was cancelled and cannot be asked for.
    #[error("R14: the document was cancelled and cannot be asked for")]
    Cancelled,
    /// The deciding body may not issue the result.
    #[error("the deciding body is no issuer of the result")]
    NotAnIssuer,
}

impl Catalogue {
    /// Reads the files into a catalogue, all or nothing.
    ///
    /// # Errors
    /// [`ImportError::Defects`] with every wrong member (up to 1,000), each with its line: first
    /// the entries that are not of the form, in all files, and when there are none, the members
    /// whose values are wrong. [`ImportError::Form`] with line and column where a file is no JSON
    /// or not of the form as a whole.
    pub fn import(sources: &Sources<'_>) -> Result<Self, ImportError> {
        let departments = read::<wire::Departments>("departments", sources.departments);
        let types = read::<wire::LicenceTypes>("types", sources.types);
        let matters = read::<wire::Matters>("matters", sources.matters);
        let powers = sources
            .powers
            .map(|bytes| read::<wire::Powers>("powers", bytes))
            .transpose();
        let (departments, types, matters, powers) = match (departments, types, matters, powers) {
            (Ok(departments), Ok(types), Ok(matters), Ok(powers)) => {
                (departments, types, matters, powers)
            }
            (departments, types, matters, powers) => {
                let refused = [departments.err(), types.err(), matters.err(), powers.err()];
                return Err(shape::of_all(sources, refused));
            }
        };
        let mut defects = places::Defects::default();
        let mut catalogue = Self::default();
        places::departments(&mut catalogue, &departments, &mut defects);
        kinds::kinds(&mut catalogue, &types, &mut defects);
        if let Some(powers) = &powers {
            office::cancelled(&mut catalogue, powers, &mut defects);
        }
        matters::matters(&mut catalogue, matters, &mut defects);
        if let Some(powers) = &powers {
            powers::powers(&mut catalogue, powers, &mut defects);
            office::office(&mut catalogue, powers, &mut defects);
        }
        let mut found = defects.into_found();
        if found.is_empty() {
            catalogue.index();
            Ok(catalogue)
        } else {
            shape::say_lines(sources, &mut found);
            Err(ImportError::Defects(found))
        }
    }
}

fn read<T: DeserializeOwned>(file: &'static str, bytes: &[u8]) -> Result<T, ImportError> {
    if bytes.len() > MAX_FILE {
        return Err(ImportError::TooLarge { file });
    }
    serde_json::from_slice(bytes).map_err(|source| ImportError::Form { file, source })
}
