//! What the codes of a simple font stand for, by the names of its glyphs (ISO 32000-2, 9.6.5, annex D).
//!
//! A name says what is drawn; a /ToUnicode only says what is copied. A code whose name is not known here has no meaning.

use std::collections::BTreeMap;

use crate::object::Object;

/// Windows, 128 to 159; a space stands for nothing. From 160 on it is Latin 1.
const WINDOWS: &str = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";
/// Macintosh, 128 to 255, as far as it differs from code to code.
const MACINTOSH: &str = "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨ ÆØ ±  ¥µ     ªº æø¿¡¬ ƒ  «»… ÀÃÕŒœ–—“”‘’÷ ÿŸ⁄¤‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ";
/// PDFDocEncoding, 24 to 31 and 128 to 160.
const ACCENTS: &str = "˘ˇˆ˙˝˛˚˜";
const DOCUMENT: &str = "•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž €";

/// Names of glyphs, each before its character.
const NAMES: &str = "space   exclam ! quotedbl \" numbersign # dollar $ percent % ampersand & quotesingle ' parenleft ( parenright ) \
    asterisk * plus + comma , hyphen - period . slash / zero 0 one 1 two 2 three 3 four 4 five 5 six 6 seven 7 eight 8 nine 9 \
    colon : semicolon ; less < equal = greater > question ? at @ bracketleft [ backslash \\ bracketright ] asciicircum ^ \
    underscore _ grave ` braceleft { bar | braceright } asciitilde ~ bullet • dagger † daggerdbl ‡ ellipsis … emdash — endash – \
    florin ƒ fraction ⁄ guilsinglleft ‹ guilsinglright › minus − perthousand ‰ quotedblbase „ quotedblleft “ quotedblright ” \
    quoteleft ‘ quoteright ’ quotesinglbase ‚ trademark ™ fi ﬁ fl ﬂ Lslash Ł OE Œ Scaron Š Ydieresis Ÿ Zcaron Ž dotlessi ı \
    lslash ł oe œ scaron š zcaron ž Euro € exclamdown ¡ cent ¢ sterling £ currency ¤ yen ¥ brokenbar ¦ section § dieresis ¨ \
    copyright © ordfeminine ª guillemotleft « logicalnot ¬ registered ® macron ¯ degree ° plusminus ± twosuperior ² \
    threesuperior ³ acute ´ mu µ paragraph ¶ periodcentered · cedilla ¸ onesuperior ¹ ordmasculine º guillemotright » \
    onequarter ¼ onehalf ½ threequarters ¾ questiondown ¿ Agrave À Aacute Á Acircumflex Â Atilde Ã Adieresis Ä Aring Å AE Æ \
    Ccedilla Ç Egrave È Eacute É Ecircumflex Ê Edieresis Ë Igrave Ì Iacute Í Icircumflex Î Idieresis Ï Eth Ð Ntilde Ñ Ograve Ò \
    Oacute Ó Ocircumflex Ô Otilde Õ Odieresis Ö multiply × Oslash Ø Ugrave Ù Uacute Ú Ucircumflex Û Udieresis Ü Yacute Ý Thorn Þ \
    germandbls ß agrave à aacute á acircumflex â atilde ã adieresis ä aring å ae æ ccedilla ç egrave è eacute é ecircumflex ê \
    edieresis ë igrave ì iacute í icircumflex î idieresis ï eth ð ntilde ñ ograve ò oacute ó ocircumflex ô otilde õ odieresis ö \
    divide ÷ oslash ø ugrave ù uacute ú ucircumflex û udieresis ü yacute ý thorn þ ydieresis ÿ breve ˘ caron ˇ circumflex ˆ \
    dotaccent ˙ hungarumlaut ˝ ogonek ˛ ring ˚ tilde ˜";

/// What each code stands for; `None` if the encoding is one whose signs are not known.
#[must_use]
pub fn glyph_names(encoding: &Object) -> Option<BTreeMap<u32, String>> {
    let (base, differences) = match encoding {
        Object::Null => (b"StandardEncoding".as_slice(), None),
        Object::Name(name) => (name.as_slice(), None),
        Object::Dictionary(encoding) => {
            let base = encoding.value(b"BaseEncoding");
            let base = base.map_or(Some(b"StandardEncoding".as_slice()), Object::as_name)?;
            let differences = encoding.value(b"Differences");
            (
                base,
                Some(differences.map_or(Some([].as_slice()), Object::as_array)?),
            )
        }
        _ => return None,
    };
    let mut table: BTreeMap<u32, String> = (32..127_u8)
        .map(|code| (u32::from(code), char::from(code).to_string()))
        .collect();
    upper(base, &mut table)?;
    let mut code = 0_u32;
    for difference in differences.unwrap_or_default() {
        match difference {
            Object::Integer(next) => code = u32::try_from(*next).ok()?,
            Object::Name(name) => {
                match character(name) {
                    Some(known) => table.insert(code, known),
                    None => table.remove(&code),
                };
                code = code.saturating_add(1);
            }
            _ => return None,
        }
    }
    Some(table)
}

