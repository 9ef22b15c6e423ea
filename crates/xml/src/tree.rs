//! A document as a tree: elements with what stands in them and behind them.
//!
//! Names are kept with prefix and namespace, since both are signed. Comments are not kept: the canonical form leaves
//! them out.

use std::borrow::Cow;
use std::sync::Arc;

use crate::fault::Shape;

/// The namespace of the prefix `xml` (Namespaces in XML 1.0, 3).
pub const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// The name of an element or attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// Empty where there is none.
    pub prefix: Box<str>,
    /// What stands behind the prefix.
    pub local: Box<str>,
    /// Empty where there is none.
    pub namespace: Arc<str>,
}

/// An element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// Its name; elements of one name share it.
    pub name: Arc<Name>,
    /// Attributes with their values; declarations of namespaces are none.
    pub attributes: Vec<(Arc<Name>, String)>,
    /// Text before the first child; all of its text where the order is not kept, and none if that is white space
    /// between elements.
    pub text: String,
    /// Elements in it.
    pub children: Vec<Element>,
    /// Text behind it, before the next child of what it stands in; empty where the order is not kept.
    pub behind: String,
    /// Offset behind its end tag, in UTF-8 and without a byte order mark; 0 if it was not read.
    pub end: usize,
    pub(crate) commented: bool,
}

impl Element {
    /// An element to be written.
    #[must_use]
    pub fn new(prefix: &str, namespace: &str, local: &str) -> Element {
        Element::named(Arc::new(Name {
            prefix: prefix.into(),
            local: local.into(),
            namespace: namespace.into(),
        }))
    }

    pub(crate) fn named(name: Arc<Name>) -> Element {
        Element {
            name,
            attributes: Vec::new(),
            text: String::new(),
            children: Vec::new(),
            behind: String::new(),
            end: 0,
            commented: false,
        }
    }

    /// With a child behind the others.
    pub fn push(&mut self, child: Element) {
        self.children.push(child);
    }

    /// With these children behind the others.
    #[must_use]
    pub fn of(mut self, children: impl IntoIterator<Item = Element>) -> Element {
        self.children.extend(children);
        self
    }

    /// With an attribute without a prefix.
    #[must_use]
    pub fn with(mut self, local: &str, value: &str) -> Element {
        let name = Element::new("", "", local).name;
        self.attributes.push((name, value.to_owned()));
        self
    }

    /// With this text before its children.
    #[must_use]
    pub fn saying(mut self, text: &str) -> Element {
        text.clone_into(&mut self.text);
        self
    }

    /// Its name without the prefix.
    #[must_use]
    pub fn local(&self) -> &str {
        &self.name.local
    }

    /// Whether it has this name.
    #[must_use]
    pub fn is(&self, namespace: &str, local: &str) -> bool {
        &*self.name.namespace == namespace && &*self.name.local == local
    }

    /// The children of this name.
    pub fn all_in<'e>(
        &'e self,
        namespace: &'e str,
        local: &'static str,
    ) -> impl Iterator<Item = &'e Element> {
        let all = self.children.iter();
        all.filter(move |one| one.is(namespace, local))
    }

    /// The one child of this name, if there is any.
    ///
    /// # Errors
    /// [`Shape::Repeated`].
    pub fn one_in(&self, namespace: &str, local: &'static str) -> Result<Option<&Element>, Shape> {
        let mut found = self.children.iter().filter(|one| one.is(namespace, local));
        let first = found.next();
        match found.next() {
            None => Ok(first),
            Some(_) => Err(Shape::Repeated(local)),
        }
    }

    /// The one child of this name, which has to be there.
    ///
    /// # Errors
    /// [`Shape`].
    pub fn child_in(&self, namespace: &str, local: &'static str) -> Result<&Element, Shape> {
        self.one_in(namespace, local)?.ok_or(Shape::Missing(local))
    }

    /// The children of this name in the element's own namespace.
    pub fn all<'e>(&'e self, local: &'static str) -> impl Iterator<Item = &'e Element> {
        self.all_in(&self.name.namespace, local)
    }

    /// The one child of this name in the element's own namespace, if there is any.
    ///
    /// # Errors
    /// [`Shape::Repeated`].
    pub fn one(&self, local: &'static str) -> Result<Option<&Element>, Shape> {
        self.one_in(&self.name.namespace, local)
    }

    /// The one child of this name in the element's own namespace, which has to be there.
    ///
    /// # Errors
    /// [`Shape`].
    pub fn child(&self, local: &'static str) -> Result<&Element, Shape> {
        self.child_in(&self.name.namespace, local)
    }

    /// The value of an attribute without a prefix.
    #[must_use]
    pub fn attribute(&self, local: &str) -> Option<&str> {
        self.attribute_in("", local)
    }

    /// The value of an attribute.
    #[must_use]
    pub fn attribute_in(&self, namespace: &str, local: &str) -> Option<&str> {
        let mut all = self.attributes.iter();
        let found = all.find(|(name, _)| &*name.local == local && &*name.namespace == namespace)?;
        Some(&found.1)
    }

    /// The value of an attribute without a prefix, which has to be there.
    ///
    /// # Errors
    /// [`Shape::Missing`].
    pub fn required(&self, local: &'static str) -> Result<&str, Shape> {
        self.attribute(local).ok_or(Shape::Missing(local))
    }

    /// The text of the one child of this name in the element's own namespace, if there is any, without white space
    /// around it.
    ///
    /// # Errors
    /// [`Shape::Repeated`].
    pub fn text_of(&self, local: &'static str) -> Result<Option<&str>, Shape> {
        Ok(self.one(local)?.map(|child| child.text.trim()))
    }

    /// Its own text, what stands between and behind its children with it, without white space around it.
    #[must_use]
    pub fn trimmed(&self) -> Cow<'_, str> {
        if self.children.iter().all(|child| child.behind.is_empty()) {
            return Cow::Borrowed(self.text.trim_ascii());
        }
        let behind = self.children.iter().map(|child| child.behind.as_str());
        let all: String = [self.text.as_str()].into_iter().chain(behind).collect();
        Cow::Owned(all.trim_ascii().to_owned())
    }

    /// Whether it has no text of its own but white space.
    pub(crate) fn is_blank(&self) -> bool {
        let behind = self.children.iter().map(|child| child.behind.as_str());
        let mut all = [self.text.as_str()].into_iter().chain(behind);
        all.all(|text| text.trim_ascii().is_empty())
    }

    /// How many elements and attributes it has, itself among them; counted no further than beyond `most`.
    #[must_use]
    pub fn pieces(&self, most: usize) -> usize {
        let (mut count, mut waiting) = (0_usize, vec![self]);
        while let Some(element) = waiting.pop()
            && count <= most
        {
            count = count.saturating_add(1 + element.attributes.len());
            waiting.extend(&element.children);
        }
        count
    }
}
