//! The sample imports whole, and each wrong member is refused by its place.

use catalogue::key::{DepartmentKey, TypeKey};
use catalogue::kind::{FileFormat, Suite};
use catalogue::matter::Means;
use catalogue::{Catalogue, Fault, FieldKind, ImportError, ReadCode, Sensitivity, Sources};
use serde_json::{Value, json};

const DEPARTMENTS: &str = include_str!("../../../tests/fixtures/sample/departments.json");
const TYPES: &str = include_str!("../../../tests/fixtures/sample/licence-types.json");
const MATTERS: &str = include_str!("../../../tests/fixtures/sample/matters-catalogue.json");
const POWERS: &str = include_str!("../../../tests/fixtures/sample/powers.json");

/// The four files as values, to be changed one member at a time.
struct Files([Value; 4]);

impl Files {
    fn sample() -> Self {
        Self(
            [DEPARTMENTS, TYPES, MATTERS, POWERS]
                .map(|text| serde_json::from_str(text).expect("sample is JSON")),
        )
    }

    fn import(&self) -> Result<Catalogue, ImportError> {
        let [departments, types, matters, powers] =
            self.0.each_ref().map(|file| file.to_string().into_bytes());
        Catalogue::import(&Sources {
            departments: &departments,
            types: &types,
            matters: &matters,
            powers: Some(&powers),
        })
    }

    fn with(mut self, file: usize, pointer: &str, value: Value) -> Self {
        *self
            .0
            .get_mut(file)
            .and_then(|file| file.pointer_mut(pointer))
            .expect("member exists") = value;
        self
    }
}

fn sample() -> Catalogue {
    Files::sample().import().expect("the sample imports")
}

#[test]
fn the_sample_imports_whole() {
    let catalogue = sample();
    assert_eq!(catalogue.departments().len(), 39);
    assert_eq!(catalogue.licence_types().len(), 28);
    assert_eq!(catalogue.matters().len(), 45);
    assert_eq!(catalogue.seals().len(), 29);
    let materials: Vec<_> = catalogue
        .matters()
        .flat_map(|matter| &matter.materials)
        .collect();
    let count = |wanted: fn(&Means) -> bool| {
        materials
            .iter()
            .filter(|material| wanted(&material.means))
            .count()
    };
    assert_eq!(materials.len(), 165);
    assert_eq!(count(|means| *means == Means::Applicant), 54);
    assert_eq!(count(|means| *means == Means::Commitment), 15);
    let fields: Vec<_> = catalogue
        .licence_types()
        .flat_map(|kind| &kind.fields)
        .collect();
    for kind in [
        FieldKind::Text,
        FieldKind::Uscc,
        FieldKind::Money,
        FieldKind::Date,
        FieldKind::Number,
        FieldKind::List,
        FieldKind::CitizenId,
        FieldKind::Digest,
        FieldKind::DateTime,
    ] {
        assert!(fields.iter().any(|field| field.kind == kind), "{kind:?}");
    }
    assert!(
        fields
            .iter()
            .filter(|field| field.kind == FieldKind::CitizenId)
            .all(|field| field.sensitivity == Sensitivity::Secret)
    );
}

#[test]
fn entries_are_found_by_every_name_they_have() {
    let catalogue = sample();
    let key = DepartmentKey::parse("Q-APR").expect("key");
    let department = catalogue.department(&key).expect("known");
    assert_eq!(department.code.as_str(), "11990102FAKE000485");
    assert_eq!(catalogue.department_of(&department.code), Some(department));
    let kind = catalogue
        .licence_type(&TypeKey::parse("ONE").expect("key"))
        .expect("known");
    assert_eq!(catalogue.licence_type_of(&kind.code), Some(kind));
    assert_eq!(kind.suite(FileFormat::Ofd), Some(Suite::Sm));
    assert_eq!(catalogue.matters_resulting_in(&kind.key).count(), 4);
}

/// The defects of a changed sample, by place.
fn defects(files: &Files) -> Vec<(String, Fault)> {
    match files.import() {
        Err(ImportError::Defects(defects)) => defects
            .into_iter()
            .map(|defect| (defect.place, defect.fault))
            .collect(),
        _ => Vec::new(),
    }
}

