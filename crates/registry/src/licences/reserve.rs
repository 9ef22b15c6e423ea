//! Reservation: number, identifier, status index, salts and moment of a licence, fixed in one
//! transaction with the promise that one key has one effect (house-style 2.1 step 3, T-D3).

use catalogue::key::{DepartmentKey, TypeCode, TypeKey};
use catalogue::{OrganisationCode, Period};
use crypto::sha256;
use licence::versions::Birth;
use licence::{Event, Holder, Identifier, LicenceNumber, Life, SerialText, Version};
use thiserror::Error;

use crate::jobs::about::About;
use crate::jobs::document::{Earlier, earlier};
use crate::jobs::job::{self, Grounds, JobKind, NewJob};
use crate::licences::following::{self, FollowRefused, Follows, Place};
use crate::licences::version::{self, DAMAGED, Move, place};
use crate::status::{self, ListNumber};
use store::Link;
use store::StoreError;
use trail::asked::{self, Asked, By, Response};
use trail::id::{JobId, LicenceId};
use trail::journal::{self, KeyUse};
use trail::secrets::Secrets;
use trail::trace::{self, Act, Deed};

/// What is to be reserved.
pub struct Reservation {
    /// The request, with its idempotency key.
    pub asked: Asked,
    /// Who, when. The moment is the licence's own: a redo uses it again.
    pub by: By,
    /// The issuing department.
    pub department: DepartmentKey,
    /// The type, by key and by code.
    pub licence_type: (TypeKey, TypeCode),
    /// The issuer's organisation code.
    pub issuer: OrganisationCode,
    /// The year in which running numbers are counted, in the office's zone.
    pub year: i32,
    /// The holder.
    pub holder: Holder,
    /// During which time it holds.
    pub period: Period,
    /// The number of the catalogue by which it was admitted.
    pub catalogue: u64,
    /// On what grounds its seal will be used.
    pub grounds: Grounds,
    /// The number, if the request brings one.
    pub number: Option<LicenceNumber>,
    /// The serial, if the request brings one.
    pub serial: Option<SerialText>,
    /// The version that gets a further one after it; nothing for a new licence.
    pub follows: Option<Follows>,
    /// The status list in which it gets its index (D20).
    pub status_list: ListNumber,
    /// What the job's maker needs to begin again, kept sealed.
    pub payload: Vec<u8>,
    /// Makes number, identifier and content of what was drawn.
    pub compose: Compose,
}

/// Makes a licence of the numbers drawn for it. Runs inside the transaction, perhaps more than once
/// when a number is taken; has no effects and is quick.
pub type Compose = Box<dyn Fn(&Drawn) -> Result<Composed, NotComposed> + Send + Sync>;

/// Numbers drawn for a reservation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// Running number of issuer, type and year, from 1; for number and serial where the request
    /// brings none.
    pub running: u64,
    /// The status list.
    pub status_list: ListNumber,
    /// The list's counter, from 0; the index is its keyed permutation.
    pub status_counter: u32,
    /// The job.
    pub job: JobId,
    /// The version: the first, or the next one of its licence.
    pub version: Version,
}

/// A licence made of what was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composed {
    /// Its number.
    pub number: LicenceNumber,
    /// Its identifier.
    pub identifier: Identifier,
    /// Its index in the status list.
    pub status_index: u32,
    /// The bytes of `licence.json`.
    pub content: Vec<u8>,
    /// Salts of its commitments.
    pub salts: Vec<u8>,
    /// The handle of its public page, at least 128 random bits.
    pub handle: String,
    /// Uses of keys on it that may follow at once: journalled with the reservation.
    pub uses: Vec<KeyUse>,
}

/// No licence can be made of what was drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("no licence can be made of the numbers drawn")]
pub struct NotComposed;

/// What became of a reservation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reserving {
    /// It was made now.
    Reserved(Box<Reserved>),
    /// The same request was made before; this is its job, and its answer if it has one.
    Repeated {
        /// The job.
        job: JobId,
        /// The answer.
        response: Option<Response>,
    },
}

