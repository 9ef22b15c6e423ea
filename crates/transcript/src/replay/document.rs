//! The evidence in a PDF, written down and read again.

use crypto::{Digest, DigestAlgorithm};
use pdf::{Standing, SubFilter};
use serde::{Deserialize, Serialize};
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;

use super::{ReadFacts, WrittenRefusal};
use crate::spelling::{base64, unbase64};
use verify::facts::{DocumentFacts, Embedded, Lines, MAX_MATERIAL, MAX_SIGNATURES, SignatureFacts};
use verify::report::{ChangeTold, Covers, hex, told};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    signatures: Vec<WrittenSignature>,
    too_many: bool,
    sealing: Option<usize>,
    sealed: WrittenEmbedded,
    latest: WrittenEmbedded,
    certificates: Vec<String>,
    ocsps: Vec<String>,
    crls: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenEmbedded {
    licence: Option<String>,
    status: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSignature {
    field: String,
    revision: usize,
    standing: String,
    covers: String,
    changes: Vec<WrittenChange>,
    refused: Option<WrittenRefusal>,
    lines: Option<WrittenLines>,
    store: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenChange {
    code: String,
    permitted: bool,
    text: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLines {
    sub_filter: String,
    byte_range: [u64; 4],
    contents: String,
    digests: Vec<WrittenDigest>,
    claimed: Option<String>,
    intent: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenDigest {
    algorithm: String,
    value: String,
}

/// Changes after one signature that are taken: as many as a reader of files could tell in its limits.
const MAX_CHANGES: usize = 100_000;
/// Digests over one signature: its own algorithm and SHA-256.
const MAX_DIGESTS: usize = 2;

const STANDINGS: [(Standing, &str); 3] = [
    (Standing::Standing, "standing"),
    (Standing::Replaced, "replaced"),
    (Standing::Gone, "gone"),
];
const REACHES: [(Covers, &str); 3] = [
    (Covers::WholeFile, "whole_file"),
    (Covers::Revision, "revision"),
    (Covers::Part, "part"),
];
const SUB_FILTERS: [(SubFilter, &str); 3] = [
    (SubFilter::Cades, "cades"),
    (SubFilter::Pkcs7, "pkcs7"),
    (SubFilter::TimeStamp, "time_stamp"),
];
const ALGORITHMS: [(DigestAlgorithm, &str); 5] = [
    (DigestAlgorithm::Sha1, "sha-1"),
    (DigestAlgorithm::Sha256, "sha-256"),
    (DigestAlgorithm::Sha384, "sha-384"),
    (DigestAlgorithm::Sha512, "sha-512"),
    (DigestAlgorithm::Sm3, "sm3"),
];

/// The word of a value; every value has one.
fn word<T: PartialEq>(table: &[(T, &str)], value: &T) -> String {
    let row = table.iter().find(|(known, _)| known == value);
    row.map_or("", |(_, word)| word).to_owned()
}

fn value<T: Copy>(table: &[(T, &str)], word: &str, what: &'static str) -> Result<T, ReadFacts> {
    let row = table.iter().find(|(_, known)| *known == word);
    row.map(|(value, _)| *value).ok_or(ReadFacts::Value(what))
}

/// Thirty-two octets in hex, lower case.
pub(super) fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut octets = [0; 32];
    for (place, octet) in octets.iter_mut().enumerate() {
        let at = place.saturating_mul(2);
        let pair = text.get(at..at.saturating_add(2))?;
        *octet = u8::from_str_radix(pair, 16).ok()?;
    }
    (hex(&octets) == text).then_some(octets)
}

/// A finding code, as one of ours.
pub(super) fn code(text: &str) -> Result<&'static str, ReadFacts> {
    let row = finding::TABLE.iter().find(|row| row.code == text);
    row.map(|row| row.code).ok_or(ReadFacts::Value("code"))
}

fn bounded<T>(all: &[T], most: usize, what: &'static str) -> Result<(), ReadFacts> {
    (all.len() <= most)
        .then_some(())
        .ok_or(ReadFacts::TooMany(what))
}

impl Written {
    pub(super) fn of(facts: &DocumentFacts) -> Written {
        let DocumentFacts {
            signatures,
            too_many,
            sealing,
            sealed,
            latest,
            certificates,
            ocsps,
            crls,
        } = facts;
        let all = |octets: &[Vec<u8>]| octets.iter().map(|one| base64(one)).collect();
        Written {
            signatures: signatures.iter().map(WrittenSignature::of).collect(),
            too_many: *too_many,
            sealing: *sealing,
            sealed: WrittenEmbedded::of(sealed),
            latest: WrittenEmbedded::of(latest),
            certificates: all(certificates),
            ocsps: all(ocsps),
            crls: all(crls),
        }
    }

    pub(super) fn read(&self) -> Result<DocumentFacts, ReadFacts> {
        bounded(&self.signatures, MAX_SIGNATURES, "signatures")?;
        let signatures = self.signatures.iter().map(WrittenSignature::read);
        Ok(DocumentFacts {
            signatures: signatures.collect::<Result<_, _>>()?,
            too_many: self.too_many,
            sealing: self.sealing,
            sealed: self.sealed.read()?,
            latest: self.latest.read()?,
            certificates: many(&self.certificates, "certificates")?,
            ocsps: many(&self.ocsps, "ocsps")?,
            crls: many(&self.crls, "crls")?,
        })
    }
}

fn many(texts: &[String], what: &'static str) -> Result<Vec<Vec<u8>>, ReadFacts> {
    bounded(texts, MAX_MATERIAL, what)?;
    let octets = texts.iter().map(|text| unbase64(text));
    octets.collect::<Option<_>>().ok_or(ReadFacts::Value(what))
}

impl WrittenEmbedded {
    fn of(embedded: &Embedded) -> WrittenEmbedded {
        let Embedded { licence, status } = embedded;
        WrittenEmbedded {
            licence: licence.as_deref().map(base64),
            status: status.as_deref().map(base64),
        }
    }

    fn read(&self) -> Result<Embedded, ReadFacts> {
        Ok(Embedded {
            licence: optional(self.licence.as_ref(), "licence")?,
            status: optional(self.status.as_ref(), "status")?,
        })
    }
}

fn optional(text: Option<&String>, what: &'static str) -> Result<Option<Vec<u8>>, ReadFacts> {
    text.map(|text| unbase64(text).ok_or(ReadFacts::Value(what)))
        .transpose()
}

impl WrittenSignature {
    fn of(facts: &SignatureFacts) -> WrittenSignature {
        let SignatureFacts {
            field,
            revision,
            standing,
            covers,
            changes,
            lines,
            store,
        } = facts;
        WrittenSignature {
            field: field.clone(),
            revision: *revision,
            standing: word(&STANDINGS, standing),
            covers: word(&REACHES, covers),
            changes: changes.iter().map(WrittenChange::of).collect(),
            refused: lines.as_ref().err().map(WrittenRefusal::of),
            lines: lines.as_ref().ok().map(WrittenLines::of),
            store: store.iter().map(|digest| hex(digest)).collect(),
        }
    }

    fn read(&self) -> Result<SignatureFacts, ReadFacts> {
        bounded(&self.changes, MAX_CHANGES, "changes")?;
        bounded(&self.store, 3 * MAX_MATERIAL, "store")?;
        let store = self.store.iter().map(|digest| unhex(digest));
        Ok(SignatureFacts {
            field: self.field.clone(),
            revision: self.revision,
            standing: value(&STANDINGS, &self.standing, "standing")?,
            covers: value(&REACHES, &self.covers, "covers")?,
            changes: self
                .changes
                .iter()
                .map(WrittenChange::read)
                .collect::<Result<_, _>>()?,
            lines: match (&self.refused, &self.lines) {
                (Some(refused), None) => Err(refused.read()?),
                (None, Some(lines)) => Ok(lines.read()?),
                _ => return Err(ReadFacts::Kind),
            },
            store: store
                .collect::<Option<_>>()
                .ok_or(ReadFacts::Value("store"))?,
        })
    }
}

impl WrittenChange {
    fn of(change: &ChangeTold) -> WrittenChange {
        WrittenChange {
            code: change.code.to_owned(),
            permitted: change.permitted,
            text: change.text.clone(),
        }
    }

    fn read(&self) -> Result<ChangeTold, ReadFacts> {
        Ok(ChangeTold {
            code: code(&self.code)?,
            permitted: self.permitted,
            text: self.text.clone(),
        })
    }
}

impl WrittenLines {
    fn of(lines: &Lines) -> WrittenLines {
        WrittenLines {
            sub_filter: word(&SUB_FILTERS, &lines.sub_filter),
            byte_range: lines.byte_range,
            contents: base64(&lines.contents),
            digests: lines.digests.iter().map(WrittenDigest::of).collect(),
            claimed: lines.claimed.map(told),
            intent: lines.intent.clone(),
        }
    }

    /// The message is parsed again: what its octets are is no fact but a reading of them.
    fn read(&self) -> Result<Lines, ReadFacts> {
        bounded(&self.digests, MAX_DIGESTS, "digests")?;
        let sub_filter = value(&SUB_FILTERS, &self.sub_filter, "sub_filter")?;
        let contents = unbase64(&self.contents).ok_or(ReadFacts::Value("contents"))?;
        let (message, token) = Lines::parse(sub_filter, &contents);
        Ok(Lines {
            sub_filter,
            byte_range: self.byte_range,
            contents,
            message,
            token,
            digests: self
                .digests
                .iter()
                .map(WrittenDigest::read)
                .collect::<Result<_, _>>()?,
            claimed: self.claimed.as_deref().map(moment).transpose()?,
            intent: self.intent.clone(),
        })
    }
}

fn moment(text: &str) -> Result<UtcDateTime, ReadFacts> {
    let moment = UtcDateTime::parse(text, &Rfc3339).ok();
    let same = moment.filter(|moment| told(*moment) == text);
    same.ok_or(ReadFacts::Value("claimed"))
}

impl WrittenDigest {
    pub(super) fn of(digest: &Digest) -> WrittenDigest {
        WrittenDigest {
            algorithm: word(&ALGORITHMS, &digest.algorithm()),
            value: base64(digest.bytes()),
        }
    }

    pub(super) fn read(&self) -> Result<Digest, ReadFacts> {
        let algorithm = value(&ALGORITHMS, &self.algorithm, "algorithm")?;
        let octets = unbase64(&self.value).ok_or(ReadFacts::Value("digest"))?;
        Digest::from_bytes(algorithm, &octets).map_err(|_| ReadFacts::Value("digest"))
    }
}
