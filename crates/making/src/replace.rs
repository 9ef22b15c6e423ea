//! A seal is replaced by one that was made for it.

use backoffice::custody::{self, Duty, Event};
use backoffice::office::Office;
use catalogue::key::SealCode;
use issuance::{Asker, Once};
use registry::asked::Response;
use seal::life::Stage;

use crate::fault::{MakingError, Wrong};
use crate::told::seen;

/// Puts a seal out of use, in whose place another one came: one that was asked for in its place and is in use. The certificates of
/// its keys end with it, and what it sealed before stays good (domain.md 4.2).
///
/// # Errors
/// `Order` where the other one is not that; [`MakingError`].
pub async fn replace(
    office: &Office,
    who: (&Asker, &[Duty]),
    once: &Once,
    seal: &SealCode,
    (by, reason): (&SealCode, &str),
) -> Result<Response, MakingError> {
    let successor = seen(office, who.0, by).await?;
    let stands_in = successor.replaces.as_ref() == Some(seal);
    if !stands_in || successor.record.stage != Stage::InUse {
        return Err(MakingError::Order(vec![Wrong {
            at: "by".to_owned(),
            code: "seal.no-successor",
            text: "it was not asked for in the place of this one, or is not in use".to_owned(),
        }]));
    }
    let on = (Event::Replace, reason);
    Ok(custody::act(office, who, once, seal, on).await?)
}
