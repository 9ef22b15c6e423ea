//! Electronic seals as files (`.esl`): given out as their maker signed them, and taken from another maker, such as the seal system
//! of a province, in the place of one that was made here.

use catalogue::key::{PersonKey, SealCode};
use document::{ImportPicture, inspect_seal};
use registry::StoreError;
use registry::seals::SealObject;
use registry::trace::Deed;
use seal::ses::{Edition, ReadSeal, Seal, SealFault};
use thiserror::Error;
use verify::{Material, Policy, Verdict};

use crate::by_two::{Done, TwoPeople};
use crate::level::SealEdition;
use crate::office::Office;

pub use crate::{by_two, face};

/// Millimetres of a seal's side: the largest of GB/T 33481 has 50, and a page has room for no more than this.
const SIDES: std::ops::RangeInclusive<u32> = 5..=100;

/// Why no electronic seal is given out or taken.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EslError {
    /// The office has no such seal in the national suite, or not in this edition.
    #[error("the office has no seal {0} in this edition of the national suite")]
    NoSeal(SealCode),
    /// What was brought is no seal.
    #[error("this is no electronic seal")]
    Unreadable(#[from] ReadSeal),
    /// It is of an edition that nothing is sealed in here.
    #[error("nothing is sealed in edition {0} here")]
    Edition(Edition),
    /// It does not list the certificate of our seal.
    #[error("the key of the seal may not seal with it")]
    Refused(#[from] SealFault),
    /// Nothing could be shown of it.
    #[error("its picture is {0} by {1} mm")]
    Sides(u32, u32),
    /// A verifier would not find it valid: its code of findings.
    #[error("it is not valid: {0}")]
    NotValid(String),
    /// Its picture cannot be read, and so not be shown (T-I10).
    #[error("its picture cannot be shown")]
    Picture(#[from] ImportPicture),
    /// Who does it.
    #[error(transparent)]
    People(#[from] TwoPeople),
    /// The store cannot be read or written.
    #[error("the registry cannot be read or written")]
    Store(#[from] StoreError),
}

/// An electronic seal from elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Brought<'a> {
    /// In the place of whose.
    pub seal: &'a SealCode,
    /// The file.
    pub octets: &'a [u8],
    /// What the status of its maker is judged with, beside our own lists.
    pub material: &'a Material,
    /// Who takes it.
    pub people: [&'a PersonKey; 2],
}

/// The electronic seal as its maker signed it: the content of an `.esl` file.
///
/// # Errors
/// `NoSeal`.
pub fn give_out(
    office: &Office,
    seal: &SealCode,
    edition: SealEdition,
) -> Result<Vec<u8>, EslError> {
    let desk = office.desk();
    let national = desk.seals.get(seal).and_then(|one| one.national.as_ref());
    let object = national.and_then(|national| national.der(edition));
    let object = object.ok_or_else(|| EslError::NoSeal(seal.clone()))?;
    Ok(object.to_vec())
}

/// Takes an electronic seal in the place of the one of its edition. It is judged as a verifier would, by what the service trusts:
/// the anchor of another maker is there before. The traces of both people's departments have it first; what is sealed from the
/// next start on is sealed with it.
///
/// # Errors
/// [`EslError`]; then everything is as it was.
pub async fn take(office: &Office, brought: &Brought<'_>) -> Result<SealEdition, EslError> {
    let none = || EslError::NoSeal(brought.seal.clone());
    let desk = office.desk();
    let in_use = desk.seals.get(brought.seal).ok_or_else(none)?;
    let national = in_use.national.as_ref().ok_or_else(none)?;
    let seal = Seal::parse(brought.octets)?;
    let edition = match seal.edition() {
        Edition::V4 => SealEdition::V4,
        Edition::V1 => SealEdition::V1,
        other => return Err(EslError::Edition(other)),
    };
    seal.inspect_signer(national.certificate.der())?;
    let image = seal.image();
    // It is signed, and so stays as it is; what is shown of it is written anew.
    inspect_seal(&image.octets, &image.format)?;
    let (width, height) = (image.width, image.height);
    if !SIDES.contains(&width) || !SIDES.contains(&height) {
        return Err(EslError::Sides(width, height));
    }
    judge(office, brought)?;
    let kept = office.registry().seals().object(brought.seal).await?;
    let mut kept = kept.ok_or_else(none)?;
    let place: &mut Vec<u8> = match edition {
        SealEdition::V4 => &mut kept.object,
        SealEdition::V1 => kept.earlier.get_or_insert_default(),
    };
    *place = brought.octets.to_vec();
    let done = Done {
        deed: Deed::Import,
        object: brought.seal.to_string(),
        ground: "electronic-seal",
        detail: vec![("sha256", by_two::digest(brought.octets))],
    };
    let [first, second] = brought.people;
    by_two::record(office.registry(), (first, second), done, office.now()).await?;
    replace(office, kept).await?;
    Ok(edition)
}

async fn replace(office: &Office, kept: SealObject) -> Result<(), EslError> {
    let drills = office.registry().drills();
    Ok(drills.replace_object(kept, office.now()).await?)
}

/// T-V6: each rule of a seal, its maker's chain and status among them, by the code that verifiers run.
fn judge(office: &Office, brought: &Brought<'_>) -> Result<(), EslError> {
    let mut material = brought.material.clone();
    for (name, list) in office.lists().held_revocations() {
        // A list of our own that does not read proves nothing, and the verdict says so.
        let _unread = material.add(&name, &list.bytes);
    }
    let octets = brought.octets.to_vec();
    let (trust, policy) = (office.trust(), Policy::default());
    let report = verify::examine(
        "seal.esl",
        &octets,
        &trust,
        &material,
        &policy,
        office.now(),
    );
    if report.verdict == Verdict::Valid {
        return Ok(());
    }
    let of_seal = report.signatures.iter().flat_map(|one| &one.findings);
    let wrong = of_seal.chain(&report.findings);
    let wrong = wrong.filter(|one| one.severity == verify::Severity::Error);
    let codes: Vec<&str> = wrong.map(|one| one.code).collect();
    Err(EslError::NotValid(codes.join(" ")))
}
