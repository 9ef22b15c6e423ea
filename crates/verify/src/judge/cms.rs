//! A signed message that is no part of a document: CAdES with its parallel signatures and countersignatures.

use std::collections::VecDeque;

use crypto::{Digest, DigestAlgorithm};
use evidence::cms::{ArchiveStamp, Form, SignedData, SignerInfo, oids};
use evidence::tsp::Token;
use facts::{Described, Material};
use finding::Finding;

use super::document::{blank, fill, finish};
use super::message::{self, Judged, Message};
use super::receipt;
use super::sitting::Sitting;
use super::stamp::MAX_STAMPS;
use crate::policy::{Demand, Policy};
use crate::report::{Covers, SignatureReport};

/// One report for each signer (RFC 5652 5.1: each speaks for itself).
pub(super) fn judge(sitting: &mut Sitting<'_>, message: &SignedData) -> Vec<SignatureReport> {
    let material = sitting.material;
    let (over, form) = match message.content() {
        Some(octets) => (Over::Octets(octets), Form::CadesAttached),
        None => (Over::elsewhere(material, message), Form::CadesDetached),
    };
    judge_over(sitting, message, (over, form))
}

/// The same where the content is known: beside in a package.
pub(super) fn over(
    sitting: &mut Sitting<'_>,
    message: &SignedData,
    (beside, form): (Option<&[u8]>, Form),
) -> Vec<SignatureReport> {
    let over = beside.map_or(Over::Nothing, Over::Octets);
    judge_over(sitting, message, (over, form))
}

