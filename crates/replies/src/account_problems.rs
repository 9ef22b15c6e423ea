//! What is answered where nobody was let in, or nothing was done to an account.

use issuance::accounts::AccountError;
use registry::accounts::AccountRefused;
use time::UtcDateTime;

use crate::problems::{internal, of_store, one};
use wire::problem::{Code, Problem};

/// Why nobody was let in, or nothing was done to an account.
pub fn of_account(error: &AccountError, now: UtcDateTime) -> Problem {
    match error {
        AccountError::Wrong => Problem::new(Code::SignInRefused),
        AccountError::Wait { until } => {
            Problem::new(Code::SignInDelayed).again_after((*until - now).whole_seconds())
        }
        AccountError::NotBegun { .. } => {
            one(Code::AccountRefused, "account.not-begun", error.to_string())
        }
        AccountError::Password => one(Code::AccountRefused, "account.password", error.to_string()),
        AccountError::Refused(AccountRefused::Unknown) => Problem::new(Code::NotFound).traced(),
        AccountError::Refused(AccountRefused::KeyReused) => Problem::new(Code::KeyReused).traced(),
        AccountError::Refused(AccountRefused::Store(error)) | AccountError::Store(error) => {
            of_store(error)
        }
        AccountError::Refused(refused) => {
            one(Code::AccountRefused, refused.code(), refused.to_string())
        }
        AccountError::Random(error) => Problem::new(internal(error)),
        _ => Problem::new(internal(error)),
    }
}
