//! The states of a case and what moves it: the table of domain.md 4.4, row by row.

use catalogue::Rule;
use catalogue::matter::Handling;
use serde::{Deserialize, Serialize};

use crate::person::{Duty, Role};
use crate::table::{Goes, Row};

/// Where a case is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// 收件
    Received,
    /// 补正
    SupplementAsked,
    /// 受理
    Accepted,
    /// 审查
    InReview,
    /// 特殊环节
    SpecialStep,
    /// 上报
    Forwarded,
    /// 回退
    RolledBack,
    /// 决定
    Decided,
    /// 签章
    Sealing,
    /// 送达
    Delivered,
    /// 归档
    Archived,
    /// 退回
    Returned,
    /// 补正逾期
    Closed,
    /// 撤回申请
    Withdrawn,
    /// Stopped by a red card.
    Stopped,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 15] = [
        Self::Received,
        Self::SupplementAsked,
        Self::Accepted,
        Self::InReview,
        Self::SpecialStep,
        Self::Forwarded,
        Self::RolledBack,
        Self::Decided,
        Self::Sealing,
        Self::Delivered,
        Self::Archived,
        Self::Returned,
        Self::Closed,
        Self::Withdrawn,
        Self::Stopped,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::SupplementAsked => "supplement_asked",
            Self::Accepted => "accepted",
            Self::InReview => "in_review",
            Self::SpecialStep => "special_step",
            Self::Forwarded => "forwarded",
            Self::RolledBack => "rolled_back",
            Self::Decided => "decided",
            Self::Sealing => "sealing",
            Self::Delivered => "delivered",
            Self::Archived => "archived",
            Self::Returned => "returned",
            Self::Closed => "closed",
            Self::Withdrawn => "withdrawn",
            Self::Stopped => "stopped",
        }
    }

    /// Whether the clock runs in it: from acceptance to the decision.
    #[must_use]
    pub fn under_way(self) -> bool {
        matches!(
            self,
            Self::Accepted
                | Self::InReview
                | Self::SpecialStep
                | Self::Forwarded
                | Self::RolledBack
                | Self::Stopped
        )
    }
}

/// What is done to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Opened. Begins a case, so no row has it.
    Receive,
    /// Materials, promises and deferred items are noted.
    File,
    /// 受理
    Accept,
    /// 退回
    Return,
    /// 补正告知
    AskSupplement,
    /// The supplement was given.
    GiveSupplement,
    /// It was not given by its date.
    Close,
    /// Examination begins.
    Review,
    /// A special step begins.
    BeginStep,
    /// It ends.
    EndStep,
    /// 上报
    Forward,
    /// The answer from above came.
    AnswerForward,
    /// A body decides its part of a joint case.
    DecidePart,
    /// 决定
    Decide,
    /// 回退
    RollBack,
    /// Taken up again after it was rolled back.
    TakeUp,
    /// The custodian releases the seal.
    Seal,
    /// 送达
    Deliver,
    /// 归档
    Archive,
    /// A red card stops it.
    Stop,
    /// The stop is lifted.
    Lift,
    /// The applicant takes it back.
    Withdraw,
    /// A deferred item runs out, a commitment is checked.
    FollowUp,
}

