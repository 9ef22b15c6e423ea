//! Composite permits: the parts of story 6.1 end one by one, by whoever holds the power.

use catalogue::{Ending, Rule};
use licence::field::{FieldValue, Item, Scalar};
use licence::parts::{Outcome, Part, PartOrder, PartRefused, Parts};
use licence::{Identifier, LicenceNumber, ValidTo};
use time::macros::date;

use crate::whole::stage::{DAY, catalogue, department, kind, scenarios, story};

fn number(text: &str) -> LicenceNumber {
    LicenceNumber::parse(text).expect("number")
}

fn parts() -> Parts {
    let catalogue = catalogue();
    let admitted = story(&catalogue);
    let value = admitted.fields().get("components").expect("parts");
    Parts::read(value, &kind("ONE"), &catalogue).expect("parts")
}

fn types(parts: &Parts) -> Vec<String> {
    let keys = parts
        .parts()
        .iter()
        .map(|part| part.licence_type().to_string());
    keys.collect()
}

#[test]
fn the_fire_part_is_annulled_and_the_permit_goes_on_in_version_002() {
    let catalogue = catalogue();
    let parts = parts();
    assert_eq!(types(&parts), ["FOOD", "SIGN", "FIRE"]);
    let order = PartOrder {
        licence_type: &kind("FIRE"),
        number: &number("XF990102-2026-0001"),
        by: &department("C-FIRE"),
        ending: Ending::Annulled,
        on: date!(2026 - 07 - 17),
    };
    let outcome = parts.end(&order, &department("Q-APR"), &catalogue);
    let Ok(Outcome::NewVersion {
        parts: stay,
        validity,
    }) = outcome
    else {
        panic!("{outcome:?}");
    };
    assert_eq!(types(&stay), ["FOOD", "SIGN"]);
    assert_eq!(validity.from(), date!(2026 - 07 - 17));
    assert_eq!(validity.to().text(), "2028-06-09");
    // What the page shows of the parts that stay is what it showed before.
    let admitted = story(&catalogue);
    let (FieldValue::List(before), FieldValue::List(after)) = (
        admitted.fields().get("components").expect("parts"),
        &stay.field(),
    ) else {
        panic!("lists");
    };
    assert_eq!(before.get(..2), Some(after.as_slice()));
    // The identifiers of the story.
    let scenarios = scenarios();
    let text = |name: &str| {
        let at = format!("/story_1_one_seal_restaurant/licence/{name}");
        scenarios
            .pointer(&at)
            .and_then(|text| text.as_str())
            .expect("text")
            .to_owned()
    };
    let first = Identifier::parse(&text("identifier_v1")).expect("identifier");
    let second = first.next(*first.issuer()).expect("version");
    assert_eq!(second.to_string(), text("identifier_v2"));
}

#[test]
fn a_part_ends_by_the_power_over_that_part_alone() {
    let catalogue = catalogue();
    let parts = parts();
    let fire = number("XF990102-2026-0001");
    for (key, part, by, ending, refused) in [
        ("FIRE", &fire, "C-URBAN", Ending::Annulled, Rule::R7),
        ("FIRE", &fire, "H-APR", Ending::Annulled, Rule::R7),
        ("SIGN", &fire, "C-URBAN", Ending::Annulled, Rule::R10),
        (
            "FIRE",
            &number("XF-0"),
            "C-FIRE",
            Ending::Annulled,
            Rule::R10,
        ),
        ("BL", &fire, "C-SAMR", Ending::Annulled, Rule::R10),
    ] {
        let order = PartOrder {
            licence_type: &kind(key),
            number: part,
            by: &department(by),
            ending,
            on: DAY,
        };
        let error = parts
            .end(&order, &department("Q-APR"), &catalogue)
            .expect_err("refused");
        assert_eq!(error.rule(), refused, "{key} {by}");
    }
}

#[test]
fn the_last_part_takes_the_whole_with_it() {
    let catalogue = catalogue();
    let mut left = parts();
    let mut ended = 0;
    for (key, part, by) in [
        ("FIRE", "XF990102-2026-0001", "C-FIRE"),
        ("FOOD", "JY29901020000001", "C-SAMR"),
        ("SIGN", "ZP990102-2026-0001", "C-URBAN"),
    ] {
        let order = PartOrder {
            licence_type: &kind(key),
            number: &number(part),
            by: &department(by),
            ending: Ending::Revoked,
            on: date!(2026 - 07 - 17),
        };
        match left
            .end(&order, &department("Q-APR"), &catalogue)
            .expect("power")
        {
            Outcome::NewVersion { parts, .. } => {
                assert_eq!(parts.parts().len() + 1, left.parts().len());
                left = parts;
            }
            Outcome::WholeEnds(_) => {
                assert_eq!(left.parts().len(), 1);
                ended += 1;
            }
        }
    }
    assert_eq!(ended, 1);
}

#[test]
fn a_part_that_is_renewed_moves_the_end_of_the_whole() {
    let catalogue = catalogue();
    let parts = parts();
    let item = |number: &str, to: &str| {
        Item::Record(
            [("type", "SIGN"), ("licence_no", number), ("valid_to", to)]
                .map(|(name, text)| (name.to_owned(), Scalar::Text(text.to_owned())))
                .into(),
        )
    };
    let read = |item: &Item| Part::read(item, &kind("ONE"), &catalogue);
    let renewed = read(&item("ZP990102-2026-0001", "2030-06-09")).expect("part");
    let changed = parts.change(
        &number("ZP990102-2026-0001"),
        renewed.clone(),
        (date!(2028 - 06 - 10), &catalogue),
    );
    let Ok(Outcome::NewVersion { validity, .. }) = changed else {
        panic!("{changed:?}");
    };
    assert_eq!(*validity.to(), ValidTo::Day(date!(2030 - 06 - 09)));
    assert_eq!(
        parts.add(renewed, (DAY, &catalogue)),
        Err(PartRefused::Twice)
    );
    assert_eq!(
        parts.change(
            &number("ZP-0"),
            read(&item("ZP-1", "长期")).expect("part"),
            (DAY, &catalogue)
        ),
        Err(PartRefused::Unknown)
    );
    // No part: another type, an event, a text.
    assert_eq!(read(&item("ZP-1", "竣工验收合格")), None);
    assert_eq!(read(&Item::Text("SIGN".to_owned())), None);
    assert_eq!(
        Part::read(&item("ZP-1", "长期"), &kind("FOOD"), &catalogue),
        None
    );
}
