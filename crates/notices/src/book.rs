//! Notices as rows, written by hand or with the fact that asks for them.
//!
//! A notice is masked where it is drafted ([`Notice::draft`]); nothing here could show more.

use std::sync::Arc;

use catalogue::key::DepartmentKey;
use dossier::notice::{Notice, NoticeAct, NoticeState};
use dossier::number::NoticeNumber;
use dossier::table::NotListed;
use store::{Link, Row, Store, StoreError};
use thiserror::Error;
use time::Date;
use trail::asked::{self, Asked, By, Response, Seen};
use trail::secrets::Secrets;
use trail::trace::{self, Act, Deed};

/// A notice to be written; its number is drawn with it.
pub struct Writing {
    /// The request, with its idempotency key.
    pub asked: Asked,
    /// What it says. The number it has is replaced.
    pub notice: Notice,
    /// Who, when.
    pub by: By,
    /// Makes the answer that is kept for the request.
    pub respond: Respond,
}

/// An act on a notice.
pub struct Acting {
    /// The request, with its idempotency key.
    pub asked: Asked,
    /// The authority that acts: its own notices alone exist for it (T-P3).
    pub department: DepartmentKey,
    /// Which.
    pub number: NoticeNumber,
    /// What.
    pub act: NoticeAct,
    /// The civil day in the office's zone.
    pub day: Date,
    /// Who, when.
    pub by: By,
    /// Makes the answer that is kept for the request.
    pub respond: Respond,
}

/// Makes an answer of a notice as it stands then.
pub type Respond = Box<dyn FnOnce(&Notice) -> Response + Send + Sync>;

impl std::fmt::Debug for Writing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Writing")
            .field("kind", &self.notice.says.kind())
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Acting {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Acting")
            .field("number", &self.number)
            .field("act", &self.act)
            .finish_non_exhaustive()
    }
}

/// Why nothing was written.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum NoticeRefused {
    /// Another request was made under this key (422).
    #[error("another request was made under this key")]
    KeyReused,
    /// The same request is being carried out (409).
    #[error("the same request is being carried out")]
    Running,
    /// There is no such notice, or not of this department.
    #[error("no such notice")]
    Unknown,
    /// The table refuses (R10).
    #[error(transparent)]
    Life(#[from] NotListed),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where a page of notices begins: after this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    /// Its first day on the page, `YYYY-MM-DD`.
    pub published: String,
    /// Its number.
    pub number: String,
}

/// What a page of notices shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// Of this authority alone.
    pub publisher: Option<DepartmentKey>,
    /// Of this kind alone, by its code.
    pub kind: Option<String>,
    /// After this one.
    pub after: Option<After>,
}

/// The notices of every department.
#[derive(Debug, Clone)]
pub struct Notices {
    store: Arc<Store>,
    secrets: Arc<Secrets>,
}

const DRAW: &str = "INSERT INTO counter (name, value) VALUES ($1, 1) \
     ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value";
const INSERT: &str = "INSERT INTO notice (number, department, kind, state, published, content, changed) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";
const FIND: &str = "SELECT content FROM notice WHERE number = $1";
const LOCK: &str = "SELECT content FROM notice WHERE number = $1 FOR UPDATE";
const MOVE: &str =
    "UPDATE notice SET state = $2, published = $3, content = $4, changed = $5 WHERE number = $1";
// Both databases compare the columns as they stand; days are written so that their text has their order.
const PAGE: &str = "SELECT content FROM notice WHERE state = 'published' \
     AND ($1 IS NULL OR department = $1) AND ($2 IS NULL OR kind = $2) \
     AND ($3 IS NULL OR published < $3 OR (published = $3 AND number < $4)) \
     ORDER BY published DESC, number DESC LIMIT $5";
const OWN: &str =
    "SELECT content FROM notice WHERE department = $1 AND number > $2 ORDER BY number LIMIT $3";

const DAMAGED: StoreError = StoreError::Damaged { table: "notice" };

impl Notices {
    /// The book, in this store.
    #[must_use]
    pub fn new(store: Arc<Store>, secrets: Arc<Secrets>) -> Notices {
        Notices { store, secrets }
    }

