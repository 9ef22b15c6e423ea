//! The structure: EvidenceRecord, its chains, their archive time-stamps (RFC 4998, 3.1, 4.1, 5.1).

use asn1::{Element, ReadAsn1, Reader, Tag, write};
use crypto::DigestAlgorithm;
use pki::algorithm::{AlgorithmIdentifier, digest_identifier};
use thiserror::Error;

/// Octets of one record.
pub const MAX_RECORD: usize = 16 * 1024 * 1024;
/// Chains of one record: each is a change of digest.
pub const MAX_CHAINS: usize = 32;
/// Archive time-stamps of one record, over all its chains.
pub const MAX_STAMPS: usize = 256;
/// Lists of one reduced tree: enough for two to the power of this many leaves.
pub const MAX_LISTS: usize = 64;
/// Hash values of one reduced tree, over all its lists.
pub const MAX_HASHES: usize = 16 * 1024;

/// Why octets are no evidence record.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadRecord {
    /// The encoding is broken.
    #[error("not an evidence record")]
    Asn1(#[from] ReadAsn1),
    /// More than [`MAX_RECORD`] octets.
    #[error("{0} octets are too many")]
    TooLarge(usize),
    /// More chains, time-stamps, lists or hashes than the limits allow.
    #[error("too many {0}")]
    TooMany(&'static str),
    /// A list that has to hold something is empty (RFC 4998 5.1: without a time-stamp nothing is proven).
    #[error("no {0}")]
    Empty(&'static str),
}

/// An evidence record: every part as it was received, nothing judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceRecord {
    pub(crate) version: u64,
    pub(crate) digest_algorithms: Vec<AlgorithmIdentifier>,
    pub(crate) crypto_infos: Option<Vec<u8>>,
    pub(crate) encryption: Option<Vec<u8>>,
    pub(crate) chains: Vec<Vec<ArchiveTimeStamp>>,
}

/// A time-stamp and the reduced tree that leads to what it was made over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveTimeStamp {
    pub(crate) algorithm: Option<AlgorithmIdentifier>,
    pub(crate) attributes: Option<Vec<u8>>,
    pub(crate) lists: Option<Vec<Vec<Vec<u8>>>>,
    pub(crate) token: Vec<u8>,
}

impl EvidenceRecord {
    /// Reads the DER of a record.
    ///
    /// # Errors
    /// See [`ReadRecord`]. What is readable and wrong is a matter of [`Self::inspect`].
    pub fn parse(octets: &[u8]) -> Result<Self, ReadRecord> {
        if octets.len() > MAX_RECORD {
            return Err(ReadRecord::TooLarge(octets.len()));
        }
        let mut inside = Reader::single(octets, Tag::SEQUENCE)?.reader()?;
        let version = inside.expect(Tag::INTEGER)?.unsigned()?;
        let mut digest_algorithms = Vec::new();
        let mut list = inside.sequence()?;
        while !list.is_empty() {
            if digest_algorithms.len() == MAX_CHAINS {
                return Err(ReadRecord::TooMany("digest algorithms"));
            }
            digest_algorithms.push(AlgorithmIdentifier::read(&list.expect(Tag::SEQUENCE)?)?);
        }
        let mut optional = |number| -> Result<Option<Vec<u8>>, ReadAsn1> {
            let element = inside.optional(Tag::context(number))?;
            Ok(element.map(|element| element.raw().to_vec()))
        };
        let (crypto_infos, encryption) = (optional(0)?, optional(1)?);
        let mut sequence = inside.sequence()?;
        inside.end()?;
        let (mut chains, mut stamps) = (Vec::new(), 0_usize);
        while !sequence.is_empty() {
            if chains.len() == MAX_CHAINS {
                return Err(ReadRecord::TooMany("chains"));
            }
            chains.push(read_chain(sequence.sequence()?, &mut stamps)?);
        }
        if chains.is_empty() {
            return Err(ReadRecord::Empty("chain"));
        }
        Ok(Self {
            version,
            digest_algorithms,
            crypto_infos,
            encryption,
            chains,
        })
    }

    /// `EvidenceRecord ::= SEQUENCE { version, digestAlgorithms, cryptoInfos [0] OPTIONAL, encryptionInfo [1]
    /// OPTIONAL, archiveTimeStampSequence }`, DER (RFC 4998 3.1).
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let algorithms = self.digest_algorithms.iter();
        write::sequence([
            write::unsigned(self.version),
            write::sequence(algorithms.map(AlgorithmIdentifier::encode)),
            self.crypto_infos.clone().unwrap_or_default(),
            self.encryption.clone().unwrap_or_default(),
            encode_chains(&self.chains),
        ])
    }

    /// The chains, oldest first, each with its archive time-stamps, oldest first.
    #[must_use]
    pub fn chains(&self) -> &[Vec<ArchiveTimeStamp>] {
        &self.chains
    }

    /// The digest algorithms by which its documents are known: that of the first time-stamp of each chain, where known.
    pub fn algorithms(&self) -> impl Iterator<Item = DigestAlgorithm> {
        let firsts = self.chains.iter().filter_map(|chain| chain.first());
        firsts.filter_map(ArchiveTimeStamp::digest_algorithm)
    }

    /// The archive time-stamp on which the record rests today.
    pub(crate) fn last(&self) -> Option<&ArchiveTimeStamp> {
        self.chains.last()?.last()
    }
}

