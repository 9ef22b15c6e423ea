//! The walk over everything that is not cleared by a rule: there nothing may differ, on any path (T-V3, T-V4).

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use syntax::{Object, Place, ReadPdf, Reference};

use crate::compare::change::ChangeKind;
use crate::compare::step::{Listed, Role, Step, TRAILER};

/// Steps of a path that is told.
const MAX_STEPS: usize = 64;

impl Step<'_> {
    /// Visits what was queued and all that it reaches.
    pub(super) fn walk(&mut self) -> Result<(), ReadPdf> {
        let size = usize::try_from(self.new.size()).unwrap_or(0);
        // The object that led to each object, for the path; an object not yet seen has none.
        let mut came: Vec<Option<u32>> = vec![None; size];
        while let Some((parent, reference)) = self.queue.pop_front() {
            let number = reference.number;
            if let Some(role) = self.roles.get(&number) {
                if self.new.is_of_other_generation(reference) {
                    continue;
                }
                let reached_otherwise = match role {
                    Role::Open | Role::Same | Role::Refused => false,
                    Role::Within(owner) => *owner != parent,
                    Role::Closed => true,
                };
                if reached_otherwise {
                    self.tell_at(ChangeKind::PreparedReference, parent, number, &came)?;
                }
                continue;
            }
            let slot = usize::try_from(number).ok().and_then(|at| came.get_mut(at));
            match slot {
                // Another reference to the same number may lead to it.
                Some(None) if self.new.is_of_other_generation(reference) => continue,
                Some(slot @ None) => *slot = Some(parent),
                // Seen, or beyond /Size, where nothing is.
                _ => continue,
            }
            if let Some(object) = self.visit(parent, reference, &came)? {
                // Depth first: what a page shows is then told as the page's, whoever else uses it.
                let queue = &mut self.queue;
                object.references(&mut |reference| queue.push_front((number, reference)));
            }
        }
        Ok(())
    }

    /// The object, if it is as it was.
    fn visit(
        &mut self,
        parent: u32,
        reference: Reference,
        came: &[Option<u32>],
    ) -> Result<Option<Rc<Object>>, ReadPdf> {
        let number = reference.number;
        let found = match self.new.shared(reference) {
            Ok(found) => found,
            Err(limit @ ReadPdf::Limit { .. }) => return Err(limit),
            Err(fault) => {
                self.tell(ChangeKind::Unreadable, Some(number), fault.to_string());
                return Ok(None);
            }
        };
        let Some(listed) = self.changed.get(&number) else {
            return Ok(Some(found));
        };
        if !listed.existed() {
            self.tell_at(ChangeKind::PreparedReference, parent, number, came)?;
            return Ok(None);
        }
        let before = self.old.shared(reference)?;
        if self.same(&before, &found)? {
            self.roles.insert(number, Role::Same);
            return Ok(Some(found));
        }
        let kind = match listed.new {
            Place::Free => ChangeKind::ObjectFreed,
            _ => self.kind_of(number, &before)?,
        };
        self.tell_at(kind, parent, number, came)?;
        Ok(None)
    }

    fn kind_of(&mut self, number: u32, before: &Object) -> Result<ChangeKind, ReadPdf> {
        if self.pages()?.contains_key(&number) {
            return Ok(ChangeKind::PageChanged);
        }
        let Object::Dictionary(before) = before else {
            return Ok(ChangeKind::ObjectReplaced);
        };
        let is_value = |field: &crate::signature::SignatureField| {
            field.revision() < self.new.revision()
                && field
                    .dictionary()
                    .is_some_and(|value| value.number == number)
        };
        if self.signatures.iter().any(is_value) {
            return Ok(ChangeKind::SignatureChanged);
        }
        if before.name(b"Type") == Some(b"Pages") {
            return Ok(ChangeKind::PageChanged);
        }
        if before.value(b"FT").is_some() || before.name(b"Subtype") == Some(b"Widget") {
            return Ok(ChangeKind::FieldChanged);
        }
        Ok(ChangeKind::ObjectReplaced)
    }

    /// Tells a change of `number` with its path and the pages on it.
    fn tell_at(
        &mut self,
        kind: ChangeKind,
        parent: u32,
        number: u32,
        came: &[Option<u32>],
    ) -> Result<(), ReadPdf> {
        let mut steps = vec![number];
        let mut at = parent;
        while at != TRAILER && steps.len() < MAX_STEPS {
            steps.push(at);
            let next = usize::try_from(at)
                .ok()
                .and_then(|at| came.get(at).copied());
            match next.flatten() {
                Some(next) if next != at => at = next,
                _ => break,
            }
        }
        let pages: BTreeMap<u32, u32> = self.pages()?.clone();
        let page = steps.iter().find_map(|step| pages.get(step).copied());
        let kind = match (kind, page) {
            (ChangeKind::ObjectReplaced, Some(_)) => ChangeKind::ContentChanged,
            (kind, _) => kind,
        };
        let path = self.path(&steps)?;
        self.tell(kind, Some(number), path).pages.extend(page);
        Ok(())
    }

    /// The path in words: the keys under which each object names the next.
    fn path(&self, steps: &[u32]) -> Result<String, ReadPdf> {
        let mut words: Vec<String> = steps.first().map(u32::to_string).into_iter().collect();
        for pair in steps.windows(2) {
            let [child, parent] = pair else { continue };
            words.push(format!("{parent}{}", self.key(*parent, *child)?));
        }
        words.reverse();
        Ok(words.join(" > "))
    }

    fn key(&self, parent: u32, child: u32) -> Result<String, ReadPdf> {
        let Some(reference) = self.new.reference(parent) else {
            return Ok(String::new());
        };
        let found = self.new.shared(reference)?;
        let dictionary = match &*found {
            Object::Dictionary(dictionary) => dictionary,
            Object::Stream(stream) => &stream.dictionary,
            _ => return Ok(String::new()),
        };
        let names_child = |value: &Object| {
            let mut named = false;
            value.references(&mut |reference| named |= reference.number == child);
            named
        };
        Ok(dictionary
            .entries()
            .find(|(_, value)| names_child(value))
            .map_or(String::new(), |(key, _)| {
                format!(" /{}", String::from_utf8_lossy(key))
            }))
    }

    /// What the update touched and nothing reached.
    pub(super) fn leftover(&mut self) -> Result<(), ReadPdf> {
        self.spread()?;
        let own = self.new.own();
        let left: Vec<_> = self
            .changed
            .iter()
            .filter(|(number, _)| !self.roles.contains_key(number))
            .map(|(number, listed)| (*number, *listed))
            .collect();
        let containers: BTreeSet<u32> = own
            .entries
            .iter()
            .filter_map(|entry| match entry.place() {
                Place::In { container, .. } => Some(container),
                _ => None,
            })
            .collect();
        for (number, listed) in left {
            if self.is_nothing_new(number, &listed)? {
                continue;
            }
            let holds = containers.contains(&number);
            let is_container = holds && !listed.existed();
            let is_section = own.streams.contains(&number) && !listed.existed();
            if is_container {
                self.unlisted(number)?;
            } else if !is_section {
                let kind = if listed.existed() && (holds || own.streams.contains(&number)) {
                    ChangeKind::ObjectStreamChanged
                } else if listed.existed() {
                    ChangeKind::ObjectReplaced
                } else {
                    ChangeKind::ObjectUnreached
                };
                self.tell(kind, Some(number), String::new());
            }
        }
        Ok(())
    }

    /// What nothing reaches may go, and be written anew as it was; a section may take the number of an earlier one.
    fn is_nothing_new(&self, number: u32, listed: &Listed) -> Result<bool, ReadPdf> {
        if listed.new == Place::Free {
            return Ok(true);
        }
        if !listed.existed() {
            return Ok(false);
        }
        if self.new.own().streams.contains(&number) && self.old.was_section(number) {
            return Ok(true);
        }
        let (Some(before), Some(after)) = (self.reference_before(number), self.reference(number))
        else {
            return Ok(false);
        };
        let (old, new) = (self.old.shared(before)?, self.new.shared(after)?);
        self.same(&old, &new)
    }

    /// What only refused new objects reach was refused with them.
    fn spread(&mut self) -> Result<(), ReadPdf> {
        let fresh = |step: &Self, number: u32| step.is_fresh(number);
        let mut left: Vec<u32> = self
            .roles
            .iter()
            .filter(|(number, role)| **role == Role::Refused && fresh(self, **number))
            .map(|(number, _)| *number)
            .collect();
        while let Some(number) = left.pop() {
            let Some(reference) = self.reference(number) else {
                continue;
            };
            // One that cannot be read was told.
            let Ok(object) = self.new.shared(reference) else {
                continue;
            };
            let mut named = Vec::new();
            object.references(&mut |reference| named.push(reference.number));
            for number in named {
                if fresh(self, number) && !self.roles.contains_key(&number) {
                    self.roles.insert(number, Role::Refused);
                    left.push(number);
                }
            }
        }
        Ok(())
    }

    /// Objects of a new object stream that no entry of its section names.
    fn unlisted(&mut self, container: u32) -> Result<(), ReadPdf> {
        let own = self.new.own();
        let packed = self.new.packed(container, 4)?;
        for (index, number) in (0_u32..).zip(packed.numbers()) {
            if own.place(number) != Some(Place::In { container, index }) {
                let path = format!("object {number} in object stream {container}");
                self.tell(ChangeKind::ObjectStreamChanged, Some(container), path);
            }
        }
        Ok(())
    }
}
