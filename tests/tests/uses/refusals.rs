//! What is refused: each thing that R15 wants named, false or missing, by its own rule; and what is nobody's to know.

use serde_json::{Value, json};
use server::{Answer, Call};
use time::macros::utc_datetime;

use super::stage::{LAW, MATTER, Stage, on_each_database, order, refusal, with};

/// One defect: the member that is changed, to what, and the code and rule that refuse it.
type Defect = (&'static str, Value, &'static str, &'static str);

/// What is not named, or is no such thing.
fn unnamed() -> Vec<Defect> {
    let wrong = "1.2.156.3005.2.11990000FAKE00013G019.11990100FAKE00144H.990000000002.001.G";
    let named = json!({"identifier": wrong});
    let missing = [
        ("/licence", Value::Null, "use.licence-missing"),
        ("/licence", json!({"type": "ID"}), "use.licence-missing"),
        ("/licence", named, "use.licence-missing"),
        ("/licence/type", json!("BL"), "use.licence-missing"),
        ("/purpose", Value::Null, "use.purpose-missing"),
        ("/purpose", json!("  "), "use.purpose-missing"),
        ("/matter", Value::Null, "use.matter-missing"),
        ("/matter", json!("none"), "use.matter-unknown"),
        ("/case", Value::Null, "use.case-missing"),
        ("/person", Value::Null, "use.person-missing"),
        ("/person", json!("林小满"), "use.person-missing"),
        ("/ground", Value::Null, "use.ground-missing"),
    ];
    let missing = missing.into_iter();
    missing
        .map(|(member, value, code)| (member, value, code, "R15"))
        .collect()
}

/// What is named and is not so, or is more than is needed.
fn untrue() -> Vec<Defect> {
    let (listed, needed) = ("use.material-not-listed", "use.field-not-needed");
    let married = json!({"type": "MARRY", "holder": "990102198805210245"});
    let unknown = json!({"type": "NONE", "number": "1234567"});
    let facts = json!(vec![json!({"of_age": 18}); 17]);
    let none = json!("BJ-990102-20260608-99999");
    vec![
        (
            "/matter",
            json!("990102-XK-9999"),
            "use.matter-unknown",
            "R15",
        ),
        (
            "/matter",
            json!("990102-XK-0002"),
            "use.matter-not-published",
            "R15",
        ),
        ("/matter", json!("990102-XK-0012"), listed, "R14"),
        (
            "/matter",
            json!("990102-XK-0004"),
            "use.case-of-another-matter",
            "R15",
        ),
        ("/material", json!(2), listed, "R14"),
        ("/material", json!(6), listed, "R14"),
        ("/licence", married, listed, "R14"),
        ("/licence", unknown, listed, "R14"),
        ("/case", none, "use.case-unknown", "R15"),
        (
            "/ground",
            json!({"consent": "SQ-9"}),
            "case.mandate-unknown",
            "R15",
        ),
        (
            "/ground",
            json!({"law": "民法典"}),
            "use.other-legal-basis",
            "R15",
        ),
        ("/fields", json!(["name", "address"]), needed, "R16"),
        ("/fields", json!(["id_number"]), needed, "R16"),
        ("/fields", json!(["no field"]), needed, "R16"),
        ("/facts", facts, "use.too-many", "R16"),
    ]
}

#[test]
fn each_missing_or_false_element_is_refused_by_its_rule_and_traced() {
    on_each_database("defects", async |stage: Stage| {
        let plain = order(&stage.card);
        let mut grounds = Vec::new();
        for (number, (member, value, code, rule)) in
            unnamed().into_iter().chain(untrue()).enumerate()
        {
            let mut order = with(&plain, member, value.clone());
            // The number of a material is the other matter's own.
            if member == "/matter" {
                order = with(&order, "/material", Value::Null);
            }
            let found = stage.refused(&format!("defect-{number:03}"), &order).await;
            assert_eq!(
                (found.0.as_str(), found.1.as_str()),
                (code, rule),
                "{member} {value}"
            );
            grounds.push(code);
        }
        // A consent reaches the types that it names; a material that cites no law is had by consent alone.
        let business = with(&order(&stage.business), "/material", json!(2));
        let narrow = with(&business, "/ground", json!({"consent": "SQ-3"}));
        assert_eq!(
            stage.refused("narrow", &narrow).await,
            pair("mandate.out-of-scope", "R15")
        );
        let lawless = with(&business, "/ground", json!({"law": LAW}));
        assert_eq!(
            stage.refused("lawless", &lawless).await,
            pair("use.no-legal-basis", "R15")
        );
        grounds.extend(["mandate.out-of-scope", "use.no-legal-basis"]);
        // Everything that is missing, at once.
        let nothing = stage.uses("nothing", &json!({})).await;
        assert_eq!(nothing.json()["defects"].as_array().map(Vec::len), Some(6));
        grounds.push("use.licence-missing");
        // Each left its entry and nothing else.
        assert_eq!(stage.kept().await, 0);
        let denied = stage.trace("Q-APR").await;
        let denied: Vec<_> = denied.iter().filter(|entry| entry.deed == "deny").collect();
        let found: Vec<&str> = denied.iter().map(|entry| entry.ground.as_str()).collect();
        assert_eq!(found, grounds);
        assert!(
            denied
                .iter()
                .all(|entry| !entry.detail.contains("19880521") && !entry.detail.contains("林"))
        );
        stage.used("nothing-is-wrong", &plain).await;
    });
}

fn pair(code: &str, rule: &str) -> (String, String) {
    (code.to_owned(), rule.to_owned())
}

/// Status, fields of the head, content.
type Whole = (u16, Vec<(String, Vec<u8>)>, Vec<u8>);

/// Everything of an answer that somebody could tell it from another by.
fn whole(answer: &Answer) -> Whole {
    let fields = answer.headers.iter();
    let fields = fields
        .filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
    (
        answer.status.as_u16(),
        fields.collect(),
        answer.content.to_vec(),
    )
}

#[test]
fn another_s_licence_is_answered_as_one_that_is_not_there() {
    on_each_database("hidden", async |stage: Stage| {
        let plain = order(&stage.card);
        let foreign = stage.foreign["identifier"].as_str().expect("an identifier");
        let number = &stage.foreign["number"];
        let of = |licence: Value| with(&plain, "/licence", licence);
        let theirs = of(json!({"identifier": foreign}));
        let answers = [
            ("theirs", theirs.clone()),
            ("nothing", of(json!({"identifier": none_like(foreign)}))),
            ("law", with(&theirs, "/ground", json!({"law": LAW}))),
            ("their-number", of(json!({"type": "ID", "number": number}))),
            (
                "no-number",
                of(json!({"type": "ID", "number": "990000000099"})),
            ),
            (
                "holder",
                of(json!({"type": "ID", "holder": "990121198409071350"})),
            ),
            ("no-holder", of(json!({"type": "ID", "holder": "nobody"}))),
            // The firm's consent reaches no licence of hers.
            (
                "other-consent",
                with(&plain, "/ground", json!({"consent": "SQ-1"})),
            ),
        ];
        let mut seen = Vec::new();
        for (key, order) in answers {
            let answer = stage.uses(key, &order).await;
            assert_eq!(answer.status, 404, "{key} {}", answer.json());
            seen.push(whole(&answer));
        }
        assert!(seen.iter().all(|answer| *answer == seen[0]));
        assert_eq!(stage.kept().await, 0);
        let denied = stage.trace("Q-APR").await;
        let denied = denied.iter().filter(|entry| entry.ground == "use.not-here");
        assert_eq!(denied.count(), seen.len());
        elsewhere(&stage, &plain).await;
    });
}

/// Another department has neither this case nor what it rests on; who has an account of their own asks as themselves.
async fn elsewhere(stage: &Stage, plain: &Value) {
    let law = with(plain, "/ground", json!({"law": LAW}));
    for (key, order) in [("theirs", plain), ("theirs-too", &law)] {
        let call = Call::post("/v1/uses", order).once(format!("a-key-of-others-{key}"));
        let answer = stage.call(("C-FIRE", "uses"), call).await;
        assert_eq!(refusal(&answer), pair("use.case-unknown", "R15"));
    }
    let call = Call::post("/v1/uses", plain).once("a-key-of-an-inquirer");
    let answer = stage.call(("Q-APR", "inquirer"), call).await;
    assert_eq!(refusal(&answer), pair("use.person-of-another", "R15"));
    let own = with(plain, "/person", Value::Null);
    let call = Call::post("/v1/uses", &own).once("a-key-of-an-inquirer");
    let answer = stage.call(("Q-APR", "inquirer"), call).await;
    let who = tests::installation::CUSTODIAN;
    let told = answer.json();
    assert_eq!(
        (answer.status.as_u16(), &told["person"]),
        (201, &json!(who))
    );
}

/// A well-formed identifier that was never given.
fn none_like(identifier: &str) -> String {
    let mut parts: Vec<&str> = identifier.split('.').collect();
    let count = parts.len();
    parts[count - 3] = "990000009999";
    let middle = parts[count - 5..count - 1].concat();
    let check = licence::check_character(&middle).expect("letters and digits");
    let check = check.to_string();
    parts[count - 1] = &check;
    parts.join(".")
}

#[test]
fn a_consent_serves_until_it_is_taken_back_or_over() {
    on_each_database("consents", async |stage: Stage| {
        let plain = order(&stage.card);
        let first = stage.used("first", &plain).await;
        let path = first["file"]["path"].as_str().expect("a path").to_owned();
        let revoke = json!({"filed": {"revoked": {"mandate": "SQ-2"}}});
        stage.happens(5, ("Q-APR", "applicant"), revoke).await;
        assert_eq!(
            stage.refused("second", &plain).await,
            pair("mandate.not-active", "R15")
        );
        let file = stage.call(("Q-APR", "uses"), Call::get(&path)).await;
        assert_eq!(refusal(&file), pair("mandate.not-active", "R15"));
        // What was told is told again to the same request; her other consent, and the law, go on.
        assert_eq!(stage.used("first", &plain).await, first);
        stage
            .used(
                "other-consent",
                &with(&plain, "/ground", json!({"consent": "SQ-3"})),
            )
            .await;
        stage
            .used("law", &with(&plain, "/ground", json!({"law": LAW})))
            .await;
        assert_eq!(stage.kept().await, 3);
        stage.go_to(utc_datetime!(2026-07-08 16:00));
        let over = with(&plain, "/ground", json!({"consent": "SQ-3"}));
        assert_eq!(
            stage.refused("over", &over).await,
            pair("mandate.not-active", "R15")
        );
    });
}

#[test]
fn a_case_that_is_stopped_or_closed_serves_no_use() {
    on_each_database("cases", async |stage: Stage| {
        let plain = order(&stage.card);
        assert_eq!(plain["matter"], MATTER);
        let stop = json!({"stopped": {"reason": "超越权限"}});
        stage.happens(5, ("C-SUP", "supervisor"), stop).await;
        assert_eq!(
            stage.refused("stopped", &plain).await,
            pair("use.case-stopped", "R6")
        );
        let lift = json!({"lifted": {"reason": "已纠正"}});
        stage.happens(6, ("C-SUP", "supervisor"), lift).await;
        stage.used("lifted", &plain).await;
        stage
            .happens(7, ("Q-APR", "applicant"), json!("withdrawn"))
            .await;
        assert_eq!(
            stage.refused("withdrawn", &plain).await,
            pair("use.case-over", "R15")
        );
    });
}
