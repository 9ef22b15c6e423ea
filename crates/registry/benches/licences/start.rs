//! A start after a kill, as far as the registry goes.

use std::path::Path;

use registry::Registry;
use registry::jobs::JobState;
use registry::log::Log;
use tempfile::TempDir;

use crate::office::NOW;
use crate::stage::{Stage, secrets};

/// The store as a process that is killed now leaves it, in a folder of its own: its files as they are.
/// A server is another process and stays.
pub(crate) fn left_by_a_kill(stage: &Stage) -> (String, Option<TempDir>) {
    let Some(file) = stage.address().strip_prefix("sqlite:") else {
        return (stage.address().to_owned(), None);
    };
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("left.db").display().to_string();
    for ending in ["", "-wal"] {
        let from = format!("{file}{ending}");
        if Path::new(&from).exists() {
            std::fs::copy(from, format!("{copy}{ending}")).expect("room");
        }
    }
    (format!("sqlite:{copy}"), Some(folder))
}

/// Opens the registry and asks what a service asks before it is ready: what is unfinished, what is to
/// be signed, where the logs stand.
pub(crate) async fn ready(stage: &Stage, address: &str) -> Registry {
    let registry = registry::open(address, secrets(stage.address())).await;
    let registry = registry.expect("opens");
    for state in [JobState::Reserved, JobState::Released, JobState::Journalled] {
        let open = registry.jobs().unfinished(state, None, 100).await;
        open.expect("answers");
    }
    let lists = registry.status_lists();
    for list in lists.due(NOW).await.expect("answers") {
        lists.values(list).await.expect("answers");
    }
    for log in Log::ALL {
        registry.logs().latest(log).await.expect("answers");
        registry.logs().pending(log, 100).await.expect("answers");
    }
    let looked = registry.licences().refresh_status(NOW, 100).await;
    looked.expect("answers");
    registry
}
