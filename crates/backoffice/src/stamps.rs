//! The time-stamping unit: whose moments never go backwards (T-T2) and whose every token is checked and journalled.

use std::sync::Mutex;

use crypto::{Authorisation, Digest, KeyStore, KeyUse, Random, SignError, Signature};
use evidence::cms::Attribute;
use evidence::tsp::{self, Refused, Request, TokenSerial, Unit};
use thiserror::Error;
use time::UtcDateTime;

use crate::clock::Clock;
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
    /// The key store did not sign.
    #[error("the token was not signed")]
    Sign(#[from] SignError),
    /// No randomness for a serial number.
    #[error("no randomness can be had")]
    Random(#[from] crypto::RandomUnavailable),
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
        self.prepared.finish_with(&self.signature, unsigned)
    }
}

/// The unit with the last moment that it gave.
#[derive(Debug)]
pub struct TimeStamps {
    key: ServiceKey,
    unit: Unit,
    last: Mutex<UtcDateTime>,
}

impl TimeStamps {
    /// A unit that signs with `key` and gives no moment before `last`, the latest one that its journal knows.
    #[must_use]
    pub fn new(key: ServiceKey, unit: Unit, last: UtcDateTime) -> Self {
        Self {
            key,
            unit,
            last: Mutex::new(last),
        }
    }

    /// The unit.
    #[must_use]
    pub fn unit(&self) -> &Unit {
        &self.unit
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
        let prepared = tsp::prepare(request, &self.unit, serial, moment)?;
        let message = prepared.to_be_signed();
        let under = Authorisation::journalled(self.key.id(), KeyUse::TimeStamps, &message, moment);
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
        let mut last = self
            .last
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let now = clock.now();
        if now < *last {
            return Err(StampError::ClockBehind);
        }
        *last = now;
        Ok(now)
    }
}
