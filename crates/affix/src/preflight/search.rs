//! The walk through an object: what in it is active.

use std::collections::{BTreeMap, BTreeSet};

use pdf::{Dictionary, Object, Reference};

use crate::preflight::finding::{Active, Finding, MAX_FINDINGS};
use crate::preflight::layer;

/// Findings so far, and which page an object belongs to.
#[derive(Debug, Default)]
pub(super) struct Search {
    pub(super) findings: Vec<Finding>,
    /// Page numbers by the number of a page's, or its annotation's, object.
    pub(super) pages: BTreeMap<u32, u32>,
    /// Names of what may be actions that stand in objects of their own, each with the object that refers to it.
    pub(super) elsewhere: BTreeSet<(Reference, u32)>,
}

impl Search {
    /// Notes a thing once.
    pub(super) fn found(&mut self, kind: Active, page: Option<u32>, object: Option<u32>) {
        let finding = Finding { kind, page, object };
        if self.findings.len() < MAX_FINDINGS && !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    /// Looks at everything in an object. Arrays and dictionaries in each other were counted when it was read.
    pub(super) fn object(&mut self, object: &Object, number: u32) {
        let mut open = vec![object];
        while let Some(object) = open.pop() {
            match object {
                Object::Array(elements) => open.extend(elements),
                Object::Dictionary(dictionary) => {
                    self.dictionary(dictionary, number);
                    open.extend(dictionary.entries().map(|(_, value)| value));
                }
                Object::Stream(stream) => {
                    self.stream(&stream.dictionary, number);
                    self.dictionary(&stream.dictionary, number);
                    open.extend(stream.dictionary.entries().map(|(_, value)| value));
                }
                _ => {}
            }
        }
    }

    fn dictionary(&mut self, dictionary: &Dictionary, number: u32) {
        let mut kinds = Vec::new();
        kinds.extend(dictionary.name(b"S").and_then(action));
        if let Some(Object::Reference(name)) = dictionary.value(b"S") {
            self.elsewhere.insert((*name, number));
        }
        let has = |key| dictionary.value(key).is_some();
        if has(b"JS") {
            kinds.push(Active::Script);
        }
        // ISO 32000-2, 12.6.3: triggers act when a page is opened, a pointer passes, a field changes.
        if has(b"AA") {
            kinds.push(Active::Automatic);
        }
        if has(b"XFA") || dictionary.value(b"NeedsRendering") == Some(&Object::Boolean(true)) {
            kinds.push(Active::Xfa);
        }
        if layer::is_inverse(dictionary) {
            kinds.push(Active::HiddenLayer);
        }
        for kind in kinds {
            self.found(kind, self.pages.get(&number).copied(), Some(number));
        }
    }

    fn stream(&mut self, dictionary: &Dictionary, number: u32) {
        let has = |key: &[u8]| dictionary.value(key).is_some();
        let postscript = dictionary.name(b"Subtype") == Some(b"PS")
            || dictionary.name(b"Subtype2") == Some(b"PS")
            || has(b"PS");
        for (there, kind) in [
            // ISO 32000-2, table 5: with /F the data are in that file, and those here are ignored.
            (has(b"F"), Active::ExternalStream),
            // ISO 32000-2, 8.10.4 and 14.11.7.
            (has(b"Ref") || has(b"OPI"), Active::ReferencedContent),
            (has(b"Alternates"), Active::AlternateImage),
            (postscript, Active::PostScript),
        ] {
            if there {
                self.found(kind, None, Some(number));
            }
        }
    }
}

/// What an action does, if it is one that is refused (ISO 32000-2, table 201). Going somewhere in the file and
/// opening an address when a reader asks for it are none.
pub(crate) fn action(name: &[u8]) -> Option<Active> {
    Some(match name {
        b"JavaScript" | b"ECMAScript" => Active::Script,
        b"Launch" => Active::Launch,
        b"GoToR" | b"GoToE" => Active::OtherFile,
        b"SubmitForm" | b"ImportData" => Active::FormData,
        b"Hide" | b"SetOCGState" | b"ResetForm" | b"SetState" | b"NoOp" => Active::Showing,
        b"Rendition" | b"Movie" | b"Sound" | b"GoTo3DView" | b"RichMediaExecute" => {
            Active::Multimedia
        }
        _ => return None,
    })
}
