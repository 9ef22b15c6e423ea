//! Why a file was not sealed.

use affix::dss::WritePdf;
use affix::seal::{FinishSeal, PrepareSeal};
use crypto::SignError;
use evidence::cms::PrepareCms;
use registry::StoreError;
use registry::jobs::StepRefused;
use thiserror::Error;
use tlog::leaf::LeafFault;

use crate::answers::AnswerError;
use crate::sequencer::AppendError;
use crate::stamps::StampError;

/// Why a file was not sealed. Nothing of it left.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SealingError {
    /// The file does not take the seal.
    #[error("the file does not take the seal")]
    Prepare(#[from] PrepareSeal),
    /// The file cannot be read.
    #[error("the file cannot be read")]
    Read(#[from] pdf::ReadPdf),
    /// The message cannot be prepared.
    #[error("the signed message cannot be prepared")]
    Message(#[from] PrepareCms),
    /// The step is not the job's next.
    #[error("the job does not take this step")]
    Step(#[from] StepRefused),
    /// The key store did not sign.
    #[error("the key store did not sign")]
    Sign(#[from] SignError),
    /// There is no time-stamp.
    #[error("there is no time-stamp")]
    Stamp(#[from] StampError),
    /// The journal cannot be written.
    #[error("the journal cannot be written")]
    Store(#[from] StoreError),
    /// The leaf cannot be written.
    #[error("the leaf cannot be written")]
    Leaf(#[from] LeafFault),
    /// The leaf is not known to be in the log.
    #[error("the leaf is not known to be in the log")]
    Log(#[from] AppendError),
    /// The status of a certificate cannot be proven.
    #[error("the status of a certificate cannot be proven")]
    Status(#[from] AnswerError),
    /// There is no current list of one of the authorities.
    #[error("there is no current revocation list")]
    NoList,
    /// The message does not fit the place kept for it.
    #[error("the message does not fit its place")]
    Finish(#[from] FinishSeal),
    /// The evidence cannot be put into the file.
    #[error("the evidence cannot be put into the file")]
    Evidence(#[from] WritePdf),
    /// The inspector's own code does not accept the result.
    #[error("the sealed file is not accepted: {}", .0.join(", "))]
    NotAccepted(Vec<String>),
    /// The package does not take the seal.
    #[error("the package does not take the seal")]
    Package(#[from] affix::ofd::SealOfd),
    /// The package cannot be finished.
    #[error("the package cannot be finished")]
    PackageUnfinished(#[source] affix::ofd::SealOfd),
    /// The content does not take the seal.
    #[error("the content does not take the seal")]
    Content(#[from] envelope::LayOut),
    /// The envelope cannot be finished.
    #[error("the envelope cannot be finished")]
    Envelope(#[from] envelope::FinishEnvelope),
    /// The signature is not one of its algorithm.
    #[error("the signature is not one of its algorithm")]
    Form(#[from] crypto::WrongForm),
    /// The seal cannot be drawn.
    #[error("the seal cannot be drawn")]
    Drawn(#[from] backoffice::seals::SealError),
    /// The seal is not in use.
    #[error("the seal is not in use")]
    SealNotInUse,
    /// The seal, or the office, does not have the suite of the file.
    #[error("the seal is not in use in the suite of the file")]
    NoSuite,
    /// No randomness for a salt.
    #[error("no randomness can be had")]
    Random(#[from] crypto::RandomUnavailable),
}
