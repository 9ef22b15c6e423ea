//! What the demonstration plays: story 6.1 and a licence of each type, through the HTTP API alone, as an approval
//! system, a custodian and five receivers would.
//!
//! [`show`] plays it all before a service that somebody else founded with this [`Cast`] and serves; every row that it
//! prints was asked for and looked at. Everything in it is a sample, and worthless.

mod cast;
mod handed;
mod judge;
mod papers;
mod pem;
mod play;
mod receivers;
mod story;
mod tell;

use std::path::Path;

use story::Story;
use wire::{client, message_signature};

pub use cast::{CUSTODIAN, Cast, DEPARTMENTS, MATTERS, POWERS, TYPES};
pub use papers::{form, page};
pub use pem::pem;
pub use receivers::RECEIVERS;
pub use tell::Told;

/// Plays the story before the service at `base`, judges what came out online and offline, ends a licence and judges
/// again; the files are left below `out` in `folder`, and what happened is told.
///
/// # Errors
/// The first thing that was not as the story has it.
pub async fn show(base: &str, cast: &Cast, folder: &Path, told: &Told) -> anyhow::Result<()> {
    let client = client::Client::anonymous(base);
    let out = folder.join("out");
    let mut story = Story::begin(&client, cast, told, &out).await?;
    let mut outcome = play::play(&client, cast, (&mut story, told)).await?;
    judge::judge(&client, cast, folder, &mut outcome, told).await?;
    story.followed(&mut outcome).await?;
    told.outcome(&outcome)
}
