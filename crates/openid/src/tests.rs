//! Each rule of the checks by a token that breaks this rule alone, and is refused for it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::{KeyAlgorithm, SignatureAlgorithm, SystemRandom, ThrowAway, sha256};
use serde_json::{Value, json};
use time::macros::utc_datetime;
use time::{Duration, UtcDateTime};

use crate::*;

mod spoken;

const NOW: UtcDateTime = utc_datetime!(2026-07-03 01:00);
const ISSUER: &str = "https://id.example/realm";
const CLIENT: &str = "yinxin";
const AUDIENCE: &str = "https://licences.example";
const NONCE: &str = "n-0S6_WzA2Mj";

fn seconds(moment: UtcDateTime) -> i64 {
    moment.unix_timestamp()
}

fn terms_of(algorithms: &[&str]) -> Terms {
    let algorithms: Vec<String> = algorithms.iter().map(|&one| one.to_owned()).collect();
    Terms::new(ISSUER, (CLIENT, AUDIENCE), &algorithms, &[]).expect("terms")
}

fn terms() -> Terms {
    terms_of(&ALGORITHMS)
}

/// A provider with a key on P-256 named `ec` and one of Ed25519 named `ed`.
struct Provider {
    ec: ThrowAway,
    ed: ThrowAway,
}

impl Provider {
    fn new() -> Self {
        let random = SystemRandom::new();
        let of = |algorithm, kind| ThrowAway::generate(algorithm, kind, &random).expect("a key");
        Self {
            ec: of(SignatureAlgorithm::EcdsaP256Sha256, KeyAlgorithm::EcP256),
            ed: of(SignatureAlgorithm::Ed25519, KeyAlgorithm::Ed25519),
        }
    }

    fn jwks(&self) -> Value {
        let point = self.ec.public_key().bits();
        let (x, y) = point[1..].split_at(32);
        json!({"keys": [
            {"kty": "EC", "crv": "P-256", "kid": "ec", "use": "sig", "alg": "ES256", "x": URL_SAFE_NO_PAD.encode(x),
                "y": URL_SAFE_NO_PAD.encode(y)},
            {"kty": "OKP", "crv": "Ed25519", "kid": "ed", "key_ops": ["verify"],
                "x": URL_SAFE_NO_PAD.encode(self.ed.public_key().bits())},
        ]})
    }

    fn keys(&self) -> Keys {
        Keys::read(self.jwks().to_string().as_bytes()).expect("keys")
    }
}

fn token(header: &Value, claims: &Value, key: &ThrowAway) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let input = format!("{}.{}", part(header), part(claims));
    let signature = key.sign(input.as_bytes()).expect("signs");
    let value = credential::to_wire(key.algorithm(), &signature).expect("a value");
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(value))
}

fn id_header() -> Value {
    json!({"alg": "ES256", "kid": "ec"})
}

fn id_claims() -> Value {
    json!({"iss": ISSUER, "sub": "li", "aud": CLIENT, "exp": seconds(NOW) + 300, "iat": seconds(NOW), "nonce": NONCE,
        "acr": "high", "amr": ["pwd", "otp"], "auth_time": seconds(NOW) - 5})
}

fn awaited() -> Awaited<'static> {
    Awaited {
        nonce: NONCE,
        access_token: Some("an access token"),
    }
}

fn check(token: &str, keys: &Keys) -> Result<IdToken, TokenFault> {
    IdToken::check(token, (&terms(), keys), awaited(), NOW)
}

fn with(mut value: Value, name: &str, member: Value) -> Value {
    value[name] = member;
    value
}

fn without(mut value: Value, name: &str) -> Value {
    value.as_object_mut().expect("an object").remove(name);
    value
}

