//! Whose seals are asked for, of which days, and what of their lines.

use std::sync::Arc;

use backoffice::custody;
use backoffice::office::Office;
use catalogue::Catalogue;
use catalogue::key::{DepartmentKey, SealCode};
use duties::Roles;
use issuance::Asker;
use registry::trace::Entry;
use registry::trace::used::Place;
use serde::Deserialize;
use time::{Date, UtcDateTime};
use utoipa::IntoParams;
use wire::problem::{Code, Problem};

use crate::line::Line;

/// The office whose ledger is shown.
#[derive(Clone)]
pub struct Desk(pub Arc<Office>);

impl std::fmt::Debug for Desk {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Desk")
    }
}

/// Which lines are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    /// Of this department's seals; without it the own one's.
    department: Option<String>,
    /// Of this seal.
    seal: Option<String>,
    /// In which this person, or account of a machine, asked, decided or released.
    person: Option<String>,
    /// For this matter.
    matter: Option<String>,
    /// First day, `YYYY-MM-DD`, in the office's zone.
    #[serde(default, with = "replies::day::maybe")]
    #[param(value_type = Option<String>, format = Date)]
    from: Option<Date>,
    /// Last day.
    #[serde(default, with = "replies::day::maybe")]
    #[param(value_type = Option<String>, format = Date)]
    to: Option<Date>,
    /// The place that the page before ended with.
    after: Option<String>,
    /// Of a file: `csv` or `jsonl`.
    pub(crate) format: Option<String>,
}

/// What somebody may see of what they asked for.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// The seals, by code.
    pub(crate) seals: Vec<SealCode>,
    /// Seals of others by which a department may have acted as their delegate (R4): what it did with them is its own act, and the rest is
    /// not shown to it.
    pub(crate) lent: Vec<SealCode>,
    /// That department.
    pub(crate) delegate: DepartmentKey,
    /// Where to begin.
    pub(crate) after: Place,
    /// Before when.
    pub(crate) before: UtcDateTime,
    /// Whether people are named: an auditor sees acts, and nobody's.
    names: bool,
    person: Option<String>,
    matter: Option<String>,
}

impl Asked {
    /// What the asker sees of it.
    ///
    /// # Errors
    /// `not-found` for what another department has, or nobody (T-P3); `request.malformed`.
    pub(crate) fn seen(
        self,
        office: &Office,
        (asker, roles): (&Asker, Option<&Roles>),
    ) -> Result<Seen, Problem> {
        let names = roles.is_none_or(|roles| !roles.audit_alone());
        let zone = office.settings().zone;
        let now = backoffice::answers::whole(office.now());
        let end = self.to.and_then(Date::next_day);
        let end = end.map_or(now, |day| zone.start_of(day));
        let begin = self
            .from
            .map_or(UtcDateTime::UNIX_EPOCH, |day| zone.start_of(day));
        let after = match &self.after {
            Some(text) => place(text).filter(|place| place.moment >= begin),
            None => Some(Place::before(begin)),
        };
        let after = after.ok_or_else(|| malformed("after is no place of a page"))?;
        let (delegate, seals, lent) = self.seals(&office.desk().catalogue, asker)?;
        Ok(Seen {
            seals,
            lent,
            delegate,
            after,
            // A second that goes on may bring another line.
            before: end.min(now),
            names,
            person: self.person,
            matter: self.matter,
        })
    }

    /// Of which department's seals, which seals they are, and which of others were lent to it.
    fn seals(&self, catalogue: &Catalogue, asker: &Asker) -> Result<Reach, Problem> {
        let nothing = || Problem::new(Code::NotFound);
        let holder = match &self.department {
            Some(text) => DepartmentKey::parse(text).map_err(|_| nothing())?,
            None => asker.department.clone(),
        };
        let sees = |holder| custody::oversees(catalogue, &asker.department, holder);
        if let Some(text) = &self.seal {
            let code = SealCode::parse(text).map_err(|_| nothing())?;
            let scope = catalogue.seal(&code).ok_or_else(nothing)?;
            let named = self.department.is_none() || scope.holder == holder;
            if named && sees(&scope.holder) {
                return Ok((holder, vec![code], Vec::new()));
            }
            let lent = is_lent(catalogue, &scope.holder, &holder) && sees(&holder);
            return match lent {
                true => Ok((holder, Vec::new(), vec![code])),
                false => Err(nothing()),
            };
        }
        if !sees(&holder) {
            return Err(nothing());
        }
        let (mut own, mut lent) = (Vec::new(), Vec::new());
        for scope in catalogue.seals() {
            if scope.holder == holder {
                own.push(scope.seal.clone());
            } else if is_lent(catalogue, &scope.holder, &holder) {
                lent.push(scope.seal.clone());
            }
        }
        Ok((holder, own, lent))
    }
}

/// A department, its seals, and those that were lent to it.
type Reach = (DepartmentKey, Vec<SealCode>, Vec<SealCode>);

/// Whether a body ever lent its power to another one: what ended is in the ledger as before.
fn is_lent(catalogue: &Catalogue, from: &DepartmentKey, to: &DepartmentKey) -> bool {
    let mut delegations = catalogue.delegations();
    delegations.any(|one| one.from == *from && one.to == *to)
}

impl Seen {
    /// The line of an entry, if it is one of those that are asked for. Whose acts they are is not found out by asking for somebody's:
    /// the people are left out before.
    pub(crate) fn line(&self, entry: &Entry) -> Option<Line> {
        Some(Line::of(entry, self.names)).filter(|line| self.wants(line))
    }

    /// Whether a line is one of those that are asked for.
    fn wants(&self, line: &Line) -> bool {
        let person = self.person.as_ref();
        let matter = self.matter.as_ref();
        person.is_none_or(|person| line.names(person))
            && matter.is_none_or(|matter| line.matter.as_ref() == Some(matter))
    }
}

/// A place as pages name it: seconds, department, number.
fn place(text: &str) -> Option<Place> {
    let mut parts = text.splitn(3, '.');
    let (seconds, number, department) = (parts.next()?, parts.next()?, parts.next()?);
    let department = DepartmentKey::parse(department).ok()?;
    Some(Place {
        moment: UtcDateTime::from_unix_timestamp(seconds.parse().ok()?).ok()?,
        department: department.to_string(),
        number: number.parse().ok()?,
    })
}

/// The same place, written.
pub(crate) fn written(place: &Place) -> String {
    let seconds = place.moment.unix_timestamp();
    format!("{seconds}.{}.{}", place.number, place.department)
}

pub(crate) fn malformed(what: &str) -> Problem {
    Problem::new(Code::RequestMalformed).saying(what.to_owned())
}
