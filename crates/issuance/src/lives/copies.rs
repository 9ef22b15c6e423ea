//! Paper beside the electronic licence: copies handed out, lost, handed in, destroyed; and the numbers of merged papers
//! that lead to a licence (domain.md 3, 4.1).

use catalogue::key::DepartmentKey;
use licence::paper::{PaperAct, PaperCopy, PaperEvent};
use licence::relation::Alias;
use licence::{Identifier, LicenceNumber};
use registry::StoreError;
use registry::asked::Response;
use registry::copies::{PaperDone, PaperOrder, PapersRefused};
use registry::licences::Record;
use registry::outbox::Outgoing;
use registry::trace::{Act, Deed};
use serde::Serialize;
use thiserror::Error;
use time::Date;

use crate::asker::{Asker, Once};
use crate::desk::Desk;
use crate::lives::change::{ChangeError, effective};
use crate::lives::notices;
use crate::office::Office;
use crate::push::told_of;
use crate::said::{moment, response};

/// Why nothing was done with a paper.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PaperError {
    /// There is no such licence here.
    #[error("there is no such licence here")]
    Unknown,
    /// The day lies ahead.
    #[error("the effective date lies ahead")]
    Ahead,
    /// The old number is none.
    #[error("the old number is none")]
    Number,
    /// The registry refuses.
    #[error("the registry refuses")]
    Refused(#[from] PapersRefused),
    /// The store.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
}

/// Something done with the paper copy of a licence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperOrdered {
    /// What.
    pub event: PaperEvent,
    /// The number of the new copy, of the notice of its loss, or of the record.
    pub reference: String,
    /// From the beginning of this day; now, when absent.
    pub effective: Option<Date>,
}

/// A paper copy, as it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaperTold {
    /// Its number.
    pub number: String,
    /// `issued`, `lost`, `surrendered` or `destroyed`.
    pub state: &'static str,
    /// Since when, RFC 3339.
    pub since: String,
    /// The notice of its loss, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
}

impl PaperTold {
    fn of(copy: &PaperCopy) -> Self {
        Self {
            number: copy.number.clone(),
            state: copy.state.code(),
            since: moment(copy.since),
            notice: copy.notice.clone(),
        }
    }
}

/// What a look-up of a copy's number answers: the copy, and the licence as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CopyFound {
    /// The copy; a lost one answers so for ever.
    #[serde(flatten)]
    pub copy: PaperTold,
    /// In words: `paper copy lost` and the like.
    pub answer: String,
    /// The licence's identifier.
    pub identifier: String,
    /// The type's key.
    pub r#type: String,
    /// What the licence itself is.
    pub licence: &'static str,
}

/// An old number, as it is told: what the paper was called, and the licence to which it leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AliasTold {
    /// What the old paper was called.
    pub paper: String,
    /// Its number.
    pub number: String,
    /// The licence's identifier.
    pub identifier: String,
    /// Its type's key.
    pub r#type: String,
    /// What it is now.
    pub state: &'static str,
}

/// What receivers are told of a paper copy.
#[derive(Serialize)]
struct PaperEventTold<'a> {
    identifier: String,
    number: &'a str,
    event: &'static str,
    reference: &'a str,
    effective: String,
}

/// Does something with the paper copy of a licence of the own department.
///
/// # Errors
/// [`PaperError`]; what is refused by a rule stands in the trace.
pub async fn act(
    office: &Office,
    asker: &Asker,
    once: &Once,
    identifier: &Identifier,
    ordered: &PaperOrdered,
) -> Result<Response, PaperError> {
    let desk = office.desk();
    let record = own(office, asker, identifier).await?;
    let now = crate::answers::whole(office.clock.now());
    let today = office.settings.zone.date_at(now);
    let at = effective(office, ordered.effective.unwrap_or(today), now);
    let at = at.map_err(|_: ChangeError| PaperError::Ahead)?;
    let kind = desk.catalogue.licence_type(&record.licence_type);
    let notice = match ordered.event {
        PaperEvent::DeclareLost => {
            let day = ordered.effective.unwrap_or(today);
            notices::of_loss(office, &record, day).await?
        }
        PaperEvent::Issue | PaperEvent::Surrender | PaperEvent::Destroy => None,
    };
    let told = PaperEventTold {
        identifier: record.identifier.to_string(),
        number: record.number.as_str(),
        event: ordered.event.code(),
        reference: &ordered.reference,
        effective: moment(at),
    };
    let told = response(200, &told);
    let order = PaperOrder {
        asked: asker.asked(once),
        identifier: identifier.clone(),
        act: PaperAct {
            event: ordered.event,
            at,
            reference: ordered.reference.clone(),
        },
        kind: kind.ok_or(PaperError::Unknown)?.clone(),
        events: vec![outgoing(
            &desk,
            &record,
            &asker.department,
            &told.body,
            ordered.event,
        )],
        notice,
        response: told.clone(),
        by: asker.by(now),
    };
    match office.registry.copies().act(order).await {
        Ok(PaperDone::Done(_)) => {
            office.push.notify_one();
            Ok(told)
        }
        Ok(PaperDone::Repeated(response)) => response.ok_or(PaperError::Unknown),
        Err(PapersRefused::Store(error)) => Err(error.into()),
        Err(refused) => Err(deny(office, asker, &record, refused).await?),
    }
}

