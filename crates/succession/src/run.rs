//! The whole way, step by step; each step finds out how far the one before it came.

use backoffice::answers::whole;
use backoffice::by_two::{self, Done as ByTwo};
use backoffice::office::Office;
use crypto::KeyId;
use pki::certificate::Certificate;
use registry::trace::Deed;
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;

use crate::fault::SuccessionError;
use crate::order::{Done, Order, Step};
use crate::place::Place;
use crate::refused;

/// Brings another key in a place, as far as `until`. Broken off, or ended before its last step, it is done again and goes on.
///
/// # Errors
/// [`SuccessionError`]: what was refused stands in the trace, and nothing was changed by it.
pub async fn run(office: &Office, order: &Order<'_>, until: Step) -> Result<Done, SuccessionError> {
    match carry(office, order, until).await {
        Ok(done) => Ok(done),
        Err(refused) => Err(refused::told(office, order, refused).await),
    }
}

async fn carry(office: &Office, order: &Order<'_>, until: Step) -> Result<Done, SuccessionError> {
    let place = Place::of(office, order.key()?)?;
    inspect(&place, order)?;
    let asker = refused::asker(office, order).await?;
    let begun = (Step::Told, None, None);
    let next = vec![("next", place.next.to_string())];
    record(&place, order, ("rekey-begun", next)).await?;
    if until <= Step::Told {
        return Ok(done(begun));
    }
    let public = place.made()?;
    if until <= Step::Made {
        return Ok(done((Step::Made, None, None)));
    }
    let certificate = place.certified(&asker, &public).await?;
    if until > Step::Certified {
        place.proven(&asker, &certificate).await?;
    }
    if until <= Step::Proven {
        return Ok(done((until, Some(&certificate), None)));
    }
    let former = place.former()?;
    let erased_from = whole(office.clock.now()).saturating_add(order.keep);
    agreed(&place, order, (&certificate, &former, erased_from)).await?;
    if until > Step::Agreed {
        let names = (&place.next, &former);
        let random = office.random.as_ref();
        office
            .keys
            .succeed(&place.key.id(), names, erased_from, random)?;
    }
    let kept = (until > Step::Agreed).then_some((former, erased_from));
    Ok(done((until, Some(&certificate), kept)))
}

fn done(
    (step, certificate, former): (Step, Option<&Certificate>, Option<(KeyId, UtcDateTime)>),
) -> Done {
    Done {
        step,
        serial: certificate.map(Certificate::serial).copied(),
        former,
    }
}

/// What is asked before anything is written.
fn inspect(place: &Place<'_>, order: &Order<'_>) -> Result<(), SuccessionError> {
    if !order.alone {
        return Err(SuccessionError::InUse);
    }
    if place.office.keys.is_locked() {
        return Err(SuccessionError::Locked);
    }
    if !(Order::LEAST..=Order::MOST).contains(&order.keep) {
        return Err(SuccessionError::Period);
    }
    let kept = place.formers().into_iter();
    let latest = kept.filter_map(|key| key.former.map(|until| (until, key.id)));
    match latest.max().filter(|_| !order.again) {
        Some((until, former)) => Err(SuccessionError::UnderWay { former, until }),
        None => Ok(()),
    }
}

/// T-L1: which key goes and which one comes is in both people's traces before it is so.
async fn agreed(
    place: &Place<'_>,
    order: &Order<'_>,
    (certificate, former, erased_from): (&Certificate, &KeyId, UtcDateTime),
) -> Result<(), SuccessionError> {
    let detail = vec![
        ("former", former.to_string()),
        ("certificate", certificate.serial().to_string()),
        ("erased_from", moment(erased_from)),
    ];
    record(place, order, ("rekey", detail)).await
}

/// One entry for each of the two people.
pub(crate) async fn record(
    place: &Place<'_>,
    order: &Order<'_>,
    (ground, detail): (&str, Vec<(&'static str, String)>),
) -> Result<(), SuccessionError> {
    let act = ByTwo {
        deed: Deed::Key,
        object: place.key.name().to_owned(),
        ground,
        detail,
    };
    let ([first, second], now) = (order.people, place.office.clock.now());
    by_two::record(&place.office.registry, (first, second), act, now).await?;
    Ok(())
}

fn moment(at: UtcDateTime) -> String {
    at.format(&Rfc3339)
        .unwrap_or_else(|_| at.unix_timestamp().to_string())
}
