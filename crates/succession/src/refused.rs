//! What is asked before anything is done, and what the trace has of a refusal.

use backoffice::asker::Asker;
use backoffice::office::Office;
use catalogue::key::DepartmentKey;
use registry::asked::By;
use registry::callers::Person;
use registry::trace::{Act, Deed};
use time::UtcDateTime;

use crate::fault::SuccessionError;
use crate::order::Order;

/// In whose trace it stands where nobody known asked.
const SERVICE: &str = "S-SERVICE";
/// Who asked, where nobody known did.
const OPERATOR: &str = "operator";

/// The first of two people who are known, not ended and not one.
///
/// # Errors
/// `SamePerson`, `Person`, `Store`.
pub(crate) async fn asker(office: &Office, order: &Order<'_>) -> Result<Asker, SuccessionError> {
    let [first, second] = order.people;
    if first == second {
        return Err(SuccessionError::SamePerson);
    }
    let mut found = None;
    for person in [second, first] {
        let known = office.registry.callers().person(person).await?;
        let known = known.filter(|person| person.ended.is_none());
        found = Some(known.ok_or(SuccessionError::Person)?);
    }
    let first = found.ok_or(SuccessionError::Person)?;
    Ok(Asker {
        account: first.id.to_string(),
        person: first.id.to_string(),
        department: first.department,
    })
}

/// Records that it was refused, and why; gives that back.
pub(crate) async fn told(
    office: &Office,
    order: &Order<'_>,
    refused: SuccessionError,
) -> SuccessionError {
    let mut known = None;
    for person in order.people {
        match office.registry.callers().person(person).await {
            Ok(found) => known = known.or(found),
            Err(error) => return error.into(),
        }
    }
    let act = entry(order, known, (&refused, office.clock.now()));
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
    known: Option<Person>,
    (refused, at): (&SuccessionError, UtcDateTime),
) -> Option<Act> {
    let is_known = !matches!(refused, SuccessionError::Use);
    let object = if is_known { order.of } else { "rekey" };
    let (who, department) = match known {
        Some(person) => (person.id.to_string(), person.department),
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
