//! Bad input over HTTP: dates that are none, that lie far away, with zones or full-width digits; events out of order,
//! repeated, for unknown cases, from the wrong body. Each is refused or parked with its reason, and never half applied.

use serde_json::{Value, json};
use server::Call;
use tests::cases;

use super::stage::{Service, food, matter, on_each_database};

const BUREAU: &str = "Q-APR";
const CASE: &str = "BJ-990102-20260702-00001";

/// What is no civil day as this service reads one: `YYYY-MM-DD`, ASCII, in the office's zone, without a time.
const NO_DAYS: [&str; 14] = [
    "2026-02-30",
    "2026-13-01",
    "2026-00-10",
    "2026-06-00",
    "2026-6-1",
    "2026/06/10",
    "２０２６-０６-１０",
    "2026－06－10",
    "2026-06-10T00:00:00+08:00",
    "20260610",
    " 2026-06-10",
    "-2026-06-10",
    "10000-01-01",
    "",
];

/// Days that are none of this office's: nothing was decided then, nothing holds then.
const FAR: [&str; 2] = ["0001-01-01", "9999-12-31"];

/// A door behind which a day is read: by whom it is entered, with what, and where the day stands.
struct Door {
    name: &'static str,
    of: (&'static str, &'static str),
    method: &'static str,
    path: String,
    body: Value,
    member: &'static str,
}

impl Door {
    async fn entered(&self, service: &Service, day: &Value, key: &str) -> (u16, Value) {
        let mut body = self.body.clone();
        *body.pointer_mut(self.member).expect("a member") = day.clone();
        let method = self.method.parse().expect("a method");
        let content = body.to_string().into_bytes();
        let call = Call::send(method, &self.path, "application/json", content);
        service
            .call(self.of, call.once(format!("a-key-of-days-{key}")))
            .await
    }
}

fn doors(identifier: &str) -> Vec<Door> {
    let machine = (BUREAU, "approvals");
    let door = |name, path: &str, body: &Value, member| Door {
        name,
        of: machine,
        method: "POST",
        path: path.to_owned(),
        body: body.clone(),
        member,
    };
    let licence = cases::body(&food(50));
    let loss = json!({
        "about": {"kind": "org", "name": "临溪青石区云上小馆餐饮有限公司", "code": "91990102FAKE0A0109"},
        "says": {"loss": {"licence_type": "FOOD", "licence": "JY-1", "copy": "A-1", "on": "2026-07-02"}},
    });
    let grounds = json!({
        "decision": "停字〔2026〕第1号", "legal_basis": "食品安全法", "effective": null, "until": null,
        "ending": "annulled",
    });
    let mut suspended = grounds.clone();
    let mut ended = grounds;
    for (body, other) in [(&mut suspended, "ending"), (&mut ended, "until")] {
        body.as_object_mut().expect("an object").remove(other);
    }
    let restriction = json!({
        "holder": {"kind": "org", "code": "91990102FAKE0A0109"}, "ground": "办法第十条",
        "source": "临溪市市场监督管理局", "effect": "shown_only", "types": [],
        "from": "2026-01-01", "to": "2026-12-31",
    });
    let standing = json!({"holder": {"kind": "org", "code": "91990102FAKE0A0109"}, "on": null});
    let act = json!({"event": "suspend", "legal_basis": "办法第九条", "on": null});
    let acts = "/v1/catalogue/matters/990102-XK-0002/versions/1/acts";
    let path = |what: &str| format!("/v1/licences/{identifier}/{what}");
    let mut doors = vec![
        door(
            "decided",
            "/v1/licences",
            &licence,
            "/request/decision/decided_on",
        ),
        door("from", "/v1/licences", &licence, "/request/valid_from"),
        door("loss", "/v1/notices", &loss, "/says/loss/on"),
        door("standing", "/v1/restrictions/standing", &standing, "/on"),
        door("ended", &path("end"), &ended, "/effective"),
        door("suspended", &path("suspend"), &suspended, "/effective"),
        door("until", &path("suspend"), &suspended, "/until"),
    ];
    for (name, member) in [("restricted", "/from"), ("restricted to", "/to")] {
        doors.push(Door {
            of: ("C-SAMR", "credit"),
            method: "PUT",
            ..door(name, "/v1/restrictions/XZ-2026-9", &restriction, member)
        });
    }
    doors.push(Door {
        of: ("C-GOV", "approvals"),
        ..door("matter", acts, &act, "/on")
    });
    doors
}

