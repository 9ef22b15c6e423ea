//! Matters from their file.

use time::Date;

use super::places::{Defects, Entry};
use super::{Fault, MAX_MATTERS, MAX_MEMBERS};
use crate::department::Duty;
use crate::holdings::Catalogue;
use crate::key::{FieldName, MatterCode, TypeKey};
use crate::matter::{Handling, Material, Matter, MatterKind, MatterStatus, Means, Terms};
use crate::scope::SealKind;
use crate::wire;

/// Longest statutory time, in working days.
const MAX_DAYS: u16 = 1_000;

pub(super) fn matters(catalogue: &mut Catalogue, file: wire::Matters, defects: &mut Defects) {
    let whole = Entry {
        list: "matters",
        index: 0,
    };
    if !defects.bounded(whole, "code", file.matters.len(), MAX_MATTERS) {
        return;
    }
    for (index, entry) in file.matters.into_iter().enumerate() {
        if defects.full() {
            return;
        }
        let at = Entry {
            list: "matters",
            index,
        };
        let Some(matter) = matter(catalogue, &entry, at, defects) else {
            continue;
        };
        if let Some(result) = &matter.result {
            catalogue
                .results
                .entry(result.clone())
                .or_default()
                .push(matter.code.clone());
        }
        if catalogue
            .matters
            .insert(matter.code.clone(), matter)
            .is_some()
        {
            defects.note(at, "code", Fault::Twice);
        }
    }
}

fn matter(
    catalogue: &Catalogue,
    entry: &wire::Matter,
    at: Entry,
    defects: &mut Defects,
) -> Option<Matter> {
    let code = defects.key(at, "code", &entry.code);
    let status = defects.word(at, "status", MatterStatus::TABLE, &entry.status);
    let kind = defects.word(at, "kind_zh", MatterKind::TABLE, &entry.kind_zh);
    let name_zh = defects.text(at, "name_zh", &entry.name_zh);
    let name_en = defects.text(at, "name_en", &entry.name_en);
    let industry = defects.department(
        at,
        "industry_authority",
        (catalogue, &entry.industry_authority),
    );
    let exercised_by = defects.department(at, "exercised_by", (catalogue, &entry.exercised_by));
    let accepted_at: Vec<_> = entry
        .accepted_at
        .iter()
        .take(MAX_MEMBERS)
        .map(|place| defects.department(at, "accepted_at", (catalogue, place)))
        .collect();
    let transferred_from = transfer(catalogue, entry, at, defects);
    let seal = defects.word(at, "seal_purpose", SealKind::TABLE, &entry.seal_purpose);
    let handling = defects.word(at, "handling", Handling::TABLE, &entry.handling);
    let materials = materials(catalogue, entry, at, defects);
    let result = result(catalogue, entry, at, defects);
    let supervision_item = defects.text(at, "supervision_item", &entry.supervision_item);
    ranges(entry, (kind, code.as_ref(), seal), at, defects);
    Some(Matter {
        code: code?,
        version: entry.version,
        status: status?,
        kind: kind?,
        name_zh: name_zh?,
        name_en: name_en?,
        industry_authority: industry?,
        exercised_by: exercised_by?,
        transferred_from: transferred_from?,
        accepted_at: accepted_at.into_iter().collect::<Option<_>>()?,
        seal: seal?,
        handling: handling?,
        statutory_days: entry.statutory_days,
        promised_days: entry.promised_days,
        terms: Terms {
            whole_process_online: entry.whole_process_online,
            inform_and_commit: entry.inform_and_commit,
            tolerate_missing: entry.tolerate_missing,
            province_wide: entry.province_wide,
            cross_province: entry.cross_province,
            village_level: entry.village_level,
            package: entry.package,
        },
        materials: materials?,
        result: result?,
        supervision_item: supervision_item?,
        special_steps: entry.special_steps.clone(),
    })
}

fn ranges(
    entry: &wire::Matter,
    (kind, code, seal): (Option<MatterKind>, Option<&MatterCode>, Option<SealKind>),
    at: Entry,
    defects: &mut Defects,
) {
    defects.bounded(at, "accepted_at", entry.accepted_at.len(), MAX_MEMBERS);
    defects.bounded(at, "special_steps", entry.special_steps.len(), MAX_MEMBERS);
    if entry.version == 0 {
        defects.note(at, "version", Fault::Range);
    }
    // domain.md 4.4: promised days are at most the statutory days.
    if entry.promised_days > entry.statutory_days || entry.statutory_days > MAX_DAYS {
        defects.note(at, "promised_days", Fault::Range);
    }
    if let (Some(kind), Some(code)) = (kind, code)
        && code.as_str().get(7..9) != Some(kind.letters())
    {
        defects.note(at, "kind_zh", Fault::Mismatch);
    }
    // R2: the approval seal stands on transferred matters, and they carry no other.
    if let Some(seal) = seal
        && (seal == SealKind::Approval) != entry.transferred
    {
        defects.note(at, "seal_purpose", Fault::Mismatch);
    }
}

