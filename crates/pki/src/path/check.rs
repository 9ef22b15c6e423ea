//! The basic path validation of one candidate chain: RFC 5280 6.1, from the anchor down to the leaf.

use super::anchor::Anchor;
use super::budget::Budget;
use super::constraint::Constraints;
use super::fault::PathFault;
use super::policy::PolicyGraph;
use super::purpose::Purpose;
use super::question::Question;
use crate::algorithm::AlgorithmIdentifier;
use crate::certificate::Certificate;
use crate::extension::{KeyUsage, ReadExtension};
use crate::identifiers::ANY_POLICY;
use asn1::{Oid, Reader, Tag};

/// Checks everything about the chain but signatures, validity and status; the policies that hold come back.
///
/// `issued` is the chain without its anchor, leaf first.
pub(super) fn inspect(
    issued: &[&Certificate],
    anchor: &Anchor,
    question: &Question<'_>,
    budget: &mut Budget,
) -> Result<Vec<Oid>, PathFault> {
    let mut walk = Walk::new(issued.len(), question);
    // RFC 5937 3: the anchor's own limit is where max_path_length begins.
    let room = anchor.path_length.unwrap_or(usize::MAX);
    walk.max_path_length = walk.max_path_length.min(room);
    if let Some(own) = anchor.certified() {
        walk.anchor(issued.len(), own)?;
    }
    for (at, certificate) in issued.iter().enumerate().rev() {
        walk.certificate(at, certificate, budget)?;
    }
    let leaf_is_anchor = issued.is_empty();
    if let (true, Some(own)) = (leaf_is_anchor, anchor.certificate()) {
        leaf_usage(own, question)?;
    }
    let policies = walk.graph.constrained(question.policies.acceptable);
    // RFC 5280 6.1.5: explicit_policy above 0, or a policy is left.
    if walk.explicit_policy == 0 && policies.is_empty() {
        return Err(PathFault::Policy { at: 0 });
    }
    Ok(policies)
}

/// Strength of keys and algorithms along the chain, the anchor's key included.
pub(super) fn strength(
    issued: &[&Certificate],
    anchor: &Anchor,
    question: &Question<'_>,
) -> Result<(), PathFault> {
    let floor = &question.strength;
    if let Some(bits) = floor.too_few_bits(&anchor.key) {
        let at = issued.len();
        return Err(PathFault::WeakKey { at, bits });
    }
    let mut issuer = anchor.key.algorithm();
    for (at, certificate) in issued.iter().enumerate().rev() {
        let key = certificate
            .public_key()
            .map_err(|cause| PathFault::Key { at, cause })?;
        if let Some(bits) = floor.too_few_bits(&key) {
            return Err(PathFault::WeakKey { at, bits });
        }
        // The signature was checked under this identifier, so that it names an algorithm.
        let algorithm = Reader::single(certificate.algorithm_der(), Tag::SEQUENCE)
            .and_then(|element| AlgorithmIdentifier::read(&element))
            .ok()
            .and_then(|identifier| identifier.signature(issuer).ok());
        if let Some(algorithm) = algorithm.filter(|one| floor.refused.contains(one)) {
            return Err(PathFault::WeakAlgorithm { at, algorithm });
        }
        issuer = key.algorithm();
    }
    Ok(())
}

/// Validity at the moment asked about; the anchor's own certificate too, where its rules hold.
pub(super) fn validity(
    issued: &[&Certificate],
    anchor: &Anchor,
    question: &Question<'_>,
) -> Result<(), PathFault> {
    let own = anchor.certified();
    // RFC 5280 6.1.3 a 2. From the anchor down: what is wrong above explains what is wrong below.
    for (at, certificate) in issued
        .iter()
        .copied()
        .chain(own)
        .enumerate()
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
    {
        let validity = certificate.validity();
        if question.at < validity.from {
            let from = validity.from;
            return Err(PathFault::NotYetValid { at, from });
        }
        if !validity.contains(question.at) {
            let last = validity.last;
            return Err(PathFault::Expired { at, last });
        }
    }
    Ok(())
}

/// The variables of RFC 5280 6.1.2.
struct Walk<'q, 'c> {
    question: &'q Question<'q>,
    graph: PolicyGraph,
    constraints: Constraints<'c>,
    explicit_policy: usize,
    inhibit_any: usize,
    policy_mapping: usize,
    max_path_length: usize,
}

impl<'q, 'c> Walk<'q, 'c> {
    fn new(length: usize, question: &'q Question<'q>) -> Self {
        let unless = |inhibited: bool| if inhibited { 0 } else { length + 1 };
        Self {
            question,
            graph: PolicyGraph::new(),
            constraints: Constraints::default(),
            explicit_policy: unless(question.policies.explicit),
            inhibit_any: unless(question.policies.inhibit_any),
            policy_mapping: unless(question.policies.inhibit_mapping),
            max_path_length: length,
        }
    }

    /// RFC 5937 3: what the anchor's own certificate demands of those below it.
    fn anchor(&mut self, at: usize, own: &'c Certificate) -> Result<(), PathFault> {
        if at == 0 {
            // The leaf itself is trusted: nobody is below it.
            return refuse_unknown(at, own);
        }
        self.authority(at, own)?;
        self.lower_by_constraints(at, own)?;
        refuse_unknown(at, own)
    }

