//! The seals of the installation: code, key, certificate, picture.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use catalogue::key::SealCode;
use catalogue::{Catalogue, Department, SealKind, SealScope};
use crypto::{KeyId, KeyStore, PublicKey, SignatureAlgorithm};
use document::{Appearance, DrawAppearance, is_tinted};
use pki::certificate::Certificate;
use registry::seals::SealObject;
use seal::picture::{DrawSeal, Organisation, Picture, RED, Window};
use seal::ses::{ReadSeal, Seal};
use thiserror::Error;

use crate::keys::{national_seal_key, seal_key};
use crate::level::SealEdition;

/// Why a seal cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SealError {
    /// Its picture cannot be drawn.
    #[error("the seal {seal} cannot be drawn")]
    Draw {
        /// Which.
        seal: SealCode,
        /// Why.
        source: DrawSeal,
    },
    /// Its picture cannot be put into a page.
    #[error("the seal {seal} cannot be put into a page")]
    Appearance {
        /// Which.
        seal: SealCode,
        /// Why.
        source: DrawAppearance,
    },
    /// Its object of GB/T 38540 cannot be read back.
    #[error("the electronic seal {seal} cannot be read")]
    Object {
        /// Which.
        seal: SealCode,
        /// Why.
        source: ReadSeal,
    },
}

/// A seal that can be used.
#[derive(Debug)]
pub struct SealInUse {
    /// Its code.
    pub code: SealCode,
    /// Its key in the key store.
    pub key: KeyId,
    /// How it signs.
    pub algorithm: SignatureAlgorithm,
    /// Its certificate.
    pub certificate: Certificate,
    /// The version of its scope; 0 where the catalogue alone gives it one.
    pub scope: u64,
    /// Its holder's name.
    pub holder: String,
    /// Its holder's organisation code.
    pub holder_code: String,
    /// Its picture.
    pub appearance: Appearance,
    /// Octets kept for a message at level B-B and at level B-LT, once they were counted.
    pub reserves: (OnceLock<usize>, OnceLock<usize>),
    /// The same seal in the national suite, where it was made.
    pub national: Option<NationalSeal>,
    /// Its drawn picture as points, once it was shown.
    pub(crate) drawn: OnceLock<Option<Vec<u8>>>,
}

/// A seal as GB/T 38540 has it, with the key that seals with it.
#[derive(Debug)]
pub struct NationalSeal {
    /// Its key in the key store.
    pub key: KeyId,
    /// How it signs.
    pub algorithm: SignatureAlgorithm,
    /// The certificate of its key.
    pub certificate: Certificate,
    /// The electronic seal as its maker signed it.
    pub object: Seal,
    /// The same in the edition of GM/T 0031-2014, where it was made.
    pub earlier: Option<Seal>,
}

impl NationalSeal {
    /// The electronic seal in this edition, where it was made.
    #[must_use]
    pub fn object(&self, edition: SealEdition) -> Option<&Seal> {
        match edition {
            SealEdition::V4 => Some(&self.object),
            SealEdition::V1 => self.earlier.as_ref(),
        }
    }
}

/// What seals are put together from.
#[derive(Debug, Clone, Copy)]
pub struct Stock<'a> {
    /// Certificates of seals.
    pub certificates: &'a [Certificate],
    /// The same in the national suite.
    pub national: &'a [Certificate],
    /// Electronic seals as their maker signed them, DER.
    pub objects: &'a [SealObject],
    /// The versions of the scopes that seals were given.
    pub scopes: &'a BTreeMap<SealCode, u64>,
}

/// All seals, by code.
pub type Seals = BTreeMap<SealCode, Arc<SealInUse>>;

