//! archive-time-stamp-v3: a token over a whole signature and all that proves it, so that the proof outlives the keys
//! and certificates of those who gave it (EN 319 122-1, 5.5.3).
//!
//! Making: [`prepare_archive`] gives the digest to be stamped, [`PreparedArchive::finish`] takes the token. Renewal is
//! the same once more: what the last token needs is put in first ([`crate::cms::Extended`]), then the next token covers it.

use std::collections::BTreeSet;

use crypto::{Digest, DigestAlgorithm, Hasher};
use thiserror::Error;

use crate::cms::attribute::Attribute;
use crate::cms::extend::{Extended, with_unsigned_attribute};
use crate::cms::fault::Fault;
use crate::cms::index::{self, HashIndex, Part};
use crate::cms::oids;
use crate::cms::read::{ReadCms, SignedData};
use crate::cms::signer::SignerInfo;
use asn1::{Oid, write};

/// What keeps a token from being an archive time-stamp over a message.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ArchiveFault {
    /// The message has no signer in this place.
    #[error("no signer in this place")]
    NoSigner,
    /// The attribute's value is no signed message with one signer.
    #[error("the archive time-stamp is no token")]
    Token(#[source] Box<ReadCms>),
    /// The token lacks its index, or has several: what it covers cannot be told.
    #[error("the archive time-stamp has no one index of what it covers")]
    IndexAbsent,
    /// The index cannot be read, or its algorithm is not known.
    #[error("the index of the archive time-stamp is malformed")]
    IndexMalformed,
    /// The index was made with another algorithm than the imprint.
    #[error("the index of the archive time-stamp is of another algorithm than its imprint")]
    IndexAlgorithm,
    /// The index names something that the message does not hold (any more).
    #[error("the index names {0} that the message does not hold")]
    Dangling(Indexed),
    /// The digest given is not of the content.
    #[error("the digest of the content is of another algorithm than the imprint")]
    ContentDigest,
    /// The token cannot take its index: it is no message with one signer.
    #[error("the token cannot carry the index")]
    Unextendable(#[source] Box<Fault>),
}

/// What an index names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Indexed {
    /// A certificate.
    Certificate,
    /// A revocation list or an OCSP response.
    Revocation,
    /// The value of an unsigned attribute.
    Attribute,
}

impl std::fmt::Display for Indexed {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(match self {
            Self::Certificate => "a certificate",
            Self::Revocation => "a piece of status",
            Self::Attribute => "an unsigned attribute",
        })
    }
}

/// An archive time-stamp that lacks its token. Used once.
#[derive(Debug)]
pub struct PreparedArchive {
    message: SignedData,
    signer: usize,
    index: Vec<u8>,
    imprint: Digest,
}

/// Lays out an archive time-stamp over the signer in place `signer` of `message`, as the message is now.
///
/// `content` is the digest of the signed content, made with the algorithm that the token will have: where a digest has
/// grown weak, a stronger one is taken here. The message has to hold already whatever proves the signature and its
/// earlier time-stamps (EN 319 122-1, 5.5.3 note 3).
///
/// # Errors
/// `NoSigner`.
pub fn prepare_archive(
    message: &SignedData,
    signer: usize,
    content: &Digest,
) -> Result<PreparedArchive, ArchiveFault> {
    let info = message.signers.get(signer).ok_or(ArchiveFault::NoSigner)?;
    let index = HashIndex::of(message, info, content.algorithm());
    Ok(PreparedArchive {
        imprint: imprint(message, info, content, &index),
        message: message.clone(),
        signer,
        index,
    })
}

impl PreparedArchive {
    /// The digest to be stamped.
    #[must_use]
    pub fn imprint(&self) -> &Digest {
        &self.imprint
    }

    /// The message with `token`, a whole token over [`Self::imprint`], as its newest archive time-stamp.
    ///
    /// # Errors
    /// `Token` and `Unextendable` where it is no token with one signer.
    pub fn finish(self, token: &[u8]) -> Result<Vec<u8>, ArchiveFault> {
        let token = SignedData::parse(token).map_err(|error| ArchiveFault::Token(error.into()))?;
        // EN 319 122-1 5.5.2: the index is an unsigned attribute of the token's signer.
        let index = Attribute::new(oids::ATS_HASH_INDEX_V3, self.index);
        let token = with_unsigned_attribute(&token, index)
            .map_err(|fault| ArchiveFault::Unextendable(fault.into()))?;
        let attribute = Attribute::new(oids::ARCHIVE_TIME_STAMP_V3, token);
        let mut extended = Extended::of(self.message);
        // 5.5.3 with 5.5.2: the algorithm of the imprint stands among the digest algorithms too.
        extended.announce(self.imprint.algorithm());
        extended
            .add_attribute(self.signer, attribute)
            .map_err(|_| ArchiveFault::NoSigner)?;
        Ok(extended.encode())
    }
}

/// What a token is made over (EN 319 122-1, 5.5.3, points 1 to 4).
fn imprint(message: &SignedData, signer: &SignerInfo, content: &Digest, index: &[u8]) -> Digest {
    let mut hasher = Hasher::new(content.algorithm());
    // 1) The type of the content, whole.
    hasher.update(&write::oid(&message.content_type));
    // 2) The hash of the content, by the imprint's own algorithm.
    hasher.update(content.bytes());
    // 3) Version to signature of the SignerInfo, each whole, in the order of the structure.
    hasher.update(&signer.signed_fields());
    // 4) One instance of the index.
    hasher.update(index);
    hasher.finish()
}

/// An archive time-stamp of a message, read and not judged.
#[derive(Debug, Clone)]
pub struct ArchiveStamp<'a> {
    token: &'a [u8],
    index: HashIndex,
    algorithm: DigestAlgorithm,
}

