//! People with throw-away keys, seals made by them, and a way to bend an encoding.

use asn1::{Reader, Tag, write};
use crypto::{Digest, KeyAlgorithm, SignatureAlgorithm, SystemRandom, ThrowAway};
use pki::algorithm::{identifier, key_of};
use pki::extension::KeyUsage;
use pki::{Certificate, Name, identifiers};
use seal::ses::{Draft, Edition, Image, Listing, Seal, SealSignature, Usage};
use time::UtcDateTime;
use time::macros::utc_datetime;

pub(crate) const AT: UtcDateTime = utc_datetime!(2026-11-22 4:00);
pub(crate) const DATES: [UtcDateTime; 3] = [
    utc_datetime!(2026-11-01 0:00),
    utc_datetime!(2026-11-02 0:00),
    utc_datetime!(2028-11-01 0:00),
];
pub(crate) const SEALED: &[u8] = b"what is sealed";
pub(crate) const PLACE: &str = "/Doc_0/Signs/Sign_0/Signature.xml";
pub(crate) const SM2: SignatureAlgorithm = SignatureAlgorithm::Sm2Sm3;

/// Who signs.
pub(crate) struct Person {
    pub(crate) certificate: Certificate,
    pub(crate) key: ThrowAway,
}

impl Person {
    /// A person with a key of this algorithm, for signatures.
    pub(crate) fn new(name: &str, algorithm: SignatureAlgorithm) -> Self {
        Self::with_usage(name, algorithm, KeyUsage::DIGITAL_SIGNATURE)
    }

    pub(crate) fn with_usage(name: &str, algorithm: SignatureAlgorithm, usage: KeyUsage) -> Self {
        let key =
            ThrowAway::generate(algorithm, key_of(algorithm), &SystemRandom::new()).expect("a key");
        let named = Name::of(&[(identifiers::COMMON_NAME, name)]).expect("a name");
        let usage = write::sequence([
            write::oid(&identifiers::KEY_USAGE),
            write::boolean(true),
            write::octet_string(&usage.encode()),
        ]);
        let to_be_signed = write::sequence([
            write::context(0, [write::unsigned(2)]),
            write::unsigned(77),
            identifier(algorithm),
            named.der().to_vec(),
            write::sequence([
                write::time(utc_datetime!(2026-01-01 0:00)),
                write::time(utc_datetime!(2036-01-01 0:00)),
            ]),
            named.der().to_vec(),
            key.public_key().spki().to_vec(),
            write::context(3, [write::sequence([usage])]),
        ]);
        let signature = key.sign(&to_be_signed).expect("a signature");
        let der = write::sequence([
            to_be_signed,
            identifier(algorithm),
            write::bit_string(signature.bytes()),
        ]);
        Self {
            certificate: Certificate::parse(&der).expect("a certificate"),
            key,
        }
    }
}

/// A maker and a signer.
pub(crate) struct Pair {
    pub(crate) maker: Person,
    pub(crate) signer: Person,
}

pub(crate) fn image() -> Image {
    Image {
        format: "PNG".to_owned(),
        octets: vec![0x89; 600],
        width: 40,
        height: 40,
    }
}

impl Pair {
    pub(crate) fn new() -> Self {
        Self {
            maker: Person::new("Maker", SM2),
            signer: Person::new("Signer", SM2),
        }
    }

    pub(crate) fn seal(&self, edition: Edition, listing: Listing) -> Seal {
        let (image, signers) = (image(), [self.signer.certificate.clone()]);
        let draft = draft(edition, listing, &signers, &image);
        let prepared = draft
            .prepare(&self.maker.certificate, SM2)
            .expect("a draft");
        let signature = self
            .maker
            .key
            .sign(&prepared.to_be_signed())
            .expect("a value");
        prepared.finish(&signature).expect("a seal")
    }

    pub(crate) fn signature(&self, seal: &Seal, token: Option<&[u8]>) -> SealSignature {
        let digest = Digest::of(SM2.digest(), SEALED);
        let usage = usage(seal, &digest);
        let prepared = usage.prepare(&self.signer.certificate, SM2).expect("a use");
        let value = self
            .signer
            .key
            .sign(prepared.to_be_signed())
            .expect("a value");
        prepared.finish(&value, token).expect("a seal signature")
    }
}

pub(crate) fn draft<'a>(
    edition: Edition,
    listing: Listing,
    signers: &'a [Certificate],
    image: &'a Image,
) -> Draft<'a> {
    Draft {
        edition,
        vendor: "TEST",
        id: "9901020000018",
        kind: seal::ses::KIND_ORGANISATION,
        name: "临溪市行政审批专用章",
        signers,
        listing,
        dates: DATES,
        image,
    }
}

pub(crate) fn usage<'a>(seal: &'a Seal, digest: &'a Digest) -> Usage<'a> {
    Usage {
        seal,
        time: AT,
        digest,
        property: PLACE,
    }
}

/// The encoding with the element at `path` (places from 0) replaced by what `change` makes of it; an empty replacement
/// removes it, two elements stand side by side.
pub(crate) fn bend(der: &[u8], path: &[usize], change: &dyn Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let Some((place, deeper)) = path.split_first() else {
        return change(der);
    };
    let outer = Reader::der(der).element().expect("an element");
    let mut inside = outer.reader().expect("a constructed one");
    let mut parts = Vec::new();
    while !inside.is_empty() {
        let part = inside.element().expect("a part").raw().to_vec();
        parts.push(if parts.len() == *place {
            bend(&part, deeper, change)
        } else {
            part
        });
    }
    assert!(*place < parts.len(), "no part {place}");
    write::element(outer.tag(), &parts.concat())
}

/// One part put in the place of another.
pub(crate) fn put(der: &[u8], path: &[usize], part: &[u8]) -> Vec<u8> {
    bend(der, path, &|_| part.to_vec())
}

pub(crate) fn ia5(text: &str) -> Vec<u8> {
    write::element(Tag::IA5_STRING, text.as_bytes())
}

pub(crate) fn p256() -> SignatureAlgorithm {
    assert_eq!(
        key_of(SignatureAlgorithm::EcdsaP256Sha256),
        KeyAlgorithm::EcP256
    );
    SignatureAlgorithm::EcdsaP256Sha256
}
