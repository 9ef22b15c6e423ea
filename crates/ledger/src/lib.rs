//! The ledger (印章使用台账): for what seals were used, who asked, who decided, who released, for which matter.
//!
//! A view of the key journal and nothing beside it (D13): a line is an entry of the trace, written before the key signed. `asked`
//! says whose seals somebody sees, `line` what a line tells, `page` reads them in the order of time, `sums` adds them up and
//! compares them with what stands in the public log, `file` takes them away as a file whose digest the trace has first.

mod asked;
mod file;
mod line;
mod page;
mod routes;
mod sums;

pub use asked::Desk;
pub use routes::described;
