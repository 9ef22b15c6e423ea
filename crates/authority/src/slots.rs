//! The status lists of the installation: the address of each, and the one in which new versions get their slot (D20).
//!
//! A list that is full stays what it is, signed and served for as long as one of its licences may be asked about; the
//! next one is begun by whoever finds it full, once, whichever process that is.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use credential::Permutation;
use crypto::{Random, RandomUnavailable};
use registry::Registry;
use registry::status::{ListNumber, NewList, StatusError};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::keys::ServiceKey;

/// Why no further list was begun.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BeginList {
    /// The registry of status refuses.
    #[error("the registry of status refuses")]
    Status(#[from] StatusError),
    /// No randomness for its permutation.
    #[error("no randomness can be had")]
    Random(#[from] RandomUnavailable),
}

/// One list, as slots of it are given out.
#[derive(Debug)]
pub struct SlotList {
    /// Its number.
    pub number: ListNumber,
    /// Its address.
    pub uri: String,
    /// Which slot a counter of it means.
    pub permutation: Permutation,
}

/// Every list that was begun.
#[derive(Debug)]
pub struct Slots {
    address: String,
    lists: RwLock<BTreeMap<ListNumber, Arc<SlotList>>>,
}

impl Slots {
    /// The lists that the registry knows; `address` is the service's origin.
    ///
    /// # Errors
    /// The registry.
    pub async fn load(registry: &Registry, address: &str) -> Result<Slots, StatusError> {
        let slots = Slots {
            address: address.to_owned(),
            lists: RwLock::default(),
        };
        slots.reload(registry).await?;
        Ok(slots)
    }

    /// The list in which new versions get their slot; none before the founding.
    pub fn newest(&self) -> Option<Arc<SlotList>> {
        let lists = self.lists.read().unwrap_or_else(PoisonError::into_inner);
        lists.last_key_value().map(|(_, list)| list.clone())
    }

    /// The address of a list. One that another process began since is addressed like all others.
    pub fn uri(&self, number: ListNumber) -> String {
        let lists = self.lists.read().unwrap_or_else(PoisonError::into_inner);
        match lists.get(&number) {
            Some(list) => list.uri.clone(),
            None => address_of(&self.address, number),
        }
    }

    /// Sees to it that there is a list behind the one that is full.
    ///
    /// # Errors
    /// [`BeginList`].
    pub async fn go_on_after(
        &self,
        full: ListNumber,
        registry: &Registry,
        random: &dyn Random,
    ) -> Result<(), BeginList> {
        let is_behind = || self.newest().is_some_and(|newest| newest.number > full);
        if is_behind() {
            return Ok(());
        }
        self.reload(registry).await?;
        if is_behind() {
            return Ok(());
        }
        let next = ListNumber(full.0.saturating_add(1));
        match begin(registry, &self.address, next, random).await {
            // Another process was faster: its list is the one.
            Ok(()) | Err(BeginList::Status(StatusError::Taken(_))) => {}
            Err(error) => return Err(error),
        }
        Ok(self.reload(registry).await?)
    }

    async fn reload(&self, registry: &Registry) -> Result<(), StatusError> {
        let found = registry.status_lists().list().await?;
        let mut lists = self.lists.write().unwrap_or_else(PoisonError::into_inner);
        for list in found {
            let permutation = Permutation::of_list(&list.permutation, &list.uri);
            let slots = SlotList {
                number: list.list,
                uri: list.uri,
                permutation,
            };
            lists.entry(list.list).or_insert_with(|| Arc::new(slots));
        }
        Ok(())
    }
}

/// Begins a list under a permutation of its own.
///
/// # Errors
/// [`BeginList`]; `Taken` when there is one of this number.
pub async fn begin(
    registry: &Registry,
    address: &str,
    number: ListNumber,
    random: &dyn Random,
) -> Result<(), BeginList> {
    let mut permutation = Zeroizing::new([0; 32]);
    random.fill(permutation.as_mut())?;
    let list = NewList {
        list: number,
        uri: address_of(address, number),
        key: ServiceKey::StatusList.id(),
        permutation,
    };
    Ok(registry.status_lists().begin(list).await?)
}

fn address_of(address: &str, number: ListNumber) -> String {
    format!("{address}/status/{}", number.0)
}
