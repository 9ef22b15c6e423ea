//! Certificate revocation lists.

use crate::crl::Crl;
use crate::extension::{Extension, PointName};
use crate::general_name::GeneralName;
use crate::identifiers as id;
use asn1::{Element, ReadAsn1, Reader, Tag};

use super::{Findings, LintFinding, rules, syntax};

/// Inspects the DER octets of a CRL.
#[must_use]
pub fn inspect_crl(crl: &[u8]) -> Vec<LintFinding> {
    let mut findings = Findings::default();
    match Crl::parse(crl) {
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|source| format!(": {source}"));
            findings.add(
                &rules::CRL_ENCODING,
                format!("{error}{}", cause.unwrap_or_default()),
            );
        }
        Ok(crl) => {
            inspect(&crl, &mut findings);
        }
    }
    findings.0
}

fn inspect(crl: &Crl, findings: &mut Findings) {
    findings.add_if(
        crl.this_update() > crl.next_update(),
        &rules::CRL_VALIDITY_REVERSED,
        "next update before this one",
    );
    findings.add_if(
        crl.authority_key().is_none(),
        &rules::CRL_AUTHORITY_KEY_ABSENT,
        "no key identifier of the issuer",
    );
    if let Some(PointName::Full(names)) = crl.point().and_then(|point| point.name) {
        for name in names {
            if let GeneralName::Uri(uri) = name {
                findings.add_if(!syntax::is_uri(uri), &rules::URI_SYNTAX, uri);
            }
        }
    }
    for entry in crl.entries() {
        findings.add_if(
            entry.revoked > crl.this_update(),
            &rules::CRL_ENTRY_FUTURE,
            format!("{:02x?}", entry.serial),
        );
    }
    if let Ok(raw) = raw_extensions(crl) {
        findings.add_if(
            raw.point_not_critical,
            &rules::CRL_POINT_NOT_CRITICAL,
            "issuing distribution point",
        );
        findings.add_if(
            raw.says_unspecified,
            &rules::CRL_REASON_UNSPECIFIED,
            "reason unspecified is written out",
        );
    }
}

#[derive(Default)]
struct Raw {
    point_not_critical: bool,
    says_unspecified: bool,
}

/// What the typed reading does not tell.
fn raw_extensions(crl: &Crl) -> Result<Raw, ReadAsn1> {
    let mut out = Raw::default();
    let mut fields = Reader::single(crl.tbs(), Tag::SEQUENCE)?.reader()?;
    let mut sequences = 0;
    while !fields.is_empty() {
        let field = fields.element()?;
        if field.tag() == Tag::context(0) {
            for extension in read(&field.only(Tag::SEQUENCE)?)? {
                out.point_not_critical |=
                    extension.oid == id::ISSUING_DISTRIBUTION_POINT && !extension.critical;
            }
        }
        sequences += usize::from(field.tag() == Tag::SEQUENCE);
        // Algorithm and issuer come before the entries.
        if field.tag() == Tag::SEQUENCE && sequences == 3 {
            let mut entries = field.reader()?;
            while !entries.is_empty() {
                let mut entry = entries.sequence()?;
                entry.element()?;
                entry.element()?;
                if let Some(list) = entry.optional(Tag::SEQUENCE)? {
                    out.says_unspecified |= read(&list)?.iter().any(|extension| {
                        extension.oid == id::REASON_CODE && extension.value == [0x0a, 1, 0]
                    });
                }
            }
        }
    }
    Ok(out)
}

fn read<'a>(list: &Element<'a>) -> Result<Vec<Extension<'a>>, ReadAsn1> {
    let mut elements = list.reader()?;
    let mut out = Vec::new();
    while !elements.is_empty() {
        out.push(Extension::read(&elements.element()?)?);
    }
    Ok(out)
}
