//! The register's own word about a version: what no list knows better (domain.md 4.6).

use catalogue::Ending;
use licence::{Identifier, Status};
use registry::StoreError;
use time::UtcDateTime;
use verify::Answer;
use verify::report::Successor;

use crate::office::Office;

/// What the register itself says of a version now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSaid {
    /// The answer.
    pub answer: Answer,
    /// Since when, where it holds since a moment.
    pub since: Option<UtcDateTime>,
    /// The version that has taken its place (domain.md 4.1).
    pub successor: Option<Successor>,
}

/// What the register itself answers for an identifier; nothing for what is none. One that it never gave, or gave to a
/// licence that was not issued, is unknown.
///
/// # Errors
/// The store.
pub async fn live(office: &Office, identifier: &str) -> Result<Option<LiveSaid>, StoreError> {
    let Ok(identifier) = Identifier::parse(identifier) else {
        return Ok(None);
    };
    let licences = office.registry.licences();
    let record = licences.find(&identifier, None).await?;
    let Some(record) = record else {
        return Ok(Some(LiveSaid {
            answer: Answer::Unknown,
            since: None,
            successor: None,
        }));
    };
    let status = record.life.status(&record.period, office.clock.now());
    let mut successor = None;
    if let Status::Superseded { by, .. } = &status {
        let whole = licences.whole(&record.licence).await?;
        let mut later = whole.iter().map(|(record, _)| &record.identifier);
        successor = later
            .find(|identifier| identifier.version() == *by)
            .map(|identifier| Successor {
                version: by.to_string(),
                identifier: identifier.to_string(),
            });
    }
    let (answer, since) = answer_of(status);
    Ok(Some(LiveSaid {
        answer,
        since,
        successor,
    }))
}

fn answer_of(status: Status) -> (Answer, Option<UtcDateTime>) {
    match status {
        Status::Unknown => (Answer::Unknown, None),
        Status::Void { since } => (Answer::Void, Some(since)),
        Status::Ended { ending, since, .. } => {
            let answer = match ending {
                Ending::Deregistered => Answer::Deregistered,
                Ending::Annulled => Answer::Annulled,
                Ending::Withdrawn => Answer::Withdrawn,
                Ending::Revoked => Answer::Revoked,
            };
            (answer, Some(since))
        }
        Status::Superseded { since, .. } => (Answer::Superseded, Some(since)),
        Status::Suspended { since, .. } => (Answer::Suspended, Some(since)),
        Status::NotYetValid { .. } => (Answer::NotYetValid, None),
        Status::Expired { since } => (Answer::Expired, Some(since)),
        Status::Valid => (Answer::Valid, None),
    }
}
