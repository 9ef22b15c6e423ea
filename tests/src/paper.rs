//! A page of a caller's own, and the form in which it is posted: those of the demonstration.

pub use demo::{form, page};
