//! σ: the processor time of one P-256 signature of ring.
//!
//! Ring itself is out of reach here: a [`SoftwareSigner`] signs and then checks what it signed. σ is the time of
//! both less the time of a check alone; authorisation, two hashes of a short message, stays in it, below 2 %.

use std::hint::black_box;
use std::time::Duration;

use anyhow::Context as _;
use crypto::{
    Authorisation, Input, KeyAlgorithm, KeyId, KeyUse, Signature, SignatureAlgorithm, Signer,
    SoftwareSigner, SystemRandom,
};
use issuance::{Clock as _, SystemClock};

/// Signatures, and checks, of one measurement.
const TIMES: u32 = 4_000;
const MESSAGE: &[u8] = b"one signature";

/// Measures it on this thread.
pub(crate) fn sigma() -> anyhow::Result<Duration> {
    let pkcs8 = crypto::generate_pkcs8(KeyAlgorithm::EcP256, &SystemRandom::new())?;
    let signer = SoftwareSigner::from_pkcs8(&pkcs8, None)?;
    let name = KeyId::parse("load").context("plain ASCII")?;
    let under = Authorisation::journalled(name, KeyUse::Release, MESSAGE, SystemClock.now());
    // As it would be received: of the value that was made here the check is not computed again.
    let signature = signer.sign(Input::Message(MESSAGE), &under)?;
    let signature = Signature::new(signature.into_bytes());
    let began = processor()?;
    for _ in 0..TIMES {
        black_box(signer.sign(Input::Message(black_box(MESSAGE)), &under)?);
    }
    let signed = processor()?;
    for _ in 0..TIMES {
        let algorithm = SignatureAlgorithm::EcdsaP256Sha256;
        signer
            .public_key()
            .check(algorithm, black_box(MESSAGE), &signature)?;
    }
    let checked = processor()?;
    let both = signed.saturating_sub(began);
    Ok(both.saturating_sub(checked.saturating_sub(signed)) / TIMES)
}

/// The processor time of this thread until now.
fn processor() -> anyhow::Result<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let first = told.split_whitespace().next().context("a figure")?;
    Ok(Duration::from_nanos(first.parse()?))
}
