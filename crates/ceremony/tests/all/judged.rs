//! Whatever is changed afterwards is found and named.

use ceremony::{
    AddSignature, Declaration, Fault, Files, ReadTranscript, WhyNot, add_signature, judge,
    statement_of,
};
use crypto::KeyAlgorithm;

use crate::room::{Room, first, held, hex, key, name, next, sign};

/// The first session, signed by all who have a key.
fn signed() -> Files {
    let mut files = held();
    for (who, seed) in [("master", 11), ("witness", 12)] {
        let transcript = sign_as(&files, who, seed).expect("taken");
        files.insert("transcript".to_owned(), transcript);
    }
    files
}

fn sign_as(files: &Files, who: &str, seed: u64) -> Result<Vec<u8>, AddSignature> {
    let transcript = &files["transcript"];
    let signature = sign(
        &key(KeyAlgorithm::Ed25519, seed),
        &statement_of(transcript)?,
    );
    let declaration = Declaration::parse(&first())?;
    let added = add_signature(transcript, &declaration, &name(who), &signature)?;
    Ok(added.text().as_bytes().to_vec())
}

fn with(files: &Files, transcript: &str) -> Vec<Fault> {
    let mut files = files.clone();
    files.insert("transcript".to_owned(), transcript.as_bytes().to_vec());
    judge(&files, None).faults
}

fn text(files: &Files) -> String {
    String::from_utf8(files["transcript"].clone()).expect("text")
}

#[test]
fn all_who_have_a_key_sign_once_and_nobody_else() {
    let files = held();
    for (who, seed) in [("one", 11), ("guest", 11)] {
        assert_eq!(
            sign_as(&files, who, seed),
            Err(AddSignature::NobodyWithKey(name(who)))
        );
    }
    let bad = sign_as(&files, "master", 12);
    assert_eq!(bad, Err(AddSignature::Bad(name("master"))));
    let files = signed();
    let judged = judge(&files, None);
    assert_eq!((judged.faults, judged.unsigned), (vec![], vec![]));
    let again = sign_as(&files, "master", 11);
    assert_eq!(again, Err(AddSignature::Already(name("master"))));
}

#[test]
fn every_octet_of_every_file_counts_and_its_file_is_named() {
    let files = signed();
    for (file, octets) in files.iter().filter(|(file, _)| *file != "transcript") {
        for at in 0..octets.len() {
            let mut changed = files.clone();
            changed
                .entry(file.clone())
                .and_modify(|octets| octets[at] ^= 1);
            let faults = judge(&changed, None).faults;
            let named = |fault: &Fault| fault.to_string().starts_with(file.as_str());
            assert!(faults.iter().any(named), "{file}, octet {at}: {faults:?}");
        }
    }
}

#[test]
fn an_octet_of_a_certificate_or_list_is_named_by_its_place() {
    let files = signed();
    for file in ["root.cer", "issuing.cer", "root-1.crl"] {
        let octets = &files[file];
        // The last letter of a name: what is read is a certificate as before.
        let letter = octets
            .windows(4)
            .position(|four| four == b"2026")
            .expect("a name")
            + 3;
        let mut changed = files.clone();
        changed
            .entry(file.to_owned())
            .and_modify(|octets| octets[letter] = b'5');
        let faults = judge(&changed, None).faults;
        let (file, at) = (file.to_owned(), letter);
        assert!(
            faults.contains(&Fault::Octet {
                file: file.clone(),
                at
            }),
            "{faults:?}"
        );
        assert!(faults.contains(&Fault::NotSigned { file }), "{faults:?}");
    }
}

#[test]
fn every_octet_of_the_transcript_counts() {
    let files = signed();
    let octets = &files["transcript"];
    for at in 0..octets.len() {
        let mut changed = files.clone();
        changed
            .entry("transcript".to_owned())
            .and_modify(|octets| octets[at] ^= 1);
        assert_ne!(judge(&changed, None).faults, [], "octet {at}");
    }
}

#[test]
fn a_line_that_is_removed_moved_or_put_in_is_named() {
    let files = signed();
    let text = text(&files);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for at in 1..lines.len() - 2 {
        let without: String = [&lines[..at], &lines[at + 1..]].concat().concat();
        let number = Fault::from(ReadTranscript {
            line: at,
            why: WhyNot::Number,
        });
        assert_eq!(with(&files, &without), [number], "line {at} removed");
        let mut moved = lines.clone();
        moved.swap(at, at + 1);
        assert!(
            matches!(with(&files, &moved.concat())[..], [Fault::Line(ReadTranscript { line, .. })] if line == at)
        );
    }
    let mut twice = lines.clone();
    twice.insert(3, lines[2]);
    assert!(matches!(
        with(&files, &twice.concat())[..],
        [Fault::Line(ReadTranscript {
            line: 3,
            why: WhyNot::Number
        })]
    ));
}

#[test]
fn lines_written_anew_with_their_chain_contradict_files_or_signatures() {
    let files = signed();
    let text = text(&files);
    for (from, to) in [
        ("name=witness role=witness", "name=two role=keeper"),
        ("role=witness", "role=master"),
        ("share=2 keeper=two", "share=2 keeper=one"),
        ("list number=1", "list number=2"),
        ("session=1", "session=2"),
        ("09:00:00Z", "09:00:01Z"),
    ] {
        assert!(text.contains(from), "{from}");
        let anew = chained(&text.replace(from, to));
        let faults = with(&files, &anew);
        assert_ne!(faults, [], "{to}");
        assert!(
            !faults
                .iter()
                .any(|fault| matches!(fault, Fault::Line(broken) if broken.why == WhyNot::Chain)),
            "{faults:?}"
        );
    }
}

/// The same lines under a new chain: what whoever has the file, and no key, can make.
fn chained(text: &str) -> String {
    let mut out = String::new();
    let mut before = String::new();
    for line in text.split_inclusive('\n') {
        let anew = match (line.split_once(' '), before.is_empty()) {
            (Some((number, rest)), false) => {
                let (_, rest) = rest.split_once(' ').expect("a line");
                let digest = hex(&crypto::sha256(before.as_bytes()));
                format!("{number} {digest} {rest}")
            }
            _ => line.to_owned(),
        };
        out.push_str(&anew);
        before = anew;
    }
    out
}

#[test]
fn what_was_cut_off_shows_beside_the_digest_that_was_made_public() {
    let first = signed();
    let second = Room::after(&first, &next(2)).hold().expect("held");
    let head = judge(&second, None).head;
    assert_eq!(judge(&second, Some(head)).faults, []);
    // The older state is whole by itself, and another than is known.
    assert_eq!(judge(&first, None).faults, []);
    assert_eq!(judge(&first, Some(head)).faults, [Fault::OtherHead]);
}

#[test]
fn files_that_are_missing_or_too_many_are_named() {
    let files = signed();
    for file in files.keys() {
        let mut without = files.clone();
        without.remove(file);
        let absent = Fault::Absent { file: file.clone() };
        assert!(judge(&without, None).faults.contains(&absent), "{file}");
    }
    let mut more = files;
    more.insert("other.cer".to_owned(), Vec::new());
    let file = "other.cer".to_owned();
    assert_eq!(judge(&more, None).faults, [Fault::Unnamed { file }]);
    assert_ne!(judge(&Files::new(), None).faults, []);
}
