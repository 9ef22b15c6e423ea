//! From a leaf to an anchor: every way through the candidates, the likeliest first, until one holds.

use std::collections::HashMap;

use super::anchor::Anchor;
use super::budget::{Budget, Limit, Tries};
use super::chain::Chain;
use super::check;
use super::fault::{PathError, PathFault};
use super::question::Question;
use super::status::{CertificateStatus, NotAsked, StatusAsked, StatusDemand};
use crate::certificate::Certificate;
use crypto::PublicKey;

/// Validates `leaf`: a chain from an anchor through `candidates` that holds for what is asked.
///
/// Candidates are untrusted, in any order, and may be of no use. Where several chains hold, one of them is
/// told; where none does, what is wrong with the one that came furthest.
///
/// # Errors
/// See [`PathFault`]. `Budget` says that nobody knows.
pub fn validate(
    leaf: &Certificate,
    candidates: &[Certificate],
    anchors: &[Anchor],
    question: &Question<'_>,
    budget: &mut Budget,
) -> Result<Chain, PathError> {
    let mut search = Search {
        candidates,
        anchors,
        question,
        budget,
        tries: Tries::new(),
        signed: HashMap::new(),
        furthest: None,
    };
    search.run(leaf).map_err(|stop| match stop {
        Stop::Nothing => search.failure(leaf),
        Stop::Limit(limit) => PathError {
            fault: Box::new(limit.into()),
            chain: vec![leaf.clone()],
            statuses: Vec::new(),
        },
    })
}

/// Why a branch of the search ends.
enum Stop {
    /// Nothing above it holds.
    Nothing,
    /// The budget is spent: the search ends with it.
    Limit(Limit),
}

impl From<Limit> for Stop {
    fn from(limit: Limit) -> Self {
        Self::Limit(limit)
    }
}

/// A key that may have signed: an anchor's or a candidate's, by place.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum By {
    Anchor(usize),
    Candidate(usize),
}

struct Search<'a, 'b> {
    candidates: &'a [Certificate],
    anchors: &'a [Anchor],
    question: &'a Question<'a>,
    budget: &'b mut Budget,
    tries: Tries,
    /// Signatures checked before: the certificate's place (`None` is the leaf), and by whom.
    signed: HashMap<(Option<usize>, By), Result<(), PathFault>>,
    furthest: Option<PathError>,
}

/// The chain so far: each certificate with its place among the candidates, the leaf first.
type Path<'a> = Vec<(Option<usize>, &'a Certificate)>;

