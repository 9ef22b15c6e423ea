//! Each row of the table of domain.md 6.1 at its moment, with what must be true.

use serde_json::{Value, json};
use server::Call;
use tests::installation::CUSTODIAN;
use time::macros::utc_datetime;

use super::before::{self, PROMISE};
use super::on_each_store;
use super::stage::{CASE, Stage, request, story};

/// An event with an id of its own and one member changed.
fn changed(stage: &Stage, number: usize, id: &str, pointer: &str, value: Value) -> Value {
    let mut event = stage.event(number);
    event["id"] = json!(id);
    *event.pointer_mut(pointer).expect("a member") = value;
    event
}

#[test]
fn the_story_runs_whole_and_each_row_of_its_table_holds() {
    on_each_store("rows", async |stage| {
        let receivers = ["C-SAMR", "C-URBAN", "C-FIRE", "Q-ENF", "CREDIT", "Q-APR"];
        stage.subscribe(&receivers).await;
        before::licences(&stage).await;
        signed(&stage).await;
        fetched(&stage).await;
        accepted(&stage).await;
        foreign_seal(&stage).await;
        parts(&stage).await;
        let identifier = granted_and_released(&stage).await;
        receivers_told(&stage, &identifier).await;
        certificate(&stage).await;
        found_untrue(&stage, &identifier).await;
        annulled(&stage, &identifier).await;
        super::bundle::tells_what_the_licences_were(&stage).await;
        whole(&stage).await;
    });
}

/// 8 June 09:12: one form and two commitments signed; signer named, text, time and intent bound.
async fn signed(stage: &Stage) {
    stage.go_to(utc_datetime!(2026-06-08 01:12)).await;
    before::sign(stage).await;
    for number in 1..=5 {
        stage.applied(&stage.event(number)).await;
    }
    // On another text, before its time, by another: no promise.
    for (pointer, value, code) in [
        (
            "/what/filed/promised/signed/paper",
            json!("09".repeat(32)),
            "signed.other-paper",
        ),
        (
            "/what/filed/promised/signed/at",
            json!("2026-06-08T09:12:01+08:00"),
            "signed.later",
        ),
        (
            "/what/filed/promised/signed/level",
            json!("L1"),
            "signed.assurance-low",
        ),
        (
            "/what/filed/promised/signed/by",
            json!({"kind": "person", "name": "高远舟", "code": "990121198409071350"}),
            "signed.other-signer",
        ),
    ] {
        let (found, rule) = stage
            .refused(&changed(stage, 6, code, pointer, value))
            .await;
        assert_eq!((found.as_str(), &rule), (code, &json!("R19")));
    }
    for number in 6..=7 {
        stage.applied(&stage.event(number)).await;
    }
    let case = stage.case("Q-APR").await;
    assert_eq!(case["represented_by"]["code"], "990102********0245");
    let commitments = case["commitments"].as_array().expect("a list");
    assert_eq!(commitments.len(), 2);
    for commitment in commitments {
        assert_eq!(commitment["state"], "signed");
        assert_eq!(commitment["signed_by"]["name"], "林**");
        assert_eq!(commitment["intent"], PROMISE);
    }
}

/// 09:13: of 8 materials 2 fetched, 1 derived, 2 promised, 3 to hand in; nothing fetched is asked for.
async fn fetched(stage: &Stage) {
    stage.go_to(utc_datetime!(2026-06-08 01:13:20)).await;
    not_another_s(stage).await;
    for number in 8..=12 {
        stage.applied(&stage.event(number)).await;
    }
    let case = stage.case("Q-APR").await;
    let figures = json!({
        "hand_in": 3, "promised": 2, "fetched": 2, "derived": 1, "shared": 0, "checked": 0, "cancelled": 0,
    });
    assert_eq!(case["figures"], figures);
    let materials = case["materials"].as_array().expect("a list");
    assert_eq!(materials.len(), 8);
    let how = |number: usize| materials[number - 1]["how"].as_str();
    assert_eq!(
        (how(2), how(3), how(4)),
        (Some("fetched"), Some("fetched"), Some("derived"))
    );
    assert!(materials.iter().all(|material| material["asked"] == 0));
    let open: Vec<&Value> = materials
        .iter()
        .filter(|one| one["standing"] == "open")
        .collect();
    assert_eq!(open.len(), 1, "{open:?}");
    assert_eq!(open[0]["name"], "从业人员健康证明");
    super::used::seen_by_whose_it_is(stage).await;
    // R15: each use of another's data left its entry, with the consent it rests on.
    let uses = stage.trace("Q-APR").await;
    let uses: Vec<_> = uses.iter().filter(|entry| entry.deed == "look").collect();
    assert_eq!(uses.len(), 3);
    assert!(
        uses.iter()
            .all(|entry| entry.ground == "consent" && entry.detail.contains(CASE))
    );
}

