//! A declaration says all, or is refused for its reason.

use ceremony::{Declaration, ReadDeclaration};

use crate::room::{first, hex, next};

/// The first declaration with one piece changed.
fn changed(from: &str, to: &str) -> Result<Declaration, ReadDeclaration> {
    let text = first();
    assert!(text.contains(from), "{from}");
    Declaration::parse(&text.replacen(from, to, 1))
}

#[test]
fn a_plan_says_what_will_be_done_and_ends_with_the_digest_of_all_of_it() {
    let read = Declaration::parse(&first()).expect("a declaration");
    let plan = read.plan();
    for piece in [
        "ceremony root-2026, session 1",
        "master: master, signs the transcript",
        "keeper: two, share 2",
        "\"Root CA 2026\" for 7300 days",
        "3 shares of which any 2 open it",
        "certificate issuing: \"Issuing CA 2026\", issuing-ca for 3650 days, issuing.csr",
        "list 1: the next one within 180 days",
    ] {
        assert!(plan.contains(piece), "{piece} in {plan}");
    }
    assert!(plan.ends_with(&format!("signed off: {}", hex(&read.digest()))));
    let other = changed("days = 180", "days = 181").expect("a declaration");
    assert_ne!(other.digest(), read.digest());
    let later = Declaration::parse(&next(2)).expect("a declaration");
    assert!(later.plan().contains("opened: the root"));
}

#[test]
fn what_is_not_known_is_refused() {
    for (from, to) in [
        ("session = 1", "session = 1\nhurry = true"),
        ("role = \"master\"", "role = \"master\"\nphone = \"1\""),
        ("[list]", "[lists]"),
        ("session = 1", "session = \"1\""),
    ] {
        let refused = changed(from, to);
        assert!(
            matches!(refused, Err(ReadDeclaration::Syntax { .. })),
            "{to}: {refused:?}"
        );
    }
    let long = first() + &"#".repeat(ceremony::MAX_DECLARATION);
    assert!(matches!(
        Declaration::parse(&long),
        Err(ReadDeclaration::TooLong)
    ));
}

#[test]
fn each_value_is_possible_in_its_place() {
    for (from, to, place) in [
        ("root-2026", "../root", "ceremony"),
        ("root-2026", "Root", "ceremony"),
        ("session = 1", "session = 0", "session"),
        ("http://", "ftp://", "address"),
        ("/ca\"", "/ca/\"", "address"),
        ("2.25.1", "2.25.x", "policy"),
        ("role = \"witness\"", "role = \"guest\"", "participant.role"),
        ("name = \"two\"", "name = \"root\"", "participant.name"),
        ("key = \"30", "key = \"31", "participant.key"),
        ("days = 7300", "days = 0", "root.days"),
        ("days = 7300", "days = 4000000", "root.days"),
        ("\"issuing-ca\"", "\"seal\"", "certificate.profile"),
        ("\"issuing-ca\"", "\"root\"", "certificate.profile"),
        (
            "name = \"issuing\"",
            "name = \"../issuing\"",
            "certificate.name",
        ),
        ("request = \"", "request = \"00", "certificate.request"),
        ("number = 1", "number = 0", "list.number"),
        ("\"Root CA 2026\"", "\"DRILL Root\"", "common_name"),
        ("\"Example Office\"", "\"DRILL\"", "organization"),
    ] {
        let refused = changed(from, to).expect_err(to);
        let at = matches!(&refused, ReadDeclaration::Value { place: at, .. } if *at == place);
        assert!(at, "{to}: {refused:?}");
    }
    for (kind, known) in [
        ("rsa-3072", false),
        ("ecdsa-p384", true),
        ("ecdsa-p256", true),
        ("sm2", true),
    ] {
        let read = changed("\"ed25519\"", &format!("{kind:?}"));
        assert_eq!(read.is_ok(), known, "{kind}");
        assert!(known || matches!(read, Err(ReadDeclaration::Kind { .. })));
    }
    let nameless = changed("\"Root CA 2026\"", "\"\"");
    assert!(matches!(nameless, Err(ReadDeclaration::Subject { .. })));
}

#[test]
fn people_and_numbers_go_together() {
    for (from, to) in [
        ("keepers = 2", "keepers = 1"),
        ("keepers = 2", "keepers = 4"),
        ("witnesses = 1", "witnesses = 0"),
        ("witnesses = 1", "witnesses = 2"),
        ("role = \"witness\"", "role = \"keeper\""),
        ("role = \"master\"", "role = \"witness\""),
        ("role = \"witness\"", "role = \"master\""),
    ] {
        let refused = changed(from, to);
        assert!(
            matches!(refused, Err(ReadDeclaration::Count { .. })),
            "{to}: {refused:?}"
        );
    }
    for (from, to) in [
        ("name = \"two\"", "name = \"one\""),
        ("name = \"issuing\"", "name = \"root\""),
        ("name = \"issuing\"", "name = \"transcript\""),
    ] {
        let refused = changed(from, to);
        assert!(
            matches!(refused, Err(ReadDeclaration::Twice { .. })),
            "{to}: {refused:?}"
        );
    }
    for to in ["days = 7301", "days = 5491"] {
        let refused = changed("days = 3650", to);
        assert!(
            matches!(refused, Err(ReadDeclaration::Life { .. })),
            "{to}: {refused:?}"
        );
    }
}
