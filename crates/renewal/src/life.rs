//! How long a proof lives: as long as the token on which it rests, and what the token rests on.

use crypto::{DigestAlgorithm, PublicKey, SignatureAlgorithm};
use evidence::tsp::Token;
use pki::Certificate;
use thiserror::Error;
use time::{Duration, UtcDateTime};

/// Certificates above a time-stamping unit's that are followed (T-I8).
const MAX_DEPTH: usize = 10;

/// Until when algorithms are relied on, as the policy of the office has it (TS 119 312); `None` without end.
#[derive(Clone, Copy)]
pub struct Relied<'a> {
    /// A digest algorithm.
    pub digest: &'a dyn Fn(DigestAlgorithm) -> Option<UtcDateTime>,
    /// A signature algorithm with a key.
    pub signature: &'a dyn Fn(SignatureAlgorithm, &PublicKey) -> Option<UtcDateTime>,
}

impl std::fmt::Debug for Relied<'_> {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("Relied")
    }
}

/// What ends a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ends {
    /// The certificate of the time-stamping unit, from which on its status may be forgotten.
    Unit,
    /// A certificate above it.
    Issuer,
    /// The digest algorithm of the imprint: a stronger one has to be taken, over the documents themselves.
    Digest,
    /// The algorithm of the token's signature, or its key.
    Signature,
}

/// The life of a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Life {
    /// The moment at which it ends: renewed before, it goes on.
    pub until: UtcDateTime,
    /// What ends it.
    pub by: Ends,
    /// The moment from which it proves.
    pub since: UtcDateTime,
}

/// Why nothing can be said of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unprovable {
    /// It is no token, or its algorithms are unknown.
    #[error("the token cannot be read")]
    Token,
    /// The certificate of its unit is not at hand: it has to be found before the token proves anything.
    #[error("the certificate of the time-stamping unit is not at hand")]
    Unit,
}

impl Life {
    /// The life of what rests on `token`. `candidates` are certificates at hand, beside those that the token carries.
    ///
    /// Dates alone are read here; whether the token is good, the verifier says.
    ///
    /// # Errors
    /// [`Unprovable`].
    pub fn of(
        token: &[u8],
        candidates: &[Certificate],
        relied: &Relied<'_>,
    ) -> Result<Self, Unprovable> {
        let token = Token::parse(token).map_err(|_| Unprovable::Token)?;
        let carried = token.signed_data().certificates().iter();
        let carried = carried.filter_map(|der| Certificate::parse(der).ok());
        let all: Vec<Certificate> = carried.chain(candidates.iter().cloned()).collect();
        let signer = token.signed_data().signer().ok_or(Unprovable::Token)?;
        let unit = signer
            .find_certificate(&all)
            .map_err(|_| Unprovable::Unit)?;
        let key = unit.public_key().map_err(|_| Unprovable::Token)?;
        let digest = signer.digest_algorithm().map_err(|_| Unprovable::Token)?;
        let algorithm = signer
            .signature_identifier()
            .signature_over(digest, key.algorithm())
            .map_err(|_| Unprovable::Token)?;
        let imprint = token.info().imprint().algorithm();
        let ends = [
            (Some(unit.validity().last), Ends::Unit),
            (above(unit, &all), Ends::Issuer),
            ((relied.digest)(imprint), Ends::Digest),
            ((relied.signature)(algorithm, &key), Ends::Signature),
        ];
        let first = ends
            .into_iter()
            .filter_map(|(until, by)| Some((until?, by)))
            .min();
        let (until, by) = first.ok_or(Unprovable::Unit)?;
        let since = token.info().moment();
        Ok(Self { until, by, since })
    }
}

/// The earliest end above `unit`, as far as certificates are at hand. EN 319 102-1 5.6.2.1, the shell model: nothing that a
/// certificate stands for outlives it.
fn above(unit: &Certificate, all: &[Certificate]) -> Option<UtcDateTime> {
    let (mut below, mut earliest) = (unit, None::<UtcDateTime>);
    for _ in 0..MAX_DEPTH {
        let named = |one: &&Certificate| one.subject() == below.issuer() && *one != below;
        // Of several of one name the one that lives longest will do.
        let Some(issuer) = all
            .iter()
            .filter(named)
            .max_by_key(|one| one.validity().last)
        else {
            break;
        };
        let last = issuer.validity().last;
        earliest = Some(earliest.map_or(last, |known| known.min(last)));
        below = issuer;
    }
    earliest
}

/// Of `kept` what ends before `now` and `margin`, the first to end first: the margin is the time that a renewal may take, fetching
/// the last status of what ends included.
#[must_use]
pub fn due<T>(kept: Vec<(Life, T)>, now: UtcDateTime, margin: Duration) -> Vec<(Life, T)> {
    let before = now.saturating_add(margin);
    let mut due: Vec<(Life, T)> = kept;
    due.retain(|(life, _)| life.until <= before);
    due.sort_by_key(|(life, _)| *life);
    due
}

#[cfg(test)]
mod tests {
    use time::macros::utc_datetime;

    use super::*;

    fn certificate(name: &str) -> Certificate {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let path = folder.join(format!(
            "../../tests/fixtures/rfc3161-ocsp-crl/p256/certs/{name}.der"
        ));
        let octets = std::fs::read(path).expect("a sample");
        Certificate::parse(&octets).expect("a certificate")
    }

    #[test]
    fn what_stands_above_a_unit_ends_it_as_far_as_it_is_at_hand() {
        let (unit, ca) = (certificate("tsa"), certificate("ca"));
        assert_eq!(above(&unit, &[]), None);
        assert_eq!(above(&unit, &[unit.clone(), certificate("leaf")]), None);
        let last = utc_datetime!(2036-01-01 0:00);
        // The root names itself and is followed no further.
        assert_eq!(above(&unit, &[unit.clone(), ca.clone(), ca]), Some(last));
    }
}
