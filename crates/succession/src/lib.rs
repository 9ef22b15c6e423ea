//! Another key for a use of the service's own (issue 7, "rotation of every key with overlap"): status answers, time-stamps,
//! status lists, the trust bundle, printed codes and credentials, electronic seals.
//!
//! Two people have it done while no service runs on the key store. The next key is made where keys are kept, certified as the
//! one before, shown to sign, and put in its place in one write; nothing that was signed before has to be signed again, since
//! the certificates of before stay in the register and in what is published. The former key signs nothing from then on and is
//! erased by two people when its time has come (T-S9). Each step finds out how far the one before it came: broken off, it is
//! done again.

mod erase;
mod fault;
mod order;
mod place;
mod refused;
mod run;

pub use erase::erase;
pub use fault::SuccessionError;
pub use order::{Done, Order, Step, USES};
pub use run::run;
