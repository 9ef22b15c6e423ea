//! How much is read, and what a document may be made of beyond XML itself.

/// Limits of hostile input (T-I5), and where fields differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Octets of a document.
    pub octets: usize,
    /// Elements within each other.
    pub depth: usize,
    /// Elements, their ends, texts, comments and references.
    pub nodes: usize,
    /// Attributes of one element, declarations of namespaces included.
    pub attributes: usize,
    /// Declarations of namespaces that are in force at one place.
    pub declarations: usize,
    /// Whether UTF-16 is read beside UTF-8 (XML 1.0, 4.3.3).
    pub utf16: bool,
    /// Whether text may stand beside elements.
    pub mixed: bool,
    /// Whether the order of text and elements is kept, and white space between elements: both are part of the
    /// canonical form, and of nothing else.
    pub ordered: bool,
    /// Whether whatever some reader may take for an identifier is unique, so that a reference finds one element.
    pub identifiers: bool,
}
