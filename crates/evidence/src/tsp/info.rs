//! TSTInfo: what a token says.

use crypto::{Digest, DigestAlgorithm};
use thiserror::Error;
use time::UtcDateTime;

use asn1::{Fraction, Oid, ReadAsn1, Reader, Tag, write};
use pki::algorithm::{AlgorithmIdentifier, digest_identifier};

/// RFC 3161 2.4.2: "up to 160 bits", one octet more for the sign.
const MAX_SERIAL: usize = 21;

/// `MessageImprint`: a digest of what is stamped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imprint {
    oid: Oid,
    raw: Vec<u8>,
    digest: Digest,
}

/// Why something is no imprint.
#[derive(Debug)]
pub(super) enum ReadImprint {
    Asn1(ReadAsn1),
    Algorithm(Box<Oid>),
    Length { found: usize, expected: usize },
}

/// How far the true time may be from the one given (RFC 3161 2.4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accuracy {
    /// Whole seconds.
    pub seconds: u32,
    /// Thousandths, 0 to 999.
    pub millis: u16,
    /// Millionths, 0 to 999.
    pub micros: u16,
}

/// The content of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TstInfo {
    pub(super) policy: Oid,
    pub(super) imprint: Imprint,
    pub(super) serial: Vec<u8>,
    pub(super) moment: UtcDateTime,
    pub(super) accuracy: Option<Accuracy>,
    pub(super) ordering: bool,
    pub(super) nonce: Option<Vec<u8>>,
    pub(super) authority: Option<Vec<u8>>,
    pub(super) critical_extension: Option<Oid>,
}

/// Why octets are no TSTInfo.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadInfo {
    /// The encoding is broken, or the time not UTC.
    #[error("not the content of a time-stamp")]
    Asn1(#[from] ReadAsn1),
    /// Another version than 1.
    #[error("version {0} of the time-stamp's content")]
    Version(u64),
    /// The digest algorithm of the imprint is not one of ours.
    #[error("imprint algorithm {0} is unknown")]
    ImprintAlgorithm(Box<Oid>),
    /// The imprint is not as long as its algorithm makes it.
    #[error("imprint of {found} octets, its algorithm makes {expected}")]
    ImprintLength {
        /// Octets given.
        found: usize,
        /// Octets of the algorithm.
        expected: usize,
    },
    /// A part of the accuracy is outside 1 to 999.
    #[error("accuracy is out of range")]
    Accuracy,
    /// The serial number is longer than 160 bits.
    #[error("serial number is too long")]
    Serial,
}

impl From<ReadImprint> for ReadInfo {
    fn from(error: ReadImprint) -> Self {
        match error {
            ReadImprint::Asn1(error) => Self::Asn1(error),
            ReadImprint::Algorithm(oid) => Self::ImprintAlgorithm(oid),
            ReadImprint::Length { found, expected } => Self::ImprintLength { found, expected },
        }
    }
}

