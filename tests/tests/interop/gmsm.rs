//! gmsm, the implementation in Go, judges what we sign, certify, list, seal and encrypt, and we judge its.

use std::path::PathBuf;

use ::seal::ses::{Draft, Edition, Image, KIND_ORGANISATION, Listing, Usage};
use crypto::sm::{Sm4Key, envelop, open, seal, take_out};
use crypto::{
    Digest, DigestAlgorithm, KeyAlgorithm, PublicKey, Signature, SignatureAlgorithm, Signer as _,
    SoftwareSigner, SystemRandom, generate_pkcs8,
};
use evidence::cms::{Form, NationalDraft, SignedData};
use pki::Crl;
use pki::certificate::Certificate;
use time::Duration;

use super::hierarchy::{AT, sign};
use super::judge::Judge;
use super::openssl;

const SM2: SignatureAlgorithm = SignatureAlgorithm::Sm2Sm3;
const MESSAGE: &[u8] = "印信".as_bytes();
/// Lengths about those of a block.
const LENGTHS: [usize; 6] = [1, 15, 16, 17, 64, 300];

fn example(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../keys-example/files");
    std::fs::read(folder.join(name)).expect("a file of the example keys")
}

fn certificate(name: &str) -> Certificate {
    Certificate::parse(&example(&format!("{name}.cer"))).expect("a certificate")
}

fn key(name: &str) -> SoftwareSigner {
    SoftwareSigner::from_pkcs8(&example(&format!("{name}.pkcs8")), None).expect("its key")
}

fn fresh() -> (Vec<u8>, PublicKey) {
    let pkcs8 = generate_pkcs8(KeyAlgorithm::Sm2, &SystemRandom::new()).expect("a key");
    let signer = SoftwareSigner::from_pkcs8(&pkcs8, None).expect("its own");
    (pkcs8.to_vec(), signer.public_key().clone())
}

/// Asks whether `value` is one of `public` over `octets`; over others it may be none.
fn accepts_signature(judge: &Judge, public: &PublicKey, octets: &[u8], value: &[u8]) {
    judge.put("public", public.spki());
    judge.put("octets", octets);
    judge.put("value", value);
    judge.accepts("verify public octets value");
    judge.put("octets", &[octets, b"!"].concat());
    judge.refuses("verify public octets value");
}

#[test]
fn signatures_and_digests_go_both_ways() {
    let Some(judge) = Judge::gmsm() else { return };
    for length in LENGTHS {
        let (pkcs8, public) = fresh();
        let message = vec![0x5a; length];
        let signer = SoftwareSigner::from_pkcs8(&pkcs8, None).expect("its own");
        accepts_signature(&judge, &public, &message, sign(&signer, &message).bytes());
        judge.put("key", &pkcs8);
        judge.put("message", &message);
        judge.accepts("sign key message theirs");
        let theirs = Signature::new(judge.get("theirs"));
        assert_eq!(public.check(SM2, &message, &theirs), Ok(()));
        assert!(public.check(SM2, b"another", &theirs).is_err());
        judge.accepts("digest message digest");
        let own = Digest::of(DigestAlgorithm::Sm3, &message);
        assert_eq!(judge.get("digest"), own.bytes());
    }
}

#[test]
fn sealed_messages_and_enveloped_keys_go_both_ways() {
    let Some(judge) = Judge::gmsm() else { return };
    let random = SystemRandom::new();
    for length in LENGTHS {
        let (holder, public) = fresh();
        let message = vec![0xa5; length];
        judge.put("holder", &holder);
        judge.put("public", public.spki());
        judge.put("ours", &seal(&public, &message, &random).expect("sealed"));
        judge.accepts("decrypt holder ours opened");
        assert_eq!(judge.get("opened"), message);
        judge.put("message", &message);
        judge.accepts("encrypt public message theirs");
        assert_eq!(open(&holder, &judge.get("theirs")).as_deref(), Ok(&message));

        let (encryption, _) = fresh();
        judge.put("encryption", &encryption);
        let ours = envelop(&public, &encryption, &random).expect("enveloped");
        judge.put("ours", &ours);
        judge.accepts("take-out holder ours encryption");
        judge.refuses("take-out encryption ours encryption");
        judge.accepts("envelop public encryption theirs");
        let theirs = judge.get("theirs");
        assert_eq!(take_out(&holder, &theirs).as_deref(), Ok(&encryption));
    }
}

#[test]
fn sm4_goes_both_ways() {
    let Some(judge) = Judge::gmsm() else { return };
    let random = SystemRandom::new();
    judge.put("associated", b"row 7");
    for length in LENGTHS {
        let message = vec![0x5a; length];
        let key = Sm4Key::generate(&random).expect("random");
        judge.put("key", key.expose());
        judge.put("message", &message);
        let ours = key.seal(&message, b"row 7", &random).expect("sealed");
        let (nonce, text) = ours.split_at(12);
        judge.put("nonce", nonce);
        judge.put("text", text);
        judge.accepts("sm4-gcm-open key nonce text associated opened");
        assert_eq!(judge.get("opened"), message);
        judge.refuses("sm4-gcm-open key nonce text message opened");
        judge.accepts("sm4-gcm-seal key nonce message associated theirs");
        assert_eq!(judge.get("theirs"), text);

        let block = [7; 16];
        judge.put("block", &block);
        judge.put("text", &key.encrypt_cbc(&block, &message));
        judge.accepts("sm4-cbc-decrypt key block text opened");
        assert_eq!(judge.get("opened"), message);
        judge.accepts("sm4-cbc-encrypt key block message theirs");
        let theirs = judge.get("theirs");
        assert_eq!(key.decrypt_cbc(&block, &theirs).as_deref(), Some(&message));
    }
}

