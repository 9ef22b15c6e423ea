//! What a package may be, and each way in which it may not.

use std::io::Cursor;

use super::records::{CENTRAL, DESCRIPTOR, END, FOLLOWS};
use super::*;
use crate::archive::{Archive, Packed};

fn opened(octets: &[u8]) -> Result<Package<Cursor<&[u8]>>, ReadPackage> {
    Package::open(Cursor::new(octets))
}

fn refusal(octets: &[u8]) -> ReadPackage {
    opened(octets).expect_err("it is refused")
}

fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Archive::default();
    for (name, content) in entries {
        let packed = Packed::of(content.to_vec());
        archive.put(name, &packed).expect("it fits");
    }
    archive.finish().expect("it fits")
}

/// Entries that are remembered.
const KEPT: usize = 256;

const TEXT: &[u8] = b"one one one one one one one one one one one one";

/// Two entries, of which the first is compressed and the second is not.
fn two() -> Vec<u8> {
    archive(&[("OFD.xml", TEXT), ("Doc_0/a", b"x")])
}

fn named(name: &str) -> String {
    name.to_owned()
}

/// Offsets of the directory and of its second record.
fn directory(octets: &[u8]) -> (usize, usize) {
    let field = octets.len() - END + 16;
    let start = u32::from_le_bytes(octets[field..field + 4].try_into().expect("four"));
    let start = usize::try_from(start).expect("small");
    (start, start + CENTRAL + "OFD.xml".len())
}

fn set(octets: &mut [u8], at: usize, value: &[u8]) {
    octets[at..at + value.len()].copy_from_slice(value);
}

#[test]
fn what_was_written_is_read() {
    let octets = two();
    let mut package = opened(&octets).expect("ours");
    let names: Vec<&str> = package.entries().iter().map(Entry::name).collect();
    assert_eq!(names, ["OFD.xml", "Doc_0/a"]);
    assert_eq!(package.read("OFD.xml", 100), Some(Ok(TEXT.to_vec())));
    assert_eq!(package.read("Doc_0/a", 100), Some(Ok(b"x".to_vec())));
    assert_eq!(package.read("Doc_0/b", 100), None);
    let large = ReadPackage::Large {
        name: named("OFD.xml"),
    };
    assert_eq!(package.read("OFD.xml", 46), Some(Err(large)));
    assert!(package.read("OFD.xml", 47).expect("there").is_ok());
}

#[test]
fn nothing_stands_before_between_or_behind() {
    let octets = two();
    for more in [&b"\0"[..], b"PK", &[0; 100]] {
        let behind = [octets.as_slice(), more].concat();
        assert_eq!(refusal(&behind), ReadPackage::NoEnd);
    }
    for length in 0..octets.len() {
        assert!(opened(&octets[..length]).is_err(), "{length}");
    }
    // Put before, all offsets moved: what a self-extracting archive is.
    let (start, second) = directory(&octets);
    let mut before = [b"MZ".as_slice(), &octets].concat();
    let end = before.len() - END;
    let moved = |at: usize| u32::try_from(at + 2).expect("small").to_le_bytes();
    set(&mut before, end + 16, &moved(start));
    set(&mut before, start + 2 + 42, &moved(0));
    let local = u32::from_le_bytes(octets[second + 42..second + 46].try_into().expect("four"));
    set(&mut before, second + 2 + 42, &moved(local as usize));
    assert_eq!(refusal(&before), ReadPackage::Gap { at: 0 });
    // Put before the directory.
    let mut between = [&octets[..start], b"hidden", &octets[start..]].concat();
    let end = between.len() - END;
    let moved = u32::try_from(start + 6).expect("small").to_le_bytes();
    set(&mut between, end + 16, &moved);
    let gap = ReadPackage::Gap { at: start as u64 };
    assert_eq!(refusal(&between), gap);
}

#[test]
fn the_end_says_what_is_there() {
    let octets = two();
    let end = octets.len() - END;
    for (at, value, fault) in [
        (4, &[1, 0][..], ReadPackage::Disks),
        (8, &[1, 0], ReadPackage::Disks),
        (8, &[1, 0, 1, 0], ReadPackage::Directory),
        (8, &[3, 0, 3, 0], ReadPackage::Directory),
        (8, &[0, 0, 0, 0], ReadPackage::Empty),
        (8, &[0xFF; 4], ReadPackage::Zip64 { at: end as u64 }),
        (12, &[0xFF; 4], ReadPackage::Zip64 { at: end as u64 }),
        (12, &[0; 4], ReadPackage::Directory),
        (16, &[0; 4], ReadPackage::Directory),
        (20, &[1, 0], ReadPackage::Comment),
    ] {
        let mut bent = octets.clone();
        set(&mut bent, end + at, value);
        assert_eq!(refusal(&bent), fault, "{at}");
    }
}

