//! Accounts: opened by one administrator, confirmed by another, used by the person alone (T-P1, T-S4).

use hyper::Method;
use serde_json::{Value, json};
use server::{Answer, Call};
use time::SignedDuration;

use super::stage::{PASSWORD, Person, Service, databases, keyed, problem, text};

fn open(account: &str, person: &str, roles: &[&str]) -> Call {
    let content = json!({"account": account, "person": person, "roles": roles});
    keyed(Call::post("/v1/accounts", &content))
}

fn post(path: &str) -> Call {
    keyed(Call::send(
        Method::POST,
        path,
        "application/json",
        Vec::new(),
    ))
}

async fn administrators(service: &Service) -> (Person, Person) {
    (
        service
            .person(("Q-APR", "li.admin", "P-LI"), "administrator")
            .await,
        service
            .person(("Q-APR", "wu.admin", "P-WU"), "administrator")
            .await,
    )
}

fn defect(answer: &Answer) -> String {
    problem(answer).2
}

#[tokio::test(flavor = "multi_thread")]
async fn a_custodian_s_account_begins_when_a_second_administrator_confirms_it_or_a_day_later() {
    for database in databases("confirmed").await {
        let service = Service::start(database.as_deref()).await;
        let (li, wu) = administrators(&service).await;
        for (account, person) in [("he.1", "P-HE"), ("sun.1", "P-SUN")] {
            let opened = service
                .asked_by(&li, open(account, person, &["custodian"]))
                .await;
            assert_eq!(opened.status, 201, "{}", opened.json());
            let invitation = text(&opened.json(), "invitation");
            let factor = service.activated(account, &invitation).await;
            let code = service.code(factor.as_ref());
            let early = service.knocks(account, PASSWORD, &code).await;
            assert_eq!(defect(&early), "account.not-begun");
            let confirm = format!("/v1/accounts/{account}/confirmation");
            let own = service.asked_by(&li, post(&confirm)).await;
            assert_eq!(defect(&own), "account.same-person");
            if account == "he.1" {
                let confirmed = service.asked_by(&wu, post(&confirm)).await;
                assert_eq!(confirmed.status, 200, "{}", confirmed.json());
                let twice = service.asked_by(&wu, post(&confirm)).await;
                assert_eq!(defect(&twice), "account.nothing-to-confirm");
            } else {
                service.wait(SignedDuration::hours(24));
            }
            service.wait(SignedDuration::seconds(60));
            service.signs_in(account, factor).await;
        }
        let trace = service.trace("Q-APR").await;
        let grounds: Vec<&str> = trace.iter().map(|entry| entry.ground.as_str()).collect();
        for ground in [
            "account.open",
            "account.activate",
            "account.confirm",
            "account.same-person",
            "session.begin",
        ] {
            assert!(grounds.contains(&ground), "{ground}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_has_roles_of_two_people_over_any_number_of_accounts() {
    for database in databases("apart").await {
        let service = Service::start(database.as_deref()).await;
        let (li, _) = administrators(&service).await;
        let refused = async |call: Call| defect(&service.asked_by(&li, call).await);
        let contradicts = open("he.0", "P-HE", &["custodian", "officer"]);
        assert_eq!(refused(contradicts).await, "account.roles-contradict");
        assert_eq!(
            refused(open("he.0", "P-HE", &["applicant"])).await,
            "account.roles"
        );
        assert_eq!(refused(open("he.0", "P-HE", &[])).await, "account.roles");
        assert_eq!(
            refused(open("li.0", "P-LI", &["clerk"])).await,
            "account.same-person"
        );
        for (at, (one, other)) in duties::APART.iter().enumerate() {
            let person = format!("P-TWO-{at}");
            let first = open(&format!("a.{at}"), &person, &[one.code()]);
            assert_eq!(service.asked_by(&li, first).await.status, 201);
            let second = open(&format!("b.{at}"), &person, &[other.code()]);
            assert_eq!(
                refused(second).await,
                "account.roles-apart",
                "{one:?} {other:?}"
            );
            // Once the first one ended, the person may have the other.
            let ended = service
                .asked_by(&li, post(&format!("/v1/accounts/a.{at}/end")))
                .await;
            assert_eq!(ended.status, 200);
            let second = open(&format!("b.{at}"), &person, &[other.code()]);
            assert_eq!(service.asked_by(&li, second).await.status, 201);
        }
        // A name is never given again; the signed accounts of a person count, too.
        assert_eq!(
            refused(open("a.0", "P-NEW", &["clerk"])).await,
            "account.taken"
        );
        let signed = open("he.2", tests::installation::CUSTODIAN, &["administrator"]);
        assert_eq!(refused(signed).await, "account.roles-apart");
        assert_eq!(
            refused(open("Q-APR-custodian", "P-NEW", &["clerk"])).await,
            "account.taken"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_used_once_in_three_days_and_a_new_one_takes_everything_back() {
    let service = Service::start(None).await;
    let (li, _) = administrators(&service).await;
    let opened = service
        .asked_by(&li, open("zhou.1", "P-ZHOU", &["clerk"]))
        .await;
    let invitation = text(&opened.json(), "invitation");
    let activate = |invitation: &str, password: &str| {
        let content = json!({"invitation": invitation, "password": password});
        Call::post("/v1/accounts/zhou.1/activation", &content)
    };
    let short = service.call(activate(&invitation, "too short")).await;
    assert_eq!(defect(&short), "account.password");
    let named = service
        .call(activate(&invitation, "I am Zhou.1 myself"))
        .await;
    assert_eq!(defect(&named), "account.password");
    let other = service.call(activate(&"0".repeat(32), PASSWORD)).await;
    assert_eq!(problem(&other).1, "sign-in.refused");
    service.activated("zhou.1", &invitation).await;
    let twice = service.call(activate(&invitation, PASSWORD)).await;
    assert_eq!(problem(&twice).1, "sign-in.refused");
    let clerk = service.signs_in("zhou.1", None).await;
    let again = service
        .asked_by(&li, post("/v1/accounts/zhou.1/invitation"))
        .await;
    let invitation = text(&again.json(), "invitation");
    let look = || Call::get("/v1/licences");
    assert_eq!(service.asked_by(&clerk, look()).await.status, 401);
    assert_eq!(service.knocks("zhou.1", PASSWORD, "").await.status, 401);
    service.wait(SignedDuration::hours(72));
    let late = service.call(activate(&invitation, PASSWORD)).await;
    assert_eq!(problem(&late).1, "sign-in.refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_password_ends_the_other_sessions_and_an_ended_account_lets_nobody_in() {
    let service = Service::start(None).await;
    let (li, wu) = administrators(&service).await;
    let clerk = service.person(("Q-APR", "zhou.1", "P-ZHOU"), "clerk").await;
    let other = service.signs_in("zhou.1", None).await;
    let change = |old: &str, new: &str| {
        let content: Value = json!({"old": old, "new": new});
        let content = content.to_string().into_bytes();
        Call::send(
            Method::PUT,
            "/v1/sessions/current/password",
            "application/json",
            content,
        )
    };
    let wrong = service
        .asked_by(
            &clerk,
            change("another long phrase", "quite another phrase"),
        )
        .await;
    assert_eq!(problem(&wrong).1, "sign-in.refused");
    let changed = service
        .asked_by(&clerk, change(PASSWORD, "quite another phrase"))
        .await;
    assert_eq!(changed.status, 204);
    let look = || Call::get("/v1/licences");
    assert_eq!(service.asked_by(&clerk, look()).await.status, 200);
    assert_eq!(service.asked_by(&other, look()).await.status, 401);
    assert_eq!(service.knocks("zhou.1", PASSWORD, "").await.status, 401);
    assert_eq!(
        service
            .knocks("zhou.1", "quite another phrase", "")
            .await
            .status,
        201
    );
    let ended = service.asked_by(&wu, post("/v1/accounts/zhou.1/end")).await;
    assert_eq!(ended.status, 200);
    assert_eq!(service.asked_by(&clerk, look()).await.status, 401);
    assert_eq!(
        service
            .knocks("zhou.1", "quite another phrase", "")
            .await
            .status,
        401
    );
    let listed = service
        .asked_by(&li, Call::get("/v1/accounts"))
        .await
        .json();
    let names: Vec<&str> = listed
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["account"].as_str().expect("a name"))
        .collect();
    assert_eq!(names, ["li.admin", "wu.admin", "zhou.1"]);
    assert!(listed[2]["ended"].is_string() && listed[0].get("ended").is_none());
}
