//! Persons sign: taken in, proven, given a key; the signature names signer, intent and time, and stops with its identity.

use serde_json::{Value, json};
use server::{Answer, Call};
use tests::paper::{form, page};
use time::SignedDuration;

use super::stage::{Service, problem};

const NAME: &str = "林小满";
const NUMBER: &str = "990102198805210245";
const INTENT: &str = "本人确认申请表所填内容真实，并申请办理本事项。";

async fn post(service: &Service, path: &str, key: &str, body: &Value) -> Answer {
    let call = Call::post(path, body).once(key);
    let answer = service
        .at("Q-APR")
        .call("approvals", call, service.now())
        .await;
    answer.expect("an answer")
}

pub(crate) async fn act(service: &Service, signer: &str, act: &str) -> Answer {
    let level = (act == "prove").then_some("L2");
    let body = json!({"act": act, "level": level, "reason": "实名核验"});
    let path = format!("/v1/signers/{signer}/acts");
    post(service, &path, "a-key-nobody-looks-at", &body).await
}

async fn signer(service: &Service) -> String {
    let body = json!({"name": NAME, "number": NUMBER});
    let key = "a-key-of-the-signer";
    let id = signer_called(service, (NAME, NUMBER), key).await;
    let again = post(service, "/v1/signers", key, &body).await;
    assert_eq!(again.json()["signer"], id);
    assert_eq!(again.json()["name"], "林**");
    assert_eq!(again.json()["number"], "990102********0245");
    id
}

/// An identity of this person that signs.
pub(crate) async fn signer_called(
    service: &Service,
    (name, number): (&str, &str),
    key: &str,
) -> String {
    let body = json!({"name": name, "number": number});
    let taken = post(service, "/v1/signers", key, &body).await;
    assert_eq!(taken.status, 200, "{}", taken.json());
    let id = taken.json()["signer"].as_str().expect("an id").to_owned();
    for (step, state) in [("prove", "identity_proven"), ("activate", "active")] {
        let done = act(service, &id, step).await;
        assert_eq!(done.json()["state"], state, "{}", done.json());
    }
    id
}

async fn sign(service: &Service, signer: &str, key: &str, intent: &str) -> Answer {
    let order = json!({"signer": signer, "intent": intent, "case": "BJ-990102-20260608-00017"});
    let call = form("/v1/signatures", &order, &page("form")).once(key);
    let answer = service
        .at("Q-APR")
        .call("approvals", call, service.now())
        .await;
    answer.expect("an answer")
}

pub(crate) async fn verified(service: &Service, file: Vec<u8>) -> Value {
    let method = "POST".parse().expect("a method");
    let call = Call::send(
        method,
        "/v1/verifications",
        "application/octet-stream",
        file,
    );
    let answer = service
        .at("Q-APR")
        .anybody()
        .call(call, service.now())
        .await;
    answer.expect("an answer").json()
}

