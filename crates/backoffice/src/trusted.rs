//! What is trusted at the moment, as the office holds it: put in force whole, read by everybody.

use std::sync::{Arc, PoisonError, RwLock};

use verify::Trust;

use crate::own_list::OwnList;
use crate::regions::Decided;

/// What is trusted at the moment, and what was published of it.
#[derive(Debug)]
pub(crate) struct Trusted {
    trust: RwLock<Arc<Trust>>,
    decided: RwLock<Arc<Decided>>,
    list: RwLock<Option<Arc<OwnList>>>,
}

impl Trusted {
    pub(crate) fn new(trust: Trust, decided: Decided, list: Option<OwnList>) -> Trusted {
        Trusted {
            trust: RwLock::new(Arc::new(trust)),
            decided: RwLock::new(Arc::new(decided)),
            list: RwLock::new(list.map(Arc::new)),
        }
    }

    pub(crate) fn trust(&self) -> Arc<Trust> {
        let trust = self.trust.read();
        trust.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn put(&self, trust: Trust) {
        *self.trust.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(trust);
    }

    pub(crate) fn decided(&self) -> Arc<Decided> {
        let decided = self.decided.read();
        decided.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn decide(&self, decided: Decided) {
        *self.decided.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(decided);
    }

    pub(crate) fn list(&self) -> Option<Arc<OwnList>> {
        let list = self.list.read();
        list.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn publish(&self, list: OwnList) {
        *self.list.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(list));
    }
}
