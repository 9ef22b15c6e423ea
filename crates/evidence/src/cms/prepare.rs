//! Making a SignedData: `prepare` gives the octets to be signed, `finish` takes the signature.

use crypto::{Digest, KeyAlgorithm, Signature, SignatureAlgorithm};
use thiserror::Error;
use time::UtcDateTime;

use crate::cms::attribute::{Attribute, SigningCertificate};
use crate::cms::oids;
use asn1::{Oid, Tag, write};
use pki::algorithm;
use pki::algorithm::digest_identifier;
use pki::certificate::Certificate;

/// What is to be signed, by which certificate's key.
#[derive(Debug, Clone)]
pub struct Draft<'a> {
    content: Content<'a>,
    certificate: &'a Certificate,
    algorithm: SignatureAlgorithm,
    time: Time,
    commitment: Option<Commitment>,
    role: Option<&'a str>,
    policy: Option<Vec<u8>>,
    stamp: Option<&'a [u8]>,
}

#[derive(Debug, Clone)]
enum Content<'a> {
    /// The signature of another, which has no type.
    Signature(&'a [u8]),
    Outside(&'a Digest),
    Inside {
        kind: Oid,
        octets: &'a [u8],
    },
}

/// Where the claimed signing time stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// Outside the message: in /M of a PDF signature, in the content of a time-stamp token.
    Elsewhere,
    /// In the attribute signing-time.
    Signed(UtcDateTime),
}

/// What the signer commits to (EN 319 122-1 5.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commitment {
    /// The signer created, approved and sent the content.
    Origin,
    /// The signer approved the content.
    Approval,
    /// The signer created the content.
    Creation,
}

/// Why nothing can be prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PrepareCms {
    /// The signature algorithm is not one of the certificate's key.
    #[error("the signature algorithm does not fit the certificate's key")]
    Key,
    /// The content was digested with another algorithm than the signature's.
    #[error("the digest of the content is not of the signature algorithm")]
    Digest,
}

/// A message that lacks its signature. Used once.
#[derive(Debug)]
pub struct Prepared {
    version: u64,
    digest_algorithm: Vec<u8>,
    content: Vec<u8>,
    identifier: Vec<u8>,
    signed: Vec<u8>,
    signature_algorithm: Vec<u8>,
}

impl<'a> Draft<'a> {
    /// The CMS of a PDF signature over `digest`: no signing-time, the claimed time stands in /M
    /// (EN 319 142-1 6.3).
    #[must_use]
    pub fn pades(
        digest: &'a Digest,
        certificate: &'a Certificate,
        algorithm: SignatureAlgorithm,
    ) -> Self {
        Self::over(
            Content::Outside(digest),
            certificate,
            algorithm,
            Time::Elsewhere,
        )
    }

    /// A detached CAdES baseline signature over content with this `digest`, with the mandatory
    /// signing-time (EN 319 122-1 6.3).
    #[must_use]
    pub fn cades(
        digest: &'a Digest,
        certificate: &'a Certificate,
        algorithm: SignatureAlgorithm,
        signing_time: UtcDateTime,
    ) -> Self {
        let time = Time::Signed(signing_time);
        Self::over(Content::Outside(digest), certificate, algorithm, time)
    }

    /// A signature over `octets` that are carried inside, of content type `kind`.
    #[must_use]
    pub fn attached(
        kind: Oid,
        octets: &'a [u8],
        certificate: &'a Certificate,
        algorithm: SignatureAlgorithm,
        time: Time,
    ) -> Self {
        Self::over(
            Content::Inside { kind, octets },
            certificate,
            algorithm,
            time,
        )
    }

    /// A countersignature over `signature`, the octets of another signer's; finished by
    /// [`Prepared::finish_countersignature`] (RFC 5652 11.4).
    #[must_use]
    pub fn countersignature(
        signature: &'a [u8],
        certificate: &'a Certificate,
        algorithm: SignatureAlgorithm,
        signing_time: UtcDateTime,
    ) -> Self {
        let time = Time::Signed(signing_time);
        Self::over(Content::Signature(signature), certificate, algorithm, time)
    }

    fn over(
        content: Content<'a>,
        certificate: &'a Certificate,
        algorithm: SignatureAlgorithm,
        time: Time,
    ) -> Self {
        Self {
            content,
            certificate,
            algorithm,
            time,
            commitment: None,
            role: None,
            policy: None,
            stamp: None,
        }
    }

    /// With the attribute content-time-stamp: `token` is over the content (detached or inside), and so proves that the
    /// signature is not older (EN 319 122-1, 5.2.8).
    #[must_use]
    pub fn stamped_before(mut self, token: &'a [u8]) -> Self {
        self.stamp = Some(token);
        self
    }

