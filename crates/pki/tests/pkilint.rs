//! The certificates and CRLs of pkilint: nothing panics, and what that linter calls an error under a rule
//! that we claim, we find in the same file too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pki::lint::{self, LintFinding, Severity, Subject};

/// Their code, and those of ours of which one has to be found.
const CLAIMED: &[(&str, &[&str])] = &[
    ("base.unhandled_exception", &["time-form"]),
    (
        "etsi.en_319_412_1.leg-5.1.4-03.invalid_scheme",
        &["identifier-scheme"],
    ),
    (
        "etsi.en_319_412_1.nat-5.1.3.invalid_identifier_country",
        &["identifier-country"],
    ),
    (
        "etsi.en_319_412_2.authority_info_access_extension_absent",
        &["access-absent"],
    ),
    (
        "etsi.en_319_412_2.certificate_policies_extension_absent",
        &["policies-absent"],
    ),
    (
        "etsi.en_319_412_2.gen-4.2.3.1-2.common_name_attribute_absent",
        &["issuer-attributes"],
    ),
    (
        "etsi.en_319_412_2.gen-4.2.3.1-2.country_attribute_absent",
        &["issuer-attributes"],
    ),
    (
        "etsi.en_319_412_2.gen-4.2.3.1-2.organization_name_attribute_absent",
        &["issuer-attributes"],
    ),
    (
        "etsi.en_319_412_2.gen-4.3.10-1.eku_extension_is_critical",
        &["profile-criticality"],
    ),
    (
        "etsi.en_319_412_2.gen-4.3.11-2.crldp_extension_missing",
        &["points-absent"],
    ),
    (
        "etsi.en_319_412_2.gen-4.3.11-4.http_or_ldap_crldp_distribution_point_uri_missing",
        &["point-scheme"],
    ),
    (
        "etsi.en_319_412_2.gen-4.3.11-5.crl_extension_is_critical",
        &["profile-criticality"],
    ),
    (
        "etsi.en_319_412_2.gen-4.3.5-1.san_extension_is_critical",
        &["profile-criticality"],
    ),
    (
        "etsi.en_319_412_2.gen-4.3.6-1.ian_extension_is_critical",
        &["profile-criticality"],
    ),
    (
        "etsi.en_319_412_2.gen-4.4.1-3.ca_issuers_aia_access_method_absent",
        &["access-issuers"],
    ),
    (
        "etsi.en_319_412_2.gen-4.4.1-4.ca_issuers_aia_access_method_http_uri_missing",
        &["access-issuers"],
    ),
    (
        "etsi.en_319_412_2.gen-4.4.1-6.ocsp_aia_access_method_http_uri_missing",
        &["access-ocsp"],
    ),
    (
        "etsi.en_319_412_2.gen-4.4.1-8.ocsp_aia_access_method_absent",
        &["access-ocsp"],
    ),
    (
        "etsi.en_319_412_2.nat-4.2.4-1.required_attribute_missing",
        &["person-attributes"],
    ),
    (
        "etsi.en_319_412_2.nat-4.2.4-3.prohibited_duplicate_attribute_present",
        &["person-attribute-twice"],
    ),
    (
        "etsi.en_319_412_2.nat-4.2.4-4.mixed_pseudonym_and_name_attributes_present",
        &["pseudonym-and-name"],
    ),
    (
        "etsi.en_319_412_2.nat-4.3.2-1.invalid_content_commitment_setting",
        &["content-commitment"],
    ),
    (
        "etsi.en_319_412_3.leg-4.2.1-2.common_name_attribute_absent",
        &["legal-person-attributes"],
    ),
    (
        "etsi.en_319_412_3.leg-4.2.1-2.organization_identifier_attribute_absent",
        &["legal-person-attributes"],
    ),
    (
        "etsi.en_319_412_3.leg-4.2.1-3.prohibited_duplicate_attribute_present",
        &["legal-person-attribute-twice"],
    ),
    (
        "etsi.en_319_412_3.leg-4.2.1-6.organization_id_and_organization_name_attribute_values_equal",
        &["legal-person-name-is-identifier"],
    ),
    (
        "etsi.en_319_412_5.gen-4.2.3.qc_type_mismatch",
        &["statement-type"],
    ),
    (
        "etsi.en_319_412_5.gen-4.2.4.iso_country_code_invalid",
        &["statement-country"],
    ),
    (
        "etsi.en_319_412_5.gen-4.2.4.iso_country_code_list_empty",
        &["statement-country"],
    ),
    (
        "etsi.en_319_412_5.gen-4.3.2.amount_negative",
        &["statement-limit"],
    ),
    (
        "etsi.en_319_412_5.gen-4.3.2.currency_code_invalid",
        &["statement-limit"],
    ),
    (
        "etsi.en_319_412_5.gen-4.3.2.exponent_negative",
        &["statement-limit"],
    ),
    (
        "etsi.en_319_412_5.gen-4.3.3.retention_period_years_not_positive",
        &["statement-retention"],
    ),
    (
        "etsi.en_319_412_5.gen-4.3.4.iso_language_code_invalid",
        &["statement-disclosure"],
    ),
    (
        "etsi.en_319_412_5.gen-4.3.4.url_scheme_not_https",
        &["statement-disclosure"],
    ),
    (
        "etsi.en_319_412_5.qcs-4.1-02.qcstatements_extension_is_critical",
        &["statements-critical"],
    ),
    ("etsi.extensions_field_absent", &["extensions-absent"]),
    (
        "itu.invalid_asn1_syntax",
        &[
            "extension-malformed",
            "algorithm-parameters",
            "key-parameters",
            "name-value-length",
            "name-characters",
            "statement-type",
            "statement-disclosure",
            "statement-malformed",
        ],
    ),
    (
        "pkix.authority_information_access_extension_critical",
        &["must-not-be-critical"],
    ),
    (
        "pkix.authority_key_identifier_critical",
        &["must-not-be-critical"],
    ),
    (
        "pkix.authority_key_identifier_extension_absent",
        &["authority-key-absent"],
    ),
    (
        "pkix.basic_constraints_extension_not_critical",
        &["must-be-critical"],
    ),
    (
        "pkix.ca_certificate_keycertsign_keyusage_not_set",
        &["key-usage-of-authority"],
    ),
    ("pkix.ca_certificate_no_ku_extension", &["key-usage-absent"]),
    (
        "pkix.certificate_name_constraints_extension_not_critical",
        &["must-be-critical"],
    ),
    (
        "pkix.certificate_negative_validity_period",
        &["validity-reversed"],
    ),
    ("pkix.certificate_serial_number_out_of_range", &["serial"]),
    (
        "pkix.certificate_signature_algorithm_mismatch",
        &["algorithms-differ"],
    ),
    ("pkix.certificate_skid_ca_missing", &["subject-key-absent"]),
    (
        "pkix.certificate_skid_extension_critical",
        &["must-not-be-critical"],
    ),
    ("pkix.certificate_version_is_not_v3", &["version"]),
    (
        "pkix.crl_negative_validity_period",
        &["crl-validity-reversed"],
    ),
    (
        "pkix.distribution_point_does_not_contain_name_or_issuer",
        &["extension-malformed"],
    ),
    ("pkix.dnsname_domain_name_too_long", &["dns-syntax"]),
    (
        "pkix.ee_certificate_keycertsign_keyusage_set",
        &["key-usage-of-end-entity"],
    ),
    (
        "pkix.end_entity_policy_mappings_extension_present",
        &["policy-mappings"],
    ),
    (
        "pkix.extended_key_usage_extension_with_timestamping_not_critical",
        &["time-stamping-purpose"],
    ),
    ("pkix.invalid_email_address_syntax", &["email-syntax"]),
    ("pkix.invalid_time_syntax", &["time-form"]),
    ("pkix.invalid_uri_syntax", &["uri-syntax"]),
    (
        "pkix.ip_address_name_constraint_invalid_cidr",
        &["name-constraint-mask"],
    ),
    ("pkix.issuer_unique_id_present", &["unique-identifier"]),
    (
        "pkix.key_usage_value_prohibited_for_ec",
        &["key-usage-of-algorithm"],
    ),
    (
        "pkix.key_usage_value_prohibited_for_edwards_curve",
        &["key-usage-of-algorithm"],
    ),
    (
        "pkix.key_usage_value_prohibited_for_rsa",
        &["key-usage-of-algorithm"],
    ),
    (
        "pkix.name_domain_components_invalid_domain_name",
        &["domain-component"],
    ),
    ("pkix.name_empty", &["issuer-empty"]),
    (
        "pkix.prohibited_qualified_statement_present",
        &["statement-obsolete"],
    ),
    (
        "pkix.rfc5280_certificate_policies_invalid_explicit_text_encoding",
        &["policy-notice"],
    ),
    ("pkix.rfc822name_domain_part_too_long", &["email-syntax"]),
    (
        "pkix.san_extension_not_critical_empty_subject",
        &["san-not-critical"],
    ),
    (
        "pkix.subject_email_address_not_in_san",
        &["email-not-in-san"],
    ),
    ("pkix.subject_unique_id_present", &["unique-identifier"]),
    ("pkix.uri_domain_name_too_long", &["uri-syntax"]),
    ("pkix.utctime_incorrect_syntax", &["time-form"]),
    ("pkix.wrong_time_useful_type", &["time-form"]),
];

