//! What is asked for.

use catalogue::key::{DepartmentKey, SealCode};
use catalogue::wire;

use crate::fault::{MakingError, Wrong};

/// Most documents with one application.
const DOCUMENTS: usize = 10;
/// Octets of a document, at most.
const OCTETS: usize = 5 << 20;
/// Characters of a name or a ground.
const TEXT: usize = 200;

/// A document that comes with an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// What it is.
    pub name: String,
    /// Its media type.
    pub kind: String,
    /// Its octets.
    pub content: Vec<u8>,
}

/// A seal that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The code that it is to have; none is given twice.
    pub seal: String,
    /// Its name, as it will stand in its certificate.
    pub name: String,
    /// What kind of seal, in the words that stand in it.
    pub kind: String,
    /// What it may stand on.
    pub purposes: Vec<String>,
    /// For which matters; every matter of the department's power where there are none.
    pub matters: Option<Vec<String>>,
    /// First day.
    pub valid_from: String,
    /// Last day.
    pub valid_to: Option<String>,
    /// The seal in whose place it is to come.
    pub replaces: Option<String>,
    /// Why it is needed.
    pub ground: String,
    /// A picture in place of the drawn one: PNG or JPEG.
    pub picture: Option<Vec<u8>>,
    /// What shows that the department may have it: at least one.
    pub documents: Vec<Document>,
}

impl Order {
    /// The scope, as an entry of a catalogue has it.
    pub(crate) fn scope(&self, holder: &DepartmentKey) -> wire::Seal {
        wire::Seal {
            seal_code: self.seal.clone(),
            name_zh: self.name.clone(),
            holder: holder.as_str().to_owned(),
            kind: self.kind.clone(),
            purposes: self.purposes.clone(),
            matters: self.matters.clone(),
            valid_from: self.valid_from.clone(),
            valid_to: self.valid_to.clone(),
        }
    }

    /// What is wrong beside the scope.
    pub(crate) fn inspect(&self) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        let mut note = |at: String, code, text: &str| {
            wrong.push(Wrong {
                at,
                code,
                text: text.to_owned(),
            });
        };
        // The key of a seal is named after its code.
        if backoffice::keys::national_seal_key(&self.seal).is_none() {
            let text = "no key can be named after this code";
            note("seal".to_owned(), "seal.code", text);
        }
        if !is_text(&self.ground) {
            note(
                "ground".to_owned(),
                "seal.ground",
                "not a text of 1 to 200 characters",
            );
        }
        if !(1..=DOCUMENTS).contains(&self.documents.len()) {
            let text = "an application has 1 to 10 documents";
            note("documents".to_owned(), "seal.documents", text);
        }
        for (index, document) in self.documents.iter().enumerate() {
            let place = || format!("documents/{index}");
            if !is_text(&document.name) || !is_media_type(&document.kind) {
                note(place(), "seal.document", "name or type is not one");
            }
            if document.content.is_empty() || document.content.len() > OCTETS {
                note(place(), "seal.document", "not of 1 octet to 5 MiB");
            }
        }
        wrong
    }

    /// The seal in whose place it is to come.
    pub(crate) fn replaced(&self) -> Result<Option<SealCode>, MakingError> {
        let read = self.replaces.as_deref().map(SealCode::parse).transpose();
        read.map_err(|fault| {
            MakingError::Order(vec![Wrong {
                at: "replaces".to_owned(),
                code: "seal.code",
                text: fault.to_string(),
            }])
        })
    }
}

/// A text of a line.
pub(crate) fn is_text(text: &str) -> bool {
    let count = text.chars().count();
    (1..=TEXT).contains(&count) && !text.chars().any(char::is_control)
}

/// RFC 6838 4.2, without parameters.
fn is_media_type(text: &str) -> bool {
    let plain = |part: &str| {
        let mut octets = part.bytes();
        !part.is_empty() && octets.all(|one| one.is_ascii_alphanumeric() || b"-.+".contains(&one))
    };
    let parts = text.split_once('/');
    text.len() <= 100 && parts.is_some_and(|(kind, name)| plain(kind) && plain(name))
}
