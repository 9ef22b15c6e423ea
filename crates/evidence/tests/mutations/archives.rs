//! CAdES from B to LTA and through its renewals, countersignatures and parallel signatures; and every way in which an
//! archive time-stamp fails to cover what it should.

use std::path::{Path, PathBuf};

use asn1::{Oid, write};
use crypto::{Digest, DigestAlgorithm, SeededRandom, SignatureAlgorithm};
use evidence::cms::{
    ArchiveFault, ArchiveStamp, Attribute, Draft, Extended, Fault, Form, Material, SignedData,
    SignerInfo, Time, oids, prepare_archive, with_unsigned_attribute,
};
use evidence::tsp::{Accuracy, Request, Token, TokenSerial, Unit, prepare};
use time::UtcDateTime;
use time::macros::utc_datetime;

use crate::mutations::forge::{CONTENT, Message, certificate, key, sign};

const ALGORITHM: SignatureAlgorithm = SignatureAlgorithm::EcdsaP256Sha256;
const SIGNED: UtcDateTime = utc_datetime!(2026-11-21 12:00);
const STAMPED: UtcDateTime = utc_datetime!(2026-11-21 12:01);
const ARCHIVED: UtcDateTime = utc_datetime!(2026-11-22 4:00);
const RENEWED: UtcDateTime = utc_datetime!(2026-11-25 4:00);

/// What the European reference library has to say of what is left (`tests/judges/python/dss.py`).
const CORPUS: &str = "\
lt.p7s\tca.der\t\tcontent.bin\t2026-11-25T05:00:00Z\t\tsignature\t0\tTOTAL_PASSED\t-\tCAdES-BASELINE-LT
lta.p7s\tca.der\t\tcontent.bin\t2026-11-25T05:00:00Z\t\tsignature\t0\tTOTAL_PASSED\t-\tCAdES-BASELINE-LTA
lta2.p7s\tca.der\t\tcontent.bin\t2026-11-25T05:00:00Z\t\tsignature\t0\tTOTAL_PASSED\t-\tCAdES-BASELINE-LTA
attached.p7m\tca.der\t\t\t2026-11-25T05:00:00Z\t\tsignature\t0\tTOTAL_PASSED\t-\tCAdES-BASELINE-LTA
lta.p7s\tca.der\t\tlt.p7s\t2026-11-25T05:00:00Z\t\tsignature\t0\tTOTAL_FAILED\tHASH_FAILURE\tCAdES-BASELINE-LTA
";

fn sample(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let path = folder
        .join("../../tests/fixtures/rfc3161-ocsp-crl/p256")
        .join(name);
    std::fs::read(path).expect("a sample")
}

/// Leaves what was made where a foreign judge finds it.
fn left(name: &str, message: &[u8]) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cades");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join(name), message).expect("a file");
}

fn content(algorithm: DigestAlgorithm) -> Digest {
    Digest::of(algorithm, CONTENT)
}

/// A token over `stamped` at `moment`.
fn token(stamped: &Digest, moment: UtcDateTime) -> Vec<u8> {
    let unit = certificate("p256/tsa");
    let unit = Unit {
        chain: vec![unit.der().to_vec()],
        certificate: unit,
        algorithm: ALGORITHM,
        policies: vec![Oid::of(&[1, 2, 156, 99_999, 1, 1])],
        accuracy: Accuracy::SECOND,
    };
    let number = u64::from(stamped.bytes()[0]);
    let serial = TokenSerial::draw(&SeededRandom::new(number)).expect("a number");
    let prepared = prepare(&Request::new(stamped), &unit, serial, moment).expect("a request");
    let signature = sign(&key("p256/tsa", None), &prepared.to_be_signed());
    prepared.finish(&signature)
}

fn level_b() -> Vec<u8> {
    let digest = content(DigestAlgorithm::Sha256);
    let leaf = certificate("p256/leaf");
    let prepared = Draft::cades(&digest, &leaf, ALGORITHM, SIGNED)
        .prepare()
        .expect("a draft");
    let signature = sign(&key("p256/leaf", None), &prepared.to_be_signed());
    prepared.finish(&signature, &[leaf.der()], &[])
}

