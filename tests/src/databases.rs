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
