//! Numbers of uses and algorithms in the key store's file. Never given a second time.

use crate::authorisation::KeyUse;
use crate::signature::SignatureAlgorithm;

const USES: &[(u8, KeyUse)] = &[
    (1, KeyUse::Certificates),
    (2, KeyUse::Ocsp),
    (3, KeyUse::TimeStamps),
    (4, KeyUse::Checkpoints),
    (5, KeyUse::Credentials),
    (6, KeyUse::StatusLists),
    (7, KeyUse::TrustBundle),
    (8, KeyUse::Seal),
    (9, KeyUse::ServerTls),
    (10, KeyUse::Release),
    (11, KeyUse::Person),
];

const ALGORITHMS: &[(u8, SignatureAlgorithm)] = &[
    (1, SignatureAlgorithm::EcdsaP256Sha256),
    (2, SignatureAlgorithm::EcdsaP256Sha384),
    (3, SignatureAlgorithm::EcdsaP384Sha256),
    (4, SignatureAlgorithm::EcdsaP384Sha384),
    (5, SignatureAlgorithm::Ed25519),
    (6, SignatureAlgorithm::RsaPkcs1Sha256),
    (7, SignatureAlgorithm::RsaPkcs1Sha384),
    (8, SignatureAlgorithm::RsaPkcs1Sha512),
    (9, SignatureAlgorithm::RsaPssSha256),
    (10, SignatureAlgorithm::RsaPssSha384),
    (11, SignatureAlgorithm::RsaPssSha512),
    (12, SignatureAlgorithm::Sm2Sm3),
];

/// The number of a use; 0, which no reader accepts, for one without a number.
pub(super) fn use_number(wanted: KeyUse) -> u8 {
    number(USES, wanted)
}

pub(super) fn use_of(wanted: u8) -> Option<KeyUse> {
    of(USES, wanted)
}

/// The number of an algorithm; 0, which no reader accepts, for one without a number.
pub(super) fn algorithm_number(wanted: SignatureAlgorithm) -> u8 {
    number(ALGORITHMS, wanted)
}

pub(super) fn algorithm_of(wanted: u8) -> Option<SignatureAlgorithm> {
    of(ALGORITHMS, wanted)
}

fn number<T: Copy + PartialEq>(table: &[(u8, T)], wanted: T) -> u8 {
    table
        .iter()
        .find(|(_, value)| *value == wanted)
        .map_or(0, |(number, _)| *number)
}

fn of<T: Copy>(table: &[(u8, T)], wanted: u8) -> Option<T> {
    table
        .iter()
        .find(|(number, _)| *number == wanted)
        .map(|(_, value)| *value)
}
