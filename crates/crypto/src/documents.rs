//! Documents that a person signs under one consent: the consent is to the list, by its digest.

use std::sync::Arc;

use crate::digest::sha256;

/// The SHA-256 of each document, sorted, none twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Documents(Arc<[[u8; 32]]>);

impl Documents {
    /// Most documents of one consent.
    pub const MAX: usize = 64;

    /// The list of these; `None` where there are none, more than [`Documents::MAX`], or the same one twice.
    #[must_use]
    pub fn of(digests: &[[u8; 32]]) -> Option<Self> {
        let mut sorted = digests.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        let fits = (1..=Self::MAX).contains(&digests.len()) && sorted.len() == digests.len();
        fits.then(|| Self(sorted.into()))
    }

    /// SHA-256 over the digests, 32 octets each, in ascending order.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        sha256(&self.0.concat())
    }

    /// Whether it has this document.
    #[must_use]
    pub fn has(&self, document: &[u8; 32]) -> bool {
        self.0.binary_search(document).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digests(count: u8) -> Vec<[u8; 32]> {
        (0..count).map(|octet| [octet; 32]).collect()
    }

    #[test]
    fn a_list_has_one_to_sixty_four_documents_and_none_twice() {
        for (count, lawful) in [(0, false), (1, true), (64, true), (65, false)] {
            assert_eq!(Documents::of(&digests(count)).is_some(), lawful, "{count}");
        }
        assert_eq!(Documents::of(&[[1; 32], [2; 32], [1; 32]]), None);
    }

    #[test]
    fn the_order_changes_nothing_and_every_document_does() {
        let list = Documents::of(&digests(3)).expect("a list");
        let turned: Vec<_> = digests(3).into_iter().rev().collect();
        assert_eq!(Documents::of(&turned), Some(list.clone()));
        assert_eq!(list.digest(), sha256(&digests(3).concat()));
        let shorter = Documents::of(&digests(2)).expect("a list");
        assert_ne!(shorter.digest(), list.digest());
        assert!(list.has(&[2; 32]) && !shorter.has(&[2; 32]));
    }
}
