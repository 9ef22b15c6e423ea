//! Content as it waits for its seal: the octets of one file, or a package of several with their names.

use std::io::Cursor;

use catalogue::kind::Envelope;
use container::{Change, Package, ReadPackage, WritePackage, is_plain};
use thiserror::Error;

/// Octets of all files under one seal: what is made of them, in base64 at most, is judged by everyone ([`verify`] takes 50 MiB).
///
/// [`verify`]: ../verify/index.html
pub const MAX_OCTETS: usize = 32 * 1024 * 1024;
/// Files under one seal: as many as whoever asks for a verdict may hand in beside a signature.
pub const MAX_ITEMS: usize = 64;
/// Octets of a name.
const MAX_NAME: usize = 200;
/// Octets of a name in `sigD`: it lies beside the signature in the evidence of a case, whose names have 99.
const MAX_URI: usize = 56;

/// A file to be sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its name, parts between slashes; nothing in a form without names.
    pub name: String,
    /// Its octets.
    pub octets: Vec<u8>,
}

/// Why content does not go into an envelope.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unfit {
    /// Not as many files as the form takes.
    #[error("{given} files, where {least} to {most} go")]
    Count {
        /// How many there are.
        given: usize,
        /// The fewest.
        least: usize,
        /// The most.
        most: usize,
    },
    /// All files together are too large.
    #[error("more than {MAX_OCTETS} octets")]
    Large,
    /// A file without content, where only content makes one.
    #[error("a file without content")]
    Empty,
    /// A name that leads elsewhere, is reserved, or is another one to some reader.
    #[error("the name {0:?} leads elsewhere, is reserved, or is read in several ways")]
    Name(String),
    /// Two names that are one to some reader (T-I4: NFC and case folding).
    #[error("the name {0:?} is another one's to some readers")]
    Twice(String),
    /// What waits is not what such a form waits as.
    #[error("what waits cannot be read")]
    Read(#[from] ReadPackage),
    /// The package of the files cannot be written.
    #[error("the files cannot be put together")]
    Write(#[source] WritePackage),
    /// The form is of digests, and content is given.
    #[error("the form is made of digests, and not of content")]
    Sent,
    /// Digests are given that do not go into it.
    #[error(transparent)]
    Digest(#[from] UnfitDigest),
}

/// Why digests do not go into an envelope.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UnfitDigest {
    /// The form holds content, or a list of it.
    #[error("{0} holds content, and is not made of a digest")]
    Form(&'static str),
    /// What waits is no text of digests.
    #[error("what waits cannot be read")]
    Read,
    /// The media type is none (RFC 6838 4.2).
    #[error("the media type {0:?} is none")]
    MediaType(String),
    /// The digest that has to be there is not, or another one is there besides.
    #[error("the digests are not exactly those that the form and the seal's key need")]
    Algorithms,
}

/// What waits for its seal: the octets of the one file of a form without names; else a package of the files in their order, so that
/// whoever releases its digest releases their names too. The same files give the same octets.
///
/// # Errors
/// [`Unfit`].
pub fn pack(form: Envelope, mut items: Vec<Item>) -> Result<Vec<u8>, Unfit> {
    inspect(form, &items)?;
    if !form.is_named() {
        return Ok(items.pop().map(|one| one.octets).unwrap_or_default());
    }
    let mut package = Change::empty();
    for item in items {
        package.put(&item.name, item.octets);
    }
    package.finish().map_err(|fault| match fault {
        WritePackage::Package(
            ReadPackage::Duplicate { name } | ReadPackage::FileAndFolder { name },
        ) => Unfit::Twice(name),
        WritePackage::Package(ReadPackage::Path { name }) => Unfit::Name(name),
        other => Unfit::Write(other),
    })
}

/// The files of what waited.
///
/// # Errors
/// [`Unfit`].
pub fn unpack(form: Envelope, octets: &[u8]) -> Result<Vec<Item>, Unfit> {
    let items = if form.is_named() {
        let mut package = Package::open(Cursor::new(octets))?;
        let entries = package.entries().iter();
        let names: Vec<String> = entries.map(|entry| entry.name().to_owned()).collect();
        let mut items = Vec::with_capacity(names.len());
        for name in names {
            if let Some(content) = package.read(&name, MAX_OCTETS as u64) {
                let octets = content?;
                items.push(Item { name, octets });
            }
        }
        items
    } else {
        let (name, octets) = (String::new(), octets.to_vec());
        vec![Item { name, octets }]
    };
    inspect(form, &items)?;
    Ok(items)
}

/// Files that the form takes.
fn most(form: Envelope) -> usize {
    match form {
        Envelope::JadesDetached | Envelope::AsicE => MAX_ITEMS,
        _ => 1,
    }
}

/// A name that two files have: in a package the second would take the place of the first.
pub(crate) fn twice(mut names: Vec<&str>) -> Option<&str> {
    names.sort_unstable();
    let twice = names.windows(2).find(|pair| pair.first() == pair.last());
    twice?.first().copied()
}

fn inspect(form: Envelope, items: &[Item]) -> Result<(), Unfit> {
    if form.is_of_digest() {
        return Err(Unfit::Sent);
    }
    let (given, least, most) = (items.len(), 1, most(form));
    if given < least || given > most {
        return Err(Unfit::Count { given, least, most });
    }
    let lengths = items.iter().map(|item| item.octets.len());
    if lengths.fold(0, usize::saturating_add) > MAX_OCTETS {
        return Err(Unfit::Large);
    }
    if !form.is_named() {
        return match items.iter().any(|item| item.octets.is_empty()) {
            true => Err(Unfit::Empty),
            false => Ok(()),
        };
    }
    for item in items {
        if !fits(form, &item.name) {
            return Err(Unfit::Name(item.name.clone()));
        }
    }
    match twice(items.iter().map(|item| item.name.as_str()).collect()) {
        Some(name) => Err(Unfit::Twice(name.to_owned())),
        None => Ok(()),
    }
}

/// EN 319 162-1 4.3.3.1: the file of a simple package lies in its root. T-I4: a path that stays in the package, is nobody's reserved name, and is the same file wherever it is unpacked; in `sigD` it
/// is a URI besides, compared as it stands (TS 119 182-1 5.2.8.3): no letter that would be escaped.
pub(crate) fn fits(form: Envelope, name: &str) -> bool {
    let uri = |letter: char| letter.is_ascii_alphanumeric() || "-._/".contains(letter);
    let is_detached = matches!(form, Envelope::JadesDetached | Envelope::JadesOfDigest);
    let most = if is_detached { MAX_URI } else { MAX_NAME };
    name.len() <= most
        && is_plain(name)
        && asic::is_content(name)
        && name.split('/').all(is_safe)
        && (form != Envelope::AsicS || !name.contains('/'))
        && (!is_detached || name.chars().all(uri))
}

/// A part of a path that Windows, too, takes for exactly this one, and that shows as what it is.
fn is_safe(part: &str) -> bool {
    const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
    const PORTS: [&str; 2] = ["com", "lpt"];
    let stem = part.split('.').next().unwrap_or_default();
    let stem = stem.trim_end().to_ascii_lowercase();
    let port = |prefix: &&str| {
        let rest = stem.strip_prefix(*prefix);
        rest.is_some_and(|rest| rest.chars().count() == 1)
    };
    let is_device = DEVICES.contains(&stem.as_str()) || PORTS.iter().any(port);
    let hides = |letter: char| {
        // Marks that turn or hide text, and what no Windows name has.
        matches!(letter, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
            || "<>\"|?*".contains(letter)
    };
    !is_device && !part.ends_with(['.', ' ']) && !part.starts_with(' ') && !part.chars().any(hides)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(names: &[&str]) -> Vec<Item> {
        let item = |name: &&str| Item {
            name: (*name).to_owned(),
            octets: b"x".to_vec(),
        };
        names.iter().map(item).collect()
    }

    #[test]
    fn names_that_are_dangerous_are_refused_by_name() {
        for name in [
            "",
            "/a",
            "../a",
            "a/../b",
            "a//b",
            "a/",
            "./a",
            "a\\b",
            "C:a",
            "a\0b",
            "a\nb",
            "META-INF/a.p7s",
            "meta-inf/b",
            "Mimetype",
            "con",
            "NUL.txt",
            "a/com1.csv",
            "a.",
            "a ",
            " a",
            "a?b",
            "a\u{202E}gpj.exe",
            "a\u{200B}b",
        ] {
            let refused = pack(Envelope::AsicE, items(&["b.txt", name]));
            assert_eq!(refused, Err(Unfit::Name(name.to_owned())), "{name:?}");
        }
        let long = "a".repeat(MAX_NAME + 1);
        assert!(pack(Envelope::AsicS, items(&[&long])).is_err());
        assert!(pack(Envelope::AsicS, items(&[&long[1..]])).is_ok());
        // A name with letters that a URI escapes goes into a package, not into sigD.
        assert!(pack(Envelope::AsicE, items(&["附件/决定 1.json"])).is_ok());
        assert!(pack(Envelope::AsicS, items(&["附件/决定.json"])).is_err());
        assert!(pack(Envelope::JadesDetached, items(&["决定.json"])).is_err());
        assert!(pack(Envelope::JadesDetached, items(&["annexes/a-1.json"])).is_ok());
        assert!(pack(Envelope::JadesDetached, items(&[&long[..MAX_URI]])).is_ok());
        assert!(pack(Envelope::JadesDetached, items(&[&long[..=MAX_URI]])).is_err());
    }

    #[test]
    fn two_names_that_are_one_to_some_reader_are_refused() {
        for pair in [
            ["a.txt", "a.txt"],
            ["a.txt", "A.TXT"],
            ["straße", "STRASSE"],
            ["caf\u{e9}", "cafe\u{301}"],
            ["a", "a/b"],
        ] {
            let refused = pack(Envelope::AsicE, items(&pair));
            assert!(
                matches!(refused, Err(Unfit::Twice(_))),
                "{pair:?} {refused:?}"
            );
        }
    }

    #[test]
    fn what_waits_is_the_same_each_time_and_comes_back_in_its_order() {
        let given = items(&["b.txt", "a/决定.txt"]);
        let waits = pack(Envelope::AsicE, given.clone()).expect("plain names");
        assert_eq!(pack(Envelope::AsicE, given.clone()), Ok(waits.clone()));
        assert_eq!(unpack(Envelope::AsicE, &waits), Ok(given));
        let one = items(&[""]);
        assert_eq!(pack(Envelope::Cades, one.clone()), Ok(b"x".to_vec()));
        assert_eq!(unpack(Envelope::Cades, b"x"), Ok(one));
        assert!(matches!(unpack(Envelope::AsicE, b"x"), Err(Unfit::Read(_))));
    }

    #[test]
    fn each_form_takes_its_number_of_files_and_its_octets() {
        let digests = pack(Envelope::CadesOfDigest, items(&["a"]));
        assert_eq!(digests, Err(Unfit::Sent));
        for form in Envelope::ALL
            .into_iter()
            .filter(|form| !form.is_of_digest())
        {
            let none = pack(form, Vec::new());
            assert!(
                matches!(none, Err(Unfit::Count { given: 0, .. })),
                "{form:?}"
            );
            let most = match form {
                Envelope::JadesDetached | Envelope::AsicE => MAX_ITEMS,
                _ => 1,
            };
            let names: Vec<String> = (0..=most).map(|number| format!("{number}.txt")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            assert!(pack(form, items(&names[..most])).is_ok(), "{form:?}");
            let more = pack(form, items(&names));
            assert!(matches!(more, Err(Unfit::Count { .. })), "{form:?}");
        }
        let mut large = items(&["a"]);
        large[0].octets = vec![0; MAX_OCTETS + 1];
        assert_eq!(pack(Envelope::Jades, large), Err(Unfit::Large));
        let mut empty = items(&["a"]);
        empty[0].octets.clear();
        assert_eq!(pack(Envelope::Cades, empty.clone()), Err(Unfit::Empty));
        assert!(pack(Envelope::AsicE, empty).is_ok());
    }
}
