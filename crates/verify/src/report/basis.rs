//! What a verdict rests on: the chains that were built for it, and the statuses that were used along them.

use evidence::ocsp::Response;
use pki::crl::Reason;
use pki::{Certificate, Crl};
use time::UtcDateTime;

/// What one judgement rests on. No part of the JSON: whoever reports at length reads it.
#[derive(Debug, Clone, Default)]
pub struct Basis {
    /// Every chain that was asked for, in the order of asking.
    pub chains: Vec<ChainUsed>,
    /// Every list that was at hand.
    pub lists: Vec<Crl>,
    /// Every answer that was at hand.
    pub answers: Vec<Response>,
    /// What is proven to have existed before the moment of judging: SHA-256 of the object, and since when, in their order.
    pub proven: Vec<([u8; 32], UtcDateTime)>,
    /// Of chains whose statuses were not fresh enough: the SHA-256 of their leaf, and when a newer one is to be had.
    pub later: Vec<([u8; 32], UtcDateTime)>,
}

/// A chain that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainUsed {
    /// What the leaf was to be good for, such as `document-signing`.
    pub purpose: &'static str,
    /// As of when.
    pub at: UtcDateTime,
    /// Certificates, leaf first: the whole chain, or as far as one came.
    pub certificates: Vec<Certificate>,
    /// Subject of the anchor that it ends at, where it holds.
    pub anchor: Option<String>,
    /// Statuses used.
    pub statuses: Vec<StatusUsed>,
    /// Why it does not hold: a finding code, and the place of the certificate at fault.
    pub fault: Option<(&'static str, Option<usize>)>,
}

/// A status that was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusUsed {
    /// Place of the certificate that it is about.
    pub of: usize,
    /// Where it stands.
    pub place: StatusPlace,
    /// As of when it speaks.
    pub this_update: UtcDateTime,
    /// By when something newer is known.
    pub next_update: UtcDateTime,
    /// Since when it is revoked, and why.
    pub revoked: Option<(UtcDateTime, Reason)>,
}

/// Where a status stands in its [`Basis`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusPlace {
    /// Among the lists.
    List(usize),
    /// Among the answers.
    Answer(usize),
    /// Nowhere that can be named.
    Unnamed,
}

impl Basis {
    /// The octets of a status, DER.
    #[must_use]
    pub fn octets(&self, place: StatusPlace) -> Option<&[u8]> {
        match place {
            StatusPlace::List(place) => self.lists.get(place).map(Crl::der),
            StatusPlace::Answer(place) => self.answers.get(place).map(Response::der),
            StatusPlace::Unnamed => None,
        }
    }

    /// Since when the object of this SHA-256 is proven to exist (EN 319 102-1 5.6.2.3); `None` where it is known to exist
    /// only now.
    #[must_use]
    pub fn existed(&self, object: &[u8; 32]) -> Option<UtcDateTime> {
        let place = self
            .proven
            .binary_search_by_key(&object, |(known, _)| known);
        let (_, moment) = self.proven.get(place.ok()?)?;
        Some(*moment)
    }

    /// When more could be said about the chain of this leaf, DER (EN 319 102-1 table 5, TRY_LATER).
    #[must_use]
    pub fn later_of(&self, leaf: &[u8]) -> Option<UtcDateTime> {
        let leaf = crypto::sha256(leaf);
        let own = self.later.iter().filter(|(of, _)| *of == leaf);
        own.map(|(_, moment)| *moment).max()
    }

    /// The last chain from this certificate, DER: the one that the verdict rests on, since a later question about the
    /// same certificate is asked with more known.
    #[must_use]
    pub fn chain_of(&self, leaf: &[u8]) -> Option<&ChainUsed> {
        let mut chains = self.chains.iter().rev();
        chains.find(|chain| {
            chain
                .certificates
                .first()
                .is_some_and(|one| one.der() == leaf)
        })
    }
}

impl PartialEq for Basis {
    fn eq(&self, other: &Basis) -> bool {
        let lists = |basis: &Basis| basis.lists.iter().map(|one| one.der().to_vec()).collect();
        let answers = |basis: &Basis| basis.answers.iter().map(|one| one.der().to_vec()).collect();
        let (own, others): (Vec<_>, Vec<_>) = (lists(self), lists(other));
        let (said, others_said): (Vec<_>, Vec<_>) = (answers(self), answers(other));
        let known = self.proven == other.proven && self.later == other.later;
        known && self.chains == other.chains && own == others && said == others_said
    }
}

impl Eq for Basis {}
