//! Metadata of a licence (GB/T 36903) that does not agree with what else the sealed file says: every digest and signature right.

use affix::ofd::List;
use ofd::draw::{Attached, Draft, Page};
use ofd::{Information, metadata};
use time::macros::date;
use verify::Verdict;

use crate::maker::errors;
use crate::national::{GOOD, LATER, judged, sealed};

const STATUS: &str = r#"{"idx":7,"uri":"https://licences.example/status/1"}"#;
const LICENCE: &str = r#"{"identifier":"1.2.156.3005.2.11990000FAKE00013G001.11990102FAKE00099D.2026000001.001.4",
    "number":"YZ99020000001","version":"001","type":{"code":"11990000FAKE00013G001","name":"营业执照"},
    "template":{"key":"BL"},"issuer":{"code":"11990102FAKE00099D","name":"局"},
    "holder":{"code":"91990102FAKE0A0109","name":"馆 & 店"},"validity":{"from":"2023-04-12","to":"长期"}}"#;

type Elements = Vec<(String, String)>;

/// What is written where.
struct Written {
    licence: String,
    custom: Elements,
    /// Each attachment that says the metadata.
    attached: Vec<Vec<u8>>,
}

impl Written {
    fn usual() -> Written {
        let custom = metadata::elements(
            LICENCE.as_bytes(),
            STATUS.as_bytes(),
            Some(date!(2023 - 04 - 12)),
        );
        Written {
            licence: LICENCE.to_owned(),
            attached: vec![metadata::json(&custom)],
            custom,
        }
    }

    /// The findings of the file that weigh, sealed as it is.
    fn found(self) -> (Verdict, Vec<&'static str>) {
        let attached = |name: &str, octets: Vec<u8>, place: usize| Attached {
            name: name.to_owned(),
            file: format!("{place}-{name}"),
            format: "json".to_owned(),
            octets,
        };
        let data = [
            ("licence.json", self.licence.into_bytes()),
            ("status.json", STATUS.as_bytes().to_vec()),
        ];
        let said = self.attached.into_iter().map(|one| (metadata::NAME, one));
        let all = data.into_iter().chain(said).enumerate();
        let draft = Draft {
            information: Information {
                document: Some("0f9f6d2c4d8d4d8c9a43d2b1a1c0de01".to_owned()),
                custom: self.custom,
                ..Information::default()
            },
            pages: vec![Page {
                width: 210.0,
                height: 297.0,
                ..Page::default()
            }],
            attachments: all
                .map(|(at, (name, octets))| attached(name, octets, at))
                .collect(),
            ..Draft::default()
        };
        let file = draft.write().expect("a package");
        let report = judged(&sealed(file, GOOD, (120.0, List::Closed), None), LATER);
        let found = errors(&report);
        (report.verdict, found)
    }
}

type Bend = fn(&mut Written);

const DIFFERS: &str = "licence.metadata-differs";

#[test]
fn metadata_that_is_not_that_of_the_licence_is_told() {
    let (_, usual) = Written::usual().found();
    assert!(!usual.contains(&DIFFERS), "{usual:?}");
    let bent: &[(&str, Bend)] = &[
        ("a value of the custom data", |w| w.custom[4].1.push('1')),
        ("an element is not in the custom data", |w| {
            w.custom.pop();
        }),
        ("an element stands twice", |w| {
            let again = w.custom[4].clone();
            w.custom.push(again);
        }),
        ("a value of the attachment", |w| {
            let mut other = w.custom.clone();
            other[4].1.push('1');
            w.attached = vec![metadata::json(&other)];
        }),
        ("an element is not in the attachment", |w| {
            w.attached = vec![metadata::json(&w.custom[1..])];
        }),
        ("an element more in the attachment", |w| {
            let mut more = w.custom.clone();
            more.push(("KZ_more".to_owned(), "1".to_owned()));
            w.attached = vec![metadata::json(&more)];
        }),
        ("both agree on another number than the licence", |w| {
            w.custom[4].1.push('1');
            w.attached = vec![metadata::json(&w.custom)];
        }),
        ("the licence names another holder", |w| {
            w.licence = LICENCE.replace("馆 & 店", "馆");
        }),
        ("the attachment is not there", |w| w.attached.clear()),
        ("the attachment is there twice", |w| {
            let again = w.attached[0].clone();
            w.attached.push(again);
        }),
        ("the attachment is no object of texts", |w| {
            w.attached = vec![b"{\"certificate_number\":1}".to_vec()];
        }),
        ("the attachment has a name twice", |w| {
            w.attached = vec![b"{\"a\":\"1\",\"a\":\"2\"}".to_vec()];
        }),
    ];
    let mut wrong = Vec::new();
    for (name, bend) in bent {
        let mut written = Written::usual();
        bend(&mut written);
        let (verdict, found) = written.found();
        let told = found.iter().filter(|code| **code == DIFFERS).count();
        let others = found.iter().filter(|code| **code != DIFFERS);
        if verdict == Verdict::Valid || told != 1 || !others.eq(&usual) {
            wrong.push(format!("{name}: {verdict:?} {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_character_that_xml_cannot_hold_is_no_difference() {
    let licence = LICENCE.replace("馆 & 店", "馆\\u0001\\r\\n店");
    let custom = metadata::elements(licence.as_bytes(), STATUS.as_bytes(), None);
    let odd = Written {
        attached: vec![metadata::json(&custom)],
        custom,
        licence,
    };
    assert_eq!(odd.found(), Written::usual().found());
}

#[test]
fn a_licence_without_any_metadata_is_not_told_of_it() {
    let none = Written {
        custom: Vec::new(),
        attached: Vec::new(),
        ..Written::usual()
    };
    let (_, found) = none.found();
    assert_eq!(found, Written::usual().found().1);
}
