//! Each reason for which a seal is not used, brought about after the licence was asked for: refused at the release, and
//! refused once more between release and journal, with rule, reason and one entry of the trace; gone, the same job goes on.

use registry::jobs::{JobId, JobState};
use serde_json::{Value, json};
use server::Call;
use tests::cases;
use time::Duration;
use time::macros::date;

use super::stage::{Service, again, food, matter, on_each_database};

const BUREAU: &str = "Q-APR";
const FOOD_MATTER: &str = "990102-XK-0006";
const ROAD_MATTER: &str = "990100-XK-0022";

/// Something that is changed in a catalogue before it is imported.
type Change = fn(&mut Value);

/// What a catalogue says from some moment on, and the rule that refuses then.
struct Wrong {
    what: &'static str,
    change: Change,
    code: &'static str,
    rule: &'static str,
}

const NOT_PUBLISHED: &str = "catalogue.matter-not-published";

const WRONG: [Wrong; 6] = [
    Wrong {
        what: "a suspended matter",
        change: |whole| matter(whole, FOOD_MATTER)["status"] = json!("suspended"),
        code: NOT_PUBLISHED,
        rule: "R1",
    },
    Wrong {
        what: "a seal out of its period",
        change: |whole| seal(whole)["valid_to"] = json!("2026-07-02"),
        code: "catalogue.seal-out-of-period",
        rule: "R1",
    },
    Wrong {
        what: "a seal for other documents",
        change: |whole| seal(whole)["purposes"] = json!(["document"]),
        code: "catalogue.purpose-out-of-scope",
        rule: "R1",
    },
    Wrong {
        what: "a seal for other matters",
        change: |whole| seal(whole)["matters"] = json!(["990102-XK-0002"]),
        code: "catalogue.matter-out-of-scope",
        rule: "R1",
    },
    Wrong {
        what: "a power that has gone to another body",
        change: |whole| moved(whole, (FOOD_MATTER, BUREAU, "C-SAMR"), "2026-07-03"),
        code: "catalogue.transferred-away",
        rule: "R2",
    },
    // The last: what is abolished never carries a seal again.
    Wrong {
        what: "an abolished matter",
        change: |whole| matter(whole, FOOD_MATTER)["status"] = json!("abolished"),
        code: NOT_PUBLISHED,
        rule: "R1",
    },
];

/// The bureau's approval seal in a catalogue that is about to be imported.
fn seal(whole: &mut Value) -> &mut Value {
    let seals = whole["powers"]["seals"].as_array_mut().expect("seals");
    let mut own = seals
        .iter_mut()
        .filter(|seal| seal["seal_code"] == "990102-SPZYZ-01");
    own.next().expect("it is listed")
}

/// A transfer of a matter's power from one body to another on a day.
fn moved(whole: &mut Value, (code, from, to): (&str, &str, &str), on: &str) {
    whole["powers"]["transfers"] = json!([{
        "key": "HZ-2026-001", "from": from, "to": to, "matters": [code], "on": on,
        "legal_basis": "临政发〔2026〕9号",
    }]);
}

/// How far a job is.
async fn standing(service: &Service, job: &str) -> JobState {
    let jobs = service.office.registry().jobs();
    let id = JobId::parse(job).expect("a job");
    let job = jobs.find(&id, None).await.expect("answers");
    job.expect("it is there").state
}

/// A release that is refused: by this code under this rule, with one entry more, and the job waits on.
async fn refused_at_release(
    service: &Service,
    (department, job): (&str, &str),
    (code, rule): (&str, &str),
) {
    let before = service.denials(department, job).await.len();
    let (status, told) = service.release(department, job).await;
    let defect = &told["defects"][0];
    let found = (status, &defect["code"], &defect["rule"]);
    assert_eq!(found, (422, &json!(code), &json!(rule)), "{told}");
    let denials = service.denials(department, job).await;
    assert_eq!(denials.last().map(String::as_str), Some(code));
    assert_eq!(denials.len(), before + 1);
}

/// Released, and refused before the journal knows of it, however often it is taken up: one entry.
async fn refused_before_journal(service: &Service, (department, job): (&str, &str), code: &str) {
    service.left_released(job).await;
    for _ in 0..2 {
        service.wait(Duration::minutes(2)).await;
    }
    assert_eq!(standing(service, job).await, JobState::Released);
    assert_eq!(service.denials(department, job).await, [code]);
}

#[test]
fn each_thing_that_went_wrong_is_refused_at_the_release_and_before_the_journal() {
    on_each_database("seal", async |service: Service| {
        for (turn, wrong) in (1..).zip(WRONG) {
            let key = format!("wrong-{turn}");
            let (first, identifier) = service.waiting(&food(2 * turn), &key).await;
            let key = format!("left-{turn}");
            let (left, left_identifier) = service.waiting(&food(2 * turn + 1), &key).await;
            service.import(wrong.change).await;
            println!("{}", wrong.what);
            refused_at_release(&service, (BUREAU, &first), (wrong.code, wrong.rule)).await;
            refused_before_journal(&service, (BUREAU, &left), wrong.code).await;
            // Nothing was sealed: with the rules as they were, both go on.
            if wrong.what == "an abolished matter" {
                return;
            }
            service.import(|_| ()).await;
            let (status, told) = service.release(BUREAU, &first).await;
            assert_eq!((status, &told["identifier"]), (201, &json!(identifier)));
            service.wait(Duration::minutes(2)).await;
            assert_eq!(standing(&service, &left).await, JobState::Recorded);
            let path = format!("/v1/licences/{left_identifier}");
            assert_eq!(service.read(BUREAU, &path).await["state"], "valid");
        }
    });
}

