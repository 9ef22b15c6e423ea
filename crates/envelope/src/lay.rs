//! Steps before the signature: the octets to be signed, and what the public log commits to.

use catalogue::kind::Envelope;
use crypto::{Digest, DigestAlgorithm, Signature, SignatureAlgorithm, WrongForm, sha256};
use evidence::cms;
use facts::Described;
use jades::{Content, Named, Object};
use pki::Certificate;
use time::UtcDateTime;

use crate::content::{Item, UnfitDigest, unpack};
use crate::fault::LayOut;
use crate::unseen::described;

/// Whose seal it is.
#[derive(Debug, Clone, Copy)]
pub struct Signer<'a> {
    /// The certificate of the seal's key.
    pub certificate: &'a Certificate,
    /// Who issued it.
    pub authority: &'a Certificate,
    /// How the key signs.
    pub algorithm: SignatureAlgorithm,
}

/// An envelope that lacks its signature. Used once.
#[derive(Debug)]
pub struct Laid {
    pub(crate) form: Envelope,
    pub(crate) content: Held,
    pub(crate) shape: Shape,
    /// The seal's certificate and its issuer's.
    pub(crate) chain: [Vec<u8>; 2],
    to_be_signed: Vec<u8>,
    covered: [u8; 32],
}

/// What is at hand of the content.
#[derive(Debug)]
pub(crate) enum Held {
    /// All of it.
    Items(Vec<Item>),
    /// What is known of it.
    Digests(Vec<Described>),
}

/// The digest by which content is listed, named and archived.
pub(crate) const DIGEST: DigestAlgorithm = DigestAlgorithm::Sha256;

#[derive(Debug)]
pub(crate) enum Shape {
    /// CAdES, and the package that it goes into.
    Message(Box<cms::Prepared>, Option<asic::Prepared>),
    Json(Box<jades::Prepared>),
}

/// Lays an envelope of this form around what waited (as [`crate::pack`] or [`crate::describe`] made it). `claimed` is the signing time that the seal
/// claims, in whole seconds.
///
/// # Errors
/// [`LayOut`].
pub fn lay(
    form: Envelope,
    waited: &[u8],
    signer: &Signer<'_>,
    claimed: UtcDateTime,
) -> Result<Laid, LayOut> {
    if form.is_of_digest() {
        return of_digests(form, described(form, waited)?, (signer, claimed));
    }
    let items = unpack(form, waited)?;
    let (shape, to_be_signed, covered) = match form {
        Envelope::Cades | Envelope::AsicS | Envelope::AsicE => {
            let package = package(form, &items)?;
            let first = items.first().map(|item| item.octets.as_slice());
            let over = package
                .as_ref()
                .map_or(first, |package| Some(package.to_be_covered()));
            let over = over.unwrap_or_default();
            let digest = Digest::of(signer.algorithm.digest(), over);
            let message = message(&digest, signer, claimed)?;
            let covered = sha256(over);
            let signed = message.to_be_signed();
            (Shape::Message(Box::new(message), package), signed, covered)
        }
        _ => of_json(json(form, &items, (signer, claimed))?),
    };
    Ok(Laid {
        form,
        content: Held::Items(items),
        shape,
        chain: chain(signer),
        to_be_signed,
        covered,
    })
}

fn chain(signer: &Signer<'_>) -> [Vec<u8>; 2] {
    [signer.certificate, signer.authority].map(|one| one.der().to_vec())
}

/// A signature in JSON: itself, what is signed, and what the public log commits to.
fn of_json(json: jades::Prepared) -> (Shape, Vec<u8>, [u8; 32]) {
    let signed = json.to_be_signed().to_vec();
    let covered = sha256(&signed);
    (Shape::Json(Box::new(json)), signed, covered)
}