fn read(message: &[u8]) -> SignedData {
    SignedData::parse(message).expect("a message")
}

fn level_t() -> Vec<u8> {
    let message = read(&level_b());
    let signature = message.signers()[0].signature();
    let stamp = token(&Digest::of(DigestAlgorithm::Sha256, signature), STAMPED);
    with_unsigned_attribute(&message, Attribute::signature_time_stamp(&stamp)).expect("a signer")
}

/// What proves the signature and its time-stamp.
fn with_material(message: &[u8]) -> Vec<u8> {
    let mut extended = Extended::of(read(message));
    let certificates =
        ["leaf", "tsa", "ocsp"].map(|name| certificate(&format!("p256/{name}")).der().to_vec());
    extended.add_material(&Material {
        certificates: &certificates,
        crls: &[sample("crl/good.crl")],
        ocsp_responses: &[sample("ocsp/good.ors")],
    });
    extended.encode()
}

fn archived(message: &[u8], algorithm: DigestAlgorithm, moment: UtcDateTime) -> Vec<u8> {
    let message = read(message);
    let prepared = prepare_archive(&message, 0, &content(algorithm)).expect("a signer");
    let stamp = token(prepared.imprint(), moment);
    prepared.finish(&stamp).expect("a token")
}

/// The one signer's archive time-stamps, judged: what of the message each covers.
fn judge(message: &SignedData) -> Vec<Result<[usize; 4], &'static str>> {
    let signer = &message.signers()[0];
    signer
        .archive_time_stamps()
        .map(|value| judge_one(message, signer, value).map_err(|fault| fault.code()))
        .collect()
}

fn judge_one(
    message: &SignedData,
    signer: &SignerInfo,
    value: &[u8],
) -> Result<[usize; 4], ArchiveFault> {
    let stamp = ArchiveStamp::parse(value)?;
    let token = Token::parse(stamp.token()).expect("a token");
    let stamped = token.info().imprint().algorithm();
    let expected = stamp.imprint(message, signer, &content(stamp.algorithm()), stamped)?;
    let covered = stamp.covered(message, signer)?;
    token
        .check(&expected, &[certificate("p256/tsa")], RENEWED)
        .expect("the token is over the signature");
    Ok([
        covered.certificates.len(),
        covered.crls.len(),
        covered.ocsp_responses.len(),
        covered.attributes.len(),
    ])
}

#[test]
fn a_signature_rises_from_level_to_level_and_is_renewed() {
    let (b, t) = (level_b(), level_t());
    let lt = with_material(&t);
    let lta = archived(&lt, DigestAlgorithm::Sha256, ARCHIVED);
    // A stronger digest where the first has grown weak (EN 319 122-1 5.5.3).
    let renewed = archived(&with_material(&lta), DigestAlgorithm::Sha512, RENEWED);
    for (name, level) in [
        ("b", &b),
        ("t", &t),
        ("lt", &lt),
        ("lta", &lta),
        ("lta2", &renewed),
    ] {
        left(&format!("{name}.p7s"), level);
        let message = read(level);
        assert_eq!(message.inspect(Form::CadesDetached), [], "{name}");
        assert!(message.is_der(), "{name}");
        let leaf = certificate("p256/leaf");
        let signer = &message.signers()[0];
        assert_eq!(
            signer.check(&leaf.public_key().expect("a key")),
            Ok(()),
            "{name}"
        );
    }
    left("content.bin", CONTENT);
    left("corpus.tsv", CORPUS.as_bytes());
    left("ca.der", certificate("p256/ca").der());
    // RFC 5652 5.1: other revocation information makes it version 5.
    assert_eq!(read(&lt).version(), 5);
    assert_eq!(judge(&read(&lta)), [Ok([3, 1, 1, 1])]);
    let both = judge(&read(&renewed));
    assert_eq!(both.len(), 2);
    assert!(both.contains(&Ok([3, 1, 1, 1])), "{both:?}");
    assert!(both.contains(&Ok([3, 1, 1, 2])), "{both:?}");
    // Material that is there is not put there again.
    assert_eq!(with_material(&lta), lta);
}

