//! What anyone is told of a seal, on a page and as JSON: from its first use on, in each state, and of nobody who holds it.

use serde_json::{Value, json};
use server::{Answer, Call, Client};
use tests::installation::{CUSTODIAN, NOW};

use super::making::{Bureau, KEEPER, SEAL, Suites, application, on_each_database};

async fn fetch(bureau: &Bureau, at: usize, call: Call) -> Answer {
    let client = Client::anonymous(bureau.base(at));
    client.call(call, NOW).await.expect("an answer")
}

fn data() -> Call {
    Call::get(format!("/v1/public/seals/{SEAL}"))
}

async fn told(bureau: &Bureau, at: usize) -> Value {
    let answer = fetch(bureau, at, data()).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()
}

async fn page(bureau: &Bureau, language: &str) -> (u16, String) {
    let call = Call::get(format!("/seals/{SEAL}?lang={language}"));
    let answer = fetch(bureau, 0, call).await;
    let text = String::from_utf8(answer.content.to_vec()).expect("a page");
    (answer.status.as_u16(), text)
}

#[test]
fn anyone_is_told_of_a_seal_what_it_is_and_where_it_stands_and_of_nobody_who_holds_it() {
    on_each_database("open", Suites::Both, async |bureau: Bureau| {
        let none = fetch(&bureau, 0, data()).await;
        assert_eq!(none.status, 404, "unknown");
        let (status, _) = bureau
            .post(0, "Q-APR-officer", "/v1/seal-applications", &application())
            .await;
        assert_eq!(status, 201);
        let (status, _) = page(&bureau, "en").await;
        assert_eq!(
            (fetch(&bureau, 1, data()).await.status.as_u16(), status),
            (404, 404),
            "asked for"
        );
        let mut second = application();
        second["seal"] = json!("990102-BMYWZ-78");
        second["matters"] = json!(["990102-XK-0006"]);
        bureau.made(&second).await;
        let call = Call::get("/v1/public/seals/990102-BMYWZ-78");
        let answer = fetch(&bureau, 1, call).await.json();
        assert_eq!(
            (&answer["state"], &answer["matters"]),
            (&json!("in_use"), &json!(["990102-XK-0006"]))
        );
        assert_eq!(answer["certificates"].as_array().map(Vec::len), Some(2));
        assert_eq!(answer["certificates"][1]["suite"], "sm");
    });
}

#[test]
fn a_stopped_and_a_given_up_seal_are_told_so_at_once_and_the_tag_with_them() {
    on_each_database("open_states", Suites::One, async |bureau: Bureau| {
        bureau.made(&application()).await;
        let first = fetch(&bureau, 1, data()).await;
        let tag = first.headers["etag"].to_str().expect("a tag").to_owned();
        assert_eq!(first.headers["cache-control"], "no-cache,public");
        let known = fetch(&bureau, 0, data().field("if-none-match", tag.clone())).await;
        assert_eq!(known.status, 304, "as it stands");
        let steps = [
            (KEEPER, "suspend", "suspended", "Stopped since", true),
            ("Q-APR-first", "cancel", "cancelled", "Given up on", false),
        ];
        for (account, act, state, says, stands) in steps {
            let path = format!("/v1/seals/{SEAL}/{act}");
            let why = json!({"reason": "停用〔2026〕第1号"});
            let (status, done) = bureau.post(0, account, &path, &why).await;
            assert_eq!(status, 200, "{done}");
            let answer = fetch(&bureau, 1, data().field("if-none-match", tag.clone())).await;
            assert_eq!(
                (answer.status.as_u16(), &answer.json()["state"]),
                (200, &json!(state))
            );
            let told = told(&bureau, 0).await;
            assert_eq!(told["certificates"][0]["stands"], stands);
            let (status, text) = page(&bureau, "en").await;
            assert!(status == 200 && text.contains(says), "{text}");
            assert!(text.contains("data:image/png;base64,"), "its picture");
            let text = format!("{text}{}{told}", page(&bureau, "zh").await.1);
            for hidden in [
                CUSTODIAN,
                "P-FIRST",
                "P-OFFICER",
                "Q-APR-first",
                "停用〔2026〕",
            ] {
                assert!(!text.contains(hidden), "{hidden}");
            }
        }
    });
}

/// How many objects an office keeps.
pub(super) fn kept(office: &issuance::Office) -> usize {
    let mut count = 0;
    let mut seen = |_, _| {
        count += 1;
        Ok(())
    };
    office.objects().each(&mut seen).expect("read");
    count
}
