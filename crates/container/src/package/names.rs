//! Names of entries: plain paths, each once for every reader.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization;

use super::Entry;
use crate::fault::ReadPackage;

/// The places of the plain files by name; folders count only for what they collide with.
pub(super) fn admitted(entries: &[Entry]) -> Result<BTreeMap<String, usize>, ReadPackage> {
    let (mut files, mut folders) = (BTreeSet::new(), BTreeSet::new());
    let mut places = BTreeMap::new();
    let mut place = 0;
    for entry in entries {
        let name = entry.name();
        let path = name.strip_suffix('/').unwrap_or(name);
        if !is_plain(path) {
            let name = name.to_owned();
            return Err(ReadPackage::Path { name });
        }
        let folded = folded(path);
        let is_folder = path.len() != name.len();
        let taken = if is_folder {
            !folders.insert((folded.clone(), true))
        } else {
            places.insert(name.to_owned(), place);
            place += 1;
            !files.insert(folded.clone())
        };
        if taken {
            let name = name.to_owned();
            return Err(ReadPackage::Duplicate { name });
        }
    }
    for entry in entries {
        let name = entry.name();
        let path = name.strip_suffix('/');
        let mut above = folded(path.unwrap_or(name));
        // A folder's own name may be no file's, nor may any folder above an entry.
        if path.is_none() {
            above.truncate(above.rfind('/').unwrap_or_default());
        }
        while !above.is_empty() {
            if files.contains(&above) {
                let name = name.to_owned();
                return Err(ReadPackage::FileAndFolder { name });
            }
            above.truncate(above.rfind('/').unwrap_or_default());
        }
    }
    Ok(places)
}

/// T-I4: no absolute or climbing path, no backslash, no drive, no NUL or other control character, and no spelling of a
/// path that has a shorter one.
#[must_use]
pub fn is_plain(path: &str) -> bool {
    let part = |part: &str| !matches!(part, "" | "." | "..");
    let letter = |letter: char| !letter.is_control() && letter != '\\' && letter != ':';
    path.split('/').all(part) && path.chars().all(letter)
}

/// One spelling for all names that some file system takes for one: NFC and case folding (T-I4). Upper case before
/// lower case folds what has no upper case of its own, such as ß and ſ.
fn folded(path: &str) -> String {
    let normal: String = path.nfc().collect();
    normal.to_uppercase().to_lowercase().nfc().collect()
}
