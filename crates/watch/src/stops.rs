//! Releases that are stopped, and who lifts that.

use backoffice::custody;
use backoffice::office::Office;
use backoffice::said::moment;
use catalogue::key::{DepartmentKey, SealCode};
use issuance::Asker;
use registry::regions::Spoken;
use releasing::{About, Lift, Stop};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::desk::{Refused, apart, deny, is_text, person};

/// Why a stop is lifted, or an alarm closed.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoteBody {
    /// What was found, in one line; who is the second to lift a stop says the same.
    note: String,
}

impl NoteBody {
    pub(crate) fn note(&self) -> &str {
        &self.note
    }
}

/// A word to lift a stop that waits for a second person's.
#[derive(Debug, Serialize)]
pub(crate) struct WaitsTold {
    /// Whose word it is.
    person: String,
    /// The note that the second person repeats.
    note: String,
    /// Until when it waits, RFC 3339.
    until: String,
}

/// Releases that are stopped.
#[derive(Debug, Serialize)]
pub(crate) struct StopTold {
    /// `seal` or `person`.
    about: &'static str,
    /// Which.
    subject: String,
    /// In whose trace it stands.
    department: String,
    /// Since when, RFC 3339.
    since: String,
    /// Whose release was the one too many.
    releaser: String,
    /// A first word to lift it.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits: Option<WaitsTold>,
}

/// What is stopped, as far as the asker may see it: seals, and persons of the departments whose seals it may see.
pub(crate) async fn standing(office: &Office, asker: &Asker) -> Result<Vec<StopTold>, Refused> {
    let stops = office.registry().stops();
    let mut told = Vec::new();
    for stop in stops.standing().await? {
        if !sees(office, asker, &stop) {
            continue;
        }
        let waits = stops.lift_waiting(&stop, office.now()).await?;
        told.push(StopTold {
            about: stop.about.code(),
            subject: stop.subject,
            department: stop.department.to_string(),
            since: moment(stop.since),
            releaser: stop.releaser,
            waits: waits.map(|(note, first)| WaitsTold {
                person: first.person.to_string(),
                note,
                until: moment(first.until),
            }),
        });
    }
    Ok(told)
}

/// Whose it is, by the catalogue where it is a seal.
fn sees(office: &Office, asker: &Asker, stop: &Stop) -> bool {
    let desk = office.desk();
    let holder = match stop.about {
        About::Person => Some(&stop.department),
        _ => {
            let seal = SealCode::parse(&stop.subject).ok();
            let scope = seal.and_then(|seal| desk.catalogue.seal(&seal));
            scope.map(|scope| &scope.holder)
        }
    };
    let sees = |holder: &DepartmentKey| custody::sees(&desk.catalogue, &asker.department, holder);
    holder.is_some_and(sees)
}

/// One person's word to lift a stop; the second person's, with the same note, lifts it.
pub(crate) async fn lift(
    office: &Office,
    asker: &Asker,
    (about, subject): (&str, &str),
    body: NoteBody,
) -> Result<Spoken, Refused> {
    let about = About::find(about).ok_or(Refused::Unknown)?;
    let stops = office.registry().stops();
    let found = stops.standing().await?.into_iter();
    let mut found = found.filter(|stop| stop.about == about && stop.subject == subject);
    let stop = found.next().filter(|stop| sees(office, asker, stop));
    let stop = stop.ok_or(Refused::Unknown)?;
    if !is_text(&body.note) {
        return Err(Refused::Note);
    }
    let on = (subject, "lift");
    let lifted = lifted(office, asker, stop, body.note).await;
    match lifted {
        Ok(spoken) => Ok(spoken),
        Err(refused) => Err(deny(office, asker, on, refused).await),
    }
}

async fn lifted(
    office: &Office,
    asker: &Asker,
    stop: Stop,
    note: String,
) -> Result<Spoken, Refused> {
    let person = person(asker)?;
    if stop.about == About::Seal {
        let seal = SealCode::parse(&stop.subject).map_err(|_| Refused::Unknown)?;
        apart(office, asker, &seal).await?;
    }
    let lift = Lift {
        about: stop.about,
        subject: stop.subject,
        note,
        person,
        department: stop.department,
        at: backoffice::answers::whole(office.now()),
    };
    Ok(office.registry().stops().lift(lift).await?)
}
