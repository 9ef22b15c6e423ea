//! What anyone may ask without an account: pages in two languages, verdicts on what they bring, published lists.
//!
//! [`described`] are the routes that the API document has, [`shown`] those for people; a service mounts them beside its
//! own, and its table of access lets strangers to them. All that a handler reaches is the [`Counter`]: nothing here
//! changes anything, and nothing here is told who asks. Rooms whose pages change something take the [`Frame`] from here.

mod asked;
mod bench;
mod brought;
mod counter;
mod drawn;
mod holder;
mod judges;
mod notices;
mod pages;
mod pictures;
mod progress;
mod published;
mod routes;
mod seals;
mod shown;
mod text;
mod told;
mod verifications;

pub use bench::judge_apart;
pub use cell::this_program;
pub use counter::{Counter, Shown};
pub use drawn::picture;
pub use judges::Judges;
pub use pages::{Frame, Link, ProblemPage, page_under};
pub use pictures::Form;
pub use routes::{described, shown};
pub use text::ReadText;
