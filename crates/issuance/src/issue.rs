//! The main job: a decided case becomes a licence. The order of this file, and from the release on of `finishing`, is the
//! table of `docs/issuance.md`.

use std::sync::Arc;

use catalogue::key::{DepartmentKey, MatterCode, SealCode};
use catalogue::{Catalogue, DocumentPurpose, SealUse};
use credential::Handle;
use docket::CaseGround;
use licence::sealing::SealRefused;
use licence::{
    Admitted, Identifier, IssueRequest, LicenceContent, LicenceNumber, Salt, SerialText,
    TemplateRef, admit,
};
use registry::Later;
use registry::StoreError;
use registry::asked::Response;
use registry::jobs::{Grounds, Job, JobId, Reason, StepRefused};
use registry::licences::{
    Composed, Drawn, Follows, NotComposed, Record, Reservation, ReserveRefused, Reserving,
};
use time::UtcDateTime;

use crate::asker::{Asker, Once};
use crate::desk::Desk;
use crate::draft::{DraftError, EndedPart, Journal, Payload, draft, is_the_named, kept};
use crate::finishing::go_on;
use crate::give_up::{Cause, give_up};
use crate::import;
pub use crate::not_issued::{IssueError, deny};
use crate::office::Office;
use crate::printed::{Printed, Printer};
use crate::ruling;
use crate::said::{self, Waits};
use crate::slots::SlotList;
pub use crate::subject::{Spot, Stand};
use crate::waiting::put_by;

/// What a caller gets at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// It waits for its release.
    Waits(Response),
    /// The same request was made before: this was its answer.
    Repeated(Response),
    /// The same request was made before and is not answered yet.
    Running,
}

/// A request with what came beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct IssueOrder {
    /// The request.
    pub request: IssueRequest,
    /// The photograph, PNG or JPEG, where the type has one.
    pub photo: Option<Vec<u8>>,
}

/// A version that may be begun.
#[derive(Debug)]
pub struct Cleared {
    /// The request.
    pub admitted: Admitted,
    /// The seal that may stand on it.
    pub seal: SealCode,
    /// The photograph, where the type has one.
    pub(crate) photo: Option<Vec<u8>>,
    /// The version before, for a further one.
    pub(crate) follows: Option<Follows>,
    /// Bodies that are told of it beside those that always are.
    pub(crate) told: Vec<DepartmentKey>,
    /// The part that ended, and without which it is.
    pub(crate) ended: Option<EndedPart>,
}

/// Steps 2 to 5: admits, reserves and renders; then the job waits for its release.
///
/// # Errors
/// [`IssueError`]; what is refused by a rule stands in the trace.
pub fn begin<'a>(
    office: &'a Office,
    asker: &'a Asker,
    once: &'a Once,
    order: &'a IssueOrder,
) -> Later<'a, Result<Begun, IssueError>> {
    Box::pin(async move {
        let mut desk = office.desk();
        let mut asked = cleared(office, &desk, asker, order);
        // T-S6: by what another process decided since, where that may change the answer.
        if asked.is_err() && import::heard(office, &desk).await {
            desk = office.desk();
            asked = cleared(office, &desk, asker, order);
        }
        let cleared_now = match asked {
            Ok(cleared) => cleared,
            Err(refused) => return Err(not_cleared(office, asker, order, refused).await?),
        };
        let begun = carry_out(office, &desk, asker, once, cleared_now).await;
        if !is_moved_on(&begun) || !import::heard(office, &desk).await {
            return begun;
        }
        desk = office.desk();
        match cleared(office, &desk, asker, order) {
            Ok(cleared) => carry_out(office, &desk, asker, once, cleared).await,
            Err(refused) => Err(not_cleared(office, asker, order, refused).await?),
        }
    })
}

/// Whether another catalogue came into force since it was cleared: nothing of it is written, and it is judged once more.
pub(crate) fn is_moved_on<T>(begun: &Result<T, IssueError>) -> bool {
    matches!(
        begun,
        Err(IssueError::Reserve(ReserveRefused::OtherCatalogue))
    )
}

async fn not_cleared(
    office: &Office,
    asker: &Asker,
    order: &IssueOrder,
    refused: IssueError,
) -> Result<IssueError, IssueError> {
    // What the request calls its matter may be anything: only a well-formed code stands in the trace.
    let matter = MatterCode::parse(&order.request.matter);
    let object = matter.map_or_else(|_| "issue".to_owned(), |matter| matter.to_string());
    deny(office, asker, object, refused).await
}

