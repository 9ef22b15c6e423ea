//! A release of many uses in one list (D19).

use crypto::sign_in::passkey::Shown;
use crypto::{Listing, Signature, SignatureAlgorithm};
use time::UtcDateTime;
use trail::id::JobId;

/// A release of many, as it was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRelease {
    /// The list.
    pub listing: Listing,
    /// Who releases.
    pub releaser: String,
    /// Until when.
    pub expires: UtcDateTime,
    /// How the person's key signs.
    pub algorithm: SignatureAlgorithm,
    /// The signature over the list.
    pub signature: Signature,
    /// What stands beside the signature of a passkey.
    pub passkey: Option<Shown>,
    /// The number of the catalogue by which the rules were asked; none where two people declared all of it.
    pub catalogue: Option<u64>,
    /// What rules hold back, asked before.
    pub held: Vec<Held>,
}

/// A licence that a release did not reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its job.
    pub job: JobId,
    /// Stable code of the reason.
    pub code: String,
    /// The reason in words, without anything personal.
    pub text: String,
}

/// What became of a release of many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListReleased {
    /// What was released, in the order of the jobs.
    pub released: Vec<JobId>,
    /// What waits on.
    pub held: Vec<Held>,
}
