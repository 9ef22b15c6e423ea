//! Names held against the constraints of the authorities above, in every form.

use asn1::{Oid, write};
use pki::extension::NameConstraints;
use pki::general_name::GeneralName;
use pki::identifiers as id;
use pki::name::Name;
use pki::path::AnchorRules;

use super::bent::Scene;
use super::forge::key;

/// A kind of name that nobody here reads.
const UNKNOWN: Oid = Oid::of(&[1, 3, 6, 1, 4, 1, 99_999, 7]);
/// A user principal name.
const PRINCIPAL: Oid = Oid::of(&[1, 3, 6, 1, 4, 1, 311, 20, 2, 3]);

/// Constrains the CA.
fn constrain(scene: &mut Scene, permitted: Vec<GeneralName<'_>>, excluded: Vec<GeneralName<'_>>) {
    let value = NameConstraints {
        permitted,
        excluded,
    }
    .encode();
    scene.ca.set(id::NAME_CONSTRAINTS, true, &value);
}

/// Gives the leaf alternative names.
fn alternative(scene: &mut Scene, names: &[GeneralName<'_>]) {
    let value = write::sequence(names.iter().map(GeneralName::encode));
    scene.leaf.set(id::SUBJECT_ALT_NAME, false, &value);
}

fn directory(attributes: &[(Oid, &str)]) -> GeneralName<'static> {
    GeneralName::Directory(Name::of(attributes).expect("a name"))
}

