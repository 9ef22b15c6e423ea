//! An archive renewed by one time-stamp: what the tree costs, and each document's own record.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use crypto::{Digest, DigestAlgorithm};
use records::{EvidenceRecord, Tree, TreeBuilder};

#[path = "../tests/renewal/maker.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod maker;

use maker::{FIRST, SECOND, digest, token};

const ALGORITHM: DigestAlgorithm = DigestAlgorithm::Sha256;

fn tree(leaves: impl Iterator<Item = Vec<Digest>>) -> Tree {
    let mut builder = TreeBuilder::new(ALGORITHM);
    for leaf in leaves {
        builder.push(&leaf).expect("a leaf");
    }
    builder.finish().expect("a tree")
}

fn begun(count: usize) -> Vec<EvidenceRecord> {
    let tree = tree((0..count).map(|number| vec![digest(ALGORITHM, number)]));
    let token = token(tree.root(), FIRST);
    let stamped = tree.stamped(&token).expect("over the root");
    let first = |place| stamped.archive_time_stamp(place).expect("a leaf");
    (0..count)
        .map(|place| EvidenceRecord::begin(first(place)))
        .collect()
}

/// 10,000 records read, their last tokens under one new time-stamp, every record written again.
fn renewed(criterion: &mut Criterion) {
    let kept: Vec<Vec<u8>> = begun(10_000).iter().map(EvidenceRecord::encode).collect();
    criterion.bench_function("10,000 records renewed", |bencher| {
        bencher.iter(|| {
            let read = kept
                .iter()
                .map(|octets| EvidenceRecord::parse(octets).expect("a record"));
            let mut records: Vec<EvidenceRecord> = read.collect();
            let leaves = records.iter().map(|one| one.stamp_leaf().expect("a token"));
            let tree = tree(leaves);
            let token = token(tree.root(), SECOND);
            let stamped = tree.stamped(&token).expect("over the root");
            for (place, record) in records.iter_mut().enumerate() {
                let next = stamped.archive_time_stamp(place).expect("a leaf");
                record.renew_stamp(next).expect("over the record");
                black_box(record.encode());
            }
        });
    });
}

/// A million leaves, their root, and one reduced tree.
fn million(criterion: &mut Criterion) {
    criterion.bench_function("1,000,000 leaves to their root", |bencher| {
        bencher.iter(|| {
            let tree = tree((0..1_000_000).map(|number| vec![digest(ALGORITHM, number)]));
            black_box(tree.reduced(777_777));
        });
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = renewed, million
}
criterion_main!(benches);
