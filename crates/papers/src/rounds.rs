//! Documents that several persons sign, each in a role, side by side or one after the other (domain.md 4.3).
//!
//! The office keeps the file as it stands. Each signature is a whole one, over the file with all that were made before
//! ([`crate::signing`]), with the role under it: the last file says by itself who signed as what.

use crypto::sha256;
use dossier::Words;
use registry::StoreError;
use registry::asked::{By, Response};
use registry::objects::ObjectId;
use registry::rounds::{KeptFile, NewRound, NewSeat, Part, RoundRecord, RoundRefused, SeatRecord};
use registry::signers::mandates::Who;
use registry::trace::{Act, Deed};
use serde::Serialize;
use signing::round::{Order, Seat};
use time::UtcDateTime;
use verify::{Material, Policy, Report, SignatureReport, Verdict};

use backoffice::answers::whole;
use backoffice::asker::{Asker, Once};
use backoffice::office::Office;
use backoffice::said::{hex, moment};

use crate::signers::{SignerError, SignerRefused};
use crate::signing::mandated;
use crate::signing::{Joint, Mandated, SignError, SignOrder, Visible, deny_by, fit, sign};

/// Rounds that are told in one look.
const PAGE: u32 = 100;

/// A document that several are to sign.
#[derive(Debug, Clone)]
pub struct RoundOrder {
    /// The case, or empty.
    pub case: String,
    /// In which order.
    pub order: Order,
    /// Until when, its last second included.
    pub deadline: UtcDateTime,
    /// Each role, its person, and what they will mean by signing.
    pub seats: Vec<SeatOrder>,
}

/// A role, its person, and what they will mean by signing.
#[derive(Debug, Clone)]
pub struct SeatOrder {
    /// The role.
    pub role: String,
    /// The signature identity.
    pub signer: String,
    /// The words.
    pub intent: String,
    /// The mandate under which they will sign for another, where they do.
    pub mandate: Option<Mandated>,
}

/// What a person does of it.
#[derive(Debug, Clone)]
pub struct PartOrder {
    /// The role.
    pub role: String,
    /// Who.
    pub signer: String,
    /// SHA-256 of the file as it was shown.
    pub shown: [u8; 32],
    /// The words as they were shown.
    pub intent: String,
    /// Where the name seal stands, where one is asked for.
    pub visible: Option<Visible>,
}

/// A document that several sign, as its department sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoundTold {
    /// Its identifier.
    pub signing: String,
    /// `incomplete`, `complete`, `declined` or `lapsed`; of a file that was looked through, `broken` too.
    pub state: &'static str,
    /// The roles that have not signed.
    pub missing: Vec<String>,
    /// `parallel` or `ordered`.
    pub order: &'static str,
    /// Until when, RFC 3339.
    pub deadline: String,
    /// The case, or empty.
    pub case: String,
    /// SHA-256 of the file as it was brought, lower-case hexadecimal.
    pub document: String,
    /// SHA-256 of the file as it stands: what the next person is shown.
    pub file_digest: String,
    /// Where that is had.
    pub file: String,
    /// Its roles.
    pub roles: Vec<SeatTold>,
    /// Of a file that was looked through: why it is broken.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<String>,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeatTold {
    /// Its name.
    pub role: String,
    /// The signature identity of its person.
    pub signer: String,
    /// What they will mean by signing, and under a mandate who signs for whom: the words that are to be shown.
    pub intent: String,
    /// The mandate under which they sign for another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mandate: Option<String>,
    /// `waiting`, `signed` or `declined`.
    pub state: &'static str,
    /// The signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// When they signed or declined, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Why they declined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl SeatTold {
    fn of((seat, record): (&Seat, &SeatRecord)) -> Self {
        Self {
            role: seat.role.clone(),
            signer: seat.signer.clone(),
            intent: record.intent.clone(),
            mandate: record.mandate.as_ref().map(|(mandate, _)| mandate.clone()),
            state: seat.done.code(),
            signature: record.signature.clone(),
            at: record.at.map(moment),
            reason: record.reason.clone(),
        }
    }
}

