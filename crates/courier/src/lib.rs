//! Carries events to those who subscribed: what `issuance::push` says is due, by signed requests over HTTP.

mod webhooks;

pub use webhooks::{AddressRefused, Webhooks};
