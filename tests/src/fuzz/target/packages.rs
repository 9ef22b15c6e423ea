//! OFD: packages walked and read to the last part, and their XML in a package that is whole.

use std::borrow::Cow;
use std::io::Cursor;

use canvas::{GlyphId, Typeface};
use container::{Change, Package};
use ofd::{Facts, ReadOfd, SignatureKind};
use render::{File, Settings};
use xml::Rules;

/// A package: everything that is found in it; what is copied is read alike.
pub fn ofd(octets: &[u8]) -> bool {
    let package = match Package::open(Cursor::new(octets)) {
        Ok(package) => package,
        Err(fault) => {
            let _ = (ofd::package_code(&fault), fault.to_string());
            return false;
        }
    };
    let copied = Change::of(package)
        .finish()
        .expect("what is read is written");
    let found = ofd::read(Cursor::new(octets));
    let copied = ofd::read(Cursor::new(copied));
    let refused = |read: &Result<Facts, ReadOfd>| read.as_ref().err().map(ReadOfd::code);
    assert_eq!(refused(&found), refused(&copied), "copied as they are");
    let (Ok(found), Ok(copied)) = (found, copied) else {
        return false;
    };
    assert_eq!(found.entries, copied.entries, "copied as they are");
    assert_eq!(found.faults, copied.faults, "copied as they are");
    told(&found);
    true
}

/// One XML text as every part that is read, one after the other.
pub fn ofd_xml(octets: &[u8]) -> bool {
    let mut accepted = false;
    for part in PARTS {
        let mut package = Change::empty();
        for (name, text) in PARTS.iter().zip(TEXTS) {
            let text = text.replace("@", " xmlns=\"http://www.ofdspec.org/2016\"");
            package.put(name, text.into_bytes());
        }
        package.put(part, octets.to_vec());
        let file = package.finish().expect("plain names");
        if let Ok(facts) = ofd::read(Cursor::new(file)) {
            told(&facts);
            accepted |= !facts.faults.iter().any(|one| one.path == *part);
        }
    }
    accepted
}

/// Limits that nothing here reaches, and all that may differ allowed.
const OPEN: Rules = Rules {
    octets: 64 << 20,
    depth: 64,
    nodes: 1_000_000,
    attributes: 64,
    declarations: 256,
    utf16: true,
    mixed: true,
    ordered: true,
    identifiers: false,
};

/// An XML text: stricter rules read the same or nothing, and a canonical form is its own.
pub fn xml(octets: &[u8]) -> bool {
    let strict = Rules {
        utf16: false,
        mixed: false,
        identifiers: true,
        ..OPEN
    };
    let found = ::xml::parse(octets, &OPEN);
    if let Ok(tree) = ::xml::parse(octets, &strict) {
        assert_eq!(found.as_ref(), Ok(&tree), "one reading");
    }
    let Ok(tree) = found else { return false };
    let Some(form) = ::xml::canonical(&tree, None, 32 << 20) else {
        return true;
    };
    // Each character that is written as a reference is a node more, each namespace used an attribute of where it is.
    let wider = Rules {
        nodes: form.len(),
        attributes: OPEN.attributes + OPEN.declarations,
        declarations: OPEN.declarations * OPEN.depth,
        ..OPEN
    };
    let again = ::xml::parse(&form, &wider).expect("a canonical form is XML");
    let again = ::xml::canonical(&again, None, 32 << 20);
    assert_eq!(again.as_deref(), Some(form.as_slice()));
    true
}

/// The first page of a package, small and cheap: drawn alike twice, and what is not drawn has words; as a drawing, too.
pub fn ofd_page(octets: &[u8]) -> bool {
    let Ok(mut file) = File::open(Cursor::new(octets)) else {
        return false;
    };
    let settings = Settings {
        work: 1_000_000,
        ..Settings::at(18.0)
    };
    let Ok(drawn) = file.draw(0, &settings) else {
        return false;
    };
    for omission in &drawn.omissions {
        let _ = omission.to_string();
    }
    let again = file.draw(0, &settings).expect("drawn once");
    assert!(again.points() == drawn.points(), "drawn alike twice");
    if let Ok(drawing) = file.vector(0, &settings) {
        assert!(is_plain(&drawing.svg), "a drawing has nothing of others");
    }
    true
}

/// Whether a drawing is whole and has no elements but its own.
fn is_plain(svg: &str) -> bool {
    const OWN: [&str; 7] = ["svg ", "path ", "clipPath ", "defs>", "image ", "g", "use "];
    let mut tags = svg.split('<').skip(1);
    let own = |tag: &str| tag.starts_with('/') || OWN.iter().any(|own| tag.starts_with(own));
    tags.all(own) && svg.ends_with("</svg>\n")
}

/// One XML text as a page, and as the resources of one.
pub fn ofd_drawn(octets: &[u8]) -> bool {
    let mut accepted = false;
    for own in ["Page.xml", "Res.xml"] {
        let mut package = Change::empty();
        let texts = PARTS
            .iter()
            .zip(TEXTS)
            .chain([(&"Page.xml", PAGE), (&"Res.xml", RESOURCES)]);
        for (name, text) in texts {
            let text = text.replace('@', " xmlns=\"http://www.ofdspec.org/2016\"");
            package.put(name, text.into_bytes());
        }
        package.put(own, octets.to_vec());
        let file = package.finish().expect("plain names");
        accepted |= ofd_page(&file);
    }
    accepted
}

