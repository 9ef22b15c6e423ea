//! Annotations that a certification permits: marks on what is there, and remarks beside it (ISO 32000-2, 12.5,
//! 12.8.2.2; T-V3: permission never extends to covering what was certified).

use syntax::{Dictionary, Object, Place, ReadPdf};

use crate::compare::change::ChangeKind;
use crate::compare::filled::shortened;
use crate::compare::marker::{REMARKS, Shade, is_remark, lay};
use crate::compare::pages::differing;
use crate::compare::step::{Grown, Role, Shown, Step};
use crate::marks::{Area, Marks};
use crate::signature::SignatureField;
use crate::tree::text;

/// Those that lie on text by their nature.
const ON_TEXT: &[&[u8]] = &[b"Highlight", b"Underline", b"Squiggly", b"StrikeOut"];

/// 12.5.3, table 167.
pub(super) const NO_ZOOM: i64 = 8;
pub(super) const NO_ROTATE: i64 = 16;

/// Entries of such annotations; none of them acts.
const KEYS: &[&[u8]] = &[
    b"Type",
    b"Subtype",
    b"Rect",
    b"Contents",
    b"P",
    b"NM",
    b"M",
    b"F",
    b"AP",
    b"Border",
    b"C",
    b"CA",
    b"ca",
    b"BM",
    b"Lang",
    b"T",
    b"Popup",
    b"Parent",
    b"RC",
    b"CreationDate",
    b"IRT",
    b"Subj",
    b"RT",
    b"IT",
    b"QuadPoints",
    b"Name",
    b"Open",
    b"State",
    b"StateModel",
    b"DA",
    b"DS",
    b"Q",
    b"CL",
    b"BE",
    b"BS",
    b"RD",
    b"LE",
    b"L",
    b"IC",
    b"LL",
    b"LLE",
    b"LLO",
    b"Cap",
    b"CO",
    b"CP",
    b"Vertices",
    b"InkList",
    b"Sy",
    b"Rotate",
    b"StructParent",
];

impl Step<'_> {
    /// A new annotation that no field has.
    pub(super) fn new_annotation(&mut self, number: u32, page: u32) -> Result<(), ReadPdf> {
        let numbered = self.pages()?.get(&page).copied();
        let path = format!("page {} /Annots > {number}", numbered.unwrap_or(0));
        let reference = self.reference(number);
        let remark = reference.map(|reference| self.new.dictionary_at(reference));
        // What is no dictionary has no kind that is permitted.
        let remark = remark.transpose()?.flatten().unwrap_or_default();
        let after = words(&remark);
        let Some(kind) = self.remark(number, page, &remark)? else {
            return Ok(());
        };
        let object = (kind != ChangeKind::Annotated).then_some(number);
        let change = self.tell(kind, object, path);
        change.object = Some(number);
        change.pages.extend(numbered);
        change.after = after;
        Ok(())
    }

    /// Whether nobody signed a remark: it came after the last signature before this update.
    fn is_unsigned(&self, number: u32) -> bool {
        let revision = self.revision();
        let signed = self.signatures.iter().map(SignatureField::revision);
        let last = signed
            .filter(|signed| *signed < revision)
            .max()
            .unwrap_or(0);
        let place = self.old.file().at(last).place(number);
        matches!(place, None | Some((Place::Free, _)))
    }

    /// The annotations of a page without those that were taken back and that nobody signed.
    pub(super) fn without_withdrawn(
        &mut self,
        page: u32,
        before: &[Object],
        after: &[Object],
    ) -> Result<Vec<Object>, ReadPdf> {
        let mut left = Vec::new();
        for annotation in before {
            let reference = annotation
                .as_reference()
                .filter(|_| !after.contains(annotation));
            let Some(reference) = reference.filter(|gone| self.is_unsigned(gone.number)) else {
                left.push(annotation.clone());
                continue;
            };
            let found = self.old.dictionary_at(reference)?.unwrap_or_default();
            if !is_remark(&found) {
                left.push(annotation.clone());
                continue;
            }
            let path = format!("page {page} /Annots > {}", reference.number);
            let change = self.tell(ChangeKind::Withdrawn, None, path);
            change.object = Some(reference.number);
            change.pages.push(page);
            change.before = words(&found);
        }
        Ok(left)
    }

    /// A remark that was there: one that nobody signed is judged anew; another may get its window.
    pub(super) fn changed_remark(
        &mut self,
        number: u32,
        (old, new): (&Dictionary, &Dictionary),
    ) -> Result<(), ReadPdf> {
        let Some(page) = self.page_with(number)? else {
            return Ok(());
        };
        if self.is_unsigned(number) {
            let grown = Grown {
                page,
                claimed: false,
            };
            self.widgets.entry(number).or_insert(grown);
            return Ok(());
        }
        let window = |value: &Object| {
            let window = value.as_reference().map(|window| window.number);
            window.is_some_and(|window| self.widgets.contains_key(&window))
        };
        let only = differing(old, new).iter().all(|key| match key.as_slice() {
            b"M" => new.value(key).and_then(Object::as_string).is_some(),
            b"Popup" => old.value(key).is_none() && new.value(key).is_some_and(window),
            _ => false,
        });
        if !only {
            return Ok(());
        }
        self.roles.insert(number, Role::Open);
        for (_, value) in new.entries().filter(|(key, _)| *key != b"Popup") {
            self.settle(number, value);
        }
        let pages = self.pages()?.get(&page).copied();
        let path = format!("page {} /Annots > {number}", pages.unwrap_or(0));
        let change = self.tell(ChangeKind::Annotated, None, path);
        change.object = Some(number);
        change.pages.extend(pages);
        Ok(())
    }

    /// What to tell of it; nothing if that was done.
    fn remark(
        &mut self,
        number: u32,
        page: u32,
        remark: &Dictionary,
    ) -> Result<Option<ChangeKind>, ReadPdf> {
        let Some(kind) = remark
            .name(b"Subtype")
            .filter(|kind| REMARKS.contains(kind))
        else {
            return Ok(Some(ChangeKind::AnnotationAdded));
        };
        if is_misplaced(remark, page) || remark.entries().any(|(key, _)| !KEYS.contains(&key)) {
            return Ok(Some(ChangeKind::AnnotationAdded));
        }
        let role = if self.is_fresh(number) {
            Role::Closed
        } else {
            Role::Open
        };
        self.roles.insert(number, role);
        let looks = match self.look(number, &Dictionary::default(), remark)? {
            Some(Shown::Refused) => return Ok(None),
            look => look.is_some(),
        };
        if !self.fresh(number, &Object::Dictionary(remark.clone()), true)? {
            return Ok(None);
        }
        let flags = remark.value(b"F").and_then(Object::as_integer).unwrap_or(0);
        let covers = match kind {
            b"Popup" => looks || remark.value(b"Open") == Some(&Object::Boolean(true)),
            b"Text" if !looks => false,
            kind if ON_TEXT.contains(&kind) => !self.lay(page, remark)?,
            // 12.5.3: what keeps its size or its way up on the screen lies elsewhere than it says.
            _ if flags & (NO_ZOOM | NO_ROTATE) != 0 => true,
            _ => self.covers(page, remark)?,
        };
        Ok(Some(if covers {
            ChangeKind::AnnotationCovers
        } else {
            ChangeKind::Annotated
        }))
    }

    /// Lays a marker on its page, on all those that are there; whether the text can still be read.
    fn lay(&mut self, page: u32, remark: &Dictionary) -> Result<bool, ReadPdf> {
        if !self.shades.contains_key(&page) {
            let mut shade = Shade::default();
            let reference = self.reference_before(page);
            let found = reference.map(|page| self.old.dictionary_at(page));
            let found = found.transpose()?.flatten().unwrap_or_default();
            let annotations = self.old.value(&found, b"Annots")?;
            for annotation in annotations.as_array().unwrap_or_default() {
                let old = self.old.resolve(annotation)?.into_dictionary();
                if let Some(old) = old.filter(|old| old.name(b"Subtype").is_some_and(is_on_text)) {
                    lay(&self.old, &old, &mut shade)?;
                }
            }
            self.shades.insert(page, shade);
        }
        let shade = self.shades.entry(page).or_default();
        lay(&self.new, remark, shade)
    }

    /// Whether an annotation lies over something that its page said before.
    pub(super) fn covers(&mut self, page: u32, annotation: &Dictionary) -> Result<bool, ReadPdf> {
        let Some(area) = Area::of(&self.new.value(annotation, b"Rect")?) else {
            return Ok(true);
        };
        let mut areas = vec![area];
        areas.extend(reach(annotation));
        let marks = self.marks_of(page)?;
        Ok(marks.is_none_or(|marks| areas.iter().any(|area| marks.touch(area))))
    }

    /// Where a page said something before; `None` if it was not there.
    pub(super) fn marks_of(&mut self, page: u32) -> Result<Option<&Marks>, ReadPdf> {
        if !self.marks.contains_key(&page) {
            let Some(reference) = self.reference_before(page) else {
                return Ok(None);
            };
            let marks = self
                .old
                .marks(reference, &|number| self.changed.contains_key(&number))?;
            self.marks.insert(page, marks);
        }
        Ok(self.marks.get(&page))
    }
}

