//! A drill: the same octets each time, and marked in everything that it leaves.

use ceremony::{Broken, Declaration, Files, ReadDeclaration, Refused, RootKey, judge};
use crypto::device::Rehearsal;
use crypto::{Authorisation, Input, KeyUse, Signer};
use pki::certificate::Certificate;

use crate::room::{Room, first, held, name, next};

const MARK: &str = "\n[drill]\nseed = 5\nat = \"2026-11-27T09:00:00Z\"\n";

fn drill(text: &str, folder: &Files) -> Files {
    let room = Room {
        folder: folder.clone(),
        ..Room::of(text)
    };
    let of = room.declaration.drill().expect("a drill");
    let key = Rehearsal::generate(room.declaration.kind(), &of.of_key()).expect("a key");
    let root = RootKey {
        public: key.public_key(),
        algorithm: key.algorithm(),
        sign: &|octets, at| {
            let under =
                Authorisation::journalled(name("drill-root"), KeyUse::Certificates, octets, at);
            key.sign(Input::Message(octets), &under)
        },
    };
    let random = of.of_session(room.declaration.session());
    let mut all = folder.clone();
    all.extend(
        room.admit()
            .expect("admitted")
            .hold(&root, &random)
            .expect("held"),
    );
    all
}

#[test]
fn a_drill_held_twice_leaves_the_same_octets_in_two_sessions() {
    for kind in ["ed25519", "ecdsa-p384", "sm2"] {
        let of_kind = |text: String| text.replacen("\"ed25519\"", &format!("{kind:?}"), 1) + MARK;
        let twice = [(), ()].map(|()| drill(&of_kind(first()), &Files::new()));
        assert_eq!(twice[0], twice[1], "{kind}");
        let twice = twice.map(|files| drill(&of_kind(next(2)), &files));
        assert_eq!(twice[0], twice[1], "{kind}");
        let judged = judge(&twice[0], None);
        assert_eq!(
            (judged.faults, judged.drill, judged.sessions),
            (vec![], true, 2)
        );
    }
    let other = MARK.replace("seed = 5", "seed = 6");
    let (one, other) = (first() + MARK, first() + &other);
    assert_ne!(
        drill(&one, &Files::new())["root.cer"],
        drill(&other, &Files::new())["root.cer"]
    );
}

#[test]
fn a_drill_says_so_in_every_name_and_in_the_transcript() {
    let files = drill(&(first() + MARK), &Files::new());
    for file in ["root.cer", "issuing.cer"] {
        let certificate = Certificate::parse(&files[file]).expect("a certificate");
        for part in [certificate.subject(), certificate.issuer()] {
            let common = part.common_name().expect("a name");
            assert!(common.starts_with("DRILL "), "{common}");
        }
    }
    assert!(files["transcript"].starts_with(b"yinxin ceremony transcript v1 DRILL\n"));
}

#[test]
fn a_kind_that_is_not_the_same_again_is_refused_for_a_drill() {
    let text = first().replacen("\"ed25519\"", "\"ecdsa-p256\"", 1) + MARK;
    let refused = Declaration::parse(&text).expect_err("refused");
    assert!(matches!(refused, ReadDeclaration::NotRepeatable { .. }));
    assert!(refused.to_string().contains("ecdsa-p384, ed25519 or sm2"));
}

#[test]
fn no_drill_goes_on_from_a_ceremony_and_none_from_a_drill() {
    let real = Room::after(&held(), &(next(2) + MARK)).admit().err();
    assert!(
        matches!(real, Some(Refused::Broken(Broken::Departs(_)))),
        "{real:?}"
    );
    let files = drill(&(first() + MARK), &Files::new());
    let drilled = Room::after(&files, &next(2)).admit().err();
    assert!(
        matches!(drilled, Some(Refused::Broken(Broken::Departs(_)))),
        "{drilled:?}"
    );
}
