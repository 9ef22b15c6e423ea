//! What a signature shows: a widget on a page with a look of its own (ISO 32000-2, 12.5.6.19, 12.5.5).

use std::ops::Bound;

use syntax::{Dictionary, Object, ReadPdf};

use crate::compare::annotated::{NO_ROTATE, NO_ZOOM};
use crate::compare::change::ChangeKind;
use crate::compare::pages::area;
use crate::compare::step::{MAX_FRESH, Role, Shown, Step};

/// Entries of a signature field merged with its widget; none of them acts.
const KEYS: &[&[u8]] = &[
    b"Type",
    b"Subtype",
    b"FT",
    b"T",
    b"TU",
    b"TM",
    b"Ff",
    b"V",
    b"Rect",
    b"F",
    b"P",
    b"AP",
    b"MK",
    b"BS",
    b"Border",
    b"DA",
    b"Q",
    b"Lock",
    b"SV",
    b"NM",
    b"M",
    b"Contents",
    b"C",
    b"DV",
    b"StructParent",
];

/// Keys that make a look depend on something else: layers, actions, other files, other pictures for other uses.
const ACTIVE: &[&[u8]] = &[
    b"OC",
    b"OCGs",
    b"AA",
    b"JS",
    b"Ref",
    b"OPI",
    b"Alternates",
    b"URI",
    b"Launch",
    b"RichMedia",
    b"AF",
    b"EF",
];

/// 12.5.3: never shown.
const HIDDEN: i64 = 2;

/// The first entry that a signature field, or its widget, needs not; how the two belong together was looked at.
pub(super) fn foreign_key(field: &Dictionary) -> Option<String> {
    field
        .entries()
        .find(|(key, _)| !KEYS.contains(key) && !matches!(*key, b"Kids" | b"Parent"))
        .map(|(key, _)| String::from_utf8_lossy(key).into_owned())
}

