//! What happens to a licence after it was issued (domain.md 4.1): ended, suspended, resumed; followed by a further
//! version, voided, on paper; and what stands against its holder.

pub mod change;
pub mod copies;
pub mod following;
pub mod notices;
pub mod restrictions;
pub mod voiding;
