//! What a process that judges is asked, and what it answers: a part that says it, as JSON, and parts of octets behind it.

use serde::{Deserialize, Serialize};
use time::UtcDateTime;
use verify::facts::{NoDigest, WEAK};
use verify::report::Successor;
use verify::{Answer, Material};

use crate::told::Form;

/// A question.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Asked {
    /// A document begins; `digests` stand in the place of contents. Parts: its octets; `contents` and `material`, one of each name; the content of the trust bundle,
    /// where `trusts` says so, which holds from then on. The answer is [`Known`].
    Open {
        contents: Vec<String>,
        digests: Vec<String>,
        material: Vec<String>,
        trusts: bool,
    },
    /// The verdict on the document that was opened. Parts: `material`, one of each name. The answer is in the form, as a page
    /// [`Looked`].
    Judge {
        file: String,
        at: i64,
        policy: String,
        form: Wanted,
        live: Option<Live>,
        material: Vec<String>,
    },
    /// The bundle of a document that begins, octet for octet. Parts: its octets; `contents` and `material`, one of each
    /// name; the signed trust bundle.
    Bundle {
        file: String,
        at: i64,
        policy: String,
        contents: Vec<String>,
        digests: Vec<String>,
        material: Vec<String>,
    },
    /// How many octets of a document that begins are this revision. Parts: its octets. The answer is the number, as text.
    Revision { which: String },
}

/// How a verdict is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Wanted {
    /// In a form of the API.
    Told(Form),
    /// With what the file shows.
    Page,
}

/// What is known of a document that was opened.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Known {
    /// Whether our own lists of revoked certificates may concern it.
    pub(crate) is_signed: bool,
    /// The licence that it says it is.
    pub(crate) licence: Option<String>,
}

/// A verdict, and what the file shows.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Looked {
    /// The report as one line of JSON.
    pub(crate) report: String,
    pub(crate) pictures: crate::pictures::Pictures,
}

/// The register's own word.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Live {
    pub(crate) identifier: String,
    pub(crate) answer: Answer,
    /// Seconds since 1970.
    pub(crate) since: Option<i64>,
    /// Version and identifier.
    pub(crate) successor: Option<(String, String)>,
    pub(crate) roots: Vec<[u8; 32]>,
}

impl Live {
    pub(crate) fn say(self, material: &mut Material) {
        let since = self.since.map(UtcDateTime::from_unix_timestamp);
        material.say_live(&self.identifier, self.answer, since.and_then(Result::ok));
        if let Some((version, identifier)) = self.successor {
            material.say_successor(Successor {
                version,
                identifier,
            });
        }
        material.say_roots(self.roots);
    }
}

/// Why there is no answer of the kind that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A digest in the place of content does not stand for it: why not.
    Digest(NoDigest),
    /// It is larger than is bundled here.
    TooLarge,
    /// There is no such revision.
    NotFound,
    /// What was asked is no question.
    Internal,
}

impl Fault {
    const ALL: [(u8, Fault); 13] = [
        (b'0', Fault::Digest(NoDigest::Nothing)),
        (b'1', Fault::Digest(NoDigest::Form)),
        (b'2', Fault::Digest(NoDigest::Name)),
        (b'3', Fault::Digest(NoDigest::Repeated)),
        (b'4', Fault::Digest(NoDigest::Both)),
        (b'5', Fault::Digest(NoDigest::Algorithm("sha-256"))),
        (b'6', Fault::Digest(NoDigest::Algorithm("sha-384"))),
        (b'7', Fault::Digest(NoDigest::Algorithm("sha-512"))),
        (b'8', Fault::Digest(NoDigest::Algorithm("sm3"))),
        (b'9', Fault::Digest(NoDigest::Algorithm(WEAK))),
        (b'l', Fault::TooLarge),
        (b'n', Fault::NotFound),
        (b'i', Fault::Internal),
    ];
}

/// An answer as octets: what it is, then the rest.
pub(crate) fn written(answer: Result<Vec<u8>, Fault>) -> Vec<u8> {
    match answer {
        Ok(mut octets) => {
            octets.push(b'.');
            octets
        }
        Err(fault) => Fault::ALL
            .iter()
            .filter(|(_, one)| *one == fault)
            .map(|(mark, _)| *mark)
            .collect(),
    }
}

/// What [`written`] wrote.
pub(crate) fn read(mut octets: Vec<u8>) -> Result<Vec<u8>, Fault> {
    let mark = octets.pop().unwrap_or_default();
    let mut faults = Fault::ALL.iter();
    match faults.find(|(one, _)| *one == mark) {
        Some((_, fault)) => Err(*fault),
        None if mark == b'.' => Ok(octets),
        None => Err(Fault::Internal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_as_they_were_written() {
        assert_eq!(read(written(Ok(b"said".to_vec()))), Ok(b"said".to_vec()));
        assert_eq!(read(written(Ok(Vec::new()))), Ok(Vec::new()));
        for (_, fault) in Fault::ALL {
            assert_eq!(read(written(Err(fault))), Err(fault));
        }
        assert_eq!(read(Vec::new()), Err(Fault::Internal));
        assert_eq!(read(b"said".to_vec()), Err(Fault::Internal));
    }
}
