//! A department asks a person to sign on a page: the link and the code go two ways, the page signs once, and everything else opens nothing.

use crypto::sha256;
use hyper::Method;
use registry::trace::Deed;
use serde_json::{Value, json};
use server::{Answer, Call, Client};
use tests::paper::{form, page};
use time::SignedDuration;
use time::format_description::well_known::Rfc3339;

use super::signatures::verified;
use super::stage::{Service, problem};

const PERSON: (&str, &str) = ("林小满", "990102198805210245");
const INTENT: &str = "本人确认申请内容真实。";
const INTENT_EN: &str = "I confirm that what I apply with is true.";
const STROKES: &str = "yinxin strokes 1 800 400\n100,200,0,0 120,190,16,0 140,185,32,0 160,188,48,0 180,200,64,0\n\
    200,100,200,0 202,140,216,0 204,180,232,0 205,220,248,0\n";

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

pub(super) fn order(proof: &str, level: &str) -> Value {
    json!({
        "name": PERSON.0, "number": PERSON.1, "level": level, "proof": proof, "means": "办件系统预留手机号",
        "intent": INTENT, "intent_en": INTENT_EN, "case": "BJ-990102-20260608-00017",
        "visible": {"page": 1, "x_mm": 120, "y_mm": 40},
    })
}

async fn ask(service: &Service, call: Call) -> Answer {
    let bureau = service.at("Q-APR");
    let answer = bureau.call("approvals", call, service.now()).await;
    answer.expect("an answer")
}

/// What somebody has who was asked to sign: the link, the code, and a device.
pub(super) struct Guest<'a> {
    service: &'a Service,
    pad: String,
    handle: String,
    code: String,
    document: String,
    cookie: String,
}

impl<'a> Guest<'a> {
    pub(super) async fn asked(service: &'a Service, order: &Value, key: &str) -> Guest<'a> {
        let call = form("/v1/pads", order, &page("form")).once(key);
        let made = ask(service, call).await;
        assert_eq!(made.status, 201, "{}", made.json());
        let told = made.json();
        let text = |name: &str| told[name].as_str().expect("a text").to_owned();
        let link = text("link");
        let (_, handle) = link.split_once("/s/").expect("a page");
        Guest {
            service,
            pad: text("pad"),
            handle: handle.to_owned(),
            code: text("code"),
            document: text("document"),
            cookie: String::new(),
        }
    }

    async fn call(&self, call: Call) -> Answer {
        let call = call.field("cookie", self.cookie.clone());
        let device = Client::anonymous(&self.service.base);
        let answer = device.call(call, self.service.now()).await;
        answer.expect("an answer")
    }

    async fn look(&self, below: &str) -> Answer {
        self.call(Call::get(format!("/s/{}{below}", self.handle)))
            .await
    }

    /// A form of the page, as a browser sends it.
    async fn send(&self, below: &str, fields: &[(&str, &str)]) -> Answer {
        let origin = self.service.office.settings().address.clone();
        self.send_from(&origin, below, fields).await
    }

    async fn send_from(&self, origin: &str, below: &str, fields: &[(&str, &str)]) -> Answer {
        let encoded =
            |text: &str| -> String { text.bytes().map(|octet| format!("%{octet:02X}")).collect() };
        let fields = fields.iter();
        let fields: Vec<_> = fields
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        let kind = "application/x-www-form-urlencoded";
        let path = format!("/s/{}{below}", self.handle);
        let call = Call::send(Method::POST, path, kind, fields.join("&").into_bytes());
        self.call(call.field("origin", origin)).await
    }

    pub(super) async fn opens(&mut self) {
        let opened = self.send("", &[("code", &self.code)]).await;
        assert_eq!(opened.status, 303, "{}", text(&opened));
        let cookie = opened.headers["set-cookie"].to_str().expect("a cookie");
        for word in [
            "__Host-yinxin-pad=",
            "Path=/",
            "HttpOnly",
            "Secure",
            "SameSite=Strict",
        ] {
            assert!(cookie.contains(word), "{cookie}");
        }
        self.cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    }

    pub(super) async fn signs(&self, fields: &[(&str, &str)]) -> Answer {
        let fixed = [("document", self.document.as_str()), ("read", "yes")];
        self.send("/signature?lang=en", &[&fixed[..], fields].concat())
            .await
    }

    pub(super) async fn told(&self) -> Value {
        let path = format!("/v1/pads/{}", self.pad);
        ask(self.service, Call::get(path)).await.json()
    }

    /// The grounds of what was refused at this page, the first first.
    async fn refused(&self) -> Vec<String> {
        let trace = self.service.office.registry().trace();
        let entries = trace.of_deed(&self.pad, Deed::Deny).await.expect("entries");
        entries
            .into_iter()
            .rev()
            .map(|entry| entry.ground)
            .collect()
    }
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.content).into_owned()
}