#[test]
fn an_id_token_tells_who_signed_in_and_how() {
    let provider = Provider::new();
    let keys = provider.keys();
    let read = check(&token(&id_header(), &id_claims(), &provider.ec), &keys).expect("good");
    assert_eq!(read.subject(), "li");
    assert_eq!(read.authenticated(), Some(NOW - Duration::seconds(5)));
    let among = |any: &[&str]| {
        let any: Vec<String> = any.iter().map(|&one| one.to_owned()).collect();
        read.signed_in_with(&any)
    };
    assert!(among(&["otp"]) && among(&["x", "high"]) && !among(&["hwk"]) && !among(&[]));
    let header = json!({"alg": "EdDSA", "typ": "JWT"});
    let claims = with(id_claims(), "aud", json!(["other", CLIENT]));
    let claims = with(claims, "azp", json!(CLIENT));
    assert!(check(&token(&header, &claims, &provider.ed), &keys).is_ok());
}

#[test]
fn each_claim_of_an_id_token_is_asked_for() {
    let provider = Provider::new();
    let keys = provider.keys();
    let now = seconds(NOW);
    let other_half = URL_SAFE_NO_PAD.encode(&sha256(b"another token")[..16]);
    for (name, value, fault) in [
        (
            "iss",
            json!("https://id.example/realm/"),
            TokenFault::Issuer,
        ),
        ("iss", json!("https://else.example"), TokenFault::Issuer),
        ("aud", json!("other"), TokenFault::Audience),
        ("aud", json!([]), TokenFault::Audience),
        ("aud", json!(vec![CLIENT; 17]), TokenFault::Audience),
        ("aud", json!([CLIENT, "other"]), TokenFault::Client),
        ("azp", json!("other"), TokenFault::Client),
        ("exp", json!(now - 60), TokenFault::Expired),
        ("iat", json!(now + 61), TokenFault::Early),
        ("nbf", json!(now + 61), TokenFault::Early),
        ("iat", json!(now - 661), TokenFault::Stale),
        ("nonce", json!("another"), TokenFault::Nonce),
        ("at_hash", json!(other_half), TokenFault::AccessDigest),
        ("sub", json!(""), TokenFault::Claim),
        ("sub", json!("x".repeat(256)), TokenFault::Claim),
        ("sub", json!("李"), TokenFault::Claim),
        ("amr", json!("otp"), TokenFault::Claim),
        ("acr", json!(1), TokenFault::Claim),
        ("exp", json!("tomorrow"), TokenFault::Claim),
        ("exp", json!(i64::MAX), TokenFault::Claim),
    ] {
        let claims = with(id_claims(), name, value);
        let read = check(&token(&id_header(), &claims, &provider.ec), &keys);
        assert_eq!(read.err(), Some(fault), "{claims}");
    }
    for name in ["iss", "sub", "aud", "exp", "iat", "nonce"] {
        let claims = without(id_claims(), name);
        let fault = if name == "nonce" {
            TokenFault::Nonce
        } else {
            TokenFault::Claim
        };
        let read = check(&token(&id_header(), &claims, &provider.ec), &keys);
        assert_eq!(read.err(), Some(fault), "{claims}");
    }
}

#[test]
fn what_is_within_the_limits_of_an_id_token_is_taken() {
    let provider = Provider::new();
    let keys = provider.keys();
    let now = seconds(NOW);
    let half = URL_SAFE_NO_PAD.encode(&sha256(b"an access token")[..16]);
    for claims in [
        with(id_claims(), "at_hash", json!(half)),
        with(id_claims(), "exp", json!(now - 59)),
        with(id_claims(), "iat", json!(now + 60)),
        with(id_claims(), "iat", json!(now - 660)),
        with(id_claims(), "azp", json!(CLIENT)),
    ] {
        let read = check(&token(&id_header(), &claims, &provider.ec), &keys);
        assert!(read.is_ok(), "{claims}: {read:?}");
    }
}

