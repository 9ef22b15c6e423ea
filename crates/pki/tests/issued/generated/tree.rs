//! Policies as RFC 5280 6.1 writes them: the tree, which RFC 9618 replaced by a graph that says the same.

use std::collections::BTreeSet;

use asn1::Oid;
use pki::identifiers::ANY_POLICY as ANY;
use pki::path::PolicyDemand;

use super::model::Cert;

/// A node: its depth, the place of its parent, valid_policy and expected_policy_set.
#[derive(Clone, Debug)]
struct Node {
    depth: usize,
    parent: usize,
    policy: Oid,
    expected: BTreeSet<Oid>,
    gone: bool,
}

struct Tree(Vec<Node>);

impl Tree {
    fn is_null(&self) -> bool {
        self.0.iter().all(|node| node.gone)
    }

    fn at(&self, depth: usize) -> Vec<usize> {
        let here = self.0.iter().enumerate();
        here.filter(|(_, node)| !node.gone && node.depth == depth)
            .map(|(place, _)| place)
            .collect()
    }

    fn add(&mut self, parent: usize, policy: Oid, expected: BTreeSet<Oid>) {
        let depth = self.0[parent].depth + 1;
        self.0.push(Node {
            depth,
            parent,
            policy,
            expected,
            gone: false,
        });
    }

    fn child_of(&mut self, parent: usize, policy: Oid) {
        self.add(parent, policy, BTreeSet::from([policy]));
    }

    /// 6.1.3 d 3: nodes above `depth` without children go, until there is none.
    fn prune(&mut self, depth: usize) {
        for above in (0..depth).rev() {
            for place in self.at(above) {
                let has_child = self
                    .0
                    .iter()
                    .any(|node| !node.gone && node.depth == above + 1 && node.parent == place);
                self.0[place].gone = !has_child;
            }
        }
    }

    /// 6.1.3 d, e.
    fn descend(&mut self, depth: usize, policies: &[Oid], any_counts: bool) {
        if policies.is_empty() {
            self.0.clear();
            return;
        }
        let above = self.at(depth - 1);
        for policy in policies.iter().copied().filter(|policy| *policy != ANY) {
            let expecting: Vec<usize> = above
                .iter()
                .copied()
                .filter(|place| self.0[*place].expected.contains(&policy))
                .collect();
            for parent in &expecting {
                self.child_of(*parent, policy);
            }
            let any = above
                .iter()
                .copied()
                .find(|place| self.0[*place].policy == ANY);
            if let (true, Some(parent)) = (expecting.is_empty(), any) {
                self.child_of(parent, policy);
            }
        }
        if policies.contains(&ANY) && any_counts {
            for parent in above {
                for policy in self.0[parent].expected.clone() {
                    let told = self.0.iter().any(|node| {
                        node.depth == depth && node.parent == parent && node.policy == policy
                    });
                    if !told {
                        self.child_of(parent, policy);
                    }
                }
            }
        }
        self.prune(depth);
    }

    /// 6.1.4 b.
    fn map(&mut self, depth: usize, mappings: &[(Oid, Oid)], allowed: bool) {
        let issuers: BTreeSet<Oid> = mappings.iter().map(|(issuer, _)| *issuer).collect();
        for issuer in issuers {
            let subjects = mappings.iter().filter(|(of, _)| *of == issuer);
            let subjects: BTreeSet<Oid> = subjects.map(|(_, subject)| *subject).collect();
            let here = self.at(depth);
            let own: Vec<usize> = here
                .iter()
                .copied()
                .filter(|place| self.0[*place].policy == issuer)
                .collect();
            let any = here.iter().find(|place| self.0[**place].policy == ANY);
            match (allowed, own.is_empty(), any) {
                (false, _, _) => own.iter().for_each(|place| self.0[*place].gone = true),
                (true, false, _) => {
                    for place in own {
                        self.0[place].expected.clone_from(&subjects);
                    }
                }
                (true, true, Some(any)) => {
                    let parent = self.0[*any].parent;
                    self.add(parent, issuer, subjects);
                }
                (true, true, None) => {}
            }
        }
        self.prune(depth);
    }

