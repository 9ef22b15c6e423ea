//! The objects that a result rests on (TS 119 102-2 4.4).

use crate::inventory::{Object, ObjectKind};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::{Digest, DigestAlgorithm};
use verify::report::TimeSource;

use super::status::indications;
use super::{One, Telling, digest, document_id, method, process, proof_of, reference, written};
use crate::xml::Xml;

/// Octets of an object that stand in the report; of larger ones the digest does.
const MAX_INLINE: usize = 1 << 20;

/// The identifier of an object.
pub(super) fn id(object: &Object) -> String {
    let digits = object.sha256.map(|octet| format!("{octet:02x}"));
    format!("{}-{}", letter(object.kind), digits.concat())
}

fn letter(kind: ObjectKind) -> char {
    match kind {
        ObjectKind::Certificate => 'C',
        ObjectKind::Crl => 'R',
        ObjectKind::Ocsp => 'O',
        ObjectKind::TimeStamp => 'T',
    }
}

/// 4.4.3.
fn word(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Certificate => "certificate",
        ObjectKind::Crl => "CRL",
        ObjectKind::Ocsp => "OCSPResponse",
        ObjectKind::TimeStamp => "timestamp",
    }
}

fn object_type(xml: &mut Xml, word: &str) {
    let word = format!("urn:etsi:019102:validationObject:{word}");
    xml.text("ObjectType", &word);
}

impl Telling<'_> {
    pub(super) fn objects(&self, xml: &mut Xml) {
        if !self.held.objects.is_empty() || self.documents().next().is_some() {
            xml.open("SignatureValidationObjects", |xml| self.each(xml));
        }
    }

    fn each(&self, xml: &mut Xml) {
        for one in self.documents() {
            let id = document_id(one.place);
            xml.element("ValidationObject", &[("id", &id)], |xml| {
                self.document(xml, one)
            });
        }
        for (place, object) in self.held.objects.iter().enumerate() {
            let id = id(object);
            xml.element("ValidationObject", &[("id", &id)], |xml| {
                self.object(xml, (place, object))
            });
        }
    }

    /// Signatures of which it is known what they sign.
    fn documents(&self) -> impl Iterator<Item = One<'_>> {
        let signatures = self.all().filter(One::is_signature);
        signatures.filter(|one| one.told.document.is_some())
    }

    fn document(&self, xml: &mut Xml, one: One<'_>) {
        object_type(xml, "signedData");
        xml.open("ValidationObjectRepresentation", |xml| {
            digested(xml, one.told.document.as_ref());
        });
        let proof = self.proof(one);
        let (moment, token) = proof.unwrap_or_else(|| (self.report.at.clone(), None));
        proof_of(xml, "POE", (&moment, token.as_deref()));
    }

    fn object(&self, xml: &mut Xml, (place, object): (usize, &Object)) {
        object_type(xml, word(object.kind));
        xml.open("ValidationObjectRepresentation", |xml| {
            represent(xml, object)
        });
        let (moment, token) = self.existed(object);
        proof_of(xml, "POE", (&moment, token.as_deref()));
        if object.kind == ObjectKind::TimeStamp {
            self.token(xml, place);
        }
    }

    /// 4.4.6: since when an object is proven to exist, and by which token, where one alone states that moment; the moment of
    /// judging where nothing proves an earlier one.
    fn existed(&self, object: &Object) -> (String, Option<String>) {
        let Some(moment) = self.report.basis.existed(&object.sha256) else {
            return (self.report.at.clone(), None);
        };
        let moment = written(moment);
        let stamps = self.held.signatures.iter().flat_map(|one| &one.stamps);
        let mut stating = stamps.filter(|(_, stated)| written(*stated) == moment);
        let token = match (stating.next(), stating.next()) {
            (Some((place, _)), None) => self.object_id(*place),
            _ => None,
        };
        (moment, token)
    }

    /// What a token proves where it holds, and, of one over the document, its own report (4.4.7, 4.4.8).
    fn token(&self, xml: &mut Xml, place: usize) {
        let Some((one, moment)) = self.stamped(place) else {
            return;
        };
        if proves(one) && one.report.signing_time.as_deref() == Some(&moment) {
            xml.open("POEProvisioning", |xml| self.provides(xml, &moment, one));
        }
        if one.told.is_time_stamp {
            xml.open("ValidationReport", |xml| self.stamp(xml, one));
        }
    }

    /// The signature that a token stands in, and the moment that it states.
    fn stamped(&self, place: usize) -> Option<(One<'_>, String)> {
        self.all().find_map(|one| {
            let mut stamps = one.told.stamps.iter();
            let (_, moment) = stamps.find(|(at, _)| *at == place)?;
            Some((one, written(*moment)))
        })
    }

    fn provides(&self, xml: &mut Xml, moment: &str, stamp: One<'_>) {
        xml.text("POETime", moment);
        let covered: Vec<One<'_>> = self.all().filter(|one| covers(stamp, *one)).collect();
        for one in covered.iter().filter(|one| one.told.document.is_some()) {
            reference(xml, "ValidationObject", &document_id(one.place));
        }
        for signed in covered
            .iter()
            .filter_map(|one| one.told.to_be_signed.as_ref())
        {
            xml.open("SignatureReference", |xml| signature_reference(xml, signed));
        }
    }

    fn stamp(&self, xml: &mut Xml, one: One<'_>) {
        self.identifier(xml, one);
        self.constraints(xml, Some(one.report));
        self.signer(xml, one.report);
        process(xml, one.report);
        xml.open("SignatureValidationStatus", |xml| indications(xml, one));
    }
}

/// Whether the time of this signature, or document time-stamp, is proven by a token of its own.
fn proves(one: One<'_>) -> bool {
    one.told.is_time_stamp || one.report.time_source == TimeSource::SignatureTimeStamp
}

/// One over the document covers every signature before it, one over a signature that signature.
fn covers(stamp: One<'_>, other: One<'_>) -> bool {
    other.is_signature()
        && if stamp.told.is_time_stamp {
            other.place < stamp.place
        } else {
            other.place == stamp.place
        }
}

fn signature_reference(xml: &mut Xml, signed: &Digest) {
    xml.text("DigestMethod", method(signed.algorithm()));
    xml.text("DigestValue", &STANDARD.encode(signed.bytes()));
}

fn represent(xml: &mut Xml, object: &Object) {
    if object.octets.len() <= MAX_INLINE {
        xml.text("base64", &STANDARD.encode(&object.octets));
    } else {
        let own = Digest::from_bytes(DigestAlgorithm::Sha256, &object.sha256);
        digested(xml, own.ok().as_ref());
    }
}

fn digested(xml: &mut Xml, of: Option<&Digest>) {
    if let Some(of) = of {
        xml.open("DigestAlgAndValue", |xml| digest(xml, of));
    }
}
