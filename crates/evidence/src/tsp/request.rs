//! TimeStampReq.

use crypto::{Digest, DigestAlgorithm, Random, RandomUnavailable};

use crate::tsp::info::{Imprint, ReadImprint};
use crate::tsp::refused::Refused;
use asn1::{Oid, ReadAsn1, Reader, Tag, write};

/// Octets of one request.
pub const MAX_REQUEST: usize = 4 * 1024;
/// Octets of a nonce.
pub const MAX_NONCE: usize = 64;

/// What a client asks to be stamped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    imprint: Imprint,
    policy: Option<Oid>,
    nonce: Option<Vec<u8>>,
    certificates: bool,
}

impl Request {
    /// A request for a stamp on data with this digest, asking for the authority's certificate.
    #[must_use]
    pub fn new(digest: &Digest) -> Self {
        Self {
            imprint: Imprint::new(digest),
            policy: None,
            nonce: None,
            certificates: true,
        }
    }

    /// With a nonce of 128 random bits.
    ///
    /// # Errors
    /// Where no randomness can be had.
    pub fn with_nonce(mut self, random: &dyn Random) -> Result<Self, RandomUnavailable> {
        let mut octets = [0; 16];
        random.fill(&mut octets)?;
        // Kept as the content octets of a positive INTEGER.
        let element = write::unsigned_octets(&octets);
        self.nonce = element.get(2..).map(<[u8]>::to_vec);
        Ok(self)
    }

    /// With a nonce that somebody else chose, big-endian; `None` for none, and for more than [`MAX_NONCE`] octets of it.
    #[must_use]
    pub fn with_number(mut self, octets: &[u8]) -> Option<Self> {
        let element = write::unsigned_octets(octets);
        let content = element.get(2..)?;
        if octets.is_empty() || content.len() > MAX_NONCE {
            return None;
        }
        self.nonce = Some(content.to_vec());
        Some(self)
    }

    /// Under this policy only.
    #[must_use]
    pub fn with_policy(mut self, policy: Oid) -> Self {
        self.policy = Some(policy);
        self
    }

    /// Without asking for the authority's certificate.
    #[must_use]
    pub fn without_certificates(mut self) -> Self {
        self.certificates = false;
        self
    }

    /// Reads a request and applies every rule that does not depend on the authority.
    ///
    /// # Errors
    /// See [`Refused`]; each has its answer in [`Refused::encode`].
    pub fn parse(octets: &[u8]) -> Result<Self, Refused> {
        if octets.len() > MAX_REQUEST {
            return Err(Refused::TooLarge(octets.len()));
        }
        let mut inside = Reader::single(octets, Tag::SEQUENCE)
            .and_then(|e| e.reader())
            .map_err(Refused::Malformed)?;
        let version = inside
            .expect(Tag::INTEGER)
            .and_then(|e| e.unsigned())
            .map_err(Refused::Malformed)?;
        if version != 1 {
            return Err(Refused::Version(version));
        }
        let imprint = Imprint::read(&mut inside).map_err(|error| match error {
            ReadImprint::Asn1(error) => Refused::Malformed(error),
            ReadImprint::Algorithm(oid) => Refused::ImprintAlgorithm(oid),
            ReadImprint::Length { found, expected } => Refused::ImprintLength { found, expected },
        })?;
        if imprint.algorithm() == DigestAlgorithm::Sha1 {
            return Err(Refused::ImprintWeak(Box::new(imprint.oid())));
        }
        Self::read_rest(imprint, inside)
    }

    /// `[reqPolicy], [nonce], certReq DEFAULT FALSE, extensions [0] IMPLICIT OPTIONAL`.
    fn read_rest(imprint: Imprint, mut inside: Reader<'_>) -> Result<Self, Refused> {
        let mut read = || -> Result<_, ReadAsn1> {
            let policy = inside
                .optional(Tag::OID)?
                .map(|element| element.oid())
                .transpose()?;
            let nonce = inside
                .optional(Tag::INTEGER)?
                .map(|element| element.integer())
                .transpose()?;
            let certificates = inside
                .optional(Tag::BOOLEAN)?
                .map(|element| element.boolean())
                .transpose()?;
            let extension = match inside.optional(Tag::context(0))? {
                None => None,
                Some(element) => Some(element.reader()?.sequence()?.oid()?),
            };
            inside.end()?;
            Ok((policy, nonce, certificates.unwrap_or(false), extension))
        };
        let (policy, nonce, certificates, extension) = read().map_err(Refused::Malformed)?;
        if let Some(oid) = extension {
            return Err(Refused::Extension(Box::new(oid)));
        }
        match nonce {
            Some(nonce) if nonce.len() > MAX_NONCE => Err(Refused::Nonce(nonce.len())),
            nonce => Ok(Self {
                imprint,
                policy,
                nonce: nonce.map(<[u8]>::to_vec),
                certificates,
            }),
        }
    }

    /// `TimeStampReq ::= SEQUENCE { version, messageImprint, reqPolicy, nonce, certReq, extensions }`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        write::sequence([
            write::unsigned(1),
            self.imprint.encode(),
            self.policy.as_ref().map(write::oid).unwrap_or_default(),
            self.nonce
                .as_deref()
                .map(write::integer)
                .unwrap_or_default(),
            if self.certificates {
                write::boolean(true)
            } else {
                Vec::new()
            },
        ])
    }

    /// What is to be stamped.
    #[must_use]
    pub fn imprint(&self) -> &Imprint {
        &self.imprint
    }

    /// The policy asked for.
    #[must_use]
    pub fn policy(&self) -> Option<Oid> {
        self.policy
    }

    /// The nonce's content octets.
    #[must_use]
    pub fn nonce(&self) -> Option<&[u8]> {
        self.nonce.as_deref()
    }

    /// Whether the token shall carry the authority's certificate.
    #[must_use]
    pub fn wants_certificates(&self) -> bool {
        self.certificates
    }
}
