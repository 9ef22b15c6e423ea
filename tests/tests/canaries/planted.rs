//! What is planted, and the requests that carry it: each is lawful, and what it asks for is done.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use server::Call;
use tests::cases;
use tests::installation::{CUSTODIAN, STRANGER, hex};
use tests::own_token::OwnToken;
use tests::paper;

use crate::stage::Service;

/// A holder of a licence, and where the property lies.
pub(crate) const NAME: &str = "金丝雀云雀";
pub(crate) const PLACE: &str = "云洲省临溪市青石区金丝雀巷99号";
pub(crate) const NUMBER: &str = "990102199302140868";
/// A driver, whose licence shows a photograph.
const DRIVER: &str = "金丝雀白鹇";
const DRIVER_NUMBER: &str = "990121198409071350";
/// An applicant of a case, and who stands for them.
const APPLICANT: &str = "金丝雀百灵";
const APPLICANT_NUMBER: &str = "990102198703080515";
const PROXY: &str = "金丝雀杜鹃";
const PROXY_NUMBER: &str = "99010219910517062X";
/// Words of a case.
const WORDS: &str = "金丝雀说明其家庭情况";
/// A person who signs, what they mean and on what.
pub(crate) const SIGNER: &str = "金丝雀鹧鸪";
const SIGNER_NUMBER: &str = "990102196409230739";
const INTENT: &str = "金丝雀确认申请内容真实";
const PAPER: &str = "canary in the content of a caller's page";
/// The person of a notice, and one who is restricted.
pub(crate) const MISSED: &str = "金丝雀画眉";
pub(crate) const MISSED_NUMBER: &str = "990102197206110846";
const RESTRICTED_NUMBER: &str = "990102199901010950";

/// Everything that is planted as text.
pub(crate) const CANARIES: [&str; 17] = [
    NAME,
    PLACE,
    NUMBER,
    DRIVER,
    DRIVER_NUMBER,
    APPLICANT,
    APPLICANT_NUMBER,
    PROXY,
    PROXY_NUMBER,
    WORDS,
    SIGNER,
    SIGNER_NUMBER,
    INTENT,
    PAPER,
    MISSED,
    MISSED_NUMBER,
    RESTRICTED_NUMBER,
];

/// Which photograph is planted.
const PHOTO: u64 = 99;
/// How many octets of it are looked for.
const OCTETS: usize = 32;

/// What is looked for: its name, and its octets.
static LOOKED_FOR: LazyLock<Vec<(&str, Vec<u8>)>> = LazyLock::new(|| {
    let texts = CANARIES.into_iter();
    let mut all: Vec<_> = texts.map(|text| (text, text.as_bytes().to_vec())).collect();
    let photo = issuance::sample_photo(PHOTO);
    let middle = photo.len() / 2;
    all.push(("the photograph", photo[middle..middle + OCTETS].to_vec()));
    all
});

/// The planted value that stands in `octets`, if one does.
pub(crate) fn found_in(octets: &[u8]) -> Option<&'static str> {
    found_beside(octets, "")
}

/// The same, leaving one value out of sight.
pub(crate) fn found_beside(octets: &[u8], but: &str) -> Option<&'static str> {
    let mut begins = [false; 256];
    for (_, canary) in LOOKED_FOR.iter() {
        begins[usize::from(canary[0])] = true;
    }
    octets.iter().enumerate().find_map(|(at, octet)| {
        if !begins[usize::from(*octet)] {
            return None;
        }
        let mut all = LOOKED_FOR.iter().filter(|(name, _)| *name != but);
        let found = all.find(|(_, canary)| octets[at..].starts_with(canary));
        found.map(|(name, _)| *name)
    })
}

/// Plants every value; links to public pages about them.
pub(crate) async fn everywhere(service: &Service) -> Vec<String> {
    let mut links = vec![licence(service).await];
    links.push(driver(service).await);
    links.push(case(service).await);
    signed(service).await;
    sealed(service).await;
    seal(service).await;
    links.push(notice(service).await);
    restricted(service).await;
    links
}

/// The request for a property, of the planted holder.
pub(crate) fn property() -> Value {
    let mut request = cases::case("REAL", 1).expect("a case");
    request["holder"]["name"] = json!(NAME);
    request["fields"]["owner"] = json!(NAME);
    request["fields"]["location"] = json!(PLACE);
    assert_eq!(request["fields"]["owner_id"], NUMBER);
    request
}

