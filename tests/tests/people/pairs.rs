//! One person with several accounts is one person: every pair of duties, refused by the core (R3).

use serde_json::{Value, json};
use server::{Answer, Call};
use tests::cases;
use tests::customer::Customer;
use tests::installation::CUSTODIAN;

use super::stage::{Person, Service, databases, problem, text};

const BUREAU: &str = "Q-APR";

async fn asks(
    service: &Service,
    officer: &Person,
    decided_by: &str,
    number: u64,
) -> (Customer, String) {
    let mut request = cases::case("FOOD", number).expect("a case");
    request["decision"]["decided_by"] = json!(decided_by);
    let call = Call::post("/v1/licences", &cases::body(&request));
    let call = call.once(format!("a-key-of-the-officer-{number}"));
    let answer = service.asked_by(officer, call).await;
    assert_eq!(answer.status, 202, "{}", answer.json());
    (service.at(BUREAU), text(&answer.json(), "job"))
}

/// The custodian's release, by the custodian's own session.
async fn releases(service: &Service, by: &Person, (customer, job): (&Customer, &str)) -> Answer {
    let offer = service
        .asked_by(by, Call::get(format!("/v1/releases/{job}")))
        .await;
    assert_eq!(offer.status, 200, "{}", offer.json());
    let release = customer.release_of(CUSTODIAN, &offer.json(), service.now());
    let release = release.expect("it is signed");
    service
        .asked_by(by, Call::post(format!("/v1/releases/{job}"), &release))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asked_or_decided_under_another_account_does_not_release() {
    for database in databases("release").await {
        let service = Service::start(database.as_deref()).await;
        let custodian = service
            .person((BUREAU, "he.seal", CUSTODIAN), "custodian")
            .await;
        let own = service
            .person((BUREAU, "he.officer", CUSTODIAN), "officer")
            .await;
        let officer = service
            .person((BUREAU, "zhou.officer", "P-ZHOU"), "officer")
            .await;
        service
            .person((BUREAU, "he.approver", CUSTODIAN), "approver")
            .await;
        service
            .person((BUREAU, "chen.approver", "P-CHEN"), "approver")
            .await;
        let apart = |answer: &Answer| {
            assert_eq!(answer.status, 403, "{}", answer.json());
            assert_eq!(problem(answer).1, "release.duties-not-separate");
        };
        // Asked for by the officer's account of the same person.
        let (customer, job) = asks(&service, &own, "chen.approver", 1).await;
        apart(&releases(&service, &custodian, (&customer, &job)).await);
        // Decided by the approver's account of the same person.
        let (customer, job) = asks(&service, &officer, "he.approver", 2).await;
        apart(&releases(&service, &custodian, (&customer, &job)).await);
        // By three people.
        let (customer, job) = asks(&service, &officer, "chen.approver", 3).await;
        let released = releases(&service, &custodian, (&customer, &job)).await;
        assert_eq!(released.status, 201, "{}", released.json());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_accounts_of_one_person_do_not_void_a_licence() {
    for database in databases("void").await {
        let service = Service::start(database.as_deref()).await;
        let (_, identifier) = issued(&service).await;
        let first = service
            .person((BUREAU, "chen.1", "P-CHEN"), "approver")
            .await;
        let same = service
            .person((BUREAU, "chen.2", "P-CHEN"), "officer")
            .await;
        let other = service.person((BUREAU, "sun.1", "P-SUN"), "officer").await;
        let say = async |person: &Person| {
            let content = json!({"decision": "作字〔2026〕第1号", "reason": "姓名有误", "exposure": "unpresented"});
            let call = Call::post(format!("/v1/licences/{identifier}/void"), &content);
            let call = call.once(format!("a-key-of-voids-{}", person.account));
            service.asked_by(person, call).await
        };
        assert_eq!(say(&first).await.status, 202);
        let twice = say(&same).await;
        assert_eq!(twice.status, 409, "{}", twice.json());
        assert_eq!(twice.json()["defects"][0]["rule"], "R3", "{}", twice.json());
        let done = say(&other).await;
        assert_eq!(
            (done.status.as_u16(), &done.json()["state"]),
            (200, &json!("void"))
        );
    }
}

async fn issued(service: &Service) -> (Customer, String) {
    let customer = service.at(BUREAU);
    let request = cases::case("FOOD", 9).expect("a case");
    let asked = customer
        .ask("a-key-of-the-issue", &cases::body(&request), service.now())
        .await;
    let job = text(&asked.expect("an answer").json(), "job");
    let custodian = ("custodian", CUSTODIAN);
    let released = customer
        .release(custodian, &job, service.now())
        .await
        .expect("an answer");
    let identifier = text(&released.json(), "identifier");
    (customer, identifier)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seal_goes_on_by_a_custodian_and_an_administrator_who_are_two_people() {
    let service = Service::start(None).await;
    let custodian = service
        .person((BUREAU, "he.seal", CUSTODIAN), "custodian")
        .await;
    let administrator = service
        .person((BUREAU, "sun.seals", "P-SUN"), "seal-administrator")
        .await;
    let act = async |person: &Person, act: &str| {
        let path = format!("/v1/seals/990102-SPZYZ-01/{act}");
        let call = Call::post(path, &json!({"reason": "检查"}));
        let call = call.once(format!("a-key-of-seals-{act}-{}", person.account));
        service.asked_by(person, call).await
    };
    assert_eq!(
        act(&custodian, "suspend").await.json()["state"],
        "suspended"
    );
    let first = act(&custodian, "resume").await.json();
    assert_eq!(
        (&first["state"], &first["waits"]["duty"]),
        (&json!("suspended"), &json!("custodian"))
    );
    let both = act(&administrator, "resume").await.json();
    assert_eq!(both["state"], "in_use", "{both}");
    assert_eq!(
        act(&custodian, "cancel").await.status,
        403,
        "a custodian never destroys one"
    );
}

/// A second version of the restaurant's matter, with everything that publication asks for.
pub(crate) fn second() -> Value {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("../crates/demo/assets/catalogue/matters-catalogue.json");
    let text = std::fs::read_to_string(path).expect("the demonstration's catalogue");
    let file: Value = serde_json::from_str(&text).expect("JSON");
    let all = file["matters"].as_array().expect("matters").iter();
    let mut entry = all
        .clone()
        .find(|one| one["code"] == "990102-XK-0001")
        .expect("listed")
        .clone();
    entry["version"] = json!(2);
    entry["legal_basis"] = json!(["云洲省一业一证改革办法 第六条"]);
    entry["seal_basis"] = json!("云洲省行政审批专用章管理办法 第三条");
    for material in entry["materials"].as_array_mut().expect("materials") {
        material["legal_basis"] = json!("食品经营许可管理办法 第十二条");
    }
    entry
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wrote_a_matter_under_one_account_does_not_publish_it_under_another() {
    for database in databases("matter").await {
        let service = Service::start(database.as_deref()).await;
        let writer = service
            .person((BUREAU, "zhou.officer", "P-ZHOU"), "officer")
            .await;
        let gov = "C-GOV";
        let same = service
            .person((gov, "zhou.gov", "P-ZHOU"), "catalogue-administrator")
            .await;
        let other = service
            .person((gov, "gu.gov", "P-GU"), "catalogue-administrator")
            .await;
        let act = async |person: &Person, event: &str| {
            let path = "/v1/catalogue/matters/990102-XK-0001/versions/2/acts";
            service
                .asked_by(person, Call::post(path, &json!({"event": event})))
                .await
        };
        let drafted = service
            .asked_by(&writer, Call::post("/v1/catalogue/matters", &second()))
            .await;
        assert_eq!(drafted.status, 201, "{}", drafted.json());
        assert_eq!(act(&writer, "submit").await.status, 200);
        let officer = act(&writer, "publish").await;
        assert_eq!(
            problem(&officer).1,
            "caller.not-allowed",
            "no officer publishes"
        );
        let own = act(&same, "publish").await;
        assert_eq!(own.status, 403, "{}", own.json());
        assert_eq!(problem(&own).2, "matter.same-person");
        let published = act(&other, "publish").await;
        assert_eq!(published.status, 200, "{}", published.json());
    }
}

fn story(id: &str) -> Value {
    let all: Vec<Value> =
        serde_json::from_str(include_str!("../../../crates/demo/assets/case-events.json"))
            .expect("JSON");
    let found = all.into_iter().find(|event| event["id"] == id);
    found.expect("the story has it")
}

async fn posts(service: &Service, person: Option<&Person>, event: &Value) -> Answer {
    let case = event["case"].as_str().expect("a case");
    let id = event["id"].as_str().expect("an id");
    let call = Call::post(format!("/v1/cases/{case}/events"), event);
    let call = call.once(format!("a-key-of-the-case-{id}"));
    match person {
        Some(person) => service.asked_by(person, call).await,
        None => {
            let customer = service.at(event["actor"]["body"].as_str().expect("a body"));
            let answer = customer.call("approvals", call, service.now()).await;
            answer.expect("an answer")
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_case_a_person_acts_as_themselves_in_a_capacity_that_the_account_has_and_never_in_two()
{
    for database in databases("case").await {
        let service = Service::start(database.as_deref()).await;
        let clerk = service
            .person((BUREAU, "zhou.clerk", "P-ZHOU"), "clerk")
            .await;
        let approver = service
            .person((BUREAU, "zhou.approver", "P-ZHOU"), "approver")
            .await;
        for number in 1..=12 {
            let event = story(&format!("story-{number:02}"));
            let answer = posts(&service, None, &event).await;
            assert_eq!(answer.status, 200, "{}", answer.json());
        }
        let accepted = story("story-13");
        let named = |account: &str, person: &str, role: &str, id: &str| {
            let mut event = accepted.clone();
            event["id"] = json!(id);
            event["actor"]["account"] = json!(account);
            event["actor"]["person"] = json!(person);
            event["actor"]["role"] = json!(role);
            event
        };
        let refused = async |person: Option<&Person>, event: Value| {
            let answer = posts(&service, person, &event).await;
            assert_eq!(answer.status, 422, "{}", answer.json());
            problem(&answer).2
        };
        // As somebody else, in a capacity of another account; by a machine that says so, too.
        let other = named("sun.clerk", "P-SUN", "clerk", "other");
        assert_eq!(
            refused(Some(&clerk), other).await,
            "case.account-of-another"
        );
        let through = named("zhou.approver", "P-ZHOU", "clerk", "through");
        assert_eq!(
            refused(Some(&clerk), through).await,
            "case.account-of-another"
        );
        let role = named("zhou.approver", "P-ZHOU", "clerk", "role");
        assert_eq!(
            refused(Some(&approver), role.clone()).await,
            "case.role-not-held"
        );
        let mut said = role;
        said["id"] = json!("said");
        assert_eq!(refused(None, said).await, "case.role-not-held");
        let own = named("zhou.clerk", "P-ZHOU", "clerk", "own");
        let answer = posts(&service, Some(&clerk), &own).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        for id in ["story-14", "story-15"] {
            assert_eq!(posts(&service, None, &story(id)).await.status, 200, "{id}");
        }
        // Received under the one account, decided under the other.
        let mut decided = story("story-16");
        decided["actor"]["account"] = json!("zhou.approver");
        decided["actor"]["person"] = json!("P-ZHOU");
        assert_eq!(refused(Some(&approver), decided).await, "case.same-person");
    }
}
