//! Steps after the signature: time-stamp, receipt, what proves them later, and the time-stamp over all of it.

use catalogue::kind::Envelope;
use crypto::{Digest, Signature};
use evidence::cms::{Attribute, Extended, Material, PreparedArchive, SignedData, prepare_archive};
use jades::{Element, Token};

use crate::fault::FinishEnvelope;
use crate::lay::{DIGEST, Held, Laid, Shape};

/// What proves a signature and its time-stamp in later years: DER, whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// Certificates: of the seal, its issuer, the time-stamp unit, who answers for status.
    pub certificates: Vec<Vec<u8>>,
    /// OCSP responses.
    pub ocsps: Vec<Vec<u8>>,
    /// Revocation lists.
    pub crls: Vec<Vec<u8>>,
}

/// A sealed envelope, which may still take what comes later.
#[derive(Debug)]
pub struct Sealed {
    form: Envelope,
    content: Held,
    held: Finished,
}

#[derive(Debug)]
enum Finished {
    /// The message, and the package that it goes into.
    Message(Vec<u8>, Option<asic::Prepared>),
    Json(Box<Token>),
}

/// An envelope that lacks the time-stamp over all of it. Used once.
#[derive(Debug)]
pub struct Archiving {
    imprint: Digest,
    around: Around,
}

#[derive(Debug)]
enum Around {
    /// Inside the message, which may lie in a package.
    Message(Box<PreparedArchive>, Option<asic::Prepared>),
    /// Beside everything in the package.
    Package(Box<asic::Prepared>),
    Json(Box<Token>),
}

impl Laid {
    /// The envelope with its signature, the time-stamp token over it where the level has one, and the receipt of the public log.
    /// The compact serialization has no room for either: its receipt is told beside it.
    ///
    /// # Errors
    /// `Form`; `NoRoom` for a time-stamp in the compact serialization.
    pub fn finish(
        self,
        signature: &Signature,
        stamp: Option<&[u8]>,
        receipt: &[u8],
    ) -> Result<Sealed, FinishEnvelope> {
        let held = match self.shape {
            Shape::Message(message, package) => {
                let unsigned: Vec<Attribute> = stamp
                    .map(Attribute::signature_time_stamp)
                    .into_iter()
                    .chain([Attribute::receipt(receipt)])
                    .collect();
                Finished::Message(message.finish(signature, &self.chain, &unsigned), package)
            }
            Shape::Json(json) if self.form == Envelope::JadesCompact => {
                if stamp.is_some() {
                    return Err(FinishEnvelope::NoRoom);
                }
                Finished::Json(Box::new(json.finish(signature)?))
            }
            Shape::Json(json) => {
                let mut token = json.finish(signature)?;
                if let Some(stamp) = stamp {
                    token = token.with(Element::SignatureTimeStamp(vec![stamp.to_vec()]))?;
                }
                Finished::Json(Box::new(token.with(Element::Receipt(receipt.to_vec()))?))
            }
        };
        Ok(Sealed {
            form: self.form,
            content: self.content,
            held,
        })
    }
}

impl Sealed {
    /// The same with what proves it later (level LT).
    ///
    /// # Errors
    /// `Message`, `Json`; `NoRoom` for the compact serialization.
    pub fn keep(self, proof: &Proof) -> Result<Sealed, FinishEnvelope> {
        let held = match self.held {
            Finished::Message(message, package) => {
                let mut extended = Extended::of(SignedData::parse(&message)?);
                extended.add_material(&Material {
                    certificates: &proof.certificates,
                    crls: &proof.crls,
                    ocsp_responses: &proof.ocsps,
                });
                Finished::Message(extended.encode(), package)
            }
            Finished::Json(_) if self.form == Envelope::JadesCompact => {
                return Err(FinishEnvelope::NoRoom);
            }
            Finished::Json(token) => {
                let certificates = Element::Certificates(proof.certificates.clone());
                let status = Element::Revocations {
                    crls: proof.crls.clone(),
                    ocsps: proof.ocsps.clone(),
                };
                Finished::Json(Box::new(token.with(certificates)?.with(status)?))
            }
        };
        Ok(Sealed { held, ..self })
    }

