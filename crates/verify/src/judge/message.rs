//! A signed message: format, digest, certificate, signature, time, chain (EN 319 102-1 5.2, 5.5).

use crypto::{Digest, DigestAlgorithm, PublicKey, Signature, sha256};
use evidence::cms::{Fault, Form, SignedData, SignerInfo};
use pki::Certificate;
use pki::path::{CertificateStatus, Chain, PathError, PathFault, Purpose};
use time::{Duration, UtcDateTime};

use super::sitting::Sitting;
use super::stamp::{self, Proof};
use crate::policy::Demand;
use crate::report::{TimeSource, hex, told};
use finding::{Effect, Finding, Indication, SubIndication as Sub, conclude};

/// What is judged.
pub(crate) struct Message<'a> {
    pub(crate) message: &'a SignedData,
    pub(crate) form: Form,
    /// The digest of the content by an algorithm; `None` where the content was not given.
    pub(crate) content: Option<&'a dyn Fn(DigestAlgorithm) -> Option<Digest>>,
    /// What may have been signed, whole, in a message of GB/T 35275.
    pub(crate) whole: &'a [&'a [u8]],
    /// The claimed time, where it stands outside the message.
    pub(crate) claimed: Option<UtcDateTime>,
    /// The earliest proof from outside the message.
    pub(crate) proof: Option<Proof>,
}

/// What came of it.
pub(crate) struct Judged {
    pub(crate) findings: Vec<Finding>,
    pub(crate) certificate: Option<Certificate>,
    /// The earliest proof of existence.
    pub(crate) proof: Option<Proof>,
    pub(crate) claimed: Option<UtcDateTime>,
    /// Whether a chain holds and every status that was asked for is known.
    pub(crate) chained: bool,
    pub(crate) signature_digest: Option<String>,
}

/// How long before the proven time a claimed one is nothing to remark upon.
const CLAIM_DELAY: Duration = Duration::hours(24);

impl Judged {
    /// The best-signature-time (EN 319 102-1 5.5.4): proven, or the moment of judging.
    pub(crate) fn best_time(&self, at: UtcDateTime) -> UtcDateTime {
        best_time(self.proof, at)
    }
}

fn best_time(proof: Option<Proof>, at: UtcDateTime) -> UtcDateTime {
    proof.map_or(at, |proof| proof.moment.min(at))
}

/// Judges a message with one signer.
pub(crate) fn judge(sitting: &mut Sitting<'_>, given: &Message<'_>) -> Judged {
    let message = given.message;
    sitting.bring_certificates(message.certificates());
    sitting.bring_status(message.crls(), message.ocsp_responses());
    let lenient = sitting.policy.baseline != Demand::Required;
    let mut findings: Vec<Finding> = message
        .inspect(given.form)
        .iter()
        .map(|fault| finding(fault, lenient))
        .collect();
    let mut judged = Judged {
        findings: Vec::new(),
        certificate: None,
        proof: given.proof,
        claimed: given.claimed,
        chained: false,
        signature_digest: None,
    };
    // T-V2: one signer. With several, nobody knows whose verdict this would be.
    let Some(signer) = message.signer() else {
        if conclude(&findings).0 == Indication::Passed {
            findings.push(Finding::of("cms.several-signers"));
        }
        judged.findings = findings;
        return judged;
    };
    judged.signature_digest = Some(hex(&sha256(signer.signature())));
    judged.claimed = given.claimed.or(signer.signing_time());
    if given.form != Form::National {
        inspect_content(signer, given, &mut findings);
        // D5: CMS and PAdES with the algorithms of the national suite are told apart from what others know by that name.
        let digest = signer.digest_algorithm();
        if digest.is_ok_and(|digest| digest == DigestAlgorithm::Sm3) {
            findings.push(Finding::of("signature.national-profile"));
        }
    }
    let found = find_certificate(sitting, signer, given.form, &mut findings);
    if let Some(certificate) = &found {
        let made = &sitting.material.made;
        check_signature((signer, made, given), certificate, &mut findings);
    }
    let stamped = if sitting.policy.time_stamp == Demand::NotAsked {
        None
    } else {
        stamp::signature_stamps(
            sitting,
            signer.time_stamps(),
            signer.signature(),
            &mut findings,
        )
    };
    judged.proof = [stamped, given.proof].into_iter().flatten().min();
    let times = (judged.claimed, judged.proof);
    inspect_time(sitting, times, given.form, &mut findings);
    if let Some(certificate) = &found {
        judged.chained = judge_chain(sitting, certificate, judged.proof, &mut findings);
    } else if conclude(&findings).0 == Indication::Passed {
        // T-V1: nobody signed whom anything is known of; whatever the reason, that is never *valid*.
        findings.push(Finding::of("cms.signing-certificate-unmatched"));
    }
    judged.certificate = found;
    judged.findings = findings;
    judged
}

