//! What a ceremony is to do, as all who take part sign it off before.

use crypto::{KeyAlgorithm, KeyId, PublicKey, Random, SeededRandom, SignatureAlgorithm, sha256};
use pki::certificate::{SerialNumber, Validity};
use pki::crl::{Reason, Revoked};
use pki::name::Name;
use pki::profile::{NameSubject, Profile};
use thiserror::Error;
use time::{Duration, UtcDateTime};

use asn1::Oid;

mod written;

/// Longest declaration, in octets.
pub const MAX_DECLARATION: usize = 256 * 1024;
/// Most participants, and most certificates of one session.
const MAX_MANY: usize = 64;
/// Most certificates that are declared revoked.
const MAX_REVOKED: usize = 4_096;
/// Most keepers of shares.
const MAX_KEEPERS: usize = 16;

/// A declaration that can be held.
#[derive(Debug, Clone)]
pub struct Declaration {
    pub(crate) name: KeyId,
    pub(crate) session: u32,
    pub(crate) address: String,
    pub(crate) policy: Oid,
    pub(crate) quorum: u8,
    pub(crate) witnesses: usize,
    pub(crate) participants: Vec<Participant>,
    pub(crate) root: Root,
    pub(crate) certificates: Vec<Issued>,
    pub(crate) list: List,
    pub(crate) revoked: Vec<Revoked>,
    pub(crate) drill: Option<Drill>,
    pub(crate) text: String,
}

/// Who takes part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// Their name, as it stands in the transcript.
    pub name: KeyId,
    /// What they do.
    pub duty: Duty,
    /// With which key they sign the transcript, where they have one.
    pub key: Option<PublicKey>,
}

/// What a participant does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// Leads through the steps and holds no share.
    Master,
    /// Holds a share of what opens the root's key.
    Keeper,
    /// Sees that what is done is what was declared, and holds no share.
    Witness,
}

impl Duty {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Duty::Master => "master",
            Duty::Keeper => "keeper",
            Duty::Witness => "witness",
        }
    }
}

/// The root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Root {
    pub(crate) kind: KeyAlgorithm,
    pub(crate) subject: Name,
    pub(crate) days: u32,
}

/// A certificate that the root signs.
#[derive(Debug, Clone)]
pub(crate) struct Issued {
    pub(crate) name: KeyId,
    pub(crate) profile: Profile,
    /// Whom it is about.
    pub(crate) subject: Name,
    /// Whom its request is about: the same, but for the mark of a drill.
    pub(crate) asked: Name,
    pub(crate) days: u32,
    /// SHA-256 of its request.
    pub(crate) request: [u8; 32],
}

/// The root's list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct List {
    pub(crate) number: u64,
    pub(crate) days: u32,
}

/// What makes a ceremony the same again, and worthless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drill {
    /// From what its keys and numbers follow.
    pub seed: u32,
    /// The moment of the session.
    pub at: UtcDateTime,
}

impl Drill {
    /// What the root's key is made of: the same in each session.
    #[must_use]
    pub fn of_key(self) -> SeededRandom {
        self.of_session(0)
    }

    /// What secret, shares and numbers of a session are made of.
    #[must_use]
    pub fn of_session(self, session: u32) -> SeededRandom {
        SeededRandom::new(u64::from(self.seed) << 32 | u64::from(session))
    }
}

/// Why a declaration is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadDeclaration {
    /// More than [`MAX_DECLARATION`] octets.
    #[error("the declaration has more than {MAX_DECLARATION} octets")]
    TooLong,
    /// Not TOML, not of the shape of a declaration, or with a word that is none of it.
    #[error("the declaration cannot be read: {said}")]
    Syntax {
        /// What the TOML reader said.
        said: String,
    },
    /// A value that is none of its place.
    #[error("{place}: {value:?} is not possible here")]
    Value {
        /// Where it stands.
        place: &'static str,
        /// What stands there.
        value: String,
    },
    /// A kind of key that is not made here.
    #[error("a root of kind {word:?} is not made here: ecdsa-p256, ecdsa-p384, ed25519 or sm2")]
    Kind {
        /// Its word.
        word: String,
    },
    /// A kind whose signatures are not the same again.
    #[error("a drill of {word:?} is not the same again: ecdsa-p384, ed25519 or sm2")]
    NotRepeatable {
        /// Its word.
        word: String,
    },
    /// One name twice.
    #[error("{name} is declared twice")]
    Twice {
        /// Which.
        name: String,
    },
    /// Too few or too many of something.
    #[error("{what}: {have} are declared")]
    Count {
        /// Of what, and how many there have to be.
        what: &'static str,
        /// How many there are.
        have: usize,
    },
    /// A certificate that would outlive the root, or its profile's longest life.
    #[error("{name} would live longer than its profile or the root allows")]
    Life {
        /// Which.
        name: KeyId,
    },
    /// A subject that cannot be named.
    #[error("{name} has a subject that cannot be named")]
    Subject {
        /// Whose.
        name: KeyId,
        /// In what way.
        #[source]
        cause: NameSubject,
    },
}

