//! The XML of a list as a tree, read once for what is signed and for what is relied on (T-V10, T-I5).
//!
//! Names are kept with prefix and namespace, since both are signed. Comments are not kept: the canonical form leaves
//! them out. Processing instructions would be signed and mean nothing here; they are refused.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::fault::{ReadList, ReadXml};
use crate::limits::{MAX_ATTRIBUTES, MAX_DECLARATIONS, MAX_DEPTH, MAX_NODES, MAX_OCTETS};
use crate::names::{XML, XMLNS};

/// The name of an element or attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// Empty where there is none.
    pub(crate) prefix: String,
    pub(crate) local: String,
    /// Empty where there is none.
    pub(crate) namespace: Arc<str>,
}

/// An element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: Name,
    /// Declarations of namespaces are none.
    pub(crate) attributes: Vec<(Name, String)>,
    pub(crate) children: Vec<Node>,
    commented: bool,
}

/// What stands in an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    Element(Element),
    Text(String),
}

impl Element {
    /// An element to be written.
    pub(crate) fn new(prefix: &str, namespace: &str, local: &str) -> Element {
        Element {
            name: Name {
                prefix: prefix.to_owned(),
                local: local.to_owned(),
                namespace: namespace.into(),
            },
            attributes: Vec::new(),
            children: Vec::new(),
            commented: false,
        }
    }

    pub(crate) fn is(&self, namespace: &str, local: &str) -> bool {
        &*self.name.namespace == namespace && self.name.local == local
    }

    pub(crate) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The children of this name.
    pub(crate) fn all<'e>(
        &'e self,
        namespace: &'static str,
        local: &'static str,
    ) -> impl Iterator<Item = &'e Element> {
        self.elements().filter(move |one| one.is(namespace, local))
    }

    /// The one child of this name, if there is any.
    pub(crate) fn one(
        &self,
        namespace: &'static str,
        local: &'static str,
    ) -> Result<Option<&Element>, ReadList> {
        let mut found = self.all(namespace, local);
        let first = found.next();
        match found.next() {
            None => Ok(first),
            Some(_) => Err(ReadList::Repeated(local)),
        }
    }

    /// The one child of this name, which has to be there.
    pub(crate) fn child(
        &self,
        namespace: &'static str,
        local: &'static str,
    ) -> Result<&Element, ReadList> {
        self.one(namespace, local)?.ok_or(ReadList::Missing(local))
    }

    /// An attribute without a prefix.
    pub(crate) fn attribute(&self, local: &str) -> Option<&str> {
        self.attribute_in("", local)
    }

    pub(crate) fn attribute_in(&self, namespace: &str, local: &str) -> Option<&str> {
        let mut all = self.attributes.iter();
        let found = all.find(|(name, _)| name.local == local && &*name.namespace == namespace)?;
        Some(&found.1)
    }

    /// Its own text, without white space around it.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        let mut texts = self.children.iter().filter_map(|node| match node {
            Node::Text(text) => Some(text.as_str()),
            Node::Element(_) => None,
        });
        let first = texts.next().unwrap_or_default();
        match texts.next() {
            None => Cow::Borrowed(first.trim_ascii()),
            Some(second) => {
                let all: String = [first, second].into_iter().chain(texts).collect();
                Cow::Owned(all.trim_ascii().to_owned())
            }
        }
    }
}

/// The tree of a document.
///
/// # Errors
/// [`ReadXml`] names the rule of T-I5 that is broken, or the place that is not well-formed.
pub(crate) fn parse(octets: &[u8]) -> Result<Element, ReadXml> {
    if octets.len() > MAX_OCTETS {
        return Err(ReadXml::Large);
    }
    let (text, encoding) = decoded(octets)?;
    let mut tree = Tree {
        encoding,
        ..Tree::default()
    };
    let mut reader = Reader::from_str(&text);
    reader.config_mut().expand_empty_elements = true;
    loop {
        let at = reader.buffer_position();
        let event = reader.read_event();
        let event = event.map_err(|_| ReadXml::Malformed { at })?;
        if matches!(event, Event::Eof) {
            break;
        }
        tree.take(event, at)?;
    }
    let at = text.len() as u64;
    tree.root
        .filter(|_| tree.open.is_empty())
        .ok_or(ReadXml::Malformed { at })
}

