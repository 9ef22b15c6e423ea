//! What a seal may rest on: the case as the service holds it (R1, R6).

use dossier::Dossier;
use dossier::number::CaseNumber;
use registry::{Registry, StoreError};

/// What the service knows of the case that a licence or a document names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseGround {
    /// No case of this number was opened here: what is said of it stands in the request alone.
    Unknown,
    /// The case: [`Dossier::grant`], [`Dossier::decided`] and [`Dossier::sealing_stop`] say what may rest on it.
    Known(Box<Dossier>),
}

/// The case of this number. A text that is no case number names none.
///
/// # Errors
/// The store.
pub async fn grant(registry: &Registry, case: &str) -> Result<CaseGround, StoreError> {
    let Ok(case) = CaseNumber::parse(case) else {
        return Ok(CaseGround::Unknown);
    };
    let record = registry.cases().find(&case).await?;
    let dossier = record.and_then(|record| record.file.dossier().cloned());
    Ok(dossier.map_or(CaseGround::Unknown, |dossier| {
        CaseGround::Known(Box::new(dossier))
    }))
}
