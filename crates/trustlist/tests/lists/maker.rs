//! Lists, made and changed: keys of this run, certificates of the example hierarchy.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::{
    Authorisation, Input, KeyAlgorithm, KeyId, KeyUse, Signature, Signer as _, SoftwareSigner,
    SystemRandom, generate_pkcs8, sha256,
};
use pki::Certificate;
use pki::certificate::SerialNumber;
use pki::hierarchy::Hierarchy;
use pki::path::Purpose;
use pki::profile::{Draft, Issuer};
use time::UtcDateTime;
use time::macros::utc_datetime;
use trustlist::{ListDraft, Provider, ReadList, Scheme, Texts, TrustedList, published};

const DECLARATION: &str = include_str!("../../../../keys-example/hierarchy.toml");

/// When lists are issued.
pub(crate) const ISSUED: UtcDateTime = utc_datetime!(2026-06-01 0:00);
/// Until when they are to be relied on.
pub(crate) const NEXT: UtcDateTime = utc_datetime!(2026-11-01 0:00);
/// The key that signs lists.
pub(crate) const SIGNER: &str = "trust";

struct Made {
    keys: BTreeMap<String, SoftwareSigner>,
    certificates: BTreeMap<String, Certificate>,
}

static MADE: LazyLock<Made> = LazyLock::new(Made::new);

pub(crate) fn certificate(name: &str) -> Certificate {
    MADE.certificates.get(name).expect("declared").clone()
}

pub(crate) fn sign(name: &str, message: &[u8]) -> Signature {
    sign_with(MADE.keys.get(name).expect("declared"), message)
}

fn sign_with(key: &SoftwareSigner, message: &[u8]) -> Signature {
    let id = KeyId::parse("test").expect("a name");
    let under = Authorisation::journalled(id, KeyUse::Certificates, message, ISSUED);
    key.sign(Input::Message(message), &under)
        .expect("a software key signs")
}

fn fresh() -> SoftwareSigner {
    let pkcs8 = generate_pkcs8(KeyAlgorithm::EcP256, &SystemRandom::new()).expect("a key");
    SoftwareSigner::from_pkcs8(&pkcs8, None).expect("a good key")
}

fn finish(draft: Draft, key: &SoftwareSigner) -> Certificate {
    let throw_away = sign_with(&fresh(), draft.to_be_signed());
    let linted = draft.lint(&throw_away).expect("no finding");
    let signature = sign_with(key, linted.to_be_signed());
    linted.finish(&signature).expect("a certificate")
}

impl Made {
    /// The international half of the declared hierarchy.
    fn new() -> Made {
        let hierarchy = Hierarchy::parse(DECLARATION).expect("a hierarchy");
        let (mut keys, mut certificates) = (BTreeMap::new(), BTreeMap::new());
        for (place, entry) in hierarchy.entries().iter().enumerate() {
            let name = entry.key.to_string();
            if entry.algorithm != KeyAlgorithm::EcP256 && entry.algorithm != KeyAlgorithm::EcP384 {
                continue;
            }
            let pkcs8 = generate_pkcs8(entry.algorithm, &SystemRandom::new()).expect("a key");
            let own = SoftwareSigner::from_pkcs8(&pkcs8, None).expect("a good key");
            let public = own.public_key().clone();
            keys.insert(name.clone(), own);
            let above = entry.issuer.to_string();
            let key: &SoftwareSigner = keys.get(&above).expect("made before");
            let issuer = match certificates.get(&above) {
                Some(above) => Issuer::of(above, key.algorithm()).expect("a key"),
                None => entry.as_issuer(public.clone(), key.algorithm()),
            };
            let serial = SerialNumber::from_random([u8::try_from(place + 1).expect("few"); 16]);
            let draft = entry.prepare(&public, serial, &issuer).expect("a draft");
            let made = finish(draft, key);
            certificates.insert(name, made);
        }
        Made { keys, certificates }
    }
}

pub(crate) fn texts(text: &str) -> Texts {
    vec![("zh".to_owned(), text.to_owned())]
}

