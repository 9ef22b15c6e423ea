//! What is asked of a package before somebody signs it, and the list that its signatures stand in.

use ofd::{Body, Facts, ListState, Outcome, SignatureKind, Signed};

use crate::ofd::fault::SealOfd;
use crate::ofd::request::Stamp;

/// The list as it is, or where it will be.
pub(super) struct Listed {
    /// Path of `Signatures.xml`.
    pub(super) path: String,
    /// Whether `OFD.xml` names it already.
    pub(super) named: bool,
    /// Identifier, kind and path of each signature.
    pub(super) signatures: Vec<(String, SignatureKind, String)>,
    /// The greatest number that an identifier has.
    pub(super) greatest: u64,
}

/// The package's one document, which others may sign after those who did.
pub(super) fn document(facts: &Facts) -> Result<&Body, SealOfd> {
    if let Some(fault) = facts.faults.first() {
        let path = fault.path.clone();
        return Err(SealOfd::Part { path });
    }
    match facts.bodies.as_slice() {
        [body] if body.versions == 0 && body.root.is_some() => Ok(body),
        _ => Err(SealOfd::Documents),
    }
}

/// Each stamp is shown on a page (spec 3.4, 9).
pub(super) fn inspect_stamps(body: &Body, stamps: &[Stamp]) -> Result<(), SealOfd> {
    for stamp in stamps {
        let page = body.pages.iter().find(|page| page.id == stamp.page);
        if !page.is_some_and(|page| page.shows(stamp.area, stamp.clip)) {
            let page = stamp.page.clone();
            return Err(SealOfd::Place { page });
        }
    }
    Ok(())
}

impl Listed {
    pub(super) fn of(body: &Body) -> Result<Listed, SealOfd> {
        let Some(list) = &body.signatures else {
            let root = body.root.as_deref().unwrap_or_default();
            let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
            let path = format!("{folder}/Signs/Signatures.xml");
            return Ok(Listed {
                path: path.trim_start_matches('/').to_owned(),
                named: false,
                signatures: Vec::new(),
                greatest: 0,
            });
        };
        let mut greatest = list.greatest.as_deref().map_or(0, number);
        let mut signatures = Vec::with_capacity(list.signatures.len());
        for signature in &list.signatures {
            let broken = || SealOfd::Broken {
                id: signature.id.clone(),
            };
            let signed = signature.read.as_ref().map_err(|_| broken())?;
            if signed.coverage.list == ListState::Covered {
                return Err(SealOfd::Closed);
            }
            if !holds(signed) {
                return Err(broken());
            }
            let ids = signed.stamps.iter().map(|stamp| stamp.id.as_str());
            for id in ids.chain([signature.id.as_str()]) {
                greatest = greatest.max(number(id));
            }
            signatures.push((
                signature.id.clone(),
                signature.kind.clone(),
                signature.path.clone(),
            ));
        }
        Ok(Listed {
            path: list.path.clone(),
            named: true,
            signatures,
            greatest,
        })
    }

    /// The folder of the next signature: one that no entry lies in.
    pub(super) fn folder(&self, names: &[String]) -> String {
        let parent = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let folder = |number: usize| {
            format!("{parent}/Sign_{number}")
                .trim_start_matches('/')
                .to_owned()
        };
        let taken = |folder: &str| {
            let inside = format!("{folder}/").to_lowercase();
            names
                .iter()
                .any(|name| name.to_lowercase().starts_with(&inside))
        };
        // There are more numbers than entries.
        (self.signatures.len()..)
            .map(folder)
            .find(|folder| !taken(folder))
            .unwrap_or_default()
    }
}

/// What a signature names is as it was, and it leaves out nothing but what came later.
pub(super) fn holds(signed: &Signed) -> bool {
    let same = |one: &ofd::Reference| one.outcome == Outcome::Same;
    signed.references.iter().all(same) && signed.coverage.uncovered.is_empty()
}

/// The number of an identifier, with the letters that some writers put before it.
fn number(id: &str) -> u64 {
    let digits = id.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    digits.parse().unwrap_or(0)
}
