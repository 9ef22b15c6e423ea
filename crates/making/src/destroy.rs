//! The key of a seal that was given up is erased (domain.md 4.2, T-S9): ordered by two people for a day, called off until then, seen
//! by two others, and told in a record that the office signs with a key that is no seal's.

use backoffice::custody::{self, Event};
use backoffice::import;
use backoffice::keys::seal_key;
use backoffice::office::Office;
use backoffice::said::{hex, moment};
use catalogue::key::{PersonKey, SealCode};
use issuance::Asker;
use registry::applications::{
    Destruction, DestructionRefused, DestructionState, DestructionWord, Erased, Witnessed,
};
use registry::regions::Spoken;
use registry::seals::{SealRecord, SealRefused};
use registry::trace::{Act, Deed};
use serde::Serialize;
use time::{Date, Duration};

use crate::fault::{MakingError, Wrong};
use crate::order::is_text;
use crate::record::{self, says};

/// T-S9: days from the order to the erasure, at least, and where none are named.
const LEAST: Duration = Duration::days(7);
const USUAL: Duration = Duration::days(30);
/// At most: an order that nobody remembers is given anew.
const MOST: Duration = Duration::days(366);

/// What is told of the destruction of a seal's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DestructionTold {
    /// The seal.
    pub seal: String,
    /// `scheduled`, `erasing`, or `done`.
    pub state: &'static str,
    /// The day on which the key may be erased, `YYYY-MM-DD`.
    pub on: String,
    /// The two who ordered it.
    pub people: Vec<String>,
    /// Why.
    pub reason: String,
    /// When the second of them did, RFC 3339.
    pub scheduled: String,
    /// The two who saw it, once they did.
    pub witnesses: Vec<String>,
    /// SHA-256 of the record, once it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
}

/// A seal that the asker may see, as it stands.
async fn seen(office: &Office, asker: &Asker, seal: &SealCode) -> Result<SealRecord, MakingError> {
    let desk = import::desk_with(office, seal).await?;
    let record = office.registry.seals().find(seal).await?;
    let record = record
        .filter(|one| custody::sees(&desk.catalogue, &asker.department, &one.department))
        .filter(|_| desk.catalogue.seal(seal).is_some());
    record.ok_or(MakingError::Unknown)
}

/// Whose word counts: a person's, who is not asked through a machine.
fn person(asker: &Asker) -> Result<PersonKey, MakingError> {
    let person = PersonKey::parse(&asker.person).ok();
    let person = person.filter(|_| asker.person != asker.account);
    person.ok_or(MakingError::Machine)
}

/// One administrator's order to destroy a seal's key on a day, seven days from today or later, thirty where none is named; the
/// second one's, which says the same within a day, has it stand. Who may release the seal orders nothing of it (R3, T-S4).
///
/// # Errors
/// `Order` for the day or the reason; [`MakingError`]. What a rule refuses stands in the trace.
pub async fn order_destruction(
    office: &Office,
    asker: &Asker,
    seal: &SealCode,
    (on, reason): (Option<Date>, &str),
) -> Result<(Spoken, Date), MakingError> {
    seen(office, asker, seal).await?;
    let person = person(asker)?;
    let zone = office.settings.zone;
    let today = zone.date_at(office.now());
    let on = on.unwrap_or(today + USUAL);
    inspect(on - today, reason)?;
    separate(office, asker, seal).await?;
    let word = DestructionWord {
        seal: seal.clone(),
        due: zone.start_of(on),
        reason: reason.to_owned(),
        person,
        at: office.now(),
    };
    let said = office.registry.applications().order_destruction(word).await;
    match said {
        Ok(spoken) => Ok((spoken, on)),
        Err(refused) => Err(deny(office, asker, (seal, "destroy"), refused).await?),
    }
}

