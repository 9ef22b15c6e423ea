//! Speaks HTTP: routes, callers, problem documents, pages, configuration.
//!
//! [`sign`] and [`Claimed`] are the two halves of
//! the signature on requests; [`Client`] speaks as a caller does; [`run`] serves an office that is open already.
//! Who may call what stands in one table.

mod api;
mod batches;
mod caller;
mod case_papers;
mod cases;
mod catalogue;
mod certificates;
mod certified;
mod config;
mod documents;
mod door;
mod health;
mod licences;
mod listen;
mod lives;
mod logging;
mod machines;
mod notices;
mod numbers;
mod packages;
mod passkeys;
mod proofs;
mod protection;
mod releases;
mod restrictions;
mod seal_applications;
mod seal_destructions;
mod seals;
mod secured;
mod serve;
mod sessions;
mod signatures;
mod signed;
mod signings;
mod state;
mod subscriptions;
mod threads;
mod trust;
mod uses;
mod versions;
mod witnesses;

use replies::{account_problems, day, json, lives_problems, problems};
use wire::{arrival, carried, client, framing, message_signature, problem, spool};

pub use api::openapi;
pub use carried::{bearer, cookie};
pub use client::{Answer, Call, CallError, Client};
pub use config::{
    Config, Mode, OfficeHours, OpenIdConfig, OperatorConfig, Period, ReadConfig, ReleaseLimits,
    Size, TokenConfig, Witnesses,
};
pub use duties::access::{Access, Scope, operation};
pub use listen::bind;
pub use logging::log_to_stderr;
pub use message_signature::{
    Claimed, Credentials, MAX_SKEW, Message, Unsigned, content_digest, sign,
};
pub use problem::{Code, Defect, Problem};
pub use public::judge_apart;
pub use serve::{run, told_to_end};
pub use threads::Threads;

/// Everything that the service keeps in memory, SQLite's pages too: a fifteenth of a seal's processor time less than
/// with the C library's own (`docs/performance.md`).
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;
