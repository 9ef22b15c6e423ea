//! Who used a licence, when, for which case and on which ground (R15): its department sees it, a supervisor over it, and its
//! holder under a link of their own. Uses by name stand as rows, those that events of cases report in the trace.

use catalogue::Catalogue;
use catalogue::department::Duty;
use catalogue::key::{DepartmentKey, MatterCode};
use credential::Handle;
use issuance::look::LinkTold;
use issuance::look::{self, Shown};
use issuance::{Asker, Office};
use licence::Identifier;
use registry::StoreError;
use registry::licences::{LicenceId, Record};
use registry::links::LeadsTo;
use registry::trace::{Deed, Entry};
use registry::uses::UseRecord;
use serde::Serialize;
use time::UtcDateTime;

use crate::answer::moment;

/// Uses of one answer, the latest first.
const MOST: u32 = 500;
/// Uses of one page of a department's own.
const PAGE: u32 = 100;
/// Licences that a holder's page shows.
const LICENCES: usize = 64;

/// A use of a licence.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct UseTold {
    /// When it was recorded, RFC 3339.
    pub at: String,
    /// Its identifier; none of a use that an event of a case reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#use: Option<String>,
    /// The version that was used.
    pub licence: String,
    /// The body that used it.
    pub department: String,
    /// The officer who did; nobody's on the applicant's side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// What for, in the body's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
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
    /// The law, as the matter's material cites it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub law: Option<String>,
    /// The state that was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The names of the fields that were shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<Vec<String>>,
    /// The facts that were answered with yes or no.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facts: Option<Vec<String>>,
    /// When the sealed file was taken, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_taken: Option<String>,
}

/// A use, as the holder's page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseShown {
    /// When.
    pub at: UtcDateTime,
    /// The type of the licence, Chinese and English.
    pub kind: (String, String),
    /// The body's name, Chinese and English.
    pub body: (String, String),
    /// What for, in the body's words.
    pub purpose: Option<String>,
    /// The matter's name, Chinese and English.
    pub matter: (String, String),
    /// The case.
    pub case: String,
    /// The officer.
    pub person: Option<String>,
    /// `consent` or `law`.
    pub ground: String,
    /// The law, where it was one.
    pub law: Option<String>,
    /// The labels of the fields that were shown; nothing where an event of a case reported the use.
    pub fields: Option<Vec<String>>,
    /// How many facts were answered with yes or no.
    pub facts: usize,
    /// When the sealed file was taken.
    pub file_taken: Option<UtcDateTime>,
}

/// What the holder's page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderShown {
    /// The licences as everybody may see them: one, or all that the holder has.
    pub licences: Vec<Shown>,
    /// Whether they are all.
    pub reach: LinkReach,
    /// Their uses, the latest first.
    pub uses: Vec<UseShown>,
}

/// What a holder's link leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkReach {
    /// One licence.
    Licence,
    /// Everything that the holder of this licence has.
    Holder,
}

impl LinkReach {
    fn to(self, record: &Record) -> LeadsTo {
        match self {
            Self::Licence => LeadsTo::Licence(record.licence.clone()),
            Self::Holder => LeadsTo::Holder(record.licence.clone()),
        }
    }
}

/// A use, with its moments.
struct Use {
    at: UtcDateTime,
    file_taken: Option<UtcDateTime>,
    told: UseTold,
}

impl Use {
    /// Nothing where the entry is another look than a case's own.
    fn reported(entry: &Entry) -> Option<Self> {
        let detail = |name: &str| {
            let mut lines = entry.detail.lines();
            let found = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            found.filter(|value| !value.is_empty()).map(str::to_owned)
        };
        // A use under a name of its own stands as a row.
        if detail("use").is_some() {
            return None;
        }
        Some(Self {
            at: entry.moment,
            file_taken: None,
            told: UseTold {
                at: moment(entry.moment),
                licence: entry.object.clone(),
                department: entry.department.clone(),
                person: detail("person"),
                matter: detail("matter"),
                case: detail("case")?,
                material: detail("material").and_then(|number| number.parse().ok()),
                ground: entry.ground.clone(),
                consent: detail("consent"),
                ..UseTold::default()
            },
        })
    }

    fn kept(record: UseRecord) -> Self {
        Self {
            at: record.used,
            file_taken: record.file_taken,
            told: told_of(record),
        }
    }
}

