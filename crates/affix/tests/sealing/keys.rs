//! A key and certificates of the samples, and the message that they make.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use crypto::{Authorisation, Digest, Input, KeyId, KeyUse, Signature, Signer, SoftwareSigner};
use evidence::cms::Draft;
use pki::certificate::Certificate;
use time::macros::utc_datetime;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/rfc3161-ocsp-crl/p256")
}

/// A file of the samples.
pub(crate) fn sample(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).expect("a sample")
}

/// The sample's key.
pub(crate) fn signer() -> SoftwareSigner {
    let text = String::from_utf8(sample("keys/leaf.pem")).expect("PEM is text");
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    let pkcs8 = base64::engine::general_purpose::STANDARD
        .decode(body)
        .expect("PEM is base64");
    SoftwareSigner::from_pkcs8(&pkcs8, None).expect("a good key")
}

/// A signature, checked before it is handed out.
pub(crate) fn sign(signer: &SoftwareSigner, input: &[u8]) -> Signature {
    let key = KeyId::parse("sample").expect("a name");
    let at = utc_datetime!(2026-11-22 4:00);
    let under = Authorisation::journalled(key, KeyUse::TimeStamps, input, at);
    signer
        .sign(Input::Message(input), &under)
        .expect("a software key signs")
}

/// A message over `digest`, as a PDF carries it.
pub(crate) fn message(digest: &Digest) -> Vec<u8> {
    let certificate = Certificate::parse(&sample("certs/leaf.der")).expect("a good certificate");
    let signer = signer();
    let prepared = Draft::pades(digest, &certificate, signer.algorithm())
        .prepare()
        .expect("the parts go together");
    let input = prepared.to_be_signed();
    let signature = sign(&signer, &input);
    prepared.finish(&signature, &[sample("certs/leaf.der")], &[])
}
