//! Pages that are too much, or none.

use std::io::Cursor;

use canvas::{Board, ReadPicture, Tint};
use render::{DrawPage, File, Omission, Settings};

use crate::maker::{FINE, drawn, file, filled};

fn refused(resolution: f64, place: usize) -> Option<DrawPage> {
    let octets = file("", "", &[]);
    let mut file = File::open(Cursor::new(octets)).expect("it is read");
    file.draw(place, &Settings::at(resolution)).err()
}

#[test]
fn a_page_has_at_most_so_many_points_and_at_least_one() {
    let at = |resolution: f64| refused(resolution, 0);
    // 20 × 10 millimetres: 40 million points are 8,944 × 4,472.
    assert!(at(11_358.0).is_none());
    for resolution in [11_361.0, 1.0, 0.0, -300.0, f64::NAN, f64::INFINITY] {
        assert!(
            matches!(at(resolution), Some(DrawPage::Size(..))),
            "{resolution}"
        );
    }
    assert!(matches!(refused(FINE, 1), Some(DrawPage::NoSuchPage)));
    let none = File::open(Cursor::new(b"PK".to_vec()));
    assert!(matches!(none, Err(DrawPage::Read(_))));
}

#[test]
fn a_page_with_too_much_on_it_ends_there() {
    // Squares, each over all rows of the page.
    let data: String = (0..400)
        .map(|at| format!("M 0 0 L {at} 10 L 20 10 L 20 0 C "))
        .collect();
    let octets = file(&filled("0 0 20 10", "", "255 0 0", &data), "", &[]);
    let told = |work: u64| {
        let settings = Settings {
            work,
            ..Settings::at(FINE)
        };
        let mut file = File::open(Cursor::new(&octets)).expect("it is read");
        file.draw(0, &settings).expect("it is drawn").omissions
    };
    // 100 rows of five lines, each met by two sides of 400 squares, and what the rows are.
    assert_eq!(told(395_000), [Omission::TooMuch]);
    assert_eq!(told(405_000), []);
}

/// What is told of a page with a white picture of this size.
fn pictured(width: usize, height: usize) -> Vec<Omission> {
    let png = Board::white(width, height).png(Tint::Grey, 0);
    let resources = "<MultiMedias><MultiMedia ID=\"5\" Type=\"Image\"><MediaFile>a.png</MediaFile></MultiMedia></MultiMedias>";
    let image = "<ImageObject ID=\"8\" ResourceID=\"5\" Boundary=\"1 1 4 4\" CTM=\"4 0 0 4 0 0\"/>";
    drawn(&file(image, resources, &[("a.png", &png)]), FINE).omissions
}

#[test]
fn a_picture_of_twenty_four_million_points_is_drawn_and_one_more_row_is_not() {
    assert_eq!(pictured(6_000, 4_000), []);
    let large = Omission::Picture("a.png".to_owned(), ReadPicture::Large);
    assert_eq!(pictured(6_000, 4_001), [large]);
}

#[test]
fn pictures_of_a_page_have_forty_eight_million_points_together_and_no_more() {
    let large = Board::white(6_000, 4_000).png(Tint::Grey, 0);
    let small = Board::white(1, 1).png(Tint::Grey, 0);
    let files: [(&str, &[u8]); 3] = [("a.png", &large), ("b.png", &large), ("c.png", &small)];
    let told = |files: &[(&str, &[u8])]| {
        let medium = |(at, (name, _)): (usize, &(&str, &[u8]))| {
            format!(
                "<MultiMedia ID=\"{at}5\" Type=\"Image\"><MediaFile>{name}</MediaFile></MultiMedia>"
            )
        };
        let media: String = files.iter().enumerate().map(medium).collect();
        let image = |at: usize| {
            format!(
                "<ImageObject ID=\"8{at}\" ResourceID=\"{at}5\" Boundary=\"1 1 4 4\" CTM=\"4 0 0 4 0 0\"/>"
            )
        };
        let images: String = (0..files.len()).map(image).collect();
        let resources = format!("<MultiMedias>{media}</MultiMedias>");
        drawn(&file(&images, &resources, files), FINE).omissions
    };
    assert_eq!(told(&files[..2]), []);
    let beyond = Omission::Picture("c.png".to_owned(), ReadPicture::Large);
    assert_eq!(told(&files), [beyond]);
}

#[test]
fn fonts_of_a_file_have_sixty_four_mebibytes_together_and_no_more() {
    let large = vec![0; 32 << 20];
    let files: [(&str, &[u8]); 3] = [("a.ttf", &large), ("b.ttf", &large), ("c.ttf", &[0])];
    let font = |(at, (name, _)): (usize, &(&str, &[u8]))| {
        format!("<Font ID=\"{at}5\" FontName=\"{name}\"><FontFile>{name}</FontFile></Font>")
    };
    let fonts: String = files.iter().enumerate().map(font).collect();
    let text = |at: usize| {
        format!(
            "<TextObject ID=\"8{at}\" Boundary=\"0 0 20 10\" Font=\"{at}5\" Size=\"6\"><TextCode X=\"1\" Y=\"7\">一</TextCode></TextObject>"
        )
    };
    let texts: String = (0..files.len()).map(text).collect();
    let page = file(&texts, &format!("<Fonts>{fonts}</Fonts>"), &files);
    let told = drawn(&page, FINE).omissions;
    let [
        Omission::Font(first, _),
        Omission::Font(second, _),
        Omission::TooMuch,
    ] = told.as_slice()
    else {
        panic!("two that are no fonts, and one beyond: {told:?}");
    };
    assert_eq!([first, second], ["a.ttf", "b.ttf"]);
}

/// A sealed sample whose seal is shown so often.
fn stamped(count: usize) -> Vec<Omission> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/ofdrw");
    let octets = std::fs::read(format!("{folder}/sealed-v4.ofd")).expect("a sample");
    let mut package = ofd::Package::open(Cursor::new(&octets)).expect("a package");
    let entries = package.entries().iter();
    let names: Vec<String> = entries.map(|one| one.name().to_owned()).collect();
    let mut bent = ofd::Change::empty();
    for name in names.iter().filter(|name| !name.ends_with('/')) {
        let octets = package.read(name, 1 << 24).expect("there").expect("read");
        let octets = match name.ends_with("/Signature.xml") {
            true => {
                let text = String::from_utf8(octets).expect("text");
                let stamp = "<ofd:StampAnnot ID=\"9\" PageRef=\"1\" Boundary=\"1 1 1 1\"/>";
                let end = format!("{}</ofd:SignedInfo>", stamp.repeat(count - 1));
                text.replace("</ofd:SignedInfo>", &end).into_bytes()
            }
            false => octets,
        };
        bent.put(name, octets);
    }
    let mut told = drawn(&bent.finish().expect("plain names"), 25.4).omissions;
    told.retain(|one| !matches!(one, Omission::NotEmbedded(_)));
    told
}

#[test]
fn two_hundred_seals_of_a_page_are_drawn_and_no_more() {
    assert_eq!(stamped(200), []);
    assert_eq!(stamped(201), [Omission::TooMuch]);
}
