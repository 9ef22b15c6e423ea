//! Which of several statuses decides, and what a list or a certificate has to say for one to count.

use asn1::write;
use pki::crl::{Coverage, Crl, CrlDraft, NotCompetent, Reason, Revoked};
use pki::extension::{DistributionPoint, PointName, Reasons, Scope};
use pki::general_name::GeneralName;
use pki::identifiers as id;
use pki::path::{
    Anchor, Budget, CertificateStatus, ListRefused, NotAsked, PathFault, Purpose, Question, State,
    StatusAt, StatusMaterial, validate,
};
use pki::profile::Issuer;
use time::{Duration, UtcDateTime};

use super::bent::{Bent, Scene};
use super::forge::{AT, CRL, FIRST, serial, sign};

#[test]
fn a_point_of_the_certificate_that_cannot_be_matched_lets_no_list_speak() {
    let mut scene = Scene::new();
    let name = || Some(PointName::Full(vec![GeneralName::Uri(CRL)]));
    let issuer = vec![GeneralName::Directory(scene.world.root.subject().clone())];
    let point = |name, reasons, crl_issuer| DistributionPoint {
        name,
        reasons,
        crl_issuer,
    };
    let some = Some(Reasons(0b10));
    for (what, point) in [
        ("another signs it", point(None, None, issuer.clone())),
        ("another signs it there", point(name(), None, issuer)),
        ("some reasons", point(name(), some, Vec::new())),
    ] {
        let value = DistributionPoint::encode_list(&[point]);
        scene.leaf.set(id::CRL_DISTRIBUTION_POINTS, false, &value);
        let error = scene.judge().expect_err("no status");
        let PathFault::StatusUnknown { at: 0, refused } = &*error.fault else {
            panic!("{what}: {error:?}");
        };
        let reason = ListRefused::NotCompetent(NotCompetent::PointsNotMatchable);
        assert_eq!(refused[1].1, reason, "{what}");
    }
    let value = DistributionPoint::encode_list(&[point(name(), None, Vec::new())]);
    scene.leaf.set(id::CRL_DISTRIBUTION_POINTS, false, &value);
    assert_eq!(scene.outcome(), ("good", None));
}

#[test]
fn a_list_under_another_name_or_for_others_says_nothing() {
    let scene = Scene::new();
    let world = &scene.world;
    let signed = |issuer: &Issuer, coverage| -> Crl {
        let draft = CrlDraft {
            coverage,
            ..world.list_draft(issuer)
        };
        let prepared = draft.prepare([]).expect("a draft");
        let signature = sign(&world.ca_key, prepared.to_be_signed());
        prepared.finish(&signature).expect("a list")
    };
    // The key of the leaf's authority, under the name of the root.
    let renamed = Issuer::without_certificate(
        world.root.subject().clone(),
        crypto::Signer::public_key(&world.ca_key).clone(),
        crypto::SignatureAlgorithm::Ed25519,
    );
    let leaf = scene.leaf.finish(&scene.signer);
    let list = signed(&renamed, Coverage::Complete);
    assert_eq!(list.covers(&leaf), Err(NotCompetent::OtherIssuer));
    let mut other = Scene::new();
    other.lists = vec![world.root_list(&[]), list];
    assert_eq!(other.outcome(), ("path.status-unknown", Some(0)));
    // For end entities, about an authority.
    let scope = Scope::EndEntities;
    let list = signed(&world.issuer(), Coverage::Partition { uri: CRL, scope });
    let mut below = Bent::of(&world.ca);
    below.issuer.clone_from(&below.subject);
    let below = below.finish(&world.ca_key);
    assert_eq!(list.covers(&below), Err(NotCompetent::EndEntitiesOnly));
    assert_eq!(list.covers(&leaf), Ok(()));
}

#[test]
fn an_invalidity_date_after_the_revocation_does_not_put_it_off() {
    let mut scene = Scene::new();
    let entry = |invalid_since| Revoked {
        serial: serial(10),
        since: AT - Duration::days(2),
        reason: Reason::KeyCompromise,
        invalid_since: Some(invalid_since),
    };
    scene.at = AT - Duration::DAY;
    scene.revoke(&[], &[entry(AT - Duration::HOUR)]);
    assert_eq!(scene.outcome(), ("path.revoked", Some(0)));
}

