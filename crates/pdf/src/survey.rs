//! A survey of the whole last revision: everything that can be reached is read, every stream decoded, every tree
//! and chain seen to end (T-I7).

use std::collections::{BTreeMap, BTreeSet};

use syntax::{Dictionary, Object, ReadPdf, Reference};

use crate::file::{File, View};

/// T-I7: pixels of a picture.
const MAX_PIXELS: i64 = 100_000_000;
/// Keys under which objects form trees and chains, which end: pages and fields, outlines and actions, structure,
/// functions made of functions, masks of pictures (7.7.3, 7.9.6, 7.10.4, 11.6.5, 12.3.3, 12.6.2, 14.7.2).
const CHAINS: &[&[u8]] = &[
    b"Kids",
    b"Next",
    b"First",
    b"K",
    b"Functions",
    b"SMask",
    b"Extends",
];

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Survey {
    /// Pages.
    pub pages: usize,
    /// Objects that the trailer reaches.
    pub objects: usize,
    /// Terminal form fields.
    pub fields: usize,
}

impl File<'_> {
    /// Reads everything that the last revision reaches. A file of which this succeeds can be given to others; one
    /// of which it fails breaks the standard or a limit somewhere, though perhaps not where a signature is judged.
    ///
    /// # Errors
    /// The first fault met: of syntax, filters, trees, limits.
    pub fn survey(&self) -> Result<Survey, ReadPdf> {
        let view = self.latest();
        let pages = view.pages()?.len();
        let fields = view.fields()?.len();
        let mut walk = Walk {
            view,
            seen: BTreeSet::new(),
            chains: BTreeMap::new(),
        };
        walk.all()?;
        walk.ends()?;
        Ok(Survey {
            pages,
            objects: walk.seen.len(),
            fields,
        })
    }
}

struct Walk<'f> {
    view: View<'f>,
    seen: BTreeSet<u32>,
    /// Which objects a tree or chain leads to, by object.
    chains: BTreeMap<u32, Vec<u32>>,
}

impl Walk<'_> {
    fn all(&mut self) -> Result<(), ReadPdf> {
        let mut left = Vec::new();
        let push = |object: &Object, left: &mut Vec<Reference>| {
            object.references(&mut |reference| left.push(reference));
        };
        push(&Object::Dictionary(self.view.trailer().clone()), &mut left);
        while let Some(reference) = left.pop() {
            if !self.seen.insert(reference.number) {
                continue;
            }
            let object = self.view.shared(reference)?;
            self.note(reference.number, &object);
            if let Object::Stream(stream) = &*object {
                self.view.decodes(stream)?;
                self.picture(&stream.dictionary)?;
                self.metadata(&object)?;
            }
            push(&object, &mut left);
        }
        Ok(())
    }

    /// Notes what the object leads to.
    fn note(&mut self, number: u32, object: &Object) {
        let mut leads: Vec<u32> = Vec::new();
        let mut lead =
            |value: &Object| value.references(&mut |reference| leads.push(reference.number));
        match object {
            Object::Reference(_) => lead(object),
            // 8.6.3: a colour space is a name and what it rests on.
            Object::Array(elements) if matches!(elements.first(), Some(Object::Name(_))) => {
                // A destination begins with its page, not with a name.
                lead(object);
            }
            Object::Dictionary(dictionary) => chain_values(dictionary, &mut lead),
            Object::Stream(stream) => {
                chain_values(&stream.dictionary, &mut lead);
                // 8.10: a form that draws itself never ends.
                if let Some(Object::Dictionary(resources)) = stream.dictionary.value(b"Resources")
                    && let Some(objects) = resources.value(b"XObject")
                {
                    lead(objects);
                }
            }
            _ => {}
        }
        if !leads.is_empty() {
            self.chains.insert(number, leads);
        }
    }

    /// Sees to it that no chain leads back into itself: objects that lead nowhere are taken away until none is left.
    fn ends(&self) -> Result<(), ReadPdf> {
        let mut open: BTreeMap<u32, usize> = BTreeMap::new();
        let mut led_by: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        let mut ended: Vec<u32> = Vec::new();
        for (number, leads) in &self.chains {
            open.insert(*number, leads.len());
            for lead in leads {
                led_by.entry(*lead).or_default().push(*number);
                if !self.chains.contains_key(lead) {
                    ended.push(*lead);
                }
            }
        }
        ended.sort_unstable();
        ended.dedup();
        while let Some(number) = ended.pop() {
            for leader in led_by.remove(&number).unwrap_or_default() {
                if let Some(count) = open.get_mut(&leader) {
                    *count = count.saturating_sub(1);
                    if *count == 0 {
                        open.remove(&leader);
                        ended.push(leader);
                    }
                }
            }
        }
        match open.keys().next() {
            Some(number) => Err(ReadPdf::Circle { number: *number }),
            None => Ok(()),
        }
    }

    fn picture(&self, dictionary: &Dictionary) -> Result<(), ReadPdf> {
        if dictionary.name(b"Subtype") != Some(b"Image") {
            return Ok(());
        }
        let side = |key: &[u8]| dictionary.integer(key).unwrap_or(0);
        let pixels = side(b"Width").checked_mul(side(b"Height"));
        if pixels.is_none_or(|pixels| pixels > MAX_PIXELS) {
            return Err(ReadPdf::Limit {
                what: "pixels of a picture",
                limit: MAX_PIXELS.unsigned_abs(),
            });
        }
        Ok(())
    }

    /// 14.3.2: metadata are RDF, which needs no document type; one can fetch files or grow without end.
    fn metadata(&self, object: &Object) -> Result<(), ReadPdf> {
        let Object::Stream(stream) = object else {
            return Ok(());
        };
        if stream.dictionary.name(b"Type") != Some(b"Metadata") {
            return Ok(());
        }
        let text = self.view.decoded(stream)?;
        if text.windows(9).any(|window| window == b"<!DOCTYPE") {
            return Err(ReadPdf::Type {
                what: "metadata with a document type",
            });
        }
        Ok(())
    }
}

fn chain_values(dictionary: &Dictionary, lead: &mut dyn FnMut(&Object)) {
    for (key, value) in dictionary.entries() {
        if CHAINS.contains(&key) {
            lead(value);
        }
    }
}
