//! The registry as its users hold it: one database, several books.

use std::sync::Arc;

use crate::error::OpenStore;
use crate::secrets::Secrets;
use crate::store::Store;

/// An open registry; cheap to clone.
#[derive(Debug, Clone)]
pub struct Registry {
    store: Arc<Store>,
    secrets: Arc<Secrets>,
}

/// Opens `sqlite:PATH` or `postgres://…`, brings the schema up to date and answers when facts can
/// be written. Start is recovery: there is no other path (T-D5).
///
/// # Errors
/// `NotDurable` and `Replica` where acknowledged writes could be lost (T-D2, T-D7).
pub async fn open(address: &str, secrets: Secrets) -> Result<Registry, OpenStore> {
    Ok(Registry {
        store: Arc::new(Store::open(address).await?),
        secrets: Arc::new(secrets),
    })
}
