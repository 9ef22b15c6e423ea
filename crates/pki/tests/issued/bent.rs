//! A chain whose every part can be bent: each certificate is put together again and signed with the right key.

use asn1::{Oid, Reader, Tag, write};
use crypto::{Signer as _, SoftwareSigner};
use pki::certificate::{Certificate, Validity};
use pki::crl::{Crl, Revoked};
use pki::extension::Extension;
use pki::name::Name;
use pki::path::{
    Anchor, AnchorPurposes, AnchorRules, Budget, Chain, PathError, PolicyDemand, Purpose, Question,
    StatusDemand, StatusMaterial, Strength, validate,
};
use pki::profile::Profile;
use time::UtcDateTime;

use super::forge::{AT, Hierarchy, key, sign};

/// A certificate in parts.
#[derive(Clone)]
pub(crate) struct Bent {
    pub(crate) version: Vec<u8>,
    pub(crate) serial: Vec<u8>,
    pub(crate) algorithm_inside: Vec<u8>,
    pub(crate) algorithm_outside: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) validity: Vec<u8>,
    pub(crate) subject: Vec<u8>,
    pub(crate) key: Vec<u8>,
    pub(crate) identifiers: Vec<u8>,
    pub(crate) extensions: Vec<Vec<u8>>,
    pub(crate) trailing: Vec<u8>,
}

impl Bent {
    pub(crate) fn of(certificate: &Certificate) -> Self {
        Self {
            version: write::context(0, [write::unsigned(2)]),
            serial: write::integer(certificate.serial().octets()),
            algorithm_inside: certificate.algorithm_der().to_vec(),
            algorithm_outside: certificate.algorithm_der().to_vec(),
            issuer: certificate.issuer().der().to_vec(),
            validity: period(certificate.validity()),
            subject: certificate.subject().der().to_vec(),
            key: certificate.spki().to_vec(),
            identifiers: Vec::new(),
            extensions: certificate.extensions().map(|one| one.encode()).collect(),
            trailing: Vec::new(),
        }
    }

    /// Puts an extension in the place of the one of its kind, or behind all others.
    pub(crate) fn set(&mut self, oid: Oid, critical: bool, value: &[u8]) {
        let made = Extension {
            oid,
            critical,
            value,
        }
        .encode();
        let place = self.extensions.iter().position(|one| kind(one) == oid);
        match place {
            Some(place) => self.extensions[place] = made,
            None => self.extensions.push(made),
        }
    }

    pub(crate) fn remove(&mut self, oid: Oid) {
        self.extensions.retain(|one| kind(one) != oid);
    }

    pub(crate) fn name(&mut self, attributes: &[(Oid, &str)]) {
        self.subject = Name::of(attributes).expect("a name").der().to_vec();
    }

    pub(crate) fn valid(&mut self, from: UtcDateTime, last: UtcDateTime) {
        self.validity = period(Validity { from, last });
    }

    pub(crate) fn certified(&mut self, key: &SoftwareSigner) {
        self.key = key.public_key().spki().to_vec();
    }

    pub(crate) fn tbs(&self) -> Vec<u8> {
        let extensions = if self.extensions.is_empty() {
            Vec::new()
        } else {
            write::context(3, [write::sequence(&self.extensions)])
        };
        write::sequence([
            &self.version,
            &self.serial,
            &self.algorithm_inside,
            &self.issuer,
            &self.validity,
            &self.subject,
            &self.key,
            &self.identifiers,
            &extensions,
        ])
    }

    pub(crate) fn encode(&self, key: &SoftwareSigner) -> Vec<u8> {
        let tbs = self.tbs();
        let signature = write::bit_string(sign(key, &tbs).bytes());
        let mut out = write::sequence([&tbs, &self.algorithm_outside, &signature]);
        out.extend_from_slice(&self.trailing);
        out
    }

    pub(crate) fn finish(&self, key: &SoftwareSigner) -> Certificate {
        Certificate::parse(&self.encode(key)).expect("a certificate")
    }
}

fn period(validity: Validity) -> Vec<u8> {
    write::sequence([write::time(validity.from), write::time(validity.last)])
}

