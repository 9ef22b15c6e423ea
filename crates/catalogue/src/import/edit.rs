//! Single matters put into the file of matters, or read out of it: each act on a version gives a
//! new file, judged by the same import as a published one.

use super::{ImportError, Sources, read};
use crate::key::MatterCode;
use crate::wire;

impl Sources<'_> {
    /// The entry of a version as it stands in the file of matters.
    ///
    /// # Errors
    /// `Form`, `TooLarge` when the file is none.
    pub fn matter(
        &self,
        code: &MatterCode,
        version: u32,
    ) -> Result<Option<wire::Matter>, ImportError> {
        let file: wire::Matters = read("matters", self.matters)?;
        let mut entries = file.matters.into_iter();
        Ok(entries.find(|entry| entry.code == code.as_str() && entry.version == version))
    }

    /// The file of matters with these entries: each in the place of the version that it names, or
    /// after the last. JSON on one line, UTF-8.
    ///
    /// # Errors
    /// `Form`, `TooLarge` when the file is none.
    pub fn with_matters(&self, entries: &[wire::Matter]) -> Result<String, ImportError> {
        let mut file: wire::Matters = read("matters", self.matters)?;
        for entry in entries {
            let same = |there: &&mut wire::Matter| {
                there.code == entry.code && there.version == entry.version
            };
            match file.matters.iter_mut().find(same) {
                Some(there) => *there = entry.clone(),
                None => file.matters.push(entry.clone()),
            }
        }
        serde_json::to_string(&file).map_err(|source| ImportError::Form {
            file: "matters",
            source,
        })
    }
}
