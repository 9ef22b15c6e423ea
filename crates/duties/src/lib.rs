//! Who may do what: the roles of domain.md 3, which operation is whose, and what each role never does.
//!
//! Everything is a table. [`TABLE`] says which [`Role`] may do which [`Operation`], and on whose things; what it does
//! not say is denied ([`may`], T-P3). [`NEVER`] holds each "may never" of domain.md 3 under its name, with what keeps
//! it. [`Roles`] are the roles of one account: a set that contradicts itself cannot be made, and [`apart`] says which
//! roles one person has not even over several accounts (R3).
//!
//! Which route of the HTTP API is which operation, and which scopes of machines reach it, is in [`access`].
//!
//! Pure: no clock, no store, no caller. Who somebody is, and what they did in one case, others know.

pub mod access;
mod never;
mod operation;
mod role;
mod roles;
mod table;

pub use never::{By, NEVER, Never};
pub use operation::Operation;
pub use role::{Held, Role};
pub use roles::{APART, ReadRoles, Roles, RolesApart, apart, may};
pub use table::{Reach, Row, TABLE, row};
