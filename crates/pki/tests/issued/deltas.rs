//! Deltas on top of complete lists: each rule of RFC 5280 5.2.4, 5.2.6 and 6.3.3 that one has to keep; and holds.

use asn1::write;
use crypto::SoftwareSigner;
use pki::certificate::CheckIssued;
use pki::crl::{Crl, DeltaRefused, NotCompetent, ReadCrl, Reason};
use pki::extension::AuthorityKeyIdentifier;
use pki::identifiers as id;
use pki::path::{CertificateStatus, ListRefused, PathFault, Source};
use time::{Duration, UtcDateTime};

use super::bent::Scene;
use super::forge::{AT, Hierarchy, key, serial};
use super::revocation::{Raw, extension, point};

/// A complete list and a delta, and with which keys they are signed.
struct Pair {
    complete: Raw,
    delta: Raw,
    keys: [SoftwareSigner; 2],
}

fn number(number: u64) -> Vec<u8> {
    extension(id::CRL_NUMBER, false, &write::unsigned(number))
}

fn base(number: u64) -> Vec<u8> {
    extension(id::DELTA_CRL_INDICATOR, true, &write::unsigned(number))
}

/// The leaf on a list: for this reason (8: no longer).
fn listed(list: &mut Raw, reason: u8) {
    let why = extension(id::REASON_CODE, false, &write::enumerated(reason));
    list.fields[5] = write::sequence([write::sequence([
        write::integer(serial(10).octets()),
        write::time(AT - Duration::DAY),
        write::sequence([why]),
    ])]);
}

fn period(list: &mut Raw, this: UtcDateTime, next: UtcDateTime) {
    list.fields[3] = write::time(this);
    list.fields[4] = write::time(next);
}

impl Pair {
    /// A list of yesterday with number 5, a delta of an hour ago with number 7, changes from 5 on.
    fn new() -> Self {
        let mut complete = Raw::new(&Hierarchy::new());
        let mut delta = complete.clone();
        complete.extensions[1] = number(5);
        period(&mut complete, AT - Duration::DAY, AT + Duration::DAY);
        delta.extensions[1] = number(7);
        delta.extensions.push(base(5));
        let keys = [key(2), key(2)];
        Self {
            complete,
            delta,
            keys,
        }
    }

    fn lists(&self) -> [Crl; 2] {
        let read = |raw: &Raw, key| Crl::parse_any(&raw.encode(key)).expect("a list");
        [
            read(&self.complete, &self.keys[0]),
            read(&self.delta, &self.keys[1]),
        ]
    }

    fn scene(&self) -> Scene {
        let mut scene = Scene::new();
        scene.lists.truncate(1);
        scene.lists.extend(self.lists());
        scene
    }
}

/// What is heard of the leaf: by the complete list (at 1), by the delta (at 2), revoked, or refused by why.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Good(usize),
    Revoked(Reason),
    Unknown(Vec<(usize, ListRefused)>),
}

fn said(scene: &Scene) -> Said {
    match scene.judge() {
        Ok(chain) => match &chain.statuses()[0] {
            CertificateStatus::Used {
                source: Source::List(place),
                ..
            } => Said::Good(*place),
            other => panic!("{other:?}"),
        },
        Err(error) => match &*error.fault {
            PathFault::Revoked { at: 0, reason, .. } => Said::Revoked(*reason),
            PathFault::StatusUnknown { at: 0, refused } => {
                // The root's list, at 0, is another issuer's.
                Said::Unknown(refused.iter().filter(|(at, _)| *at > 0).cloned().collect())
            }
            other => panic!("{other:?}"),
        },
    }
}

fn with(bend: impl FnOnce(&mut Pair)) -> Said {
    let mut pair = Pair::new();
    bend(&mut pair);
    said(&pair.scene())
}

