//! What each operation of the table is asked with, so that who may do it is seen to do it or to be refused by its rule.

use hyper::Method;
use serde_json::{Value, json};
use server::Call;
use tests::cases;
use tests::paper::{form, page};

/// A firm and a person of the sample.
const FIRM: (&str, &str) = ("临溪青石区云上小馆餐饮有限公司", "91990102FAKE0A0109");
const PERSON: (&str, &str) = ("林小满", "990102198805210245");

/// Who asks, in which capacity of a case, and how many requests there were.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asks<'a> {
    pub(crate) account: &'a str,
    pub(crate) person: &'a str,
    pub(crate) body: &'a str,
    pub(crate) capacity: &'a str,
    pub(crate) number: usize,
}

/// An application for a case, as its first event.
pub(crate) fn application(case: &str, matter: &str, asks: &Asks<'_>) -> Value {
    let person = json!({"kind": "person", "name": PERSON.0, "code": PERSON.1});
    let signed = json!({
        "by": person, "level": "L2", "paper": "01".repeat(32),
        "intent": "本人确认申请内容真实，同意提交", "at": "2026-07-02T01:00:00Z",
    });
    json!({
        "id": format!("table-{:06}", asks.number), "case": case, "number": 1,
        "actor": {"account": asks.account, "person": asks.person, "body": asks.body, "role": asks.capacity},
        "at": "2026-07-02T01:00:00Z",
        "what": {"received": {
            "matter": matter,
            "applicant": {"kind": "org", "name": FIRM.0, "code": FIRM.1},
            "represented_by": person, "form": "01".repeat(32), "signed": signed,
        }},
    })
}

/// An event of a package: both cases of one application.
fn package(package: &str, asks: &Asks<'_>) -> Value {
    let mut event = application("BJ-990102-20260702-90001", "990102-XK-0001", asks);
    let mut received = event["what"]["received"].take();
    let fields = received.as_object_mut().expect("an object");
    fields.remove("matter");
    fields.insert(
        "cases".to_owned(),
        json!([
            {"case": "BJ-990102-20260702-90001", "matter": "990102-XK-0001"},
            {"case": "BJ-990102-20260702-90002", "matter": "990102-XK-0004"},
        ]),
    );
    json!({
        "id": event["id"], "package": package, "actor": event["actor"], "at": event["at"],
        "what": {"received": received},
    })
}

fn restriction() -> Value {
    json!({
        "holder": {"kind": "org", "code": FIRM.1}, "ground": "办法第十条", "source": "临溪市市场监督管理局",
        "effect": "shown_only", "types": [], "from": "2026-01-01", "to": "2026-12-31",
    })
}

pub(crate) fn notice() -> Value {
    json!({
        "about": {"kind": "person", "name": PERSON.0, "code": PERSON.1},
        "says": {"loss": {"licence_type": "RQUAL", "licence": "CY990100008412", "copy": "A-0001", "on": "2026-07-02"}},
    })
}

/// A request of a food permit under a case of its own.
fn licence(asks: &Asks<'_>) -> Value {
    let number = 10_000 + u64::try_from(asks.number).expect("few requests");
    cases::case("FOOD", number).expect("a case")
}

/// One person's word about a region or an anchor that is none.
fn trust(route: &str) -> Value {
    match route.rsplit_once('/') {
        Some((_, "agreement")) => json!({"terms": "00".repeat(32)}),
        Some((_, "end")) => json!({"decision": "互认〔2026〕2号"}),
        Some((_, "{region}")) => json!({"document": "no list", "decision": "互认〔2026〕1号"}),
        _ => {
            json!({"certificate": "AAAA", "purposes": ["time-stamping"], "decision": "信任〔2026〕1号"})
        }
    }
}

/// What is said of the end of a seal's key; a witness says nothing more.
fn is_listed(route: &str) -> bool {
    let ends = ["/search", "/openid"];
    route.starts_with("/v1/seal-lists/") || ends.iter().any(|end| route.ends_with(end))
}

