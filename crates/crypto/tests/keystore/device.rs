//! What a device made for a key that the store then does not keep.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use crypto::device::{Device, Fault, Handle, Order};
use crypto::{
    KeyAlgorithm, KeyId, KeyStoreError, KeyUse, PublicKey, Signature, SignatureAlgorithm, ThrowAway,
};

use crate::keystore::office::{Office, PASSPHRASE, fresh, id, new_key, random};

/// Makes keys, signs nothing, and remembers what was destroyed.
#[derive(Debug, Default)]
struct Drawer(Mutex<Vec<Handle>>);

impl Drawer {
    fn destroyed(&self) -> usize {
        self.0.lock().expect("not poisoned").len()
    }
}

impl Device for Drawer {
    fn make(&self, _: Handle, _: &KeyId, kind: KeyAlgorithm) -> Result<PublicKey, Fault> {
        let algorithm = SignatureAlgorithm::EcdsaP256Sha256;
        let made = ThrowAway::generate(algorithm, kind, &random()).expect("a key");
        Ok(made.public_key().clone())
    }

    fn sign(
        &self,
        _: Handle,
        _: (&PublicKey, SignatureAlgorithm),
        _: &[u8],
    ) -> Result<Signature, Fault> {
        Err(Fault::Absent)
    }

    fn discard(&self, handle: Handle) -> Result<(), Fault> {
        self.0.lock().expect("not poisoned").push(handle);
        Ok(())
    }

    fn answers(&self, _: Instant) -> Result<(), Fault> {
        Err(Fault::Slow)
    }
}

#[test]
fn a_key_is_destroyed_in_its_device_unless_the_file_may_name_it() {
    let order = Order {
        id: id("tsa"),
        for_use: KeyUse::TimeStamps,
        kind: KeyAlgorithm::EcP256,
        algorithm: None,
        seal: None,
    };
    let destroyed = |happens: &dyn Fn(&Office)| {
        let office = Office::open();
        let drawer = Arc::new(Drawer::default());
        let before = office.again().over_device(drawer.clone(), &[]);
        before.unlock(PASSPHRASE).expect("the passphrase");
        happens(&office);
        let refused = before.make(std::slice::from_ref(&order), &random());
        (refused.expect_err("refused"), drawer.destroyed())
    };
    let changed = destroyed(&|office| {
        let (other, log) = (office.again(), fresh(KeyAlgorithm::Ed25519));
        other.unlock(PASSPHRASE).expect("the passphrase");
        let keys = [new_key("log", KeyUse::Checkpoints, &log)];
        other.add(&keys, &random()).expect("it is the first");
    });
    assert_eq!(changed, (KeyStoreError::ChangedOnDisk, 1));
    let gone = destroyed(&|office| std::fs::remove_file(&office.path).expect("gone"));
    assert!(matches!(gone, (KeyStoreError::File { .. }, 0)), "{gone:?}");
}

#[test]
fn a_store_says_whether_its_device_answers() {
    let office = Office::open();
    let now = Instant::now();
    let bare = office.again();
    assert_eq!(bare.device_answers(now), Ok(()), "none is needed");
    let over = bare.over_device(Arc::new(Drawer::default()), &[]);
    assert_eq!(over.device_answers(now), Err(Fault::Slow));
    over.unlock(PASSPHRASE).expect("the passphrase");
    let order = Order {
        id: id("tsa"),
        for_use: KeyUse::TimeStamps,
        kind: KeyAlgorithm::EcP256,
        algorithm: None,
        seal: None,
    };
    over.make(&[order], &random()).expect("a key");
    let without = office.again();
    assert_eq!(without.device_answers(now), Err(Fault::NotConfigured));
}

/// Destroys nothing.
#[derive(Debug)]
struct Stuck(Drawer);

impl Device for Stuck {
    fn make(&self, handle: Handle, name: &KeyId, kind: KeyAlgorithm) -> Result<PublicKey, Fault> {
        self.0.make(handle, name, kind)
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
        Err(Fault::Lost)
    }

    fn answers(&self, _: Instant) -> Result<(), Fault> {
        Ok(())
    }
}

#[test]
fn what_a_device_does_not_destroy_is_not_called_erased() {
    let office = Office::open();
    let stuck = Arc::new(Stuck(Drawer::default()));
    let over = office.again().over_device(stuck, &[]);
    over.unlock(PASSPHRASE).expect("the passphrase");
    let order = Order {
        id: id("seal-990102-SPZYZ-02"),
        for_use: KeyUse::Seal,
        kind: KeyAlgorithm::EcP256,
        algorithm: None,
        seal: None,
    };
    over.make(&[order], &random()).expect("a key");
    let refused = over.erase("990102-SPZYZ-02", &random());
    let why = KeyStoreError::Device {
        key: id("seal-990102-SPZYZ-02"),
        source: Fault::Lost,
    };
    assert_eq!(refused, Err(why));
    let kept = over.list();
    let kept = kept.iter().find(|key| key.id == id("seal-990102-SPZYZ-02"));
    assert!(kept.is_some_and(|key| !key.erased && key.device.is_some()));
    // Whoever has the device may go on where it was broken off.
    let drawer = Arc::new(Drawer::default());
    let again = office.again().over_device(drawer.clone(), &[]);
    again.unlock(PASSPHRASE).expect("the passphrase");
    let erased = again.erase("990102-SPZYZ-02", &random()).expect("erased");
    assert!(erased.iter().all(|key| key.erased));
    assert_eq!(drawer.destroyed(), 1);
}
