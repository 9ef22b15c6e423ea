//! Requests made from the sample are admitted; each wrong member is refused under its own code.

use catalogue::key::RegionCode;
use catalogue::matter::Matter;
use catalogue::{Catalogue, FieldKind, HolderKind, LicenceType, Sources};
use licence::{
    Admitted, Identifier, IssueRequest, LicenceContent, LicenceNumber, Salt, SerialText,
    TemplateRef, Version, admit,
};
use serde_json::{Map, Value, json};
use time::Date;
use time::macros::date;

const DEPARTMENTS: &str = include_str!("../../../tests/fixtures/sample/departments.json");
const TYPES: &str = include_str!("../../../tests/fixtures/sample/licence-types.json");
const MATTERS: &str = include_str!("../../../tests/fixtures/sample/matters-catalogue.json");
const SCENARIOS: &str = include_str!("../../../tests/fixtures/sample/scenarios.json");

const TODAY: Date = date!(2026 - 06 - 30);

fn catalogue() -> Catalogue {
    Catalogue::import(&Sources {
        departments: DEPARTMENTS.as_bytes(),
        types: TYPES.as_bytes(),
        matters: MATTERS.as_bytes(),
        powers: None,
    })
    .expect("the sample imports")
}

fn scenarios() -> Value {
    serde_json::from_str(SCENARIOS).expect("JSON")
}

/// The matter that results in a type, by preference one that `issuer` decides.
fn matter_for<'a>(
    catalogue: &'a Catalogue,
    kind: &LicenceType,
    issuer: &str,
) -> Option<&'a Matter> {
    catalogue
        .matters_resulting_in(&kind.key)
        .find(|matter| matter.exercised_by.as_str() == issuer)
        .or_else(|| catalogue.matters_resulting_in(&kind.key).next())
}

fn holder_of(kind: &LicenceType, fields: &Map<String, Value>) -> Value {
    let first = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| fields.get(*name).cloned())
            .unwrap_or_default()
    };
    let name = first(&[
        "name",
        "owner",
        "holder",
        "child_name",
        "project_name",
        "land_user",
    ]);
    let code = first(&["uscc", "id_number", "owner_id", "holder_id", "project_code"]);
    let (word, code) = match kind.holder {
        HolderKind::Organisation => ("org", code),
        HolderKind::Project => ("project", code),
        _ if code.is_null() => ("person", json!("Z990000001")),
        _ => ("person", code),
    };
    json!({"kind": word, "name": name, "code": code})
}

fn request(
    catalogue: &Catalogue,
    key: &str,
    issuer: &str,
    (from, to): (&str, Option<&str>),
    fields: &Value,
) -> IssueRequest {
    let kind = catalogue
        .licence_types()
        .find(|kind| kind.key.as_str() == key)
        .expect("known type");
    let matter = matter_for(catalogue, kind, issuer).expect("a matter results in it");
    let fields = fields.as_object().expect("object").clone();
    serde_json::from_value(json!({
        "matter": matter.code,
        "case": "BJ-990102-20260608-00017",
        "decision": {"number": "准予-2026-00017", "decided_on": from, "decided_by": "chen.zhiyuan"},
        "type": key,
        "issuer": matter.exercised_by,
        "holder": holder_of(kind, &fields),
        "fields": fields,
        "valid_from": from,
        "valid_to": to,
    }))
    .expect("a request")
}

/// The story's licence: the integrated permit of a restaurant.
fn story(catalogue: &Catalogue) -> IssueRequest {
    let scenarios = scenarios();
    let licence = scenarios
        .pointer("/story_1_one_seal_restaurant/licence")
        .expect("story");
    let mut request = request(
        catalogue,
        "ONE",
        "Q-APR",
        ("2026-06-10", Some("2028-06-09")),
        licence.get("fields").expect("fields"),
    );
    request.number = Some("YZCY-990102-2026-000001".to_owned());
    request.serial = Some("2026000001".to_owned());
    request
}

