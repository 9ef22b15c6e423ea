//! Validation material put into a file: certificates, OCSP answers and revocation lists that a verifier needs
//! years from now.

use std::collections::BTreeSet;

use pdf::{Dictionary, Object, ReadPdf, Reference, Source, View};
use thiserror::Error;

use crate::edit::{Edit, Spot};
use crate::update::WriteUpdate;

/// Level of ETSI's extension that has the security store and document time-stamps.
const LEVEL: i64 = 5;

/// What is to be in the file. Each element is one DER object.
#[derive(Clone, Copy, Debug, Default)]
pub struct Material<'a> {
    /// Certificates: of signers, time-stamp units and responders, and their issuers up to the anchor.
    pub certificates: &'a [Vec<u8>],
    /// Whole OCSP responses.
    pub ocsps: &'a [Vec<u8>],
    /// Revocation lists.
    pub crls: &'a [Vec<u8>],
}

/// Why no material is put into a file. Nothing of it was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WritePdf {
    /// The file, or the store that it has, cannot be read.
    #[error("the file cannot be read")]
    Read(#[from] ReadPdf),
    /// The update cannot be written.
    #[error("the update cannot be written")]
    Update(#[from] WriteUpdate),
}

/// Puts material into the document security store: the octets to append to `source`, none if all of it is there.
///
/// Earlier entries stay where they are; what is there already, or twice in `material`, is not written again. No
/// index by signature is written (/VRI), which a verifier must not need (ISO 32000-2, 12.8.4.3;
/// EN 319 142-1, 5.4.2).
///
/// # Errors
/// `Read` if the file or its store is malformed, `Update` if the file cannot be carried on.
pub fn append_dss(source: &dyn Source, material: &Material<'_>) -> Result<Vec<u8>, WritePdf> {
    let file = pdf::read(source)?;
    let mut edit = Edit::new(source, &file)?;
    let catalog = edit.catalog();
    let store = edit.below(&catalog, b"DSS")?;
    let lists = [
        (b"Certs".as_slice(), material.certificates),
        (b"OCSPs", material.ocsps),
        (b"CRLs", material.crls),
    ];
    let mut grown = Vec::new();
    for (key, given) in lists {
        let mut known = match &store {
            Some(store) => stored(&edit, store, key)?,
            None => BTreeSet::new(),
        };
        let mut added = Vec::new();
        for element in given {
            if known.insert(crypto::sha256(element)) {
                added.push(Object::Reference(stream(&mut edit, element)?));
            }
        }
        if !added.is_empty() {
            grown.push((key, added));
        }
    }
    if grown.is_empty() {
        return Ok(Vec::new());
    }
    match store {
        Some(store) => extend(&mut edit, &store, grown)?,
        None => found(&mut edit, grown)?,
    }
    if version(source, &edit.view)? < (2, 0) {
        declare(&mut edit)?;
    }
    Ok(edit.finish()?)
}

/// Digests of what a list of the store holds.
fn stored(edit: &Edit<'_>, store: &Spot, key: &[u8]) -> Result<BTreeSet<[u8; 32]>, ReadPdf> {
    let mut known = BTreeSet::new();
    let Some(list) = edit.below(store, key)? else {
        return Ok(known);
    };
    let Object::Array(elements) = edit.at(&list)? else {
        return Err(ReadPdf::Type {
            what: "a list of the security store",
        });
    };
    for element in &elements {
        // ISO 32000-2, table 261: the elements are streams, each one DER object.
        let object = edit.resolve(element)?;
        let stream = object.as_stream().ok_or(ReadPdf::Type {
            what: "an element of the security store",
        })?;
        known.insert(crypto::sha256(&edit.view.decoded(stream)?));
    }
    Ok(known)
}

/// Writes one DER object as a stream.
fn stream(edit: &mut Edit<'_>, der: &[u8]) -> Result<Reference, WriteUpdate> {
    let mut body = format!("<</Length {}>>stream\n", der.len()).into_bytes();
    body.extend_from_slice(der);
    body.extend_from_slice(b"\nendstream");
    edit.update.add(&body)
}

/// Puts references behind those that the store has, in whichever object holds the list.
fn extend(
    edit: &mut Edit<'_>,
    store: &Spot,
    grown: Vec<(&[u8], Vec<Object>)>,
) -> Result<(), ReadPdf> {
    for (key, added) in grown {
        let list = edit.below_or(store, key, Object::Array(Vec::new()))?;
        for element in added {
            edit.push(&list, element)?;
        }
    }
    Ok(())
}

/// Makes the store as an object of its own, so that later growth leaves the catalog as it is.
fn found(edit: &mut Edit<'_>, grown: Vec<(&[u8], Vec<Object>)>) -> Result<(), WritePdf> {
    let mut store = Dictionary::default();
    store.set(b"Type", Object::Name(b"DSS".to_vec()));
    for (key, added) in grown {
        store.set(key, Object::Array(added));
    }
    let body = crate::write::body(&Object::Dictionary(store));
    let store = edit.update.add(&body)?;
    let catalog = edit.catalog();
    edit.set(&catalog, b"DSS", Object::Reference(store))?;
    Ok(())
}

/// The version of the file: that of its header, or a later one in the catalog (ISO 32000-2, 7.5.2 and 7.7.2).
fn version(source: &dyn Source, view: &View<'_>) -> Result<(u8, u8), ReadPdf> {
    let mut header = [0; 8];
    source.read_at(0, &mut header)?;
    let catalog = view.catalog()?;
    let later = catalog.name(b"Version").and_then(parsed);
    let first = header.strip_prefix(b"%PDF-").and_then(parsed);
    Ok(later.max(first).unwrap_or_default())
}

fn parsed(version: &[u8]) -> Option<(u8, u8)> {
    match version {
        [major @ b'0'..=b'9', b'.', minor @ b'0'..=b'9'] => Some((major - b'0', minor - b'0')),
        _ => None,
    }
}

/// Says below PDF 2.0 that the file uses ETSI's extension (EN 319 142-1, 5.4.2.2). A higher level, or a list of
/// levels, stays.
fn declare(edit: &mut Edit<'_>) -> Result<(), ReadPdf> {
    let catalog = edit.catalog();
    let empty = Object::Dictionary(Dictionary::default());
    let extensions = edit.below_or(&catalog, b"Extensions", empty)?;
    let present = match edit.below(&extensions, b"ESIC")? {
        Some(spot) => edit.at(&spot)?,
        None => Object::Null,
    };
    let enough = match &present {
        Object::Null => false,
        Object::Dictionary(extension) => extension
            .integer(b"ExtensionLevel")
            .is_some_and(|level| level >= LEVEL),
        _ => true,
    };
    if !enough {
        let mut extension = Dictionary::default();
        extension.set(b"BaseVersion", Object::Name(b"1.7".to_vec()));
        extension.set(b"ExtensionLevel", Object::Integer(LEVEL));
        edit.set(&extensions, b"ESIC", Object::Dictionary(extension))?;
    }
    Ok(())
}
