//! How a person writes (domain.md 4.3): a sample bound to the identity by its key's signature, and drawn where they sign.
//!
//! It is an appearance. What is signed, and that it is, the signature says; a sample that its key did not sign is not drawn.

use crypto::{Authorisation, Consent, sha256};
use registry::signers::SignerRecord;
use registry::signers::handwriting::Sample;
use serde::Serialize;
use signing::strokes::Strokes;

use backoffice::answers::whole;
use backoffice::asker::Asker;
use backoffice::office::Office;
use backoffice::said::{hex, moment};
use issuance::SealingError;

use crate::signers::{SignerError, SignerRefused};
use crate::signing::{SignError, admitted_signer, deny_by};
use crate::strokes::octets;

/// What the person consents to with the sample.
pub const INTENT: &str = "本人提交手写签名样本，仅用作签名外观。";
/// A sample, as its department is told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SampleTold {
    /// The identity.
    pub signer: String,
    /// SHA-256 of what was signed, lower-case hexadecimal.
    pub signed: String,
    /// How many strokes it has.
    pub strokes: usize,
    /// When it was given, RFC 3339.
    pub given: String,
}

/// Takes a sample in, in the place of the one before; the identity's key signs it.
///
/// # Errors
/// `Strokes`, `Signer` where the identity does not sign, `Sealing` where the key does not.
pub async fn give(
    office: &Office,
    asker: &Asker,
    (signer, sample): (&str, &str),
) -> Result<SampleTold, SignError> {
    let given = given(office, asker, (signer, sample)).await;
    match given {
        Err(refused @ (SignError::Signer(_) | SignError::Strokes(_))) => {
            Err(deny_by(office, asker, signer, refused).await?)
        }
        other => other,
    }
}

async fn given(
    office: &Office,
    asker: &Asker,
    (signer, sample): (&str, &str),
) -> Result<SampleTold, SignError> {
    Strokes::parse(sample.as_bytes())?;
    let (record, _) = admitted_signer(office, asker, signer).await?;
    if record.document.is_some() {
        return Err(SignerError::Refused(SignerRefused::OneTime).into());
    }
    keep(office, asker, (&record, sample)).await
}

/// The key of an identity that signs at this moment signs the sample, and it is kept.
pub(crate) async fn keep(
    office: &Office,
    asker: &Asker,
    (record, sample): (&SignerRecord, &str),
) -> Result<SampleTold, SignError> {
    let strokes = Strokes::parse(sample.as_bytes())?;
    let key = record.key().ok_or(SignError::Unknown)?;
    let now = office.clock.now();
    let message = octets(&record.id, sample.as_bytes());
    let consent = Consent {
        signer: record.id.clone(),
        document: sha256(sample.as_bytes()),
        intent: INTENT.to_owned(),
        at: now,
        list: None,
    };
    let under = Authorisation::consented(key.clone(), &message, now, consent);
    // T-S6, and no use of a key without its line: asked and written before.
    let journal = (key, sha256(&message), asker.by(now));
    let book = office.registry.handwriting();
    let begun = book.begin(&asker.department, &record.id, journal).await;
    begun.map_err(SignerError::Refused)?;
    let signature = office.keys.sign(&message, &under);
    let kept = Sample {
        department: asker.department.clone(),
        signer: record.id.clone(),
        strokes: sample.as_bytes().to_vec(),
        signature: signature.map_err(SealingError::Sign)?.bytes().to_vec(),
        given: whole(now),
    };
    let told = SampleTold {
        signer: record.id.clone(),
        signed: hex(&sha256(&message)),
        strokes: strokes.strokes().len(),
        given: moment(kept.given),
    };
    book.put(kept).await?;
    Ok(told)
}
