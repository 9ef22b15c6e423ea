//! What callers and custodians of these tests do.

use catalogue::DocumentPurpose;
use catalogue::key::{MatterCode, SealCode};
use issuance::release::{Offer, ReleaseError};
use issuance::{Begun, Level};
use papers::documents::{DocumentError, DocumentOrder, begin_document};
use registry::jobs::{Job, JobId};
use serde_json::Value;
use tlog::{Leaf, LeafKind};

use crate::house::{House, caller, once, releaser};

/// Whose documents these are.
pub(crate) const DEPARTMENT: &str = "Q-APR";

/// A page with nothing on it.
pub(crate) fn blank() -> Vec<u8> {
    with_catalog("")
}

/// The same with further entries in its catalog.
pub(crate) fn with_catalog(entries: &str) -> Vec<u8> {
    let catalog = format!("1 0 obj\n<</Type/Catalog/Pages 2 0 R{entries}>>\nendobj\n");
    let mut file = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut places = Vec::new();
    for object in [
        catalog.as_str(),
        "2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n",
        "3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>\nendobj\n",
    ] {
        places.push(file.len());
        file.extend_from_slice(object.as_bytes());
    }
    let table = file.len();
    file.extend_from_slice(b"xref\n0 4\n0000000000 65535 f \n");
    for place in places {
        file.extend_from_slice(format!("{place:010} 00000 n \n").as_bytes());
    }
    let end = format!("trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n");
    file.extend_from_slice(end.as_bytes());
    file
}

pub(crate) fn order(level: Level) -> DocumentOrder {
    DocumentOrder {
        seal: SealCode::parse("990102-SPZYZ-01").expect("a seal"),
        purpose: DocumentPurpose::find("decision").expect("a purpose"),
        matter: MatterCode::parse("990102-XK-0006").ok(),
        case: "BJ-990102-20260610-00002".to_owned(),
        ground: "准予字〔2026〕第0002号".to_owned(),
        shown: papers::documents::Shown::Page {
            page: 1,
            corner: (300.0, 200.0),
        },
        flatten: false,
        edition: papers::documents::SealEdition::V4,
        level,
    }
}

pub(crate) fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).expect("JSON")
}

impl House {
    /// Asks for a seal on this file under the key of this number.
    pub(crate) async fn ask(
        &self,
        number: u32,
        level: Level,
        file: Vec<u8>,
    ) -> Result<Begun, DocumentError> {
        let (asker, once) = (caller(DEPARTMENT), once(number));
        begin_document(&self.office, &asker, &once, &order(level), file).await
    }

    /// The same; the job that waits.
    pub(crate) async fn waiting(&self, number: u32, level: Level, file: Vec<u8>) -> JobId {
        match self.ask(number, level, file).await {
            Ok(Begun::Waits(answer)) => {
                let job = json(&answer.body)["job"].as_str().and_then(JobId::parse);
                job.expect("a job")
            }
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn offer(&self, job: &JobId) -> Offer {
        let custodian = releaser(DEPARTMENT);
        let offer = issuance::release::offer(&self.office, &custodian, job).await;
        offer.expect("it waits")
    }

    /// The custodian looks and releases.
    pub(crate) async fn release(&self, job: &JobId) -> Result<Value, ReleaseError> {
        let submitted = self.submitted(&self.offer(job).await);
        let custodian = releaser(DEPARTMENT);
        let released =
            issuance::release::release(&self.office, &custodian, job, &submitted).await?;
        Ok(json(&released.body))
    }

    pub(crate) async fn job(&self, job: &JobId) -> Job {
        let found = self.office.registry().jobs().find(job, None).await;
        found.expect("a store").expect("it was reserved")
    }

    /// How many leaves of this kind the job has in the public log.
    pub(crate) async fn leaves(&self, job: &JobId, kind: LeafKind) -> usize {
        let leaves = self.office.registry().logs().leaves_of(job).await;
        let leaves = leaves.expect("a store").into_iter();
        leaves
            .filter(|leaf| Leaf::parse(&leaf.leaf).expect("ours").kind == kind)
            .count()
    }

    /// So much later, a round of upkeep.
    pub(crate) async fn later(&self, passed: time::Duration) {
        use issuance::Clock;
        self.clock.clock.put(self.clock.now() + passed);
        let round = issuance::upkeep::round(&self.office).await;
        round.expect("upkeep goes through");
    }
}
