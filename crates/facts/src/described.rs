//! Content whose octets nobody hands in: names, types and digests, as one text that reads one way.
//!
//! # Shape
//! The lines `yinxin content by digest v1` and `content not sent`; then for each file `name LENGTH NAME`, `media-type LENGTH TYPE` and
//! a line `DIGEST LENGTH VALUE` for each digest, lower-case hexadecimal, where LENGTH counts octets. Each line ends with a line feed.

use crypto::{Digest, DigestAlgorithm};

use crate::told::hex;

/// What is known of content that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its digests, each by another algorithm.
    pub digests: Vec<Digest>,
}

const HEAD: &str = "yinxin content by digest v1\ncontent not sent\n";
/// Digests by their names: those that something new may be signed with.
pub(crate) const NAMES: [(&str, DigestAlgorithm); 4] = [
    ("sha-256", DigestAlgorithm::Sha256),
    ("sha-384", DigestAlgorithm::Sha384),
    ("sha-512", DigestAlgorithm::Sha512),
    ("sm3", DigestAlgorithm::Sm3),
];

impl Described {
    /// The digest by this algorithm.
    #[must_use]
    pub fn digest(&self, algorithm: DigestAlgorithm) -> Option<&Digest> {
        let mut digests = self.digests.iter();
        digests.find(|digest| digest.algorithm() == algorithm)
    }

    /// The digest of this name, `sha-256`, `sha-384`, `sha-512` or `sm3`, and this value, lower-case hexadecimal; nothing for another
    /// name, and for a value that has not its length.
    #[must_use]
    pub fn named(name: &str, value: &str) -> Option<Digest> {
        let mut names = NAMES.iter();
        let (_, algorithm) = names.find(|(known, _)| *known == name)?;
        Digest::from_bytes(*algorithm, &from_hex(value)?).ok()
    }

    /// The digests with their names, as hexadecimal.
    pub fn told(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.digests.iter().filter_map(|digest| {
            let mut names = NAMES.iter();
            let (name, _) = names.find(|(_, known)| *known == digest.algorithm())?;
            Some((*name, hex(digest.bytes())))
        })
    }

    /// All of them as one text. The same files give the same octets.
    #[must_use]
    pub fn write(all: &[Described]) -> Vec<u8> {
        let mut text = HEAD.to_owned();
        for one in all {
            put(&mut text, "name", &one.name);
            put(&mut text, "media-type", &one.media_type);
            for (name, value) in one.told() {
                put(&mut text, name, &value);
            }
        }
        text.into_bytes()
    }

    /// What such a text says; nothing for one that would be written otherwise.
    #[must_use]
    pub fn read(octets: &[u8]) -> Option<Vec<Described>> {
        let text = std::str::from_utf8(octets).ok()?;
        let mut rest = text.strip_prefix(HEAD)?;
        let mut all: Vec<Described> = Vec::new();
        while !rest.is_empty() {
            let (name, value, after) = take(rest)?;
            rest = after;
            match (name, all.last_mut()) {
                ("name", _) => all.push(Described {
                    name: value.to_owned(),
                    media_type: String::new(),
                    digests: Vec::new(),
                }),
                ("media-type", Some(last)) => value.clone_into(&mut last.media_type),
                (name, Some(last)) => last.digests.push(Described::named(name, value)?),
                _ => return None,
            }
        }
        (Described::write(&all) == octets).then_some(all)
    }
}

fn put(text: &mut String, name: &str, value: &str) {
    text.push_str(&format!("{name} {} {value}\n", value.len()));
}

/// Name and value of the first line, and what follows it.
fn take(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.split_once(' ')?;
    let (length, rest) = rest.split_once(' ')?;
    let (value, rest) = rest.split_at_checked(length.parse().ok()?)?;
    Some((name, value, rest.strip_prefix('\n')?))
}

/// Octets of lower-case hexadecimal.
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |octet: u8| match octet {
        b'0'..=b'9' => Some(octet - b'0'),
        b'a'..=b'f' => Some(octet - b'a' + 10),
        _ => None,
    };
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described() -> Vec<Described> {
        ["决定 1.pdf", "b"]
            .map(|name| Described {
                name: name.to_owned(),
                media_type: "application/pdf".to_owned(),
                digests: [DigestAlgorithm::Sha256, DigestAlgorithm::Sha512]
                    .map(|algorithm| Digest::of(algorithm, name.as_bytes()))
                    .to_vec(),
            })
            .to_vec()
    }

    #[test]
    fn what_was_written_is_read() {
        let written = Described::write(&described());
        assert_eq!(Described::read(&written), Some(described()));
        assert!(written.starts_with(b"yinxin content by digest v1\ncontent not sent\n"));
        let sha256 = described()[0].told().next();
        assert_eq!(
            sha256.map(|(name, value)| (name, value.len())),
            Some(("sha-256", 64))
        );
    }

    #[test]
    fn a_text_that_reads_another_way_is_none() {
        let text = String::from_utf8(Described::write(&described())).expect("text");
        for (from, to) in [
            ("v1", "v2"),
            ("content not sent\n", ""),
            ("name 1 b", "name 2 b"),
            ("name 1 b", "name 01 b"),
            ("name 1 b", "nane 1 b"),
            ("media-type 15", "media-type 14"),
            ("sha-256 64 ", "sha-256 62 "),
            ("sha-256", "SHA-256"),
            ("sha-256", "sm3"),
        ] {
            let bent = text.replacen(from, to, 1);
            let read = Described::read(bent.as_bytes());
            assert_ne!(read, Some(described()), "{from} -> {to}");
            // SM3 has as many octets: that is another text, and a good one.
            assert!(read.is_none() || to == "sm3", "{from} -> {to}");
        }
        for length in 0..text.len() {
            let cut = text.as_bytes().get(..length).expect("shorter");
            let whole = [HEAD.len(), text.find("name 1 b").expect("there")].contains(&length);
            let known = Described::read(cut);
            assert!(known.is_none() || whole || cut.ends_with(b"\n"), "{length}");
        }
    }
}