/// A fault of the message as a finding. What EN 319 142-1 and EN 319 122-1 ask for beyond RFC 5652 is only
/// noted where the policy does not ask for the baseline.
fn finding(fault: &Fault, lenient: bool) -> Finding {
    let found = Finding::of(fault.code()).because(fault);
    let baseline_alone = matches!(
        fault,
        Fault::SigningCertificateAbsent
            | Fault::SigningCertificateWeak
            | Fault::SigningTimeAbsent
            | Fault::SigningTimePresent
            | Fault::AttributeForbidden(_)
            | Fault::NotDer(_)
    );
    if lenient && baseline_alone {
        found.with(Effect::Noted)
    } else {
        found
    }
}

fn inspect_content(signer: &SignerInfo, given: &Message<'_>, findings: &mut Vec<Finding>) {
    let Some(content) = given.content else {
        findings.push(Finding::of("signature.content-absent"));
        return;
    };
    let Ok(algorithm) = signer.digest_algorithm() else {
        // `inspect` has told which.
        return;
    };
    let differs = match content(algorithm) {
        Some(digest) => signer.inspect_digest(&digest).err(),
        None => Some(Fault::MessageDigestDiffers),
    };
    // Faults of the attribute itself were told by `inspect`.
    if let Some(fault @ Fault::MessageDigestDiffers) = differs {
        findings.push(Finding::of(fault.code()));
    }
}

/// Never by the identifier alone where the signature names its certificate by hash (RFC 5035 1).
fn find_certificate(
    sitting: &Sitting<'_>,
    signer: &SignerInfo,
    form: Form,
    findings: &mut Vec<Finding>,
) -> Option<Certificate> {
    // GB/T 35275 names the certificate by issuer and serial number, and may have no attributes at all.
    if form == Form::National {
        let found = signer.named_certificate(sitting.certificates()).cloned();
        if found.is_none() {
            findings.push(Finding::of("cms.signing-certificate-unmatched"));
        }
        return found;
    }
    let lenient = sitting.policy.baseline != Demand::Required || form == Form::Pkcs7Detached;
    match signer.find_certificate(sitting.certificates()) {
        Ok(certificate) => Some(certificate.clone()),
        Err(Fault::SigningCertificateAbsent) if lenient => {
            let found = sitting
                .certificates()
                .iter()
                .find(|candidate| signer.identifies(candidate));
            if found.is_none() {
                findings.push(Finding::of("cms.signing-certificate-unmatched"));
            }
            found.cloned()
        }
        Err(
            fault @ (Fault::SigningCertificateUnmatched
            | Fault::SigningCertificateIssuer
            | Fault::IdentifierDiffers),
        ) => {
            findings.push(Finding::of(fault.code()).because(&fault));
            None
        }
        // The rest was told by `inspect`.
        Err(_) => None,
    }
}

