//! Profiles of EN 319 412-2 (natural persons) and EN 319 412-3 (legal persons).

use crate::certificate::Certificate;
use crate::extension::{KeyUsage, PointName, Statement};
use crate::general_name::GeneralName;
use crate::identifiers as id;
use crate::name::Name;
use asn1::Oid;

use super::code_lists::is_country;
use super::{Findings, Subject, rules};

pub(super) fn inspect(certificate: &Certificate, subject: Subject, findings: &mut Findings) {
    let name = certificate.subject();
    match subject {
        Subject::Any => return,
        Subject::LegalPerson => legal_person(name, findings),
        Subject::NaturalPerson => natural_person(name, findings),
    }
    issuer(certificate.issuer(), findings);
    if subject == Subject::NaturalPerson
        || certificate
            .purposes()
            .is_ok_and(|p| p.is_some_and(|p| p.contains(&id::DOCUMENT_SIGNING)))
    {
        content_commitment(certificate, findings);
    }
    kind_of_certificate(certificate, subject, findings);
    criticality(certificate, findings);
    status_addresses(certificate, findings);
}

fn count(name: &Name, kind: &Oid) -> usize {
    name.attributes()
        .filter(|attribute| attribute.kind() == *kind)
        .count()
}

fn required(name: &Name, kinds: &[Oid], rule: &'static super::Rule, findings: &mut Findings) {
    for kind in kinds {
        findings.add_if(count(name, kind) == 0, rule, format!("{kind} is absent"));
    }
}

fn at_most_once(name: &Name, kinds: &[Oid], rule: &'static super::Rule, findings: &mut Findings) {
    for kind in kinds {
        findings.add_if(count(name, kind) > 1, rule, format!("{kind} occurs twice"));
    }
}

/// EN 319 412-3 4.2.1.
fn legal_person(name: &Name, findings: &mut Findings) {
    let kinds = [
        id::COUNTRY,
        id::ORGANIZATION,
        id::ORGANIZATION_IDENTIFIER,
        id::COMMON_NAME,
    ];
    required(name, &kinds, &rules::LEGAL_ATTRIBUTES, findings);
    at_most_once(name, &kinds, &rules::LEGAL_ATTRIBUTE_TWICE, findings);
    let Some(identifier) = name.organization_identifier() else {
        return;
    };
    findings.add_if(
        name.text(&id::ORGANIZATION).as_ref() == Some(&identifier),
        &rules::LEGAL_NAME_IS_IDENTIFIER,
        identifier.as_ref(),
    );
    semantics(&identifier, &["VAT", "NTR", "PSD", "LEI", "GOV"], findings);
}

/// EN 319 412-2 4.2.4.
fn natural_person(name: &Name, findings: &mut Findings) {
    let rule = &rules::PERSON_ATTRIBUTES;
    required(name, &[id::COUNTRY, id::COMMON_NAME], rule, findings);
    let named = count(name, &id::GIVEN_NAME) + count(name, &id::SURNAME) > 0;
    let pseudonym = count(name, &id::PSEUDONYM) > 0;
    findings.add_if(!named && !pseudonym, rule, "neither name nor pseudonym");
    findings.add_if(
        named && pseudonym,
        &rules::PSEUDONYM_AND_NAME,
        "name and pseudonym",
    );
    at_most_once(
        name,
        &[
            id::COUNTRY,
            id::COMMON_NAME,
            id::PSEUDONYM,
            id::SERIAL_NUMBER,
        ],
        &rules::PERSON_ATTRIBUTE_TWICE,
        findings,
    );
    if let Some(serial) = name.serial_number()
        && is_semantic(&serial)
    {
        semantics(&serial, &["PAS", "IDC", "PNO", "TAX", "TIN"], findings);
    }
}

/// Three letters of a scheme, two of a country, a hyphen.
fn is_semantic(identifier: &str) -> bool {
    identifier.as_bytes().get(5) == Some(&b'-')
        && identifier
            .bytes()
            .take(5)
            .all(|octet| octet.is_ascii_uppercase())
}

/// EN 319 412-1 5.1.3, 5.1.4: scheme, country, hyphen, reference. Two letters and a colon are a
/// country's own scheme.
fn semantics(identifier: &str, schemes: &[&str], findings: &mut Findings) {
    let scheme = identifier.get(..3).unwrap_or_default();
    let national = scheme.ends_with(':');
    findings.add_if(
        (!schemes.contains(&scheme) && !national) || !identifier.contains('-'),
        &rules::IDENTIFIER_SCHEME,
        identifier,
    );
    let country = identifier.get(3..5).unwrap_or_default();
    // EN 319 412-1 5.1.4: XG stands for what has no country.
    let fits = is_country(country)
        || matches!(country, "EU" | "EL" | "XI")
        || (country == "XG" && matches!(scheme, "LEI" | "GOV" | "NTR"));
    findings.add_if(
        scheme.len() == 3 && !fits,
        &rules::IDENTIFIER_COUNTRY,
        identifier,
    );
}

