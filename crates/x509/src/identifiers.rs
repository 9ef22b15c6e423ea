//! Table only: object identifiers of names, extensions, key purposes and statements, by their words.

use asn1::Oid;

const fn attribute(last: u128) -> Oid {
    Oid::of(&[2, 5, 4, last])
}
const fn extension(last: u128) -> Oid {
    Oid::of(&[2, 5, 29, last])
}
const fn pkix(arcs: [u128; 2]) -> Oid {
    let [kind, last] = arcs;
    Oid::of(&[1, 3, 6, 1, 5, 5, 7, kind, last])
}
const fn qualified(last: u128) -> Oid {
    Oid::of(&[0, 4, 0, 1862, 1, last])
}

/// commonName.
pub const COMMON_NAME: Oid = attribute(3);
/// surname.
pub const SURNAME: Oid = attribute(4);
/// serialNumber, of a subject: at a seal, the seal's code.
pub const SERIAL_NUMBER: Oid = attribute(5);
/// countryName.
pub const COUNTRY: Oid = attribute(6);
/// localityName.
pub const LOCALITY: Oid = attribute(7);
/// stateOrProvinceName.
pub const STATE: Oid = attribute(8);
/// streetAddress.
pub const STREET: Oid = attribute(9);
/// organizationName.
pub const ORGANIZATION: Oid = attribute(10);
/// organizationalUnitName.
pub const ORGANIZATIONAL_UNIT: Oid = attribute(11);
/// title.
pub const TITLE: Oid = attribute(12);
/// givenName.
pub const GIVEN_NAME: Oid = attribute(42);
/// dnQualifier.
pub const DN_QUALIFIER: Oid = attribute(46);
/// pseudonym.
pub const PSEUDONYM: Oid = attribute(65);
/// organizationIdentifier (EN 319 412-1 5.1.4).
pub const ORGANIZATION_IDENTIFIER: Oid = attribute(97);
/// domainComponent.
pub const DOMAIN_COMPONENT: Oid = Oid::of(&[0, 9, 2342, 19_200_300, 100, 1, 25]);
/// userId.
pub const USER_ID: Oid = Oid::of(&[0, 9, 2342, 19_200_300, 100, 1, 1]);
/// emailAddress (PKCS #9).
pub const EMAIL_ADDRESS: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 9, 1]);

/// subjectDirectoryAttributes.
pub const SUBJECT_DIRECTORY_ATTRIBUTES: Oid = extension(9);
/// subjectKeyIdentifier.
pub const SUBJECT_KEY_IDENTIFIER: Oid = extension(14);
/// keyUsage.
pub const KEY_USAGE: Oid = extension(15);
/// privateKeyUsagePeriod.
pub const PRIVATE_KEY_USAGE_PERIOD: Oid = extension(16);
/// subjectAltName.
pub const SUBJECT_ALT_NAME: Oid = extension(17);
/// issuerAltName.
pub const ISSUER_ALT_NAME: Oid = extension(18);
/// basicConstraints.
pub const BASIC_CONSTRAINTS: Oid = extension(19);
/// cRLNumber.
pub const CRL_NUMBER: Oid = extension(20);
/// reasonCode.
pub const REASON_CODE: Oid = extension(21);
/// invalidityDate.
pub const INVALIDITY_DATE: Oid = extension(24);
/// deltaCRLIndicator.
pub const DELTA_CRL_INDICATOR: Oid = extension(27);
/// issuingDistributionPoint.
pub const ISSUING_DISTRIBUTION_POINT: Oid = extension(28);
/// certificateIssuer.
pub const CERTIFICATE_ISSUER: Oid = extension(29);
/// nameConstraints.
pub const NAME_CONSTRAINTS: Oid = extension(30);
/// cRLDistributionPoints.
pub const CRL_DISTRIBUTION_POINTS: Oid = extension(31);
/// certificatePolicies.
pub const CERTIFICATE_POLICIES: Oid = extension(32);
/// policyMappings.
pub const POLICY_MAPPINGS: Oid = extension(33);
/// authorityKeyIdentifier.
pub const AUTHORITY_KEY_IDENTIFIER: Oid = extension(35);
/// policyConstraints.
pub const POLICY_CONSTRAINTS: Oid = extension(36);
/// extKeyUsage.
pub const EXTENDED_KEY_USAGE: Oid = extension(37);
/// freshestCRL.
pub const FRESHEST_CRL: Oid = extension(46);
/// inhibitAnyPolicy.
pub const INHIBIT_ANY_POLICY: Oid = extension(54);
/// noRevAvail (RFC 9608).
pub const NO_REVOCATION_AVAILABLE: Oid = extension(56);
/// expiredCertsOnCRL (X.509 9.5.2.8).
pub const EXPIRED_CERTS_ON_CRL: Oid = extension(60);
/// authorityInfoAccess.
pub const AUTHORITY_INFORMATION_ACCESS: Oid = pkix([1, 1]);
/// subjectInfoAccess.
pub const SUBJECT_INFORMATION_ACCESS: Oid = pkix([1, 11]);
/// qcStatements (RFC 3739 3.2.6).
pub const QC_STATEMENTS: Oid = pkix([1, 3]);
/// ocsp-nocheck (RFC 6960 4.2.2.2.1).
pub const OCSP_NO_CHECK: Oid = Oid::of(&[1, 3, 6, 1, 5, 5, 7, 48, 1, 5]);
/// validity-assured short-term (EN 319 412-1 5.2).
pub const VALIDITY_ASSURED: Oid = Oid::of(&[0, 4, 0, 194_121, 2, 1]);

