//! The extensions of a certificate, each by its name and type.

use super::Certificate;
use crate::extension::{
    AccessDescription, AuthorityKeyIdentifier, BasicConstraints, DistributionPoint, KeyUsage,
    NameConstraints, PolicyConstraints, PolicyInformation, PolicyMapping, PrivateKeyUsagePeriod,
    Purposes, QcStatement, ReadExtension,
};
use crate::general_name::GeneralName;
use crate::identifiers as id;
use asn1::{Oid, Reader, Tag};

/// Extensions that validation acts upon or that ask nothing of it. RFC 5280 4.2: any other that is
/// critical ends it. Extensions that must never be critical (keys' identifiers, information access) are
/// not here, so that they end it when they are.
pub const UNDERSTOOD: &[Oid] = &[
    id::BASIC_CONSTRAINTS,
    id::KEY_USAGE,
    id::EXTENDED_KEY_USAGE,
    id::SUBJECT_ALT_NAME,
    id::ISSUER_ALT_NAME,
    id::NAME_CONSTRAINTS,
    id::CERTIFICATE_POLICIES,
    id::POLICY_MAPPINGS,
    id::POLICY_CONSTRAINTS,
    id::INHIBIT_ANY_POLICY,
    id::CRL_DISTRIBUTION_POINTS,
    id::OCSP_NO_CHECK,
    id::QC_STATEMENTS,
];

type Read<T> = Result<Option<T>, ReadExtension>;

impl Certificate {
    /// basicConstraints.
    ///
    /// # Errors
    /// A malformed value.
    pub fn basic_constraints(&self) -> Read<BasicConstraints> {
        self.typed(&id::BASIC_CONSTRAINTS, BasicConstraints::parse)
    }

    /// Whether basicConstraints says that this is a CA.
    #[must_use]
    pub fn is_ca(&self) -> bool {
        matches!(
            self.basic_constraints(),
            Ok(Some(BasicConstraints { ca: true, .. }))
        )
    }

    /// keyUsage.
    ///
    /// # Errors
    /// A malformed value.
    pub fn key_usage(&self) -> Read<KeyUsage> {
        self.typed(&id::KEY_USAGE, KeyUsage::parse)
    }

    /// Whether its key may sign lists: where keyUsage is there, cRLSign is in it (RFC 5280 6.3.3 f). One that cannot be
    /// read lets it sign none.
    #[must_use]
    pub fn may_sign_lists(&self) -> bool {
        self.key_usage()
            .is_ok_and(|usage| usage.is_none_or(|usage| usage.contains(KeyUsage::CRL_SIGN)))
    }

    /// extKeyUsage.
    ///
    /// # Errors
    /// A malformed value.
    pub fn purposes(&self) -> Read<Purposes> {
        self.typed(&id::EXTENDED_KEY_USAGE, Purposes::parse)
    }

