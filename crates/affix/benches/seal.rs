//! Sealing a caller's file in process, beside one pass of SHA-256 over it and one P-256 signature (σ).

use std::fs::File;
use std::hint::black_box;

use affix::preflight::preflight;
use affix::seal::{Place, SealRequest, prepare};
use criterion::{Criterion, criterion_group, criterion_main};
use crypto::{Digest, DigestAlgorithm, Hasher};
use pdf::{Seekable, Source};

#[path = "../tests/sealing/files.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod files;
#[path = "../../pdf/tests/reading/keys.rs"]
mod keys;

use files::{Kind, Small, new_field, request};

/// A file of this many pages, each with a content of `octets`.
fn pages(count: u32, octets: usize) -> Vec<u8> {
    let mut small = Small::new("", "");
    let mut kids = String::new();
    for page in 0..count {
        let (number, content) = (10 + 2 * page, 11 + 2 * page);
        kids.push_str(&format!("{number} 0 R "));
        small.put(
            number,
            format!(
                "<</Type/Page/Parent 2 0 R/Resources<</Font<</F 4 0 R>>>>/Contents {content} 0 R>>"
            ),
        );
        let data = "0 0 m 1 1 l S\n".repeat(octets / 14);
        small.put(
            content,
            format!("<</Length {}>>stream\n{data}\nendstream", data.len()),
        );
    }
    small.put(
        2,
        format!("<</Type/Pages/Kids[{kids}]/Count {count}/MediaBox[0 0 600 800]>>"),
    );
    small.put(3, "null");
    small.put(4, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
    small.file(Kind::Table)
}

/// From the file to the octets to append, the message being there already.
fn seal(source: &dyn Source, asked: &SealRequest<'_>, message: &[u8]) -> Vec<u8> {
    let prepared = prepare(source, asked).expect("prepared");
    let digest = prepared.digest(source, DigestAlgorithm::Sha256);
    black_box(digest.expect("read"));
    prepared.finish(message).expect("it fits")
}

fn one_page(criterion: &mut Criterion) {
    let file = pages(1, 50_000);
    let digest = Digest::of(DigestAlgorithm::Sha256, b"");
    let message = keys::message(&digest);
    let asked = request(Place::Page(new_field("One")));
    let mut group = criterion.benchmark_group("50 KB");
    group.bench_function("σ: sign a message", |bencher| {
        let key = keys::signer();
        bencher.iter(|| keys::sign(&key, b"sigma"));
    });
    group.bench_function("SHA-256", |bencher| {
        bencher.iter(|| Digest::of(DigestAlgorithm::Sha256, black_box(&file)));
    });
    group.bench_function("preflight", |bencher| {
        bencher.iter(|| preflight(black_box(&file)).expect("read"));
    });
    group.bench_function("prepare", |bencher| {
        bencher.iter(|| prepare(black_box(&file), &asked).expect("prepared"));
    });
    group.bench_function("prepare, digest, finish", |bencher| {
        bencher.iter(|| seal(black_box(&file), &asked, &message));
    });
    group.bench_function("the same with the message made and signed", |bencher| {
        bencher.iter(|| files::sealed(black_box(&file), &asked).expect("sealed"));
    });
    group.finish();
}

fn large(criterion: &mut Criterion) {
    let file = pages(200, 100_000);
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("large.pdf");
    std::fs::write(&path, &file).expect("the target folder is writable");
    let source = Seekable::new(File::open(&path).expect("just written")).expect("it seeks");
    let digest = Digest::of(DigestAlgorithm::Sha256, b"");
    let message = keys::message(&digest);
    let asked = request(Place::Page(new_field("One")));
    let mut group = criterion.benchmark_group("20 MB, 200 pages");
    group.sample_size(10);
    group.bench_function("SHA-256", |bencher| {
        bencher.iter(|| Digest::of(DigestAlgorithm::Sha256, black_box(&file)));
    });
    group.bench_function("preflight from a file", |bencher| {
        bencher.iter(|| preflight(black_box(&source)).expect("read"));
    });
    group.bench_function("prepare, digest, finish from a file", |bencher| {
        bencher.iter(|| seal(black_box(&source), &asked, &message));
    });
    group.bench_function("prepare, finish behind a pass made before", |bencher| {
        let mut before = Hasher::new(DigestAlgorithm::Sha256);
        before.update(&file);
        bencher.iter(|| {
            let prepared = prepare(black_box(&source), &asked).expect("prepared");
            black_box(prepared.digest_after(before.clone()));
            prepared.finish(&message).expect("it fits")
        });
    });
    group.finish();
}

criterion_group!(benches, one_page, large);
criterion_main!(benches);