/// The text of a document and the encoding that its declaration may name.
fn decoded(octets: &[u8]) -> Result<(Cow<'_, str>, &'static str), ReadXml> {
    let units = |octets: &[u8], read: fn([u8; 2]) -> u16| {
        let (pairs, rest) = octets.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|pair| read(*pair)).collect();
        let text = String::from_utf16(&units).ok().filter(|_| rest.is_empty());
        text.ok_or(ReadXml::Encoding)
    };
    let (text, encoding) = match octets {
        [0xFE, 0xFF, rest @ ..] => (Cow::Owned(units(rest, u16::from_be_bytes)?), "utf-16"),
        [0xFF, 0xFE, rest @ ..] => (Cow::Owned(units(rest, u16::from_le_bytes)?), "utf-16"),
        _ => {
            let rest = octets.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(octets);
            let text = std::str::from_utf8(rest).map_err(|_| ReadXml::Encoding)?;
            (Cow::Borrowed(text), "utf-8")
        }
    };
    // XML 1.0, 2.2: characters that no document may hold.
    match text.char_indices().find(|(_, one)| !is_character(*one)) {
        Some((at, _)) => Err(ReadXml::Malformed { at: at as u64 }),
        None => Ok((text, encoding)),
    }
}

fn is_character(letter: char) -> bool {
    match letter {
        '\t' | '\n' | '\r' => true,
        '\u{FFFE}' | '\u{FFFF}' => false,
        other => other >= ' ',
    }
}

/// A name without a colon (Namespaces in XML 1.0, 3). With other characters in it a canonical form could be read as
/// that of another tree.
fn is_name(text: &str) -> bool {
    let begins = |one: char| one.is_ascii_alphabetic() || one == '_' || !one.is_ascii();
    let follows = |one: char| begins(one) || one.is_ascii_digit() || matches!(one, '.' | '-');
    text.starts_with(begins) && text.chars().all(follows)
}

/// A tree in the making.
#[derive(Default)]
struct Tree {
    encoding: &'static str,
    open: Vec<Element>,
    /// Declarations in force, and how many there were when each open element began.
    declared: Vec<(String, Arc<str>)>,
    before: Vec<usize>,
    root: Option<Element>,
    identifiers: HashSet<String>,
    nodes: usize,
}

