//! Packages over HTTP (一件事一次办): one application for two matters of the sample, each material once, both results as
//! one batch.

use serde_json::{Value, json};
use server::Call;
use tests::installation::CUSTODIAN;

use super::stage::{Service, on_each_database};

const BUREAU: &str = "Q-APR";
const PACKAGE: &str = "TC-990102-20260608-00001";
/// The restaurant's case and the bookshop's, of one applicant.
const CASES: [&str; 2] = ["BJ-990102-20260608-00701", "BJ-990102-20260608-00702"];
const BL: &str = "1.2.156.3005.2.11990000FAKE00013G001.11990102FAKE00099D.99020000001.001.X";
const ID: &str = "1.2.156.3005.2.11990000FAKE00013G019.11990100FAKE00144H.990000000002.001.F";

fn actor(person: &str, role: &str) -> Value {
    json!({"account": format!("{person}-1"), "person": person, "body": BUREAU, "role": role})
}

fn event(number: u32, by: (&str, &str), at: &str, what: &Value) -> Value {
    json!({"id": format!("package-{number:02}"), "package": PACKAGE, "actor": actor(by.0, by.1), "at": at, "what": what})
}

const APPLICANT: (&str, &str) = ("applicant", "applicant");
const PLATFORM: (&str, &str) = ("platform", "system");
const CLERK: (&str, &str) = ("P-ZHOU-QINGHE", "clerk");
const APPROVER: (&str, &str) = ("P-CHEN-ZHIYUAN", "approver");

fn application() -> Value {
    let firm = json!({"kind": "org", "name": "临溪青石区云上小馆餐饮有限公司", "code": "91990102FAKE0A0109"});
    let person = json!({"kind": "person", "name": "林小满", "code": "990102198805210245"});
    json!({"received": {
        "cases": [{"case": CASES[0], "matter": "990102-XK-0001"}, {"case": CASES[1], "matter": "990102-XK-0004"}],
        "applicant": firm, "represented_by": person, "form": "01".repeat(32),
        "signed": {"by": person, "level": "L2", "paper": "01".repeat(32), "intent": "本人确认申请内容真实，同意提交", "at": "2026-06-08T01:12:00Z"},
    }})
}

fn had(case: &str, material: u16, how: &Value) -> Value {
    json!({"had": {"case": case, "material": material, "how": how}})
}

fn paper(number: u16) -> Value {
    json!({"handed_in": {"paper": format!("{number:02x}").repeat(32)}})
}

fn fetched(licence: &str, kind: &str) -> Value {
    json!({"fetched": {"licence": licence, "licence_type": kind, "ground": {"law": "优化营商环境条例第三十七条"}}})
}

/// Posts an event under a key of its own.
async fn tell(service: &Service, event: &Value, key: &str) -> (u16, Value) {
    let path = format!("/v1/packages/{PACKAGE}/events");
    service
        .post(BUREAU, &path, event, &format!("package-{key}"))
        .await
}

/// Posts an event that is taken; what each case answers.
async fn taken(service: &Service, number: u32, by: (&str, &str), at: &str, what: &Value) -> Value {
    let event = event(number, by, at, what);
    let (status, told) = tell(service, &event, &format!("{number:04}")).await;
    assert_eq!(status, 200, "{event} {told}");
    told
}

fn codes(told: &Value) -> Vec<(&str, &str)> {
    let defects = told["defects"].as_array().expect("defects");
    let text = |value: &'_ Value| value.as_str().map(str::len);
    defects
        .iter()
        .filter(|defect| text(&defect["at"]).is_some())
        .map(|defect| {
            (
                defect["at"].as_str().unwrap_or_default(),
                defect["code"].as_str().unwrap_or_default(),
            )
        })
        .collect()
}

/// Opened, with every material of both lists had once.
async fn filed(service: &Service) {
    let at = "2026-06-08T01:12:00Z";
    let told = taken(service, 1, APPLICANT, at, &application()).await;
    assert_eq!(told["cases"][0]["state"], "received", "{told}");
    let at = "2026-06-08T01:13:00Z";
    // What both lists have counts in both: form, business licence, identity card.
    for (number, material, how) in [
        (2, 1, paper(1)),
        (3, 2, fetched(BL, "BL")),
        (4, 3, fetched(ID, "ID")),
    ] {
        let told = taken(
            service,
            number,
            PLATFORM,
            at,
            &had(CASES[0], material, &how),
        )
        .await;
        let cases = told["cases"].as_array().expect("cases");
        assert_eq!(cases.len(), 2, "{told}");
    }
    let derived = json!({"derived": {"licence": BL, "licence_type": "BL", "field": "address", "ground": {"law": "优化营商环境条例第三十七条"}}});
    for (number, case, material, how) in [
        (5, CASES[0], 4, derived),
        (6, CASES[0], 5, paper(5)),
        (7, CASES[0], 6, paper(6)),
        (8, CASES[0], 7, paper(7)),
        (9, CASES[0], 8, paper(8)),
        (10, CASES[1], 4, paper(9)),
    ] {
        let told = taken(service, number, APPLICANT, at, &had(case, material, &how)).await;
        assert_eq!(told["cases"].as_array().map(Vec::len), Some(1), "{told}");
    }
}

