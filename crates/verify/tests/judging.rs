//! Whole artefacts, judged: good ones, and named mutations of them that are refused for the exact reason.

#[path = "judging/codes.rs"]
mod codes;
#[path = "judging/hierarchy.rs"]
mod hierarchy;
#[path = "judging/licences.rs"]
mod licences;
#[path = "judging/log.rs"]
mod log;
#[path = "judging/maker.rs"]
mod maker;
#[path = "judging/messages.rs"]
mod messages;
#[path = "judging/revocation.rs"]
mod revocation;
#[path = "judging/stamps.rs"]
mod stamps;
#[path = "judging/status.rs"]
mod status;
#[path = "judging/trust.rs"]
mod trust;
#[path = "judging/unlikely.rs"]
mod unlikely;
