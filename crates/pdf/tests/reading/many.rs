//! What is changed among many changes that are permitted is told.

use pdf::ChangeKind;

use crate::changes::refused;
use crate::honest::changes;
use crate::maker::{Bodies, Maker, TRAILER, document, sealed, stream};

/// More fields than changes are told of one update, by the numbers of their objects.
const FIELDS: std::ops::Range<u32> = 100..400;

fn field(number: u32, value: &str) -> String {
    format!(
        "<</Type/Annot/Subtype/Widget/FT/Tx/T(f{number})/V({value})/Rect[10 10 90 30]/F 4/P 3 0 R>>"
    )
}

fn fields(value: &str) -> Bodies {
    let all = FIELDS.map(|number| (number, field(number, value)));
    all.collect()
}

/// A form of many fields, signed.
fn form() -> Maker {
    let all: String = FIELDS.map(|number| format!(" {number} 0 R")).collect();
    let mut objects = document();
    for (holder, list) in [(3, "/Annots[6 0 R"), (5, "/Fields[6 0 R")] {
        let with = objects[&holder].replace(list, &format!("{list}{all}"));
        objects.insert(holder, with);
    }
    objects.extend(fields("old"));
    Maker::new(&objects, TRAILER).update(&sealed("")).sign()
}

#[test]
fn a_form_of_many_fields_may_be_filled_in_and_two_hundred_and_fifty_six_are_told() {
    let filled = changes(&form().update(&fields("new")).bytes);
    assert_eq!(filled, vec![(ChangeKind::FieldFilled, true); 256]);
}

#[test]
fn what_is_forged_beside_many_fields_that_are_filled_in_is_told() {
    let forged = stream("", "BT /F 20 Tf 50 700 Td (Amount: 900) Tj ET /X Do");
    for (name, number, body) in [
        ("the page", 4, forged.as_str()),
        ("what nobody refers to", 900, "(hidden)"),
        (
            "the catalog",
            1,
            "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R>>",
        ),
        (
            "another field, by its name",
            399,
            "<</FT/Tx/T(g)/V(new)/Rect[10 10 90 30]/F 4/P 3 0 R>>",
        ),
    ] {
        let mut objects = fields("new");
        objects.insert(number, body.to_owned());
        let update = form().update(&objects);
        assert!(!refused(&update.bytes).is_empty(), "{name}");
        assert_eq!(changes(&update.bytes).len(), 256, "{name}");
    }
}

#[test]
fn of_a_file_four_thousand_changes_are_told_and_of_later_updates_the_worst() {
    let mut maker = form();
    for round in 0..20 {
        maker = maker.update(&fields(&round.to_string()));
    }
    let filled = changes(&maker.bytes);
    assert_eq!(filled.len(), 16 * 256 + 4);
    let mut objects = fields("new");
    objects.insert(4, stream("", "BT /F 20 Tf 50 700 Td (Amount: 900) Tj ET"));
    let forged = maker.update(&objects);
    assert_eq!(changes(&forged.bytes).len(), filled.len() + 1);
    assert_eq!(refused(&forged.bytes), ["change.content"]);
}
