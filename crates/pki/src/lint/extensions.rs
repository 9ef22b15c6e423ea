//! Extensions: criticality, presence, and what they say together.

use crate::certificate::{Certificate, UNDERSTOOD};
use crate::extension::{
    AccessDescription, BasicConstraints, DistributionPoint, KeyUsage, PointName,
};
use crate::general_name::GeneralName;
use crate::identifiers as id;
use asn1::{Oid, Reader, Tag};

use super::{Findings, Rule, fields, rules, syntax};

const MUST: &[Oid] = &[
    // RFC 5280 4.2.1.10, 4.2.1.11, 4.2.1.14.
    id::NAME_CONSTRAINTS,
    id::POLICY_CONSTRAINTS,
    id::INHIBIT_ANY_POLICY,
];
const MUST_NOT: &[Oid] = &[
    // RFC 5280 4.2.1.1, 4.2.1.2, 4.2.1.8, 4.2.1.15, 4.2.2.1, 4.2.2.2; RFC 9608 2; RFC 3280 4.2.1.4.
    id::AUTHORITY_KEY_IDENTIFIER,
    id::SUBJECT_KEY_IDENTIFIER,
    id::SUBJECT_DIRECTORY_ATTRIBUTES,
    id::FRESHEST_CRL,
    id::AUTHORITY_INFORMATION_ACCESS,
    id::SUBJECT_INFORMATION_ACCESS,
    id::NO_REVOCATION_AVAILABLE,
    id::PRIVATE_KEY_USAGE_PERIOD,
];
// RFC 5280 4.2.1.3, 4.2.1.5.
const SHOULD: &[Oid] = &[id::KEY_USAGE, id::POLICY_MAPPINGS];
// RFC 5280 4.2.1.7, 4.2.1.13.
const SHOULD_NOT: &[Oid] = &[id::ISSUER_ALT_NAME, id::CRL_DISTRIBUTION_POINTS];

pub(super) fn inspect(certificate: &Certificate, findings: &mut Findings) {
    for extension in certificate.extensions() {
        let oid = extension.oid;
        let mut when = |critical: bool, list: &[Oid], rule: &'static Rule| {
            let broken = extension.critical == critical && list.contains(&oid);
            findings.add_if(broken, rule, oid.to_string());
        };
        when(false, MUST, &rules::MUST_BE_CRITICAL);
        when(true, MUST_NOT, &rules::MUST_NOT_BE_CRITICAL);
        when(false, SHOULD, &rules::SHOULD_BE_CRITICAL);
        when(true, SHOULD_NOT, &rules::SHOULD_NOT_BE_CRITICAL);
        let unknown = !UNDERSTOOD.contains(&oid) && !MUST_NOT.contains(&oid);
        findings.add_if(
            extension.critical && unknown,
            &rules::UNKNOWN_CRITICAL,
            oid.to_string(),
        );
    }
    let basic = findings
        .value(id::BASIC_CONSTRAINTS, certificate.basic_constraints())
        .flatten();
    let is_ca = basic.is_some_and(|basic| basic.ca);
    key_identifiers(certificate, is_ca, findings);
    usage(certificate, basic, findings);
    alternative_names(certificate, findings);
    constraints(certificate, is_ca, findings);
    policies(certificate, is_ca, findings);
    addresses(certificate, findings);
    no_revocation(certificate, is_ca, findings);
}

fn key_identifiers(certificate: &Certificate, is_ca: bool, findings: &mut Findings) {
    let authority = findings.value(
        id::AUTHORITY_KEY_IDENTIFIER,
        certificate.authority_key_identifier(),
    );
    // RFC 5280 4.2.1.1: a self-signed certificate alone may do without.
    let named = authority
        .flatten()
        .is_some_and(|identifier| identifier.key.is_some());
    let self_issued_ca = is_ca && certificate.is_self_issued();
    findings.add_if(
        !named && !self_issued_ca,
        &rules::AUTHORITY_KEY_ABSENT,
        "no key identifier of the issuer",
    );
    let subject = findings.value(
        id::SUBJECT_KEY_IDENTIFIER,
        certificate.subject_key_identifier(),
    );
    findings.add_if(
        is_ca && subject.flatten().is_none(),
        &rules::SUBJECT_KEY_ABSENT,
        "authority without a key identifier",
    );
}

