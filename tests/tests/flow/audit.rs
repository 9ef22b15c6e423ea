//! The whole trace gone over: each change of what is stored is found and named, and who rewrote all of it is
//! contradicted by the public log (D13, T-L2, T-L4).

use std::sync::Arc;

use catalogue::key::DepartmentKey;
use crypto::{Cost, KeyStore};
use issuance::{Clock, FixedClock, Office};
use registry::asked::By;
use registry::audit::{Audited, Found};
use registry::log::{Agreement, Log};
use registry::trace::{Act, Deed, TraceFault};
use rusqlite::Connection;
use tempfile::TempDir;
use tests::installation::{Installation, NOW, ORIGIN};
use time::Duration;
use tlog::audit::AuditFault;
use tlog::{Hash, TreeHead};

const DEPARTMENT: &str = "Q-APR";

/// An office with both logs at work, and nobody else.
struct Books {
    installation: Installation,
    office: Arc<Office>,
    clock: Arc<FixedClock>,
    works: Vec<tokio::task::JoinHandle<()>>,
    _folder: TempDir,
}

impl Books {
    async fn open() -> Books {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::found(folder.path(), None, NOW).await;
        let installation = installation.expect("founded");
        let clock = Arc::new(FixedClock::new(NOW));
        let office = installation.open(clock.clone()).await.expect("it opens");
        let mut books = Books {
            installation,
            office: Arc::new(office),
            clock,
            works: Vec::new(),
            _folder: folder,
        };
        books.work();
        books
    }

    fn work(&mut self) {
        for log in [self.office.log(), self.office.trace_log()] {
            self.works.push(tokio::spawn(log.clone().run()));
        }
    }

    fn rest(&mut self) {
        for work in self.works.drain(..) {
            work.abort();
        }
    }

    /// The office is opened anew, and what its logs left beside the objects is gone.
    async fn forget(&mut self) {
        let objects = self.installation.folder().join("objects");
        std::fs::remove_file(objects.join("standing.trace")).expect("it was kept");
        let office = self.installation.open(self.clock.clone()).await;
        self.office = Arc::new(office.expect("it opens"));
    }

    /// Acts of a department, and upkeep some minutes later.
    async fn acts(&self, count: u32) {
        let department = DepartmentKey::parse(DEPARTMENT).expect("a department");
        for number in 0..count {
            let act = Act {
                department: department.clone(),
                by: By::new("P-SOMEBODY", self.clock.now()),
                deed: Deed::Look,
                object: format!("object {number}"),
                ground: String::new(),
                detail: Vec::new(),
                key: None,
            };
            let written = self.office.registry().trace().record(act).await;
            written.expect("written");
        }
        self.settle(Log::Trace).await;
        self.clock.put(self.clock.now() + Duration::minutes(2));
        self.round().await;
    }

    async fn round(&self) {
        let round = issuance::upkeep::round(&self.office).await;
        round.expect("upkeep goes through");
        self.settle(Log::Public).await;
    }

    /// Until nothing waits for its place.
    async fn settle(&self, log: Log) {
        match log {
            Log::Trace => self.office.trace_log().wake(),
            Log::Public => self.office.log().wake(),
        }
        let logs = self.office.registry().logs();
        while !logs.pending(log, 1).await.expect("a store").is_empty() {
            tokio::task::yield_now().await;
        }
    }

    async fn audit(&self, seen: Option<TreeHead>) -> Audited {
        let path = self.installation.folder().join("keys");
        let keys = KeyStore::open_at_cost(&path, Cost::FOR_TESTS).expect("a key store");
        let signers = issuance::office::signers(&keys, ORIGIN).expect("both keys");
        let audits = self.office.registry().audits();
        let audited = audits.audit(&signers, seen).await;
        audited.expect("it can be read")
    }

    fn run(&self, statement: &str) {
        let file = self.installation.folder().join("registry.db");
        let connection = Connection::open(file).expect("it opens");
        connection.execute_batch(statement).expect("it runs");
    }
}

/// What is done to the store, how it is undone, and what is found meanwhile.
type Mutant = (&'static str, &'static str, fn(&Found) -> bool);

