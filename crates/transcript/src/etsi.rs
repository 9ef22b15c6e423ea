//! The signature validation report of ETSI TS 119 102-2 v1.4.1, clause 4, as XML.
//!
//! # Shape
//! `ValidationReport` with one `SignatureValidationReport` for each signature (document time-stamps are validation objects
//! with a report of their own, clause 4.4.8), then all `SignatureValidationObjects`. Identifiers: `S-n` a signature by its
//! place, `D-n` what it signs, `C-`, `R-`, `O-`, `T-` with the SHA-256 of a certificate, list, answer, token. What the
//! standard has no word for stands under `urn:yinxin:`.

use crate::inventory::{Inventory, Met, ObjectKind, Particulars};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::{Digest, DigestAlgorithm};
use finding::{Indication, SubIndication};
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;
use verify::report::{ChangeTold, Covers, SignatureReport, TimeSource};
use verify::{Policy, Report, Verdict};

use crate::Judgement;
use crate::constraint::constraints;
use crate::xml::Xml;

mod attributes;
mod held_against;
mod objects;
mod status;

/// Namespace of TS 119 102-2 v1.4.1.
const NAMESPACE: &str = "http://uri.etsi.org/19102/v1.4.1#";
/// Namespace of what the standard leaves to others.
const OWN: &str = "urn:yinxin:report:1";

const NAMESPACES: [(&str, &str); 4] = [
    ("xmlns", NAMESPACE),
    ("xmlns:ds", "http://www.w3.org/2000/09/xmldsig#"),
    ("xmlns:XAdES", "http://uri.etsi.org/01903/v1.3.2#"),
    ("xmlns:yx", OWN),
];

/// The report as XML, UTF-8. It keeps the schema of the standard; same judgement, same octets.
#[must_use]
pub fn etsi(judgement: &Judgement<'_>) -> String {
    let held = held(judgement);
    let telling = Telling {
        held: &held,
        report: judgement.report,
        policy: judgement.policy,
    };
    let mut xml = Xml::new();
    xml.element("ValidationReport", &NAMESPACES, |xml| telling.whole(xml));
    xml.finish()
}

/// What proves the time of a signature.
pub(crate) struct Proof {
    /// The process of EN 319 102-1 that the result came out of.
    pub(crate) process: &'static str,
    /// The best-signature-time: the moment of judging where nothing proves an earlier one.
    pub(crate) moment: String,
    /// SHA-256 of the token that proves it, hex.
    pub(crate) token: Option<String>,
}

/// The proof of each signature, in the report's order.
pub(crate) fn proofs(judgement: &Judgement<'_>) -> Vec<Proof> {
    let held = held(judgement);
    let telling = Telling {
        held: &held,
        report: judgement.report,
        policy: judgement.policy,
    };
    telling
        .all()
        .map(|one| telling.proof_and_process(one))
        .collect()
}

/// What the artefact holds, and whatever else a chain went through: every reference has to lead somewhere.
fn held(judgement: &Judgement<'_>) -> Inventory {
    let mut held = Inventory::of(judgement.case, judgement.trust, judgement.material);
    let basis = &judgement.report.basis;
    for chain in &basis.chains {
        for certificate in &chain.certificates {
            if held
                .find(ObjectKind::Certificate, certificate.der())
                .is_none()
            {
                held.put(ObjectKind::Certificate, certificate.der(), Met::Trust);
            }
        }
    }
    held
}

/// One report in the making.
struct Telling<'a> {
    held: &'a Inventory,
    report: &'a Report,
    policy: &'a Policy,
}

/// A signature of the report, with what it says of itself.
#[derive(Clone, Copy)]
struct One<'a> {
    place: usize,
    report: &'a SignatureReport,
    told: &'a Particulars,
}

impl One<'_> {
    fn is_signature(&self) -> bool {
        !self.told.is_time_stamp
    }
}

static NOTHING: Particulars = Particulars {
    is_time_stamp: false,
    value: None,
    to_be_signed: None,
    document: None,
    attributes: Vec::new(),
    stamps: Vec::new(),
};

