//! The interactive form may take up a signature, in a new field or in one that waited for it
//! (ISO 32000-2, 12.7.3, 12.7.5.5).

use std::collections::BTreeSet;

use syntax::{Dictionary, Object, ReadPdf, Reference};

use crate::compare::change::ChangeKind;
use crate::compare::groups::Above;
use crate::compare::pages::differing;
use crate::compare::step::{Role, Shown, Step};
use crate::compare::widget::foreign_key;
use crate::font::{is_drawn_by_readers, is_standard};
use crate::signature::SubFilter;
use crate::tree::{Field, text};

/// 12.7.3, table 225: signatures exist, and append only.
const SIGNATURE_FLAGS: i64 = 3;

impl Step<'_> {
    /// Compares the forms.
    pub(super) fn form(
        &mut self,
        (old, new): (Option<&Object>, Option<&Object>),
        root: u32,
    ) -> Result<(), ReadPdf> {
        let before = self.old.form()?;
        let after = self.new.form()?;
        let Some(value) = new else {
            if old.is_some() {
                self.tell(
                    ChangeKind::FormChanged,
                    Some(root),
                    "catalog /AcroForm".to_owned(),
                );
            }
            return Ok(());
        };
        self.clear(value, old, Role::Within(root));
        let holder = value.as_reference().map_or(root, |form| form.number);
        for key in differing(&before, &after) {
            let allowed = match key.as_slice() {
                b"Fields" => true,
                b"SigFlags" => flags_grew(before.value(&key), after.value(&key)),
                // 12.7.3: defaults for text that no signature shows; may come, not change.
                b"DA" => before.value(&key).is_none(),
                // Looked at whether it differs or not: what it names may have grown.
                b"DR" => true,
                _ => false,
            };
            if !allowed {
                let path = format!("AcroForm /{}", String::from_utf8_lossy(&key));
                self.tell(ChangeKind::FormChanged, Some(holder), path);
            }
        }
        for (key, value) in after.entries() {
            if key != b"Fields" && key != b"DR" {
                self.settle(holder, value);
            }
        }
        if !self.defaults((before.value(b"DR"), after.value(b"DR")), holder)? {
            self.tell(
                ChangeKind::FormChanged,
                Some(holder),
                "AcroForm /DR".to_owned(),
            );
        }
        self.field_list((before.value(b"Fields"), after.value(b"Fields")), holder)?;
        self.signed_fields()
    }

    /// Defaults may take up fonts and encodings that do nothing by themselves; what they have stays.
    fn defaults(
        &mut self,
        (old, new): (Option<&Object>, Option<&Object>),
        holder: u32,
    ) -> Result<bool, ReadPdf> {
        let Some(value) = new else {
            return Ok(old.is_none());
        };
        let before = self.old_dictionary(old)?;
        let Object::Dictionary(after) = self.new.resolve(value)? else {
            return Ok(false);
        };
        self.clear(value, old, Role::Within(holder));
        let own = value.as_reference().map_or(holder, |own| own.number);
        if value.as_reference().is_some() {
            self.settle(holder, value);
        }
        let mut good = before.entries().all(|(key, _)| after.value(key).is_some());
        for (kind, value) in after.entries() {
            let had = before.value(kind);
            if matches!(kind, b"Font" | b"Encoding") {
                good &= self.default_kind((had, value), own, kind == b"Font")?;
            } else {
                good &= had == Some(value);
                self.settle(own, value);
            }
        }
        Ok(good)
    }

    /// The fonts of the defaults, or their encodings.
    fn default_kind(
        &mut self,
        (old, new): (Option<&Object>, &Object),
        holder: u32,
        fonts: bool,
    ) -> Result<bool, ReadPdf> {
        let before = self.old_dictionary(old)?;
        let Object::Dictionary(after) = self.new.resolve(new)? else {
            return Ok(false);
        };
        self.clear(new, old, Role::Within(holder));
        let own = new.as_reference().map_or(holder, |own| own.number);
        if new.as_reference().is_some() {
            self.settle(holder, new);
        }
        let mut good = before
            .entries()
            .all(|(name, had)| after.value(name) == Some(had));
        for (name, value) in after.entries() {
            if before.value(name).is_some() {
                self.settle(own, value);
                continue;
            }
            let font = self.new.resolve(value)?.into_dictionary();
            let font = font.unwrap_or_default();
            good &=
                !fonts || is_standard(&self.new, &font)? || is_drawn_by_readers(&self.new, &font)?;
            good = good && self.fresh(own, value, true)?;
        }
        Ok(good)
    }

    fn field_list(
        &mut self,
        (old, new): (Option<&Object>, Option<&Object>),
        holder: u32,
    ) -> Result<(), ReadPdf> {
        let list = |view: crate::file::View<'_>, value: Option<&Object>| match value {
            None => Ok(Vec::new()),
            Some(value) => match view.resolve(value)? {
                Object::Array(elements) => Ok(elements),
                _ => Err(ReadPdf::Type { what: "/Fields" }),
            },
        };
        let before = list(self.old, old)?;
        let after = list(self.new, new)?;
        if let Some(new) = new {
            self.clear(new, old, Role::Within(holder));
        }
        self.settle(holder, &Object::Array(before.clone()));
        let Some(added) = after.strip_prefix(before.as_slice()) else {
            let path = "AcroForm /Fields".to_owned();
            self.tell(ChangeKind::FieldRemoved, Some(holder), path);
            return Ok(());
        };
        if added.is_empty() {
            return Ok(());
        }
        let mut names = self.names()?;
        for field in added {
            match field.as_reference() {
                Some(field) if self.is_fresh(field.number) => {
                    self.new_field(field, &mut names, &Above::default())?;
                }
                _ => {
                    let path = "AcroForm /Fields".to_owned();
                    self.tell(ChangeKind::FieldAdded, Some(holder), path);
                }
            }
        }
        Ok(())
    }

    /// A field that the update made: a signature with its own widget, or nothing.
    pub(super) fn new_field(
        &mut self,
        reference: Reference,
        names: &mut BTreeSet<String>,
        above: &Above,
    ) -> Result<(), ReadPdf> {
        let number = reference.number;
        // Whatever is told of the field is told of its widget.
        if let Some(grown) = self.widgets.get_mut(&number) {
            grown.claimed = true;
        }
        let refuse = |step: &mut Self, kind, what: &str| {
            let path = format!("AcroForm /Fields > {number} {what}");
            step.tell(kind, Some(number), path);
        };
        let Object::Dictionary(field) = self.new.object(reference)? else {
            refuse(self, ChangeKind::FieldAdded, "");
            return Ok(());
        };
        // 12.7.4.2: a name of its own, in one part.
        let own = field.value(b"T").and_then(Object::as_string).map(text);
        let own = own.filter(|own| !own.is_empty() && !own.contains('.'));
        let name = own.map(|own| format!("{}{own}", above.name));
        let Some(name) = name.filter(|name| names.insert(name.clone())) else {
            refuse(self, ChangeKind::FieldNameTaken, "/T");
            return Ok(());
        };
        if field.value(b"Parent").and_then(Object::as_reference) != above.parent {
            refuse(self, ChangeKind::FieldAdded, "/Parent");
            return Ok(());
        }
        if let Some(kids) = self.new_kids(reference, &field)? {
            self.roles.entry(number).or_insert(Role::Closed);
            let below = above.below(reference, &name)?;
            return kids
                .into_iter()
                .try_for_each(|kid| self.new_field(kid, names, &below));
        }
        let Some((widget, shape)) = self.only_widget(reference, &field)? else {
            refuse(self, ChangeKind::FieldAdded, "/Kids");
            return Ok(());
        };
        // 12.7.4.1: some name the signature as the field's default too.
        let is_reset = field
            .value(b"DV")
            .is_some_and(|value| field.value(b"V") != Some(value));
        let foreign = is_reset.then(|| "DV".to_owned());
        if let Some(key) = foreign
            .or_else(|| foreign_key(&field))
            .or_else(|| foreign_key(&shape))
        {
            refuse(self, ChangeKind::FieldAdded, &format!("/{key}"));
            return Ok(());
        }
        if field.name(b"FT") != Some(b"Sig") || field.value(b"V").is_none() {
            refuse(self, ChangeKind::FieldAdded, "/FT");
            return Ok(());
        }
        self.roles.entry(number).or_insert(Role::Closed);
        let Some(sub_filter) = self.new_signature(number, &name, &field)? else {
            return Ok(());
        };
        let shown = self.new_widget(widget, &shape)?;
        self.signed_anew((number, name), (widget, &shape), (shown, sub_filter))
    }

    fn signed_anew(
        &mut self,
        (number, name): (u32, String),
        (widget, shape): (u32, &Dictionary),
        (shown, sub_filter): (Shown, SubFilter),
    ) -> Result<(), ReadPdf> {
        let nothing = Dictionary::default();
        let hides =
            matches!(shown, Shown::OnPage(_)) && self.hides_words(widget, (&nothing, shape))?;
        let kind = match (&shown, sub_filter) {
            (Shown::Refused, _) => return Ok(()),
            _ if hides => ChangeKind::FieldCovers,
            (Shown::Nothing, SubFilter::TimeStamp) => ChangeKind::TimeStampAdded,
            (Shown::Nothing, _) => ChangeKind::SignatureAdded,
            (Shown::OnPage(_), _) => ChangeKind::VisibleSignatureAdded,
        };
        let covers = match (&shown, self.widgets.get(&widget).map(|grown| grown.page)) {
            (Shown::OnPage(_), Some(page)) => self.covers(page, shape)?,
            _ => false,
        };
        let change = self.tell(kind, None, format!("AcroForm /Fields > {number}"));
        change.object = Some(number);
        change.field = Some(name);
        if let Shown::OnPage(page) = shown {
            change.pages.push(page);
            change.covers = covers;
        }
        Ok(())
    }

    /// The one widget of a new field: the field itself, or an object of its own that the update made too. `None` if
    /// there are others.
    fn only_widget(
        &mut self,
        field: Reference,
        found: &Dictionary,
    ) -> Result<Option<(u32, Dictionary)>, ReadPdf> {
        let Some(kids) = found.value(b"Kids") else {
            return Ok(Some((field.number, found.clone())));
        };
        let Object::Array(kids) = kids else {
            return Ok(None);
        };
        let [Object::Reference(kid)] = kids.as_slice() else {
            return Ok(None);
        };
        let Object::Dictionary(widget) = self.new.object(*kid)? else {
            return Ok(None);
        };
        let parent = widget.value(b"Parent").and_then(Object::as_reference);
        let is_field = [b"T".as_slice(), b"FT", b"V", b"Kids"]
            .iter()
            .any(|key| widget.value(key).is_some());
        if !self.is_fresh(kid.number) || parent != Some(field) || is_field {
            return Ok(None);
        }
        self.roles.entry(kid.number).or_insert(Role::Closed);
        if let Some(grown) = self.widgets.get_mut(&kid.number) {
            grown.claimed = true;
        }
        Ok(Some((kid.number, widget)))
    }

    /// The dictionary that a field newly shows: made by this update, sound, and this field's own.
    fn new_signature(
        &mut self,
        number: u32,
        name: &str,
        field: &Dictionary,
    ) -> Result<Option<SubFilter>, ReadPdf> {
        let revision = self.revision();
        let made = self.signatures.iter().find(|signature| {
            signature.revision() == revision
                && signature.field().number == number
                && signature.name() == name
        });
        let fault = match made.map(|made| made.value()) {
            Some(Ok(value)) => {
                let sub_filter = value.sub_filter();
                let value = field
                    .value(b"V")
                    .and_then(Object::as_reference)
                    .filter(|value| self.is_fresh(value.number));
                if let Some(value) = value {
                    self.fresh(number, &Object::Reference(value), false)?;
                    return Ok(Some(sub_filter));
                }
                "its dictionary is not of this update".to_owned()
            }
            Some(Err(fault)) => fault.code().to_owned(),
            None => "no signature".to_owned(),
        };
        let path = format!("field {name}: {fault}");
        let kind = ChangeKind::BrokenSignatureAdded;
        self.tell(kind, Some(number), path).field = Some(name.to_owned());
        Ok(None)
    }

    /// Fields that were there, touched by the update: signed if they waited for it, else changed.
    fn signed_fields(&mut self) -> Result<(), ReadPdf> {
        let touched = |step: &Self, number: u32| {
            step.changed.contains_key(&number) && !step.roles.contains_key(&number)
        };
        let any = self
            .changed
            .iter()
            .any(|(number, listed)| listed.existed() && !self.roles.contains_key(number));
        if !any {
            return Ok(());
        }
        self.grown_groups()?;
        for field in self.old.fields()? {
            let mut objects = vec![field.reference];
            objects.extend(&field.widgets);
            let any = objects.iter().any(|object| touched(self, object.number));
            if field.kind.as_deref() == Some(b"Sig") {
                if any {
                    self.signed_field(&field)?;
                }
                continue;
            }
            let mut any = any;
            for object in &objects {
                any |= self.redrawn(*object)?;
            }
            if any {
                self.filled_field(&field)?;
            }
        }
        Ok(())
    }

    /// Whether the look of a widget was written anew in its place.
    fn redrawn(&self, widget: Reference) -> Result<bool, ReadPdf> {
        let widget = self.old.dictionary_at(widget)?.unwrap_or_default();
        let looks = self.old.dictionary(&widget, b"AP")?.unwrap_or_default();
        let normal = looks.value(b"N").and_then(Object::as_reference);
        Ok(normal.is_some_and(|normal| self.changed.contains_key(&normal.number)))
    }

    fn signed_field(&mut self, field: &Field) -> Result<(), ReadPdf> {
        let number = field.reference.number;
        let mut shown = Shown::Nothing;
        for reference in std::iter::once(&field.reference).chain(&field.widgets) {
            let (old, new) = (self.old.object(*reference)?, self.new.object(*reference)?);
            let (Object::Dictionary(old), Object::Dictionary(new)) = (old, new) else {
                return self.refuse_field(field, ChangeKind::FieldChanged, "");
            };
            for key in differing(&old, &new) {
                let kind = match key.as_slice() {
                    b"V" if field.value.is_some() => ChangeKind::SignatureChanged,
                    b"V" | b"AP" if field.value.is_none() => continue,
                    // 12.5.3: printed and locked, as a seal is; never hidden or shown.
                    b"F" if field.value.is_none()
                        && flags_kept(old.value(&key), new.value(&key)) =>
                    {
                        continue;
                    }
                    b"M" | b"TU" if field.value.is_none() => continue,
                    key if field.value.is_none()
                        && self.completes(key, (&old, &new), *reference)? =>
                    {
                        continue;
                    }
                    _ => ChangeKind::FieldChanged,
                };
                return self.refuse_field(field, kind, &String::from_utf8_lossy(&key));
            }
            self.roles.entry(reference.number).or_insert(Role::Open);
            for (key, value) in new.entries() {
                if !matches!(key, b"V" | b"AP" | b"DV") {
                    self.settle(reference.number, value);
                }
            }
            if let Some(page) = self.look(reference.number, &old, &new)? {
                shown = page;
                if page != Shown::Refused && self.hides_words(reference.number, (&old, &new))? {
                    return self.refuse_field(field, ChangeKind::FieldCovers, "AP");
                }
            }
        }
        if matches!(shown, Shown::Refused) {
            return Ok(());
        }
        let Object::Dictionary(new) = self.new.object(field.reference)? else {
            return Ok(());
        };
        if self.new_signature(number, &field.name, &new)?.is_some() {
            let change = self.tell(
                ChangeKind::FieldSigned,
                None,
                format!("field {}", field.name),
            );
            change.object = Some(number);
            change.field = Some(field.name.clone());
            if let Shown::OnPage(page) = shown {
                change.pages.push(page);
            }
        }
        Ok(())
    }

    /// What a writer adds to a waiting field that lacked it, and that says nothing new.
    fn completes(
        &mut self,
        key: &[u8],
        (old, new): (&Dictionary, &Dictionary),
        widget: Reference,
    ) -> Result<bool, ReadPdf> {
        if old.value(key).is_some() {
            return Ok(false);
        }
        Ok(match key {
            b"Type" => new.name(key) == Some(b"Annot"),
            b"DV" => new.value(key) == new.value(b"V"),
            b"MK" => new
                .value(key)
                .and_then(Object::as_dictionary)
                .is_some_and(Dictionary::is_empty),
            b"P" => {
                let said = new.value(key).and_then(Object::as_reference);
                let numbered = said.and_then(|page| self.pages().ok()?.get(&page.number).copied());
                numbered.is_some() && self.page_of(widget.number)? == numbered
            }
            _ => false,
        })
    }

    pub(super) fn refuse_field(
        &mut self,
        field: &Field,
        kind: ChangeKind,
        key: &str,
    ) -> Result<(), ReadPdf> {
        let number = field.reference.number;
        for widget in &field.widgets {
            if self.changed.contains_key(&widget.number) {
                self.roles.entry(widget.number).or_insert(Role::Refused);
            }
        }
        let page = self.page_of(number)?;
        let change = self.tell(kind, Some(number), format!("field {} /{key}", field.name));
        change.field = Some(field.name.clone());
        change.pages.extend(page);
        Ok(())
    }
}

/// Print and Locked may come; what hides or turns stays as it was.
fn flags_kept(old: Option<&Object>, new: Option<&Object>) -> bool {
    const PRINT_LOCKED: i64 = 4 | 128;
    let old = old.and_then(Object::as_integer).unwrap_or(0);
    let new = new.and_then(Object::as_integer).unwrap_or(0);
    old & !PRINT_LOCKED == new & !PRINT_LOCKED && old & !new == 0
}

fn flags_grew(old: Option<&Object>, new: Option<&Object>) -> bool {
    let old = old.and_then(Object::as_integer).unwrap_or(0);
    match new {
        Some(Object::Integer(new)) => old & !new == 0 && new & !(SIGNATURE_FLAGS | old) == 0,
        _ => false,
    }
}
