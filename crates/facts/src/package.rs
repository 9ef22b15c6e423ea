//! The evidence of a case as one file that is judged without the service: a plain tar archive (POSIX ustar) of a manifest,
//! documents, signatures, and entries of the trace with their proofs.
//!
//! # Shape
//! `case.json` first: `form`, `case`, `made`, `files` (each `name`, `sha256`); then the files in its order. `status/N.statuslist` are the
//! status lists of its licences on the day on which it was made (R26). `trace/N.entry` are the octets of an entry, `trace/N.receipt` its place in the trace's log (C2SP tlog-proof).

use serde::{Deserialize, Serialize};
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;

use crate::material::Material;
use crate::told::hex;

/// Files of a package, at most.
pub(crate) const MAX_ENTRIES: usize = 4_096;
/// Octets of a file's name, at most.
const MAX_NAME: usize = 99;
const BLOCK: usize = 512;
/// The manifest's name: always the first file.
pub(crate) const MANIFEST: &str = "case.json";
/// What the manifest says of its own form.
const FORM: &str = "yinxin-case-evidence-1";

/// The manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// What the manifest says of its own form.
    pub form: String,
    /// The number of the case.
    pub case: String,
    /// When it was made, RFC 3339.
    pub made: String,
    /// Its files, but itself.
    pub files: Vec<Listed>,
}

/// A file of the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// SHA-256 of its octets, hex.
    pub sha256: String,
}

/// A package as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// The manifest.
    pub manifest: Manifest,
    /// All files but the manifest, in their order.
    pub files: Vec<(String, Vec<u8>)>,
}

/// Why a package cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ReadPackage {
    /// A header that is no plain file of this form, or whose sum differs.
    #[error("header {0} is not that of a plain file")]
    Header(usize),
    /// It ends before a file does, or without its two empty blocks.
    #[error("the archive is cut off")]
    Cut,
    /// Something follows its end.
    #[error("something follows the end of the archive")]
    Trailing,
    /// More files than are taken.
    #[error("more than {MAX_ENTRIES} files")]
    TooMany,
    /// Two files of one name.
    #[error("two files have one name")]
    Repeated,
    /// The first file is no manifest.
    #[error("the first file is no manifest")]
    Manifest,
}

/// Where a package keeps its status lists.
const STATUS: &str = "status/";

impl Package {
    /// What a document of the package was judged with when it was made: the status lists that it carries, and that
    /// moment; `at` where the manifest names none, or a later one.
    #[must_use]
    pub fn then(&self, material: &Material, at: UtcDateTime) -> (Material, UtcDateTime) {
        let mut then = material.clone();
        for (name, octets) in &self.files {
            if name.starts_with(STATUS) {
                then.add(name, octets);
            }
        }
        let made = UtcDateTime::parse(&self.manifest.made, &Rfc3339).ok();
        (then, made.filter(|made| *made <= at).unwrap_or(at))
    }
}

impl Package {
    /// What its documents are judged with now: the revocation lists that it carries for those that carry none of their own,
    /// beside what is at hand.
    #[must_use]
    pub fn now(&self, material: &Material) -> Material {
        let mut now = material.clone();
        let lists = self.files.iter();
        for (name, octets) in lists.filter(|(name, _)| name.ends_with(".crl")) {
            now.add(name, octets);
        }
        now
    }
}

/// Writes a package: the manifest is made of these files. `None` for a name that is not plain, or too much.
pub(crate) fn package(case: &str, made: &str, files: &[(String, Vec<u8>)]) -> Option<Vec<u8>> {
    if files.len() >= MAX_ENTRIES {
        return None;
    }
    let listed = files.iter().map(|(name, octets)| Listed {
        name: name.clone(),
        sha256: hex(&crypto::sha256(octets)),
    });
    let manifest = Manifest {
        form: FORM.to_owned(),
        case: case.to_owned(),
        made: made.to_owned(),
        files: listed.collect(),
    };
    let manifest = serde_json::to_vec_pretty(&manifest).ok()?;
    let mut out = Vec::new();
    put(&mut out, MANIFEST, &manifest)?;
    for (name, octets) in files {
        put(&mut out, name, octets)?;
    }
    out.extend_from_slice(&[0; BLOCK * 2]);
    Some(out)
}

/// IEEE 1003.1-2017, pax, ustar interchange format: header, octets, padding to whole blocks.
fn put(out: &mut Vec<u8>, name: &str, octets: &[u8]) -> Option<()> {
    if !is_plain(name) {
        return None;
    }
    out.extend_from_slice(&header(name, octets.len())?);
    out.extend_from_slice(octets);
    out.resize(out.len().next_multiple_of(BLOCK), 0);
    Some(())
}

fn header(name: &str, size: usize) -> Option<[u8; BLOCK]> {
    let mut header = [0; BLOCK];
    let mut set = |at: usize, text: &str| -> Option<()> {
        let place = header.get_mut(at..at + text.len())?;
        place.copy_from_slice(text.as_bytes());
        Some(())
    };
    set(0, name)?;
    set(100, "0000644")?;
    set(108, "0000000")?;
    set(116, "0000000")?;
    set(124, &format!("{size:011o}"))?;
    // Same evidence, same octets: no moment of a file system.
    set(136, "00000000000")?;
    set(148, "        ")?;
    set(156, "0")?;
    set(257, "ustar")?;
    set(263, "00")?;
    let sum: u32 = header.iter().map(|octet| u32::from(*octet)).sum();
    let sum = format!("{sum:06o}\0 ");
    header
        .get_mut(148..156)
        .map(|place| place.copy_from_slice(sum.as_bytes()))?;
    Some(header)
}

