//! Logs, certificates, status lists, catalogues and backups, and what a disk without room does, on each store at hand.

#[path = "lists/anchors.rs"]
mod anchors;
#[path = "lists/backup.rs"]
mod backup;
#[path = "lists/backup_changes.rs"]
mod backup_changes;
#[path = "lists/catalogues.rs"]
mod catalogues;
#[path = "lists/certificates.rs"]
mod certificates;
#[path = "lists/full.rs"]
mod full;
#[path = "lists/log.rs"]
mod log;
#[path = "lists/moment.rs"]
mod moment;
#[path = "lists/regions.rs"]
mod regions;
#[path = "lists/stage.rs"]
mod stage;
#[path = "lists/status.rs"]
mod status;
