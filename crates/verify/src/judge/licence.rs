//! The licence in a document: whether its issuer could issue it and whether its days have come.

use crypto::sha256;
use pki::{Certificate, identifiers};
use serde::Deserialize;
use time::format_description::well_known::Iso8601;
use time::{Date, UtcDateTime};

use super::sitting::Sitting;
use crate::report::{LicenceTold, hex, told};
use crate::trust::Entitlement;
use finding::Answer;
use finding::Finding;

/// The members of `licence.json` that a verifier needs (D17). Everything else is covered by the digest.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Licence {
    pub(crate) identifier: String,
    pub(crate) version: String,
    number: Option<String>,
    issuer: Issuer,
    #[serde(rename = "type")]
    kind: LicenceKind,
    validity: Validity,
    #[serde(skip)]
    pub(crate) content_digest: [u8; 32],
}

#[derive(Debug, Clone, Deserialize)]
struct Issuer {
    code: String,
    name: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct LicenceKind {
    code: String,
    name: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Validity {
    from: Option<String>,
    to: Option<String>,
}

/// Octets of `licence.json` that are read.
const MAX_LICENCE: usize = 1 << 20;

impl Licence {
    /// Reads the embedded data; the digest is over its octets, in whatever form they are.
    pub(crate) fn read(octets: &[u8]) -> Option<Licence> {
        if octets.len() > MAX_LICENCE {
            return None;
        }
        credential::inspect_json(octets).ok()?;
        let mut licence: Licence = serde_json::from_slice(octets).ok()?;
        licence.content_digest = sha256(octets);
        Some(licence)
    }

    /// What is open to everybody.
    pub(crate) fn told(&self) -> LicenceTold {
        LicenceTold {
            identifier: self.identifier.clone(),
            number: self.number.clone(),
            type_name: self.kind.name.clone(),
            issuer: self.issuer.code.clone(),
            issuer_name: self.issuer.name.clone(),
            valid_from: self.validity.from.clone(),
            valid_to: self.validity.to.clone(),
            content_digest: Some(hex(&self.content_digest)),
            superseded_by: None,
        }
    }

    /// Whether the seal's body issued it and could, at the time of signing (`domain` 4.6, D23).
    pub(crate) fn inspect_issuer(
        &self,
        sitting: &Sitting<'_>,
        seal: &Certificate,
        signed_at: UtcDateTime,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        // EN 319 412-3 4: a legal person's certificate names no natural person. An officer's own certificate
        // names the same body and is no seal.
        let person = [
            identifiers::SURNAME,
            identifiers::GIVEN_NAME,
            identifiers::PSEUDONYM,
        ];
        if person
            .iter()
            .any(|kind| seal.subject().text(kind).is_some())
        {
            findings.push(Finding::of("licence.not-a-seal").because(seal.subject()));
        }
        let code = credit_code(seal);
        if code.as_deref() != Some(self.issuer.code.as_str()) {
            findings.push(Finding::of("licence.issuer-differs").because(format_args!(
                "{} under a seal of {}",
                self.issuer.code,
                code.as_deref().unwrap_or("nobody named")
            )));
        }
        findings.extend(entitlement(
            sitting,
            seal,
            (&self.issuer.code, Some(&self.kind.code)),
            signed_at,
        ));
        findings
    }

    /// Whether its days have come, and not gone.
    pub(crate) fn inspect_days(&self, sitting: &Sitting<'_>) -> (Option<Answer>, Vec<Finding>) {
        let (zone, at) = (sitting.policy.zone, sitting.at);
        let midnight = |date: Date| UtcDateTime::from(date.midnight().assume_offset(zone));
        let mut findings = Vec::new();
        let from = self.validity.from.as_deref().map(day);
        if matches!(from, Some(None)) {
            findings.push(Finding::of("licence.validity"));
        }
        if let Some(Some(from)) = from
            && at < midnight(from)
        {
            findings.push(Finding::of("licence.not-yet-valid").because(from));
            return (Some(Answer::NotYetValid), findings);
        }
        // D23: the last day is inclusive; what is no date is an event in words, or 长期.
        let until = self
            .validity
            .to
            .as_deref()
            .and_then(day)
            .and_then(Date::next_day)
            .map(midnight);
        if let Some(until) = until.filter(|until| at >= *until) {
            findings.push(Finding::of("licence.expired").because(told(until)));
            return (Some(Answer::Expired), findings);
        }
        (None, findings)
    }
}

/// Whether the trust given lets this body issue under this signer, or says nothing about bodies.
pub(crate) fn entitlement(
    sitting: &Sitting<'_>,
    signer: &Certificate,
    (office, kind): (&str, Option<&str>),
    at: UtcDateTime,
) -> Option<Finding> {
    let Some(offices) = &sitting.trust.offices else {
        return Some(Finding::of("licence.office-not-checked"));
    };
    let answer = Entitlement::of(offices, office, kind, at, &sitting.roots_of(signer));
    let code = match answer {
        Entitlement::Entitled => return None,
        Entitlement::OfficeUnknown => "licence.office-unknown",
        Entitlement::OfficeElsewhere => "licence.office-elsewhere",
        Entitlement::OfficePeriod => "licence.office-period",
        Entitlement::TypeNotEntitled => "licence.type-not-entitled",
    };
    Some(Finding::of(code).because(office))
}

/// The unified social credit code in a certificate's organizationIdentifier (D23: `NTRCN-` and the code).
pub(crate) fn credit_code(certificate: &Certificate) -> Option<String> {
    let identifier = certificate.subject().organization_identifier()?;
    identifier.strip_prefix("NTRCN-").map(str::to_owned)
}

/// GB/T 36904: the identifier ends with the check character of what stands before it. Systems in the field differ in the rule, so
/// that a wrong one is told and weighs nothing; a text of another form is another's business.
pub(super) fn inspect_identifier(identifier: &str) -> Option<Finding> {
    let wrong = licence::Identifier::check_holds(identifier) == Some(false);
    wrong.then(|| Finding::of("licence.identifier-check").because(identifier))
}

fn day(text: &str) -> Option<Date> {
    let shape = text.len() == 10 && text.bytes().filter(|byte| *byte == b'-').count() == 2;
    shape
        .then(|| Date::parse(text, &Iso8601::DATE).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"identifier":"1","version":"001","issuer":{"code":"A"},"type":{"code":"T"},"validity":{"from":"2026-06-10","to":"长期"}}"#;

    #[test]
    fn the_digest_is_over_the_octets_as_they_stand() {
        let licence = Licence::read(GOOD.as_bytes()).expect("a licence");
        assert_eq!(licence.content_digest, sha256(GOOD.as_bytes()));
        let spaced = GOOD.replace(':', ": ");
        let other = Licence::read(spaced.as_bytes()).expect("a licence");
        assert_ne!(other.content_digest, licence.content_digest);
    }

    #[test]
    fn what_lacks_a_member_or_has_one_twice_is_no_licence() {
        for text in [
            "",
            "{}",
            "[]",
            &GOOD.replace(r#""version":"001","#, ""),
            &GOOD.replace(r#""version":"001""#, r#""version":1"#),
            &GOOD.replace(r#""version":"001""#, r#""version":"001","version":"002""#),
            &GOOD.replace(r#""code":"A""#, r#""cade":"A""#),
            &format!("{GOOD}x"),
        ] {
            assert!(Licence::read(text.as_bytes()).is_none(), "{text}");
        }
        assert!(Licence::read(&vec![b' '; MAX_LICENCE + 1]).is_none());
    }

    #[test]
    fn an_identifier_with_another_s_check_character_is_told_of() {
        let middle = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001";
        let told = |check| inspect_identifier(&format!("{middle}.{check}"));
        assert!(told("U").is_none());
        let finding = told("V").expect("a finding");
        assert_eq!(finding.code, "licence.identifier-check");
        assert_eq!(finding.severity, finding::Severity::Warning);
        assert!(inspect_identifier("1").is_none(), "another form");
    }

    #[test]
    fn days_have_one_form() {
        assert!(day("2026-06-10").is_some());
        for text in [
            "长期",
            "2026-6-1",
            "2026-06-31",
            "20260610",
            "2026-06-10T00:00Z",
            "",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
