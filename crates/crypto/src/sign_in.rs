//! What lets a person in: a password as it is kept, one-time codes of a second factor, and passkeys.

pub mod one_time;
pub mod passkey;
#[cfg(unix)]
pub mod password;