/// Steps 3 to 5, for what may be begun.
pub(crate) async fn carry_out(
    office: &Office,
    desk: &Desk,
    asker: &Asker,
    once: &Once,
    cleared: Cleared,
) -> Result<Begun, IssueError> {
    if let Err(refused) = unrestricted(office, &cleared).await? {
        let (matter, _) = cleared.admitted.power().matter();
        return Err(deny(office, asker, matter.to_string(), refused.into()).await?);
    }
    let reserved = reserve(office, desk, asker, once, cleared).await;
    if let Err(IssueError::Reserve(ReserveRefused::Store(StoreError::Unavailable(_)))) = &reserved {
        // Whether it stands is not known.
        office.dropped.doubt(office.clock.now());
    }
    let job = match reserved? {
        Reserving::Reserved(reserved) => reserved.job,
        Reserving::Repeated { job, response } => return repeated(office, &job, response).await,
    };
    match render(office, &job, Journal::Knows).await {
        // Another process took the job up: its page waits, and the repeat of the request is told so.
        Err(IssueError::Step(StepRefused::NotNow { .. })) => Ok(Begun::Running),
        Err(error) => {
            office.dropped.note(&job);
            Err(error)
        }
        Ok(rendered) => Ok(Begun::Waits(rendered)),
    }
}

/// R13: what stands against the holder was shown before the decision, and blocks only as listed.
///
/// # Errors
/// The store.
pub async fn unrestricted(
    office: &Office,
    cleared: &Cleared,
) -> Result<Result<(), SealRefused>, StoreError> {
    let succession = cleared.follows.as_ref().map(|follows| follows.succession);
    let Some(grant) = ruling::granted_by(succession) else {
        return Ok(Ok(()));
    };
    let admitted = &cleared.admitted;
    let restrictions = office.registry.restrictions();
    let imposed = restrictions.of(admitted.holder().code()).await?;
    let decision = admitted.decision();
    let case = crate::cases::grant(office, admitted.case()).await?;
    let asked = licence::restriction::Asked {
        licence_type: &admitted.licence_type().key,
        matter: admitted.power().matter().0,
        grant: ruling::as_decided(grant, &case),
        on: decision.decided_on,
    };
    let all = crate::lives::restrictions::listed(&imposed);
    let mut shown = decision.shown.clone();
    // A case whose events are known here was decided under what stood against its applicant.
    if let CaseGround::Known(_) = case {
        shown.extend(all.iter().map(|restriction| restriction.number.clone()));
    }
    let decided = licence::restriction::may_decide(&all, &shown, &asked);
    Ok(decided.map_err(SealRefused::from))
}

/// What a repeat of a request is told: what the first one was, or why its job was given up before it had an answer.
///
/// # Errors
/// [`IssueError`]: why the job was given up, or the store.
pub async fn repeated(
    office: &Office,
    job: &JobId,
    response: Option<Response>,
) -> Result<Begun, IssueError> {
    if let Some(response) = response {
        return Ok(Begun::Repeated(response));
    }
    let job = office.registry.jobs().find(job, None).await?;
    match job.as_ref().and_then(Reason::of) {
        Some(reason) => Err(IssueError::GivenUp(reason)),
        None => Ok(Begun::Running),
    }
}

/// 2: what comes back has every field lawful, an issuer with the power, and a seal that may be used.
///
/// # Errors
/// [`IssueError`]; nothing of it is written.
pub fn cleared(
    office: &Office,
    desk: &Desk,
    asker: &Asker,
    order: &IssueOrder,
) -> Result<Cleared, IssueError> {
    let today = office.settings.zone.date_at(office.clock.now());
    let admitted = admit(&order.request, &desk.catalogue, today)?;
    if *admitted.power().by() != asker.department {
        return Err(IssueError::OtherDepartment);
    }
    Cleared::new(desk, admitted, order.photo.clone(), today)
}

impl Cleared {
    /// What was admitted, if the photograph is the one it names and its issuer has a seal for it.
    pub(crate) fn new(
        desk: &Desk,
        admitted: Admitted,
        photo: Option<Vec<u8>>,
        today: time::Date,
    ) -> Result<Self, IssueError> {
        if !is_the_named(photo.as_deref(), &admitted) {
            return Err(IssueError::Photo);
        }
        let (matter, _) = admitted.power().matter();
        let seal = seal_for(&desk.catalogue, admitted.power().by(), matter, today)?;
        Ok(Self {
            admitted,
            seal,
            photo,
            follows: None,
            told: Vec::new(),
            ended: None,
        })
    }
}

