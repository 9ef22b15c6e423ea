//! Pictures of seals: names of every lawful length, as objects that a page can take.

use crate::{folder, samples};
use document::{Appearance, DrawAppearance};
use seal::picture::{DrawSeal, Organisation, Picture, RED, Window};

const NAME: &str =
    "临溪经济开发区归舟晨光白鹿青禾听雨半亩九溪长风石桥松间渡口春和柳桥商贸投资有限公司";

fn name(count: usize) -> String {
    NAME.chars().take(count).collect()
}

fn round(name: &str) -> Result<Picture, DrawSeal> {
    Organisation {
        name,
        purpose: Some("行政审批专用章"),
        code: "9901020000018",
        diameter: 42.0,
        colour: RED,
    }
    .draw()
}

#[test]
fn names_of_three_to_forty_characters_become_appearances() {
    for count in [1, 3, 12, 25, 40] {
        let name = name(count);
        let window = Window {
            name: &name,
            purpose: "受理专用章",
            date: Some("2026年6月10日"),
            colour: RED,
        };
        let pictures = [round(&name), window.ellipse(), window.rectangle()];
        for picture in pictures {
            let picture = picture.expect("a lawful length");
            let appearance = Appearance::draw(&picture).expect("common characters");
            let bodies = appearance.bodies(7);
            assert_eq!(bodies.len(), appearance.count());
            let form = bodies.first().expect("the form");
            assert!(form.starts_with(b"<</Type/XObject/Subtype/Form/BBox[0 0 "));
            assert_eq!(bodies, appearance.bodies(7));
        }
    }
}

#[test]
fn the_picture_with_the_longest_name_has_at_most_200_kilobytes() {
    std::fs::create_dir_all(folder()).expect("the folder can be made");
    let name = name(40);
    let window = Window {
        name: &name,
        purpose: "受理专用章",
        date: Some("2026年6月10日"),
        colour: RED,
    };
    for (form, picture) in [("round", round(&name)), ("ellipse", window.ellipse())] {
        let picture = picture.expect("a lawful length");
        let png = document::seal_png(&picture).expect("common characters");
        assert!(png.len() <= 200 * 1024, "{form}: {} bytes", png.len());
        assert_eq!(png.get(37..41), Some(b"pHYs".as_slice()));
        std::fs::write(folder().join(format!("seal-{form}.png")), &png)
            .expect("the folder takes it");
    }
}

#[test]
fn the_seal_stands_in_the_middle_of_its_place_and_is_made_smaller_on_cards() {
    for sample in samples::all() {
        let page = sample.render(sample.prepared()).expect("a sample renders");
        let appearance =
            Appearance::draw(&round(sample.issuer()).expect("a name")).expect("a seal");
        let [left, lower, right, upper] =
            page.seal_rectangle(appearance.width(), appearance.height());
        let (x, y) = page.seal_centre;
        assert!(
            ((left + right) / 2.0 - x).abs() < 0.01 && ((lower + upper) / 2.0 - y).abs() < 0.01
        );
        let card = ["ID", "DRIVE", "SSC", "DISAB"].contains(&sample.key());
        let millimetres = (right - left) / 72.0 * 25.4;
        assert!((millimetres - if card { 40.0 } else { 42.0 }).abs() < 0.01);
    }
}

#[test]
fn a_character_that_no_font_has_is_refused_by_name() {
    let picture = round("临溪\u{E000}局").expect("a lawful length");
    assert!(matches!(
        Appearance::draw(&picture),
        Err(DrawAppearance::UnknownCharacter {
            character: '\u{E000}'
        })
    ));
}
