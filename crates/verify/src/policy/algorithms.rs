//! Until when algorithms are relied on: a table as data (TS 119 312, in the manner of TS 119 322).

use crypto::{DigestAlgorithm, KeyAlgorithm, PublicKey, SignatureAlgorithm};
use serde::Deserialize;
use time::format_description::well_known::Iso8601;
use time::macros::utc_datetime;
use time::{Date, UtcDateTime};

/// An algorithm of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Name {
    /// RSASSA-PKCS1-v1_5; bits of the modulus.
    Rsa,
    /// RSASSA-PSS; bits of the modulus.
    #[serde(rename = "rsa-pss")]
    RsaPss,
    /// ECDSA; bits of the curve.
    Ecdsa,
    /// Ed25519.
    Ed25519,
    /// SM2 with SM3.
    Sm2,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
    /// SM3.
    Sm3,
}

/// A row: keys of at least so many bits are relied on until before a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Row {
    name: Name,
    bits: u16,
    until: Option<UtcDateTime>,
}

/// How long something is relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reliable {
    /// Never was.
    Never,
    /// Until before this moment.
    Until(UtcDateTime),
    /// No end is set.
    Always,
}

/// The table of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Algorithms(Vec<Row>);

/// A row in a policy file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    name: Name,
    #[serde(default)]
    bits: u16,
    until: Option<String>,
}

/// Rows of a policy file.
const MAX_ROWS: usize = 64;

impl Default for Algorithms {
    /// The dates of decision 034. What `crypto` does not check at all needs no row.
    fn default() -> Algorithms {
        let row = |name, bits, until| Row { name, bits, until };
        Algorithms(vec![
            // TS 119 312 v1.5.1: a modulus below 3,000 bits, and PKCS #1 v1.5 whatever its length, until the end of 2028.
            row(Name::Rsa, 1900, Some(utc_datetime!(2029-01-01 0:00))),
            row(Name::RsaPss, 1900, Some(utc_datetime!(2029-01-01 0:00))),
            row(Name::RsaPss, 3000, None),
            row(Name::Ecdsa, 256, None),
            row(Name::Ed25519, 0, None),
            row(Name::Sm2, 0, None),
            // ades-pki 15: SHA-1 as an identifier alone.
            row(Name::Sha256, 0, None),
            row(Name::Sha384, 0, None),
            row(Name::Sha512, 0, None),
            row(Name::Sm3, 0, None),
        ])
    }
}

impl Algorithms {
    /// The table with the rows of a file: they stand in the place of all of the same name. `None` where one is no row.
    pub(crate) fn with(mut self, written: &[Written]) -> Option<Algorithms> {
        if written.len() > MAX_ROWS {
            return None;
        }
        self.0
            .retain(|row| written.iter().all(|other| other.name != row.name));
        for one in written {
            let until = match &one.until {
                None => None,
                Some(text) => {
                    let day = Date::parse(text, &Iso8601::DATE).ok()?;
                    Some(UtcDateTime::new(day, time::Time::MIDNIGHT))
                }
            };
            self.0.push(Row {
                name: one.name,
                bits: one.bits,
                until,
            });
        }
        Some(self)
    }

    /// How long a signature with this algorithm and key is relied on, its digest included.
    pub(crate) fn signature(&self, algorithm: SignatureAlgorithm, key: &PublicKey) -> Reliable {
        let scheme = match algorithm {
            SignatureAlgorithm::RsaPkcs1Sha256
            | SignatureAlgorithm::RsaPkcs1Sha384
            | SignatureAlgorithm::RsaPkcs1Sha512 => self.named(Name::Rsa, key.strength_bits()),
            _ => self.key(key),
        };
        scheme.min(self.digest(algorithm.digest()))
    }

    /// How long a key is relied on, used in the best way.
    pub(crate) fn key(&self, key: &PublicKey) -> Reliable {
        let name = match key.algorithm() {
            KeyAlgorithm::Rsa => Name::RsaPss,
            KeyAlgorithm::EcP256 | KeyAlgorithm::EcP384 | KeyAlgorithm::EcP521 => Name::Ecdsa,
            KeyAlgorithm::Ed25519 => Name::Ed25519,
            KeyAlgorithm::Sm2 => Name::Sm2,
            _ => return Reliable::Never,
        };
        self.named(name, key.strength_bits())
    }

