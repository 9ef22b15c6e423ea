//! TimeStampResp: a status, and a token where it was granted.

use thiserror::Error;

use crate::tsp::fault::TokenFault;
use crate::tsp::refused::{Failure, Status};
use crate::tsp::request::Request;
use crate::tsp::token::{ReadToken, Token};
use asn1::{ReadAsn1, Reader, Tag};

/// Octets of one response.
pub const MAX_RESPONSE: usize = 256 * 1024;

/// An answer of an authority.
#[derive(Debug, Clone)]
pub struct Response {
    status: Status,
    text: Vec<String>,
    failure: Option<Failure>,
    token: Option<Token>,
}

/// Why octets are no TimeStampResp.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadResponse {
    /// The encoding is broken.
    #[error("not a time-stamp response")]
    Asn1(#[from] ReadAsn1),
    /// More than [`MAX_RESPONSE`] octets.
    #[error("a response of {0} octets is too large")]
    TooLarge(usize),
    /// A status that RFC 3161 does not have.
    #[error("status {0} of the response")]
    Status(u64),
    /// The token cannot be read.
    #[error("the token cannot be read")]
    Token(#[from] ReadToken),
}

impl Response {
    /// Reads a DER TimeStampResp.
    ///
    /// # Errors
    /// See [`ReadResponse`].
    pub fn parse(octets: &[u8]) -> Result<Self, ReadResponse> {
        if octets.len() > MAX_RESPONSE {
            return Err(ReadResponse::TooLarge(octets.len()));
        }
        // The token inside may be BER as all CMS, and so then is what holds it.
        let mut outer = Reader::ber(octets);
        let mut inside = outer.sequence()?;
        outer.end()?;
        let mut info = inside.sequence()?;
        let status = match info.expect(Tag::INTEGER)?.unsigned()? {
            0 => Status::Granted,
            1 => Status::GrantedWithMods,
            2 => Status::Rejection,
            3 => Status::Waiting,
            4 => Status::RevocationWarning,
            5 => Status::RevocationNotification,
            other => return Err(ReadResponse::Status(other)),
        };
        let mut text = Vec::new();
        if let Some(list) = info.optional(Tag::SEQUENCE)? {
            let mut list = list.reader()?;
            while !list.is_empty() {
                text.push(list.expect(Tag::UTF8_STRING)?.text()?.to_owned());
            }
        }
        let failure = match info.optional(Tag::BIT_STRING)? {
            Some(bits) => Failure::of_bits(bits.bit_string()?.1),
            None => None,
        };
        info.end()?;
        let token = match inside.is_empty() {
            true => None,
            false => Some(Token::parse(inside.expect(Tag::SEQUENCE)?.raw())?),
        };
        inside.end()?;
        Ok(Self {
            status,
            text,
            failure,
            token,
        })
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status
    }

    /// The authority's words.
    #[must_use]
    pub fn text(&self) -> &[String] {
        &self.text
    }

    /// Why there is no token, where the response says so.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        self.failure
    }

    /// The token as received, whatever the status.
    #[must_use]
    pub fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }

    /// The token, where the response answers `request`: granted, the same imprint, nonce and policy, and
    /// a certificate where one was asked for (RFC 3161 2.2). Its signature is [`Token::check`]'s matter.
    ///
    /// # Errors
    /// `NotGranted`, `TokenWithRejection`, `TokenAbsent`, `ImprintDiffers`, `NonceAbsent`, `NonceDiffers`,
    /// `NonceUnasked`, `PolicyDiffers`, `CertificatesAbsent`, `CertificatesUnasked`.
    pub fn check(&self, request: &Request) -> Result<&Token, TokenFault> {
        let granted = matches!(self.status, Status::Granted | Status::GrantedWithMods);
        let token = match (granted, &self.token) {
            (true, Some(token)) => token,
            (true, None) => return Err(TokenFault::TokenAbsent),
            (false, Some(_)) => return Err(TokenFault::TokenWithRejection(self.status)),
            (false, None) => {
                return Err(TokenFault::NotGranted {
                    status: self.status,
                    failure: self.failure,
                });
            }
        };
        let info = token.info();
        if info.imprint().digest() != request.imprint().digest() {
            return Err(TokenFault::ImprintDiffers);
        }
        // RFC 3161 2.4.2: the nonce comes back equal, exactly when it was sent.
        match (request.nonce(), info.nonce()) {
            (Some(sent), Some(received)) if sent == received => {}
            (None, None) => {}
            (Some(_), Some(_)) => return Err(TokenFault::NonceDiffers),
            (Some(_), None) => return Err(TokenFault::NonceAbsent),
            (None, Some(_)) => return Err(TokenFault::NonceUnasked),
        }
        if request
            .policy()
            .is_some_and(|policy| policy != info.policy())
        {
            return Err(TokenFault::PolicyDiffers(Box::new(info.policy())));
        }
        // RFC 3161 2.4.1: certReq decides whether certificates are inside.
        match (
            request.wants_certificates(),
            token.signed_data().certificates().is_empty(),
        ) {
            (true, true) => Err(TokenFault::CertificatesAbsent),
            (false, false) => Err(TokenFault::CertificatesUnasked),
            _ => Ok(token),
        }
    }
}
