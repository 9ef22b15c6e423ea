//! What users authorised for remote signing: bound to user, credential, hashes, algorithm and moment, and used once.

use std::sync::Arc;

use crypto::KeyId;
use dossier::signed::signer::SignerAct;
use registry::Registry;
use registry::asked::By;
use registry::signers::activations::{
    Activation, ActivationRefused, ActivationUse, Activations, HashesBeginning,
};
use registry::signers::{Begun, SignerRefused};
use time::Duration;

use super::office::{CANARY, NOW, by, department, other_department};
use super::signers::{active_of, beginning, step};
use crate::stage::on_each_store;

const SHA256: &str = "2.16.840.1.101.3.4.2.1";
const USER: &str = "https://id.example\nlin";

fn activation(credential: &str, hashes: &[u8], allowed: u32) -> Activation {
    Activation {
        handle: [1; 32],
        department: department(),
        credential: credential.to_owned(),
        user: USER.to_owned(),
        algorithm: SHA256.to_owned(),
        hashes: hashes.iter().map(|octet| [*octet; 32]).collect(),
        allowed,
        made: NOW,
        until: NOW + Duration::minutes(5),
    }
}

fn under(credential: &str, hashes: &[u8]) -> ActivationUse {
    ActivationUse {
        handle: [1; 32],
        department: department(),
        credential: credential.to_owned(),
        user: USER.to_owned(),
        algorithm: SHA256.to_owned(),
        hashes: hashes.iter().map(|octet| [*octet; 32]).collect(),
    }
}

fn hashes(signer: &str, under: ActivationUse) -> HashesBeginning {
    HashesBeginning {
        department: department(),
        signer: signer.to_owned(),
        key: KeyId::parse("person-a").expect("a name"),
        under,
        by: by(2),
    }
}

async fn signer(registry: &Registry) -> String {
    active_of(&registry.signers(), ("a signer", CANARY))
        .await
        .id
}

/// Entries of the key journal.
async fn journalled(registry: &Registry) -> usize {
    let entries = registry.trace().entries(&department(), 0).await;
    let entries = entries.expect("answers").into_iter();
    entries.filter(|entry| entry.deed == "sign").count()
}

fn refused(found: Result<(), SignerRefused>) -> Option<ActivationRefused> {
    match found {
        Err(SignerRefused::Activation(refused)) => Some(refused),
        other => {
            other.expect("only what was authorised refuses");
            None
        }
    }
}

async fn inspected(book: &Activations, under: &ActivationUse) -> Option<ActivationRefused> {
    refused(book.inspect(under, NOW).await)
}

#[test]
fn what_was_authorised_holds_for_its_user_credential_hashes_algorithm_and_moment() {
    on_each_store(|stage| async move {
        let registry = stage.open().await;
        let id = signer(&registry).await;
        let book = registry.activations();
        let given = activation(&id, &[7, 8], 2);
        book.open(given.clone(), by(0)).await.expect("kept");
        let good = under(&id, &[7]);
        assert_eq!(inspected(&book, &good).await, None);
        let other = |change: fn(&mut ActivationUse)| {
            let mut other = good.clone();
            change(&mut other);
            other
        };
        let unknown = Some(ActivationRefused::Unknown);
        let hash = Some(ActivationRefused::Hash);
        for (wrong, why) in [
            (other(|it| it.user.push('2')), unknown),
            (other(|it| it.credential.push('2')), unknown),
            (other(|it| it.handle[0] ^= 1), unknown),
            (other(|it| it.hashes[0][31] ^= 1), hash),
            (other(|it| it.algorithm.push('2')), hash),
        ] {
            assert_eq!(inspected(&book, &wrong).await, why);
            let begun = book.begin(hashes(&id, wrong)).await.map(|_| ());
            assert_eq!(refused(begun), why);
        }
        let late = NOW + Duration::minutes(5);
        let expired = Some(ActivationRefused::Expired);
        assert_eq!(refused(book.inspect(&good, late).await), expired);
        assert_eq!(refused(book.spend(good.clone(), late).await), expired);
        assert_eq!(journalled(&registry).await, 0, "nothing was asked of a key");
        // What is shown again is what it was: nobody gives it more.
        let mut wider = given;
        wider.hashes.push([9; 32]);
        wider.allowed = 9;
        book.open(wider, by(1)).await.expect("left as it is");
        assert_eq!(inspected(&book, &under(&id, &[9])).await, hash);
        // It is refused for all of its hashes, or for none.
        let both = book.begin(hashes(&id, under(&id, &[7, 9]))).await;
        assert_eq!(refused(both.map(|_| ())), hash);
        book.begin(hashes(&id, good)).await.expect("lets it sign");
        assert_eq!(journalled(&registry).await, 1);
        assert_eq!(book.forget(late).await.expect("answers"), 0);
        let after = late + Duration::SECOND;
        assert_eq!(book.forget(after).await.expect("answers"), 1);
        assert_eq!(inspected(&book, &under(&id, &[8])).await, unknown);
    });
}