async fn file(service: &Service, signature: &str) -> Vec<u8> {
    let call = Call::get(format!("/v1/signatures/{signature}/file"));
    let answer = service
        .at("Q-APR")
        .call("approvals", call, service.now())
        .await;
    answer.expect("an answer").content.to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_a_form_and_anybody_reads_who_signed_what_meaning_what() {
    let service = Service::start().await;
    let signer = signer(&service).await;
    let key = "a-key-of-the-signature-1";
    let signed = sign(&service, &signer, key, INTENT).await;
    assert_eq!(signed.status, 201, "{}", signed.json());
    let told = signed.json();
    assert_eq!(told["signed"]["intent"], INTENT);
    assert_eq!(told["signed"]["level"], "L2");
    assert_eq!(told["signed"]["by"]["name"], NAME);
    let again = sign(&service, &signer, key, INTENT).await;
    assert_eq!(again.json(), told, "one request, one signature");
    let other = sign(&service, &signer, key, "另一个意思").await;
    assert_eq!(problem(&other).1, "idempotency.reused");

    let id = told["signature"].as_str().expect("an id");
    let bytes = file(&service, id).await;
    let report = verified(&service, bytes.clone()).await;
    let found = &report["signatures"][0];
    assert_eq!(found["verdict"], "valid", "{report}");
    assert_eq!(found["intent"], INTENT);
    assert_eq!(found["level"], "B-LT");
    assert_eq!(found["time_source"], "signature_time_stamp");
    assert!(found["signer"].as_str().expect("a name").contains(NAME));
    assert!(!report.to_string().contains(NUMBER));

    // The intent is under the signature: other words are another document.
    let hex: String = INTENT
        .encode_utf16()
        .map(|unit| format!("{unit:04X}"))
        .collect();
    let at = bytes
        .windows(hex.len())
        .position(|window| window.eq_ignore_ascii_case(hex.as_bytes()));
    if let Some(at) = at {
        let mut other = bytes.clone();
        other[at + 3] ^= 1;
        let report = verified(&service, other).await;
        assert_eq!(report["signatures"][0]["verdict"], "invalid", "{report}");
    }
    let mut other = bytes;
    other[60] ^= 1;
    let report = verified(&service, other).await;
    assert_ne!(report["verdict"], "valid");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_signs_while_it_is_active_and_no_longer() {
    let service = Service::start().await;
    let signer = signer(&service).await;
    let before = sign(&service, &signer, "a-key-of-the-signature-2", INTENT).await;
    let before = before.json()["signature"]
        .as_str()
        .expect("an id")
        .to_owned();
    // A time-stamp of the second in which the certificate was revoked would not be from before it.
    service.wait(SignedDuration::seconds(1));
    assert_eq!(
        act(&service, &signer, "suspend").await.json()["state"],
        "suspended"
    );
    let stopped = sign(&service, &signer, "a-key-of-the-signature-3", INTENT).await;
    assert_eq!(problem(&stopped), (409, "signer.refused".to_owned()));
    assert_eq!(
        act(&service, &signer, "resume").await.json()["state"],
        "active"
    );
    assert_eq!(
        act(&service, &signer, "cancel").await.json()["state"],
        "cancelled"
    );
    for step in ["prove", "activate", "suspend", "resume", "cancel"] {
        let late = act(&service, &signer, step).await;
        assert_eq!(problem(&late), (409, "signer.refused".to_owned()), "{step}");
    }
    let late = sign(&service, &signer, "a-key-of-the-signature-4", INTENT).await;
    assert_eq!(problem(&late), (409, "signer.refused".to_owned()));
    // Cancellation at a moment does not touch what was signed before it (domain.md 4.3).
    let report = verified(&service, file(&service, &before).await).await;
    assert_eq!(report["signatures"][0]["verdict"], "valid", "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_alone_proves_no_identity_and_no_firm_signs() {
    let service = Service::start().await;
    let firm = json!({"name": "云上小馆", "number": "91990102FAKE0A0109"});
    let refused = post(&service, "/v1/signers", "a-key-of-the-signer-2", &firm).await;
    assert_eq!(refused.status, 422, "{}", refused.json());
    let person = json!({"name": NAME, "number": NUMBER});
    let taken = post(&service, "/v1/signers", "a-key-of-the-signer-3", &person).await;
    let id = taken.json()["signer"].as_str().expect("an id").to_owned();
    let path = format!("/v1/signers/{id}/acts");
    let weak = json!({"act": "prove", "level": "L1", "reason": "账号"});
    let weak = post(&service, &path, "a-key-nobody-looks-at", &weak).await;
    assert_eq!(problem(&weak), (422, "signer.level".to_owned()));
    // Nor does who says nothing of how.
    for silent in ["", "  "] {
        let silent = json!({"act": "prove", "level": "L3", "reason": silent});
        let silent = post(&service, &path, "a-key-nobody-looks-at", &silent).await;
        assert_eq!(problem(&silent).0, 422);
    }
    let early = sign(&service, &id, "a-key-of-the-signature-5", INTENT).await;
    assert_eq!(problem(&early), (409, "signer.refused".to_owned()));
    assert_eq!(act(&service, &id, "prove").await.status, 200);
    let bureau = catalogue::key::DepartmentKey::parse("Q-APR").expect("a department");
    let trace = service.office.registry().trace();
    let entries = trace.entries(&bureau, 0).await.expect("answers");
    let of = |deed: &str, ground: &str| {
        let found = entries
            .iter()
            .filter(|entry| entry.deed == deed && entry.ground == ground);
        found.collect::<Vec<_>>()
    };
    assert_eq!(of("deny", "signer.means").len(), 2);
    let proven = of("signer", "prove");
    let [proven] = proven.as_slice() else {
        unreachable!("one proof")
    };
    let means = tests::installation::hex(&crypto::sha256("实名核验".as_bytes()));
    assert!(
        proven.detail.contains("level=L2") && proven.detail.contains(&format!("means={means}")),
        "{}",
        proven.detail
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_cancelled_has_no_good_certificate_whatever_breaks_between() {
    let service = Service::start().await;
    let signer = signer(&service).await;
    let file = service.installation.folder().join("registry.db");
    let alter = |statement: &str| {
        let store = rusqlite::Connection::open(&file).expect("the file");
        store.execute_batch(statement).expect("altered");
    };
    // The list of what is revoked cannot be written: nobody is cancelled then, and the same is asked again.
    alter(
        "CREATE TRIGGER broken BEFORE UPDATE OF revoked ON certificate BEGIN SELECT RAISE(ABORT, 'broken'); END",
    );
    let broken = act(&service, &signer, "cancel").await;
    assert!(broken.status.is_server_error(), "{}", broken.json());
    alter("DROP TRIGGER broken");
    let bureau = service.at("Q-APR");
    let call = Call::get(format!("/v1/signers/{signer}"));
    let told = bureau.call("approvals", call, service.now()).await;
    assert_eq!(told.expect("an answer").json()["state"], "active");
    // Nor is it a second time where the identity cannot be written and its certificate was.
    alter(
        "CREATE TRIGGER broken BEFORE UPDATE OF state ON signer BEGIN SELECT RAISE(ABORT, 'broken'); END",
    );
    let broken = act(&service, &signer, "cancel").await;
    assert!(broken.status.is_server_error(), "{}", broken.json());
    alter("DROP TRIGGER broken");
    let done = act(&service, &signer, "cancel").await;
    assert_eq!(done.json()["state"], "cancelled", "{}", done.json());
}

/// Asks for a signature on a file, seen at this place.
async fn seen(service: &Service, signer: &str, file: &[u8], (page_of, x): (u32, u32)) -> Answer {
    let order = json!({
        "signer": signer, "intent": INTENT, "case": "",
        "visible": {"page": page_of, "x_mm": x, "y_mm": 30},
    });
    let key = format!("a-key-of-what-is-seen-{signer}-{page_of}");
    let call = form("/v1/signatures", &order, file).once(key);
    let bureau = service.at("Q-APR");
    let answer = bureau.call("approvals", call, service.now()).await;
    answer.expect("an answer")
}

#[tokio::test(flavor = "multi_thread")]
async fn several_people_sign_one_document_one_after_the_other_and_each_name_is_seen() {
    let service = Service::start().await;
    let first = signer(&service).await;
    let other = ("陈知远", "99010219810705031X");
    let second = signer_called(&service, other, "a-key-of-the-second").await;
    let mut bytes = page("form");
    for (signer, x) in [(&first, 20), (&second, 60)] {
        let signed = seen(&service, signer, &bytes, (1, x)).await;
        assert_eq!(signed.status, 201, "{}", signed.json());
        let id = signed.json()["signature"].clone();
        bytes = file(&service, id.as_str().expect("an id")).await;
    }
    let report = verified(&service, bytes.clone()).await;
    assert_eq!(report["verdict"], "valid", "{report}");
    let found = report["signatures"].as_array().expect("signatures");
    assert_eq!(found.len(), 2);
    for (one, name) in found.iter().zip([NAME, other.0]) {
        assert_eq!(one["verdict"], "valid");
        assert!(one["signer"].as_str().expect("a name").contains(name));
    }
    let changes = found[0]["changes_after"].as_array().expect("changes");
    assert!(changes.iter().all(|change| change["permitted"] == true));
    // Both names are drawn; a page that is not there is refused, and nothing is signed.
    let drawn = bytes.windows(12).filter(|at| at == b"/BM/Multiply");
    assert_eq!(drawn.count(), 2);
    let absent = seen(&service, &second, &page("form"), (9, 20)).await;
    assert_eq!(problem(&absent), (422, "document.refused".to_owned()));
    // What the second one signed includes the first one's signature.
    let mut bent = bytes;
    bent[60] ^= 1;
    let report = verified(&service, bent).await;
    assert_ne!(report["verdict"], "valid");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_whose_certificate_is_over_signs_no_more() {
    use papers::signers::{SignerError, SignerRefused};
    use papers::signing::{SignError, SignOrder, sign};

    let service = Service::start().await;
    let signer = signer(&service).await;
    let asker = issuance::Asker {
        account: "Q-APR-approvals".to_owned(),
        person: "Q-APR-approvals".to_owned(),
        department: catalogue::key::DepartmentKey::parse("Q-APR").expect("a department"),
    };
    let order = SignOrder {
        signer,
        intent: INTENT.to_owned(),
        case: String::new(),
        visible: None,
        joint: None,
        agreed: None,
        remote: None,
        mandate: None,
    };
    for (days, signs) in [(364, true), (365, false)] {
        let later = service.now() + time::Duration::days(days);
        let clock = std::sync::Arc::new(issuance::FixedClock::new(later));
        let office = service.installation.open(clock).await.expect("it opens");
        let key = format!("a-key-of-the-signature-{days}");
        let once = issuance::Once {
            key: registry::asked::IdempotencyKey::parse(&key).expect("a key"),
            fingerprint: [7; 32],
        };
        let told = sign(&office, &asker, &once, &order, page("form")).await;
        let over = matches!(
            told,
            Err(SignError::Signer(SignerError::Refused(
                SignerRefused::NotActive(_)
            )))
        );
        assert_eq!(over, !signs, "day {days}: {told:?}");
    }
}
