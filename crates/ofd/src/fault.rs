//! Why a package or a part of it cannot be read, each with a code of its own.

use container::ReadPackage;
use thiserror::Error;
use xml::Shape;

/// The code of what makes a package one that is not read here.
#[must_use]
pub fn package_code(fault: &ReadPackage) -> &'static str {
    match fault {
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
    /// An element where some readers find it and others do not.
    #[error("{0} stands where it has no place")]
    Misplaced(String),
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
            ReadXml::Misplaced(_) => "ofd.xml-misplaced",
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
            ReadPart::Octets(fault) => package_code(fault),
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
            ReadOfd::Package(fault) => package_code(fault),
            ReadOfd::Root(fault) => fault.code(),
        }
    }
}
