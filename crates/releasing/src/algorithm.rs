//! Algorithms of releases, as their rows name them.

use crypto::SignatureAlgorithm;

const ALGORITHMS: [(SignatureAlgorithm, &str); 12] = [
    (SignatureAlgorithm::EcdsaP256Sha256, "ecdsa-p256-sha256"),
    (SignatureAlgorithm::EcdsaP256Sha384, "ecdsa-p256-sha384"),
    (SignatureAlgorithm::EcdsaP384Sha256, "ecdsa-p384-sha256"),
    (SignatureAlgorithm::EcdsaP384Sha384, "ecdsa-p384-sha384"),
    (SignatureAlgorithm::Ed25519, "ed25519"),
    (SignatureAlgorithm::RsaPkcs1Sha256, "rsa-pkcs1-sha256"),
    (SignatureAlgorithm::RsaPkcs1Sha384, "rsa-pkcs1-sha384"),
    (SignatureAlgorithm::RsaPkcs1Sha512, "rsa-pkcs1-sha512"),
    (SignatureAlgorithm::RsaPssSha256, "rsa-pss-sha256"),
    (SignatureAlgorithm::RsaPssSha384, "rsa-pss-sha384"),
    (SignatureAlgorithm::RsaPssSha512, "rsa-pss-sha512"),
    (SignatureAlgorithm::Sm2Sm3, "sm2-sm3"),
];

/// Its name.
pub(crate) fn algorithm_code(algorithm: SignatureAlgorithm) -> &'static str {
    ALGORITHMS
        .iter()
        .find(|(found, _)| *found == algorithm)
        .map_or("unknown", |(_, code)| code)
}

/// The algorithm of this name.
pub(crate) fn algorithm_of(code: &str) -> Option<SignatureAlgorithm> {
    ALGORITHMS
        .iter()
        .find(|(_, found)| *found == code)
        .map(|(algorithm, _)| *algorithm)
}
