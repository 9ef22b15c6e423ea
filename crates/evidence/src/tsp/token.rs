//! A time-stamp token: SignedData around a TSTInfo.

use thiserror::Error;

use crate::cms::{Fault, ReadCms, SignedData, oids};
use crate::tsp::info::{ReadInfo, TstInfo};

/// A time-stamp token, read and not judged.
#[derive(Debug, Clone)]
pub struct Token {
    signed: SignedData,
    info: TstInfo,
    raw: Vec<u8>,
}

/// Why octets are no time-stamp token.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadToken {
    /// Not a signed message.
    #[error("the token is no signed message")]
    Cms(#[from] ReadCms),
    /// The message is about something else, or has no content.
    #[error("the token holds no time-stamp")]
    Content(#[source] Fault),
    /// The content is no TSTInfo.
    #[error("the token's content cannot be read")]
    Info(#[from] ReadInfo),
}

impl Token {
    /// Reads a token: BER or DER outside, DER its content. GB/T 20520 leaves open whether the message is called that of
    /// RFC 5652 or that of GB/T 35275: both are read.
    ///
    /// # Errors
    /// See [`ReadToken`].
    pub fn parse(octets: &[u8]) -> Result<Self, ReadToken> {
        let signed = SignedData::parse_national(octets)?;
        if signed.content_type() != oids::TST_INFO {
            return Err(ReadToken::Content(Fault::ContentType(Box::new(
                signed.content_type(),
            ))));
        }
        let content = signed
            .content()
            .ok_or(ReadToken::Content(Fault::ContentAbsent))?;
        let info = TstInfo::parse(content)?;
        let raw = octets
            .get(..signed.encoded_length())
            .unwrap_or(octets)
            .to_vec();
        Ok(Self { signed, info, raw })
    }

    /// What the token says.
    #[must_use]
    pub fn info(&self) -> &TstInfo {
        &self.info
    }

    /// The message around it.
    #[must_use]
    pub fn signed_data(&self) -> &SignedData {
        &self.signed
    }

    /// The token as received, without what followed it.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.raw
    }
}
