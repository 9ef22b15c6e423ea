//! Signed notes (C2SP signed-note) and cosignatures (C2SP tlog-cosignature).
//!
//! # Shape
//! Text ending in a newline, an empty line, then one line `— name base64(id ‖ signature)` a signature.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::{Signature, SignatureAlgorithm};
use thiserror::Error;
use time::UtcDateTime;

use crate::key::{NoteKey, NoteKeyKind, names_a_key};

/// Largest note that is read, in octets: room for 16 post-quantum signatures and more.
pub const MAX_NOTE: usize = 128 * 1024;
/// Most signatures of a note; signed-note asks for at least 16.
pub const MAX_SIGNATURES: usize = 32;
/// Octets of an Ed25519 signature (RFC 8032 5.1.6).
const ED25519: usize = 64;
/// Most octets of an SM2 signature: two integers of 33 octets in DER (GM/T 0009).
const SM2: usize = 72;

/// Why a note says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NoteFault {
    /// Above [`MAX_NOTE`] octets.
    #[error("a note of {found} octets")]
    TooLarge {
        /// Octets found.
        found: usize,
    },
    /// Not UTF-8.
    #[error("the note is not UTF-8")]
    NotUtf8,
    /// A control character other than the newline.
    #[error("the note holds a control character")]
    ControlCharacter,
    /// No empty line between text and signatures, or a last line without an end.
    #[error("text and signatures are not separated, or the last line does not end")]
    Separation,
    /// No signature line.
    #[error("the note is not signed")]
    Unsigned,
    /// A line that is no signature line.
    #[error("signature line {position} is malformed")]
    SignatureLine {
        /// Which one, from 0.
        position: usize,
    },
    /// More than [`MAX_SIGNATURES`] signatures.
    #[error("a note with more than {MAX_SIGNATURES} signatures")]
    TooManySignatures,
    /// A signature of a known key that has not the octets of its kind.
    #[error("the signature of {name} has {found} octets")]
    SignatureLength {
        /// Whose.
        name: String,
        /// Octets found.
        found: usize,
    },
    /// A signature of a known key that does not hold.
    #[error("the signature of {name} does not hold")]
    BadSignature {
        /// Whose.
        name: String,
    },
    /// A cosignature from beyond the calendar.
    #[error("the cosignature of {name} names no moment")]
    CosignatureTime {
        /// Whose.
        name: String,
    },
    /// No signature of a key that is known.
    #[error("no signature of a known key")]
    NoKnownKey,
    /// The key signs in another way than the one asked for.
    #[error("the key signs in another way")]
    WrongKind,
}

impl NoteFault {
    /// Stable code of the finding.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            NoteFault::TooLarge { .. } => "note.too-large",
            NoteFault::NotUtf8 => "note.not-utf8",
            NoteFault::ControlCharacter => "note.control-character",
            NoteFault::Separation => "note.separation",
            NoteFault::Unsigned => "note.unsigned",
            NoteFault::SignatureLine { .. } => "note.signature-line",
            NoteFault::TooManySignatures => "note.too-many-signatures",
            NoteFault::SignatureLength { .. } => "note.signature-length",
            NoteFault::BadSignature { .. } => "note.signature-bad",
            NoteFault::CosignatureTime { .. } => "note.cosignature-time",
            NoteFault::NoKnownKey => "note.no-known-key",
            NoteFault::WrongKind => "note.wrong-kind",
        }
    }
}

/// A note that was read; its text counts for nothing until [`Note::check`] has found a known key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    name: String,
    id: [u8; 4],
    value: Vec<u8>,
}

/// A known key whose signature holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed<'a> {
    /// Which key.
    pub key: &'a NoteKey,
    /// When it says to have signed; a cosignature alone says so.
    pub at: Option<UtcDateTime>,
}