async fn page_of(service: &Service, identifier: &str) -> String {
    let identifier = licence::Identifier::parse(identifier).expect("an identifier");
    let licences = service.office.registry().licences();
    let content = licences.content(&identifier, None).await.expect("answers");
    format!("/v/{}", content.expect("a version").handle)
}

async fn issued(service: &Service, (of, key): (&str, &str), body: &Value) -> String {
    let call = Call::post("/v1/licences", body);
    let waits = service.done(of, (call, key), 202).await;
    let issued = service.release(of, &waits).await;
    let identifier = issued["identifier"].as_str().expect("an identifier");
    let path = format!("/v1/licences/{identifier}/files/pdf");
    let file = service.call((of, "approvals"), Call::get(path)).await;
    let report = service.verified(file.content.to_vec()).await;
    assert_eq!(report.json()["verdict"], "valid");
    identifier.to_owned()
}

/// A licence of a person: issued, verified, followed by another version, on paper, lost, voided.
async fn licence(service: &Service) -> String {
    let identifier = issued(service, ("C-NAT", "real"), &cases::body(&property())).await;
    let mut again = property();
    again["decision"]["number"] = json!("变更〔2026〕第0001号");
    again["decision"]["decided_on"] = json!("2026-07-03");
    again["valid_from"] = json!("2026-07-03");
    again.as_object_mut().expect("an object").remove("valid_to");
    let path = |what: &str| format!("/v1/licences/{identifier}/{what}");
    let body = json!({"ground": "correction", "request": again});
    let call = Call::post(path("versions"), &body);
    let waits = service.done("C-NAT", (call, "following"), 202).await;
    let second = service.release("C-NAT", &waits).await;
    let second = second["identifier"].as_str().expect("a version");
    let copy = |event: &str, number: &str| json!({"event": event, "reference": number});
    for (key, body) in [
        ("copy", copy("issue", "ZZ-9")),
        ("lost", copy("declare-lost", "GG-9")),
    ] {
        let call = Call::post(format!("/v1/licences/{second}/paper"), &body);
        service.done("C-NAT", (call, key), 200).await;
    }
    let ending = json!({
        "ending": "annulled", "decision": "撤字〔2026〕第0001号",
        "legal_basis": "不动产登记暂行条例",
    });
    let call = Call::post(format!("/v1/licences/{second}/end"), &ending);
    service.done("C-NAT", (call, "ending"), 200).await;
    page_of(service, second).await
}

/// A licence with a photograph.
async fn driver(service: &Service) -> String {
    let mut request = cases::case("RQUAL", 1).expect("a case");
    request["holder"]["name"] = json!(DRIVER);
    request["fields"]["name"] = json!(DRIVER);
    assert_eq!(request["holder"]["code"], DRIVER_NUMBER);
    let photo = issuance::sample_photo(PHOTO);
    request["fields"]["photo_sha256"] = json!(hex(&crypto::sha256(&photo)));
    let body = json!({"request": request, "photo": STANDARD.encode(&photo)});
    let identifier = issued(service, ("C-APR", "driver"), &body).await;
    page_of(service, &identifier).await
}

const CASE: &str = "BJ-990102-20260702-00099";

fn party((name, number): (&str, &str)) -> Value {
    json!({"kind": "person", "name": name, "code": number})
}

fn signature(paper: &str) -> Value {
    json!({
        "by": party((PROXY, PROXY_NUMBER)), "level": "L2", "paper": paper.repeat(32),
        "intent": INTENT, "at": "2026-07-02T01:00:00Z",
    })
}

