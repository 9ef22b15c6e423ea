//! A provider of access tokens, for tests: one key, and a file that says which.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use credential::JwsDraft;
use crypto::{
    Authorisation, Input, KeyAlgorithm, KeyId, KeyUse, SignatureAlgorithm, Signer as _,
    SoftwareSigner, SystemRandom, generate_pkcs8,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use time::UtcDateTime;

pub(crate) const ISSUER: &str = "https://id.example";
pub(crate) const AUDIENCE: &str = "https://yinxin.example";
const ALGORITHM: SignatureAlgorithm = SignatureAlgorithm::EcdsaP256Sha256;

pub(crate) struct Provider {
    key: SoftwareSigner,
    pkcs8: Vec<u8>,
    folder: TempDir,
}

/// What somebody authorised.
pub(crate) struct Authorised<'a> {
    pub(crate) credential: &'a str,
    pub(crate) hashes: &'a [[u8; 32]],
    pub(crate) words: &'a str,
}

impl Provider {
    pub(crate) fn found() -> Self {
        let pkcs8 = generate_pkcs8(KeyAlgorithm::EcP256, &SystemRandom::new());
        let pkcs8 = pkcs8.expect("a key").to_vec();
        let key = SoftwareSigner::from_pkcs8(&pkcs8, None).expect("its own");
        let folder = tempfile::tempdir().expect("a folder");
        let provider = Self { key, pkcs8, folder };
        provider.publish(&provider.published());
        provider
    }

    /// Its keys, as it tells them.
    pub(crate) fn published(&self) -> String {
        let bits = self.key.public_key().bits();
        let set = json!({"keys": [{
            "kty": "EC", "crv": "P-256", "kid": "k1", "use": "sig",
            "x": URL_SAFE_NO_PAD.encode(&bits[1..33]), "y": URL_SAFE_NO_PAD.encode(&bits[33..]),
        }]});
        set.to_string()
    }

    /// Puts this in the place of what its file says.
    pub(crate) fn publish(&self, keys: &str) {
        let file = self.folder.path().join("keys.json");
        std::fs::write(file, keys).expect("written");
    }

    /// Its key, for a client that plays it.
    pub(crate) fn pem(&self) -> String {
        armoured("PRIVATE KEY", &self.pkcs8)
    }

    /// The line of the configuration.
    pub(crate) fn lines(&self) -> String {
        let keys = self.folder.path().join("keys.json");
        format!(
            "remote_signing = {{ issuer = \"{ISSUER}\", audience = \"{AUDIENCE}\", keys = {keys:?} }}\n"
        )
    }

    /// A token of the kind of RFC 9068 with these claims beside its own.
    pub(crate) fn token(
        &self,
        now: UtcDateTime,
        subject: &str,
        client: &str,
        more: &Value,
    ) -> String {
        let name: [u8; 16] = std::array::from_fn(|_| rand_octet());
        let mut claims = json!({
            "iss": ISSUER, "aud": AUDIENCE, "sub": subject, "client_id": client,
            "iat": now.unix_timestamp(), "exp": now.unix_timestamp() + 300,
            "jti": URL_SAFE_NO_PAD.encode(name),
        });
        for (name, value) in more.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        self.signed("at+jwt", &claims)
    }

    pub(crate) fn signed(&self, kind: &str, claims: &Value) -> String {
        let draft = JwsDraft {
            kind,
            algorithm: ALGORITHM,
            kid: Some("k1"),
            certificates: &[],
        };
        let prepared = draft
            .prepare(claims.to_string().as_bytes())
            .expect("prepared");
        let octets = prepared.to_be_signed();
        let name = KeyId::parse("provider").expect("a name");
        let now = UtcDateTime::UNIX_EPOCH;
        let under = Authorisation::journalled(name, KeyUse::Credentials, octets, now);
        let signature = self
            .key
            .sign(Input::Message(octets), &under)
            .expect("signed");
        prepared.finish(&signature).expect("a token")
    }

    /// A token for a credential, as RFC 9396 has it.
    pub(crate) fn authorised(
        &self,
        now: UtcDateTime,
        subject: &str,
        what: &Authorised<'_>,
    ) -> String {
        let digests = what.hashes.iter();
        let digests: Vec<Value> = digests
            .map(|hash| json!({"hash": STANDARD.encode(hash), "label": what.words}))
            .collect();
        let digests = if digests.len() > 1 {
            // The words once: they are those of the whole.
            let mut digests = digests;
            for one in digests.iter_mut().skip(1) {
                one["label"] = json!("附件");
            }
            digests
        } else {
            digests
        };
        let details = json!({"authorization_details": [{
            "type": "credential", "credentialID": what.credential,
            "documentDigests": digests, "hashAlgorithmOID": super::SHA256,
        }]});
        self.token(now, subject, "app", &details)
    }
}

/// Octets between lines of RFC 7468.
pub(crate) fn armoured(label: &str, octets: &[u8]) -> String {
    let body = STANDARD.encode(octets);
    let lines: Vec<&str> = body
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).expect("text"))
        .collect();
    let body = lines.join("\n");
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
}

fn rand_octet() -> u8 {
    use crypto::Random as _;
    let mut octet = [0; 1];
    SystemRandom::new().fill(&mut octet).expect("randomness");
    octet[0]
}