#[test]
fn a_claim_twice_is_no_claim() {
    let provider = Provider::new();
    let header = URL_SAFE_NO_PAD.encode(id_header().to_string());
    let claims = id_claims()
        .to_string()
        .replacen('{', r#"{"sub":"other","#, 1);
    let input = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims));
    let signature = provider.ec.sign(input.as_bytes()).expect("signs");
    let value = credential::to_wire(provider.ec.algorithm(), &signature).expect("a value");
    let text = format!("{input}.{}", URL_SAFE_NO_PAD.encode(value));
    assert_eq!(check(&text, &provider.keys()), Err(TokenFault::Claim));
}

#[test]
fn the_key_fixes_the_algorithm_and_no_token_brings_one() {
    let (provider, stranger) = (Provider::new(), Provider::new());
    let keys = provider.keys();
    let jwk = stranger.jwks()["keys"][0].clone();
    for (header, fault) in [
        (json!({"alg": "none"}), TokenFault::Algorithm),
        (json!({"alg": "HS256", "kid": "ec"}), TokenFault::Algorithm),
        (json!({"alg": "ES384", "kid": "ec"}), TokenFault::Algorithm),
        (json!({"alg": "PS256"}), TokenFault::Algorithm),
        (json!({"alg": "RS256", "kid": "ec"}), TokenFault::Key),
        (json!({"alg": "EdDSA", "kid": "ec"}), TokenFault::Key),
        (json!({"alg": "ES256", "kid": "new"}), TokenFault::Key),
        (json!({"alg": "ES256", "jwk": jwk}), TokenFault::KeySource),
        (
            json!({"alg": "ES256", "jku": "https://else.example/keys"}),
            TokenFault::KeySource,
        ),
        (
            json!({"alg": "ES256", "x5u": "https://else.example/c"}),
            TokenFault::KeySource,
        ),
        (
            json!({"alg": "ES256", "x5c": ["AAAA"]}),
            TokenFault::Signature,
        ),
        (json!({"alg": "ES256", "kid": "ec"}), TokenFault::Signature),
        (
            json!({"alg": "ES256", "crit": ["b64"], "b64": true}),
            TokenFault::Form,
        ),
        (
            json!({"alg": "ES256", "kid": "ec", "typ": "at+jwt"}),
            TokenFault::Kind,
        ),
        (
            json!({"alg": "ES256", "kid": "ec", "typ": "logout+jwt"}),
            TokenFault::Kind,
        ),
    ] {
        let read = check(&token(&header, &id_claims(), &stranger.ec), &keys);
        assert_eq!(read.err(), Some(fault), "{header}");
    }
    // A MAC whose key is the public key, and no signature at all.
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let input = format!(
        "{}.{}",
        part(&json!({"alg": "HS256", "kid": "ec"})),
        part(&id_claims())
    );
    let mac = crypto::mac::hmac_sha256(provider.ec.public_key().spki(), input.as_bytes());
    let text = format!("{input}.{}", URL_SAFE_NO_PAD.encode(mac));
    assert_eq!(check(&text, &keys), Err(TokenFault::Algorithm));
    let bare = format!("{}.{}.", part(&json!({"alg": "none"})), part(&id_claims()));
    assert_eq!(check(&bare, &keys), Err(TokenFault::Algorithm));
    let unsigned = format!("{}.{}.", part(&id_header()), part(&id_claims()));
    assert_eq!(check(&unsigned, &keys), Err(TokenFault::Signature));
}

#[test]
fn an_algorithm_that_was_not_agreed_on_is_refused() {
    let provider = Provider::new();
    let text = token(&id_header(), &id_claims(), &provider.ec);
    let keys = provider.keys();
    let read = |terms: &Terms| IdToken::check(&text, (terms, &keys), awaited(), NOW).err();
    assert_eq!(
        read(&terms_of(&["EdDSA", "RS256"])),
        Some(TokenFault::Algorithm)
    );
    assert_eq!(read(&terms_of(&["ES256"])), None);
}