/// The same where digests take the place of content.
fn of_digests(
    form: Envelope,
    files: Vec<Described>,
    (signer, claimed): (&Signer<'_>, UtcDateTime),
) -> Result<Laid, LayOut> {
    let algorithms = || LayOut::Content(UnfitDigest::Algorithms.into());
    let (shape, to_be_signed, covered) = match files.as_slice() {
        [only] if form == Envelope::CadesOfDigest => {
            let digest = only.digest(signer.algorithm.digest());
            let message = message(digest.ok_or_else(algorithms)?, signer, claimed)?;
            let covered = only.digest(DIGEST).map(Digest::bytes);
            let covered = covered.and_then(|octets| octets.try_into().ok());
            let signed = message.to_be_signed();
            let shape = Shape::Message(Box::new(message), None);
            (shape, signed, covered.ok_or_else(algorithms)?)
        }
        files => {
            let named = files.iter().map(|file| {
                Some(Named {
                    uri: &file.name,
                    media_type: shortened(&file.media_type),
                    digest: file.digest(DIGEST)?,
                })
            });
            let named: Option<Vec<Named<'_>>> = named.collect();
            let named = named.ok_or_else(algorithms)?;
            of_json(draft(Content::ByDigest(&named), (signer, claimed))?)
        }
    };
    Ok(Laid {
        form,
        content: Held::Digests(files),
        shape,
        chain: chain(signer),
        to_be_signed,
        covered,
    })
}

/// The package that the message goes into, where it goes into one.
fn package(form: Envelope, items: &[Item]) -> Result<Option<asic::Prepared>, LayOut> {
    let files: Vec<asic::File<'_>> = items
        .iter()
        .map(|item| asic::File {
            name: &item.name,
            media_type: media_type(&item.name),
            octets: &item.octets,
        })
        .collect();
    let kind = asic::ProofKind::Signature;
    Ok(match (form, files.as_slice()) {
        (Envelope::AsicS, [only]) => Some(asic::Prepared::simple(only, kind)?),
        (Envelope::AsicE, all) => Some(asic::Prepared::extended(all, kind, DIGEST)?),
        _ => None,
    })
}

/// EN 319 122-1 6.3: detached, with the signing time in the message.
fn message(
    digest: &Digest,
    signer: &Signer<'_>,
    claimed: UtcDateTime,
) -> Result<cms::Prepared, LayOut> {
    let draft = cms::Draft::cades(digest, signer.certificate, signer.algorithm, claimed)
        .committing_to(cms::Commitment::Approval);
    Ok(draft.prepare()?)
}

/// TS 119 182-1 6.3; content beside it by the digest of each file (5.2.8.3.3).
fn json(
    form: Envelope,
    items: &[Item],
    (signer, claimed): (&Signer<'_>, UtcDateTime),
) -> Result<jades::Prepared, LayOut> {
    let objects: Vec<Object<'_>> = items
        .iter()
        .map(|item| Object {
            uri: &item.name,
            media_type: shortened(media_type(&item.name)),
            octets: &item.octets,
        })
        .collect();
    let content = match (form, items) {
        (Envelope::JadesDetached, _) => Content::ByUriHash(DIGEST, &objects),
        (_, items) => {
            let only = items.first().map(|item| item.octets.as_slice());
            Content::Inside(only.unwrap_or_default(), None)
        }
    };
    draft(content, (signer, claimed))
}

/// RFC 7515 4.1.10: a media type, without `application/` before it where nothing else in it has a slash.
fn shortened(media_type: &str) -> &str {
    let short = media_type.strip_prefix("application/");
    short.unwrap_or(media_type)
}

fn draft(
    content: Content<'_>,
    (signer, claimed): (&Signer<'_>, UtcDateTime),
) -> Result<jades::Prepared, LayOut> {
    let chain = [signer.authority.clone()];
    let draft = jades::Draft {
        certificate: signer.certificate,
        chain: &chain,
        algorithm: signer.algorithm,
        named_by: DIGEST,
        claimed,
        content,
        commitments: &[jades::Commitment::Approval],
        policy: None,
        content_stamps: &[],
    };
    Ok(draft.prepare()?)
}

/// What a file is by the ending of its name: nothing that a caller says of it is sealed beside it.
fn media_type(name: &str) -> &'static str {
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        Some("json") => "application/json",
        Some("xml") => "application/xml",
        Some("pdf") => "application/pdf",
        Some("csv") => "text/csv",
        Some("txt") => "text/plain",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        _ => "application/octet-stream",
    }
}

impl Laid {
    /// The octets to be signed.
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        &self.to_be_signed
    }

    /// D18: SHA-256 over what the signature is over: the content, the manifest of a package, the signing input of JSON.
    #[must_use]
    pub fn covered(&self) -> [u8; 32] {
        self.covered
    }

    /// The value of this signature as it will stand in the file: DER in CMS, `r ‖ s` in JSON.
    ///
    /// # Errors
    /// It is none of the algorithm.
    pub fn value(&self, signature: &Signature) -> Result<Vec<u8>, WrongForm> {
        match &self.shape {
            Shape::Message(..) => Ok(signature.bytes().to_vec()),
            Shape::Json(json) => json.value(signature),
        }
    }

    /// What the time-stamp of a signature of this value is over.
    #[must_use]
    pub fn stamped(&self, value: &[u8]) -> Vec<u8> {
        match &self.shape {
            Shape::Message(..) => value.to_vec(),
            Shape::Json(_) => jades::Prepared::stamped(value),
        }
    }
}
