//! Changes of a licence's state: decided on a revision, stepped by the table, written with their
//! event, status value, trace, public leaf and outbox in one transaction (R10, domain.md 4.1).

use catalogue::key::DepartmentKey;
use dossier::notice::Notice;
use licence::{Event, Identifier, Status};
use thiserror::Error;
use time::UtcDateTime;

use crate::licences::version::{self, DAMAGED, Move, Record};
use crate::status::{self, ListNumber, StatusError, StatusValue};
use store::Link;
use store::StoreError;
use trail::asked::{self, Asked, By, Response, Seen};
use trail::log::{self, Log};
use trail::outbox::{self, Outgoing};
use trail::secrets::Secrets;
use trail::trace::{self, Act, Deed};

/// A change of state.
pub struct Change {
    /// The request, with its idempotency key; nothing for what the service does by itself.
    pub asked: Option<Asked>,
    /// The department whose licence it is.
    pub department: DepartmentKey,
    /// Which version.
    pub identifier: Identifier,
    /// The revision on which the change was decided.
    pub expected: u64,
    /// The event.
    pub event: Event,
    /// By what decision or rule.
    pub ground: String,
    /// Who, when.
    pub by: By,
    /// The leaf of the public log, encoded.
    pub leaf: Option<Vec<u8>>,
    /// Whom to tell.
    pub events: Vec<Outgoing>,
    /// What stands on the authority's page from now on; its number is drawn here.
    pub notice: Option<Notice>,
    /// Makes the answer that is kept for the request.
    pub respond: Respond,
}

/// Makes an answer of a changed version.
pub type Respond = Box<dyn FnOnce(&Record) -> Response + Send>;

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "one of them is the usual answer")]
pub enum Changing {
    /// It was made now.
    Changed {
        /// The version after it.
        record: Record,
        /// What its entry in the status list says now.
        status: StatusValue,
    },
    /// The same request was made before; this is its answer.
    Repeated {
        /// The answer.
        response: Option<Response>,
    },
}

/// A change is refused.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum ChangeRefused {
    /// Another request was made under this key (422).
    #[error("another request was made under this key")]
    KeyReused,
    /// There is no such version, or not in this department.
    #[error("no such licence")]
    Unknown,
    /// The version was changed since the change was decided.
    #[error("the licence was changed meanwhile, to revision {found}")]
    Revision {
        /// Its revision now.
        found: u64,
    },
    /// The table or a condition refuses (R10).
    #[error(transparent)]
    Life(#[from] licence::Refused),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl std::fmt::Debug for Change {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Change")
            .field("identifier", &self.identifier)
            .field("event", &self.event.kind())
            .field("expected", &self.expected)
            .finish_non_exhaustive()
    }
}

const EVENTS: &str = "UPDATE licence SET events = events + $2 WHERE id = $1 RETURNING events";
const DUE: &str = "SELECT due, identifier, department FROM status_due WHERE due <= $1 ORDER BY due, identifier LIMIT $2";
const ARCHIVED: &str = "DELETE FROM archive_due WHERE identifier = $1";
const TO_ARCHIVE: &str =
    "SELECT identifier FROM archive_due WHERE due <= $1 ORDER BY due, identifier LIMIT $2";
const LOOKED: &str =
    "DELETE FROM status_due WHERE due = $1 AND identifier = $2 AND department = $3";

pub(crate) async fn change(
    link: &mut Link,
    secrets: &Secrets,
    change: Change,
) -> Result<Changing, ChangeRefused> {
    let department = change.department.as_str();
    if let Some(asked) = &change.asked {
        match asked::note(link, secrets, asked, (department, None), change.by.at).await? {
            Seen::First => {}
            Seen::Other => return Err(ChangeRefused::KeyReused),
            Seen::Same { response, .. } => return Ok(Changing::Repeated { response }),
        }
    }
    let identifier = change.identifier.to_string();
    let Some(record) = version::lock(link, &identifier, Some(department)).await? else {
        return Err(ChangeRefused::Unknown);
    };
    if record.revision != change.expected {
        return Err(ChangeRefused::Revision {
            found: record.revision,
        });
    }
    apply(link, secrets, change, record).await
}

