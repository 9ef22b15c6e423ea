//! Several persons sign one document (domain.md 4.3): who in which role, in which order, until when; and what has come of it.

use thiserror::Error;
use time::{Duration, UtcDateTime};

/// Most roles of one document.
pub const MAX_SEATS: usize = 20;
/// The longest name of a role, in characters.
const MAX_ROLE: usize = 32;
/// The longest time for all of them.
const MAX_TERM: Duration = Duration::days(366);

/// In which order the roles sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// All must, in any order (五方验收).
    Parallel,
    /// Each after the one before it (撰稿人 → 核稿人 → 审稿人).
    Ordered,
}

impl Order {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Parallel => "parallel",
            Self::Ordered => "ordered",
        }
    }

    /// The order of this code.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        let both = [Self::Parallel, Self::Ordered];
        both.into_iter().find(|order| order.code() == code)
    }
}

/// What the person of a role has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// Nothing yet.
    Waiting,
    /// Signed.
    Signed,
    /// Declined to sign.
    Declined,
}

impl Done {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Signed => "signed",
            Self::Declined => "declined",
        }
    }

    /// What has this code.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        let all = [Self::Waiting, Self::Signed, Self::Declined];
        all.into_iter().find(|done| done.code() == code)
    }
}

/// A role of a document, and the person who has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// The role's name.
    pub role: String,
    /// The signature identity of its person.
    pub signer: String,
    /// What they have done.
    pub done: Done,
}

/// A document that several are to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    order: Order,
    deadline: UtcDateTime,
    seats: Vec<Seat>,
}

/// Who is to sign cannot be as it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PlanRefused {
    /// None, or too many.
    #[error("2 to 20 roles sign one document")]
    Count,
    /// A name of a role is no word.
    #[error("a role is named by 1 to 32 letters, digits, blanks, hyphens or points")]
    Role,
    /// Two roles have one name.
    #[error("two roles have one name")]
    RoleTwice,
    /// One person has two roles, under one identity or under two.
    #[error("one person has two roles")]
    PersonTwice,
    /// The day is over, or far away.
    #[error("the deadline is over, or more than 366 days away")]
    Deadline,
}

impl PlanRefused {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Count => "signing.count",
            Self::Role => "signing.role",
            Self::RoleTwice => "signing.role-twice",
            Self::PersonTwice => "signing.person-twice",
            Self::Deadline => "signing.deadline",
        }
    }
}

/// What somebody may not do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TurnRefused {
    /// The person is not named for this role.
    #[error("the person is not named for this role")]
    NotNamed,
    /// The role has signed.
    #[error("the role has signed")]
    Signed,
    /// Somebody has declined.
    #[error("somebody has declined to sign")]
    Declined,
    /// The deadline is over.
    #[error("the deadline is over")]
    Lapsed,
    /// Others come first.
    #[error("another role signs first")]
    OutOfOrder,
}

impl TurnRefused {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotNamed => "signing.not-named",
            Self::Signed => "signing.signed",
            Self::Declined => "signing.declined",
            Self::Lapsed => "signing.lapsed",
            Self::OutOfOrder => "signing.out-of-order",
        }
    }
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Roles are missing: [`Round::missing`].
    Incomplete,
    /// All have signed.
    Complete,
    /// Somebody has declined.
    Declined,
    /// The deadline came before all had signed.
    Lapsed,
}

impl Outcome {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::Complete => "complete",
            Self::Declined => "declined",
            Self::Lapsed => "lapsed",
        }
    }
}

fn is_role(name: &str) -> bool {
    let letter = |letter: char| letter.is_alphanumeric() || " -.·".contains(letter);
    name.trim() == name
        && (1..=MAX_ROLE).contains(&name.chars().count())
        && name.chars().all(letter)
}

fn twice<'a>(names: impl Iterator<Item = &'a str> + Clone) -> bool {
    let again =
        |(place, name): (usize, &str)| names.clone().take(place).any(|before| before == name);
    names.clone().enumerate().any(again)
}

