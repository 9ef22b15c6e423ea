//! Notices (公告): what an authority tells everybody on its page, persons masked.

use catalogue::key::{DepartmentKey, MatterCode, TypeKey};
use catalogue::{Catalogue, Ending, Zone};
use dossier::Words;
use dossier::notice::{Notice, NoticeAct, NoticeState, Says};
use dossier::number::NoticeNumber;
use dossier::person::Party;
use registry::StoreError;
use registry::asked::Response;
use registry::licences::Record;
use registry::trace::{Act, Deed};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;
use time::format_description::well_known::Rfc3339;
use time::{Date, UtcDateTime};

pub use dossier::notice::NoticeRefused as Unmasked;
pub use registry::notices::{After, NoticeRefused, Shown};

use crate::asker::{Asker, Once};
use crate::draft::EndedPart;
use crate::office::Office;
use crate::said::response;

/// Notices of one page.
pub const PAGE: u32 = 20;
/// Entries of the feed.
const FEED: u32 = 100;

/// Why there is no notice, or nothing was done to it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NoticeError {
    /// Its words would show a person's data (R16).
    #[error("its words would show a person's data")]
    Personal(#[from] Unmasked),
    /// The catalogue does not know the matter or the type that it names.
    #[error("the catalogue does not know what it names")]
    UnknownSubject,
    /// The register refuses.
    #[error("the register refuses")]
    Refused(#[from] NoticeRefused),
    /// The store.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
}

/// A notice as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeOrder {
    /// Whom it is about, whole: it is masked before anything is kept.
    pub about: Party,
    /// What it says, by its kind.
    pub says: Says,
}

/// A notice as its authority sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoticeTold {
    /// Its number.
    pub number: String,
    /// The authority.
    pub publisher: String,
    /// `loss`, `ending`, `commitment`, `decision` or `penalty_result`.
    pub kind: &'static str,
    /// `draft`, `published` or `ended`.
    pub state: &'static str,
    /// Whom it is about, masked: name and code.
    pub about: (String, String),
    /// What it says.
    pub says: Says,
    /// Its first day on the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// Its last day there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
    /// Where everybody reads it.
    pub link: String,
}

/// A published notice as everybody reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeShown {
    /// Its number.
    pub number: String,
    /// The code of its kind.
    pub kind: &'static str,
    /// The authority's name, Chinese and English.
    pub publisher: (String, String),
    /// Whom it is about, masked: name and code.
    pub about: (String, String),
    /// What it says.
    pub lines: Vec<Line>,
    /// Its first day on the page, `YYYY-MM-DD`.
    pub published: String,
    /// The beginning of that day, RFC 3339 with the offset of the authority's zone (D15).
    pub moment: String,
}

/// A fact under its label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The label's key among the texts of the pages.
    pub label: &'static str,
    /// The fact in Chinese.
    pub zh: String,
    /// The fact in English; words that people wrote stay as they are.
    pub en: String,
}

/// Writes a draft of the asker's department.
///
/// # Errors
/// [`NoticeError`]; what a rule refuses stands in the trace.
pub async fn write(
    office: &Office,
    asker: &Asker,
    once: &Once,
    order: &NoticeOrder,
) -> Result<Response, NoticeError> {
    let desk = office.desk();
    let drafted = draft(
        &desk.catalogue,
        &asker.department,
        &order.about,
        &order.says,
    );
    let notice = match drafted {
        Ok(notice) => notice,
        Err(refused) => {
            return Err(deny(office, asker, order.says.kind().to_owned(), refused).await?);
        }
    };
    let address = office.settings.address.clone();
    let writing = registry::notices::Writing {
        asked: asker.asked(once),
        notice,
        by: asker.by(office.clock.now()),
        respond: Box::new(move |notice| response(201, &told(notice, &address))),
    };
    Ok(office.registry.notices().write(writing).await?)
}

