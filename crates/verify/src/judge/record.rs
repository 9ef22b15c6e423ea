//! Evidence records (RFC 4998) as proofs of existence: of the artefact that they are handed in with, or, where a record is
//! what is judged, of the documents beside it.

use crypto::{Digest, DigestAlgorithm};
use evidence::tsp::{ReadToken, Token};
use records::{EvidenceRecord, Object, Stamp};
use time::UtcDateTime;

use super::archive::{objects_in, objects_of};
use super::document::{blank, finish, objects_within};
use super::poe::{Covering, ObjectId};
use super::sitting::Sitting;
use super::{asic, jades, ofd, seal, stamp};
use crate::report::{Covers, SignatureReport, TimeSource, told};
use facts::{Body, Case};
use finding::{Effect, Finding, Indication, conclude};

/// What a record proves.
struct Proven {
    moment: Option<UtcDateTime>,
    findings: Vec<Finding>,
}

/// Admits what the records that were handed in prove of the artefact. One that proves nothing is told and weighs nothing: the
/// artefact is judged by what else there is.
pub(super) fn beside(sitting: &mut Sitting<'_>, case: &Case) -> Vec<Finding> {
    let material = sitting.material;
    let digest = |algorithm| {
        let known = case.digests().iter();
        known
            .clone()
            .find(|one| one.algorithm() == algorithm)
            .cloned()
    };
    let mut inside = Vec::new();
    let mut told = Vec::new();
    for record in &material.records {
        if inside.is_empty() {
            inside = inside_of(case);
        }
        let proven = prove(sitting, record, &[&digest], &inside);
        let findings = proven.findings.into_iter();
        told.extend(findings.map(|finding| finding.with(Effect::Noted)));
        told.extend(proven.moment.map(proven_at));
    }
    told
}

/// A record by itself, over the documents handed in.
pub(super) fn judge(sitting: &mut Sitting<'_>, record: &EvidenceRecord) -> SignatureReport {
    let material = sitting.material;
    let digests: Vec<_> = material
        .contents()
        .map(|octets| move |algorithm: DigestAlgorithm| Some(Digest::of(algorithm, octets)))
        .collect();
    let objects: Vec<Object<'_>> = digests.iter().map(|one| one as Object<'_>).collect();
    let proven = prove(sitting, record, &objects, &[]);
    reported(proven)
}

/// A record in a package, over the file that it stands for; what is `inside` existed when that did.
pub(super) fn in_package(
    sitting: &mut Sitting<'_>,
    octets: &[u8],
    (over, inside): (Object<'_>, &[ObjectId]),
) -> SignatureReport {
    let record = match EvidenceRecord::parse(octets) {
        Ok(record) => record,
        Err(fault) => {
            let unreadable = Finding::of("record.unreadable").because(fault);
            let mut report = blank(None, Covers::WholeFile);
            report.format = FORMAT;
            return finish(report, vec![unreadable]);
        }
    };
    let proven = prove(sitting, &record, &[over], inside);
    reported(proven)
}

/// What a record by itself is called.
const FORMAT: &str = "RFC 4998";

fn reported(proven: Proven) -> SignatureReport {
    let mut report = blank(None, Covers::WholeFile);
    report.format = FORMAT;
    report.signing_time = proven.moment.map(told);
    if proven.moment.is_some() {
        report.time_source = TimeSource::DocumentTimeStamp;
    }
    let mut findings = proven.findings;
    findings.extend(proven.moment.map(proven_at));
    finish(report, findings)
}

fn proven_at(moment: UtcDateTime) -> Finding {
    Finding::of("record.proves").because(told(moment))
}

/// Judges a record over `objects`, the newest time-stamp first, and admits proofs of what is `inside` them.
///
/// RFC 4998 5.3: each time-stamp has to have been valid when the next one was made, the last one now: that is what each is
/// judged by beside what those around it prove (EN 319 102-1, 5.6.2.3.2).
fn prove(
    sitting: &mut Sitting<'_>,
    record: &EvidenceRecord,
    objects: &[Object<'_>],
    inside: &[ObjectId],
) -> Proven {
    let inspected = record.inspect(objects);
    let faults = inspected.faults.iter();
    let mut findings: Vec<Finding> = faults
        .map(|fault| Finding::of(fault.code()).because(fault))
        .collect();
    let mut moment = None;
    if conclude(&findings).0 == Indication::Passed {
        let stamps: Vec<(Result<Token, ReadToken>, Digest)> = inspected
            .stamps
            .into_iter()
            .map(|Stamp { token, root, .. }| (Ok(token), root))
            .collect();
        let results = stamp::gather(sitting, &coverings(&stamps, inside));
        let good = results.iter().any(Result::is_ok);
        for result in results {
            match result {
                Ok(at) => moment = Some(moment.map_or(at, |known: UtcDateTime| known.min(at))),
                // A good one beside it: then this one proves nothing more.
                Err(fault) if good => findings.push(fault.with(Effect::Noted)),
                Err(fault) => findings.push(fault),
            }
        }
    }
    Proven { moment, findings }
}

/// Each time-stamp, the newest first, with the objects and the time-stamps before it.
fn coverings<'a>(
    stamps: &'a [(Result<Token, ReadToken>, Digest)],
    inside: &[ObjectId],
) -> Vec<Covering<'a>> {
    let mut known = inside.to_vec();
    let mut coverings = Vec::new();
    for (token, root) in stamps {
        coverings.push(Covering {
            token,
            stamped: Some(root.clone()),
            source: TimeSource::DocumentTimeStamp,
            objects: known.clone(),
        });
        if let Ok(token) = token {
            objects_of(token, &mut known);
        }
    }
    coverings.reverse();
    coverings
}

/// What is inside an artefact and is asked for by its proofs: signatures, tokens, certificates, status. What existed as a whole
/// existed in its parts (EN 319 102-1, 5.6.2.3).
fn inside_of(case: &Case) -> Vec<ObjectId> {
    let mut objects = Vec::new();
    match case.body() {
        Body::Document(facts) => {
            let lines = facts.signatures.iter();
            for lines in lines.filter_map(|signature| signature.lines.as_ref().ok()) {
                objects_within(lines, &mut objects);
            }
            let store = facts.certificates.iter().chain(&facts.ocsps);
            objects.extend(store.chain(&facts.crls).map(|der| ObjectId::of(der)));
        }
        Body::Message(message) => objects_in(message, &mut objects),
        Body::Jades(read) => objects = jades::inside(read),
        Body::Asic(read) => objects = asic::inside(read),
        Body::Ofd(facts) => objects = ofd::inside(facts),
        Body::Seal(read) => seal::objects_of_seal(read, &mut objects),
        // Codes, packages of evidence and records by themselves have no proofs of their own to be asked.
        Body::Code(_) | Body::Package(_) | Body::Record(_) | Body::Refused(_) => {}
    }
    objects
}