pub(crate) fn scheme() -> Scheme {
    let address = ["政务路 1 号", "临溪市", "临江省", "CN"];
    Scheme {
        operator: vec![
            ("zh".to_owned(), "临溪市行政审批服务局".to_owned()),
            ("en".to_owned(), "Linxi Approval Bureau".to_owned()),
        ],
        name: vec![("en".to_owned(), "CN:Trust of Linxi".to_owned())],
        territory: "CN".to_owned(),
        address: address.map(str::to_owned),
        contacts: vec![
            "mailto:trust@linxi.example".to_owned(),
            "https://linxi.example/trust".to_owned(),
        ],
        information: "https://linxi.example/trust/about".to_owned(),
        rules: "https://linxi.example/trust/rules".to_owned(),
        policy: "https://linxi.example/trust/policy".to_owned(),
    }
}

pub(crate) fn draft() -> ListDraft {
    let purposes = [Purpose::DocumentSigning, Purpose::TimeStamping];
    let services = published(&texts("根"), &certificate("root"), &purposes, ISSUED, None);
    ListDraft {
        scheme: scheme(),
        sequence: 7,
        issued_at: ISSUED,
        next_update: NEXT,
        pointers: Vec::new(),
        providers: vec![Provider {
            name: texts("临溪市行政审批服务局"),
            trade_names: vec![("en".to_owned(), "NTRCN-11990102FAKE000485".to_owned())],
            services,
        }],
    }
}

/// The first provider of a draft.
pub(crate) fn first(draft: &mut ListDraft) -> &mut Provider {
    draft.providers.first_mut().expect("a provider")
}

pub(crate) fn signed_by(draft: &ListDraft, name: &str) -> String {
    let algorithm = MADE.keys.get(name).expect("declared").algorithm();
    let prepared = draft
        .prepare(&certificate(name), algorithm, draft.issued_at)
        .expect("in order");
    let signature = sign(name, prepared.to_be_signed());
    let octets = prepared.finish(&signature).expect("of this algorithm");
    String::from_utf8(octets).expect("text")
}

pub(crate) fn signed(draft: &ListDraft) -> String {
    signed_by(draft, SIGNER)
}

pub(crate) fn read(text: &str) -> Result<TrustedList, ReadList> {
    TrustedList::parse(text.as_bytes(), &[certificate("root"), certificate(SIGNER)])
}

/// One text for another, which has to be there.
pub(crate) fn put(text: &str, old: &str, new: &str) -> String {
    assert!(text.contains(old), "{old} is in {text}");
    text.replacen(old, new, 1)
}

/// What lies between two marks, both included.
pub(crate) fn piece<'t>(text: &'t str, begin: &str, end: &str) -> &'t str {
    let from = text.find(begin).expect("begins");
    let length = text[from..].find(end).expect("ends") + end.len();
    &text[from..from + length]
}

/// The exclusive canonical form of a document's root.
fn canonical(text: &str) -> Vec<u8> {
    let rules = xml::Rules {
        octets: 1 << 20,
        depth: 64,
        nodes: 100_000,
        attributes: 64,
        declarations: 64,
        utf16: false,
        mixed: true,
        ordered: true,
        identifiers: false,
    };
    let tree = xml::parse(text.as_bytes(), &rules).expect("well-formed");
    xml::canonical(&tree, None, 1 << 20).expect("short")
}

/// The list with the digests of what it now is: as an attacker with the signer's hand would have it.
pub(crate) fn digested(text: &str) -> String {
    let signature = piece(text, "<ds:Signature", "</ds:Signature>");
    let bare = text.replacen(signature, "", 1);
    let canonical = canonical(&bare);
    let old = piece(text, "<ds:DigestValue>", "</ds:DigestValue>");
    let value = STANDARD.encode(sha256(&canonical));
    put(
        text,
        old,
        &format!("<ds:DigestValue>{value}</ds:DigestValue>"),
    )
}

/// The list signed again over what its `SignedInfo` now is.
pub(crate) fn resigned(text: &str, name: &str) -> String {
    let information = piece(text, "<ds:SignedInfo>", "</ds:SignedInfo>");
    let alone = put(
        information,
        "<ds:SignedInfo>",
        "<ds:SignedInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">",
    );
    let message = canonical(&alone);
    let width = if name == "root" { 48 } else { 32 };
    let fixed = sign(name, &message).to_fixed(width).expect("two integers");
    let old = piece(text, "<ds:SignatureValue>", "</ds:SignatureValue>");
    let value = STANDARD.encode(fixed);
    put(
        text,
        old,
        &format!("<ds:SignatureValue>{value}</ds:SignatureValue>"),
    )
}
