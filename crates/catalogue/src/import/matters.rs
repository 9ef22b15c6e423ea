//! Matters from their file.

use time::Date;

use super::places::{Defects, Entry, parse_date};
use super::{Fault, MAX_MATTERS, MAX_MEMBERS};
use crate::asking::is_nameless;
use crate::department::Duty;
use crate::holdings::Catalogue;
use crate::key::{FieldName, MatterCode, TypeKey};
use crate::matter::{
    Handling, LateRenewal, Material, Matter, MatterKind, MatterStatus, Means, Terms,
};
use crate::scope::SealKind;
use crate::wire;

/// Longest statutory time, in working days.
const MAX_DAYS: u16 = 1_000;

pub(super) fn matters(catalogue: &mut Catalogue, file: wire::Matters, defects: &mut Defects) {
    let whole = Entry::new("matters", 0);
    if !defects.bounded(whole, "code", file.matters.len(), MAX_MATTERS) {
        return;
    }
    for (index, entry) in file.matters.into_iter().enumerate() {
        if defects.full() {
            return;
        }
        let at = Entry::new("matters", index);
        let Some(matter) = matter(catalogue, &entry, at, defects) else {
            continue;
        };
        keep(catalogue, matter, at, defects);
    }
}

/// Versions of one matter stand side by side; the one published last is the matter's.
fn keep(catalogue: &mut Catalogue, matter: Matter, at: Entry, defects: &mut Defects) {
    let code = matter.code.clone();
    let Some(known) = catalogue.matters.get(&code) else {
        catalogue.matters.insert(code, matter);
        return;
    };
    let versions = catalogue
        .versions
        .entry(code.clone())
        .or_insert_with(|| vec![known.clone()]);
    let place = versions.partition_point(|other| other.version < matter.version);
    let twice = versions
        .get(place)
        .is_some_and(|other| other.version == matter.version);
    if twice {
        defects.note(at, "code", Fault::Twice);
        return;
    }
    versions.insert(place, matter);
    let published =
        |matter: &&Matter| !matches!(matter.status, MatterStatus::Draft | MatterStatus::Submitted);
    // A later version begins after the earlier ones: a day has one version in force.
    let first_days = versions.iter().filter(published).map(|one| one.valid_from);
    if !first_days.is_sorted_by(|earlier, later| earlier < later) {
        defects.note(at, "valid_from", Fault::Order);
    }
    let last = versions.iter().rev().find(published);
    if let Some(last) = last.or(versions.last()) {
        let last = last.clone();
        catalogue.matters.insert(code, last);
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
    let seal_basis = defects.maybe(at, "seal_basis", entry.seal_basis.as_deref());
    let status_from = defects.maybe_date(at, "status_from", entry.status_from.as_deref());
    let valid_from = defects.maybe_date(at, "valid_from", entry.valid_from.as_deref());
    let legal_basis = legal_basis(entry, at, defects);
    let materials = materials(catalogue, entry, at, defects);
    let result = result(catalogue, entry, at, defects);
    let supervision_item = defects.text(at, "supervision_item", &entry.supervision_item);
    ranges(entry, (kind, code.as_ref(), seal), at, defects);
    Some(Matter {
        code: code?,
        version: entry.version,
        status: status?,
        status_from: status_from?,
        valid_from: valid_from?,
        legal_basis: legal_basis?,
        kind: kind?,
        name_zh: name_zh?,
        name_en: name_en?,
        industry_authority: industry?,
        exercised_by: exercised_by?,
        transferred_from: transferred_from?,
        accepted_at: accepted_at.into_iter().collect::<Option<_>>()?,
        seal: seal?,
        seal_basis: seal_basis?,
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
            late_renewal: LateRenewal::stated(entry.late_renewal),
        },
        materials: materials?,
        result: result?,
        supervision_item: supervision_item?,
        special_steps: entry.special_steps.clone(),
    })
}

fn legal_basis(entry: &wire::Matter, at: Entry, defects: &mut Defects) -> Option<Vec<String>> {
    let texts: Vec<_> = entry
        .legal_basis
        .iter()
        .take(MAX_MEMBERS)
        .map(|text| defects.text(at, "legal_basis", text))
        .collect();
    texts.into_iter().collect()
}

fn ranges(
    entry: &wire::Matter,
    (kind, code, seal): (Option<MatterKind>, Option<&MatterCode>, Option<SealKind>),
    at: Entry,
    defects: &mut Defects,
) {
    defects.bounded(at, "accepted_at", entry.accepted_at.len(), MAX_MEMBERS);
    defects.bounded(at, "special_steps", entry.special_steps.len(), MAX_MEMBERS);
    defects.bounded(at, "legal_basis", entry.legal_basis.len(), MAX_MEMBERS);
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
    for (index, material) in entry.materials.iter().enumerate() {
        let at = at.inner("materials", index);
        if material.no <= last {
            defects.note(at, "no", Fault::Twice);
        }
        last = material.no;
        // A catch-all would let anything be asked for (R14).
        if is_nameless(&material.name_zh) {
            defects.note(at, "name_zh", Fault::Nameless);
        }
        let name_zh = defects.text(at, "name_zh", &material.name_zh);
        let legal_basis = defects.maybe(at, "legal_basis", material.legal_basis.as_deref());
        let means = means(catalogue, material, at, defects);
        // R14: a version that begins after a document was cancelled does not ask for it.
        let cancelled = entry
            .valid_from
            .as_deref()
            .and_then(parse_date)
            .is_some_and(|from| catalogue.is_cancelled(&material.name_zh, from));
        if cancelled && means != Some(Means::Cancelled) {
            defects.note(at, "means", Fault::Cancelled);
        }
        materials.push((|| {
            Some(Material {
                number: material.no,
                name_zh: name_zh?,
                means: means?,
                may_follow: material.may_follow,
                legal_basis: legal_basis?,
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
            let key: TypeKey = defects.key(at, "licence_type", text)?;
            let Some(kind) = catalogue.types.get(&key) else {
                defects.note(at, "licence_type", Fault::Unknown);
                return None;
            };
            Some(kind)
        }
        None => None,
    };
    let field: Option<FieldName> = match material.field.as_deref() {
        Some(text) => Some(defects.key(at, "field", text)?),
        None => None,
    };
    let means = match (material.means.as_str(), from, field) {
        ("e_licence", Some(kind), None) => Some(Means::Licence(kind.key.clone())),
        ("derived_from_field", Some(kind), Some(field)) => {
            if kind.field(field.as_str()).is_none() {
                defects.note(at, "field", Fault::Unknown);
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
        defects.note(at, "means", Fault::Mismatch);
    }
    means
}
