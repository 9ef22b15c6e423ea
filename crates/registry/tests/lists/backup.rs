//! Backup and restore.

use std::path::Path;
use std::sync::Arc;

use crypto::aead::AeadKey;
use crypto::{KeyId, SystemRandom, sha256};
use pki::certificate::SerialNumber;
use registry::Registry;
use registry::backup::{BackupError, FolderError};
use registry::certificates::Intent;
use registry::log::{Agreement, Extension, Log};
use registry::objects::{ObjectId, Objects, Wrapping};
use registry::status::{ListNumber, NewList, StatusValue};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tlog::{Hash, LeafIndex, Tree, TreeHead, leaf_hash, wanted_for_tree};
use zeroize::Zeroizing;

use super::moment::at;
use crate::stage::{SERVER, Stage, on_each_store};

pub(crate) fn objects(folder: &Path) -> Objects {
    let wrapping = Wrapping::new(1, AeadKey::new([5; 32]));
    Objects::open(
        folder,
        u64::MAX,
        Arc::new(wrapping),
        Arc::new(SystemRandom::new()),
    )
    .expect("a folder that can be written")
}

/// Adds `count` entries to the public log and returns its head.
pub(crate) async fn grown(registry: &Registry, count: u32) -> TreeHead {
    let logs = registry.logs();
    for number in 0..count {
        let leaf = format!("leaf {number}").into_bytes();
        logs.submit(Log::Public, leaf, None).await.expect("taken");
    }
    let mut tree = match logs.latest(Log::Public).await.expect("readable") {
        None => Tree::empty(),
        Some(head) => {
            let wanted = wanted_for_tree(head.head.size);
            let tiles = logs.tiles(Log::Public, wanted).await.expect("stored");
            Tree::restore(&head.head, &tiles).expect("tiles and head agree")
        }
    };
    loop {
        let waiting = logs.pending(Log::Public, 100).await.expect("readable");
        if waiting.is_empty() {
            return tree.head();
        }
        let hashes: Vec<Hash> = waiting.iter().map(|leaf| leaf_hash(&leaf.leaf)).collect();
        let step = tree.append(&hashes).expect("a small tree grows");
        let extension = Extension {
            old: tree.head(),
            new: step.head(),
            checkpoint: format!("印信 {}\n", step.head().size).into_bytes(),
            entries: waiting.iter().map(|leaf| leaf.id).collect(),
            tiles: step.tiles().to_vec(),
        };
        logs.extend(Log::Public, extension).await.expect("alone");
        tree = step.into_tree();
    }
}

/// Something in each of the books.
pub(crate) async fn filled(registry: &Registry) {
    let issuer = KeyId::parse("ca").expect("a name");
    let serial = SerialNumber::from_random([1; 16]);
    registry
        .certificates()
        .intend(Intent {
            issuer: issuer.clone(),
            serial,
            tbs_digest: [1; 32],
            profile: "seal".to_owned(),
            shard: 0,
            department: "Q-APR".to_owned(),
            moment: at(0),
        })
        .await
        .expect("fresh");
    registry
        .certificates()
        .issued(&issuer, serial, [1; 32], vec![0x30, 0], None)
        .await
        .expect("intended");
    let list = NewList {
        list: ListNumber(1),
        uri: "https://licences.example/status/1".to_owned(),
        key: KeyId::parse("status").expect("a name"),
        permutation: Zeroizing::new([9; 32]),
    };
    registry.status_lists().begin(list).await.expect("fresh");
    registry
        .status_lists()
        .set(ListNumber(1), 77, StatusValue::Ended)
        .await
        .expect("set");
    let sources = "目录 \u{0}\r\n\"quoted\"".as_bytes().to_vec();
    registry
        .catalogues()
        .import(
            sources.clone(),
            sha256(&sources),
            "沈知远".to_owned(),
            at(1),
        )
        .await
        .expect("alone");
}

