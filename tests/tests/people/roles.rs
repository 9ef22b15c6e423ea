//! Roles of an account given and taken: by one administrator, confirmed by another where it decides, releases or
//! administers (T-S4), never against what the person has by other accounts (R3).

use hyper::Method;
use serde_json::{Value, json};
use server::{Answer, Call};
use time::SignedDuration;

use catalogue::key::DepartmentKey;

use super::stage::{PASSWORD, Person, Service, databases, keyed, problem, text};

const CLERK: (&str, &str, &str) = ("Q-APR", "zhou.1", "P-ZHOU");

fn change(account: &str, roles: &[&str]) -> Call {
    let content = json!({"roles": roles}).to_string().into_bytes();
    let path = format!("/v1/accounts/{account}/roles");
    keyed(Call::send(Method::PUT, path, "application/json", content))
}

fn post(path: &str) -> Call {
    keyed(Call::send(
        Method::POST,
        path,
        "application/json",
        Vec::new(),
    ))
}

fn confirm(account: &str) -> Call {
    post(&format!("/v1/accounts/{account}/confirmation"))
}

fn defect(answer: &Answer) -> String {
    problem(answer).2
}

fn roles(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()["roles"].clone()
}

async fn administrators(service: &Service) -> (Person, Person) {
    let li = ("Q-APR", "li.admin", "P-LI");
    let wu = ("Q-APR", "wu.admin", "P-WU");
    (
        service.person(li, "administrator").await,
        service.person(wu, "administrator").await,
    )
}

