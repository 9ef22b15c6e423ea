//! A package changed: entries added or replaced, the others copied as they are.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, Seek};

use thiserror::Error;

use crate::archive::{Archive, Packed, TooLarge};
use crate::fault::ReadPackage;
use crate::package::Package;

/// Why a package cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WritePackage {
    /// What would be written is a package that is not read here: a name that is not plain or collides, too many
    /// entries, or the old package cannot be read on.
    #[error("the package would not be read")]
    Package(#[from] ReadPackage),
    /// Larger than a ZIP file without ZIP64 can be.
    #[error("the package is too large")]
    TooLarge,
}

impl From<TooLarge> for WritePackage {
    fn from(_: TooLarge) -> WritePackage {
        WritePackage::TooLarge
    }
}

/// A package being changed, or made from nothing.
#[derive(Debug)]
pub struct Change<R> {
    package: Option<Package<R>>,
    /// Content by name, and the names in the order in which they came.
    put: BTreeMap<String, Vec<u8>>,
    /// Names of those that are not compressed.
    stored: BTreeSet<String>,
    order: Vec<String>,
}

impl<R: Read + Seek> Change<R> {
    /// A change of this package.
    #[must_use]
    pub fn of(package: Package<R>) -> Change<R> {
        Change {
            package: Some(package),
            put: BTreeMap::new(),
            stored: BTreeSet::new(),
            order: Vec::new(),
        }
    }

    /// The content of an entry as it will be; `None` if there will be none.
    ///
    /// # Errors
    /// As [`Package::read`].
    pub fn read(&mut self, name: &str, most: u64) -> Option<Result<Vec<u8>, ReadPackage>> {
        match self.put.get(name) {
            Some(content) => Some(Ok(content.clone())),
            None => self.package.as_mut()?.read(name, most),
        }
    }

    /// The content that was put for an entry; `None` where it stays as it is.
    #[must_use]
    pub fn new_content(&self, name: &str) -> Option<&[u8]> {
        self.put.get(name).map(Vec::as_slice)
    }

    /// The names of all entries as they will be, in their order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let old = self.package.iter().flat_map(|package| package.entries());
        let mut names: Vec<String> = old.map(|entry| entry.name().to_owned()).collect();
        let new = |name: &&String| self.is_new(name);
        names.extend(self.order.iter().filter(new).cloned());
        names
    }

    /// Puts an entry in the place of the one of this name, or behind the others.
    pub fn put(&mut self, name: &str, content: Vec<u8>) {
        if self.put.insert(name.to_owned(), content).is_none() {
            self.order.push(name.to_owned());
        }
    }

    /// As [`Change::put`], for what is compressed already and would not get smaller: a picture, or a seal with one in it.
    pub fn put_stored(&mut self, name: &str, content: Vec<u8>) {
        self.stored.insert(name.to_owned());
        self.put(name, content);
    }

    /// The new package. What did not change is copied, not compressed anew; folders without content go.
    ///
    /// # Errors
    /// `Package` for a package that would not be read, `TooLarge`.
    pub fn finish(mut self) -> Result<Vec<u8>, WritePackage> {
        let (names, mut package) = (self.names(), self.package.take());
        let old = package.iter().flat_map(|package| package.entries());
        let extents = old.map(|entry| entry.extent());
        let length: u64 = extents.map(|extent| extent.end - extent.start).sum();
        let new: usize = self.put.values().map(Vec::len).sum();
        let mut archive = Archive::of(usize::try_from(length).unwrap_or_default() + new);
        for name in names {
            if let Some(content) = self.put.remove(&name) {
                let packed = if self.stored.contains(&name) {
                    Packed::stored(content)
                } else {
                    Packed::of(content)
                };
                archive.put(&name, &packed)?;
            } else if let Some(package) = package.as_mut()
                && let Some(entry) = package.find(&name)
            {
                let (extent, central) = (entry.extent(), entry.central().clone());
                let raw = package.raw(extent)?;
                archive.copy(&central, &raw)?;
            }
        }
        admitted(archive)
    }

    fn is_new(&self, name: &str) -> bool {
        let package = self.package.as_ref();
        package.is_none_or(|package| package.find(name).is_none())
    }
}

/// The package of these entries, in their order.
///
/// # Errors
/// As [`Change::finish`].
pub fn written<'a>(
    entries: impl IntoIterator<Item = (&'a str, &'a Packed)>,
) -> Result<Vec<u8>, WritePackage> {
    let mut archive = Archive::default();
    for (name, packed) in entries {
        archive.put(name, packed)?;
    }
    admitted(archive)
}

// T-I4: nothing is written that is not read.
fn admitted(archive: Archive) -> Result<Vec<u8>, WritePackage> {
    let octets = archive.finish()?;
    Package::open(Cursor::new(octets.as_slice()))?;
    Ok(octets)
}

impl Change<Cursor<Vec<u8>>> {
    /// A package made from nothing.
    #[must_use]
    pub fn empty() -> Change<Cursor<Vec<u8>>> {
        Change {
            package: None,
            put: BTreeMap::new(),
            stored: BTreeSet::new(),
            order: Vec::new(),
        }
    }
}
