//! Why a package or one of its entries cannot be read.

use thiserror::Error;

/// Why a file is no package that is read here. Nothing is repaired and nothing is searched for: two readers that
/// find two directories show two documents (T-I4).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReadPackage {
    /// The bytes could not be had.
    #[error("the file could not be read: {0}")]
    Io(std::io::ErrorKind),
    /// No end record where the file ends: it is cut off, something follows it, or it is no ZIP at all.
    #[error("no end of central directory at the end of the file")]
    NoEnd,
    /// A comment on the package or an entry: room in which another directory can hide.
    #[error("a comment in the package")]
    Comment,
    /// More than one disk.
    #[error("a package of several disks")]
    Disks,
    /// Marks of ZIP64, which no file within the limits needs.
    #[error("ZIP64 at {at}")]
    Zip64 {
        /// Offset.
        at: u64,
    },
    /// The directory does not lie where its end says, or is not as long or as full.
    #[error("the central directory does not fill its place")]
    Directory,
    /// No entries.
    #[error("an empty package")]
    Empty,
    /// T-I4: more entries than are read.
    #[error("more than {} entries", crate::limits::MAX_ENTRIES)]
    TooManyEntries,
    /// A header that is cut off or has another signature.
    #[error("no header at {at}")]
    Header {
        /// Offset.
        at: u64,
    },
    /// A header asks for a newer reader, or has flags that are not read.
    #[error("an entry with unknown flags or of a newer version: {name}")]
    Version {
        /// The entry.
        name: String,
    },
    /// An encrypted entry.
    #[error("an encrypted entry: {name}")]
    Encrypted {
        /// The entry.
        name: String,
    },
    /// A method other than stored and deflate.
    #[error("an entry of compression method {method}: {name}")]
    Method {
        /// The entry.
        name: String,
        /// The method's number.
        method: u16,
    },
    /// Extra fields that are malformed or would give the entry another name or size.
    #[error("an extra field that is not read: {name}")]
    Extra {
        /// The entry.
        name: String,
    },
    /// Local header, data descriptor and directory do not say the same.
    #[error("headers of one entry differ: {name}")]
    HeadersDiffer {
        /// The entry.
        name: String,
    },
    /// Entries that lie in each other.
    #[error("entries overlap: {name}")]
    Overlap {
        /// The later one.
        name: String,
    },
    /// Bytes before the first entry, between two, or before the directory, that belong to none.
    #[error("bytes at {at} belong to no entry")]
    Gap {
        /// Offset.
        at: u64,
    },
    /// A name that is not UTF-8 and said to be so, or longer than is read.
    #[error("a name that cannot be read at {at}")]
    Name {
        /// Offset of its header.
        at: u64,
    },
    /// A name that leads out of the package or is written in a way that others read differently.
    #[error("a name that is not plain: {name}")]
    Path {
        /// The name.
        name: String,
    },
    /// A symbolic link or another special file.
    #[error("not a plain file: {name}")]
    Special {
        /// The entry.
        name: String,
    },
    /// Two entries whose names differ in nothing, in case, or in Unicode form.
    #[error("two entries of one name: {name}")]
    Duplicate {
        /// The second.
        name: String,
    },
    /// An entry that is a file and a folder.
    #[error("a file that is a folder too: {name}")]
    FileAndFolder {
        /// The entry.
        name: String,
    },
    /// A folder with content.
    #[error("a folder with content: {name}")]
    Folder {
        /// The entry.
        name: String,
    },
    /// T-I4: more octets for one octet than are inflated.
    #[error(
        "an entry expands more than {} times: {name}",
        crate::limits::MAX_RATIO
    )]
    Ratio {
        /// The entry.
        name: String,
    },
    /// T-I4: more octets in all than are inflated.
    #[error(
        "the package expands to more than {} octets",
        crate::limits::MAX_EXPANDED
    )]
    Expanded,
    /// An entry that is larger than what its kind is read of.
    #[error("an entry is too large: {name}")]
    Large {
        /// The entry.
        name: String,
    },
    /// The compressed data are broken, or end elsewhere than the header says.
    #[error("the data of an entry are broken: {name}")]
    Data {
        /// The entry.
        name: String,
    },
    /// The checksum of the content is another one.
    #[error("the checksum of an entry differs: {name}")]
    Checksum {
        /// The entry.
        name: String,
    },
}

impl ReadPackage {
    /// Whether one entry alone is damaged: the package may be read on, the entry may not.
    #[must_use]
    pub fn is_of_one_entry(&self) -> bool {
        matches!(
            self,
            ReadPackage::Data { .. } | ReadPackage::Checksum { .. } | ReadPackage::Large { .. }
        )
    }
}
