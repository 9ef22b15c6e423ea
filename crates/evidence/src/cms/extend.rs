//! What is added to a finished message; nothing that was signed is touched.
//!
//! Signed attributes, signatures, content, certificates and status keep their octets; what stands around them is written
//! as DER. A BER message becomes DER outside of those.

use crypto::DigestAlgorithm;

use crate::cms::attribute::Attribute;
use crate::cms::fault::Fault;
use crate::cms::prepare::{content_info, optional_set};
use crate::cms::read::SignedData;
use crate::cms::signer::SignerInfo;
use asn1::{Reader, Tag, write};
use pki::algorithm::{AlgorithmIdentifier, digest_identifier, digest_of};

/// What proves signatures and tokens: DER, whole, as it was had.
#[derive(Debug, Clone, Copy, Default)]
pub struct Material<'a> {
    /// Certificates: of signers, time-stamp units and responders, and their issuers.
    pub certificates: &'a [Vec<u8>],
    /// Revocation lists.
    pub crls: &'a [Vec<u8>],
    /// OCSP responses, each a whole `OCSPResponse`.
    pub ocsp_responses: &'a [Vec<u8>],
}

/// A finished message that grows.
#[derive(Debug, Clone)]
pub struct Extended {
    message: SignedData,
}

/// The message with one more unsigned attribute in its only SignerInfo.
///
/// # Errors
/// `NoSigner`, `SeveralSigners`.
pub fn with_unsigned_attribute(
    message: &SignedData,
    attribute: Attribute,
) -> Result<Vec<u8>, Fault> {
    if message.signers.len() > 1 {
        return Err(Fault::SeveralSigners(message.signers.len()));
    }
    let mut extended = Extended::of(message.clone());
    extended.add_attribute(0, attribute)?;
    Ok(extended.encode())
}

impl Extended {
    /// Begins with `message`.
    #[must_use]
    pub fn of(message: SignedData) -> Self {
        Self { message }
    }

    /// One more unsigned attribute of the signer in place `signer`.
    ///
    /// # Errors
    /// `NoSigner` where there is none.
    pub fn add_attribute(&mut self, signer: usize, attribute: Attribute) -> Result<(), Fault> {
        let signers = &mut self.message.signers;
        let info = signers.get_mut(signer).ok_or(Fault::NoSigner)?;
        info.unsigned.push(attribute);
        Ok(())
    }

    /// Certificates and status into the message itself, where the long term looks for them: certificates, lists, and
    /// OCSP responses as other revocation information (EN 319 122-1, 5.4 and 6.3 LT; RFC 5940 2.1). What is there is not
    /// put there twice.
    pub fn add_material(&mut self, material: &Material<'_>) {
        for (known, given) in [
            (&mut self.message.certificates, material.certificates),
            (&mut self.message.crls, material.crls),
            (&mut self.message.ocsp_responses, material.ocsp_responses),
        ] {
            for one in given {
                if !known.contains(one) {
                    known.push(one.clone());
                }
            }
        }
    }

    /// The signers of `other`, a message over the same content, beside the signers of this one: parallel signatures,
    /// none of which covers another (RFC 5652 5.1). Its certificates and status come too.
    ///
    /// # Errors
    /// `ContentType` where the other is about another kind of content; `MessageDigestDiffers` where both carry content
    /// and not the same, or digests by one algorithm differ.
    pub fn add_signers(&mut self, other: SignedData) -> Result<(), Fault> {
        let own = &mut self.message;
        if other.content_type != own.content_type {
            return Err(Fault::ContentType(Box::new(other.content_type)));
        }
        let differs = matches!((&own.content, &other.content), (Some(a), Some(b)) if a != b);
        if differs || own.signers.iter().any(|one| contradicts(one, &other)) {
            return Err(Fault::MessageDigestDiffers);
        }
        own.content = own.content.take().or(other.content);
        for (known, given) in [
            (&mut own.certificates, other.certificates),
            (&mut own.other_certificates, other.other_certificates),
            (&mut own.crls, other.crls),
            (&mut own.other_revocations, other.other_revocations),
            (&mut own.ocsp_responses, other.ocsp_responses),
        ] {
            let new: Vec<_> = given
                .into_iter()
                .filter(|one| !known.contains(one))
                .collect();
            known.extend(new);
        }
        let announced = &mut own.digest_algorithms;
        for algorithm in other.digest_algorithms {
            if !announced.iter().any(|known| known.oid() == algorithm.oid()) {
                announced.push(algorithm);
            }
        }
        own.signers.extend(other.signers);
        Ok(())
    }

    /// Puts a digest algorithm among those that the message announces (RFC 5652 5.1).
    pub(super) fn announce(&mut self, algorithm: DigestAlgorithm) {
        let announced = &mut self.message.digest_algorithms;
        if announced
            .iter()
            .any(|known| digest_of(&known.oid()) == Some(algorithm))
        {
            return;
        }
        let identifier = digest_identifier(algorithm);
        // What the writer writes is an identifier that the reader knows.
        let read = Reader::single(&identifier, Tag::SEQUENCE)
            .and_then(|element| AlgorithmIdentifier::read(&element));
        announced.extend(read.ok());
    }

    /// The message as it is now, DER.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode(&self.message)
    }
}

/// Whether two messages of one content give its digest by one algorithm differently.
fn contradicts(one: &SignerInfo, other: &SignedData) -> bool {
    other.signers.iter().any(|two| {
        one.digest_algorithm.oid() == two.digest_algorithm.oid()
            && one.claimed_digest().ok() != two.claimed_digest().ok()
    })
}

fn encode(message: &SignedData) -> Vec<u8> {
    let digest_algorithms = message
        .digest_algorithms
        .iter()
        .map(AlgorithmIdentifier::encode);
    let content = message
        .content
        .as_ref()
        .map(|octets| write::context(0, [write::octet_string(octets)]));
    let certificates = message
        .certificates
        .iter()
        .chain(&message.other_certificates);
    let responses = message
        .ocsp_responses
        .iter()
        .map(|response| revocation_info(response));
    let revocations = message
        .crls
        .iter()
        .chain(&message.other_revocations)
        .cloned()
        .chain(responses);
    let signed_data = write::sequence([
        // RFC 5652 5.1: what was added may ask for a higher version; a wrong one is not put right.
        write::unsigned(message.version.max(message.expected_version())),
        write::set_of(digest_algorithms),
        write::sequence([
            write::oid(&message.content_type),
            content.unwrap_or_default(),
        ]),
        optional_set(0, certificates),
        optional_set(1, revocations),
        write::set_of(message.signers.iter().map(encode_signer)),
    ]);
    content_info(&signed_data)
}

/// `[1] IMPLICIT OtherRevocationInfoFormat` with an OCSPResponse (RFC 5940 2.1).
pub(super) fn revocation_info(response: &[u8]) -> Vec<u8> {
    write::context(
        1,
        [&write::oid(&crate::cms::oids::OCSP_RESPONSE)[..], response],
    )
}

/// `SignerInfo`, signed fields and signature as they came.
fn encode_signer(signer: &SignerInfo) -> Vec<u8> {
    let unsigned = signer.unsigned.iter().map(Attribute::encode);
    write::sequence([signer.signed_fields(), optional_set(1, unsigned)])
}
