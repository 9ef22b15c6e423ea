//! Named mutations of JAdES signatures, each refused for the exact reason; keys and digests are kept right where they are not
//! what is changed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::Signature;
use jades::{Element, Token};
use serde_json::{Map, Value, json};
use time::Duration;
use verify::{Material, SubIndication, Trust, Verdict};

use crate::hierarchy::{AT, SEAL, SEALED, certificate, sign};
use crate::jades::{CONTENT, Level, by_hash, carried, inside, judge, lists, offered, with};
use crate::maker::{codes, errors, judged_with, sub, token};

fn encode(octets: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(octets)
}

fn members(text: &str) -> Map<String, Value> {
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => members,
        other => panic!("{other:?}"),
    }
}

/// The header of a token as JSON.
fn header(token: &Token) -> Value {
    let flat = members(&token.flattened());
    let text = flat["protected"].as_str().expect("a text");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).expect("base64url")).expect("json")
}

/// A signature under this header text over a payload, by the seal's own key.
fn signed_under(header: &str, payload: Option<&str>) -> String {
    let protected = encode(header.as_bytes());
    let input = format!("{protected}.{}", payload.unwrap_or_default());
    let signature: Signature = sign(SEAL, input.as_bytes());
    let value = encode(&signature.to_fixed(32).expect("P-256"));
    let mut flat = json!({ "protected": protected, "signature": value });
    if let Some(payload) = payload {
        flat["payload"] = payload.into();
    }
    flat.to_string()
}

/// The good signature with its header changed and signed again.
fn resigned(change: impl Fn(&mut Value)) -> String {
    let mut changed = header(&inside());
    change(&mut changed);
    signed_under(&changed.to_string(), Some(&encode(CONTENT)))
}

fn remove(header: &mut Value, name: &str) {
    header.as_object_mut().expect("an object").remove(name);
    if let Some(list) = header["crit"].as_array_mut() {
        list.retain(|one| one != name);
    }
}

/// A member that is listed as one to be understood.
fn add(header: &mut Value, name: &str, value: Value) {
    header[name] = value;
    let crit = header["crit"].as_array_mut().expect("a list");
    crit.push(name.into());
}

/// The same members, this one no longer listed.
fn unlist(header: &mut Value, name: &str) {
    let crit = header["crit"].as_array_mut().expect("a list");
    crit.retain(|one| one != name);
    if crit.is_empty() {
        remove(header, "crit");
    }
}

#[test]
fn what_is_signed_again_as_it_was_is_valid() {
    let report = judge(&resigned(|_| ()), &lists());
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
}

/// A change of the header that the signer could have signed, and what is found.
type Change = (&'static str, fn(&mut Value), &'static str);

