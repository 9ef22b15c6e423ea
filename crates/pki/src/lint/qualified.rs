//! Statements of EN 319 412-5.

use crate::certificate::Certificate;
use crate::extension::{QcStatement, Statement};
use crate::identifiers as id;
use asn1::{Oid, Reader, Tag};

use super::code_lists::{is_country, is_currency, is_language};
use super::{Findings, rules};

pub(super) fn inspect(certificate: &Certificate, findings: &mut Findings) {
    let Some(extension) = certificate.extension(&id::QC_STATEMENTS) else {
        return;
    };
    // EN 319 412-5 4.1: never critical.
    findings.add_if(extension.critical, &rules::STATEMENT_CRITICAL, "critical");
    // An empty list stands in certificates of old and says nothing.
    let statements = match certificate.qc_statements() {
        Ok(statements) => statements,
        Err(error) => {
            findings.add(&rules::STATEMENT_MALFORMED, error.to_string());
            return;
        }
    };
    for statement in statements {
        inspect_statement(&statement, findings);
    }
}

fn inspect_statement(statement: &QcStatement<'_>, findings: &mut Findings) {
    /// id-qcs-pkixQCSyntax-v1, which RFC 3739 3.2.6.1 replaced.
    const OBSOLETE: Oid = Oid::of(&[1, 3, 6, 1, 5, 5, 7, 11, 1]);
    findings.add_if(
        statement.id == OBSOLETE,
        &rules::STATEMENT_OBSOLETE,
        "pkixQCSyntax-v1",
    );
    let read = match statement.read() {
        Ok(read) => read,
        Err(error) => {
            let rule = match statement.id {
                id::QC_TYPE => &rules::STATEMENT_TYPE,
                id::QC_LEGISLATION => &rules::STATEMENT_COUNTRY,
                id::QC_LIMIT_VALUE => &rules::STATEMENT_LIMIT,
                id::QC_RETENTION => &rules::STATEMENT_RETENTION,
                id::QC_DISCLOSURE => &rules::STATEMENT_DISCLOSURE,
                _ => &rules::STATEMENT_MALFORMED,
            };
            findings.add(rule, format!("{}: {error}", statement.id));
            return;
        }
    };
    match read {
        Statement::Type(kinds) => {
            let known = [id::QC_TYPE_SIGNATURE, id::QC_TYPE_SEAL, id::QC_TYPE_WEB];
            let fits = matches!(kinds[..], [kind] if known.contains(&kind));
            findings.add_if(!fits, &rules::STATEMENT_TYPE, "not one known kind");
        }
        Statement::Legislation(countries) => {
            for country in countries {
                findings.add_if(!is_country(country), &rules::STATEMENT_COUNTRY, country);
            }
        }
        Statement::LimitValue { currency, .. } => {
            findings.add_if(
                currency.is_some_and(|currency| !is_currency(currency)),
                &rules::STATEMENT_LIMIT,
                currency.unwrap_or_default(),
            );
            findings.add_if(
                statement.value.is_some_and(has_negative),
                &rules::STATEMENT_LIMIT,
                "negative exponent",
            );
        }
        Statement::Retention(years) => {
            findings.add_if(years == 0, &rules::STATEMENT_RETENTION, "no years");
        }
        Statement::Disclosure(addresses) => {
            for (address, language) in addresses {
                findings.add_if(
                    !address.starts_with("https://"),
                    &rules::STATEMENT_DISCLOSURE,
                    address,
                );
                findings.add_if(
                    !is_language(language),
                    &rules::STATEMENT_DISCLOSURE,
                    language,
                );
            }
        }
        // Compliance, device, and what is not of EN 319 412-5: nothing inside to inspect.
        _ => {}
    }
}

/// Whether any INTEGER of the sequence is negative.
fn has_negative(value: &[u8]) -> bool {
    let Ok(mut fields) = Reader::single(value, Tag::SEQUENCE).and_then(|all| all.reader()) else {
        return false;
    };
    let mut negative = false;
    while let Ok(field) = fields.element() {
        let first = field.content().first().copied().unwrap_or_default();
        negative |= field.tag() == Tag::INTEGER && first & 0x80 != 0;
    }
    negative
}
