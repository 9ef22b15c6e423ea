//! Files that this process kept a moment ago and that wait for their seal: whoever releases one soon has it without a
//! way to the disk. The record names the object, and what is not here any more is read where it is kept.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crypto::Hasher;
use registry::objects::ObjectId;

/// Octets of all files together.
const MOST: usize = 16 << 20;
/// Octets of a file that is worth its room.
const LARGEST: usize = 256 << 10;

/// The files, the oldest first.
#[derive(Default)]
pub struct Fresh(Mutex<Shelf>);

#[derive(Default)]
struct Shelf {
    files: VecDeque<(ObjectId, Page)>,
    octets: usize,
}

/// A file, with its SHA-256 as far as the file goes.
pub struct Page {
    /// Its octets.
    pub file: Vec<u8>,
    /// What was computed of it when it came.
    pub hashed: Hasher,
}

impl std::fmt::Debug for Fresh {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Fresh")
    }
}

impl std::fmt::Debug for Page {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Page")
    }
}

impl Page {
    /// A copy of a file that goes to the store; `None` for a large one.
    #[must_use]
    pub fn of(file: &[u8], hashed: &Hasher) -> Option<Page> {
        (file.len() <= LARGEST).then(|| Page {
            file: file.to_vec(),
            hashed: hashed.clone(),
        })
    }
}

impl Fresh {
    /// Keeps the copy of an object, and gives up the oldest ones where there is no room.
    pub fn keep(&self, object: ObjectId, page: Option<Page>) {
        let Some(page) = page else { return };
        let mut shelf = self.shelf();
        shelf.octets += page.file.len();
        shelf.files.push_back((object, page));
        while shelf.octets > MOST {
            let Some((_, oldest)) = shelf.files.pop_front() else {
                break;
            };
            shelf.octets -= oldest.file.len();
        }
    }

    /// The copy of an object, which is not here any more afterwards.
    #[must_use]
    pub fn take(&self, object: &ObjectId) -> Option<Page> {
        let mut shelf = self.shelf();
        let at = shelf.files.iter().position(|(known, _)| known == object)?;
        let (_, page) = shelf.files.remove(at)?;
        shelf.octets -= page.file.len();
        Some(page)
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use crypto::DigestAlgorithm;

    use super::*;

    fn object(number: u32) -> ObjectId {
        let name = format!("{number:032x}");
        name.parse().expect("the name of an object")
    }

    fn page(octets: usize) -> Option<Page> {
        let mut hashed = Hasher::new(DigestAlgorithm::Sha256);
        let file = vec![1; octets];
        hashed.update(&file);
        Page::of(&file, &hashed)
    }

    #[test]
    fn a_file_is_taken_once_and_the_oldest_make_room() {
        let fresh = Fresh::default();
        for number in 0..65 {
            fresh.keep(object(number), page(LARGEST));
        }
        assert!(fresh.take(&object(0)).is_none());
        let taken = fresh.take(&object(1)).expect("it is the oldest that stays");
        assert_eq!(taken.file, vec![1; LARGEST]);
        assert_eq!(taken.hashed.finish().bytes(), crypto::sha256(&taken.file));
        assert!(fresh.take(&object(1)).is_none());
        assert_eq!(fresh.shelf().octets, 63 * LARGEST);
    }

    #[test]
    fn a_large_file_is_not_copied() {
        assert!(page(LARGEST + 1).is_none());
    }
}
