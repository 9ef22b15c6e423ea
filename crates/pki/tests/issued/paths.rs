//! Named mutations of a chain, each refused for exactly one reason. Signatures are right except where the
//! signature is what is wrong.

use asn1::{Oid, write};
use crypto::SignatureAlgorithm;
use pki::extension::{BasicConstraints, KeyUsage, Purposes};
use pki::identifiers as id;
use pki::name::Name;
use pki::path::{AnchorPurposes, AnchorRules, Purpose, Strength};
use time::Duration;

use super::bent::{Bent, Mutation, Scene, refuse};
use super::forge::{AT, FIRST, LAST, key, sign};

/// An extension that nobody knows.
pub(crate) const UNKNOWN: Oid = Oid::of(&[1, 3, 6, 1, 4, 1, 99_999, 7]);
fn basic(bent: &mut Bent, ca: bool, path_length: Option<u64>) {
    let value = BasicConstraints { ca, path_length }.encode();
    bent.set(id::BASIC_CONSTRAINTS, true, &value);
}

fn usage(bent: &mut Bent, usage: KeyUsage) {
    bent.set(id::KEY_USAGE, true, &usage.encode());
}

fn purposes(bent: &mut Bent, list: &[Oid]) {
    let value = Purposes(list.to_vec()).encode();
    bent.set(id::EXTENDED_KEY_USAGE, false, &value);
}

pub(crate) const USES: &[Mutation] = &[
    (
        "ca without basicConstraints",
        "path.not-an-authority",
        Some(1),
        |s| {
            s.ca.remove(id::BASIC_CONSTRAINTS);
        },
    ),
    ("ca with cA false", "path.not-an-authority", Some(1), |s| {
        basic(&mut s.ca, false, None);
    }),
    ("root without cA", "path.not-an-authority", Some(2), |s| {
        basic(&mut s.root, false, None);
    }),
    (
        "root that allows no authority below",
        "path.length",
        Some(1),
        |s| {
            basic(&mut s.root, true, Some(0));
        },
    ),
    (
        "ca that may not sign certificates",
        "path.key-usage",
        Some(1),
        |s| {
            usage(&mut s.ca, KeyUsage::CRL_SIGN);
        },
    ),
    (
        "root that may not sign certificates",
        "path.key-usage",
        Some(2),
        |s| {
            usage(&mut s.root, KeyUsage::CRL_SIGN);
        },
    ),
    (
        "leaf for encipherment",
        "path.encryption-certificate",
        Some(0),
        |s| {
            usage(&mut s.leaf, KeyUsage::KEY_ENCIPHERMENT);
        },
    ),
    ("leaf for servers", "path.purpose", Some(0), |s| {
        purposes(&mut s.leaf, &[id::SERVER_AUTH]);
    }),
    ("ca bound to servers", "path.purpose", Some(1), |s| {
        purposes(&mut s.ca, &[id::SERVER_AUTH]);
    }),
    ("seal asked to stamp", "path.purpose", Some(0), |s| {
        s.purpose = Purpose::TimeStamping;
    }),
    ("any purpose asked to stamp", "path.purpose", Some(0), |s| {
        s.purpose = Purpose::TimeStamping;
        purposes(&mut s.leaf, &[id::ANY_PURPOSE]);
    }),
    (
        "leaf without purposes asked to answer",
        "path.purpose",
        Some(0),
        |s| {
            s.purpose = Purpose::OcspSigning;
            s.leaf.remove(id::EXTENDED_KEY_USAGE);
        },
    ),
    (
        "unknown critical extension in leaf",
        "path.critical-extension",
        Some(0),
        |s| {
            s.leaf.set(UNKNOWN, true, &write::null());
        },
    ),
    (
        "unknown critical extension in ca",
        "path.critical-extension",
        Some(1),
        |s| {
            s.ca.set(UNKNOWN, true, &write::null());
        },
    ),
    (
        "unknown critical extension in root",
        "path.critical-extension",
        Some(2),
        |s| {
            s.root.set(UNKNOWN, true, &write::null());
        },
    ),
    (
        "critical key identifier in leaf",
        "path.critical-extension",
        Some(0),
        |s| {
            s.leaf.set(
                id::SUBJECT_KEY_IDENTIFIER,
                true,
                &write::octet_string(&[1; 20]),
            );
        },
    ),
    (
        "malformed keyUsage in leaf",
        "path.malformed-extension",
        Some(0),
        |s| {
            s.leaf.set(id::KEY_USAGE, true, &write::null());
        },
    ),
    (
        "empty extKeyUsage in leaf",
        "path.malformed-extension",
        Some(0),
        |s| {
            purposes(&mut s.leaf, &[]);
        },
    ),
];

#[test]
fn authorities_that_are_none_and_leaves_for_other_uses_are_refused() {
    refuse(USES);
}

