//! A seal's life as data: the table of domain.md 4.2, row by row, and the step that obeys it.
//!
//! Who does what is part of the table: some acts are one person's, some take two people with different duties. A
//! document that was sealed while its seal was in use stays genuine whatever becomes of the seal.

use thiserror::Error;

/// Where a seal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// 申请: asked for.
    Applied,
    /// Not to be made.
    Rejected,
    /// 审核: examined.
    Reviewed,
    /// 批准: to be made.
    Approved,
    /// 制作: picture, key in custody and certificate are there.
    Made,
    /// 启用: it may sign.
    InUse,
    /// 停用: it signs nothing, pending releases included (T-S6).
    Suspended,
    /// 更换: another one takes its place.
    Replaced,
    /// 注销: it will never sign again.
    Cancelled,
    /// 销毁: its key is gone.
    Destroyed,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 10] = [
        Self::Applied,
        Self::Rejected,
        Self::Reviewed,
        Self::Approved,
        Self::Made,
        Self::InUse,
        Self::Suspended,
        Self::Replaced,
        Self::Cancelled,
        Self::Destroyed,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Rejected => "rejected",
            Self::Reviewed => "reviewed",
            Self::Approved => "approved",
            Self::Made => "made",
            Self::InUse => "in_use",
            Self::Suspended => "suspended",
            Self::Replaced => "replaced",
            Self::Cancelled => "cancelled",
            Self::Destroyed => "destroyed",
        }
    }

    /// The stage of this code.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.code() == code)
    }
}

/// What may happen to a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// The application was examined.
    Review,
    /// It was refused.
    Reject,
    /// It was granted.
    Approve,
    /// The seal was made.
    Make,
    /// The custodian took it over.
    Accept,
    /// It was stopped.
    Suspend,
    /// The stop was lifted.
    Resume,
    /// Another one takes its place.
    Replace,
    /// It was given up.
    Cancel,
    /// Its key was erased.
    Destroy,
}

impl Event {
    /// Every event.
    pub const ALL: [Self; 10] = [
        Self::Review,
        Self::Reject,
        Self::Approve,
        Self::Make,
        Self::Accept,
        Self::Suspend,
        Self::Resume,
        Self::Replace,
        Self::Cancel,
        Self::Destroy,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Reject => "reject",
            Self::Approve => "approve",
            Self::Make => "make",
            Self::Accept => "accept",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Replace => "replace",
            Self::Cancel => "cancel",
            Self::Destroy => "destroy",
        }
    }

    /// The event of this code.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.code() == code)
    }
}

/// In what duty a person acts on a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Duty {
    /// Asks for a seal of the own department.
    Applicant,
    /// Approves applications, orders making; never uses a seal.
    Administrator,
    /// The second person, who grants what was examined.
    Approver,
    /// Makes picture, key and certificate.
    Maker,
    /// Holds the seal and releases its uses.
    Custodian,
    /// Sees that a key is erased.
    Witness,
}

impl Duty {
    /// Every duty.
    pub const ALL: [Self; 6] = [
        Self::Applicant,
        Self::Administrator,
        Self::Approver,
        Self::Maker,
        Self::Custodian,
        Self::Witness,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Applicant => "applicant",
            Self::Administrator => "administrator",
            Self::Approver => "approver",
            Self::Maker => "maker",
            Self::Custodian => "custodian",
            Self::Witness => "witness",
        }
    }

    /// The duty of this code.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|duty| duty.code() == code)
    }
}

/// Who has to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hands {
    /// One person with one of these duties.
    One(&'static [Duty]),
    /// One person, who is none of those that acted before.
    Another(Duty),
    /// Two people, one with each duty.
    Two(Duty, Duty),
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// From this stage.
    pub from: Stage,
    /// By this event.
    pub event: Event,
    /// To this stage.
    pub to: Stage,
    /// By whom.
    pub hands: Hands,
    /// On what condition, in the words of the table; empty where it names none.
    pub condition: &'static str,
}

const fn row(
    from: Stage,
    event: Event,
    to: Stage,
    hands: Hands,
    condition: &'static str,
) -> Transition {
    Transition {
        from,
        event,
        to,
        hands,
        condition,
    }
}

/// Nobody examines what they asked for.
const EXAMINER: Hands = Hands::Another(Duty::Administrator);
const ADMINISTRATOR: Hands = Hands::One(&[Duty::Administrator]);