const MUTANTS: &[Mutant] = &[
    (
        "UPDATE trace SET actor = actor || 'x' WHERE department = 'Q-APR' AND number = 7",
        "UPDATE trace SET actor = rtrim(actor, 'x') WHERE department = 'Q-APR' AND number = 7",
        |found| chain(found, &TraceFault::Changed { number: 7 }),
    ),
    (
        "UPDATE trace SET number = 7000 WHERE department = 'Q-APR' AND number = 7",
        "UPDATE trace SET number = 7 WHERE department = 'Q-APR' AND number = 7000",
        |found| chain(found, &TraceFault::Missing { number: 7 }),
    ),
    // The last entry, and the head with it: the chain is whole, the tree has one leaf too many.
    (
        "CREATE TABLE kept AS SELECT * FROM trace WHERE department = 'Q-APR'
             AND number = (SELECT number FROM trace_head WHERE department = 'Q-APR');
         DELETE FROM trace WHERE department = 'Q-APR' AND number = (SELECT number FROM kept);
         UPDATE trace_head SET number = number - 1, digest = (SELECT previous FROM kept)
             WHERE department = 'Q-APR'",
        "UPDATE trace_head SET number = number + 1, digest = (SELECT digest FROM kept)
             WHERE department = 'Q-APR';
         INSERT INTO trace SELECT * FROM kept; DROP TABLE kept",
        |found| matches!(found, Found::Stray { index: Some(_) }),
    ),
    // An entry and its digest made anew, and the one after it.
    (
        "UPDATE trace SET leaf = leaf + 1000000 WHERE department = 'Q-APR' AND number = 5",
        "UPDATE trace SET leaf = leaf - 1000000 WHERE department = 'Q-APR' AND number = 5",
        |found| matches!(found, Found::Unlinked { number: 5, .. }),
    ),
    (
        "UPDATE log_leaf SET leaf = CAST(leaf || 'x' AS BLOB) WHERE log = 2 AND entry_index = 3",
        "UPDATE log_leaf SET leaf = substr(leaf, 1, length(leaf) - 1) WHERE log = 2 AND entry_index = 3",
        |found| {
            let fault = AuditFault::Differs {
                level: 0,
                position: 3,
            };
            found
                == &Found::Tree {
                    log: Log::Trace,
                    fault,
                }
        },
    ),
    (
        "UPDATE log_leaf SET leaf = CAST(leaf || 'x' AS BLOB) WHERE log = 1 AND entry_index = 0",
        "UPDATE log_leaf SET leaf = substr(leaf, 1, length(leaf) - 1) WHERE log = 1 AND entry_index = 0",
        |found| {
            let fault = AuditFault::Differs {
                level: 0,
                position: 0,
            };
            found
                == &Found::Tree {
                    log: Log::Public,
                    fault,
                }
        },
    ),
    (
        "UPDATE log_leaf SET entry_index = entry_index + 5000 WHERE log = 2 AND entry_index = 4",
        "UPDATE log_leaf SET entry_index = 4 WHERE log = 2 AND entry_index = 5004",
        |found| {
            matches!(
                found,
                Found::Tree {
                    log: Log::Trace,
                    fault: AuditFault::Absent { .. }
                }
            )
        },
    ),
    (
        "UPDATE log_head SET checkpoint = CAST(checkpoint || 'x' AS BLOB) WHERE log = 2",
        "UPDATE log_head SET checkpoint = substr(checkpoint, 1, length(checkpoint) - 1) WHERE log = 2",
        |found| found == &Found::Checkpoint { log: Log::Trace },
    ),
    (
        "CREATE TABLE kept AS SELECT * FROM trace_anchor; UPDATE trace_anchor SET salt = zeroblob(16)",
        "DELETE FROM trace_anchor; INSERT INTO trace_anchor SELECT * FROM kept; DROP TABLE kept",
        |found| matches!(found, Found::Unanchored { .. }),
    ),
    (
        "CREATE TABLE kept AS SELECT * FROM trace_anchor; DELETE FROM trace_anchor",
        "INSERT INTO trace_anchor SELECT * FROM kept; DROP TABLE kept",
        |found| matches!(found, Found::Forgotten { .. }),
    ),
];

