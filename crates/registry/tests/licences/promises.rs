//! What holds under load and in the hands of a thief: one effect for one key, nothing personal in
//! the clear, no store that may lose what it acknowledged.

use std::collections::BTreeSet;
use std::sync::Arc;

use registry::licences::{ReserveRefused, Reserving};
use registry::{OpenStore, StoreError};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use super::office::{CANARY, NAME, office, reservation};
use crate::stage::{SERVER, Stage, on_each_store, secrets};

#[test]
fn of_twenty_requests_under_one_key_half_of_them_changed_one_has_an_effect() {
    on_each_store(|stage| async move {
        let office = Arc::new(office(&stage).await);
        // Two processes on one store.
        let second = Arc::new(stage.open().await);
        let mut tasks = Vec::new();
        for number in 0..20_u8 {
            let (office, second) = (Arc::clone(&office), Arc::clone(&second));
            tasks.push(tokio::spawn(async move {
                let mut reservation = reservation("one-key");
                if number % 2 == 1 {
                    reservation.asked.fingerprint = crypto::sha256(&[number]);
                }
                if number % 4 < 2 {
                    office.registry.licences().reserve(reservation).await
                } else {
                    second.licences().reserve(reservation).await
                }
            }));
        }
        let (mut reserved, mut jobs) = (0, BTreeSet::new());
        for task in tasks {
            match task.await.expect("no request panics") {
                Ok(Reserving::Reserved(found)) => {
                    reserved += 1;
                    jobs.insert(found.job);
                }
                Err(ReserveRefused::Running { job }) => {
                    jobs.insert(job);
                }
                Err(ReserveRefused::KeyReused) => {}
                other => panic!("neither done, running nor refused: {other:?}"),
            }
        }
        assert_eq!((reserved, jobs.len()), (1, 1));
    });
}

#[test]
fn two_hundred_parallel_reservations_have_two_hundred_numbers() {
    on_each_store(|stage| async move {
        let office = Arc::new(office(&stage).await);
        let tasks: Vec<_> = (0..200)
            .map(|number| {
                let office = Arc::clone(&office);
                tokio::spawn(async move { office.reserve(&format!("parallel-{number}")).await })
            })
            .collect();
        let mut numbers = BTreeSet::new();
        let mut indices = BTreeSet::new();
        for task in tasks {
            let reserved = task.await.expect("no reservation panics");
            numbers.insert(reserved.drawn.running);
            indices.insert(reserved.composed.status_index);
        }
        assert_eq!(numbers, (1..=200).collect());
        assert_eq!(indices, (0..200).collect());
        let faults = office
            .registry
            .trace()
            .check(&super::office::department())
            .await;
        assert!(faults.expect("answers").is_empty());
    });
}

#[test]
fn a_fact_that_panics_is_undone_and_the_store_goes_on() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let mut broken = reservation("broken");
        broken.compose = Box::new(|_| panic!("the composer is broken"));
        let refused = office.try_reserve(broken).await;
        assert!(
            matches!(
                refused,
                Err(ReserveRefused::Store(StoreError::Unavailable(_)))
            ),
            "{refused:?}"
        );
        assert_eq!(office.reserve("broken").await.drawn.running, 1);
    });
}

/// Every octet that the database holds, or writes of itself.
async fn everything(stage: &Stage) -> Vec<u8> {
    if stage.address().starts_with("sqlite:") {
        let mut all = Vec::new();
        for file in std::fs::read_dir(stage.folder()).expect("the folder is there") {
            all.extend(std::fs::read(file.expect("an entry").path()).expect("readable"));
        }
        return all;
    }
    let mut connection = PgConnection::connect(stage.address()).await.expect("opens");
    let tables =
        "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'";
    let tables = sqlx::query(tables)
        .fetch_all(&mut connection)
        .await
        .expect("answers");
    let mut all = Vec::new();
    for table in tables {
        let table: String = table.try_get(0).expect("a name");
        let rows = AssertSqlSafe(format!("SELECT row_to_json(t)::text FROM {table} AS t"));
        for row in sqlx::query(rows)
            .fetch_all(&mut connection)
            .await
            .expect("answers")
        {
            all.extend(row.try_get::<String, _>(0).expect("a row").into_bytes());
        }
    }
    all
}

#[test]
fn neither_number_nor_name_of_a_citizen_stands_in_the_clear() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        office.issued("canary").await;
        let holder = super::office::holder(CANARY);
        let licences = office.registry.licences();
        let found = licences.by_holder(holder.code(), None).await;
        assert_eq!(found.expect("answers").len(), 1);
        let all = everything(&stage).await;
        assert!(all.len() > 1_000, "the database was read");
        let contains = |needle: &[u8]| all.windows(needle.len()).any(|part| part == needle);
        assert!(contains(b"990121********1350"), "the starred code is there");
        // PostgreSQL shows octets in hexadecimal.
        let hexadecimal: String = CANARY.bytes().map(|octet| format!("{octet:02x}")).collect();
        for secret in [
            CANARY.as_bytes(),
            NAME.as_bytes(),
            hexadecimal.as_bytes(),
            &crypto::sha256(CANARY.as_bytes()),
            b"handle-of-canary",
        ] {
            assert!(!contains(secret), "{}", String::from_utf8_lossy(secret));
        }
    });
}

#[test]
fn a_row_moved_to_another_place_does_not_open() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let stage = Arc::new(Stage::sqlite());
        let office = office(&stage).await;
        let first = office.reserve("first").await;
        let second = office.reserve("second").await;
        let file = stage.address().trim_start_matches("sqlite:");
        let connection = rusqlite::Connection::open(file).expect("opens");
        let swap = "UPDATE version SET content = (SELECT content FROM version WHERE identifier = ?1) \
                    WHERE identifier = ?2";
        let names = [&first, &second].map(|made| made.composed.identifier.to_string());
        connection.execute(swap, names).expect("runs");
        let licences = office.registry.licences();
        let opened = licences.content(&second.composed.identifier, None).await;
        assert!(
            matches!(opened, Err(StoreError::Damaged { table: "version" })),
            "{opened:?}"
        );
        assert!(licences.content(&first.composed.identifier, None).await.is_ok());
    });
}

#[test]
fn a_server_that_does_not_wait_for_its_disk_is_refused() {
    let Ok(server) = std::env::var(SERVER) else {
        return;
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let stage = Stage::postgres(&server).await;
        for (setting, value) in [
            ("synchronous_commit", "off"),
            ("synchronous_commit", "local"),
            ("default_transaction_read_only", "on"),
        ] {
            let separator = if stage.address().contains('?') {
                '&'
            } else {
                '?'
            };
            let address = format!(
                "{}{separator}options=-c%20{setting}%3D{value}",
                stage.address()
            );
            let refused = registry::open(&address, secrets("refused")).await;
            match (setting, refused) {
                ("synchronous_commit", Err(OpenStore::NotDurable { setting, found })) => {
                    assert_eq!((setting, found.as_str()), ("synchronous_commit", value));
                }
                ("default_transaction_read_only", Err(OpenStore::Replica)) => {}
                (_, other) => panic!("{setting} {value}: {other:?}"),
            }
        }
    });
}

#[test]
fn an_address_of_no_store_is_refused() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        for address in ["", "mysql://localhost/x", "/var/lib/registry.db"] {
            let refused = registry::open(address, secrets("none")).await;
            assert!(matches!(refused, Err(OpenStore::Address)), "{address}");
        }
    });
}
