//! Who used a licence, when, in which case and on which ground (R15): its department sees it, and its holder under a
//! link of their own. It is read from the trace, where each use left its entry in the transaction of the event.

use catalogue::key::{DepartmentKey, MatterCode};
use credential::Handle;
use licence::Identifier;
use registry::StoreError;
use registry::licences::Record;
use registry::links::LeadsTo;
use registry::trace::{Deed, Entry};
use serde::Serialize;
use time::UtcDateTime;

use crate::asker::Asker;
use crate::look::{self, Shown};
use crate::office::Office;
use crate::papers::progress::LinkTold;
use crate::said::moment;

/// Uses of one answer, the latest first.
const MOST: usize = 500;

/// A use of a licence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UseTold {
    /// When it was recorded, RFC 3339.
    pub at: String,
    /// The body that used it.
    pub department: String,
    /// The officer who did; nobody's on the applicant's side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// For which matter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matter: Option<String>,
    /// In which case.
    pub case: String,
    /// For which of its materials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub material: Option<u16>,
    /// `consent` or `law`.
    pub ground: String,
    /// The number of the consent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<String>,
}

/// A use, as the holder's page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseShown {
    /// When.
    pub at: UtcDateTime,
    /// The body's name, Chinese and English.
    pub body: (String, String),
    /// The matter's name, Chinese and English; its purpose.
    pub matter: (String, String),
    /// The case.
    pub case: String,
    /// The officer.
    pub person: Option<String>,
    /// `consent` or `law`.
    pub ground: String,
}

/// What the holder's page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderShown {
    /// The licence as everybody may see it.
    pub licence: Shown,
    /// Its uses, the latest first.
    pub uses: Vec<UseShown>,
}

/// A use, found in the trace.
struct Use {
    at: UtcDateTime,
    told: UseTold,
}

impl Use {
    /// Nothing where the entry is another look than a case's.
    fn of(entry: &Entry) -> Option<Self> {
        let detail = |name: &str| {
            let mut lines = entry.detail.lines();
            let found = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            found.filter(|value| !value.is_empty()).map(str::to_owned)
        };
        Some(Self {
            at: entry.moment,
            told: UseTold {
                at: moment(entry.moment),
                department: entry.department.clone(),
                person: detail("person"),
                matter: detail("matter"),
                case: detail("case")?,
                material: detail("material").and_then(|number| number.parse().ok()),
                ground: entry.ground.clone(),
                consent: detail("consent"),
            },
        })
    }
}

/// The uses of a licence of the own department, of every version of it, the latest first.
///
/// # Errors
/// The store.
pub async fn uses(
    office: &Office,
    asker: &Asker,
    identifier: &Identifier,
) -> Result<Option<Vec<UseTold>>, StoreError> {
    let Some(record) = own(office, asker, identifier).await? else {
        return Ok(None);
    };
    let versions = versions(office, &record).await?;
    let found = of(office, &versions).await?;
    Ok(Some(found.into_iter().map(|found| found.told).collect()))
}

/// Gives the link under which the holder of a licence of the own department sees its uses; a second request gives the
/// same one, until it runs out or is taken back.
///
/// # Errors
/// The store.
pub async fn link(
    office: &Office,
    asker: &Asker,
    identifier: &Identifier,
) -> Result<Option<LinkTold>, StoreError> {
    let Some(record) = own(office, asker, identifier).await? else {
        return Ok(None);
    };
    let fresh = Handle::generate(office.random.as_ref()).map_err(StoreError::Random)?;
    let by = asker.by(office.clock.now());
    let links = office.registry.links();
    let to = LeadsTo::Licence(record.licence);
    let given = links.give((&to, &asker.department), fresh.to_string(), by);
    Ok(Some(LinkTold::of(office, "h", given.await?)))
}

/// Takes that link back; whether there was one.
///
/// # Errors
/// The store.
pub async fn take_back(
    office: &Office,
    asker: &Asker,
    identifier: &Identifier,
) -> Result<bool, StoreError> {
    let Some(record) = own(office, asker, identifier).await? else {
        return Ok(false);
    };
    let by = asker.by(office.clock.now());
    let to = LeadsTo::Licence(record.licence);
    let links = office.registry.links();
    links.take_back((&to, &asker.department), by).await
}

/// What the holder's link with this handle shows; nothing for one that was never given, ran out or was taken back.
///
/// # Errors
/// The store.
pub async fn shown(office: &Office, handle: &str) -> Result<Option<HolderShown>, StoreError> {
    if Handle::parse(handle).is_err() {
        return Ok(None);
    }
    let (links, licences) = (office.registry.links(), office.registry.licences());
    let Some(licence) = links.licence(handle, office.clock.now()).await? else {
        return Ok(None);
    };
    let whole = licences.whole(&licence).await?;
    let versions: Vec<Record> = whole.into_iter().map(|(record, _)| record).collect();
    let issued = versions.iter().rev();
    let Some(last) = issued.clone().find(|record| record.recorded.is_some()) else {
        return Ok(None);
    };
    let Some(shown) = look::shown_of(office, last).await? else {
        return Ok(None);
    };
    let desk = office.desk();
    let named = |body: &str, matter: Option<&str>| {
        let body = DepartmentKey::parse(body).ok();
        let body = body.and_then(|key| desk.catalogue.department(&key));
        let matter = matter.and_then(|code| MatterCode::parse(code).ok());
        let matter = matter.and_then(|code| desk.catalogue.matter(&code));
        (
            body.map(|body| (body.name_zh.clone(), body.name_en.clone())),
            matter.map(|matter| (matter.name_zh.clone(), matter.name_en.clone())),
        )
    };
    let uses = of(office, &versions).await?.into_iter().map(|found| {
        let told = found.told;
        let (body, matter) = named(&told.department, told.matter.as_deref());
        let code = told.matter.unwrap_or_default();
        UseShown {
            at: found.at,
            body: body.unwrap_or((told.department.clone(), told.department)),
            matter: matter.unwrap_or((code.clone(), code)),
            case: told.case,
            person: told.person,
            ground: told.ground,
        }
    });
    Ok(Some(HolderShown {
        licence: shown,
        uses: uses.collect(),
    }))
}

async fn own(
    office: &Office,
    asker: &Asker,
    identifier: &Identifier,
) -> Result<Option<Record>, StoreError> {
    let licences = office.registry.licences();
    licences.find(identifier, Some(&asker.department)).await
}

async fn versions(office: &Office, record: &Record) -> Result<Vec<Record>, StoreError> {
    let whole = office.registry.licences().whole(&record.licence).await?;
    Ok(whole.into_iter().map(|(record, _)| record).collect())
}

async fn of(office: &Office, versions: &[Record]) -> Result<Vec<Use>, StoreError> {
    let trace = office.registry.trace();
    let mut found = Vec::new();
    for record in versions {
        let object = record.identifier.to_string();
        let entries = trace.of_deed(&object, Deed::Look).await?;
        found.extend(entries.iter().filter_map(Use::of));
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.at));
    found.truncate(MOST);
    Ok(found)
}