/// A draft about this party, masked; its number is drawn when it is written.
///
/// # Errors
/// `Personal`, `UnknownSubject`.
pub fn draft(
    catalogue: &Catalogue,
    publisher: &DepartmentKey,
    about: &Party,
    says: &Says,
) -> Result<Notice, NoticeError> {
    let known = match says {
        Says::Loss { licence_type, .. } | Says::Ending { licence_type, .. } => {
            catalogue.licence_type(licence_type).is_some()
        }
        Says::Commitment { matter, .. } | Says::Decision { matter, .. } => {
            catalogue.matter(matter).is_some()
        }
        Says::PenaltyResult { .. } => true,
    };
    let number = NoticeNumber::parse("draft").map_err(|_| NoticeError::UnknownSubject)?;
    if !known {
        return Err(NoticeError::UnknownSubject);
    }
    Ok(Notice::draft(
        number,
        publisher.clone(),
        about,
        says.clone(),
    )?)
}

/// An ending, as everybody is told of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ended<'a> {
    /// Which of the four.
    pub(crate) ending: Ending,
    /// The number of the decision.
    pub(crate) decision: &'a str,
    /// The provision on which it rests.
    pub(crate) basis: &'a str,
    /// From this day on.
    pub(crate) on: Date,
}

/// The notice of a licence's ending, published by the body that ends it (domain.md 4.5); its number is drawn with the
/// change. Words that would show a person's data give none: the body words its own.
///
/// # Errors
/// The store.
pub(crate) async fn of_ending(
    office: &Office,
    publisher: &DepartmentKey,
    record: &Record,
    ended: Ended<'_>,
) -> Result<Option<Notice>, StoreError> {
    let whole = (&record.licence_type, record.number.as_str());
    let says = ending(whole, &ended);
    published(office, publisher, record, says).await
}

/// The same of a part of a composite licence, by the body that ended it.
///
/// # Errors
/// The store.
pub(crate) async fn of_part(
    office: &Office,
    record: &Record,
    part: &EndedPart,
) -> Result<Option<Notice>, StoreError> {
    let ended = Ended {
        ending: part.ending,
        decision: &part.decision,
        basis: &part.basis,
        on: part.on,
    };
    let says = ending((&part.licence_type, &part.number), &ended);
    published(office, &part.by, record, says).await
}

fn ending((licence_type, number): (&TypeKey, &str), ended: &Ended<'_>) -> Option<Says> {
    Some(Says::Ending {
        licence_type: licence_type.clone(),
        licence: Words::parse(number).ok()?,
        ending: ended.ending,
        decision: Words::parse(ended.decision).ok()?,
        basis: Words::parse(ended.basis).ok()?,
        on: ended.on,
    })
}

/// The notice of a paper copy's loss, declared on this day and published by the issuing department (遗失声明); the
/// register fills in which copy it is.
///
/// # Errors
/// The store.
pub(crate) async fn of_loss(
    office: &Office,
    record: &Record,
    on: Date,
) -> Result<Option<Notice>, StoreError> {
    let number = Words::parse(record.number.as_str()).ok();
    let says = number.map(|number| Says::Loss {
        licence_type: record.licence_type.clone(),
        copy: number.clone(),
        licence: number,
        on,
    });
    published(office, &record.department, record, says).await
}

/// What is said of a licence's holder, masked, on the publisher's page from today on.
async fn published(
    office: &Office,
    publisher: &DepartmentKey,
    record: &Record,
    says: Option<Says>,
) -> Result<Option<Notice>, StoreError> {
    let licences = office.registry.licences();
    let content = licences.content(&record.identifier, None).await?;
    let content = content.map(|content| content.bytes).unwrap_or_default();
    let licence: Value = serde_json::from_slice(&content).unwrap_or_default();
    let holder = |member| licence.pointer(member).and_then(Value::as_str);
    let named = holder("/holder/name").zip(holder("/holder/code"));
    let party = named.and_then(|(name, code)| Party::parse(&record.holder_kind, name, code).ok());
    let (Some(says), Some(party)) = (says, party) else {
        return Ok(None);
    };
    let desk = office.desk();
    let draft = draft(&desk.catalogue, publisher, &party, &says).ok();
    let today = office.settings.zone.date_at(office.clock.now());
    Ok(draft.and_then(|draft| draft.publish(today).ok()))
}

