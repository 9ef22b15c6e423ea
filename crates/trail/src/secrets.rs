//! Field encryption and keyed look-up: the keys that are never in the database (D8, T-P5).
//!
//! # Shape of a sealed value
//! number of its field key (4 octets, big-endian) ‖ nonce (12) ‖ ciphertext ‖ tag (16). A value that was sealed before
//! values said their key has no number, and is the first key's.

use std::collections::BTreeMap;
use std::sync::Arc;

use crypto::Random;
use crypto::aead::{AeadError, AeadKey, OVERHEAD};
use crypto::mac::hmac_sha256;
use time::UtcDateTime;
use zeroize::Zeroizing;

use store::StoreError;

/// Octets of a key's number.
const NUMBER: usize = 4;
/// The number of the key that an installation begins with.
const FIRST: u32 = 1;

/// The keys of the installation for what is stored. Wiped when dropped.
pub struct Secrets {
    current: u32,
    fields: BTreeMap<u32, AeadKey>,
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
    /// The field key, the installation's first, seals values, the look-up key makes keyed digests; `random` gives nonces
    /// and identifiers. The keys must differ.
    #[must_use]
    pub fn new(field: AeadKey, lookup: [u8; 32], random: Arc<dyn Random>) -> Secrets {
        Secrets::numbered((FIRST, field), lookup, random)
    }

    /// The same with a field key of another number.
    #[must_use]
    pub fn numbered(
        (number, field): (u32, AeadKey),
        lookup: [u8; 32],
        random: Arc<dyn Random>,
    ) -> Secrets {
        Secrets {
            current: number,
            fields: BTreeMap::from([(number, field)]),
            lookup: Zeroizing::new(lookup),
            random,
        }
    }

    /// The same with another field key, which opens what was sealed under it and seals nothing: one that was replaced, or
    /// the one that other nodes seal under already (T-P5, rotation without downtime).
    #[must_use]
    pub fn and_opens(mut self, number: u32, field: AeadKey) -> Secrets {
        self.fields.entry(number).or_insert(field);
        self
    }

    /// The number of the field key that seals.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.current
    }

    /// The value sealed for its place.
    ///
    /// # Errors
    /// `Random` without randomness for the nonce; `Damaged` for a value too long.
    pub fn seal(&self, value: &[u8], place: Place<'_>) -> Result<Vec<u8>, StoreError> {
        let damaged = StoreError::Damaged { table: place.table };
        let Some(field) = self.fields.get(&self.current) else {
            return Err(damaged);
        };
        let mut out = Vec::with_capacity(NUMBER + value.len() + OVERHEAD);
        out.extend_from_slice(&self.current.to_be_bytes());
        let sealed = field.seal_behind(&mut out, value, &place.associated(), self.random.as_ref());
        match sealed {
            Ok(()) => Ok(out),
            Err(AeadError::Random(error)) => Err(StoreError::Random(error)),
            Err(_) => Err(damaged),
        }
    }

    /// What was sealed for this place.
    ///
    /// # Errors
    /// `Damaged` for what was sealed elsewhere, changed, or sealed under a key that is not known.
    pub fn open(&self, sealed: &[u8], place: Place<'_>) -> Result<Vec<u8>, StoreError> {
        self.opened(sealed, place).map(|(_, value)| value)
    }

    /// A value sealed for its place under the current key; nothing where it is already. Every value is opened, so that one
    /// which does not is found.
    ///
    /// # Errors
    /// As [`Secrets::open`] and [`Secrets::seal`].
    pub fn resealed(&self, sealed: &[u8], place: Place<'_>) -> Result<Option<Vec<u8>>, StoreError> {
        let (number, value) = self.opened(sealed, place)?;
        let value = Zeroizing::new(value);
        if number == Some(self.current) {
            return Ok(None);
        }
        self.seal(&value, place).map(Some)
    }

    /// The value, and the number that it says.
    fn opened(
        &self,
        sealed: &[u8],
        place: Place<'_>,
    ) -> Result<(Option<u32>, Vec<u8>), StoreError> {
        let associated = place.associated();
        if let Some((number, rest)) = sealed.split_first_chunk::<NUMBER>() {
            let number = u32::from_be_bytes(*number);
            let field = self.fields.get(&number);
            if let Some(value) = field.and_then(|field| field.open(rest, &associated).ok()) {
                return Ok((Some(number), value));
            }
        }
        let first = self.fields.get(&FIRST);
        let value = first.and_then(|first| first.open(sealed, &associated).ok());
        let value = value.ok_or(StoreError::Damaged { table: place.table })?;
        Ok((None, value))
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

    const PLACE: Place<'static> = Place {
        table: "version",
        column: "content",
        row: "a",
        department: "Q-APR",
    };

    fn under(number: u32) -> Secrets {
        let random = Arc::new(SeededRandom::new(u64::from(number)));
        Secrets::numbered((number, key_of(number)), [2; 32], random)
    }

    fn key_of(number: u32) -> AeadKey {
        AeadKey::new([u8::try_from(number).expect("small"); 32])
    }

    #[test]
    fn nodes_that_know_both_keys_read_each_other_and_others_do_not() {
        let (old, new) = (
            under(1).and_opens(2, key_of(2)),
            under(2).and_opens(1, key_of(1)),
        );
        for (writer, reader) in [(&old, &new), (&new, &old)] {
            let sealed = writer.seal(b"value", PLACE).expect("sealed");
            assert_eq!(sealed.get(..4), Some(&writer.number().to_be_bytes()[..]));
            assert_eq!(reader.open(&sealed, PLACE).expect("known"), b"value");
        }
        let sealed = new.seal(b"value", PLACE).expect("sealed");
        assert!(matches!(
            under(1).open(&sealed, PLACE),
            Err(StoreError::Damaged { table: "version" })
        ));
        // The number says which key is asked, and makes no other of it.
        let mut renamed = sealed;
        renamed.splice(..4, 1_u32.to_be_bytes());
        assert!(new.open(&renamed, PLACE).is_err());
    }

    #[test]
    fn a_value_comes_under_the_current_key_once_and_the_former_is_not_needed_then() {
        let new = under(2).and_opens(1, key_of(1));
        let numbered = under(1).seal(b"value", PLACE).expect("sealed");
        // As values were before they said their key.
        let bare = numbered.get(4..).expect("a number").to_vec();
        for old in [numbered, bare] {
            let anew = new.resealed(&old, PLACE).expect("opens");
            let anew = anew.expect("another key's");
            assert_eq!(under(2).open(&anew, PLACE).expect("alone"), b"value");
            assert_eq!(new.resealed(&anew, PLACE).expect("opens"), None);
        }
        let elsewhere = Place { row: "b", ..PLACE };
        let other = new.seal(b"value", elsewhere).expect("sealed");
        assert!(new.resealed(&other, PLACE).is_err());
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
