//! openssl judges what we sign, certify, list and encrypt in SM2, and we judge its.
//!
//! Release 3 takes an empty identity for the default one, which everybody else has, and lets it be named in some of its
//! commands alone. What it refuses for that reason is asserted too, and its bare arithmetic is then asked about the
//! octets that were signed.

use std::collections::BTreeMap;

use crypto::sm::{open, seal};
use crypto::{
    Digest, DigestAlgorithm, KeyAlgorithm, PublicKey, SeededRandom, Signature, SignatureAlgorithm,
    Signer as _, SoftwareSigner, SystemRandom, generate_pkcs8,
};
use evidence::cms::{Draft, NationalDraft};
use evidence::{ocsp, tsp};
use pki::Crl;
use pki::certificate::Certificate;
use pki::hierarchy::{Entry, Hierarchy};
use time::Duration;

use super::hierarchy::{AT, certify, list, sign};
use super::judge::Judge;
use super::openssl::{CONTENT, certificate, key, openssl};

const SM2: SignatureAlgorithm = SignatureAlgorithm::Sm2Sm3;
const IDENTITY: &str = "distid:1234567812345678";

/// Asks for the bare arithmetic: whether `signature` is one of `public` over `octets` under the usual identity.
fn accepts_signature(judge: &Judge, public: &PublicKey, octets: &[u8], signature: &[u8]) {
    judge.put_pem("public.pem", "PUBLIC KEY", public.spki());
    judge.put("octets", octets);
    judge.put("signature", signature);
    let ask = |identity: &str| {
        format!(
            "pkeyutl -verify -pubin -inkey public.pem -rawin -digest sm3 -in octets -sigfile signature \
             -pkeyopt {identity}"
        )
    };
    judge.accepts(&ask(IDENTITY));
    judge.refuses(&ask("distid:ALICE123@YAHOO.COM"));
    judge.put("octets", b"other octets");
    judge.refuses(&ask(IDENTITY));
}

/// Release 3, whose usual identity is the empty one.
fn is_release_3(judge: &Judge) -> bool {
    judge.accepts("version").starts_with("OpenSSL 3.")
}

#[test]
fn keys_and_signatures_go_both_ways() {
    let Some(judge) = Judge::call("openssl") else {
        return;
    };
    for number in 0..8_u8 {
        let pkcs8 = generate_pkcs8(KeyAlgorithm::Sm2, &SystemRandom::new()).expect("a key");
        let signer = SoftwareSigner::from_pkcs8(&pkcs8, None).expect("its own");
        judge.put_pem("own.key", "PRIVATE KEY", &pkcs8);
        judge.accepts("pkey -in own.key -check -noout");
        judge.accepts("pkey -in own.key -pubout -outform DER -out own.spki");
        assert_eq!(judge.get("own.spki"), signer.public_key().spki());
        let message = vec![number; usize::from(number) * 37];
        let made = sign(&signer, &message);
        accepts_signature(&judge, signer.public_key(), &message, made.bytes());
        judge.put("message", &message);
        judge.accepts(&format!(
            "pkeyutl -sign -inkey own.key -rawin -digest sm3 -in message -out theirs -pkeyopt {IDENTITY}"
        ));
        let theirs = Signature::new(judge.get("theirs"));
        assert_eq!(signer.public_key().check(SM2, &message, &theirs), Ok(()));
        judge.accepts(
            "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -outform DER -out their.key",
        );
        judge.accepts(
            "pkcs8 -topk8 -nocrypt -inform DER -in their.key -outform DER -out their.pkcs8",
        );
        assert!(SoftwareSigner::from_pkcs8(&judge.get("their.pkcs8"), None).is_ok());
    }
}

#[test]
fn sealed_messages_go_both_ways() {
    let Some(judge) = Judge::call("openssl") else {
        return;
    };
    let pkcs8 = generate_pkcs8(KeyAlgorithm::Sm2, &SystemRandom::new()).expect("a key");
    let signer = SoftwareSigner::from_pkcs8(&pkcs8, None).expect("its own");
    judge.put_pem("own.key", "PRIVATE KEY", &pkcs8);
    judge.put_pem("own.pem", "PUBLIC KEY", signer.public_key().spki());
    for message in [&b"s"[..], b"sixteen octets..", &[7; 300]] {
        judge.put("secret", message);
        judge.accepts("pkeyutl -encrypt -pubin -inkey own.pem -in secret -out theirs");
        let opened = open(&pkcs8, &judge.get("theirs")).expect("opens");
        assert_eq!(&opened[..], message);
        let ours = seal(signer.public_key(), message, &SystemRandom::new()).expect("sealed");
        judge.put("ours", &ours);
        judge.accepts("pkeyutl -decrypt -inkey own.key -in ours -out opened");
        assert_eq!(judge.get("opened"), message);
    }
}

