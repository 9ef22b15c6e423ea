//! The picture of a seal: drawn from what the catalogue says of it, or handed in by its holder, such as that of a state organ
//! with an emblem (looks 2). It is what the maker signs in the electronic seal, and every page shows it.

use catalogue::SealScope;
use catalogue::key::{PersonKey, SealCode};
use document::{ImportPicture, import_seal};
use registry::seals::SealObject;
use registry::trace::Deed;
use seal::ses::Edition;
use thiserror::Error;

use crate::by_two::{self, Done, TwoPeople};
use crate::found::{FoundError, Founding};
use crate::level::SealEdition;
use crate::office::Office;
use crate::seals::SealInUse;

/// Why a seal has no other picture.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FaceError {
    /// The office has no such seal in the national suite, in whose electronic seals pictures are kept.
    #[error("the office has no seal {0} in the national suite")]
    NoSeal(SealCode),
    /// What was handed in is not taken.
    #[error("this is no picture for the seal")]
    Picture(#[from] ImportPicture),
    /// Who does it.
    #[error(transparent)]
    People(#[from] TwoPeople),
    /// The electronic seal cannot be made.
    #[error("the electronic seal cannot be made")]
    Make(#[from] FoundError),
}

/// Another picture of a seal.
#[derive(Debug, Clone, Copy)]
pub struct Face<'a> {
    /// Of which.
    pub seal: &'a SealCode,
    /// A PNG or JPEG file; nothing for the picture as it is drawn.
    pub picture: Option<&'a [u8]>,
    /// Who gives it.
    pub people: [&'a PersonKey; 2],
}

/// A picture that is handed in for a seal that is asked for, written anew in the size of the seal's kind (T-I10).
///
/// # Errors
/// `NoSeal` where the office has no electronic seals, `Picture`, `Make`.
pub fn imported(
    office: &Office,
    (scope, octets): (&SealScope, &[u8]),
) -> Result<Vec<u8>, FaceError> {
    let none = || FaceError::NoSeal(scope.seal.clone());
    office.national.as_ref().ok_or_else(none)?;
    let desk = office.desk();
    let founding = Founding::over(office, &desk.catalogue);
    let (_, image) = founding.image(scope)?.ok_or_else(none)?;
    Ok(import_seal(octets, (image.width, image.height))?)
}

/// What a seal shows, PNG: the picture that its maker signed, or the drawn one, which is drawn once. Nothing where another maker
/// signed a picture of another kind.
#[must_use]
pub fn shown(office: &Office, (scope, seal): (&SealScope, &SealInUse)) -> Option<Vec<u8>> {
    if let Some(national) = &seal.national {
        let object = national.object(SealEdition::V4)?;
        let image = object.image();
        return image
            .format
            .eq_ignore_ascii_case("PNG")
            .then(|| image.octets.clone());
    }
    let draw = || {
        let desk = office.desk();
        let image = Founding::over(office, &desk.catalogue).image(scope);
        Some(image.ok().flatten()?.1.octets)
    };
    seal.drawn.get_or_init(draw).clone()
}

/// Makes the electronic seals of a seal anew, in both editions, with another picture. What was handed in is decoded under
/// limits and written anew, and no octet of it is kept (T-I10); the traces of both people's departments have the digests of the
/// two files first. It is the picture that is shown from the next start on; what was sealed before keeps its own.
///
/// # Errors
/// [`FaceError`]; then the seal is as it was, and the traces have what was begun where its making failed.
pub async fn put(office: &Office, face: &Face<'_>) -> Result<(), FaceError> {
    let none = || FaceError::NoSeal(face.seal.clone());
    let desk = office.desk();
    let in_use = desk.seals.get(face.seal).ok_or_else(none)?;
    let signer = in_use.national.as_ref().ok_or_else(none)?;
    let suite = office.national.as_ref().ok_or_else(none)?;
    let scope = desk.catalogue.seal(face.seal).ok_or_else(none)?;
    let founding = Founding::over(office, &desk.catalogue);
    let (_, mut image) = founding.image(scope)?.ok_or_else(none)?;
    let handed_in = match face.picture {
        Some(octets) => {
            image.octets = import_seal(octets, (image.width, image.height))?;
            by_two::digest(octets)
        }
        None => "none".to_owned(),
    };
    let done = Done {
        deed: Deed::Import,
        object: face.seal.to_string(),
        ground: "seal-picture",
        detail: vec![
            ("sha256", handed_in),
            ("picture", by_two::digest(&image.octets)),
        ],
    };
    let [first, second] = face.people;
    by_two::record(&office.registry, (first, second), done, office.now()).await?;
    let maker = suite.hierarchy.maker.current();
    let made = async |edition| {
        let on = (edition, (scope, &image));
        founding
            .object(maker.as_ref(), on, &signer.certificate)
            .await
    };
    let object = SealObject {
        code: scope.seal.clone(),
        department: scope.holder.clone(),
        object: made(Edition::V4).await?,
        earlier: Some(made(Edition::V1).await?),
    };
    let drills = office.registry.drills();
    Ok(drills
        .replace_object(object, office.now())
        .await
        .map_err(TwoPeople::Store)?)
}