/// A reservation that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reserved {
    /// The job.
    pub job: JobId,
    /// The licence.
    pub licence: LicenceId,
    /// What was drawn.
    pub drawn: Drawn,
    /// What was made of it.
    pub composed: Composed,
    /// SHA-256 of the content.
    pub content_digest: [u8; 32],
    /// Why there is this version.
    pub birth: Birth,
}

/// A reservation is refused.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum ReserveRefused {
    /// Another request was made under this key (422).
    #[error("another request was made under this key")]
    KeyReused,
    /// The same request is being carried out (409).
    #[error("the same request is being carried out")]
    Running {
        /// Its job.
        job: JobId,
    },
    /// The number belongs to another licence of this type and issuer (R12).
    #[error("the licence number is taken")]
    NumberTaken,
    /// The identifier was given before, and is never given again (R12).
    #[error("the identifier is taken")]
    IdentifierTaken,
    /// No version follows the one named.
    #[error(transparent)]
    Follow(#[from] FollowRefused),
    /// The status list has no index left, or there is no such list: begin the next one.
    #[error("the status list is full")]
    ListFull,
    /// No free number was found.
    #[error("no free number was found")]
    Exhausted,
    /// Another catalogue came into force since it was admitted.
    #[error("another catalogue came into force since it was admitted")]
    OtherCatalogue,
    /// No licence can be made.
    #[error(transparent)]
    NotComposed(#[from] NotComposed),
    /// Its life refuses to begin.
    #[error(transparent)]
    Life(#[from] licence::Refused),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl std::fmt::Debug for Reservation {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Reservation")
            .field("asked", &self.asked)
            .field("department", &self.department)
            .field("licence_type", &self.licence_type)
            .finish_non_exhaustive()
    }
}

/// Running numbers tried when those drawn are taken by numbers that requests brought.
const MAX_DRAWS: u32 = 64;

const DRAW: &str = "INSERT INTO counter (name, value) VALUES ($1, 1) \
     ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value";
const LICENCE: &str = "INSERT INTO licence (id, department, type_code, issuer_code, number, serial, events) \
     SELECT $1, $2, $3, $4, $5, $6, 0 WHERE NOT EXISTS (SELECT 1 FROM version WHERE identifier = $7) \
     ON CONFLICT (type_code, issuer_code, number) DO NOTHING RETURNING 1";
const KNOWN: &str = "SELECT number FROM licence WHERE id = $1";
const FREE: &str = "SELECT 1 FROM version WHERE identifier = $1";
const VERSION: &str = "INSERT INTO version (identifier, department, licence, version, job, licence_type, issuer, \
     matter, case_number, decision, reserved, valid_from, valid_until, content_digest, content, salts, \
     holder_kind, holder_masked, holder_digest, handle_digest, handle, status_list, status_index, life, revision, \
     birth, follows) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, \
     $20, $21, $22, $23, $24, 1, $25, $26) ON CONFLICT (identifier) DO NOTHING RETURNING 1";

/// Writes a reservation, or tells what became of the same request.
pub(crate) async fn reserve(
    link: &mut Link,
    secrets: &Secrets,
    reservation: &Reservation,
) -> Result<Reserving, ReserveRefused> {
    let department = reservation.department.as_str();
    let id = secrets.dated_id(reservation.by.at)?;
    let (seen, catalogue) = asked::note_under(
        link,
        secrets,
        &reservation.asked,
        (department, Some(&id)),
        reservation.by.at,
    )
    .await?;
    match earlier(link, secrets, seen).await? {
        Earlier::None if catalogue != Some(reservation.catalogue) => {
            return Err(ReserveRefused::OtherCatalogue);
        }
        Earlier::None => {}
        Earlier::Other => return Err(ReserveRefused::KeyReused),
        Earlier::Running(job) => return Err(ReserveRefused::Running { job }),
        Earlier::Repeated(job, response) => return Ok(Reserving::Repeated { job, response }),
    }
    let job = JobId::parse(&id).ok_or(DAMAGED)?;
    let (reserved, acts) = fix(link, secrets, reservation, job).await?;
    trace::write_all(link, &acts).await?;
    Ok(Reserving::Reserved(Box::new(reserved)))
}

/// Writes a reservation under its job, for a fact that has noted its request; gives what the trace has to say of it.
pub(crate) async fn fix(
    link: &mut Link,
    secrets: &Secrets,
    reservation: &Reservation,
    job: JobId,
) -> Result<(Reserved, Vec<Act>), ReserveRefused> {
    let reserved = draw(link, secrets, reservation, job).await?;
    let new = NewJob {
        id: reserved.job.as_str(),
        department: &reservation.department,
        kind: JobKind::Licence,
        caller: &reservation.asked.caller,
        begun: reservation.by.at,
        identifier: Some(reserved.composed.identifier.to_string()),
        grounds: &reservation.grounds,
        payload: &reservation.payload,
    };
    job::insert(link, secrets, &new).await?;
    write(link, secrets, reservation, &reserved).await?;
    let detail = vec![
        ("birth", reserved.birth.code().to_owned()),
        ("number", reserved.composed.number.to_string()),
        ("caller", reservation.asked.caller.clone()),
    ];
    let about = About {
        department: &reservation.department,
        job: &reserved.job,
        identifier: Some(&reserved.composed.identifier),
        grounds: &reservation.grounds,
    };
    let mut acts = vec![about.act(&reservation.by, Deed::Reserve, detail)];
    let uses = reserved.composed.uses.iter().cloned();
    acts.extend(uses.map(journal::act));
    Ok((reserved, acts))
}

/// Draws numbers until they make a licence whose number and identifier are free, and takes its
/// number.
async fn draw(
    link: &mut Link,
    secrets: &Secrets,
    reservation: &Reservation,
    job: JobId,
) -> Result<Reserved, ReserveRefused> {
    let status_list = reservation.status_list;
    let place = match &reservation.follows {
        None => None,
        Some(follows) => {
            let (period, at) = (reservation.period, reservation.by.at);
            Some(following::place(link, follows, period, at).await?)
        }
    };
    let status_counter = status::next_index(link, status_list)
        .await?
        .ok_or(ReserveRefused::ListFull)?;
    let counter = format!(
        "running {} {} {}",
        reservation.issuer, reservation.licence_type.1, reservation.year
    );
    for _ in 0..MAX_DRAWS {
        // One number serves number and serial, so that both read alike where both are ours.
        let running = match (&reservation.number, &reservation.serial) {
            (Some(_), Some(_)) => 0,
            _ => link
                .one(DRAW, &[counter.as_str().into()], "counter")
                .await?
                .count()?,
        };
        let drawn = Drawn {
            running,
            status_list,
            status_counter,
            job: job.clone(),
            version: place.as_ref().map_or(Version::FIRST, |place| place.version),
        };
        let composed = (reservation.compose)(&drawn)?;
        let licence =
            match take_number(link, secrets, (reservation, place.as_ref()), &composed).await? {
                Taken::Licence(licence) => licence,
                Taken::Identifier if reservation.serial.is_some() || place.is_some() => {
                    return Err(ReserveRefused::IdentifierTaken);
                }
                Taken::Number if reservation.number.is_some() => {
                    return Err(ReserveRefused::NumberTaken);
                }
                Taken::Identifier | Taken::Number => continue,
            };
        return Ok(Reserved {
            job,
            licence,
            drawn,
            content_digest: sha256(&composed.content),
            birth: place.map_or(Birth::First, |place| place.birth),
            composed,
        });
    }
    Err(ReserveRefused::Exhausted)
}

/// Whose the number is now.
enum Taken {
    /// This licence's.
    Licence(LicenceId),
    /// Nobody's: the identifier is another version's.
    Identifier,
    /// Another licence's.
    Number,
}

async fn take_number(
    link: &mut Link,
    secrets: &Secrets,
    (reservation, place): (&Reservation, Option<&Place>),
    composed: &Composed,
) -> Result<Taken, ReserveRefused> {
    let identifier = composed.identifier.to_string();
    if let Some(place) = place {
        if is_taken(link, &identifier).await? {
            return Ok(Taken::Identifier);
        }
        let licence = [place.licence.as_str().into()];
        let mut row = link.one(KNOWN, &licence, "licence").await?;
        let same = row.text()? == composed.number.as_str();
        return Ok(if same {
            Taken::Licence(place.licence.clone())
        } else {
            Taken::Number
        });
    }
    let id = secrets.dated_id(reservation.by.at)?;
    let values = [
        id.as_str().into(),
        reservation.department.as_str().into(),
        reservation.licence_type.1.as_str().into(),
        reservation.issuer.as_str().into(),
        composed.number.as_str().into(),
        composed.identifier.serial().as_str().into(),
        identifier.as_str().into(),
    ];
    if link.row(LICENCE, &values).await?.is_some() {
        return Ok(Taken::Licence(LicenceId::parse(&id).ok_or(DAMAGED)?));
    }
    Ok(if is_taken(link, &identifier).await? {
        Taken::Identifier
    } else {
        Taken::Number
    })
}

async fn is_taken(link: &mut Link, identifier: &str) -> Result<bool, StoreError> {
    Ok(link.row(FREE, &[identifier.into()]).await?.is_some())
}

async fn write(
    link: &mut Link,
    secrets: &Secrets,
    reservation: &Reservation,
    reserved: &Reserved,
) -> Result<(), ReserveRefused> {
    let (composed, grounds) = (&reserved.composed, &reservation.grounds);
    let at = reservation.by.at;
    let identifier = composed.identifier.to_string();
    let department = reservation.department.as_str();
    let seal = |column, value: &[u8]| secrets.seal(value, place(column, &identifier, department));
    let content = seal("content", &composed.content)?;
    let salts = seal("salts", &composed.salts)?;
    let handle = seal("handle", composed.handle.as_bytes())?;
    let holder = reservation.holder.code();
    // R17: found by a keyed digest; the code itself stands in no column.
    let holder_digest = secrets.lookup("holder", holder.reveal());
    let handle_digest = secrets.lookup("handle", &composed.handle);
    let complete = Event::Complete { at };
    let life = Life::draft().step(&complete, &reservation.period, at)?;
    let life = serde_json::to_string(&life).map_err(|_| DAMAGED)?;
    let masked = holder.masked();
    let values = [
        identifier.as_str().into(),
        department.into(),
        reserved.licence.as_str().into(),
        u32::from(composed.identifier.version().number()).into(),
        reserved.job.as_str().into(),
        reservation.licence_type.0.as_str().into(),
        reservation.issuer.as_str().into(),
        grounds
            .matter
            .as_ref()
            .map_or("", |matter| matter.as_str())
            .into(),
        grounds.case.as_str().into(),
        grounds.decision.as_str().into(),
        at.into(),
        reservation.period.from.into(),
        reservation.period.until.into(),
        (&reserved.content_digest).into(),
        (&content).into(),
        (&salts).into(),
        reservation.holder.kind().into(),
        masked.as_str().into(),
        (&holder_digest).into(),
        (&handle_digest).into(),
        (&handle).into(),
        reserved.drawn.status_list.0.into(),
        composed.status_index.into(),
        life.as_str().into(),
        reserved.birth.code().into(),
        reserved
            .birth
            .before()
            .map(|before| i64::from(before.number()))
            .into(),
    ];
    if link.row(VERSION, &values).await?.is_none() {
        return Err(ReserveRefused::IdentifierTaken);
    }
    let step = Move {
        event: &complete,
        ground: &grounds.decision,
        by: &reservation.by,
    };
    version::happened(link, (&identifier, department), 1, &step, &life).await?;
    Ok(())
}
