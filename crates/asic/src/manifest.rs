//! `ASiCManifest` and `ASiCArchiveManifest`: what a signature or a time-stamp in the package is over (EN 319 162-1 A.4).

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::{Digest, DigestAlgorithm};
use xml::{Element, ReadXml, Rules, escaped};

/// Namespace of ASiC (EN 319 162-1 A.4).
const ASIC: &str = "http://uri.etsi.org/02918/v1.2.1#";
/// Namespace of digests (XMLDSIG).
const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
/// What is read of a manifest (T-I5; T-I5 takes 64 elements within each other, a manifest has four).
pub(crate) const RULES: Rules = Rules {
    octets: 4 * 1024 * 1024,
    depth: 16,
    nodes: 200_000,
    attributes: 64,
    declarations: 64,
    utf16: false,
    mixed: false,
    ordered: false,
    identifiers: false,
};

/// A manifest: which proof is over it, and what it lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Name of the file that signs or stamps it.
    pub proof: String,
    /// The files that it lists.
    pub references: Vec<Reference>,
}

/// A file that is listed with its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Name of the file in the package.
    pub name: String,
    /// Its media type.
    pub media_type: Option<String>,
    /// Whether it is the one to begin with; in an archive manifest, the earlier one.
    pub is_root: bool,
    /// Its digest; `None` where the algorithm is none of ours.
    pub digest: Option<Digest>,
}

/// Files in one manifest.
pub(crate) const MAX_REFERENCES: usize = 10_000;

/// RFC 6931 2.1, RFC 9231: names of digests. SM3 by its object identifier.
const DIGESTS: [(&str, DigestAlgorithm); 5] = [
    (
        "http://www.w3.org/2001/04/xmlenc#sha256",
        DigestAlgorithm::Sha256,
    ),
    (
        "http://www.w3.org/2001/04/xmldsig-more#sha384",
        DigestAlgorithm::Sha384,
    ),
    (
        "http://www.w3.org/2001/04/xmlenc#sha512",
        DigestAlgorithm::Sha512,
    ),
    ("urn:oid:1.2.156.10197.1.401", DigestAlgorithm::Sm3),
    (
        "http://www.w3.org/2000/09/xmldsig#sha1",
        DigestAlgorithm::Sha1,
    ),
];

impl Manifest {
    /// The manifest in these octets.
    ///
    /// # Errors
    /// Which rule is broken.
    pub(crate) fn parse(octets: &[u8]) -> Result<Manifest, &'static str> {
        let tree = xml::parse(octets, &RULES).map_err(|fault| refused(&fault))?;
        if !tree.is(ASIC, "ASiCManifest") {
            return Err("another element than ASiCManifest");
        }
        let proof = only(&tree, ASIC, "SigReference").ok_or("not one SigReference")?;
        let proof = proof
            .attribute("URI")
            .and_then(name)
            .ok_or("SigReference")?;
        let mut references: Vec<Reference> = Vec::new();
        for child in &tree.children {
            match (&*child.name.namespace, child.local()) {
                (ASIC, "SigReference") => {}
                (ASIC, "DataObjectReference") => references.push(reference(child)?),
                (ASIC, "ASiCManifestExtensions") => extensions(child)?,
                _ => return Err("an unknown element"),
            }
        }
        if references.is_empty() {
            return Err("no files");
        }
        if references.len() > MAX_REFERENCES {
            return Err("too many files");
        }
        let mut names: Vec<&str> = references.iter().map(|one| one.name.as_str()).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err("a file twice");
        }
        Ok(Manifest { proof, references })
    }

    /// Its XML. `proof_type` is the media type of the proof.
    pub(crate) fn encode(&self, proof_type: &str) -> Vec<u8> {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let _ = write!(
            out,
            "<asic:ASiCManifest xmlns:asic=\"{ASIC}\" xmlns:ds=\"{DSIG}\"><asic:SigReference URI=\"{}\" MimeType=\"{proof_type}\"/>",
            uri(&self.proof)
        );
        for one in &self.references {
            let Some(digest) = &one.digest else { continue };
            let algorithm = DIGESTS.iter().find(|row| row.1 == digest.algorithm());
            let media_type = one.media_type.as_deref().unwrap_or(OCTETS);
            let _ = write!(
                out,
                "<asic:DataObjectReference URI=\"{}\" MimeType=\"{}\"{}><ds:DigestMethod Algorithm=\"{}\"/><ds:DigestValue>{}</ds:DigestValue></asic:DataObjectReference>",
                uri(&one.name),
                escaped(media_type),
                if one.is_root {
                    " Rootfile=\"true\""
                } else {
                    ""
                },
                algorithm.map_or("", |row| row.0),
                STANDARD.encode(digest.bytes()),
            );
        }
        out.push_str("</asic:ASiCManifest>");
        out.into_bytes()
    }
}

