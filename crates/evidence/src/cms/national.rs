//! GB/T 35275 SignedData (GM/T 0010): PKCS #7 with content types of its own. Same shape as CMS, and read by the same
//! code; what differs is here.

use crypto::{Digest, PublicKey, Signature, SignatureAlgorithm};

use crate::cms::attribute::Attribute;
use crate::cms::fault::Fault;
use crate::cms::oids;
use crate::cms::prepare::{PrepareCms, optional_set};
use crate::cms::read::{MAX_ATTRIBUTES, ReadCms, SignedData};
use crate::cms::signer::{SignerIdentifier, SignerInfo};
use asn1::{Reader, Tag, write};
use pki::algorithm;
use pki::certificate::Certificate;

impl SignedData {
    /// Reads a ContentInfo holding SignedData under the content type of GB/T 35275, or of RFC 5652, which is as common.
    ///
    /// # Errors
    /// See [`ReadCms`].
    pub fn parse_national(octets: &[u8]) -> Result<Self, ReadCms> {
        Self::parse_under(octets, &[oids::NATIONAL_SIGNED_DATA, oids::SIGNED_DATA])
    }
}

impl SignerInfo {
    /// Checks the signature over `content` as GB/T 35275 has it: over the octets themselves, or, where attributes are
    /// there, over their SET OF form, whose message-digest is then that of the content.
    ///
    /// # Errors
    /// The faults of the attributes and of the algorithms; `SignedAttributesAbsent` where bare content reads as attributes;
    /// `SignatureDiffers` where it does not hold.
    pub fn check_content(&self, key: &PublicKey, content: &[u8]) -> Result<(), Fault> {
        if self.signed.is_some() {
            self.inspect_digest(&Digest::of(self.digest_algorithm()?, content))?;
            return self.check(key);
        }
        // A signature over attributes must not pass for one over content that has their octets.
        if reads_as_attributes(content) {
            return Err(Fault::SignedAttributesAbsent);
        }
        let algorithm = self
            .signature_algorithm
            .signature_over(self.digest_algorithm()?, key.algorithm())?;
        key.check(algorithm, content, &Signature::new(self.signature.clone()))
            .map_err(|_| Fault::SignatureDiffers)
    }

    /// The certificate that the SignerInfo names by issuer and serial number: all that GB/T 35275 has.
    #[must_use]
    pub fn named_certificate<'a>(
        &self,
        candidates: impl IntoIterator<Item = &'a Certificate>,
    ) -> Option<&'a Certificate> {
        candidates
            .into_iter()
            .find(|candidate| self.identifies(candidate))
    }

    /// What GB/T 35275 asks of a signer beside what all forms ask: issuer and serial number for a name.
    pub(super) fn inspect_identifier(&self) -> Option<Fault> {
        matches!(self.identifier, SignerIdentifier::SubjectKey(_)).then_some(Fault::IdentifierForm)
    }
}

fn reads_as_attributes(content: &[u8]) -> bool {
    let read = || {
        let set = Reader::single(content, Tag::SET)?;
        Attribute::read_all(set.reader()?, MAX_ATTRIBUTES)
    };
    matches!(read(), Ok(Some(attributes)) if !attributes.is_empty())
}

/// A message of GB/T 35275 over `content`, which it carries, without attributes: what is signed are the octets of the
/// content. In an OFD of `Type="Sign"` the content is the digest of Signature.xml (GM/T 0099).
#[derive(Debug, Clone)]
pub struct NationalDraft<'a> {
    content: &'a [u8],
    certificate: &'a Certificate,
    algorithm: SignatureAlgorithm,
}

impl<'a> NationalDraft<'a> {
    /// The message that `certificate`'s key is to sign by `algorithm`.
    ///
    /// # Errors
    /// `Key` where the algorithm is not one of the certificate's key.
    pub fn new(
        content: &'a [u8],
        certificate: &'a Certificate,
        algorithm: SignatureAlgorithm,
    ) -> Result<Self, PrepareCms> {
        let key = certificate.public_key().map_err(|_| PrepareCms::Key)?;
        if algorithm::key_of(algorithm) != key.algorithm() {
            return Err(PrepareCms::Key);
        }
        Ok(Self {
            content,
            certificate,
            algorithm,
        })
    }

    /// The octets to be signed.
    #[must_use]
    pub fn to_be_signed(&self) -> &'a [u8] {
        self.content
    }

    /// The finished message in DER, with the `certificates` to carry, the signer's among them.
    #[must_use]
    pub fn finish<C: AsRef<[u8]>>(self, signature: &Signature, certificates: &[C]) -> Vec<u8> {
        self.finish_with(signature, certificates, &[])
    }

    /// The same with `unsigned` attributes (unauthenticatedAttributes): what is known once the value is, such as its time-stamp.
    #[must_use]
    pub fn finish_with<C: AsRef<[u8]>>(
        self,
        signature: &Signature,
        certificates: &[C],
        unsigned: &[Attribute],
    ) -> Vec<u8> {
        let digest = algorithm::digest_identifier(self.algorithm.digest());
        let signer = write::sequence([
            write::unsigned(1),
            write::sequence([
                self.certificate.issuer().der().to_vec(),
                write::integer(self.certificate.serial().octets()),
            ]),
            digest.clone(),
            // GB/T 35275 6.3 and GM/T 0010: SM2-1, the signature alone; the digest stands before it.
            algorithm::bare_identifier(self.algorithm),
            write::octet_string(signature.bytes()),
            optional_set(1, unsigned.iter().map(Attribute::encode)),
        ]);
        let content = write::sequence([
            write::oid(&oids::NATIONAL_DATA),
            write::context(0, [write::octet_string(self.content)]),
        ]);
        let signed_data = write::sequence([
            write::unsigned(1),
            write::set_of([digest]),
            content,
            optional_set(0, certificates),
            write::set_of([signer]),
        ]);
        write::sequence([
            write::oid(&oids::NATIONAL_SIGNED_DATA),
            write::context(0, [signed_data]),
        ])
    }
}
