//! A fresh store for each test: SQLite always, PostgreSQL where a server is given.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crypto::SeededRandom;
use crypto::aead::AeadKey;
use registry::{Registry, Secrets};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;

/// Names the server on which each test makes databases of its own.
pub(crate) const SERVER: &str = "YINXIN_TEST_POSTGRES";

/// An empty store and a folder beside it.
#[derive(Debug)]
pub(crate) struct Stage {
    address: String,
    folder: TempDir,
}

impl Stage {
    pub(crate) fn sqlite() -> Stage {
        let folder = tempfile::tempdir().expect("a folder for the test");
        Stage {
            address: format!("sqlite:{}", folder.path().join("registry.db").display()),
            folder,
        }
    }

    pub(crate) async fn postgres(server: &str) -> Stage {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("lists_{}_{number}", std::process::id());
        let mut connection = PgConnection::connect(server)
            .await
            .expect("the server of the tests answers");
        for statement in [
            format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            format!("CREATE DATABASE {name}"),
        ] {
            sqlx::query(AssertSqlSafe(statement))
                .execute(&mut connection)
                .await
                .expect("the role of the tests may make databases");
        }
        let (base, _) = server
            .rsplit_once('/')
            .expect("an address names a database");
        Stage {
            address: format!("{base}/{name}"),
            folder: tempfile::tempdir().expect("a folder for the test"),
        }
    }

    /// A process' view of the store; opening twice is two processes.
    pub(crate) async fn open(&self) -> Registry {
        registry::open(&self.address, secrets(&self.address))
            .await
            .expect("a fresh store opens")
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

pub(crate) fn secrets(seed: &str) -> Secrets {
    let seed = seed
        .bytes()
        .fold(7, |sum, octet| sum * 31 % 65_521 + u64::from(octet));
    Secrets::new(
        AeadKey::new([3; 32]),
        [4; 32],
        Arc::new(SeededRandom::new(seed)),
    )
}

/// Runs one body on every store at hand.
pub(crate) fn on_each_store<F, W>(body: F)
where
    F: Fn(Arc<Stage>) -> W,
    W: Future<Output = ()>,
{
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        body(Arc::new(Stage::sqlite())).await;
        if let Ok(server) = std::env::var(SERVER) {
            body(Arc::new(Stage::postgres(&server).await)).await;
        }
    });
}