fn inspect(ahead: Duration, reason: &str) -> Result<(), MakingError> {
    let wrong = |at: &str, code, text: &str| Wrong {
        at: at.to_owned(),
        code,
        text: text.to_owned(),
    };
    let mut all = Vec::new();
    if !(LEAST..=MOST).contains(&ahead) {
        let text = "not 7 to 366 days from today";
        all.push(wrong("on", "seal.destruction-day", text));
    }
    if !is_text(reason) {
        let text = "not a line of 1 to 200 characters";
        all.push(wrong("reason", "seal.text", text));
    }
    match all.is_empty() {
        true => Ok(()),
        false => Err(MakingError::Order(all)),
    }
}

/// R3, T-S4: who releases a seal orders nothing of its end.
async fn separate(office: &Office, asker: &Asker, seal: &SealCode) -> Result<(), MakingError> {
    import::follow_keys(office).await;
    let key = seal_key(seal.as_str()).ok_or(MakingError::Unknown)?;
    let releasers = office.keys.releasers(&key);
    if releasers.iter().all(|one| one.person != asker.person) {
        return Ok(());
    }
    let refused = custody::CustodyError::DutiesNotSeparate;
    let on = (seal.as_str(), Event::Destroy.code());
    Err(custody::deny(office, asker, on, refused).await?.into())
}

/// Calls it off, alone: until its day, and an order that waits for a second person.
///
/// # Errors
/// [`MakingError`].
pub async fn call_off_destruction(
    office: &Office,
    asker: &Asker,
    seal: &SealCode,
    reason: &str,
) -> Result<(), MakingError> {
    seen(office, asker, seal).await?;
    person(asker)?;
    inspect(LEAST, reason)?;
    let said = (asker.by(office.now()), reason.to_owned());
    let book = office.registry.applications();
    let called = book.call_off_destruction(seal.clone(), said).await;
    match called {
        Ok(()) => Ok(()),
        Err(refused) => Err(deny(office, asker, (seal, "call-off"), refused).await?),
    }
}

/// A witness's word, on the day or after it: neither of the two who ordered it. With the second one's the key is erased, in every
/// suite, and the record signed; where that is broken off, either of them goes on with the same call, or the next start of a
/// service does.
///
/// # Errors
/// [`MakingError`].
pub async fn witness_destruction(
    office: &Office,
    asker: &Asker,
    seal: &SealCode,
) -> Result<Result<DestructionTold, String>, MakingError> {
    seen(office, asker, seal).await?;
    let by = registry::asked::By::new(person(asker)?.as_str(), office.now());
    import::follow_keys(office).await;
    let says = says(office, seal)?;
    let book = office.registry.applications();
    let begun = match book.witness_destruction(seal.clone(), by, says).await {
        Ok(Witnessed::Waits(until)) => return Ok(Err(moment(until))),
        Ok(Witnessed::Done(done)) => return Ok(Ok(told(office, &done))),
        Ok(Witnessed::Begun(begun)) => begun,
        Err(refused) => return Err(deny(office, asker, (seal, "witness"), refused).await?),
    };
    let done = go_on(office, &begun).await?;
    Ok(Ok(told(office, &done)))
}

/// Erases what was witnessed and signs the record of it: once, however often it is begun.
async fn go_on(office: &Office, begun: &Destruction) -> Result<Destruction, MakingError> {
    let random = office.random.as_ref();
    let erased = office.keys.erase(begun.seal.as_str(), random);
    let erased = erased.map_err(MakingError::Erase)?;
    // What is signed is what the key store has done.
    if erased.iter().any(|key| !key.erased) {
        return Err(MakingError::Unfinished);
    }
    let record = record::signed(office, begun).await?;
    let desk = office.desk();
    let scope = desk.catalogue.seal(&begun.seal);
    let scope = scope.ok_or(MakingError::Unknown)?;
    let digest = hex(&crypto::sha256(&begun.statement));
    let done = Erased {
        seal: begun.seal.clone(),
        keys: erased.iter().map(|key| key.id.to_string()).collect(),
        record,
        leaf: custody::leaf(office, scope, (Event::Destroy.code(), &digest))?,
        at: backoffice::answers::whole(office.now()),
    };
    let done = office.registry.applications().erased(done).await;
    let done = done.map_err(refusal)?;
    office.log.wake();
    Ok(done)
}