/// The events of a case, each with what a person is named by.
fn happenings() -> Vec<(&'static str, &'static str, Value)> {
    let (applicant, clerk) = (("lin.xiaoman", "applicant"), ("zhou.qinghe", "clerk"));
    let had = |material: u16| json!({"filed": {"had": {"material": material, "how": {"handed_in": {"paper": "02".repeat(32)}}}}});
    let missing =
        |material: u16| json!({"filed": {"unavailable": {"material": material, "why": WORDS}}});
    let received = json!({"received": {
        "matter": "990102-XK-0017",
        "applicant": party((APPLICANT, APPLICANT_NUMBER)),
        "represented_by": party((PROXY, PROXY_NUMBER)),
        "form": "01".repeat(32), "signed": signature("01"),
    }});
    let consent = json!({"filed": {"mandated": {
        "number": "SQ-9", "subject": party((APPLICANT, APPLICANT_NUMBER)),
        "scope": {"use": {"by": "Q-APR", "matter": "990102-XK-0017", "case": CASE,
            "types": ["BL", "ID"], "fields": ["address", "born_on", "id_number"]}},
        "purpose": WORDS, "first": "2026-07-01", "last": "2026-08-01",
        "revoked_from": null, "signed": signature("03"),
    }}});
    let proxy = json!({"filed": {"mandated": {
        "number": "SQ-10", "subject": party((APPLICANT, APPLICANT_NUMBER)),
        "scope": {"act": {"proxy": party((PROXY, PROXY_NUMBER)), "standing": "named",
            "matters": ["990102-XK-0017"], "acts": ["file"]}},
        "purpose": WORDS, "first": "2026-07-01", "last": "2026-08-01",
        "revoked_from": null, "signed": null,
    }}});
    let system = ("platform", "system");
    let decided = json!({"decided": {
        "number": "准予字〔2026〕第0099号", "outcome": "granted", "mode": "ordinary", "reasons": WORDS,
    }});
    [
        (applicant, received),
        (applicant, consent),
        (applicant, proxy),
        (system, missing(2)),
        (system, missing(3)),
        (applicant, had(1)),
        (applicant, had(2)),
        (applicant, had(3)),
        (clerk, json!({"accepted": {}})),
        (("chen.zhiyuan", "approver"), decided),
    ]
    .into_iter()
    .map(|((who, role), what)| (who, role, what))
    .collect()
}

/// The identity card of the applicant, of the police.
async fn card(service: &Service) {
    let mut request = cases::case("ID", 1).expect("a case");
    request["holder"] = party((APPLICANT, APPLICANT_NUMBER));
    let fields = request["fields"].as_object_mut().expect("fields");
    for (name, value) in [
        ("name", APPLICANT),
        ("id_number", APPLICANT_NUMBER),
        ("born_on", "1987-03-08"),
        ("sex", "男"),
        ("address", PLACE),
    ] {
        fields.insert(name.to_owned(), json!(value));
    }
    let photo = issuance::sample_photo(PHOTO);
    fields.insert(
        "photo_sha256".to_owned(),
        json!(hex(&crypto::sha256(&photo))),
    );
    let body = json!({"request": request, "photo": STANDARD.encode(&photo)});
    issued(service, ("C-PSB", "card"), &body).await;
}

/// After the case was accepted.
fn what_is_used(place: u32) -> bool {
    place == 9
}

/// The bureau uses that card, and a refused use with the same values.
async fn used(service: &Service) {
    service.account("Q-APR", "uses", &["use"]).await;
    let order = json!({
        "licence": {"type": "ID", "holder": APPLICANT_NUMBER}, "purpose": WORDS,
        "matter": "990102-XK-0017", "case": CASE, "person": "P-ZHOU", "ground": {"consent": "SQ-9"},
    });
    let call = Call::post("/v1/uses", &order).once("a-key-of-canaries-use");
    let answer = service.call(("Q-APR", "uses"), call).await;
    assert_eq!(answer.status, 201, "{}", answer.json());
    assert_eq!(answer.json()["fields"]["address"], PLACE);
    assert!(!answer.json().to_string().contains(APPLICANT_NUMBER));
    let mut wrong = order;
    wrong["licence"]["holder"] = json!(NUMBER);
    let call = Call::post("/v1/uses", &wrong).once("a-key-of-canaries-no-use");
    let answer = service.call(("Q-APR", "uses"), call).await;
    assert_eq!(
        (answer.status.as_u16(), found_in(&answer.content)),
        (404, None)
    );
}

