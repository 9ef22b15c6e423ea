//! Logs, certificates, status lists, catalogues and backups, and what a disk without room does, on each store at hand.

mod anchors;
mod backup;
mod backup_changes;
mod catalogues;
mod certificates;
mod full;
mod log;
mod moment;
mod regions;
mod status;
