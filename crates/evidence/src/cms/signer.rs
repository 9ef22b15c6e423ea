//! SignerInfo (RFC 5652 5.3): who signed, which attributes, and whether the signature holds.

use crypto::{DigestAlgorithm, PublicKey, Signature};
use time::UtcDateTime;

use crate::cms::attribute::{self, Attribute, SigningCertificate};
use crate::cms::fault::Fault;
use crate::cms::oids;
use asn1::{Element, Oid, ReadAsn1, Tag, inspect_der, write};
use pki::algorithm::AlgorithmIdentifier;

/// Who signed, by one of two names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignerIdentifier {
    /// The certificate's issuer, a whole Name, and its serial number's content octets.
    IssuerAndSerial {
        /// The Name.
        issuer: Vec<u8>,
        /// The serial number, two's complement.
        serial: Vec<u8>,
    },
    /// The certificate's subject key identifier.
    SubjectKey(Vec<u8>),
}

/// The signed attributes, with the octets that the signature covers.
#[derive(Debug, Clone)]
pub struct SignedAttributes {
    pub(super) to_be_checked: Vec<u8>,
    pub(super) raw: Vec<u8>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) not_der: Option<ReadAsn1>,
}

/// One signer of a message.
#[derive(Debug, Clone)]
pub struct SignerInfo {
    pub(super) version: u64,
    pub(super) identifier: SignerIdentifier,
    pub(super) digest_algorithm: AlgorithmIdentifier,
    pub(super) signed: Option<SignedAttributes>,
    pub(super) signature_algorithm: AlgorithmIdentifier,
    pub(super) signature: Vec<u8>,
    pub(super) unsigned: Vec<Attribute>,
}

/// Why an element is no SignerInfo.
#[derive(Debug)]
pub(super) enum ReadSigner {
    Asn1(ReadAsn1),
    TooManyAttributes,
}

impl From<ReadAsn1> for ReadSigner {
    fn from(error: ReadAsn1) -> Self {
        Self::Asn1(error)
    }
}

impl SignerInfo {
    /// `SignerInfo ::= SEQUENCE { version, sid, digestAlgorithm, signedAttrs [0] IMPLICIT OPTIONAL,
    /// signatureAlgorithm, signature, unsignedAttrs [1] IMPLICIT OPTIONAL }`.
    pub(super) fn read(element: &Element<'_>, most: usize) -> Result<Self, ReadSigner> {
        let mut inside = element.reader()?;
        let version = inside.expect(Tag::INTEGER)?.unsigned()?;
        let identifier = read_identifier(&inside.element()?)?;
        let digest_algorithm = AlgorithmIdentifier::read(&inside.expect(Tag::SEQUENCE)?)?;
        let signed = match inside.optional(Tag::context(0))? {
            Some(element) => Some(SignedAttributes::read(&element, most)?),
            None => None,
        };
        let signature_algorithm = AlgorithmIdentifier::read(&inside.expect(Tag::SEQUENCE)?)?;
        let signature = inside.octet_string()?.into_owned();
        let unsigned = match inside.optional(Tag::context(1))? {
            Some(element) => Attribute::read_all(element.reader()?, most)?
                .ok_or(ReadSigner::TooManyAttributes)?,
            None => Vec::new(),
        };
        inside.end()?;
        Ok(Self {
            version,
            identifier,
            digest_algorithm,
            signed,
            signature_algorithm,
            signature,
            unsigned,
        })
    }

    /// The fields from version to signature, each whole, one behind the other: all that is no unsigned attribute.
    pub(super) fn signed_fields(&self) -> Vec<u8> {
        let signed = self.signed.as_ref();
        [
            write::unsigned(self.version),
            self.identifier.encode(),
            self.digest_algorithm.encode(),
            signed.map(|signed| signed.raw.clone()).unwrap_or_default(),
            self.signature_algorithm.encode(),
            write::octet_string(&self.signature),
        ]
        .concat()
    }

    /// The version given: 1 for issuer and serial, 3 for a key identifier.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Who signed, as the message names it; which certificate that is, ESS decides.
    #[must_use]
    pub fn identifier(&self) -> &SignerIdentifier {
        &self.identifier
    }

    /// The digest algorithm as received.
    #[must_use]
    pub fn digest_identifier(&self) -> &AlgorithmIdentifier {
        &self.digest_algorithm
    }