/// A case with its papers, the link of its applicant, and a refused event with the same values.
async fn case(service: &Service) -> String {
    card(service).await;
    for (place, (who, role, what)) in (1..).zip(happenings()) {
        let event = json!({
            "id": format!("e-{place}"), "case": CASE, "number": place,
            "actor": {"account": format!("{who}-1"), "person": who, "body": "Q-APR", "role": role},
            "at": "2026-07-02T01:00:00Z", "what": what,
        });
        let call = Call::post(format!("/v1/cases/{CASE}/events"), &event);
        let key = format!("event-{place}");
        let told = service.done("Q-APR", (call, &key), 200).await;
        assert_eq!(told["fate"], "applied", "{told}");
        if what_is_used(place) {
            used(service).await;
        }
    }
    for kind in ["acceptance-notice", "decision"] {
        let call = Call::post(
            format!("/v1/cases/{CASE}/documents"),
            &json!({"kind": kind}),
        );
        let waits = service.done("Q-APR", (call, kind), 202).await;
        service.release("Q-APR", &waits).await;
    }
    for path in ["", "/evidence", "/documents"] {
        let call = Call::get(format!("/v1/cases/{CASE}{path}"));
        let answer = service.call(("Q-APR", "approvals"), call).await;
        assert_eq!(answer.status, 200, "{path}");
    }
    let call = Call::post(format!("/v1/cases/{CASE}/link"), &json!({}));
    let answer = service.call(("Q-APR", "approvals"), call).await;
    let link = answer.json()["link"].as_str().expect("a link").to_owned();
    let at = link.find("/p/").expect("a page");
    link[at..].to_owned()
}

/// A seal that is asked for, in words and with a document that name a person.
async fn seal(service: &Service) {
    let content = STANDARD.encode(NAME);
    let body = json!({
        "seal": "990102-BMYWZ-77", "name": "行政审批局业务专用章", "kind": "部门业务专用章", "purposes": ["document"],
        "valid_from": "2026-01-01", "ground": NAME,
        "documents": [{"name": NAME, "type": "text/plain", "content": content}],
    });
    let call = Call::post("/v1/seal-applications", &body);
    service.done("Q-APR", (call, "seal-application"), 201).await;
    let line = json!({
        "seal": "990102-BMYWZ-79", "department": "Q-APR", "name": "行政审批局业务专用章（二）", "kind": "部门业务专用章",
        "purposes": ["document"], "valid_from": "2026-01-01", "custodian": CUSTODIAN, "approver": STRANGER,
    });
    let list = json!({"ground": NAME, "documents": body["documents"], "lines": [line]});
    let list = list.to_string().into_bytes();
    let path = "/v1/seal-lists/L-2026-07";
    let call = Call::send(hyper::Method::PUT, path, "application/json", list);
    service.done("Q-APR", (call, "seal-list"), 200).await;
}

/// How a person writes, and a document that two are to sign and the first declines.
async fn together(service: &Service, signer: &str) {
    let strokes = "yinxin strokes 1 800 400\n1,1,0,0 2,9,1,0 3,3,2,0 9,4,3,0 5,5,4,0 6,60,5,0 70,7,6,0 8,8,7,0\n";
    let body = json!({"strokes": strokes}).to_string().into_bytes();
    let path = format!("/v1/signers/{signer}/handwriting");
    let call = Call::send(hyper::Method::PUT, path, "application/json", body);
    service.done("Q-APR", (call, "handwriting"), 200).await;
    let person = json!({"name": "陈知远", "number": "99010219810705031X"});
    let second = Call::post("/v1/signers", &person);
    let second = service.done("Q-APR", (second, "second-signer"), 200).await;
    let seat =
        |role: &str, signer: &Value| json!({"role": role, "signer": signer, "intent": INTENT});
    let order = json!({
        "case": CASE, "order": "parallel", "deadline": "2026-08-31T00:00:00Z",
        "roles": [seat("撰稿人", &json!(signer)), seat("审稿人", &second["signer"])],
    });
    let call = paper::form("/v1/signings", &order, &paper::page(PAPER));
    let begun = service.done("Q-APR", (call, "signing"), 200).await;
    let id = begun["signing"].as_str().expect("an id");
    let body = json!({"role": "撰稿人", "signer": signer, "reason": NAME});
    let call = Call::post(format!("/v1/signings/{id}/refusals"), &body);
    service.done("Q-APR", (call, "refusal"), 200).await;
}

