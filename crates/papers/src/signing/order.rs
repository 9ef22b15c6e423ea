//! What is to be signed for a person, and why it was not.

use affix::preflight::Finding;
use crypto::Consent;
use dossier::ReadWords;
use issuance::SealingError;
use registry::StoreError;
use registry::objects::ObjectError;
use registry::rounds::Part;
use registry::signers::activations::ActivationUse;
use signing::strokes::ReadStrokes;
use thiserror::Error;
use time::UtcDateTime;

use crate::signers::{SignerError, SignerRefused};

/// Why a document was not signed. Nothing of it left.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SignError {
    /// The identity does not sign.
    #[error("the signature identity does not sign")]
    Signer(#[from] SignerError),
    /// The intent is no words.
    #[error("the intent is no words")]
    Intent(#[from] ReadWords),
    /// The file cannot be read.
    #[error("the file cannot be read")]
    Read(#[from] pdf::ReadPdf),
    /// The octets are no handwriting sample.
    #[error("no handwriting sample: {0}")]
    Strokes(#[from] ReadStrokes),
    /// There is no handwriting sample that the identity's key signed.
    #[error("there is no handwriting sample that the identity's key signed")]
    NoSample,
    /// The files are no list, or another one than the person agreed to.
    #[error(
        "1 to 64 files, none twice, whose list has the digest that was agreed to, are signed together"
    )]
    Package,
    /// The name cannot stand in a seal's picture.
    #[error("the name cannot be drawn")]
    Name(#[from] seal::picture::DrawSeal),
    /// No embedded typeface has one of its characters.
    #[error("the name cannot be drawn")]
    Drawing(#[from] document::DrawAppearance),
    /// The file holds what would let it change its looks after it was signed (T-S5).
    #[error("the file holds {} things that a signed document may not hold", .0.len())]
    Active(Vec<Finding>),
    /// It was not signed.
    #[error("it was not signed")]
    Sealing(#[from] SealingError),
    /// The signed file cannot be kept.
    #[error("the signed file cannot be kept")]
    Object(#[from] ObjectError),
    /// There is no such signature here.
    #[error("there is no such signature here")]
    Unknown,
    /// The store.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
}

impl SignError {
    /// Whether a mandate is why.
    #[must_use]
    pub fn is_of_mandate(&self) -> bool {
        matches!(
            self,
            Self::Signer(SignerError::Refused(SignerRefused::Mandate(_)))
        )
    }
}

impl From<SignerRefused> for SignError {
    fn from(refused: SignerRefused) -> Self {
        Self::Signer(SignerError::Refused(refused))
    }
}

/// What is to be signed.
#[derive(Debug, Clone, PartialEq)]
pub struct SignOrder {
    /// Who signs.
    pub signer: String,
    /// What the person means by signing, as it was shown.
    pub intent: String,
    /// The case, or empty.
    pub case: String,
    /// Where the signer's name seal stands, where one is asked for.
    pub visible: Option<Visible>,
    /// The signer's part in a document that several sign.
    pub joint: Option<Joint>,
    /// The list to which the person agreed, where the document is one of several that are signed together.
    pub agreed: Option<Agreed>,
    /// What the person authorised from afar, where they did.
    pub remote: Option<Remote>,
    /// The mandate under which they sign for another, where they do.
    pub mandate: Option<Mandated>,
}

/// A mandate that is named, and for what. As what its representative signs is read from it, and never said by who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mandated {
    /// Which.
    pub mandate: String,
    /// In which matter.
    pub matter: String,
    pub(crate) role: String,
}

impl Mandated {
    /// A mandate by its identifier, in a matter.
    #[must_use]
    pub fn named(mandate: &str, matter: &str) -> Self {
        Self {
            mandate: mandate.to_owned(),
            matter: matter.to_owned(),
            role: String::new(),
        }
    }

    /// As one is kept with what is signed later.
    pub(crate) fn kept((mandate, matter): &(String, String)) -> Self {
        Self::named(mandate, matter)
    }
}

/// An authorisation from afar, which is consumed with the signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// What was authorised.
    pub under: ActivationUse,
    /// When the person said so.
    pub consented: UtcDateTime,
}

/// The consent to a list of documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreed {
    pub(crate) documents: Vec<[u8; 32]>,
    pub(crate) digest: [u8; 32],
    pub(crate) at: UtcDateTime,
}

/// A part in a document that several sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joint {
    /// Which.
    pub round: String,
    /// The role, which stands under the signature.
    pub role: String,
    /// SHA-256 of the file as it was shown.
    pub shown: [u8; 32],
}

impl SignOrder {
    pub(crate) fn part(&self) -> Option<Part> {
        self.joint.as_ref().map(|joint| Part {
            round: joint.round.clone(),
            role: joint.role.clone(),
            signer: self.signer.clone(),
            shown: joint.shown,
            intent: self.intent.clone(),
        })
    }

    pub(super) fn consent(&self, document: [u8; 32], at: UtcDateTime) -> Consent {
        let agreed = self.agreed.as_ref();
        Consent {
            signer: self.signer.clone(),
            document,
            intent: self.intent.clone(),
            at: match &self.remote {
                Some(remote) => remote.consented,
                None => agreed.map_or(at, |agreed| agreed.at),
            },
            list: agreed.and_then(|agreed| {
                // No list where one was agreed to is one that its digest does not fit: the key store refuses it.
                let list = Consent::list_of(&agreed.documents);
                let list = list.or_else(|| Consent::list_of(&[document]));
                list.map(|list| (list, agreed.digest))
            }),
        }
    }

    /// In which role the signer says to sign: theirs among several, or that they sign for another.
    pub(super) fn role(&self) -> Option<&str> {
        let joint = self.joint.as_ref().map(|joint| joint.role.as_str());
        let mandate = self.mandate.as_ref();
        joint.or(mandate.map(|mandate| mandate.role.as_str()))
    }
}

/// The place of a name seal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Visible {
    /// The page, from 1.
    pub page: u32,
    /// The lower left corner, in points of the page as it is seen.
    pub corner: (f64, f64),
    /// Whether the person's handwriting is seen there, and not their name seal.
    pub handwriting: bool,
}
