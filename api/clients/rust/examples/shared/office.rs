//! What both examples have at hand: accounts, the custodian's key, an order.

use std::error::Error;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use serde_json::{Value, json};
use yinxin_client::Account;

/// How custodians of the demonstration sign.
pub(crate) const ALGORITHM: &str = "ecdsa-p256-sha256";

/// A key that signs statements.
pub(crate) struct Signs(EcdsaKeyPair);

impl Signs {
    pub(crate) fn sign(&self, statement: &[u8]) -> Vec<u8> {
        let signed = self.0.sign(&SystemRandom::new(), statement);
        signed
            .map(|value| value.as_ref().to_vec())
            .unwrap_or_default()
    }

    pub(crate) fn from_pkcs8(octets: &[u8]) -> Result<Signs, Box<dyn Error>> {
        let random = SystemRandom::new();
        let read = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, octets, &random);
        Ok(Signs(read.map_err(|fault| fault.to_string())?))
    }
}

pub(crate) fn order() -> Value {
    json!({
        "seal": "990102-SPZYZ-01", "purpose": "document", "ground": "青审函〔2026〕第8号",
        "page": 1, "x_mm": 130.0, "y_mm": 40.0,
    })
}

pub(crate) fn account(secrets: &Path, name: &str) -> Result<Account, Box<dyn Error>> {
    let secret = std::fs::read_to_string(secrets.join(format!("{name}.secret")))?;
    Ok(Account::new(name, secret.trim()))
}

pub(crate) fn custodian_key(secrets: &Path) -> Result<Signs, Box<dyn Error>> {
    let pem = std::fs::read_to_string(secrets.join("custodian.pem"))?;
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    Signs::from_pkcs8(&STANDARD.decode(lines.collect::<String>())?)
}

/// A key that no other request has.
pub(crate) fn fresh() -> Result<String, Box<dyn Error>> {
    let mut octets = [0; 16];
    let filled = SystemRandom::new().fill(&mut octets);
    filled.map_err(|_| "no randomness")?;
    Ok(hex(&octets))
}

pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