#[test]
fn certificates_and_lists_of_the_example_hierarchy_hold_there() {
    let Some(judge) = Judge::gmsm() else { return };
    let authorities = ["sm-root", "sm-ca", "sm-ca-compromised"];
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../keys-example/files");
    let mut judged = 0;
    for file in std::fs::read_dir(folder).expect("the example keys") {
        let name = file
            .expect("a file")
            .file_name()
            .into_string()
            .expect("text");
        let Some(name) = name
            .strip_suffix(".cer")
            .filter(|name| name.starts_with("sm-"))
        else {
            continue;
        };
        let own = certificate(name);
        let above = authorities.map(certificate);
        let issuer = above.iter().find(|issuer| issuer.subject() == own.issuer());
        let issuer = issuer.expect("one of the authorities");
        let public = issuer.public_key().expect("a key");
        accepts_signature(&judge, &public, own.tbs(), own.signature());
        judge.put("certificate", own.der());
        judge.put("issuer", issuer.der());
        judge.accepts("verify-certificate certificate issuer");
        judged += 1;
        if authorities.contains(&name) {
            let list = Crl::parse(&example(&format!("{name}.crl"))).expect("a list");
            let public = own.public_key().expect("a key");
            accepts_signature(&judge, &public, list.tbs(), list.signature());
            judged += 1;
        }
    }
    assert!(judged > 20, "{judged}");
}

#[test]
fn whole_certificates_and_lists_hold_there() {
    let Some(judge) = Judge::gmsm() else { return };
    let (ca, root) = (openssl::certificate("sm2/ca"), certificate("sm-root"));
    judge.put("issuer", ca.der());
    for name in ["sm2/ca", "sm2/leaf", "sm2/tsa", "sm2/ocsp"] {
        let mut octets = openssl::certificate(name).der().to_vec();
        judge.put("certificate", &octets);
        judge.accepts("verify-certificate certificate issuer");
        *octets.last_mut().expect("not empty") ^= 1;
        judge.put("certificate", &octets);
        judge.refuses("verify-certificate certificate issuer");
    }
    judge.put("issuer", root.der());
    judge.put("certificate", root.der());
    judge.accepts("verify-certificate certificate issuer");
    judge.put("list", &example("sm-root.crl"));
    judge.accepts("verify-list list issuer");
    judge.put("list", &example("sm-ca.crl"));
    judge.refuses("verify-list list issuer");
}

#[test]
fn messages_of_gbt_35275_go_both_ways() {
    let Some(judge) = Judge::gmsm() else { return };
    let name = "sm2/leaf";
    let own = openssl::certificate(name);
    let draft = NationalDraft::new(MESSAGE, &own, SM2).expect("its own key");
    let signature = sign(&openssl::key(name, SM2), draft.to_be_signed());
    judge.put("content", MESSAGE);
    judge.put("message", &draft.finish(&signature, &[own.der()]));
    judge.accepts("verify-message message content");
    judge.put("content", b"another");
    judge.refuses("verify-message message content");
    let draft = NationalDraft::new(b"another", &own, SM2).expect("its own key");
    judge.put("message", &draft.finish(&signature, &[own.der()]));
    judge.refuses("verify-message message content");

    judge.put("content", MESSAGE);
    judge.put("certificate", own.der());
    judge.put("key", &openssl::pkcs8(name));
    let public = own.public_key().expect("a key");
    for command in ["make-message", "make-bare-message"] {
        judge.accepts(&format!("{command} certificate key content theirs"));
        let theirs = SignedData::parse_national(&judge.get("theirs")).expect("a message");
        assert_eq!(theirs.content(), Some(MESSAGE));
        assert_eq!(theirs.inspect(Form::National), [], "{command}");
        let signer = theirs.signer().expect("one signer");
        assert_eq!(signer.check_content(&public, MESSAGE), Ok(()), "{command}");
        assert!(signer.check_content(&public, b"another").is_err());
    }
}

#[test]
fn seals_and_seal_signatures_hold_there() {
    let Some(judge) = Judge::gmsm() else { return };
    let signer = "sm-seal-990102-SPZYZ-01";
    let (maker, signers) = (certificate("sm-maker"), [certificate(signer)]);
    let image = Image {
        format: "PNG".to_owned(),
        octets: vec![0x89; 600],
        width: 40,
        height: 40,
    };
    for (edition, listing) in [
        (Edition::V1, Listing::Certificates),
        (Edition::V4, Listing::Certificates),
        (Edition::V4, Listing::Digests),
    ] {
        let draft = Draft {
            edition,
            vendor: "TEST",
            id: "9901020000018",
            kind: KIND_ORGANISATION,
            name: "临溪市行政审批专用章",
            signers: &signers,
            listing,
            dates: [AT - Duration::DAY, AT - Duration::DAY, AT + Duration::DAY],
            image: &image,
        };
        let prepared = draft.prepare(&maker, SM2).expect("a draft");
        let octets = prepared.to_be_signed();
        let made = sign(&key("sm-maker"), &octets);
        let own = prepared.finish(&made).expect("a seal");
        let public = maker.public_key().expect("a key");
        accepts_signature(&judge, &public, &octets, own.signature());
        let digest = Digest::of(SM2.digest(), MESSAGE);
        let usage = Usage {
            seal: &own,
            time: AT,
            digest: &digest,
            property: "/Doc_0/Signs/Sign_0/Signature.xml",
        };
        let prepared = usage.prepare(&signers[0], SM2).expect("a use");
        let made = sign(&key(signer), prepared.to_be_signed());
        let sealed = prepared.finish(&made, None).expect("a seal signature");
        let public = signers[0].public_key().expect("a key");
        accepts_signature(&judge, &public, sealed.signed(), sealed.signature());
        assert_eq!(sealed.seal().edition(), edition);
    }
}
