//! Seals that are asked for at once: lists, and whose word on each was given. A list never changes; each of its seals has an application
//! and a life of its own.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use catalogue::key::{DepartmentKey, SealCode};
use store::{Link, Row, StoreError, Value};
use time::UtcDateTime;
use trail::asked::By;
use trail::secrets::{Place, Secrets};
use trail::trace::{self, Act, Deed};

use crate::book::Applications;

const DAMAGED: StoreError = StoreError::Damaged { table: "seal_list" };

/// Where a list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListState {
    /// Handed in.
    Applied,
    /// Examined.
    Reviewed,
    /// Granted by a second person.
    Approved,
    /// To be made.
    Ordered,
    /// Nothing of it is left to do.
    Made,
    /// Refused.
    Rejected,
}

const CODES: [(ListState, &str); 6] = [
    (ListState::Applied, "applied"),
    (ListState::Reviewed, "reviewed"),
    (ListState::Approved, "approved"),
    (ListState::Ordered, "ordered"),
    (ListState::Made, "made"),
    (ListState::Rejected, "rejected"),
];

impl ListState {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        let known = CODES.iter().find(|(state, _)| *state == self);
        known.map_or("applied", |(_, code)| code)
    }

    /// The state of this code.
    fn find(code: &str) -> Option<Self> {
        let known = CODES.iter().find(|(_, known)| *known == code);
        known.map(|(state, _)| *state)
    }
}

/// A list that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealList {
    /// The department that handed it in.
    pub department: DepartmentKey,
    /// Its identifier, which that department gave it.
    pub id: String,
    /// SHA-256 of what was handed in: each word on it names it.
    pub digest: [u8; 32],
    /// What was handed in, whole.
    pub content: Vec<u8>,
    /// Where it stands.
    pub state: ListState,
    /// Who handed it in.
    pub applicant: String,
    /// When.
    pub applied: UtcDateTime,
    /// Who examined it, or refused it before.
    pub reviewer: Option<String>,
    /// Who granted it, or refused it then.
    pub approver: Option<String>,
    /// Who had it made.
    pub maker: Option<String>,
    /// Since when it is in its state.
    pub changed: UtcDateTime,
    /// What was said with the last word.
    pub reason: String,
}

/// Where a list stood, and who brings it on.
type Before = (ListState, By);

const KEEP: &str = "INSERT INTO seal_list (department, id, digest, content, state, applicant, applied, changed, reason) \
     VALUES ($1, $2, $3, $4, 'applied', $5, $6, $6, '') ON CONFLICT (department, id) DO NOTHING RETURNING 1";
const FIND: &str = "SELECT department, id, digest, content, state, applicant, applied, reviewer, approver, maker, changed, reason \
     FROM seal_list WHERE department = $1 AND id = $2";
const OPEN: &str = "SELECT department, id, digest, content, state, applicant, applied, reviewer, approver, maker, changed, reason \
     FROM seal_list WHERE state IN ('applied', 'reviewed', 'approved', 'ordered') ORDER BY department, id";
const MOVE: &str = "UPDATE seal_list SET state = $4, reviewer = $5, approver = $6, maker = $7, changed = $8, reason = $9 \
     WHERE department = $1 AND id = $2 AND state = $3";

/// Seals of one question, at most.
const MOST: usize = 100;

static DIGESTS: LazyLock<String> = LazyLock::new(|| {
    let places: Vec<String> = (1..=MOST).map(|number| format!("${number}")).collect();
    let places = places.join(", ");
    format!("SELECT code, digest FROM seal_application WHERE code IN ({places})")
});

impl Applications {
    /// SHA-256 of the applications of these seals, at most 100; those that have none are left out.
    ///
    /// # Errors
    /// The store.
    pub async fn digests(
        &self,
        seals: &[SealCode],
    ) -> Result<BTreeMap<SealCode, [u8; 32]>, StoreError> {
        let Some(values) = filled(seals) else {
            return Ok(BTreeMap::new());
        };
        let mut link = self.store.reader().await?;
        let rows = link.rows(DIGESTS.as_str(), &values).await?;
        rows.into_iter().map(digest).collect()
    }

