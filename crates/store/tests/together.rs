//! Statements whose outcome a fact does not need, several for one row: as if each had been run by itself, on SQLite and,
//! where a server is named, on PostgreSQL. There also: what makes facts durable speaks for those alone that it saw begin.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use store::{Migration, Store, StoreError};

/// Names the server on which tests make databases of their own.
const SERVER: &str = "YINXIN_TEST_POSTGRES";

const SCHEMA: Migration = Migration {
    number: 1,
    name: "counter",
    text: "CREATE TABLE counter (\n    name TEXT NOT NULL PRIMARY KEY,\n    value BIGINT NOT NULL\n);",
};

const ADD: &str = "INSERT INTO counter (name, value) VALUES ($1, $2)";
const PUT: &str = "INSERT INTO counter (name, value) VALUES ($1, $2) \
     ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value";
const RAISE: &str = "UPDATE counter SET value = value + $2 WHERE name = $1";
const COPY: &str =
    "INSERT INTO counter (name, value) SELECT $1, value FROM counter WHERE name = $2";
const DROP: &str = "DELETE FROM counter WHERE name = $1";
const ALL: &str = "SELECT name, value FROM counter ORDER BY name";

/// Every order in which one row can be met twice within what is kept back.
async fn one_row_many_times(store: &Store) {
    store
        .write(|link| {
            Box::pin(async move {
                link.later(ADD, &["a".into(), 1_i64.into()]).await?;
                link.later(RAISE, &["a".into(), 10_i64.into()]).await?;
                link.later(RAISE, &["a".into(), 100_i64.into()]).await?;
                link.later(PUT, &["a".into(), 1_000_i64.into()]).await?;
                link.later(PUT, &["a".into(), 10_000_i64.into()]).await?;
                link.later(COPY, &["b".into(), "a".into()]).await?;
                link.later(ADD, &["c".into(), 7_i64.into()]).await?;
                link.later(DROP, &["c".into()]).await?;
                link.later(ADD, &["c".into(), 8_i64.into()]).await
            })
        })
        .await
        .map_err(|error: StoreError| error)
        .expect("the fact is written");
    let mut found = Vec::new();
    let mut link = store.reader().await.expect("a connection");
    for mut row in link.rows(ALL, &[]).await.expect("rows") {
        found.push((row.text().expect("a name"), row.integer().expect("a value")));
    }
    let expected = [("a", 11_111), ("b", 11_111), ("c", 8)];
    assert_eq!(
        found,
        expected.map(|(name, value)| (name.to_owned(), value))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_change_of_one_row_holds_on_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let address = format!("sqlite:{}", folder.path().join("together.db").display());
    one_row_many_times(&Store::open(&address, &[SCHEMA]).await.expect("opens")).await;
}

/// Plays `body` in a database of its own, where a server is named.
async fn on_postgres(name: &str, body: impl AsyncFn(&Store)) {
    let Some(server) = std::env::var(SERVER).ok().filter(|named| !named.is_empty()) else {
        assert!(
            std::env::var_os("CI").is_none(),
            "continuous integration names a server in {SERVER}"
        );
        eprintln!("not run on PostgreSQL: no server is named in {SERVER}");
        return;
    };
    let name = format!("{name}_{}", std::process::id());
    let mut connection = PgConnection::connect(&server)
        .await
        .expect("the server answers");
    let mut say = async |statement: String| {
        sqlx::query(AssertSqlSafe(statement))
            .execute(&mut connection)
            .await
            .expect("it is done");
    };
    say(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    say(format!("CREATE DATABASE {name}")).await;
    let (base, _) = server
        .rsplit_once('/')
        .expect("an address names a database");
    let store = Store::open(&format!("{base}/{name}"), &[SCHEMA])
        .await
        .expect("opens");
    body(&store).await;
    drop(store);
    say(format!("DROP DATABASE {name} WITH (FORCE)")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_change_of_one_row_holds_on_postgres() {
    on_postgres("together", one_row_many_times).await;
}

/// What a crash of the server does to every other connection: they end while the fact is under way.
const CRASH: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
     WHERE datname = current_database() AND pid <> pg_backend_pid()";

async fn add(store: &Store, name: &'static str, crash: bool) -> Result<(), StoreError> {
    store
        .write(move |link| {
            Box::pin(async move {
                link.run(ADD, &[name.into(), 1_i64.into()]).await?;
                if crash {
                    link.run(CRASH, &[]).await?;
                }
                Ok(())
            })
        })
        .await
}

/// T-D6: between the commit of a fact and the write that makes it durable the server was another one. That write, by a
/// connection to what is there now, says nothing of the fact.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fact_is_not_acknowledged_by_a_connection_that_came_after_it() {
    on_postgres("after", async |store| {
        add(store, "a", false).await.expect("durable");
        let found = add(store, "b", true).await;
        assert!(
            matches!(found, Err(StoreError::Unavailable(_))),
            "{found:?}"
        );
        add(store, "c", false).await.expect("it goes on by itself");
        let mut link = store.reader().await.expect("a connection");
        let found = link.rows(ALL, &[]).await.expect("rows").len();
        assert_eq!(found, 3, "here the server had not lost it");
    })
    .await;
}
