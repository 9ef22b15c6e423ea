//! Metadata of a licence (GB/T 36903) from the data that its page is made from: written into a package, and what a
//! verifier expects there.

use serde_json::{Map, Value};
use time::Date;

/// Where an element's value comes from.
#[derive(Clone, Copy, Debug)]
enum From {
    /// The value at this path of `licence.json`.
    Data(&'static [&'static str]),
    /// A civil date at this path, as `yyyyMMdd`; an open end as 99991230, an end in words as it stands.
    Day(&'static [&'static str]),
    /// The date under the authority.
    Issued,
    /// The body that defined the type: the first 18 characters of the type's code (GB/T 36904).
    Definer,
    /// The division of the issuing body: characters 3 to 8 of its code (GB 32100-2015).
    Division,
    /// What kind of code the holder's is, in words and by number.
    CodeKind,
    CodeNumber,
    /// The value at this path of `status.json`.
    Status(&'static str),
}

/// Elements by their names in GB/T 36903, in its order as far as it is known; beside each what it is called.
const ELEMENTS: [(&str, &str, From); 20] = [
    (
        "certificate_identifier",
        "电子证照标识",
        From::Data(&["identifier"]),
    ),
    (
        "certificate_name",
        "证照名称",
        From::Data(&["type", "name"]),
    ),
    (
        "certificate_type_name",
        "证照类型名称",
        From::Data(&["type", "name"]),
    ),
    (
        "certificate_type_name_code",
        "证照类型代码",
        From::Data(&["type", "code"]),
    ),
    ("certificate_number", "证照编号", From::Data(&["number"])),
    (
        "certificate_version",
        "证照版本号",
        From::Data(&["version"]),
    ),
    (
        "certificate_issuing_authority_name",
        "证照颁发机构",
        From::Data(&["issuer", "name"]),
    ),
    (
        "certificate_issuing_authority_code",
        "证照颁发机构代码",
        From::Data(&["issuer", "code"]),
    ),
    (
        "certificate_issuing_authority_date",
        "证照颁发日期",
        From::Issued,
    ),
    (
        "certificate_define_authority_code",
        "证照定义机构代码",
        From::Definer,
    ),
    (
        "certificate_validate_start",
        "有效期起始日期",
        From::Day(&["validity", "from"]),
    ),
    (
        "certificate_validate_end",
        "有效期截止日期",
        From::Day(&["validity", "to"]),
    ),
    ("certificate_area_code", "所属管辖地编码", From::Division),
    (
        "certificate_holder_name",
        "持证主体",
        From::Data(&["holder", "name"]),
    ),
    (
        "certificate_holder_code",
        "持证主体代码",
        From::Data(&["holder", "code"]),
    ),
    (
        "certificate_holder_type_name",
        "持证主体代码类型",
        From::CodeKind,
    ),
    (
        "certificate_holder_type",
        "持证主体代码类型代码",
        From::CodeNumber,
    ),
    ("KZ_template", "模板", From::Data(&["template", "key"])),
    ("KZ_status_uri", "状态列表地址", From::Status("uri")),
    ("KZ_status_index", "状态列表序号", From::Status("idx")),
];

/// Name of the attachment that has all elements.
pub const NAME: &str = "metadata.json";

/// The elements of a licence that have a value, by name, from `licence.json` and `status.json`; without the date under the
/// authority where nobody says it.
#[must_use]
pub fn elements(licence: &[u8], status: &[u8], issued_on: Option<Date>) -> Vec<(String, String)> {
    let read = |json: &[u8]| serde_json::from_slice(json).unwrap_or(Value::Null);
    let (licence, status) = (read(licence), read(status));
    let value = |path: &[&str]| {
        let found = path
            .iter()
            .try_fold(&licence, |value, name| value.get(name));
        found.and_then(plain)
    };
    let found = ELEMENTS.iter().filter_map(|(name, _, from)| {
        let text = match from {
            From::Data(path) => value(path),
            From::Day(path) => value(path).map(|day| compact(&day)),
            From::Issued => issued_on.map(|day| compact(&day.to_string())),
            From::Definer => value(&["type", "code"]).and_then(|code| part(&code, 0, 18)),
            From::Division => value(&["issuer", "code"]).and_then(|code| part(&code, 2, 8)),
            From::CodeKind => value(&["holder", "code"]).map(|code| kind(&code).0.to_owned()),
            From::CodeNumber => value(&["holder", "code"]).map(|code| kind(&code).1.to_owned()),
            From::Status(name) => status.get(name).and_then(plain),
        };
        // One text in both places, whatever XML cannot hold of it.
        text.map(|text| ((*name).to_owned(), text.chars().map(xml::held).collect()))
    });
    found.collect()
}

