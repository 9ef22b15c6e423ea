//! Matters written and put in force by acts of the bodies that answer for them (domain.md 4.5), beside whole imports.
//!
//! Each act makes the next catalogue: the entry of one version as it reads from then on, judged by the same import as a
//! published file. The catalogue stays one source.

use catalogue::key::{MatterCode, PersonKey};
use catalogue::life::{MatterAct, MatterEvent, MatterLife, MatterRefused};
use catalogue::matter::{Matter, MatterStatus};
use catalogue::{Catalogue, ImportError, Sources, wire};
use registry::StoreError;
use registry::catalogues::{ActRefused, MatterDone};
use registry::trace::{Act, Deed};
use serde::Serialize;
use thiserror::Error;
use time::{Date, UtcDateTime};

use super::{ImportCatalogueError, catch_up};
use crate::asker::Asker;
use crate::office::{Office, OpenOffice};
use crate::said::moment;
use crate::stored::StoredSources;

/// How the writing of a draft stands in the history.
const DRAFT: &str = "draft";

/// Why nothing was done to a matter.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MatterError {
    /// There is no such version.
    #[error("there is no such version of a matter")]
    Unknown,
    /// The entry is not of the form of the published file, or its values are wrong; every defect is listed.
    #[error("the entry does not import")]
    Entry(#[from] ImportError),
    /// Another body writes for the one that decides or supervises the matter.
    #[error("the body neither decides nor supervises the matter")]
    NotTheApplyingBody,
    /// The version is no draft of this body: what was submitted or published is not written anew.
    #[error("the version is no draft of this body")]
    NotADraft,
    /// The life of a matter does not take it.
    #[error("the matter does not take it")]
    Life(#[from] MatterRefused),
    /// The day has passed, or a stop would be lifted on a day to come.
    #[error("the act cannot hold from that day on")]
    Day,
    /// The account names no person.
    #[error("the account cannot act for a person")]
    NoPerson,
    /// Somebody else changed the catalogue meanwhile.
    #[error("the catalogue moved on meanwhile; nothing was done")]
    MovedOn,
    /// The catalogue cannot be put in force.
    #[error("the catalogue cannot be put in force")]
    Catalogue(#[from] ImportCatalogueError),
    /// The store.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
}

impl From<ActRefused> for MatterError {
    fn from(refused: ActRefused) -> Self {
        match refused {
            ActRefused::Store(error) => Self::Store(error),
            _ => Self::MovedOn,
        }
    }
}

/// A version of a matter and its life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VersionTold {
    /// The matter.
    pub code: String,
    /// The version.
    pub version: u32,
    /// What it is: `draft`, `submitted`, `published`, `suspended`, `abolished`.
    pub status: &'static str,
    /// What was done to it, oldest first; nothing for one that came with a file.
    pub history: Vec<DoneTold>,
    /// The number of the catalogue that says so.
    pub catalogue: u64,
}

/// One act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DoneTold {
    /// `draft`, `submit`, `publish`, `suspend`, `resume`, `abolish`.
    pub event: String,
    /// The body.
    pub department: String,
    /// The person.
    pub person: String,
    /// The civil day from which it holds.
    pub on: String,
    /// What it rests on; empty for a draft.
    pub legal_basis: String,
    /// When it was recorded, RFC 3339.
    pub recorded: String,
}

/// What is to be done to a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatterOrder {
    /// The step.
    pub event: MatterEvent,
    /// The civil day from which it holds; today when none is given.
    pub on: Option<Date>,
    /// What it rests on; needed to suspend, resume and abolish.
    pub legal_basis: String,
}

/// The catalogue as an act finds it.
struct Ground {
    version: u64,
    stored: StoredSources,
    catalogue: Catalogue,
    now: UtcDateTime,
    today: Date,
}

/// A version with its life, or nothing.
///
/// # Errors
/// `Unknown`, `Store`.
pub async fn find(
    office: &Office,
    code: &MatterCode,
    version: u32,
) -> Result<VersionTold, MatterError> {
    let desk = office.desk();
    let matter = version_of(&desk.catalogue, code, version).ok_or(MatterError::Unknown)?;
    let done = office.registry.catalogues().history(code, version).await?;
    Ok(told(matter, &done, desk.version))
}

