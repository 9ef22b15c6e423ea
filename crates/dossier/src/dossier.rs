//! A case and its papers: the fold of its events.

use catalogue::key::{DepartmentKey, MatterCode, PersonKey, TypeKey};
use catalogue::matter::Handling;
use licence::life::Stop;
use licence::sealing;
use serde::{Deserialize, Serialize};
use time::{Date, UtcDateTime};

use crate::card::Card;
use crate::clock::Clock;
use crate::commitment::{Commitment, CommitmentState};
use crate::decision::{Decision, Mode, Outcome};
use crate::deferral::{Deferred, DeferredState};
use crate::mandate::Mandate;
use crate::material::Item;
use crate::number::{CaseNumber, CommitmentNumber, PaperDigest};
use crate::package::PackageOf;
use crate::person::{Duties, Duty, Party};
use crate::signed::Signed;
use crate::state::State;
use crate::text::{Words, day, moment};

/// Most commitments, and most consents, of one case.
pub(crate) const MAX_OF_A_KIND: usize = 200;

/// A case and its papers.
///
/// Made by the events of a case alone ([`crate::step::open`], [`crate::step::step`]); written to the
/// encrypted store and read back by serde, since it names persons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dossier {
    pub(crate) case: CaseNumber,
    pub(crate) terms: CaseTerms,
    pub(crate) applicant: Party,
    pub(crate) represented_by: Option<Party>,
    pub(crate) form: PaperDigest,
    pub(crate) signed: Signed,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) package: Option<PackageOf>,
    pub(crate) state: State,
    pub(crate) before_stop: Option<State>,
    pub(crate) stop: Option<StopNote>,
    pub(crate) items: Vec<Item>,
    pub(crate) commitments: Vec<Commitment>,
    pub(crate) deferred: Vec<Deferred>,
    pub(crate) mandates: Vec<Mandate>,
    pub(crate) parts: Vec<Part>,
    pub(crate) supplement: Option<Supplement>,
    pub(crate) forwarding: Forwarding,
    pub(crate) decision: Option<Decision>,
    pub(crate) released_by: Option<PersonKey>,
    pub(crate) receipt: Option<PaperDigest>,
    pub(crate) cards: Vec<Card>,
    pub(crate) duties: Duties,
    pub(crate) clock: Option<Clock>,
    pub(crate) number: u32,
    #[serde(with = "moment")]
    pub(crate) at: UtcDateTime,
}

/// What the matter says of the case, as published when it was received. Later versions of the
/// matter do not touch it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseTerms {
    /// The matter.
    pub matter: MatterCode,
    /// Its version.
    pub version: u32,
    /// How it is handled.
    #[serde(with = "handling_text")]
    pub handling: Handling,
    /// Working days promised.
    pub promised_days: u16,
    /// Working days the law allows.
    pub statutory_days: u16,
    /// Steps during which the clock pauses.
    pub special_steps: Vec<String>,
    /// What it allows.
    pub allows: Vec<Allowance>,
}

/// What a matter allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Allowance {
    /// A grant on commitments (R19).
    Commitment,
    /// Listed materials that follow (R21).
    Deferral,
}

/// A part of a joint case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The type of licence that it becomes.
    pub licence_type: TypeKey,
    /// The body that decides it.
    pub by: DepartmentKey,
    /// Its decision; a part of the deciding body itself is decided with the whole.
    pub decision: Option<Decision>,
}

/// A stop that was not lifted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StopNote {
    /// Why.
    pub reason: Words,
    /// The supervisor.
    pub by: PersonKey,
    /// Since.
    #[serde(with = "moment")]
    pub since: UtcDateTime,
}

/// A supplement that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Supplement {
    /// The materials by number.
    pub materials: Vec<u16>,
    /// The last day.
    #[serde(with = "day")]
    pub by: Date,
}

/// Whether the case was forwarded upward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Forwarding {
    /// Not yet.
    Not,
    /// Waiting for the answer.
    Sent,
    /// Answered.
    Answered,
}

/// What a granted case carries to the licence: the ground of its seal (R1, D19).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant<'a> {
    /// The case.
    pub case: &'a CaseNumber,
    /// The matter and its version.
    pub matter: (&'a MatterCode, u32),
    /// The applicant.
    pub holder: &'a Party,
    /// The decision.
    pub decision: &'a Decision,
    /// The parts that were granted, of a joint case.
    pub parts: Vec<&'a Part>,
}

impl Dossier {
    /// The case.
    #[must_use]
    pub fn case(&self) -> &CaseNumber {
        &self.case
    }

    /// What the matter says of it.
    #[must_use]
    pub fn terms(&self) -> &CaseTerms {
        &self.terms
    }

    /// Who applies.
    #[must_use]
    pub fn applicant(&self) -> &Party {
        &self.applicant
    }

    /// The person who stands for the applicant.
    #[must_use]
    pub fn represented_by(&self) -> Option<&Party> {
        self.represented_by.as_ref()
    }

    /// The form's digest and the signature on it.
    #[must_use]
    pub fn form(&self) -> (&PaperDigest, &Signed) {
        (&self.form, &self.signed)
    }

    /// The package it belongs to, of an application for several matters.
    #[must_use]
    pub fn package(&self) -> Option<&PackageOf> {
        self.package.as_ref()
    }

    /// Where it is.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// The stop that holds it or blocks its seal (R6).
    #[must_use]
    pub fn stop(&self) -> Option<&StopNote> {
        self.stop.as_ref()
    }

    /// Its materials, in the order of the matter's list.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Its commitments.
    #[must_use]
    pub fn commitments(&self) -> &[Commitment] {
        &self.commitments
    }

    /// Its deferred items.
    #[must_use]
    pub fn deferred(&self) -> &[Deferred] {
        &self.deferred
    }

