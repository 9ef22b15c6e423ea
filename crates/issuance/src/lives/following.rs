//! Further versions of a licence: changed, corrected, renewed, restored, or without a part that ended (domain.md 4.1).
//! Each is a job like the first one: admitted, reserved, rendered, released, sealed, recorded.

use catalogue::Ending;
use catalogue::key::{DepartmentKey, PersonKey, TypeKey};
use licence::parts::{Outcome, PartOrder, Parts};
use licence::request::DecisionRequest;
use licence::versions::following::{Before, Following, admit_following};
use licence::{Event, Identifier, LicenceNumber};
use registry::asked::Response;
use registry::licences::{Follows, Record, ReserveRefused};
use time::Date;

use crate::asker::{Asker, Once};
use crate::desk::Desk;
use crate::draft::{EndedPart, Payload, octets};
use crate::import;
use crate::issue::{Begun, Cleared, IssueOrder, carry_out, is_moved_on};
use crate::lives::change::{self, Told};
use crate::lives::notices::{self, Ended};
use crate::not_issued::{IssueError, deny};
use crate::office::Office;

/// A further version, as it is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionOrder {
    /// The request, for the whole licence as it is to be.
    pub order: IssueOrder,
    /// Why.
    pub following: Following,
}

/// The ending of one part of a composite licence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartEnding {
    /// The part's own number.
    pub number: LicenceNumber,
    /// Its type, where two parts have one number.
    pub licence_type: Option<TypeKey>,
    /// How it ends.
    pub ending: Ending,
    /// The number of the decision.
    pub decision: String,
    /// The provision on which it rests.
    pub legal_basis: String,
    /// Who decided.
    pub decided_by: PersonKey,
    /// The day of the decision.
    pub decided_on: Date,
    /// From the beginning of this day; the day of the decision, when absent.
    pub effective: Option<Date>,
}

/// What became of the ending of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartEnded {
    /// The whole goes on in a version without it, which waits for its release.
    Version(Begun),
    /// It was the last part: the whole has ended.
    Whole(Response),
}

/// Begins a further version.
///
/// # Errors
/// [`IssueError`]; what is refused by a rule stands in the trace. `Unknown` where the asker has no power over the
/// licence, too (T-P3).
pub async fn follow(
    office: &Office,
    asker: &Asker,
    once: &Once,
    identifier: &Identifier,
    ordered: &VersionOrder,
) -> Result<Begun, IssueError> {
    let desk = office.desk();
    let begun = followed((office, &desk), (asker, once), identifier, ordered).await;
    // T-S6: by what another process decided since.
    if is_moved_on(&begun) && import::heard(office, &desk).await {
        return followed((office, &office.desk()), (asker, once), identifier, ordered).await;
    }
    begun
}

async fn followed(
    (office, desk): (&Office, &Desk),
    (asker, once): (&Asker, &Once),
    identifier: &Identifier,
    ordered: &VersionOrder,
) -> Result<Begun, IssueError> {
    let (record, before) = found(office, identifier).await?;
    let today = office.settings.zone.date_at(office.clock.now());
    let whose = (&record.licence_type, &record.department);
    if asker.department != record.department
        && let Err(refused) = desk.catalogue.may_change(&asker.department, whose, today)
    {
        deny(office, asker, identifier.to_string(), refused.into()).await?;
        return Err(IssueError::Hidden);
    }
    let cleared = cleared(office, desk, (&record, &before), ordered).await;
    let cleared = cleared.and_then(|cleared| {
        if *cleared.admitted.power().by() == asker.department {
            Ok(cleared)
        } else {
            Err(IssueError::OtherDepartment)
        }
    });
    begun(office, desk, (asker, once), identifier, cleared).await
}

/// Ends one part of a composite licence, by the body that holds the power over it; the issuing register executes (R7,
/// D14).
///
/// # Errors
/// As [`follow`]; `Part` for a part that is not there, `Change` where the whole would end and does not.
pub async fn end_part(
    office: &Office,
    asker: &Asker,
    once: &Once,
    identifier: &Identifier,
    ending: &PartEnding,
) -> Result<PartEnded, IssueError> {
    let desk = office.desk();
    let ended = part_ended_by((office, &desk), (asker, once), identifier, ending).await;
    if is_moved_on(&ended) && import::heard(office, &desk).await {
        let anew = (office, &*office.desk());
        return part_ended_by(anew, (asker, once), identifier, ending).await;
    }
    ended
}

async fn part_ended_by(
    (office, desk): (&Office, &Desk),
    (asker, once): (&Asker, &Once),
    identifier: &Identifier,
    ending: &PartEnding,
) -> Result<PartEnded, IssueError> {
    let (record, before) = found(office, identifier).await?;
    let outcome = part_ended(desk, asker, (&record, &before), ending);
    let (parts, part, on) = match outcome {
        Ok((Outcome::NewVersion { parts, .. }, part, on)) => (parts, part, on),
        Ok((Outcome::WholeEnds(power), _, on)) => {
            let now = crate::answers::whole(office.clock.now());
            let event = Event::End {
                at: change::effective(office, on, now)?,
                power,
            };
            let ground = format!("{} {}", ending.decision, ending.legal_basis);
            let ended = Ended {
                ending: ending.ending,
                decision: &ending.decision,
                basis: &ending.legal_basis,
                on,
            };
            let told = Told {
                notice: notices::of_ending(office, &asker.department, &record, ended).await?,
                event,
                ground,
                now,
            };
            let whole = change::carry(office, asker, once, &record, told).await?;
            return Ok(PartEnded::Whole(whole));
        }
        Err(refused) => {
            let is_hidden = asker.department != record.department;
            let refused = deny(office, asker, identifier.to_string(), refused).await?;
            return Err(if is_hidden {
                IssueError::Hidden
            } else {
                refused
            });
        }
    };
    let cleared = without_part(office, desk, (&record, &before), (&parts, on, ending)).await;
    let cleared = cleared.map(|mut cleared| {
        if asker.department != record.department {
            cleared.told.push(asker.department.clone());
        }
        cleared.ended = Some(told_of_part(asker, ending, (part, on)));
        cleared
    });
    let begun = begun(office, desk, (asker, once), identifier, cleared).await;
    begun.map(PartEnded::Version)
}

