//! The ZIP package, its records walked one by one before anything is inflated.
//!
//! # Shape
//! Entries one after the other from offset 0, each a local header, its data and perhaps a data descriptor; the central
//! directory; its end record, with which the file ends. Nothing lies between, and each octet belongs to one of them
//! (APPNOTE 6.3.10, 4.3.6).

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};

use crate::fault::ReadPackage;
use crate::limits::{MAX_ENTRIES, MAX_EXPANDED};

mod inflate;
mod names;
pub(crate) mod records;

use inflate::Inflated;
pub use names::is_plain;
use records::{Central, End, LOCAL, Local};

/// Octets of a name: paths of OFD are some forty long.
pub(crate) const MAX_NAME: usize = 512;
/// Octets of an entry's extra fields.
pub(crate) const MAX_EXTRA: usize = 1024;
/// Octets read at a time.
pub(crate) const CHUNK: usize = 64 * 1024;
/// Octets of an entry's content from which on it is looked for among those met before: below, its digest costs no more.
const MIN_KNOWN: u64 = 4 * 1024;
/// Octets of an entry in the file up to which it is: they are read at once.
const MAX_READ: u64 = 1024 * 1024;
/// Octets of a package's contents up to which its entries are: licences are met often, files of many megabytes once.
const MAX_KNOWN: u64 = 4 * 1024 * 1024;

/// An entry of a package: a plain file, by what its headers agree on.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its path in the package, parts between slashes.
    name: String,
    central: Central,
    /// Offset of its data.
    data: u64,
    /// Offset behind its data and descriptor.
    end: u64,
}

impl Entry {
    /// Its path in the package, parts between slashes, without one before the first.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Octets of its content.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.central.size
    }

    /// Where its local header and data lie in the file.
    pub(crate) fn extent(&self) -> std::ops::Range<u64> {
        self.central.offset..self.end
    }

    /// Whether it is looked for among those met before.
    fn is_worth_knowing(&self) -> bool {
        self.size() >= MIN_KNOWN && self.central.packed <= MAX_READ
    }

    /// What the directory says of it.
    pub(crate) fn central(&self) -> &Central {
        &self.central
    }
}

/// What an entry is known by: who has met one of this name knows the content of every one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Name {
    /// SHA-256 of its data as they lie in the file.
    pub packed: [u8; 32],
    /// How they are packed.
    pub method: u16,
    /// Octets of its content, as its headers say.
    pub size: u64,
    /// Their checksum, as its headers say.
    pub checksum: u32,
}

/// A package over bytes that do not change while it is read.
#[derive(Debug)]
pub struct Package<R> {
    reader: R,
    entries: Vec<Entry>,
    places: BTreeMap<String, usize>,
    inflated: Inflated,
    /// Whether its entries are looked for among those met before.
    met: bool,
}

impl<R: Read + Seek> Package<R> {
    /// Walks all records of the package; no content is read.
    ///
    /// # Errors
    /// [`ReadPackage`] names the rule that is broken, never after more than the directory and each header was read.
    pub fn open(mut reader: R) -> Result<Package<R>, ReadPackage> {
        let length = reader.seek(SeekFrom::End(0)).map_err(io)?;
        let end = End::read(&mut reader, length)?;
        let mut found = directory(&mut reader, &end)?;
        // T-I4: declared sizes are only a first word; the same limit is counted again while inflating.
        let declared = found
            .iter()
            .try_fold(0_u64, |sum, one| sum.checked_add(one.size));
        if declared.is_none_or(|sum| sum > MAX_EXPANDED) {
            return Err(ReadPackage::Expanded);
        }
        found.sort_by_key(|central| central.offset);
        let entries = tiled(&mut reader, found, end.directory)?;
        let places = names::admitted(&entries)?;
        let entries: Vec<Entry> = entries
            .into_iter()
            .filter(|entry| !entry.name.ends_with('/'))
            .collect();
        if entries.is_empty() {
            return Err(ReadPackage::Empty);
        }
        Ok(Package {
            reader,
            entries,
            places,
            inflated: Inflated::default(),
            met: declared.is_some_and(|octets| octets <= MAX_KNOWN),
        })
    }

