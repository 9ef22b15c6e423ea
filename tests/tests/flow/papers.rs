//! Stage documents of a case: written from what the case is, sealed under the seal that the purpose has, kept with the case;
//! and what its applicant follows under a link that tells nothing.

use serde_json::{Value, json};
use server::{Answer, Call};
use tests::installation::CUSTODIAN;

use super::stage::{Service, problem};

/// The case of these tests.
pub(crate) const CASE: &str = "BJ-990102-20260702-00001";
const NAME: &str = "林小满";
const NUMBER: &str = "990102198805210245";

fn signed() -> Value {
    json!({
        "by": {"kind": "person", "name": NAME, "code": NUMBER},
        "level": "L2",
        "paper": "01".repeat(32),
        "intent": "本人确认申请内容真实，同意提交",
        "at": "2026-07-02T01:00:00Z",
    })
}

fn application() -> Value {
    json!({"received": {
        "matter": "990102-XK-0017",
        "applicant": {"kind": "org", "name": "临溪青石区云上小馆餐饮有限公司", "code": "91990102FAKE0A0109"},
        "represented_by": {"kind": "person", "name": NAME, "code": NUMBER},
        "form": "01".repeat(32),
        "signed": signed(),
    }})
}

fn had(material: u16) -> Value {
    json!({"filed": {"had": {"material": material, "how": {"handed_in": {"paper": "02".repeat(32)}}}}})
}

fn missing(material: u16) -> Value {
    json!({"filed": {"unavailable": {"material": material, "why": "登记系统暂不可用"}}})
}

async fn take(service: &Service, number: usize, (who, role): (&str, &str), what: &Value) {
    let event = json!({
        "id": format!("e-{number}"),
        "case": CASE,
        "number": number,
        "actor": {"account": format!("{who}-1"), "person": who, "body": "Q-APR", "role": role},
        "at": "2026-07-02T01:00:00Z",
        "what": what,
    });
    let call = Call::post(format!("/v1/cases/{CASE}/events"), &event)
        .once(format!("a-key-of-the-event-{number}"));
    let answer = service
        .at("Q-APR")
        .call("approvals", call, service.now())
        .await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status, 200, "{number} {}", answer.json());
}

/// A case that was received, with what it needs.
async fn received(service: &Service) {
    let applicant = ("lin.xiaoman", "applicant");
    let system = ("platform", "system");
    let events = [
        (applicant, application()),
        (system, missing(2)),
        (system, missing(3)),
        (applicant, had(1)),
        (applicant, had(2)),
        (applicant, had(3)),
    ];
    for (place, (who, what)) in events.into_iter().enumerate() {
        take(service, place + 1, who, &what).await;
    }
}

/// A case that was accepted.
pub(crate) async fn accepted(service: &Service) {
    received(service).await;
    take(
        service,
        7,
        ("zhou.qinghe", "clerk"),
        &json!({"accepted": {}}),
    )
    .await;
}

async fn ask(service: &Service, kind: &str) -> Answer {
    let call = Call::post(
        format!("/v1/cases/{CASE}/documents"),
        &json!({"kind": kind}),
    )
    .once(format!("a-key-of-the-{kind}"));
    let answer = service
        .at("Q-APR")
        .call("approvals", call, service.now())
        .await;
    answer.expect("an answer")
}

/// A stage document that was released and sealed: its file.
pub(crate) async fn sealed(service: &Service, kind: &str) -> Vec<u8> {
    let asked = ask(service, kind).await;
    assert_eq!(asked.status, 202, "{}", asked.json());
    let job = asked.json()["job"].as_str().expect("a job").to_owned();
    let custodian = ("custodian", CUSTODIAN);
    let released = service
        .at("Q-APR")
        .release(custodian, &job, service.now())
        .await;
    let released = released.expect("an answer");
    assert_eq!(released.status, 201, "{}", released.json());
    let call = Call::get(format!("/v1/seal-signatures/{job}/file"));
    let file = service
        .at("Q-APR")
        .call("approvals", call, service.now())
        .await;
    file.expect("an answer").content.to_vec()
}

