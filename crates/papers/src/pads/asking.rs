//! A department asks a named person for their signature on a document: a page is made, a link leads to it and a code opens it.
//!
//! The code goes another way than the link. A link alone proves nobody, so it signs nothing (domain.md 4.3, decision 084).

use affix::seal::{Appearance, Certification, NewField, Place, SealRequest};
use credential::Handle;
use crypto::sha256;
use dossier::Words;
use dossier::person::Party;
use dossier::signed::{Assurance, LEAST};
use registry::StoreError;
use registry::asked::Response;
use registry::rounds::KeptFile;
use registry::signers::mandates::Who;
use registry::signers::pads::{Ending, Made, NewPad, PadContent, PadRecord};
use registry::trace::{Act, Deed};
use seal::picture::{NameSeal, RED};
use serde::Serialize;
use signing::pad::{Proof, inspect};
use time::UtcDateTime;

use backoffice::answers::whole;
use backoffice::asker::{Asker, Once};
use backoffice::office::Office;
use backoffice::said::{hex, moment, response};
use issuance::SealingError;

use super::PadError;
use crate::signers::SignerError;
use crate::signing::mandated;
use crate::signing::{Mandated, SignError, Visible, fit};

/// Octets that a trial of the place leaves for a signature.
const RESERVE: usize = 1_024;
/// Codes that there are: six digits.
const CODES: u64 = 1_000_000;

/// A signature for which a department asks.
#[derive(Clone)]
pub struct PageOrder {
    /// The name as the person's document has it.
    pub name: String,
    /// The citizen's number.
    pub number: String,
    /// How sure it is who comes to the page.
    pub level: Assurance,
    /// What says so beside the link.
    pub proof: Proof,
    /// By which means: which document the officer compares, to which address the code goes.
    pub means: String,
    /// What they mean by signing: in Chinese, and in English.
    pub intent: (String, String),
    /// The case, or empty.
    pub case: String,
    /// Where their handwriting or name seal is to be seen; none: the signature shows nothing, and nobody is asked to write.
    pub visible: Option<Visible>,
    /// The last second; none: as long as the proof allows.
    pub deadline: Option<UtcDateTime>,
    /// The mandate under which they are to sign for another, where they are.
    pub mandate: Option<Mandated>,
}

// T-P8: who is to sign does not reach a log.
impl std::fmt::Debug for PageOrder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("<page order>")
    }
}

/// A page, as its department sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PadTold {
    /// Its identifier.
    pub pad: String,
    /// `open`, `signed`, `declined`, `taken-back`, `locked` or `lapsed`.
    pub state: &'static str,
    /// `window` or `channel`.
    pub proof: &'static str,
    /// `L2` or `L3`.
    pub level: Assurance,
    /// The name, starred.
    pub name: String,
    /// The case, or empty.
    pub case: String,
    /// The mandate under which they are to sign for another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mandate: Option<String>,
    /// SHA-256 of the document, lower-case hexadecimal.
    pub document: String,
    /// The last second, RFC 3339.
    pub deadline: String,
    /// How often the code was wrong.
    pub failures: u64,
    /// The signature, once there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// When it ended, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
    /// Why the person declined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A page that was made, and what opens it: told this once.
#[derive(Debug, Serialize)]
struct MadeTold<'a> {
    pad: &'a str,
    /// For the person.
    link: String,
    /// For the person, another way than the link.
    code: &'a str,
    deadline: String,
    document: String,
}

impl PadTold {
    fn of(record: &PadRecord, now: UtcDateTime) -> Result<Self, PadError> {
        let content = &record.content;
        let person = Party::parse("person", &content.name, &content.number);
        Ok(Self {
            pad: record.id.clone(),
            state: record.state.at(record.deadline, whole(now)).code(),
            proof: record.proof.code(),
            level: content.level,
            name: person.map_err(SignerError::Person)?.masked_name(),
            case: content.case.clone(),
            mandate: content.mandate.as_ref().map(|(mandate, _)| mandate.clone()),
            document: hex(&record.file.digest),
            deadline: moment(record.deadline),
            failures: record.failures,
            signature: record.signature.clone(),
            ended: record.ended.map(moment),
            reason: record.reason.clone(),
        })
    }
}

