//! What is done to a mandate. What a rule refuses stands in the trace, and changes nothing.

use backoffice::asker::{Asker, Once};
use backoffice::office::Office;
use crypto::sha256;
use dossier::Words;
use dossier::person::Party;
use papers::signers::{SignerError, SignerRefused};
use papers::signing::{SignError, says};
use registry::objects::ObjectId;
use registry::signers::mandates::{
    Confirmation, Evidence, Ground, MandateError, MandateRecord, MandateRefused, NewMandate,
    TakeBack,
};
use registry::trace::{Act, Deed};
use signing::mandate::{Ending, Kind, Terms};
use time::Date;

/// A mandate that is written down.
pub(crate) struct Order {
    /// Who is signed for: name and number.
    pub(crate) principal: (String, String),
    /// The signature identity of who signs.
    pub(crate) representative: String,
    /// What it allows; when the principal was born is read from their number.
    pub(crate) terms: Terms,
    /// The document that shows its ground.
    pub(crate) evidence: Option<Vec<u8>>,
}

fn refused(refused: MandateRefused) -> SignError {
    SignerRefused::from(refused).into()
}

fn failed(error: MandateError) -> SignError {
    SignerRefused::from(error).into()
}

/// Today, where the office is.
pub(crate) fn today(office: &Office) -> Date {
    office.settings.zone.local(office.clock.now()).date()
}

/// Writes one down.
pub(crate) async fn record(
    office: &Office,
    asker: &Asker,
    once: &Once,
    order: Order,
) -> Result<MandateRecord, SignError> {
    match recorded(office, asker, once, order).await {
        Ok(record) => Ok(record),
        Err(error) => Err(denied(office, asker, "mandate", error).await?),
    }
}

async fn recorded(
    office: &Office,
    asker: &Asker,
    once: &Once,
    order: Order,
) -> Result<MandateRecord, SignError> {
    let (name, number) = &order.principal;
    let principal = Party::parse("person", name, number).map_err(SignerError::Person)?;
    for words in &order.terms.intents {
        Words::parse(words)?;
    }
    admit(asker, &order)?;
    let evidence = match order.evidence {
        Some(file) => Some(kept(office, file).await?),
        None => None,
    };
    let new = NewMandate {
        asked: asker.asked(once),
        department: asker.department.clone(),
        terms: Terms {
            born: principal.code().born_on(),
            ..order.terms
        },
        principal,
        signer: order.representative,
        evidence: evidence.clone(),
        today: today(office),
        by: asker.by(office.clock.now()),
    };
    let record = office.registry.signers().mandates().record(new).await;
    // The same request brought its document again, or it was refused: this copy is nobody's.
    let needed = record.as_ref().is_ok_and(|one| one.evidence == evidence);
    if let (false, Some(evidence)) = (needed, evidence) {
        remove(office, &evidence.object).await?;
    }
    record.map_err(failed)
}

/// A guardian has nobody's signature to rest on; a document is brought by a person.
fn admit(asker: &Asker, order: &Order) -> Result<(), SignError> {
    if order.terms.kind == Kind::Guardian && order.evidence.is_none() {
        return Err(refused(MandateRefused::Ground));
    }
    if order.evidence.is_some() && is_machine(asker) {
        return Err(refused(MandateRefused::Machine));
    }
    Ok(())
}

fn is_machine(asker: &Asker) -> bool {
    asker.person == asker.account
}

async fn kept(office: &Office, file: Vec<u8>) -> Result<Evidence, SignError> {
    let digest = sha256(&file);
    let object = office.objects.put(file).await?.to_string();
    Ok(Evidence { digest, object })
}

async fn remove(office: &Office, object: &str) -> Result<(), SignError> {
    if let Ok(object) = object.parse::<ObjectId>() {
        office.objects.remove(&object).await?;
    }
    Ok(())
}

/// Shows its ground.
pub(crate) async fn confirm(
    office: &Office,
    asker: &Asker,
    (id, ground): (&str, Ground),
) -> Result<MandateRecord, SignError> {
    match confirmed(office, asker, (id, ground)).await {
        Ok(record) => Ok(record),
        Err(error) => Err(denied(office, asker, id, error).await?),
    }
}