/// `Some(None)`: not transferred. A transfer without a day lies before the catalogue's memory.
fn transfer(
    catalogue: &Catalogue,
    entry: &wire::Matter,
    at: Entry,
    defects: &mut Defects,
) -> Option<Option<Date>> {
    let from = match (entry.transferred, entry.transferred_from.as_deref()) {
        (false, None) => return Some(None),
        (false, Some(_)) => {
            defects.note(at, "transferred_from", Fault::Mismatch);
            return None;
        }
        (true, None) => Date::MIN,
        (true, Some(text)) => defects.date(at, "transferred_from", text)?,
    };
    // R2: police matters are never transferred.
    let bound = catalogue
        .departments
        .get(entry.industry_authority.as_str())
        .is_some_and(|department| department.has(Duty::NotTransferred));
    if bound {
        defects.note(at, "transferred", Fault::NeverTransferred);
        return None;
    }
    Some(Some(from))
}

/// `Some(None)`: results in no licence.
fn result(
    catalogue: &Catalogue,
    entry: &wire::Matter,
    at: Entry,
    defects: &mut Defects,
) -> Option<Option<TypeKey>> {
    let Some(text) = entry.result_licence_type.as_deref() else {
        return Some(None);
    };
    let key: TypeKey = defects.key(at, "result_licence_type", text)?;
    let Some((known, kind)) = catalogue.types.get_key_value(&key) else {
        defects.note(at, "result_licence_type", Fault::Unknown);
        return None;
    };
    if !kind
        .issuers
        .iter()
        .any(|issuer| issuer.as_str() == entry.exercised_by)
    {
        defects.note(at, "exercised_by", Fault::NotAnIssuer);
        return None;
    }
    Some(Some(known.clone()))
}

fn materials(
    catalogue: &Catalogue,
    entry: &wire::Matter,
    at: Entry,
    defects: &mut Defects,
) -> Option<Vec<Material>> {
    if !defects.bounded(at, "materials", entry.materials.len(), MAX_MEMBERS) {
        return None;
    }
    let mut materials = Vec::with_capacity(entry.materials.len());
    let mut last = 0;
    for material in &entry.materials {
        if material.no <= last {
            defects.note(at, "materials.no", Fault::Twice);
        }
        last = material.no;
        // A catch-all would let anything be asked for (R14).
        if material.name_zh.trim() == "其他材料" {
            defects.note(at, "materials.name_zh", Fault::Nameless);
        }
        let name_zh = defects.text(at, "materials.name_zh", &material.name_zh);
        let means = means(catalogue, material, at, defects);
        materials.push((|| {
            Some(Material {
                number: material.no,
                name_zh: name_zh?,
                means: means?,
                may_follow: material.may_follow,
            })
        })());
    }
    materials.into_iter().collect()
}

fn means(
    catalogue: &Catalogue,
    material: &wire::Material,
    at: Entry,
    defects: &mut Defects,
) -> Option<Means> {
    let from = match material.licence_type.as_deref() {
        Some(text) => {
            let key: TypeKey = defects.key(at, "materials.licence_type", text)?;
            let Some(kind) = catalogue.types.get(&key) else {
                defects.note(at, "materials.licence_type", Fault::Unknown);
                return None;
            };
            Some(kind)
        }
        None => None,
    };
    let field: Option<FieldName> = match material.field.as_deref() {
        Some(text) => Some(defects.key(at, "materials.field", text)?),
        None => None,
    };
    let means = match (material.means.as_str(), from, field) {
        ("e_licence", Some(kind), None) => Some(Means::Licence(kind.key.clone())),
        ("derived_from_field", Some(kind), Some(field)) => {
            if kind.field(field.as_str()).is_none() {
                defects.note(at, "materials.field", Fault::Unknown);
            }
            Some(Means::Derived(kind.key.clone(), field))
        }
        ("data_sharing", None, None) => Some(Means::DataSharing),
        ("internal_check", None, None) => Some(Means::InternalCheck),
        ("commitment", None, None) => Some(Means::Commitment),
        ("applicant", None, None) => Some(Means::Applicant),
        ("cancelled", None, None) => Some(Means::Cancelled),
        _ => None,
    };
    if means.is_none() {
        defects.note(at, "materials.means", Fault::Mismatch);
    }
    means
}