#[test]
fn local_and_central_headers_agree() {
    let octets = two();
    let (start, _) = directory(&octets);
    let differs = ReadPackage::HeadersDiffer {
        name: named("OFD.xml"),
    };
    // Version, flags, method, checksum, both sizes, length of the name, the name.
    for at in [4, 6, 8, 14, 18, 22, 26, 30] {
        let mut bent = octets.clone();
        bent[at] ^= 64;
        assert_eq!(refusal(&bent), differs, "local {at}");
    }
    // The moment is shown by nobody.
    let mut bent = octets.clone();
    bent[10] ^= 64;
    assert!(opened(&bent).is_ok());
    for at in [16, 20, 24] {
        let mut bent = octets.clone();
        bent[start + at] ^= 1;
        assert!(opened(&bent).is_err(), "central {at}");
    }
    let mut bent = octets.clone();
    bent[28] = 1;
    assert!(opened(&bent).is_err(), "extra fields of the local header");
}

#[test]
fn what_is_not_read_has_its_own_refusal() {
    let octets = two();
    let (start, _) = directory(&octets);
    let name = || named("OFD.xml");
    for (at, value, fault) in [
        (6, &[45, 0][..], ReadPackage::Version { name: name() }),
        (8, &[1, 0], ReadPackage::Encrypted { name: name() }),
        (8, &[64, 0], ReadPackage::Encrypted { name: name() }),
        (8, &[0, 32], ReadPackage::Encrypted { name: name() }),
        (8, &[32, 0], ReadPackage::Version { name: name() }),
        (
            10,
            &[9, 0],
            ReadPackage::Method {
                name: name(),
                method: 9,
            },
        ),
        (10, &[0, 0], ReadPackage::HeadersDiffer { name: name() }),
        (20, &[0xFF; 4], ReadPackage::Zip64 { at: start as u64 }),
        (24, &[0xFF; 4], ReadPackage::Zip64 { at: start as u64 }),
        (42, &[0xFF; 4], ReadPackage::Zip64 { at: start as u64 }),
        (32, &[1, 0], ReadPackage::Comment),
        (34, &[1, 0], ReadPackage::Disks),
        (0, b"PKxx", ReadPackage::Header { at: start as u64 }),
        (24, &[0, 0, 0, 32], ReadPackage::Expanded),
    ] {
        let mut bent = octets.clone();
        set(&mut bent, start + at, value);
        assert_eq!(refusal(&bent), fault, "{at}");
    }
    let mut bent = octets.clone();
    set(&mut bent, start + 4, &[20, 3]);
    set(&mut bent, start + 38, &0xA1FF_0000_u32.to_le_bytes());
    assert_eq!(refusal(&bent), ReadPackage::Special { name: name() });
    set(&mut bent, start + 38, &0x81A4_0000_u32.to_le_bytes());
    assert!(opened(&bent).is_ok(), "a plain file of Unix");
}

#[test]
fn entries_do_not_overlap() {
    let octets = two();
    let (_, second) = directory(&octets);
    let mut bent = octets.clone();
    set(&mut bent, second + 42, &[0; 4]);
    let overlap = ReadPackage::Overlap {
        name: named("Doc_0/a"),
    };
    assert_eq!(refusal(&bent), overlap);
}

/// The archive of one entry with extra fields in both headers.
fn with_extra(extra: &[u8]) -> Vec<u8> {
    let octets = archive(&[("OFD.xml", TEXT)]);
    let (start, second) = directory(&octets);
    let length = u16::try_from(extra.len()).expect("short").to_le_bytes();
    let mut bent = octets[..LOCAL + 7].to_vec();
    bent.extend_from_slice(extra);
    bent.extend_from_slice(&octets[LOCAL + 7..start]);
    set(&mut bent, 28, &length);
    let place = bent.len();
    bent.extend_from_slice(&octets[start..second]);
    bent.extend_from_slice(extra);
    set(&mut bent, place + 30, &length);
    bent.extend_from_slice(&octets[second..]);
    let end = bent.len() - END;
    let fields = [place + 7 - 7, CENTRAL + 7 + extra.len()];
    let [place, size] = fields.map(|field| u32::try_from(field).expect("small").to_le_bytes());
    set(&mut bent, end + 12, &size);
    set(&mut bent, end + 16, &place);
    bent
}

