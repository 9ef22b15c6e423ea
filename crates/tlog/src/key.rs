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

/// What a key's signature covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoteKeyKind {
    /// The note's text (signed-note, type 0x01).
    Ed25519,
    /// A moment and the note's text (tlog-cosignature, type 0x04).
    Cosignature,
}

impl NoteKeyKind {
    fn octet(self) -> u8 {
        match self {
            NoteKeyKind::Ed25519 => 0x01,
            NoteKeyKind::Cosignature => 0x04,
        }
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

    fn new(name: &str, kind: NoteKeyKind, public: &PublicKey) -> Result<NoteKey, NoteKeyFault> {
        if !names_a_key(name) {
            return Err(NoteKeyFault::Name);
        }
        if public.algorithm() != KeyAlgorithm::Ed25519 {
            return Err(NoteKeyFault::NotEd25519);
        }
        // signed-note, signatures: SHA-256(name ‖ 0A ‖ type ‖ key), first four octets.
        let mut input = name.as_bytes().to_vec();
        input.extend([0x0a, kind.octet()]);
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
    /// `Form`, `Name`, `Kind`, `NotEd25519`, `Identifier`.
    pub fn parse(vkey: &str) -> Result<NoteKey, NoteKeyFault> {
        let (name, rest) = vkey.split_once('+').ok_or(NoteKeyFault::Form)?;
        let (id, key) = rest.split_once('+').ok_or(NoteKeyFault::Form)?;
        let key = STANDARD.decode(key).map_err(|_| NoteKeyFault::Form)?;
        let (kind, key) = key.split_first().ok_or(NoteKeyFault::Form)?;
        let kind = match kind {
            0x01 => NoteKeyKind::Ed25519,
            0x04 => NoteKeyKind::Cosignature,
            other => return Err(NoteKeyFault::Kind(*other)),
        };
        if key.len() != 32 {
            return Err(NoteKeyFault::NotEd25519);
        }
        let spki = [&ED25519_SPKI, key].concat();
        let public = PublicKey::parse(&spki).map_err(|_| NoteKeyFault::NotEd25519)?;
        let read = NoteKey::new(name, kind, &public)?;
        if read.id_text() != id {
            return Err(NoteKeyFault::Identifier);
        }
        Ok(read)
    }

    /// The key as [`NoteKey::parse`] reads it.
    #[must_use]
    pub fn vkey(&self) -> String {
        let mut key = vec![self.kind.octet()];
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