/// EN 319 412-2 4.2.3.1.
fn issuer(name: &Name, findings: &mut Findings) {
    required(
        name,
        &[id::COUNTRY, id::ORGANIZATION, id::COMMON_NAME],
        &rules::ISSUER_ATTRIBUTES,
        findings,
    );
}

/// EN 319 412-2 4.3.2, types A, B and F: what commits to content says so.
fn content_commitment(certificate: &Certificate, findings: &mut Findings) {
    let commits = certificate
        .key_usage()
        .is_ok_and(|usage| usage.is_some_and(|usage| usage.contains(KeyUsage::NON_REPUDIATION)));
    findings.add_if(
        !commits,
        &rules::CONTENT_COMMITMENT,
        "nonRepudiation is not set",
    );
}

/// EN 319 412-5 4.2.3: a signature is a natural person's, a seal a legal person's.
fn kind_of_certificate(certificate: &Certificate, subject: Subject, findings: &mut Findings) {
    for statement in certificate.qc_statements().unwrap_or_default() {
        let Ok(Statement::Type(kinds)) = statement.read() else {
            continue;
        };
        let wrong = kinds.iter().any(|kind| match subject {
            Subject::NaturalPerson => *kind != id::QC_TYPE_SIGNATURE,
            _ => *kind == id::QC_TYPE_SIGNATURE,
        });
        findings.add_if(wrong, &rules::STATEMENT_TYPE, "another kind of subject");
    }
}

/// EN 319 412-2 4.3.3, 4.3.5, 4.3.6, 4.3.10, 4.3.11.
fn criticality(certificate: &Certificate, findings: &mut Findings) {
    for oid in [
        id::CERTIFICATE_POLICIES,
        id::SUBJECT_ALT_NAME,
        id::ISSUER_ALT_NAME,
        id::EXTENDED_KEY_USAGE,
        id::CRL_DISTRIBUTION_POINTS,
    ] {
        let critical = certificate
            .extension(&oid)
            .is_some_and(|extension| extension.critical);
        findings.add_if(
            critical,
            &rules::PROFILE_CRITICALITY,
            format!("{oid} is critical"),
        );
    }
}

/// EN 319 412-2 4.3.3, 4.3.11, 4.4.1: where the policy, the issuer and the status are.
fn status_addresses(certificate: &Certificate, findings: &mut Findings) {
    let has = |oid: &Oid| certificate.extension(oid).is_some();
    let short = has(&id::VALIDITY_ASSURED) || has(&id::NO_REVOCATION_AVAILABLE);
    findings.add_if(
        !has(&id::CERTIFICATE_POLICIES),
        &rules::POLICIES_ABSENT,
        "no certificate policies",
    );
    let access = certificate.authority_access().unwrap_or_default();
    let access = |method: Oid| access.iter().filter(move |one| one.method == method);
    let is_http = |name: &GeneralName<'_>| matches!(name, GeneralName::Uri(uri) if uri.starts_with("http://") || uri.starts_with("https://"));
    let ocsp = access(id::ACCESS_OCSP).any(|one| is_http(&one.location));
    if !has(&id::CRL_DISTRIBUTION_POINTS) {
        // EN 319 412-2 4.3.11: unless OCSP answers or the life is short.
        findings.add_if(
            !ocsp && !short,
            &rules::POINTS_ABSENT,
            "neither distribution points nor OCSP",
        );
    }
    let points = certificate.crl_distribution_points().unwrap_or_default();
    let reachable = points
        .iter()
        .filter_map(|point| point.name.as_ref())
        .flat_map(PointName::uris)
        .any(|uri| {
            ["http://", "https://", "ldap://"]
                .iter()
                .any(|s| uri.starts_with(s))
        });
    findings.add_if(
        !points.is_empty() && !reachable,
        &rules::POINT_SCHEME,
        "no point by http or ldap",
    );
    if !has(&id::AUTHORITY_INFORMATION_ACCESS) {
        findings.add(&rules::ACCESS_ABSENT, "no information access");
        return;
    }
    findings.add_if(
        !access(id::ACCESS_CA_ISSUERS).any(|one| is_http(&one.location)),
        &rules::ACCESS_ISSUERS,
        "no http address of the issuer's certificate",
    );
    findings.add_if(
        !ocsp && !has(&id::CRL_DISTRIBUTION_POINTS) && !short,
        &rules::ACCESS_OCSP,
        "no http address of OCSP",
    );
}
