//! Seals in custody: where each stands, who stops it, who lets it go on (domain.md 4.2, T-S6).
//!
//! A suspension holds for every use that is not in the journal yet, in every process, pending releases included: the
//! journal asks the same row in the transaction that consumes the release.

use catalogue::department::Duty as BodyDuty;
use catalogue::key::{DepartmentKey, SealCode};
use catalogue::{Catalogue, Department, SealScope};
use crypto::KeyId;
use pki::certificate::SerialNumber;
use pki::crl::{Reason, Revoked};
use pki::profile::Profile;
use registry::StoreError;
use registry::asked::Response;
use registry::certificates::{CertificateError, Standing};
use registry::seals::{Acting, SealAct, SealHappened, SealRecord, SealRefused};
use registry::trace::{Act, Deed};
use seal::life::{Consent, Hands, Transition};
use serde::Serialize;
use thiserror::Error;
use time::UtcDateTime;
use tlog::leaf::LeafFault;
use tlog::{Leaf, LeafKind, Opening};

pub use seal::life::{Duty, Event, Stage};

use crate::asker::{Asker, Once};
use crate::import;
use crate::keys::{ServiceKey, national_seal_key, seal_key, seal_keys};
use crate::office::Office;
use crate::said::{moment, response};

/// Why nothing was done to a seal.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CustodyError {
    /// There is no such seal, or none that the asker may see (T-P3).
    #[error("there is no such seal here")]
    Unknown,
    /// The act is not for a duty that the account has.
    #[error("the account has no duty that may do this")]
    Duty,
    /// The person holds no custody of this seal.
    #[error("the person is not a custodian of this seal")]
    NotCustodian,
    /// Who releases a seal does not administer it (R3, T-S4).
    #[error("who releases a seal does not administer it")]
    DutiesNotSeparate,
    /// The table refuses.
    #[error("the seal does not take it")]
    Refused(#[from] SealRefused),
    /// The register of certificates cannot be asked.
    #[error("the register of certificates cannot be asked")]
    Register(#[from] CertificateError),
    /// The leaf cannot be written.
    #[error("the leaf cannot be written")]
    Leaf(#[from] LeafFault),
    /// No randomness for a salt.
    #[error("no randomness can be had")]
    Random(#[from] crypto::RandomUnavailable),
    /// The store.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
}

/// A seal, as those who may see it are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SealTold {
    /// Its code.
    pub seal: String,
    /// Its name.
    pub name: String,
    /// The department whose seal it is.
    pub department: String,
    /// `in_use`, `suspended` or another stage.
    pub state: &'static str,
    /// Since when, RFC 3339.
    pub since: String,
    /// How often its keys were used, whatever came of it: the lines of its ledger.
    pub uses: u64,
    /// A first consent that waits for a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits: Option<ConsentTold>,
}

impl SealTold {
    /// The same seal as this record has it.
    fn after(mut self, record: &SealRecord, now: UtcDateTime) -> Self {
        self.state = record.stage.code();
        self.since = moment(record.since);
        let pending = record.pending.as_ref().filter(|first| now < first.until);
        self.waits = pending.map(|first| ConsentTold {
            event: first.event.code(),
            duty: first.consent.duty.code(),
            until: moment(first.until),
        });
        self
    }
}

/// A first consent that waits for a second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsentTold {
    /// To what.
    pub event: &'static str,
    /// In what duty it was given.
    pub duty: &'static str,
    /// Until when it holds, RFC 3339.
    pub until: String,
}

/// What happened to a seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SealEventTold {
    /// Its number in the seal's life.
    pub number: u64,
    /// What happened.
    pub event: String,
    /// Where the seal stood then.
    pub state: &'static str,
    /// When, RFC 3339.
    pub moment: String,
    /// Who, one or two people.
    pub people: Vec<String>,
    /// Why.
    pub reason: String,
}

