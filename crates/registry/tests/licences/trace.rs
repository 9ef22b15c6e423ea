//! The trace: every act is there, and whatever was changed, removed, moved or cut off is named.

use catalogue::key::DepartmentKey;
use registry::Registry;
use registry::journal::KeyUse;
use registry::log::Log;
use registry::trace::{Act, Deed, TraceFault};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::office::{by, department, office, other_department, signing};
use crate::stage::{Stage, on_each_store};

/// What somebody with the database in hand does, past the registry.
pub(crate) async fn tamper(stage: &Stage, statement: &str) {
    let changed = if let Some(file) = stage.address().strip_prefix("sqlite:") {
        let connection = rusqlite::Connection::open(file).expect("opens");
        let changed = connection.execute(statement, []).expect("runs");
        u64::try_from(changed).expect("few")
    } else {
        let mut connection = PgConnection::connect(stage.address()).await.expect("opens");
        sqlx::query(AssertSqlSafe(statement.to_owned()))
            .execute(&mut connection)
            .await
            .expect("runs")
            .rows_affected()
    };
    assert_eq!(changed, 1);
}

fn act(department: DepartmentKey, object: &str) -> Act {
    Act {
        department,
        by: by(0),
        deed: Deed::Deny,
        object: object.to_owned(),
        ground: "seal.out-of-scope".to_owned(),
        detail: vec![("matter", "990171-XK-0019".to_owned())],
        key: None,
    }
}

async fn ten(registry: &Registry) {
    for object in 0..10 {
        let act = act(department(), &format!("object-{object}"));
        registry.trace().record(act).await.expect("written");
    }
}

async fn faults(registry: &Registry) -> Vec<TraceFault> {
    registry
        .trace()
        .check(&department())
        .await
        .expect("answers")
}

#[test]
fn a_whole_licence_leaves_its_acts_in_order_and_a_leaf_for_each() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        office.issued("whole").await;
        let trace = office.registry.trace();
        let entries = trace.entries(&department(), 0).await.expect("answers");
        let deeds: Vec<&str> = entries.iter().map(|entry| entry.deed.as_str()).collect();
        assert_eq!(
            deeds,
            [
                "seal",
                "reserve",
                "await-release",
                "release",
                "sign",
                "record"
            ]
        );
        let leaves = office.registry.logs().pending(Log::Trace, 10).await;
        let leaves: Vec<Vec<u8>> = leaves
            .expect("answers")
            .into_iter()
            .map(|pending| pending.leaf)
            .collect();
        let digests: Vec<Vec<u8>> = entries.iter().map(|entry| entry.digest.to_vec()).collect();
        assert_eq!(leaves, digests);
        assert!(faults(&office.registry).await.is_empty());
        let about = trace.about(&department(), &entries[1].object, 2).await;
        assert_eq!(about.expect("answers").len(), 4);
        let ledger = trace.ledger(&department(), &signing().key, 0).await;
        assert_eq!(ledger.expect("answers").len(), 1);
    });
}

#[test]
fn departments_have_chains_of_their_own() {
    on_each_store(|stage| async move {
        let registry = stage.open().await;
        let trace = registry.trace();
        for (department, number) in [
            (department(), 1),
            (other_department(), 1),
            (department(), 2),
        ] {
            let written = trace.record(act(department, "object")).await;
            assert_eq!(written.expect("written"), number);
        }
        assert_eq!(
            trace.departments().await.expect("answers"),
            [("C-APR".to_owned(), 1), ("Q-APR".to_owned(), 2)]
        );
    });
}

#[test]
fn uses_of_keys_are_journalled_in_one_go() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let uses = (0..50_u8)
            .map(|number| KeyUse {
                department: if number % 2 == 0 {
                    department()
                } else {
                    other_department()
                },
                by: by(0),
                key: signing().key,
                purpose: "ocsp".to_owned(),
                digests: vec![[number; 32]],
                object: format!("serial {number}"),
            })
            .collect();
        office
            .registry
            .journal()
            .append(uses)
            .await
            .expect("written");
        for department in [department(), other_department()] {
            let trace = office.registry.trace();
            let ledger = trace.ledger(&department, &signing().key, 0).await;
            assert_eq!(ledger.expect("answers").len(), 25);
            assert!(trace.check(&department).await.expect("answers").is_empty());
        }
    });
}

