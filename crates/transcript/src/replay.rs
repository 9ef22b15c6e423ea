//! The evidence in an artefact as a document that can be kept, and read again years later: `judge` over what is read back
//! gives the report that it gives over the artefact, octet for octet (ades-pki 14.3 a, e).
//!
//! # Shape
//! JSON, UTF-8, in exactly the order and spelling that [`write()`] gives it, without white space; octets are base64
//! (RFC 4648 4), moments RFC 3339, an absent value is `null`.
//!
//! - `form`: `yinxin-facts-1`; `kind`: as in reports; `length`, `sha256` (hex): of the artefact.
//! - `refused`: `{code, why}` where the artefact is not read.
//! - `octets`: of everything but a PDF: small artefacts are their own facts.
//! - `document`: of a PDF: `signatures` (each `field`, `revision` from 0, `standing`: `standing | replaced | gone`, `covers`,
//!   `changes`: each `code`, `permitted`, `text`; then `refused`, or `lines`: `sub_filter`: `cades | pkcs7 | time_stamp`,
//!   `byte_range`, `contents`, `digests`: each `algorithm`, `value`; `claimed`, `intent`; and `store`: the SHA-256 of what its revision's
//!   security store holds, hex), `too_many`, `sealing`, `sealed` and `latest` (each `licence`, `status`), `certificates`, `ocsps`, `crls`.
//!
//! Facts are what somebody wrote down: that they are those of a file, only the file shows. [`verify::open`] never takes them
//! for an artefact.

use crypto::{Digest, DigestAlgorithm};
use pdf::Source;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use verify::facts::{Body, Refused};
use verify::report::hex;
use verify::{Case, Kind};

use crate::spelling::{base64, unbase64};

mod document;

/// Octets of a document of facts.
pub const MAX_FACTS: usize = 64 * 1024 * 1024;
/// Octets of an artefact that is kept whole.
const MAX_WHOLE: u64 = 40 * 1024 * 1024;
/// What a document says of its own form.
const FORM: &str = "yinxin-facts-1";

/// Why facts cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WriteFacts {
    /// The artefact cannot be read.
    #[error("the artefact cannot be read")]
    Unreadable,
    /// More octets than are kept.
    #[error("the facts are too large to be kept")]
    TooLarge,
}

/// Why a document of facts is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadFacts {
    /// More than [`MAX_FACTS`] octets.
    #[error("more than {MAX_FACTS} octets")]
    TooLarge,
    /// Not JSON, nested too deep, a name twice, or members that are not those of the form.
    #[error("not a document of facts")]
    Malformed,
    /// Another form than this reader knows.
    #[error("facts of another form")]
    Form,
    /// The same said in other octets: same facts, same octets.
    #[error("not written as facts are written")]
    Spelling,
    /// A value that is none of its kind.
    #[error("{0} is no value of its kind")]
    Value(&'static str),
    /// More of something than a reader of artefacts takes.
    #[error("too many {0}")]
    TooMany(&'static str),
    /// Not of the kind that it says, or of several.
    #[error("the facts are not those of their kind")]
    Kind,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    form: String,
    kind: String,
    length: u64,
    sha256: String,
    refused: Option<WrittenRefusal>,
    octets: Option<String>,
    document: Option<document::Written>,
    /// Of the whole artefact, by the other algorithms that evidence records may be by.
    digests: Vec<document::WrittenDigest>,
}

/// A code and what a reader said.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRefusal {
    code: String,
    why: Option<String>,
}

/// What a document of facts says of the artefact.
#[derive(Debug)]
pub struct Read {
    /// The evidence.
    pub case: Case,
    /// Octets of the artefact.
    pub length: u64,
    /// SHA-256 of the artefact, hex.
    pub sha256: String,
}

/// Gathers the evidence in an artefact and writes it down.
///
/// # Errors
/// See [`WriteFacts`].
pub fn write(source: &dyn Source) -> Result<Vec<u8>, WriteFacts> {
    let case = Case::open(source);
    let digests = digests(source)?;
    let own = |digest: &&Digest| digest.algorithm() == DigestAlgorithm::Sha256;
    let sha256 = digests.iter().find(own).map(|own| hex(own.bytes()));
    let others = digests.iter().filter(|one| !own(one));
    let mut written = Written {
        form: FORM.to_owned(),
        kind: case.kind().code().to_owned(),
        length: source.length(),
        sha256: sha256.unwrap_or_default(),
        refused: None,
        octets: None,
        document: None,
        digests: others.map(document::WrittenDigest::of).collect(),
    };
    match case.body() {
        Body::Refused(refused) => written.refused = Some(WrittenRefusal::of(refused)),
        Body::Document(facts) => written.document = Some(document::Written::of(facts)),
        _ => written.octets = Some(base64(&whole(source)?)),
    }
    let octets = serde_json::to_vec(&written).map_err(|_| WriteFacts::TooLarge)?;
    (octets.len() <= MAX_FACTS)
        .then_some(octets)
        .ok_or(WriteFacts::TooLarge)
}

