//! Statements whose outcome a fact does not need, several for one row: as if each had been run by itself, on SQLite and,
//! where a server is named, on PostgreSQL.

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
async fn on_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let address = format!("sqlite:{}", folder.path().join("together.db").display());
    one_row_many_times(&Store::open(&address, &[SCHEMA]).await.expect("opens")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() {
    let Some(server) = std::env::var(SERVER).ok().filter(|named| !named.is_empty()) else {
        assert!(
            std::env::var_os("CI").is_none(),
            "continuous integration names a server in {SERVER}"
        );
        eprintln!("not run on PostgreSQL: no server is named in {SERVER}");
        return;
    };
    let name = format!("together_{}", std::process::id());
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
    one_row_many_times(&store).await;
    drop(store);
    say(format!("DROP DATABASE {name} WITH (FORCE)")).await;
}