#[test]
fn what_nobody_decided_published_or_released_is_not_sealed() {
    on_each_database("nobody", async |service: Service| {
        let service = &service;
        let ask = async |request: &Value, key: &str| {
            let body = cases::body(request);
            service.post(BUREAU, "/v1/licences", &body, key).await
        };
        // No decision: there is nothing to ask with.
        let mut undecided = food(1);
        undecided
            .as_object_mut()
            .expect("an object")
            .remove("decision");
        let (status, told) = ask(&undecided, "undecided").await;
        assert!((400..500).contains(&status), "{told}");
        // A matter that is written and not published.
        service
            .import(|whole| {
                let mut draft = matter(whole, FOOD_MATTER).clone();
                draft["code"] = json!("990102-XK-0999");
                draft["status"] = json!("draft");
                draft["supervision_item"] = json!("JG-990102-XK-0999");
                let matters = whole["matters"]["matters"].as_array_mut();
                matters.expect("matters").push(draft);
            })
            .await;
        let mut unpublished = food(2);
        unpublished["matter"] = json!("990102-XK-0999");
        let (status, told) = ask(&unpublished, "unpublished").await;
        let defect = (&told["defects"][0]["code"], &told["defects"][0]["rule"]);
        assert_eq!(status, 422, "{told}");
        assert_eq!(defect, (&json!(NOT_PUBLISHED), &json!("R1")), "{told}");
        // No release: however much time passes, it waits.
        let (job, _) = service.waiting(&food(3), "waits").await;
        for _ in 0..3 {
            service.wait(Duration::minutes(5)).await;
        }
        assert_eq!(standing(service, &job).await, JobState::Waiting);
        let reason = json!({"reason": "材料不符"});
        let call = Call::post(format!("/v1/releases/{job}/refusal"), &reason);
        let (status, told) = service.call((BUREAU, "custodian"), call).await;
        assert_eq!(status, 200, "{told}");
        service.wait(Duration::minutes(5)).await;
        assert_eq!(standing(service, &job).await, JobState::Refused);
    });
}

/// The body from which the power goes, and the one to which it goes.
const FORMER: &str = "C-APR";
const NEW: &str = "C-TRANS";

fn road(number: u64, issuer: &str) -> Value {
    let day = date!(2026 - 06 - 10);
    let mut request = again(&cases::case("ROAD", number).expect("a case"), day, day);
    let members = request.as_object_mut().expect("an object");
    members.remove("serial");
    members.insert("issuer".to_owned(), json!(issuer));
    request
}

#[test]
fn a_power_moves_on_its_day_the_day_before_the_day_itself_and_the_day_after() {
    on_each_database("transfer", async |service: Service| {
        let service = &service;
        // Decided on 10 June; today is 3 July. The former body's seal ends on the day of the transfer.
        let moves = async |on: &'static str| {
            let change = move |whole: &mut Value| moved(whole, (ROAD_MATTER, FORMER, NEW), on);
            service.import(change).await;
        };
        moves("2026-07-31").await;
        let former: [String; 3] = [
            service.waiting(&road(1, FORMER), "former-1").await.0,
            service.waiting(&road(2, FORMER), "former-2").await.0,
            service.waiting(&road(3, FORMER), "former-3").await.0,
        ];
        for (turn, from) in ["2026-07-02", "2026-07-03"].into_iter().enumerate() {
            moves(from).await;
            let away = ("catalogue.transferred-away", "R2");
            refused_at_release(service, (FORMER, &former[turn]), away).await;
        }
        refused_before_journal(service, (FORMER, &former[2]), "catalogue.transferred-away").await;
        moves("2026-07-04").await;
        for job in &former[..2] {
            let (status, told) = service.release(FORMER, job).await;
            assert_eq!(status, 201, "{told}");
        }
        service.wait(Duration::minutes(2)).await;
        assert_eq!(standing(service, &former[2]).await, JobState::Recorded);
        // The new body has decided it on the day before, the day, the day after.
        moves("2026-06-10").await;
        let new = [
            service.waiting(&road(4, NEW), "new-1").await.0,
            service.waiting(&road(5, NEW), "new-2").await.0,
            service.waiting(&road(6, NEW), "new-3").await.0,
        ];
        let (status, told) = service.release(NEW, &new[0]).await;
        assert_eq!(status, 201, "the day itself: {told}");
        moves("2026-06-09").await;
        let (status, told) = service.release(NEW, &new[1]).await;
        assert_eq!(status, 201, "the day after: {told}");
        moves("2026-06-11").await;
        let before = ("catalogue.before-transfer", "R2");
        refused_at_release(service, (NEW, &new[2]), before).await;
        let asked = cases::body(&road(7, NEW));
        let (status, told) = service.post(NEW, "/v1/licences", &asked, "new-4").await;
        let code = &told["defects"][0]["code"];
        assert_eq!((status, code), (422, &json!(before.0)), "{told}");
    });
}

