//! Trust anchors: a name and a key, what for, and when.

use crypto::{PublicKey, ReadKey};
use time::UtcDateTime;

use super::purpose::Purpose;
use crate::certificate::Certificate;
use crate::name::Name;

/// A trust anchor (RFC 5280 6.1.1 d): a name and a key that are trusted because a list says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    pub(super) name: Name,
    pub(super) key: PublicKey,
    pub(super) certificate: Option<Certificate>,
    pub(super) rules: AnchorRules,
    pub(super) purposes: AnchorPurposes,
    pub(super) from: Option<UtcDateTime>,
    pub(super) until: Option<UtcDateTime>,
    pub(super) path_length: Option<usize>,
}

/// Whether the anchor's own certificate says anything beside name and key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnchorRules {
    /// Nothing: RFC 5280 6.1.1 d.
    NameAndKey,
    /// Its validity, path length, usage, name constraints and critical extensions hold as for any CA
    /// (RFC 5937).
    AsCertified,
}

/// What an anchor is trusted for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnchorPurposes {
    /// Everything.
    Every,
    /// These purposes.
    These(Vec<Purpose>),
}

impl Anchor {
    /// The anchor of this certificate, with the rules that it carries, for every purpose, at all times.
    ///
    /// # Errors
    /// Its key is none of ours.
    pub fn of(certificate: Certificate) -> Result<Self, ReadKey> {
        Ok(Self {
            name: certificate.subject().clone(),
            key: certificate.public_key()?,
            certificate: Some(certificate),
            rules: AnchorRules::AsCertified,
            purposes: AnchorPurposes::Every,
            from: None,
            until: None,
            path_length: None,
        })
    }

    /// The anchor of this name and key, for every purpose, at all times.
    #[must_use]
    pub fn named(name: Name, key: PublicKey) -> Self {
        Self {
            name,
            key,
            certificate: None,
            rules: AnchorRules::NameAndKey,
            purposes: AnchorPurposes::Every,
            from: None,
            until: None,
            path_length: None,
        }
    }

    /// The same anchor under these rules.
    #[must_use]
    pub fn with_rules(self, rules: AnchorRules) -> Self {
        Self { rules, ..self }
    }

    /// The same anchor, for these purposes.
    #[must_use]
    pub fn with_purposes(self, purposes: AnchorPurposes) -> Self {
        Self { purposes, ..self }
    }

    /// The same anchor, trusted from `from` on until before `until`.
    #[must_use]
    pub fn within(self, from: Option<UtcDateTime>, until: Option<UtcDateTime>) -> Self {
        Self {
            from,
            until,
            ..self
        }
    }

    /// The same anchor with at most `length` authorities below it, self-issued ones not counted (RFC 5914 3.4, RFC 5937
    /// 3): that of its own certificate counts beside this one.
    #[must_use]
    pub fn with_path_length(self, length: usize) -> Self {
        Self {
            path_length: Some(length),
            ..self
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// Its key.
    #[must_use]
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// Its certificate, where it came with one.
    #[must_use]
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_ref()
    }

    /// Until before when it is trusted; `None` where no end is set.
    #[must_use]
    pub fn until(&self) -> Option<UtcDateTime> {
        self.until
    }

    /// Its certificate where the rules in it hold.
    #[must_use]
    pub fn certified(&self) -> Option<&Certificate> {
        match self.rules {
            AnchorRules::AsCertified => self.certificate.as_ref(),
            AnchorRules::NameAndKey => None,
        }
    }

    pub(super) fn is_for(&self, purpose: Purpose) -> bool {
        match &self.purposes {
            AnchorPurposes::Every => true,
            AnchorPurposes::These(these) => these.contains(&purpose),
        }
    }

    pub(super) fn is_trusted_at(&self, at: UtcDateTime) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }
}
