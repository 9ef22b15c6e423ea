//! The XML of manifests as a small tree, under the limits of T-I5: no DTD, no entities but XML's own, no instructions.

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::{NsReader, XmlVersion};

/// Namespace of ASiC (EN 319 162-1 A.4).
pub(crate) const ASIC: &str = "http://uri.etsi.org/02918/v1.2.1#";
/// Namespace of digests (XMLDSIG).
pub(crate) const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";

/// Octets of one manifest.
pub(crate) const MAX_OCTETS: usize = 4 * 1024 * 1024;
/// Elements within each other (T-I5 takes 64; a manifest has four).
const MAX_DEPTH: usize = 16;
/// Elements, texts, comments and references.
const MAX_NODES: usize = 200_000;
/// Attributes of one element (T-I5).
const MAX_ATTRIBUTES: usize = 64;

/// An element: of which of the two namespaces, its local name, attributes without prefix, children, text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Element {
    pub(crate) namespace: &'static str,
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Element>,
    pub(crate) text: String,
    commented: bool,
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(found, _)| found == name)?;
        Some(found.1.as_str())
    }

    pub(crate) fn is(&self, namespace: &str, name: &str) -> bool {
        self.namespace == namespace && self.name == name
    }

    /// The one child of this name, if there is exactly one.
    pub(crate) fn only(&self, namespace: &str, name: &str) -> Option<&Element> {
        let mut found = self.children.iter().filter(|one| one.is(namespace, name));
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }
}

/// The tree of a manifest.
///
/// # Errors
/// Which rule is broken.
pub(crate) fn parse(octets: &[u8]) -> Result<Element, &'static str> {
    if octets.len() > MAX_OCTETS {
        return Err("too large");
    }
    // XML 1.0 2.2, 4.3.3: one encoding, and no characters that no document may hold.
    let text = std::str::from_utf8(octets).map_err(|_| "not UTF-8")?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    if !text.chars().all(is_character) {
        return Err("characters that XML does not allow");
    }
    let mut tree = Tree::default();
    let mut reader = NsReader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    loop {
        let first = reader.buffer_position() == 0;
        let (resolved, event) = reader.read_resolved_event().map_err(|_| MALFORMED)?;
        let namespace = match resolved {
            ResolveResult::Bound(Namespace(ASIC)) => ASIC,
            ResolveResult::Bound(Namespace(DSIG)) => DSIG,
            _ => "",
        };
        if matches!(event, Event::Eof) {
            break;
        }
        tree.take(event, namespace, first)?;
    }
    if !tree.open.is_empty() {
        return Err(MALFORMED);
    }
    tree.root.ok_or(MALFORMED)
}

const MALFORMED: &str = "not well-formed";

fn is_character(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r')
        || letter >= ' ' && !matches!(letter, '\u{FFFE}' | '\u{FFFF}')
}

#[derive(Default)]
struct Tree {
    open: Vec<Element>,
    root: Option<Element>,
    nodes: usize,
}

impl Tree {
    fn take(
        &mut self,
        event: Event<'_>,
        namespace: &'static str,
        first: bool,
    ) -> Result<(), &'static str> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err("too many elements");
        }
        match event {
            Event::Start(start) | Event::Empty(start) => self.begin(&start, namespace),
            Event::Text(text) => self.text(&text.xml10_content()),
            Event::CData(text) => self.text(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let letter = referred(&reference)?;
                self.text(letter.encode_utf8(&mut [0; 4]))
            }
            Event::Comment(_) => {
                if let Some(element) = self.open.last_mut() {
                    element.commented = true;
                }
                Ok(())
            }
            Event::Decl(declared) => {
                let encoding = declared.encoding().transpose().map_err(|_| MALFORMED)?;
                let other = encoding.is_some_and(|named| !named.eq_ignore_ascii_case("utf-8"));
                let old = declared.version().is_ok_and(|version| version == "1.0");
                if !first || other || !old {
                    return Err("another declaration than XML 1.0 in UTF-8");
                }
                Ok(())
            }
            Event::PI(_) => Err("a processing instruction"),
            Event::DocType(_) => Err("a document type"),
            Event::End(_) => self.close(),
            Event::Eof => Ok(()),
        }
    }

    fn begin(
        &mut self,
        start: &BytesStart<'_>,
        namespace: &'static str,
    ) -> Result<(), &'static str> {
        if self.open.len() >= MAX_DEPTH {
            return Err("too deep");
        }
        if self.root.is_some() {
            return Err(MALFORMED);
        }
        let mut attributes: Vec<(String, String)> = Vec::new();
        for (count, attribute) in start.attributes().enumerate() {
            let attribute = attribute.map_err(|_| MALFORMED)?;
            if count >= MAX_ATTRIBUTES || attribute.value.contains('<') {
                return Err("attributes");
            }
            let (local, prefix) = attribute.key.decompose();
            let value = attribute
                .normalized_value(XmlVersion::Explicit1_0)
                .map_err(|_| "an entity")?;
            if prefix.is_none() && attribute.key.as_namespace_binding().is_none() {
                attributes.push((local.into_inner().to_owned(), value.into_owned()));
            }
        }
        self.open.push(Element {
            namespace,
            name: start.local_name().into_inner().to_owned(),
            attributes,
            ..Element::default()
        });
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), &'static str> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim_ascii().is_empty() => {}
            None => return Err(MALFORMED),
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), &'static str> {
        let element = self.open.pop().ok_or(MALFORMED)?;
        let blank = element.text.trim_ascii().is_empty();
        // Of text with a comment in it some readers take the first piece, some all.
        if element.commented && !blank {
            return Err("a comment within a text");
        }
        if !blank && !element.children.is_empty() {
            return Err("text between elements");
        }
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }
}

/// One of the five entities of XML itself, or a character by its number (T-I5).
fn referred(reference: &BytesRef<'_>) -> Result<char, &'static str> {
    let number = reference.resolve_char_ref().map_err(|_| "an entity")?;
    let letter = match (number, reference.xml10_content().as_ref()) {
        (Some(letter), _) => letter,
        (None, "amp") => '&',
        (None, "lt") => '<',
        (None, "gt") => '>',
        (None, "apos") => '\'',
        (None, "quot") => '"',
        (None, _) => return Err("an entity"),
    };
    is_character(letter).then_some(letter).ok_or("an entity")
}
