//! PAdES from B-T to B-LTA, and renewed: octets are only added, and nothing is signed again.

use affix::dss::{Material, append_dss};
use affix::renewal::{Renew, Resting, prepare_renewal, resting};
use affix::seal::{FinishSeal, Place, PrepareSeal, SealRequest, prepare, prepare_time_stamp};
use asn1::Oid;
use base64::Engine as _;
use crypto::{
    Digest, DigestAlgorithm, SeededRandom, SignatureAlgorithm, Signer as _, SoftwareSigner,
};
use evidence::cms::{Attribute, Draft};
use evidence::tsp::{self, Accuracy, Request, TokenSerial, Unit};
use pki::certificate::Certificate;
use time::UtcDateTime;
use time::macros::{datetime, utc_datetime};

use crate::files::{KINDS, Kind, Small, judged, new_field, request};
use crate::keys::{sample, sign, signer};
use crate::thread::leave;

const SHA256: DigestAlgorithm = DigestAlgorithm::Sha256;
const RESERVE: usize = 8_192;

fn certificate(name: &str) -> Certificate {
    Certificate::parse(&sample(&format!("certs/{name}.der"))).expect("a certificate")
}

/// A token over `stamped` at `moment`.
fn token(stamped: &Digest, moment: UtcDateTime) -> Vec<u8> {
    let certificate = certificate("tsa");
    let unit = Unit {
        chain: vec![certificate.der().to_vec()],
        certificate,
        algorithm: SignatureAlgorithm::EcdsaP256Sha256,
        policies: vec![Oid::of(&[1, 2, 156, 99_999, 1, 1])],
        accuracy: Accuracy::SECOND,
    };
    let seed = stamped.bytes().iter().map(|octet| u64::from(*octet)).sum();
    let serial = TokenSerial::draw(&SeededRandom::new(seed)).expect("a number");
    let prepared = tsp::prepare(&Request::new(stamped), &unit, serial, moment).expect("a request");
    let text = String::from_utf8(sample("keys/tsa.pem")).expect("text");
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    let pkcs8 = base64::engine::general_purpose::STANDARD
        .decode(body)
        .expect("base64");
    let key = SoftwareSigner::from_pkcs8(&pkcs8, None).expect("a key");
    let signature = sign(&key, &prepared.to_be_signed());
    prepared.finish(&signature)
}

/// A file at PAdES B-T, signed before the revocation list of the samples.
fn level_t(file: &[u8]) -> Vec<u8> {
    let asked = SealRequest {
        reserve: RESERVE,
        claimed: datetime!(2026-11-21 20:00 +8),
        ..request(Place::Page(new_field("Seal")))
    };
    let prepared = prepare(&file, &asked).expect("it can be sealed");
    let digest = prepared.digest(&file, SHA256).expect("in memory");
    let (leaf, key) = (certificate("leaf"), signer());
    let message = Draft::pades(&digest, &leaf, key.algorithm())
        .prepare()
        .expect("the parts go together");
    let signature = sign(&key, &message.to_be_signed());
    let stamp = token(
        &Digest::of(SHA256, signature.bytes()),
        utc_datetime!(2026-11-21 12:01),
    );
    let message = message.finish(
        &signature,
        &[leaf.der()],
        &[Attribute::signature_time_stamp(&stamp)],
    );
    let appended = prepared.finish(&message).expect("it fits");
    [file, &appended].concat()
}

fn renewed(file: &[u8], moment: UtcDateTime) -> Vec<u8> {
    let certificates = ["leaf", "tsa", "ca"].map(|name| certificate(name).der().to_vec());
    let crls = [sample("crl/good.crl")];
    let material = Material {
        certificates: &certificates,
        ocsps: &[],
        crls: &crls,
    };
    let prepared = prepare_renewal(&file, &material, RESERVE).expect("it can be renewed");
    let digest = prepared.digest(&file, SHA256).expect("in memory");
    let appended = prepared
        .finish(&digest, &token(&digest, moment))
        .expect("it fits");
    [file, &appended].concat()
}