    /// The entries, folders left out, in the order in which they lie in the file.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of exactly this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.places
            .get(name)
            .and_then(|place| self.entries.get(*place))
    }

    /// The content of an entry of this name; `None` if there is none.
    ///
    /// # Errors
    /// `Large` for more than `most` octets, `Data` and `Checksum` for a damaged entry, `Ratio` and `Expanded` beyond
    /// the limits of T-I4, `Io`.
    pub fn read(&mut self, name: &str, most: u64) -> Option<Result<Vec<u8>, ReadPackage>> {
        let entry = self.places.get(name).and_then(|at| self.entries.get(*at))?;
        if entry.size() > most {
            let name = name.to_owned();
            return Some(Err(ReadPackage::Large { name }));
        }
        let mut content =
            Vec::with_capacity(usize::try_from(entry.size()).unwrap_or_default().min(CHUNK));
        let read = self.inflated.stream(&mut self.reader, entry, |piece| {
            content.extend_from_slice(piece)
        });
        Some(read.map(|()| content))
    }

    /// Gives the content of an entry to `taker`, piece by piece; `None` if there is none.
    ///
    /// # Errors
    /// As [`Package::read`]. What was given before an error counts for nothing.
    pub fn stream(
        &mut self,
        name: &str,
        taker: impl FnMut(&[u8]),
    ) -> Option<Result<(), ReadPackage>> {
        let entry = self.places.get(name).and_then(|at| self.entries.get(*at))?;
        Some(self.inflated.stream(&mut self.reader, entry, taker))
    }

    /// The same package, of which is known that its entries are met twice: it is read, and what is made of it is read back.
    /// `kept` is how many entries are remembered.
    #[must_use]
    pub fn met_again(mut self, kept: usize) -> Package<R> {
        let worth = self.entries.iter().filter(|entry| entry.is_worth_knowing());
        // More entries than are kept would push each other out.
        self.met |= worth.count() <= kept;
        self
    }

    /// What the entry of this name is known by, where it is large enough to be worth it; `None` also where the package is so large
    /// that nobody meets it twice.
    ///
    /// # Errors
    /// `Io`.
    pub fn known_by(&mut self, name: &str) -> Result<Option<Name>, ReadPackage> {
        if !self.met {
            return Ok(None);
        }
        let entry = self.find(name);
        let Some(entry) = entry.filter(|entry| entry.is_worth_knowing()) else {
            return Ok(None);
        };
        let (central, data) = (entry.central(), entry.data);
        let (method, checksum, size) = (central.method, central.checksum, central.size);
        let packed = self.raw(data..data.saturating_add(central.packed))?;
        Ok(Some(Name {
            packed: crypto::sha256(&packed),
            method,
            size,
            checksum,
        }))
    }

    /// Counts the content of an entry that is known as if it had been expanded.
    ///
    /// # Errors
    /// `Expanded` beyond the limit of T-I4.
    pub fn count(&mut self, known: &Name) -> Result<(), ReadPackage> {
        self.inflated.count(known.size)
    }

    /// The octets of the file in this range.
    pub(crate) fn raw(&mut self, range: std::ops::Range<u64>) -> Result<Vec<u8>, ReadPackage> {
        let length = usize::try_from(range.end.saturating_sub(range.start))
            .map_err(|_| ReadPackage::Directory)?;
        let mut octets = vec![0; length];
        read_at(&mut self.reader, range.start, &mut octets)?;
        Ok(octets)
    }
}

