//! What a signature or time-stamp lists, compared with what is there.

use std::collections::BTreeSet;

use crypto::DigestAlgorithm;

use crate::container::{Asic, Proof};
use crate::manifest::Reference;

/// What a proof lists, and whether that is so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    /// What is wrong with the files that it lists, each by its name.
    pub faults: Vec<(String, ListedFault)>,
    /// The files that it lists and that are as they are listed; of a simple package its one file.
    pub files: BTreeSet<String>,
    /// Whether it lists more than content: then it is upkeep, and no signature of content.
    pub is_archive: bool,
    /// Whether all content is among those files.
    pub is_whole: bool,
}

/// What can be wrong with a file that is listed (EN 319 162-1 A.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListedFault {
    /// It is not in the package.
    Missing,
    /// Its digest is by an algorithm that is not known.
    Unknown,
    /// Its digest is by an algorithm that is not strong enough.
    Weak,
    /// Its digest is another one.
    Differs,
}

impl ListedFault {
    /// The finding's code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            ListedFault::Missing => "asic.file-missing",
            ListedFault::Unknown => "asic.digest-unknown",
            ListedFault::Weak => "asic.digest-weak",
            ListedFault::Differs => "asic.file-differs",
        }
    }
}

impl Asic {
    /// What a proof of this package lists. Digests are computed here.
    #[must_use]
    pub fn listed(&self, proof: &Proof) -> Listed {
        let over = proof.over.as_deref().unwrap_or_default();
        let mut listed = Listed::default();
        let Some(manifest) = self.manifest(over) else {
            listed.files.insert(over.to_owned());
            listed.is_whole = true;
            return listed;
        };
        for reference in &manifest.references {
            let name = reference.name.clone();
            match self.fault(reference) {
                Some(fault) => listed.faults.push((name, fault)),
                None => {
                    listed.files.insert(name);
                }
            }
        }
        let payload: BTreeSet<&str> = self.payload().collect();
        let mut names = listed.files.iter();
        listed.is_archive = names.any(|name| !payload.contains(name.as_str()));
        listed.is_whole = payload.iter().all(|name| listed.files.contains(*name));
        listed
    }

    fn fault(&self, reference: &Reference) -> Option<ListedFault> {
        let name = &reference.name;
        if self.file(name).is_none() {
            return Some(ListedFault::Missing);
        }
        let Some(listed) = &reference.digest else {
            return Some(ListedFault::Unknown);
        };
        if listed.algorithm() == DigestAlgorithm::Sha1 {
            return Some(ListedFault::Weak);
        }
        let found = self.digest(name, listed.algorithm());
        (found.as_ref() != Some(listed)).then_some(ListedFault::Differs)
    }
}