/// What the register holds is fetched as what it is, and of who allowed it (R14, R15).
async fn not_another_s(stage: &Stage) {
    let person = &stage.event(9)["what"]["filed"]["had"]["how"]["fetched"]["licence"];
    let other_type = changed(
        stage,
        8,
        "other-type",
        "/what/filed/had/how/fetched/licence",
        person.clone(),
    );
    let (code, rule) = stage.refused(&other_type).await;
    assert_eq!(
        (code.as_str(), rule),
        ("case.licence-other-type", json!("R14"))
    );
    // The business licence is the firm's: her own consent does not reach it.
    let other_holder = changed(
        stage,
        8,
        "other-holder",
        "/what/filed/had/how/fetched/ground/consent",
        json!("SQ-2"),
    );
    let (code, rule) = stage.refused(&other_holder).await;
    assert_eq!(
        (code.as_str(), rule),
        ("case.licence-of-another", json!("R15"))
    );
}

/// 09:15: accepted with the health certificate deferred to 23 June; only the acceptance seal seals the notice.
async fn accepted(stage: &Stage) {
    stage.go_to(utc_datetime!(2026-06-08 01:15)).await;
    let told = stage.applied(&stage.event(13)).await;
    let follows = told["follows"].as_array().expect("a list");
    assert!(
        follows.contains(&json!("document acceptance-notice")),
        "{told}"
    );
    let case = stage.case("Q-APR").await;
    assert_eq!(case["state"], "accepted");
    assert_eq!(
        case["deferred"],
        json!([{"material": 6, "due": "2026-06-23", "state": "open"}])
    );
    assert_eq!(case["clock"]["due"], "2026-06-15");
    assert_eq!(
        (&case["clock"]["day"], &case["clock"]["promised"]),
        (&json!(0), &json!(5))
    );
    let order = json!({
        "seal": "990102-SPZYZ-01", "purpose": "acceptance-notice", "matter": "990102-XK-0001",
        "case": CASE, "ground": "收件", "page": 1, "x_mm": 100, "y_mm": 40,
    });
    let code = seal_refused(stage, "Q-APR", &order).await;
    assert_eq!(code, "catalogue.purpose-out-of-scope");
    acceptance_notice(stage).await;
    // R19: what was promised is told to everybody from acceptance on.
    let shown = notices(stage, "Q-APR").await;
    assert_eq!(kinds(&shown), ["commitment", "commitment"]);
    assert_eq!(shown[0]["about"][0], "临溪青石区云上小馆餐饮有限公司");
    assert_eq!(
        shown[0]["says"]["commitment"]["duty"],
        "消防设施符合要求并保持有效"
    );
}

/// What stands on a body's public page, the oldest first; the page and the feed show each of them, and no person whole.
async fn notices(stage: &Stage, publisher: &str) -> Vec<Value> {
    let own = stage.call(publisher, Call::get("/v1/notices")).await;
    assert_eq!(own.status, 200, "{}", own.json());
    let mut own = own.json().as_array().expect("a list").clone();
    own.retain(|notice| notice["state"] == "published");
    for path in ["/notices", "/notices.atom"] {
        let call = Call::get(format!("{path}?publisher={publisher}"));
        let anybody = stage.at(publisher).anybody().call(call, stage.now()).await;
        let page = anybody.expect("an answer");
        assert_eq!(page.status, 200);
        let page = String::from_utf8_lossy(&page.content).into_owned();
        for notice in &own {
            let number = notice["number"].as_str().expect("a number");
            assert!(page.contains(number), "{path} {number}");
        }
        assert!(!page.contains("990102198805210245") && !page.contains("林小满"));
    }
    own
}