pub(crate) const LINKS: &[Mutation] = &[
    (
        "leaf signed by another key",
        "path.signature-differs",
        Some(0),
        |s| {
            s.signer = key(77);
        },
    ),
    (
        "leaf of an unknown issuer",
        "path.no-issuer",
        Some(0),
        |s| {
            let name = Name::of(&[(id::COMMON_NAME, "别的机构")]).expect("a name");
            s.leaf.issuer = name.der().to_vec();
        },
    ),
    (
        "leaf issued straight by a stranger of the root's name",
        "path.signature-differs",
        Some(0),
        |s| {
            s.leaf.issuer = s.root.subject.clone();
        },
    ),
    ("ca of an unknown issuer", "path.no-issuer", Some(1), |s| {
        let name = Name::of(&[(id::COMMON_NAME, "别的机构")]).expect("a name");
        s.ca.issuer = name.der().to_vec();
    }),
    (
        "ca with another key of its own",
        "path.signature-differs",
        Some(0),
        |s| {
            s.ca.certified(&key(78));
        },
    ),
    (
        "algorithm of another kind of key",
        "path.signature-differs",
        Some(0),
        |s| {
            let other = pki::algorithm::identifier(SignatureAlgorithm::EcdsaP256Sha256);
            s.leaf.algorithm_inside.clone_from(&other);
            s.leaf.algorithm_outside = other;
        },
    ),
    (
        "leaf's key on no curve that is known",
        "path.key",
        Some(0),
        |s| {
            s.leaf.key = unknown_curve();
        },
    ),
    (
        "ca's key on no curve that is known",
        "path.key",
        Some(1),
        |s| {
            s.ca.key = unknown_curve();
        },
    ),
    ("refused algorithm", "path.weak-algorithm", Some(1), |s| {
        s.strength = Strength {
            refused: &[SignatureAlgorithm::Ed25519],
            ..Strength::default()
        };
    }),
    (
        "anchor for other purposes",
        "path.anchor-purpose",
        None,
        |s| {
            s.purposes = AnchorPurposes::These(vec![Purpose::TimeStamping]);
        },
    ),
    ("anchor not trusted yet", "path.anchor-period", None, |s| {
        s.trusted = (Some(AT + Duration::SECOND), None);
    }),
    (
        "anchor no longer trusted",
        "path.anchor-period",
        None,
        |s| {
            s.trusted = (None, Some(AT));
        },
    ),
];

#[test]
fn signatures_keys_and_names_that_do_not_fit_are_refused() {
    refuse(LINKS);
}

fn unknown_curve() -> Vec<u8> {
    let algorithm = write::sequence([
        write::oid(&Oid::of(&[1, 2, 840, 10_045, 2, 1])),
        write::oid(&Oid::of(&[1, 3, 132, 0, 10])),
    ]);
    let mut point = vec![4];
    point.extend([7; 64]);
    write::sequence([algorithm, write::bit_string(&point)])
}

pub(crate) const MOMENTS: &[Mutation] = &[
    ("leaf a second early", "path.not-yet-valid", Some(0), |s| {
        s.leaf.valid(AT + Duration::SECOND, LAST);
    }),
    ("leaf a second late", "path.expired", Some(0), |s| {
        s.leaf.valid(FIRST, AT - Duration::SECOND);
    }),
    ("ca expired", "path.expired", Some(1), |s| {
        s.ca.valid(FIRST, AT - Duration::SECOND);
    }),
    ("root expired", "path.expired", Some(2), |s| {
        s.root.valid(FIRST, AT - Duration::SECOND);
    }),
    ("root not yet valid", "path.not-yet-valid", Some(2), |s| {
        s.root.valid(AT + Duration::SECOND, LAST);
    }),
    ("before everything", "path.not-yet-valid", Some(2), |s| {
        s.at = FIRST - Duration::SECOND;
    }),
];

#[test]
fn moments_outside_a_validity_are_refused() {
    refuse(MOMENTS);
    // RFC 5280 4.1.2.5: both ends included.
    let mut scene = Scene::new();
    scene.leaf.valid(AT, AT);
    scene.demand = pki::path::StatusDemand::Nothing;
    assert_eq!(scene.outcome().0, "good");
    scene.at = AT + Duration::milliseconds(999);
    assert_eq!(scene.outcome().0, "good");
    // Trust is name and key alone where the list says so: the root's own end is nobody's then.
    let mut scene = Scene::new();
    scene.root.valid(FIRST, AT - Duration::SECOND);
    scene.rules = AnchorRules::NameAndKey;
    assert_eq!(scene.outcome().0, "good");
}

