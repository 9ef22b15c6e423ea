//! Story 6.1 through the HTTP API, row by row, at its own moments and on both databases.

#![expect(
    clippy::indexing_slicing,
    reason = "what an answer does not have fails its test"
)]

#[path = "story/before.rs"]
mod before;
#[path = "story/bundle.rs"]
mod bundle;
#[path = "story/promise.rs"]
mod promise;
#[path = "story/rows.rs"]
mod rows;
#[path = "story/stage.rs"]
mod stage;
#[path = "story/stop.rs"]
mod stop;
#[path = "story/used.rs"]
mod used;

use tests::databases::Server;

use crate::stage::Stage;

/// Runs one body on an SQLite file and, where a server is given, on PostgreSQL.
fn on_each_store<F, W>(name: &str, body: F)
where
    F: Fn(Stage) -> W,
    W: Future<Output = ()>,
{
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        body(Stage::start(None).await).await;
        let Some(server) = Server::given() else {
            assert!(
                std::env::var_os("CI").is_none(),
                "continuous integration gives a PostgreSQL server"
            );
            eprintln!("not run on PostgreSQL: no server is given");
            return;
        };
        let name = format!("story_{name}_{}", std::process::id());
        let database = server.make(&name, None).await.expect("a database");
        body(Stage::start(Some(&database)).await).await;
        server.remove(&name).await.expect("it is removed");
    });
}
