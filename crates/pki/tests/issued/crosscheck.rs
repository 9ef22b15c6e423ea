//! Chains judged by rustls-webpki too. Where the two differ, the reason has a name; a difference that is not in
//! the table fails, and so does one in it that is there no more.

use std::collections::BTreeSet;

use crypto::SoftwareSigner;
use pki::certificate::Certificate;
use pki::crl::{Crl, Reason, Revoked};
use pki::extension::{BasicConstraints, KeyUsage, NameConstraints, Purposes};
use pki::general_name::GeneralName;
use pki::identifiers as id;
use pki::path::{Purpose, StatusDemand};
use rustls_pki_types::{CertificateDer, UnixTime};
use time::{Duration, UtcDateTime};
use webpki::{
    BorrowedCertRevocationList, CertRevocationList, EndEntityCert, Error, ExpirationPolicy,
    RevocationCheckDepth, RevocationOptionsBuilder, UnknownStatusPolicy, anchor_from_trusted_cert,
};

use super::bent::{Bent, Mutation, Scene};
use super::forge::{AT, FIRST, LAST, key, serial};
use super::paths::{LINKS, MOMENTS, UNKNOWN, USES};

/// Why the one accepts what the other refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// RFC 5280 6.1.1 d: webpki takes name, key and name constraints of an anchor, and no more.
    AnchorIsNameAndKey,
    /// webpki does not read keyUsage: cA has to suffice.
    KeyUsageUnread,
    /// webpki never looks at the leaf's own key; whoever checks a signature with it does.
    LeafKeyUnread,
    /// What is refused here is the caller's wish, which webpki has no words for.
    NotAsked,
    /// RFC 5280 6.1.4 l: a self-issued authority costs no room below pathLenConstraint; webpki counts it.
    SelfIssuedCounted,
}

/// What the generator meets: what is said here, the name of what webpki does otherwise.
const GENERATED: &[(&str, Why)] = &[
    ("path.key-usage", Why::KeyUsageUnread),
    ("good", Why::SelfIssuedCounted),
];

/// Mutations that are refused here and accepted there.
const DIFFERENCES: &[(&str, Why)] = &[
    ("root without cA", Why::AnchorIsNameAndKey),
    (
        "root that allows no authority below",
        Why::AnchorIsNameAndKey,
    ),
    ("ca that may not sign certificates", Why::KeyUsageUnread),
    (
        "root that may not sign certificates",
        Why::AnchorIsNameAndKey,
    ),
    ("leaf for encipherment", Why::KeyUsageUnread),
    (
        "unknown critical extension in root",
        Why::AnchorIsNameAndKey,
    ),
    ("malformed keyUsage in leaf", Why::KeyUsageUnread),
    ("leaf's key on no curve that is known", Why::LeafKeyUnread),
    ("refused algorithm", Why::NotAsked),
    ("anchor for other purposes", Why::NotAsked),
    ("anchor not trusted yet", Why::NotAsked),
    ("anchor no longer trusted", Why::NotAsked),
    ("root expired", Why::AnchorIsNameAndKey),
    ("root not yet valid", Why::AnchorIsNameAndKey),
];

/// What webpki says of a scene.
fn second(scene: &Scene) -> Result<(), Error> {
    let root = scene.root.finish(&scene.world.root_key);
    let mut above = vec![scene.ca.finish(&scene.world.root_key)];
    above.extend(scene.more.iter().cloned());
    let leaf = scene.leaf.encode(&scene.signer);
    let lists: &[Crl] = match scene.demand {
        StatusDemand::Everything => &scene.lists,
        _ => &[],
    };
    judge(&root, &above, &leaf, lists, (scene.purpose, scene.at))
}

