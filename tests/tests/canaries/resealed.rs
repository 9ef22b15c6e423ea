//! Everything that stands sealed comes under another field key, and opens under it alone (T-P5).

use std::collections::BTreeSet;
use std::sync::Arc;

use catalogue::key::{DepartmentKey, PersonKey};
use crypto::SystemRandom;
use crypto::aead::AeadKey;
use duties::Roles;
use registry::Secrets;
use registry::accounts::AccountKey;
use registry::asked::By;
use serde_json::json;
use server::Call;

use crate::columns;
use crate::stage::Service;

/// The keys of a node that seals under the first number and knows the others; the first is the installation's own.
fn secrets(numbers: &[u8]) -> Secrets {
    let key = |number: u8| (u32::from(number), AeadKey::new([number; 32]));
    let (current, others) = numbers.split_first().expect("a number");
    let random = Arc::new(SystemRandom::new());
    let secrets = Secrets::numbered(key(*current), [2; 32], random);
    others.iter().fold(secrets, |secrets, other| {
        let (number, field) = key(*other);
        secrets.and_opens(number, field)
    })
}

/// An account that a person activated, with a second factor.
async fn account(service: &Service) {
    let who = (
        DepartmentKey::parse("Q-APR").expect("a department"),
        AccountKey::parse("zhou.1").expect("a name"),
        PersonKey::parse("P-ZHOU").expect("a key"),
    );
    let roles = Roles::read("administrator").expect("a role");
    let by = By::new("operator", service.now());
    let registry = service.office.registry();
    let opened = issuance::accounts::found(registry, &SystemRandom::new(), who, (roles, by)).await;
    let invitation = opened.expect("it is opened").invitation.to_string();
    let content = json!({"invitation": invitation, "password": "correct horse battery staple"});
    let call = Call::post("/v1/accounts/zhou.1/activation", &content);
    let answer = service.anybody(call).await;
    assert!(
        answer.json()["second_factor"].is_string(),
        "{}",
        answer.json()
    );
}

/// Goes over a database in which every sealed column has values: first with both keys, then with the new one alone.
pub(crate) async fn whole(service: &Service) {
    account(service).await;
    let database = service.installation.database();
    let gone_over: BTreeSet<String> = reencryption::COLUMNS
        .iter()
        .map(|column| format!("{}.{}", column.table, column.column))
        .collect();
    assert_eq!(
        gone_over,
        columns::sealed(),
        "every sealed column, and no other"
    );
    let both = registry::open(database, secrets(&[3, 1]))
        .await
        .expect("it opens");
    let first = both
        .reencryption()
        .run(&mut |_| {})
        .await
        .expect("gone over");
    for done in &first {
        let place = format!(
            "{}.{} {:?}",
            done.column.table, done.column.column, done.names
        );
        assert_eq!(
            (done.before, done.changed, done.unopened),
            (0, 0, 0),
            "{place}"
        );
        let is_past = done.column.table == "case_link";
        assert!(done.anew > 0 || is_past || is_kind(done), "{place}");
    }
    let alone = registry::open(database, secrets(&[3]))
        .await
        .expect("it opens");
    let again = alone
        .reencryption()
        .run(&mut |_| {})
        .await
        .expect("gone over");
    for (one, other) in first.iter().zip(&again) {
        assert_eq!((other.anew, other.unopened), (0, 0), "{other:?}");
        assert_eq!(other.before, one.anew, "{other:?}");
    }
    // Whoever has the old key alone reads nothing any more, and whoever has another never did.
    for number in [1, 9] {
        let former = registry::open(database, secrets(&[number]))
            .await
            .expect("it opens");
        let none = former
            .reencryption()
            .run(&mut |_| {})
            .await
            .expect("gone over");
        for (one, other) in first.iter().zip(&none) {
            assert_eq!((other.anew, other.before), (0, 0), "{other:?}");
            assert_eq!(other.unopened, one.anew, "{other:?}");
        }
    }
}

/// Links stand in one column, sealed for a place that depends on where they lead.
fn is_kind(done: &reencryption::Resealed) -> bool {
    done.column.table == "person_link"
}
