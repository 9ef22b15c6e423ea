//! HTTP before it means anything: how requests are framed, arrive, are signed, and what is said when they fail.
//!
//! [`framing`] and [`arrival`] hold the limits of what comes in (T-I1), [`spool`] keeps documents on disk while they
//! arrive. [`message_signature`] has the two halves of the signature on requests (RFC 9421, D9); [`client`] speaks as a
//! caller does, [`carried`] is how a person's session comes along. [`problem`] is what a caller is told when a request fails (RFC 9457). Nothing here knows a licence.

pub mod arrival;
pub mod carried;
pub mod client;
pub mod framing;
pub mod message_signature;
pub mod problem;
pub mod spool;
