//! Receipts: another text, another proof, another leaf, another checkpoint.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::Signature;
use tlog::{
    Hash, Leaf, LeafIndex, LeafKind, Note, NoteKey, Receipt, TreeHead, empty_root, leaf_hash,
};

use crate::mutations::office::{ORIGIN, Office, Stored, leaf, moment, opening, sign, signer};

const PLACE: u64 = 290;

#[test]
fn a_good_receipt_says_where_and_who_saw_it() {
    let office = Office::open();
    for place in [0, 1, 255, 256, PLACE, 299] {
        let text = office.receipt(place).encode();
        let receipt = Receipt::parse(text.as_bytes()).expect("our own");
        assert_eq!(receipt.encode(), text);
        let recorded = receipt
            .check(&leaf(place), &office.trust())
            .expect("it is there");
        assert_eq!(recorded.index, LeafIndex(place));
        assert_eq!(recorded.head, office.stored.head);
        assert_eq!(recorded.cosigned[0].at, moment(60));
        assert_eq!(opening(place).commitment(), leaf(place).commitment);
        let mut opened = opening(place);
        opened.salt = receipt.salt;
        assert_eq!(opened.commitment(), leaf(place).commitment);
    }
}

type Bend = fn(String) -> String;

/// The text changed before it is read.
const TEXTS: &[(&str, Bend, &str)] = &[
    ("empty", |_| String::new(), "receipt.first-line"),
    (
        "another version",
        |t| t.replace("@v1", "@v2"),
        "receipt.first-line",
    ),
    (
        "a space before the first line",
        |t| format!(" {t}"),
        "receipt.first-line",
    ),
    (
        "carriage returns",
        |t| t.replace('\n', "\r\n"),
        "receipt.first-line",
    ),
    (
        "no salt",
        |t| {
            let lines: Vec<&str> = t.split('\n').filter(|l| !l.starts_with("extra")).collect();
            lines.join("\n")
        },
        "receipt.salt-absent",
    ),
    (
        "salt after index",
        |t| {
            let mut lines: Vec<&str> = t.split('\n').collect();
            lines.swap(1, 2);
            lines.join("\n")
        },
        "receipt.salt-absent",
    ),
    (
        "a short salt",
        |t| line(&t, 1, "extra AAAA"),
        "receipt.salt",
    ),
    (
        "a salt that is no base64",
        |t| line(&t, 1, "extra !!!!"),
        "receipt.salt",
    ),
    ("no index", |t| line(&t, 2, "AAAA"), "receipt.index"),
    (
        "a leading zero",
        |t| line(&t, 2, "index 0290"),
        "receipt.index",
    ),
    ("a sign", |t| line(&t, 2, "index +290"), "receipt.index"),
    (
        "a negative index",
        |t| line(&t, 2, "index -1"),
        "receipt.index",
    ),
    ("an empty index", |t| line(&t, 2, "index "), "receipt.index"),
    (
        "an index of 2^64",
        |t| line(&t, 2, "index 18446744073709551616"),
        "receipt.index",
    ),
    (
        "a hash of 31 octets",
        |t| line(&t, 3, &STANDARD.encode([0; 31])),
        "receipt.hash-line",
    ),
    (
        "a hash in another alphabet",
        |t| line(&t, 3, &STANDARD.encode([255; 32]).replace('/', "_")),
        "receipt.hash-line",
    ),
    (
        "a hash without padding",
        |t| line(&t, 3, STANDARD.encode([7; 32]).trim_end_matches('=')),
        "receipt.hash-line",
    ),
    (
        "sixty-five hashes",
        |t| {
            let hash = STANDARD.encode([7; 32]);
            line(&t, 3, &vec![hash; 65].join("\n"))
        },
        "receipt.too-many-hashes",
    ),
    (
        "no checkpoint",
        |t| t.split("\n\n").next().unwrap_or_default().to_owned(),
        "receipt.checkpoint-absent",
    ),
    (
        "nothing after the empty line",
        |t| format!("{}\n\n", t.split("\n\n").next().unwrap_or_default()),
        "receipt.checkpoint-absent",
    ),
    (
        "more than the limit",
        |t| format!("{t}{}", "x".repeat(tlog::receipt::MAX_RECEIPT)),
        "receipt.too-large",
    ),
];

