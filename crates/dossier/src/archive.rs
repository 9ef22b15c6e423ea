//! The closing package of a case (预归档): what goes to the archives, and its life (R27).

use catalogue::Rule;
use serde::{Deserialize, Serialize};

use crate::intake::CaseFile;
use crate::material::{How, Standing};
use crate::number::{CaseNumber, PaperDigest};
use crate::person::Role;
use crate::state::State;
use crate::table::{NotListed, Row, next, row};
use crate::text::Words;

/// What a closed case hands to the archives: papers by their digests, and what is needed to find
/// the rest. It names no person, so the list itself may be shown to who checks the package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosingPackage {
    /// The case.
    pub case: CaseNumber,
    /// Its papers.
    pub papers: Vec<Enclosed>,
    /// Identifiers of licences that were used or derived from.
    pub licences: Vec<String>,
    /// Numbers of the decisions: the whole's, then the parts'.
    pub decisions: Vec<Words>,
    /// How many events the case had.
    pub events: u32,
    /// Where it is.
    pub state: ClosingState,
}

/// A paper of a closing package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enclosed {
    /// What it is.
    pub what: Words,
    /// Its digest.
    pub paper: PaperDigest,
}

/// Where a closing package is (domain.md 4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosingState {
    /// Built.
    Built,
    /// With the archives, not looked through.
    HandedOver,
    /// Taken over.
    Acknowledged,
    /// Sent back.
    Refused,
}

/// What is done to a closing package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClosingAct {
    /// Handed over.
    HandOver,
    /// Taken over.
    Acknowledge,
    /// Sent back.
    Refuse,
    /// Built anew.
    Rebuild,
}

impl ClosingState {
    /// Every state.
    pub const ALL: [Self; 4] = [
        Self::Built,
        Self::HandedOver,
        Self::Acknowledged,
        Self::Refused,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Built => "built",
            Self::HandedOver => "handed_over",
            Self::Acknowledged => "acknowledged",
            Self::Refused => "refused",
        }
    }
}

impl ClosingAct {
    /// Every act.
    pub const ALL: [Self; 4] = [
        Self::HandOver,
        Self::Acknowledge,
        Self::Refuse,
        Self::Rebuild,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::HandOver => "hand_over",
            Self::Acknowledge => "acknowledge",
            Self::Refuse => "refuse",
            Self::Rebuild => "rebuild",
        }
    }
}

const WHOLE: (&str, Rule) = ("verifiable without the service", Rule::R27);

/// Every transition of a closing package.
pub const CLOSING: &[Row<ClosingState, ClosingAct>] = {
    use ClosingAct::{Acknowledge, HandOver, Rebuild, Refuse};
    use ClosingState::{Acknowledged, Built, HandedOver, Refused};
    const SERVICE: &[Role] = &[Role::System];
    const KEEPERS: &[Role] = &[Role::Archivist];
    &[
        row(Built, HandOver, HandedOver, SERVICE, WHOLE),
        row(HandedOver, Acknowledge, Acknowledged, KEEPERS, WHOLE),
        row(HandedOver, Refuse, Refused, KEEPERS, WHOLE),
        row(Refused, Rebuild, Built, SERVICE, WHOLE),
    ]
};

impl ClosingPackage {
    /// The package of a case that is delivered or archived; `None` before.
    #[must_use]
    pub fn of(file: &CaseFile) -> Option<Self> {
        let dossier = file.dossier()?;
        if !matches!(dossier.state(), State::Delivered | State::Archived) {
            return None;
        }
        let mut papers = vec![enclosed("申请表", *dossier.form().0)?];
        let mut licences = Vec::new();
        for item in dossier.items() {
            let Standing::Had(having) = &item.standing else {
                continue;
            };
            if let How::HandedIn { paper } | How::Reused { paper, .. } = having.how {
                let known = papers.iter().any(|known| known.paper == paper);
                if !known {
                    papers.push(Enclosed {
                        what: item.name.clone(),
                        paper,
                    });
                }
            }
            if let Some(licence) = having.how.licence() {
                let licence = licence.to_string();
                if !licences.contains(&licence) {
                    licences.push(licence);
                }
            }
        }
        for commitment in dossier.commitments() {
            papers.push(enclosed("承诺书", commitment.terms.paper)?);
        }
        if let Some(receipt) = dossier.receipt() {
            papers.push(enclosed("送达回证", *receipt)?);
        }
        let decisions = dossier
            .decision()
            .into_iter()
            .chain(
                dossier
                    .parts()
                    .iter()
                    .filter_map(|part| part.decision.as_ref()),
            )
            .map(|decision| decision.ruled.number.clone());
        let mut once: Vec<Words> = Vec::new();
        for number in decisions {
            if !once.contains(&number) {
                once.push(number);
            }
        }
        Some(Self {
            case: dossier.case().clone(),
            papers,
            licences,
            decisions: once,
            events: dossier.last().0,
            state: ClosingState::Built,
        })
    }

    /// After `act`.
    ///
    /// # Errors
    /// [`NotListed`].
    pub fn step(&self, act: ClosingAct) -> Result<Self, NotListed> {
        let state = next(
            CLOSING,
            (self.state, act),
            ("closing package", self.state.code(), act.code()),
        )?;
        Ok(Self {
            state,
            ..self.clone()
        })
    }
}

fn enclosed(what: &str, paper: PaperDigest) -> Option<Enclosed> {
    Some(Enclosed {
        what: Words::parse(what).ok()?,
        paper,
    })
}
