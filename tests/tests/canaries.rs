//! Values planted in every personal field that a request can carry are looked for where they must not be (T-P8): in every
//! column of the database, its files and the log beside it, in the object store and the spool, in everything that the
//! service logs at its most talkative, in metrics, public pages and logs, in what receivers are told and in every refusal.

#![expect(
    clippy::indexing_slicing,
    reason = "what an answer does not have fails its test"
)]

#[path = "canaries/columns.rs"]
mod columns;
#[path = "canaries/planted.rs"]
mod planted;
#[path = "canaries/refused.rs"]
mod refused;
#[path = "canaries/resealed.rs"]
mod resealed;
#[path = "canaries/stage.rs"]
mod stage;

use std::path::Path;

use tests::databases::Server;

use crate::planted::{CANARIES, SIGNER, found_beside, found_in};
use crate::stage::{Ear, Service};

/// The files below a folder in which a planted value stands.
fn search(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            search(&path, found);
            continue;
        }
        // The columns that hold certificates are looked at one by one.
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let but = if name.starts_with("registry.db") {
            SIGNER
        } else {
            ""
        };
        let octets = std::fs::read(&path).expect("a file");
        if let Some(canary) = found_beside(&octets, but) {
            found.push(format!("{}: {canary}", path.display()));
        }
    }
}

/// Everything that anybody can read.
async fn public(service: &Service, links: &[String], found: &mut Vec<String>) {
    let mut paths: Vec<String> = [
        "/metrics",
        "/healthz",
        "/readyz",
        "/openapi.json",
        "/v1/trust",
        "/notices?lang=zh",
        "/notices?lang=en",
        "/notices.atom",
        "/log/checkpoint",
        "/status/1",
        "/",
        "/verify",
    ]
    .map(str::to_owned)
    .to_vec();
    paths.extend_from_slice(links);
    // The whole public log, leaf by leaf: its last tiles are narrower than the first.
    let told = service.fetch("/log/checkpoint").await.content;
    let note = String::from_utf8_lossy(&told).into_owned();
    let size: u64 = note.lines().nth(1).expect("a size").parse().expect("it");
    assert!(size > 3 && size < 256, "{note}");
    paths.push(format!("/log/tile/entries/000.p/{size}"));
    paths.push(format!("/log/tile/0/000.p/{size}"));
    for path in paths {
        let answer = service.fetch(&path).await;
        // One service of a process has the figures, and it has none before something is counted.
        let is_figures = path == "/metrics";
        assert!(answer.status == 200 || is_figures, "{path}");
        assert!(!answer.content.is_empty() || is_figures, "{path}");
        if let Some(canary) = found_in(&answer.content) {
            found.push(format!("{path}: {canary}"));
        }
    }
}

async fn planted_and_searched(service: &Service, ear: &Ear) {
    let links = planted::everywhere(service).await;
    refused::everywhere(service).await;
    let mut found = Vec::new();
    let told = service.told(12).await;
    for (receiver, content) in &told {
        if let Some(canary) = found_in(content) {
            let content = String::from_utf8_lossy(content);
            found.push(format!("told to {receiver}: {canary}: {content}"));
        }
    }
    public(service, &links, &mut found).await;
    search(service.installation.folder(), &mut found);
    columns::search(service.installation.database(), &mut found).await;
    let heard = ear.heard();
    assert!(heard.len() > 10_000, "it listened");
    if let Some(canary) = found_in(&heard) {
        let text = String::from_utf8_lossy(&heard).into_owned();
        let line = text.lines().find(|line| line.contains(canary));
        found.push(format!("the log: {}", line.unwrap_or_default()));
    }
    assert!(found.is_empty(), "{found:#?}");
    resealed::whole(service).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_stands_in_the_clear_outside_what_is_encrypted() {
    let ear = Ear::default();
    ear.listen();
    planted_and_searched(&Service::start(None).await, &ear).await;
    let Some(server) = Server::expected() else {
        return;
    };
    let name = format!("canaries_{}", std::process::id());
    let database = server.make(&name, None).await.expect("a database");
    planted_and_searched(&Service::start(Some(&database)).await, &ear).await;
    server.remove(&name).await.expect("removed");
}

#[tokio::test]
async fn a_planted_value_is_found_wherever_it_stands() {
    let folder = tempfile::tempdir().expect("a folder");
    let below = folder.path().join("below");
    std::fs::create_dir(&below).expect("a folder");
    for (place, canary) in CANARIES.into_iter().enumerate() {
        let file = below.join(place.to_string());
        std::fs::write(file, format!("..{canary}..")).expect("a file");
    }
    std::fs::write(below.join("none"), "nothing").expect("a file");
    let mut found = Vec::new();
    search(folder.path(), &mut found);
    assert_eq!(found.len(), CANARIES.len(), "{found:?}");
    let file = folder.path().join("book.db");
    let book = rusqlite::Connection::open(&file).expect("a database");
    let rows = format!(
        "CREATE TABLE trace (ground TEXT, digest BLOB);
         INSERT INTO trace VALUES ('a {} b', CAST('{}' AS BLOB))",
        CANARIES[0], CANARIES[1]
    );
    book.execute_batch(&rows).expect("written");
    let mut found = Vec::new();
    let address = format!("sqlite:{}", file.display());
    columns::values(&address, &mut |place, value| {
        found.extend(found_in(value).map(|canary| format!("{place} {canary}")));
    })
    .await;
    assert_eq!(found.len(), 2, "{found:?}");
}
