//! Where persons sign who were asked to: a department asks for a page, whoever it is for comes to it by a link and a code, reads, writes
//! with a finger, a pen or a mouse or chooses not to, and signs once (domain.md 4.3, R18).
//!
//! [`described`] are the routes of departments, [`shown`] the pages. What a page is and what follows from each step is
//! [`papers::pads`]; here it is read and told. The frame of the pages is `public`'s, which itself changes nothing.

mod body;
mod desk;
mod guesses;
mod pages;
mod routes;
mod visit;
mod window;

pub use desk::Desk;
pub use routes::{described, shown};
