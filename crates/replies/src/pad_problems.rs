//! What is answered where no page is made for somebody to sign on.

use papers::pads::PadError;
use wire::problem::{Code, Problem};

use crate::inside::internal;
use crate::problems::{of_sign, one};

/// Why no page is made, or it is not taken back.
#[must_use]
pub fn of_pad(error: &PadError) -> Problem {
    match error {
        PadError::KeyReused => Problem::new(Code::KeyReused),
        PadError::Unknown => Problem::new(Code::NotFound),
        PadError::Term(_) => one(Code::SigningPlan, "pad.deadline", error.to_string()),
        PadError::Ended => one(Code::SigningRefused, "pad.ended", error.to_string()),
        PadError::Sign(cause) => of_sign(cause),
        _ => Problem::new(internal(error)),
    }
}