/// Every transition there is. What is not here is refused (domain.md 4.2).
pub const TRANSITIONS: &[Transition] = {
    use Stage as S;
    &[
        row(S::Applied, Event::Review, S::Reviewed, EXAMINER, ""),
        row(S::Applied, Event::Reject, S::Rejected, EXAMINER, ""),
        row(
            S::Reviewed,
            Event::Approve,
            S::Approved,
            Hands::Another(Duty::Approver),
            "a second person",
        ),
        row(
            S::Reviewed,
            Event::Reject,
            S::Rejected,
            Hands::Another(Duty::Approver),
            "a second person",
        ),
        row(
            S::Approved,
            Event::Make,
            S::Made,
            Hands::One(&[Duty::Maker]),
            "image, key in custody, certificate",
        ),
        row(
            S::Made,
            Event::Accept,
            S::InUse,
            Hands::One(&[Duty::Custodian]),
            "first test seal verified",
        ),
        row(
            S::InUse,
            Event::Suspend,
            S::Suspended,
            Hands::One(&[Duty::Custodian, Duty::Administrator]),
            "at once",
        ),
        row(
            S::InUse,
            Event::Replace,
            S::Replaced,
            ADMINISTRATOR,
            "new image or name",
        ),
        row(S::InUse, Event::Cancel, S::Cancelled, ADMINISTRATOR, ""),
        row(
            S::Suspended,
            Event::Resume,
            S::InUse,
            Hands::Two(Duty::Administrator, Duty::Custodian),
            "",
        ),
        row(S::Suspended, Event::Cancel, S::Cancelled, ADMINISTRATOR, ""),
        row(
            S::Replaced,
            Event::Cancel,
            S::Cancelled,
            ADMINISTRATOR,
            "after overlap",
        ),
        row(
            S::Cancelled,
            Event::Destroy,
            S::Destroyed,
            Hands::Two(Duty::Witness, Duty::Witness),
            "key erased, record of it signed",
        ),
    ]
};

impl Transition {
    /// The row for an event at a stage, if there is one.
    #[must_use]
    pub fn find(from: Stage, event: Event) -> Option<&'static Self> {
        TRANSITIONS
            .iter()
            .find(|row| row.from == from && row.event == event)
    }
}

/// A person's act, in a duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Who: a person's key. Two accounts of one person are one person (R3).
    pub person: String,
    /// In what duty.
    pub duty: Duty,
}

/// What an act leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The seal is at this stage now.
    Done(Stage),
    /// The same act of a second person is still needed.
    Waits,
}

/// Why a seal does not go there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refused {
    /// The table has no such row.
    #[error("{} is not listed for a seal that is {}", event.code(), stage.code())]
    NotListed {
        /// Where it stands.
        stage: Stage,
        /// What was asked for.
        event: Event,
    },
    /// Not in this duty.
    #[error("{} is not for a seal's {}", event.code(), duty.code())]
    Duty {
        /// What was asked for.
        event: Event,
        /// The duty of who asked.
        duty: Duty,
    },
    /// Two different people are needed.
    #[error("two different people are needed")]
    SamePerson,
}

impl Refused {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotListed { .. } => "seal.transition-not-listed",
            Self::Duty { .. } => "seal.duty",
            Self::SamePerson => "seal.same-person",
        }
    }
}