/// The seal of the issuer's that may stand on a licence of this matter today (R1, R2).
fn seal_for(
    catalogue: &Catalogue,
    issuer: &DepartmentKey,
    matter: &MatterCode,
    today: time::Date,
) -> Result<SealCode, IssueError> {
    let mut refused = None;
    for scope in catalogue.seals() {
        if scope.holder != *issuer {
            continue;
        }
        let sealing = SealUse {
            seal: scope.seal.clone(),
            purpose: DocumentPurpose::Licence,
            matter: Some(matter.clone()),
            by: issuer.clone(),
        };
        match catalogue.may_seal(&sealing, today) {
            Ok(_) => return Ok(scope.seal.clone()),
            Err(refusal) => refused = Some(refusal),
        }
    }
    Err(refused.map_or(IssueError::NoSeal, IssueError::Refused))
}

/// 3: one transaction; a repeat of the request finds this job. A full status list is followed by the next one.
async fn reserve(
    office: &Office,
    desk: &Desk,
    asker: &Asker,
    once: &Once,
    cleared: Cleared,
) -> Result<Reserving, IssueError> {
    loop {
        let list = office.slots.newest();
        let list = list.ok_or(IssueError::Reserve(ReserveRefused::ListFull))?;
        let number = list.number;
        let reservation = reservation(office, desk, (asker, once), &cleared, list)?;
        match office.registry.licences().reserve(reservation).await {
            Err(ReserveRefused::ListFull) => {
                let random = office.random.as_ref();
                office
                    .slots
                    .go_on_after(number, &office.registry, random)
                    .await?;
                // The new list is published before anything names it.
                office.upkeep.notify_one();
            }
            reserved => return Ok(reserved?),
        }
    }
}

fn grounds(asker: &Asker, admitted: &Admitted, seal: &SealCode) -> Grounds {
    let decision = admitted.decision();
    Grounds {
        seal: seal.clone(),
        purpose: DocumentPurpose::Licence,
        matter: Some(admitted.power().matter().0.clone()),
        case: admitted.case().to_owned(),
        decision: decision.number.clone(),
        decided_by: Some(decision.decided_by.clone()),
        requester: asker.person.clone(),
    }
}

/// What the registry is told of a licence that may be begun, with its status entry in this list.
///
/// # Errors
/// [`IssueError`]: no page for its type, or no randomness.
pub fn reservation(
    office: &Office,
    desk: &Desk,
    (asker, once): (&Asker, &Once),
    cleared: &Cleared,
    list: Arc<SlotList>,
) -> Result<Reservation, IssueError> {
    let admitted = &cleared.admitted;
    let decision = admitted.decision();
    let payload = Payload {
        issued_on: decision.decided_on,
        photo: cleared.photo.as_deref().map(kept),
        told: cleared.told.clone(),
        ended: cleared.ended.clone(),
        shown: decision.shown.iter().cloned().collect(),
    };
    let now = crate::answers::whole(office.clock.now());
    let zone = office.settings.zone;
    let kind = admitted.licence_type();
    Ok(Reservation {
        asked: asker.asked(once),
        by: asker.by(now),
        department: admitted.power().by().clone(),
        licence_type: (kind.key.clone(), kind.code.clone()),
        issuer: *admitted.issuer_code(),
        year: zone.date_at(now).year(),
        holder: admitted.holder().clone(),
        period: admitted.validity().period(zone),
        catalogue: desk.version,
        grounds: grounds(asker, admitted, &cleared.seal),
        number: admitted.number().cloned(),
        serial: admitted.serial().cloned(),
        follows: cleared.follows.clone(),
        status_list: list.number,
        payload: serde_json::to_vec(&payload).map_err(|_| DraftError::Reserved)?,
        compose: compose(office, desk, admitted.clone(), (now, list))?,
    })
}

