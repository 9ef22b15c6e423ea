//! Further versions: what a request for one may change, and how long the version holds.

use catalogue::key::DepartmentKey;
use licence::life::Ground;
use licence::request::DecisionRequest;
use licence::versions::Succession;
use licence::versions::following::{Before, Following, admit_following};
use licence::{
    Identifier, IssueRequest, LicenceContent, LicenceNumber, Salt, SerialText, TemplateRef,
    Version, admit,
};
use serde_json::{Value, json};
use time::Date;
use time::macros::date;

use crate::whole::stage::{DAY, catalogue, story};

/// A food permit of the bureau, valid from 10 June 2026 to 9 June 2031.
fn food() -> Value {
    let cases: Vec<Value> =
        serde_json::from_str(include_str!("../../../demo/assets/licences.json")).expect("JSON");
    let found = cases
        .into_iter()
        .find(|case| case["request"]["type"] == "FOOD");
    found.expect("a food permit")["request"].clone()
}

fn request(value: &Value) -> IssueRequest {
    serde_json::from_value(value.clone()).expect("a request")
}

fn before(request: &IssueRequest, today: Date) -> Before {
    let admitted = admit(request, &catalogue(), today).expect("admitted");
    let serial = SerialText::parse("2026000001").expect("serial");
    let identifier = Identifier::new(
        admitted.licence_type().code.clone(),
        *admitted.issuer_code(),
        serial,
        Version::FIRST,
    );
    let number = LicenceNumber::parse("JY19901020000017").expect("number");
    let template = TemplateRef::new("wall-landscape", "1").expect("template");
    let content = LicenceContent::new(
        &admitted,
        &identifier,
        &number,
        &template,
        Salt::new([5; 16]),
    );
    let bytes = content.expect("content").canonical().expect("bytes");
    Before::read(&bytes).expect("its own data")
}

fn codes(refused: Result<(licence::Admitted, Succession), licence::NotAdmitted>) -> Vec<String> {
    let mut codes: Vec<String> = match refused {
        Ok(_) => Vec::new(),
        Err(refused) => refused
            .0
            .iter()
            .map(|defect| format!("{} {}", defect.place, defect.fault.code()))
            .collect(),
    };
    codes.sort();
    codes
}

#[test]
fn a_change_keeps_number_holder_and_end() {
    let first = food();
    let from = first["valid_from"].as_str().expect("a day").to_owned();
    let before = before(&request(&first), date!(2026 - 12 - 31));
    let end = before.validity().to().clone();
    let today = date!(2027 - 03 - 01);
    let mut change = first.clone();
    change["decision"]["decided_on"] = json!("2027-03-01");
    change["valid_from"] = json!("2027-04-01");
    change["fields"]["name"] = json!("另一个名字");
    change["holder"]["name"] = json!("另一个名字");
    let object = change.as_object_mut().expect("an object");
    object.remove("valid_to");
    object.remove("number");
    let asked = |value: &Value, following| {
        admit_following(&request(value), (&before, following), &catalogue(), today)
    };
    let (admitted, succession) = asked(&change, Following::Change).expect("admitted");
    assert_eq!(succession, Succession::Supersedes(Ground::Change));
    assert_eq!(admitted.validity().from(), date!(2027 - 04 - 01));
    // By the rule alone it would be five years from April 2027.
    assert_eq!(*admitted.validity().to(), end);
    assert_ne!(from, "2027-04-01");
    for (member, value, expected) in [
        (
            "/number",
            json!("JY19901020000018"),
            "number licence.other-licence",
        ),
        (
            "/serial",
            json!("2026000002"),
            "serial licence.other-licence",
        ),
        (
            "/valid_to",
            json!("2032-03-31"),
            "valid_to licence.valid-to-against-rule",
        ),
    ] {
        let mut wrong = change.clone();
        wrong[member.trim_start_matches('/')] = value;
        assert_eq!(codes(asked(&wrong, Following::Change)), [expected]);
    }
    let mut other = change.clone();
    other["holder"]["code"] = json!("91990102FAKE0A0109");
    other["fields"]["uscc"] = json!("91990102FAKE0A0109");
    if other["holder"]["code"] == change["holder"]["code"] {
        other["holder"]["code"] = json!("91990121FAKE0A029N");
        other["fields"]["uscc"] = json!("91990121FAKE0A029N");
    }
    assert_eq!(
        codes(asked(&other, Following::Change)),
        ["holder.code licence.other-licence"]
    );
    // The code itself may be what was wrong.
    assert_eq!(
        codes(asked(&other, Following::Correction)),
        Vec::<String>::new()
    );
}

