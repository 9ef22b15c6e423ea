//! How persons sign, as rules: several of them in their roles, each once, in order or side by side, until a day ([`round`]); one on a page
//! that opens by a link and a code ([`pad`]); one for another ([`mandate`]); and what their handwriting looks like ([`strokes`]).
//!
//! Nothing here knows a key, a file or a clock.

pub mod mandate;
pub mod pad;
pub mod round;
pub mod strokes;
