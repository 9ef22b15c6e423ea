//! Groups of fields: they may take up a signature at the end of their kids, in a field of its own
//! (ISO 32000-2, 12.7.4.1, 12.7.4.2).

use std::collections::BTreeSet;

use syntax::{Dictionary, Object, ReadPdf, Reference};

use crate::compare::change::ChangeKind;
use crate::compare::pages::differing;
use crate::compare::step::{Role, Step};
use crate::tree::{Field, MAX_LEVELS};

/// Where a new field stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Above {
    /// The group that has it; none if the form itself does.
    pub(super) parent: Option<Reference>,
    /// Full name of the group with its point, or nothing.
    pub(super) name: String,
    depth: usize,
}

impl Above {
    /// Below the group `parent` that is called `name` in full.
    pub(super) fn below(&self, parent: Reference, name: &str) -> Result<Above, ReadPdf> {
        let depth = self.depth + 1;
        ReadPdf::at_most(depth as u64, MAX_LEVELS as u64, "levels of a tree")?;
        Ok(Above {
            parent: Some(parent),
            name: format!("{name}."),
            depth,
        })
    }
}

impl Step<'_> {
    /// Groups that the update touched, and that did nothing but grow.
    pub(super) fn grown_groups(&mut self) -> Result<(), ReadPdf> {
        let groups = self.old.groups()?;
        let touched: Vec<&Field> = groups
            .iter()
            .filter(|group| self.is_touched(group.reference))
            .collect();
        if touched.is_empty() {
            return Ok(());
        }
        let mut names = self.names()?;
        for group in touched {
            self.grown_group(group, &mut names)?;
        }
        Ok(())
    }

    /// Full names of all fields and groups that were there.
    pub(super) fn names(&self) -> Result<BTreeSet<String>, ReadPdf> {
        let fields = self.old.fields()?.into_iter();
        let all = fields.chain(self.old.groups()?);
        Ok(all.map(|field| field.name).collect())
    }

    /// Whether the update wrote a group anew, or the array of its kids.
    fn is_touched(&self, group: Reference) -> bool {
        let kids = match self.new.dictionary_at(group) {
            Ok(Some(found)) => found.value(b"Kids").and_then(Object::as_reference),
            _ => None,
        };
        let mut both = kids.into_iter().chain([group]);
        both.any(|one| self.changed.contains_key(&one.number))
    }

    fn grown_group(&mut self, group: &Field, names: &mut BTreeSet<String>) -> Result<(), ReadPdf> {
        let number = group.reference.number;
        let old = self.old.dictionary_at(group.reference)?.unwrap_or_default();
        let new = self.new.dictionary_at(group.reference)?.unwrap_or_default();
        let (before, after) = (
            self.old.value(&old, b"Kids")?,
            self.new.value(&new, b"Kids")?,
        );
        let (Some(before), Some(after)) = (before.as_array(), after.as_array()) else {
            return Ok(());
        };
        let others = differing(&old, &new).iter().any(|key| key != b"Kids");
        // What else changed in it is found where the form is walked.
        let Some(added) = after.strip_prefix(before).filter(|_| !others) else {
            return Ok(());
        };
        if self.changed.contains_key(&number) {
            self.roles.entry(number).or_insert(Role::Open);
        }
        if let Some(kids) = new.value(b"Kids") {
            self.clear(kids, old.value(b"Kids"), Role::Within(number));
        }
        for (key, value) in new.entries() {
            if key != b"Kids" {
                self.settle(number, value);
            }
        }
        self.settle(number, &Object::Array(before.to_vec()));
        let above = Above::default().below(group.reference, &group.name)?;
        for kid in added {
            match kid.as_reference() {
                Some(kid) if self.is_fresh(kid.number) => self.new_field(kid, names, &above)?,
                _ => self.foreign_kid(number),
            }
        }
        Ok(())
    }

    fn foreign_kid(&mut self, group: u32) {
        let path = format!("field {group} /Kids");
        self.tell(ChangeKind::FieldAdded, Some(group), path);
    }

    /// The kids of a new group: fields that the update made, each with its name. `None` if it is no group.
    pub(super) fn new_kids(
        &mut self,
        group: Reference,
        found: &Dictionary,
    ) -> Result<Option<Vec<Reference>>, ReadPdf> {
        let Object::Array(kids) = self.new.value(found, b"Kids")? else {
            return Ok(None);
        };
        let plain = found.entries().all(|(key, value)| {
            matches!(key, b"T" | b"Parent") || (key == b"Kids" && value.as_reference().is_none())
        });
        let mut fresh = Vec::new();
        for kid in &kids {
            let Some(kid) = kid.as_reference().filter(|kid| self.is_fresh(kid.number)) else {
                return Ok(None);
            };
            let field = self.new.dictionary_at(kid)?.unwrap_or_default();
            let parent = field.value(b"Parent").and_then(Object::as_reference);
            if field.value(b"T").is_none() || parent != Some(group) {
                return Ok(None);
            }
            fresh.push(kid);
        }
        Ok(Some(fresh).filter(|fresh| plain && !fresh.is_empty()))
    }
}