#[test]
fn what_comes_after_an_archive_time_stamp_is_not_covered_by_it() {
    let lta = archived(
        &with_material(&level_t()),
        DigestAlgorithm::Sha256,
        ARCHIVED,
    );
    let mut extended = Extended::of(read(&lta));
    extended.add_material(&Material {
        certificates: &[certificate("p256/ca").der().to_vec()],
        ..Material::default()
    });
    extended
        .add_attribute(0, Attribute::receipt(b"later"))
        .expect("a signer");
    let grown = read(&extended.encode());
    assert_eq!(grown.certificates().len(), 4);
    assert_eq!(judge(&grown), [Ok([3, 1, 1, 1])]);
}

/// The message without what `kept` refuses of it: certificates, lists and responses by their octets, attributes by type.
fn without(message: &[u8], gone: &[u8]) -> SignedData {
    // Parts are taken out of the octets themselves: nothing but a longer outside has to follow.
    let text = read(message);
    let mut rest = Extended::of(read(&level_b()));
    let keep = |list: &[Vec<u8>]| -> Vec<Vec<u8>> {
        list.iter().filter(|one| *one != gone).cloned().collect()
    };
    rest.add_material(&Material {
        certificates: &keep(text.certificates()),
        crls: &keep(text.crls()),
        ocsp_responses: &keep(text.ocsp_responses()),
    });
    for attribute in text.signers()[0].unsigned_attributes() {
        if attribute.value() != Some(gone) {
            rest.add_attribute(0, attribute.clone()).expect("a signer");
        }
    }
    read(&rest.encode())
}

#[test]
fn what_an_index_names_must_be_there() {
    // P-256 signatures here are not deterministic: the level below is kept, not made again.
    let t = level_t();
    let stamp = read(&t).signers()[0]
        .time_stamps()
        .next()
        .expect("one")
        .to_vec();
    for (gone, name) in [
        (certificate("p256/tsa").der().to_vec(), "a certificate"),
        (sample("crl/good.crl"), "a list"),
        (sample("ocsp/good.ors"), "a response"),
        (stamp, "the signature time-stamp"),
    ] {
        let lta = archived(&with_material(&t), DigestAlgorithm::Sha256, ARCHIVED);
        assert!(judge(&read(&lta))[0].is_ok());
        let mutant = without(&lta, &gone);
        let signer = &mutant.signers()[0];
        let stamp = signer.archive_time_stamps().next().expect("one");
        let parsed = ArchiveStamp::parse(stamp).expect("a token with its index");
        let fault = parsed.covered(&mutant, signer).expect_err(name);
        assert_eq!(fault.code(), "archive.index-dangling", "{name}");
    }
}

#[test]
fn a_certificate_in_double_hides_none_that_is_missing() {
    let (leaf, ca) = (certificate("p256/leaf"), certificate("p256/ca"));
    let hashes = [&leaf, &ca].map(|one| crypto::sha256(one.der()).to_vec());
    let sha256 = pki::algorithm::digest_identifier(DigestAlgorithm::Sha256);
    let value = with_index(&[index(&sha256, [&hashes, &[], &[]])]);
    let stamp = ArchiveStamp::parse(&value).expect("readable");
    let mut message = Message::cades(&leaf, ALGORITHM);
    for (second, good) in [(&ca, true), (&leaf, false)] {
        message.certificates = vec![leaf.der().to_vec(), second.der().to_vec()];
        let message = read(&message.encode(&key("p256/leaf", None)));
        let covered = stamp.covered(&message, &message.signers()[0]);
        assert_eq!(covered.is_ok(), good);
    }
}