#[test]
fn the_story_s_licence_is_admitted_and_has_the_story_s_identifier() {
    let catalogue = catalogue();
    let admitted = admit(&story(&catalogue), &catalogue, TODAY).expect("admitted");
    assert_eq!(admitted.validity().to().text(), "2028-06-09");
    assert_eq!(admitted.issuer_name(), "临溪市青石区行政审批服务局");
    assert_eq!(admitted.power().matter().1, 1);
    let identifier = Identifier::new(
        admitted.licence_type().code.clone(),
        *admitted.issuer_code(),
        admitted.serial().expect("given").clone(),
        Version::FIRST,
    );
    assert_eq!(
        identifier.to_string(),
        "1.2.156.3005.2.11990000FAKE00013G003.11990102FAKE000485.2026000001.001.A"
    );
    let text = content(&admitted, &identifier);
    assert!(text.starts_with(r#"{"fields":{"address":"云洲省临溪市青石区柳桥路18号1层","components":[{"items":"热食类食品制售","#));
    assert!(text.ends_with(r#""salt":"AQEBAQEBAQEBAQEBAQEBAQ","template":{"key":"integrated","version":"1"},"type":{"code":"11990000FAKE00013G003","key":"ONE","name":"行业综合许可证"},"validity":{"from":"2026-06-10","to":"2028-06-09"},"version":"001"}"#));
    let members: Value = serde_json::from_str(&text).expect("JSON");
    let names: Vec<&String> = members.as_object().expect("object").keys().collect();
    assert_eq!(
        names,
        [
            "fields",
            "holder",
            "identifier",
            "issuer",
            "number",
            "salt",
            "template",
            "type",
            "validity",
            "version"
        ]
    );
}

fn content(admitted: &Admitted, identifier: &Identifier) -> String {
    let number = admitted.number().cloned().unwrap_or_else(|| {
        let region = RegionCode::parse("990102").expect("region");
        LicenceNumber::numbered(&admitted.licence_type().key, &region, (2026, 1)).expect("number")
    });
    let template = TemplateRef::new("integrated", "1").expect("template");
    let content = LicenceContent::new(admitted, identifier, &number, &template, Salt::new([1; 16]))
        .expect("belongs together");
    String::from_utf8(content.canonical().expect("canonical")).expect("UTF-8")
}

#[test]
fn the_six_sample_licences_are_admitted() {
    let catalogue = catalogue();
    let scenarios = scenarios();
    for sample in scenarios["sample_licences"].as_array().expect("list") {
        let text = |name: &str| sample[name].as_str().expect("text");
        let mut request = request(
            &catalogue,
            text("type"),
            text("issuer"),
            (text("valid_from"), Some(text("valid_to"))),
            &sample["fields"],
        );
        request.number = Some(text("licence_no").to_owned());
        let admitted = admit(&request, &catalogue, TODAY);
        let admitted = admitted.unwrap_or_else(|refused| panic!("{sample}: {refused:?}"));
        assert_eq!(admitted.validity().to().text(), text("valid_to"));
    }
}

/// A lawful value for each kind of field.
fn value_of(kind: FieldKind, name: &str) -> Value {
    match (kind, name) {
        (FieldKind::Uscc, _) => json!("91990102FAKE0A0109"),
        (FieldKind::CitizenId, _) => json!("990102199302140868"),
        (FieldKind::Money, _) => json!(86_500_000.5),
        (FieldKind::Number, _) => json!(89.4),
        (FieldKind::Date, _) => json!("2020-01-02"),
        (FieldKind::DateTime, _) => json!("2026-05-30T04:26:00+08:00"),
        (FieldKind::Digest, _) => json!("ab".repeat(32)),
        (FieldKind::List, "components") => json!([
            {"type": "FOOD", "licence_no": "JY29901020000001", "valid_to": "2031-06-09"}
        ]),
        (FieldKind::List, _) => json!(["内科", "外科"]),
        (_, "owner_id") => json!("990102199302140868"),
        (_, "project_code") => json!("2605-990171-04-01-100001"),
        _ => json!("云上小馆"),
    }
}

#[test]
fn a_full_licence_of_every_type_with_a_matter_is_admitted() {
    let catalogue = catalogue();
    let mut admitted_types = 0;
    for kind in catalogue.licence_types() {
        if matter_for(&catalogue, kind, "").is_none() {
            assert_eq!(kind.key.as_str(), "ELDER");
            continue;
        }
        let fields: Map<String, Value> = kind
            .fields
            .iter()
            .map(|field| {
                let name = field.name.as_str();
                (name.to_owned(), value_of(field.kind, name))
            })
            .collect();
        let to = (kind.key.as_str() == "REAL").then_some("2089-12-31");
        let request = request(
            &catalogue,
            kind.key.as_str(),
            "",
            ("2026-06-10", to),
            &Value::Object(fields),
        );
        let admitted = admit(&request, &catalogue, TODAY)
            .unwrap_or_else(|refused| panic!("{}: {refused:?}", kind.key));
        assert_eq!(admitted.fields().len(), kind.fields.len());
        let identifier = Identifier::new(
            kind.code.clone(),
            *admitted.issuer_code(),
            SerialText::numbered(2026, 1).expect("serial"),
            Version::FIRST,
        );
        let once = content(&admitted, &identifier);
        assert_eq!(once, content(&admitted, &identifier));
        admitted_types += 1;
    }
    assert_eq!(admitted_types, 27);
}

/// Changes to the story's request, and the place and code each is refused with.
const MUTATIONS: &[(&str, &str, &str, &str)] = &[
    (
        "/matter",
        r#""990102-XK-9999""#,
        "matter",
        "catalogue.matter-unknown",
    ),
    (
        "/matter",
        r#""990171-XK-0019""#,
        "matter",
        "catalogue.not-the-result",
    ),
    ("/matter", r#""matter""#, "matter", "licence.key"),
    ("/type", r#""TWO""#, "type", "catalogue.type-unknown"),
    (
        "/issuer",
        r#""C-FIRE""#,
        "issuer",
        "catalogue.not-an-issuer",
    ),
    (
        "/issuer",
        r#""H-APR""#,
        "matter",
        "catalogue.not-the-deciding-body",
    ),
    ("/case", r#""""#, "case", "licence.reference"),
    (
        "/case",
        r#""bj-990102-20260608-00017""#,
        "case",
        "licence.reference",
    ),
    (
        "/case",
        r#""BJ－990102－20260608－00017""#,
        "case",
        "licence.reference",
    ),
    (
        "/case",
        r#""BJ-99010219810705031X""#,
        "case",
        "licence.reference",
    ),
    (
        "/decision/number",
        r#"" 1""#,
        "decision.number",
        "licence.reference",
    ),
    (
        "/decision/decided_by",
        r#""99010219810705031X""#,
        "decision.decided_by",
        "licence.key",
    ),
    (
        "/decision/decided_on",
        r#""2026-07-01""#,
        "decision.decided_on",
        "licence.decision-day",
    ),
    (
        "/decision/decided_on",
        r#""1949-09-30""#,
        "decision.decided_on",
        "licence.decision-day",
    ),
    (
        "/decision/decided_on",
        r#""2026-06-31""#,
        "decision.decided_on",
        "licence.date",
    ),
    (
        "/decision/decided_on",
        r#""2026-06-11""#,
        "valid_from",
        "licence.first-day",
    ),
    (
        "/decision/decided_on",
        r#""2025-06-08""#,
        "valid_from",
        "licence.first-day",
    ),
    (
        "/valid_from",
        r#""2026/06/10""#,
        "valid_from",
        "licence.date",
    ),
    (
        "/valid_to",
        r#""2028-06-10""#,
        "valid_to",
        "licence.valid-to-against-rule",
    ),
    (
        "/valid_to",
        r#""长期""#,
        "valid_to",
        "licence.valid-to-against-rule",
    ),
    (
        "/number",
        r#""证99010219810705031X""#,
        "number",
        "licence.number-is-citizen-number",
    ),
    ("/number", r#""\u202e1""#, "number", "licence.number"),
    ("/serial", r#""123456""#, "serial", "licence.serial"),
    (
        "/serial",
        r#""99010219810705031X""#,
        "serial",
        "licence.serial",
    ),
    (
        "/holder/kind",
        r#""person""#,
        "holder.kind",
        "licence.holder-kind",
    ),
    (
        "/holder/name",
        r#""""#,
        "holder.name",
        "licence.holder-name",
    ),
    (
        "/holder/code",
        r#""91990102FAKE0A0108""#,
        "holder.code",
        "licence.holder-code",
    ),
    (
        "/holder/name",
        r#""别的公司""#,
        "fields.name",
        "licence.holder-differs",
    ),
    (
        "/holder/code",
        r#""91990121FAKE0A029N""#,
        "fields.uscc",
        "licence.holder-differs",
    ),
    (
        "/fields/uscc",
        r#""91990102FAKE0A0108""#,
        "fields.uscc",
        "licence.field-code",
    ),
    ("/fields/trade", "1", "fields.trade", "licence.field-kind"),
    (
        "/fields/trade",
        r#""""#,
        "fields.trade",
        "licence.field-blank",
    ),
    (
        "/fields/trade",
        r#""餐\n饮""#,
        "fields.trade",
        "licence.field-characters",
    ),
    (
        "/fields/components",
        "[]",
        "fields.components",
        "licence.field-list",
    ),
    (
        "/fields/components/0/type",
        r#""BL""#,
        "fields.components[0]",
        "licence.part",
    ),
    (
        "/fields/components/0/valid_to",
        r#""验收""#,
        "fields.components[0]",
        "licence.part",
    ),
    (
        "/fields/components/1/valid_to",
        r#""2026-06-09""#,
        "valid_to",
        "licence.valid-to-against-rule",
    ),
];

#[test]
fn each_wrong_member_is_refused_under_its_own_code() {
    let catalogue = catalogue();
    let good = serde_json::to_value(story(&catalogue)).expect("JSON");
    for (pointer, value, place, code) in MUTATIONS {
        let mut changed = good.clone();
        *changed.pointer_mut(pointer).expect("member") = serde_json::from_str(value).expect("JSON");
        let request: IssueRequest = serde_json::from_value(changed).expect("a request");
        let refused = admit(&request, &catalogue, TODAY).expect_err(pointer);
        let found = refused
            .0
            .iter()
            .map(|defect| (defect.place.as_str(), defect.fault.code()))
            .collect::<Vec<_>>();
        assert!(
            found.contains(&(*place, *code)),
            "{pointer} = {value}: {found:?}"
        );
    }
}

#[test]
fn missing_and_surplus_fields_are_named() {
    let catalogue = catalogue();
    let mut request = story(&catalogue);
    request.fields.remove("legal_rep");
    request.fields.insert("surprise".to_owned(), json!(1));
    request
        .fields
        .insert("990102199302140868".to_owned(), json!(1));
    let refused = admit(&request, &catalogue, TODAY).expect_err("refused");
    let mut found: Vec<_> = refused
        .0
        .iter()
        .map(|defect| (defect.place.as_str(), defect.fault.code()))
        .collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("fields", "licence.field-unknown"),
            ("fields.legal_rep", "licence.field-missing"),
            ("fields.surprise", "licence.field-unknown"),
        ]
    );
}

#[test]
fn no_defect_repeats_a_value() {
    let catalogue = catalogue();
    let mut request = story(&catalogue);
    let secret = "990102199302140869";
    request.holder.code = secret.to_owned();
    request.serial = Some(secret.to_owned());
    request.case = secret.to_owned();
    request.fields.insert("uscc".to_owned(), json!(secret));
    let refused = admit(&request, &catalogue, TODAY).expect_err("refused");
    for defect in &refused.0 {
        assert!(!format!("{defect} {defect:?}").contains(secret), "{defect}");
    }
}

#[test]
fn an_unknown_member_of_a_request_is_refused() {
    let catalogue = catalogue();
    let mut value = serde_json::to_value(story(&catalogue)).expect("JSON");
    value["surprise"] = json!(1);
    assert!(serde_json::from_value::<IssueRequest>(value).is_err());
}

#[test]
fn content_of_another_type_or_issuer_is_refused() {
    let catalogue = catalogue();
    let admitted = admit(&story(&catalogue), &catalogue, TODAY).expect("admitted");
    let other =
        Identifier::parse("1.2.156.3005.2.11990000FAKE00013G016.11990100FAKE0011XU.00008412.001.X")
            .expect("good");
    let template = TemplateRef::new("integrated", "1").expect("template");
    let number = admitted.number().expect("given").clone();
    let made = LicenceContent::new(&admitted, &other, &number, &template, Salt::new([1; 16]));
    assert_eq!(made, Err(licence::ContentError::OtherLicence));
}
