//! Table only: the rules, each with its code, its clause and its severity.

use super::{Rule, Severity};

const fn must(code: &'static str, clause: &'static str) -> Rule {
    Rule {
        code,
        clause,
        severity: Severity::Error,
    }
}
const fn should(code: &'static str, clause: &'static str) -> Rule {
    Rule {
        code,
        clause,
        severity: Severity::Warning,
    }
}

pub(super) static ENCODING: Rule = must("encoding", "X.690 10");
pub(super) static TIME_FORM: Rule = must("time-form", "RFC 5280 4.1.2.5");
pub(super) static VERSION: Rule = must("version", "RFC 5280 4.1.2.1");
pub(super) static SERIAL: Rule = must("serial", "RFC 5280 4.1.2.2");
pub(super) static SERIAL_ENTROPY: Rule = should("serial-entropy", "T-C1");
pub(super) static ALGORITHMS_DIFFER: Rule = must("algorithms-differ", "RFC 5280 4.1.1.2");
pub(super) static ALGORITHM_PARAMETERS: Rule = must("algorithm-parameters", "RFC 5280 4.1.1.2");
pub(super) static KEY_PARAMETERS: Rule = must("key-parameters", "RFC 5280 4.1.2.7");
pub(super) static ISSUER_EMPTY: Rule = must("issuer-empty", "RFC 5280 4.1.2.4");
pub(super) static SUBJECT_EMPTY: Rule = must("subject-empty", "RFC 5280 4.1.2.6");
pub(super) static VALIDITY_REVERSED: Rule = must("validity-reversed", "RFC 5280 4.1.2.5");
pub(super) static UNIQUE_IDENTIFIER: Rule = must("unique-identifier", "RFC 5280 4.1.2.8");
pub(super) static EXTENSIONS: Rule = must("extensions", "RFC 5280 4.2");
pub(super) static EXTENSIONS_ABSENT: Rule = must("extensions-absent", "RFC 5280 4.2");
pub(super) static EXTENSION_MALFORMED: Rule = must("extension-malformed", "RFC 5280 4.2");
pub(super) static UNKNOWN_CRITICAL: Rule = should("unknown-critical", "RFC 5280 4.2");

pub(super) static NAME_VALUE_LENGTH: Rule = must("name-value-length", "RFC 5280 A.1");
pub(super) static NAME_VALUE_LONG: Rule = should("name-value-long", "EN 319 412-2 4.2.4");
pub(super) static NAME_STRING_TYPE: Rule = must("name-string-type", "RFC 5280 4.1.2.4");
pub(super) static NAME_CHARACTERS: Rule = must("name-characters", "RFC 5280 A.1");
pub(super) static DOMAIN_COMPONENT: Rule = must("domain-component", "RFC 4519 2.4");
pub(super) static EMAIL_NOT_IN_ALTERNATIVE: Rule = must("email-not-in-san", "RFC 5280 4.1.2.6");
pub(super) static EMAIL_SYNTAX: Rule = must("email-syntax", "RFC 5280 4.2.1.6");
pub(super) static DNS_SYNTAX: Rule = must("dns-syntax", "RFC 5280 4.2.1.6");
pub(super) static URI_SYNTAX: Rule = must("uri-syntax", "RFC 5280 4.2.1.6");
pub(super) static ALTERNATIVE_NOT_CRITICAL: Rule = must("san-not-critical", "RFC 5280 4.2.1.6");

pub(super) static MUST_BE_CRITICAL: Rule = must("must-be-critical", "RFC 5280 4.2.1");
pub(super) static MUST_NOT_BE_CRITICAL: Rule = must("must-not-be-critical", "RFC 5280 4.2.1");
pub(super) static SHOULD_BE_CRITICAL: Rule = should("should-be-critical", "RFC 5280 4.2.1");
pub(super) static SHOULD_NOT_BE_CRITICAL: Rule = should("should-not-be-critical", "RFC 5280 4.2.1");
pub(super) static AUTHORITY_KEY_ABSENT: Rule = must("authority-key-absent", "RFC 5280 4.2.1.1");
pub(super) static SUBJECT_KEY_ABSENT: Rule = must("subject-key-absent", "RFC 5280 4.2.1.2");
pub(super) static KEY_USAGE_ABSENT: Rule = must("key-usage-absent", "RFC 5280 4.2.1.3");
pub(super) static KEY_USAGE_OF_AUTHORITY: Rule = must("key-usage-of-authority", "RFC 5280 4.2.1.9");
pub(super) static KEY_USAGE_OF_END_ENTITY: Rule =
    must("key-usage-of-end-entity", "RFC 5280 4.2.1.3");