/// What webpki says of a chain; without lists it is not asked about revocation.
pub(crate) fn judge(
    root: &Certificate,
    above: &[Certificate],
    leaf: &[u8],
    lists: &[Crl],
    (purpose, at): (Purpose, UtcDateTime),
) -> Result<(), Error> {
    let der = |certificate: &Certificate| CertificateDer::from(certificate.der().to_vec());
    let root = der(root);
    let anchor = anchor_from_trusted_cert(&root)?;
    let above: Vec<CertificateDer<'_>> = above.iter().map(der).collect();
    let leaf = CertificateDer::from(leaf);
    let leaf = EndEntityCert::try_from(&leaf)?;
    let lists = lists
        .iter()
        .map(|list| BorrowedCertRevocationList::from_der(list.der()).map(CertRevocationList::from))
        .collect::<Result<Vec<_>, _>>()?;
    let lists: Vec<&CertRevocationList<'_>> = lists.iter().collect();
    let revocation = RevocationOptionsBuilder::new(&lists).ok().map(|options| {
        options
            .with_depth(RevocationCheckDepth::Chain)
            .with_status_policy(UnknownStatusPolicy::Deny)
            .with_expiration_policy(ExpirationPolicy::Enforce)
            .build()
    });
    let at = u64::try_from(at.unix_timestamp()).expect("after 1970");
    let at = UnixTime::since_unix_epoch(std::time::Duration::from_secs(at));
    leaf.verify_for_usage(
        webpki::ALL_VERIFICATION_ALGS,
        &[anchor],
        &above,
        at,
        usage(purpose),
        revocation,
        None,
    )
    .map(|_| ())
}

fn usage(purpose: Purpose) -> webpki::KeyUsage {
    // RFC 3161 2.3 and RFC 6960 4.2.2.2: these two purposes have to be named.
    match purpose {
        Purpose::TimeStamping => webpki::KeyUsage::required(&[0x2b, 6, 1, 5, 5, 7, 3, 8]),
        Purpose::OcspSigning => webpki::KeyUsage::required(&[0x2b, 6, 1, 5, 5, 7, 3, 9]),
        _ => webpki::KeyUsage::required_if_present(&[0x2b, 6, 1, 5, 5, 7, 3, 36]),
    }
}

#[test]
fn both_accept_the_chain_of_which_all_mutations_are_made() {
    let scene = Scene::new();
    assert_eq!(scene.outcome(), ("good", None));
    assert_eq!(second(&scene), Ok(()));
}

#[test]
fn each_named_mutation_is_refused_by_both_or_the_difference_has_a_name() {
    let mut found = Vec::new();
    let all: [&[Mutation]; 3] = [USES, LINKS, MOMENTS];
    for (name, _, _, bend) in all.into_iter().flatten() {
        let mut scene = Scene::new();
        bend(&mut scene);
        assert_ne!(scene.outcome().0, "good", "{name}");
        if second(&scene).is_ok() {
            found.push(*name);
        }
    }
    let told: Vec<&str> = DIFFERENCES.iter().map(|(name, _)| *name).collect();
    assert_eq!(found, told);
}

#[test]
fn revocation_is_judged_alike() {
    let revoked = |number: u8| Revoked {
        serial: serial(number),
        since: AT - Duration::hours(2),
        reason: Reason::KeyCompromise,
        invalid_since: None,
    };
    let mut leaf = Scene::new();
    leaf.revoke(&[], &[revoked(10)]);
    let mut authority = Scene::new();
    authority.revoke(&[revoked(202)], &[]);
    let mut unlisted = Scene::new();
    unlisted.lists.truncate(1);
    let mut others = Scene::new();
    others.revoke(&[revoked(10)], &[revoked(202), revoked(11)]);
    let cases = [
        (&leaf, "path.revoked", Err(Error::CertRevoked)),
        (&authority, "path.revoked", Err(Error::CertRevoked)),
        (
            &unlisted,
            "path.status-unknown",
            Err(Error::UnknownRevocationStatus),
        ),
        (&others, "good", Ok(())),
    ];
    for (scene, own, theirs) in cases {
        assert_eq!((scene.outcome().0, second(scene)), (own, theirs));
    }
}

/// Numbers from a seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn once_in(&mut self, many: u64) -> bool {
        self.roll(many) == 0
    }
}

/// What any certificate of a hierarchy may be: out of its days, for another purpose, with something unknown in it.
fn common(dice: &mut Dice, bent: &mut Bent) {
    match dice.roll(16) {
        0 => bent.valid(FIRST, AT - Duration::SECOND),
        1 => bent.valid(AT + Duration::SECOND, LAST),
        2 => bent.valid(AT, AT),
        _ => {}
    }
    let purposes: &[&[asn1::Oid]] = &[
        &[id::SERVER_AUTH],
        &[id::DOCUMENT_SIGNING, id::SERVER_AUTH],
        &[id::DOCUMENT_SIGNING],
    ];
    let drawn = usize::try_from(dice.roll(12)).expect("below twelve");
    if let Some(list) = purposes.get(drawn) {
        let value = Purposes(list.to_vec()).encode();
        bent.set(id::EXTENDED_KEY_USAGE, false, &value);
    }
    if dice.once_in(24) {
        bent.set(UNKNOWN, true, &asn1::write::null());
    }
}

