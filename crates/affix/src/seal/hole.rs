//! The signature dictionary, the place in it that is kept for the message, and the range that leaves it out.

use std::io::Write;

use pdf::Reference;
use time::OffsetDateTime;

use crate::update::digits;
use crate::write::text_string;

/// Octets kept between the brackets of /ByteRange: four numbers of twenty digits and three spaces, so that no
/// offset of 64 bits is too wide.
const RANGE: usize = 4 * 20 + 3;

/// What a signature says of itself, beside the message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said<'a> {
    pub(crate) claimed: OffsetDateTime,
    pub(crate) name: Option<&'a str>,
    pub(crate) reason: Option<&'a str>,
    pub(crate) location: Option<&'a str>,
    pub(crate) contact: Option<&'a str>,
}

/// Where the two places stand, counted from the first octet of whatever holds them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hole {
    range: usize,
    contents: usize,
    reserve: usize,
}

/// The dictionary of a signature with empty places (ISO 32000-2, table 255; EN 319 142-1, 6.3).
///
/// `references` are signature reference dictionaries as they are written.
pub(crate) fn signature(
    said: &Said<'_>,
    references: &[Vec<u8>],
    reserve: usize,
) -> (Vec<u8>, Hole) {
    let (mut body, hole) = opened("/Type/Sig", "ETSI.CAdES.detached", reserve);
    // EN 319 142-1, 6.3: /M is required, the claimed time stands nowhere else; /Cert is absent.
    body.extend_from_slice(b"/M(");
    body.extend_from_slice(date(said.claimed).as_bytes());
    body.push(b')');
    for (key, text) in [
        ("/Name", said.name),
        ("/Reason", said.reason),
        ("/Location", said.location),
        ("/ContactInfo", said.contact),
    ] {
        if let Some(text) = text {
            body.extend_from_slice(key.as_bytes());
            text_string(&mut body, text);
        }
    }
    if !references.is_empty() {
        body.extend_from_slice(b"/Reference[");
        references
            .iter()
            .for_each(|reference| body.extend_from_slice(reference));
        body.push(b']');
    }
    body.extend_from_slice(b">>");
    (body, hole)
}

/// The dictionary of a document time-stamp with empty places: no /M, /Reason or /Reference
/// (ISO 32000-2, 12.8.5; EN 319 142-1, 5.4.3).
pub(crate) fn time_stamp(reserve: usize) -> (Vec<u8>, Hole) {
    let (mut body, hole) = opened("/Type/DocTimeStamp", "ETSI.RFC3161", reserve);
    body.extend_from_slice(b">>");
    (body, hole)
}

fn opened(kind: &str, form: &str, reserve: usize) -> (Vec<u8>, Hole) {
    let mut body = Vec::with_capacity(reserve * 2 + 512);
    // Writing to a vector cannot fail.
    let _ = write!(
        body,
        "<<{kind}/Filter/Adobe.PPKLite/SubFilter/{form}/ByteRange["
    );
    let range = body.len();
    body.resize(range + RANGE, b' ');
    body.extend_from_slice(b"]/Contents");
    let contents = body.len();
    // Two digits an octet, so the count is even whatever is asked for.
    body.push(b'<');
    body.resize(contents + 1 + 2 * reserve, b'0');
    body.push(b'>');
    let hole = Hole {
        range,
        contents,
        reserve,
    };
    (body, hole)
}

impl Hole {
    /// The same places counted from `start` octets earlier.
    pub(crate) fn after(self, start: usize) -> Hole {
        Hole {
            range: self.range + start,
            contents: self.contents + start,
            ..self
        }
    }

    /// Octets kept for the message.
    pub(crate) fn reserve(self) -> usize {
        self.reserve
    }

    /// Where the string begins with `<`, and where it has ended with `>`.
    pub(crate) fn contents(self) -> (usize, usize) {
        (self.contents, self.contents + 2 * self.reserve + 2)
    }

    /// Computes the range of a file in which `update` follows `length` octets, and writes it in its place.
    ///
    /// From the start to the `<`, and from behind the `>` to the end (ISO 32000-2, table 255).
    pub(crate) fn patch(self, update: &mut [u8], length: u64) -> [u64; 4] {
        let (open, close) = self.contents();
        let at = |index: usize| length.saturating_add(u64::try_from(index).unwrap_or(u64::MAX));
        let end = at(update.len());
        let range = [0, at(open), at(close), end - at(close)];
        let text = range.map(|number| number.to_string()).join(" ");
        if let Some(place) = update.get_mut(self.range..self.range + RANGE) {
            place.fill(b' ');
            place
                .iter_mut()
                .zip(text.bytes())
                .for_each(|(place, octet)| *place = octet);
        }
        range
    }