impl Act {
    /// Every act.
    pub const ALL: [Self; 23] = [
        Self::Receive,
        Self::File,
        Self::Accept,
        Self::Return,
        Self::AskSupplement,
        Self::GiveSupplement,
        Self::Close,
        Self::Review,
        Self::BeginStep,
        Self::EndStep,
        Self::Forward,
        Self::AnswerForward,
        Self::DecidePart,
        Self::Decide,
        Self::RollBack,
        Self::TakeUp,
        Self::Seal,
        Self::Deliver,
        Self::Archive,
        Self::Stop,
        Self::Lift,
        Self::Withdraw,
        Self::FollowUp,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Receive => "receive",
            Self::File => "file",
            Self::Accept => "accept",
            Self::Return => "return",
            Self::AskSupplement => "ask_supplement",
            Self::GiveSupplement => "give_supplement",
            Self::Close => "close",
            Self::Review => "review",
            Self::BeginStep => "begin_step",
            Self::EndStep => "end_step",
            Self::Forward => "forward",
            Self::AnswerForward => "answer_forward",
            Self::DecidePart => "decide_part",
            Self::Decide => "decide",
            Self::RollBack => "roll_back",
            Self::TakeUp => "take_up",
            Self::Seal => "seal",
            Self::Deliver => "deliver",
            Self::Archive => "archive",
            Self::Stop => "stop",
            Self::Lift => "lift",
            Self::Withdraw => "withdraw",
            Self::FollowUp => "follow_up",
        }
    }

    /// Which body's people may do it.
    #[must_use]
    pub fn competence(self) -> Competence {
        match self {
            Self::Receive
            | Self::Accept
            | Self::Return
            | Self::AskSupplement
            | Self::GiveSupplement
            | Self::Close
            | Self::Deliver => Competence::Accepting,
            Self::Review
            | Self::BeginStep
            | Self::EndStep
            | Self::Forward
            | Self::AnswerForward
            | Self::Decide
            | Self::RollBack
            | Self::TakeUp
            | Self::Seal => Competence::Deciding,
            Self::DecidePart => Competence::Part,
            Self::Stop | Self::Lift => Competence::Supervising,
            Self::File | Self::Archive | Self::Withdraw | Self::FollowUp => Competence::Concerned,
        }
    }

    /// The duty that whoever does it has from then on (R3).
    #[must_use]
    pub fn duty(self) -> Option<Duty> {
        match self {
            Self::Receive | Self::Accept => Some(Duty::Receive),
            Self::Review => Some(Duty::Examine),
            Self::Decide | Self::DecidePart => Some(Duty::Decide),
            Self::Seal => Some(Duty::Release),
            _ => None,
        }
    }

    /// The way of handling that alone knows it, if it is not of every case.
    #[must_use]
    pub fn only_in(self) -> Option<Handling> {
        match self {
            Self::Forward | Self::AnswerForward => Some(Handling::ForwardedUpward),
            Self::DecidePart => Some(Handling::Joint),
            _ => None,
        }
    }

    /// Whether an accepted case goes into review by it without a word: approval systems report
    /// no beginning of the review.
    #[must_use]
    pub fn reviews(self) -> bool {
        matches!(
            self,
            Self::BeginStep | Self::Forward | Self::DecidePart | Self::Decide | Self::RollBack
        )
    }
}

/// Which body's people may do an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Competence {
    /// Where one can apply for the matter; the deciding body; who holds its delegation.
    Accepting,
    /// The body that decides the matter on that day.
    Deciding,
    /// The body that decides the part.
    Part,
    /// A supervisor over the deciding body.
    Supervising,
    /// Any body concerned: accepting, deciding, with a part; the industry authority; enforcement
    /// of the region.
    Concerned,
}

const COUNTER: &[Role] = &[Role::Clerk];
const GIVERS: &[Role] = &[Role::Applicant, Role::Agent, Role::Clerk, Role::System];
const EXAMINERS: &[Role] = &[Role::Officer];
const DECIDERS: &[Role] = &[Role::Approver, Role::System];
const PART_DECIDERS: &[Role] = &[Role::Approver, Role::Industry];
const RETURNERS: &[Role] = &[Role::Officer, Role::Approver];
const CUSTODIANS: &[Role] = &[Role::Custodian];
const HANDERS: &[Role] = &[Role::Clerk, Role::System];
const KEEPERS: &[Role] = &[Role::Archivist, Role::System];
const SUPERVISORS: &[Role] = &[Role::Supervisor];
const FOLLOWERS: &[Role] = &[
    Role::System,
    Role::Industry,
    Role::Inspector,
    Role::Approver,
];
const APPLICANTS: &[Role] = &[Role::Applicant, Role::Agent];

