//! Judgement: a pure function of evidence, trust, material, policy and moment.

use pdf::Source;
use time::UtcDateTime;

use crate::policy::Policy;
use crate::report::{
    Basis, LicenceTold, Report, Sentence, SignatureReport, StateSource, Wanted, told,
};
use crate::trust::Trust;
use facts::{Body, Case, Kind, Material};
use finding::{Answer, Verdict};
use finding::{Effect, Finding, Indication};

mod archive;
mod asic;
mod attributes;
mod cms;
mod code;
mod dated;
mod document;
mod jades;
mod licence;
mod message;
mod metadata;
mod ofd;
mod package;
mod past;
mod poe;
mod receipt;
mod record;
mod seal;
mod sitting;
mod stamp;
mod state;
mod statuses;
mod used;

use package::Beside;
use sitting::Sitting;

/// What a kind of artefact comes to, before it is put together.
#[derive(Default)]
struct Outcome {
    signatures: Vec<SignatureReport>,
    findings: Vec<Finding>,
    answer: Option<Answer>,
    licence: Option<LicenceTold>,
    state: Option<StateSource>,
    unsigned: bool,
    wanted: Vec<Wanted>,
    basis: Basis,
}

/// The identifier of the licence that the evidence says it is: by the data that the seal covers, or by the text
/// of a code. Nothing is judged; it serves to ask the register, whose word is then supplied with
/// [`Material::say_live`]. The report names the same one.
#[must_use]
pub fn licence_said(case: &Case) -> Option<String> {
    match case.body() {
        Body::Document(facts) => {
            let data = facts.sealed.licence.as_deref()?;
            licence::Licence::read(data).map(|licence| licence.identifier)
        }
        Body::Ofd(facts) => ofd::licence(facts).map(|licence| licence.identifier),
        Body::Code(text) => code::identifier(text),
        _ => None,
    }
}

/// Reads an artefact and judges it: [`crate::open`] and [`judge`].
#[must_use]
pub fn examine(
    name: &str,
    source: &dyn Source,
    trust: &Trust,
    material: &Material,
    policy: &Policy,
    at: UtcDateTime,
) -> Report {
    let mut report = judge(
        &Case::open_beside(source, material),
        trust,
        material,
        policy,
        at,
    );
    name.clone_into(&mut report.file);
    report
}

/// The report of an artefact of which nothing is known but why it was not judged: it could not be opened, or took more than
/// one document gets (T-I3).
#[must_use]
pub fn not_judged(
    (name, kind): (&str, Kind),
    finding: Finding,
    policy: &Policy,
    at: UtcDateTime,
) -> Report {
    let outcome = Outcome {
        findings: vec![finding],
        ..Outcome::default()
    };
    let mut report = put_together(kind, outcome, policy, at);
    name.clone_into(&mut report.file);
    report
}

/// Judges the evidence in an artefact under a policy, as of a moment.
#[must_use]
pub fn judge(
    case: &Case,
    trust: &Trust,
    material: &Material,
    policy: &Policy,
    at: UtcDateTime,
) -> Report {
    let mut sitting = Sitting::new(trust, material, policy, at);
    let of_records = record::beside(&mut sitting, case);
    let mut outcome = match case.body() {
        Body::Document(facts) => document::judge(&mut sitting, facts),
        Body::Ofd(facts) => ofd::judge(&mut sitting, facts),
        Body::Seal(read) => seal::judge(&mut sitting, read),
        Body::Message(message) => Outcome {
            signatures: cms::judge(&mut sitting, message),
            ..Outcome::default()
        },
        Body::Record(read) => Outcome {
            signatures: vec![record::judge(&mut sitting, read)],
            ..Outcome::default()
        },
        Body::Jades(read) => jades::judge(&mut sitting, read),
        Body::Asic(read) => asic::judge(&mut sitting, read),
        Body::Code(text) => code::judge(&mut sitting, text),
        Body::Package(package) => {
            let (then, made) = package.then(material, at);
            let now = package.now(material);
            let with = |material: &Material, beside: &Beside<'_>| {
                let mut material = material.clone();
                for (name, octets) in &beside.contents {
                    material.offer(name, octets.to_vec());
                }
                material.describe(beside.described.clone());
                material
            };
            let now = |name: &str, octets: &Vec<u8>, beside: &Beside<'_>| {
                examine(name, octets, trust, &with(&now, beside), policy, at)
            };
            let then = |name: &str, octets: &Vec<u8>, beside: &Beside<'_>| {
                examine(name, octets, trust, &with(&then, beside), policy, made)
            };
            package::judge(package, &trust.logs, (&now, &then))
        }
        // A file that breaks the rules of its own structure: never repaired, never *valid*.
        Body::Refused(refused) => Outcome {
            findings: vec![refused.finding()],
            ..Outcome::default()
        },
    };
    // domain.md 4.1: who shows an old version is told which one has taken its place.
    if let (Some(Answer::Superseded), Some(licence), Some(live)) =
        (outcome.answer, &mut outcome.licence, &material.live)
        && licence.identifier == live.identifier
        && sitting.is_in_region_of(&live.roots)
    {
        licence.superseded_by.clone_from(&live.successor);
    }
    outcome.findings.extend(of_records);
    outcome.findings.extend(sitting.notes());
    outcome.wanted = sitting.wanted();
    outcome.basis = sitting.basis();
    outcome.findings.extend(inspect_trust(trust, at));
    outcome.findings.extend(trust.findings.iter().cloned());
    outcome.findings.extend(material.findings.iter().cloned());
    put_together(case.kind(), outcome, policy, at)
}

