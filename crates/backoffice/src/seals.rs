//! The seals of the installation: code, key, certificate, picture.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use catalogue::key::SealCode;
use catalogue::{Catalogue, Department, SealKind, SealScope};
use crypto::{KeyId, KeyStore, SignatureAlgorithm};
use document::{Appearance, DrawAppearance};
use pki::certificate::Certificate;
use seal::picture::{DrawSeal, Organisation, Picture, RED, Window};
use thiserror::Error;

use crate::keys::seal_key;

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
    /// Its holder's name.
    pub holder: String,
    /// Its holder's organisation code.
    pub holder_code: String,
    /// Its picture.
    pub appearance: Appearance,
    /// Octets kept for a message at level B-B and at level B-LT, once they were counted.
    pub reserves: (OnceLock<usize>, OnceLock<usize>),
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
    certificates: &[Certificate],
) -> Result<Seals, SealError> {
    let mut seals = Seals::new();
    for scope in catalogue.seals() {
        let key = seal_key(scope.seal.as_str());
        let stored = key.and_then(|key| Some((keys.public_key(&key)?, key)));
        let department = catalogue.department(&scope.holder);
        let (Some(((public, algorithm, _), key)), Some(department)) = (stored, department) else {
            continue;
        };
        let own = certificates
            .iter()
            .find(|certificate| certificate.public_key().is_ok_and(|found| found == public));
        let Some(certificate) = own else {
            continue;
        };
        let seal = SealInUse {
            code: scope.seal.clone(),
            key,
            algorithm,
            certificate: certificate.clone(),
            holder: department.name_zh.clone(),
            holder_code: department.code.as_str().to_owned(),
            appearance: appearance(scope, department)?,
            reserves: <(OnceLock<usize>, OnceLock<usize>)>::default(),
        };
        seals.insert(scope.seal.clone(), Arc::new(seal));
    }
    Ok(seals)
}

/// The picture of a seal (looks 2): round for an organisation's, an ellipse for the acceptance seal.
fn appearance(scope: &SealScope, department: &Department) -> Result<Appearance, SealError> {
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
    let picture = picture.map_err(|source| SealError::Draw {
        seal: scope.seal.clone(),
        source,
    })?;
    Appearance::draw(&picture).map_err(|source| SealError::Appearance {
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
