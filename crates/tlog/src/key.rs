//! Keys that sign notes, and the text form in which they are handed round (C2SP signed-note, vkeys).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::{KeyAlgorithm, PublicKey, sha256};
use thiserror::Error;

/// Longest name of a key.
pub const MAX_NAME: usize = 256;
/// SubjectPublicKeyInfo of an Ed25519 key before its 32 octets (RFC 8410 4).
const ED25519_SPKI: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];
/// SubjectPublicKeyInfo of an SM2 key before its point of 65 octets: id-ecPublicKey with the curve of GB/T 32918.5.
const SM2_SPKI: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d, 0x03, 0x42, 0x00,
];
/// signed-note, type 0xff: a type without an octet of its own, named by what follows. Here the DER of the object
/// identifier of SM2 with SM3, 1.2.156.10197.1.501.
const SM2: &[u8] = &[
    0xff, 0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75,
];
/// Octets of an uncompressed point on a curve of 256 bits.
const POINT: usize = 65;

/// What a key's signature covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoteKeyKind {
    /// The note's text (signed-note, type 0x01).
    Ed25519,
    /// A moment and the note's text (tlog-cosignature, type 0x04).
    Cosignature,
    /// The note's text, in SM2 with SM3 under the usual identity (house, type 0xff; decision 032).
    Sm2,
}

impl NoteKeyKind {
    /// Its type as it stands in identifiers and verifier keys.
    fn octets(self) -> &'static [u8] {
        match self {
            NoteKeyKind::Ed25519 => &[0x01],
            NoteKeyKind::Cosignature => &[0x04],
            NoteKeyKind::Sm2 => SM2,
        }
    }

    /// The kind that a verifier key names, and its key.
    fn of(typed: &[u8]) -> Result<(NoteKeyKind, &[u8]), NoteKeyFault> {
        let kinds = [
            NoteKeyKind::Ed25519,
            NoteKeyKind::Cosignature,
            NoteKeyKind::Sm2,
        ];
        let mut found = kinds.into_iter().filter_map(|kind| {
            let key = typed.strip_prefix(kind.octets())?;
            Some((kind, key))
        });
        let other = || match typed.first() {
            Some(octet) => NoteKeyFault::Kind(*octet),
            None => NoteKeyFault::Form,
        };
        found.next().ok_or_else(other)
    }

    /// A key of this kind from its octets.
    fn public(self, key: &[u8]) -> Result<PublicKey, NoteKeyFault> {
        let (before, length, fault) = match self {
            NoteKeyKind::Sm2 => (SM2_SPKI.as_slice(), POINT, NoteKeyFault::NotSm2),
            _ => (ED25519_SPKI.as_slice(), 32, NoteKeyFault::NotEd25519),
        };
        if key.len() != length {
            return Err(fault);
        }
        PublicKey::parse(&[before, key].concat()).map_err(|_| fault)
    }
}

/// A key with the name under which it signs.
#[derive(Clone, PartialEq, Eq)]
pub struct NoteKey {
    name: String,
    kind: NoteKeyKind,
    id: [u8; 4],
    public: PublicKey,
}

impl fmt::Debug for NoteKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "NoteKey({})", self.vkey())
    }
}

/// Why a key is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NoteKeyFault {
    /// Not name, identifier and key between two plus signs.
    #[error("the key is not of the form name+identifier+key")]
    Form,
    /// An empty name, one with a space or a plus sign, or one above [`MAX_NAME`] octets.
    #[error("the name of the key is not acceptable")]
    Name,
    /// The identifier is not the one of name and key.
    #[error("the identifier is not the one of this key")]
    Identifier,
    /// A type of signature that is not checked here.
    #[error("signature type {0:#04x} is not checked here")]
    Kind(u8),
    /// Not an Ed25519 key.
    #[error("not an Ed25519 key")]
    NotEd25519,
    /// Not an SM2 key, or a point beside its curve.
    #[error("not an SM2 key")]
    NotSm2,
}

impl NoteKeyFault {
    /// Stable code of the finding.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            NoteKeyFault::Form => "note-key.form",
            NoteKeyFault::Name => "note-key.name",
            NoteKeyFault::Identifier => "note-key.identifier",
            NoteKeyFault::Kind(_) => "note-key.kind",
            NoteKeyFault::NotEd25519 => "note-key.not-ed25519",
            NoteKeyFault::NotSm2 => "note-key.not-sm2",
        }
    }
}

