//! The holder of a licence: a person, an organisation or a project.

use std::fmt;

use catalogue::{CitizenNumber, HolderKind, OrganisationCode, ReadCode};
use time::Date;

use crate::number::is_no_text;

/// Longest name of a holder, in characters.
pub(crate) const MAX_HOLDER_NAME: usize = 100;
const MAX_OTHER_CODE: usize = 40;

/// A holder, name and code checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    name: String,
    code: HolderCode,
}

/// The code by which a holder is found.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum HolderCode {
    /// A citizen.
    Citizen(CitizenNumber),
    /// A person without a citizen's number: the number of another document.
    OtherPerson(String),
    /// An organisation.
    Organisation(OrganisationCode),
    /// A project.
    Project(String),
}

/// What is wrong with a holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadHolder {
    /// Not `person`, `org` or `project`, or a kind that the type does not know.
    #[error("such a holder cannot hold this licence")]
    Kind,
    /// Empty, too long, blank at an end, or with characters that are no text.
    #[error("not a holder's name")]
    Name,
    /// The code is not one.
    #[error("not a holder's code: {0}")]
    Code(ReadCode),
    /// Neither a code with check digits nor a document number.
    #[error("not a document number")]
    Document,
}

impl ReadHolder {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Kind => "licence.holder-kind",
            Self::Name => "licence.holder-name",
            Self::Code(_) | Self::Document => "licence.holder-code",
        }
    }

    /// The member of the request that is wrong.
    #[must_use]
    pub fn place(self) -> &'static str {
        match self {
            Self::Kind => "holder.kind",
            Self::Name => "holder.name",
            Self::Code(_) | Self::Document => "holder.code",
        }
    }
}

impl Holder {
    /// Reads a holder for a type that `lawful` may hold.
    ///
    /// # Errors
    /// [`ReadHolder`].
    pub fn parse(
        lawful: HolderKind,
        kind: &str,
        (name, code): (&str, &str),
    ) -> Result<Self, ReadHolder> {
        let read = match (kind, lawful) {
            ("person", HolderKind::Person | HolderKind::PersonOrOrganisation) => person(code),
            ("org", HolderKind::Organisation | HolderKind::PersonOrOrganisation) => {
                OrganisationCode::parse(code)
                    .map(HolderCode::Organisation)
                    .map_err(ReadHolder::Code)
            }
            ("project", HolderKind::Project) => {
                document(code).map(|code| HolderCode::Project(code.to_owned()))
            }
            _ => return Err(ReadHolder::Kind),
        };
        let named = !name.is_empty()
            && name.trim() == name
            && name.chars().count() <= MAX_HOLDER_NAME
            && !name.chars().any(is_no_text);
        if !named {
            return Err(ReadHolder::Name);
        }
        Ok(Self {
            name: name.to_owned(),
            code: read?,
        })
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &HolderCode {
        &self.code
    }

    /// `person`, `org` or `project`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.code {
            HolderCode::Citizen(_) | HolderCode::OtherPerson(_) => "person",
            HolderCode::Organisation(_) => "org",
            HolderCode::Project(_) => "project",
        }
    }
}

impl HolderCode {
    /// The whole code: for the document, the encrypted store and the keyed digest only (D8).
    #[must_use]
    pub fn reveal(&self) -> &str {
        match self {
            Self::Citizen(number) => number.reveal(),
            Self::OtherPerson(code) | Self::Project(code) => code,
            Self::Organisation(code) => code.as_str(),
        }
    }

    /// As others may see it: codes of persons are starred.
    #[must_use]
    pub fn masked(&self) -> String {
        match self {
            Self::Citizen(number) => number.masked(),
            Self::OtherPerson(code) => {
                let count = code.chars().count();
                code.chars()
                    .enumerate()
                    .map(|(at, letter)| {
                        if at < 2 || at + 2 >= count {
                            letter
                        } else {
                            '*'
                        }
                    })
                    .collect()
            }
            Self::Organisation(_) | Self::Project(_) => self.reveal().to_owned(),
        }
    }

    /// The date of birth, where the code tells it.
    #[must_use]
    pub fn born_on(&self) -> Option<Date> {
        match self {
            Self::Citizen(number) => Some(number.born_on()),
            Self::OtherPerson(_) | Self::Organisation(_) | Self::Project(_) => None,
        }
    }
}

// T-P8: a person's code reaches no log by way of `{:?}`.
impl fmt::Debug for HolderCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

fn person(code: &str) -> Result<HolderCode, ReadHolder> {
    // What looks like a citizen's number must be one (R11): fifteen or eighteen digits, the last
    // perhaps a letter.
    let digits = code.bytes().filter(u8::is_ascii_digit).count();
    if digits >= 14 || code.chars().count() == 18 {
        return CitizenNumber::parse(code)
            .map(HolderCode::Citizen)
            .map_err(ReadHolder::Code);
    }
    document(code).map(|code| HolderCode::OtherPerson(code.to_owned()))
}

fn document(code: &str) -> Result<&str, ReadHolder> {
    let lawful = (5..=MAX_OTHER_CODE).contains(&code.len())
        && code
            .bytes()
            .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase() || b == b'-');
    lawful.then_some(code).ok_or(ReadHolder::Document)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lawful: HolderKind, kind: &str, code: &str) -> Result<Holder, ReadHolder> {
        Holder::parse(lawful, kind, ("高远舟", code))
    }

    #[test]
    fn holders_of_each_kind_are_read() {
        for (lawful, kind, code) in [
            (HolderKind::Person, "person", "990121198409071350"),
            (HolderKind::Person, "person", "E12345678"),
            (HolderKind::Organisation, "org", "91990102FAKE0A0109"),
            (
                HolderKind::PersonOrOrganisation,
                "org",
                "91990102FAKE0A0109",
            ),
            (HolderKind::Project, "project", "2605-990171-04-01-100001"),
        ] {
            let holder = read(lawful, kind, code).expect("good");
            assert_eq!(holder.kind(), kind);
            assert_eq!(holder.code().reveal(), code);
        }
    }

    #[test]
    fn a_wrong_citizen_number_does_not_pass_as_another_document() {
        for code in [
            "990121198409071351",
            "99012119840907135x",
            "99012119840907135",
            "990121840907135",
        ] {
            assert!(
                matches!(
                    read(HolderKind::Person, "person", code),
                    Err(ReadHolder::Code(_))
                ),
                "{code}"
            );
        }
    }

    #[test]
    fn the_type_says_who_may_hold_it() {
        assert_eq!(
            read(HolderKind::Organisation, "person", "990121198409071350"),
            Err(ReadHolder::Kind)
        );
        assert_eq!(
            read(HolderKind::Person, "firm", "990121198409071350"),
            Err(ReadHolder::Kind)
        );
        assert_eq!(
            Holder::parse(HolderKind::Person, "person", ("高 ", "990121198409071350")),
            Err(ReadHolder::Name)
        );
    }

    #[test]
    fn persons_are_masked() {
        let citizen = read(HolderKind::Person, "person", "990121198409071350").expect("good");
        assert_eq!(citizen.code().masked(), "990121********1350");
        let other = read(HolderKind::Person, "person", "E12345678").expect("good");
        assert_eq!(format!("{:?}", other.code()), "E1*****78");
    }
}