fn usage(certificate: &Certificate, basic: Option<BasicConstraints>, findings: &mut Findings) {
    let is_ca = basic.is_some_and(|basic| basic.ca);
    let critical = certificate
        .extension(&id::BASIC_CONSTRAINTS)
        .is_some_and(|extension| extension.critical);
    // RFC 5280 4.2.1.9.
    findings.add_if(
        is_ca && !critical,
        &rules::MUST_BE_CRITICAL,
        id::BASIC_CONSTRAINTS.to_string(),
    );
    let usage = findings
        .value(id::KEY_USAGE, certificate.key_usage())
        .flatten();
    let signs = usage.is_some_and(|usage| usage.contains(KeyUsage::KEY_CERT_SIGN));
    findings.add_if(
        is_ca && certificate.extension(&id::KEY_USAGE).is_none(),
        &rules::KEY_USAGE_ABSENT,
        "authority without key usage",
    );
    findings.add_if(
        is_ca && usage.is_some() && !signs,
        &rules::KEY_USAGE_OF_AUTHORITY,
        "authority without keyCertSign",
    );
    findings.add_if(
        !is_ca && signs,
        &rules::KEY_USAGE_OF_END_ENTITY,
        "keyCertSign without cA",
    );
    let limited = basic.is_some_and(|basic| basic.path_length.is_some());
    findings.add_if(
        limited && !(is_ca && signs),
        &rules::PATH_LENGTH,
        "path length without cA and keyCertSign",
    );
    let forbidden = fields::key_kind(certificate)
        // GB/T 32918.4: SM2 is the curve that enciphers.
        .filter(|_| !fields::is_sm2(certificate))
        .map_or(NONE, forbidden_usage);
    findings.add_if(
        forbidden
            .iter()
            .any(|bit| usage.is_some_and(|usage| usage.contains(*bit))),
        &rules::KEY_USAGE_OF_ALGORITHM,
        "usage that the key's algorithm does not have",
    );
}

const NONE: &[KeyUsage] = &[];

/// Usages that a key of this algorithm cannot have.
fn forbidden_usage(algorithm: Oid) -> &'static [KeyUsage] {
    const RSA: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 1, 1]);
    const EC: Oid = Oid::of(&[1, 2, 840, 10_045, 2, 1]);
    const X25519: Oid = Oid::of(&[1, 3, 101, 110]);
    const X448: Oid = Oid::of(&[1, 3, 101, 111]);
    const ED25519: Oid = Oid::of(&[1, 3, 101, 112]);
    const ED448: Oid = Oid::of(&[1, 3, 101, 113]);
    match algorithm {
        // RFC 3279 2.3.1: RSA agrees on no keys.
        RSA => &[
            KeyUsage::KEY_AGREEMENT,
            KeyUsage::ENCIPHER_ONLY,
            KeyUsage::DECIPHER_ONLY,
        ],
        // RFC 8813 3: no curve enciphers.
        EC => &[KeyUsage::KEY_ENCIPHERMENT, KeyUsage::DATA_ENCIPHERMENT],
        // RFC 8410 5, RFC 9295 3: Edwards curves sign and do nothing else.
        ED25519 | ED448 => &[
            KeyUsage::KEY_ENCIPHERMENT,
            KeyUsage::DATA_ENCIPHERMENT,
            KeyUsage::KEY_AGREEMENT,
            KeyUsage::ENCIPHER_ONLY,
            KeyUsage::DECIPHER_ONLY,
        ],
        // RFC 8410 5: Montgomery curves agree on keys and do nothing else.
        X25519 | X448 => &[
            KeyUsage::DIGITAL_SIGNATURE,
            KeyUsage::NON_REPUDIATION,
            KeyUsage::KEY_ENCIPHERMENT,
            KeyUsage::DATA_ENCIPHERMENT,
            KeyUsage::KEY_CERT_SIGN,
            KeyUsage::CRL_SIGN,
        ],
        _ => NONE,
    }
}

fn alternative_names(certificate: &Certificate, findings: &mut Findings) {
    let names = findings.value(
        id::SUBJECT_ALT_NAME,
        certificate.subject_alternative_names(),
    );
    for name in names.unwrap_or_default() {
        general_name(&name, findings);
    }
    let issuer = findings.value(id::ISSUER_ALT_NAME, certificate.issuer_alternative_names());
    for name in issuer.unwrap_or_default() {
        general_name(&name, findings);
    }
    // RFC 5280 4.2.1.6: where it is the only name, nobody may overlook it.
    let extension = certificate.extension(&id::SUBJECT_ALT_NAME);
    findings.add_if(
        certificate.subject().is_empty() && extension.is_none_or(|extension| !extension.critical),
        &rules::ALTERNATIVE_NOT_CRITICAL,
        "no subject and no critical alternative name",
    );
}

fn general_name(name: &GeneralName<'_>, findings: &mut Findings) {
    match name {
        GeneralName::Email(address) => {
            findings.add_if(!syntax::is_mailbox(address), &rules::EMAIL_SYNTAX, *address);
        }
        GeneralName::Dns(name) => {
            findings.add_if(!syntax::is_dns_name(name), &rules::DNS_SYNTAX, *name);
        }
        GeneralName::Uri(uri) => {
            findings.add_if(!syntax::is_uri(uri), &rules::URI_SYNTAX, *uri);
        }
        _ => {}
    }
}