#[test]
fn every_change_of_a_row_is_found_and_named() {
    on_each_store(|stage| async move {
        let registry = stage.open().await;
        ten(&registry).await;
        for column in ["actor", "act", "object", "ground", "detail"] {
            let change = |text: &str| {
                format!(
                    "UPDATE trace SET {column} = {text} WHERE department = 'Q-APR' AND number = 4"
                )
            };
            tamper(&stage, &change(&format!("{column} || 'x'"))).await;
            assert_eq!(
                faults(&registry).await,
                [TraceFault::Changed { number: 4 }],
                "{column}"
            );
            tamper(
                &stage,
                &change(&format!("substr({column}, 1, length({column}) - 1)")),
            )
            .await;
            assert!(faults(&registry).await.is_empty());
        }
        tamper(
            &stage,
            "UPDATE trace SET moment = moment + 1 WHERE number = 10",
        )
        .await;
        assert_eq!(
            faults(&registry).await,
            [TraceFault::Changed { number: 10 }]
        );
    });
}

#[test]
fn missing_moved_and_cut_off_entries_are_named() {
    on_each_store(|stage| async move {
        let registry = stage.open().await;
        ten(&registry).await;
        tamper(&stage, "DELETE FROM trace WHERE number = 5").await;
        assert_eq!(faults(&registry).await, [TraceFault::Missing { number: 5 }]);
        tamper(&stage, "UPDATE trace SET number = 5 WHERE number = 8").await;
        assert_eq!(
            faults(&registry).await,
            [
                TraceFault::Changed { number: 5 },
                TraceFault::Moved { number: 6 },
                TraceFault::Missing { number: 8 }
            ]
        );
    });
    on_each_store(|stage| async move {
        let registry = stage.open().await;
        ten(&registry).await;
        tamper(&stage, "DELETE FROM trace WHERE number = 10").await;
        let cut = TraceFault::Truncated {
            number: 9,
            head: 10,
        };
        assert_eq!(faults(&registry).await, [cut]);
        tamper(&stage, "UPDATE trace_head SET number = 9").await;
        assert!(
            matches!(
                faults(&registry).await[..],
                [TraceFault::Truncated { number: 9, head: 9 }]
            ),
            "the digest of the head is of an entry that is gone"
        );
    });
}

#[test]
fn entries_and_leaves_of_the_tree_name_each_other() {
    on_each_store(|stage| async move {
        let registry = stage.open().await;
        ten(&registry).await;
        let trace = registry.trace();
        assert_eq!(trace.unlinked().await.expect("answers"), []);
        assert_eq!(trace.strays().await.expect("answers"), []);
        // The end cut off and the head put back: the chain is whole, its leaf is not forgotten.
        tamper(&stage, "DELETE FROM trace WHERE number = 10").await;
        assert_eq!(trace.strays().await.expect("answers"), [None]);
        assert_eq!(trace.unlinked().await.expect("answers"), []);
        let moved =
            "UPDATE log_leaf SET log = 1 WHERE id = (SELECT leaf FROM trace WHERE number = 4)";
        tamper(&stage, moved).await;
        let unlinked = trace.unlinked().await.expect("answers");
        assert_eq!(unlinked, [(department().to_string(), 4)]);
        let swapped = "UPDATE trace SET leaf = leaf + 1 WHERE number = 6";
        tamper(&stage, swapped).await;
        let unlinked = trace.unlinked().await.expect("answers");
        assert_eq!(unlinked.len(), 2);
        assert_eq!(unlinked.last(), Some(&(department().to_string(), 6)));
    });
}