const D: usize = 0;
const T: usize = 1;
const M: usize = 2;
const P: usize = 3;

/// File, member, what it is changed to, where the first defect is, what it is.
const MUTATIONS: &[(usize, &str, &str, &str, Fault)] = &[
    (
        D,
        "/departments/3/uscc",
        r#""11990102FAKE000486""#,
        "departments[3].uscc",
        Fault::Code(ReadCode::Check),
    ),
    (
        D,
        "/departments/3/uscc",
        r#""11990103FAKE00056E""#,
        "departments[4].uscc",
        Fault::Twice,
    ),
    (
        D,
        "/departments/3/key",
        r#""C-APR""#,
        "departments[3].key",
        Fault::Twice,
    ),
    (
        D,
        "/departments/3/region",
        r#""990109""#,
        "departments[3].region",
        Fault::Unknown,
    ),
    (
        D,
        "/departments/3/region_name",
        r#""河湾区""#,
        "departments[3].region_name",
        Fault::Mismatch,
    ),
    (
        D,
        "/departments/3/roles/0",
        r#""boss""#,
        "departments[3].roles",
        Fault::Word,
    ),
    (
        D,
        "/departments/3/name_zh",
        r#""  ""#,
        "departments[3].name_zh",
        Fault::Text,
    ),
    (
        D,
        "/regions/0/level",
        r#""planet""#,
        "regions[0].level",
        Fault::Word,
    ),
    (
        T,
        "/types/1/validity",
        r#"{"kind": "years"}"#,
        "types[1].validity",
        Fault::Mismatch,
    ),
    (
        T,
        "/types/1/validity",
        r#"{"kind": "years", "years": 0}"#,
        "types[1].validity",
        Fault::Mismatch,
    ),
    (
        T,
        "/types/1/validity",
        r#"{"kind": "earliest_component"}"#,
        "types[1].validity",
        Fault::Mismatch,
    ),
    (
        T,
        "/types/1/validity",
        r#"{"kind": "age_based", "rule": "0+: 5"}"#,
        "types[1].validity",
        Fault::Mismatch,
    ),
    (
        T,
        "/types/1/endings/0",
        r#""取消""#,
        "types[1].endings",
        Fault::Word,
    ),
    (
        T,
        "/types/1/issuers/0",
        r#""Z-APR""#,
        "types[1].issuers",
        Fault::Unknown,
    ),
    (
        T,
        "/types/1/issuers",
        r#"[]"#,
        "types[1].issuers",
        Fault::Mismatch,
    ),
    (
        T,
        "/types/1/fields/1/name",
        r#""name""#,
        "types[1].fields[1].name",
        Fault::Twice,
    ),
    (
        T,
        "/types/1/fields/1/type",
        r#""blob""#,
        "types[1].fields[1].type",
        Fault::Word,
    ),
    (
        T,
        "/types/15/fields/1/sensitivity",
        r#""open""#,
        "types[15].fields[1].sensitivity",
        Fault::Mismatch,
    ),
    (
        T,
        "/types/1/suite",
        r#"{"pdf": "international"}"#,
        "types[1].files",
        Fault::Mismatch,
    ),
    (
        T,
        "/types/1/renewal_window_days",
        r#"[30, 90]"#,
        "types[1].renewal_window_days",
        Fault::Order,
    ),
    (
        T,
        "/types/1/presentation_ttl_s",
        r#"301"#,
        "types[1].presentation_ttl_s",
        Fault::Range,
    ),
    (
        T,
        "/types/1/component_of/0",
        r#""TWO""#,
        "types[1].component_of",
        Fault::Unknown,
    ),
    (
        M,
        "/matters/0/exercised_by",
        r#""C-FIRE""#,
        "matters[0].exercised_by",
        Fault::NotAnIssuer,
    ),
    (
        M,
        "/matters/0/promised_days",
        r#"31"#,
        "matters[0].promised_days",
        Fault::Range,
    ),
    (
        M,
        "/matters/0/kind_zh",
        r#""行政备案""#,
        "matters[0].kind_zh",
        Fault::Mismatch,
    ),
    (
        M,
        "/matters/0/transferred",
        r#"false"#,
        "matters[0].seal_purpose",
        Fault::Mismatch,
    ),
    (
        M,
        "/matters/0/version",
        r#"0"#,
        "matters[0].version",
        Fault::Range,
    ),
    (
        M,
        "/matters/0/result_licence_type",
        r#""TWO""#,
        "matters[0].result_licence_type",
        Fault::Unknown,
    ),
    (
        M,
        "/matters/0/materials/0/name_zh",
        r#""其他材料""#,
        "matters[0].materials[0].name_zh",
        Fault::Nameless,
    ),
    (
        M,
        "/matters/0/materials/3/field",
        r#""adress""#,
        "matters[0].materials[3].field",
        Fault::Unknown,
    ),
    (
        M,
        "/matters/0/materials/0/means",
        r#""e_licence""#,
        "matters[0].materials[0].means",
        Fault::Mismatch,
    ),
    (
        M,
        "/matters/1/code",
        r#""990102-XK-0001""#,
        "matters[1].code",
        Fault::Twice,
    ),
    (
        P,
        "/seals/0/holder",
        r#""Z-APR""#,
        "seals[0].holder",
        Fault::Unknown,
    ),
    (
        P,
        "/seals/1/purposes/0",
        r#""licence""#,
        "seals[1].purposes",
        Fault::Mismatch,
    ),
    (
        P,
        "/seals/0/valid_from",
        r#""2019-02-29""#,
        "seals[0].valid_from",
        Fault::Date,
    ),
    (
        P,
        "/delegations/0/valid_to",
        r#""2025-12-31""#,
        "delegations[0].valid_to",
        Fault::Order,
    ),
    (
        P,
        "/delegations/0/to",
        r#""Q-APR""#,
        "delegations[0].to",
        Fault::Mismatch,
    ),
];