/// Writes a draft, or writes it anew: `entry` is one entry of `matters-catalogue.json`; its status is not looked at.
///
/// # Errors
/// [`MatterError`]; a refusal is traced.
pub async fn draft(
    office: &Office,
    asker: &Asker,
    entry: &[u8],
) -> Result<VersionTold, MatterError> {
    let ground = ground(office).await?;
    let mut entry: wire::Matter =
        serde_json::from_slice(entry).map_err(|source| ImportError::Form {
            file: "matter",
            source,
        })?;
    MatterStatus::Draft.code().clone_into(&mut entry.status);
    (entry.status_from, entry.valid_from) = (None, None);
    let written = ground.with(&entry)?;
    let code = MatterCode::parse(&entry.code).map_err(|_| MatterError::Unknown)?;
    let matter = version_of(&written, &code, entry.version).ok_or(MatterError::Unknown)?;
    let done = office
        .registry
        .catalogues()
        .history(&code, entry.version)
        .await?;
    let refused = may_write(&ground, (matter, &done), asker).err();
    if let Some(refused) = refused {
        return Err(deny(office, asker, (&code, entry.version), (DRAFT, refused)).await);
    }
    let act = ground.done(asker, (&code, entry.version), (DRAFT, ground.today, ""));
    keep(office, (ground.version, act), &entry).await?;
    find(office, &code, entry.version).await
}

/// Takes a version one step on.
///
/// # Errors
/// [`MatterError`]; a refusal is traced.
pub async fn act(
    office: &Office,
    asker: &Asker,
    (code, version): (&MatterCode, u32),
    order: &MatterOrder,
) -> Result<VersionTold, MatterError> {
    let ground = ground(office).await?;
    let matter = version_of(&ground.catalogue, code, version).ok_or(MatterError::Unknown)?;
    let done = office.registry.catalogues().history(code, version).await?;
    let on = order.on.unwrap_or(ground.today);
    let stepped = step(&ground, (matter, &done), asker, (order, on));
    let event = order.event.code();
    let status = match stepped {
        Ok(life) => life.status(),
        Err(refused) => return Err(deny(office, asker, (code, version), (event, refused)).await),
    };
    let mut entry = ground
        .stored
        .sources()
        .matter(code, version)?
        .ok_or(MatterError::Unknown)?;
    status.code().clone_into(&mut entry.status);
    match order.event {
        MatterEvent::Submit => {}
        // Published from that day on: before it the version before is in force.
        MatterEvent::Publish => entry.valid_from = Some(on.to_string()),
        _ => entry.status_from = Some(on.to_string()),
    }
    ground.with(&entry)?;
    let act = ground.done(asker, (code, version), (event, on, &order.legal_basis));
    keep(office, (ground.version, act), &entry).await?;
    find(office, code, version).await
}

async fn ground(office: &Office) -> Result<Ground, MatterError> {
    let latest = office.registry.catalogues().latest().await?;
    let latest = latest.ok_or(MatterError::Unknown)?;
    let now = office.clock.now();
    let damaged = |error| ImportCatalogueError::Desk(OpenOffice::from(error));
    let version = latest.version;
    let stored = StoredSources::of(&latest).map_err(damaged)?;
    let catalogue = stored.import()?;
    Ok(Ground {
        version,
        stored,
        catalogue,
        now,
        today: office.settings.zone.date_at(now),
    })
}

impl Ground {
    /// The catalogue with this entry.
    fn with(&self, entry: &wire::Matter) -> Result<Catalogue, ImportError> {
        let sources = self.stored.sources();
        let matters = sources.with_matters(std::slice::from_ref(entry))?;
        let later = Catalogue::import(&Sources {
            matters: matters.as_bytes(),
            ..sources
        })?;
        Ok(later)
    }

    fn done(
        &self,
        asker: &Asker,
        (code, version): (&MatterCode, u32),
        (event, on, legal_basis): (&str, Date, &str),
    ) -> MatterDone {
        MatterDone {
            code: code.clone(),
            version,
            event: event.to_owned(),
            department: asker.department.clone(),
            by: asker.by(self.now),
            day: on.to_string(),
            legal_basis: legal_basis.to_owned(),
        }
    }
}

fn version_of<'a>(catalogue: &'a Catalogue, code: &MatterCode, version: u32) -> Option<&'a Matter> {
    let mut versions = catalogue.matter_versions(code);
    versions.find(|matter| matter.version == version)
}

