//! Policies: how much is asked for before something is called *valid*. Data, handed in.

use crypto::{DigestAlgorithm, PublicKey, SignatureAlgorithm};
use pki::path::StatusAt;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use time::{Duration, UtcDateTime, UtcOffset};

mod algorithms;

pub(crate) use algorithms::{Algorithms, Reliable};

/// How much of something has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Demand {
    /// Nobody looks.
    NotAsked,
    /// What is there is judged; where there is nothing, that is no fault.
    IfPresent,
    /// It has to be there and hold.
    Required,
}

/// Which certificates are anchors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Anchors {
    /// Those that the trust given says are.
    AsGiven,
    /// Every certificate given, whatever it is.
    EveryGiven,
}

/// What a policy asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its name, as it stands in the report.
    pub name: String,
    /// Revocation of the certificates of signers and time-stamp authorities.
    pub revocation: Demand,
    /// State of a licence, by the register or by a status list.
    pub licence_status: Demand,
    /// How old a status list may be.
    pub status_age: Duration,
    /// A proven time of signing.
    pub time_stamp: Demand,
    /// A receipt of the public log, in the seal signatures of licences.
    pub receipt: Demand,
    /// Which certificates are anchors.
    pub anchors: Anchors,
    /// Whether the signer's certificate has to be one for documents (RFC 9336).
    pub document_purpose: Demand,
    /// What the baseline of AdES asks for beyond RFC 5652 (EN 319 142-1 6.3, EN 319 122-1 6.3).
    pub baseline: Demand,
    /// How far two clocks may be apart.
    pub skew: Duration,
    /// Bits of an RSA modulus at the least.
    pub rsa_bits: u16,
    /// Algorithms that nothing may be signed with.
    pub refused: Vec<SignatureAlgorithm>,
    /// How old a revocation status may be at the moment it is asked for; `None`: until its own next update
    /// (EN 319 102-1 5.2.5).
    pub revocation_age: Option<Duration>,
    /// How long before the proven time a claimed one is nothing to remark upon.
    pub claim_delay: Duration,
    /// The document of a signature policy that a signature names.
    pub signature_policy: Demand,
    /// Until when algorithms are relied on.
    pub(crate) algorithms: Algorithms,
    /// The office's zone, in which the days of a validity begin and end (D15).
    pub zone: UtcOffset,
}

/// Why a text is no policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadPolicy {
    /// Not JSON of the form, or with members that are not known.
    #[error("not a policy")]
    Malformed,
    /// It builds on a policy that is not built in.
    #[error("the policy that it builds on is not built in")]
    Base,
    /// A length of time or number out of range.
    #[error("a value of the policy is out of range")]
    Range,
}

/// What a file may say: a built-in policy and what is otherwise.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    base: String,
    revocation: Option<Demand>,
    licence_status: Option<Demand>,
    status_hours: Option<u32>,
    time_stamp: Option<Demand>,
    receipt: Option<Demand>,
    anchors: Option<Anchors>,
    document_purpose: Option<Demand>,
    baseline: Option<Demand>,
    skew_seconds: Option<u32>,
    rsa_bits: Option<u16>,
    revocation_hours: Option<u32>,
    claim_delay_hours: Option<u32>,
    signature_policy: Option<Demand>,
    algorithms: Option<Vec<algorithms::Written>>,
    zone_minutes: Option<i16>,
}

/// Octets of a policy file.
const MAX_POLICY: usize = 64 * 1024;

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            name: "default".to_owned(),
            revocation: Demand::Required,
            licence_status: Demand::Required,
            // `domain` 8: the age limit offline.
            status_age: Duration::hours(24),
            time_stamp: Demand::IfPresent,
            receipt: Demand::Required,
            anchors: Anchors::AsGiven,
            document_purpose: Demand::Required,
            baseline: Demand::Required,
            skew: Duration::minutes(2),
            rsa_bits: 2048,
            refused: Vec::new(),
            revocation_age: None,
            claim_delay: Duration::hours(24),
            signature_policy: Demand::Required,
            algorithms: Algorithms::default(),
            // D15: Asia/Shanghai, which has kept +08:00 since 1991.
            zone: UtcOffset::from_hms(8, 0, 0).unwrap_or(UtcOffset::UTC),
        }
    }
}

