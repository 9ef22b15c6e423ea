//! Signatures by a key that the person holds, in a token, a card or a telephone: prepared here, signed elsewhere, finished here.
//!
//! The rules for who signs are asked twice: when it is prepared and when the value comes back. Between the two the document, the words and
//! how it is laid out are kept, and the octets to be signed; they are computed again from the document before a value is checked against them.

use crypto::{Digest, Signature, sha256};
use dossier::Words;
use pki::certificate::Certificate;
use registry::asked::{By, Response};
use registry::objects::ObjectId;
use registry::rounds::RoundRefused;
use registry::signers::mandates::MandateUse;
use registry::signers::{
    Beginning, Begun, Layout, NewPrepared, PreparedOver, PreparedRecord, PreparedRefused,
    PreparedState,
};
use registry::trace::{Act, Deed};
use time::{Duration, UtcDateTime};

use backoffice::answers::whole;
use backoffice::asker::{Asker, Once};
use backoffice::office::Office;

use crate::kinds::{code_of, der_of, hash_of};
use crate::rounds::{self, PartOrder};
use crate::signers::{SignerError, SignerRefused};
use crate::signing::mandated::{represented, used};
use crate::signing::{
    Admitted, Chosen, Joint, Mandated, Prepared, SignError, SignOrder, Visible, active_signer,
    algorithm, behind, choose, fit, in_force, prepare as lay_out, recorded,
};

/// How long what was prepared waits for its signature (*default*).
const WAITS: Duration = Duration::minutes(15);
/// How many are closed in one go.
const PAGE: u32 = 100;

/// What was prepared, as its department sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedTold {
    /// Its handle, good for one signature.
    pub prepared: String,
    /// `waits`, `taken` or `lapsed`.
    pub state: &'static str,
    /// Who is to sign.
    pub signer: String,
    /// What they mean by signing; empty when it is over.
    pub intent: String,
    /// SHA-256 of the document as it was shown.
    pub document: [u8; 32],
    /// SHA-256 of the certificate whose key is to sign.
    pub certificate: [u8; 32],
    /// The algorithm, by its code.
    pub algorithm: String,
    /// The octets to be signed: the signed attributes in DER (RFC 5652 5.4).
    pub to_be_signed: Vec<u8>,
    /// Until when, the last second included.
    pub until: UtcDateTime,
    /// The signature that took it.
    pub signature: Option<String>,
}

/// What comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// SHA-256 of the document as it was shown.
    pub document: [u8; 32],
    /// The algorithm, by its code.
    pub algorithm: String,
    /// The value as CMS has it, or as a token gives it.
    pub octets: Vec<u8>,
    /// Whether it is r and s one after the other, as PKCS#11 gives it, and not their sequence in DER.
    pub plain: bool,
}

impl PreparedTold {
    /// The digest of the octets to be signed, by the hash of the algorithm.
    #[must_use]
    pub fn digest(&self) -> Vec<u8> {
        let algorithm = hash_of(&self.algorithm);
        Digest::of(algorithm, &self.to_be_signed).bytes().to_vec()
    }

    fn of(record: PreparedRecord, now: UtcDateTime) -> Self {
        let lapsed = record.state == PreparedState::Waits && now > record.until;
        let state = if lapsed {
            PreparedState::Lapsed
        } else {
            record.state
        };
        Self {
            prepared: record.id,
            state: state.code(),
            signer: record.signer,
            intent: record.intent,
            document: record.document,
            certificate: record.certificate,
            algorithm: record.algorithm,
            to_be_signed: record.to_be_signed,
            until: record.until,
            signature: record.signature,
        }
    }
}

/// Lays a person's signature out in a document, to be made elsewhere; the same request finds the same one.
///
/// # Errors
/// [`SignError`]; what a rule refuses stands in the trace.
pub async fn prepare(
    office: &Office,
    asker: &Asker,
    once: &Once,
    order: &SignOrder,
    file: Vec<u8>,
) -> Result<PreparedTold, SignError> {
    match prepared(office, (asker, once), order, (file, None)).await {
        Ok(record) => Ok(PreparedTold::of(record, whole(office.clock.now()))),
        Err(error) => Err(told(office, asker, &order.signer, error).await?),
    }
}

/// The same for the person of a role in a document that several sign: over the file as it stands.
///
/// # Errors
/// [`SignError`]; what a rule refuses stands in the trace.
pub async fn prepare_part(
    office: &Office,
    asker: &Asker,
    once: &Once,
    (id, order): (&str, &PartOrder),
) -> Result<PreparedTold, SignError> {
    let (record, file) = rounds::standing_file(office, asker, id).await?;
    let order = rounds::order_of(&record, order);
    let kept = (record.file.object.clone(), record.round.deadline());
    match prepared(office, (asker, once), &order, (file, Some(kept))).await {
        Ok(record) => Ok(PreparedTold::of(record, whole(office.clock.now()))),
        Err(error) => Err(told(office, asker, &record.id, error).await?),
    }
}

