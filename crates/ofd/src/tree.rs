//! A part as a tree, read once for what is signed and what is shown (T-V10): all of it in the namespace of OFD.

use xml::{Element, Rules};

use crate::fault::ReadXml;
use crate::limits::MAX_OCTETS;

/// The namespace of OFD (GB/T 33190-2016, 7.2).
pub const NAMESPACE: &str = "http://www.ofdspec.org/2016";

/// What is read of a part (T-I5). Attributes with a prefix belong to others (GB/T 33190-2016, 7.2), and may be there.
const RULES: Rules = Rules {
    octets: MAX_OCTETS,
    depth: 64,
    nodes: 1_000_000,
    attributes: 64,
    declarations: 256,
    utf16: true,
    mixed: true,
    ordered: false,
    identifiers: false,
};

/// The tree of a part whose root has this name.
///
/// # Errors
/// [`ReadXml`] names the rule of T-I5 that is broken, or the place that is not well-formed.
pub(crate) fn parse(octets: &[u8], root: &str) -> Result<Element, ReadXml> {
    let tree = xml::parse(octets, &RULES)?;
    let mut waiting = vec![&tree];
    while let Some(element) = waiting.pop() {
        if &*element.name.namespace != NAMESPACE {
            return Err(ReadXml::Namespace(element.local().to_owned()));
        }
        // GB/T 33190-2016, 17: the data of an extension are of whatever schema (xs:anyType).
        if tree.local() != "Extensions" || element.local() != "Data" {
            waiting.extend(&element.children);
        }
    }
    if tree.local() != root {
        return Err(ReadXml::Root(tree.local().to_owned()));
    }
    Ok(tree)
}

#[cfg(test)]
mod tests;
