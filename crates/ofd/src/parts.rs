//! Parts of a package as they are read: each once, its digest taken from the same octets.

use std::collections::BTreeMap;
use std::io::{Read, Seek};
use std::sync::Arc;

use crypto::{Digest, DigestAlgorithm, Hasher};

use crate::facts::PartFault;
use crate::fault::ReadPart;
use crate::known::KNOWN;
use crate::limits::MAX_OCTETS;
use crate::tree;
use container::Name;
use container::Package;
use container::ReadPackage;
use xml::Element;

/// Octets of parts that are kept whole for who asks for them.
const MAX_KEPT: u64 = 128 * 1024 * 1024;

/// A package whose parts are being read.
#[derive(Debug)]
pub(crate) struct Parts<R> {
    package: Package<R>,
    /// What digests are taken of what is read from now on.
    taken: Vec<DigestAlgorithm>,
    digests: BTreeMap<String, Vec<Digest>>,
    /// What entries are known by, once that was asked.
    names: BTreeMap<String, Option<Name>>,
    kept: u64,
    pub(crate) faults: Vec<PartFault>,
    /// What ends the reading of the whole.
    pub(crate) stop: Option<ReadPackage>,
}

impl<R: Read + Seek> Parts<R> {
    pub(crate) fn new(package: Package<R>, taken: Vec<DigestAlgorithm>) -> Parts<R> {
        Parts {
            package,
            taken,
            digests: BTreeMap::new(),
            names: BTreeMap::new(),
            kept: 0,
            faults: Vec::new(),
            stop: None,
        }
    }

    pub(crate) fn package(&self) -> &Package<R> {
        &self.package
    }

    /// Takes these digests from now on.
    pub(crate) fn take(&mut self, algorithms: Vec<DigestAlgorithm>) {
        self.taken = algorithms;
    }

    /// The content of the entry at `path`.
    pub(crate) fn octets(&mut self, path: &str, most: u64) -> Result<Vec<u8>, ReadPart> {
        let read = self.package.read(path, most).ok_or(ReadPart::Absent)?;
        let octets = read.map_err(|fault| self.noted(fault))?;
        if !self.digests.contains_key(path) {
            let digests = self.taken_of(path, &octets)?;
            self.digests.insert(path.to_owned(), digests);
        }
        Ok(octets)
    }

    /// The digests that are taken of what is read, of the content of the entry at `path`.
    fn taken_of(&mut self, path: &str, octets: &[u8]) -> Result<Vec<Digest>, ReadPart> {
        if self.taken.is_empty() {
            return Ok(Vec::new());
        }
        let name = self.known_by(path)?;
        let taken = self.taken.iter().map(|algorithm| {
            let known = name.and_then(|name| KNOWN.digest(&name, *algorithm));
            known.unwrap_or_else(|| kept(name, Digest::of(*algorithm, octets)))
        });
        Ok(taken.collect())
    }

    /// What the entry at `path` is known by, where it is looked for among those met before.
    pub(crate) fn known_by(&mut self, path: &str) -> Result<Option<Name>, ReadPart> {
        if let Some(name) = self.names.get(path) {
            return Ok(*name);
        }
        let name = self.package.known_by(path);
        let name = name.map_err(|fault| self.noted(fault))?;
        self.names.insert(path.to_owned(), name);
        Ok(name)
    }

    /// The content of the entry at `path`, of which no digest is taken; `None` where it cannot be read.
    pub(crate) fn content(&mut self, path: &str, most: u64) -> Option<Vec<u8>> {
        self.package.read(path, most)?.ok()
    }

    /// Whether the digest by `algorithm` of the entry at `path` was taken.
    pub(crate) fn has_digest(&self, path: &str, algorithm: DigestAlgorithm) -> bool {
        let taken = self.digests.get(path).into_iter().flatten();
        taken
            .into_iter()
            .any(|digest| digest.algorithm() == algorithm)
    }

    /// Takes over a digest of the entry at `path`.
    pub(crate) fn took(&mut self, path: &str, name: Option<Name>, digest: Digest) {
        let digests = self.digests.entry(path.to_owned()).or_default();
        digests.push(kept(name, digest));
    }