/// The token of an archive time-stamp with these unsigned attributes.
fn with_index(indexes: &[Vec<u8>]) -> Vec<u8> {
    let plain = token(&content(DigestAlgorithm::Sha256), ARCHIVED);
    let mut extended = Extended::of(read(&plain));
    for index in indexes {
        extended
            .add_attribute(0, Attribute::new(oids::ATS_HASH_INDEX_V3, index.clone()))
            .expect("a signer");
    }
    extended.encode()
}

fn index(algorithm: &[u8], lists: [&[Vec<u8>]; 3]) -> Vec<u8> {
    let lists =
        lists.map(|list| write::sequence(list.iter().map(|hash| write::octet_string(hash))));
    write::sequence([algorithm.to_vec(), lists.concat()])
}

#[test]
fn an_archive_time_stamp_has_one_readable_index_of_its_own_algorithm() {
    let sha256 = pki::algorithm::digest_identifier(DigestAlgorithm::Sha256);
    let sha512 = pki::algorithm::digest_identifier(DigestAlgorithm::Sha512);
    let good = index(&sha256, [&[], &[], &[]]);
    let unknown = write::sequence([write::oid(&oids::DATA)]);
    let many = vec![vec![0; 32]; 1025];
    let mut trailing = good.clone();
    trailing.push(0);
    for (name, value, code) in [
        ("no token", b"token".to_vec(), "archive.token"),
        ("no index", with_index(&[]), "archive.index-absent"),
        (
            "two indexes",
            with_index(&[good.clone(), good.clone()]),
            "archive.index-absent",
        ),
        (
            "no index in the attribute",
            with_index(&[write::null()]),
            "archive.index-malformed",
        ),
        (
            "an index of an unknown algorithm",
            with_index(&[index(&unknown, [&[], &[], &[]])]),
            "archive.index-malformed",
        ),
        (
            "an index without its last list",
            with_index(&[write::sequence([sha256.clone(), write::sequence([[]; 0])])]),
            "archive.index-malformed",
        ),
        (
            "an index of more hashes than a message can hold parts",
            with_index(&[index(&sha256, [&many, &[], &[]])]),
            "archive.index-malformed",
        ),
    ] {
        let fault = ArchiveStamp::parse(&value).expect_err(name);
        assert_eq!(fault.code(), code, "{name}");
    }
    let (message, value) = (
        read(&level_b()),
        with_index(&[index(&sha512, [&[], &[], &[]])]),
    );
    let stamp = ArchiveStamp::parse(&value).expect("readable");
    let of = |digest, stamped| {
        let imprint = stamp.imprint(&message, &message.signers()[0], &digest, stamped);
        imprint.map_err(|fault| fault.code())
    };
    assert_eq!(
        of(content(DigestAlgorithm::Sha512), DigestAlgorithm::Sha256),
        Err("archive.index-algorithm")
    );
    assert_eq!(
        of(content(DigestAlgorithm::Sha256), DigestAlgorithm::Sha512),
        Err("archive.index-algorithm")
    );
    assert!(of(content(DigestAlgorithm::Sha512), DigestAlgorithm::Sha512).is_ok());
}

#[test]
fn the_imprint_depends_on_every_signed_part() {
    let (t, other) = (read(&level_t()), read(&level_t()));
    let lists = index(
        &pki::algorithm::digest_identifier(DigestAlgorithm::Sha256),
        [&[], &[], &[]],
    );
    let value = with_index(&[lists]);
    let stamp = ArchiveStamp::parse(&value).expect("readable");
    let of = |message: &SignedData, octets: &[u8]| {
        let digest = Digest::of(DigestAlgorithm::Sha256, octets);
        let signer = &message.signers()[0];
        stamp.imprint(message, signer, &digest, DigestAlgorithm::Sha256)
    };
    let whole = of(&t, CONTENT).expect("an imprint");
    assert_ne!(of(&t, b"other content").expect("an imprint"), whole);
    // The signature is another each time.
    assert_ne!(of(&other, CONTENT).expect("an imprint"), whole);
    // Unsigned attributes come in through the index alone.
    let bare = with_unsigned_attribute(&t, Attribute::receipt(b"more")).expect("a signer");
    assert_eq!(of(&read(&bare), CONTENT).expect("an imprint"), whole);
}

