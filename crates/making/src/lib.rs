//! Seals made on application (制发, domain.md 4.2): asked for with documents, examined, approved by another person, made, and
//! accepted by their custodian with a test; given other scopes on a ground, by two people; and, once given up, their keys erased
//! before witnesses.
//!
//! Where a seal stands is [`seal::life`]'s table and the register's row; this crate brings what each step needs: what was asked
//! for, the key in custody, the certificate, the electronic seal, the test. [`apply`] takes an application, [`decide`] is every step
//! of the administrators, [`accept`] the custodian's, [`order_destruction`] and [`witness_destruction`]
//! the end. [`lists`] asks for many at once.

mod accept;
mod apply;
mod decide;
mod destroy;
mod fault;
mod kept;
pub mod lists;
mod open;
mod order;
mod page;
mod record;
mod replace;
mod scope;
mod told;

pub use accept::{TestOffer, accept, test};
pub use apply::apply;
pub use decide::{Deciding, decide};
pub use destroy::{
    DestructionTold, call_off_destruction, destruction, destruction_record, order_destruction,
    resume_destructions, witness_destruction,
};
pub use fault::{MakingError, Wrong};
pub use open::{OpenCertificate, OpenSeal, open_seal};
pub use order::{Document, Order};
pub use page::{Narrowed, seals};
pub use replace::replace;
pub use scope::{ScopeOrder, Standing, change_scope, scopes};
pub use told::{ApplicationTold, Line, document, find, list};
