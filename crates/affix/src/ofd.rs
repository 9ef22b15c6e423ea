//! Sealing and signing OFD packages: entries that are there stay as they are, a list names the signatures, and what is
//! signed is `Signature.xml` with the digests of all others (GB/T 33190-2016, 18).
//!
//! Two halves: [`prepare_seal`] or [`prepare_signature`] lay out what is to be signed, `finish` takes the value. What is
//! made is read back before it is handed out. Nothing signs here.

mod fault;
mod laid;
mod list;
mod request;
mod text;

use std::io::Cursor;

use crypto::{Digest, DigestAlgorithm, Signature, SignatureAlgorithm};
use evidence::cms::{Attribute, NationalDraft};
use ofd::Facts;
use pki::Certificate;
use seal::ses::{PreparedUse, Seal, Usage};
use time::UtcDateTime;

pub use crate::ofd::fault::SealOfd;
use crate::ofd::laid::{Laid, Read};
use crate::ofd::list::{Listed, document, inspect_stamps};
pub use crate::ofd::request::{List, Place, Request, Stamp, across};

/// A package with a seal that lacks its signature. Used once.
#[derive(Debug)]
pub struct PreparedSeal {
    laid: Laid,
    usage: PreparedUse,
}

/// A package with a signature without a seal (`Sign`) that lacks its value. Used once.
#[derive(Debug)]
pub struct PreparedSignature {
    laid: Laid,
    digest: Vec<u8>,
    signer: Certificate,
    algorithm: SignatureAlgorithm,
}

/// Whether a package could be sealed with `seal` as it is, and the seal be shown there: one document in one version, every
/// part of it readable, every signature in it holding and leaving room for others.
///
/// # Errors
/// See [`SealOfd`]: `Place` and `Edges` where the seal cannot be shown there.
pub fn inspect(file: &[u8], place: Place, seal: &Seal) -> Result<(), SealOfd> {
    let facts = ofd::read(Cursor::new(file))?;
    let body = document(&facts)?;
    Listed::of(body)?;
    inspect_stamps(body, &place.stamps(body, size(seal))?)
}

/// The same for a signature without a seal, which is shown nowhere.
///
/// # Errors
/// See [`SealOfd`].
pub fn inspect_plain(file: &[u8]) -> Result<(), SealOfd> {
    let facts = ofd::read(Cursor::new(file))?;
    Listed::of(document(&facts)?).map(drop)
}

/// Width and height of a seal, in millimetres.
fn size(seal: &Seal) -> (f64, f64) {
    let image = seal.image();
    (f64::from(image.width), f64::from(image.height))
}

/// Lays out a package that `signer` seals with `seal`: V4 or V1, as the seal is.
///
/// # Errors
/// See [`SealOfd`].
pub fn prepare_seal(
    file: Vec<u8>,
    request: &Request<'_>,
    seal: &Seal,
    (signer, algorithm): (&Certificate, SignatureAlgorithm),
) -> Result<PreparedSeal, SealOfd> {
    let package = Read::of(file, algorithm)?;
    seal_laid(package, request, seal, (signer, algorithm))
}

/// The same at one place, the seal in its own size, or smaller where the document asks for it and has less room.
///
/// # Errors
/// See [`SealOfd`]: `NotShown` where the document asks for no seal, `Place` where there is no such page, `Edges`.
pub fn prepare_seal_at(
    file: Vec<u8>,
    place: Place,
    (list, time): (List, UtcDateTime),
    seal: &Seal,
    signer: (&Certificate, SignatureAlgorithm),
) -> Result<PreparedSeal, SealOfd> {
    let package = Read::of(file, signer.1)?;
    let request = Request {
        stamps: &place.stamps(document(package.facts())?, size(seal))?,
        list,
        time,
    };
    seal_laid(package, &request, seal, signer)
}

fn seal_laid(
    package: Read,
    request: &Request<'_>,
    seal: &Seal,
    (signer, algorithm): (&Certificate, SignatureAlgorithm),
) -> Result<PreparedSeal, SealOfd> {
    if request.stamps.is_empty() {
        return Err(SealOfd::NotShown);
    }
    let laid = Laid::new(package, request, algorithm, Some(seal.der()))?;
    let usage = Usage {
        seal,
        time: request.time,
        digest: &laid.digest,
        // GB/T 38540: propertyInfo is the path of Signature.xml from the package's root.
        property: &format!("/{}", laid.path),
    };
    let usage = usage.prepare(signer, algorithm)?;
    Ok(PreparedSeal { laid, usage })
}

