//! A PDF: its signatures, its document time-stamps, and the licence that they seal.

use crypto::{Digest, DigestAlgorithm};
use evidence::cms::{Form, SignedData, SignerInfo};
use evidence::tsp::Token;
use pdf::{Standing, SubFilter};
use time::UtcDateTime;
use tlog::StatusEntry;

use super::archive::objects_of;
use super::licence::{Licence, inspect_identifier};
use super::message::{self, Judged, Message};
use super::poe::{Covering, ObjectId};
use super::sitting::Sitting;
use super::stamp;
use super::state::{self, read_reference};
use super::{Outcome, receipt};
use crate::policy::Demand;
use crate::report::{Covers, SignatureReport, TimeSource, told};
use facts::{DocumentFacts, Lines, SignatureFacts};
use finding::{Answer, Verdict};
use finding::{Effect, Finding, Indication, SubIndication as Sub, conclude};

/// Judges a PDF.
pub(super) fn judge(sitting: &mut Sitting<'_>, facts: &DocumentFacts) -> Outcome {
    sitting.bring_certificates(&facts.certificates);
    sitting.bring_status(&facts.crls, &facts.ocsps);
    let mut outcome = Outcome::default();
    if facts.too_many {
        outcome.findings.push(Finding::of("limit.signatures"));
    }
    let proofs = document_proofs(sitting, facts);
    // The data that was sealed: as the first signature saw it. Later ones speak for themselves.
    let licence = facts.sealed.licence.as_deref().map(Licence::read);
    for (place, signature) in facts.signatures.iter().enumerate() {
        let own = proofs.get(place).cloned().flatten();
        let licence = licence
            .as_ref()
            .and_then(Option::as_ref)
            .filter(|_| facts.sealing == Some(place));
        let report = judge_field(sitting, facts, signature, &proofs, (own, licence));
        outcome.signatures.push(report);
    }
    if facts.signatures.is_empty() {
        outcome.findings.push(Finding::of("pdf.unsigned"));
        outcome.unsigned = true;
    }
    match licence {
        Some(Some(licence)) => {
            let status = facts.sealed.status.as_deref();
            conclude_licence(sitting, &mut outcome, &licence, status);
        }
        Some(None) => {
            outcome.findings.push(Finding::of("licence.malformed"));
            outcome.answer = Some(first_of(&outcome, Answer::Untrusted));
        }
        _ if facts.latest.licence.is_some() => {
            // The data of a licence, and nothing signed saw it.
            let code = if facts.sealing.is_none() {
                outcome.unsigned = true;
                "licence.unsigned"
            } else {
                "licence.moved"
            };
            outcome.findings.push(Finding::of(code));
            outcome.answer = Some(first_of(&outcome, Answer::Untrusted));
        }
        _ => {}
    }
    outcome
}

/// What a document time-stamp came to: its place among the signatures decides what it proves.
type StampResult = Option<Result<UtcDateTime, Box<Finding>>>;

