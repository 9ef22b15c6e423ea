//! What is made here is read back as it was meant, and what may not be made is not made.

use asn1::write;
use crypto::{Digest, DigestAlgorithm, SignatureAlgorithm};
use pki::extension::KeyUsage;
use proptest::prelude::*;
use seal::ses::{
    Edition, Image, Listing, MakeSeal, Seal, SealFault, SealSignature, Signers, SigningTime,
    UseSeal,
};
use time::macros::utc_datetime;

use crate::ses::fixture::{AT, DATES, PLACE, Pair, Person, SEALED, SM2, draft, image, p256, usage};

const KINDS: [(Edition, Listing); 3] = [
    (Edition::V4, Listing::Certificates),
    (Edition::V4, Listing::Digests),
    (Edition::V1, Listing::Certificates),
];

#[test]
fn a_seal_is_read_back_as_it_was_meant() {
    let pair = Pair::new();
    for (edition, listing) in KINDS {
        let seal = pair.seal(edition, listing);
        assert_eq!(Seal::parse(seal.der()), Ok(seal.clone()));
        assert_eq!(seal.edition(), edition);
        assert_eq!(seal.inspect_version(), Ok(()));
        assert_eq!((seal.vendor(), seal.id()), ("TEST", "9901020000018"));
        assert_eq!((seal.name(), seal.kind()), ("临溪市行政审批专用章", 1));
        assert_eq!(
            [seal.created(), seal.valid_from(), seal.valid_until()],
            DATES
        );
        assert_eq!(seal.image(), &image());
        assert_eq!(seal.maker(), pair.maker.certificate.der());
        assert_eq!(seal.check_maker(), Ok(pair.maker.certificate.clone()));
        assert_eq!(seal.inspect_signer(pair.signer.certificate.der()), Ok(()));
        let other = seal.inspect_signer(pair.maker.certificate.der());
        assert_eq!(other, Err(SealFault::SignerNotListed));
    }
}

#[test]
fn a_use_is_read_back_as_it_was_meant() {
    let pair = Pair::new();
    for (edition, listing) in KINDS {
        let seal = pair.seal(edition, listing);
        let token = (edition != Edition::V1).then_some(&b"\x30\x00"[..]);
        let signature = pair.signature(&seal, token);
        assert_eq!(SealSignature::parse(signature.der()), Ok(signature.clone()));
        assert_eq!(signature.seal(), &seal);
        assert_eq!(signature.time(), &SigningTime::Exact(AT));
        assert_eq!(signature.property(), PLACE);
        assert_eq!(signature.time_stamp(), token);
        let signer = signature.signer().expect("a certificate");
        assert_eq!(signer, pair.signer.certificate);
        assert_eq!(signature.check_value(&signer, &[]), Ok(()));
        assert_eq!(signature.inspect_digest(&signer, SEALED), Ok(()));
        assert_eq!(signature.inspect_version(), Ok(()));
        assert_eq!(signature.inspect_beside(seal.der()), Ok(()));
        let whole = write::bit_string(signature.signature());
        assert_eq!(signature.signature_element(), whole);
    }
}

#[test]
fn both_ends_of_the_period_are_inside() {
    let seal = Pair::new().seal(Edition::V4, Listing::Certificates);
    let second = time::Duration::SECOND;
    let [_, from, last] = DATES;
    assert_eq!(seal.inspect_period(from), Ok(()));
    assert_eq!(seal.inspect_period(last), Ok(()));
    let half = last + time::Duration::milliseconds(500);
    assert_eq!(seal.inspect_period(half), Ok(()));
    let early = from - second;
    let fault = SealFault::TooEarly { from, at: early };
    assert_eq!(seal.inspect_period(early), Err(fault));
    let late = last + second;
    let fault = SealFault::TooLate { last, at: late };
    assert_eq!(seal.inspect_period(late), Err(fault));
    assert_eq!(seal.inspect_span(early, from), Ok(()));
    assert_eq!(seal.inspect_span(last, late), Ok(()));
}