#[test]
fn a_delta_is_read_where_one_may_be() {
    let world = Hierarchy::new();
    let read = |bend: &dyn Fn(&mut Raw)| {
        let mut raw = Pair::new().delta;
        bend(&mut raw);
        let der = raw.encode(&world.ca_key);
        (Crl::parse_any(&der).err(), Crl::parse(&der).err())
    };
    assert_eq!(read(&|_| ()), (None, Some(ReadCrl::Delta)));
    assert_eq!(read(&|raw| listed(raw, 8)), (None, Some(ReadCrl::Delta)));
    let both = |error: ReadCrl| (Some(error.clone()), Some(error));
    // 5.2.4: critical, a number.
    let indicator = |critical, value: Vec<u8>| extension(id::DELTA_CRL_INDICATOR, critical, &value);
    assert_eq!(
        read(&|raw| raw.extensions[2] = indicator(false, write::unsigned(5))),
        both(ReadCrl::DeltaMalformed)
    );
    for wrong in [&[0x80_u8] as &[u8], &[1; 21]] {
        assert_eq!(
            read(&|raw| raw.extensions[2] = indicator(true, write::integer(wrong))),
            both(ReadCrl::Number)
        );
    }
    // 5.2.6: not critical, and not in a delta.
    let freshest = |critical| {
        let there = pki::extension::DistributionPoint::at("http://ca.example/crl/delta.crl");
        let value = pki::extension::DistributionPoint::encode_list(&[there]);
        extension(id::FRESHEST_CRL, critical, &value)
    };
    assert_eq!(
        read(&|raw| raw.extensions.push(freshest(false))),
        both(ReadCrl::DeltaMalformed)
    );
    let complete = |critical| {
        read(&|raw| {
            raw.extensions.truncate(2);
            raw.extensions.push(freshest(critical));
        })
    };
    assert_eq!(complete(false), (None, None));
    let oid = Box::new(id::FRESHEST_CRL);
    assert_eq!(complete(true), both(ReadCrl::UnknownCritical { oid }));
}

#[test]
fn a_delta_changes_what_its_list_says() {
    assert_eq!(with(|_| ()), Said::Good(2));
    // 6.3.3 i: what the delta says counts; j: else what the list says.
    let revoked = Said::Revoked(Reason::KeyCompromise);
    assert_eq!(with(|p| listed(&mut p.delta, 1)), revoked);
    assert_eq!(with(|p| listed(&mut p.complete, 1)), revoked);
    // k: a hold is taken back, and nothing else is.
    let removed = |reason| {
        with(|p| {
            listed(&mut p.complete, reason);
            listed(&mut p.delta, 8);
        })
    };
    assert_eq!(removed(6), Said::Good(2));
    assert_eq!(removed(1), revoked);
    let held = with(|p| listed(&mut p.delta, 6));
    assert_eq!(held, Said::Revoked(Reason::CertificateHold));
}

#[test]
fn a_list_that_was_replaced_counts_with_a_delta_that_was_not() {
    let next_update = AT - Duration::HOUR;
    let stale = |p: &mut Pair| period(&mut p.complete, AT - Duration::DAY, next_update);
    assert_eq!(with(stale), Said::Good(2));
    let both = |p: &mut Pair| {
        stale(p);
        period(&mut p.delta, AT - Duration::hours(2), next_update);
    };
    let reason = ListRefused::Stale { next_update };
    assert_eq!(
        with(both),
        Said::Unknown(vec![(1, reason.clone()), (2, reason)])
    );
    // A delta that does not count leaves what its list says.
    let late = |p: &mut Pair| {
        listed(&mut p.delta, 1);
        period(&mut p.delta, AT - Duration::hours(2), next_update);
    };
    assert_eq!(with(late), Said::Good(1));
    let ahead = |p: &mut Pair| period(&mut p.delta, AT + Duration::HOUR, AT + Duration::DAY);
    assert_eq!(with(ahead), Said::Good(1));
}

type Apart = (DeltaRefused, fn(&mut Pair));

/// Each of these takes the delta away from its list.
const APART: &[Apart] = &[
    (DeltaRefused::NotOne, |p| {
        p.delta.extensions.truncate(2);
    }),
    (DeltaRefused::OtherIssuer, |p| {
        p.delta.fields[2] = Hierarchy::new().root.subject().der().to_vec();
    }),
    (DeltaRefused::OtherScope, |p| {
        p.delta.extensions.push(point(|_| ()));
    }),
    (DeltaRefused::OtherScope, |p| {
        p.complete.extensions.push(point(|_| ()));
        p.delta.extensions.push(point(|point| {
            point.scope = pki::extension::Scope::EndEntities;
        }));
    }),
    (DeltaRefused::OtherKey, |p| {
        let other = AuthorityKeyIdentifier::encode_key(&[2; 20]);
        p.delta.extensions[0] = extension(id::AUTHORITY_KEY_IDENTIFIER, false, &other);
    }),
    (DeltaRefused::BeforeBase, |p| {
        p.delta.extensions[2] = base(6)
    }),
    (DeltaRefused::NotNewer, |p| {
        p.delta.extensions[1] = number(5)
    }),
];