const HEADERS: &[Change] = &[
    ("no algorithm", |h| remove(h, "alg"), "jades.header"),
    ("none", |h| h["alg"] = "none".into(), "jades.algorithm"),
    ("a mac", |h| h["alg"] = "HS256".into(), "jades.algorithm"),
    (
        "another key's algorithm",
        |h| h["alg"] = "EdDSA".into(),
        "jades.key-algorithm",
    ),
    ("empty crit", |h| h["crit"] = json!([]), "jades.critical"),
    (
        "crit is no list",
        |h| h["crit"] = json!("iat"),
        "jades.critical",
    ),
    (
        "crit twice",
        |h| h["crit"] = json!(["iat", "iat"]),
        "jades.critical",
    ),
    (
        "crit of an absent member",
        |h| h["crit"] = json!(["sigD"]),
        "jades.critical",
    ),
    (
        "crit of a registered member",
        |h| h["crit"] = json!(["alg"]),
        "jades.critical",
    ),
    (
        "crit of a number",
        |h| h["crit"] = json!([1]),
        "jades.critical",
    ),
    (
        "crit of what nobody understands",
        |h| {
            h["new"] = json!(1);
            h["crit"] = json!(["iat", "new"]);
        },
        "jades.critical",
    ),
    (
        "b64 that is not listed",
        |h| h["b64"] = json!(true),
        "jades.critical",
    ),
    (
        "sigD that is not listed",
        |h| h["sigD"] = json!({"mId": "x", "pars": ["a"]}),
        "jades.critical",
    ),
    (
        "iat that is not listed",
        |h| unlist(h, "iat"),
        "jades.critical",
    ),
    (
        "sigT that is not listed",
        |h| {
            remove(h, "iat");
            h["sigT"] = "2025-06-10T08:42:10Z".into();
            h["crit"] = json!(["sigT"]);
            unlist(h, "sigT");
        },
        "jades.critical",
    ),
    (
        "srCms that is not listed",
        |h| unlist(h, "srCms"),
        "jades.critical",
    ),
    (
        "sigPId that is not listed",
        |h| h["sigPId"] = json!({"id": {"id": "urn:x"}}),
        "jades.critical",
    ),
    (
        "sigPl that is not listed",
        |h| h["sigPl"] = json!({"addressCountry": "CN"}),
        "jades.critical",
    ),
    (
        "srAts that is not listed",
        |h| h["srAts"] = json!({"claimed": []}),
        "jades.critical",
    ),
    (
        "adoTst that is not listed",
        |h| h["adoTst"] = json!({"tstTokens": []}),
        "jades.critical",
    ),
    (
        "x5t#o that is not listed",
        |h| {
            let digest = h["x5t#S256"].clone();
            remove(h, "x5t#S256");
            h["x5t#o"] = json!({"digAlg": "S256", "digVal": digest});
        },
        "jades.critical",
    ),
    (
        "sigX5ts that is not listed",
        |h| {
            let digest = h["x5t#S256"].clone();
            remove(h, "x5t#S256");
            h["sigX5ts"] = json!([{"digAlg": "S256", "digVal": digest}]);
        },
        "jades.critical",
    ),
    (
        "sigD of an unknown mechanism",
        |h| {
            add(h, "sigD", json!({"mId": "x", "pars": ["a"]}));
        },
        "jades.signed-data",
    ),
    (
        "a payload beside sigD",
        |h| {
            let by_uri = "http://uri.etsi.org/19182/ObjectIdByURI";
            add(h, "sigD", json!({"mId": by_uri, "pars": ["a"]}));
        },
        "jades.signed-data",
    ),
    (
        "no claimed time",
        |h| remove(h, "iat"),
        "jades.signing-time-absent",
    ),
    (
        "the older claimed time in a new signature",
        |h| {
            add(h, "sigT", "2026-06-10T08:42:10Z".into());
            remove(h, "iat");
        },
        "jades.signing-time-old",
    ),
    (
        "both claimed times",
        |h| add(h, "sigT", "2026-06-10T08:42:10Z".into()),
        "jades.signing-time-twice",
    ),
    (
        "a time in another zone",
        |h| {
            add(h, "sigT", "2025-06-10T08:42:10+08:00".into());
            remove(h, "iat");
        },
        "jades.header",
    ),
    (
        "a time with a fraction",
        |h| h["iat"] = json!(1.5),
        "jades.header",
    ),
    (
        "a time in words",
        |h| h["iat"] = json!("now"),
        "jades.header",
    ),
    (
        "a claimed time ahead",
        |h| h["iat"] = json!(1_900_000_000),
        "time.claimed-ahead",
    ),
    (
        "no certificate named",
        |h| remove(h, "x5t#S256"),
        "jades.certificate-unnamed",
    ),
    (
        "the certificate named twice",
        |h| {
            let digest = h["x5t#S256"].clone();
            add(h, "x5t#o", json!({"digAlg": "S256", "digVal": digest}));
        },
        "jades.certificate-named-twice",
    ),
    (
        "the certificate named by an unknown digest",
        |h| {
            remove(h, "x5t#S256");
            add(h, "x5t#o", json!({"digAlg": "MD5", "digVal": "AAAA"}));
        },
        "jades.certificate-digest",
    ),
    (
        "another certificate named",
        |h| h["x5t#S256"] = encode(&[7; 32]).into(),
        "jades.certificate-unmatched",
    ),
    (
        "a digest that is too short",
        |h| h["x5t#S256"] = "AAAA".into(),
        "jades.header",
    ),
    (
        "a digest with padding",
        |h| h["x5t#S256"] = "AAAA=".into(),
        "jades.base64",
    ),
    (
        "a chain of other certificates",
        |h| {
            let chain = h["x5c"].as_array_mut().expect("a chain");
            chain.reverse();
        },
        "jades.certificate-unmatched",
    ),
    ("an empty chain", |h| h["x5c"] = json!([]), "jades.chain"),
    (
        "a chain of numbers",
        |h| h["x5c"] = json!([1]),
        "jades.chain",
    ),
    (
        "a commitment without a name",
        |h| h["srCms"] = json!([{}]),
        "jades.header",
    ),
    (
        "a policy with half a digest",
        |h| {
            let half = json!({"id": {"id": "urn:x"}, "digAlg": "S256"});
            add(h, "sigPId", half);
        },
        "jades.header",
    ),
    (
        "HTTP fields",
        |h| {
            remove(h, "cty");
            let fields = "http://uri.etsi.org/19182/HttpHeaders";
            add(h, "sigD", json!({"mId": fields, "pars": ["date"]}));
            add(h, "b64", json!(false));
        },
        "jades.signed-data",
    ),
];