fn is_on_text(kind: &[u8]) -> bool {
    ON_TEXT.contains(&kind)
}

/// Where a remark is drawn by its own points, whatever its rectangle says (12.5.6.6 to 12.5.6.13).
fn reach(remark: &Dictionary) -> Option<Area> {
    let mut numbers = Vec::new();
    for key in [b"L".as_slice(), b"CL", b"Vertices", b"InkList", b"Path"] {
        let mut left: Vec<&Object> = remark.value(key).into_iter().collect();
        while let Some(value) = left.pop() {
            match value {
                Object::Array(elements) => left.extend(elements.iter().rev()),
                value => numbers.extend(value.as_number()),
            }
        }
    }
    let number = |key: &[u8]| {
        remark
            .value(key)
            .and_then(Object::as_number)
            .unwrap_or(0.0)
            .abs()
    };
    let style = remark.value(b"BS").and_then(Object::as_dictionary);
    let width = style
        .and_then(|style| style.value(b"W"))
        .and_then(Object::as_number);
    let border = remark.value(b"Border").and_then(Object::as_array);
    let border = border
        .and_then(|border| border.get(2))
        .and_then(Object::as_number);
    let beside = number(b"LL") + number(b"LLE") + number(b"LLO");
    let points: Vec<(f64, f64)> = numbers
        .chunks_exact(2)
        .filter_map(|pair| Some((*pair.first()?, *pair.last()?)))
        .collect();
    let by = width.or(border).unwrap_or(1.0).abs() / 2.0 + beside;
    Area::around(&points).map(|area| area.grown(by))
}

/// What a remark says.
fn words(remark: &Dictionary) -> Option<String> {
    let said = remark.value(b"Contents")?.as_string()?;
    Some(shortened(&text(said)))
}

/// Whether it says that it is of another page than the one that has it.
fn is_misplaced(remark: &Dictionary, page: u32) -> bool {
    let said = remark.value(b"P").and_then(Object::as_reference);
    said.is_some_and(|said| said.number != page)
}
