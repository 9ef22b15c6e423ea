//! Octets become a tree, once, for what is signed and for what is relied on (T-V10, T-I5).
//!
//! Processing instructions would be signed and mean nothing here; they are refused.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::fault::ReadXml;
use crate::rules::Rules;
use crate::tree::{Element, Name, XML};

/// The namespace of declarations of namespaces (Namespaces in XML 1.0, 3).
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";
/// Names that are kept once for all elements and attributes that have them.
const NAMES: usize = 1_024;

/// The tree of a document.
///
/// # Errors
/// [`ReadXml`] names the rule of T-I5 that is broken, or the place that is not well-formed.
pub fn parse(octets: &[u8], rules: &Rules) -> Result<Element, ReadXml> {
    if octets.len() > rules.octets {
        return Err(ReadXml::Large(rules.octets));
    }
    let (text, encoding) = decoded(octets, rules.utf16)?;
    let mut tree = Tree {
        rules,
        encoding,
        open: Vec::new(),
        declared: Vec::new(),
        before: Vec::new(),
        root: None,
        none: "".into(),
        xml: XML.into(),
        identifiers: HashSet::new(),
        names: HashMap::new(),
        nodes: 0,
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
        if matches!(event, Event::End(_)) {
            let end = usize::try_from(reader.buffer_position()).unwrap_or_default();
            tree.close(at, end)?;
        } else {
            tree.take(event, at)?;
        }
    }
    let at = text.len() as u64;
    tree.root
        .filter(|_| tree.open.is_empty())
        .ok_or(ReadXml::Malformed { at })
}

/// The text of a document and the encoding that its declaration may name.
fn decoded(octets: &[u8], utf16: bool) -> Result<(Cow<'_, str>, &'static str), ReadXml> {
    let units = |octets: &[u8], read: fn([u8; 2]) -> u16| {
        let (pairs, rest) = octets.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|pair| read(*pair)).collect();
        let text = String::from_utf16(&units).ok().filter(|_| rest.is_empty());
        text.ok_or(ReadXml::Encoding)
    };
    let (text, encoding) = match octets {
        [0xFE, 0xFF, rest @ ..] if utf16 => {
            (Cow::Owned(units(rest, u16::from_be_bytes)?), "utf-16")
        }
        [0xFF, 0xFE, rest @ ..] if utf16 => {
            (Cow::Owned(units(rest, u16::from_le_bytes)?), "utf-16")
        }
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
struct Tree<'r> {
    rules: &'r Rules,
    encoding: &'static str,
    open: Vec<Element>,
    /// Declarations in force, and how many there were when each open element began.
    declared: Vec<(String, Arc<str>)>,
    before: Vec<usize>,
    root: Option<Element>,
    /// No namespace, and that of the prefix `xml`.
    none: Arc<str>,
    xml: Arc<str>,
    identifiers: HashSet<String>,
    /// Names by how they are written, as they were read last.
    names: HashMap<Box<str>, Arc<Name>>,
    nodes: usize,
}