#[test]
fn extra_fields_change_no_name_and_no_size() {
    assert!(
        opened(&with_extra(&[0x55, 0x54, 1, 0, 9])).is_ok(),
        "a moment"
    );
    let refused = ReadPackage::Extra {
        name: named("OFD.xml"),
    };
    for extra in [
        &[1, 0, 0, 0][..],
        &[0x75, 0x70, 0, 0],
        &[0x01, 0x99, 0, 0],
        &[0x17, 0, 0, 0],
        &[0x55, 0x54, 9, 0, 9],
        &[0x55],
    ] {
        assert_eq!(refusal(&with_extra(extra)), refused, "{extra:?}");
    }
    let longest = [&[9, 9, 0xFC, 3][..], &[0; 1020]].concat();
    assert!(opened(&with_extra(&longest)).is_ok());
    let longer = [&[9, 9, 0xFD, 3][..], &[0; 1021]].concat();
    assert_eq!(refusal(&with_extra(&longer)), refused);
}

/// The archive of one entry as Java streams it: sizes behind the data.
fn streamed() -> Vec<u8> {
    let octets = archive(&[("OFD.xml", TEXT)]);
    let (start, _) = directory(&octets);
    let mut bent = octets[..start].to_vec();
    let sizes = bent[14..26].to_vec();
    set(&mut bent, 14, &[0; 12]);
    bent.extend_from_slice(b"PK\x07\x08");
    bent.extend_from_slice(&sizes);
    bent.extend_from_slice(&octets[start..]);
    let flags = FOLLOWS.to_le_bytes();
    set(&mut bent, 6, &flags);
    set(&mut bent, start + DESCRIPTOR + 8, &flags);
    let end = bent.len() - END;
    let moved = u32::try_from(start + DESCRIPTOR)
        .expect("small")
        .to_le_bytes();
    set(&mut bent, end + 16, &moved);
    bent
}

#[test]
fn sizes_behind_the_data_are_those_of_the_directory() {
    let octets = streamed();
    let mut package = opened(&octets).expect("as Java writes");
    assert_eq!(package.read("OFD.xml", 100), Some(Ok(TEXT.to_vec())));
    let (start, _) = directory(&octets);
    for at in start - DESCRIPTOR..start {
        let mut bent = octets.clone();
        bent[at] ^= 1;
        let differs = ReadPackage::HeadersDiffer {
            name: named("OFD.xml"),
        };
        assert_eq!(refusal(&bent), differs, "{at}");
    }
    let mut bent = octets.clone();
    bent[14] = 1;
    assert!(opened(&bent).is_err(), "half a size before the data");
}

#[test]
fn names_are_plain_and_lead_nowhere_else() {
    for name in [
        "/a", "../a", "a/../b", "a/./b", "./a", "a//b", "a\\b", "C:/a", "a\u{0}b", "..", ".", "a\n",
    ] {
        let path = ReadPackage::Path { name: named(name) };
        assert_eq!(refusal(&archive(&[(name, b"x")])), path, "{name:?}");
    }
    assert!(opened(&archive(&[("甲/乙.xml", b"x")])).is_ok());
    // The same octets without the flag are of a code page that nobody names.
    let mut bent = archive(&[("甲", b"x")]);
    set(&mut bent, 6, &[0, 0]);
    let place = bent.len() - END - CENTRAL - "甲".len();
    set(&mut bent, place + 8, &[0, 0]);
    assert_eq!(refusal(&bent), ReadPackage::Name { at: place as u64 });
    let longest = "n".repeat(MAX_NAME);
    assert!(opened(&archive(&[(&longest, b"x")])).is_ok());
    let longer = "n".repeat(MAX_NAME + 1);
    let refused = refusal(&archive(&[(&longer, b"x")]));
    assert!(matches!(refused, ReadPackage::Name { .. }));
}