#[test]
fn what_may_not_be_made_is_not_made() {
    let pair = Pair::new();
    let (image, signers) = (image(), [pair.signer.certificate.clone()]);
    let good = draft(Edition::V4, Listing::Certificates, &signers, &image);
    let asked = |bent: seal::ses::Draft<'_>, by: &Person, algorithm| {
        bent.prepare(&by.certificate, algorithm).err()
    };
    let maker = &pair.maker;
    let mut bent = good;
    bent.edition = Edition::V5;
    assert_eq!(
        asked(bent, maker, SM2),
        Some(MakeSeal::Edition(Edition::V5))
    );
    bent = draft(Edition::V1, Listing::Digests, &signers, &image);
    assert_eq!(
        asked(bent, maker, SM2),
        Some(MakeSeal::Edition(Edition::V1))
    );
    for (vendor, id, name) in [
        ("", "1", "a"),
        ("甲", "1", "a"),
        ("T", "", "a"),
        ("T", "甲", "a"),
        ("T", "1", ""),
    ] {
        bent = good;
        (bent.vendor, bent.id, bent.name) = (vendor, id, name);
        assert_eq!(asked(bent, maker, SM2), Some(MakeSeal::Text));
    }
    bent = good;
    bent.dates = [DATES[0], DATES[2], DATES[1]];
    let empty = MakeSeal::Refused(SealFault::PeriodEmpty);
    assert_eq!(asked(bent, maker, SM2), Some(empty));
    bent = good;
    bent.dates[0] = utc_datetime!(2025-01-01 0:00);
    assert_eq!(asked(bent, maker, SM2), Some(MakeSeal::MakerPeriod));
    assert_eq!(asked(good, maker, p256()), Some(MakeSeal::Algorithm));
    let usage = KeyUsage::KEY_ENCIPHERMENT.and(KeyUsage::KEY_AGREEMENT);
    let encrypts = Person::with_usage("Encrypts", SM2, usage);
    assert_eq!(asked(good, &encrypts, SM2), Some(MakeSeal::KeyUsage));
    let listed = [encrypts.certificate.clone()];
    bent = good;
    bent.signers = &listed;
    assert_eq!(asked(bent, maker, SM2), Some(MakeSeal::KeyUsage));
    // Without anybody listed there is nothing to read back.
    bent = good;
    bent.signers = &[];
    let prepared = bent.prepare(&maker.certificate, SM2).expect("a draft");
    let signature = maker.key.sign(&prepared.to_be_signed()).expect("a value");
    let unreadable = MakeSeal::Unreadable(seal::ses::ReadSeal::NobodyListed);
    assert_eq!(prepared.finish(&signature).err(), Some(unreadable));
    // A value over something else does not leave.
    let prepared = good.prepare(&maker.certificate, SM2).expect("a draft");
    let signature = maker.key.sign(b"other").expect("a value");
    let refused = MakeSeal::Refused(SealFault::MakerSignature);
    assert_eq!(prepared.finish(&signature).err(), Some(refused));
}