fn kinds(notices: &[Value]) -> Vec<&str> {
    let kinds = notices.iter().map(|notice| notice["kind"].as_str());
    kinds.map(|kind| kind.expect("a kind")).collect()
}

/// 受理通知书 stands under the acceptance seal, and the inspector finds it genuine.
async fn acceptance_notice(stage: &Stage) {
    let body = json!({"kind": "acceptance-notice"});
    let call = Call::post(format!("/v1/cases/{CASE}/documents"), &body);
    let waits = stage
        .call("Q-APR", call.once("the-acceptance-of-the-story"))
        .await;
    assert_eq!(waits.status, 202, "{}", waits.json());
    let waits = waits.json();
    assert_eq!(waits["seal"], "990102-SLZYZ-01");
    let job = waits["job"].as_str().expect("a job");
    let bureau = stage.at("Q-APR");
    let sealed = bureau.release(("custodian", CUSTODIAN), job, stage.now());
    let sealed = sealed.await.expect("an answer");
    assert_eq!(sealed.status, 201, "{}", sealed.json());
    let call = Call::get(format!("/v1/seal-signatures/{job}/file"));
    let file = stage.call("Q-APR", call).await.content.to_vec();
    assert_eq!(judged(stage, file).await["verdict"], "valid");
}

/// What the service says of a file.
pub(crate) async fn judged(stage: &Stage, file: Vec<u8>) -> Value {
    let post = "POST".parse().expect("a method");
    let call = Call::send(post, "/v1/verifications", "application/octet-stream", file);
    let customer = stage.at("Q-APR");
    let report = customer.anybody().call(call, stage.now()).await;
    report.expect("an answer").json()
}

/// Asks for a seal on a document, and gives the code under which it is refused.
async fn seal_refused(stage: &Stage, department: &str, order: &Value) -> String {
    let boundary = "part-of-the-story";
    let form = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"order\"\r\n\r\n{order}\r\n\
         --{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7\r\n--{boundary}--\r\n"
    );
    let kind = "multipart/form-data; boundary=part-of-the-story";
    let call = Call::send(
        "POST".parse().expect("a method"),
        "/v1/seal-signatures",
        kind,
        form.into_bytes(),
    );
    let seal = order["purpose"].as_str().expect("a purpose");
    let answer = stage
        .call(department, call.once(format!("seal-of-the-story-{seal}")))
        .await;
    assert_eq!(answer.status, 422, "{}", answer.json());
    let code = answer.json()["defects"][0]["code"].clone();
    code.as_str().expect("a code").to_owned()
}

/// 09:15:05: another bureau tries the approval seal for its construction permit: refused, traced.
async fn foreign_seal(stage: &Stage) {
    stage.go_to(utc_datetime!(2026-06-08 01:15:05)).await;
    let before = stage.trace("D-APR").await.len();
    let order = json!({
        "seal": "990102-SPZYZ-01", "purpose": "decision", "matter": "990171-XK-0019",
        "case": "BJ-990171-20260608-00001", "ground": "none", "page": 1, "x_mm": 100, "y_mm": 40,
    });
    let code = seal_refused(stage, "D-APR", &order).await;
    let trace = stage.trace("D-APR").await;
    assert_eq!(trace.len(), before + 1);
    let last = trace.last().expect("an entry");
    assert_eq!(
        (last.deed.as_str(), last.ground.as_str()),
        ("deny", code.as_str())
    );
}

/// 9 June: the fire and urban departments decide their parts; another body finds no such case.
async fn parts(stage: &Stage) {
    stage.go_to(utc_datetime!(2026-06-09 09:05)).await;
    let foreign = changed(stage, 14, "foreign", "/actor/body", json!("C-TRANS"));
    assert_eq!(stage.post(&foreign).await.status, 404);
    // Each decides its own part and no other.
    let others = changed(stage, 14, "others", "/actor/body", json!("C-URBAN"));
    assert_eq!(stage.refused(&others).await.0, "case.wrong-body");
    for number in 14..=15 {
        stage.applied(&stage.event(number)).await;
    }
    let case = stage.case("C-FIRE").await;
    let decided: Vec<(&Value, &Value)> = case["parts"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|part| part["decision"]["outcome"] == "granted")
        .map(|part| (&part["licence_type"], &part["decision"]["body"]))
        .collect();
    let expected = [
        (json!("SIGN"), json!("C-URBAN")),
        (json!("FIRE"), json!("C-FIRE")),
    ];
    assert_eq!(decided, expected.each_ref().map(|(of, by)| (of, by)));
    assert_eq!(case["state"], "in_review");
}

