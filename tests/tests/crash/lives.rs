//! Two lives of one installation: the first is lost, the second finds what it left.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use catalogue::key::DepartmentKey;
use issuance::release::Submitted;
use issuance::{Asker, Begun, Clock, FixedClock, IssueOrder, Office, Once};
use registry::asked::IdempotencyKey;
use registry::jobs::{Job, JobId, JobKind, JobState};
use registry::licences::Record;
use serde_json::Value;
use tempfile::TempDir;
use tests::cases;
use tests::databases::Server;
use tests::installation::{CUSTODIAN, Installation, NOW, octets};
use tests::interrupted::{Ended, Interrupted, Side};
use time::format_description::well_known::Rfc3339;
use time::{Duration, UtcDateTime};
use tokio::runtime::Runtime;
use verify::{Material, Policy, Verdict};

const DEPARTMENT: &str = "Q-APR";

/// What the second life finds at its start: the rows of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Found {
    /// Nothing of the request.
    Nothing,
    /// 3: reserved, no page.
    Reserved,
    /// 5: a page that waits.
    Waiting,
    /// 6: released by itself, since nothing could be laid out for it; the release unused.
    Released,
    /// 8: journalled, no leaf.
    Journalled,
    /// 11: a leaf, and nothing handed out.
    Logged,
    /// 14: recorded, told to nobody.
    Recorded,
}

impl Found {
    /// What a job leaves whose release and journal are one fact: all others.
    pub(crate) const OF_A_WALK: [Self; 6] = [
        Self::Nothing,
        Self::Reserved,
        Self::Waiting,
        Self::Journalled,
        Self::Logged,
        Self::Recorded,
    ];
}

/// A founded installation of which each case has a copy.
pub(crate) struct Stage {
    founded: Installation,
    server: Option<Server>,
    /// The name of the database that cases are copied from.
    model: String,
    _folder: TempDir,
}

impl Stage {
    pub(crate) fn sqlite() -> Self {
        Self::found(None, false)
    }

    /// With the national suite: each licence is a PDF and an OFD.
    pub(crate) fn national() -> Self {
        Self::found(None, true)
    }

    pub(crate) fn postgres(server: Server) -> Self {
        Self::found(Some(server), false)
    }

    fn found(server: Option<Server>, national: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let model = fresh_name();
        let founded = runtime().block_on(async {
            let database = match &server {
                Some(server) => Some(server.make(&model, None).await.expect("a database")),
                None => None,
            };
            let database = database.as_deref();
            let founded = if national {
                Installation::found_national(folder.path(), database, NOW).await
            } else {
                Installation::found(folder.path(), database, NOW).await
            };
            founded.expect("founded")
        });
        if server.is_none() {
            runtime().block_on(founded.settle()).expect("closed");
        }
        Self {
            founded,
            server,
            model,
            _folder: folder,
        }
    }

    async fn copy(&self, folder: &Path, name: &str) -> Installation {
        let database = match &self.server {
            Some(server) => Some(server.make(name, Some(&self.model)).await.expect("a copy")),
            None => None,
        };
        self.founded
            .copy_to(folder, database.as_deref())
            .expect("a copy")
    }
}

/// A name that no other database of these tests has: tests of one process run beside each other.
fn fresh_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::SeqCst);
    format!("crash_{}_{number}", std::process::id())
}

/// One thread, so that what was not begun when a life is lost does not happen.
pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

/// What a caller was told, and counts on from then.
#[derive(Debug, Default, Clone)]
struct Told {
    waits: Option<Value>,
    issued: Option<Value>,
}

impl Stage {
    /// A copy for one case, in a folder and under a name of its own.
    pub(crate) fn case(&self) -> (TempDir, String, Installation) {
        let name = fresh_name();
        let folder = tempfile::tempdir().expect("a folder");
        let installation = runtime().block_on(self.copy(folder.path(), &name));
        (folder, name, installation)
    }

