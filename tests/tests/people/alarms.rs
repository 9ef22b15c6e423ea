//! Alarms about releases: who sees them, and who closes one with a note.

use serde_json::{Value, json};
use server::{Answer, Call};
use tests::cases;
use tests::installation::CUSTODIAN;

use super::stage::{Person, Service, databases, keyed, problem, text};

const BUREAU: &str = "Q-APR";
const SEAL: &str = "990102-SPZYZ-01";

async fn asked(service: &Service, by: &Person, call: Call) -> Answer {
    service.asked_by(by, call).await
}

async fn told(service: &Service, by: &Person, path: &str) -> Value {
    let answer = asked(service, by, Call::get(path)).await;
    assert_eq!(answer.status, 200, "{path} {}", answer.json());
    answer.json()
}

/// Two people have the seal be released once a minute, and its custodian does twice.
async fn alarmed(service: &Service) {
    let bureau = service.at(BUREAU);
    for (name, status) in [("a", 202), ("b", 200)] {
        let (account, person) = (format!("{name}.seals"), format!("P-SEALS-{name}"));
        let who = (BUREAU, account.as_str(), person.as_str());
        let by = service.person(who, "seal-administrator").await;
        let limits = json!({"per_day": 500, "per_minute": 1, "listed_per_day": 3_000});
        let call = keyed(Call::post(format!("/v1/seals/{SEAL}/limits"), &limits));
        let answer = asked(service, &by, call).await;
        assert_eq!(answer.status, status, "{}", answer.json());
    }
    for number in 1..=2 {
        let body = cases::body(&cases::case("FOOD", number).expect("a case"));
        let key = format!("a-key-of-alarms-{number}");
        let asked = bureau.ask(&key, &body, service.now());
        let job = text(&asked.await.expect("an answer").json(), "job");
        let released = bureau.release(("custodian", CUSTODIAN), &job, service.now());
        assert_eq!(released.await.expect("an answer").status, 201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_is_seen_by_those_who_watch_and_closed_by_one_of_them_with_a_note() {
    for database in databases("alarms").await {
        let service = Service::international(database.as_deref()).await;
        alarmed(&service).await;
        let auditor = (BUREAU, "sun.audit", "P-SUN");
        let auditor = service.person(auditor, "auditor").await;
        let page = told(&service, &auditor, "/v1/alarms?open=true").await;
        let alarm = &page["alarms"][0];
        assert_eq!(
            (&alarm["kind"], &alarm["cause"], &alarm["seal"]),
            (&json!("seal-limit"), &json!("per-minute"), &json!(SEAL))
        );
        assert_eq!(
            (page["alarms"].as_array().map(Vec::len), alarm.get("person")),
            (Some(1), None)
        );
        let watch = ("C-SUP", "wen.watch", "P-WEN");
        let supervisor = service.person(watch, "supervisor").await;
        let path = format!("/v1/alarms?department={BUREAU}");
        let seen = told(&service, &supervisor, &path).await;
        assert_eq!(seen["alarms"][0]["person"], CUSTODIAN, "{seen}");
        let elsewhere = ("H-APR", "zhao.watch", "P-ZHAO");
        let elsewhere = service.person(elsewhere, "supervisor").await;
        let closing = format!("/v1/alarms/{}/closing", text(alarm, "alarm"));
        let close = |note: &str| keyed(Call::post(closing.clone(), &json!({"note": note})));
        for (by, call, code) in [
            (&elsewhere, Call::get(path.clone()), "not-found"),
            (&elsewhere, close("已核"), "not-found"),
            (&auditor, close(""), "licence.not-admitted"),
        ] {
            let answer = asked(&service, by, call).await;
            assert_eq!(problem(&answer).1, code, "{}", answer.json());
        }
        let answer = asked(&service, &supervisor, close("集中发证，已核")).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        let answer = asked(&service, &auditor, close("集中发证，已核")).await;
        assert_eq!(problem(&answer).1, "seal.refused");
        let page = told(&service, &auditor, "/v1/alarms?open=true").await;
        assert_eq!(page["alarms"], json!([]));
        let page = told(&service, &auditor, "/v1/alarms").await;
        assert_eq!(page["alarms"][0]["note"], "集中发证，已核");
        let entries = service.trace(BUREAU).await.into_iter();
        let grounds: Vec<String> = entries.map(|entry| entry.ground).collect();
        for ground in ["alarm.seal-limit", "alarm.closed"] {
            assert!(grounds.iter().any(|one| one == ground), "{ground}");
        }
    }
}
