//! The transitions of a licence as data: the table of domain.md 4.1, row by row.

use catalogue::{Ending, Rule};

use crate::status::Phase;

/// What may happen to a licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// Everything needed is there; it waits for its seal.
    Complete,
    /// The custodian's release took effect: sealed and recorded.
    Seal,
    /// A later version takes its place: change, correction, renewal.
    Supersede,
    /// Stopped for a time.
    Suspend,
    /// The stop is lifted.
    Resume,
    /// One of the four endings.
    End(Ending),
    /// An issue error, before any use or with a replacement.
    Void,
    /// Retention begins.
    Archive,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Complete,
        Self::Seal,
        Self::Supersede,
        Self::Suspend,
        Self::Resume,
        Self::End(Ending::Deregistered),
        Self::End(Ending::Annulled),
        Self::End(Ending::Withdrawn),
        Self::End(Ending::Revoked),
        Self::Void,
        Self::Archive,
    ];

    /// The kind of this code.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The stable code, such as `suspend`; an ending has its own.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Seal => "seal",
            Self::Supersede => "supersede",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::End(ending) => ending.code(),
            Self::Void => "void",
            Self::Archive => "archive",
        }
    }
}

/// What moves a licence from one phase to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// Somebody's act.
    Event(EventKind),
    /// A moment is reached; nothing is stored.
    Time,
}

/// Who causes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    /// The service itself.
    Service,
    /// The seal custodian.
    Custodian,
    /// The body that decided the change.
    DecidingBody,
    /// The holder, or the authority with the power.
    HolderOrAuthority,
    /// Who suspended it, or the end of the suspension.
    Suspender,
    /// The authority with the power the type names.
    Authority,
    /// Two people of the issuing department.
    TwoOfIssuer,
    /// The clock.
    Clock,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// From this phase.
    pub from: Phase,
    /// By this.
    pub cause: Cause,
    /// To this phase, or to one of these.
    pub to: &'static [Phase],
    /// Who causes it.
    pub actor: Actor,
    /// On what condition, in the words of the table.
    pub condition: &'static str,
    /// The rule that asks for the condition.
    pub rule: Rule,
}