pub(super) static KEY_USAGE_OF_ALGORITHM: Rule = must(
    "key-usage-of-algorithm",
    "RFC 5480 3, RFC 3279 2.3.1, RFC 8410 5",
);
pub(super) static PATH_LENGTH: Rule = must("path-length", "RFC 5280 4.2.1.9");
pub(super) static POLICY_MAPPINGS: Rule = must("policy-mappings", "RFC 5280 4.2.1.5");
pub(super) static POLICY_NOTICE: Rule = must("policy-notice", "RFC 5280 4.2.1.4");
pub(super) static NAME_CONSTRAINTS: Rule = must("name-constraints", "RFC 5280 4.2.1.10");
pub(super) static NAME_CONSTRAINT_MASK: Rule = must("name-constraint-mask", "RFC 5280 4.2.1.10");
pub(super) static NO_REVOCATION: Rule = must("no-revocation-available", "RFC 9608 2");

pub(super) static TIME_STAMPING_PURPOSE: Rule = must("time-stamping-purpose", "RFC 3161 2.3");
pub(super) static OCSP_RESPONDER: Rule = must("ocsp-responder", "RFC 6960 4.2.2.2");

pub(super) static CRL_ENCODING: Rule = must("crl-encoding", "RFC 5280 5.1");
pub(super) static CRL_VALIDITY_REVERSED: Rule = must("crl-validity-reversed", "RFC 5280 5.1.2.5");
pub(super) static CRL_AUTHORITY_KEY_ABSENT: Rule =
    must("crl-authority-key-absent", "RFC 5280 5.2.1");
pub(super) static CRL_POINT_NOT_CRITICAL: Rule = must("crl-point-not-critical", "RFC 5280 5.2.5");
pub(super) static CRL_REASON_UNSPECIFIED: Rule = should("crl-reason-unspecified", "RFC 5280 5.3.1");
pub(super) static CRL_ENTRY_FUTURE: Rule = must("crl-entry-future", "RFC 5280 5.1.2.6");

pub(super) static IDENTIFIER_SCHEME: Rule = must("identifier-scheme", "EN 319 412-1 5.1.4");
pub(super) static IDENTIFIER_COUNTRY: Rule =
    must("identifier-country", "EN 319 412-1 5.1.3, 5.1.4");
pub(super) static ISSUER_ATTRIBUTES: Rule = must("issuer-attributes", "EN 319 412-2 4.2.3.1");
pub(super) static PERSON_ATTRIBUTES: Rule = must("person-attributes", "EN 319 412-2 4.2.4");
pub(super) static PERSON_ATTRIBUTE_TWICE: Rule =
    must("person-attribute-twice", "EN 319 412-2 4.2.4");
pub(super) static PSEUDONYM_AND_NAME: Rule = must("pseudonym-and-name", "EN 319 412-2 4.2.4");
pub(super) static LEGAL_ATTRIBUTES: Rule = must("legal-person-attributes", "EN 319 412-3 4.2.1");
pub(super) static LEGAL_ATTRIBUTE_TWICE: Rule =
    must("legal-person-attribute-twice", "EN 319 412-3 4.2.1");
pub(super) static LEGAL_NAME_IS_IDENTIFIER: Rule =
    must("legal-person-name-is-identifier", "EN 319 412-3 4.2.1");
pub(super) static CONTENT_COMMITMENT: Rule = must("content-commitment", "EN 319 412-2 4.3.2");
pub(super) static PROFILE_CRITICALITY: Rule = must("profile-criticality", "EN 319 412-2 4.3");
pub(super) static POLICIES_ABSENT: Rule = must("policies-absent", "EN 319 412-2 4.3.3");
pub(super) static POINTS_ABSENT: Rule = must("points-absent", "EN 319 412-2 4.3.11");
pub(super) static POINT_SCHEME: Rule = must("point-scheme", "EN 319 412-2 4.3.11");
pub(super) static ACCESS_ABSENT: Rule = must("access-absent", "EN 319 412-2 4.4.1");
pub(super) static ACCESS_ISSUERS: Rule = must("access-issuers", "EN 319 412-2 4.4.1");
pub(super) static ACCESS_OCSP: Rule = must("access-ocsp", "EN 319 412-2 4.4.1");

pub(super) static STATEMENT_CRITICAL: Rule = must("statements-critical", "EN 319 412-5 4.1");
pub(super) static STATEMENT_MALFORMED: Rule = must("statement-malformed", "EN 319 412-5 4");
pub(super) static STATEMENT_OBSOLETE: Rule = must("statement-obsolete", "EN 319 412-5 4.1");
pub(super) static STATEMENT_TYPE: Rule = must("statement-type", "EN 319 412-5 4.2.3");
pub(super) static STATEMENT_COUNTRY: Rule = must("statement-country", "EN 319 412-5 4.2.4");
pub(super) static STATEMENT_LIMIT: Rule = must("statement-limit", "EN 319 412-5 4.3.2");
pub(super) static STATEMENT_RETENTION: Rule = must("statement-retention", "EN 319 412-5 4.3.3");
pub(super) static STATEMENT_DISCLOSURE: Rule = must("statement-disclosure", "EN 319 412-5 4.3.4");
