//! Messages inside sound dictionaries that are not what they seem: the reader hands them over as they are, and the
//! rules of `evidence` refuse them.

use asn1::{Reader, Tag, write};
use crypto::DigestAlgorithm;
use evidence::cms::{Fault, Form, SignedData};
use pdf::read;
use pki::certificate::Certificate;

use crate::keys::sample;
use crate::maker::{Maker, TRAILER, document, hex, plain, sealed};

/// The parts of a SignedData: version, digest algorithms, content, certificates, signers.
struct Parts([Vec<u8>; 5]);

impl Parts {
    fn of(message: &[u8]) -> Parts {
        let outer = Reader::single(message, Tag::SEQUENCE).expect("DER");
        let mut outer = outer.reader().expect("DER");
        outer.element().expect("the type");
        let mut inner = outer.element().expect("[0]").reader().expect("DER");
        let mut data = inner.sequence().expect("DER");
        let mut part = || data.element().expect("a part").raw().to_vec();
        Parts([part(), part(), part(), part(), part()])
    }

    fn message(&self) -> Vec<u8> {
        let Parts(parts) = self;
        let kind = write::oid(&evidence::cms::oids::SIGNED_DATA);
        write::sequence([kind, write::context(0, [write::sequence(parts)])])
    }
}

/// Faults of the message in the seal after `change`, by the rules of PAdES, and what the digest and the choice of
/// the certificate add.
fn faults(change: impl Fn(&mut [Vec<u8>; 5])) -> Vec<Fault> {
    let bytes = Maker::new(&document(), TRAILER)
        .update(&sealed(""))
        .sign_as(plain, |message| {
            let mut parts = Parts::of(message);
            change(&mut parts.0);
            hex(&parts.message())
        })
        .bytes;
    let file = read(&bytes).expect("sound");
    let signatures = file.signatures().expect("sound");
    let value = signatures[0].value().expect("a sound dictionary");
    let message = SignedData::parse(value.contents()).expect("a message");
    let mut faults = message.inspect(Form::Pades);
    let digest = file.digest(value, DigestAlgorithm::Sha256).expect("read");
    let candidates: Vec<Certificate> = message
        .certificates()
        .iter()
        .filter_map(|der| Certificate::parse(der).ok())
        .collect();
    for signer in message.signers() {
        faults.extend(signer.inspect_digest(&digest).err());
        match signer.find_certificate(&candidates) {
            Ok(found) => assert_eq!(found.der(), sample("certs/leaf.der"), "never another"),
            Err(fault) => faults.push(fault),
        }
    }
    faults
}

#[test]
fn the_message_as_it_was_made_has_no_fault() {
    assert_eq!(faults(|_| ()), []);
}

#[test]
fn a_detached_message_with_content_inside_is_refused() {
    let data = || write::oid(&evidence::cms::oids::DATA);
    let with =
        |octets: &[u8]| write::sequence([data(), write::context(0, [write::octet_string(octets)])]);
    assert_eq!(
        faults(|parts| parts[2] = with(b"another document")),
        [Fault::ContentPresent]
    );
    assert_eq!(
        faults(|parts| parts[2] = with(b"")),
        [Fault::ContentPresent]
    );
}

#[test]
fn more_than_one_signer_is_refused_and_none_too() {
    let content = |set: &[u8]| {
        Reader::single(set, Tag::SET)
            .expect("DER")
            .content()
            .to_vec()
    };
    let two = faults(|parts| {
        let one = content(&parts[4]);
        parts[4] = write::element(Tag::SET, &[one.clone(), one].concat());
    });
    assert!(two.contains(&Fault::SeveralSigners(2)), "{two:?}");
    let none = faults(|parts| parts[4] = write::element(Tag::SET, b""));
    assert!(none.contains(&Fault::NoSigner), "{none:?}");
}

#[test]
fn another_certificate_never_stands_for_the_signers() {
    let certificates = |names: &[&str]| {
        let der: Vec<Vec<u8>> = names
            .iter()
            .map(|name| sample(&format!("certs/{name}.der")))
            .collect();
        write::context(0, der)
    };
    let substituted = faults(|parts| parts[3] = certificates(&["other"]));
    assert_eq!(substituted, [Fault::SigningCertificateUnmatched]);
    let absent = faults(|parts| parts[3] = certificates(&["ca", "tsa"]));
    assert_eq!(absent, [Fault::SigningCertificateUnmatched]);
    // Put there by somebody: candidates at most, and never chosen.
    assert_eq!(
        faults(|parts| parts[3] = certificates(&["other", "leaf"])),
        []
    );
    assert_eq!(
        faults(|parts| parts[3] = certificates(&["leaf", "other", "ca"])),
        []
    );
}

#[test]
fn an_octet_changed_in_the_signed_revision_changes_the_digest() {
    let bytes = Maker::new(&document(), TRAILER)
        .update(&sealed(""))
        .sign()
        .bytes;
    let place = bytes
        .windows(11)
        .position(|window| window == b"Amount: 100")
        .expect("the content");
    for at in [1, place + 8, bytes.len() - 2] {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let Ok(file) = read(&changed) else { continue };
        let signatures = file.signatures().expect("sound");
        let value = signatures[0].value().expect("sound");
        let message = SignedData::parse(value.contents()).expect("a message");
        let digest = file.digest(value, DigestAlgorithm::Sha256).expect("read");
        let signer = message.signers().first().expect("one");
        assert_eq!(
            signer.inspect_digest(&digest),
            Err(Fault::MessageDigestDiffers),
            "octet {at}"
        );
    }
}
