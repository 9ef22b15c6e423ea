//! A declared hierarchy: what to make, in the order in which it can be made. Pure: whoever makes it brings
//! keys, numbers and signatures.

use std::collections::{BTreeMap, BTreeSet};

use crypto::{KeyAlgorithm, KeyId, PublicKey, SignatureAlgorithm};
use thiserror::Error;
use time::{Duration, UtcDateTime};

use crate::certificate::{SerialNumber, Validity};
use crate::crl::{Reason, Revoked};
use crate::name::Name;
use crate::profile::{
    Addresses, Draft, Issuer, NameSubject, PrepareCertificate, Profile, Request, Role,
};
use asn1::Oid;

mod declared;

/// A hierarchy that can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hierarchy {
    entries: Vec<Entry>,
    bare: Vec<BareKey>,
}

/// One key and its certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name of the key.
    pub key: KeyId,
    /// What kind of key it is.
    pub algorithm: KeyAlgorithm,
    /// What kind of certificate it gets.
    pub profile: Profile,
    /// Whose key signs; its own, for a root.
    pub issuer: KeyId,
    /// Whom it is about.
    pub subject: Name,
    /// When it is valid.
    pub validity: Validity,
    /// Since when it is revoked and why, where it is.
    pub revoked: Option<(UtcDateTime, Reason)>,
    policies: Vec<Oid>,
    base: String,
}

/// One key without a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BareKey {
    /// Its name.
    pub key: KeyId,
    /// What kind of key it is.
    pub algorithm: KeyAlgorithm,
}

/// Why a declaration declares no hierarchy.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadHierarchy {
    /// Not TOML, or not of the shape of a declaration.
    #[error("the declaration cannot be read: {said}")]
    Syntax {
        /// What the TOML reader said.
        said: String,
    },
    /// A name that no key can have.
    #[error("{key:?} is no name of a key")]
    Key {
        /// The name.
        key: String,
    },
    /// Two keys of one name.
    #[error("key {key} is declared twice")]
    Twice {
        /// Which one.
        key: KeyId,
    },
    /// A word that is none of the words of its place.
    #[error("{key}: {word:?} is not known here")]
    Word {
        /// Where it stands.
        key: KeyId,
        /// The word.
        word: String,
    },
    /// A subject that cannot be named, or lacks what its profile needs.
    #[error("{key} has a subject that cannot be named")]
    Subject {
        /// Whose.
        key: KeyId,
        /// In what way.
        #[source]
        cause: NameSubject,
    },
    /// An issuer that is not declared, is no authority, or stands below what it issues.
    #[error("{key} has no issuer that can issue it")]
    Issuer {
        /// Whose.
        key: KeyId,
    },
    /// A moment that is none, or a validity that is not within the issuer's.
    #[error("{key} has moments that cannot be")]
    Moment {
        /// Whose.
        key: KeyId,
    },
}

impl Hierarchy {
    /// Reads a declaration.
    ///
    /// # Errors
    /// See [`ReadHierarchy`]: what is declared twice, unknown, in a circle or out of time.
    pub fn parse(text: &str) -> Result<Self, ReadHierarchy> {
        let (entries, bare) = declared::read(text)?;
        let mut names = BTreeSet::new();
        let keys = entries.iter().map(|entry| &entry.key);
        for key in keys.chain(bare.iter().map(|bare| &bare.key)) {
            if !names.insert(key) {
                return Err(ReadHierarchy::Twice { key: key.clone() });
            }
        }
        Ok(Self {
            entries: ordered(entries)?,
            bare,
        })
    }

    /// Keys with their certificates, each after its issuer, otherwise as they were declared.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Keys without certificates.
    #[must_use]
    pub fn bare_keys(&self) -> &[BareKey] {
        &self.bare
    }

    /// The entries of an issuer's list, given the numbers of the certificates that were made.
    #[must_use]
    pub fn revoked_by(&self, issuer: &KeyId, made: &BTreeMap<KeyId, SerialNumber>) -> Vec<Revoked> {
        self.entries
            .iter()
            .filter(|entry| entry.issuer == *issuer)
            .filter_map(|entry| {
                let (since, reason) = entry.revoked?;
                Some(Revoked {
                    serial: *made.get(&entry.key)?,
                    since,
                    reason,
                    invalid_since: None,
                })
            })
            .collect()
    }
}

impl Entry {
    /// Whether it issues itself.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.profile.role == Role::Root
    }

    /// The exact octets of its certificate.
    ///
    /// # Errors
    /// See [`PrepareCertificate`].
    pub fn prepare(
        &self,
        key: &PublicKey,
        serial: SerialNumber,
        issuer: &Issuer,
    ) -> Result<Draft, PrepareCertificate> {
        let crl = self.list_address();
        let ocsp = format!("{}/ocsp", self.base);
        let above = format!("{}/{}.cer", self.base, self.issuer);
        let addresses = Addresses {
            crl: Some(&crl),
            ocsp: Some(&ocsp),
            issuer: Some(&above),
        };
        let request = Request {
            subject: &self.subject,
            key,
            serial,
            validity: self.validity,
            policies: if self.is_root() { &[] } else { &self.policies },
            alternative_names: &[],
        };
        self.profile.prepare(&request, issuer, &addresses)
    }

    /// Itself as an issuer before it has a certificate: a root.
    #[must_use]
    pub fn as_issuer(&self, key: PublicKey, algorithm: SignatureAlgorithm) -> Issuer {
        Issuer::without_certificate(self.subject.clone(), key, algorithm)
    }

    /// The address of the list that covers it.
    #[must_use]
    pub fn list_address(&self) -> String {
        format!("{}/{}.crl", self.base, self.issuer)
    }
}

/// Issuers before those they issue; a circle has no beginning and is refused.
fn ordered(declared: Vec<Entry>) -> Result<Vec<Entry>, ReadHierarchy> {
    let mut waiting = declared;
    let mut out: Vec<Entry> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let (ready, rest): (Vec<Entry>, Vec<Entry>) = waiting
            .into_iter()
            .partition(|entry| entry.is_root() || out.iter().any(|made| made.key == entry.issuer));
        if ready.is_empty() {
            return match rest.first() {
                Some(entry) => Err(ReadHierarchy::Issuer {
                    key: entry.key.clone(),
                }),
                None => Ok(out),
            };
        }
        for entry in ready {
            inspect(&entry, &out)?;
            out.push(entry);
        }
        waiting = rest;
    }
    Ok(out)
}

fn inspect(entry: &Entry, made: &[Entry]) -> Result<(), ReadHierarchy> {
    let key = || entry.key.clone();
    let Validity { from, last } = entry.validity;
    let revoked_in_time = entry
        .revoked
        .is_none_or(|(since, _)| entry.validity.contains(since));
    // A second less: RFC 5280 4.1.2.5 counts the last one in.
    let fits = from <= last && last - from <= entry.profile.longest + Duration::SECOND;
    if !fits || !revoked_in_time {
        return Err(ReadHierarchy::Moment { key: key() });
    }
    if entry.is_root() {
        let own = entry.issuer == entry.key;
        return own
            .then_some(())
            .ok_or(ReadHierarchy::Issuer { key: key() });
    }
    let issuer = made
        .iter()
        .find(|made| made.key == entry.issuer)
        .filter(|issuer| issuer.profile.is_authority())
        .ok_or(ReadHierarchy::Issuer { key: key() })?;
    if from < issuer.validity.from || issuer.validity.last < last {
        return Err(ReadHierarchy::Moment { key: key() });
    }
    Ok(())
}
