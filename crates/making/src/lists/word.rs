//! What people say of a whole list: each word names its digest, and each is another person's.

use backoffice::custody::{self, CustodyError, Event};
use backoffice::office::Office;
use issuance::Asker;
use registry::applications::{ListState, SealList};
use registry::seals::SealRefused;
use seal::life::{Refused, Stage};

use super::carry::carry;
use super::order::KeptList;
use super::refused::refuse;
use super::told::{ListTold, find, kept};
use crate::decide::REASON;
use crate::fault::MakingError;

/// A word on a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// `Review`, `Reject`, `Approve` or `Make`.
    pub event: Event,
    /// SHA-256 of the list as who says it has read it.
    pub digest: [u8; 32],
    /// Why.
    pub reason: String,
}

/// Takes a person's word on a list and brings its seals as far as it goes. Who approves has neither handed it in nor examined it, and is whom
/// every line names. The same word of the same person again goes on with what was broken off.
///
/// # Errors
/// [`MakingError`]; what a rule refuses stands in the trace, and nothing of it was done.
pub async fn say(
    office: &Office,
    asker: &Asker,
    id: &str,
    word: &Word,
) -> Result<ListTold, MakingError> {
    let reason = word.reason.chars().count();
    if reason > REASON || (word.event == Event::Reject && reason == 0) {
        return Err(MakingError::Reason);
    }
    let book = office.registry.applications();
    let found = book.list(&asker.department, id).await?;
    let list = found.ok_or(MakingError::Unknown)?;
    if asker.person == asker.account {
        return Err(MakingError::Machine);
    }
    let content = kept(&list)?;
    let after = match judged((&list, &content), &asker.person, word) {
        Ok(after) => after,
        Err(Judged::Custody(refused)) => {
            let (object, event) = (format!("list {id}"), word.event.code());
            return Err(custody::deny(office, asker, (&object, event), refused)
                .await?
                .into());
        }
        Err(Judged::List(why)) => {
            return Err(refuse(office, asker, (id, word.event.code()), why).await?);
        }
    };
    let mut list = list;
    if let Some(mut after) = after {
        let by = asker.by(office.now());
        after.changed = by.at;
        after.reason.clone_from(&word.reason);
        if !book.move_list(after.clone(), (list.state, by)).await? {
            let why = (
                "seal.list-moved",
                "somebody else acted on the list meanwhile",
            );
            return Err(refuse(office, asker, (id, word.event.code()), why).await?);
        }
        list = after;
    }
    carry(office, &list).await?;
    find(office, asker, id).await
}

/// Why a word does not count.
enum Judged {
    Custody(CustodyError),
    List((&'static str, &'static str)),
}

impl From<SealRefused> for Judged {
    fn from(refused: SealRefused) -> Self {
        Self::Custody(refused.into())
    }
}

/// Where the list stands after a word; nothing where the same person said it before.
fn judged(
    (list, content): (&SealList, &KeptList),
    person: &str,
    word: &Word,
) -> Result<Option<SealList>, Judged> {
    if list.digest != word.digest {
        return Err(SealRefused::Altered.into());
    }
    let lines = &content.handed.lines;
    if lines.iter().any(|line| line.custodian == person) {
        return Err(Judged::Custody(CustodyError::DutiesNotSeparate));
    }
    let said = Some(person.to_owned());
    let (before, place) = match word.event {
        Event::Review => (ListState::Applied, &list.reviewer),
        Event::Approve => (ListState::Reviewed, &list.approver),
        Event::Make => (ListState::Approved, &list.maker),
        _ => return rejected(list, person).map(Some),
    };
    if *place == said && list.state != ListState::Rejected {
        return Ok(None);
    }
    if list.state != before {
        return Err(not_listed(list, word.event));
    }
    let mut after = list.clone();
    match word.event {
        Event::Review => {
            another(&[&list.applicant], person)?;
            after.reviewer = said;
            after.state = ListState::Reviewed;
        }
        Event::Approve => {
            granted(list, person)?;
            if lines.iter().any(|line| line.approver != person) {
                let why = ("seal.list-approver", "a line names another approver");
                return Err(Judged::List(why));
            }
            after.approver = said;
            after.state = ListState::Approved;
        }
        _ => {
            after.maker = said;
            after.state = ListState::Ordered;
        }
    }
    Ok(Some(after))
}

fn rejected(list: &SealList, person: &str) -> Result<SealList, Judged> {
    let mut after = list.clone();
    after.state = ListState::Rejected;
    match list.state {
        ListState::Applied => {
            another(&[&list.applicant], person)?;
            after.reviewer = Some(person.to_owned());
        }
        ListState::Reviewed => {
            granted(list, person)?;
            after.approver = Some(person.to_owned());
        }
        _ => return Err(not_listed(list, Event::Reject)),
    }
    Ok(after)
}

/// A second person: neither who handed the list in nor who examined it.
fn granted(list: &SealList, person: &str) -> Result<(), Judged> {
    let reviewer = list.reviewer.as_deref().unwrap_or_default();
    another(&[&list.applicant, reviewer], person)
}

fn another(before: &[&str], person: &str) -> Result<(), Judged> {
    match before.contains(&person) {
        true => Err(SealRefused::Life(Refused::SamePerson).into()),
        false => Ok(()),
    }
}

fn not_listed(list: &SealList, event: Event) -> Judged {
    let stage = match list.state {
        ListState::Applied => Stage::Applied,
        ListState::Reviewed => Stage::Reviewed,
        ListState::Approved | ListState::Ordered => Stage::Approved,
        ListState::Made => Stage::Made,
        ListState::Rejected => Stage::Rejected,
    };
    SealRefused::Life(Refused::NotListed { stage, event }).into()
}
