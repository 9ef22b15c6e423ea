//! Status that is handed in beside the artefact: lists, answers, checkpoints, and the register's own word.

use asn1::Oid;
use credential::StatusToken;
use crypto::Signature;
use evidence::ocsp::Response;
use pki::Crl;
use records::EvidenceRecord;
use time::UtcDateTime;

use crate::described::Described;
use crate::pem;
use crate::told::Successor;
use finding::Answer;
use finding::Finding;

/// Files that are taken.
pub const MAX_FILES: usize = 512;
/// Octets that are taken, all together (T-I3).
pub const MAX_OCTETS: usize = 128 * 1024 * 1024;

/// Status material.
#[derive(Debug, Clone, Default)]
pub struct Material {
    /// Revocation lists.
    pub crls: Vec<Crl>,
    /// OCSP answers.
    pub ocsps: Vec<Response>,
    /// Status lists of licences.
    pub lists: Vec<StatusToken>,
    /// Checkpoints of logs, as they stand.
    pub checkpoints: Vec<Vec<u8>>,
    /// Documents of signature policies, by the identifier that is their name.
    pub policies: Vec<(Oid, Vec<u8>)>,
    /// The register's own word.
    pub live: Option<Live>,
    /// What was not taken.
    pub findings: Vec<Finding>,
    /// Signatures that whoever asks has just made and checked.
    pub made: Vec<Signature>,
    /// What signatures elsewhere are over, by name.
    pub contents: Vec<(String, Vec<u8>)>,
    /// What is known of content that whoever asks does not have.
    pub described: Vec<Described>,
    /// Evidence records over the artefact.
    pub records: Vec<EvidenceRecord>,
    files: usize,
    octets: usize,
}

/// What the register says now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// Of which licence.
    pub identifier: String,
    /// What it says.
    pub answer: Answer,
    /// Since when.
    pub since: Option<UtcDateTime>,
    /// The version that has taken its place.
    pub successor: Option<Successor>,
    /// For whose licences it speaks: SHA-256 of the roots of its own region; for any where there is none (R32).
    pub roots: Vec<[u8; 32]>,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Supplied {
    /// It was taken.
    Taken,
    /// Its ending is none of ours.
    Ignored,
    /// It cannot be read as what its ending says, or there is too much already.
    Refused,
}

impl Material {
    /// Nothing.
    #[must_use]
    pub fn empty() -> Material {
        Material::default()
    }