#[test]
fn openssl_relies_on_the_example_hierarchy_in_sm2() {
    let Some(judge) = Judge::call("openssl") else {
        return;
    };
    let declaration = include_str!("../../../keys-example/hierarchy.toml");
    let hierarchy = Hierarchy::parse(declaration).expect("a hierarchy");
    let national = || {
        let entries = hierarchy.entries().iter();
        entries.filter(|entry| entry.algorithm == KeyAlgorithm::Sm2)
    };
    let mut made = BTreeMap::new();
    for (place, entry) in national().enumerate() {
        let number = u8::try_from(place + 1).expect("few");
        let one = certify(entry, number, &made);
        let name = format!("{}.pem", entry.key);
        judge.put_pem(&name, "CERTIFICATE", one.certificate.der());
        made.insert(entry.key.clone(), one);
    }
    let at = AT.unix_timestamp();
    // One step at a time: it gives the identity to the certificate that is asked about and to none above.
    let ask = |entry: &Entry, more: &str| {
        format!(
            "verify -x509_strict -policy_check -partial_chain -attime {at} -CAfile {}.pem {more} {}.pem",
            entry.issuer, entry.key
        )
    };
    for entry in national() {
        let named = ask(entry, &format!("-vfyopt {IDENTITY}"));
        if entry.validity.contains(AT) {
            judge.accepts(&named);
        } else {
            judge.refuses(&named);
        }
        if is_release_3(&judge) && !entry.is_root() {
            judge.refuses(&ask(entry, ""));
        }
        if entry.profile.is_authority() {
            // Its command asks nobody for the identity of a list's issuer.
            let list = list(&hierarchy, &entry.key, &made);
            judge.put_pem("list.pem", "X509 CRL", list.der());
            if is_release_3(&judge) {
                let more = format!("-vfyopt {IDENTITY} -crl_check -CRLfile list.pem");
                let below = national().find(|below| below.issuer == entry.key && !below.is_root());
                judge.refuses(&ask(below.expect("it issues"), &more));
            }
            let issuer = made[&entry.key].key.public_key();
            accepts_signature(&judge, issuer, list.tbs(), list.signature());
        }
    }
}

#[test]
fn what_openssl_certifies_lists_and_answers_holds_here() {
    let Some(judge) = openssl("sm2") else { return };
    let (ca, leaf) = (certificate("sm2/ca"), certificate("sm2/leaf"));
    let authority = ca.public_key().expect("a key");
    judge.accepts(&format!(
        "req -x509 -new -key ca.key -sm3 -sigopt {IDENTITY} -subj /CN=own -days 2 -outform DER -out own.cer"
    ));
    let own = Certificate::parse(&judge.get("own.cer")).expect("a certificate");
    assert_eq!(own.check_signature(&authority), Ok(()));
    // Without the identity its empty one is signed under.
    judge.accepts(
        "req -x509 -new -key ca.key -sm3 -subj /CN=own -days 2 -outform DER -out empty.cer",
    );
    let empty = Certificate::parse(&judge.get("empty.cer")).expect("a certificate");
    if is_release_3(&judge) {
        assert!(empty.check_signature(&authority).is_err());
        let value = Signature::new(empty.signature().to_vec());
        assert_eq!(authority.check_identified(b"", empty.tbs(), &value), Ok(()));
    }
    judge.put("database", b"");
    judge.put("number", b"01\n");
    judge.put(
        "config",
        b"[ca]\ndefault_ca = own\n[own]\ndatabase = database\ndefault_md = sm3\ncrlnumber = number\n",
    );
    judge.accepts(&format!(
        "ca -config config -gencrl -keyfile ca.key -cert ca.pem -sigopt {IDENTITY} -crldays 3 -out made.pem"
    ));
    judge.accepts("crl -in made.pem -outform DER -out made.crl");
    let made = Crl::parse(&judge.get("made.crl")).expect("a list");
    assert_eq!(made.check_signature(&authority), Ok(()));
    let number = leaf.serial().to_string().to_uppercase();
    judge.put(
        "index",
        format!("V\t280601000000Z\t\t{number}\tunknown\t/CN=x\n").as_bytes(),
    );
    judge.accepts("ocsp -issuer ca.pem -cert leaf.pem -reqout query -no_nonce");
    judge.accepts(&format!(
        "ocsp -index index -CA ca.pem -rsigner ocsp.pem -rkey ocsp.key -rmd sm3 -rsigopt {IDENTITY} -reqin query \
         -respout reply -ndays 2"
    ));
    let response = ocsp::Response::parse(&judge.get("reply")).expect("readable");
    let asked = ocsp::Asked {
        issuer: &ca,
        serial: leaf.serial(),
        nonce: None,
        nonce_policy: ocsp::NoncePolicy::TimesSuffice,
        moment: ocsp::Moment::Live {
            at: response.produced_at(),
            skew: Duration::minutes(5),
        },
    };
    let status = response.check(&asked).map(|accepted| accepted.status);
    assert_eq!(status, Ok(ocsp::Status::Good));
}