    /// The algorithm of the digest over the content.
    ///
    /// # Errors
    /// `DigestUnknown`; `DigestWeak` for SHA-1, which binds nothing any more.
    pub fn digest_algorithm(&self) -> Result<DigestAlgorithm, Fault> {
        match self.digest_algorithm.digest() {
            None => Err(Fault::DigestUnknown(Box::new(self.digest_algorithm.oid()))),
            Some(DigestAlgorithm::Sha1) => {
                Err(Fault::DigestWeak(Box::new(self.digest_algorithm.oid())))
            }
            Some(algorithm) => Ok(algorithm),
        }
    }

    /// The signature algorithm as received.
    #[must_use]
    pub fn signature_identifier(&self) -> &AlgorithmIdentifier {
        &self.signature_algorithm
    }

    /// The octets of the signature: what a signature time-stamp is over.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The signed attributes, where there are any.
    #[must_use]
    pub fn signed_attributes(&self) -> Option<&SignedAttributes> {
        self.signed.as_ref()
    }

    /// The unsigned attributes.
    #[must_use]
    pub fn unsigned_attributes(&self) -> &[Attribute] {
        &self.unsigned
    }

    /// The values of all unsigned attributes of type `kind`.
    pub fn unsigned(&self, kind: Oid) -> impl Iterator<Item = &[u8]> {
        self.unsigned
            .iter()
            .filter(move |attribute| attribute.kind() == kind)
            .flat_map(|attribute| attribute.values().iter().map(Vec::as_slice))
    }

    /// The signature time-stamps, each a whole token.
    pub fn time_stamps(&self) -> impl Iterator<Item = &[u8]> {
        self.unsigned(oids::SIGNATURE_TIME_STAMP)
    }

    /// The countersignatures, each a SignerInfo over [`Self::signature`] (RFC 5652 11.4).
    pub fn countersignatures(&self) -> impl Iterator<Item = &[u8]> {
        self.unsigned(oids::COUNTERSIGNATURE)
    }

    /// The archive time-stamps, each as [`crate::cms::ArchiveStamp::parse`] takes it.
    pub fn archive_time_stamps(&self) -> impl Iterator<Item = &[u8]> {
        self.unsigned(oids::ARCHIVE_TIME_STAMP_V3)
    }

    /// The content time-stamps, each a whole token over the content: the signature is not older (EN 319 122-1, 5.2.8).
    pub fn content_time_stamps(&self) -> impl Iterator<Item = &[u8]> {
        let signed = self.signed.iter();
        signed
            .flat_map(|signed| signed.all(oids::CONTENT_TIME_STAMP))
            .flat_map(|attribute| attribute.values().iter().map(Vec::as_slice))
    }

    /// The claimed signing time, where the attribute is present and readable.
    #[must_use]
    pub fn signing_time(&self) -> Option<UtcDateTime> {
        attribute::signing_time(self.signed.as_ref()?.value(oids::SIGNING_TIME)?).ok()
    }

    /// The roles in which the signer says to sign (EN 319 122-1, 5.2.6.1); none where the attribute cannot be read.
    #[must_use]
    pub fn claimed_roles(&self) -> Vec<String> {
        let signed = self.signed.as_ref();
        let value = signed.and_then(|signed| signed.value(oids::SIGNER_ATTRIBUTES_V2));
        value
            .and_then(|value| attribute::claimed_roles(value).ok())
            .unwrap_or_default()
    }

    /// What signing-certificate-v2 says, or signing-certificate where only that is there.
    ///
    /// # Errors
    /// `SigningCertificateAbsent`, `SigningCertificateRepeated`, `SigningCertificateMalformed`.
    pub fn signing_certificate(&self) -> Result<SigningCertificate, Fault> {
        let signed = self.signed.as_ref().ok_or(Fault::SignedAttributesAbsent)?;
        for (kind, parse) in [
            (
                oids::SIGNING_CERTIFICATE_V2,
                SigningCertificate::parse_v2 as fn(&[u8]) -> _,
            ),
            (oids::SIGNING_CERTIFICATE, SigningCertificate::parse_v1),
        ] {
            let mut all = signed.all(kind);
            match (all.next(), all.next()) {
                (None, _) => {}
                (Some(_), Some(_)) => return Err(Fault::SigningCertificateRepeated),
                (Some(attribute), None) => {
                    let value = attribute
                        .value()
                        .ok_or(Fault::SigningCertificateMalformed)?;
                    let read = parse(value).map_err(|_| Fault::SigningCertificateMalformed)?;
                    if read.certificates.is_empty() {
                        return Err(Fault::SigningCertificateMalformed);
                    }
                    return Ok(read);
                }
            }
        }
        Err(Fault::SigningCertificateAbsent)
    }

