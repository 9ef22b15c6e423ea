//! Certificate status over OCSP: signed ahead and held in memory, so that it does not depend on the store (T-A1);
//! signed afresh where a nonce or the newest moment is asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use crypto::{Authorisation, DigestAlgorithm, KeyStore, KeyUse, SignError, SignatureAlgorithm};
use evidence::ocsp::{
    Answer, CertificateId, Headers, NamedIssuer, Period, Refusal, Request, ResponderError, Signer,
    Status,
};
use pki::certificate::{Certificate, SerialNumber};
use pki::crl::Revoked;
use registry::Registry;
use registry::certificates::{CertificateError, SignedAnswer, Standing};
use thiserror::Error;
use time::{Duration, UtcDateTime};

use crate::clock::Clock;
use crate::hierarchy::Certified;
use crate::keys::ServiceKey;

/// Answers signed in one round of renewal.
const ROUND: u32 = 500;

/// Why there is no answer.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// The response cannot be prepared.
    #[error("the response cannot be prepared")]
    Prepare(#[from] ResponderError),
    /// The key store did not sign.
    #[error("the response was not signed")]
    Sign(#[from] SignError),
    /// The register cannot be asked.
    #[error("the register cannot be asked")]
    Register(#[from] CertificateError),
    /// The certificate is not one that we issued and that stands.
    #[error("the certificate was never issued, or is revoked")]
    NotGood,
}

/// What a client gets.
#[derive(Debug, Clone)]
pub enum Answered {
    /// Signed ahead; may be kept by caches.
    Ahead(Arc<Held>),
    /// Signed for this request.
    Fresh(Vec<u8>),
    /// Refused without a signature (RFC 6960 2.3).
    Refused(Refusal),
}

/// A response signed ahead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The response.
    /// The response, DER.
    pub der: Vec<u8>,
    /// What goes with it over HTTP, written once. Never served from its nextUpdate on (T-A2).
    pub headers: Headers,
    this_update: UtcDateTime,
    next_update: UtcDateTime,
}

impl Held {
    /// Renewed when half its life is over (T-A2).
    fn of(answer: SignedAnswer) -> Self {
        let life = answer.next_update - answer.this_update;
        let refresh = answer.this_update + life / 2;
        Self {
            headers: Headers::of(&answer.der, answer.this_update, answer.next_update, refresh),
            der: answer.der,
            this_update: answer.this_update,
            next_update: answer.next_update,
        }
    }
}

/// A response signed for one request; to be journalled before it leaves.
#[derive(Debug)]
pub struct Fresh {
    /// The response, DER.
    pub der: Vec<u8>,
    /// SHA-256 of the octets that were signed.
    pub signed: [u8; 32],
    /// When it was signed.
    pub moment: UtcDateTime,
}

/// The responder of the issuing CA.
pub struct Responder {
    issuer: ServiceKey,
    key: ServiceKey,
    authority: Certificate,
    named: NamedIssuer,
    certificate: Certified,
    algorithm: SignatureAlgorithm,
    life: Duration,
    keys: Arc<KeyStore>,
    clock: Arc<dyn Clock>,
    registry: Registry,
    held: RwLock<HashMap<SerialNumber, Arc<Held>>>,
    newest: Mutex<HashMap<SerialNumber, Newest>>,
    asked: Mutex<AskedNow>,
}

/// The second in which an answer was signed, and the answer.
type Newest = (i64, Arc<Vec<u8>>);

/// What the register said within one second of the certificates that were asked about in it.
#[derive(Debug, Default)]
struct AskedNow {
    second: i64,
    standings: HashMap<SerialNumber, Told>,
}

/// What is told of a certificate: how it stands, and since when it was not to be relied upon, where that is earlier than
/// its revocation (T-C7).
type Told = (Status, Option<UtcDateTime>);

impl std::fmt::Debug for Responder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Responder")
    }
}

/// What a responder is made of.
pub struct Parts {
    /// The keys of that CA and of the responder.
    pub of: (ServiceKey, ServiceKey),
    /// The CA for which it answers.
    pub authority: Certificate,
    /// Its own certificates.
    pub certificate: Certified,
    /// How it signs.
    pub algorithm: SignatureAlgorithm,
    /// How long an answer is good.
    pub life: Duration,
    /// Where its key is.
    pub keys: Arc<KeyStore>,
    /// Now.
    pub clock: Arc<dyn Clock>,
    /// What is known of certificates.
    pub registry: Registry,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Parts")
    }
}

