//! Judging a one-page licence with every check, and a large file, in units of one P-256 signature (σ) and of one
//! pass of SHA-256.

#[path = "../tests/judging/hierarchy.rs"]
mod hierarchy;
#[path = "status/list.rs"]
mod list;
#[path = "../tests/judging/maker.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod maker;

use std::hint::black_box;

use affix::seal::{Certification, Place};
use criterion::{Criterion, criterion_group, criterion_main};
use crypto::{Digest, DigestAlgorithm};
use verify::{Policy, Verdict, examine, judge, open};

use hierarchy::{AT, sign, trust};
use list::list;
use maker::{GOOD, Recipe};

fn licence(criterion: &mut Criterion) {
    let (trust, material, policy) = (trust(), list(), Policy::default());
    let file = &*GOOD;
    let report = examine("a", file, &trust, &material, &policy, AT);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    let mut group = criterion.benchmark_group("one page, B-LT");
    group.bench_function("σ: sign a message", |bencher| {
        bencher.iter(|| sign(hierarchy::SEAL, b"sigma"));
    });
    group.bench_function("SHA-256", |bencher| {
        bencher.iter(|| Digest::of(DigestAlgorithm::Sha256, black_box(file)));
    });
    group.bench_function("read", |bencher| bencher.iter(|| open(black_box(file))));
    let case = open(file);
    group.bench_function("judge", |bencher| {
        bencher.iter(|| judge(black_box(&case), &trust, &material, &policy, AT));
    });
    group.bench_function("read and judge, every check", |bencher| {
        bencher.iter(|| examine("a", black_box(file), &trust, &material, &policy, AT));
    });
    group.finish();
}

fn large(criterion: &mut Criterion) {
    // A page of ours with 20 MB of comment before its end stands for a large file: what counts is one pass.
    let mut page = large_page();
    let recipe = Recipe {
        certification: Certification::Approval,
        ..Recipe::default()
    };
    let update = recipe.seal(&page, Place::Invisible { name: "Large" });
    page.extend(update);
    let (trust, material) = (trust(), list());
    let policy = Policy::named("form").expect("built in");
    let report = examine("a", &page, &trust, &material, &policy, AT);
    assert_eq!(report.signatures.len(), 1, "{report:#?}");
    let mut group = criterion.benchmark_group("20 MB");
    group.sample_size(10);
    group.bench_function("SHA-256", |bencher| {
        bencher.iter(|| Digest::of(DigestAlgorithm::Sha256, black_box(&page)));
    });
    group.bench_function("read and judge", |bencher| {
        bencher.iter(|| examine("a", black_box(&page), &trust, &material, &policy, AT));
    });
    group.finish();
}

/// 200 pages of 100 KB each, with a table.
fn large_page() -> Vec<u8> {
    let mut bodies = vec!["<</Type/Catalog/Pages 2 0 R>>".to_owned(), String::new()];
    let mut kids = String::new();
    for page in 0..200_usize {
        let number = 3 + 2 * page;
        kids.push_str(&format!("{number} 0 R "));
        bodies.push(format!(
            "<</Type/Page/Parent 2 0 R/Resources<<>>/Contents {} 0 R>>",
            number + 1
        ));
        let data = "0 0 m 1 1 l S\n".repeat(7_142);
        bodies.push(format!(
            "<</Length {}>>stream\n{data}\nendstream",
            data.len()
        ));
    }
    if let Some(tree) = bodies.get_mut(1) {
        *tree = format!("<</Type/Pages/Kids[{kids}]/Count 200/MediaBox[0 0 600 800]>>");
    }
    let mut text = "%PDF-1.7\n%\u{e9}\u{e9}\n".to_owned();
    let mut places = Vec::new();
    for (at, body) in bodies.iter().enumerate() {
        places.push(text.len());
        text += &format!("{} 0 obj\n{body}\nendobj\n", at + 1);
    }
    let start = text.len();
    text += &format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1);
    for place in &places {
        text += &format!("{place:010} 00000 n \n");
    }
    text += &format!(
        "trailer\n<</Size {}/Root 1 0 R/ID[<0102><0304>]>>\nstartxref\n{start}\n%%EOF\n",
        places.len() + 1
    );
    text.into_bytes()
}

criterion_group!(benches, licence, large);
criterion_main!(benches);