const WRITTEN: [(&str, &str); 2] = [("how", "written"), ("strokes", STROKES)];
pub(super) const CHOSEN: [(&str, &str); 1] = [("how", "chosen")];

async fn signed_by_hand(database: Option<&str>) {
    let service = Service::start_in(database).await;
    let mut guest = Guest::asked(&service, &order("channel", "L2"), "a-key-of-the-pad-01").await;
    let call = form("/v1/pads", &order("channel", "L2"), &page("form"));
    let again = ask(&service, call.once("a-key-of-the-pad-01")).await;
    assert_eq!(again.json()["code"], guest.code, "one request, one page");
    guest.opens().await;
    let board = text(&guest.look("?lang=en").await);
    for words in [INTENT, INTENT_EN, PERSON.0, &guest.document, "<canvas"] {
        assert!(board.contains(words), "{words}");
    }
    assert!(!board.contains(PERSON.1) && !board.contains(&guest.code));
    let document = guest.look("/document").await;
    assert_eq!(hex(&sha256(&document.content)), guest.document);
    // What the form lacks is said on the page, and nothing is signed.
    for (fields, words) in [
        (&[][..], "Not signed yet: write in the box"),
        (&[("how", "written")], "Not signed yet: write in the box"),
        (
            &[("how", "written"), ("strokes", "no sample")],
            "cannot be read",
        ),
    ] {
        let lacks = guest.signs(fields).await;
        assert_eq!(lacks.status, 422);
        assert!(text(&lacks).contains(words), "{}", text(&lacks));
    }
    let lines = STROKES.lines().next().expect("a head").to_owned();
    let many = format!("{lines}\n{}", "10,20,0,0 40,20,0,0\n".repeat(101));
    let many = guest.signs(&[("how", "written"), ("strokes", &many)]).await;
    assert_eq!(many.status, 422, "too many strokes");
    let signed = guest.signs(&WRITTEN).await;
    assert_eq!(signed.status, 303, "{}", text(&signed));
    finished(&guest).await;
    let twice = guest.signs(&WRITTEN).await;
    assert_eq!(twice.status, 422, "signed once");
    let refused = guest.refused().await;
    let expected = [
        "pad.not-written",
        "pad.not-written",
        "signer.handwriting",
        "signer.handwriting",
        "pad.ended",
    ];
    assert_eq!(refused, expected);
    closed_elsewhere(&guest).await;
}

/// The finished document: valid, with the words in both languages and what was written; the key is gone, and the strokes are kept nowhere.
async fn finished(guest: &Guest<'_>) {
    let service = guest.service;
    let over = text(&guest.look("?lang=en").await);
    assert!(over.contains("Download the signed document"), "{over}");
    let file = guest.look("/signed").await;
    assert_eq!(file.status, 200);
    if let Some(kept) = std::env::var_os("YINXIN_PICTURES") {
        let place = std::path::Path::new(&kept).join("pad-signed.pdf");
        std::fs::write(place, &file.content).expect("kept");
    }
    let report = verified(service, file.content.to_vec()).await;
    assert_eq!(report["verdict"], "valid", "{report}");
    let intent = format!("{INTENT} / {INTENT_EN}");
    assert_eq!(report["signatures"][0]["intent"], intent);
    let told = guest.told().await;
    assert_eq!(
        (&told["state"], &told["name"]),
        (&json!("signed"), &json!("林**"))
    );
    let id = told["signature"].as_str().expect("a signature");
    let seen = ask(service, Call::get(format!("/v1/signatures/{id}"))).await;
    let signer = seen.json()["signer"]
        .as_str()
        .expect("an identity")
        .to_owned();
    let key = crypto::KeyId::parse(&format!("person-{signer}")).expect("a name");
    assert!(service.office.keys.public_key(&key).is_none(), "destroyed");
    let bureau = catalogue::key::DepartmentKey::parse("Q-APR").expect("a department");
    let kept = service.office.registry().handwriting();
    let kept = kept.find(&bureau, &signer).await.expect("answers");
    assert!(kept.is_none(), "how they wrote is forgotten");
    // The same without the department's own pad: it is the department's to have.
    let file = ask(service, Call::get(format!("/v1/signatures/{id}/file"))).await;
    assert_eq!(file.status, 200);
}