/// The stage after `event` by `consent`, or why it is refused. Has no effects.
///
/// `before` is the consent that the rule looks back to: for an act of two people the one given first, for one of
/// another person the act before; nothing where there is none.
///
/// # Errors
/// [`Refused`].
pub fn step(
    stage: Stage,
    event: Event,
    consent: &Consent,
    before: Option<&Consent>,
) -> Result<Step, Refused> {
    let row = Transition::find(stage, event).ok_or(Refused::NotListed { stage, event })?;
    let wrong = Refused::Duty {
        event,
        duty: consent.duty,
    };
    let same = before.is_some_and(|before| before.person == consent.person);
    match row.hands {
        Hands::One(duties) if duties.contains(&consent.duty) => Ok(Step::Done(row.to)),
        Hands::Another(duty) if duty == consent.duty => (!same)
            .then_some(Step::Done(row.to))
            .ok_or(Refused::SamePerson),
        Hands::Two(one, other) if [one, other].contains(&consent.duty) => match before {
            None => Ok(Step::Waits),
            Some(_) if same => Err(Refused::SamePerson),
            // The second has the duty that the first had not.
            Some(before) if one != other && before.duty == consent.duty => Ok(Step::Waits),
            Some(_) => Ok(Step::Done(row.to)),
        },
        _ => Err(wrong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(person: &str, duty: Duty) -> Consent {
        Consent {
            person: person.to_owned(),
            duty,
        }
    }

    #[test]
    fn every_pair_of_stage_and_event_is_listed_or_refused() {
        let mut listed = 0;
        for stage in Stage::ALL {
            for event in Event::ALL {
                let row = Transition::find(stage, event);
                let mut went = Vec::new();
                for duty in Duty::ALL {
                    for before in [
                        None,
                        Some(of("A", Duty::Administrator)),
                        Some(of("A", duty)),
                    ] {
                        match step(stage, event, &of("B", duty), before.as_ref()) {
                            Ok(Step::Done(to)) => went.push(to),
                            Ok(Step::Waits) => assert!(row.is_some()),
                            Err(Refused::NotListed { .. }) => assert!(row.is_none()),
                            Err(_) => assert!(row.is_some()),
                        }
                    }
                }
                went.dedup();
                // A listed row can be gone by somebody, and leads where it says and nowhere else.
                assert_eq!(went, row.map(|row| row.to).into_iter().collect::<Vec<_>>());
                listed += usize::from(row.is_some());
            }
        }
        assert_eq!(listed, TRANSITIONS.len(), "no row is there twice");
    }

    #[test]
    fn each_row_takes_its_duties_and_no_others() {
        for row in TRANSITIONS {
            for duty in Duty::ALL {
                let gone = step(row.from, row.event, &of("B", duty), None);
                let takes = match row.hands {
                    Hands::One(duties) => duties.contains(&duty),
                    Hands::Another(one) => one == duty,
                    Hands::Two(one, other) => one == duty || other == duty,
                };
                assert_eq!(gone.is_ok(), takes, "{row:?} {duty:?}");
            }
        }
    }

    #[test]
    fn a_stop_is_one_persons_and_its_end_is_two_peoples() {
        let custodian = of("A", Duty::Custodian);
        let stopped = step(Stage::InUse, Event::Suspend, &custodian, None);
        assert_eq!(stopped, Ok(Step::Done(Stage::Suspended)));
        let resume = |who: &Consent, before: Option<&Consent>| {
            step(Stage::Suspended, Event::Resume, who, before)
        };
        let administrator = of("B", Duty::Administrator);
        assert_eq!(resume(&custodian, None), Ok(Step::Waits));
        assert_eq!(
            resume(&custodian, Some(&custodian)),
            Err(Refused::SamePerson)
        );
        let both = of("A", Duty::Administrator);
        assert_eq!(resume(&both, Some(&custodian)), Err(Refused::SamePerson));
        let second = of("C", Duty::Custodian);
        assert_eq!(
            resume(&second, Some(&custodian)),
            Ok(Step::Waits),
            "one duty twice"
        );
        let done = Ok(Step::Done(Stage::InUse));
        assert_eq!(resume(&administrator, Some(&custodian)), done);
        assert_eq!(resume(&custodian, Some(&administrator)), done);
    }

    #[test]
    fn who_examined_does_not_approve_and_witnesses_are_two() {
        let examined = of("A", Duty::Administrator);
        let approve = |person| {
            let who = of(person, Duty::Approver);
            step(Stage::Reviewed, Event::Approve, &who, Some(&examined))
        };
        assert_eq!(approve("A"), Err(Refused::SamePerson));
        assert_eq!(approve("B"), Ok(Step::Done(Stage::Approved)));
        let witness = of("A", Duty::Witness);
        let destroy = |person| {
            let who = of(person, Duty::Witness);
            step(Stage::Cancelled, Event::Destroy, &who, Some(&witness))
        };
        assert_eq!(destroy("A"), Err(Refused::SamePerson));
        assert_eq!(destroy("B"), Ok(Step::Done(Stage::Destroyed)));
    }

    #[test]
    fn codes_are_read_back() {
        for stage in Stage::ALL {
            assert_eq!(Stage::find(stage.code()), Some(stage));
        }
        for event in Event::ALL {
            assert_eq!(Event::find(event.code()), Some(event));
        }
        for duty in Duty::ALL {
            assert_eq!(Duty::find(duty.code()), Some(duty));
        }
        assert_eq!(Stage::find("lost"), None);
    }
}
