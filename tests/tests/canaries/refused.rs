//! Requests that carry planted values and are refused, each in another way: no refusal repeats them.

use serde_json::{Value, json};
use server::Call;
use tests::cases;

use crate::planted::{MISSED, MISSED_NUMBER, NAME, NUMBER, PLACE, found_in, property};
use crate::stage::Service;

/// Posts something that is refused, and looks at the refusal.
async fn refused(service: &Service, department: &str, (call, key): (Call, &str)) {
    let call = call.once(format!("a-refused-key-{key}"));
    let answer = service.call((department, "approvals"), call).await;
    let status = answer.status.as_u16();
    assert!((400..500).contains(&status), "{key}: {}", answer.json());
    let told = found_in(&answer.content);
    assert_eq!(told, None, "{key}: {}", answer.json());
}

pub(crate) async fn everywhere(service: &Service) {
    licences(service).await;
    events(service).await;
    persons_and_notices(service).await;
    malformed(service).await;
}

fn changed(pointer: &str, value: Value) -> Value {
    let mut request = property();
    if let Some(member) = request.pointer_mut(pointer) {
        *member = value;
    } else {
        let (place, name) = pointer.rsplit_once('/').expect("a member");
        request.pointer_mut(place).expect("an object")[name] = value;
    }
    request
}

async fn licences(service: &Service) {
    for (place, (pointer, value)) in [
        ("/fields/owner_id", json!("990102199302140869")),
        ("/fields/nickname", json!(NAME)),
        ("/fields/area_m2", json!(PLACE)),
        ("/decision", json!(NAME)),
        ("/type", json!(NAME)),
        ("/valid_from", json!(PLACE)),
        ("/matter", json!(NUMBER)),
        ("/fields/owner", json!(NAME.repeat(400))),
        ("/holder/code", json!(NAME)),
        ("/holder/kind", json!(NUMBER)),
        ("/case", json!(NUMBER)),
        ("/issuer", json!(NAME)),
    ]
    .into_iter()
    .enumerate()
    {
        let body = cases::body(&changed(pointer, value));
        let call = Call::post("/v1/licences", &body);
        refused(service, "C-NAT", (call, &format!("licence-{place}"))).await;
    }
    for door in ["end", "suspend", "void", "paper", "versions"] {
        let path = format!("/v1/licences/{NUMBER}/{door}");
        let body = json!({"decision": NAME, "legal_basis": NAME, "reason": NAME});
        refused(service, "C-NAT", (Call::post(path, &body), door)).await;
    }
}

async fn events(service: &Service) {
    let case = "BJ-990102-20260702-00098";
    let path = format!("/v1/cases/{case}/events");
    let party = json!({"kind": "person", "name": MISSED, "code": MISSED_NUMBER});
    let mut wrong = party.clone();
    wrong["code"] = json!("990102197206110847");
    let event = |number: u32, what: Value| {
        json!({
            "id": format!("r-{number}"), "case": case, "number": number,
            "actor": {"account": "a-1", "person": "a", "body": "Q-APR", "role": "applicant"},
            "at": "2026-07-02T01:00:00Z", "what": what,
        })
    };
    let received = |applicant: &Value, signer: &Value, matter: &str| {
        json!({"received": {
            "matter": matter, "applicant": applicant, "form": "01".repeat(32),
            "signed": {
                "by": signer, "level": "L2", "paper": "01".repeat(32), "intent": NAME,
                "at": "2026-07-02T01:00:00Z",
            },
        }})
    };
    let other = json!({"kind": "person", "name": NAME, "code": NUMBER});
    for (key, event) in [
        (
            "wrong-number",
            event(1, received(&wrong, &wrong, "990102-XK-0017")),
        ),
        (
            "other-signer",
            event(1, received(&party, &other, "990102-XK-0017")),
        ),
        ("no-matter", event(1, received(&party, &party, NAME))),
        ("unknown", event(1, json!({MISSED: party}))),
        (
            "first",
            event(70, received(&party, &party, "990102-XK-0017")),
        ),
    ] {
        refused(service, "Q-APR", (Call::post(&path, &event), key)).await;
    }
}

async fn persons_and_notices(service: &Service) {
    let party = json!({"kind": "person", "name": MISSED, "code": MISSED_NUMBER});
    for (key, body) in [
        (
            "firm",
            json!({"name": NAME, "number": "91990102FAKE0A0109"}),
        ),
        (
            "number",
            json!({"name": NAME, "number": "990102199302140869"}),
        ),
        (
            "more",
            json!({"name": NAME, "number": NUMBER, "phone": NUMBER}),
        ),
    ] {
        refused(service, "Q-APR", (Call::post("/v1/signers", &body), key)).await;
    }
    for (key, pointer, value) in [
        (
            "telling",
            "/says/loss/copy",
            json!(format!("{MISSED}的副本")),
        ),
        ("numbered", "/says/loss/licence", json!(MISSED_NUMBER)),
        ("typed", "/says/loss/licence_type", json!(MISSED)),
        ("dated", "/says/loss/on", json!(MISSED_NUMBER)),
    ] {
        let mut body = json!({
            "about": party,
            "says": {"loss": {
                "licence_type": "RQUAL", "licence": "CY990100008412", "copy": "A-1", "on": "2026-07-02",
            }},
        });
        *body.pointer_mut(pointer).expect("a member") = value;
        refused(service, "Q-APR", (Call::post("/v1/notices", &body), key)).await;
    }
}

/// Content that is not even of the form: what is read of it is not repeated either.
async fn malformed(service: &Service) {
    for (place, (path, content)) in [
        ("/v1/licences", format!("{{\"{NAME}\": ")),
        ("/v1/licences", format!("\"{NUMBER}\"")),
        (
            "/v1/licences",
            format!("{{\"request\": {{\"{NUMBER}\": 1, \"{NUMBER}\": 2}}}}"),
        ),
        ("/v1/signers", format!("[\"{NAME}\"]")),
        ("/v1/notices", format!("{{\"about\": \"{MISSED}\"}}")),
        (
            "/v1/restrictions/standing",
            format!("{{\"holder\": {{\"kind\": \"{NAME}\", \"code\": \"{NUMBER}\"}}}}"),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let post = "POST".parse().expect("a method");
        let call = Call::send(post, path, "application/json", content.into_bytes());
        refused(service, "Q-APR", (call, &format!("malformed-{place}"))).await;
    }
    let impostor = service.impostor(&format!("/v1/licences/{NUMBER}")).await;
    assert_eq!(impostor.status, 401, "{}", impostor.json());
    assert_eq!(found_in(&impostor.content), None, "{}", impostor.json());
    for path in [
        format!("/v1/licences/{NUMBER}"),
        format!("/v/{NUMBER}"),
        format!("/notices/{NUMBER}"),
        format!("/p/{NUMBER}"),
        format!("/v1/nothing/{NUMBER}"),
    ] {
        let answer = service.fetch(&path).await;
        assert!(answer.status.as_u16() >= 400, "{path}");
        let told = found_in(&answer.content);
        assert_eq!(told, None, "{path}");
    }
}
