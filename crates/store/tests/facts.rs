//! Facts on SQLite: whole or not at all, one after the other, whatever becomes of their askers.

use std::path::Path;
use std::sync::Arc;

use store::{Link, Migration, OpenStore, Store, StoreError};

const SCHEMA: Migration = Migration {
    number: 1,
    name: "counter",
    text: "CREATE TABLE counter (\n    name TEXT NOT NULL PRIMARY KEY,\n    value BIGINT NOT NULL\n);",
};

const ADD: &str = "INSERT INTO counter (name, value) VALUES ($1, $2)";
const COUNT: &str = "SELECT COUNT(*) FROM counter";

fn address(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("facts.db").display())
}

async fn opened(folder: &Path) -> Arc<Store> {
    let store = Store::open(&address(folder), &[SCHEMA]).await;
    Arc::new(store.expect("the file opens"))
}

/// Refused by a rule after it has written.
#[derive(Debug)]
enum Refused {
    Rule,
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Refused {
        Refused::Store(error)
    }
}

async fn add(store: &Store, number: i64, refuse: bool) -> Result<(), Refused> {
    store
        .write(move |link| {
            Box::pin(async move {
                let name = format!("row {number}");
                link.run(ADD, &[(&name).into(), number.into()]).await?;
                if refuse { Err(Refused::Rule) } else { Ok(()) }
            })
        })
        .await
}

/// `PRAGMA synchronous` as it is while a fact runs.
fn level_of(link: &mut Link) -> store::Later<'_, Result<i64, StoreError>> {
    Box::pin(async move {
        link.one("PRAGMA synchronous", &[], "pragma")
            .await?
            .integer()
    })
}

async fn count(link: &mut Link) -> i64 {
    let mut row = link.one(COUNT, &[], "counter").await.expect("answers");
    row.integer().expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_rule_refuses_leaves_nothing_and_its_neighbours_stand() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = opened(folder.path()).await;
    let tasks: Vec<_> = (0..200)
        .map(|number| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { add(&store, number, number % 3 == 0).await })
        })
        .collect();
    for (number, task) in tasks.into_iter().enumerate() {
        let found = task.await.expect("no panic");
        assert_eq!(
            matches!(found, Err(Refused::Rule)),
            number % 3 == 0,
            "{found:?}"
        );
    }
    let mut link = store.reader().await.expect("a reader");
    assert_eq!(count(&mut link).await, 133);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_rule_of_the_schema_undoes_its_fact_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = opened(folder.path()).await;
    add(&store, 1, false).await.expect("room");
    let twice = add(&store, 1, false).await;
    assert!(
        matches!(twice, Err(Refused::Store(StoreError::Constraint(_)))),
        "{twice:?}"
    );
    add(&store, 2, false).await.expect("the store goes on");
    let mut link = store.reader().await.expect("a reader");
    assert_eq!(count(&mut link).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fact_that_panics_is_undone_and_the_next_has_a_connection() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = opened(folder.path()).await;
    let broken: Result<(), StoreError> = store
        .write(|link| {
            Box::pin(async move {
                link.run(ADD, &["lost".into(), 1_i64.into()]).await?;
                panic!("a fault in a fact")
            })
        })
        .await;
    assert!(
        matches!(broken, Err(StoreError::Unavailable(_))),
        "{broken:?}"
    );
    add(&store, 1, false).await.expect("the store goes on");
    let mut link = store.reader().await.expect("a reader");
    assert_eq!(count(&mut link).await, 1);
}

