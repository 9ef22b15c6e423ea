//! T-I8: what a validation may cost, at each limit and one beyond.

use asn1::write;
use crypto::SoftwareSigner;
use pki::certificate::Certificate;
use pki::extension::{BasicConstraints, NameConstraints};
use pki::general_name::GeneralName;
use pki::identifiers as id;
use pki::path::{Anchor, Budget, Limit, PathFault, Purpose, Question, StatusDemand, validate};

use super::bent::{Bent, Scene};
use super::forge::{AT, key};

fn unlimited(bent: &mut Bent) {
    let basic = BasicConstraints {
        ca: true,
        path_length: None,
    };
    bent.set(id::BASIC_CONSTRAINTS, true, &basic.encode());
}

/// A scene with this many authorities between root and leaf.
fn between(count: u64) -> Scene {
    let mut scene = Scene::new();
    scene.demand = StatusDemand::Nothing;
    unlimited(&mut scene.ca);
    let mut above = scene.ca.clone();
    let mut signer = key(2);
    for step in 1..count {
        let own = key(400 + step);
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
    scene
}

fn limit(scene: &Scene) -> Option<Limit> {
    match scene.judge() {
        Ok(_) => None,
        Err(error) => match *error.fault {
            PathFault::Budget { limit } => Some(limit),
            ref other => panic!("{other:?}"),
        },
    }
}

#[test]
fn ten_certificates_make_a_chain_and_eleven_do_not() {
    assert_eq!(limit(&between(8)), None);
    assert_eq!(limit(&between(9)), Some(Limit::Depth));
    let mut scene = between(3);
    scene.budget = Budget::new().with_depth(5);
    assert_eq!(limit(&scene), None);
    scene.budget = Budget::new().with_depth(4);
    assert_eq!(limit(&scene), Some(Limit::Depth));
    assert_eq!(Budget::new().with_depth(99).depth(), 10);
}

#[test]
fn sixty_four_candidates_are_looked_at_and_sixty_five_are_not() {
    let mut scene = Scene::new();
    scene.demand = StatusDemand::Nothing;
    let same = scene.leaf.finish(&scene.signer);
    scene.more = vec![same.clone(); 63];
    assert_eq!(limit(&scene), None);
    scene.more.push(same);
    assert_eq!(limit(&scene), Some(Limit::Candidates));
}

/// Authorities of one name and different keys, each said to have been issued by the others.
fn mesh(scene: &Scene, count: u64) -> Vec<(Certificate, SoftwareSigner)> {
    (0..count)
        .map(|step| {
            let own = key(500 + step);
            let mut next = scene.ca.clone();
            unlimited(&mut next);
            next.issuer.clone_from(&scene.ca.subject);
            next.certified(&own);
            next.remove(id::AUTHORITY_KEY_IDENTIFIER);
            let signer = key(500 + (step + 1) % count);
            (next.finish(&signer), own)
        })
        .collect()
}

#[test]
fn a_mesh_of_authorities_ends_the_search_and_not_the_verifier() {
    let mut scene = Scene::new();
    scene.demand = StatusDemand::Nothing;
    let mesh = mesh(&scene, 60);
    scene.more = mesh.iter().map(|(one, _)| one.clone()).collect();
    scene.signer = key(500);
    scene.leaf.remove(id::AUTHORITY_KEY_IDENTIFIER);
    // The ring is longer than a chain may be: every pair is asked, until nobody may be asked any more.
    let error = scene.judge().expect_err("no chain");
    assert!(
        matches!(
            *error.fault,
            PathFault::Budget {
                limit: Limit::Signatures | Limit::Steps | Limit::Depth
            }
        ),
        "{error:?}"
    );
}

#[test]
fn a_budget_that_is_spent_says_that_nobody_knows() {
    let scene = Scene::new();
    let leaf = scene.leaf.finish(&scene.signer);
    let ca = [scene.ca.finish(&scene.world.root_key)];
    let anchors = [Anchor::of(scene.root.finish(&scene.world.root_key)).expect("a key")];
    let question = Question::new(Purpose::DocumentSigning, AT);
    let mut budget = Budget::new();
    let before = budget.signatures();
    validate(&leaf, &ca, &anchors, &question, &mut budget).expect("a chain");
    assert_eq!(before - budget.signatures(), 2);
    // One budget for all questions about one document.
    let mut asked = 0;
    let fault = loop {
        match validate(&leaf, &ca, &anchors, &question, &mut budget) {
            Ok(_) => asked += 1,
            Err(error) => break error.fault,
        }
    };
    assert_eq!(asked, 99);
    assert_eq!(
        *fault,
        PathFault::Budget {
            limit: Limit::Signatures
        }
    );
}

/// The CA is constrained to `subtrees` addresses, the leaf has `names`.
fn compared(subtrees: u16, names: u16) -> Option<Limit> {
    let mut scene = Scene::new();
    scene.demand = StatusDemand::Nothing;
    let hosts: Vec<String> = (0..subtrees.max(names))
        .map(|n| format!("h{n}.example"))
        .collect();
    let excluded = hosts
        .iter()
        .take(usize::from(subtrees))
        .map(|host| GeneralName::Email(host))
        .collect();
    let value = NameConstraints {
        permitted: Vec::new(),
        excluded,
    }
    .encode();
    scene.ca.set(id::NAME_CONSTRAINTS, true, &value);
    let mailboxes: Vec<String> = (0..names).map(|n| format!("a@m{n}.example")).collect();
    let names = mailboxes
        .iter()
        .map(|name| GeneralName::Email(name).encode());
    scene
        .leaf
        .set(id::SUBJECT_ALT_NAME, false, &write::sequence(names));
    limit(&scene)
}

#[test]
fn a_quarter_of_a_million_comparisons_are_made_and_no_more() {
    // The policy of each of two certificates is held against the one expected: two more.
    assert_eq!(98 * 2551 + 2, Budget::new().comparisons());
    assert_eq!(compared(98, 2551), None);
    assert_eq!(499 * 501 + 2, Budget::new().comparisons() + 1);
    assert_eq!(compared(499, 501), Some(Limit::Comparisons));
    assert_eq!(Budget::new().comparisons(), 250_000);
}
