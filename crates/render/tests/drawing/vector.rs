//! Pages as drawings: what stands in them, and what never does.

use std::io::Cursor;

use render::{DrawPage, Drawing, File, Omission, Settings};

use crate::maker::{FINE, file, filled};

const SQUARE: &str = "M 0 0 L 4 0 L 4 4 L 0 4 C";

fn vector(octets: &[u8]) -> Drawing {
    let mut file = File::open(Cursor::new(octets)).expect("it is read");
    file.vector(0, &Settings::at(FINE)).expect("it is drawn")
}

fn page(content: &str) -> Drawing {
    let page = vector(&file(content, "", &[]));
    assert_eq!(page.omissions, []);
    page
}

/// Names of elements and of attributes, and values of those that lead somewhere: all that a drawing may have.
fn is_plain(svg: &str) -> bool {
    const NAMES: [&str; 7] = ["svg", "path", "clipPath", "defs", "image", "g", "use"];
    let names = svg.split('<').skip(1).all(|tag| {
        let name = tag.trim_start_matches('/');
        let end = name.find(|letter: char| !letter.is_ascii_alphanumeric());
        NAMES.contains(&&name[..end.unwrap_or(name.len())])
    });
    let mut led = svg
        .split("href=\"")
        .skip(1)
        .chain(svg.split("url(").skip(1));
    names
        && led.all(|to| to.starts_with('#') || to.starts_with("data:image/png;base64,"))
        && svg.matches("http").count() == 2
        && svg.ends_with("</svg>\n")
}

#[test]
fn shapes_are_whole_numbers_of_hundredths_of_a_millimetre() {
    let page = page(&filled(
        "1 1 8 8",
        "Rule=\"Even-Odd\" Alpha=\"51\"",
        "255 0 0",
        SQUARE,
    ));
    assert_eq!(page.size, (20.0, 10.0));
    assert!(
        page.svg
            .contains("width=\"20.00mm\" height=\"10.00mm\" viewBox=\"0 0 2000 1000\"")
    );
    let square = "<path fill=\"#ff0000\" fill-opacity=\"0.200\" fill-rule=\"evenodd\" d=\"M100 100l400 0 0 400 -400 0 z\"/>";
    assert!(page.svg.contains(square), "{}", page.svg);
    assert!(is_plain(&page.svg));
}

#[test]
fn a_boundary_cuts_what_stands_out_and_nothing_else() {
    let whole = page(&filled("1 1 4 4", "", "255 0 0", SQUARE));
    assert!(!whole.svg.contains("clip"), "{}", whole.svg);
    let cut = page(&filled("1 1 3 8", "", "255 0 0", SQUARE));
    assert!(
        cut.svg
            .contains("<clipPath id=\"c1\"><path d=\"M100 100l300 0 0 800 -300 0 z\"/></clipPath>")
    );
    assert!(cut.svg.contains("clip-path=\"url(#c1)\""));
    let outside = page(&filled("15 1 4 4", "", "255 0 0", "M 9 0 L 12 0 L 12 4 C"));
    assert!(!outside.svg.contains("#ff0000"), "{}", outside.svg);
    let clips = "<Clips><Clip><Area><Path Boundary=\"0 0 4 4\"><AbbreviatedData>M 0 0 L 4 0 L 0 4 C</AbbreviatedData></Path></Area></Clip></Clips>";
    let triangle = filled("1 1 4 4", "", "0 0 255", SQUARE)
        .replace("<AbbreviatedData>", &format!("{clips}<AbbreviatedData>"));
    let triangle = page(&triangle);
    assert!(
        triangle.svg.contains("M100 100l400 0 -400 400 z"),
        "{}",
        triangle.svg
    );
    assert!(is_plain(&triangle.svg));
}

#[test]
fn lines_stay_lines_where_they_are_as_wide_everywhere() {
    let line = |attributes: &str| {
        let line = format!(
            "<PathObject ID=\"1\" Boundary=\"0 0 20 10\" LineWidth=\"2\" {attributes}><StrokeColor Value=\"255 0 0\"/>\
             <AbbreviatedData>M 2 5 L 12 5 L 12 8</AbbreviatedData></PathObject>"
        );
        page(&line).svg
    };
    let plain = line("");
    let width = "stroke=\"#ff0000\" stroke-width=\"200.0\" stroke-miterlimit=\"3.53\"";
    assert!(plain.contains(width), "{plain}");
    assert!(plain.contains("d=\"M200 500l1000 0 0 300 \""), "{plain}");
    let dashed = line("Join=\"Round\" Cap=\"Square\" DashPattern=\"2 1\" DashOffset=\"0.5\"");
    assert!(dashed.contains("stroke-linejoin=\"round\" stroke-linecap=\"square\" stroke-dasharray=\"200.0 100.0 \" stroke-dashoffset=\"50.0\""));
    // Wider one way than the other: what the line covers is filled.
    let wide = line("CTM=\"1 0 0 0.5 0 0\"");
    assert!(
        wide.contains("<path fill=\"#ff0000\"") && !wide.contains("stroke"),
        "{wide}"
    );
    for odd in [
        "LineWidth=\"-3\"",
        "DashPattern=\"-2 1\"",
        "MiterLimit=\"1e300\"",
    ] {
        let odd = line("").replace("LineWidth=\"2\"", odd);
        assert!(is_plain(&odd));
    }
}