impl Declaration {
    /// Reads a declaration; unknown words are refused.
    ///
    /// # Errors
    /// [`ReadDeclaration`].
    pub fn parse(text: &str) -> Result<Self, ReadDeclaration> {
        if text.len() > MAX_DECLARATION {
            return Err(ReadDeclaration::TooLong);
        }
        let read = written::read(text)?;
        read.inspect()?;
        Ok(read)
    }

    /// What all sign off: SHA-256 of the declaration's octets.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        sha256(self.text.as_bytes())
    }

    /// The ceremony's name.
    #[must_use]
    pub fn name(&self) -> &KeyId {
        &self.name
    }

    /// Which session it is of: 1 makes the root, later ones open it.
    #[must_use]
    pub fn session(&self) -> u32 {
        self.session
    }

    /// What makes it a drill.
    #[must_use]
    pub fn drill(&self) -> Option<Drill> {
        self.drill
    }

    /// What kind of key the root is.
    #[must_use]
    pub fn kind(&self) -> KeyAlgorithm {
        self.root.kind
    }

    /// How many keepers open the root's key, and how many there are.
    #[must_use]
    pub fn quorum(&self) -> (u8, u8) {
        let of = u8::try_from(self.keepers().count()).unwrap_or(u8::MAX);
        (self.quorum, of)
    }

    /// Who takes part, as declared.
    #[must_use]
    pub fn participants(&self) -> &[Participant] {
        &self.participants
    }

    /// Holders of shares, in the order of their shares' numbers.
    pub fn keepers(&self) -> impl Iterator<Item = &KeyId> {
        self.of_duty(Duty::Keeper)
    }

    /// Names of the requests that are signed, each the file `NAME.csr`.
    pub fn requests(&self) -> impl Iterator<Item = &KeyId> {
        self.certificates.iter().map(|issued| &issued.name)
    }

    pub(crate) fn of_duty(&self, duty: Duty) -> impl Iterator<Item = &KeyId> {
        let of = self.participants.iter();
        of.filter(move |one| one.duty == duty).map(|one| &one.name)
    }

    pub(crate) fn participant(&self, name: &KeyId) -> Option<&Participant> {
        self.participants.iter().find(|one| one.name == *name)
    }

    /// The number of a keeper's share.
    #[must_use]
    pub fn share_of(&self, keeper: &KeyId) -> Option<u8> {
        let at = self.keepers().position(|name| name == keeper)?;
        u8::try_from(at).ok()?.checked_add(1)
    }

    /// The randomness of the session: declared for a drill, else what the caller has.
    pub(crate) fn moment(&self, now: UtcDateTime) -> UtcDateTime {
        let moment = self.drill.map_or(now, |drill| drill.at);
        // RFC 5280 4.1.2.5: no fractions of seconds.
        moment.replace_nanosecond(0).unwrap_or(moment)
    }

    /// What of a first declaration a later one of the same root changes, which it must not.
    pub(crate) fn departs_from(&self, first: &Self) -> Option<&'static str> {
        let keepers = |of: &Self| of.keepers().cloned().collect::<Vec<_>>();
        let seeds = |of: &Self| of.drill.map(|drill| drill.seed);
        let parts = [
            (self.name == first.name, "ceremony"),
            (self.address == first.address, "address"),
            (self.policy == first.policy, "policy"),
            (self.root == first.root, "root"),
            (self.quorum == first.quorum, "quorum"),
            (keepers(self) == keepers(first), "keepers"),
            (seeds(self) == seeds(first), "drill"),
        ];
        parts.iter().find(|(same, _)| !same).map(|(_, what)| *what)
    }

    fn inspect(&self) -> Result<(), ReadDeclaration> {
        self.inspect_names()?;
        self.inspect_numbers()?;
        let root = self.root.days;
        let outlives =
            |issued: &&Issued| issued.days > root || issued.days > longest(issued.profile);
        match self.certificates.iter().find(outlives) {
            Some(issued) => Err(ReadDeclaration::Life {
                name: issued.name.clone(),
            }),
            None => Ok(()),
        }
    }

    fn inspect_names(&self) -> Result<(), ReadDeclaration> {
        let people = self.participants.iter().map(|one| one.name.as_str());
        twice(people)?;
        // Files of these names are there already.
        let files = ["root", "transcript"].into_iter();
        twice(files.chain(self.requests().map(KeyId::as_str)))?;
        let numbers: Vec<String> = self
            .revoked
            .iter()
            .map(|one| one.serial.to_string())
            .collect();
        twice(numbers.iter().map(String::as_str))
    }

    fn inspect_numbers(&self) -> Result<(), ReadDeclaration> {
        let count = |duty| self.of_duty(duty).count();
        let keepers = count(Duty::Keeper);
        let quorum = usize::from(self.quorum);
        let numbers = [
            (count(Duty::Master) == 1, "one master", count(Duty::Master)),
            (
                (2..=MAX_KEEPERS).contains(&keepers),
                "2 to 16 keepers",
                keepers,
            ),
            (
                (2..=keepers).contains(&quorum),
                "a quorum of 2 keepers or more, and not of more than there are",
                quorum,
            ),
            (
                (1..=count(Duty::Witness)).contains(&self.witnesses),
                "a quorum of one witness or more, and not of more than there are",
                self.witnesses,
            ),
            (
                self.participants.len() <= MAX_MANY,
                "64 participants at most",
                self.participants.len(),
            ),
            (
                self.certificates.len() <= MAX_MANY,
                "64 certificates at most",
                self.certificates.len(),
            ),
            (
                self.revoked.len() <= MAX_REVOKED,
                "4096 revoked certificates at most",
                self.revoked.len(),
            ),
        ];
        match numbers.into_iter().find(|(fits, ..)| !fits) {
            Some((_, what, have)) => Err(ReadDeclaration::Count { what, have }),
            None => Ok(()),
        }
    }
}

