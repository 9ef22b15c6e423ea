//! JAdES signatures (TS 119 182-1), judged by the same blocks as those of CMS (EN 319 102-1 5.2, 5.5, 5.6).

use asn1::write;
use credential::CheckToken;
use crypto::{Digest, sha256};
use evidence::cms::Form;
use evidence::tsp::Token as StampToken;
use jades::{Contents, Element, Fault, Jades, Mechanism, Signature, Token};
use pki::Certificate;

use super::document::{blank, fill};
use super::message::{Judged, inspect_time, judge_chain};
use super::poe::Proof;
use super::sitting::Sitting;
use super::stamp;
use super::{Outcome, receipt};
use crate::policy::Demand;
use crate::report::{Covers, SignatureReport, TimeSource, hex};
use finding::{Effect, Finding, Indication, conclude};

/// Judges each signature, and those over it.
pub(super) fn judge(sitting: &mut Sitting<'_>, read: &Jades) -> Outcome {
    let mut outcome = Outcome::default();
    let material = sitting.material;
    let contents = |name: Option<&str>| material.content(name);
    for signature in read.signatures() {
        outcome
            .signatures
            .push(one(sitting, signature, &contents, "JAdES"));
        counter_signatures(sitting, signature.token(), &mut outcome);
    }
    outcome
}

/// TS 119 182-1 5.3.2: signatures over the signature value. Theirs are judged; those over them in turn are not.
fn counter_signatures(sitting: &mut Sitting<'_>, token: &Token, outcome: &mut Outcome) {
    let value = token.signature();
    for element in token.unsigned().elements() {
        let Element::CounterSignature(text) = element else {
            continue;
        };
        let read = match Jades::parse(text.as_bytes()) {
            Ok(read) => read,
            Err(fault) => {
                let finding = Finding::of("jades.counter-signature").because(fault);
                outcome.findings.push(finding);
                continue;
            }
        };
        let contents = |name: Option<&str>| name.is_none().then_some(value.as_slice());
        for signature in read.signatures() {
            let mut report = one(sitting, signature, &contents, "JAdES counter-signature");
            if let Some(fault) = signature.counter_faults() {
                report
                    .findings
                    .push(Finding::of(fault.code()).with(Effect::Noted));
            }
            outcome.signatures.push(report);
        }
    }
}

fn one(
    sitting: &mut Sitting<'_>,
    signature: &Signature,
    contents: Contents<'_>,
    format: &'static str,
) -> SignatureReport {
    let (header, token) = (signature.header(), signature.token());
    sitting.bring_certificates(&header.chain);
    bring(sitting, token);
    let lenient = sitting.policy.baseline != Demand::Required;
    let faults = header.faults.iter();
    let mut findings: Vec<Finding> = faults.map(|fault| told(*fault, lenient)).collect();
    inspect_content(token, contents, &mut findings);
    // D5, D23: the name is ours alone; who does not know it cannot read the signature.
    if header.algorithm == NATIONAL {
        findings.push(Finding::of("signature.national-profile"));
    }
    let certificate = find_certificate(sitting, signature, &mut findings);
    if let Some(certificate) = &certificate {
        check(signature, certificate, contents, &mut findings);
    }
    let proven = proofs(sitting, token, contents, &mut findings);
    let proof = [proven.signature, proven.archive]
        .into_iter()
        .flatten()
        .min();
    let times = (header.claimed, proof);
    inspect_time(sitting, times, Form::CadesDetached, &mut findings);
    let chained = match &certificate {
        Some(certificate) => judge_chain(sitting, certificate, (proof, None), &mut findings),
        None => {
            unnamed(&mut findings);
            false
        }
    };
    let mut report = blank(None, covers(token, contents));
    report.format = format;
    report.level = Some(level(token, &proven, chained));
    report.intent = (!header.commitments.is_empty()).then(|| header.commitments.join(" "));
    let recorded = match &certificate {
        Some(certificate) => recorded(sitting, signature, certificate, contents),
        None => Vec::new(),
    };
    let judged = Judged {
        findings,
        certificate,
        proof,
        claimed: header.claimed,
        chained,
        signature_digest: Some(hex(&sha256(&token.signature()))),
    };
    fill(report, judged, recorded)
}

/// The JOSE name of SM2 with SM3 (D23).
const NATIONAL: &str = "SM2-SM3-yinxin";