/// After it was signed the code opens nothing, and no other device sees anything.
async fn closed_elsewhere(guest: &Guest<'_>) {
    let other = Guest {
        service: guest.service,
        pad: guest.pad.clone(),
        handle: guest.handle.clone(),
        code: guest.code.clone(),
        document: guest.document.clone(),
        cookie: String::new(),
    };
    let again = other.send("", &[("code", &other.code)]).await;
    assert_eq!(again.status, 403);
    assert_eq!(other.look("/signed").await.status, 404);
    let unknown = Guest {
        handle: "AAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        ..other
    };
    let nothing = unknown.send("", &[("code", &unknown.code)]).await;
    assert_eq!(
        (nothing.status, &nothing.content),
        (again.status, &again.content),
        "used and unknown are not told apart"
    );
}

#[test]
fn a_person_signs_on_a_page_by_hand_once() {
    tests::databases::on_each("pads_signed", signed_by_hand);
}

async fn refused_at_the_door(database: Option<&str>) {
    let service = Service::start_in(database).await;
    let mut guest = Guest::asked(&service, &order("window", "L3"), "a-key-of-the-pad-11").await;
    let wrong = match guest.code.as_str() {
        "000000" => "111111",
        _ => "000000",
    };
    // Another page's form opens nothing, though its code is right.
    let foreign = guest
        .send_from("https://other.example", "", &[("code", &guest.code)])
        .await;
    assert_eq!(foreign.status, 403);
    let first = guest.send("", &[("code", wrong)]).await;
    assert_eq!(first.status, 403);
    guest.opens().await;
    // Another's link with this device's ticket is the door, and signs nothing.
    let second = Guest::asked(&service, &order("window", "L2"), "a-key-of-the-pad-12").await;
    let crossed = Guest {
        cookie: guest.cookie.clone(),
        ..second
    };
    assert!(!text(&crossed.look("").await).contains("<canvas"));
    assert_eq!(crossed.signs(&CHOSEN).await.status, 422);
    assert_eq!(crossed.told().await["state"], "open");
    // Another document than the one that was shown.
    let other = [("document", "00".repeat(32))];
    let fields = [
        ("document", other[0].1.as_str()),
        ("read", "yes"),
        ("how", "chosen"),
    ];
    assert_eq!(guest.send("/signature", &fields).await.status, 422);
    // Not read.
    let fields = [("document", guest.document.as_str()), ("how", "chosen")];
    assert_eq!(guest.send("/signature", &fields).await.status, 422);
    // The fifth wrong code closes it, for the right one too; who opened it before is out.
    for _ in 0..4 {
        assert_eq!(guest.send("", &[("code", wrong)]).await.status, 403);
    }
    let late = guest.send("", &[("code", &guest.code)]).await;
    assert_eq!((late.status, &late.content), (first.status, &first.content));
    assert_eq!(guest.signs(&CHOSEN).await.status, 422);
    let told = guest.told().await;
    assert_eq!(
        (&told["state"], &told["failures"]),
        (&json!("locked"), &json!(5))
    );
    let refused = guest.refused().await;
    let mut expected = vec!["pad.code", "pad.other-document"];
    expected.extend(["pad.code"; 4]);
    expected.extend(["pad.ended", "pad.ended"]);
    assert_eq!(refused, expected);
}

#[test]
fn a_wrong_code_another_link_and_another_document_sign_nothing() {
    tests::databases::on_each("pads_refused", refused_at_the_door);
}

