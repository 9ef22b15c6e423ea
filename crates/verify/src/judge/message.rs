//! A signed message: format, digest, certificate, signature, time, chain (EN 319 102-1 5.2, 5.5).

use crypto::{Digest, DigestAlgorithm, PublicKey, Signature, SignatureAlgorithm, sha256};
use evidence::cms::{Fault, Form, SignedData, SignerInfo};
use pki::Certificate;
use pki::path::{CertificateStatus, Chain, PathError, PathFault, Purpose, State};
use time::UtcDateTime;

use super::poe::{ObjectId, Proof};
use super::sitting::Sitting;
use super::{archive, attributes, past, stamp};
use crate::policy::{Demand, Reliable};
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
    /// Whether a good archive time-stamp covers the signature.
    pub(crate) archived: bool,
}

impl Judged {
    /// Nothing is known yet.
    fn unsigned(given: &Message<'_>) -> Judged {
        Judged {
            findings: Vec::new(),
            certificate: None,
            proof: None,
            claimed: given.claimed,
            chained: false,
            signature_digest: None,
            archived: false,
        }
    }

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
    let mut findings = take(sitting, given);
    // T-V2: one signer. With several, nobody knows whose verdict this would be.
    if let Some(signer) = given.message.signer() {
        return judge_signer(sitting, given, signer, findings);
    }
    if conclude(&findings).0 == Indication::Passed {
        findings.push(Finding::of("cms.several-signers"));
    }
    let mut judged = Judged::unsigned(given);
    judged.findings = findings;
    judged
}

/// Judges a message each of whose signers speaks for itself (RFC 5652 5.1: parallel signatures).
pub(crate) fn judge_each(sitting: &mut Sitting<'_>, given: &Message<'_>) -> Vec<Judged> {
    let signers = given.message.signers();
    if signers.len() < 2 {
        return vec![judge(sitting, given)];
    }
    let mut findings = take(sitting, given);
    if signers.len() > MAX_SIGNERS {
        findings.push(Finding::of("limit.signatures"));
    }
    let signers = signers.iter().take(MAX_SIGNERS);
    signers
        .map(|signer| judge_signer(sitting, given, signer, findings.clone()))
        .collect()
}

/// Judges a countersignature over `signed` (RFC 5652 11.4), beside what the message around both brought.
pub(crate) fn judge_counter(
    sitting: &mut Sitting<'_>,
    message: &SignedData,
    (signed, counter): (&SignerInfo, &SignerInfo),
) -> Judged {
    let content = |algorithm| Some(Digest::of(algorithm, signed.signature()));
    let given = Message {
        message,
        form: Form::Countersignature,
        content: Some(&content),
        whole: &[],
        claimed: None,
    };
    let lenient = sitting.policy.baseline != Demand::Required;
    // The digest is compared with the content like any signer's.
    let faults = counter.inspect_countersignature(signed).into_iter();
    let faults = faults.filter(|fault| *fault != Fault::MessageDigestDiffers);
    let findings = faults.map(|fault| finding(&fault, lenient)).collect();
    judge_signer(sitting, &given, counter, findings)
}

/// Signers of one message that are judged (T-I3).
pub(crate) const MAX_SIGNERS: usize = 32;

/// Takes what the message brings, and tells what is wrong with its form.
fn take(sitting: &mut Sitting<'_>, given: &Message<'_>) -> Vec<Finding> {
    let message = given.message;
    sitting.bring_certificates(message.certificates());
    sitting.bring_status(message.crls(), message.ocsp_responses());
    let lenient = sitting.policy.baseline != Demand::Required;
    let faults = message.inspect(given.form);
    faults.iter().map(|fault| finding(fault, lenient)).collect()
}