/// Number, identifier and data of what is drawn; salts and handle were drawn before, since this may run twice.
fn compose(
    office: &Office,
    desk: &Desk,
    admitted: Admitted,
    (now, list): (UtcDateTime, Arc<SlotList>),
) -> Result<registry::licences::Compose, IssueError> {
    let mut salt = [0; 16];
    office.random.fill(&mut salt)?;
    let handle = Handle::generate(office.random.as_ref())?.to_string();
    let key = admitted.licence_type().key.clone();
    let template = desk
        .blanks
        .get(key.as_str())
        .map(|blank| TemplateRef::new(blank.template().key(), blank.template().version()));
    let Some(Ok(template)) = template else {
        return Err(DraftError::NoTemplate(key.to_string()).into());
    };
    let region = desk
        .catalogue
        .department(admitted.power().by())
        .map(|department| department.region.clone());
    let year = office.settings.zone.date_at(now).year();
    let printed = Printed {
        printer: Printer::of(office, admitted.licence_type(), (list.number, now)),
        department: admitted.power().by().clone(),
        reserved: now,
        period: admitted.validity().period(office.settings.zone),
    };
    Ok(Box::new(move |drawn: &Drawn| {
        let number = match (admitted.number(), &region) {
            (Some(number), _) => number.clone(),
            (None, Some(region)) => LicenceNumber::numbered(&key, region, (year, drawn.running))
                .map_err(|_| NotComposed)?,
            (None, None) => return Err(NotComposed),
        };
        let serial = match admitted.serial() {
            Some(serial) => serial.clone(),
            None => SerialText::numbered(year, drawn.running).map_err(|_| NotComposed)?,
        };
        let kind = &admitted.licence_type().code;
        let identifier =
            Identifier::new(kind.clone(), *admitted.issuer_code(), serial, drawn.version);
        let content =
            LicenceContent::new(&admitted, &identifier, &number, &template, Salt::new(salt));
        let content = content.map_err(|_| NotComposed)?.canonical();
        let content = content.map_err(|_| NotComposed)?;
        let status_index = list.permutation.index(drawn.status_counter);
        let status_index = status_index.ok_or(NotComposed)?;
        let uses = printed.uses(&drawn.job, &content, status_index);
        Ok(Composed {
            number,
            identifier,
            status_index,
            content,
            salts: Vec::new(),
            handle: handle.clone(),
            uses,
        })
    }))
}

/// 4 and 5: code and page; from here on the job waits for its release.
pub(crate) fn render<'a>(
    office: &'a Office,
    job: &'a JobId,
    journal: Journal,
) -> Later<'a, Result<Response, IssueError>> {
    Box::pin(async move {
        let (job, record) = licence_job(office, job).await?;
        let licences = office.registry.licences();
        let content = licences.content(&record.identifier, None).await?;
        let content = content.ok_or(IssueError::Unknown)?;
        let payload: Payload =
            serde_json::from_slice(&job.payload).map_err(|_| DraftError::Reserved)?;
        let drafted = {
            let _place = office.work.acquire().await;
            draft(office, &record, &content, &payload, journal).await
        };
        let drafted = match drafted {
            Ok(drafted) => drafted,
            Err(error) => {
                give_up(office, &job, Cause::Draft(&error)).await?;
                return Err(error.into());
            }
        };
        let (_, unsealed) = put_by(office, drafted.files).await?;
        let by = registry::asked::By::new("service", office.clock.now());
        let waiting = said::waiting(&job, &unsealed);
        let waits = Waits::of(&waiting, Some(&record), Some(&drafted.code));
        let answer = said::response(202, &waits);
        // T-D3: what is answered is kept in the transaction that makes it true.
        office
            .registry
            .jobs()
            .await_release(&job.id, unsealed, answer.clone(), by)
            .await?;
        Ok(answer)
    })
}

async fn licence_job(office: &Office, id: &JobId) -> Result<(Job, Record), IssueError> {
    let job = office.registry.jobs().find(id, None).await?;
    let job = job.ok_or(IssueError::Unknown)?;
    let identifier = job.identifier.clone().ok_or(IssueError::Unknown)?;
    let record = office.registry.licences().find(&identifier, None).await?;
    Ok((job, record.ok_or(IssueError::Unknown)?))
}

/// Steps 7 to 14, for a job whose release was given: also what a restart does with it.
///
/// # Errors
/// [`IssueError`]; the job stays where the journal has it, and is taken up again, unless it would fail so for ever.
pub async fn complete(office: &Office, job: &JobId) -> Result<Response, IssueError> {
    let job = office.registry.jobs().find(job, None).await?;
    go_on(office, job.ok_or(IssueError::Unknown)?).await
}