async fn over(database: Option<&str>) {
    let service = Service::start_in(database).await;
    // Declined: it ends, with the reason for the department alone.
    let mut guest = Guest::asked(&service, &order("channel", "L2"), "a-key-of-the-pad-21").await;
    guest.opens().await;
    let declines = [("document", guest.document.as_str()), ("reason", " ")];
    assert_eq!(guest.send("/refusal", &declines).await.status, 422);
    let declines = [
        ("document", guest.document.as_str()),
        ("reason", "金额有误"),
    ];
    assert_eq!(guest.send("/refusal", &declines).await.status, 303);
    assert_eq!(guest.signs(&CHOSEN).await.status, 422, "declined");
    let told = guest.told().await;
    assert_eq!(
        (&told["state"], &told["reason"]),
        (&json!("declined"), &json!("金额有误"))
    );
    assert_eq!(guest.refused().await, ["pad.reason", "pad.ended"]);

    // The deadline's second is the last.
    let deadline = service.now() + time::Duration::minutes(20);
    let deadline = deadline.replace_nanosecond(0).expect("a moment");
    let mut until = order("channel", "L2");
    until["deadline"] = json!(deadline.format(&Rfc3339).expect("written"));
    let mut late = Guest::asked(&service, &until, "a-key-of-the-pad-22").await;
    let mut last = Guest::asked(&service, &until, "a-key-of-the-pad-23").await;
    late.opens().await;
    last.opens().await;
    let left = deadline - service.now();
    service.wait(SignedDuration::seconds(left.whole_seconds()));
    let signed = last.signs(&CHOSEN).await;
    assert_eq!(signed.status, 303, "{}", text(&signed));
    service.wait(SignedDuration::seconds(1));
    assert_eq!(late.signs(&CHOSEN).await.status, 422, "late by a second");
    assert_eq!(late.told().await["state"], "lapsed");
    assert_eq!(late.refused().await, ["pad.lapsed"]);

    // A device is forgotten after half an hour, or when who leaves says so.
    service.wait(SignedDuration::seconds(30 * 60));
    assert!(!text(&last.look("").await).contains("/signed"));
    let mut left = Guest::asked(&service, &order("channel", "L2"), "a-key-of-the-pad-24").await;
    left.opens().await;
    assert_eq!(left.send("/leave", &[]).await.status, 303);
    assert!(!text(&left.look("").await).contains("<canvas"));
    taken_back(&service).await;
    swept(&service, [&guest, &last, &late, &left]).await;
}

