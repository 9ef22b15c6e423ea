//! Whether a connection to PostgreSQL leads where acknowledged writes stay: to no replica, and with settings that wait for the
//! disk (T-D2, T-D7).

use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use crate::error::OpenStore;

/// Asked of every new connection: after a failover it may lead to another node.
pub(crate) async fn durable(
    connection: &mut PgConnection,
) -> Result<Option<OpenStore>, sqlx::Error> {
    const ASK: &str = "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on', \
         current_setting('synchronous_commit'), current_setting('fsync')";
    let row = sqlx::query(ASK).fetch_one(connection).await?;
    if row.try_get(0)? {
        return Ok(Some(OpenStore::Replica));
    }
    let synchronous: String = row.try_get(1)?;
    if synchronous != "on" && synchronous != "remote_apply" {
        return Ok(Some(OpenStore::NotDurable {
            setting: "synchronous_commit",
            found: synchronous,
        }));
    }
    let fsync: String = row.try_get(2)?;
    Ok((fsync != "on").then_some(OpenStore::NotDurable {
        setting: "fsync",
        found: fsync,
    }))
}
