//! A small office: a store with an OCSP key, a seal and a releaser.

use std::path::PathBuf;

use crypto::{
    Authorisation, Cost, KeyAlgorithm, KeyId, KeyStore, KeyUse, Listing, NewKey, PublicKey,
    Release, ReleaseStatement, SeededRandom, Signer, SoftwareSigner, SystemRandom, generate_pkcs8,
    sha256,
};
use time::{Duration, UtcDateTime};

pub(crate) const PASSPHRASE: &[u8] = b"correct horse battery staple";
pub(crate) const MESSAGE: &[u8] = b"what is to be signed";

/// Noon of the day on which everything happens.
pub(crate) fn noon() -> UtcDateTime {
    UtcDateTime::from_unix_timestamp(1_781_006_400).expect("within the calendar")
}

pub(crate) fn id(name: &str) -> KeyId {
    KeyId::parse(name).expect("a plain name")
}

pub(crate) fn random() -> SeededRandom {
    SeededRandom::new(7)
}

pub(crate) fn fresh(algorithm: KeyAlgorithm) -> Vec<u8> {
    generate_pkcs8(algorithm, &SystemRandom::new())
        .expect("generated here")
        .to_vec()
}

pub(crate) struct Office {
    pub(crate) store: KeyStore,
    pub(crate) path: PathBuf,
    pub(crate) releaser: SoftwareSigner,
    _folder: tempfile::TempDir,
}

pub(crate) fn new_key<'a>(name: &str, for_use: KeyUse, pkcs8: &'a [u8]) -> NewKey<'a> {
    NewKey {
        id: id(name),
        for_use,
        algorithm: None,
        pkcs8,
        seal: None,
    }
}

impl Office {
    pub(crate) fn open() -> Office {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("office.keys");
        let store = KeyStore::create_at_cost(&path, PASSPHRASE, Cost::FOR_TESTS, &random())
            .expect("a store");
        let (ocsp, seal) = (fresh(KeyAlgorithm::EcP256), fresh(KeyAlgorithm::EcP384));
        let keys = [
            new_key("ocsp", KeyUse::Ocsp, &ocsp),
            new_key("seal-990102-SPZYZ-01", KeyUse::Seal, &seal),
        ];
        store.add(&keys, &random()).expect("two keys");
        let releaser =
            SoftwareSigner::from_pkcs8(&fresh(KeyAlgorithm::Ed25519), None).expect("reads its own");
        let office = Office {
            store,
            path,
            releaser,
            _folder: folder,
        };
        office
            .store
            .enrol_releaser(&seal_key(), "wang", office.releaser.public_key(), &random())
            .expect("a releaser");
        office
    }

    pub(crate) fn again(&self) -> KeyStore {
        KeyStore::open_at_cost(&self.path, Cost::FOR_TESTS).expect("opens")
    }

    /// `statement` signed by the office's releaser.
    pub(crate) fn released(&self, statement: ReleaseStatement) -> Release {
        signed(statement, &self.releaser)
    }
}

pub(crate) fn signed(statement: ReleaseStatement, signer: &SoftwareSigner) -> Release {
    let bytes = statement.bytes();
    let under = Authorisation::journalled(id("own"), KeyUse::Release, &bytes, noon());
    let signature = signer
        .sign(crypto::Input::Message(&bytes), &under)
        .expect("signs");
    Release {
        statement,
        listing: None,
        algorithm: signer.algorithm(),
        signature,
        passkey: None,
    }
}

/// These statements released together, as the release of the first of them.
pub(crate) fn listed(statements: &[ReleaseStatement], signer: &SoftwareSigner) -> Release {
    let listing = Listing::of("batch", statements).expect("a list");
    let bytes = listing.bytes(&statements[0]);
    let under = Authorisation::journalled(id("own"), KeyUse::Release, &bytes, noon());
    let signature = signer
        .sign(crypto::Input::Message(&bytes), &under)
        .expect("signs");
    Release {
        statement: statements[0].clone(),
        listing: Some(listing),
        algorithm: signer.algorithm(),
        signature,
        passkey: None,
    }
}

pub(crate) fn seal_key() -> KeyId {
    id("seal-990102-SPZYZ-01")
}

pub(crate) fn statement() -> ReleaseStatement {
    ReleaseStatement {
        job: "0123456789abcdef0123456789abcdef".to_owned(),
        unsealed: sha256(b"unsealed"),
        seal: "990102-SPZYZ-01".to_owned(),
        purpose: "licence".to_owned(),
        matter: "990102-XK-0001".to_owned(),
        case: "BJ-990102-20260608-00017".to_owned(),
        decision: "granted".to_owned(),
        copies: 1,
        expires: noon() + Duration::HOUR,
        requester: "li".to_owned(),
        releaser: "wang".to_owned(),
    }
}

pub(crate) fn public(store: &KeyStore, key: &KeyId) -> PublicKey {
    store.public_key(key).expect("it is there").0
}
