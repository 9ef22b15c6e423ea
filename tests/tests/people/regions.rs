//! Two installations under roots of their own: what one issued is untrusted at the other until two people there have
//! taken its list in, genuine then, no further than they agreed, and untrusted again when they take it back (R32).

use std::ffi::OsString;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::Method;
use serde_json::{Value, json};
use server::{Answer, Call};
use tests::cases;
use tests::installation::CUSTODIAN;
use time::SignedDuration;

use super::stage::{Person, Service, problem, text};

/// Where an installation has its lists, and what they are called beside a file.
const LISTS: [(&str, &str); 3] = [
    ("/status/1", "1.statuslist"),
    ("/crl/root.crl", "root.crl"),
    ("/crl/ca.crl", "ca.crl"),
];
pub(crate) const REGION: &str = "/v1/trust/regions/elsewhere";
/// The body that issues the licences, another one, and a type of the first that is not theirs.
const BUREAU: &str = "11990102FAKE000485";
const POLICE: &str = "11990100FAKE00144H";
const BUSINESS: &str = "11990000FAKE00013G001";

/// The two who decide at one installation.
pub(crate) struct Two(pub(crate) Person, pub(crate) Person);

impl Two {
    pub(crate) async fn at(service: &Service) -> Two {
        let who = |number| (format!("trust.{number}"), format!("P-TRUST-{number}"));
        let mut people = Vec::new();
        for (account, person) in [who(1), who(2)] {
            let who = ("Q-APR", account.as_str(), person.as_str());
            people.push(service.person(who, "catalogue-administrator").await);
        }
        let second = people.pop().expect("two");
        Two(people.pop().expect("two"), second)
    }
}

fn send(method: Method, path: &str, content: &Value) -> Call {
    let content = content.to_string().into_bytes();
    Call::send(method, path, "application/json", content)
}

/// What the first of them is answered who says this.
async fn says(service: &Service, two: &Two, path: &str, content: &Value) -> Answer {
    let method = if path.ends_with("/end") {
        Method::POST
    } else {
        Method::PUT
    };
    service.asked_by(&two.0, send(method, path, content)).await
}

/// Status and defect of a word that is refused.
pub(crate) async fn refused(service: &Service, two: &Two, content: &Value) -> (u16, String) {
    let answer = says(service, two, REGION, content).await;
    let (status, _, defect) = problem(&answer);
    (status, defect)
}

/// Both say it: the second one to what is shown to wait, and not the first one once more.
pub(crate) async fn both(service: &Service, two: &Two, path: &str, content: &Value) {
    let first = says(service, two, path, content).await;
    assert_eq!(first.status, 202, "{}", first.json());
    assert!(first.json()["waits_until"].is_string());
    let (base, name) = path
        .trim_end_matches("/end")
        .rsplit_once('/')
        .expect("a name");
    let listed = service.asked_by(&two.1, Call::get(base)).await.json();
    let waits = listed.as_array().into_iter().flatten();
    let waits = waits
        .filter(|one| one["name"] == name)
        .map(|one| &one["waits"]);
    let terms = waits
        .filter_map(|one| one["terms"].as_str())
        .next()
        .expect("it waits");
    let agreement = |terms: &str| {
        let path = format!("{base}/{name}/agreement");
        send(Method::POST, &path, &json!({"terms": terms}))
    };
    let own = service.asked_by(&two.0, agreement(terms)).await;
    assert_eq!(problem(&own).2, "trust.same-person");
    let other = service.asked_by(&two.1, agreement(&"00".repeat(32))).await;
    assert_eq!(other.status, 404);
    let second = service.asked_by(&two.1, agreement(terms)).await;
    assert_eq!(second.status, 200, "{}", second.json());
    assert_eq!(second.json(), json!({"holds": true}));
}

/// The file of a licence that was issued here: the one after the first, whose number differs from the other's.
async fn issued(service: &Service, number: u64) -> Vec<u8> {
    let mut file = Vec::new();
    for number in 1..=number {
        let request = cases::case("FOOD", number).expect("a case");
        let customer = service.at(&text(&request, "issuer"));
        let key = format!("a-licence-of-regions-{number:06}");
        let asked = customer
            .ask(&key, &cases::body(&request), service.now())
            .await;
        let job = text(&asked.expect("an answer").json(), "job");
        let custodian = ("custodian", CUSTODIAN);
        let released = customer.release(custodian, &job, service.now()).await;
        let identifier = text(&released.expect("an answer").json(), "identifier");
        let call = Call::get(format!("/v1/licences/{identifier}/files/pdf"));
        let answer = customer.call("approvals", call, service.now()).await;
        file = answer.expect("an answer").content.to_vec();
    }
    file
}