/// Beginnings of codes of rules that we do not claim, and why.
const NOT_CLAIMED: &[(&str, &str)] = &[
    (
        "adbe.",
        "rules of a program, not of a standard that we follow",
    ),
    (
        "msft.",
        "rules of a program, not of a standard that we follow",
    ),
    (
        "cabf.",
        "rules for public web and mail certificates, which we do not issue",
    ),
    (
        "iso.lei.",
        "ISO 17442 check digits: our identifiers are social credit codes, checked in catalogue",
    ),
    (
        "etsi.en_319_411_1.",
        "which policy a CA declares, EN 319 411-1",
    ),
    (
        "etsi.en_319_412_1.leg-5.1.4-05.",
        "semantics information, which we never write",
    ),
    (
        "etsi.en_319_412_1.nat-5.1.3-0",
        "semantics information, which we never write",
    ),
    (
        "etsi.en_319_412_1.leg-5.1.6-03.",
        "eIDAS identifiers, which we never write",
    ),
    (
        "etsi.nat_5.1.5-03.",
        "eIDAS identifiers, which we never write",
    ),
    (
        "etsi.en_319_412_2.qc_statements_extension_absent",
        "only where the certificate claims to be EU qualified",
    ),
    (
        "etsi.en_319_412_2.qcs-",
        "only where the certificate claims to be EU qualified",
    ),
    (
        "etsi.en_319_412_5.qcs-5.01.",
        "only where the certificate claims to be EU qualified",
    ),
    ("etsi.en_319_412_4.", "web site certificates, EN 319 412-4"),
    (
        "etsi.internal_domain_name",
        "web site certificates, EN 319 412-4",
    ),
    ("etsi.ts_119_495.", "payment services, TS 119 495"),
    (
        "pkix.ct_precert_poison_and_sctlist_extensions_present",
        "certificate transparency, RFC 6962",
    ),
    ("pkix.sct_list_", "certificate transparency, RFC 6962"),
    (
        "pkix.hash_mldsa_",
        "post-quantum keys are not in the suites",
    ),
    (
        "pkix.key_usage_value_prohibited_for_hash_mldsa",
        "post-quantum keys are not in the suites",
    ),
    (
        "pkix.key_usage_value_prohibited_for_mldsa",
        "post-quantum keys are not in the suites",
    ),
    (
        "pkix.key_usage_value_prohibited_for_mlkem",
        "post-quantum keys are not in the suites",
    ),
    (
        "pkix.public_key_nist_",
        "post-quantum keys are not in the suites",
    ),
    ("pkix.smtp", "internationalised mail addresses, RFC 9598"),
];

