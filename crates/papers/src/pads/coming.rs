//! A person comes to a page by its link: the code opens it for this device, they see the document and the words, and sign once or decline.
//!
//! They have no account; what they do stands in the trace under the page's own name. Each of unknown, ended and lapsed links, and of wrong
//! codes, opens nothing and is not told apart (T-P6).

use credential::Handle;
use crypto::sha256;
use dossier::Words;
use dossier::signed::signer::SignerState;
use registry::StoreError;
use registry::asked::{IdempotencyKey, Response};
use registry::objects::ObjectId;
use registry::signers::pads::{Ending, PadRecord, Shown};
use serde_json::Value;
use signing::pad::State;
use signing::strokes::Strokes;
use time::UtcDateTime;

use backoffice::answers::whole;
use backoffice::asker::{Asker, Once};
use backoffice::office::Office;
use backoffice::said::hex;

use super::asking::{denied, signed_words};
use super::{PadError, PadOrder, represented, signed_once};
use crate::signers::{SignerError, SignerRefused};
use crate::signing::{Mandated, SignError, Visible};

/// A page as who opened it sees it.
#[derive(Clone, PartialEq)]
pub struct PageShown {
    /// Where it stands.
    pub state: State,
    /// The department that asks, Chinese and English.
    pub department: (String, String),
    /// Who signs.
    pub name: String,
    /// What they mean by signing, Chinese and English.
    pub intent: (String, String),
    /// SHA-256 of the document, lower-case hexadecimal.
    pub document: String,
    /// The last second.
    pub deadline: UtcDateTime,
    /// Whether something of the signature is to be seen, so that somebody may write.
    pub is_written: bool,
    /// When it ended.
    pub ended: Option<UtcDateTime>,
}

// T-P8: who signs does not reach a log.
impl std::fmt::Debug for PageShown {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.state.code())
    }
}

/// How somebody signs.
#[derive(Clone, PartialEq, Eq)]
pub enum Hand {
    /// They wrote on the page.
    Wrote(String),
    /// They chose to sign without writing (R18).
    Chose,
}

// T-P8: how somebody writes does not reach a log.
impl std::fmt::Debug for Hand {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("<hand>")
    }
}

/// The code is shown with the link: a ticket for this device, or nothing.
///
/// # Errors
/// The store.
pub async fn open(office: &Office, handle: &str, code: &str) -> Result<Option<String>, StoreError> {
    let ticket = Handle::generate(office.random.as_ref()).map_err(StoreError::Random)?;
    let ticket = ticket.to_string();
    let shown = Shown {
        handle,
        ticket: &ticket,
    };
    let now = office.clock.now();
    let opened = office.registry.pads().open(shown, code.trim(), now).await?;
    Ok(opened.then_some(ticket))
}

/// What the device that opened it sees; nothing for any other.
///
/// # Errors
/// The store.
pub async fn shown(office: &Office, shown: Shown<'_>) -> Result<Option<PageShown>, StoreError> {
    let found = opened(office, shown).await?;
    Ok(found.map(|record| seen(office, &record)))
}

async fn opened(office: &Office, shown: Shown<'_>) -> Result<Option<PadRecord>, StoreError> {
    let now = office.clock.now();
    office.registry.pads().shown(shown, now).await
}

fn seen(office: &Office, record: &PadRecord) -> PageShown {
    let desk = office.desk();
    let department = desk.catalogue.department(&record.department);
    let department = department.map(|one| (one.name_zh.clone(), one.name_en.clone()));
    let now = whole(office.clock.now());
    PageShown {
        state: record.state.at(record.deadline, now),
        department: department.unwrap_or_default(),
        name: record.content.name.clone(),
        intent: record.content.intent.clone(),
        document: hex(&record.file.digest),
        deadline: record.deadline,
        is_written: record.content.place.is_some(),
        ended: record.ended,
    }
}

/// The document that is to be signed, while that is so.
///
/// # Errors
/// `Unknown` for a device that did not open the page, and after its end.
pub async fn document(office: &Office, shown: Shown<'_>) -> Result<Vec<u8>, PadError> {
    let record = opened(office, shown).await?.ok_or(PadError::Unknown)?;
    let now = whole(office.clock.now());
    match record.state.at(record.deadline, now) {
        State::Open => read(office, &record).await,
        _ => Err(PadError::Unknown),
    }
}

async fn read(office: &Office, record: &PadRecord) -> Result<Vec<u8>, PadError> {
    let object: Result<ObjectId, _> = record.file.object.parse();
    let object = object.map_err(|_| PadError::Unknown)?;
    let octets = office.objects.read(&object).await;
    let octets = octets.map_err(SignError::from)?;
    let same = sha256(&octets) == record.file.digest;
    same.then_some(octets).ok_or(PadError::Unknown)
}

/// The signed file, for the device on which it was signed.
///
/// # Errors
/// `Unknown` for any other, and before.
pub async fn signed_file(office: &Office, shown: Shown<'_>) -> Result<Vec<u8>, PadError> {
    let record = opened(office, shown).await?.ok_or(PadError::Unknown)?;
    let signature = record.signature.as_deref().ok_or(PadError::Unknown)?;
    let found = crate::signing::find(office, &at_page(&record), signature).await;
    Ok(found.map(|(_, octets)| octets)?)
}

