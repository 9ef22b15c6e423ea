//! Leaves in another encoding, and commitments over other members.

use ciborium::Value;
use crypto::sha256;
use tlog::leaf::LeafFault;
use tlog::{Leaf, LeafKind};

use crate::mutations::office::{leaf, opening};

fn integer(value: u64) -> Value {
    Value::Integer(value.into())
}

/// The leaf as a second author writes it.
fn members() -> Vec<(Value, Value)> {
    let leaf = leaf(17);
    let status = leaf.status.clone().expect("some");
    vec![
        (integer(1), integer(1)),
        (integer(2), Value::Text(leaf.office)),
        (integer(3), Value::Text(leaf.subject)),
        (integer(4), integer(1_781_006_417)),
        (integer(5), Value::Bytes(leaf.commitment.to_vec())),
        (
            integer(6),
            Value::Array(vec![Value::Text(status.uri), integer(status.index)]),
        ),
    ]
}

fn written(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    ciborium::into_writer(value, &mut out).expect("a vector takes all");
    out
}

#[test]
fn a_second_author_writes_the_same_leaf_and_commitment() {
    let ours = leaf(17).encode().expect("a leaf");
    assert_eq!(written(&Value::Map(members())), ours);
    assert_eq!(Leaf::parse(&ours), Ok(leaf(17)));
    let mut bare = leaf(17);
    bare.status = None;
    let encoded = bare.encode().expect("a leaf");
    assert_eq!(encoded.last(), Some(&0xf6));
    assert_eq!(Leaf::parse(&encoded), Ok(bare));
    let opened = opening(17);
    let sealed = opened.sealed.clone().expect("some");
    let array = Value::Array(vec![
        Value::Bytes(opened.salt.to_vec()),
        Value::Text(opened.identifier.clone()),
        Value::Text(opened.version.clone()),
        Value::Bytes(opened.content.to_vec()),
        Value::Bytes(sealed.signed.to_vec()),
        Value::Bytes(sealed.signature.to_vec()),
    ]);
    assert_eq!(sha256(&written(&array)), opened.commitment());
    let mut opened = opened;
    opened.sealed = None;
    let array = Value::Array(vec![
        Value::Bytes(opened.salt.to_vec()),
        Value::Text(opened.identifier.clone()),
        Value::Text(opened.version.clone()),
        Value::Bytes(opened.content.to_vec()),
        Value::Null,
        Value::Null,
    ]);
    assert_eq!(sha256(&written(&array)), opened.commitment());
}

type Bend = fn(&mut Vec<(Value, Value)>);

