//! What is shown: no more than the matter's material needs, and of a licence that is not valid its state alone (R16).

use serde_json::{Value, json};
use server::Call;

use super::stage::{LAW, NUMBER, Stage, on_each_database, order, refusal, with};

fn names(told: &Value) -> Vec<&str> {
    let fields = told["fields"].as_object().expect("fields");
    fields.keys().map(String::as_str).collect()
}

#[test]
fn a_licence_of_another_department_is_used_on_each_ground_and_found_in_each_way() {
    on_each_database("ways", async |stage: Stage| {
        let card = stage.card.clone();
        let plain = order(&card);
        let ways = [
            ("identifier", plain.clone()),
            (
                "number",
                with(
                    &plain,
                    "/licence",
                    json!({"type": "ID", "number": card["number"]}),
                ),
            ),
            (
                "holder",
                with(&plain, "/licence", json!({"type": "ID", "holder": NUMBER})),
            ),
            ("law", with(&plain, "/ground", json!({"law": LAW}))),
            ("least", with(&plain, "/material", Value::Null)),
        ];
        for (key, order) in &ways {
            let told = stage.used(key, order).await;
            assert_eq!(told["licence"], card["identifier"], "{key}");
            assert_eq!(
                (&told["state"], &told["type"]),
                (&json!("valid"), &json!("ID"))
            );
            assert_eq!(told["judged"], "2026-06-08T01:13:00Z");
            assert_eq!(told["material"], 3);
            assert_eq!(names(&told), ["ethnic", "name", "sex"], "{key}");
            assert_eq!((&told["masked"], &told["facts"]), (&json!([]), &json!([])));
            // R16: what nobody needs is not in the answer, whatever way it was asked for.
            let text = told.to_string();
            for hidden in [NUMBER, "1988-05-21", "柳桥路", "photo"] {
                assert!(!text.contains(hidden), "{key} {hidden}");
            }
        }
        assert_eq!(stage.kept().await, ways.len());
        let looks = stage.trace("Q-APR").await;
        let looks: Vec<_> = looks.iter().filter(|entry| entry.deed == "look").collect();
        assert_eq!(looks.len(), ways.len());
        assert!(
            looks
                .iter()
                .all(|entry| entry.detail.contains("use=") && !entry.detail.contains(NUMBER))
        );
        assert_eq!(
            looks.iter().filter(|entry| entry.ground == "law").count(),
            1
        );
    });
}

#[test]
fn a_fact_is_answered_with_yes_or_no_and_a_field_with_what_the_ground_names() {
    on_each_database("facts", async |stage: Stage| {
        let plain = order(&stage.card);
        let asked = json!([
            {"valid_on": "2026-06-08"}, {"valid_on": "2026-03-08"}, {"valid_on": "2026-06-09"},
            {"expires_after": "2027-01-01"}, {"expires_after": "2099-01-01"},
            {"of_age": 38}, {"of_age": 39},
        ]);
        let told = stage.used("facts", &with(&plain, "/facts", asked)).await;
        assert_eq!(told["fields"], json!({}));
        assert!(told.get("file").is_none());
        let facts: Vec<&Value> = told["facts"]
            .as_array()
            .expect("facts")
            .iter()
            .map(|fact| &fact["is"])
            .collect();
        assert_eq!(facts, [true, false, true, true, false, true, false]);
        assert!(!told.to_string().contains("1988"));
        // Her consent names the day of birth and the number: the one is shown, the other is secret and masked.
        let named = with(&plain, "/ground", json!({"consent": "SQ-3"}));
        let told = stage.used("named", &named).await;
        assert_eq!(
            names(&told),
            ["born_on", "ethnic", "id_number", "name", "sex"]
        );
        assert_eq!(told["fields"]["born_on"], "1988-05-21");
        assert_eq!(told["fields"]["id_number"], "990102********0245");
        assert_eq!(told["masked"], json!(["id_number"]));
        assert!(!told.to_string().contains(NUMBER));
        // Of what is allowed, what is asked for; beside a fact, too.
        let some = with(&named, "/fields", json!(["name"]));
        let told = stage
            .used("some", &with(&some, "/facts", json!([{"of_age": 18}])))
            .await;
        assert_eq!(
            (names(&told), &told["facts"][0]["is"]),
            (vec!["name"], &json!(true))
        );
        assert!(told.get("file").is_none());
        // A material that is a fact in a licence shows this fact, and no file.
        let place = with(
            &order(&stage.business),
            "/ground",
            json!({"consent": "SQ-1"}),
        );
        let told = stage
            .used("derived", &with(&place, "/material", json!(4)))
            .await;
        assert_eq!(
            told["fields"],
            json!({"address": "云洲省临溪市青石区柳桥路18号1层"})
        );
        assert!(told.get("file").is_none());
        let told = stage
            .used("least", &with(&place, "/material", Value::Null))
            .await;
        assert_eq!(told["material"], 4);
        // Of a body nobody says an age; a licence for a long term ends after any day.
        let asked = json!([{"of_age": 18}, {"expires_after": "2099-01-01"}]);
        let whole = with(&with(&place, "/material", json!(2)), "/facts", asked);
        let told = stage.used("body", &whole).await;
        assert_eq!(
            (&told["facts"][0]["is"], &told["facts"][1]["is"]),
            (&Value::Null, &json!(true))
        );
    });
}