impl Round {
    /// A document that these are to sign until `deadline`, its last second included, asked for at `now`.
    ///
    /// # Errors
    /// [`PlanRefused`].
    pub fn plan(
        order: Order,
        deadline: UtcDateTime,
        seats: Vec<Seat>,
        now: UtcDateTime,
    ) -> Result<Self, PlanRefused> {
        if !(2..=MAX_SEATS).contains(&seats.len()) {
            return Err(PlanRefused::Count);
        }
        if !seats.iter().all(|seat| is_role(&seat.role)) {
            return Err(PlanRefused::Role);
        }
        if twice(seats.iter().map(|seat| seat.role.as_str())) {
            return Err(PlanRefused::RoleTwice);
        }
        if twice(seats.iter().map(|seat| seat.signer.as_str())) {
            return Err(PlanRefused::PersonTwice);
        }
        if deadline <= now || deadline - now > MAX_TERM {
            return Err(PlanRefused::Deadline);
        }
        Ok(Self::kept(order, deadline, seats))
    }

    /// One that was planned before.
    #[must_use]
    pub fn kept(order: Order, deadline: UtcDateTime, seats: Vec<Seat>) -> Self {
        Self {
            order,
            deadline,
            seats,
        }
    }

    /// In which order its roles sign.
    #[must_use]
    pub fn order(&self) -> Order {
        self.order
    }

    /// Until when.
    #[must_use]
    pub fn deadline(&self) -> UtcDateTime {
        self.deadline
    }

    /// Its roles, as they were planned.
    #[must_use]
    pub fn seats(&self) -> &[Seat] {
        &self.seats
    }

    /// The roles that have not signed.
    pub fn missing(&self) -> impl Iterator<Item = &str> {
        let open = |seat: &&Seat| seat.done != Done::Signed;
        self.seats
            .iter()
            .filter(open)
            .map(|seat| seat.role.as_str())
    }

    /// How far it is at `now`.
    #[must_use]
    pub fn outcome(&self, now: UtcDateTime) -> Outcome {
        if self.missing().next().is_none() {
            Outcome::Complete
        } else if self.seats.iter().any(|seat| seat.done == Done::Declined) {
            Outcome::Declined
        } else if now > self.deadline {
            Outcome::Lapsed
        } else {
            Outcome::Incomplete
        }
    }

    /// The place of this role, if its person may sign or decline at `now`.
    ///
    /// # Errors
    /// [`TurnRefused`]; who is not named learns nothing else.
    pub fn turn(
        &self,
        (role, signer): (&str, &str),
        now: UtcDateTime,
    ) -> Result<usize, TurnRefused> {
        let mut seats = self.seats.iter().enumerate();
        let named = seats.find(|(_, seat)| seat.role == role && seat.signer == signer);
        let (place, seat) = named.ok_or(TurnRefused::NotNamed)?;
        match self.outcome(now) {
            Outcome::Complete => return Err(TurnRefused::Signed),
            Outcome::Declined => return Err(TurnRefused::Declined),
            _ if seat.done == Done::Signed => return Err(TurnRefused::Signed),
            Outcome::Lapsed => return Err(TurnRefused::Lapsed),
            Outcome::Incomplete => {}
        }
        let mut before = self.seats.iter().take(place);
        if self.order == Order::Ordered && before.any(|seat| seat.done != Done::Signed) {
            return Err(TurnRefused::OutOfOrder);
        }
        Ok(place)
    }