#[test]
fn each_rule_of_the_header_is_kept() {
    for (name, change, code) in HEADERS {
        let report = judge(&resigned(change), &lists());
        assert_ne!(report.verdict, Verdict::Valid, "{name}");
        assert!(errors(&report).contains(code), "{name} {report:#?}");
        assert!(
            !codes(&report).contains(&"jades.signature-differs"),
            "{name}"
        );
    }
}

#[test]
fn the_older_claimed_time_is_taken_where_it_is_older_and_listed() {
    let older = resigned(|header| {
        add(header, "sigT", "2025-06-10T08:42:10Z".into());
        remove(header, "iat");
    });
    let report = judge(&older, &lists());
    let told = report.signatures[0].claimed_time.as_deref();
    assert_eq!(told, Some("2025-06-10T08:42:10Z"), "{report:#?}");
    let of_form = |code: &&str| code.starts_with("jades.");
    assert_eq!(codes(&report).into_iter().find(of_form), None);
}

#[test]
fn a_payload_that_is_not_encoded_is_read_and_listed() {
    let mut plain = header(&inside());
    add(&mut plain, "b64", json!(false));
    let report = judge(&signed_under(&plain.to_string(), Some("granted")), &lists());
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
}

#[test]
fn fields_of_an_http_message_are_not_judged() {
    let mut fields = header(&inside());
    remove(&mut fields, "cty");
    let named = json!({"mId": "http://uri.etsi.org/19182/HttpHeaders", "pars": ["date"]});
    add(&mut fields, "sigD", named);
    add(&mut fields, "b64", json!(false));
    let report = judge(&signed_under(&fields.to_string(), None), &lists());
    assert_eq!(report.verdict, Verdict::NotProcessed, "{report:#?}");
    assert_eq!(errors(&report), ["jades.http-fields"]);
}

#[test]
fn a_type_of_content_and_its_place_are_not_said_twice() {
    let mut typed = header(&by_hash());
    typed["cty"] = "json".into();
    let report = judge(&signed_under(&typed.to_string(), None), &offered());
    assert_eq!(errors(&report), ["jades.content-type"], "{report:#?}");
}

/// A change of the text around what is signed, and what is found.
type Bent = (&'static str, fn(String) -> String, &'static str);

const TEXTS: &[Bent] = &[
    (
        "a member twice",
        |t| t.replacen('{', "{\"signature\":\"AAAA\",", 1),
        "jades.member-repeated",
    ),
    (
        "an unknown member",
        |t| t.replacen('{', "{\"shown\":\"AAAA\",", 1),
        "jades.serialization",
    ),
    (
        "flattened and general at once",
        |t| t.replacen('{', "{\"signatures\":[{}],", 1),
        "jades.serialization",
    ),
    ("something behind it", |t| t + "x", "jades.json"),
    (
        "padding behind the payload",
        |t| t.replace("\",\"protected", "=\",\"protected"),
        "jades.base64",
    ),
    (
        "white space in the payload",
        |t| t.replace("\"payload\":\"", "\"payload\":\" "),
        "jades.base64",
    ),
    (
        "an algorithm that nothing protects",
        |t| t.replacen('{', "{\"header\":{\"alg\":\"ES256\"},", 1),
        "jades.unprotected",
    ),
    (
        "a header that is no object",
        |t| t.replacen('{', "{\"header\":1,", 1),
        "jades.serialization",
    ),
    (
        "elements that are no list",
        |t| t.replacen('{', "{\"header\":{\"etsiU\":{}},", 1),
        "jades.unsigned",
    ),
    (
        "no elements",
        |t| t.replacen('{', "{\"header\":{\"etsiU\":[]},", 1),
        "jades.unsigned",
    ),
    (
        "elements of two forms",
        |t| t.replacen('{', "{\"header\":{\"etsiU\":[{\"a\":1},\"e30\"]},", 1),
        "jades.unsigned",
    ),
    (
        "an element of two members",
        |t| t.replacen('{', "{\"header\":{\"etsiU\":[{\"a\":1,\"b\":1}]},", 1),
        "jades.unsigned",
    ),
    (
        "a time-stamp without a token",
        |t| {
            t.replacen(
                '{',
                "{\"header\":{\"etsiU\":[{\"sigTst\":{\"tstTokens\":[]}}]},",
                1,
            )
        },
        "jades.unsigned",
    ),
    (
        "no signature",
        |t| t.replace("\"signature\":", "\"signatur\":"),
        "jades.serialization",
    ),
    (
        "another payload",
        |t| {
            let payload = members(&t)["payload"].as_str().expect("text").to_owned();
            t.replace(&payload, "e30")
        },
        "jades.signature-differs",
    ),
    (
        "half a signature",
        |t| {
            let value = members(&t)["signature"].as_str().expect("text").to_owned();
            t.replace(&value, &value[..40])
        },
        "jades.signature-differs",
    ),
];

