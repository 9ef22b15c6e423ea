//! Why an office cannot be opened.

use catalogue::ImportError;
use crypto::KeyId;
use pki::certificate::ReadCertificate;
use registry::StoreError;
use registry::certificates::CertificateError;
use registry::status::StatusError;
use thiserror::Error;

use crate::answers::AnswerError;
use crate::desk::PreparePage;
use crate::lists::ListError;
use crate::regions::KeptRegion;
use crate::seals::SealError;
use crate::stored::ReadStored;

/// Why an office cannot be opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenOffice {
    /// No catalogue was imported.
    #[error("no catalogue was imported yet")]
    NoCatalogue,
    /// The stored catalogue does not import.
    #[error("the stored catalogue does not import")]
    Import(#[from] ImportError),
    /// The stored catalogue is damaged.
    #[error("the stored catalogue is damaged")]
    Stored,
    /// A key has no certificate.
    #[error("the key {0} has no certificate, or is not in the key store")]
    KeyAbsent(KeyId),
    /// A stored certificate cannot be read.
    #[error("a stored certificate cannot be read")]
    Certificate(#[from] ReadCertificate),
    /// A stored key cannot be used.
    #[error("a stored key cannot be used")]
    Key(#[from] crypto::ReadKey),
    /// A page cannot be made ready.
    #[error("a page cannot be made ready")]
    Page(#[from] PreparePage),
    /// A seal cannot be drawn.
    #[error("a seal cannot be drawn")]
    Seal(#[from] SealError),
    /// The log's key cannot stand in a note.
    #[error("the log's key cannot stand in a note")]
    Note(#[from] tlog::key::NoteKeyFault),
    /// The register cannot be read.
    #[error("the register cannot be read")]
    Register(#[from] CertificateError),
    /// The registry of status cannot be read.
    #[error("the registry of status cannot be read")]
    Status(#[from] StatusError),
    /// The registry cannot be read.
    #[error("the registry cannot be read")]
    Store(#[from] StoreError),
    /// Stored answers cannot be loaded.
    #[error("stored answers cannot be loaded")]
    Answers(#[from] AnswerError),
    /// Stored lists cannot be loaded.
    #[error("stored lists cannot be loaded")]
    Lists(#[from] ListError),
    /// What is kept of other regions' trust cannot be read.
    #[error("what is kept of other regions' trust cannot be read")]
    Regions(#[from] KeptRegion),
    /// The installation's own trust cannot be put together.
    #[error("the installation's own trust cannot be put together")]
    Trust(#[from] verify::ReadTrust),
    /// What is kept beside the objects cannot be read.
    #[error("what is kept beside the objects cannot be read")]
    Objects(#[from] registry::objects::ObjectError),
    /// There is no status list.
    #[error("there is no status list")]
    NoStatusList,
}

impl From<ReadStored> for OpenOffice {
    fn from(error: ReadStored) -> Self {
        match error {
            ReadStored::Damaged(_) => Self::Stored,
            ReadStored::Import(import) => Self::Import(import),
        }
    }
}
