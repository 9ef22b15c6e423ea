//! The service as processes of their own that are killed, on disks and databases that fail, on machines whose power fails.

mod faults;
mod kill;
mod power;
mod replay;
