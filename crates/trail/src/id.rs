//! Identifiers that the registry gives: 32 hexadecimal characters, the second of their beginning and 96 random bits.

use std::fmt;

/// Characters of an identifier.
const LENGTH: usize = 32;

fn fits(text: &str) -> bool {
    text.len() == LENGTH
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(String);

impl JobId {
    /// Reads an identifier; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<JobId> {
        fits(text).then(|| JobId(text.to_owned()))
    }

    /// The identifier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A licence through all its versions.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LicenceId(String);

impl LicenceId {
    /// Reads an identifier; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<LicenceId> {
        fits(text).then(|| LicenceId(text.to_owned()))
    }

    /// The identifier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LicenceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A batch: licences asked for at once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BatchId(String);

impl BatchId {
    /// Reads an identifier; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<BatchId> {
        fits(text).then(|| BatchId(text.to_owned()))
    }

    /// The identifier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BatchId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_32_small_hexadecimal_characters() {
        assert!(JobId::parse(&"0a".repeat(16)).is_some());
        assert!(JobId::parse(&"0A".repeat(16)).is_none());
        assert!(LicenceId::parse("00").is_none());
    }
}