    /// Keeps a list that was handed in; one that is there under its identifier stays as it is, and comes back.
    ///
    /// # Errors
    /// The store.
    pub async fn keep_list(&self, new: SealList) -> Result<SealList, StoreError> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| Box::pin(async move { keep(link, &secrets, &new).await }))
            .await
    }

    /// A list of a department.
    ///
    /// # Errors
    /// The store.
    pub async fn list(
        &self,
        department: &DepartmentKey,
        id: &str,
    ) -> Result<Option<SealList>, StoreError> {
        let mut link = self.store.reader().await?;
        find(&mut link, &self.secrets, (department, id)).await
    }

    /// The lists of which something may be left to do.
    ///
    /// # Errors
    /// The store.
    pub async fn open_lists(&self) -> Result<Vec<SealList>, StoreError> {
        let mut link = self.store.reader().await?;
        let rows = link.rows(OPEN, &[]).await?;
        rows.into_iter()
            .map(|row| read(row, &self.secrets))
            .collect()
    }

    /// Brings a list from one state to where `after` has it, by this person; whether it was still there.
    ///
    /// # Errors
    /// The store.
    pub async fn move_list(&self, after: SealList, from: Before) -> Result<bool, StoreError> {
        self.store
            .write(move |link| Box::pin(async move { step(link, &after, &from).await }))
            .await
    }
}

/// As many values as the question has places: the last one again where there are fewer.
fn filled(seals: &[SealCode]) -> Option<Vec<Value<'_>>> {
    let mut codes: Vec<&str> = seals.iter().take(MOST).map(SealCode::as_str).collect();
    codes.resize(MOST, codes.last().copied()?);
    Some(codes.into_iter().map(Value::from).collect())
}

fn digest(mut row: Row) -> Result<(SealCode, [u8; 32]), StoreError> {
    let code = SealCode::parse(&row.text()?).map_err(|_| DAMAGED)?;
    Ok((code, row.digest()?))
}

async fn keep(link: &mut Link, secrets: &Secrets, new: &SealList) -> Result<SealList, StoreError> {
    let department = new.department.as_str();
    let sealed = secrets.seal(&new.content, place(&new.id, department))?;
    let values = [
        department.into(),
        new.id.as_str().into(),
        (&new.digest).into(),
        (&sealed).into(),
        new.applicant.as_str().into(),
        new.applied.into(),
    ];
    if link.row(KEEP, &values).await?.is_some() {
        let by = By::new(new.applicant.clone(), new.applied);
        note(link, new, &by).await?;
    }
    let found = find(link, secrets, (&new.department, &new.id)).await?;
    found.ok_or(DAMAGED)
}

async fn step(
    link: &mut Link,
    after: &SealList,
    (before, by): &Before,
) -> Result<bool, StoreError> {
    let values = [
        after.department.as_str().into(),
        after.id.as_str().into(),
        before.code().into(),
        after.state.code().into(),
        after.reviewer.as_deref().into(),
        after.approver.as_deref().into(),
        after.maker.as_deref().into(),
        after.changed.into(),
        after.reason.as_str().into(),
    ];
    if link.run(MOVE, &values).await? == 0 {
        return Ok(false);
    }
    note(link, after, by).await?;
    Ok(true)
}

/// One entry for each word; those of the seals stand beside it.
async fn note(link: &mut Link, list: &SealList, by: &By) -> Result<(), StoreError> {
    let entry = Act {
        department: list.department.clone(),
        by: by.clone(),
        deed: Deed::Seal,
        object: format!("list {}", list.id),
        ground: list.state.code().to_owned(),
        detail: vec![("sha256", hex(&list.digest))],
        key: None,
    };
    trace::write(link, &entry).await.map(|_| ())
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|octet| format!("{octet:02x}")).collect()
}

async fn find(
    link: &mut Link,
    secrets: &Secrets,
    (department, id): (&DepartmentKey, &str),
) -> Result<Option<SealList>, StoreError> {
    let values = [department.as_str().into(), id.into()];
    let row = link.row(FIND, &values).await?;
    row.map(|row| read(row, secrets)).transpose()
}

fn read(mut row: Row, secrets: &Secrets) -> Result<SealList, StoreError> {
    let (department, id) = (row.text()?, row.text()?);
    let digest = row.digest()?;
    let content = secrets.open(&row.bytes()?, place(&id, &department))?;
    let state = ListState::find(&row.text()?);
    Ok(SealList {
        department: DepartmentKey::parse(&department).map_err(|_| DAMAGED)?,
        id,
        digest,
        content,
        state: state.ok_or(DAMAGED)?,
        applicant: row.text()?,
        applied: row.moment()?,
        reviewer: row.maybe_text()?,
        approver: row.maybe_text()?,
        maker: row.maybe_text()?,
        changed: row.moment()?,
        reason: row.text()?,
    })
}

fn place<'a>(id: &'a str, department: &'a str) -> Place<'a> {
    Place {
        table: "seal_list",
        column: "content",
        row: id,
        department,
    }
}
