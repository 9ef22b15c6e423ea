//! Notices: written by an authority, read by everybody, persons masked, in two languages and as a feed.

use serde_json::{Value, json};
use server::{Answer, Call};

use super::stage::{Service, ending, problem};

const NAME: &str = "高远舟";
const NUMBER: &str = "990121198409071350";

fn loss() -> Value {
    json!({
        "about": {"kind": "person", "name": NAME, "code": NUMBER},
        "says": {"loss": {"licence_type": "RQUAL", "licence": "CY990100008412", "copy": "A-0001", "on": "2026-07-02"}},
    })
}

fn decision() -> Value {
    json!({
        "about": {"kind": "org", "name": "临溪青石区云上小馆餐饮有限公司", "code": "91990102FAKE0A0109"},
        "says": {"decision": {"matter": "990102-XK-0001", "decision": "临青审决〔2026〕17号", "outcome": "granted", "on": "2026-06-10"}},
    })
}

async fn post(service: &Service, path: &str, key: &str, body: &Value) -> Answer {
    let body = if body.is_null() {
        Vec::new()
    } else {
        serde_json::to_vec(body).expect("JSON")
    };
    let method = "POST".parse().expect("a method");
    let call = Call::send(method, path, "application/json", body).once(key);
    let answer = service
        .at("Q-APR")
        .call("approvals", call, service.now())
        .await;
    answer.expect("an answer")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_goes_from_draft_to_the_page_and_off_it_masked_in_both_languages() {
    let service = Service::start().await;
    let key = "a-key-of-the-notice-1";
    let draft = post(&service, "/v1/notices", key, &loss()).await;
    assert_eq!(draft.status, 201, "{}", draft.json());
    let again = post(&service, "/v1/notices", key, &loss()).await;
    assert_eq!(again.json(), draft.json());
    let number = draft.json()["number"]
        .as_str()
        .expect("a number")
        .to_owned();
    assert_eq!(draft.json()["about"], json!(["高**", "990121********1350"]));
    let page = format!("/notices/{number}");
    assert_eq!(
        service.fetch(&page).await.status,
        404,
        "a draft is not there"
    );
    let path = format!("/v1/notices/{number}/publication");
    let published = post(&service, &path, "a-key-of-the-notice-2", &Value::Null).await;
    assert_eq!(published.status, 200, "{}", published.json());
    let other = post(
        &service,
        "/v1/notices",
        "a-key-of-the-notice-3",
        &decision(),
    )
    .await;
    let other = other.json()["number"]
        .as_str()
        .expect("a number")
        .to_owned();
    let path = format!("/v1/notices/{other}/publication");
    post(&service, &path, "a-key-of-the-notice-4", &Value::Null).await;

    everybody_reads(&service, &page).await;
    let narrowed = service.fetch("/notices?kind=decision").await;
    assert!(!String::from_utf8_lossy(&narrowed.content).contains("高**"));

    let path = format!("/v1/notices/{number}/end");
    let ended = post(&service, &path, "a-key-of-the-notice-5", &Value::Null).await;
    assert_eq!(ended.json()["state"], "ended");
    assert_eq!(service.fetch(&page).await.status, 404, "it was taken off");
    let late = post(&service, &path, "a-key-of-the-notice-6", &Value::Null).await;
    assert_eq!(problem(&late), (409, "notice.not-listed".to_owned()));
}

/// Pages and feed show what was published, masked, in both languages and without a script.
async fn everybody_reads(service: &Service, page: &str) {
    for (link, words) in [
        (
            format!("{page}?lang=zh"),
            ["遗失声明", "高**", "990121********1350", "从业资格证"],
        ),
        (
            format!("{page}?lang=en"),
            [
                "Loss of a paper licence",
                "高**",
                "CY990100008412",
                "2026-07-02",
            ],
        ),
        (
            "/notices?lang=zh".to_owned(),
            ["公告", "准予", "云上小馆", "高**"],
        ),
        (
            "/notices?lang=en&kind=decision".to_owned(),
            ["granted", "云上小馆", "临青审决", "Integrated permit"],
        ),
        (
            "/notices.atom?lang=en".to_owned(),
            ["<feed", "<entry>", "高**", "Loss of a paper licence"],
        ),
    ] {
        let answer = service.fetch(&link).await;
        assert_eq!(answer.status, 200, "{link}");
        let text = String::from_utf8_lossy(&answer.content).into_owned();
        for word in words {
            assert!(text.contains(word), "{link}: {word}: {text}");
        }
        assert!(!text.contains(NAME) && !text.contains(NUMBER), "{link}");
        assert!(!text.contains("<script"), "{link}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_undo_the_masking_and_unknown_subjects_are_refused() {
    let service = Service::start().await;
    for (place, (path, value, code)) in [
        (
            "/says/loss/copy",
            json!(format!("{NAME}的副本")),
            "notice.personal-data",
        ),
        (
            "/says/loss/licence",
            json!("990121 19840907 1350"),
            "notice.personal-data",
        ),
        (
            "/says/loss/licence_type",
            json!("NONE"),
            "notice.unknown-subject",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let mut body = loss();
        *body.pointer_mut(path).expect("it is there") = value;
        let key = format!("a-key-of-the-refusal-{place}");
        let refused = post(&service, "/v1/notices", &key, &body).await;
        assert_eq!(problem(&refused), (422, "notice.refused".to_owned()));
        assert_eq!(refused.json()["defects"][0]["code"], code);
        let text = String::from_utf8_lossy(&refused.content).into_owned();
        assert!(!text.contains(NUMBER) && !text.contains(NAME), "{text}");
    }
    let empty = service.fetch("/notices").await;
    assert_eq!(empty.status, 200);
    let feed = service.fetch("/notices.atom").await;
    assert!(String::from_utf8_lossy(&feed.content).contains("<updated>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ending_of_a_licence_stands_on_the_page_with_it() {
    let service = Service::start().await;
    let (customer, issued) = service.issued("FOOD", 1).await;
    let identifier = issued["identifier"].as_str().expect("an identifier");
    let number = issued["number"].as_str().expect("a number");
    let before = service.fetch("/notices?kind=ending").await;
    assert!(!String::from_utf8_lossy(&before.content).contains(number));
    let call =
        Call::post(format!("/v1/licences/{identifier}/end"), &ending()).once("a-key-of-the-ending");
    let ended = customer.call("approvals", call, service.now()).await;
    let ended = ended.expect("an answer");
    assert_eq!(ended.status, 200, "{}", ended.json());
    let after = service.fetch("/notices?kind=ending&lang=zh").await;
    let text = String::from_utf8_lossy(&after.content).into_owned();
    for word in ["证照终止公告", number, "撤销", "撤字〔2026〕第0001号"] {
        assert!(text.contains(word), "{word}: {text}");
    }
}