/// The change itself, to a version that is locked and as it was expected.
pub(crate) async fn apply(
    link: &mut Link,
    secrets: &Secrets,
    change: Change,
    mut record: Record,
) -> Result<Changing, ChangeRefused> {
    let identifier = record.identifier.to_string();
    let now = change.by.at;
    let after = record.life.step(&change.event, &record.period, now)?;
    let step = Move {
        event: &change.event,
        ground: &change.ground,
        by: &change.by,
    };
    version::move_on(link, &record, &after, &step).await?;
    let before = value(record.life.status(&record.period, now));
    let status = value(after.status(&record.period, now));
    record.life = after;
    record.revision += 1;
    if status != before {
        set(link, (record.status_list, record.status_index), status).await?;
    }
    if matches!(change.event, Event::Archive { .. }) {
        link.later(ARCHIVED, &[identifier.as_str().into()]).await?;
    }
    if let Some(leaf) = &change.leaf {
        log::submit(link, Log::Public, leaf, None).await?;
    }
    tell(link, secrets, &record, &change.events, now).await?;
    if let Some(asked) = &change.asked {
        let response = (change.respond)(&record);
        let department = record.department.as_str();
        let key = (asked.caller.as_str(), asked.key.as_str(), department);
        asked::answer(link, secrets, key, &response).await?;
    }
    let act = Act {
        department: change.department,
        by: change.by,
        deed: Deed::Change,
        object: identifier,
        ground: change.ground,
        detail: vec![
            ("event", change.event.kind().code().to_owned()),
            ("effective", change.event.at().unix_timestamp().to_string()),
            ("revision", record.revision.to_string()),
        ],
        key: None,
    };
    let by = act.by.clone();
    trace::write(link, &act).await?;
    if let Some(notice) = change.notice {
        notices::put(link, notice, &by).await?;
    }
    Ok(Changing::Changed { record, status })
}

/// Looks again at entries whose moment has come; gives their number.
pub(crate) async fn refresh(
    link: &mut Link,
    now: UtcDateTime,
    limit: u32,
) -> Result<u64, StoreError> {
    let rows = link.rows(DUE, &[now.into(), limit.into()]).await?;
    let mut looked = 0;
    for mut row in rows {
        let (due, identifier, department) = (row.moment()?, row.text()?, row.text()?);
        let record = version::lock(link, &identifier, Some(&department))
            .await?
            .ok_or(DAMAGED)?;
        let status = value(record.life.status(&record.period, now));
        set(link, (record.status_list, record.status_index), status).await?;
        let values = [
            due.into(),
            identifier.as_str().into(),
            department.as_str().into(),
        ];
        looked += link.run(LOOKED, &values).await?;
    }
    Ok(looked)
}

/// Versions whose record is due for retention, the longest first.
pub(crate) async fn to_archive(
    link: &mut Link,
    now: UtcDateTime,
    limit: u32,
) -> Result<Vec<Record>, StoreError> {
    let mut due = Vec::new();
    for mut row in link.rows(TO_ARCHIVE, &[now.into(), limit.into()]).await? {
        let record = version::find(link, &row.text()?, None).await?;
        due.push(record.ok_or(DAMAGED)?);
    }
    Ok(due)
}

/// Pushes events of a version, numbered after those of its licence so far.
pub(crate) async fn tell(
    link: &mut Link,
    secrets: &Secrets,
    record: &Record,
    events: &[Outgoing],
    at: UtcDateTime,
) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let count = u64::try_from(events.len()).unwrap_or(u64::MAX);
    let values = [record.licence.as_str().into(), count.into()];
    let last = link.one_aside(EVENTS, &values, "licence").await?.count()?;
    let stream = (
        record.department.as_str(),
        record.licence.as_str(),
        last.saturating_sub(count) + 1,
    );
    outbox::push(link, secrets, stream, events, at).await
}

/// D20: 0 valid, 1 ended or void, 2 suspended, 3 superseded.
pub(crate) fn value(status: Status) -> StatusValue {
    match status.list_entry() {
        1 => StatusValue::Ended,
        2 => StatusValue::Suspended,
        3 => StatusValue::Superseded,
        _ => StatusValue::Valid,
    }
}

pub(crate) async fn set(
    link: &mut Link,
    (list, index): (ListNumber, u32),
    value: StatusValue,
) -> Result<(), StoreError> {
    match status::set(link, list, index, value).await {
        // What has ended stays ended, and says so already.
        Ok(()) | Err(StatusError::Ended { .. }) => Ok(()),
        Err(StatusError::Store(error)) => Err(error),
        Err(_) => Err(StoreError::Damaged {
            table: "status_list",
        }),
    }
}
