//! The rules at the seal, R1 to R13, one function each: what has to be true in the moment before
//! a key signs. Pure; a refusal names its rule.

use std::collections::BTreeSet;

use catalogue::key::PersonKey;
use catalogue::kind::Paper;
use catalogue::{
    Catalogue, DocumentPurpose, Ending, EndingPower, IssuePower, LicenceType, Refusal, Rule,
    SealGrounds, SealUse,
};
use time::{Date, UtcDateTime};

use crate::admit::Admitted;
use crate::life::Stop;
use crate::restriction::{self, Grant, Restriction, RestrictionRefused};
use crate::status::Phase;
use crate::transition::{EventKind, Transition};

/// Everything that the rules ask about, for one document.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The use of the seal.
    pub sealing: &'a SealUse,
    /// The civil day on which it is to stand.
    pub on: Date,
    /// The moment.
    pub now: UtcDateTime,
    /// The decision, where there is one.
    pub decision: Option<Decided<'a>>,
    /// The release, where there is one.
    pub release: Option<Release<'a>>,
    /// The seal's own state.
    pub seal: SealStanding,
    /// Whoever administers seals or accounts and had a hand in this case.
    pub administered_by: Option<&'a PersonKey>,
    /// Whether a supervisor has stopped the case.
    pub stop: Stop,
    /// The ending that the document declares, with the proof of the power for it.
    pub ends: Option<(Ending, Option<&'a EndingPower>)>,
    /// SHA-256 of the unsealed document.
    pub document: [u8; 32],
    /// What the page and the data under it were made from.
    pub made_from: MadeFrom<'a>,
    /// What is about to be handed out.
    pub output: Output,
    /// What was admitted, for a licence.
    pub admitted: Option<Granted<'a>>,
    /// Whether number and identifier are the licence's own.
    pub names: Names,
    /// What the licence is; [`Phase::PendingSeal`] where it may be sealed.
    pub phase: Phase,
    /// The restrictions of the holder.
    pub restrictions: &'a [Restriction],
    /// The numbers of those that the approver was shown.
    pub shown: &'a BTreeSet<String>,
    /// How a licence is granted.
    pub grant: Grant,
}

/// What was admitted, as far as the seal asks (R11): the power is the catalogue's proof, and a
/// version is reserved for an [`Admitted`] alone.
#[derive(Debug, Clone, Copy)]
pub struct Granted<'a> {
    /// The power under which it is issued.
    pub power: &'a IssuePower,
    /// The type.
    pub kind: &'a LicenceType,
    /// The day of the decision.
    pub decided_on: Date,
}

impl<'a> From<&'a Admitted> for Granted<'a> {
    fn from(admitted: &'a Admitted) -> Self {
        Self {
            power: admitted.power(),
            kind: admitted.licence_type(),
            decided_on: admitted.decision().decided_on,
        }
    }
}

/// A decision.
#[derive(Debug, Clone, Copy)]
pub struct Decided<'a> {
    /// Whether it grants what was asked for.
    pub outcome: Outcome,
    /// Who decided.
    pub by: Decider<'a>,
    /// Who received the application.
    pub received_by: Option<&'a PersonKey>,
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// 准予
    Granted,
    /// 不予
    Denied,
}

/// Who decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decider<'a> {
    /// A person.
    Person(&'a PersonKey),
    /// A published rule decided by itself (R5).
    Automatic {
        /// The rule's id.
        rule: &'a str,
        /// Its named owner, who has released it in advance (D19).
        owner: Option<&'a PersonKey>,
    },
}

/// A custodian's release (D19).
#[derive(Debug, Clone, Copy)]
pub struct Release<'a> {
    /// Who released.
    pub by: &'a PersonKey,
    /// SHA-256 of the document that was released.
    pub document: [u8; 32],
    /// The first moment after it.
    pub until: UtcDateTime,
}

/// The state of a seal, as far as a use asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealStanding {
    /// 启用
    InUse,
    /// Anything else.
    NotInUse,
}

