//! The result for one signature and what goes with it (TS 119 102-2 4.3.11, 4.3.12).

use crate::inventory::ObjectKind;
use asn1::Reader;
use finding::{Finding, SubIndication};
use pki::crl::Reason;
use time::UtcDateTime;
use verify::Severity;
use verify::report::{ChainUsed, StatusUsed};

use super::held_against::told;
use super::{One, Telling, main, reference, sub_uri, written};
use crate::xml::Xml;

pub(super) fn status(telling: &Telling<'_>, xml: &mut Xml, one: One<'_>) {
    xml.open("SignatureValidationStatus", |xml| {
        indications(xml, one);
        associated(telling, xml, one);
    });
}

pub(super) fn indications(xml: &mut Xml, one: One<'_>) {
    xml.text("MainIndication", main(one.report.indication));
    if let Some(sub) = one.report.sub_indication {
        xml.text("SubIndication", &sub_uri(sub));
    }
}

/// Chain, statuses and what made it fail: 4.3.12.
fn associated(telling: &Telling<'_>, xml: &mut Xml, one: One<'_>) {
    let own = one.report.certificate.as_deref();
    if let Some(chain) = own.and_then(|der| telling.report.basis.chain_of(der)) {
        let about = Chained::of(telling, chain);
        xml.open("AssociatedValidationReportData", |xml| about.tell(xml));
    }
    let findings = one.report.findings.iter();
    let weigh: Vec<&Finding> = findings
        .filter(|one| one.severity == Severity::Error)
        .collect();
    if !weigh.is_empty() {
        xml.open("AssociatedValidationReportData", |xml| told(xml, &weigh));
    }
    if let Some(moment) = later(telling, one) {
        xml.open("AssociatedValidationReportData", |xml| {
            tell_later(xml, moment)
        });
    }
}

/// EN 319 102-1 table 5: of TRY_LATER when the status that is missing is to be had, where that is known.
fn later(telling: &Telling<'_>, one: One<'_>) -> Option<UtcDateTime> {
    let is_open = one.report.sub_indication == Some(SubIndication::TryLater);
    let own = one.report.certificate.as_deref().filter(|_| is_open);
    telling.report.basis.later_of(own?)
}

fn tell_later(xml: &mut Xml, moment: UtcDateTime) {
    xml.open("AdditionalValidationReportData", |xml| {
        xml.open("ReportData", |xml| {
            xml.text("Type", "urn:yinxin:try-later");
            xml.text("Value", &written(moment));
        });
    });
}

/// A chain with the identifiers of its certificates.
struct Chained<'a> {
    telling: &'a Telling<'a>,
    chain: &'a ChainUsed,
    ids: Vec<String>,
}

