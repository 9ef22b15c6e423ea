//! Targets of the national algorithms: messages of GB/T 35275, private keys, sealed messages, keys in envelopes.

use std::sync::LazyLock;

use crypto::sm::{envelop, open, seal, take_out};
use crypto::{
    KeyAlgorithm, PublicKey, SeededRandom, Signature, SignatureAlgorithm, Signer as _,
    SoftwareSigner, generate_pkcs8,
};
use evidence::cms::{Form, NationalDraft, SignedData};
use pki::certificate::Certificate;
use zeroize::Zeroizing;

use super::super::seeds::{fixture, fixtures};

/// A private key that stays the same, as PKCS#8.
static KEY: LazyLock<Option<Zeroizing<Vec<u8>>>> =
    LazyLock::new(|| generate_pkcs8(KeyAlgorithm::Sm2, &SeededRandom::new(1)).ok());

fn key() -> Option<(&'static [u8], PublicKey)> {
    let pkcs8 = KEY.as_deref()?;
    let signer = SoftwareSigner::from_pkcs8(pkcs8, None).ok()?;
    Some((pkcs8, signer.public_key().clone()))
}

/// A message of GB/T 35275: its rules, its certificates, its signatures.
pub fn message(octets: &[u8]) -> bool {
    let Ok(message) = SignedData::parse_national(octets) else {
        return false;
    };
    for fault in message.inspect(Form::National) {
        let _ = (fault.code(), fault.to_string());
    }
    let certificates: Vec<Certificate> = message
        .certificates()
        .iter()
        .filter_map(|der| Certificate::parse(der).ok())
        .collect();
    for signer in message.signers() {
        if let Some(named) = signer.named_certificate(&certificates)
            && let Ok(key) = named.public_key()
        {
            let _ = signer.check_content(&key, message.content().unwrap_or_default());
        }
    }
    true
}

/// A private key: one that is read has a public half that is read too.
pub fn private_key(octets: &[u8]) -> bool {
    let Ok(signer) = SoftwareSigner::from_pkcs8(octets, None) else {
        return false;
    };
    let public = signer.public_key();
    assert!(
        PublicKey::parse(public.spki()).is_ok(),
        "its public half is a key"
    );
    let signature = Signature::new(octets.to_vec());
    assert!(
        public
            .check(SignatureAlgorithm::Sm2Sm3, b"message", &signature)
            .is_err()
    );
    true
}

/// A sealed message: what opens was sealed for this key.
pub fn sealed(octets: &[u8]) -> bool {
    key().is_some_and(|(pkcs8, _)| open(pkcs8, octets).is_ok())
}

/// A key in an envelope: what is taken out is a key of SM2.
pub fn enveloped(octets: &[u8]) -> bool {
    let Some((pkcs8, _)) = key() else {
        return false;
    };
    let Ok(taken) = take_out(pkcs8, octets) else {
        return false;
    };
    let signer = SoftwareSigner::from_pkcs8(&taken, Some(SignatureAlgorithm::Sm2Sm3));
    assert!(signer.is_ok(), "what is taken out is a key");
    true
}

/// A key for the holder of the one that stays the same.
fn envelope(holder: &PublicKey) -> Option<Vec<u8>> {
    let random = SeededRandom::new(3);
    let key = generate_pkcs8(KeyAlgorithm::Sm2, &random).ok()?;
    envelop(holder, &key, &random).ok()
}

/// The seeds of a target.
#[must_use]
pub fn made(target: &str) -> Option<Vec<Vec<u8>>> {
    let (pkcs8, public) = key()?;
    let one = match target {
        "private_key" => pkcs8.to_vec(),
        "sm2_enveloped" => envelope(&public)?,
        "sm2_sealed" => seal(&public, b"secret", &SeededRandom::new(2)).ok()?,
        _ => {
            let folder = fixtures().join("rfc3161-ocsp-crl/sm2/certs");
            let leaf = Certificate::parse(&fixture(&folder.join("leaf.der"))?).ok()?;
            let draft = NationalDraft::new(b"content", &leaf, SignatureAlgorithm::Sm2Sm3).ok()?;
            draft.finish(&Signature::new(vec![0x30, 0]), &[leaf.der()])
        }
    };
    Some(vec![one])
}