impl<'a> Search<'a, '_> {
    fn run(&mut self, leaf: &'a Certificate) -> Result<Chain, Stop> {
        self.budget.admit_candidates(self.candidates.len())?;
        // A leaf that is trusted itself needs nobody above it.
        let anchors = self.anchors;
        for anchor in anchors {
            if anchor.certificate() == Some(leaf) {
                match self.judge(&[], anchor) {
                    Ok(chain) => return Ok(chain),
                    Err(Judged::Limit(limit)) => return Err(limit.into()),
                    Err(Judged::Fault(fault, statuses)) => {
                        self.note(&[(None, leaf)], None, fault, statuses);
                    }
                }
            }
        }
        self.extend(&mut vec![(None, leaf)])
    }

    /// Looks for issuers of the last certificate of `path`. The depth of recursion is that of the chain, which
    /// the budget limits.
    fn extend(&mut self, path: &mut Path<'a>) -> Result<Chain, Stop> {
        let Some((_, last)) = path.last().copied() else {
            return Err(Stop::Nothing);
        };
        let at = path.len() - 1;
        let mut known = false;
        for (place, anchor) in self.anchors_of(last) {
            known = true;
            self.tries.step()?;
            if let Some(chain) = self.end(path, place, anchor)? {
                return Ok(chain);
            }
        }
        for (place, candidate) in self.candidates_of(last) {
            if path.iter().any(|(_, seen)| is_same_entity(seen, candidate)) {
                continue;
            }
            known = true;
            self.tries.step()?;
            // RFC 5280 6.1.4 k: nobody below a certificate of an end entity, so nobody above it is sought.
            if !candidate.is_ca() {
                let fault = PathFault::NotAuthority { at: at + 1 };
                let mut seen = path.clone();
                seen.push((Some(place), candidate));
                self.note(&seen, None, fault, Vec::new());
                continue;
            }
            // One certificate more, and an anchor above it.
            if path.len() + 2 > self.budget.depth() {
                self.note(path, None, Limit::Depth.into(), Vec::new());
                continue;
            }
            if self.signature(path, By::Candidate(place), at)? {
                path.push((Some(place), candidate));
                let found = self.extend(path);
                path.pop();
                match found {
                    Err(Stop::Nothing) => {}
                    other => return other,
                }
            }
        }
        if !known {
            self.note(path, None, PathFault::NoIssuer { at }, Vec::new());
        }
        Err(Stop::Nothing)
    }

    /// Ends the chain at an anchor and judges it.
    fn end(
        &mut self,
        path: &Path<'a>,
        place: usize,
        anchor: &'a Anchor,
    ) -> Result<Option<Chain>, Stop> {
        let at = path.len() - 1;
        if path.len() + 1 > self.budget.depth() {
            self.note(path, Some(anchor), Limit::Depth.into(), Vec::new());
            return Ok(None);
        }
        if !self.signature(path, By::Anchor(place), at)? {
            return Ok(None);
        }
        let issued: Vec<&Certificate> = path.iter().map(|(_, certificate)| *certificate).collect();
        match self.judge(&issued, anchor) {
            Ok(chain) => Ok(Some(chain)),
            Err(Judged::Limit(limit)) => Err(limit.into()),
            Err(Judged::Fault(fault, statuses)) => {
                self.note(path, Some(anchor), fault, statuses);
                Ok(None)
            }
        }
    }

    /// Whether `by` signed the last certificate of the path; asked once per pair.
    fn signature(&mut self, path: &Path<'a>, by: By, at: usize) -> Result<bool, Stop> {
        let Some((place, certificate)) = path.last().copied() else {
            return Ok(false);
        };
        let known = match self.signed.get(&(place, by)) {
            Some(known) => known.clone(),
            None => {
                let found = self.check_signature(certificate, by, at)?;
                self.signed.insert((place, by), found.clone());
                found
            }
        };
        match known {
            Ok(()) => Ok(true),
            Err(fault) => {
                self.note(path, None, fault, Vec::new());
                Ok(false)
            }
        }
    }

    fn check_signature(
        &mut self,
        certificate: &Certificate,
        by: By,
        at: usize,
    ) -> Result<Result<(), PathFault>, Stop> {
        let read;
        let key: &PublicKey = match by {
            By::Anchor(place) => match self.anchors.get(place) {
                Some(anchor) => &anchor.key,
                None => return Err(Stop::Nothing),
            },
            By::Candidate(place) => {
                let key = self.candidates.get(place).map(Certificate::public_key);
                match key {
                    Some(Ok(key)) => {
                        read = key;
                        &read
                    }
                    Some(Err(cause)) => return Ok(Err(PathFault::Key { at: at + 1, cause })),
                    None => return Err(Stop::Nothing),
                }
            }
        };
        let found = self
            .budget
            .signature(certificate.der(), key, || certificate.check_signature(key))?;
        Ok(found.map_err(|cause| PathFault::Signature { at, cause }))
    }

    /// Judges a chain whose signatures hold. Status comes last, and is asked where only time is wrong too.
    fn judge(&mut self, issued: &[&Certificate], anchor: &Anchor) -> Result<Chain, Judged> {
        let fault = |fault| Judged::of(fault, Vec::new());
        let question = self.question;
        self.tries.chain()?;
        if !anchor.is_for(question.purpose) {
            return Err(fault(PathFault::AnchorPurpose));
        }
        if !anchor.is_trusted_at(question.at) {
            return Err(fault(PathFault::AnchorPeriod {
                from: anchor.from,
                until: anchor.until,
            }));
        }
        let policies = check::inspect(issued, anchor, question, self.budget).map_err(fault)?;
        check::strength(issued, anchor, question).map_err(fault)?;
        let in_time = check::validity(issued, anchor, question);
        let statuses = self.statuses(issued, anchor)?;
        if let Err(untimely) = in_time {
            return Err(Judged::of(untimely, statuses));
        }
        if let Some(found) = self.status_fault(&statuses) {
            return Err(Judged::of(found, statuses));
        }
        let own = anchor.certificate().filter(|_| issued.is_empty());
        Ok(Chain {
            issued: issued.iter().copied().chain(own).cloned().collect(),
            anchor: anchor.clone(),
            statuses,
            policies,
        })
    }

    /// The status of each certificate but the anchor; from the anchor down, told from the leaf up.
    fn statuses(
        &mut self,
        issued: &[&Certificate],
        anchor: &Anchor,
    ) -> Result<Vec<CertificateStatus>, Limit> {
        if issued.is_empty() {
            return Ok(vec![CertificateStatus::NotAsked(NotAsked::Anchor)]);
        }
        let mut statuses = Vec::with_capacity(issued.len());
        for (at, certificate) in issued.iter().copied().enumerate() {
            let above = issued.get(at + 1).copied();
            let read = above.and_then(|above| above.public_key().ok());
            let asked = StatusAsked {
                certificate,
                issuer: above.or(anchor.certificate()),
                issuer_key: read.as_ref().unwrap_or(&anchor.key),
                at: self.question.at,
            };
            statuses.push(self.question.status.of(&asked, self.budget)?);
        }
        Ok(statuses)
    }

    /// Revoked before unknown, and above before below: a revoked CA's word about a leaf is nobody's.
    fn status_fault(&self, statuses: &[CertificateStatus]) -> Option<PathFault> {
        let moment = self.question.at;
        let from_above = || statuses.iter().enumerate().rev();
        let revoked = from_above().find_map(|(at, status)| match status {
            CertificateStatus::Used { status, .. } => status
                .revoked_at(moment)
                .map(|(since, reason)| PathFault::Revoked { at, since, reason }),
            _ => None,
        });
        let everything = self.question.status.demand == StatusDemand::Everything;
        revoked.or_else(|| {
            from_above()
                .filter(|_| everything)
                .find_map(|(at, status)| match status {
                    CertificateStatus::Unknown { refused } => Some(PathFault::StatusUnknown {
                        at,
                        refused: refused.clone(),
                    }),
                    _ => None,
                })
        })
    }

    /// Anchors with the name of the certificate's issuer, those with its key identifier first.
    fn anchors_of(&self, certificate: &Certificate) -> Vec<(usize, &'a Anchor)> {
        let mut found: Vec<(usize, &Anchor)> = self
            .anchors
            .iter()
            .enumerate()
            .filter(|(_, anchor)| anchor.name == *certificate.issuer())
            .collect();
        found.sort_by_key(|(_, anchor)| {
            anchor
                .certificate()
                .is_some_and(|own| !identifiers_fit(certificate, own))
        });
        found
    }

    /// Candidates with the name of the certificate's issuer: first those with its key identifier, then those
    /// that are valid.
    fn candidates_of(&self, certificate: &Certificate) -> Vec<(usize, &'a Certificate)> {
        let mut found: Vec<(usize, &Certificate)> = self
            .candidates
            .iter()
            .enumerate()
            .filter(|(_, candidate)| candidate.subject() == certificate.issuer())
            .collect();
        found.sort_by_key(|(_, candidate)| {
            (
                !identifiers_fit(certificate, candidate),
                !candidate.validity().contains(self.question.at),
            )
        });
        found
    }

    /// Keeps the fault of the chain that came furthest; among equals the first, which was the likeliest.
    fn note(
        &mut self,
        path: &[(Option<usize>, &Certificate)],
        anchor: Option<&Anchor>,
        fault: PathFault,
        statuses: Vec<CertificateStatus>,
    ) {
        let further = self
            .furthest
            .as_ref()
            .is_none_or(|known| known.fault.reach() < fault.reach());
        if further {
            let own = anchor.and_then(Anchor::certificate);
            let issued = path.iter().map(|(_, certificate)| *certificate);
            self.furthest = Some(PathError {
                fault: Box::new(fault),
                chain: issued.chain(own).cloned().collect(),
                statuses,
            });
        }
    }

    fn failure(&mut self, leaf: &Certificate) -> PathError {
        self.furthest.take().unwrap_or_else(|| PathError {
            fault: Box::new(PathFault::NoIssuer { at: 0 }),
            chain: vec![leaf.clone()],
            statuses: Vec::new(),
        })
    }
}

/// What a chain was found to be that does not hold.
enum Judged {
    Fault(PathFault, Vec<CertificateStatus>),
    Limit(Limit),
}

impl Judged {
    fn of(fault: PathFault, statuses: Vec<CertificateStatus>) -> Self {
        match fault {
            PathFault::Budget { limit } => Self::Limit(limit),
            fault => Self::Fault(fault, statuses),
        }
    }
}

impl From<Limit> for Judged {
    fn from(limit: Limit) -> Self {
        Self::Limit(limit)
    }
}

/// RFC 4158 5.2: the same name with the same key twice in a chain is a loop, whoever certified it.
fn is_same_entity(one: &Certificate, other: &Certificate) -> bool {
    one == other || (one.subject() == other.subject() && one.spki() == other.spki())
}

/// RFC 4158 3.5.12: identifiers order the search; whether one signed the other is the signature's to say.
fn identifiers_fit(certificate: &Certificate, issuer: &Certificate) -> bool {
    let named = certificate
        .authority_key_identifier()
        .ok()
        .flatten()
        .and_then(|identifier| identifier.key);
    match (named, issuer.subject_key_identifier()) {
        (Some(named), Ok(Some(own))) => named == own,
        _ => true,
    }
}
