//! Object identifiers of CMS, ESS and CAdES. Table only: names and numbers.

use asn1::Oid;

/// id-data (RFC 5652 4).
pub const DATA: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 7, 1]);
/// id-signedData (RFC 5652 5.1).
pub const SIGNED_DATA: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 7, 2]);
/// data of GB/T 35275 (GM/T 0006).
pub const NATIONAL_DATA: Oid = Oid::of(&[1, 2, 156, 10_197, 6, 1, 4, 2, 1]);
/// signedData of GB/T 35275 (GM/T 0006).
pub const NATIONAL_SIGNED_DATA: Oid = Oid::of(&[1, 2, 156, 10_197, 6, 1, 4, 2, 2]);
/// id-ct-TSTInfo (RFC 3161 2.4.2).
pub const TST_INFO: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 9, 16, 1, 4]);

/// content-type (RFC 5652 11.1).
pub const CONTENT_TYPE: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 9, 3]);
/// message-digest (RFC 5652 11.2).
pub const MESSAGE_DIGEST: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 9, 4]);
/// signing-time (RFC 5652 11.3).
pub const SIGNING_TIME: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 9, 5]);
/// countersignature (RFC 5652 11.4).
pub const COUNTERSIGNATURE: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 9, 6]);
/// cms-algorithm-protection (RFC 6211 2).
pub const ALGORITHM_PROTECTION: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 9, 52]);
/// signing-certificate with SHA-1 (RFC 2634 5.4).
pub const SIGNING_CERTIFICATE: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 9, 16, 2, 12]);
/// signing-certificate-v2 (RFC 5035 3).
pub const SIGNING_CERTIFICATE_V2: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 9, 16, 2, 47]);
/// content-hints (RFC 2634 2.9).
pub const CONTENT_HINTS: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 9, 16, 2, 4]);
/// content-identifier (RFC 2634 2.7).
pub const CONTENT_IDENTIFIER: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 9, 16, 2, 7]);
/// content-reference (RFC 2634 2.11).
pub const CONTENT_REFERENCE: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 9, 16, 2, 10]);
/// signature-time-stamp (EN 319 122-1 5.3).
pub const SIGNATURE_TIME_STAMP: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 9, 16, 2, 14]);
/// signature-policy-identifier (EN 319 122-1 5.2.9).
pub const SIGNATURE_POLICY: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 9, 16, 2, 15]);
/// commitment-type-indication (EN 319 122-1 5.2.3).
pub const COMMITMENT_TYPE: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 9, 16, 2, 16]);
/// signer-location (EN 319 122-1 5.2.5).
pub const SIGNER_LOCATION: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 9, 16, 2, 17]);
/// content-time-stamp (EN 319 122-1 5.2.8).
pub const CONTENT_TIME_STAMP: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 9, 16, 2, 20]);
/// mime-type (EN 319 122-1 5.2.4.4).
pub const MIME_TYPE: Oid = Oid::of(&[0, 4, 0, 1733, 2, 1]);
/// signer-attributes-v2 (EN 319 122-1 5.2.6.1).
pub const SIGNER_ATTRIBUTES_V2: Oid = Oid::of(&[0, 4, 0, 19_122, 1, 1]);
/// title (X.520 6.4.3): the position or function in which somebody signs.
pub const TITLE: Oid = Oid::of(&[2, 5, 4, 12]);
/// Revocation information as Adobe archived it; read, never written.
pub const ADOBE_REVOCATION_INFO: Oid = Oid::of(&[1, 2, 840, 113_583, 1, 1, 8]);

/// archive-time-stamp-v3 (EN 319 122-1 5.5.3).
pub const ARCHIVE_TIME_STAMP_V3: Oid = Oid::of(&[0, 4, 0, 1733, 2, 4]);
/// ats-hash-index-v3 (EN 319 122-1 5.5.2).
pub const ATS_HASH_INDEX_V3: Oid = Oid::of(&[0, 4, 0, 19_122, 1, 5]);
/// What baseline signatures have no longer (EN 319 122-1 6.3): complete-certificate-references,
/// complete-revocation-references, certificate-values, revocation-values, CAdES-C-timestamp,
/// time-stamped-certs-crls-references, archive-time-stamp (two editions), attribute-certificate-references,
/// attribute-revocation-references, long-term-validation, ats-hash-index (the first).
pub const SUPERSEDED: [Oid; 12] = [
    Oid::of(&[1, 2, 840, 113_549, 1, 9, 16, 2, 21]),
    Oid::of(&[1, 2, 840, 113_549, 1, 9, 16, 2, 22]),
    Oid::of(&[1, 2, 840, 113_549, 1, 9, 16, 2, 23]),
    Oid::of(&[1, 2, 840, 113_549, 1, 9, 16, 2, 24]),
    Oid::of(&[1, 2, 840, 113_549, 1, 9, 16, 2, 25]),
    Oid::of(&[1, 2, 840, 113_549, 1, 9, 16, 2, 26]),
    Oid::of(&[1, 2, 840, 113_549, 1, 9, 16, 2, 27]),
    Oid::of(&[1, 2, 840, 113_549, 1, 9, 16, 2, 48]),
    Oid::of(&[1, 2, 840, 113_549, 1, 9, 16, 2, 44]),
    Oid::of(&[1, 2, 840, 113_549, 1, 9, 16, 2, 45]),
    Oid::of(&[0, 4, 0, 1733, 2, 2]),
    Oid::of(&[0, 4, 0, 1733, 2, 5]),
];

/// id-ri-ocsp-response (RFC 5940 2.1).
pub const OCSP_RESPONSE: Oid = Oid::of(&[1, 3, 6, 1, 5, 5, 7, 16, 2]);

/// Proof of origin (EN 319 122-1 annex B of the superseded TS 101 733; RFC 5126 5.11.1).
pub const PROOF_OF_ORIGIN: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 9, 16, 6, 1]);
/// Proof of approval.
pub const PROOF_OF_APPROVAL: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 9, 16, 6, 5]);
/// Proof of creation.
pub const PROOF_OF_CREATION: Oid = Oid::of(&[1, 2, 840, 113_549, 1, 9, 16, 6, 6]);

/// The unsigned attribute that holds a receipt of the public log.
pub const RECEIPT: Oid = Oid::of(&[2, 25, 302_814_158_361_537_297_158_614_022_098_125_347_143]);
