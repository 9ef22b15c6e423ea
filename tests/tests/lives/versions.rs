//! Change, correction, renewal: the next version, what the old one answers, and from when on.

use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::macros::date;
use time::{Duration, SignedDuration, UtcDateTime};

use super::stage::{Service, again, food, on_each_database, version};

const BUREAU: &str = "Q-APR";

fn path(identifier: &str, what: &str) -> String {
    format!("/v1/licences/{identifier}/{what}")
}

/// Begins a further version and releases it: the identifier of the new one.
async fn followed(service: &Service, before: &str, body: &Value, key: &str) -> String {
    let (status, told) = service
        .post(BUREAU, &path(before, "versions"), body, key)
        .await;
    assert_eq!(status, 202, "{told}");
    let job = told["job"].as_str().expect("a job");
    let (status, issued) = service.release(BUREAU, job).await;
    assert_eq!(status, 201, "{issued}");
    issued["identifier"].as_str().expect("issued").to_owned()
}

async fn state(service: &Service, identifier: &str, at: UtcDateTime, known: UtcDateTime) -> Value {
    let text = |moment: UtcDateTime| moment.format(&Rfc3339).expect("text");
    let path = format!(
        "/v1/licences/{identifier}/state?at={}&known={}",
        text(at),
        text(known)
    );
    service.read(BUREAU, &path).await
}

#[test]
fn a_change_supersedes_at_once_and_every_face_of_the_old_version_says_so() {
    on_each_database("change", async |service: Service| {
        let request = food(1);
        let first = service.issued(&request, "first").await;
        let file = service.file(BUREAU, &first).await;
        let before = service.now();
        service.wait(SignedDuration::hours(2)).await;
        let today = service.today();
        let mut changed = again(&request, today, today);
        changed["fields"]["address"] = json!("云洲省临溪市青石区柳桥路20号");
        let second = followed(&service, &first, &version("change", &changed), "second").await;
        assert_ne!(second, first);
        let old = service.read(BUREAU, &format!("/v1/licences/{first}")).await;
        let told = (&old["state"], &old["birth"], &old["successor"]["version"]);
        assert_eq!(told, (&json!("superseded"), &json!("first"), &json!("002")));
        let all = service.read(BUREAU, &path(&second, "versions")).await;
        let all = all.as_array().expect("versions");
        let words: Vec<(&str, &str, &str)> = all
            .iter()
            .map(|one| {
                let text = |name: &str| one[name].as_str().expect("text");
                (text("version"), text("birth"), text("state"))
            })
            .collect();
        assert_eq!(
            words,
            [("001", "first", "superseded"), ("002", "change", "valid")]
        );
        // Number, holder and end are the licence's; digest, index and file are the version's.
        for same in ["number", "holder", "valid_until", "issuer", "type"] {
            assert_eq!(all[0][same], all[1][same], "{same}");
        }
        for own in ["content_digest", "status", "job", "identifier"] {
            assert_ne!(all[0][own], all[1][own], "{own}");
        }
        let report = service.verified(&file).await;
        assert_eq!(
            (&report["verdict"], &report["answer"]),
            (&json!("invalid"), &json!("superseded"))
        );
        let by = json!({"version": "002", "identifier": second});
        assert_eq!(report["licence"]["superseded_by"], by);
        let now = service.now();
        let then = state(&service, &first, before, now).await;
        assert_eq!(
            (&then["state"], &then["licence"]["version"]),
            (&json!("valid"), &json!("001"))
        );
        let told = state(&service, &first, now, now).await;
        assert_eq!(
            (&told["state"], &told["superseded_by"]),
            (&json!("superseded"), &json!("002"))
        );
        assert_eq!(
            told["licence"],
            json!({"identifier": second, "version": "002", "state": "valid"})
        );
        // What was known before did not include the second version.
        let known = state(&service, &first, now, before).await;
        assert_eq!(
            (&known["state"], &known["licence"]["version"]),
            (&json!("valid"), &json!("001"))
        );
        let history = service.read(BUREAU, &path(&first, "history")).await;
        assert_eq!(history[2]["kind"], "supersede", "{history}");
    });
}

