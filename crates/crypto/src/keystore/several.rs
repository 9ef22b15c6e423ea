//! How many of which people, as a value.

use std::collections::BTreeSet;

/// How many of which people release a high-risk seal together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Quorum {
    needed: u8,
    people: BTreeSet<String>,
}

impl Quorum {
    /// Most people of one seal.
    pub(super) const MOST: usize = 16;

    /// Two at least, of as many people at least, of sixteen at most.
    #[must_use]
    pub(super) fn new(needed: u8, people: BTreeSet<String>) -> Option<Quorum> {
        let named = |person: &String| !person.is_empty();
        let fits = (2..=people.len()).contains(&usize::from(needed));
        let lawful = fits && people.len() <= Self::MOST && people.iter().all(named);
        lawful.then_some(Quorum { needed, people })
    }

    /// How many.
    #[must_use]
    pub(super) fn needed(&self) -> u8 {
        self.needed
    }

    /// Of whom.
    #[must_use]
    pub(super) fn people(&self) -> &BTreeSet<String> {
        &self.people
    }
}