    pub(crate) fn end(&self, name: &str) {
        if let Some(server) = &self.server {
            runtime().block_on(server.remove(name)).expect("removed");
        }
    }
}

/// Runs one case; whether the first life came to its end, and what the second one found.
pub(crate) fn two_lives(stage: &Stage, wait: usize, side: Side) -> (bool, Found) {
    let (_folder, name, installation) = stage.case();
    let case = format!("lost {side:?} wait {wait}");
    let told = Mutex::new(Told::default());
    let first = runtime();
    let ended = first.block_on(async {
        let life = Life::begin(&installation, NOW + Duration::minutes(1)).await;
        Interrupted::new(life.customer(&told), wait, side).await
    });
    // What the process had begun and not finished ends here.
    drop(first);
    let told = told.into_inner().expect("the customer did not panic");
    let found = runtime().block_on(async {
        let life = Life::begin(&installation, NOW + Duration::minutes(5)).await;
        let found = life.found().await;
        life.go_on().await;
        life.judge(&told, &case).await;
        found
    });
    stage.end(&name);
    let done = match ended {
        Ended::Done(told) => told.map(|()| true).expect("nobody disturbs the first life"),
        Ended::Lost => false,
    };
    (done, found)
}

/// A release that was taken by itself, with a process that was lost before it could be used: what the second life found.
pub(crate) fn released_by_itself(stage: &Stage) -> Found {
    let (_folder, name, installation) = stage.case();
    let told = Mutex::new(Told::default());
    runtime().block_on(async {
        let life = Life::begin(&installation, NOW + Duration::minutes(1)).await;
        let waits = life.ask().await.expect("it waits");
        told.lock().expect("one thread").waits = Some(waits);
        let (job, _) = life.job().await.expect("a job");
        let left = installation.leave_released(&life.office, &job.id, life.clock.now());
        left.await.expect("it waits");
    });
    let told = told.into_inner().expect("one thread");
    let found = runtime().block_on(async {
        let life = Life::begin(&installation, NOW + Duration::minutes(5)).await;
        let found = life.found().await;
        life.go_on().await;
        life.judge(&told, "released by itself").await;
        found
    });
    stage.end(&name);
    found
}

/// The same, but the first process was slow and not lost: it goes on when the second has finished its work.
/// Whether it came to its end before.
pub(crate) fn two_at_once(stage: &Stage, wait: usize) -> bool {
    let (_folder, name, installation) = stage.case();
    let case = format!("slow at wait {wait}");
    let told = Mutex::new(Told::default());
    let done = runtime().block_on(async {
        let slow = Life::begin(&installation, NOW + Duration::minutes(1)).await;
        let mut work = Interrupted::new(slow.customer(&told), wait, Side::After);
        let ended = (&mut work).await;
        let other = Life::begin(&installation, NOW + Duration::minutes(5)).await;
        other.go_on().await;
        if ended == Ended::Lost {
            // It may be told to come back; what it is told otherwise, counts.
            let _told = work.rest().await;
        }
        other.go_on().await;
        let told = told.lock().expect("one thread").clone();
        other.judge(&told, &case).await;
        ended != Ended::Lost
    });
    stage.end(&name);
    done
}

/// A process: an office with its sequencers.
pub(crate) struct Life {
    pub(crate) office: Arc<Office>,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) installation: Installation,
    department: DepartmentKey,
}

impl Life {
    pub(crate) async fn begin(installation: &Installation, now: UtcDateTime) -> Life {
        let clock = Arc::new(FixedClock::new(now));
        let office = installation.open(clock.clone()).await.expect("it opens");
        let office = Arc::new(office);
        tokio::spawn(office.log().clone().run());
        tokio::spawn(office.trace_log().clone().run());
        Life {
            office,
            clock,
            installation: installation.clone(),
            department: DepartmentKey::parse(DEPARTMENT).expect("a department"),
        }
    }

