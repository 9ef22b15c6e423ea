//! Packages at the office: their events, what is shown of them, and their results as one batch.

use std::collections::BTreeSet;

use docket::Room;
use docket::take::Sender;
use docket::together::{PackageEvent, Together};
use dossier::decision::Outcome as Decided;
use dossier::number::{CaseNumber, PackageNumber};
use issuance::{Asker, Office, Once};
use licence::HolderCode;
use registry::StoreError;
use registry::cases::TakeError;
use thiserror::Error;

use crate::together::Wanted;

pub use docket::package::{Outcome, PackageTold, RefusedIn};
pub use docket::together::PackageEvent as Event;
pub use dossier::number::PackageNumber as Number;

/// Why licences are not the results of a package.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NotResults {
    /// There is no such package.
    #[error("there is no such package")]
    Unknown,
    /// The licence at this place rests on a case that is none of the package.
    #[error("the licence rests on a case that the package does not have")]
    OtherCase(usize),
    /// A case of the package is not decided.
    #[error("case {0} is not decided")]
    Undecided(CaseNumber),
    /// A granted case of the package has no licence in the batch.
    #[error("case {0} was granted and has no licence here")]
    Missing(CaseNumber),
}

impl NotResults {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "package.unknown",
            Self::OtherCase(_) => "package.other-case",
            Self::Undecided(_) => "package.undecided",
            Self::Missing(_) => "package.incomplete",
        }
    }
}

fn room(office: &Office) -> Room {
    Room {
        registry: office.registry.clone(),
        catalogue: office.desk().catalogue.clone(),
    }
}

/// Takes an event of a package as it was sent: in every case that it touches, or in none.
///
/// # Errors
/// `KeyReused`; the store. A refusal is an outcome, and stands in the trace.
pub async fn take(
    office: &Office,
    asker: &Asker,
    once: &Once,
    event: PackageEvent,
) -> Result<Outcome, TakeError> {
    let now = office.clock.now();
    let now = now.replace_nanosecond(0).unwrap_or(now);
    let restrictions = match applicant(office, &event).await? {
        Some(applicant) => issuance::lives::restrictions::of(office, &applicant).await?,
        None => Vec::new(),
    };
    let sender = Sender {
        asked: asker.asked(once),
        department: asker.department.clone(),
        by: asker.by(now),
    };
    let taken = docket::package::take(&room(office), sender, event, restrictions, now).await?;
    office.push.notify_one();
    Ok(taken)
}

/// Who applies: as the event says that opens the package, or as its cases do (R13).
async fn applicant(
    office: &Office,
    event: &PackageEvent,
) -> Result<Option<HolderCode>, StoreError> {
    if let Together::Received(application) = &event.what {
        return Ok(Some(application.applicant.code().clone()));
    }
    let cases = office.registry.cases();
    let known = cases.package(&event.package).await?;
    let first = known.and_then(|known| known.cases.into_iter().next());
    let Some(first) = first else {
        return Ok(None);
    };
    let record = cases.find(&first.case).await?;
    let applicant = record.and_then(|record| {
        let dossier = record.file.dossier();
        dossier.map(|dossier| dossier.applicant().code().clone())
    });
    Ok(applicant)
}

/// A package, for a department that one of its cases concerns.
///
/// # Errors
/// The store.
pub async fn find(
    office: &Office,
    asker: &Asker,
    package: &PackageNumber,
) -> Result<Option<PackageTold>, StoreError> {
    docket::package::find(&room(office), package, &asker.department).await
}

/// What stands against these licences as the results of a package: all that the department grants in it, together.
pub(crate) async fn inspect(
    office: &Office,
    asker: &Asker,
    package: &str,
    licences: &[Wanted],
) -> Result<Vec<NotResults>, StoreError> {
    let cases = office.registry.cases();
    let known = match PackageNumber::parse(package) {
        Ok(number) => cases.package(&number).await?,
        Err(_) => None,
    };
    let Some(known) = known else {
        return Ok(vec![NotResults::Unknown]);
    };
    let mut wrong = Vec::new();
    let mut named = BTreeSet::new();
    for (place, wanted) in licences.iter().enumerate() {
        let case = wanted.order.request.case.as_str();
        named.insert(case);
        if !known.cases.iter().any(|one| one.case.as_str() == case) {
            wrong.push(NotResults::OtherCase(place));
        }
    }
    let desk = office.desk();
    for one in &known.cases {
        let Some(record) = cases.find(&one.case).await? else {
            continue;
        };
        let matter = desk.catalogue.matter(&one.matter);
        let has_result = matter.is_some_and(|matter| matter.result.is_some());
        // What another body grants is its own to issue.
        if record.department != asker.department || !has_result {
            continue;
        }
        let decision = record.file.dossier().and_then(|dossier| dossier.decision());
        match decision.map(|decision| decision.ruled.outcome) {
            None => wrong.push(NotResults::Undecided(one.case.clone())),
            Some(Decided::Granted) if !named.contains(one.case.as_str()) => {
                wrong.push(NotResults::Missing(one.case.clone()));
            }
            Some(_) => {}
        }
    }
    Ok(wrong)
}
