//! Named mutations of lists and of what they say: refused as lists, or a chain with them refused.

use asn1::write;
use crypto::SoftwareSigner;
use pki::certificate::{Certificate, CheckIssued};
use pki::crl::{Coverage, Crl, CrlDraft, NotCompetent, ReadCrl, Reason, Revoked};
use pki::extension::{
    Extension, IssuingDistributionPoint, KeyUsage, PointName, ReadExtension, Reasons, Scope,
};
use pki::general_name::GeneralName;
use pki::identifiers as id;
use pki::path::{
    Anchor, Budget, CertificateStatus, ListRefused, NotAsked, PathFault, Purpose, Question, Source,
    State, StatusAt, StatusDemand, StatusMaterial, validate,
};
use pki::profile::{Issuer, Profile};
use time::Duration;

use super::bent::{Bent, Mutation, Scene, refuse};
use super::forge::{AT, CRL, FIRST, Hierarchy, serial, sign};

fn entry(number: u8, since: time::UtcDateTime, reason: Reason) -> Revoked {
    Revoked {
        serial: serial(number),
        since,
        reason,
        invalid_since: None,
    }
}

const STATUSES: &[Mutation] = &[
    ("leaf revoked", "path.revoked", Some(0), |s| {
        s.revoke(&[], &[entry(10, AT - Duration::DAY, Reason::KeyCompromise)]);
    }),
    ("leaf on hold", "path.revoked", Some(0), |s| {
        s.revoke(
            &[],
            &[entry(10, AT - Duration::DAY, Reason::CertificateHold)],
        );
    }),
    ("ca revoked", "path.revoked", Some(1), |s| {
        s.revoke(&[entry(202, AT - Duration::DAY, Reason::CaCompromise)], &[]);
    }),
    (
        "both revoked: the authority is told",
        "path.revoked",
        Some(1),
        |s| {
            s.revoke(
                &[entry(202, AT - Duration::DAY, Reason::CaCompromise)],
                &[entry(10, AT - Duration::DAY, Reason::KeyCompromise)],
            );
        },
    ),
    (
        "not to be relied upon since earlier",
        "path.revoked",
        Some(0),
        |s| {
            s.at = AT - Duration::days(5);
            let early = Revoked {
                invalid_since: Some(AT - Duration::days(9)),
                ..entry(10, AT - Duration::DAY, Reason::KeyCompromise)
            };
            s.revoke(&[], &[early]);
        },
    ),
    ("no list of the ca", "path.status-unknown", Some(0), |s| {
        s.lists.truncate(1);
    }),
    ("no list of the root", "path.status-unknown", Some(1), |s| {
        s.lists.remove(0);
    }),
    (
        "no list at all: the authority is told",
        "path.status-unknown",
        Some(1),
        |s| {
            s.lists.clear();
        },
    ),
    (
        "ca that may not sign lists",
        "path.status-unknown",
        Some(0),
        |s| {
            s.ca.set(id::KEY_USAGE, true, &KeyUsage::KEY_CERT_SIGN.encode());
        },
    ),
    (
        "lists that lie ahead",
        "path.status-unknown",
        Some(1),
        |s| {
            s.lists = ahead(&s.world);
        },
    ),
];

#[test]
fn revoked_unknown_and_stale_are_told_apart() {
    refuse(STATUSES);
}

fn ahead(world: &Hierarchy) -> Vec<Crl> {
    let issuer = world.issuer();
    let draft = CrlDraft {
        this_update: AT + Duration::SECOND,
        ..world.list_draft(&issuer)
    };
    vec![world.sign_list(draft.prepare([]).expect("a draft"))]
}