    /// How long a digest is relied on.
    pub(crate) fn digest(&self, algorithm: DigestAlgorithm) -> Reliable {
        let name = match algorithm {
            DigestAlgorithm::Sha1 => Name::Sha1,
            DigestAlgorithm::Sha256 => Name::Sha256,
            DigestAlgorithm::Sha384 => Name::Sha384,
            DigestAlgorithm::Sha512 => Name::Sha512,
            DigestAlgorithm::Sm3 => Name::Sm3,
            _ => return Reliable::Never,
        };
        self.named(name, usize::MAX)
    }

    fn named(&self, name: Name, bits: usize) -> Reliable {
        let rows = self.0.iter().filter(|row| row.name == name);
        let own = rows.filter(|row| usize::from(row.bits) <= bits);
        own.max_by_key(|row| row.bits)
            .map_or(Reliable::Never, |row| {
                row.until.map_or(Reliable::Always, Reliable::Until)
            })
    }
}

impl Reliable {
    /// The end of it; `None` where there is none.
    pub(crate) fn until(self) -> Option<UtcDateTime> {
        match self {
            Reliable::Never => Some(UtcDateTime::UNIX_EPOCH),
            Reliable::Until(until) => Some(until),
            Reliable::Always => None,
        }
    }

    /// Whether it is relied on at `moment`.
    pub(crate) fn at(self, moment: UtcDateTime) -> bool {
        match self {
            Reliable::Never => false,
            Reliable::Until(until) => moment < until,
            Reliable::Always => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use crypto::{SeededRandom, Signer as _, SoftwareSigner, generate_pkcs8};

    use super::*;

    fn written(text: &str) -> Vec<Written> {
        serde_json::from_str(text).expect("rows")
    }

    #[test]
    fn rows_of_a_file_stand_for_all_of_their_name_and_the_weakest_part_decides() {
        let pkcs8 = generate_pkcs8(KeyAlgorithm::EcP256, &SeededRandom::new(3)).expect("a key");
        let signer = SoftwareSigner::from_pkcs8(&pkcs8, None).expect("a good key");
        let key = signer.public_key();
        let of = |table: &Algorithms| table.signature(SignatureAlgorithm::EcdsaP256Sha256, key);
        assert_eq!(of(&Algorithms::default()), Reliable::Always);
        let end = utc_datetime!(2029-01-01 0:00);
        for (rows, expected) in [
            (
                r#"[{"name":"ecdsa","bits":256,"until":"2029-01-01"}]"#,
                Reliable::Until(end),
            ),
            (
                r#"[{"name":"sha256","until":"2029-01-01"}]"#,
                Reliable::Until(end),
            ),
            (r#"[{"name":"ecdsa","bits":384}]"#, Reliable::Never),
        ] {
            let table = Algorithms::default().with(&written(rows)).expect("good");
            assert_eq!(of(&table), expected, "{rows}");
        }
        assert!(Reliable::Until(end).at(end - time::Duration::SECOND));
        assert!(!Reliable::Until(end).at(end));
        let no_day = written(r#"[{"name":"rsa","until":"soon"}]"#);
        assert_eq!(Algorithms::default().with(&no_day), None);
    }

    #[test]
    fn sha_1_is_no_digest_to_rely_on_and_each_size_of_rsa_has_its_end() {
        let table = Algorithms::default();
        assert_eq!(table.digest(DigestAlgorithm::Sha1), Reliable::Never);
        assert_eq!(table.named(Name::Rsa, 1024), Reliable::Never);
        let end = utc_datetime!(2029-01-01 0:00);
        assert_eq!(table.named(Name::Rsa, 4096), Reliable::Until(end));
        assert_eq!(table.named(Name::RsaPss, 2048), Reliable::Until(end));
        assert_eq!(table.named(Name::RsaPss, 3072), Reliable::Always);
    }
}
