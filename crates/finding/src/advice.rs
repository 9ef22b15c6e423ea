//! What a reader can do about a finding.

use crate::effect::{Effect, SubIndication as S};

/// What there is to do. The words of each stand under `advice-` in the text files of both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// Nothing: it weighs nothing.
    Nothing,
    /// The file is not what was issued: get the one that was.
    FreshCopy,
    /// It is signed in a way that does not count: have it signed anew.
    SignAnew,
    /// The issuer is not known here: know it by another way.
    KnowIssuer,
    /// Status is missing or old: get fresh status.
    FreshStatus,
    /// It holds no more, or never did: ask the office.
    AskOffice,
    /// What is missing is a proof of its age.
    OlderProof,
    /// The algorithm is too weak: have it signed with another.
    Stronger,
    /// What was signed was not handed in.
    HandInContent,
    /// What was handed in is nothing that is judged.
    HandInFile,
    /// There is no signature: get the sealed file.
    SealedFile,
    /// A moment lies ahead of the verifier's clock.
    SetClock,
    /// What the verifier was given is old or broken.
    AskOperator,
    /// A code is shown that does not hold: have it shown anew.
    ShowAnew,
}

/// Codes by their beginning; the longest decides, and where none fits, what follows from the finding.
const BY_CODE: &[(&str, Advice)] = &[
    ("asic.unsigned", Advice::SealedFile),
    ("checkpoint.", Advice::AskOffice),
    ("code.", Advice::ShowAnew),
    ("code.signer-unknown", Advice::KnowIssuer),
    ("crl.", Advice::FreshStatus),
    ("input.", Advice::HandInFile),
    ("leaf.", Advice::AskOffice),
    ("licence.", Advice::AskOffice),
    ("licence.malformed", Advice::FreshCopy),
    ("licence.metadata-differs", Advice::FreshCopy),
    ("licence.moved", Advice::FreshCopy),
    ("licence.unsigned", Advice::SealedFile),
    ("limit.", Advice::AskOffice),
    ("material.", Advice::AskOperator),
    ("note.", Advice::AskOffice),
    ("ocsp.", Advice::FreshStatus),
    ("ofd.list-empty", Advice::SealedFile),
    ("ofd.unsigned", Advice::SealedFile),
    ("package.", Advice::FreshCopy),
    ("path.not-yet-valid", Advice::SetClock),
    ("pdf.unsigned", Advice::SealedFile),
    ("proof.", Advice::AskOffice),
    ("receipt.", Advice::AskOffice),
    ("revocation.", Advice::FreshStatus),
    ("status.", Advice::FreshStatus),
    // What is known of a licence is the office's to explain; no newer list undoes an end.
    ("status.ended", Advice::AskOffice),
    ("status.from-the-future", Advice::SetClock),
    ("status.superseded", Advice::AskOffice),
    ("status.suspended", Advice::AskOffice),
    ("status.unknown", Advice::AskOffice),
    ("status.void", Advice::AskOffice),
    ("trust.", Advice::AskOperator),
    ("trust.absent", Advice::KnowIssuer),
    ("tsp.from-the-future", Advice::SetClock),
];

impl Advice {
    /// Every advice but that there is nothing to do.
    pub const ALL: [Advice; 13] = [
        Advice::FreshCopy,
        Advice::SignAnew,
        Advice::KnowIssuer,
        Advice::FreshStatus,
        Advice::AskOffice,
        Advice::OlderProof,
        Advice::Stronger,
        Advice::HandInContent,
        Advice::HandInFile,
        Advice::SealedFile,
        Advice::SetClock,
        Advice::AskOperator,
        Advice::ShowAnew,
    ];

    /// The advice about a finding with this code and effect.
    #[must_use]
    pub fn about(code: &str, effect: Effect) -> Advice {
        let fits = BY_CODE.iter().filter(|(begin, _)| code.starts_with(begin));
        let longest = fits.max_by_key(|(begin, _)| begin.len());
        match (effect, longest) {
            (Effect::Told | Effect::Noted, _) => Advice::Nothing,
            (_, Some((_, advice))) => *advice,
            (effect, None) => Advice::by_effect(effect),
        }
    }

    fn by_effect(effect: Effect) -> Advice {
        match effect {
            Effect::Told | Effect::Noted => Advice::Nothing,
            Effect::NotProcessed => Advice::HandInFile,
            Effect::Answered => Advice::AskOffice,
            Effect::Fails(sub) | Effect::Open(sub) => Advice::by_sub(sub),
        }
    }

    fn by_sub(sub: S) -> Advice {
        match sub {
            S::FormatFailure | S::HashFailure | S::SigCryptoFailure => Advice::FreshCopy,
            S::Revoked => Advice::AskOffice,
            S::SignedDataNotFound => Advice::HandInContent,
            S::NoSigningCertificateFound
            | S::NoCertificateChainFound
            | S::NoCertificateChainFoundNoPoe
            | S::CertificateChainGeneralFailure => Advice::KnowIssuer,
            S::CryptoConstraintsFailure => Advice::Stronger,
            S::TryLater => Advice::FreshStatus,
            S::PolicyProcessingError | S::SignaturePolicyNotAvailable => Advice::AskOperator,
            sub if sub.name().ends_with("NO_POE") => Advice::OlderProof,
            _ => Advice::SignAnew,
        }
    }

    /// Its key in the text files; empty where there is nothing to do.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Advice::Nothing => "",
            Advice::FreshCopy => "advice-fresh-copy",
            Advice::SignAnew => "advice-sign-anew",
            Advice::KnowIssuer => "advice-know-issuer",
            Advice::FreshStatus => "advice-fresh-status",
            Advice::AskOffice => "advice-ask-office",
            Advice::OlderProof => "advice-older-proof",
            Advice::Stronger => "advice-stronger",
            Advice::HandInContent => "advice-hand-in-content",
            Advice::HandInFile => "advice-hand-in-file",
            Advice::SealedFile => "advice-sealed-file",
            Advice::SetClock => "advice-set-clock",
            Advice::AskOperator => "advice-ask-operator",
            Advice::ShowAnew => "advice-show-anew",
        }
    }
}
