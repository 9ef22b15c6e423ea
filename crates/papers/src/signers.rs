//! Signature identities: who is taken in, proven, given a key and a certificate, stopped, given up (domain.md 4.3).

use catalogue::key::DepartmentKey;
use crypto::device::Order as KeyOrder;
use crypto::{KeyAlgorithm, KeyStoreError, KeyUse, PublicKey};
use dossier::person::Party;
use dossier::signed::signer::SignerAct;
pub use dossier::signed::signer::SignerState;
use dossier::signed::{Assurance, LEAST};
use pki::certificate::{Certificate, Validity};
use pki::crl::{Reason, Revoked};
use pki::name::Name;
use pki::profile::{Citizen, Issuer, NameSubject, Profile};
use registry::StoreError;
use registry::signers::{NewSigner, SignerRecord, SignerStep};
use registry::trace::{Act, Deed};
use serde::Serialize;
use thiserror::Error;
use time::{Duration, UtcDateTime};

pub use registry::signers::SignerRefused;

pub use crate::own_key::OwnKeyRefused;

use crate::own_key;
use backoffice::answers::whole;
use backoffice::asker::{Asker, Once};
use backoffice::certify::{CertifyError, Order};
use backoffice::keys::ServiceKey;
use backoffice::office::Office;
use backoffice::said::moment;

/// How long a signer's certificate holds (*default*).
const LIFE: Duration = Duration::days(365);

/// Acts that the service alone takes.
const OWN: [SignerAct; 2] = [SignerAct::Expire, SignerAct::Spend];

