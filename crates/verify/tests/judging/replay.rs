//! Evidence written down and judged again: the same report, and no document but the one that we would write.

use serde_json::{Value, json};
use transcript::replay::{ReadFacts, read, write};
use verify::{Case, Kind, Material, Policy, Trust, Verdict, judge, open};

use crate::hierarchy::{AT, trust};
use crate::maker::{GOOD, replays};

fn written() -> Value {
    let facts = write(&*GOOD).expect("a small file");
    serde_json::from_slice(&facts).expect("JSON")
}

/// The good document with what differs put in its place: members keep the order of the form, which `Value` does not.
fn spelled(value: &Value) -> Vec<u8> {
    let mut text = String::from_utf8(write(&*GOOD).expect("a small file")).expect("UTF-8");
    let good = written();
    for (path, new) in changed("", &good, value) {
        let name = path.rsplit('/').next().unwrap_or_default();
        let name = format!("\"{name}\":");
        // The first of its name stands highest.
        let begin = text.find(&name).expect("a member of it") + name.len();
        let rest = &text[begin..];
        let end = match rest.as_bytes()[0] {
            b'{' => closing(rest),
            _ => good.pointer(&path).expect("a path of it").to_string().len(),
        };
        text.replace_range(begin..begin + end, &new.to_string());
    }
    text.into_bytes()
}

/// Octets of the object that `text` begins with; no text in it has braces.
fn closing(text: &str) -> usize {
    let mut depth = 0;
    let end = text.find(|letter| {
        depth += i32::from(letter == '{') - i32::from(letter == '}');
        depth == 0
    });
    end.expect("it is closed") + 1
}

/// Leaves that differ, by their pointers.
fn changed(at: &str, good: &Value, other: &Value) -> Vec<(String, Value)> {
    match (good, other) {
        (Value::Object(one), Value::Object(two)) if one.len() == two.len() => one
            .iter()
            .flat_map(|(name, value)| changed(&format!("{at}/{name}"), value, &two[name]))
            .collect(),
        (Value::Array(one), Value::Array(two)) if one.len() == two.len() => one
            .iter()
            .zip(two)
            .enumerate()
            .flat_map(|(place, (one, two))| changed(&format!("{at}/{place}"), one, two))
            .collect(),
        (one, two) if one == two => Vec::new(),
        (_, two) => vec![(at.to_owned(), two.clone())],
    }
}

#[test]
fn the_same_file_has_the_same_facts_and_they_name_it() {
    let (one, two) = (write(&*GOOD), write(&*GOOD));
    assert_eq!(one, two);
    let kept = read(&one.expect("a small file")).expect("ours");
    let digest = crypto::sha256(&GOOD).map(|octet| format!("{octet:02x}"));
    assert_eq!(kept.sha256, digest.concat());
    assert_eq!(kept.case.kind(), Kind::Pdf);
    assert_eq!(
        verify::licence_said(&kept.case),
        verify::licence_said(&open(&*GOOD))
    );
}

#[test]
fn facts_are_small_beside_the_file_and_hold_none_of_its_pages() {
    let facts = write(&*GOOD).expect("a small file");
    assert!(
        facts.len() < GOOD.len() / 2,
        "{} of {}",
        facts.len(),
        GOOD.len()
    );
}

#[test]
fn a_document_of_facts_is_no_artefact() {
    let facts = write(&*GOOD).expect("a small file");
    let report = judge(
        &open(&facts),
        &trust(),
        &Material::empty(),
        &Policy::default(),
        AT,
    );
    assert_eq!(
        (report.kind, report.verdict),
        (Kind::Facts, Verdict::NotProcessed)
    );
    assert_eq!(report.findings[0].code, "input.facts");
}

#[test]
fn whatever_cannot_be_read_is_kept_with_its_reason() {
    for octets in [
        &b""[..],
        b"hello",
        b"%PDF-1.7\n",
        b"PK\x03\x04\x14\0a",
        b"0\x80",
        b"LC1:6BF",
    ] {
        let octets = octets.to_vec();
        let absent = Trust::absent();
        let judged = |case: &Case| judge(case, &absent, &Material::empty(), &Policy::default(), AT);
        replays(&octets, &judged(&open(&octets)), judged);
    }
}

type Bend = fn(&mut Value);

