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

use crate::stage::Stage;

/// Runs one body on each database.
fn on_each_store(name: &str, body: impl AsyncFn(Stage)) {
    tests::databases::on_each(&format!("story_{name}"), async |database| {
        body(Stage::start(database).await).await;
    });
}
