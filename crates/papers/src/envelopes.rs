//! Sealing a caller's own content, whatever it is: the same release, journal, time-stamp and log as a document (D19). What comes
//! of it is a signature beside it, around it, or a package with it.

pub use envelope::Item;

use catalogue::key::{MatterCode, PersonKey, SealCode};
use catalogue::kind::{Envelope, FileFormat};
use catalogue::{DocumentPurpose, SealUse};
use envelope::pack;
use issuance::issue::{Begun, Spot};
use registry::jobs::Grounds;

use backoffice::asker::{Asker, Once};
use backoffice::level::Level;
use backoffice::office::Office;

use crate::resting::Resting;
use crate::waits::{DocumentError, denied, may_seal, wait};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvelopeOrder {
    /// The seal.
    pub seal: SealCode,
    /// What the content is for.
    pub purpose: DocumentPurpose,
    /// The matter, where the purpose has one.
    pub matter: Option<MatterCode>,
    /// The case, or empty.
    pub case: String,
    /// The ground of the use, such as the number of a decision.
    pub ground: String,
    /// What its seal becomes.
    pub form: Envelope,
    /// How much of the proof goes into it.
    pub level: Level,
}

/// Admits content and keeps it until its seal is released. What is released is the SHA-256 of what waits: of the one file, or
/// of a package of the files with their names.
///
/// # Errors
/// [`DocumentError`]; what a rule refuses stands in the trace.
pub async fn begin_envelope(
    office: &Office,
    asker: &Asker,
    once: &Once,
    order: &EnvelopeOrder,
    items: Vec<Item>,
) -> Result<Begun, DocumentError> {
    let (waits, decided_by) = match admitted(office, asker, order, items).await {
        Ok(waits) => waits,
        Err(refused) => {
            let about = (order.seal.to_string(), order.purpose);
            return Err(denied(office, asker, about, refused).await?);
        }
    };
    wait(
        office,
        (asker, once),
        (
            grounds(asker, order, decided_by),
            &Spot::nowhere(order.level),
        ),
        vec![(FileFormat::Envelope(order.form), waits)],
    )
    .await
}

impl EnvelopeOrder {
    pub(crate) fn resting(&self) -> Resting<'_> {
        Resting {
            purpose: self.purpose,
            matter: self.matter.as_ref(),
            case: &self.case,
            ground: &self.ground,
        }
    }
}

pub(crate) fn grounds(
    asker: &Asker,
    order: &EnvelopeOrder,
    decided_by: Option<PersonKey>,
) -> Grounds {
    Grounds {
        seal: order.seal.clone(),
        purpose: order.purpose,
        matter: order.matter.clone(),
        case: order.case.clone(),
        decision: order.ground.clone(),
        decided_by,
        requester: asker.person.clone(),
    }
}

/// Purpose, seal and scope first (D19); then whether there is such an envelope, and the content goes into it.
async fn admitted(
    office: &Office,
    asker: &Asker,
    order: &EnvelopeOrder,
    items: Vec<Item>,
) -> Result<(Vec<u8>, Option<PersonKey>), DocumentError> {
    may_seal(
        office,
        SealUse {
            seal: order.seal.clone(),
            purpose: order.purpose,
            matter: order.matter.clone(),
            by: asker.department.clone(),
        },
    )
    .await?;
    let decided_by = order.resting().judge(office, asker).await?;
    // RFC 7515 7.1: no unsigned header in the compact serialization, and so nothing of what comes after the signature.
    if order.form == Envelope::JadesCompact && order.level != Level::Basic {
        return Err(DocumentError::Level {
            format: order.form.code(),
            level: order.level.code(),
        });
    }
    let _place = office.work.acquire().await;
    Ok((pack(order.form, items)?, decided_by))
}
