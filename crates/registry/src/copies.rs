//! Paper beside the electronic licence: copies with a life of their own, whose numbers are kept for ever, and the
//! numbers of old papers that were merged into a licence (domain.md 3, 4.1; R9, R12).

use std::sync::Arc;

use catalogue::LicenceType;
use dossier::Words;
use dossier::notice::{Notice, Says};
use licence::Identifier;
use licence::paper::{PaperAct, PaperCopies, PaperCopy, PaperEvent, PaperRefused};
use licence::relation::{Alias, AliasRefused};
use thiserror::Error;
use time::UtcDateTime;

use crate::licences::change::tell;
use crate::licences::version::{self, Record};
use store::{Link, Store, StoreError};
use trail::asked::{self, Asked, By, Response, Seen};
use trail::id::LicenceId;
use trail::outbox::Outgoing;
use trail::secrets::Secrets;
use trail::trace::{self, Act, Deed};

/// Something done with the paper of a licence.
#[derive(Debug, Clone)]
pub struct PaperOrder {
    /// The request, with its idempotency key.
    pub asked: Asked,
    /// The version in force.
    pub identifier: Identifier,
    /// What is done.
    pub act: PaperAct,
    /// The type of the licence, as the catalogue has it.
    pub kind: LicenceType,
    /// Whom to tell.
    pub events: Vec<Outgoing>,
    /// What stands on the authority's page from now on, of a loss; number and copy are the register's to fill in.
    pub notice: Option<Notice>,
    /// The answer, once it is done.
    pub response: Response,
    /// Who, when.
    pub by: By,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaperDone {
    /// Done now: the copies after it.
    Done(PaperCopies),
    /// The same request was made before; this is its answer.
    Repeated(Option<Response>),
}

/// It is not done.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum PapersRefused {
    /// Another request was made under this key (422).
    #[error("another request was made under this key")]
    KeyReused,
    /// There is no such licence.
    #[error("no such licence")]
    Unknown,
    /// The life of the copy refuses.
    #[error(transparent)]
    Paper(#[from] PaperRefused),
    /// The old number leads elsewhere.
    #[error(transparent)]
    Alias(#[from] AliasRefused),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A copy that was found by its number, with the version of its licence that was issued last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundCopy {
    /// The copy.
    pub copy: PaperCopy,
    /// The version.
    pub record: Record,
}

/// The paper of every licence.
#[derive(Debug, Clone)]
pub struct Copies {
    store: Arc<Store>,
    secrets: Arc<Secrets>,
}

const LOCK: &str = "SELECT id FROM licence WHERE id = $1 FOR UPDATE";
const COPIES: &str = "SELECT copies FROM paper WHERE licence = $1";
const KEEP: &str = "INSERT INTO paper (licence, copies) VALUES ($1, $2) \
     ON CONFLICT (licence) DO UPDATE SET copies = excluded.copies";
const NUMBER: &str = "INSERT INTO paper_number (number, licence) VALUES ($1, $2)";
const LICENCES: &str =
    "SELECT licence FROM paper_number WHERE number = $1 ORDER BY licence LIMIT 100";
const LEAD: &str = "INSERT INTO alias (paper, number, licence) VALUES ($1, $2, $3) \
     ON CONFLICT (paper, number) DO NOTHING RETURNING 1";
const LEADS: &str = "SELECT licence FROM alias WHERE paper = $1 AND number = $2";
const ALIASES: &str = "SELECT paper, licence FROM alias WHERE number = $1 ORDER BY paper LIMIT 100";

const DAMAGED: StoreError = StoreError::Damaged { table: "paper" };

impl Copies {
    pub(crate) fn new(store: Arc<Store>, secrets: Arc<Secrets>) -> Copies {
        Copies { store, secrets }
    }

    /// Does something with the paper copy of a licence: one fact with its trace entry and its events.
    ///
    /// # Errors
    /// [`PapersRefused`].
    pub async fn act(&self, order: PaperOrder) -> Result<PaperDone, PapersRefused> {
        let secrets = Arc::clone(&self.secrets);
        self.store
            .write(move |link| Box::pin(async move { act(link, &secrets, &order).await }))
            .await
    }

    /// The copies of a licence, first to last.
    ///
    /// # Errors
    /// The store.
    pub async fn copies(&self, licence: &LicenceId) -> Result<PaperCopies, StoreError> {
        let mut link = self.store.reader().await?;
        copies(&mut link, licence.as_str()).await
    }

    /// The copies of this number, however old, each with its licence.
    ///
    /// # Errors
    /// The store.
    pub async fn find(&self, number: &str) -> Result<Vec<FoundCopy>, StoreError> {
        let mut link = self.store.reader().await?;
        let mut found = Vec::new();
        for mut row in link.rows(LICENCES, &[number.into()]).await? {
            let licence = row.text()?;
            let copy = copies(&mut link, &licence).await?;
            let copy = copy.of(number).cloned().ok_or(DAMAGED)?;
            let record = last(&mut link, &licence).await?;
            found.extend(record.map(|record| FoundCopy { copy, record }));
        }
        Ok(found)
    }

    /// Lets the number of a merged paper lead to a licence. Saying it twice changes nothing.
    ///
    /// # Errors
    /// `Alias` where it leads to another licence already (R12).
    pub async fn lead(
        &self,
        alias: Alias,
        identifier: &Identifier,
        by: By,
    ) -> Result<(), PapersRefused> {
        let identifier = identifier.to_string();
        self.store
            .write(move |link| Box::pin(async move { lead(link, &alias, &identifier, &by).await }))
            .await
    }

    /// The licences to which an old number leads: what the old paper was called, and the version issued last.
    ///
    /// # Errors
    /// The store.
    pub async fn aliases(&self, number: &str) -> Result<Vec<(String, Record)>, StoreError> {
        let mut link = self.store.reader().await?;
        let mut found = Vec::new();
        for mut row in link.rows(ALIASES, &[number.into()]).await? {
            let (paper, licence) = (row.text()?, row.text()?);
            let record = last(&mut link, &licence).await?;
            found.extend(record.map(|record| (paper, record)));
        }
        Ok(found)
    }
}

async fn copies(link: &mut Link, licence: &str) -> Result<PaperCopies, StoreError> {
    match link.row(COPIES, &[licence.into()]).await? {
        None => Ok(PaperCopies::default()),
        Some(mut row) => serde_json::from_str(&row.text()?).map_err(|_| DAMAGED),
    }
}

/// The version of a licence that was recorded last.
async fn last(link: &mut Link, licence: &str) -> Result<Option<Record>, StoreError> {
    let all = version::of_licence(link, licence).await?;
    let mut issued = all.into_iter().map(|(record, _)| record).rev();
    Ok(issued.find(|record| record.recorded.is_some()))
}

/// The notice of a loss, with the number of the copy.
fn of_copy(notice: &Notice, number: &str) -> Result<Notice, StoreError> {
    let mut notice = notice.clone();
    if let Says::Loss { copy, .. } = &mut notice.says {
        *copy = Words::parse(number).map_err(|_| DAMAGED)?;
    }
    Ok(notice)
}

async fn act(
    link: &mut Link,
    secrets: &Secrets,
    order: &PaperOrder,
) -> Result<PaperDone, PapersRefused> {
    let identifier = order.identifier.to_string();
    let record = version::find(link, &identifier, None).await?;
    let record = record.ok_or(PapersRefused::Unknown)?;
    let department = record.department.as_str();
    match asked::note(link, secrets, &order.asked, (department, None), order.by.at).await? {
        Seen::First => {}
        Seen::Other => return Err(PapersRefused::KeyReused),
        Seen::Same { response, .. } => return Ok(PaperDone::Repeated(response)),
    }
    let licence = record.licence.as_str();
    if link.has_rivals() {
        link.one(LOCK, &[licence.into()], "licence").await?;
    }
    let phase = record.life.phase(&record.period, order.by.at);
    let before = copies(link, licence).await?;
    let after = before.step(&order.act, &order.kind, phase)?;
    let text = serde_json::to_string(&after).map_err(|_| DAMAGED)?;
    link.later(KEEP, &[licence.into(), text.as_str().into()])
        .await?;
    if let Some(notice) = &order.notice {
        let lost = before.copies().last().ok_or(DAMAGED)?;
        notices::put(link, of_copy(notice, &lost.number)?, &order.by).await?;
    }
    if order.act.event == PaperEvent::Issue {
        let values = [order.act.reference.as_str().into(), licence.into()];
        link.later(NUMBER, &values).await?;
    }
    tell(link, secrets, &record, &order.events, order.by.at).await?;
    let key = (
        order.asked.caller.as_str(),
        order.asked.key.as_str(),
        department,
    );
    asked::answer(link, secrets, key, &order.response).await?;
    let detail = vec![
        ("event", order.act.event.code().to_owned()),
        ("effective", unix(order.act.at)),
        ("state", after.state().code().to_owned()),
    ];
    let entry = entry(&record, &order.by, (order.act.reference.clone(), detail));
    trace::write(link, &entry).await?;
    Ok(PaperDone::Done(after))
}

async fn lead(
    link: &mut Link,
    alias: &Alias,
    identifier: &str,
    by: &By,
) -> Result<(), PapersRefused> {
    let record = version::find(link, identifier, None).await?;
    let record = record.ok_or(PapersRefused::Unknown)?;
    let (of, number) = (alias.of(), alias.number().as_str());
    let licence = record.licence.as_str();
    let values = [of.into(), number.into(), licence.into()];
    if link.row(LEAD, &values).await?.is_none() {
        let mut known = link
            .one(LEADS, &[of.into(), number.into()], "alias")
            .await?;
        let known = known.text()?;
        return if known == licence {
            Ok(())
        } else {
            Err(AliasRefused::Taken.into())
        };
    }
    let detail = vec![("alias", format!("{of} {number}"))];
    let entry = entry(&record, by, ("alias".to_owned(), detail));
    trace::write(link, &entry).await?;
    Ok(())
}

fn entry(record: &Record, by: &By, (ground, detail): (String, Vec<(&'static str, String)>)) -> Act {
    Act {
        department: record.department.clone(),
        by: by.clone(),
        deed: Deed::Paper,
        object: record.identifier.to_string(),
        ground,
        detail,
        key: None,
    }
}

fn unix(at: UtcDateTime) -> String {
    at.unix_timestamp().to_string()
}
