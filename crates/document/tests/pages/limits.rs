//! The longest values that are lawful, and what is refused: always by the name of its field.

use document::{Note, RenderPage, Template};
use serde_json::{Map, Value, json};
use time::macros::date;

use crate::folder;
use crate::samples::{self, Sample, long_name};

fn set(sample: &mut Sample, field: &str, value: &str) {
    let fields = &mut sample.licence.fields;
    assert!(fields.contains_key(field), "the sample has {field}");
    fields.insert(field.to_owned(), Value::String(value.to_owned()));
}

fn set_issuer(sample: &mut Sample, name: &str) {
    let issuer = sample.licence.rest.get_mut("issuer");
    let issuer = issuer.and_then(Value::as_object_mut).expect("an issuer");
    issuer.insert("name".to_owned(), Value::String(name.to_owned()));
}

fn rendered(sample: &Sample) -> Result<(), RenderPage> {
    sample.render(sample.prepared()).map(drop)
}

fn not_fitting(sample: &Sample) -> Option<String> {
    match rendered(sample) {
        Err(RenderPage::DoesNotFit { field }) => Some(field),
        _ => None,
    }
}

#[test]
fn names_of_forty_characters_fit_every_template() {
    assert_eq!(long_name().chars().count(), 40);
    for mut sample in samples::all() {
        sample.lengthen();
        let page = sample.render(sample.prepared());
        assert!(page.is_ok(), "{}: {page:?}", sample.key());
        std::fs::create_dir_all(folder()).expect("the folder can be made");
        let name = folder().join(format!("long-{}.pdf", sample.key()));
        std::fs::write(name, page.expect("asked above").bytes).expect("the folder takes it");
    }
}

#[test]
fn addresses_and_scopes_of_a_hundred_characters_fit_every_template_but_cards() {
    let long: String = long_name().repeat(3).chars().take(100).collect();
    for mut sample in samples::all() {
        let card = ["ID", "DRIVE", "SSC", "DISAB"].contains(&sample.key());
        for field in [
            "address", "site", "location", "scope", "items", "outlet", "scale",
        ] {
            if sample.licence.fields.contains_key(field) && !card {
                set(&mut sample, field, &long);
            }
        }
        let page = rendered(&sample);
        assert!(page.is_ok(), "{}: {page:?}", sample.key());
    }
}

#[test]
fn the_address_of_a_card_may_have_sixty_characters() {
    let mut sample = samples::one("ID");
    let long: String = long_name().repeat(2).chars().take(60).collect();
    set(&mut sample, "address", &long);
    rendered(&sample).expect("sixty characters fit");
}

#[test]
fn a_scope_fits_to_four_hundred_characters_and_is_refused_by_name_at_a_thousand() {
    let scope = |count: usize| -> String {
        "许可项目：餐饮服务；食品销售；"
            .chars()
            .cycle()
            .take(count)
            .collect()
    };
    for key in ["BL", "DRUG", "DEVICE", "ROAD"] {
        let mut sample = samples::one(key);
        set(&mut sample, "scope", &scope(400));
        let page = rendered(&sample);
        assert!(page.is_ok(), "{key}: {page:?}");
        set(&mut sample, "scope", &scope(1_000));
        assert_eq!(not_fitting(&sample).as_deref(), Some("scope"), "{key}");
    }
}

#[test]
fn what_has_no_room_is_refused_by_the_name_of_its_field() {
    let endless = "云".repeat(1_000);
    for (key, field) in [
        ("FOOD", "items"),
        ("ID", "address"),
        ("BUILD", "scale"),
        ("ELDER", "name"),
        ("SSC", "bank"),
    ] {
        let mut sample = samples::one(key);
        set(&mut sample, field, &endless);
        assert_eq!(not_fitting(&sample).as_deref(), Some(field), "{key}");
    }
    let mut sample = samples::one("FOOD");
    set(&mut sample, "uscc", &"9".repeat(90));
    assert_eq!(not_fitting(&sample).as_deref(), Some("uscc"));
    let mut sample = samples::one("FOOD");
    set_issuer(&mut sample, &endless);
    assert_eq!(not_fitting(&sample).as_deref(), Some("issuer"));
}

#[test]
fn a_prose_that_has_no_room_is_refused_by_its_longest_field() {
    let mut sample = samples::one("FIRE");
    set(&mut sample, "address", &"云".repeat(1_000));
    assert_eq!(not_fitting(&sample).as_deref(), Some("address"));
}

#[test]
fn a_character_that_no_font_has_is_refused_by_name_with_its_field() {
    // 𰻝 is outside 通用规范汉字表; U+E000 is nobody's; U+1F600 is a picture; U+0627 is Arabic.
    for character in ['\u{30EDD}', '\u{E000}', '\u{1F600}', '\u{627}'] {
        for (key, field) in [("FOOD", "address"), ("ID", "name"), ("FIRE", "legal_rep")] {
            let mut sample = samples::one(key);
            set(&mut sample, field, &format!("云{character}上"));
            match rendered(&sample) {
                Err(RenderPage::UnknownCharacter {
                    character: told,
                    field: at,
                }) => {
                    assert_eq!((told, at.as_str()), (character, field));
                }
                other => panic!("{key}: {other:?}"),
            }
        }
    }
    let mut sample = samples::one("ONE");
    sample.licence.fields.insert(
        "components".to_owned(),
        json!([{"type": "FOOD", "authority": "云\u{E000}", "licence_no": "1", "valid_to": "长期"}]),
    );
    let refused = rendered(&sample).expect_err("no font has it");
    assert_eq!(
        refused.to_string(),
        "no font has the character '\\u{e000}' (U+E000) of field `components`"
    );
}

