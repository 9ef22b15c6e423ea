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
        if old.value(b"StructTreeRoot") == new.value(b"StructTreeRoot") {
            self.grow_structure(new.value(b"StructTreeRoot"))?;
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
        self.description((old.value(b"Info"), new.value(b"Info")))
    }

    /// 14.3.3: text and names alone, so that nothing can hang by it.
    fn description(
        &mut self,
        (before, after): (Option<&Object>, Option<&Object>),
    ) -> Result<(), ReadPdf> {
        let path = "trailer /Info".to_owned();
        let Some(info) = after else {
            if before.is_some() {
                self.tell(ChangeKind::TrailerChanged, None, path);
            }
            return Ok(());
        };
        let number = info.as_reference().map(|info| info.number);
        let Object::Dictionary(found) = self.new.resolve(info)? else {
            self.tell(ChangeKind::MetadataForm, number, path);
            return Ok(());
        };
        let old = self.old_dictionary(before)?;
        let holder = number.unwrap_or(TRAILER);
        let mut named = found
            .entries()
            .filter_map(|(_, value)| value.as_reference());
        let touched = |number: u32| self.changed.contains_key(&number);
        let changed = before != after
            || number.is_some_and(touched)
            || named.any(|value| touched(value.number));
        if !changed {
            self.settle(TRAILER, info);
            return Ok(());
        }
        let mut simple = true;
        for (_, value) in found.entries() {
            simple &= matches!(
                self.new.resolve(value)?,
                Object::String(_) | Object::Name(_) | Object::Boolean(_) | Object::Integer(_)
            );
        }
        if !simple {
            self.tell(ChangeKind::MetadataForm, number, path);
            return Ok(());
        }
        self.clear(info, before, Role::Within(TRAILER));
        for (key, value) in found.entries() {
            self.clear(value, old.value(key), Role::Within(holder));
            self.settle(holder, value);
        }
        self.tell(ChangeKind::MetadataChanged, None, path).object = number;
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
                if self.declares_only(new.value(key), root)? {
                    ChangeKind::VersionRaised
                } else {
                    ChangeKind::VersionChanged
                }
            }
            // 14.9.2: what language the text is in that nobody had said, for who reads it aloud.
            b"Lang" if old.value(key).is_none() && is_language(new.value(key)) => {
                ChangeKind::MetadataChanged
            }
            b"Perms" => ChangeKind::PermissionsChanged,
            _ => ChangeKind::CatalogChanged,
        };
        self.tell(kind, None, path).object = Some(root);
        Ok(())
    }

    /// 7.12: which extensions of which developers, and nothing besides.
    fn declares_only(&mut self, extensions: Option<&Object>, root: u32) -> Result<bool, ReadPdf> {
        let developers = match extensions {
            // An object of its own, made for this.
            Some(value @ Object::Reference(reference)) if self.is_fresh(reference.number) => {
                self.clear(value, None, Role::Within(root));
                self.new.object(*reference)?
            }
            Some(direct) => direct.clone(),
            None => Object::Null,
        };
        let Object::Dictionary(developers) = developers else {
            return Ok(false);
        };
        let fits = |key: &[u8], value: &Object| match key {
            b"Type" | b"BaseVersion" => value.as_name().is_some(),
            b"ExtensionLevel" => value.as_integer().is_some(),
            b"URL" | b"ExtensionRevision" => value.as_string().is_some(),
            _ => false,
        };
        let declaration = |value: &Object| {
            let entries = value.as_dictionary();
            entries.is_some_and(|entries| entries.entries().all(|(key, value)| fits(key, value)))
        };
        Ok(developers
            .entries()
            .all(|(key, developer)| match developer {
                Object::Name(_) => key == b"Type",
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
                        .all(|(key, value)| plain_entry(key, value))
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

/// What data need to be read, and nothing that could make them something else.
fn plain_entry(key: &[u8], value: &Object) -> bool {
    match key {
        b"DecodeParms" => value.as_reference().is_none(),
        key => matches!(key, b"Type" | b"Subtype" | b"Length" | b"Filter"),
    }
}

fn is_language(value: Option<&Object>) -> bool {
    let tag = value.and_then(Object::as_string).unwrap_or_default();
    let letters = tag
        .iter()
        .all(|letter| letter.is_ascii_alphanumeric() || *letter == b'-');
    letters && (2..=35).contains(&tag.len())
}

fn first_of(id: Option<&Object>) -> Option<&Object> {
    id?.as_array()?.first()
}