async fn status(service: &Service, person: &Person, path: &str) -> u16 {
    let answer = service.asked_by(person, Call::get(path)).await;
    answer.status.as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_decides_is_given_when_a_second_administrator_confirms_it_or_a_day_later() {
    for database in databases("given").await {
        let service = Service::start(database.as_deref()).await;
        let (li, wu) = administrators(&service).await;
        for (at, is_confirmed) in [true, false].into_iter().enumerate() {
            let account = format!("chen.{at}");
            let who = ("Q-APR", account.as_str(), &*format!("P-CHEN-{at}"));
            let before = service.person(who, "officer").await;
            let asked = service
                .asked_by(&li, change(&account, &["approver", "officer"]))
                .await;
            assert_eq!(roles(&asked), json!(["officer"]));
            let told = asked.json();
            assert_eq!(told["next"]["roles"], json!(["officer", "approver"]));
            // T-P1: an officer had no second factor; the person chooses one, and is an officer until then.
            assert_eq!(status(&service, &before, "/v1/licences").await, 401);
            let without = service.knocks(&account, PASSWORD, "").await;
            assert_eq!(without.status, 401);
            let factor = service
                .activated(&account, &text(&told, "invitation"))
                .await;
            assert!(factor.is_some());
            let officer = service.signs_in(&account, factor.clone()).await;
            let own = service.asked_by(&li, confirm(&account)).await;
            assert_eq!(defect(&own), "account.same-person");
            if is_confirmed {
                let confirmed = service.asked_by(&wu, confirm(&account)).await;
                assert_eq!(roles(&confirmed), json!(["officer", "approver"]));
                assert!(confirmed.json().get("next").is_none());
                let twice = service.asked_by(&wu, confirm(&account)).await;
                assert_eq!(defect(&twice), "account.nothing-to-confirm");
            } else {
                // By the minute: a session that is used rests never so long, and ends with its roles.
                service.wait(SignedDuration::hours(24) - SignedDuration::minutes(10));
                let late = service.signs_in(&account, factor.clone()).await;
                service.wait(SignedDuration::minutes(10) - SignedDuration::SECOND);
                assert_eq!(status(&service, &late, "/v1/licences").await, 200);
                service.wait(SignedDuration::SECOND);
                assert_eq!(status(&service, &late, "/v1/licences").await, 401);
            }
            assert_eq!(status(&service, &officer, "/v1/licences").await, 401);
            service.wait(SignedDuration::seconds(60));
            let approver = service.signs_in(&account, factor).await;
            assert_eq!(status(&service, &approver, "/v1/licences").await, 200);
            let li_again = service.signs_in("li.admin", li.factor.clone()).await;
            let listed = service
                .asked_by(&li_again, Call::get("/v1/accounts"))
                .await
                .json();
            let listed = listed.as_array().expect("a list");
            let one = listed.iter().find(|one| one["account"] == account.as_str());
            let one = one.expect("it is there");
            assert_eq!(one["roles"], json!(["officer", "approver"]));
            assert!(one.get("next").is_none());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_decides_nothing_is_given_at_once_and_what_releases_is_taken_a_day_later() {
    for database in databases("taken").await {
        let service = Service::start(database.as_deref()).await;
        let (li, wu) = administrators(&service).await;
        let clerk = service.person(CLERK, "clerk").await;
        let given = service
            .asked_by(&li, change(CLERK.1, &["officer", "clerk"]))
            .await;
        assert_eq!(roles(&given), json!(["clerk", "officer"]));
        assert!(given.json().get("next").is_none() && given.json().get("invitation").is_none());
        assert_eq!(status(&service, &clerk, "/v1/licences").await, 401);
        let both = service.signs_in(CLERK.1, None).await;
        assert_eq!(status(&service, &both, "/v1/releases").await, 403);
        let same = service
            .asked_by(&li, change(CLERK.1, &["clerk", "officer"]))
            .await;
        assert_eq!(defect(&same), "account.nothing-to-change");

        let he = ("Q-APR", "he.1", "P-HE");
        let custodian = service.person(he, "custodian").await;
        let taken = service.asked_by(&li, change(he.1, &["archivist"])).await;
        assert_eq!(roles(&taken), json!(["custodian"]));
        // The session goes on with what it has: one administrator alone changes no custodian.
        assert_eq!(status(&service, &custodian, "/v1/releases").await, 200);
        let again = service.asked_by(&wu, change(he.1, &["archivist"])).await;
        assert_eq!(defect(&again), "account.nothing-to-change");
        // What waits is taken back at once, by saying what it is.
        let back = service.asked_by(&li, change(he.1, &["custodian"])).await;
        assert!(roles(&back) == json!(["custodian"]) && back.json().get("next").is_none());
        assert_eq!(status(&service, &custodian, "/v1/releases").await, 200);
        let nothing = service.asked_by(&wu, confirm(he.1)).await;
        assert_eq!(defect(&nothing), "account.nothing-to-confirm");
        let taken = service.asked_by(&li, change(he.1, &["archivist"])).await;
        assert_eq!(taken.status, 200);
        let confirmed = service.asked_by(&wu, confirm(he.1)).await;
        assert_eq!(roles(&confirmed), json!(["archivist"]));
        assert_eq!(status(&service, &custodian, "/v1/releases").await, 401);
        service.wait(SignedDuration::seconds(60));
        let archivist = service.signs_in(he.1, custodian.factor.clone()).await;
        assert_eq!(status(&service, &archivist, "/v1/releases").await, 403);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_changes_their_own_roles_nor_has_those_of_two_people() {
    for database in databases("changed_own").await {
        let service = Service::start(database.as_deref()).await;
        let (li, wu) = administrators(&service).await;
        let own = service
            .asked_by(&li, change("li.admin", &["approver"]))
            .await;
        assert_eq!(defect(&own), "account.same-person");
        // Nor by way of another account of the same person, nor confirms it.
        let second = ("Q-APR", "li.clerk", "P-LI");
        service.person(second, "clerk").await;
        let own = service
            .asked_by(&li, change("li.clerk", &["officer"]))
            .await;
        assert_eq!(defect(&own), "account.same-person");
        let wu_s = service
            .asked_by(&wu, change("li.clerk", &["catalogue-administrator"]))
            .await;
        assert_eq!(wu_s.status, 200, "{}", wu_s.json());
        for one in [&li, &wu] {
            let refused = service.asked_by(one, confirm("li.clerk")).await;
            assert_eq!(defect(&refused), "account.same-person");
        }
        let refused = async |account: &str, roles: &[&str]| {
            defect(&service.asked_by(&li, change(account, roles)).await)
        };
        service.opened(CLERK, "clerk").await;
        assert_eq!(refused(CLERK.1, &[]).await, "account.roles");
        assert_eq!(refused(CLERK.1, &["applicant"]).await, "account.roles");
        assert_eq!(refused(CLERK.1, &["clerk officer"]).await, "account.roles");
        let contradicts = ["custodian", "officer"];
        assert_eq!(
            refused(CLERK.1, &contradicts).await,
            "account.roles-contradict"
        );
        let trace = service.trace("Q-APR").await;
        for ground in [
            "account.same-person",
            "account.roles-contradict",
            "account.roles",
        ] {
            assert!(trace.iter().any(|entry| entry.ground == ground), "{ground}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_that_wait_and_those_they_wait_to_follow_count_over_all_accounts_of_a_person() {
    for database in databases("changed_apart").await {
        let service = Service::start(database.as_deref()).await;
        let (li, wu) = administrators(&service).await;
        let refused = async |call: Call| {
            let answer = service.asked_by(&li, call).await;
            assert_eq!(answer.status, 409, "{}", answer.json());
            defect(&answer)
        };
        for (at, (one, other)) in duties::APART.iter().enumerate() {
            let (which, person) = (format!("{one:?} {other:?}"), format!("P-TWO-{at}"));
            let [first, second] = ["a", "b"].map(|name| format!("{name}.{at}"));
            service.opened(("Q-APR", &first, &person), one.code()).await;
            service
                .opened(("Q-APR", &second, &person), "archivist")
                .await;
            let apart = change(&second, &[other.code()]);
            assert_eq!(refused(apart).await, "account.roles-apart", "{which}");
            let next = service.asked_by(&li, change(&first, &["archivist"])).await;
            assert_eq!(next.status, 200, "{which}");
            if next.json().get("next").is_some() {
                let early = change(&second, &[other.code()]);
                assert_eq!(refused(early).await, "account.roles-apart", "{which}");
                assert_eq!(service.asked_by(&wu, confirm(&first)).await.status, 200);
            }
            let now = change(&second, &[other.code()]);
            assert_eq!(service.asked_by(&li, now).await.status, 200, "{which}");
            // The other one may wait for its day: it counts from now on.
            let back = change(&first, &[one.code()]);
            assert_eq!(refused(back).await, "account.roles-apart", "{which}");
        }
        let trace = service.trace("Q-APR").await;
        assert!(
            trace
                .iter()
                .any(|entry| entry.ground == "account.roles-apart")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_roles_is_an_entry_of_the_trace_and_an_event_and_a_refused_one_is_no_event() {
    for database in databases("told").await {
        let service = Service::start(database.as_deref()).await;
        let (li, wu) = administrators(&service).await;
        service.opened(CLERK, "clerk").await;
        let fire = service
            .person(("C-FIRE", "li.fire", "P-LI-2"), "administrator")
            .await;
        // Another department's account is not there (T-P3).
        let theirs = service.asked_by(&fire, change(CLERK.1, &["officer"])).await;
        assert_eq!(theirs.status, 404);
        for call in [
            change(CLERK.1, &["officer"]),
            change(CLERK.1, &["officer", "approver"]),
        ] {
            assert_eq!(service.asked_by(&li, call).await.status, 200);
        }
        assert_eq!(service.asked_by(&wu, confirm(CLERK.1)).await.status, 200);
        let refused = service.asked_by(&li, change(CLERK.1, &["root"])).await;
        assert_eq!(defect(&refused), "account.roles");
        let trace = service.trace("Q-APR").await;
        let of_roles: Vec<&str> = trace
            .iter()
            .filter(|entry| entry.object == CLERK.1 && entry.detail.contains("before="))
            .map(|entry| entry.ground.as_str())
            .collect();
        assert_eq!(
            of_roles,
            ["account.roles", "account.roles", "account.confirm"]
        );
        let outbox = service.office.registry().outbox();
        let department = DepartmentKey::parse("Q-APR").expect("a department");
        let mut told = Vec::new();
        loop {
            let due = outbox.due(&department, service.now(), 100).await;
            let due = due.expect("the store answers");
            let Some(first) = due.first() else { break };
            assert_eq!(first.stream, "account zhou.1");
            for delivery in due {
                let payload: Value = serde_json::from_slice(&delivery.payload).expect("JSON");
                told.push((delivery.number, delivery.kind, payload["roles"].clone()));
                let done = vec![(delivery.event, registry::outbox::Outcome::Done)];
                outbox.settle(&department, done).await.expect("settled");
            }
        }
        let kinds = ["account.roles", "account.roles", "account.confirmed"];
        let held = [
            json!(["officer"]),
            json!(["officer"]),
            json!(["officer", "approver"]),
        ];
        let expected: Vec<_> = (1_u64..)
            .zip(kinds)
            .zip(held)
            .map(|((number, kind), held)| (number, kind.to_owned(), held))
            .collect();
        assert_eq!(told, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_has_not_begun_begins_with_its_other_roles_by_two_administrators() {
    let service = Service::start(None).await;
    let (li, wu) = administrators(&service).await;
    let content = json!({"account": "he.1", "person": "P-HE", "roles": ["custodian"]});
    let opened = keyed(Call::post("/v1/accounts", &content));
    let opened = service.asked_by(&li, opened).await;
    let invitation = text(&opened.json(), "invitation");
    service.wait(SignedDuration::hours(8) - SignedDuration::SECOND);
    let wu = service.signs_in(&wu.account, wu.factor.clone()).await;
    let li = service.signs_in(&li.account, li.factor.clone()).await;
    let changed = service.asked_by(&wu, change("he.1", &["approver"])).await;
    assert_eq!(roles(&changed), json!(["approver"]));
    let factor = service.activated("he.1", &invitation).await;
    let code = service.code(factor.as_ref());
    let early = service.knocks("he.1", PASSWORD, &code).await;
    assert_eq!(defect(&early), "account.not-begun");
    let own = service.asked_by(&wu, confirm("he.1")).await;
    assert_eq!(defect(&own), "account.same-person");
    let confirmed = service.asked_by(&li, confirm("he.1")).await;
    assert_eq!(roles(&confirmed), json!(["approver"]));
    service.wait(SignedDuration::seconds(60));
    service.signs_in("he.1", factor).await;
}