/// A scene in which the CA may give `permitted`, not `excluded`, and the leaf has `names`.
fn named(
    permitted: &[GeneralName<'_>],
    excluded: &[GeneralName<'_>],
    names: &[GeneralName<'_>],
) -> (&'static str, Option<usize>) {
    let mut scene = Scene::new();
    constrain(&mut scene, permitted.to_vec(), excluded.to_vec());
    if !names.is_empty() {
        alternative(&mut scene, names);
    }
    scene.outcome()
}

const GOOD: (&str, Option<usize>) = ("good", None);
const OUTSIDE: (&str, Option<usize>) = ("path.name-not-permitted", Some(0));
const EXCLUDED: (&str, Option<usize>) = ("path.name-excluded", Some(0));
const UNCLEAR: (&str, Option<usize>) = ("path.name-not-comparable", Some(0));
const MALFORMED: (&str, Option<usize>) = ("path.malformed-constraint", Some(1));

#[test]
fn names_outside_the_constraints_are_refused_in_every_form() {
    use GeneralName::{Dns, Email};
    let inside = Dns("a.office.example");
    assert_eq!(
        named(&[Dns("office.example")], &[], std::slice::from_ref(&inside)),
        GOOD
    );
    assert_eq!(
        named(
            &[Dns("office.example")],
            &[],
            &[inside.clone(), Dns("b.example")]
        ),
        OUTSIDE
    );
    assert_eq!(named(&[], &[Dns("office.example")], &[inside]), EXCLUDED);
    assert_eq!(
        named(&[Dns("office.example")], &[], &[Dns("a..b")]),
        UNCLEAR
    );
    assert_eq!(named(&[Dns(".office.example")], &[], &[]), MALFORMED);
    assert_eq!(
        named(
            &[Email("office.example")],
            &[],
            &[Email("a@office.example")]
        ),
        GOOD
    );
    assert_eq!(
        named(&[Email("office.example")], &[], &[Email("a@b.example")]),
        OUTSIDE
    );
    assert_eq!(
        named(&[], &[Email("a@b.example")], &[Email("a@b.example")]),
        EXCLUDED
    );
}

#[test]
fn addresses_and_hosts_outside_the_constraints_are_refused() {
    use GeneralName::{Dns, Ip, Uri};
    assert_eq!(
        named(
            &[Ip(&[10, 0, 0, 0, 255, 0, 0, 0])],
            &[],
            &[Ip(&[10, 1, 2, 3])]
        ),
        GOOD
    );
    assert_eq!(
        named(
            &[Ip(&[10, 0, 0, 0, 255, 0, 0, 0])],
            &[],
            &[Ip(&[11, 1, 2, 3])]
        ),
        OUTSIDE
    );
    assert_eq!(
        named(&[Ip(&[10, 0, 0, 0, 0, 0, 0, 1])], &[], &[]),
        MALFORMED
    );
    assert_eq!(
        named(
            &[Uri(".office.example")],
            &[],
            &[Uri("https://a.office.example/")]
        ),
        GOOD
    );
    assert_eq!(
        named(&[Uri("office.example")], &[], &[Uri("https://b.example/")]),
        OUTSIDE
    );
    assert_eq!(
        named(&[Uri("office.example")], &[], &[Uri("urn:oid:1.2.3")]),
        UNCLEAR
    );
    assert_eq!(
        named(&[Uri("office.example")], &[], &[Dns("b.example")]),
        GOOD
    );
}

#[test]
fn subjects_and_names_of_unread_forms_are_held_against_constraints_too() {
    let china = directory(&[(id::COUNTRY, "CN")]);
    let elsewhere = directory(&[(id::COUNTRY, "XX")]);
    assert_eq!(named(std::slice::from_ref(&china), &[], &[]), GOOD);
    assert_eq!(named(std::slice::from_ref(&elsewhere), &[], &[]), OUTSIDE);
    assert_eq!(named(&[], std::slice::from_ref(&china), &[]), EXCLUDED);
    assert_eq!(named(&[china], &[], &[elsewhere]), OUTSIDE);
    let text = write::utf8_string("he@office.example");
    let principal = GeneralName::Other {
        kind: PRINCIPAL,
        value: &text,
    };
    // T-V9: constrained and not understood is refused, permitted or not.
    let same = std::slice::from_ref(&principal);
    assert_eq!(named(same, &[], same), UNCLEAR);
    assert_eq!(named(&[], same, same), UNCLEAR);
    assert_eq!(named(same, &[], &[]), GOOD);
    let registered = GeneralName::Registered(UNKNOWN);
    let same = std::slice::from_ref(&registered);
    assert_eq!(named(&[], same, same), UNCLEAR);
    // RFC 9598 6: SmtpUTF8Mailbox is under the constraints of rfc822Name.
    let text = write::utf8_string("何@other.example");
    let mailbox = GeneralName::Other {
        kind: Oid::of(&[1, 3, 6, 1, 5, 5, 7, 8, 9]),
        value: &text,
    };
    let office = [GeneralName::Email("office.example")];
    assert_eq!(named(&office, &[], &[mailbox]), OUTSIDE);
    let mut scene = Scene::new();
    constrain(&mut scene, office.to_vec(), Vec::new());
    scene
        .leaf
        .name(&[(id::COUNTRY, "CN"), (id::EMAIL_ADDRESS, "a@other.example")]);
    assert_eq!(scene.outcome(), OUTSIDE);
}

#[test]
fn constraints_of_the_root_reach_the_leaf() {
    let mut scene = Scene::new();
    let value = NameConstraints {
        permitted: vec![directory(&[(id::COUNTRY, "CN")])],
        excluded: Vec::new(),
    }
    .encode();
    scene.root.set(id::NAME_CONSTRAINTS, true, &value);
    assert_eq!(scene.outcome(), GOOD);
    scene
        .leaf
        .name(&[(id::COUNTRY, "XX"), (id::COMMON_NAME, "x")]);
    assert_eq!(scene.outcome(), OUTSIDE);
    scene.rules = AnchorRules::NameAndKey;
    assert_eq!(scene.outcome(), GOOD);
}

/// What is found of a chain root, CA, CA of the same name with another key, leaf: the first CA permits or excludes the office
/// that it is itself, and the leaf is of another one unless it is self-issued, too.
fn self_issued(permits: bool, leaf_too: bool) -> (&'static str, Option<usize>) {
    let own = [(id::COUNTRY, "CN"), (id::ORGANIZATION, "甲局")];
    let other = directory(&[(id::COUNTRY, "CN"), (id::ORGANIZATION, "乙局")]);
    let mut scene = Scene::new();
    scene.ca.name(&own);
    let (permitted, excluded) = match permits {
        true => (vec![other], Vec::new()),
        false => (Vec::new(), vec![directory(&own)]),
    };
    let mut next = scene.ca.clone();
    constrain(&mut scene, permitted, excluded);
    next.issuer.clone_from(&scene.ca.subject);
    scene.leaf.issuer.clone_from(&scene.ca.subject);
    match leaf_too {
        true => scene.leaf.name(&own),
        false => scene
            .leaf
            .name(&[(id::COUNTRY, "CN"), (id::ORGANIZATION, "乙局")]),
    }
    let key = key(89);
    next.certified(&key);
    scene.more = vec![next.finish(&scene.world.ca_key)];
    scene.signer = key;
    scene.demand = pki::path::StatusDemand::Nothing;
    scene.outcome()
}

#[test]
fn a_self_issued_authority_is_spared_and_a_self_issued_last_certificate_is_not() {
    // RFC 5280 6.1.3 b, c. Only the authority in between is of the name that is not allowed, in the first of both.
    for (permits, fault) in [(true, OUTSIDE), (false, EXCLUDED)] {
        assert_eq!(self_issued(permits, false), GOOD, "{permits}");
        assert_eq!(self_issued(permits, true), fault, "{permits}");
    }
}
