//! Packages (一件事一次办): an event of several cases is judged in each of them and taken in all, or in none; what is
//! shown of a package.

use catalogue::key::DepartmentKey;
use dossier::number::{CaseNumber, PackageNumber};
use dossier::package::{Need, Package, PackageOf, PackageRefused};
use dossier::{CaseFile, Dossier, Fate, Refused};
use licence::restriction::Restriction;
use registry::StoreError;
use registry::asked::Response;
use registry::cases::{AnswerOfAll, Judged, TakeError, TakenAll, TakingAll, TakingOne};
use registry::trace::{Act, Deed};
use serde::Serialize;
use serde_json::Value;
use time::UtcDateTime;

use crate::concern::is_concerned;
use crate::look::{FiguresTold, figures_told, standing};
use crate::room::Room;
use crate::take::{
    Course, Judging, Refusal, Sender, addressed, held_against, judge, licences, refusal_of,
};
use crate::together::{PackageEvent, Together};

/// What became of an event of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Taken in every case, or known already; the answer.
    Taken(Response),
    /// Refused: nothing of it was applied in any case but the cards it earned. What each case says that refuses it.
    Refused(Vec<RefusedIn>),
    /// A case does not concern the sender's department, or there is no such package: for it there is none (T-P3).
    Hidden,
}

/// A refusal, and by which case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedIn {
    /// The case; none where the package itself refuses.
    pub case: Option<CaseNumber>,
    /// Why.
    pub refusal: Refusal,
}

/// What is answered to an event of a package.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    package: &'a str,
    event: &'a str,
    /// What each case answers, as to an event of its own.
    cases: Vec<Value>,
}

/// A package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackageTold {
    /// Its number.
    pub package: String,
    /// Its cases that concern the department.
    pub cases: Vec<PackagedTold>,
    /// What is needed, each thing once.
    pub needs: Vec<NeedTold>,
    /// What the applicant is asked for, and what not.
    pub figures: FiguresTold,
    /// The types of licence that come out of it.
    pub results: Vec<String>,
}

/// A case of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackagedTold {
    /// Its number.
    pub case: String,
    /// Its matter.
    pub matter: String,
    /// Where it is.
    pub state: &'static str,
    /// The number of its next event.
    pub next: u32,
}

/// A thing that cases of a package need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NeedTold {
    /// Its name, as the first matter calls it.
    pub name: String,
    /// How it is had: of several ways the one that asks the applicant for least.
    pub means: &'static str,
    /// `open`, `had`, `promised`, `deferred`, `not_needed`: alike in every case.
    pub standing: &'static str,
    /// The cases it serves, with its number in each list.
    pub serves: Vec<(String, u16)>,
}

/// Takes an event of a package as it was sent; each of its cases gives it the next number.
///
/// # Errors
/// `KeyReused`; the store. A refusal is an outcome, and stands in the trace.
pub async fn take(
    room: &Room,
    sender: Sender,
    event: PackageEvent,
    restrictions: Vec<Restriction>,
    now: UtcDateTime,
) -> Result<Outcome, TakeError> {
    let known = room.registry.cases().package(&event.package).await?;
    let happenings = happenings(room, known.as_ref(), &event);
    let happenings = match happenings {
        Ok(happenings) => happenings,
        Err(PackageRefused::Unopened) if known.is_none() => return Ok(Outcome::Hidden),
        Err(why) => return denied(room, &sender, &event, why).await,
    };
    let mut each = Vec::with_capacity(happenings.len());
    let mut objections = Vec::new();
    for (case, what) in happenings {
        let of_case = dossier::event::CaseEvent {
            id: event.id.clone(),
            case: case.clone(),
            // The case gives it the next one.
            number: 0,
            actor: event.actor.clone(),
            at: event.at,
            what,
        };
        let objection = match addressed(&sender, &case, &of_case) {
            Some(objection) => Some(objection),
            None => held_against(room, &sender, &of_case).await?,
        };
        objections.extend(objection.clone().map(|objection| (case.clone(), objection)));
        let looked = licences(room, &case, &of_case).await?;
        each.push(TakingOne {
            case: case.clone(),
            judge: judge(Judging {
                room: room.clone(),
                sender: sender.clone(),
                event: of_case,
                restrictions: restrictions.clone(),
                licences: looked,
                objection,
                course: Course::Together,
                now,
            }),
        });
    }
    let opens = matches!(event.what, Together::Received(_));
    let taking = TakingAll {
        asked: sender.asked.clone(),
        department: sender.department.clone(),
        by: sender.by.clone(),
        opens: opens.then(|| event.package.clone()),
        each,
        respond: respond(&event),
    };
    Ok(match room.registry.cases().take_all(taking).await? {
        TakenAll::Repeated(response) => response.map_or(Outcome::Hidden, Outcome::Taken),
        TakenAll::Taken(response) => Outcome::Taken(response),
        TakenAll::Refused(all) => refused(&all, &objections),
    })
}