/// Whether custom data of this name is an element.
#[must_use]
pub fn is_element(name: &str) -> bool {
    ELEMENTS.iter().any(|(element, _, _)| *element == name)
}

/// All elements as one object of texts, as they stand in the document's custom data: the verifier insists that both agree.
#[must_use]
pub fn json(elements: &[(String, String)]) -> Vec<u8> {
    let object: Map<String, Value> = elements
        .iter()
        .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
        .collect();
    Value::from(object).to_string().into_bytes()
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// `yyyy-MM-dd` without its lines.
fn compact(day: &str) -> String {
    match day {
        "长期" => "99991230".to_owned(),
        day if day.starts_with(|first: char| first.is_ascii_digit()) => day.replace('-', ""),
        words => words.to_owned(),
    }
}

fn part(code: &str, from: usize, until: usize) -> Option<String> {
    code.get(from..until).map(str::to_owned)
}

/// Spec 4.4: 111 for a citizen's number, 001 for a unified social credit code, which begins with the letter or digit of a
/// registering department and a kind. A citizen's number has seventeen digits and a digit or X (GB 11643-1999).
fn kind(code: &str) -> (&'static str, &'static str) {
    let digits = code
        .get(..17)
        .is_some_and(|head| head.bytes().all(|octet| octet.is_ascii_digit()));
    let date = code
        .get(6..8)
        .is_some_and(|century| matches!(century, "18" | "19" | "20"));
    if digits && date && code.len() == 18 {
        ("公民身份号码", "111")
    } else {
        ("统一社会信用代码", "001")
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn each_element_has_the_value_of_the_data() {
        let licence = r#"{"identifier":"1.2.156.3005.2.A.B.C.001.4","number":"YZ99020000001","version":"001",
            "type":{"code":"11990000FAKE00013G001","name":"营业执照"},"template":{"key":"BL"},
            "issuer":{"code":"11990102FAKE00099D","name":"局"},"holder":{"code":"91990102FAKE0A0109","name":"馆"},
            "validity":{"from":"2023-04-12","to":"长期"}}"#;
        let status = br#"{"idx":7,"uri":"https://licences.example/status/1"}"#;
        let found = elements(licence.as_bytes(), status, Some(date!(2023 - 04 - 12)));
        assert_eq!(found.len(), ELEMENTS.len());
        for (name, value) in [
            ("certificate_identifier", "1.2.156.3005.2.A.B.C.001.4"),
            ("certificate_define_authority_code", "11990000FAKE00013G"),
            ("certificate_issuing_authority_date", "20230412"),
            ("certificate_validate_start", "20230412"),
            ("certificate_validate_end", "99991230"),
            ("certificate_area_code", "990102"),
            ("certificate_holder_type", "001"),
            ("KZ_status_index", "7"),
        ] {
            let element = (name.to_owned(), value.to_owned());
            assert!(found.contains(&element), "{name} in {found:?}");
        }
        assert!(found.iter().all(|(name, _)| is_element(name)) && !is_element("certificate"));
        let odd = licence.replace("\"馆\"", "\"馆\\u0001\"");
        let odd = elements(odd.as_bytes(), status, None);
        assert!(odd.contains(&(
            "certificate_holder_name".to_owned(),
            "馆\u{FFFD}".to_owned()
        )));
        let undated = elements(licence.as_bytes(), status, None);
        assert_eq!(undated.len(), ELEMENTS.len() - 1);
        let read: Map<String, Value> = serde_json::from_slice(&json(&found)).expect("an object");
        assert_eq!(read.len(), found.len());
    }

    #[test]
    fn a_citizens_number_is_told_from_a_credit_code() {
        assert_eq!(kind("990102198805210245").1, "111");
        assert_eq!(kind("99010219880521024X").1, "111");
        assert_eq!(kind("91990102FAKE0A0109").1, "001");
        assert_eq!(kind("911101085923662400").1, "001");
        assert_eq!(compact("竣工验收合格"), "竣工验收合格");
    }
}