/// Whoever is at the page.
fn at_page(record: &PadRecord) -> Asker {
    Asker {
        account: record.actor(),
        person: record.actor(),
        department: record.department.clone(),
    }
}

/// Signs, for who opened the page and was shown the document with this digest.
///
/// # Errors
/// [`PadError`]; what a rule refuses stands in the trace.
pub async fn sign(
    office: &Office,
    shown: Shown<'_>,
    (document, hand): ([u8; 32], Option<Hand>),
) -> Result<(), PadError> {
    let pads = office.registry.pads();
    let turn = pads
        .take_turn(shown, (document, office.clock.now()))
        .await?;
    let record = turn.map_err(PadError::Turn)?;
    let asker = at_page(&record);
    match signed(office, (&asker, &record), hand).await {
        Ok(signature) => {
            let of = (&record.department, record.id.as_str());
            let by = asker.by(office.clock.now());
            pads.end(of, Ending::Signed(signature), by).await?;
            Ok(())
        }
        Err((attempt, error)) => {
            pads.give_turn_back(&record, attempt).await?;
            Err(denied(office, &asker, (&record.id, error)).await?)
        }
    }
}

/// The signature; after an error the attempt that is the next one's.
async fn signed(
    office: &Office,
    (asker, record): (&Asker, &PadRecord),
    hand: Option<Hand>,
) -> Result<String, (u64, PadError)> {
    let attempt = record.attempt;
    let order = ordered(record, hand).map_err(|error| (attempt, error))?;
    let mut answer = tried(office, (asker, record), &order, attempt).await;
    // A key that was spent and signed nothing: an attempt that was broken off. The next one has a key of its own.
    let mut at = attempt;
    if let Err(PadError::Sign(SignError::Signer(SignerError::Refused(SignerRefused::NotActive(
        SignerState::Spent,
    ))))) = &answer
    {
        at = attempt + 1;
        answer = tried(office, (asker, record), &order, at).await;
    }
    let response = answer.map_err(|error| (at, error))?;
    let told: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let signature = told.get("signature").and_then(Value::as_str);
    signature.map(str::to_owned).ok_or((at, PadError::Unknown))
}

async fn tried(
    office: &Office,
    (asker, record): (&Asker, &PadRecord),
    order: &PadOrder,
    attempt: u64,
) -> Result<Response, PadError> {
    let file = read(office, record).await?;
    let name = format!("{}\n{attempt}", record.actor());
    let fingerprint = sha256(name.as_bytes());
    let key = IdempotencyKey::parse(&hex(&fingerprint)).ok_or(PadError::Unknown)?;
    let once = Once { key, fingerprint };
    represented(office, asker, order).await?;
    Ok(signed_once(office, asker, &once, order, file).await?)
}

/// What is signed, with what somebody wrote or chose.
fn ordered(record: &PadRecord, hand: Option<Hand>) -> Result<PadOrder, PadError> {
    let content = &record.content;
    let strokes = match (hand, content.place) {
        (Some(Hand::Wrote(strokes)), Some(_)) => {
            Strokes::parse(strokes.as_bytes()).map_err(SignError::from)?;
            Some(strokes)
        }
        (Some(Hand::Chose), _) | (_, None) => None,
        (None, Some(_)) => return Err(PadError::NotWritten),
    };
    let visible = content.place.map(|(page, x, y)| Visible {
        page,
        corner: (x, y),
        handwriting: strokes.is_some(),
    });
    Ok(PadOrder {
        name: content.name.clone(),
        number: content.number.clone(),
        level: content.level,
        means: content.means.clone(),
        intent: signed_words(&content.intent),
        case: content.case.clone(),
        visible,
        strokes,
        mandate: content.mandate.as_ref().map(Mandated::kept),
    })
}

/// Who opened the page declines to sign, with a reason. It ends the page.
///
/// # Errors
/// `Reason`, `Turn`; both stand in the trace.
pub async fn decline(
    office: &Office,
    shown: Shown<'_>,
    (document, reason): ([u8; 32], &str),
) -> Result<(), PadError> {
    let pads = office.registry.pads();
    let turn = pads
        .take_turn(shown, (document, office.clock.now()))
        .await?;
    let record = turn.map_err(PadError::Turn)?;
    let asker = at_page(&record);
    let Ok(reason) = Words::parse(reason.trim()) else {
        pads.give_turn_back(&record, record.attempt).await?;
        return Err(denied(office, &asker, (&record.id, PadError::Reason)).await?);
    };
    let of = (&record.department, record.id.as_str());
    let ending = Ending::Declined(reason.as_str().to_owned());
    pads.end(of, ending, asker.by(office.clock.now())).await?;
    Ok(())
}

/// The device forgets the page: the next person at a window's tablet does not see it.
///
/// # Errors
/// The store.
pub async fn leave(office: &Office, shown: Shown<'_>) -> Result<(), StoreError> {
    match opened(office, shown).await? {
        Some(record) => office.registry.pads().leave(&record).await,
        None => Ok(()),
    }
}
