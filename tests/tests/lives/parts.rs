//! Parts of a composite licence: the 17 July row of story 6.1, by the body that holds the part's power.

use serde_json::{Value, json};
use tests::cases;
use time::SignedDuration;

use super::stage::{Service, on_each_database};

const BUREAU: &str = "Q-APR";
const FIRE: &str = "C-FIRE";
const FIRE_PART: &str = "XF990102-2026-0001";

fn ending(service: &Service, kind: &str) -> Value {
    json!({
        "ending": kind,
        "decision": "撤字〔2026〕第0017号",
        "legal_basis": "消防法第十五条",
        "decided_by": "P-CHEN-ZHIYUAN",
        "decided_on": service.today().to_string(),
    })
}

fn path(identifier: &str, part: &str) -> String {
    format!("/v1/licences/{identifier}/parts/{part}/end")
}

/// The numbers of the parts that the story's licence has.
fn parts(request: &Value) -> Vec<String> {
    let parts = request["fields"]["components"].as_array();
    parts
        .expect("parts")
        .iter()
        .map(|part| part["licence_no"].as_str().expect("a number").to_owned())
        .collect()
}

#[test]
fn the_fire_part_is_annulled_and_the_permit_goes_on_in_version_002() {
    on_each_database("parts", async |service: Service| {
        let request = cases::case("ONE", 1).expect("the story's licence");
        let first = service.issued(&request, "first").await;
        let file = service.file(BUREAU, &first).await;
        // 17 July.
        service.wait(SignedDuration::days(14)).await;
        let order = ending(&service, "annulled");
        // The bureau issues the whole and holds no power over the fire part (R7).
        let (status, refused) = service
            .post(BUREAU, &path(&first, FIRE_PART), &order, "bureau")
            .await;
        assert_eq!(
            (status, &refused["defects"][0]["rule"]),
            (422, &json!("R7")),
            "{refused}"
        );
        assert_eq!(
            service.denials(BUREAU, &first).await,
            ["catalogue.no-power"]
        );
        let (status, _) = service
            .post("C-TOB", &path(&first, FIRE_PART), &order, "tobacco")
            .await;
        assert_eq!(status, 404);
        let (status, _) = service
            .post(FIRE, &path(&first, "XF990102-2026-9999"), &order, "no-part")
            .await;
        assert_eq!(status, 404);
        let (status, told) = service
            .post(FIRE, &path(&first, FIRE_PART), &order, "fire")
            .await;
        assert_eq!(status, 202, "{told}");
        // Until the issuer's custodian has released it nothing is another.
        assert_eq!(service.verified(&file).await["answer"], "valid");
        let job = told["job"].as_str().expect("a job");
        let (status, issued) = service.release(BUREAU, job).await;
        assert_eq!(status, 201, "{issued}");
        let second = issued["identifier"].as_str().expect("issued");
        assert!(second.contains(".002."), "{second}");
        assert_eq!(service.verified(&file).await["answer"], "superseded");
        let new = service.file(BUREAU, second).await;
        assert_eq!(service.verified(&new).await["answer"], "valid");
        let old = service.read(BUREAU, &format!("/v1/licences/{first}")).await;
        assert_eq!(
            (&old["state"], &old["successor"]["version"]),
            (&json!("superseded"), &json!("002"))
        );
        // The same order again is answered as before; the part is gone for another one.
        let (status, again) = service
            .post(FIRE, &path(&first, FIRE_PART), &order, "fire")
            .await;
        assert_eq!((status, &again["identifier"]), (201, &issued["identifier"]));
        let (status, _) = service
            .post(FIRE, &path(second, FIRE_PART), &order, "fire-again")
            .await;
        assert_eq!(status, 404);
    });
}

#[test]
fn with_its_last_part_the_whole_ends() {
    on_each_database("last_part", async |service: Service| {
        let mut request = cases::case("ONE", 1).expect("the story's licence");
        let numbers = parts(&request);
        let fire = request["fields"]["components"]
            .as_array()
            .expect("parts")
            .iter()
            .find(|part| part["licence_no"] == FIRE_PART)
            .expect("the fire part")
            .clone();
        assert_eq!(numbers.len(), 3);
        request["fields"]["components"] = json!([fire]);
        if let Some(members) = request.as_object_mut() {
            members.remove("valid_to");
        }
        let first = service.issued(&request, "first").await;
        let order = ending(&service, "annulled");
        let (status, told) = service
            .post(FIRE, &path(&first, FIRE_PART), &order, "fire")
            .await;
        assert_eq!(
            (status, &told["state"]),
            (200, &json!("annulled")),
            "{told}"
        );
        let (status, again) = service
            .post(FIRE, &path(&first, FIRE_PART), &order, "once-more")
            .await;
        assert_eq!(
            (status, &again["code"]),
            (409, &json!("licence.transition-refused"))
        );
    });
}
