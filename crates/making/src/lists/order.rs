//! A list as it is handed in, and what its digest is over.

use std::collections::BTreeMap;

use backoffice::said::hex;
use catalogue::wire;
use crypto::sha256;
use serde::{Deserialize, Serialize};

use crate::kept::{Kept, KeptFile, OfList};
use crate::order::Document;

/// Lines of a list, at most.
pub const MAX_LINES: usize = 1_000;

/// Seals that are asked for at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListOrder {
    /// The identifier that the department gives the list: letters, figures, hyphens, at most 40.
    pub list: String,
    /// Why they are needed.
    pub ground: String,
    /// What shows that the departments may have them: 1 to 10.
    pub documents: Vec<Document>,
    /// Pictures that lines name.
    pub pictures: BTreeMap<String, Vec<u8>>,
    /// The seals.
    pub lines: Vec<LineOrder>,
}

/// A line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineOrder {
    /// The code that the seal is to have.
    pub seal: String,
    /// Whose it is to be.
    pub department: String,
    /// Its name.
    pub name: String,
    /// What kind of seal, in the words that stand in it.
    pub kind: String,
    /// What it may stand on.
    pub purposes: Vec<String>,
    /// For which matters; every matter of the department's power where there are none.
    #[serde(default)]
    pub matters: Option<Vec<String>>,
    /// First day.
    pub valid_from: String,
    /// Last day.
    #[serde(default)]
    pub valid_to: Option<String>,
    /// The seal in whose place it is to come.
    #[serde(default)]
    pub replaces: Option<String>,
    /// The name of its picture in the list, where it is not the drawn one.
    #[serde(default)]
    pub picture: Option<String>,
    /// Who is to hold it.
    pub custodian: String,
    /// Who is to grant it: another person.
    pub approver: String,
}

impl LineOrder {
    /// The scope, as an entry of a catalogue has it.
    pub(crate) fn scope(&self) -> wire::Seal {
        wire::Seal {
            seal_code: self.seal.clone(),
            name_zh: self.name.clone(),
            holder: self.department.clone(),
            kind: self.kind.clone(),
            purposes: self.purposes.clone(),
            matters: self.matters.clone(),
            valid_from: self.valid_from.clone(),
            valid_to: self.valid_to.clone(),
        }
    }
}

/// What the digest of a list is over: everything in it, and of files their SHA-256.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Handed {
    pub(crate) list: String,
    pub(crate) ground: String,
    documents: Vec<(String, String, String)>,
    pictures: BTreeMap<String, String>,
    pub(crate) lines: Vec<LineOrder>,
}

impl Handed {
    pub(crate) fn of(order: &ListOrder) -> Self {
        let digest = |octets: &[u8]| hex(&sha256(octets));
        let documents = order.documents.iter();
        let pictures = order.pictures.iter();
        Self {
            list: order.list.clone(),
            ground: order.ground.clone(),
            documents: documents
                .map(|one| (one.name.clone(), one.kind.clone(), digest(&one.content)))
                .collect(),
            pictures: pictures
                .map(|(name, octets)| (name.clone(), digest(octets)))
                .collect(),
            lines: order.lines.clone(),
        }
    }

    pub(crate) fn digest(&self) -> [u8; 32] {
        // Texts alone: they always write.
        sha256(&serde_json::to_vec(self).unwrap_or_default())
    }
}

/// A list as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct KeptList {
    pub(crate) handed: Handed,
    pub(crate) documents: Vec<KeptFile>,
    /// The picture of each line as it will be signed, where it has one.
    pub(crate) pictures: Vec<Option<KeptFile>>,
}

impl KeptList {
    /// The application of a line, whose place is counted from 0: all of it follows from the list.
    pub(crate) fn application(&self, place: usize) -> Option<Kept> {
        let line = self.handed.lines.get(place)?;
        Some(Kept {
            scope: line.scope(),
            replaces: line.replaces.clone(),
            ground: self.handed.ground.clone(),
            picture: self.pictures.get(place).cloned().flatten(),
            documents: self.documents.clone(),
            list: Some(OfList {
                list: self.handed.list.clone(),
                line: place + 1,
                digest: hex(&self.handed.digest()),
            }),
        })
    }
}
