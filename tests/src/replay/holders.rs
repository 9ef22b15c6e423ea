//! Holders of a kind: each with codes of its own and the events, papers and licence of the story under them.

use anyhow::Context as _;
use serde_json::{Value, json};

const EVENTS: &str = include_str!("../../fixtures/sample/case-events.json");
const LICENCES: &str = include_str!("../../../crates/demo/assets/licences.json");

/// The case, the firm and its representative as the sample has them.
const CASE: &str = "BJ-990102-20260608-00017";
const FIRM: &str = "91990102FAKE0A0109";
const PERSON: &str = "990102198805210245";
/// The number of the fire part, up to its running number.
const FIRE: &str = "XF990102-2026-";

/// GB 32100: the characters of an organisation code, each standing for its place.
const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// One holder's story.
#[derive(Debug, Clone)]
pub(crate) struct Holder {
    /// Which one, from 0.
    pub(crate) number: usize,
    /// The case.
    pub(crate) case: String,
    /// The organisation code of the firm.
    pub(crate) firm: String,
    /// The number of the part that is annulled in the end.
    pub(crate) fire_part: String,
    /// The events of the case, in order.
    pub(crate) events: Vec<Value>,
    /// The content of `POST /v1/licences`.
    pub(crate) licence: Value,
}

impl Holder {
    /// The holder of this number, below 1,000.
    ///
    /// # Errors
    /// When the sample is not what it was.
    pub(crate) fn of(number: usize) -> anyhow::Result<Self> {
        let case = format!("BJ-990102-20260608-{number:05}");
        let firm = organisation(number).context("a code")?;
        let person = citizen(number).context("a number")?;
        let own = |text: &str| {
            let text = text.replace(CASE, &case).replace(FIRM, &firm);
            text.replace(PERSON, &person)
                .replace("\"story-", &format!("\"holder-{number:04}-"))
        };
        let fire_part = format!("{FIRE}{number:04}");
        let all: Vec<Value> = serde_json::from_str(LICENCES)?;
        let mut found = all.into_iter().filter(|entry| {
            let kind = entry.pointer("/request/type");
            kind.and_then(Value::as_str) == Some("ONE")
        });
        let entry = found.next().context("the story has a licence")?;
        let request = entry.get("request").context("it has a request")?;
        let text = own(&request.to_string()).replace(&format!("{FIRE}0001"), &fire_part);
        let mut request: Value = serde_json::from_str(&text)?;
        // Number and serial are drawn: whoever comes first has the first.
        for drawn in ["number", "serial"] {
            request.as_object_mut().context("an object")?.remove(drawn);
        }
        Ok(Self {
            number,
            events: serde_json::from_str(&own(EVENTS))?,
            licence: json!({"request": request, "photo": null}),
            case,
            firm,
            fire_part,
        })
    }
}

/// An organisation code with both its check characters (domain.md 7).
fn organisation(number: usize) -> Option<String> {
    let body = format!("FAKE{:04X}", 0x1000 + number);
    let mut sum = 0;
    for (letter, weight) in body.chars().zip([3, 7, 9, 10, 5, 8, 4, 2]) {
        sum += letter.to_digit(36)? * weight;
    }
    let own = match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from_digit(digit, 10)?,
    };
    let text = format!("91990102{body}{own}");
    let (mut sum, mut weight) = (0, 1);
    for octet in text.bytes() {
        sum += ALPHABET.iter().position(|known| *known == octet)? * weight;
        weight = weight * 3 % 31;
    }
    let last = ALPHABET.get((31 - sum % 31) % 31)?;
    Some(format!("{text}{}", char::from(*last)))
}

/// A citizen's number with its check character.
fn citizen(number: usize) -> Option<String> {
    let text = format!("99010219880521{number:03}");
    let (mut sum, mut weight) = (0, 1);
    for digit in text.chars().rev() {
        weight = weight * 2 % 11;
        sum += digit.to_digit(10)? * weight;
    }
    let last = b"10X98765432".get(usize::try_from(sum % 11).ok()?)?;
    Some(format!("{text}{}", char::from(*last)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_holders_are_codes_and_no_two_are_alike() {
        let mut seen = std::collections::BTreeSet::new();
        for number in 0..1_000 {
            let firm = organisation(number).expect("a code");
            catalogue::OrganisationCode::parse(&firm).expect("both check characters are right");
            let person = citizen(number).expect("a number");
            catalogue::CitizenNumber::parse(&person).expect("the check character is right");
            assert!(seen.insert(firm) && seen.insert(person));
        }
    }

    #[test]
    fn a_holder_tells_the_story_under_its_own_names() {
        let holder = Holder::of(7).expect("the sample");
        let text = serde_json::to_string(&holder.events).expect("JSON");
        let whole = format!("{text}{}", holder.licence);
        for of_the_sample in [CASE, FIRM, PERSON, "story-", "XF990102-2026-0001"] {
            assert!(!whole.contains(of_the_sample), "{of_the_sample}");
        }
        assert!(whole.contains(&holder.case) && whole.contains(&holder.fire_part));
    }
}