fn told_of(record: UseRecord) -> UseTold {
    let what = record.what;
    let detail = what.detail;
    UseTold {
        at: moment(record.used),
        r#use: Some(record.id),
        licence: record.identifier.to_string(),
        department: record.department.to_string(),
        person: Some(what.person.to_string()),
        purpose: Some(detail.purpose),
        matter: Some(what.matter.to_string()),
        case: what.case.to_string(),
        material: Some(what.material),
        ground: match detail.consent {
            Some(_) => "consent".to_owned(),
            None => "law".to_owned(),
        },
        consent: detail.consent,
        law: detail.law,
        state: Some(what.state),
        fields: Some(detail.fields),
        facts: Some(detail.facts),
        file_taken: record.file_taken.map(moment),
    }
}

/// The uses of a licence of the own department, or of one that the own department supervises: of every version of it, by
/// whatever body, the latest first.
///
/// # Errors
/// The store.
pub async fn uses(
    office: &Office,
    asker: &Asker,
    identifier: &Identifier,
) -> Result<Option<Vec<UseTold>>, StoreError> {
    let record = office.registry.licences().find(identifier, None).await?;
    let catalogue = &office.desk().catalogue;
    let seen = record.filter(|record| may_see(catalogue, asker, &record.department));
    let Some(record) = seen else {
        return Ok(None);
    };
    let versions = versions(office, &record.licence).await?;
    let rows = office.registry.uses();
    let rows = rows.of_licence(&record.licence, MOST).await?;
    let found = merged(office, &versions, rows).await?;
    Ok(Some(found.into_iter().map(|found| found.told).collect()))
}

/// The own department's, and a supervisor's of the bodies that it watches (domain.md 3).
fn may_see(catalogue: &Catalogue, asker: &Asker, department: &DepartmentKey) -> bool {
    if asker.department == *department {
        return true;
    }
    match (
        catalogue.department(&asker.department),
        catalogue.department(department),
    ) {
        (Some(own), Some(other)) => own.has(Duty::Supervisor) && own.covers(other),
        _ => false,
    }
}

/// A page of what the own department used, or one that it supervises; the latest first, after the use `after`. Nothing for
/// a department that is none of these.
///
/// # Errors
/// The store.
pub async fn list(
    office: &Office,
    asker: &Asker,
    (department, after): (Option<&DepartmentKey>, Option<&str>),
) -> Result<Option<Vec<UseTold>>, StoreError> {
    let department = department.unwrap_or(&asker.department);
    if !may_see(&office.desk().catalogue, asker, department) {
        return Ok(None);
    }
    let uses = office.registry.uses();
    let after = match after {
        Some(id) => match uses.find(department, id).await? {
            Some(last) => Some(last),
            None => return Ok(None),
        },
        None => None,
    };
    let page = uses.list(department, after.as_ref(), PAGE).await?;
    Ok(Some(page.into_iter().map(told_of).collect()))
}

/// A use of the own department: what it was, without a value that was shown.
///
/// # Errors
/// The store.
pub async fn find(office: &Office, asker: &Asker, id: &str) -> Result<Option<UseTold>, StoreError> {
    let found = office.registry.uses().find(&asker.department, id).await?;
    Ok(found.map(told_of))
}

/// Gives the link under which the holder of a licence of the own department sees its uses, or those of everything that
/// they have; a second request gives the same one, until it runs out or is taken back.
///
/// # Errors
/// The store.
pub async fn link(
    office: &Office,
    asker: &Asker,
    (identifier, reach): (&Identifier, LinkReach),
) -> Result<Option<LinkTold>, StoreError> {
    let Some(record) = own(office, asker, identifier).await? else {
        return Ok(None);
    };
    let fresh = Handle::generate(office.random.as_ref()).map_err(StoreError::Random)?;
    let by = asker.by(office.now());
    let links = office.registry.links();
    let to = reach.to(&record);
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
    (identifier, reach): (&Identifier, LinkReach),
) -> Result<bool, StoreError> {
    let Some(record) = own(office, asker, identifier).await? else {
        return Ok(false);
    };
    let by = asker.by(office.now());
    let links = office.registry.links();
    links
        .take_back((&reach.to(&record), &asker.department), by)
        .await
}