impl RoundTold {
    fn of(office: &Office, record: &RoundRecord) -> Self {
        let round = &record.round;
        let seats = round.seats().iter().zip(&record.seats);
        Self {
            signing: record.id.clone(),
            state: round.outcome(whole(office.clock.now())).code(),
            missing: round.missing().map(str::to_owned).collect(),
            order: round.order().code(),
            deadline: moment(round.deadline()),
            case: record.case.clone(),
            document: hex(&record.document),
            file_digest: hex(&record.file.digest),
            file: format!("{}/v1/signings/{}/file", office.settings.address, record.id),
            roles: seats.map(SeatTold::of).collect(),
            findings: Vec::new(),
        }
    }
}

fn refused(refused: RoundRefused) -> SignError {
    SignerRefused::Round(refused).into()
}

/// Takes a document in that several are to sign; the same request finds the same one.
///
/// # Errors
/// `Intent`, `Read`, `Active`, `Object`, `Signer` with what the register refuses, which stands in the trace.
pub async fn begin(
    office: &Office,
    asker: &Asker,
    once: &Once,
    order: &RoundOrder,
    file: Vec<u8>,
) -> Result<RoundTold, SignError> {
    let seats = match inspected(office, asker, order, &file).await {
        Ok(seats) => seats,
        Err(refused) => return Err(deny_by(office, asker, "signing", refused).await?),
    };
    let file = kept(office, file).await?;
    let new = NewRound {
        asked: asker.asked(once),
        department: asker.department.clone(),
        case: order.case.clone(),
        order: order.order,
        deadline: whole(order.deadline),
        seats,
        file,
        by: asker.by(office.clock.now()),
    };
    let begun = office.registry.rounds().begin(new).await;
    match begun.map_err(refused) {
        Ok(record) => Ok(RoundTold::of(office, &record)),
        Err(error) => Err(told(office, asker, "signing", error).await?),
    }
}

/// The roles, with the words that each will be shown, of a file that may be signed.
async fn inspected(
    office: &Office,
    asker: &Asker,
    order: &RoundOrder,
    file: &Vec<u8>,
) -> Result<Vec<NewSeat>, SignError> {
    let seats = seats(office, asker, order).await?;
    fit(office, file).await?;
    Ok(seats)
}

/// The roles, with the words that each will be shown.
async fn seats(
    office: &Office,
    asker: &Asker,
    order: &RoundOrder,
) -> Result<Vec<NewSeat>, SignError> {
    let mut seats = Vec::with_capacity(order.seats.len());
    for seat in &order.seats {
        Words::parse(&seat.intent)?;
        let (mut intent, mut mandate) = (seat.intent.clone(), None);
        if let Some(named) = &seat.mandate {
            let record = mandated::found(office, asker, &named.mandate).await?;
            intent = record.terms.bound(&intent, record.named());
            Words::parse(&intent)?;
            let asked = (Who::Signer(&seat.signer), intent.as_str());
            mandated::inspect(office, asker, (named, &order.case), asked).await?;
            mandate = Some(mandated::used(office, named, office.clock.now()));
        }
        seats.push(NewSeat {
            role: seat.role.clone(),
            signer: seat.signer.clone(),
            intent,
            mandate,
        });
    }
    Ok(seats)
}

async fn kept(office: &Office, file: Vec<u8>) -> Result<KeptFile, SignError> {
    let digest = sha256(&file);
    let length = u64::try_from(file.len()).unwrap_or(u64::MAX);
    let object = office.objects.put(file).await?.to_string();
    Ok(KeptFile {
        object,
        digest,
        length,
    })
}

async fn found(office: &Office, asker: &Asker, id: &str) -> Result<RoundRecord, SignError> {
    let found = office.registry.rounds().find(&asker.department, id).await?;
    found.ok_or(SignError::Unknown)
}

/// One of the own department.
///
/// # Errors
/// `Unknown` when there is none.
pub async fn find(office: &Office, asker: &Asker, id: &str) -> Result<RoundTold, SignError> {
    Ok(RoundTold::of(office, &found(office, asker, id).await?))
}

/// The file as it stands.
///
/// # Errors
/// `Unknown` when there is none, `Object`.
pub async fn file(office: &Office, asker: &Asker, id: &str) -> Result<Vec<u8>, SignError> {
    let record = found(office, asker, id).await?;
    standing(office, &record).await
}