/// The life so far: who wrote and submitted it is history, what it is the catalogue says.
fn life((matter, done): (&Matter, &[MatterDone])) -> Result<MatterLife, MatterError> {
    let imported = MatterLife::imported(matter);
    // Written anew, it is another draft.
    let Some(begun) = done.iter().rposition(|one| one.event == DRAFT) else {
        return Ok(imported);
    };
    let since = done.iter().skip(begun);
    let person =
        |one: &MatterDone| PersonKey::parse(&one.by.who).map_err(|_| MatterError::NoPerson);
    let (mut written_by, mut submitted_by, mut last) = (None, None, Date::MIN);
    for one in since {
        last = last.max(day(&one.day).ok_or(MatterError::Day)?);
        match one.event.as_str() {
            DRAFT => written_by = Some((one.department.clone(), person(one)?)),
            event if event == MatterEvent::Submit.code() => submitted_by = Some(person(one)?),
            _ => {}
        }
    }
    Ok(match written_by {
        None => imported,
        Some(written_by) => imported.remembered(written_by, submitted_by, last),
    })
}

fn day(text: &str) -> Option<Date> {
    const FORM: &[time::format_description::BorrowedFormatItem<'_>] =
        time::macros::format_description!("[year]-[month]-[day]");
    Date::parse(text, FORM).ok()
}

/// Whether the asker's body may write this version.
fn may_write(
    ground: &Ground,
    (matter, done): (&Matter, &[MatterDone]),
    asker: &Asker,
) -> Result<(), MatterError> {
    let body = &asker.department;
    PersonKey::parse(&asker.person).map_err(|_| MatterError::NoPerson)?;
    if *body != matter.exercised_by && *body != matter.industry_authority {
        return Err(MatterError::NotTheApplyingBody);
    }
    match version_of(&ground.catalogue, &matter.code, matter.version) {
        None => Ok(()),
        Some(before) if life((before, done))?.may_be_rewritten_by(body) => Ok(()),
        Some(_) => Err(MatterError::NotADraft),
    }
}

fn step(
    ground: &Ground,
    (matter, done): (&Matter, &[MatterDone]),
    asker: &Asker,
    (order, on): (&MatterOrder, Date),
) -> Result<MatterLife, MatterError> {
    let person = PersonKey::parse(&asker.person).map_err(|_| MatterError::NoPerson)?;
    // Nothing holds from before it was said; and no version says on which day to come a stop ends.
    let ahead = on > ground.today && order.event == MatterEvent::Resume;
    if on < ground.today || ahead {
        return Err(MatterError::Day);
    }
    let act = MatterAct {
        event: order.event,
        by: asker.department.clone(),
        person,
        on,
        legal_basis: order.legal_basis.clone(),
    };
    let life = life((matter, done))?;
    Ok(life.step(&act, matter, &ground.catalogue)?)
}

/// Keeps the act and puts what follows from it in force.
async fn keep(
    office: &Office,
    (after, done): (u64, MatterDone),
    entry: &wire::Matter,
) -> Result<(), MatterError> {
    let entry = serde_json::to_vec(entry).unwrap_or_default();
    let catalogues = office.registry.catalogues();
    catalogues.act(done, entry, after).await?;
    catch_up(office).await?;
    Ok(())
}

/// The refusal, traced.
async fn deny(
    office: &Office,
    asker: &Asker,
    (code, version): (&MatterCode, u32),
    (event, refused): (&str, MatterError),
) -> MatterError {
    let why = match &refused {
        MatterError::Life(refused) => refused.code(),
        MatterError::NotTheApplyingBody => "matter.not-the-applying-body",
        MatterError::NotADraft => "matter.not-a-draft",
        MatterError::Day => "matter.day",
        MatterError::NoPerson => "matter.no-person",
        _ => return refused,
    };
    let act = Act {
        department: asker.department.clone(),
        by: asker.by(office.clock.now()),
        deed: Deed::Deny,
        object: format!("{code} version {version}"),
        ground: why.to_owned(),
        detail: vec![("event", event.to_owned())],
        key: None,
    };
    match office.registry.trace().record(act).await {
        Ok(_) => refused,
        Err(error) => error.into(),
    }
}

fn told(matter: &Matter, done: &[MatterDone], catalogue: u64) -> VersionTold {
    let history = done.iter().map(|one| DoneTold {
        event: one.event.clone(),
        department: one.department.to_string(),
        person: one.by.who.clone(),
        on: one.day.clone(),
        legal_basis: one.legal_basis.clone(),
        recorded: moment(one.by.at),
    });
    VersionTold {
        code: matter.code.to_string(),
        version: matter.version,
        status: matter.status.code(),
        history: history.collect(),
        catalogue,
    }
}