/// Reads facts that were written down.
///
/// # Errors
/// See [`ReadFacts`].
pub fn read(octets: &[u8]) -> Result<Read, ReadFacts> {
    if octets.len() > MAX_FACTS {
        return Err(ReadFacts::TooLarge);
    }
    credential::inspect_json(octets).map_err(|_| ReadFacts::Malformed)?;
    let written: Written = serde_json::from_slice(octets).map_err(|_| ReadFacts::Malformed)?;
    if written.form != FORM {
        return Err(ReadFacts::Form);
    }
    // Same facts, same octets: what is signed or digested as facts has one reading and one spelling.
    if !serde_json::to_vec(&written).is_ok_and(|own| own == octets) {
        return Err(ReadFacts::Spelling);
    }
    let case = written.case()?.with_digests(written.digests()?);
    Ok(Read {
        case,
        length: written.length,
        sha256: written.sha256,
    })
}

impl Written {
    /// Every digest of the whole artefact.
    fn digests(&self) -> Result<Vec<Digest>, ReadFacts> {
        if self.digests.len() > WHOLE.len() {
            return Err(ReadFacts::TooMany("digests"));
        }
        let own = document::unhex(&self.sha256).ok_or(ReadFacts::Value("sha256"))?;
        let own = Digest::from_bytes(DigestAlgorithm::Sha256, &own);
        let own = own.map_err(|_| ReadFacts::Value("sha256"))?;
        let others = self.digests.iter().map(document::WrittenDigest::read);
        let others: Vec<Digest> = others.collect::<Result<_, _>>()?;
        Ok([vec![own], others].concat())
    }

    fn case(&self) -> Result<Case, ReadFacts> {
        let mut all = Kind::ALL.into_iter();
        let kind = all.find(|kind| kind.code() == self.kind);
        let kind = kind.ok_or(ReadFacts::Value("kind"))?;
        match (&self.refused, &self.octets, &self.document) {
            (Some(refused), None, None) => Ok(Case::of(kind, Body::Refused(refused.read()?))),
            (None, Some(octets), None) => self.small(kind, octets),
            (None, None, Some(document)) if kind == Kind::Pdf => {
                Ok(Case::of(kind, Body::Document(Box::new(document.read()?))))
            }
            _ => Err(ReadFacts::Kind),
        }
    }

    /// What is its own facts is read as it was, and is what it was said to be.
    fn small(&self, kind: Kind, octets: &str) -> Result<Case, ReadFacts> {
        let octets = unbase64(octets).ok_or(ReadFacts::Value("octets"))?;
        let same = hex(&crypto::sha256(&octets)) == self.sha256;
        let case = Case::open(&octets);
        let read = !matches!(case.body(), Body::Refused(_) | Body::Document(_));
        (same && read && case.kind() == kind)
            .then_some(case)
            .ok_or(ReadFacts::Kind)
    }
}

impl WrittenRefusal {
    fn of(refused: &Refused) -> WrittenRefusal {
        WrittenRefusal {
            code: refused.code.to_owned(),
            why: refused.why.clone(),
        }
    }

    fn read(&self) -> Result<Refused, ReadFacts> {
        Ok(Refused {
            code: document::code(&self.code)?,
            why: self.why.clone(),
        })
    }
}

/// Algorithms by which evidence records know artefacts (RFC 4998 3.1).
const WHOLE: [DigestAlgorithm; 4] = [
    DigestAlgorithm::Sha256,
    DigestAlgorithm::Sha384,
    DigestAlgorithm::Sha512,
    DigestAlgorithm::Sm3,
];

/// The digests of an artefact of any size, in one pass.
fn digests(source: &dyn Source) -> Result<Vec<Digest>, WriteFacts> {
    verify::facts::digests(source, &WHOLE).map_err(|_| WriteFacts::Unreadable)
}

fn whole(source: &dyn Source) -> Result<Vec<u8>, WriteFacts> {
    let length = Some(source.length()).filter(|length| *length <= MAX_WHOLE);
    let length = length.and_then(|length| usize::try_from(length).ok());
    let mut octets = vec![0; length.ok_or(WriteFacts::TooLarge)?];
    let read = source.read_at(0, &mut octets);
    read.map_err(|_| WriteFacts::Unreadable)?;
    Ok(octets)
}
