//! On what the proof of one file rests.

use std::io::Cursor;

use affix::renewal::{Renew, resting};
use evidence::cms::SignedData;
use pki::Certificate;
use records::EvidenceRecord;
use renewal::{Life, Relied, Unprovable};
use seal::ses::SealSignature;
use thiserror::Error;

/// Why nothing can be said of a file.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Unproven {
    /// It is no PDF that can be renewed.
    #[error("the file cannot be read")]
    Pdf(#[from] Renew),
    /// It is no package that can be read.
    #[error("the package cannot be read")]
    Package(#[from] ofd::ReadOfd),
    /// A signature of it has no time-stamp: it is proven no longer than its own certificate, and nothing is renewed by
    /// covering it.
    #[error("a signature has no time-stamp")]
    NoStamp,
    /// A token of it cannot be followed.
    #[error("a time-stamp of the file cannot be followed")]
    Stamp(#[from] Unprovable),
    /// The record beside it has no time-stamp.
    #[error("the record beside the file is empty")]
    Record,
}

/// Until when `file` can be proven: by the last time-stamp of the record beside it, else by those inside it, the first of
/// them to end.
///
/// # Errors
/// [`Unproven`].
pub fn life(
    file: &[u8],
    record: Option<&EvidenceRecord>,
    (known, relied): (&[Certificate], &Relied<'_>),
) -> Result<Life, Unproven> {
    if let Some(record) = record {
        let last = record.chains().last().and_then(|chain| chain.last());
        let token = last.ok_or(Unproven::Record)?.token();
        return Ok(Life::of(token, known, relied)?);
    }
    let mut ends = Vec::new();
    for token in tokens(file)? {
        ends.push(Life::of(&token, known, relied)?);
    }
    ends.into_iter().min().ok_or(Unproven::NoStamp)
}

/// The time-stamps on which a file rests: of a PDF the last over the document, which covers all before it, else that of each
/// signature; of a package that of each seal.
fn tokens(file: &[u8]) -> Result<Vec<Vec<u8>>, Unproven> {
    if file.starts_with(b"PK") {
        return of_package(file);
    }
    let resting = resting(&file)?;
    if let Some(token) = resting.token {
        return Ok(vec![token]);
    }
    let messages = resting.messages.iter();
    messages
        .map(|message| {
            let message = SignedData::parse(message).map_err(|_| Unproven::NoStamp)?;
            let mut signers = message.signers().iter();
            let token = signers.find_map(|signer| signer.time_stamps().next());
            Ok(token.ok_or(Unproven::NoStamp)?.to_vec())
        })
        .collect()
}

fn of_package(file: &[u8]) -> Result<Vec<Vec<u8>>, Unproven> {
    let facts = ofd::read(Cursor::new(file))?;
    let lists = facts.bodies.iter().flat_map(|body| &body.signatures);
    let signatures = lists.flat_map(|list| &list.signatures);
    signatures
        .map(|signature| {
            let signed = signature.read.as_ref().ok();
            let value = signed.and_then(|signed| signed.value.octets.as_ref().ok());
            let read = value.and_then(|value| SealSignature::parse(value).ok());
            let token = read.as_ref().and_then(SealSignature::time_stamp);
            Ok(token.ok_or(Unproven::NoStamp)?.to_vec())
        })
        .collect()
}
