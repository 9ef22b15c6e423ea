//! What all editions have in common: their limits, their strings and bits, their extensions.

use std::ops::Range;

use asn1::{Element, Oid, ReadAsn1, Reader, Tag, write};
use crypto::{KeyAlgorithm, SignatureAlgorithm};
use pki::algorithm::{AlgorithmIdentifier, ResolveAlgorithm, identifier};

use crate::ses::edition::Edition;
use crate::ses::fault::{Part, ReadSeal};

/// Octets of a seal.
pub const MAX_SEAL: usize = 5 << 20;
/// Octets of its picture, as it stands in the seal.
pub const MAX_PICTURE: usize = 2 << 20;
/// Octets of its list of signers.
pub const MAX_LIST: usize = 2 << 20;
/// Signers that are listed.
pub const MAX_LISTED: usize = 1_024;
/// Octets of a seal signature.
pub const MAX_SIGNATURE: usize = 6 << 20;
/// Extensions of a seal or a seal signature.
pub const MAX_EXTENSIONS: usize = 32;

/// An extension that is not critical: nobody here knows what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// Its identifier.
    pub oid: Oid,
    /// Its value, as received.
    pub value: Vec<u8>,
}

/// The edition of a structure with so many elements, whose header names `version`.
///
/// Two elements are V1 whatever the header says; of the others version 5 is V5, everything else V4.
pub(super) fn told(elements: usize, version: u64) -> Result<Edition, ReadSeal> {
    match (elements, version) {
        (2, _) => Ok(Edition::V1),
        (4 | 5, 5) => Ok(Edition::V5),
        (4, _) => Ok(Edition::V4),
        (other, _) => Err(ReadSeal::Elements(other)),
    }
}

/// The number of elements of one level.
pub(super) fn count(reader: &Reader<'_>) -> Result<usize, ReadAsn1> {
    let mut reader = reader.clone();
    let mut count = 0;
    while !reader.is_empty() {
        reader.element()?;
        count += 1;
    }
    Ok(count)
}

/// Where all octets of an element stand.
pub(super) fn range(element: &Element<'_>) -> Range<usize> {
    element.at()..element.at().saturating_add(element.raw().len())
}

/// An INTEGER from 0 on.
pub(super) fn number(reader: &mut Reader<'_>) -> Result<u64, ReadSeal> {
    Ok(reader.expect(Tag::INTEGER)?.unsigned()?)
}

/// An IA5String: ASCII alone.
pub(super) fn ascii(reader: &mut Reader<'_>) -> Result<String, ReadSeal> {
    let text = reader.expect(Tag::IA5_STRING)?.text()?;
    if text.is_ascii() {
        Ok(text.to_owned())
    } else {
        Err(ReadSeal::Text)
    }
}

/// A BIT STRING of whole octets. GM/T 0031-2014 has writers that put an OCTET STRING in its place.
pub(super) fn bits<'a>(reader: &mut Reader<'a>, edition: Edition) -> Result<&'a [u8], ReadSeal> {
    if edition == Edition::V1 && reader.peek() == Some(Tag::OCTET_STRING) {
        return Ok(reader.element()?.content());
    }
    Ok(reader.expect(Tag::BIT_STRING)?.bits()?)
}

/// `ExtensionDatas`: a plain SEQUENCE, or one behind `[0]`; none where neither follows.
pub(super) fn extensions(reader: &mut Reader<'_>) -> Result<Vec<Extension>, ReadSeal> {
    let list = match reader.optional(Tag::context(0))? {
        Some(outer) => Some(outer.only(Tag::SEQUENCE)?),
        None => reader.optional(Tag::SEQUENCE)?,
    };
    let mut found: Vec<Extension> = Vec::new();
    let Some(list) = list else {
        return Ok(found);
    };
    let mut inside = list.reader()?;
    while !inside.is_empty() {
        if found.len() == MAX_EXTENSIONS {
            return Err(ReadSeal::TooManyExtensions(MAX_EXTENSIONS));
        }
        let extension = extension(inside.sequence()?)?;
        if found.iter().any(|known| known.oid == extension.oid) {
            return Err(ReadSeal::ExtensionTwice(Box::new(extension.oid)));
        }
        found.push(extension);
    }
    Ok(found)
}

fn extension(mut inside: Reader<'_>) -> Result<Extension, ReadSeal> {
    let oid = inside.oid()?;
    // GB/T 38540 ExtData: DEFAULT FALSE. Many writers write it all the same, and it was signed so.
    let critical = match inside.optional(Tag::BOOLEAN)? {
        Some(element) => element.boolean()?,
        None => false,
    };
    let value = inside.expect(Tag::OCTET_STRING)?.content().to_vec();
    inside.end()?;
    if critical {
        return Err(ReadSeal::CriticalExtension(Box::new(oid)));
    }
    Ok(Extension { oid, value })
}

/// Asks that a part is not larger than is looked at, before it is decoded.
pub(super) fn bound(part: Part, octets: usize, limit: usize) -> Result<(), ReadSeal> {
    if octets > limit {
        return Err(ReadSeal::TooLarge {
            part,
            octets,
            limit,
        });
    }
    Ok(())
}

/// The signature algorithm that an identifier means for a key of this kind.
pub(super) fn resolve(
    oid: &Oid,
    key: KeyAlgorithm,
) -> Result<SignatureAlgorithm, ResolveAlgorithm> {
    let unknown = || ResolveAlgorithm::Unknown(Box::new(*oid));
    let der = write::sequence([write::oid(oid)]);
    let element = Reader::single(&der, Tag::SEQUENCE).map_err(|_| unknown())?;
    AlgorithmIdentifier::read(&element)
        .map_err(|_| unknown())?
        .signature(key)
}

/// The identifier of an algorithm, where it says all there is to say without parameters.
pub(super) fn oid_of(algorithm: SignatureAlgorithm, key: KeyAlgorithm) -> Option<Oid> {
    let der = identifier(algorithm);
    let element = Reader::single(&der, Tag::SEQUENCE).ok()?;
    let oid = AlgorithmIdentifier::read(&element).ok()?.oid();
    (resolve(&oid, key) == Ok(algorithm)).then_some(oid)
}