/// T-V1: nobody signed whom anything is known of; whatever the reason, that is never *valid*.
fn unnamed(findings: &mut Vec<Finding>) {
    if conclude(findings).0 == Indication::Passed {
        findings.push(Finding::of("jades.certificate-unmatched"));
    }
}

/// Certificates and status that came along: candidates and material, never trust (T-V7).
fn bring(sitting: &mut Sitting<'_>, token: &Token) {
    for element in token.unsigned().elements() {
        match element {
            Element::Certificates(ders) => sitting.bring_certificates(ders),
            Element::Revocations { crls, ocsps } => sitting.bring_status(crls, ocsps),
            Element::ValidationData {
                certificates,
                crls,
                ocsps,
            } => {
                sitting.bring_certificates(certificates);
                sitting.bring_status(crls, ocsps);
            }
            _ => {}
        }
    }
}

/// What TS 119 182-1 6.3 asks for beyond RFC 7515 is only noted where the policy does not ask for the baseline.
fn told(fault: Fault, lenient: bool) -> Finding {
    let found = Finding::of(fault.code()).because(fault);
    if lenient {
        found.with(Effect::Noted)
    } else {
        found
    }
}

/// 5.2.8: content that lies elsewhere is there, and is what was signed.
fn inspect_content(token: &Token, contents: Contents<'_>, findings: &mut Vec<Finding>) {
    let http = token
        .detached()
        .is_some_and(|detached| detached.mechanism == Mechanism::HttpHeaders);
    if http {
        findings.push(Finding::of("jades.http-fields"));
        return;
    }
    for name in token.missing(contents) {
        findings.push(Finding::of("signature.content-absent").because(name));
    }
    for name in token.differing(contents) {
        findings.push(Finding::of("jades.content-differs").because(name));
    }
}

/// By the digest that is signed, never by `kid`, `x5u` or `jwk` (T-I9); by the first of `x5c` only where none is signed and the
/// policy does not ask for the baseline.
fn find_certificate(
    sitting: &Sitting<'_>,
    signature: &Signature,
    findings: &mut Vec<Finding>,
) -> Option<Certificate> {
    let header = signature.header();
    let lenient = sitting.policy.baseline != Demand::Required;
    let first = header.chain.first();
    let found = match header.certificates.first() {
        Some(named) => {
            let digest = named.digest.as_ref()?;
            let mut all = sitting.certificates().iter();
            all.find(|one| Digest::of(digest.algorithm(), one.der()) == *digest)
        }
        None if lenient => {
            let mut all = sitting.certificates().iter();
            all.find(|one| first.is_some_and(|first| first == one.der()))
        }
        None => return None,
    };
    // RFC 7515 4.1.6: the first of the chain is the one whose key signed.
    let agrees = |one: &Certificate| first.is_none_or(|first| first == one.der());
    let found = found.filter(|one| agrees(one));
    if found.is_none() {
        findings.push(Finding::of("jades.certificate-unmatched"));
    }
    found.cloned()
}

fn check(
    signature: &Signature,
    certificate: &Certificate,
    contents: Contents<'_>,
    findings: &mut Vec<Finding>,
) {
    let key = match certificate.public_key() {
        Ok(key) => key,
        Err(error) => {
            findings.push(Finding::of("signature.key").because(error));
            return;
        }
    };
    let checked = signature.token().check(signature.header(), &key, contents);
    let code = match checked {
        // What is missing was told.
        None | Some(Ok(())) => return,
        Some(Err(CheckToken::Algorithm)) => "jades.key-algorithm",
        Some(Err(_)) => "jades.signature-differs",
    };
    findings.push(Finding::of(code));
}

/// What the time-stamps prove.
struct Proven {
    signature: Option<Proof>,
    archive: Option<Proof>,
}

/// 5.3.4 over the signature value, 5.3.6 over all that stands before.
fn proofs(
    sitting: &mut Sitting<'_>,
    token: &Token,
    contents: Contents<'_>,
    findings: &mut Vec<Finding>,
) -> Proven {
    let mut proven = Proven {
        signature: None,
        archive: None,
    };
    if sitting.policy.time_stamp == Demand::NotAsked {
        return proven;
    }
    let mut tokens = Vec::new();
    for (place, element) in token.unsigned().elements().enumerate() {
        match element {
            Element::SignatureTimeStamp(octets) => tokens.extend(octets.iter().map(Vec::as_slice)),
            Element::ArchiveTimeStamp(octets) => {
                let input = token.archive_input(contents, place);
                let archived = archived(sitting, (octets, input.as_deref()), findings);
                proven.archive = [proven.archive, archived].into_iter().flatten().min();
            }
            _ => {}
        }
    }
    let over = token.signature_text().as_bytes();
    proven.signature = stamp::signature_stamps(sitting, tokens, over, findings);
    proven
}