/// Puts a draft on the page, from today on.
///
/// # Errors
/// [`NoticeError`]; what the table refuses stands in the trace.
pub async fn publish(
    office: &Office,
    asker: &Asker,
    once: &Once,
    number: &str,
) -> Result<Response, NoticeError> {
    act(office, asker, once, (number, NoticeAct::Publish)).await
}

/// Takes a notice off the page, after today.
///
/// # Errors
/// As [`publish`].
pub async fn end(
    office: &Office,
    asker: &Asker,
    once: &Once,
    number: &str,
) -> Result<Response, NoticeError> {
    act(office, asker, once, (number, NoticeAct::End)).await
}

async fn act(
    office: &Office,
    asker: &Asker,
    once: &Once,
    (number, act): (&str, NoticeAct),
) -> Result<Response, NoticeError> {
    let number = NoticeNumber::parse(number).map_err(|_| NoticeRefused::Unknown)?;
    let now = office.clock.now();
    let address = office.settings.address.clone();
    let acting = registry::notices::Acting {
        asked: asker.asked(once),
        department: asker.department.clone(),
        number: number.clone(),
        act,
        day: office.settings.zone.date_at(now),
        by: asker.by(now),
        respond: Box::new(move |notice| response(200, &told(notice, &address))),
    };
    match office.registry.notices().act(acting).await {
        Ok(response) => Ok(response),
        Err(NoticeRefused::Life(refused)) => {
            let refused = NoticeRefused::Life(refused).into();
            Err(deny(office, asker, number.to_string(), refused).await?)
        }
        Err(refused) => Err(refused.into()),
    }
}

async fn deny(
    office: &Office,
    asker: &Asker,
    object: String,
    refused: NoticeError,
) -> Result<NoticeError, NoticeError> {
    let ground = match &refused {
        NoticeError::Personal(unmasked) => unmasked.code(),
        NoticeError::UnknownSubject => "notice.unknown-subject",
        _ => "notice.not-listed",
    };
    let act = Act {
        department: asker.department.clone(),
        by: asker.by(office.clock.now()),
        deed: Deed::Deny,
        object,
        ground: ground.to_owned(),
        detail: Vec::new(),
        key: None,
    };
    office.registry.trace().record(act).await?;
    Ok(refused)
}

/// Notices of the own department in every state, by number, after this one.
///
/// # Errors
/// The store.
pub async fn own(
    office: &Office,
    asker: &Asker,
    after: &str,
) -> Result<Vec<NoticeTold>, StoreError> {
    let notices = office.registry.notices();
    let found = notices.own(&asker.department, after, FEED).await?;
    let address = &office.settings.address;
    Ok(found.iter().map(|notice| told(notice, address)).collect())
}

/// A page of what is published, the newest first.
///
/// # Errors
/// The store.
pub async fn page(office: &Office, shown: &Shown) -> Result<Vec<NoticeShown>, StoreError> {
    listed(office, shown, PAGE).await
}

/// The newest of what is published, for the feed.
///
/// # Errors
/// The store.
pub async fn feed(office: &Office, shown: &Shown) -> Result<Vec<NoticeShown>, StoreError> {
    listed(office, shown, FEED).await
}

async fn listed(
    office: &Office,
    shown: &Shown,
    limit: u32,
) -> Result<Vec<NoticeShown>, StoreError> {
    let found = office.registry.notices().published(shown, limit).await?;
    let desk = office.desk();
    let seen = found
        .iter()
        .filter_map(|notice| show(&desk.catalogue, notice));
    Ok(seen.collect())
}

/// A published notice; nothing for a number that was never given, a draft, or one that was taken off.
///
/// # Errors
/// The store.
pub async fn find(office: &Office, number: &str) -> Result<Option<NoticeShown>, StoreError> {
    let Ok(number) = NoticeNumber::parse(number) else {
        return Ok(None);
    };
    let found = office.registry.notices().find(&number).await?;
    let published = found.filter(|notice| notice.state == NoticeState::Published);
    let desk = office.desk();
    Ok(published.and_then(|notice| show(&desk.catalogue, &notice)))
}