#[test]
fn of_an_expired_certificate_any_list_that_still_tells_a_revocation_counts() {
    let mut scene = Scene::new();
    scene.at = AT - Duration::days(10);
    scene.leaf.valid(FIRST, AT - Duration::days(5));
    let entry = |since: UtcDateTime| Revoked {
        serial: serial(10),
        since,
        reason: Reason::KeyCompromise,
        invalid_since: None,
    };
    // The list does not say that it keeps what expired, and keeps this one.
    scene.revoke(&[], &[entry(AT - Duration::days(12))]);
    assert_eq!(scene.outcome(), ("path.revoked", Some(0)));
}

#[test]
fn a_short_term_certificate_is_not_asked_about() {
    // EN 319 412-1 5.2: validity assured.
    let mut scene = Scene::new();
    scene.lists.truncate(1);
    scene.leaf.set(id::VALIDITY_ASSURED, false, &write::null());
    let chain = scene.judge().expect("a chain");
    let none = CertificateStatus::NotAsked(NotAsked::NoneAvailable);
    assert_eq!(chain.statuses()[0], none);
    // A CA is not freed by it.
    let mut scene = Scene::new();
    scene.lists.remove(0);
    scene.ca.set(id::VALIDITY_ASSURED, false, &write::null());
    assert_eq!(scene.outcome(), ("path.status-unknown", Some(1)));
}

#[test]
fn of_several_answers_the_one_decides_that_is_of_the_moment() {
    let scene = Scene::new();
    let leaf = scene.leaf.finish(&scene.signer);
    let ca = [scene.ca.finish(&scene.world.root_key)];
    let anchors = [Anchor::of(scene.root.finish(&scene.world.root_key)).expect("a key")];
    let since = AT - Duration::hours(9);
    let said = |state, age| StatusAt {
        state,
        this_update: AT - Duration::hours(age),
        next_update: AT + Duration::DAY,
        expired_kept_since: None,
    };
    let told = |reason, at| {
        let stopped = State::Revoked { since, reason };
        let mut all = vec![
            said(State::Good, 20),
            said(stopped, 8),
            said(State::Good, 2),
        ];
        let mut judged = Vec::new();
        // In whatever order they are given.
        for _ in 0..all.len() {
            all.rotate_left(1);
            let answers = |asked: &pki::path::StatusAsked<'_>| match *asked.certificate == leaf {
                true => all.clone(),
                false => Vec::new(),
            };
            let question =
                Question::new(Purpose::DocumentSigning, at).with_status(StatusMaterial {
                    answers: Some(&answers),
                    ..StatusMaterial::of_lists(&scene.lists[..1], AT)
                });
            let found = validate(&leaf, &ca, &anchors, &question, &mut Budget::new());
            judged.push(match found {
                Ok(chain) => match &chain.statuses()[0] {
                    CertificateStatus::Used { status, .. } => Ok(*status),
                    other => panic!("{other:?}"),
                },
                Err(error) => Err(error.fault.code()),
            });
        }
        assert!(judged.iter().all(|one| *one == judged[0]), "{judged:?}");
        judged[0]
    };
    let hours = |ago| AT - Duration::hours(ago);
    // Lifted by now; on hold then; not yet on hold before, as the newest says.
    let lifted = Ok(said(State::Good, 2));
    assert_eq!(told(Reason::CertificateHold, AT), lifted);
    assert_eq!(told(Reason::CertificateHold, hours(5)), Err("path.revoked"));
    assert_eq!(told(Reason::CertificateHold, hours(12)), lifted);
    // Nothing else is lifted, and of a moment before it is told all the same.
    let superseded = State::Revoked {
        since,
        reason: Reason::Superseded,
    };
    assert_eq!(told(Reason::Superseded, AT), Err("path.revoked"));
    assert_eq!(told(Reason::Superseded, hours(5)), Err("path.revoked"));
    assert_eq!(told(Reason::Superseded, hours(12)), Ok(said(superseded, 8)));
}