/// The validity of so many days from a moment on; RFC 5280 4.1.2.5 counts the last second in.
pub(crate) fn validity(from: UtcDateTime, days: u32) -> Validity {
    let life = Duration::days(i64::from(days));
    let last = from.saturating_add(life);
    Validity {
        from,
        last: last.saturating_sub(Duration::SECOND),
    }
}

fn longest(profile: Profile) -> u32 {
    u32::try_from(profile.longest.whole_days()).unwrap_or(u32::MAX)
}

fn twice<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), ReadDeclaration> {
    let mut known = std::collections::BTreeSet::new();
    for name in names {
        if !known.insert(name) {
            return Err(ReadDeclaration::Twice {
                name: name.to_owned(),
            });
        }
    }
    Ok(())
}

/// A fresh serial number (T-C1).
pub(crate) fn serial(random: &dyn Random) -> Option<SerialNumber> {
    let mut octets = [0; 16];
    random.fill(&mut octets).ok()?;
    Some(SerialNumber::from_random(octets))
}

/// A revoked certificate as a list has it.
pub(crate) fn revoked(serial: SerialNumber, since: UtcDateTime, reason: Reason) -> Revoked {
    Revoked {
        serial,
        since,
        reason,
        invalid_since: None,
    }
}

/// How a key of a kind signs a transcript; `None` for kinds that sign none.
#[must_use]
pub fn algorithm_of(kind: KeyAlgorithm) -> Option<SignatureAlgorithm> {
    Some(match kind {
        KeyAlgorithm::EcP256 => SignatureAlgorithm::EcdsaP256Sha256,
        KeyAlgorithm::EcP384 => SignatureAlgorithm::EcdsaP384Sha384,
        KeyAlgorithm::Ed25519 => SignatureAlgorithm::Ed25519,
        KeyAlgorithm::Sm2 => SignatureAlgorithm::Sm2Sm3,
        _ => return None,
    })
}
