//! Forms: fonts of what is filled in, fields below fields.

use super::Hostile;
use super::pdf::{Maker, SEAL, references, squeezed};

/// The files.
pub const ALL: &[Hostile] = &[
    Hostile {
        name: "PDF: a field filled in with two million turns to a font of 55,000 codes",
        make: || fonts(1, 1, 2_000_000),
        beside: &[],
    },
    Hostile {
        name: "PDF: 3,000 fields filled in, each in a font of 55,000 codes of its own",
        make: || fonts(3_000, 3_000, 1),
        beside: &[],
    },
    Hostile {
        name: "PDF: 300 fields filled in with 300 fonts of 55,000 codes each",
        make: || fonts(300, 300, 300),
        beside: &[],
    },
    Hostile {
        name: "PDF: a note beside a page with seven million turns to a font",
        make: noted,
        beside: &[],
    },
    Hostile {
        name: "PDF: 150 rows of fields 63 deep, each filled in 30 times",
        make: || deep(150, 63, 30),
        beside: &[],
    },
    Hostile {
        name: "PDF: 9,000 fields below a name of half a megabyte",
        make: || below(9_000, "/T", 500_000),
        beside: &[],
    },
    Hostile {
        name: "PDF: 9,000 fields below a value of half a megabyte",
        make: || below(9_000, "/T(n)/V", 500_000),
        beside: &[],
    },
];

/// A range of codes: few octets, many codes.
const TABLE: &[u8] =
    b"1 begincodespacerange <00> <ff> endcodespacerange <0000> <ffff> <0000> endbfrange";
const FONT: &str = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 7 0 R>>";
const CERTIFIES: &str = "/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/V/1.2/P 3>>>>]";

/// A stream of so much content that says `word` over and over.
fn content(file: &mut Maker, number: u32, entries: &str, text: &str) {
    let entries = format!("{entries}/Filter/FlateDecode");
    file.stream(number, &entries, &squeezed(text.as_bytes()));
}

/// A signed form whose fields are filled in with a look that turns so often to each of so many fonts.
fn fonts(fields: u32, fonts: u32, turns: u32) -> Vec<u8> {
    let mut file = Maker::new();
    let (first, look) = (10, 10 + fields);
    let all = references(first..look);
    let field = |number: u32, value: &str| {
        format!(
            "<</Type/Annot/Subtype/Widget/FT/Tx/T(f{number})/Rect[0 0 80 20]/P 3 0 R/F 4{value}>>"
        )
    };
    file.catalog(&format!("5 0 R {all}"), "");
    file.page(&format!("/Annots[5 0 R {all}]"));
    file.put(5, SEAL);
    content(&mut file, 7, "", &String::from_utf8_lossy(TABLE));
    for number in first..look {
        file.put(number, field(number, "/V(a)"));
    }
    let begin = look + fields;
    for number in begin..begin + fonts {
        file.put(number, FONT);
    }
    file.sign(6);
    file.close();
    for (place, number) in (first..look).enumerate() {
        let place = u32::try_from(place).unwrap_or_default();
        file.put(
            number,
            field(number, &format!("/V(b)/AP<</N {} 0 R>>", look + place)),
        );
        let own = begin + place % fonts;
        let named: String = (own..(own + 300).min(begin + fonts))
            .take(usize::try_from(turns).unwrap_or_default())
            .map(|font| format!("/F{font} {font} 0 R"))
            .collect();
        let others = (begin + fonts - own).clamp(1, 300);
        let said: String = (0..turns)
            .map(|turn| format!("/F{} 9 Tf ", own + turn % others))
            .collect();
        let entries =
            format!("/Type/XObject/Subtype/Form/BBox[0 0 80 20]/Resources<</Font<<{named}>>>>");
        content(
            &mut file,
            look + place,
            &entries,
            &format!("BT {said}2 5 Td (b) Tj ET"),
        );
    }
    file.close();
    file.octets
}

/// A page that turns to a font over and over, and a note beside its text.
fn noted() -> Vec<u8> {
    let mut file = Maker::new();
    let page = "/Contents 8 0 R/Resources<</Font<</F 9 0 R>>>>";
    file.catalog("5 0 R", "/Perms<</DocMDP 6 0 R>>");
    file.page(page);
    file.put(5, SEAL);
    content(&mut file, 7, "", &String::from_utf8_lossy(TABLE));
    content(
        &mut file,
        8,
        "",
        &format!("BT {}(a) Tj ET", "/F 9 Tf ".repeat(7_000_000)),
    );
    file.put(9, FONT);
    file.sign_with(6, CERTIFIES);
    file.close();
    file.page(&format!("{page}/Annots[10 0 R]"));
    file.put(
        10,
        "<</Type/Annot/Subtype/Square/Rect[3 3 5 5]/F 4/C[1 0 0]>>",
    );
    file.close();
    file.octets
}

/// Rows of fields, each below the one before it; the last of each row is filled in.
fn deep(rows: u32, levels: u32, updates: usize) -> Vec<u8> {
    let mut file = Maker::new();
    let number = |row: u32, level: u32| 10 + row * levels + level;
    let all = references((0..rows).map(|row| number(row, 0)));
    let leaves = references((0..rows).map(|row| number(row, levels - 1)));
    file.catalog(&format!("5 0 R {all}"), "");
    file.page(&format!("/Annots[5 0 R {leaves}]"));
    file.put(5, SEAL);
    let leaf = |row: u32, value: usize| {
        let above = number(row, levels - 2);
        format!(
            "<</Type/Annot/Subtype/Widget/T(f)/Parent {above} 0 R/Rect[0 0 9 9]/P 3 0 R/F 4/V({value})>>"
        )
    };
    for row in 0..rows {
        for level in 0..levels - 1 {
            let parent = match level {
                0 => "/FT/Tx".to_owned(),
                level => format!("/Parent {} 0 R", number(row, level - 1)),
            };
            let kid = number(row, level + 1);
            let name = format!("row{row}level{level}");
            file.put(
                number(row, level),
                format!("<</T({name}){parent}/Kids[{kid} 0 R]>>"),
            );
        }
    }
    for update in 0..=updates {
        for row in 0..rows {
            file.put(number(row, levels - 1), leaf(row, update));
        }
        if update == 0 {
            file.sign(6);
        }
        file.close();
        if !file.has_room(update) {
            break;
        }
    }
    file.octets
}

/// Fields below one that has something long.
fn below(fields: u32, entry: &str, octets: usize) -> Vec<u8> {
    let mut file = Maker::new();
    let kids = references(20..20 + fields);
    file.catalog("5 0 R 10 0 R", "");
    file.page("/Annots[5 0 R]");
    file.put(5, SEAL);
    let long = "n".repeat(octets);
    file.put(10, format!("<</FT/Tx{entry}({long})/Kids[{kids}]>>"));
    for kid in 20..20 + fields {
        file.put(kid, "<</T(k)/Parent 10 0 R>>");
    }
    file.sign(6);
    file.close();
    file.octets
}