/// What lies beyond ASCII, and where ASCII itself is drawn otherwise.
fn upper(base: &[u8], table: &mut BTreeMap<u32, String>) -> Option<()> {
    let mut put = |from: u32, signs: &str| {
        let named = (from..).zip(signs.chars()).filter(|(_, sign)| *sign != ' ');
        table.extend(named.map(|(code, sign)| (code, sign.to_string())));
    };
    let latin = |from: u8| (from..=255).map(char::from).collect::<String>();
    match base {
        b"WinAnsiEncoding" => {
            put(128, WINDOWS);
            put(160, &latin(160));
        }
        b"MacRomanEncoding" => put(128, MACINTOSH),
        b"PDFDocEncoding" => {
            put(128, DOCUMENT);
            put(161, &latin(161));
        }
        b"StandardEncoding" => {
            put(39, "’");
            put(96, "‘");
        }
        _ => return None,
    }
    Some(())
}

fn character(name: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(name).ok()?;
    if name == "space" {
        return Some(" ".to_owned());
    }
    if name.len() == 1 && name.bytes().all(|letter| letter.is_ascii_alphabetic()) {
        return Some(name.to_owned());
    }
    let mut words = NAMES.split_whitespace().skip(1);
    while let (Some(known), Some(sign)) = (words.next(), words.next()) {
        if known == name {
            return Some(sign.to_owned());
        }
    }
    None
}

/// The sign of an octet of a text string (7.9.2.2, annex D.3).
#[must_use]
pub fn document_sign(octet: u8) -> char {
    let at = |signs: &str, from: u8| signs.chars().nth(usize::from(octet - from));
    let sign = match octet {
        24..=31 => at(ACCENTS, 24),
        128..=160 => at(DOCUMENT, 128).filter(|sign| *sign != ' '),
        _ => None,
    };
    sign.unwrap_or(char::from(octet))
}

#[cfg(test)]
mod tests {
    use crate::object::Dictionary;

    use super::*;

    fn said(encoding: &Object, code: u32) -> Option<String> {
        glyph_names(encoding)?.get(&code).cloned()
    }

    #[test]
    fn codes_mean_what_their_glyphs_are_called() {
        let windows = Object::Name(b"WinAnsiEncoding".to_vec());
        let macintosh = Object::Name(b"MacRomanEncoding".to_vec());
        for (encoding, code, sign) in [
            (&windows, 0x80, "€"),
            (&windows, 0x9f, "Ÿ"),
            (&windows, 0xe9, "é"),
            (&macintosh, 0x80, "Ä"),
            (&macintosh, 0xb4, "¥"),
            (&macintosh, 0xd8, "ÿ"),
            (&macintosh, 0xff, "ˇ"),
            (&Object::Null, 39, "’"),
        ] {
            assert_eq!(said(encoding, code).as_deref(), Some(sign), "{code:x}");
        }
        assert_eq!(said(&windows, 0x81), None);
        assert_eq!(
            glyph_names(&Object::Name(b"MacExpertEncoding".to_vec())),
            None
        );
        let named = |name: &[u8]| Object::Name(name.to_vec());
        let mut own = Dictionary::default();
        let differences = [
            Object::Integer(1),
            named(b"nine"),
            named(b"a12"),
            Object::Integer(49),
            named(b"space"),
        ];
        own.set(b"Differences", Object::Array(differences.to_vec()));
        let own = Object::Dictionary(own);
        assert_eq!(said(&own, 1).as_deref(), Some("9"));
        assert_eq!(
            (said(&own, 2), said(&own, 49)),
            (None, Some(" ".to_owned()))
        );
    }

    #[test]
    fn octets_of_text_are_those_of_documents() {
        let text: String = [24, 0x84, 0x92, 0xa0, b'a', 0xe9, 0x9f]
            .map(document_sign)
            .iter()
            .collect();
        assert_eq!(text, "˘—™€aé\u{9f}");
    }
}