#[test]
fn of_sixteen_uses_at_once_one_signs_and_no_more_are_made_than_were_allowed() {
    on_each_store(|stage| async move {
        let registry = Arc::new(stage.open().await);
        let id = signer(&registry).await;
        let book = registry.activations();
        book.open(activation(&id, &[1, 2, 3], 2), by(0))
            .await
            .expect("kept");
        let tries: Vec<_> = (0..16)
            .map(|_| {
                let (book, begin) = (book.clone(), hashes(&id, under(&id, &[1])));
                tokio::spawn(async move { book.begin(begin).await.map(|_| ()) })
            })
            .collect();
        let mut lets = 0;
        for one in tries {
            match refused(one.await.expect("ends")) {
                None => lets += 1,
                Some(why) => assert_eq!(why, ActivationRefused::Used),
            }
        }
        assert_eq!((lets, journalled(&registry).await), (1, 1));
        // The third hash was authorised, too, and one signature too many.
        let used = Some(ActivationRefused::Used);
        let two = book.begin(hashes(&id, under(&id, &[2, 3]))).await;
        assert_eq!(refused(two.map(|_| ())), used);
        book.begin(hashes(&id, under(&id, &[3])))
            .await
            .expect("the second");
        let third = book.begin(hashes(&id, under(&id, &[2]))).await;
        assert_eq!(refused(third.map(|_| ())), used);
        assert_eq!(journalled(&registry).await, 2);
    });
}

#[test]
fn a_suspended_identity_signs_no_hash_and_consumes_nothing() {
    on_each_store(|stage| async move {
        let registry = stage.open().await;
        let id = signer(&registry).await;
        let book = registry.activations();
        book.open(activation(&id, &[1], 1), by(0))
            .await
            .expect("kept");
        let signers = registry.signers();
        signers
            .step(step(&id, SignerAct::Suspend))
            .await
            .expect("stopped");
        let stopped = book.begin(hashes(&id, under(&id, &[1]))).await;
        assert!(matches!(stopped, Err(SignerRefused::NotActive(_))));
        signers
            .step(step(&id, SignerAct::Resume))
            .await
            .expect("goes on");
        assert_eq!(inspected(&book, &under(&id, &[1])).await, None);
        // A document is signed under it in the transaction of its own journal line.
        let mut document = beginning(&id, "a key");
        document.under = Some(under(&id, &[1]));
        let begun = signers.begin(document.clone()).await.expect("lets it sign");
        assert!(matches!(begun, Begun::Journalled { .. }));
        document.asked = super::office::asked("another key");
        let again = signers.begin(document).await.map(|_| ());
        assert_eq!(refused(again), Some(ActivationRefused::Used));
        assert_eq!(journalled(&registry).await, 1);
    });
}

#[test]
fn identities_are_found_by_the_account_of_their_person_and_by_no_other() {
    on_each_store(|stage| async move {
        let registry = stage.open().await;
        let id = signer(&registry).await;
        let book = registry.activations();
        let bind = async |user: &str, by: By| {
            let bound = book.bind((department(), id.clone()), user, by).await;
            bound.expect("answers")
        };
        assert_eq!(bind(USER, by(1)).await, None);
        let found = book.of_user(USER, ("", 10)).await.expect("answers");
        assert_eq!(found, [(id.clone(), department())]);
        assert_ne!(found[0].1, other_department());
        let of = async |user: &str| book.department_of(user, &id).await.expect("answers");
        assert_eq!(of(USER).await, Some(department()));
        // Another account waits for a second person (T-S4); who says it twice is one.
        let other = "https://id.example\nelse";
        for second in [2, 3] {
            let waits = bind(other, by(second)).await;
            assert_eq!(waits, Some(by(second).at + Duration::hours(24)));
            assert_eq!(of(USER).await, Some(department()));
        }
        let agreed = By::new("P-SECOND", by(4).at);
        assert_eq!(bind(other, agreed).await, None);
        assert_eq!(of(USER).await, None, "one account at a time");
        assert!(
            book.of_user(USER, ("", 10))
                .await
                .expect("answers")
                .is_empty()
        );
    });
}