const MEMBERS: &[(&str, Bend, LeafFault)] = &[
    ("kind 0", |m| m[0].1 = integer(0), LeafFault::Kind(0)),
    ("kind 7", |m| m[0].1 = integer(7), LeafFault::Kind(7)),
    (
        "kind as text",
        |m| m[0].1 = Value::Text("1".to_owned()),
        LeafFault::Encoding { member: 1 },
    ),
    (
        "office as octets",
        |m| m[1].1 = Value::Bytes(vec![65]),
        LeafFault::Encoding { member: 2 },
    ),
    (
        "no office",
        |m| m[1].1 = Value::Text(String::new()),
        LeafFault::Text { member: 2 },
    ),
    (
        "an office of 65 octets",
        |m| m[1].1 = Value::Text("x".repeat(65)),
        LeafFault::Text { member: 2 },
    ),
    (
        "no seal",
        |m| m[2].1 = Value::Null,
        LeafFault::Encoding { member: 3 },
    ),
    (
        "before 1970",
        |m| m[3].1 = Value::Integer((-1).into()),
        LeafFault::Encoding { member: 4 },
    ),
    (
        "beyond the calendar",
        |m| m[3].1 = integer(1 << 60),
        LeafFault::Moment,
    ),
    (
        "beyond 63 bits",
        |m| m[3].1 = integer(u64::MAX),
        LeafFault::Moment,
    ),
    (
        "a moment with a fraction",
        |m| m[3].1 = Value::Float(1.5),
        LeafFault::Encoding { member: 4 },
    ),
    (
        "a commitment of 31 octets",
        |m| m[4].1 = Value::Bytes(vec![0; 31]),
        LeafFault::Encoding { member: 5 },
    ),
    (
        "a commitment of 33 octets",
        |m| m[4].1 = Value::Bytes(vec![0; 33]),
        LeafFault::Encoding { member: 5 },
    ),
    (
        "status without index",
        |m| m[5].1 = Value::Array(vec![Value::Text("x".to_owned())]),
        LeafFault::Encoding { member: 6 },
    ),
    (
        "status as a map",
        |m| m[5].1 = Value::Map(Vec::new()),
        LeafFault::Encoding { member: 6 },
    ),
    (
        "an address above the limit",
        |m| m[5].1 = Value::Array(vec![Value::Text("x".repeat(1025)), integer(1)]),
        LeafFault::Text { member: 6 },
    ),
    (
        "a member less",
        |m| m.truncate(5),
        LeafFault::Encoding { member: 0 },
    ),
    (
        "a member more",
        |m| m.push((integer(7), Value::Null)),
        LeafFault::Encoding { member: 0 },
    ),
    (
        "members in another order",
        |m| m.swap(1, 2),
        LeafFault::Encoding { member: 2 },
    ),
    (
        "a member twice",
        |m| m[2].0 = integer(2),
        LeafFault::Encoding { member: 3 },
    ),
    (
        "a key as text",
        |m| m[0].0 = Value::Text("1".to_owned()),
        LeafFault::Encoding { member: 1 },
    ),
];

#[test]
fn leaves_with_other_members_are_refused() {
    for (name, bend, reason) in MEMBERS {
        let mut members = members();
        bend(&mut members);
        let refused = Leaf::parse(&written(&Value::Map(members)));
        assert_eq!(refused, Err(*reason), "{name}");
    }
}

type BendOctets = fn(&mut Vec<u8>);

/// The same members in encodings that are not the shortest, or not whole.
const OCTETS: &[(&str, BendOctets, LeafFault)] = &[
    (
        "kind in two octets",
        |b| {
            b.splice(2..3, [0x18, 0x01]);
        },
        LeafFault::Encoding { member: 1 },
    ),
    (
        "kind in three octets",
        |b| {
            b.splice(2..3, [0x19, 0, 1]);
        },
        LeafFault::Encoding { member: 1 },
    ),
    (
        "a map of unsaid length",
        |b| {
            b[0] = 0xbf;
            b.push(0xff);
        },
        LeafFault::Encoding { member: 0 },
    ),
    (
        "a length in two octets",
        |b| {
            let length = b[4] & 0x1f;
            b.splice(4..5, [0x78, length]);
        },
        LeafFault::Encoding { member: 2 },
    ),
    (
        "a text that is not UTF-8",
        |b| b[6] = 0xff,
        LeafFault::Encoding { member: 2 },
    ),
    ("an octet follows", |b| b.push(0), LeafFault::Trailing),
    (
        "the last octet is missing",
        |b| {
            b.pop();
        },
        LeafFault::Encoding { member: 6 },
    ),
    (
        "a tag before the map",
        |b| b.insert(0, 0xc1),
        LeafFault::Encoding { member: 0 },
    ),
    (
        "a length of 2^64 - 1",
        |b| {
            b.splice(4..5, [0x7b, 255, 255, 255, 255, 255, 255, 255, 255]);
        },
        LeafFault::Encoding { member: 2 },
    ),
];

#[test]
fn leaves_in_another_encoding_are_refused() {
    for (name, bend, reason) in OCTETS {
        let mut octets = leaf(17).encode().expect("a leaf");
        bend(&mut octets);
        assert_eq!(Leaf::parse(&octets), Err(*reason), "{name}");
    }
}

#[test]
fn kinds_have_one_number_each() {
    let kinds: Vec<_> = (0..9).filter_map(LeafKind::of).collect();
    assert_eq!(kinds.len(), 6);
    assert!(
        kinds
            .iter()
            .all(|kind| LeafKind::of(kind.number()) == Some(*kind))
    );
}
