//! What is made here is accepted here, renewed twice, in archives of every size.

use crypto::{Digest, DigestAlgorithm};
use evidence::cms::Material;
use records::{EvidenceRecord, Grow, Plant, TreeBuilder};

use crate::maker::{
    FIRST, GROUPS, SECOND, THIRD, archive, certificate, codes, digest, digests, document, left,
    sample, token, tree,
};

const SHA256: DigestAlgorithm = DigestAlgorithm::Sha256;
const SHA512: DigestAlgorithm = DigestAlgorithm::Sha512;

/// What proves the tokens of the tests.
fn material() -> ([Vec<u8>; 1], [Vec<u8>; 1]) {
    let certificates = [certificate("tsa").der().to_vec()];
    (certificates, [sample("crl/good.crl")])
}

/// Every record renewed by one time-stamp over all their last tokens.
fn renew_stamps(records: &mut [EvidenceRecord], moment: time::UtcDateTime) {
    let (certificates, crls) = material();
    for record in records.iter_mut() {
        let material = Material {
            certificates: &certificates,
            crls: &crls,
            ocsp_responses: &[],
        };
        record.add_material(&material).expect("a token");
    }
    let leaves: Vec<Vec<Digest>> = records
        .iter()
        .map(|record| record.stamp_leaf().expect("a token"))
        .collect();
    let tree = tree(leaves[0][0].algorithm(), &leaves);
    let token = token(tree.root(), moment);
    let stamped = tree.stamped(&token).expect("over the root");
    for (place, record) in records.iter_mut().enumerate() {
        let next = stamped.archive_time_stamp(place).expect("a leaf");
        assert_eq!(record.renew_stamp(next), Ok(()));
    }
}

/// Every record renewed under a stronger digest.
fn renew_trees(records: &mut [EvidenceRecord], moment: time::UtcDateTime) {
    let (certificates, crls) = material();
    let material = Material {
        certificates: &certificates,
        crls: &crls,
        ocsp_responses: &[],
    };
    let mut leaves = Vec::new();
    for (record, group) in records.iter_mut().zip(GROUPS) {
        record.add_material(&material).expect("a token");
        let leaf = record.sequence_leaf(&digests(SHA512, group));
        leaves.push(leaf.expect("digests of one algorithm"));
    }
    let tree = tree(SHA512, &leaves);
    let token = token(tree.root(), moment);
    let stamped = tree.stamped(&token).expect("over the root");
    for (place, record) in records.iter_mut().enumerate() {
        let next = stamped.archive_time_stamp(place).expect("a leaf");
        let documents = digests(SHA512, GROUPS[place]);
        assert_eq!(record.renew_tree(&documents, next), Ok(()));
    }
}

/// What the European reference library has to say of what is left (`tests/judges/python/dss.py`).
fn corpus() -> String {
    let line = |record: &str, documents: &str, said: &str| {
        let around = "2026-11-25T05:00:00Z\t\tevidence-record\t0";
        format!("{record}\tca.der\tgood.crl\t{documents}\t{around}\t{said}\t-\n")
    };
    let stages = ["first", "second", "third", "fourth"];
    let whole = stages.into_iter().flat_map(|stage| {
        [("0", "0.txt"), ("2", "2.txt;3.txt;4.txt"), ("6", "6.txt")].map(|(record, documents)| {
            line(&format!("{stage}-{record}.ers"), documents, "PASSED\t-")
        })
    });
    let other = line("fourth-6.ers", "5.txt", "FAILED\tHASH_FAILURE");
    whole.chain([other]).collect()
}

fn accepted(records: &[EvidenceRecord], stamps: usize, name: &str) {
    for (record, group) in records.iter().zip(GROUPS) {
        assert_eq!(codes(record, group), [""; 0], "{name} {group:?}");
        let octets = record.encode();
        asn1::inspect_der(&octets).expect("DER");
        let read = EvidenceRecord::parse(&octets).expect("our own record");
        assert_eq!(&read, record);
        let count: usize = record.chains().iter().map(Vec::len).sum();
        assert_eq!(count, stamps);
        left(&format!("{name}-{}.ers", group[0]), &octets);
    }
}

#[test]
fn an_archive_is_stamped_once_and_renewed_by_both_ways() {
    for number in 0..7 {
        left(&format!("{number}.txt"), &document(number));
    }
    left("ca.der", certificate("ca").der());
    left("good.crl", &sample("crl/good.crl"));
    left("corpus.tsv", corpus().as_bytes());
    let mut records = archive(SHA256);
    accepted(&records, 1, "first");
    renew_stamps(&mut records, SECOND);
    accepted(&records, 2, "second");
    renew_trees(&mut records, THIRD);
    accepted(&records, 3, "third");
    assert_eq!(records[0].chains().len(), 2);
    assert_eq!(records[0].algorithm(), Ok(SHA512));
    renew_stamps(&mut records, THIRD);
    accepted(&records, 4, "fourth");
}

