//! The seals of the installation: code, key, certificate, picture.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use catalogue::key::SealCode;
use catalogue::{Catalogue, Department, SealKind, SealScope};
use crypto::{KeyId, KeyStore, SignatureAlgorithm};
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
    /// What kind of seal it is.
    pub kind: SealKind,
    /// Octets kept for a message at level B-B and at level B-LT, once they were counted.
    pub reserves: (OnceLock<usize>, OnceLock<usize>),
    /// The same seal in the national suite, where it was made.
    pub national: Option<NationalSeal>,
    /// Its drawn picture as points, once it was shown.
    pub(crate) drawn: OnceLock<Option<Vec<u8>>>,
    /// Its picture, once it was put into a page.
    appearance: OnceLock<Appearance>,
}

impl SealInUse {
    /// What it shows: the picture that its maker signed where it is not the drawn one, which stays sharp at any size. It is drawn when it
    /// is first asked for: of 10,000 seals few are used in a day.
    ///
    /// # Errors
    /// [`SealError`] when it cannot be drawn.
    pub fn appearance(&self) -> Result<&Appearance, SealError> {
        if let Some(known) = self.appearance.get() {
            return Ok(known);
        }
        let signed = self.national.as_ref();
        let signed = signed.and_then(|national| national.object(SealEdition::V4));
        let appearance = match signed.filter(|seal| !is_drawn(seal)) {
            Some(seal) => {
                let image = seal.image();
                Appearance::of_file(&image.octets, (image.width, image.height))
            }
            None => Appearance::draw(&drawn(&self.code, self.kind, &self.holder)?),
        };
        let appearance = appearance.map_err(|source| SealError::Appearance {
            seal: self.code.clone(),
            source,
        })?;
        Ok(self.appearance.get_or_init(|| appearance))
    }
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
    /// The electronic seal as its maker signed it, DER: a seal that was read holds its picture three times.
    object: Box<[u8]>,
    /// The same in the edition of GM/T 0031-2014, where it was made.
    earlier: Option<Box<[u8]>>,
}

impl NationalSeal {
    /// The electronic seal in this edition, where it was made; read when it is asked for, for of 10,000 seals few are used in a day.
    #[must_use]
    pub fn object(&self, edition: SealEdition) -> Option<Seal> {
        Seal::parse(self.der(edition)?).ok()
    }

    /// The same as its maker signed it, DER.
    #[must_use]
    pub fn der(&self, edition: SealEdition) -> Option<&[u8]> {
        match edition {
            SealEdition::V4 => Some(&self.object),
            SealEdition::V1 => self.earlier.as_deref(),
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

/// What seals are put together from, by what each is found by.
struct Shelf<'a> {
    certificates: HashMap<Vec<u8>, &'a Certificate>,
    national: HashMap<Vec<u8>, &'a Certificate>,
    objects: BTreeMap<&'a SealCode, &'a SealObject>,
    scopes: &'a BTreeMap<SealCode, u64>,
}

impl<'a> Shelf<'a> {
    fn of(stock: &Stock<'a>) -> Self {
        Self {
            certificates: by_key(stock.certificates),
            national: by_key(stock.national),
            objects: by_code(stock.objects),
            scopes: stock.scopes,
        }
    }
}

/// The newest certificate of each key: they come the newest first.
fn by_key(certificates: &[Certificate]) -> HashMap<Vec<u8>, &Certificate> {
    // What comes last stays.
    let oldest_first = certificates.iter().rev();
    let keyed = oldest_first.filter_map(|one| Some((one.public_key().ok()?.spki().to_vec(), one)));
    keyed.collect()
}

fn by_code(objects: &[SealObject]) -> BTreeMap<&SealCode, &SealObject> {
    objects.iter().map(|kept| (&kept.code, kept)).collect()
}

/// Puts scopes, keys and certificates together; a seal without one of them is not in use.
///
/// # Errors
/// [`SealError`] when an electronic seal cannot be read.
pub fn gather<'a>(
    scopes: impl Iterator<Item = &'a SealScope>,
    (catalogue, keys): (&Catalogue, &KeyStore),
    stock: &Stock<'_>,
) -> Result<Seals, SealError> {
    let shelf = Shelf::of(stock);
    let mut seals = Seals::new();
    for scope in scopes {
        if let Some(department) = catalogue.department(&scope.holder)
            && let Some(seal) = put_together((scope, department), keys, &shelf)?
        {
            seals.insert(scope.seal.clone(), Arc::new(seal));
        }
    }
    Ok(seals)
}

fn put_together(
    (scope, department): (&SealScope, &Department),
    keys: &KeyStore,
    shelf: &Shelf<'_>,
) -> Result<Option<SealInUse>, SealError> {
    let key = seal_key(scope.seal.as_str());
    let stored = key.and_then(|key| Some((keys.public_key(&key)?, key)));
    let Some(((public, algorithm, _), key)) = stored else {
        return Ok(None);
    };
    let Some(certificate) = shelf.certificates.get(public.spki()) else {
        return Ok(None);
    };
    Ok(Some(SealInUse {
        code: scope.seal.clone(),
        key,
        algorithm,
        certificate: (*certificate).clone(),
        scope: shelf.scopes.get(&scope.seal).copied().unwrap_or(0),
        holder: department.name_zh.clone(),
        holder_code: department.code.as_str().to_owned(),
        kind: scope.kind,
        reserves: <(OnceLock<usize>, OnceLock<usize>)>::default(),
        national: national(scope, keys, shelf)?,
        drawn: OnceLock::new(),
        appearance: OnceLock::new(),
    }))
}

/// The seal in the national suite: key, certificate and object, or it is not in use there.
fn national(
    scope: &SealScope,
    keys: &KeyStore,
    shelf: &Shelf<'_>,
) -> Result<Option<NationalSeal>, SealError> {
    let Some(key) = national_seal_key(scope.seal.as_str()) else {
        return Ok(None);
    };
    let kept = shelf.objects.get(&scope.seal);
    let (Some((public, algorithm, _)), Some(kept)) = (keys.public_key(&key), kept) else {
        return Ok(None);
    };
    let Some(certificate) = shelf.national.get(public.spki()) else {
        return Ok(None);
    };
    let read = |object: &Vec<u8>| match Seal::parse(object) {
        Ok(_) => Ok(Box::from(object.as_slice())),
        Err(source) => Err(SealError::Object {
            seal: scope.seal.clone(),
            source,
        }),
    };
    Ok(Some(NationalSeal {
        key,
        algorithm,
        certificate: (*certificate).clone(),
        object: read(&kept.object)?,
        earlier: kept.earlier.as_ref().map(read).transpose()?,
    }))
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
    drawn(&scope.seal, scope.kind, &department.name_zh)
}

fn drawn(code: &SealCode, kind: SealKind, holder: &str) -> Result<Picture, SealError> {
    let picture = match kind {
        SealKind::Acceptance => Window {
            name: holder,
            purpose: SealKind::Acceptance.zh(),
            date: None,
            colour: RED,
        }
        .ellipse(),
        kind => Organisation {
            name: holder,
            purpose: Some(kind.zh()),
            code: code.as_str(),
            diameter: 42.0,
            colour: RED,
        }
        .draw(),
    };
    picture.map_err(|source| SealError::Draw {
        seal: code.clone(),
        source,
    })
}