    /// subjectAltName; empty where it is absent.
    ///
    /// # Errors
    /// A malformed value, an address of another length than 4 or 16 octets, no name at all.
    pub fn subject_alternative_names(&self) -> Result<Vec<GeneralName<'_>>, ReadExtension> {
        self.typed(&id::SUBJECT_ALT_NAME, alternative_names)
            .map(Option::unwrap_or_default)
    }

    /// issuerAltName; empty where it is absent.
    ///
    /// # Errors
    /// As for the subject's.
    pub fn issuer_alternative_names(&self) -> Result<Vec<GeneralName<'_>>, ReadExtension> {
        self.typed(&id::ISSUER_ALT_NAME, alternative_names)
            .map(Option::unwrap_or_default)
    }

    /// nameConstraints.
    ///
    /// # Errors
    /// A malformed value.
    pub fn name_constraints(&self) -> Read<NameConstraints<'_>> {
        self.typed(&id::NAME_CONSTRAINTS, NameConstraints::parse)
    }

    /// authorityKeyIdentifier.
    ///
    /// # Errors
    /// A malformed value.
    pub fn authority_key_identifier(&self) -> Read<AuthorityKeyIdentifier<'_>> {
        self.typed(&id::AUTHORITY_KEY_IDENTIFIER, AuthorityKeyIdentifier::parse)
    }

    /// subjectKeyIdentifier.
    ///
    /// # Errors
    /// A malformed value.
    pub fn subject_key_identifier(&self) -> Read<&[u8]> {
        self.typed(&id::SUBJECT_KEY_IDENTIFIER, |value| {
            Ok(Reader::single(value, Tag::OCTET_STRING)?.content())
        })
    }

    /// cRLDistributionPoints; empty where it is absent.
    ///
    /// # Errors
    /// A malformed value.
    pub fn crl_distribution_points(&self) -> Result<Vec<DistributionPoint<'_>>, ReadExtension> {
        self.typed(&id::CRL_DISTRIBUTION_POINTS, DistributionPoint::parse_list)
            .map(Option::unwrap_or_default)
    }

    /// authorityInfoAccess; empty where it is absent.
    ///
    /// # Errors
    /// A malformed value.
    pub fn authority_access(&self) -> Result<Vec<AccessDescription<'_>>, ReadExtension> {
        self.typed(
            &id::AUTHORITY_INFORMATION_ACCESS,
            AccessDescription::parse_list,
        )
        .map(Option::unwrap_or_default)
    }

    /// The URIs of authorityInfoAccess for `method`; none where the extension is malformed.
    #[must_use]
    pub fn access_uris(&self, method: &Oid) -> Vec<&str> {
        let descriptions = self.authority_access().unwrap_or_default();
        descriptions
            .into_iter()
            .filter(|access| access.method == *method)
            .filter_map(|access| match access.location {
                GeneralName::Uri(uri) => Some(uri),
                _ => None,
            })
            .collect()
    }

    /// certificatePolicies; empty where it is absent.
    ///
    /// # Errors
    /// A malformed value.
    pub fn policies(&self) -> Result<Vec<PolicyInformation<'_>>, ReadExtension> {
        self.typed(&id::CERTIFICATE_POLICIES, PolicyInformation::parse_list)
            .map(Option::unwrap_or_default)
    }

    /// policyMappings; empty where it is absent.
    ///
    /// # Errors
    /// A malformed value.
    pub fn policy_mappings(&self) -> Result<Vec<PolicyMapping>, ReadExtension> {
        self.typed(&id::POLICY_MAPPINGS, PolicyMapping::parse_list)
            .map(Option::unwrap_or_default)
    }

    /// policyConstraints.
    ///
    /// # Errors
    /// A malformed value.
    pub fn policy_constraints(&self) -> Read<PolicyConstraints> {
        self.typed(&id::POLICY_CONSTRAINTS, PolicyConstraints::parse)
    }

    /// inhibitAnyPolicy: after how many certificates anyPolicy no longer counts.
    ///
    /// # Errors
    /// A malformed value.
    pub fn inhibit_any_policy(&self) -> Read<u64> {
        self.typed(&id::INHIBIT_ANY_POLICY, |value| {
            Ok(Reader::single(value, Tag::INTEGER)?.unsigned()?)
        })
    }

    /// privateKeyUsagePeriod.
    ///
    /// # Errors
    /// A malformed value.
    pub fn private_key_usage_period(&self) -> Read<PrivateKeyUsagePeriod> {
        self.typed(&id::PRIVATE_KEY_USAGE_PERIOD, PrivateKeyUsagePeriod::parse)
    }

    /// qcStatements; empty where it is absent.
    ///
    /// # Errors
    /// A malformed value.
    pub fn qc_statements(&self) -> Result<Vec<QcStatement<'_>>, ReadExtension> {
        self.typed(&id::QC_STATEMENTS, QcStatement::parse_list)
            .map(Option::unwrap_or_default)
    }

    /// Whether ocsp-nocheck is there (RFC 6960 4.2.2.2.1): nobody asks for this responder's status.
    #[must_use]
    pub fn has_ocsp_no_check(&self) -> bool {
        self.is_null(&id::OCSP_NO_CHECK)
    }

    /// Whether noRevAvail is there (RFC 9608): no status of it is published.
    #[must_use]
    pub fn has_no_revocation_available(&self) -> bool {
        self.is_null(&id::NO_REVOCATION_AVAILABLE)
    }

    /// Critical extensions that are not [`UNDERSTOOD`].
    pub fn unknown_critical(&self) -> impl Iterator<Item = Oid> {
        self.extensions()
            .filter(|extension| extension.critical && !UNDERSTOOD.contains(&extension.oid))
            .map(|extension| extension.oid)
    }

    fn typed<'a, T>(
        &'a self,
        oid: &Oid,
        parse: impl FnOnce(&'a [u8]) -> Result<T, ReadExtension>,
    ) -> Read<T> {
        self.extension(oid)
            .map(|extension| parse(extension.value))
            .transpose()
    }

    fn is_null(&self, oid: &Oid) -> bool {
        self.extension(oid).is_some_and(|extension| {
            Reader::single(extension.value, Tag::NULL).is_ok_and(|null| null.null().is_ok())
        })
    }
}

fn alternative_names(value: &[u8]) -> Result<Vec<GeneralName<'_>>, ReadExtension> {
    let names = GeneralName::read_all(Reader::single(value, Tag::SEQUENCE)?.reader()?)?;
    if names.is_empty() {
        // RFC 5280 4.2.1.6: GeneralNames ::= SEQUENCE SIZE (1..MAX).
        return Err(ReadExtension::Empty);
    }
    for name in &names {
        if let GeneralName::Ip(octets) = name
            && octets.len() != 4
            && octets.len() != 16
        {
            return Err(ReadExtension::AddressLength {
                octets: octets.len(),
            });
        }
    }
    Ok(names)
}
