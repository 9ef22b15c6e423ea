//! One update against the revision before it: the state that all rules share.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use syntax::{Object, Place, ReadPdf, Reference};

use crate::compare::change::{Change, ChangeKind};
use crate::compare::marker::Shade;
use crate::file::{File, View};
use crate::font::Font;
use crate::marks::Marks;
use crate::signature::SignatureField;

/// Objects of a signature's look or of validation material in one update.
pub(super) const MAX_FRESH: usize = 20_000;
/// Octets compared at once.
const BATCH: usize = 16 * 1024;
/// The parent of what the trailer names.
pub(super) const TRAILER: u32 = 0;

/// From where a changed object may be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// From anywhere: what changed in it means something in this kind of object only.
    Open,
    /// Only from this object.
    Within(u32),
    /// From nowhere but the rule that cleared it.
    Closed,
    /// It is as it was; rewritten.
    Same,
    /// Refused already.
    Refused,
}

/// An object that the update's section names otherwise than the revision before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Listed {
    pub(super) old: Option<Place>,
    pub(super) new: Place,
}

impl Listed {
    /// Whether there was such an object before.
    pub(super) fn existed(&self) -> bool {
        !matches!(self.old, None | Some(Place::Free))
    }

    /// Whether it was there under another generation: a reference that led to it leads to nothing now, and one that
    /// led to nothing leads to it.
    pub(super) fn is_renamed(&self) -> bool {
        let generation = |place| match place {
            Place::At { generation, .. } => Some(generation),
            Place::In { .. } => Some(0),
            Place::Free => None,
        };
        let before = self.old.and_then(generation);
        before
            .zip(generation(self.new))
            .is_some_and(|(one, other)| one != other)
    }
}

/// The comparison of one update.
pub(super) struct Step<'f> {
    pub(super) old: View<'f>,
    pub(super) new: View<'f>,
    pub(super) signatures: &'f [SignatureField],
    pub(super) changed: BTreeMap<u32, Listed>,
    pub(super) roles: BTreeMap<u32, Role>,
    pub(super) changes: Vec<Change>,
    /// Objects still to be visited, with the object that named them.
    pub(super) queue: VecDeque<(u32, Reference)>,
    /// New annotations, by the page whose /Annots took them up.
    pub(super) widgets: BTreeMap<u32, Grown>,
    /// Where pages said something before, by object number.
    pub(super) marks: BTreeMap<u32, Marks>,
    /// What lies on the text of pages, by object number.
    pub(super) shades: BTreeMap<u32, Shade>,
    /// Which page had an annotation, for the pages up to the one looked at last, all by object number.
    pub(super) held: BTreeMap<u32, u32>,
    pub(super) looked: u32,
    pages: Option<BTreeMap<u32, u32>>,
    /// Fonts of looks that were read, by object number.
    pub(super) fonts: BTreeMap<u32, Rc<Font>>,
}

/// An annotation that a page took up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grown {
    /// Object number of the page.
    pub(super) page: u32,
    pub(super) claimed: bool,
}

/// What a signature shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Nothing,
    /// Something on this page, from 1; 0 if the page cannot be told.
    OnPage(u32),
    /// Something that is refused, and was told.
    Refused,
}

/// One of the rules, run in turn over what those before it left.
type Rule<'f> = fn(&mut Step<'f>) -> Result<(), ReadPdf>;