fn listed(route: &str) -> Value {
    match route.rsplit('/').next() {
        Some("acts") => step(),
        Some("openid") => json!({"subject": "somebody"}),
        Some("search") => json!({"number": PERSON.1}),
        _ => json!({"ground": "临审〔2026〕31号", "documents": [], "lines": []}),
    }
}

fn end_of_a_key(route: &str) -> Value {
    match route.ends_with("/witness") {
        true => json!({}),
        false => json!({"reason": "not decided"}),
    }
}

fn body(route: &str, things: &dyn Fn(&str) -> String, asks: &Asks<'_>) -> Value {
    let stop = json!({"decision": "停字〔2026〕第0001号", "legal_basis": "食品安全法"});
    match route {
        "/v1/catalogue/matters" => super::pairs::second(),
        "/v1/catalogue/matters/{code}/versions/{version}/acts" => json!({"event": "submit"}),
        "/v1/cases/{case}/events" => application(&things("case"), "990102-XK-0017", asks),
        "/v1/packages/{package}/events" => package(&things("package"), asks),
        "/v1/cases/{case}/documents" => json!({"kind": "acceptance-notice"}),
        "/v1/licences" => cases::body(&licence(asks)),
        "/v1/licences/{identifier}/versions" => {
            json!({"ground": "change", "request": licence(asks)})
        }
        "/v1/licences/{identifier}/parts/{part}/end" => json!({
            "ending": "annulled", "decision": "撤字〔2026〕第0001号", "legal_basis": "行政许可法第六十九条",
            "decided_by": asks.account, "decided_on": "2026-07-02",
        }),
        "/v1/licences/{identifier}/end" => json!({
            "ending": "annulled", "decision": "撤字〔2026〕第0001号", "legal_basis": "行政许可法第六十九条",
        }),
        "/v1/licences/{identifier}/suspend" | "/v1/licences/{identifier}/resume" => stop,
        "/v1/licences/{identifier}/void" => {
            json!({"decision": "作字〔2026〕第1号", "reason": "姓名有误", "exposure": "unpresented"})
        }
        "/v1/licences/{identifier}/aliases" => json!({"paper": "税务登记证", "number": "9901"}),
        "/v1/licences/{identifier}/paper" => json!({"event": "issue", "reference": "纸字第1号"}),
        "/v1/releases/{job}" | "/v1/batches/{batch}/release" | "/v1/seals/{seal}/acceptance" => {
            release()
        }
        "/v1/batches" => json!({"licences": [{"request": licence(asks)}]}),
        "/v1/batches/{batch}/refusal"
        | "/v1/releases/{job}/refusal"
        | "/v1/seals/{seal}/suspend"
        | "/v1/seals/{seal}/resume"
        | "/v1/seals/{seal}/cancel" => json!({"reason": "not decided"}),
        ends if ends.starts_with("/v1/seals/{seal}/destruction") => end_of_a_key(ends),
        "/v1/seal-applications" => wanted_seal(),
        "/v1/seal-applications/{seal}/acts" => step(),
        route if is_listed(route) => listed(route),
        "/v1/seals/{seal}/scopes" => scope(),
        "/v1/seals/{seal}/replace" => json!({"by": "990102-BMYWZ-77", "reason": "更名"}),
        "/v1/restrictions/{number}" => restriction(),
        "/v1/restrictions/{number}/lift" | "/v1/uses" => json!({}),
        "/v1/restrictions/standing" => json!({"holder": {"kind": "org", "code": FIRM.1}}),
        "/v1/signers" => json!({"name": PERSON.0, "number": PERSON.1}),
        "/v1/signers/{signer}/acts" => json!({"act": "activate", "reason": "实名核验"}),
        "/v1/signatures/prepared/{prepared}/value" => value(),
        _ if is_seat(route) => seat(&things("signer")),
        "/v1/signings/{signing}/refusals" => {
            json!({"role": "审稿人", "signer": things("signer"), "reason": "数据有误"})
        }
        _ if route.starts_with("/v1/signers/{signer}/") => of_signer(route),
        _ if route.starts_with("/v1/mandates") => mandate(route, &things("signer")),
        "/v1/notices" => notice(),
        "/v1/certificates" => json!({
            "surname": "周", "given_name": "明月", "identifier": "P-ZHOU-MINGYUE", "public_key": "AAAA",
            "algorithm": "ecdsa-p256-sha256", "proof": "AAAA", "days": 365,
        }),
        "/v1/certificates/{serial}/revocation" => json!({"reason": "superseded"}),
        "/v1/subscription" => subscription(),
        "/v1/subscription/parked/{event}" => json!({"decision": "retry"}),
        "/v1/subscription/replay" => json!({"since": "2026-07-01T00:00:00Z"}),
        _ if route.starts_with("/v1/accounts") || route == "/v1/machines" => kept(route, asks),
        _ if is_watched(route) => watched(route),
        _ if route.starts_with("/v1/trust/") => trust(route),
        _ => Value::Null,
    }
}

