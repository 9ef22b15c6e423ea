//! The sample catalogue, the story's licence, and the powers over it.

use std::sync::LazyLock;

use catalogue::key::{DepartmentKey, PersonKey, TypeKey};
use catalogue::{Catalogue, Ending, EndingPower, Sources, SuspensionPower};
use licence::life::{Event, Stop};
use licence::{Admitted, IssueRequest, admit};
use serde_json::{Value, json};
use time::macros::date;
use time::{Date, UtcDateTime};

const DEPARTMENTS: &str = include_str!("../../../../tests/fixtures/sample/departments.json");
const TYPES: &str = include_str!("../../../../tests/fixtures/sample/licence-types.json");
const MATTERS: &str = include_str!("../../../../tests/fixtures/sample/matters-catalogue.json");
const POWERS: &str = include_str!("../../../../tests/fixtures/sample/powers.json");
const SCENARIOS: &str = include_str!("../../../../tests/fixtures/sample/scenarios.json");

pub(crate) const DAY: Date = date!(2026 - 06 - 10);

pub(crate) fn changed(change: impl Fn(&mut Value, &mut Value)) -> Catalogue {
    let mut types: Value = serde_json::from_str(TYPES).expect("JSON");
    let mut powers: Value = serde_json::from_str(POWERS).expect("JSON");
    change(&mut types, &mut powers);
    Catalogue::import(&Sources {
        departments: DEPARTMENTS.as_bytes(),
        types: types.to_string().as_bytes(),
        matters: MATTERS.as_bytes(),
        powers: Some(powers.to_string().as_bytes()),
    })
    .expect("imports")
}

pub(crate) fn catalogue() -> Catalogue {
    static SAMPLE: LazyLock<Catalogue> = LazyLock::new(|| changed(|_, _| ()));
    SAMPLE.clone()
}

pub(crate) fn scenarios() -> Value {
    serde_json::from_str(SCENARIOS).expect("JSON")
}

pub(crate) fn department(key: &str) -> DepartmentKey {
    DepartmentKey::parse(key).expect("key")
}

pub(crate) fn person(key: &str) -> PersonKey {
    PersonKey::parse(key).expect("key")
}

pub(crate) fn kind(key: &str) -> TypeKey {
    TypeKey::parse(key).expect("key")
}

/// The story's licence, admitted.
pub(crate) fn story(catalogue: &Catalogue) -> Admitted {
    let scenarios = scenarios();
    let fields = scenarios
        .pointer("/story_1_one_seal_restaurant/licence/fields")
        .expect("fields");
    let request: IssueRequest = serde_json::from_value(json!({
        "matter": "990102-XK-0001",
        "case": "BJ-990102-20260608-00017",
        "decision": {
            "number": "准予-2026-00017", "decided_on": "2026-06-10", "decided_by": "chen.zhiyuan",
        },
        "type": "ONE",
        "issuer": "Q-APR",
        "holder": {
            "kind": "org", "name": fields.get("name"), "code": fields.get("uscc"),
        },
        "fields": fields,
        "valid_from": "2026-06-10",
        "number": "YZCY-990102-2026-000001",
        "serial": "2026000001",
    }))
    .expect("a request");
    admit(&request, catalogue, DAY).expect("admitted")
}

/// Powers over food permits of Q-APR.
#[derive(Debug, Clone)]
pub(crate) struct Powers {
    pub(crate) suspension: SuspensionPower,
    pub(crate) endings: [EndingPower; 4],
}

pub(crate) fn powers() -> Powers {
    let catalogue = catalogue();
    let whose = (&kind("FOOD"), &department("Q-APR"));
    Powers {
        suspension: catalogue
            .may_suspend(&department("Q-APR"), whose, DAY)
            .expect("power"),
        endings: Ending::ALL.map(|ending| {
            catalogue
                .may_end(&department("C-SAMR"), whose, ending, DAY)
                .expect("power")
        }),
    }
}

impl Powers {
    pub(crate) fn end(&self, ending: Ending, at: UtcDateTime) -> Event {
        let power = self.endings.iter().find(|power| power.ending() == ending);
        Event::End {
            at,
            power: power.expect("each ending").clone(),
        }
    }

    pub(crate) fn suspend(&self, at: UtcDateTime, until: Option<UtcDateTime>) -> Event {
        Event::Suspend {
            at,
            until,
            power: self.suspension.clone(),
        }
    }

    pub(crate) fn resume(&self, at: UtcDateTime) -> Event {
        Event::Resume {
            at,
            power: self.suspension.clone(),
        }
    }
}

pub(crate) fn complete(at: UtcDateTime) -> Event {
    Event::Complete { at }
}

pub(crate) fn seal(at: UtcDateTime) -> Event {
    Event::Seal {
        at,
        decided_by: person("chen"),
        released_by: person("he"),
        stop: Stop::Clear,
    }
}
