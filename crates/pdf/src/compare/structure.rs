//! The structure tree may take up an element for a new widget or remark, and says nothing else of the document
//! (ISO 32000-2, 14.7.2, 14.7.5.3).

use std::collections::BTreeSet;

use syntax::{Dictionary, Object, ReadPdf, Reference};

use crate::compare::pages::differing;
use crate::compare::step::{Role, Step};
use crate::tree::MAX_LEVELS;

/// Nodes of the tree of parents.
const MAX_NODES: usize = 10_000;
/// Entries of a new element; none of them stands for text of the page.
const KEYS: &[&[u8]] = &[
    b"Type", b"S", b"P", b"K", b"Pg", b"Alt", b"T", b"Lang", b"ID",
];

impl Step<'_> {
    /// Clears elements and nodes that did nothing but grow by what is about a new annotation.
    pub(super) fn grow_structure(&mut self, root: Option<&Object>) -> Result<(), ReadPdf> {
        let Some(root) = root.and_then(Object::as_reference) else {
            return Ok(());
        };
        let left =
            |step: &Self, number: u32, existed: bool| existed && !step.roles.contains_key(&number);
        let touched: Vec<u32> = self
            .changed
            .iter()
            .filter(|(number, listed)| left(self, **number, listed.existed()))
            .map(|(number, _)| *number)
            .collect();
        let old = self.old.dictionary_at(root)?.unwrap_or_default();
        if touched.is_empty() || self.widgets.is_empty() {
            return Ok(());
        }
        let mut elements = BTreeSet::new();
        for number in &touched {
            if let Some(reference) = self.reference_before(*number) {
                self.grow_element(reference, reference == root, &mut elements)?;
            }
        }
        if elements.is_empty() {
            return Ok(());
        }
        if let Some(tree) = old.value(b"ParentTree") {
            self.grow_parents(tree, 0, &elements, &mut BTreeSet::new())?;
        }
        Ok(())
    }

    /// An element, or the root, whose kids were appended to.
    fn grow_element(
        &mut self,
        reference: Reference,
        is_root: bool,
        elements: &mut BTreeSet<u32>,
    ) -> Result<(), ReadPdf> {
        let Some(old) = self.old.dictionary_at(reference)? else {
            return Ok(());
        };
        let new = self.new.dictionary_at(reference)?.unwrap_or_default();
        let is_element = old.name(b"Type") == Some(b"StructElem")
            || (old.name(b"S").is_some() && old.value(b"P").is_some());
        if !is_root && !is_element {
            return Ok(());
        }
        let grows = differing(&old, &new)
            .iter()
            .all(|key| match key.as_slice() {
                b"K" => true,
                b"ParentTreeNextKey" if is_root => {
                    old.integer(key) <= new.integer(key) && new.integer(key).is_some()
                }
                _ => false,
            });
        let kids = |value: Option<&Object>| match value {
            None => Vec::new(),
            Some(Object::Array(kids)) => kids.clone(),
            Some(one) => vec![one.clone()],
        };
        let (before, after) = (kids(old.value(b"K")), kids(new.value(b"K")));
        let Some(added) = after.strip_prefix(before.as_slice()).filter(|_| grows) else {
            return Ok(());
        };
        let mut made = Vec::new();
        for kid in added {
            match kid.as_reference() {
                Some(kid) if self.is_about_an_annotation(kid, reference)? => made.push(kid.number),
                _ => return Ok(()),
            }
        }
        for number in made {
            self.roles.insert(number, Role::Open);
            elements.insert(number);
        }
        let number = reference.number;
        self.roles.insert(number, Role::Open);
        for (_, value) in new.entries().filter(|(key, _)| *key != b"K") {
            self.settle(number, value);
        }
        self.settle(number, &Object::Array(before));
        Ok(())
    }

    /// Whether an element of this update stands for an annotation of this update, and for nothing else.
    fn is_about_an_annotation(
        &mut self,
        element: Reference,
        parent: Reference,
    ) -> Result<bool, ReadPdf> {
        let found = self.new.dictionary_at(element)?.unwrap_or_default();
        let plain = found.entries().all(|(key, value)| {
            KEYS.contains(&key) && (value.as_reference().is_none() || matches!(key, b"P" | b"Pg"))
        });
        let fits = self.is_fresh(element.number)
            && plain
            && matches!(found.name(b"S"), Some(b"Form" | b"Annot"))
            && found.value(b"P").and_then(Object::as_reference) == Some(parent);
        let kids = match found.value(b"K") {
            Some(Object::Array(kids)) => kids.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        let [Object::Dictionary(named)] = kids else {
            return Ok(false);
        };
        let page = |from: &Dictionary| from.value(b"Pg").and_then(Object::as_reference);
        let object = named.value(b"Obj").and_then(Object::as_reference);
        let grown = object
            .and_then(|object| self.widgets.get(&object.number))
            .copied();
        let only = named
            .entries()
            .all(|(key, _)| matches!(key, b"Type" | b"Obj" | b"Pg"));
        let on_page = |said: Option<Reference>| {
            said.is_none_or(|said| grown.is_some_and(|grown| grown.page == said.number))
        };
        Ok(fits
            && only
            && named.name(b"Type") == Some(b"OBJR")
            && grown.is_some()
            && on_page(page(named))
            && on_page(page(&found)))
    }

    /// A node of the tree of parents, whose numbers were appended to for new elements.
    fn grow_parents(
        &mut self,
        node: &Object,
        depth: usize,
        elements: &BTreeSet<u32>,
        seen: &mut BTreeSet<u32>,
    ) -> Result<(), ReadPdf> {
        let Some(reference) = node.as_reference() else {
            return Ok(());
        };
        if depth == MAX_LEVELS || seen.len() == MAX_NODES || !seen.insert(reference.number) {
            return Ok(());
        }
        let old = self.old.dictionary_at(reference)?.unwrap_or_default();
        let new = self.new.dictionary_at(reference)?.unwrap_or_default();
        let (nodes, rows) = (list(&old, b"Kids"), list(&old, b"Nums"));
        for kid in nodes {
            self.grow_parents(kid, depth + 1, elements, seen)?;
        }
        let number = reference.number;
        let changes = differing(&old, &new);
        let only = changes
            .iter()
            .all(|key| matches!(key.as_slice(), b"Nums" | b"Limits" | b"Kids"));
        let free = self.changed.contains_key(&number) && !self.roles.contains_key(&number);
        let added = list(&new, b"Nums").strip_prefix(rows);
        let more = list(&new, b"Kids").strip_prefix(nodes);
        let (Some(added), Some(more), true) = (added, more, only && free) else {
            return Ok(());
        };
        let mut leaves = Vec::new();
        for leaf in more {
            let leaf = leaf
                .as_reference()
                .filter(|leaf| self.is_fresh(leaf.number));
            let found = leaf
                .map(|leaf| self.new.dictionary_at(leaf))
                .transpose()?
                .flatten();
            let found = found.unwrap_or_default();
            let plain = found
                .entries()
                .all(|(key, _)| matches!(key, b"Nums" | b"Limits"));
            let Some(leaf) = leaf.filter(|_| plain && are_of(list(&found, b"Nums"), elements))
            else {
                return Ok(());
            };
            leaves.push(leaf.number);
        }
        if !are_of(added, elements) {
            return Ok(());
        }
        for leaf in leaves {
            self.roles.insert(leaf, Role::Within(number));
        }
        self.roles.insert(number, Role::Open);
        self.settle(number, &Object::Array(rows.to_vec()));
        self.settle(number, &Object::Array(nodes.to_vec()));
        Ok(())
    }
}

fn list<'d>(node: &'d Dictionary, key: &[u8]) -> &'d [Object] {
    node.value(key)
        .and_then(Object::as_array)
        .unwrap_or_default()
}

/// Whether rows of a number tree name elements of this update alone.
fn are_of(rows: &[Object], elements: &BTreeSet<u32>) -> bool {
    rows.chunks(2).all(|row| match row {
        [Object::Integer(_), Object::Reference(named)] => elements.contains(&named.number),
        _ => false,
    })
}