    pub(crate) fn machine(&self) -> Asker {
        Asker {
            account: "Q-APR-approvals".to_owned(),
            person: "Q-APR-approvals".to_owned(),
            department: self.department.clone(),
        }
    }

    pub(crate) fn custodian(&self) -> Asker {
        Asker {
            account: "Q-APR-custodian".to_owned(),
            person: CUSTODIAN.to_owned(),
            department: self.department.clone(),
        }
    }

    /// The request, always the same under the same key.
    pub(crate) async fn ask(&self) -> Result<Value, String> {
        let order = IssueOrder {
            request: cases::request("FOOD", 7).expect("a food licence"),
            photo: None,
        };
        let once = Once {
            key: IdempotencyKey::parse("a-key-of-this-case").expect("16 characters"),
            fingerprint: [7; 32],
        };
        let begun = issuance::begin(&self.office, &self.machine(), &once, &order).await;
        match begun.map_err(|error| format!("{error:?}"))? {
            Begun::Waits(answer) | Begun::Repeated(answer) => {
                Ok(serde_json::from_slice(&answer.body).expect("JSON"))
            }
            Begun::Running => Err("another one is at work on it".to_owned()),
        }
    }

    pub(crate) async fn release(&self, waits: &Value) -> Result<Value, String> {
        let said = |error: issuance::release::ReleaseError| format!("{error:?}");
        let job = JobId::parse(waits["job"].as_str().expect("a job")).expect("a job");
        let custodian = self.custodian();
        let offer = issuance::release::offer(&self.office, &custodian, &job).await;
        let offer = offer.map_err(said)?;
        let statement = octets(&offer.statement).expect("hexadecimal");
        let signature = self
            .installation
            .release(CUSTODIAN, &statement, self.clock.now());
        let submitted = Submitted {
            expires: UtcDateTime::parse(&offer.expires, &Rfc3339).expect("RFC 3339"),
            algorithm: crypto::SignatureAlgorithm::EcdsaP256Sha256,
            signature: signature.expect("signs"),
            passkey: None,
            content_not_sent: false,
        };
        let answer = issuance::release::release(&self.office, &custodian, &job, &submitted).await;
        let answer = answer.map_err(said)?;
        Ok(serde_json::from_slice(&answer.body).expect("JSON"))
    }

    /// The whole job, as a caller and a custodian drive it; what they are told is kept as it is told.
    async fn customer(&self, told: &Mutex<Told>) -> Result<(), String> {
        let waits = self.ask().await?;
        told.lock().expect("one thread").waits = Some(waits.clone());
        let issued = self.release(&waits).await?;
        told.lock().expect("one thread").issued = Some(issued);
        Ok(())
    }

    async fn job(&self) -> Option<(Job, Record)> {
        let licences = self.office.registry().licences();
        let page = licences.list(&self.department, None, 10).await;
        let mut page = page.expect("a page");
        assert!(page.len() <= 1, "one licence of one key: {page:?}");
        let record = page.pop()?;
        let job = self.office.registry().jobs().find(&record.job, None).await;
        Some((job.expect("a job").expect("a licence has a job"), record))
    }

    async fn found(&self) -> Found {
        let Some((job, _)) = self.job().await else {
            return Found::Nothing;
        };
        let leaves = self.office.registry().logs().leaves_of(&job.id).await;
        match job.state {
            JobState::Reserved => Found::Reserved,
            JobState::Waiting => Found::Waiting,
            JobState::Released => Found::Released,
            JobState::Journalled if leaves.expect("leaves").is_empty() => Found::Journalled,
            JobState::Journalled => Found::Logged,
            JobState::Recorded => Found::Recorded,
            state => panic!("{state:?} is no end of this job"),
        }
    }

