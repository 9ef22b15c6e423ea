//! Embedded fonts: a subset as a composite font that maps back to Unicode (ISO 32000-1, 9.7).

use canvas::{Cut, Typeface};

use crate::pdf::write::{Effort, Loose};

/// A subset as a group of objects, the font first.
pub(crate) fn font(cut: &Cut, typeface: &Typeface, effort: Effort) -> [Loose; 5] {
    let program = cut.file(typeface);
    let name = format!("{}+{}", prefix(cut), typeface.name());
    let font =
        format!("<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H/DescendantFonts[");
    let font = Loose::default()
        .text(font)
        .refer(1)
        .text("]/ToUnicode ")
        .refer(4)
        .text(">>");
    // ISO 19005-3, 6.2.11.3.2: an embedded Type 2 CIDFont needs a CIDToGIDMap; ours is the identity.
    let descendant = format!(
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)\
         /Supplement 0>>/CIDToGIDMap/Identity/DW 1000/W[{}]/FontDescriptor ",
        widths(cut, typeface)
    );
    let descendant = Loose::default().text(descendant).refer(2).text(">>");
    // Symbolic: the font is addressed by glyph. The box is that of the Noto CJK designs.
    let descriptor = format!(
        "<</Type/FontDescriptor/FontName/{name}/Flags 4/FontBBox[-1002 -1048 2928 1808]/ItalicAngle 0\
         /Ascent 880/Descent -120/CapHeight 733/StemV 80/FontFile2 "
    );
    let descriptor = Loose::default().text(descriptor).refer(3).text(">>");
    let file = Loose::compressed(&format!("/Length1 {}", program.len()), &program, effort);
    let unicode = Loose::compressed("", to_unicode(cut).as_bytes(), effort);
    [font, descendant, descriptor, file, unicode]
}

/// Six letters that differ from subset to subset (ISO 32000-1, 9.6.4), by FNV-1a over the characters.
fn prefix(cut: &Cut) -> String {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    for (character, _) in cut.characters() {
        hash = (hash ^ u64::from(u32::from(*character))).wrapping_mul(0x0100_0000_01B3);
    }
    let mut letters = String::new();
    for _ in 0..6 {
        let letter = u8::try_from(hash % 26).unwrap_or(0);
        letters.push(char::from(b'A' + letter));
        hash /= 26;
    }
    letters
}

/// Widths other than that of an ideograph.
fn widths(cut: &Cut, typeface: &Typeface) -> String {
    let mut widths = String::new();
    for (number, (_, glyph)) in cut.characters().iter().enumerate() {
        let advance = typeface.advance(*glyph);
        if advance != 1000.0 {
            widths.push_str(&format!("{}[{advance}]", number + 1));
        }
    }
    widths
}

/// Which character each number stands for: what makes level U of PDF/A (ISO 19005-3, 6.2.11.7).
fn to_unicode(cut: &Cut) -> String {
    let mut map = String::from(
        "/CIDInit/ProcSet findresource begin 12 dict begin begincmap/CIDSystemInfo<</Registry(Adobe)\
         /Ordering(UCS)/Supplement 0>>def/CMapName/Adobe-Identity-UCS def/CMapType 2 def\n\
         1 begincodespacerange<0000><FFFF>endcodespacerange\n",
    );
    let numbered: Vec<(usize, char)> = cut
        .characters()
        .iter()
        .enumerate()
        .map(|(place, (character, _))| (place + 1, *character))
        .collect();
    // Adobe Technical Note 5411: at most 100 entries in a block.
    for block in numbered.chunks(100) {
        map.push_str(&format!("{} beginbfchar\n", block.len()));
        for (number, character) in block {
            map.push_str(&format!("<{number:04X}><"));
            for unit in character.encode_utf16(&mut [0; 2]) {
                map.push_str(&format!("{unit:04X}"));
            }
            map.push_str(">\n");
        }
        map.push_str("endbfchar\n");
    }
    map.push_str("endcmap CMapName currentdict/CMap defineresource pop end end");
    map
}
