//! AlgorithmIdentifier: kept as received, what it means beside a key and a digest, and how ours are written.

use crypto::{DigestAlgorithm, KeyAlgorithm, SignatureAlgorithm};
use thiserror::Error;

use asn1::{Element, Oid, ReadAsn1, Reader, Tag, write};

const SHA1: Oid = Oid::of(&[1, 3, 14, 3, 2, 26]);
const SHA256: Oid = Oid::of(&[2, 16, 840, 1, 101, 3, 4, 2, 1]);
const SHA384: Oid = Oid::of(&[2, 16, 840, 1, 101, 3, 4, 2, 2]);
const SHA512: Oid = Oid::of(&[2, 16, 840, 1, 101, 3, 4, 2, 3]);
const ECDSA_SHA256: Oid = Oid::of(&[1, 2, 840, 10_045, 4, 3, 2]);
const ECDSA_SHA384: Oid = Oid::of(&[1, 2, 840, 10_045, 4, 3, 3]);
const ECDSA_SHA512: Oid = Oid::of(&[1, 2, 840, 10_045, 4, 3, 4]);
const RSA: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 1, 1]);
const MGF1: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 1, 8]);
const RSA_PSS: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 1, 10]);
const RSA_SHA256: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 1, 11]);
const RSA_SHA384: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 1, 12]);
const RSA_SHA512: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 1, 13]);
/// GB/T 32905 and GB/T 32918 by GM/T 0006.
const SM3: Oid = Oid::of(&[1, 2, 156, 10_197, 1, 401]);
/// SM2-1: the signature alone, where a digest algorithm stands beside it.
const SM2: Oid = Oid::of(&[1, 2, 156, 10_197, 1, 301, 1]);
const SM2_SM3: Oid = Oid::of(&[1, 2, 156, 10_197, 1, 501]);
const ED25519: Oid = Oid::of(&[1, 3, 101, 112]);

/// An algorithm by its identifier, with its parameters as they were received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlgorithmIdentifier {
    oid: Oid,
    raw: Vec<u8>,
    parameters: Parameters,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Parameters {
    Absent,
    Null,
    Other(Vec<u8>),
}

/// Why an algorithm identifier names no signature algorithm that can be checked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ResolveAlgorithm {
    /// Not an algorithm of ours.
    #[error("unknown signature algorithm {0}")]
    Unknown(Box<Oid>),
    /// Parameters that the algorithm does not have, or PSS parameters other than one digest
    /// throughout and a salt of its length (RFC 4055 3.1, RFC 8692 3).
    #[error("parameters of signature algorithm {0} are not acceptable")]
    Parameters(Box<Oid>),
    /// The signature algorithm is fixed to another digest than the one named beside it.
    #[error("signature algorithm {0} disagrees with the digest algorithm")]
    Digest(Box<Oid>),
    /// The key is of another kind than the algorithm.
    #[error("signature algorithm {0} does not fit the key")]
    Key(Box<Oid>),
}

impl AlgorithmIdentifier {
    /// Reads the SEQUENCE `element`.
    ///
    /// # Errors
    /// Every fault of the encoding.
    pub fn read(element: &Element<'_>) -> Result<Self, ReadAsn1> {
        let mut inside = element.reader()?;
        let oid = inside.oid()?;
        let parameters = match inside.peek() {
            None => Parameters::Absent,
            Some(Tag::NULL) => inside.element()?.null().map(|()| Parameters::Null)?,
            Some(_) => Parameters::Other(inside.element()?.raw().to_vec()),
        };
        inside.end()?;
        Ok(Self {
            oid,
            raw: element.raw().to_vec(),
            parameters,
        })
    }

    /// The identifier of the algorithm.
    #[must_use]
    pub fn oid(&self) -> Oid {
        self.oid
    }

