//! Where accounts are kept.

use std::sync::Arc;

use issuance::Office;

/// The office whose accounts are kept.
#[derive(Clone)]
pub struct Desk(pub Arc<Office>);

impl std::fmt::Debug for Desk {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Desk")
    }
}