impl Policy {
    /// Names of the built-in policies.
    pub const BUILT_IN: [&'static str; 3] = ["default", "form", "recheck"];

    /// The built-in policy of this name: `default`; `form` for foreign files (contract): chain, dates,
    /// integrity and changes, nothing about revocation or the state of a licence, every certificate given an
    /// anchor; `recheck` for the service's own before release: all but the state, which begins with the release.
    #[must_use]
    pub fn named(name: &str) -> Option<Policy> {
        let base = Policy::default();
        match name {
            "default" => Some(base),
            "form" => Some(Policy {
                name: name.to_owned(),
                revocation: Demand::NotAsked,
                licence_status: Demand::NotAsked,
                receipt: Demand::IfPresent,
                anchors: Anchors::EveryGiven,
                document_purpose: Demand::NotAsked,
                signature_policy: Demand::IfPresent,
                baseline: Demand::IfPresent,
                ..base
            }),
            "recheck" => Some(Policy {
                name: name.to_owned(),
                licence_status: Demand::NotAsked,
                time_stamp: Demand::Required,
                ..base
            }),
            _ => None,
        }
    }

    /// EN 319 102-1 5.2.5: whether a status is fresh for `at`, by the policy's limit or by its own interval.
    pub(crate) fn is_fresh(&self, status: &StatusAt, at: UtcDateTime) -> bool {
        let until = match self.revocation_age {
            Some(limit) => status.this_update.saturating_add(limit),
            None => status.next_update,
        };
        at <= until
    }

    /// By when a status is to be had that is fresher than this one (TRY_LATER).
    pub(crate) fn next_status(&self, status: &StatusAt) -> UtcDateTime {
        let limit = self.revocation_age;
        let old = limit.map(|limit| status.this_update.saturating_add(limit));
        old.map_or(status.next_update, |old| old.min(status.next_update))
    }

    /// Until when the policy relies on a digest (TS 119 312); `None` without end, the beginning of time for one it never
    /// relied on.
    #[must_use]
    pub fn digest_until(&self, algorithm: DigestAlgorithm) -> Option<UtcDateTime> {
        self.algorithms.digest(algorithm).until()
    }

    /// The same of signatures by this algorithm with this key.
    #[must_use]
    pub fn signature_until(
        &self,
        algorithm: SignatureAlgorithm,
        key: &PublicKey,
    ) -> Option<UtcDateTime> {
        self.algorithms.signature(algorithm, key).until()
    }

    /// Reads a policy file: JSON with `name`, `base` (a built-in policy) and whatever is otherwise.
    ///
    /// # Errors
    /// See [`ReadPolicy`].
    pub fn parse(text: &[u8]) -> Result<Policy, ReadPolicy> {
        if text.len() > MAX_POLICY {
            return Err(ReadPolicy::Range);
        }
        credential::inspect_json(text).map_err(|_| ReadPolicy::Malformed)?;
        let written: Written = serde_json::from_slice(text).map_err(|_| ReadPolicy::Malformed)?;
        let base = Policy::named(&written.base).ok_or(ReadPolicy::Base)?;
        let hours = |written: Option<u32>| written.map(|hours| Duration::hours(i64::from(hours)));
        let algorithms = match &written.algorithms {
            None => base.algorithms,
            Some(rows) => base.algorithms.with(rows).ok_or(ReadPolicy::Range)?,
        };
        let skew = written
            .skew_seconds
            .map(|seconds| Duration::seconds(i64::from(seconds)));
        let zone = match written.zone_minutes {
            None => base.zone,
            Some(minutes) => UtcOffset::from_whole_seconds(i32::from(minutes) * 60)
                .map_err(|_| ReadPolicy::Range)?,
        };
        Ok(Policy {
            name: written.name,
            revocation: written.revocation.unwrap_or(base.revocation),
            licence_status: written.licence_status.unwrap_or(base.licence_status),
            status_age: hours(written.status_hours).unwrap_or(base.status_age),
            time_stamp: written.time_stamp.unwrap_or(base.time_stamp),
            receipt: written.receipt.unwrap_or(base.receipt),
            anchors: written.anchors.unwrap_or(base.anchors),
            document_purpose: written.document_purpose.unwrap_or(base.document_purpose),
            baseline: written.baseline.unwrap_or(base.baseline),
            skew: skew.unwrap_or(base.skew),
            rsa_bits: written.rsa_bits.unwrap_or(base.rsa_bits),
            refused: base.refused,
            revocation_age: hours(written.revocation_hours).or(base.revocation_age),
            claim_delay: hours(written.claim_delay_hours).unwrap_or(base.claim_delay),
            signature_policy: written.signature_policy.unwrap_or(base.signature_policy),
            algorithms,
            zone,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_policies_have_their_names() {
        for name in Policy::BUILT_IN {
            assert_eq!(
                Policy::named(name).map(|policy| policy.name),
                Some(name.to_owned())
            );
        }
        assert_eq!(Policy::named("lenient"), None);
        assert_eq!(Policy::default().status_age, Duration::hours(24));
    }

    #[test]
    fn a_file_says_what_is_otherwise_and_nothing_unknown() {
        let read = Policy::parse(br#"{"name":"field","base":"default","status_hours":6}"#)
            .expect("a policy");
        assert_eq!(read.status_age, Duration::hours(6));
        assert_eq!(read.revocation, Demand::Required);
        let read = Policy::parse(
            br#"{"name":"x","base":"default","revocation_hours":12,"claim_delay_hours":2,
                "signature_policy":"if_present","algorithms":[{"name":"rsa-pss","bits":3000}]}"#,
        )
        .expect("a policy");
        assert_eq!(read.revocation_age, Some(Duration::hours(12)));
        assert_eq!(read.claim_delay, Duration::hours(2));
        assert_eq!(read.signature_policy, Demand::IfPresent);
        assert_ne!(read.algorithms, Policy::default().algorithms);
        for (text, fault) in [
            (
                &br#"{"name":"x","base":"form","algorithms":[{"name":"rsa","until":"soon"}]}"#[..],
                ReadPolicy::Range,
            ),
            (br#"{"name":"x","base":"none"}"#, ReadPolicy::Base),
            (
                br#"{"name":"x","base":"form","status":1}"#,
                ReadPolicy::Malformed,
            ),
            (
                br#"{"name":"x","name":"y","base":"form"}"#,
                ReadPolicy::Malformed,
            ),
            (
                br#"{"name":"x","base":"form","zone_minutes":9999}"#,
                ReadPolicy::Range,
            ),
            (b"", ReadPolicy::Malformed),
        ] {
            assert_eq!(Policy::parse(text), Err(fault));
        }
    }
}
