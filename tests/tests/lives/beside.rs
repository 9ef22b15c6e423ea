//! What happens beside the versions: voided by two people, paper copies, merged papers, dependants at risk.

use serde_json::{Value, json};
use server::{Call, Client};
use tests::cases;
use time::SignedDuration;

use super::stage::{Service, again, food, on_each_database, version};

const BUREAU: &str = "Q-APR";
const TWO: [&str; 2] = ["voider", "second-voider"];

async fn say(
    service: &Service,
    role: &str,
    identifier: &str,
    exposure: &str,
    key: &str,
) -> (u16, Value) {
    let body = json!({"decision": "作字〔2026〕第1号", "reason": "姓名有误", "exposure": exposure});
    let path = format!("/v1/licences/{identifier}/void");
    let call = Call::post(path, &body).once(format!("a-key-of-voids-{key}"));
    service.call((BUREAU, role), call).await
}

#[test]
fn two_people_void_a_licence_and_a_replacement_stands_in_its_place() {
    on_each_database("void", async |service: Service| {
        service.enrol(BUREAU, &TWO).await;
        service.account(BUREAU, "machine", &["void"], None).await;
        let request = food(1);
        let first = service.issued(&request, "first").await;
        let (status, told) = say(&service, TWO[0], &first, "replaced", "one").await;
        assert_eq!(
            (status, &told["waits"]),
            (202, &json!("second-person")),
            "{told}"
        );
        // One person twice is one; a machine is none; another word is a first one again.
        let (status, told) = say(&service, TWO[0], &first, "replaced", "one-again").await;
        assert_eq!(
            (status, &told["defects"][0]["rule"]),
            (409, &json!("R3")),
            "{told}"
        );
        let (status, _) = say(&service, "machine", &first, "replaced", "machine").await;
        assert_eq!(status, 403);
        let (status, told) = say(&service, TWO[1], &first, "presented", "presented").await;
        assert_eq!(
            (status, &told["defects"][0]["code"]),
            (409, &json!("licence.presented"))
        );
        let (status, told) = say(&service, TWO[1], &first, "replaced", "two").await;
        assert_eq!((status, &told["state"]), (200, &json!("void")), "{told}");
        assert_eq!(
            service.denials(BUREAU, &first).await,
            [
                "licence.same-person",
                "licence.void-by-machine",
                "licence.presented"
            ]
        );
        let today = service.today();
        let body = version("restoration", &again(&request, today, today));
        let path = format!("/v1/licences/{first}/versions");
        let (status, told) = service.post(BUREAU, &path, &body, "restore").await;
        assert_eq!(status, 202, "{told}");
        let job = told["job"].as_str().expect("a job");
        let (status, told) = service.release(BUREAU, job).await;
        assert_eq!(status, 201, "{told}");
        let all = service.read(BUREAU, &path).await;
        assert_eq!(
            (&all[0]["state"], &all[1]["state"], &all[1]["birth"]),
            (&json!("void"), &json!("valid"), &json!("replacement"))
        );
        // What waits for its seal is void with its job.
        let (job, waits) = service.waiting(&food(2), "waits").await;
        say(&service, TWO[0], &waits, "unpresented", "three").await;
        let (status, told) = say(&service, TWO[1], &waits, "unpresented", "four").await;
        assert_eq!((status, &told["state"]), (200, &json!("void")), "{told}");
        let standing = service.read(BUREAU, &format!("/v1/jobs/{job}")).await;
        assert_eq!(standing["state"], "failed", "{standing}");
        // A first word holds for a day.
        let third = service.issued(&food(3), "third").await;
        say(&service, TWO[0], &third, "unpresented", "five").await;
        service.wait(SignedDuration::hours(25)).await;
        let (status, _) = say(&service, TWO[1], &third, "unpresented", "six").await;
        assert_eq!(status, 202);
    });
}

/// Puts the bureau into another zone.
fn zone(whole: &mut Value, name: &str) {
    let bodies = whole["departments"]["departments"].as_array_mut();
    let mut bodies = bodies.expect("departments").iter_mut();
    let bureau = bodies.find(|body| body["key"] == BUREAU);
    bureau.expect("the bureau")["zone"] = json!(name);
}

/// 遗失声明: everybody reads of it, once, on a page and in a feed whose days begin where the authority is.
async fn loss_is_told(service: &Service) {
    let notices = service.read(BUREAU, "/v1/notices").await;
    assert_eq!(notices.as_array().map(Vec::len), Some(1), "{notices}");
    let said = &notices[0]["says"]["loss"];
    let today = service.today().to_string();
    assert_eq!(
        (&notices[0]["state"], &said["copy"], &said["on"]),
        (&json!("published"), &json!("ZZ-0001"), &json!(today))
    );
    service.import(|whole| zone(whole, "Asia/Urumqi")).await;
    let feed = Client::anonymous(&service.base)
        .call(Call::get("/notices.atom"), service.now())
        .await;
    let feed = feed.expect("an answer").content.to_vec();
    let feed = String::from_utf8(feed).expect("text");
    let begins = format!("<updated>{today}T00:00:00+06:00</updated>");
    assert_eq!(feed.matches(&begins).count(), 2, "{feed}");
    service.import(|_| ()).await;
}