#[test]
fn a_file_is_archived_and_renewed_and_earlier_octets_stay() {
    for kind in KINDS {
        let page = Small::new("", "").with(9, "null").file(kind);
        let t = level_t(&page);
        assert_eq!(resting(&t).expect("signed").token, None);
        let first = renewed(&t, utc_datetime!(2026-11-22 4:00));
        let second = renewed(&first, utc_datetime!(2026-11-25 4:00));
        assert!(second.starts_with(&first) && first.starts_with(&t));
        assert_eq!(judged(&first), ["Seal", "ArchiveTimeStamp-1"]);
        assert_eq!(
            judged(&second),
            ["Seal", "ArchiveTimeStamp-1", "ArchiveTimeStamp-2"],
            "{kind:?}"
        );
        let Resting {
            token: last,
            messages,
            next,
        } = resting(&second).expect("signed");
        assert_eq!((messages.len(), next.as_str()), (1, "ArchiveTimeStamp-3"));
        let last = tsp::Token::parse(&last.expect("a time-stamp")).expect("a token");
        assert_eq!(last.info().moment(), utc_datetime!(2026-11-25 4:00));
        // The material was there already: the second renewal brings nothing but its time-stamp.
        assert!(second.len() - first.len() < first.len() - t.len());
        leave(&format!("lta-{kind:?}.pdf"), &first);
        leave(&format!("lta-renewed-{kind:?}.pdf"), &second);
    }
    leave("ca.der", &sample("certs/ca.der"));
    // What the European reference library has to say of them (`tests/judges/python/dss.py`).
    let names = ["lta", "lta-renewed"].map(|name| KINDS.map(|kind| format!("{name}-{kind:?}.pdf")));
    let line = |name: &String| {
        let said = "signature\t0\tTOTAL_PASSED\t-\tPAdES-BASELINE-LTA";
        format!("{name}\tca.der\t\t\t2026-11-25T05:00:00Z\t\t{said}\n")
    };
    let corpus: String = names.iter().flatten().map(line).collect();
    leave("corpus.tsv", corpus.as_bytes());
}

#[test]
fn a_name_that_is_taken_is_passed_over() {
    let page = Small::new("", "").file(Kind::Table);
    let t = level_t(&page);
    let prepared = prepare_time_stamp(&t, "ArchiveTimeStamp-1", RESERVE).expect("prepared");
    let digest = prepared.digest(&t, SHA256).expect("in memory");
    let stamp = token(&digest, utc_datetime!(2026-11-22 4:00));
    let stamped = [t.as_slice(), &prepared.finish(&stamp).expect("it fits")].concat();
    assert_eq!(
        resting(&stamped).expect("signed").next,
        "ArchiveTimeStamp-2"
    );
}

#[test]
fn what_has_no_sound_signature_is_not_archived() {
    let page = Small::new("", "").file(Kind::Table);
    assert_eq!(resting(&page), Err(Renew::Unsigned));
    assert!(matches!(
        resting(&b"no file".as_slice()),
        Err(Renew::Read(_))
    ));
    // A signature whose octets were touched would be kept as broken for ever.
    let mut t = level_t(&page);
    let contents = b"/ByteRange[0";
    let place = t
        .windows(contents.len())
        .position(|window| window == contents)
        .expect("a byte range");
    t[place + contents.len() - 1] = b'1';
    assert_eq!(resting(&t), Err(Renew::Broken("Seal".to_owned())));
    let refused = prepare_renewal(&t, &Material::default(), RESERVE);
    assert_eq!(refused.err(), Some(Renew::Broken("Seal".to_owned())));
}

#[test]
fn only_a_token_over_the_file_that_fits_is_taken() {
    let page = Small::new("", "").file(Kind::Table);
    let t = level_t(&page);
    let prepared = |reserve| prepare_renewal(&t, &Material::default(), reserve);
    assert!(matches!(
        prepared(0).err(),
        Some(Renew::Stamp(PrepareSeal::Reserve { reserve: 0 }))
    ));
    let moment = utc_datetime!(2026-11-22 4:00);
    let one = prepared(RESERVE).expect("prepared");
    let digest = one.digest(&t, SHA256).expect("in memory");
    let other = token(&Digest::of(SHA256, b"something else"), moment);
    assert_eq!(one.finish(&digest, &other), Err(Renew::Token));
    let one = prepared(RESERVE).expect("prepared");
    assert_eq!(one.finish(&digest, b"no token"), Err(Renew::Token));
    let small = prepared(100).expect("prepared");
    let digest = small.digest(&t, SHA256).expect("in memory");
    let refused = small.finish(&digest, &token(&digest, moment));
    assert!(matches!(
        refused,
        Err(Renew::Finish(FinishSeal::TooLarge { has: 100, .. }))
    ));
    // A file that changed after it was laid out is not digested.
    let grown = append_dss(
        &t,
        &Material {
            certificates: &[certificate("ca").der().to_vec()],
            ..Material::default()
        },
    );
    let grown = [t.as_slice(), &grown.expect("appended")].concat();
    let one = prepared(RESERVE).expect("prepared");
    assert!(one.digest(&grown, SHA256).is_err());
}
