//! Pages that took up a widget, and nothing else (ISO 32000-2, 7.7.3.3, 12.5.2).

use std::collections::BTreeMap;

use syntax::{Dictionary, Object, ReadPdf, Reference};

use crate::compare::change::ChangeKind;
use crate::compare::marker::is_remark;
use crate::compare::step::{Grown, Role, Step};
use crate::file::View;
use crate::tree::MAX_LEVELS;

impl Step<'_> {
    /// Clears pages, and arrays of annotations, that did nothing but grow.
    pub(super) fn grow_pages(&mut self) -> Result<(), ReadPdf> {
        let mut dictionaries = Vec::new();
        let mut arrays = Vec::new();
        let mut remarks = Vec::new();
        let candidates: Vec<u32> = self
            .changed
            .iter()
            .filter(|(_, listed)| listed.existed())
            .map(|(number, _)| *number)
            .collect();
        for number in candidates {
            let Some(reference) = self.reference(number) else {
                continue;
            };
            // What cannot be read was told with the octets.
            match (self.old.object(reference), self.new.object(reference)) {
                (Ok(Object::Dictionary(old)), Ok(Object::Dictionary(new)))
                    if old.name(b"Type") == Some(b"Page") =>
                {
                    dictionaries.push((number, old, new));
                }
                (Ok(Object::Array(_)), Ok(Object::Array(_))) => arrays.push(reference),
                (Ok(Object::Dictionary(old)), Ok(Object::Dictionary(new))) if is_remark(&old) => {
                    remarks.push((number, old, new));
                }
                _ => {}
            }
        }
        if dictionaries.is_empty() && arrays.is_empty() && remarks.is_empty() {
            return Ok(());
        }
        let pages = self.pages()?.clone();
        for (number, old, new) in dictionaries {
            if let Some(page) = pages.get(&number) {
                self.grow_page(number, *page, (&old, &new))?;
            }
        }
        if !arrays.is_empty() {
            self.grow_arrays(&arrays, &pages)?;
        }
        for (number, old, new) in remarks {
            self.changed_remark(number, (&old, &new))?;
        }
        Ok(())
    }

    /// A changed object under its number and its present generation.
    pub(super) fn reference(&self, number: u32) -> Option<Reference> {
        self.new.reference(number)
    }

    /// An object under its number and the generation that it had before.
    pub(super) fn reference_before(&self, number: u32) -> Option<Reference> {
        self.old.reference(number)
    }

    fn grow_page(
        &mut self,
        number: u32,
        page: u32,
        (old, new): (&Dictionary, &Dictionary),
    ) -> Result<(), ReadPdf> {
        for key in differing(old, new) {
            if key != b"Annots" {
                let path = format!("page {page} /{}", String::from_utf8_lossy(&key));
                self.tell(ChangeKind::PageChanged, Some(number), path)
                    .pages
                    .push(page);
                return Ok(());
            }
        }
        self.roles.insert(number, Role::Open);
        for (key, value) in new.entries() {
            if key != b"Annots" {
                self.settle(number, value);
            }
        }
        self.grow_annotations(number, page, (old.value(b"Annots"), new.value(b"Annots")))
    }

    fn grow_annotations(
        &mut self,
        number: u32,
        page: u32,
        (old, new): (Option<&Object>, Option<&Object>),
    ) -> Result<(), ReadPdf> {
        let elements = |view: View<'_>, value: Option<&Object>| match value {
            None => Ok(Vec::new()),
            Some(value) => match view.resolve(value)? {
                Object::Array(elements) => Ok(elements),
                Object::Null => Ok(Vec::new()),
                _ => Err(ReadPdf::Type { what: "/Annots" }),
            },
        };
        let before = elements(self.old, old)?;
        let after = elements(self.new, new)?;
        if let Some(new) = new {
            self.clear(new, old, Role::Within(number));
        }
        let left: Vec<Object> = self.without_withdrawn(page, &before, &after)?;
        self.settle(number, &Object::Array(left.clone()));
        let Some(added) = after.strip_prefix(left.as_slice()) else {
            let path = format!("page {page} /Annots");
            self.tell(ChangeKind::AnnotationRemoved, Some(number), path)
                .pages
                .push(page);
            return Ok(());
        };
        for annotation in added {
            let fresh = annotation
                .as_reference()
                .filter(|reference| self.is_fresh(reference.number));
            let grown = Grown {
                page: number,
                claimed: false,
            };
            // Twice in one page, or in two, is no widget of ours.
            let Some(fresh) = fresh.filter(|fresh| !self.widgets.contains_key(&fresh.number))
            else {
                let path = format!("page {page} /Annots");
                self.tell(ChangeKind::AnnotationAdded, None, path)
                    .pages
                    .push(page);
                continue;
            };
            self.widgets.insert(fresh.number, grown);
        }
        Ok(())
    }

    /// Arrays of annotations that are objects of their own, each of exactly one page.
    fn grow_arrays(
        &mut self,
        arrays: &[Reference],
        pages: &BTreeMap<u32, u32>,
    ) -> Result<(), ReadPdf> {
        let mut owners: BTreeMap<u32, Vec<(u32, u32)>> = BTreeMap::new();
        for (number, page) in pages {
            if self.changed.contains_key(number) {
                continue;
            }
            let Some(reference) = self.reference(*number) else {
                continue;
            };
            if let Object::Dictionary(found) = self.new.object(reference)?
                && let Some(annotations) = found.value(b"Annots").and_then(Object::as_reference)
            {
                let owner = owners.entry(annotations.number).or_default();
                owner.push((*number, *page));
            }
        }
        for array in arrays {
            if let Some([(number, page)]) = owners.get(&array.number).map(Vec::as_slice) {
                let value = Object::Reference(*array);
                self.grow_annotations(*number, *page, (Some(&value), Some(&value)))?;
            }
        }
        Ok(())
    }

    /// Width times height of what a page shows, in its units.
    pub(super) fn page_area(&self, page: u32) -> Result<Option<f64>, ReadPdf> {
        let mut at = self.reference(page);
        let mut media = None;
        for _ in 0..MAX_LEVELS {
            let Some(reference) = at else { break };
            let Object::Dictionary(node) = self.new.object(reference)? else {
                break;
            };
            // 7.7.3.4: both boxes are inherited; the crop box is what is shown.
            for key in [b"CropBox".as_slice(), b"MediaBox"] {
                let area = area(&self.new.value(&node, key)?);
                if key == b"CropBox" && area.is_some() {
                    return Ok(area);
                }
                media = media.or(area);
            }
            at = node.value(b"Parent").and_then(Object::as_reference);
        }
        Ok(media)
    }
}

/// Keys whose values are not the same in both; an absent value is null.
pub(super) fn differing(old: &Dictionary, new: &Dictionary) -> Vec<Vec<u8>> {
    let mut keys: Vec<Vec<u8>> = old
        .entries()
        .chain(new.entries())
        .map(|(key, _)| key)
        .filter(|key| old.value(key) != new.value(key))
        .map(<[u8]>::to_vec)
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Width times height of a rectangle (7.9.5).
pub(super) fn area(rectangle: &Object) -> Option<f64> {
    let [left, bottom, right, top] = rectangle.as_array()? else {
        return None;
    };
    let width = right.as_number()? - left.as_number()?;
    let height = top.as_number()? - bottom.as_number()?;
    Some((width * height).abs())
}
