//! Each kind of object at the places where it must and must not be.

use render::{Drawn, Omission, Tint};

use crate::maker::{FINE, at, drawn, file, filled};

const WHITE: [u8; 3] = [255; 3];
const RED: [u8; 3] = [255, 0, 0];
const BLUE: [u8; 3] = [0, 0, 255];
const SQUARE: &str = "M 0 0 L 4 0 L 4 4 L 0 4 C";

fn page(content: &str) -> Drawn {
    let page = drawn(&file(content, "", &[]), FINE);
    assert_eq!(page.omissions, []);
    page
}

#[test]
fn a_path_is_filled_by_its_rule_within_its_boundary() {
    let twice = "M 0 0 L 6 0 L 6 6 L 0 6 C M 2 2 L 4 2 L 4 4 L 2 4 C";
    let odd = page(&filled("1 1 5 8", "Rule=\"Even-Odd\"", "255 0 0", twice));
    assert_eq!(
        [(1.5, 1.5), (3.5, 3.5), (5.9, 2.0), (6.1, 2.0)].map(|place| at(&odd, place)),
        [RED, WHITE, RED, WHITE]
    );
    let all = page(&filled("1 1 8 8", "", "255 0 0", twice));
    assert_eq!(
        [(3.5, 3.5), (6.9, 2.0), (7.1, 2.0)].map(|place| at(&all, place)),
        [RED, RED, WHITE]
    );
}

#[test]
fn later_objects_lie_over_earlier_ones_and_let_them_through_by_their_alpha() {
    let over = filled("3 0 4 4", "Alpha=\"51\"", "0 0 255", SQUARE);
    let page = page(&format!(
        "{}{over}",
        filled("1 0 4 4", "", "255 0 0", SQUARE)
    ));
    assert_eq!(
        [(2.0, 2.0), (4.0, 2.0), (6.0, 2.0)].map(|place| at(&page, place)),
        [RED, [204, 0, 51], [204, 204, 255]]
    );
}

#[test]
fn a_matrix_turns_within_the_boundary() {
    // A square of 4 turned by 90 degrees about its corner lies to the left of it.
    let page = page(&filled(
        "8 2 8 8",
        "CTM=\"0 1 -1 0 4 0\"",
        "0 0 255",
        "M 0 0 L 2 0 L 2 4 L 0 4 C",
    ));
    assert_eq!(
        [(8.5, 2.5), (11.5, 3.5), (12.5, 2.5), (8.5, 4.5)].map(|place| at(&page, place)),
        [BLUE, BLUE, WHITE, WHITE]
    );
}

#[test]
fn lines_have_their_width_their_dashes_and_no_fill() {
    let line = |attributes: &str| {
        format!(
            "<PathObject ID=\"1\" Boundary=\"0 0 20 10\" {attributes}><StrokeColor Value=\"255 0 0\"/>\
                 <AbbreviatedData>M 2 5 L 12 5 L 12 9</AbbreviatedData></PathObject>"
        )
    };
    let plain = page(&line("LineWidth=\"2\""));
    assert_eq!(
        [(3.0, 4.1), (3.0, 3.9), (12.9, 4.1), (8.0, 8.0)].map(|place| at(&plain, place)),
        [RED, WHITE, RED, WHITE]
    );
    let bevel = page(&line("LineWidth=\"2\" Join=\"Bevel\""));
    assert_eq!(at(&bevel, (12.9, 4.1)), WHITE);
    let dashed = page(&line("LineWidth=\"2\" DashPattern=\"2 1\""));
    assert_eq!(
        [(3.9, 5.0), (4.5, 5.0), (5.1, 5.0)].map(|place| at(&dashed, place)),
        [RED, WHITE, RED]
    );
    let none = page(&line("LineWidth=\"2\" Stroke=\"false\""));
    assert!(none.points().iter().all(|point| *point == WHITE));
}

#[test]
fn clips_cut_with_the_object_or_without_it() {
    let clip = |own: bool| {
        let clip = format!(
            "<Clips TransFlag=\"{own}\"><Clip><Area><Path Boundary=\"0 0 2 9\"><AbbreviatedData>M 0 0 L 2 0 L 2 9 L 0 9 C\
                            </AbbreviatedData></Path></Area></Clip></Clips>"
        );
        page(
            &filled("1 1 8 8", "CTM=\"2 0 0 1 0 0\"", "255 0 0", SQUARE)
                .replace("<FillColor", &format!("{clip}<FillColor")),
        )
    };
    assert_eq!(
        [(2.5, 2.0), (4.5, 2.0), (5.5, 2.0)].map(|place| at(&clip(true), place)),
        [RED, RED, WHITE]
    );
    assert_eq!(
        [(2.5, 2.0), (4.5, 2.0)].map(|place| at(&clip(false), place)),
        [RED, WHITE]
    );
}

