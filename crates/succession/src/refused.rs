//! What is asked before anything is done, and what the trace has of a refusal.

use backoffice::asker::Asker;
use backoffice::by_two::{self, TwoPeople};
use backoffice::office::Office;
use catalogue::key::DepartmentKey;
use registry::asked::By;
use registry::trace::{Act, Deed};
use time::UtcDateTime;

use crate::fault::SuccessionError;
use crate::order::Order;

/// In whose trace it stands where nobody known asked.
const SERVICE: &str = "S-SERVICE";
/// Who asked, where nobody known did.
const OPERATOR: &str = "operator";

/// The first of two people who are not one and may.
///
/// # Errors
/// `SamePerson`, `Person`, `Store`.
pub(crate) async fn asker(office: &Office, order: &Order<'_>) -> Result<Asker, SuccessionError> {
    let [first, second] = order.people;
    if first == second {
        return Err(SuccessionError::SamePerson);
    }
    let (registry, now) = (&office.registry, office.clock.now());
    by_two::department(registry, second, now).await?;
    Ok(Asker {
        account: first.to_string(),
        person: first.to_string(),
        department: by_two::department(registry, first, now).await?,
    })
}

/// Records that it was refused, and why; gives that back.
pub(crate) async fn told(
    office: &Office,
    order: &Order<'_>,
    refused: SuccessionError,
) -> SuccessionError {
    let now = office.clock.now();
    let mut known = None;
    for person in order.people {
        match by_two::department(&office.registry, person, now).await {
            Ok(department) => known = known.or(Some((person.to_string(), department))),
            Err(TwoPeople::Store(error)) => return error.into(),
            Err(_) => {}
        }
    }
    let act = entry(order, known, (&refused, now));
    let Some(act) = act else {
        return refused;
    };
    match office.registry.trace().record(act).await {
        Ok(_) => refused,
        Err(error) => error.into(),
    }
}

/// The entry: what was typed stands in it only where it is the name of a key.
fn entry(
    order: &Order<'_>,
    known: Option<(String, DepartmentKey)>,
    (refused, at): (&SuccessionError, UtcDateTime),
) -> Option<Act> {
    let is_known = !matches!(refused, SuccessionError::Use);
    let object = if is_known { order.of } else { "rekey" };
    let (who, department) = match known {
        Some(known) => known,
        None => (OPERATOR.to_owned(), DepartmentKey::parse(SERVICE).ok()?),
    };
    Some(Act {
        department,
        by: By::new(who, at),
        deed: Deed::Deny,
        object: object.to_owned(),
        ground: refused.code().to_owned(),
        detail: Vec::new(),
        key: None,
    })
}
