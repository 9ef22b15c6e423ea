//! Annotations that a certification permits: marks on what is there, and remarks beside it (ISO 32000-2, 12.5,
//! 12.8.2.2; T-V3: permission never extends to covering what was certified).

use syntax::{Dictionary, Object, ReadPdf};

use crate::compare::change::ChangeKind;
use crate::compare::filled::shortened;
use crate::compare::step::{Role, Shown, Step};
use crate::compare::typed::lightness;
use crate::marks::Area;
use crate::tree::text;

/// Kinds that remark and do nothing.
const REMARKS: &[&[u8]] = &[
    b"Text",
    b"Popup",
    b"FreeText",
    b"Line",
    b"Square",
    b"Circle",
    b"Polygon",
    b"PolyLine",
    b"Stamp",
    b"Caret",
    b"Ink",
    b"Highlight",
    b"Underline",
    b"Squiggly",
    b"StrikeOut",
];
/// Those that lie on text by their nature.
const ON_TEXT: &[&[u8]] = &[b"Highlight", b"Underline", b"Squiggly", b"StrikeOut"];

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
        self.roles.insert(number, Role::Closed);
        let looks = match self.look(number, &Dictionary::default(), remark)? {
            Some(Shown::Refused) => return Ok(None),
            look => look.is_some(),
        };
        if !self.fresh(number, &Object::Dictionary(remark.clone()), true)? {
            return Ok(None);
        }
        let covers = match kind {
            b"Popup" => looks || remark.value(b"Open") == Some(&Object::Boolean(true)),
            b"Text" if !looks => false,
            kind if ON_TEXT.contains(&kind) && looks => !self.seen_through(remark)?,
            kind if ON_TEXT.contains(&kind) => !is_light(remark),
            _ => self.covers(page, remark)?,
        };
        Ok(Some(if covers {
            ChangeKind::AnnotationCovers
        } else {
            ChangeKind::Annotated
        }))
    }

    fn seen_through(&self, remark: &Dictionary) -> Result<bool, ReadPdf> {
        let looks = self.new.dictionary(remark, b"AP")?.unwrap_or_default();
        match self.new.value(&looks, b"N")? {
            Object::Stream(form) => self.lets_through(&form, (false, 0)),
            _ => Ok(false),
        }
    }

    /// Whether an annotation lies over something that its page said before.
    pub(super) fn covers(&mut self, page: u32, annotation: &Dictionary) -> Result<bool, ReadPdf> {
        let Some(area) = Area::of(&self.new.value(annotation, b"Rect")?) else {
            return Ok(true);
        };
        if !self.marks.contains_key(&page) {
            let Some(reference) = self.reference_before(page) else {
                return Ok(true);
            };
            let marks = self.old.marks(reference)?;
            self.marks.insert(page, marks);
        }
        Ok(self.marks.get(&page).is_none_or(|marks| marks.touch(&area)))
    }
}

/// Whether a marker that readers draw is of a colour on which text is read, its lines thin.
fn is_light(remark: &Dictionary) -> bool {
    let numbers = |key: &[u8]| -> Option<Vec<f64>> {
        let found = remark.value(key)?.as_array()?;
        found.iter().map(Object::as_number).collect()
    };
    let is_line = remark.name(b"Subtype") != Some(b"Highlight");
    let light = numbers(b"C").and_then(|numbers| lightness(&numbers));
    let thick = remark.value(b"BS").is_some() || remark.value(b"Border").is_some();
    (is_line && !thick) || (!is_line && light.is_none_or(|light| light >= 0.3))
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
