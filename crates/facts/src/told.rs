//! What is told of evidence, whoever judges it.

use finding::Finding;
use serde::Serialize;

/// Why something was not read: a finding code, and what its reader says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The code.
    pub code: &'static str,
    /// What its reader says.
    pub why: Option<String>,
}

impl Refused {
    /// The refusal of this code, and why.
    #[must_use]
    pub fn because(code: &'static str, why: impl std::fmt::Display) -> Refused {
        Refused {
            code,
            why: Some(why.to_string()),
        }
    }

    /// The refusal as a finding.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let found = Finding::of(self.code);
        match &self.why {
            Some(why) => found.because(why),
            None => found,
        }
    }
}

/// How far the octets under a signature reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Covers {
    /// The whole artefact.
    WholeFile,
    /// All of an earlier revision.
    Revision,
    /// A part.
    Part,
}

/// A change after a signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeTold {
    /// Its code.
    pub code: &'static str,
    /// Whether the signature permits it.
    pub permitted: bool,
    /// What it is, for a person.
    pub text: String,
}

/// The version that has taken a licence's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Successor {
    /// Its number, such as `002`.
    pub version: String,
    /// Its identifier.
    pub identifier: String,
}

/// Octets as hex.
#[must_use]
pub fn hex(octets: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    let digits = |octet: &u8| [digit(octet >> 4), digit(octet & 15)];
    octets.iter().flat_map(digits).collect()
}