    /// What a time-stamp over all of it is over (level LTA): inside the signature, or of a package with a manifest beside
    /// everything in it (EN 319 162-1 4.4.4).
    ///
    /// # Errors
    /// [`FinishEnvelope`]; `NoRoom` for the compact serialization, `Content` for JSON over content that was not sent.
    pub fn archive(self) -> Result<Archiving, FinishEnvelope> {
        let (imprint, around) = match self.held {
            Finished::Message(message, Some(package)) if self.form == Envelope::AsicE => {
                let package = asic::Prepared::archive(&package.finish(&message)?, DIGEST)?;
                let imprint = Digest::of(DIGEST, package.to_be_covered());
                (imprint, Around::Package(Box::new(package)))
            }
            Finished::Message(message, package) => {
                let content = digest(&self.content).ok_or(FinishEnvelope::Content)?;
                let message = SignedData::parse(&message)?;
                let archive = prepare_archive(&message, 0, &content)?;
                let imprint = archive.imprint().clone();
                (imprint, Around::Message(Box::new(archive), package))
            }
            Finished::Json(token) => {
                if self.form == Envelope::JadesCompact {
                    return Err(FinishEnvelope::NoRoom);
                }
                let find = |name: Option<&str>| found(&self.content, name);
                let place = token.unsigned().elements().count();
                // Every element is in base64url, so that there is an input where every file is at hand (5.3.6.3.1).
                let input = token.archive_input(&find, place);
                let input = input.ok_or(FinishEnvelope::Content)?;
                (Digest::of(DIGEST, &input), Around::Json(token))
            }
        };
        Ok(Archiving { imprint, around })
    }

    /// The file.
    ///
    /// # Errors
    /// `Package`; `NoRoom` where the compact serialization cannot have it.
    pub fn encode(self) -> Result<Vec<u8>, FinishEnvelope> {
        Ok(match self.held {
            Finished::Message(message, Some(package)) => package.finish(&message)?,
            Finished::Message(message, None) => message,
            Finished::Json(token) if self.form == Envelope::JadesCompact => {
                let text = token.compact().ok_or(FinishEnvelope::NoRoom)?;
                text.into_bytes()
            }
            Finished::Json(token) => token.flattened().into_bytes(),
        })
    }
}

/// The file of this name.
fn found<'a>(content: &'a Held, name: Option<&str>) -> Option<&'a [u8]> {
    let Held::Items(items) = content else {
        return None;
    };
    let mut items = items.iter();
    let found = items.find(|item| Some(item.name.as_str()) == name)?;
    Some(&found.octets)
}

/// The digest of the content of a form with one file.
fn digest(content: &Held) -> Option<Digest> {
    match content {
        Held::Items(items) => Some(Digest::of(DIGEST, &items.first()?.octets)),
        Held::Digests(files) => files.first()?.digest(DIGEST).cloned(),
    }
}

impl Archiving {
    /// The digest to be stamped.
    #[must_use]
    pub fn imprint(&self) -> &Digest {
        &self.imprint
    }

    /// The file with this token over [`Self::imprint`].
    ///
    /// # Errors
    /// `Archive`, `Json`, `Package`.
    pub fn finish(self, token: &[u8]) -> Result<Vec<u8>, FinishEnvelope> {
        Ok(match self.around {
            Around::Message(archive, package) => {
                let message = archive.finish(token)?;
                match package {
                    Some(package) => package.finish(&message)?,
                    None => message,
                }
            }
            Around::Package(package) => package.finish(token)?,
            Around::Json(json) => {
                let archived = json.with(Element::ArchiveTimeStamp(vec![token.to_vec()]))?;
                archived.flattened().into_bytes()
            }
        })
    }
}
