//! Notices (公告): what stands on an authority's own page, persons masked.

use catalogue::key::{DepartmentKey, MatterCode, TypeKey};
use catalogue::{CitizenNumber, Ending, Rule};
use serde::{Deserialize, Serialize};
use time::Date;

use crate::number::NoticeNumber;
use crate::person::{Party, Role};
use crate::table::{NotListed, Row, next, row};
use crate::text::{Words, day};

/// A notice. Nothing in it names a person whole, so all of it may be shown to everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Its number.
    pub number: NoticeNumber,
    /// The authority on whose page it stands.
    pub publisher: DepartmentKey,
    /// Whom it is about, as everybody may read it.
    pub about: Masked,
    /// What it says.
    pub says: Says,
    /// Where it is.
    pub state: NoticeState,
    /// Its first day on the page, once published.
    #[serde(default, with = "day::maybe")]
    pub published: Option<Date>,
    /// Its last day on the page, once ended.
    #[serde(default, with = "day::maybe")]
    pub ended: Option<Date>,
}

/// A party as everybody may read it: `林**`, `990102********0245`; firms whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Masked {
    /// The name.
    pub name: String,
    /// The code.
    pub code: String,
}

/// What a notice says, by its kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Says {
    /// 遗失声明: a paper copy is lost and void.
    Loss {
        /// The type of licence.
        licence_type: TypeKey,
        /// The licence's number.
        licence: Words,
        /// The number of the lost copy.
        copy: Words,
        /// The day of the declaration.
        #[serde(with = "day")]
        on: Date,
    },
    /// A licence, or a part of one, has ended.
    Ending {
        /// The type of licence, or of the part.
        licence_type: TypeKey,
        /// The number of the licence, or of the part.
        licence: Words,
        /// How.
        ending: Ending,
        /// The decision.
        decision: Words,
        /// On what legal basis.
        basis: Words,
        /// From this day.
        #[serde(with = "day")]
        on: Date,
    },
    /// What was promised.
    Commitment {
        /// The matter.
        matter: MatterCode,
        /// The duty.
        duty: Words,
        /// What follows when it is broken.
        consequence: Words,
        /// The day of the signature.
        #[serde(with = "day")]
        on: Date,
    },
    /// What was decided.
    Decision {
        /// The matter.
        matter: MatterCode,
        /// The number of the decision.
        decision: Words,
        /// Which way.
        outcome: crate::decision::Outcome,
        /// The day.
        #[serde(with = "day")]
        on: Date,
    },
    /// The result of a penalty.
    PenaltyResult {
        /// The number of the penalty decision.
        decision: Words,
        /// The result.
        result: Words,
        /// The day.
        #[serde(with = "day")]
        on: Date,
    },
}

/// Where a notice is (domain.md 4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeState {
    /// Written.
    Draft,
    /// On the page.
    Published,
    /// Off the page.
    Ended,
}

/// What is done to a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoticeAct {
    /// Put on the page.
    Publish,
    /// Taken off.
    End,
}

impl NoticeState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Draft, Self::Published, Self::Ended];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Ended => "ended",
        }
    }
}

impl NoticeAct {
    /// Every act.
    pub const ALL: [Self; 2] = [Self::Publish, Self::End];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::End => "end",
        }
    }
}

const MASKED: (&str, Rule) = ("personal data masked", Rule::R16);
const OVER: (&str, Rule) = ("its period is over", Rule::R10);

/// Every transition of a notice.
pub const NOTICE: &[Row<NoticeState, NoticeAct>] = &[
    row(
        NoticeState::Draft,
        NoticeAct::Publish,
        NoticeState::Published,
        &[Role::System, Role::Officer, Role::Approver],
        MASKED,
    ),
    row(
        NoticeState::Published,
        NoticeAct::End,
        NoticeState::Ended,
        &[Role::System, Role::Officer],
        OVER,
    ),
];

/// Why a notice is not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoticeRefused {
    /// Its words hold a citizen's number, or the name of the person it is about.
    #[error("the notice would show a person's data")]
    Personal,
}

impl NoticeRefused {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Personal => "notice.personal-data",
        }
    }
}

impl Says {
    /// The stable code of its kind.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Loss { .. } => "loss",
            Self::Ending { .. } => "ending",
            Self::Commitment { .. } => "commitment",
            Self::Decision { .. } => "decision",
            Self::PenaltyResult { .. } => "penalty_result",
        }
    }

    fn words(&self) -> Vec<&Words> {
        match self {
            Self::Loss { licence, copy, .. } => vec![licence, copy],
            Self::Ending {
                licence,
                decision,
                basis,
                ..
            } => vec![licence, decision, basis],
            Self::Commitment {
                duty, consequence, ..
            } => vec![duty, consequence],
            Self::Decision { decision, .. } => vec![decision],
            Self::PenaltyResult {
                decision, result, ..
            } => vec![decision, result],
        }
    }
}

impl Notice {
    /// A notice about `party`, masked here, so that no other form of it exists.
    ///
    /// # Errors
    /// [`NoticeRefused::Personal`] when the words would undo the masking.
    pub fn draft(
        number: NoticeNumber,
        publisher: DepartmentKey,
        party: &Party,
        says: Says,
    ) -> Result<Self, NoticeRefused> {
        let tells = says.words().into_iter().any(|words| {
            holds_citizen_number(words.as_str())
                || party.is_person()
                    && (words.as_str().contains(party.name())
                        || words.as_str().contains(party.code().reveal()))
        });
        if tells {
            return Err(NoticeRefused::Personal);
        }
        Ok(Self {
            number,
            publisher,
            about: Masked {
                name: party.masked_name(),
                code: party.masked_code(),
            },
            says,
            state: NoticeState::Draft,
            published: None,
            ended: None,
        })
    }

    /// On the page from `day` on.
    ///
    /// # Errors
    /// [`NotListed`].
    pub fn publish(&self, day: Date) -> Result<Self, NotListed> {
        Ok(Self {
            published: Some(day),
            ..self.step(NoticeAct::Publish)?
        })
    }

    /// Off the page after `day`.
    ///
    /// # Errors
    /// [`NotListed`].
    pub fn end(&self, day: Date) -> Result<Self, NotListed> {
        Ok(Self {
            ended: Some(day),
            ..self.step(NoticeAct::End)?
        })
    }

    fn step(&self, act: NoticeAct) -> Result<Self, NotListed> {
        let state = next(
            NOTICE,
            (self.state, act),
            ("notice", self.state.code(), act.code()),
        )?;
        Ok(Self {
            state,
            ..self.clone()
        })
    }
}

/// Whether eighteen characters in a row are a citizen's number; blanks and full-width digits
/// hide none.
#[must_use]
pub fn holds_citizen_number(text: &str) -> bool {
    let plain: Vec<char> = text
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '-')
        .map(|letter| match letter {
            '\u{ff10}'..='\u{ff19}' | '\u{ff38}' | '\u{ff58}' => {
                char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter)
            }
            other => other,
        })
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    plain
        .windows(18)
        .any(|window| CitizenNumber::parse(&window.iter().collect::<String>()).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_citizen_number_is_found_however_it_is_written() {
        for text in [
            "身份证990102198805210245已核",
            "990102 19880521 0245",
            "９９０１０２１９８８０５２１０２４５",
            "99010219810705031x",
            "990102-19880521-0245",
        ] {
            assert!(holds_citizen_number(text), "{text}");
        }
        for text in [
            "990102198805210246",
            "XF990102-2026-0001",
            "990102********0245",
        ] {
            assert!(!holds_citizen_number(text), "{text}");
        }
    }
}
