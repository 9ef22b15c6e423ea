//! Another field key takes the place of the first while two nodes serve: what is asked for comes to its end, and then the
//! first is not needed (T-P5).

use std::path::Path;
use std::sync::Arc;

use issuance::{FixedClock, Office};
use reencryption::Resealed;
use serde_json::Value;
use server::Call;
use tests::cases::{body, case};
use tests::customer::{Customer, Problem, Told, Tried};
use tests::databases::on_each;
use tests::installation::{Installation, NOW};

const BODY: &str = "Q-APR";
/// How often somebody comes back.
const TRIES: usize = 50;

/// A node under its own order of keys: it seals under the first and opens under all.
struct Node {
    office: Arc<Office>,
    customer: Customer,
}

impl Node {
    async fn start(installation: &Installation, numbers: &[u8]) -> Node {
        installation.use_field_keys(numbers).expect("written");
        let office = installation.open(Arc::new(FixedClock::new(NOW)));
        let office = Arc::new(office.await.expect("it opens"));
        let base = installation.serve(office.clone()).await.expect("it serves");
        let customer = Customer::new(installation, &base, BODY);
        Node { office, customer }
    }

    /// Issues a licence. Two nodes at once extend one log, so that one of them may say that the job goes on
    /// by itself, which upkeep sees to; nothing else is told.
    async fn issues(&self, number: u64) -> String {
        let asked = body(&case("FOOD", number).expect("a case"));
        let (key, mut told) = (format!("a-key-of-turnover-{number}"), Told::to(None));
        for _ in 0..TRIES {
            let tried = self.customer.carry(&key, &asked, NOW, &mut told).await;
            if let Tried::Issued(issued) = tried.expect("nothing is taken back") {
                assert!(told.problems.iter().all(is_later), "{:?}", told.problems);
                let identifier = issued.get("identifier").and_then(Value::as_str);
                return identifier.expect("an identifier").to_owned();
            }
            let round = issuance::upkeep::round(&self.office).await;
            round.expect("a round");
        }
        unreachable!("{number} comes to no end: {:?}", told.problems);
    }

    /// Shows the licence and its file.
    async fn shows(&self, identifier: &str) {
        for path in ["", "/files/pdf"] {
            let call = Call::get(format!("/v1/licences/{identifier}{path}"));
            let answer = self.customer.call("approvals", call, NOW).await;
            let answer = answer.expect("an answer");
            assert_eq!(answer.status, 200, "{identifier}{path} {}", answer.json());
            assert!(!answer.content.is_empty());
        }
    }

    /// Brings everything under the key that this node seals under: values and objects that were not, and that do not open.
    async fn reseals(&self) -> (u64, u64, u64) {
        let columns = self.office.registry().reencryption().run(&mut |_| {}).await;
        let columns = columns.expect("gone over");
        let sum = |of: fn(&Resealed) -> u64| columns.iter().map(of).sum::<u64>();
        let objects = self.office.objects().rewrap().await.expect("gone over");
        let unopened = sum(|column| column.unopened) + objects.unopened.len() as u64;
        (sum(|column| column.anew), objects.anew, unopened)
    }
}

/// The log is another node's at the moment; then that the release was taken, and the job goes on.
fn is_later(problem: &Problem) -> bool {
    ["store.unavailable", "release.refused"].contains(&problem.code.as_str())
}

async fn played(database: Option<&str>, folder: &Path) {
    let installation = Installation::found(folder, database, NOW).await;
    let installation = installation.expect("founded");
    let mut issued = Vec::new();
    let first = Node::start(&installation, &[1]).await;
    issued.push(first.issues(1).await);
    // One node after the other learns the new key, and one after the other seals under it.
    let (old, new) = (
        Node::start(&installation, &[1, 3]).await,
        Node::start(&installation, &[3, 1]).await,
    );
    issued.push(new.issues(2).await);
    issued.push(old.issues(3).await);
    for identifier in &issued {
        old.shows(identifier).await;
        new.shows(identifier).await;
    }
    // Both go on issuing while everything comes under the new key.
    let issuing = async {
        let mut issued = Vec::new();
        for number in 0..4 {
            issued.push(old.issues(10 + 2 * number).await);
            issued.push(new.issues(11 + 2 * number).await);
        }
        issued
    };
    let (more, (values, objects, unopened)) = tokio::join!(issuing, new.reseals());
    assert!(
        values > 0 && objects > 0 && unopened == 0,
        "{values} {objects}"
    );
    issued.extend(more);
    for identifier in &issued {
        old.shows(identifier).await;
        new.shows(identifier).await;
    }
    // Now no node seals under the first key any more: what the old node wrote comes after, and then there is nothing.
    drop(old);
    let (left, _, unopened) = new.reseals().await;
    assert!(left > 0 && unopened == 0, "{left}");
    assert_eq!(new.reseals().await, (0, 0, 0));
    let alone = Node::start(&installation, &[3]).await;
    for identifier in &issued {
        alone.shows(identifier).await;
    }
    alone.shows(&alone.issues(30).await).await;
    // And whoever has the first key alone opens nothing: not even a node starts with it.
    installation.use_field_keys(&[1]).expect("written");
    let former = installation.open(Arc::new(FixedClock::new(NOW))).await;
    let refused = former.expect_err("it opens no list of status");
    assert!(format!("{refused:#}").contains("is damaged"), "{refused:#}");
}

#[test]
fn a_field_key_is_replaced_while_two_nodes_serve() {
    on_each("turnover", async |database| {
        let folder = tempfile::tempdir().expect("a folder");
        played(database, folder.path()).await;
    });
}
