//! The reader and writer of DER and BER, at their limits and one beyond.

use asn1::{
    Element, Fraction, MAX_DEPTH, MAX_INDEFINITE, MAX_INTEGER, ReadAsn1, Reader, Tag, inspect_der,
    write,
};
use time::macros::utc_datetime;

fn element(octets: &[u8]) -> Element<'_> {
    let mut reader = Reader::der(octets);
    let element = reader.element().expect("an element");
    reader.end().expect("nothing more");
    element
}

#[test]
fn integers_are_minimal_and_bounded() {
    assert_eq!(element(&write::unsigned(0)).unsigned(), Ok(0));
    assert_eq!(element(&write::unsigned(u64::MAX)).unsigned(), Ok(u64::MAX));
    assert_eq!(write::unsigned(128), [2, 2, 0, 128]);
    assert_eq!(write::unsigned_octets(&[0, 0, 5]), [2, 1, 5]);
    for bad in [&[2, 0][..], &[2, 2, 0, 1], &[2, 2, 0xff, 0x80]] {
        assert_eq!(
            element(bad).integer(),
            Err(ReadAsn1::Integer { at: 0 }),
            "{bad:02x?}"
        );
    }
    assert_eq!(
        element(&[2, 1, 0xff]).unsigned(),
        Err(ReadAsn1::IntegerRange { at: 0 })
    );
    assert_eq!(
        element(&[2, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0]).unsigned(),
        Err(ReadAsn1::IntegerRange { at: 0 })
    );
    assert!(
        element(&write::integer(&[1; MAX_INTEGER]))
            .integer()
            .is_ok()
    );
    assert_eq!(
        element(&write::integer(&[1; MAX_INTEGER + 1])).integer(),
        Err(ReadAsn1::IntegerRange { at: 0 })
    );
}

#[test]
fn lengths_take_one_form_in_der() {
    for (octets, error) in [
        (&[4, 0x81, 1, 0][..], ReadAsn1::LengthNotMinimal { at: 0 }),
        (&[4, 0x82, 0, 200], ReadAsn1::LengthNotMinimal { at: 0 }),
        (
            &[4, 0x85, 0, 0, 0, 0, 1, 0],
            ReadAsn1::LengthTooLong { at: 0 },
        ),
        (&[0x30, 0x80, 0, 0], ReadAsn1::IndefiniteLength { at: 0 }),
        (&[4, 0xff, 0], ReadAsn1::LengthTooLong { at: 0 }),
        (
            &[4, 0x84, 0xff, 0xff, 0xff, 0xff],
            ReadAsn1::Truncated { at: 0 },
        ),
        (&[4, 2, 0], ReadAsn1::Truncated { at: 0 }),
        (&[4], ReadAsn1::Truncated { at: 0 }),
        (&[0x1f, 0x81, 1, 0], ReadAsn1::HighTagNumber { at: 0 }),
    ] {
        assert_eq!(
            Reader::der(octets).element().map(|e| e.raw().len()),
            Err(error),
            "{octets:02x?}"
        );
    }
    // T-I6: four octets of length and no more, minimal or not.
    let four = Reader::ber(&[4, 0x84, 0, 0, 0, 1, 7]).element();
    assert_eq!(four.map(|found| found.content().len()), Ok(1));
    let five = Reader::ber(&[4, 0x85, 0, 0, 0, 0, 1, 7]).element();
    assert_eq!(
        five.map(|found| found.content().len()),
        Err(ReadAsn1::LengthTooLong { at: 0 })
    );
    for length in [0, 1, 127, 128, 255, 256, 65_535, 65_536] {
        let octets = write::octet_string(&vec![7; length]);
        assert_eq!(element(&octets).content().len(), length);
        assert_eq!(write::header_length(length) + length, octets.len());
    }
}

#[test]
fn bit_strings_have_clear_unused_bits() {
    assert_eq!(element(&[3, 2, 4, 0xf0]).bit_string(), Ok((4, &[0xf0][..])));
    assert_eq!(element(&[3, 1, 0]).bits(), Ok(&[][..]));
    for bad in [
        &[3, 0][..],
        &[3, 1, 1],
        &[3, 2, 8, 0],
        &[3, 2, 9, 0],
        &[3, 2, 4, 0xf8],
    ] {
        assert_eq!(
            element(bad).bit_string(),
            Err(ReadAsn1::BitString { at: 0 }),
            "{bad:02x?}"
        );
    }
    assert_eq!(
        element(&[3, 2, 4, 0xf0]).bits(),
        Err(ReadAsn1::BitString { at: 0 })
    );
    // keyCertSign and cRLSign are bits 5 and 6; decipherOnly is bit 8.
    assert_eq!(write::named_bits(0b110_0000), [3, 2, 1, 0b0000_0110]);
    assert_eq!(write::named_bits(1 << 8), [3, 3, 7, 0, 0x80]);
    assert_eq!(write::named_bits(1), [3, 2, 7, 0x80]);
    assert_eq!(write::named_bits(0), [3, 1, 0]);
}