fn countersigned(message: &[u8], bend: fn(&mut Vec<u8>)) -> SignedData {
    let message = read(message);
    let mut over = message.signers()[0].signature().to_vec();
    bend(&mut over);
    let other = certificate("p256/other");
    let prepared = Draft::countersignature(&over, &other, ALGORITHM, STAMPED)
        .prepare()
        .expect("a draft");
    let signature = sign(&key("p256/other", None), &prepared.to_be_signed());
    let mut extended = Extended::of(message);
    extended
        .add_attribute(0, prepared.finish_countersignature(&signature, &[]))
        .expect("a signer");
    extended.add_material(&Material {
        certificates: &[other.der().to_vec()],
        ..Material::default()
    });
    read(&extended.encode())
}

#[test]
fn a_countersignature_is_over_the_signature_alone() {
    let message = countersigned(&level_b(), |_| {});
    assert_eq!(message.inspect(Form::CadesDetached), []);
    let signer = &message.signers()[0];
    let value = signer.countersignatures().next().expect("one");
    let counter = SignerInfo::parse_countersignature(value).expect("readable");
    assert_eq!(counter.inspect_countersignature(signer), []);
    let candidates = [certificate("p256/leaf"), certificate("p256/other")];
    let found = counter.find_certificate(&candidates).expect("one of them");
    assert_eq!(found, &candidates[1]);
    assert_eq!(counter.check(&found.public_key().expect("a key")), Ok(()));
    // A PDF signature has none.
    assert!(
        message
            .inspect(Form::Pades)
            .iter()
            .any(|fault| { fault.code() == "cms.attribute-forbidden" })
    );

    let wrong = countersigned(&level_b(), |over| over.push(0));
    let signer = &wrong.signers()[0];
    let value = signer.countersignatures().next().expect("one");
    let counter = SignerInfo::parse_countersignature(value).expect("readable");
    assert_eq!(
        counter.inspect_countersignature(signer),
        [Fault::MessageDigestDiffers]
    );
    assert!(SignerInfo::parse_countersignature(&write::null()).is_err());

    // A signer of a message is no countersignature: it says what type its content has.
    let plain = read(&level_b());
    let faults = plain.signers()[0].inspect_countersignature(signer);
    let codes: Vec<&str> = faults.iter().map(Fault::code).collect();
    assert_eq!(
        codes,
        ["cms.attribute-forbidden", "cms.message-digest-differs"]
    );
}

#[test]
fn parallel_signatures_stand_beside_each_other() {
    let digest = content(DigestAlgorithm::Sha256);
    let by = |name: &str, digest: &Digest| {
        let certificate = certificate(name);
        let draft = Draft::cades(digest, &certificate, ALGORITHM, SIGNED);
        let prepared = draft.prepare().expect("a draft");
        let signature = sign(&key(name, None), &prepared.to_be_signed());
        prepared.finish(&signature, &[certificate.der()], &[])
    };
    let mut extended = Extended::of(read(&by("p256/leaf", &digest)));
    let second = read(&by("p256/other", &digest));
    extended.add_signers(second).expect("the same content");
    let both = extended.encode();
    left("parallel.p7s", &both);
    let message = read(&both);
    assert_eq!(message.inspect(Form::CadesDetached), []);
    assert_eq!(
        (message.signers().len(), message.certificates().len()),
        (2, 2)
    );
    assert_eq!(message.digest_algorithms().len(), 1);
    let candidates = [certificate("p256/leaf"), certificate("p256/other")];
    for signer in message.signers() {
        assert_eq!(signer.inspect_digest(&digest), Ok(()));
        let found = signer.find_certificate(&candidates).expect("one of them");
        assert_eq!(signer.check(&found.public_key().expect("a key")), Ok(()));
    }
    // Each takes time-stamps of its own.
    let mut extended = Extended::of(message);
    assert_eq!(extended.add_attribute(1, Attribute::receipt(b"a")), Ok(()));
    assert_eq!(
        extended.add_attribute(2, Attribute::receipt(b"a")),
        Err(Fault::NoSigner)
    );
    assert_eq!(
        with_unsigned_attribute(&read(&extended.encode()), Attribute::receipt(b"a")),
        Err(Fault::SeveralSigners(2))
    );

    let elsewhere = Digest::of(DigestAlgorithm::Sha256, b"other content");
    let mut extended = Extended::of(read(&both));
    assert_eq!(
        extended.add_signers(read(&by("p256/other", &elsewhere))),
        Err(Fault::MessageDigestDiffers)
    );
    let stamp = read(&token(&digest, STAMPED));
    assert!(matches!(
        extended.add_signers(stamp),
        Err(Fault::ContentType(_))
    ));
}

