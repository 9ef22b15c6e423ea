//! A person who has no signature identity signs at a window: a key is made for the one document, certified for an hour at the level
//! that was proven there, used once, and destroyed (domain.md 4.3).
//!
//! The office's own page for it: a department asks for one ([`asking`]), the person comes to it by a link and a code ([`coming`]).

pub mod asking;
pub mod closing;
pub mod coming;
mod refused;

use crypto::sha256;
use dossier::person::Party;
use dossier::signed::signer::{SignerAct, SignerState};
use dossier::signed::{Assurance, LEAST};
use registry::asked::{IdempotencyKey, Response};
use registry::signers::mandates::Who;
use registry::signers::{NewSigner, SignerRecord, SignerStep};
use registry::trace::{Act, Deed};
use signing::strokes::Strokes;
use time::Duration;

use backoffice::asker::{Asker, Once};
use backoffice::office::Office;
use backoffice::said::hex;

use crate::handwriting::keep;
use crate::signers::{SignerError, SignerRefused, certify};
use crate::signing::mandated;
use crate::signing::{Mandated, SignError, SignOrder, Visible, deny_by, fit, sign, stands};

pub use refused::PadError;

/// How long a certificate for one document holds (*default*).
const LIFE: Duration = Duration::hours(1);

/// Who signs what at a window.
#[derive(Clone)]
pub struct PadOrder {
    /// The name as the person's document has it.
    pub name: String,
    /// The citizen's number.
    pub number: String,
    /// How sure it is who they are.
    pub level: Assurance,
    /// By which means that was proven at the window.
    pub means: String,
    /// What they mean by signing, as it was shown.
    pub intent: String,
    /// The case, or empty.
    pub case: String,
    /// Where their name seal stands, where one is asked for.
    pub visible: Option<Visible>,
    /// How they wrote on the pad, as `signing::strokes` reads it; it is drawn, and forgotten with the key.
    pub strokes: Option<String>,
    /// The mandate under which they sign for another, where they do.
    pub mandate: Option<Mandated>,
}

// T-P8: who signs, and how they write, does not reach a log.
impl std::fmt::Debug for PadOrder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("<pad order>")
    }
}

/// Signs one document for a person at a window. The key is destroyed whatever comes of it; after an error a request under another
/// key makes another one.
///
/// # Errors
/// [`SignError`]; what a mandate refuses stands in the trace.
pub async fn sign_once(
    office: &Office,
    asker: &Asker,
    once: &Once,
    order: &PadOrder,
    file: Vec<u8>,
) -> Result<Response, SignError> {
    // Asked before a key is made; the register asks again in its transaction.
    if let Err(refused) = represented(office, asker, order).await {
        return Err(deny_by(office, asker, "signature", refused).await?);
    }
    signed_once(office, asker, once, order, file).await
}

/// Whether this person could sign under the mandate that was named, where one was.
pub(super) async fn represented(
    office: &Office,
    asker: &Asker,
    order: &PadOrder,
) -> Result<(), SignError> {
    let Some(named) = &order.mandate else {
        return Ok(());
    };
    let record = mandated::found(office, asker, &named.mandate).await?;
    let words = record.terms.bound(&order.intent, record.named());
    let asked = (Who::Person(&order.number), words.as_str());
    mandated::inspect(office, asker, (named, &order.case), asked).await
}

/// The same for whom a mandate allows it, or who needs none.
pub(super) async fn signed_once(
    office: &Office,
    asker: &Asker,
    once: &Once,
    order: &PadOrder,
    file: Vec<u8>,
) -> Result<Response, SignError> {
    if order.level < LEAST {
        return Err(SignerError::Level.into());
    }
    if let Some(strokes) = &order.strokes {
        Strokes::parse(strokes.as_bytes())?;
    }
    fit(office, &file).await?;
    // T-D8: no identity and no key either.
    if let Err(refused) = stands(office).await {
        return Err(deny_by(office, asker, "signature", refused).await?);
    }
    let record = taken(office, asker, once, order, sha256(&file)).await?;
    if record.state == SignerState::Spent {
        // The same request: its answer, or that the key is gone.
        let when = (asker.department.clone(), asker.by(office.clock.now()).at);
        let signers = office.registry.signers();
        let before = signers.answered(asker.asked(once), when).await?;
        return before.ok_or_else(|| SignerRefused::NotActive(record.state).into());
    }
    let record = proven(office, asker, order, record).await?;
    let answer = signed(office, asker, once, (&record, order), file).await;
    destroy(office, asker, (&record, answer.is_ok())).await?;
    answer
}