fn outgoing(
    desk: &Desk,
    record: &Record,
    acting: &DepartmentKey,
    payload: &[u8],
    event: PaperEvent,
) -> Outgoing {
    Outgoing {
        kind: format!("paper.{}", event.code()),
        receivers: told_of(desk, record, acting),
        payload: payload.to_vec(),
    }
}

async fn own(
    office: &Office,
    asker: &Asker,
    identifier: &Identifier,
) -> Result<Record, PaperError> {
    let licences = office.registry.licences();
    let record = licences.find(identifier, Some(&asker.department)).await?;
    record.ok_or(PaperError::Unknown)
}

async fn deny(
    office: &Office,
    asker: &Asker,
    record: &Record,
    refused: PapersRefused,
) -> Result<PaperError, PaperError> {
    let (ground, rule) = match &refused {
        PapersRefused::Paper(refused) => ("paper.refused", refused.rule().number()),
        PapersRefused::Alias(refused) => ("alias.refused", refused.rule().number()),
        _ => return Ok(refused.into()),
    };
    let act = Act {
        department: asker.department.clone(),
        by: asker.by(office.clock.now()),
        deed: Deed::Deny,
        object: record.identifier.to_string(),
        ground: ground.to_owned(),
        detail: vec![("rule", rule.to_owned())],
        key: None,
    };
    office.registry.trace().record(act).await?;
    Ok(refused.into())
}

/// The paper copies of a licence of the own department, first to last.
///
/// # Errors
/// `Unknown`, `Store`.
pub async fn copies(
    office: &Office,
    asker: &Asker,
    identifier: &Identifier,
) -> Result<Vec<PaperTold>, PaperError> {
    let record = own(office, asker, identifier).await?;
    let copies = office.registry.copies().copies(&record.licence).await?;
    Ok(copies.copies().iter().map(PaperTold::of).collect())
}

/// What a paper copy of this number is, whoever holds it in hand: an inspector of any department may ask.
///
/// # Errors
/// The store.
pub async fn copy(office: &Office, number: &str) -> Result<Vec<CopyFound>, StoreError> {
    let found = office.registry.copies().find(number).await?;
    let now = office.clock.now();
    let told = found.iter().map(|found| {
        let record = &found.record;
        let copy = PaperTold::of(&found.copy);
        CopyFound {
            answer: format!("paper copy {}", copy.state),
            copy,
            identifier: record.identifier.to_string(),
            r#type: record.licence_type.to_string(),
            licence: record.life.status(&record.period, now).answer(),
        }
    });
    Ok(told.collect())
}

/// Lets the number of an old paper lead to a licence of the own department, whose type the old one was merged into
/// (三证合一).
///
/// # Errors
/// [`PaperError`]; `Refused` where the types were not merged (R11), or the number leads elsewhere (R12).
pub async fn lead(
    office: &Office,
    asker: &Asker,
    identifier: &Identifier,
    (paper, number): (&str, &str),
) -> Result<AliasTold, PaperError> {
    let desk = office.desk();
    let record = own(office, asker, identifier).await?;
    let number = LicenceNumber::parse(number).map_err(|_| PaperError::Number)?;
    let text = number.as_str().to_owned();
    let successor = (&record.licence_type, desk.catalogue.as_ref());
    let led = match Alias::new(paper, number, successor) {
        Err(refused) => Err(refused.into()),
        Ok(alias) => {
            let by = asker.by(office.clock.now());
            office.registry.copies().lead(alias, identifier, by).await
        }
    };
    match led {
        Ok(()) => Ok(told(office, paper, &text, &record)),
        Err(PapersRefused::Store(error)) => Err(error.into()),
        Err(refused) => Err(deny(office, asker, &record, refused).await?),
    }
}

fn told(office: &Office, paper: &str, number: &str, record: &Record) -> AliasTold {
    let now = office.clock.now();
    AliasTold {
        paper: paper.to_owned(),
        number: number.to_owned(),
        identifier: record.identifier.to_string(),
        r#type: record.licence_type.to_string(),
        state: record.life.status(&record.period, now).answer(),
    }
}

/// Where an old number leads.
///
/// # Errors
/// The store.
pub async fn aliases(office: &Office, number: &str) -> Result<Vec<AliasTold>, StoreError> {
    let found = office.registry.copies().aliases(number).await?;
    let told = found
        .iter()
        .map(|(paper, record)| told(office, paper, number, record));
    Ok(told.collect())
}
