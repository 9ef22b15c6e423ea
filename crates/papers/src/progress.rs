//! What an applicant sees of their case under a link that tells nothing (T-P6): where it is, what is left to do.

use credential::Handle;
use dossier::CaseFile;
use dossier::clock::Going;
use dossier::material::{Ground, Item, Standing};
use dossier::number::CaseNumber;
use dossier::progress::{Progress, StageName, What, progress};
use registry::StoreError;
use registry::links::LeadsTo;
use time::UtcDateTime;

use crate::documents::DocumentError;
use crate::stage::{concerned, scene};
use backoffice::asker::Asker;
use backoffice::office::Office;
use issuance::look::LinkTold;

/// The progress of a case, as its page shows it: no name in it, no officer, no card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgressShown {
    /// The case.
    pub case: String,
    /// The matter's names, Chinese and English.
    pub matter: (String, String),
    /// The code of its state.
    pub state: &'static str,
    /// Its stages: code, and when each was reached.
    pub stages: Vec<(&'static str, Option<UtcDateTime>)>,
    /// Which working day it is, of how many promised, and the last of them; only while the clock runs or stands.
    pub clock: Option<(u32, u16, Option<String>)>,
    /// What is still to be given: the name, `hand_in`, `promise` or `deferred`, and by when.
    pub wanted: Vec<(String, &'static str, Option<String>)>,
    /// Code of the outcome, number and day of the decision.
    pub decision: Option<(&'static str, String, String)>,
    /// Why it is stopped.
    pub stopped: Option<String>,
    /// What was had of the applicant's own data (R15): the material, and `consent` or `law`.
    pub used: Vec<(String, &'static str)>,
}

/// Gives the applicant's link of a case; a second request gives the same, until it runs out or is taken back.
///
/// # Errors
/// `UnknownCase`, `Store`.
pub async fn link(
    office: &Office,
    asker: &Asker,
    case: &CaseNumber,
) -> Result<LinkTold, DocumentError> {
    concerned(office, asker, case).await?;
    let fresh = Handle::generate(office.random.as_ref())
        .map_err(StoreError::Random)?
        .to_string();
    let links = office.registry.links();
    let by = asker.by(office.clock.now());
    let to = LeadsTo::Case(case.clone());
    let given = links.give((&to, &asker.department), fresh, by).await?;
    Ok(LinkTold::of(office, "p", given))
}

/// Takes that link back, where there is one.
///
/// # Errors
/// `UnknownCase`, `Unknown` where none was given; `Store`.
pub async fn take_back(
    office: &Office,
    asker: &Asker,
    case: &CaseNumber,
) -> Result<(), DocumentError> {
    concerned(office, asker, case).await?;
    let links = office.registry.links();
    let by = asker.by(office.clock.now());
    let to = LeadsTo::Case(case.clone());
    match links.take_back((&to, &asker.department), by).await? {
        true => Ok(()),
        false => Err(DocumentError::UnknownCase),
    }
}

/// What the link with this handle shows; nothing for one that was never given, ran out or was taken back.
///
/// # Errors
/// The store.
pub async fn shown(office: &Office, handle: &str) -> Result<Option<ProgressShown>, StoreError> {
    if Handle::parse(handle).is_err() {
        return Ok(None);
    }
    let links = office.registry.links();
    let Some(case) = links.case(handle, office.clock.now()).await? else {
        return Ok(None);
    };
    let file = issuance::cases::find(office, &case).await?;
    Ok(file.and_then(|file| seen(office, &file)))
}

fn seen(office: &Office, file: &CaseFile) -> Option<ProgressShown> {
    let desk = office.desk();
    let now = office.clock.now();
    let dossier = file.dossier()?;
    let seen = scene(&desk, dossier, now, |scene| progress(file, scene, now))?;
    let used = dossier.items().iter().filter_map(used).collect();
    Some(ProgressShown { used, ..show(seen) })
}

/// A material that was had of somebody's data, and on which ground.
fn used(item: &Item) -> Option<(String, &'static str)> {
    let Standing::Had(having) = &item.standing else {
        return None;
    };
    let ground = match having.how.ground()? {
        Ground::Consent(_) => "consent",
        Ground::Law(_) => "law",
    };
    Some((item.name.as_str().to_owned(), ground))
}

fn show(seen: Progress) -> ProgressShown {
    let stages = seen.stages.iter();
    let clock = seen.clock.filter(|clock| clock.going != Going::Stopped);
    ProgressShown {
        case: seen.case.to_string(),
        matter: seen.matter,
        state: seen.state.code(),
        stages: stages
            .map(|stage| (code(stage.name), stage.reached))
            .collect(),
        clock: clock.map(|clock| {
            let due = clock.due.map(|day| day.to_string());
            (clock.day, clock.promised, due)
        }),
        wanted: seen
            .wanted
            .into_iter()
            .map(|wanted| {
                let what = match wanted.what {
                    What::HandIn => "hand_in",
                    What::Promise => "promise",
                    What::Deferred => "deferred",
                };
                let by = wanted.by.map(|day| day.to_string());
                (wanted.name.as_str().to_owned(), what, by)
            })
            .collect(),
        decision: seen.decision.map(|(outcome, number, on)| {
            (outcome.code(), number.as_str().to_owned(), on.to_string())
        }),
        stopped: seen.stopped.map(|why| why.as_str().to_owned()),
        used: Vec::new(),
    }
}

fn code(stage: StageName) -> &'static str {
    match stage {
        StageName::Received => "received",
        StageName::Accepted => "accepted",
        StageName::Reviewed => "reviewed",
        StageName::Decided => "decided",
        StageName::Sealed => "sealed",
        StageName::Delivered => "delivered",
        StageName::Archived => "archived",
    }
}
