//! What watches over releases of seals (T-S7): the limits of a seal, which two people change, stops, which
//! two people lift, who releases a high-risk seal together (T-S1), and
//! alarms, which another person closes.
//!
//! Counted is in `releasing`, in the fact that takes a release; here people ask what stands, and act.

mod alarms;
mod approvers;
mod desk;
mod limits;
mod stops;
mod unseen;

mod routes;

pub use desk::Desk;
pub use routes::described;
