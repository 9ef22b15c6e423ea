//! Why a file cannot be read, each with the place and a code of its own.

use thiserror::Error;

/// Why a file, or an object of it, is refused. Nothing is ever repaired: a reader that repairs shows what
/// nobody signed (ISO 32000-2 gives no rule for damaged files).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadPdf {
    /// The bytes could not be had.
    #[error("the file could not be read: {kind}")]
    Io {
        /// What the system said.
        kind: std::io::ErrorKind,
    },
    /// The file is not as it was when reading began.
    #[error("the bytes end at {at}")]
    Truncated {
        /// Offset.
        at: u64,
    },
    /// Not `%PDF-1.0` to `%PDF-1.7` or `%PDF-2.0` at offset 0.
    #[error("no header of a known version at the beginning")]
    Header,
    /// Encrypted files are not read.
    #[error("the file is encrypted")]
    Encrypted,
    /// No `startxref`, number and `%%EOF` at the end.
    #[error("no startxref with %%EOF at the end")]
    StartXref,
    /// No cross-reference section where one is said to be.
    #[error("no cross-reference section at {at}")]
    Section {
        /// Offset.
        at: u64,
    },
    /// A cross-reference section that breaks the rules of its form.
    #[error("a malformed cross-reference section at {at}")]
    MalformedSection {
        /// Offset.
        at: u64,
    },
    /// Sections that follow each other in a circle, forwards, or into each other.
    #[error("the chain of cross-reference sections is broken at {at}")]
    Chain {
        /// Offset of the section.
        at: u64,
    },
    /// Two entries of one section for the same object.
    #[error("object {number} has two entries in one section")]
    DuplicateEntry {
        /// Object number.
        number: u32,
    },
    /// A trailer without what it must have, or with values of another type.
    #[error("a malformed trailer in the section at {at}")]
    Trailer {
        /// Offset of the section.
        at: u64,
    },
    /// No token of PDF syntax.
    #[error("not PDF syntax at {at}")]
    Syntax {
        /// Offset.
        at: u64,
    },
    /// A dictionary with one key twice.
    #[error("a dictionary names a key twice at {at}")]
    DuplicateKey {
        /// Offset of the second.
        at: u64,
    },
    /// No object with the number and generation of its entry at the offset of the entry.
    #[error("object {number} is not at {at}")]
    WrongObject {
        /// Object number.
        number: u32,
        /// Offset.
        at: u64,
    },
    /// An object or section that lies outside the revision that names it.
    #[error("object {number} lies outside its revision at {at}")]
    OutsideRevision {
        /// Object number.
        number: u32,
        /// Offset.
        at: u64,
    },
    /// A stream whose /Length is not the length of its data.
    #[error("the length of the stream at {at} is not right")]
    StreamLength {
        /// Offset of the data.
        at: u64,
    },
    /// A filter that is unknown, not allowed here, or malformed parameters.
    #[error("the filters of the stream at {at} cannot be applied")]
    Filter {
        /// Offset of the data.
        at: u64,
    },
    /// Data that the filter does not decode.
    #[error("the data of the stream at {at} are damaged")]
    Data {
        /// Offset of the data.
        at: u64,
    },
    /// An object stream that breaks its rules.
    #[error("object stream {number} is malformed")]
    ObjectStream {
        /// Object number.
        number: u32,
    },
    /// References that lead back to where they came from.
    #[error("references in a circle at object {number}")]
    Circle {
        /// Object number.
        number: u32,
    },
    /// Something of another type than its place demands.
    #[error("{what} is not what it must be")]
    Type {
        /// What: the name of the entry.
        what: &'static str,
    },
    /// Something that must be there is not.
    #[error("{what} is missing")]
    Missing {
        /// What: the name of the entry.
        what: &'static str,
    },
    /// A limit was reached (T-I7).
    #[error("more than {limit} of: {what}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// How much is read.
        limit: u64,
    },
}

impl ReadPdf {
    /// Nothing, unless there is more than `limit` of what is counted.
    ///
    /// # Errors
    /// `Limit` (T-I7).
    pub fn at_most(found: u64, limit: u64, what: &'static str) -> Result<(), ReadPdf> {
        if found > limit {
            return Err(ReadPdf::Limit { what, limit });
        }
        Ok(())
    }

    /// The code of the finding, stable.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            ReadPdf::Io { .. } => "pdf.io",
            ReadPdf::Truncated { .. } => "pdf.truncated",
            ReadPdf::Header => "pdf.header",
            ReadPdf::Encrypted => "pdf.encrypted",
            ReadPdf::StartXref => "pdf.startxref",
            ReadPdf::Section { .. } => "pdf.xref-missing",
            ReadPdf::MalformedSection { .. } => "pdf.xref-malformed",
            ReadPdf::Chain { .. } => "pdf.xref-chain",
            ReadPdf::DuplicateEntry { .. } => "pdf.xref-duplicate",
            ReadPdf::Trailer { .. } => "pdf.trailer",
            ReadPdf::Syntax { .. } => "pdf.syntax",
            ReadPdf::DuplicateKey { .. } => "pdf.duplicate-key",
            ReadPdf::WrongObject { .. } => "pdf.wrong-object",
            ReadPdf::OutsideRevision { .. } => "pdf.outside-revision",
            ReadPdf::StreamLength { .. } => "pdf.stream-length",
            ReadPdf::Filter { .. } => "pdf.filter",
            ReadPdf::Data { .. } => "pdf.stream-data",
            ReadPdf::ObjectStream { .. } => "pdf.object-stream",
            ReadPdf::Circle { .. } => "pdf.circle",
            ReadPdf::Type { .. } => "pdf.type",
            ReadPdf::Missing { .. } => "pdf.missing",
            ReadPdf::Limit { .. } => "pdf.limit",
        }
    }
}