/// Each document time-stamp, judged, the outermost first (EN 319 102-1 5.6.3). `None` stands for fields that are none.
fn document_proofs(sitting: &mut Sitting<'_>, facts: &DocumentFacts) -> Vec<StampResult> {
    let mut places: Vec<usize> = (0..facts.signatures.len()).collect();
    places.sort_by_key(|place| {
        let signature = facts.signatures.get(*place);
        std::cmp::Reverse(signature.map_or(0, |signature| signature.revision))
    });
    let coverings: Vec<(usize, Covering<'_>)> = places
        .into_iter()
        .filter_map(|place| Some((place, covered(facts, facts.signatures.get(place)?)?)))
        .collect();
    let (places, coverings): (Vec<usize>, Vec<Covering<'_>>) = coverings.into_iter().unzip();
    let mut results: Vec<StampResult> = vec![None; facts.signatures.len()];
    for (place, moment) in places.into_iter().zip(stamp::gather(sitting, &coverings)) {
        if let Some(result) = results.get_mut(place) {
            *result = Some(moment.map_err(Box::new));
        }
    }
    results
}

/// What a document time-stamp covers (5.6.2.3): every signature and token of earlier revisions, what is inside them, and
/// the validation material as its own revision has it. One that no longer stands covers nothing.
fn covered<'a>(facts: &DocumentFacts, stamp: &'a SignatureFacts) -> Option<Covering<'a>> {
    let lines = stamp.lines.as_ref().ok()?;
    let token = lines.token.as_ref()?;
    let own = token.as_ref().ok();
    let algorithm = own.map(|token| token.info().imprint().algorithm());
    let stamped = algorithm.and_then(|algorithm| lines.digest(algorithm).cloned());
    let mut objects = Vec::new();
    if stamp.standing == Standing::Standing {
        objects.extend(stamp.store.iter().copied().map(ObjectId::digested));
        let earlier = facts.signatures.iter();
        let earlier = earlier.filter(|other| other.revision < stamp.revision);
        for lines in earlier.filter_map(|other| other.lines.as_ref().ok()) {
            objects_within(lines, &mut objects);
        }
    }
    Some(Covering {
        token,
        stamped,
        source: TimeSource::DocumentTimeStamp,
        objects,
    })
}

/// Whether a good document time-stamp covers the revision (ades-pki 14.2: one in a later signature's message is no proof
/// for an earlier one; one over the document is).
fn is_covered(facts: &DocumentFacts, proofs: &[StampResult], revision: usize) -> bool {
    facts
        .signatures
        .iter()
        .zip(proofs)
        .filter(|(stamp, _)| stamp.revision > revision && stamp.standing == Standing::Standing)
        .any(|(_, proof)| matches!(proof, Some(Ok(_))))
}

/// The objects of a field: a token, or a signature's value and time-stamps, and all that they carry.
pub(super) fn objects_within(lines: &Lines, into: &mut Vec<ObjectId>) {
    if let Some(Ok(token)) = &lines.token {
        objects_of(token, into);
        return;
    }
    let Ok(message) = &lines.message else {
        return;
    };
    into.extend(ObjectId::within(message));
    for signer in message.signers() {
        into.push(ObjectId::of(signer.signature()));
        for octets in signer.time_stamps().take(stamp::MAX_STAMPS) {
            if let Ok(token) = Token::parse(octets) {
                objects_of(&token, into);
            }
        }
    }
}

fn claimed_roles(message: &SignedData) -> Vec<String> {
    let signer = message.signer();
    signer.map(SignerInfo::claimed_roles).unwrap_or_default()
}

fn judge_field(
    sitting: &mut Sitting<'_>,
    facts: &DocumentFacts,
    signature: &SignatureFacts,
    proofs: &[StampResult],
    (own, licence): (StampResult, Option<&Licence>),
) -> SignatureReport {
    let mut findings = inspect_field(signature);
    let mut report = blank(Some(signature.field.clone()), signature.covers);
    report.changes_after.clone_from(&signature.changes);
    let lines = match &signature.lines {
        Ok(lines) => lines,
        Err(fault) => {
            findings.push(fault.finding());
            return finish(report, findings);
        }
    };
    report.intent.clone_from(&lines.intent);
    if let Some(own) = own {
        report.format = "document time-stamp";
        report.time_source = TimeSource::DocumentTimeStamp;
        match own {
            Ok(moment) => report.signing_time = Some(told(moment)),
            Err(fault) => findings.push(*fault),
        }
        if let Some(Ok(token)) = &lines.token
            && let Some(signer) = token.signed_data().signer()
            && let Ok(authority) = signer.find_certificate(sitting.certificates())
        {
            report.signer = Some(authority.subject().to_string());
            report.certificate = Some(authority.der().to_vec());
        }
        return finish(report, findings);
    }
    let message = match &lines.message {
        Ok(message) => message,
        Err(error) => {
            findings.push(Finding::of("signature.cms-unreadable").because(error));
            return finish(report, findings);
        }
    };
    let form = if lines.sub_filter == SubFilter::Cades {
        Form::Pades
    } else {
        Form::Pkcs7Detached
    };
    let content = |algorithm: DigestAlgorithm| lines.digest(algorithm).cloned();
    let given = Message {
        message,
        form,
        content: Some(&content),
        whole: &[],
        claimed: lines.claimed,
    };
    let judged = message::judge(sitting, &given);
    report.roles = claimed_roles(message);
    let status = facts.sealed.status.as_deref().filter(|_| licence.is_some());
    findings.extend(seal_findings(sitting, lines, &judged, (licence, status)));
    report.format = if form == Form::Pades {
        "PAdES"
    } else {
        "PKCS#7"
    };
    report.level = level(facts, &judged, form, proofs, signature.revision);
    fill(report, judged, findings)
}