#[test]
fn what_is_revoked_later_or_not_asked_about_holds() {
    let mut scene = Scene::new();
    // Revoked after the moment that is judged: the chain holds, and the report says so.
    scene.at = AT - Duration::days(2);
    scene.revoke(&[], &[entry(10, AT - Duration::DAY, Reason::KeyCompromise)]);
    let chain = scene.judge().expect("a chain");
    let CertificateStatus::Used { status, source } = &chain.statuses()[0] else {
        panic!("a status was used");
    };
    assert_eq!(*source, Source::List(1));
    assert_eq!(status.revoked_at(scene.at), None);
    assert_eq!(
        status.revoked_at(AT),
        Some((AT - Duration::DAY, Reason::KeyCompromise))
    );
    let mut scene = Scene::new();
    scene.lists.clear();
    scene.demand = StatusDemand::WhatIsAtHand;
    assert_eq!(scene.outcome().0, "good");
    scene.revoke(&[], &[entry(10, AT - Duration::DAY, Reason::KeyCompromise)]);
    assert_eq!(scene.outcome(), ("path.revoked", Some(0)));
    scene.demand = StatusDemand::Nothing;
    let chain = scene.judge().expect("nobody looks");
    assert_eq!(
        chain.statuses()[0],
        CertificateStatus::NotAsked(NotAsked::ByQuestion)
    );
}

#[test]
fn who_has_no_status_by_nature_is_not_asked() {
    let mut scene = Scene::new();
    scene.lists.truncate(1);
    scene.leaf.set(id::OCSP_NO_CHECK, false, &write::null());
    let chain = scene.judge().expect("a chain");
    let nature = |reason| CertificateStatus::NotAsked(reason);
    assert_eq!(chain.statuses()[0], nature(NotAsked::OcspNoCheck));
    scene.leaf.remove(id::OCSP_NO_CHECK);
    scene
        .leaf
        .set(id::NO_REVOCATION_AVAILABLE, false, &write::null());
    let chain = scene.judge().expect("a chain");
    assert_eq!(chain.statuses()[0], nature(NotAsked::NoneAvailable));
    // RFC 9608 2: a CA is not freed by it.
    let mut scene = Scene::new();
    scene.lists.remove(0);
    scene
        .ca
        .set(id::NO_REVOCATION_AVAILABLE, false, &write::null());
    assert_eq!(scene.outcome(), ("path.status-unknown", Some(1)));
}

