//! What is denied to a known account stands in the trace of its department (T-L1).

use catalogue::key::DepartmentKey;
use registry::asked::By;
use registry::trace::{Act, Deed};

use crate::problem::Problem;
use crate::problems::of_store;
use crate::state::App;

/// Failed authorisation or authentication of a known account is an act.
pub(crate) async fn record_denial(
    app: &App,
    department: &DepartmentKey,
    who: &str,
    object: &str,
    ground: &str,
) -> Result<(), Problem> {
    let act = Act {
        department: department.clone(),
        by: By::new(who, app.office.now()),
        deed: Deed::Deny,
        object: object.to_owned(),
        ground: ground.to_owned(),
        detail: Vec::new(),
        key: None,
    };
    let trace = app.office.registry().trace();
    trace
        .record(act)
        .await
        .map(|_| ())
        .map_err(|error| of_store(&error))
}