impl<'a> Telling<'a> {
    fn all(&self) -> impl Iterator<Item = One<'a>> {
        let (held, report) = (self.held, self.report);
        report
            .signatures
            .iter()
            .enumerate()
            .map(|(place, one)| One {
                place,
                report: one,
                told: held.signatures.get(place).unwrap_or(&NOTHING),
            })
    }

    fn whole(&self, xml: &mut Xml) {
        self.signatures(xml);
        self.objects(xml);
    }

    fn signatures(&self, xml: &mut Xml) {
        let mut some = false;
        for one in self.all().filter(One::is_signature) {
            some = true;
            xml.open("SignatureValidationReport", |xml| self.signature(xml, one));
        }
        if !some {
            xml.open("SignatureValidationReport", |xml| self.nothing(xml));
        }
    }

    /// Clause 4.3: one signature.
    fn signature(&self, xml: &mut Xml, one: One<'_>) {
        self.identifier(xml, one);
        self.constraints(xml, Some(one.report));
        self.times(xml, one);
        document(xml, one);
        attributes::attributes(self, xml, one);
        self.signer(xml, one.report);
        process(xml, one.report);
        status::status(self, xml, one);
        xml.open("OtherInformation", |xml| self.ours(xml, one.report));
    }

    /// Where there is no signature to report of: the verdict on the artefact.
    fn nothing(&self, xml: &mut Xml) {
        self.constraints(xml, None);
        xml.open("SignatureValidationStatus", |xml| self.no_status(xml));
        xml.open("OtherInformation", |xml| self.verdict(xml));
    }

    fn no_status(&self, xml: &mut Xml) {
        let known = self.indication();
        xml.text("MainIndication", known.map_or(self.no_indication(), main));
        if let Some(sub) = self.report.sub_indication.filter(|_| known.is_some()) {
            xml.text("SubIndication", &sub_uri(sub));
        }
    }

    /// The indication, where the words of the standard fit.
    fn indication(&self) -> Option<Indication> {
        let foreign = [Verdict::NotSigned, Verdict::NotProcessed];
        let fits = !foreign.contains(&self.report.verdict);
        self.report.indication.filter(|_| fits)
    }

    fn no_indication(&self) -> &'static str {
        match self.report.verdict {
            Verdict::NotProcessed => "urn:yinxin:mainindication:not-processed",
            _ => "urn:yinxin:mainindication:not-signed",
        }
    }

    /// Clause 4.3.3.
    fn identifier(&self, xml: &mut Xml, one: One<'_>) {
        let id = signature_id(one.place);
        xml.element("SignatureIdentifier", &[("id", &id)], |xml| {
            identified(xml, one);
        });
    }

    /// Clause 4.3.4: policy, and each constraint with its level, status and result.
    fn constraints(&self, xml: &mut Xml, signature: Option<&SignatureReport>) {
        let all = constraints(signature, &self.report.findings, self.policy);
        xml.open("ValidationConstraintsEvaluationReport", |xml| {
            self.policy(xml);
            for one in all.iter().filter(|one| one.is_reached()) {
                xml.open("ValidationConstraint", |xml| held_against::tell(xml, one));
            }
        });
    }

    fn policy(&self, xml: &mut Xml) {
        xml.open("SignatureValidationPolicy", |xml| {
            xml.open("SignaturePolicyIdentifier", implied);
            xml.text("PolicyName", &self.report.policy);
        });
    }

    /// Clause 4.3.5: the moment of judging, and the best-signature-time with what proves it.
    fn times(&self, xml: &mut Xml, one: One<'_>) {
        let proof = self.proof(one);
        let (moment, token) = proof.unwrap_or_else(|| (self.report.at.clone(), None));
        xml.open("ValidationTimeInfo", |xml| {
            xml.text("ValidationTime", &self.report.at);
            proof_of(xml, "BestSignatureTime", (&moment, token.as_deref()));
        });
    }

    /// The proven time of a signature, and the identifier of the token that proves it.
    fn proof(&self, one: One<'_>) -> Option<(String, Option<String>)> {
        let moment = one.report.signing_time.clone()?;
        let stamps = self.stamps(one)?;
        let mut fitting = stamps
            .iter()
            .filter(|(_, stated)| written(*stated) == moment);
        let token = fitting.next().and_then(|(place, _)| self.object_id(*place));
        Some((moment, token))
    }

    fn proof_and_process(&self, one: One<'_>) -> Proof {
        let proof = self.proof(one);
        let (moment, token) = proof.unwrap_or_else(|| (self.report.at.clone(), None));
        let token = token.and_then(|id| id.split_once('-').map(|(_, digits)| digits.to_owned()));
        Proof {
            process: came_of(one.report),
            moment,
            token,
        }
    }

    /// The tokens of the kind that proves the time of a signature; `None` where nothing does.
    fn stamps(&self, one: One<'_>) -> Option<Vec<(usize, UtcDateTime)>> {
        match one.report.time_source {
            TimeSource::SignatureTimeStamp => Some(one.told.stamps.clone()),
            TimeSource::DocumentTimeStamp => Some(self.over_document(one.place)),
            TimeSource::Claimed | TimeSource::None => None,
        }
    }

    fn over_document(&self, place: usize) -> Vec<(usize, UtcDateTime)> {
        let later = self.held.signatures.iter().skip(place);
        let later = later.filter(|one| one.is_time_stamp);
        later.flat_map(|one| one.stamps.clone()).collect()
    }

    /// Clause 4.3.8.
    fn signer(&self, xml: &mut Xml, report: &SignatureReport) {
        let certificate = report.certificate.as_deref();
        let Some(id) = certificate.and_then(|der| self.certificate_id(der)) else {
            return;
        };
        xml.open("SignerInformation", |xml| {
            reference(xml, "SignerCertificate", &id);
            if let Some(signer) = &report.signer {
                xml.text("Signer", signer);
            }
        });
    }

    /// What the standard has no element for.
    fn ours(&self, xml: &mut Xml, report: &SignatureReport) {
        xml.text("yx:Covers", covers(report.covers));
        xml.text("yx:Format", report.format);
        if let Some(level) = report.level {
            xml.text("yx:Level", level);
        }
        report.changes_after.iter().for_each(|one| change(xml, one));
        self.verdict(xml);
    }

    fn verdict(&self, xml: &mut Xml) {
        xml.text("yx:Verdict", self.report.verdict.code());
        if let Some(answer) = self.report.answer {
            xml.text("yx:Answer", answer.code());
        }
        sentence(xml, "zh", &self.report.sentence.zh);
        sentence(xml, "en", &self.report.sentence.en);
    }

    fn certificate_id(&self, der: &[u8]) -> Option<String> {
        let place = self.held.find(ObjectKind::Certificate, der)?;
        self.object_id(place)
    }

    fn object_id(&self, place: usize) -> Option<String> {
        self.held.objects.get(place).map(objects::id)
    }
}