/// Why the one list at hand says nothing about the leaf.
fn refused_list(bend: impl FnOnce(&mut Scene) -> Crl) -> ListRefused {
    let mut scene = Scene::new();
    let list = bend(&mut scene);
    scene.lists = vec![scene.world.root_list(&[]), list];
    let error = scene.judge().expect_err("no status");
    match *error.fault {
        PathFault::StatusUnknown { at: 0, ref refused } => refused[1].1.clone(),
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn a_list_that_does_not_count_says_why() {
    let draft = |s: &Scene, change: &dyn Fn(&mut CrlDraft<'_>)| {
        let issuer = s.world.issuer();
        let mut draft = s.world.list_draft(&issuer);
        change(&mut draft);
        s.world.sign_list(draft.prepare([]).expect("a draft"))
    };
    let partition = |uri, scope| Coverage::Partition { uri, scope };
    let other = "http://ca.example/crl/1.crl";
    assert_eq!(
        refused_list(|s| draft(s, &|d| d.coverage = partition(other, Scope::All))),
        ListRefused::NotCompetent(NotCompetent::OtherPoint)
    );
    assert_eq!(
        refused_list(|s| draft(s, &|d| d.coverage = partition(CRL, Scope::Authorities))),
        ListRefused::NotCompetent(NotCompetent::AuthoritiesOnly)
    );
    let next_update = AT - Duration::SECOND;
    let stale = |d: &mut CrlDraft<'_>| {
        d.this_update = AT - Duration::days(2);
        d.next_update = next_update;
    };
    assert_eq!(
        refused_list(|s| draft(s, &stale)),
        ListRefused::Stale { next_update }
    );
    assert_eq!(
        refused_list(|s| {
            let own = Issuer::without_certificate(
                s.world.ca.subject().clone(),
                crypto::Signer::public_key(&s.world.root_key).clone(),
                crypto::SignatureAlgorithm::Ed25519,
            );
            let prepared = s.world.list_draft(&own).prepare([]).expect("a draft");
            let signature = sign(&s.world.root_key, prepared.to_be_signed());
            prepared.finish(&signature).expect("a list")
        }),
        ListRefused::Signature(CheckIssued::Signature)
    );
}

#[test]
fn an_expired_certificate_is_good_by_a_list_only_that_keeps_the_expired() {
    let mut scene = Scene::new();
    scene.at = AT - Duration::days(10);
    scene.leaf.valid(FIRST, AT - Duration::days(5));
    let error = scene.judge().expect_err("the list may have forgotten it");
    let PathFault::StatusUnknown { at: 0, refused } = &*error.fault else {
        panic!("{error:?}");
    };
    assert_eq!(refused[1].1, ListRefused::ForgetsExpired);
    let issuer = scene.world.issuer();
    let keeping = |since| {
        let draft = CrlDraft {
            expired_kept_since: Some(since),
            ..scene.world.list_draft(&issuer)
        };
        scene.world.sign_list(draft.prepare([]).expect("a draft"))
    };
    let late = keeping(AT - Duration::days(4));
    let early = keeping(AT - Duration::days(6));
    let root = scene.world.root_list(&[]);
    scene.lists = vec![root.clone(), late];
    assert_eq!(scene.outcome(), ("path.status-unknown", Some(0)));
    scene.lists = vec![root, early];
    assert_eq!(scene.outcome().0, "good");
}

#[test]
fn an_answer_and_a_list_are_weighed() {
    let scene = Scene::new();
    let leaf = scene.leaf.finish(&scene.signer);
    let ca = [scene.ca.finish(&scene.world.root_key)];
    let anchors = [Anchor::of(scene.root.finish(&scene.world.root_key)).expect("a key")];
    let judge = |state, age: Duration, lists: &[Crl]| {
        let answer = |asked: &pki::path::StatusAsked<'_>| {
            assert_eq!(
                asked.issuer.map(Certificate::subject),
                Some(asked.certificate.issuer())
            );
            let answer = StatusAt {
                state,
                this_update: AT - age,
                next_update: AT + Duration::DAY,
                expired_kept_since: None,
            };
            Vec::from_iter((*asked.certificate == leaf).then_some(answer))
        };
        let question = Question::new(Purpose::DocumentSigning, AT).with_status(StatusMaterial {
            answers: Some(&answer),
            ..StatusMaterial::of_lists(lists, AT)
        });
        validate(&leaf, &ca, &anchors, &question, &mut Budget::new())
    };
    let source = |chain: pki::path::Chain| match &chain.statuses()[0] {
        CertificateStatus::Used { source, .. } => *source,
        other => panic!("{other:?}"),
    };
    let since = AT - Duration::DAY;
    let revoked = State::Revoked {
        since,
        reason: Reason::Superseded,
    };
    // The lists are an hour old: an answer of a minute is newer, one of two hours older.
    let minute = judge(State::Good, Duration::MINUTE, &scene.lists).expect("a chain");
    assert_eq!(source(minute), Source::Answer);
    let hours = judge(State::Good, Duration::hours(2), &scene.lists).expect("a chain");
    assert_eq!(source(hours), Source::List(1));
    let old = judge(revoked, Duration::hours(9), &scene.lists).expect_err("revoked");
    assert_eq!(old.fault.code(), "path.revoked");
    // RFC 6960 2.2: never issued; no list that does not know it takes that back.
    let never = State::Revoked {
        since: time::UtcDateTime::UNIX_EPOCH,
        reason: Reason::CertificateHold,
    };
    let never = judge(never, Duration::hours(9), &scene.lists).expect_err("never issued");
    assert_eq!(never.fault.code(), "path.revoked");
    let ahead = judge(State::Good, -Duration::MINUTE, &scene.lists[..1]).expect_err("ahead");
    assert_eq!(ahead.fault.code(), "path.status-unknown");
}