/// 10 June 16:40: granted on day 2 of 5; 16:42: released, and the permit is issued.
async fn granted_and_released(stage: &Stage) -> String {
    stage.go_to(utc_datetime!(2026-06-10 08:40)).await;
    stage.applied(&stage.event(16)).await;
    let case = stage.case("Q-APR").await;
    let clock = &case["clock"];
    assert_eq!(
        (&clock["day"], &clock["promised"], &clock["going"]),
        (&json!(2), &json!(5), &json!("stopped"))
    );
    stage.go_to(utc_datetime!(2026-06-10 08:42)).await;
    // R1: what the register holds no release of was not released.
    let (code, rule) = stage.refused(&stage.event(17)).await;
    assert_eq!((code.as_str(), rule), ("case.not-released", json!("R1")));
    let call = Call::post("/v1/licences", &request()).once("the-licence-of-the-story");
    let waits = stage.call("Q-APR", call).await;
    assert_eq!(waits.status, 202, "{}", waits.json());
    let waits = waits.json();
    let job = waits["job"].as_str().expect("a job");
    // R3: who decided does not release.
    let bureau = stage.at("Q-APR");
    let own = bureau
        .release(("decider", "P-CHEN-ZHIYUAN"), job, stage.now())
        .await;
    assert_eq!(own.expect("an answer").status, 403);
    let issued = bureau
        .release(("custodian", CUSTODIAN), job, stage.now())
        .await;
    let issued = issued.expect("an answer");
    assert_eq!(issued.status, 201, "{}", issued.json());
    let issued = issued.json();
    let told = story();
    assert_eq!(issued["identifier"], told["licence"]["identifier_v1"]);
    assert_eq!(issued["number"], told["licence"]["licence_no"]);
    assert_eq!(issued["state"], "valid");
    stage.applied(&stage.event(17)).await;
    let case = stage.case("Q-APR").await;
    assert_eq!(case["state"], "sealing");
    let shown = notices(stage, "Q-APR").await;
    assert_eq!(kinds(&shown), ["commitment", "commitment", "decision"]);
    assert_eq!(
        shown[2]["says"]["decision"]["decision"],
        "准予字〔2026〕第0003号"
    );
    for commitment in case["commitments"].as_array().expect("a list") {
        assert_eq!(
            (&commitment["state"], &commitment["due"]),
            (&json!("in_force"), &json!("2026-08-09"))
        );
    }
    let identifier = issued["identifier"]
        .as_str()
        .expect("an identifier")
        .to_owned();
    let licence = stage
        .call("Q-APR", Call::get(format!("/v1/licences/{identifier}")))
        .await;
    // The earliest end of its parts, 9 June 2028 inclusive.
    assert_eq!(licence.json()["valid_until"], "2028-06-09T16:00:00Z");
    file_is_judged(stage, &identifier).await;
    identifier
}

/// The sealed file is genuine for the inspector.
async fn file_is_judged(stage: &Stage, identifier: &str) {
    let report = judged(stage, file(stage, identifier).await).await;
    assert_eq!(
        (&report["verdict"], &report["answer"]),
        (&json!("valid"), &json!("valid")),
        "{report}"
    );
}

async fn file(stage: &Stage, identifier: &str) -> Vec<u8> {
    let call = Call::get(format!("/v1/licences/{identifier}/files/pdf"));
    stage.call("Q-APR", call).await.content.to_vec()
}

/// 16:42:10: five receivers are told of the result, each once.
async fn receivers_told(stage: &Stage, identifier: &str) {
    for receiver in ["C-SAMR", "C-URBAN", "C-FIRE", "Q-ENF", "CREDIT"] {
        let told = stage.told(receiver, "licence.issued", 1).await;
        assert_eq!(told.len(), 1, "{receiver}");
        assert_eq!(told[0]["data"]["identifier"], identifier);
        let decided = stage.told(receiver, "case.decided", 1).await;
        assert_eq!(decided[0]["data"]["outcome"], "granted");
        assert_eq!(decided[0]["subject"], CASE);
    }
}

