//! Whether a record is about given documents, and its time-stamps about each other: all that needs no key (RFC 4998,
//! 4.3 and 5.3).

use std::collections::BTreeMap;

use crypto::{Digest, DigestAlgorithm};
use evidence::tsp::Token;

use crate::fault::Fault;
use crate::grow::{joined, names};
use crate::record::{ArchiveTimeStamp, EvidenceRecord, encode_chains};
use crate::tree::{ascending, node};

/// A document: its digest by an algorithm, `None` where that cannot be had.
pub type Object<'a> = &'a dyn Fn(DigestAlgorithm) -> Option<Digest>;

/// What came of it.
#[derive(Debug)]
pub struct Inspection {
    /// The time-stamps, oldest first, whose tokens can be read. What is left to judge: that each token is good, and that it
    /// was valid when the next one was made, the last one now (RFC 4998 5.3).
    pub stamps: Vec<Stamp>,
    /// What is wrong. Where it is empty, the first of [`Self::stamps`] proves that the documents existed at its moment, if
    /// the tokens are good.
    pub faults: Vec<Fault>,
}

/// A time-stamp of a record.
#[derive(Debug)]
pub struct Stamp {
    /// Its chain.
    pub chain: usize,
    /// Its token.
    pub token: Token,
    /// What the token has to be over: the root of its lists.
    pub root: Digest,
}

/// A walk through the time-stamps of a record.
struct Walk<'a> {
    record: &'a EvidenceRecord,
    objects: &'a [Object<'a>],
    /// Digests of the documents by algorithm, computed once however many chains ask for them (T-I3).
    digests: BTreeMap<DigestAlgorithm, Vec<Option<Digest>>>,
    /// Which time-stamp this is, from 0 on over all chains.
    number: usize,
    found: Inspection,
}

impl EvidenceRecord {
    /// Everything about the record that departs from RFC 4998 or does not fit `objects`, the documents of its group, all of
    /// them and no other.
    #[must_use]
    pub fn inspect(&self, objects: &[Object<'_>]) -> Inspection {
        let mut walk = Walk {
            record: self,
            objects,
            digests: BTreeMap::new(),
            number: 0,
            found: Inspection {
                stamps: Vec::new(),
                faults: Vec::new(),
            },
        };
        if self.version != 1 {
            walk.fault(Fault::Version(self.version));
        }
        if self.encryption.is_some() {
            walk.fault(Fault::Encrypted);
        }
        if objects.is_empty() {
            walk.fault(Fault::NoObject);
        }
        for (place, chain) in self.chains.iter().enumerate() {
            walk.chain(place, chain);
        }
        walk.found
    }
}

impl Walk<'_> {
    fn fault(&mut self, fault: Fault) {
        self.found.faults.push(fault);
    }

    fn chain(&mut self, place: usize, chain: &[ArchiveTimeStamp]) {
        let algorithm = chain.first().and_then(ArchiveTimeStamp::digest_algorithm);
        let mut before: Option<&ArchiveTimeStamp> = None;
        for stamp in chain {
            let number = self.number;
            match (stamp.digest_algorithm(), algorithm) {
                (None, _) => self.fault(Fault::AlgorithmUnknown(number)),
                (Some(DigestAlgorithm::Sha1), _) => self.fault(Fault::AlgorithmWeak(number)),
                (Some(own), Some(first)) if own != first => {
                    self.fault(Fault::AlgorithmDiffers(number));
                }
                (Some(own), _) => self.stamp(place, stamp, own, before),
            }
            before = Some(stamp);
            self.number = self.number.saturating_add(1);
        }
    }

    fn stamp(
        &mut self,
        place: usize,
        stamp: &ArchiveTimeStamp,
        algorithm: DigestAlgorithm,
        before: Option<&ArchiveTimeStamp>,
    ) {
        let number = self.number;
        if let Some(named) = &stamp.algorithm
            && !names(&self.record.digest_algorithms, named)
        {
            self.fault(Fault::AlgorithmUnlisted(number));
        }
        let Ok(token) = Token::parse(&stamp.token) else {
            self.fault(Fault::Token(number));
            return;
        };
        let imprint = token.info().imprint().digest();
        // RFC 4998 4.1: without lists the token itself is over the hash.
        let bare = [vec![imprint.bytes().to_vec()]];
        let lists = stamp.lists.as_deref().unwrap_or(&bare);
        let hashes = lists.iter().flatten();
        if hashes
            .into_iter()
            .any(|hash| hash.len() != algorithm.length())
        {
            self.fault(Fault::HashLength(number));
            return;
        }
        let first = lists.first().map(Vec::as_slice).unwrap_or_default();
        match before {
            Some(before) => self.renewed(&Digest::of(algorithm, &before.token), first),
            None => self.documents(place, first, algorithm),
        }
        let root = root(algorithm, lists);
        if imprint.algorithm() != algorithm {
            self.fault(Fault::ImprintAlgorithm(number));
        } else if *imprint != root {
            self.fault(Fault::ImprintDiffers(number));
        }
        let moment = token.info().moment();
        let last = self.found.stamps.last();
        if last.is_some_and(|last| last.token.info().moment() > moment) {
            self.fault(Fault::Order(number));
        }
        self.found.stamps.push(Stamp {
            chain: place,
            token,
            root,
        });
    }

    /// RFC 4998 5.3 point 2: the first list "MUST contain the hash value of the timestamp of the Archive Timestamp
    /// before". Tokens of other records may stand beside it.
    fn renewed(&mut self, hash: &Digest, first: &[Vec<u8>]) {
        if !first.iter().any(|value| value == hash.bytes()) {
            self.fault(Fault::StampUnbound(self.number));
        }
    }

    /// RFC 4998 5.3 points 1 and 3, for every document of the group, and that the group has no others.
    fn documents(&mut self, place: usize, first: &[Vec<u8>], algorithm: DigestAlgorithm) {
        let chains = self.record.chains.get(..place).unwrap_or_default();
        let older = Digest::of(algorithm, &encode_chains(chains));
        let mut expected = Vec::new();
        let objects = self.objects;
        let digests = self.digests.entry(algorithm);
        let digests = digests.or_insert_with(|| objects.iter().map(|one| one(algorithm)).collect());
        for (index, digest) in digests.clone().into_iter().enumerate() {
            let value = match (digest, place) {
                (Some(digest), 0) => Some(digest),
                (Some(digest), _) => Some(joined(&digest, &older)),
                (None, _) => None,
            };
            let found = value.filter(|value| first.iter().any(|hash| hash == value.bytes()));
            match found {
                Some(value) => expected.push(value.bytes().to_vec()),
                None if place == 0 => self.fault(Fault::ObjectAbsent(index)),
                None => {
                    self.fault(Fault::SequenceUnbound(self.number));
                    return;
                }
            }
        }
        let complete = expected.len() == self.objects.len();
        if complete && first.iter().any(|hash| !expected.contains(hash)) {
            self.fault(Fault::ObjectOther(self.number));
        }
    }
}

/// Where the lists lead (RFC 4998 4.3 point 3): the hash of each list goes into the next one.
fn root(algorithm: DigestAlgorithm, lists: &[Vec<Vec<u8>>]) -> Digest {
    let mut hash: Option<Digest> = None;
    for list in lists {
        let below = hash.iter().map(|hash| hash.bytes().to_vec());
        let values = list.iter().cloned().chain(below).collect();
        hash = Some(node(algorithm, &ascending(values)));
    }
    hash.unwrap_or_else(|| Digest::of(algorithm, &[]))
}
