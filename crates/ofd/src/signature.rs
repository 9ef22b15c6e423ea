//! Signatures as they stand in the file: what each names, what of that is as it was, what it leaves out.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto::DigestAlgorithm;

use crate::area::Area;
use crate::facts::{Body, PageFact};
use crate::fault::{ReadPart, ReadXml};
use crate::location::{is_direct, resolve};
use crate::parts::Parts;
use crate::signed::{
    CheckMethod, Coverage, ListState, Outcome, Part, Reference, Signature, SignatureKind,
    Signatures, Signed, Stamp, StampPlace, Uncovered,
};
use crate::tree;
use container::MAX_ENTRIES;
use xml::Element;

/// Signatures of a document.
pub(crate) const MAX_SIGNATURES: usize = 100;
/// Octets of a `Signature.xml`: ten thousand references are some two million.
pub(crate) const MAX_SIGNATURE: u64 = 4 * 1024 * 1024;
/// Octets of a signed value, which holds a seal.
pub(crate) const MAX_VALUE: u64 = 4 * 1024 * 1024;
/// Octets of a seal.
pub(crate) const MAX_SEAL: u64 = 2 * 1024 * 1024;
/// Stamps of one signature: a seal across the edges of all pages has one on each.
pub(crate) const MAX_STAMPS: usize = 10_000;

/// Reads the list at `location` of `OFD.xml` with all that it names, and recomputes nothing yet.
pub(crate) fn list<R: Read + Seek>(
    parts: &mut Parts<R>,
    location: &str,
    body: &mut Body,
) -> Signatures {
    let mut found = Signatures {
        path: location.to_owned(),
        greatest: None,
        is_short: false,
        signatures: Vec::new(),
        fault: None,
    };
    let read = resolve("OFD.xml", location).and_then(|path| {
        body.reachable.insert(path.clone());
        found.path = path;
        parts.tree(&found.path, "Signatures")
    });
    let read = read.and_then(|tree| Ok(listed(parts, &tree, &mut found, body)?));
    if let Err(fault) = read {
        parts.fault(&found.path, fault.clone());
        found.fault = Some(fault);
    }
    found
}

// GB/T 33190-2016, 18.1: Signatures.
fn listed<R: Read + Seek>(
    parts: &mut Parts<R>,
    tree: &Element,
    found: &mut Signatures,
    body: &mut Body,
) -> Result<(), ReadXml> {
    found.greatest = tree.text_of("MaxSignId")?.map(str::to_owned);
    inspect_places(tree)?;
    for (count, one) in tree.all("Signature").enumerate() {
        if count >= MAX_SIGNATURES {
            return Err(ReadXml::TooMany("Signature"));
        }
        let id = one.required("ID")?.to_owned();
        // T-I5: identifiers are unique.
        if found.signatures.iter().any(|known| known.id == id) {
            return Err(ReadXml::Identifier(id));
        }
        let kind = match one.attribute("Type") {
            None | Some("Seal") => SignatureKind::Seal,
            Some("Sign") => SignatureKind::Sign,
            Some(other) => SignatureKind::Other(other.to_owned()),
        };
        let location = one.required("BaseLoc")?;
        let signature = match resolve(&found.path, location) {
            // T-V5: an open list is signed by nobody; one signature that it names twice would count for two.
            Ok(path) if found.signatures.iter().any(|known| known.path == path) => {
                return Err(ReadXml::Repeated("the Signature of one BaseLoc"));
            }
            Ok(path) => signature(parts, (id, kind, path), body),
            Err(fault) => Signature {
                id,
                kind,
                path: location.to_owned(),
                octets: Vec::new(),
                read: Err(fault),
            },
        };
        if let Err(fault) = &signature.read {
            parts.fault(&signature.path, fault.clone());
        }
        found.signatures.push(signature);
    }
    found.is_short = is_short(found);
    Ok(())
}

/// T-V5: whoever looks for a Signature at any depth finds those that stand in the list itself, and no other.
fn inspect_places(tree: &Element) -> Result<(), ReadXml> {
    let mut waiting: Vec<&Element> = tree.children.iter().flat_map(|one| &one.children).collect();
    while let Some(element) = waiting.pop() {
        if element.local() == "Signature" {
            return Err(ReadXml::Misplaced(element.local().to_owned()));
        }
        waiting.extend(&element.children);
    }
    Ok(())
}

