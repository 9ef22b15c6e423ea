//! Sealing content by its digest: the content stays with its caller, and nobody here sees it. The same release, journal, time-stamp and
//! log as for content that is sent (D19); what is released says that it was not.

use catalogue::SealUse;
use catalogue::key::PersonKey;
use catalogue::kind::{Envelope, FileFormat};
use crypto::DigestAlgorithm;
use envelope::{Unfit, UnfitDigest, describe};
use issuance::issue::{Begun, Spot};
use verify::facts::Described;

use backoffice::asker::{Asker, Once};
use backoffice::level::Level;
use backoffice::office::Office;

use crate::documents::DocumentOrder;
use crate::envelopes::{EnvelopeOrder, grounds};
use crate::waits::{DocumentError, denied, may_seal, wait};

/// A file that is sealed by its digest, as its caller names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedContent {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its digests: the name of an algorithm and lower-case hexadecimal.
    pub digests: Vec<(String, String)>,
}

/// Admits digests and keeps them until their seal is released. What is released is the SHA-256 of a text that names files, types and
/// digests, and says that the content was not sent.
///
/// # Errors
/// [`DocumentError`]; what a rule refuses stands in the trace.
pub async fn begin_digest(
    office: &Office,
    asker: &Asker,
    once: &Once,
    order: &EnvelopeOrder,
    files: &[NamedContent],
) -> Result<Begun, DocumentError> {
    let (format, waits, decided_by) = match admitted(office, asker, order, files).await {
        Ok(admitted) => admitted,
        Err(refused) => {
            let about = (order.seal.to_string(), order.purpose);
            return Err(denied(office, asker, about, refused).await?);
        }
    };
    let sealing = (
        grounds(asker, order, decided_by),
        &Spot::nowhere(order.level),
    );
    wait(office, (asker, once), sealing, vec![(format, waits)]).await
}

/// Refuses to seal pages that were not sent: whatever they are, the seal stands on them.
pub async fn refuse_pages(office: &Office, asker: &Asker, order: &DocumentOrder) -> DocumentError {
    let what = "a PDF or an OFD";
    let refused = DocumentError::NeedsContent { what };
    let about = (order.seal.to_string(), order.purpose);
    let refused = denied(office, asker, about, refused).await;
    refused.unwrap_or_else(|failed| failed)
}

/// Purpose, seal and scope first (D19); then whether such a document, and by this seal, may be sealed unseen, whether the form and the level are made without
/// content, and whether the digests are those that they need.
async fn admitted(
    office: &Office,
    asker: &Asker,
    order: &EnvelopeOrder,
    files: &[NamedContent],
) -> Result<(FileFormat, Vec<u8>, Option<PersonKey>), DocumentError> {
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
    if !order.purpose.may_be_unseen() {
        return Err(DocumentError::MustBeSeen);
    }
    if !office
        .registry()
        .quorums()
        .unseen()
        .is_allowed(&order.seal)
        .await?
    {
        return Err(DocumentError::Unseen);
    }
    let decided_by = order.resting().judge(office, asker).await?;
    let form = order.form.of_digest();
    let form = form.ok_or(DocumentError::NeedsContent {
        what: order.form.code(),
    })?;
    // TS 119 182-1 5.3.6.3.1: the archive time-stamp is over the objects themselves. That of EN 319 122-1 5.5.3 is over their digest.
    if form == Envelope::JadesOfDigest && order.level == Level::Archived {
        return Err(DocumentError::NeedsContent {
            what: "B-LTA of jades-detached",
        });
    }
    let desk = office.desk();
    let seal = desk.seals.get(&order.seal);
    let signs_with = seal.map_or(DigestAlgorithm::Sha256, |seal| seal.algorithm.digest());
    let described = files.iter().map(known).collect::<Result<Vec<_>, _>>()?;
    let waits = describe(form, signs_with, &described).map_err(unfit)?;
    Ok((FileFormat::Envelope(form), waits, decided_by))
}

/// The text in which a file is named, as values.
fn known(file: &NamedContent) -> Result<Described, DocumentError> {
    let digests = file.digests.iter().map(|(name, value)| {
        let digest = Described::named(name, value);
        digest.ok_or_else(|| DocumentError::Digest {
            why: format!("{name:?} is no digest in lower-case hexadecimal that a seal signs"),
        })
    });
    Ok(Described {
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        digests: digests.collect::<Result<_, _>>()?,
    })
}

fn unfit(refused: Unfit) -> DocumentError {
    match refused {
        Unfit::Digest(wrong @ (UnfitDigest::Algorithms | UnfitDigest::MediaType(_))) => {
            DocumentError::Digest {
                why: wrong.to_string(),
            }
        }
        other => DocumentError::Content(other),
    }
}