#[test]
fn a_delta_goes_with_a_list_of_its_scope_key_and_numbers_alone() {
    let [complete, delta] = Pair::new().lists();
    assert_eq!(complete.takes(&delta), Ok(()));
    assert_eq!(delta.takes(&complete), Err(DeltaRefused::NotOne));
    for (reason, bend) in APART {
        let mut pair = Pair::new();
        bend(&mut pair);
        let [complete, delta] = pair.lists();
        assert_eq!(complete.takes(&delta), Err(*reason));
        // Then it says nothing, whatever stands in it.
        listed(&mut pair.delta, 1);
        if *reason != DeltaRefused::NotOne {
            assert_eq!(said(&pair.scene()), Said::Good(1), "{reason:?}");
        }
    }
    // The edges: of the base itself, and one below the delta.
    let edge = |of: u64, over: u64| {
        with(|p| {
            p.complete.extensions[1] = number(of);
            p.delta.extensions[2] = base(over);
        })
    };
    assert_eq!(edge(6, 1), Said::Good(2));
    assert_eq!(edge(0, 0), Said::Good(2));
}

#[test]
fn a_delta_of_one_partition_goes_with_the_list_of_that_partition() {
    let both = |p: &mut Pair| {
        p.complete.extensions.push(point(|_| ()));
        p.delta.extensions.push(point(|_| ()));
        listed(&mut p.delta, 1);
    };
    assert_eq!(with(both), Said::Revoked(Reason::KeyCompromise));
}

#[test]
fn a_delta_alone_or_over_a_forged_list_says_nothing() {
    let mut scene = Pair::new().scene();
    let leaf = scene.leaf.finish(&scene.signer);
    assert_eq!(scene.lists[2].covers(&leaf), Err(NotCompetent::Delta));
    scene.lists.remove(1);
    let alone = ListRefused::NotCompetent(NotCompetent::Delta);
    assert_eq!(said(&scene), Said::Unknown(vec![(1, alone)]));
    let forged = ListRefused::Signature(CheckIssued::Signature);
    assert_eq!(
        with(|p| p.keys[0] = key(77)),
        Said::Unknown(vec![(1, forged)])
    );
    // A forged delta is as if it were not there.
    let alone = with(|p| {
        p.keys[1] = key(77);
        listed(&mut p.delta, 1);
    });
    assert_eq!(alone, Said::Good(1));
}

#[test]
fn of_what_has_expired_a_delta_tells_only_where_both_keep_it() {
    let kept_since = |days| {
        let since = write::generalized_time(AT - Duration::days(days));
        extension(id::EXPIRED_CERTS_ON_CRL, false, &since)
    };
    let kept = || kept_since(20);
    let expired = |bend: &dyn Fn(&mut Pair)| {
        let mut pair = Pair::new();
        bend(&mut pair);
        let mut scene = pair.scene();
        scene.at = AT - Duration::days(10);
        scene
            .leaf
            .valid(super::forge::FIRST, AT - Duration::days(5));
        said(&scene)
    };
    let both = |p: &mut Pair| {
        p.complete.extensions.push(kept());
        p.delta.extensions.push(kept());
    };
    assert_eq!(expired(&both), Said::Good(2));
    // Since after the expiry: of the two the later counts.
    let late = |p: &mut Pair| {
        p.complete.extensions.push(kept());
        p.delta.extensions.push(kept_since(4));
    };
    assert_eq!(expired(&late), Said::Good(1));
    assert_eq!(
        expired(&|p| p.complete.extensions.push(kept())),
        Said::Good(1)
    );
    let forgets = ListRefused::ForgetsExpired;
    assert_eq!(
        expired(&|p| p.delta.extensions.push(kept())),
        Said::Unknown(vec![(1, forgets.clone()), (2, forgets)])
    );
}

#[test]
fn a_hold_stands_until_something_newer_of_the_moment_no_longer_tells_it() {
    let judge = |reason, at, newer: UtcDateTime| {
        let mut pair = Pair::new();
        listed(&mut pair.complete, reason);
        // Another complete list, newer than the one that tells it.
        pair.delta.extensions.truncate(2);
        period(&mut pair.delta, newer, AT + Duration::DAY);
        let mut scene = pair.scene();
        scene.at = at;
        said(&scene)
    };
    let held = Said::Revoked(Reason::CertificateHold);
    let hour = AT - Duration::HOUR;
    assert_eq!(judge(6, AT, hour), Said::Good(2));
    // On hold at the moment that is judged, lifted later: it was on hold.
    assert_eq!(judge(6, hour - Duration::SECOND, hour), held);
    // The older one of the two says nothing.
    assert_eq!(judge(6, AT, AT - Duration::days(2)), held);
    // Nothing else is ever lifted.
    assert_eq!(judge(4, AT, hour), Said::Revoked(Reason::Superseded));
}
