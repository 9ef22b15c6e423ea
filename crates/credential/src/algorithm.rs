//! Signature algorithms by their names on the wire: JOSE texts and COSE numbers, each fixed by the key.

use crypto::{
    CheckSignature, KeyAlgorithm, PublicKey, Signature, SignatureAlgorithm as A, WrongForm,
};
use thiserror::Error;

/// Why a token's signature does not count.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CheckToken {
    /// The algorithm named is not one that goes with this key (T-I9: the key fixes the algorithm).
    #[error("the token's algorithm does not go with the key")]
    Algorithm,
    /// The value has not the form of the algorithm.
    #[error("the signature has not the form of its algorithm")]
    Form,
    /// The signature does not hold.
    #[error("the signature does not hold")]
    Differs,
}

struct Row {
    algorithm: A,
    key: KeyAlgorithm,
    jose: &'static str,
    cose: i64,
    /// Octets of each half of an ECDSA or SM2 value.
    width: Option<usize>,
}

const fn row(
    algorithm: A,
    key: KeyAlgorithm,
    jose: &'static str,
    cose: i64,
    width: Option<usize>,
) -> Row {
    Row {
        algorithm,
        key,
        jose,
        cose,
        width,
    }
}

/// RFC 7518 3.1, RFC 8037 3.1; RFC 9053 2.1 and 2.2, RFC 8812 2, RFC 8230 2. `none` and MACs are not in it.
const TABLE: &[Row] = &[
    row(
        A::EcdsaP256Sha256,
        KeyAlgorithm::EcP256,
        "ES256",
        -7,
        Some(32),
    ),
    row(
        A::EcdsaP384Sha384,
        KeyAlgorithm::EcP384,
        "ES384",
        -35,
        Some(48),
    ),
    row(A::Ed25519, KeyAlgorithm::Ed25519, "EdDSA", -8, None),
    // Private names: no register has SM2 yet.
    row(
        A::Sm2Sm3,
        KeyAlgorithm::Sm2,
        "SM2-SM3-yinxin",
        -70_002,
        Some(32),
    ),
    row(A::RsaPkcs1Sha256, KeyAlgorithm::Rsa, "RS256", -257, None),
    row(A::RsaPkcs1Sha384, KeyAlgorithm::Rsa, "RS384", -258, None),
    row(A::RsaPkcs1Sha512, KeyAlgorithm::Rsa, "RS512", -259, None),
    row(A::RsaPssSha256, KeyAlgorithm::Rsa, "PS256", -37, None),
    row(A::RsaPssSha384, KeyAlgorithm::Rsa, "PS384", -38, None),
    row(A::RsaPssSha512, KeyAlgorithm::Rsa, "PS512", -39, None),
];

/// JOSE name of an algorithm, where it has one.
#[must_use]
pub fn jose_name(algorithm: A) -> Option<&'static str> {
    find(|row| row.algorithm == algorithm).map(|row| row.jose)
}

/// The algorithm of this JOSE name; `none` and MACs are none.
#[must_use]
pub fn jose_algorithm(name: &str) -> Option<A> {
    find(|row| row.jose == name).map(|row| row.algorithm)
}

/// COSE number of an algorithm, where it has one.
pub(crate) fn cose_number(algorithm: A) -> Option<i64> {
    find(|row| row.algorithm == algorithm).map(|row| row.cose)
}

/// Whether any algorithm has this JOSE name.
pub(crate) fn knows_jose(name: &str) -> bool {
    find(|row| row.jose == name).is_some()
}

/// Octets of a signature under this COSE number: `None` where the number is unknown, `Some(None)` where
/// the key decides.
pub(crate) fn cose_octets(number: i64) -> Option<Option<usize>> {
    find(|row| row.cose == number).map(|row| match row.algorithm {
        A::Ed25519 => Some(64),
        _ => row.width.map(|width| 2 * width),
    })
}

/// The value as tokens carry it: `r ‖ s` for ECDSA and SM2 (RFC 7518 3.4, RFC 9053 2.1).
///
/// # Errors
/// The value is not one of the algorithm.
pub fn to_wire(algorithm: A, signature: &Signature) -> Result<Vec<u8>, WrongForm> {
    match find(|row| row.algorithm == algorithm).and_then(|row| row.width) {
        Some(width) => signature.to_fixed(width),
        None => Ok(signature.bytes().to_vec()),
    }
}

/// Checks a value under a JOSE name.
///
/// # Errors
/// See [`CheckToken`].
pub fn check_jose(
    name: &str,
    key: &PublicKey,
    message: &[u8],
    value: &[u8],
) -> Result<(), CheckToken> {
    check(find(|row| row.jose == name), key, message, value)
}

/// Checks a value under a COSE number.
pub(crate) fn check_cose(
    number: i64,
    key: &PublicKey,
    message: &[u8],
    value: &[u8],
) -> Result<(), CheckToken> {
    check(find(|row| row.cose == number), key, message, value)
}

fn check(
    row: Option<&Row>,
    key: &PublicKey,
    message: &[u8],
    value: &[u8],
) -> Result<(), CheckToken> {
    // T-I9: the algorithm is fixed by the key; what the token says may only agree.
    let row = row
        .filter(|row| row.key == key.algorithm())
        .ok_or(CheckToken::Algorithm)?;
    let signature = match row.width {
        Some(width) if value.len() == 2 * width => {
            Signature::from_fixed(value).map_err(|_| CheckToken::Form)?
        }
        Some(_) => return Err(CheckToken::Form),
        None => Signature::new(value.to_vec()),
    };
    key.check(row.algorithm, message, &signature)
        .map_err(|error| match error {
            CheckSignature::WrongAlgorithm => CheckToken::Algorithm,
            _ => CheckToken::Differs,
        })
}

fn find(wanted: impl Fn(&Row) -> bool) -> Option<&'static Row> {
    TABLE.iter().find(|row| wanted(row))
}