async fn prepared(
    office: &Office,
    (asker, once): (&Asker, &Once),
    order: &SignOrder,
    (file, kept): (Vec<u8>, Option<(String, UtcDateTime)>),
) -> Result<PreparedRecord, SignError> {
    let (admitted, order) = admitted(office, asker, order).await?;
    let order = &order;
    fit(office, &file).await?;
    let chosen = choose(office, &admitted.certificate, order)?;
    let laid_out = lay_out(office, (&admitted, order), &chosen, &file)?;
    let algorithm = algorithm(&admitted.certificate)?;
    let certificate = &admitted.certificate;
    let last = certificate.validity().last.min(chosen.claimed + WAITS);
    let (document, own) = (sha256(&file), kept.is_none());
    let (object, until) = match kept {
        Some((object, deadline)) => (object, last.min(deadline)),
        None => (office.objects.put(file).await?.to_string(), last),
    };
    let new = NewPrepared {
        asked: asker.asked(once),
        department: asker.department.clone(),
        signer: admitted.signer.id.clone(),
        case: order.case.clone(),
        document,
        object: object.clone(),
        intent: admitted.intent.as_str().to_owned(),
        certificate: sha256(certificate.der()),
        algorithm: code_of(algorithm).ok_or(SignError::Unknown)?.to_owned(),
        to_be_signed: laid_out.to_be_signed,
        layout: layout(&chosen, order.visible),
        part: order.part(),
        mandate: mandate(office, order, chosen.claimed),
        until,
        by: asker.by(chosen.claimed),
    };
    let kept = office.registry.signers().prepare(new).await;
    // The same request brought its document again, or it was refused: this copy is nobody's.
    let needed = kept
        .as_ref()
        .is_ok_and(|record| record.object.as_deref() == Some(&object));
    if own && !needed {
        remove(office, &object).await?;
    }
    Ok(kept?)
}

fn layout(chosen: &Chosen, visible: Option<Visible>) -> Layout {
    Layout {
        field: chosen.field.clone(),
        claimed: chosen.claimed,
        reserve: u64::try_from(chosen.reserve).unwrap_or(u64::MAX),
        place: visible.map(written).unwrap_or_default(),
    }
}

fn written(at: Visible) -> String {
    format!("{} {} {}", at.page, at.corner.0, at.corner.1)
}

/// A place as [`written`] has it; numbers are written so that the same ones are read.
fn visible(place: &str) -> Option<Visible> {
    let mut parts = place.split(' ');
    let page = parts.next()?.parse().ok()?;
    let (x, y) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(Visible {
        page,
        corner: (x, y),
        handwriting: false,
    })
}

/// A person who holds their key, whose identity is active and whose certificate is in force.
async fn admitted(
    office: &Office,
    asker: &Asker,
    order: &SignOrder,
) -> Result<(Admitted, SignOrder), SignError> {
    Words::parse(&order.intent)?;
    let (signer, certificate) = active_signer(office, asker, &order.signer).await?;
    if signer.own_key.is_none() {
        return Err(SignerRefused::HeldByOffice.into());
    }
    let order = represented(office, asker, order).await?;
    let intent = Words::parse(&order.intent)?;
    in_force(office, &certificate).await?;
    // A sample is one that a key here signed: whoever holds their own has none.
    if order.visible.is_some_and(|at| at.handwriting) {
        return Err(SignError::NoSample);
    }
    let admitted = Admitted {
        signer,
        certificate,
        intent,
        sample: None,
    };
    Ok((admitted, order))
}

/// The mandate of an order, as it is asked for in the transaction of this moment.
fn mandate(office: &Office, order: &SignOrder, at: UtcDateTime) -> Option<MandateUse> {
    let named = order.mandate.as_ref();
    named.map(|named| used(office, named, at))
}

/// What was prepared under a handle of the own department.
///
/// # Errors
/// `Signer` with `Unknown`.
pub async fn find(office: &Office, asker: &Asker, id: &str) -> Result<PreparedTold, SignError> {
    let signers = office.registry.signers();
    let found = signers.prepared(&asker.department, id).await?;
    let record = found.ok_or(SignerRefused::Unknown)?;
    Ok(PreparedTold::of(record, whole(office.clock.now())))
}

/// The certificate of an identity of the own department, in DER.
///
/// # Errors
/// `Signer` with `Unknown` where there is no identity, or no certificate yet.
pub async fn certificate(
    office: &Office,
    asker: &Asker,
    signer: &str,
) -> Result<Vec<u8>, SignError> {
    let signers = office.registry.signers();
    let found = signers.find(&asker.department, signer).await?;
    let certificate = found.and_then(|record| record.certificate);
    Ok(certificate.ok_or(SignerRefused::Unknown)?)
}