fn implied(xml: &mut Xml) {
    xml.open("XAdES:SignaturePolicyImplied", |_| {});
}

fn sentence(xml: &mut Xml, language: &str, text: &str) {
    let language = [("xml:lang", language)];
    xml.element("yx:Sentence", &language, |xml| xml.escape(text));
}

fn change(xml: &mut Xml, change: &ChangeTold) {
    let permitted = if change.permitted { "true" } else { "false" };
    let named = [("code", change.code), ("permitted", permitted)];
    xml.element("yx:Change", &named, |xml| xml.escape(&change.text));
}

fn covers(covers: Covers) -> &'static str {
    match covers {
        Covers::WholeFile => "whole_file",
        Covers::Revision => "revision",
        Covers::Part => "part",
    }
}

/// Clause 4.3.3: what the signature is known by.
fn identified(xml: &mut Xml, one: One<'_>) {
    if let Some(signed) = &one.told.to_be_signed {
        xml.open("DigestAlgAndValue", |xml| digest(xml, signed));
    }
    if let Some(value) = &one.told.value {
        xml.text("ds:SignatureValue", &STANDARD.encode(value));
    }
    xml.text("HashOnly", "false");
    xml.text("DocHashOnly", "false");
    if let Some(field) = &one.report.field {
        xml.text("DAIdentifier", field);
    }
    if let Some(value) = &one.told.value {
        xml.open("OtherInformation", |xml| value_digest(xml, value));
    }
}

