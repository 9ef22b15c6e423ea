//! What has to hold before a licence is looked for: the matter, its material, the case, the ground. Pure.

use std::collections::BTreeSet;

use catalogue::key::{DepartmentKey, FieldName};
use catalogue::matter::{Material, Matter, MatterStatus, Means};
use catalogue::{Catalogue, LicenceType, Sensitivity, Zone};
use dossier::Dossier;
use dossier::mandate::Scope;
use dossier::material::Ground;
use dossier::state::State;
use licence::HolderCode;
use registry::cases::CaseRecord;
use time::{Date, UtcDateTime};

use crate::order::Stated;
use crate::refused::Refused;

/// The matter, the material of it that is meant, and the type of licence that it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Needed<'a> {
    pub(crate) matter: &'a Matter,
    pub(crate) material: &'a Material,
    pub(crate) kind: &'a LicenceType,
    /// The zone of the body that decides the matter (D15).
    pub(crate) zone: Zone,
    /// The civil day there.
    pub(crate) day: Date,
}

impl Needed<'_> {
    /// Whether the material is the licence itself, not a fact in it (R16).
    pub(crate) fn is_licence(&self) -> bool {
        matches!(self.material.means, Means::Licence(_))
    }
}

/// R14, R15: a matter that is published, one of whose materials is had from such a licence.
pub(crate) fn needed<'a>(
    catalogue: &'a Catalogue,
    stated: &Stated,
    now: UtcDateTime,
) -> Result<Needed<'a>, Refused> {
    let known = catalogue.matter(&stated.matter);
    let known = known.ok_or(Refused::UnknownMatter)?;
    let zone = catalogue
        .department(&known.exercised_by)
        .map_or_else(Default::default, |body| body.zone);
    let day = zone.date_at(now);
    let matter = catalogue.matter_on(&stated.matter, day).unwrap_or(known);
    if matter.status_on(day) != MatterStatus::Published {
        return Err(Refused::MatterNotPublished);
    }
    let kind = catalogue.licence_type(&stated.wanted.kind);
    let kind = kind.ok_or(Refused::MaterialNotListed)?;
    let of_type = matter.materials.iter().filter(|material| {
        let is_meant = stated
            .material
            .is_none_or(|number| number == material.number);
        let is_cancelled = catalogue.is_cancelled(&material.name_zh, day);
        is_meant && !is_cancelled && material.means.licence_type() == Some(&kind.key)
    });
    // Of several the one that the ground is for, and of those the one that needs least (R16).
    let material = of_type.min_by_key(|material| {
        let is_other = matches!(&stated.ground, Ground::Law(law)
            if material.legal_basis.as_deref() != Some(law.as_str()));
        (is_other, matches!(material.means, Means::Licence(_)))
    });
    Ok(Needed {
        matter,
        material: material.ok_or(Refused::MaterialNotListed)?,
        kind,
        zone,
        day,
    })
}

/// R15: a case of the own department, of that matter, not decided and not stopped.
pub(crate) fn open_case<'a>(
    record: Option<&'a CaseRecord>,
    department: &DepartmentKey,
    matter: &Matter,
) -> Result<&'a Dossier, Refused> {
    // T-P3: another department's case is none.
    let own = record.filter(|record| record.department == *department);
    let dossier = own.and_then(|record| record.file.dossier());
    let dossier = dossier.ok_or(Refused::UnknownCase)?;
    if dossier.terms().matter != matter.code {
        return Err(Refused::OtherMatter);
    }
    match dossier.state() {
        State::Stopped => Err(Refused::CaseStopped),
        _ if dossier.stop().is_some() => Err(Refused::CaseStopped),
        State::Received
        | State::SupplementAsked
        | State::Accepted
        | State::InReview
        | State::SpecialStep
        | State::Forwarded
        | State::RolledBack => Ok(dossier),
        over => Err(Refused::CaseOver(over)),
    }
}

/// R15: those whose licences the ground lets the department use in this case: who consented to it; under the law that the
/// material cites, the case's own people. Of them the holder, where one is named.
pub(crate) fn people(
    dossier: &Dossier,
    (stated, needed): (&Stated, &Needed<'_>),
    department: &DepartmentKey,
) -> Result<Vec<HolderCode>, Refused> {
    if let Ground::Law(law) = &stated.ground {
        let cited = needed.material.legal_basis.as_deref();
        if cited.ok_or(Refused::NoLegalBasis)? != law.as_str() {
            return Err(Refused::OtherLegalBasis);
        }
    }
    let ground = (&stated.ground, Some(&needed.kind.key));
    let people = dossier.usable(ground, (department, needed.day))?;
    let holder = stated.holder.as_ref();
    let people = people
        .into_iter()
        .map(|party| party.code())
        .filter(|code| holder.is_none_or(|holder| holder.is(code.reveal())));
    Ok(people.cloned().collect())
}

/// R16: the fields that the material needs: the one that it derives; of a licence those that everybody may see, and those
/// that the holder's consent names. Of them what is asked for.
pub(crate) fn fields(
    dossier: &Dossier,
    (stated, needed): (&Stated, &Needed<'_>),
) -> Result<BTreeSet<FieldName>, Refused> {
    let named = consented(dossier, &stated.ground);
    let fields = needed.kind.fields.iter();
    let allowed: BTreeSet<FieldName> = match &needed.material.means {
        Means::Derived(_, field) => BTreeSet::from([field.clone()]),
        _ => fields
            .filter(|field| {
                let is_open = field.sensitivity == Sensitivity::Open;
                is_open || named.is_some_and(|named| named.contains(&field.name))
            })
            .map(|field| field.name.clone())
            .collect(),
    };
    match &stated.fields {
        None => Ok(allowed),
        Some(asked) if asked.is_subset(&allowed) => Ok(asked.clone()),
        Some(_) => Err(Refused::FieldNotNeeded),
    }
}

/// The fields that a consent names.
fn consented<'a>(dossier: &'a Dossier, ground: &Ground) -> Option<&'a BTreeSet<FieldName>> {
    let Ground::Consent(number) = ground else {
        return None;
    };
    let mut mandates = dossier.mandates().iter();
    let mandate = mandates.find(|mandate| mandate.number == *number)?;
    match &mandate.scope {
        Scope::Use { fields, .. } => Some(fields),
        Scope::Act { .. } => None,
    }
}
