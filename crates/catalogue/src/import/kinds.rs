//! Licence types from their file.

use std::collections::BTreeSet;

use super::places::{Defects, Entry};
use super::{Fault, MAX_ENTRIES, MAX_MEMBERS};
use crate::holdings::Catalogue;
use crate::key::TypeKey;
use crate::kind::{
    Ending, Field, FieldKind, FileFormat, HolderKind, LicenceType, MergedType, Paper, Sensitivity,
    Suite,
};
use crate::validity::{MAX_YEARS, ValidityRule, parse_bands, parse_steps};
use crate::wire;

/// Longest life of a presentation (T-P7: 300 s for organisations).
const MAX_PRESENTATION: u32 = 300;

pub(super) fn kinds(catalogue: &mut Catalogue, file: &wire::LicenceTypes, defects: &mut Defects) {
    let whole = Entry::new("types", 0);
    if !defects.bounded(whole, "key", file.types.len(), MAX_ENTRIES) {
        return;
    }
    let known: BTreeSet<&str> = file.types.iter().map(|entry| entry.key.as_str()).collect();
    for (index, entry) in file.types.iter().enumerate() {
        let at = Entry::new("types", index);
        let Some(kind) = licence_type(catalogue, entry, at, defects) else {
            continue;
        };
        for (member, others) in [
            ("component_of", &kind.component_of),
            ("predecessors", &kind.predecessors),
        ] {
            for other in others {
                if !known.contains(other.as_str()) {
                    defects.note(at, member, Fault::Unknown);
                }
            }
        }
        // Dependence goes one way: nothing presupposes itself.
        if kind.predecessors.contains(&kind.key) {
            defects.note(at, "predecessors", Fault::Mismatch);
        }
        let (key, code) = (kind.key.clone(), kind.code.clone());
        if catalogue.types.insert(key.clone(), kind).is_some() {
            defects.note(at, "key", Fault::Twice);
        }
        if catalogue.type_codes.insert(code, key).is_some() {
            defects.note(at, "type_code", Fault::Twice);
        }
    }
    for (index, merged) in file.merged_types.iter().enumerate() {
        let at = Entry::new("merged_types", index);
        if !known.contains(merged.successor.as_str()) {
            defects.note(at, "successor", Fault::Unknown);
        }
        if let Some(merged) = merged_type(merged, at, defects) {
            catalogue.merged.push(merged);
        }
    }
}

fn licence_type(
    catalogue: &Catalogue,
    entry: &wire::LicenceType,
    at: Entry,
    defects: &mut Defects,
) -> Option<LicenceType> {
    let key = defects.key(at, "key", &entry.key);
    let code = defects.key(at, "type_code", &entry.type_code);
    let name_zh = defects.text(at, "name_zh", &entry.name_zh);
    let name_en = defects.text(at, "name_en", &entry.name_en);
    let holder = defects.word(at, "holder_kind", HolderKind::TABLE, &entry.holder_kind);
    let issuers: Vec<_> = entry
        .issuers
        .iter()
        .take(MAX_MEMBERS)
        .map(|issuer| defects.department(at, "issuers", (catalogue, issuer)))
        .collect();
    let fields = fields(&entry.fields, at, defects);
    let validity = validity(&entry.validity, at, defects);
    let endings: Vec<_> = entry
        .endings
        .iter()
        .take(MAX_MEMBERS)
        .map(|word| defects.word(at, "endings", Ending::TABLE, word))
        .collect();
    let paper = defects.word(at, "physical", Paper::TABLE, &entry.physical);
    let component_of: Vec<Option<TypeKey>> = entry
        .component_of
        .iter()
        .take(MAX_MEMBERS)
        .map(|whole| defects.key(at, "component_of", whole))
        .collect();
    let predecessors: Vec<Option<TypeKey>> = entry
        .predecessors
        .iter()
        .take(MAX_MEMBERS)
        .map(|other| defects.key(at, "predecessors", other))
        .collect();
    let files = files(entry, at, defects);
    let retention = defects.text(at, "retention", &entry.retention);
    ranges(entry, at, defects);
    Some(LicenceType {
        key: key?,
        code: code?,
        name_zh: name_zh?,
        name_en: name_en?,
        holder: holder?,
        issuers: issuers.into_iter().collect::<Option<_>>()?,
        fields: fields?,
        validity: validity?,
        renewal_window: entry
            .renewal_window_days
            .map(|[opens, closes]| (opens, closes)),
        endings: endings.into_iter().collect::<Option<_>>()?,
        may_suspend: entry.may_suspend,
        paper: paper?,
        inform_and_commit: entry.inform_and_commit,
        composite: entry.composite,
        component_of: component_of.into_iter().collect::<Option<_>>()?,
        predecessors: predecessors.into_iter().collect::<Option<_>>()?,
        offline_presentation: entry.offline_presentation,
        presentation_seconds: entry.presentation_ttl_s,
        files: files?,
        retention: retention?,
    })
}