/// Identifiers are numbers, with letters before them in some writers.
fn is_short(list: &Signatures) -> bool {
    let number = |text: &str| {
        let digits = text.trim_start_matches(|letter: char| !letter.is_ascii_digit());
        digits.parse::<u64>().ok()
    };
    let Some(greatest) = list.greatest.as_deref().and_then(number) else {
        return false;
    };
    let stamps = |one: &Signature| match &one.read {
        Ok(signed) => signed
            .stamps
            .iter()
            .filter_map(|stamp| number(&stamp.id))
            .max(),
        Err(_) => None,
    };
    let own = list
        .signatures
        .iter()
        .map(|one| number(&one.id).max(stamps(one)));
    own.max().flatten().unwrap_or_default() < greatest
}

fn signature<R: Read + Seek>(
    parts: &mut Parts<R>,
    (id, kind, path): (String, SignatureKind, String),
    body: &mut Body,
) -> Signature {
    body.reachable.insert(path.clone());
    let (octets, read) = match parts.kept(&path, MAX_SIGNATURE) {
        Ok(octets) => {
            let tree = tree::parse(&octets, "Signature").map_err(ReadPart::from);
            let read = tree.and_then(|tree| Ok(signed(parts, &path, &tree, body)?));
            (octets, read)
        }
        Err(fault) => (Vec::new(), Err(fault)),
    };
    Signature {
        id,
        kind,
        path,
        octets,
        read,
    }
}

// GB/T 33190-2016, 18.2: Signature. Any order of elements, none twice that may occur once.
fn signed<R: Read + Seek>(
    parts: &mut Parts<R>,
    path: &str,
    tree: &Element,
    body: &mut Body,
) -> Result<Signed, ReadXml> {
    let said = tree.child("SignedInfo")?;
    let provider = said.child("Provider")?;
    let references = said.child("References")?;
    let value = tree.child("SignedValue")?.text.clone();
    let seal = match said.one("Seal")? {
        Some(seal) => Some(seal.child("BaseLoc")?.text.clone()),
        None => None,
    };
    let mut named = |location: &str, most| {
        let (path, octets) = match resolve(path, location) {
            Ok(path) => {
                body.reachable.insert(path.clone());
                let octets = parts.kept(&path, most);
                (path, octets)
            }
            Err(fault) => (location.to_owned(), Err(fault)),
        };
        Part { path, octets }
    };
    Ok(Signed {
        value: named(&value, MAX_VALUE),
        seal: seal.map(|seal| named(&seal, MAX_SEAL)),
        provider: provider.attribute("ProviderName").map(str::to_owned),
        method: said.text_of("SignatureMethod")?.map(str::to_owned),
        time: said.text_of("SignatureDateTime")?.map(str::to_owned),
        check: CheckMethod::parse(references.attribute("CheckMethod")),
        references: stated(references)?,
        stamps: stamps(said)?,
        coverage: Coverage::default(),
    })
}

fn stated(references: &Element) -> Result<Vec<Reference>, ReadXml> {
    let mut found = Vec::new();
    for one in references.all("Reference") {
        if found.len() >= MAX_ENTRIES {
            return Err(ReadXml::TooMany("Reference"));
        }
        let value = one.child("CheckValue")?;
        let text: String = value.text.split_ascii_whitespace().collect();
        found.push(Reference {
            written: one.required("FileRef")?.to_owned(),
            entry: None,
            stated: STANDARD.decode(text).unwrap_or_default(),
            outcome: Outcome::NotComputed,
        });
    }
    Ok(found)
}

fn stamps(said: &Element) -> Result<Vec<Stamp>, ReadXml> {
    let mut found = Vec::new();
    for one in said.all("StampAnnot") {
        if found.len() >= MAX_STAMPS {
            return Err(ReadXml::TooMany("StampAnnot"));
        }
        let area = |name| {
            let parsed = one.attribute(name).map(Area::parse);
            parsed
                .map(|area| area.ok_or(ReadXml::Value(name)))
                .transpose()
        };
        found.push(Stamp {
            id: one.required("ID")?.to_owned(),
            page: one.required("PageRef")?.to_owned(),
            area: area("Boundary")?.ok_or(ReadXml::Missing("Boundary"))?,
            clip: area("Clip")?,
            place: StampPlace::NoSuchPage,
        });
    }
    Ok(found)
}