fn kind(extension: &[u8]) -> Oid {
    Reader::single(extension, Tag::SEQUENCE)
        .and_then(|all| all.reader()?.oid())
        .expect("an extension")
}

/// A question over root, CA and leaf that is answered with a chain, until something is bent.
pub(crate) struct Scene {
    pub(crate) world: Hierarchy,
    pub(crate) root: Bent,
    pub(crate) ca: Bent,
    pub(crate) leaf: Bent,
    /// Who signs the leaf.
    pub(crate) signer: SoftwareSigner,
    /// More candidates.
    pub(crate) more: Vec<Certificate>,
    pub(crate) purpose: Purpose,
    pub(crate) at: UtcDateTime,
    pub(crate) policies: PolicyDemand<'static>,
    pub(crate) strength: Strength<'static>,
    pub(crate) demand: StatusDemand,
    pub(crate) lists: Vec<Crl>,
    pub(crate) purposes: AnchorPurposes,
    pub(crate) rules: AnchorRules,
    pub(crate) trusted: (Option<UtcDateTime>, Option<UtcDateTime>),
    /// Authorities that the anchor may have below it, by who trusts it.
    pub(crate) room: Option<usize>,
    pub(crate) budget: Budget,
}

impl Scene {
    /// A seal, and the lists of both authorities.
    pub(crate) fn new() -> Self {
        let world = Hierarchy::new();
        let lists = vec![world.root_list(&[]), world.ca_list(&[])];
        Self {
            root: Bent::of(&world.root),
            ca: Bent::of(&world.ca),
            leaf: Bent::of(&world.leaf(Profile::SEAL)),
            signer: key(2),
            more: Vec::new(),
            purpose: Purpose::DocumentSigning,
            at: AT,
            policies: PolicyDemand::default(),
            strength: Strength::default(),
            demand: StatusDemand::Everything,
            lists,
            purposes: AnchorPurposes::Every,
            rules: AnchorRules::AsCertified,
            trusted: (None, None),
            room: None,
            budget: Budget::new(),
            world,
        }
    }

    pub(crate) fn judge(&self) -> Result<Chain, PathError> {
        let root = self.root.finish(&self.world.root_key);
        let mut candidates = vec![self.ca.finish(&self.world.root_key)];
        candidates.extend(self.more.iter().cloned());
        let leaf = self.leaf.finish(&self.signer);
        let anchor = Anchor::of(root)
            .expect("a key")
            .with_rules(self.rules)
            .with_purposes(self.purposes.clone())
            .within(self.trusted.0, self.trusted.1);
        let anchor = match self.room {
            Some(room) => anchor.with_path_length(room),
            None => anchor,
        };
        let question = Question {
            purpose: self.purpose,
            at: self.at,
            policies: self.policies,
            strength: self.strength,
            status: StatusMaterial {
                demand: self.demand,
                now: AT,
                lists: &self.lists,
                answers: None,
            },
        };
        validate(
            &leaf,
            &candidates,
            &[anchor],
            &question,
            &mut self.budget.clone(),
        )
    }

    /// The fault's code and place, or `good`.
    pub(crate) fn outcome(&self) -> (&'static str, Option<usize>) {
        match self.judge() {
            Ok(_) => ("good", None),
            Err(error) => (error.fault.code(), error.fault.at()),
        }
    }

    /// Lists with these entries.
    pub(crate) fn revoke(&mut self, by_root: &[Revoked], by_ca: &[Revoked]) {
        self.lists = vec![self.world.root_list(by_root), self.world.ca_list(by_ca)];
    }
}

/// What is bent, what is found then, and where.
pub(crate) type Mutation = (&'static str, &'static str, Option<usize>, fn(&mut Scene));

/// Bends one thing after the other.
pub(crate) fn refuse(mutations: &[Mutation]) {
    assert_eq!(Scene::new().outcome(), ("good", None));
    let mut wrong = Vec::new();
    for (name, code, at, bend) in mutations {
        let mut scene = Scene::new();
        bend(&mut scene);
        let found = scene.outcome();
        if found != (*code, *at) {
            wrong.push(format!("{name}: {found:?} instead of {code} {at:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