fn chain(found: &Found, expected: &TraceFault) -> bool {
    matches!(found, Found::Chain { department, fault } if department == DEPARTMENT && fault == expected)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_change_of_trace_and_logs_is_found_and_named() {
    let mut books = Books::open().await;
    books.acts(20).await;
    books.acts(5).await;
    books.rest();
    let whole = books.audit(None).await;
    assert_eq!(whole.found, [], "nothing is wrong");
    assert!(whole.entries > 25 && whole.anchors >= 3, "{whole:?}");
    for (change, undo, expected) in MUTANTS {
        books.run(change);
        let bent = books.audit(None).await;
        assert!(
            bent.found.iter().any(expected),
            "{change}: {:?}",
            bent.found
        );
        books.run(undo);
        assert_eq!(books.audit(None).await, whole, "{undo}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_written_anew_throughout_is_contradicted_by_the_public_log() {
    let mut books = Books::open().await;
    books.acts(20).await;
    let anchors = books.audit(None).await.anchors;
    // Who holds database and key takes the last act away, and has every leaf placed and signed anew.
    books.rest();
    books.run(
        "CREATE TABLE kept AS SELECT * FROM trace WHERE department = 'Q-APR'
             AND number = (SELECT number FROM trace_head WHERE department = 'Q-APR');
         DELETE FROM trace WHERE department = 'Q-APR' AND number = (SELECT number FROM kept);
         UPDATE trace_head SET number = number - 1, digest = (SELECT previous FROM kept)
             WHERE department = 'Q-APR';
         DELETE FROM log_leaf WHERE id = (SELECT leaf FROM kept);
         UPDATE log_leaf SET entry_index = NULL WHERE log = 2;
         DELETE FROM log_tile WHERE log = 2; DELETE FROM log_head WHERE log = 2",
    );
    // A node that knew the trace, or finds beside the objects how far it had come, would add nothing to this one.
    books.forget().await;
    books.work();
    books.office.trace_log().wake();
    books.settle(Log::Trace).await;
    let found = books.audit(None).await.found;
    let [Found::Rewritten { .. }] = found.as_slice() else {
        panic!("{found:?}");
    };
    // Their own notes of what they published do not help: the leaf stands in the public log.
    books.run("DELETE FROM trace_anchor");
    let found = books.audit(None).await.found;
    let forgotten = found
        .iter()
        .filter(|found| matches!(found, Found::Forgotten { .. }));
    assert_eq!(forgotten.count() as u64, anchors, "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_log_that_others_know_otherwise_is_told() {
    let books = Books::open().await;
    books.acts(3).await;
    let head = books.office.registry().logs().latest(Log::Public).await;
    let head = head.expect("a store").expect("it has begun").head;
    assert_eq!(books.audit(Some(head)).await.found, []);
    let longer = TreeHead {
        size: head.size + 1,
        ..head
    };
    let behind = Found::Seen(Agreement::Behind { size: head.size });
    assert_eq!(books.audit(Some(longer)).await.found, [behind]);
    let other = TreeHead {
        root: Hash::new([1; 32]),
        ..head
    };
    let forked = Found::Seen(Agreement::Forked);
    assert_eq!(books.audit(Some(other)).await.found, [forked]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_that_grows_is_anchored_once_a_minute_and_one_that_rests_is_not() {
    let books = Books::open().await;
    let anchors = async || books.audit(None).await.anchors;
    let first = anchors().await;
    assert_eq!(first, 1, "at the founding");
    for _ in 0..3 {
        books.clock.put(books.clock.now() + Duration::minutes(2));
        books.round().await;
    }
    let rested = anchors().await;
    books.acts(1).await;
    assert_eq!(anchors().await, rested + 1);
    // Within the minute it waits.
    let department = DepartmentKey::parse(DEPARTMENT).expect("a department");
    let entries = books
        .office
        .registry()
        .trace()
        .entries(&department, 0)
        .await;
    assert!(!entries.expect("a store").is_empty());
    books.round().await;
    assert_eq!(anchors().await, rested + 1);
}
