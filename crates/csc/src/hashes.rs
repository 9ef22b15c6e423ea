//! `signatures/signHash` (CSC 2.1 11.10): a person's key over hashes that the person authorised.

use axum::Json;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use papers::hashes::{HashesOrder, sign_hashes};
use papers::signers::{SignerError, SignerRefused};
use papers::signing::SignError;
use serde::Serialize;

use crate::activation::{activated, refuse};
use crate::counter::Shown;
use crate::credential::ECDSA_SHA256;
use crate::credentials::serve;
use crate::fault::{Fault, of_sign};
use crate::fields::Fields;
use crate::whose::{Credential, find};

/// Signatures in the order of the hashes.
#[derive(Serialize)]
pub(crate) struct Signed {
    signatures: Vec<String>,
}

/// Signs hashes with a person's key. A seal's key signs none: its documents go to `signatures/signDoc`, whole.
#[utoipa::path(post, path = "/csc/v2/signatures/signHash", tag = "csc",
    request_body(content_type = "application/json", description = "CSC 2.1 11.10: `credentialID`, `SAD` (the token for the credential), `hashes` (SHA-256), `hashAlgorithmOID`, `signAlgo`, `operationMode` (`S`)"),
    responses((status = 200, description = "`signatures`, ECDSA in DER"), (status = 400, description = "`invalid_request`, with what is wrong"), (status = 401, description = "no access token of the provider")))]
pub(crate) async fn sign_hash(shown: Shown, fields: Fields) -> Result<Json<Signed>, Fault> {
    let office = shown.counter.office();
    serve(&shown).await?;
    let credential = find(&shown, fields.needed("credentialID")?).await?;
    let Credential::Person(record, asker) = &credential else {
        let why = "Invalid parameter credentialID: a seal signs documents (signatures/signDoc), no hashes";
        let because = ("credential.hashes", Fault::request(why));
        return Err(refuse(&shown, &credential, because).await?);
    };
    let hashes = read(&fields)?;
    let found = activated(&shown, &credential, (&fields, hashes)).await?;
    let order = HashesOrder {
        signer: record.id.clone(),
        intent: found.words,
        consented: found.given,
        under: found.under,
    };
    match sign_hashes(office, asker, &order).await {
        Ok(values) => Ok(Json(Signed {
            signatures: values
                .iter()
                .map(|value| STANDARD.encode(value.bytes()))
                .collect(),
        })),
        Err(error) => {
            let because = (ground(&error), of_sign(&error));
            Err(refuse(&shown, &credential, because).await?)
        }
    }
}

/// The hashes, and that they are to be signed as a person's key signs.
pub(crate) fn read(fields: &Fields) -> Result<Vec<[u8; 32]>, Fault> {
    fields.later()?;
    if !matches!(fields.text("operationMode")?, None | Some("S")) {
        return Err(Fault::invalid("operationMode"));
    }
    if fields.needed("signAlgo")? != ECDSA_SHA256 {
        return Err(Fault::invalid("signAlgo"));
    }
    if fields.find("signAlgoParams").is_some() {
        return Err(Fault::invalid("signAlgoParams"));
    }
    // 11.10: ignored where the algorithm implies it; the hashes have its length.
    fields.text("hashAlgorithmOID")?;
    fields.hashes("hashes")
}

/// The code of a refusal, as the trace has it.
pub(crate) fn ground(error: &SignError) -> &'static str {
    match error {
        SignError::Signer(SignerError::Refused(SignerRefused::Activation(refused))) => {
            refused.code()
        }
        SignError::Signer(SignerError::Refused(SignerRefused::NotActive(_))) => "signer.not-active",
        SignError::Signer(SignerError::Refused(SignerRefused::HeldByPerson)) => {
            "signer.held-by-person"
        }
        SignError::Signer(_) => "signer.unknown",
        SignError::Intent(_) => "signature.intent",
        SignError::Sealing(issuance::SealingError::Log(_)) => "log.behind",
        _ => "signature.not-made",
    }
}