#[test]
fn a_time_has_the_form_of_its_year() {
    let old = utc_datetime!(2049-12-31 23:59:59);
    let new = utc_datetime!(2050-01-01 0:00);
    assert_eq!(element(&write::time(old)).tag(), Tag::UTC_TIME);
    assert_eq!(element(&write::time(new)).tag(), Tag::GENERALIZED_TIME);
    assert_eq!(element(&write::time(old)).time(), Ok(old));
    assert_eq!(element(&write::time(new)).time(), Ok(new));
    assert_eq!(
        element(&write::generalized_time(old)).time(),
        Err(ReadAsn1::Time { at: 0 })
    );
    let fine = utc_datetime!(2026-11-22 4:00:00.5);
    let octets = write::generalized_time(fine);
    assert_eq!(
        element(&octets).generalized_time(Fraction::Allowed),
        Ok(fine)
    );
    assert_eq!(
        element(&octets).generalized_time(Fraction::Refused),
        Err(ReadAsn1::Time { at: 0 })
    );
}

#[test]
fn sets_are_sorted_when_written_and_when_inspected() {
    let set = write::set_of([write::unsigned(300), write::unsigned(7), write::null()]);
    assert_eq!(set, [0x31, 9, 2, 1, 7, 2, 2, 1, 0x2c, 5, 0]);
    assert_eq!(inspect_der(&set), Ok(()));
    assert_eq!(
        inspect_der(&[0x31, 6, 2, 1, 7, 2, 1, 6]),
        Err(ReadAsn1::SetOrder { at: 5 })
    );
    assert_eq!(
        inspect_der(&[0x24, 3, 4, 1, 0]),
        Err(ReadAsn1::ConstructedString { at: 0 })
    );
    assert_eq!(
        inspect_der(&[0x30, 3, 1, 1, 1]),
        Err(ReadAsn1::Boolean { at: 2 })
    );
}

fn nested(depth: usize) -> Vec<u8> {
    (0..depth).fold(Vec::new(), |inner, _| write::sequence([inner]))
}

#[test]
fn depth_is_bounded() {
    let deepest = usize::from(MAX_DEPTH);
    assert_eq!(inspect_der(&nested(deepest)), Ok(()));
    assert!(matches!(
        inspect_der(&nested(deepest + 1)),
        Err(ReadAsn1::TooDeep { .. })
    ));
}

fn indefinite(depth: usize) -> Vec<u8> {
    let mut octets = [0x30, 0x80].repeat(depth);
    octets.extend([0, 0].repeat(depth));
    octets
}

#[test]
fn indefinite_lengths_are_bounded_and_only_for_ber() {
    let deepest = usize::from(MAX_INDEFINITE);
    let octets = indefinite(deepest);
    let mut reader = Reader::ber(&octets);
    let outer = reader.element().expect("sixteen levels");
    assert!(outer.is_indefinite());
    assert_eq!(outer.raw().len(), octets.len());
    assert_eq!(outer.content().len(), octets.len() - 4);
    assert!(reader.is_empty());
    assert!(matches!(
        Reader::ber(&indefinite(deepest + 1)).element(),
        Err(ReadAsn1::TooDeep { .. })
    ));
    assert!(matches!(
        Reader::ber(&octets[..octets.len() - 1]).element(),
        Err(ReadAsn1::Truncated { .. })
    ));
    assert!(matches!(
        Reader::ber(&[4, 0x80, 0, 0]).element(),
        Err(ReadAsn1::IndefiniteLength { .. })
    ));
}

#[test]
fn strings_in_pieces_are_put_together_in_ber() {
    let octets = [
        0x24, 0x80, 4, 2, b'a', b'b', 0x24, 3, 4, 1, b'c', 4, 0, 0, 0,
    ];
    assert_eq!(
        Reader::ber(&octets).octet_string().expect("three pieces"),
        &b"abc"[..]
    );
    assert!(Reader::der(&octets).octet_string().is_err());
    assert!(matches!(
        Reader::ber(&[0x24, 3, 2, 1, 0]).octet_string(),
        Err(ReadAsn1::Unexpected { at: 2, .. })
    ));
    let deep = (0..40).fold(write::octet_string(b"x"), |inner, _| {
        write::element(Tag(0x24), &inner)
    });
    assert!(matches!(
        Reader::ber(&deep).octet_string(),
        Err(ReadAsn1::TooDeep { .. })
    ));
}

#[test]
fn what_is_left_over_is_an_error() {
    assert_eq!(
        Reader::single(&[5, 0, 0], Tag::NULL).map(|e| e.at()),
        Err(ReadAsn1::Trailing { at: 2, octets: 1 })
    );
    assert_eq!(
        Reader::single(&[5, 0], Tag::OID).map(|e| e.at()),
        Err(ReadAsn1::Unexpected {
            at: 0,
            expected: Tag::OID,
            found: Tag::NULL
        })
    );
    assert_eq!(
        Reader::single(&[], Tag::OID).map(|e| e.at()),
        Err(ReadAsn1::Absent {
            at: 0,
            expected: Tag::OID
        })
    );
}
