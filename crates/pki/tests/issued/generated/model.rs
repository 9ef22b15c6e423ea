//! Certificates as data, and their octets: written here part by part, so that every fault can stand in them.

use asn1::{Oid, write};
use crypto::{Signer as _, SoftwareSigner};
use pki::certificate::Certificate;
use pki::extension::{Extension, KeyUsage, PolicyInformation, Purposes};
use pki::identifiers as id;
use time::{Duration, UtcDateTime};

use super::names::{Dn, Named, Sub};
use crate::issued::forge::{AT, FIRST, LAST, key, sign};

/// Ed25519 (RFC 8410 3).
const ED25519: Oid = Oid::of(&[1, 3, 101, 112]);
/// A critical extension that nobody knows.
pub(crate) const UNKNOWN: Oid = Oid::of(&[1, 3, 6, 1, 4, 1, 99_999, 1]);

/// Keys by number.
pub(crate) struct Keys(Vec<SoftwareSigner>);

impl Keys {
    pub(crate) fn new() -> Self {
        Self((0..12).map(|number| key(300 + number)).collect())
    }

    pub(crate) fn public(&self, number: usize) -> crypto::PublicKey {
        self.0[number].public_key().clone()
    }
}

/// When a certificate is valid, seen from the moment that is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Time {
    Now,
    /// Its last moment is the one before.
    Past,
    /// Its first moment is the one after.
    Future,
    /// This moment alone.
    Moment,
}

impl Time {
    fn period(self) -> (UtcDateTime, UtcDateTime) {
        match self {
            Self::Now => (FIRST, LAST),
            Self::Past => (FIRST, AT - Duration::SECOND),
            Self::Future => (AT + Duration::SECOND, LAST),
            Self::Moment => (AT, AT),
        }
    }
}

/// Which key identifier of the issuer is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Right,
    Wrong,
    None,
}

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cert {
    pub(crate) subject: Dn,
    pub(crate) issuer: Dn,
    /// The number of the key that is certified.
    pub(crate) key: usize,
    /// The number of the key that signs.
    pub(crate) signer: usize,
    pub(crate) told: Told,
    pub(crate) time: Time,
    /// cA of basicConstraints; without it the extension is absent.
    pub(crate) authority: Option<bool>,
    pub(crate) length: Option<u8>,
    pub(crate) usage: Option<KeyUsage>,
    pub(crate) purposes: Option<Vec<Oid>>,
    pub(crate) permitted: Vec<Sub>,
    pub(crate) excluded: Vec<Sub>,
    pub(crate) names: Vec<Named>,
    pub(crate) policies: Vec<Oid>,
    pub(crate) mappings: Vec<(Oid, Oid)>,
    pub(crate) explicit: Option<u8>,
    pub(crate) no_mapping: Option<u8>,
    pub(crate) no_any: Option<u8>,
    pub(crate) unknown: bool,
}

impl Cert {
    /// An authority of this name and key, certified by the one of that name and key.
    pub(crate) fn authority(own: (&Dn, usize), by: (&Dn, usize)) -> Self {
        Self {
            subject: own.0.clone(),
            issuer: by.0.clone(),
            key: own.1,
            signer: by.1,
            told: Told::Right,
            time: Time::Now,
            authority: Some(true),
            length: None,
            usage: Some(KeyUsage::KEY_CERT_SIGN.and(KeyUsage::CRL_SIGN)),
            purposes: None,
            permitted: Vec::new(),
            excluded: Vec::new(),
            names: Vec::new(),
            policies: Vec::new(),
            mappings: Vec::new(),
            explicit: None,
            no_mapping: None,
            no_any: None,
            unknown: false,
        }
    }

    /// A signer of documents.
    pub(crate) fn leaf(own: (&Dn, usize), by: (&Dn, usize)) -> Self {
        Self {
            authority: None,
            usage: Some(KeyUsage::NON_REPUDIATION),
            purposes: Some(vec![id::DOCUMENT_SIGNING]),
            ..Self::authority(own, by)
        }
    }

