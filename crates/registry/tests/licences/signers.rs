//! Persons who sign: sealed and found by a keyed digest, by the table of their lives, one signature a request.

use crypto::KeyId;
use dossier::person::Party;
use dossier::signed::Assurance;
use dossier::signed::signer::{SignerAct, SignerState};
use registry::asked::Response;
use registry::signers::{
    Beginning, Begun, NewSigner, SignerRecord, SignerRefused, SignerStep, Signers, Signing,
};

use super::office::{CANARY, NAME, NOW, asked, by, department, other_department};
use crate::stage::on_each_store;

fn new(key: &str, number: &str) -> NewSigner {
    NewSigner {
        asked: asked(key),
        department: department(),
        person: Party::parse("person", NAME, number).expect("a person"),
        document: None,
        by: by(0),
    }
}

pub(crate) fn step(signer: &str, act: SignerAct) -> SignerStep {
    SignerStep {
        department: department(),
        signer: signer.to_owned(),
        act,
        level: (act == SignerAct::Prove).then_some(Assurance::L2),
        certificate: (act == SignerAct::Activate)
            .then(|| (vec![1, 2, 3], NOW + time::Duration::DAY)),
        own_key: None,
        reason: "实名核验".to_owned(),
        by: by(1),
    }
}

async fn active(signers: &Signers) -> SignerRecord {
    active_of(signers, ("a signer", CANARY)).await
}

/// A person of this number whose identity signs.
pub(crate) async fn active_of(signers: &Signers, (key, number): (&str, &str)) -> SignerRecord {
    let record = signers.apply(new(key, number)).await.expect("taken in");
    for act in [SignerAct::Prove, SignerAct::Activate] {
        signers.step(step(&record.id, act)).await.expect("listed");
    }
    let found = signers.find(&department(), &record.id).await;
    found.expect("answers").expect("it is there")
}

pub(crate) fn beginning(signer: &str, key: &str) -> Beginning {
    Beginning {
        asked: asked(key),
        department: department(),
        signer: signer.to_owned(),
        key: KeyId::parse("person-a").expect("a name"),
        case: "BJ-990102-20260608-00017".to_owned(),
        document: [5; 32],
        digest: [6; 32],
        intent: format!("{NAME}确认"),
        part: None,
        under: None,
        prepared: None,
        mandate: None,
        by: by(2),
    }
}

pub(crate) fn signing(id: &str, key: &str, body: &[u8]) -> Signing {
    Signing {
        asked: asked(key),
        department: department(),
        id: id.to_owned(),
        object: "object".to_owned(),
        digest: [7; 32],
        length: 9,
        round: None,
        response: Response {
            status: 201,
            body: body.to_vec(),
        },
        by: by(3),
    }
}

#[test]
fn an_identity_is_taken_in_once_and_lives_by_its_table() {
    on_each_store(|stage| async move {
        let registry = stage.open().await;
        let signers = registry.signers();
        let record = active(&signers).await;
        assert_eq!(record.state, SignerState::Active);
        assert_eq!(record.level, Some(Assurance::L2));
        assert_eq!((record.person.name(), record.events), (NAME, 3));
        let again = signers
            .apply(new("a signer", CANARY))
            .await
            .expect("repeated");
        assert_eq!(again.id, record.id);
        let twice = signers.step(step(&record.id, SignerAct::Activate)).await;
        assert!(matches!(twice, Err(SignerRefused::Life(_))));
        let other = SignerStep {
            department: other_department(),
            ..step(&record.id, SignerAct::Cancel)
        };
        let other = signers.step(other).await;
        assert!(matches!(other, Err(SignerRefused::Unknown)));
        let hidden = signers.find(&other_department(), &record.id).await;
        assert_eq!(hidden.expect("answers"), None);
        let over = signers.over(NOW + time::Duration::days(2), 10).await;
        assert_eq!(over.expect("answers").len(), 1);
        let firm = NewSigner {
            person: Party::parse("org", "云上小馆", "91990102FAKE0A0109").expect("a firm"),
            ..new("a firm", CANARY)
        };
        let firm = signers.apply(firm).await;
        assert!(matches!(firm, Err(SignerRefused::Person)));
        let traced = registry.trace().check(&department()).await;
        assert!(traced.expect("answers").is_empty());
    });
}

