//! The policy graph of RFC 9618: policies that hold along a chain, in room that grows with what was sent.

use std::collections::{BTreeMap, BTreeSet};

use crate::certificate::Certificate;
use crate::extension::{PolicyMapping, ReadExtension};
use crate::identifiers::ANY_POLICY;
use asn1::Oid;

/// One level: the policies valid there, by their identifier (RFC 9618: one node each, so that two ways to
/// one policy do not make two).
type Level = BTreeMap<Oid, Node>;

/// A node of the graph.
#[derive(Debug, Default)]
struct Node {
    /// expected_policy_set: what satisfies it in the next certificate.
    expected: BTreeSet<Oid>,
    /// Nodes of the level above it.
    parents: BTreeSet<Oid>,
}

impl Node {
    fn of(policy: Oid, parents: BTreeSet<Oid>) -> Self {
        Self {
            expected: BTreeSet::from([policy]),
            parents,
        }
    }
}

/// The graph; without levels it is NULL.
#[derive(Debug)]
pub(super) struct PolicyGraph {
    levels: Vec<Level>,
}

impl PolicyGraph {
    /// RFC 5280 6.1.2 a: one node, anyPolicy.
    pub(super) fn new() -> Self {
        let node = Node::of(ANY_POLICY, BTreeSet::new());
        Self {
            levels: vec![BTreeMap::from([(ANY_POLICY, node)])],
        }
    }

    /// Whether no policy holds any more.
    pub(super) fn is_null(&self) -> bool {
        self.levels.is_empty()
    }

    /// How many comparisons the next certificate costs: each expected policy of each node is looked at.
    pub(super) fn edges(&self) -> usize {
        let nodes = self.levels.last().into_iter().flat_map(BTreeMap::values);
        nodes.map(|node| node.expected.len()).sum()
    }

    /// RFC 5280 6.1.3 d, e as RFC 9618 5 puts them: one more certificate.
    pub(super) fn descend(
        &mut self,
        certificate: &Certificate,
        any_counts: bool,
    ) -> Result<(), ReadExtension> {
        let policies = certificate.policies()?;
        let Some(above) = self.levels.last() else {
            return Ok(());
        };
        let mut level = Level::new();
        // Which nodes above expect a policy; each edge once.
        let mut expecting: BTreeMap<Oid, BTreeSet<Oid>> = BTreeMap::new();
        for (valid, node) in above {
            for expected in &node.expected {
                expecting.entry(*expected).or_default().insert(*valid);
            }
        }
        for policy in policies.iter().map(|information| information.policy) {
            if policy == ANY_POLICY {
                continue;
            }
            if let Some(parents) = expecting.get(&policy) {
                // d 1 i
                level.insert(policy, Node::of(policy, parents.clone()));
            } else if above.contains_key(&ANY_POLICY) {
                // d 1 ii
                let parents = BTreeSet::from([ANY_POLICY]);
                level.insert(policy, Node::of(policy, parents));
            }
        }
        let any = policies
            .iter()
            .any(|information| information.policy == ANY_POLICY);
        if any && any_counts {
            // d 2
            for (policy, parents) in expecting {
                level
                    .entry(policy)
                    .or_insert_with(|| Node::of(policy, parents));
            }
        }
        self.levels.push(level);
        self.prune();
        Ok(())
    }

    /// RFC 5280 6.1.4 b: mappings in the certificate just descended to.
    pub(super) fn map(&mut self, mappings: &[PolicyMapping], allowed: bool) {
        let Some(level) = self.levels.last_mut() else {
            return;
        };
        let mut by_issuer: BTreeMap<Oid, BTreeSet<Oid>> = BTreeMap::new();
        for mapping in mappings {
            by_issuer
                .entry(mapping.issuer)
                .or_default()
                .insert(mapping.subject);
        }
        for (issuer, subjects) in by_issuer {
            if !allowed {
                // b 2
                level.remove(&issuer);
                continue;
            }
            // b 1: the node of that policy, or one made beside anyPolicy and with its parents.
            if let Some(node) = level.get_mut(&issuer) {
                node.expected = subjects;
            } else if level.contains_key(&ANY_POLICY) {
                let node = Node {
                    expected: subjects,
                    parents: BTreeSet::from([ANY_POLICY]),
                };
                level.insert(issuer, node);
            }
        }
        self.prune();
    }

    /// RFC 5280 6.1.3 d 3: whoever has no child goes, from the bottom up; an empty level makes it NULL.
    fn prune(&mut self) {
        let mut wanted: Option<BTreeSet<Oid>> = None;
        for level in self.levels.iter_mut().rev() {
            if let Some(wanted) = &wanted {
                let before = level.len();
                level.retain(|policy, _| wanted.contains(policy));
                // Who keeps all nodes wants the same of those above as before.
                if level.len() == before {
                    break;
                }
            }
            let parents = level.values().flat_map(|node| &node.parents);
            wanted = Some(parents.copied().collect());
        }
        if self.levels.last().is_none_or(BTreeMap::is_empty) {
            self.levels.clear();
        }
    }

    /// RFC 5280 6.1.5 g: the policies of the anchor's domain that hold and that the user accepts; an empty
    /// `acceptable` accepts any.
    pub(super) fn constrained(&self, acceptable: &[Oid]) -> Vec<Oid> {
        let holds: BTreeSet<Oid> = self
            .levels
            .iter()
            .flatten()
            .filter(|(policy, node)| **policy != ANY_POLICY && node.parents.contains(&ANY_POLICY))
            .map(|(policy, _)| *policy)
            .collect();
        let any = self
            .levels
            .last()
            .is_some_and(|level| level.contains_key(&ANY_POLICY));
        let accepts_any = acceptable.is_empty() || acceptable.contains(&ANY_POLICY);
        match (any, accepts_any) {
            (true, true) => holds.into_iter().chain([ANY_POLICY]).collect(),
            (false, true) => holds.into_iter().collect(),
            (true, false) => acceptable.to_vec(),
            (false, false) => acceptable
                .iter()
                .filter(|policy| holds.contains(policy))
                .copied()
                .collect(),
        }
    }
}
