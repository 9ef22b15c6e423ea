//! One person signs for another (R4, R18): the words and the role that say so, from the mandate that was named.

use catalogue::key::MatterCode;
use dossier::number::CaseNumber;
use registry::signers::SignerRefused;
use registry::signers::mandates::{MandateRecord, MandateUse, Who};
use signing::mandate::MandateRefused;
use time::UtcDateTime;

use backoffice::asker::Asker;
use backoffice::office::Office;

use crate::signing::order::{Mandated, SignError, SignOrder};

/// A mandate of the own department.
pub(crate) async fn found(
    office: &Office,
    asker: &Asker,
    mandate: &str,
) -> Result<MandateRecord, SignError> {
    let book = office.registry.signers().mandates();
    let found = book.find(&asker.department, mandate).await?;
    found.ok_or_else(|| refused(MandateRefused::Unknown))
}

pub(crate) fn refused(refused: MandateRefused) -> SignError {
    SignerRefused::from(refused).into()
}

/// A mandate as it is asked for in the transaction that lets a key sign: on the day of this moment, where the office is.
pub(crate) fn used(office: &Office, named: &Mandated, at: UtcDateTime) -> MandateUse {
    MandateUse {
        mandate: named.mandate.clone(),
        matter: named.matter.clone(),
        day: office.settings.zone.local(at).date(),
    }
}

/// The order with the words and the role that say who signs for whom; as it is where nobody does.
///
/// The rules of the mandate are asked here before anything is done, and again in the transaction that lets the key sign.
pub(crate) async fn represented(
    office: &Office,
    asker: &Asker,
    order: &SignOrder,
) -> Result<SignOrder, SignError> {
    let mut order = order.clone();
    let Some(named) = &mut order.mandate else {
        return Ok(order);
    };
    let record = found(office, asker, &named.mandate).await?;
    // Of what several sign, the words were planned with it: those that were shown have it, or are others.
    if order.joint.is_none() {
        order.intent = record.terms.bound(&order.intent, record.named());
    }
    named.role = record.terms.role(record.named());
    let who = Who::Signer(&order.signer);
    inspect(office, asker, (named, &order.case), (who, &order.intent)).await?;
    Ok(order)
}

/// Whether somebody could sign these words now.
pub(crate) async fn inspect(
    office: &Office,
    asker: &Asker,
    (named, case): (&Mandated, &str),
    asked: (Who<'_>, &str),
) -> Result<(), SignError> {
    let used = used(office, named, office.clock.now());
    let book = office.registry.signers().mandates();
    let inspected = book.inspect((&asker.department, &used), asked).await;
    inspected.map_err(SignerRefused::from)?;
    is_of_matter(office, asker, (case, &named.matter)).await
}

/// A case that is kept here is of the matter that was said: what it is of never changes.
async fn is_of_matter(
    office: &Office,
    asker: &Asker,
    (case, matter): (&str, &str),
) -> Result<(), SignError> {
    let (Ok(case), Ok(matter)) = (CaseNumber::parse(case), MatterCode::parse(matter)) else {
        return Ok(());
    };
    let Some(found) = office.registry.cases().find(&case).await? else {
        return Ok(());
    };
    let own = found.department == asker.department;
    let same = found
        .file
        .dossier()
        .is_none_or(|dossier| dossier.terms().matter == matter);
    (!own || same)
        .then_some(())
        .ok_or_else(|| refused(MandateRefused::OtherMatter))
}