#[test]
fn a_repeated_request_is_one_use_and_another_one_under_its_key_is_refused() {
    on_each_database("repeats", async |stage: Stage| {
        let plain = order(&stage.card);
        let first = stage.uses("repeated", &plain).await;
        let again = stage.uses("repeated", &plain).await;
        assert_eq!(
            (first.status, first.content.clone()),
            (again.status, again.content)
        );
        assert_eq!(stage.kept().await, 1);
        let other = stage
            .uses("repeated", &with(&plain, "/purpose", json!("另一用途")))
            .await;
        assert_eq!(
            (other.status.as_u16(), &other.json()["code"]),
            (422, &json!("idempotency.reused"))
        );
        let keyless = stage
            .call(("Q-APR", "uses"), Call::post("/v1/uses", &plain))
            .await;
        assert_eq!(
            (keyless.status.as_u16(), &keyless.json()["code"]),
            (400, &json!("idempotency.missing"))
        );
        // A refusal does not use its key up.
        let wrong = with(&plain, "/ground", json!({"consent": "SQ-9"}));
        assert_eq!(
            stage.refused("mended", &wrong).await.0,
            "case.mandate-unknown"
        );
        stage.used("mended", &plain).await;
        // The scope is its own: who may read or report may not use.
        let call = Call::post("/v1/uses", &plain).once("a-key-of-another-scope");
        assert_eq!(stage.call(("Q-APR", "approvals"), call).await.status, 403);
    });
}

#[test]
fn what_is_not_valid_shows_its_state_alone() {
    on_each_database("states", async |stage: Stage| {
        let business = with(
            &order(&stage.business),
            "/ground",
            json!({"consent": "SQ-1"}),
        );
        let business = with(&business, "/material", json!(2));
        let first = stage.used("before", &business).await;
        let path = first["file"]["path"].as_str().expect("a path").to_owned();
        let act = async |licence: &Value, verb: &str, body: Value| {
            let (identifier, body) = (licence["identifier"].as_str().expect("one"), &body);
            let path = format!("/v1/licences/{identifier}/{verb}");
            let call = Call::post(path, body).once(format!("a-key-of-changes-{verb}"));
            let issuer = if licence == &stage.card {
                "C-PSB"
            } else {
                "Q-APR"
            };
            let answer = stage.call((issuer, "approvals"), call).await;
            assert_eq!(answer.status, 200, "{}", answer.json());
        };
        let stop =
            json!({"decision": "停字〔2026〕第0001号", "legal_basis": "市场主体登记管理条例"});
        act(&stage.business, "suspend", stop.clone()).await;
        alone(&stage, "suspended", &business).await;
        let taken = stage.call(("Q-APR", "uses"), Call::get(&path)).await;
        assert_eq!(
            refusal(&taken),
            ("use.licence-not-valid".to_owned(), "R10".to_owned())
        );
        act(&stage.business, "resume", stop).await;
        assert_eq!(stage.used("resumed", &business).await["state"], "valid");
        assert_eq!(
            stage.call(("Q-APR", "uses"), Call::get(&path)).await.status,
            200
        );
        let end = json!({"ending": "deregistered", "decision": "销字〔2026〕第0001号", "legal_basis": "居民身份证法"});
        act(&stage.card, "end", end).await;
        alone(&stage, "deregistered", &order(&stage.card)).await;
        // The history has those, too: what was shown was the state.
        for (department, licence, states) in [
            (
                "Q-APR",
                &stage.business,
                vec!["valid", "suspended", "valid"],
            ),
            ("C-PSB", &stage.card, vec!["deregistered"]),
        ] {
            let identifier = licence["identifier"].as_str().expect("one");
            let call = Call::get(format!("/v1/licences/{identifier}/uses"));
            let told = stage.call((department, "approvals"), call).await.json();
            let mut found: Vec<&str> = told
                .as_array()
                .expect("a list")
                .iter()
                .filter_map(|one| one["state"].as_str())
                .collect();
            found.sort_unstable();
            let mut states = states;
            states.sort_unstable();
            assert_eq!(found, states, "{told}");
        }
    });
}

