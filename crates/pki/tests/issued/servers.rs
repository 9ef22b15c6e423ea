//! TLS certificates: rcgen writes them, and they hold for servers and for nothing else.

use crypto::{SignatureAlgorithm, Signer as _};
use pki::certificate::{Certificate, Validity};
use pki::general_name::GeneralName;
use pki::path::{Anchor, Budget, PathError, Purpose, Question, validate};
use pki::tls::{LONGEST, PrepareTls, TlsServer};
use time::Duration;

use super::forge::{AT, Hierarchy, finish, key, serial};

const NAMES: [&str; 4] = ["licences.example", "*.api.example", "127.0.0.1", "::1"];

fn with<T>(names: &[&str], ask: impl FnOnce(TlsServer<'_>) -> T) -> T {
    let key = key(50);
    ask(TlsServer {
        names,
        key: key.public_key(),
        serial: serial(60),
        validity: Validity {
            from: AT - Duration::DAY,
            last: AT + Duration::days(90),
        },
    })
}

fn judge(leaf: &Certificate, anchor: Anchor, purpose: Purpose) -> Result<(), PathError> {
    let question = Question::new(purpose, AT);
    let world = Hierarchy::new();
    validate(leaf, &[world.ca], &[anchor], &question, &mut Budget::new()).map(drop)
}

#[test]
fn a_server_below_the_issuing_ca_serves_and_seals_nothing() {
    let world = Hierarchy::new();
    let issuer = world.issuer();
    let draft = with(&NAMES, |server| server.prepare(&issuer)).expect("a draft");
    let leaf = finish(draft, &world.ca_key);
    assert_eq!(leaf.subject().to_string(), "CN=licences.example");
    assert_eq!(leaf.issuer().der(), world.ca.subject().der());
    let names = leaf.subject_alternative_names().expect("readable");
    assert_eq!(names[1], GeneralName::Dns("*.api.example"));
    assert_eq!(names[2], GeneralName::Ip(&[127, 0, 0, 1]));
    assert_eq!(names.len(), 4);
    judge(&leaf, world.anchor(), Purpose::ServerAuthentication).expect("a chain");
    for purpose in [
        Purpose::DocumentSigning,
        Purpose::Credential,
        Purpose::ClientAuthentication,
    ] {
        let error = judge(&leaf, world.anchor(), purpose).expect_err("a server");
        assert_eq!(error.fault.code(), "path.purpose");
    }
}

#[test]
fn a_server_may_vouch_for_itself_and_for_nobody_else() {
    let own = with(&NAMES, |server| {
        let issuer = server.as_issuer(SignatureAlgorithm::Ed25519);
        server.prepare(&issuer.expect("a name"))
    });
    let leaf = finish(own.expect("a draft"), &key(50));
    assert!(leaf.is_self_issued() && !leaf.is_ca());
    let anchor = Anchor::of(leaf.clone()).expect("a key");
    judge(&leaf, anchor, Purpose::ServerAuthentication).expect("trusted itself");
}

#[test]
fn what_is_no_server_gets_no_certificate() {
    let issuer = Hierarchy::new().issuer();
    let refused = |names: &[&str]| with(names, |server| server.prepare(&issuer)).err();
    assert_eq!(refused(&[]), Some(PrepareTls::NameAbsent));
    for name in ["a b", "", "a..b", "*", "https://a.example", "例.example"] {
        let found = refused(&["a.example", name]);
        let name = name.to_owned();
        assert_eq!(found, Some(PrepareTls::Name { name }));
    }
    let long = with(&NAMES, |server| {
        let last = server.validity.from + LONGEST + Duration::SECOND;
        let validity = Validity {
            last,
            ..server.validity
        };
        TlsServer { validity, ..server }.prepare(&issuer).err()
    });
    assert_eq!(long, Some(PrepareTls::Validity));
}
