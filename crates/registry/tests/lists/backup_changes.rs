//! Folders that are no whole backup: each named change is refused for its reason and restores nothing.

use std::fs;
use std::path::{Path, PathBuf};

use super::backup::{filled, grown, named, objects};
use super::moment::at;
use crate::stage::{Stage, on_each_store};

type Change = fn(&Path);

/// What is changed, how the refusal begins, how it is changed.
type Case = (&'static str, &'static str, Change);

const OF_THE_MANIFEST: &[Case] = &[
    ("no manifest", "Folder(NotWhole", |folder| {
        fs::remove_file(manifest(folder)).expect("there");
    }),
    ("a manifest that is no JSON", "Folder(NotWhole", |folder| {
        edit(&manifest(folder), |bytes| bytes.truncate(30));
    }),
    ("more than is known", "Folder(NotWhole", |folder| {
        replace(&manifest(folder), "\"form\": 1", "\"form\": 1, \"more\": 1");
    }),
    ("a manifest too large", "Folder(NotWhole", |folder| {
        edit(&manifest(folder), |bytes| {
            bytes.resize(1024 * 1024 + 1, b' ')
        });
    }),
    ("another form", "Folder(OtherForm", |folder| {
        replace(&manifest(folder), "\"form\": 1", "\"form\": 2");
    }),
    ("a table of another name", "OtherSchema", |folder| {
        replace(&manifest(folder), "\"log_tile\"", "\"log_tyle\"");
    }),
    ("another position of the log", "OtherPosition", |folder| {
        replace(&manifest(folder), "\"size\": 10", "\"size\": 11");
    }),
    ("one row fewer than there are", "Folder(Altered", |folder| {
        replace(&manifest(folder), "\"rows\": 10", "\"rows\": 9");
    }),
];

const OF_THE_REST: &[Case] = &[
    ("a file that is gone", "Folder(NotWhole", |folder| {
        fs::remove_file(rows(folder, "log_leaf")).expect("there");
    }),
    ("a file cut off", "Folder(Altered", |folder| {
        edit(&rows(folder, "log_leaf"), |bytes| {
            bytes.truncate(bytes.len() - 3);
        });
    }),
    ("a file with more at its end", "Folder(Altered", |folder| {
        edit(&rows(folder, "log_leaf"), |bytes| bytes.push(0));
    }),
    (
        "a leaf with one letter changed",
        "Folder(Altered",
        |folder| {
            edit(&rows(folder, "log_leaf"), |bytes| {
                *after(bytes, b"leaf 3", 5) = b'4';
            });
        },
    ),
    ("a column of another name", "OtherSchema", |folder| {
        edit(&rows(folder, "log_leaf"), |bytes| {
            *after(bytes, b"job", 0) = b'J';
        });
    }),
    (
        "a column of a kind that is none",
        "Folder(Altered",
        |folder| {
            edit(&rows(folder, "log_leaf"), |bytes| {
                *after(bytes, b"integer", 0) = b'I';
            });
        },
    ),
    (
        "more columns than a table has",
        "Folder(Altered",
        |folder| {
            edit(&rows(folder, "log_leaf"), |bytes| {
                *bytes.first_mut().expect("a number") = 0xff;
            });
        },
    ),
    ("a length beyond the file", "Folder(Altered", |folder| {
        edit(&rows(folder, "status_list"), |bytes| {
            // The length of the address: 32 octets become 2,097,184.
            let at = place(bytes, b"https");
            *bytes.get_mut(at - 3).expect("inside") = 0x20;
        });
    }),
    ("an object that is gone", "ObjectMissing", |folder| {
        for shelf in fs::read_dir(folder.join("objects"))
            .expect("there")
            .flatten()
        {
            for object in fs::read_dir(shelf.path()).expect("a shelf").flatten() {
                fs::remove_file(object.path()).expect("there");
            }
        }
    }),
];

#[test]
fn what_is_no_whole_backup_restores_nothing() {
    on_each_store(async |stage| {
        let registry = stage.open().await;
        let store = objects(&stage.folder().join("objects"));
        filled(&registry).await;
        grown(&registry, 10).await;
        let file = store.put(vec![1; 10]).await.expect("room");
        named(&stage, &file).await;
        let good = stage.folder().join("backup");
        registry
            .backups()
            .write(&store, &good, at(0))
            .await
            .expect("an empty folder");
        let cases = OF_THE_MANIFEST.iter().chain(OF_THE_REST);
        for (number, (name, want, change)) in cases.enumerate() {
            let folder = stage.folder().join(format!("changed-{number}"));
            copied(&good, &folder);
            change(&folder);
            let target = Stage::sqlite();
            let restored = target.open().await;
            let files = objects(&target.folder().join("objects"));
            let refused = restored
                .backups()
                .restore(&files, &folder)
                .await
                .expect_err(name);
            let found = format!("{refused:?}");
            assert!(found.starts_with(want), "{name}: {found}");
            let position = restored.backups().position().await.expect("readable");
            assert_eq!(position, [], "{name}");
            let list = restored.status_lists().list().await.expect("readable");
            assert!(list.is_empty(), "{name}");
        }
    });
}

fn rows(folder: &Path, table: &str) -> PathBuf {
    folder.join(format!("tables/{table}.rows"))
}

fn manifest(folder: &Path) -> PathBuf {
    folder.join("backup.json")
}

fn place(bytes: &[u8], part: &[u8]) -> usize {
    bytes
        .windows(part.len())
        .position(|found| found == part)
        .expect("it stands in the file")
}

fn after<'b>(bytes: &'b mut [u8], part: &[u8], by: usize) -> &'b mut u8 {
    let at = place(bytes, part) + by;
    bytes.get_mut(at).expect("inside")
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder of the test");
    for entry in fs::read_dir(from).expect("readable").flatten() {
        let place = to.join(entry.file_name());
        if entry.path().is_dir() {
            copied(&entry.path(), &place);
        } else {
            fs::copy(entry.path(), &place).expect("a file of the test");
        }
    }
}

fn edit(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).expect("a file of the backup");
    change(&mut bytes);
    fs::write(path, bytes).expect("a file of the test");
}

fn replace(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("text");
    assert!(text.contains(from), "{from} stands in {}", path.display());
    fs::write(path, text.replacen(from, to, 1)).expect("a file of the test");
}
