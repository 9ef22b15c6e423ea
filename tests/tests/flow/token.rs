//! A service whose keys are in a device: what it says of it.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

use crypto::device::{Device, Fault, Handle};
use crypto::{KeyAlgorithm, KeyId, PublicKey, Signature, SignatureAlgorithm};
use serde_json::{Value, json};
use tests::installation::{Installation, NOW};

use super::stage::Service;

/// Answers as it is told; hangs while it is told nothing.
#[derive(Debug)]
struct Told(Mutex<Option<Result<(), Fault>>>, Condvar);

impl Told {
    fn to_say(&self, what: Option<Result<(), Fault>>) {
        *self.0.lock().expect("not poisoned") = what;
        self.1.notify_all();
    }
}

impl Device for Told {
    fn make(&self, _: Handle, _: &KeyId, _: KeyAlgorithm) -> Result<PublicKey, Fault> {
        Err(Fault::Unsupported)
    }

    fn sign(
        &self,
        _: Handle,
        _: (&PublicKey, SignatureAlgorithm),
        _: &[u8],
    ) -> Result<Signature, Fault> {
        Err(Fault::Absent)
    }

    fn discard(&self, _: Handle) -> Result<(), Fault> {
        Err(Fault::Absent)
    }

    fn answers(&self, _: Instant) -> Result<(), Fault> {
        let told = self.0.lock().expect("not poisoned");
        let told = self.1.wait_while(told, |told| told.is_none());
        told.expect("not poisoned").expect("it was told")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_away_is_told_by_readyz_and_takes_nobody_from_verifying() {
    let folder = tempfile::tempdir().expect("a folder");
    let founded = Installation::found(folder.path(), None, NOW).await;
    let device = Arc::new(Told(Mutex::new(Some(Ok(()))), Condvar::new()));
    let over = founded.expect("founded").over(device.clone());
    let service = Service::of(folder, over, "").await;
    for (what, fault) in [
        (Some(Ok(())), Value::Null),
        (Some(Err(Fault::Absent)), json!("the device is not there")),
        (None, json!("the device did not answer in time")),
        (Some(Ok(())), Value::Null),
    ] {
        device.to_say(what);
        let answer = service.fetch("/readyz").await;
        let told = answer.json();
        assert_eq!(answer.status, 200, "{told}");
        assert_eq!(told["token"], json!(fault.is_null()), "{told}");
        assert_eq!(told["token_fault"], fault, "{told}");
    }
}
