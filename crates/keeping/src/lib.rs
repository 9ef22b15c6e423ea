//! How administrators keep the accounts of their department (T-S4): those of people, and those of machines with the keys of the
//! certificates with which they come (T-P1).
//!
//! [`described`] are the routes, a [`Desk`] what they reach. What is done and what is refused stands in the trace; each order has one
//! effect for each request (T-D3).

mod accounts;
mod desk;
mod machines;
mod routes;

pub use desk::Desk;
pub use routes::described;