#[test]
fn every_leaf_of_a_tree_of_every_size_leads_to_its_root() {
    for size in (1..=33).chain([100]) {
        let leaves: Vec<Vec<Digest>> = (0..size).map(|one| vec![digest(SHA256, one)]).collect();
        let tree = tree(SHA256, &leaves);
        assert_eq!(tree.size(), size);
        let token = token(tree.root(), FIRST);
        let stamped = tree.stamped(&token).expect("over the root");
        for one in [0, 1, size / 2, size.saturating_sub(2), size - 1] {
            let Some(first) = stamped.archive_time_stamp(one) else {
                assert!(one >= size);
                continue;
            };
            let record = EvidenceRecord::begin(first);
            assert_eq!(codes(&record, &[one]), [""; 0], "{one} of {size}");
            let other = codes(&record, &[one + 1000]);
            assert_eq!(other, ["record.object-absent"], "{one} of {size}");
        }
        assert!(tree.reduced(size).is_none());
    }
}

#[test]
fn the_same_document_twice_is_proven_twice() {
    for (size, twice) in [(2, [0, 1]), (4, [2, 3]), (5, [0, 1]), (3, [0, 1])] {
        let mut leaves: Vec<Vec<Digest>> = (0..size).map(|one| vec![digest(SHA256, one)]).collect();
        leaves[twice[1]] = leaves[twice[0]].clone();
        let tree = tree(SHA256, &leaves);
        let token = token(tree.root(), FIRST);
        let stamped = tree.stamped(&token).expect("over the root");
        for place in twice {
            let first = stamped.archive_time_stamp(place).expect("a leaf");
            let record = EvidenceRecord::begin(first);
            assert_eq!(codes(&record, &[twice[0]]), [""; 0], "{place} of {size}");
        }
    }
}

#[test]
fn a_large_archive_has_short_records() {
    let mut builder = TreeBuilder::new(SHA256);
    for number in 0..10_000 {
        builder.push(&[digest(SHA256, number)]).expect("a leaf");
    }
    let tree = builder.finish().expect("a tree");
    let token = token(tree.root(), FIRST);
    let stamped = tree.stamped(&token).expect("over the root");
    for place in [0, 1, 4_999, 8_192, 9_999] {
        let record = EvidenceRecord::begin(stamped.archive_time_stamp(place).expect("a leaf"));
        assert_eq!(codes(&record, &[place]), [""; 0]);
        assert!(record.encode().len() < token.len() + 800);
    }
}

#[test]
fn only_what_belongs_together_grows() {
    let mut builder = TreeBuilder::new(SHA256);
    assert_eq!(builder.push(&[]), Err(Plant::Empty));
    assert_eq!(builder.push(&[digest(SHA512, 0)]), Err(Plant::Algorithm));
    let many: Vec<Digest> = (0..8_193).map(|one| digest(SHA256, one)).collect();
    assert_eq!(builder.push(&many), Err(Plant::Group(8_193)));
    assert_eq!(builder.finish().err(), Some(Plant::Empty));

    let leaf = tree(SHA256, &[vec![digest(SHA256, 0)]]);
    let other = token(&digest(SHA256, 1), FIRST);
    assert_eq!(leaf.stamped(&other).err(), Some(Plant::Token));
    assert_eq!(leaf.stamped(b"token").err(), Some(Plant::Token));

    let mut record = archive(SHA256).remove(0);
    let lone = |digest: Digest| {
        let tree = tree(digest.algorithm(), &[vec![digest]]);
        let token = token(tree.root(), SECOND);
        let stamped = tree.stamped(&token).expect("over the root");
        stamped.archive_time_stamp(0).expect("a leaf")
    };
    let unbound = lone(digest(SHA256, 3));
    assert_eq!(record.renew_stamp(unbound.clone()), Err(Grow::Unbound));
    assert_eq!(
        record.renew_stamp(lone(digest(SHA512, 3))),
        Err(Grow::Algorithm)
    );
    let documents = digests(SHA512, &[0]);
    assert_eq!(record.renew_tree(&documents, unbound), Err(Grow::Unbound));
    assert_eq!(record.sequence_leaf(&[]), Err(Grow::Algorithm));
    assert_eq!(
        record.sequence_leaf(&[digest(SHA256, 0), digest(SHA512, 0)]),
        Err(Grow::Algorithm)
    );
    assert_eq!(codes(&record, &[0]), [""; 0]);
}