/// Which rule of XML a manifest breaks.
fn refused(fault: &ReadXml) -> &'static str {
    match fault {
        ReadXml::Large(_) => "too large",
        ReadXml::Encoding => "not UTF-8",
        ReadXml::Doctype => "a document type",
        ReadXml::Instruction => "a processing instruction",
        ReadXml::Entity => "an entity",
        ReadXml::Depth(_) => "too deep",
        ReadXml::Nodes(_) => "too many elements",
        ReadXml::Attributes(_) | ReadXml::Attribute(_) => "attributes",
        ReadXml::Declarations(_) | ReadXml::Prefix(_) => "namespaces",
        ReadXml::Comment(_) => "a comment within a text",
        ReadXml::Mixed(_) => "text between elements",
        _ => "not well-formed",
    }
}

/// The one child of this name, if there is exactly one.
fn only<'e>(element: &'e Element, namespace: &str, name: &'static str) -> Option<&'e Element> {
    element.child_in(namespace, name).ok()
}

/// What a file is of which nobody says more.
const OCTETS: &str = "application/octet-stream";

fn reference(element: &Element) -> Result<Reference, &'static str> {
    let name = element.attribute("URI").and_then(name);
    let method = only(element, DSIG, "DigestMethod");
    let algorithm = method
        .and_then(|one| one.attribute("Algorithm"))
        .ok_or("DigestMethod")?;
    let value = only(element, DSIG, "DigestValue").ok_or("DigestValue")?;
    let value = STANDARD
        .decode(value.trimmed().as_bytes())
        .map_err(|_| "DigestValue")?;
    let known = DIGESTS.iter().find(|row| row.0 == algorithm);
    let digest = known
        .map(|row| Digest::from_bytes(row.1, &value).map_err(|_| "DigestValue"))
        .transpose()?;
    for child in &element.children {
        match (&*child.name.namespace, child.local()) {
            (DSIG, "DigestMethod" | "DigestValue") => {}
            (ASIC, "DataObjectReferenceExtensions") => extensions(child)?,
            _ => return Err("an unknown element"),
        }
    }
    Ok(Reference {
        name: name.ok_or("a name that leads out of the package")?,
        media_type: element.attribute("MimeType").map(str::to_owned),
        is_root: matches!(element.attribute("Rootfile"), Some("true" | "1")),
        digest,
    })
}

/// A.4: an extension that is critical has to be understood; none is.
fn extensions(element: &Element) -> Result<(), &'static str> {
    let critical = |one: &Element| matches!(one.attribute("Critical"), Some("true" | "1"));
    if element.children.iter().any(critical) {
        return Err("a critical extension");
    }
    Ok(())
}

/// The name of a file that a relative URI stands for (RFC 3986 2.1, 4.2): no scheme, no host, no query, nothing that climbs.
pub(crate) fn name(uri: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(uri.len());
    let mut rest = uri.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'%' => {
                let (hex, after) = after.split_first_chunk::<2>()?;
                let digits = std::str::from_utf8(hex).ok()?;
                let plain = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
                octets.push(u8::from_str_radix(digits, 16).ok().filter(|_| plain)?);
                rest = after;
            }
            b'?' | b'#' => return None,
            other => octets.push(*other),
        }
    }
    let name = String::from_utf8(octets).ok()?;
    let plain = |part: &str| !matches!(part, "" | "." | "..");
    let letter = |letter: char| !letter.is_control() && letter != '\\' && letter != ':';
    (name.split('/').all(plain) && name.chars().all(letter)).then_some(name)
}

/// A name as a relative URI.
fn uri(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for octet in name.bytes() {
        if octet.is_ascii_alphanumeric() || b"-._~/".contains(&octet) {
            out.push(char::from(octet));
        } else {
            let _ = write!(out, "%{octet:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_relative_and_lead_nowhere_else() {
        for (uri, expected) in [
            ("a.txt", Some("a.txt")),
            ("b/c%20d.txt", Some("b/c d.txt")),
            ("%E5%86%B3.txt", Some("决.txt")),
        ] {
            assert_eq!(name(uri).as_deref(), expected);
        }
        for refused in [
            "", "/a", "../a", "a/../b", "a//b", "a/", "file:a", "a?b", "a#b", "a%2", "a%+1", "%FF",
            "a%5Cb", "%2E%2E/a",
        ] {
            assert_eq!(name(refused), None, "{refused}");
        }
        for plain in ["a b/c&d.txt", "决定书.txt", "a%b"] {
            assert_eq!(name(&uri(plain)).as_deref(), Some(plain));
        }
    }
}