impl<'f> Step<'f> {
    pub(super) fn new(
        file: &'f File<'f>,
        revision: usize,
        signatures: &'f [SignatureField],
    ) -> Step<'f> {
        let old = file.at(revision.saturating_sub(1));
        let new = file.at(revision);
        let mut changed = BTreeMap::new();
        for entry in &new.own().entries {
            let before = old.place(entry.number).map(|(place, _)| place);
            let place = entry.place();
            let unused = matches!(before, None | Some(Place::Free)) && place == Place::Free;
            if before != Some(place) && !unused {
                let listed = Listed {
                    old: before,
                    new: place,
                };
                changed.insert(entry.number, listed);
            }
        }
        Step {
            old,
            new,
            signatures,
            changed,
            roles: BTreeMap::new(),
            changes: Vec::new(),
            queue: VecDeque::new(),
            widgets: BTreeMap::new(),
            marks: BTreeMap::new(),
            shades: BTreeMap::new(),
            held: BTreeMap::new(),
            looked: 0,
            pages: None,
            fonts: BTreeMap::new(),
        }
    }

    /// All changes of the update.
    pub(super) fn compare(mut self) -> Vec<Change> {
        let rules: [(&str, Rule<'f>); 6] = [
            ("bytes", Self::account),
            ("pages", Self::grow_pages),
            ("catalog", Self::compare_catalog),
            ("annotations", Self::claim_widgets),
            ("objects", Self::walk),
            ("objects", Self::leftover),
        ];
        for (path, rule) in rules {
            if let Err(fault) = rule(&mut self) {
                self.tell(ChangeKind::Unreadable, None, format!("{path}: {fault}"));
            }
        }
        self.changes
    }

    pub(super) fn revision(&self) -> usize {
        self.new.revision()
    }

    /// Notes a change; a refused object stays refused.
    pub(super) fn tell(
        &mut self,
        kind: ChangeKind,
        object: Option<u32>,
        path: String,
    ) -> &mut Change {
        let mut change = Change::new(kind, self.revision());
        change.object = object;
        change.path = path;
        if let Some(number) = object
            && self.changed.contains_key(&number)
        {
            self.roles.insert(number, Role::Refused);
        }
        self.changes.push(change);
        self.changes.last_mut().expect("one was just pushed")
    }

    /// Whether the update made this object, where none was.
    pub(super) fn is_fresh(&self, number: u32) -> bool {
        self.changed
            .get(&number)
            .is_some_and(|listed| !listed.existed() && listed.new != Place::Free)
    }

    /// Says from where `reference` may be reached, if the update touched it and it either is new or stood there before.
    pub(super) fn clear(&mut self, value: &Object, before: Option<&Object>, role: Role) {
        let Some(reference) = value.as_reference() else {
            return;
        };
        let number = reference.number;
        if self.is_fresh(number) || (before == Some(value) && self.changed.contains_key(&number)) {
            self.roles.entry(number).or_insert(role);
        }
    }

    /// Visits later what `object` refers to.
    pub(super) fn settle(&mut self, parent: u32, object: &Object) {
        let queue = &mut self.queue;
        object.references(&mut |reference| queue.push_back((parent, reference)));
    }

    /// Page numbers, from 1, by object number, as the old revision has them.
    pub(super) fn pages(&mut self) -> Result<&BTreeMap<u32, u32>, ReadPdf> {
        if self.pages.is_none() {
            let numbered = (1..).zip(self.old.pages()?);
            let map = numbered
                .map(|(number, page)| (page.number, number))
                .collect();
            self.pages = Some(map);
        }
        Ok(self.pages.get_or_insert_default())
    }

    /// Whether two objects are the same, streams by their encoded octets.
    pub(super) fn same(&self, old: &Object, new: &Object) -> Result<bool, ReadPdf> {
        let (Object::Stream(old), Object::Stream(new)) = (old, new) else {
            return Ok(old == new);
        };
        let length = old.range.end - old.range.start;
        if old.dictionary != new.dictionary || new.range.end - new.range.start != length {
            return Ok(false);
        }
        let source = self.new.file().source();
        let mut buffers = [vec![0; BATCH], vec![0; BATCH]];
        let mut done = 0;
        while done < length {
            let size = usize::try_from(length - done).map_or(BATCH, |left| left.min(BATCH));
            for (buffer, range) in buffers.iter_mut().zip([&old.range, &new.range]) {
                buffer.resize(size, 0);
                source.read_at(range.start + done, buffer)?;
            }
            let [one, other] = &buffers;
            if one != other {
                return Ok(false);
            }
            done += size as u64;
        }
        Ok(true)
    }
}
