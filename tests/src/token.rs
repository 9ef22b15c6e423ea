//! An authenticator in software, with the browser before it (Web Authentication 6.3): it makes one credential and shows it.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use crypto::sign_in::passkey::{Authenticator, url64};
use crypto::{
    Authorisation, Input, KeyAlgorithm, KeyId, KeyUse, Signature, Signer, SoftwareSigner,
    SystemRandom, generate_pkcs8, sha256,
};
use serde_json::{Value, json};
use time::UtcDateTime;

/// A token with a credential on P-256. What it says can be bent before it signs.
pub struct Token {
    signer: SoftwareSigner,
    /// Identifier of the credential.
    pub credential: Vec<u8>,
    /// The origin of the page that asks.
    pub origin: String,
    /// Whose credential it is.
    pub party: String,
    /// The flags of an assertion.
    pub flags: u8,
    /// How often it signed.
    pub counter: u32,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Token").finish_non_exhaustive()
    }
}

impl Token {
    /// A token for pages of this origin.
    ///
    /// # Errors
    /// No randomness.
    pub fn new(origin: &str, credential: u8) -> anyhow::Result<Token> {
        let pkcs8 = generate_pkcs8(KeyAlgorithm::EcP256, &SystemRandom::new())?;
        let party = origin.split("://").last().unwrap_or_default();
        Ok(Token {
            signer: SoftwareSigner::from_pkcs8(&pkcs8, None)?,
            credential: vec![credential; 32],
            origin: origin.to_owned(),
            party: party.to_owned(),
            flags: Authenticator::PRESENT | Authenticator::VERIFIED,
            counter: 0,
        })
    }

    /// Its public key.
    #[must_use]
    pub fn public(&self) -> crypto::PublicKey {
        self.signer.public_key().clone()
    }

    fn client(&self, kind: &str, question: &str) -> String {
        let origin = &self.origin;
        format!(
            r#"{{"type":"webauthn.{kind}","challenge":"{question}","origin":"{origin}","crossOrigin":false}}"#
        )
    }

    fn data(&mut self, flags: u8) -> Vec<u8> {
        let mut data = sha256(self.party.as_bytes()).to_vec();
        data.push(flags);
        data.extend_from_slice(&self.counter.to_be_bytes());
        data
    }

    /// clientDataJSON and attestation object of a new credential.
    #[must_use]
    pub fn made(&mut self, question: &str) -> (Vec<u8>, Vec<u8>) {
        let mut data = self.data(self.flags | Authenticator::ATTESTED);
        data.extend_from_slice(&[0; 16]);
        data.extend_from_slice(&[0, 32]);
        data.extend_from_slice(&self.credential);
        let spki = self.signer.public_key().spki().to_vec();
        let (x, y) = spki.split_at(spki.len() - 32);
        let x = x.get(x.len() - 32..).unwrap_or_default();
        // {1: 2, 3: -7, -1: 1, -2: x, -3: y}
        data.extend_from_slice(&[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend_from_slice(x);
        data.extend_from_slice(&[0x22, 0x58, 0x20]);
        data.extend_from_slice(y);
        let length = u8::try_from(data.len()).unwrap_or(u8::MAX);
        let mut object = vec![0xa3, 0x63];
        object.extend_from_slice(b"fmt\x64none\x67attStmt\xa0\x68authData");
        object.extend_from_slice(&[0x58, length]);
        object.extend_from_slice(&data);
        (self.client("create", question).into_bytes(), object)
    }

    /// What it shows when it is asked: authenticator data, clientDataJSON, signature.
    ///
    /// # Errors
    /// Its key does not sign.
    pub fn shown(&mut self, question: &str) -> anyhow::Result<(Vec<u8>, Vec<u8>, Signature)> {
        self.counter += 1;
        let client = self.client("get", question).into_bytes();
        let data = self.data(self.flags);
        let octets = [data.as_slice(), &sha256(&client)].concat();
        let name = KeyId::parse("token").unwrap_or_else(|| unreachable!("plain letters"));
        let at = UtcDateTime::UNIX_EPOCH;
        let under = Authorisation::journalled(name, KeyUse::Release, &octets, at);
        let signature = self.signer.sign(Input::Message(&octets), &under)?;
        Ok((data, client, signature))
    }

    /// What it answers at the door, as `POST /v1/sessions` takes it.
    ///
    /// # Errors
    /// As [`Token::shown`].
    pub fn answers(&mut self, question: &str) -> anyhow::Result<Value> {
        let (data, client, signature) = self.shown(question)?;
        Ok(json!({
            "question": question,
            "credential": url64(&self.credential),
            "authenticator": url64(&data),
            "client": url64(&client),
            "signature": url64(signature.bytes()),
        }))
    }

    /// The release that it answers, as `POST /v1/releases/{job}` takes it.
    ///
    /// # Errors
    /// As [`Token::shown`]; an offer without challenge.
    pub fn releases(&mut self, offer: &Value) -> anyhow::Result<Value> {
        let challenge = offer["challenge"].as_str().unwrap_or_default().to_owned();
        let (data, client, signature) = self.shown(&challenge)?;
        Ok(json!({
            "expires": offer["expires"],
            "algorithm": "ecdsa-p256-sha256",
            "signature": STANDARD.encode(signature.bytes()),
            "passkey": {
                "credential": URL_SAFE_NO_PAD.encode(&self.credential),
                "authenticator": url64(&data),
                "client": url64(&client),
            },
        }))
    }
}