fn read_chain(
    mut list: Reader<'_>,
    stamps: &mut usize,
) -> Result<Vec<ArchiveTimeStamp>, ReadRecord> {
    let mut chain = Vec::new();
    while !list.is_empty() {
        *stamps = stamps.saturating_add(1);
        if *stamps > MAX_STAMPS {
            return Err(ReadRecord::TooMany("time-stamps"));
        }
        chain.push(ArchiveTimeStamp::read(&list.expect(Tag::SEQUENCE)?)?);
    }
    if chain.is_empty() {
        return Err(ReadRecord::Empty("time-stamp"));
    }
    Ok(chain)
}

/// `ArchiveTimeStampSequence`, as it stands in a record and as it is hashed (RFC 4998 5.2: "must be DER").
pub(crate) fn encode_chains(chains: &[Vec<ArchiveTimeStamp>]) -> Vec<u8> {
    let chain =
        |chain: &Vec<ArchiveTimeStamp>| write::sequence(chain.iter().map(ArchiveTimeStamp::encode));
    write::sequence(chains.iter().map(chain))
}

impl ArchiveTimeStamp {
    /// A time-stamp with the lists that lead to it, none where it is over the leaf itself.
    pub(crate) fn of(algorithm: DigestAlgorithm, lists: Vec<Vec<Vec<u8>>>, token: Vec<u8>) -> Self {
        let identifier = digest_identifier(algorithm);
        // What the writer writes is an identifier that the reader knows.
        let read = Reader::single(&identifier, Tag::SEQUENCE)
            .and_then(|element| AlgorithmIdentifier::read(&element));
        Self {
            algorithm: read.ok(),
            attributes: None,
            lists: Some(lists),
            token,
        }
    }

    fn read(element: &Element<'_>) -> Result<Self, ReadRecord> {
        let mut inside = element.reader()?;
        let algorithm = match inside.optional(Tag::context(0))? {
            Some(element) => {
                // [0] IMPLICIT: the same content under another tag.
                let sequence = write::element(Tag::SEQUENCE, element.content());
                let element = Reader::single(&sequence, Tag::SEQUENCE)?;
                Some(AlgorithmIdentifier::read(&element)?)
            }
            None => None,
        };
        let attributes = inside.optional(Tag::context(1))?;
        let lists = match inside.optional(Tag::context(2))? {
            Some(element) => Some(read_lists(element.reader()?)?),
            None => None,
        };
        let token = inside.expect(Tag::SEQUENCE)?.raw().to_vec();
        inside.end()?;
        Ok(Self {
            algorithm,
            attributes: attributes.map(|element| element.raw().to_vec()),
            lists,
            token,
        })
    }

    /// `ArchiveTimeStamp ::= SEQUENCE { digestAlgorithm [0] OPTIONAL, attributes [1] OPTIONAL, reducedHashtree [2]
    /// OPTIONAL, timeStamp }` (RFC 4998 4.1), tags implicit.
    fn encode(&self) -> Vec<u8> {
        let algorithm = self.algorithm.as_ref().map(|algorithm| {
            let mut implicit = algorithm.encode();
            if let Some(first) = implicit.first_mut() {
                *first = Tag::context(0).0;
            }
            implicit
        });
        let list = |list: &Vec<Vec<u8>>| {
            write::sequence(list.iter().map(|hash| write::octet_string(hash)))
        };
        let lists = self.lists.as_ref();
        let lists = lists.map(|lists| write::context(2, lists.iter().map(list)));
        write::sequence([
            algorithm.unwrap_or_default(),
            self.attributes.clone().unwrap_or_default(),
            lists.unwrap_or_default(),
            self.token.clone(),
        ])
    }

    /// The token as received: a ContentInfo.
    #[must_use]
    pub fn token(&self) -> &[u8] {
        &self.token
    }

    /// The lists of the reduced tree, the one with the leaf first; `None` where the token is over the leaf itself.
    #[must_use]
    pub fn lists(&self) -> Option<&[Vec<Vec<u8>>]> {
        self.lists.as_deref()
    }
}

/// `reducedHashtree ::= SEQUENCE OF PartialHashtree`, each a SEQUENCE OF OCTET STRING.
fn read_lists(mut lists: Reader<'_>) -> Result<Vec<Vec<Vec<u8>>>, ReadRecord> {
    let (mut read, mut hashes) = (Vec::new(), 0_usize);
    while !lists.is_empty() {
        if read.len() == MAX_LISTS {
            return Err(ReadRecord::TooMany("lists"));
        }
        let (mut list, mut values) = (lists.sequence()?, Vec::new());
        while !list.is_empty() {
            hashes = hashes.saturating_add(1);
            if hashes > MAX_HASHES {
                return Err(ReadRecord::TooMany("hashes"));
            }
            values.push(list.expect(Tag::OCTET_STRING)?.content().to_vec());
        }
        if values.is_empty() {
            return Err(ReadRecord::Empty("hash"));
        }
        read.push(values);
    }
    if read.is_empty() {
        return Err(ReadRecord::Empty("list"));
    }
    Ok(read)
}