    /// With the attribute commitment-type-indication; then a PDF signature has no /Reason.
    #[must_use]
    pub fn committing_to(mut self, commitment: Commitment) -> Self {
        self.commitment = Some(commitment);
        self
    }

    /// With the attribute signer-attributes-v2: the role in which the signer says to sign (EN 319 122-1, 5.2.6.1).
    #[must_use]
    pub fn in_role(mut self, role: &'a str) -> Self {
        self.role = Some(role);
        self
    }

    /// With the attribute signature-policy-identifier: the policy of this name, whose document has this digest
    /// (EN 319 122-1, 5.2.9.1).
    #[must_use]
    pub fn under_policy(mut self, identifier: Oid, document: &Digest) -> Self {
        let hash = [
            digest_identifier(document.algorithm()),
            write::octet_string(document.bytes()),
        ];
        let parts = [write::oid(&identifier), write::sequence(hash)];
        self.policy = Some(write::sequence(parts));
        self
    }

    /// Computes what will be signed.
    ///
    /// # Errors
    /// `Key` and `Digest` where the parts do not go together.
    pub fn prepare(&self) -> Result<Prepared, PrepareCms> {
        let key = self.certificate.public_key().map_err(|_| PrepareCms::Key)?;
        if algorithm::key_of(self.algorithm) != key.algorithm() {
            return Err(PrepareCms::Key);
        }
        let digest_algorithm = self.algorithm.digest();
        let (kind, digest, encapsulated) = match &self.content {
            Content::Outside(digest) if digest.algorithm() != digest_algorithm => {
                return Err(PrepareCms::Digest);
            }
            Content::Outside(digest) => (oids::DATA, (*digest).clone(), Vec::new()),
            Content::Signature(octets) => {
                (oids::DATA, Digest::of(digest_algorithm, octets), Vec::new())
            }
            Content::Inside { kind, octets } => {
                let inside = write::context(0, [write::octet_string(octets)]);
                (*kind, Digest::of(digest_algorithm, octets), inside)
            }
        };
        let digest_algorithm = digest_identifier(digest_algorithm);
        let signature_algorithm = algorithm::identifier(self.algorithm);
        let mut attributes = vec![
            Attribute::new(oids::MESSAGE_DIGEST, write::octet_string(digest.bytes())),
            Attribute::new(oids::SIGNING_CERTIFICATE_V2, self.signing_certificate()),
            Attribute::new(
                oids::ALGORITHM_PROTECTION,
                protection(&digest_algorithm, &signature_algorithm),
            ),
        ];
        // RFC 5652 11.4: what is countersigned has no type.
        if !matches!(self.content, Content::Signature(_)) {
            attributes.push(Attribute::new(oids::CONTENT_TYPE, write::oid(&kind)));
        }
        if let Some(token) = self.stamp {
            attributes.push(Attribute::new(oids::CONTENT_TIME_STAMP, token.to_vec()));
        }
        if let Time::Signed(moment) = self.time {
            attributes.push(Attribute::new(oids::SIGNING_TIME, write::time(moment)));
        }
        if let Some(policy) = &self.policy {
            attributes.push(Attribute::new(oids::SIGNATURE_POLICY, policy.clone()));
        }
        if let Some(commitment) = self.commitment {
            let value = write::sequence([write::oid(&commitment.oid())]);
            attributes.push(Attribute::new(oids::COMMITMENT_TYPE, value));
        }
        attributes.extend(self.role.map(Attribute::claimed_role));
        let issuer = self.certificate.issuer().der().to_vec();
        Ok(Prepared {
            // RFC 5652 5.1: version 3 for any content but data.
            version: if kind == oids::DATA { 1 } else { 3 },
            digest_algorithm,
            content: write::sequence([write::oid(&kind), encapsulated]),
            identifier: write::sequence([
                issuer,
                write::integer(self.certificate.serial().octets()),
            ]),
            signed: write::sorted(attributes.iter().map(Attribute::encode)),
            signature_algorithm,
        })
    }

    /// Octets that the message can take at most: what to reserve in a /Contents. The digest need not be the
    /// right one yet, its length is.
    ///
    /// `certificates` are those that [`Prepared::finish`] will get, `unsigned` the octets of the value of
    /// each unsigned attribute to come (a time-stamp token, a receipt).
    ///
    /// # Errors
    /// As [`Draft::prepare`].
    pub fn reserve<C: AsRef<[u8]>>(
        &self,
        certificates: &[C],
        unsigned: &[usize],
    ) -> Result<usize, PrepareCms> {
        let signature = vec![0; self.longest_signature()?];
        let unsigned: Vec<Attribute> = unsigned
            .iter()
            .map(|octets| Attribute::new(oids::RECEIPT, write::octet_string(&vec![0; *octets])))
            .collect();
        Ok(self
            .prepare()?
            .assemble(&signature, (certificates, &[]), &unsigned)
            .len())
    }

