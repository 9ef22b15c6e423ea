//! A key ceremony (specs 4.3, T-K3): what is declared, what is done in it, and the transcript by which anyone checks it.
//!
//! A [`Declaration`] says who takes part, how many keepers open the root key, which certificates and which list are signed.
//! A [`Session`] is admitted before any key exists, and then held with the root's key wherever that is; what comes out is a
//! set of files with the transcript among them, each of whose lines covers the one before it. [`judge`] replays a transcript
//! from declarations and files, and names whatever is not what was declared. Pure: files, keys, clock and randomness come in
//! from outside.

mod account;
mod declaration;
mod hold;
mod judge;
mod plan;
mod request;
mod rules;
mod signing;
mod transcript;

use std::collections::BTreeMap;

pub use declaration::algorithm_of;
pub use declaration::{Declaration, Drill, Duty, MAX_DECLARATION, Participant, ReadDeclaration};
pub use hold::{Admitted, Refused, RootKey, Session, SignRoot};
pub use judge::{Fault, Judged, judge};
pub use request::{MAX_REQUEST, ReadRequest, Request};
pub use rules::Broken;
pub use signing::{AddSignature, add_signature, statement_of};
pub use transcript::{MAX_TRANSCRIPT, ReadTranscript, Transcript, WhyNot};

/// Files of a ceremony by name, the key store not among them.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The transcript's file.
pub const TRANSCRIPT: &str = "transcript";
/// The root's certificate, DER.
pub const ROOT: &str = "root.cer";
/// What stands in names and in the transcript's first line where all of it is a drill.
pub const DRILL: &str = "DRILL";

/// The file with the declaration of a session.
#[must_use]
pub fn declaration_file(session: u32) -> String {
    format!("declaration-{session}.toml")
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// Lower-case hexadecimal of any even length.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks_exact(2);
    let whole = pairs.remainder().is_empty();
    let lower = |octet: u8| !octet.is_ascii_uppercase();
    let digit = |octet: u8| char::from(octet).to_digit(16).filter(|_| lower(octet));
    let octets = pairs.map(|pair| match *pair {
        [high, low] => u8::try_from(digit(high)? << 4 | digit(low)?).ok(),
        _ => None,
    });
    octets.collect::<Option<Vec<u8>>>().filter(|_| whole)
}

/// A digest in lower-case hexadecimal.
#[must_use]
pub fn digest_in(text: &str) -> Option<[u8; 32]> {
    unhex(text)?.try_into().ok()
}
