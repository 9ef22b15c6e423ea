//! Why a document is not read, and why a tree is not what was looked for.

use thiserror::Error;

/// Why a document is not read (T-I5).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadXml {
    /// Another encoding than is read, or than the declaration names.
    #[error("not in an encoding that is read, or not as declared")]
    Encoding,
    /// Longer than is read: this many octets.
    #[error("more than {0} octets")]
    Large(usize),
    /// Not well-formed.
    #[error("not well-formed at {at}")]
    Malformed {
        /// Offset in UTF-8.
        at: u64,
    },
    /// A document type.
    #[error("a document type")]
    Doctype,
    /// A processing instruction.
    #[error("a processing instruction")]
    Instruction,
    /// A reference to an entity that XML does not define itself.
    #[error("an entity")]
    Entity,
    /// Elements deeper than are read: this many.
    #[error("deeper than {0} elements")]
    Depth(usize),
    /// More nodes than are read: this many.
    #[error("more than {0} nodes")]
    Nodes(usize),
    /// More attributes of an element than are read: this many.
    #[error("more than {0} attributes")]
    Attributes(usize),
    /// More namespaces in force at one place than are read: this many.
    #[error("more than {0} namespaces")]
    Declarations(usize),
    /// A prefix that stands for nothing, or is declared as it must not be.
    #[error("the prefix {0} is not declared as it has to be")]
    Prefix(String),
    /// One attribute twice.
    #[error("the attribute {0} twice")]
    Attribute(String),
    /// A comment within text, which some readers leave out and others stop at.
    #[error("a comment within the text of {0}")]
    Comment(String),
    /// Text beside elements, where there may be none.
    #[error("text between the elements of {0}")]
    Mixed(String),
    /// One identifier for two elements.
    #[error("one identifier twice: {0}")]
    Identifier(String),
}

/// Why a tree is not what was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Shape {
    /// An element or attribute that has to be there is not.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// An element that may occur once occurs again.
    #[error("{0} occurs more than once")]
    Repeated(&'static str),
}