/// What is at hand of what was signed.
#[derive(Clone, Copy)]
enum Over<'a> {
    /// The content.
    Octets(&'a [u8]),
    /// Its digests, by each signer's algorithm among others.
    Digests(&'a Described),
    /// Neither.
    Nothing,
}

impl<'a> Over<'a> {
    /// Content that lies elsewhere; where nobody has it, what is known of it, if that says anything of each signer.
    fn elsewhere(material: &'a Material, message: &SignedData) -> Over<'a> {
        if let Some(octets) = material.content_with(|octets| is_content(message, octets)) {
            return Over::Octets(octets);
        }
        let tells = |described: &&Described| {
            message.signers().iter().all(|signer| {
                let algorithm = signer.digest_algorithm();
                algorithm.is_ok_and(|algorithm| described.digest(algorithm).is_some())
            })
        };
        let described = material.described(None).filter(tells);
        described.map_or(Over::Nothing, Over::Digests)
    }

    fn digest(self, algorithm: DigestAlgorithm) -> Option<Digest> {
        match self {
            Over::Octets(octets) => Some(Digest::of(algorithm, octets)),
            Over::Digests(described) => described.digest(algorithm).cloned(),
            Over::Nothing => None,
        }
    }

    fn sha256(self) -> Option<[u8; 32]> {
        let digest = self.digest(DigestAlgorithm::Sha256)?;
        digest.bytes().try_into().ok()
    }
}

fn judge_over(
    sitting: &mut Sitting<'_>,
    message: &SignedData,
    (over, form): (Over<'_>, Form),
) -> Vec<SignatureReport> {
    let content = |algorithm: DigestAlgorithm| over.digest(algorithm);
    let given = Message {
        message,
        form,
        content: (!matches!(over, Over::Nothing)).then_some(&content),
        whole: &[],
        claimed: None,
    };
    let judged = message::judge_each(sitting, &given);
    let signers = message.signers().iter().map(Some);
    let signers = signers.chain(std::iter::repeat(None));
    let mut reports = Vec::with_capacity(judged.len());
    for (judged, signer) in judged.into_iter().zip(signers) {
        let mut report = blank(None, Covers::WholeFile);
        report.format = "CAdES";
        report.level = Some(level(message, &judged));
        let mut further = recorded(sitting, (&judged, signer), over.sha256());
        let mut judged = judged;
        if let Over::Digests(described) = over {
            further.push(Finding::of("signature.content-digest"));
            let unseen = signer.and_then(|signer| unseen(sitting.policy, signer, described));
            if unseen.is_some() {
                // The digest of a content-time-stamp is not weak: it was not given.
                let weak = Finding::of("tsp.imprint-weak").text;
                judged.findings.retain(|found| found.text != weak);
            }
            further.extend(unseen);
        }
        reports.push(fill(report, judged, further));
    }
    counters(sitting, message, &mut reports);
    reports
}

/// What of a signer takes the content by a digest that was not given, and could not be judged therefore: archive and content-time-stamps
/// (EN 319 122-1 5.5.3, 5.2.8), and the receipt, whose leaf has the SHA-256 (D18). With the content it may come to something else, so
/// without it nobody says *valid*.
fn unseen(policy: &Policy, signer: &SignerInfo, described: &Described) -> Option<Finding> {
    let archives = signer.archive_time_stamps().take(MAX_STAMPS);
    let archives = archives.filter_map(|value| Some(ArchiveStamp::parse(value).ok()?.algorithm()));
    let signed = signer.signed_attributes().into_iter();
    let stamps = signed.flat_map(|signed| signed.all(oids::CONTENT_TIME_STAMP));
    let stamps = stamps.flat_map(|attribute| attribute.values());
    let stamps = stamps.filter_map(|value| Token::parse(value).ok());
    let stamps = stamps.map(|token| token.info().imprint().algorithm());
    let is_recorded = signer.unsigned(oids::RECEIPT).next().is_some();
    let recorded =
        (is_recorded && policy.receipt != Demand::NotAsked).then_some(DigestAlgorithm::Sha256);
    let taken = archives.map(|one| ("archive time-stamp", one));
    let taken = taken.chain(stamps.map(|one| ("content time-stamp", one)));
    let mut taken = taken.chain(recorded.map(|one| ("receipt", one)));
    let (what, algorithm) = taken.find(|(_, one)| described.digest(*one).is_none())?;
    let why = format!("{what}, {algorithm:?}");
    Some(Finding::of("signature.content-unseen").because(why))
}

/// Countersignatures, each of which speaks for itself, and those over them in turn (RFC 5652 11.4).
fn counters(sitting: &mut Sitting<'_>, message: &SignedData, reports: &mut Vec<SignatureReport>) {
    let signers = message.signers().iter().take(message::MAX_SIGNERS);
    let mut waiting: VecDeque<(SignerInfo, Vec<u8>)> = signers.flat_map(over_it).collect();
    let mut left = message::MAX_SIGNERS;
    while let Some((signed, octets)) = waiting.pop_front() {
        let mut report = blank(None, Covers::Part);
        report.format = "CAdES countersignature";
        let Some(fewer) = left.checked_sub(1) else {
            reports.push(finish(report, vec![Finding::of("limit.signatures")]));
            return;
        };
        left = fewer;
        reports.push(match SignerInfo::parse_countersignature(&octets) {
            Ok(counter) => {
                waiting.extend(over_it(&counter));
                let judged = message::judge_counter(sitting, message, (&signed, &counter));
                fill(report, judged, Vec::new())
            }
            Err(error) => {
                let found = Finding::of("signature.cms-unreadable").because(error);
                finish(report, vec![found])
            }
        });
    }
}

/// What countersigns a signer, each beside the signer; one more than is judged, so that it is seen that there are more.
fn over_it(signed: &SignerInfo) -> Vec<(SignerInfo, Vec<u8>)> {
    let all = signed.countersignatures().take(message::MAX_SIGNERS + 1);
    all.map(|octets| (signed.clone(), octets.to_vec()))
        .collect()
}

/// D18: the receipt of the public log among the unsigned attributes. What was signed is the content.
fn recorded(
    sitting: &Sitting<'_>,
    (judged, signer): (&Judged, Option<&SignerInfo>),
    signed: Option<[u8; 32]>,
) -> Vec<Finding> {
    let (Some(signer), Some(certificate), Some(signed)) = (signer, &judged.certificate, signed)
    else {
        return Vec::new();
    };
    let under = receipt::Under {
        claimed: judged.claimed,
        ..receipt::Under::message(signer, certificate, signed)
    };
    receipt::judge(sitting, &under)
}

/// EN 319 122-1 6.3: what is there, and proves something.
fn level(message: &SignedData, judged: &Judged) -> &'static str {
    let status = !(message.crls().is_empty() && message.ocsp_responses().is_empty());
    match (judged.proof.is_some(), status, judged.archived) {
        (false, ..) => "B-B",
        (true, true, true) => "B-LTA",
        (true, true, false) => "B-LT",
        (true, false, _) => "B-T",
    }
}

/// Whether a signer of the message says that it is over these octets.
fn is_content(message: &SignedData, octets: &[u8]) -> bool {
    message.signers().iter().any(|signer| {
        signer.digest_algorithm().is_ok_and(|algorithm| {
            let digest = Digest::of(algorithm, octets);
            signer.inspect_digest(&digest).is_ok()
        })
    })
}
