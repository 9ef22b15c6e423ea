//! Why a licence may not be used, and which rule says so.

use catalogue::Rule;
use dossier::state::State;

/// Why a use is refused. What is another's licence, or none at all, is no reason of its own: both are answered as if there
/// were nothing (T-P3).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// What R15 wants to be named is not, or is no such thing.
    #[error("the {} is not named", .0.word())]
    Missing(Element),
    /// The account is somebody's, and another person is named.
    #[error("the account is another person's")]
    PersonOfAnother,
    /// The rights of the person have ended.
    #[error("the rights of the person have ended")]
    PersonEnded,
    /// The catalogue has no such matter.
    #[error("there is no such matter")]
    UnknownMatter,
    /// The matter is not published on that day.
    #[error("the matter is not published")]
    MatterNotPublished,
    /// No material of the matter is had from such a licence.
    #[error("the matter has no material that is such a licence")]
    MaterialNotListed,
    /// There is no such case of the own department.
    #[error("the department has no such case")]
    UnknownCase,
    /// The case is of another matter.
    #[error("the case is of another matter")]
    OtherMatter,
    /// The case is decided or closed.
    #[error("the case is {}", .0.code())]
    CaseOver(State),
    /// A supervisor has stopped the case (R6).
    #[error("the case is stopped")]
    CaseStopped,
    /// The consent does not carry it.
    #[error(transparent)]
    Consent(#[from] dossier::Refused),
    /// The matter's material cites no law.
    #[error("the material of the matter cites no law")]
    NoLegalBasis,
    /// Another law is named than the one that the matter's material cites.
    #[error("the material of the matter cites another law")]
    OtherLegalBasis,
    /// The material does not need one of the fields, nor does the ground name it.
    #[error("the material does not need one of the fields")]
    FieldNotNeeded,
    /// More is asked at once than one answer has.
    #[error("more than {limit} are asked for")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// There is no such licence of those whom the case names.
    #[error("there is no such licence here")]
    NotHere,
    /// The material is a fact in the licence, or its file may not be taken any more.
    #[error("the sealed file may not be taken")]
    NoFile,
    /// The licence is not valid any more.
    #[error("the licence is not valid")]
    NotValid,
}

/// What has to be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Element {
    /// Which licence.
    Licence,
    /// What for.
    Purpose,
    /// For which matter.
    Matter,
    /// In which case.
    Case,
    /// Who asks.
    Person,
    /// Why it is lawful.
    Ground,
}

impl Element {
    fn word(self) -> &'static str {
        match self {
            Self::Licence => "licence",
            Self::Purpose => "purpose",
            Self::Matter => "matter",
            Self::Case => "case",
            Self::Person => "person",
            Self::Ground => "legal ground",
        }
    }
}

impl Refused {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing(Element::Licence) => "use.licence-missing",
            Self::Missing(Element::Purpose) => "use.purpose-missing",
            Self::Missing(Element::Matter) => "use.matter-missing",
            Self::Missing(Element::Case) => "use.case-missing",
            Self::Missing(Element::Person) => "use.person-missing",
            Self::Missing(Element::Ground) => "use.ground-missing",
            Self::PersonOfAnother => "use.person-of-another",
            Self::PersonEnded => "use.person-ended",
            Self::UnknownMatter => "use.matter-unknown",
            Self::MatterNotPublished => "use.matter-not-published",
            Self::MaterialNotListed => "use.material-not-listed",
            Self::UnknownCase => "use.case-unknown",
            Self::OtherMatter => "use.case-of-another-matter",
            Self::CaseOver(_) => "use.case-over",
            Self::CaseStopped => "use.case-stopped",
            Self::Consent(refused) => refused.code(),
            Self::NoLegalBasis => "use.no-legal-basis",
            Self::OtherLegalBasis => "use.other-legal-basis",
            Self::FieldNotNeeded => "use.field-not-needed",
            Self::TooMany { .. } => "use.too-many",
            Self::NotHere => "use.not-here",
            Self::NoFile => "use.no-file",
            Self::NotValid => "use.licence-not-valid",
        }
    }

    /// The rule that refuses.
    #[must_use]
    pub fn rule(&self) -> Rule {
        match self {
            Self::MaterialNotListed => Rule::R14,
            Self::CaseStopped => Rule::R6,
            Self::FieldNotNeeded | Self::TooMany { .. } | Self::NoFile => Rule::R16,
            Self::NotValid => Rule::R10,
            Self::Consent(refused) => refused.rule(),
            Self::Missing(_)
            | Self::PersonOfAnother
            | Self::PersonEnded
            | Self::UnknownMatter
            | Self::MatterNotPublished
            | Self::UnknownCase
            | Self::OtherMatter
            | Self::CaseOver(_)
            | Self::NoLegalBasis
            | Self::OtherLegalBasis
            | Self::NotHere => Rule::R15,
        }
    }

    /// The member of the request that is wrong.
    #[must_use]
    pub fn place(&self) -> &'static str {
        match self {
            Self::Missing(Element::Licence) | Self::NotHere | Self::NotValid => "licence",
            Self::Missing(Element::Purpose) => "purpose",
            Self::Missing(Element::Matter) | Self::UnknownMatter | Self::MatterNotPublished => {
                "matter"
            }
            Self::MaterialNotListed => "material",
            Self::Missing(Element::Case)
            | Self::UnknownCase
            | Self::OtherMatter
            | Self::CaseOver(_)
            | Self::CaseStopped => "case",
            Self::Missing(Element::Person) | Self::PersonOfAnother | Self::PersonEnded => "person",
            Self::Missing(Element::Ground)
            | Self::Consent(_)
            | Self::NoLegalBasis
            | Self::OtherLegalBasis => "ground",
            Self::FieldNotNeeded => "fields",
            Self::TooMany { .. } => "facts",
            Self::NoFile => "",
        }
    }
}

/// A reason as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    /// The member of the request.
    pub at: &'static str,
    /// The stable code.
    pub code: &'static str,
    /// In words.
    pub text: String,
    /// The rule's number.
    pub rule: &'static str,
}

impl From<&Refused> for Defect {
    fn from(refused: &Refused) -> Self {
        Self {
            at: refused.place(),
            code: refused.code(),
            text: refused.to_string(),
            rule: refused.rule().number(),
        }
    }
}
