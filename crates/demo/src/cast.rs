//! Who acts in the demonstration, and what they ask for.

use std::collections::BTreeMap;

use crypto::{Authorisation, Input, KeyId, KeyUse, Signer, SoftwareSigner};
use serde::Deserialize;
use serde_json::Value;
use time::UtcDateTime;

/// The sample catalogue, as it is published.
pub const DEPARTMENTS: &[u8] = include_bytes!("../assets/catalogue/departments.json");
/// The licence types.
pub const TYPES: &[u8] = include_bytes!("../assets/catalogue/licence-types.json");
/// The matters.
pub const MATTERS: &[u8] = include_bytes!("../assets/catalogue/matters-catalogue.json");
/// The lists of powers, and their transfers.
pub const POWERS: &[u8] = include_bytes!("../assets/catalogue/powers.json");
const LICENCES: &[u8] = include_bytes!("../assets/licences.json");

/// The custodian 何守正, who releases every seal of the demonstration.
pub const CUSTODIAN: &str = "P-HE-SHOUZHENG";

/// A decided case of the demonstration.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Case {
    /// Whether its type shows a photograph.
    pub(crate) photo: bool,
    /// The request, as it is posted.
    pub(crate) request: Value,
}

impl Case {
    fn text(&self, name: &str) -> &str {
        self.request
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The type's key.
    pub(crate) fn kind(&self) -> &str {
        self.text("type")
    }

    /// The issuing department.
    pub(crate) fn issuer(&self) -> &str {
        self.text("issuer")
    }
}

/// One case of each type.
pub(crate) fn cases() -> Result<Vec<Case>, serde_json::Error> {
    serde_json::from_slice(LICENCES)
}

/// Accounts and keys.
pub struct Cast {
    /// The approval system of each department: name and secret.
    pub callers: BTreeMap<String, (String, Vec<u8>)>,
    /// The custodian's account in each department.
    pub custodians: BTreeMap<String, (String, Vec<u8>)>,
    /// The account of each department that is told of events.
    pub subscribers: BTreeMap<String, (String, Vec<u8>)>,
    /// Under which they are told.
    pub push_secret: Vec<u8>,
    /// The custodian's own key.
    pub custodian: SoftwareSigner,
}

impl std::fmt::Debug for Cast {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The rest is secret, worthless as it is.
        formatter
            .debug_struct("Cast")
            .field("departments", &self.callers.keys())
            .finish_non_exhaustive()
    }
}

impl Cast {
    /// The custodian's signature over a statement, DER in base64 as the API takes it.
    pub(crate) fn release(&self, statement: &[u8], now: UtcDateTime) -> anyhow::Result<Vec<u8>> {
        let name = KeyId::parse("custodian").ok_or(crypto::SignError::UnknownKey)?;
        let under = Authorisation::journalled(name, KeyUse::Release, statement, now);
        let signature = self.custodian.sign(Input::Message(statement), &under)?;
        Ok(signature.into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use catalogue::{Catalogue, Sources};
    use licence::{IssueRequest, admit};
    use time::macros::date;

    use super::*;

    #[test]
    fn every_type_has_a_case_that_is_admitted() {
        let catalogue = Catalogue::import(&Sources {
            departments: DEPARTMENTS,
            types: TYPES,
            matters: MATTERS,
            powers: Some(POWERS),
        })
        .expect("the demonstration's catalogue imports");
        let mut seen = BTreeSet::new();
        let mut refused = Vec::new();
        for case in cases().expect("the cases are JSON") {
            let request: IssueRequest =
                serde_json::from_value(case.request.clone()).expect("a request");
            if let Err(defects) = admit(&request, &catalogue, date!(2026 - 11 - 25)) {
                refused.push(format!("{}: {:?}", case.kind(), defects.0));
            }
            seen.insert(case.kind().to_owned());
        }
        assert!(refused.is_empty(), "{refused:#?}");
        let all: BTreeSet<String> = catalogue
            .licence_types()
            .map(|kind| kind.key.to_string())
            .collect();
        assert_eq!(seen, all);
    }
}
