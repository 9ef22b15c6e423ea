//! Story 6.1 through the HTTP API, row by row, at its own moments and on both databases.

#![expect(
    clippy::indexing_slicing,
    reason = "what an answer does not have fails its test"
)]

mod before;
mod bundle;
mod promise;
mod rows;
mod stage;
mod stop;
mod used;

use stage::Stage;

/// Runs one body on each database.
fn on_each_store(name: &str, body: impl AsyncFn(Stage)) {
    tests::databases::on_each(&format!("story_{name}"), async |database| {
        body(Stage::start(database).await).await;
    });
}