/// Access method: OCSP.
pub const ACCESS_OCSP: Oid = pkix([48, 1]);
/// Access method: certificates of the issuer.
pub const ACCESS_CA_ISSUERS: Oid = pkix([48, 2]);

/// anyPolicy.
pub const ANY_POLICY: Oid = Oid::of(&[2, 5, 29, 32, 0]);
/// Policy qualifier: pointer to a practice statement.
pub const QUALIFIER_CPS: Oid = pkix([2, 1]);
/// Policy qualifier: user notice.
pub const QUALIFIER_USER_NOTICE: Oid = pkix([2, 2]);

/// anyExtendedKeyUsage.
pub const ANY_PURPOSE: Oid = Oid::of(&[2, 5, 29, 37, 0]);
/// id-kp-serverAuth.
pub const SERVER_AUTH: Oid = pkix([3, 1]);
/// id-kp-clientAuth.
pub const CLIENT_AUTH: Oid = pkix([3, 2]);
/// id-kp-timeStamping.
pub const TIME_STAMPING: Oid = pkix([3, 8]);
/// id-kp-OCSPSigning.
pub const OCSP_SIGNING: Oid = pkix([3, 9]);
/// id-kp-documentSigning (RFC 9336).
pub const DOCUMENT_SIGNING: Oid = pkix([3, 36]);
/// id-kp-oauthStatusSigning (Token Status List).
pub const STATUS_LIST_SIGNING: Oid = pkix([3, 30]);

/// Statement: EU qualified certificate.
pub const QC_COMPLIANCE: Oid = qualified(1);
/// Statement: limit of the value of transactions.
pub const QC_LIMIT_VALUE: Oid = qualified(2);
/// Statement: retention period in years.
pub const QC_RETENTION: Oid = qualified(3);
/// Statement: the key lies in a qualified device.
pub const QC_DEVICE: Oid = qualified(4);
/// Statement: disclosure addresses.
pub const QC_DISCLOSURE: Oid = qualified(5);
/// Statement: kind of certificate.
pub const QC_TYPE: Oid = qualified(6);
/// Statement: country whose legislation applies.
pub const QC_LEGISLATION: Oid = qualified(7);
/// Kind: electronic signature.
pub const QC_TYPE_SIGNATURE: Oid = Oid::of(&[0, 4, 0, 1862, 1, 6, 1]);
/// Kind: electronic seal.
pub const QC_TYPE_SEAL: Oid = Oid::of(&[0, 4, 0, 1862, 1, 6, 2]);
/// Kind: web site.
pub const QC_TYPE_WEB: Oid = Oid::of(&[0, 4, 0, 1862, 1, 6, 3]);