/// What was to be signed on pages that have ended goes from the store, once, and that it went stands in the trace.
async fn swept(service: &Service, [declined, signed, lapsed, open]: [&Guest<'_>; 4]) {
    let pads = service.office.registry().pads();
    let over = pads.over(service.now(), 100).await.expect("rows");
    let names: Vec<&str> = over.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(names.len(), 4, "one was taken back: {names:?}");
    assert!(!names.contains(&open.pad.as_str()));
    let objects = service.office.objects();
    let mut read = 0;
    for one in &over {
        let id = one.object.parse().expect("a name");
        read += u32::from(objects.read(&id).await.is_ok());
    }
    assert_eq!(read, 4);
    let closed = papers::pads::closing::close(&service.office).await;
    assert_eq!(closed.expect("closed"), 4);
    let again = papers::pads::closing::close(&service.office).await;
    assert_eq!(again.expect("nothing is left"), 0);
    for one in &over {
        let id = one.object.parse().expect("a name");
        assert!(objects.read(&id).await.is_err(), "{}", one.id);
    }
    let trace = service.office.registry().trace();
    for (guest, deed, ground) in [
        (declined, Deed::Round, "pad.closed"),
        (signed, Deed::Round, "pad.closed"),
        (lapsed, Deed::Fail, "pad.lapsed"),
    ] {
        let entries = trace.of_deed(&guest.pad, deed).await.expect("entries");
        let found = entries.iter().filter(|entry| entry.ground == ground);
        assert_eq!(found.count(), 1, "{ground}");
    }
    // What was told of them before is told still, and what was signed is a file of its own.
    assert_eq!(lapsed.told().await["state"], "lapsed");
    assert_eq!(declined.told().await["state"], "declined");
    let told = signed.told().await;
    let path = format!(
        "/v1/signatures/{}/file",
        told["signature"].as_str().expect("one")
    );
    assert_eq!(ask(service, Call::get(path)).await.status, 200);
    // The one that stands open is signed yet.
    assert_eq!(open.told().await["state"], "open");
}

/// Wrong codes from one address, at one page after the other.
async fn guessed(database: Option<&str>) {
    let service = Service::start_in(database).await;
    let mut guest = Guest::asked(&service, &order("channel", "L2"), "a-key-of-the-pad-41").await;
    let nowhere = Guest {
        service: &service,
        pad: String::new(),
        handle: "AAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        code: "000000".to_owned(),
        document: String::new(),
        cookie: String::new(),
    };
    let form = [("code", "000000")];
    let (first, second) = (guest.send("", &form), nowhere.send("", &form));
    let (first, second) = tokio::join!(first, second);
    assert_eq!(
        (first.status, second.status),
        (403.try_into().expect("a status"), first.status)
    );
    for _ in 0..28 {
        assert_eq!(nowhere.send("", &form).await.status, 403);
    }
    // From there nothing is looked at: not the right code of another page either, and it counts nothing at that page.
    let later = guest.send("?lang=en", &[("code", &guest.code)]).await;
    assert_eq!(later.status, 429);
    assert!(later.headers.contains_key("retry-after"));
    assert!(
        text(&later).contains("Too many codes from here"),
        "{}",
        text(&later)
    );
    assert_eq!(guest.told().await["failures"], 1);
    service.wait(SignedDuration::seconds(3));
    guest.opens().await;
    // What opened is nobody's guess, and after the next wrong one it is longer.
    assert_eq!(nowhere.send("", &form).await.status, 403);
    let later = nowhere.send("", &form).await;
    assert_eq!(later.status, 429);
    assert_eq!(later.headers["retry-after"], "3");
}

#[test]
fn who_guesses_codes_at_many_pages_is_slowed_at_all_of_them() {
    tests::databases::on_each("pads_guessed", guessed);
}

async fn taken_back(service: &Service) {
    let mut guest = Guest::asked(service, &order("channel", "L2"), "a-key-of-the-pad-25").await;
    guest.opens().await;
    let path = format!("/v1/pads/{}", guest.pad);
    let take = || {
        Call::send(
            Method::DELETE,
            path.as_str(),
            "application/json",
            Vec::new(),
        )
    };
    assert_eq!(
        ask(service, take().once("a-key-of-the-pad-26"))
            .await
            .status,
        204
    );
    let again = ask(service, take().once("a-key-of-the-pad-27")).await;
    assert_eq!(problem(&again), (409, "signing.refused".to_owned()));
    assert_eq!(guest.signs(&CHOSEN).await.status, 422, "taken back");
}

#[test]
fn a_page_ends_by_a_word_or_by_its_deadline_and_signs_nothing_after_it() {
    tests::databases::on_each("pads_over", over);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_department_asks_for_is_found_wrong_before_anybody_is_sent_a_link() {
    let service = Service::start().await;
    let bent = |change: &dyn Fn(&mut Value)| {
        let mut order = order("channel", "L2");
        change(&mut order);
        order
    };
    let far = service.now() + time::Duration::hours(73);
    let far = far.format(&Rfc3339).expect("written");
    let cases: [(Value, u16, &str); 9] = [
        (
            bent(&|order| order["level"] = json!("L1")),
            422,
            "signer.level",
        ),
        // A code alone never proves somebody in person.
        (
            bent(&|order| order["level"] = json!("L3")),
            422,
            "signer.level",
        ),
        (
            bent(&|order| order["proof"] = json!("link")),
            400,
            "request.malformed",
        ),
        (
            bent(&|order| order["number"] = json!("990102198805210246")),
            422,
            "signer.level",
        ),
        (
            bent(&|order| order["intent"] = json!("")),
            400,
            "request.malformed",
        ),
        (
            bent(&|order| order["intent_en"] = json!("")),
            400,
            "request.malformed",
        ),
        (
            bent(&|order| order["deadline"] = json!(far)),
            422,
            "signing.plan",
        ),
        (
            bent(&|order| order["visible"]["page"] = json!(9)),
            422,
            "document.refused",
        ),
        (
            bent(&|order| order["visible"]["x_mm"] = json!(-1)),
            400,
            "request.malformed",
        ),
    ];
    for (number, (order, status, code)) in cases.into_iter().enumerate() {
        let key = format!("a-key-of-the-pad-3{number}");
        let call = form("/v1/pads", &order, &page("form")).once(key);
        let refused = ask(&service, call).await;
        assert_eq!(problem(&refused), (status, code.to_owned()), "{order}");
    }
    let order = order("channel", "L2");
    let call = form("/v1/pads", &order, b"no file").once("a-key-of-the-pad-40");
    assert_eq!(ask(&service, call).await.status, 422);
}
