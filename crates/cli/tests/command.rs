//! The command line: its exit statuses, its lines, its words.

#[cfg(target_os = "linux")]
#[path = "command/apart.rs"]
mod apart;
#[cfg(unix)]
#[path = "command/ceremony.rs"]
mod ceremony;

#[path = "command/digested.rs"]
mod digested;

use std::ffi::OsString;
use std::path::Path;

use serde_json::Value;
use time::UtcDateTime;
use time::macros::utc_datetime;

const NOW: UtcDateTime = utc_datetime!(2026-11-22 4:00);

struct Ran {
    status: u8,
    out: String,
    err: String,
}

fn run(arguments: &[&str]) -> Ran {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let all = std::iter::once("yinxin-verify")
        .chain(arguments.iter().copied())
        .map(OsString::from);
    let status = cli::run(all, NOW, &mut out, &mut err);
    Ran {
        status,
        out: String::from_utf8(out).expect("UTF-8"),
        err: String::from_utf8(err).expect("UTF-8"),
    }
}

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/fixtures")
        .join(name);
    path.to_str().expect("UTF-8").to_owned()
}

/// Files with these contents, in a folder that lasts as long as the value.
fn files(contents: &[(&str, &[u8])]) -> (tempfile::TempDir, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let paths = contents
        .iter()
        .map(|(name, octets)| {
            let path = folder.path().join(name);
            std::fs::write(&path, octets).expect("writable");
            path.to_str().expect("UTF-8").to_owned()
        })
        .collect();
    (folder, paths)
}

#[test]
fn what_is_not_understood_is_usage() {
    let (_folder, paths) = files(&[
        ("a.txt", b"hello"),
        ("bad.pem", b"-----BEGIN CERTIFICATE-----"),
    ]);
    for arguments in [
        &[][..],
        &["--jason", &paths[0]],
        &["--at", "yesterday", &paths[0]],
        &["--at", "2026-11-22", &paths[0]],
        &["--trust", "/nowhere/at/all", &paths[0]],
        &["--trust", &paths[1], &paths[0]],
        &["--trust", &paths[0], &paths[0]],
        &["--status", "/nowhere/at/all", &paths[0]],
        &["--policy", "lenient", &paths[0]],
        &["--policy", &paths[0], &paths[0]],
        &["--audience", "somebody", &paths[0]],
        &["--nonce", "1", &paths[0]],
        &["--report", "novel", &paths[0]],
        &["--report", "etsi", "--json", &paths[0]],
        &["--report", "etsi", &paths[0], &paths[0]],
    ] {
        let ran = run(arguments);
        assert_eq!(ran.status, 64, "{arguments:?}");
        assert!(ran.out.is_empty() && !ran.err.is_empty(), "{arguments:?}");
    }
}

#[test]
fn help_and_version_are_answers() {
    let help = run(&["--help"]);
    assert_eq!(help.status, 0);
    for word in [
        "--trust",
        "--status",
        "--at",
        "--policy",
        "--audience",
        "--nonce",
        "--content-digest",
        "--json",
        "--report",
        "--facts",
        "--facts-out",
        "--bundle",
        "--bundle-out",
        "--revision",
        "--out",
        "64 usage",
    ] {
        assert!(help.out.contains(word), "{word}");
    }
    assert_eq!(run(&["--version"]).status, 0);
}

#[test]
fn a_report_at_length_is_one_document_and_keeps_the_exit_status() {
    let (_folder, paths) = files(&[("a.txt", b"hello")]);
    for (path, status) in [
        (&paths[0], 2),
        (&"/nowhere/at/all".to_owned(), 2),
        (&fixture("ofdrw/plain.ofd"), 1),
    ] {
        let ran = run(&["--report", "etsi", path]);
        assert_eq!(ran.status, status, "{path}");
        assert!(
            ran.out
                .starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ValidationReport ")
        );
        assert!(ran.out.ends_with("</ValidationReport>\n"));
        let ran = run(&["--report", "detailed", path]);
        assert_eq!(ran.status, status, "{path}");
        let line: Value = serde_json::from_str(ran.out.trim()).expect("JSON");
        assert!(!line["constraints"].as_array().expect("a list").is_empty());
    }
}

