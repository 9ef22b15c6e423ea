//! A caller's own document, lost and found like a licence: only its request brings the file again.

use issuance::{Begun, Once};
use papers::documents::{DocumentOrder, begin_document};
use registry::asked::IdempotencyKey;
use registry::jobs::JobId;
use serde_json::Value;
use tests::installation::{NOW, hex};
use tests::interrupted::{Ended, Interrupted, Side};
use time::Duration;

use super::lives::{Life, Stage, runtime};

/// A page with nothing on it.
fn blank() -> Vec<u8> {
    let mut file = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut places = Vec::new();
    for object in [
        "1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n",
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

impl Life {
    async fn ask_for_document(&self) -> Result<Value, String> {
        let order = DocumentOrder {
            seal: catalogue::key::SealCode::parse("990102-SPZYZ-01").expect("a seal"),
            purpose: catalogue::DocumentPurpose::find("decision").expect("a purpose"),
            matter: catalogue::key::MatterCode::parse("990102-XK-0006").ok(),
            case: "BJ-990102-20260610-00002".to_owned(),
            ground: "准予字〔2026〕第0002号".to_owned(),
            shown: papers::documents::Shown::Page {
                page: 1,
                corner: (300.0, 200.0),
            },
            flatten: false,
            edition: papers::documents::SealEdition::V4,
            level: issuance::Level::LongTerm,
        };
        let once = Once {
            key: IdempotencyKey::parse("a-key-of-a-document").expect("16 characters"),
            fingerprint: [8; 32],
        };
        let begun = begin_document(&self.office, &self.machine(), &once, &order, blank()).await;
        match begun.map_err(|error| format!("{error:?}"))? {
            Begun::Waits(answer) | Begun::Repeated(answer) => {
                Ok(serde_json::from_slice(&answer.body).expect("JSON"))
            }
            Begun::Running => Err("another one is at work on it".to_owned()),
        }
    }

    /// The repeat of the request ends with the sealed document, whatever was lost.
    async fn judge_document(&self, told: Option<&Value>, case: &str) {
        let mut sealed = self.ask_for_document().await.expect(case);
        if sealed["state"] == "pending_seal" {
            assert!(told.is_none(), "{case}: what was acknowledged waits");
            sealed = self.release(&sealed).await.expect(case);
        }
        assert_eq!(sealed["state"], "sealed", "{case}");
        assert_eq!(told.unwrap_or(&sealed), &sealed, "{case}");
        let again = self.ask_for_document().await;
        assert_eq!(again.as_ref(), Ok(&sealed), "{case}: it stays");
        let job = sealed["job"]
            .as_str()
            .and_then(JobId::parse)
            .expect("a job");
        let file = issuance::look::document_file(&self.office, &self.machine(), (&job, None)).await;
        let file = file.expect(case);
        assert_eq!(sealed["file_digest"], hex(&crypto::sha256(&file.bytes)));
        let jobs = self.office.registry().jobs();
        let job = jobs.find(&job, None).await.expect("a store").expect(case);
        let receipt = sealed["receipt"].as_str().expect("a receipt");
        let leaves = tests::leaves::judge(&self.office, &job, &[receipt]).await;
        leaves.expect(case);
    }
}

/// Whether the first life came to its end.
fn two_lives(stage: &Stage, wait: usize, side: Side) -> bool {
    let (_folder, name, installation) = stage.case();
    let first = runtime();
    let ended = first.block_on(async {
        let life = Life::begin(&installation, NOW + Duration::minutes(1)).await;
        let work = async {
            let waits = life.ask_for_document().await?;
            life.release(&waits).await
        };
        Interrupted::new(work, wait, side).await
    });
    drop(first);
    let told = match ended {
        Ended::Done(told) => Some(told.expect("nobody disturbs the first life")),
        Ended::Lost => None,
    };
    runtime().block_on(async {
        let life = Life::begin(&installation, NOW + Duration::minutes(5)).await;
        life.go_on().await;
        let case = format!("lost {side:?} wait {wait}");
        life.judge_document(told.as_ref(), &case).await;
    });
    stage.end(&name);
    told.is_some()
}

#[test]
fn a_document_lost_anywhere_is_sealed_once_when_it_is_asked_for_again() {
    let stage = Stage::sqlite();
    // One walk waits more often where the disk is slow; each holds, and one has followed the job.
    let followed = (0..super::WALKS).any(|_| {
        let waits = (1..100).find(|wait| {
            let before = two_lives(&stage, *wait, Side::Before);
            let after = two_lives(&stage, *wait, Side::After);
            before || after
        });
        waits.expect("the job ends") > 6
    });
    assert!(followed, "no walk waits more than 6 times");
}
