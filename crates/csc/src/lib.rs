//! Remote signing as the Cloud Signature Consortium has it (API 2.1), over the seals of an office and the signatures of persons.
//!
//! [`described`] are the routes, [`Counter`] what they reach. The provider of OpenID Connect is the authorisation server: whoever comes
//! brings its access token, which the [`Check`] of a [`Provider`] reads as a [`Bearer`]. Here stands what was authorised with it: a person's
//! credential by a token for exactly these hashes, a seal's by activation data of ours, and then by the release of a custodian (D19).
//! No key is asked here: `papers` asks, and the key store checks.

mod activation;
mod bearer;
mod content;
mod counter;
mod credential;
mod credentials;
mod documents;
mod fault;
mod fields;
mod hashes;
mod info;
mod order;
mod polling;
mod routes;
mod stamp;
mod subjects;
mod tokens;
mod whose;

pub use bearer::{Bearer, Unverified};
pub use content::operations;
pub use counter::{Check, Counter};
pub use fault::Fault;
pub use routes::described;
pub use tokens::{OpenProvider, Provider};
