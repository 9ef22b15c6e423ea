//! What one judgement has at hand: trust, policy, moment, a shared budget, and all certificates and status
//! material that came along.

use crypto::sha256;
use evidence::ocsp::{Response, StatusFault};
use pki::extension::PointName;
use pki::general_name::GeneralName;
use pki::path::{
    Anchor, Budget, Chain, ListRefused, PathError, PathFault, Purpose, Question, StatusAsked,
    StatusDemand, StatusMaterial, Strength, validate,
};
use pki::{Certificate, Crl, identifiers};
use time::UtcDateTime;

use super::poe::Proofs;
use super::statuses::{Shelf, asked};
use super::used;
use crate::policy::{Demand, Policy};
use crate::report::{Basis, Wanted, WantedKind, told};
use crate::trust::{Office, Trust};
use facts::Material;
use finding::{Effect, Finding, SubIndication as Sub};

/// Candidates for one chain (T-I8), the leaf not counted.
const MAX_CANDIDATES: usize = 60;
/// Findings of one kind that are told: more of them say nothing new.
const MAX_NOTES: usize = 16;
/// Certificates, lists and answers that one artefact may bring.
const MAX_BROUGHT: usize = 512;

/// One judgement in the making.
pub(crate) struct Sitting<'a> {
    pub(crate) trust: &'a Trust,
    pub(crate) policy: &'a Policy,
    pub(crate) material: &'a Material,
    pub(crate) at: UtcDateTime,
    /// What is proven to have existed when.
    pub(crate) proofs: Proofs,
    anchors: Vec<Anchor>,
    budget: Budget,
    certificates: Vec<Certificate>,
    crls: Vec<Crl>,
    ocsps: Vec<Response>,
    /// What was seen on the way and belongs to no signature.
    notes: Vec<Finding>,
    wanted: Vec<Wanted>,
    basis: Basis,
}

