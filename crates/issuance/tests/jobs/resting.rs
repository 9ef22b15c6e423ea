//! What a caller's document of a case rests on: a case that is known here speaks for itself, however it is written (R1, R3, D19).

use catalogue::DocumentPurpose;
use catalogue::key::MatterCode;
use issuance::cases::{Event, Number, Taken, take};
use issuance::{Begun, Level};
use papers::documents::{DocumentError, DocumentOrder, begin_document};
use registry::jobs::JobId;
use serde_json::{Value, json};

use super::stage::{DEPARTMENT, blank, order};
use crate::house::{CUSTODIAN, House, caller, once};

const CASE: &str = "BJ-990102-20260703-00001";
const AT: &str = "2026-07-03T00:30:00Z";
const NAME: &str = "林小满";
const NUMBER: &str = "990102198805210245";

fn application() -> Value {
    let person = json!({"kind": "person", "name": NAME, "code": NUMBER});
    json!({"received": {
        "matter": "990102-XK-0017",
        "applicant": {"kind": "org", "name": "临溪青石区云上小馆餐饮有限公司", "code": "91990102FAKE0A0109"},
        "represented_by": person,
        "form": "01".repeat(32),
        "signed": {"by": person, "level": "L2", "paper": "01".repeat(32), "intent": "本人确认", "at": AT},
    }})
}

fn had(material: u16) -> Value {
    json!({"filed": {"had": {"material": material, "how": {"handed_in": {"paper": "02".repeat(32)}}}}})
}

fn missing(material: u16) -> Value {
    json!({"filed": {"unavailable": {"material": material, "why": "登记系统暂不可用"}}})
}

impl House {
    async fn happened(&self, number: u32, (who, role): (&str, &str), what: Value) {
        let event: Event = serde_json::from_value(json!({
            "id": format!("e-{number}"), "case": CASE, "number": number, "at": AT, "what": what,
            "actor": {"account": format!("{who}-1"), "person": who, "body": DEPARTMENT, "role": role},
        }))
        .expect("an event");
        let case = Number::parse(CASE).expect("a number");
        let (asker, once) = (caller(DEPARTMENT), once(1_000 + number));
        let taken = take(&self.office, &asker, &once, (&case, event)).await;
        let taken = taken.expect("a store");
        assert!(matches!(taken, Taken::Taken(_)), "{number} {taken:?}");
    }

    async fn accepted(&self) {
        let applicant = ("lin.xiaoman", "applicant");
        let events = [
            (applicant, application()),
            (("platform", "system"), missing(2)),
            (("platform", "system"), missing(3)),
            (applicant, had(1)),
            (applicant, had(2)),
            (applicant, had(3)),
            (("zhou.qinghe", "clerk"), json!({"accepted": {}})),
        ];
        for (number, (who, what)) in (1..).zip(events) {
            self.happened(number, who, what).await;
        }
    }

    async fn decided_by(&self, who: &str) {
        self.happened(8, ("xu.mo", "officer"), json!("review_began"))
            .await;
        let ruled =
            json!({"number": "临青审决〔2026〕18号", "outcome": "granted", "mode": "ordinary"});
        self.happened(9, (who, "approver"), json!({"decided": ruled}))
            .await;
    }

    async fn asks(&self, number: u32, order: &DocumentOrder) -> Result<JobId, DocumentError> {
        let (asker, once) = (caller(DEPARTMENT), once(number));
        let begun = begin_document(&self.office, &asker, &once, order, blank()).await?;
        let Begun::Waits(answer) = begun else {
            panic!("{begun:?}");
        };
        let job = super::stage::json(&answer.body)["job"].clone();
        Ok(job.as_str().and_then(JobId::parse).expect("a job"))
    }
}

fn decision() -> DocumentOrder {
    DocumentOrder {
        matter: MatterCode::parse("990102-XK-0017").ok(),
        case: CASE.to_owned(),
        ..order(Level::Basic)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_sealed_for_a_case_that_was_decided_and_not_by_another_name_of_it() {
    let house = House::found().await;
    house.accepted().await;
    let early = house.asks(1, &decision()).await;
    assert!(
        matches!(early, Err(DocumentError::NothingToSay)),
        "{early:?}"
    );
    for (number, case) in [
        (2, ""),
        (3, "bj-990102-20260703-00001"),
        (4, "BJ-990102-20260703-00001 "),
        (5, "BJ－990102－20260703－00001"),
        (6, "BJ990102-20260703-00001"),
        (7, "另案"),
    ] {
        let order = DocumentOrder {
            case: case.to_owned(),
            ..decision()
        };
        let refused = house.asks(number, &order).await;
        assert!(
            matches!(refused, Err(DocumentError::Reference)),
            "{case:?} {refused:?}"
        );
    }
    house.decided_by("chen.zhiyuan").await;
    let other = DocumentOrder {
        matter: order(Level::Basic).matter,
        ..decision()
    };
    let other = house.asks(8, &other).await;
    assert!(
        matches!(other, Err(DocumentError::NothingToSay)),
        "{other:?}"
    );
    let job = house.asks(9, &decision()).await.expect("it was decided");
    house.release(&job).await.expect("sealed");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_decided_the_case_does_not_release_its_decision() {
    let house = House::found().await;
    house.accepted().await;
    house.decided_by(CUSTODIAN).await;
    let job = house.asks(1, &decision()).await.expect("it was decided");
    let refused = house.release(&job).await;
    let refused = format!("{:?}", refused.expect_err("decide and release are two"));
    assert!(refused.contains("SamePerson"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ground_is_a_plain_text_and_names_nobody() {
    let house = House::found().await;
    let long = "号".repeat(65);
    for (number, text) in [(1, "a\u{0}b"), (2, NUMBER), (3, ""), (4, long.as_str())] {
        let ground = DocumentOrder {
            purpose: DocumentPurpose::Document,
            ground: text.to_owned(),
            ..order(Level::Basic)
        };
        let refused = house.asks(number, &ground).await;
        assert!(
            matches!(refused, Err(DocumentError::Reference)),
            "{text:?} {refused:?}"
        );
        let case = DocumentOrder {
            case: text.to_owned(),
            ground: "内部材料〔2026〕1号".to_owned(),
            ..ground
        };
        let asked = house.asks(10 + number, &case).await;
        assert_eq!(asked.is_ok(), text.is_empty(), "{text:?} {asked:?}");
    }
}
