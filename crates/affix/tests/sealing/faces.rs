//! Files left before and after they are flattened, for judges that paint both: not a point may differ.

use std::path::Path;

use affix::flatten::flatten;

use crate::files::{Kind, Small};

const FONT: &str = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>";

fn stream(entries: &str, data: &str) -> String {
    format!(
        "<<{entries}/Length {}>>stream\n{data}\nendstream",
        data.len()
    )
}

/// A page turned by so much, with annotations of every sort over text, behind states that are not restored.
fn annotated(turned: i64) -> Small {
    let page = format!("/Rotate {turned}/Annots[9 0 R 10 0 R 11 0 R 12 0 R 13 0 R 14 0 R 15 0 R]");
    let look = "/N 20 0 R";
    let annotation = |subtype: &str, rect: &str, rest: &str| {
        format!("<</Type/Annot/Subtype/{subtype}/Rect[{rect}]{rest}>>")
    };
    let form = "/Type/XObject/Subtype/Form/Resources<</Font<</F 8 0 R>>>>";
    let arrow = "1 0 0 rg 0 0 m 40 10 l 0 20 l f 0 0 1 rg BT /F 9 Tf 2 4 Td (look) Tj ET";
    Small::new("/AcroForm<</Fields[14 0 R]>>", &page)
        .with(4, stream("", "q .5 0 0 .5 30 30 cm 0 g BT /F 40 Tf 50 700 Td (Some text that stays) Tj"))
        .with(2, "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 600 800]/Resources<</Font<</F 8 0 R>>>>>>")
        .with(3, format!("<</Type/Page/Parent 2 0 R/Contents 4 0 R{page}>>"))
        .with(8, FONT)
        .with(9, annotation("Stamp", "100 100 220 160", &format!("/F 4/AP<<{look}>>")))
        .with(10, annotation("Text", "300 300 360 330", &format!("/F 28/AP<<{look}>>")))
        .with(11, annotation("Stamp", "100 400 220 460", &format!("/F 2/AP<<{look}>>")))
        .with(12, annotation("Stamp", "400 100 460 220", "/AP<</N 21 0 R>>"))
        .with(13, annotation("Link", "50 500 150 540", "/Border[0 0 2]/A<</S/Launch/F(x)>>"))
        .with(
            14,
            annotation("Widget", "300 500 320 520", "/FT/Btn/T(box)/AS/On/AP<</N<</On 20 0 R/Off 22 0 R>>>>"),
        )
        .with(15, annotation("Popup", "10 10 500 500", "/Open true/Parent 10 0 R"))
        .with(20, stream(&format!("{form}/BBox[0 0 40 20]"), arrow))
        .with(21, stream(&format!("{form}/BBox[0 0 40 20]/Matrix[0 1 -1 0 7 9]"), arrow))
        .with(22, stream(&format!("{form}/BBox[0 0 40 20]"), "0 1 0 rg 0 0 40 20 re f"))
        .with(30, "null")
}

/// A page on which hidden content changes the state that what follows is painted in.
fn layered() -> Small {
    let layers = "/OCProperties<</OCGs[5 0 R 6 0 R]/D<</OFF[6 0 R]>>>>";
    let resources = "/Font<</F 8 0 R>>/Properties<</On 5 0 R/Off 6 0 R/Not 7 0 R>>/XObject<</X 20 0 R/Y 21 0 R>>";
    let content = "/OC/On BDC 1 0 0 rg 50 50 100 100 re f EMC\n\
        /OC/Off BDC 0 0 1 rg 200 50 100 100 re f 3 w 0.5 0 0 0.5 100 100 cm EMC 50 300 100 100 re B\n\
        q /OC/Off BDC 400 400 200 200 re W f EMC 350 350 200 200 re f Q\n\
        BT /F 30 Tf 50 600 Td (one) Tj /OC/Off BDC 0 1 0 rg (hidden) ' 3 4 (more) \" EMC 0 -40 Td (two) Tj ET\n\
        /OC/Not BDC /X Do EMC /Y Do /OC/Off BDC /X Do BI /W 1 /H 1 /BPC 8 /CS /G ID \x01 EI EMC";
    let form = "/Type/XObject/Subtype/Form/BBox[0 0 900 900]/Resources<</Properties<</A 6 0 R>>>>";
    Small::new(layers, "")
        .with(
            3,
            format!("<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<<{resources}>>>>"),
        )
        .with(4, stream("", content))
        .with(5, "<</Type/OCG/Name(shown)>>")
        .with(6, "<</Type/OCG/Name(hidden)>>")
        .with(7, "<</Type/OCMD/OCGs[6 0 R]/P/AllOff>>")
        .with(8, FONT)
        .with(
            20,
            stream(
                form,
                "1 0 1 rg 700 700 90 90 re /OC/A BDC 0 g f EMC 700 500 50 50 re f",
            ),
        )
        .with(21, stream(&format!("{form}/OC 6 0 R"), "0 0 900 900 re f"))
        .with(30, "null")
}

#[test]
fn files_are_left_for_judges_before_and_after() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("flat");
    std::fs::create_dir_all(&folder).expect("the target folder is writable");
    let foreign = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/pdf-foreign");
    let read = |name: &str| std::fs::read(foreign.join(name)).expect("a fixture");
    let mut changed = 0;
    for (name, before) in [
        ("upright", annotated(0).file(Kind::Stream)),
        ("turned-90", annotated(90).file(Kind::Table)),
        ("turned-180", annotated(180).file(Kind::Table)),
        ("turned-270", annotated(270).file(Kind::Table)),
        ("layers", layered().file(Kind::Hybrid)),
        ("base", read("base.pdf")),
        ("lin-stream", read("lin-stream.pdf")),
        ("lin-table", read("lin-table.pdf")),
        ("packed", read("packed.pdf")),
    ] {
        let after = flatten(&before).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        changed += usize::from(!after.lines.is_empty());
        for (stage, bytes) in [("before", &before), ("after", &after.bytes)] {
            let path = folder.join(format!("{name}-{stage}.pdf"));
            std::fs::write(path, bytes).expect("the target folder is writable");
        }
    }
    assert!(changed >= 5, "{changed} had something to flatten");
}
