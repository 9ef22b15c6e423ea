//! What comes some time.

use std::future::Future;
use std::pin::Pin;

/// What a fact or a question gives, some time.
pub type Later<'c, T> = Pin<Box<dyn Future<Output = T> + Send + 'c>>;