    /// Writes the message in its place; the digits behind it stay zero.
    pub(crate) fn fill(self, update: &mut [u8], message: &[u8]) {
        let place = update.iter_mut().skip(self.contents + 1);
        let written = message.iter().flat_map(|octet| digits(*octet));
        place
            .take(2 * self.reserve)
            .zip(written)
            .for_each(|(place, digit)| *place = digit);
    }
}

/// Signature reference dictionary of a certification: forms may be filled and signatures added, nothing else
/// (ISO 32000-2, 12.8.2.2, /P 2).
pub(crate) fn certifying() -> Vec<u8> {
    b"<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/V/1.2/P 2>>>>"
        .to_vec()
}

/// Signature reference dictionary of a field lock, whose entries are given as they are written
/// (ISO 32000-2, 12.8.2.4).
pub(crate) fn locking(entries: &[u8], root: Reference) -> Vec<u8> {
    let Reference { number, generation } = root;
    let mut reference =
        b"<</Type/SigRef/TransformMethod/FieldMDP/TransformParams<</Type/TransformParams/V/1.2"
            .to_vec();
    reference.extend_from_slice(entries);
    let _ = write!(reference, ">>/Data {number} {generation} R>>");
    reference
}

/// A date with its offset (ISO 32000-2, 7.9.4).
fn date(moment: OffsetDateTime) -> String {
    let (hours, minutes, _) = moment.offset().as_hms();
    let sign = if moment.offset().is_negative() {
        '-'
    } else {
        '+'
    };
    format!(
        "D:{:04}{:02}{:02}{:02}{:02}{:02}{sign}{:02}'{:02}'",
        moment.year(),
        u8::from(moment.month()),
        moment.day(),
        moment.hour(),
        moment.minute(),
        moment.second(),
        hours.unsigned_abs(),
        minutes.unsigned_abs()
    )
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn said() -> Said<'static> {
        Said {
            claimed: datetime!(2026-06-10 16:42:10 +8),
            name: Some("市场监督管理局"),
            reason: None,
            location: Some("a (b"),
            contact: None,
        }
    }

    fn text(bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).into_owned()
    }

    #[test]
    fn a_signature_says_when_with_its_offset_and_has_no_certificate() {
        let (body, _) = signature(&said(), &[certifying()], 4);
        let body = text(&body);
        assert!(body.contains("/M(D:20260610164210+08'00')"), "{body}");
        assert!(body.contains("/Contents<00000000>"), "{body}");
        assert!(body.contains("/Location(a \\(b)"), "{body}");
        assert!(
            body.contains("/DocMDP") && !body.contains("/Cert"),
            "{body}"
        );
        assert_eq!(
            date(datetime!(2026-01-02 03:04:05 -3:30)),
            "D:20260102030405-03'30'"
        );
    }

    #[test]
    fn a_time_stamp_claims_nothing_itself() {
        let (body, _) = time_stamp(2);
        let body = text(&body);
        assert!(
            body.starts_with(
                "<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161/ByteRange["
            ),
            "{body}"
        );
        assert!(
            !body.contains("/M") && !body.contains("/Reference"),
            "{body}"
        );
    }

    #[test]
    fn the_range_leaves_out_the_string_and_nothing_else_at_every_width() {
        for length in [
            0,
            99_999_000,
            99_999_999,
            100_000_000,
            999_999_999,
            1_000_000_000,
            4_294_967_295,
            4_294_967_296,
            9_999_999_999,
            10_000_000_000,
            u64::MAX / 2,
        ] {
            let (mut body, hole) = signature(&said(), &[], 30);
            body.splice(0..0, *b"1 0 obj ");
            body.extend_from_slice(b" endobj");
            let hole = hole.after(8);
            let before = body.clone();
            let [first, open, close, rest] = hole.patch(&mut body, length);
            assert_eq!(first, 0);
            let (from, to) = (
                usize::try_from(open - length).expect("within the update"),
                usize::try_from(close - length).expect("within the update"),
            );
            assert_eq!(body[from], b'<');
            assert_eq!(body[to - 1], b'>');
            assert_eq!(to - from, 62);
            assert_eq!(close + rest, length + body.len() as u64);
            assert_eq!(before.len(), body.len(), "patched in place");
            let shown = text(&body);
            let start = shown.find("/ByteRange[").expect("a range") + 11;
            let inside = &shown[start..start + RANGE];
            assert_eq!(shown.as_bytes()[start + RANGE], b']');
            let numbers: Vec<u64> = inside
                .split_whitespace()
                .map(|number| number.parse().expect("a number"))
                .collect();
            assert_eq!(numbers, [0, open, close, rest]);
        }
    }

    #[test]
    fn the_message_is_followed_by_zeros() {
        let (mut body, hole) = time_stamp(4);
        hole.fill(&mut body, &[0x30, 0x01, 0xAF]);
        assert!(text(&body).contains("/Contents<3001AF00>"));
    }
}