/// What an administrator keeps accounts with.
fn kept(route: &str, asks: &Asks<'_>) -> Value {
    let number = asks.number;
    match route {
        "/v1/accounts" => json!({
            "account": format!("new.{number}"), "person": format!("P-NEW-{number}"), "roles": ["clerk"],
        }),
        "/v1/machines" => json!({
            "machine": format!("machine.{number}"), "name": "收件系统", "scopes": ["read"],
        }),
        "/v1/accounts/{account}/roles" => json!({"roles": ["officer"]}),
        _ => Value::Null,
    }
}

/// Whether a route is about what the person of a role was shown.
fn is_seat(route: &str) -> bool {
    let seats = [
        "/v1/signings/{signing}/signatures",
        "/v1/signings/{signing}/prepared",
    ];
    seats.contains(&route)
}

/// What the person of a role was shown.
fn seat(signer: &str) -> Value {
    json!({"role": "撰稿人", "signer": signer, "document": "00".repeat(32), "intent": "本人确认"})
}

/// What a token of somebody's own answered.
fn value() -> Value {
    json!({"value": "AAAA", "algorithm": "ecdsa-p256-sha256", "document": "00".repeat(32)})
}

/// Somebody is signed for by the person of an identity.
fn mandate(route: &str, signer: &str) -> Value {
    match route {
        "/v1/mandates" => json!({
            "kind": "proxy", "principal": {"name": "秦长庚", "number": "99010219450312014X"}, "representative": signer,
            "first": "2026-07-03", "last": "2026-07-31", "matters": ["990102-XK-0001"],
        }),
        "/v1/mandates/{mandate}/confirmation" => json!({"authorisation": "0".repeat(32)}),
        "/v1/mandates/{mandate}/end" => json!({"by": "principal", "reason": "本人撤回"}),
        _ => json!({"number": PERSON.1}),
    }
}

/// How a person writes, or who they are at a provider.
fn of_signer(route: &str) -> Value {
    match route.ends_with("/handwriting") {
        true => json!({"strokes": STROKES}),
        false => json!({"subject": "lin"}),
    }
}

/// Whether a route is about what watches over releases.
fn is_watched(route: &str) -> bool {
    let ends = ["/limits", "/approvers", "/unseen", "/lift", "/closing"];
    ends.into_iter().any(|end| route.ends_with(end))
}

/// What watches over releases.
fn watched(route: &str) -> Value {
    match route.rsplit('/').next() {
        Some("limits") => json!({"per_day": 400, "per_minute": 40, "listed_per_day": 900}),
        Some("unseen") => json!({"allowed": true}),
        Some("approvers") => json!({"needed": 2, "people": ["P-NOBODY", "P-NONE"]}),
        _ => json!({"note": "已核实"}),
    }
}