#[test]
fn an_expired_certificate_is_good_by_an_answer_only_that_reaches_back() {
    let world = Hierarchy::new();
    let mut leaf = Bent::of(&world.leaf(Profile::SEAL));
    let last = AT - Duration::days(5);
    leaf.valid(FIRST, last);
    let leaf = leaf.finish(&world.ca_key);
    // RFC 6960 4.4.4: the archive cutoff is the oldest expiry of which records are kept.
    for (cutoff, good) in [
        (None, false),
        (Some(last + Duration::SECOND), false),
        (Some(last), true),
    ] {
        let answer = |asked: &pki::path::StatusAsked<'_>| {
            let answer = StatusAt {
                state: State::Good,
                this_update: AT - Duration::HOUR,
                next_update: AT + Duration::DAY,
                expired_kept_since: cutoff,
            };
            Vec::from_iter((*asked.certificate == leaf).then_some(answer))
        };
        let lists = [world.root_list(&[])];
        let at = AT - Duration::days(10);
        let question = Question::new(Purpose::DocumentSigning, at).with_status(StatusMaterial {
            answers: Some(&answer),
            ..StatusMaterial::of_lists(&lists, AT)
        });
        let ca = [world.ca.clone()];
        let found = validate(&leaf, &ca, &[world.anchor()], &question, &mut Budget::new());
        let code = found.map_err(|error| error.fault.code()).map(|_| ());
        assert_eq!(
            code,
            if good {
                Ok(())
            } else {
                Err("path.status-unknown")
            }
        );
    }
}

/// A list put together by hand, signed with the CA's key.
#[derive(Clone)]
pub(crate) struct Raw {
    pub(crate) fields: Vec<Vec<u8>>,
    pub(crate) extensions: Vec<Vec<u8>>,
}

impl Raw {
    pub(crate) fn new(world: &Hierarchy) -> Self {
        let algorithm = pki::algorithm::identifier(crypto::SignatureAlgorithm::Ed25519);
        let number = extension(id::CRL_NUMBER, false, &write::unsigned(1));
        let key = pki::extension::AuthorityKeyIdentifier::encode_key(&[1; 20]);
        Self {
            fields: vec![
                write::unsigned(1),
                algorithm,
                world.ca.subject().der().to_vec(),
                write::time(AT - Duration::HOUR),
                write::time(AT + Duration::DAY),
                Vec::new(),
            ],
            extensions: vec![extension(id::AUTHORITY_KEY_IDENTIFIER, false, &key), number],
        }
    }

    fn read(&self, world: &Hierarchy) -> Result<Crl, ReadCrl> {
        Crl::parse(&self.encode(&world.ca_key))
    }

    pub(crate) fn encode(&self, key: &SoftwareSigner) -> Vec<u8> {
        let mut fields = self.fields.clone();
        if !self.extensions.is_empty() {
            fields.push(write::context(0, [write::sequence(&self.extensions)]));
        }
        let tbs = write::sequence(&fields);
        let signature = write::bit_string(sign(key, &tbs).bytes());
        let algorithm = pki::algorithm::identifier(crypto::SignatureAlgorithm::Ed25519);
        write::sequence([tbs, algorithm, signature])
    }
}

pub(crate) fn extension(oid: asn1::Oid, critical: bool, value: &[u8]) -> Vec<u8> {
    Extension {
        oid,
        critical,
        value,
    }
    .encode()
}