#[test]
fn each_name_stands_for_one_entry_to_every_reader() {
    for (first, second) in [
        ("a", "a"),
        ("Doc_0/A.xml", "doc_0/a.XML"),
        ("\u{E9}", "e\u{301}"),
        ("ß", "SS"),
        ("ſ", "s"),
        ("Σ", "ς"),
    ] {
        let name = named(second);
        let octets = archive(&[(first, b"x"), (second, b"y")]);
        assert_eq!(
            refusal(&octets),
            ReadPackage::Duplicate { name },
            "{second}"
        );
    }
    for (first, second) in [("a", "A/b"), ("a/b", "a")] {
        let octets = archive(&[(first, b"x"), (second, b"y")]);
        let refused = refusal(&octets);
        assert!(
            matches!(refused, ReadPackage::FileAndFolder { .. }),
            "{first}"
        );
    }
    let octets = archive(&[("Doc_0/", b""), ("Doc_0/a", b"y")]);
    let package = opened(&octets).expect("a folder and what is in it");
    assert_eq!(package.entries().len(), 1);
    let refused = refusal(&archive(&[("Doc_0/", b"x"), ("Doc_0/a", b"y")]));
    let name = named("Doc_0/");
    assert_eq!(refused, ReadPackage::Folder { name });
    assert_eq!(refusal(&archive(&[("Doc_0/", b"")])), ReadPackage::Empty);
}

#[test]
fn ten_thousand_entries_are_read_and_no_more() {
    let names: Vec<String> = (0..=MAX_ENTRIES).map(|number| number.to_string()).collect();
    let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert!(opened(&archive(&entries[1..])).is_ok());
    assert_eq!(refusal(&archive(&entries)), ReadPackage::TooManyEntries);
}

/// An entry of so many zeros, packed so hard that the ratio is beyond what our own writer makes.
fn zeros(count: usize) -> (Vec<u8>, usize) {
    use std::io::Write;
    let content = vec![0; count];
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&content).expect("a vector");
    let packed = encoder.finish().expect("a vector");
    let mut octets = archive(&[("zeros", packed.as_slice())]);
    let start = octets.len() - END - CENTRAL - "zeros".len();
    let mut checksum = flate2::Crc::new();
    checksum.update(&content);
    let size = u32::try_from(count).expect("small").to_le_bytes();
    // Said to be deflated: method, checksum and size of both headers.
    for (place, by) in [(0, 0), (start, 2)] {
        set(&mut octets, place + 8 + by, &[8, 0]);
        set(&mut octets, place + 14 + by, &checksum.sum().to_le_bytes());
        set(&mut octets, place + 22 + by, &size);
    }
    (octets, packed.len())
}

#[test]
fn one_octet_becomes_two_hundred_and_no_more() {
    let (mut within, mut beyond) = (None, None);
    for count in 1_000..20_000 {
        let (_, packed) = zeros(count);
        if count == packed * 200 {
            within = Some(count);
        } else if count == packed * 200 + 1 {
            beyond = Some(count);
        }
        if within.is_some() && beyond.is_some() {
            break;
        }
    }
    let (within, _) = zeros(within.expect("a length of this ratio"));
    let mut package = opened(&within).expect("honest headers");
    assert!(package.read("zeros", u64::MAX).expect("there").is_ok());
    let (beyond, _) = zeros(beyond.expect("a length of this ratio"));
    let mut package = opened(&beyond).expect("honest headers");
    let ratio = ReadPackage::Ratio {
        name: named("zeros"),
    };
    assert_eq!(package.read("zeros", u64::MAX), Some(Err(ratio)));
}

#[test]
fn the_limit_of_all_content_counts_what_comes_out() {
    let octets = archive(&[("OFD.xml", TEXT)]);
    let mut package = opened(&octets).expect("ours");
    package.inflated = Inflated::after(MAX_EXPANDED - TEXT.len() as u64);
    assert!(package.read("OFD.xml", 100).expect("there").is_ok());
    package.inflated = Inflated::after(MAX_EXPANDED - TEXT.len() as u64 + 1);
    let expanded = Some(Err(ReadPackage::Expanded));
    assert_eq!(package.read("OFD.xml", 100), expanded);
}