impl Note {
    /// Reads a note.
    ///
    /// # Errors
    /// `TooLarge`, `NotUtf8`, `ControlCharacter`, `Separation`, `Unsigned`, `SignatureLine`,
    /// `TooManySignatures`.
    pub fn parse(bytes: &[u8]) -> Result<Note, NoteFault> {
        if bytes.len() > MAX_NOTE {
            return Err(NoteFault::TooLarge { found: bytes.len() });
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| NoteFault::NotUtf8)?;
        inspect_characters(whole)?;
        // signed-note, format: the last empty line separates; the text keeps its own newline.
        let (text, lines) = match whole.rsplit_once("\n\n") {
            Some((text, lines)) => (format!("{text}\n"), lines),
            None => return Err(NoteFault::Separation),
        };
        if lines.is_empty() {
            return Err(NoteFault::Unsigned);
        }
        let lines = lines.strip_suffix('\n').ok_or(NoteFault::Separation)?;
        let mut read = Vec::new();
        for (position, line) in lines.split('\n').enumerate() {
            if position == MAX_SIGNATURES {
                return Err(NoteFault::TooManySignatures);
            }
            read.push(Line::parse(line).ok_or(NoteFault::SignatureLine { position })?);
        }
        Ok(Note { text, lines: read })
    }

    /// `text` with its first signature, made by `key` over the text's octets.
    ///
    /// # Errors
    /// `Separation` where the text does not end in a newline, `ControlCharacter`; as [`Note::signed_by`].
    pub fn signed(text: &str, key: &NoteKey, signature: &Signature) -> Result<Note, NoteFault> {
        if !text.ends_with('\n') {
            return Err(NoteFault::Separation);
        }
        inspect_characters(text)?;
        let bare = Note {
            text: text.to_owned(),
            lines: Vec::new(),
        };
        bare.signed_by(key, signature)
    }

    /// The note with one more signature over its text.
    ///
    /// # Errors
    /// `WrongKind` for a witness's key, `BadSignature`, `SignatureLength`, `TooManySignatures`, `TooLarge`.
    pub fn signed_by(&self, key: &NoteKey, signature: &Signature) -> Result<Note, NoteFault> {
        if key.kind() == NoteKeyKind::Cosignature {
            return Err(NoteFault::WrongKind);
        }
        self.with(key, signature.bytes().to_vec(), signature)
    }

    /// The note with the cosignature that `key` made at `at` over [`Note::cosignature_input`].
    ///
    /// # Errors
    /// `WrongKind` for a log's key, `CosignatureTime` before 1970; as [`Note::signed_by`].
    pub fn cosigned(
        &self,
        key: &NoteKey,
        at: UtcDateTime,
        signature: &Signature,
    ) -> Result<Note, NoteFault> {
        if key.kind() != NoteKeyKind::Cosignature {
            return Err(NoteFault::WrongKind);
        }
        let seconds =
            u64::try_from(at.unix_timestamp()).map_err(|_| NoteFault::CosignatureTime {
                name: key.name().to_owned(),
            })?;
        let value = [&seconds.to_be_bytes(), signature.bytes()].concat();
        self.with(key, value, signature)
    }

    fn with(
        &self,
        key: &NoteKey,
        value: Vec<u8>,
        signature: &Signature,
    ) -> Result<Note, NoteFault> {
        let line = Line {
            name: key.name().to_owned(),
            id: key.id(),
            value,
        };
        line.check(&self.text, key, Some(signature))?;
        let mut note = self.clone();
        note.lines.push(line);
        if note.lines.len() > MAX_SIGNATURES {
            return Err(NoteFault::TooManySignatures);
        }
        let found = note.encode().len();
        if found > MAX_NOTE {
            return Err(NoteFault::TooLarge { found });
        }
        Ok(note)
    }

    /// The text, its last newline included: what a log's key signs.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What a witness signs at `at`, whole seconds counting.
    #[must_use]
    pub fn cosignature_input(&self, at: UtcDateTime) -> Vec<u8> {
        cosigned_message(at.unix_timestamp(), &self.text)
    }