impl From<SealHappened> for SealEventTold {
    fn from(happened: SealHappened) -> Self {
        Self {
            number: happened.number,
            event: happened.event,
            state: happened.stage.code(),
            moment: moment(happened.moment),
            people: happened.people,
            reason: happened.reason,
        }
    }
}

/// A seal and its history.
///
/// # Errors
/// `Unknown`, `Store`.
pub async fn find(
    office: &Office,
    asker: &Asker,
    seal: &SealCode,
) -> Result<(SealTold, Vec<SealEventTold>), CustodyError> {
    let keys = seal_keys(seal.as_str()).ok_or(CustodyError::Unknown)?;
    let look = office.registry.seals().look((seal, &keys)).await?;
    let known = look.as_ref().map(|look| look.scope);
    let desk = import::desk_under(office, seal, known).await;
    let scope = seen(office, asker, desk.catalogue.seal(seal))?;
    let look = look.ok_or(CustodyError::Unknown)?;
    let history = look.history.into_iter().map(SealEventTold::from).collect();
    let told = told((scope, &look.record), look.uses, office.clock.now());
    Ok((told, history))
}

/// Acts on a seal, in one of the duties that the account has: the answer is the seal as it stands then. What needs
/// two people waits for the second. A seal that is given up or replaced takes its certificate with it.
///
/// # Errors
/// [`CustodyError`]; what is refused by a rule stands in the trace.
pub async fn act(
    office: &Office,
    (asker, duties): (&Asker, &[Duty]),
    once: &Once,
    seal: &SealCode,
    (event, reason): (Event, &str),
) -> Result<Response, CustodyError> {
    let desk = import::desk_with(office, seal).await?;
    let scope = seen(office, asker, desk.catalogue.seal(seal))?;
    let seals = office.registry.seals();
    let record = seals.find(seal).await?.ok_or(CustodyError::Unknown)?;
    let now = crate::answers::whole(office.clock.now());
    // Who holds the seal may have been enrolled beside another process.
    import::follow_keys(office).await;
    let revokes = revokes(office, seal, event, now).await?;
    let acted = match consent(office, (asker, duties), &record, event) {
        Ok(consent) => {
            let act = SealAct {
                seal: seal.clone(),
                event,
                consent,
                reason: reason.to_owned(),
                leaf: leaf(office, scope, (event.code(), reason))?,
                revokes: revokes.clone(),
                application: None,
                at: now,
            };
            let told = tell(office, scope, &record).await?;
            let tell = Box::new(move |record: &SealRecord| response(200, &told.after(record, now)));
            let acted = seals.act_once(act, asker.asked(once), tell).await;
            acted.map_err(CustodyError::from)
        }
        // A repeat finds the seal where the first request brought it, and is told what that one was.
        Err(refused) => Err(refused),
    };
    match acted {
        Ok(Acting::Acted(response)) => {
            for (_, revoked) in &revokes {
                office.responder.forget(&revoked.serial);
                if let Some(national) = &office.national {
                    national.responder.forget(&revoked.serial);
                }
            }
            office.log.wake();
            // What waited for a seal that goes on is taken up again; status and lists follow at once (T-A3).
            office.upkeep.notify_one();
            Ok(response)
        }
        Ok(Acting::Repeated(response)) => response.ok_or(CustodyError::Unknown),
        Err(CustodyError::Refused(SealRefused::Store(error))) => Err(error.into()),
        Err(refused) => {
            let on = (seal.as_str(), event.code());
            Err(deny(office, asker, on, refused).await?)
        }
    }
}

/// The certificates of a seal's key that stand, where the event ends them.
async fn revokes(
    office: &Office,
    seal: &SealCode,
    event: Event,
    now: UtcDateTime,
) -> Result<Vec<(KeyId, Revoked)>, CustodyError> {
    let reason = match event {
        Event::Cancel => Reason::CessationOfOperation,
        Event::Replace => Reason::Superseded,
        _ => return Ok(Vec::new()),
    };
    let found = certificates(office, seal).await?;
    let revoked = |serial| Revoked {
        serial,
        since: now,
        reason,
        invalid_since: None,
    };
    Ok(found
        .into_iter()
        .map(|(issuer, serial)| (issuer, revoked(serial)))
        .collect())
}

