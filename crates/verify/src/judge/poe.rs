//! Proofs of existence (EN 319 102-1 5.6.2.3): which object existed when, and which kind of token says so.
//!
//! A format hands over each of its tokens with what it covers ([`Covering`]), the outermost first;
//! `stamp::gather` judges them and puts what the good ones prove into the sitting's store. Whoever judges
//! afterwards asks the store. Nothing is proven that no good token covers.

use std::collections::HashMap;

use crypto::{Digest, sha256};
use evidence::tsp::{ReadToken, Token};
use time::UtcDateTime;

use crate::report::TimeSource;

/// An object by the SHA-256 of its octets: a signature value, a token, a certificate, a list, an answer, data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ObjectId([u8; 32]);

/// A proof that something existed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Proof {
    pub(crate) moment: UtcDateTime,
    pub(crate) source: TimeSource,
}

/// A token and what it covers.
pub(crate) struct Covering<'a> {
    /// The token, as it was read.
    pub(crate) token: &'a Result<Token, ReadToken>,
    /// The digest of what it has to be over, recomputed by the token's own algorithm; `None` where that is none
    /// that we compute.
    pub(crate) stamped: Option<Digest>,
    /// What kind of proof it is.
    pub(crate) source: TimeSource,
    /// The objects that existed when it was made, tokens inside included (`Token::der`).
    pub(crate) objects: Vec<ObjectId>,
}

/// The earliest proof of each object.
#[derive(Debug, Clone, Default)]
pub(crate) struct Proofs(HashMap<ObjectId, Proof>);

impl ObjectId {
    /// The object of these octets: DER as received; of a signature its value alone.
    pub(crate) fn of(octets: &[u8]) -> ObjectId {
        ObjectId(sha256(octets))
    }

    /// The object of this SHA-256.
    pub(crate) fn digested(digest: [u8; 32]) -> ObjectId {
        ObjectId(digest)
    }

    /// The objects inside a token's message or a signature's: its certificates, lists and answers.
    pub(crate) fn within(message: &evidence::cms::SignedData) -> impl Iterator<Item = ObjectId> {
        let certificates = message.certificates().iter();
        let statuses = message.crls().iter().chain(message.ocsp_responses());
        certificates.chain(statuses).map(|der| ObjectId::of(der))
    }
}

impl Proofs {
    /// Takes a proof of these objects. Of several the earliest counts.
    pub(crate) fn admit(&mut self, objects: &[ObjectId], proof: Proof) {
        for object in objects {
            let known = self.0.entry(*object).or_insert(proof);
            *known = (*known).min(proof);
        }
    }

    /// The earliest proof of an object; `None` where it is known to exist only now.
    pub(crate) fn of(&self, object: ObjectId) -> Option<Proof> {
        self.0.get(&object).copied()
    }

    /// Every object with its earliest proof, in their order.
    pub(crate) fn told(&self) -> Vec<([u8; 32], UtcDateTime)> {
        let all = self.0.iter();
        let mut told: Vec<_> = all
            .map(|(object, proof)| (object.0, proof.moment))
            .collect();
        told.sort_unstable();
        told
    }

    /// Whether the object is proven to have existed at `moment`.
    pub(crate) fn existed(&self, object: ObjectId, moment: UtcDateTime) -> bool {
        self.of(object).is_some_and(|proof| proof.moment <= moment)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::utc_datetime;

    use super::*;

    fn proof(moment: UtcDateTime) -> Proof {
        Proof {
            moment,
            source: TimeSource::DocumentTimeStamp,
        }
    }

    #[test]
    fn the_earliest_proof_of_an_object_counts_and_others_prove_nothing_of_it() {
        let (early, late) = (
            utc_datetime!(2026-01-01 0:00),
            utc_datetime!(2030-01-01 0:00),
        );
        let (one, other) = (ObjectId::of(b"one"), ObjectId::of(b"other"));
        let mut proofs = Proofs::default();
        for moments in [[early, late], [late, early]] {
            for moment in moments {
                proofs.admit(&[one], proof(moment));
            }
            assert_eq!(proofs.of(one), Some(proof(early)));
        }
        assert!(proofs.existed(one, early));
        assert!(!proofs.existed(one, utc_datetime!(2025-12-31 0:00)));
        assert_eq!(proofs.of(other), None);
        assert!(!proofs.existed(other, late));
    }
}