/// What happens in which case; a package is opened once, with the same cases.
fn happenings(
    room: &Room,
    known: Option<&PackageOf>,
    event: &PackageEvent,
) -> Result<Vec<(CaseNumber, dossier::event::Happening)>, PackageRefused> {
    if let (Some(known), Together::Received(application)) = (known, &event.what)
        && known.cases != application.cases
    {
        return Err(PackageRefused::Unopened);
    }
    event.happenings(known, &room.catalogue)
}

fn respond(event: &PackageEvent) -> AnswerOfAll {
    let (package, id) = (event.package.to_string(), event.id.to_string());
    Box::new(move |cases| {
        let told = cases.iter().map(|case| serde_json::from_slice(&case.body));
        let answer = Answer {
            package: &package,
            event: &id,
            cases: told.map(Result::unwrap_or_default).collect(),
        };
        Response {
            status: 200,
            body: serde_json::to_vec(&answer).unwrap_or_default(),
        }
    })
}

/// The package itself refuses: an entry of the trace, and nothing else.
async fn denied(
    room: &Room,
    sender: &Sender,
    event: &PackageEvent,
    why: PackageRefused,
) -> Result<Outcome, TakeError> {
    let act = Act {
        department: sender.department.clone(),
        by: sender.by.clone(),
        deed: Deed::Deny,
        object: event.package.to_string(),
        ground: why.code().to_owned(),
        detail: vec![("event", event.id.to_string())],
        key: None,
    };
    room.registry.trace().record(act).await?;
    let why = Refused::from(why);
    Ok(Outcome::Refused(vec![RefusedIn {
        case: None,
        refusal: refusal_of(&why.into(), &[]),
    }]))
}

/// What the cases say that refuse it; a case that is not there for the sender hides the whole.
fn refused(all: &[(CaseNumber, Judged)], objections: &[(CaseNumber, Refusal)]) -> Outcome {
    let mut told = Vec::new();
    for (case, judged) in all {
        let objection = objections.iter().find(|(of, _)| of == case);
        let refusal = match (&judged.took.fate, &judged.response, objection) {
            (Fate::Refused { why, cards }, ..) => refusal_of(why, cards),
            // Taken here, or known here and not in another.
            (_, Some(_), _) => continue,
            (_, None, Some((_, objection))) => objection.clone(),
            (_, None, None) => return Outcome::Hidden,
        };
        told.push(RefusedIn {
            case: Some(case.clone()),
            refusal,
        });
    }
    match told.is_empty() {
        true => Outcome::Hidden,
        false => Outcome::Refused(told),
    }
}

/// A package, for a department that one of its cases concerns.
///
/// # Errors
/// The store.
pub async fn find(
    room: &Room,
    package: &PackageNumber,
    department: &DepartmentKey,
) -> Result<Option<PackageTold>, StoreError> {
    let cases = room.registry.cases();
    let Some(known) = cases.package(package).await? else {
        return Ok(None);
    };
    let Ok(terms) = known.terms(&room.catalogue) else {
        return Ok(None);
    };
    let mut files = Vec::new();
    for one in &known.cases {
        let record = cases.find(&one.case).await?;
        files.extend(record.map(|record| record.file));
    }
    let concerns = |file: &&CaseFile| {
        let dossier = file.dossier();
        dossier.is_some_and(|dossier| is_concerned(dossier, department, &room.catalogue))
    };
    // T-P3: of a package a body sees the cases that concern it.
    let seen: Vec<&CaseFile> = files.iter().filter(concerns).collect();
    let dossiers: Vec<&Dossier> = seen.iter().filter_map(|file| file.dossier()).collect();
    if dossiers.is_empty() {
        return Ok(None);
    }
    Ok(Some(PackageTold {
        package: package.to_string(),
        cases: seen.iter().filter_map(|file| packaged(file)).collect(),
        needs: needs(&known, &terms, &dossiers),
        figures: figures_told(&terms.figures()),
        results: terms.results.iter().map(ToString::to_string).collect(),
    }))
}

fn packaged(file: &CaseFile) -> Option<PackagedTold> {
    let dossier = file.dossier()?;
    Some(PackagedTold {
        case: dossier.case().to_string(),
        matter: dossier.terms().matter.to_string(),
        state: dossier.state().code(),
        next: file.due(),
    })
}

fn needs(known: &PackageOf, terms: &Package, dossiers: &[&Dossier]) -> Vec<NeedTold> {
    terms
        .needs
        .iter()
        .map(|need| need_told(known, need, dossiers))
        .collect()
}

fn need_told(known: &PackageOf, need: &Need, dossiers: &[&Dossier]) -> NeedTold {
    let number_in = |dossier: &Dossier| {
        let matter = &dossier.terms().matter;
        let mut serves = need.serves.iter();
        serves
            .find(|(code, _)| code == matter)
            .map(|(_, number)| *number)
    };
    let item = dossiers
        .iter()
        .find_map(|dossier| number_in(dossier).and_then(|number| dossier.item(number)));
    let serves = need.serves.iter().filter_map(|(matter, number)| {
        let case = known.cases.iter().find(|one| one.matter == *matter)?;
        Some((case.case.to_string(), *number))
    });
    NeedTold {
        name: need.name_zh.clone(),
        means: need.means.code(),
        standing: item.map_or("open", |item| standing(&item.standing)),
        serves: serves.collect(),
    }
}