/// Puts scopes, keys and certificates together; a seal without one of them is not in use.
///
/// # Errors
/// [`SealError`] when one cannot be drawn.
pub fn gather(
    catalogue: &Catalogue,
    keys: &KeyStore,
    stock: &Stock<'_>,
) -> Result<Seals, SealError> {
    let mut seals = Seals::new();
    for scope in catalogue.seals() {
        let key = seal_key(scope.seal.as_str());
        let stored = key.and_then(|key| Some((keys.public_key(&key)?, key)));
        let department = catalogue.department(&scope.holder);
        let (Some(((public, algorithm, _), key)), Some(department)) = (stored, department) else {
            continue;
        };
        let Some(certificate) = of_key(stock.certificates, &public) else {
            continue;
        };
        let national = national(scope, keys, stock)?;
        let seal = SealInUse {
            code: scope.seal.clone(),
            key,
            algorithm,
            certificate: certificate.clone(),
            scope: stock.scopes.get(&scope.seal).copied().unwrap_or(0),
            holder: department.name_zh.clone(),
            holder_code: department.code.as_str().to_owned(),
            appearance: appearance(scope, department, national.as_ref())?,
            reserves: <(OnceLock<usize>, OnceLock<usize>)>::default(),
            national,
            drawn: OnceLock::new(),
        };
        seals.insert(scope.seal.clone(), Arc::new(seal));
    }
    Ok(seals)
}

fn of_key<'a>(certificates: &'a [Certificate], key: &PublicKey) -> Option<&'a Certificate> {
    let mut found = certificates.iter();
    found.find(|certificate| certificate.public_key().is_ok_and(|found| found == *key))
}

/// The seal in the national suite: key, certificate and object, or it is not in use there.
fn national(
    scope: &SealScope,
    keys: &KeyStore,
    stock: &Stock<'_>,
) -> Result<Option<NationalSeal>, SealError> {
    let Some(key) = national_seal_key(scope.seal.as_str()) else {
        return Ok(None);
    };
    let kept = stock.objects.iter().find(|kept| kept.code == scope.seal);
    let (Some((public, algorithm, _)), Some(kept)) = (keys.public_key(&key), kept) else {
        return Ok(None);
    };
    let Some(certificate) = of_key(stock.national, &public) else {
        return Ok(None);
    };
    let parse = |object: &Vec<u8>| {
        Seal::parse(object).map_err(|source| SealError::Object {
            seal: scope.seal.clone(),
            source,
        })
    };
    Ok(Some(NationalSeal {
        key,
        algorithm,
        certificate: certificate.clone(),
        object: parse(&kept.object)?,
        earlier: kept.earlier.as_ref().map(parse).transpose()?,
    }))
}

/// What a seal shows: the picture that its maker signed where it is not the drawn one, which stays sharp at any size.
fn appearance(
    scope: &SealScope,
    department: &Department,
    national: Option<&NationalSeal>,
) -> Result<Appearance, SealError> {
    let signed = national.map(|national| &national.object);
    let appearance = match signed.filter(|seal| !is_drawn(seal)) {
        Some(seal) => {
            let image = seal.image();
            Appearance::of_file(&image.octets, (image.width, image.height))
        }
        None => Appearance::draw(&picture(scope, department)?),
    };
    appearance.map_err(|source| SealError::Appearance {
        seal: scope.seal.clone(),
        source,
    })
}

/// Who made a seal here, as its header says.
pub(crate) const VENDOR: &str = "YINXIN";

/// Whether a seal was made here with the drawn picture: no other one is written as that is.
pub(crate) fn is_drawn(seal: &Seal) -> bool {
    seal.vendor() == VENDOR && is_tinted(&seal.image().octets)
}

/// The picture of a seal (looks 2): round for an organisation's, an ellipse for the acceptance seal.
///
/// # Errors
/// `Draw`.
pub fn picture(scope: &SealScope, department: &Department) -> Result<Picture, SealError> {
    let picture = match scope.kind {
        SealKind::Acceptance => Window {
            name: &department.name_zh,
            purpose: SealKind::Acceptance.zh(),
            date: None,
            colour: RED,
        }
        .ellipse(),
        kind => organisation(scope, department, kind),
    };
    picture.map_err(|source| SealError::Draw {
        seal: scope.seal.clone(),
        source,
    })
}

fn organisation(
    scope: &SealScope,
    department: &Department,
    kind: SealKind,
) -> Result<Picture, DrawSeal> {
    Organisation {
        name: &department.name_zh,
        purpose: Some(kind.zh()),
        code: scope.seal.as_str(),
        diameter: 42.0,
        colour: RED,
    }
    .draw()
}
