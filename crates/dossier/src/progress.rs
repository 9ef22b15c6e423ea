//! What an applicant sees of a case: where it is, what is left to do, how much time is promised.
//!
//! No officer's name stands in it and no card: cards are the supervisor's and the office's.

use catalogue::matter::Means;
use time::{Date, UtcDateTime};

use crate::clock::Reading;
use crate::decision::Outcome;
use crate::deferral::DeferredState;
use crate::event::{CaseEvent, Happening};
use crate::intake::CaseFile;
use crate::material::{Figures, Standing};
use crate::number::CaseNumber;
use crate::scene::Scene;
use crate::state::{Act, State};
use crate::text::Words;

/// The view of a case for its applicant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The case.
    pub case: CaseNumber,
    /// The matter's names, Chinese and English.
    pub matter: (String, String),
    /// Where the case is.
    pub state: State,
    /// Its seven stages.
    pub stages: [Stage; 7],
    /// Its clock, from acceptance on.
    pub clock: Option<Reading>,
    /// How its materials are had.
    pub figures: Figures,
    /// What the applicant still has to give, and by when.
    pub wanted: Vec<Wanted>,
    /// Which way it was decided, under which number, on which day.
    pub decision: Option<(Outcome, Words, Date)>,
    /// Why it is stopped, if it is.
    pub stopped: Option<Words>,
}

/// A stage of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Which.
    pub name: StageName,
    /// When it was reached, if it was.
    pub reached: Option<UtcDateTime>,
}

/// The seven stages of the sample's matters (`stages_zh`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StageName {
    /// 收件
    Received,
    /// 受理
    Accepted,
    /// 审查
    Reviewed,
    /// 决定
    Decided,
    /// 签章
    Sealed,
    /// 送达
    Delivered,
    /// 归档
    Archived,
}

/// Something the applicant still has to give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The material's number in the list.
    pub material: u16,
    /// Its name.
    pub name: Words,
    /// The last day, where there is one.
    pub by: Option<Date>,
    /// What is wanted.
    pub what: What,
}

/// What is wanted for a material.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// To hand it in.
    HandIn,
    /// To sign the commitment.
    Promise,
    /// To give what was deferred.
    Deferred,
}

impl StageName {
    /// Every stage, in order.
    pub const ALL: [Self; 7] = [
        Self::Received,
        Self::Accepted,
        Self::Reviewed,
        Self::Decided,
        Self::Sealed,
        Self::Delivered,
        Self::Archived,
    ];

    /// The legal term.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Received => "收件",
            Self::Accepted => "受理",
            Self::Reviewed => "审查",
            Self::Decided => "决定",
            Self::Sealed => "签章",
            Self::Delivered => "送达",
            Self::Archived => "归档",
        }
    }

    fn reached_by(act: Act) -> Option<Self> {
        match act {
            Act::Receive => Some(Self::Received),
            Act::Accept => Some(Self::Accepted),
            Act::Review | Act::BeginStep | Act::Forward | Act::DecidePart => Some(Self::Reviewed),
            Act::Decide => Some(Self::Decided),
            Act::Seal => Some(Self::Sealed),
            Act::Deliver => Some(Self::Delivered),
            Act::Archive => Some(Self::Archived),
            _ => None,
        }
    }
}

/// The applicant's view of `file` at `now`; `None` before the case was opened, or when the
/// catalogue does not know its matter any more.
#[must_use]
pub fn progress(file: &CaseFile, scene: &Scene<'_>, now: UtcDateTime) -> Option<Progress> {
    let dossier = file.dossier()?;
    let matter = scene.matter(dossier.terms()).ok()?;
    let today = scene.day(matter, now);
    let open = matches!(dossier.state(), State::Received | State::SupplementAsked);
    let wanted = dossier
        .items()
        .iter()
        .filter_map(|item| {
            let (what, by) = match (&item.standing, &item.means) {
                (Standing::Open, Means::Applicant) if open => (What::HandIn, None),
                (Standing::Open, Means::Commitment) if open => (What::Promise, None),
                (Standing::Open, _) if open && item.asked > 0 => (What::HandIn, None),
                (Standing::Deferred(due), _)
                    if dossier.deferred().iter().any(|deferred| {
                        deferred.material == item.number && deferred.state == DeferredState::Open
                    }) =>
                {
                    (What::Deferred, Some(*due))
                }
                _ => return None,
            };
            let asked = dossier
                .supplement()
                .filter(|supplement| supplement.materials.contains(&item.number));
            Some(Wanted {
                material: item.number,
                name: item.name.clone(),
                by: by.or(asked.map(|supplement| supplement.by)),
                what,
            })
        })
        .collect();
    Some(Progress {
        case: dossier.case().clone(),
        matter: (matter.name_zh.clone(), matter.name_en.clone()),
        state: dossier.state(),
        stages: stages(file.history()),
        clock: dossier
            .clock()
            .map(|clock| clock.read(scene.calendar, today)),
        figures: Figures::of(dossier.items().iter().map(|item| &item.means)),
        wanted,
        decision: dossier.decision().map(|decision| {
            (
                decision.ruled.outcome,
                decision.ruled.number.clone(),
                decision.on,
            )
        }),
        stopped: dossier.stop().map(|stop| stop.reason.clone()),
    })
}

/// When each stage was reached; what was rolled back was not.
fn stages(history: &[CaseEvent]) -> [Stage; 7] {
    let mut stages = StageName::ALL.map(|name| Stage {
        name,
        reached: None,
    });
    for event in history {
        if matches!(event.what, Happening::RolledBack { .. }) {
            for stage in &mut stages {
                if stage.name >= StageName::Decided {
                    stage.reached = None;
                }
            }
            continue;
        }
        let Some(reached) = StageName::reached_by(event.what.act()) else {
            continue;
        };
        // Systems that report no review decide at once: it was reached then.
        let implied = reached == StageName::Decided;
        for stage in &mut stages {
            let named = stage.name == reached || implied && stage.name == StageName::Reviewed;
            if named && stage.reached.is_none() {
                stage.reached = Some(event.at);
            }
        }
    }
    stages
}