impl Imprint {
    pub(super) fn new(digest: &Digest) -> Self {
        let algorithm = digest_identifier(digest.algorithm());
        let raw = write::sequence([algorithm, write::octet_string(digest.bytes())]);
        // What the writer wrote is an identifier that the reader knows.
        let oid = Reader::der(&raw)
            .sequence()
            .and_then(|mut inside| inside.sequence()?.oid());
        Self {
            oid: oid.unwrap_or(crate::cms::oids::DATA),
            raw,
            digest: digest.clone(),
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, ReadImprint> {
        let element = reader.expect(Tag::SEQUENCE).map_err(ReadImprint::Asn1)?;
        let (algorithm, octets) = (|| {
            let mut inside = element.reader()?;
            let algorithm = AlgorithmIdentifier::read(&inside.expect(Tag::SEQUENCE)?)?;
            let octets = inside.expect(Tag::OCTET_STRING)?.content();
            inside.end()?;
            Ok((algorithm, octets))
        })()
        .map_err(ReadImprint::Asn1)?;
        let oid = algorithm.oid();
        let known = algorithm
            .digest()
            .ok_or(ReadImprint::Algorithm(Box::new(oid)))?;
        let length = ReadImprint::Length {
            found: octets.len(),
            expected: known.length(),
        };
        let digest = Digest::from_bytes(known, octets).map_err(|_| length)?;
        Ok(Self {
            oid,
            raw: element.raw().to_vec(),
            digest,
        })
    }

    /// The digest.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Its algorithm.
    #[must_use]
    pub fn algorithm(&self) -> DigestAlgorithm {
        self.digest.algorithm()
    }

    /// Its algorithm's identifier.
    #[must_use]
    pub fn oid(&self) -> Oid {
        self.oid
    }

    /// As received: a token repeats the imprint of its request octet for octet.
    pub(super) fn encode(&self) -> Vec<u8> {
        self.raw.clone()
    }
}

impl Accuracy {
    /// One second, what EN 319 421 7.7.1 asks for.
    pub const SECOND: Self = Self {
        seconds: 1,
        millis: 0,
        micros: 0,
    };

    fn read(mut inside: Reader<'_>) -> Result<Self, ReadInfo> {
        let seconds = inside
            .optional(Tag::INTEGER)?
            .map(|element| element.unsigned())
            .transpose()?;
        let mut part = |number| -> Result<u16, ReadInfo> {
            let Some(element) = inside.optional(Tag::context_primitive(number))? else {
                return Ok(0);
            };
            match u16::try_from(element.unsigned()?) {
                Ok(part @ 1..=999) => Ok(part),
                _ => Err(ReadInfo::Accuracy),
            }
        };
        let (millis, micros) = (part(0)?, part(1)?);
        inside.end()?;
        let seconds = u32::try_from(seconds.unwrap_or(0)).map_err(|_| ReadInfo::Accuracy)?;
        Ok(Self {
            seconds,
            millis,
            micros,
        })
    }

    fn encode(self) -> Vec<u8> {
        let part = |number: u8, value: u16| match write::unsigned(u64::from(value)).get(2..) {
            Some(content) if value != 0 => write::context_primitive(number, content),
            _ => Vec::new(),
        };
        let seconds = if self.seconds == 0 {
            Vec::new()
        } else {
            write::unsigned(u64::from(self.seconds))
        };
        write::sequence([seconds, part(0, self.millis), part(1, self.micros)])
    }

    /// As a length of time.
    #[must_use]
    pub fn duration(self) -> time::Duration {
        time::Duration::seconds(i64::from(self.seconds))
            + time::Duration::milliseconds(i64::from(self.millis))
            + time::Duration::microseconds(i64::from(self.micros))
    }
}

impl TstInfo {
    /// Reads the DER of a TSTInfo.
    ///
    /// # Errors
    /// See [`ReadInfo`].
    pub fn parse(octets: &[u8]) -> Result<Self, ReadInfo> {
        let mut inside = Reader::single(octets, Tag::SEQUENCE)?.reader()?;
        let version = inside.expect(Tag::INTEGER)?.unsigned()?;
        if version != 1 {
            return Err(ReadInfo::Version(version));
        }
        let policy = inside.oid()?;
        let imprint = Imprint::read(&mut inside)?;
        let serial = inside.expect(Tag::INTEGER)?.integer()?.to_vec();
        if serial.len() > MAX_SERIAL {
            return Err(ReadInfo::Serial);
        }
        let moment = inside
            .expect(Tag::GENERALIZED_TIME)?
            .generalized_time(Fraction::Allowed)?;
        let accuracy = match inside.optional(Tag::SEQUENCE)? {
            Some(element) => Some(Accuracy::read(element.reader()?)?),
            None => None,
        };
        let ordering = inside
            .optional(Tag::BOOLEAN)?
            .map(|element| element.boolean())
            .transpose()?;
        let nonce = inside
            .optional(Tag::INTEGER)?
            .map(|element| element.integer())
            .transpose()?;
        let authority = inside
            .optional(Tag::context(0))?
            .map(|element| element.content().to_vec());
        let critical_extension = match inside.optional(Tag::context(1))? {
            Some(element) => critical_extension(element.reader()?)?,
            None => None,
        };
        inside.end()?;
        Ok(Self {
            policy,
            imprint,
            serial,
            moment,
            accuracy,
            ordering: ordering.unwrap_or(false),
            nonce: nonce.map(<[u8]>::to_vec),
            authority,
            critical_extension,
        })
    }

    /// `TSTInfo ::= SEQUENCE { version, policy, messageImprint, serialNumber, genTime, accuracy, ordering,
    /// nonce, tsa [0], extensions [1] }`; ours has no `tsa` and no extensions (EN 319 422 5.2).
    pub(super) fn encode(&self) -> Vec<u8> {
        write::sequence([
            write::unsigned(1),
            write::oid(&self.policy),
            self.imprint.encode(),
            write::integer(&self.serial),
            write::generalized_time(self.moment),
            self.accuracy.map(Accuracy::encode).unwrap_or_default(),
            self.nonce
                .as_deref()
                .map(write::integer)
                .unwrap_or_default(),
        ])
    }

    /// The policy under which the token was made.
    #[must_use]
    pub fn policy(&self) -> Oid {
        self.policy
    }

    /// What was stamped.
    #[must_use]
    pub fn imprint(&self) -> &Imprint {
        &self.imprint
    }

    /// The token's number, content octets of an INTEGER.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// The moment before which the stamped data existed.
    #[must_use]
    pub fn moment(&self) -> UtcDateTime {
        self.moment
    }

    /// How exact the moment is, where the token says so.
    #[must_use]
    pub fn accuracy(&self) -> Option<Accuracy> {
        self.accuracy
    }

    /// Whether tokens of this authority can be put in order by their moments alone.
    #[must_use]
    pub fn is_ordered(&self) -> bool {
        self.ordering
    }

    /// The nonce's content octets.
    #[must_use]
    pub fn nonce(&self) -> Option<&[u8]> {
        self.nonce.as_deref()
    }
}

/// The first critical extension; none is known here.
fn critical_extension(mut list: Reader<'_>) -> Result<Option<Oid>, ReadAsn1> {
    let mut found = None;
    while !list.is_empty() {
        let mut inside = list.sequence()?;
        let oid = inside.oid()?;
        let critical = inside
            .optional(Tag::BOOLEAN)?
            .map(|element| element.boolean())
            .transpose()?;
        inside.expect(Tag::OCTET_STRING)?;
        inside.end()?;
        if critical == Some(true) && found.is_none() {
            found = Some(oid);
        }
    }
    Ok(found)
}
