//! Applications for seals, as they were made, the scopes that each seal has had, and the end of its key: a book of the registry beside `rolls`, whose
//! rows of seals it writes in the same facts.

mod book;
mod destruction;
mod lists;

pub use book::{Application, Applications, NewApplication, ScopeRefused, ScopeVersion, ScopeWord};
pub use destruction::{
    Destruction, DestructionRefused, DestructionState, DestructionWord, Erased, Statement,
    Witnessed,
};
pub use lists::{ListState, SealList};
