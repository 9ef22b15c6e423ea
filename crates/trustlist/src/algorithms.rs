//! Names of algorithms in XML signatures (RFC 9231), and values as they are carried there.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::{DigestAlgorithm, Signature, SignatureAlgorithm};

use crate::fault::CheckList;

const DIGESTS: &[(&str, DigestAlgorithm)] = &[
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
];

/// SHA-1 has no row (TS 119 312): neither as a digest nor under a signature.
const SIGNATURES: &[(&str, &[SignatureAlgorithm])] = &[
    (
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        &[
            SignatureAlgorithm::EcdsaP256Sha256,
            SignatureAlgorithm::EcdsaP384Sha256,
        ],
    ),
    (
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
        &[
            SignatureAlgorithm::EcdsaP384Sha384,
            SignatureAlgorithm::EcdsaP256Sha384,
        ],
    ),
    (
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
        &[
            SignatureAlgorithm::EcdsaP521Sha512,
            SignatureAlgorithm::EcdsaP384Sha512,
            SignatureAlgorithm::EcdsaP256Sha512,
        ],
    ),
    (
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        &[SignatureAlgorithm::RsaPkcs1Sha256],
    ),
    (
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
        &[SignatureAlgorithm::RsaPkcs1Sha384],
    ),
    (
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
        &[SignatureAlgorithm::RsaPkcs1Sha512],
    ),
    (
        "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
        &[SignatureAlgorithm::RsaPssSha256],
    ),
    (
        "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1",
        &[SignatureAlgorithm::RsaPssSha384],
    ),
    (
        "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1",
        &[SignatureAlgorithm::RsaPssSha512],
    ),
];

pub(crate) const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

pub(crate) fn digest(uri: &str) -> Result<DigestAlgorithm, CheckList> {
    let found = DIGESTS.iter().find(|(known, _)| *known == uri);
    found
        .map(|(_, algorithm)| *algorithm)
        .ok_or_else(|| CheckList::Algorithm(uri.to_owned()))
}

/// What a name stands for: the kind of key decides among them.
pub(crate) fn signatures(uri: &str) -> Result<&'static [SignatureAlgorithm], CheckList> {
    let found = SIGNATURES.iter().find(|(known, _)| *known == uri);
    found
        .map(|(_, algorithms)| *algorithms)
        .ok_or_else(|| CheckList::Algorithm(uri.to_owned()))
}

pub(crate) fn name_of(algorithm: SignatureAlgorithm) -> Option<&'static str> {
    let mut all = SIGNATURES.iter();
    let found = all.find(|(_, algorithms)| algorithms.contains(&algorithm))?;
    Some(found.0)
}

/// Octets of a coordinate; `None` for what is no elliptic curve.
fn width(algorithm: SignatureAlgorithm) -> Option<usize> {
    match algorithm {
        SignatureAlgorithm::EcdsaP256Sha256
        | SignatureAlgorithm::EcdsaP256Sha384
        | SignatureAlgorithm::EcdsaP256Sha512 => Some(32),
        SignatureAlgorithm::EcdsaP384Sha256
        | SignatureAlgorithm::EcdsaP384Sha384
        | SignatureAlgorithm::EcdsaP384Sha512 => Some(48),
        SignatureAlgorithm::EcdsaP521Sha512 => Some(66),
        _ => None,
    }
}

/// RFC 9231 2.3.6: ECDSA values are both integers in the width of the curve, one after the other. The European reference
/// library writes both in the width of the longer one, which on P-521 is often an octet less: that is taken, no more is.
pub(crate) fn from_wire(algorithm: SignatureAlgorithm, value: Vec<u8>) -> Option<Signature> {
    match width(algorithm) {
        Some(width) if value.len() <= 2 * width => Signature::from_fixed(&value).ok(),
        Some(_) => None,
        None => Some(Signature::new(value)),
    }
}

pub(crate) fn to_wire(algorithm: SignatureAlgorithm, signature: &Signature) -> Option<Vec<u8>> {
    match width(algorithm) {
        Some(width) => signature.to_fixed(width).ok(),
        None => Some(signature.bytes().to_vec()),
    }
}

/// The octets of `xsd:base64Binary`, white space within allowed (XML Schema 2, 3.2.16).
pub(crate) fn octets(text: &str) -> Option<Vec<u8>> {
    let bare: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(bare).ok()
}