/// What a report says: the answer, and what speaks against it.
fn said(report: &Value) -> (String, Vec<String>) {
    let signatures = report["signatures"].as_array().into_iter().flatten();
    let findings = signatures.flat_map(|one| one["findings"].as_array().into_iter().flatten());
    let findings = findings.chain(report["findings"].as_array().into_iter().flatten());
    let mut errors: Vec<String> = findings
        .filter(|one| one["severity"] == "error")
        .map(|one| text(one, "code"))
        .collect();
    errors.sort();
    errors.dedup();
    (text(report, "answer"), errors)
}

/// What `POST /v1/verifications` of an installation says of a file.
async fn live(service: &Service, file: &[u8]) -> (String, Vec<String>) {
    let call = Call::send(
        Method::POST,
        "/v1/verifications",
        "application/pdf",
        file.to_vec(),
    );
    said(&service.call(call).await.json())
}

/// The same, with the lists of who issued it beside the file.
async fn live_with(service: &Service, file: &[u8], issuer: &Service) -> (String, Vec<String>) {
    let mut content = Vec::new();
    let mut put = |part: &str, name: &str, octets: &[u8]| {
        let head = format!(
            "--cut\r\ncontent-disposition: form-data; name=\"{part}\"; filename=\"{name}\"\r\n\r\n"
        );
        content.extend_from_slice(head.as_bytes());
        content.extend_from_slice(octets);
        content.extend_from_slice(b"\r\n");
    };
    put("file", "licence.pdf", file);
    for (path, name) in LISTS {
        put("status", name, &issuer.call(Call::get(path)).await.content);
    }
    content.extend_from_slice(b"--cut--\r\n");
    let kind = "multipart/form-data; boundary=cut";
    let call = Call::send(Method::POST, "/v1/verifications", kind, content);
    said(&service.call(call).await.json())
}

/// What `yinxin-verify` says with the bundle of `at`, and the lists of who issued the file.
async fn offline(at: &Service, issuer: &Service, file: &[u8]) -> (u8, (String, Vec<String>)) {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = |name: &str, octets: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, octets).expect("written");
        path.into_os_string()
    };
    let file = kept("licence.pdf", file);
    let trust = kept("trust.jwt", &at.call(Call::get("/v1/trust")).await.content);
    for (path, name) in LISTS {
        kept(name, &issuer.call(Call::get(path)).await.content);
    }
    let status = folder.path().as_os_str().to_owned();
    let words: Vec<OsString> = vec![
        "yinxin-verify".into(),
        file,
        "--trust".into(),
        trust,
        "--status".into(),
        status,
        "--json".into(),
    ];
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let exit = cli::run(words, at.now(), &mut out, &mut err);
    let told: Value = serde_json::from_slice(&out).expect("one line of JSON");
    (exit, said(&told))
}

async fn list_of(service: &Service) -> (String, String) {
    let answer = service.call(Call::get("/trust/list.xml")).await;
    assert_eq!(answer.status, 200);
    let field = |name: &str| {
        let field = answer.headers.get(name).expect("a field");
        field.to_str().expect("text").to_owned()
    };
    assert_eq!(field("content-type"), "application/vnd.etsi.tsl+xml");
    let tag = field("etag");
    let digest = service.call(Call::get("/trust/list.sha2")).await;
    let own = tests::installation::hex(&crypto::sha256(&answer.content));
    assert_eq!(
        (digest.status.as_u16(), &digest.content[..]),
        (200, own.as_bytes())
    );
    let list = String::from_utf8(answer.content.to_vec()).expect("text");
    for said in [
        "中山路 1 号",
        "mailto:help@licences.example",
        "https://licences.example/rules",
    ] {
        assert!(list.contains(said), "{said}");
    }
    let again = Call::get("/trust/list.xml").field("if-none-match", tag.clone());
    let again = service.call(again).await;
    assert_eq!((again.status.as_u16(), again.content.len()), (304, 0));
    (list, tag)
}

async fn signer_of(service: &Service) -> String {
    let certificate = service.call(Call::get("/certificates/trust.cer")).await;
    STANDARD.encode(&certificate.content)
}

pub(crate) fn word(document: &str, signers: &[String]) -> Value {
    json!({"document": document, "signers": signers, "decision": "互认〔2026〕1号"})
}

