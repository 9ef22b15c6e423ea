//! Anchors of our own: two people add one, date it, or take back what was said of it.

use backoffice::anchors::{AnchorFault, inspect_anchor};
use backoffice::asker::Asker;
use backoffice::office::Office;
use backoffice::regions::KeptRegion;
use registry::StoreError;
use registry::own_anchors::{AnchorRefused, AnchorTrust, AnchorWord};
use registry::regions::Spoken;
use thiserror::Error;

use crate::exchange::{ExchangeError, person};

/// What one person says of an anchor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchoring {
    /// Which: SHA-256 of its certificate, hexadecimal.
    pub anchor: String,
    /// How it is to be trusted; `None` where what was said of it is to hold no more: an added anchor goes, a root of the
    /// installation is undated again.
    pub trust: Option<AnchorTrust>,
    /// By what decision.
    pub decision: String,
}

/// Why a word does not count.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AnchoringError {
    /// Duties are people's: a machine has no word of its own.
    #[error("a machine decides about no anchor")]
    Machine,
    /// What the anchor is not.
    #[error(transparent)]
    Fault(#[from] AnchorFault),
    /// Nothing of these terms waits for a second person.
    #[error("nothing of these terms waits")]
    NothingWaits,
    /// The first word was this person's.
    #[error("one person may not say both words")]
    SamePerson,
    /// The registry refuses.
    #[error(transparent)]
    Refused(#[from] AnchorRefused),
    /// What is kept cannot be read any more.
    #[error(transparent)]
    Kept(#[from] KeptRegion),
}

impl From<StoreError> for AnchoringError {
    fn from(error: StoreError) -> Self {
        AnchoringError::Kept(error.into())
    }
}

impl From<ExchangeError> for AnchoringError {
    fn from(_: ExchangeError) -> Self {
        AnchoringError::Machine
    }
}

/// One person's word about an anchor; the second person's, which says the same within a day, puts it in force.
///
/// # Errors
/// [`AnchoringError`]; then what was in force stays so.
pub async fn anchor(
    office: &Office,
    asker: &Asker,
    order: &Anchoring,
) -> Result<Spoken, AnchoringError> {
    if let Some(trust) = &order.trust {
        inspect_anchor(office, &order.anchor, trust)?;
    }
    let word = AnchorWord {
        anchor: order.anchor.clone(),
        trust: order.trust.clone(),
        person: person(asker)?,
        department: asker.department.clone(),
        decision: order.decision.clone(),
        by: asker.by(office.now()),
    };
    let spoken = office.registry().regions().own_anchors().say(word).await?;
    if spoken == Spoken::Holds {
        office.take_regions().await?;
    }
    Ok(spoken)
}

/// The second person's word to what waits, by the SHA-256 of its terms as they were shown.
///
/// # Errors
/// [`AnchoringError`]; then what was in force stays so.
pub async fn agree(
    office: &Office,
    asker: &Asker,
    anchor_name: &str,
    terms: &[u8; 32],
) -> Result<Spoken, AnchoringError> {
    let waiting = office
        .registry()
        .regions()
        .own_anchors()
        .waiting(office.now())
        .await?;
    let mut waiting = waiting.into_iter();
    let found = waiting.find(|one| one.anchor == anchor_name && one.waiting.terms == *terms);
    let found = found.ok_or(AnchoringError::NothingWaits)?;
    if found.waiting.person == person(asker)? {
        return Err(AnchoringError::SamePerson);
    }
    let order = Anchoring {
        anchor: found.anchor,
        trust: found.trust,
        decision: found.decision,
    };
    anchor(office, asker, &order).await
}
