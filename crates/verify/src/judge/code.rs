//! A printed code: read, signer found by key id, checked, and the licence that it speaks of.

use credential::{CheckToken, Lc1, Lc1Claims, key_id};
use pki::Certificate;
use pki::path::Purpose;

use super::Outcome;
use super::document::{blank, finish};
use super::licence::{credit_code, entitlement, inspect_identifier};
use super::message::path_finding;
use super::sitting::Sitting;
use super::state;
use crate::policy::Demand;
use crate::report::{Covers, LicenceTold, SignatureReport, TimeSource, hex, told};
use finding::Answer;
use finding::{Finding, Indication, SubIndication as Sub};

/// Certificates of one key id that are tried: collisions exist, and a flood of them is an attack.
const MAX_TRIED: usize = 16;

/// Judges the text of a code.
pub(super) fn judge(sitting: &mut Sitting<'_>, text: &str) -> Outcome {
    let mut report = blank(None, Covers::WholeFile);
    report.format = "LC1";
    let code = match Lc1::parse(text) {
        Ok(code) => code,
        Err(error) => {
            let findings = vec![Finding::of("code.unreadable").because(error)];
            return Outcome {
                signatures: vec![finish(report, findings)],
                ..Outcome::default()
            };
        }
    };
    let claims = code.claims();
    report.claimed_time = Some(told(claims.issued_at));
    report.signing_time = Some(told(claims.issued_at));
    report.time_source = TimeSource::Claimed;
    let report = judge_signature(sitting, &code, report);
    let mut outcome = Outcome {
        licence: Some(licence_told(claims)),
        ..Outcome::default()
    };
    if let Some(digest) = claims.licence.content_digest {
        outcome
            .findings
            .push(Finding::of("code.content-digest").because(hex(&digest)));
    }
    let stated = state::state(sitting, &claims.licence.identifier, claims.status.as_ref());
    let (days, finding) = inspect_days(sitting, claims);
    let told_check = inspect_identifier(&claims.licence.identifier);
    outcome.findings.extend(told_check);
    outcome.findings.extend(stated.findings);
    outcome.findings.extend(finding);
    outcome.state = Some(stated.source);
    let rest = stated.answer.or(days).unwrap_or(if stated.known {
        Answer::Valid
    } else {
        Answer::StatusUnknown
    });
    let not_asked = sitting.policy.licence_status == Demand::NotAsked;
    outcome.answer = match (report.indication, report.sub_indication) {
        (Indication::Failed, Some(Sub::FormatFailure | Sub::SigCryptoFailure)) => {
            Some(Answer::Altered)
        }
        (Indication::Indeterminate, Some(Sub::TryLater)) if rest == Answer::Valid => {
            Some(Answer::StatusUnknown)
        }
        (Indication::Indeterminate, Some(Sub::TryLater)) | (Indication::Passed, _) => {
            (!not_asked || rest != Answer::Valid).then_some(rest)
        }
        _ => Some(Answer::Untrusted),
    };
    outcome.signatures.push(report);
    outcome
}

/// The licence that a code speaks of, as it says itself.
pub(super) fn identifier(text: &str) -> Option<String> {
    let code = Lc1::parse(text).ok()?;
    Some(code.claims().licence.identifier.clone())
}

fn judge_signature(
    sitting: &mut Sitting<'_>,
    code: &Lc1,
    mut report: SignatureReport,
) -> SignatureReport {
    let claims = code.claims();
    let mut findings = Vec::new();
    // `credentials` 6.3: every key with that kid is tried; kid is not trust.
    let candidates: Vec<Certificate> = sitting
        .certificates()
        .iter()
        .filter(|certificate| key_id(certificate) == code.kid())
        .take(MAX_TRIED)
        .cloned()
        .collect();
    let mut refused = Finding::of("code.signer-unknown").because(hex(code.kid()));
    let mut signer = None;
    for candidate in candidates {
        let Ok(key) = candidate.public_key() else {
            continue;
        };
        match code.check(&key) {
            Ok(()) => {
                signer = Some(candidate);
                break;
            }
            Err(error @ CheckToken::Differs) => {
                refused = Finding::of("code.signature-differs").because(error);
            }
            Err(error) => refused = Finding::of("code.algorithm").because(error),
        }
    }
    let Some(signer) = signer else {
        findings.push(refused);
        return finish(report, findings);
    };
    report.signer = Some(signer.subject().to_string());
    if claims.issued_at > sitting.at.saturating_add(sitting.policy.skew) {
        findings.push(Finding::of("code.issued-ahead").because(told(claims.issued_at)));
    }
    // Nothing proves when a code was made: the chain has to hold now (EN 319 102-1 5.3).
    let purpose = if sitting.policy.document_purpose == Demand::Required {
        Purpose::Credential
    } else {
        Purpose::AnySignature
    };
    let (at, demand) = (sitting.at, code_revocation(sitting.policy.revocation));
    if let Err(error) = sitting.chain(&signer, purpose, at, demand) {
        findings.push(path_finding(&error, None));
    }
    // D23, where the service's credential key names one body; one key may serve many departments.
    if let Some(code) = credit_code(&signer).filter(|code| *code != claims.issuer) {
        findings.push(Finding::of("code.issuer-differs").because(code));
    }
    let kind = type_code(&claims.licence.identifier);
    findings.extend(entitlement(
        sitting,
        &signer,
        (&claims.issuer, kind),
        claims.issued_at,
    ));
    finish(report, findings)
}

/// Whoever scans a code has no store of validation material with it: what is at hand is used.
fn code_revocation(demand: Demand) -> Demand {
    match demand {
        Demand::Required => Demand::IfPresent,
        other => other,
    }
}

/// The type code in an identifier of GB/T 36904 form: `1.2.156.3005.2.` and then it.
fn type_code(identifier: &str) -> Option<&str> {
    identifier
        .strip_prefix("1.2.156.3005.2.")?
        .split('.')
        .next()
}

fn inspect_days(sitting: &Sitting<'_>, claims: &Lc1Claims) -> (Option<Answer>, Option<Finding>) {
    let at = sitting.at;
    if let Some(from) = claims.not_before.filter(|from| at < *from) {
        let finding = Finding::of("code.not-yet-valid").because(told(from));
        return (Some(Answer::NotYetValid), Some(finding));
    }
    if let Some(until) = claims.expires.filter(|until| at >= *until) {
        let finding = Finding::of("code.expired").because(told(until));
        return (Some(Answer::Expired), Some(finding));
    }
    (None, None)
}

fn licence_told(claims: &Lc1Claims) -> LicenceTold {
    let licence = &claims.licence;
    LicenceTold {
        identifier: licence.identifier.clone(),
        number: licence.number.clone(),
        type_name: licence.type_name.clone(),
        issuer: claims.issuer.clone(),
        issuer_name: licence.authority.clone(),
        valid_from: claims.not_before.map(told),
        valid_to: licence.valid_to.clone(),
        content_digest: licence.content_digest.as_ref().map(|digest| hex(digest)),
        superseded_by: None,
    }
}
