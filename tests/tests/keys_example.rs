//! The example keys that are committed agree with their declaration, octet for octet where nothing is drawn.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crypto::{KeyId, PublicKey, Signature, Signer as _, SoftwareSigner};
use pki::certificate::{Certificate, SerialNumber};
use pki::crl::Crl;
use pki::hierarchy::{Entry, Hierarchy};
use pki::profile::Issuer;

const DECLARATION: &str = include_str!("../../keys-example/hierarchy.toml");

fn place(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../keys-example/files")
        .join(name)
}

fn octets(name: &str) -> Vec<u8> {
    std::fs::read(place(name)).expect(name)
}

fn key(id: &KeyId) -> SoftwareSigner {
    SoftwareSigner::from_pkcs8(&octets(&format!("{id}.pkcs8")), None).expect("a good key")
}

fn certificate(id: &KeyId) -> Certificate {
    Certificate::parse(&octets(&format!("{id}.cer"))).expect("a certificate")
}

fn issuer(entry: &Entry, own: &SoftwareSigner) -> (Issuer, PublicKey, SoftwareSigner) {
    if entry.is_root() {
        let issuer = entry.as_issuer(own.public_key().clone(), own.algorithm());
        (issuer, own.public_key().clone(), key(&entry.key))
    } else {
        let above = key(&entry.issuer);
        let issuer = Issuer::of(&certificate(&entry.issuer), above.algorithm());
        let public = above.public_key().clone();
        (issuer.expect("an authority"), public, above)
    }
}

#[test]
fn each_declared_certificate_is_there_as_it_is_declared() {
    let hierarchy = Hierarchy::parse(DECLARATION).expect("it declares a hierarchy");
    for entry in hierarchy.entries() {
        let own = key(&entry.key);
        let found = certificate(&entry.key);
        assert_eq!(own.public_key().spki(), found.spki(), "{}", entry.key);
        let (issuer, public, above) = issuer(entry, &own);
        // The serial is drawn, and the signature; all the rest follows from the declaration.
        let draft = entry.prepare(own.public_key(), *found.serial(), &issuer);
        let draft = draft.expect("a draft");
        assert!(draft.to_be_signed() == found.tbs(), "{}", entry.key);
        let signature = Signature::new(found.signature().to_vec());
        let checked = public.check(above.algorithm(), found.tbs(), &signature);
        assert!(checked.is_ok(), "{}: {checked:?}", entry.key);
    }
}

#[test]
fn each_declared_revocation_stands_in_a_list() {
    let hierarchy = Hierarchy::parse(DECLARATION).expect("it declares a hierarchy");
    let serials: BTreeMap<KeyId, SerialNumber> = hierarchy
        .entries()
        .iter()
        .map(|entry| (entry.key.clone(), *certificate(&entry.key).serial()))
        .collect();
    let mut revoked = 0;
    let authorities = hierarchy.entries().iter();
    for entry in authorities.filter(|entry| entry.profile.is_authority()) {
        let list = Crl::parse(&octets(&format!("{}.crl", entry.key))).expect("a list");
        let signed = list.check_signature(key(&entry.key).public_key());
        assert!(signed.is_ok(), "{}: {signed:?}", entry.key);
        let declared = hierarchy.revoked_by(&entry.key, &serials);
        assert_eq!(list.entries().count(), declared.len(), "{}", entry.key);
        for one in &declared {
            assert!(list.find(&one.serial).is_some(), "{}", entry.key);
            revoked += 1;
        }
    }
    assert!(revoked >= 3, "some are revoked on purpose");
}

#[test]
fn nothing_else_is_there_and_every_key_has_its_fingerprint() {
    let hierarchy = Hierarchy::parse(DECLARATION).expect("it declares a hierarchy");
    let (mut names, mut lines) = (BTreeSet::new(), BTreeSet::new());
    let entries = hierarchy.entries().iter();
    let bare = hierarchy.bare_keys().iter().map(|bare| &bare.key);
    for id in entries.clone().map(|entry| &entry.key).chain(bare) {
        names.insert(format!("{id}.pkcs8"));
        let digest = crypto::sha256(key(id).public_key().spki());
        let digest = tests::installation::hex(&digest);
        lines.insert(format!("{digest}  {id}"));
    }
    for entry in entries {
        names.insert(format!("{}.cer", entry.key));
        if entry.profile.is_authority() {
            names.insert(format!("{}.crl", entry.key));
        }
    }
    names.extend(["trust.pem", "fingerprints.txt"].map(str::to_owned));
    let found: BTreeSet<String> = std::fs::read_dir(place(""))
        .expect("the folder")
        .map(|entry| entry.expect("a file").file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    assert_eq!(found, names);
    let told = String::from_utf8(octets("fingerprints.txt")).expect("text");
    assert_eq!(
        told.lines().map(str::to_owned).collect::<BTreeSet<_>>(),
        lines
    );
}

#[test]
fn the_bundle_names_the_roots() {
    let bundle = String::from_utf8(octets("trust.pem")).expect("text");
    let roots = ["root", "sm-root"].map(|name| {
        let root = KeyId::parse(name).expect("a name");
        verify::certificate_pem(certificate(&root).der())
    });
    assert_eq!(bundle, roots.concat());
}
