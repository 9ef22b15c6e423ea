//! Logs, certificates, status lists, catalogues, objects and backups, on each store at hand.

#[path = "lists/catalogues.rs"]
mod catalogues;
#[path = "lists/certificates.rs"]
mod certificates;
#[path = "lists/log.rs"]
mod log;
#[path = "lists/objects.rs"]
mod objects;
#[path = "lists/stage.rs"]
mod stage;
#[path = "lists/status.rs"]
mod status;
