//! The service on bad ground: a disk that is full or fails to sync, a database that stands still or is lost, more callers than it
//! can serve (T-D4, T-D6, T-D7, T-A1, T-A5). Everything goes through HTTP, and the process is the service's own.

mod disk;
mod failover;
mod flood;
mod ground;
mod layer;
mod pause;
mod relay;

pub use disk::{Disk, Fault, disk};
pub use failover::{Failover, failover};
pub use flood::{FEW, Flood, JOBS, flood};
pub use ground::Problems;
pub use pause::{Pause, pause, stop};
