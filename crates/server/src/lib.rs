//! Speaks HTTP: routes, callers, problem documents, pages, configuration.

mod access;
mod config;
mod message_signature;
mod problem;
mod text;

pub use access::{Access, Scope};
pub use config::{Config, Mode, Period, ReadConfig, Size};
pub use message_signature::{
    Claimed, Credentials, MAX_SKEW, Message, Unsigned, content_digest, sign,
};
pub use problem::{Code, Defect, Problem};
