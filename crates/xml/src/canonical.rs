//! Exclusive canonicalisation, without comments (W3C Exclusive XML Canonicalization 1.0).
//!
//! A namespace is declared where an element or attribute that is written uses it, and was not declared so above it
//! (3). The form of a piece therefore does not depend on what stands around it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::tree::{Element, Name, XML};

/// The canonical form of an element with everything in it, without `but`, a child of it (the enveloped signature
/// that covers it: XML Signature 6.6.4); `None` where it is longer than `most` octets: a namespace that is named once
/// is written at each element that uses it first, so that a form may be thousands of times as long as the document.
#[must_use]
pub fn canonical(element: &Element, but: Option<&Element>, most: usize) -> Option<Vec<u8>> {
    let mut writer = Writer {
        out: Vec::new(),
        declared: Vec::new(),
        but,
        most,
    };
    writer.element(element);
    (writer.out.len() <= most).then_some(writer.out)
}

struct Writer<'a> {
    out: Vec<u8>,
    /// What was declared on the way here, the innermost last.
    declared: Vec<(&'a str, &'a str)>,
    but: Option<&'a Element>,
    most: usize,
}

impl<'a> Writer<'a> {
    /// Depth is that of the tree, which was limited when it was read.
    fn element(&mut self, element: &'a Element) {
        if self.out.len() > self.most {
            return;
        }
        let before = self.declared.len();
        self.out.push(b'<');
        self.name(&element.name);
        self.declarations(element);
        self.attributes(element);
        self.out.push(b'>');
        self.text(&element.text);
        for child in &element.children {
            if !self.but.is_some_and(|but| std::ptr::eq(but, child)) {
                self.element(child);
            }
            self.text(&child.behind);
        }
        self.out.extend_from_slice(b"</");
        self.name(&element.name);
        self.out.push(b'>');
        self.declared.truncate(before);
    }

    fn name(&mut self, name: &Name) {
        if !name.prefix.is_empty() {
            self.out.extend_from_slice(name.prefix.as_bytes());
            self.out.push(b':');
        }
        self.out.extend_from_slice(name.local.as_bytes());
    }

    /// 3, steps 2 and 3: what is visibly used and not yet in force; by prefix, the default first (Canonical XML 2.2).
    fn declarations(&mut self, element: &'a Element) {
        let prefixed = |name: &&Arc<Name>| !name.prefix.is_empty();
        let attributes = element.attributes.iter().map(|(name, _)| name);
        let used: BTreeSet<(&str, &str)> = attributes
            .filter(prefixed)
            .chain([&element.name])
            .map(|name| (&*name.prefix, &*name.namespace))
            .filter(|(_, namespace)| *namespace != XML)
            .collect();
        for (prefix, namespace) in used {
            let mut above = self.declared.iter().rev();
            let known = above.find(|(known, _)| *known == prefix);
            let in_force = known.map_or("", |(_, namespace)| namespace);
            if in_force == namespace {
                continue;
            }
            self.out.extend_from_slice(b" xmlns");
            if !prefix.is_empty() {
                self.out.push(b':');
                self.out.extend_from_slice(prefix.as_bytes());
            }
            self.value(namespace);
            self.declared.push((prefix, namespace));
        }
    }

    /// Canonical XML 2.2: by namespace, then by local name; without a namespace first.
    fn attributes(&mut self, element: &Element) {
        let mut sorted: Vec<&(Arc<Name>, String)> = element.attributes.iter().collect();
        sorted.sort_by(|(one, _), (other, _)| {
            (&one.namespace, &one.local).cmp(&(&other.namespace, &other.local))
        });
        for (name, value) in sorted {
            self.out.push(b' ');
            self.name(name);
            self.value(value);
        }
    }

    /// Canonical XML 2.3, attribute nodes.
    fn value(&mut self, value: &str) {
        if self.out.len() > self.most {
            return;
        }
        self.out.extend_from_slice(b"=\"");
        for octet in value.bytes() {
            match octet {
                b'&' => self.out.extend_from_slice(b"&amp;"),
                b'<' => self.out.extend_from_slice(b"&lt;"),
                b'"' => self.out.extend_from_slice(b"&quot;"),
                b'\t' => self.out.extend_from_slice(b"&#x9;"),
                b'\n' => self.out.extend_from_slice(b"&#xA;"),
                b'\r' => self.out.extend_from_slice(b"&#xD;"),
                other => self.out.push(other),
            }
        }
        self.out.push(b'"');
    }

    /// Canonical XML 2.3, text nodes.
    fn text(&mut self, text: &str) {
        for octet in text.bytes() {
            match octet {
                b'&' => self.out.extend_from_slice(b"&amp;"),
                b'<' => self.out.extend_from_slice(b"&lt;"),
                b'>' => self.out.extend_from_slice(b"&gt;"),
                b'\r' => self.out.extend_from_slice(b"&#xD;"),
                other => self.out.push(other),
            }
        }
    }
}

#[cfg(test)]
mod tests;