fn line(text: &str, at: usize, with: &str) -> String {
    let mut lines: Vec<&str> = text.split('\n').collect();
    lines[at] = with;
    lines.join("\n")
}

#[test]
fn receipts_of_another_form_are_refused() {
    let text = Office::open().receipt(PLACE).encode();
    for (name, bend, code) in TEXTS {
        let refused = Receipt::parse(bend(text.clone()).as_bytes());
        assert_eq!(refused.expect_err(name).code(), *code, "{name}");
    }
    let refused = Receipt::parse(&[b"c2sp.org/tlog-proof@v1\n", &[0xff][..]].concat());
    assert_eq!(refused.expect_err("no text").code(), "receipt.not-utf8");
}

type BendReceipt = fn(&Office, &mut Receipt, &mut Leaf);

/// What is otherwise in a receipt that can be read, or in the leaf that it is held against.
const WRONG: &[(&str, BendReceipt, &str)] = &[
    (
        "the leaf before",
        |_, r, _| r.index = LeafIndex(PLACE - 1),
        "proof.root-differs",
    ),
    (
        "a leaf beyond the tree",
        |_, r, _| r.index = LeafIndex(300),
        "proof.index-beyond-tree",
    ),
    (
        "the last number there is",
        |_, r, _| r.index = LeafIndex(u64::MAX),
        "proof.index-beyond-tree",
    ),
    (
        "a hash less",
        |_, r, _| {
            r.proof.pop();
        },
        "proof.length",
    ),
    (
        "a hash more",
        |_, r, _| r.proof.push(empty_root()),
        "proof.length",
    ),
    ("no hashes", |_, r, _| r.proof.clear(), "proof.length"),
    (
        "the first hash another",
        |_, r, _| r.proof[0] = empty_root(),
        "proof.root-differs",
    ),
    (
        "the last hash another",
        |_, r, _| *r.proof.last_mut().expect("some") = empty_root(),
        "proof.root-differs",
    ),
    (
        "hashes in reverse",
        |_, r, _| r.proof.reverse(),
        "proof.root-differs",
    ),
    (
        "another kind of leaf",
        |_, _, l| l.kind = LeafKind::Abandoned,
        "proof.root-differs",
    ),
    (
        "another office",
        |_, _, l| l.office = "11110000MB0000013X".to_owned(),
        "proof.root-differs",
    ),
    (
        "another seal",
        |_, _, l| l.subject = "990102-SPZYZ-02".to_owned(),
        "proof.root-differs",
    ),
    (
        "a second later",
        |_, _, l| l.moment += time::Duration::SECOND,
        "proof.root-differs",
    ),
    (
        "another status index",
        |_, _, l| l.status.as_mut().expect("some").index += 1,
        "proof.root-differs",
    ),
    ("no status", |_, _, l| l.status = None, "proof.root-differs"),
    (
        "another salt",
        |_, _, l| {
            let mut opened = opening(PLACE);
            opened.salt[0] ^= 1;
            l.commitment = opened.commitment();
        },
        "proof.root-differs",
    ),
    (
        "another version of the licence",
        |_, _, l| {
            let mut opened = opening(PLACE);
            opened.version = "002".to_owned();
            l.commitment = opened.commitment();
        },
        "proof.root-differs",
    ),
    (
        "another content",
        |_, _, l| {
            let mut opened = opening(PLACE);
            opened.content[0] ^= 1;
            l.commitment = opened.commitment();
        },
        "proof.root-differs",
    ),
    (
        "another signature value",
        |_, _, l| {
            let mut opened = opening(PLACE);
            opened.sealed.as_mut().expect("some").signature[0] ^= 1;
            l.commitment = opened.commitment();
        },
        "proof.root-differs",
    ),
    (
        "the same document unsigned",
        |_, _, l| {
            let mut opened = opening(PLACE);
            opened.sealed = None;
            l.commitment = opened.commitment();
        },
        "proof.root-differs",
    ),
    (
        "a node passed off as a leaf",
        |_, r, l| {
            // Without the prefixes of RFC 6962 a proof one hash shorter would do.
            r.proof.remove(0);
            l.commitment = *leaf_hash(b"").bytes();
        },
        "proof.length",
    ),
    (
        "a leaf without an office",
        |_, _, l| l.office.clear(),
        "leaf.text",
    ),
];

