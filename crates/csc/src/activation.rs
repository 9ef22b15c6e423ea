//! Activation data: `credentials/authorize` for a seal (CSC 2.1 11.6), and what a request to sign shows.

use axum::Json;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::sha256;
use issuance::Office;
use registry::signers::SignerRefused;
use registry::signers::activations::{Activation, ActivationUse};
use serde::Serialize;
use time::{Duration, UtcDateTime};
use zeroize::Zeroizing;

use crate::bearer::{Bearer, Granted};
use crate::counter::Shown;
use crate::credential::{SHA256, standing};
use crate::credentials::serve;
use crate::fault::{Fault, disabled, of_activation, of_signer};
use crate::fields::Fields;
use crate::whose::{Credential, deny, find};

/// How long activation data of ours opens something (*default*): as long as a person's consent.
const LIFE: Duration = crypto::Consent::LIFE;
/// Signs of a description, at most (11.6).
const DESCRIPTION: usize = 500;

/// Activation data.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Given {
    #[serde(rename = "SAD")]
    data: String,
    expires_in: i64,
}

/// Authorises a seal for the hash of one document; it is then asked for with `signatures/signDoc`, and released by its custodian.
#[utoipa::path(post, path = "/csc/v2/credentials/authorize", tag = "csc",
    request_body(content_type = "application/json", description = "CSC 2.1 11.6: `credentialID`, `numSignatures`, `hashes`, `hashAlgorithmOID`, `authData` (empty), `description`"),
    responses((status = 200, description = "`SAD`, once for each hash, and `expiresIn`"), (status = 400, description = "`invalid_request`, `invalid_authentication_data`"), (status = 401, description = "no access token of the provider")))]
pub(crate) async fn authorize(shown: Shown, fields: Fields) -> Result<Json<Given>, Fault> {
    let office = shown.counter.office();
    serve(&shown).await?;
    let credential = find(&shown, fields.needed("credentialID")?).await?;
    // 11.6: not for oauth2code, where the provider's token is the authorisation.
    if let Credential::Person(..) = credential {
        let why = "credentials/authorize is not for a credential of auth/mode oauth2code";
        return Err(refuse(
            &shown,
            &credential,
            ("activation.mode", Fault::request(why)),
        )
        .await?);
    }
    let (hashes, allowed) = match asked(office, &credential, &fields).await {
        Ok(asked) => asked,
        Err((ground, fault)) => return Err(refuse(&shown, &credential, (ground, fault)).await?),
    };
    let data = fresh(office)?;
    let now = office.clock.now();
    let asker = credential.asker();
    let activation = Activation {
        handle: handle(&data),
        department: asker.department.clone(),
        credential: credential.id().to_owned(),
        user: shown.bearer.user.clone(),
        algorithm: SHA256.to_owned(),
        hashes,
        allowed,
        made: now,
        until: now + LIFE,
    };
    let book = office.registry.activations();
    let opened = book.open(activation, asker.by(now)).await;
    opened.map_err(|error| Fault::server(&error))?;
    Ok(Json(Given {
        data: data.to_string(),
        expires_in: LIFE.whole_seconds(),
    }))
}

