//! What no single crate can test: flows, crash tables, outside judges, the house itself.

pub mod cases;
pub mod customer;
pub mod databases;
pub mod fuzz;
pub mod installation;
pub mod interrupted;
pub mod kills;
pub mod leaves;
pub mod limbo;
pub mod signatures;
