//! Several documents under one consent, and one document under a key that is made for it and destroyed.

use crypto::sha256;
use hyper::Method;
use registry::trace::Deed;
use serde_json::{Value, json};
use server::{Answer, Call};
use tests::paper::{form, page};
use time::SignedDuration;

use super::signatures::{act, signer_called, verified};
use super::stage::{Service, problem};

const PERSON: (&str, &str) = ("林小满", "990102198805210245");
const INTENT: &str = "本人确认本包全部文件。";

async fn ask(service: &Service, call: Call) -> Answer {
    let bureau = service.at("Q-APR");
    let answer = bureau.call("approvals", call, service.now()).await;
    answer.expect("an answer")
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// The list of these files, as a person agrees to it.
fn listed(files: &[Vec<u8>]) -> String {
    let mut digests: Vec<_> = files.iter().map(|file| sha256(file)).collect();
    digests.sort_unstable();
    hex(&sha256(&digests.concat()))
}

/// A form of an order and several files.
fn package(order: &Value, files: &[Vec<u8>]) -> Call {
    let mut body =
        format!("--part\r\nContent-Disposition: form-data; name=\"order\"\r\n\r\n{order}\r\n")
            .into_bytes();
    for (place, file) in files.iter().enumerate() {
        let head = format!(
            "--part\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{place}.pdf\"\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--part--\r\n");
    let kind = "multipart/form-data; boundary=part";
    Call::send(Method::POST, "/v1/signature-packages", kind, body)
}

fn order(signer: &str, agreed: &str) -> Value {
    json!({"signer": signer, "intent": INTENT, "package": agreed})
}

async fn file(service: &Service, signature: &Value) -> Vec<u8> {
    let id = signature["signature"].as_str().expect("an id");
    let call = Call::get(format!("/v1/signatures/{id}/file"));
    ask(service, call).await.content.to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_of_one_consent_are_each_signed_whole_and_no_other_is_among_them() {
    let service = Service::start().await;
    let signer = signer_called(&service, PERSON, "a-key-of-the-signer").await;
    let files: Vec<_> = ["申请表", "承诺书一", "承诺书二"].map(page).into();
    let agreed = order(&signer, &listed(&files));
    let key = "a-key-of-the-package-1";
    let signed = ask(&service, package(&agreed, &files).once(key)).await;
    assert_eq!(signed.status, 201, "{}", signed.json());
    let told = signed.json();
    let signatures = told["signatures"].as_array().expect("signatures");
    assert_eq!(
        (signatures.len(), &told["package"]),
        (3, &agreed["package"])
    );
    for (one, brought) in signatures.iter().zip(&files) {
        assert_eq!(one["signed"]["paper"], hex(&sha256(brought)));
        let report = verified(&service, file(&service, one).await).await;
        assert_eq!(report["verdict"], "valid", "{report}");
        assert_eq!(report["signatures"][0]["intent"], INTENT);
    }
    let again = ask(&service, package(&agreed, &files).once(key)).await;
    assert_eq!(again.json(), told, "signed once");
    let other = ask(
        &service,
        package(&order(&signer, &listed(&files)), &files[..2]).once(key),
    )
    .await;
    assert_eq!(problem(&other).0, 422, "{}", other.json());

    // A file that was swapped, added, left out or brought twice is another list, and nothing of it is signed.
    let swapped = [page("转让协议"), files[1].clone(), files[2].clone()];
    let added = [&files[..], &[page("转让协议")]].concat();
    let twice = [&files[..], &files[..1]].concat();
    let many: Vec<_> = (0..65)
        .map(|number| page(&format!("文件{number}")))
        .collect();
    for (place, bent) in [&swapped[..], &added, &files[..2], &twice, &many]
        .into_iter()
        .enumerate()
    {
        let agreed = if place < 3 {
            listed(&files)
        } else {
            listed(bent)
        };
        let key = format!("a-key-of-the-list-{place}");
        let refused = ask(&service, package(&order(&signer, &agreed), bent).once(&key)).await;
        assert_eq!(
            refused.json()["defects"][0]["code"],
            "signing.package",
            "{place}"
        );
    }
    act(&service, &signer, "suspend").await;
    let late = ask(
        &service,
        package(&agreed, &files).once("a-key-of-the-package-2"),
    )
    .await;
    assert_eq!(problem(&late), (409, "signer.refused".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_signed_stops_the_package_before_the_first() {
    let service = Service::start().await;
    let signer = signer_called(&service, PERSON, "a-key-of-the-signer").await;
    let files = [page("申请表"), b"no file".to_vec()];
    let agreed = order(&signer, &listed(&files));
    let refused = ask(
        &service,
        package(&agreed, &files).once("a-key-of-the-package-3"),
    )
    .await;
    assert_eq!(problem(&refused).0, 422, "{}", refused.json());
    let bureau = catalogue::key::DepartmentKey::parse("Q-APR").expect("a department");
    let key = crypto::KeyId::parse(&format!("person-{signer}")).expect("a name");
    let ledger = service
        .office
        .registry
        .trace()
        .ledger(&bureau, &key, 0)
        .await;
    assert_eq!(ledger.expect("answers").len(), 0, "the key was not asked");
}

fn pad(level: &str, file: &[u8]) -> Call {
    let order = json!({
        "name": PERSON.0, "number": PERSON.1, "level": level, "means": "窗口核验身份证",
        "intent": "本人确认并申请办理。", "visible": {"page": 1, "x_mm": 20, "y_mm": 30},
    });
    form("/v1/pad-signatures", &order, file)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_a_window_signs_its_one_document_and_is_gone() {
    let service = Service::start().await;
    let weak = ask(
        &service,
        pad("L1", &page("form")).once("a-key-of-the-pad-0"),
    )
    .await;
    assert_eq!(problem(&weak), (422, "signer.level".to_owned()));
    let key = "a-key-of-the-pad-1";
    let signed = ask(&service, pad("L3", &page("form")).once(key)).await;
    assert_eq!(signed.status, 201, "{}", signed.json());
    let told = signed.json();
    assert_eq!(
        (&told["signed"]["level"], &told["signed"]["by"]["name"]),
        (&json!("L3"), &json!(PERSON.0))
    );
    let again = ask(&service, pad("L3", &page("form")).once(key)).await;
    assert_eq!(again.json(), told, "one request, one key");

    // The key is gone, its record stays, and the identity signs nothing else.
    let id = told["signature"].as_str().expect("an id");
    let seen = ask(&service, Call::get(format!("/v1/signatures/{id}")))
        .await
        .json();
    let signer = seen["signer"].as_str().expect("an identity").to_owned();
    let name = format!("person-{signer}");
    let of_key = crypto::KeyId::parse(&name).expect("a name");
    assert!(service.office.keys.public_key(&of_key).is_none());
    let destroyed = service
        .office
        .registry
        .trace()
        .of_deed(&name, Deed::Key)
        .await;
    let grounds: Vec<_> = destroyed
        .expect("answers")
        .into_iter()
        .map(|entry| entry.ground)
        .collect();
    assert_eq!(grounds, ["destroyed"]);
    let order = json!({"signer": signer, "intent": "再签一份。"});
    let second = form("/v1/signatures", &order, &page("another form"));
    let second = ask(&service, second.once("a-key-of-the-pad-2")).await;
    assert_eq!(problem(&second), (409, "signer.refused".to_owned()));
    for step in ["suspend", "resume", "cancel", "spend", "activate"] {
        let late = act(&service, &signer, step).await;
        assert!(late.status.is_client_error(), "{step}");
    }
    let file = file(&service, &told).await;
    for days in [0, 20] {
        service.wait(SignedDuration::days(days));
        let report = verified(&service, file.clone()).await;
        assert_eq!(report["verdict"], "valid", "after {days} days: {report}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pad_that_signs_nothing_leaves_no_key() {
    let service = Service::start().await;
    let keys = service.office.keys.list().len();
    let none = ask(&service, pad("L2", b"no file").once("a-key-of-the-pad-3")).await;
    assert_eq!(problem(&none).0, 422);
    // The page that is asked for is not there: the key was made, and is destroyed.
    let order = json!({
        "name": PERSON.0, "number": PERSON.1, "level": "L2", "means": "窗口核验身份证", "intent": "本人确认。",
        "visible": {"page": 9, "x_mm": 20, "y_mm": 30},
    });
    let absent = form("/v1/pad-signatures", &order, &page("form")).once("a-key-of-the-pad-4");
    assert_eq!(
        problem(&ask(&service, absent).await),
        (422, "document.refused".to_owned())
    );
    assert_eq!(service.office.keys.list().len(), keys);
}

const STROKES: &str = "yinxin strokes 1 800 400\n100,200,0,0 120,190,16,300 140,185,32,420 160,188,48,400 180,200,64,380\n\
    200,100,200,500 202,140,216,510 204,180,232,500 205,220,248,450\n300,300,400,0\n";

async fn gives(service: &Service, signer: &str, strokes: &str) -> Answer {
    let path = format!("/v1/signers/{signer}/handwriting");
    let body = json!({"strokes": strokes}).to_string().into_bytes();
    let call = Call::send(Method::PUT, &path, "application/json", body);
    ask(service, call.once("a-key-nobody-looks-at")).await
}

/// A signature that shows how the person writes.
async fn shown(service: &Service, signer: &str, key: &str) -> Answer {
    let order = json!({
        "signer": signer, "intent": INTENT,
        "visible": {"page": 1, "x_mm": 20, "y_mm": 30, "handwriting": true},
    });
    ask(
        service,
        form("/v1/signatures", &order, &page("form")).once(key),
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn how_a_person_writes_is_seen_where_they_sign_and_only_what_their_key_signed() {
    let service = Service::start().await;
    let signer = signer_called(&service, PERSON, "a-key-of-the-signer").await;
    let none = shown(&service, &signer, "a-key-of-what-is-seen-1").await;
    assert_eq!(none.json()["defects"][0]["code"], "signer.handwriting");
    let bent = STROKES.replace("120,190,16", "120,190,1.6");
    let bent = gives(&service, &signer, &bent).await;
    assert_eq!(bent.json()["defects"][0]["code"], "signer.handwriting");
    let given = gives(&service, &signer, STROKES).await;
    assert_eq!(given.json()["strokes"], 3, "{}", given.json());
    let signed = shown(&service, &signer, "a-key-of-what-is-seen-2").await;
    assert_eq!(signed.status, 201, "{}", signed.json());
    let report = verified(&service, file(&service, &signed.json()).await).await;
    assert_eq!(report["verdict"], "valid", "{report}");

    // A sample that somebody put there, or another identity's, is none that this key signed.
    let bureau = catalogue::key::DepartmentKey::parse("Q-APR").expect("a department");
    let book = service.office.registry.handwriting();
    let kept = book
        .find(&bureau, &signer)
        .await
        .expect("answers")
        .expect("a sample");
    let second = signer_called(
        &service,
        ("陈知远", "99010219810705031X"),
        "a-key-of-the-second",
    )
    .await;
    let mut changed = kept.clone();
    changed.strokes = STROKES.replace("300,300", "301,300").into_bytes();
    let mut moved = kept.clone();
    moved.signer.clone_from(&second);
    for sample in [changed, moved] {
        let of = sample.signer.clone();
        book.put(sample).await.expect("kept");
        let refused = shown(&service, &of, &format!("a-key-of-what-is-seen-{of}")).await;
        assert_eq!(refused.json()["defects"][0]["code"], "signer.handwriting");
    }
    // The key is asked for a sample with a line of its journal before, which a suspension in between does not get.
    let by = registry::asked::By::new("somebody", service.now());
    let key = crypto::KeyId::parse(&format!("person-{signer}")).expect("a name");
    let journal = (key, [7; 32], by);
    assert_eq!(act(&service, &signer, "suspend").await.status, 200);
    let begun = book.begin(&bureau, &signer, journal).await;
    assert!(begun.is_err(), "it is suspended");
    assert_eq!(act(&service, &signer, "resume").await.status, 200);
    let trace = service.office.registry.trace();
    let entries = trace.entries(&bureau, 0).await.expect("answers");
    let samples = entries.iter().filter(|entry| entry.ground == "handwriting");
    assert_eq!(samples.count(), 1, "one sample was signed");
    act(&service, &signer, "cancel").await;
    let gone = book.find(&bureau, &signer).await.expect("answers");
    assert_eq!(gone, None, "what was given up is forgotten");
    let late = gives(&service, &signer, STROKES).await;
    assert_eq!(problem(&late), (409, "signer.refused".to_owned()));
}