    /// Takes a file by its ending: `.crl`, `.ocsp` (DER), `.statuslist` (JWT or CWT), `.checkpoint`, `.ers` (an evidence
    /// record over the artefact), and `.policy`, the
    /// document of the signature policy whose dotted identifier is the rest of its name. What is not taken is told in
    /// each report.
    pub fn add(&mut self, name: &str, octets: &[u8]) -> Supplied {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending);
        let known = matches!(
            ending,
            Some("crl" | "ocsp" | "statuslist" | "checkpoint" | "policy" | "ers")
        );
        if !known {
            self.tell("material.ignored", name);
            return Supplied::Ignored;
        }
        self.files += 1;
        self.octets = self.octets.saturating_add(octets.len());
        if self.files > MAX_FILES || self.octets > MAX_OCTETS {
            self.tell("material.too-much", name);
            return Supplied::Refused;
        }
        let taken = match ending {
            Some("crl") => self.add_crl(octets),
            Some("ocsp") => Response::parse(octets)
                .map(|one| self.ocsps.push(one))
                .is_ok(),
            Some("ers") => EvidenceRecord::parse(octets)
                .map(|one| self.records.push(one))
                .is_ok(),
            Some("statuslist") => StatusToken::parse(octets)
                .map(|one| self.lists.push(one))
                .is_ok(),
            Some("policy") => self.add_policy(name, octets),
            _ => {
                self.checkpoints.push(octets.to_vec());
                true
            }
        };
        if taken {
            Supplied::Taken
        } else {
            self.tell("material.unreadable", name);
            Supplied::Refused
        }
    }

    /// Every content that was offered.
    pub fn contents(&self) -> impl Iterator<Item = &[u8]> {
        self.contents.iter().map(|(_, octets)| octets.as_slice())
    }

    /// Offers a file as the content that a signature elsewhere is over: found by its name, by its digest, or as the only one.
    pub fn offer(&mut self, name: &str, octets: Vec<u8>) -> Supplied {
        self.files += 1;
        self.octets = self.octets.saturating_add(octets.len());
        if self.files > MAX_FILES || self.octets > MAX_OCTETS {
            return Supplied::Refused;
        }
        self.contents.push((name.to_owned(), octets));
        Supplied::Taken
    }

    /// Names digests of content in the place of its octets: a signature over it is judged, and each report says that nobody saw it.
    pub fn describe(&mut self, all: Vec<Described>) {
        self.described.extend(all);
    }

    /// What is known of the content of this name, or of the only one where there is no name.
    #[must_use]
    pub fn described(&self, name: Option<&str>) -> Option<&Described> {
        match (name, self.described.as_slice()) {
            (None, [only]) => Some(only),
            (None, _) => None,
            (Some(name), all) => all.iter().find(|one| one.name == name),
        }
    }

    /// The lists and answers at hand.
    #[must_use]
    pub fn statuses(&self) -> (&[Crl], &[Response]) {
        (&self.crls, &self.ocsps)
    }

    /// The content of this name, or the only one where there is no name.
    #[must_use]
    pub fn content(&self, name: Option<&str>) -> Option<&[u8]> {
        let found = match (name, self.contents.as_slice()) {
            (None, [(_, octets)]) => Some(octets),
            (None, _) => None,
            (Some(name), contents) => contents
                .iter()
                .find(|(offered, _)| offered == name)
                .map(|(_, octets)| octets),
        };
        found.map(Vec::as_slice)
    }

    /// The content with one of these digests, or the only one.
    #[must_use]
    pub fn content_with(&self, is: impl Fn(&[u8]) -> bool) -> Option<&[u8]> {
        let found = self.contents.iter().find(|(_, octets)| is(octets));
        match found {
            Some((_, octets)) => Some(octets),
            None => self.content(None),
        }
    }

    /// The register's own word about a licence: the service knows better than any list.
    pub fn say_live(&mut self, identifier: &str, answer: Answer, since: Option<UtcDateTime>) {
        self.live = Some(Live {
            identifier: identifier.to_owned(),
            answer,
            since,
            successor: None,
            roots: Vec::new(),
        });
    }

    /// SHA-256 of the roots under which the register's own region seals: its word says nothing of what is sealed in another
    /// region (R32). Nothing where the register said nothing.
    pub fn say_roots(&mut self, roots: Vec<[u8; 32]>) {
        if let Some(live) = &mut self.live {
            live.roots = roots;
        }
    }

    /// The version that the register says has taken its place; nothing where the register said nothing.
    pub fn say_successor(&mut self, successor: Successor) {
        if let Some(live) = &mut self.live {
            live.successor = Some(successor);
        }
    }

    /// Signatures that whoever asks has just made and checked (T-C3): where they stand in the artefact, over exactly
    /// what they were checked for, they are not computed a second time. Everything else is judged as ever.
    pub fn say_made(&mut self, made: Vec<Signature>) {
        self.made = made;
    }

    fn add_policy(&mut self, name: &str, octets: &[u8]) -> bool {
        let identifier = name.strip_suffix(".policy").and_then(Oid::from_dotted);
        self.policies
            .extend(identifier.map(|identifier| (identifier, octets.to_vec())));
        identifier.is_some()
    }

    fn add_crl(&mut self, octets: &[u8]) -> bool {
        let unpacked = std::str::from_utf8(octets)
            .ok()
            .filter(|text| text.contains("-----BEGIN "))
            .and_then(|text| pem::blocks(text, &["X509 CRL"]));
        let all = unpacked.unwrap_or_else(|| vec![octets.to_vec()]);
        let read = all.iter().filter_map(|der| Crl::parse_any(der).ok());
        let read: Vec<Crl> = read.collect();
        let whole = !read.is_empty() && read.len() == all.len();
        self.crls.extend(read);
        whole
    }

    fn tell(&mut self, code: &str, name: &str) {
        // Names come from a folder; a thousand of them would drown the report.
        if self.findings.len() < 32 {
            self.findings.push(Finding::of(code).because(name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_decide_and_unknown_ones_are_told() {
        let mut material = Material::empty();
        assert_eq!(material.add("log.checkpoint", b"x"), Supplied::Taken);
        assert_eq!(material.add("notes.txt", b"x"), Supplied::Ignored);
        assert_eq!(material.add("crl", b"x"), Supplied::Ignored);
        assert_eq!(material.add("a.crl", b"x"), Supplied::Refused);
        assert_eq!(material.add("a.ocsp", b"x"), Supplied::Refused);
        assert_eq!(material.add("a.statuslist", b"x"), Supplied::Refused);
        let codes: Vec<_> = material.findings.iter().map(|one| one.code).collect();
        assert_eq!(codes[..2], ["material.ignored", "material.ignored"]);
        assert_eq!(codes[2..], ["material.unreadable"; 3]);
    }

    #[test]
    fn content_is_found_by_name_by_digest_or_as_the_only_one() {
        let mut material = Material::empty();
        assert_eq!(material.content(None), None);
        assert_eq!(material.offer("a.txt", b"a".to_vec()), Supplied::Taken);
        assert_eq!(material.content(None), Some(&b"a"[..]));
        assert_eq!(material.content(Some("b.txt")), None);
        material.offer("b.txt", b"b".to_vec());
        assert_eq!(material.content(None), None);
        assert_eq!(material.content(Some("b.txt")), Some(&b"b"[..]));
        assert_eq!(material.content_with(|one| one == b"b"), Some(&b"b"[..]));
        assert_eq!(material.content_with(|one| one == b"c"), None);
    }

    #[test]
    fn too_many_files_are_refused() {
        let mut material = Material::empty();
        for _ in 0..MAX_FILES {
            assert_eq!(material.add("a.checkpoint", b""), Supplied::Taken);
        }
        assert_eq!(material.add("a.checkpoint", b""), Supplied::Refused);
        assert_eq!(material.checkpoints.len(), MAX_FILES);
    }
}
