//! Applications for seals, as they were made, and the scopes that each seal has had: a book of the registry beside `rolls`, whose
//! rows of seals it writes in the same facts.

mod book;

pub use book::{Application, Applications, NewApplication, ScopeRefused, ScopeVersion, ScopeWord};