fn judge_signer(
    sitting: &mut Sitting<'_>,
    given: &Message<'_>,
    signer: &SignerInfo,
    mut findings: Vec<Finding>,
) -> Judged {
    let mut judged = Judged::unsigned(given);
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
    let archived = match given.content {
        Some(content) if matches!(given.form, Form::CadesDetached | Form::CadesAttached) => {
            archive::gather(sitting, (given.message, signer), content)
        }
        _ => archive::Archived::default(),
    };
    judged.archived = archived.good;
    let mut of_stamps = Vec::new();
    judged.proof = proof(sitting, signer, &mut of_stamps);
    // As with signature time-stamps: beside a good proof a bad one is only noted.
    of_stamps.extend(
        archived
            .findings
            .into_iter()
            .map(|found| match judged.proof {
                Some(_) => found.with(Effect::Noted),
                None => found,
            }),
    );
    let times = (judged.claimed, judged.proof);
    inspect_time(sitting, times, given.form, &mut findings);
    findings.extend(attributes::inspect_policy(sitting, signer));
    let made_after = attributes::not_before(sitting, signer, given.content, &mut findings);
    inspect_order(made_after, judged.proof, &mut findings);
    if let Some(certificate) = &found {
        let best = judged.best_time(sitting.at);
        let times = (best, made_after);
        findings.extend(inspect_strength(sitting, (signer, certificate), times));
        let times = (judged.proof, made_after);
        judged.chained = judge_chain(sitting, certificate, times, &mut findings);
    } else if conclude(&findings).0 == Indication::Passed {
        // T-V1: nobody signed whom anything is known of; whatever the reason, that is never *valid*.
        findings.push(Finding::of("cms.signing-certificate-unmatched"));
    }
    // 5.5.4: what a token does not prove comes last; what the signature itself comes to is not its fault.
    findings.extend(of_stamps);
    judged.certificate = found;
    judged.findings = findings;
    judged
}

/// The earliest proof of the signature: by its own time-stamps or by what covers it.
fn proof(
    sitting: &mut Sitting<'_>,
    signer: &SignerInfo,
    findings: &mut Vec<Finding>,
) -> Option<Proof> {
    let asked = sitting.policy.time_stamp != Demand::NotAsked;
    let value = signer.signature();
    let stamps = signer.time_stamps().filter(|_| asked);
    let object = ObjectId::of(value);
    let stamped = stamp::signature_stamps(sitting, stamps, (value, object), findings);
    let covered = sitting.proofs.of(object);
    [stamped, covered].into_iter().flatten().min()
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
    } else if proven.is_some_and(|proven| claimed.saturating_add(policy.claim_delay) < proven) {
        findings.push(Finding::of("time.claimed-long-before").because(told(claimed)));
    }
}

/// 5.5.4: a signature is not proven to be older than what was stamped before it was made.
pub(crate) fn inspect_order(
    made_after: Option<UtcDateTime>,
    proof: Option<Proof>,
    findings: &mut Vec<Finding>,
) {
    if let (Some(after), Some(proof)) = (made_after, proof)
        && proof.moment < after
    {
        let (content, signature) = (told(after), told(proof.moment));
        findings.push(
            Finding::of("time.stamp-order")
                .because(format_args!("content {content}, signature {signature}")),
        );
    }
}

/// 5.2.8, 5.5.4: the signature's algorithm and key are relied on at the best-signature-time; 5.3.4: where a
/// content-time-stamp proves that it was made when they no longer were, nothing else can settle it.
fn inspect_strength(
    sitting: &Sitting<'_>,
    (signer, certificate): (&SignerInfo, &Certificate),
    (best, made_after): (UtcDateTime, Option<UtcDateTime>),
) -> Option<Finding> {
    let (key, digest) = (
        certificate.public_key().ok()?,
        signer.digest_algorithm().ok()?,
    );
    let identifier = signer.signature_identifier();
    // What it cannot name, `inspect` has told.
    let algorithm = identifier.signature_over(digest, key.algorithm()).ok()?;
    strength(sitting, (algorithm, &key), (best, made_after))
}

/// The same of an algorithm with its key.
pub(crate) fn strength(
    sitting: &Sitting<'_>,
    (algorithm, key): (SignatureAlgorithm, &PublicKey),
    (best, made_after): (UtcDateTime, Option<UtcDateTime>),
) -> Option<Finding> {
    let reliable = sitting.policy.algorithms.signature(algorithm, key);
    if reliable.at(best) {
        return None;
    }
    let found = Finding::of("algorithm.not-relied-on");
    let Reliable::Until(until) = reliable else {
        return Some(found);
    };
    let found = found.because(format_args!("until {}", told(until)));
    let proven = made_after.is_some_and(|after| after >= until);
    Some(if proven {
        found.with(Effect::Open(Sub::CryptoConstraintsFailure))
    } else {
        found
    })
}