impl Responder {
    /// A responder that holds no answers yet.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            issuer: parts.of.0,
            key: parts.of.1,
            named: NamedIssuer::of(&parts.authority),
            authority: parts.authority,
            certificate: parts.certificate,
            algorithm: parts.algorithm,
            life: parts.life,
            keys: parts.keys,
            clock: parts.clock,
            registry: parts.registry,
            held: RwLock::default(),
            newest: Mutex::default(),
            asked: Mutex::default(),
        }
    }

    /// The CA whose certificates are answered for.
    #[must_use]
    pub fn authority(&self) -> &Certificate {
        &self.authority
    }

    /// Takes the answers that are stored into memory: what a start does.
    ///
    /// # Errors
    /// `Register`.
    pub async fn load(&self) -> Result<usize, AnswerError> {
        let answers = self.registry.ocsp_answers();
        let issuer = self.issuer.id();
        let mut after = None;
        let mut loaded = 0;
        loop {
            let page = answers.list(&issuer, after, ROUND).await?;
            let Some((last, _)) = page.last() else {
                return Ok(loaded);
            };
            after = Some(*last);
            loaded += page.len();
            self.hold(page);
        }
    }

    /// Signs the answers that are due and keeps them; returns how many. Call until it is 0.
    ///
    /// # Errors
    /// [`AnswerError`]; what was kept before stays kept.
    pub async fn renew(&self) -> Result<usize, AnswerError> {
        let answers = self.registry.ocsp_answers();
        let issuer = self.issuer.id();
        let now = whole(self.clock.now());
        let due = answers.due(&issuer, now, ROUND).await?;
        if due.is_empty() {
            return Ok(0);
        }
        let period = self.period(now);
        let mut made = Vec::with_capacity(due.len());
        for answer in due {
            let status = status(answer.revoked.as_ref());
            let der = self.sign(answer.serial, status, &period)?;
            let signed = SignedAnswer {
                der,
                this_update: period.this_update,
                next_update: period.next_update,
            };
            made.push((answer, signed));
        }
        let held: Vec<_> = made
            .iter()
            .map(|(answer, signed)| (answer.serial, signed.clone()))
            .collect();
        let count = made.len();
        answers.keep(&issuer, made).await?;
        self.hold(held);
        Ok(count)
    }

    fn hold(&self, answers: Vec<(SerialNumber, SignedAnswer)>) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        for (serial, answer) in answers {
            let newer = held
                .get(&serial)
                .is_none_or(|old| old.this_update <= answer.this_update);
            if newer {
                held.insert(serial, Arc::new(Held::of(answer)));
            }
        }
    }

    /// Whether a request is about certificates of this responder's CA alone.
    #[must_use]
    pub fn is_asked(&self, octets: &[u8]) -> bool {
        let request = Request::parse(octets);
        request.is_ok_and(|request| request.ids().iter().all(|id| self.named.issued(id)))
    }

    /// Reads a request: to be signed for freshly where it carries a nonce or asks for several certificates.
    ///
    /// # Errors
    /// The answer, where nothing is to be signed: from memory, or a refusal.
    pub fn read(&self, octets: &[u8]) -> Result<Request, Answered> {
        let request = Request::parse(octets).map_err(|fault| Answered::Refused(fault.refusal()))?;
        // RFC 9919 2.2.3: no record of another issuer, no signed answer.
        if !request.ids().iter().all(|id| self.named.issued(id)) {
            return Err(Answered::Refused(Refusal::Unauthorized));
        }
        match (request.nonce(), self.kept(&request)) {
            (None, Some(ahead)) => Err(ahead),
            _ => Ok(request),
        }
    }

    /// What is held for a request about one certificate, its nonce left aside.
    pub fn kept(&self, request: &Request) -> Option<Answered> {
        let [id] = request.ids() else {
            return None;
        };
        let serial = SerialNumber::from_octets(id.serial()).ok()?;
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let held = held.get(&serial)?;
        // T-A2: never past nextUpdate.
        (self.clock.now() < held.next_update).then(|| Answered::Ahead(held.clone()))
    }

    /// Signs an answer for this request, as of this second.
    ///
    /// # Errors
    /// [`AnswerError`]; the client gets `tryLater`.
    pub async fn fresh(&self, request: &Request) -> Result<Fresh, AnswerError> {
        let now = whole(self.clock.now());
        let period = self.period(now);
        let certificate = self.certificate.current();
        let signer = Signer::Delegate(&certificate);
        let mut answer = Answer::new(signer, self.algorithm, now).with_nonce(request.nonce());
        for id in request.ids() {
            answer = answer.about_invalid(&[id], self.standing(id, now).await?, &period);
        }
        self.finish(answer)
    }

    /// T-C9: *good* is said of what was issued and stands, and of nothing else. An answer says how it stands as of a
    /// whole second: what the register said within that second is what it says.
    async fn standing(&self, id: &CertificateId, now: UtcDateTime) -> Result<Told, AnswerError> {
        let Ok(serial) = SerialNumber::from_octets(id.serial()) else {
            return Ok((Status::Unknown, None));
        };
        let second = now.unix_timestamp();
        if let Some(known) = self.asked_now(second).standings.get(&serial) {
            return Ok(*known);
        }
        let certificates = self.registry.certificates();
        let found = certificates.find(&self.issuer.id(), serial).await?;
        let found = match found.map(|certificate| certificate.standing) {
            Some(Standing::Good) => status(None),
            Some(Standing::Revoked(revoked)) => status(Some(&revoked)),
            _ => (Status::Unknown, None),
        };
        let mut asked = self.asked_now(second);
        // Another second may have begun meanwhile; what is not issued has no end of names.
        if asked.second == second && found.0 != Status::Unknown {
            asked.standings.insert(serial, found);
        }
        Ok(found)
    }

    /// A certificate was revoked: what was known of it a moment ago is over.
    pub fn forget(&self, serial: &SerialNumber) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.standings.remove(serial);
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        newest.remove(serial);
    }

    fn asked_now(&self, second: i64) -> MutexGuard<'_, AskedNow> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.second != second {
            asked.second = second;
            asked.standings.clear();
        }
        asked
    }

    /// An answer as of this very second, for the evidence that goes into a file: after the time-stamp, so that
    /// it proves more than the answer before. One a second and certificate is enough.
    ///
    /// # Errors
    /// `NotGood` if the certificate does not stand: then nothing is sealed with it.
    pub async fn newest(&self, serial: SerialNumber) -> Result<Arc<Vec<u8>>, AnswerError> {
        let now = whole(self.clock.now());
        let second = now.unix_timestamp();
        let kept = {
            let newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
            newest.get(&serial).cloned()
        };
        if let Some((made, der)) = kept
            && made == second
        {
            return Ok(der);
        }
        let certificates = self.registry.certificates();
        let found = certificates.find(&self.issuer.id(), serial).await?;
        if !found.is_some_and(|certificate| certificate.standing == Standing::Good) {
            return Err(AnswerError::NotGood);
        }
        let der = self.sign(serial, status(None), &self.period(now))?;
        let der = Arc::new(der);
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        newest.insert(serial, (second, der.clone()));
        Ok(der)
    }

    fn period(&self, now: UtcDateTime) -> Period {
        Period {
            this_update: now,
            next_update: now + self.life,
            // Records of expired certificates stay from the CA's first day on (ades-pki 10.3).
            archive_cutoff: Some(self.authority.validity().from),
        }
    }

    fn sign(
        &self,
        serial: SerialNumber,
        told: Told,
        period: &Period,
    ) -> Result<Vec<u8>, AnswerError> {
        let certificate = self.certificate.current();
        let signer = Signer::Delegate(&certificate);
        // RFC 9919 2.1.1: clients of both digests find their certificate in it.
        let ids = [DigestAlgorithm::Sha256, DigestAlgorithm::Sha1]
            .map(|algorithm| CertificateId::new(algorithm, &self.authority, &serial));
        let ids: Vec<&CertificateId> = ids.iter().collect();
        let answer = Answer::new(signer, self.algorithm, period.this_update);
        let answer = answer.about_invalid(&ids, told, period);
        Ok(self.finish(answer)?.der)
    }

    fn finish(&self, answer: Answer<'_>) -> Result<Fresh, AnswerError> {
        let prepared = answer.prepare()?;
        let moment = self.clock.now();
        let under =
            Authorisation::journalled(self.key.id(), KeyUse::Ocsp, prepared.to_be_signed(), moment);
        let signature = self.keys.sign(prepared.to_be_signed(), &under)?;
        Ok(Fresh {
            der: prepared.finish(&signature),
            signed: under.journalled,
            moment,
        })
    }
}

fn status(revoked: Option<&Revoked>) -> Told {
    let Some(revoked) = revoked else {
        return (Status::Good, None);
    };
    let status = Status::Revoked {
        at: revoked.since,
        reason: revoked.reason,
    };
    (status, revoked.invalid_since)
}

/// A moment without the part of a second.
#[must_use]
pub fn whole(moment: UtcDateTime) -> UtcDateTime {
    moment.replace_nanosecond(0).unwrap_or(moment)
}