/// What the file itself says: standing and changes (T-V3, ades-pki 7).
fn inspect_field(signature: &SignatureFacts) -> Vec<Finding> {
    let mut findings = Vec::new();
    match signature.standing {
        Standing::Standing => {}
        Standing::Replaced => findings.push(Finding::of("signature.replaced")),
        Standing::Gone => findings.push(Finding::of("signature.gone")),
    }
    for change in &signature.changes {
        if change.permitted {
            continue;
        }
        // A forbidden change is FORMAT_FAILURE with its finding (contract).
        findings.push(Finding::of(change.code).because(&change.text));
    }
    findings
}

/// What a seal on a licence has to keep beyond what every signature has.
fn seal_findings(
    sitting: &Sitting<'_>,
    lines: &Lines,
    judged: &Judged,
    (licence, status): (Option<&Licence>, Option<&[u8]>),
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (Some(certificate), Ok(message)) = (&judged.certificate, &lines.message) else {
        return findings;
    };
    let recorded = match (message.signer(), lines.digest(DigestAlgorithm::Sha256)) {
        (Some(signer), Some(digest)) => {
            let status = status.and_then(read_reference);
            let status = status.map(|reference| StatusEntry {
                uri: reference.uri,
                index: reference.index,
            });
            let under = receipt::Under {
                claimed: judged.claimed,
                licence,
                status,
                ..receipt::Under::message(signer, certificate, octets(digest))
            };
            receipt::judge(sitting, &under)
        }
        _ => Vec::new(),
    };
    // A seal on a document says nothing of who may issue the licence in it.
    if let Some(licence) = licence.filter(|_| !receipt::is_of_document(&recorded)) {
        let best = judged.best_time(sitting.at);
        let at = judged
            .proof
            .map_or(judged.claimed.unwrap_or(best), |_| best);
        findings.extend(licence.inspect_issuer(sitting, certificate, at));
    }
    findings.extend(recorded);
    findings
}

pub(super) fn octets(digest: &Digest) -> [u8; 32] {
    digest.bytes().try_into().unwrap_or_default()
}

/// The baseline level reached (EN 319 142-1 6).
fn level(
    facts: &DocumentFacts,
    judged: &Judged,
    form: Form,
    proofs: &[StampResult],
    revision: usize,
) -> Option<&'static str> {
    if form != Form::Pades {
        return None;
    }
    let statuses = facts.ocsps.len() + facts.crls.len();
    let kept = !facts.certificates.is_empty() && statuses > 0;
    Some(match (judged.proof, kept && judged.chained) {
        (None, _) => "B-B",
        (Some(_), false) => "B-T",
        (Some(_), true) if is_covered(facts, proofs, revision) => "B-LTA",
        (Some(_), true) => "B-LT",
    })
}