/// What may not change by anything that is refused.
async fn standing(service: &Service, identifier: &str) -> Vec<Value> {
    let mut told = Vec::new();
    for path in [
        "/v1/licences".to_owned(),
        format!("/v1/licences/{identifier}"),
        format!("/v1/licences/{identifier}/history"),
        "/v1/notices".to_owned(),
        "/v1/catalogue/matters/990102-XK-0002/versions/1".to_owned(),
        "/v1/cases".to_owned(),
    ] {
        told.push(service.read(BUREAU, &path).await);
    }
    told
}

#[test]
fn what_is_no_day_is_refused_at_every_door_and_nothing_changes() {
    on_each_database("days", async |service: Service| {
        let service = &service;
        service
            .account("C-SAMR", "credit", &["restrict"], None)
            .await;
        let identifier = service.issued(&food(1), "first").await;
        let before = standing(service, &identifier).await;
        for door in doors(&identifier) {
            for (place, day) in NO_DAYS.into_iter().enumerate() {
                let key = format!("{}-{place}", door.name.replace(' ', "-"));
                let (status, told) = door.entered(service, &json!(day), &key).await;
                let what = format!("{} {day:?}: {status} {told}", door.name);
                assert!([400, 422].contains(&status), "{what}");
                assert!(told["code"].is_string(), "{what}");
            }
            for (place, day) in [json!(20_260_610), json!({"year": 2026}), json!(true)]
                .into_iter()
                .enumerate()
            {
                let key = format!("{}-kind-{place}", door.name.replace(' ', "-"));
                let (status, told) = door.entered(service, &day, &key).await;
                assert!([400, 422].contains(&status), "{} {day}: {told}", door.name);
            }
        }
        assert_eq!(standing(service, &identifier).await, before);
    });
}

#[test]
fn a_day_far_away_is_a_day_on_which_nothing_can_have_been_decided_or_begun() {
    on_each_database("far", async |service: Service| {
        let service = &service;
        let identifier = service.issued(&food(1), "first").await;
        let before = standing(service, &identifier).await;
        for door in doors(&identifier) {
            let refused: &[&str] = match door.name {
                "decided" | "from" | "ended" | "suspended" => &FAR,
                // A stop without an end in sight may say so.
                "until" | "matter" => &FAR[..1],
                _ => continue,
            };
            for (place, day) in refused.iter().enumerate() {
                let key = format!("far-{}-{place}", door.name);
                let (status, told) = door.entered(service, &json!(day), &key).await;
                assert!([409, 422].contains(&status), "{} {day}: {told}", door.name);
                let code = &told["defects"][0]["code"];
                assert!(code.is_string(), "{} {day}: {told}", door.name);
            }
        }
        assert_eq!(standing(service, &identifier).await, before);
    });
}

/// A catalogue with something changed, as it is answered.
async fn imported(service: &Service, change: &dyn Fn(&mut Value)) -> (u16, Value) {
    let mut whole = super::stage::catalogue();
    change(&mut whole);
    let put = "PUT".parse().expect("a method");
    let content = whole.to_string().into_bytes();
    let call = Call::send(put, "/v1/catalogue", "application/json", content);
    service.call((BUREAU, "approvals"), call).await
}