/// What is bent, and why it is refused.
const MUTATIONS: [(&str, Bend, ReadFacts); 16] = [
    (
        "another form",
        |all| all["form"] = json!("yinxin-facts-2"),
        ReadFacts::Form,
    ),
    (
        "another kind",
        |all| all["kind"] = json!("cms"),
        ReadFacts::Kind,
    ),
    (
        "no kind",
        |all| all["kind"] = json!("pdx"),
        ReadFacts::Value("kind"),
    ),
    (
        "a digest cut short",
        |all| all["sha256"] = json!("00"),
        ReadFacts::Value("sha256"),
    ),
    (
        "a digest in capitals",
        |all| {
            all["sha256"] = json!(all["sha256"].as_str().expect("hex").to_uppercase());
        },
        ReadFacts::Value("sha256"),
    ),
    (
        "refused as well",
        |all| {
            all["refused"] = json!({"code": "input.empty", "why": null});
        },
        ReadFacts::Kind,
    ),
    (
        "octets as well",
        |all| all["octets"] = json!(""),
        ReadFacts::Kind,
    ),
    (
        "no facts",
        |all| all["document"] = Value::Null,
        ReadFacts::Kind,
    ),
    (
        "a standing that is none",
        |all| {
            all["document"]["signatures"][0]["standing"] = json!("lying");
        },
        ReadFacts::Value("standing"),
    ),
    (
        "a reach that is none",
        |all| {
            all["document"]["signatures"][0]["covers"] = json!("everything");
        },
        ReadFacts::Value("covers"),
    ),
    (
        "a sub-filter that is none",
        |all| {
            all["document"]["signatures"][0]["lines"]["sub_filter"] = json!("x509");
        },
        ReadFacts::Value("sub_filter"),
    ),
    (
        "contents that are no octets",
        |all| {
            all["document"]["signatures"][0]["lines"]["contents"] = json!("*");
        },
        ReadFacts::Value("contents"),
    ),
    (
        "a moment of another spelling",
        |all| {
            all["document"]["signatures"][0]["lines"]["claimed"] =
                json!("2026-06-10T16:42:10+08:00");
        },
        ReadFacts::Value("claimed"),
    ),
    (
        "a change that nobody knows",
        |all| {
            all["document"]["signatures"][0]["changes"] =
                json!([{"code": "change.nothing", "permitted": true, "text": ""}]);
        },
        ReadFacts::Value("code"),
    ),
    (
        "neither lines nor a refusal",
        |all| {
            all["document"]["signatures"][0]["lines"] = Value::Null;
        },
        ReadFacts::Kind,
    ),
    (
        "a thousand certificates",
        |all| {
            all["document"]["certificates"] = json!(vec![""; 1_000]);
        },
        ReadFacts::TooMany("certificates"),
    ),
];

#[test]
fn each_document_that_is_not_as_we_write_it_is_refused_for_its_reason() {
    for (name, bend, fault) in MUTATIONS {
        let mut all = written();
        bend(&mut all);
        let read = read(&spelled(&all)).map(|_| ());
        assert_eq!(read, Err(fault), "{name}");
    }
}

#[test]
fn another_spelling_of_the_same_facts_is_refused() {
    let facts = write(&*GOOD).expect("a small file");
    let text = String::from_utf8(facts.clone()).expect("UTF-8");
    for (name, bent, fault) in [
        (
            "white space",
            text.replacen(',', ", ", 1),
            ReadFacts::Spelling,
        ),
        (
            "an escape",
            text.replacen("\"pdf\"", "\"p\\u0064f\"", 1),
            ReadFacts::Spelling,
        ),
        (
            "a number with a point",
            text.replacen("\"revision\":", "\"revision\": ", 1),
            ReadFacts::Spelling,
        ),
        (
            "a member twice",
            text.replacen('{', "{\"form\":\"yinxin-facts-1\",", 1),
            ReadFacts::Malformed,
        ),
        (
            "a member more",
            text.replacen('{', "{\"colour\":1,", 1),
            ReadFacts::Malformed,
        ),
        (
            "a member less",
            text.replacen("\"too_many\":false,", "", 1),
            ReadFacts::Malformed,
        ),
        (
            "cut off",
            text[..text.len() - 1].to_owned(),
            ReadFacts::Malformed,
        ),
        ("something behind", format!("{text}\n"), ReadFacts::Spelling),
    ] {
        assert_ne!(bent.as_bytes(), facts, "{name}");
        assert_eq!(read(bent.as_bytes()).map(|_| ()), Err(fault), "{name}");
    }
}

#[test]
fn octets_of_an_artefact_that_is_another_are_refused() {
    let message = crate::ofd::sample("sealed-v4.ofd");
    let facts = String::from_utf8(write(&message).expect("small")).expect("UTF-8");
    let digest = crypto::sha256(&message)
        .map(|octet| format!("{octet:02x}"))
        .concat();
    for (name, bent) in [
        ("another digest", facts.replace(&digest, &"0".repeat(64))),
        (
            "another kind",
            facts.replace("\"kind\":\"ofd\"", "\"kind\":\"cms\""),
        ),
    ] {
        assert_eq!(
            read(bent.as_bytes()).map(|_| ()),
            Err(ReadFacts::Kind),
            "{name}"
        );
    }
}

/// Whoever writes facts can write what they like; what the octets in them say is computed all the same.
#[test]
fn facts_of_another_digest_do_not_verify() {
    let mut all = written();
    let forged = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    all["document"]["signatures"][0]["lines"]["digests"][0]["value"] = json!(forged);
    let kept = read(&spelled(&all)).expect("well-formed");
    let report = judge(
        &kept.case,
        &trust(),
        &Material::empty(),
        &Policy::default(),
        AT,
    );
    assert_eq!(report.verdict, Verdict::Invalid);
    assert!(crate::maker::errors(&report).contains(&"cms.message-digest-differs"));
}