/// 18 June: the health certificate is given, and the deferred item closed before its date.
async fn certificate(stage: &Stage) {
    stage.go_to(utc_datetime!(2026-06-10 08:45)).await;
    stage.applied(&stage.event(18)).await;
    stage.go_to(utc_datetime!(2026-06-18 02:00)).await;
    stage.applied(&stage.event(19)).await;
    let case = stage.case("Q-APR").await;
    assert_eq!(
        case["deferred"],
        json!([{"material": 6, "due": "2026-06-23", "state": "given"}])
    );
    assert_eq!(case["unanswered"], false);
    // Past its day nothing is overdue, and the clock that stopped gives no card.
    stage.go_to(utc_datetime!(2026-06-24 02:00)).await;
    assert_eq!(stage.case("Q-APR").await["cards"], json!([]));
}

/// 15 July: the code on the wall says valid; the fire promise is found untrue, and both bureaus hear of it.
async fn found_untrue(stage: &Stage, identifier: &str) {
    stage.go_to(utc_datetime!(2026-07-15 06:30)).await;
    let parsed = licence::Identifier::parse(identifier).expect("an identifier");
    let licences = stage.office.registry().licences();
    let content = licences
        .content(&parsed, None)
        .await
        .expect("the store answers");
    let handle = content.expect("a version").handle;
    let page = stage
        .at("Q-ENF")
        .anybody()
        .call(Call::get(format!("/v/{handle}")), stage.now())
        .await;
    let page = page.expect("an answer");
    assert_eq!(page.status, 200);
    let text = String::from_utf8_lossy(&page.content).into_owned();
    assert!(text.contains("有效") || text.contains("valid"), "{text}");
    stage.applied(&stage.event(20)).await;
    let case = stage.case("C-FIRE").await;
    assert_eq!(promise(&case, "CN-8")["state"], "broken");
    assert_eq!(case["unanswered"], true);
    for bureau in ["Q-APR", "C-FIRE"] {
        let told = stage.told(bureau, "commitment.broken", 1).await;
        assert_eq!(told.len(), 1, "{bureau}");
        assert_eq!(told[0]["data"]["commitment"], "CN-8");
        assert_eq!(told[0]["data"]["department"], "Q-ENF");
    }
    // R20: a credit event, once.
    let credit = stage.told("CREDIT", "credit.event", 1).await;
    assert_eq!(credit.len(), 1);
    assert_eq!(credit[0]["data"]["applicant"], "91990102FAKE0A0109");
    // What nothing followed is not archived away.
    let early = changed(stage, 22, "early", "/number", json!(21));
    let (code, rule) = stage.refused(&changed_at(early)).await;
    assert_eq!((code.as_str(), rule), ("case.unanswered", json!("R20")));
}

fn changed_at(mut event: Value) -> Value {
    event["at"] = json!("2026-07-15T14:31:00+08:00");
    event
}

fn promise<'a>(case: &'a Value, number: &str) -> &'a Value {
    let all = case["commitments"].as_array().expect("a list");
    let found = all.iter().find(|one| one["number"] == number);
    found.expect("a commitment")
}

/// 17 July: what rests on the broken promise is annulled; the case may be archived.
async fn annulled(stage: &Stage, identifier: &str) {
    stage.go_to(utc_datetime!(2026-07-17 03:00)).await;
    part_ended(stage, identifier).await;
    stage.applied(&stage.event(21)).await;
    stage.go_to(utc_datetime!(2026-07-17 03:05)).await;
    let case = stage.case("C-FIRE").await;
    assert_eq!(promise(&case, "CN-8")["state"], "annulled");
    assert_eq!(promise(&case, "CN-5")["state"], "in_force");
    stage.applied(&stage.event(22)).await;
    let case = stage.case("Q-APR").await;
    assert_eq!(
        (&case["state"], &case["next"]),
        (&json!("archived"), &json!(23))
    );
    // The food promise waits for its check, which is asked for on its day, once.
    for day in [
        utc_datetime!(2026-08-09 02:00),
        utc_datetime!(2026-08-10 02:00),
    ] {
        stage.go_to(day).await;
    }
    let asked = stage.told("C-SAMR", "commitment.check_due", 1).await;
    assert_eq!(asked.len(), 1);
    assert_eq!(
        (&asked[0]["data"]["commitment"], &asked[0]["data"]["due"]),
        (&json!("CN-5"), &json!("2026-08-09"))
    );
}

