//! What an OpenID provider says, and what remote signing is asked with.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::{KeyAlgorithm, SignatureAlgorithm, SystemRandom, ThrowAway};
use openid::{
    AccessToken, Awaited, IdToken, Keys, Metadata, Question, Returned, Terms, TokenAnswer, Verifier,
};
use serde_json::{Value, json};

use super::proof::AT;
use super::token::compact;

const ISSUER: &str = "https://id.example/realm";
const CLIENT: &str = "yinxin";
const AUDIENCE: &str = "https://licences.example";
const NONCE: &str = "n-0S6_WzA2Mj";

static TERMS: LazyLock<Terms> = LazyLock::new(|| {
    let algorithms = openid::ALGORITHMS.map(str::to_owned);
    let terms = Terms::new(ISSUER, (CLIENT, AUDIENCE), &algorithms, &[]);
    terms.expect("terms that hold")
});

/// A key of the provider's that signs what is tried, so that changes reach the claims.
static KEY: LazyLock<ThrowAway> = LazyLock::new(|| {
    let (algorithm, kind) = (SignatureAlgorithm::Ed25519, KeyAlgorithm::Ed25519);
    ThrowAway::generate(algorithm, kind, &SystemRandom::new()).expect("a key")
});

static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let x = URL_SAFE_NO_PAD.encode(KEY.public_key().bits());
    let all = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": x}]});
    Keys::read(all.to_string().as_bytes()).expect("a key")
});

/// The provider's metadata: nobody is sent to another host than was agreed on.
pub fn metadata(octets: &[u8]) -> bool {
    let Ok(read) = Metadata::read(octets, &TERMS) else {
        return false;
    };
    let verifier = Verifier::of(&[7; 32]);
    let question = Question {
        state: "s",
        nonce: NONCE,
        verifier: &verifier,
        redirect: AUDIENCE,
        classes: &[],
    };
    let exchange = read.exchange((&TERMS, "secret"), ("code", &verifier), AUDIENCE);
    let sent = read.address(&TERMS, &question);
    for address in [read.keys(), &exchange.address, &sent] {
        let rest = address.strip_prefix("https://").unwrap_or_default();
        let host = rest.split(['/', '?']).next().unwrap_or_default();
        assert!(host.eq_ignore_ascii_case("id.example"), "{address}");
    }
    assert!(!sent.contains("secret"));
    true
}

/// The provider's keys.
pub fn keys(octets: &[u8]) -> bool {
    let Ok(keys) = Keys::read(octets) else {
        return false;
    };
    let token = compact(br#"{"alg":"ES256","typ":"at+jwt","kid":"ec"}"#, b"{}");
    let checked = AccessToken::check(&token, (&TERMS, &keys), None, AT);
    assert!(checked.is_err(), "nobody signed it");
    true
}

/// Both kinds of tokens: header and claims with a line end between, signed by the provider; and the text as it is.
pub fn token(octets: &[u8]) -> bool {
    let text = String::from_utf8_lossy(octets);
    let bare = checked(&text);
    assert!(!bare, "nobody signed it: {text}");
    let mut parts = octets.splitn(2, |octet| *octet == b'\n');
    let mut part = || URL_SAFE_NO_PAD.encode(parts.next().unwrap_or_default());
    let input = format!("{}.{}", part(), part());
    let Ok(signature) = KEY.sign(input.as_bytes()) else {
        return false;
    };
    checked(&format!(
        "{input}.{}",
        URL_SAFE_NO_PAD.encode(signature.bytes())
    ))
}

/// Whether a token is taken; what it is taken for is never both.
fn checked(token: &str) -> bool {
    let terms = (&*TERMS, &*KEYS);
    let awaited = Awaited {
        nonce: NONCE,
        access_token: None,
    };
    let id = IdToken::check(token, terms, awaited, AT);
    let access = AccessToken::check(token, terms, None, AT);
    assert!(
        id.is_err() || access.is_err(),
        "one token for two uses: {token}"
    );
    if let Ok(access) = &access {
        assert!(access.expires() >= AT - time::Duration::minutes(5));
        assert!(!access.client().is_empty() && !access.id().is_empty());
        let _ = csc::Bearer::read(access.claims());
    }
    id.is_ok() || access.is_ok()
}

/// What the token endpoint answers, and with what somebody comes back.
pub fn answer(octets: &[u8]) -> bool {
    let returned = serde_json::from_slice::<Returned>(octets);
    let document = metadata_of();
    let known = Metadata::read(document.to_string().as_bytes(), &TERMS);
    let coded = returned
        .ok()
        .zip(known.ok())
        .is_some_and(|(returned, known)| {
            returned
                .code(&TERMS, &known)
                .is_ok_and(|code| !code.is_empty())
        });
    TokenAnswer::read(octets).is_ok() || coded
}

/// The content of a request to remote signing.
pub fn csc_request(octets: &[u8]) -> bool {
    let all = csc::operations(octets);
    assert!(all.is_empty() || credential::inspect_json(octets).is_ok());
    !all.is_empty()
}

fn metadata_of() -> Value {
    json!({"issuer": ISSUER, "authorization_endpoint": "https://id.example/realm/auth",
        "token_endpoint": "https://id.example/realm/token", "jwks_uri": "https://id.example/realm/keys",
        "response_types_supported": ["code"], "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post"]})
}