#[tokio::test]
async fn a_fact_that_waits_for_something_else_is_carried_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = opened(folder.path()).await;
    let found: Result<u64, StoreError> = store
        .write(|link| {
            Box::pin(async move {
                let name = tokio::spawn(async { "from elsewhere".to_owned() }).await;
                let name = name.expect("no panic");
                link.run(ADD, &[(&name).into(), 1_i64.into()]).await
            })
        })
        .await;
    assert_eq!(found.expect("written"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_asked_is_written_though_its_asker_and_the_store_go_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = opened(folder.path()).await;
    for number in 0..50 {
        tokio::select! {
            biased;
            _ = add(&store, number, false) => {}
            () = std::future::ready(()) => {}
        }
    }
    drop(store);
    let log = folder.path().join("facts.db-wal");
    assert!(!log.exists(), "the file is closed when the store is gone");
    let store = opened(folder.path()).await;
    let mut link = store.reader().await.expect("a reader");
    assert_eq!(count(&mut link).await, 50);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_given_back_inside_its_snapshot_does_not_keep_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = opened(folder.path()).await;
    let mut link = store.scanner().await.expect("a reader");
    link.run("BEGIN", &[]).await.expect("begins");
    assert_eq!(count(&mut link).await, 0);
    add(&store, 1, false).await.expect("room");
    assert_eq!(count(&mut link).await, 0, "its moment stays");
    drop(link);
    let mut link = store.reader().await.expect("a reader");
    assert_eq!(count(&mut link).await, 1);
    let refused = link.run(ADD, &["no".into(), 1_i64.into()]).await;
    assert!(
        matches!(refused, Err(StoreError::ReadOnly(_))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_column_of_another_kind_is_damage_and_no_fault_of_the_connection() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = opened(folder.path()).await;
    add(&store, 1, false).await.expect("room");
    let mut link = store.reader().await.expect("a reader");
    let mut row = link
        .one("SELECT name, value FROM counter", &[], "counter")
        .await
        .expect("answers");
    assert!(matches!(row.integer(), Err(StoreError::Damaged { .. })));
    assert_eq!(row.integer().expect("the second column"), 1);
    assert!(matches!(row.text(), Err(StoreError::Damaged { .. })));
}

#[tokio::test]
async fn steps_are_recorded_as_sqlx_records_them_and_may_not_change() {
    const SHA384: &str = "a831bb40757f8f6b524f7a13d17c9377108bc56358b009238bd707e56f6632256f0e3946e085d8667af0cf81399760d9";
    let folder = tempfile::tempdir().expect("a folder");
    let store = opened(folder.path()).await;
    let mut link = store.reader().await.expect("a reader");
    let record = "SELECT version, description, lower(hex(checksum)), success FROM _sqlx_migrations";
    let mut row = link.one(record, &[], "record").await.expect("answers");
    assert_eq!(row.integer().expect("a number"), 1);
    assert_eq!(row.text().expect("a name"), "counter");
    assert_eq!(row.text().expect("a digest"), SHA384);
    assert_eq!(row.integer().expect("a number"), 1);
    drop((link, store));
    let other = Migration {
        text: "CREATE TABLE counter (name TEXT NOT NULL PRIMARY KEY);",
        ..SCHEMA
    };
    let later = Migration {
        number: 2,
        name: "later",
        text: "CREATE TABLE later (value BIGINT NOT NULL);",
    };
    for (steps, said) in [
        (&[other][..], "step 1 had another text when it was taken"),
        (&[later][..], "step 1 was taken and is unknown"),
    ] {
        let refused = Store::open(&address(folder.path()), steps).await;
        let Err(OpenStore::Migrate(cause)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(cause.to_string(), said);
    }
    let both = Store::open(&address(folder.path()), &[SCHEMA, later]).await;
    let mut link = both.expect("opens").reader().await.expect("a reader");
    assert!(link.rows("SELECT value FROM later", &[]).await.is_ok());
}

#[tokio::test]
async fn a_step_that_fails_leaves_none_of_its_fellows() {
    let folder = tempfile::tempdir().expect("a folder");
    let wrong = Migration {
        number: 2,
        name: "wrong",
        text: "CREATE TABLE counter (value BIGINT NOT NULL);",
    };
    let refused = Store::open(&address(folder.path()), &[SCHEMA, wrong]).await;
    assert!(refused.is_err(), "{refused:?}");
    drop(opened(folder.path()).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_note_is_not_synchronised_and_a_fact_after_it_is() {
    const FULL: i64 = 2;
    const NORMAL: i64 = 1;
    let folder = tempfile::tempdir().expect("a folder");
    let store = opened(folder.path()).await;
    for _ in 0..2 {
        let noted: Result<i64, StoreError> = store.note(level_of).await;
        assert_eq!(noted.expect("answers"), NORMAL);
        let written: Result<i64, StoreError> = store.write(level_of).await;
        assert_eq!(written.expect("answers"), FULL);
    }
}