/// A row that names an object, written past the facts.
pub(crate) async fn named(stage: &Stage, id: &ObjectId) {
    let statement = format!(
        "INSERT INTO job (id, department, kind, state, caller, requester, begun, changed, \
         payload, seal, purpose, matter, case_number, decision, decided_by, unsealed_object, \
         attempts) VALUES ('{id}', 'Q-APR', 'issue', 'waiting', 'c', 'r', 0, 0, \
         CAST('x' AS {{}}), 's', 'p', 'm', 'n', 'd', 'b', '{id}', 0)"
    );
    let octets = if stage.address().starts_with("sqlite:") {
        "BLOB"
    } else {
        "BYTEA"
    };
    let statement = statement.replace("{}", octets);
    if let Some(file) = stage.address().strip_prefix("sqlite:") {
        let connection = rusqlite::Connection::open(file).expect("the file opens");
        connection
            .execute(&statement, [])
            .expect("the row fits the schema");
    } else {
        let mut connection = PgConnection::connect(stage.address())
            .await
            .expect("the server answers");
        sqlx::query(AssertSqlSafe(statement))
            .execute(&mut connection)
            .await
            .expect("the row fits the schema");
    }
}

/// An empty store of each kind at hand.
async fn targets() -> Vec<Stage> {
    let mut targets = vec![Stage::sqlite()];
    if let Ok(server) = std::env::var(SERVER) {
        targets.push(Stage::postgres(&server).await);
    }
    targets
}

#[test]
fn a_backup_restores_into_either_store() {
    on_each_store(async |stage| {
        let registry = stage.open().await;
        let store = objects(&stage.folder().join("objects"));
        filled(&registry).await;
        let head = grown(&registry, 300).await;
        registry
            .logs()
            .submit(Log::Public, b"waits".to_vec(), None)
            .await
            .expect("taken");
        let file = store.put(vec![7; 200_000]).await.expect("room");
        named(&stage, &file).await;
        let folder = stage.folder().join("backup");
        let written = registry
            .backups()
            .write(&store, &folder, at(9))
            .await
            .expect("an empty folder");
        assert_eq!((written.taken, written.objects), (at(9), 1));
        let stood = written.logs.first().expect("the log has begun");
        assert_eq!((stood.log.as_str(), stood.size), ("public", 300));
        assert_eq!(stood.checkpoint, "印信 300\n");

        for target in targets().await {
            let restored = target.open().await;
            let files = objects(&target.folder().join("objects"));
            let report = restored
                .backups()
                .restore(&files, &folder)
                .await
                .expect("an empty store");
            assert_eq!(report, written);
            assert_eq!(
                restored.backups().position().await.expect("readable"),
                written.logs
            );
            assert_eq!(files.read(&file).await.expect("copied").len(), 200_000);
            let seen = restored.logs().compare(Log::Public, head).await;
            assert_eq!(seen.expect("readable"), Agreement::Holds);
            let values = restored.status_lists().values(ListNumber(1)).await;
            assert_eq!(values.expect("restored").values, [(77, StatusValue::Ended)]);
            let list = restored.status_lists().find(ListNumber(1)).await;
            let list = list.expect("opens under the same key").expect("restored");
            assert_eq!(*list.permutation, [9; 32]);
            let import = restored.catalogues().latest().await.expect("readable");
            let import = import.expect("restored");
            assert_eq!(import.sources, "目录 \u{0}\r\n\"quoted\"".as_bytes());
            assert_eq!(import.person, "沈知远");
            let due = restored
                .ocsp_answers()
                .due(&KeyId::parse("ca").expect("a name"), at(0), 9)
                .await;
            assert_eq!(due.expect("readable").len(), 1);
            // And it goes on: the leaf that waited comes first, numbers do not meet.
            let head = grown(&restored, 5).await;
            assert_eq!(head.size, 306);
            let entry = restored.logs().entry(Log::Public, LeafIndex(300)).await;
            assert_eq!(entry.expect("readable"), Some(b"waits".to_vec()));
        }
    });
}

