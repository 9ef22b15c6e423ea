//! `OFD.xml` with its list of signatures named.

use xml::escaped;

use crate::fault::ReadXml;
use crate::tree::{self, NAMESPACE};

/// `OFD.xml` with a list of signatures at `location` named by its first document, which has none yet: it stands behind
/// the root, as `OFD.xml` is itself signed (spec 3.2).
///
/// # Errors
/// [`ReadXml`]: it cannot be read, or names a list already (`Repeated`).
pub fn with_signatures(octets: &[u8], location: &str) -> Result<Vec<u8>, ReadXml> {
    let tree = tree::parse(octets, "OFD")?;
    let body = tree.all("DocBody").next();
    let body = body.ok_or(ReadXml::Missing("DocBody"))?;
    if body.one("Signatures")?.is_some() {
        return Err(ReadXml::Repeated("Signatures"));
    }
    let text = std::str::from_utf8(octets).map_err(|_| xml::ReadXml::Encoding)?;
    let mark = text.len() - text.trim_start_matches('\u{FEFF}').len();
    let at = body.child("DocRoot")?.end + mark;
    let malformed = xml::ReadXml::Malformed { at: at as u64 };
    let (before, after) = text.split_at_checked(at).ok_or(malformed)?;
    let location = escaped(location);
    Ok(format!(
        "{before}<ofd:Signatures xmlns:ofd=\"{NAMESPACE}\">{location}</ofd:Signatures>{after}"
    )
    .into_bytes())
}