fn check_signature(
    (signer, made, given): (&SignerInfo, &[Signature], &Message<'_>),
    certificate: &Certificate,
    findings: &mut Vec<Finding>,
) {
    let key = match certificate.public_key() {
        Ok(key) => key,
        Err(error) => {
            findings.push(Finding::of("signature.key").because(error));
            return;
        }
    };
    let checked = if given.form == Form::National {
        check_whole(signer, &key, given.whole)
    } else {
        signer.check_made(&key, made)
    };
    if let Err(fault) = checked {
        let told = findings.iter().any(|known| known.code == fault.code());
        if !told {
            findings.push(Finding::of(fault.code()).because(&fault));
        }
    }
}

/// GB/T 35275: over the content itself, or over attributes that name its digest. Of several that may have been signed one
/// has to have been; of their faults the first is told.
fn check_whole(signer: &SignerInfo, key: &PublicKey, whole: &[&[u8]]) -> Result<(), Fault> {
    let mut first = Err(Fault::ContentAbsent);
    for (place, content) in whole.iter().enumerate() {
        let checked = signer.check_content(key, content);
        if checked.is_ok() || place == 0 {
            first = checked;
        }
        if first.is_ok() {
            break;
        }
    }
    first
}

/// EN 319 102-1 5.5.4: the claimed and the proven time, and whether there is one.
pub(crate) fn inspect_time(
    sitting: &Sitting<'_>,
    (claimed, proof): (Option<UtcDateTime>, Option<Proof>),
    form: Form,
    findings: &mut Vec<Finding>,
) {
    let (policy, proven) = (sitting.policy, proof.map(|proof| proof.moment));
    match (proven, policy.time_stamp) {
        (Some(_), _) | (None, Demand::NotAsked) => {}
        (None, Demand::Required) => findings.push(Finding::of("time.stamp-required")),
        (None, Demand::IfPresent) => findings.push(Finding::of("time.stamp-absent")),
    }
    let Some(claimed) = claimed else {
        // EN 319 142-1 6.3: /M is required at baseline.
        if form == Form::Pades && policy.baseline == Demand::Required {
            findings.push(Finding::of("time.claimed-absent"));
        }
        return;
    };
    let latest = proven.unwrap_or(sitting.at).saturating_add(policy.skew);
    if claimed > latest {
        findings.push(Finding::of("time.claimed-ahead").because(told(claimed)));
    } else if proven.is_some_and(|proven| claimed.saturating_add(CLAIM_DELAY) < proven) {
        findings.push(Finding::of("time.claimed-long-before").because(told(claimed)));
    }
}

/// Whether the certificate leads to an anchor at the best time, and what its statuses say.
pub(crate) fn judge_chain(
    sitting: &mut Sitting<'_>,
    certificate: &Certificate,
    proof: Option<Proof>,
    findings: &mut Vec<Finding>,
) -> bool {
    let purpose = if sitting.policy.document_purpose == Demand::Required {
        Purpose::DocumentSigning
    } else {
        Purpose::AnySignature
    };
    let best = best_time(proof, sitting.at);
    let demand = sitting.policy.revocation;
    match sitting.chain(certificate, purpose, best, demand) {
        Ok(chain) => {
            tell_statuses(&chain, best, proof.is_some(), demand, findings);
            true
        }
        Err(error) => {
            findings.push(path_finding(&error, proof));
            findings.extend(sitting.refusals(&error));
            false
        }
    }
}

/// What the statuses used have to say beside *not revoked then*.
fn tell_statuses(
    chain: &Chain,
    best: UtcDateTime,
    proven: bool,
    demand: Demand,
    findings: &mut Vec<Finding>,
) {
    if demand == Demand::NotAsked {
        findings.push(Finding::of("revocation.not-asked"));
        return;
    }
    for status in chain.statuses() {
        let CertificateStatus::Used { status, .. } = status else {
            continue;
        };
        // EN 319 102-1 5.5.4: revoked after the proven time is harmless.
        if let pki::path::State::Revoked { since, .. } = status.state {
            findings.push(Finding::of("revocation.later").because(told(since)));
        } else if proven && status.this_update < best {
            findings
                .push(Finding::of("revocation.before-signing").because(told(status.this_update)));
        }
    }
}

/// A fault of the chain in the words of EN 319 102-1 5.2.6, which depend on what is proven.
pub(crate) fn path_finding(error: &PathError, proof: Option<Proof>) -> Finding {
    let fault = &*error.fault;
    let effect = match (fault, fault.at()) {
        (PathFault::Revoked { .. }, Some(0)) => Effect::Open(Sub::RevokedNoPoe),
        (PathFault::Revoked { .. }, _) => Effect::Open(Sub::RevokedCaNoPoe),
        // 5.5.4: only what is proven to be older than the certificate was signed before it.
        (PathFault::NotYetValid { .. }, Some(0)) => Effect::Fails(Sub::NotYetValid),
        (PathFault::NotYetValid { .. }, _) => Effect::Open(Sub::CertificateChainGeneralFailure),
        (PathFault::AnchorPeriod { .. }, _) if proof.is_some() => {
            Effect::Open(Sub::NoCertificateChainFound)
        }
        (PathFault::WeakKey { .. } | PathFault::WeakAlgorithm { .. }, _) if proof.is_some() => {
            Effect::Open(Sub::CryptoConstraintsFailure)
        }
        _ => return Finding::of(fault.code()).because(error),
    };
    Finding::of(fault.code()).with(effect).because(error)
}

/// Where the time that is told comes from.
pub(crate) fn time_source(judged: &Judged) -> TimeSource {
    match (judged.proof, judged.claimed) {
        (Some(proof), _) => proof.source,
        (None, Some(_)) => TimeSource::Claimed,
        (None, None) => TimeSource::None,
    }
}
