//! What is answered where something is not done: a status, a code of CSC 2.1 10.2, and words.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use papers::documents::DocumentError;
use papers::signers::{SignerError, SignerRefused};
use papers::signing::SignError;
use registry::signers::activations::ActivationRefused;
use serde::Serialize;

/// An answer that is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    status: StatusCode,
    error: &'static str,
    description: String,
    /// Whether a token was shown at all.
    shown: bool,
}

#[derive(Serialize)]
struct Said {
    error: &'static str,
    error_description: String,
}

impl Fault {
    /// `invalid_request`, and which.
    pub(crate) fn request(description: impl Into<String>) -> Self {
        Self::of(StatusCode::BAD_REQUEST, "invalid_request", description)
    }

    /// A parameter that is not there, or of another type.
    pub(crate) fn missing(kind: &str, name: &str) -> Self {
        Self::request(format!("Missing (or invalid type) {kind} parameter {name}"))
    }

    /// A parameter with a value that it cannot have.
    pub(crate) fn invalid(name: &str) -> Self {
        Self::request(format!("Invalid parameter {name}"))
    }

    /// The token is none, or not for this.
    pub(crate) fn token(error: &'static str, description: &str) -> Self {
        Self::of(StatusCode::UNAUTHORIZED, error, description)
    }

    /// No token was shown.
    pub(crate) fn unshown() -> Self {
        let why = "An access token of the provider is needed";
        Self {
            shown: false,
            ..Self::token("invalid_token", why)
        }
    }

    /// Whether it says that a token is over.
    pub(crate) fn is_over(&self) -> bool {
        self.error == "expired_token"
    }

    /// Who calls may not.
    pub(crate) fn denied(description: &str) -> Self {
        Self::of(StatusCode::FORBIDDEN, "access_denied", description)
    }

    /// Not now.
    pub(crate) fn busy() -> Self {
        let words = "The service is busy; ask again";
        Self::of(
            StatusCode::SERVICE_UNAVAILABLE,
            "temporarily_unavailable",
            words,
        )
    }

    /// As often as this nobody calls.
    pub(crate) fn often() -> Self {
        let words = "Too many requests";
        Self::of(
            StatusCode::TOO_MANY_REQUESTS,
            "temporarily_unavailable",
            words,
        )
    }

    /// What is ours to mend; the log has it, the answer does not.
    pub(crate) fn server(why: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = why, "a request of CSC failed");
        let words = "The service met an unexpected condition";
        Self::of(StatusCode::INTERNAL_SERVER_ERROR, "server_error", words)
    }

    pub(crate) fn of(
        status: StatusCode,
        error: &'static str,
        description: impl Into<String>,
    ) -> Self {
        Self {
            status,
            error,
            description: description.into(),
            shown: true,
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let said = Said {
            error: self.error,
            error_description: self.description,
        };
        let mut answer = (self.status, Json(said)).into_response();
        let headers = answer.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            // RFC 6750 3 and 3.1: the scheme, nothing of what was wrong that the content does not say, and of what was not shown nothing.
            let scheme = match self.shown {
                true => "Bearer error=\"invalid_token\"",
                false => "Bearer",
            };
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
        }
        answer
    }
}

/// What was shown authorises nothing.
pub(crate) fn of_activation(refused: ActivationRefused) -> Fault {
    match refused {
        ActivationRefused::Expired => Fault::request("SAD expired"),
        ActivationRefused::Hash => Fault::request("Hash is not authorized by the SAD"),
        _ => Fault::invalid("SAD"),
    }
}

/// The identity does not sign.
pub(crate) fn of_signer(refused: &SignerRefused) -> Fault {
    match refused {
        SignerRefused::Activation(refused) => of_activation(*refused),
        SignerRefused::Unknown => Fault::invalid("credentialID"),
        SignerRefused::NotActive(_)
        | SignerRefused::OneTime
        | SignerRefused::HeldByPerson
        | SignerRefused::HeldByOffice => disabled(),
        SignerRefused::KeyReused => Fault::invalid("SAD"),
        other => Fault::server(other),
    }
}

/// 11.6: its key is not to be used at this moment.
pub(crate) fn disabled() -> Fault {
    Fault::request("The credential identified by credentialID is disabled")
}

/// It was not signed.
pub(crate) fn of_sign(error: &SignError) -> Fault {
    match error {
        SignError::Signer(SignerError::Refused(refused)) => of_signer(refused),
        SignError::Intent(_) => Fault::request("Invalid parameter description"),
        SignError::Package => Fault::request("Hash is not authorized by the SAD"),
        SignError::Read(_) | SignError::Active(_) => unfit(&error.to_string()),
        SignError::Sealing(issuance::SealingError::Sign(crypto::SignError::NotConsented)) => {
            Fault::request("SAD expired")
        }
        SignError::Sealing(issuance::SealingError::Sign(
            crypto::SignError::Locked | crypto::SignError::Device(_),
        )) => Fault::busy(),
        // T-D8: until a store is back that has all of it.
        SignError::Sealing(issuance::SealingError::Log(_)) => Fault::busy(),
        other => Fault::server(other),
    }
}

/// A document that cannot be signed as it is.
fn unfit(why: &str) -> Fault {
    Fault::request(format!("Invalid array parameter documents: {why}"))
}

/// It does not wait for a seal; the words are those of our own API, its code before them.
pub(crate) fn of_document(error: &DocumentError) -> Fault {
    match error {
        DocumentError::Store(_) | DocumentError::Object(_) | DocumentError::Step(_) => {
            Fault::server(error)
        }
        DocumentError::Level { .. } => Fault::invalid("conformance_level"),
        refused => unfit(&format!("{}: {refused}", refused.code())),
    }
}