impl Tree<'_> {
    fn count(&mut self) -> Result<(), ReadXml> {
        self.nodes = self.nodes.saturating_add(1);
        let most = self.rules.nodes;
        (self.nodes <= most)
            .then_some(())
            .ok_or(ReadXml::Nodes(most))
    }

    fn take(&mut self, event: Event<'_>, at: u64) -> Result<(), ReadXml> {
        self.count()?;
        match event {
            Event::Start(start) | Event::Empty(start) => self.begin(&start, at),
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
            Event::Decl(declared) => self.declaration(&declared, at),
            Event::PI(_) => Err(ReadXml::Instruction),
            Event::DocType(_) => Err(ReadXml::Doctype),
            Event::End(_) | Event::Eof => Ok(()),
        }
    }

    /// XML 1.0, 2.8 and 4.3.3: first of all, of this version, and of the encoding that was found.
    fn declaration(&self, declared: &BytesDecl<'_>, at: u64) -> Result<(), ReadXml> {
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

    fn begin(&mut self, start: &BytesStart<'_>, at: u64) -> Result<(), ReadXml> {
        if self.open.len() >= self.rules.depth {
            return Err(ReadXml::Depth(self.rules.depth));
        }
        // XML 1.0, 2.1: one root.
        if self.root.is_some() {
            return Err(ReadXml::Malformed { at });
        }
        self.before.push(self.declared.len());
        let mut written = Vec::new();
        for (count, attribute) in start.attributes().enumerate() {
            if count >= self.rules.attributes {
                return Err(ReadXml::Attributes(self.rules.attributes));
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
                _ => written.push((attribute.key.0.to_owned(), value)),
            }
        }
        let mut element = Element::named(self.name(start.name().0, true, at)?);
        for (name, value) in written {
            let name = self.name(&name, false, at)?;
            self.attribute(&mut element, name, value)?;
        }
        self.open.push(element);
        Ok(())
    }

    /// What a name as it is written stands for. Namespaces in XML 1.0, 6.2: the default namespace is not that of
    /// attributes.
    fn name(&mut self, written: &str, is_element: bool, at: u64) -> Result<Arc<Name>, ReadXml> {
        let (prefix, local) = split(written, at)?;
        let namespace = if prefix.is_empty() && !is_element {
            self.none.clone()
        } else {
            self.resolve(prefix)?
        };
        if let Some(known) = self.names.get(written)
            && known.namespace == namespace
        {
            return Ok(known.clone());
        }
        let name = Arc::new(Name {
            prefix: prefix.into(),
            local: local.into(),
            namespace,
        });
        if self.names.len() < NAMES || self.names.contains_key(written) {
            self.names.insert(written.into(), name.clone());
        }
        Ok(name)
    }

    fn attribute(
        &mut self,
        element: &mut Element,
        name: Arc<Name>,
        value: String,
    ) -> Result<(), ReadXml> {
        // Without a prefix, one written twice is refused before.
        let mut others = element.attributes.iter();
        let same = |other: &Name| other.local == name.local && other.namespace == name.namespace;
        if !name.prefix.is_empty() && others.any(|(other, _)| same(other)) {
            return Err(ReadXml::Attribute(name.local.to_string()));
        }
        if self.rules.identifiers
            && name.local.eq_ignore_ascii_case("id")
            && !self.identifiers.insert(value.clone())
        {
            return Err(ReadXml::Identifier(value));
        }
        element.attributes.push((name, value));
        Ok(())
    }

    fn declare(&mut self, prefix: &str, namespace: String) -> Result<(), ReadXml> {
        if self.declared.len() >= self.rules.declarations {
            return Err(ReadXml::Declarations(self.rules.declarations));
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
            None if prefix.is_empty() => Ok(self.none.clone()),
            None if prefix == "xml" => Ok(self.xml.clone()),
            None => Err(ReadXml::Prefix(prefix.to_owned())),
        }
    }

    fn text(&mut self, text: &str, at: u64) -> Result<(), ReadXml> {
        let Some(element) = self.open.last_mut() else {
            let blank = text.trim_ascii().is_empty();
            return blank.then_some(()).ok_or(ReadXml::Malformed { at });
        };
        match element.children.last_mut() {
            Some(child) if self.rules.ordered => child.behind.push_str(text),
            _ => element.text.push_str(text),
        }
        Ok(())
    }

    fn close(&mut self, at: u64, end: usize) -> Result<(), ReadXml> {
        self.count()?;
        let mut element = self.open.pop().ok_or(ReadXml::Malformed { at })?;
        element.end = end;
        let own = self.before.pop().unwrap_or_default();
        self.declared.truncate(own);
        let blank = element.is_blank();
        // Section 12 of the threat model: of text with a comment in it some readers take the first piece, some all.
        if element.commented && !blank {
            return Err(ReadXml::Comment(element.local().to_owned()));
        }
        if !element.children.is_empty() {
            if !blank && !self.rules.mixed {
                return Err(ReadXml::Mixed(element.local().to_owned()));
            }
            if blank && !self.rules.ordered {
                element.text = String::new();
            }
        }
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
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
pub(crate) mod tests;
