//! Certificate policies, their mappings and constraints.

use super::{ReadExtension, filled_sequence};
use asn1::{Oid, ReadAsn1, Reader, Tag, write};

/// One policy of certificatePolicies (RFC 5280 4.2.1.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyInformation<'a> {
    /// Which policy.
    pub policy: Oid,
    /// Qualifiers: their type and the DER octets of each.
    pub qualifiers: Vec<(Oid, &'a [u8])>,
}

impl<'a> PolicyInformation<'a> {
    /// Reads an extension value.
    ///
    /// # Errors
    /// `Empty`, and `DuplicatePolicy` where one stands twice.
    pub fn parse_list(value: &'a [u8]) -> Result<Vec<Self>, ReadExtension> {
        let mut list = filled_sequence(value)?;
        let mut out: Vec<Self> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        while !list.is_empty() {
            let mut fields = list.sequence()?;
            let policy = fields.oid()?;
            // RFC 5280 4.2.1.4: a policy occurs once.
            if !seen.insert(policy) {
                return Err(ReadExtension::DuplicatePolicy {
                    policy: Box::new(policy),
                });
            }
            let mut qualifiers = Vec::new();
            if let Some(qualified) = fields.optional(Tag::SEQUENCE)? {
                let mut qualified = qualified.reader()?;
                if qualified.is_empty() {
                    return Err(ReadExtension::Empty);
                }
                while !qualified.is_empty() {
                    let mut qualifier = qualified.sequence()?;
                    let kind = qualifier.oid()?;
                    let value = qualifier.element()?.raw();
                    qualifier.end()?;
                    qualifiers.push((kind, value));
                }
            }
            fields.end()?;
            out.push(Self { policy, qualifiers });
        }
        Ok(out)
    }

    /// The extension value with these policies, without qualifiers.
    #[must_use]
    pub fn encode_policies(policies: &[Oid]) -> Vec<u8> {
        write::sequence(
            policies
                .iter()
                .map(|policy| write::sequence([write::oid(policy)])),
        )
    }
}

/// One pair of policyMappings (RFC 5280 4.2.1.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolicyMapping {
    /// The policy of the issuer's domain.
    pub issuer: Oid,
    /// The policy of the subject's domain that counts as the same.
    pub subject: Oid,
}

impl PolicyMapping {
    /// Reads an extension value.
    ///
    /// # Errors
    /// `Empty` where there is no pair.
    pub fn parse_list(value: &[u8]) -> Result<Vec<Self>, ReadExtension> {
        let mut list = filled_sequence(value)?;
        let mut out = Vec::new();
        while !list.is_empty() {
            let mut pair = list.sequence()?;
            let (issuer, subject) = (pair.oid()?, pair.oid()?);
            pair.end()?;
            out.push(Self { issuer, subject });
        }
        Ok(out)
    }
}

/// policyConstraints (RFC 5280 4.2.1.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolicyConstraints {
    /// After how many certificates a policy has to be named.
    pub require_explicit: Option<u64>,
    /// After how many certificates mappings no longer count.
    pub inhibit_mapping: Option<u64>,
}

impl PolicyConstraints {
    /// Reads an extension value.
    ///
    /// # Errors
    /// `Empty` where neither is given.
    pub fn parse(value: &[u8]) -> Result<Self, ReadExtension> {
        // RFC 5280 4.2.1.11: never an empty sequence.
        let mut fields = filled_sequence(value)?;
        let require_explicit = skip(&mut fields, 0)?;
        let inhibit_mapping = skip(&mut fields, 1)?;
        fields.end()?;
        Ok(Self {
            require_explicit,
            inhibit_mapping,
        })
    }
}

fn skip(fields: &mut Reader<'_>, number: u8) -> Result<Option<u64>, ReadAsn1> {
    fields
        .optional(Tag::context_primitive(number))?
        .map(|count| count.unsigned())
        .transpose()
}
