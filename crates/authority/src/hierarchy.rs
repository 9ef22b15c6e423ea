//! The certificates of the service's own keys.

use std::sync::{Arc, PoisonError, RwLock};

use pki::certificate::Certificate;
use time::UtcDateTime;

/// The certificates of one key of the service that is certified anew before its certificate ends: the one in use and those
/// before it; and of the keys that had its place before, or will have it next. Whoever holds it sees the next one as soon as it
/// is put in use.
#[derive(Debug, Clone)]
pub struct Certified(Arc<RwLock<Known>>);

#[derive(Debug)]
struct Known {
    current: Arc<Certificate>,
    /// The newest first.
    earlier: Vec<Arc<Certificate>>,
    /// Of other keys of the same use, the newest first.
    others: Vec<Arc<Certificate>>,
}

impl Certified {
    /// The newest certificate of a key, and those of the same key before it, the newest first.
    #[must_use]
    pub fn new(newest: Certificate, earlier: Vec<Certificate>) -> Self {
        Self(Arc::new(RwLock::new(Known {
            current: Arc::new(newest),
            earlier: earlier.into_iter().map(Arc::new).collect(),
            others: Vec::new(),
        })))
    }

    /// The same beside those of the keys that had its place before, or will have it next: nothing is signed under them.
    #[must_use]
    pub fn beside(self, others: Vec<Certificate>) -> Self {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.others = others.into_iter().map(Arc::new).collect();
        drop(known);
        self
    }

    /// The one in use.
    #[must_use]
    pub fn current(&self) -> Arc<Certificate> {
        self.read(|known| known.current.clone())
    }

    /// The one of this key that was in use at `moment`; the oldest for a moment before all of them.
    #[must_use]
    pub fn as_of(&self, moment: UtcDateTime) -> Arc<Certificate> {
        let own = self.own();
        let begun = own.iter().find(|one| one.validity().from <= moment);
        let oldest = begun.or_else(|| own.last());
        oldest.cloned().unwrap_or_else(|| self.current())
    }

    /// All of this key, the newest first.
    #[must_use]
    pub fn own(&self) -> Vec<Arc<Certificate>> {
        self.read(|known| {
            let current = std::iter::once(&known.current);
            current.chain(&known.earlier).cloned().collect()
        })
    }

    /// Those of the keys that had its place before, or will have it next.
    #[must_use]
    pub fn others(&self) -> Vec<Arc<Certificate>> {
        self.read(|known| known.others.clone())
    }

    /// All, those of this key first, each the newest first: what was signed under an earlier one names it.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Certificate>> {
        self.own().into_iter().chain(self.others()).collect()
    }

    /// Puts the next one in use; the one before is kept.
    pub fn put(&self, next: Certificate) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if *known.current == next {
            return;
        }
        let before = std::mem::replace(&mut known.current, Arc::new(next));
        known.earlier.insert(0, before);
    }

    fn read<T>(&self, of: impl FnOnce(&Known) -> T) -> T {
        of(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The certificates of the service's own keys.
#[derive(Debug, Clone)]
pub struct Hierarchy {
    /// The root.
    pub root: Certificate,
    /// The issuing CA.
    pub authority: Certificate,
    /// The OCSP responder.
    pub responder: Certified,
    /// The time-stamping unit.
    pub time_stamps: Certified,
    /// The signer of printed codes.
    pub credential: Certified,
    /// The signer of status lists.
    pub status: Certified,
    /// The signer of the trust bundle.
    pub trust: Certified,
}

/// The certificates of the keys of the national suite, all in SM2.
#[derive(Debug, Clone)]
pub struct NationalHierarchy {
    /// The root.
    pub root: Certificate,
    /// The issuing CA.
    pub authority: Certificate,
    /// The OCSP responder.
    pub responder: Certified,
    /// The time-stamping unit.
    pub time_stamps: Certified,
    /// The maker of electronic seals.
    pub maker: Certified,
    /// The signer of printed codes of types that ask for this suite alone.
    pub credential: Certified,
}
