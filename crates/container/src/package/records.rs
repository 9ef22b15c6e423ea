//! The records of a ZIP file as they are written: little-endian, each with its signature.

use std::io::{Read, Seek};

use super::{MAX_EXTRA, MAX_NAME, read_at};
use crate::fault::ReadPackage;

/// Octets of a local header before its name.
pub(crate) const LOCAL: usize = 30;
/// Octets of a record of the directory before its name.
pub(crate) const CENTRAL: usize = 46;
/// Octets of the end record, which has no comment.
pub(crate) const END: usize = 22;
/// Octets of a data descriptor with its signature.
pub(crate) const DESCRIPTOR: usize = 16;

/// Signatures of the records (APPNOTE 4.3).
pub(crate) const LOCAL_SIGNATURE: u32 = 0x0403_4B50;
pub(crate) const CENTRAL_SIGNATURE: u32 = 0x0201_4B50;
pub(crate) const END_SIGNATURE: u32 = 0x0605_4B50;
pub(crate) const DESCRIPTOR_SIGNATURE: u32 = 0x0807_4B50;

/// The newest reader that may be asked for: 2.0 knows deflate and folders, and no ZIP64 (APPNOTE 4.4.3).
pub(crate) const VERSION: u16 = 20;
/// Bit 3: sizes follow the data; bit 11: the name is UTF-8; bits 1 and 2 say how hard deflate worked (APPNOTE 4.4.4).
pub(crate) const FOLLOWS: u16 = 1 << 3;
pub(crate) const UTF8: u16 = 1 << 11;
const EFFORT: u16 = 0b110;
/// Bits 0, 6 and 13: encryption of content or headers.
const ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;
/// Methods (APPNOTE 4.4.5).
pub(crate) const STORED: u16 = 0;
pub(crate) const DEFLATED: u16 = 8;

/// The end of the central directory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End {
    /// Offset of the directory.
    pub(crate) directory: u64,
    /// Its octets.
    pub(crate) length: u64,
    /// Its records.
    pub(crate) entries: usize,
}

impl End {
    /// The end record with which a file of this length ends. It is not searched for: what follows it, a comment
    /// included, makes the file another one for who searches differently.
    pub(crate) fn read<R: Read + Seek>(reader: &mut R, length: u64) -> Result<End, ReadPackage> {
        let at = length.checked_sub(END as u64).ok_or(ReadPackage::NoEnd)?;
        let mut octets = [0; END];
        read_at(reader, at, &mut octets)?;
        let mut fields = Fields(&octets);
        if fields.long() != END_SIGNATURE {
            return Err(ReadPackage::NoEnd);
        }
        let (disk, first) = (fields.short(), fields.short());
        let (here, all) = (fields.short(), fields.short());
        let (size, offset) = (fields.long(), fields.long());
        if fields.short() != 0 {
            return Err(ReadPackage::Comment);
        }
        // APPNOTE 4.4.1.4: a field of ones says that a ZIP64 record has the value.
        if [disk, first, here, all].contains(&u16::MAX) || [size, offset].contains(&u32::MAX) {
            return Err(ReadPackage::Zip64 { at });
        }
        if disk != 0 || first != 0 || here != all {
            return Err(ReadPackage::Disks);
        }
        if u64::from(offset) + u64::from(size) != at {
            return Err(ReadPackage::Directory);
        }
        Ok(End {
            directory: u64::from(offset),
            length: u64::from(size),
            entries: usize::from(all),
        })
    }
}

/// A record of the directory.
#[derive(Debug, Clone)]
pub(crate) struct Central {
    pub(crate) name: String,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) checksum: u32,
    /// Octets of the data as they lie in the file.
    pub(crate) packed: u64,
    /// Octets of the content.
    pub(crate) size: u64,
    /// Offset of the local header.
    pub(crate) offset: u64,
    /// The record as it was read, for who copies it.
    pub(crate) octets: Vec<u8>,
}