pub(crate) fn point(change: impl FnOnce(&mut IssuingDistributionPoint<'static>)) -> Vec<u8> {
    let mut point = IssuingDistributionPoint {
        name: Some(PointName::Full(vec![GeneralName::Uri(CRL)])),
        scope: Scope::All,
        reasons: None,
        indirect: false,
    };
    change(&mut point);
    extension(id::ISSUING_DISTRIBUTION_POINT, true, &point.encode())
}

fn one_entry(extensions: &[Vec<u8>]) -> Vec<u8> {
    write::sequence([write::sequence([
        write::integer(serial(10).octets()),
        write::time(AT - Duration::DAY),
        write::sequence(extensions),
    ])])
}

/// What a list is refused for that is bent in this way.
fn refused(bend: impl FnOnce(&mut Raw)) -> Option<ReadCrl> {
    let world = Hierarchy::new();
    let mut raw = Raw::new(&world);
    bend(&mut raw);
    raw.read(&world).err()
}

#[test]
fn lists_without_what_every_list_has_are_refused() {
    let number =
        |critical, content: &[u8]| extension(id::CRL_NUMBER, critical, &write::integer(content));
    assert_eq!(refused(|_| ()), None);
    assert_eq!(
        refused(|r| r.fields[0] = write::unsigned(0)),
        Some(ReadCrl::Version)
    );
    assert_eq!(refused(|r| r.fields[0].clear()), Some(ReadCrl::Version));
    assert_eq!(
        refused(|r| r.fields[4].clear()),
        Some(ReadCrl::NextUpdateAbsent)
    );
    assert_eq!(
        refused(|r| r.fields[5] = write::sequence::<Vec<u8>>([])),
        Some(ReadCrl::EmptyList)
    );
    assert_eq!(
        refused(|r| r.extensions.clear()),
        Some(ReadCrl::NumberAbsent)
    );
    assert_eq!(
        refused(|r| r.extensions.truncate(1)),
        Some(ReadCrl::NumberAbsent)
    );
    for wrong in [
        number(true, &[1]),
        number(false, &[0x80]),
        number(false, &[1; 21]),
    ] {
        assert_eq!(refused(|r| r.extensions[1] = wrong), Some(ReadCrl::Number));
    }
    assert_eq!(refused(|r| r.extensions[1] = number(false, &[1; 20])), None);
    let ec = pki::algorithm::identifier(crypto::SignatureAlgorithm::EcdsaP256Sha256);
    assert_eq!(
        refused(|r| r.fields[1] = ec),
        Some(ReadCrl::AlgorithmsDiffer)
    );
}

#[test]
fn lists_that_give_no_whole_answer_are_refused() {
    let push = |made: Vec<u8>| refused(|r| r.extensions.push(made));
    assert_eq!(push(point(|_| ())), None);
    let delta = extension(id::DELTA_CRL_INDICATOR, true, &write::unsigned(1));
    assert_eq!(push(delta), Some(ReadCrl::Delta));
    assert_eq!(push(point(|p| p.indirect = true)), Some(ReadCrl::Indirect));
    assert_eq!(
        push(point(|p| p.reasons = Some(Reasons(2)))),
        Some(ReadCrl::SomeReasons)
    );
    assert_eq!(
        push(point(|p| p.scope = Scope::Attributes)),
        Some(ReadCrl::AttributeCertificates)
    );
    assert_eq!(
        push(point(|p| {
            p.name = None;
            p.scope = Scope::EndEntities;
        })),
        Some(ReadCrl::PointWithoutName)
    );
    let oid = asn1::Oid::of(&[1, 3, 6, 1, 4, 1, 99_999, 7]);
    assert_eq!(
        push(extension(oid, true, &write::null())),
        Some(ReadCrl::UnknownCritical { oid: Box::new(oid) })
    );
    assert_eq!(push(extension(oid, false, &write::null())), None);
}

#[test]
fn entries_that_say_what_no_entry_says_are_refused() {
    let entries = |made: &[Vec<u8>]| refused(|r| r.fields[5] = one_entry(made));
    let reason = |code| extension(id::REASON_CODE, false, &write::enumerated(code));
    assert_eq!(entries(&[reason(1)]), None);
    assert_eq!(entries(&[reason(7)]), Some(ReadCrl::Reason { code: 7 }));
    assert_eq!(entries(&[reason(8)]), Some(ReadCrl::Reason { code: 8 }));
    assert_eq!(entries(&[reason(11)]), Some(ReadCrl::Reason { code: 11 }));
    let oid = Box::new(id::REASON_CODE);
    assert_eq!(
        entries(&[reason(1), reason(1)]),
        Some(ReadCrl::Extensions(ReadExtension::Duplicate { oid }))
    );
    let name = pki::name::Name::of(&[(id::COMMON_NAME, "别的机构")]).expect("a name");
    let names = write::sequence([write::context(4, [name.der()])]);
    assert_eq!(
        entries(&[extension(id::CERTIFICATE_ISSUER, true, &names)]),
        Some(ReadCrl::Indirect)
    );
    let oid = asn1::Oid::of(&[1, 3, 6, 1, 4, 1, 99_999, 7]);
    assert_eq!(
        entries(&[extension(oid, true, &write::null())]),
        Some(ReadCrl::UnknownCritical { oid: Box::new(oid) })
    );
}
