//! Which problem each failure is of what happens beside a licence's versions: paper copies, merged papers, restrictions, notices.

use catalogue::Rule;
use issuance::lives::copies::PaperError;
use issuance::lives::notices::{NoticeError, NoticeRefused};
use issuance::lives::restrictions::RestrictionError;
use registry::copies::PapersRefused;
use registry::restrictions::ImposeRefused;

use crate::problems::{internal, of_store, one};
use wire::problem::{Code, Defect, Problem};

/// Why nothing was done with a paper.
pub fn of_copy(error: &PaperError) -> Problem {
    let refused = |code: Code, defect: &str, text: String, rule: &'static str| {
        Problem::new(code).with(vec![Defect {
            at: String::new(),
            code: defect.to_owned(),
            text,
            rule: Some(rule),
        }])
    };
    match error {
        PaperError::Unknown => Problem::new(Code::NotFound),
        PaperError::Ahead => one(
            Code::NotAdmitted,
            "licence.effective-ahead",
            error.to_string(),
        ),
        PaperError::Number => one(Code::NotAdmitted, "licence.number", error.to_string()),
        PaperError::Refused(cause) => match cause {
            PapersRefused::KeyReused => Problem::new(Code::KeyReused),
            PapersRefused::Unknown => Problem::new(Code::NotFound),
            PapersRefused::Paper(no) => refused(
                Code::TransitionRefused,
                "paper.refused",
                no.to_string(),
                no.rule().number(),
            ),
            PapersRefused::Alias(no) => refused(
                Code::NotAdmitted,
                "alias.refused",
                no.to_string(),
                no.rule().number(),
            ),
            PapersRefused::Store(error) => of_store(error),
            _ => Problem::new(internal(cause)),
        },
        PaperError::Store(error) => of_store(error),
        _ => Problem::new(internal(error)),
    }
}

/// Why nothing was imposed on a holder, lifted or shown.
pub fn of_restriction(error: &RestrictionError) -> Problem {
    match error {
        RestrictionError::Holder
        | RestrictionError::Days
        | RestrictionError::Effect
        | RestrictionError::Text(_) => one(
            Code::NotAdmitted,
            "restriction.malformed",
            error.to_string(),
        ),
        RestrictionError::Refused(cause) => match cause {
            ImposeRefused::Taken => one(Code::NotAdmitted, "restriction.taken", cause.to_string()),
            ImposeRefused::Unknown => Problem::new(Code::NotFound),
            ImposeRefused::Store(error) => of_store(error),
            _ => Problem::new(internal(cause)),
        },
        RestrictionError::Store(error) => of_store(error),
        _ => Problem::new(internal(error)),
    }
}

/// Why there is no notice, or nothing was done to it.
pub fn of_notice(error: &NoticeError) -> Problem {
    match error {
        NoticeError::Personal(unmasked) => Problem::new(Code::NoticeRefused).with(vec![Defect {
            at: "says".to_owned(),
            code: unmasked.code().to_owned(),
            text: error.to_string(),
            rule: Some(Rule::R16.number()),
        }]),
        NoticeError::UnknownSubject => one(
            Code::NoticeRefused,
            "notice.unknown-subject",
            error.to_string(),
        ),
        NoticeError::Refused(refused) => match refused {
            NoticeRefused::KeyReused => Problem::new(Code::KeyReused),
            NoticeRefused::Running => Problem::new(Code::KeyRunning),
            NoticeRefused::Unknown => Problem::new(Code::NotFound),
            NoticeRefused::Life(life) => {
                Problem::new(Code::NoticeNotListed).saying(life.to_string())
            }
            NoticeRefused::Store(error) => of_store(error),
            _ => Problem::new(internal(refused)),
        },
        NoticeError::Store(error) => of_store(error),
        _ => Problem::new(internal(error)),
    }
}
