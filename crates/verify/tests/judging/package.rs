//! Packages taken apart and put together again, with whatever is wrong.

use std::io::Cursor;

use asn1::{Reader, write};

use crate::ofd::sample;

/// A package as its entries, in order, and what is wrong with how it is put together.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) entries: Vec<(String, Vec<u8>)>,
    /// Names in local headers that differ from those of the directory.
    pub(crate) local: Vec<(String, String)>,
    /// Flags of every entry.
    pub(crate) flags: u16,
    /// Compression method of every entry.
    pub(crate) method: u16,
    /// What the checksums are off by.
    pub(crate) off: u32,
    pub(crate) before: Vec<u8>,
    pub(crate) behind: Vec<u8>,
    pub(crate) comment: Vec<u8>,
}

pub(crate) const SIGNATURE: &str = "Doc_0/Signs/Sign_0/Signature.xml";
pub(crate) const VALUE: &str = "Doc_0/Signs/Sign_0/SignedValue.dat";
pub(crate) const SEAL: &str = "Doc_0/Signs/Sign_0/Seal.esl";
pub(crate) const LIST: &str = "Doc_0/Signs/Signatures.xml";
pub(crate) const PAGE: &str = "Doc_0/Pages/Page_0/Content.xml";

impl Parts {
    pub(crate) fn of(name: &str) -> Parts {
        Parts::read(&sample(name))
    }

    pub(crate) fn read(octets: &[u8]) -> Parts {
        let mut package = ofd::Package::open(Cursor::new(octets)).expect("a package");
        let entries = package.entries().iter();
        let names: Vec<String> = entries.map(|entry| entry.name().to_owned()).collect();
        let files = names.into_iter().filter(|name| !name.ends_with('/'));
        let entries = files.map(|name| {
            let read = package.read(&name, 1 << 24).expect("an entry");
            (name, read.expect("its octets"))
        });
        Parts {
            entries: entries.collect(),
            local: Vec::new(),
            flags: 0,
            method: 0,
            off: 0,
            before: Vec::new(),
            behind: Vec::new(),
            comment: Vec::new(),
        }
    }

    pub(crate) fn entry(&mut self, name: &str) -> &mut Vec<u8> {
        let found = self.entries.iter_mut().find(|(own, _)| own == name);
        &mut found.expect("an entry of this name").1
    }

    pub(crate) fn add(&mut self, name: &str, octets: &[u8]) {
        self.entries.push((name.to_owned(), octets.to_vec()));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        let before = self.entries.len();
        self.entries.retain(|(own, _)| own != name);
        assert_eq!(self.entries.len() + 1, before, "{name}");
    }

    /// Text in the place of other text, which has to be there.
    pub(crate) fn text(&mut self, name: &str, from: &str, to: &str) {
        let entry = self.entry(name);
        let text = std::str::from_utf8(entry).expect("text");
        assert!(text.contains(from), "{name} has no {from}");
        *entry = text.replacen(from, to, 1).into_bytes();
    }

    /// The part of the signature value at `path` in the place of another.
    pub(crate) fn value(&mut self, path: &[usize], part: &[u8]) {
        let entry = self.entry(VALUE);
        *entry = put(entry, path, part);
    }

    /// The package: everything stored, headers as they have to be but for what is wrong.
    pub(crate) fn octets(&self) -> Vec<u8> {
        let mut out = self.before.clone();
        let mut directory = Vec::new();
        for (name, octets) in &self.entries {
            let at = u32::try_from(out.len() - self.before.len()).expect("small");
            let other = self.local.iter().find(|(own, _)| own == name);
            let local = other.map_or(name, |(_, other)| other);
            out.extend(b"PK\x03\x04");
            out.extend(self.header(octets, local));
            out.extend([0, 0]);
            out.extend(local.as_bytes());
            out.extend(octets);
            directory.extend(b"PK\x01\x02\x14\0");
            directory.extend(self.header(octets, name));
            directory.extend([0; 12]);
            directory.extend(at.to_le_bytes());
            directory.extend(name.as_bytes());
        }
        let at = u32::try_from(out.len() - self.before.len()).expect("small");
        let count = u16::try_from(self.entries.len()).expect("few");
        let length = u32::try_from(directory.len()).expect("small");
        out.extend(directory);
        out.extend(b"PK\x05\x06\0\0\0\0");
        out.extend(count.to_le_bytes());
        out.extend(count.to_le_bytes());
        out.extend(length.to_le_bytes());
        out.extend(at.to_le_bytes());
        let comment = u16::try_from(self.comment.len()).expect("short");
        out.extend(comment.to_le_bytes());
        out.extend(&self.comment);
        out.extend(&self.behind);
        out
    }

    fn header(&self, octets: &[u8], name: &str) -> Vec<u8> {
        let size = u32::try_from(octets.len()).expect("small").to_le_bytes();
        let length = u16::try_from(name.len()).expect("short").to_le_bytes();
        let checksum = crc32(octets).wrapping_add(self.off).to_le_bytes();
        // Names in UTF-8; no date.
        let flags = (self.flags | 0x800).to_le_bytes();
        let fixed = [
            &[20, 0][..],
            &flags,
            &self.method.to_le_bytes(),
            &[0, 0, 0x21, 0],
        ];
        [
            fixed.concat(),
            [checksum, size, size].concat(),
            length.to_vec(),
        ]
        .concat()
    }
}

pub(crate) fn crc32(octets: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for octet in octets {
        sum ^= u32::from(*octet);
        for _ in 0..8 {
            sum = (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg());
        }
    }
    !sum
}

/// The encoding with the element at `path` (places from 0) replaced; an empty part removes it.
pub(crate) fn put(der: &[u8], path: &[usize], part: &[u8]) -> Vec<u8> {
    let Some((place, deeper)) = path.split_first() else {
        return part.to_vec();
    };
    let outer = Reader::der(der).element().expect("an element");
    let mut inside = outer.reader().expect("a constructed one");
    let mut parts = Vec::new();
    while !inside.is_empty() {
        let own = inside.element().expect("a part").raw();
        parts.push(if parts.len() == *place {
            put(own, deeper, part)
        } else {
            own.to_vec()
        });
    }
    assert!(*place < parts.len(), "no part {place}");
    write::element(outer.tag(), &parts.concat())
}
