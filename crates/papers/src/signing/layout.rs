//! A signature laid out in a file: the same again gives the same octets to be signed.

use affix::seal::{Appearance, Certification, NewField, Place, SealRequest};
use crypto::{Digest, SignatureAlgorithm};
use dossier::Words;
use evidence::cms::{self, Draft};
use issuance::SealingError;
use pki::certificate::Certificate;
use registry::signers::SignerRecord;
use seal::picture::{NameSeal, Picture, RED};
use time::UtcDateTime;

use backoffice::answers::whole;
use backoffice::office::Office;
use backoffice::said::hex;

use crate::kinds::algorithm_of;
use crate::signing::order::{SignError, SignOrder};

/// Octets kept for a time-stamp token beside the unit's own chain.
const TOKEN: usize = 1_024;

/// An identity whose key signs, and the words.
pub(crate) struct Admitted {
    pub(crate) signer: SignerRecord,
    pub(crate) certificate: Certificate,
    pub(crate) intent: Words,
    /// How the person writes, where that is to be seen in place of their name seal.
    pub(crate) sample: Option<Picture>,
}

/// What is chosen once for a signature: with the same, the document gives the same octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) field: String,
    pub(crate) claimed: UtcDateTime,
    pub(crate) reserve: usize,
}

/// A revision laid out, and the octets that will be signed.
pub(crate) struct Prepared {
    pub(crate) revision: affix::seal::Prepared,
    pub(crate) message: cms::Prepared,
    pub(crate) to_be_signed: Vec<u8>,
    pub(crate) claimed: UtcDateTime,
    pub(crate) field: String,
}

/// The algorithm of a certificate's key.
pub(crate) fn algorithm(certificate: &Certificate) -> Result<SignatureAlgorithm, SignError> {
    let key = certificate.public_key().ok();
    let known = key.and_then(|key| algorithm_of(key.algorithm()));
    known.ok_or(SignError::Unknown)
}

/// The certificates that the message carries: the person's and its issuer's.
pub(crate) fn chain(office: &Office, certificate: &Certificate) -> [Vec<u8>; 2] {
    [certificate, &office.hierarchy.authority].map(|certificate| certificate.der().to_vec())
}

fn draft<'a>(
    digest: &'a Digest,
    (certificate, algorithm): (&'a Certificate, SignatureAlgorithm),
    order: &'a SignOrder,
) -> Draft<'a> {
    let draft = Draft::pades(digest, certificate, algorithm);
    match order.role() {
        Some(role) => draft.in_role(role),
        None => draft,
    }
}

/// A field of its own, now, with room for everything that comes with the signature.
pub(crate) fn choose(
    office: &Office,
    certificate: &Certificate,
    order: &SignOrder,
) -> Result<Chosen, SignError> {
    let mut random = [0; 8];
    office
        .random
        .fill(&mut random)
        .map_err(SealingError::from)?;
    let algorithm = algorithm(certificate)?;
    let blank = Digest::of(algorithm.digest(), b"");
    let stamps: usize = office.stamps.unit().chain.iter().map(Vec::len).sum();
    let reserve = draft(&blank, (certificate, algorithm), order)
        .reserve(&chain(office, certificate), &[stamps + TOKEN])
        .map_err(SealingError::from)?;
    Ok(Chosen {
        field: format!("Signature-{}", hex(&random)),
        claimed: whole(office.clock.now()),
        reserve,
    })
}

/// Lays a signature out.
pub(crate) fn prepare(
    office: &Office,
    (admitted, order): (&Admitted, &SignOrder),
    chosen: &Chosen,
    file: &Vec<u8>,
) -> Result<Prepared, SignError> {
    let visible = order.visible;
    let certificate = &admitted.certificate;
    let algorithm = algorithm(certificate)?;
    let drawn = match visible {
        Some(_) => Some(drawn(admitted)?),
        None => None,
    };
    let bodies = |first: u32| {
        drawn
            .as_ref()
            .map_or_else(Vec::new, |drawn| drawn.bodies(first))
    };
    let appearance = drawn.as_ref().map(|drawn| Appearance {
        width: drawn.width(),
        height: drawn.height(),
        bodies: &bodies,
    });
    let name = chosen.field.as_str();
    let place = match (visible, &drawn) {
        (Some(at), Some(drawn)) => Place::Page(NewField {
            name,
            page: at.page,
            corner: at.corner,
            size: (drawn.width(), drawn.height()),
            described: admitted.signer.person.name(),
        }),
        _ => Place::Invisible { name },
    };
    let request = SealRequest {
        place,
        appearance,
        certification: Certification::Approval,
        claimed: office.settings.zone.local(chosen.claimed),
        name: Some(admitted.signer.person.name()),
        // EN 319 142-1 6.3: the words of the intent, under what is signed; no commitment type beside them.
        reason: Some(admitted.intent.as_str()),
        location: None,
        contact: None,
        reserve: chosen.reserve,
    };
    let revision = affix::seal::prepare(file, &request).map_err(SealingError::from)?;
    let digest = revision.digest(file, algorithm.digest());
    let digest = digest.map_err(SealingError::from)?;
    let message = draft(&digest, (certificate, algorithm), order).prepare();
    let message = message.map_err(SealingError::from)?;
    Ok(Prepared {
        to_be_signed: message.to_be_signed(),
        revision,
        message,
        claimed: chosen.claimed,
        field: chosen.field.clone(),
    })
}

/// An appearance, and no proof: the legal act is the key's signature (domain.md 4.3).
fn drawn(admitted: &Admitted) -> Result<document::Appearance, SignError> {
    if let Some(sample) = &admitted.sample {
        return Ok(document::Appearance::draw(sample)?);
    }
    let seal = NameSeal {
        name: admitted.signer.person.name(),
        colour: RED,
    };
    Ok(document::Appearance::draw(&seal.square()?)?)
}