#[test]
fn evidence_that_was_written_down_is_judged_like_the_file() {
    let (folder, paths) = files(&[("facts.json", b"there already")]);
    let sample = fixture("ofdrw/sealed-v4.ofd");
    let (trust, at) = (fixture("ofdrw/ca.pem"), "2026-11-26T08:00:00Z");
    let judged = ["--trust", &trust, "--at", at, "--policy", "form", "--json"];
    let facts = folder
        .path()
        .join("kept.json")
        .to_str()
        .expect("UTF-8")
        .to_owned();
    let first = run(&[&judged[..], &["--facts-out", &facts, &sample]].concat());
    assert_eq!(first.status, 0, "{}", first.out);
    let again = run(&[&judged[..], &["--facts", &facts]].concat());
    let (first, mut again): (Value, Value) = (
        serde_json::from_str(&first.out).expect("JSON"),
        serde_json::from_str(&again.out).expect("JSON"),
    );
    again["file"] = first["file"].clone();
    assert_eq!(again, first);
    // Without being asked nobody takes them for the file, and nothing is overwritten.
    assert_eq!(run(&[&judged[..], &[&facts]].concat()).status, 2);
    assert_eq!(run(&["--facts-out", &paths[0], &sample]).status, 64);
    assert_eq!(run(&["--facts-out", &facts, &sample, &sample]).status, 64);
    assert_eq!(run(&["--facts", &sample]).status, 2);
}

#[test]
fn a_bundle_holds_the_content_that_lies_beside_a_signature() {
    let read = |name: &str| std::fs::read(fixture(name)).expect("a fixture");
    let (signature, content) = (read("long-term/lta.p7s"), read("long-term/content.bin"));
    let (folder, paths) = files(&[("content.bin.p7s", &signature), ("content.bin", &content)]);
    let bundle = folder.path().join("verdict.json");
    let bundle = bundle.to_str().expect("UTF-8");
    let first = run(&["--json", "--bundle-out", bundle, &paths[0]]);
    assert!(
        !first.out.contains("SIGNED_DATA_NOT_FOUND"),
        "{}",
        first.out
    );
    // The content is gone, and the verdict is judged again all the same.
    std::fs::remove_file(&paths[1]).expect("it was there");
    let gone = run(&["--json", &paths[0]]);
    assert!(gone.out.contains("SIGNED_DATA_NOT_FOUND"), "{}", gone.out);
    let again = run(&["--bundle", "--json", bundle]);
    assert_eq!(again.out, first.out);
    assert!(again.err.contains("the same as"), "{}", again.err);
}

