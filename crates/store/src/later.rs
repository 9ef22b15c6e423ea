//! What comes some time.

use std::future::Future;
use std::pin::Pin;

/// What a fact or a question gives, some time. In a box: compiled where it is made, once, and not again by each crate and
/// each program that waits for it (decision 053).
pub type Later<'c, T> = Pin<Box<dyn Future<Output = T> + Send + 'c>>;