    /// The note as text.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut out = format!("{}\n", self.text);
        for line in &self.lines {
            let value = STANDARD.encode([&line.id, line.value.as_slice()].concat());
            out.push_str(&format!("\u{2014} {} {value}\n", line.name));
        }
        out
    }

    /// The known keys whose signatures hold, at least one, in the order of the note. Signatures of
    /// other keys are ignored, also those that share a name or an identifier with a known one.
    ///
    /// # Errors
    /// `BadSignature`, `SignatureLength`, `CosignatureTime` for any signature of a known key;
    /// `NoKnownKey`.
    pub fn check<'a>(&self, keys: &'a [NoteKey]) -> Result<Vec<Signed<'a>>, NoteFault> {
        self.check_made(keys, &[])
    }

    /// The same for a note that may be our own: of signatures that are among `made`, what was computed when they were
    /// made is not computed again (see [`Signature`]).
    ///
    /// # Errors
    /// As [`Note::check`].
    pub fn check_made<'a>(
        &self,
        keys: &'a [NoteKey],
        made: &[Signature],
    ) -> Result<Vec<Signed<'a>>, NoteFault> {
        let mut signed: Vec<Signed<'a>> = Vec::new();
        for line in &self.lines {
            let known = keys
                .iter()
                .find(|key| key.name() == line.name && key.id() == line.id);
            if let Some(key) = known {
                // signed-note, signatures: a known key's signature that fails refuses the whole note.
                let own = made.iter().find(|made| made.bytes() == line.value);
                let at = line.check(&self.text, key, own)?;
                // One that signed twice is one; what it said last counts.
                match signed.iter_mut().find(|other| other.key == key) {
                    Some(other) => other.at = other.at.max(at),
                    None => signed.push(Signed { key, at }),
                }
            }
        }
        if signed.is_empty() {
            return Err(NoteFault::NoKnownKey);
        }
        Ok(signed)
    }

    /// The same note with one line of each key: of a witness that signed again and again, the latest.
    #[must_use]
    pub fn condensed(&self) -> Note {
        let mut lines: Vec<Line> = Vec::new();
        for line in &self.lines {
            let same = |other: &&mut Line| other.name == line.name && other.id == line.id;
            match lines.iter_mut().find(same) {
                // tlog-cosignature, format: the moment comes first, its eight octets in order of size.
                Some(other) if other.value < line.value => *other = line.clone(),
                Some(_) => {}
                None => lines.push(line.clone()),
            }
        }
        Note {
            text: self.text.clone(),
            lines,
        }
    }
}

impl Line {
    fn parse(line: &str) -> Option<Line> {
        let (name, value) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
        if !names_a_key(name) {
            return None;
        }
        let value = STANDARD.decode(value).ok()?;
        let (id, value) = value.split_first_chunk::<4>()?;
        if value.is_empty() {
            return None;
        }
        Some(Line {
            name: name.to_owned(),
            id: *id,
            value: value.to_vec(),
        })
    }

    /// When it was made, if it holds. Where the signature is at hand as it was made, it is not computed again.
    fn check(
        &self,
        text: &str,
        key: &NoteKey,
        made: Option<&Signature>,
    ) -> Result<Option<UtcDateTime>, NoteFault> {
        let length = || NoteFault::SignatureLength {
            name: self.name.clone(),
            found: self.value.len(),
        };
        let (message, signature, seconds) = match key.kind() {
            NoteKeyKind::Ed25519 | NoteKeyKind::Sm2 => {
                (text.as_bytes().to_vec(), self.value.as_slice(), None)
            }
            NoteKeyKind::Cosignature => {
                // tlog-cosignature, format: the moment in eight octets, at most 2^63 - 1.
                let (seconds, signature) =
                    self.value.split_first_chunk::<8>().ok_or_else(length)?;
                let seconds = i64::try_from(u64::from_be_bytes(*seconds)).map_err(|_| {
                    NoteFault::CosignatureTime {
                        name: self.name.clone(),
                    }
                })?;
                (cosigned_message(seconds, text), signature, Some(seconds))
            }
        };
        let (algorithm, fits) = match key.kind() {
            NoteKeyKind::Sm2 => (SignatureAlgorithm::Sm2Sm3, signature.len() <= SM2),
            _ => (SignatureAlgorithm::Ed25519, signature.len() == ED25519),
        };
        if !fits {
            return Err(length());
        }
        let signature = match made.filter(|made| made.bytes() == signature) {
            Some(made) => made.clone(),
            None => Signature::new(signature.to_vec()),
        };
        key.public()
            .check(algorithm, &message, &signature)
            .map_err(|_| NoteFault::BadSignature {
                name: self.name.clone(),
            })?;
        seconds
            .map(|seconds| {
                UtcDateTime::from_unix_timestamp(seconds).map_err(|_| NoteFault::CosignatureTime {
                    name: self.name.clone(),
                })
            })
            .transpose()
    }
}

/// tlog-cosignature, Ed25519 signed message: header line, time line, the note's text.
fn cosigned_message(seconds: i64, text: &str) -> Vec<u8> {
    format!("cosignature/v1\ntime {seconds}\n{text}").into_bytes()
}

fn inspect_characters(text: &str) -> Result<(), NoteFault> {
    // signed-note, format: no ASCII control character below U+0020 but the newline.
    if text.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
        return Err(NoteFault::ControlCharacter);
    }
    Ok(())
}
