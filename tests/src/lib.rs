//! What no single crate can test: flows, crash tables, outside judges, the house itself.

pub mod browser;
pub mod cases;
pub mod child;
pub mod customer;
pub mod databases;
pub mod faults;
pub mod fuzz;
pub mod hostile;
pub mod installation;
pub mod interrupted;
pub mod judged;
pub mod kills;
pub mod leaves;
pub mod levels;
pub mod limbo;
pub mod looks;
pub mod module;
pub mod packages;
pub mod paper;
pub mod papers;
pub mod postgres;
pub mod power;
pub mod provider;
pub mod replay;
pub mod signatures;
pub mod token;
