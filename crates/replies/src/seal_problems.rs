//! Which problem each failure is of seals: in custody, and made on application.

use issuance::custody::CustodyError;
use making::{MakingError, Wrong};
use registry::seals::SealRefused;

use crate::problems::{internal, of_release, of_store, one};
use wire::problem::{Code, Defect, Problem};

/// Why a seal was not asked for, decided about, made, accepted or given another scope.
pub fn of_making(error: &MakingError) -> Problem {
    match error {
        MakingError::Order(wrong) => {
            let ground = wrong
                .first()
                .map_or("licence.not-admitted", |wrong| wrong.code);
            let problem = Problem::new(Code::NotAdmitted).untraced(ground);
            problem.with(wrong.iter().map(defect).collect())
        }
        MakingError::Picture(cause) => {
            let cause = std::error::Error::source(cause);
            let text = cause.map_or_else(|| error.to_string(), ToString::to_string);
            one(Code::NotAdmitted, "seal.picture", text).untraced("seal.picture")
        }
        MakingError::Machine => {
            let problem = Problem::new(Code::NotAllowed).untraced("caller.machine");
            problem.saying(error.to_string())
        }
        MakingError::Unknown => Problem::new(Code::NotFound),
        MakingError::Reason => {
            let problem = Problem::new(Code::RequestMalformed).untraced("seal.reason");
            problem.saying(error.to_string())
        }
        MakingError::Test(codes) => {
            let found = codes.iter().map(|code| Defect {
                at: String::new(),
                code: code.clone(),
                text: error.to_string(),
                rule: None,
            });
            let problem = Problem::new(Code::NotAccepted).untraced("seal.not-accepted");
            problem.with(found.collect())
        }
        MakingError::Destruction(code, text) => one(Code::SealRefused, code, text.clone()),
        MakingError::List(code, text) => one(Code::SealRefused, code, (*text).to_owned()),
        MakingError::Custody(cause) => of_custody(cause),
        MakingError::Release(cause) => of_release(cause),
        MakingError::Store(cause) => of_store(cause),
        _ => Problem::new(internal(error)),
    }
}

fn defect(wrong: &Wrong) -> Defect {
    Defect {
        at: wrong.at.clone(),
        code: wrong.code.to_owned(),
        text: wrong.text.clone(),
        rule: None,
    }
}

/// Why nothing was done to a seal.
pub fn of_custody(error: &CustodyError) -> Problem {
    match error {
        CustodyError::Unknown => Problem::new(Code::NotFound),
        CustodyError::Duty | CustodyError::NotCustodian => {
            Problem::new(Code::NotAllowed).saying(error.to_string())
        }
        CustodyError::DutiesNotSeparate => {
            Problem::new(Code::DutiesNotSeparate).saying(error.to_string())
        }
        CustodyError::Refused(SealRefused::Life(life)) => match life.code() {
            "seal.same-person" => Problem::new(Code::DutiesNotSeparate).saying(life.to_string()),
            code => one(Code::SealRefused, code, life.to_string()),
        },
        CustodyError::Refused(SealRefused::Unknown) => Problem::new(Code::NotFound),
        CustodyError::Refused(SealRefused::KeyReused) => Problem::new(Code::KeyReused),
        CustodyError::Refused(SealRefused::Taken) => {
            one(Code::NotAdmitted, "seal.code-taken", error_text(error))
        }
        CustodyError::Refused(SealRefused::Altered) => one(
            Code::SealRefused,
            "seal.application-altered",
            error_text(error),
        ),
        CustodyError::Store(error) => of_store(error),
        _ => Problem::new(internal(error)),
    }
}

/// The innermost words.
fn error_text(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), error_text)
}