impl Central {
    /// The first record of `octets`, which lie at `at`, and what follows it.
    pub(crate) fn parse(octets: &[u8], at: u64) -> Result<(Central, &[u8]), ReadPackage> {
        let header = ReadPackage::Header { at };
        let (fixed, rest) = octets.split_at_checked(CENTRAL).ok_or(header.clone())?;
        let mut fields = Fields(fixed);
        if fields.long() != CENTRAL_SIGNATURE {
            return Err(header);
        }
        let (made_by, needed) = (fields.short(), fields.short());
        let (flags, method) = (fields.short(), fields.short());
        let _moment = fields.long();
        let checksum = fields.long();
        let (packed, size) = (fields.long(), fields.long());
        let (name, extra) = (usize::from(fields.short()), usize::from(fields.short()));
        let (comment, disk) = (fields.short(), fields.short());
        let _internal = fields.short();
        let (external, offset) = (fields.long(), fields.long());
        let (name, rest) = rest.split_at_checked(name).ok_or(header.clone())?;
        let (extra, rest) = rest.split_at_checked(extra).ok_or(header)?;
        let name = text(name, flags).ok_or(ReadPackage::Name { at })?;
        if comment != 0 {
            return Err(ReadPackage::Comment);
        }
        if [packed, size, offset].contains(&u32::MAX) || disk == u16::MAX {
            return Err(ReadPackage::Zip64 { at });
        }
        if disk != 0 {
            return Err(ReadPackage::Disks);
        }
        admit_extra(extra, &name)?;
        let length = octets.len() - rest.len();
        let central = Central {
            name,
            flags,
            method,
            checksum,
            packed: u64::from(packed),
            size: u64::from(size),
            offset: u64::from(offset),
            octets: octets.get(..length).unwrap_or_default().to_vec(),
        };
        central.admit(needed, made_by, external)?;
        Ok((central, rest))
    }

    fn admit(&self, needed: u16, made_by: u16, external: u32) -> Result<(), ReadPackage> {
        let name = || self.name.clone();
        if self.flags & ENCRYPTED != 0 {
            return Err(ReadPackage::Encrypted { name: name() });
        }
        if self.flags & !(FOLLOWS | UTF8 | EFFORT) != 0 || needed > VERSION {
            return Err(ReadPackage::Version { name: name() });
        }
        match self.method {
            // A stored entry whose size follows it ends where a reader thinks it does.
            STORED if self.packed != self.size || self.has_descriptor() => {
                return Err(ReadPackage::HeadersDiffer { name: name() });
            }
            STORED | DEFLATED => {}
            method => {
                let name = name();
                return Err(ReadPackage::Method { name, method });
            }
        }
        // APPNOTE 4.4.2: 3 and 19 are Unix and OS X, whose upper half of the external attributes is the mode.
        let kind = external >> 28;
        let unix = matches!(made_by >> 8, 3 | 19);
        let plain = match kind {
            0 => true,
            0b1000 => !self.name.ends_with('/'),
            0b0100 => self.name.ends_with('/'),
            _ => false,
        };
        if unix && !plain {
            return Err(ReadPackage::Special { name: name() });
        }
        if self.name.ends_with('/') && (self.size != 0 || self.packed > 2) {
            return Err(ReadPackage::Folder { name: name() });
        }
        Ok(())
    }

    /// Whether checksum and sizes follow the data.
    pub(crate) fn has_descriptor(&self) -> bool {
        self.flags & FOLLOWS != 0
    }

    /// The data descriptor that has to follow the data.
    pub(crate) fn descriptor(&self) -> [u8; DESCRIPTOR] {
        let long = |value: u64| u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes();
        let parts = [
            DESCRIPTOR_SIGNATURE.to_le_bytes(),
            self.checksum.to_le_bytes(),
            long(self.packed),
            long(self.size),
        ];
        let mut octets = [0; DESCRIPTOR];
        for (place, octet) in octets.iter_mut().zip(parts.as_flattened()) {
            *place = *octet;
        }
        octets
    }
}

