//! Field encryption and keyed look-up: the two keys that are never in the database (D8, T-P5).

use std::sync::Arc;

use crypto::Random;
use crypto::aead::{AeadError, AeadKey};
use crypto::mac::hmac_sha256;
use time::UtcDateTime;
use zeroize::Zeroizing;

use store::StoreError;

/// The keys of the installation for what is stored. Wiped when dropped.
pub struct Secrets {
    field: AeadKey,
    lookup: Zeroizing<[u8; 32]>,
    random: Arc<dyn Random>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secrets(..)")
    }
}

/// Where a sealed value stands: it opens there and nowhere else (T-P5).
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// What names the row.
    pub row: &'a str,
    /// The department whose row it is.
    pub department: &'a str,
}

impl Place<'_> {
    /// Each part under its length, so that no part can imitate another.
    fn associated(&self) -> Vec<u8> {
        let mut out = b"yinxin field v1\n".to_vec();
        for part in [self.table, self.column, self.row, self.department] {
            out.extend_from_slice(format!("{} {part}\n", part.len()).as_bytes());
        }
        out
    }
}

impl Secrets {
    /// The field key seals values, the look-up key makes keyed digests; `random` gives nonces and
    /// identifiers. The keys must differ.
    #[must_use]
    pub fn new(field: AeadKey, lookup: [u8; 32], random: Arc<dyn Random>) -> Secrets {
        Secrets {
            field,
            lookup: Zeroizing::new(lookup),
            random,
        }
    }

    /// The value sealed for its place.
    ///
    /// # Errors
    /// `Random` without randomness for the nonce; `Damaged` for a value too long.
    pub fn seal(&self, value: &[u8], place: Place<'_>) -> Result<Vec<u8>, StoreError> {
        let sealed = self
            .field
            .seal(value, &place.associated(), self.random.as_ref());
        sealed.map_err(|error| match error {
            AeadError::Random(error) => StoreError::Random(error),
            _ => StoreError::Damaged { table: place.table },
        })
    }

    /// What was sealed for this place.
    ///
    /// # Errors
    /// `Damaged` for what was sealed elsewhere or changed.
    pub fn open(&self, sealed: &[u8], place: Place<'_>) -> Result<Vec<u8>, StoreError> {
        self.field
            .open(sealed, &place.associated())
            .map_err(|_| StoreError::Damaged { table: place.table })
    }

    /// The keyed digest by which a value is found; `kind` keeps values of different kinds apart.
    #[must_use]
    pub fn lookup(&self, kind: &'static str, value: &str) -> [u8; 32] {
        hmac_sha256(
            self.lookup.as_slice(),
            format!("yinxin lookup v1\n{kind} {value}").as_bytes(),
        )
    }

    /// An identifier of what begins at `at`: the second of it in 8 hexadecimal characters, then 96 random bits in 24.
    /// Indexes of such identifiers grow at one end, so that few pages change with each act (as RFC 9562 5.7 has it).
    ///
    /// # Errors
    /// `Random`.
    pub fn dated_id(&self, at: UtcDateTime) -> Result<String, StoreError> {
        let mut bits = [0; 16];
        self.random.fill(&mut bits)?;
        let second = at.unix_timestamp().to_be_bytes();
        if let (Some(to), Some(from)) = (bits.get_mut(..4), second.get(4..)) {
            to.copy_from_slice(from);
        }
        Ok(hex(&bits))
    }

    /// 128 random bits as 32 hexadecimal characters.
    ///
    /// # Errors
    /// `Random`.
    pub fn fresh_id(&self) -> Result<String, StoreError> {
        let mut bits = [0; 16];
        self.random.fill(&mut bits)?;
        Ok(hex(&bits))
    }
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    let digits = |octet: &u8| [digit(octet >> 4), digit(octet & 15)];
    bytes.iter().flat_map(digits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crypto::SeededRandom;

    #[test]
    fn identifiers_of_one_second_begin_alike_and_are_different() {
        let random = Arc::new(SeededRandom::new(1));
        let secrets = Secrets::new(AeadKey::new([1; 32]), [2; 32], random);
        let at = UtcDateTime::UNIX_EPOCH + time::Duration::seconds(0x6a1b_2c3d);
        let (one, other) = (secrets.dated_id(at), secrets.dated_id(at));
        let (one, other) = (one.expect("random"), other.expect("random"));
        assert!(one.len() == 32 && other.len() == 32 && one != other);
        assert!(one.starts_with("6a1b2c3d") && other.starts_with("6a1b2c3d"));
        let later = secrets.dated_id(at + time::Duration::SECOND);
        assert!(later.expect("random") > one.max(other));
    }

    #[test]
    fn a_value_opens_in_its_own_place_alone() {
        let secrets = Secrets::new(
            AeadKey::new([1; 32]),
            [2; 32],
            Arc::new(SeededRandom::new(1)),
        );
        let place = Place {
            table: "version",
            column: "content",
            row: "a",
            department: "Q-APR",
        };
        let sealed = secrets.seal(b"990121198409071350", place).expect("short");
        assert_eq!(
            secrets.open(&sealed, place).expect("its own place"),
            b"990121198409071350"
        );
        for other in [
            Place {
                table: "job",
                ..place
            },
            Place {
                column: "holder",
                ..place
            },
            Place { row: "b", ..place },
            Place {
                department: "C-APR",
                ..place
            },
        ] {
            assert!(secrets.open(&sealed, other).is_err(), "{other:?}");
        }
    }

    #[test]
    fn digests_of_different_kinds_differ() {
        let secrets = Secrets::new(
            AeadKey::new([1; 32]),
            [2; 32],
            Arc::new(SeededRandom::new(1)),
        );
        assert_eq!(secrets.lookup("holder", "x"), secrets.lookup("holder", "x"));
        assert_ne!(secrets.lookup("holder", "x"), secrets.lookup("handle", "x"));
        assert_ne!(secrets.lookup("holder", "x"), secrets.lookup("holder", "y"));
    }
}