    /// Its consents and proxies.
    #[must_use]
    pub fn mandates(&self) -> &[Mandate] {
        &self.mandates
    }

    /// Its parts, of a joint case.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The supplement that was asked for last.
    #[must_use]
    pub fn supplement(&self) -> Option<&Supplement> {
        self.supplement.as_ref()
    }

    /// Its decision.
    #[must_use]
    pub fn decision(&self) -> Option<&Decision> {
        self.decision.as_ref()
    }

    /// The digest of the delivery's receipt.
    #[must_use]
    pub fn receipt(&self) -> Option<&PaperDigest> {
        self.receipt.as_ref()
    }

    /// Its cards, in the order in which they were given.
    #[must_use]
    pub fn cards(&self) -> &[Card] {
        &self.cards
    }

    /// Who had which duty in it.
    #[must_use]
    pub fn duties(&self) -> &Duties {
        &self.duties
    }

    /// Its clock, from acceptance on.
    #[must_use]
    pub fn clock(&self) -> Option<&Clock> {
        self.clock.as_ref()
    }

    /// Number and moment of its last event.
    #[must_use]
    pub fn last(&self) -> (u32, UtcDateTime) {
        (self.number, self.at)
    }

    /// The commitment of this number.
    #[must_use]
    pub fn commitment(&self, number: &CommitmentNumber) -> Option<&Commitment> {
        self.commitments
            .iter()
            .find(|commitment| commitment.number == *number)
    }

    /// The material of this number.
    #[must_use]
    pub fn item(&self, number: u16) -> Option<&Item> {
        self.items.iter().find(|item| item.number == number)
    }

    /// What a licence may rest on, if the case is granted and not stopped (R1, R6).
    #[must_use]
    pub fn grant(&self) -> Option<Grant<'_>> {
        let decision = self.decision.as_ref()?;
        if decision.ruled.outcome != Outcome::Granted || self.stop.is_some() {
            return None;
        }
        Some(Grant {
            case: &self.case,
            matter: (&self.terms.matter, self.terms.version),
            holder: &self.applicant,
            decision,
            parts: self.parts.iter().filter(|part| part.granted()).collect(),
        })
    }

    /// Whether a supervisor has stopped it, as the rules at the seal ask (R6).
    #[must_use]
    pub fn sealing_stop(&self) -> Stop {
        match self.stop {
            Some(_) => Stop::Stopped,
            None => Stop::Clear,
        }
    }

    /// Its decision, as the rules at the seal ask ([`licence::sealing::judge`]).
    #[must_use]
    pub fn decided(&self) -> Option<sealing::Decided<'_>> {
        let decision = self.decision.as_ref()?;
        // R3: of several who received it the decider, if they were one.
        let received = self
            .duties
            .of(Duty::Receive)
            .find(|person| **person == decision.by)
            .or_else(|| self.duties.of(Duty::Receive).next());
        Some(sealing::Decided {
            outcome: match decision.ruled.outcome {
                Outcome::Granted => sealing::Outcome::Granted,
                Outcome::Refused | Outcome::Discontinued => sealing::Outcome::Denied,
            },
            by: match &decision.ruled.mode {
                Mode::Automatic { rule, owner } => sealing::Decider::Automatic {
                    rule: rule.as_str(),
                    owner: Some(owner),
                },
                Mode::Ordinary | Mode::Commitment => sealing::Decider::Person(&decision.by),
            },
            received_by: received,
        })
    }

    /// Whether something stands that may not be dropped: an open deferred item, a broken
    /// commitment that nothing followed (R20, R21).
    #[must_use]
    pub fn unanswered(&self) -> bool {
        self.deferred
            .iter()
            .any(|item| matches!(item.state, DeferredState::Open | DeferredState::Overdue))
            || self.commitments.iter().any(Commitment::unanswered)
    }

    /// Whether time alone may bring something: a card of the clock, an item that runs out, a
    /// commitment that has to be checked.
    #[must_use]
    pub fn awaits_time(&self) -> bool {
        self.state.under_way()
            || self
                .deferred
                .iter()
                .any(|item| matches!(item.state, DeferredState::Open | DeferredState::Overdue))
            || self
                .commitments
                .iter()
                .any(|commitment| commitment.state == CommitmentState::InForce)
    }

    /// With these cards, each ground once.
    #[must_use]
    pub fn carded(&self, cards: Vec<Card>) -> Self {
        let mut dossier = self.clone();
        for card in cards {
            if !dossier.cards.iter().any(|had| had.ground == card.ground) {
                dossier.cards.push(card);
            }
        }
        dossier
    }
}

impl Part {
    /// Whether it was granted.
    #[must_use]
    pub fn granted(&self) -> bool {
        self.decision
            .as_ref()
            .is_some_and(|decision| decision.ruled.outcome == Outcome::Granted)
    }
}

/// Serde form of the ways of handling.
mod handling_text {
    use catalogue::matter::Handling;
    use serde::{Deserialize, Deserializer, Serializer, de};

    const WORDS: [(&str, Handling); 4] = [
        ("instant", Handling::Instant),
        ("promised_term", Handling::PromisedTerm),
        ("forwarded_upward", Handling::ForwardedUpward),
        ("joint", Handling::Joint),
    ];

    pub(super) fn serialize<S: Serializer>(
        handling: &Handling,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let word = WORDS
            .iter()
            .find(|(_, known)| known == handling)
            .map_or("joint", |(word, _)| word);
        serializer.serialize_str(word)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Handling, D::Error> {
        let text = String::deserialize(deserializer)?;
        WORDS
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, handling)| *handling)
            .ok_or_else(|| de::Error::custom("no way of handling a case"))
    }
}
