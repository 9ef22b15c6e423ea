//! The form: its fields have become content, but for empty ones that wait for a signature.

use std::collections::{BTreeMap, BTreeSet};

use pdf::{Dictionary, Field, Object, ReadPdf, Reference, View};

use crate::flatten::made::Made;
use crate::flatten::report::{Done, FlattenPdf};
use crate::preflight::Active;

/// The fields of a file, by their widgets.
pub(super) struct Fields {
    fields: Vec<Field>,
    by_widget: BTreeMap<u32, usize>,
}

impl Fields {
    /// Reads the form. A form whose look readers make up is not certain.
    pub(super) fn read(view: &View<'_>) -> Result<Fields, FlattenPdf> {
        let fields = view.fields()?;
        let mut by_widget = BTreeMap::new();
        for (at, field) in fields.iter().enumerate() {
            by_widget.insert(field.reference.number, at);
            for widget in &field.widgets {
                by_widget.insert(widget.number, at);
            }
        }
        let made_up = match view.value(&view.catalog()?, b"AcroForm")? {
            Object::Dictionary(form) => {
                view.value(&form, b"NeedAppearances")? == Object::Boolean(true)
            }
            _ => false,
        };
        let written = fields.iter().find(|field| is_written(field));
        if let (true, Some(field)) = (made_up, written) {
            return Err(FlattenPdf::Uncertain {
                what: "a field whose look readers make up",
                page: None,
                object: Some(field.reference.number),
            });
        }
        Ok(Fields { fields, by_widget })
    }

    /// The field that shows itself in a widget.
    pub(super) fn of(&self, widget: Reference) -> Option<&Field> {
        let at = self.by_widget.get(&widget.number)?;
        self.fields.get(*at)
    }
}

/// Whether a reader would have to write what a field holds, had it no appearance.
pub(super) fn is_written(field: &Field) -> bool {
    matches!(field.kind.as_deref(), Some(b"Tx" | b"Ch"))
        && match field.value.as_deref() {
            None | Some(Object::Null) => false,
            Some(Object::String(text)) => !text.is_empty(),
            Some(Object::Array(chosen)) => !chosen.is_empty(),
            Some(_) => true,
        }
}

/// Leaves of the form what waits for signatures: `kept` are fields that stand on their own.
pub(super) fn settle(
    made: &mut Made<'_>,
    fields: &Fields,
    kept: &[Reference],
) -> Result<(), FlattenPdf> {
    let root = made.root()?;
    let wrong = ReadPdf::Type {
        what: "the catalog",
    };
    let Object::Dictionary(mut catalog) = made.object(root)? else {
        return Err(wrong.into());
    };
    let Object::Dictionary(form) = made.view.value(&catalog, b"AcroForm")? else {
        return Ok(());
    };
    for (key, kind) in [
        (b"XFA".as_slice(), Active::Xfa),
        (b"NeedAppearances", Active::MadeUpAppearances),
    ] {
        if !matches!(
            made.view.value(&form, key)?,
            Object::Null | Object::Boolean(false)
        ) {
            made.note(Done::Removed(kind), None, Some(root.number))?;
        }
    }
    let kept: BTreeSet<Reference> = kept.iter().copied().collect();
    for field in &fields.fields {
        let seen = field.widgets.iter().chain([&field.reference]);
        let mut seen = seen.filter(|widget| made.is_left_out(**widget));
        if seen.next().is_none() && !kept.contains(&field.reference) {
            let done = Done::Removed(Active::FormField);
            made.note(done, None, Some(field.reference.number))?;
        }
    }
    if kept.is_empty() {
        catalog.remove(b"AcroForm");
    } else {
        let mut left = Dictionary::default();
        let fields = kept.into_iter().map(Object::Reference).collect();
        left.set(b"Fields", Object::Array(fields));
        catalog.set(b"AcroForm", Object::Dictionary(left));
    }
    made.set(root, Object::Dictionary(catalog));
    Ok(())
}
