//! Signatures in JSON and in packages.

use asic::Asic;
use jades::Jades;

use super::judge;
use crate::fuzz::seeds::{fixture, fixtures};

/// A JAdES signature: what is read is written and read again as the same; the judge takes it whatever it is.
pub fn jades(octets: &[u8]) -> bool {
    let judged = judge::examine(octets);
    let Ok(read) = Jades::parse(octets) else {
        return false;
    };
    for signature in read.signatures() {
        let token = signature.token();
        // Elements in clear JSON are not written.
        if token.unsigned().is_clear() {
            continue;
        }
        let text = token.flattened();
        let again = Jades::parse(text.as_bytes()).expect("what is read is written");
        let again = again.signatures().first().expect("one").token();
        assert_eq!(again.signature_text(), token.signature_text());
        assert_eq!(again.unsigned(), token.unsigned());
        assert_eq!(again.content(), token.content());
        let nothing = |_: Option<&str>| None;
        assert_eq!(
            again.archive_input(&nothing, usize::MAX),
            token.archive_input(&nothing, usize::MAX)
        );
    }
    judged
}

/// An ASiC package: everything that it lists is compared; the judge takes it whatever it is.
pub fn asic(octets: &[u8]) -> bool {
    let judged = judge::examine(octets);
    let Ok(read) = Asic::parse(octets) else {
        return false;
    };
    for proof in read.proofs() {
        let listed = read.listed(proof);
        assert!(listed.files.iter().all(|name| read.file(name).is_some()));
    }
    judged
}

/// Good ones.
pub fn made(target: &str) -> Option<Vec<Vec<u8>>> {
    let names: &[&str] = match target {
        "jades" => &["inside-LTA.json", "hash-T.json", "compact-B.jws"],
        _ => &["extended-LTA.asice", "simple-T.asics"],
    };
    let folder = fixtures().join("fuzz/envelopes");
    names
        .iter()
        .map(|name| fixture(&folder.join(name)))
        .collect()
}
