//! What the routes reach.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Multipart;
use issuance::Office;
use serde::de::DeserializeOwned;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wire::arrival::part;
use wire::problem::{Code, Problem};

/// Where departments ask, and persons sign.
#[derive(Clone)]
pub struct Desk {
    /// The office.
    pub office: Arc<Office>,
    /// Where its work is done, which gives way to strangers (T-A4).
    pub threads: Handle,
    /// Places for signatures in flight; without one a request is shed (T-A5).
    pub jobs: Arc<Semaphore>,
    /// Places for documents in memory.
    pub documents: Arc<Semaphore>,
    /// How long a request waits for its place.
    pub patience: Duration,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Desk")
    }
}

fn busy() -> Problem {
    Problem::new(Code::Busy)
}

impl Desk {
    /// A place for a signature, at once or not at all.
    pub(crate) fn job(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let place = self.jobs.clone().try_acquire_owned();
        place.map_err(|_| busy())
    }

    /// A place for a document, in time or not at all.
    pub(crate) async fn document(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let place = self.documents.clone().acquire_owned();
        let place = tokio::time::timeout(self.patience, place).await;
        place.map_err(|_| busy())?.map_err(|_| busy())
    }
}

/// The two parts of a form that brings a document: what is asked, as JSON, and the file; each once.
pub(crate) async fn order_and_file<T: DeserializeOwned>(
    mut form: Multipart,
) -> Result<(T, Vec<u8>), Problem> {
    let malformed = || Problem::new(Code::RequestMalformed);
    let (mut order, mut file) = (None, None);
    while let Some(field) = form.next_field().await.map_err(|_| malformed())? {
        let name = field.name().map(str::to_owned);
        let octets = part(field).await?;
        match name.as_deref() {
            Some("order") if order.is_none() => {
                issuance::inspect_json(&octets).map_err(|_| malformed())?;
                order = Some(serde_json::from_slice(&octets).map_err(|_| malformed())?);
            }
            Some("file") if file.is_none() => file = Some(octets),
            _ => return Err(malformed().saying("the parts are order and file, once each")),
        }
    }
    let both = order.zip(file);
    both.ok_or_else(|| malformed().saying("the parts are order and file"))
}
