//! Digests that whoever judges gives in the place of content that they do not hand in (EN 319 102-1 4.2.3: what is validated may be
//! the signed data object's hash). What the signature does not take so is refused, never left out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::{Digest, DigestAlgorithm};
use thiserror::Error;

use crate::case::Case;
use crate::described::{Described, NAMES};

/// What an algorithm is called by whose digests no digest here is.
pub const WEAK: &str = "one that is not relied on";

/// A digest as it was given: `ALGORITHM:VALUE`, and behind it `@NAME` where several files are signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentDigest {
    name: Option<String>,
    digest: Digest,
}

/// Why digests do not stand for the content of an artefact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NoDigest {
    /// Not a digest as it is written.
    #[error(
        "a digest is `sha256:`, `sha384:`, `sha512:` or `sm3:` and a value in hexadecimal or base64, and `@NAME` where several files are signed"
    )]
    Malformed,
    /// A value that is longer or shorter than its algorithm's.
    #[error("the digest has not the length of its algorithm")]
    Length,
    /// The artefact holds what it signs, or signs nothing.
    #[error("nothing is signed that lies elsewhere: a digest says nothing of this file")]
    Nothing,
    /// The signature takes its octets in another form, or themselves.
    #[error(
        "the signature is over no digest of the content's octets as they are: the content is needed"
    )]
    Form,
    /// It is of a file that is not signed, or of one of several and does not say which.
    #[error("no file of this name is signed, or there are several and the digest names none")]
    Name,
    /// There are two by one algorithm.
    #[error("one file has two digests by one algorithm")]
    Repeated,
    /// The signature digests its content by another algorithm.
    #[error("the signature digests its content by another algorithm: {0}")]
    Algorithm(&'static str),
    /// The content is there.
    #[error("the content is there, and a digest of it was given: one of the two")]
    Both,
}

impl ContentDigest {
    /// Reads a digest.
    ///
    /// # Errors
    /// `Malformed` and `Length`.
    pub fn parse(text: &str) -> Result<ContentDigest, NoDigest> {
        let (of, name) = match text.split_once('@') {
            Some((of, name)) if !name.is_empty() => (of, Some(name.to_owned())),
            Some(_) => return Err(NoDigest::Malformed),
            None => (text, None),
        };
        let (named, value) = of.split_once(':').ok_or(NoDigest::Malformed)?;
        let mut names = NAMES.iter();
        let known = names.find(|(known, _)| *known == named || plain(known) == named);
        let (_, algorithm) = known.ok_or(NoDigest::Malformed)?;
        let digest = Digest::from_bytes(*algorithm, &octets(value, *algorithm)?);
        let digest = digest.map_err(|_| NoDigest::Length)?;
        Ok(ContentDigest { name, digest })
    }
}

/// `sha256` of `sha-256`, as command lines have it.
fn plain(name: &str) -> String {
    name.replace('-', "")
}

/// Hexadecimal or base64: no length of one is a length of the other under the same algorithm.
fn octets(value: &str, algorithm: DigestAlgorithm) -> Result<Vec<u8>, NoDigest> {
    let is_hex = value.bytes().all(|one| one.is_ascii_hexdigit());
    if is_hex && value.len() == 2 * algorithm.length() {
        return crate::described::from_hex(&value.to_ascii_lowercase()).ok_or(NoDigest::Malformed);
    }
    match STANDARD.decode(value) {
        Ok(octets) if octets.len() == algorithm.length() => Ok(octets),
        Ok(_) => Err(NoDigest::Length),
        Err(_) if is_hex => Err(NoDigest::Length),
        Err(_) => Err(NoDigest::Malformed),
    }
}

/// What the digests say of the content that `case` is over and does not hold; `offered` are names of content that is there.
///
/// # Errors
/// All of [`NoDigest`] but `Malformed` and `Length`: then nothing is judged.
pub fn described_by(
    given: &[ContentDigest],
    case: &Case,
    offered: &[String],
) -> Result<Vec<Described>, NoDigest> {
    let (names, taken) = (case.content_elsewhere(), case.digests_elsewhere());
    if given.is_empty() {
        return Ok(Vec::new());
    }
    if names.is_empty() {
        return Err(NoDigest::Nothing);
    }
    let mut all: Vec<Described> = Vec::new();
    for one in given {
        let name = named(one, &names)?;
        if !taken.iter().any(|(known, _)| *known == name) {
            return Err(NoDigest::Form);
        }
        // Content that a signature has no name for is the only one there.
        if name.is_empty() && !offered.is_empty() || offered.contains(&name) {
            return Err(NoDigest::Both);
        }
        let digest = one.digest.clone();
        match all.iter_mut().find(|known| known.name == name) {
            Some(known) if known.digest(digest.algorithm()).is_some() => {
                return Err(NoDigest::Repeated);
            }
            Some(known) => known.digests.push(digest),
            None => all.push(Described {
                name,
                media_type: String::new(),
                digests: vec![digest],
            }),
        }
    }
    for (name, algorithm) in taken {
        let of_it = all.iter().find(|known| known.name == name);
        if of_it.is_some_and(|known| known.digest(algorithm).is_none()) {
            return Err(NoDigest::Algorithm(name_of(algorithm)));
        }
    }
    Ok(all)
}

/// The name of what a digest is of: its own, or that of the only file.
fn named(one: &ContentDigest, names: &[String]) -> Result<String, NoDigest> {
    match (&one.name, names) {
        (None, [only]) => Ok(only.clone()),
        (Some(name), names) if names.contains(name) => Ok(name.clone()),
        _ => Err(NoDigest::Name),
    }
}

fn name_of(algorithm: DigestAlgorithm) -> &'static str {
    let mut names = NAMES.iter();
    let found = names.find(|(_, known)| *known == algorithm);
    found.map_or(WEAK, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    #[test]
    fn a_digest_is_read_in_both_spellings() {
        let read = |text: &str| ContentDigest::parse(text).map(|one| one.digest);
        let wanted = Digest::of(DigestAlgorithm::Sha256, b"hello");
        for text in [
            format!("sha256:{HEX}"),
            format!("sha-256:{}", HEX.to_uppercase()),
            "sha256:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=".to_owned(),
        ] {
            assert_eq!(read(&text).as_ref(), Ok(&wanted), "{text}");
        }
        let named = ContentDigest::parse(&format!("sha256:{HEX}@a=b:c@d")).expect("a digest");
        assert_eq!(named.name.as_deref(), Some("a=b:c@d"));
    }

    #[test]
    fn what_is_no_digest_is_refused_by_its_reason() {
        let cut = &HEX[..62];
        for (text, why) in [
            (HEX.to_owned(), NoDigest::Malformed),
            (format!("md5:{HEX}"), NoDigest::Malformed),
            (format!("SHA256:{HEX}"), NoDigest::Malformed),
            (format!("sha256:{HEX}@"), NoDigest::Malformed),
            (format!("sha256: {HEX}"), NoDigest::Malformed),
            ("sha256:".to_owned(), NoDigest::Length),
            (format!("sha256:{cut}"), NoDigest::Length),
            (format!("sha256:{HEX}00"), NoDigest::Length),
            (format!("sha512:{HEX}"), NoDigest::Length),
            ("sha256:AAAA".to_owned(), NoDigest::Length),
        ] {
            assert_eq!(ContentDigest::parse(&text), Err(why), "{text}");
        }
    }
}