#[test]
fn a_signature_is_journalled_before_it_is_recorded_and_once_a_request() {
    on_each_store(|stage| async move {
        let registry = stage.open().await;
        let signers = registry.signers();
        let record = active(&signers).await;
        let begun = signers.begin(beginning(&record.id, "first")).await;
        let Begun::Journalled { id } = begun.expect("journalled") else {
            panic!("the first of its request");
        };
        let hidden = signers.signature(&department(), &id).await;
        assert_eq!(hidden.expect("answers"), None, "nothing is recorded yet");
        // A process was lost: the same request begins the same signature again.
        let again = signers.begin(beginning(&record.id, "first")).await;
        assert_eq!(
            again.expect("journalled"),
            Begun::Journalled { id: id.clone() }
        );
        let key = KeyId::parse("person-a").expect("a name");
        let ledger = registry.trace().ledger(&department(), &key, 0).await;
        assert_eq!(ledger.expect("answers").len(), 2, "both attempts");
        let kept = signers.record(signing(&id, "first", b"one")).await;
        assert_eq!(kept.expect("recorded").body, b"one");
        let second = signers.record(signing(&id, "first", b"two")).await;
        assert_eq!(second.expect("the first stays").body, b"one");
        let repeated = signers.begin(beginning(&record.id, "first")).await;
        assert!(matches!(repeated, Ok(Begun::Repeated(answer)) if answer.body == b"one"));
        let found = signers.signature(&department(), &id).await;
        let found = found.expect("answers").expect("recorded");
        assert_eq!((found.document, found.signed), ([5; 32], by(3).at));
        let of_case = signers.of_case(&department(), &found.case).await;
        assert_eq!(of_case.expect("answers").len(), 1);
        let stop = step(&record.id, SignerAct::Suspend);
        signers.step(stop).await.expect("listed");
        let stopped = signers.begin(beginning(&record.id, "second")).await;
        assert!(matches!(
            stopped,
            Err(SignerRefused::NotActive(SignerState::Suspended))
        ));
    });
}

#[test]
fn a_key_for_one_document_signs_that_one_once() {
    on_each_store(|stage| async move {
        let registry = stage.open().await;
        let signers = registry.signers();
        let once = NewSigner {
            document: Some([5; 32]),
            ..new("a pad", CANARY)
        };
        let record = signers.apply(once).await.expect("taken in");
        for act in [SignerAct::Prove, SignerAct::Activate] {
            signers.step(step(&record.id, act)).await.expect("listed");
        }
        let mut other = beginning(&record.id, "another document");
        other.document = [6; 32];
        let other = signers.begin(other).await;
        assert!(matches!(other, Err(SignerRefused::OneTime)));
        let begun = signers.begin(beginning(&record.id, "first")).await;
        let Begun::Journalled { id } = begun.expect("journalled") else {
            panic!("the first of its request");
        };
        let again = signers.begin(beginning(&record.id, "first")).await;
        assert_eq!(
            again.expect("goes on"),
            Begun::Journalled { id: id.clone() }
        );
        let second = signers.begin(beginning(&record.id, "second")).await;
        assert!(matches!(second, Err(SignerRefused::OneTime)));
        signers
            .record(signing(&id, "first", b"one"))
            .await
            .expect("recorded");
        let spent = step(&record.id, SignerAct::Spend);
        let spent = signers.step(spent).await.expect("listed");
        assert_eq!(
            (spent.state, spent.document),
            (SignerState::Spent, Some([5; 32]))
        );
        let late = signers.begin(beginning(&record.id, "third")).await;
        assert!(matches!(
            late,
            Err(SignerRefused::NotActive(SignerState::Spent))
        ));
    });
}

#[test]
fn the_persons_of_a_department_are_listed_in_pages_and_found_by_their_number() {
    on_each_store(|stage| async move {
        let signers = super::office::office(&stage).await.registry.signers();
        let mut known = Vec::new();
        for (turn, number) in [CANARY, "99010219810705031X", CANARY]
            .into_iter()
            .enumerate()
        {
            let key = format!("a signer of the list {turn}");
            known.push(signers.apply(new(&key, number)).await.expect("taken in").id);
        }
        let proven = step(&known[1], SignerAct::Prove);
        signers.step(proven).await.expect("listed");
        let ids = |page: Vec<SignerRecord>| page.into_iter().map(|one| one.id).collect::<Vec<_>>();
        let page = async |state, after: &str, limit| {
            let own = department();
            ids(signers
                .page((&own, state), (after, limit))
                .await
                .expect("answers"))
        };
        let mut ordered = known.clone();
        ordered.sort();
        assert_eq!(page(None, "", 100).await, ordered);
        assert_eq!(page(None, "", 2).await, ordered[..2]);
        assert_eq!(page(None, &ordered[1], 2).await, ordered[2..]);
        let at = Some(SignerState::IdentityProven);
        assert_eq!(page(at, "", 100).await, [known[1].clone()]);
        assert!(page(at, &known[1], 100).await.is_empty());
        let elsewhere = other_department();
        let theirs = signers.page((&elsewhere, None), ("", 100)).await;
        assert!(theirs.expect("answers").is_empty(), "another department's");
        let of = async |department: &_, number: &str| {
            ids(signers
                .of_person((department, number), 100)
                .await
                .expect("answers"))
        };
        let mut twice = vec![known[0].clone(), known[2].clone()];
        twice.sort();
        assert_eq!(of(&department(), CANARY).await, twice);
        assert!(of(&department(), "990102198107050310").await.is_empty());
        assert!(of(&elsewhere, CANARY).await.is_empty());
    });
}
