//! What an artefact is, by its first octets. A guess for dispatch: each reader judges for itself.

use serde::Serialize;

/// Kinds of artefact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// PDF.
    Pdf,
    /// CMS SignedData, DER, BER or PEM.
    Cms,
    /// An evidence record by itself, over documents beside it.
    #[serde(rename = "evidence_record")]
    Record,
    /// A printed code.
    Lc1,
    /// A screen code.
    Ld1,
    /// OFD.
    Ofd,
    /// An electronic seal.
    Esl,
    /// JAdES, or any other JWS.
    Jades,
    /// SD-JWT VC, with or without a presentation.
    SdJwtVc,
    /// mdoc.
    Mdoc,
    /// An ASiC package.
    Asic,
    /// An archive package.
    Archive,
    /// Evidence that somebody wrote down.
    Facts,
    /// None of these.
    Unknown,
}

/// Octets from the start of which a kind is told.
pub(crate) const LOOKED_AT: usize = 4096;

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 14] = [
        Kind::Pdf,
        Kind::Cms,
        Kind::Record,
        Kind::Lc1,
        Kind::Ld1,
        Kind::Ofd,
        Kind::Esl,
        Kind::Jades,
        Kind::SdJwtVc,
        Kind::Mdoc,
        Kind::Asic,
        Kind::Archive,
        Kind::Facts,
        Kind::Unknown,
    ];

    /// Its code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Kind::Pdf => "pdf",
            Kind::Cms => "cms",
            Kind::Record => "evidence_record",
            Kind::Lc1 => "lc1",
            Kind::Ld1 => "ld1",
            Kind::Ofd => "ofd",
            Kind::Esl => "esl",
            Kind::Jades => "jades",
            Kind::SdJwtVc => "sd_jwt_vc",
            Kind::Mdoc => "mdoc",
            Kind::Asic => "asic",
            Kind::Archive => "archive",
            Kind::Facts => "facts",
            Kind::Unknown => "unknown",
        }
    }

    /// The kind of an artefact that begins with `head`.
    #[must_use]
    pub fn of(head: &[u8]) -> Kind {
        // EN 319 162-1 A.1: before all else, since the first file behind it may be a PDF that is not compressed.
        if head.starts_with(b"PK") && head.get(30..).is_some_and(|rest| rest.starts_with(ASIC)) {
            return Kind::Asic;
        }
        // ISO 32000-2 7.5.2; one that does not stand first is still a PDF for who repairs, so it is ours
        // to refuse by name.
        let early = head.get(..1024).unwrap_or(head);
        if contains(early, b"%PDF-") {
            return Kind::Pdf;
        }
        if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
            return if contains(head, b"OFD.xml") {
                Kind::Ofd
            } else {
                Kind::Archive
            };
        }
        // IEEE 1003.1-2017, pax, ustar interchange format: the magic of a header.
        if head.get(257..262) == Some(b"ustar") {
            return Kind::Archive;
        }
        if head.starts_with(FACTS) {
            return Kind::Facts;
        }
        let text = head.trim_ascii_start();
        if text.starts_with(b"LC1:") {
            Kind::Lc1
        } else if text.starts_with(b"LD1:") {
            Kind::Ld1
        } else if text.starts_with(b"-----BEGIN CMS") || text.starts_with(b"-----BEGIN PKCS7") {
            Kind::Cms
        } else if text.starts_with(b"ey") && text.contains(&b'.') {
            if text.contains(&b'~') {
                Kind::SdJwtVc
            } else {
                Kind::Jades
            }
        } else if text.starts_with(b"{") && JWS.iter().any(|member| contains(text, member)) {
            Kind::Jades
        } else if head.starts_with(&[0x30]) && contains(head.get(..32).unwrap_or(head), ES) {
            Kind::Esl
        } else if is_record(head) {
            Kind::Record
        } else if head.starts_with(&[0x30]) {
            Kind::Cms
        } else if contains(head, b"issuerAuth") || contains(head, b"deviceSigned") {
            Kind::Mdoc
        } else {
            Kind::Unknown
        }
    }
}

/// Name and beginning of the content of the entry that says what an ASiC package is (EN 319 162-1 A.1).
const ASIC: &[u8] = b"mimetypeapplication/vnd.etsi.asic-";

/// RFC 4998 3.1: a SEQUENCE that begins with version 1 and the SEQUENCE of digest algorithms, where a ContentInfo begins with
/// an identifier.
fn is_record(head: &[u8]) -> bool {
    let octets = match head {
        [0x30, length, ..] if *length > 0x80 => usize::from(length & 0x7f).saturating_add(2),
        [0x30, ..] => 2,
        _ => return false,
    };
    let inside = head.get(octets..).unwrap_or_default();
    inside.starts_with(&[0x02, 0x01, 0x01, 0x30])
}

/// Members of a JWS in JSON of which one stands early (RFC 7515 7.2, TS 119 182-1 5.3.1).
const JWS: [&[u8]; 4] = [
    b"\"payload\"",
    b"\"protected\"",
    b"\"signatures\"",
    b"\"etsiU\"",
];

/// With what evidence begins that somebody wrote down (`replay`).
const FACTS: &[u8] = b"{\"form\":\"yinxin-facts-";
/// The mark of a seal's header (GB/T 38540 SES-Header), an IA5String: after three headers of at most six octets each.
const ES: &[u8] = b"\x16\x02ES";

fn contains(octets: &[u8], wanted: &[u8]) -> bool {
    octets.windows(wanted.len()).any(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_told_by_its_first_octets() {
        for (head, kind) in [
            (&b"%PDF-1.7\n"[..], Kind::Pdf),
            (b"junk\n%PDF-1.7\n", Kind::Pdf),
            (b"PK\x03\x04\x14\0OFD.xml", Kind::Ofd),
            (b"PK\x03\x04\x14\0case.json", Kind::Archive),
            (
                b"PK\x03\x04..........................mimetypeapplication/vnd.etsi.asic-e+zip%PDF-",
                Kind::Asic,
            ),
            (b"LC1:6BF", Kind::Lc1),
            (b"\n LC1:6BF", Kind::Lc1),
            (b"LD1:6BF", Kind::Ld1),
            (b"0\x82\x01\x00", Kind::Cms),
            (b"0\x82\x16\x800\x82\x14\x400\x0f\x16\x02ES", Kind::Esl),
            (b"-----BEGIN CMS-----\n", Kind::Cms),
            (b"eyJhbGciOiJFUzI1NiJ9.e30.AA", Kind::Jades),
            (b"eyJhbGciOiJFUzI1NiJ9.e30.AA~", Kind::SdJwtVc),
            (b"{\"payload\":\"\"}", Kind::Jades),
            (b"{\"header\":{\"etsiU\":[", Kind::Jades),
            (b"\xa2jnameSpaces\xa0jissuerAuth\x84", Kind::Mdoc),
            (b"", Kind::Unknown),
            (b"{\"form\":\"yinxin-facts-1\",\"payload\"", Kind::Facts),
            (b"hello", Kind::Unknown),
        ] {
            assert_eq!(Kind::of(head), kind, "{head:?}");
        }
    }

    #[test]
    fn the_code_is_that_of_serialisation() {
        for kind in Kind::ALL {
            let written = serde_json::to_string(&kind).expect("a word");
            assert_eq!(written, format!("\"{}\"", kind.code()));
        }
    }
}
