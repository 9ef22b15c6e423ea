//! Notes, keys of notes, and checkpoints.

use serde_json::Value;
use tlog::{Checkpoint, Note, NoteKey, TrustedLog};

use crate::vectors::files::{hash_of_base64, json, list, number, text};

fn key(vkey: &str) -> NoteKey {
    NoteKey::parse(vkey).expect("a good key")
}

fn known(vectors: &Value) -> (NoteKey, NoteKey) {
    let keys = &vectors["known_keys"];
    (key(text(keys, "log")), key(text(keys, "witness")))
}

/// The log of the vectors, with `quorum` of its one witness.
fn log(vectors: &Value, quorum: usize) -> TrustedLog {
    let (log, witness) = known(vectors);
    let origin = text(vectors, "origin");
    TrustedLog::new(origin, vec![log], vec![witness], quorum).expect("a log")
}

#[test]
fn good_notes_open_and_say_what_they_say() {
    let vectors = json("notes.json");
    let good = list(&vectors, "good");
    assert_eq!(good.len(), 7);
    for case in good {
        let note = text(case, "note");
        let opened = log(&vectors, 0)
            .open(note.as_bytes())
            .unwrap_or_else(|fault| panic!("{}: {fault:?}", case["id"]));
        let head = opened.checkpoint.head();
        if !case["size"].is_null() {
            assert_eq!(Some(head.size), number(case, "size"));
        }
        if !case["root"].is_null() {
            assert_eq!(Some(head.root), hash_of_base64(text(case, "root")));
        }
        let at = opened
            .cosigned
            .first()
            .map(|cosigned| cosigned.at.unix_timestamp());
        assert_eq!(at, case["cosigned_at"].as_i64(), "{}", case["id"]);
        let parsed = Note::parse(note.as_bytes()).expect("it was opened");
        assert_eq!(parsed.encode(), note, "{}", case["id"]);
    }
}

/// Each bad note and the finding.
const BAD: &[(&str, &str)] = &[
    ("text-changed", "note.signature-bad"),
    ("signature-bit", "note.signature-bad"),
    ("no-known-key", "note.no-known-key"),
    ("no-signature", "note.unsigned"),
    ("no-blank-line", "note.separation"),
    ("no-final-newline", "note.separation"),
    ("hyphen-for-dash", "note.signature-line"),
    ("control-character", "note.control-character"),
    ("carriage-return", "note.control-character"),
    ("bad-base64", "note.signature-line"),
    ("short-signature", "note.signature-length"),
    ("known-key-bad-plus-good", "note.signature-bad"),
    ("checkpoint-leading-zero", "checkpoint.size"),
    ("checkpoint-negative-size", "checkpoint.size"),
    ("checkpoint-plus-size", "checkpoint.size"),
    ("checkpoint-hex-size", "checkpoint.size"),
    ("checkpoint-size-2^64", "checkpoint.size"),
    ("checkpoint-short-root", "checkpoint.root"),
    ("checkpoint-root-url-alphabet", "checkpoint.root"),
    ("checkpoint-two-lines", "checkpoint.lines"),
    ("checkpoint-empty-origin", "checkpoint.origin"),
    ("checkpoint-other-origin", "checkpoint.other-origin"),
    ("cosignature-time-changed", "note.signature-bad"),
];

#[test]
fn bad_notes_are_refused_for_their_reason() {
    let vectors = json("notes.json");
    let bad = list(&vectors, "bad");
    assert_eq!(bad.len(), BAD.len());
    for case in bad {
        let id = text(case, "id");
        let (_, expected) = BAD
            .iter()
            .find(|(known, _)| *known == id)
            .expect("each case has its finding");
        let refused = log(&vectors, 0).open(text(case, "note").as_bytes());
        assert_eq!(refused.expect_err(id).code(), *expected, "{id}");
    }
}

#[test]
fn a_witness_that_is_required_must_have_cosigned() {
    let vectors = json("notes.json");
    let note = |id: &str| {
        list(&vectors, "good")
            .iter()
            .find(|case| text(case, "id") == id)
            .map(|case| text(case, "note").to_owned())
            .expect("a case of this name")
    };
    let log = log(&vectors, 1);
    assert!(log.open(note("cosigned").as_bytes()).is_ok());
    let refused = log.open(note("one-signature").as_bytes());
    assert_eq!(
        refused.expect_err("no witness").code(),
        "checkpoint.witnesses"
    );
}

#[test]
fn bad_keys_are_refused_for_their_reason() {
    let vectors = json("notes.json");
    let codes: Vec<&str> = list(&vectors, "bad_vkeys")
        .iter()
        .map(|vkey| {
            NoteKey::parse(vkey.as_str().expect("a text"))
                .expect_err("bad")
                .code()
        })
        .collect();
    assert_eq!(
        codes,
        [
            "note-key.form",
            "note-key.form",
            "note-key.identifier",
            "note-key.identifier",
            "note-key.kind",
            "note-key.name",
            "note-key.name",
        ]
    );
    let go = &json("published.json")["go_sumdb_note"];
    for bad in list(go, "bad_vkeys") {
        assert!(NoteKey::parse(text(bad, "vkey")).is_err(), "{bad}");
    }
}

#[test]
fn notes_of_other_authors_hold() {
    let published = json("published.json");
    let go = &published["go_sumdb_note"];
    let keys: Vec<NoteKey> = list(go, "vkeys")
        .iter()
        .map(|vkey| key(vkey.as_str().expect("a text")))
        .collect();
    for (name, signers) in [("one", 1), ("two", 2)] {
        let note = Note::parse(text(go, name).as_bytes()).expect("a note");
        assert_eq!(note.text(), text(go, "text"));
        assert_eq!(note.check(&keys).expect("known keys").len(), signers);
        assert_eq!(note.encode(), text(go, name));
    }
    let c2sp = &published["c2sp"];
    let example = key(text(c2sp, "vkey_example"));
    let notes = list(c2sp, "notes");
    let second = Note::parse(notes[1].as_str().expect("a text").as_bytes()).expect("a note");
    assert!(second.check(std::slice::from_ref(&example)).is_ok());
    assert_eq!(example.vkey(), text(c2sp, "vkey_example"));
    let first = Note::parse(notes[0].as_str().expect("a text").as_bytes()).expect("a note");
    assert!(first.text().contains("\n\n"), "an empty line in the text");
    for name in ["checkpoint", "cosigned_checkpoint"] {
        let note = Note::parse(text(c2sp, name).as_bytes()).expect("a note");
        let checkpoint = Checkpoint::parse(note.text()).expect("a checkpoint");
        assert_eq!(checkpoint.head().size, 20_852_163);
        assert_eq!(checkpoint.origin(), "example.com/behind-the-sofa");
        assert_eq!(note.encode(), text(c2sp, name));
    }
}