#[test]
fn what_is_known_counts_as_if_it_came_out() {
    let content: Vec<u8> = (0..2_048_u16).flat_map(u16::to_be_bytes).collect();
    let octets = archive(&[("OFD.xml", TEXT), ("a", &content)]);
    let mut package = opened(&octets).expect("ours");
    assert_eq!(package.known_by("OFD.xml"), Ok(None), "too small");
    let known = package.known_by("a").expect("it is read");
    let known = known.expect("of 4 KiB");
    package.inflated = Inflated::after(MAX_EXPANDED - known.size);
    assert_eq!(package.count(&known), Ok(()));
    package.inflated = Inflated::after(MAX_EXPANDED - known.size + 1);
    assert_eq!(package.count(&known), Err(ReadPackage::Expanded));
}

/// Octets that do not get smaller.
fn incompressible(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut octet = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..length).map(|_| octet()).collect()
}

#[test]
fn entries_of_a_large_package_are_known_where_they_are_met_again() {
    let large = incompressible(4 * 1024 * 1024);
    let small = vec![0xA5; 4 * 1024];
    let octets = archive(&[("large", &large), ("small", &small)]);
    let mut package = opened(&octets).expect("ours");
    assert_eq!(package.known_by("small"), Ok(None));
    let mut package = opened(&octets).expect("ours").met_again(KEPT);
    assert!(package.known_by("small").expect("it is read").is_some());
    // It does not get smaller: more than is read at once.
    assert_eq!(package.known_by("large"), Ok(None));
}

#[test]
fn a_package_of_more_entries_than_are_kept_is_not_looked_up() {
    let names: Vec<String> = (0..2 * KEPT).map(|number| format!("e{number}")).collect();
    let of = |many: usize| {
        let content = |number: usize| {
            if number < many {
                [0xA5; 4096].as_slice()
            } else {
                b"x"
            }
        };
        let large = incompressible(5 * 1024 * 1024);
        let entries = names.iter().enumerate();
        let entries = entries.map(|(number, name)| (name.as_str(), content(number)));
        let all: Vec<_> = entries.chain([("large", large.as_slice())]).collect();
        let octets = archive(&all);
        let mut package = opened(&octets).expect("ours").met_again(KEPT);
        package.known_by("e0").expect("it is read").is_some()
    };
    // What is large, and what is small, counts for nothing.
    assert!(of(KEPT) && !of(KEPT + 1));
}

#[test]
fn content_is_what_its_header_says() {
    let octets = archive(&[("OFD.xml", TEXT)]);
    let (start, _) = directory(&octets);
    let data = LOCAL + "OFD.xml".len();
    for at in data..start {
        let mut bent = octets.clone();
        bent[at] ^= 4;
        let read = opened(&bent).expect("headers").read("OFD.xml", 100);
        // What lies behind the last bit of the stream says nothing.
        let read = read.expect("there").unwrap_or_else(|_| TEXT.to_vec());
        assert_eq!(read, TEXT, "{at}");
    }
    // A length that is one too small, one too great; data with something behind their end.
    for by in [1_u32.wrapping_neg(), 1] {
        let mut bent = octets.clone();
        let size = u32::try_from(TEXT.len()).expect("small").wrapping_add(by);
        set(&mut bent, 22, &size.to_le_bytes());
        set(&mut bent, start + 24, &size.to_le_bytes());
        let read = opened(&bent).expect("headers").read("OFD.xml", 100);
        let broken = ReadPackage::Data {
            name: named("OFD.xml"),
        };
        assert_eq!(read, Some(Err(broken)));
    }
    let mut bent = [&octets[..start], b"!", &octets[start..]].concat();
    let packed = u32::try_from(start - data + 1)
        .expect("small")
        .to_le_bytes();
    set(&mut bent, 18, &packed);
    set(&mut bent, start + 1 + 20, &packed);
    let end = bent.len() - END;
    let moved = u32::try_from(start + 1).expect("small").to_le_bytes();
    set(&mut bent, end + 16, &moved);
    let read = opened(&bent).expect("headers").read("OFD.xml", 100);
    let broken = ReadPackage::Data {
        name: named("OFD.xml"),
    };
    assert_eq!(read, Some(Err(broken)));
    let mut bent = octets.clone();
    for place in [14, start + 16] {
        bent[place] ^= 1;
    }
    let read = opened(&bent).expect("headers").read("OFD.xml", 100);
    let other = ReadPackage::Checksum {
        name: named("OFD.xml"),
    };
    assert_eq!(read, Some(Err(other)));
}