/// The moment of an archive time-stamp. One that proves nothing takes nothing from the signature.
fn archived(
    sitting: &mut Sitting<'_>,
    (tokens, input): (&[Vec<u8>], Option<&[u8]>),
    findings: &mut Vec<Finding>,
) -> Option<Proof> {
    let Some(input) = input else {
        findings.push(Finding::of("jades.archive-input"));
        return None;
    };
    let mut best = None;
    for octets in tokens.iter().take(MAX_STAMPS) {
        let token = StampToken::parse(octets);
        let digest = token.as_ref().ok();
        let digest = digest.map(|token| Digest::of(token.info().imprint().algorithm(), input));
        match stamp::moment(sitting, &token, digest.as_ref()) {
            Ok(moment) => {
                let proof = Proof {
                    moment,
                    source: TimeSource::DocumentTimeStamp,
                };
                best = [best, Some(proof)].into_iter().flatten().min();
            }
            Err(fault) => findings.push(fault.with(Effect::Noted)),
        }
    }
    best
}

/// Archive time-stamps in one element that are looked at (T-I3).
const MAX_STAMPS: usize = 4;

/// How far what is signed reaches: everything that was given, where everything was.
fn covers(token: &Token, contents: Contents<'_>) -> Covers {
    if token.missing(contents).is_empty() {
        Covers::WholeFile
    } else {
        Covers::Part
    }
}

/// The baseline level reached (TS 119 182-1 6.1): what 6.3 forbids from LT on keeps it at T.
fn level(token: &Token, proven: &Proven, chained: bool) -> &'static str {
    let mut kept = (false, false);
    let mut forbidden = false;
    for element in token.unsigned().elements() {
        match element {
            Element::Certificates(_) => kept.0 = true,
            Element::Revocations { .. } => kept.1 = true,
            Element::ValidationData {
                certificates,
                crls,
                ocsps,
            } => {
                kept.0 |= !certificates.is_empty();
                kept.1 |= !crls.is_empty() || !ocsps.is_empty();
            }
            Element::Other(name) => forbidden |= REFERENCES.contains(&name.as_str()),
            _ => {}
        }
    }
    let long = kept == (true, true) && chained && !forbidden;
    match (proven.signature, long, proven.archive) {
        (None, ..) => "B-B",
        (Some(_), false, _) => "B-T",
        (Some(_), true, None) => "B-LT",
        (Some(_), true, Some(_)) => "B-LTA",
    }
}

/// Elements that name validation data instead of holding it (annex A).
const REFERENCES: [&str; 6] = ["xRefs", "axRefs", "rRefs", "arRefs", "sigRTst", "rfsTst"];

/// D18: the receipt of the public log in `etsiU`. What was signed is the input of RFC 7515 5.1.
fn recorded(
    sitting: &Sitting<'_>,
    signature: &Signature,
    certificate: &Certificate,
    contents: Contents<'_>,
) -> Vec<Finding> {
    let token = signature.token();
    let Some(input) = token.signing_input(contents) else {
        return Vec::new();
    };
    let mut receipts = Vec::new();
    let mut stamped = None;
    for element in token.unsigned().elements() {
        match element {
            Element::Receipt(octets) => receipts.push(write::octet_string(octets)),
            Element::SignatureTimeStamp(tokens) if stamped.is_none() => {
                let read = tokens.first().map(|token| StampToken::parse(token));
                stamped = read.and_then(Result::ok).map(|token| token.info().moment());
            }
            _ => {}
        }
    }
    let value = token.signature();
    let under = receipt::Under {
        signature: &value,
        receipts: receipts.iter().map(Vec::as_slice).take(2).collect(),
        stamped,
        certificate,
        claimed: signature.header().claimed,
        signed: sha256(&input),
        licence: None,
        status: None,
    };
    receipt::judge(sitting, &under)
}
