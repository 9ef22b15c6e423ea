//! Under what a key may be used: the use it has, the bytes that were journalled, and for a seal the
//! release by a second person (D19, T-S2, T-S3).

use std::fmt;

use time::{Duration, UtcDateTime};

use crate::digest::sha256;
use crate::documents::Documents;
use crate::listing::Listing;
use crate::public_key::{CheckSignature, PublicKey};
use crate::sign_in::passkey::{Passkey, Shown, release_challenge};
use crate::signature::{Signature, SignatureAlgorithm};
use crate::statement::ReleaseStatement;

/// Name of a key in a key store.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(String);

impl KeyId {
    /// Longest name.
    pub const MAX: usize = 64;

    /// A name of letters, digits, `-`, `_` and `.`; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<KeyId> {
        let fits = (1..=Self::MAX).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        fits.then(|| KeyId(text.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What a key of the store is for; a key has one use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum KeyUse {
    /// Certificates and CRLs.
    Certificates,
    /// OCSP answers.
    Ocsp,
    /// Time-stamp tokens.
    TimeStamps,
    /// Checkpoints of a log.
    Checkpoints,
    /// Printed codes and credentials.
    Credentials,
    /// Status lists.
    StatusLists,
    /// The signed trust bundle.
    TrustBundle,
    /// A seal: only under a release.
    Seal,
    /// The server's TLS certificate.
    ServerTls,
    /// A releaser's own key.
    Release,
    /// A person's own signatures: only under their consent.
    Person,
}

/// A statement with its releaser's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// What was released.
    pub statement: ReleaseStatement,
    /// The list in which it was released, where several were released together.
    pub listing: Option<Listing>,
    /// Algorithm of the signature.
    pub algorithm: SignatureAlgorithm,
    /// Signature over [`Release::signed`], or by a passkey that answered [`Release::challenge`].
    pub signature: Signature,
    /// What stands beside the signature of a passkey; nothing for a person's own key.
    pub passkey: Option<Shown>,
}

impl Release {
    /// The bytes that its releaser signed: the statement, or the list in which it stands. `None` where the list does
    /// not have it: nothing was released.
    #[must_use]
    pub fn signed(&self) -> Option<Vec<u8>> {
        match &self.listing {
            None => Some(self.statement.bytes()),
            Some(listing) => listing
                .lists(&self.statement)
                .then(|| listing.bytes(&self.statement)),
        }
    }

    /// The question that a passkey answers to release this: a digest of what is released, so that an answer is good for
    /// nothing else (T-S2). `None` as [`Release::signed`].
    #[must_use]
    pub fn challenge(&self) -> Option<[u8; 32]> {
        self.signed().map(|signed| release_challenge(&signed))
    }

    /// The octets that lie under the signature, if the person released by `by`: their own key, which signs what is
    /// released, or a passkey, which answered it and nothing else.
    pub(crate) fn octets(&self, by: Option<&Passkey>) -> Option<Vec<u8>> {
        match (by, &self.passkey) {
            (None, None) => self.signed(),
            (Some(passkey), Some(shown)) if passkey.algorithm() == Some(self.algorithm) => {
                let signed = passkey.signed(shown, &self.challenge()?).ok()?;
                Some(signed.0)
            }
            _ => None,
        }
    }

    /// Checks that `key` signed this statement, or a list that has it.
    ///
    /// # Errors
    /// As [`PublicKey::check`]; `Bad` for a statement that its list does not have, and for what a passkey released.
    pub fn check(&self, key: &PublicKey) -> Result<(), CheckSignature> {
        let signed = self.octets(None).ok_or(CheckSignature::Bad)?;
        key.check(self.algorithm, &signed, &self.signature)
    }
}

/// To what a person consented (domain.md 4.3): the legal act is the key's signature over document, time and intent.
#[derive(Clone, PartialEq, Eq)]
pub struct Consent {
    /// The signature identity.
    pub signer: String,
    /// SHA-256 of the document as it was shown.
    pub document: [u8; 32],
    /// The words of what is meant by signing.
    pub intent: String,
    /// When.
    pub at: UtcDateTime,
    /// The documents that are signed with it under the same consent, and the digest of their list, to which the person agreed.
    pub list: Option<(Documents, [u8; 32])>,
}

impl Consent {
    /// The list of these documents, each by its SHA-256; `None` where there are none, more than 64, or the same one twice.
    #[must_use]
    pub fn list_of(documents: &[[u8; 32]]) -> Option<Documents> {
        Documents::of(documents)
    }

    /// Whether it is to this document alone, or to a list that has it.
    pub(crate) fn is_whole(&self) -> bool {
        let list = self.list.as_ref();
        list.is_none_or(|(list, agreed)| list.digest() == *agreed && list.has(&self.document))
    }

    /// How long a consent may be used.
    pub const LIFE: Duration = Duration::minutes(5);
}

// T-P8: words of a person do not reach a log.
impl fmt::Debug for Consent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Consent")
            .field("signer", &self.signer)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// What the key store is shown before it lets a key sign.
#[derive(Debug, Clone)]
pub struct Authorisation {
    /// Which key.
    pub key: KeyId,
    /// For what.
    pub for_use: KeyUse,
    /// SHA-256 of the exact input, as the journal has it.
    pub journalled: [u8; 32],
    /// The moment of the act, for the release's expiry.
    pub now: UtcDateTime,
    /// The release; required where the use is [`KeyUse::Seal`].
    pub release: Option<Release>,
    /// Releases of the same use by others, where the seal needs several (T-S1).
    pub approvals: Vec<Release>,
    /// The consent; required where the use is [`KeyUse::Person`].
    pub consent: Option<Consent>,
}

impl Authorisation {
    /// For a key whose use needs no release, over `input`.
    #[must_use]
    pub fn journalled(
        key: KeyId,
        for_use: KeyUse,
        input: &[u8],
        now: UtcDateTime,
    ) -> Authorisation {
        Authorisation {
            key,
            for_use,
            journalled: sha256(input),
            now,
            release: None,
            approvals: Vec::new(),
            consent: None,
        }
    }

    /// For a seal, over `input`, under `release`.
    #[must_use]
    pub fn released(key: KeyId, input: &[u8], now: UtcDateTime, release: Release) -> Authorisation {
        Authorisation {
            key,
            for_use: KeyUse::Seal,
            journalled: sha256(input),
            now,
            release: Some(release),
            approvals: Vec::new(),
            consent: None,
        }
    }

    /// The same with what others released of this use.
    #[must_use]
    pub fn with(self, approvals: Vec<Release>) -> Authorisation {
        Authorisation { approvals, ..self }
    }

    /// For a person's key, over `input`, under their `consent`.
    #[must_use]
    pub fn consented(
        key: KeyId,
        input: &[u8],
        now: UtcDateTime,
        consent: Consent,
    ) -> Authorisation {
        Authorisation {
            key,
            for_use: KeyUse::Person,
            journalled: sha256(input),
            now,
            release: None,
            approvals: Vec::new(),
            consent: Some(consent),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement() -> ReleaseStatement {
        ReleaseStatement {
            job: "j".to_owned(),
            unsealed: [7; 32],
            seal: "990102-SPZYZ-01".to_owned(),
            purpose: "licence".to_owned(),
            matter: "990102-XK-0001".to_owned(),
            case: "BJ-990102-20260608-00017".to_owned(),
            decision: "granted".to_owned(),
            copies: 1,
            expires: UtcDateTime::UNIX_EPOCH,
            requester: "a".to_owned(),
            releaser: "b".to_owned(),
        }
    }

    #[test]
    fn no_value_can_imitate_another_line() {
        let mut first = statement();
        first.matter = "x\ncase 1 y".to_owned();
        first.case = String::new();
        let mut second = statement();
        second.matter = "x".to_owned();
        second.case = "y".to_owned();
        assert_ne!(first.bytes(), second.bytes());
    }

    #[test]
    fn every_member_is_signed() {
        let base = statement();
        let mut others = vec![base.clone(); 11];
        others[0].unsealed[31] ^= 1;
        others[1].seal.push('2');
        others[2].purpose.push('2');
        others[3].matter.push('2');
        others[4].case.push('2');
        others[5].decision.push('2');
        others[6].copies = 2;
        others[7].expires += Duration::SECOND;
        others[8].requester.push('2');
        others[9].releaser.push('2');
        others[10].job.push('2');
        for other in others {
            assert_ne!(other.bytes(), base.bytes(), "{other:?}");
        }
    }

    #[test]
    fn names_of_keys_are_plain() {
        assert!(KeyId::parse("seal-990102-SPZYZ-01").is_some());
        assert!(
            KeyId::parse("").is_none()
                && KeyId::parse("../x").is_none()
                && KeyId::parse("印").is_none()
        );
    }
}
