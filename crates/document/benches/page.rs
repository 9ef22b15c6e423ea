//! One page: what is done once per template, and what is done for every licence.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use document::Edition;

#[path = "../tests/pages/samples.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod samples;

fn pages(criterion: &mut Criterion) {
    for key in ["FOOD", "BL", "ONE", "ID"] {
        let sample = samples::one(key);
        let blank = sample.blank(Edition::Real);
        let shown = sample.shown();
        criterion.bench_function(&format!("render {key}"), |bencher| {
            bencher.iter(|| black_box(blank.render(&shown.page()).expect("a sample renders")));
        });
    }
    let sample = samples::one("FOOD");
    criterion.bench_function("prepare FOOD", |bencher| {
        bencher.iter(|| black_box(sample.blank(Edition::Real)));
    });
}

criterion_group!(benches, pages);
criterion_main!(benches);