/// The fire part is annulled by the body that holds its power: version 002 with two parts, 001 is superseded.
async fn part_ended(stage: &Stage, identifier: &str) {
    let old = file(stage, identifier).await;
    let body = json!({
        "ending": "annulled", "decision": "撤字〔2026〕第0017号", "legal_basis": "行政许可法第六十九条",
        "decided_by": "P-FIRE-1", "decided_on": "2026-07-17",
    });
    let path = format!("/v1/licences/{identifier}/parts/XF990102-2026-0001/end");
    // R7: the bureau that issues the whole holds no power over the fire part.
    let call = Call::post(&path, &body).once("the-ending-by-the-bureau");
    assert_eq!(stage.call("Q-APR", call).await.status, 422);
    let call = Call::post(&path, &body).once("the-ending-of-the-fire-part");
    let waits = stage.call("C-FIRE", call).await;
    assert_eq!(waits.status, 202, "{}", waits.json());
    let waits = waits.json();
    let job = waits["job"].as_str().expect("a job");
    let bureau = stage.at("Q-APR");
    let issued = bureau.release(("custodian", CUSTODIAN), job, stage.now());
    let issued = issued.await.expect("an answer");
    assert_eq!(issued.status, 201, "{}", issued.json());
    let second = issued.json()["identifier"].clone();
    assert_eq!(second, story()["licence"]["identifier_v2"]);
    let second = second.as_str().expect("an identifier");
    file_is_judged(stage, second).await;
    assert_eq!(judged(stage, old).await["answer"], "superseded");
    let call = Call::get(format!("/v1/licences/{identifier}"));
    let told = stage.call("Q-APR", call).await.json();
    assert_eq!(told["state"], "superseded", "{told}");
    // The fire authority's own page tells of the part that it annulled.
    let shown = notices(stage, "C-FIRE").await;
    assert_eq!(kinds(&shown), ["ending"]);
    let ending = &shown[0]["says"]["ending"];
    assert_eq!(
        (&ending["licence"], &ending["ending"], &ending["on"]),
        (
            &json!("XF990102-2026-0001"),
            &json!("annulled"),
            &json!("2026-07-17")
        )
    );
    for receiver in ["C-SAMR", "Q-ENF"] {
        let told = stage.told(receiver, "licence.supersede", 1).await;
        assert_eq!(told.len(), 1, "{receiver}");
    }
}

/// The whole story again changes nothing; each trace is whole, and each receiver heard everything once and in order.
async fn whole(stage: &Stage) {
    super::used::in_the_ledgers(stage).await;
    let before = stage.case("Q-APR").await;
    for number in 1..=22 {
        let answer = stage.post(&stage.event(number)).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
    }
    assert_eq!(stage.case("Q-APR").await["steps"], before["steps"]);
    for department in ["Q-APR", "C-FIRE", "C-URBAN", "Q-ENF", "D-APR"] {
        let key = catalogue::key::DepartmentKey::parse(department).expect("a department");
        let faults = stage.office.registry().trace().check(&key).await;
        assert_eq!(faults.expect("the store answers"), [], "{department}");
    }
    for receiver in ["C-SAMR", "C-URBAN", "C-FIRE", "Q-ENF", "CREDIT", "Q-APR"] {
        let mut numbers: Vec<String> = Vec::new();
        let mut ids: Vec<String> = Vec::new();
        for event in stage.all(receiver) {
            ids.push(event["id"].as_str().expect("an id").to_owned());
            if event["subject"] == CASE {
                numbers.push(event["sequence"].as_str().expect("a number").to_owned());
            }
        }
        assert!(numbers.is_sorted(), "{receiver} {numbers:?}");
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{receiver}");
        assert_eq!(
            stage.heard(receiver, "licence.issued").len(),
            2 * usize::from(receiver != "Q-APR")
        );
    }
}
