//! Which bodies a case concerns: they may see it and report of it; for others it is not there (T-P3).

use catalogue::Catalogue;
use catalogue::department::Duty;
use catalogue::key::DepartmentKey;
use catalogue::matter::Handling;
use dossier::Dossier;
use dossier::told::{Receiver, receivers};

/// Whether the case concerns the body: it decides it or a part of it, takes applications for its matter or holds a
/// delegation to, supervises or enforces over the deciding body, or is told of it by rule (R22).
#[must_use]
pub fn is_concerned(dossier: &Dossier, body: &DepartmentKey, catalogue: &Catalogue) -> bool {
    let Some(matter) = catalogue.matter(&dossier.terms().matter) else {
        return false;
    };
    let own = &matter.exercised_by;
    if body == own || matter.accepted_at.contains(body) {
        return true;
    }
    let is_told = receivers(dossier, catalogue)
        .iter()
        .any(|receiver| matches!(receiver, Receiver::Body(told) if told == body));
    let is_part = dossier.parts().iter().any(|part| part.by == *body);
    let is_delegate = catalogue
        .delegations()
        .any(|given| given.from == *own && given.to == *body);
    is_told || is_part || is_delegate || watches(body, own, catalogue)
}

/// Whether the body may report of the case: one that it concerns, and before acceptance, which names the parts of a joint
/// case, one that could decide a part. Its event waits for its turn.
pub(crate) fn may_report(dossier: &Dossier, body: &DepartmentKey, catalogue: &Catalogue) -> bool {
    if is_concerned(dossier, body, catalogue) {
        return true;
    }
    let terms = dossier.terms();
    let result = catalogue
        .matter(&terms.matter)
        .and_then(|matter| matter.result.as_ref());
    let is_open = terms.handling == Handling::Joint && dossier.parts().is_empty();
    is_open
        && result.is_some_and(|result| {
            catalogue
                .licence_types()
                .any(|kind| kind.component_of.contains(result) && kind.issuers.contains(body))
        })
}

fn watches(body: &DepartmentKey, own: &DepartmentKey, catalogue: &Catalogue) -> bool {
    match (catalogue.department(body), catalogue.department(own)) {
        (Some(body), Some(own)) => {
            body.covers(own) && (body.has(Duty::Supervisor) || body.has(Duty::Enforcement))
        }
        _ => false,
    }
}