async fn begun(
    office: &Office,
    desk: &Desk,
    (asker, once): (&Asker, &Once),
    identifier: &Identifier,
    cleared: Result<Cleared, IssueError>,
) -> Result<Begun, IssueError> {
    let begun = match cleared {
        Ok(cleared) => carry_out(office, desk, asker, once, cleared).await,
        Err(refused) => return Err(deny(office, asker, identifier.to_string(), refused).await?),
    };
    match begun {
        Err(refused @ IssueError::Reserve(ReserveRefused::Follow(_))) => {
            Err(deny(office, asker, identifier.to_string(), refused).await?)
        }
        begun => begun,
    }
}

/// The version before, with its data.
async fn found(office: &Office, identifier: &Identifier) -> Result<(Record, Before), IssueError> {
    let licences = office.registry.licences();
    let record = licences.find(identifier, None).await?;
    let record = record.ok_or(IssueError::Unknown)?;
    let content = licences.content(identifier, None).await?;
    let content = content.ok_or(IssueError::Unknown)?;
    let before = Before::read(&content.bytes).ok_or(IssueError::Unknown)?;
    Ok((record, before))
}

/// Step 2 for a further version: same licence, lawful fields, an issuer with the power, and a seal that may be used.
async fn cleared(
    office: &Office,
    desk: &Desk,
    (record, before): (&Record, &Before),
    ordered: &VersionOrder,
) -> Result<Cleared, IssueError> {
    let today = office.settings.zone.date_at(office.clock.now());
    let VersionOrder { order, following } = ordered;
    let (admitted, succession) =
        admit_following(&order.request, (before, *following), &desk.catalogue, today)?;
    let photo = match &order.photo {
        Some(photo) => Some(photo.clone()),
        None => kept_photo(office, record).await?,
    };
    let named = admitted
        .fields()
        .keys()
        .any(|name| name.as_str() == "photo_sha256");
    let mut cleared = Cleared::new(desk, admitted, photo.filter(|_| named), today)?;
    cleared.follows = Some(Follows {
        version: record.identifier.clone(),
        expected: record.revision,
        succession,
    });
    Ok(cleared)
}

/// The photograph of the version before, which the new one keeps where its data name the same.
async fn kept_photo(office: &Office, record: &Record) -> Result<Option<Vec<u8>>, IssueError> {
    let job = office.registry.jobs().find(&record.job, None).await?;
    let payload = job.and_then(|job| serde_json::from_slice::<Payload>(&job.payload).ok());
    Ok(payload
        .and_then(|payload| payload.photo)
        .and_then(|photo| octets(&photo)))
}

/// What everybody is told of the part, once the version without it is recorded.
fn told_of_part(asker: &Asker, ending: &PartEnding, (part, on): (TypeKey, Date)) -> EndedPart {
    EndedPart {
        by: asker.department.clone(),
        licence_type: part,
        number: ending.number.as_str().to_owned(),
        ending: ending.ending,
        decision: ending.decision.clone(),
        basis: ending.legal_basis.clone(),
        on,
    }
}

/// What the ending of a part leaves, the part's type, and from which day on.
fn part_ended(
    desk: &Desk,
    asker: &Asker,
    (record, before): (&Record, &Before),
    ending: &PartEnding,
) -> Result<(Outcome, TypeKey, Date), IssueError> {
    use licence::parts::PartRefused;
    let parts = before
        .parts(&desk.catalogue)
        .ok_or(IssueError::Part(PartRefused::Unknown))?;
    let mut fitting = parts.parts().iter().filter(|part| {
        let typed = ending.licence_type.as_ref();
        *part.number() == ending.number && typed.is_none_or(|key| key == part.licence_type())
    });
    let (Some(part), None) = (fitting.next(), fitting.next()) else {
        return Err(IssueError::Part(PartRefused::Unknown));
    };
    let on = ending.effective.unwrap_or(ending.decided_on);
    let order = PartOrder {
        licence_type: part.licence_type(),
        number: part.number(),
        by: &asker.department,
        ending: ending.ending,
        on,
    };
    let outcome = parts.end(&order, &record.department, &desk.catalogue)?;
    Ok((outcome, part.licence_type().clone(), on))
}

/// The version that an ended part leaves: the same licence with the other parts, decided by whoever ended it.
async fn without_part(
    office: &Office,
    desk: &Desk,
    (record, before): (&Record, &Before),
    (parts, on, ending): (&Parts, Date, &PartEnding),
) -> Result<Cleared, IssueError> {
    let matter = record.matter.as_ref().ok_or(IssueError::Unknown)?;
    let decision = DecisionRequest {
        number: ending.decision.clone(),
        decided_on: change::day(ending.decided_on),
        decided_by: ending.decided_by.to_string(),
        shown: Vec::new(),
    };
    let issuer: &DepartmentKey = &record.department;
    let grounds = (matter.as_str(), record.case.as_str(), issuer.as_str());
    let order = IssueOrder {
        request: before.with_parts(parts, on, grounds, decision),
        photo: None,
    };
    let ordered = VersionOrder {
        order,
        following: Following::Change,
    };
    cleared(office, desk, (record, before), &ordered).await
}
