//! The sample catalogue, with what a test changes in it.

use catalogue::key::MatterCode;
use catalogue::{Catalogue, ImportError, Sources};
use serde_json::Value;

const DEPARTMENTS: &str = include_str!("../../../../tests/fixtures/sample/departments.json");
const TYPES: &str = include_str!("../../../../tests/fixtures/sample/licence-types.json");
const MATTERS: &str = include_str!("../../../../tests/fixtures/sample/matters-catalogue.json");
const POWERS: &str = include_str!("../../../../tests/fixtures/sample/powers.json");

pub(crate) fn import(change: impl Fn(&mut Value, &mut Value)) -> Result<Catalogue, ImportError> {
    let mut matters: Value = serde_json::from_str(MATTERS).expect("JSON");
    let mut powers: Value = serde_json::from_str(POWERS).expect("JSON");
    change(&mut matters, &mut powers);
    Catalogue::import(&Sources {
        departments: DEPARTMENTS.as_bytes(),
        types: TYPES.as_bytes(),
        matters: matters.to_string().as_bytes(),
        powers: Some(powers.to_string().as_bytes()),
    })
}

pub(crate) fn catalogue(change: impl Fn(&mut Value, &mut Value)) -> Catalogue {
    import(change).expect("imports")
}

pub(crate) fn code(text: &str) -> MatterCode {
    MatterCode::parse(text).expect("code")
}
