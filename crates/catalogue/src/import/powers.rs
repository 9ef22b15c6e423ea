//! Scopes of seals and delegations from their file.

use std::collections::BTreeSet;

use super::places::{Defects, Entry};
use super::{Fault, ImportError, MAX_ENTRIES, MAX_MEMBERS};
use crate::holdings::Catalogue;
use crate::key::{MatterCode, SealCode};
use crate::scope::{Delegation, DocumentPurpose, MatterScope, SealKind, SealScope};
use crate::wire;

pub(super) fn powers(catalogue: &mut Catalogue, file: &wire::Powers, defects: &mut Defects) {
    for (list, length) in [
        ("seals", file.seals.len()),
        ("delegations", file.delegations.len()),
    ] {
        if !defects.bounded(Entry::new(list, 0), "key", length, MAX_ENTRIES) {
            return;
        }
    }
    for (index, entry) in file.seals.iter().enumerate() {
        let at = Entry::new("seals", index);
        if let Some(seal) = seal(catalogue, entry, at, defects)
            && catalogue.seals.insert(seal.seal.clone(), seal).is_some()
        {
            defects.note(at, "seal_code", Fault::Twice);
        }
    }
    for (index, entry) in file.delegations.iter().enumerate() {
        let at = Entry::new("delegations", index);
        if let Some(delegation) = delegation(catalogue, entry, at, defects)
            && catalogue
                .delegations
                .insert(delegation.key.clone(), delegation)
                .is_some()
        {
            defects.note(at, "key", Fault::Twice);
        }
    }
}

impl Catalogue {
    /// The scope of one seal as an entry of `powers.json` has it, judged on this catalogue.
    ///
    /// # Errors
    /// [`ImportError`], with every defect at `seals[0]`.
    pub fn read_seal(&self, octets: &[u8]) -> Result<SealScope, ImportError> {
        let entry: wire::Seal = super::read("seals", octets)?;
        let mut defects = Defects::default();
        let scope = seal(self, &entry, Entry::new("seals", 0), &mut defects);
        let found = defects.into_found();
        match scope {
            Some(scope) if found.is_empty() => Ok(scope),
            _ => Err(ImportError::Defects(found)),
        }
    }

    /// Puts the scope of a seal in the place of the one that is here.
    pub fn put_seal(&mut self, scope: SealScope) {
        self.seals.insert(scope.seal.clone(), scope);
    }

    /// Takes a seal out: it may stand on nothing.
    pub fn drop_seal(&mut self, seal: &SealCode) {
        self.seals.remove(seal);
    }
}

fn seal(
    catalogue: &Catalogue,
    entry: &wire::Seal,
    at: Entry,
    defects: &mut Defects,
) -> Option<SealScope> {
    let seal = defects.key(at, "seal_code", &entry.seal_code);
    let name_zh = defects.text(at, "name_zh", &entry.name_zh);
    let holder = defects.department(at, "holder", (catalogue, &entry.holder));
    let kind = defects.word(at, "kind", SealKind::TABLE, &entry.kind);
    let purposes = purposes(&entry.purposes, at, defects);
    let matters = matters(catalogue, entry.matters.as_deref(), at, defects);
    let days = defects.days(at, (&entry.valid_from, entry.valid_to.as_deref()));
    // The acceptance seal stands on acceptance notices and on nothing else (domain.md 2).
    if let (Some(kind), Some(purposes)) = (kind, &purposes)
        && !purposes.iter().all(|purpose| kind.serves(*purpose))
    {
        defects.note(at, "purposes", Fault::Mismatch);
    }
    Some(SealScope {
        seal: seal?,
        name_zh: name_zh?,
        holder: holder?,
        kind: kind?,
        purposes: purposes?,
        matters: matters?,
        days: days?,
    })
}

fn delegation(
    catalogue: &Catalogue,
    entry: &wire::Delegation,
    at: Entry,
    defects: &mut Defects,
) -> Option<Delegation> {
    let key = defects.key(at, "key", &entry.key);
    let from = defects.department(at, "from", (catalogue, &entry.from));
    let to = defects.department(at, "to", (catalogue, &entry.to));
    let purposes = purposes(&entry.purposes, at, defects);
    let matters = matters(catalogue, entry.matters.as_deref(), at, defects);
    let days = defects.days(at, (&entry.valid_from, entry.valid_to.as_deref()));
    let revoked_from = match entry.revoked_from.as_deref() {
        Some(text) => defects.date(at, "revoked_from", text).map(Some),
        None => Some(None),
    };
    if entry.from == entry.to {
        defects.note(at, "to", Fault::Mismatch);
    }
    Some(Delegation {
        key: key?,
        from: from?,
        to: to?,
        purposes: purposes?,
        matters: matters?,
        days: days?,
        revoked_from: revoked_from?,
    })
}

fn purposes(
    entries: &[String],
    at: Entry,
    defects: &mut Defects,
) -> Option<BTreeSet<DocumentPurpose>> {
    if entries.is_empty() {
        defects.note(at, "purposes", Fault::Mismatch);
        return None;
    }
    if !defects.bounded(at, "purposes", entries.len(), MAX_MEMBERS) {
        return None;
    }
    let table = DocumentPurpose::ALL.map(|purpose| (purpose.code(), purpose));
    let purposes: Vec<_> = entries
        .iter()
        .map(|word| defects.word(at, "purposes", &table, word))
        .collect();
    purposes.into_iter().collect()
}

fn matters(
    catalogue: &Catalogue,
    entries: Option<&[String]>,
    at: Entry,
    defects: &mut Defects,
) -> Option<MatterScope> {
    let Some(entries) = entries else {
        return Some(MatterScope::Every);
    };
    if !defects.bounded(at, "matters", entries.len(), MAX_ENTRIES) {
        return None;
    }
    let mut listed = BTreeSet::new();
    for entry in entries {
        let code: MatterCode = defects.key(at, "matters", entry)?;
        if !catalogue.matters.contains_key(&code) {
            defects.note(at, "matters", Fault::Unknown);
        }
        listed.insert(code);
    }
    Some(MatterScope::Listed(listed))
}
