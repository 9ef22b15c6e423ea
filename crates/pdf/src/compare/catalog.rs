//! Trailer and catalog: what may grow there, and that nothing else differs (ISO 32000-2, 7.5.5, 7.7.2).

use syntax::{Dictionary, Object, ReadPdf};

use crate::compare::change::ChangeKind;
use crate::compare::pages::differing;
use crate::compare::step::{Role, Step, TRAILER};

/// Entries of a trailer that belong to its section alone (7.5.5, 7.5.8).
const OF_SECTION: &[&[u8]] = &[
    b"Prev",
    b"XRefStm",
    b"Type",
    b"W",
    b"Index",
    b"Filter",
    b"DecodeParms",
    b"Length",
];

impl Step<'_> {
    /// Compares trailers and catalogs.
    pub(super) fn compare_catalog(&mut self) -> Result<(), ReadPdf> {
        let (old_trailer, new_trailer) = (self.old.trailer(), self.new.trailer());
        self.trailers(old_trailer, new_trailer)?;
        if self.old.own().root() != self.new.own().root() {
            let path = "trailer /Root".to_owned();
            self.tell(ChangeKind::RootReplaced, None, path);
        }
        let (old, new) = (self.old.catalog()?, self.new.catalog()?);
        let root = self.new.own().root().map_or(TRAILER, |root| root.number);
        if self.changed.contains_key(&root) {
            self.roles.entry(root).or_insert(Role::Open);
        }
        for key in differing(&old, &new) {
            self.catalog_entry(&key, (&old, &new), root)?;
        }
        for (key, value) in new.entries() {
            match key {
                b"AcroForm" | b"DSS" | b"Metadata" => {}
                _ => self.settle(root, value),
            }
        }
        self.metadata((old.value(b"Metadata"), new.value(b"Metadata")), root)?;
        self.form((old.value(b"AcroForm"), new.value(b"AcroForm")), root)?;
        self.store((old.value(b"DSS"), new.value(b"DSS")), root)?;
        if let Some(pages) = new.value(b"Pages").and_then(Object::as_reference) {
            self.queue.push_front((root, pages));
        }
        Ok(())
    }

    fn trailers(&mut self, old: &Dictionary, new: &Dictionary) -> Result<(), ReadPdf> {
        for key in differing(old, new) {
            let same = match key.as_slice() {
                b"Root" | b"Info" => true,
                // 14.4: the first part stays, the second names the revision.
                b"ID" => {
                    first_of(old.value(b"ID")) == first_of(new.value(b"ID"))
                        || old.value(b"ID").is_none()
                }
                // 7.5.5: what lies beyond /Size is not there, so a smaller one takes objects away.
                b"Size" => old.integer(b"Size") <= new.integer(b"Size"),
                b"Encrypt" => false,
                // What no clause knows may be left out, as others do with what they did not write.
                key => OF_SECTION.contains(&key) || new.value(key).is_none(),
            };
            if !same {
                let path = format!("trailer /{}", String::from_utf8_lossy(&key));
                self.tell(ChangeKind::TrailerChanged, None, path);
            }
        }
        let (before, after) = (old.value(b"Info"), new.value(b"Info"));
        let touched = after
            .and_then(Object::as_reference)
            .is_some_and(|info| self.changed.contains_key(&info.number));
        let Some(info) = after.filter(|_| touched || before != after) else {
            if before.is_some() && after.is_none() {
                let path = "trailer /Info".to_owned();
                self.tell(ChangeKind::TrailerChanged, None, path);
            } else if let Some(info) = after {
                self.settle(TRAILER, info);
            }
            return Ok(());
        };
        // 14.3.3: text and names alone, so that nothing can hang by it.
        let number = info.as_reference().map(|info| info.number);
        let path = "trailer /Info".to_owned();
        let simple = |value: &Object| {
            matches!(
                value,
                Object::String(_) | Object::Name(_) | Object::Boolean(_) | Object::Integer(_)
            )
        };
        match self.new.resolve(info)? {
            Object::Dictionary(found) if found.entries().all(|(_, value)| simple(value)) => {
                self.clear(info, before, Role::Within(TRAILER));
                self.tell(ChangeKind::MetadataChanged, None, path).object = number;
            }
            _ => {
                self.tell(ChangeKind::MetadataForm, number, path);
            }
        }
        Ok(())
    }

    /// A differing entry of the catalog that has no rule of its own elsewhere.
    fn catalog_entry(
        &mut self,
        key: &[u8],
        (old, new): (&Dictionary, &Dictionary),
        root: u32,
    ) -> Result<(), ReadPdf> {
        let path = format!("catalog /{}", String::from_utf8_lossy(key));
        let kind = match key {
            // Looked at whether they differ or not: what they name may have changed.
            b"AcroForm" | b"DSS" | b"Metadata" => return Ok(()),
            b"Version" => match (old.name(key), new.name(key)) {
                (before, Some(after)) if before.is_none_or(|before| before < after) => {
                    ChangeKind::VersionRaised
                }
                _ => ChangeKind::VersionChanged,
            },
            b"Extensions" => {
                if self.declares_only(new.value(key))? {
                    ChangeKind::VersionRaised
                } else {
                    ChangeKind::VersionChanged
                }
            }
            b"Perms" => ChangeKind::PermissionsChanged,
            _ => ChangeKind::CatalogChanged,
        };
        self.tell(kind, None, path).object = Some(root);
        Ok(())
    }

    /// 7.12: names and numbers.
    fn declares_only(&mut self, extensions: Option<&Object>) -> Result<bool, ReadPdf> {
        let developers = match extensions {
            // An object of its own, made for this.
            Some(Object::Reference(reference)) if self.is_fresh(reference.number) => {
                self.roles.insert(reference.number, Role::Open);
                self.new.object(*reference)?
            }
            Some(direct) => direct.clone(),
            None => Object::Null,
        };
        let Object::Dictionary(developers) = developers else {
            return Ok(false);
        };
        let simple = |value: &Object| {
            matches!(
                value,
                Object::Name(_) | Object::Integer(_) | Object::String(_)
            )
        };
        let declaration = |value: &Object| match value {
            Object::Dictionary(entries) => entries.entries().all(|(_, value)| simple(value)),
            value => simple(value),
        };
        Ok(developers.entries().all(|(_, developer)| match developer {
            // 7.12.2 in the errata: a developer may declare several.
            Object::Array(several) => several.iter().all(declaration),
            one => declaration(one),
        }))
    }

    /// 14.3.2: the document's metadata stream.
    fn metadata(
        &mut self,
        (old, new): (Option<&Object>, Option<&Object>),
        root: u32,
    ) -> Result<(), ReadPdf> {
        let Some(value) = new else {
            if old.is_some() {
                let path = "catalog /Metadata".to_owned();
                self.tell(ChangeKind::CatalogChanged, Some(root), path);
            }
            return Ok(());
        };
        let number = value.as_reference().map_or(0, |reference| reference.number);
        if old == new && !self.changed.contains_key(&number) {
            self.settle(root, value);
            return Ok(());
        }
        let path = "catalog /Metadata".to_owned();
        let plain = match self.new.resolve(value)? {
            Object::Stream(stream) => {
                let dictionary = &stream.dictionary;
                dictionary.name(b"Type") == Some(b"Metadata")
                    && dictionary.name(b"Subtype") == Some(b"XML")
                    && dictionary
                        .entries()
                        .all(|(key, _)| matches!(key, b"Type" | b"Subtype" | b"Length" | b"Filter"))
            }
            _ => false,
        };
        if plain && (self.is_fresh(number) || old == new) {
            self.clear(value, old, Role::Within(root));
            self.tell(ChangeKind::MetadataChanged, None, path).object = Some(number);
        } else {
            self.tell(ChangeKind::MetadataForm, Some(number), path);
        }
        Ok(())
    }
}

fn first_of(id: Option<&Object>) -> Option<&Object> {
    id?.as_array()?.first()
}
