//! ASiC packages with CAdES (EN 319 162-1): the package, its manifests, and each signature and time-stamp in it.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use asic::{Asic, Form as Package, Listed, ListedFault, Proof as Inside, ProofKind};
use crypto::DigestAlgorithm;
use evidence::cms::{Form, SignedData};
use evidence::tsp::{ReadToken, Token};
use records::Object;
use time::UtcDateTime;

use super::archive::{objects_in, objects_of};
use super::document::{blank, finish};
use super::poe::{Covering, ObjectId};
use super::sitting::Sitting;
use super::{Outcome, cms, record, stamp};
use crate::report::{Covers, SignatureReport, TimeSource, told};
use finding::{Effect, Finding, SubIndication};

/// Judges each signature and time-stamp, and whether any content is left out by all of them.
pub(super) fn judge(sitting: &mut Sitting<'_>, read: &Asic) -> Outcome {
    let mut outcome = Outcome::default();
    bring(sitting, read);
    // EN 319 102-1 5.6.3: what covers others is judged before them.
    let records = records(sitting, read);
    let stamps = stamps(sitting, read);
    let asked = asked_for(read);
    let mut signed = BTreeSet::new();
    for proof in read.proofs() {
        let listed = read.listed(proof);
        if listed.faults.is_empty() && !listed.is_archive && asked.contains(&proof.kind) {
            signed.extend(listed.files.iter().cloned());
        }
        match proof.kind {
            ProofKind::Signature => {
                let covers = |stamp: &Stamp| stamp.files.contains(&proof.name);
                let archived = stamps.iter().any(|one| covers(one) && one.proven.is_ok());
                let reports = signatures(sitting, read, proof, (&listed, archived));
                outcome.signatures.extend(reports);
            }
            ProofKind::TimeStamp => {
                let stamp = stamps.iter().find(|one| one.name == proof.name);
                outcome
                    .signatures
                    .extend(stamp.map(|stamp| time_stamp(read, stamp, &listed)));
            }
            ProofKind::Record => {
                let found = records
                    .iter()
                    .find(|one| one.field.as_ref() == Some(&proof.name));
                outcome.signatures.extend(found.cloned());
            }
        }
    }
    if outcome.signatures.is_empty() {
        outcome.findings.push(Finding::of("asic.unsigned"));
    }
    // ades-pki 8: a file that nothing signs lies among those that something does.
    let unsigned = read.payload().filter(|name| !signed.contains(*name));
    for name in unsigned.take(MAX_TOLD) {
        let finding = Finding::of("asic.file-unsigned").because(name);
        outcome.findings.push(finding);
    }
    outcome
}

/// Files that are told of one signature, and of a package: more of them say nothing new.
const MAX_TOLD: usize = 64;

/// By what a file has to be covered (D6). Anyone is given a time-stamp for anything: beside a signature it makes no file one that
/// the signer vouches for. In a package without signatures it is all there is (EN 319 162-1 4.4.1).
fn asked_for(read: &Asic) -> &'static [ProofKind] {
    let mut all = read.proofs().iter();
    if all.any(|proof| proof.kind == ProofKind::Signature) {
        &[ProofKind::Signature]
    } else {
        &[ProofKind::TimeStamp, ProofKind::Record]
    }
}

/// What signatures carry serves the time-stamps around them, too, which have no place for it (EN 319 162-1 A.7).
fn bring(sitting: &mut Sitting<'_>, read: &Asic) {
    let all = read.proofs().iter();
    let signatures = all.filter(|proof| proof.kind == ProofKind::Signature);
    for message in signatures.filter_map(|proof| SignedData::parse(&proof.octets).ok()) {
        sitting.bring_certificates(message.certificates());
        sitting.bring_status(message.crls(), message.ocsp_responses());
    }
}

fn covers(listed: &Listed) -> Covers {
    if listed.is_whole {
        Covers::WholeFile
    } else {
        Covers::Part
    }
}

/// EN 319 162-1 A.4: each file that is listed is there, and is what it was. What fails is told before what is open.
fn faults(listed: &Listed) -> impl Iterator<Item = Finding> {
    let fails = |fault: &ListedFault| *fault == ListedFault::Differs;
    let (first, then): (Vec<_>, Vec<_>) = listed.faults.iter().partition(|one| fails(&one.1));
    let faults = first.into_iter().chain(then).take(MAX_TOLD);
    faults.map(|(name, fault)| Finding::of(fault.code()).because(name))
}