    /// Writes a notice; gives the answer, of this request or of the same one before.
    ///
    /// # Errors
    /// `KeyReused`, `Running`, `Store`.
    pub async fn write(&self, writing: Writing) -> Result<Response, NoticeRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let department = writing.notice.publisher.clone();
                    let asked = (&writing.asked, &department);
                    if let Some(before) = seen(link, &secrets, asked, &writing.by).await? {
                        return Ok(before);
                    }
                    let notice = put(link, writing.notice, &writing.by).await?;
                    let response = (writing.respond)(&notice);
                    answer(link, &secrets, asked, &response).await?;
                    Ok(response)
                })
            })
            .await
    }

    /// Publishes a notice or ends it; gives the answer, of this request or of the same one before.
    ///
    /// # Errors
    /// [`NoticeRefused`].
    pub async fn act(&self, acting: Acting) -> Result<Response, NoticeRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| {
                Box::pin(async move {
                    let asked = (&acting.asked, &acting.department);
                    if let Some(before) = seen(link, &secrets, asked, &acting.by).await? {
                        return Ok(before);
                    }
                    let notice = step(link, &acting).await?;
                    let response = (acting.respond)(&notice);
                    answer(link, &secrets, asked, &response).await?;
                    Ok(response)
                })
            })
            .await
    }

    /// A notice by its number, in whatever state.
    ///
    /// # Errors
    /// The store.
    pub async fn find(&self, number: &NoticeNumber) -> Result<Option<Notice>, StoreError> {
        let mut link = self.store.reader().await?;
        let row = link.row(FIND, &[number.as_str().into()]).await?;
        row.map(read).transpose()
    }

    /// A page of what is published, the newest first.
    ///
    /// # Errors
    /// The store.
    pub async fn published(&self, shown: &Shown, limit: u32) -> Result<Vec<Notice>, StoreError> {
        let mut link = self.store.reader().await?;
        let after = shown.after.as_ref();
        let values = [
            shown.publisher.as_ref().map(|key| key.as_str()).into(),
            shown.kind.as_deref().into(),
            after.map(|after| after.published.as_str()).into(),
            after.map_or("", |after| after.number.as_str()).into(),
            limit.into(),
        ];
        let rows = link.rows(PAGE, &values).await?;
        rows.into_iter().map(read).collect()
    }

    /// Notices of a department in every state, by number, after `after`.
    ///
    /// # Errors
    /// The store.
    pub async fn own(
        &self,
        department: &DepartmentKey,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Notice>, StoreError> {
        let mut link = self.store.reader().await?;
        let values = [department.as_str().into(), after.into(), limit.into()];
        let rows = link.rows(OWN, &values).await?;
        rows.into_iter().map(read).collect()
    }
}

/// The answer of the same request before; nothing when it is the first.
async fn seen(
    link: &mut Link,
    secrets: &Secrets,
    (asked, department): (&Asked, &DepartmentKey),
    by: &By,
) -> Result<Option<Response>, NoticeRefused> {
    let place = (department.as_str(), None);
    match asked::note(link, secrets, asked, place, by.at).await? {
        Seen::First => Ok(None),
        Seen::Other => Err(NoticeRefused::KeyReused),
        Seen::Same { response, .. } => response.map(Some).ok_or(NoticeRefused::Running),
    }
}

async fn answer(
    link: &mut Link,
    secrets: &Secrets,
    (asked, department): (&Asked, &DepartmentKey),
    response: &Response,
) -> Result<(), StoreError> {
    let request = (
        asked.caller.as_str(),
        asked.key.as_str(),
        department.as_str(),
    );
    asked::answer(link, secrets, request, response).await
}

/// Writes a notice in the transaction of the fact that asks for it: its number is drawn, its entry stands in the trace.
///
/// # Errors
/// The store.
pub async fn put(link: &mut Link, mut notice: Notice, by: &By) -> Result<Notice, StoreError> {
    let department = notice.publisher.as_str().to_owned();
    let year = by.at.year();
    let counter = format!("notice {department} {year}");
    let mut drawn = link
        .one(DRAW, &[counter.as_str().into()], "counter")
        .await?;
    let number = format!("GG-{department}-{year}-{:06}", drawn.count()?);
    notice.number = NoticeNumber::parse(&number).map_err(|_| DAMAGED)?;
    let (published, content) = (published(&notice), content(&notice)?);
    let values = [
        notice.number.as_str().into(),
        department.as_str().into(),
        notice.says.kind().into(),
        notice.state.code().into(),
        published.as_deref().into(),
        content.as_str().into(),
        by.at.into(),
    ];
    link.later(INSERT, &values).await?;
    trace::write(link, &entry(&notice, by)).await?;
    Ok(notice)
}

async fn step(link: &mut Link, acting: &Acting) -> Result<Notice, NoticeRefused> {
    let statement = if link.has_rivals() { LOCK } else { FIND };
    let row = link
        .row(statement, &[acting.number.as_str().into()])
        .await?;
    let notice = row.map(read).transpose()?;
    let notice = notice.filter(|notice| notice.publisher == acting.department);
    let notice = notice.ok_or(NoticeRefused::Unknown)?;
    let notice = match acting.act {
        NoticeAct::Publish => notice.publish(acting.day)?,
        NoticeAct::End => notice.end(acting.day)?,
    };
    let (published, content) = (published(&notice), content(&notice)?);
    let values = [
        notice.number.as_str().into(),
        notice.state.code().into(),
        published.as_deref().into(),
        content.as_str().into(),
        acting.by.at.into(),
    ];
    link.later(MOVE, &values).await?;
    trace::write(link, &entry(&notice, &acting.by)).await?;
    Ok(notice)
}

fn entry(notice: &Notice, by: &By) -> Act {
    Act {
        department: notice.publisher.clone(),
        by: by.clone(),
        deed: Deed::Notice,
        object: notice.number.as_str().to_owned(),
        ground: notice.state.code().to_owned(),
        detail: vec![("kind", notice.says.kind().to_owned())],
        key: None,
    }
}

/// The first day on the page while it stands there.
fn published(notice: &Notice) -> Option<String> {
    let day = notice.published?;
    (notice.state == NoticeState::Published).then(|| day.to_string())
}

fn content(notice: &Notice) -> Result<String, StoreError> {
    serde_json::to_string(notice).map_err(|_| DAMAGED)
}

fn read(mut row: Row) -> Result<Notice, StoreError> {
    serde_json::from_str(&row.text()?).map_err(|_| DAMAGED)
}