/// Somebody is asked to sign on a page, opens it, and declines.
async fn on_a_page(service: &Service) {
    let order = json!({
        "name": SIGNER, "number": SIGNER_NUMBER, "level": "L2", "proof": "channel", "means": WORDS,
        "intent": INTENT, "intent_en": INTENT, "case": CASE,
    });
    let call = paper::form("/v1/pads", &order, &paper::page(PAPER));
    let made = service.done("Q-APR", (call, "pad"), 201).await;
    let text = |name: &str| made[name].as_str().expect("a text").to_owned();
    let link = text("link");
    let at = link.find("/s/").expect("a page");
    let (origin, page) = link.split_at(at);
    let send = |below: &str, content: String| {
        let kind = "application/x-www-form-urlencoded";
        let path = format!("{page}{below}");
        let call = Call::send(hyper::Method::POST, path, kind, content.into_bytes());
        call.field("origin", origin)
    };
    let opened = service
        .anybody(send("", format!("code={}", text("code"))))
        .await;
    assert_eq!(opened.status, 303);
    let cookie = opened.headers["set-cookie"].to_str().expect("a cookie");
    let content = format!("document={}&reason={NAME}", text("document"));
    let declined = send("/refusal", content).field("cookie", cookie.to_owned());
    assert_eq!(service.anybody(declined).await.status, 303);
}

/// A page that the same person is to sign with a token of their own, and what the office keeps of it meanwhile.
async fn elsewhere(service: &Service) {
    let person = json!({"name": SIGNER, "number": SIGNER_NUMBER});
    let call = Call::post("/v1/signers", &person);
    let taken = service.done("Q-APR", (call, "owner"), 200).await;
    let signer = taken["signer"].as_str().expect("an identity");
    let token = OwnToken::with(crypto::KeyAlgorithm::EcP256).expect("a key");
    let request = STANDARD.encode(token.request(&[signer]).expect("a request"));
    for (act, level, request) in [
        ("prove", Some("L2"), None),
        ("activate", None, Some(request)),
    ] {
        let body = json!({"act": act, "level": level, "request": request, "reason": "实名核验"});
        let call = Call::post(format!("/v1/signers/{signer}/acts"), &body);
        let key = format!("owner {act}");
        service.done("Q-APR", (call, key.as_str()), 200).await;
    }
    let order = json!({"signer": signer, "intent": INTENT, "case": CASE});
    let call = paper::form("/v1/signatures/prepared", &order, &paper::page(PAPER));
    service.done("Q-APR", (call, "prepared"), 201).await;
}

/// The person has another sign for them, says so with their own key, and takes it back.
async fn by_another(service: &Service, signer: &str) {
    let other = json!({"name": "周明月", "number": "99010219450312014X"});
    let call = Call::post("/v1/signers", &other);
    let other = service.done("Q-APR", (call, "representative"), 200).await;
    let body = json!({
        "kind": "agent", "principal": {"name": SIGNER, "number": SIGNER_NUMBER}, "representative": other["signer"],
        "first": "2026-07-01", "last": "2026-12-31", "matters": ["990102-XK-0001"], "intents": [INTENT],
    });
    let call = Call::post("/v1/mandates", &body);
    let mandate = service.done("Q-APR", (call, "mandate"), 201).await;
    let order = json!({"signer": signer, "intent": mandate["text"], "case": ""});
    let call = paper::form("/v1/signatures", &order, &paper::page(PAPER));
    let given = service.done("Q-APR", (call, "authorisation"), 201).await;
    let id = mandate["mandate"].as_str().expect("an id");
    let body = json!({"authorisation": given["signature"]});
    let call = Call::post(format!("/v1/mandates/{id}/confirmation"), &body);
    service.done("Q-APR", (call, "confirmation"), 200).await;
    let body = json!({"by": "principal", "reason": WORDS});
    let call = Call::post(format!("/v1/mandates/{id}/end"), &body);
    service.done("Q-APR", (call, "end-of-mandate"), 200).await;
}

/// What the person authorised at a provider whose names for people are their numbers.
async fn from_afar(service: &Service, signer: &str) {
    use registry::signers::activations::Activation;
    let department = catalogue::key::DepartmentKey::parse("Q-APR").expect("a department");
    let by = registry::asked::By::new("Q-APR-approvals", service.office.now());
    let user = format!("https://id.example\n{SIGNER_NUMBER}");
    let book = service.office.registry().activations();
    let of = (department.clone(), signer.to_owned());
    book.bind(of, &user, by.clone()).await.expect("bound");
    let activation = Activation {
        handle: [3; 32],
        department,
        credential: signer.to_owned(),
        user,
        algorithm: "2.16.840.1.101.3.4.2.1".to_owned(),
        hashes: vec![[4; 32]],
        allowed: 1,
        made: service.office.now(),
        until: service.office.now() + time::Duration::days(900),
    };
    book.open(activation, by).await.expect("kept");
}