/// The answer about a licence: the first hit in the order of `domain` 4.6.
pub(super) fn conclude_licence(
    sitting: &mut Sitting<'_>,
    outcome: &mut Outcome,
    licence: &Licence,
    status: Option<&[u8]>,
) {
    outcome.licence = Some(licence.told());
    let reference = status.map(read_reference);
    if matches!(reference, Some(None)) {
        outcome
            .findings
            .push(Finding::of("status.reference-malformed"));
    }
    let reference = reference.flatten();
    let stated = state::state(sitting, &licence.identifier, reference.as_ref());
    let (days, told_days) = licence.inspect_days(sitting);
    let told_check = inspect_identifier(&licence.identifier);
    outcome.findings.extend(told_check);
    outcome.findings.extend(stated.findings);
    outcome.findings.extend(told_days);
    outcome.state = Some(stated.source);
    let not_asked = sitting.policy.licence_status == Demand::NotAsked;
    let rest = stated.answer.or(days).unwrap_or(if stated.known {
        Answer::Valid
    } else {
        Answer::StatusUnknown
    });
    let mut of = outcome.signatures.iter();
    let of_document = of.any(|signature| receipt::is_of_document(&signature.findings));
    // D3, D19: where a licence has to be in the log, a seal on a document does not stand for it; and where not, the days of
    // what the document carries are not the document's.
    let rest = match (of_document, sitting.policy.receipt) {
        (true, Demand::Required) => {
            outcome.findings.push(Finding::of("licence.of-document"));
            Answer::Untrusted
        }
        (true, _) => Answer::Valid,
        (false, _) => rest,
    };
    let answer = first_of(outcome, rest);
    // Where nobody asked for the state, the licence's own words are all that can be told against it.
    outcome.answer = if not_asked && answer == Answer::Valid {
        None
    } else {
        Some(answer)
    };
}

/// `altered` and `untrusted` come before everything else (`domain` 4.6).
pub(super) fn first_of(outcome: &Outcome, rest: Answer) -> Answer {
    let altered = outcome.signatures.iter().any(|signature| {
        matches!(
            signature.sub_indication,
            Some(Sub::FormatFailure | Sub::HashFailure | Sub::SigCryptoFailure)
        ) && signature.indication == Indication::Failed
    });
    if altered {
        return Answer::Altered;
    }
    let mut later = false;
    for signature in &outcome.signatures {
        match (signature.indication, signature.sub_indication) {
            (Indication::Passed, _) => {}
            // A status that could still be had settles this one.
            (Indication::Indeterminate, Some(Sub::TryLater)) => later = true,
            _ => return Answer::Untrusted,
        }
    }
    if later && rest == Answer::Valid {
        Answer::StatusUnknown
    } else {
        rest
    }
}

/// A report of which nothing is known yet.
pub(super) fn blank(field: Option<String>, covers: Covers) -> SignatureReport {
    SignatureReport {
        field,
        signer: None,
        format: "unknown",
        level: None,
        signing_time: None,
        time_source: TimeSource::None,
        claimed_time: None,
        intent: None,
        roles: Vec::new(),
        covers,
        changes_after: Vec::new(),
        verdict: Verdict::Indeterminate,
        indication: Indication::Indeterminate,
        sub_indication: None,
        signature_digest: None,
        certificate: None,
        findings: Vec::new(),
    }
}

pub(super) fn fill(
    mut report: SignatureReport,
    judged: Judged,
    further: Vec<Finding>,
) -> SignatureReport {
    report.time_source = message::time_source(&judged);
    report.signing_time = judged
        .proof
        .map(|proof| proof.moment)
        .or(judged.claimed)
        .map(told);
    report.claimed_time = judged.claimed.map(told);
    report.signer = judged
        .certificate
        .as_ref()
        .map(|certificate| certificate.subject().to_string());
    report.certificate = judged.certificate.map(|one| one.der().to_vec());
    report.signature_digest = judged.signature_digest;
    let mut findings = judged.findings;
    findings.extend(further);
    finish(report, findings)
}

/// Concludes from the findings (EN 319 102-1 5.1).
pub(super) fn finish(mut report: SignatureReport, findings: Vec<Finding>) -> SignatureReport {
    (report.indication, report.sub_indication) = conclude(&findings);
    report.verdict = Verdict::of(report.indication);
    let part = findings
        .iter()
        .any(|finding| finding.effect == Effect::NotProcessed);
    if part {
        report.verdict = report.verdict.lesser(Verdict::NotProcessed);
    }
    report.findings = findings;
    report
}