/// Letters, digits, `-`, `_` and `.` in parts between slashes; no part of points alone.
fn is_plain(name: &str) -> bool {
    let part = |part: &str| {
        let letter = |octet: u8| octet.is_ascii_alphanumeric() || b"-_.".contains(&octet);
        part.bytes().all(letter) && part.bytes().any(|octet| octet != b'.')
    };
    (1..=MAX_NAME).contains(&name.len()) && name.split('/').all(part)
}

impl Package {
    /// Reads a package. Every header has to be the one that we would write.
    pub(crate) fn parse(mut rest: &[u8]) -> Result<Package, ReadPackage> {
        let mut files: Vec<(String, Vec<u8>)> = Vec::new();
        loop {
            let (block, after) = rest.split_at_checked(BLOCK).ok_or(ReadPackage::Cut)?;
            if block.iter().all(|octet| *octet == 0) {
                let (last, after) = after.split_at_checked(BLOCK).ok_or(ReadPackage::Cut)?;
                if !after.is_empty() || last.iter().any(|octet| *octet != 0) {
                    return Err(ReadPackage::Trailing);
                }
                break;
            }
            if files.len() >= MAX_ENTRIES {
                return Err(ReadPackage::TooMany);
            }
            let malformed = ReadPackage::Header(files.len());
            let (name, size) = read_header(block).ok_or(malformed)?;
            let (octets, after) = after.split_at_checked(size).ok_or(ReadPackage::Cut)?;
            let padding = size.next_multiple_of(BLOCK) - size;
            let (padding, after) = after.split_at_checked(padding).ok_or(ReadPackage::Cut)?;
            if padding.iter().any(|octet| *octet != 0) {
                return Err(malformed);
            }
            if files.iter().any(|(known, _)| *known == name) {
                return Err(ReadPackage::Repeated);
            }
            files.push((name, octets.to_vec()));
            rest = after;
        }
        let mut files = files.into_iter();
        let manifest = files.next().filter(|(name, _)| name == MANIFEST);
        let (_, manifest) = manifest.ok_or(ReadPackage::Manifest)?;
        let manifest: Manifest =
            serde_json::from_slice(&manifest).map_err(|_| ReadPackage::Manifest)?;
        if manifest.form != FORM {
            return Err(ReadPackage::Manifest);
        }
        Ok(Package {
            manifest,
            files: files.collect(),
        })
    }
}

/// Name and size of a header that is, octet for octet, ours.
fn read_header(block: &[u8]) -> Option<(String, usize)> {
    let name = block.get(..MAX_NAME + 1)?;
    let end = name.iter().position(|octet| *octet == 0)?;
    let name = std::str::from_utf8(name.get(..end)?).ok()?;
    let size = std::str::from_utf8(block.get(124..135)?).ok()?;
    let size = usize::from_str_radix(size, 8).ok()?;
    (is_plain(name) && header(name, size)?.as_slice() == block).then(|| (name.to_owned(), size))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Vec<(String, Vec<u8>)> {
        vec![
            ("documents/1.pdf".to_owned(), vec![7; 700]),
            ("trace/1.entry".to_owned(), b"entry".to_vec()),
        ]
    }

    fn written() -> Vec<u8> {
        package("BJ", "2026-06-10T00:00:00Z", &files()).expect("plain names")
    }

    #[test]
    fn what_was_written_is_read() {
        let read = Package::parse(&written()).expect("ours");
        assert_eq!(read.files, files());
        assert_eq!(read.manifest.files.len(), 2);
        assert_eq!(written(), written(), "same evidence, same octets");
    }

    #[test]
    fn names_that_lead_elsewhere_are_neither_written_nor_read() {
        for name in [
            "../a",
            "/a",
            "a/../b",
            "a//b",
            "",
            ".",
            "a b",
            "甲",
            &"a".repeat(100),
        ] {
            let files = [(name.to_owned(), Vec::new())];
            assert_eq!(package("BJ", "", &files), None, "{name}");
        }
        let mut bent = written();
        bent[0] = b'/';
        assert_eq!(Package::parse(&bent), Err(ReadPackage::Header(0)));
    }

    #[test]
    fn every_cut_and_every_octet_of_a_header_is_noticed() {
        let whole = written();
        for length in (0..whole.len()).step_by(97) {
            assert!(Package::parse(&whole[..length]).is_err(), "{length}");
        }
        for place in 0..BLOCK {
            let mut bent = whole.clone();
            bent[place] ^= 1;
            assert!(Package::parse(&bent).is_err(), "{place}");
        }
        let mut longer = whole;
        longer.push(0);
        assert_eq!(Package::parse(&longer), Err(ReadPackage::Trailing));
    }

    #[test]
    fn two_files_of_one_name_and_another_first_file_are_refused() {
        let mut twice = files();
        twice.push(twice[0].clone());
        let twice = package("BJ", "", &twice).expect("plain names");
        assert_eq!(Package::parse(&twice), Err(ReadPackage::Repeated));
        let first = written();
        let size = first.len();
        let without = &first[BLOCK * 2..size];
        assert!(Package::parse(without).is_err());
    }
}