/// Takes the value that was made elsewhere, once: checked, stamped, recorded. The same request has the same answer; one that was broken
/// off goes on.
///
/// # Errors
/// [`SignError`]; what a rule refuses stands in the trace.
pub async fn finish(
    office: &Office,
    asker: &Asker,
    once: &Once,
    (id, value): (&str, &Value),
) -> Result<Response, SignError> {
    let when = (asker.department.clone(), asker.by(office.clock.now()).at);
    let signers = office.registry.signers();
    if let Some(answer) = signers.answered(asker.asked(once), when).await? {
        return Ok(answer);
    }
    match finished(office, (asker, once), (id, value)).await {
        Ok(response) => Ok(response),
        Err(error) => Err(told(office, asker, id, error).await?),
    }
}

async fn finished(
    office: &Office,
    (asker, once): (&Asker, &Once),
    (id, value): (&str, &Value),
) -> Result<Response, SignError> {
    let (record, object) = waiting(office, asker, id).await?;
    let (admitted, order) = admitted(office, asker, &order_of(&record)).await?;
    fits(&record, value, &admitted.certificate)?;
    stands_still(office, asker, &record).await?;
    let file = office.objects.read(&object).await?;
    let laid_out = laid_out_again(office, (&admitted, &order), &record, &file)?;
    let signature = checked(&admitted.certificate, &laid_out.to_be_signed, value)?;
    let key = admitted.signer.key().ok_or(SignError::Unknown)?;
    let by = asker.by(office.clock.now());
    let begun = office
        .registry
        .signers()
        .begin(Beginning {
            asked: asker.asked(once),
            department: asker.department.clone(),
            signer: admitted.signer.id.clone(),
            key,
            case: order.case.clone(),
            document: record.document,
            digest: sha256(&laid_out.to_be_signed),
            intent: admitted.intent.as_str().to_owned(),
            part: order.part(),
            under: None,
            prepared: Some(record.id.clone()),
            mandate: mandate(office, &order, by.at),
            by,
        })
        .await?;
    let signature_id = match begun {
        Begun::Journalled { id } => id,
        Begun::Repeated(response) => return Ok(response),
    };
    let by = (asker, once, &order);
    let of = (&admitted, laid_out, file);
    recorded(office, by, of, (&signature_id, &signature)).await
}

/// What waits under a handle, and its document. That it was taken meanwhile is asked in the transaction that takes it, where the request
/// that took it goes on.
async fn waiting(
    office: &Office,
    asker: &Asker,
    id: &str,
) -> Result<(PreparedRecord, ObjectId), SignError> {
    let signers = office.registry.signers();
    let found = signers.prepared(&asker.department, id).await?;
    let record = found.ok_or(refused(PreparedRefused::Unknown))?;
    if let Some(over) = over(&record, whole(office.clock.now())) {
        return Err(refused(over));
    }
    let object = record.object.as_deref().unwrap_or_default().parse();
    let object = object.map_err(|_| refused(PreparedRefused::Changed))?;
    Ok((record, object))
}

/// Why nothing is taken for it at this moment.
fn over(record: &PreparedRecord, now: UtcDateTime) -> Option<PreparedRefused> {
    let late = now > record.until;
    match record.state {
        PreparedState::Waits => late.then_some(PreparedRefused::Expired),
        PreparedState::Taken => record.object.is_none().then_some(PreparedRefused::Used),
        PreparedState::Lapsed => Some(PreparedRefused::Expired),
    }
}

fn refused(refused: PreparedRefused) -> SignError {
    SignerRefused::Prepared(refused).into()
}

fn order_of(record: &PreparedRecord) -> SignOrder {
    let joint = record.part.as_ref().map(|(round, role)| Joint {
        round: round.clone(),
        role: role.clone(),
        shown: record.document,
    });
    SignOrder {
        signer: record.signer.clone(),
        intent: record.intent.clone(),
        case: record.case.clone(),
        visible: visible(&record.layout.place),
        joint,
        agreed: None,
        remote: None,
        mandate: record.mandate.as_ref().map(Mandated::kept),
    }
}

/// Whether what comes back says that it is of what was prepared.
fn fits(
    record: &PreparedRecord,
    value: &Value,
    certificate: &Certificate,
) -> Result<(), SignError> {
    if sha256(certificate.der()) != record.certificate {
        return Err(refused(PreparedRefused::OtherCertificate));
    }
    if value.document != record.document {
        return Err(refused(PreparedRefused::OtherDocument));
    }
    if value.algorithm != record.algorithm {
        return Err(refused(PreparedRefused::OtherAlgorithm));
    }
    Ok(())
}