/// Single findings of theirs that ours do not repeat, and why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "ed25519_bad_ku.crttest",
        "pkix.authority_key_identifier_extension_absent",
        "a CA that names itself as issuer: whether it signed itself only a key can tell",
    ),
    (
        "mldsa_44_bad_keylength.crttest",
        "itu.invalid_asn1_syntax",
        "the length of a post-quantum key, which is not in the suites",
    ),
    (
        "orgname_too_long.crttest",
        "itu.invalid_asn1_syntax",
        "EN 319 412-3 lets an organisation's name be longer: a warning with us",
    ),
    (
        "bad_idp_uri.crltest",
        "pkix.invalid_uri_syntax",
        "refused as a whole, because it is indirect",
    ),
];

/// Errors of ours on files that pkilint passes, and why.
const STRICTER: &[(&str, &str, &str)] = &[
    (
        "missing_certificate_type_policy_identifier.crttest",
        "legal-person-attributes",
        "a web site's certificate needs no identifier of the organisation",
    ),
    (
        "eidas_natural_person_id.crttest",
        "identifier-scheme",
        "an eIDAS identifier, which we never write",
    ),
    (
        "eidas_natural_person_id.crttest",
        "identifier-country",
        "an eIDAS identifier, which we never write",
    ),
    (
        "internal_constrained_tls_ca/clean.crttest",
        "must-be-critical",
        "the web's rules let name constraints be not critical, RFC 5280 4.2.1.10 does not",
    ),
    (
        "clean_cannot_issue_anything.crttest",
        "must-be-critical",
        "the web's rules let name constraints be not critical, RFC 5280 4.2.1.10 does not",
    ),
];

struct Case {
    name: String,
    der: Vec<u8>,
    /// Codes of severity ERROR or FATAL.
    codes: BTreeSet<String>,
}

fn cases(ending: &str) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/pkilint");
    let mut files = Vec::new();
    below(&folder, ending, &mut files);
    files.iter().map(|file| case(&folder, file)).collect()
}

