//! What two people ask for, and what comes of it.

use backoffice::keys::ServiceKey;
use catalogue::key::PersonKey;
use crypto::KeyId;
use pki::certificate::SerialNumber;
use time::{Duration, UtcDateTime};

use crate::fault::SuccessionError;

/// The keys that give their place to another so.
pub const USES: [ServiceKey; 9] = [
    ServiceKey::Responder,
    ServiceKey::TimeStamps,
    ServiceKey::Credential,
    ServiceKey::StatusList,
    ServiceKey::TrustBundle,
    ServiceKey::NationalResponder,
    ServiceKey::NationalTimeStamps,
    ServiceKey::NationalCredential,
    ServiceKey::SealMaker,
];

/// What two people ask for.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// The name of the key whose place is given to another.
    pub of: &'a str,
    /// Who does it.
    pub people: [&'a PersonKey; 2],
    /// How long the former key is kept before it may be erased.
    pub keep: Duration,
    /// Whether it is done though a former key of this use is still kept: the one in use has to go at once.
    pub again: bool,
    /// Whether no service runs on the key store, as far as this machine knows.
    pub alone: bool,
}

impl Order<'_> {
    /// T-S9: at least so long a key is kept that is going to be erased.
    pub const LEAST: Duration = Duration::days(7);
    /// So long where nothing else is said (T-S9).
    pub const USUAL: Duration = Duration::days(30);
    /// And at most so long.
    pub const MOST: Duration = Duration::days(366);

    /// The key that is meant.
    pub(crate) fn key(&self) -> Result<ServiceKey, SuccessionError> {
        let named = |key: &ServiceKey| key.name() == self.of;
        if let Some(found) = USES.into_iter().find(|key| named(key)) {
            return Ok(found);
        }
        let mut others = ServiceKey::ALL.into_iter().chain(ServiceKey::NATIONAL);
        Err(match others.find(named) {
            Some(key) => SuccessionError::Ceremony(key.name()),
            None => SuccessionError::Use,
        })
    }
}

/// How far it goes; in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The traces of both people's departments have it.
    Told,
    /// The next key is there, under a name of its own.
    Made,
    /// It has a certificate: what is published names it from the next start on, and nothing is signed by it.
    Certified,
    /// It has signed, once, what the journal knew before.
    Proven,
    /// The traces have which key goes and which one comes.
    Agreed,
    /// It is in the place of the one before.
    Succeeded,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// How far.
    pub step: Step,
    /// The number of the next key's certificate, where it has one.
    pub serial: Option<SerialNumber>,
    /// The former key and from when on it may be erased, where it gave its place.
    pub former: Option<(KeyId, UtcDateTime)>,
}
