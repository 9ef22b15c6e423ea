//! Time-stamps: RFC 3161 with RFC 5816, in the profile of EN 319 422. Server and client, without either's
//! clock, key or network.
//!
//! Server: [`Request::parse`], [`prepare`], sign, [`Prepared::finish`], [`grant`]; or [`Refused::encode`].
//! Client: [`Request::new`], [`Response::parse`], [`Response::check`], [`Token::check`]; the path of the
//! authority's certificate at the token's own time is the caller's.

mod check;
mod fault;
mod info;
mod issue;
mod refused;
mod request;
mod response;
mod token;

pub use check::{MAX_AHEAD, Stamped};
pub use fault::TokenFault;
pub use info::{Accuracy, Imprint, ReadInfo, TstInfo};
pub use issue::{Prepared, TokenSerial, Unit, grant, prepare};
pub use refused::{Failure, Refused, Status};
pub use request::{MAX_NONCE, MAX_REQUEST, Request};
pub use response::{MAX_RESPONSE, ReadResponse, Response};
pub use token::{ReadToken, Token};