#[test]
fn a_renewal_is_asked_for_inside_its_window_and_begins_when_the_old_one_ends() {
    let first = food();
    let before = before(&request(&first), date!(2026 - 12 - 31));
    let licence::ValidTo::Day(last) = before.validity().to().clone() else {
        panic!("a food permit has a last day");
    };
    let next = last.next_day().expect("a day");
    let asked_on = last - time::Duration::days(60);
    let mut renewal = first.clone();
    renewal["decision"]["decided_on"] = json!(asked_on.to_string());
    renewal["valid_from"] = json!(next.to_string());
    let object = renewal.as_object_mut().expect("an object");
    object.remove("valid_to");
    object.remove("number");
    let ask = |value: &Value, asked: Date, today: Date| {
        admit_following(
            &request(value),
            (&before, Following::Renewal { asked }),
            &catalogue(),
            today,
        )
    };
    let (admitted, succession) = ask(&renewal, asked_on, asked_on).expect("admitted");
    assert_eq!(succession, Succession::Supersedes(Ground::Renewal));
    assert_eq!(admitted.validity().from(), next);
    assert_ne!(admitted.validity().to(), before.validity().to());
    let early = last - time::Duration::days(91);
    for (asked, place_and_code) in [
        (early, "asked_on licence.renewal-early"),
        (next, "asked_on licence.decision-day"),
    ] {
        assert_eq!(codes(ask(&renewal, asked, asked_on)), [place_and_code]);
    }
    let mut wrong = renewal.clone();
    wrong["valid_from"] = json!(last.to_string());
    assert_eq!(
        codes(ask(&wrong, asked_on, asked_on)),
        ["valid_from licence.renewal-day"]
    );
    let late = next + time::Duration::days(10);
    let mut too_late = renewal.clone();
    too_late["decision"]["decided_on"] = json!(late.to_string());
    too_late["valid_from"] = json!(late.to_string());
    assert_eq!(
        codes(ask(&too_late, late, late)),
        ["asked_on licence.renewal-late"]
    );
}

#[test]
fn what_an_ended_part_leaves_is_a_request_for_the_same_licence() {
    let catalogue = catalogue();
    let admitted = story(&catalogue);
    let serial = SerialText::parse("2026000001").expect("serial");
    let identifier = Identifier::new(
        admitted.licence_type().code.clone(),
        *admitted.issuer_code(),
        serial,
        Version::FIRST,
    );
    let number = admitted.number().expect("a number").clone();
    let template = TemplateRef::new("integrated", "1").expect("template");
    let content = LicenceContent::new(
        &admitted,
        &identifier,
        &number,
        &template,
        Salt::new([5; 16]),
    );
    let bytes = content.expect("content").canonical().expect("bytes");
    let before = Before::read(&bytes).expect("its own data");
    let parts = before.parts(&catalogue).expect("parts");
    assert_eq!(parts.parts().len(), 3);
    let issuer = DepartmentKey::parse("Q-APR").expect("key");
    let decision = DecisionRequest {
        number: "撤字〔2026〕第1号".to_owned(),
        decided_on: "2026-07-17".to_owned(),
        decided_by: "chen.zhiyuan".to_owned(),
        shown: Vec::new(),
    };
    let day = date!(2026 - 07 - 17);
    let grounds = ("990102-XK-0001", admitted.case(), issuer.as_str());
    let same = before.with_parts(&parts, day, grounds, decision);
    let (again, succession) =
        admit_following(&same, (&before, Following::Change), &catalogue, day).expect("admitted");
    assert_eq!(succession, Succession::Supersedes(Ground::Change));
    assert_eq!(again.fields(), admitted.fields());
    assert_eq!(again.validity().from(), day);
    assert_eq!(again.validity().to().text(), "2028-06-09");
    assert_ne!(DAY, day);
    // What is no licence's data is none.
    for wrong in [
        &b"{}"[..],
        b"",
        b"[1]",
        bytes.get(1..).expect("more than one"),
    ] {
        assert_eq!(Before::read(wrong), None);
    }
}