#[test]
fn a_later_day_leaves_the_old_version_in_force_until_then() {
    on_each_database("later", async |service: Service| {
        let request = food(1);
        let first = service.issued(&request, "first").await;
        let file = service.file(BUREAU, &first).await;
        let today = service.today();
        let from = today + Duration::days(20);
        let changed = again(&request, today, from);
        let second = followed(&service, &first, &version("change", &changed), "second").await;
        let find = async |identifier: &str| {
            let told = service
                .read(BUREAU, &format!("/v1/licences/{identifier}"))
                .await;
            told["state"].as_str().expect("a state").to_owned()
        };
        assert_eq!(find(&first).await, "valid");
        assert_eq!(find(&second).await, "not_yet_valid");
        let told = service.read(BUREAU, &format!("/v1/licences/{first}")).await;
        assert_eq!(told["successor"]["version"], "002");
        let (status, refused) = service
            .post(
                BUREAU,
                &path(&first, "versions"),
                &version("change", &changed),
                "third",
            )
            .await;
        assert_eq!(
            (status, &refused["code"]),
            (409, &json!("licence.transition-refused"))
        );
        assert_eq!(service.verified(&file).await["answer"], "valid");
        service.wait(SignedDuration::days(20)).await;
        assert_eq!(find(&first).await, "superseded");
        assert_eq!(find(&second).await, "valid");
        assert_eq!(service.verified(&file).await["answer"], "superseded");
    });
}

#[test]
fn a_correction_adds_and_a_renewal_keeps_its_window() {
    on_each_database("renewal", async |service: Service| {
        let request = food(1);
        let first = service.issued(&request, "first").await;
        let today = service.today();
        let mut wrong = again(&request, today, today);
        wrong["holder"]["kind"] = json!("person");
        for (ground, body, status, code) in [
            (
                "no ground",
                again(&request, today, today),
                400,
                "request.malformed",
            ),
            ("change", wrong, 422, "licence.not-admitted"),
            (
                "restoration",
                again(&request, today, today),
                409,
                "licence.transition-refused",
            ),
        ] {
            let (found, told) = service
                .post(
                    BUREAU,
                    &path(&first, "versions"),
                    &version(ground, &body),
                    ground,
                )
                .await;
            assert_eq!((found, &told["code"]), (status, &json!(code)), "{ground}");
        }
        let corrected = again(&request, today, today);
        let second = followed(
            &service,
            &first,
            &version("correction", &corrected),
            "second",
        )
        .await;
        // Renewal opens 90 days before the end of 9 June 2031.
        let renewal = |asked: time::Date| {
            let request = again(&request, asked, date!(2031 - 06 - 10));
            let mut body = version("renewal", &request);
            body["asked_on"] = json!(asked.to_string());
            body
        };
        let (status, told) = service
            .post(BUREAU, &path(&second, "versions"), &renewal(today), "early")
            .await;
        assert_eq!(
            (status, &told["code"]),
            (422, &json!("licence.not-admitted"))
        );
        let codes: Vec<&str> = told["defects"]
            .as_array()
            .expect("defects")
            .iter()
            .filter_map(|defect| defect["code"].as_str())
            .collect();
        assert!(codes.contains(&"licence.renewal-early"), "{told}");
    });
}

#[test]
fn another_department_s_licence_is_not_there_and_the_refusal_is_traced() {
    on_each_database("hidden", async |service: Service| {
        let request = food(1);
        let first = service.issued(&request, "first").await;
        let today = service.today();
        let body = version("change", &again(&request, today, today));
        let (status, told) = service
            .post("H-APR", &path(&first, "versions"), &body, "stranger")
            .await;
        assert_eq!((status, &told["code"]), (404, &json!("not-found")));
        assert_eq!(
            service.denials("H-APR", &first).await,
            ["catalogue.no-power"]
        );
        // A version that was refused by its custodian leaves its number used, and the old one in force.
        let (_, told) = service
            .post(BUREAU, &path(&first, "versions"), &body, "second")
            .await;
        let job = told["job"].as_str().expect("a job");
        let call = server::Call::post(
            format!("/v1/releases/{job}/refusal"),
            &json!({"reason": "the case is not decided"}),
        );
        let (status, _) = service.call((BUREAU, "custodian"), call).await;
        assert_eq!(status, 200);
        let third = followed(&service, &first, &body, "third").await;
        assert!(third.contains(".003."), "{third}");
    });
}