#[test]
fn each_wrong_member_is_named_by_its_place() {
    for (file, pointer, value, place, fault) in MUTATIONS {
        let value: Value = serde_json::from_str(value).expect("JSON");
        let changed = Files::sample().with(*file, pointer, value);
        assert_eq!(
            defects(&changed).first(),
            Some(&((*place).to_owned(), fault.clone())),
            "{pointer}"
        );
    }
    let long = Files::sample().with(D, "/departments/3/name_zh", json!("云".repeat(201)));
    assert_eq!(
        defects(&long).first(),
        Some(&("departments[3].name_zh".to_owned(), Fault::Text))
    );
}

#[test]
fn police_matters_are_never_transferred() {
    let mut files = Files::sample();
    let at = 4;
    assert_eq!(
        files.0[2]["matters"][at]["industry_authority"],
        json!("C-PSB")
    );
    files.0[2]["matters"][at]["transferred"] = json!(true);
    files.0[2]["matters"][at]["seal_purpose"] = json!("行政审批专用章");
    assert_eq!(
        defects(&files).first(),
        Some(&("matters[4].transferred".to_owned(), Fault::NeverTransferred))
    );
}

#[test]
fn members_that_nobody_knows_are_refused_with_line_and_place() {
    for (file, pointer, place) in [
        (0, "/departments/0", "departments[0]"),
        (1, "/types/0", "types[0]"),
        (1, "/types/0/fields/2", "types[0].fields[2]"),
        (2, "/matters/7", "matters[7]"),
        (2, "/matters/7/materials/1", "matters[7].materials[1]"),
        (3, "/seals/0", "seals[0]"),
    ] {
        let mut files = Files::sample();
        files.0[file]
            .pointer_mut(pointer)
            .and_then(Value::as_object_mut)
            .expect("object")
            .insert("surprise".to_owned(), json!(1));
        let found = defects(&files);
        assert_eq!(
            found,
            vec![(format!("{place}.surprise"), Fault::Surplus)],
            "{pointer}"
        );
    }
}

fn import(matters: &str, powers: &str) -> Result<Catalogue, ImportError> {
    Catalogue::import(&Sources {
        departments: DEPARTMENTS.as_bytes(),
        types: TYPES.as_bytes(),
        matters: matters.as_bytes(),
        powers: Some(powers.as_bytes()),
    })
}

