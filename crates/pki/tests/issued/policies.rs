//! Policies along a chain: RFC 5280 6.1 with the graph of RFC 9618.

use asn1::{Oid, write};
use pki::extension::PolicyInformation;
use pki::identifiers as id;
use pki::path::{PathFault, PolicyDemand, StatusDemand};

use super::bent::{Bent, Scene};
use super::forge::key;

const A: Oid = Oid::of(&[1, 3, 6, 1, 4, 1, 99_999, 101]);
const B: Oid = Oid::of(&[1, 3, 6, 1, 4, 1, 99_999, 102]);
const C: Oid = Oid::of(&[1, 3, 6, 1, 4, 1, 99_999, 103]);
const ANY: Oid = id::ANY_POLICY;
const EXPLICIT: PolicyDemand<'static> = PolicyDemand {
    acceptable: &[],
    explicit: true,
    inhibit_mapping: false,
    inhibit_any: false,
};

fn under(bent: &mut Bent, policies: &[Oid]) {
    if policies.is_empty() {
        bent.remove(id::CERTIFICATE_POLICIES);
        return;
    }
    let value = PolicyInformation::encode_policies(policies);
    bent.set(id::CERTIFICATE_POLICIES, false, &value);
}

fn maps(bent: &mut Bent, pairs: &[(Oid, Oid)]) {
    let value = write::sequence(
        pairs
            .iter()
            .map(|(issuer, subject)| write::sequence([write::oid(issuer), write::oid(subject)])),
    );
    bent.set(id::POLICY_MAPPINGS, true, &value);
}

fn constrains(bent: &mut Bent, explicit: Option<u8>, mapping: Option<u8>) {
    let skip = |number, skip: Option<u8>| {
        skip.map(|skip| write::context_primitive(number, &[skip]))
            .unwrap_or_default()
    };
    let value = write::sequence([skip(0, explicit), skip(1, mapping)]);
    bent.set(id::POLICY_CONSTRAINTS, true, &value);
}

/// The policies that hold with these in CA and leaf, or the place where none does.
fn holds(demand: PolicyDemand<'static>, bend: impl FnOnce(&mut Scene)) -> Result<Vec<Oid>, usize> {
    let mut scene = Scene::new();
    scene.policies = demand;
    scene.demand = StatusDemand::Nothing;
    bend(&mut scene);
    match scene.judge() {
        Ok(chain) => Ok(chain.policies().to_vec()),
        Err(error) => match *error.fault {
            PathFault::Policy { at } => Err(at),
            ref other => panic!("{other:?}"),
        },
    }
}

fn both(ca: &'static [Oid], leaf: &'static [Oid]) -> impl FnOnce(&mut Scene) {
    move |scene| {
        under(&mut scene.ca, ca);
        under(&mut scene.leaf, leaf);
    }
}

#[test]
fn what_both_name_holds() {
    assert_eq!(holds(EXPLICIT, both(&[A, B], &[B, C])), Ok(vec![B]));
    assert_eq!(holds(EXPLICIT, both(&[ANY], &[B])), Ok(vec![B]));
    assert_eq!(holds(EXPLICIT, both(&[A], &[ANY])), Ok(vec![A]));
    assert_eq!(holds(EXPLICIT, both(&[ANY], &[ANY])), Ok(vec![ANY]));
    assert_eq!(holds(EXPLICIT, both(&[ANY, A], &[B, A])), Ok(vec![A, B]));
    assert_eq!(holds(EXPLICIT, both(&[A], &[B])), Err(0));
    assert_eq!(holds(EXPLICIT, both(&[], &[A])), Err(1));
    assert_eq!(holds(EXPLICIT, both(&[A], &[])), Err(0));
    // Nobody asks: none holds, and the chain does.
    assert_eq!(holds(PolicyDemand::default(), both(&[A], &[B])), Ok(vec![]));
    assert_eq!(holds(PolicyDemand::default(), both(&[], &[])), Ok(vec![]));
}