/// The certificates of a seal's keys that stand, by who issued them: one key for each suite (D23).
///
/// # Errors
/// `Register`.
pub async fn certificates(
    office: &Office,
    seal: &SealCode,
) -> Result<Vec<(KeyId, SerialNumber)>, CustodyError> {
    let mut found = own(office, seal_key(seal.as_str()), ServiceKey::Authority).await?;
    let national = national_seal_key(seal.as_str());
    found.extend(own(office, national, ServiceKey::NationalAuthority).await?);
    Ok(found)
}

/// The certificates of a key that stand, by who issued them.
async fn own(
    office: &Office,
    key: Option<KeyId>,
    by: ServiceKey,
) -> Result<Vec<(KeyId, SerialNumber)>, CustodyError> {
    let Some((public, _, _)) = key.and_then(|key| office.keys.public_key(&key)) else {
        return Ok(Vec::new());
    };
    let issuer = by.id();
    let certificates = office.registry.certificates();
    let issued = certificates
        .of_key(&issuer, Profile::SEAL.name, &public)
        .await?;
    let own = issued
        .into_iter()
        .filter(|registered| registered.standing == Standing::Good);
    Ok(own
        .map(|registered| (issuer.clone(), registered.serial))
        .collect())
}

fn seen<'a>(
    office: &Office,
    asker: &Asker,
    scope: Option<&'a SealScope>,
) -> Result<&'a SealScope, CustodyError> {
    let seen = scope.filter(|scope| is_seen(office, asker, scope));
    seen.ok_or(CustodyError::Unknown)
}

/// Its own department, and the administration of seals of the region around it.
fn is_seen(office: &Office, asker: &Asker, scope: &SealScope) -> bool {
    sees(&office.desk().catalogue, &asker.department, &scope.holder)
}

/// Whether the seals of `holder` are there for `own`: its own department, and the administration of seals of the region around it.
#[must_use]
pub fn sees(catalogue: &Catalogue, own: &DepartmentKey, holder: &DepartmentKey) -> bool {
    let of = |key| catalogue.department(key);
    let administers = |own: &Department, holder: &Department| {
        own.has(BodyDuty::SealAdministrator) && own.covers(holder)
    };
    own == holder
        || matches!((of(own), of(holder)), (Some(own), Some(holder)) if administers(own, holder))
}

/// Whether what is done with the seals of `holder` is shown to `own`: as [`sees`], and to a body that supervises theirs.
#[must_use]
pub fn oversees(catalogue: &Catalogue, own: &DepartmentKey, holder: &DepartmentKey) -> bool {
    let of = |key| catalogue.department(key);
    let supervises =
        |own: &Department, holder: &Department| own.has(BodyDuty::Supervisor) && own.covers(holder);
    sees(catalogue, own, holder)
        || matches!((of(own), of(holder)), (Some(own), Some(holder)) if supervises(own, holder))
}

/// The consent of the asker, in the duty that the act still needs.
///
/// # Errors
/// `Duty`, `NotCustodian`, `DutiesNotSeparate`.
pub fn consent(
    office: &Office,
    (asker, duties): (&Asker, &[Duty]),
    record: &SealRecord,
    event: Event,
) -> Result<Consent, CustodyError> {
    let needed = match Transition::find(record.stage, event).map(|row| row.hands) {
        Some(Hands::One(needed)) => needed.to_vec(),
        Some(Hands::Another(needed)) => vec![needed],
        Some(Hands::Two(one, other)) => {
            let first = record.pending.as_ref();
            let first = first.filter(|first| first.event == event);
            let given = first.map(|first| first.consent.duty);
            // The duty that the first consent had not comes first.
            let mut needed = vec![one, other];
            needed.sort_by_key(|duty| Some(*duty) == given);
            needed
        }
        // The table says so itself, to whoever has any duty.
        None => Duty::ALL.to_vec(),
    };
    let duty = needed.into_iter().find(|duty| duties.contains(duty));
    let duty = duty.ok_or(CustodyError::Duty)?;
    let key = seal_key(record.code.as_str()).ok_or(CustodyError::Unknown)?;
    let releasers = office.keys.releasers(&key);
    let releases = releasers
        .iter()
        .any(|releaser| releaser.person == asker.person);
    match (duty, releases) {
        (Duty::Custodian, false) => Err(CustodyError::NotCustodian),
        (Duty::Administrator | Duty::Approver, true) => Err(CustodyError::DutiesNotSeparate),
        _ => Ok(Consent {
            person: asker.person.clone(),
            duty,
        }),
    }
}