/// Asks for the acceptance seal of the bureau on a notice, as who holds its delegation.
async fn notice(service: &Service, turn: u32) -> (u16, Value) {
    let order = json!({
        "seal": "990102-SLZYZ-01", "purpose": "acceptance-notice", "matter": FOOD_MATTER,
        "case": format!("BJ-990102-20260702-{turn:05}"), "ground": "受理", "page": 1,
        "x_mm": 100, "y_mm": 40,
    });
    let call = tests::paper::form(
        "/v1/seal-signatures",
        &order,
        &tests::paper::page("受理通知书"),
    );
    let call = call.once(format!("a-key-of-notices-of-delegates-{turn}"));
    service.call((DELEGATE, "approvals"), call).await
}

const DELEGATE: &str = "T-LIU";

#[test]
fn a_delegation_that_ended_seals_nothing_any_more() {
    on_each_database("delegation", async |service: Service| {
        let service = &service;
        let scopes = ["seal", "issue", "read"];
        service.account(DELEGATE, "approvals", &scopes, None).await;
        let custodian = Some(tests::installation::CUSTODIAN);
        service
            .account(DELEGATE, "custodian", &["release"], custodian)
            .await;
        let mut jobs = Vec::new();
        for turn in 1..=3 {
            let (status, told) = notice(service, turn).await;
            assert_eq!(status, 202, "{told}");
            jobs.push(told["job"].as_str().expect("a job").to_owned());
        }
        let (status, told) = service.release(DELEGATE, &jobs[0]).await;
        assert_eq!(status, 201, "while it holds: {told}");
        let ends: [(&str, Change); 2] = [
            ("its last day", |one| one["valid_to"] = json!("2026-07-02")),
            ("revoked", |one| one["revoked_from"] = json!("2026-07-03")),
        ];
        for (what, end) in ends {
            service
                .import(|whole| end(&mut whole["powers"]["delegations"][0]))
                .await;
            println!("{what}");
            let over = ("catalogue.delegation-over", "R4");
            refused_at_release(service, (DELEGATE, &jobs[1]), over).await;
            let (status, told) = notice(service, 9).await;
            let code = &told["defects"][0]["code"];
            assert_eq!((status, code), (422, &json!(over.0)), "{told}");
        }
        refused_before_journal(service, (DELEGATE, &jobs[2]), "catalogue.delegation-over").await;
        // R4: what was sealed before remains good.
        let call = Call::get(format!("/v1/seal-signatures/{}/file", jobs[0]));
        let delegate = service.at(DELEGATE);
        let file = delegate.call("approvals", call, service.now()).await;
        let file = file.expect("an answer").content.to_vec();
        assert_eq!(service.verified(&file).await["verdict"], "valid");
    });
}

/// A restriction on the holder of a request, from now on.
async fn restricted(service: &Service, request: &Value, (number, effect): (&str, &str)) {
    let shows = effect == "shown_only";
    let body = json!({
        "holder": {"kind": "org", "code": request["holder"]["code"]},
        "ground": "严重失信名单管理办法第十条", "source": "临溪市市场监督管理局", "effect": effect,
        "types": if shows { json!([]) } else { json!(["FOOD"]) },
        "from": "2026-01-01", "to": "2026-12-31",
    });
    let put = "PUT".parse().expect("a method");
    let path = format!("/v1/restrictions/{number}");
    let content = body.to_string().into_bytes();
    let call = Call::send(put, path, "application/json", content);
    let (status, told) = service.call(("C-SAMR", "credit"), call).await;
    assert_eq!(status, 200, "{told}");
}

#[test]
fn a_restriction_that_blocks_stops_what_was_released_and_one_that_shows_does_not() {
    on_each_database("blocks", async |service: Service| {
        let service = &service;
        service
            .account("C-SAMR", "credit", &["restrict"], None)
            .await;
        let request = food(1);
        let (shown, _) = service.waiting(&request, "shown").await;
        let (blocked, _) = service.waiting(&food(2), "blocked").await;
        service.wait(Duration::hours(1)).await;
        restricted(service, &request, ("XZ-2026-1", "shown_only")).await;
        service.left_released(&shown).await;
        service.wait(Duration::minutes(2)).await;
        assert_eq!(standing(service, &shown).await, JobState::Recorded);
        restricted(service, &request, ("XZ-2026-2", "blocks_grant")).await;
        refused_before_journal(service, (BUREAU, &blocked), "restriction.blocks").await;
        let lift = Call::post("/v1/restrictions/XZ-2026-2/lift", &json!({}));
        assert_eq!(service.call(("C-SAMR", "credit"), lift).await.0, 200);
        service.wait(Duration::minutes(2)).await;
        assert_eq!(standing(service, &blocked).await, JobState::Recorded);
    });
}
