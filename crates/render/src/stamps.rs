//! Seals where signatures place them, with the pictures of their signature values (spec 3.4: never of the file beside it).

use ofd::{Area, Body, SignatureKind, Stamp};
use seal::ses::{Image, SealSignature};

use crate::omission::Omission;

/// Seals of one page.
const MAX_STAMPS: usize = 200;

/// A seal on a page.
pub(crate) struct SealMark {
    /// The signature's identifier.
    pub(crate) signature: String,
    /// The seal's picture.
    pub(crate) image: Image,
    /// Where it is stretched to.
    pub(crate) area: Area,
    /// What of that is shown, from its corner.
    pub(crate) clip: Option<Area>,
}

/// The seals on the page of this identifier, in the order of their signatures.
pub(crate) fn stamps(
    body: Option<&Body>,
    page: &str,
    omissions: &mut Vec<Omission>,
) -> Vec<SealMark> {
    let list = body.and_then(|body| body.signatures.as_ref());
    let mut marks = Vec::new();
    for signature in list
        .map(|list| list.signatures.as_slice())
        .unwrap_or_default()
    {
        let Ok(signed) = &signature.read else {
            omissions.push(Omission::Seal(signature.id.clone()));
            continue;
        };
        let here: Vec<&Stamp> = signed
            .stamps
            .iter()
            .filter(|one| one.page == page)
            .collect();
        if here.is_empty() || signature.kind == SignatureKind::Sign {
            continue;
        }
        let value = signed.value.octets.as_ref().ok();
        let Some(value) = value.and_then(|octets| SealSignature::parse(octets).ok()) else {
            omissions.push(Omission::Seal(signature.id.clone()));
            continue;
        };
        for stamp in here {
            if marks.len() >= MAX_STAMPS {
                omissions.push(Omission::TooMuch);
                return marks;
            }
            marks.push(SealMark {
                signature: signature.id.clone(),
                image: value.seal().image().clone(),
                area: stamp.area,
                clip: stamp.clip,
            });
        }
    }
    marks
}
