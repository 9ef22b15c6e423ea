//! Seals and signatures of two other producers hold under our rules.

use std::path::PathBuf;

use pki::Certificate;
use seal::ses::{Edition, Seal, SealSignature, Signers, SigningTime};

fn sample(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/ofdrw");
    std::fs::read(folder.join(name)).expect("a sample")
}

#[test]
fn bare_seals_of_both_editions_hold() {
    for (name, edition, version) in [
        ("seal-v4.esl", Edition::V4, 4),
        ("seal-v1.esl", Edition::V1, 1),
    ] {
        let octets = sample(name);
        let seal = Seal::parse(&octets).expect(name);
        assert_eq!((seal.edition(), seal.version()), (edition, version));
        assert_eq!(seal.der(), octets);
        assert_eq!(seal.name(), "样例市行政审批局电子印章");
        assert_eq!((seal.image().width, seal.image().height), (40, 40));
        assert!(seal.image().octets.starts_with(b"\x89PNG"));
        assert_eq!(seal.inspect_version(), Ok(()));
        let maker = seal.check_maker().expect(name);
        assert!(maker.subject().to_string().contains("Seal Maker"));
        assert_eq!(seal.inspect_period(seal.valid_from()), Ok(()));
        assert!(seal.extensions().is_empty() && seal.time_stamp().is_none());
    }
}

#[test]
fn signatures_of_both_editions_hold() {
    for (name, edition) in [
        ("sealed-v4", Edition::V4),
        ("sealed-v4-certdigest", Edition::V4),
        ("handmade-v4", Edition::V4),
        ("sealed-v1", Edition::V1),
    ] {
        let octets = sample(&format!("parts/{name}.SignedValue.dat"));
        let signature = SealSignature::parse(&octets).expect(name);
        assert_eq!(signature.edition(), edition);
        assert_eq!(signature.der(), octets);
        let signer: Certificate = signature.signer().expect(name);
        signature.seal().check_maker().expect(name);
        signature.check_value(&signer, &[]).expect(name);
        signature.seal().inspect_signer(signer.der()).expect(name);
        signature.inspect_version().expect(name);
        let sealed = sample(&format!("parts/{name}.Signature.xml"));
        signature.inspect_digest(&signer, &sealed).expect(name);
        signature
            .inspect_property("/Doc_0/Signs/Sign_0/Signature.xml")
            .expect(name);
        let (earliest, latest) = (signature.time().earliest(), signature.time().latest());
        let span = (earliest.expect(name), latest.expect(name));
        assert_eq!(
            signature.seal().inspect_span(span.0, span.1),
            Ok(()),
            "{name}"
        );
        let digests = matches!(signature.seal().signers(), Signers::Digests(_));
        assert_eq!(digests, name == "sealed-v4-certdigest");
        let zoneless = matches!(signature.time(), SigningTime::Zoneless { .. });
        assert_eq!(zoneless, edition == Edition::V1);
    }
}
