//! The XML of OFD parts as a tree, read once for what is signed and what is shown (T-V10, T-I5).

use std::borrow::Cow;

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::{NsReader, XmlVersion};

use crate::fault::ReadXml;
use crate::limits::{MAX_ATTRIBUTES, MAX_DEPTH, MAX_NODES, MAX_OCTETS};

/// The namespace of OFD (GB/T 33190-2016, 7.2).
pub const NAMESPACE: &str = "http://www.ofdspec.org/2016";

/// An element: its local name, since the namespace is always that of OFD.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    /// Unqualified attributes (GB/T 33190-2016, 7.2); those with a prefix belong to others.
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Element>,
    /// Its own text; empty where it is white space between children.
    pub(crate) text: String,
    /// Offset behind its end tag.
    pub(crate) end: usize,
    commented: bool,
}

impl Element {
    /// How many elements and attributes it has, itself among them; counted no further than beyond `most`.
    pub(crate) fn pieces(&self, most: usize) -> usize {
        let (mut count, mut waiting) = (0, vec![self]);
        while let Some(element) = waiting.pop()
            && count <= most
        {
            count += 1 + element.attributes.len();
            waiting.extend(&element.children);
        }
        count
    }

    /// The value of an attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(found, _)| found == name)?;
        Some(found.1.as_str())
    }

    /// The value of an attribute that has to be there.
    pub(crate) fn required(&self, name: &'static str) -> Result<&str, ReadXml> {
        self.attribute(name).ok_or(ReadXml::Missing(name))
    }

    /// The children of this name.
    pub(crate) fn all<'e>(&'e self, name: &'static str) -> impl Iterator<Item = &'e Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The one child of this name, if there is any (3.4: no repeated single elements).
    pub(crate) fn one(&self, name: &'static str) -> Result<Option<&Element>, ReadXml> {
        let mut found = self.all(name);
        let first = found.next();
        match found.next() {
            None => Ok(first),
            Some(_) => Err(ReadXml::Repeated(name)),
        }
    }

    /// The one child of this name, which has to be there.
    pub(crate) fn child(&self, name: &'static str) -> Result<&Element, ReadXml> {
        self.one(name)?.ok_or(ReadXml::Missing(name))
    }

    /// The text of the one child of this name, if there is any, without white space around it.
    pub(crate) fn text_of(&self, name: &'static str) -> Result<Option<&str>, ReadXml> {
        Ok(self.one(name)?.map(|child| child.text.trim()))
    }
}

/// The tree of a part whose root has this name.
///
/// # Errors
/// [`ReadXml`] names the rule of T-I5 that is broken, or the place that is not well-formed.
pub(crate) fn parse(octets: &[u8], root: &str) -> Result<Element, ReadXml> {
    if octets.len() > MAX_OCTETS {
        return Err(ReadXml::Large);
    }
    let (text, encoding) = decoded(octets)?;
    let mut tree = Tree {
        encoding,
        open: Vec::new(),
        root: None,
        nodes: 0,
    };
    let mut reader = NsReader::from_str(&text);
    reader.config_mut().expand_empty_elements = true;
    loop {
        let before = reader.buffer_position();
        let malformed = ReadXml::Malformed { at: before };
        let read = reader.read_resolved_event();
        let (resolved, event) = read.map_err(|_| malformed.clone())?;
        let ours = resolved == ResolveResult::Bound(Namespace(NAMESPACE));
        if matches!(event, Event::Eof) {
            break;
        }
        let end = matches!(event, Event::End(_));
        tree.take(event, ours, before)?;
        if end {
            let at = usize::try_from(reader.buffer_position()).unwrap_or_default();
            tree.close(at, malformed)?;
        }
    }
    let at = text.len() as u64;
    if !tree.open.is_empty() {
        return Err(ReadXml::Malformed { at });
    }
    let found = tree.root.ok_or(ReadXml::Malformed { at })?;
    if found.name != root {
        return Err(ReadXml::Root(found.name));
    }
    Ok(found)
}

/// The text of a part and the encoding that its declaration may name.
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
    if let Some((at, _)) = text
        .char_indices()
        .find(|(_, letter)| !is_character(*letter))
    {
        return Err(ReadXml::Malformed { at: at as u64 });
    }
    Ok((text, encoding))
}

fn is_character(letter: char) -> bool {
    match letter {
        '\t' | '\n' | '\r' => true,
        '\u{FFFE}' | '\u{FFFF}' => false,
        other => other >= ' ',
    }
}

/// A tree in the making.
struct Tree {
    encoding: &'static str,
    open: Vec<Element>,
    root: Option<Element>,
    nodes: usize,
}

impl Tree {
    fn take(&mut self, event: Event<'_>, ours: bool, at: u64) -> Result<(), ReadXml> {
        let malformed = ReadXml::Malformed { at };
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(ReadXml::Nodes);
        }
        match event {
            Event::Start(start) | Event::Empty(start) => self.begin(&start, ours, malformed),
            Event::Text(text) => self.text(&text.xml10_content(), &malformed),
            Event::CData(text) => self.text(&text.xml10_content(), &malformed),
            Event::GeneralRef(reference) => {
                let letter = referred(&reference)?;
                self.text(letter.encode_utf8(&mut [0; 4]), &malformed)
            }
            Event::Comment(_) => {
                if let Some(element) = self.open.last_mut() {
                    element.commented = true;
                }
                Ok(())
            }
            Event::Decl(declared) => {
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
            Event::End(_) | Event::Eof => Ok(()),
        }
    }

    fn begin(
        &mut self,
        start: &BytesStart<'_>,
        ours: bool,
        malformed: ReadXml,
    ) -> Result<(), ReadXml> {
        let name = start.local_name().into_inner();
        if !ours {
            return Err(ReadXml::Namespace(name.to_owned()));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(ReadXml::Depth);
        }
        // XML 1.0, 2.1: one root.
        if self.root.is_some() {
            return Err(malformed);
        }
        let mut attributes = Vec::new();
        for (count, attribute) in start.attributes().enumerate() {
            if count >= MAX_ATTRIBUTES {
                return Err(ReadXml::Attributes);
            }
            let attribute = attribute.map_err(|_| malformed.clone())?;
            // XML 1.0, 3.1: no `<` in values.
            if attribute.value.contains('<') {
                return Err(malformed);
            }
            let (local, prefix) = attribute.key.decompose();
            let value = attribute.normalized_value(XmlVersion::Explicit1_0);
            let value = value.map_err(|_| ReadXml::Entity)?;
            if !value.chars().all(is_character) {
                return Err(malformed);
            }
            if prefix.is_none() && attribute.key.as_namespace_binding().is_none() {
                attributes.push((local.into_inner().to_owned(), value.into_owned()));
            }
        }
        self.open.push(Element {
            name: name.to_owned(),
            attributes,
            ..Element::default()
        });
        Ok(())
    }

    fn text(&mut self, text: &str, malformed: &ReadXml) -> Result<(), ReadXml> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim_ascii().is_empty() => {}
            None => return Err(malformed.clone()),
        }
        Ok(())
    }

    fn close(&mut self, at: usize, malformed: ReadXml) -> Result<(), ReadXml> {
        let mut element = self.open.pop().ok_or(malformed)?;
        element.end = at;
        let blank = element.text.trim_ascii().is_empty();
        // Section 12 of the threat model: of text with a comment in it some readers take the first piece, some all.
        if element.commented && !blank {
            return Err(ReadXml::Comment(element.name));
        }
        if blank && !element.children.is_empty() {
            element.text.clear();
        }
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }
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
