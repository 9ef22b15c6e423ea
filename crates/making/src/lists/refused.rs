//! What is refused of a list.

use backoffice::office::Office;
use issuance::Asker;
use registry::trace::{Act, Deed};

use crate::fault::MakingError;

/// T-L1: what is refused of a list stands in the trace; gives the refusal back.
pub(super) async fn refuse(
    office: &Office,
    asker: &Asker,
    (id, event): (&str, &str),
    (code, text): (&'static str, &'static str),
) -> Result<MakingError, MakingError> {
    let act = Act {
        department: asker.department.clone(),
        by: asker.by(office.now()),
        deed: Deed::Deny,
        object: format!("list {}", id.chars().take(40).collect::<String>()),
        ground: code.to_owned(),
        detail: vec![("event", event.to_owned())],
        key: None,
    };
    office.registry.trace().record(act).await?;
    Ok(MakingError::List(code, text))
}
