//! The receipt of the public log: the leaf is rebuilt from the file and looked for (decision 002).

use asn1::{Reader, Tag};
use crypto::sha256;
use evidence::cms::{SignerInfo, oids};
use evidence::tsp::Token;
use pki::Certificate;
use time::UtcDateTime;
use tlog::checkpoint::CheckpointFault;
use tlog::note::NoteFault;
use tlog::receipt::ReceiptFault;
use tlog::{Leaf, LeafKind, Opening, Receipt, Sealed, StatusEntry, TrustedLog};

use super::licence::{Licence, credit_code};
use super::sitting::Sitting;
use crate::policy::Demand;
use finding::Finding;

/// What the leaf is rebuilt from.
pub(crate) struct Under<'a> {
    pub(crate) signature: &'a [u8],
    /// The unsigned attribute's values (D18).
    pub(crate) receipts: Vec<&'a [u8]>,
    /// The moment of the signature time-stamp, whatever it is worth.
    pub(crate) stamped: Option<UtcDateTime>,
    pub(crate) certificate: &'a Certificate,
    pub(crate) claimed: Option<UtcDateTime>,
    /// SHA-256 over the byte ranges; in a package over Signature.xml.
    pub(crate) signed: [u8; 32],
    pub(crate) licence: Option<&'a Licence>,
    pub(crate) status: Option<StatusEntry>,
}

impl<'a> Under<'a> {
    /// What a signed message carries: the receipt and the time-stamp among its unsigned attributes.
    pub(crate) fn message(
        signer: &'a SignerInfo,
        certificate: &'a Certificate,
        signed: [u8; 32],
    ) -> Under<'a> {
        Under {
            signature: signer.signature(),
            receipts: signer.unsigned(oids::RECEIPT).take(2).collect(),
            stamped: signer
                .time_stamps()
                .next()
                .and_then(|token| Token::parse(token).ok())
                .map(|token| token.info().moment()),
            certificate,
            claimed: None,
            signed,
            licence: None,
            status: None,
        }
    }
}

/// Judges the receipt in a seal signature.
pub(crate) fn judge(sitting: &Sitting<'_>, under: &Under<'_>) -> Vec<Finding> {
    if sitting.policy.receipt == Demand::NotAsked {
        return Vec::new();
    }
    let Some(value) = under.receipts.first() else {
        let required = sitting.policy.receipt == Demand::Required && under.licence.is_some();
        return if required {
            vec![Finding::of("receipt.absent")]
        } else {
            Vec::new()
        };
    };
    if under.receipts.len() > 1 {
        return vec![Finding::of("receipt.repeated")];
    }
    let Ok(octets) = Reader::single(value, Tag::OCTET_STRING) else {
        return vec![Finding::of("receipt.not-octets")];
    };
    let receipt = match Receipt::parse(octets.content()) {
        Ok(receipt) => receipt,
        Err(fault) => return vec![Finding::of(fault.code()).because(&fault)],
    };
    if sitting.trust.logs.is_empty() {
        return vec![Finding::of("receipt.log-unknown")];
    }
    let Some(leaf) = leaf((under, under.licence), &receipt) else {
        return vec![Finding::of("leaf.subject")];
    };
    match check(sitting, &receipt, &leaf) {
        Ok(recorded) => vec![recorded],
        Err(refused) => match of_document(sitting, under, &receipt) {
            Some(recorded) => vec![recorded, Finding::of(OF_DOCUMENT)],
            None => vec![refused],
        },
    }
}

/// D19: the seal was used on a document of a caller's own, which carries what a licence carries. The signature is what it
/// says, and issues no licence.
const OF_DOCUMENT: &str = "receipt.of-document";

/// Whether that was found.
pub(super) fn is_of_document(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.code == OF_DOCUMENT)
}

/// What the log has of a seal on a document, where the file carries a licence.
fn of_document(sitting: &Sitting<'_>, under: &Under<'_>, receipt: &Receipt) -> Option<Finding> {
    under.licence?;
    let leaf = Leaf {
        status: None,
        ..leaf((under, None), receipt)?
    };
    check(sitting, receipt, &leaf).ok()
}

/// Every member of the leaf from what the signature covers or carries: of the issue of a licence, or of a seal on a document.
fn leaf((under, licence): (&Under<'_>, Option<&Licence>), receipt: &Receipt) -> Option<Leaf> {
    let opening = match licence {
        Some(licence) => Opening {
            salt: receipt.salt,
            identifier: licence.identifier.clone(),
            version: licence.version.clone(),
            content: licence.content_digest,
            sealed: None,
        },
        // A caller's own document has no identifier: its content is what was signed.
        None => Opening {
            salt: receipt.salt,
            identifier: String::new(),
            version: String::new(),
            content: under.signed,
            sealed: None,
        },
    };
    let opening = Opening {
        sealed: Some(Sealed {
            signed: under.signed,
            signature: sha256(under.signature),
        }),
        ..opening
    };
    Some(Leaf {
        kind: LeafKind::SealSignature,
        office: credit_code(under.certificate)?,
        subject: under.certificate.subject().serial_number()?.into_owned(),
        // Whole seconds of the signature time-stamp's own time, or else the claimed time.
        moment: under.stamped.or(under.claimed)?,
        commitment: opening.commitment(),
        status: under.status.clone(),
    })
}

/// By the log that signed the checkpoint, of those that are trusted: that it is recorded, or why that is not shown.
fn check(sitting: &Sitting<'_>, receipt: &Receipt, leaf: &Leaf) -> Result<Finding, Finding> {
    let mut refused: Option<ReceiptFault> = None;
    for log in &sitting.trust.logs {
        match receipt.check_made(leaf, log, &sitting.material.made) {
            Ok(recorded) => {
                if forked(sitting, log, &recorded.head) {
                    return Err(Finding::of("checkpoint.fork"));
                }
                return Ok(Finding::of("receipt.recorded").because(format_args!(
                    "leaf {} of {} in {}",
                    recorded.index.0,
                    recorded.head.size,
                    log.origin()
                )));
            }
            Err(fault) => {
                // Of several logs, the one that knows the note tells more than those that do not.
                let foreign = matches!(
                    fault,
                    ReceiptFault::Checkpoint(
                        CheckpointFault::OtherOrigin
                            | CheckpointFault::NotSignedByLog
                            | CheckpointFault::Note(NoteFault::NoKnownKey)
                    )
                );
                if refused.is_none() || !foreign {
                    refused = Some(fault);
                }
            }
        }
    }
    Err(match refused {
        Some(fault) => Finding::of(fault.code()).because(&fault),
        None => Finding::of("receipt.log-unknown"),
    })
}

/// Whether a checkpoint at hand shows another tree of the same size: then the log tells two stories.
fn forked(sitting: &Sitting<'_>, log: &TrustedLog, head: &tlog::TreeHead) -> bool {
    sitting
        .material
        .checkpoints
        .iter()
        .filter_map(|note| log.open(note).ok())
        .map(|opened| opened.checkpoint.head())
        .any(|other| other.size == head.size && other.root != head.root)
}