/// Why nothing was done to a signature identity.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SignerError {
    /// Name and number are no person's.
    #[error("name and number are no person's")]
    Person(#[from] licence::ReadHolder),
    /// An identity is proven at L2 or L3: an account alone is no proof (domain.md 4.3).
    #[error("the level proves too little")]
    Level,
    /// Nothing is said of how it was proven.
    #[error("nothing is said of how the identity was proven")]
    Means,
    /// The register refuses.
    #[error("the register refuses")]
    Refused(#[from] SignerRefused),
    /// The name cannot stand in a certificate.
    #[error("the name cannot stand in a certificate")]
    Name(#[from] NameSubject),
    /// No key can be made or kept.
    #[error("no key can be kept")]
    Key(#[from] KeyStoreError),
    /// The issuing CA's own key cannot be read.
    #[error("the issuing CA cannot be used")]
    Authority(#[from] crypto::ReadKey),
    /// The key is not taken as the person's own.
    #[error(transparent)]
    OwnKey(#[from] OwnKeyRefused),
    /// There is no certificate.
    #[error("the certificate was not issued")]
    Certify(#[from] CertifyError),
    /// It cannot be revoked.
    #[error("the certificate cannot be revoked")]
    Revoke(#[from] registry::certificates::CertificateError),
    /// The store.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
}

/// A person who is to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignerOrder {
    /// The name as the person's document has it.
    pub name: String,
    /// The citizen's number: kept sealed, found by a keyed digest, shown masked (D8).
    pub number: String,
}

/// What is done to an identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignerOrdered {
    /// What.
    pub act: SignerAct,
    /// On proof: how sure it is who the person is.
    pub level: Option<Assurance>,
    /// On activation, where the person holds the key: a request for its certificate (RFC 2986), in DER.
    pub request: Option<Vec<u8>>,
    /// By which means, or why.
    pub reason: String,
}

/// An identity as its department sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignerTold {
    /// Its identifier.
    pub signer: String,
    /// `applied`, `identity_proven`, `active`, `suspended`, `cancelled` or `expired`.
    pub state: &'static str,
    /// `L1`, `L2` or `L3`, once proven.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Assurance>,
    /// The name, starred.
    pub name: String,
    /// The number, starred.
    pub number: String,
    /// Since when it is in its state, RFC 3339.
    pub since: String,
    /// The certificate's last moment, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Who holds its key: `office` or `person`.
    pub key: &'static str,
}

impl SignerTold {
    fn of(record: &SignerRecord) -> Self {
        Self {
            signer: record.id.clone(),
            state: record.state.code(),
            level: record.level,
            name: record.person.masked_name(),
            number: record.person.masked_code(),
            since: moment(record.since),
            until: record.until.map(moment),
            key: match record.own_key {
                Some(_) => "person",
                None => "office",
            },
        }
    }
}

/// Takes a person in.
///
/// # Errors
/// `Person`, `Refused`.
pub async fn apply(
    office: &Office,
    asker: &Asker,
    once: &Once,
    order: &SignerOrder,
) -> Result<SignerTold, SignerError> {
    let new = NewSigner {
        asked: asker.asked(once),
        department: asker.department.clone(),
        person: Party::parse("person", &order.name, &order.number)?,
        document: None,
        by: asker.by(office.clock.now()),
    };
    let record = office.registry.signers().apply(new).await?;
    Ok(SignerTold::of(&record))
}

/// An identity of the own department.
///
/// # Errors
/// `Refused` with `Unknown`.
pub async fn find(office: &Office, asker: &Asker, signer: &str) -> Result<SignerTold, SignerError> {
    Ok(SignerTold::of(
        &found(office, &asker.department, signer).await?,
    ))
}

/// Which identities of the own department are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignersAsked {
    /// The last one of the page before; empty for the first page.
    pub after: String,
    /// How many, at most 100.
    pub limit: Option<u32>,
    /// In this state.
    pub state: Option<SignerState>,
}

impl SignersAsked {
    fn limit(&self) -> u32 {
        self.limit.map_or(PAGE, |limit| limit.clamp(1, PAGE))
    }
}

/// Identities on a page, at most.
const PAGE: u32 = 100;

/// Identities of the own department, by identifier; fewer than the limit where they are the last.
///
/// # Errors
/// `Store`.
pub async fn list(
    office: &Office,
    asker: &Asker,
    asked: &SignersAsked,
) -> Result<Vec<SignerTold>, SignerError> {
    let of = (&asker.department, asked.state);
    let signers = office.registry.signers();
    let page = signers.page(of, (&asked.after, asked.limit())).await?;
    Ok(page.iter().map(SignerTold::of).collect())
}

/// The identities of the person of this number in the own department, at most 100; none where there is no such person.
///
/// # Errors
/// `Store`.
pub async fn of_person(
    office: &Office,
    asker: &Asker,
    number: &str,
) -> Result<Vec<SignerTold>, SignerError> {
    let number = number.trim().to_uppercase();
    let of = (&asker.department, number.as_str());
    let found = office.registry.signers().of_person(of, PAGE).await?;
    Ok(found.iter().map(SignerTold::of).collect())
}

pub(crate) async fn found(
    office: &Office,
    department: &DepartmentKey,
    signer: &str,
) -> Result<SignerRecord, SignerError> {
    let signers = office.registry.signers();
    let found = signers.find(department, signer).await?;
    Ok(found.ok_or(SignerRefused::Unknown)?)
}

/// Takes a step of the table; on activation the key is made and certified, at an end its certificate is revoked.
///
/// # Errors
/// [`SignerError`]; what the table refuses stands in the trace.
pub async fn act(
    office: &Office,
    asker: &Asker,
    signer: &str,
    ordered: &SignerOrdered,
) -> Result<SignerTold, SignerError> {
    let record = found(office, &asker.department, signer).await?;
    let acted = acted(office, asker, &record, ordered).await;
    match acted {
        Ok(record) => Ok(SignerTold::of(&record)),
        Err(refused) => {
            let Some(ground) = ground(&refused) else {
                return Err(refused);
            };
            let entry = Act {
                department: asker.department.clone(),
                by: asker.by(office.clock.now()),
                deed: Deed::Deny,
                object: record.id.clone(),
                ground: ground.to_owned(),
                detail: vec![("act", ordered.act.code().to_owned())],
                key: None,
            };
            office.registry.trace().record(entry).await?;
            Err(refused)
        }
    }
}

/// Under which code a refusal of an act stands in the trace.
fn ground(refused: &SignerError) -> Option<&'static str> {
    match refused {
        SignerError::Level => Some("signer.level"),
        SignerError::Means => Some("signer.means"),
        SignerError::Refused(SignerRefused::Life(_)) => Some("signer.not-listed"),
        SignerError::OwnKey(refused) => Some(refused.code()),
        _ => None,
    }
}

async fn acted(
    office: &Office,
    asker: &Asker,
    record: &SignerRecord,
    ordered: &SignerOrdered,
) -> Result<SignerRecord, SignerError> {
    // Asked before a key is made; the register asks again in its transaction.
    record
        .state
        .step(ordered.act)
        .map_err(SignerRefused::Life)?;
    let level = match ordered.act {
        SignerAct::Prove => {
            let level = ordered.level.filter(|level| *level >= LEAST);
            // 4.3: who proved an identity says by what.
            if ordered.reason.trim().is_empty() {
                return Err(SignerError::Means);
            }
            Some(level.ok_or(SignerError::Level)?)
        }
        _ => None,
    };
    let (certificate, own_key) = match (ordered.act, &ordered.request) {
        (SignerAct::Activate, Some(request)) => {
            let (certificate, key) = certify_own(office, asker, record, request).await?;
            (Some(certificate), Some(key))
        }
        (SignerAct::Activate, None) => (Some(certify(office, asker, record, LIFE).await?), None),
        _ => (None, None),
    };
    let certificate =
        certificate.map(|certificate| (certificate.der().to_vec(), certificate.validity().last));
    let step = SignerStep {
        department: asker.department.clone(),
        signer: record.id.clone(),
        act: ordered.act,
        level,
        certificate,
        own_key,
        reason: ordered.reason.clone(),
        by: asker.by(office.clock.now()),
    };
    if ordered.act == SignerAct::Cancel {
        // First, and once: what stops here is begun again by the same act, and nobody is cancelled whose certificate is good.
        revoke(office, asker, record).await?;
    }
    let stepped = office.registry.signers().step(step).await?;
    if ordered.act == SignerAct::Cancel {
        let book = office.registry.handwriting();
        book.drop_of(&asker.department, &stepped.id).await?;
    }
    Ok(stepped)
}

/// A key of the person's own in the key store, and its certificate. A key that an interrupted activation left is used.
pub(crate) async fn certify(
    office: &Office,
    asker: &Asker,
    record: &SignerRecord,
    life: Duration,
) -> Result<Certificate, SignerError> {
    let id = record.key().ok_or(SignerRefused::Unknown)?;
    let public: PublicKey = match office.keys.public_key(&id) {
        Some((public, ..)) => public,
        None => {
            let order = KeyOrder {
                id: id.clone(),
                for_use: KeyUse::Person,
                kind: KeyAlgorithm::EcP256,
                algorithm: None,
                seal: None,
            };
            office.keys.make(&[order], office.random.as_ref())?;
            let made = office.keys.public_key(&id);
            made.ok_or(KeyStoreError::UnknownKey(id.clone()))?.0
        }
    };
    certified(office, asker, record, (&public, life)).await
}

/// A certificate for a key that the person holds and showed to hold, and by which the key is known. It is this person's before it is
/// certified; what an interrupted activation left is used.
async fn certify_own(
    office: &Office,
    asker: &Asker,
    record: &SignerRecord,
    request: &[u8],
) -> Result<(Certificate, [u8; 32]), SignerError> {
    let key = own_key::read(record, request)?;
    let digest = own_key::digest(&key);
    let of = (record.department.clone(), record.id.clone());
    let now = whole(office.clock.now());
    match office.registry.signers().claim(of, digest, now).await {
        Err(SignerRefused::KeyKnown) => return Err(OwnKeyRefused::Known.into()),
        claimed => claimed?,
    }
    let certificate = match own_key::left(office, (&subject(record)?, &key)).await? {
        Some(left) => left,
        None => certified(office, asker, record, (&key, LIFE)).await?,
    };
    Ok((certificate, digest))
}

/// Whom a certificate of an identity is about.
fn subject(record: &SignerRecord) -> Result<Name, NameSubject> {
    Citizen {
        name: record.person.name(),
        identifier: &record.id,
    }
    .name()
}

/// A certificate of our own for a person's key, wherever that is.
async fn certified(
    office: &Office,
    asker: &Asker,
    record: &SignerRecord,
    (public, life): (&PublicKey, Duration),
) -> Result<Certificate, SignerError> {
    let name = subject(record)?;
    let ca = ServiceKey::Authority.id();
    let algorithm = office
        .algorithm(ServiceKey::Authority)
        .ok_or(KeyStoreError::UnknownKey(ca.clone()))?;
    let issuer = Issuer::of(&office.hierarchy.authority, algorithm)?;
    let from = whole(office.clock.now());
    let authority = office.issues_by(&ca, &issuer);
    let last = (from + life).min(office.hierarchy.authority.validity().last);
    let order = Order {
        profile: Profile::SIGNER,
        subject: &name,
        key: public,
        validity: Validity {
            from,
            last: last - Duration::SECOND,
        },
        department: asker.department.as_str(),
        asker: Some(asker),
    };
    Ok(authority.issue(&order).await?)
}

/// Cancelled at a moment: what was signed before it stays good (domain.md 4.3).
async fn revoke(office: &Office, asker: &Asker, record: &SignerRecord) -> Result<(), SignerError> {
    let certificate = record.certificate.as_deref().map(Certificate::parse);
    let Some(Ok(certificate)) = certificate else {
        return Ok(());
    };
    let now = whole(office.clock.now());
    let revoked = Revoked {
        serial: *certificate.serial(),
        since: now,
        reason: Reason::CessationOfOperation,
        invalid_since: None,
    };
    let act = asker.certified(certificate.serial(), "revoked", now);
    let certificates = office.registry.certificates();
    certificates
        .revoke(&ServiceKey::Authority.id(), revoked, Some(act))
        .await?;
    office.responder.forget(certificate.serial());
    office.upkeep.notify_one();
    Ok(())
}

/// Whether an identity's certificate is over.
pub(crate) fn is_over(record: &SignerRecord, now: UtcDateTime) -> bool {
    record.until.is_some_and(|until| until < now)
}

/// The level of this code.
#[must_use]
pub fn level(code: &str) -> Option<Assurance> {
    match code {
        "L1" => Some(Assurance::L1),
        "L2" => Some(Assurance::L2),
        "L3" => Some(Assurance::L3),
        _ => None,
    }
}

impl SignerOrdered {
    /// What these codes ask for; `None` for one that is unknown. That a certificate is over is the service's to say.
    #[must_use]
    pub fn read(act: &str, level: Option<&str>, reason: String) -> Option<Self> {
        let level = match level.map(self::level) {
            Some(None) => return None,
            level => level.flatten(),
        };
        let act = SignerAct::find(act).filter(|act| !OWN.contains(act))?;
        Some(Self {
            act,
            level,
            request: None,
            reason,
        })
    }
}