/// The snapshot is of one moment, whatever is written meanwhile.
#[test]
fn a_backup_taken_while_others_write_agrees_with_itself() {
    on_each_store(async |stage| {
        let registry = stage.open().await;
        let store = objects(&stage.folder().join("objects"));
        grown(&registry, 20).await;
        let writer = {
            let registry = registry.clone();
            tokio::spawn(async move {
                for _ in 0..30 {
                    grown(&registry, 7).await;
                }
            })
        };
        for number in 0..4 {
            let folder = stage.folder().join(format!("backup-{number}"));
            let written = registry
                .backups()
                .write(&store, &folder, at(number))
                .await
                .expect("an empty folder");
            let target = Stage::sqlite();
            let restored = target.open().await;
            let files = objects(&target.folder().join("objects"));
            restored
                .backups()
                .restore(&files, &folder)
                .await
                .expect("an empty store");
            let logs = restored.logs();
            let head = logs.latest(Log::Public).await.expect("readable");
            let head = head.expect("begun").head;
            assert_eq!(written.logs.first().map(|log| log.size), Some(head.size));
            let entries = logs
                .entries(Log::Public, LeafIndex(0), 10_000)
                .await
                .expect("readable");
            let hashes: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
            let tree = Tree::empty().append(&hashes).expect("small").into_tree();
            assert_eq!(tree.head(), head, "entries, tiles and head of one moment");
        }
        writer.await.expect("writing went on");
    });
}

/// T-D8.
#[test]
fn a_checkpoint_newer_than_the_backup_and_a_forked_one_are_found() {
    on_each_store(async |stage| {
        let registry = stage.open().await;
        let store = objects(&stage.folder().join("objects"));
        let early = grown(&registry, 30).await;
        let folder = stage.folder().join("backup");
        registry
            .backups()
            .write(&store, &folder, at(0))
            .await
            .expect("an empty folder");
        let published = grown(&registry, 300).await;

        let target = Stage::sqlite();
        let restored = target.open().await;
        let files = objects(&target.folder().join("objects"));
        restored
            .backups()
            .restore(&files, &folder)
            .await
            .expect("an empty store");
        let compare = async |registry: &Registry, seen| {
            let found = registry.logs().compare(Log::Public, seen).await;
            found.expect("readable")
        };
        let behind = compare(&restored, published).await;
        assert_eq!(behind, Agreement::Behind { size: 30 });
        assert_eq!(compare(&restored, early).await, Agreement::Holds);
        assert_eq!(compare(&registry, early).await, Agreement::Holds);
        assert_eq!(
            compare(&registry, Tree::empty().head()).await,
            Agreement::Holds
        );

        // Signing on regardless makes a second log, which shows at once.
        let mut leaves = restored.logs();
        leaves
            .submit(Log::Public, b"another history".to_vec(), None)
            .await
            .expect("taken");
        let forked = grown(&restored, 299).await;
        leaves = registry.logs();
        let found = leaves.compare(Log::Public, forked).await;
        assert_eq!(found.expect("readable"), Agreement::Forked);
        assert_eq!(compare(&restored, published).await, Agreement::Forked);
        assert_eq!(compare(&restored, early).await, Agreement::Holds);
    });
}

#[test]
fn a_place_in_use_is_neither_written_nor_restored_into() {
    on_each_store(async |stage| {
        let registry = stage.open().await;
        let store = objects(&stage.folder().join("objects"));
        filled(&registry).await;
        let folder = stage.folder().join("backup");
        let backups = registry.backups();
        backups
            .write(&store, &folder, at(0))
            .await
            .expect("an empty folder");
        assert!(matches!(
            backups.write(&store, &folder, at(1)).await,
            Err(BackupError::Folder(FolderError::NotEmpty))
        ));
        assert!(matches!(
            backups.restore(&store, &folder).await,
            Err(BackupError::NotEmpty)
        ));
    });
}

#[test]
fn a_backup_without_a_file_that_a_row_names_is_none() {
    on_each_store(async |stage| {
        let registry = stage.open().await;
        let store = objects(&stage.folder().join("objects"));
        let file = store.put(vec![1; 10]).await.expect("room");
        named(&stage, &file).await;
        store.remove(&file).await.expect("removed");
        let folder = stage.folder().join("backup");
        assert!(matches!(
            registry.backups().write(&store, &folder, at(0)).await,
            Err(BackupError::ObjectMissing(name)) if name == file.to_string()
        ));
        assert!(!folder.join("backup.json").exists());
    });
}