#[test]
fn what_we_answer_in_sm2_is_good_arithmetic_there() {
    let Some(judge) = openssl("sm2") else { return };
    let (ca, delegate) = (certificate("sm2/ca"), certificate("sm2/ocsp"));
    let leaf = certificate("sm2/leaf");
    let id = ocsp::CertificateId::new(DigestAlgorithm::Sha256, &ca, leaf.serial());
    let period = ocsp::Period {
        this_update: AT - Duration::HOUR,
        next_update: AT + Duration::DAY,
        archive_cutoff: None,
    };
    let answer = ocsp::Answer::new(ocsp::Signer::Delegate(&delegate), SM2, AT)
        .about(&[&id], ocsp::Status::Good, &period)
        .prepare()
        .expect("an answer");
    let signature = sign(&key("sm2/ocsp", SM2), answer.to_be_signed());
    asks(&judge, &delegate, answer.to_be_signed(), &signature);
    judge.put("reply", &answer.finish(&signature));
    let verify = format!(
        "ocsp -no_nonce -respin reply -issuer ca.pem -sha256 -cert leaf.pem -CAfile ca.pem -validity_period 3000000000 \
         -attime {}",
        AT.unix_timestamp()
    );
    if is_release_3(&judge) {
        // It reads the answer and has no option for the identity of who signed it.
        judge.refuses(&verify);
    }
}

/// Asks for the bare arithmetic of a certificate's key.
fn asks(judge: &Judge, certificate: &Certificate, octets: &[u8], signature: &Signature) {
    let public = certificate.public_key().expect("a key");
    accepts_signature(judge, &public, octets, signature.bytes());
}

#[test]
fn what_we_stamp_and_sign_in_sm2_is_good_arithmetic_there() {
    let Some(judge) = openssl("sm2") else { return };
    let (unit, leaf) = (certificate("sm2/tsa"), certificate("sm2/leaf"));
    judge.accepts("ts -query -data content -sm3 -cert -out query");
    let request = tsp::Request::parse(&judge.get("query")).expect("a good request");
    let issuing = tsp::Unit {
        chain: vec![unit.der().to_vec()],
        certificate: unit.clone(),
        algorithm: SM2,
        policies: vec![asn1::Oid::of(&[1, 2, 3])],
        accuracy: tsp::Accuracy::SECOND,
    };
    let serial = tsp::TokenSerial::draw(&SeededRandom::new(5)).expect("a number");
    let prepared = tsp::prepare(&request, &issuing, serial, AT).expect("a token");
    let signature = sign(&key("sm2/tsa", SM2), &prepared.to_be_signed());
    asks(&judge, &unit, &prepared.to_be_signed(), &signature);
    judge.put("stamp", &tsp::grant(&prepared.finish(&signature)));
    let said = judge.accepts("ts -reply -in stamp -text");
    assert!(said.contains("Hash Algorithm: sm3"), "{said}");

    let digest = Digest::of(DigestAlgorithm::Sm3, CONTENT);
    let prepared = Draft::pades(&digest, &leaf, SM2)
        .prepare()
        .expect("a draft");
    let signature = sign(&key("sm2/leaf", SM2), &prepared.to_be_signed());
    asks(&judge, &leaf, &prepared.to_be_signed(), &signature);
    judge.put("message", &prepared.finish(&signature, &[leaf.der()], &[]));
    let said = judge.accepts("cms -cmsout -print -noout -inform DER -in message");
    assert!(
        said.contains("SM2-with-SM3") && said.contains("sm3"),
        "{said}"
    );

    let draft = NationalDraft::new(CONTENT, &leaf, SM2).expect("its own key");
    let signature = sign(&key("sm2/leaf", SM2), draft.to_be_signed());
    asks(&judge, &leaf, CONTENT, &signature);
    judge.put("message", &draft.finish(&signature, &[leaf.der()]));
    judge.accepts("asn1parse -inform DER -in message");
}
