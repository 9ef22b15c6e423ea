//! Passwords of people as they are kept: Argon2id (RFC 9106), each under a salt of its own.

use zeroize::Zeroizing;

use crate::keystore::Cost;
use crate::mac::constant_time_eq;

/// Octets of a salt (RFC 9106 3.1: 128 bits are recommended).
pub const SALT: usize = 16;
/// Octets of a kept password.
const LENGTH: usize = 1 + 12 + SALT + 32;
/// How it is written.
const VERSION: u8 = 1;

/// A password as it is kept. It cannot be read back.
#[derive(Clone, PartialEq, Eq)]
pub struct Kept {
    cost: Cost,
    salt: [u8; SALT],
    digest: [u8; 32],
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Kept(..)")
    }
}

impl Kept {
    /// A password under a fresh salt; none where memory for it cannot be had. Takes tens of milliseconds and 19 MiB at
    /// [`Cost::PASSWORD`].
    #[must_use]
    pub fn new(password: &[u8], salt: [u8; SALT], cost: Cost) -> Option<Self> {
        let digest = cost.derive(password, &salt).ok()?;
        Some(Self {
            cost,
            salt,
            digest: *digest,
        })
    }

    /// One that is no password's: asking it costs what asking another one costs.
    #[must_use]
    pub fn decoy(cost: Cost) -> Self {
        Self {
            cost,
            salt: [0; SALT],
            digest: [0; 32],
        }
    }

    /// Whether it is this password. Costs what [`Kept::new`] costs, whichever it is.
    #[must_use]
    pub fn is(&self, password: &[u8]) -> bool {
        let digest = self.cost.derive(password, &self.salt);
        digest.is_ok_and(|digest| constant_time_eq(digest.as_slice(), &self.digest))
    }

    /// The octets of it.
    ///
    /// # Shape
    /// Version 1, memory in KiB, passes, lanes (four octets each, the most significant first), salt, digest.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(LENGTH));
        out.push(VERSION);
        for number in [self.cost.memory_kib, self.cost.passes, self.cost.lanes] {
            out.extend_from_slice(&number.to_be_bytes());
        }
        out.extend_from_slice(&self.salt);
        out.extend_from_slice(&self.digest);
        out
    }

    /// What [`Kept::encode`] wrote; none for anything else.
    #[must_use]
    pub fn parse(octets: &[u8]) -> Option<Self> {
        let (&VERSION, rest) = octets.split_first()? else {
            return None;
        };
        let (numbers, rest) = rest.split_first_chunk::<12>()?;
        let (salt, rest) = rest.split_first_chunk::<SALT>()?;
        let mut numbers = numbers
            .chunks_exact(4)
            .filter_map(|four| four.try_into().ok())
            .map(u32::from_be_bytes);
        Some(Self {
            cost: Cost {
                memory_kib: numbers.next()?,
                passes: numbers.next()?,
                lanes: numbers.next()?,
            },
            salt: *salt,
            digest: rest.try_into().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_itself_and_no_other() {
        let kept = Kept::new(b"correct horse", [7; SALT], Cost::PASSWORD).expect("memory");
        assert!(kept.is(b"correct horse") && !kept.is(b"correct horsf") && !kept.is(b""));
        let other = Kept::new(b"correct horse", [8; SALT], Cost::PASSWORD).expect("memory");
        assert_ne!(kept.digest, other.digest, "the salt counts");
        assert_eq!(format!("{kept:?}"), "Kept(..)");
    }

    #[test]
    fn what_is_kept_is_read_back_and_nothing_shorter_or_longer() {
        let kept = Kept::new(b"a", [7; SALT], Cost::FOR_TESTS).expect("memory");
        let octets = kept.encode();
        assert_eq!(Kept::parse(&octets), Some(kept));
        let cut = octets.len() - 1;
        assert_eq!(Kept::parse(&octets[..cut]), None);
        assert_eq!(Kept::parse(&[octets.as_slice(), &[0]].concat()), None);
        assert_eq!(Kept::parse(&[2; LENGTH]), None);
    }
}