fn told(notice: &Notice, address: &str) -> NoticeTold {
    NoticeTold {
        number: notice.number.as_str().to_owned(),
        publisher: notice.publisher.to_string(),
        kind: notice.says.kind(),
        state: notice.state.code(),
        about: (notice.about.name.clone(), notice.about.code.clone()),
        says: notice.says.clone(),
        published: notice.published.map(|day| day.to_string()),
        ended: notice.ended.map(|day| day.to_string()),
        link: format!("{address}/notices/{}", notice.number),
    }
}

fn show(catalogue: &Catalogue, notice: &Notice) -> Option<NoticeShown> {
    let publisher = catalogue.department(&notice.publisher)?;
    Some(NoticeShown {
        number: notice.number.as_str().to_owned(),
        kind: notice.says.kind(),
        publisher: (publisher.name_zh.clone(), publisher.name_en.clone()),
        about: (notice.about.name.clone(), notice.about.code.clone()),
        lines: lines(catalogue, &notice.says),
        published: notice.published?.to_string(),
        moment: there(publisher.zone, publisher.zone.start_of(notice.published?)),
    })
}

/// Now, RFC 3339 with the offset of the office's zone: when a feed is as it is that has no notice.
#[must_use]
pub fn now(office: &Office) -> String {
    let now = crate::answers::whole(office.clock.now());
    there(office.settings.zone, now)
}

fn there(zone: Zone, at: UtcDateTime) -> String {
    zone.local(at).format(&Rfc3339).unwrap_or_default()
}

/// The facts of a notice, in the order of the page.
fn lines(catalogue: &Catalogue, says: &Says) -> Vec<Line> {
    match says {
        Says::Loss {
            licence_type,
            licence,
            copy,
            on,
        } => vec![
            of_type(catalogue, licence_type),
            same("notice-licence", licence.as_str()),
            same("notice-copy", copy.as_str()),
            same("notice-on", &on.to_string()),
        ],
        Says::Ending {
            licence_type,
            licence,
            ending,
            decision,
            basis,
            on,
        } => vec![
            of_type(catalogue, licence_type),
            same("notice-licence", licence.as_str()),
            coded("notice-how", ending.zh(), ending.code()),
            same("notice-ruling", decision.as_str()),
            same("notice-basis", basis.as_str()),
            same("notice-on", &on.to_string()),
        ],
        Says::Commitment {
            matter,
            duty,
            consequence,
            on,
        } => vec![
            of_matter(catalogue, matter),
            same("notice-duty", duty.as_str()),
            same("notice-consequence", consequence.as_str()),
            same("notice-on", &on.to_string()),
        ],
        Says::Decision {
            matter,
            decision,
            outcome,
            on,
        } => vec![
            of_matter(catalogue, matter),
            same("notice-ruling", decision.as_str()),
            coded("notice-outcome", outcome.zh(), outcome.code()),
            same("notice-on", &on.to_string()),
        ],
        Says::PenaltyResult {
            decision,
            result,
            on,
        } => vec![
            same("notice-ruling", decision.as_str()),
            same("notice-result", result.as_str()),
            same("notice-on", &on.to_string()),
        ],
    }
}

/// Words that people wrote, the same in both languages.
fn same(label: &'static str, text: &str) -> Line {
    coded(label, text, text)
}

fn coded(label: &'static str, zh: &str, en: &str) -> Line {
    Line {
        label,
        zh: zh.to_owned(),
        en: en.to_owned(),
    }
}

fn of_type(catalogue: &Catalogue, key: &TypeKey) -> Line {
    let label = "notice-type";
    catalogue.licence_type(key).map_or_else(
        || same(label, key.as_str()),
        |kind| coded(label, &kind.name_zh, &kind.name_en),
    )
}

fn of_matter(catalogue: &Catalogue, code: &MatterCode) -> Line {
    let label = "notice-matter";
    catalogue.matter(code).map_or_else(
        || same(label, code.as_str()),
        |matter| coded(label, &matter.name_zh, &matter.name_en),
    )
}