const fn row(
    from: Phase,
    cause: Cause,
    to: &'static [Phase],
    actor: Actor,
    (condition, rule): (&'static str, Rule),
) -> Transition {
    Transition {
        from,
        cause,
        to,
        actor,
        condition,
        rule,
    }
}

const COMPLETE: (&str, Rule) = (
    "required fields complete and valid, holder checked, no blocking restriction, identifier given",
    Rule::R11,
);
const RELEASED: (&str, Rule) = (
    "seal in use and in scope; case not stopped by a red card",
    Rule::R1,
);
const CHANGED: (&str, Rule) = (
    "decided change; the old version holds until the new one's effective date",
    Rule::R10,
);
const RENEWED: (&str, Rule) = (
    "inside the renewal window; late renewal only if the matter allows",
    Rule::R10,
);
const STOPPED: (&str, Rule) = (
    "type allows it; reason; end date or until lifted",
    Rule::R10,
);
const LIFTED: (&str, Rule) = (
    "same authority or period's end; validity not over",
    Rule::R10,
);
const PASSED: (&str, Rule) = ("the moment is reached", Rule::R10);
const WISHED: (&str, Rule) = ("decision", Rule::R7);
const POWER: (&str, Rule) = (
    "type lists this ending; decision number, legal basis",
    Rule::R7,
);
const ERRED: (&str, Rule) = ("not presented yet, or with replacement", Rule::R10);
const RETAINED: (&str, Rule) = ("retention start", Rule::R10);

/// Every transition there is. What is not here is refused (R10).
pub const TRANSITIONS: &[Transition] = {
    use Actor::{
        Authority, Clock, Custodian, DecidingBody, HolderOrAuthority, Service, Suspender,
        TwoOfIssuer,
    };
    use Cause::{Event, Time};
    use Ending::{Annulled, Deregistered, Revoked, Withdrawn};
    use EventKind::{Archive, Complete, End, Resume, Seal, Supersede, Suspend, Void};
    use Phase::{
        Archived, Draft, Ended, Expired, NotYetValid, PendingSeal, Superseded, Suspended, Valid,
        Voided,
    };
    &[
        row(Draft, Event(Complete), &[PendingSeal], Service, COMPLETE),
        row(
            PendingSeal,
            Event(Seal),
            &[Valid, NotYetValid, Expired],
            Custodian,
            RELEASED,
        ),
        row(
            Valid,
            Event(Supersede),
            &[Superseded, Valid],
            DecidingBody,
            CHANGED,
        ),
        row(
            Expired,
            Event(Supersede),
            &[Superseded, Expired],
            DecidingBody,
            RENEWED,
        ),
        row(
            Valid,
            Event(Suspend),
            &[Suspended, Valid],
            HolderOrAuthority,
            STOPPED,
        ),
        row(
            Suspended,
            Event(Resume),
            &[Valid, Suspended],
            Suspender,
            LIFTED,
        ),
        row(NotYetValid, Time, &[Valid], Clock, PASSED),
        row(Suspended, Time, &[Valid], Clock, LIFTED),
        row(Valid, Time, &[Expired], Clock, PASSED),
        row(Suspended, Time, &[Expired], Clock, PASSED),
        row(Valid, Time, &[Superseded], Clock, CHANGED),
        row(Expired, Time, &[Superseded], Clock, RENEWED),
        row(
            Valid,
            Event(End(Deregistered)),
            &[Ended(Deregistered), Valid],
            HolderOrAuthority,
            WISHED,
        ),
        row(
            Suspended,
            Event(End(Deregistered)),
            &[Ended(Deregistered), Suspended],
            HolderOrAuthority,
            WISHED,
        ),
        row(
            Expired,
            Event(End(Deregistered)),
            &[Ended(Deregistered), Expired],
            HolderOrAuthority,
            WISHED,
        ),
        row(
            NotYetValid,
            Event(End(Deregistered)),
            &[Ended(Deregistered), NotYetValid],
            HolderOrAuthority,
            WISHED,
        ),
        row(
            Valid,
            Event(End(Annulled)),
            &[Ended(Annulled), Valid],
            Authority,
            POWER,
        ),
        row(
            Suspended,
            Event(End(Annulled)),
            &[Ended(Annulled), Suspended],
            Authority,
            POWER,
        ),
        row(
            Expired,
            Event(End(Annulled)),
            &[Ended(Annulled), Expired],
            Authority,
            POWER,
        ),
        row(
            NotYetValid,
            Event(End(Annulled)),
            &[Ended(Annulled), NotYetValid],
            Authority,
            POWER,
        ),
        row(
            Valid,
            Event(End(Withdrawn)),
            &[Ended(Withdrawn), Valid],
            Authority,
            POWER,
        ),
        row(
            Suspended,
            Event(End(Withdrawn)),
            &[Ended(Withdrawn), Suspended],
            Authority,
            POWER,
        ),
        row(
            Expired,
            Event(End(Withdrawn)),
            &[Ended(Withdrawn), Expired],
            Authority,
            POWER,
        ),
        row(
            NotYetValid,
            Event(End(Withdrawn)),
            &[Ended(Withdrawn), NotYetValid],
            Authority,
            POWER,
        ),
        row(
            Valid,
            Event(End(Revoked)),
            &[Ended(Revoked), Valid],
            Authority,
            POWER,
        ),
        row(
            Suspended,
            Event(End(Revoked)),
            &[Ended(Revoked), Suspended],
            Authority,
            POWER,
        ),
        row(
            Expired,
            Event(End(Revoked)),
            &[Ended(Revoked), Expired],
            Authority,
            POWER,
        ),
        row(
            NotYetValid,
            Event(End(Revoked)),
            &[Ended(Revoked), NotYetValid],
            Authority,
            POWER,
        ),
        row(PendingSeal, Event(Void), &[Voided], TwoOfIssuer, ERRED),
        row(Valid, Event(Void), &[Voided], TwoOfIssuer, ERRED),
        row(
            Ended(Deregistered),
            Event(Archive),
            &[Archived],
            Service,
            RETAINED,
        ),
        row(
            Ended(Annulled),
            Event(Archive),
            &[Archived],
            Service,
            RETAINED,
        ),
        row(
            Ended(Withdrawn),
            Event(Archive),
            &[Archived],
            Service,
            RETAINED,
        ),
        row(
            Ended(Revoked),
            Event(Archive),
            &[Archived],
            Service,
            RETAINED,
        ),
    ]
};

impl Transition {
    /// The row for an event in a phase, if there is one.
    #[must_use]
    pub fn find(from: Phase, event: EventKind) -> Option<&'static Self> {
        TRANSITIONS
            .iter()
            .find(|row| row.from == from && row.cause == Cause::Event(event))
    }
}
