//! Keys of the catalogue: short texts of a fixed form, one type for each thing they name.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::code::OrganisationCode;

/// What a key names and how it is written.
pub trait Form {
    /// The thing named, for messages.
    const NAMES: &'static str;
    /// Whether `text` is written as such a key.
    fn fits(text: &str) -> bool;
}

/// A key of the form `F`, made by parsing only; cheap to clone.
pub struct Key<F>(Arc<str>, PhantomData<fn() -> F>);

/// The text is not written as a key of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a {names}")]
pub struct ReadKey {
    /// The thing that such a key names.
    pub names: &'static str,
}

impl<F: Form> Key<F> {
    /// Reads a key.
    ///
    /// # Errors
    /// [`ReadKey`] when the text has another form.
    pub fn parse(text: &str) -> Result<Self, ReadKey> {
        if F::fits(text) {
            Ok(Self(Arc::from(text), PhantomData))
        } else {
            Err(ReadKey { names: F::NAMES })
        }
    }
}

impl<F> Key<F> {
    /// The key as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<F> Clone for Key<F> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0), PhantomData)
    }
}

impl<F> PartialEq for Key<F> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<F> Eq for Key<F> {}

impl<F> PartialOrd for Key<F> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<F> Ord for Key<F> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl<F> Hash for Key<F> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<F> std::borrow::Borrow<str> for Key<F> {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<F> fmt::Debug for Key<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<F> fmt::Display for Key<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<F: Form> std::str::FromStr for Key<F> {
    type Err = ReadKey;

    fn from_str(text: &str) -> Result<Self, ReadKey> {
        Self::parse(text)
    }
}

impl<F> Serialize for Key<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de, F: Form> Deserialize<'de> for Key<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// A department, such as `Q-APR`.
pub type DepartmentKey = Key<OfDepartment>;
/// A region by its six digits, such as `990102`.
pub type RegionCode = Key<OfRegion>;
/// A transfer of powers, by its key.
pub type TransferKey = Key<OfTransfer>;
/// A licence type by its short key, such as `FOOD`.
pub type TypeKey = Key<OfType>;
/// A licence type by its code: the defining body's organisation code and three digits.
pub type TypeCode = Key<OfTypeCode>;
/// A matter, such as `990102-XK-0001`.
pub type MatterCode = Key<OfMatter>;
/// A seal, such as `990102-SPZYZ-01`.
pub type SealCode = Key<OfSeal>;
/// A field of a licence type, such as `legal_rep`.
pub type FieldName = Key<OfField>;
/// A delegation.
pub type DelegationKey = Key<OfDelegation>;
/// A person as an account of the service, never by a citizen's number.
pub type PersonKey = Key<OfPerson>;

/// Form of [`DepartmentKey`].
#[derive(Debug)]
pub enum OfDepartment {}

impl Form for OfDepartment {
    const NAMES: &'static str = "department key";

    fn fits(text: &str) -> bool {
        text.len() <= 32
            && text.split('-').all(|part| {
                !part.is_empty()
                    && part
                        .bytes()
                        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            })
    }
}

/// Form of [`RegionCode`].
#[derive(Debug)]
pub enum OfRegion {}

impl Form for OfRegion {
    const NAMES: &'static str = "region code";

    fn fits(text: &str) -> bool {
        text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit())
    }
}

/// Form of [`TypeKey`].
#[derive(Debug)]
pub enum OfType {}

impl Form for OfType {
    const NAMES: &'static str = "licence type key";

    fn fits(text: &str) -> bool {
        (1..=16).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_uppercase())
            && text
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    }
}

/// Form of [`TypeCode`].
#[derive(Debug)]
pub enum OfTypeCode {}

impl Form for OfTypeCode {
    const NAMES: &'static str = "licence type code";

    // GB/T 36904: 21 characters, the defining body's code and a number of three digits.
    fn fits(text: &str) -> bool {
        match text.split_at_checked(18) {
            Some((body, number)) => {
                OrganisationCode::parse(body).is_ok()
                    && number.len() == 3
                    && number.bytes().all(|b| b.is_ascii_digit())
            }
            None => false,
        }
    }
}

/// Form of [`MatterCode`].
#[derive(Debug)]
pub enum OfMatter {}

impl Form for OfMatter {
    const NAMES: &'static str = "matter code";

    // domain.md 3: `{region}-{kind}-{number}`.
    fn fits(text: &str) -> bool {
        let mut parts = text.split('-');
        let (Some(region), Some(kind), Some(number), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return false;
        };
        OfRegion::fits(region)
            && kind.len() == 2
            && kind.bytes().all(|b| b.is_ascii_uppercase())
            && (4..=8).contains(&number.len())
            && number.bytes().all(|b| b.is_ascii_digit())
    }
}

/// Form of [`SealCode`].
#[derive(Debug)]
pub enum OfSeal {}

impl Form for OfSeal {
    const NAMES: &'static str = "seal code";

    fn fits(text: &str) -> bool {
        (3..=32).contains(&text.len()) && OfDepartment::fits(text)
    }
}

/// Form of [`FieldName`].
#[derive(Debug)]
pub enum OfField {}

impl Form for OfField {
    const NAMES: &'static str = "field name";

    fn fits(text: &str) -> bool {
        (1..=40).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    }
}

/// Form of [`DelegationKey`].
#[derive(Debug)]
pub enum OfDelegation {}

impl Form for OfDelegation {
    const NAMES: &'static str = "delegation key";

    fn fits(text: &str) -> bool {
        (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    }
}

/// Form of [`TransferKey`].
#[derive(Debug)]
pub enum OfTransfer {}

impl Form for OfTransfer {
    const NAMES: &'static str = "transfer key";

    fn fits(text: &str) -> bool {
        OfDelegation::fits(text)
    }
}

/// Form of [`PersonKey`].
#[derive(Debug)]
pub enum OfPerson {}

impl Form for OfPerson {
    const NAMES: &'static str = "person key";

    fn fits(text: &str) -> bool {
        (1..=64).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'))
            && super::code::CitizenNumber::parse(text).is_err()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_the_sample_are_read_and_their_neighbours_refused() {
        assert!(DepartmentKey::parse("C-12345").is_ok());
        assert!(DepartmentKey::parse("C--APR").is_err());
        assert!(DepartmentKey::parse("c-apr").is_err());
        assert!(TypeCode::parse("11990000FAKE00013G003").is_ok());
        assert!(TypeCode::parse("11990000FAKE00013H003").is_err());
        assert!(TypeCode::parse("11990000FAKE00013G03").is_err());
        assert!(MatterCode::parse("990102-XK-0001").is_ok());
        assert!(MatterCode::parse("990102-XK-0001-1").is_err());
        assert!(MatterCode::parse("99010-XK-0001").is_err());
        assert!(SealCode::parse("990102-SPZYZ-01").is_ok());
        assert!(FieldName::parse("photo_sha256").is_ok());
        assert!(FieldName::parse("Photo").is_err());
        assert!(TypeKey::parse("ONE").is_ok());
        assert!(TypeKey::parse("1ONE").is_err());
    }

    #[test]
    fn a_person_is_never_named_by_a_citizen_number() {
        assert!(PersonKey::parse("zhou.qinghe").is_ok());
        assert!(PersonKey::parse("99010219810705031X").is_err());
    }

    #[test]
    fn text_outside_ascii_never_splits_a_character() {
        assert!(TypeCode::parse("云洲省云洲省云洲省").is_err());
        assert!(MatterCode::parse("云-洲-省").is_err());
    }
}
