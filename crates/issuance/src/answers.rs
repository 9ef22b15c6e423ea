//! Certificate status over OCSP: signed ahead and held in memory, so that it does not depend on the store (T-A1);
//! signed afresh where a nonce or the newest moment is asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crypto::{Authorisation, DigestAlgorithm, KeyStore, KeyUse, SignError, SignatureAlgorithm};
use evidence::ocsp::{
    Answer, CertificateId, Nonce, Period, Refusal, Request, ResponderError, Signer, Status,
};
use pki::certificate::{Certificate, SerialNumber};
use pki::crl::Revoked;
use registry::Registry;
use registry::certificates::{CertificateError, SignedAnswer, Standing};
use thiserror::Error;
use time::{Duration, UtcDateTime};

use crate::clock::Clock;
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
    pub der: Vec<u8>,
    /// As of when.
    pub this_update: UtcDateTime,
    /// Never served from then on (T-A2).
    pub next_update: UtcDateTime,
}

impl Held {
    /// When the next one is made: half its life over (T-A2).
    #[must_use]
    pub fn refresh(&self) -> UtcDateTime {
        self.this_update + (self.next_update - self.this_update) / 2
    }
}

/// The responder of the issuing CA.
pub struct Responder {
    authority: Certificate,
    certificate: Certificate,
    algorithm: SignatureAlgorithm,
    life: Duration,
    keys: Arc<KeyStore>,
    clock: Arc<dyn Clock>,
    registry: Registry,
    held: RwLock<HashMap<SerialNumber, Arc<Held>>>,
    newest: Mutex<HashMap<SerialNumber, Newest>>,
}

/// The second in which an answer was signed, and the answer.
type Newest = (i64, Arc<Vec<u8>>);

impl std::fmt::Debug for Responder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Responder")
    }
}

/// What a responder is made of.
pub(crate) struct Parts {
    pub(crate) authority: Certificate,
    pub(crate) certificate: Certificate,
    pub(crate) algorithm: SignatureAlgorithm,
    /// How long an answer is good.
    pub(crate) life: Duration,
    pub(crate) keys: Arc<KeyStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) registry: Registry,
}

impl Responder {
    pub(crate) fn new(parts: Parts) -> Self {
        Self {
            authority: parts.authority,
            certificate: parts.certificate,
            algorithm: parts.algorithm,
            life: parts.life,
            keys: parts.keys,
            clock: parts.clock,
            registry: parts.registry,
            held: RwLock::default(),
            newest: Mutex::default(),
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
        let issuer = ServiceKey::Authority.id();
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
        let issuer = ServiceKey::Authority.id();
        let now = whole(self.clock.now());
        let due = answers.due(&issuer, now, ROUND).await?;
        if due.is_empty() {
            return Ok(0);
        }
        let period = self.period(now);
        let mut made = Vec::with_capacity(due.len());
        for answer in due {
            let status = status(answer.revoked.as_ref());
            let der = self.sign(&[answer.serial], status, &period, None)?;
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
                let answer = Held {
                    der: answer.der,
                    this_update: answer.this_update,
                    next_update: answer.next_update,
                };
                held.insert(serial, Arc::new(answer));
            }
        }
    }

    /// Answers a request: from memory where that is enough, freshly signed where it carries a nonce or asks
    /// for several certificates.
    ///
    /// # Errors
    /// [`AnswerError`]; the client gets `tryLater`.
    pub async fn answer(&self, octets: &[u8]) -> Result<Answered, AnswerError> {
        let request = match Request::parse(octets) {
            Ok(request) => request,
            Err(fault) => return Ok(Answered::Refused(fault.refusal())),
        };
        // RFC 9919 2.2.3: no record of another issuer, no signed answer.
        if !request
            .ids()
            .iter()
            .all(|id| id.is_issued_by(&self.authority))
        {
            return Ok(Answered::Refused(Refusal::Unauthorized));
        }
        if let ([id], None) = (request.ids(), request.nonce())
            && let Some(held) = self.ahead(id)
        {
            return Ok(Answered::Ahead(held));
        }
        self.fresh_for(&request).await.map(Answered::Fresh)
    }

    fn ahead(&self, id: &CertificateId) -> Option<Arc<Held>> {
        let serial = SerialNumber::from_octets(id.serial()).ok()?;
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let answer = held.get(&serial)?;
        // T-A2: never past nextUpdate.
        (self.clock.now() < answer.next_update).then(|| answer.clone())
    }

    async fn fresh_for(&self, request: &Request) -> Result<Vec<u8>, AnswerError> {
        let now = whole(self.clock.now());
        let period = self.period(now);
        let signer = Signer::Delegate(&self.certificate);
        let mut answer = Answer::new(signer, self.algorithm, now).with_nonce(request.nonce());
        for id in request.ids() {
            answer = answer.about(&[id], self.standing(id).await?, &period);
        }
        self.finish(answer)
    }

    /// T-C9: *good* is said of what was issued and stands, and of nothing else.
    async fn standing(&self, id: &CertificateId) -> Result<Status, AnswerError> {
        let Ok(serial) = SerialNumber::from_octets(id.serial()) else {
            return Ok(Status::Unknown);
        };
        let certificates = self.registry.certificates();
        let found = certificates
            .find(&ServiceKey::Authority.id(), serial)
            .await?;
        Ok(match found.map(|certificate| certificate.standing) {
            Some(Standing::Good) => Status::Good,
            Some(Standing::Revoked(revoked)) => status(Some(&revoked)),
            _ => Status::Unknown,
        })
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
        let found = certificates
            .find(&ServiceKey::Authority.id(), serial)
            .await?;
        if !found.is_some_and(|certificate| certificate.standing == Standing::Good) {
            return Err(AnswerError::NotGood);
        }
        let der = self.sign(&[serial], Status::Good, &self.period(now), None)?;
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
        serials: &[SerialNumber],
        status: Status,
        period: &Period,
        nonce: Option<&Nonce>,
    ) -> Result<Vec<u8>, AnswerError> {
        let signer = Signer::Delegate(&self.certificate);
        let mut answer = Answer::new(signer, self.algorithm, period.this_update).with_nonce(nonce);
        for serial in serials {
            // RFC 9919 2.1.1: clients of both digests find their certificate in it.
            let ids = [DigestAlgorithm::Sha256, DigestAlgorithm::Sha1]
                .map(|algorithm| CertificateId::new(algorithm, &self.authority, serial));
            let ids: Vec<&CertificateId> = ids.iter().collect();
            answer = answer.about(&ids, status, period);
        }
        self.finish(answer)
    }

    fn finish(&self, answer: Answer<'_>) -> Result<Vec<u8>, AnswerError> {
        let prepared = answer.prepare()?;
        let under = Authorisation::journalled(
            ServiceKey::Responder.id(),
            KeyUse::Ocsp,
            prepared.to_be_signed(),
            self.clock.now(),
        );
        let signature = self.keys.sign(prepared.to_be_signed(), &under)?;
        Ok(prepared.finish(&signature))
    }
}

fn status(revoked: Option<&Revoked>) -> Status {
    match revoked {
        None => Status::Good,
        Some(revoked) => Status::Revoked {
            at: revoked.since,
            reason: revoked.reason,
        },
    }
}

pub(crate) fn whole(moment: UtcDateTime) -> UtcDateTime {
    moment.replace_nanosecond(0).unwrap_or(moment)
}
