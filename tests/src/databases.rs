//! Databases of a test's own on the server that `YINXIN_TEST_POSTGRES` names, where one is given.

use anyhow::Context as _;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// Names the server on which tests make databases of their own.
pub const SERVER: &str = "YINXIN_TEST_POSTGRES";

/// A server on which databases can be made.
#[derive(Debug, Clone)]
pub struct Server(String);

impl Server {
    /// The server of the environment; `None` without one.
    #[must_use]
    pub fn given() -> Option<Self> {
        std::env::var(SERVER)
            .ok()
            .filter(|server| !server.is_empty())
            .map(Self)
    }

    /// The server of the environment. Without one a test says that it was not run on PostgreSQL.
    ///
    /// # Panics
    /// In continuous integration without one: nothing passes there unseen.
    #[must_use]
    pub fn expected() -> Option<Self> {
        let server = Self::given();
        if server.is_none() {
            assert!(
                std::env::var_os("CI").is_none(),
                "continuous integration names a PostgreSQL server in {SERVER}"
            );
            eprintln!("not run on PostgreSQL: no server is named in {SERVER}");
        }
        server
    }

    /// The server at an address that ends in one of its databases.
    #[must_use]
    pub fn at(address: &str) -> Self {
        Self(address.to_owned())
    }

    /// Makes an empty database, or a copy of one that nobody uses; what had the name before is gone. Its address.
    ///
    /// # Errors
    /// What the server says.
    pub async fn make(&self, name: &str, of: Option<&str>) -> anyhow::Result<String> {
        let mut connection = PgConnection::connect(&self.0).await?;
        let mut statements = vec![format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")];
        match of {
            None => statements.push(format!("CREATE DATABASE {name}")),
            Some(model) => {
                statements.push(format!(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{model}'"
                ));
                statements.push(format!("CREATE DATABASE {name} TEMPLATE {model}"));
            }
        }
        for statement in statements {
            sqlx::query(AssertSqlSafe(statement))
                .execute(&mut connection)
                .await?;
        }
        let (base, _) = self
            .0
            .rsplit_once('/')
            .context("an address names a database")?;
        Ok(format!("{base}/{name}"))
    }

    /// Removes a database.
    ///
    /// # Errors
    /// What the server says.
    pub async fn remove(&self, name: &str) -> anyhow::Result<()> {
        let mut connection = PgConnection::connect(&self.0).await?;
        let statement = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        sqlx::query(AssertSqlSafe(statement))
            .execute(&mut connection)
            .await?;
        Ok(())
    }
}

/// Plays `body` on SQLite (`None`), and on PostgreSQL in a database of its own that is named after the test and gone
/// after it. Each has a runtime of its own, which ends with it: nothing of a service goes on into the next.
///
/// # Panics
/// Where `body` does, and where the server makes no database.
pub fn on_each(name: &str, body: impl AsyncFn(Option<&str>)) {
    block_on(body(None));
    let Some(server) = Server::expected() else {
        return;
    };
    let name = format!("{name}_{}", std::process::id());
    let database = block_on(server.make(&name, None)).expect("a database");
    block_on(body(Some(&database)));
    block_on(server.remove(&name)).expect("it is removed");
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(work)
}
