//! What an event is judged against, and what follows from it.

use catalogue::key::{DepartmentKey, PersonKey, TypeKey};
use catalogue::matter::Matter;
use catalogue::{Calendar, Catalogue, DocumentPurpose, Refusal};
use licence::Identifier;
use licence::restriction::Restriction;
use time::{Date, UtcDateTime};

use crate::card::Card;
use crate::commitment::CreditEvent;
use crate::dossier::{CaseTerms, Dossier};
use crate::material::Ground;
use crate::number::{CaseNumber, CommitmentNumber};
use crate::person::Party;
use crate::text::Words;

/// What an event is judged against. All of it is handed in; nothing is read here.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The catalogue in force.
    pub catalogue: &'a Catalogue,
    /// The working days of the region.
    pub calendar: &'a Calendar,
    /// The restrictions of the applicant (R13).
    pub restrictions: &'a [Restriction],
    /// The releases of seals in the case, as the register holds them (R1).
    pub releases: &'a [SealRelease],
    /// What the register holds of the licences that events use; another register answers for the others (R32).
    pub licences: &'a [HeldLicence],
    /// The moment of recording.
    pub now: UtcDateTime,
}

/// A licence that the register holds, as far as its use in a case asks (R15).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldLicence {
    /// Which one.
    pub identifier: Identifier,
    /// Its type.
    pub licence_type: TypeKey,
    /// Whose it is.
    pub holder: Party,
}

/// A release of a seal for a document of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealRelease {
    /// The decision that the document rests on.
    pub decision: String,
    /// Who released.
    pub by: String,
}

impl<'a> Scene<'a> {
    /// Whether a seal was released for the decision, by this person where one is named.
    pub(crate) fn released(&self, decision: &Words, by: Option<&PersonKey>) -> bool {
        self.releases.iter().any(|release| {
            release.decision == decision.as_str()
                && by.is_none_or(|person| person.as_str() == release.by)
        })
    }

    /// The licence of this identifier, where the register holds it.
    pub(crate) fn licence(&self, identifier: &Identifier) -> Option<&'a HeldLicence> {
        let mut licences = self.licences.iter();
        licences.find(|held| held.identifier == *identifier)
    }

    pub(crate) fn matter(&self, terms: &CaseTerms) -> Result<&'a Matter, Refusal> {
        self.catalogue
            .matter(&terms.matter)
            .ok_or_else(|| Refusal::UnknownMatter(terms.matter.clone()))
    }

    /// The civil day of `at` in the zone of the body that exercises the matter's power (D15).
    pub(crate) fn day(&self, matter: &Matter, at: UtcDateTime) -> Date {
        self.catalogue
            .department(&matter.exercised_by)
            .map_or_else(Default::default, |department| department.zone)
            .date_at(at)
    }
}

/// A case after an event, and what follows from the event for others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stepped {
    /// The case.
    pub dossier: Dossier,
    /// What follows; the caller records it in the same transaction.
    pub effects: Vec<Effect>,
}

/// What follows from an event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// A stage document is to be sealed.
    Document(DocumentPurpose),
    /// A commitment is to be shown to the public.
    CommitmentNotice(CommitmentNumber),
    /// The decision is to be shown to the public.
    DecisionNotice,
    /// The credit platform is to be told (R20).
    Credit(CreditEvent),
    /// A card was given.
    Card(Card),
    /// The approver has to look at a deferred item that was not given (R21).
    Refer {
        /// The material.
        material: u16,
    },
    /// Another's data was used: an entry of the holder's use history (R15).
    DataUsed(UseEntry),
    /// The holder may rate how the case was handled.
    Rating,
}

/// A use of a holder's data, as R15 wants it named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseEntry {
    /// Whose data.
    pub subject: Party,
    /// The body that used it.
    pub by: DepartmentKey,
    /// The person who did.
    pub person: PersonKey,
    /// For which case, and by it for which matter.
    pub case: CaseNumber,
    /// The material it serves.
    pub material: u16,
    /// The licence used, where it was one.
    pub licence: Option<Identifier>,
    /// The legal ground.
    pub ground: Ground,
    /// When.
    pub at: UtcDateTime,
}
