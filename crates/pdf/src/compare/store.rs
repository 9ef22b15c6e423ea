//! The document security store may grow by validation material (ISO 32000-2, 12.8.4.3; EN 319 142-1, 5.4.2).

use std::collections::BTreeSet;

use asn1::{Reader, Tag};
use crypto::sha256;
use syntax::{Dictionary, Object, ReadPdf};

use crate::compare::change::ChangeKind;
use crate::compare::step::{MAX_FRESH, Role, Step};

/// Arrays of the store and of an entry of its /VRI.
const ARRAYS: &[&[u8]] = &[b"Certs", b"OCSPs", b"CRLs"];
const ENTRY_ARRAYS: &[&[u8]] = &[b"Cert", b"OCSP", b"CRL"];

impl Step<'_> {
    /// Compares the stores.
    pub(super) fn store(
        &mut self,
        (old, new): (Option<&Object>, Option<&Object>),
        root: u32,
    ) -> Result<(), ReadPdf> {
        let Some(value) = new else {
            if old.is_some() {
                self.shrunk("catalog /DSS");
            }
            return Ok(());
        };
        self.clear(value, old, Role::Within(root));
        let before = self.old_dictionary(old)?;
        let after = self.new_dictionary(value)?;
        let Some(after) = after else {
            self.form_of_store("catalog /DSS", value);
            return Ok(());
        };
        let holder = value.as_reference().map_or(root, |store| store.number);
        let held = self.held(&after)?;
        let mut grown = false;
        for (key, value) in after.entries() {
            match key {
                b"Type" => {}
                b"VRI" => {
                    grown |= self.related((before.value(key), value), holder, &held)?;
                }
                key if ARRAYS.contains(&key) => {
                    grown |= self.material((before.value(key), value), holder, &[])?;
                }
                _ => {
                    self.form_of_store(&format!("DSS /{}", String::from_utf8_lossy(key)), value);
                }
            }
        }
        for (key, value) in before.entries() {
            let kept = after.value(key).is_some()
                || key == b"Type"
                || (key == b"VRI" && self.is_held_anyway(value, &held)?);
            if !kept {
                self.shrunk("catalog /DSS");
            }
        }
        if grown {
            self.tell(ChangeKind::StoreGrown, None, "catalog /DSS".to_owned());
        }
        Ok(())
    }

    fn shrunk(&mut self, path: &str) {
        self.tell(ChangeKind::StoreShrunk, None, path.to_owned());
    }

    /// Refuses `value` and what it names.
    fn form_of_store(&mut self, path: &str, value: &Object) {
        self.tell(ChangeKind::StoreForm, None, path.to_owned());
        let mut named = Vec::new();
        value.references(&mut |reference| named.push(reference.number));
        for number in named {
            if self.is_fresh(number) {
                self.roles.insert(number, Role::Refused);
            }
        }
    }

    pub(super) fn old_dictionary(&self, value: Option<&Object>) -> Result<Dictionary, ReadPdf> {
        match value.map(|value| self.old.resolve(value)).transpose()? {
            Some(Object::Dictionary(found)) => Ok(found),
            _ => Ok(Dictionary::default()),
        }
    }

    fn new_dictionary(&self, value: &Object) -> Result<Option<Dictionary>, ReadPdf> {
        match self.new.resolve(value)? {
            Object::Dictionary(found) => Ok(Some(found)),
            _ => Ok(None),
        }
    }

    /// What the arrays of the store itself have.
    fn held(&self, store: &Dictionary) -> Result<Vec<Object>, ReadPdf> {
        let mut held = Vec::new();
        for key in ARRAYS {
            if let Object::Array(elements) = self.new.value(store, key)? {
                held.extend(elements);
            }
        }
        Ok(held)
    }

    /// An array of streams that lost none, but for those that are `held` elsewhere; whether it took one up.
    fn material(
        &mut self,
        (old, new): (Option<&Object>, &Object),
        holder: u32,
        held: &[Object],
    ) -> Result<bool, ReadPdf> {
        let before = match old.map(|old| self.old.resolve(old)).transpose()? {
            Some(Object::Array(elements)) => elements,
            _ => Vec::new(),
        };
        let Object::Array(after) = self.new.resolve(new)? else {
            self.form_of_store("an array of the store", new);
            return Ok(false);
        };
        self.clear(new, old, Role::Within(holder));
        let number = new.as_reference().map_or(holder, |array| array.number);
        let lost: Vec<&Object> = before
            .iter()
            .filter(|element| !after.contains(element) && !held.contains(element))
            .collect();
        if !lost.is_empty() && !self.are_written_anew(&lost, &after, held)? {
            self.shrunk("an array of the store");
        }
        let mut grown = false;
        for element in &after {
            if before.contains(element) {
                self.settle(number, element);
                continue;
            }
            grown = true;
            self.stream_of_store(number, element)?;
        }
        Ok(grown)
    }

    /// Whether each of these is there under another number: some write the whole store anew.
    fn are_written_anew(
        &self,
        lost: &[&Object],
        after: &[Object],
        held: &[Object],
    ) -> Result<bool, ReadPdf> {
        let octets = |view: crate::file::View<'_>, element: &Object| match view.resolve(element)? {
            Object::Stream(stream) => view.decoded(&stream).map(|octets| Some(sha256(&octets))),
            _ => Ok(None),
        };
        let mut present = BTreeSet::new();
        for element in after.iter().chain(held).take(MAX_FRESH) {
            present.insert(octets(self.new, element)?);
        }
        for element in lost {
            let digest = octets(self.old, element)?;
            if digest.is_none() || !present.contains(&digest) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// 12.8.4.4: what was told by signature may be left out where the store itself has it; the entries add nothing.
    fn is_held_anyway(&self, related: &Object, held: &[Object]) -> Result<bool, ReadPdf> {
        let mut material = Vec::new();
        for (_, entry) in self.old_dictionary(Some(related))?.entries() {
            let entry = self.old_dictionary(Some(entry))?;
            if entry.value(b"TS").is_some() {
                return Ok(false);
            }
            for key in ENTRY_ARRAYS {
                if let Object::Array(elements) = self.old.value(&entry, key)? {
                    material.extend(elements);
                }
            }
        }
        let lost: Vec<&Object> = material.iter().filter(|one| !held.contains(one)).collect();
        Ok(lost.is_empty() || self.are_written_anew(&lost, &[], held)?)
    }

    /// A new element: a stream of one encoded value, with nothing that could make it something else. One that was there
    /// before stays what it was.
    fn stream_of_store(&mut self, holder: u32, element: &Object) -> Result<(), ReadPdf> {
        let Some(reference) = element.as_reference() else {
            self.form_of_store("an element of the store", element);
            return Ok(());
        };
        if !self.is_fresh(reference.number) {
            self.settle(holder, element);
            return Ok(());
        }
        let plain = match self.new.object(reference)? {
            Object::Stream(stream) => {
                let is_bare = stream.dictionary.entries().all(|(key, value)| {
                    matches!(key, b"Length" | b"Filter" | b"DecodeParms" | b"Type")
                        && value.as_reference().is_none()
                });
                is_bare && is_one_value(&self.new.decoded(&stream)?)
            }
            _ => false,
        };
        if plain {
            self.roles.entry(reference.number).or_insert(Role::Closed);
        } else {
            self.form_of_store(&format!("object {}", reference.number), element);
        }
        Ok(())
    }

    /// 12.8.4.4: material by signature. Entries are kept; each holds arrays of streams, a date or a time-stamp.
    fn related(
        &mut self,
        (old, new): (Option<&Object>, &Object),
        holder: u32,
        held: &[Object],
    ) -> Result<bool, ReadPdf> {
        let before = self.old_dictionary(old)?;
        let Some(after) = self.new_dictionary(new)? else {
            self.form_of_store("DSS /VRI", new);
            return Ok(false);
        };
        self.clear(new, old, Role::Within(holder));
        let number = new.as_reference().map_or(holder, |related| related.number);
        if before.entries().any(|(key, _)| after.value(key).is_none()) {
            self.shrunk("DSS /VRI");
        }
        let mut grown = false;
        for (key, value) in after.entries() {
            let old = before.value(key);
            let Some(entry) = self.new_dictionary(value)? else {
                // 12.8.4.4 has /Type here too.
                if value.as_name().is_none() {
                    self.form_of_store("DSS /VRI", value);
                }
                continue;
            };
            self.clear(value, old, Role::Within(number));
            let inside = value.as_reference().map_or(number, |entry| entry.number);
            let earlier = self.old_dictionary(old)?;
            for (key, value) in entry.entries() {
                match key {
                    b"Type" | b"TU" if value.as_reference().is_none() => {}
                    b"TS" => self.stream_of_store(inside, value)?,
                    key if ENTRY_ARRAYS.contains(&key) => {
                        grown |= self.material((earlier.value(key), value), inside, held)?;
                    }
                    _ => self.form_of_store("DSS /VRI", value),
                }
            }
            if earlier.entries().any(|(key, _)| entry.value(key).is_none()) {
                self.shrunk("DSS /VRI");
            }
            grown |= old.is_none();
        }
        Ok(grown)
    }
}

/// Whether octets are what material is, a certificate, an answer, a list, a time-stamp: one SEQUENCE, and nothing behind it.
fn is_one_value(octets: &[u8]) -> bool {
    let mut reader = Reader::ber(octets);
    reader.expect(Tag::SEQUENCE).is_ok() && reader.is_empty()
}