    /// 6.1.5 g: what is left for this user, and the policies of the anchor's domain among it.
    fn for_user(mut self, depth: usize, acceptable: &[Oid]) -> BTreeSet<Oid> {
        let everything = acceptable.is_empty() || acceptable.contains(&ANY);
        let below_any = |tree: &Self| -> Vec<usize> {
            let all = tree.0.iter().enumerate().filter(|(_, node)| !node.gone);
            all.filter(|(_, node)| node.depth > 0 && tree.0[node.parent].policy == ANY)
                .map(|(place, _)| place)
                .collect()
        };
        if !everything {
            let told: Vec<Oid> = below_any(&self)
                .iter()
                .map(|place| self.0[*place].policy)
                .collect();
            for place in below_any(&self) {
                let policy = self.0[place].policy;
                self.0[place].gone = policy != ANY && !acceptable.contains(&policy);
            }
            let any = self
                .at(depth)
                .into_iter()
                .find(|place| self.0[*place].policy == ANY);
            if let Some(any) = any {
                let parent = self.0[any].parent;
                for policy in acceptable.iter().filter(|policy| !told.contains(policy)) {
                    self.child_of(parent, *policy);
                }
                self.0[any].gone = true;
            }
            self.fell();
            self.prune(depth);
        }
        // Of anyPolicy that of the last depth alone says that every policy would do.
        below_any(&self)
            .into_iter()
            .filter(|place| self.0[*place].policy != ANY || self.0[*place].depth == depth)
            .map(|place| self.0[place].policy)
            .collect()
    }

    /// Children of nodes that are gone go too; parents stand before their children.
    fn fell(&mut self) {
        for place in 0..self.0.len() {
            let node = &self.0[place];
            let parent_gone = node.depth > 0 && self.0[node.parent].gone;
            self.0[place].gone |= parent_gone;
        }
    }
}

/// The policies that hold along the chain, leaf first; or the fault and its place.
pub(crate) fn policies(
    chain: &[&Cert],
    demand: &PolicyDemand<'_>,
) -> Result<BTreeSet<Oid>, (&'static str, usize)> {
    let count = chain.len();
    let start = |inhibited: bool| if inhibited { 0 } else { count + 1 };
    let (mut explicit, mut mapping) = (start(demand.explicit), start(demand.inhibit_mapping));
    let mut any = start(demand.inhibit_any);
    let mut tree = Tree(vec![Node {
        depth: 0,
        parent: 0,
        policy: ANY,
        expected: BTreeSet::from([ANY]),
        gone: false,
    }]);
    for (depth, (at, cert)) in (1..).zip(chain.iter().enumerate().rev()) {
        if !tree.is_null() {
            let counts = any > 0 || (at > 0 && cert.self_issued());
            tree.descend(depth, &cert.policies, counts);
        }
        if explicit == 0 && tree.is_null() {
            return Err(("path.policy", at));
        }
        if at == 0 {
            break;
        }
        if cert
            .mappings
            .iter()
            .any(|(one, other)| *one == ANY || *other == ANY)
        {
            return Err(("path.any-policy-mapped", at));
        }
        tree.map(depth, &cert.mappings, mapping > 0);
        if !cert.self_issued() {
            explicit = explicit.saturating_sub(1);
            mapping = mapping.saturating_sub(1);
            any = any.saturating_sub(1);
        }
        explicit = explicit.min(cert.explicit.map_or(usize::MAX, usize::from));
        mapping = mapping.min(cert.no_mapping.map_or(usize::MAX, usize::from));
        any = any.min(cert.no_any.map_or(usize::MAX, usize::from));
    }
    explicit = explicit.saturating_sub(1);
    if chain.first().is_some_and(|leaf| leaf.explicit == Some(0)) {
        explicit = 0;
    }
    let left = tree.for_user(count, demand.acceptable);
    if explicit == 0 && left.is_empty() {
        return Err(("path.policy", 0));
    }
    Ok(left)
}