/// Lays out a package that `signer` signs without a seal, in the form of GB/T 35275 (GM/T 0099): the content of the message
/// is the SM3 digest of `Signature.xml`.
///
/// # Errors
/// See [`SealOfd`].
pub fn prepare_signature(
    file: Vec<u8>,
    request: &Request<'_>,
    signer: &Certificate,
    algorithm: SignatureAlgorithm,
) -> Result<PreparedSignature, SealOfd> {
    let laid = Laid::new(Read::of(file, algorithm)?, request, algorithm, None)?;
    let digest = laid.digest.bytes().to_vec();
    NationalDraft::new(&digest, signer, algorithm)?;
    Ok(PreparedSignature {
        laid,
        digest,
        signer: signer.clone(),
        algorithm,
    })
}

impl PreparedSeal {
    /// The octets that the signer signs.
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        self.usage.to_be_signed()
    }

    /// SHA-256 of `Signature.xml`: what the public log commits to (D18).
    #[must_use]
    pub fn covered(&self) -> [u8; 32] {
        self.laid.covered
    }

    /// The imprint of a time-stamp over a value: its SM3 digest (GB/T 38540: the stamp covers the value).
    #[must_use]
    pub fn imprint(signature: &Signature) -> Digest {
        Digest::of(DigestAlgorithm::Sm3, signature.bytes())
    }

    /// The sealed package, with a time-stamp token over `signature` where there is one.
    ///
    /// # Errors
    /// `Usage` where the value does not hold, `Unlike` where what was made is read otherwise.
    pub fn finish(
        self,
        signature: &Signature,
        time_stamp: Option<&[u8]>,
    ) -> Result<Vec<u8>, SealOfd> {
        Ok(self.finish_read(signature, time_stamp)?.0)
    }

    /// As [`PreparedSeal::finish`], with what was read in the finished package before it was handed out: for who judges it
    /// next and need not read it once more.
    ///
    /// # Errors
    /// As [`PreparedSeal::finish`].
    pub fn finish_read(
        self,
        signature: &Signature,
        time_stamp: Option<&[u8]>,
    ) -> Result<(Vec<u8>, Facts), SealOfd> {
        let value = self.usage.finish(signature, time_stamp)?;
        self.laid.finish(value.der().to_vec())
    }
}

impl PreparedSignature {
    /// The octets that the signer signs.
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        &self.digest
    }

    /// SHA-256 of `Signature.xml`: what the public log commits to (D18).
    #[must_use]
    pub fn covered(&self) -> [u8; 32] {
        self.laid.covered
    }

    /// The signed package; the message carries the signer's certificate and `chain`.
    ///
    /// # Errors
    /// `Value` where it does not hold, `Unlike` where what was made is read otherwise.
    pub fn finish(self, signature: &Signature, chain: &[Certificate]) -> Result<Vec<u8>, SealOfd> {
        Ok(self.finish_read(signature, chain, &[])?.0)
    }

    /// The same with attributes that nobody signed, such as a time-stamp over the value; and what was read in the finished
    /// package before it was handed out.
    ///
    /// # Errors
    /// As [`PreparedSignature::finish`].
    pub fn finish_read(
        self,
        signature: &Signature,
        chain: &[Certificate],
        unsigned: &[Attribute],
    ) -> Result<(Vec<u8>, Facts), SealOfd> {
        let draft = NationalDraft::new(&self.digest, &self.signer, self.algorithm)?;
        let mut certificates = vec![self.signer.clone()];
        certificates.extend(chain.iter().filter(|one| **one != self.signer).cloned());
        let key = self.signer.public_key().map_err(|_| SealOfd::Value)?;
        // T-C3: what does not hold is not handed out.
        key.check(self.algorithm, draft.to_be_signed(), signature)
            .map_err(|_| SealOfd::Value)?;
        let carried: Vec<&[u8]> = certificates.iter().map(Certificate::der).collect();
        self.laid
            .finish(draft.finish_with(signature, &carried, unsigned))
    }
}
