//! Several persons sign one document, each in a role: in order, side by side, with one who declines, too late, and changed.

use serde_json::{Value, json};
use server::{Answer, Call};
use tests::paper::{form, page};
use time::format_description::well_known::Rfc3339;
use time::{SignedDuration, UtcDateTime};

use super::signatures::{act, signer_called, verified};
use super::stage::{Service, problem};

const PEOPLE: [(&str, &str); 5] = [
    ("林小满", "990102198805210245"),
    ("陈知远", "99010219810705031X"),
    ("周明月", "990121198409071350"),
    ("高远舟", "990102199001010015"),
    ("苏一帆", "990102199202020025"),
];
const REPORT: [&str; 3] = ["撰稿人", "核稿人", "审稿人"];
const PARTIES: [&str; 5] = ["建设单位", "勘察单位", "设计单位", "施工单位", "监理单位"];

fn intent(role: &str) -> String {
    format!("本人以{role}身份确认本文件。")
}

fn rfc3339(moment: UtcDateTime) -> String {
    let whole = moment.replace_nanosecond(0).expect("a moment");
    whole.format(&Rfc3339).expect("it is written")
}

/// A document, those who are to sign it, and how far it is.
struct Round<'a> {
    service: &'a Service,
    id: String,
    roles: &'a [&'a str],
    signers: Vec<String>,
}

async fn ask(service: &Service, call: Call) -> Answer {
    let bureau = service.at("Q-APR");
    let answer = bureau.call("approvals", call, service.now()).await;
    answer.expect("an answer")
}

async fn persons(service: &Service, count: usize) -> Vec<String> {
    let mut signers = Vec::new();
    for (place, person) in PEOPLE.into_iter().take(count).enumerate() {
        let key = format!("a-key-of-the-person-{place}");
        signers.push(signer_called(service, person, &key).await);
    }
    signers
}

fn plan(order: &str, roles: &[&str], signers: &[String], deadline: &str) -> Value {
    let seats = roles.iter().zip(signers);
    let seats: Vec<Value> = seats
        .map(|(role, signer)| json!({"role": role, "signer": signer, "intent": intent(role)}))
        .collect();
    json!({"case": "BJ-990102-20260608-00017", "order": order, "deadline": deadline, "roles": seats})
}

async fn planned(service: &Service, plan: &Value, key: &str) -> Answer {
    ask(service, form("/v1/signings", plan, &page("form")).once(key)).await
}

