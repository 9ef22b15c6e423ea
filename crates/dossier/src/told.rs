//! Who is told of a case: industry authority, enforcement, bodies with a part, credit (R22).

use catalogue::department::Duty;
use catalogue::key::DepartmentKey;
use catalogue::{Catalogue, Department};

use crate::dossier::Dossier;

/// Somebody who is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Receiver {
    /// A body.
    Body(DepartmentKey),
    /// The credit platform.
    Credit,
}

/// Who is told of process and result of the case, each once: the matter's industry authority, the
/// bodies that decide its other parts, the nearest enforcement of the deciding body's region, and
/// the credit platform where something was promised.
#[must_use]
pub fn receivers(dossier: &Dossier, catalogue: &Catalogue) -> Vec<Receiver> {
    let Some(matter) = catalogue.matter(&dossier.terms().matter) else {
        return Vec::new();
    };
    let mut bodies = vec![matter.industry_authority.clone()];
    let own = &matter.exercised_by;
    for part in dossier.parts() {
        if part.by != *own && !bodies.contains(&part.by) {
            bodies.push(part.by.clone());
        }
    }
    if let Some(enforcement) = catalogue
        .department(own)
        .and_then(|own| nearest(own, Duty::Enforcement, catalogue))
        && !bodies.contains(&enforcement)
    {
        bodies.push(enforcement);
    }
    let mut told: Vec<Receiver> = bodies.into_iter().map(Receiver::Body).collect();
    if !dossier.commitments().is_empty() {
        told.push(Receiver::Credit);
    }
    told
}

/// The body with `duty` in the department's own region, or else the closest above it.
fn nearest(own: &Department, duty: Duty, catalogue: &Catalogue) -> Option<DepartmentKey> {
    catalogue
        .departments()
        .filter(|body| body.has(duty) && body.covers(own))
        .max_by_key(|body| {
            // A region's code has zeros where its level ends: the fewer, the closer.
            let code = body.region.as_str();
            code.trim_end_matches("00").len()
        })
        .map(|body| body.key.clone())
}