#[test]
fn what_the_user_accepts_holds_of_it() {
    let accepts = |acceptable| PolicyDemand {
        acceptable,
        ..EXPLICIT
    };
    assert_eq!(holds(accepts(&[A, C]), both(&[A, B], &[A, B])), Ok(vec![A]));
    assert_eq!(holds(accepts(&[C]), both(&[A, B], &[A, B])), Err(0));
    assert_eq!(holds(accepts(&[C]), both(&[ANY], &[ANY])), Ok(vec![C]));
    assert_eq!(holds(accepts(&[ANY]), both(&[A], &[A])), Ok(vec![A]));
    // Without explicit demand the user's set decides nothing (RFC 5280 6.1.5).
    let lax = PolicyDemand {
        acceptable: &[C],
        ..PolicyDemand::default()
    };
    assert_eq!(holds(lax, both(&[A], &[A])), Ok(vec![]));
}

#[test]
fn any_policy_is_inhibited_by_the_user_and_by_authorities() {
    let inhibited = PolicyDemand {
        inhibit_any: true,
        ..EXPLICIT
    };
    assert_eq!(holds(inhibited, both(&[ANY], &[A])), Err(1));
    assert_eq!(holds(inhibited, both(&[A], &[A])), Ok(vec![A]));
    let skip = |value: u8| {
        move |scene: &mut Scene| {
            both(&[A], &[ANY])(scene);
            scene.ca.set(
                id::INHIBIT_ANY_POLICY,
                true,
                &write::unsigned(u64::from(value)),
            );
        }
    };
    assert_eq!(holds(EXPLICIT, skip(0)), Err(0));
    assert_eq!(holds(EXPLICIT, skip(1)), Ok(vec![A]));
}

/// What holds of a chain root, CA with `A` that inhibits anyPolicy, CA of the same name with `between`, leaf with `last`.
fn below(between: Oid, last: Oid, named_as_issuer: bool) -> Result<Vec<Oid>, usize> {
    holds(EXPLICIT, |scene| {
        let mut next = scene.ca.clone();
        next.issuer.clone_from(&scene.ca.subject);
        under(&mut next, &[between]);
        under(&mut scene.ca, &[A]);
        under(&mut scene.leaf, &[last]);
        scene
            .ca
            .set(id::INHIBIT_ANY_POLICY, true, &write::unsigned(0));
        if named_as_issuer {
            scene.leaf.subject.clone_from(&scene.ca.subject);
        }
        let own = key(90);
        next.certified(&own);
        scene.more = vec![next.finish(&scene.world.ca_key)];
        scene.signer = own;
    })
}

#[test]
fn any_policy_of_a_self_issued_certificate_counts_unless_it_is_the_last() {
    // RFC 5280 6.1.3 d 2, 6.1.4 h: inhibited or not, a self-issued authority passes on what it was given.
    assert_eq!(below(ANY, A, false), Ok(vec![A]));
    assert_eq!(below(A, A, true), Ok(vec![A]));
    assert_eq!(below(A, ANY, true), Err(0));
    assert_eq!(below(A, ANY, false), Err(0));
}

#[test]
fn mappings_carry_a_policy_into_another_domain() {
    let mapped = |pairs: &'static [(Oid, Oid)]| {
        move |scene: &mut Scene| {
            both(&[A], &[B])(scene);
            maps(&mut scene.ca, pairs);
        }
    };
    // What holds is told in the anchor's words.
    assert_eq!(holds(EXPLICIT, mapped(&[(A, B)])), Ok(vec![A]));
    assert_eq!(holds(EXPLICIT, mapped(&[(A, C)])), Err(0));
    assert_eq!(holds(EXPLICIT, mapped(&[(C, B)])), Err(0));
    assert_eq!(holds(EXPLICIT, mapped(&[(A, C), (A, B)])), Ok(vec![A]));
    // Beside anyPolicy a mapping makes the node that it maps from (b 1).
    let beside_any = |scene: &mut Scene| {
        both(&[ANY], &[B])(scene);
        maps(&mut scene.ca, &[(C, B)]);
    };
    assert_eq!(holds(EXPLICIT, beside_any), Ok(vec![C]));
    let inhibited = PolicyDemand {
        inhibit_mapping: true,
        ..EXPLICIT
    };
    assert_eq!(holds(inhibited, mapped(&[(A, B)])), Err(0));
    let two_into_one = |scene: &mut Scene| {
        both(&[A, C], &[B])(scene);
        maps(&mut scene.ca, &[(A, B), (C, B)]);
    };
    assert_eq!(holds(EXPLICIT, two_into_one), Ok(vec![A, C]));
}

