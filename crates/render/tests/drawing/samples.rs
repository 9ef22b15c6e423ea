//! The samples of other software.

use std::io::Cursor;

use render::{Drawn, File, Omission, Seals, Settings};

/// Five points a millimetre.
const COARSE: f64 = 127.0;

fn sample(name: &str, seals: Seals) -> Drawn {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/ofdrw");
    let octets = std::fs::read(format!("{folder}/{name}.ofd")).expect("a sample");
    let mut file = File::open(Cursor::new(octets)).expect("it is read");
    let settings = Settings {
        seals,
        ..Settings::at(COARSE)
    };
    file.draw(0, &settings).expect("it is drawn")
}

/// The rectangle of reddish points, in millimetres: left, top, right, bottom.
fn red(page: &Drawn, (left, top): (f64, f64)) -> [f64; 4] {
    let (width, _) = page.size();
    let mut bounds = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
    let millimetres = |count: usize| f64::from(u32::try_from(count).expect("few")) / 5.0;
    for (place, [red, green, _]) in page.points().iter().enumerate() {
        let (x, y) = (millimetres(place % width), millimetres(place / width));
        if *red > 150 && *green < 100 && x >= left && y >= top {
            let [west, north, east, south] = bounds;
            bounds = [
                west.min(x),
                north.min(y),
                east.max(x + 0.2),
                south.max(y + 0.2),
            ];
        }
    }
    bounds
}

#[test]
fn every_sample_is_drawn_and_lacks_its_font_alone() {
    for (name, font) in [
        ("sealed-v4", "宋体"),
        ("sealed-v4-certdigest", "宋体"),
        ("sealed-v4-twice", "宋体"),
        ("sealed-v1", "宋体"),
        ("signed-gbt35275", "宋体"),
        ("handmade-v4", "SimSun"),
        ("hand-skeleton-sealed-v4", "SimSun"),
        ("hand-skeleton", "SimSun"),
        ("bad-content-changed", "宋体"),
        ("bad-signature-xml-changed", "宋体"),
        ("bad-seal-signature", "宋体"),
        ("bad-signer-not-in-seal", "宋体"),
        ("bad-unlisted-file-added", "宋体"),
        ("plain", "宋体"),
    ] {
        let page = sample(name, Seals::Shown);
        assert_eq!(page.size(), (1050, 1485), "{name}");
        assert_eq!(
            page.omissions,
            [Omission::NotEmbedded(font.to_owned())],
            "{name}"
        );
        let dark = page
            .points()
            .iter()
            .filter(|point| point.iter().all(|part| *part < 100));
        assert!(dark.count() > 400, "{name} has its text");
    }
}

#[test]
fn seals_stand_where_the_signatures_say_and_nowhere_without_one() {
    // StampAnnot: 120 200 40 40; the picture has an edge of a millimetre.
    for name in ["sealed-v4", "sealed-v4-twice", "sealed-v1"] {
        let found = red(&sample(name, Seals::Shown), (100.0, 150.0));
        for (one, expected) in found.iter().zip([121.0, 201.0, 159.2, 239.2]) {
            assert!((one - expected).abs() <= 0.21, "{name}: {found:?}");
        }
    }
    for (name, seals) in [
        ("sealed-v4", Seals::LeftOut),
        ("signed-gbt35275", Seals::Shown),
    ] {
        assert_eq!(
            red(&sample(name, seals), (100.0, 150.0))[0],
            f64::MAX,
            "{name}"
        );
    }
}
