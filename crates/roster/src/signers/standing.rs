//! Whether an identity signs, asked in the transaction that lets it.

use catalogue::key::DepartmentKey;
use dossier::signed::signer::SignerState;
use store::{Link, StoreError};

use crate::signers::refused::SignerRefused;

const STANDS: &str = "SELECT state, document FROM signer WHERE id = $1 AND department = $2";
const SHARE: &str =
    "SELECT state, document FROM signer WHERE id = $1 AND department = $2 FOR SHARE";

const DAMAGED: StoreError = StoreError::Damaged { table: "signer" };

/// Whether an identity signs what is no document of its own; one whose key was made for one document does not.
pub(crate) async fn stands_for(
    link: &mut Link,
    (department, signer): (&DepartmentKey, &str),
) -> Result<(), SignerRefused> {
    match document_of(link, (department, signer)).await? {
        None => Ok(()),
        Some(_) => Err(SignerRefused::OneTime),
    }
}

/// The one document of an active identity whose key was made for one.
pub(crate) async fn document_of(
    link: &mut Link,
    (department, signer): (&DepartmentKey, &str),
) -> Result<Option<[u8; 32]>, SignerRefused> {
    let statement = if link.has_rivals() { SHARE } else { STANDS };
    let values = [signer.into(), department.as_str().into()];
    let row = link.row(statement, &values).await?;
    let mut row = row.ok_or(SignerRefused::Unknown)?;
    match SignerState::find(&row.text()?).ok_or(DAMAGED)? {
        SignerState::Active => Ok(row.maybe_digest()?),
        state => Err(SignerRefused::NotActive(state)),
    }
}
