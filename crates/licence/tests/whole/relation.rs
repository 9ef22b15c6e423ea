//! Old numbers lead to their successor; the end of a ground flags what rests on it.

use catalogue::Rule;
use licence::relation::{Alias, AliasRefused, Aliases, Held, at_risk};
use licence::{Identifier, LicenceNumber, Phase};
use serde_json::json;

use crate::whole::stage::{catalogue, changed, department, kind, scenarios};

fn number(text: &str) -> LicenceNumber {
    LicenceNumber::parse(text).expect("number")
}

#[test]
fn the_number_of_a_merged_paper_leads_to_its_successor() {
    let catalogue = catalogue();
    let bl = kind("BL");
    let alias = |of: &str, text: &str| Alias::new(of, number(text), (&bl, &catalogue));
    let mut aliases = Aliases::default();
    let tax = alias("税务登记证", "990102000000001").expect("merged");
    aliases.lead(tax.clone(), "licence-1").expect("free");
    aliases.lead(tax.clone(), "licence-1").expect("said twice");
    // R12: an old number leads to one licence.
    let taken = aliases.lead(tax, "licence-2").expect_err("taken");
    assert_eq!((taken.rule(), &taken), (Rule::R12, &AliasRefused::Taken));
    // The same digits on another kind of old paper are another number.
    let code = alias("组织机构代码证", "990102000000001").expect("merged");
    aliases.lead(code, "licence-2").expect("free");
    let number = number("990102000000001");
    let found: Vec<_> = aliases.find(&number).collect();
    assert_eq!(
        found,
        [
            ("税务登记证", &"licence-1"),
            ("组织机构代码证", &"licence-2")
        ]
    );
    for (of, key) in [("出生医学证明", "BL"), ("税务登记证", "FOOD")] {
        let refused = Alias::new(of, number.clone(), (&kind(key), &catalogue));
        assert_eq!(refused.map_err(|refused| refused.rule()), Err(Rule::R11));
    }
}

fn held(key: &str, issuer: &str, phase: Phase) -> Held {
    let scenarios = scenarios();
    let text = scenarios.pointer("/story_1_one_seal_restaurant/licence/identifier_v1");
    Held {
        identifier: Identifier::parse(text.and_then(|text| text.as_str()).expect("text"))
            .expect("identifier"),
        licence_type: kind(key),
        issuer: department(issuer),
        phase,
    }
}

#[test]
fn the_end_of_a_business_licence_flags_its_dependants_and_ends_none() {
    let catalogue = changed(|types, _| {
        for entry in types["types"].as_array_mut().expect("list") {
            if entry["key"] == "FOOD" || entry["key"] == "ONE" {
                entry["predecessors"] = json!(["BL"]);
            }
        }
    });
    let ended = Phase::Ended(catalogue::Ending::Revoked);
    let flagged = |all: &[Held]| -> Vec<String> {
        let flags = at_risk(all, &catalogue);
        flags
            .iter()
            .map(|flag| flag.authority.to_string())
            .collect()
    };
    let food = held("FOOD", "Q-APR", Phase::Valid);
    let sign = held("SIGN", "C-URBAN", Phase::Valid);
    let dead = held("ONE", "C-APR", ended);
    let bl = |phase| held("BL", "Q-SAMR", phase);
    for (phase, expected) in [
        (Phase::Valid, vec![]),
        (Phase::Suspended, vec![]),
        (ended, vec!["Q-APR".to_owned()]),
        (Phase::Expired, vec!["Q-APR".to_owned()]),
        (Phase::Voided, vec!["Q-APR".to_owned()]),
    ] {
        let all = [bl(phase), food.clone(), sign.clone(), dead.clone()];
        assert_eq!(flagged(&all), expected, "{phase:?}");
    }
    // Another business licence in force takes the flag away.
    assert!(flagged(&[bl(ended), bl(Phase::Valid), food]).is_empty());
}
