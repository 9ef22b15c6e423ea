//! What the service asks others by itself, over HTTP: carries events to those who subscribed, by signed requests, as `issuance::push` says
//! what is due; and speaks to the OpenID provider.

mod provider;
mod reach;
mod webhooks;

pub use provider::{NoRoots, Provider, ProviderError};
pub use webhooks::{AddressRefused, Webhooks};
