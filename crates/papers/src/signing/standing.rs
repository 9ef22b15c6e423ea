//! A store that was put back in time signs nothing for persons, as it seals nothing (T-D8): its used authorisations are unused again.

use backoffice::anchor;
use backoffice::office::Office;
use backoffice::sequencer::AppendError;
use issuance::SealingError;
use registry::log::LogError;

use super::order::SignError;

/// Whether the store has its logs as far as they had come: asked before a key of a person, or a value that they bring, is used.
pub(crate) async fn stands(office: &Office) -> Result<(), SignError> {
    anchor::stands(office).await.map_err(|error| match error {
        AppendError::Log(LogError::Store(error)) => error.into(),
        error => SealingError::Log(error).into(),
    })
}

/// What the trace calls it.
pub(crate) fn behind(error: &SignError) -> Option<&'static str> {
    let is_behind = matches!(
        error,
        SignError::Sealing(SealingError::Log(AppendError::Behind { .. }))
    );
    is_behind.then_some("log.behind")
}