/// Place, line and fault of each defect.
fn told(import: Result<Catalogue, ImportError>) -> Vec<(String, Option<usize>, Fault)> {
    let ImportError::Defects(defects) = import.expect_err("refused") else {
        return Vec::new();
    };
    defects
        .into_iter()
        .map(|defect| (defect.place, defect.line, defect.fault))
        .collect()
}

#[test]
fn every_entry_that_is_not_of_the_form_is_told_at_once_in_all_files() {
    let twice = POWERS.replacen("\"kind\":", "\"kind\": \"行政审批专用章\",\n\"kind\":", 1);
    let twice = twice.replacen("\"holder\": \"C-APR\",", "", 1);
    let kinds = MATTERS.replacen("\"version\": 1", "\"version\": \"1\"", 2);
    assert_eq!(
        told(import(&kinds, &twice)),
        vec![
            (
                "matters[0]".to_owned(),
                line(&kinds, "\"version\": \"1\"", 1),
                Fault::Kind
            ),
            (
                "matters[1]".to_owned(),
                line(&kinds, "\"version\": \"1\"", 2),
                Fault::Kind
            ),
            (
                "seals[0].kind".to_owned(),
                line(&twice, "\"kind\"", 2),
                Fault::Twice
            ),
            (
                "seals[2].holder".to_owned(),
                line(&twice, "}", 3),
                Fault::Missing
            ),
        ]
    );
}

/// The line on which `text` stands for the `time`-th time.
fn line(file: &str, text: &str, time: usize) -> Option<usize> {
    let at = file.match_indices(text).nth(time - 1).map(|(at, _)| at);
    at.and_then(|at| file.get(..at))
        .map(|before| before.matches('\n').count() + 1)
}

#[test]
fn every_wrong_value_is_told_by_line_and_member() {
    let matters = MATTERS
        .replacen("\"statutory_days\": 30", "\"statutory_days\": 1", 1)
        .replacen("\"means\": \"e_licence\"", "\"means\": \"telepathy\"", 1);
    let powers = POWERS.replacen("\"holder\": \"Q-APR\"", "\"holder\": \"Q-NIL\"", 1);
    assert_eq!(
        told(import(&matters, &powers)),
        vec![
            (
                "matters[0].materials[1].means".to_owned(),
                line(&matters, "\"telepathy\"", 1),
                Fault::Mismatch
            ),
            (
                "matters[0].promised_days".to_owned(),
                line(&matters, "\"promised_days\"", 1),
                Fault::Range
            ),
            (
                "seals[0].holder".to_owned(),
                line(&powers, "\"Q-NIL\"", 1),
                Fault::Unknown
            ),
        ]
    );
}

#[test]
fn a_file_that_is_no_json_is_refused_with_line_and_column() {
    let broken = MATTERS.replacen("\"version\": 1,", "\"version\": 1", 1);
    match import(&broken, POWERS) {
        Err(ImportError::Form {
            file: "matters",
            source,
        }) => assert_eq!(Some(source.line()), line(&broken, "\"status\"", 1)),
        other => panic!("{other:?}"),
    }
    // A member missing of the file itself.
    let gone = POWERS.replacen("\"as_of\": \"2026-06-30\",", "", 1);
    assert!(matches!(
        import(MATTERS, &gone),
        Err(ImportError::Form { file: "powers", .. })
    ));
}

#[test]
fn bytes_that_are_no_catalogue_are_refused_without_panic() {
    let deep = "[".repeat(100_000);
    for bytes in [
        &b""[..],
        b"null",
        b"{}",
        b"\xff\xfe",
        deep.as_bytes(),
        br#"{"as_of":"","regions":[],"departments":[]}trailing"#,
    ] {
        let import = Catalogue::import(&Sources {
            departments: bytes,
            types: TYPES.as_bytes(),
            matters: MATTERS.as_bytes(),
            powers: None,
        });
        assert!(import.is_err());
    }
}

#[test]
fn every_defect_of_a_file_is_reported_at_once() {
    let mut files = Files::sample();
    for matter in files.0[2]["matters"].as_array_mut().expect("list") {
        matter["promised_days"] = json!(999);
    }
    match files.import() {
        Err(ImportError::Defects(defects)) => assert_eq!(defects.len(), 45),
        other => panic!("{other:?}"),
    }
}