/// A local header and its name.
#[derive(Debug)]
pub(crate) struct Local {
    name: Vec<u8>,
    needed: u16,
    flags: u16,
    method: u16,
    checksum: u32,
    packed: u32,
    size: u32,
    /// Octets of its name, as it says.
    named: usize,
    /// Octets of its extra fields.
    pub(crate) extra: usize,
}

impl Local {
    /// The header in `octets`, which reach to the end of the name that the directory has.
    pub(crate) fn parse(octets: &[u8], at: u64) -> Result<Local, ReadPackage> {
        let header = ReadPackage::Header { at };
        let (fixed, name) = octets.split_at_checked(LOCAL).ok_or(header.clone())?;
        let mut fields = Fields(fixed);
        if fields.long() != LOCAL_SIGNATURE {
            return Err(header);
        }
        let needed = fields.short();
        let (flags, method) = (fields.short(), fields.short());
        let _moment = fields.long();
        let checksum = fields.long();
        let (packed, size) = (fields.long(), fields.long());
        let (named, extra) = (usize::from(fields.short()), usize::from(fields.short()));
        if extra > MAX_EXTRA {
            return Err(ReadPackage::Header { at });
        }
        Ok(Local {
            name: name.to_vec(),
            needed,
            flags,
            method,
            checksum,
            packed,
            size,
            named,
            extra,
        })
    }

    /// Whether it says what the directory says (T-I4): name, flags, method, checksum and both sizes, where they do
    /// not follow the data.
    pub(crate) fn agrees(&self, central: &Central) -> Result<(), ReadPackage> {
        let sizes = (self.checksum, u64::from(self.packed), u64::from(self.size));
        let same = sizes == (central.checksum, central.packed, central.size);
        let later = central.has_descriptor() && sizes == (0, 0, 0);
        let agrees = self.named == central.name.len()
            && self.name == central.name.as_bytes()
            && self.flags == central.flags
            && self.method == central.method
            && self.needed <= VERSION
            && (same || later);
        if agrees {
            Ok(())
        } else {
            Err(ReadPackage::HeadersDiffer {
                name: central.name.clone(),
            })
        }
    }
}

/// Extra fields: each a number, a length and so many octets. Numbers that change what an entry is are refused: ZIP64
/// (0001), PKWARE Unix links (000D), strong encryption (0017), Unicode name and comment (7075, 6375), AES (9901).
pub(crate) fn admit_extra(mut octets: &[u8], name: &str) -> Result<(), ReadPackage> {
    let refused = || ReadPackage::Extra {
        name: name.to_owned(),
    };
    if octets.len() > MAX_EXTRA {
        return Err(refused());
    }
    while !octets.is_empty() {
        let (head, rest) = octets.split_at_checked(4).ok_or_else(refused)?;
        let mut fields = Fields(head);
        let (number, length) = (fields.short(), usize::from(fields.short()));
        if [0x0001, 0x000D, 0x0017, 0x7075, 0x6375, 0x9901].contains(&number) {
            return Err(refused());
        }
        (_, octets) = rest.split_at_checked(length).ok_or_else(refused)?;
    }
    Ok(())
}

/// A name as it is read by everyone: ASCII, or UTF-8 that says so.
fn text(octets: &[u8], flags: u16) -> Option<String> {
    if octets.is_empty() || octets.len() > MAX_NAME {
        return None;
    }
    // APPNOTE 4.4.4: without bit 11 other octets are of a code page that nobody names.
    if !octets.is_ascii() && flags & UTF8 == 0 {
        return None;
    }
    String::from_utf8(octets.to_vec()).ok()
}

/// Fixed fields read one after the other; zero beyond the end, which callers have cut to size.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let Some((head, rest)) = self.0.split_first_chunk::<N>() else {
            return [0; N];
        };
        self.0 = rest;
        *head
    }

    fn short(&mut self) -> u16 {
        u16::from_le_bytes(self.take())
    }

    fn long(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }
}