#[test]
fn every_octet_of_a_token_counts() {
    let provider = Provider::new();
    let keys = provider.keys();
    let text = token(&id_header(), &id_claims(), &provider.ec);
    for at in (0..text.len()).step_by(7) {
        let mut changed = text.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).expect("ASCII");
        assert!(check(&changed, &keys).is_err(), "{at}");
    }
    let long = format!("{text}{}", "A".repeat(credential::MAX_TOKEN));
    assert_eq!(check(&long, &keys), Err(TokenFault::Form));
}

/// RFC 7515 A.2.
const RSA: (&str, &str) = (
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
);

#[test]
fn the_token_of_rfc_7515_a_2_is_its_keys_and_claims_too_little() {
    let set = json!({"keys": [{"kty": "RSA", "n": RSA.0, "e": "AQAB"}]});
    let keys = Keys::read(set.to_string().as_bytes()).expect("keys");
    assert_eq!(check(RSA.1, &keys), Err(TokenFault::Claim));
    let changed = RSA.1.replace("cC4hiUPoj9", "cC4hiUPoj8");
    assert_eq!(check(&changed, &keys), Err(TokenFault::Signature));
}

#[test]
fn keys_that_are_not_for_checking_are_left_out() {
    let provider = Provider::new();
    let text = token(&id_header(), &id_claims(), &provider.ec);
    let good = provider.jwks()["keys"][0].clone();
    let other = json!({"kty": "RSA", "n": RSA.0, "e": "AQAB"});
    let read = |jwk: &Value| {
        let set = json!({"keys": [jwk, other]}).to_string();
        check(&text, &Keys::read(set.as_bytes()).expect("keys")).err()
    };
    assert_eq!(read(&good), None);
    let mut off = URL_SAFE_NO_PAD
        .decode(good["y"].as_str().expect("text"))
        .expect("octets");
    off[31] ^= 1;
    for wrong in [
        with(good.clone(), "use", json!("enc")),
        with(good.clone(), "key_ops", json!(["sign"])),
        with(good.clone(), "alg", json!("HS256")),
        with(good.clone(), "d", json!("AAAA")),
        with(good.clone(), "crv", json!("P-384")),
        with(good.clone(), "kty", json!("oct")),
        with(good.clone(), "x", json!("AAAA")),
        with(good.clone(), "y", json!(URL_SAFE_NO_PAD.encode(off))),
        with(good.clone(), "kid", json!("another")),
        without(good.clone(), "y"),
    ] {
        assert_eq!(read(&wrong), Some(TokenFault::Key), "{wrong}");
    }
    // Two keys under one name: neither is meant.
    let twice = json!({"keys": [good, good]}).to_string();
    let keys = Keys::read(twice.as_bytes()).expect("keys");
    assert_eq!(check(&text, &keys), Err(TokenFault::Key));
    let weak = json!({"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]}).to_string();
    assert_eq!(Keys::read(weak.as_bytes()), Err(ReadKeys::Empty));
    assert_eq!(Keys::read(b"{}"), Err(ReadKeys::Malformed));
    assert_eq!(
        Keys::read(br#"{"keys":[],"keys":[]}"#),
        Err(ReadKeys::Malformed)
    );
    let many = json!({"keys": vec![json!({}); 65]}).to_string();
    assert_eq!(Keys::read(many.as_bytes()), Err(ReadKeys::TooLarge));
    let large = " ".repeat(MAX_DOCUMENT + 1);
    assert_eq!(Keys::read(large.as_bytes()), Err(ReadKeys::TooLarge));
}

fn access_header() -> Value {
    json!({"alg": "ES256", "kid": "ec", "typ": "at+jwt"})
}

fn access_claims() -> Value {
    json!({"iss": ISSUER, "sub": "li", "aud": [AUDIENCE], "exp": seconds(NOW) + 300, "iat": seconds(NOW) - 3_000,
        "client_id": "signer", "jti": "one", "scope": "service credential", "authorization_details": [{"type": "credential"}]})
}

fn access(
    (header, claims): (&Value, &Value),
    certificate: Option<&[u8; 32]>,
    provider: &Provider,
) -> Result<AccessToken, TokenFault> {
    let text = token(header, claims, &provider.ec);
    AccessToken::check(&text, (&terms(), &provider.keys()), certificate, NOW)
}

#[test]
fn an_access_token_tells_who_may_do_what() {
    let provider = Provider::new();
    let read = access((&access_header(), &access_claims()), None, &provider).expect("good");
    assert_eq!(
        (read.subject(), read.client(), read.id()),
        ("li", "signer", "one")
    );
    assert!(read.has("service") && read.has("credential") && !read.has("cred") && !read.has(""));
    assert_eq!(read.expires(), NOW + Duration::seconds(300));
    assert_eq!(
        read.claims().get("authorization_details"),
        Some(&json!([{"type": "credential"}]))
    );
    let long = with(access_header(), "typ", json!("application/AT+JWT"));
    assert!(access((&long, &access_claims()), None, &provider).is_ok());
}

#[test]
fn each_rule_of_an_access_token_is_asked_for() {
    let provider = Provider::new();
    let now = seconds(NOW);
    let many: Vec<String> = (0..65).map(|at| format!("s{at}")).collect();
    for (header, fault) in [
        (without(access_header(), "typ"), TokenFault::Kind),
        (with(access_header(), "typ", json!("JWT")), TokenFault::Kind),
        (
            with(access_header(), "alg", json!("none")),
            TokenFault::Algorithm,
        ),
    ] {
        let read = access((&header, &access_claims()), None, &provider);
        assert_eq!(read.err(), Some(fault), "{header}");
    }
    for (claims, fault) in [
        (
            with(access_claims(), "iss", json!("https://else.example")),
            TokenFault::Issuer,
        ),
        (
            with(access_claims(), "aud", json!(CLIENT)),
            TokenFault::Audience,
        ),
        (
            with(access_claims(), "exp", json!(now - 60)),
            TokenFault::Expired,
        ),
        (
            with(access_claims(), "nbf", json!(now + 61)),
            TokenFault::Early,
        ),
        (
            with(access_claims(), "client_id", json!("")),
            TokenFault::Claim,
        ),
        (
            with(access_claims(), "scope", json!(["a"])),
            TokenFault::Claim,
        ),
        (
            with(access_claims(), "scope", json!(many.join(" "))),
            TokenFault::Claim,
        ),
        (without(access_claims(), "client_id"), TokenFault::Claim),
        (without(access_claims(), "jti"), TokenFault::Claim),
        (without(access_claims(), "sub"), TokenFault::Claim),
        (without(access_claims(), "iat"), TokenFault::Claim),
    ] {
        let read = access((&access_header(), &claims), None, &provider);
        assert_eq!(read.err(), Some(fault), "{claims}");
    }
}

#[test]
fn a_bound_token_is_good_beside_its_certificate_alone() {
    let provider = Provider::new();
    let own = sha256(b"a certificate");
    let bound = |confirmation: Value| with(access_claims(), "cnf", confirmation);
    let digest = json!(URL_SAFE_NO_PAD.encode(own));
    let claims = bound(json!({"x5t#S256": digest}));
    let read = |claims: &Value, certificate: Option<&[u8; 32]>| {
        access((&access_header(), claims), certificate, &provider).err()
    };
    assert_eq!(read(&claims, Some(&own)), None);
    let other = sha256(b"another");
    assert_eq!(read(&claims, Some(&other)), Some(TokenFault::Confirmation));
    assert_eq!(read(&claims, None), Some(TokenFault::Confirmation));
    for other in [
        json!({"jkt": "x"}),
        json!({"x5t#S256": digest, "jkt": "x"}),
        json!({}),
    ] {
        assert_eq!(
            read(&bound(other), Some(&own)),
            Some(TokenFault::Confirmation)
        );
    }
    assert_eq!(read(&bound(json!("x")), None), Some(TokenFault::Claim));
    assert_eq!(read(&access_claims(), Some(&own)), None);
}