impl Step<'_> {
    /// Judges the widget of a new field.
    pub(super) fn new_widget(&mut self, number: u32, field: &Dictionary) -> Result<Shown, ReadPdf> {
        let path = format!("AcroForm /Fields > {number}");
        let rectangle = self.new.value(field, b"Rect")?;
        let size = area(&rectangle);
        let flags = self.new.value(field, b"F")?.as_integer().unwrap_or(0);
        let page = self.widgets.get(&number).map(|grown| grown.page);
        let said = field.value(b"P").and_then(Object::as_reference);
        let misplaced = match (said, page) {
            (Some(said), Some(page)) => said.number != page,
            _ => false,
        };
        let is_widget = field.name(b"Subtype") == Some(b"Widget");
        // One whose numbers stand elsewhere, or that keeps its size on the screen, lies where nobody can tell.
        let unclear = (size.is_none() && rectangle != Object::Null)
            || (size.is_some_and(|size| size > 0.0) && flags & (NO_ZOOM | NO_ROTATE) != 0);
        if (page.is_some() && !is_widget) || misplaced || unclear {
            self.tell(ChangeKind::FieldAdded, Some(number), path);
            return Ok(Shown::Refused);
        }
        if let Some(said) = field.value(b"P") {
            self.settle(number, said);
        }
        for key in [b"MK".as_slice(), b"BS", b"Lock", b"SV"] {
            if let Some(value) = field.value(key)
                && !self.fresh(number, value, true)?
            {
                return Ok(Shown::Refused);
            }
        }
        let shown = self.look(number, &Dictionary::default(), field)?;
        if shown == Some(Shown::Refused) {
            return Ok(Shown::Refused);
        }
        let size = size.unwrap_or(0.0);
        if size == 0.0 || flags & HIDDEN != 0 {
            return Ok(Shown::Nothing);
        }
        let Some(page) = page else {
            // Some viewers show what only /P names.
            self.tell(
                ChangeKind::FieldAdded,
                Some(number),
                format!("{path} on no page"),
            );
            return Ok(Shown::Refused);
        };
        let numbered = self.pages()?.get(&page).copied().unwrap_or(0);
        let whole = self.page_area(page)?.unwrap_or(0.0);
        // A seal is a part of a page. A look as large as the page can stand for it.
        if size * 4.0 > whole {
            self.tell(ChangeKind::PageCovered, Some(number), path)
                .pages
                .push(numbered);
            return Ok(Shown::Refused);
        }
        Ok(Shown::OnPage(numbered))
    }

    /// Judges a new /AP: one form, all of it made by this update or as it was, nothing in it that acts. `None` if
    /// the look is the old one.
    pub(super) fn look(
        &mut self,
        number: u32,
        old: &Dictionary,
        new: &Dictionary,
    ) -> Result<Option<Shown>, ReadPdf> {
        let (before, after) = (old.value(b"AP"), new.value(b"AP"));
        let Some(value) = after.filter(|_| before != after) else {
            if let Some(value) = before {
                self.settle(number, value);
            }
            return Ok(None);
        };
        let form = match self.new.resolve(value)? {
            Object::Dictionary(looks) if looks.entries().all(|(key, _)| key == b"N") => {
                self.new.value(&looks, b"N")?
            }
            _ => Object::Null,
        };
        let is_form = form
            .as_stream()
            .is_some_and(|form| form.dictionary.name(b"Subtype") == Some(b"Form"));
        if !is_form {
            let path = format!("object {number} /AP");
            self.tell(ChangeKind::ActiveAppearance, Some(number), path);
            return Ok(Some(Shown::Refused));
        }
        if !self.fresh(number, value, true)? {
            return Ok(Some(Shown::Refused));
        }
        Ok(Some(Shown::OnPage(self.page_of(number)?.unwrap_or(0))))
    }

    /// The page, from 1, whose annotations have this object.
    pub(super) fn page_of(&mut self, number: u32) -> Result<Option<u32>, ReadPdf> {
        let page = match self.widgets.get(&number) {
            Some(grown) => Some(grown.page),
            None => self.page_with(number)?,
        };
        let pages = self.pages()?;
        Ok(page.and_then(|page| pages.get(&page).copied()))
    }

    /// The object number of the page whose annotations had this object: the first by its number. Pages are looked at once,
    /// and no more of them than are asked for.
    pub(super) fn page_with(&mut self, number: u32) -> Result<Option<u32>, ReadPdf> {
        loop {
            if let Some(page) = self.held.get(&number) {
                return Ok(Some(*page));
            }
            let left = (Bound::Excluded(self.looked), Bound::Unbounded);
            let Some((&page, _)) = self.pages()?.range(left).next() else {
                return Ok(None);
            };
            for annotation in self.annotations_before(page)? {
                self.held.entry(annotation).or_insert(page);
            }
            self.looked = page;
        }
    }

    /// The annotations that a page had, by their numbers.
    fn annotations_before(&self, page: u32) -> Result<Vec<u32>, ReadPdf> {
        let Some(reference) = self.reference_before(page) else {
            return Ok(Vec::new());
        };
        let found = self.old.dictionary_at(reference)?.unwrap_or_default();
        let annotations = self.old.value(&found, b"Annots")?;
        let each = annotations.as_array().unwrap_or_default().iter();
        let each = each.filter_map(Object::as_reference);
        Ok(each.map(|one| one.number).collect())
    }

    /// Clears everything that the update made and `object` reaches; what was there before is visited later like
    /// anything else. With `inert`, nothing made may act.
    pub(super) fn fresh(
        &mut self,
        number: u32,
        object: &Object,
        inert: bool,
    ) -> Result<bool, ReadPdf> {
        let mut left = vec![(number, object.clone())];
        let mut count = 0;
        while let Some((holder, object)) = left.pop() {
            if inert && (acts(&object) || self.is_layered(&object)?) {
                let path = format!("object {holder}");
                self.tell(ChangeKind::ActiveAppearance, Some(holder), path);
                return Ok(false);
            }
            let mut named = Vec::new();
            object.references(&mut |reference| named.push(reference));
            for reference in named {
                if !self.is_fresh(reference.number) {
                    self.queue.push_back((holder, reference));
                    continue;
                }
                if self.roles.contains_key(&reference.number) {
                    continue;
                }
                count += 1;
                if count > MAX_FRESH {
                    return Err(ReadPdf::Limit {
                        what: "objects of one signature",
                        limit: MAX_FRESH as u64,
                    });
                }
                self.roles.insert(reference.number, Role::Closed);
                left.push((reference.number, self.new.object(reference)?));
            }
        }
        Ok(true)
    }

    /// Whether what an object calls properties of its content is a layer, however old (8.11.3.2).
    fn is_layered(&self, object: &Object) -> Result<bool, ReadPdf> {
        let own = match object {
            Object::Dictionary(dictionary) => dictionary,
            Object::Stream(stream) => &stream.dictionary,
            _ => return Ok(false),
        };
        let inner = self.new.dictionary(own, b"Resources")?.unwrap_or_default();
        for resources in [own, &inner] {
            let properties = self
                .new
                .dictionary(resources, b"Properties")?
                .unwrap_or_default();
            for (_, value) in properties.entries() {
                let named = self
                    .new
                    .resolve(value)?
                    .into_dictionary()
                    .unwrap_or_default();
                if matches!(named.name(b"Type"), Some(b"OCG" | b"OCMD")) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// New annotations that no new signature field claimed.
    pub(super) fn claim_widgets(&mut self) -> Result<(), ReadPdf> {
        let left: Vec<(u32, u32)> = self
            .widgets
            .iter()
            .filter(|(_, grown)| !grown.claimed)
            .map(|(number, grown)| (*number, grown.page))
            .collect();
        for (number, page) in left {
            self.new_annotation(number, page)?;
        }
        Ok(())
    }
}

/// Whether a dictionary anywhere in an object has an entry that acts.
fn acts(object: &Object) -> bool {
    let mut left = vec![object];
    while let Some(object) = left.pop() {
        let dictionary = match object {
            Object::Array(elements) => {
                left.extend(elements);
                continue;
            }
            Object::Dictionary(dictionary) => dictionary,
            Object::Stream(stream) if stream.dictionary.value(b"F").is_some() => return true,
            Object::Stream(stream) => &stream.dictionary,
            _ => continue,
        };
        // 8.8: a programme is no picture.
        let layer = matches!(dictionary.name(b"Type"), Some(b"OCG" | b"OCMD"))
            || dictionary.name(b"Subtype") == Some(b"PS");
        for (key, value) in dictionary.entries() {
            if layer || ACTIVE.contains(&key) {
                return true;
            }
            left.push(value);
        }
    }
    false
}
