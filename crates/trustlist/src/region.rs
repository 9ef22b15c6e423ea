//! Trust that was exchanged: what another region's bundle says, beside our own (domain R32).

use crypto::sha256;
use pki::Certificate;
use pki::path::Purpose;
use time::UtcDateTime;

use crate::bundle::{Bundle, BundleAnchor};
use crate::office::Office;

/// What another region's anchors are trusted for, whatever its own bundle says: its licences, and what they rest on.
const EXCHANGED: [Purpose; 4] = [
    Purpose::DocumentSigning,
    Purpose::TimeStamping,
    Purpose::Credential,
    Purpose::StatusList,
];

/// From when until when a region is trusted, as two people of ours decided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Term {
    /// From when on.
    pub from: Option<UtcDateTime>,
    /// Until before when.
    pub until: Option<UtcDateTime>,
}

/// One body of another region that is trusted, for what, when: as two people of ours agreed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Unified social credit code.
    pub code: String,
    /// Codes of types; empty: all that the region names for it.
    pub types: Vec<String>,
    /// From when on.
    pub from: Option<UtcDateTime>,
    /// Until before when.
    pub until: Option<UtcDateTime>,
}

impl Bundle {
    /// This bundle with no other bodies than those agreed on, each for no other types and times (R32).
    #[must_use]
    pub fn narrowed(mut self, agreed: &[Agreement]) -> Bundle {
        let named = std::mem::take(&mut self.offices);
        for one in agreed {
            for office in named.iter().filter(|office| office.code == one.code) {
                let mut office = office.clone();
                office.from = later(office.from, one.from);
                office.until = earlier(office.until, one.until);
                let any = one.types.is_empty();
                office
                    .types
                    .retain(|kind| any || one.types.contains(&kind.code));
                self.offices.push(office);
            }
        }
        self
    }

    /// This bundle with the bundles of other regions in it: each for its own bodies and types, under its own anchors,
    /// within the term; and for our own bodies our own anchors alone. What is past its next update at `at` is left out
    /// (it fails closed); what is not limits how long the whole is good.
    #[must_use]
    pub fn joined<'r>(
        mut self,
        regions: impl IntoIterator<Item = (&'r Bundle, Term)>,
        at: UtcDateTime,
    ) -> Bundle {
        let own = fingerprints(&self.anchors);
        let ours = self.offices.len();
        let fresh = regions
            .into_iter()
            .filter(|(region, _)| at < region.next_update);
        let mut exchanged = false;
        for (region, term) in fresh {
            exchanged |= self.take(region, term, &own);
        }
        // Our bodies are bound to our anchors as soon as there are anchors of others.
        for office in self.offices.iter_mut().take(ours).filter(|_| exchanged) {
            office.under.clone_from(&own);
        }
        self
    }

    /// What a bundle says of the region whose root this is: trust in third regions is not handed on, each exchange is
    /// decided by two people (R32).
    #[must_use]
    pub fn of_region(mut self, root: Option<&Certificate>) -> Bundle {
        let root = root.map(|root| sha256(root.der()));
        if self.offices.iter().all(|office| office.under.is_empty()) {
            return self;
        }
        self.offices
            .retain(|office| root.is_some_and(|root| office.under.contains(&root)));
        let offices = &self.offices;
        self.anchors.retain(|anchor| {
            let print = sha256(anchor.certificate.der());
            offices.iter().any(|office| office.under.contains(&print))
        });
        self
    }

    /// SHA-256 of the certificates of its anchors.
    #[must_use]
    pub fn fingerprints(&self) -> Vec<[u8; 32]> {
        fingerprints(&self.anchors)
    }

    /// Whether the region has anything to say.
    fn take(&mut self, region: &Bundle, term: Term, own: &[[u8; 32]]) -> bool {
        let anchors: Vec<BundleAnchor> = region
            .anchors
            .iter()
            // An anchor of ours is ours: no other region puts an end to it, or narrows it.
            .filter(|anchor| !own.contains(&sha256(anchor.certificate.der())))
            .filter_map(|anchor| exchanged(anchor, term))
            .collect();
        if anchors.is_empty() {
            return false;
        }
        let under = fingerprints(&anchors);
        self.anchors.extend(anchors);
        self.next_update = self.next_update.min(region.next_update);
        for certificate in &region.certificates {
            if !self.certificates.contains(certificate) {
                self.certificates.push(certificate.clone());
            }
        }
        self.offices
            .extend(region.offices.iter().map(|office| Office {
                from: later(office.from, term.from),
                until: earlier(office.until, term.until),
                under: under.clone(),
                ..office.clone()
            }));
        let known: Vec<String> = self.logs.iter().map(|log| log.origin.clone()).collect();
        let logs = region
            .logs
            .iter()
            .filter(|log| !known.contains(&log.origin));
        self.logs.extend(logs.cloned());
        true
    }
}

/// The anchor for licences within the term; `None` where its region does not trust it for any of that.
fn exchanged(anchor: &BundleAnchor, term: Term) -> Option<BundleAnchor> {
    let named = |one: &Purpose| anchor.purposes.is_empty() || anchor.purposes.contains(one);
    let purposes: Vec<Purpose> = EXCHANGED.into_iter().filter(named).collect();
    // No purpose at all would mean every purpose.
    (!purposes.is_empty()).then(|| BundleAnchor {
        certificate: anchor.certificate.clone(),
        purposes,
        from: later(anchor.from, term.from),
        until: earlier(anchor.until, term.until),
    })
}

fn fingerprints(anchors: &[BundleAnchor]) -> Vec<[u8; 32]> {
    let ders = anchors.iter().map(|anchor| anchor.certificate.der());
    ders.map(sha256).collect()
}

fn later(one: Option<UtcDateTime>, other: Option<UtcDateTime>) -> Option<UtcDateTime> {
    one.max(other)
}

fn earlier(one: Option<UtcDateTime>, other: Option<UtcDateTime>) -> Option<UtcDateTime> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
