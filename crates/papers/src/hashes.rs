//! Signatures of persons over hashes, where a protocol hands over nothing else (CSC API 2.1, `signatures/signHash`).
//!
//! What the person consented to is each hash: the key store is shown the list of them, and asks whether this one stands in it.
//! Only a person's key signs one; what a seal is put under is seen whole by who releases it (D19, T-S5).

use crypto::{Authorisation, Consent, Digest, DigestAlgorithm, Signature, sha256};
use dossier::Words;
use registry::signers::activations::{ActivationUse, HashesBeginning};
use registry::trace::{Act, Deed};
use time::UtcDateTime;

use backoffice::asker::Asker;
use backoffice::office::Office;
use backoffice::said::hex;
use issuance::SealingError;

use crate::signing::{SignError, admitted_signer};

/// Hashes that a person signs.
#[derive(Debug, Clone)]
pub struct HashesOrder {
    /// Who signs.
    pub signer: String,
    /// What they mean by it, as it was shown to them.
    pub intent: String,
    /// When they said so.
    pub consented: UtcDateTime,
    /// What they authorised, and which hashes of it these are, each a SHA-256.
    pub under: ActivationUse,
}

/// Signs hashes for a person who authorised them: all of them, or none. No value leaves before the trace has it (T-S8).
///
/// # Errors
/// [`SignError`]; what was refused is for the caller to put into the trace.
pub async fn sign_hashes(
    office: &Office,
    asker: &Asker,
    order: &HashesOrder,
) -> Result<Vec<Signature>, SignError> {
    let intent = Words::parse(&order.intent)?;
    let (signer, _) = admitted_signer(office, asker, &order.signer).await?;
    let key = signer.key().ok_or(SignError::Unknown)?;
    let hashes = &order.under.hashes;
    let list = Consent::list_of(hashes).ok_or(SignError::Package)?;
    let agreed = list.digest();
    let begun = office
        .registry
        .activations()
        .begin(HashesBeginning {
            department: asker.department.clone(),
            signer: order.signer.clone(),
            key: key.clone(),
            under: order.under.clone(),
            by: asker.by(office.clock.now()),
        })
        .await?;
    let mut values = Vec::with_capacity(hashes.len());
    for hash in hashes {
        let digest = Digest::from_bytes(DigestAlgorithm::Sha256, hash);
        let digest = digest.map_err(|_| SignError::Package)?;
        let under = Authorisation {
            journalled: *hash,
            ..Authorisation::consented(
                key.clone(),
                &[],
                office.clock.now(),
                Consent {
                    signer: order.signer.clone(),
                    document: *hash,
                    intent: intent.as_str().to_owned(),
                    at: order.consented,
                    list: Some((list.clone(), agreed)),
                },
            )
        };
        let value = office.keys.sign_digest(&digest, &under);
        values.push(value.map_err(SealingError::Sign)?);
    }
    record(office, asker, (order, &begun), &values).await?;
    Ok(values)
}

async fn record(
    office: &Office,
    asker: &Asker,
    (order, begun): (&HashesOrder, &str),
    values: &[Signature],
) -> Result<(), SignError> {
    for (hash, value) in order.under.hashes.iter().zip(values) {
        let entry = Act {
            department: asker.department.clone(),
            by: asker.by(office.clock.now()),
            deed: Deed::Record,
            object: begun.to_owned(),
            ground: order.signer.clone(),
            detail: vec![
                ("document", hex(hash)),
                ("value", hex(&sha256(value.bytes()))),
            ],
            key: None,
        };
        office.registry.trace().record(entry).await?;
    }
    Ok(())
}