fn below(folder: &Path, ending: &str, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the fixtures are there") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            below(&path, ending, files);
        } else if path.extension().is_some_and(|found| found == ending) {
            files.push(path);
        }
    }
    files.sort();
}

fn case(folder: &Path, file: &Path) -> Case {
    let text = std::fs::read_to_string(file).expect("the file is text");
    let mut lines = text
        .lines()
        .skip_while(|line| !line.starts_with("-----BEGIN"));
    lines.next();
    let base64: String = lines
        .by_ref()
        .take_while(|line| !line.starts_with("-----END"))
        .collect();
    let codes = lines
        .filter_map(|line| {
            // node path, validator, severity, code: none of the four is ever quoted.
            let mut fields = line.splitn(5, ',').skip(2);
            let severity = fields.next()?;
            let code = fields.next()?;
            matches!(severity, "ERROR" | "FATAL").then(|| code.to_owned())
        })
        .collect();
    Case {
        name: file
            .strip_prefix(folder)
            .expect("below the folder")
            .display()
            .to_string(),
        der: STANDARD.decode(base64).expect("base64"),
        codes,
    }
}

/// The profile that the folder stands for, as far as it is one of ours.
fn subject(name: &str) -> Subject {
    let legal = ["legal_person", "qevcp", "evcp", "_ov_"];
    let natural = ["natural_person", "qcp_n", "_iv_"];
    if !name.contains("/etsi/") {
        Subject::Any
    } else if legal.iter().any(|part| name.contains(part)) {
        Subject::LegalPerson
    } else if natural.iter().any(|part| name.contains(part)) {
        Subject::NaturalPerson
    } else {
        Subject::Any
    }
}

fn missed(case: &Case, findings: &[LintFinding]) -> Vec<String> {
    let ours: BTreeSet<&str> = findings.iter().map(|finding| finding.rule.code).collect();
    let mut missed = Vec::new();
    for code in &case.codes {
        let claimed = CLAIMED.iter().find(|(theirs, _)| theirs == code);
        let waived = NOT_CLAIMED.iter().any(|(start, _)| code.starts_with(start));
        let excepted = EXCEPTIONS
            .iter()
            .any(|(file, theirs, _)| case.name.ends_with(file) && theirs == code);
        match claimed {
            None if waived => {}
            None => missed.push(format!("{}: {code} is in neither table", case.name)),
            Some((_, expected)) => {
                let found = expected.iter().any(|code| ours.contains(code));
                if found == excepted {
                    missed.push(format!("{}: {code}, ours are {ours:?}", case.name));
                }
            }
        }
    }
    missed
}

#[test]
fn every_claimed_finding_on_a_certificate_is_ours_too() {
    let cases = cases("crttest");
    assert_eq!(cases.len(), 435);
    let mut wrong = Vec::new();
    for case in &cases {
        let findings = lint::inspect(&case.der, subject(&case.name));
        wrong.extend(missed(case, &findings));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_claimed_finding_on_a_list_is_ours_too() {
    let cases = cases("crltest");
    assert_eq!(cases.len(), 3);
    let mut wrong = Vec::new();
    for case in &cases {
        wrong.extend(missed(case, &lint::inspect_crl(&case.der)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_line_of_the_tables_is_needed() {
    let mut codes: BTreeMap<String, usize> = BTreeMap::new();
    for case in cases("crttest").into_iter().chain(cases("crltest")) {
        for code in case.codes {
            *codes.entry(code).or_default() += 1;
        }
    }
    assert!(codes.len() > 250, "{} codes", codes.len());
    for (code, _) in CLAIMED {
        assert!(codes.contains_key(*code), "{code} occurs nowhere");
    }
    for (start, reason) in NOT_CLAIMED {
        assert!(!reason.is_empty());
        assert!(
            codes.keys().any(|code| code.starts_with(start)),
            "{start} occurs nowhere"
        );
    }
}

#[test]
fn errors_of_ours_have_a_reason_of_theirs() {
    // What pkilint passes without any ERROR or FATAL, and what is not about web and mail: we accuse it of
    // nothing that would stop issue.
    let mut wrong = Vec::new();
    for case in cases("crttest") {
        if !case.codes.is_empty() {
            continue;
        }
        for finding in lint::inspect(&case.der, subject(&case.name)) {
            let stricter = STRICTER.iter().any(|(file, code, reason)| {
                case.name.ends_with(file) && finding.rule.code == *code && !reason.is_empty()
            });
            if finding.rule.severity == Severity::Error && !stricter {
                wrong.push(format!("{}: {finding:?}", case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