#[test]
fn a_font_that_is_not_there_is_told_and_a_character_that_nobody_has_too() {
    let text = "<TextObject ID=\"1\" Boundary=\"0 0 20 10\" Font=\"9\" Size=\"6\"><TextCode X=\"1\" Y=\"7\" DeltaX=\"g 9 6\">一\u{E000}</TextCode></TextObject>";
    let font = "<Fonts><Font ID=\"9\" FontName=\"STXihei\"/></Fonts>";
    let page = drawn(&file(text, font, &[]), FINE);
    assert_eq!(
        page.omissions,
        [
            Omission::NotEmbedded("STXihei".to_owned()),
            Omission::Character('\u{E000}')
        ]
    );
    // The one stroke of 一 lies level in the middle of its square.
    let dark = |x: f64| {
        (0..100)
            .filter(|row| at(&page, (x, f64::from(*row) / 10.0))[0] < 128)
            .count()
    };
    assert!(
        (1..12).contains(&dark(4.0)) && dark(0.5) == 0,
        "{} {}",
        dark(4.0),
        dark(0.5)
    );
    let unknown = drawn(&file(text, "", &[]), FINE);
    assert_eq!(unknown.omissions.len(), 1, "{:?}", unknown.omissions);
    let broken =
        "<Fonts><Font ID=\"9\" FontName=\"Own\"><FontFile>own.otf</FontFile></Font></Fonts>";
    let page = drawn(
        &file(text, broken, &[("own.otf", b"OTTO\0\x01\0\0\0\0\0\0")]),
        FINE,
    );
    assert!(
        matches!(&page.omissions[0], Omission::Font(name, _) if name == "Own"),
        "{:?}",
        page.omissions
    );
}

#[test]
fn pictures_fill_their_square_and_others_are_told() {
    // A page that was drawn is the picture: red on the left, white on the right.
    let inner = page(&filled(
        "0 0 10 10",
        "",
        "255 0 0",
        "M 0 0 L 10 0 L 10 10 L 0 10 C",
    ));
    let png = inner.png(Tint::Colour);
    let resources = "<MultiMedias><MultiMedia ID=\"5\" Type=\"Image\"><MediaFile>a.png</MediaFile></MultiMedia><MultiMedia ID=\"6\" \
                     Type=\"Image\"><MediaFile>b.gif</MediaFile></MultiMedia></MultiMedias>";
    let image = |id: &str, matrix: &str| {
        format!(
            "<ImageObject ID=\"1\" ResourceID=\"{id}\" Boundary=\"4 2 12 6\" CTM=\"{matrix}\"/>"
        )
    };
    let both = format!(
        "{}{}",
        image("5", "-12 0 0 6 12 0"),
        image("6", "1 0 0 1 0 0")
    );
    let page = drawn(
        &file(&both, resources, &[("a.png", &png), ("b.gif", b"GIF89a")]),
        FINE,
    );
    assert_eq!(
        [(9.5, 5.0), (10.5, 5.0), (15.5, 2.5), (16.5, 2.5)].map(|place| at(&page, place)),
        [WHITE, RED, RED, WHITE]
    );
    let told: Vec<String> = page.omissions.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["the picture b.gif: neither PNG nor JPEG"]);
}

#[test]
fn the_same_page_is_the_same_file_and_tells_its_size() {
    let octets = file(&filled("1 1 8 8", "", "255 0 0", SQUARE), "", &[]);
    let png = |tint| drawn(&octets, FINE).png(tint);
    assert_eq!(png(Tint::Colour), png(Tint::Colour));
    assert!(png(Tint::Grey).len() < png(Tint::Colour).len());
    // 254 dots an inch are 10,000 a metre.
    assert_eq!(
        png(Tint::Grey)[41..49],
        [0, 0, 0x27, 0x10, 0, 0, 0x27, 0x10]
    );
    assert_eq!(
        (drawn(&octets, FINE).size(), drawn(&octets, 127.0).size()),
        ((200, 100), (100, 50))
    );
}
