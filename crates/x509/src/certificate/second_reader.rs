//! A second reader of the same octets, so that no trick of encoding shows two programs two certificates.

use x509_parser::certificate::X509CertificateParser;
use x509_parser::nom::Parser;

use super::Certificate;

/// Whether x509-parser reads the whole of it and sees the same parts.
///
/// T-V10: what one reader took for the subject, the key or an extension, the other has to take for the
/// same octets. Values of extensions are left to our own, stricter readers.
pub(super) fn agrees(certificate: &Certificate) -> bool {
    let mut parser = X509CertificateParser::new().with_deep_parse_extensions(false);
    let Ok((rest, other)) = parser.parse(certificate.der()) else {
        return false;
    };
    let period = certificate.validity();
    let inner = &other.tbs_certificate;
    let same_extensions = inner.extensions().len() == certificate.extensions().count()
        && certificate
            .extensions()
            .zip(inner.extensions())
            .all(|(ours, theirs)| {
                ours.oid.octets() == theirs.oid.as_bytes()
                    && ours.critical == theirs.critical
                    && ours.value == theirs.value
            });
    rest.is_empty()
        && inner.as_ref() == certificate.tbs()
        && inner.version.0.saturating_add(1) == u32::from(certificate.version())
        && inner.raw_serial() == certificate.serial().octets()
        && inner.issuer.as_raw() == certificate.issuer().der()
        && inner.subject.as_raw() == certificate.subject().der()
        && inner.subject_pki.raw == certificate.spki()
        && inner.validity.not_before.timestamp() == period.from.unix_timestamp()
        && inner.validity.not_after.timestamp() == period.last.unix_timestamp()
        && other.signature_value.data.as_ref() == certificate.signature()
        && same_extensions
}