impl<'a> Sitting<'a> {
    pub(crate) fn new(
        trust: &'a Trust,
        material: &'a Material,
        policy: &'a Policy,
        at: UtcDateTime,
    ) -> Sitting<'a> {
        Sitting {
            trust,
            policy,
            material,
            at,
            proofs: Proofs::default(),
            anchors: trust.anchors_under(policy.anchors),
            budget: Budget::new().remembering(&trust.memory),
            certificates: trust.certificates.clone(),
            crls: material.crls.clone(),
            ocsps: material.ocsps.clone(),
            notes: Vec::new(),
            wanted: Vec::new(),
            basis: Basis::default(),
        }
    }

    /// Takes certificates that came along: candidates, never trust (T-V7). Those that cannot be read are none.
    pub(crate) fn bring_certificates<'b>(&mut self, ders: impl IntoIterator<Item = &'b Vec<u8>>) {
        for der in ders.into_iter().take(MAX_BROUGHT) {
            if self.certificates.iter().any(|known| known.der() == der) {
                continue;
            }
            if let Ok(certificate) = Certificate::parse(der) {
                self.certificates.push(certificate);
            }
        }
    }

    /// Takes status material that came along.
    pub(crate) fn bring_status(&mut self, crls: &[Vec<u8>], ocsps: &[Vec<u8>]) {
        let new = |der: &&Vec<u8>| !self.crls.iter().any(|known| known.der() == der.as_slice());
        let lists: Vec<&Vec<u8>> = crls.iter().take(MAX_BROUGHT).filter(new).collect();
        for der in lists {
            match Crl::parse_any(der) {
                Ok(list) => self.crls.push(list),
                Err(error) => self.note(Finding::of("crl.unreadable").because(error)),
            }
        }
        let new = |der: &&Vec<u8>| !self.ocsps.iter().any(|known| known.der() == der.as_slice());
        let answers: Vec<&Vec<u8>> = ocsps.iter().take(MAX_BROUGHT).filter(new).collect();
        for der in answers {
            match Response::parse(der) {
                Ok(response) => self.ocsps.push(response),
                Err(error) => self.note(Finding::of("ocsp.unreadable").because(error)),
            }
        }
    }

    /// Takes what was noted.
    pub(crate) fn notes(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.notes)
    }

    /// Takes what the judgement rests on.
    pub(crate) fn basis(&mut self) -> Basis {
        self.basis.lists = std::mem::take(&mut self.crls);
        self.basis.answers = std::mem::take(&mut self.ocsps);
        self.basis.proven = self.proofs.told();
        std::mem::take(&mut self.basis)
    }

    /// Takes what was found to be missing.
    pub(crate) fn wanted(&mut self) -> Vec<Wanted> {
        std::mem::take(&mut self.wanted)
    }

    /// Remembers that something is missing, once.
    pub(crate) fn want(&mut self, kind: WantedKind, uri: &str) {
        let wanted = Wanted {
            kind,
            uri: uri.to_owned(),
        };
        if self.wanted.len() < MAX_NOTES && !self.wanted.contains(&wanted) {
            self.wanted.push(wanted);
        }
    }

    /// Remembers when a newer status is to be had than one that was used along the chain of this leaf.
    pub(crate) fn try_later(&mut self, leaf: &Certificate, moment: UtcDateTime) {
        if self.basis.later.len() < used::MAX_CHAINS {
            self.basis.later.push((sha256(leaf.der()), moment));
        }
    }

    /// Where the status of this certificate is said to be (RFC 5280 4.2.1.13, 4.2.2.1).
    fn want_status(&mut self, certificate: &Certificate) {
        for uri in certificate.access_uris(&identifiers::ACCESS_OCSP) {
            self.want(WantedKind::Ocsp, uri);
        }
        for point in certificate.crl_distribution_points().unwrap_or_default() {
            let Some(PointName::Full(names)) = point.name else {
                continue;
            };
            for name in names {
                if let GeneralName::Uri(uri) = name {
                    self.want(WantedKind::Crl, uri);
                }
            }
        }
    }

    fn note(&mut self, finding: Finding) {
        if self.notes.len() < MAX_NOTES && !self.notes.contains(&finding) {
            self.notes.push(finding);
        }
    }

    /// Where the status of a certificate is not known: why each answer and list about it does not count.
    pub(crate) fn refusals(&self, error: &PathError) -> Vec<Finding> {
        let PathFault::StatusUnknown { at, refused } = &*error.fault else {
            return Vec::new();
        };
        let mut findings = Vec::new();
        let pair = (error.chain.get(*at), error.chain.get(at.saturating_add(1)));
        if let (Some(certificate), Some(issuer)) = pair {
            let asked = asked(certificate, issuer, self.latest());
            for response in &self.ocsps {
                match response.check_remembering(&asked, &self.trust.memory) {
                    Ok(accepted) if !self.shelf().is_entitled(&accepted, issuer) => {
                        findings.push(Finding::of("ocsp.responder-status"));
                    }
                    Err(StatusFault::Unanswered) | Ok(_) => {}
                    Err(fault) => findings.push(Finding::of(fault.code()).because(&fault)),
                }
            }
        }
        for (_, reason) in refused {
            if !matches!(reason, ListRefused::NotCompetent(_)) {
                findings.push(Finding::of("crl.refused").because(format_args!("{reason:?}")));
            }
        }
        findings.truncate(MAX_NOTES);
        findings
    }

    /// Where a status is not known because whoever signed it, or the signature, is no longer relied on (5.2.6.4): what
    /// is wanting is then a proof of age, not a newer status.
    pub(crate) fn status_without_proof(&self, error: &PathError) -> Option<Finding> {
        let PathFault::StatusUnknown { at, .. } = &*error.fault else {
            return None;
        };
        let (certificate, issuer) = (error.chain.get(*at)?, error.chain.get(at.checked_add(1)?)?);
        let shelf = self.shelf();
        let known = shelf.of(certificate, issuer);
        let lapsed = known.iter().find(|known| !shelf.stands(known))?;
        let expired = lapsed.signer_until.filter(|until| *until < self.at);
        Some(match expired {
            Some(until) => Finding::of("revocation.signer-expired").because(told(until)),
            None => Finding::of("path.weak-algorithm")
                .with(Effect::Open(Sub::CryptoConstraintsFailureNoPoe))
                .because(format_args!("status of certificate {at}")),
        })
    }

    /// Nothing that is used comes from after this.
    fn latest(&self) -> UtcDateTime {
        self.at.saturating_add(self.policy.skew)
    }

    /// All lists and answers at hand.
    pub(crate) fn shelf(&self) -> Shelf<'_> {
        Shelf {
            crls: &self.crls,
            ocsps: &self.ocsps,
            memory: &self.trust.memory,
            algorithms: &self.policy.algorithms,
            proofs: &self.proofs,
            now: self.at,
            latest: self.latest(),
        }
    }

    /// All certificates at hand.
    pub(crate) fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// Whether a certificate leads to an anchor for `purpose` at `at`, unrevoked as far as `demand` asks.
    pub(crate) fn chain(
        &mut self,
        leaf: &Certificate,
        purpose: Purpose,
        at: UtcDateTime,
        demand: Demand,
    ) -> Result<Chain, Box<PathError>> {
        let candidates = self.above(leaf);
        let shelf = Shelf {
            crls: &self.crls,
            ocsps: &self.ocsps,
            memory: &self.trust.memory,
            algorithms: &self.policy.algorithms,
            proofs: &self.proofs,
            now: self.at,
            latest: self.at.saturating_add(self.policy.skew),
        };
        let answers = |asked: &StatusAsked<'_>| shelf.answers(asked);
        let status = StatusMaterial {
            demand: match demand {
                Demand::NotAsked => StatusDemand::Nothing,
                Demand::IfPresent => StatusDemand::WhatIsAtHand,
                Demand::Required => StatusDemand::Everything,
            },
            now: shelf.latest,
            lists: &self.crls,
            answers: Some(&answers),
        };
        let question = Question::new(purpose, at)
            .with_status(status)
            .with_strength(Strength {
                rsa_bits: usize::from(self.policy.rsa_bits),
                refused: &self.policy.refused,
            });
        let outcome = validate(
            leaf,
            &candidates,
            &self.anchors,
            &question,
            &mut self.budget,
        );
        if let Err(error) = &outcome
            && let PathFault::StatusUnknown { at, .. } = &*error.fault
            && let Some(certificate) = error.chain.get(*at)
        {
            self.want_status(certificate);
        }
        if self.basis.chains.len() < used::MAX_CHAINS {
            let asked = (leaf, purpose, at);
            let chain = used::chain(asked, outcome.as_ref(), &self.ocsps);
            self.basis.chains.push(chain);
        }
        outcome.map_err(Box::new)
    }

    /// The anchors to which chains of this certificate were found to lead, by the SHA-256 of their certificates.
    pub(crate) fn roots_of(&self, leaf: &Certificate) -> Vec<[u8; 32]> {
        let chains = self.basis.chains.iter().filter(|one| one.anchor.is_some());
        let own = chains.filter(|one| one.certificates.first() == Some(leaf));
        own.filter_map(|one| Some(sha256(one.certificates.last()?.der())))
            .collect()
    }

    /// Whether the chain of a status list ends in the region of what was sealed or signed: a region answers for the
    /// state of its own licences (R32).
    pub(crate) fn is_of_its_region(&self, list: &Chain) -> bool {
        let certificates = list.certificates();
        let root = certificates.last().map(|one| sha256(one.der()));
        self.is_in_region_of(root.as_slice())
    }

    /// Whether what was sealed or signed stands in one region with one of these roots, by their SHA-256. Nothing is held against
    /// whoever names none, nor where no region was exchanged or no chain was found.
    pub(crate) fn is_in_region_of(&self, named: &[[u8; 32]]) -> bool {
        let Some(offices) = &self.trust.offices else {
            return true;
        };
        let asked = [Purpose::DocumentSigning, Purpose::Credential].map(Purpose::name);
        let chains = self.basis.chains.iter().filter(|one| one.anchor.is_some());
        let sealed = chains.filter(|one| asked.contains(&one.purpose));
        let roots = sealed.filter_map(|one| one.certificates.last());
        let mut roots = roots.map(|one| sha256(one.der())).peekable();
        named.is_empty()
            || roots.peek().is_none()
            || roots.any(|one| {
                let mut named = named.iter();
                named.any(|root| Office::of_one_region(offices, &one, root))
            })
    }

    /// The certificates that may stand above `leaf`, by name: a few of the many at hand.
    fn above(&self, leaf: &Certificate) -> Vec<Certificate> {
        let mut found: Vec<Certificate> = Vec::new();
        let mut names = vec![leaf.issuer().clone()];
        while let Some(name) = names.pop() {
            for certificate in &self.certificates {
                let fits = *certificate.subject() == name
                    && certificate != leaf
                    && !found.contains(certificate);
                if fits && found.len() < MAX_CANDIDATES {
                    names.push(certificate.issuer().clone());
                    found.push(certificate.clone());
                }
            }
        }
        found
    }
}