#[test]
fn receipts_that_prove_something_else_are_refused() {
    let office = Office::open();
    for (name, bend, code) in WRONG {
        let (mut receipt, mut leaf) = (office.receipt(PLACE), leaf(PLACE));
        bend(&office, &mut receipt, &mut leaf);
        let refused = receipt.check(&leaf, &office.trust());
        assert_eq!(refused.expect_err(name).code(), *code, "{name}");
    }
}

type BendNote = fn(&Office, &mut Receipt);

/// Checkpoints that the receipt carries instead, all signed by somebody.
const CHECKPOINTS: &[(&str, BendNote, &str)] = &[
    (
        "of a smaller tree of the same log",
        |o, r| r.checkpoint = o.note(Stored::with(280).head).encode(),
        "proof.index-beyond-tree",
    ),
    (
        "of a larger tree of the same log",
        |o, r| r.checkpoint = o.note(Stored::with(600).head).encode(),
        "proof.length",
    ),
    (
        "of another tree of the same size",
        |o, r| {
            let size = o.stored.head.size;
            r.checkpoint = o
                .note(TreeHead {
                    size,
                    root: empty_root(),
                })
                .encode();
        },
        "proof.root-differs",
    ),
    (
        "of another log, by the right keys",
        |o, r| {
            r.checkpoint = o
                .say(&text(o).replace(ORIGIN, "log.example/other"))
                .encode()
        },
        "checkpoint.other-origin",
    ),
    (
        "by a key of the same name",
        |o, r| {
            let other = signer(9);
            let key = NoteKey::ed25519(ORIGIN, crypto::Signer::public_key(&other)).expect("a name");
            let text = text(o);
            let note = Note::signed(&text, &key, &sign(&other, text.as_bytes())).expect("signed");
            r.checkpoint = note.encode();
        },
        "note.no-known-key",
    ),
    (
        "by the log alone",
        |o, r| {
            let text = text(o);
            let note = Note::signed(&text, &o.key(), &sign(&o.log, text.as_bytes()));
            r.checkpoint = note.expect("signed").encode();
        },
        "checkpoint.witnesses",
    ),
    (
        "by the witness alone",
        |_, r| drop_line(r, ORIGIN),
        "checkpoint.not-signed-by-log",
    ),
    (
        "cosigned at another moment",
        |_, r| {
            // The moment's last octet is the twelfth of the line's value.
            bend_line(r, "witness", 11);
        },
        "note.signature-bad",
    ),
    (
        "cosigned beyond the calendar",
        |_, r| bend_line(r, "witness", 4),
        "note.cosignature-time",
    ),
    (
        "a bit of the log's signature",
        |_, r| bend_line(r, ORIGIN, 40),
        "note.signature-bad",
    ),
    (
        "a size with another number",
        |_, r| r.checkpoint = r.checkpoint.replace("\n300\n", "\n301\n"),
        "note.signature-bad",
    ),
    (
        "an extension line after signing",
        |_, r| r.checkpoint = r.checkpoint.replacen("\n\n", "\nmore\n\n", 1),
        "note.signature-bad",
    ),
    (
        "a size with a leading zero",
        |o, r| r.checkpoint = o.say(&text(o).replace("\n300\n", "\n0300\n")).encode(),
        "checkpoint.size",
    ),
    (
        "two lines",
        |o, r| r.checkpoint = o.say(&format!("{ORIGIN}\n300\n")).encode(),
        "checkpoint.lines",
    ),
    (
        "a root of 31 octets",
        |o, r| {
            let root = STANDARD.encode([0; 31]);
            r.checkpoint = o.say(&format!("{ORIGIN}\n300\n{root}\n")).encode();
        },
        "checkpoint.root",
    ),
    (
        "an empty line among its extensions",
        |o, r| r.checkpoint = o.say(&format!("{}\nmore\n", text(o))).encode(),
        "checkpoint.extension",
    ),
    (
        "not signed at all",
        |o, r| r.checkpoint = format!("{}\n", text(o)),
        "note.unsigned",
    ),
    (
        "thirty-three signatures",
        |_, r| {
            let line = format!("\u{2014} x.example {}\n", STANDARD.encode([0; 68]));
            r.checkpoint.push_str(&line.repeat(31));
        },
        "note.too-many-signatures",
    ),
    (
        "text after the signatures",
        |_, r| r.checkpoint.push_str("more\n"),
        "note.signature-line",
    ),
    (
        "a second text with signatures of its own",
        |o, r| r.checkpoint = format!("{}\n{}", r.checkpoint, o.say("other\n").encode()),
        "note.signature-bad",
    ),
];