async fn standing(office: &Office, record: &RoundRecord) -> Result<Vec<u8>, SignError> {
    let object: Result<ObjectId, _> = record.file.object.parse();
    let object = object.map_err(|_| SignError::Unknown)?;
    let bytes = office.objects.read(&object).await?;
    let same = sha256(&bytes) == record.file.digest;
    same.then_some(bytes).ok_or(SignError::Unknown)
}

/// One of the own department, and its file as it stands.
pub(crate) async fn standing_file(
    office: &Office,
    asker: &Asker,
    id: &str,
) -> Result<(RoundRecord, Vec<u8>), SignError> {
    let record = found(office, asker, id).await?;
    let file = standing(office, &record).await?;
    Ok((record, file))
}

/// What the person of a role signs.
pub(crate) fn order_of(record: &RoundRecord, order: &PartOrder) -> SignOrder {
    SignOrder {
        signer: order.signer.clone(),
        intent: order.intent.clone(),
        case: record.case.clone(),
        visible: order.visible,
        joint: Some(Joint {
            round: record.id.clone(),
            role: order.role.clone(),
            shown: order.shown,
        }),
        agreed: None,
        remote: None,
        mandate: mandate_of(record, &order.role),
    }
}

/// Under which mandate the person of a role signs, as it was planned.
fn mandate_of(record: &RoundRecord, role: &str) -> Option<Mandated> {
    let mut seats = record.round.seats().iter().zip(&record.seats);
    let (_, seat) = seats.find(|(seat, _)| seat.role == role)?;
    seat.mandate.as_ref().map(Mandated::kept)
}

/// Signs for the person of a role.
///
/// # Errors
/// [`SignError`]; what a rule refuses stands in the trace.
pub async fn sign_part(
    office: &Office,
    asker: &Asker,
    once: &Once,
    (id, order): (&str, &PartOrder),
) -> Result<Response, SignError> {
    let (record, file) = standing_file(office, asker, id).await?;
    let order = order_of(&record, order);
    match sign(office, asker, once, &order, file).await {
        Ok(response) => Ok(response),
        // Of a signature it was told where it was refused.
        Err(error) if error.is_of_mandate() => Err(error),
        Err(error) => Err(told(office, asker, &record.id, error).await?),
    }
}

/// The person of a role declines to sign, which ends it.
///
/// # Errors
/// `Unknown`, `Intent` where the reason is no words, `Signer` with what the register refuses, which stands in the trace.
pub async fn decline(
    office: &Office,
    asker: &Asker,
    id: &str,
    (role, signer, reason): (String, String, &str),
) -> Result<RoundTold, SignError> {
    let record = found(office, asker, id).await?;
    let reason = match Words::parse(reason) {
        Ok(reason) => reason.as_str().to_owned(),
        Err(refused) => return Err(deny_by(office, asker, &record.id, refused.into()).await?),
    };
    // Who may not sign for another declines nothing for them either.
    if let Err(error) = still(office, asker, &record, (&role, &signer)).await {
        return Err(told(office, asker, &record.id, error).await?);
    }
    let part = Part {
        round: record.id.clone(),
        role,
        signer,
        shown: record.file.digest,
        intent: String::new(),
    };
    let by = asker.by(office.clock.now());
    let rounds = office.registry.rounds();
    let declined = rounds.decline(&asker.department, part, (reason, by)).await;
    match declined.map_err(refused) {
        Ok(record) => Ok(RoundTold::of(office, &record)),
        Err(error) => Err(told(office, asker, &record.id, error).await?),
    }
}

/// Whether the person of a role could sign in it, as far as a mandate says so.
async fn still(
    office: &Office,
    asker: &Asker,
    record: &RoundRecord,
    (role, signer): (&str, &str),
) -> Result<(), SignError> {
    let Some(named) = mandate_of(record, role) else {
        return Ok(());
    };
    let mut seats = record.round.seats().iter().zip(&record.seats);
    let seat = seats.find(|(seat, _)| seat.role == role);
    let words = seat.map(|(_, seat)| seat.intent.as_str());
    let asked = (Who::Signer(signer), words.unwrap_or_default());
    mandated::inspect(office, asker, (&named, &record.case), asked).await
}

