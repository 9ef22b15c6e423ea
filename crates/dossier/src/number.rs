//! Numbers by which things of a case are named, and the digest of a paper.

use std::fmt;

use catalogue::key::{Form, Key};
use serde::{Deserialize, Serialize};
use time::{Date, Month};

/// A case (办件), such as `BJ-990102-20260608-00017`.
pub type CaseNumber = Key<OfCase>;
/// A package of cases of one application, such as `TC-990102-20260608-00001`.
pub type PackageNumber = Key<OfPackage>;
/// An event of a case, unique within its case and chosen by who sends it.
pub type EventId = Key<OfEvent>;
/// An account of the service; a person may have several.
pub type AccountKey = Key<OfAccount>;
/// A commitment (承诺书).
pub type CommitmentNumber = Key<OfCommitment>;
/// A consent or a proxy's authorisation.
pub type MandateNumber = Key<OfMandate>;
/// A notice (公告).
pub type NoticeNumber = Key<OfNotice>;

/// Form of [`CaseNumber`].
#[derive(Debug)]
pub enum OfCase {}

impl Form for OfCase {
    const NAMES: &'static str = "case number";

    // domain.md 3: `BJ-{region}-{date}-{number}`.
    fn fits(text: &str) -> bool {
        dated(text, "BJ")
    }
}

/// Form of [`PackageNumber`].
#[derive(Debug)]
pub enum OfPackage {}

impl Form for OfPackage {
    const NAMES: &'static str = "package number";

    // As the number of a case, with the letters of 套餐.
    fn fits(text: &str) -> bool {
        dated(text, "TC")
    }
}

/// `{letters}-{region}-{date}-{number}`.
fn dated(text: &str, letters: &str) -> bool {
    let mut parts = text.split('-');
    let (Some(first), Some(region), Some(day), Some(number), None) = (
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
    ) else {
        return false;
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    first == letters
        && region.len() == 6
        && digits(region)
        && (4..=12).contains(&number.len())
        && digits(number)
        && day_of(day).is_some()
}

/// The day that a case number carries: when the case was opened, in the office's zone.
#[must_use]
pub fn opened_on(case: &CaseNumber) -> Option<Date> {
    day_of(case.as_str().split('-').nth(2)?)
}

fn day_of(text: &str) -> Option<Date> {
    if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let month: u8 = text.get(4..6)?.parse().ok()?;
    Date::from_calendar_date(
        text.get(..4)?.parse().ok()?,
        Month::try_from(month).ok()?,
        text.get(6..)?.parse().ok()?,
    )
    .ok()
}

fn plain(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b':'))
        && catalogue::CitizenNumber::parse(text).is_err()
}

/// Form of [`EventId`].
#[derive(Debug)]
pub enum OfEvent {}

impl Form for OfEvent {
    const NAMES: &'static str = "event id";

    fn fits(text: &str) -> bool {
        plain(text)
    }
}

/// Form of [`AccountKey`].
#[derive(Debug)]
pub enum OfAccount {}

impl Form for OfAccount {
    const NAMES: &'static str = "account key";

    fn fits(text: &str) -> bool {
        plain(text)
    }
}

/// Form of [`CommitmentNumber`].
#[derive(Debug)]
pub enum OfCommitment {}

impl Form for OfCommitment {
    const NAMES: &'static str = "commitment number";

    fn fits(text: &str) -> bool {
        plain(text)
    }
}

/// Form of [`MandateNumber`].
#[derive(Debug)]
pub enum OfMandate {}

impl Form for OfMandate {
    const NAMES: &'static str = "consent or proxy number";

    fn fits(text: &str) -> bool {
        plain(text)
    }
}

/// Form of [`NoticeNumber`].
#[derive(Debug)]
pub enum OfNotice {}

impl Form for OfNotice {
    const NAMES: &'static str = "notice number";

    fn fits(text: &str) -> bool {
        plain(text)
    }
}

/// SHA-256 of a paper; text form is 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PaperDigest([u8; 32]);

/// The text is not a SHA-256 in lower-case hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256 in lower-case hexadecimal")]
pub struct ReadDigest;

impl PaperDigest {
    /// The digest of these bytes' owner.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads the text form.
    ///
    /// # Errors
    /// [`ReadDigest`].
    pub fn parse(text: &str) -> Result<Self, ReadDigest> {
        if text.len() != 64 {
            return Err(ReadDigest);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let [high, low] = pair else {
                return Err(ReadDigest);
            };
            *byte = nibble(*high)? << 4 | nibble(*low)?;
        }
        Ok(Self(bytes))
    }

    /// The 32 bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

fn nibble(digit: u8) -> Result<u8, ReadDigest> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(ReadDigest),
    }
}

impl fmt::Display for PaperDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PaperDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<PaperDigest> for String {
    fn from(digest: PaperDigest) -> Self {
        digest.to_string()
    }
}

impl TryFrom<String> for PaperDigest {
    type Error = ReadDigest;

    fn try_from(text: String) -> Result<Self, ReadDigest> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn the_story_s_case_is_read_with_its_day() {
        let case = CaseNumber::parse("BJ-990102-20260608-00017").expect("good");
        assert_eq!(opened_on(&case), Some(date!(2026 - 06 - 08)));
    }

    #[test]
    fn case_numbers_of_another_form_are_refused() {
        for text in [
            "",
            "BJ-990102-20260608",
            "BJ-990102-20260231-00017",
            "BJ-990102-20260608-17",
            "BJ-99010-20260608-00017",
            "BJ-990102-20260608-00017-1",
            "bj-990102-20260608-00017",
            "BJ-990102-２０２６0608-00017",
        ] {
            assert!(CaseNumber::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn no_number_is_a_citizen_s() {
        assert!(CommitmentNumber::parse("CN-990102-2026-0002").is_ok());
        assert!(CommitmentNumber::parse("99010219810705031X").is_err());
        assert!(EventId::parse("a b").is_err());
    }

    #[test]
    fn a_digest_is_64_lower_case_digits() {
        let text = "0f".repeat(32);
        let digest = PaperDigest::parse(&text).expect("good");
        assert_eq!(digest.to_string(), text);
        for wrong in ["0F".repeat(32), "0f".repeat(31), "0g".repeat(32)] {
            assert_eq!(PaperDigest::parse(&wrong), Err(ReadDigest));
        }
    }
}