/// What several sign has not been signed by another meanwhile: its next signature covers that one.
async fn stands_still(
    office: &Office,
    asker: &Asker,
    record: &PreparedRecord,
) -> Result<(), SignError> {
    let Some((round, _)) = &record.part else {
        return Ok(());
    };
    let rounds = office.registry.rounds();
    let found = rounds.find(&asker.department, round).await?;
    let still = found.is_some_and(|found| found.file.digest == record.document);
    let moved = || SignerRefused::from(RoundRefused::OtherDocument).into();
    still.then_some(()).ok_or_else(moved)
}

/// The octets to be signed, from the document that was kept: the same as were given out, or nothing is signed.
fn laid_out_again(
    office: &Office,
    of: (&Admitted, &SignOrder),
    record: &PreparedRecord,
    file: &Vec<u8>,
) -> Result<Prepared, SignError> {
    let changed = || refused(PreparedRefused::Changed);
    if sha256(file) != record.document {
        return Err(changed());
    }
    let chosen = Chosen {
        field: record.layout.field.clone(),
        claimed: record.layout.claimed,
        reserve: usize::try_from(record.layout.reserve).map_err(|_| changed())?,
    };
    let laid_out = lay_out(office, of, &chosen, file)?;
    if laid_out.to_be_signed != record.to_be_signed {
        return Err(changed());
    }
    Ok(laid_out)
}

/// T-C3, T-V8: in range, in DER, and by the certificate's key.
fn checked(
    certificate: &Certificate,
    to_be_signed: &[u8],
    value: &Value,
) -> Result<Signature, SignError> {
    let bad = || refused(PreparedRefused::Value);
    let key = certificate.public_key().map_err(|_| bad())?;
    let octets = match value.plain {
        true => der_of(key.algorithm(), &value.octets).ok_or_else(bad)?,
        false => value.octets.clone(),
    };
    let signature = Signature::new(octets);
    let good = key.check(algorithm(certificate)?, to_be_signed, &signature);
    good.map_err(|_| bad())?;
    Ok(signature)
}

/// What a rule refuses stands in the trace; what only failed does not.
async fn told(
    office: &Office,
    asker: &Asker,
    object: &str,
    error: SignError,
) -> Result<SignError, SignError> {
    let Some(ground) = ground(&error) else {
        return Ok(error);
    };
    let known = registry::asked::IdempotencyKey::parse(object).is_some();
    let entry = Act {
        department: asker.department.clone(),
        by: asker.by(office.clock.now()),
        deed: Deed::Deny,
        object: if known { object } else { "signature" }.to_owned(),
        ground: ground.to_owned(),
        detail: Vec::new(),
        key: None,
    };
    office.registry.trace().record(entry).await?;
    Ok(error)
}

fn ground(error: &SignError) -> Option<&'static str> {
    match error {
        SignError::Signer(SignerError::Refused(refused)) => match refused {
            SignerRefused::Prepared(refused) => Some(refused.code()),
            SignerRefused::Round(refused) => refused.code(),
            SignerRefused::NotActive(_) => Some("signer.not-active"),
            SignerRefused::HeldByOffice => Some("signer.held-by-office"),
            SignerRefused::OneTime => Some("signer.one-time"),
            SignerRefused::Mandate(refused) => Some(refused.code()),
            _ => None,
        },
        SignError::Intent(_) => Some("signature.intent"),
        SignError::Active(_) => Some("document.active"),
        SignError::NoSample => Some("signer.handwriting"),
        SignError::Read(_) | SignError::Sealing(issuance::SealingError::Prepare(_)) => {
            Some("document.unreadable")
        }
        SignError::Sealing(issuance::SealingError::NotAccepted(_)) => Some("file.not-accepted"),
        error => behind(error),
    }
}

/// Closes what is over: the document goes, its words go, and that no signature came stands in the trace. Gives how many.
///
/// # Errors
/// `Object`, `Store`; what is left is closed by another round.
pub async fn lapse(office: &Office) -> Result<usize, SignError> {
    let mut done = 0;
    loop {
        let now = whole(office.clock.now());
        let over = office.registry.signers().prepared_over(now, PAGE).await?;
        if over.is_empty() {
            return Ok(done);
        }
        for one in over {
            close(office, one, now).await?;
            done += 1;
        }
    }
}

async fn close(office: &Office, over: PreparedOver, now: UtcDateTime) -> Result<(), SignError> {
    if let Some(object) = &over.object {
        remove(office, object).await?;
    }
    let signers = office.registry.signers();
    Ok(signers
        .close_prepared(over, By::new("service", now))
        .await?)
}

async fn remove(office: &Office, object: &str) -> Result<(), SignError> {
    if let Ok(object) = object.parse::<ObjectId>() {
        office.objects.remove(&object).await?;
    }
    Ok(())
}
