//! The material library: what was handed in once stays usable, so nobody asks for it again (R14),
//! until it is superseded, archived and, after its retention, destroyed.

use catalogue::Rule;
use serde::{Deserialize, Serialize};
use time::Date;

use crate::dossier::Dossier;
use crate::material::{Ground, How, Standing};
use crate::number::{CaseNumber, PaperDigest};
use crate::person::{Party, Role};
use crate::table::{NotListed, Row, next, row};
use crate::text::{Words, day};

/// A material that was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// Digest of the paper.
    pub paper: PaperDigest,
    /// Its Chinese name, as the matter called it.
    pub name: Words,
    /// Whose it is.
    pub subject: Party,
    /// The case it was given in.
    pub from: CaseNumber,
    /// Where it is.
    pub state: KeptState,
    /// The last day on which it says something true, if it has one: a health certificate's.
    #[serde(default, with = "day::maybe")]
    pub good_until: Option<Date>,
    /// The last day of its retention; kept for ever without one.
    #[serde(default, with = "day::maybe")]
    pub retained_until: Option<Date>,
}

/// Where a material is (domain.md 4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptState {
    /// Handed in.
    Received,
    /// Checked by a person or a rule.
    Checked,
    /// In the case's papers.
    Filed,
    /// Used in another case, too.
    InReuse,
    /// A newer one took its place.
    Superseded,
    /// 预归档
    PreArchived,
    /// With the archives.
    Archived,
    /// Gone.
    Destroyed,
}

/// What is done to a material.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeptAct {
    /// Checked.
    Check,
    /// Put into the case's papers.
    File,
    /// Used in another case.
    Reuse,
    /// A newer one came.
    Supersede,
    /// Put into a closing package.
    PreArchive,
    /// Taken over by the archives.
    Archive,
    /// Destroyed.
    Destroy,
}

impl KeptState {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::Received,
        Self::Checked,
        Self::Filed,
        Self::InReuse,
        Self::Superseded,
        Self::PreArchived,
        Self::Archived,
        Self::Destroyed,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Checked => "checked",
            Self::Filed => "filed",
            Self::InReuse => "in_reuse",
            Self::Superseded => "superseded",
            Self::PreArchived => "pre_archived",
            Self::Archived => "archived",
            Self::Destroyed => "destroyed",
        }
    }
}

impl KeptAct {
    /// Every act.
    pub const ALL: [Self; 7] = [
        Self::Check,
        Self::File,
        Self::Reuse,
        Self::Supersede,
        Self::PreArchive,
        Self::Archive,
        Self::Destroy,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::File => "file",
            Self::Reuse => "reuse",
            Self::Supersede => "supersede",
            Self::PreArchive => "pre_archive",
            Self::Archive => "archive",
            Self::Destroy => "destroy",
        }
    }
}

const SEEN: (&str, Rule) = ("by a person or a published rule", Rule::R14);
const AGAIN: (&str, Rule) = (
    "of the same holder, still true; a ground is named",
    Rule::R15,
);
const NEWER: (&str, Rule) = ("a newer one of the same name", Rule::R28);
const CLOSED: (&str, Rule) = ("the case is closed", Rule::R27);
const OVER: (&str, Rule) = ("only after retention", Rule::R27);

/// Every transition of a material. Reuse and replacement are steps that a material may leave out.
pub const KEPT: &[Row<KeptState, KeptAct>] = {
    use KeptAct::{Archive, Check, Destroy, File, PreArchive, Reuse, Supersede};
    use KeptState::{
        Archived, Checked, Destroyed, Filed, InReuse, PreArchived, Received, Superseded,
    };
    const CHECKERS: &[Role] = &[Role::Clerk, Role::Officer, Role::System];
    const SERVICE: &[Role] = &[Role::System];
    const KEEPERS: &[Role] = &[Role::Archivist];
    &[
        row(Received, Check, Checked, CHECKERS, SEEN),
        row(Checked, File, Filed, CHECKERS, SEEN),
        row(Filed, Reuse, InReuse, SERVICE, AGAIN),
        row(InReuse, Reuse, InReuse, SERVICE, AGAIN),
        row(Filed, Supersede, Superseded, SERVICE, NEWER),
        row(InReuse, Supersede, Superseded, SERVICE, NEWER),
        row(Filed, PreArchive, PreArchived, SERVICE, CLOSED),
        row(InReuse, PreArchive, PreArchived, SERVICE, CLOSED),
        row(Superseded, PreArchive, PreArchived, SERVICE, CLOSED),
        row(PreArchived, Archive, Archived, KEEPERS, CLOSED),
        row(Archived, Destroy, Destroyed, KEEPERS, OVER),
    ]
};

/// Why nothing is done to a material.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeptRefused {
    /// The table has no row.
    #[error(transparent)]
    NotListed(#[from] NotListed),
    /// It is another's.
    #[error("the material is another's")]
    OtherSubject,
    /// What it says may not be true any more.
    #[error("the material was good until {0}")]
    OutOfDate(Date),
    /// Its retention is not over.
    #[error("the material is retained")]
    Retained,
}

impl KeptRefused {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotListed(_) => "kept.transition-not-listed",
            Self::OtherSubject => "kept.other-subject",
            Self::OutOfDate(_) => "kept.out-of-date",
            Self::Retained => "kept.retained",
        }
    }
}

/// What a case's applicant handed in, as the library takes it: once each, checked by whoever
/// accepted the case. What came from registers is not kept a second time.
#[must_use]
pub fn of_case(dossier: &Dossier) -> Vec<Kept> {
    dossier
        .items()
        .iter()
        .filter_map(|item| match &item.standing {
            Standing::Had(having) => match having.how {
                How::HandedIn { paper } => Some(Kept {
                    paper,
                    name: item.name.clone(),
                    subject: dossier.applicant().clone(),
                    from: dossier.case().clone(),
                    state: KeptState::Received,
                    good_until: None,
                    retained_until: None,
                }),
                _ => None,
            },
            _ => None,
        })
        .collect()
}

impl Kept {
    /// After `act`, where nothing but the table is asked.
    ///
    /// # Errors
    /// [`KeptRefused::NotListed`].
    pub fn step(&self, act: KeptAct) -> Result<Self, KeptRefused> {
        let state = next(
            KEPT,
            (self.state, act),
            ("material", self.state.code(), act.code()),
        )?;
        Ok(Self {
            state,
            ..self.clone()
        })
    }

    /// In use for `subject` on `day`, and the way in which the other case has it.
    ///
    /// # Errors
    /// [`KeptRefused`]: not filed, another's, or out of date.
    pub fn reuse(
        &self,
        subject: &Party,
        ground: Ground,
        day: Date,
    ) -> Result<(Self, How), KeptRefused> {
        let used = self.step(KeptAct::Reuse)?;
        if self.subject.code() != subject.code() {
            return Err(KeptRefused::OtherSubject);
        }
        if let Some(last) = self.good_until
            && last < day
        {
            return Err(KeptRefused::OutOfDate(last));
        }
        let how = How::Reused {
            paper: self.paper,
            from: self.from.clone(),
            ground,
        };
        Ok((used, how))
    }

    /// Destroyed on `day`.
    ///
    /// # Errors
    /// [`KeptRefused`]: not archived, or retained.
    pub fn destroy(&self, day: Date) -> Result<Self, KeptRefused> {
        let destroyed = self.step(KeptAct::Destroy)?;
        match self.retained_until {
            Some(last) if last < day => Ok(destroyed),
            _ => Err(KeptRefused::Retained),
        }
    }
}