impl Tree {
    fn take(&mut self, event: Event<'_>, at: u64) -> Result<(), ReadXml> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(ReadXml::Nodes);
        }
        match event {
            Event::Start(start) | Event::Empty(start) => self.begin(&start, at),
            Event::End(_) => self.close(at),
            Event::Text(text) => self.text(&text.xml10_content(), at),
            Event::CData(text) => self.text(&text.xml10_content(), at),
            Event::GeneralRef(reference) => {
                let letter = referred(&reference)?;
                self.text(letter.encode_utf8(&mut [0; 4]), at)
            }
            Event::Comment(_) => {
                if let Some(element) = self.open.last_mut() {
                    element.commented = true;
                }
                Ok(())
            }
            Event::Decl(declared) => {
                let malformed = ReadXml::Malformed { at };
                let version = declared.version().map_err(|_| malformed.clone())?;
                let encoding = declared.encoding().transpose();
                let encoding = encoding.map_err(|_| malformed.clone())?;
                let other = |named: &Cow<'_, str>| !named.eq_ignore_ascii_case(self.encoding);
                if encoding.as_ref().is_some_and(other) {
                    return Err(ReadXml::Encoding);
                }
                if at != 0 || version != "1.0" {
                    return Err(malformed);
                }
                Ok(())
            }
            Event::PI(_) => Err(ReadXml::Instruction),
            Event::DocType(_) => Err(ReadXml::Doctype),
            Event::Eof => Ok(()),
        }
    }

    fn begin(&mut self, start: &BytesStart<'_>, at: u64) -> Result<(), ReadXml> {
        if self.open.len() >= MAX_DEPTH {
            return Err(ReadXml::Depth);
        }
        // XML 1.0, 2.1: one root.
        if self.root.is_some() {
            return Err(ReadXml::Malformed { at });
        }
        self.before.push(self.declared.len());
        let mut written = Vec::new();
        for (count, attribute) in start.attributes().enumerate() {
            if count >= MAX_ATTRIBUTES {
                return Err(ReadXml::Attributes);
            }
            let attribute = attribute.map_err(|_| ReadXml::Malformed { at })?;
            // XML 1.0, 3.1: no `<` in values.
            if attribute.value.contains('<') {
                return Err(ReadXml::Malformed { at });
            }
            let value = attribute.normalized_value(XmlVersion::Explicit1_0);
            let value = value.map_err(|_| ReadXml::Entity)?.into_owned();
            if !value.chars().all(is_character) {
                return Err(ReadXml::Malformed { at });
            }
            match split(attribute.key.0, at)? {
                ("", "xmlns") => self.declare("", value)?,
                ("xmlns", prefix) => self.declare(prefix, value)?,
                (prefix, local) => written.push((prefix.to_owned(), local.to_owned(), value)),
            }
        }
        let (prefix, local) = split(start.name().0, at)?;
        let mut element = Element::new(prefix, "", local);
        element.name.namespace = self.resolve(prefix)?;
        for (prefix, local, value) in written {
            self.attribute(&mut element, prefix, local, value)?;
        }
        self.open.push(element);
        Ok(())
    }

    fn attribute(
        &mut self,
        element: &mut Element,
        prefix: String,
        local: String,
        value: String,
    ) -> Result<(), ReadXml> {
        // Namespaces in XML 1.0, 6.2: the default namespace is not that of attributes.
        let namespace = if prefix.is_empty() {
            Arc::from("")
        } else {
            self.resolve(&prefix)?
        };
        if element.attribute_in(&namespace, &local).is_some() {
            return Err(ReadXml::Attribute(local));
        }
        // Whatever some reader may take for an identifier is unique: a reference finds one element.
        if local.eq_ignore_ascii_case("id") && !self.identifiers.insert(value.clone()) {
            return Err(ReadXml::Identifier(value));
        }
        let name = Name {
            prefix,
            local,
            namespace,
        };
        element.attributes.push((name, value));
        Ok(())
    }

    fn declare(&mut self, prefix: &str, namespace: String) -> Result<(), ReadXml> {
        if self.declared.len() >= MAX_DECLARATIONS {
            return Err(ReadXml::Attributes);
        }
        let own = self.before.last().copied().unwrap_or_default();
        let mut here = self.declared.iter().skip(own);
        // Namespaces in XML 1.0, 3: these two are not for anybody to declare; 5: a prefix is not undeclared.
        let reserved = prefix == "xmlns"
            || namespace == XMLNS
            || (prefix == "xml") != (namespace == XML)
            || (!prefix.is_empty() && namespace.is_empty());
        if reserved || here.any(|(known, _)| known == prefix) {
            return Err(ReadXml::Prefix(prefix.to_owned()));
        }
        self.declared.push((prefix.to_owned(), namespace.into()));
        Ok(())
    }

    fn resolve(&self, prefix: &str) -> Result<Arc<str>, ReadXml> {
        let mut declared = self.declared.iter().rev();
        match declared.find(|(known, _)| known == prefix) {
            Some((_, namespace)) => Ok(namespace.clone()),
            None if prefix.is_empty() => Ok(Arc::from("")),
            None if prefix == "xml" => Ok(Arc::from(XML)),
            None => Err(ReadXml::Prefix(prefix.to_owned())),
        }
    }

    fn text(&mut self, text: &str, at: u64) -> Result<(), ReadXml> {
        let Some(element) = self.open.last_mut() else {
            let blank = text.trim_ascii().is_empty();
            return if blank {
                Ok(())
            } else {
                Err(ReadXml::Malformed { at })
            };
        };
        match element.children.last_mut() {
            Some(Node::Text(before)) => before.push_str(text),
            _ if text.is_empty() => {}
            _ => element.children.push(Node::Text(text.to_owned())),
        }
        Ok(())
    }

    fn close(&mut self, at: u64) -> Result<(), ReadXml> {
        let element = self.open.pop().ok_or(ReadXml::Malformed { at })?;
        let own = self.before.pop().unwrap_or_default();
        self.declared.truncate(own);
        // Section 12 of the threat model: of text with a comment in it some readers take the first piece, some all.
        if element.commented && !element.text().is_empty() {
            return Err(ReadXml::Comment(element.name.local));
        }
        match self.open.last_mut() {
            Some(parent) => parent.children.push(Node::Element(element)),
            None => self.root = Some(element),
        }
        Ok(())
    }
}

/// Prefix and local name.
fn split(name: &str, at: u64) -> Result<(&str, &str), ReadXml> {
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    let good = is_name(local) && (is_name(prefix) || !name.contains(':'));
    good.then_some((prefix, local))
        .ok_or(ReadXml::Malformed { at })
}

/// The character of a reference: one of the five entities of XML itself, or a number (T-I5).
fn referred(reference: &BytesRef<'_>) -> Result<char, ReadXml> {
    let number = reference.resolve_char_ref().map_err(|_| ReadXml::Entity)?;
    let letter = match (number, reference.xml10_content().as_ref()) {
        (Some(letter), _) => letter,
        (None, "amp") => '&',
        (None, "lt") => '<',
        (None, "gt") => '>',
        (None, "apos") => '\'',
        (None, "quot") => '"',
        (None, _) => return Err(ReadXml::Entity),
    };
    is_character(letter)
        .then_some(letter)
        .ok_or(ReadXml::Entity)
}

#[cfg(test)]
mod tests;
