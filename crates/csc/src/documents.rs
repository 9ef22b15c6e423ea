//! `signatures/signDoc` (CSC 2.1 11.11): a person's signature at once, a seal's when its custodian has released it.

use axum::Json;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::sha256;
use issuance::issue::Begun;
use issuance::{Level, Once};
use papers::documents::begin_document;
use papers::envelopes::{Item, begin_envelope};
use papers::signing::{Remote, SignError, SignOrder};
use registry::asked::IdempotencyKey;
use registry::asked::Response;
use registry::signers::SignerRefused;
use registry::signers::activations::ActivationUse;
use serde::{Deserialize, Serialize};

use crate::activation::{Activated, activated, refuse};
use crate::counter::Shown;
use crate::credential::standing;
use crate::credentials::serve;
use crate::fault::{Fault, disabled, of_document, of_sign, of_signer};
use crate::fields::Fields;
use crate::hashes::ground;
use crate::order::{Document, Format, Sealing, Terms};
use crate::whose::{Credential, find};

/// Documents with their signatures, or where to ask for them.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Made {
    #[serde(
        rename = "DocumentWithSignature",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) documents: Option<Vec<String>>,
    #[serde(rename = "SignatureObject", skip_serializing_if = "Option::is_none")]
    pub(crate) signatures: Option<Vec<String>>,
    #[serde(rename = "responseID", skip_serializing_if = "Option::is_none")]
    pub(crate) response: Option<String>,
}

/// Signs a document: a person's signature is made at once, a seal's waits for its release (`operationMode` `A`).
#[utoipa::path(post, path = "/csc/v2/signatures/signDoc", tag = "csc",
    request_body(content_type = "application/json", description = "CSC 2.1 11.11: `credentialID`, `SAD`, `documents` (one: `document`, `signature_format` `P`, `C` or `J`, `conformance_level`, `signAlgo`, `signed_envelope_property`), `operationMode`; of a seal `clientData`: `purpose`, `ground`, `matter`, `case`, `page`, `x_mm`, `y_mm` as JSON"),
    responses((status = 200, description = "`DocumentWithSignature`, or `responseID` for `signatures/signPolling`"), (status = 400, description = "`invalid_request`, with what is wrong"), (status = 401, description = "no access token of the provider")))]
pub(crate) async fn sign_doc(shown: Shown, fields: Fields) -> Result<Json<Made>, Fault> {
    let office = shown.counter.office();
    serve(&shown).await?;
    let credential = find(&shown, fields.needed("credentialID")?).await?;
    fields.later()?;
    let stands = standing(office, &credential).await?;
    let Some(stands) = stands.filter(|stands| stands.is_enabled()) else {
        let because = ("activation.disabled", disabled());
        return Err(refuse(&shown, &credential, because).await?);
    };
    let document = Document::read(&fields, stands.signs())?;
    let hash = sha256(&document.octets);
    let mode = fields.text("operationMode")?;
    match (&credential, mode) {
        (Credential::Person(..), None | Some("S")) => {
            let under = activated(&shown, &credential, (&fields, vec![hash])).await?;
            by_person(&shown, &credential, document, under).await
        }
        (Credential::Seal(..), Some("A")) => {
            let terms = Terms::read(&fields)?;
            let under = activated(&shown, &credential, (&fields, vec![hash])).await?;
            by_seal(&shown, &credential, (document, terms), under).await
        }
        _ => Err(Fault::invalid("operationMode")),
    }
    .map(Json)
}

/// One request for one use of what was authorised: it is done once, however often it is sent at the same time, and in one way.
fn once(under: &ActivationUse, terms: &str) -> Result<Once, Fault> {
    let hashes = under.hashes.concat();
    let of_use = sha256(&[&under.handle[..], &hashes].concat());
    let key = IdempotencyKey::parse(&backoffice::said::hex(&of_use));
    let key = key.ok_or_else(|| Fault::invalid("SAD"))?;
    let fingerprint = sha256(&[&of_use[..], terms.as_bytes()].concat());
    Ok(Once { key, fingerprint })
}

async fn by_person(
    shown: &Shown,
    credential: &Credential,
    document: Document,
    found: Activated,
) -> Result<Made, Fault> {
    let (office, asker) = (shown.counter.office(), credential.asker());
    if document.format != Format::Pades {
        return Err(Fault::invalid("signature_format"));
    }
    if document.level != Level::LongTerm {
        return Err(Fault::invalid("conformance_level"));
    }
    let once = once(&found.under, "")?;
    let order = SignOrder {
        signer: credential.id().to_owned(),
        intent: found.words,
        case: String::new(),
        visible: None,
        joint: None,
        agreed: None,
        remote: Some(Remote {
            under: found.under,
            consented: found.given,
        }),
        mandate: None,
    };
    let signed = papers::signing::sign(office, asker, &once, &order, document.octets).await;
    let answer = match signed {
        Ok(answer) => answer,
        // What the document itself is refused for stands in the trace already.
        Err(error @ (SignError::Intent(_) | SignError::Read(_) | SignError::Active(_))) => {
            return Err(of_sign(&error));
        }
        Err(error) => {
            let because = (ground(&error), of_sign(&error));
            return Err(refuse(shown, credential, because).await?);
        }
    };
    let id = name(&answer, "signature")?;
    let found = papers::signing::find(office, asker, &id).await;
    let (_, file) = found.map_err(|error| of_sign(&error))?;
    Ok(Made {
        documents: Some(vec![STANDARD.encode(file)]),
        ..Made::default()
    })
}

/// The job first, once for this use; then the use is consumed, as of the moment at which it was found good: what begins a job does
/// not expire over it. Nothing is signed here: the key's authorisation is the release (D19).
async fn by_seal(
    shown: &Shown,
    credential: &Credential,
    (document, terms): (Document, Terms),
    Activated { under, at, .. }: Activated,
) -> Result<Made, Fault> {
    let (office, asker) = (shown.counter.office(), credential.asker());
    let Credential::Seal(seal, _) = credential else {
        return Err(Fault::invalid("credentialID"));
    };
    let once = once(
        &under,
        &format!("{terms:?} {:?} {:?}", document.format, document.level),
    )?;
    let begun = match terms.order(seal.clone(), (document.format, document.level))? {
        Sealing::Document(order) => {
            begin_document(office, asker, &once, &order, document.octets).await
        }
        Sealing::Envelope(order) => {
            let item = Item {
                name: String::new(),
                octets: document.octets,
            };
            begin_envelope(office, asker, &once, &order, vec![item]).await
        }
    };
    let answer = match begun.map_err(|error| of_document(&error))? {
        Begun::Waits(answer) | Begun::Repeated(answer) => answer,
        Begun::Running => return Err(Fault::busy()),
    };
    let spent = office.registry.activations();
    match spent.spend(under, at).await {
        Ok(()) => {}
        Err(SignerRefused::Activation(refused)) => {
            let fault = of_signer(&SignerRefused::Activation(refused));
            return Err(refuse(shown, credential, (refused.code(), fault)).await?);
        }
        Err(other) => return Err(of_signer(&other)),
    }
    Ok(Made {
        response: Some(name(&answer, "job")?),
        ..Made::default()
    })
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    signature: String,
    #[serde(default)]
    job: String,
}

/// What an answer of the office calls it.
fn name(answer: &Response, member: &str) -> Result<String, Fault> {
    let named: Named =
        serde_json::from_slice(&answer.body).map_err(|error| Fault::server(&error))?;
    Ok(match member {
        "job" => named.job,
        _ => named.signature,
    })
}