/// A font's program: each glyph of its characters has a width, and an outline that is somewhere.
pub fn font(octets: &[u8]) -> bool {
    let Ok(font) = Typeface::read("Fuzzed", Cow::Owned(octets.to_vec())) else {
        return false;
    };
    let mut corners = 0;
    for character in "A1é证照许可\u{F041}\u{20089}".chars() {
        if let Some(glyph) = font.glyph(character) {
            assert!(font.advance(glyph).is_finite());
            corners += font.contours(glyph).iter().map(Vec::len).sum::<usize>();
        }
    }
    for number in (0..u16::MAX).step_by(997) {
        corners += font.contours(GlyphId(number)).len();
    }
    corners > 0
}

/// A page with one of each, drawn with [`RESOURCES`].
const PAGE: &str = "<Page@><Content><Layer DrawParam=\"5\"><TextObject ID=\"t\" Boundary=\"0 0 90 90\" Font=\"1\" Size=\"9\">\
    <TextCode X=\"1\" Y=\"9\" DeltaX=\"g 2 9\">证照1</TextCode></TextObject><CompositeObject ID=\"c\" ResourceID=\"4\" \
    Boundary=\"9 9 90 90\"/><ImageObject ID=\"i\" ResourceID=\"2\" Boundary=\"0 0 9 9\" CTM=\"9 0 0 9 0 0\"/></Layer></Content></Page>";
const RESOURCES: &str = "<Res@><Fonts><Font ID=\"1\" FontName=\"a\"/></Fonts><MultiMedias><MultiMedia ID=\"2\" Type=\"Image\">\
    <MediaFile>OFD.xml</MediaFile></MultiMedia></MultiMedias><ColorSpaces><ColorSpace ID=\"3\" Type=\"CMYK\"/></ColorSpaces>\
    <CompositeGraphicUnits><CompositeGraphicUnit ID=\"4\"><Content><PathObject ID=\"p\" Boundary=\"0 0 50 50\" Fill=\"true\">\
    <FillColor ColorSpace=\"3\" Value=\"9 99 255 0\"/><AbbreviatedData>M 0 0 L 9 0 Q 9 9 0 9 B 1 1 2 2 3 3 A 5 5 0 0 1 9 9 C\
    </AbbreviatedData></PathObject></Content></CompositeGraphicUnit></CompositeGraphicUnits>\
    <DrawParams><DrawParam ID=\"5\" LineWidth=\"2\" DashPattern=\"1 2\"/></DrawParams></Res>";

fn told(facts: &Facts) {
    for fault in &facts.faults {
        let _ = (fault.fault.code(), fault.fault.to_string());
    }
    for body in &facts.bodies {
        let Some(list) = &body.signatures else {
            continue;
        };
        for signature in &list.signatures {
            let Ok(signed) = &signature.read else {
                continue;
            };
            assert!(signature.package_path().starts_with('/'));
            assert!(signature.kind != SignatureKind::Other("Seal".to_owned()));
            let left_out = signed.coverage.uncovered.len() + signed.coverage.later.len();
            assert!(left_out <= facts.entries.len(), "each entry once");
        }
    }
}

/// A page and resources as they are drawn, to begin with.
#[must_use]
pub fn drawn_parts() -> Vec<Vec<u8>> {
    let text = |text: &str| text.replace('@', " xmlns=\"http://www.ofdspec.org/2016\"");
    [PAGE, RESOURCES].map(text).map(String::into_bytes).to_vec()
}

const PARTS: &[&str] = &[
    "OFD.xml",
    "Document.xml",
    "Page.xml",
    "Res.xml",
    "Annotations.xml",
    "PageAnnot.xml",
    "Attachments.xml",
    "Signatures.xml",
    "Signature.xml",
];

/// The other parts, `@` standing for the namespace.
const TEXTS: [&str; 9] = [
    "<OFD@><DocBody><DocInfo/><DocRoot>Document.xml</DocRoot><Signatures>Signatures.xml</Signatures></DocBody></OFD>",
    "<Document@><CommonData><PublicRes>Res.xml</PublicRes></CommonData><Pages><Page ID=\"1\" BaseLoc=\"Page.xml\"/>\
     </Pages><Annotations>Annotations.xml</Annotations><Attachments>Attachments.xml</Attachments></Document>",
    "<Page@/>",
    "<Res@/>",
    "<Annotations@><Page PageID=\"1\"><FileLoc>PageAnnot.xml</FileLoc></Page></Annotations>",
    "<PageAnnot@/>",
    "<Attachments@/>",
    "<Signatures@><Signature ID=\"1\" BaseLoc=\"Signature.xml\"/></Signatures>",
    "<Signature@><SignedInfo><Provider/><References/></SignedInfo><SignedValue>v</SignedValue></Signature>",
];