#[test]
fn an_import_tells_every_day_that_is_none_by_its_place_and_is_all_or_nothing() {
    on_each_database("import_days", async |service: Service| {
        let service = &service;
        let before = service.office.desk().version;
        for day in NO_DAYS {
            let (status, told) = imported(service, &|whole| {
                matter(whole, "990102-XK-0002")["valid_from"] = json!(day);
                matter(whole, "990102-XK-0004")["status_from"] = json!(day);
                matter(whole, "990102-XK-0006")["transferred_from"] = json!(day);
                whole["powers"]["seals"][0]["valid_from"] = json!(day);
                whole["powers"]["delegations"][0]["valid_to"] = json!(day);
                whole["powers"]["calendars"][0]["holidays"] = json!([day]);
                // What is right beside them is not taken either.
                matter(whole, "990102-XK-0007")["status"] = json!("suspended");
            })
            .await;
            assert_eq!(status, 422, "{day:?}: {told}");
            let all = told["defects"].to_string();
            for place in [
                "matters[1].valid_from",
                "matters[3].status_from",
                "matters[5].transferred_from",
                "seals[0].valid_from",
                "delegations[0].valid_to",
                "calendars[0].holidays",
            ] {
                assert!(all.contains(place), "{day:?} {place}: {all}");
            }
            assert!(all.contains("line 1"), "{all}");
        }
        assert_eq!(service.office.desk().version, before);
        let path = "/v1/catalogue/matters/990102-XK-0007/versions/1";
        assert_eq!(service.read(BUREAU, path).await["status"], "published");
    });
}

fn event(number: u32, id: &str, (who, body, role): (&str, &str, &str), what: &Value) -> Value {
    json!({
        "id": id, "case": CASE, "number": number, "at": "2026-07-02T01:00:00Z",
        "actor": {"account": format!("{who}-1"), "person": who, "body": body, "role": role},
        "what": what,
    })
}

const APPLICANT: (&str, &str, &str) = ("lin.xiaoman", BUREAU, "applicant");
const CLERK: (&str, &str, &str) = ("zhou.qinghe", BUREAU, "clerk");

fn received() -> Value {
    let person = json!({"kind": "person", "name": "林小满", "code": "990102198805210245"});
    json!({"received": {
        "matter": "990102-XK-0017",
        "applicant": {"kind": "org", "name": "临溪青石区云上小馆餐饮有限公司", "code": "91990102FAKE0A0109"},
        "represented_by": person, "form": "01".repeat(32),
        "signed": {
            "by": person, "level": "L2", "paper": "01".repeat(32), "intent": "同意提交",
            "at": "2026-07-02T01:00:00Z",
        },
    }})
}

fn had(material: u16) -> Value {
    json!({"filed": {"had": {"material": material, "how": {"handed_in": {"paper": "02".repeat(32)}}}}})
}

async fn sent(service: &Service, of: &str, event: &Value, key: &str) -> (u16, Value) {
    let case = event["case"].as_str().expect("a case");
    let path = format!("/v1/cases/{case}/events");
    service.post(of, &path, event, key).await
}

#[test]
fn a_moment_of_an_event_has_an_offset_and_is_the_same_in_every_zone() {
    on_each_database("moments", async |service: Service| {
        let service = &service;
        for (place, at) in [
            "2026-07-02T01:00:00",
            "2026-07-02",
            "2026-07-02T24:00:00Z",
            "2026-07-02T01:61:00Z",
            "2026-07-02T01:00:00+25:00",
            "２０２６-07-02T01:00:00Z",
            "2026-02-30T01:00:00Z",
            "02.07.2026 01:00",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "",
        ]
        .into_iter()
        .enumerate()
        {
            let mut first = event(1, "e-1", APPLICANT, &received());
            first["at"] = json!(at);
            let key = format!("moment-{place}");
            let (status, told) = sent(service, BUREAU, &first, &key).await;
            assert!([400, 422].contains(&status), "{at:?}: {status} {told}");
            assert_eq!(service.read(BUREAU, "/v1/cases").await, json!([]), "{at:?}");
        }
        let mut first = event(1, "e-1", APPLICANT, &received());
        first["at"] = json!("2026-07-02T09:00:00+08:00");
        let (status, told) = sent(service, BUREAU, &first, "first").await;
        assert_eq!((status, &told["fate"]), (200, &json!("applied")), "{told}");
        // The same moment in other words is the same event.
        first["at"] = json!("2026-07-02T01:00:00Z");
        let (status, told) = sent(service, BUREAU, &first, "first-in-utc").await;
        assert_eq!((status, &told["fate"]), (200, &json!("repeated")), "{told}");
    });
}

