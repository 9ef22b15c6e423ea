//! What no single crate can test: flows, crash tables, outside judges, the house itself.

pub mod fuzz;
pub mod limbo;
pub mod signatures;