/// What the holder's link with this handle shows; nothing for one that was never given, ran out or was taken back.
///
/// # Errors
/// The store.
pub async fn shown(office: &Office, handle: &str) -> Result<Option<HolderShown>, StoreError> {
    if Handle::parse(handle).is_err() {
        return Ok(None);
    }
    let links = office.registry.links();
    if let Some(licence) = links.licence(handle, office.now()).await? {
        let versions = versions(office, &licence).await?;
        let rows = office.registry.uses().of_licence(&licence, MOST).await?;
        return page(office, (LinkReach::Licence, versions), rows).await;
    }
    let Some(licence) = links.holder(handle, office.now()).await? else {
        return Ok(None);
    };
    let mut held = versions(office, &licence).await?;
    if let Some(one) = held.first() {
        held = office
            .registry
            .licences()
            .held_beside(&one.identifier)
            .await?;
        held.reverse();
    }
    let rows = office.registry.uses().of_holder(&licence, MOST).await?;
    page(office, (LinkReach::Holder, held), rows).await
}

/// The page of versions, the earliest first, and their uses.
async fn page(
    office: &Office,
    (reach, versions): (LinkReach, Vec<Record>),
    rows: Vec<UseRecord>,
) -> Result<Option<HolderShown>, StoreError> {
    let mut last: Vec<&Record> = Vec::new();
    for record in versions
        .iter()
        .rev()
        .filter(|record| record.recorded.is_some())
    {
        if last.len() < LICENCES && last.iter().all(|known| known.licence != record.licence) {
            last.push(record);
        }
    }
    let mut licences = Vec::new();
    for record in last {
        licences.extend(look::shown_of(office, record).await?);
    }
    if licences.is_empty() {
        return Ok(None);
    }
    let catalogue = &office.desk().catalogue;
    let uses = merged(office, &versions, rows).await?;
    let uses = uses.into_iter().map(|found| use_shown(catalogue, found));
    Ok(Some(HolderShown {
        licences,
        reach,
        uses: uses.collect(),
    }))
}

fn use_shown(catalogue: &Catalogue, found: Use) -> UseShown {
    let told = found.told;
    let body = DepartmentKey::parse(&told.department).ok();
    let body = body.and_then(|key| catalogue.department(&key));
    let code = told.matter.unwrap_or_default();
    let matter = MatterCode::parse(&code).ok();
    let matter = matter.and_then(|code| catalogue.matter(&code));
    let identifier = Identifier::parse(&told.licence).ok();
    let kind = identifier.and_then(|identifier| catalogue.licence_type_of(identifier.type_code()));
    let label = |name: String| {
        let field = kind.and_then(|kind| kind.field(&name));
        field.map_or(name, |field| field.label_zh.clone())
    };
    let fields = told
        .fields
        .map(|names| names.into_iter().map(label).collect());
    UseShown {
        at: found.at,
        kind: kind.map_or_else(Default::default, |kind| {
            (kind.name_zh.clone(), kind.name_en.clone())
        }),
        body: body.map_or((told.department.clone(), told.department), |body| {
            (body.name_zh.clone(), body.name_en.clone())
        }),
        purpose: told.purpose,
        matter: matter.map_or((code.clone(), code), |matter| {
            (matter.name_zh.clone(), matter.name_en.clone())
        }),
        case: told.case,
        person: told.person,
        ground: told.ground,
        law: told.law,
        fields,
        facts: told.facts.map_or(0, |facts| facts.len()),
        file_taken: found.file_taken,
    }
}

async fn own(
    office: &Office,
    asker: &Asker,
    identifier: &Identifier,
) -> Result<Option<Record>, StoreError> {
    let licences = office.registry.licences();
    licences.find(identifier, Some(&asker.department)).await
}

async fn versions(office: &Office, licence: &LicenceId) -> Result<Vec<Record>, StoreError> {
    let whole = office.registry.licences().whole(licence).await?;
    Ok(whole.into_iter().map(|(record, _)| record).collect())
}

/// Uses by name and uses that events of cases reported, the latest first.
async fn merged(
    office: &Office,
    versions: &[Record],
    rows: Vec<UseRecord>,
) -> Result<Vec<Use>, StoreError> {
    let trace = office.registry.trace();
    let mut found: Vec<Use> = rows.into_iter().map(Use::kept).collect();
    for record in versions {
        let object = record.identifier.to_string();
        let entries = trace.of_deed(&object, Deed::Look).await?;
        found.extend(entries.iter().filter_map(Use::reported));
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.at));
    found.truncate(usize::try_from(MOST).unwrap_or(usize::MAX));
    Ok(found)
}