#[test]
fn nothing_that_a_file_says_stands_in_a_drawing_as_it_says_it() {
    let text = "<TextObject ID=\"9\" Boundary=\"0 0 20 10\" Font=\"&lt;script&gt;\" Size=\"3\"><TextCode X=\"1\" Y=\"5\">&lt;script&gt;</TextCode></TextObject>";
    let image = "<ImageObject ID=\"8\" ResourceID=\"&quot;&gt;\" Boundary=\"1 1 4 4\" CTM=\"4 0 0 4 0 0\"/>";
    let resources = "<Fonts><Font ID=\"&lt;script&gt;\" FontName=\"&lt;script&gt;\"/></Fonts>\
                     <MultiMedias><MultiMedia ID=\"&quot;&gt;\" Type=\"Image\"><MediaFile>a.png</MediaFile></MultiMedia></MultiMedias>";
    let far = filled("0 0 20 10", "CTM=\"1e300 0 0 1e300 0 0\"", "1 2 3", SQUARE);
    let png = std::fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/looks/seal-round-12.png"
    ));
    let png = png.expect("a picture");
    let content = format!("{text}{image}{image}{far}");
    let page = vector(&file(&content, resources, &[("a.png", &png)]));
    assert!(is_plain(&page.svg), "{:?}", page.omissions);
    assert!(!page.svg.contains("script"));
    // A picture stands there once, made anew, and is used twice.
    assert_eq!(
        (
            page.svg.matches("<image").count(),
            page.svg.matches("<use").count()
        ),
        (1, 2)
    );
    let named = std::str::from_utf8(b"NaN").expect("text");
    assert!(!page.svg.contains(named) && !page.svg.contains("inf"));
}

#[test]
fn the_picture_of_a_seal_is_shown_anew_and_not_as_its_maker_signed_it() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/ofdrw");
    let octets = std::fs::read(format!("{folder}/sealed-v4.ofd")).expect("a sample");
    let facts = ofd::read(Cursor::new(&octets)).expect("a package");
    let bodies = facts.bodies.iter();
    let mut signatures = bodies
        .flat_map(|body| &body.signatures)
        .flat_map(|list| &list.signatures);
    let signed = signatures.next().expect("a signature").read.as_ref();
    let value = signed
        .expect("it is read")
        .value
        .octets
        .as_ref()
        .expect("a value");
    let value = seal::ses::SealSignature::parse(value).expect("of a seal");
    let picture = &value.seal().image().octets;
    assert!(picture.starts_with(b"\x89PNG"), "one that could be shown");
    let svg = vector(&octets).svg;
    assert!(svg.contains("data:image/png;base64,"));
    assert!(!svg.contains(&render::data_address("image/png", picture)));
}

#[test]
fn a_drawing_ends_where_its_page_is_too_much() {
    let data: String = (0..400)
        .map(|at| format!("M 0 0 L {at} 10 L 20 10 C "))
        .collect();
    let octets = file(&filled("0 0 20 10", "", "255 0 0", &data), "", &[]);
    let told = |work: u64| {
        let settings = Settings {
            work,
            ..Settings::at(FINE)
        };
        let mut file = File::open(Cursor::new(&octets)).expect("it is read");
        let page = file.vector(0, &settings).expect("it is drawn");
        assert!(is_plain(&page.svg));
        page.omissions
    };
    // 400 triangles of three corners each, and the four of the clip.
    assert_eq!(told(1_203), [Omission::TooMuch]);
    assert_eq!(told(1_204), []);
    // Octets: each step counts as 18, and 8 MiB hold 466,033 of them.
    let lines = |count: usize| {
        let data: String = (0..count)
            .map(|at| format!("L {} {} ", at % 19, at % 7))
            .collect();
        let data = format!("M 0 0 {data}");
        vector(&file(&filled("0 0 20 10", "", "255 0 0", &data), "", &[])).omissions
    };
    assert_eq!(lines(460_000), []);
    assert_eq!(lines(470_000), [Omission::TooMuch]);
}

#[test]
fn a_page_is_drawn_up_to_five_metres() {
    let sized = |width: &str| {
        let octets = file("", "", &[]);
        let mut parts = ofd::Package::open(Cursor::new(&octets)).expect("a package");
        let mut package = ofd::Change::empty();
        for name in ["OFD.xml", "Document.xml", "Res.xml", "Page.xml"] {
            let octets = parts.read(name, 1 << 16).expect("read").expect("there");
            let text = String::from_utf8(octets).expect("text");
            package.put(
                name,
                text.replace("0 0 20 10", &format!("0 0 {width} 10"))
                    .into_bytes(),
            );
        }
        let octets = package.finish().expect("plain names");
        let mut file = File::open(Cursor::new(octets)).expect("it is read");
        file.vector(0, &Settings::at(FINE)).map(|page| page.size)
    };
    assert_eq!(sized("5000").expect("drawn"), (5000.0, 10.0));
    for width in ["5001", "0.5", "1e300"] {
        assert!(matches!(sized(width), Err(DrawPage::Size(..))), "{width}");
    }
}
