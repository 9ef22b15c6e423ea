//! The same files in another folder.

use std::fs;
use std::path::Path;

/// Copies everything below a folder.
pub(super) fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            // Rights go with it: a key store that others may read is refused.
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
