//! The European reference library's loader over the same lists: our own, and what they become by mutation.
//!
//! `YINXIN_JUDGE_DSS_CLASSES` names its class path; without it nothing is judged here, and said so.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use pki::path::Purpose;
use time::macros::utc_datetime;
use trustlist::{Provider, TrustedList, licence_type, published};

use crate::lists::maker::{
    ISSUED, NEXT, SIGNER, certificate, digested, draft, first, piece, put, resigned, signed,
    signed_by, texts,
};

/// A list, and what is said of it by us and by the library.
struct Case {
    name: &'static str,
    text: String,
    /// Whether we take its signature for good.
    good: bool,
    /// Why we refuse what the library does not, where that is so: the clause.
    stricter: Option<&'static str>,
}

fn case(name: &'static str, text: String, good: bool) -> Case {
    Case {
        name,
        text,
        good,
        stricter: None,
    }
}

fn full() -> String {
    let mut draft = draft();
    let root = certificate("root");
    let name = texts("根");
    let until = Some(ISSUED - time::Duration::days(10));
    let from = ISSUED - time::Duration::days(300);
    let all = [
        Purpose::DocumentSigning,
        Purpose::TimeStamping,
        Purpose::Credential,
    ];
    let mut services = published(&name, &root, &all, from, None);
    services.extend(published(
        &name,
        &root,
        &[Purpose::OcspSigning],
        from,
        until,
    ));
    first(&mut draft).services = services;
    draft.providers.push(Provider {
        name: texts("临溪市青石区行政审批服务局"),
        trade_names: vec![("en".to_owned(), "NTRCN-11990102FAKE00099D".to_owned())],
        services: vec![licence_type(
            &name,
            "11990000FAKE00013G001",
            &root,
            from,
            None,
        )],
    });
    signed(&draft)
}

/// Lists whose octets were changed, and lists of ours that are good.
fn changed() -> Vec<Case> {
    let good = signed(&draft());
    let own = piece(&good, "<ds:Signature", "</ds:Signature>").to_owned();
    let inside = format!(
        "<SchemeExtensions><Extension Critical=\"false\">{own}</Extension></SchemeExtensions></SchemeInformation>"
    );
    let moved = put(&put(&good, &own, ""), "</SchemeInformation>", &inside);
    let mut expired = draft();
    expired.next_update = ISSUED + time::Duration::days(1);
    let typed = |inner: &str| {
        let declared = format!("?>\n<!DOCTYPE TrustServiceStatusList{inner}>\n");
        put(&good, "?>\n", &declared)
    };
    let entity = typed(" [<!ENTITY cn \"CN\">]");
    let less = put(&good, "recognised", "deprecated");
    let one = |old: &str, new: &str| put(&good, old, new);
    vec![
        case("good", good.clone(), true),
        case("full", full(), true),
        case("expired", signed(&expired), true),
        case("content", less.clone(), false),
        case("digest", digested(&less), false),
        case(
            "properties",
            one("SigningTime>2026", "SigningTime>2025"),
            false,
        ),
        case(
            "value",
            one("<ds:SignatureValue>", "<ds:SignatureValue>AAAA"),
            false,
        ),
        case("signer", signed_by(&draft(), "credential"), false),
        case("forged", resigned(&good, "credential"), false),
        case("type", typed(""), false),
        case(
            "entity",
            put(&entity, "Territory>CN", "Territory>&cn;"),
            false,
        ),
        case("unsigned", one(&own, ""), false),
        case("moved", moved, false),
        case(
            "instruction",
            one("<SchemeInformation>", "<?a b?><SchemeInformation>"),
            false,
        ),
        case(
            "commented",
            one("<SchemeInformation>", "<SchemeInformation><!-- a -->"),
            true,
        ),
    ]
}

/// Lists whose signer signed another form.
fn signed_otherwise() -> Vec<Case> {
    let good = signed(&draft());
    let transform = |uri: &str| format!("<ds:Transform Algorithm=\"{uri}\"></ds:Transform>");
    let exclusive = transform("http://www.w3.org/2001/10/xml-exc-c14n#");
    let again = |old: &str, new: &str| resigned(&put(&good, old, new), SIGNER);
    let whole = piece(&good, "<ds:Reference Id=\"list\"", "</ds:Reference>").to_owned();
    let twice = format!("{whole}{}", whole.replace(" Id=\"list\"", ""));
    let inclusive = transform("http://www.w3.org/TR/2001/REC-xml-c14n-20010315");
    let sheet = transform("http://www.w3.org/TR/1999/REC-xslt-19991116");
    let weak = "http://www.w3.org/2000/09/xmldsig#sha1";
    vec![
        case("again", resigned(&digested(&good), SIGNER), true),
        Case {
            stricter: Some("one reference to the list, where TS 119 612 B.6 allows others"),
            ..case("two references", again(&whole, &twice), false)
        },
        Case {
            stricter: Some("TS 119 612 B.6: exclusive canonicalisation"),
            ..case("inclusive", again(&exclusive, &inclusive), false)
        },
        case("no reference", again(&whole, ""), false),
        case("transform", again(&exclusive, &sheet), false),
        case(
            "sha1",
            again("http://www.w3.org/2001/04/xmlenc#sha256", weak),
            false,
        ),
    ]
}

