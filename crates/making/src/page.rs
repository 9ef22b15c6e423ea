//! A page of the seals that an asker may see: a few questions however many seals there are.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use catalogue::SealScope;
use catalogue::key::{DepartmentKey, SealCode};
use crypto::KeyId;
use registry::seals::SealRecord;

use backoffice::custody::{CustodyError, SealTold, Stage, sees, told};
use backoffice::desk::Desk;
use backoffice::import;
use backoffice::keys::{national_seal_key, seal_key, seal_keys};
use backoffice::office::Office;
use issuance::Asker;

/// Seals of a page, at most.
const PAGE: usize = 100;
/// Codes that are looked through at once for those that are asked for.
const LOOKED: u32 = 2_000;

/// Which seals are asked for: all that the asker may see where nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrowed {
    /// The code of the last one of the page before.
    pub after: Option<SealCode>,
    /// How many, at most 100.
    pub limit: Option<u32>,
    /// Of this department.
    pub department: Option<DepartmentKey>,
    /// Where they stand.
    pub state: Option<Stage>,
    /// What is in their names.
    pub name: Option<String>,
}

impl Narrowed {
    fn limit(&self) -> usize {
        let limit = self.limit.and_then(|limit| usize::try_from(limit).ok());
        limit.map_or(PAGE, |limit| limit.clamp(1, PAGE))
    }
}

/// Seals that the asker may see and asks for, by code; fewer than the limit where they are the last.
///
/// # Errors
/// `Store`.
pub async fn seals(
    office: &Office,
    asker: &Asker,
    narrowed: &Narrowed,
) -> Result<Vec<SealTold>, CustodyError> {
    import::heard(office, &office.desk()).await;
    let desk = office.desk();
    let view = View::of(&desk, asker, narrowed);
    let mut found = Vec::new();
    let mut after = narrowed.after.clone();
    while found.len() < narrowed.limit() {
        let wanted = narrowed.limit() - found.len();
        let (codes, goes_on) = match narrowed.state {
            None => (view.codes(after.as_ref(), wanted), true),
            Some(stage) => view.at_stage(office, (stage, wanted), &mut after).await?,
        };
        if codes.is_empty() && (narrowed.state.is_none() || !goes_on) {
            break;
        }
        if narrowed.state.is_none() {
            after = codes.last().cloned();
        }
        let records = office.registry.seals().records(&codes).await?;
        let stands = |code| {
            records
                .get(code)
                .filter(|one| narrowed.state.is_none_or(|stage| one.stage == stage))
        };
        found.extend(codes.iter().filter_map(stands).cloned());
        if !goes_on {
            break;
        }
    }
    counted(office, &desk, found).await
}

/// Records with the totals of their ledgers.
async fn counted(
    office: &Office,
    desk: &Desk,
    found: Vec<SealRecord>,
) -> Result<Vec<SealTold>, CustodyError> {
    let mut used = BTreeMap::new();
    for key_of in [seal_key, national_seal_key] {
        let keys = found.iter().filter_map(|one| key_of(one.code.as_str()));
        let keys: Vec<KeyId> = keys.collect();
        used.extend(office.registry.seals().used(&keys).await?);
    }
    let now = office.clock.now();
    let tell = |record: &SealRecord| {
        let scope = desk.catalogue.seal(&record.code)?;
        let keys = seal_keys(record.code.as_str())?;
        let uses = keys.iter().filter_map(|key| used.get(key));
        Some(told((scope, record), uses.sum(), now))
    };
    Ok(found.iter().filter_map(tell).collect())
}

/// What an asker may see of the seals that are known here.
struct View<'a> {
    desk: &'a Desk,
    departments: BTreeSet<&'a DepartmentKey>,
    name: Option<&'a str>,
}

impl<'a> View<'a> {
    fn of(desk: &'a Desk, asker: &Asker, narrowed: &'a Narrowed) -> Self {
        let asked = narrowed.department.as_ref();
        let departments = desk.catalogue.departments().map(|one| &one.key);
        let departments = departments.filter(|one| asked.is_none_or(|asked| asked == *one));
        let departments = departments.filter(|one| sees(&desk.catalogue, &asker.department, one));
        Self {
            desk,
            departments: departments.collect(),
            name: narrowed.name.as_deref(),
        }
    }

    fn shows(&self, scope: &SealScope) -> bool {
        self.departments.contains(&scope.holder)
            && self.name.is_none_or(|name| scope.name_zh.contains(name))
    }

    /// The next ones, whatever their state.
    fn codes(&self, after: Option<&SealCode>, wanted: usize) -> Vec<SealCode> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let scopes = self.desk.catalogue.seals_from(from);
        let shown = scopes.filter(|scope| self.shows(scope));
        shown.take(wanted).map(|scope| scope.seal.clone()).collect()
    }

    /// The next ones at a stage, of those that are looked through at once, and whether there may be more.
    async fn at_stage(
        &self,
        office: &Office,
        (stage, wanted): (Stage, usize),
        after: &mut Option<SealCode>,
    ) -> Result<(Vec<SealCode>, bool), CustodyError> {
        // Of one department the register is asked, of several all are looked through.
        let mut departments = self.departments.iter();
        let of = match (departments.next(), departments.next()) {
            (None, _) => return Ok((Vec::new(), false)),
            (Some(one), None) => Some(*one),
            (Some(_), Some(_)) => None,
        };
        let from = after.as_ref().map_or("", SealCode::as_str);
        let seals = office.registry.seals();
        let looked = seals.at_stage((stage, of), (from, LOOKED)).await?;
        let mut goes_on = looked.len() == usize::try_from(LOOKED).unwrap_or(usize::MAX);
        let mut codes = Vec::new();
        for code in looked {
            *after = Some(code.clone());
            let scope = self.desk.catalogue.seal(&code);
            if scope.is_some_and(|scope| self.shows(scope)) {
                codes.push(code);
            }
            if codes.len() == wanted {
                goes_on = true;
                break;
            }
        }
        Ok((codes, goes_on))
    }
}
