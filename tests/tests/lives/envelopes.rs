//! Content of any kind sealed over HTTP, in each envelope and at each level, on each database: released by a second person,
//! recorded in the public log, judged by anybody.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use server::{Call, Client};
use time::format_description::well_known::Rfc3339;
use verify::{Material, Policy, Report, Trust, Verdict};

use super::stage::{Service, on_each_database};

pub(super) const SEAL: &str = "990102-SPZYZ-01";
pub(super) const BUREAU: &str = "Q-APR";
/// Files of a caller: a name that a URI has as it is, and one that it escapes.
pub(super) const DATA: (&str, &[u8]) = ("data.csv", "编号,名称\n1,甲\n".as_bytes());
pub(super) const NOTE: (&str, &[u8]) = ("annexes/note.xml", b"<note/>");
const ROOT: (&str, &[u8]) = ("决定 1.json", b"[]");
const CHINESE: (&str, &[u8]) = ("附件/决定 1.json", b"{\"granted\":true}");

pub(super) type File<'a> = (&'a str, &'a [u8]);

/// A form of parts, each with its name, the name of its file and its octets.
pub(super) fn form(path: &str, parts: &[(&str, &str, &[u8])]) -> Call {
    let mut body = Vec::new();
    for (part, name, octets) in parts {
        let head = format!(
            "--part-of-it\r\ncontent-disposition: form-data; name=\"{part}\"; filename=\"{name}\"\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(octets);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--part-of-it--\r\n");
    let post = "POST".parse().expect("a method");
    let kind = "multipart/form-data; boundary=part-of-it";
    Call::send(post, path, kind, body)
}

/// Asks for a seal on files: status and answer.
async fn ask(service: &Service, key: &str, how: &Value, files: &[File<'_>]) -> (u16, Value) {
    let mut order = json!({"seal": SEAL, "purpose": "document", "ground": "数据〔2026〕1号"});
    let members = order.as_object_mut().expect("an object");
    members.extend(how.as_object().expect("an object").clone());
    let order = order.to_string();
    let mut parts = vec![("order", "", order.as_bytes())];
    parts.extend(files.iter().map(|(name, octets)| ("file", *name, *octets)));
    let call = form("/v1/seal-signatures", &parts).once(format!("a-key-of-envelopes-{key}"));
    service.call((BUREAU, "approvals"), call).await
}

/// What is had under a path: media type and content.
pub(super) async fn had(service: &Service, role: &str, path: String) -> (u16, String, Vec<u8>) {
    let bureau = service.at(BUREAU);
    let answer = bureau.call(role, Call::get(path), service.now());
    let answer = answer.await.expect("an answer");
    let kind = answer.headers.get("content-type");
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    (
        answer.status.as_u16(),
        kind.to_owned(),
        answer.content.to_vec(),
    )
}

/// A sealed envelope, its media type, and what its caller was told of it.
pub(super) async fn sealed(
    service: &Service,
    (key, envelope, level): (&str, &str, Option<&str>),
    files: &[File<'_>],
) -> (Vec<u8>, String, Value) {
    let mut how = json!({"envelope": envelope});
    if let Some(level) = level {
        how["level"] = json!(level);
    }
    let (status, waits) = ask(service, key, &how, files).await;
    assert_eq!(status, 202, "{key} {waits}");
    let job = waits["job"].as_str().expect("a job").to_owned();
    let path = format!("/v1/seal-signatures/{job}/file");
    assert_eq!(
        had(service, "approvals", path.clone()).await.0,
        404,
        "nobody released it"
    );
    let (status, told) = service.release(BUREAU, &job).await;
    assert_eq!(status, 201, "{key} {told}");
    let (status, kind, file) = had(service, "approvals", path).await;
    assert_eq!(status, 200);
    let digest = crypto::sha256(&file);
    assert_eq!(
        told["file_digest"],
        json!(tests::installation::hex(&digest))
    );
    (file, kind, told)
}

/// The answer of `POST /v1/verifications` to a file with what lies beside it.
pub(super) async fn judged(service: &Service, file: &[u8], beside: &[File<'_>]) -> Value {
    let mut parts = vec![("file", "sealed", file)];
    parts.extend(
        beside
            .iter()
            .map(|(name, octets)| ("content", *name, *octets)),
    );
    let client = Client::anonymous(&service.base);
    let call = form("/v1/verifications", &parts);
    let answer = client.call(call, service.now()).await.expect("an answer");
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()
}

pub(super) fn codes(report: &Value) -> Vec<&str> {
    let signatures = report["signatures"].as_array().into_iter().flatten();
    let findings = signatures.flat_map(|one| one["findings"].as_array().into_iter().flatten());
    let codes = findings.filter_map(|finding| finding["code"].as_str());
    codes.collect()
}

/// What anybody is given under a path.
pub(super) async fn anybody(service: &Service, path: &str) -> Vec<u8> {
    let client = Client::anonymous(&service.base);
    let answer = client.call(Call::get(path), service.now()).await;
    answer.expect("an answer").content.to_vec()
}

/// By somebody who has trust, the file, and what lies beside it: nothing else.
pub(super) async fn offline(service: &Service, file: &[u8], beside: &[File<'_>]) -> Report {
    let trust = anybody(service, "/v1/trust").await;
    let trust = Trust::parse(&trust).expect("our own bundle");
    let mut material = Material::empty();
    for (name, octets) in beside {
        material.offer(name, octets.to_vec());
    }
    let policy = Policy::default();
    verify::examine(
        "a",
        &file.to_vec(),
        &trust,
        &material,
        &policy,
        service.now(),
    )
}

/// Each envelope: its format in a verdict, its media type, its files, and whether they lie beside it.
const ENVELOPES: &[(&str, &str, &str, &[File<'static>], bool)] = &[
    (
        "cades",
        "CAdES",
        "application/pkcs7-signature",
        &[DATA],
        true,
    ),
    ("jades", "JAdES", "application/jose+json", &[DATA], false),
    (
        "jades-detached",
        "JAdES",
        "application/jose+json",
        &[DATA, NOTE],
        true,
    ),
    (
        "asic-s",
        "ASiC-S with CAdES",
        "application/vnd.etsi.asic-s+zip",
        &[ROOT],
        false,
    ),
    (
        "asic-e",
        "ASiC-E with CAdES",
        "application/vnd.etsi.asic-e+zip",
        &[DATA, NOTE, CHINESE],
        false,
    ),
];

/// The European reference library, where `YINXIN_JUDGE_DSS_CLASSES` names its class path; without it it judges nothing, and that
/// is said.
pub(super) struct Reference {
    folder: tempfile::TempDir,
    /// Its jobs, one a line.
    jobs: String,
    /// What it has to say of each: format and level in its words.
    wanted: Vec<String>,
    /// Content by its name in a folder of its own: a file has one name.
    beside: usize,
}

impl Reference {
    pub(super) async fn of(service: &Service) -> Reference {
        let folder = tempfile::tempdir().expect("a folder");
        for (path, name) in [
            ("/certificates/root.cer", "root.cer"),
            ("/crl/root.crl", "root.crl"),
            ("/crl/ca.crl", "ca.crl"),
        ] {
            let octets = anybody(service, path).await;
            std::fs::write(folder.path().join(name), octets).expect("written");
        }
        Reference {
            folder,
            jobs: String::new(),
            wanted: Vec::new(),
            beside: 0,
        }
    }

    /// One more file for it.
    pub(super) fn add(
        &mut self,
        service: &Service,
        (key, wanted): (&str, String),
        of: (&[u8], &[File<'_>]),
    ) {
        let (file, beside) = of;
        let path = self.folder.path().join(key);
        std::fs::write(&path, file).expect("written");
        self.beside += 1;
        let below = self.folder.path().join(self.beside.to_string());
        let mut contents = Vec::new();
        for (name, octets) in beside {
            let path = below.join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            std::fs::write(&path, octets).expect("written");
            contents.push(path.display().to_string());
        }
        let given = |name: &str| self.folder.path().join(name).display().to_string();
        let line = [
            path.display().to_string(),
            given("root.cer"),
            // Below LT a signature carries no status: it is the service's of today.
            [given("root.crl"), given("ca.crl")].join(";"),
            contents.join(";"),
            service.now().format(&Rfc3339).expect("a moment"),
        ];
        let line = line.join("\t") + "\n";
        self.jobs.push_str(&line);
        self.wanted.push(wanted);
    }

    /// It calls each signature good at its level.
    pub(super) fn judge(self) {
        let Ok(classes) = std::env::var("YINXIN_JUDGE_DSS_CLASSES") else {
            println!("not judged: YINXIN_JUDGE_DSS_CLASSES is not set");
            return;
        };
        let mut judge = Command::new("java")
            .args(["-Xmx512m", "-XX:TieredStopAtLevel=1", "-cp", &classes])
            .arg("judges.Dss")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("java is there");
        let mut input = judge.stdin.take().expect("piped");
        input.write_all(self.jobs.as_bytes()).expect("taken");
        drop(input);
        let output = judge.wait_with_output().expect("ended");
        let told = String::from_utf8(output.stdout).expect("text");
        let lines = told
            .lines()
            .map(|line| line.split('\t').collect::<Vec<_>>());
        let signatures: Vec<_> = lines.filter(|line| line[1] == "signature").collect();
        assert_eq!(signatures.len(), self.wanted.len(), "{told}");
        for (line, wanted) in signatures.iter().zip(&self.wanted) {
            assert_eq!(
                (line[3], line[5]),
                ("TOTAL_PASSED", wanted.as_str()),
                "{line:?}"
            );
        }
    }
}

#[test]
fn content_of_any_kind_is_sealed_in_each_envelope_at_each_level_and_judged_by_anybody() {
    on_each_database("envelopes", async |service: Service| {
        let mut reference = Reference::of(&service).await;
        for (envelope, format, kind, files, detached) in ENVELOPES {
            let beside = if *detached { files } else { &[][..] };
            for level in [Some("B-B"), Some("B-T"), None, Some("B-LTA")] {
                let key = format!("{envelope}-{}", level.unwrap_or("usual"));
                let asked = (key.as_str(), *envelope, level);
                let (file, media_type, told) = sealed(&service, asked, files).await;
                assert_eq!(&media_type, kind);
                assert_eq!(told["state"], "sealed");
                let report = judged(&service, &file, beside).await;
                assert_eq!(report["verdict"], "valid", "{key} {report}");
                let first = &report["signatures"][0];
                let level = level.unwrap_or("B-LT");
                let said = (&first["format"], &first["level"]);
                assert_eq!(said, (&json!(format), &json!(level)), "{key} {report}");
                assert!(
                    codes(&report).contains(&"receipt.recorded"),
                    "{key} {report}"
                );
                // What a portfolio renews it by.
                let rests = envelope::resting(&file).map(|tokens| tokens.len());
                assert_eq!(rests, Some(usize::from(level != "B-B")), "{key}");
                let name = if format.starts_with("JAdES") {
                    "JAdES"
                } else {
                    "CAdES"
                };
                let wanted = format!("{name}-BASELINE-{}", level.trim_start_matches("B-"));
                reference.add(&service, (&key, wanted), (&file, beside));
                if level.starts_with("B-L") {
                    let report = offline(&service, &file, beside).await;
                    assert_eq!(report.verdict, Verdict::Valid, "{key} {report:#?}");
                }
            }
        }
        reference.judge();
    });
}

#[test]
fn a_compact_signature_is_the_signature_alone_and_its_receipt_is_told_beside_it() {
    on_each_database("compact", async |service: Service| {
        let asked = ("compact-1", "jades-compact", Some("B-B"));
        let (file, kind, told) = sealed(&service, asked, &[CHINESE]).await;
        assert_eq!(kind, "application/jose");
        assert_eq!(file.iter().filter(|octet| **octet == b'.').count(), 2);
        let report = judged(&service, &file, &[]).await;
        assert_eq!(report["verdict"], "valid", "{report}");
        assert_eq!(report["signatures"][0]["level"], "B-B");
        assert!(!codes(&report).contains(&"receipt.recorded"), "{report}");
        let receipt = told["receipt"].as_str().expect("a receipt");
        assert!(receipt.starts_with("c2sp.org/tlog-proof@v1"), "{receipt}");
        for level in ["B-T", "B-LT", "B-LTA"] {
            let how = json!({"envelope": "jades-compact", "level": level});
            let (status, said) = ask(&service, &format!("compact-{level}"), &how, &[DATA]).await;
            assert_eq!(status, 422, "{said}");
            assert_eq!(said["defects"][0]["code"], "document.level", "{said}");
        }
        // The same for a document: what no seal has is not made at a lower level.
        assert!(
            service
                .denials(BUREAU, SEAL)
                .await
                .contains(&"document.level".to_owned())
        );
    });
}

#[test]
fn what_waits_is_what_is_released_and_changed_content_is_found() {
    on_each_database("changed", async |service: Service| {
        // Who releases sees what becomes of it, and has the very octets whose digest is released, names included.
        let how = json!({"envelope": "asic-e"});
        let (_, waits) = ask(&service, "shown-1", &how, &[DATA, NOTE]).await;
        let job = waits["job"].as_str().expect("a job");
        let call = Call::get(format!("/v1/releases/{job}"));
        let (_, offer) = service.call((BUREAU, "custodian"), call).await;
        let said = (&offer["formats"], &offer["position"], &offer["level"]);
        let asked = (json!(["asic-e"]), json!("not shown"), json!("B-LT"));
        assert_eq!(said, (&asked.0, &asked.1, &asked.2), "{offer}");
        let page = had(&service, "custodian", format!("/v1/releases/{job}/page")).await;
        assert_eq!(page.1, "application/octet-stream");
        let digest = tests::installation::hex(&crypto::sha256(&page.2));
        assert_eq!(offer["unsealed"], json!(digest));
        let files = envelope::unpack(catalogue::kind::Envelope::AsicE, &page.2).expect("files");
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, [DATA.0, NOTE.0]);

        let (file, _, _) = sealed(&service, ("changed-1", "cades", None), &[DATA]).await;
        let report = judged(&service, &file, &[(DATA.0, b"other")]).await;
        assert_ne!(report["verdict"], "valid", "{report}");
        let report = judged(&service, &file, &[]).await;
        assert_eq!(report["verdict"], "indeterminate", "{report}");
        let asked = ("changed-2", "jades-detached", None);
        let (file, _, _) = sealed(&service, asked, &[DATA, NOTE]).await;
        let report = judged(&service, &file, &[DATA, (NOTE.0, b"<other/>")]).await;
        assert!(
            codes(&report).contains(&"jades.content-differs"),
            "{report}"
        );
        let report = judged(&service, &file, &[DATA]).await;
        assert_eq!(report["verdict"], "indeterminate", "{report}");
    });
}

#[test]
fn what_does_not_go_into_an_envelope_is_refused_when_it_is_asked_for() {
    on_each_database("unfit", async |service: Service| {
        let at = |name: &'static str| -> [File<'static>; 2] { [DATA, (name, b"x")] };
        let empty: [File<'static>; 1] = [("a.txt", b"")];
        let refused: &[(&str, &[File<'static>])] = &[
            ("asic-e", &at("../data.csv")),
            ("asic-e", &at("/data.csv")),
            ("asic-e", &at("DATA.csv")),
            ("asic-e", &at("META-INF/signature001.p7s")),
            ("asic-e", &at("mimetype")),
            ("asic-e", &at("con.txt")),
            ("asic-e", &at("")),
            ("jades-detached", &[CHINESE]),
            ("asic-s", &[NOTE]),
            ("asic-s", &[DATA, NOTE]),
            ("cades", &[DATA, NOTE]),
            ("jades", &empty),
        ];
        for (number, (envelope, files)) in refused.iter().enumerate() {
            let key = format!("unfit-{number}");
            let how = json!({"envelope": envelope});
            let (status, said) = ask(&service, &key, &how, files).await;
            assert_eq!(status, 422, "{number} {said}");
            assert_eq!(
                said["defects"][0]["code"], "document.content",
                "{number} {said}"
            );
        }
        for (number, how) in [
            json!({"envelope": "xades"}),
            json!({"envelope": "cades", "page": 1, "x_mm": 10.0, "y_mm": 10.0}),
            json!({"envelope": "cades", "edition": "V4"}),
            json!({"envelope": "cades", "flatten": true}),
            json!({"envelope": "cades", "level": "B-X"}),
        ]
        .into_iter()
        .enumerate()
        {
            let key = format!("malformed-{number}");
            let (status, said) = ask(&service, &key, &how, &[DATA]).await;
            assert_eq!(status, 400, "{said}");
        }
        // A seal is out of its scope for content as for a page (R1), and no licence is sealed so.
        for (purpose, code) in [
            ("acceptance-notice", "catalogue.purpose-out-of-scope"),
            ("licence", "seal.purpose"),
        ] {
            let how = json!({"envelope": "cades", "purpose": purpose});
            let (status, said) = ask(&service, &format!("scope-{code}"), &how, &[DATA]).await;
            assert_eq!(status, 422, "{said}");
            assert_eq!(said["defects"][0]["code"], code, "{said}");
        }
    });
}

#[test]
fn a_page_is_sealed_at_each_level_and_judged_so() {
    on_each_database("page_levels", async |service: Service| {
        let page = tests::paper::page("决定");
        let mut reference = Reference::of(&service).await;
        for level in ["B-B", "B-T", "B-LT", "B-LTA"] {
            let how = json!({"page": 1, "x_mm": 100.0, "y_mm": 40.0, "level": level});
            let key = format!("page-{level}");
            let (status, waits) = ask(&service, &key, &how, &[("a.pdf", &page)]).await;
            assert_eq!(status, 202, "{waits}");
            let job = waits["job"].as_str().expect("a job");
            let (status, told) = service.release(BUREAU, job).await;
            assert_eq!(status, 201, "{told}");
            let path = format!("/v1/seal-signatures/{job}/file");
            let (_, kind, file) = had(&service, "approvals", path).await;
            assert_eq!(kind, "application/pdf");
            let report = judged(&service, &file, &[]).await;
            assert_eq!(envelope::resting(&file), None);
            assert_eq!(report["verdict"], "valid", "{level} {report}");
            assert_eq!(report["signatures"][0]["level"], level, "{report}");
            let wanted = level.replace("B-", "PAdES-BASELINE-");
            reference.add(&service, (&key, wanted), (&file, &[]));
        }
        reference.judge();
    });
}