    /// What the person at `place` has done.
    pub fn mark(&mut self, place: usize, done: Done) {
        if let Some(seat) = self.seats.get_mut(place) {
            seat.done = done;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UtcDateTime = UtcDateTime::UNIX_EPOCH;
    const ROLES: [&str; 3] = ["撰稿人", "核稿人", "审稿人"];

    fn seat(role: &str, signer: &str) -> Seat {
        Seat {
            role: role.to_owned(),
            signer: signer.to_owned(),
            done: Done::Waiting,
        }
    }

    fn seats() -> Vec<Seat> {
        let signers = ["a", "b", "c"];
        let pairs = ROLES.iter().zip(signers);
        pairs.map(|(role, signer)| seat(role, signer)).collect()
    }

    fn round(order: Order) -> Round {
        Round::plan(order, NOW + Duration::DAY, seats(), NOW).expect("a plan")
    }

    #[test]
    fn every_plan_that_is_none_is_refused_by_its_name() {
        let plan = |seats: Vec<Seat>, deadline| {
            let made = Round::plan(Order::Parallel, deadline, seats, NOW);
            made.map(drop).map_err(PlanRefused::code)
        };
        let day = NOW + Duration::DAY;
        let with = |role: &str, signer: &str| {
            let mut seats = seats();
            seats.push(seat(role, signer));
            seats
        };
        let many = |count: usize| -> Vec<Seat> {
            let one = |number: usize| seat(&format!("r{number}"), &format!("s{number}"));
            (0..count).map(one).collect()
        };
        for (seats, deadline, refused) in [
            (seats(), day, None),
            (seats(), NOW + MAX_TERM, None),
            (many(MAX_SEATS), day, None),
            (with(&"五".repeat(32), "d"), day, None),
            (many(0), day, Some("signing.count")),
            (many(1), day, Some("signing.count")),
            (many(MAX_SEATS + 1), day, Some("signing.count")),
            (with("", "d"), day, Some("signing.role")),
            (with(" 设计", "d"), day, Some("signing.role")),
            (with("设\u{202e}计", "d"), day, Some("signing.role")),
            (with("设计\n", "d"), day, Some("signing.role")),
            (with(&"五".repeat(33), "d"), day, Some("signing.role")),
            (with("核稿人", "d"), day, Some("signing.role-twice")),
            (with("设计", "b"), day, Some("signing.person-twice")),
            (seats(), NOW, Some("signing.deadline")),
            (
                seats(),
                NOW + MAX_TERM + Duration::SECOND,
                Some("signing.deadline"),
            ),
        ] {
            assert_eq!(plan(seats, deadline).err(), refused);
        }
    }

    #[test]
    fn in_order_each_signs_after_the_one_before_and_nobody_twice() {
        let mut round = round(Order::Ordered);
        let turn = |round: &Round, place: usize, role: &str| {
            let signer = ["a", "b", "c"][place];
            round.turn((role, signer), NOW).map_err(TurnRefused::code)
        };
        for (place, role) in ROLES.into_iter().enumerate() {
            let missing: Vec<&str> = round.missing().collect();
            assert_eq!(missing, ROLES[place..]);
            assert_eq!(round.outcome(NOW), Outcome::Incomplete);
            for (later, role) in ROLES.into_iter().enumerate().skip(place + 1) {
                assert_eq!(turn(&round, later, role), Err("signing.out-of-order"));
            }
            assert_eq!(turn(&round, place, role), Ok(place));
            round.mark(place, Done::Signed);
            assert_eq!(turn(&round, place, role), Err("signing.signed"));
        }
        assert_eq!(
            round.outcome(NOW + MAX_TERM),
            Outcome::Complete,
            "it stays so"
        );
    }

    #[test]
    fn side_by_side_any_signs_first_and_nobody_for_another() {
        let mut round = round(Order::Parallel);
        assert_eq!(round.turn(("审稿人", "c"), NOW), Ok(2));
        round.mark(2, Done::Signed);
        for stranger in [("审稿人", "d"), ("撰稿人", "b"), ("设计", "a")] {
            assert_eq!(round.turn(stranger, NOW), Err(TurnRefused::NotNamed));
        }
        assert_eq!(round.turn(("撰稿人", "a"), NOW), Ok(0));
    }

    #[test]
    fn a_second_after_the_deadline_is_late_and_who_declines_ends_it() {
        let mut round = round(Order::Parallel);
        let last = round.deadline();
        assert_eq!(round.turn(("撰稿人", "a"), last), Ok(0));
        let late = last + Duration::SECOND;
        assert_eq!(round.turn(("撰稿人", "a"), late), Err(TurnRefused::Lapsed));
        assert_eq!(round.outcome(late), Outcome::Lapsed);
        round.mark(1, Done::Declined);
        assert_eq!(round.turn(("撰稿人", "a"), NOW), Err(TurnRefused::Declined));
        assert_eq!(round.outcome(late), Outcome::Declined);
    }

    #[test]
    fn codes_are_read_back() {
        for order in [Order::Parallel, Order::Ordered] {
            assert_eq!(Order::find(order.code()), Some(order));
        }
        for done in [Done::Waiting, Done::Signed, Done::Declined] {
            assert_eq!(Done::find(done.code()), Some(done));
        }
        assert_eq!((Order::find("any"), Done::find("")), (None, None));
    }
}
