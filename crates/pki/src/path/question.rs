//! What is asked: for what purpose, at which moment, under which policies, how strong, with which status.

use crypto::{KeyAlgorithm, PublicKey, SignatureAlgorithm};
use time::UtcDateTime;

use super::purpose::Purpose;
use super::status::StatusMaterial;
use asn1::Oid;

/// What is asked about a certificate.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// What its key is to be used for.
    pub purpose: Purpose,
    /// The moment that is judged: certificates are valid and unrevoked then.
    pub at: UtcDateTime,
    /// Policies that have to hold.
    pub policies: PolicyDemand<'a>,
    /// How strong keys and signatures are at the least.
    pub strength: Strength<'a>,
    /// What is known about revocation.
    pub status: StatusMaterial<'a>,
}

/// Which policies have to hold (RFC 5280 6.1.1 c, e, f, g).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PolicyDemand<'a> {
    /// user-initial-policy-set; empty is anyPolicy.
    pub acceptable: &'a [Oid],
    /// initial-explicit-policy: one has to hold.
    pub explicit: bool,
    /// initial-policy-mapping-inhibit.
    pub inhibit_mapping: bool,
    /// initial-any-policy-inhibit.
    pub inhibit_any: bool,
}

/// How strong keys and signatures are at the least, at the moment asked about (TS 119 312).
///
/// What `crypto` reads at all is the floor below this one: RSA from 2048 bits, P-256, P-384, Ed25519, SHA-2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strength<'a> {
    /// Bits of an RSA modulus.
    pub rsa_bits: usize,
    /// Algorithms that no certificate of the chain may be signed with.
    pub refused: &'a [SignatureAlgorithm],
}

impl Default for Strength<'_> {
    fn default() -> Self {
        Self {
            rsa_bits: PublicKey::MIN_RSA_BITS,
            refused: &[],
        }
    }
}

impl Strength<'_> {
    /// The bits of `key` where they are too few.
    pub(super) fn too_few_bits(&self, key: &PublicKey) -> Option<usize> {
        let bits = key.strength_bits();
        (key.algorithm() == KeyAlgorithm::Rsa && bits < self.rsa_bits).then_some(bits)
    }
}

impl<'a> Question<'a> {
    /// The question for `purpose` at `at`: any policy, the floor of `crypto`, no revocation asked.
    #[must_use]
    pub fn new(purpose: Purpose, at: UtcDateTime) -> Self {
        Self {
            purpose,
            at,
            policies: PolicyDemand::default(),
            strength: Strength::default(),
            status: StatusMaterial::not_asked(),
        }
    }

    /// The same question with this material about revocation.
    #[must_use]
    pub fn with_status(self, status: StatusMaterial<'a>) -> Self {
        Self { status, ..self }
    }

    /// The same question with these policies.
    #[must_use]
    pub fn with_policies(self, policies: PolicyDemand<'a>) -> Self {
        Self { policies, ..self }
    }

    /// The same question with this strength.
    #[must_use]
    pub fn with_strength(self, strength: Strength<'a>) -> Self {
        Self { strength, ..self }
    }
}