#[test]
fn a_content_time_stamp_is_signed_and_over_the_content() {
    let digest = content(DigestAlgorithm::Sha256);
    let stamp = token(&digest, SIGNED);
    let leaf = certificate("p256/leaf");
    let prepared = Draft::cades(&digest, &leaf, ALGORITHM, SIGNED)
        .stamped_before(&stamp)
        .prepare()
        .expect("a draft");
    let signature = sign(&key("p256/leaf", None), &prepared.to_be_signed());
    let message = read(&prepared.finish(&signature, &[leaf.der()], &[]));
    assert_eq!(message.inspect(Form::CadesDetached), []);
    let found: Vec<&[u8]> = message.signers()[0].content_time_stamps().collect();
    assert_eq!(found, [stamp.as_slice()]);
    let read_token = Token::parse(&stamp).expect("a token");
    assert!(
        read_token
            .check(&digest, &[certificate("p256/tsa")], RENEWED)
            .is_ok()
    );
    // Unsigned it proves nothing.
    let misplaced = with_unsigned_attribute(
        &read(&level_b()),
        Attribute::new(oids::CONTENT_TIME_STAMP, stamp),
    )
    .expect("a signer");
    let codes: Vec<&str> = read(&misplaced)
        .inspect(Form::CadesDetached)
        .iter()
        .map(Fault::code)
        .collect();
    assert_eq!(codes, ["cms.attribute-misplaced"]);
}

#[test]
fn content_inside_rises_likewise() {
    let leaf = certificate("p256/leaf");
    let time = Time::Signed(SIGNED);
    let prepared = Draft::attached(oids::DATA, CONTENT, &leaf, ALGORITHM, time)
        .prepare()
        .expect("a draft");
    let signature = sign(&key("p256/leaf", None), &prepared.to_be_signed());
    let b = prepared.finish(&signature, &[leaf.der()], &[]);
    let message = read(&b);
    let stamp = token(
        &Digest::of(DigestAlgorithm::Sha256, message.signers()[0].signature()),
        STAMPED,
    );
    let t = with_unsigned_attribute(&message, Attribute::signature_time_stamp(&stamp))
        .expect("a signer");
    let lta = archived(&with_material(&t), DigestAlgorithm::Sha256, ARCHIVED);
    left("attached.p7m", &lta);
    assert_eq!(read(&lta).inspect(Form::CadesAttached), []);
    assert_eq!(read(&lta).content(), Some(CONTENT));
    assert_eq!(judge(&read(&lta)), [Ok([3, 1, 1, 1])]);
}

#[test]
fn only_tokens_and_signers_that_are_there_are_taken() {
    let message = read(&level_b());
    let digest = content(DigestAlgorithm::Sha256);
    assert_eq!(
        prepare_archive(&message, 1, &digest)
            .err()
            .map(|fault| fault.code()),
        Some("cms.no-signer")
    );
    let prepared = || prepare_archive(&message, 0, &digest).expect("a signer");
    let fault = prepared().finish(b"token").expect_err("no token");
    assert_eq!(fault.code(), "archive.token");
}