/// Makes a page for a person to sign a document on; the same request is answered as before.
///
/// # Errors
/// [`PadError`]; what a rule refuses stands in the trace.
pub async fn ask(
    office: &Office,
    asker: &Asker,
    once: &Once,
    order: PageOrder,
    file: Vec<u8>,
) -> Result<Response, PadError> {
    let made = async {
        let content = admitted(office, asker, &order, &file).await?;
        make(
            office,
            (asker, once),
            (order.proof, content),
            (order.deadline, file),
        )
        .await
    };
    match made.await {
        Ok(answer) => Ok(answer),
        Err(error) => Err(denied(office, asker, ("pad", error)).await?),
    }
}

/// What a rule refuses stands in the trace.
pub(super) async fn denied(
    office: &Office,
    asker: &Asker,
    (object, error): (&str, PadError),
) -> Result<PadError, StoreError> {
    if let Some(ground) = error.code() {
        let entry = Act {
            department: asker.department.clone(),
            by: asker.by(office.clock.now()),
            deed: Deed::Deny,
            object: object.to_owned(),
            ground: ground.to_owned(),
            detail: Vec::new(),
            key: None,
        };
        office.registry.trace().record(entry).await?;
    }
    Ok(error)
}

/// Everything that can be wrong is found before anybody is sent a link.
async fn admitted(
    office: &Office,
    asker: &Asker,
    order: &PageOrder,
    file: &Vec<u8>,
) -> Result<PadContent, PadError> {
    // A code alone never proves more than a real name that was checked elsewhere.
    let most = match order.proof {
        Proof::Window => Assurance::L3,
        Proof::Channel => Assurance::L2,
    };
    if order.level < LEAST || order.level > most {
        return Err(SignerError::Level.into());
    }
    let person = Party::parse("person", &order.name, &order.number);
    person.map_err(SignerError::Person)?;
    Words::parse(&order.means)?;
    let intent = represented(office, asker, order).await?;
    let (zh, en) = &intent;
    for words in [zh, en, &signed_words(&intent)] {
        Words::parse(words)?;
    }
    fit(office, file).await?;
    if let Some(visible) = order.visible {
        let _place = office.work.acquire().await;
        try_place((&order.name, visible), file)?;
    }
    Ok(PadContent {
        name: order.name.clone(),
        number: order.number.clone(),
        level: order.level,
        means: order.means.clone(),
        intent,
        case: order.case.clone(),
        mandate: order
            .mandate
            .as_ref()
            .map(|named| (named.mandate.clone(), named.matter.clone())),
        place: order.visible.map(|at| (at.page, at.corner.0, at.corner.1)),
    })
}

/// The words that the page shows: under a mandate they say who signs for whom, in both languages.
async fn represented(
    office: &Office,
    asker: &Asker,
    order: &PageOrder,
) -> Result<(String, String), PadError> {
    let (zh, en) = &order.intent;
    let Some(named) = &order.mandate else {
        return Ok(order.intent.clone());
    };
    let record = mandated::found(office, asker, &named.mandate).await?;
    let words = record.named();
    let intent = (
        record.terms.bound(zh, words),
        record.terms.bound_en(en, words),
    );
    let signed = signed_words(&intent);
    let asked = (Who::Person(order.number.trim()), signed.as_str());
    mandated::inspect(office, asker, (named, &order.case), asked).await?;
    Ok(intent)
}

/// What stands under the signature: the words in both languages, since both were shown.
pub(super) fn signed_words((zh, en): &(String, String)) -> String {
    format!("{zh} / {en}")
}