/// A person who signs a page of their own.
async fn signed(service: &Service) {
    let person = json!({"name": SIGNER, "number": SIGNER_NUMBER});
    let call = Call::post("/v1/signers", &person);
    let taken = service.done("Q-APR", (call, "signer"), 200).await;
    let signer = taken["signer"].as_str().expect("an identity").to_owned();
    for (act, level) in [("prove", Some("L2")), ("activate", None)] {
        let body = json!({"act": act, "level": level, "reason": "实名核验"});
        let call = Call::post(format!("/v1/signers/{signer}/acts"), &body);
        service.done("Q-APR", (call, act), 200).await;
    }
    together(service, &signer).await;
    on_a_page(service).await;
    elsewhere(service).await;
    from_afar(service, &signer).await;
    by_another(service, &signer).await;
    let order = json!({"signer": signer, "intent": INTENT, "case": CASE});
    let call = paper::form("/v1/signatures", &order, &paper::page(PAPER));
    let told = service.done("Q-APR", (call, "signature"), 201).await;
    let id = told["signature"].as_str().expect("an id");
    let call = Call::get(format!("/v1/signatures/{id}/file"));
    let file = service.call(("Q-APR", "approvals"), call).await;
    assert!(
        found_in(&file.content).is_some(),
        "it is in the file itself"
    );
    let report = service.verified(file.content.to_vec()).await;
    assert_eq!(report.json()["verdict"], "valid");
}

/// A page of a caller's own under a seal.
async fn sealed(service: &Service) {
    let order = json!({
        "seal": "990102-SPZYZ-01", "purpose": "document", "matter": null, "case": CASE,
        "ground": "公函", "page": 1, "x_mm": 100, "y_mm": 40,
    });
    let call = paper::form("/v1/seal-signatures", &order, &paper::page(PAPER));
    let waits = service.done("Q-APR", (call, "document"), 202).await;
    let job = waits["job"].as_str().expect("a job");
    let call = Call::get(format!("/v1/releases/{job}/page"));
    let page = service.call(("Q-APR", "custodian"), call).await;
    assert!(found_in(&page.content).is_some(), "the releaser sees it");
    service.release("Q-APR", &waits).await;
}

/// A notice about a person, on the page.
async fn notice(service: &Service) -> String {
    let body = json!({
        "about": party((MISSED, MISSED_NUMBER)),
        "says": {"loss": {
            "licence_type": "RQUAL", "licence": "CY990100008412", "copy": "A-0001", "on": "2026-07-02",
        }},
    });
    let call = Call::post("/v1/notices", &body);
    let draft = service.done("Q-APR", (call, "notice"), 201).await;
    let number = draft["number"].as_str().expect("a number").to_owned();
    let post = "POST".parse().expect("a method");
    let path = format!("/v1/notices/{number}/publication");
    let call = Call::send(post, path, "application/json", Vec::new());
    service.done("Q-APR", (call, "publication"), 200).await;
    format!("/notices/{number}")
}

/// A restriction of a person, brought and looked at.
async fn restricted(service: &Service) {
    service.account("C-SAMR", "credit", &["restrict"]).await;
    let body = json!({
        "holder": {"kind": "person", "code": RESTRICTED_NUMBER},
        "ground": "严重失信名单管理办法第十条", "source": "临溪市市场监督管理局",
        "effect": "shown_only", "types": [], "from": "2026-01-01", "to": null,
    });
    let put = "PUT".parse().expect("a method");
    let content = body.to_string().into_bytes();
    let call = Call::send(put, "/v1/restrictions/XZ-9", "application/json", content);
    let answer = service.call(("C-SAMR", "credit"), call).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    let asked = json!({"holder": {"kind": "person", "code": RESTRICTED_NUMBER}, "on": null});
    let call = Call::post("/v1/restrictions/standing", &asked);
    let answer = service.call(("Q-APR", "approvals"), call).await;
    assert_eq!(answer.json()[0]["number"], "XZ-9", "{}", answer.json());
}
