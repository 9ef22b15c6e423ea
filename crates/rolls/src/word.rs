//! What two people have to say alike before it holds: one person's word waits a day for a second person's. What is proposed
//! is kept whole, so that the second person can read it; two words are alike when they propose the same, to the letter.

use catalogue::key::PersonKey;
use crypto::sha256;
use store::{Link, StoreError};
use time::{Duration, UtcDateTime};
use trail::asked::By;

/// How long the first word waits for the second.
const PENDING: Duration = Duration::hours(24);

const FIRST: &str = "SELECT person, proposal, until_moment FROM trust_word WHERE subject = $1";
const KEEP: &str = "INSERT INTO trust_word (subject, person, proposal, until_moment) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (subject) DO UPDATE SET person = excluded.person, proposal = excluded.proposal, \
     until_moment = excluded.until_moment";
const OVER: &str = "DELETE FROM trust_word WHERE subject = $1";
const ALL: &str = "SELECT subject, person, proposal, until_moment FROM trust_word ORDER BY subject";

const DAMAGED: StoreError = StoreError::Damaged {
    table: "trust_word",
};

/// What became of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoken {
    /// It waits for a second person until this moment.
    Waits(UtcDateTime),
    /// It was the second one: what it says holds.
    Holds,
}

/// A word that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Whose.
    pub person: PersonKey,
    /// SHA-256 of what is proposed: what the second person names who agrees to it.
    pub terms: [u8; 32],
    /// Until before when it waits.
    pub until: UtcDateTime,
}

/// One person's word: about what, what is proposed.
#[derive(Debug, Clone, Copy)]
pub struct Word<'a> {
    /// About what.
    pub subject: &'a str,
    /// What is proposed, whole.
    pub proposal: &'a str,
    /// Whose word it is.
    pub person: &'a PersonKey,
    /// Who, when.
    pub by: &'a By,
}

impl Word<'_> {
    /// The other person who said the same before, while that holds; said again by the same person it is one word.
    ///
    /// # Errors
    /// The store.
    pub async fn first(&self, link: &mut Link) -> Result<Option<PersonKey>, StoreError> {
        let Some(mut row) = link.row(FIRST, &[self.subject.into()]).await? else {
            return Ok(None);
        };
        let person = PersonKey::parse(&row.text()?).map_err(|_| DAMAGED)?;
        let alike = row.text()? == self.proposal;
        let holds = self.by.at < row.moment()?;
        Ok((alike && holds && person != *self.person).then_some(person))
    }

    /// Has it wait in the place of what waited.
    ///
    /// # Errors
    /// The store.
    pub async fn wait(&self, link: &mut Link) -> Result<UtcDateTime, StoreError> {
        let until = self.by.at + PENDING;
        let values = [
            self.subject.into(),
            self.person.as_str().into(),
            self.proposal.into(),
            until.into(),
        ];
        link.later(KEEP, &values).await?;
        Ok(until)
    }

    /// Nothing waits any more.
    ///
    /// # Errors
    /// The store.
    pub async fn over(&self, link: &mut Link) -> Result<(), StoreError> {
        link.later(OVER, &[self.subject.into()]).await
    }
}

/// What waits about subjects of this kind, each with its name and its proposal.
///
/// # Errors
/// The store.
pub async fn waiting(
    link: &mut Link,
    kind: &str,
) -> Result<Vec<(String, String, Waiting)>, StoreError> {
    let mut found = Vec::new();
    for mut row in link.rows(ALL, &[]).await? {
        let subject = row.text()?;
        let Some(name) = subject.strip_prefix(kind) else {
            continue;
        };
        let person = PersonKey::parse(&row.text()?).map_err(|_| DAMAGED)?;
        let proposal = row.text()?;
        let waiting = Waiting {
            person,
            terms: sha256(proposal.as_bytes()),
            until: row.moment()?,
        };
        found.push((name.to_owned(), proposal, waiting));
    }
    Ok(found)
}