/// The public log learns that a seal's state changed, and not why (D13, D18).
///
/// # Errors
/// `Random`, `Leaf`.
pub fn leaf(
    office: &Office,
    scope: &SealScope,
    (event, reason): (&str, &str),
) -> Result<Vec<u8>, CustodyError> {
    let mut salt = [0; 16];
    office.random.fill(&mut salt)?;
    let opening = Opening {
        salt,
        identifier: scope.seal.to_string(),
        version: event.to_owned(),
        content: crypto::sha256(reason.as_bytes()),
        sealed: None,
    };
    let desk = office.desk();
    let holder = desk.catalogue.department(&scope.holder);
    let leaf = Leaf {
        kind: LeafKind::SealState,
        office: holder.map_or_else(String::new, |holder| holder.code.as_str().to_owned()),
        subject: scope.seal.to_string(),
        moment: crate::answers::whole(office.clock.now()),
        commitment: opening.commitment(),
        status: None,
    };
    Ok(leaf.encode()?)
}

async fn tell(
    office: &Office,
    scope: &SealScope,
    record: &SealRecord,
) -> Result<SealTold, CustodyError> {
    let keys = seal_keys(record.code.as_str()).ok_or(CustodyError::Unknown)?;
    let uses = office.registry.seals().uses(&keys).await?;
    Ok(told((scope, record), uses, office.clock.now()))
}

/// A seal as it stands, with the total of its ledger.
#[must_use]
pub fn told((scope, record): (&SealScope, &SealRecord), uses: u64, now: UtcDateTime) -> SealTold {
    let told = SealTold {
        seal: record.code.to_string(),
        name: scope.name_zh.clone(),
        department: record.department.to_string(),
        state: record.stage.code(),
        since: moment(record.since),
        uses,
        waits: None,
    };
    told.after(record, now)
}

/// The stable code of a refusal, as traces have it.
fn ground(refused: &CustodyError) -> &'static str {
    match refused {
        CustodyError::Duty => "seal.duty",
        CustodyError::NotCustodian => "seal.not-custodian",
        CustodyError::DutiesNotSeparate => "seal.duties-not-separate",
        CustodyError::Refused(SealRefused::Life(refused)) => refused.code(),
        CustodyError::Refused(SealRefused::Altered) => "seal.application-altered",
        CustodyError::Refused(SealRefused::Taken) => "seal.code-taken",
        _ => "seal.refused",
    }
}

/// T-L1: what is refused of a seal stands in the trace; gives the refusal back. What is not there, who admitted the caller writes down.
///
/// # Errors
/// `Store`.
pub async fn deny(
    office: &Office,
    asker: &Asker,
    (seal, event): (&str, &str),
    refused: CustodyError,
) -> Result<CustodyError, CustodyError> {
    if let CustodyError::Unknown
    | CustodyError::Refused(SealRefused::Unknown | SealRefused::KeyReused) = refused
    {
        return Ok(refused);
    }
    let act = Act {
        department: asker.department.clone(),
        by: asker.by(office.clock.now()),
        deed: Deed::Deny,
        object: seal.to_owned(),
        ground: ground(&refused).to_owned(),
        detail: vec![("event", event.to_owned())],
        key: None,
    };
    office.registry.trace().record(act).await?;
    Ok(refused)
}
