//! A store that was put back in time signs nothing for persons (T-D8): not with a key that is kept here, not with their own, not on a page.

use registry::trace::Deed;
use rusqlite::Connection;
use serde_json::{Value, json};
use server::{Answer, Call};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tests::paper::{form, page};

use super::pads::{CHOSEN, Guest, order};
use super::signatures::signer_called;
use super::stage::{Service, problem};

const PERSON: (&str, &str) = ("林小满", "990102198805210245");

/// Has the database do something, behind the service's back.
async fn behind(service: &Service, statement: &str) {
    let database = service.installation.database();
    if let Some(file) = database.strip_prefix("sqlite:") {
        let one = Connection::open(file).expect("the file");
        one.busy_timeout(std::time::Duration::from_secs(30))
            .expect("set");
        one.execute_batch(statement).expect("done");
        return;
    }
    let mut one = PgConnection::connect(database).await.expect("the database");
    let statement = AssertSqlSafe(statement.to_owned());
    sqlx::raw_sql(statement)
        .execute(&mut one)
        .await
        .expect("done");
    one.close().await.expect("closed");
}

async fn sign(service: &Service, path: &str, signer: &str, key: &str) -> Answer {
    let order = json!({"signer": signer, "intent": "本人确认申请内容真实。", "case": ""});
    let call = form(path, &order, &page("form")).once(key);
    let bureau = service.at("Q-APR");
    let answer = bureau.call("approvals", call, service.now()).await;
    answer.expect("an answer")
}

/// Grounds of what was refused for this object.
async fn refused(service: &Service, object: &str) -> Vec<String> {
    let trace = service.office.registry().trace();
    let entries = trace.of_deed(object, Deed::Deny).await.expect("entries");
    entries.into_iter().map(|entry| entry.ground).collect()
}

async fn put_back(database: Option<&str>) {
    let service = Service::start_in(database).await;
    let signer = signer_called(&service, PERSON, "a-key-of-the-signer").await;
    let mut guest = Guest::asked(&service, &order("window", "L2"), "a-key-of-the-pad-31").await;
    guest.opens().await;
    // The log that the office has seen grow.
    service.issued("FOOD", 1).await;
    behind(
        &service,
        "UPDATE log_head SET size = size - 1 WHERE log = 1",
    )
    .await;
    for path in ["/v1/signatures", "/v1/signatures/prepared"] {
        let answer = sign(&service, path, &signer, "a-key-of-the-signing").await;
        assert_eq!(problem(&answer), (503, "store.unavailable".to_owned()));
        let told: Value = answer.json();
        assert_eq!(told["defects"][0]["code"], "log.behind", "{told}");
    }
    assert_eq!(refused(&service, &signer).await, ["log.behind"; 2]);
    assert_eq!(guest.signs(&CHOSEN).await.status, 422);
    assert_eq!(guest.told().await["state"], "open");
    assert_eq!(refused(&service, "signature").await, ["log.behind"]);
    // No key either, and nothing that was made on the way.
    let call = Call::get("/v1/signers");
    let bureau = service.at("Q-APR");
    let all = bureau.call("approvals", call, service.now()).await;
    let all = all.expect("an answer").json();
    let count = all["signers"].as_array().or(all.as_array()).map(Vec::len);
    assert_eq!(count, Some(1), "{all}");
    // All of it is back: the same requests are signed.
    behind(
        &service,
        "UPDATE log_head SET size = size + 1 WHERE log = 1",
    )
    .await;
    let answer = sign(&service, "/v1/signatures", &signer, "a-key-of-the-signing").await;
    assert_eq!(answer.status, 201, "{}", answer.json());
    assert_eq!(guest.signs(&CHOSEN).await.status, 303);
    assert_eq!(guest.told().await["state"], "signed");
}

#[test]
fn a_store_that_was_put_back_in_time_signs_nothing_for_persons() {
    tests::databases::on_each("persons_behind", put_back);
}
