//! What failed inside: what of it is told, and what the log has.

use wire::problem::{Code, Defect, Problem};

/// What failed inside: the log has it with its causes, the caller is told nothing of it but that keys did not sign.
pub fn internal(error: &dyn std::error::Error) -> Code {
    let code = unsigned(error).unwrap_or(Code::Internal);
    tracing::error!(error = %chain(error), ?code, "a request failed inside");
    code
}

/// Another catalogue came into force, which this node does not have: nothing was done, and it may be asked again.
pub(crate) fn moved_on(refused: &dyn std::error::Error) -> Problem {
    Problem::new(Code::Busy).with(vec![Defect {
        at: String::new(),
        code: "catalogue.moved-on".to_owned(),
        text: refused.to_string(),
        rule: None,
    }])
}

/// Whether a key that is locked or a device that did not answer is at the bottom of it: of a time-stamp, a list, an answer.
fn unsigned(error: &dyn std::error::Error) -> Option<Code> {
    std::iter::successors(error.source(), |cause| cause.source()).find_map(|cause| {
        match cause.downcast_ref() {
            Some(crypto::SignError::Locked) => Some(Code::KeysLocked),
            _ => cause
                .is::<crypto::device::Fault>()
                .then_some(Code::KeysUnavailable),
        }
    })
}

/// An error with its causes, once, at the boundary.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
