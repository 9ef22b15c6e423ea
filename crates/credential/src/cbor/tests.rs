//! The reader against hostile files, and the writer against a second author.

use std::path::Path;

use proptest::prelude::*;

use super::*;

fn fixtures() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/malformed/cbor")
}

#[test]
fn every_malformed_file_is_refused_in_both_manners() {
    let mut seen = 0;
    for entry in std::fs::read_dir(fixtures()).expect("the fixtures are there") {
        let path = entry.expect("readable").path();
        let name = path
            .file_name()
            .expect("a file")
            .to_string_lossy()
            .into_owned();
        // The COSE files are well-formed CBOR; `cose` refuses them. A closed indefinite array is what
        // the loose manner is for.
        if !name.ends_with(".cbor") || name.starts_with("cose-") {
            continue;
        }
        seen += 1;
        let octets = std::fs::read(&path).expect("readable");
        assert!(parse(&octets, Manner::Deterministic).is_err(), "{name}");
        assert_eq!(
            parse(&octets, Manner::Loose).is_ok(),
            name == "indefinite-closed.cbor",
            "{name}"
        );
    }
    assert!(seen >= 37, "{seen} files");
}

#[test]
fn each_fault_has_its_name() {
    use ReadCbor::*;
    for (octets, fault) in [
        (&[][..], Short { at: 0 }),
        (&[0x19, 0x01], Short { at: 1 }),
        (&[0x00, 0x00], Trailing { at: 1 }),
        (&[0x1c], Malformed { at: 0 }),
        (&[0xff], Malformed { at: 0 }),
        (&[0xf8, 0x01], Malformed { at: 0 }),
        (&[0x18, 0x00], NotShortest { at: 0 }),
        (&[0x19, 0x00, 0xff], NotShortest { at: 0 }),
        (&[0x9f, 0xff], Indefinite { at: 0 }),
        (&[0xa2, 0x01, 0x00, 0x01, 0x00], DuplicateKey { at: 3 }),
        (&[0xa2, 0x02, 0x00, 0x01, 0x00], KeyOrder { at: 3 }),
        (&[0x62, 0xff, 0xff], Text { at: 0 }),
        (&[0xd8, 0x18, 0x41, 0x00], Tag { tag: 24, at: 0 }),
        (&[0xc2, 0x40], Tag { tag: 2, at: 0 }),
        (&[0xd1, 0x80], Tag { tag: 17, at: 0 }),
        (&[0xfb, 0, 0, 0, 0, 0, 0, 0, 0], Simple { at: 0 }),
        (&[0xf7], Simple { at: 0 }),
    ] {
        assert_eq!(parse(octets, Manner::Deterministic), Err(fault));
    }
}

#[test]
fn depth_and_number_stop_one_beyond_the_limit() {
    let nested = |depth: usize| {
        let mut octets = vec![0x81; depth];
        octets.push(0);
        octets
    };
    assert!(parse(&nested(MAX_DEPTH), Manner::Deterministic).is_ok());
    assert_eq!(
        parse(&nested(MAX_DEPTH + 1), Manner::Deterministic),
        Err(ReadCbor::TooDeep { at: MAX_DEPTH + 1 })
    );
    let row = |count: u16| {
        let mut octets = vec![0x99];
        octets.extend(count.to_be_bytes());
        octets.resize(3 + usize::from(count), 0);
        octets
    };
    assert!(parse(&row(16_383), Manner::Deterministic).is_ok());
    assert!(matches!(
        parse(&row(16_384), Manner::Deterministic),
        Err(ReadCbor::TooMany { .. })
    ));
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(Value::integer),
        any::<u64>().prop_map(Value::integer),
        proptest::collection::vec(any::<u8>(), 0..40).prop_map(Value::Bytes),
        ".{0,12}".prop_map(Value::Text),
        any::<bool>().prop_map(Value::Bool),
        Just(Value::Null),
    ];
    leaf.prop_recursive(4, 40, 6, |inside| {
        prop_oneof![
            proptest::collection::vec(inside.clone(), 0..6).prop_map(Value::Array),
            proptest::collection::btree_map(any::<i32>(), inside, 0..6).prop_map(|pairs| {
                Value::Map(
                    pairs
                        .into_iter()
                        .map(|(key, value)| (Value::integer(key), value))
                        .collect(),
                )
            }),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_and_a_second_reader_agrees(value in value()) {
        let octets = encode(&value);
        let read = parse(&octets, Manner::Deterministic);
        prop_assert_eq!(read.map(|read| encode(&read)), Ok(octets.clone()));
        let other: ciborium::Value = ciborium::from_reader(&octets[..]).expect("well-formed");
        let mut again = Vec::new();
        ciborium::into_writer(&other, &mut again).expect("writes to memory");
        prop_assert_eq!(again, octets);
    }

    #[test]
    fn no_octets_make_the_reader_fall(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = parse(&octets, Manner::Loose);
        if let Ok(read) = parse(&octets, Manner::Deterministic) {
            prop_assert_eq!(encode(&read), octets);
        }
    }
}