fn text(office: &Office) -> String {
    office.note(office.stored.head).text().to_owned()
}

fn drop_line(receipt: &mut Receipt, name: &str) {
    let start = format!("\u{2014} {name}");
    let kept: Vec<&str> = receipt
        .checkpoint
        .split('\n')
        .filter(|line| !line.starts_with(&start))
        .collect();
    receipt.checkpoint = kept.join("\n");
}

/// Turns the top bit of octet `at` of the value on the signature line of `name`.
fn bend_line(receipt: &mut Receipt, name: &str, at: usize) {
    let start = format!("\u{2014} {name}");
    let bent: Vec<String> = receipt
        .checkpoint
        .split('\n')
        .map(|line| match line.rsplit_once(' ') {
            Some((before, value)) if line.starts_with(&start) => {
                let mut octets = STANDARD.decode(value).expect("our own");
                octets[at] ^= 0x80;
                format!("{before} {}", STANDARD.encode(octets))
            }
            _ => line.to_owned(),
        })
        .collect();
    receipt.checkpoint = bent.join("\n");
}

#[test]
fn receipts_with_another_checkpoint_are_refused() {
    let office = Office::open();
    for (name, bend, code) in CHECKPOINTS {
        let mut receipt = office.receipt(PLACE);
        bend(&office, &mut receipt);
        let refused = receipt.check(&leaf(PLACE), &office.trust());
        assert_eq!(refused.expect_err(name).code(), *code, "{name}");
    }
}

#[test]
fn every_bit_of_a_proof_counts() {
    let office = Office::open();
    let receipt = office.receipt(PLACE);
    for at in 0..receipt.proof.len() {
        for bit in [0_usize, 100, 255] {
            let mut bent = receipt.clone();
            let mut octets = *bent.proof[at].bytes();
            octets[bit / 8] ^= 1 << (bit % 8);
            bent.proof[at] = Hash::new(octets);
            let refused = bent.check(&leaf(PLACE), &office.trust());
            assert_eq!(
                refused.expect_err("another hash").code(),
                "proof.root-differs"
            );
        }
    }
}

#[test]
fn a_signature_that_does_not_hold_is_not_put_into_a_note() {
    let office = Office::open();
    let bad = Signature::new(vec![0; 64]);
    let note = office.note(office.stored.head);
    let refused = Note::signed(note.text(), &office.key(), &bad);
    assert_eq!(refused.expect_err("bad").code(), "note.signature-bad");
    let refused = note.cosigned(&office.witness_key(), moment(61), &bad);
    assert_eq!(refused.expect_err("bad").code(), "note.signature-bad");
    let refused = note.signed_by(&office.witness_key(), &bad);
    assert_eq!(refused.expect_err("a witness").code(), "note.wrong-kind");
    let refused = note.cosigned(&office.key(), moment(61), &bad);
    assert_eq!(refused.expect_err("a log").code(), "note.wrong-kind");
}
