//! Content sealed by its digest over HTTP, on each database: it stays with its caller, who releases knows that nobody here has seen it,
//! and anybody who has it judges the signature.

use catalogue::key::{DepartmentKey, PersonKey, SealCode};
use catalogue::kind::Envelope;
use releasing::UnseenWord;
use serde_json::{Value, json};
use server::Call;
use tests::installation::{CUSTODIAN, STRANGER, hex};
use verify::facts::Described;
use verify::{Material, Policy, Trust, Verdict};

use super::envelopes::{
    BUREAU, DATA, File, NOTE, Reference, SEAL, codes, form, had, judged, offline,
};
use super::stage::{Service, on_each_database};

/// What is told of a file instead of it.
pub(super) fn told_of((name, octets): File<'_>) -> Value {
    json!({"name": name, "media_type": "text/csv", "digests": {"sha-256": hex(&crypto::sha256(octets))}})
}

/// Asks for a seal on what is only told of: status and answer.
async fn ask(service: &Service, key: &str, how: &Value, parts: &[File<'_>]) -> (u16, Value) {
    let mut order = json!({"seal": SEAL, "purpose": "document", "ground": "数据〔2026〕2号"});
    let members = order.as_object_mut().expect("an object");
    members.extend(how.as_object().expect("an object").clone());
    let order = order.to_string();
    let mut all = vec![("order", "", order.as_bytes())];
    all.extend(parts.iter().map(|(name, octets)| ("file", *name, *octets)));
    let call = form("/v1/seal-signatures", &all).once(format!("a-key-of-digests-{key}"));
    service.call((BUREAU, "approvals"), call).await
}

/// The release of a job by its custodian, with what it says of the content.
async fn release(service: &Service, job: &str, says: &Value) -> (u16, Value) {
    let customer = service.at(BUREAU);
    let release = customer.signed(("custodian", CUSTODIAN), job, service.now());
    let mut release = release.await.expect("an offer");
    if !says.is_null() {
        release["content_not_sent"] = says.clone();
    }
    let call = Call::post(format!("/v1/releases/{job}"), &release);
    service.call((BUREAU, "custodian"), call).await
}

/// Two people allow the seal to be used unseen.
pub(super) async fn allow(service: &Service) {
    for person in ["P-FIRST", "P-SECOND"] {
        let word = UnseenWord {
            seal: SealCode::parse(SEAL).expect("a code"),
            department: DepartmentKey::parse(BUREAU).expect("a department"),
            allowed: true,
            person: PersonKey::parse(person).expect("a person"),
            at: service.now(),
        };
        service
            .office
            .registry()
            .quorums()
            .unseen()
            .say(word)
            .await
            .expect("a word");
    }
}

async fn waits(service: &Service, key: &str, how: &Value) -> String {
    let (status, waits) = ask(service, key, how, &[]).await;
    assert_eq!(status, 202, "{key} {waits}");
    waits["job"].as_str().expect("a job").to_owned()
}

/// A signature over digests alone.
pub(super) async fn sealed(
    service: &Service,
    (key, envelope, level): (&str, &str, &str),
    files: &[File<'_>],
) -> (Vec<u8>, String) {
    let digests: Vec<Value> = files.iter().map(|file| told_of(*file)).collect();
    let how = json!({"envelope": envelope, "level": level, "digests": digests});
    let job = waits(service, key, &how).await;
    let (status, told) = release(service, &job, &json!(true)).await;
    assert_eq!(status, 201, "{key} {told}");
    let (status, kind, file) = had(
        service,
        "approvals",
        format!("/v1/seal-signatures/{job}/file"),
    )
    .await;
    assert_eq!(status, 200);
    assert_eq!(told["file_digest"], json!(hex(&crypto::sha256(&file))));
    (file, kind)
}

const LEVELS: &[(&str, &str, &str, &[File<'static>])] = &[
    ("cades", "B-B", "application/pkcs7-signature", &[DATA]),
    ("cades", "B-T", "application/pkcs7-signature", &[DATA]),
    ("cades", "B-LT", "application/pkcs7-signature", &[DATA]),
    ("cades", "B-LTA", "application/pkcs7-signature", &[DATA]),
    ("jades-detached", "B-B", "application/jose+json", &[DATA]),
    ("jades-detached", "B-T", "application/jose+json", &[DATA]),
    (
        "jades-detached",
        "B-LT",
        "application/jose+json",
        &[DATA, SECOND],
    ),
];
const SECOND: File<'static> = ("note.xml", NOTE.1);

#[test]
fn what_was_sealed_by_its_digest_is_judged_with_the_content_by_anybody() {
    on_each_database("digests", async |service: Service| {
        allow(&service).await;
        let mut reference = Reference::of(&service).await;
        for (envelope, level, kind, files) in LEVELS {
            let key = format!("of-{envelope}-{level}");
            let asked = (key.as_str(), *envelope, *level);
            let (file, media_type) = sealed(&service, asked, files).await;
            assert_eq!(&media_type, kind);
            let report = judged(&service, &file, files).await;
            assert_eq!(report["verdict"], "valid", "{key} {report}");
            assert_eq!(report["signatures"][0]["level"], *level, "{key} {report}");
            assert!(
                codes(&report).contains(&"receipt.recorded"),
                "{key} {report}"
            );
            // With the content nobody needs its digest.
            assert!(
                !codes(&report).contains(&"signature.content-digest"),
                "{report}"
            );
            let name = if *envelope == "cades" {
                "CAdES"
            } else {
                "JAdES"
            };
            let wanted = format!("{name}-BASELINE-{}", level.trim_start_matches("B-"));
            reference.add(&service, (&key, wanted), (&file, files));
            let rests = envelope::resting(&file).map(|tokens| tokens.len());
            assert_eq!(rests, Some(usize::from(*level != "B-B")), "{key}");
            // Another content, and none.
            let differs = match *envelope {
                "cades" => "cms.message-digest-differs",
                _ => "jades.content-differs",
            };
            let mut other = files.to_vec();
            other[0].1 = b"other";
            let report = judged(&service, &file, &other).await;
            assert_eq!(report["verdict"], "invalid", "{key} {report}");
            assert!(codes(&report).contains(&differs), "{key} {report}");
            let report = judged(&service, &file, &[]).await;
            assert_eq!(report["verdict"], "indeterminate", "{key} {report}");
            assert!(
                codes(&report).contains(&"signature.content-absent"),
                "{key} {report}"
            );
            if level.starts_with("B-L") {
                let report = offline(&service, &file, files).await;
                assert_eq!(report.verdict, Verdict::Valid, "{key} {report:#?}");
            }
        }
        reference.judge();
    });
}

#[test]
fn a_verdict_by_digest_says_that_nobody_saw_the_content() {
    on_each_database("unseen", async |service: Service| {
        allow(&service).await;
        let trust = super::envelopes::anybody(&service, "/v1/trust").await;
        let trust = Trust::parse(&trust).expect("our own bundle");
        for envelope in ["cades", "jades-detached"] {
            let asked = (envelope, envelope, "B-LT");
            let (file, _) = sealed(&service, asked, &[DATA]).await;
            let given = |name: &str, octets: &[u8]| Described {
                name: name.to_owned(),
                media_type: String::new(),
                digests: vec![crypto::Digest::of(crypto::DigestAlgorithm::Sha256, octets)],
            };
            let judge = |described: Described| {
                let mut material = Material::empty();
                material.describe(vec![described]);
                let policy = Policy::default();
                verify::examine("a", &file, &trust, &material, &policy, service.now())
            };
            let report = judge(given(DATA.0, DATA.1));
            assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
            let says = |report: &verify::Report, code: &str| {
                let mut findings = report.signatures[0].findings.iter();
                findings.any(|finding| finding.code == code)
            };
            assert!(says(&report, "signature.content-digest"), "{report:#?}");
            assert!(says(&report, "receipt.recorded"), "{report:#?}");
            let report = judge(given(DATA.0, b"other"));
            assert_eq!(report.verdict, Verdict::Invalid, "{report:#?}");
            // A digest by another algorithm than the signed one says nothing.
            let mut other = given(DATA.0, DATA.1);
            other.digests = vec![crypto::Digest::of(crypto::DigestAlgorithm::Sha512, DATA.1)];
            let report = judge(other);
            assert_eq!(report.verdict, Verdict::Indeterminate, "{report:#?}");
            assert!(says(&report, "signature.content-absent"), "{report:#?}");
        }
    });
}

#[test]
fn who_releases_is_told_that_nobody_saw_the_content_and_says_so() {
    on_each_database("told", async |service: Service| {
        allow(&service).await;
        let how = json!({"envelope": "cades", "digests": [told_of(DATA)]});
        let job = waits(&service, "told", &how).await;
        let call = Call::get(format!("/v1/releases/{job}"));
        let (_, offer) = service.call((BUREAU, "custodian"), call).await;
        assert_eq!(offer["content_not_sent"], json!([told_of(DATA)]), "{offer}");
        assert_eq!(offer["formats"], json!(["cades-of-digest"]), "{offer}");
        assert_eq!(offer["decision"], "数据〔2026〕2号", "{offer}");
        let (_, all) = service
            .call((BUREAU, "custodian"), Call::get("/v1/releases"))
            .await;
        assert_eq!(all[0]["content_not_sent"], json!([]), "{all}");
        // What is released is the digest of a text that says so.
        let (_, kind, page) = had(&service, "custodian", format!("/v1/releases/{job}/page")).await;
        assert_eq!(kind, "text/plain; charset=utf-8");
        assert_eq!(offer["unsealed"], json!(hex(&crypto::sha256(&page))));
        let text = String::from_utf8(page.clone()).expect("text");
        assert!(
            text.contains("\ncontent not sent\nname 8 data.csv\n"),
            "{text}"
        );
        assert!(text.contains(&hex(&crypto::sha256(DATA.1))), "{text}");
        let files = envelope::described(Envelope::CadesOfDigest, &page).expect("files");
        assert_eq!(files[0].name, DATA.0);
        // Not said, or said of what was sent: nothing is sealed.
        for says in [Value::Null, json!(false)] {
            let (status, told) = release(&service, &job, &says).await;
            assert_eq!(
                (status, &told["defects"][0]["code"]),
                (422, &json!("release.unseen")),
                "{told}"
            );
        }
        let seen = json!({"envelope": "cades"});
        let seen = waits_with(&service, "seen", &seen, &[DATA]).await;
        let (status, told) = release(&service, &seen, &json!(true)).await;
        assert_eq!(
            (status, &told["defects"][0]["code"]),
            (422, &json!("release.unseen")),
            "{told}"
        );
        assert_eq!(service.denials(BUREAU, &job).await, ["release.unseen"; 2]);
        assert_eq!(service.denials(BUREAU, &seen).await, ["release.unseen"]);
    });
}

#[test]
fn a_digest_that_was_swapped_is_not_released_and_a_release_is_used_once() {
    on_each_database("swapped", async |service: Service| {
        allow(&service).await;
        let how = json!({"envelope": "cades", "digests": [told_of(DATA)]});
        let job = waits(&service, "told", &how).await;
        // A release of one text is none of another: swapped afterwards it is good for nothing.
        let other = json!({"envelope": "cades", "digests": [told_of((DATA.0, b"other"))]});
        let other = waits(&service, "swapped", &other).await;
        let customer = service.at(BUREAU);
        let signed = customer.signed(("custodian", CUSTODIAN), &job, service.now());
        let mut signed = signed.await.expect("an offer");
        signed["content_not_sent"] = json!(true);
        let call = Call::post(format!("/v1/releases/{other}"), &signed);
        let (status, told) = service.call((BUREAU, "custodian"), call).await;
        assert_eq!(
            (status, &told["code"]),
            (422, &json!("release.refused")),
            "{told}"
        );
        assert_eq!(service.denials(BUREAU, &other).await, ["release.signature"]);
        // Once it is used it is used up, and the trace says of what it was.
        let post = || Call::post(format!("/v1/releases/{job}"), &signed);
        let (status, told) = service.call((BUREAU, "custodian"), post()).await;
        assert_eq!((status, &told["state"]), (201, &json!("sealed")), "{told}");
        let (status, told) = service.call((BUREAU, "custodian"), post()).await;
        assert_eq!(
            (status, &told["code"]),
            (422, &json!("release.refused")),
            "{told}"
        );
        let denied = service.denials(BUREAU, &job).await;
        assert_eq!(denied.last().map(String::as_str), Some("release.not-now"));
        let department = DepartmentKey::parse(BUREAU).expect("a department");
        let trace = service.office.registry().trace();
        let entries = trace.about(&department, &job, 0).await.expect("a trace");
        let says = |deed: &str| {
            let mut entries = entries.iter();
            let entry = entries
                .find(|entry| entry.deed == deed)
                .expect("it stands there");
            format!("{entry:?}").contains("not-sent")
        };
        assert!(says("await-release") && says("release"), "{entries:?}");
        // The same request again has the same answer, and makes nothing.
        let (status, again) = ask(&service, "told", &how, &[]).await;
        assert_eq!((status, &again["job"]), (201, &json!(job)), "{again}");
    });
}

#[test]
fn what_was_released_unseen_goes_on_after_its_process_was_lost() {
    on_each_database("lost", async |service: Service| {
        allow(&service).await;
        let how = json!({"envelope": "cades", "digests": [told_of(DATA)]});
        let job = waits(&service, "lost", &how).await;
        service.left_released(&job).await;
        service.wait(time::SignedDuration::minutes(2)).await;
        let path = format!("/v1/seal-signatures/{job}/file");
        let (status, _, file) = had(&service, "approvals", path).await;
        assert_eq!(status, 200);
        let report = judged(&service, &file, &[DATA]).await;
        assert_eq!(report["verdict"], "valid", "{report}");
        let (status, again) = ask(&service, "lost", &how, &[]).await;
        assert_eq!(
            (status, &again["state"]),
            (201, &json!("sealed")),
            "{again}"
        );
    });
}

async fn waits_with(service: &Service, key: &str, how: &Value, files: &[File<'_>]) -> String {
    let (status, waits) = ask(service, key, how, files).await;
    assert_eq!(status, 202, "{key} {waits}");
    waits["job"].as_str().expect("a job").to_owned()
}

/// A file that is told of as it may not be.
fn bent_digests() -> Vec<(Value, &'static str)> {
    let bent = |change: &dyn Fn(&mut Value)| {
        let mut digest = told_of(DATA);
        change(&mut digest);
        json!({"envelope": "cades", "digests": [digest]})
    };
    let sha256 = hex(&crypto::sha256(DATA.1));
    let (short, upper) = (sha256[2..].to_owned(), sha256.to_uppercase());
    let mut all = vec![
        (bent(&|one| one["digests"] = json!({})), "document.digest"),
        (
            bent(&|one| one["digests"] = json!({"sha-256": short})),
            "document.digest",
        ),
        (
            bent(&|one| one["digests"] = json!({"sha-256": upper})),
            "document.digest",
        ),
        (
            bent(&|one| one["digests"] = json!({"sha-1": "00".repeat(20)})),
            "document.digest",
        ),
        (
            bent(&|one| one["digests"] = json!({"sm3": sha256})),
            "document.digest",
        ),
        (
            bent(&|one| one["digests"]["sha-512"] = json!("00".repeat(64))),
            "document.digest",
        ),
        (
            bent(&|one| one["media_type"] = json!("csv")),
            "document.digest",
        ),
    ];
    for name in [
        "",
        "annexes/data.csv",
        "../data.csv",
        "/data.csv",
        "con",
        "data.csv ",
    ] {
        all.push((bent(&|one| one["name"] = json!(name)), "document.content"));
    }
    all
}

/// What is refused: how it was asked for, and the code of its refusal.
fn refused() -> Vec<(Value, &'static str)> {
    let mut all = bent_digests();
    let with = |envelope: &str, level: &str, digest: Value| json!({"envelope": envelope, "level": level, "digests": [digest]});
    all.extend([
        (
            with("jades-detached", "B-LTA", told_of(DATA)),
            "document.needs-content",
        ),
        (
            json!({"envelope": "cades", "digests": [told_of(DATA), told_of(SECOND)]}),
            "document.content",
        ),
        (
            json!({"envelope": "cades", "digests": []}),
            "document.content",
        ),
        (
            json!({"envelope": "jades-detached", "digests": [told_of(DATA), told_of(DATA)]}),
            "document.content",
        ),
        (
            json!({"page": 1, "x_mm": 10.0, "y_mm": 10.0, "digests": [told_of(DATA)]}),
            "document.needs-content",
        ),
        (
            json!({"signature": "plain", "digests": [told_of(DATA)]}),
            "document.needs-content",
        ),
        (
            json!({"envelope": "cades", "purpose": "licence", "digests": [told_of(DATA)]}),
            "seal.purpose",
        ),
        (
            json!({"envelope": "cades", "purpose": "acceptance-notice", "digests": [told_of(DATA)]}),
            "catalogue.purpose-out-of-scope",
        ),
        (
            json!({"envelope": "cades", "purpose": "delivery-receipt", "matter": "990102-XK-0006", "digests": [told_of(DATA)]}),
            "document.must-be-seen",
        ),
    ]);
    for form in ["jades", "jades-compact", "asic-s", "asic-e"] {
        all.push((with(form, "B-B", told_of(DATA)), "document.needs-content"));
    }
    all
}

#[test]
fn what_is_not_made_of_a_digest_is_refused_by_its_code() {
    on_each_database("refused", async |service: Service| {
        allow(&service).await;
        let mut wanted = Vec::new();
        for (number, (how, code)) in refused().iter().enumerate() {
            let (status, said) = ask(&service, &format!("refused-{number}"), how, &[]).await;
            assert_eq!(status, 422, "{how} {said}");
            assert_eq!(said["defects"][0]["code"], *code, "{how} {said}");
            wanted.push((*code).to_owned());
        }
        // Each stands in the trace, and nothing came of any.
        assert_eq!(service.denials(BUREAU, SEAL).await, wanted);
        let (_, all) = service
            .call((BUREAU, "custodian"), Call::get("/v1/releases"))
            .await;
        assert_eq!(all, json!([]));
        let digests = json!([told_of(DATA)]);
        for (number, (how, files)) in [
            (
                json!({"envelope": "cades", "digests": digests}),
                &[DATA][..],
            ),
            (json!({"envelope": "cades"}), &[]),
            (
                json!({"envelope": "cades-of-digest", "digests": digests}),
                &[],
            ),
            (json!({"envelope": "cades-of-digest"}), &[DATA][..]),
            (
                json!({"envelope": "cades", "digests": [{"name": "a"}]}),
                &[],
            ),
        ]
        .into_iter()
        .enumerate()
        {
            let (status, said) = ask(&service, &format!("malformed-{number}"), &how, files).await;
            assert_eq!(status, 400, "{how} {said}");
        }
    });
}

/// What an answer comes to: its status, and the code of its defect or else its own, or its state.
fn is((status, said): &(u16, Value), wanted: u16, word: &str) {
    let defect = said["defects"][0]["code"].as_str();
    let found = defect.or(said["code"].as_str()).or(said["state"].as_str());
    assert_eq!((*status, found), (wanted, Some(word)), "{said}");
}

#[test]
fn two_people_allow_a_seal_to_be_used_unseen_and_one_takes_it_back() {
    on_each_database("allowed", async |service: Service| {
        let seals = [
            ("first", STRANGER),
            ("second", "P-SECOND"),
            ("releases", CUSTODIAN),
        ];
        for (role, person) in seals {
            service
                .account(BUREAU, role, &["seals"], Some(person))
                .await;
        }
        service.account(BUREAU, "machine", &["seals"], None).await;
        let path = format!("/v1/seals/{SEAL}/unseen");
        let say = async |role: &str, allowed: bool| {
            let call = Call::post(&path, &json!({"allowed": allowed}));
            service.call((BUREAU, role), call).await
        };
        let told = async || service.call((BUREAU, "first"), Call::get(&path)).await.1;
        let how = json!({"envelope": "cades", "digests": [told_of(DATA)]});
        let refused = async |key: &str| {
            let (status, said) = ask(&service, key, &how, &[]).await;
            is(&(status, said), 422, "seal.unseen");
        };
        // Nobody has said so of any seal.
        refused("before").await;
        assert_eq!(told().await["allowed"], false);
        is(&say("machine", true).await, 403, "caller.not-allowed");
        is(
            &say("releases", true).await,
            403,
            "release.duties-not-separate",
        );
        is(&say("first", true).await, 202, "waits");
        is(&say("first", true).await, 202, "waits");
        assert_eq!(told().await["waits"]["person"], json!(STRANGER));
        refused("one-is-not-two").await;
        is(&say("second", true).await, 200, "holds");
        let now = told().await;
        assert_eq!(
            (&now["allowed"], &now["people"]),
            (&json!(true), &json!([STRANGER, "P-SECOND"])),
            "{now}"
        );
        let job = waits(&service, "allowed", &how).await;
        // One person takes it back, and what waits is not released any more.
        is(&say("second", false).await, 200, "holds");
        let refusal = release(&service, &job, &json!(true)).await;
        is(&refusal, 422, "seal.unseen");
        refused("after").await;
        assert_eq!(service.denials(BUREAU, &job).await, ["seal.unseen"]);
        assert_eq!(
            service.denials(BUREAU, SEAL).await,
            [
                "seal.unseen",
                "caller.machine",
                "seal.duties-not-separate",
                "seal.unseen",
                "seal.unseen"
            ]
        );
        // It waits, and is released where it is allowed again.
        allow(&service).await;
        let (status, said) = release(&service, &job, &json!(true)).await;
        assert_eq!(status, 201, "{said}");
    });
}
