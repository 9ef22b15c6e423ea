//! What a passkey showed, as it was sent: octets are base64url without filling, as in the JavaScript of Web Authentication.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::Signature;
use crypto::sign_in::passkey::{CHALLENGE, RelyingParty, Shown};
use issuance::accounts::passkeys::Answer;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use wire::problem::{Code, Problem};

/// What a passkey answered at the door.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerBody {
    /// The question, as it was asked.
    question: String,
    /// `id` of the credential.
    credential: String,
    /// `authenticatorData`.
    authenticator: String,
    /// `clientDataJSON`.
    client: String,
    /// `signature`.
    signature: String,
    /// `userHandle`, where there is one.
    #[serde(default)]
    user: Option<String>,
}

/// What a passkey showed to release a seal; its signature and algorithm are the release's.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShownBody {
    /// `id` of the credential.
    credential: String,
    /// `authenticatorData`.
    authenticator: String,
    /// `clientDataJSON`.
    client: String,
}

/// Octets of a member.
///
/// # Errors
/// `request.malformed`.
pub fn octets(name: &str, text: &str) -> Result<Vec<u8>, Problem> {
    let malformed =
        || Problem::new(Code::RequestMalformed).saying(format!("{name} is not base64url"));
    URL_SAFE_NO_PAD.decode(text).map_err(|_| malformed())
}

/// A question that comes back.
///
/// # Errors
/// `request.malformed`.
pub fn question(text: &str) -> Result<[u8; CHALLENGE], Problem> {
    let octets = octets("question", text)?;
    let malformed = |_| Problem::new(Code::RequestMalformed).saying("question is no question");
    octets.try_into().map_err(malformed)
}

/// The relying party that this service is; none where browsers give no passkeys to pages of its address.
///
/// # Errors
/// `not-found`.
pub fn party(origin: &str) -> Result<RelyingParty, Problem> {
    RelyingParty::of(origin).ok_or(Problem::new(Code::NotFound))
}

impl ShownBody {
    /// What it showed.
    ///
    /// # Errors
    /// `request.malformed`.
    pub fn read(&self) -> Result<Shown, Problem> {
        Ok(Shown {
            credential: octets("credential", &self.credential)?,
            authenticator: octets("authenticator", &self.authenticator)?,
            client: octets("client", &self.client)?,
        })
    }
}

impl AnswerBody {
    /// What it answered to a service of this origin.
    ///
    /// # Errors
    /// `request.malformed`, `not-found`.
    pub fn read(self, origin: &str) -> Result<Answer, Problem> {
        let user = self.user.map(|user| octets("user", &user)).transpose()?;
        let shown = ShownBody {
            credential: self.credential,
            authenticator: self.authenticator,
            client: self.client,
        };
        Ok(Answer {
            party: party(origin)?,
            question: question(&self.question)?,
            shown: shown.read()?,
            signature: Signature::new(octets("signature", &self.signature)?),
            user,
        })
    }
}
