//! The field key and those beside it.
//!
//! # Shape of the file
//! Four keys of 32 octets: of sealed values, of look-ups, of objects, of the log's shards; then the file's number (4
//! octets, big-endian). The first file of an installation has number 1 and ends before it. A file that takes the place of
//! another has its own keys of values and objects, and the same two others: what they made cannot be made anew.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crypto::aead::AeadKey;
use crypto::{Random, RandomUnavailable};
use registry::Secrets;
use registry::objects::Wrapping;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::secret::{SecretError, secret};
use server::Config;

/// Octets of the four keys.
const KEYS: usize = 128;
/// Octets of a number.
const NUMBER: usize = 4;
/// The number of a file that says none.
const FIRST: u32 = 1;

/// Which of the four.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Values,
    Lookups,
    Objects,
    Shards,
}

/// Why field keys are not taken.
#[derive(Debug, Error)]
pub(crate) enum FieldKeyError {
    /// A file cannot be read, or others may read it.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The file has another shape.
    #[error("{} is no field key: it has neither 128 octets nor 132 with a number from 2 on at their end", .0.display())]
    Shape(PathBuf),
    /// The file is of another installation.
    #[error("{} has other keys of look-ups and shards than the field key: it is of another installation", .0.display())]
    Foreign(PathBuf),
    /// Two files have one number.
    #[error("{} has the number of another field key", .0.display())]
    Twice(PathBuf),
}

/// A number and the octets of its file.
pub(crate) type Next = (u32, Zeroizing<Vec<u8>>);

struct FieldKey {
    number: u32,
    keys: Zeroizing<[u8; KEYS]>,
}

/// The secrets beside the key store: the field key, and others under which something may stand.
pub(crate) struct FieldKeys {
    current: FieldKey,
    others: Vec<FieldKey>,
}

impl FieldKey {
    fn read(path: &Path) -> Result<FieldKey, FieldKeyError> {
        let octets = Zeroizing::new(secret(path)?);
        let shape = || FieldKeyError::Shape(path.to_owned());
        let (keys, rest) = octets.split_first_chunk::<KEYS>().ok_or_else(shape)?;
        let number = match <[u8; NUMBER]>::try_from(rest) {
            Ok(number) => Some(u32::from_be_bytes(number)).filter(|number| *number > FIRST),
            Err(_) => rest.is_empty().then_some(FIRST),
        };
        Ok(FieldKey {
            number: number.ok_or_else(shape)?,
            keys: Zeroizing::new(*keys),
        })
    }

    fn values(&self) -> (u32, AeadKey) {
        (self.number, AeadKey::new(self.part(Part::Values)))
    }

    fn objects(&self) -> (u32, AeadKey) {
        (self.number, AeadKey::new(self.part(Part::Objects)))
    }

    fn part(&self, part: Part) -> [u8; 32] {
        let mut key = [0; 32];
        let from = self.keys.iter().skip(32 * part as usize);
        for (to, from) in key.iter_mut().zip(from) {
            *to = *from;
        }
        key
    }

    fn is_of(&self, other: &FieldKey) -> bool {
        let same = |part| self.part(part) == other.part(part);
        same(Part::Lookups) && same(Part::Shards)
    }

    /// The file that takes the place of this one under a number.
    fn successor(
        &self,
        number: u32,
        random: &dyn Random,
    ) -> Result<Zeroizing<Vec<u8>>, RandomUnavailable> {
        let mut octets = Zeroizing::new(Vec::with_capacity(KEYS + NUMBER));
        for part in [Part::Values, Part::Lookups, Part::Objects, Part::Shards] {
            match part {
                Part::Values | Part::Objects => {
                    octets.extend_from_slice(AeadKey::generate(random)?.expose());
                }
                Part::Lookups | Part::Shards => octets.extend_from_slice(&self.part(part)),
            }
        }
        octets.extend_from_slice(&number.to_be_bytes());
        Ok(octets)
    }
}

impl FieldKeys {
    /// Those of a configuration.
    pub(crate) fn read(config: &Config) -> Result<FieldKeys, FieldKeyError> {
        let current = FieldKey::read(&config.field_key)?;
        let mut numbers = BTreeSet::from([current.number]);
        let mut others = Vec::new();
        for path in &config.other_field_keys {
            let other = FieldKey::read(path)?;
            if !other.is_of(&current) {
                return Err(FieldKeyError::Foreign(path.clone()));
            }
            if !numbers.insert(other.number) {
                return Err(FieldKeyError::Twice(path.clone()));
            }
            others.push(other);
        }
        Ok(FieldKeys { current, others })
    }

