//! Which seals may be used on content that nobody here has seen, by its digest (T-S5): none, until two people say so of one.

use std::sync::Arc;

use catalogue::key::{DepartmentKey, PersonKey, SealCode};
use rolls::word::{Spoken, Waiting, Word};
use store::{Link, Store, StoreError};
use time::UtcDateTime;
use trail::asked::By;
use trail::secrets::hex;
use trail::trace::{self, Act, Deed};

use crate::stops::waiting;

/// The seals that may be used unseen.
#[derive(Debug, Clone)]
pub struct Unseen {
    store: Arc<Store>,
}

/// One person's word on whether a seal may be used unseen.
#[derive(Debug, Clone)]
pub struct UnseenWord {
    /// Which.
    pub seal: SealCode,
    /// Whose it is.
    pub department: DepartmentKey,
    /// Whether it may.
    pub allowed: bool,
    /// Whose word.
    pub person: PersonKey,
    /// When.
    pub at: UtcDateTime,
}

const UNSEEN_OF: &str = "seal-unseen ";
const PEOPLE: &str = "SELECT people, decided FROM seal_unseen WHERE seal = $1 AND department = $2";
const ALLOWED: &str = "SELECT department FROM seal_unseen WHERE seal = $1";
/// A use and what takes the allowance back wait for each other.
const ALLOWED_NOW: &str = "SELECT department FROM seal_unseen WHERE seal = $1 FOR SHARE";
const KEEP: &str = "INSERT INTO seal_unseen (seal, department, people, decided) \
     VALUES ($1, $2, $3, $4) ON CONFLICT (seal) DO UPDATE SET people = excluded.people, decided = excluded.decided";
const DROP: &str = "DELETE FROM seal_unseen WHERE seal = $1 AND department = $2";

/// What the trace says of what waits: its digest, and, where nobody here has the content, that it was not sent.
#[must_use]
pub fn told(unsealed: &[u8; 32], is_unseen: bool) -> Vec<(&'static str, String)> {
    let mut told = vec![("unsealed", hex(unsealed))];
    told.extend(content(is_unseen));
    told
}

/// What the trace and the key journal say of content that nobody here has; nothing of any other.
#[must_use]
pub fn content(is_unseen: bool) -> Option<(&'static str, String)> {
    is_unseen.then(|| ("content", "not-sent".to_owned()))
}

/// T-S5: whether the seal may be used on this, seen or unseen, in the transaction that would have it do so.
///
/// # Errors
/// The store.
pub async fn permits(
    link: &mut Link,
    is_unseen: bool,
    seal: &SealCode,
) -> Result<bool, StoreError> {
    if !is_unseen {
        return Ok(true);
    }
    let statement = if link.has_rivals() {
        ALLOWED_NOW
    } else {
        ALLOWED
    };
    let row = link.row(statement, &[seal.as_str().into()]).await?;
    Ok(row.is_some())
}

impl Unseen {
    /// The book, in this store.
    #[must_use]
    pub fn new(store: Arc<Store>) -> Unseen {
        Unseen { store }
    }

    /// The two who said that the seal may be used unseen, and when the second of them did; nothing where it may not.
    ///
    /// # Errors
    /// The store.
    pub async fn people(
        &self,
        (seal, department): (&SealCode, &DepartmentKey),
    ) -> Result<Option<(Vec<String>, UtcDateTime)>, StoreError> {
        let mut link = self.store.reader().await?;
        let values = [seal.as_str().into(), department.as_str().into()];
        let Some(mut row) = link.row(PEOPLE, &values).await? else {
            return Ok(None);
        };
        let people = row.text()?.split(' ').map(str::to_owned).collect();
        Ok(Some((people, row.moment()?)))
    }

    /// Whether the seal may be used unseen.
    ///
    /// # Errors
    /// The store.
    pub async fn is_allowed(&self, seal: &SealCode) -> Result<bool, StoreError> {
        let mut link = self.store.reader().await?;
        let row = link.row(ALLOWED, &[seal.as_str().into()]).await?;
        Ok(row.is_some())
    }

    /// What one person said, and until when that waits for another's word.
    ///
    /// # Errors
    /// The store.
    pub async fn waiting(
        &self,
        seal: &SealCode,
        at: UtcDateTime,
    ) -> Result<Option<(bool, Waiting)>, StoreError> {
        let mut link = self.store.reader().await?;
        let found = waiting(&mut link, &format!("{UNSEEN_OF}{seal}"), at).await?;
        Ok(found.map(|(proposal, first)| (proposal == said(true), first)))
    }

    /// One person's word. That a seal may be used unseen holds with the second person's, which says the same within a day (T-S4);
    /// that it may not holds at once.
    ///
    /// # Errors
    /// The store.
    pub async fn say(&self, word: UnseenWord) -> Result<Spoken, StoreError> {
        self.store
            .write(move |link| Box::pin(async move { say(link, &word).await }))
            .await
    }
}

fn said(allowed: bool) -> &'static str {
    if allowed { "allowed" } else { "not allowed" }
}

async fn say(link: &mut Link, word: &UnseenWord) -> Result<Spoken, StoreError> {
    let by = By::new(word.person.as_str(), word.at);
    let subject = format!("{UNSEEN_OF}{}", word.seal);
    let heard = Word {
        subject: &subject,
        proposal: said(true),
        person: &word.person,
        by: &by,
    };
    let act = |ground: &str, people: &str| Act {
        department: word.department.clone(),
        by: by.clone(),
        deed: Deed::Seal,
        object: word.seal.to_string(),
        ground: ground.to_owned(),
        detail: vec![
            ("people", people.to_owned()),
            ("unseen", said(word.allowed).to_owned()),
        ],
        key: None,
    };
    let (seal, department) = (word.seal.as_str().into(), word.department.as_str().into());
    if !word.allowed {
        heard.over(link).await?;
        link.run(DROP, &[seal, department]).await?;
        trace::write(link, &act("seal-unseen", word.person.as_str())).await?;
        return Ok(Spoken::Holds);
    }
    let Some(first) = heard.first(link).await? else {
        let until = heard.wait(link).await?;
        let consent = act("consent to seal-unseen", word.person.as_str());
        trace::write(link, &consent).await?;
        return Ok(Spoken::Waits(until));
    };
    heard.over(link).await?;
    let people = format!("{first} {}", word.person);
    let values = [seal, department, people.as_str().into(), by.at.into()];
    link.run(KEEP, &values).await?;
    trace::write(link, &act("seal-unseen", &people)).await?;
    Ok(Spoken::Holds)
}
