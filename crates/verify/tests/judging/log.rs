//! Receipts of the public log: every member of the leaf, every line of the receipt.

use crypto::{KeyAlgorithm, SeededRandom, Signer as _, SoftwareSigner, generate_pkcs8};
use time::Duration;
use tlog::{LeafKind, Note, NoteKey, StatusEntry, Tree};
use verify::{Answer, Material, Report, SubIndication, Trust, Verdict};

use crate::hierarchy::{AT, ORIGIN, bundle, sign_with, trust};
use crate::maker::{GOOD, Recipe, checkpoint, codes, errors, judged_with, outcome, sub};

/// What is done to a leaf before it is logged.
type BendLeaf = fn(&mut tlog::Leaf);
/// What is done to a receipt before it is embedded.
type BendReceipt = fn(String) -> Option<Vec<u8>>;

fn recheck(recipe: &Recipe) -> Report {
    judged_with(&recipe.make(), &trust(), &Material::empty(), "recheck", AT)
}

#[test]
fn each_member_of_the_leaf_is_that_of_the_file() {
    let bends: [(&str, BendLeaf); 9] = [
        ("kind", |leaf| leaf.kind = LeafKind::LicenceState),
        ("office", |leaf| leaf.office.push('X')),
        ("seal", |leaf| leaf.subject.push('X')),
        ("moment", |leaf| leaf.moment += Duration::SECOND),
        ("commitment", |leaf| leaf.commitment[31] ^= 1),
        ("no status", |leaf| leaf.status = None),
        ("list", |leaf| {
            leaf.status = Some(StatusEntry {
                uri: "https://licences.yinxin.example/status/2".to_owned(),
                index: crate::maker::INDEX,
            });
        }),
        ("index", |leaf| {
            if let Some(status) = &mut leaf.status {
                status.index += 1;
            }
        }),
        ("first octet", |leaf| leaf.commitment[0] ^= 0x80),
    ];
    for (name, bend_leaf) in bends {
        let report = recheck(&Recipe {
            bend_leaf,
            ..Recipe::default()
        });
        assert_eq!(
            outcome(&report),
            (
                Verdict::Indeterminate,
                Some(Answer::Untrusted),
                vec!["proof.root-differs"]
            ),
            "{name}"
        );
        assert_eq!(sub(&report), Some(SubIndication::SigConstraintsFailure));
    }
}

fn bent(from: &str, to: &str, text: &str) -> Option<Vec<u8>> {
    assert!(text.contains(from), "{from}");
    Some(text.replacen(from, to, 1).into_bytes())
}

#[test]
fn each_line_of_the_receipt_is_needed() {
    let bends: [(&str, BendReceipt); 14] = [
        ("receipt.absent", |_| None),
        ("receipt.not-utf8", |_| Some(vec![0xff])),
        ("receipt.first-line", |text| bent("@v1", "@v2", &text)),
        ("receipt.salt-absent", |text| {
            bent("extra ", "extre ", &text)
        }),
        ("receipt.salt", |text| bent("extra ", "extra A", &text)),
        ("proof.root-differs", |text| {
            bent("extra B", "extra C", &text)
        }),
        ("receipt.index", |text| bent("index 1", "index 01", &text)),
        ("proof.root-differs", |text| {
            bent("index 1", "index 0", &text)
        }),
        ("proof.index-beyond-tree", |text| {
            bent("index 1", "index 3", &text)
        }),
        ("receipt.hash-line", |text| {
            bent("index 1\n", "index 1\nAAAA\n", &text)
        }),
        ("receipt.checkpoint-absent", |text| {
            text.split("\n\n")
                .next()
                .map(|head| head.as_bytes().to_vec())
        }),
        ("note.no-known-key", |text| bent("— log", "— lag", &text)),
        ("note.signature-bad", |text| bent("\n3\n", "\n4\n", &text)),
        ("receipt.too-large", |text| {
            Some([text.into_bytes(), vec![b'x'; 1 << 20]].concat())
        }),
    ];
    for (code, bend_receipt) in bends {
        let recipe = Recipe {
            bend_receipt,
            ..Recipe::default()
        };
        // What does not fit the reserved place cannot be embedded by us: nothing to judge.
        if code == "receipt.too-large" {
            continue;
        }
        let report = recheck(&recipe);
        assert_eq!(errors(&report), [code], "{report:#?}");
        assert_eq!(report.answer, Some(Answer::Untrusted));
    }
}

