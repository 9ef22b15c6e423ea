//! The time-stamping unit: whose moments never go backwards (T-T2) and whose every token is checked and journalled.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crypto::{
    Authorisation, Digest, KeyStore, KeyUse, Random, SignError, Signature, SignatureAlgorithm,
};
use evidence::cms::Attribute;
use evidence::tsp::{self, Accuracy, Refused, Request, TokenSerial, Unit};
use pki::certificate::Certificate;
use thiserror::Error;
use time::UtcDateTime;

use crate::clock::{Clock, Distrust};
use crate::hierarchy::Certified;
use crate::keys::ServiceKey;

/// Why there is no token.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StampError {
    /// The request is refused; the answer says so (RFC 3161 2.4.2).
    #[error("the request is refused")]
    Refused(#[from] Refused),
    /// The clock stands behind a moment that was stamped already.
    #[error("the clock stands behind the last token")]
    ClockBehind,
    /// The clock is not believed (T-T1).
    #[error("the clock is not believed")]
    Distrusted(#[from] Distrust),
    /// The key store did not sign.
    #[error("the token was not signed")]
    Sign(#[from] SignError),
    /// No randomness for a serial number.
    #[error("no randomness can be had")]
    Random(#[from] crypto::RandomUnavailable),
}

/// Whether anything may be stamped or sealed by the clock now (T-T1): asked before a seal too, with a stamp or without.
///
/// # Errors
/// `Distrusted`.
pub fn believed(clock: &dyn Clock) -> Result<(), StampError> {
    Ok(clock.distrust().map_or(Ok(()), Err)?)
}

/// A token and what the journal has to say of it.
#[derive(Debug, Clone)]
pub struct Stamp {
    /// The token, DER.
    pub token: Vec<u8>,
    /// Its genTime.
    pub moment: UtcDateTime,
    /// SHA-256 of the octets that were signed.
    pub signed: [u8; 32],
    /// Their signature, as it was made.
    pub signature: Signature,
}

/// A token that is signed and not written yet: what comes later may still go into its unsigned attributes.
#[derive(Debug)]
pub struct Open {
    prepared: tsp::Prepared,
    /// Its genTime.
    pub moment: UtcDateTime,
    /// SHA-256 of the octets that were signed.
    pub signed: [u8; 32],
    /// Their signature, as it was made.
    pub signature: Signature,
}

impl Open {
    /// The token, DER, with these unsigned attributes.
    #[must_use]
    pub fn token(self, unsigned: &[Attribute]) -> Vec<u8> {
        self.token_keeping(unsigned, &[])
    }

    /// The same with revocation lists, DER, for whoever judges in later years.
    #[must_use]
    pub fn token_keeping(self, unsigned: &[Attribute], lists: &[Vec<u8>]) -> Vec<u8> {
        self.prepared
            .finish_keeping(&self.signature, unsigned, lists)
    }
}

/// What a unit is, whichever of its certificates is in use.
#[derive(Debug, Clone)]
pub struct Stamping {
    /// Its key.
    pub key: ServiceKey,
    /// Its certificates: the newest is in use.
    pub certified: Certified,
    /// Who issued them.
    pub authority: Certificate,
    /// How it signs.
    pub algorithm: SignatureAlgorithm,
    /// Under which policies, the first is usual.
    pub policies: Vec<asn1::Oid>,
}

impl Stamping {
    /// The unit under its newest certificate.
    fn unit(&self) -> Arc<Unit> {
        let certificate = self.certified.current();
        let chain = [certificate.as_ref(), &self.authority];
        Arc::new(Unit {
            chain: chain.map(|one| one.der().to_vec()).to_vec(),
            certificate: Certificate::clone(&certificate),
            algorithm: self.algorithm,
            policies: self.policies.clone(),
            accuracy: Accuracy::SECOND,
        })
    }
}

/// The unit with the last moment that it gave.
#[derive(Debug)]
pub struct TimeStamps {
    of: Stamping,
    unit: RwLock<Arc<Unit>>,
    last: Mutex<UtcDateTime>,
}

impl TimeStamps {
    /// A unit that gives no moment before `last`, the latest one that its journal knows.
    #[must_use]
    pub fn new(of: Stamping, last: UtcDateTime) -> Self {
        Self {
            unit: RwLock::new(of.unit()),
            of,
            last: Mutex::new(last),
        }
    }

    /// The unit, under the certificate that is in use now.
    #[must_use]
    pub fn unit(&self) -> Arc<Unit> {
        let known = {
            let held = self.unit.read().unwrap_or_else(PoisonError::into_inner);
            held.clone()
        };
        if known.certificate == *self.of.certified.current() {
            return known;
        }
        let next = self.of.unit();
        *self.unit.write().unwrap_or_else(PoisonError::into_inner) = next.clone();
        next
    }

    /// Answers a request with a token. The caller journals it before it leaves.
    ///
    /// # Errors
    /// [`StampError`].
    pub fn stamp(
        &self,
        request: &Request,
        clock: &dyn Clock,
        keys: &KeyStore,
        random: &dyn Random,
    ) -> Result<Stamp, StampError> {
        let open = self.open(request, clock, keys, random)?;
        let (moment, signed) = (open.moment, open.signed);
        let signature = open.signature.clone();
        Ok(Stamp {
            token: open.token(&[]),
            moment,
            signed,
            signature,
        })
    }

    /// The same, to be written when what it is to carry is there.
    ///
    /// # Errors
    /// [`StampError`].
    pub fn open(
        &self,
        request: &Request,
        clock: &dyn Clock,
        keys: &KeyStore,
        random: &dyn Random,
    ) -> Result<Open, StampError> {
        let moment = self.moment(clock)?;
        let serial = TokenSerial::draw(random)?;
        let prepared = tsp::prepare(request, &self.unit(), serial, moment)?;
        let message = prepared.to_be_signed();
        let under =
            Authorisation::journalled(self.of.key.id(), KeyUse::TimeStamps, &message, moment);
        let moment = prepared.info().moment();
        let signature = keys.sign(&message, &under)?;
        Ok(Open {
            prepared,
            moment,
            signed: under.journalled,
            signature,
        })
    }

    /// A token over `digest` for a signature of our own.
    ///
    /// # Errors
    /// [`StampError`].
    pub fn stamp_digest(
        &self,
        digest: &Digest,
        clock: &dyn Clock,
        keys: &KeyStore,
        random: &dyn Random,
    ) -> Result<Stamp, StampError> {
        self.stamp(&Request::new(digest), clock, keys, random)
    }

    /// T-T2: a clock that went backwards waits until it has caught up; it never gives an earlier moment. The clock is
    /// read while the last moment is held: two requests at once get their moments in the order of their reading.
    fn moment(&self, clock: &dyn Clock) -> Result<UtcDateTime, StampError> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        believed(clock)?;
        let now = clock.now();
        if now < *last {
            return Err(StampError::ClockBehind);
        }
        *last = now;
        Ok(now)
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::utc_datetime;

    use super::*;
    use crate::certify::Policies;
    use crate::clock::FixedClock;

    const AT: UtcDateTime = utc_datetime!(2026-11-22 4:00);

    fn stamps() -> TimeStamps {
        let own = include_bytes!("../../../keys-example/files/tsa.cer");
        let own = Certificate::parse(own).expect("a certificate");
        let of = Stamping {
            key: ServiceKey::TimeStamps,
            authority: own.clone(),
            certified: Certified::new(own, Vec::new()),
            algorithm: SignatureAlgorithm::EcdsaP256Sha256,
            policies: vec![Policies::SAMPLES.stamps],
        };
        TimeStamps::new(of, AT)
    }

    #[test]
    fn the_unit_stamps_under_the_certificate_that_is_in_use() {
        let stamps = stamps();
        let before = stamps.unit();
        assert_eq!(stamps.unit().certificate, before.certificate);
        let next = include_bytes!("../../../keys-example/files/ocsp.cer");
        let next = Certificate::parse(next).expect("a certificate");
        stamps.of.certified.put(next.clone());
        let after = stamps.unit();
        assert_eq!(after.certificate, next);
        assert_eq!(after.chain.first().map(Vec::as_slice), Some(next.der()));
        assert_eq!(after.chain.get(1), before.chain.get(1));
    }

    #[test]
    fn no_moment_is_earlier_than_one_before() {
        let (stamps, clock) = (stamps(), FixedClock::new(AT));
        let at = |moment| {
            clock.put(moment);
            stamps.moment(&clock)
        };
        // As late as the last that the journal knows, and not a second earlier.
        assert!(matches!(
            at(AT - Duration::SECOND),
            Err(StampError::ClockBehind)
        ));
        assert_eq!(at(AT).ok(), Some(AT));
        let later = AT + Duration::HOUR;
        assert_eq!(at(later).ok(), Some(later));
        assert!(matches!(
            at(AT + Duration::MINUTE),
            Err(StampError::ClockBehind)
        ));
        assert_eq!(at(later).ok(), Some(later));
    }

    struct Doubted(Distrust);

    impl Clock for Doubted {
        fn now(&self) -> UtcDateTime {
            AT + Duration::DAY
        }

        fn distrust(&self) -> Option<Distrust> {
            Some(self.0)
        }
    }

    #[test]
    fn a_clock_that_is_not_believed_gives_no_moment_and_leaves_the_last_one() {
        let stamps = stamps();
        let why = Distrust::Divided;
        let given = stamps.moment(&Doubted(why));
        assert!(matches!(given, Err(StampError::Distrusted(told)) if told == why));
        assert_eq!(stamps.moment(&FixedClock::new(AT)).ok(), Some(AT));
    }
}