#[test]
fn a_seal_is_not_used_where_it_may_not_be() {
    let pair = Pair::new();
    let seal = pair.seal(Edition::V4, Listing::Certificates);
    let digest = Digest::of(DigestAlgorithm::Sm3, SEALED);
    let good = usage(&seal, &digest);
    let signer = &pair.signer.certificate;
    let asked = |bent: seal::ses::Usage<'_>| bent.prepare(signer, SM2).err();
    let other = good.prepare(&pair.maker.certificate, SM2).err();
    assert_eq!(other, Some(UseSeal::Refused(SealFault::SignerNotListed)));
    let mut bent = good;
    bent.time = utc_datetime!(2040-01-01 0:00);
    assert_eq!(asked(bent), Some(UseSeal::SignerPeriod));
    bent.time = utc_datetime!(2029-01-01 0:00);
    let (last, at) = (DATES[2], bent.time);
    assert_eq!(
        asked(bent),
        Some(UseSeal::Refused(SealFault::TooLate { last, at }))
    );
    bent = good;
    bent.property = "";
    assert_eq!(asked(bent), Some(UseSeal::Property));
    bent.property = "/文档";
    assert_eq!(asked(bent), Some(UseSeal::Property));
    let sha = Digest::of(DigestAlgorithm::Sha256, SEALED);
    bent = good;
    bent.digest = &sha;
    assert_eq!(asked(bent), Some(UseSeal::Digest));
    let wrong = good
        .prepare(signer, SignatureAlgorithm::EcdsaP256Sha256)
        .err();
    assert_eq!(wrong, Some(UseSeal::Algorithm));
    let prepared = good.prepare(signer, SM2).expect("a use");
    let value = pair.signer.key.sign(b"other").expect("a value");
    let refused = UseSeal::Refused(SealFault::Value);
    assert_eq!(prepared.finish(&value, None).err(), Some(refused));
    // GM/T 0031-2014 has no room for a time-stamp beside the signature.
    let old = pair.seal(Edition::V1, Listing::Certificates);
    let prepared = usage(&old, &digest).prepare(signer, SM2).expect("a use");
    let value = pair
        .signer
        .key
        .sign(prepared.to_be_signed())
        .expect("a value");
    let refused = prepared.finish(&value, Some(b"\x30\x00")).err();
    assert_eq!(refused, Some(UseSeal::Edition(Edition::V1)));
}

#[test]
fn other_suites_seal_by_the_same_path() {
    let pair = Pair {
        maker: Person::new("Maker", p256()),
        signer: Person::new("Signer", p256()),
    };
    let (image, signers) = (image(), [pair.signer.certificate.clone()]);
    let draft = draft(Edition::V4, Listing::Digests, &signers, &image);
    let prepared = draft
        .prepare(&pair.maker.certificate, p256())
        .expect("a draft");
    let value = pair
        .maker
        .key
        .sign(&prepared.to_be_signed())
        .expect("a value");
    let seal = prepared.finish(&value).expect("a seal");
    let digest = Digest::of(DigestAlgorithm::Sha256, SEALED);
    let prepared = usage(&seal, &digest)
        .prepare(&pair.signer.certificate, p256())
        .expect("a use");
    let value = pair
        .signer
        .key
        .sign(prepared.to_be_signed())
        .expect("a value");
    let signature = prepared.finish(&value, None).expect("a seal signature");
    assert_eq!(
        signature.inspect_digest(&pair.signer.certificate, SEALED),
        Ok(())
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_is_encoded_is_read_back(
        id in "[ -~]{1,40}",
        name in "\\PC{1,40}",
        kind in 0_u64..1_000_000,
        octets in prop::collection::vec(any::<u8>(), 0..2_000),
        sides in (0_u32..u32::MAX, 0_u32..u32::MAX),
        way in 0_usize..3,
    ) {
        let pair = Pair::new();
        let (edition, listing) = KINDS[way];
        let image = Image { format: "png".to_owned(), octets, width: sides.0, height: sides.1 };
        let signers = [pair.signer.certificate.clone(), pair.maker.certificate.clone()];
        let mut draft = draft(edition, listing, &signers, &image);
        (draft.id, draft.name, draft.kind) = (&id, &name, kind);
        let prepared = draft.prepare(&pair.maker.certificate, SM2).expect("a draft");
        let value = pair.maker.key.sign(&prepared.to_be_signed()).expect("a value");
        let seal = prepared.finish(&value).expect("a seal");
        prop_assert_eq!((seal.id(), seal.name(), seal.kind()), (id.as_str(), name.as_str(), kind));
        prop_assert_eq!(seal.image(), &image);
        let listed = match seal.signers() {
            Signers::Certificates(list) => list.len(),
            Signers::Digests(list) => list.len(),
        };
        prop_assert_eq!(listed, 2);
        let signature = pair.signature(&seal, None);
        prop_assert_eq!(signature.seal(), &seal);
        prop_assert_eq!(SealSignature::parse(signature.der()), Ok(signature));
    }
}