    /// RFC 5280 6.1: the same name as subject and issuer.
    pub(crate) fn self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    /// The certificate with this serial number.
    pub(crate) fn make(&self, serial: u8, keys: &Keys) -> Certificate {
        let algorithm = write::sequence([write::oid(&ED25519)]);
        let (from, last) = self.time.period();
        let tbs = write::sequence([
            write::context(0, [write::unsigned(2)]),
            write::integer(&[0x40, serial]),
            algorithm.clone(),
            self.issuer.name().der().to_vec(),
            write::sequence([write::time(from), write::time(last)]),
            self.subject.name().der().to_vec(),
            keys.public(self.key).spki().to_vec(),
            write::context(3, [write::sequence(self.extensions(keys))]),
        ]);
        let signature = write::bit_string(sign(&keys.0[self.signer], &tbs).bytes());
        let der = write::sequence([tbs, algorithm, signature]);
        Certificate::parse(&der).expect("a certificate")
    }

    fn extensions(&self, keys: &Keys) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        let mut add = |oid, critical, value: Vec<u8>| {
            let value = value.as_slice();
            out.push(
                Extension {
                    oid,
                    critical,
                    value,
                }
                .encode(),
            );
        };
        let identifier = |number| crypto::sha256(keys.public(number).spki())[..20].to_vec();
        let told = match self.told {
            Told::Right => Some(identifier(self.signer)),
            Told::Wrong => Some(vec![7; 20]),
            Told::None => None,
        };
        if let Some(told) = told {
            let value = write::sequence([write::context_primitive(0, &told)]);
            add(id::AUTHORITY_KEY_IDENTIFIER, false, value);
        }
        let own = write::octet_string(&identifier(self.key));
        add(id::SUBJECT_KEY_IDENTIFIER, false, own);
        if let Some(authority) = self.authority {
            let flag = if authority {
                write::boolean(true)
            } else {
                Vec::new()
            };
            let length = self.length.map(|length| write::unsigned(length.into()));
            let value = write::sequence([flag, length.unwrap_or_default()]);
            add(id::BASIC_CONSTRAINTS, true, value);
        }
        if let Some(usage) = self.usage {
            add(id::KEY_USAGE, true, usage.encode());
        }
        if let Some(purposes) = &self.purposes {
            let value = Purposes(purposes.clone()).encode();
            add(id::EXTENDED_KEY_USAGE, false, value);
        }
        if !self.names.is_empty() {
            let value = write::sequence(self.names.iter().map(Named::encode));
            add(id::SUBJECT_ALT_NAME, false, value);
        }
        if self.is_constrained() {
            add(id::NAME_CONSTRAINTS, true, self.constraints());
        }
        if self.unknown {
            add(UNKNOWN, true, write::null());
        }
        out.extend(self.of_policies());
        out
    }

    fn is_constrained(&self) -> bool {
        !self.permitted.is_empty() || !self.excluded.is_empty()
    }

    fn constraints(&self) -> Vec<u8> {
        let list = |number, subtrees: &[Sub]| {
            if subtrees.is_empty() {
                return Vec::new();
            }
            let bases = subtrees.iter().map(|one| write::sequence([one.encode()]));
            write::context(number, bases)
        };
        write::sequence([list(0, &self.permitted), list(1, &self.excluded)])
    }

    fn of_policies(&self) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        let mut add = |oid, critical, value: Vec<u8>| {
            let value = value.as_slice();
            out.push(
                Extension {
                    oid,
                    critical,
                    value,
                }
                .encode(),
            );
        };
        if !self.policies.is_empty() {
            let value = PolicyInformation::encode_policies(&self.policies);
            add(id::CERTIFICATE_POLICIES, false, value);
        }
        if !self.mappings.is_empty() {
            let pairs = self.mappings.iter();
            let pairs =
                pairs.map(|(one, other)| write::sequence([write::oid(one), write::oid(other)]));
            add(id::POLICY_MAPPINGS, true, write::sequence(pairs));
        }
        if self.explicit.is_some() || self.no_mapping.is_some() {
            let skip = |number, skip: Option<u8>| {
                skip.map(|skip| write::context_primitive(number, &[skip]))
                    .unwrap_or_default()
            };
            let value = write::sequence([skip(0, self.explicit), skip(1, self.no_mapping)]);
            add(id::POLICY_CONSTRAINTS, true, value);
        }
        if let Some(skip) = self.no_any {
            add(id::INHIBIT_ANY_POLICY, true, write::unsigned(skip.into()));
        }
        out
    }
}