fn constraints(certificate: &Certificate, is_ca: bool, findings: &mut Findings) {
    let constraints = findings
        .value(id::NAME_CONSTRAINTS, certificate.name_constraints())
        .flatten();
    let Some(constraints) = constraints else {
        return;
    };
    // RFC 5280 4.2.1.10: in the certificate of a CA alone.
    findings.add_if(!is_ca, &rules::NAME_CONSTRAINTS, "in an end entity");
    for name in constraints.permitted.iter().chain(&constraints.excluded) {
        match name {
            GeneralName::Ip(octets) => {
                let (address, mask) = octets.split_at(octets.len() / 2);
                let beyond = address.iter().zip(mask).any(|(a, m)| a & !m != 0);
                // RFC 5280 4.2.1.10 with RFC 4632: a prefix, and nothing beyond it.
                let ones: u32 = mask.iter().map(|octet| octet.leading_ones()).sum();
                let gaps = mask.iter().map(|octet| octet.count_ones()).sum::<u32>() != ones;
                let holes = mask
                    .windows(2)
                    .any(|pair| matches!(pair, [a, b] if *a != 0xff && *b != 0));
                findings.add_if(
                    beyond || gaps || holes,
                    &rules::NAME_CONSTRAINT_MASK,
                    format!("{octets:02x?}"),
                );
            }
            GeneralName::Email(text) => {
                findings.add_if(
                    !syntax::is_mail_constraint(text),
                    &rules::EMAIL_SYNTAX,
                    *text,
                );
            }
            _ => {}
        }
    }
}

fn policies(certificate: &Certificate, is_ca: bool, findings: &mut Findings) {
    let mappings = findings.value(id::POLICY_MAPPINGS, certificate.policy_mappings());
    let any = |mapping: &crate::extension::PolicyMapping| {
        mapping.issuer == id::ANY_POLICY || mapping.subject == id::ANY_POLICY
    };
    let mappings = mappings.unwrap_or_default();
    // RFC 5280 4.2.1.5: in CA certificates, and never to or from anyPolicy.
    findings.add_if(
        mappings.iter().any(any) || (!mappings.is_empty() && !is_ca),
        &rules::POLICY_MAPPINGS,
        "of an end entity or of anyPolicy",
    );
    findings.value(id::POLICY_CONSTRAINTS, certificate.policy_constraints());
    findings.value(id::INHIBIT_ANY_POLICY, certificate.inhibit_any_policy());
    let policies = findings.value(id::CERTIFICATE_POLICIES, certificate.policies());
    for policy in policies.unwrap_or_default() {
        for (kind, value) in policy.qualifiers {
            match kind {
                id::QUALIFIER_CPS => {
                    let uri = Reader::single(value, Tag::IA5_STRING)
                        .and_then(|uri| uri.text())
                        .unwrap_or_default();
                    findings.add_if(!syntax::is_uri(uri), &rules::URI_SYNTAX, uri);
                }
                id::QUALIFIER_USER_NOTICE => notice(value, findings),
                _ => {}
            }
        }
    }
}

/// RFC 5280 4.2.1.4 (with RFC 6818 3): explicitText is UTF8String or IA5String, of at most 200 characters.
fn notice(value: &[u8], findings: &mut Findings) {
    let Ok(mut fields) = Reader::single(value, Tag::SEQUENCE).and_then(|notice| notice.reader())
    else {
        findings.add(&rules::POLICY_NOTICE, "malformed");
        return;
    };
    while let Ok(part) = fields.element() {
        if part.tag() == Tag::SEQUENCE {
            continue;
        }
        let fits = matches!(part.tag(), Tag::UTF8_STRING | Tag::IA5_STRING)
            && part.text().is_ok_and(|text| text.chars().count() <= 200);
        findings.add_if(
            !fits,
            &rules::POLICY_NOTICE,
            format!("string type {}", part.tag()),
        );
    }
}

fn addresses(certificate: &Certificate, findings: &mut Findings) {
    let points = findings.value(
        id::CRL_DISTRIBUTION_POINTS,
        certificate.crl_distribution_points(),
    );
    points_of(points.unwrap_or_default(), findings);
    if let Some(extension) = certificate.extension(&id::FRESHEST_CRL) {
        let points = findings.value(
            id::FRESHEST_CRL,
            DistributionPoint::parse_list(extension.value),
        );
        points_of(points.unwrap_or_default(), findings);
    }
    for oid in [
        id::AUTHORITY_INFORMATION_ACCESS,
        id::SUBJECT_INFORMATION_ACCESS,
    ] {
        if let Some(extension) = certificate.extension(&oid) {
            let list = findings.value(oid, AccessDescription::parse_list(extension.value));
            for access in list.unwrap_or_default() {
                general_name(&access.location, findings);
            }
        }
    }
}

fn points_of(points: Vec<DistributionPoint<'_>>, findings: &mut Findings) {
    for point in points {
        if let Some(PointName::Full(names)) = &point.name {
            for name in names {
                general_name(name, findings);
            }
        }
    }
}

/// RFC 9608 2: not on a CA, and then no address of a status.
fn no_revocation(certificate: &Certificate, is_ca: bool, findings: &mut Findings) {
    if certificate
        .extension(&id::NO_REVOCATION_AVAILABLE)
        .is_none()
    {
        return;
    }
    let has = |oid: &Oid| certificate.extension(oid).is_some();
    let asks = !certificate.access_uris(&id::ACCESS_OCSP).is_empty();
    findings.add_if(
        is_ca || asks || has(&id::CRL_DISTRIBUTION_POINTS) || has(&id::FRESHEST_CRL),
        &rules::NO_REVOCATION,
        "on a CA or beside an address of a status",
    );
}