    /// The whole SEQUENCE as received.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The SEQUENCE in DER around the parameters as received.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let parameters = match &self.parameters {
            Parameters::Absent => Vec::new(),
            Parameters::Null => write::null(),
            Parameters::Other(raw) => raw.clone(),
        };
        write::sequence([write::oid(&self.oid), parameters])
    }

    /// Whether both name the same algorithm with the same parameters; NULL counts as absent.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let given = |parameters: &Parameters| match parameters {
            Parameters::Other(raw) => Some(raw.clone()),
            Parameters::Absent | Parameters::Null => None,
        };
        self.oid == other.oid && given(&self.parameters) == given(&other.parameters)
    }

    /// The digest algorithm it names, if it names one that we know; parameters absent or NULL
    /// (RFC 5754 2).
    #[must_use]
    pub fn digest(&self) -> Option<DigestAlgorithm> {
        if matches!(self.parameters, Parameters::Other(_)) {
            return None;
        }
        digest_of(&self.oid)
    }

    /// The signature algorithm it names for a key of kind `key`, where nothing stands beside it: in
    /// certificates, lists and OCSP responses.
    ///
    /// # Errors
    /// See [`ResolveAlgorithm`]; `Unknown` too for rsaEncryption and SM2-1, which name no digest.
    pub fn signature(&self, key: KeyAlgorithm) -> Result<SignatureAlgorithm, ResolveAlgorithm> {
        match self.fixed_digest()? {
            Some(digest) => self.signature_over(digest, key),
            None => Err(ResolveAlgorithm::Unknown(Box::new(self.oid))),
        }
    }

    /// The signature algorithm it names for a key of kind `key`, beside the digest algorithm `digest`: in CMS.
    ///
    /// # Errors
    /// See [`ResolveAlgorithm`].
    pub fn signature_over(
        &self,
        digest: DigestAlgorithm,
        key: KeyAlgorithm,
    ) -> Result<SignatureAlgorithm, ResolveAlgorithm> {
        use DigestAlgorithm::{Sha256, Sha384, Sha512};
        use KeyAlgorithm::{EcP256, EcP384, EcP521, Ed25519, Sm2};
        use SignatureAlgorithm as A;
        let oid = self.oid;
        self.inspect_beside(digest)?;
        let named = match (oid, digest) {
            (ECDSA_SHA256 | ECDSA_SHA384 | ECDSA_SHA512, _) => match (key, digest) {
                (EcP256, Sha256) => Some(A::EcdsaP256Sha256),
                (EcP256, Sha384) => Some(A::EcdsaP256Sha384),
                (EcP256, Sha512) => Some(A::EcdsaP256Sha512),
                (EcP384, Sha256) => Some(A::EcdsaP384Sha256),
                (EcP384, Sha384) => Some(A::EcdsaP384Sha384),
                (EcP384, Sha512) => Some(A::EcdsaP384Sha512),
                (EcP521, Sha512) => Some(A::EcdsaP521Sha512),
                // Others on the longest curve are nobody's here.
                (EcP256 | EcP384 | EcP521, _) => {
                    return Err(ResolveAlgorithm::Unknown(Box::new(oid)));
                }
                _ => None,
            },
            (ED25519, _) => (key == Ed25519).then_some(A::Ed25519),
            (SM2_SM3, _) | (SM2, DigestAlgorithm::Sm3) => (key == Sm2).then_some(A::Sm2Sm3),
            (RSA_PSS, Sha256) => Some(A::RsaPssSha256),
            (RSA_PSS, Sha384) => Some(A::RsaPssSha384),
            (RSA_PSS, Sha512) => Some(A::RsaPssSha512),
            (SM2, _) => return Err(ResolveAlgorithm::Digest(Box::new(oid))),
            (_, Sha256) => Some(A::RsaPkcs1Sha256),
            (_, Sha384) => Some(A::RsaPkcs1Sha384),
            (_, Sha512) => Some(A::RsaPkcs1Sha512),
            _ => return Err(ResolveAlgorithm::Digest(Box::new(oid))),
        };
        named
            .filter(|algorithm| key_of(*algorithm) == key)
            .ok_or_else(|| ResolveAlgorithm::Key(Box::new(oid)))
    }

    /// Whether the identifier goes with `digest`, whatever the key: known, with acceptable parameters, and
    /// not fixed to another digest.
    ///
    /// # Errors
    /// `Unknown`, `Parameters`, `Digest`.
    pub fn inspect_beside(&self, digest: DigestAlgorithm) -> Result<(), ResolveAlgorithm> {
        match self.fixed_digest()? {
            Some(fixed) if fixed != digest => Err(ResolveAlgorithm::Digest(Box::new(self.oid))),
            _ => Ok(()),
        }
    }

    /// The digest that the identifier fixes; `None` for rsaEncryption and SM2-1, which leave it open.
    fn fixed_digest(&self) -> Result<Option<DigestAlgorithm>, ResolveAlgorithm> {
        let oid = self.oid;
        let (digest, fits) = match oid {
            // RFC 5758 3.2, RFC 8410 3: no parameters.
            ECDSA_SHA256 => (
                Some(DigestAlgorithm::Sha256),
                self.parameters == Parameters::Absent,
            ),
            ECDSA_SHA384 => (
                Some(DigestAlgorithm::Sha384),
                self.parameters == Parameters::Absent,
            ),
            // RFC 8419 3: Ed25519 goes with SHA-512 where attributes are signed.
            ECDSA_SHA512 | ED25519 => (
                Some(DigestAlgorithm::Sha512),
                self.parameters == Parameters::Absent,
            ),
            // GB/T 20518 5.2: no parameters, and NULL is one.
            SM2_SM3 => (
                Some(DigestAlgorithm::Sm3),
                self.parameters == Parameters::Absent,
            ),
            // GM/T 0010: it fixes no digest; parameters as for rsaEncryption, for old writers put NULL.
            SM2 => (None, !matches!(self.parameters, Parameters::Other(_))),
            // RFC 4055 5: NULL, and absent accepted.
            RSA => (None, !matches!(self.parameters, Parameters::Other(_))),
            RSA_SHA256 => (
                Some(DigestAlgorithm::Sha256),
                !matches!(self.parameters, Parameters::Other(_)),
            ),
            RSA_SHA384 => (
                Some(DigestAlgorithm::Sha384),
                !matches!(self.parameters, Parameters::Other(_)),
            ),
            RSA_SHA512 => (
                Some(DigestAlgorithm::Sha512),
                !matches!(self.parameters, Parameters::Other(_)),
            ),
            RSA_PSS => {
                let digest = self.pss_digest();
                (digest, digest.is_some())
            }
            _ => return Err(ResolveAlgorithm::Unknown(Box::new(oid))),
        };
        if fits {
            Ok(digest)
        } else {
            Err(ResolveAlgorithm::Parameters(Box::new(oid)))
        }
    }

    /// The one digest of PSS parameters: hash, MGF1 hash and salt length agree (RFC 4055 3.1).
    fn pss_digest(&self) -> Option<DigestAlgorithm> {
        let Parameters::Other(raw) = &self.parameters else {
            return None;
        };
        let mut inside = Reader::single(raw, Tag::SEQUENCE).ok()?.reader().ok()?;
        let hash = explicit_algorithm(&mut inside, 0)?.digest()?;
        let mask = explicit_algorithm(&mut inside, 1)?;
        let Parameters::Other(mask_hash) = &mask.parameters else {
            return None;
        };
        let mask_hash = Self::read(&Reader::single(mask_hash, Tag::SEQUENCE).ok()?)
            .ok()?
            .digest()?;
        let salt = inside
            .expect(Tag::context(2))
            .ok()?
            .only(Tag::INTEGER)
            .ok()?
            .unsigned()
            .ok()?;
        // The trailer field has one value, its DEFAULT, which DER leaves out.
        inside.end().ok()?;
        let length = u64::try_from(hash.length()).ok()?;
        (mask.oid == MGF1 && mask_hash == hash && salt == length && hash != DigestAlgorithm::Sha1)
            .then_some(hash)
    }
}

