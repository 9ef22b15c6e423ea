//! Under which terms an installation of tests is founded, and its seals released.

use std::path::Path;

use registry::Registry;
use releasing::{Limits, Terms};
use time::UtcDateTime;

use super::{Installation, SAMPLE};

/// A file of an installation that says so.
const UNLIMITED: &str = "unlimited";

impl Installation {
    /// Founds one under an address of its own, on this database.
    ///
    /// # Errors
    /// What stands in the way.
    pub async fn found_at(
        folder: &Path,
        (address, database): (&str, Option<&str>),
        now: UtcDateTime,
    ) -> anyhow::Result<Self> {
        let there = Self {
            address: address.to_owned(),
            ..Self::at(folder, database)
        };
        Self::found_with(there, now, false, SAMPLE).await
    }

    /// From its next start on its seals are released as often as load is put on them.
    ///
    /// # Errors
    /// As the file system has it.
    pub fn without_limits(&self) -> anyhow::Result<()> {
        Ok(std::fs::write(self.folder.join(UNLIMITED), [])?)
    }
}

/// The registry of an installation, under its terms.
pub(super) fn under(folder: &Path, registry: Registry) -> Registry {
    if !folder.join(UNLIMITED).exists() {
        return registry;
    }
    let most = Limits::MOST;
    let limits = Limits {
        per_day: most,
        per_minute: most,
        listed_per_day: most,
    };
    registry.under(Terms {
        limits,
        hours: None,
    })
}