#[test]
fn a_self_issued_authority_costs_no_room_and_another_does() {
    // root -> ca -> ca (new key) -> leaf, below pathLenConstraint 0.
    let with = |subject: Option<&str>, room| {
        let mut scene = Scene::new();
        scene.room = room;
        let mut next = scene.ca.clone();
        next.issuer.clone_from(&scene.ca.subject);
        if let Some(text) = subject {
            next.name(&[(id::COMMON_NAME, text)]);
            scene.leaf.issuer.clone_from(&next.subject);
        }
        let own = key(88);
        next.certified(&own);
        scene.more = vec![next.finish(&scene.world.ca_key)];
        scene.signer = own;
        scene.demand = pki::path::StatusDemand::Nothing;
        scene.outcome()
    };
    assert_eq!(with(None, None), ("good", None));
    assert_eq!(with(Some("下级机构"), None), ("path.length", Some(1)));
    // RFC 5937 3: the limit that comes with the anchor is counted in the same way, under either kind of rules.
    assert_eq!(with(None, Some(1)), ("good", None));
    for rules in [AnchorRules::AsCertified, AnchorRules::NameAndKey] {
        let mut scene = Scene::new();
        scene.rules = rules;
        scene.room = Some(1);
        assert_eq!(scene.outcome(), ("good", None));
        scene.room = Some(0);
        assert_eq!(scene.outcome(), ("path.length", Some(1)));
    }
}

#[test]
fn a_chain_is_found_among_false_candidates_and_told_from_the_leaf_up() {
    let mut scene = Scene::new();
    let mut expired = scene.ca.clone();
    expired.valid(FIRST, AT - Duration::DAY);
    let mut stranger = scene.ca.clone();
    stranger.certified(&key(79));
    scene.more = vec![
        expired.finish(&scene.world.root_key),
        stranger.finish(&scene.world.root_key),
        scene.leaf.finish(&scene.signer),
        scene.root.finish(&scene.world.root_key),
    ];
    scene.more.reverse();
    let chain = scene.judge().expect("a chain");
    let subjects: Vec<String> = chain
        .certificates()
        .iter()
        .filter_map(|one| one.subject().common_name().map(|name| name.into_owned()))
        .collect();
    assert_eq!(
        subjects,
        ["临溪市青石区行政审批服务局审批专用章", "示例签发", "示例根"]
    );
    assert_eq!(chain.statuses().len(), 2);
}

#[test]
fn the_failure_tells_the_chain_that_came_furthest_and_its_statuses() {
    let mut scene = Scene::new();
    scene.leaf.valid(FIRST, AT - Duration::hours(2));
    let error = scene.judge().expect_err("expired");
    assert_eq!(error.chain.len(), 3);
    // EN 319 102-1: out of bounds, and whether it was revoked is known all the same. The list does not say that
    // it keeps expired certificates, so that nothing is known of the leaf.
    assert!(matches!(
        error.statuses[..],
        [
            pki::path::CertificateStatus::Unknown { .. },
            pki::path::CertificateStatus::Used { .. }
        ]
    ));
    let subject = error.chain[0].subject();
    assert_eq!(
        error.to_string(),
        format!("certificate 0 was valid until 2026-11-22 2:00:00.0 +00 ({subject})")
    );
}

#[test]
fn a_leaf_that_is_trusted_itself_needs_nobody_above_it() {
    let scene = Scene::new();
    let leaf = scene.leaf.finish(&scene.signer);
    let anchor = pki::path::Anchor::of(leaf.clone()).expect("a key");
    let ask = |purpose, at| {
        let question = pki::path::Question::new(purpose, at);
        let anchors = [anchor.clone()];
        let mut budget = pki::path::Budget::new();
        pki::path::validate(&leaf, &[], &anchors, &question, &mut budget)
    };
    let chain = ask(Purpose::DocumentSigning, AT).expect("trusted");
    assert_eq!(chain.certificates(), std::slice::from_ref(&leaf));
    let error = ask(Purpose::TimeStamping, AT).expect_err("a seal");
    assert_eq!(error.fault.code(), "path.purpose");
    let error = ask(Purpose::DocumentSigning, LAST).expect_err("later");
    assert_eq!(error.fault.code(), "path.expired");
}

#[test]
fn one_flipped_bit_anywhere_is_refused() {
    let scene = Scene::new();
    let ca = scene.ca.finish(&scene.world.root_key);
    let root = scene.root.finish(&scene.world.root_key);
    let good = scene.leaf.encode(&scene.signer);
    let anchors = [pki::path::Anchor::of(root).expect("a key")];
    let question = pki::path::Question::new(Purpose::DocumentSigning, AT);
    let candidates = [ca];
    let holds = |der: &[u8]| {
        pki::Certificate::parse(der).is_ok_and(|leaf| {
            let mut budget = pki::path::Budget::new();
            pki::path::validate(&leaf, &candidates, &anchors, &question, &mut budget).is_ok()
        })
    };
    assert!(holds(&good));
    for place in 0..good.len() {
        let mut bent = good.clone();
        bent[place] ^= 1 << (place % 8);
        assert!(!holds(&bent), "octet {place}");
    }
    let signature = sign(&key(77), b"something else");
    let swapped = write::sequence([
        scene.leaf.tbs(),
        scene.leaf.algorithm_outside.clone(),
        write::bit_string(signature.bytes()),
    ]);
    assert!(!holds(&swapped));
}
