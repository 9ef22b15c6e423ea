//! How people come in: by the OpenID provider, whose routes [`described`] are and which an [`Entrance`] reaches; and what every other way
//! in shares with it: [`AnswerBody`] of a passkey, [`begun`] of a session, [`is_ours`] of a page that changes something.
//!
//! What a browser brings back stands in cookies that no script reads. Whose account it is, `issuance` knows.

mod arrival;
mod passkey;
mod peer;
mod places;
mod second;
mod session;

pub use arrival::Entrance;
pub use passkey::{AnswerBody, ShownBody, octets, party, question};
pub use peer::Peer;
pub use second::described;
pub use session::{Carry, SessionTold, begun, inspect_page, is_ours};
