//! Whether a CRL may speak about a certificate.

use thiserror::Error;

use super::Crl;
use crate::certificate::Certificate;
use crate::extension::{DistributionPoint, PointName, ReadExtension, Scope};
use crate::general_name::GeneralName;

/// Why a CRL says nothing about a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NotCompetent {
    /// A delta, which says nothing without a complete list that it goes with.
    #[error("crl is a delta")]
    Delta,
    /// Another CA's.
    #[error("crl of another issuer")]
    OtherIssuer,
    /// It covers CA certificates, this is none.
    #[error("crl covers authorities only")]
    AuthoritiesOnly,
    /// It covers end entities, this is a CA's.
    #[error("crl covers end entities only")]
    EndEntitiesOnly,
    /// Another partition than the certificate names.
    #[error("crl of another distribution point")]
    OtherPoint,
    /// The certificate's points are indirect, partial or without a full name.
    #[error("no distribution point of the certificate can be matched")]
    PointsNotMatchable,
    /// The certificate's extensions that have to be asked are malformed.
    #[error("certificate's extensions are malformed")]
    Certificate(#[from] ReadExtension),
}

impl Crl {
    /// Asks whether this CRL covers `certificate` (RFC 5280 6.3.3 b).
    ///
    /// # Errors
    /// Why not. A list that does not cover a certificate says nothing about it: never *good*.
    pub fn covers(&self, certificate: &Certificate) -> Result<(), NotCompetent> {
        if self.base().is_some() {
            return Err(NotCompetent::Delta);
        }
        if self.issuer() != certificate.issuer() {
            return Err(NotCompetent::OtherIssuer);
        }
        let is_ca = certificate.basic_constraints()?.is_some_and(|b| b.ca);
        let point = self.point();
        match (point.as_ref().map(|point| point.scope), is_ca) {
            (Some(Scope::EndEntities), true) => return Err(NotCompetent::EndEntitiesOnly),
            (Some(Scope::Authorities), false) => return Err(NotCompetent::AuthoritiesOnly),
            _ => {}
        }
        let named = certificate.crl_distribution_points()?;
        // RFC 5280 6.3.3: a point with another issuer or for some reasons only never gives the whole answer.
        let usable: Vec<&[GeneralName<'_>]> = named.iter().filter_map(full_name).collect();
        if !named.is_empty() && usable.is_empty() {
            return Err(NotCompetent::PointsNotMatchable);
        }
        match point.and_then(|point| point.name) {
            // The complete list of the issuer.
            None => Ok(()),
            // RFC 5280 6.3.3 b 2 i: one name of the list is one of the certificate. Octet for octet, so that
            // a wrong partition never passes for the right one.
            Some(PointName::Full(names)) => {
                let matches = |certificate: &&[GeneralName<'_>]| {
                    certificate.iter().any(|name| names.contains(name))
                };
                if usable.iter().any(matches) {
                    Ok(())
                } else {
                    Err(NotCompetent::OtherPoint)
                }
            }
            Some(PointName::Relative(_)) => Err(NotCompetent::OtherPoint),
        }
    }
}

fn full_name<'p, 'a>(point: &'p DistributionPoint<'a>) -> Option<&'p [GeneralName<'a>]> {
    match &point.name {
        Some(PointName::Full(names)) if point.reasons.is_none() && point.crl_issuer.is_empty() => {
            Some(names)
        }
        _ => None,
    }
}