    pub(crate) fn secrets(&self, random: Arc<dyn Random>) -> Secrets {
        let lookup = self.current.part(Part::Lookups);
        let secrets = Secrets::numbered(self.current.values(), lookup, random);
        let others = self.others.iter().map(FieldKey::values);
        others.fold(secrets, |secrets, (number, key)| {
            secrets.and_opens(number, key)
        })
    }

    pub(crate) fn wrapping(&self) -> Arc<Wrapping> {
        let (number, key) = self.current.objects();
        let wrapping = Wrapping::new(number, key);
        let others = self.others.iter().map(FieldKey::objects);
        Arc::new(others.fold(wrapping, |wrapping, (number, key)| {
            wrapping.with_former(number, key)
        }))
    }

    pub(crate) fn shards(&self) -> [u8; 32] {
        self.current.part(Part::Shards)
    }

    fn highest(&self) -> u32 {
        let others = self.others.iter().map(|other| other.number);
        others.fold(self.current.number, u32::max)
    }

    /// The number of the file that is to take the place of the current one, and its octets; nothing where no number is
    /// left.
    ///
    /// # Errors
    /// No randomness.
    pub(crate) fn next(&self, random: &dyn Random) -> Result<Option<Next>, RandomUnavailable> {
        let number = self.highest().checked_add(1);
        let next = number.map(|number| {
            let octets = self.current.successor(number, random);
            octets.map(|octets| (number, octets))
        });
        next.transpose()
    }
}

/// The field key of a new installation, as its file has it.
pub(crate) fn first(random: &dyn Random) -> Result<Zeroizing<Vec<u8>>, RandomUnavailable> {
    let mut octets = Zeroizing::new(vec![0; KEYS]);
    random.fill(&mut octets)?;
    Ok(octets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::write_secret;
    use crypto::SystemRandom;

    fn file(folder: &Path, name: &str, octets: &[u8]) -> PathBuf {
        let path = folder.join(name);
        write_secret(&path, octets).expect("written");
        path
    }

    fn config(current: &Path, others: &[PathBuf]) -> Config {
        let others: Vec<_> = others.iter().map(|path| format!("{path:?}")).collect();
        let text = format!(
            "public_url = \"https://licences.example\"\ndatabase = \"sqlite:x\"\nobjects = \"o\"\nkeys = \"k\"\n\
             field_key = {current:?}\nother_field_keys = [{}]\n",
            others.join(", ")
        );
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("yinxin.toml");
        std::fs::write(&path, text).expect("written");
        Config::read(&path).expect("a configuration")
    }

    #[test]
    fn a_file_of_another_length_or_with_a_number_that_none_has_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, octets) in [
            ("short", vec![7; KEYS - 1]),
            ("between", vec![7; KEYS + 3]),
            ("long", vec![7; KEYS + 5]),
            ("zero", [vec![7; KEYS], vec![0; 4]].concat()),
            ("one", [vec![7; KEYS], vec![0, 0, 0, 1]].concat()),
        ] {
            let path = file(folder.path(), name, &octets);
            let read = FieldKeys::read(&config(&path, &[]));
            assert!(matches!(read, Err(FieldKeyError::Shape(_))), "{name}");
        }
    }

    #[test]
    fn a_successor_keeps_what_cannot_be_made_anew_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let random = SystemRandom::new();
        let old = file(folder.path(), "1", &first(&random).expect("random"));
        let keys = FieldKeys::read(&config(&old, &[])).expect("it");
        assert_eq!((keys.current.number, keys.highest()), (1, 1));
        let octets = keys.current.successor(2, &random).expect("random");
        let new = file(folder.path(), "2", &octets);
        let both = FieldKeys::read(&config(&new, std::slice::from_ref(&old))).expect("both");
        assert_eq!((both.current.number, both.highest()), (2, 2));
        for (part, same) in [
            (Part::Values, false),
            (Part::Lookups, true),
            (Part::Objects, false),
            (Part::Shards, true),
        ] {
            assert_eq!(
                both.current.part(part) == keys.current.part(part),
                same,
                "{part:?}"
            );
        }
        assert_eq!(both.shards(), keys.shards());
    }

    #[test]
    fn a_key_of_another_installation_and_a_number_that_is_taken_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let random = SystemRandom::new();
        let own = file(folder.path(), "own", &first(&random).expect("random"));
        let other = file(folder.path(), "other", &first(&random).expect("random"));
        assert!(matches!(
            FieldKeys::read(&config(&own, &[other])),
            Err(FieldKeyError::Foreign(_))
        ));
        assert!(matches!(
            FieldKeys::read(&config(&own, std::slice::from_ref(&own))),
            Err(FieldKeyError::Twice(_))
        ));
    }
}
