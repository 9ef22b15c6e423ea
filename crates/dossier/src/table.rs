//! The tables of domain.md 4 as data: one row per transition.

use catalogue::Rule;

use crate::person::Role;

/// Where a row leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goes<S> {
    /// To this state.
    To(S),
    /// Back to the state before the stop.
    Back,
}

/// A row: in this state this act leads there, by one of these people, on this condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row<S: 'static, A: 'static> {
    /// In this state.
    pub from: S,
    /// By this act.
    pub act: A,
    /// There.
    pub goes: Goes<S>,
    /// In one of these capacities.
    pub by: &'static [Role],
    /// On this condition, in the words of the table.
    pub condition: &'static str,
    /// The rule that asks for it.
    pub rule: Rule,
}

/// A table has no row for the act in this state (R10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{act} is not listed for a {life} that is {state}")]
pub struct NotListed {
    /// Whose table: `case`, `commitment`, …
    pub life: &'static str,
    /// The state it is in.
    pub state: &'static str,
    /// The act asked for.
    pub act: &'static str,
}

impl<S: Copy + Eq, A: Copy + Eq> Row<S, A> {
    /// The row for `act` in `from`, if `table` has one.
    #[must_use]
    pub fn find(table: &'static [Self], from: S, act: A) -> Option<&'static Self> {
        table.iter().find(|row| row.from == from && row.act == act)
    }
}

/// A row of a small life, one target state.
pub(crate) const fn row<S, A>(
    from: S,
    act: A,
    to: S,
    by: &'static [Role],
    (condition, rule): (&'static str, Rule),
) -> Row<S, A>
where
    S: Copy,
    A: Copy,
{
    Row {
        from,
        act,
        goes: Goes::To(to),
        by,
        condition,
        rule,
    }
}

/// The state that `table` gives for `act` in `from`; `names` are the life and the codes for the
/// refusal.
pub(crate) fn next<S: Copy + Eq, A: Copy + Eq>(
    table: &'static [Row<S, A>],
    (from, act): (S, A),
    (life, state, named): (&'static str, &'static str, &'static str),
) -> Result<S, NotListed> {
    let refused = NotListed {
        life,
        state,
        act: named,
    };
    match Row::find(table, from, act).map(|row| row.goes) {
        Some(Goes::To(state)) => Ok(state),
        Some(Goes::Back) | None => Err(refused),
    }
}
