//! A package laid out for its signature: every entry digested, `Signature.xml` written.

use std::collections::BTreeMap;
use std::io::Cursor;

use container::{Change, Package};
use crypto::{Digest, SignatureAlgorithm, sha256};
use ofd::{Facts, ReadPart, SignatureKind, StampPlace};

use crate::ofd::fault::SealOfd;
use crate::ofd::list::{Listed, document, holds, inspect_stamps};
use crate::ofd::request::{List, Request};
use crate::ofd::text::{Signed, list, words};

/// Octets of an entry: all that a package may hold are within the limits of its reader.
const MAX_ENTRY: u64 = u32::MAX as u64;

/// A package as it was read.
pub(super) struct Read {
    file: Vec<u8>,
    facts: Facts,
    /// Of its entries, by name.
    digests: BTreeMap<String, Result<Digest, ReadPart>>,
}

impl Read {
    /// Reads a package that is to be signed by `algorithm`.
    pub(super) fn of(file: Vec<u8>, algorithm: SignatureAlgorithm) -> Result<Read, SealOfd> {
        let digest = algorithm.digest();
        let (facts, digests) = ofd::read_digested(Cursor::new(file.as_slice()), digest)?;
        let names = facts.entries.iter().map(|entry| entry.name.clone());
        let digests = names.zip(digests).collect();
        Ok(Read {
            file,
            facts,
            digests,
        })
    }

    pub(super) fn facts(&self) -> &Facts {
        &self.facts
    }
}

/// A package that lacks the value of its last signature.
#[derive(Debug)]
pub(super) struct Laid {
    change: Change<Cursor<Vec<u8>>>,
    /// Path of `Signature.xml`.
    pub(super) path: String,
    value: String,
    id: String,
    /// The digest of `Signature.xml`.
    pub(super) digest: Digest,
    /// Its SHA-256.
    pub(super) covered: [u8; 32],
}

impl Laid {
    /// Lays the package out for a signature by `algorithm`, with this seal where there is one.
    pub(super) fn new(
        package: Read,
        request: &Request<'_>,
        algorithm: SignatureAlgorithm,
        seal: Option<&[u8]>,
    ) -> Result<Laid, SealOfd> {
        let words = words(algorithm).ok_or(SealOfd::Algorithm)?;
        let Read {
            file,
            facts,
            digests,
        } = package;
        let body = document(&facts)?;
        inspect_stamps(body, request.stamps)?;
        let mut listed = Listed::of(body)?;
        let mut change = Change::of(Package::open(Cursor::new(file))?);
        let folder = listed.folder(&change.names());
        let own = |name: &str| format!("{folder}/{name}");
        let (path, value) = (own("Signature.xml"), own("SignedValue.dat"));
        let id = listed.greatest + 1;
        let stamps: Vec<_> = (id + 1..).zip(request.stamps).collect();
        listed.greatest = stamps.last().map_or(id, |(last, _)| *last);
        let kind = seal.map_or(SignatureKind::Sign, |_| SignatureKind::Seal);
        listed.signatures.push((id.to_string(), kind, path.clone()));
        // Spec 3.3: OFD.xml names the list before the first signature, as it is itself signed.
        if !listed.named {
            let root = read(&mut change, "OFD.xml")?;
            let location = format!("/{}", listed.path);
            change.put("OFD.xml", ofd::with_signatures(&root, &location)?);
        }
        let text = list(listed.greatest, &listed.signatures);
        change.put(&listed.path, text.into_bytes());
        let seal = seal.map(|seal| {
            let name = own("Seal.esl");
            change.put_stored(&name, seal.to_vec());
            name
        });
        let left_out = (request.list == List::Open).then_some(listed.path.as_str());
        let mut references = Vec::new();
        for name in change.names() {
            if left_out != Some(name.as_str()) {
                let digest = match (change.new_content(&name), digests.get(&name)) {
                    (Some(content), _) => Digest::of(algorithm.digest(), content),
                    (None, Some(Ok(digest))) => digest.clone(),
                    (None, _) => return Err(SealOfd::Part { path: name }),
                };
                references.push((name, digest));
            }
        }
        let signed = Signed {
            words,
            time: request.time,
            references: &references,
            stamps: &stamps,
            seal: seal.as_deref(),
            value: &value,
        };
        let text = signed.text().into_bytes();
        let digest = Digest::of(algorithm.digest(), &text);
        let covered = sha256(&text);
        change.put(&path, text);
        Ok(Laid {
            change,
            path,
            value,
            id: id.to_string(),
            digest,
            covered,
        })
    }

    /// The package with the value in it, read back: what the last signature says is so. Beside it what was read.
    pub(super) fn finish(mut self, value: Vec<u8>) -> Result<(Vec<u8>, Facts), SealOfd> {
        self.change.put_stored(&self.value, value);
        let file = self.change.finish()?;
        let facts = ofd::read_back(Cursor::new(file.as_slice()))?;
        let signatures = document(&facts)?.signatures.as_ref();
        let made = signatures
            .and_then(|list| list.signatures.iter().find(|one| one.id == self.id))
            .and_then(|one| one.read.as_ref().ok());
        let inside = |place: StampPlace| place == StampPlace::Inside;
        match made {
            Some(signed)
                if holds(signed)
                    && signed.coverage.later.is_empty()
                    && signed.stamps.iter().all(|stamp| inside(stamp.place)) =>
            {
                Ok((file, facts))
            }
            _ => Err(SealOfd::Unlike),
        }
    }
}

fn read(change: &mut Change<Cursor<Vec<u8>>>, name: &str) -> Result<Vec<u8>, SealOfd> {
    let part = || SealOfd::Part {
        path: name.to_owned(),
    };
    Ok(change.read(name, MAX_ENTRY).ok_or_else(part)??)
}