#[test]
fn a_checkpoint_by_another_key_is_nobodys() {
    let report = recheck(&Recipe {
        log_key: "trace",
        ..Recipe::default()
    });
    assert_eq!(errors(&report), ["note.no-known-key"]);
}

#[test]
fn trust_that_knows_no_log_cannot_check_a_receipt_and_says_so() {
    let mut content = bundle();
    content.logs.clear();
    let trust = Trust::of(&content).expect("a good bundle");
    let report = judged_with(&*GOOD, &trust, &Material::empty(), "recheck", AT);
    assert_eq!(outcome(&report), (Verdict::Valid, None, vec![]));
    assert!(codes(&report).contains(&"receipt.log-unknown"));
}

/// The log's key of the national suite.
fn national() -> SoftwareSigner {
    let pkcs8 = generate_pkcs8(KeyAlgorithm::Sm2, &SeededRandom::new(7)).expect("a seed gives");
    SoftwareSigner::from_pkcs8(&pkcs8, None).expect("reads its own")
}

/// The receipt with a line in SM2 over the text of its checkpoint, which `bend` may alter.
fn cosigned(receipt: &str, bend: fn(&mut String)) -> Option<Vec<u8>> {
    let (_, checkpoint) = receipt.split_once("\n\n")?;
    let (text, _) = checkpoint.split_once("\n\n")?;
    let mut text = format!("{text}\n");
    bend(&mut text);
    let key = NoteKey::sm2(ORIGIN, national().public_key()).ok()?;
    let signature = sign_with(&national(), text.as_bytes());
    let note = Note::signed(&text, &key, &signature).ok()?.encode();
    Some(format!("{receipt}{}\n", note.lines().last()?).into_bytes())
}

#[test]
fn a_log_of_both_suites_signs_its_checkpoints_in_both() {
    let mut content = bundle();
    let key = NoteKey::sm2(ORIGIN, national().public_key()).expect("a key");
    content.logs[0].national_keys = vec![key.vkey()];
    let trust = Trust::of(&content).expect("a good bundle");
    content.logs[0].national_from = 3;
    let later = Trust::of(&content).expect("a good bundle");
    let judged = |trust: &Trust, bend_receipt: BendReceipt| {
        let recipe = Recipe {
            bend_receipt,
            ..Recipe::default()
        };
        let report = judged_with(&recipe.make(), trust, &Material::empty(), "recheck", AT);
        errors(&report)
    };
    let usual: BendReceipt = |receipt| Some(receipt.into_bytes());
    assert_eq!(judged(&trust, usual), ["checkpoint.national-absent"]);
    assert_eq!(judged(&later, usual), [""; 0]);
    let both: BendReceipt = |receipt| cosigned(&receipt, |_| {});
    assert_eq!(judged(&trust, both), [""; 0]);
    let wrong: BendReceipt = |receipt| cosigned(&receipt, |text| text.push_str("x\n"));
    assert_eq!(judged(&trust, wrong), ["note.signature-bad"]);
    assert_eq!(judged(&later, wrong), ["note.signature-bad"]);
}

#[test]
fn a_log_that_tells_two_stories_is_found_out() {
    let grown = Tree::empty()
        .append(&[
            tlog::leaf_hash(b"x"),
            tlog::leaf_hash(b"y"),
            tlog::leaf_hash(b"z"),
        ])
        .expect("a small tree");
    let mut material = Material::empty();
    material.add("log.checkpoint", checkpoint(grown.head(), "log").as_bytes());
    let report = judged_with(&*GOOD, &trust(), &material, "recheck", AT);
    assert_eq!(errors(&report), ["checkpoint.fork"]);
}

#[test]
fn the_good_receipt_says_where_the_leaf_is() {
    let report = judged_with(&*GOOD, &trust(), &Material::empty(), "recheck", AT);
    let told = report.signatures[0]
        .findings
        .iter()
        .find(|finding| finding.code == "receipt.recorded")
        .expect("the receipt was checked");
    assert!(
        told.text.ends_with("leaf 1 of 3 in log.yinxin.example"),
        "{}",
        told.text
    );
}
