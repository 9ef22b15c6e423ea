//! Reading and judging a file of 20 MB, beside one pass of SHA-256 over it.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use crypto::{Digest, DigestAlgorithm};
use pdf::read;

#[path = "../tests/reading/keys.rs"]
mod keys;
#[path = "../tests/reading/maker.rs"]
#[expect(
    dead_code,
    clippy::indexing_slicing,
    reason = "the tests use more of it, and places that it wrote itself"
)]
mod maker;

use maker::{Bodies, Maker, dictionary, stream};

/// Pages of 100 KB each, signed, with a store in a third revision.
fn signed(pages: u32) -> Vec<u8> {
    let mut objects = Bodies::new();
    let field = "<</Type/Annot/Subtype/Widget/FT/Sig/T(Seal)/Rect[0 0 0 0]>>";
    let catalog = "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[3 0 R]>>>>";
    objects.insert(1, catalog.to_owned());
    objects.insert(3, field.to_owned());
    let mut kids = String::new();
    let data = "0 0 m 100 100 l S\n".repeat(100_000 / 18);
    for page in 0..pages {
        let (number, content) = (100 + 2 * page, 101 + 2 * page);
        kids.push_str(&format!("{number} 0 R "));
        let body = format!(
            "<</Type/Page/Parent 2 0 R/Resources<<>>/MediaBox[0 0 600 800]/Contents {content} 0 R>>"
        );
        objects.insert(number, body);
        objects.insert(content, stream("", &data));
    }
    objects.insert(2, format!("<</Type/Pages/Kids[{kids}]/Count {pages}>>"));
    let mut seal = Bodies::new();
    seal.insert(3, field.replace("/Rect", "/V 4 0 R/Rect"));
    seal.insert(4, dictionary(""));
    let mut store = Bodies::new();
    store.insert(1, catalog.replace("/Pages", "/DSS<</Certs[5 0 R]>>/Pages"));
    store.insert(5, stream("", "certificate"));
    let trailer = "/Root 1 0 R/ID[<01><02>]";
    Maker::new(&objects, trailer)
        .update(&seal)
        .sign()
        .update(&store)
        .bytes
}

fn reading(criterion: &mut Criterion) {
    for pages in [1, 200] {
        let bytes = signed(pages);
        let mut group = criterion.benchmark_group(format!("{pages} pages, {} octets", bytes.len()));
        group.bench_function("one pass of SHA-256", |bencher| {
            bencher.iter(|| black_box(Digest::of(DigestAlgorithm::Sha256, &bytes)));
        });
        group.bench_function("read", |bencher| {
            bencher.iter(|| {
                let file = read(&bytes).expect("sound");
                black_box(file.signatures().expect("sound"));
            });
        });
        group.bench_function("compare", |bencher| {
            let file = read(&bytes).expect("sound");
            let signatures = file.signatures().expect("sound");
            let first = signatures.first().expect("a signature");
            bencher.iter(|| black_box(file.changes_after(first, &signatures)));
        });
        group.bench_function("read, digest and compare", |bencher| {
            bencher.iter(|| {
                let file = read(&bytes).expect("sound");
                let signatures = file.signatures().expect("sound");
                let first = signatures.first().expect("a signature");
                let value = first.value().expect("sound");
                black_box(file.digest(value, DigestAlgorithm::Sha256).expect("read"));
                let changes = file.changes_after(first, &signatures);
                assert!(changes.iter().all(|change| change.permitted));
            });
        });
        group.finish();
    }
}

criterion_group!(benches, reading);
criterion_main!(benches);
