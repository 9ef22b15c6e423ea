//! The metadata of a licence in an OFD (GB/T 36903): the document's custom data, the attachment that has all of them, and the
//! data of the licence say the same.

use std::collections::{BTreeMap, BTreeSet};

use finding::Finding;
use ofd::{Body, metadata};

/// Octets of the attachment that are read.
const MAX_METADATA: usize = 1 << 20;
/// Elements that are told.
const MAX_TOLD: usize = 16;

type Elements = BTreeMap<String, String>;

/// What does not agree, of a package with any metadata; `licence` and `status` are the embedded data.
pub(super) fn inspect(body: &Body, licence: &[u8], status: Option<&[u8]>) -> Option<Finding> {
    let differs = |told: &str| Some(Finding::of("licence.metadata-differs").because(told));
    let mut custom = Elements::new();
    let mut wrong = BTreeSet::new();
    let stated = &body.information.custom;
    for (name, value) in stated.iter().filter(|(name, _)| metadata::is_element(name)) {
        // Of two of one name, readers show one or the other.
        if custom.insert(name.clone(), value.clone()).is_some() {
            wrong.insert(name.clone());
        }
    }
    let mut attached = body
        .attachments
        .iter()
        .filter(|one| one.name == metadata::NAME);
    let (one, second) = (attached.next(), attached.next());
    if one.is_none() && custom.is_empty() {
        return None;
    }
    let octets = one.filter(|_| second.is_none());
    let Some(attached) = octets.and_then(|one| read(one.octets.as_deref()?)) else {
        return differs(metadata::NAME);
    };
    let data = metadata::elements(licence, status.unwrap_or_default(), None);
    let data = Elements::from_iter(data);
    for name in custom.keys().chain(attached.keys()).chain(data.keys()) {
        let both = custom.get(name) == attached.get(name);
        // The date under the authority is not among the data.
        let same = data
            .get(name)
            .is_none_or(|value| custom.get(name) == Some(value));
        if !both || !same {
            wrong.insert(name.clone());
        }
    }
    let told: Vec<&str> = wrong.iter().take(MAX_TOLD).map(String::as_str).collect();
    (!told.is_empty())
        .then(|| differs(&told.join(", ")))
        .flatten()
}

/// An object of texts, each name once.
fn read(octets: &[u8]) -> Option<Elements> {
    if octets.len() > MAX_METADATA {
        return None;
    }
    credential::inspect_json(octets).ok()?;
    serde_json::from_slice(octets).ok()
}