const FILED: (&str, Rule) = ("a material of the matter's list", Rule::R14);
const COMPLETE: (&str, Rule) = ("each material is had, promised or deferred", Rule::R14);
const REASON: (&str, Rule) = ("a reason", Rule::R10);
const ONCE: (&str, Rule) = (
    "listed materials, each asked for once, none that can be had otherwise",
    Rule::R14,
);
const GIVEN: (&str, Rule) = ("each material asked for is given", Rule::R14);
const LATE: (&str, Rule) = ("not given by the date", Rule::R10);
const EXAMINED: (&str, Rule) = ("accepted", Rule::R10);
const STEP: (&str, Rule) = ("the clock pauses only for listed steps", Rule::R10);
const UPWARD: (&str, Rule) = ("a forwarded-upward case", Rule::R10);
const OWN_PART: (&str, Rule) = ("a joint case; the body with the part's power", Rule::R1);
const WHOLE: (&str, Rule) = (
    "all parts decided; restrictions shown; not by who received or examined alone",
    Rule::R3,
);
const BACK: (&str, Rule) = ("only before sealing; a reason", Rule::R10);
const RELEASED: (&str, Rule) = (
    "released by another than who decided; not stopped",
    Rule::R3,
);
const HANDED: (&str, Rule) = ("sealed; receipt kept", Rule::R10);
const CARDED: (&str, Rule) = ("red card; signed by a supervisor", Rule::R6);
const CLEARED: (&str, Rule) = ("signed by a supervisor", Rule::R6);
const WISH: (&str, Rule) = ("the applicant's wish, before the decision", Rule::R10);

const FOLLOWED: (&str, Rule) = (
    "the tables of deferred items and commitments allow it",
    Rule::R20,
);

type CaseRow = Row<State, Act>;

