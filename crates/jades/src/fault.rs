//! Why a text is no JAdES signature that is read, and what is wrong with one that is.

use credential::ReadJson;
use thiserror::Error;

/// Why a text cannot be read as a signature: nothing of it is judged.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadJades {
    /// Neither three parts nor an object with the members of RFC 7515 7.2.
    #[error("neither a compact nor a json serialization of a signature: {0}")]
    Serialization(&'static str),
    /// Beyond a limit (T-I9).
    #[error("beyond a limit: {0}")]
    Limit(&'static str),
    /// Not base64url without padding, in its only form (RFC 7515 2).
    #[error("not base64url without padding: {0}")]
    Base64(&'static str),
    /// Not the JSON that is accepted.
    #[error("json of {place}: {fault}")]
    Json {
        /// Where.
        place: &'static str,
        /// What is wrong with it.
        fault: ReadJson,
    },
    /// A member of the protected header is absent or of the wrong kind.
    #[error("a member of the header is absent or of the wrong kind: {0}")]
    Header(String),
    /// `none`, a MAC, or an algorithm that is not ours.
    #[error("algorithm is not allowed: {0}")]
    Algorithm(String),
    /// RFC 7515 4.1.11, TS 119 182-1 5.1.9: the list of what must be understood breaks its rules.
    #[error("critical members: {0}")]
    Critical(String),
    /// A certificate chain that is malformed or longer than is read.
    #[error("certificate chain is malformed")]
    Chain,
    /// TS 119 182-1 5.2.8: `sigD` breaks its rules.
    #[error("signed data: {0}")]
    SignedData(&'static str),
    /// RFC 7515 4: the unprotected header holds something else than `etsiU`.
    #[error("a member of the header that nothing protects: {0}")]
    Unprotected(String),
    /// TS 119 182-1 5.3: `etsiU` breaks its rules.
    #[error("unsigned elements: {0}")]
    Unsigned(&'static str),
}

impl ReadJades {
    /// The finding's code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            ReadJades::Serialization(_) => "jades.serialization",
            ReadJades::Limit(_)
            | ReadJades::Json {
                fault: ReadJson::TooMany,
                ..
            } => "jades.limit",
            ReadJades::Base64(_) => "jades.base64",
            ReadJades::Json {
                fault: ReadJson::DuplicateName,
                ..
            } => "jades.member-repeated",
            ReadJades::Json { .. } => "jades.json",
            ReadJades::Header(_) => "jades.header",
            ReadJades::Algorithm(_) => "jades.algorithm",
            ReadJades::Critical(_) => "jades.critical",
            ReadJades::Chain => "jades.chain",
            ReadJades::SignedData(_) => "jades.signed-data",
            ReadJades::Unprotected(_) => "jades.unprotected",
            ReadJades::Unsigned(_) => "jades.unsigned",
        }
    }
}

/// What a signature that was read lacks of the baseline (TS 119 182-1 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// None of `x5t#S256`, `x5t#o`, `sigX5ts`.
    #[error("the header names no certificate by its digest")]
    CertificateUnnamed,
    /// More than one of them.
    #[error("the header names its certificate in several ways")]
    CertificateNamedTwice,
    /// A digest that is not strong enough, or not known.
    #[error("the header names its certificate by an unknown digest")]
    CertificateDigest,
    /// Neither `iat` nor `sigT`.
    #[error("no claimed signing time")]
    SigningTimeAbsent,
    /// Both.
    #[error("the claimed signing time stands there twice")]
    SigningTimeTwice,
    /// `sigT` after the day from which on `iat` is to be used.
    #[error("sigT in a signature of a time when iat is to be used")]
    SigningTimeOld,
    /// `cty` beside `sigD`, or in a counter-signature.
    #[error("a content type where none may stand")]
    ContentType,
}

impl Fault {
    /// The finding's code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Fault::CertificateUnnamed => "jades.certificate-unnamed",
            Fault::CertificateNamedTwice => "jades.certificate-named-twice",
            Fault::CertificateDigest => "jades.certificate-digest",
            Fault::SigningTimeAbsent => "jades.signing-time-absent",
            Fault::SigningTimeTwice => "jades.signing-time-twice",
            Fault::SigningTimeOld => "jades.signing-time-old",
            Fault::ContentType => "jades.content-type",
        }
    }
}
