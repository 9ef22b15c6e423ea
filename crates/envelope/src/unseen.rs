//! Content that is sealed by its digest, and was never sent: what waits, is released and sealed is what is known of it.

use catalogue::kind::Envelope;
use crypto::DigestAlgorithm;
use facts::Described;

use crate::content::{MAX_ITEMS, Unfit, UnfitDigest, fits, twice};

/// The digests of each file that the form takes: SHA-256, which is what the public log commits to (D18), and of a signed message that by
/// which the seal's key signs.
#[must_use]
pub fn wanted(form: Envelope, signs_with: DigestAlgorithm) -> Vec<DigestAlgorithm> {
    let mut wanted = vec![DigestAlgorithm::Sha256];
    if form == Envelope::CadesOfDigest && signs_with != DigestAlgorithm::Sha256 {
        wanted.push(signs_with);
    }
    wanted
}

/// What waits for its seal where no content was sent: one text with the names, types and digests of the files, which says that the
/// content was not. The same files give the same octets.
///
/// # Errors
/// [`Unfit`].
pub fn describe(
    form: Envelope,
    signs_with: DigestAlgorithm,
    files: &[Described],
) -> Result<Vec<u8>, Unfit> {
    inspect(form, files)?;
    let wanted = wanted(form, signs_with);
    let has = |file: &Described| {
        file.digests.len() == wanted.len()
            && wanted
                .iter()
                .all(|algorithm| file.digest(*algorithm).is_some())
    };
    if !files.iter().all(has) {
        return Err(UnfitDigest::Algorithms.into());
    }
    Ok(Described::write(files))
}

/// The files of what waited.
///
/// # Errors
/// [`Unfit`].
pub fn described(form: Envelope, waited: &[u8]) -> Result<Vec<Described>, Unfit> {
    let files = Described::read(waited).ok_or(UnfitDigest::Read)?;
    inspect(form, &files)?;
    Ok(files)
}

fn inspect(form: Envelope, files: &[Described]) -> Result<(), Unfit> {
    if !form.is_of_digest() {
        return Err(UnfitDigest::Form(form.code()).into());
    }
    let most = match form {
        Envelope::JadesOfDigest => MAX_ITEMS,
        _ => 1,
    };
    let (given, least) = (files.len(), 1);
    if given < least || given > most {
        return Err(Unfit::Count { given, least, most });
    }
    for file in files {
        // Nothing is unpacked by this name: it says which file was meant, and no more than that.
        if file.name.contains('/') || !fits(form, &file.name) {
            return Err(Unfit::Name(file.name.clone()));
        }
        if !is_media_type(&file.media_type) {
            return Err(UnfitDigest::MediaType(file.media_type.clone()).into());
        }
    }
    let names = files.iter().map(|file| file.name.as_str());
    match twice(names.collect()) {
        Some(name) => Err(Unfit::Twice(name.to_owned())),
        None => Ok(()),
    }
}

/// RFC 6838 4.2: type and subtype, each a restricted name; no parameters.
fn is_media_type(text: &str) -> bool {
    let name = |part: &str| {
        let letter = |octet: u8| octet.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&octet);
        let begins = part.starts_with(|letter: char| letter.is_ascii_alphanumeric());
        begins && part.len() <= 127 && part.bytes().all(letter)
    };
    let parts = text.split_once('/');
    parts.is_some_and(|(kind, subtype)| name(kind) && name(subtype))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crypto::Digest;

    fn file(name: &str) -> Described {
        Described {
            name: name.to_owned(),
            media_type: "application/pdf".to_owned(),
            digests: vec![Digest::of(DigestAlgorithm::Sha256, b"x")],
        }
    }

    const SHA256: DigestAlgorithm = DigestAlgorithm::Sha256;

    #[test]
    fn what_waits_is_the_same_each_time_and_comes_back() {
        for form in [Envelope::CadesOfDigest, Envelope::JadesOfDigest] {
            let files = [file("a.pdf")];
            let waits = describe(form, SHA256, &files).expect("fits");
            assert_eq!(describe(form, SHA256, &files), Ok(waits.clone()));
            assert_eq!(described(form, &waits), Ok(files.to_vec()));
        }
        let read = described(Envelope::CadesOfDigest, b"content");
        assert_eq!(read, Err(UnfitDigest::Read.into()));
    }

    #[test]
    fn a_form_that_holds_content_is_not_made_of_digests() {
        for form in Envelope::ALL
            .into_iter()
            .filter(|form| !form.is_of_digest())
        {
            let refused = describe(form, SHA256, &[file("a.pdf")]);
            assert_eq!(refused, Err(UnfitDigest::Form(form.code()).into()));
        }
    }

    #[test]
    fn exactly_the_digests_that_are_needed_are_taken() {
        let (cades, jades) = (Envelope::CadesOfDigest, Envelope::JadesOfDigest);
        let sha512 = DigestAlgorithm::Sha512;
        let none = Err(Unfit::from(UnfitDigest::Algorithms));
        // A message by a key of another digest names both; in JSON the key's is over the header alone.
        assert_eq!(describe(cades, sha512, &[file("a")]), none);
        assert!(describe(jades, sha512, &[file("a")]).is_ok());
        let mut both = file("a");
        both.digests.push(Digest::of(sha512, b"x"));
        assert!(describe(cades, sha512, &[both.clone()]).is_ok());
        assert_eq!(describe(cades, SHA256, &[both]), none);
        let mut other = file("a");
        other.digests = vec![Digest::of(DigestAlgorithm::Sm3, b"x")];
        assert_eq!(describe(cades, SHA256, &[other]), none);
        let mut twice = file("a");
        twice.digests.push(Digest::of(SHA256, b"y"));
        assert_eq!(describe(cades, SHA256, &[twice]), none);
    }

    #[test]
    fn a_name_that_is_a_path_and_a_type_that_is_none_are_refused() {
        let cades = Envelope::CadesOfDigest;
        for name in [
            "",
            "a/b",
            "/a",
            "..",
            "../a",
            "a\\b",
            "con",
            "a\u{202E}b",
            "a\nb",
        ] {
            let refused = describe(cades, SHA256, &[file(name)]);
            assert_eq!(refused, Err(Unfit::Name(name.to_owned())), "{name:?}");
        }
        assert!(describe(cades, SHA256, &[file("决定 1.pdf")]).is_ok());
        // In sigD it is a URI.
        assert!(describe(Envelope::JadesOfDigest, SHA256, &[file("决定 1.pdf")]).is_err());
        for kind in [
            "",
            "pdf",
            "application/",
            "a/b/c",
            "text/plain; charset=utf-8",
            "a/ b",
        ] {
            let mut bent = file("a");
            kind.clone_into(&mut bent.media_type);
            let wrong = UnfitDigest::MediaType(kind.to_owned());
            assert_eq!(
                describe(cades, SHA256, &[bent]),
                Err(wrong.into()),
                "{kind}"
            );
        }
        let pair = [file("a"), file("a")];
        let refused = describe(Envelope::JadesOfDigest, SHA256, &pair);
        assert_eq!(refused, Err(Unfit::Twice("a".to_owned())));
        assert!(matches!(
            describe(cades, SHA256, &pair),
            Err(Unfit::Count { .. })
        ));
    }
}
