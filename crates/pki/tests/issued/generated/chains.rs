//! One chain each: a single fault in every place, then many of them drawn, and policies of every kind.

use asn1::Oid;
use pki::extension::KeyUsage;
use pki::identifiers as id;
use pki::path::{PolicyDemand, Purpose};

use super::model::{Cert, Time, Told};
use super::names::{Dn, Named, Sub};
use super::oracle::{Case, Trusted};
use super::{Dice, judge_all};

const A: Oid = Oid::of(&[1, 3, 6, 1, 4, 1, 99_999, 101]);
const B: Oid = Oid::of(&[1, 3, 6, 1, 4, 1, 99_999, 102]);
const C: Oid = Oid::of(&[1, 3, 6, 1, 4, 1, 99_999, 103]);
const ANY: Oid = id::ANY_POLICY;

const NAMES: [&[&str]; 5] = [
    &["Root"],
    &["Office", "One"],
    &["Office", "Two"],
    &["Office", "Three"],
    &["Office", "Four"],
];

/// The anchor's certificate.
pub(crate) fn root() -> Trusted {
    let name = Dn::of(NAMES[0]);
    Trusted {
        cert: Cert::authority((&name, 0), (&name, 0)),
        as_certified: true,
        for_this: true,
        at_this: true,
    }
}

/// A chain of so many authorities between anchor and leaf, the uppermost first among the others.
pub(crate) fn chain(authorities: usize) -> Case {
    let name = |level: usize| Dn::of(NAMES[level]);
    let others = (1..=authorities)
        .map(|level| Cert::authority((&name(level), level), (&name(level - 1), level - 1)))
        .collect();
    let leaf = Dn::of(&["Office", "Seals", "No. 1"]);
    Case {
        leaf: Cert::leaf((&leaf, 9), (&name(authorities), authorities)),
        others,
        trusted: vec![root()],
        purpose: Purpose::DocumentSigning,
        policies: PolicyDemand::default(),
    }
}

/// The certificate at this height: the leaf at 0, the anchor's above all others.
fn at(case: &mut Case, height: usize) -> &mut Cert {
    let above = case.others.len();
    match height {
        0 => &mut case.leaf,
        height if height <= above => &mut case.others[above - height],
        _ => &mut case.trusted[0].cert,
    }
}

