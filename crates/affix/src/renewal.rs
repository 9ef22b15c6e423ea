//! Files that outlive their proofs: what the last proof needs, then a document time-stamp over all of it (PAdES B-LTA;
//! EN 319 142-1, 5.4.3), as often as it takes.
//!
//! Nothing is signed again: each time the file grows by two updates, the security store and the time-stamp. What comes
//! back are the octets to append.

use crypto::{Digest, DigestAlgorithm};
use evidence::tsp::Token;
use pdf::{ReadPdf, Source, Standing, SubFilter};
use thiserror::Error;

use crate::dss::{Material, WritePdf, append_dss};
use crate::seal::{FinishSeal, Joined, PrepareSeal, Prepared, prepare_time_stamp};

/// The fields of archive time-stamps are called this, with a number behind it.
const FIELD: &str = "ArchiveTimeStamp";
/// Numbers of fields that are tried.
const MAX_FIELDS: usize = 1_000;

/// What a file rests on today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resting {
    /// The token of the last document time-stamp; `None` where there is none yet, and the file rests on the time-stamps
    /// inside its signatures.
    pub token: Option<Vec<u8>>,
    /// The messages of its signatures, oldest first.
    pub messages: Vec<Vec<u8>>,
    /// A name for the field of the next time-stamp, which no field has.
    pub next: String,
}

/// Why a file is not renewed. Nothing of it was changed.
#[derive(Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum Renew {
    /// The file cannot be read.
    #[error("the file cannot be read")]
    Read(#[from] ReadPdf),
    /// There is no signature and no time-stamp whose proof could be kept.
    #[error("the file is not signed")]
    Unsigned,
    /// A signature of the file is broken or gone: a time-stamp over it would only make that last.
    #[error("signature {0} of the file does not stand")]
    Broken(String),
    /// The material cannot be put in.
    #[error("the material cannot be put in")]
    Material(#[from] WritePdf),
    /// The time-stamp cannot be prepared.
    #[error("the time-stamp cannot be prepared")]
    Stamp(#[from] PrepareSeal),
    /// The token does not go into its place.
    #[error("the token does not go into its place")]
    Finish(#[from] FinishSeal),
    /// The token is unreadable, or over something else than the file.
    #[error("the token is not over the file")]
    Token,
}

/// A renewal that lacks its token. Used once.
#[derive(Debug)]
pub struct PreparedRenewal {
    material: Vec<u8>,
    stamp: Prepared,
}

/// What `source` rests on: whose certificates and status have to be put in before they are no longer to be had.
///
/// # Errors
/// `Read`, `Unsigned`, `Broken`.
pub fn resting(source: &dyn Source) -> Result<Resting, Renew> {
    let file = pdf::read(source)?;
    let fields = file.signatures()?;
    let (mut token, mut messages) = (None, Vec::new());
    for field in &fields {
        let value = match (field.standing(), field.value()) {
            (Standing::Standing, Ok(value)) => value,
            _ => return Err(Renew::Broken(field.name().to_owned())),
        };
        match value.sub_filter() {
            SubFilter::TimeStamp => token = Some(value.contents().to_vec()),
            SubFilter::Cades | SubFilter::Pkcs7 => messages.push(value.contents().to_vec()),
        }
    }
    if token.is_none() && messages.is_empty() {
        return Err(Renew::Unsigned);
    }
    let taken = file.latest().fields()?;
    let mut names = (1..=MAX_FIELDS).map(|number| format!("{FIELD}-{number}"));
    let free = |name: &String| !taken.iter().any(|field| field.name == *name);
    let next = names.find(free).ok_or(PrepareSeal::Name)?;
    Ok(Resting {
        token,
        messages,
        next,
    })
}

/// Lays out a renewal behind the last revision of `source`: `material`, as far as the file lacks it, and then a document
/// time-stamp with `reserve` octets kept for its token.
///
/// The material has to be all that the signatures and the last time-stamp need, up to their anchors, status included, for
/// the new time-stamp to prove that it was there in time (EN 319 142-1, 5.4.3: the order is signature, store, time-stamp).
///
/// # Errors
/// [`Renew`].
pub fn prepare_renewal(
    source: &dyn Source,
    material: &Material<'_>,
    reserve: usize,
) -> Result<PreparedRenewal, Renew> {
    let resting = resting(source)?;
    let material = append_dss(source, material)?;
    let joined = Joined::new(source, &material);
    let stamp = prepare_time_stamp(&joined, &resting.next, reserve)?;
    Ok(PreparedRenewal { material, stamp })
}

impl PreparedRenewal {
    /// What is to be stamped: one pass over the file it was prepared for, in pieces.
    ///
    /// # Errors
    /// The file cannot be read, or is not as long as it was.
    pub fn digest(
        &self,
        source: &dyn Source,
        algorithm: DigestAlgorithm,
    ) -> Result<Digest, ReadPdf> {
        let joined = Joined::new(source, &self.material);
        self.stamp.digest(&joined, algorithm)
    }

    /// The octets to append, with `token` over `digest` in its place.
    ///
    /// # Errors
    /// `Token` where it is over something else; `Finish` where it is larger than what was kept for it.
    pub fn finish(self, digest: &Digest, token: &[u8]) -> Result<Vec<u8>, Renew> {
        let read = Token::parse(token).map_err(|_| Renew::Token)?;
        if read.info().imprint().digest() != digest {
            return Err(Renew::Token);
        }
        let stamp = self.stamp.finish(read.der())?;
        Ok([self.material, stamp].concat())
    }
}