/// Seeds of these targets.
pub fn made(target: &str) -> Option<Vec<Vec<u8>>> {
    let now = AT.unix_timestamp();
    let id = json!({"iss": ISSUER, "sub": "li", "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": NONCE, "acr": "high",
        "amr": ["pwd", "otp"], "auth_time": now - 5});
    let access = json!({"iss": ISSUER, "sub": "li", "aud": AUDIENCE, "exp": now + 300, "iat": now, "client_id": "desk", "jti": "7",
        "scope": "credential", "credentialID": "p1", "numSignatures": 1, "hashAlgorithmOID": "2.16.840.1.101.3.4.2.1",
        "hashes": ["47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"]});
    let hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let terms =
        json!({"purpose": "reply", "ground": "an answer", "page": 1, "x_mm": 20.0, "y_mm": 30.0});
    let all: Vec<Value> = match target {
        "openid_metadata" => vec![metadata_of()],
        "openid_keys" => vec![json!({"keys": [
            {"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": URL_SAFE_NO_PAD.encode(KEY.public_key().bits())},
            {"kty": "RSA", "kid": "r", "e": "AQAB", "n": URL_SAFE_NO_PAD.encode([0xc1; 256])}]})],
        "openid_answer" => vec![
            json!({"access_token": "a", "token_type": "Bearer", "id_token": "b"}),
            json!({"state": "s", "code": "c", "iss": ISSUER}),
        ],
        "csc_request" => vec![
            json!({"credentialID": "p1", "hashes": [hash], "hashAlgorithmOID": "2.16.840.1.101.3.4.2.1", "signAlgo": "1.2.840.10045.4.3.2",
                "operationMode": "S", "SAD": "a"}),
            json!({"credentialID": "s1", "documents": [{"document": "JVBERg==", "signature_format": "P", "conformance_level": "AdES-B-LT",
                "signAlgo": "1.2.840.10045.4.3.2"}], "clientData": terms.to_string()}),
            json!({"hash": hash, "hashAlgo": "2.16.840.1.101.3.4.2.1", "nonce": "1f"}),
            json!({"maxResults": 5, "onlyValid": true, "certificates": "chain", "certInfo": true}),
        ],
        "openid_token" => {
            let head = |kind: &str| json!({"alg": "EdDSA", "typ": kind, "kid": "ed"});
            let two = |head: Value, claims: &Value| format!("{head}\n{claims}").into_bytes();
            return Some(vec![two(head("JWT"), &id), two(head("at+jwt"), &access)]);
        }
        _ => return None,
    };
    Some(
        all.into_iter()
            .map(|one| one.to_string().into_bytes())
            .collect(),
    )
}
