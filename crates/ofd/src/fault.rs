//! Why a package or a part of it cannot be read, each with a code of its own.

use thiserror::Error;
use xml::Shape;

/// Why a file is no package that is read here. Nothing is repaired and nothing is searched for: two readers that
/// find two directories show two documents (T-I4).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
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
    /// Its code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            ReadPackage::Io(_) => "ofd.unreadable",
            ReadPackage::NoEnd => "ofd.no-end",
            ReadPackage::Comment => "ofd.comment",
            ReadPackage::Disks => "ofd.disks",
            ReadPackage::Zip64 { .. } => "ofd.zip64",
            ReadPackage::Directory => "ofd.directory",
            ReadPackage::Empty => "ofd.empty",
            ReadPackage::TooManyEntries => "ofd.too-many-entries",
            ReadPackage::Header { .. } => "ofd.header",
            ReadPackage::Version { .. } => "ofd.version",
            ReadPackage::Encrypted { .. } => "ofd.encrypted",
            ReadPackage::Method { .. } => "ofd.method",
            ReadPackage::Extra { .. } => "ofd.extra",
            ReadPackage::HeadersDiffer { .. } => "ofd.headers-differ",
            ReadPackage::Overlap { .. } => "ofd.overlap",
            ReadPackage::Gap { .. } => "ofd.gap",
            ReadPackage::Name { .. } => "ofd.name",
            ReadPackage::Path { .. } => "ofd.path",
            ReadPackage::Special { .. } => "ofd.special",
            ReadPackage::Duplicate { .. } => "ofd.duplicate",
            ReadPackage::FileAndFolder { .. } => "ofd.file-and-folder",
            ReadPackage::Folder { .. } => "ofd.folder",
            ReadPackage::Ratio { .. } => "ofd.ratio",
            ReadPackage::Expanded => "ofd.expanded",
            ReadPackage::Large { .. } => "ofd.large",
            ReadPackage::Data { .. } => "ofd.data",
            ReadPackage::Checksum { .. } => "ofd.checksum",
        }
    }

    /// Whether one entry alone is damaged: the package may be read on, the entry may not.
    #[must_use]
    pub fn is_of_one_entry(&self) -> bool {
        matches!(
            self,
            ReadPackage::Data { .. } | ReadPackage::Checksum { .. } | ReadPackage::Large { .. }
        )
    }
}

/// Why the XML of a part is not read (T-I5).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadXml {
    /// It is not XML as it is read here.
    #[error(transparent)]
    Strict(#[from] xml::ReadXml),
    /// An element of another namespace.
    #[error("an element outside the namespace of OFD: {0}")]
    Namespace(String),
    /// The root is another element.
    #[error("the root is {0}")]
    Root(String),
    /// An element that may occur once occurs again.
    #[error("{0} occurs more than once")]
    Repeated(&'static str),
    /// An element or attribute that has to be there is not.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A value that is none of its type.
    #[error("{0} cannot be read")]
    Value(&'static str),
    /// One identifier for two things.
    #[error("one identifier twice: {0}")]
    Identifier(String),
    /// More of something than is read.
    #[error("too many of {0}")]
    TooMany(&'static str),
}

impl ReadXml {
    /// Its code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            ReadXml::Strict(fault) => strict(fault),
            ReadXml::Namespace(_) => "ofd.xml-namespace",
            ReadXml::Root(_) => "ofd.xml-root",
            ReadXml::Repeated(_) => "ofd.xml-repeated",
            ReadXml::Missing(_) => "ofd.xml-missing",
            ReadXml::Value(_) => "ofd.xml-value",
            ReadXml::Identifier(_) => "ofd.xml-identifier",
            ReadXml::TooMany(_) => "ofd.xml-too-many",
        }
    }
}

/// The code of what is no XML as it is read here.
fn strict(fault: &xml::ReadXml) -> &'static str {
    match fault {
        xml::ReadXml::Encoding => "ofd.xml-encoding",
        xml::ReadXml::Large(_) => "ofd.xml-large",
        xml::ReadXml::Doctype => "ofd.xml-doctype",
        xml::ReadXml::Instruction => "ofd.xml-instruction",
        xml::ReadXml::Entity => "ofd.xml-entity",
        xml::ReadXml::Depth(_) => "ofd.xml-depth",
        xml::ReadXml::Nodes(_) => "ofd.xml-nodes",
        xml::ReadXml::Attributes(_) | xml::ReadXml::Declarations(_) => "ofd.xml-attributes",
        xml::ReadXml::Prefix(_) => "ofd.xml-namespace",
        xml::ReadXml::Comment(_) => "ofd.xml-comment",
        // Not well-formed; the other faults are of rules that parts are not under.
        _ => "ofd.xml-malformed",
    }
}

impl From<Shape> for ReadXml {
    fn from(shape: Shape) -> ReadXml {
        match shape {
            Shape::Missing(name) => ReadXml::Missing(name),
            Shape::Repeated(name) => ReadXml::Repeated(name),
        }
    }
}

impl From<Shape> for ReadPart {
    fn from(shape: Shape) -> ReadPart {
        ReadPart::Xml(shape.into())
    }
}

/// Why a part that something leads to is not read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadPart {
    /// No entry has this name.
    #[error("there is no such entry")]
    Absent,
    /// A location that leads out of the package or is written in a way that others read differently.
    #[error("the location is not plain")]
    Location,
    /// Its octets cannot be had.
    #[error("the entry cannot be read")]
    Octets(#[from] ReadPackage),
    /// Its XML is not read.
    #[error("the XML cannot be read")]
    Xml(#[from] ReadXml),
}

impl ReadPart {
    /// Its code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            ReadPart::Absent => "ofd.part-absent",
            ReadPart::Location => "ofd.location",
            ReadPart::Octets(fault) => fault.code(),
            ReadPart::Xml(fault) => fault.code(),
        }
    }
}

/// Why a file is no OFD that is read here.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadOfd {
    /// It is no package.
    #[error("the package cannot be read")]
    Package(#[from] ReadPackage),
    /// `OFD.xml`, from which everything is found, cannot be read.
    #[error("OFD.xml cannot be read")]
    Root(#[source] ReadPart),
}

impl ReadOfd {
    /// Its code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            ReadOfd::Package(fault) => fault.code(),
            ReadOfd::Root(fault) => fault.code(),
        }
    }
}