#[tokio::test(flavor = "multi_thread")]
async fn installations_with_different_roots_verify_each_other_s_licences_after_an_exchange() {
    let here = Service::start(None).await;
    let there = Service::elsewhere("http://there.example").await;
    let files = [issued(&here, 1).await, issued(&there, 2).await];
    let (ours, theirs) = (Two::at(&here).await, Two::at(&there).await);
    for (at, issuer, own, other) in [(&here, &there, 0, 1), (&there, &here, 1, 0)] {
        let (exit, told) = offline(at, at, &files[own]).await;
        assert_eq!(exit, cli::ALL_VALID, "{told:?}");
        let before = offline(at, issuer, &files[other]).await;
        is_unknown(&before.1);
        is_unknown(&live(at, &files[other]).await);
    }
    let (list, tag) = list_of(&there).await;
    let (own, _) = list_of(&here).await;
    for (at, two, list, issuer) in [
        (&here, &ours, &list, &there),
        (&there, &theirs, &own, &here),
    ] {
        let word = word(list, &[signer_of(issuer).await]);
        both(at, two, REGION, &word).await;
    }
    for (at, issuer, other) in [(&here, &there, 1), (&there, &here, 0)] {
        let after = offline(at, issuer, &files[other]).await;
        let valid = ("valid".to_owned(), vec![]);
        assert_eq!(after, (cli::ALL_VALID, valid));
    }
    // R32: its own region answers for its state. This register says nothing of it, and the lists of its region do.
    assert_eq!(live(&here, &files[1]).await.0, "status_unknown");
    let valid = ("valid".to_owned(), vec![]);
    assert_eq!(live_with(&here, &files[1], &there).await, valid);
    // What was taken in from elsewhere is not handed on.
    assert_eq!(list_of(&there).await.1, tag);
    let pair = (&here, &there);
    narrowed(pair, &ours, (&list, &files[1])).await;
    dated(pair, &ours, (&list, &files[1])).await;
    let end = json!({"decision": "互认〔2026〕9号"});
    let path = format!("{REGION}/end");
    both(&here, &ours, &path, &end).await;
    is_unknown(&offline(&here, &there, &files[1]).await.1);
    assert_eq!(says(&here, &ours, &path, &end).await.status, 404);
    let trace = here.trace("Q-APR").await;
    let events = trace
        .iter()
        .filter(|entry| entry.object == "region elsewhere");
    assert_eq!(events.count(), 2 * 7);
}

/// Its root has the name of ours and another key: the chain leads nowhere.
fn is_unknown((answer, errors): &(String, Vec<String>)) {
    assert_eq!(answer, "untrusted");
    assert!(
        errors.contains(&"path.signature-differs".to_owned()),
        "{errors:?}"
    );
}

