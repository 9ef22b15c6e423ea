//! Named mutations, each refused with exactly its fault; and octets that are no record.

use asn1::write;
use crypto::{Digest, DigestAlgorithm};
use records::{EvidenceRecord, MAX_CHAINS, MAX_HASHES, MAX_LISTS, MAX_STAMPS, ReadRecord};

use crate::bent::{Bent, BentStamp};
use crate::maker::{FIRST, SECOND, THIRD, codes, digest, token};

const SHA256: DigestAlgorithm = DigestAlgorithm::Sha256;
const SHA512: DigestAlgorithm = DigestAlgorithm::Sha512;

type Mutation = (&'static str, fn(&mut Bent), &'static [&'static str]);

fn value(number: usize) -> Vec<u8> {
    digest(SHA256, number).bytes().to_vec()
}

fn first(bent: &mut Bent) -> &mut BentStamp {
    &mut bent.chains[0][0]
}

fn second(bent: &mut Bent) -> &mut BentStamp {
    &mut bent.chains[0][1]
}

fn third(bent: &mut Bent) -> &mut BentStamp {
    &mut bent.chains[1][0]
}

/// Only the first time-stamp is left.
fn alone(bent: &mut Bent) -> &mut BentStamp {
    bent.chains.truncate(1);
    bent.chains[0].truncate(1);
    first(bent)
}

const MUTATIONS: &[Mutation] = &[
    ("the version is 2", |b| b.version = 2, &["record.version"]),
    (
        "the documents were encrypted",
        |b| b.encryption = write::context(1, [write::null()]),
        &["record.encrypted"],
    ),
    (
        "an algorithm is not listed",
        |b| b.algorithms = vec![SHA256],
        &["record.algorithm-unlisted"],
    ),
    (
        "a weak algorithm",
        |b| {
            b.algorithms.push(DigestAlgorithm::Sha1);
            alone(b).algorithm = Some(DigestAlgorithm::Sha1);
        },
        &["record.algorithm-weak"],
    ),
    (
        "another algorithm within a chain",
        |b| {
            b.chains.truncate(1);
            let before = Digest::of(SHA512, &first(b).token).bytes().to_vec();
            *second(b) = BentStamp::over(SHA512, vec![vec![before]], SECOND);
        },
        &["record.algorithm-differs"],
    ),
    (
        "a hash value that is too short",
        |b| {
            let lists = alone(b).lists.as_mut().expect("lists");
            lists[1][0].pop();
        },
        &["record.hash-length"],
    ),
    (
        "no token",
        |b| alone(b).token = write::sequence([write::null()]),
        &["record.token"],
    ),
    (
        "a token by another algorithm than the tree",
        |b| {
            alone(b).token = token(&digest(SHA512, 0), FIRST);
        },
        &["record.imprint-algorithm"],
    ),
    (
        "a token over something else",
        |b| alone(b).token = token(&digest(SHA256, 9), FIRST),
        &["record.imprint-differs"],
    ),
    (
        "a neighbour is another",
        |b| alone(b).lists.as_mut().expect("lists")[1][0] = value(9),
        &["record.imprint-differs"],
    ),
    (
        "a list is left out",
        |b| {
            alone(b).lists.as_mut().expect("lists").pop();
        },
        &["record.imprint-differs"],
    ),
    (
        "a list is added",
        |b| alone(b).lists.as_mut().expect("lists").push(vec![value(9)]),
        &["record.imprint-differs"],
    ),
    (
        "the lists change places",
        |b| alone(b).lists.as_mut().expect("lists").reverse(),
        &["record.object-absent"],
    ),
    (
        "without lists the token is over something else than the document",
        |b| alone(b).lists = None,
        &["record.object-absent"],
    ),
    (
        "the document is only in a later list",
        |b| {
            *alone(b) = BentStamp::over(SHA256, vec![vec![value(1)], vec![value(0)]], FIRST);
        },
        &["record.object-absent"],
    ),
    (
        "a further document in the group",
        |b| {
            *alone(b) = BentStamp::over(SHA256, vec![vec![value(0), value(1)]], FIRST);
        },
        &["record.object-other"],
    ),
    (
        "the renewal is over the root and not over the time-stamp",
        |b| {
            b.chains.truncate(1);
            let root = digest(SHA256, 0).bytes().to_vec();
            *second(b) = BentStamp::over(SHA256, vec![vec![root]], SECOND);
        },
        &["record.stamp-unbound"],
    ),
    (
        "the renewal has the time-stamp before it in its second list only",
        |b| {
            b.chains.truncate(1);
            let before = Digest::of(SHA256, &first(b).token).bytes().to_vec();
            *second(b) = BentStamp::over(SHA256, vec![vec![value(9)], vec![before]], SECOND);
        },
        &["record.stamp-unbound"],
    ),
    (
        "a time-stamp is taken out of the middle",
        |b| {
            b.chains[0].remove(1);
        },
        &["record.sequence-unbound"],
    ),
    (
        "the first time-stamp is taken out",
        |b| {
            b.chains[0].remove(0);
        },
        &["record.object-absent", "record.sequence-unbound"],
    ),
    (
        "the new chain is over the document alone",
        |b| {
            let bare = digest(SHA512, 0).bytes().to_vec();
            *third(b) = BentStamp::over(SHA512, vec![vec![bare]], THIRD);
        },
        &["record.sequence-unbound"],
    ),
    (
        "the new chain is over the chains alone",
        |b| {
            let older = {
                let mut only = b.clone();
                only.chains.truncate(1);
                let octets = only.encode();
                Digest::of(SHA512, &octets).bytes().to_vec()
            };
            *third(b) = BentStamp::over(SHA512, vec![vec![older]], THIRD);
        },
        &["record.sequence-unbound"],
    ),
    (
        "the new chain is about a further document",
        |b| {
            let list = third(b).lists.clone().expect("lists")[0][0].clone();
            let other = digest(SHA512, 1).bytes().to_vec();
            *third(b) = BentStamp::over(SHA512, vec![vec![list, other]], THIRD);
        },
        &["record.object-other"],
    ),
    (
        "an older time-stamp over a younger one",
        |b| *b = Bent::whole([SECOND, FIRST, THIRD]),
        &["record.order"],
    ),
    (
        "an older chain over a younger one",
        |b| *b = Bent::whole([FIRST, THIRD, SECOND]),
        &["record.order"],
    ),
    (
        "the chains change places",
        |b| b.chains.reverse(),
        &[
            "record.object-absent",
            "record.sequence-unbound",
            "record.order",
        ],
    ),
    (
        "the time-stamps of a chain change places",
        |b| {
            b.chains.truncate(1);
            b.chains[0].reverse();
        },
        &[
            "record.object-absent",
            "record.stamp-unbound",
            "record.order",
        ],
    ),
];

#[test]
fn each_mutation_is_refused_for_exactly_its_reason() {
    let whole = Bent::whole([FIRST, SECOND, THIRD]);
    let read = |bent: &Bent| EvidenceRecord::parse(&bent.encode()).expect("readable");
    assert_eq!(codes(&read(&whole), &[0]), [""; 0]);
    let mut wrong = Vec::new();
    for (name, bend, expected) in MUTATIONS {
        let mut mutant = whole.clone();
        bend(&mut mutant);
        let found = codes(&read(&mutant), &[0]);
        if found != *expected {
            wrong.push(format!("{name}: {found:?}, expected {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_record_is_about_the_documents_given_and_all_of_them() {
    let record = EvidenceRecord::parse(&Bent::whole([FIRST, SECOND, THIRD]).encode());
    let record = record.expect("readable");
    assert_eq!(
        codes(&record, &[]),
        [
            "record.no-object",
            "record.object-other",
            "record.object-other"
        ]
    );
    assert_eq!(
        codes(&record, &[0, 7]),
        ["record.object-absent", "record.sequence-unbound"]
    );
    assert_eq!(
        codes(&record, &[1]),
        ["record.object-absent", "record.sequence-unbound"]
    );
    let nothing = |_: DigestAlgorithm| None;
    let found = record.inspect(&[&nothing]);
    let codes: Vec<&str> = found.faults.iter().map(records::Fault::code).collect();
    assert_eq!(codes, ["record.object-absent", "record.sequence-unbound"]);
}

#[test]
fn what_others_write_is_read() {
    // RFC 4998 4.2: own hash and neighbours in one list; no algorithm beside the token's; no lists at all.
    let mut bent = Bent::whole([FIRST, SECOND, THIRD]);
    alone(&mut bent).algorithm = None;
    let record = EvidenceRecord::parse(&bent.encode()).expect("readable");
    assert_eq!(codes(&record, &[0]), [""; 0]);
    let bare = BentStamp {
        algorithm: None,
        lists: None,
        token: token(&digest(SHA256, 0), FIRST),
    };
    bent.chains = vec![vec![bare]];
    bent.infos = write::context(0, [write::sequence([write::null()])]);
    let record = EvidenceRecord::parse(&bent.encode()).expect("readable");
    assert_eq!(codes(&record, &[0]), [""; 0]);
    assert_eq!(record.encode(), bent.encode());
}

#[test]
fn octets_beyond_the_limits_are_refused_before_they_are_kept() {
    let whole = Bent::whole([FIRST, SECOND, THIRD]);
    let refused = |bend: fn(&mut Bent)| {
        let mut mutant = whole.clone();
        bend(&mut mutant);
        EvidenceRecord::parse(&mutant.encode()).expect_err("a limit")
    };
    for (error, bend) in [
        (
            ReadRecord::TooMany("chains"),
            (|b| b.chains = vec![b.chains[1].clone(); MAX_CHAINS + 1]) as fn(&mut Bent),
        ),
        (ReadRecord::TooMany("time-stamps"), |b| {
            b.chains[1] = vec![b.chains[1][0].clone(); MAX_STAMPS + 1];
        }),
        (ReadRecord::TooMany("lists"), |b| {
            first(b).lists = Some(vec![vec![vec![0; 32]]; MAX_LISTS + 1]);
        }),
        (ReadRecord::TooMany("hashes"), |b| {
            first(b).lists = Some(vec![vec![vec![0; 32]; MAX_HASHES + 1]]);
        }),
        (ReadRecord::TooMany("digest algorithms"), |b| {
            b.algorithms = vec![SHA256; MAX_CHAINS + 1];
        }),
        (ReadRecord::Empty("chain"), |b| b.chains.clear()),
        (ReadRecord::Empty("time-stamp"), |b| b.chains[1].clear()),
        (ReadRecord::Empty("list"), |b| {
            first(b).lists = Some(Vec::new())
        }),
        (ReadRecord::Empty("hash"), |b| {
            first(b).lists = Some(vec![Vec::new()]);
        }),
    ] {
        assert_eq!(refused(bend), error);
    }
    let octets = whole.encode();
    for cut in (0..octets.len()).step_by(37) {
        assert!(EvidenceRecord::parse(&octets[..cut]).is_err());
    }
    let mut longer = octets.clone();
    longer.push(0);
    assert!(EvidenceRecord::parse(&longer).is_err());
    assert!(matches!(
        EvidenceRecord::parse(&vec![0x30; records::MAX_RECORD + 1]),
        Err(ReadRecord::TooLarge(_))
    ));
}
