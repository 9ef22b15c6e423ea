//! An office that issues and changes licences of its own, without a server, at a clock that the test moves.

use std::sync::Arc;

use catalogue::key::DepartmentKey;
use issuance::lives::change::{Order, Ordered};
use issuance::push::Post;
use issuance::release::Submitted;
use issuance::{Asker, Begun, FixedClock, IssueOrder, Office, Once};
use registry::asked::{By, IdempotencyKey};
use registry::jobs::JobId;
use registry::outbox::Subscription;
use serde_json::Value;
use tempfile::TempDir;
use tests::cases;
use tests::installation::{CUSTODIAN, Installation, NOW, octets};
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;
use zeroize::Zeroizing;

/// The department whose licences these are.
pub(crate) const ISSUER: &str = "Q-APR";
/// The secret of every subscriber here.
pub(crate) const SECRET: &str = "a-secret-of-32-or-more-characters";

pub(crate) struct Stage {
    pub(crate) office: Arc<Office>,
    pub(crate) clock: Arc<FixedClock>,
    installation: Installation,
    _folder: TempDir,
}

pub(crate) fn department(key: &str) -> DepartmentKey {
    DepartmentKey::parse(key).expect("a department")
}

fn asker(account: &str, person: &str) -> Asker {
    Asker {
        account: account.to_owned(),
        person: person.to_owned(),
        department: department(ISSUER),
    }
}

fn once(key: &str) -> Once {
    Once {
        key: IdempotencyKey::parse(&format!("a-key-of-push-{key}")).expect("16 characters"),
        fingerprint: crypto::sha256(key.as_bytes()),
    }
}

impl Stage {
    pub(crate) async fn new(database: Option<&str>) -> Stage {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::found(folder.path(), database, NOW);
        let installation = installation.await.expect("founded");
        let clock = Arc::new(FixedClock::new(NOW));
        let office = installation.open(clock.clone()).await.expect("it opens");
        let office = Arc::new(office);
        tokio::spawn(office.log().clone().run());
        tokio::spawn(office.trace_log().clone().run());
        Stage {
            office,
            clock,
            installation,
            _folder: folder,
        }
    }

    pub(crate) fn post(&self) -> Post {
        Post::of(&self.office)
    }

    pub(crate) async fn subscribe(&self, receiver: &str, kinds: &[&str]) {
        let subscription = Subscription {
            department: department(receiver),
            address: format!("https://{receiver}.example/events"),
            kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
            secret: Zeroizing::new(SECRET.as_bytes().to_vec()),
        };
        let outbox = self.office.registry().outbox();
        let kept = outbox.subscribe(subscription, By::new("P-X", NOW)).await;
        kept.expect("kept");
    }

    /// Issues a licence; its identifier.
    pub(crate) async fn issue(&self, number: u64) -> String {
        let order = IssueOrder {
            request: cases::request("FOOD", number).expect("a food licence"),
            photo: None,
        };
        let machine = asker("Q-APR-approvals", "Q-APR-approvals");
        let key = once(&format!("issue-{number}"));
        let begun = issuance::begin(&self.office, &machine, &key, &order).await;
        let Begun::Waits(answer) = begun.expect("admitted") else {
            unreachable!("a fresh key");
        };
        let waits: Value = serde_json::from_slice(&answer.body).expect("JSON");
        let job = JobId::parse(waits["job"].as_str().expect("a job")).expect("a job");
        let custodian = asker("Q-APR-custodian", CUSTODIAN);
        let offer = issuance::release::offer(&self.office, &custodian, &job).await;
        let offer = offer.expect("it waits");
        let statement = octets(&offer.statement).expect("hexadecimal");
        let now = self.office.now();
        let signature = self.installation.release(CUSTODIAN, &statement, now);
        let submitted = Submitted {
            expires: UtcDateTime::parse(&offer.expires, &Rfc3339).expect("RFC 3339"),
            algorithm: crypto::SignatureAlgorithm::EcdsaP256Sha256,
            signature: signature.expect("signs"),
            passkey: None,
            content_not_sent: false,
        };
        let answer = issuance::release::release(&self.office, &custodian, &job, &submitted).await;
        let issued: Value = serde_json::from_slice(&answer.expect("sealed").body).expect("JSON");
        issued["identifier"].as_str().expect("issued").to_owned()
    }

    /// Suspends or resumes a licence.
    pub(crate) async fn change(&self, identifier: &str, order: Order, number: u64) {
        let ordered = Ordered {
            order,
            decision: format!("停字〔2026〕第{number:04}号"),
            legal_basis: "食品安全法".to_owned(),
            effective: None,
        };
        let machine = asker("Q-APR-approvals", "Q-APR-approvals");
        let key = once(&format!("change-{identifier}-{number}").replace('.', "-"));
        let identifier = identifier.parse().expect("an identifier");
        let changed =
            issuance::lives::change::change(&self.office, &machine, &key, &identifier, &ordered)
                .await;
        changed.expect("changed");
    }
}