fn explicit_algorithm(reader: &mut Reader<'_>, number: u8) -> Option<AlgorithmIdentifier> {
    let element = reader
        .expect(Tag::context(number))
        .ok()?
        .only(Tag::SEQUENCE)
        .ok()?;
    AlgorithmIdentifier::read(&element).ok()
}

/// The AlgorithmIdentifier of a digest algorithm, parameters absent (RFC 5754 2).
#[must_use]
pub fn digest_identifier(algorithm: DigestAlgorithm) -> Vec<u8> {
    write::sequence([write::oid(&digest_oid(algorithm))])
}

fn digest_oid(algorithm: DigestAlgorithm) -> Oid {
    match algorithm {
        DigestAlgorithm::Sha1 => SHA1,
        DigestAlgorithm::Sha384 => SHA384,
        DigestAlgorithm::Sha512 => SHA512,
        DigestAlgorithm::Sm3 => SM3,
        _ => SHA256,
    }
}

/// The digest algorithm with this identifier.
#[must_use]
pub fn digest_of(oid: &Oid) -> Option<DigestAlgorithm> {
    match *oid {
        SHA1 => Some(DigestAlgorithm::Sha1),
        SHA256 => Some(DigestAlgorithm::Sha256),
        SHA384 => Some(DigestAlgorithm::Sha384),
        SHA512 => Some(DigestAlgorithm::Sha512),
        SM3 => Some(DigestAlgorithm::Sm3),
        _ => None,
    }
}

