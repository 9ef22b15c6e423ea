//! Why a mandate is not taken, or nothing is signed under it.

use thiserror::Error;

/// Why a mandate is not taken, or nothing is signed under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MandateRefused {
    /// There is none, or not in this department.
    #[error("there is no such mandate here")]
    Unknown,
    /// Nobody signs for themselves under a mandate.
    #[error("a person does not sign for themselves under a mandate")]
    OnePerson,
    /// The days are none.
    #[error(
        "a mandate has a last day, not before its first, not over, and at most five years later; a guardian's needs none"
    )]
    Term,
    /// The scope is none, or too much.
    #[error(
        "a mandate names 1 to 20 matters and at most 8 wordings that can be read in one text; a guardian's may name none"
    )]
    Scope,
    /// A person under age names nobody, and signs for nobody (R18).
    #[error("a person under age neither names who signs for them nor signs for another")]
    Minor,
    /// A person of full age has no guardian.
    #[error("the person is of full age on that day")]
    OfAge,
    /// The number does not say when the person was born.
    #[error("a guardian's mandate needs a number that says when the person was born")]
    NoBirth,
    /// It has its ground.
    #[error("the mandate has its ground")]
    Confirmed,
    /// It needs a ground of the other kind.
    #[error(
        "a guardian's mandate rests on a document, another on the person's own signature where they have a key"
    )]
    Ground,
    /// The signature is not the person's authorisation of exactly this.
    #[error("the signature is not the person's own, over the words of this mandate")]
    Authorisation,
    /// Who signed the authorisation did so for another.
    #[error("who signs for another cannot hand that on")]
    Chained,
    /// The document is another one than the one that was brought.
    #[error("another document was reviewed than the one that was brought")]
    OtherEvidence,
    /// One person brought it and would confirm it.
    #[error("who brought the document does not confirm it")]
    SamePerson,
    /// A machine cannot review a document.
    #[error("a document is brought and reviewed by people")]
    Machine,
    /// Its ground is not shown.
    #[error("nobody has shown the ground of the mandate yet")]
    NotConfirmed,
    /// It begins later.
    #[error("the mandate begins later")]
    NotBegun,
    /// It is over.
    #[error("the mandate is over")]
    Ended,
    /// It was taken back.
    #[error("the mandate was taken back")]
    Revoked,
    /// Who is signed for has died.
    #[error("the person who is signed for has died")]
    PrincipalDead,
    /// The identity by which the person authorised it is cancelled.
    #[error("the signature identity that authorised it is cancelled")]
    PrincipalCancelled,
    /// Another person signs than the one who may.
    #[error("the mandate is another person's")]
    OtherPerson,
    /// Another matter, or other words.
    #[error("the mandate does not reach so far")]
    OutOfScope,
    /// The case is of another matter than the one that was said.
    #[error("the case is of another matter")]
    OtherMatter,
    /// The words do not say who signs for whom.
    #[error("the words do not say who signs for whom under which mandate")]
    Words,
}

impl MandateRefused {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unknown => "mandate.unknown",
            Self::OnePerson => "mandate.one-person",
            Self::Term => "mandate.term",
            Self::Scope => "mandate.scope",
            Self::Minor => "mandate.minor",
            Self::OfAge => "mandate.of-age",
            Self::NoBirth => "mandate.no-birth",
            Self::Confirmed => "mandate.confirmed",
            Self::Ground => "mandate.ground",
            Self::Authorisation => "mandate.authorisation",
            Self::Chained => "mandate.chained",
            Self::OtherEvidence => "mandate.other-evidence",
            Self::SamePerson => "mandate.same-person",
            Self::Machine => "mandate.machine",
            Self::NotConfirmed => "mandate.not-confirmed",
            Self::NotBegun => "mandate.not-begun",
            Self::Ended => "mandate.ended",
            Self::Revoked => "mandate.revoked",
            Self::PrincipalDead => "mandate.principal-dead",
            Self::PrincipalCancelled => "mandate.principal-cancelled",
            Self::OtherPerson => "mandate.other-person",
            Self::OutOfScope => "mandate.out-of-scope",
            Self::OtherMatter => "mandate.other-matter",
            Self::Words => "mandate.words",
        }
    }
}