fn value_digest(xml: &mut Xml, value: &[u8]) {
    let own = Digest::of(DigestAlgorithm::Sha256, value);
    xml.open("yx:SignatureValueDigest", |xml| digest(xml, &own));
}

/// Clause 4.3.6.
fn document(xml: &mut Xml, one: One<'_>) {
    if let Some(document) = &one.told.document {
        xml.open("SignersDocument", |xml| {
            xml.open("DigestAlgAndValue", |xml| digest(xml, document));
            let id = document_id(one.place);
            reference(xml, "SignersDocumentRepresentation", &id);
        });
    }
}

/// Clause 4.4.6: as of when something existed, and the token that says so.
fn proof_of(xml: &mut Xml, name: &str, (moment, token): (&str, Option<&str>)) {
    xml.open(name, |xml| {
        xml.text("POETime", moment);
        xml.text("TypeOfProof", "urn:etsi:019102:poetype:validation");
        if let Some(token) = token {
            reference(xml, "POEObject", token);
        }
    });
}

/// Clause 4.3.10: which process of EN 319 102-1 the result came out of.
fn process(xml: &mut Xml, report: &SignatureReport) {
    let word = format!("urn:etsi:019102:validationprocess:{}", came_of(report));
    xml.open("SignatureValidationProcess", |xml| {
        xml.text("SignatureValidationProcessID", &word);
    });
}

fn came_of(report: &SignatureReport) -> &'static str {
    match report.time_source {
        TimeSource::DocumentTimeStamp => "LTA",
        TimeSource::SignatureTimeStamp => "LTVM",
        TimeSource::Claimed | TimeSource::None => "Basic",
    }
}

/// Annex B of EN 319 102-1, as TS 119 102-2 4.3.11 writes it.
fn main(indication: Indication) -> &'static str {
    match indication {
        Indication::Passed => "urn:etsi:019102:mainindication:total-passed",
        Indication::Indeterminate => "urn:etsi:019102:mainindication:indeterminate",
        Indication::Failed => "urn:etsi:019102:mainindication:total-failed",
    }
}

fn sub_uri(sub: SubIndication) -> String {
    format!("urn:etsi:019102:subindication:{}", sub.name())
}

fn signature_id(place: usize) -> String {
    format!("S-{}", place.saturating_add(1))
}

fn document_id(place: usize) -> String {
    format!("D-{}", place.saturating_add(1))
}

fn reference(xml: &mut Xml, name: &str, to: &str) {
    xml.element(name, &[("VOReference", to)], |_| {});
}

/// The content of a `DigestAlgAndValueType`.
fn digest(xml: &mut Xml, digest: &Digest) {
    let method = method(digest.algorithm());
    xml.element("ds:DigestMethod", &[("Algorithm", method)], |_| {});
    xml.text("ds:DigestValue", &STANDARD.encode(digest.bytes()));
}

/// The identifiers of TS 119 312 and RFC 9231; SM3 by its object identifier.
fn method(algorithm: DigestAlgorithm) -> &'static str {
    match algorithm {
        DigestAlgorithm::Sha1 => "http://www.w3.org/2000/09/xmldsig#sha1",
        DigestAlgorithm::Sha256 => "http://www.w3.org/2001/04/xmlenc#sha256",
        DigestAlgorithm::Sha384 => "http://www.w3.org/2001/04/xmldsig-more#sha384",
        DigestAlgorithm::Sha512 => "http://www.w3.org/2001/04/xmlenc#sha512",
        DigestAlgorithm::Sm3 => "urn:oid:1.2.156.10197.1.401",
        _ => "urn:etsi:019102:algorithm:unidentified",
    }
}

/// A moment as `xs:dateTime`, whole seconds, as the report has it.
fn written(moment: UtcDateTime) -> String {
    let whole = moment.replace_nanosecond(0).unwrap_or(moment);
    whole.format(&Rfc3339).unwrap_or_default()
}