/// Both accepted and granted, each under a decision of its own, in one event each.
async fn granted(service: &Service) {
    let accepted =
        |kind: &str| json!({"accepted": {"parts": [{"licence_type": kind, "by": BUREAU}]}});
    let each = json!({"each": [
        {"case": CASES[0], "what": accepted("FOOD")},
        {"case": CASES[1], "what": accepted("BOOK")},
    ]});
    taken(service, 11, CLERK, "2026-06-08T01:15:00Z", &each).await;
    let decided = |number: &str| json!({"decided": {"number": number, "outcome": "granted", "mode": "ordinary"}});
    let each = json!({"each": [
        {"case": CASES[0], "what": decided("准予字〔2026〕第0701号")},
        {"case": CASES[1], "what": decided("准予字〔2026〕第0702号")},
    ]});
    let told = taken(service, 12, APPROVER, "2026-06-10T08:40:00Z", &each).await;
    assert_eq!(told["cases"][1]["state"], "decided", "{told}");
}

/// The licence that one case results in.
fn result(place: usize) -> Value {
    let mut request = tests::cases::case("ONE", 1).expect("a case");
    request["case"] = json!(CASES[place]);
    request["decision"]["number"] =
        json!(["准予字〔2026〕第0701号", "准予字〔2026〕第0702号"][place]);
    request["matter"] = json!(["990102-XK-0001", "990102-XK-0004"][place]);
    if let Some(members) = request.as_object_mut() {
        members.remove("serial");
    }
    json!({"request": request})
}

#[test]
fn one_application_opens_its_cases_and_each_material_counts_once_for_all() {
    on_each_database("package_whole", async |service: Service| {
        filed(&service).await;
        let package = service
            .read(BUREAU, &format!("/v1/packages/{PACKAGE}"))
            .await;
        // 8 and 4 materials are 9 things: three are shared.
        let needs = package["needs"].as_array().expect("needs");
        assert_eq!(needs.len(), 9, "{package}");
        assert!(
            needs.iter().all(|need| need["standing"] == "had"),
            "{package}"
        );
        let shared = needs
            .iter()
            .filter(|need| need["serves"].as_array().map(Vec::len) == Some(2));
        assert_eq!(shared.count(), 3);
        assert_eq!(package["figures"]["hand_in"], 3, "{package}");
        assert_eq!(package["results"], json!(["ONE"]));
        granted(&service).await;
        results(&service).await;
    });
}

/// The results of the package are one batch: all of them, and nothing else.
async fn results(service: &Service) {
    let batch = |licences: Vec<Value>| json!({"licences": licences, "package": PACKAGE});
    let mut other = result(1);
    other["request"]["case"] = json!("BJ-990102-20260608-00799");
    for (body, defects) in [
        (
            batch(vec![result(0)]),
            vec![("package", "package.incomplete")],
        ),
        (
            batch(vec![result(0), other]),
            vec![
                ("licences[1].request.case", "package.other-case"),
                ("package", "package.incomplete"),
            ],
        ),
        (
            json!({"licences": [result(0)], "package": "TC-990102-20260608-09999"}),
            vec![("package", "package.unknown")],
        ),
    ] {
        let (status, told) = service.post(BUREAU, "/v1/batches", &body, "results").await;
        assert_eq!((status, codes(&told)), (422, defects), "{told}");
    }
    let body = batch(vec![result(0), result(1)]);
    let (status, told) = service.post(BUREAU, "/v1/batches", &body, "results").await;
    assert_eq!(status, 202, "{told}");
    let batch = told["batch"].as_str().expect("a batch").to_owned();
    super::batches::once(service, &batch, ("waiting", 2)).await;
    let (status, told) = super::batches::release(service, ("custodian", CUSTODIAN), &batch).await;
    assert_eq!(status, 202, "{told}");
    let done = super::batches::once(service, &batch, ("recorded", 2)).await;
    assert_eq!(done["package"], PACKAGE, "{done}");
    assert_ne!(done["lines"][0]["number"], done["lines"][1]["number"]);
}

