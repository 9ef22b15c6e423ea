//! Certificate status: RFC 6960, with the nonce of RFC 9654 and the high-volume profile of RFC 9919.
//!
//! Responder: [`Request::parse`] (or [`decode_path`] first), [`Answer::prepare`], sign,
//! [`Prepared::finish`], [`Headers::of`]; or [`Refusal::encode`]. Client: [`Request::new`],
//! [`Response::parse`], [`Response::check`].

mod answer;
mod check;
mod extension;
mod fault;
mod get;
mod http;
mod identifier;
mod request;
mod response;

pub use answer::{Answer, MAX_ANSWERS, Period, Prepared, ResponderError, Signer};
pub use check::{Accepted, Asked, Moment, NoncePolicy, Responder};
pub use extension::{MAX_NONCE, Nonce};
pub use fault::StatusFault;
pub use get::{DecodePath, decode_path, encode_path};
pub use http::{Headers, NO_STORE};
pub use identifier::{CertificateId, NamedIssuer};
pub use request::{MAX_IDS, MAX_REQUEST, ReadRequest, Request};
pub use response::{MAX_RESPONSE, ReadResponse, Refusal, Response, SingleResponse, Status};
