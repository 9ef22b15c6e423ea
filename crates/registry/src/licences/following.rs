//! Further versions of a licence: begun beside the one in force, which they supersede when they are
//! recorded (domain.md 4.1, D20).

use std::collections::BTreeSet;

use catalogue::Period;
use dossier::notice::Notice;
use licence::versions::{Birth, History, NotFollowing, OneVersion, Succession, Versions};
use licence::{Event, Identifier, Version};
use thiserror::Error;
use time::UtcDateTime;

use crate::jobs::job::JobState;
use crate::licences::change::{set, tell, value};
use crate::licences::version::{self, DAMAGED, Move, Record};
use store::Link;
use store::StoreError;
use trail::asked::By;
use trail::id::LicenceId;
use trail::log::{self, Log};
use trail::outbox::Outgoing;
use trail::secrets::Secrets;
use trail::trace::{self, Act, Deed};

/// The version that gets a further one after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follows {
    /// Which version.
    pub version: Identifier,
    /// The revision on which that was decided.
    pub expected: u64,
    /// How the new one takes its place.
    pub succession: Succession,
}

/// A version does not follow.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum FollowRefused {
    /// There is no such version.
    #[error("no such licence")]
    Unknown,
    /// The version was changed since that was decided.
    #[error("the licence was changed meanwhile, to revision {found}")]
    Revision {
        /// Its revision now.
        found: u64,
    },
    /// Another version is in force.
    #[error("version {current} is in force")]
    NotCurrent {
        /// That version.
        current: Version,
    },
    /// The version in force does not take it.
    #[error(transparent)]
    NotFollowing(#[from] NotFollowing),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is known of a version that is about to be begun.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) licence: LicenceId,
    pub(crate) version: Version,
    pub(crate) birth: Birth,
}

/// What the public log and others are told of the version that a new one supersedes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Superseding {
    /// The leaf of the public log, encoded.
    pub leaf: Option<Vec<u8>>,
    /// Whom to tell.
    pub events: Vec<Outgoing>,
    /// What stands on an authority's page from now on: the ending of a part. Its number is drawn here.
    pub notice: Option<Notice>,
}

const LOCK_LICENCE: &str = "SELECT id FROM licence WHERE id = $1 FOR UPDATE";

/// The place of the next version. Whoever begins another one of the same licence waits.
pub(crate) async fn place(
    link: &mut Link,
    follows: &Follows,
    period: Period,
    now: UtcDateTime,
) -> Result<Place, FollowRefused> {
    let identifier = follows.version.to_string();
    let before = version::find(link, &identifier, None).await?;
    let before = before.ok_or(FollowRefused::Unknown)?;
    if link.has_rivals() {
        let licence = [before.licence.as_str().into()];
        link.one(LOCK_LICENCE, &licence, "licence").await?;
    }
    let all = version::of_licence(link, before.licence.as_str()).await?;
    let found = all
        .iter()
        .find(|(record, _)| record.identifier == follows.version)
        .map(|(record, _)| record.revision);
    let found = found.ok_or(FollowRefused::Unknown)?;
    if found != follows.expected {
        return Err(FollowRefused::Revision { found });
    }
    let versions = versions(&all)?;
    let current = versions.current(now).version;
    if current != follows.version.version() {
        return Err(FollowRefused::NotCurrent { current });
    }
    let drafted = versions.succeed(follows.succession, period, now)?;
    let last = drafted.last();
    Ok(Place {
        licence: before.licence,
        version: last.version,
        birth: last.birth,
    })
}

/// The versions of a licence as they stand, each with everything that was recorded of it.
fn versions(all: &[(Record, JobState)]) -> Result<Versions, StoreError> {
    let dropped: BTreeSet<Version> = all
        .iter()
        .filter(|(record, job)| record.recorded.is_none() && !job.is_open())
        .map(|(record, _)| record.identifier.version())
        .collect();
    let all = all.iter().map(|(record, _)| OneVersion {
        version: record.identifier.version(),
        birth: record.birth,
        history: History::new(record.life.clone(), record.period),
    });
    Versions::kept(all.collect(), dropped).ok_or(DAMAGED)
}

/// The version before a recorded one is superseded by it, from when the new one holds.
pub(crate) async fn supersede(
    link: &mut Link,
    secrets: &Secrets,
    new: &Record,
    superseding: &Superseding,
    by: &By,
) -> Result<(), SupersedeRefused> {
    let Birth::Following(before, ground) = new.birth else {
        return Ok(());
    };
    let identifier = version::at(link, new.licence.as_str(), before).await?;
    let mut record = version::lock(link, &identifier, None)
        .await?
        .ok_or(DAMAGED)?;
    let event = Event::Supersede {
        at: new.period.from.max(by.at),
        by: new.identifier.version(),
        ground,
    };
    let after = record.life.step(&event, &record.period, by.at)?;
    let step = Move {
        event: &event,
        ground: &new.decision,
        by,
    };
    version::move_on(link, &record, &after, &step).await?;
    let was = value(record.life.status(&record.period, by.at));
    let is = value(after.status(&record.period, by.at));
    record.life = after;
    record.revision += 1;
    if is != was {
        set(link, (record.status_list, record.status_index), is).await?;
    }
    if let Some(leaf) = &superseding.leaf {
        log::submit(link, Log::Public, leaf, None).await?;
    }
    tell(link, secrets, &record, &superseding.events, by.at).await?;
    if let Some(notice) = &superseding.notice {
        notices::put(link, notice.clone(), by).await?;
    }
    let act = Act {
        department: record.department,
        by: by.clone(),
        deed: Deed::Change,
        object: identifier,
        ground: new.decision.clone(),
        detail: vec![
            ("event", event.kind().code().to_owned()),
            ("effective", event.at().unix_timestamp().to_string()),
            ("revision", record.revision.to_string()),
            ("by", new.identifier.to_string()),
        ],
        key: None,
    };
    trace::write(link, &act).await?;
    Ok(())
}

/// Why nothing was superseded.
#[derive(Debug, Error)]
pub(crate) enum SupersedeRefused {
    #[error(transparent)]
    Life(#[from] licence::Refused),
    #[error(transparent)]
    Store(#[from] StoreError),
}