/// What a rule of the round refuses stands in the trace; other errors have their entries, or need none.
async fn told(
    office: &Office,
    asker: &Asker,
    object: &str,
    error: SignError,
) -> Result<SignError, SignError> {
    let SignError::Signer(SignerError::Refused(refused)) = &error else {
        return Ok(error);
    };
    let ground = match refused {
        SignerRefused::Round(refused) => refused.code(),
        SignerRefused::Mandate(refused) => Some(refused.code()),
        _ => None,
    };
    if let Some(ground) = ground {
        let entry = denied(asker, (object, ground), asker.by(office.clock.now()));
        office.registry.trace().record(entry).await?;
    }
    Ok(error)
}

fn denied(asker: &Asker, (object, ground): (&str, &str), by: By) -> Act {
    Act {
        department: asker.department.clone(),
        by,
        deed: Deed::Deny,
        object: object.to_owned(),
        ground: ground.to_owned(),
        detail: Vec::new(),
        key: None,
    }
}

/// What a file says of it, whoever brings it: which roles have signed in this file, and whether it was changed.
///
/// # Errors
/// `Unknown` when there is no such document here, the store.
pub async fn check(
    office: &Office,
    asker: &Asker,
    id: &str,
    file: &[u8],
) -> Result<RoundTold, SignError> {
    let record = found(office, asker, id).await?;
    let mut told = RoundTold::of(office, &record);
    let report = examined(office, file).await;
    told.file_digest = hex(&sha256(file));
    told.missing = missing(office, &record, &report).await?;
    told.findings = findings(&report);
    let sound = is_of(&record, file) && report.verdict == Verdict::Valid;
    // A file that nobody has signed yet is not signed, and whole.
    let bare = sha256(file) == record.document;
    told.state = match (sound || bare, told.missing.is_empty()) {
        (false, _) => "broken",
        (true, true) => "complete",
        (true, false) if told.state == "complete" => "incomplete",
        (true, false) => told.state,
    };
    Ok(told)
}

/// Whether the file begins with the one that was brought: each who signs adds to it and changes nothing.
fn is_of(record: &RoundRecord, file: &[u8]) -> bool {
    let length = usize::try_from(record.document_length).unwrap_or(usize::MAX);
    file.get(..length)
        .is_some_and(|brought| sha256(brought) == record.document)
}

async fn examined(office: &Office, file: &[u8]) -> Report {
    let _place = office.work.acquire().await;
    let policy = Policy::named("form").unwrap_or_default();
    let now = office.clock.now();
    verify::examine(
        "signing.pdf",
        &file,
        &office.trust(),
        &Material::empty(),
        &policy,
        now,
    )
}

/// The roles without a good signature by the certificate of their person, with the role under it.
async fn missing(
    office: &Office,
    record: &RoundRecord,
    report: &Report,
) -> Result<Vec<String>, SignError> {
    let mut missing = Vec::new();
    for seat in record.round.seats() {
        let signers = office.registry.signers();
        let signer = signers.find(&record.department, &seat.signer).await?;
        let certificate = signer.and_then(|signer| signer.certificate);
        let has = |one: &SignatureReport| is_by(one, &seat.role, certificate.as_deref());
        if !report.signatures.iter().any(has) {
            missing.push(seat.role.clone());
        }
    }
    Ok(missing)
}

fn is_by(one: &SignatureReport, role: &str, certificate: Option<&[u8]>) -> bool {
    one.verdict == Verdict::Valid
        && certificate.is_some()
        && one.certificate.as_deref() == certificate
        && one.roles.iter().any(|named| named == role)
}

fn findings(report: &Report) -> Vec<String> {
    let signatures = report.signatures.iter().flat_map(|one| &one.findings);
    let all = report.findings.iter().chain(signatures);
    let errors = all.filter(|one| one.severity == verify::Severity::Error);
    errors.map(|one| one.code.to_string()).collect()
}

/// Tells the department of each whose day came before all had signed, once. Gives how many.
///
/// # Errors
/// The store; what is left is told by another round.
pub async fn lapse(office: &Office) -> Result<usize, StoreError> {
    let rounds = office.registry.rounds();
    let mut told = 0;
    loop {
        let now = whole(office.clock.now());
        let over = rounds.over(now, PAGE).await?;
        if over.is_empty() {
            return Ok(told);
        }
        for one in over {
            told += usize::from(rounds.lapse(one, By::new("service", now)).await?);
        }
    }
}
