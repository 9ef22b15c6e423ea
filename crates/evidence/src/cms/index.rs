//! ats-hash-index-v3: which certificates, pieces of status and unsigned attributes an archive time-stamp covers
//! (EN 319 122-1, 5.5.2).

use crypto::{Digest, DigestAlgorithm};

use crate::cms::attribute::Attribute;
use crate::cms::extend::revocation_info;
use crate::cms::read::SignedData;
use crate::cms::signer::SignerInfo;
use asn1::{Oid, ReadAsn1, Reader, Tag, write};
use pki::algorithm::{AlgorithmIdentifier, digest_identifier};

/// Hashes of one list. More than a message can hold are never read.
pub(super) const MAX_HASHES: usize = 1024;

/// `ATSHashIndexV3 ::= SEQUENCE { hashIndAlgorithm, certificatesHashIndex, crlsHashIndex,
/// unsignedAttrValuesHashIndex }`, the last three each a SEQUENCE OF OCTET STRING.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HashIndex {
    pub(super) raw: Vec<u8>,
    pub(super) algorithm: Option<DigestAlgorithm>,
    pub(super) certificates: Vec<Vec<u8>>,
    pub(super) revocations: Vec<Vec<u8>>,
    pub(super) attributes: Vec<Vec<u8>>,
}

/// A part of a message that an index can name, with what it is hashed as.
pub(super) struct Part<'a> {
    /// The part as the message gives it out.
    pub(super) shown: &'a [u8],
    /// What is hashed.
    hashed: Vec<u8>,
}

impl Part<'_> {
    pub(super) fn hash(&self, algorithm: DigestAlgorithm) -> Digest {
        Digest::of(algorithm, &self.hashed)
    }
}

impl HashIndex {
    /// The index of all that `message` holds for `signer` now.
    ///
    /// EN 319 122-1 5.5.2: "every instance" as present when the time-stamp is asked for, and no other.
    pub(super) fn of(
        message: &SignedData,
        signer: &SignerInfo,
        algorithm: DigestAlgorithm,
    ) -> Vec<u8> {
        let list = |parts: Vec<Part<'_>>| {
            write::sequence(
                parts
                    .iter()
                    .map(|part| write::octet_string(part.hash(algorithm).bytes())),
            )
        };
        let (crls, others, responses) = revocations(message);
        let revocations = [crls, others, responses].into_iter().flatten().collect();
        write::sequence([
            digest_identifier(algorithm),
            list(certificates(message)),
            list(revocations),
            list(attributes(signer).map(|(_, part)| part).collect()),
        ])
    }

    /// Reads the value of the attribute.
    pub(super) fn parse(value: &[u8]) -> Result<Self, ReadAsn1> {
        let element = Reader::single(value, Tag::SEQUENCE)?;
        let mut inside = element.reader()?;
        let algorithm = AlgorithmIdentifier::read(&inside.expect(Tag::SEQUENCE)?)?.digest();
        let mut list = || hashes(inside.sequence()?);
        let (certificates, revocations, attributes) = (list()?, list()?, list()?);
        inside.end()?;
        Ok(Self {
            raw: element.raw().to_vec(),
            algorithm,
            certificates,
            revocations,
            attributes,
        })
    }
}

/// A list of hashes, read no further than [`MAX_HASHES`]; what is left over then is a fault of the encoding.
fn hashes(mut list: Reader<'_>) -> Result<Vec<Vec<u8>>, ReadAsn1> {
    let mut hashes = Vec::new();
    while !list.is_empty() && hashes.len() < MAX_HASHES {
        hashes.push(list.expect(Tag::OCTET_STRING)?.content().to_vec());
    }
    list.end()?;
    Ok(hashes)
}

fn whole(raw: &[u8]) -> Part<'_> {
    Part {
        shown: raw,
        hashed: raw.to_vec(),
    }
}

/// Each instance of CertificateChoices.
pub(super) fn certificates(message: &SignedData) -> Vec<Part<'_>> {
    let lists = [&message.certificates, &message.other_certificates];
    lists.into_iter().flatten().map(|raw| whole(raw)).collect()
}

type Revocations<'a> = (Vec<Part<'a>>, Vec<Part<'a>>, Vec<Part<'a>>);

/// Each instance of RevocationInfoChoice: lists, those of another kind, and OCSP responses within what is around them.
pub(super) fn revocations(message: &SignedData) -> Revocations<'_> {
    let crls = message.crls.iter().map(|raw| whole(raw)).collect();
    let others = message.other_revocations.iter();
    let responses = message.ocsp_responses.iter().map(|response| Part {
        shown: response,
        hashed: revocation_info(response),
    });
    (
        crls,
        others.map(|raw| whole(raw)).collect(),
        responses.collect(),
    )
}

/// Each value of each unsigned attribute.
///
/// EN 319 122-1 5.5.2: one hash for every value, over the attribute's type and that value, one behind the other.
pub(super) fn attributes(signer: &SignerInfo) -> impl Iterator<Item = (Oid, Part<'_>)> {
    signer.unsigned.iter().flat_map(|attribute: &Attribute| {
        let kind = attribute.kind();
        attribute.values().iter().map(move |value| {
            let hashed = [write::oid(&kind), value.clone()].concat();
            let shown = value.as_slice();
            (kind, Part { shown, hashed })
        })
    })
}
