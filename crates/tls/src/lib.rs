//! TLS at the service's own door (D9, T-P1): certificate and key from files, which may be replaced while it runs, and who comes with a
//! certificate.
//!
//! [`Files`] are what the configuration names. A [`Gate`] has read them, protects a connection, and looks again whether they changed. The
//! handshake proves that a client has the key of its certificate and nothing else: whether the certificate counts, [`Presented`] finds out
//! at each request, at its moment, by `pki`. Whose key it is, is the register's to say. Nothing here knows HTTP.

mod asking;
mod fault;
mod files;
mod gate;
mod presented;
mod read;
mod standing;
#[cfg(test)]
mod tests;

pub use fault::Fault;
pub use files::Files;
pub use gate::Gate;
pub use presented::{Presented, Untrusted};