/// Whether the name can be drawn at this place, found out on a copy that nobody sees.
fn try_place((name, visible): (&str, Visible), file: &Vec<u8>) -> Result<(), PadError> {
    let seal = NameSeal { name, colour: RED };
    let seal = seal.square().map_err(SignError::from)?;
    let drawn = document::Appearance::draw(&seal).map_err(SignError::from)?;
    let bodies = |first: u32| drawn.bodies(first);
    let request = SealRequest {
        place: Place::Page(NewField {
            name: "Trial",
            page: visible.page,
            corner: visible.corner,
            size: (drawn.width(), drawn.height()),
            described: name,
        }),
        appearance: Some(Appearance {
            width: drawn.width(),
            height: drawn.height(),
            bodies: &bodies,
        }),
        certification: Certification::Approval,
        claimed: time::OffsetDateTime::UNIX_EPOCH,
        name: None,
        reason: None,
        location: None,
        contact: None,
        reserve: RESERVE,
    };
    let tried = affix::seal::prepare(file, &request).map_err(SealingError::from);
    Ok(tried.map(|_| ()).map_err(SignError::from)?)
}

async fn make(
    office: &Office,
    (asker, once): (&Asker, &Once),
    (proof, content): (Proof, PadContent),
    (deadline, file): (Option<UtcDateTime>, Vec<u8>),
) -> Result<Response, PadError> {
    let now = whole(office.clock.now());
    let deadline = deadline.map_or(now + proof.term(), whole);
    inspect(proof, now, deadline)?;
    let digest = sha256(&file);
    let length = u64::try_from(file.len()).unwrap_or(u64::MAX);
    let object = office.objects.put(file).await.map_err(SignError::from)?;
    let (id, handle, code) = fresh(office)?;
    let told = MadeTold {
        pad: &id,
        link: format!("{}/s/{handle}", office.settings.address),
        code: &code,
        deadline: moment(deadline),
        document: hex(&digest),
    };
    let new = NewPad {
        asked: (asker.asked(once), response(201, &told)),
        department: asker.department.clone(),
        proof,
        content,
        file: KeptFile {
            object: object.to_string(),
            digest,
            length,
        },
        deadline,
        by: asker.by(now),
        opened_by: (handle, code.clone()),
        id: id.clone(),
    };
    match office.registry.pads().make(new).await? {
        Made::Answered(response) => Ok(response),
        Made::KeyReused => Err(PadError::KeyReused),
    }
}

/// Identifier, handle and code.
fn fresh(office: &Office) -> Result<(String, String, String), PadError> {
    let random = office.random.as_ref();
    let none = |error| PadError::from(StoreError::Random(error));
    let (mut id, mut code) = ([0; 16], [0; 8]);
    random.fill(&mut id).map_err(none)?;
    random.fill(&mut code).map_err(none)?;
    let handle = Handle::generate(random).map_err(none)?.to_string();
    // 2^64 over a million: no code is likelier than another by more than one in 10^13.
    let code = u64::from_be_bytes(code) % CODES;
    Ok((hex(&id), handle, format!("{code:06}")))
}

/// One of the own department.
///
/// # Errors
/// `Unknown`, the store.
pub async fn find(office: &Office, asker: &Asker, pad: &str) -> Result<PadTold, PadError> {
    let found = office.registry.pads().find(&asker.department, pad).await?;
    PadTold::of(&found.ok_or(PadError::Unknown)?, office.clock.now())
}

/// Takes one back: its link leads nowhere any more.
///
/// # Errors
/// `Unknown`; `Ended` where it has ended, or is being signed.
pub async fn take_back(office: &Office, asker: &Asker, pad: &str) -> Result<(), PadError> {
    let pads = office.registry.pads();
    let found = pads.find(&asker.department, pad).await?;
    let found = found.ok_or(PadError::Unknown)?;
    let of = (&asker.department, found.id.as_str());
    let by = asker.by(office.clock.now());
    match pads.end(of, Ending::TakenBack, by).await? {
        true => Ok(()),
        false => Err(denied(office, asker, (&found.id, PadError::Ended)).await?),
    }
}