#[test]
fn the_integrated_permit_holds_a_part_of_every_kind_and_is_refused_by_name_at_forty() {
    let part = |kind: &str| {
        json!({"type": kind, "authority": "临溪市青石区行政审批服务局", "licence_no": "XF990102-2026-0001",
            "area_m2": 186, "valid_to": "2031-06-09", "mode": "告知承诺", "state": "有效"})
    };
    let kinds = [
        "FOOD", "SIGN", "FIRE", "PUBH", "DRUG", "DEVICE", "BOOK", "HOTEL",
    ];
    let mut sample = samples::one("ONE");
    let mut with = |parts: Vec<Value>| {
        sample
            .licence
            .fields
            .insert("components".to_owned(), Value::Array(parts));
        not_fitting(&sample)
    };
    assert_eq!(with(kinds.map(part).to_vec()), None);
    assert_eq!(with(vec![part("FIRE"); 40]).as_deref(), Some("components"));
}

#[test]
fn a_missing_field_and_one_without_a_place_are_refused_by_name() {
    for mut sample in samples::all() {
        sample.licence.fields.insert("more".to_owned(), json!("x"));
        assert!(
            matches!(rendered(&sample), Err(RenderPage::Unplaced { field }) if field == "more")
        );
    }
    let mut sample = samples::one("FOOD");
    sample.licence.fields.remove("items");
    assert!(matches!(rendered(&sample), Err(RenderPage::Missing { field }) if field == "items"));
    let mut sample = samples::one("FOOD");
    sample
        .licence
        .fields
        .insert("items".to_owned(), json!({"a": 1}));
    assert!(matches!(rendered(&sample), Err(RenderPage::WrongShape { field }) if field == "items"));
}

#[test]
fn every_required_field_is_asked_for_and_every_optional_one_may_be_missing() {
    let optional = [
        "capital_cny",
        "father",
        "father_id",
        "bank",
        "guardian",
        "beds",
    ];
    for sample in samples::all() {
        let names: Vec<String> = sample.licence.fields.keys().cloned().collect();
        for name in names {
            let mut without = samples::one(sample.key());
            without.licence.fields.remove(&name);
            let page = rendered(&without);
            let key = sample.key();
            match name.as_str() {
                "photo_sha256" => {}
                known if optional.contains(&known) => {
                    assert!(page.is_ok(), "{key} {name}: {page:?}")
                }
                _ => assert!(
                    matches!(page, Err(RenderPage::Missing { ref field }) if *field == name),
                    "{key} {name}: {page:?}"
                ),
            }
        }
    }
}

#[test]
fn a_photograph_other_than_the_one_named_is_refused() {
    let sample = samples::one("ID");
    let blank = sample.prepared();
    let other = document::Photo::read(&document::sample_photo(99)).expect("a portrait");
    let shown = sample.shown();
    let mut page = document::Page {
        photo: Some(&other),
        ..shown.page()
    };
    let refused = blank.render(&page);
    assert!(matches!(refused, Err(RenderPage::OtherPhoto { field }) if field == "photo_sha256"));
    page.photo = None;
    assert!(matches!(
        blank.render(&page),
        Err(RenderPage::Photo { wanted: true })
    ));
    page = shown.page();
    page.code = None;
    assert!(matches!(blank.render(&page), Err(RenderPage::NoCode)));
    let text = "A".repeat(900);
    let dense = samples::code(&text);
    page.code = Some(&dense);
    assert!(matches!(
        blank.render(&page),
        Err(RenderPage::CodeTooDense { .. })
    ));
}

#[test]
fn data_of_another_template_or_version_are_refused() {
    for (part, value) in [("key", "BL"), ("version", "2")] {
        let mut sample = samples::one("FOOD");
        let blank = sample.prepared();
        let mut template = Map::new();
        template.insert("key".to_owned(), json!("FOOD"));
        template.insert("version".to_owned(), json!("1"));
        template.insert(part.to_owned(), json!(value));
        sample.licence.template = template;
        let refused = sample.render(blank);
        assert!(matches!(refused, Err(RenderPage::OtherTemplate { .. })));
    }
}

#[test]
fn notes_are_written_on_every_template_and_refused_when_too_long() {
    let converted = Note::Converted {
        register: "云洲省食品经营许可管理系统 JY29901020000001".to_owned(),
        on: date!(2026 - 06 - 10),
    };
    let copy = |requester: &str| Note::Copy {
        purpose: "办理外卖平台入驻".to_owned(),
        requester: requester.to_owned(),
        until: date!(2026 - 07 - 10),
    };
    for sample in samples::all() {
        let blank = sample.prepared();
        let notes = [converted.clone(), copy("林小满")];
        let page = sample.render_with(blank, &notes);
        assert!(page.is_ok(), "{}: {page:?}", sample.key());
        let refused = sample.render_with(blank, &[copy(&"云".repeat(60))]);
        assert!(matches!(refused, Err(RenderPage::DoesNotFit { field }) if field == "note"));
    }
}

#[test]
fn a_template_that_names_no_layout_or_no_region_is_refused() {
    let parse = |json: Value| Template::parse(json.to_string().as_bytes());
    let good =
        json!({"key": "X", "version": "1", "layout": "portrait", "title": ["证"], "regions": {}});
    assert!(parse(good.clone()).is_ok());
    for (name, value, told) in [
        ("layout", json!("nowhere"), "no layout is called `nowhere`"),
        (
            "regions",
            json!({"foot": []}),
            "layout `portrait` has no region `foot`",
        ),
        ("more", json!(1), "the template is not well formed"),
    ] {
        let mut changed = good.clone();
        changed[name] = value;
        let refused = parse(changed).expect_err("it is wrong");
        assert_eq!(refused.to_string(), told);
    }
    assert!(Template::embedded("NONE").is_err());
    assert_eq!(Template::keys().count(), 28);
}