fn answers(classes: &str, folder: &Path, cases: &[Case]) -> Vec<Vec<String>> {
    let signer = folder.join("signer.der");
    std::fs::write(&signer, certificate(SIGNER).der()).expect("written");
    let mut jobs = String::new();
    for case in cases {
        let path = folder.join(format!("{}.xml", case.name));
        std::fs::write(&path, &case.text).expect("written");
        let at = "2026-07-01T00:00:00Z";
        writeln!(jobs, "{}\t{}\t{at}", path.display(), signer.display()).expect("a text");
    }
    let mut judge = Command::new("java")
        .args([
            "-Xmx512m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classes,
            "judges.TrustLists",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("java is there");
    let mut input = judge.stdin.take().expect("piped");
    input.write_all(jobs.as_bytes()).expect("taken");
    drop(input);
    let output = judge.wait_with_output().expect("ended");
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines()
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect()
}

#[test]
fn the_reference_library_agrees_about_each_list() {
    let cases: Vec<Case> = changed().into_iter().chain(signed_otherwise()).collect();
    for case in &cases {
        let found = TrustedList::parse(case.text.as_bytes(), &[certificate(SIGNER)]);
        assert_eq!(found.is_ok(), case.good, "{}: {found:?}", case.name);
    }
    let Ok(classes) = std::env::var("YINXIN_JUDGE_DSS_CLASSES") else {
        println!("not judged: YINXIN_JUDGE_DSS_CLASSES is not set");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let answers = answers(&classes, folder.path(), &cases);
    assert_eq!(answers.len(), cases.len(), "{answers:?}");
    let mut stricter = Vec::new();
    for (case, answer) in cases.iter().zip(&answers) {
        let [_, indication, _, fresh, structure, services] = answer.as_slice() else {
            unreachable!("six fields: {answer:?}");
        };
        let passed = indication == "TOTAL_PASSED";
        if case.stricter.is_some() {
            stricter.push(case.name);
        } else {
            assert_eq!(passed, case.good, "{}: {answer:?}", case.name);
        }
        if !case.good {
            continue;
        }
        assert_eq!(structure, "", "{}", case.name);
        let list = TrustedList::parse(case.text.as_bytes(), &[certificate(SIGNER)]).expect("good");
        let stale = if list.is_stale(NEXT - time::Duration::days(120)) {
            "stale"
        } else {
            "fresh"
        };
        assert_eq!(fresh, stale, "{}", case.name);
        let periods = list.providers.iter().flat_map(|one| &one.services);
        let count: usize = periods.map(|one| one.periods.len()).sum();
        assert_eq!(
            services.split(' ').count(),
            count,
            "{}: {services}",
            case.name
        );
    }
    assert!(stricter.len() <= 5, "{stricter:?}");
}

#[test]
fn a_list_that_the_reference_library_signed_is_read() {
    let text = include_str!("../../../../tests/fixtures/trustlist/dss.xml");
    let signer = include_bytes!("../../../../tests/fixtures/trustlist/signer.der");
    let signer = pki::Certificate::parse(signer).expect("a certificate");
    let list = TrustedList::parse(text.as_bytes(), std::slice::from_ref(&signer));
    let list = list.expect("a good list");
    assert_eq!((list.sequence, &list.signed.signer), (42, &signer));
    let found: Vec<_> = list.anchors().into_iter().collect();
    let times: Vec<_> = found.iter().map(|one| (one.from, one.until)).collect();
    let (begin, end) = (
        utc_datetime!(2025-01-01 0:00),
        utc_datetime!(2026-06-01 0:00),
    );
    assert_eq!(times, [(begin, Some(end)), (begin, None)]);
    assert_eq!(list.pointers.len(), 1);
    let told = put(text, "CN:A scheme", "CN:B scheme");
    let changed = TrustedList::parse(told.as_bytes(), &[signer]);
    let cause = trustlist::CheckList::Changed;
    assert_eq!(changed, Err(trustlist::ReadList::Signature(cause)));
}