async fn taken(
    office: &Office,
    asker: &Asker,
    once: &Once,
    order: &PadOrder,
    document: [u8; 32],
) -> Result<SignerRecord, SignError> {
    let person = Party::parse("person", &order.name, &order.number);
    let new = NewSigner {
        asked: asker.asked(&of_person(once)),
        department: asker.department.clone(),
        person: person.map_err(SignerError::Person)?,
        document: Some(document),
        by: asker.by(office.clock.now()),
    };
    Ok(office.registry.signers().apply(new).await?)
}

/// The request that takes the person in, beside the one that signs.
fn of_person(once: &Once) -> Once {
    let name = format!("{}\nperson", once.key);
    let key = IdempotencyKey::parse(&hex(&sha256(name.as_bytes())));
    Once {
        key: key.unwrap_or_else(|| once.key.clone()),
        fingerprint: once.fingerprint,
    }
}

/// Proven, and with a key that is certified; a request that was broken off goes on where it was.
async fn proven(
    office: &Office,
    asker: &Asker,
    order: &PadOrder,
    mut record: SignerRecord,
) -> Result<SignerRecord, SignError> {
    let signers = office.registry.signers();
    if record.state == SignerState::Applied {
        let mut prove = step(office, asker, &record, (SignerAct::Prove, &order.means));
        prove.level = Some(order.level);
        record = signers.step(prove).await?;
    }
    if record.state == SignerState::IdentityProven {
        let certificate = certify(office, asker, &record, LIFE).await?;
        let until = certificate.validity().last;
        let mut activate = step(office, asker, &record, (SignerAct::Activate, &order.means));
        activate.certificate = Some((certificate.der().to_vec(), until));
        record = signers.step(activate).await?;
    }
    Ok(record)
}

fn step(
    office: &Office,
    asker: &Asker,
    record: &SignerRecord,
    (act, reason): (SignerAct, &str),
) -> SignerStep {
    SignerStep {
        department: asker.department.clone(),
        signer: record.id.clone(),
        act,
        level: None,
        certificate: None,
        own_key: None,
        reason: reason.to_owned(),
        by: asker.by(office.clock.now()),
    }
}

async fn signed(
    office: &Office,
    asker: &Asker,
    once: &Once,
    (record, order): (&SignerRecord, &PadOrder),
    file: Vec<u8>,
) -> Result<Response, SignError> {
    if let Some(strokes) = &order.strokes {
        keep(office, asker, (record, strokes)).await?;
    }
    let order = SignOrder {
        signer: record.id.clone(),
        intent: order.intent.clone(),
        case: order.case.clone(),
        visible: order.visible,
        joint: None,
        agreed: None,
        remote: None,
        mandate: order.mandate.clone(),
    };
    sign(office, asker, once, &order, file).await
}

/// The key is gone first, then the record of it is written: a record of a key that still signs would be a lie.
async fn destroy(
    office: &Office,
    asker: &Asker,
    (record, signed): (&SignerRecord, bool),
) -> Result<(), SignError> {
    let key = record.key().ok_or(SignError::Unknown)?;
    let destroyed = office.keys.destroy(&key, office.random.as_ref());
    match destroyed {
        Ok(()) | Err(crypto::KeyStoreError::UnknownKey(_)) => {}
        Err(error) => return Err(SignerError::Key(error).into()),
    }
    let why = if signed { "signed" } else { "not signed" };
    let spend = step(office, asker, record, (SignerAct::Spend, why));
    let signers = office.registry.signers();
    // How somebody writes is theirs: what is left of it is the picture in the document.
    let book = office.registry.handwriting();
    book.drop_of(&asker.department, &record.id).await?;
    match signers.step(spend).await {
        Ok(_) | Err(SignerRefused::Life(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let entry = Act {
        department: asker.department.clone(),
        by: asker.by(office.clock.now()),
        deed: Deed::Key,
        object: key.as_str().to_owned(),
        ground: "destroyed".to_owned(),
        detail: vec![("signer", record.id.clone())],
        key: None,
    };
    office.registry.trace().record(entry).await?;
    Ok(())
}