/// ades-pki 14.3: trust that cannot be relied on any more fails closed.
fn inspect_trust(trust: &Trust, at: UtcDateTime) -> Option<Finding> {
    if trust.is_absent() {
        return Some(Finding::of("trust.absent"));
    }
    let stale = trust.next_update().filter(|next| at >= *next);
    stale.map(|next| Finding::of("trust.stale").because(told(next)))
}

fn put_together(kind: Kind, outcome: Outcome, policy: &Policy, at: UtcDateTime) -> Report {
    let (whole, _) = finding::conclude(&outcome.findings);
    let worst = outcome
        .signatures
        .iter()
        .map(|signature| (signature.indication, signature.sub_indication))
        .chain([finding::conclude(&outcome.findings)])
        .max_by_key(|(indication, _)| *indication);
    let unprocessed = outcome
        .findings
        .iter()
        .any(|finding| finding.effect == Effect::NotProcessed);
    let mut verdict = outcome
        .signatures
        .iter()
        .map(|signature| signature.verdict)
        .chain(outcome.answer.map(Answer::verdict))
        .fold(Verdict::of(whole), Verdict::lesser);
    if outcome.unsigned {
        verdict = verdict.lesser(Verdict::NotSigned);
    } else if unprocessed {
        verdict = verdict.lesser(Verdict::NotProcessed);
    }
    let judged = !outcome.signatures.is_empty() || whole != Indication::Passed;
    let (indication, sub_indication) = worst.filter(|_| judged).unzip();
    let told_of = (verdict, outcome.answer);
    let (zh, en) = finding::sentence(told_of, deciding(&outcome, verdict));
    Report {
        file: String::new(),
        kind,
        verdict,
        answer: outcome.answer,
        indication,
        sub_indication: sub_indication.flatten(),
        sentence: Sentence { zh, en },
        at: told(at),
        policy: policy.name.clone(),
        state: outcome.state.unwrap_or(StateSource::NONE),
        licence: outcome.licence,
        signatures: outcome.signatures,
        findings: outcome.findings,
        wanted: outcome.wanted,
        basis: outcome.basis,
    }
}

/// The finding that a verdict rests on: where the licence itself is at fault the artefact's, else that of the signature
/// that stands worst; of one list what fails before what is open.
fn deciding(outcome: &Outcome, verdict: Verdict) -> Option<&Finding> {
    if verdict == Verdict::Valid {
        return None;
    }
    let mut signatures: Vec<_> = outcome.signatures.iter().collect();
    signatures.sort_by_key(|one| std::cmp::Reverse(one.indication));
    let signed = signatures.into_iter().find_map(|one| worst(&one.findings));
    let whole = worst(&outcome.findings);
    let by_signature = matches!(
        outcome.answer,
        None | Some(Answer::Altered | Answer::Untrusted)
    );
    if by_signature && !outcome.unsigned {
        signed.or(whole)
    } else {
        whole.or(signed)
    }
}

fn worst(findings: &[Finding]) -> Option<&Finding> {
    let weight = |finding: &Finding| match finding.effect {
        Effect::Told | Effect::Noted => 0,
        Effect::Answered => 1,
        Effect::Open(_) => 2,
        Effect::NotProcessed => 3,
        Effect::Fails(_) => 4,
    };
    let weighing = findings.iter().filter(|one| weight(one) > 0).rev();
    weighing.max_by_key(|one| weight(one))
}
