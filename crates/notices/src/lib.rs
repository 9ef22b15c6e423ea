//! Notices: what stands on an authority's own page (domain.md 4.5). A book of the registry beside `rolls`, whose rows are written by hand
//! or in the fact that asks for them.

mod book;

pub use book::{Acting, After, NoticeRefused, Notices, Respond, Shown, Writing, put};
