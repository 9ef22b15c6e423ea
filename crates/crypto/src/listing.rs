//! One release of many uses of a seal (D19): what its releaser signs, and how one use is found in it.

use std::sync::Arc;

use crate::digest::sha256;
use crate::statement::{ReleaseStatement, hex};

/// The uses that one release lists: the digest of each statement, sorted, none twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    name: String,
    digests: Arc<[[u8; 32]]>,
}

impl Listing {
    /// Most uses of one release.
    pub const MAX: usize = 300;

    /// The list of these uses under a name of its own, such as a batch's; `None` where there are none, more than
    /// [`Listing::MAX`], the same one twice, or uses that differ in seal, purpose, expiry, requester or releaser.
    #[must_use]
    pub fn of(name: &str, uses: &[ReleaseStatement]) -> Option<Listing> {
        let first = uses.first()?;
        let alike = uses.iter().all(|one| shared(one) == shared(first));
        let digests = uses.iter().map(|one| sha256(&one.bytes())).collect();
        if !alike {
            return None;
        }
        Self::sorted(name, digests)
    }

    /// The same as it was encoded; `None` for octets that are no list.
    ///
    /// # Shape
    /// 32 octets for each use, in ascending order.
    #[must_use]
    pub fn parse(name: &str, octets: &[u8]) -> Option<Listing> {
        if !octets.len().is_multiple_of(32) || octets.len() > Self::MAX * 32 {
            return None;
        }
        let digests = octets
            .chunks(32)
            .filter_map(|chunk| <[u8; 32]>::try_from(chunk).ok())
            .collect();
        Self::sorted(name, digests).filter(|listing| listing.encode() == octets)
    }

    fn sorted(name: &str, mut digests: Vec<[u8; 32]>) -> Option<Listing> {
        let count = digests.len();
        digests.sort_unstable();
        digests.dedup();
        let fits = (1..=Self::MAX).contains(&count) && digests.len() == count;
        fits.then(|| Listing {
            name: name.to_owned(),
            digests: digests.into(),
        })
    }

    /// As [`Listing::parse`] reads it.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.digests.concat()
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many uses it lists.
    #[must_use]
    pub fn count(&self) -> usize {
        self.digests.len()
    }

    /// SHA-256 over the sorted digests.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        sha256(&self.encode())
    }

    /// Whether it lists exactly this use: no member of it may be another.
    #[must_use]
    pub fn lists(&self, one: &ReleaseStatement) -> bool {
        self.digests.binary_search(&sha256(&one.bytes())).is_ok()
    }

    /// The bytes that are signed, for a list to which `one` belongs: what all its uses share stands in them in words.
    ///
    /// # Shape
    /// The line `yinxin list release v1`, then a line `name length value` each for name, list (the digest in lower-case
    /// hexadecimal), count, seal, purpose, expires, requester and releaser, as in [`ReleaseStatement::bytes`].
    #[must_use]
    pub fn bytes(&self, one: &ReleaseStatement) -> Vec<u8> {
        let list = hex(&self.digest());
        let count = self.count().to_string();
        let expires = one.expires.unix_timestamp().to_string();
        let mut out = b"yinxin list release v1\n".to_vec();
        for (name, value) in [
            ("name", &self.name),
            ("list", &list),
            ("count", &count),
            ("seal", &one.seal),
            ("purpose", &one.purpose),
            ("expires", &expires),
            ("requester", &one.requester),
            ("releaser", &one.releaser),
        ] {
            out.extend_from_slice(format!("{name} {} {value}\n", value.len()).as_bytes());
        }
        out
    }
}

fn shared(one: &ReleaseStatement) -> (&str, &str, i64, &str, &str) {
    (
        &one.seal,
        &one.purpose,
        one.expires.unix_timestamp(),
        &one.requester,
        &one.releaser,
    )
}

#[cfg(test)]
mod tests {
    use time::UtcDateTime;

    use super::*;

    fn uses(count: usize) -> Vec<ReleaseStatement> {
        let one = |number: usize| ReleaseStatement {
            job: format!("j{number}"),
            unsealed: [7; 32],
            seal: "990102-SPZYZ-01".to_owned(),
            purpose: "licence".to_owned(),
            matter: "990102-XK-0001".to_owned(),
            case: "BJ-990102-20260608-00017".to_owned(),
            decision: "granted".to_owned(),
            copies: 1,
            expires: UtcDateTime::UNIX_EPOCH,
            requester: "a".to_owned(),
            releaser: "b".to_owned(),
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn a_list_has_one_to_three_hundred_uses_and_none_twice() {
        for (count, lawful) in [(0, false), (1, true), (300, true), (301, false)] {
            assert_eq!(
                Listing::of("l", &uses(count)).is_some(),
                lawful,
                "{count} uses"
            );
        }
        let mut twice = uses(2);
        twice[1] = twice[0].clone();
        assert_eq!(Listing::of("l", &twice), None);
    }

    #[test]
    fn uses_of_one_list_share_what_stands_in_its_words() {
        let bends: [fn(&mut ReleaseStatement); 5] = [
            |one| one.seal.push('2'),
            |one| one.purpose.push('2'),
            |one| one.expires += time::Duration::SECOND,
            |one| one.requester.push('2'),
            |one| one.releaser.push('2'),
        ];
        for bend in bends {
            let mut bent = uses(3);
            bend(&mut bent[1]);
            assert_eq!(Listing::of("l", &bent), None);
        }
        let mut cases = uses(3);
        cases[1].case.push('2');
        assert!(Listing::of("l", &cases).is_some(), "of several cases");
    }

    #[test]
    fn the_order_of_the_uses_changes_nothing_and_every_use_does() {
        let listing = Listing::of("l", &uses(5)).expect("a list");
        let mut turned = uses(5);
        turned.reverse();
        assert_eq!(Listing::of("l", &turned).as_ref(), Some(&listing));
        let shorter = Listing::of("l", &uses(4)).expect("a list");
        assert_ne!(shorter.digest(), listing.digest());
        assert!(listing.lists(&uses(5)[4]) && !shorter.lists(&uses(5)[4]));
        let mut other = uses(1).remove(0);
        other.unsealed[0] ^= 1;
        assert!(!listing.lists(&other), "another page");
        let named = Listing::of("m", &uses(5)).expect("a list");
        let one = &uses(1)[0];
        assert_ne!(named.bytes(one), listing.bytes(one));
    }

    #[test]
    fn a_list_is_read_back_and_no_other_octets_are_one() {
        let listing = Listing::of("l", &uses(3)).expect("a list");
        let octets = listing.encode();
        assert_eq!(Listing::parse("l", &octets), Some(listing));
        let turned: Vec<u8> = octets.chunks(32).rev().flatten().copied().collect();
        assert_eq!(Listing::parse("l", &turned), None, "not sorted");
        assert_eq!(Listing::parse("l", &[]), None);
        assert_eq!(Listing::parse("l", &octets[..95]), None);
        assert_eq!(Listing::parse("l", &[1; 64]), None, "one twice");
    }
}