    /// The worker's rounds until nothing is left to take up.
    pub(crate) async fn go_on(&self) {
        for _ in 0..4 {
            let round = issuance::upkeep::round(&self.office)
                .await
                .expect("a round");
            if round.jobs == 0 {
                break;
            }
        }
        let jobs = self.office.registry().jobs();
        for state in [JobState::Reserved, JobState::Released, JobState::Journalled] {
            let mut left = jobs.unfinished(state, None, 10).await.expect("a page");
            // A document's file comes again with its request alone.
            left.retain(|job| job.kind == JobKind::Licence || state != JobState::Reserved);
            assert!(left.is_empty(), "left behind: {left:?}");
        }
    }

    /// The caller asks again and finds one licence, whatever was lost; nothing that was told is taken back.
    async fn judge(&self, told: &Told, case: &str) {
        let mut issued = self.ask().await.expect(case);
        if issued["state"] == "pending_seal" {
            assert!(told.issued.is_none(), "{case}: an issued licence waits");
            assert_eq!(self.ask().await.as_ref(), Ok(&issued), "{case}: again");
            issued = self.release(&issued).await.expect(case);
        }
        assert_eq!(issued["state"], "valid", "{case}");
        assert_eq!(self.ask().await.as_ref(), Ok(&issued), "{case}: it stays");
        if let Some(waits) = &told.waits {
            for name in ["job", "identifier", "number"] {
                assert_eq!(waits[name], issued[name], "{case}: {name} was told");
            }
        }
        if let Some(before) = &told.issued {
            assert_eq!(*before, issued, "{case}: acknowledged");
        }
        let (job, record) = self.job().await.expect("a licence");
        assert_eq!(job.state, JobState::Recorded, "{case}");
        assert_eq!(issued["number"], record.number.as_str(), "{case}");
        let files = issued["files"].as_array().cloned();
        let files = files.unwrap_or_else(|| vec![issued.clone()]);
        for file in &files {
            self.judge_file(&record, file, case).await;
        }
        let receipts = files.iter().filter_map(|file| file["receipt"].as_str());
        let receipts: Vec<&str> = receipts.collect();
        assert_eq!(receipts.len(), files.len(), "{case}: a receipt for each");
        let leaves = tests::leaves::judge(&self.office, &job, &receipts).await;
        leaves.expect("the log agrees");
        let registry = self.office.registry();
        let faults = registry.trace().check(&self.department).await;
        assert!(faults.expect("a trace").is_empty(), "{case}");
        for receiver in ["C-SAMR", "Q-ENF"] {
            let receiver = DepartmentKey::parse(receiver).expect("a department");
            let due = registry.outbox().due(&receiver, self.clock.now(), 10).await;
            let due = due.expect("an outbox");
            assert_eq!(due.len(), 1, "{case}: {receiver} is told once");
        }
    }

    /// The inspector accepts a file that was recorded, with what is published beside it.
    async fn judge_file(&self, record: &Record, issued: &Value, case: &str) {
        let machine = self.machine();
        let format = issued["format"].as_str().unwrap_or("pdf");
        let format = catalogue::kind::FileFormat::find(format).expect("a format");
        let file = issuance::look::file(&self.office, &machine, &record.identifier, format).await;
        let file = file.expect("a file");
        let digest = tests::installation::hex(&crypto::sha256(&file.bytes));
        assert_eq!(issued["file_digest"], digest, "{case}");
        issuance::upkeep::round(&self.office).await.expect("lists");
        let list = self.office.lists().states(1).expect("a status list");
        let mut material = Material::empty();
        material.add("1.statuslist", &list.bytes);
        for (name, list) in self.office.lists().held_revocations() {
            material.add(&name, &list.bytes);
        }
        let report = verify::examine(
            "licence.pdf",
            &file.bytes,
            &self.office.trust(),
            &material,
            &Policy::default(),
            self.clock.now(),
        );
        assert_eq!(report.verdict, Verdict::Valid, "{case}: {report:?}");
    }
}