/// What the page and the signed data were made from (R8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MadeFrom<'a> {
    /// Content digest and template version of the page.
    pub page: ([u8; 32], &'a str),
    /// Content digest and template version of the data.
    pub data: ([u8; 32], &'a str),
}

/// What is handed out (R9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// The electronic licence.
    Electronic,
    /// The electronic licence and a paper copy under the same number.
    Together,
    /// Paper alone.
    PaperOnly,
}

/// Whether number and identifier belong to the licence alone (R12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// They do.
    Own,
    /// The number is another licence's of this type and issuer.
    NumberTaken,
    /// The identifier was given before.
    IdentifierTaken,
}

/// Why a seal is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealRefused {
    /// The catalogue says no: matter, scope, transfer, delegation.
    #[error(transparent)]
    Catalogue(#[from] Refusal),
    /// Nothing was decided.
    #[error("there is no decision")]
    NotDecided,
    /// The decision does not grant it.
    #[error("the decision does not grant it")]
    Denied,
    /// Nobody released it.
    #[error("there is no release")]
    NotReleased,
    /// The release is over.
    #[error("the release has expired")]
    ReleaseOver,
    /// The release is for another document.
    #[error("the release is for another document")]
    OtherDocument,
    /// The seal is not in use.
    #[error("the seal is not in use")]
    SealNotInUse,
    /// Decide, release and administer, or receive and decide, are one person.
    #[error("{0} and {1} are one person")]
    SamePerson(&'static str, &'static str),
    /// An automatic decision without its rule or its owner.
    #[error("an automatic decision names its rule and the rule's owner")]
    NoOwner,
    /// A supervisor stopped the case.
    #[error("the case is stopped")]
    Stopped,
    /// The ending is declared without the power for it.
    #[error("no power for the ending {} is shown", .0.code())]
    NoEndingPower(Ending),
    /// Page and data differ.
    #[error("page and data are not made from the same fields and template")]
    MadeApart,
    /// Paper without the electronic licence, or beside one that stands in its place.
    #[error("paper is handed out against the type")]
    Paper,
    /// The licence is not waiting for its seal.
    #[error("a licence that is {} is not sealed", .0.code())]
    NotSealable(Phase),
    /// The request was not admitted, or for another matter.
    #[error("the request was not admitted for this matter")]
    NotAdmitted,
    /// Number or identifier is another licence's.
    #[error("number or identifier is another licence's")]
    NameTaken,
    /// A restriction of the holder.
    #[error(transparent)]
    Restricted(#[from] RestrictionRefused),
    /// The version before, which it would supersede, does not take it any more.
    #[error("the version before does not take it: {0}")]
    NotFollowing(crate::life::Refused),
}

impl SealRefused {
    /// The stable code, such as `seal.not-decided`; the catalogue's own where it refuses.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Catalogue(refusal) => refusal.code(),
            Self::NotDecided => "seal.not-decided",
            Self::Denied => "seal.denied",
            Self::NotReleased => "seal.not-released",
            Self::ReleaseOver => "seal.release-over",
            Self::OtherDocument => "seal.other-document",
            Self::SealNotInUse => "seal.not-in-use",
            Self::SamePerson(..) => "seal.same-person",
            Self::NoOwner => "seal.no-owner",
            Self::Stopped => "seal.case-stopped",
            Self::NoEndingPower(_) => "seal.no-ending-power",
            Self::MadeApart => "seal.made-apart",
            Self::Paper => "seal.paper",
            Self::NotSealable(_) => "seal.not-sealable",
            Self::NotAdmitted => "seal.not-admitted",
            Self::NameTaken => "seal.name-taken",
            Self::Restricted(refused) => refused.code(),
            Self::NotFollowing(refused) => refused.code(),
        }
    }

    /// The rule that refuses.
    #[must_use]
    pub fn rule(&self) -> Rule {
        match self {
            Self::Catalogue(refusal) => refusal.rule(),
            Self::NotDecided
            | Self::Denied
            | Self::NotReleased
            | Self::ReleaseOver
            | Self::OtherDocument
            | Self::SealNotInUse => Rule::R1,
            Self::SamePerson(..) => Rule::R3,
            Self::NoOwner => Rule::R5,
            Self::Stopped => Rule::R6,
            Self::NoEndingPower(_) => Rule::R7,
            Self::MadeApart => Rule::R8,
            Self::Paper => Rule::R9,
            Self::NotSealable(_) => Rule::R10,
            Self::NotAdmitted => Rule::R11,
            Self::NameTaken => Rule::R12,
            Self::Restricted(refused) => refused.rule(),
            Self::NotFollowing(refused) => refused.rule(),
        }
    }
}