type Refused = (&'static str, Fault);

/// What may be authorised of it.
async fn asked(
    office: &Office,
    credential: &Credential,
    fields: &Fields,
) -> Result<(Vec<[u8; 32]>, u32), Refused> {
    let malformed = |fault| ("activation.malformed", fault);
    let found = standing(office, credential).await.map_err(malformed)?;
    let found = found.filter(|found| found.is_enabled());
    let most = found
        .ok_or_else(|| ("activation.disabled", disabled()))?
        .most();
    let allowed = number(fields, most).map_err(malformed)?;
    let hashes = fields.hashes("hashes").map_err(malformed)?;
    let algorithm = fields.needed("hashAlgorithmOID").map_err(malformed)?;
    if algorithm != SHA256 {
        return Err(malformed(Fault::invalid("hashAlgorithmOID")));
    }
    let description = fields.text("description").map_err(malformed)?;
    if description.is_some_and(|words| words.chars().count() > DESCRIPTION) {
        return Err(malformed(Fault::invalid("description")));
    }
    let once = crypto::Consent::list_of(&hashes).is_some();
    if !once || u32::try_from(hashes.len()) != Ok(allowed) {
        return Err(malformed(Fault::invalid("hashes")));
    }
    let data = fields.values("authData").map_err(malformed)?;
    if data.is_some_and(|data| !data.is_empty()) {
        let status = axum::http::StatusCode::BAD_REQUEST;
        let words = "The authentication data is invalid";
        let fault = Fault::of(status, "invalid_authentication_data", words);
        return Err(("activation.authentication", fault));
    }
    Ok((hashes, allowed))
}

fn number(fields: &Fields, most: u32) -> Result<u32, Fault> {
    let value = fields
        .find("numSignatures")
        .and_then(serde_json::Value::as_i64);
    let value = value.ok_or_else(|| Fault::missing("integer", "numSignatures"))?;
    if value < 1 {
        return Err(Fault::request("Invalid value for parameter numSignatures"));
    }
    let value = u32::try_from(value).ok().filter(|value| *value <= most);
    value.ok_or_else(|| Fault::request("Numbers of signatures is too high"))
}

/// How activation data is found: a token by its name, ours by itself.
fn handle(data: &str) -> [u8; 32] {
    sha256(data.as_bytes())
}

/// 256 random bits.
fn fresh(office: &Office) -> Result<Zeroizing<String>, Fault> {
    let mut bits = Zeroizing::new([0; 32]);
    let filled = office.random.fill(bits.as_mut());
    filled.map_err(|error| Fault::server(&error))?;
    Ok(Zeroizing::new(URL_SAFE_NO_PAD.encode(bits.as_ref())))
}

/// Writes why nothing is done for a credential.
pub(crate) async fn refuse(
    shown: &Shown,
    credential: &Credential,
    (ground, fault): Refused,
) -> Result<Fault, Fault> {
    let office = shown.counter.office();
    deny(office, credential.asker(), (credential.id(), ground)).await?;
    Ok(fault)
}

/// What a request to sign shows beside its token: activation data of ours, a token for the credential, or its own token being one.
pub(crate) struct Activated {
    pub(crate) under: ActivationUse,
    /// What a person was shown, and when they said yes.
    pub(crate) words: String,
    pub(crate) given: UtcDateTime,
    /// When it was looked at: what held then is consumed as of then.
    pub(crate) at: UtcDateTime,
}

/// The activation of these hashes, kept and looked at before anything is done; it is consumed with the signature alone.
///
/// # Errors
/// `invalid_request`: no `SAD`, not of this user, credential, these hashes, any more, or not again; the trace has it.
pub(crate) async fn activated(
    shown: &Shown,
    credential: &Credential,
    (fields, hashes): (&Fields, Vec<[u8; 32]>),
) -> Result<Activated, Fault> {
    let data = fields.text("SAD")?;
    let data = match (data, &shown.bearer.credential) {
        (Some(data), _) if !data.is_empty() => data,
        (_, Some(_)) => &shown.token,
        _ => return Err(Fault::missing("string", "SAD")),
    };
    let found = match credential {
        Credential::Person(..) => granted(shown, credential, data).await,
        Credential::Seal(..) => {
            let now = shown.counter.office().clock.now();
            Ok((handle(data), String::new(), now))
        }
    };
    let (handle, words, given) = match found {
        Ok(found) => found,
        Err((ground, fault)) => return Err(refuse(shown, credential, (ground, fault)).await?),
    };
    let under = ActivationUse {
        handle,
        department: credential.asker().department.clone(),
        credential: credential.id().to_owned(),
        user: shown.bearer.user.clone(),
        algorithm: SHA256.to_owned(),
        hashes,
    };
    let office = shown.counter.office();
    let book = office.registry.activations();
    let at = office.clock.now();
    match book.inspect(&under, at).await {
        Ok(()) => Ok(Activated {
            under,
            words,
            given,
            at,
        }),
        Err(SignerRefused::Activation(refused)) => {
            let because = (refused.code(), of_activation(refused));
            Err(refuse(shown, credential, because).await?)
        }
        Err(other) => Err(of_signer(&other)),
    }
}

/// 11.10: a person's activation data is the provider's token for the credential. It is kept as what it authorises, once.
async fn granted(
    shown: &Shown,
    credential: &Credential,
    data: &str,
) -> Result<([u8; 32], String, UtcDateTime), Refused> {
    let unknown = || ("activation.unknown", Fault::invalid("SAD"));
    let other;
    let bearer: &Bearer = if data == shown.token {
        &shown.bearer
    } else {
        other = shown.counter.read(data).map_err(|fault| {
            let over = ("activation.expired", Fault::request("SAD expired"));
            if fault.is_over() { over } else { unknown() }
        })?;
        &other
    };
    let ours = bearer.user == shown.bearer.user;
    let granted = bearer.credential.as_ref().filter(|_| ours);
    let granted = granted.filter(|granted| granted.credential == credential.id());
    let granted = granted.ok_or_else(unknown)?;
    let office = shown.counter.office();
    let now = office.clock.now();
    // The provider's clock may be a little ahead of ours, and nobody agrees later than now.
    let given = granted.given.min(now);
    if now >= bearer.expires.min(given + LIFE) {
        return Err(("activation.expired", Fault::request("SAD expired")));
    }
    if granted.words.trim().is_empty() {
        let why = "The authorization says nothing of what is signed: label or description";
        return Err(("signature.intent", Fault::request(why)));
    }
    let activation = of_granted(granted, bearer, credential).ok_or_else(unknown)?;
    let handle = activation.handle;
    let by = credential.asker().by(now);
    let opened = office.registry.activations().open(activation, by).await;
    opened.map_err(|error| ("activation.unknown", Fault::server(&error)))?;
    Ok((handle, granted.words.clone(), given))
}

fn of_granted(granted: &Granted, bearer: &Bearer, credential: &Credential) -> Option<Activation> {
    crypto::Consent::list_of(&granted.hashes)?;
    (1..=64).contains(&granted.allowed).then_some(())?;
    Some(Activation {
        handle: handle(&format!("token\n{}", bearer.id)),
        department: credential.asker().department.clone(),
        credential: granted.credential.clone(),
        user: bearer.user.clone(),
        algorithm: granted.algorithm.clone(),
        hashes: granted.hashes.clone(),
        allowed: granted.allowed,
        made: granted.given,
        until: bearer.expires,
    })
}