#[test]
fn mapping_any_policy_is_a_fault() {
    for pair in [(ANY, A), (A, ANY)] {
        let mut scene = Scene::new();
        maps(&mut scene.ca, &[pair]);
        assert_eq!(scene.outcome(), ("path.any-policy-mapped", Some(1)));
    }
}

#[test]
fn an_authority_demands_policies_of_those_below() {
    let demanded = |explicit| {
        move |scene: &mut Scene| {
            both(&[A], &[B])(scene);
            constrains(&mut scene.ca, Some(explicit), None);
        }
    };
    assert_eq!(holds(PolicyDemand::default(), demanded(0)), Err(0));
    assert_eq!(holds(PolicyDemand::default(), demanded(1)), Err(0));
    assert_eq!(holds(PolicyDemand::default(), demanded(2)), Ok(vec![]));
    // The leaf itself may (RFC 5280 6.1.5 b), and the root as certified may.
    let leaf = |scene: &mut Scene| {
        both(&[A], &[B])(scene);
        constrains(&mut scene.leaf, Some(0), None);
    };
    assert_eq!(holds(PolicyDemand::default(), leaf), Err(0));
    let root = |scene: &mut Scene| {
        both(&[A], &[B])(scene);
        constrains(&mut scene.root, Some(0), None);
    };
    assert_eq!(holds(PolicyDemand::default(), root), Err(0));
    let mapping = |scene: &mut Scene| {
        both(&[A], &[B])(scene);
        maps(&mut scene.ca, &[(A, B)]);
        constrains(&mut scene.root, None, Some(0));
    };
    assert_eq!(holds(EXPLICIT, mapping), Err(0));
}

/// RFC 9618: in the tree of RFC 5280 the nodes of this chain would be multiplied at every step; in the graph
/// there are as many as policies.
#[test]
fn a_chain_that_would_explode_a_tree_is_judged_in_time() {
    let many: Vec<Oid> = (0..60)
        .map(|last| Oid::of(&[1, 3, 6, 1, 4, 1, 99_999, 200 + last]))
        .collect();
    let pairs: Vec<(Oid, Oid)> = many
        .iter()
        .flat_map(|from| many.iter().map(|to| (*from, *to)))
        .collect();
    let mut scene = Scene::new();
    scene.demand = StatusDemand::Nothing;
    scene.policies = EXPLICIT;
    under(&mut scene.ca, &many);
    maps(&mut scene.ca, &pairs);
    scene.ca.remove(id::BASIC_CONSTRAINTS);
    let basic = pki::extension::BasicConstraints {
        ca: true,
        path_length: None,
    };
    scene.ca.set(id::BASIC_CONSTRAINTS, true, &basic.encode());
    let mut above = scene.ca.clone();
    let mut signer = key(2);
    for step in 0..6 {
        let own = key(300 + step);
        let mut next = scene.ca.clone();
        next.issuer.clone_from(&above.subject);
        next.name(&[(id::COMMON_NAME, &format!("第{step}级"))]);
        next.certified(&own);
        scene.more.push(next.finish(&signer));
        above = next;
        signer = own;
    }
    scene.leaf.issuer.clone_from(&above.subject);
    scene.signer = signer;
    under(&mut scene.leaf, &many);
    let chain = scene.judge().expect("a chain");
    assert_eq!(chain.policies().len(), 60);
    under(&mut scene.leaf, &[A]);
    assert_eq!(scene.outcome(), ("path.policy", Some(0)));
}