/// Two people agree on less than the region names: a licence beyond it is refused for that.
async fn narrowed((here, there): (&Service, &Service), two: &Two, (list, file): (&str, &[u8])) {
    let mut wrong = Vec::new();
    for (offices, code) in [
        (json!([{"code": POLICE}]), "licence.office-elsewhere"),
        (
            json!([{"code": BUREAU, "types": [BUSINESS]}]),
            "licence.type-not-entitled",
        ),
        (
            json!([{"code": BUREAU, "until": "2026-07-03T00:00:00Z"}]),
            "licence.office-period",
        ),
    ] {
        let mut word = word(list, &[]);
        word["offices"] = offices;
        both(here, two, REGION, &word).await;
        let (_, told) = offline(here, there, file).await;
        if told != ("untrusted".to_owned(), vec![code.to_owned()]) {
            wrong.push((code, told));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// What was sealed within the term is good, and what was sealed outside of it is not.
async fn dated((here, there): (&Service, &Service), two: &Two, (list, file): (&str, &[u8])) {
    let mut word = word(list, &[]);
    word["until"] = json!("2026-07-03T02:00:00Z");
    both(here, two, REGION, &word).await;
    let (exit, told) = offline(here, there, file).await;
    assert_eq!(exit, cli::ALL_VALID, "{told:?}");
    word["from"] = json!("2026-07-03T01:05:00Z");
    both(here, two, REGION, &word).await;
    let (exit, told) = offline(here, there, file).await;
    assert_ne!(exit, cli::ALL_VALID, "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_not_what_it_has_to_be_is_not_taken_in() {
    let here = Service::start(None).await;
    let there = Service::elsewhere("http://there.example").await;
    let (ours, theirs) = (Two::at(&here).await, Two::at(&there).await);
    let (first, tag) = list_of(&there).await;
    let signer = signer_of(&there).await;
    let signature = (422, "trust.signature".to_owned());
    let pinned = [signer.clone()];
    assert_eq!(refused(&here, &ours, &word(&first, &[])).await, signature);
    let other = [signer_of(&here).await];
    assert_eq!(
        refused(&here, &ours, &word(&first, &other)).await,
        signature
    );
    let altered = first.replacen("<TSLSequenceNumber>1<", "<TSLSequenceNumber>9<", 1);
    assert_ne!(altered, first);
    assert_eq!(
        refused(&here, &ours, &word(&altered, &pinned)).await,
        signature
    );
    let mut nobody = word(&first, &pinned);
    nobody["offices"] = json!([{"code": "11330100002489559A"}]);
    let not_named = (422, "trust.not-named".to_owned());
    assert_eq!(refused(&here, &ours, &nobody).await, not_named);
    let mut never = word(&first, &pinned);
    (never["from"], never["until"]) =
        (json!("2026-08-01T00:00:00Z"), json!("2026-07-01T00:00:00Z"));
    let term = (422, "trust.term".to_owned());
    assert_eq!(refused(&here, &ours, &never).await, term);
    both(&here, &ours, REGION, &word(&first, &pinned)).await;

    let (second, anchor) = anchored((&here, &there), &theirs, &tag).await;

    // The list in force says who signs the next one: nobody has to state it again, and nobody else does.
    assert_eq!(
        refused(&here, &ours, &word(&second, &other)).await,
        signature
    );
    both(&here, &ours, REGION, &word(&second, &[])).await;
    let older = (422, "trust.older".to_owned());
    assert_eq!(refused(&here, &ours, &word(&first, &pinned)).await, older);
    let decided = here
        .asked_by(&ours.1, Call::get("/v1/trust/regions"))
        .await
        .json();
    let anchors = &decided[0]["decided"]["trust"]["anchors"];
    assert_eq!(anchors.as_array().map(Vec::len), Some(2), "{decided}");

    let end = json!({"decision": "信任〔2026〕2号"});
    both(&there, &theirs, &format!("{anchor}/end"), &end).await;
    assert!(list_of(&there).await.0.contains("<TSLSequenceNumber>3<"));
    let trace = there.trace("Q-APR").await;
    let events = trace
        .iter()
        .filter(|entry| entry.object.starts_with("anchor "));
    assert_eq!(events.count(), 4);
    stale(&here, &second).await;
}

/// Another anchor there makes another list, under the next number: the list, and where the anchor is.
async fn anchored(
    (here, there): (&Service, &Service),
    theirs: &Two,
    tag: &str,
) -> (String, String) {
    let root = here.call(Call::get("/certificates/root.cer")).await.content;
    let name = tests::installation::hex(&crypto::sha256(&root));
    let anchor = format!("/v1/trust/anchors/{name}");
    let stamps = json!({
        "certificate": STANDARD.encode(&root), "purposes": ["time-stamping"], "decision": "信任〔2026〕1号",
    });
    let mut nothing = stamps.clone();
    nothing["purposes"] = json!([]);
    let told = says(there, theirs, &anchor, &nothing).await;
    assert_eq!(problem(&told).2, "trust.anchor");
    let elsewhere = format!("/v1/trust/anchors/{}", "0".repeat(64));
    let told = says(there, theirs, &elsewhere, &stamps).await;
    assert_eq!(problem(&told).2, "trust.anchor");
    both(there, theirs, &anchor, &stamps).await;
    let (second, newer) = list_of(there).await;
    assert_ne!(newer, tag);
    assert!(second.contains("<TSLSequenceNumber>2<"), "{second}");
    (second, anchor)
}

/// Past its next update a list is no trust, and everybody can see it; our own goes on under the next number.
async fn stale(here: &Service, list: &str) {
    let ready = here.call(Call::get("/readyz")).await;
    assert_eq!(ready.json()["stale_regions"], json!([]), "{}", ready.json());
    assert_eq!(ready.json()["trust"], json!(true));
    here.wait(SignedDuration::days(31));
    here.office.renew_trust().await.expect("readable");
    let ready = here.call(Call::get("/readyz")).await.json();
    assert_eq!(ready["stale_regions"], json!(["elsewhere"]), "{ready}");
    assert_eq!(
        (&ready["trust"], &ready["trusted_list"]),
        (&json!(true), &json!(true))
    );
    let who = ("Q-APR", "trust.3", "P-TRUST-3");
    let late = here.person(who, "catalogue-administrator").await;
    let again = send(Method::PUT, REGION, &word(list, &[]));
    let told = here.asked_by(&late, again).await;
    assert_eq!(problem(&told).2, "trust.stale");
}
