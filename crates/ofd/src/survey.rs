//! A whole file: from `OFD.xml` to every part that it leads to.

use std::io::{Read, Seek};

use crypto::{Digest, DigestAlgorithm};

use crate::document::{document, information};
use crate::facts::{Body, EntryFact, Facts};
use crate::fault::{ReadOfd, ReadPart, ReadXml};
use crate::known::KEPT;
use crate::location::resolve;
use crate::parts::Parts;
use crate::signature;
use container::Package;
use xml::Element;

/// The one entry with a fixed name (GB/T 33190-2016, 7.1).
pub(crate) const ROOT: &str = "OFD.xml";
/// Documents of one file.
const MAX_BODIES: usize = 16;

/// What is in a file. A part that cannot be read is a fact like others; a package that cannot, or an `OFD.xml`, is an
/// error. Each entry is expanded only as far as something leads to it, in pieces where it is not XML, and once, but for the lists
/// and descriptions of signatures.
///
/// # Errors
/// [`ReadOfd`]. Beyond a limit of T-I4 nothing is said of the file at all (T-I3).
pub fn read<R: Read + Seek>(reader: R) -> Result<Facts, ReadOfd> {
    Ok(gathered(Package::open(reader)?, None)?.0)
}

/// As [`read`], and beside it the digest of each entry by `algorithm`, in the order of the facts' entries, or why one cannot
/// be read: what a signature over all of the file lists. Taken from the same octets, so that nothing is expanded twice.
///
/// # Errors
/// [`ReadOfd`].
pub fn read_digested<R: Read + Seek>(
    reader: R,
    algorithm: DigestAlgorithm,
) -> Result<(Facts, Vec<Result<Digest, ReadPart>>), ReadOfd> {
    let (facts, mut parts) = gathered(Package::open(reader)?.met_again(KEPT), Some(algorithm))?;
    let names = facts.entries.iter().map(|entry| entry.name.as_str());
    parts.ahead(names.clone(), algorithm);
    let digests = names.map(|name| parts.digest(name, algorithm)).collect();
    match parts.stop {
        Some(fault) => Err(ReadOfd::Package(fault)),
        None => Ok((facts, digests)),
    }
}

/// As [`read`], of a package that was made a moment ago from one that [`read_digested`] read: what did not change is met again,
/// however large it is.
///
/// # Errors
/// [`ReadOfd`].
pub fn read_back<R: Read + Seek>(reader: R) -> Result<Facts, ReadOfd> {
    Ok(gathered(Package::open(reader)?.met_again(KEPT), None)?.0)
}

fn gathered<R: Read + Seek>(
    package: Package<R>,
    algorithm: Option<DigestAlgorithm>,
) -> Result<(Facts, Parts<R>), ReadOfd> {
    let entries = package.entries().iter().map(|entry| EntryFact {
        name: entry.name().to_owned(),
        size: entry.size(),
    });
    let entries = entries.collect();
    // What is read before the signatures name their methods is small, and most of it signed by nobody: its digests are taken
    // when they are asked for.
    let mut parts = Parts::new(package, Vec::new());
    let mut bodies = roots(&mut parts).map_err(ReadOfd::Root)?;
    let mut methods: Vec<DigestAlgorithm> = algorithm.into_iter().collect();
    for list in bodies.iter().filter_map(|body| body.signatures.as_ref()) {
        methods.extend(signature::wanted(list));
    }
    methods.sort_unstable();
    methods.dedup();
    parts.take(methods);
    for body in &mut bodies {
        if let Some(root) = body.root.clone() {
            document(&mut parts, &root, body);
        }
    }
    for body in &mut bodies {
        signature::complete(&mut parts, body);
    }
    if let Some(fault) = parts.stop {
        return Err(ReadOfd::Package(fault));
    }
    let facts = Facts {
        entries,
        bodies,
        faults: std::mem::take(&mut parts.faults),
    };
    Ok((facts, parts))
}

/// The documents that `OFD.xml` names, with their lists of signatures.
fn roots<R: Read + Seek>(parts: &mut Parts<R>) -> Result<Vec<Body>, ReadPart> {
    let tree = parts.tree(ROOT, "OFD")?;
    let mut bodies = Vec::new();
    for (count, found) in tree.all("DocBody").enumerate() {
        if count >= MAX_BODIES {
            return Err(ReadXml::TooMany("DocBody").into());
        }
        bodies.push(body(parts, found)?);
    }
    if bodies.is_empty() {
        return Err(ReadXml::Missing("DocBody").into());
    }
    Ok(bodies)
}

// GB/T 33190-2016, 7.4: DocBody.
fn body<R: Read + Seek>(parts: &mut Parts<R>, found: &Element) -> Result<Body, ReadXml> {
    let mut body = Body {
        information: information(found)?,
        ..Body::default()
    };
    body.reachable.insert(ROOT.to_owned());
    if let Some(versions) = found.one("Versions")? {
        body.versions = versions.all("Version").count();
    }
    if let Some(location) = found.text_of("DocRoot")? {
        match resolve(ROOT, location) {
            Ok(path) => {
                body.reachable.insert(path.clone());
                body.root = Some(path);
            }
            Err(fault) => parts.fault(location, fault),
        }
    }
    if let Some(location) = found.text_of("Signatures")? {
        body.signatures = Some(signature::list(parts, location, &mut body));
    }
    Ok(body)
}

#[cfg(test)]
mod boxes;
#[cfg(test)]
mod counted;
#[cfg(test)]
mod met;
#[cfg(test)]
mod tests;
