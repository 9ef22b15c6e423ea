//! Who asks, of what, and what is refused.

use std::sync::Arc;

use backoffice::custody::{self, CustodyError};
use backoffice::import;
use backoffice::keys::seal_key;
use backoffice::office::Office;
use catalogue::SealScope;
use catalogue::key::{PersonKey, SealCode};
use issuance::Asker;
use registry::StoreError;
use registry::trace::{Act, Deed};
use releasing::LiftRefused;
use replies::problems::{of_store, one};
use replies::seal_problems::of_custody;
use thiserror::Error;
use wire::problem::{Code, Problem};

/// The office whose seals are watched.
#[derive(Clone)]
pub struct Desk(pub Arc<Office>);

impl std::fmt::Debug for Desk {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Desk")
    }
}

/// Why nothing was done.
#[derive(Debug, Error)]
pub(crate) enum Refused {
    /// There is nothing of that name, or nothing that the asker may see (T-P3).
    #[error("there is nothing of that name here")]
    Unknown,
    /// A machine decides nothing of limits.
    #[error("a machine decides nothing of limits")]
    Machine,
    /// Who releases a seal says nothing of its limits (R3, T-S4).
    #[error("who releases a seal says nothing of its limits")]
    Releaser,
    /// Who was stopped does not lift it.
    #[error("who was stopped does not lift it")]
    Stopped,
    /// These are no limits.
    #[error("a limit is 1 to 1,000,000, and no more a minute than a day")]
    Limits,
    /// These are no approvers.
    #[error("two people or more, of 16 at most, each of whom may release the seal")]
    Approvers,
    /// The key store is locked, or was changed beside this process.
    #[error("the key store does not take it at the moment: say the same again")]
    Keys(#[source] crypto::KeyStoreError),
    /// Whose release gave rise to an alarm does not close it.
    #[error("who gave rise to an alarm does not close it")]
    Concerned,
    /// It is closed.
    #[error("the alarm is closed already")]
    Closed,
    /// The page does not begin there.
    #[error("after is no place of a page")]
    Place,
    /// A note says why.
    #[error("a note is one line of 1 to 200 characters")]
    Note,
    /// What is known of the seal cannot be read.
    #[error("what is known of the seal cannot be read")]
    Custody(#[from] CustodyError),
    /// The store.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
}

impl From<LiftRefused> for Refused {
    fn from(refused: LiftRefused) -> Self {
        match refused {
            LiftRefused::Stopped => Self::Stopped,
            LiftRefused::Store(error) => Self::Store(error),
            _ => Self::Unknown,
        }
    }
}

impl Refused {
    /// The problem that it is.
    pub(crate) fn told(self) -> Problem {
        let text = self.to_string();
        match self {
            Self::Unknown => Problem::new(Code::NotFound),
            Self::Machine => Problem::new(Code::NotAllowed).saying(text),
            Self::Releaser | Self::Stopped | Self::Concerned => {
                Problem::new(Code::DutiesNotSeparate).saying(text)
            }
            Self::Approvers => refused(Code::NotAdmitted, "seal.approvers", text),
            Self::Keys(_) => {
                let problem = Problem::new(Code::KeysLocked).untraced("keys.locked");
                problem.saying(text)
            }
            Self::Closed => refused(Code::SealRefused, "alarm.closed", text),
            Self::Place => Problem::new(Code::RequestMalformed).saying(text),
            Self::Limits => refused(Code::NotAdmitted, "release.limits", text),
            Self::Note => refused(Code::NotAdmitted, "seal.text", text),
            Self::Custody(error) => of_custody(&error),
            Self::Store(error) => of_store(&error),
        }
    }
}

/// What is refused before anything is looked at that [`deny`] writes down.
fn refused(code: Code, defect: &'static str, text: String) -> Problem {
    one(code, defect, text).untraced(defect)
}

/// The seal, where the asker may see it.
pub(crate) async fn seen(
    office: &Office,
    asker: &Asker,
    seal: &SealCode,
) -> Result<SealScope, Refused> {
    let desk = import::desk_with(office, seal).await?;
    let scope = desk.catalogue.seal(seal);
    let scope = scope.filter(|one| custody::sees(&desk.catalogue, &asker.department, &one.holder));
    scope.cloned().ok_or(Refused::Unknown)
}

/// Whose word counts: a person's, who is not asked through a machine.
pub(crate) fn person(asker: &Asker) -> Result<PersonKey, Refused> {
    let person = PersonKey::parse(&asker.person).ok();
    let person = person.filter(|_| asker.person != asker.account);
    person.ok_or(Refused::Machine)
}

/// R3, T-S4: who releases a seal decides nothing of what watches over it.
pub(crate) async fn apart(office: &Office, asker: &Asker, seal: &SealCode) -> Result<(), Refused> {
    import::follow_keys(office).await;
    let key = seal_key(seal.as_str()).ok_or(Refused::Unknown)?;
    let releasers = office.keys().releasers(&key);
    match releasers.iter().all(|one| one.person != asker.person) {
        true => Ok(()),
        false => Err(Refused::Releaser),
    }
}

/// T-L1: what a rule refuses stands in the trace; gives the refusal back.
pub(crate) async fn deny(
    office: &Office,
    asker: &Asker,
    (object, what): (&str, &str),
    refused: Refused,
) -> Refused {
    let ground = match refused {
        Refused::Machine => "caller.machine",
        Refused::Releaser => "seal.duties-not-separate",
        Refused::Stopped => "release.stopped-person",
        Refused::Concerned => "alarm.concerned",
        _ => return refused,
    };
    let act = Act {
        department: asker.department.clone(),
        by: asker.by(office.now()),
        deed: Deed::Deny,
        object: object.to_owned(),
        ground: ground.to_owned(),
        detail: vec![("event", what.to_owned())],
        key: None,
    };
    match office.registry().trace().record(act).await {
        Ok(_) => refused,
        Err(error) => Refused::Store(error),
    }
}

/// A line that is kept for good.
pub(crate) fn is_text(text: &str) -> bool {
    let length = text.chars().count();
    (1..=200).contains(&length) && !text.chars().any(char::is_control) && text.trim() == text
}
