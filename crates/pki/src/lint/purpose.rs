//! What certificates of time-stamp authorities and OCSP responders have to be.

use crate::certificate::Certificate;
use crate::extension::KeyUsage;
use crate::identifiers as id;

use super::{Findings, rules};

pub(super) fn inspect(certificate: &Certificate, findings: &mut Findings) {
    let purposes = findings
        .value(id::EXTENDED_KEY_USAGE, certificate.purposes())
        .flatten();
    let Some(purposes) = purposes else {
        return;
    };
    let critical = certificate
        .extension(&id::EXTENDED_KEY_USAGE)
        .is_some_and(|extension| extension.critical);
    let usage = certificate.key_usage().ok().flatten();
    let signs_only = usage.is_none_or(|usage| {
        usage.intersects(KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::NON_REPUDIATION))
            && !usage.intersects(KeyUsage::KEY_CERT_SIGN.and(KeyUsage::CRL_SIGN))
    });
    if purposes.contains(&id::TIME_STAMPING) && !certificate.is_ca() {
        // RFC 3161 2.3: one purpose, and critical. In a CA's certificate it only limits those below.
        findings.add_if(
            !critical || purposes.0.len() != 1,
            &rules::TIME_STAMPING_PURPOSE,
            "not critical or not alone",
        );
        findings.add_if(
            !signs_only,
            &rules::TIME_STAMPING_PURPOSE,
            "key usage beside signing",
        );
    }
    if purposes.contains(&id::OCSP_SIGNING) && !certificate.is_ca() {
        // RFC 6960 4.2.2.2.1: the value is NULL.
        let malformed =
            certificate.extension(&id::OCSP_NO_CHECK).is_some() && !certificate.has_ocsp_no_check();
        findings.add_if(
            malformed,
            &rules::OCSP_RESPONDER,
            "ocsp-nocheck is not NULL",
        );
        findings.add_if(
            !signs_only,
            &rules::OCSP_RESPONDER,
            "key usage beside signing",
        );
        findings.add_if(
            purposes.contains(&id::ANY_PURPOSE),
            &rules::OCSP_RESPONDER,
            "any other purpose too",
        );
    }
}