async fn case(service: &Service) -> Value {
    service.read(BUREAU, &format!("/v1/cases/{CASE}")).await
}

#[test]
fn events_out_of_order_wait_and_what_is_repeated_or_not_theirs_changes_nothing() {
    on_each_database("order", async |service: Service| {
        let service = &service;
        let missing = |material: u16| json!({"filed": {"unavailable": {"material": material, "why": "登记系统暂不可用"}}});
        let system = ("platform", BUREAU, "system");
        let events = [
            event(1, "e-1", APPLICANT, &received()),
            event(2, "e-2", system, &missing(2)),
            event(3, "e-3", system, &missing(3)),
            event(4, "e-4", APPLICANT, &had(1)),
            event(5, "e-5", APPLICANT, &had(2)),
            event(6, "e-6", APPLICANT, &had(3)),
            event(7, "e-7", CLERK, &json!({"accepted": {}})),
        ];
        // An unknown case: whatever comes first waits, and nobody is shown a case.
        for event in events.iter().skip(1).rev() {
            let id = event["id"].as_str().expect("an id");
            let (status, told) = sent(service, BUREAU, event, id).await;
            assert_eq!((status, &told["waits_for"]), (202, &json!(1)), "{told}");
        }
        let path = format!("/v1/cases/{CASE}");
        let (status, _) = service.call(("D-APR", "approvals"), Call::get(&path)).await;
        assert_eq!(status, 404);
        let (status, told) = sent(service, BUREAU, &events[0], "e-1").await;
        assert_eq!(
            (status, &told["state"]),
            (200, &json!("accepted")),
            "{told}"
        );
        assert_eq!(case(service).await["next"], 8);
        repeated_or_not_theirs(service, &events[3]).await;
    });
}

/// What was taken, once more: as it was, under another key, changed, in another's name, in another case.
async fn repeated_or_not_theirs(service: &Service, known: &Value) {
    let before = case(service).await;
    // Repeated under its key and under another one; another event under its id or its number.
    // Under its key: the very answer, that it waits. Under another: it is known.
    for (key, answer) in [("e-4", 202), ("e-4-again", 200)] {
        let (status, told) = sent(service, BUREAU, known, key).await;
        assert_eq!(status, answer, "{key} {told}");
        assert_eq!(case(service).await, before, "{key}");
    }
    let mut other = known.clone();
    other["actor"]["person"] = json!("somebody.else");
    let taken = event(4, "e-40", APPLICANT, &had(1));
    let path_of_another = event(8, "e-8", CLERK, &json!({"accepted": {}}));
    let mut stranger = path_of_another.clone();
    stranger["actor"]["body"] = json!("D-APR");
    let mut another = path_of_another.clone();
    another["case"] = json!("BJ-990102-20260702-00002");
    for (of, event, key, code) in [
        (BUREAU, &other, "id", (422, "case.id-used")),
        (BUREAU, &taken, "number", (422, "case.event-number-taken")),
        (
            BUREAU,
            &path_of_another,
            "twice",
            (422, "case.transition-not-listed"),
        ),
        (BUREAU, &stranger, "body", (422, "case.other-department")),
        ("D-APR", &stranger, "stranger", (404, "not-found")),
    ] {
        let (status, told) = sent(service, of, event, key).await;
        let found = told["defects"][0]["code"]
            .as_str()
            .or(told["code"].as_str());
        assert_eq!((status, found), (code.0, Some(code.1)), "{key}: {told}");
        assert_eq!(case(service).await, before, "{key}");
        let denied = service.denials(of, CASE).await;
        assert!(!denied.is_empty(), "{key}");
    }
    // An event in a case's path that names another case.
    let (status, told) = service
        .post(
            BUREAU,
            &format!("/v1/cases/{CASE}/events"),
            &another,
            "path",
        )
        .await;
    assert_eq!(status, 422, "{told}");
    assert_eq!(told["defects"][0]["code"], "case.other-case", "{told}");
    assert_eq!(case(service).await, before);
}
