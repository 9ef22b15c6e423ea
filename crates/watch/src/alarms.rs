//! Alarms about releases: who sees which, and who closes one.

use backoffice::custody;
use backoffice::office::Office;
use backoffice::said::moment;
use catalogue::key::DepartmentKey;
use duties::Roles;
use issuance::Asker;
use releasing::{AlarmRow, CloseRefused, Closing};
use serde::{Deserialize, Serialize};
use time::UtcDateTime;
use utoipa::IntoParams;

use crate::desk::{Refused, deny, is_text, person};
use crate::stops::NoteBody;

/// Alarms of one page.
const PAGE: u32 = 100;

/// Which alarms are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    /// Of this department; without it the own one's.
    department: Option<String>,
    /// `true` for those that nobody closed.
    open: Option<bool>,
    /// The place that the page before ended with.
    after: Option<String>,
}

/// An alarm.
#[derive(Debug, Serialize)]
pub(crate) struct AlarmTold {
    alarm: String,
    /// `seal-limit`, `seal-stop`, `person-limit`, `person-stop`, `list-ceiling`, `night-use` or `use-after-warning`.
    kind: String,
    department: String,
    seal: String,
    /// Whose release gave rise to it; an auditor sees acts, and nobody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<String>,
    /// When, RFC 3339.
    moment: String,
    /// Which limit, or what else.
    cause: String,
    /// When it was closed, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed: Option<String>,
    /// With which note.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// A page of alarms.
#[derive(Debug, Serialize)]
pub(crate) struct AlarmPage {
    /// The latest first.
    alarms: Vec<AlarmTold>,
    /// The place to go on after; none where this is the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

impl AlarmTold {
    fn of(row: AlarmRow, names: bool) -> Self {
        Self {
            alarm: row.id,
            kind: row.kind,
            department: row.department.to_string(),
            seal: row.seal.to_string(),
            person: Some(row.person).filter(|_| names),
            moment: moment(row.moment),
            cause: row.cause,
            closed: row.closed.map(moment),
            note: row.note,
        }
    }
}

pub(crate) async fn page(
    office: &Office,
    (asker, roles): (&Asker, Option<&Roles>),
    asked: Asked,
) -> Result<AlarmPage, Refused> {
    let department = match &asked.department {
        Some(text) => DepartmentKey::parse(text).map_err(|_| Refused::Unknown)?,
        None => asker.department.clone(),
    };
    if !custody::oversees(&office.desk().catalogue, &asker.department, &department) {
        return Err(Refused::Unknown);
    }
    let after = match &asked.after {
        Some(text) => place(text).ok_or(Refused::Place)?,
        None => (office.now() + time::Duration::DAY, String::new()),
    };
    let book = office.registry().alarms();
    let before = (after.0, after.1.as_str());
    let wanted = (asked.open.unwrap_or_default(), PAGE + 1);
    let mut rows = book.page(&department, before, wanted).await?;
    let more = rows.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    if more {
        rows.pop();
    }
    let last = rows.last().filter(|_| more);
    let names = roles.is_none_or(|roles| !roles.audit_alone());
    Ok(AlarmPage {
        after: last.map(|row| format!("{}.{}", row.moment.unix_timestamp(), row.id)),
        alarms: rows
            .into_iter()
            .map(|row| AlarmTold::of(row, names))
            .collect(),
    })
}

/// A place as pages name it: seconds and alarm.
fn place(text: &str) -> Option<(UtcDateTime, String)> {
    let (seconds, id) = text.split_once('.')?;
    let moment = UtcDateTime::from_unix_timestamp(seconds.parse().ok()?).ok()?;
    Some((moment, id.to_owned()))
}

/// Closes an alarm with a note; whose release gave rise to it does not.
pub(crate) async fn close(
    office: &Office,
    (asker, roles): (&Asker, Option<&Roles>),
    (id, body): (&str, NoteBody),
) -> Result<AlarmTold, Refused> {
    let book = office.registry().alarms();
    let found = book.find(id).await?;
    let desk = office.desk();
    let seen =
        |row: &AlarmRow| custody::oversees(&desk.catalogue, &asker.department, &row.department);
    let found = found.filter(seen).ok_or(Refused::Unknown)?;
    if !is_text(body.note()) {
        return Err(Refused::Note);
    }
    let on = (id, "close-alarm");
    let who = match person(asker) {
        Ok(person) => person,
        Err(refused) => return Err(deny(office, asker, on, refused).await),
    };
    let closing = Closing {
        id: id.to_owned(),
        department: found.department,
        note: body.note().to_owned(),
        person: who.to_string(),
        by: asker.by(backoffice::answers::whole(office.now())),
    };
    match book.close(closing).await {
        Ok(row) => {
            let names = roles.is_none_or(|roles| !roles.audit_alone());
            Ok(AlarmTold::of(row, names))
        }
        Err(CloseRefused::Store(error)) => Err(error.into()),
        Err(CloseRefused::Closed) => Err(Refused::Closed),
        Err(CloseRefused::Concerned) => Err(deny(office, asker, on, Refused::Concerned).await),
        Err(_) => Err(Refused::Unknown),
    }
}