async fn alone(stage: &Stage, state: &str, order: &Value) {
    let order = with(order, "/facts", json!([{"valid_on": "2026-06-07"}]));
    let told = stage.used(state, &order).await;
    assert_eq!(told["state"], state);
    let empty = (&told["fields"], &told["facts"], told.get("file"));
    assert_eq!(empty, (&json!({}), &json!([]), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_sealed_file_of_a_licence_is_had_by_its_format() {
    let stage = Stage::start_national().await;
    let told = stage.used("files", &order(&stage.card)).await;
    let files = told["file"]["files"].as_array().expect("files");
    let formats: Vec<&Value> = files.iter().map(|file| &file["format"]).collect();
    assert_eq!(formats, ["pdf", "ofd"]);
    for file in files {
        let path = file["path"].as_str().expect("a path");
        let had = stage.call(("Q-APR", "uses"), Call::get(path)).await;
        let format = file["format"].as_str().expect("a format");
        let kind = format!("application/{format}");
        assert_eq!(had.headers["content-type"], kind.as_str());
        let digest = tests::installation::hex(&crypto::sha256(&had.content));
        assert_eq!(file["sha256"], json!(digest));
    }
    // Without a word it is the first, as before there were several.
    let path = told["file"]["path"].as_str().expect("a path").to_owned();
    let first = stage.call(("Q-APR", "uses"), Call::get(&path)).await;
    assert_eq!(first.headers["content-type"], "application/pdf");
    let other = Call::get(format!("{path}?format=doc"));
    assert_eq!(stage.call(("Q-APR", "uses"), other).await.status, 400);
}

#[test]
fn a_format_that_the_licence_has_not_is_refused() {
    on_each_database("no_format", async |stage: Stage| {
        let told = stage.used("no-format", &order(&stage.card)).await;
        assert_eq!(told["file"].get("files"), None, "one file alone");
        let path = told["file"]["path"].as_str().expect("a path");
        let ofd = Call::get(format!("{path}?format=ofd"));
        let ofd = stage.call(("Q-APR", "uses"), ofd).await;
        assert_eq!(refusal(&ofd), ("use.no-file".to_owned(), "R16".to_owned()));
    });
}

#[test]
fn the_sealed_file_is_had_while_the_ground_holds() {
    on_each_database("file", async |stage: Stage| {
        let told = stage.used("file", &order(&stage.card)).await;
        let path = told["file"]["path"].as_str().expect("a path").to_owned();
        let take =
            async |department: &str| stage.call((department, "uses"), Call::get(&path)).await;
        let file = take("Q-APR").await;
        assert_eq!(file.status, 200);
        let digest = tests::installation::hex(&crypto::sha256(&file.content));
        assert_eq!(told["file"]["sha256"], json!(digest));
        // T-P3: another department's use is none.
        assert_eq!(take("C-FIRE").await.status, 404);
        assert_eq!(take("C-PSB").await.status, 404);
        let taken = stage.trace("Q-APR").await;
        let taken = taken
            .iter()
            .filter(|entry| entry.deed == "look" && entry.ground == "file");
        assert_eq!(taken.count(), 1);
        // A use of some fields alone, or of facts, has none.
        let some = with(&order(&stage.card), "/fields", json!(["name"]));
        let told = stage.used("no-file", &some).await;
        let none = format!("/v1/uses/{}/file", told["use"].as_str().expect("a use"));
        let none = stage.call(("Q-APR", "uses"), Call::get(none)).await;
        assert_eq!(refusal(&none), ("use.no-file".to_owned(), "R16".to_owned()));
        stage.go_to(stage.now() + time::Duration::hours(24));
        assert_eq!(
            refusal(&take("Q-APR").await),
            ("use.no-file".to_owned(), "R16".to_owned())
        );
    });
}
