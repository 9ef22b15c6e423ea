//! A small hierarchy made by our own profiles, its keys from fixed seeds.

use crypto::{
    Authorisation, Input, KeyAlgorithm, KeyId, KeyUse, SeededRandom, Signature, Signer,
    SoftwareSigner, SystemRandom, generate_pkcs8,
};
use pki::certificate::{Certificate, SerialNumber, Validity};
use pki::crl::{Coverage, Crl, CrlDraft, PreparedCrl, Revoked};
use pki::name::Name;
use pki::path::Anchor;
use pki::profile::{
    Addresses, Draft, Issuer, LegalPerson, NaturalPerson, Profile, Request, office,
};
use time::macros::utc_datetime;
use time::{Duration, UtcDateTime};

/// The moment that tests judge.
pub(crate) const AT: UtcDateTime = utc_datetime!(2026-11-22 4:00);
/// The first moment of the CA.
pub(crate) const FIRST: UtcDateTime = utc_datetime!(2024-01-01 0:00);
/// The last moment of the CA.
pub(crate) const LAST: UtcDateTime = utc_datetime!(2036-01-01 0:00);
/// Under which all is issued.
pub(crate) const POLICY: asn1::Oid =
    asn1::Oid::of(&[2, 25, 302_814_158_361_537_297_158_614_022_098_125_347_144]);
/// The address of the CA's list.
pub(crate) const CRL: &str = "http://ca.example/crl/0.crl";
/// What end entities carry.
pub(crate) const ADDRESSES: Addresses<'static> = Addresses {
    crl: Some(CRL),
    ocsp: Some("http://ca.example/ocsp"),
    issuer: Some("http://ca.example/ca.cer"),
};

/// The Ed25519 key of this number.
pub(crate) fn key(seed: u64) -> SoftwareSigner {
    seeded(KeyAlgorithm::Ed25519, seed)
}

/// The key of this kind, Ed25519 or SM2, and this number.
pub(crate) fn seeded(kind: KeyAlgorithm, seed: u64) -> SoftwareSigner {
    let pkcs8 = generate_pkcs8(kind, &SeededRandom::new(seed)).expect("a key");
    SoftwareSigner::from_pkcs8(&pkcs8, None).expect("a good key")
}

/// A fresh key of this kind.
pub(crate) fn key_of(kind: KeyAlgorithm) -> SoftwareSigner {
    let pkcs8 = generate_pkcs8(kind, &SystemRandom::new()).expect("a key");
    SoftwareSigner::from_pkcs8(&pkcs8, None).expect("a good key")
}

/// The serial number of this number.
pub(crate) fn serial(number: u8) -> SerialNumber {
    SerialNumber::from_random([number; 16])
}

pub(crate) fn sign(key: &SoftwareSigner, message: &[u8]) -> Signature {
    let id = KeyId::parse("forge").expect("a name");
    let under = Authorisation::journalled(id, KeyUse::Certificates, message, AT);
    key.sign(Input::Message(message), &under)
        .expect("a signature")
}

/// Lints and signs a draft.
pub(crate) fn finish(draft: Draft, key: &SoftwareSigner) -> Certificate {
    let throw_away = sign(&self::key(99), draft.to_be_signed());
    let linted = draft.lint(&throw_away).expect("no finding");
    let signature = sign(key, linted.to_be_signed());
    linted.finish(&signature).expect("a certificate")
}

/// A root, a CA below it, and their keys.
pub(crate) struct Hierarchy {
    pub(crate) root_key: SoftwareSigner,
    pub(crate) root: Certificate,
    pub(crate) ca_key: SoftwareSigner,
    pub(crate) ca: Certificate,
}

impl Hierarchy {
    pub(crate) fn new() -> Self {
        Self::of(KeyAlgorithm::Ed25519)
    }