    /// As [`Parts::octets`], for what is kept when all is read.
    pub(crate) fn kept(&mut self, path: &str, most: u64) -> Result<Vec<u8>, ReadPart> {
        let octets = self.octets(path, most)?;
        self.kept = self.kept.saturating_add(octets.len() as u64);
        if self.kept > MAX_KEPT {
            let name = path.to_owned();
            return Err(self.noted(ReadPackage::Large { name }));
        }
        Ok(octets)
    }

    /// The tree of the part at `path`.
    pub(crate) fn tree(&mut self, path: &str, root: &str) -> Result<Arc<Element>, ReadPart> {
        let name = self.known_by(path)?;
        let met = name.and_then(|name| Some((name, KNOWN.tree(&name)?)));
        if let Some((name, tree)) = met
            && tree.local() == root
        {
            let counted = self.package.count(&name);
            counted.map_err(|fault| self.noted(fault))?;
            return Ok(tree);
        }
        let octets = self.octets(path, MAX_OCTETS as u64)?;
        let tree = Arc::new(tree::parse(&octets, root)?);
        if let Some(name) = name {
            KNOWN.keep_tree(name, &tree);
        }
        Ok(tree)
    }

    /// The digest of the entry at `path`, taken when it was read, or now.
    pub(crate) fn digest(
        &mut self,
        path: &str,
        algorithm: DigestAlgorithm,
    ) -> Result<Digest, ReadPart> {
        let known = self.digests.get(path).into_iter().flatten();
        if let Some(known) = known.into_iter().find(|one| one.algorithm() == algorithm) {
            return Ok(known.clone());
        }
        let digest = self.digested(path, algorithm)?;
        let known = self.digests.entry(path.to_owned()).or_default();
        known.push(digest.clone());
        Ok(digest)
    }

    /// The digest of the entry at `path`, which is expanded for it unless it was met before.
    fn digested(&mut self, path: &str, algorithm: DigestAlgorithm) -> Result<Digest, ReadPart> {
        let name = self.known_by(path)?;
        let met = name.and_then(|name| Some((name, KNOWN.digest(&name, algorithm)?)));
        if let Some((name, digest)) = met {
            let counted = self.package.count(&name);
            counted.map_err(|fault| self.noted(fault))?;
            return Ok(digest);
        }
        let mut hasher = Hasher::new(algorithm);
        let streamed = self.package.stream(path, |piece| hasher.update(piece));
        let streamed = streamed.ok_or(ReadPart::Absent)?;
        streamed.map_err(|fault| self.noted(fault))?;
        Ok(kept(name, hasher.finish()))
    }

    /// Notes that the part at `path` cannot be read.
    pub(crate) fn fault(&mut self, path: &str, fault: impl Into<ReadPart>) {
        let (path, fault) = (path.to_owned(), fault.into());
        self.faults.push(PartFault { path, fault });
    }

    // T-I3: beyond a limit nothing more is said of the file.
    fn noted(&mut self, fault: ReadPackage) -> ReadPart {
        if !fault.is_of_one_entry() {
            self.stop.get_or_insert_with(|| fault.clone());
        }
        ReadPart::Octets(fault)
    }
}

/// The digest, which is known from now on.
fn kept(name: Option<Name>, digest: Digest) -> Digest {
    if let Some(name) = name {
        KNOWN.keep_digest(name, &digest);
    }
    digest
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::{MAX_KEPT, Parts};
    use crate::fault::ReadPart;
    use container::Change;
    use container::Package;
    use container::ReadPackage;

    #[test]
    fn what_is_kept_whole_is_counted_together() {
        let mut change = Change::empty();
        change.put("a", vec![7; 4]);
        change.put("b", vec![7]);
        let octets = change.finish().expect("plain names");
        let package = Package::open(Cursor::new(octets)).expect("a package");
        let mut parts = Parts::new(package, Vec::new());
        parts.kept = MAX_KEPT - 4;
        assert_eq!(parts.kept("a", 4), Ok(vec![7; 4]));
        let name = "b".to_owned();
        let refused = ReadPart::Octets(ReadPackage::Large { name });
        assert_eq!(parts.kept("b", 4), Err(refused));
    }
}