#[test]
fn an_event_of_a_package_is_taken_in_every_case_or_in_none() {
    on_each_database("package_whole_or_not", async |service: Service| {
        filed(&service).await;
        let state = async |case: &str| {
            let told = service.read(BUREAU, &format!("/v1/cases/{case}")).await;
            (
                told["state"].clone(),
                told["next"].clone(),
                told["cards"].as_array().map(Vec::len),
            )
        };
        let before = [state(CASES[0]).await, state(CASES[1]).await];
        // The restaurant is a joint case and names its parts; the bookshop would be accepted.
        let accepted = |parts: Value| json!({"accepted": {"parts": parts}});
        let each = json!({"each": [
            {"case": CASES[1], "what": accepted(json!([{"licence_type": "BOOK", "by": BUREAU}]))},
            {"case": CASES[0], "what": accepted(json!([]))},
        ]});
        let refused = event(20, CLERK, "2026-06-08T01:15:00Z", &each);
        let (status, told) = tell(&service, &refused, "refused").await;
        assert_eq!(
            (status, codes(&told)),
            (422, vec![(CASES[0], "case.parts")]),
            "{told}"
        );
        assert_eq!([state(CASES[0]).await, state(CASES[1]).await], before);
        // Repeated under its id it is known in both; under another key, too.
        let again = event(
            2,
            PLATFORM,
            "2026-06-08T01:13:00Z",
            &had(CASES[0], 1, &paper(1)),
        );
        let (status, told) = tell(&service, &again, "again").await;
        assert_eq!(
            (status, &told["cases"][1]["fate"]),
            (200, &json!("repeated")),
            "{told}"
        );
        assert_eq!([state(CASES[0]).await, state(CASES[1]).await], before);
        bent(&service).await;
        let other = Call::get(format!("/v1/packages/{PACKAGE}"));
        let (status, _) = service.call(("C-NAT", "approvals"), other).await;
        assert_eq!(status, 404);
    });
}

/// What is no event of this package.
async fn bent(service: &Service) {
    for (what, at, code) in [
        (
            had(CASES[0], 99, &paper(1)),
            "package",
            "package.no-such-material",
        ),
        (
            had("BJ-990102-20260608-00999", 1, &paper(1)),
            "package",
            "package.no-such-material",
        ),
        (json!({"each": []}), "package", "package.nothing"),
        (
            json!({"each": [{"case": CASES[0], "what": "withdrawn"}, {"case": CASES[0], "what": "withdrawn"}]}),
            "package",
            "package.case-twice",
        ),
        (
            json!({"each": [{"case": CASES[0], "what": {"filed": {"had": {"material": 1, "how": paper(1)}}}}]}),
            "package",
            "package.apart",
        ),
        (
            json!({"received": {"cases": [], "applicant": application()["received"]["applicant"], "form": "01".repeat(32), "signed": application()["received"]["signed"]}}),
            "package",
            "package.unknown",
        ),
    ] {
        let (status, told) = tell(
            service,
            &event(30, CLERK, "2026-06-08T01:16:00Z", &what),
            "bent",
        )
        .await;
        assert_eq!(
            (status, codes(&told)),
            (422, vec![(at, code)]),
            "{what} {told}"
        );
    }
}

#[test]
fn what_two_cases_share_is_asked_for_once_and_asking_again_earns_a_red_card() {
    on_each_database("package_asked", async |service: Service| {
        taken(
            &service,
            1,
            APPLICANT,
            "2026-06-08T01:12:00Z",
            &application(),
        )
        .await;
        let asked = |case: &str| json!({"supplement_asked": {"asked": [{"case": case, "material": 1, "because": "missing"}], "by": "2026-06-20"}});
        // Of one case alone nobody asks for what both list.
        let alone = json!({"id": "alone-1", "case": CASES[1], "number": 2, "at": "2026-06-08T01:20:00Z", "actor": actor(CLERK.0, CLERK.1),
            "what": {"supplement_asked": {"asked": [{"listed": {"material": 1, "because": "missing"}}], "by": "2026-06-20"}}});
        let path = format!("/v1/cases/{}/events", CASES[1]);
        let (status, told) = service.post(BUREAU, &path, &alone, "asked-alone").await;
        assert_eq!(
            (status, codes(&told)[0].1),
            (422, "package.apart"),
            "{told}"
        );
        let told = taken(&service, 2, CLERK, "2026-06-08T01:20:00Z", &asked(CASES[0])).await;
        assert_eq!(told["cases"][1]["state"], "supplement_asked", "{told}");
        taken(
            &service,
            3,
            APPLICANT,
            "2026-06-08T01:30:00Z",
            &had(CASES[1], 1, &paper(1)),
        )
        .await;
        let given = json!({"each": [{"case": CASES[0], "what": "supplement_given"}, {"case": CASES[1], "what": "supplement_given"}]});
        taken(&service, 4, APPLICANT, "2026-06-08T01:31:00Z", &given).await;
        let again = event(5, CLERK, "2026-06-08T01:40:00Z", &asked(CASES[1]));
        let (status, told) = tell(&service, &again, "asked-again").await;
        assert_eq!(status, 422, "{told}");
        for case in CASES {
            assert!(codes(&told).contains(&(case, "case.card-red")), "{told}");
            let told = service.read(BUREAU, &format!("/v1/cases/{case}")).await;
            assert_eq!(told["cards"][0]["ground"], "asked-twice", "{told}");
            assert_eq!(told["state"], "received", "{told}");
        }
    });
}