async fn confirmed(
    office: &Office,
    asker: &Asker,
    (id, ground): (&str, Ground),
) -> Result<MandateRecord, SignError> {
    let record = find(office, asker, id).await?;
    match &ground {
        Ground::Signature(signature) => authorised(office, asker, (&record, signature)).await?,
        Ground::Evidence(_) if is_machine(asker) => return Err(refused(MandateRefused::Machine)),
        Ground::Evidence(_) => {}
    }
    let confirmation = Confirmation {
        department: asker.department.clone(),
        mandate: record.id,
        ground,
        today: today(office),
        by: asker.by(office.clock.now()),
    };
    let book = office.registry.signers().mandates();
    book.confirm(confirmation).await.map_err(failed)
}

/// The file of the signature says all of the mandate, and is good; whose it is, the register asks in its transaction.
async fn authorised(
    office: &Office,
    asker: &Asker,
    (record, signature): (&MandateRecord, &str),
) -> Result<(), SignError> {
    let text = record.authorisation_text();
    let says = match says(office, asker, (signature, &text)).await {
        Err(SignError::Unknown) => false,
        says => says?,
    };
    let signers = office.registry.signers();
    let seen = signers.signature(&asker.department, signature).await?;
    if seen.is_some_and(|seen| seen.mandate.is_some()) {
        return Err(refused(MandateRefused::Chained));
    }
    says.then_some(())
        .ok_or_else(|| refused(MandateRefused::Authorisation))
}

/// Takes it back.
pub(crate) async fn take_back(
    office: &Office,
    asker: &Asker,
    id: &str,
    ended: (Ending, &str),
) -> Result<MandateRecord, SignError> {
    match taken_back(office, asker, id, ended).await {
        Ok(record) => Ok(record),
        Err(error) => Err(denied(office, asker, id, error).await?),
    }
}

async fn taken_back(
    office: &Office,
    asker: &Asker,
    id: &str,
    (ending, reason): (Ending, &str),
) -> Result<MandateRecord, SignError> {
    let taken = TakeBack {
        department: asker.department.clone(),
        mandate: id.to_owned(),
        ending,
        reason: Words::parse(reason)?.as_str().to_owned(),
        today: today(office),
        by: asker.by(office.clock.now()),
    };
    let book = office.registry.signers().mandates();
    book.take_back(taken).await.map_err(failed)
}

/// One of the own department.
pub(crate) async fn find(
    office: &Office,
    asker: &Asker,
    id: &str,
) -> Result<MandateRecord, SignError> {
    let book = office.registry.signers().mandates();
    let found = book.find(&asker.department, id).await?;
    found.ok_or_else(|| refused(MandateRefused::Unknown))
}

/// The document that shows its ground.
pub(crate) async fn evidence(
    office: &Office,
    asker: &Asker,
    id: &str,
) -> Result<Vec<u8>, SignError> {
    let record = find(office, asker, id).await?;
    let evidence = record.evidence.ok_or(SignError::Unknown)?;
    let object: ObjectId = evidence.object.parse().map_err(|_| SignError::Unknown)?;
    let octets = office.objects.read(&object).await?;
    let same = sha256(&octets) == evidence.digest;
    same.then_some(octets).ok_or(SignError::Unknown)
}

/// What a rule refuses stands in the trace; what only failed does not.
async fn denied(
    office: &Office,
    asker: &Asker,
    object: &str,
    error: SignError,
) -> Result<SignError, SignError> {
    let ground = match &error {
        SignError::Signer(SignerError::Refused(SignerRefused::Mandate(refused))) => refused.code(),
        SignError::Signer(SignerError::Person(_)) => "signer.person",
        SignError::Intent(_) => "signature.intent",
        _ => return Ok(error),
    };
    let known = registry::asked::IdempotencyKey::parse(object).is_some();
    let entry = Act {
        department: asker.department.clone(),
        by: asker.by(office.clock.now()),
        deed: Deed::Deny,
        object: if known { object } else { "mandate" }.to_owned(),
        ground: ground.to_owned(),
        detail: Vec::new(),
        key: None,
    };
    office.registry.trace().record(entry).await?;
    Ok(error)
}