    /// Octets of the longest signature that the certificate's key makes.
    fn longest_signature(&self) -> Result<usize, PrepareCms> {
        let key = self.certificate.public_key().map_err(|_| PrepareCms::Key)?;
        Ok(match key.algorithm() {
            // SEQUENCE of two INTEGERs with a leading zero each.
            KeyAlgorithm::EcP256 | KeyAlgorithm::Sm2 => 72,
            KeyAlgorithm::EcP384 => 104,
            KeyAlgorithm::Ed25519 => 64,
            // The public key holds the modulus, which is as long as the signature, and a little more.
            _ => key.bits().len(),
        })
    }

    fn signing_certificate(&self) -> Vec<u8> {
        let certificate = self.certificate;
        SigningCertificate::encode_v2(
            certificate.der(),
            certificate.issuer().der(),
            certificate.serial().octets(),
        )
    }
}

/// `CMSAlgorithmProtection ::= SEQUENCE { digestAlgorithm, signatureAlgorithm [1] IMPLICIT }` (RFC 6211 2).
fn protection(digest: &[u8], signature: &[u8]) -> Vec<u8> {
    let mut implicit = signature.to_vec();
    if let Some(first) = implicit.first_mut() {
        *first = Tag::context(1).0;
    }
    write::sequence([digest, &implicit])
}

impl Commitment {
    fn oid(self) -> Oid {
        match self {
            Self::Origin => oids::PROOF_OF_ORIGIN,
            Self::Approval => oids::PROOF_OF_APPROVAL,
            Self::Creation => oids::PROOF_OF_CREATION,
        }
    }
}

impl Prepared {
    /// The octets to be signed: the attributes as SET OF, sorted (RFC 5652 5.4).
    #[must_use]
    pub fn to_be_signed(&self) -> Vec<u8> {
        write::element(Tag::SET, &self.signed)
    }

    /// The finished message: `signature` over [`Self::to_be_signed`], the `certificates` to carry (the
    /// signer's and its chain without the root), and attributes that are not signed.
    #[must_use]
    pub fn finish<C: AsRef<[u8]>>(
        self,
        signature: &Signature,
        certificates: &[C],
        unsigned: &[Attribute],
    ) -> Vec<u8> {
        self.finish_keeping(signature, certificates, &[], unsigned)
    }

    /// The same with revocation lists, DER, beside the certificates (RFC 5652 5.1: neither is signed).
    #[must_use]
    pub fn finish_keeping<C: AsRef<[u8]>>(
        self,
        signature: &Signature,
        certificates: &[C],
        lists: &[C],
        unsigned: &[Attribute],
    ) -> Vec<u8> {
        self.assemble(signature.bytes(), (certificates, lists), unsigned)
    }

    /// The finished countersignature, an attribute of the signer whose signature it is over; with `unsigned`, among which may be
    /// countersignatures over it in turn (RFC 5652 11.4).
    #[must_use]
    pub fn finish_countersignature(
        self,
        signature: &Signature,
        unsigned: &[Attribute],
    ) -> Attribute {
        Attribute::countersignature(self.signer(signature.bytes(), unsigned))
    }

    /// `SignerInfo` (RFC 5652 5.3).
    fn signer(&self, signature: &[u8], unsigned: &[Attribute]) -> Vec<u8> {
        let unsigned = unsigned.iter().map(Attribute::encode);
        write::sequence([
            write::unsigned(1),
            self.identifier.clone(),
            self.digest_algorithm.clone(),
            write::element(Tag::context(0), &self.signed),
            self.signature_algorithm.clone(),
            write::octet_string(signature),
            optional_set(1, unsigned),
        ])
    }

    fn assemble<C: AsRef<[u8]>>(
        self,
        signature: &[u8],
        (certificates, lists): (&[C], &[C]),
        unsigned: &[Attribute],
    ) -> Vec<u8> {
        let signer = self.signer(signature, unsigned);
        let signed_data = write::sequence([
            write::unsigned(self.version),
            write::set_of([self.digest_algorithm]),
            self.content,
            optional_set(0, certificates),
            optional_set(1, lists),
            write::set_of([signer]),
        ]);
        content_info(&signed_data)
    }
}

/// `[number] IMPLICIT SET OF`, nothing where it would be empty.
pub(super) fn optional_set<P: AsRef<[u8]>>(
    number: u8,
    parts: impl IntoIterator<Item = P>,
) -> Vec<u8> {
    let content = write::sorted(parts);
    if content.is_empty() {
        Vec::new()
    } else {
        write::element(Tag::context(number), &content)
    }
}

pub(super) fn content_info(signed_data: &[u8]) -> Vec<u8> {
    let explicit = write::context(0, [signed_data]);
    write::sequence([write::oid(&oids::SIGNED_DATA), explicit])
}