type Bend = (&'static str, fn(&mut Cert));

/// What one certificate can be; of an authority, of a leaf, of both.
const BENDS: &[Bend] = &[
    ("as it is", |_| {}),
    ("expired", |cert| cert.time = Time::Past),
    ("not yet valid", |cert| cert.time = Time::Future),
    ("valid this second", |cert| cert.time = Time::Moment),
    ("no basicConstraints", |cert| cert.authority = None),
    ("cA false", |cert| cert.authority = Some(false)),
    ("room for none", |cert| {
        cert.length = cert.authority.map(|_| 0)
    }),
    ("room for one", |cert| {
        cert.length = cert.authority.map(|_| 1)
    }),
    ("no keyUsage", |cert| cert.usage = None),
    ("cRLSign alone", |cert| {
        cert.usage = Some(KeyUsage::CRL_SIGN)
    }),
    ("keyEncipherment alone", |cert| {
        cert.usage = Some(KeyUsage::KEY_ENCIPHERMENT);
    }),
    ("digitalSignature alone", |cert| {
        cert.usage = Some(KeyUsage::DIGITAL_SIGNATURE);
    }),
    ("no purposes", |cert| cert.purposes = None),
    ("any purpose", |cert| {
        cert.purposes = Some(vec![id::ANY_PURPOSE])
    }),
    ("servers alone", |cert| {
        cert.purposes = Some(vec![id::SERVER_AUTH])
    }),
    ("documents and stamps", |cert| {
        cert.purposes = Some(vec![id::DOCUMENT_SIGNING, id::TIME_STAMPING]);
    }),
    ("unknown critical extension", |cert| cert.unknown = true),
    ("another key signed", |cert| cert.signer = 11),
    ("wrong key identifier of the issuer", |cert| {
        cert.told = Told::Wrong
    }),
    ("no key identifier of the issuer", |cert| {
        cert.told = Told::None
    }),
    ("of an issuer that nobody knows", |cert| {
        cert.issuer = Dn::of(&["Nobody"])
    }),
    ("permits the office", |cert| {
        cert.permitted = vec![Sub::Directory(Dn::of(&["office"]))];
    }),
    ("permits another office", |cert| {
        cert.permitted = vec![Sub::Directory(Dn::of(&["Office of Others"]))];
    }),
    ("excludes seals", |cert| {
        cert.excluded = vec![Sub::Directory(Dn::of(&["Office", "Seals"]))];
    }),
    ("is self-issued", |cert| cert.subject = cert.issuer.clone()),
];

const PURPOSES: [Purpose; 4] = [
    Purpose::DocumentSigning,
    Purpose::TimeStamping,
    Purpose::OcspSigning,
    Purpose::ServerAuthentication,
];

#[test]
fn one_fault_in_each_place_of_a_chain_is_what_the_oracle_says() {
    let mut cases = Vec::new();
    for authorities in [0, 1, 3] {
        for (name, bend) in BENDS {
            for height in 0..=authorities + 1 {
                for as_certified in [true, false] {
                    let mut case = chain(authorities);
                    case.trusted[0].as_certified = as_certified;
                    bend(at(&mut case, height));
                    let name = format!("{name}, {height} of {authorities}, {as_certified}");
                    cases.push((name, case));
                }
            }
        }
    }
    judge_all(
        cases,
        (450, 200),
        &[
            "path.critical-extension",
            "path.encryption-certificate",
            "path.expired",
            "path.key-usage",
            "path.length",
            "path.name-excluded",
            "path.name-not-permitted",
            "path.no-issuer",
            "path.not-an-authority",
            "path.not-yet-valid",
            "path.purpose",
            "path.signature-differs",
        ],
    );
}

#[test]
fn faults_drawn_into_chains_are_what_the_oracle_says() {
    let cases = (0..400).map(|seed| {
        let mut dice = Dice(seed);
        let authorities = dice.roll(5);
        let mut case = chain(authorities);
        case.purpose = *dice.pick(&PURPOSES);
        let serves = match case.purpose {
            Purpose::TimeStamping => id::TIME_STAMPING,
            Purpose::OcspSigning => id::OCSP_SIGNING,
            Purpose::ServerAuthentication => id::SERVER_AUTH,
            _ => id::DOCUMENT_SIGNING,
        };
        case.leaf.purposes = Some(vec![serves]);
        case.leaf.usage = Some(KeyUsage::DIGITAL_SIGNATURE);
        case.trusted[0].as_certified = !dice.once_in(3);
        case.trusted[0].for_this = !dice.once_in(24);
        case.trusted[0].at_this = !dice.once_in(24);
        for height in 0..=authorities + 1 {
            if dice.once_in(5) {
                let (_, bend) = dice.pick(BENDS);
                bend(at(&mut case, height));
            }
            if dice.once_in(6) {
                let cert = at(&mut case, height);
                cert.names = vec![Named::Dns("a.office.example")];
                cert.permitted.push(Sub::Dns("office.example"));
            }
        }
        (format!("seed {seed}"), case)
    });
    judge_all(
        cases,
        (400, 80),
        &[
            "path.anchor-period",
            "path.anchor-purpose",
            "path.critical-extension",
            "path.expired",
            "path.key-usage",
            "path.length",
            "path.name-excluded",
            "path.name-not-permitted",
            "path.no-issuer",
            "path.not-an-authority",
            "path.not-yet-valid",
            "path.purpose",
            "path.signature-differs",
        ],
    );
}

const POLICIES: [&[Oid]; 8] = [
    &[],
    &[A],
    &[B],
    &[A, B],
    &[A, B, C],
    &[ANY],
    &[A, ANY],
    &[C, ANY],
];
const MAPPINGS: [&[(Oid, Oid)]; 7] = [
    &[(A, B)],
    &[(A, C), (A, B)],
    &[(A, C), (B, C)],
    &[(A, B), (B, A)],
    &[(C, A)],
    &[(A, ANY)],
    &[(ANY, A)],
];
const ACCEPTED: [&[Oid]; 6] = [&[], &[A], &[B], &[A, C], &[ANY], &[B, ANY]];

fn draw_policies(dice: &mut Dice, cert: &mut Cert) {
    cert.policies = dice.pick(&POLICIES).to_vec();
    let many = if cert.policies.is_empty() { 3 } else { 12 };
    if dice.once_in(many) {
        cert.policies = vec![ANY];
    }
    if cert.authority == Some(true) && dice.once_in(3) {
        // The two that no certificate may have are rare.
        let known = if dice.once_in(8) { 7 } else { 5 };
        let which = dice.roll(known);
        cert.mappings = MAPPINGS[which].to_vec();
    }
    let mut skip = |many| {
        dice.once_in(many)
            .then(|| u8::try_from(dice.roll(3)).expect("few"))
    };
    (cert.explicit, cert.no_mapping, cert.no_any) = (skip(5), skip(8), skip(6));
    if cert.authority == Some(true) && dice.once_in(8) {
        cert.subject = cert.issuer.clone();
    }
}

#[test]
fn policies_drawn_into_chains_are_what_the_tree_says() {
    let cases = (0..1_000).map(|seed| {
        let mut dice = Dice(90_000 + seed);
        let authorities = dice.roll(5);
        let mut case = chain(authorities);
        // From the anchor down, so that who is below a self-issued one is named by it.
        let mut above = Dn::of(NAMES[0]);
        for cert in case.others.iter_mut().chain([&mut case.leaf]) {
            cert.issuer = above.clone();
            draw_policies(&mut dice, cert);
            above = cert.subject.clone();
        }
        let accepted: &[Oid] = ACCEPTED[dice.roll(ACCEPTED.len())];
        case.policies = PolicyDemand {
            acceptable: accepted,
            explicit: dice.once_in(3),
            inhibit_mapping: dice.once_in(6),
            inhibit_any: dice.once_in(6),
        };
        (format!("seed {seed}"), case)
    });
    judge_all(
        cases,
        (1_000, 300),
        &["path.any-policy-mapped", "path.policy"],
    );
}