#[test]
fn each_rule_of_the_text_around_it_is_kept() {
    let good = inside().flattened();
    for (name, change, code) in TEXTS {
        let bent = change(good.clone());
        assert_ne!(bent, good, "{name}");
        let report = judge(&bent, &lists());
        assert_eq!(report.verdict, Verdict::Invalid, "{name} {report:#?}");
        assert_eq!(errors(&report), [*code], "{name}");
    }
    let mut elements = members(&good);
    elements.insert("header".into(), json!({ "etsiU": vec!["e30"; 257] }));
    let report = judge(&Value::Object(elements).to_string(), &lists());
    assert_eq!(report.verdict, Verdict::NotProcessed);
    assert_eq!(errors(&report), ["jades.limit"]);
    for text in ["ey.ey", "eyJ.e30.AA.AA"] {
        assert_eq!(errors(&judge(text, &lists())), ["jades.serialization"]);
    }
}

#[test]
fn no_letter_of_it_can_be_another() {
    let good = inside().compact().expect("nothing came later");
    for at in (0..good.len()).step_by(7) {
        let mut bent = good.clone().into_bytes();
        bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
        let bent = String::from_utf8(bent).expect("letters");
        assert_ne!(judge(&bent, &lists()).verdict, Verdict::Valid, "{at}");
    }
}

#[test]
fn other_files_are_not_those_that_were_signed() {
    let text = by_hash().flattened();
    let mut material = lists();
    material.offer("decision.txt", b"refused".to_vec());
    material.offer("annex.json", b"{}".to_vec());
    let report = judge(&text, &material);
    assert_eq!(errors(&report), ["jades.content-differs"]);
    assert_eq!(sub(&report), Some(SubIndication::HashFailure));
}

#[test]
fn a_time_stamp_over_something_else_proves_nothing() {
    let stamp = |octets: &[u8]| token(octets, SEALED + Duration::seconds(2), "tsa");
    // Over the octets of the value instead of their text (5.3.4).
    let wrong = Element::SignatureTimeStamp(vec![stamp(&inside().signature())]);
    let report = judge(&with(inside(), wrong).flattened(), &lists());
    assert_eq!(errors(&report), ["tsp.imprint-differs"]);
    assert_eq!(report.signatures[0].level, Some("B-B"));
}

#[test]
fn an_archive_time_stamp_holds_all_that_stands_before_it() {
    let good = carried(inside(), Level::Lta).flattened();
    let bent = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut flat = members(&good);
        let list = flat["header"]["etsiU"].as_array_mut().expect("a list");
        change(list);
        judge(&Value::Object(flat).to_string(), &lists())
    };
    let same = bent(&|_| ());
    assert_eq!(same.signatures[0].level, Some("B-LTA"));
    for report in [
        bent(&|list| list.swap(1, 2)),
        bent(&|list| {
            list.remove(2);
        }),
        bent(&|list| list.insert(0, encode(b"{\"other\":1}").into())),
    ] {
        assert_ne!(report.signatures[0].level, Some("B-LTA"));
        assert!(
            codes(&report).contains(&"tsp.imprint-differs"),
            "{report:#?}"
        );
    }
    // In clear JSON there is no form of them that everybody knows.
    let clear = bent(&|list| {
        for one in list.iter_mut() {
            let octets = URL_SAFE_NO_PAD.decode(one.as_str().expect("text"));
            *one = serde_json::from_slice(&octets.expect("base64url")).expect("json");
        }
    });
    assert_eq!(clear.verdict, Verdict::Valid, "{clear:#?}");
    assert_eq!(clear.signatures[0].level, Some("B-LT"));
    assert!(codes(&clear).contains(&"jades.archive-input"));
}

#[test]
fn references_instead_of_values_keep_it_at_t() {
    let token = with(carried(inside(), Level::Lt), Element::Other("xRefs".into()));
    let report = judge(&token.flattened(), &lists());
    assert_eq!(report.signatures[0].level, Some("B-T"));
}

#[test]
fn without_the_baseline_the_first_of_the_chain_is_taken() {
    let octets = resigned(|header| {
        remove(header, "x5t#S256");
        remove(header, "iat");
    });
    let octets = octets.into_bytes();
    let given = Trust::of_certificates(vec![certificate("root"), certificate("ca")]);
    let report = judged_with(&octets, &given, &Material::empty(), "form", AT);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    assert!(codes(&report).contains(&"jades.certificate-unnamed"));
}
