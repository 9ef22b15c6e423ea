//! Why a drill does not go on; begun again, it goes on where it was.

use backoffice::bundle::BundleError;
use backoffice::custody::CustodyError;
use backoffice::found::FoundError;
use backoffice::office::OpenOffice;
use crypto::SignError;
use registry::StoreError;
use registry::certificates::CertificateError;
use registry::drills::DrillRefused;
use registry::jobs::StepRefused;
use registry::log::LogError;
use thiserror::Error;

/// Why a drill does not go on; begun again, it goes on where it was.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DrillError {
    /// There is no such seal.
    #[error("there is no such seal")]
    UnknownSeal,
    /// The seal is neither in use nor suspended: it signs nothing anew.
    #[error("the seal is {0}: it can be sealed anew under another seal alone")]
    SealStage(&'static str),
    /// A person is not known, or has ended.
    #[error("{0} is not known here")]
    UnknownPerson(String),
    /// The administrator may release the seal (R3, T-S4).
    #[error("{0} may release this seal: who administers it is somebody else")]
    Administrator(String),
    /// The custodian may not release the seal.
    #[error("{0} is no custodian of this seal")]
    Custodian(String),
    /// The key at hand is not the custodian's.
    #[error("the key at hand is not the one under which the custodian is enrolled")]
    CustodianKey,
    /// The custodian's key does not sign.
    #[error("the custodian's key does not sign")]
    Release(#[source] SignError),
    /// Two people, a moment that has come, one drill of a seal at a time.
    #[error("the drill is not declared")]
    Declare(#[from] DrillRefused),
    /// This drill ended before, with this report.
    #[error(
        "the drill {id} of this seal and this moment has ended; SHA-256 of its report: {report}"
    )]
    Ended {
        /// Its identifier.
        id: String,
        /// Lower-case hexadecimal.
        report: String,
    },
    /// The seal is not stopped.
    #[error("the seal cannot be stopped")]
    Custody(#[from] CustodyError),
    /// A certificate is not revoked.
    #[error("a certificate cannot be revoked")]
    Certificate(#[from] CertificateError),
    /// There is no other key.
    #[error("the seal gets no other key")]
    Key(#[from] FoundError),
    /// The office does not take the other key.
    #[error("the other key cannot be put in force")]
    Office(#[from] OpenOffice),
    /// A step of a job is refused.
    #[error("a document cannot be taken up")]
    Step(#[from] StepRefused),
    /// The log cannot be read.
    #[error("the log cannot be read")]
    Log(#[from] LogError),
    /// The report cannot be signed.
    #[error("the report cannot be signed")]
    Report(#[from] SignError),
    /// The report cannot be written.
    #[error("the report cannot be written")]
    Token(#[from] BundleError),
    /// Documents wait for something that did not pass; the reasons are with their jobs.
    #[error("{0} documents are not sealed anew yet: begin the drill again")]
    NotYet(usize),
    /// The store.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
}
