//! Who signs a session, and what: the root first, then everybody who was present and has a key.

use crypto::{KeyId, Signature};
use thiserror::Error;

use crate::transcript::{END, Entry, Line, SIGNED, Transcript, sessions};
use crate::{DRILL, Declaration, ReadDeclaration, ReadTranscript, algorithm_of, hex};

/// Who signs for the root; no person has this name.
pub(crate) const BY_ROOT: &str = "root";
/// Why a signature is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AddSignature {
    /// The transcript cannot be read.
    #[error(transparent)]
    Transcript(#[from] ReadTranscript),
    /// The last session's declaration cannot be read.
    #[error(transparent)]
    Declaration(#[from] ReadDeclaration),
    /// There is no session that ended.
    #[error("there is no session that ended")]
    NoSession,
    /// Not present in the last session, or without a key in its declaration.
    #[error("{0} was not present, or has no key in the declaration")]
    NobodyWithKey(KeyId),
    /// Signed already.
    #[error("{0} has signed this session already")]
    Already(KeyId),
    /// The signature is not that person's over the session.
    #[error("the signature is not that of {0} over this session")]
    Bad(KeyId),
}

/// The octets that are signed over the transcript through the line `end` of a session. Text, so that it is never taken for
/// what a certificate or a list has signed, and with what it is of in front.
pub(crate) fn statement(transcript: &Transcript, session: usize, end: &Line) -> Vec<u8> {
    let mark = if transcript.is_drill() { DRILL } else { "held" };
    let digest = hex(&transcript.digest_through(end));
    format!("yinxin ceremony statement v1\n{mark}\nsession {session}\ntranscript {digest}\n")
        .into_bytes()
}

/// The octets that everybody signs over the last session.
///
/// # Errors
/// `Transcript`, `NoSession`.
pub fn statement_of(transcript: &[u8]) -> Result<Vec<u8>, AddSignature> {
    last(&Transcript::parse(transcript)?).map(|(octets, _)| octets)
}

/// What is signed over the last session, and the lines of that session.
fn last(transcript: &Transcript) -> Result<(Vec<u8>, &[Line]), AddSignature> {
    let all = sessions(transcript.lines());
    let lines = all.last().ok_or(AddSignature::NoSession)?;
    let end = lines.iter().find(|line| line.entry.word == END);
    let end = end.ok_or(AddSignature::NoSession)?;
    Ok((statement(transcript, all.len(), end), lines))
}

pub(crate) fn signed(by: &str, signature: &Signature) -> Entry {
    let entry = Entry::new(SIGNED).with("by", by);
    entry.with("value", hex(signature.bytes()))
}

/// The transcript with a participant's signature over its last session; `declaration` is that session's.
///
/// # Errors
/// [`AddSignature`].
pub fn add_signature(
    transcript: &[u8],
    declaration: &Declaration,
    by: &KeyId,
    signature: &Signature,
) -> Result<Transcript, AddSignature> {
    let mut transcript = Transcript::parse(transcript)?;
    let (octets, lines) = last(&transcript)?;
    let named = |word: &str, member: &str| {
        let of = |line: &&Line| line.entry.word == word;
        let mut lines = lines.iter().filter(of);
        lines.any(|line| line.entry.member(member) == Some(by.as_str()))
    };
    let of = declaration.participant(by).and_then(|one| one.key.as_ref());
    let key = of.filter(|_| named("present", "name"));
    let key = key.ok_or_else(|| AddSignature::NobodyWithKey(by.clone()))?;
    if named(SIGNED, "by") {
        return Err(AddSignature::Already(by.clone()));
    }
    let bad = || AddSignature::Bad(by.clone());
    let algorithm = algorithm_of(key.algorithm()).ok_or_else(bad)?;
    key.check(algorithm, &octets, signature)
        .map_err(|_| bad())?;
    let at = lines.last().map(|line| line.at).ok_or_else(bad)?;
    transcript.add(at, signed(by.as_str(), signature));
    Ok(transcript)
}
