//! The example hierarchy with keys of this run, its lists, answers and trust.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crypto::{
    Authorisation, Input, KeyAlgorithm, KeyId, KeyUse, PublicKey, Signature, SignatureAlgorithm,
    Signer as _, SoftwareSigner, SystemRandom, generate_pkcs8,
};
use evidence::ocsp::{Answer, CertificateId, Period, Signer, Status};
use pki::certificate::{Certificate, SerialNumber};
use pki::crl::{Coverage, CrlDraft, Revoked};
use pki::hierarchy::Hierarchy;
use pki::path::Purpose;
use pki::profile::{Draft, Issuer};
use time::macros::utc_datetime;
use time::{Duration, UtcDateTime};
use verify::{Bundle, BundleAnchor, BundleLog, Office, OfficeType, Trust};

const DECLARATION: &str = include_str!("../../../../keys-example/hierarchy.toml");

/// When the sample licences are sealed.
pub(crate) const SEALED: UtcDateTime = utc_datetime!(2026-06-10 8:42:10);
/// When they are looked at.
pub(crate) const AT: UtcDateTime = utc_datetime!(2026-06-10 12:00);
/// The seal of the bureau that issues the sample.
pub(crate) const SEAL: &str = "seal-990102-SPZYZ-01";
/// The bureau.
pub(crate) const OFFICE: &str = "11990102FAKE000485";
/// The type of the sample.
pub(crate) const FOOD: &str = "11990000FAKE00013G002";
/// The public log.
pub(crate) const ORIGIN: &str = "log.yinxin.example";

pub(crate) struct Made {
    pub(crate) keys: BTreeMap<String, SoftwareSigner>,
    pub(crate) certificates: BTreeMap<String, Certificate>,
    numbers: BTreeMap<KeyId, SerialNumber>,
    hierarchy: Hierarchy,
}

/// Made once for all tests of this program.
pub(crate) static MADE: LazyLock<Made> = LazyLock::new(Made::new);

pub(crate) fn certificate(name: &str) -> Certificate {
    MADE.certificates.get(name).expect("declared").clone()
}

pub(crate) fn signer(name: &str) -> &'static SoftwareSigner {
    MADE.keys.get(name).expect("declared")
}

pub(crate) fn algorithm(name: &str) -> SignatureAlgorithm {
    signer(name).algorithm()
}

pub(crate) fn sign(name: &str, message: &[u8]) -> Signature {
    sign_with(signer(name), message)
}

pub(crate) fn sign_with(key: &SoftwareSigner, message: &[u8]) -> Signature {
    let id = KeyId::parse("test").expect("a name");
    let under = Authorisation::journalled(id, KeyUse::Certificates, message, SEALED);
    key.sign(Input::Message(message), &under)
        .expect("a software key signs")
}

fn fresh(kind: KeyAlgorithm) -> SoftwareSigner {
    let pkcs8 = generate_pkcs8(kind, &SystemRandom::new()).expect("a key");
    SoftwareSigner::from_pkcs8(&pkcs8, None).expect("a good key")
}

pub(crate) fn finish(draft: Draft, key: &SoftwareSigner) -> Certificate {
    let throw_away = sign_with(&fresh(KeyAlgorithm::EcP256), draft.to_be_signed());
    let linted = draft.lint(&throw_away).expect("no finding");
    let signature = sign_with(key, linted.to_be_signed());
    linted.finish(&signature).expect("a certificate")
}

impl Made {
    fn new() -> Made {
        Made::of(DECLARATION)
    }

    /// A hierarchy with keys of this run.
    pub(crate) fn of(declaration: &str) -> Made {
        let hierarchy = Hierarchy::parse(declaration).expect("a hierarchy");
        let mut made = Made {
            keys: BTreeMap::new(),
            certificates: BTreeMap::new(),
            numbers: BTreeMap::new(),
            hierarchy: hierarchy.clone(),
        };
        for bare in hierarchy.bare_keys() {
            made.keys
                .insert(bare.key.to_string(), fresh(bare.algorithm));
        }
        for (place, entry) in hierarchy.entries().iter().enumerate() {
            let own = fresh(entry.algorithm);
            let public: PublicKey = own.public_key().clone();
            made.keys.insert(entry.key.to_string(), own);
            let above = entry.issuer.to_string();
            let key = made.keys.get(&above).expect("made before");
            let issuer = match made.certificates.get(&above) {
                Some(above) => Issuer::of(above, key.algorithm()).expect("a key"),
                None => entry.as_issuer(public.clone(), key.algorithm()),
            };
            let number = u8::try_from(place + 1).expect("few");
            let serial = SerialNumber::from_random([number; 16]);
            let draft = entry.prepare(&public, serial, &issuer).expect("a draft");
            let certificate = finish(draft, key);
            made.numbers.insert(entry.key.clone(), serial);
            made.certificates.insert(entry.key.to_string(), certificate);
        }
        made
    }
}