    fn certificate(
        &mut self,
        at: usize,
        certificate: &'c Certificate,
        budget: &mut Budget,
    ) -> Result<(), PathFault> {
        let is_leaf = at == 0;
        let self_issued = certificate.is_self_issued();
        // RFC 5280 6.1.3 b, c: the names of self-issued certificates are those of their issuer, unless last.
        if is_leaf || !self_issued {
            self.constraints.admit(at, certificate, budget)?;
        }
        let any_counts = self.inhibit_any > 0 || (!is_leaf && self_issued);
        let malformed = |cause| PathFault::Malformed { at, cause };
        budget.compare(self.graph.edges())?;
        self.graph
            .descend(certificate, any_counts)
            .map_err(malformed)?;
        // RFC 5280 6.1.3 f.
        if self.explicit_policy == 0 && self.graph.is_null() {
            return Err(PathFault::Policy { at });
        }
        if is_leaf {
            // RFC 5280 6.1.5 a, b.
            self.explicit_policy = self.explicit_policy.saturating_sub(1);
            let constraints = certificate.policy_constraints().map_err(malformed)?;
            if constraints.is_some_and(|c| c.require_explicit == Some(0)) {
                self.explicit_policy = 0;
            }
            leaf_usage(certificate, self.question)?;
        } else {
            self.prepare_next(at, certificate, self_issued)?;
        }
        refuse_unknown(at, certificate)
    }

    /// RFC 5280 6.1.4.
    fn prepare_next(
        &mut self,
        at: usize,
        certificate: &'c Certificate,
        self_issued: bool,
    ) -> Result<(), PathFault> {
        let mappings = certificate
            .policy_mappings()
            .map_err(|cause| PathFault::Malformed { at, cause })?;
        // a
        let any = mappings
            .iter()
            .any(|mapping| mapping.issuer == ANY_POLICY || mapping.subject == ANY_POLICY);
        if any {
            return Err(PathFault::AnyPolicyMapped { at });
        }
        // b
        self.graph.map(&mappings, self.policy_mapping > 0);
        // h
        if !self_issued {
            self.explicit_policy = self.explicit_policy.saturating_sub(1);
            self.policy_mapping = self.policy_mapping.saturating_sub(1);
            self.inhibit_any = self.inhibit_any.saturating_sub(1);
        }
        // i, j
        self.lower_by_constraints(at, certificate)?;
        // l: the room is asked for before pathLenConstraint narrows it (m).
        if !self_issued {
            self.max_path_length = self
                .max_path_length
                .checked_sub(1)
                .ok_or(PathFault::PathLength { at })?;
        }
        self.authority(at, certificate)
    }

    /// RFC 5280 6.1.4 g, k, m, n: what makes it a CA, and what it passes on.
    fn authority(&mut self, at: usize, certificate: &'c Certificate) -> Result<(), PathFault> {
        let malformed = |cause: ReadExtension| PathFault::Malformed { at, cause };
        self.constraints.add(at, certificate)?;
        // k: version 3 and cA; who has neither is no CA, whatever a list of the past says.
        let basic = certificate.basic_constraints().map_err(malformed)?;
        let basic = basic
            .filter(|basic| basic.ca)
            .ok_or(PathFault::NotAuthority { at })?;
        // m
        if let Some(length) = basic.path_length {
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            self.max_path_length = self.max_path_length.min(length);
        }
        // n
        let usage = certificate.key_usage().map_err(malformed)?;
        if usage.is_some_and(|usage| !usage.contains(KeyUsage::KEY_CERT_SIGN)) {
            return Err(PathFault::KeyUsage { at });
        }
        // Not of RFC 5280, but of everybody who issues by it: a CA bound to purposes has none to give beyond.
        let purposes = certificate.purposes().map_err(malformed)?;
        if !self.question.purpose.allows_authority(purposes.as_ref()) {
            return Err(PathFault::Purpose { at });
        }
        Ok(())
    }

    fn lower_by_constraints(
        &mut self,
        at: usize,
        certificate: &Certificate,
    ) -> Result<(), PathFault> {
        let malformed = |cause| PathFault::Malformed { at, cause };
        let lower = |counter: &mut usize, skip: Option<u64>| {
            let skip = skip.map_or(usize::MAX, |skip| {
                usize::try_from(skip).unwrap_or(usize::MAX)
            });
            *counter = (*counter).min(skip);
        };
        if let Some(constraints) = certificate.policy_constraints().map_err(malformed)? {
            lower(&mut self.explicit_policy, constraints.require_explicit);
            lower(&mut self.policy_mapping, constraints.inhibit_mapping);
        }
        let skip = certificate.inhibit_any_policy().map_err(malformed)?;
        lower(&mut self.inhibit_any, skip);
        Ok(())
    }
}

/// RFC 5280 4.2.1.3, 4.2.1.12: what the leaf's key may be used for.
fn leaf_usage(certificate: &Certificate, question: &Question<'_>) -> Result<(), PathFault> {
    let malformed = |cause| PathFault::Malformed { at: 0, cause };
    let usage = certificate.key_usage().map_err(malformed)?;
    if !question.purpose.allows_usage(usage) {
        return Err(if usage.is_some_and(Purpose::only_encrypts) {
            PathFault::EncryptionCertificate { at: 0 }
        } else {
            PathFault::KeyUsage { at: 0 }
        });
    }
    let purposes = certificate.purposes().map_err(malformed)?;
    if !question.purpose.allows_leaf(purposes.as_ref()) {
        return Err(PathFault::Purpose { at: 0 });
    }
    Ok(())
}

/// RFC 5280 6.1.4 o, 6.1.5 f.
fn refuse_unknown(at: usize, certificate: &Certificate) -> Result<(), PathFault> {
    match certificate.unknown_critical().next() {
        Some(oid) => Err(PathFault::UnknownCritical {
            at,
            oid: Box::new(oid),
        }),
        None => Ok(()),
    }
}