impl<'a> Chained<'a> {
    fn of(telling: &'a Telling<'a>, chain: &'a ChainUsed) -> Chained<'a> {
        let all = chain.certificates.iter();
        let ids = all.filter_map(|one| telling.certificate_id(one.der()));
        Chained {
            telling,
            chain,
            ids: ids.collect(),
        }
    }

    /// In the order of the schema: anchor, chain, related objects, revocation, algorithms.
    fn tell(&self, xml: &mut Xml) {
        self.tell_anchor(xml);
        xml.open("CertificateChain", |xml| self.certificates(xml));
        for id in self.chain.statuses.iter().filter_map(|one| self.id_of(one)) {
            reference(xml, "RelatedValidationObject", &id);
        }
        self.revocation(xml);
        self.algorithms(xml);
    }

    /// The anchor's certificate, where the chain holds.
    fn anchor(&self) -> Option<&String> {
        self.ids.last().filter(|_| self.chain.anchor.is_some())
    }

    fn tell_anchor(&self, xml: &mut Xml) {
        if let Some(anchor) = self.anchor() {
            reference(xml, "TrustAnchor", anchor);
        }
    }

    fn certificates(&self, xml: &mut Xml) {
        for (place, id) in self.ids.iter().enumerate() {
            match (place, self.anchor()) {
                (0, _) => reference(xml, "SigningCertificate", id),
                (_, Some(anchor)) if anchor == id => {}
                _ => reference(xml, "IntermediateCertificate", id),
            }
        }
        self.tell_anchor(xml);
    }

    fn id_of(&self, status: &StatusUsed) -> Option<String> {
        let octets = self.telling.report.basis.octets(status.place)?;
        let kinds = [ObjectKind::Crl, ObjectKind::Ocsp].into_iter();
        let mut places = kinds.filter_map(|kind| self.telling.held.find(kind, octets));
        self.telling.object_id(places.next()?)
    }

    /// 4.3.12.6: whose, since when, why, and who says so.
    fn revocation(&self, xml: &mut Xml) {
        for status in &self.chain.statuses {
            if let (Some(revoked), Some(of)) = (status.revoked, self.ids.get(status.of)) {
                let by = self.id_of(status);
                tell_revoked(xml, revoked, (of, by.as_deref()));
                return;
            }
        }
    }

    /// Which certificate is too weak: its place.
    fn weak(&self) -> Option<usize> {
        match self.chain.fault {
            Some(("path.weak-key" | "path.weak-algorithm", at)) => at,
            _ => None,
        }
    }

    /// 4.3.12.7: the algorithm of the certificate that is too weak; where none is, that of the signer's certificate.
    fn algorithms(&self, xml: &mut Xml) {
        let weak = self.weak();
        let place = weak.unwrap_or_default();
        let certificate = self.chain.certificates.get(place);
        if let (Some(id), Some(certificate)) = (self.ids.get(place), certificate) {
            let named = algorithm(certificate.algorithm_der());
            tell_algorithm(xml, id, (&named, weak.is_none()));
        }
    }
}

fn tell_algorithm(xml: &mut Xml, id: &str, (named, secure): (&str, bool)) {
    xml.open("CryptoInformation", |xml| {
        reference(xml, "ValidationObjectId", id);
        xml.text("Algorithm", named);
        xml.text("SecureAlgorithm", if secure { "true" } else { "false" });
    });
}

fn tell_revoked(
    xml: &mut Xml,
    (since, reason): (UtcDateTime, Reason),
    (of, by): (&str, Option<&str>),
) {
    xml.open("RevocationStatusInformation", |xml| {
        reference(xml, "ValidationObjectId", of);
        xml.text("RevocationTime", &written(since));
        xml.text("RevocationReason", &reason_uri(reason));
        if let Some(by) = by {
            reference(xml, "RevocationObject", by);
        }
    });
}

/// The reasons of RFC 5280 5.3.1 under the names of TS 119 102-2 4.3.12.6.
const REASONS: [(Reason, &str); 9] = [
    (Reason::Unspecified, "unspecified"),
    (Reason::KeyCompromise, "keyCompromise"),
    (Reason::CaCompromise, "cACompromise"),
    (Reason::AffiliationChanged, "affiliationChanged"),
    (Reason::Superseded, "superseded"),
    (Reason::CessationOfOperation, "cessationOfOperation"),
    (Reason::CertificateHold, "certificateHold"),
    (Reason::PrivilegeWithdrawn, "privilegeWithdrawn"),
    (Reason::AttributeAuthorityCompromise, "aACompromise"),
];

fn reason_uri(reason: Reason) -> String {
    let row = REASONS.iter().find(|(known, _)| *known == reason);
    let word = row.map_or("unspecified", |(_, word)| word);
    format!("urn:etsi:019102:revocationReason:{word}")
}

/// The object identifier of an `AlgorithmIdentifier`, as a URI (RFC 3061).
fn algorithm(der: &[u8]) -> String {
    let oid = Reader::der(der)
        .sequence()
        .and_then(|mut inside| inside.oid());
    oid.map_or_else(
        |_| "urn:etsi:019102:algorithm:unidentified".to_owned(),
        |oid| format!("urn:oid:{oid}"),
    )
}
