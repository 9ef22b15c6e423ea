//! The handle in a public link: 128 random bits as 22 characters, so that it cannot be guessed (T-P6).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::{Random, RandomUnavailable};
use thiserror::Error;

/// A handle.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Handle([u8; 16]);

/// The text is no handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a handle of 22 characters")]
pub struct ReadHandle;

impl Handle {
    /// A fresh one.
    ///
    /// # Errors
    /// No randomness.
    pub fn generate(random: &dyn Random) -> Result<Handle, RandomUnavailable> {
        let mut octets = [0; 16];
        random.fill(&mut octets)?;
        Ok(Handle(octets))
    }

    /// From stored octets.
    #[must_use]
    pub fn from_bytes(octets: [u8; 16]) -> Handle {
        Handle(octets)
    }

    /// Reads the text: base64url, no padding, 22 characters, the unused bits zero (RFC 4648 3.5).
    ///
    /// # Errors
    /// [`ReadHandle`] for anything else.
    pub fn parse(text: &str) -> Result<Handle, ReadHandle> {
        let octets = URL_SAFE_NO_PAD.decode(text).map_err(|_| ReadHandle)?;
        octets.try_into().map(Handle).map_err(|_| ReadHandle)
    }

    /// Its octets.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handle({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crypto::SeededRandom;

    #[test]
    fn a_handle_has_one_text() {
        let handle = Handle::generate(&SeededRandom::new(1)).expect("a seed gives");
        let text = handle.to_string();
        assert_eq!(text.len(), 22);
        assert_eq!(Handle::parse(&text), Ok(handle));
        assert_eq!(
            Handle::from_bytes([0; 16]).to_string(),
            "AAAAAAAAAAAAAAAAAAAAAA"
        );
        for other in [
            "AAAAAAAAAAAAAAAAAAAAAB",
            "AAAAAAAAAAAAAAAAAAAAA",
            "AAAAAAAAAAAAAAAAAAAAAA==",
            "AAAAAAAAAAAAAAAAAAAA/A",
            "",
        ] {
            assert_eq!(Handle::parse(other), Err(ReadHandle), "{other}");
        }
    }
}