/// What one archive time-stamp proves to have existed, beside the signature and its content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Covered<'a> {
    /// Certificates.
    pub certificates: Vec<&'a [u8]>,
    /// Revocation lists.
    pub crls: Vec<&'a [u8]>,
    /// OCSP responses.
    pub ocsp_responses: Vec<&'a [u8]>,
    /// Values of unsigned attributes with their types: earlier time-stamps above all.
    pub attributes: Vec<(Oid, &'a [u8])>,
}

impl<'a> ArchiveStamp<'a> {
    /// Reads the value of an attribute archive-time-stamp-v3: a token with its index.
    ///
    /// # Errors
    /// `Token`, `IndexAbsent`, `IndexMalformed`.
    pub fn parse(value: &'a [u8]) -> Result<Self, ArchiveFault> {
        let message =
            SignedData::parse(value).map_err(|error| ArchiveFault::Token(error.into()))?;
        let signer = message.signer().ok_or(ArchiveFault::IndexAbsent)?;
        let mut all = signer.unsigned(oids::ATS_HASH_INDEX_V3);
        // 5.5.2: exactly one index, or what the token covers would be anyone's choice.
        let (Some(index), None) = (all.next(), all.next()) else {
            return Err(ArchiveFault::IndexAbsent);
        };
        let index = HashIndex::parse(index).map_err(|_| ArchiveFault::IndexMalformed)?;
        let algorithm = index.algorithm.ok_or(ArchiveFault::IndexMalformed)?;
        Ok(Self {
            token: value,
            index,
            algorithm,
        })
    }

    /// The token, as [`crate::tsp::Token::parse`] takes it.
    #[must_use]
    pub fn token(&self) -> &'a [u8] {
        self.token
    }

    /// The algorithm of index and imprint.
    #[must_use]
    pub fn algorithm(&self) -> DigestAlgorithm {
        self.algorithm
    }

    /// What the token's imprint has to be: its message is `message`, `signer` carries it, and the content has the
    /// digest `content`.
    ///
    /// # Errors
    /// `ContentDigest` where that is of another algorithm; `IndexAlgorithm` where the token's own imprint is.
    pub fn imprint(
        &self,
        message: &SignedData,
        signer: &SignerInfo,
        content: &Digest,
        stamped: DigestAlgorithm,
    ) -> Result<Digest, ArchiveFault> {
        // 5.5.2: "the same as the hash algorithm used for computing the message imprint".
        if stamped != self.algorithm {
            return Err(ArchiveFault::IndexAlgorithm);
        }
        if content.algorithm() != stamped {
            return Err(ArchiveFault::ContentDigest);
        }
        Ok(imprint(message, signer, content, &self.index.raw))
    }

    /// What of `message` and `signer` the token covers: what its index names, and nothing else.
    ///
    /// # Errors
    /// `Dangling` where it names something that is not there: then something was taken out that had been proven
    /// (EN 319 122-1, 5.5.2: the attribute is invalid).
    pub fn covered<'m>(
        &self,
        message: &'m SignedData,
        signer: &'m SignerInfo,
    ) -> Result<Covered<'m>, ArchiveFault> {
        let sieve = |named| Sieve::new(self.algorithm, named);
        let mut sieved = sieve(&self.index.certificates);
        let certificates = sieved.pick(index::certificates(message));
        sieved.finish(Indexed::Certificate)?;
        let mut sieved = sieve(&self.index.revocations);
        let (crls, others, responses) = index::revocations(message);
        let (crls, _) = (sieved.pick(crls), sieved.pick(others));
        let ocsp_responses = sieved.pick(responses);
        sieved.finish(Indexed::Revocation)?;
        let mut sieved = sieve(&self.index.attributes);
        let attributes = index::attributes(signer)
            .filter(|(_, part)| sieved.takes(part))
            .map(|(kind, part)| (kind, part.shown))
            .collect();
        sieved.finish(Indexed::Attribute)?;
        Ok(Covered {
            certificates,
            crls,
            ocsp_responses,
            attributes,
        })
    }
}

/// Takes the parts that a list of hashes names, and knows which hashes were met.
struct Sieve<'a> {
    algorithm: DigestAlgorithm,
    named: BTreeSet<&'a [u8]>,
    met: BTreeSet<&'a [u8]>,
}

impl<'a> Sieve<'a> {
    fn new(algorithm: DigestAlgorithm, named: &'a [Vec<u8>]) -> Self {
        Self {
            algorithm,
            named: named.iter().map(Vec::as_slice).collect(),
            met: BTreeSet::new(),
        }
    }

    fn takes(&mut self, part: &Part<'_>) -> bool {
        let hash = part.hash(self.algorithm);
        let known = self.named.get(hash.bytes()).copied();
        self.met.extend(known);
        known.is_some()
    }

    fn pick<'m>(&mut self, parts: Vec<Part<'m>>) -> Vec<&'m [u8]> {
        parts
            .into_iter()
            .filter(|part| self.takes(part))
            .map(|part| part.shown)
            .collect()
    }

    fn finish(self, what: Indexed) -> Result<(), ArchiveFault> {
        let all = self.met.len() == self.named.len();
        all.then_some(()).ok_or(ArchiveFault::Dangling(what))
    }
}

impl ArchiveFault {
    /// A stable name of the fault.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSigner => "cms.no-signer",
            Self::Token(_) | Self::Unextendable(_) => "archive.token",
            Self::IndexAbsent => "archive.index-absent",
            Self::IndexMalformed => "archive.index-malformed",
            Self::IndexAlgorithm | Self::ContentDigest => "archive.index-algorithm",
            Self::Dangling(_) => "archive.index-dangling",
        }
    }
}