/// Whether the certificate leads to an anchor at the best time, and what its statuses say. `times` are the earliest
/// proof that the signature existed and the moment after which it is proven to have been made.
pub(crate) fn judge_chain(
    sitting: &mut Sitting<'_>,
    certificate: &Certificate,
    (proof, made_after): (Option<Proof>, Option<UtcDateTime>),
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
            tell_statuses(sitting, &chain, (best, proof.is_some()), findings);
            let wanting = inspect_past(sitting, &chain, proof, findings);
            let chained = wanting.is_none();
            findings.extend(wanting);
            chained
        }
        Err(error) => {
            let wanting = sitting.status_without_proof(&error);
            let found = wanting.unwrap_or_else(|| path_finding(&error, proof));
            let ended = match &*error.fault {
                PathFault::Revoked { since, .. } => Some(*since),
                PathFault::Expired { last, .. } => Some(*last),
                _ => None,
            };
            findings.push(attributes::settle(found, ended, made_after));
            findings.extend(sitting.refusals(&error));
            false
        }
    }
}

/// 5.6.2.4: what holds at the best-signature-time and does not hold now counts where the signature is proven to have
/// existed before the control time of its chain.
fn inspect_past(
    sitting: &Sitting<'_>,
    chain: &Chain,
    proof: Option<Proof>,
    findings: &mut Vec<Finding>,
) -> Option<Finding> {
    let best = best_time(proof, sitting.at);
    let lapse = past::lapse(sitting, chain, best)?;
    let control = proof.and_then(|_| past::control_time(sitting, chain));
    match control {
        Some(control) if best <= control => {
            findings.push(Finding::of("past.held").because(told(control)));
            None
        }
        _ => Some(lapse),
    }
}

/// What the statuses used have to say beside *not revoked then*.
fn tell_statuses(
    sitting: &mut Sitting<'_>,
    chain: &Chain,
    (best, proven): (UtcDateTime, bool),
    findings: &mut Vec<Finding>,
) {
    let policy = sitting.policy;
    if policy.revocation == Demand::NotAsked {
        findings.push(Finding::of("revocation.not-asked"));
        return;
    }
    for status in chain.statuses() {
        let CertificateStatus::Used { status, .. } = status else {
            continue;
        };
        // EN 319 102-1 5.5.4: revoked after the proven time is harmless.
        if let State::Revoked { since, .. } = status.state {
            findings.push(Finding::of("revocation.later").because(told(since)));
        } else if !policy.is_fresh(status, best) {
            // 5.2.5: of the policy's limit; the status's own interval was asked for with the chain.
            let again = policy.next_status(status);
            if let Some(leaf) = chain.certificates().first() {
                sitting.try_later(leaf, again);
            }
            findings.push(Finding::of("revocation.stale").because(format_args!(
                "{}, a newer one after {}",
                told(status.this_update),
                told(again)
            )));
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
        // 5.2.6.4: expired, and known not to have been revoked.
        (PathFault::Expired { .. }, Some(0)) if is_known_good(error) => {
            Effect::Open(Sub::OutOfBoundsNotRevoked)
        }
        (PathFault::NotYetValid { .. }, Some(0)) => Effect::Fails(Sub::NotYetValid),
        (PathFault::NotYetValid { .. }, _) => Effect::Open(Sub::CertificateChainGeneralFailure),
        // v1.4.1 5.2.6.4: of an anchor whose time is over an earlier proof could still make one that counts; of one whose time
        // has not come nothing can.
        (PathFault::AnchorPeriod { from, .. }, _)
            if from
                .zip(proof)
                .is_some_and(|(from, proof)| proof.moment < from) =>
        {
            Effect::Open(Sub::NoCertificateChainFound)
        }
        (PathFault::WeakKey { .. } | PathFault::WeakAlgorithm { .. }, _) if proof.is_some() => {
            Effect::Open(Sub::CryptoConstraintsFailure)
        }
        _ => return Finding::of(fault.code()).because(error),
    };
    Finding::of(fault.code()).with(effect).because(error)
}

/// Whether a status of the leaf says that it is not revoked.
fn is_known_good(error: &PathError) -> bool {
    matches!(
        error.statuses.first(),
        Some(CertificateStatus::Used { status, .. }) if status.state == State::Good
    )
}

/// Where the time that is told comes from.
pub(crate) fn time_source(judged: &Judged) -> TimeSource {
    match (judged.proof, judged.claimed) {
        (Some(proof), _) => proof.source,
        (None, Some(_)) => TimeSource::Claimed,
        (None, None) => TimeSource::None,
    }
}
