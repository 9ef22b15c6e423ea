//! What is denied to a known account stands in the trace of its department (T-L1).

use axum::response::{IntoResponse, Response};
use catalogue::key::DepartmentKey;
use issuance::{Asker, Office};
use registry::asked::By;
use registry::trace::{Act, Deed};

use wire::problem::{Problem, Untraced};

use crate::problems::of_store;

/// Failed authorisation or authentication of a known account is an act.
///
/// # Errors
/// The store's.
pub async fn record_denial(
    office: &Office,
    department: &DepartmentKey,
    who: &str,
    object: &str,
    ground: &str,
) -> Result<(), Problem> {
    let act = Act {
        department: department.clone(),
        by: By::new(who, office.now()),
        deed: Deed::Deny,
        object: object.to_owned(),
        ground: ground.to_owned(),
        detail: Vec::new(),
        key: None,
    };
    let trace = office.registry().trace();
    trace
        .record(act)
        .await
        .map(|_| ())
        .map_err(|error| of_store(&error))
}

/// The answer to a known caller who wanted to change something: what it refuses stands in the trace of their department, if no room has
/// written it.
pub async fn written_down(
    office: &Office,
    asker: &Asker,
    route: &str,
    answer: Response,
) -> Response {
    let Some(Untraced(ground)) = answer.extensions().get() else {
        return answer;
    };
    let (department, account) = (&asker.department, asker.account.as_str());
    match record_denial(office, department, account, route, ground).await {
        Ok(()) => answer,
        Err(problem) => problem.into_response(),
    }
}
