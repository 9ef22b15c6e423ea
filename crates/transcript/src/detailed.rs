//! The detailed report: for each signature the process used, the best-signature-time with its proof, and every constraint.
//!
//! # Shape
//! JSON on one line: `report`, the object of the command-line contract; `signatures`, in its order, each `process`
//! (`Basic | LTVM | LTA`), `best_signature_time` (`moment`, `proof`: SHA-256 of the token that proves it, hex, or `null`),
//! `constraints` (each `name`, `clause`, `level`, `outcome`, `sub_indication`, `findings`: codes), `chain` (SHA-256 of each certificate,
//! leaf first, hex), `anchor`; `constraints`, of the artefact where it has no signature.

use serde::Serialize;
use verify::Report;

use crate::Judgement;
use crate::constraint::{Constraint, Outcome, constraints};
use crate::etsi::{Proof, proofs};

#[derive(Serialize)]
struct Detailed<'a> {
    report: &'a Report,
    signatures: Vec<OfSignature<'a>>,
    constraints: Vec<Held<'a>>,
}

#[derive(Serialize)]
struct OfSignature<'a> {
    process: &'static str,
    best_signature_time: Best,
    constraints: Vec<Held<'a>>,
    chain: Vec<String>,
    anchor: Option<&'a str>,
}

#[derive(Serialize)]
struct Best {
    moment: String,
    proof: Option<String>,
}

#[derive(Serialize)]
struct Held<'a> {
    name: &'static str,
    clause: &'static str,
    level: &'static str,
    outcome: &'static str,
    sub_indication: Option<&'static str>,
    findings: Vec<&'a str>,
}

/// The detailed report, one line without its end. Same judgement, same octets.
#[must_use]
pub fn detailed(judgement: &Judgement<'_>) -> String {
    let report = judgement.report;
    let found = proofs(judgement);
    let signatures = report.signatures.iter().zip(found);
    let whole = constraints(None, &report.findings, judgement.policy);
    let detailed = Detailed {
        report,
        signatures: signatures
            .map(|(one, proof)| OfSignature::of(judgement, one, proof))
            .collect(),
        constraints: match report.signatures.is_empty() {
            true => whole.into_iter().map(Held::of).collect(),
            false => Vec::new(),
        },
    };
    // Texts and numbers alone: nothing in it can fail to be written.
    serde_json::to_string(&detailed).unwrap_or_default()
}

impl<'a> OfSignature<'a> {
    fn of(
        judgement: &Judgement<'a>,
        one: &'a verify::SignatureReport,
        proof: Proof,
    ) -> OfSignature<'a> {
        let report = judgement.report;
        let own = one.certificate.as_deref();
        let chain = own.and_then(|der| report.basis.chain_of(der));
        let all = constraints(Some(one), &report.findings, judgement.policy);
        let certificates = chain.map(|chain| chain.certificates.as_slice());
        let certificates = certificates.unwrap_or_default().iter();
        OfSignature {
            process: proof.process,
            best_signature_time: Best {
                moment: proof.moment,
                proof: proof.token,
            },
            constraints: all.into_iter().map(Held::of).collect(),
            chain: certificates.map(|one| digest(one.der())).collect(),
            anchor: chain.and_then(|chain| chain.anchor.as_deref()),
        }
    }
}

fn digest(octets: &[u8]) -> String {
    verify::report::hex(&crypto::sha256(octets))
}

impl<'a> Held<'a> {
    fn of(one: Constraint<'a>) -> Held<'a> {
        Held {
            name: one.name,
            clause: one.clause,
            level: one.level.code(),
            outcome: one.outcome.code(),
            sub_indication: match one.outcome {
                Outcome::Open(sub) => sub.map(|sub| sub.name()),
                Outcome::Failed(sub) => Some(sub.name()),
                _ => None,
            },
            findings: one.findings.iter().map(|finding| finding.code).collect(),
        }
    }
}