#[test]
fn a_verdict_that_was_bundled_is_judged_again_with_nothing_else_at_hand() {
    let (folder, paths) = files(&[("policy.json", br#"{"name":"field","base":"form"}"#)]);
    let at = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let (sample, trust) = (fixture("ofdrw/sealed-v4.ofd"), fixture("ofdrw/ca.pem"));
    let judged = ["--trust", &trust, "--at", "2026-11-26T08:00:00Z", "--json"];
    let given = ["--policy", &paths[0], "--bundle-out", &at("one"), &sample];
    let first = run(&[&judged[..], &given].concat());
    assert_eq!(first.status, 0, "{} {}", first.out, first.err);
    let again = run(&["--bundle", "--json", &at("one")]);
    assert_eq!((again.status, &again.out), (0, &first.out), "{}", again.err);
    assert!(
        again.err.contains("the same as when it was bundled"),
        "{}",
        again.err
    );
    let digest = std::fs::read(&sample)
        .map(|octets| crypto::sha256(&octets))
        .expect("readable");
    let digest = digest.map(|octet| format!("{octet:02x}")).concat();
    assert!(again.err.contains(&digest), "{}", again.err);
    // Who changes what it says came of it is found, and who changes what it was made of changes what comes of it.
    let text = std::fs::read_to_string(at("one")).expect("UTF-8");
    let valid = r#"\"verdict\":\"valid\""#;
    assert!(text.contains(valid));
    for (name, bent, status, word) in [
        (
            "verdict",
            text.replacen(valid, r#"\"verdict\":\"void\""#, 1),
            1,
            "another than",
        ),
        (
            "moment",
            text.replacen("\"at\":\"2026", "\"at\":\"2066", 1),
            1,
            "another than",
        ),
        (
            "spelling",
            text.replacen(':', ": ", 1),
            2,
            "not a verdict that was bundled",
        ),
        (
            "form",
            text.replacen("verdict-1", "verdict-2", 1),
            2,
            "not a verdict that was bundled",
        ),
        (
            "policy",
            text.replacen("\"name\":null", "\"name\":\"x\"", 1),
            2,
            "policy is no value",
        ),
        (
            "facts",
            text.replacen("\"facts\":\"", "\"facts\":\"AAAA", 1),
            2,
            "not a document of facts",
        ),
    ] {
        assert_ne!(bent, text, "{name}");
        std::fs::write(at(name), bent).expect("writable");
        let ran = run(&["--bundle", "--json", &at(name)]);
        assert_eq!(ran.status, status, "{name}: {}", ran.err);
        assert!(ran.err.contains(word), "{name}: {}", ran.err);
    }
}

#[test]
fn the_revision_that_a_signature_signs_is_written_out_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let sample = fixture("pdf-foreign/foreign-one.pdf");
    let octets = std::fs::read(&sample).expect("readable");
    let ran = run(&["--json", "--policy", "form", &sample]);
    let report: Value = serde_json::from_str(&ran.out).expect("JSON");
    let field = report["signatures"][0]["field"]
        .as_str()
        .expect("a field")
        .to_owned();
    run(&["--revision", &field, "--out", &at("by-field.pdf"), &sample]);
    run(&["--revision", "1", "--out", &at("first.pdf"), &sample]);
    let signed = std::fs::read(at("by-field.pdf")).expect("written");
    let first = std::fs::read(at("first.pdf")).expect("written");
    assert!(octets.starts_with(&signed) && signed.starts_with(&first));
    assert!(first.len() < signed.len() && first.ends_with(b"%%EOF\n"));
    let alone = run(&["--json", "--policy", "form", &at("by-field.pdf")]);
    let alone: Value = serde_json::from_str(&alone.out).expect("JSON");
    assert_eq!(alone["signatures"][0]["covers"], "whole_file");
    for which in ["0", "99", "Nobody", "-1", "99999999999999999999"] {
        let ran = run(&["--revision", which, "--out", &at("none.pdf"), &sample]);
        assert_eq!(ran.status, 64, "{which}");
        assert!(!folder.path().join("none.pdf").exists(), "{which}");
    }
    assert_eq!(run(&["--revision", "1", &sample]).status, 64);
}

#[test]
fn each_file_is_one_object_on_one_line() {
    let (_folder, paths) = files(&[
        ("a.txt", b"hello"),
        ("b.zip", b"PK\x03\x04\x14\0a"),
        ("c.der", b"0"),
        ("d.ofd", b"PK\x03\x04OFD.xml"),
    ]);
    let ran = run(&["--json", &paths[0], &paths[1], &paths[2], &paths[3]]);
    let lines: Vec<Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("one object a line"))
        .collect();
    assert_eq!(lines.len(), 4);
    for (line, path) in lines.iter().zip(&paths) {
        assert_eq!(line["file"], **path);
        for member in [
            "kind",
            "verdict",
            "answer",
            "indication",
            "sub_indication",
            "signatures",
            "findings",
        ] {
            assert!(line.get(member).is_some(), "{member}");
        }
        let finding = &line["findings"][0];
        for member in ["code", "severity", "clause", "text"] {
            assert!(finding[member].is_string(), "{member}");
        }
    }
    assert_eq!(lines[0]["kind"], "unknown");
    assert_eq!(lines[1]["verdict"], "not_processed");
    // What is of a kind that is judged, and is not whole, fails.
    for line in &lines[2..] {
        assert_eq!(line["verdict"], "invalid");
        assert_eq!(line["indication"], "TOTAL-FAILED");
        assert_eq!(line["sub_indication"], "FORMAT_FAILURE");
    }
    assert_eq!(lines[3]["kind"], "ofd");
    assert_eq!(lines[0]["at"], "2026-11-22T04:00:00Z");
}

#[test]
fn the_worst_verdict_decides_the_exit_status() {
    let (_folder, paths) = files(&[("a.txt", b"hello"), ("c.der", b"0")]);
    assert_eq!(run(&[&paths[0]]).status, 2);
    assert_eq!(run(&[&paths[1]]).status, 1);
    assert_eq!(run(&[&paths[0], &paths[1]]).status, 1);
    assert_eq!(run(&[&paths[1], &paths[0]]).status, 1);
}

#[test]
fn a_file_that_is_not_there_stops_nothing() {
    let (_folder, paths) = files(&[("c.der", b"0")]);
    let ran = run(&["--json", "/nowhere/at/all.pdf", &paths[0]]);
    assert_eq!(ran.status, 1);
    let first: Value = serde_json::from_str(ran.out.lines().next().expect("a line")).expect("JSON");
    assert_eq!(first["verdict"], "not_processed");
    assert_eq!(first["findings"][0]["code"], "input.unreadable");
    assert_eq!(run(&["/nowhere/at/all.pdf"]).status, 2);
}

#[test]
fn the_moment_can_be_said_in_any_zone() {
    let (_folder, paths) = files(&[("a.txt", b"hello")]);
    let ran = run(&["--json", "--at", "2026-06-10T16:42:00+08:00", &paths[0]]);
    let line: Value = serde_json::from_str(ran.out.trim()).expect("JSON");
    assert_eq!(line["at"], "2026-06-10T08:42:00Z");
}

#[test]
fn a_person_is_told_in_both_languages() {
    let (_folder, paths) = files(&[("c.der", b"0")]);
    let ran = run(&[&paths[0]]);
    for words in [
        "invalid",
        "签名无效：签名不是签名消息；请向提供者索取签发时的原文件，再行查验。",
        "The signatures are not valid: the signature is no signed message; ask whoever gave it to you",
        "signature.cms-unreadable",
    ] {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
}

#[test]
fn files_of_the_status_folder_that_are_not_known_are_told() {
    let (folder, _) = files(&[("notes.txt", b"x"), ("broken.crl", b"x")]);
    let (_other, paths) = files(&[("a.txt", b"hello")]);
    let ran = run(&[
        "--json",
        "--status",
        folder.path().to_str().expect("UTF-8"),
        &paths[0],
    ]);
    let line: Value = serde_json::from_str(ran.out.trim()).expect("JSON");
    let codes: Vec<&str> = line["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|finding| finding["code"].as_str())
        .collect();
    assert!(codes.contains(&"material.ignored"), "{codes:?}");
    assert!(codes.contains(&"material.unreadable"), "{codes:?}");
}

#[test]
fn a_policy_file_is_taken_and_named() {
    let (_folder, paths) = files(&[
        ("a.txt", b"hello"),
        (
            "field.json",
            br#"{"name":"field","base":"default","status_hours":6}"#,
        ),
    ]);
    let ran = run(&["--json", "--policy", &paths[1], &paths[0]]);
    let line: Value = serde_json::from_str(ran.out.trim()).expect("JSON");
    assert_eq!(line["policy"], "field");
}

#[test]
fn trust_by_certificates_of_others_is_read() {
    let ca = std::fs::read(fixture("rfc3161-ocsp-crl/p256/certs/ca.der")).expect("a fixture");
    use base64::Engine as _;
    let pem = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        base64::engine::general_purpose::STANDARD.encode(ca)
    );
    let (_folder, paths) = files(&[("ca.pem", pem.as_bytes()), ("a.txt", b"hello")]);
    assert_eq!(run(&["--trust", &paths[0], &paths[1]]).status, 2);
}

#[test]
fn a_declared_hierarchy_is_made_once_and_judged_by_its_own_root() {
    let declaration =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../keys-example/hierarchy.toml");
    let declaration = declaration.to_str().expect("UTF-8");
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("keys");
    let to = out.to_str().expect("UTF-8");
    let arguments = ["keys", "--declaration", declaration, "--out", to];
    let ran = run(&arguments);
    assert_eq!(ran.status, 0, "{}", ran.err);
    for name in [
        "root.pkcs8",
        "root.cer",
        "root.crl",
        "ca.crl",
        "tsa.cer",
        "log.pkcs8",
        "trust.pem",
    ] {
        assert!(out.join(name).is_file(), "{name}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(out.join("root.pkcs8"))
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let (_folder, paths) = files(&[("a.txt", b"hello")]);
    let trust = out.join("trust.pem");
    assert_eq!(
        run(&["--trust", trust.to_str().expect("UTF-8"), &paths[0]]).status,
        2
    );
    let again = run(&arguments);
    assert_eq!(again.status, 64);
    assert!(again.err.contains("is not empty"), "{}", again.err);
    assert_eq!(
        run(&["keys", "--declaration", "/nowhere", "--out", to]).status,
        64
    );
    assert_eq!(run(&["keys"]).status, 64);
}

/// A key of the example hierarchy.
fn key() -> crypto::SoftwareSigner {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../keys-example/files/seal-990102-SPZYZ-01.pkcs8");
    let octets = std::fs::read(path).expect("the key is there");
    crypto::SoftwareSigner::from_pkcs8(&octets, None).expect("a good key")
}

fn sign(message: &[u8]) -> crypto::Signature {
    use crypto::{Authorisation, Input, KeyId, KeyUse, Signer as _};
    let id = KeyId::parse("test").expect("a name");
    let under = Authorisation::journalled(id, KeyUse::Certificates, message, NOW);
    key().sign(Input::Message(message), &under).expect("signed")
}

/// A JAdES and a CAdES signature over files that lie elsewhere.
fn detached() -> (Vec<u8>, Vec<u8>) {
    use crypto::Signer as _;
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../keys-example/files/seal-990102-SPZYZ-01.cer");
    let der = std::fs::read(path).expect("the certificate is there");
    let own = pki::Certificate::parse(&der).expect("a certificate");
    let object = jades::Object {
        uri: "decision.txt",
        media_type: "text/plain",
        octets: b"granted",
    };
    let draft = jades::Draft {
        certificate: &own,
        chain: &[],
        algorithm: key().algorithm(),
        named_by: crypto::DigestAlgorithm::Sha256,
        claimed: NOW,
        content: jades::Content::ByUriHash(crypto::DigestAlgorithm::Sha256, &[object]),
        commitments: &[],
        policy: None,
        content_stamps: &[],
    };
    let prepared = draft.prepare().expect("it goes together");
    let signature = sign(prepared.to_be_signed());
    let json = prepared.finish(&signature).expect("its form");
    let digest = crypto::Digest::of(key().algorithm().digest(), b"granted");
    let draft = evidence::cms::Draft::cades(&digest, &own, key().algorithm(), NOW);
    let prepared = draft.prepare().expect("it goes together");
    let signature = sign(&prepared.to_be_signed());
    let message = prepared.finish(&signature, &[der], &[]);
    (json.flattened().into_bytes(), message)
}

#[test]
fn content_that_lies_beside_a_signature_is_found_by_its_name() {
    let (json, message) = detached();
    let told = |content: Option<&[u8]>, name: &str, signature: &[u8]| {
        let mut all = vec![(name, signature)];
        all.extend(content.map(|content| ("decision.txt", content)));
        let (_folder, paths) = files(&all);
        let ran = run(&[&paths[0], "--json"]);
        assert_eq!(ran.err, "");
        ran.out
    };
    for (name, signature, differs) in [
        ("anything.json", &json, "jades.content-differs"),
        ("decision.txt.p7s", &message, "cms.message-digest-differs"),
    ] {
        assert!(told(None, name, signature).contains("signature.content-absent"));
        let found = told(Some(b"granted"), name, signature);
        assert!(!found.contains("signature.content-absent"), "{found}");
        assert!(!found.contains(differs), "{found}");
        assert!(told(Some(b"refused"), name, signature).contains(differs));
    }
}

#[test]
fn a_signature_names_no_file_of_another_folder() {
    let (json, _) = detached();
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("inner")).expect("a folder");
    std::fs::write(folder.path().join("decision.txt"), b"granted").expect("a file");
    let path = folder.path().join("inner/a.json");
    let text = String::from_utf8(json).expect("json");
    let protected = serde_json::from_str::<Value>(&text).expect("json")["protected"]
        .as_str()
        .expect("a text")
        .to_owned();
    use base64::Engine as _;
    let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let header = engine.decode(&protected).expect("base64url");
    let header = String::from_utf8(header).expect("json");
    for name in ["../decision.txt", "/etc/passwd"] {
        let other = engine.encode(header.replace("decision.txt", name));
        std::fs::write(&path, text.replace(&protected, &other)).expect("a file");
        let ran = run(&[path.to_str().expect("UTF-8"), "--json"]);
        assert!(
            ran.out.contains("signature.content-absent"),
            "{name} {}",
            ran.out
        );
    }
}
