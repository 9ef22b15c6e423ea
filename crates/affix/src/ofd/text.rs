//! The two XML parts of a signature, in the order of the schema.

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto::{Digest, SignatureAlgorithm};
use ofd::{Area, NAMESPACE, SignatureKind};
use time::UtcDateTime;
use xml::escaped;

use crate::ofd::request::Stamp;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// The words for an algorithm: of signatures, and of digests. Both are identifiers: `CheckMethod` means MD5 where it says
/// nothing (GB/T 33190-2016, 18.2).
pub(super) fn words(algorithm: SignatureAlgorithm) -> Option<(&'static str, &'static str)> {
    // GM/T 0006: SM2 with SM3, and SM3. Other algorithms are read, and sealed with in PDF.
    (algorithm == SignatureAlgorithm::Sm2Sm3)
        .then_some(("1.2.156.10197.1.501", "1.2.156.10197.1.401"))
}

/// What `Signature.xml` says.
pub(super) struct Signed<'a> {
    pub(super) words: (&'static str, &'static str),
    pub(super) time: UtcDateTime,
    /// Entries with their digests.
    pub(super) references: &'a [(String, Digest)],
    /// Stamps with their identifiers.
    pub(super) stamps: &'a [(u64, &'a Stamp)],
    pub(super) seal: Option<&'a str>,
    pub(super) value: &'a str,
}

impl Signed<'_> {
    // GB/T 33190-2016, 18.2.1 and 18.2.2: the order of the elements.
    pub(super) fn text(&self) -> String {
        let (method, check) = self.words;
        let version = env!("CARGO_PKG_VERSION");
        let mut text = format!(
            "{HEAD}<ofd:Signature xmlns:ofd=\"{NAMESPACE}\"><ofd:SignedInfo>\
             <ofd:Provider ProviderName=\"Yinxin\" Version=\"{version}\" Company=\"Yinxin\"/>\
             <ofd:SignatureMethod>{method}</ofd:SignatureMethod>\
             <ofd:SignatureDateTime>{}</ofd:SignatureDateTime><ofd:References CheckMethod=\"{check}\">",
            moment(self.time)
        );
        for (name, digest) in self.references {
            // Writing to text cannot fail, here and below.
            let _ = write!(
                text,
                "<ofd:Reference FileRef=\"/{}\"><ofd:CheckValue>{}</ofd:CheckValue></ofd:Reference>",
                escaped(name),
                STANDARD.encode(digest.bytes())
            );
        }
        text.push_str("</ofd:References>");
        for (id, stamp) in self.stamps {
            let _ = write!(
                text,
                "<ofd:StampAnnot ID=\"{id}\" PageRef=\"{}\" Boundary=\"{}\"",
                escaped(&stamp.page),
                numbers(&stamp.area)
            );
            if let Some(clip) = &stamp.clip {
                let _ = write!(text, " Clip=\"{}\"", numbers(clip));
            }
            text.push_str("/>");
        }
        if let Some(seal) = self.seal {
            let _ = write!(
                text,
                "<ofd:Seal><ofd:BaseLoc>/{}</ofd:BaseLoc></ofd:Seal>",
                escaped(seal)
            );
        }
        let _ = write!(
            text,
            "</ofd:SignedInfo><ofd:SignedValue>/{}</ofd:SignedValue></ofd:Signature>",
            escaped(self.value)
        );
        text
    }
}

/// `Signatures.xml`: the greatest identifier, and each signature with its path (GB/T 33190-2016, 18.1).
pub(super) fn list(greatest: u64, signatures: &[(String, SignatureKind, String)]) -> String {
    let mut text = format!(
        "{HEAD}<ofd:Signatures xmlns:ofd=\"{NAMESPACE}\"><ofd:MaxSignId>{greatest}</ofd:MaxSignId>"
    );
    for (id, kind, path) in signatures {
        let kind = match kind {
            SignatureKind::Seal => "Seal",
            SignatureKind::Sign => "Sign",
            SignatureKind::Other(other) => other,
        };
        let _ = write!(
            text,
            "<ofd:Signature ID=\"{}\" Type=\"{}\" BaseLoc=\"/{}\"/>",
            escaped(id),
            escaped(kind),
            escaped(path)
        );
    }
    text.push_str("</ofd:Signatures>");
    text
}

fn numbers(area: &Area) -> String {
    let number = |value: f64| {
        // Micrometres: finer than any printer, and the same text for the same place.
        let text = format!("{value:.3}");
        let text = text.trim_end_matches('0').trim_end_matches('.');
        if text == "-0" {
            "0".to_owned()
        } else {
            text.to_owned()
        }
    };
    [area.x, area.y, area.width, area.height]
        .map(number)
        .join(" ")
}

/// As the form in use has it (spec 3.3): free text, which proves nothing.
fn moment(time: UtcDateTime) -> String {
    let (hour, minute, second) = time.time().as_hms();
    format!(
        "{:04}{:02}{:02}{hour:02}{minute:02}{second:02}.000Z",
        time.year(),
        u8::from(time.month()),
        time.day()
    )
}