#[test]
fn a_lost_paper_copy_answers_lost_for_ever_and_the_licence_goes_on() {
    on_each_database("paper", async |service: Service| {
        let first = service
            .issued(&cases::case("BL", 1).expect("a case"), "first")
            .await;
        let path = format!("/v1/licences/{first}/paper");
        let act = async |event: &str, reference: &str, key: &str| {
            let body = json!({"event": event, "reference": reference});
            service.post(BUREAU, &path, &body, key).await
        };
        assert_eq!(act("issue", "ZZ-0001", "one").await.0, 200);
        // The same request again is answered as before; a second copy beside the first is not listed.
        assert_eq!(act("issue", "ZZ-0001", "one").await.0, 200);
        let (status, told) = act("issue", "ZZ-0002", "two").await;
        assert_eq!(
            (status, &told["defects"][0]["rule"]),
            (409, &json!("R10")),
            "{told}"
        );
        assert_eq!(act("declare-lost", "GG-2026-7", "three").await.0, 200);
        assert_eq!(act("declare-lost", "GG-2026-7", "three").await.0, 200);
        loss_is_told(&service).await;
        assert_eq!(act("issue", "ZZ-0002", "four").await.0, 200);
        let lost = service.read("C-TOB", "/v1/paper-copies/ZZ-0001").await;
        assert_eq!(
            (&lost[0]["answer"], &lost[0]["licence"], &lost[0]["notice"]),
            (
                &json!("paper copy lost"),
                &json!("valid"),
                &json!("GG-2026-7")
            )
        );
        let copies = service.read(BUREAU, &path).await;
        let states: Vec<&str> = copies
            .as_array()
            .expect("copies")
            .iter()
            .filter_map(|copy| copy["state"].as_str())
            .collect();
        assert_eq!(states, ["lost", "issued"]);
        assert_eq!(service.denials(BUREAU, &first).await, ["paper.refused"]);
        let none = service.read("C-TOB", "/v1/paper-copies/ZZ-9999").await;
        assert_eq!(none, json!([]));
        // R9: a type whose licence stands in the place of paper has none beside it.
        let instead = service.issued(&food(1), "instead").await;
        let body = json!({"event": "issue", "reference": "ZZ-0003"});
        let path = format!("/v1/licences/{instead}/paper");
        let (status, told) = service.post(BUREAU, &path, &body, "five").await;
        assert_eq!(
            (status, &told["defects"][0]["rule"]),
            (409, &json!("R9")),
            "{told}"
        );
    });
}

#[test]
fn the_number_of_a_merged_paper_leads_to_its_successor() {
    on_each_database("aliases", async |service: Service| {
        let request = cases::case("BL", 1).expect("a business licence");
        let first = service.issued(&request, "first").await;
        let second = service
            .issued(&cases::case("BL", 2).expect("a case"), "second")
            .await;
        let lead = async |identifier: &str, paper: &str| {
            let path = format!("/v1/licences/{identifier}/aliases");
            let call = Call::post(path, &json!({"paper": paper, "number": "990102000012345"}));
            service.call((BUREAU, "approvals"), call).await
        };
        let (status, told) = lead(&first, "税务登记证").await;
        assert_eq!(
            (status, &told["identifier"]),
            (200, &json!(first)),
            "{told}"
        );
        assert_eq!(lead(&first, "税务登记证").await.0, 200);
        for (identifier, paper, rule) in [(&second, "税务登记证", "R12"), (&first, "房产证", "R11")]
        {
            let (status, told) = lead(identifier, paper).await;
            assert_eq!(
                (status, &told["defects"][0]["rule"]),
                (422, &json!(rule)),
                "{told}"
            );
        }
        let found = service.read("C-TOB", "/v1/aliases/990102000012345").await;
        assert_eq!(
            (
                &found[0]["identifier"],
                &found[0]["paper"],
                &found[0]["state"]
            ),
            (&json!(first), &json!("税务登记证"), &json!("valid"))
        );
    });
}

#[test]
fn the_end_of_a_business_licence_flags_its_dependants_and_ends_none() {
    on_each_database("at_risk", async |service: Service| {
        service
            .import(|whole| {
                let types = whole["types"]["types"].as_array_mut().expect("types");
                let food = types.iter_mut().find(|kind| kind["key"] == "FOOD");
                food.expect("food permits")["predecessors"] = json!(["BL"]);
            })
            .await;
        let mut business = cases::case("BL", 1).expect("a business licence");
        let permit = food(1);
        business["holder"] = permit["holder"].clone();
        business["fields"]["name"] = permit["holder"]["name"].clone();
        business["fields"]["uscc"] = permit["holder"]["code"].clone();
        let business = service.issued(&business, "business").await;
        let permit = service.issued(&permit, "permit").await;
        let find = async || {
            service
                .read(BUREAU, &format!("/v1/licences/{permit}"))
                .await
        };
        assert_eq!(find().await["at_risk"], Value::Null);
        let body =
            json!({"ending": "revoked", "decision": "吊字〔2026〕第1号", "legal_basis": "公司法"});
        let (status, told) = service
            .post(
                BUREAU,
                &format!("/v1/licences/{business}/end"),
                &body,
                "end",
            )
            .await;
        assert_eq!(status, 200, "{told}");
        let told = find().await;
        assert_eq!(
            (&told["state"], &told["at_risk"]),
            (&json!("valid"), &json!(["BL"]))
        );
        let outbox = service.office.registry().outbox();
        let receiver = catalogue::key::DepartmentKey::parse(BUREAU).expect("a department");
        let due = outbox
            .due(&receiver, service.now(), 100)
            .await
            .expect("events");
        let risk: Vec<Value> = due
            .iter()
            .filter(|delivery| delivery.kind == "licence.at-risk")
            .map(|delivery| serde_json::from_slice(&delivery.payload).expect("JSON"))
            .collect();
        assert_eq!(risk.len(), 1);
        assert_eq!(
            (&risk[0]["identifier"], &risk[0]["because"]),
            (&json!(permit), &json!(business))
        );
    });
}