    /// Checks the signature over the signed attributes as they were received, re-tagged as SET OF.
    ///
    /// That the attributes speak of this content is [`Self::inspect_digest`]'s to say.
    ///
    /// # Errors
    /// `SignedAttributesAbsent`, `SignedAttributesNotDer`, the faults of the algorithms, and
    /// `SignatureDiffers` where it does not hold.
    pub fn check(&self, key: &PublicKey) -> Result<(), Fault> {
        self.check_made(key, &[])
    }

    /// The same for a message that may be our own: of a signature that is among `made`, octet for octet, what was
    /// computed when it was made is not computed again (see [`Signature`]).
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn check_made(&self, key: &PublicKey, made: &[Signature]) -> Result<(), Fault> {
        // T-V7: signed attributes are present and DER. A signature over bare content could be taken
        // for one over attributes.
        let signed = self.signed.as_ref().ok_or(Fault::SignedAttributesAbsent)?;
        if let Some(error) = signed.not_der {
            return Err(Fault::SignedAttributesNotDer(error));
        }
        let algorithm = self
            .signature_algorithm
            .signature_over(self.digest_algorithm()?, key.algorithm())?;
        // RFC 5652 5.4: the digest covers the SET OF form, not the [0] form.
        let mut known = made.iter();
        let signature = match known.find(|made| made.bytes() == self.signature) {
            Some(made) => made.clone(),
            None => Signature::new(self.signature.clone()),
        };
        key.check(algorithm, &signed.to_be_checked, &signature)
            .map_err(|_| Fault::SignatureDiffers)
    }
}

impl SignerIdentifier {
    pub(super) fn encode(&self) -> Vec<u8> {
        match self {
            Self::IssuerAndSerial { issuer, serial } => {
                write::sequence([issuer, &write::integer(serial)])
            }
            Self::SubjectKey(key) => write::context_primitive(0, key),
        }
    }
}

impl SignedAttributes {
    fn read(element: &Element<'_>, most: usize) -> Result<Self, ReadSigner> {
        let attributes =
            Attribute::read_all(element.reader()?, most)?.ok_or(ReadSigner::TooManyAttributes)?;
        // RFC 5652 5.4: "a DER encoding": what arrives otherwise is never put in order by us.
        let to_be_checked = retagged(element);
        let not_der = if element.is_indefinite() {
            Some(ReadAsn1::IndefiniteLength { at: element.at() })
        } else {
            inspect_der(&to_be_checked).err()
        };
        Ok(Self {
            to_be_checked,
            raw: element.raw().to_vec(),
            attributes,
            not_der,
        })
    }

    /// All of them, as received.
    #[must_use]
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// Why they are not DER, if they are not.
    #[must_use]
    pub fn not_der(&self) -> Option<ReadAsn1> {
        self.not_der
    }

    /// The octets that the signature covers.
    #[must_use]
    pub fn to_be_checked(&self) -> &[u8] {
        &self.to_be_checked
    }

    /// The attributes of type `kind`.
    pub fn all(&self, kind: Oid) -> impl Iterator<Item = &Attribute> {
        self.attributes
            .iter()
            .filter(move |attribute| attribute.kind() == kind)
    }

    /// The value of the one attribute of type `kind`, where it has exactly one value.
    #[must_use]
    pub fn value(&self, kind: Oid) -> Option<&[u8]> {
        let mut all = self.all(kind);
        let first = all.next()?;
        if all.next().is_some() {
            None
        } else {
            first.value()
        }
    }
}

/// The same octets with the tag of SET OF in the first place (RFC 5652 5.4).
fn retagged(element: &Element<'_>) -> Vec<u8> {
    let mut octets = element.raw().to_vec();
    if let Some(first) = octets.first_mut() {
        *first = Tag::SET.0;
    }
    octets
}

fn read_identifier(element: &Element<'_>) -> Result<SignerIdentifier, ReadAsn1> {
    if element.tag() == Tag::context_primitive(0) {
        return Ok(SignerIdentifier::SubjectKey(element.content().to_vec()));
    }
    if element.tag() != Tag::SEQUENCE {
        return Err(ReadAsn1::Unexpected {
            at: element.at(),
            expected: Tag::SEQUENCE,
            found: element.tag(),
        });
    }
    let mut inside = element.reader()?;
    let issuer = inside.expect(Tag::SEQUENCE)?.raw().to_vec();
    let serial = inside.expect(Tag::INTEGER)?.integer()?.to_vec();
    inside.end()?;
    Ok(SignerIdentifier::IssuerAndSerial { issuer, serial })
}
