//! What lets a person in: a password as it is kept, and one-time codes of a second factor.

pub mod one_time;
#[cfg(unix)]
pub mod password;
