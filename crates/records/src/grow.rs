//! Beginning a record and renewing it (RFC 4998, 3.2 and 5.2).

use crypto::{Digest, DigestAlgorithm, Hasher};
use evidence::cms::{Extended, Material, SignedData};
use evidence::tsp::Token;
use thiserror::Error;

use crate::record::{ArchiveTimeStamp, EvidenceRecord, encode_chains};
use pki::algorithm::AlgorithmIdentifier;

/// Why a record does not grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Grow {
    /// The last token cannot be read.
    #[error("the last time-stamp of the record cannot be read")]
    Unreadable,
    /// The archive time-stamp is not over what it has to be over.
    #[error("the archive time-stamp is not over the record")]
    Unbound,
    /// A time-stamp is renewed under the digest of its chain (RFC 4998 5.2).
    #[error("the archive time-stamp is of another algorithm than the chain")]
    Algorithm,
}

/// A leaf of the next tree: the digests that belong into [`crate::TreeBuilder::push`].
pub type Leaf = Vec<Digest>;

impl EvidenceRecord {
    /// The record that begins with `first`, the archive time-stamp of a document or group.
    #[must_use]
    pub fn begin(first: ArchiveTimeStamp) -> Self {
        Self {
            version: 1,
            digest_algorithms: first.algorithm.iter().cloned().collect(),
            crypto_infos: None,
            encryption: None,
            chains: vec![vec![first]],
        }
    }

    /// The digest algorithm of the last chain.
    ///
    /// # Errors
    /// `Unreadable` where neither record nor token names one that is known.
    pub fn algorithm(&self) -> Result<DigestAlgorithm, Grow> {
        self.last()
            .and_then(ArchiveTimeStamp::digest_algorithm)
            .ok_or(Grow::Unreadable)
    }

    /// Puts what proves the last token (certificates, lists, OCSP responses) into it, before it is renewed: the next
    /// token then proves that it was there in time.
    ///
    /// # Errors
    /// `Unreadable` where the token is no signed message.
    pub fn add_material(&mut self, material: &Material<'_>) -> Result<(), Grow> {
        let chain = self.chains.last_mut().ok_or(Grow::Unreadable)?;
        let last = chain.last_mut().ok_or(Grow::Unreadable)?;
        let token = SignedData::parse(&last.token).map_err(|_| Grow::Unreadable)?;
        let mut extended = Extended::of(token);
        extended.add_material(material);
        last.token = extended.encode();
        Ok(())
    }

    /// What the next time-stamp has to be over while the digest is strong: the last token, whole (RFC 4998 5.2,
    /// time-stamp renewal).
    ///
    /// # Errors
    /// `Unreadable`.
    pub fn stamp_leaf(&self) -> Result<Leaf, Grow> {
        let last = self.last().ok_or(Grow::Unreadable)?;
        Ok(vec![Digest::of(self.algorithm()?, &last.token)])
    }

    /// The record with `next`, made over [`Self::stamp_leaf`], in its last chain.
    ///
    /// # Errors
    /// `Unbound` and `Algorithm` where `next` is over something else.
    pub fn renew_stamp(&mut self, next: ArchiveTimeStamp) -> Result<(), Grow> {
        if next.digest_algorithm() != Some(self.algorithm()?) {
            return Err(Grow::Algorithm);
        }
        bound(&next, &self.stamp_leaf()?)?;
        self.chains.last_mut().ok_or(Grow::Unreadable)?.push(next);
        Ok(())
    }

    /// What the next time-stamp has to be over where the digest grows weak: for each document its digest by a stronger
    /// algorithm and the digest of all that was proven before, hashed together (RFC 4998 5.2, hash-tree renewal, points
    /// 2 to 4). `documents` are those of the group, all by one algorithm.
    ///
    /// # Errors
    /// `Algorithm` where they are not.
    pub fn sequence_leaf(&self, documents: &[Digest]) -> Result<Leaf, Grow> {
        let algorithm = documents.first().ok_or(Grow::Algorithm)?.algorithm();
        if documents
            .iter()
            .any(|digest| digest.algorithm() != algorithm)
        {
            return Err(Grow::Algorithm);
        }
        let before = Digest::of(algorithm, &encode_chains(&self.chains));
        let leaf = documents.iter().map(|document| joined(document, &before));
        Ok(leaf.collect())
    }

    /// The record with `next`, made over [`Self::sequence_leaf`] of the same documents, as a new chain.
    ///
    /// # Errors
    /// `Unbound` where `next` is over something else.
    pub fn renew_tree(&mut self, documents: &[Digest], next: ArchiveTimeStamp) -> Result<(), Grow> {
        bound(&next, &self.sequence_leaf(documents)?)?;
        // RFC 4998 3.1: every algorithm that is used stands in the list.
        if let Some(algorithm) = &next.algorithm
            && !names(&self.digest_algorithms, algorithm)
        {
            self.digest_algorithms.push(algorithm.clone());
        }
        self.chains.push(vec![next]);
        Ok(())
    }
}

impl ArchiveTimeStamp {
    /// The digest algorithm of the tree: the one named, or that of the token (RFC 4998 4.1). `None` where it is unknown
    /// or the token unreadable.
    #[must_use]
    pub fn digest_algorithm(&self) -> Option<DigestAlgorithm> {
        let of_token = || Some(Token::parse(&self.token).ok()?.info().imprint().algorithm());
        let named = self.algorithm.as_ref();
        named.map_or_else(of_token, AlgorithmIdentifier::digest)
    }
}

pub(crate) fn names(list: &[AlgorithmIdentifier], algorithm: &AlgorithmIdentifier) -> bool {
    list.iter().any(|known| known.oid() == algorithm.oid())
}

/// H(h ‖ ha): a document's digest and that of the sequence before (RFC 4998 5.2, hash-tree renewal, point 4).
pub(crate) fn joined(document: &Digest, before: &Digest) -> Digest {
    let mut hasher = Hasher::new(document.algorithm());
    hasher.update(document.bytes());
    hasher.update(before.bytes());
    hasher.finish()
}

/// Whether the first list of `next`, or where it has none its token, holds every digest of `leaf`.
fn bound(next: &ArchiveTimeStamp, leaf: &[Digest]) -> Result<(), Grow> {
    let holds = |digest: &Digest| match next.lists.as_deref().and_then(<[_]>::first) {
        Some(first) => first.iter().any(|value| value == digest.bytes()),
        None => {
            Token::parse(&next.token).is_ok_and(|token| token.info().imprint().digest() == digest)
        }
    };
    if leaf.iter().all(holds) {
        Ok(())
    } else {
        Err(Grow::Unbound)
    }
}