const fn row(
    from: State,
    act: Act,
    to: State,
    by: &'static [Role],
    words: (&'static str, Rule),
) -> CaseRow {
    crate::table::row(from, act, to, by, words)
}

const fn stop(from: State) -> CaseRow {
    row(from, Act::Stop, State::Stopped, SUPERVISORS, CARDED)
}

const fn withdraw(from: State) -> CaseRow {
    row(from, Act::Withdraw, State::Withdrawn, APPLICANTS, WISH)
}

const fn file(at: State) -> CaseRow {
    row(at, Act::File, at, GIVERS, FILED)
}

const fn follow(at: State) -> CaseRow {
    row(at, Act::FollowUp, at, FOLLOWERS, FOLLOWED)
}

/// Every transition of a case. What is not here is refused (R10).
pub const CASE: &[CaseRow] = {
    use State::{
        Accepted, Archived, Closed, Decided, Delivered, Forwarded, InReview, Received, Returned,
        RolledBack, Sealing, SpecialStep, Stopped, SupplementAsked,
    };
    &[
        file(Received),
        file(SupplementAsked),
        file(Accepted),
        file(InReview),
        file(SpecialStep),
        file(Forwarded),
        file(RolledBack),
        file(Decided),
        file(Sealing),
        file(Delivered),
        file(Stopped),
        row(Received, Act::Accept, Accepted, COUNTER, COMPLETE),
        row(Received, Act::Return, Returned, COUNTER, REASON),
        row(Received, Act::AskSupplement, SupplementAsked, COUNTER, ONCE),
        row(
            SupplementAsked,
            Act::GiveSupplement,
            Received,
            GIVERS,
            GIVEN,
        ),
        row(SupplementAsked, Act::Close, Closed, HANDERS, LATE),
        row(Accepted, Act::Review, InReview, EXAMINERS, EXAMINED),
        // A second examiner makes two of them.
        row(InReview, Act::Review, InReview, EXAMINERS, EXAMINED),
        row(InReview, Act::BeginStep, SpecialStep, EXAMINERS, STEP),
        row(SpecialStep, Act::EndStep, InReview, EXAMINERS, STEP),
        row(InReview, Act::Forward, Forwarded, EXAMINERS, UPWARD),
        row(Forwarded, Act::AnswerForward, InReview, EXAMINERS, UPWARD),
        row(InReview, Act::DecidePart, InReview, PART_DECIDERS, OWN_PART),
        row(InReview, Act::Decide, Decided, DECIDERS, WHOLE),
        row(InReview, Act::RollBack, RolledBack, RETURNERS, BACK),
        row(RolledBack, Act::TakeUp, InReview, EXAMINERS, EXAMINED),
        row(Decided, Act::RollBack, RolledBack, &[Role::Approver], BACK),
        row(Decided, Act::Seal, Sealing, CUSTODIANS, RELEASED),
        row(Sealing, Act::Deliver, Delivered, HANDERS, HANDED),
        row(Delivered, Act::Archive, Archived, KEEPERS, HANDED),
        stop(Received),
        stop(SupplementAsked),
        stop(Accepted),
        stop(InReview),
        stop(SpecialStep),
        stop(Forwarded),
        stop(RolledBack),
        // R6, D14: after the decision a stop moves nothing and blocks the seal until lifted.
        row(Decided, Act::Stop, Decided, SUPERVISORS, CARDED),
        row(Decided, Act::Lift, Decided, SUPERVISORS, CLEARED),
        row(Sealing, Act::Stop, Sealing, SUPERVISORS, CARDED),
        row(Sealing, Act::Lift, Sealing, SUPERVISORS, CLEARED),
        Row {
            from: Stopped,
            act: Act::Lift,
            goes: Goes::Back,
            by: SUPERVISORS,
            condition: CLEARED.0,
            rule: CLEARED.1,
        },
        withdraw(Received),
        withdraw(SupplementAsked),
        withdraw(Accepted),
        withdraw(InReview),
        withdraw(SpecialStep),
        withdraw(Forwarded),
        withdraw(RolledBack),
        withdraw(Stopped),
        follow(Accepted),
        follow(InReview),
        follow(SpecialStep),
        follow(Forwarded),
        follow(RolledBack),
        follow(Stopped),
        follow(Decided),
        follow(Sealing),
        follow(Delivered),
        follow(Archived),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_pair_of_state_and_act_has_two_rows() {
        for (at, row) in CASE.iter().enumerate() {
            assert!(
                !CASE
                    .iter()
                    .skip(at + 1)
                    .any(|other| (other.from, other.act) == (row.from, row.act)),
                "{row:?}"
            );
        }
    }

    #[test]
    fn every_state_but_the_first_is_reached_and_only_ends_have_no_way_out() {
        for state in State::ALL {
            let reached = state == State::Received
                || CASE
                    .iter()
                    .any(|row| row.from != state && row.goes == Goes::To(state));
            assert!(reached, "{state:?}");
            let left = CASE
                .iter()
                .any(|row| row.from == state && row.goes != Goes::To(state));
            let end = matches!(
                state,
                State::Archived | State::Returned | State::Closed | State::Withdrawn
            );
            assert_eq!(left, !end, "{state:?}");
        }
    }

    #[test]
    fn whatever_comes_before_the_decision_can_be_stopped_and_withdrawn() {
        for state in State::ALL {
            let before = matches!(state, State::Received | State::SupplementAsked)
                || state.under_way() && state != State::Stopped;
            let moved =
                |act, to| Row::find(CASE, state, act).is_some_and(|row| row.goes == Goes::To(to));
            assert_eq!(moved(Act::Stop, State::Stopped), before, "{state:?}");
            assert_eq!(
                moved(Act::Withdraw, State::Withdrawn),
                before || state == State::Stopped,
                "{state:?}"
            );
        }
    }

    #[test]
    fn a_clerk_decides_nothing_and_a_supervisor_changes_no_record() {
        for row in CASE {
            if matches!(row.act, Act::Decide | Act::DecidePart | Act::Seal) {
                assert!(!row.by.contains(&Role::Clerk), "{row:?}");
            }
            if row.by.contains(&Role::Supervisor) {
                assert!(matches!(row.act, Act::Stop | Act::Lift), "{row:?}");
            }
        }
    }
}