fn merged_type(entry: &wire::MergedType, at: Entry, defects: &mut Defects) -> Option<MergedType> {
    let name_zh = defects.text(at, "name_zh", &entry.name_zh);
    let successor = defects.key(at, "successor", &entry.successor);
    let predecessors: Vec<_> = entry
        .predecessors
        .iter()
        .take(MAX_MEMBERS)
        .map(|name| defects.text(at, "predecessors", name))
        .collect();
    Some(MergedType {
        name_zh: name_zh?,
        successor: successor?,
        predecessors: predecessors.into_iter().collect::<Option<_>>()?,
    })
}

/// Members whose values must lie in a range or go together.
fn ranges(entry: &wire::LicenceType, at: Entry, defects: &mut Defects) {
    for (member, length) in [
        ("issuers", entry.issuers.len()),
        ("endings", entry.endings.len()),
    ] {
        if length == 0 {
            defects.note(at, member, Fault::Mismatch);
        }
    }
    defects.bounded(at, "issuers", entry.issuers.len(), MAX_MEMBERS);
    defects.bounded(at, "component_of", entry.component_of.len(), MAX_MEMBERS);
    defects.bounded(at, "predecessors", entry.predecessors.len(), MAX_MEMBERS);
    if entry
        .renewal_window_days
        .is_some_and(|[opens, closes]| opens < closes)
    {
        defects.note(at, "renewal_window_days", Fault::Order);
    }
    if !(1..=MAX_PRESENTATION).contains(&entry.presentation_ttl_s) {
        defects.note(at, "presentation_ttl_s", Fault::Range);
    }
    let composite_rule = entry.validity.kind == "earliest_component";
    let composite_field = entry
        .fields
        .iter()
        .any(|field| field.name == "components" && field.kind == "list");
    if composite_rule && !(entry.composite && composite_field) {
        defects.note(at, "validity", Fault::Mismatch);
    }
    let ages = entry.validity.kind == "age_based";
    if ages && entry.holder_kind != "person" {
        defects.note(at, "validity", Fault::Mismatch);
    }
}

fn fields(entries: &[wire::Field], at: Entry, defects: &mut Defects) -> Option<Vec<Field>> {
    if !defects.bounded(at, "fields", entries.len(), MAX_MEMBERS) {
        return None;
    }
    let mut names = BTreeSet::new();
    let mut fields = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let at = at.inner("fields", index);
        let name = defects.key(at, "name", &entry.name);
        let label_zh = defects.text(at, "zh", &entry.zh);
        let kind = defects.word(at, "type", FieldKind::TABLE, &entry.kind);
        let sensitivity = defects.word(at, "sensitivity", Sensitivity::TABLE, &entry.sensitivity);
        if !names.insert(entry.name.as_str()) {
            defects.note(at, "name", Fault::Twice);
        }
        // R16, R17: a citizen's number is never an open field.
        if kind == Some(FieldKind::CitizenId) && sensitivity == Some(Sensitivity::Open) {
            defects.note(at, "sensitivity", Fault::Mismatch);
        }
        fields.push((|| {
            Some(Field {
                name: name?,
                label_zh: label_zh?,
                kind: kind?,
                required: entry.required,
                sensitivity: sensitivity?,
            })
        })());
    }
    fields.into_iter().collect()
}

fn validity(entry: &wire::Validity, at: Entry, defects: &mut Defects) -> Option<ValidityRule> {
    let rule = match (entry.kind.as_str(), entry.years, entry.rule.as_deref()) {
        ("long_term", None, None) => Some(ValidityRule::LongTerm),
        ("earliest_component", None, None) => Some(ValidityRule::EarliestComponent),
        ("land_term", None, None) => Some(ValidityRule::LandTerm),
        ("years", Some(years), None) if (1..=MAX_YEARS).contains(&years) => {
            Some(ValidityRule::Years(years))
        }
        ("event", None, Some(event)) => {
            return defects
                .text(at, "validity.rule", event)
                .map(ValidityRule::Event);
        }
        ("age_based", None, Some(bands)) => parse_bands(bands).map(ValidityRule::AgeBased),
        ("steps", None, Some(steps)) => parse_steps(steps).map(ValidityRule::Steps),
        _ => None,
    };
    if rule.is_none() {
        defects.note(at, "validity", Fault::Mismatch);
    }
    rule
}

fn files(
    entry: &wire::LicenceType,
    at: Entry,
    defects: &mut Defects,
) -> Option<Vec<(FileFormat, Suite)>> {
    if entry.files.is_empty() || entry.files.len() != entry.suite.len() {
        defects.note(at, "files", Fault::Mismatch);
        return None;
    }
    let mut files: Vec<(FileFormat, Suite)> = Vec::new();
    for name in &entry.files {
        let format = defects.word(at, "files", FileFormat::TABLE, name)?;
        let Some(suite) = entry.suite.get(name) else {
            defects.note(at, "suite", Fault::Mismatch);
            return None;
        };
        files.push((format, defects.word(at, "suite", Suite::TABLE, suite)?));
    }
    Some(files)
}