    /// With keys of this kind.
    pub(crate) fn of(kind: KeyAlgorithm) -> Self {
        let (root_key, ca_key) = (seeded(kind, 1), seeded(kind, 2));
        let name = office("云洲省政务服务局", "示例根").expect("a name");
        let validity = Validity {
            from: FIRST,
            last: LAST,
        };
        let own = Issuer::without_certificate(
            name.clone(),
            root_key.public_key().clone(),
            root_key.algorithm(),
        );
        let request = Request {
            subject: &name,
            key: root_key.public_key(),
            serial: serial(201),
            validity,
            policies: &[],
            alternative_names: &[],
        };
        let draft = Profile::ROOT
            .prepare(&request, &own, &Addresses::default())
            .expect("a draft");
        let root = finish(draft, &root_key);
        let name = office("云洲省政务服务局", "示例签发").expect("a name");
        let request = Request {
            subject: &name,
            key: ca_key.public_key(),
            serial: serial(202),
            policies: &[POLICY],
            ..request
        };
        let addresses = Addresses {
            crl: Some("http://ca.example/root.crl"),
            ocsp: None,
            issuer: Some("http://ca.example/root.cer"),
        };
        let issuer = Issuer::of(&root, root_key.algorithm()).expect("a key");
        let draft = Profile::ISSUING_CA
            .prepare(&request, &issuer, &addresses)
            .expect("a draft");
        let ca = finish(draft, &root_key);
        Self {
            root_key,
            root,
            ca_key,
            ca,
        }
    }

    pub(crate) fn anchor(&self) -> Anchor {
        Anchor::of(self.root.clone()).expect("a key")
    }

    pub(crate) fn issuer(&self) -> Issuer {
        Issuer::of(&self.ca, self.ca_key.algorithm()).expect("a key")
    }

    /// An end entity of this profile, with serial number 10.
    pub(crate) fn leaf(&self, profile: Profile) -> Certificate {
        self.leaf_for(profile, &key(10))
    }

    /// The same about this key.
    pub(crate) fn leaf_for(&self, profile: Profile, key: &SoftwareSigner) -> Certificate {
        let subject = subject(profile);
        let request = Request {
            subject: &subject,
            key: key.public_key(),
            serial: serial(10),
            validity: Validity {
                from: AT - Duration::days(30),
                last: AT + Duration::days(300),
            },
            policies: &[POLICY],
            alternative_names: &[],
        };
        let draft = profile
            .prepare(&request, &self.issuer(), &ADDRESSES)
            .expect("a draft");
        finish(draft, &self.ca_key)
    }

    pub(crate) fn list_draft<'a>(&self, issuer: &'a Issuer) -> CrlDraft<'a> {
        CrlDraft {
            issuer,
            number: 1,
            this_update: AT - Duration::hours(1),
            next_update: AT + Duration::days(1),
            coverage: Coverage::Complete,
            expired_kept_since: None,
        }
    }

    pub(crate) fn sign_list(&self, prepared: PreparedCrl) -> Crl {
        let signature = sign(&self.ca_key, prepared.to_be_signed());
        prepared.finish(&signature).expect("a list")
    }

    /// The CA's list with these entries.
    pub(crate) fn ca_list(&self, entries: &[Revoked]) -> Crl {
        let issuer = self.issuer();
        let draft = self.list_draft(&issuer);
        self.sign_list(draft.prepare(entries.iter().copied()).expect("a draft"))
    }

    /// The root's list with these entries.
    pub(crate) fn root_list(&self, entries: &[Revoked]) -> Crl {
        let issuer = Issuer::of(&self.root, self.root_key.algorithm()).expect("a key");
        let draft = self.list_draft(&issuer);
        let prepared = draft.prepare(entries.iter().copied()).expect("a draft");
        let signature = sign(&self.root_key, prepared.to_be_signed());
        prepared.finish(&signature).expect("a list")
    }
}

/// A subject for this profile.
pub(crate) fn subject(profile: Profile) -> Name {
    const OFFICE: &str = "临溪市青石区行政审批服务局";
    let name = if profile == Profile::SEAL || profile == Profile::ENCRYPTION {
        LegalPerson {
            organization: OFFICE,
            credit_code: "11990102FAKE000485",
            seal_code: "990102-SPZYZ-01",
            common_name: "临溪市青石区行政审批服务局审批专用章",
        }
        .name()
    } else if profile == Profile::SIGNER {
        NaturalPerson {
            organization: OFFICE,
            credit_code: "11990102FAKE000485",
            surname: "何",
            given_name: "守正",
            identifier: "QSZWFW-0007",
        }
        .name()
    } else {
        office(OFFICE, profile.name)
    };
    name.expect("a name")
}