/// Whether the path lengths that were drawn stand in the certificates.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lengths {
    AsDrawn,
    LeftOut,
}

fn basic(bent: &mut Bent, ca: bool, drawn: Option<u64>, lengths: Lengths) {
    let path_length = drawn.filter(|_| ca && lengths == Lengths::AsDrawn);
    let value = BasicConstraints { ca, path_length }.encode();
    bent.set(id::BASIC_CONSTRAINTS, true, &value);
}

/// An authority below another.
fn authority(
    dice: &mut Dice,
    level: u64,
    lengths: Lengths,
    (template, above): (&Bent, &Bent),
) -> (Bent, SoftwareSigner) {
    let own = key(100 + level);
    let mut made = template.clone();
    made.issuer.clone_from(&above.subject);
    if !dice.once_in(12) {
        made.name(&[(id::COMMON_NAME, &format!("level {level}"))]);
    }
    made.certified(&own);
    let (ca, draws) = (!dice.once_in(24), dice.once_in(4));
    let drawn = dice.roll(4);
    basic(&mut made, ca, draws.then_some(drawn), lengths);
    if dice.once_in(24) {
        made.set(id::KEY_USAGE, true, &KeyUsage::CRL_SIGN.encode());
    }
    let subtree = || vec![GeneralName::Dns("office.example")];
    let constraints = match dice.roll(12) {
        0 => Some((subtree(), Vec::new())),
        1 => Some((Vec::new(), subtree())),
        _ => None,
    };
    if let Some((permitted, excluded)) = constraints {
        let value = NameConstraints {
            permitted,
            excluded,
        };
        made.set(id::NAME_CONSTRAINTS, true, &value.encode());
    }
    common(dice, &mut made);
    (made, own)
}

/// Draws up to five authorities above the leaf.
fn draw(scene: &mut Scene, (ca, leaf): (&Bent, &Bent), seed: u64, lengths: Lengths) {
    let mut dice = Dice(seed);
    (scene.ca, scene.leaf) = (ca.clone(), leaf.clone());
    scene.more.clear();
    let (levels, drawn) = (dice.roll(5), dice.roll(6));
    basic(&mut scene.ca, true, Some(drawn), lengths);
    let mut above = scene.ca.clone();
    let mut signer = key(2);
    for level in 0..levels {
        let (made, own) = authority(&mut dice, level, lengths, (ca, &above));
        let by = if dice.once_in(24) { key(77) } else { signer };
        scene.more.push(made.finish(&by));
        (above, signer) = (made, own);
    }
    scene.leaf.issuer.clone_from(&above.subject);
    let names = ["a.office.example", "b.example"];
    let drawn = usize::try_from(dice.roll(4)).expect("below four");
    if let Some(name) = names.get(drawn) {
        let value = asn1::write::sequence([GeneralName::Dns(name).encode()]);
        scene.leaf.set(id::SUBJECT_ALT_NAME, false, &value);
    }
    common(&mut dice, &mut scene.leaf);
    scene.signer = if dice.once_in(16) { key(78) } else { signer };
}

#[test]
fn hierarchies_of_a_generator_are_judged_alike() {
    let mut scene = Scene::new();
    scene.demand = StatusDemand::Nothing;
    let (ca, leaf) = (scene.ca.clone(), scene.leaf.clone());
    let (mut good, mut refused, mut named) = (0, BTreeSet::new(), BTreeSet::new());
    let mut wrong = Vec::new();
    for seed in 0..400 {
        draw(&mut scene, (&ca, &leaf), seed, Lengths::AsDrawn);
        let (own, theirs) = (scene.outcome().0, second(&scene));
        let differs = match (own, &theirs) {
            ("good", Ok(())) => {
                good += 1;
                continue;
            }
            ("good", Err(_)) => {
                // Without the lengths both accept it: they are the reason.
                draw(&mut scene, (&ca, &leaf), seed, Lengths::LeftOut);
                (scene.outcome().0, second(&scene)) != ("good", Ok(()))
            }
            (own, Ok(())) => own != "path.key-usage",
            (_, Err(_)) => {
                refused.insert(own);
                continue;
            }
        };
        if differs {
            wrong.push((seed, own, theirs));
        } else {
            named.insert(own);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let told: BTreeSet<&str> = GENERATED.iter().map(|(own, _)| *own).collect();
    assert_eq!(named, told, "each named difference was met");
    assert!(good > 40, "{good} of 400 are accepted");
    assert!(refused.len() >= 8, "{refused:?}");
}
