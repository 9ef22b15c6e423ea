//! Pages of every licence type: rendered, read back by another reader, pushed to their limits.

use std::path::Path;

use document::Edition;

#[path = "pages/imported.rs"]
mod imported;
#[cfg(test)]
#[path = "pages/leaves.rs"]
mod leaves;
#[path = "pages/limits.rs"]
mod limits;
#[cfg(test)]
#[path = "pages/ofd.rs"]
mod ofd_pages;
#[cfg(test)]
#[path = "pages/reading.rs"]
mod reading;
#[path = "pages/samples.rs"]
mod samples;
#[path = "pages/seals.rs"]
mod seals;
#[path = "pages/stages.rs"]
mod stages;

/// Where the pages stay for people and outside judges to look at.
fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages")
}

#[test]
fn every_template_renders_its_sample() {
    std::fs::create_dir_all(folder()).unwrap();
    for key in document::Template::keys() {
        let sample = samples::one(key);
        let page = sample.render(&sample.blank(Edition::Sample)).unwrap();
        std::fs::write(folder().join(format!("{key}.pdf")), &page.bytes).unwrap();
        assert!(page.bytes.starts_with(b"%PDF-1.7"));
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let sample = samples::one("FOOD");
    let page = || sample.render(&sample.blank(Edition::Real)).unwrap().bytes;
    assert_eq!(page(), page());
}