/// What the catalogue answered to the use.
type Asked = Result<SealGrounds, Refusal>;

/// One rule as a function of the case and of what the catalogue answered.
pub type Check = fn(&Case<'_>, &Asked) -> Result<(), SealRefused>;

/// The rules in the order in which they are asked.
pub const CHECKS: [(Rule, Check); 13] = [
    (Rule::R1, grounds),
    (Rule::R2, powers),
    (Rule::R3, people),
    (Rule::R4, delegation),
    (Rule::R5, automatic),
    (Rule::R6, stopped),
    (Rule::R7, ending),
    (Rule::R8, same_content),
    (Rule::R9, electronic),
    (Rule::R10, listed),
    (Rule::R11, admitted),
    (Rule::R12, unique),
    (Rule::R13, restricted),
];

/// May the seal stand on this document? The answer is the catalogue's proof, and every rule held.
///
/// # Errors
/// [`SealRefused`], with the first rule that says no.
pub fn judge(case: &Case<'_>, catalogue: &Catalogue) -> Result<SealGrounds, SealRefused> {
    let asked = catalogue.may_seal(case.sealing, case.on);
    for (_, check) in CHECKS {
        check(case, &asked)?;
    }
    Ok(asked?)
}

fn of_catalogue(asked: &Asked, rules: &[Rule]) -> Result<(), SealRefused> {
    match asked {
        Err(refusal) if rules.contains(&refusal.rule()) => Err(refusal.clone().into()),
        _ => Ok(()),
    }
}

fn is_licence(case: &Case<'_>) -> bool {
    case.sealing.purpose == DocumentPurpose::Licence
}

// R1, D19: each purpose has its grounds. An acceptance notice stands before any decision under a
// delegation; converted stock under a batch that two confirmed.
fn grounds(case: &Case<'_>, asked: &Asked) -> Result<(), SealRefused> {
    of_catalogue(asked, &[Rule::R1, Rule::R11])?;
    let purpose = case.sealing.purpose;
    if matches!(
        purpose,
        DocumentPurpose::Licence | DocumentPurpose::Decision
    ) {
        let decision = case.decision.ok_or(SealRefused::NotDecided)?;
        if is_licence(case) && decision.outcome == Outcome::Denied {
            return Err(SealRefused::Denied);
        }
    }
    let released = !matches!(
        purpose,
        DocumentPurpose::AcceptanceNotice | DocumentPurpose::Conversion
    );
    if released {
        let release = case.release.ok_or(SealRefused::NotReleased)?;
        if release.document != case.document {
            return Err(SealRefused::OtherDocument);
        }
        if release.until <= case.now {
            return Err(SealRefused::ReleaseOver);
        }
    }
    match case.seal {
        SealStanding::InUse => Ok(()),
        SealStanding::NotInUse => Err(SealRefused::SealNotInUse),
    }
}

// R2: transferred matters, from their day; police matters never.
fn powers(_: &Case<'_>, asked: &Asked) -> Result<(), SealRefused> {
    of_catalogue(asked, &[Rule::R2])
}

// R3: decide, release and administer are three people; receive and decide are two.
fn people(case: &Case<'_>, _: &Asked) -> Result<(), SealRefused> {
    let decided = case.decision.and_then(|decision| match decision.by {
        Decider::Person(person) => Some(person),
        Decider::Automatic { owner, .. } => owner,
    });
    let received = case.decision.and_then(|decision| decision.received_by);
    let released = case.release.map(|release| release.by);
    // D19: no door leads around a release, not automatic decisions: the rule's owner decides, somebody else releases.
    for ((one, first), (other, second)) in [
        (("decide", decided), ("release", released)),
        (("decide", decided), ("administer", case.administered_by)),
        (("release", released), ("administer", case.administered_by)),
        (("receive", received), ("decide", decided)),
    ] {
        if first.is_some() && first == second {
            return Err(SealRefused::SamePerson(one, other));
        }
    }
    Ok(())
}

// R4: a delegation ends at its date or on revocation.
fn delegation(_: &Case<'_>, asked: &Asked) -> Result<(), SealRefused> {
    of_catalogue(asked, &[Rule::R4])
}

// R5: automatic decisions carry a rule's id and its named owner.
fn automatic(case: &Case<'_>, _: &Asked) -> Result<(), SealRefused> {
    match case.decision.map(|decision| decision.by) {
        Some(Decider::Automatic { rule, owner }) if rule.trim().is_empty() || owner.is_none() => {
            Err(SealRefused::NoOwner)
        }
        _ => Ok(()),
    }
}

// R6: a red card with stop blocks sealing until lifted.
fn stopped(case: &Case<'_>, _: &Asked) -> Result<(), SealRefused> {
    match case.stop {
        Stop::Clear => Ok(()),
        Stop::Stopped => Err(SealRefused::Stopped),
    }
}

// R7: a body ends a licence only by a power it holds.
fn ending(case: &Case<'_>, _: &Asked) -> Result<(), SealRefused> {
    match case.ends {
        Some((ending, power)) if power.is_none_or(|power| power.ending() != ending) => {
            Err(SealRefused::NoEndingPower(ending))
        }
        _ => Ok(()),
    }
}

// R8: the document shown and the data signed come from the same fields and template version.
fn same_content(case: &Case<'_>, _: &Asked) -> Result<(), SealRefused> {
    if case.made_from.page == case.made_from.data {
        Ok(())
    } else {
        Err(SealRefused::MadeApart)
    }
}

// R9: no paper without its electronic licence, and none beside one that stands in its place.
fn electronic(case: &Case<'_>, _: &Asked) -> Result<(), SealRefused> {
    let paper = case.admitted.map(|admitted| admitted.kind.paper);
    match (case.output, paper) {
        (Output::PaperOnly, _) | (Output::Together, Some(Paper::Instead)) => {
            Err(SealRefused::Paper)
        }
        _ => Ok(()),
    }
}

// R10: the state changes by a listed transition only.
fn listed(case: &Case<'_>, _: &Asked) -> Result<(), SealRefused> {
    if is_licence(case) && Transition::find(case.phase, EventKind::Seal).is_none() {
        return Err(SealRefused::NotSealable(case.phase));
    }
    Ok(())
}

// R11: fields, codes and dates are checked before sealing; an `Admitted` exists in no other way.
fn admitted(case: &Case<'_>, _: &Asked) -> Result<(), SealRefused> {
    if !is_licence(case) {
        return Ok(());
    }
    let admitted = case.admitted.ok_or(SealRefused::NotAdmitted)?;
    if Some(admitted.power.matter().0) == case.sealing.matter.as_ref() {
        Ok(())
    } else {
        Err(SealRefused::NotAdmitted)
    }
}

// R12: a number is unique within type and issuer, an identifier everywhere.
fn unique(case: &Case<'_>, _: &Asked) -> Result<(), SealRefused> {
    match case.names {
        Names::Own => Ok(()),
        Names::NumberTaken | Names::IdentifierTaken => Err(SealRefused::NameTaken),
    }
}

// R13: restrictions were shown before the decision, and block only as listed.
fn restricted(case: &Case<'_>, _: &Asked) -> Result<(), SealRefused> {
    let (Some(admitted), true) = (case.admitted, is_licence(case)) else {
        return Ok(());
    };
    let asked = restriction::Asked {
        licence_type: &admitted.kind.key,
        matter: admitted.power.matter().0,
        grant: case.grant,
        on: admitted.decided_on,
    };
    Ok(restriction::may_decide(
        case.restrictions,
        case.shown,
        &asked,
    )?)
}