async fn documents(service: &Service) -> Value {
    let call = Call::get(format!("/v1/cases/{CASE}/documents"));
    let answer = service
        .at("Q-APR")
        .call("approvals", call, service.now())
        .await;
    answer.expect("an answer").json()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acceptance_notice_stands_under_the_acceptance_seal_and_is_kept_with_its_case() {
    let service = Service::start().await;
    received(&service).await;
    let early = ask(&service, "acceptance-notice").await;
    assert_eq!(
        problem(&early).1,
        "document.refused",
        "nothing was accepted yet"
    );
    take(
        &service,
        7,
        ("zhou.qinghe", "clerk"),
        &json!({"accepted": {}}),
    )
    .await;
    let call = Call::post(
        format!("/v1/cases/{CASE}/documents"),
        &json!({"kind": "acceptance-notice"}),
    )
    .once("a-key-of-the-accepted-one");
    let asked = service
        .at("Q-APR")
        .call("approvals", call, service.now())
        .await
        .expect("an answer");
    assert_eq!(asked.status, 202, "{}", asked.json());
    assert_eq!(asked.json()["seal"], "990102-SLZYZ-01");
    let decision = ask(&service, "decision").await;
    assert_eq!(
        problem(&decision).1,
        "document.refused",
        "nothing was decided"
    );
    let licence = ask(&service, "licence").await;
    assert_eq!(problem(&licence).1, "document.refused");
    let listed = documents(&service).await;
    assert_eq!(listed[0]["purpose"], "acceptance-notice");
    assert_eq!(listed[0]["state"], "pending_seal");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_stage_document_is_judged_by_everybody_and_any_change_is_seen() {
    let service = Service::start().await;
    accepted(&service).await;
    let file = sealed(&service, "acceptance-notice").await;
    let listed = documents(&service).await;
    assert_eq!(listed[0]["state"], "recorded");
    assert!(
        listed[0]["receipt"]
            .as_str()
            .expect("a receipt")
            .contains("index ")
    );
    let verify = |file: Vec<u8>| {
        Call::send(
            "POST".parse().expect("a method"),
            "/v1/verifications",
            "application/octet-stream",
            file,
        )
    };
    let office = service.at("Q-APR");
    let report = office
        .anybody()
        .call(verify(file.clone()), service.now())
        .await;
    let report = report.expect("an answer").json();
    assert_eq!(report["verdict"], "valid", "{report}");
    assert_eq!(report["signatures"][0]["field"], "Seal");
    let mut bent = file;
    bent[5_000] ^= 1;
    let report = office.anybody().call(verify(bent), service.now()).await;
    assert_ne!(report.expect("an answer").json()["verdict"], "valid");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_applicant_follows_a_case_under_a_link_that_tells_nothing() {
    let service = Service::start().await;
    accepted(&service).await;
    let link = || async {
        let call = Call::post(format!("/v1/cases/{CASE}/link"), &json!({}));
        let answer = service
            .at("Q-APR")
            .call("approvals", call, service.now())
            .await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status, 200, "{}", answer.json());
        answer.json()["link"].as_str().expect("a link").to_owned()
    };
    let first = link().await;
    assert_eq!(first, link().await, "one link a case");
    let (_, handle) = first.split_once("/p/").expect("its path");
    assert_eq!(handle.len(), 22);
    for (lang, words) in [
        ("zh", ["已受理", "出版物零售单位设立审批", CASE]),
        ("en", ["accepted", "Progress of a case", CASE]),
    ] {
        let page = service.fetch(&format!("/p/{handle}?lang={lang}")).await;
        assert_eq!(page.status, 200);
        let text = String::from_utf8_lossy(&page.content).into_owned();
        for word in words {
            assert!(text.contains(word), "{word}: {text}");
        }
        assert!(!text.contains(NAME) && !text.contains(NUMBER) && !text.contains("zhou"));
        assert!(!text.contains("<script"));
        assert!(text.contains("样例 SAMPLE"), "an example service says so");
        // Neither good nor bad nor in doubt: nothing is judged here.
        assert!(text.contains("answer plain"));
    }
    let unknown = service.fetch("/p/AAAAAAAAAAAAAAAAAAAAAA").await;
    assert_eq!(unknown.status, 404);
    // Taken back, it leads nowhere, and the next one is another.
    let take = || async {
        let path = format!("/v1/cases/{CASE}/link");
        let delete = "DELETE".parse().expect("a method");
        let call = Call::send(delete, path, "application/json", Vec::new());
        let bureau = service.at("Q-APR");
        let answer = bureau.call("approvals", call, service.now()).await;
        answer.expect("an answer").status.as_u16()
    };
    assert_eq!((take().await, take().await), (204, 404));
    assert_eq!(service.fetch(&format!("/p/{handle}")).await.status, 404);
    let second = link().await;
    assert_ne!(first, second);
    runs_out(&service, &second).await;
}

/// A link leads somewhere for 180 days.
async fn runs_out(service: &Service, link: &str) {
    let (_, handle) = link.split_once("/p/").expect("its path");
    for (days, leads) in [(179, true), (180, false)] {
        let later = service.now() + time::Duration::days(days);
        let clock = std::sync::Arc::new(issuance::FixedClock::new(later));
        let office = service.installation.open(clock).await.expect("it opens");
        let shown = papers::progress::shown(&office, handle).await;
        assert_eq!(shown.expect("answers").is_some(), leads, "day {days}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_stands_on_the_page_of_notices_from_its_event_on_and_is_sealed_as_a_document() {
    let service = Service::start().await;
    accepted(&service).await;
    take(&service, 8, ("xu.mo", "officer"), &json!("review_began")).await;
    let ruled = json!({"decided": {"number": "临青审决〔2026〕18号", "outcome": "granted", "mode": "ordinary"}});
    take(&service, 9, ("chen.zhiyuan", "approver"), &ruled).await;
    let page = service.fetch("/notices?lang=zh&kind=decision").await;
    let text = String::from_utf8_lossy(&page.content).into_owned();
    for word in ["决定公告", "临青审决〔2026〕18号", "准予", "云上小馆"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    let file = sealed(&service, "decision").await;
    assert!(file.starts_with(b"%PDF-1.7"));
    let receipt = sealed(&service, "delivery-receipt").await;
    assert!(receipt.starts_with(b"%PDF-1.7"));
    let listed = documents(&service).await;
    let mut purposes: Vec<&str> = listed
        .as_array()
        .expect("documents")
        .iter()
        .filter_map(|one| one["purpose"].as_str())
        .collect();
    // The clock stands still: two of one moment have no order.
    purposes.sort_unstable();
    assert_eq!(purposes, ["decision", "delivery-receipt"]);
    assert_eq!(listed[0]["seal"], "990102-SPZYZ-01");
    assert_eq!(listed[1]["seal"], "990102-SPZYZ-01");
}