/// The methods whose digests the list's signatures want.
pub(crate) fn wanted(list: &Signatures) -> impl Iterator<Item = DigestAlgorithm> {
    let read = list
        .signatures
        .iter()
        .filter_map(|one| one.read.as_ref().ok());
    read.filter_map(|signed| match signed.check {
        CheckMethod::Digest(algorithm) => Some(algorithm),
        _ => None,
    })
}

/// Follows each reference, places each stamp and tells what each signature leaves out, once the document is read.
pub(crate) fn complete<R: Read + Seek>(parts: &mut Parts<R>, body: &mut Body) {
    let Some(mut list) = body.signatures.take() else {
        return;
    };
    let pages = body.pages.iter().map(|page| (page.id.as_str(), page));
    let pages: BTreeMap<&str, &PageFact> = pages.collect();
    for signature in &mut list.signatures {
        let Ok(signed) = &mut signature.read else {
            continue;
        };
        follow(parts, signed, &signature.path);
        for stamp in &mut signed.stamps {
            stamp.place = place(stamp, &pages);
        }
    }
    let files: Vec<Vec<String>> = list.signatures.iter().map(files).collect();
    for (at, signature) in list.signatures.iter_mut().enumerate() {
        let later = files.iter().skip(at + 1).flatten();
        let later: BTreeSet<&str> = later.map(String::as_str).collect();
        let Ok(signed) = &mut signature.read else {
            continue;
        };
        let own = [signature.path.as_str(), signed.value.path.as_str()];
        let covered = signed.references.iter();
        let covered: BTreeSet<&str> = covered
            .filter(|one| one.outcome == Outcome::Same)
            .filter_map(|one| one.entry.as_deref())
            .collect();
        let mut coverage = Coverage::default();
        if covered.contains(list.path.as_str()) {
            coverage.list = ListState::Covered;
        }
        for entry in parts.package().entries() {
            let name = entry.name();
            // 3.4, 5: covered, its own two files, the list while it is open, files of later signatures.
            if covered.contains(name) || own.contains(&name) || name == list.path {
                continue;
            }
            if later.contains(name) {
                coverage.later.push(name.to_owned());
            } else {
                coverage.uncovered.push(Uncovered {
                    path: name.to_owned(),
                    reachable: body.reachable.contains(name),
                });
            }
        }
        signed.coverage = coverage;
    }
    body.signatures = Some(list);
}

/// The files that are a signature's own.
fn files(signature: &Signature) -> Vec<String> {
    let mut files = vec![signature.path.clone()];
    if let Ok(signed) = &signature.read {
        files.push(signed.value.path.clone());
        files.extend(signed.seal.iter().map(|seal| seal.path.clone()));
    }
    files
}

/// 3.4, 4: every reference leads to one entry, once.
fn follow<R: Read + Seek>(parts: &mut Parts<R>, signed: &mut Signed, path: &str) {
    for reference in &mut signed.references {
        let resolved = resolve(path, &reference.written).ok();
        reference.entry = resolved.filter(|_| is_direct(&reference.written));
    }
    let check = &signed.check;
    if let CheckMethod::Digest(algorithm) = check {
        let entries = signed.references.iter();
        let entries: BTreeSet<&str> = entries.filter_map(|one| one.entry.as_deref()).collect();
        parts.ahead(entries.into_iter(), *algorithm);
    }
    let mut seen = BTreeSet::new();
    for reference in &mut signed.references {
        let Some(entry) = &reference.entry else {
            reference.outcome = Outcome::Location;
            continue;
        };
        reference.outcome = match check {
            _ if !seen.insert(entry.clone()) => Outcome::Repeated,
            _ if parts.package().find(entry).is_none() => Outcome::Absent,
            CheckMethod::Digest(algorithm) => match parts.digest(entry, *algorithm) {
                Ok(digest) if digest.bytes() == reference.stated => Outcome::Same,
                Ok(_) => Outcome::Differs,
                Err(fault) => Outcome::Unreadable(fault),
            },
            _ => Outcome::NotComputed,
        };
    }
}

/// 3.4, 9: on an existing page, inside it.
fn place(stamp: &Stamp, pages: &BTreeMap<&str, &PageFact>) -> StampPlace {
    let Some(page) = pages.get(stamp.page.as_str()) else {
        return StampPlace::NoSuchPage;
    };
    if page.shows(stamp.area, stamp.clip) {
        StampPlace::Inside
    } else {
        StampPlace::Outside
    }
}