/// The kind of key that an algorithm signs with.
#[must_use]
pub fn key_of(algorithm: SignatureAlgorithm) -> KeyAlgorithm {
    use SignatureAlgorithm as A;
    match algorithm {
        A::EcdsaP256Sha256 | A::EcdsaP256Sha384 | A::EcdsaP256Sha512 => KeyAlgorithm::EcP256,
        A::EcdsaP384Sha256 | A::EcdsaP384Sha384 | A::EcdsaP384Sha512 => KeyAlgorithm::EcP384,
        A::EcdsaP521Sha512 => KeyAlgorithm::EcP521,
        A::Ed25519 => KeyAlgorithm::Ed25519,
        A::Sm2Sm3 => KeyAlgorithm::Sm2,
        _ => KeyAlgorithm::Rsa,
    }
}

/// The AlgorithmIdentifier of a signature algorithm, as certificates, lists, OCSP responses and CMS have it.
#[must_use]
pub fn identifier(algorithm: SignatureAlgorithm) -> Vec<u8> {
    use SignatureAlgorithm as A;
    let bare = |oid: Oid| write::sequence([write::oid(&oid)]);
    let with_null = |oid: Oid| write::sequence([write::oid(&oid), write::null()]);
    match algorithm {
        A::EcdsaP256Sha256 | A::EcdsaP384Sha256 => bare(ECDSA_SHA256),
        A::EcdsaP256Sha384 | A::EcdsaP384Sha384 => bare(ECDSA_SHA384),
        A::EcdsaP256Sha512 | A::EcdsaP384Sha512 | A::EcdsaP521Sha512 => bare(ECDSA_SHA512),
        A::Ed25519 => bare(ED25519),
        A::Sm2Sm3 => bare(SM2_SM3),
        A::RsaPkcs1Sha256 => with_null(RSA_SHA256),
        A::RsaPkcs1Sha384 => with_null(RSA_SHA384),
        A::RsaPssSha256 => pss(DigestAlgorithm::Sha256),
        A::RsaPssSha384 => pss(DigestAlgorithm::Sha384),
        A::RsaPssSha512 => pss(DigestAlgorithm::Sha512),
        _ => with_null(RSA_SHA512),
    }
}

/// The AlgorithmIdentifier where the digest's stands beside it and names itself: SM2-1 in GB/T 35275, rsaEncryption in
/// PKCS #7; of other algorithms that of [`identifier`].
#[must_use]
pub fn bare_identifier(algorithm: SignatureAlgorithm) -> Vec<u8> {
    use SignatureAlgorithm as A;
    match algorithm {
        A::Sm2Sm3 => write::sequence([write::oid(&SM2)]),
        A::RsaPkcs1Sha256 | A::RsaPkcs1Sha384 | A::RsaPkcs1Sha512 => {
            write::sequence([write::oid(&RSA), write::null()])
        }
        _ => identifier(algorithm),
    }
}

/// RSASSA-PSS with one digest throughout and a salt of its length (RFC 4055 3.1); the digest's parameters
/// are NULL there (RFC 4055 2.1).
fn pss(digest: DigestAlgorithm) -> Vec<u8> {
    let hash = write::sequence([write::oid(&digest_oid(digest)), write::null()]);
    let mask = write::sequence([&write::oid(&MGF1), &hash]);
    let salt = write::unsigned(digest.length() as u64);
    let parameters = write::sequence([
        write::context(0, [hash]),
        write::context(1, [mask]),
        write::context(2, [salt]),
    ]);
    write::sequence([write::oid(&RSA_PSS), parameters])
}

#[cfg(test)]
mod tests;