/// Goes on with what was witnessed before this process began; how many records there are now that were not.
///
/// # Errors
/// [`MakingError`]; what was done before it stays done.
pub async fn resume_destructions(office: &Office) -> Result<usize, MakingError> {
    let begun = office.registry.applications().destructions_begun().await?;
    for one in &begun {
        import::follow_keys(office).await;
        go_on(office, one).await?;
    }
    Ok(begun.len())
}

/// What is ordered, under way or done of a seal's key.
///
/// # Errors
/// `Unknown`, also where nothing is ordered; `Store`.
pub async fn destruction(
    office: &Office,
    asker: &Asker,
    seal: &SealCode,
) -> Result<DestructionTold, MakingError> {
    seen(office, asker, seal).await?;
    let found = office.registry.applications().destruction(seal).await?;
    Ok(told(office, &found.ok_or(MakingError::Unknown)?))
}

/// The record of a destruction: a signed message with what it says inside (CAdES, RFC 5652).
///
/// # Errors
/// `Unknown`, also where it is not done; `Store`.
pub async fn destruction_record(
    office: &Office,
    asker: &Asker,
    seal: &SealCode,
) -> Result<Vec<u8>, MakingError> {
    seen(office, asker, seal).await?;
    let found = office.registry.applications().destruction(seal).await?;
    let done = found.filter(|one| one.state == DestructionState::Done);
    Ok(done.ok_or(MakingError::Unknown)?.record)
}

fn told(office: &Office, one: &Destruction) -> DestructionTold {
    let is_done = one.state == DestructionState::Done;
    DestructionTold {
        seal: one.seal.to_string(),
        state: one.state.code(),
        on: office.settings.zone.date_at(one.due).to_string(),
        people: one.people.clone(),
        reason: one.reason.clone(),
        scheduled: moment(one.scheduled),
        witnesses: one.witnesses.clone(),
        record: is_done.then(|| hex(&crypto::sha256(&one.record))),
    }
}

/// T-L1: what a rule refuses stands in the trace.
async fn deny(
    office: &Office,
    asker: &Asker,
    (seal, act): (&SealCode, &str),
    refused: DestructionRefused,
) -> Result<MakingError, MakingError> {
    let refused = refusal(refused);
    let ground = match &refused {
        MakingError::Store(_) | MakingError::Unknown => return Ok(refused),
        MakingError::Custody(custody::CustodyError::Refused(SealRefused::Life(life))) => {
            life.code()
        }
        MakingError::Destruction(code, _) => code,
        _ => "seal.refused",
    };
    let entry = Act {
        department: asker.department.clone(),
        by: asker.by(office.now()),
        deed: Deed::Deny,
        object: seal.to_string(),
        ground: ground.to_owned(),
        detail: vec![("event", act.to_owned())],
        key: None,
    };
    office.registry.trace().record(entry).await?;
    Ok(refused)
}

fn refusal(refused: DestructionRefused) -> MakingError {
    let text = refused.to_string();
    let code = match refused {
        DestructionRefused::Store(error) => return error.into(),
        DestructionRefused::Unknown => return MakingError::Unknown,
        DestructionRefused::Life(life) => {
            return custody::CustodyError::from(SealRefused::Life(life)).into();
        }
        DestructionRefused::Scheduled => "seal.destruction-ordered",
        DestructionRefused::Due => "seal.destruction-due",
        DestructionRefused::NotDue => "seal.destruction-not-due",
        _ => "seal.destruction-not-ordered",
    };
    MakingError::Destruction(code, text)
}
