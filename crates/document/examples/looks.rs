//! Draws the sample licence of every type with the picture of its seal, for people to look at:
//! `cargo run --release -p document --example looks -- FOLDER` leaves KEY.pdf for each there, and
//! `seal-FORM-LENGTH.png` for seals with names of 3, 12, 25 and 40 characters.
//!
//! The pages are not sealed: the seal's picture is put into the empty signature field by an update,
//! with nothing signed.

use std::path::{Path, PathBuf};

use document::{Appearance, Edition, seal_png};
use seal::picture::{Organisation, RED, Window};

#[path = "looks/picture.rs"]
mod picture;
#[path = "../tests/pages/samples.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod samples;
#[path = "../tests/pages/stages.rs"]
mod stages;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from("target/looks"), PathBuf::from);
    std::fs::create_dir_all(&folder)?;
    for sample in samples::all() {
        let page = sample.render(&sample.blank(Edition::Sample))?;
        let issuer = sample.issuer();
        let purpose = issuer
            .ends_with("行政审批服务局")
            .then_some("行政审批专用章");
        let seal = Organisation {
            name: issuer,
            purpose,
            code: "9901020000018",
            diameter: 42.0,
            colour: RED,
        };
        let shown =
            picture::put(&page, &Appearance::draw(&seal.draw()?)?).ok_or("a page of ours")?;
        std::fs::write(folder.join(format!("{}.pdf", sample.key())), &shown)?;
    }
    papers(&folder)?;
    seals(&folder)
}

/// The stage documents, the acceptance notice under its own seal; and one that has three pages.
fn papers(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut all = stages::all();
    let mut papers: Vec<_> = all.iter().map(|(code, _)| (*code, *code)).collect();
    if let Some((code, fields)) = all.first().cloned() {
        std::fs::create_dir_all(folder.join("pages"))?;
        papers.push((code, "pages/acceptance-notice-40"));
        all.push((code, stages::with_rows(&fields, 40, "从业人员健康证明")));
    }
    for ((code, name), (_, fields)) in papers.into_iter().zip(&all) {
        let page = stages::written(code, Edition::Sample, fields)?;
        let office = "临溪市青石区行政审批服务局";
        let window = Window {
            name: office,
            purpose: "受理专用章",
            date: None,
            colour: RED,
        };
        let round = Organisation {
            name: office,
            purpose: Some("行政审批专用章"),
            code: "9901020000018",
            diameter: 42.0,
            colour: RED,
        };
        let picture = match code {
            "acceptance-notice" => window.ellipse()?,
            _ => round.draw()?,
        };
        let shown = picture::put(&page, &Appearance::draw(&picture)?).ok_or("a page of ours")?;
        std::fs::write(folder.join(format!("{name}.pdf")), &shown)?;
    }
    Ok(())
}

/// Seals with names from short to the longest lawful one, as pictures.
fn seals(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let longest =
        "临溪经济开发区归舟晨光白鹿青禾听雨半亩九溪长风石桥松间渡口春和柳桥商贸投资有限公";
    for count in [3, 12, 25, 40] {
        let name: String = longest.chars().take(count).collect();
        let round = Organisation {
            name: &name,
            purpose: (count != 12).then_some("行政审批专用章"),
            code: "9901020000018",
            diameter: 42.0,
            colour: RED,
        };
        let window = Window {
            name: &name,
            purpose: "受理专用章",
            date: (count != 12).then_some("2026年6月10日"),
            colour: RED,
        };
        let pictures = [
            ("round", round.draw()?),
            ("ellipse", window.ellipse()?),
            ("rectangle", window.rectangle()?),
        ];
        for (form, picture) in pictures {
            let file = folder.join(format!("seal-{form}-{count}.png"));
            std::fs::write(file, seal_png(&picture)?)?;
        }
    }
    Ok(())
}