/// The records of the central directory, each admitted by itself.
fn directory<R: Read + Seek>(reader: &mut R, end: &End) -> Result<Vec<Central>, ReadPackage> {
    if end.entries > MAX_ENTRIES {
        return Err(ReadPackage::TooManyEntries);
    }
    if end.entries == 0 {
        return Err(ReadPackage::Empty);
    }
    let length = usize::try_from(end.length).map_err(|_| ReadPackage::Directory)?;
    // A directory is never longer than its records may be, whatever its end says.
    if length > MAX_ENTRIES * (records::CENTRAL + MAX_NAME + MAX_EXTRA) {
        return Err(ReadPackage::Directory);
    }
    let mut octets = vec![0; length];
    read_at(reader, end.directory, &mut octets)?;
    let mut found = Vec::with_capacity(end.entries);
    let mut rest = octets.as_slice();
    while !rest.is_empty() {
        if found.len() == end.entries {
            return Err(ReadPackage::Directory);
        }
        let at = end.directory + (octets.len() - rest.len()) as u64;
        let (central, after) = Central::parse(rest, at)?;
        found.push(central);
        rest = after;
    }
    if found.len() != end.entries {
        return Err(ReadPackage::Directory);
    }
    Ok(found)
}

/// The entries with their local headers, which with their data fill the file up to the directory.
fn tiled<R: Read + Seek>(
    reader: &mut R,
    found: Vec<Central>,
    directory: u64,
) -> Result<Vec<Entry>, ReadPackage> {
    let mut entries = Vec::with_capacity(found.len());
    let mut filled = 0_u64;
    for central in found {
        // T-I4: overlaps and room that belongs to nobody are refused.
        if central.offset < filled {
            let name = central.name.clone();
            return Err(ReadPackage::Overlap { name });
        }
        if central.offset > filled {
            return Err(ReadPackage::Gap { at: filled });
        }
        let room = directory.saturating_sub(central.offset);
        let mut head = vec![0; LOCAL.saturating_add(central.name.len())];
        if room < head.len() as u64 {
            return Err(ReadPackage::Header { at: central.offset });
        }
        read_at(reader, central.offset, &mut head)?;
        let local = Local::parse(&head, central.offset)?;
        local.agrees(&central)?;
        let data = central
            .offset
            .saturating_add(head.len() as u64)
            .saturating_add(local.extra as u64);
        let extra = central.offset.saturating_add(head.len() as u64);
        let mut fields = vec![0; local.extra];
        if data > directory {
            return Err(ReadPackage::Header { at: central.offset });
        }
        read_at(reader, extra, &mut fields)?;
        records::admit_extra(&fields, &central.name)?;
        let mut end = data.saturating_add(central.packed);
        if end > directory {
            let name = central.name.clone();
            return Err(ReadPackage::Overlap { name });
        }
        if central.has_descriptor() {
            end = descriptor(reader, &central, end, directory)?;
        }
        filled = end;
        let name = central.name.clone();
        entries.push(Entry {
            name,
            central,
            data,
            end,
        });
    }
    if filled != directory {
        return Err(ReadPackage::Gap { at: filled });
    }
    Ok(entries)
}

/// The end of the data descriptor at `at`, which has its signature and says what the directory says
/// (APPNOTE 4.3.9: what Java writes when it streams).
fn descriptor<R: Read + Seek>(
    reader: &mut R,
    central: &Central,
    at: u64,
    directory: u64,
) -> Result<u64, ReadPackage> {
    let differs = || ReadPackage::HeadersDiffer {
        name: central.name.clone(),
    };
    let end = at.saturating_add(records::DESCRIPTOR as u64);
    if end > directory {
        return Err(differs());
    }
    let mut octets = [0; records::DESCRIPTOR];
    read_at(reader, at, &mut octets)?;
    if octets != central.descriptor() {
        return Err(differs());
    }
    Ok(end)
}

pub(crate) fn read_at<R: Read + Seek>(
    reader: &mut R,
    offset: u64,
    into: &mut [u8],
) -> Result<(), ReadPackage> {
    reader.seek(SeekFrom::Start(offset)).map_err(io)?;
    reader.read_exact(into).map_err(io)
}

pub(crate) fn io(error: std::io::Error) -> ReadPackage {
    ReadPackage::Io(error.kind())
}

#[cfg(test)]
mod tests;