/// The evidence records of the package (RFC 4998): each over its one file, or over the manifest that names it.
fn records(sitting: &mut Sitting<'_>, read: &Asic) -> Vec<SignatureReport> {
    let all = read.proofs().iter();
    all.filter(|proof| proof.kind == ProofKind::Record)
        .map(|proof| {
            let listed = read.listed(proof);
            let over = proof.over.as_deref().unwrap_or_default();
            let inside = objects(read, &listed.files);
            let digest = |algorithm| read.digest(over, algorithm);
            let given: (Object<'_>, _) = (&digest, inside.as_slice());
            let mut report = record::in_package(sitting, &proof.octets, given);
            report.field = Some(proof.name.clone());
            report.covers = covers(&listed);
            let mut findings = std::mem::take(&mut report.findings);
            findings.extend(faults(&listed));
            finish(report, findings)
        })
        .collect()
}

/// A time-stamp in the package, judged.
struct Stamp {
    name: String,
    /// What its manifest lists and is as it was.
    files: BTreeSet<String>,
    signer: Option<String>,
    proven: Result<UtcDateTime, Finding>,
}

/// Judges the time-stamps of the package, the outermost first (EN 319 102-1 5.6.3): one that lists more was made later.
fn stamps(sitting: &mut Sitting<'_>, read: &Asic) -> Vec<Stamp> {
    let all = read.proofs().iter();
    let mut tokens: Vec<(&Inside, BTreeSet<String>, Result<Token, ReadToken>)> = all
        .filter(|proof| proof.kind == ProofKind::TimeStamp)
        .map(|proof| {
            let files = read.listed(proof).files;
            (proof, files, Token::parse(&proof.octets))
        })
        .collect();
    tokens.sort_by_key(|(_, files, _)| Reverse(files.len()));
    let coverings: Vec<Covering<'_>> = tokens
        .iter()
        .map(|(proof, files, token)| {
            let over = proof.over.as_deref().unwrap_or_default();
            let own = token.as_ref().ok();
            Covering {
                token,
                stamped: own
                    .and_then(|token| read.digest(over, token.info().imprint().algorithm())),
                source: TimeSource::DocumentTimeStamp,
                objects: objects(read, files),
            }
        })
        .collect();
    let moments = stamp::gather(sitting, &coverings);
    let judged = tokens.iter().zip(moments);
    judged
        .map(|((proof, files, token), proven)| Stamp {
            name: proof.name.clone(),
            files: files.clone(),
            signer: token.as_ref().ok().and_then(|token| {
                let signer = token.signed_data().signer()?;
                let found = signer.find_certificate(sitting.certificates()).ok()?;
                Some(found.subject().to_string())
            }),
            proven,
        })
        .collect()
}

/// What existed when the package did.
pub(super) fn inside(read: &Asic) -> Vec<ObjectId> {
    let names = read.files().map(|(name, _)| name.to_owned());
    objects(read, &names.collect())
}

/// What existed when these files did (EN 319 102-1 5.6.2.3): signature values, tokens, and all that they carry.
fn objects(read: &Asic, files: &BTreeSet<String>) -> Vec<ObjectId> {
    let mut objects = Vec::new();
    for name in files {
        let Some(octets) = read.file(name) else {
            continue;
        };
        let digest = read.digest(name, DigestAlgorithm::Sha256);
        let digest = digest.and_then(|digest| digest.bytes().try_into().ok());
        objects.extend(digest.map(ObjectId::digested));
        let proof = read.proofs().iter().find(|proof| proof.name == *name);
        match proof.map(|proof| proof.kind) {
            Some(ProofKind::Signature) => {
                if let Ok(message) = SignedData::parse(octets) {
                    objects_in(&message, &mut objects);
                }
            }
            Some(ProofKind::TimeStamp) => {
                if let Ok(token) = Token::parse(octets) {
                    objects_of(&token, &mut objects);
                }
            }
            _ => {}
        }
    }
    objects
}

/// One report for each signer; in practice one.
fn signatures(
    sitting: &mut Sitting<'_>,
    read: &Asic,
    proof: &Inside,
    (listed, archived): (&Listed, bool),
) -> Vec<SignatureReport> {
    let format = match read.form() {
        Package::Simple => "ASiC-S with CAdES",
        Package::Extended => "ASiC-E with CAdES",
    };
    let covers = covers(listed);
    let message = match SignedData::parse(&proof.octets) {
        Ok(message) => message,
        Err(error) => {
            let unreadable = Finding::of("signature.cms-unreadable").because(error);
            let mut report = blank(Some(proof.name.clone()), covers);
            report.format = format;
            return vec![finish(report, vec![unreadable])];
        }
    };
    let over = proof.over.as_deref().and_then(|over| read.file(over));
    let given = (over, Form::CadesDetached);
    let reports = cms::over(sitting, &message, given).into_iter();
    reports
        .map(|mut report| {
            report.field = Some(proof.name.clone());
            report.format = format;
            report.covers = covers;
            if archived && report.level == Some("B-LT") {
                report.level = Some("B-LTA");
            }
            let mut findings = std::mem::take(&mut report.findings);
            findings.extend(faults(listed));
            finish(report, findings)
        })
        .collect()
}

/// A time-stamp alone, or one that archives: its own report.
fn time_stamp(read: &Asic, stamp: &Stamp, listed: &Listed) -> SignatureReport {
    let mut report = blank(Some(stamp.name.clone()), covers(listed));
    report.format = match (read.form(), listed.is_archive) {
        (Package::Simple, _) => "ASiC-S time-stamp",
        (Package::Extended, false) => "ASiC-E time-stamp",
        (Package::Extended, true) => "ASiC-E archive time-stamp",
    };
    report.time_source = TimeSource::DocumentTimeStamp;
    report.signer.clone_from(&stamp.signer);
    let mut findings: Vec<Finding> = faults(listed).collect();
    match &stamp.proven {
        Ok(moment) => report.signing_time = Some(told(*moment)),
        Err(fault) => findings.push(fault.clone()),
    }
    if listed.is_archive {
        // What it lists and no longer holds takes from the archive: it proves nothing, and changes nothing that is signed.
        findings = findings.into_iter().map(of_archive).collect();
    }
    finish(report, findings)
}

fn of_archive(fault: Finding) -> Finding {
    match fault.effect {
        Effect::Noted => fault,
        _ => fault.with(Effect::Open(SubIndication::NoPoe)),
    }
}
