//! The service as processes of their own that are killed, and on disks and databases that fail.

mod faults;
mod kill;
mod replay;
