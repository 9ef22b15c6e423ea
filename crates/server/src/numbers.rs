//! Names of requests: what a caller tells those who run the service about an answer that was not the one hoped for (T-P9).

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderValue, Response};
use crypto::{Random, SystemRandom};

/// The field that carries the name.
pub(crate) const REQUEST_ID: &str = "x-request-id";

/// Gives each failed request a name: four random octets of the process, and a running number.
#[derive(Debug)]
pub(crate) struct Numbers {
    process: u32,
    next: AtomicU64,
}

impl Numbers {
    pub(crate) fn new() -> Numbers {
        let mut octets = [0; 4];
        // Without randomness two processes may use one name; their logs are two all the same.
        let _none = SystemRandom::new().fill(&mut octets);
        Numbers {
            process: u32::from_be_bytes(octets),
            next: AtomicU64::new(1),
        }
    }

    /// Names the answer, if it is a problem; a failure of the service stands in its log under that name.
    pub(crate) fn name<T>(&self, answer: &mut Response<T>) {
        let status = answer.status();
        if !status.is_client_error() && !status.is_server_error() {
            return;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let name = format!("{:08x}-{number:x}", self.process);
        if status.is_server_error() {
            tracing::warn!(request.id = %name, status = status.as_u16(), "a request failed");
        }
        if let Ok(value) = HeaderValue::try_from(name) {
            answer.headers_mut().insert(REQUEST_ID, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    #[test]
    fn each_problem_has_a_name_of_its_own_and_what_went_well_has_none() {
        let numbers = Numbers::new();
        let name = |status: StatusCode| {
            let mut answer = Response::new(());
            *answer.status_mut() = status;
            numbers.name(&mut answer);
            answer.headers().get(REQUEST_ID).cloned()
        };
        let first = name(StatusCode::NOT_FOUND).expect("a name");
        let second = name(StatusCode::INTERNAL_SERVER_ERROR).expect("a name");
        assert_ne!(first, second);
        for well in [StatusCode::OK, StatusCode::CREATED, StatusCode::ACCEPTED] {
            assert_eq!(name(well), None, "{well}");
        }
    }
}