fn subscription() -> Value {
    json!({"address": "https://receiver.example/events", "kinds": [], "secret": "s".repeat(40)})
}

/// How somebody writes.
const STROKES: &str = "yinxin strokes 1 800 400\n100,200,0,0 120,190,16,300 140,185,32,420 160,188,48,400 180,200,64,380\n\
    200,100,200,500 202,140,216,510 204,180,232,500 205,220,248,450\n";

/// A page on which somebody is to sign.
pub(crate) fn pad() -> Value {
    json!({
        "name": PERSON.0, "number": PERSON.1, "level": "L2", "proof": "channel", "means": "预留手机号",
        "intent": "本人确认", "intent_en": "I confirm it",
    })
}

/// Two who are to sign, in order.
pub(crate) fn signing((first, second): (&str, &str)) -> Value {
    json!({
        "order": "ordered", "deadline": "2026-07-31T00:00:00Z", "roles": [
            {"role": "撰稿人", "signer": first, "intent": "本人确认"},
            {"role": "审稿人", "signer": second, "intent": "本人审定"},
        ],
    })
}

/// The request of a route, with things named by `things`.
pub(crate) fn call(
    (method, route, path): (&Method, &str, &str),
    things: &dyn Fn(&str) -> String,
    asks: &Asks<'_>,
) -> Call {
    let key = format!("a-door-knocked-{:08}", asks.number);
    if *method == Method::GET {
        return Call::get(path);
    }
    match (method.as_str(), route) {
        ("POST", "/v1/seal-signatures") => {
            let order = json!({
                "seal": things("seal"), "purpose": "acceptance-notice", "matter": "990102-XK-0001",
                "case": "BJ-990102-20260702-90009", "ground": "受理", "page": 1, "x_mm": 100, "y_mm": 40,
            });
            return form(path, &order, &page("受理通知书")).once(key);
        }
        ("POST", "/v1/signatures" | "/v1/signatures/prepared") => {
            let order = json!({
                "signer": things("signer"), "intent": "本人确认", "case": "BJ-990102-20260608-00017",
            });
            return form(path, &order, &page("form")).once(key);
        }
        ("POST", "/v1/signature-packages") => {
            let order = json!({
                "signer": things("signer"), "intent": "本人确认", "package": "00".repeat(32),
            });
            return form(path, &order, &page("form")).once(key);
        }
        ("POST", "/v1/pad-signatures") => {
            let order = json!({
                "name": PERSON.0, "number": PERSON.1, "level": "L2", "means": "实名核验", "intent": "本人确认",
            });
            return form(path, &order, &page("form")).once(key);
        }
        ("POST", "/v1/pads") => return form(path, &pad(), &page("form")).once(key),
        ("POST", "/v1/signings") => {
            let order = signing((&things("signer"), &things("second")));
            return form(path, &order, &page("form")).once(key);
        }
        _ => {}
    }
    let content = match body(route, things, asks) {
        _ if *method == Method::DELETE => Vec::new(),
        Value::Null => Vec::new(),
        content => content.to_string().into_bytes(),
    };
    Call::send(method.clone(), path, "application/json", content).once(key)
}

fn wanted_seal() -> Value {
    json!({
        "seal": "990102-SPZYZ-01", "name": "行政审批专用章", "kind": "行政审批专用章", "purposes": ["licence"],
        "valid_from": "2026-01-01", "ground": "临审〔2026〕21号",
        "documents": [{"name": "刻章申请书", "type": "text/plain", "content": "AAAA"}],
    })
}

fn step() -> Value {
    json!({"act": "review", "digest": "0".repeat(64), "reason": ""})
}

fn release() -> Value {
    json!({"expires": "2026-07-03T02:00:00Z", "algorithm": "ecdsa-p256-sha256", "signature": "AAAA"})
}

fn scope() -> Value {
    json!({
        "purposes": ["licence"], "valid_from": "2026-01-01", "ground": "decision", "reference": "临审〔2026〕22号",
    })
}
