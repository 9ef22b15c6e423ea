//! Who releases high-risk seals: what two people say of it, what is given of a job, what is taken back.

use std::collections::BTreeSet;
use std::sync::Arc;

use catalogue::key::{DepartmentKey, PersonKey, SealCode};
use rolls::word::{Spoken, Waiting, Word};
use store::{Link, Store, StoreError};
use time::UtcDateTime;
use trail::asked::By;
use trail::id::JobId;
use trail::trace::{self, Act, Deed};

use crate::approvals::{self, Approvers};
use crate::stops::waiting;
use crate::unseen::Unseen;

/// The approvers of every high-risk seal.
#[derive(Debug, Clone)]
pub struct Quorums {
    store: Arc<Store>,
}

/// One person's word on who releases a seal.
#[derive(Debug, Clone)]
pub struct QuorumWord {
    /// Which.
    pub seal: SealCode,
    /// Whose it is.
    pub department: DepartmentKey,
    /// How many of whom; nothing where one person is to do again.
    pub approvers: Option<Approvers>,
    /// Whose word.
    pub person: PersonKey,
    /// When.
    pub at: UtcDateTime,
}

/// How far the release of a job has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoFar {
    /// How many people have to.
    pub needed: usize,
    /// Who did, and until when it holds.
    pub given: Vec<(String, UtcDateTime)>,
}

const APPROVERS_OF: &str = "seal-approvers ";
const PEOPLE: &str = "SELECT people, decided FROM seal_quorum WHERE seal = $1 AND department = $2";
const KEEP: &str = "INSERT INTO seal_quorum (seal, department, needed, members, people, decided) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (seal) DO UPDATE SET needed = excluded.needed, \
     members = excluded.members, people = excluded.people, decided = excluded.decided";
const DROP: &str = "DELETE FROM seal_quorum WHERE seal = $1 AND department = $2";
const FIND_JOB: &str = "SELECT state FROM job WHERE department = $1 AND id = $2";
const LOCK_JOB: &str = "SELECT state FROM job WHERE department = $1 AND id = $2 FOR UPDATE";
const WITHDRAW: &str =
    "DELETE FROM seal_approval WHERE department = $1 AND job = $2 AND releaser = $3";

impl Quorums {
    /// The book, in this store.
    #[must_use]
    pub fn new(store: Arc<Store>) -> Quorums {
        Quorums { store }
    }

    /// Which seals may be used on content that nobody here has seen.
    #[must_use]
    pub fn unseen(&self) -> Unseen {
        Unseen::new(Arc::clone(&self.store))
    }

    /// How many of which people release a seal together; none where one does.
    ///
    /// # Errors
    /// The store.
    pub async fn of(&self, seal: &SealCode) -> Result<Option<Approvers>, StoreError> {
        let mut link = self.store.reader().await?;
        approvals::standing(&mut link, seal).await
    }

    /// The two who said so, and when the second of them did.
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

    /// What one person said of a seal's approvers, as the second one repeats it, and until when that waits.
    ///
    /// # Errors
    /// The store.
    pub async fn waiting(
        &self,
        seal: &SealCode,
        at: UtcDateTime,
    ) -> Result<Option<(String, Waiting)>, StoreError> {
        let mut link = self.store.reader().await?;
        waiting(&mut link, &format!("{APPROVERS_OF}{seal}"), at).await
    }

    /// How far the release of a job has come; none where its seal needs one person.
    ///
    /// # Errors
    /// The store.
    pub async fn so_far(
        &self,
        (department, job, seal): approvals::Place<'_>,
        at: UtcDateTime,
    ) -> Result<Option<SoFar>, StoreError> {
        let mut link = self.store.reader().await?;
        let Some(approvers) = approvals::standing(&mut link, seal).await? else {
            return Ok(None);
        };
        let given = approvals::given(&mut link, (department, job)).await?;
        let given = given.into_iter();
        let given =
            given.filter(|one| at < one.expires && approvers.members.contains(&one.releaser));
        Ok(Some(SoFar {
            needed: approvers.needed,
            given: given.map(|one| (one.releaser, one.expires)).collect(),
        }))
    }

    /// One person's word on who releases a seal; the second person's, which says the same within a day, holds at once (T-S4).
    ///
    /// # Errors
    /// The store.
    pub async fn say(&self, word: QuorumWord) -> Result<Spoken, StoreError> {
        self.store
            .write(move |link| Box::pin(async move { say(link, &word).await }))
            .await
    }

    /// Takes back what this person released of a job that still waits for others; whether there was anything.
    ///
    /// # Errors
    /// The store.
    pub async fn withdraw(
        &self,
        (department, job): (&DepartmentKey, &JobId),
        person: &str,
        by: By,
    ) -> Result<bool, StoreError> {
        let (department, job, person) = (department.clone(), job.clone(), person.to_owned());
        self.store
            .write(move |link| {
                Box::pin(async move { withdraw(link, (&department, &job), &person, &by).await })
            })
            .await
    }
}

/// As it is kept: in order, with a space between.
fn joined(members: &BTreeSet<String>) -> String {
    members
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(" ")
}

async fn say(link: &mut Link, word: &QuorumWord) -> Result<Spoken, StoreError> {
    let by = By::new(word.person.as_str(), word.at);
    let (needed, members) = match &word.approvers {
        Some(approvers) => (approvers.needed, joined(&approvers.members)),
        None => (1, String::new()),
    };
    let proposal = format!("{needed} {members}");
    let heard = Word {
        subject: &format!("{APPROVERS_OF}{}", word.seal),
        proposal: proposal.trim_end(),
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
            ("needed", needed.to_string()),
            ("members", members.clone()),
        ],
        key: None,
    };
    let Some(first) = heard.first(link).await? else {
        let until = heard.wait(link).await?;
        let consent = act("consent to seal-approvers", word.person.as_str());
        trace::write(link, &consent).await?;
        return Ok(Spoken::Waits(until));
    };
    heard.over(link).await?;
    let people = format!("{first} {}", word.person);
    let (seal, department) = (word.seal.as_str().into(), word.department.as_str().into());
    if word.approvers.is_none() {
        link.later(DROP, &[seal, department]).await?;
    } else {
        let needed = i64::try_from(needed).unwrap_or(i64::MAX);
        let values = [
            seal,
            department,
            needed.into(),
            members.as_str().into(),
            people.as_str().into(),
            by.at.into(),
        ];
        link.later(KEEP, &values).await?;
    }
    trace::write(link, &act("seal-approvers", &people)).await?;
    Ok(Spoken::Holds)
}

async fn withdraw(
    link: &mut Link,
    (department, job): (&DepartmentKey, &JobId),
    person: &str,
    by: &By,
) -> Result<bool, StoreError> {
    let statement = if link.has_rivals() {
        LOCK_JOB
    } else {
        FIND_JOB
    };
    let values = [department.as_str().into(), job.as_str().into()];
    let Some(mut row) = link.row(statement, &values).await? else {
        return Ok(false);
    };
    if row.text()? != "waiting" {
        return Ok(false);
    }
    let [one, two] = values;
    if link.run(WITHDRAW, &[one, two, person.into()]).await? == 0 {
        return Ok(false);
    }
    let act = Act {
        department: department.clone(),
        by: by.clone(),
        deed: Deed::Refuse,
        object: job.to_string(),
        ground: "release.withdrawn".to_owned(),
        detail: vec![("releaser", person.to_owned())],
        key: None,
    };
    trace::write(link, &act).await?;
    Ok(true)
}