/// The list of an authority as of `this_update`, good for a week.
pub(crate) fn crl(issuer: &str, this_update: UtcDateTime) -> Vec<u8> {
    let id = KeyId::parse(issuer).expect("a name");
    let revoked = MADE
        .hierarchy
        .revoked_by(&id, &MADE.numbers)
        .into_iter()
        .filter(|revoked| revoked.since <= this_update);
    crl_of(issuer, this_update, revoked)
}

/// The same with these entries.
pub(crate) fn crl_of(
    issuer: &str,
    this_update: UtcDateTime,
    revoked: impl IntoIterator<Item = Revoked>,
) -> Vec<u8> {
    let own = Issuer::of(&certificate(issuer), algorithm(issuer)).expect("a key");
    let draft = CrlDraft {
        issuer: &own,
        number: 1,
        this_update,
        next_update: this_update + Duration::days(7),
        coverage: Coverage::Complete,
        expired_kept_since: Some(utc_datetime!(2025-01-01 0:00)),
    };
    let prepared = draft.prepare(revoked).expect("a list");
    let signature = sign(issuer, prepared.to_be_signed());
    prepared.finish(&signature).expect("a list").der().to_vec()
}

/// The responder's answer about a certificate of `ca`, good for two days.
pub(crate) fn ocsp(name: &str, status: Status, this_update: UtcDateTime) -> Vec<u8> {
    ocsp_of(name, (status, None), this_update)
}

/// The same with the moment since when the certificate was not to be relied upon.
pub(crate) fn ocsp_of(
    name: &str,
    told: (Status, Option<UtcDateTime>),
    this_update: UtcDateTime,
) -> Vec<u8> {
    let (ca, responder) = (certificate("ca"), certificate("ocsp"));
    let id = CertificateId::new(
        crypto::DigestAlgorithm::Sha256,
        &ca,
        certificate(name).serial(),
    );
    let period = Period {
        this_update,
        next_update: this_update + Duration::hours(48),
        archive_cutoff: Some(utc_datetime!(2025-01-01 0:00)),
    };
    let prepared = Answer::new(Signer::Delegate(&responder), algorithm("ocsp"), this_update)
        .about_invalid(&[&id], told, &period)
        .prepare()
        .expect("in order");
    let signature = sign("ocsp", prepared.to_be_signed());
    prepared.finish(&signature)
}

pub(crate) fn office(code: &str, kind: &str) -> Office {
    Office {
        code: code.to_owned(),
        name: "临溪市青石区行政审批服务局".to_owned(),
        from: None,
        until: None,
        types: vec![OfficeType {
            code: kind.to_owned(),
            from: None,
            until: None,
        }],
        under: Vec::new(),
    }
}

/// The content of the service's trust bundle.
pub(crate) fn bundle() -> Bundle {
    let log = tlog::NoteKey::ed25519(ORIGIN, signer("log").public_key()).expect("a key");
    Bundle {
        issued_at: SEALED - Duration::days(1),
        next_update: SEALED + Duration::days(3650),
        anchors: vec![BundleAnchor {
            certificate: certificate("root"),
            purposes: vec![
                Purpose::DocumentSigning,
                Purpose::TimeStamping,
                Purpose::Credential,
                Purpose::StatusList,
                Purpose::TrustBundle,
            ],
            from: None,
            until: None,
        }],
        certificates: ["ca", "credential", "status"].map(certificate).to_vec(),
        offices: vec![office(OFFICE, FOOD)],
        logs: vec![BundleLog {
            national_keys: Vec::new(),
            national_from: 0,
            origin: ORIGIN.to_owned(),
            keys: vec![log.vkey()],
            witnesses: Vec::new(),
            quorum: 0,
        }],
        time_stamp_policies: vec!["1.3.6.1.4.1.55555.1".to_owned()],
    }
}

pub(crate) fn trust() -> Trust {
    Trust::of(&bundle()).expect("a good bundle")
}
