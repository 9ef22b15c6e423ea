//! What is done when a seal's key is compromised, or to have done it once before it is (T-C6).
//!
//! [`plan`] looks and changes nothing. [`run`] goes the whole way under two people: the seal is stopped, the certificates of
//! its keys are revoked with the moment since which they are not to be relied upon, it gets other keys, and what was sealed
//! since is sealed anew: same version, same identifier, same content, another signature (D17). Each step asks the register
//! how far it is: a run that was broken off is begun again with the same words, and does nothing twice. The seal stays
//! stopped for all other uses; two people let it go on as ever.

mod affected;
mod carry;
mod declare;
mod fault;
mod order;
mod report;
mod run;
mod said;

pub use affected::{Affected, Found, NotAnew};
pub use fault::DrillError;
pub use order::{Custodian, Order, Progress, Tell};
pub use report::{Outcome, REPORT_TYPE, Report};
pub use run::{Done, plan, run};
