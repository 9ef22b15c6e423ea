//! Certificates of people by API: issue and revoke.

use axum::extract::{Path, State};
use axum::{Extension, Json};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto::Signature;
use issuance::Asker;
use issuance::people::{PersonCertificateError, PersonRequest};
use pki::certificate::SerialNumber;
use pki::crl::Reason;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::json::Strict;
use crate::problem::{Code, Problem};
use crate::problems::{chain, of_certificate};
use crate::releases::algorithm;
use crate::state::App;

/// What is asked for.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CertificateBody {
    /// Family name.
    surname: String,
    /// Given name.
    given_name: String,
    /// What tells the person from others of the same name; never a citizen's number.
    identifier: String,
    /// SubjectPublicKeyInfo, DER in base64.
    public_key: String,
    /// How the key signed the proof: `ecdsa-p256-sha256`, `ecdsa-p384-sha384`, `ed25519`.
    algorithm: String,
    /// The key's signature over the statement of the request (see api/README.md), base64.
    proof: String,
    /// For how many days, at most 1,095.
    days: u16,
}

/// An issued certificate.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CertificateTold {
    /// Serial number, hexadecimal.
    serial: String,
    /// DER in base64.
    certificate: String,
}

/// Issues a certificate to a person of the own department.
#[utoipa::path(post, path = "/v1/certificates", tag = "certificates", request_body = CertificateBody,
    responses((status = 200, description = "issued, linted, recorded", body = CertificateTold), (status = 422, description = "refused")))]
pub(crate) async fn issue(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Strict(body): Strict<CertificateBody>,
) -> Result<Json<CertificateTold>, Problem> {
    let malformed = |what: &str| Problem::new(Code::RequestMalformed).saying(what.to_owned());
    let decoded = |text: &str| STANDARD.decode(text).map_err(|_| malformed("not base64"));
    let request = PersonRequest {
        key: decoded(&body.public_key)?,
        algorithm: algorithm(&body.algorithm).ok_or(malformed("algorithm is unknown"))?,
        proof: Signature::new(decoded(&body.proof)?),
        surname: body.surname,
        given_name: body.given_name,
        identifier: body.identifier,
        days: body.days,
    };
    let issued = issuance::people::certify_person(&app.office, &asker, &request).await;
    let certificate = issued.map_err(|error| of_certificate(&error))?;
    Ok(Json(CertificateTold {
        serial: certificate.serial().to_string(),
        certificate: STANDARD.encode(certificate.der()),
    }))
}

/// Why a certificate is revoked.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevocationBody {
    /// `key_compromise`, `affiliation_changed`, `superseded`, `cessation_of_operation` or `certificate_hold`.
    reason: String,
}

/// A revoked certificate.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RevocationTold {
    /// Serial number, hexadecimal.
    serial: String,
    /// Since when, seconds of 1970.
    since: i64,
}

/// Revokes a certificate of the own department, from now on.
#[utoipa::path(post, path = "/v1/certificates/{serial}/revocation", tag = "certificates", request_body = RevocationBody,
    responses((status = 200, description = "revoked", body = RevocationTold), (status = 404, description = "none here")))]
pub(crate) async fn revoke(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(serial): Path<String>,
    Strict(body): Strict<RevocationBody>,
) -> Result<Json<RevocationTold>, Problem> {
    let serial = SerialNumber::from_hex(&serial).map_err(|_| Problem::new(Code::NotFound))?;
    let reason = match body.reason.as_str() {
        "key_compromise" => Reason::KeyCompromise,
        "affiliation_changed" => Reason::AffiliationChanged,
        "superseded" => Reason::Superseded,
        "cessation_of_operation" => Reason::CessationOfOperation,
        "certificate_hold" => Reason::CertificateHold,
        _ => return Err(Problem::new(Code::RequestMalformed).saying("reason is unknown")),
    };
    let revoked = issuance::people::revoke_certificate(&app.office, &asker, serial, reason).await;
    let revoked = revoked.map_err(|error: PersonCertificateError| {
        tracing::debug!(error = %chain(&error), "a certificate was not revoked");
        of_certificate(&error)
    })?;
    Ok(Json(RevocationTold {
        serial: revoked.serial.to_string(),
        since: revoked.since.unix_timestamp(),
    }))
}