impl NoteKey {
    /// A key that signs notes as a log does.
    ///
    /// # Errors
    /// `Name`, `NotEd25519`.
    pub fn ed25519(name: &str, public: &PublicKey) -> Result<NoteKey, NoteKeyFault> {
        NoteKey::new(name, NoteKeyKind::Ed25519, public)
    }

    /// A key that cosigns checkpoints as a witness does.
    ///
    /// # Errors
    /// `Name`, `NotEd25519`.
    pub fn witness(name: &str, public: &PublicKey) -> Result<NoteKey, NoteKeyFault> {
        NoteKey::new(name, NoteKeyKind::Cosignature, public)
    }

    /// A key that signs notes as a log does, in SM2 with SM3.
    ///
    /// # Errors
    /// `Name`, `NotSm2`.
    pub fn sm2(name: &str, public: &PublicKey) -> Result<NoteKey, NoteKeyFault> {
        public.inspect().map_err(|_| NoteKeyFault::NotSm2)?;
        NoteKey::new(name, NoteKeyKind::Sm2, public)
    }

    fn new(name: &str, kind: NoteKeyKind, public: &PublicKey) -> Result<NoteKey, NoteKeyFault> {
        if !names_a_key(name) {
            return Err(NoteKeyFault::Name);
        }
        match (kind, public.algorithm()) {
            (NoteKeyKind::Sm2, KeyAlgorithm::Sm2) => {}
            (NoteKeyKind::Sm2, _) => return Err(NoteKeyFault::NotSm2),
            (_, KeyAlgorithm::Ed25519) => {}
            _ => return Err(NoteKeyFault::NotEd25519),
        }
        // signed-note, signatures: SHA-256(name ‖ 0A ‖ type ‖ key), first four octets.
        let mut input = name.as_bytes().to_vec();
        input.push(0x0a);
        input.extend_from_slice(kind.octets());
        input.extend_from_slice(public.bits());
        let [a, b, c, d, ..] = sha256(&input);
        Ok(NoteKey {
            name: name.to_owned(),
            kind,
            id: [a, b, c, d],
            public: public.clone(),
        })
    }

    /// Reads `name+identifier+base64(type ‖ key)`.
    ///
    /// # Errors
    /// `Form`, `Name`, `Kind`, `NotEd25519`, `NotSm2`, `Identifier`.
    pub fn parse(vkey: &str) -> Result<NoteKey, NoteKeyFault> {
        let (name, rest) = vkey.split_once('+').ok_or(NoteKeyFault::Form)?;
        let (id, key) = rest.split_once('+').ok_or(NoteKeyFault::Form)?;
        let key = STANDARD.decode(key).map_err(|_| NoteKeyFault::Form)?;
        let (kind, key) = NoteKeyKind::of(&key)?;
        let public = kind.public(key)?;
        if kind == NoteKeyKind::Sm2 {
            public.inspect().map_err(|_| NoteKeyFault::NotSm2)?;
        }
        let read = NoteKey::new(name, kind, &public)?;
        if read.id_text() != id {
            return Err(NoteKeyFault::Identifier);
        }
        Ok(read)
    }

    /// The key as [`NoteKey::parse`] reads it.
    #[must_use]
    pub fn vkey(&self) -> String {
        let mut key = self.kind.octets().to_vec();
        key.extend_from_slice(self.public.bits());
        format!("{}+{}+{}", self.name, self.id_text(), STANDARD.encode(key))
    }

    fn id_text(&self) -> String {
        self.id.iter().map(|octet| format!("{octet:02x}")).collect()
    }

    /// The name under which it signs.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its identifier: with the name it says which key, and no more than that.
    #[must_use]
    pub fn id(&self) -> [u8; 4] {
        self.id
    }

    /// What its signatures cover.
    #[must_use]
    pub fn kind(&self) -> NoteKeyKind {
        self.kind
    }

    /// The key.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }
}

/// Whether `name` may name a key: not empty, without spaces, plus signs and control characters.
pub(crate) fn names_a_key(name: &str) -> bool {
    // signed-note, format: key names are not empty and hold no Unicode space and no plus.
    (1..=MAX_NAME).contains(&name.len())
        && !name
            .chars()
            .any(|letter| letter.is_whitespace() || letter == '+' || letter < ' ')
}
