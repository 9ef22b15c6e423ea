//! Content sealed by its digest, for what becomes of it later.

use catalogue::key::{DepartmentKey, PersonKey, SealCode};
use serde_json::{Value, json};
use server::Call;
use tests::customer::Customer;
use tests::installation::{CUSTODIAN, hex};

use super::stage::Service;

/// What a caller keeps.
pub(crate) const KEPT: &[u8] = b"minutes of a meeting";

/// A signature over the digest of what the caller keeps: its job, and its file.
pub(crate) async fn sealed(
    service: &Service,
    customer: &Customer,
    how: &Value,
) -> (String, Vec<u8>) {
    for person in ["P-FIRST", "P-SECOND"] {
        let word = releasing::UnseenWord {
            seal: SealCode::parse("990102-SPZYZ-01").expect("a code"),
            department: DepartmentKey::parse("Q-APR").expect("a department"),
            allowed: true,
            person: PersonKey::parse(person).expect("a person"),
            at: service.now(),
        };
        let spoken = service.office.registry().quorums().unseen().say(word).await;
        spoken.expect("a word");
    }
    let mut order = json!({
        "seal": "990102-SPZYZ-01", "purpose": "document", "ground": "内部材料〔2026〕2号", "envelope": "cades",
        "digests": [{"name": "minutes.txt", "media_type": "text/plain", "digests": {"sha-256": hex(&crypto::sha256(KEPT))}}],
    });
    let members = order.as_object_mut().expect("an object");
    members.extend(how.as_object().expect("an object").clone());
    let form = format!(
        "--part-of-a-form\r\ncontent-disposition: form-data; name=\"order\"\r\n\r\n{order}\r\n--part-of-a-form--\r\n"
    );
    let post = "POST".parse().expect("a method");
    let kind = "multipart/form-data; boundary=part-of-a-form";
    let key = hex(&crypto::sha256(order.to_string().as_bytes()));
    let call = Call::send(post, "/v1/seal-signatures", kind, form.into_bytes()).once(key);
    let waits = customer.call("approvals", call, service.now()).await;
    let waits = waits.expect("an answer").json();
    let job = waits["job"].as_str().expect("a job").to_owned();
    let release = customer.signed(("custodian", CUSTODIAN), &job, service.now());
    let mut release = release.await.expect("an offer");
    release["content_not_sent"] = json!(true);
    let call = Call::post(format!("/v1/releases/{job}"), &release);
    let told = customer.call("custodian", call, service.now()).await;
    assert_eq!(told.expect("an answer").status, 201);
    let path = format!("/v1/seal-signatures/{job}/file");
    let file = super::national::get(service, customer, &path).await;
    (job, file.content.to_vec())
}