impl<'a> Round<'a> {
    async fn begun(service: &'a Service, order: &str, roles: &'a [&'a str]) -> Round<'a> {
        let signers = persons(service, roles.len()).await;
        let deadline = service.now() + time::Duration::days(1);
        let deadline = rfc3339(deadline);
        let plan = plan(order, roles, &signers, &deadline);
        let begun = planned(service, &plan, "a-key-of-the-signing").await;
        assert_eq!(begun.status, 200, "{}", begun.json());
        let again = planned(service, &plan, "a-key-of-the-signing").await;
        assert_eq!(again.json(), begun.json(), "one request, one document");
        let id = begun.json()["signing"].as_str().expect("an id").to_owned();
        Round {
            service,
            id,
            roles,
            signers,
        }
    }

    async fn told(&self) -> Value {
        ask(self.service, Call::get(format!("/v1/signings/{}", self.id)))
            .await
            .json()
    }

    async fn file(&self) -> Vec<u8> {
        let call = Call::get(format!("/v1/signings/{}/file", self.id));
        ask(self.service, call).await.content.to_vec()
    }

    /// What the person of a role was shown: the file as it stands and its words.
    async fn shown(&self, place: usize) -> Value {
        let told = self.told().await;
        let role = self.roles[place];
        json!({
            "role": role, "signer": self.signers[place], "document": told["file_digest"],
            "intent": intent(role), "visible": null,
        })
    }

    async fn signs(&self, shown: &Value, key: &str) -> Answer {
        let call = Call::post(format!("/v1/signings/{}/signatures", self.id), shown);
        ask(self.service, call.once(key)).await
    }

    async fn signs_in_turn(&self, place: usize) -> Value {
        let key = format!("a-key-of-the-turn-{place}-{}", self.id);
        let signed = self.signs(&self.shown(place).await, &key).await;
        assert_eq!(signed.status, 201, "{}", signed.json());
        signed.json()
    }

    async fn declines(&self, place: usize, reason: &str) -> Answer {
        let body =
            json!({"role": self.roles[place], "signer": self.signers[place], "reason": reason});
        let call = Call::post(format!("/v1/signings/{}/refusals", self.id), &body);
        ask(self.service, call.once("a-key-nobody-looks-at")).await
    }

    /// What the service says of a file that somebody has.
    async fn checked(&self, file: Vec<u8>) -> Value {
        let method = "POST".parse().expect("a method");
        let path = format!("/v1/signings/{}/checks", self.id);
        let call = Call::send(method, &path, "application/pdf", file);
        ask(self.service, call.once("a-key-nobody-looks-at"))
            .await
            .json()
    }
}

/// The code of a refusal and of its ground.
fn ground(answer: &Answer) -> (u16, String) {
    let told = answer.json();
    let code = told["defects"][0]["code"].as_str().unwrap_or_default();
    (problem(answer).0, code.to_owned())
}

fn refused(code: &str) -> (u16, String) {
    (409, code.to_owned())
}

fn missing(told: &Value) -> (&str, Vec<&str>) {
    let state = told["state"].as_str().expect("a state");
    let missing = told["missing"].as_array().expect("roles");
    (state, missing.iter().filter_map(Value::as_str).collect())
}

/// The person of a role signs: after those before, with the words of the role, once.
async fn signs_in_order(round: &Round<'_>, place: usize) {
    let told = round.told().await;
    assert_eq!(missing(&told), ("incomplete", REPORT[place..].to_vec()));
    for later in place + 1..3 {
        let early = round.shown(later).await;
        let early = round.signs(&early, "a-key-that-is-early-0").await;
        assert_eq!(ground(&early), refused("signing.out-of-order"));
    }
    let shown = round.shown(place).await;
    let mut other = shown.clone();
    other["intent"] = json!("本人未阅读本文件。");
    let other = round.signs(&other, "a-key-with-other-words").await;
    assert_eq!(ground(&other), refused("signing.other-intent"));
    let key = format!("a-key-of-the-role-{place}");
    let signed = round.signs(&shown, &key).await;
    assert_eq!(signed.status, 201, "{}", signed.json());
    assert_eq!(signed.json()["signed"]["intent"], intent(REPORT[place]));
    // The same request is answered again, another one of the same person refused.
    assert_eq!(round.signs(&shown, &key).await.json(), signed.json());
    let twice = round.shown(place).await;
    let twice = round.signs(&twice, "a-key-of-a-second-time").await;
    assert_eq!(ground(&twice), refused("signing.signed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_written_checked_and_approved_in_this_order_and_says_by_whom() {
    let service = Service::start().await;
    let round = Round::begun(&service, "ordered", &REPORT).await;
    let mut files = vec![round.file().await];
    for place in 0..3 {
        signs_in_order(&round, place).await;
        files.push(round.file().await);
    }
    assert_eq!(missing(&round.told().await), ("complete", vec![]));
    let report = verified(&service, files[3].clone()).await;
    assert_eq!(report["verdict"], "valid", "{report}");
    let found = report["signatures"].as_array().expect("signatures");
    assert_eq!(found.len(), 3);
    for (place, one) in found.iter().enumerate() {
        assert_eq!(one["verdict"], "valid");
        assert_eq!(one["roles"], json!([REPORT[place]]));
        assert_eq!(one["intent"], intent(REPORT[place]));
        assert!(
            one["signer"]
                .as_str()
                .expect("a name")
                .contains(PEOPLE[place].0)
        );
    }
    // Each file says how far it was; one that was changed since is broken.
    for (signed, file) in files.iter().enumerate() {
        let state = if signed == 3 {
            "complete"
        } else {
            "incomplete"
        };
        let told = round.checked(file.clone()).await;
        assert_eq!(missing(&told), (state, REPORT[signed..].to_vec()), "{told}");
    }
    let mut bent = files[3].clone();
    bent[60] ^= 1;
    let told = round.checked(bent).await;
    assert_eq!(missing(&told), ("broken", REPORT.to_vec()));
    assert!(!told["findings"].as_array().expect("findings").is_empty());
    let later = [files[2].as_slice(), b"\n% a later change\n"].concat();
    for broken in [later, b"no file".to_vec(), page("another form")] {
        assert_eq!(round.checked(broken).await["state"], "broken");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn five_parties_accept_a_building_in_any_order_and_what_was_shown_is_what_is_signed() {
    let service = Service::start().await;
    let round = Round::begun(&service, "parallel", &PARTIES).await;
    let first = round.shown(4).await;
    let second = round.shown(1).await;
    round.signs_in_turn(3).await;
    // Both were shown the file before the third had signed: it is another one now.
    for shown in [&first, &second] {
        let old = round.signs(shown, "a-key-of-what-was-shown").await;
        assert_eq!(ground(&old), refused("signing.other-document"));
    }
    for place in [4, 0, 2] {
        round.signs_in_turn(place).await;
    }
    assert_eq!(
        missing(&round.told().await),
        ("incomplete", vec![PARTIES[1]])
    );
    // Nobody signs for another, and who is not named not at all.
    let mut shown = round.shown(1).await;
    shown["signer"] = json!(round.signers[0]);
    let other = round.signs(&shown, "a-key-of-another-one-1").await;
    assert_eq!(ground(&other), refused("signing.not-named"));
    let stranger = signer_called(
        &service,
        ("何清", "990102199303030038"),
        "a-key-of-a-stranger",
    )
    .await;
    shown["signer"] = json!(stranger);
    let other = round.signs(&shown, "a-key-of-another-one-2").await;
    assert_eq!(ground(&other), refused("signing.not-named"));
    // An identity that is given up in between signs nothing; what the others signed stays.
    let shown = round.shown(1).await;
    service.wait(SignedDuration::seconds(1));
    act(&service, &round.signers[1], "cancel").await;
    let gone = round.signs(&shown, "a-key-of-who-is-gone").await;
    assert_eq!(problem(&gone), (409, "signer.refused".to_owned()));
    assert_eq!(
        missing(&round.told().await),
        ("incomplete", vec![PARTIES[1]])
    );
    let report = verified(&service, round.file().await).await;
    assert_eq!(report["verdict"], "valid", "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_declines_ends_it_with_a_reason_and_a_second_late_is_late() {
    let service = Service::start().await;
    let round = Round::begun(&service, "ordered", &REPORT).await;
    assert_eq!(
        ground(&round.declines(1, "数据有误").await),
        refused("signing.out-of-order")
    );
    round.signs_in_turn(0).await;
    let declined = round.declines(1, "数据有误").await;
    let told = declined.json();
    assert_eq!(missing(&told), ("declined", REPORT[1..].to_vec()), "{told}");
    assert_eq!(told["roles"][1]["reason"], "数据有误");
    for place in [1, 2] {
        let late = round
            .signs(&round.shown(place).await, "a-key-after-the-refusal")
            .await;
        assert_eq!(ground(&late), refused("signing.declined"));
    }
    assert_eq!(
        ground(&round.declines(2, "同上").await),
        refused("signing.declined")
    );

    let deadline = service.now() + time::Duration::minutes(10);
    let plan = plan("parallel", &REPORT, &round.signers, &rfc3339(deadline));
    let begun = planned(&service, &plan, "a-key-of-what-is-late").await;
    let id = begun.json()["signing"].as_str().expect("an id").to_owned();
    let late = Round {
        id,
        signers: round.signers.clone(),
        ..round
    };
    service.wait(SignedDuration::minutes(10));
    late.signs_in_turn(2).await;
    service.wait(SignedDuration::seconds(1));
    let over = late
        .signs(&late.shown(0).await, "a-key-of-a-second-late")
        .await;
    assert_eq!(ground(&over), refused("signing.lapsed"));
    assert_eq!(
        ground(&late.declines(0, "太迟").await),
        refused("signing.lapsed")
    );
    assert_eq!(
        missing(&late.told().await),
        ("lapsed", REPORT[..2].to_vec())
    );
    for told in [1, 0] {
        let lapsed = papers::rounds::lapse(&service.office).await;
        assert_eq!(lapsed.expect("the store answers"), told);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_has_one_role_under_whatever_identity() {
    let service = Service::start().await;
    let mut signers = persons(&service, 2).await;
    // The same citizen once more, under another identity.
    signers.push(signer_called(&service, PEOPLE[0], "a-key-of-the-same-person").await);
    let deadline = "2099-01-01T00:00:00Z";
    let soon = rfc3339(service.now() + time::Duration::days(1));
    let same = vec![signers[0].clone(); 2];
    let unknown = [signers[0].clone(), "0".repeat(32)];
    for (roles, signers, deadline, expected) in [
        (
            &REPORT[..],
            &signers[..],
            soon.as_str(),
            "signing.person-twice",
        ),
        (&REPORT[..2], &same[..], &soon, "signing.person-twice"),
        (
            &["审稿人", "审稿人"][..],
            &signers[..2],
            &soon,
            "signing.role-twice",
        ),
        (&REPORT[..1], &signers[..1], &soon, "signing.count"),
        (&REPORT[..2], &signers[..2], deadline, "signing.deadline"),
        (&REPORT[..2], &unknown[..], &soon, ""),
    ] {
        let plan = plan("parallel", roles, signers, deadline);
        let key = format!("a-key-of-the-plan-{expected}-{}", roles.len());
        let told = planned(&service, &plan, &key).await;
        let status = if expected.is_empty() { 404 } else { 422 };
        assert_eq!(ground(&told), (status, expected.to_owned()));
    }
}
