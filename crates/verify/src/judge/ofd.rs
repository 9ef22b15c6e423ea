//! An OFD file: what the package is, what each signature protects, and the licence that they seal (T-V5, T-V6).

use crypto::{Digest, DigestAlgorithm, KeyAlgorithm, sha256};
use evidence::cms::{Form, SignedData};
use evidence::tsp::Token;
use ofd::{
    Body, CheckMethod, Coverage, Facts, ListState, Outcome as Referred, Signature, SignatureKind,
    Signatures, Signed, Stamp, StampPlace,
};
use pki::Certificate;
use seal::ses::SealSignature;
use tlog::StatusEntry;

use super::archive::objects_in;
use super::dated;
use super::document::{blank, conclude_licence, fill, finish, first_of};
use super::licence::Licence;
use super::message::{self, Judged, Message};
use super::metadata;
use super::poe::ObjectId;
use super::seal::{self as sealed, Use};
use super::sitting::Sitting;
use super::state::read_reference;
use super::{Outcome, receipt};
use crate::report::{Covers, SignatureReport, TimeSource};
use facts::{LICENCE, STATUS};
use finding::Answer;
use finding::Finding;

/// Signatures that are judged in one file (T-I3).
const MAX_SIGNATURES: usize = 32;
/// Findings of one kind that are told of one signature.
const MAX_TOLD: usize = 16;

/// Judges an OFD file.
pub(super) fn judge(sitting: &mut Sitting<'_>, facts: &Facts) -> Outcome {
    let mut outcome = Outcome {
        findings: inspect_file(facts),
        ..Outcome::default()
    };
    // Several documents in one file: the first is judged, and the finding says that it is not all.
    let Some(body) = facts.bodies.first() else {
        return outcome;
    };
    let embedded = Embedded::of(body);
    let licence = embedded.licence.map(Licence::read);
    match &body.signatures {
        Some(list) if !list.signatures.is_empty() => {
            outcome.findings.extend(inspect_list(list));
            let first = list.signatures.iter().position(|one| one.read.is_ok());
            for (place, signature) in list.signatures.iter().take(MAX_SIGNATURES).enumerate() {
                let seals = licence.as_ref().and_then(Option::as_ref);
                let data = Data {
                    licence: seals.filter(|_| first == Some(place)),
                    status: embedded.status,
                };
                let report = judge_signature(sitting, body, signature, &data);
                outcome.signatures.push(report);
            }
        }
        list => {
            // 3.4: an empty list is *not signed*, never *valid*; one that cannot be read says so itself.
            let unread = list.as_ref().and_then(|list| list.fault.as_ref());
            let code = if list.is_some() && unread.is_none() {
                "ofd.list-empty"
            } else {
                "ofd.unsigned"
            };
            outcome.findings.push(Finding::of(code));
            outcome.unsigned = true;
        }
    }
    let agrees = |data| metadata::inspect(body, data, embedded.status);
    outcome.findings.extend(embedded.licence.and_then(agrees));
    conclude(sitting, &mut outcome, licence.as_ref(), embedded.status);
    outcome
}

/// The licence that the file carries, judged by nobody.
pub(super) fn licence(facts: &Facts) -> Option<Licence> {
    Embedded::of(facts.bodies.first()?)
        .licence
        .and_then(Licence::read)
}

/// What existed when the file did: the value of each signature, and what it carries.
pub(super) fn inside(facts: &Facts) -> Vec<ObjectId> {
    let mut objects = Vec::new();
    let list = facts
        .bodies
        .first()
        .and_then(|body| body.signatures.as_ref());
    let all = list.iter().flat_map(|list| &list.signatures);
    for signature in all.take(MAX_SIGNATURES) {
        let signed = signature.read.as_ref().ok();
        let Some(value) = signed.and_then(|signed| signed.value.octets.as_ref().ok()) else {
            continue;
        };
        if let Ok(read) = SealSignature::parse(value) {
            sealed::objects(&read, &mut objects);
        } else if let Ok(message) = SignedData::parse_national(value) {
            objects_in(&message, &mut objects);
        }
    }
    objects
}

/// The data that a licence carries.
struct Embedded<'a> {
    licence: Option<&'a [u8]>,
    status: Option<&'a [u8]>,
}

impl<'a> Embedded<'a> {
    /// D17, D20: the names are ours; two of one name are none, since readers would differ.
    fn of(body: &'a Body) -> Embedded<'a> {
        let named = |name: &str| {
            let mut found = body.attachments.iter().filter(|one| one.name == name);
            let (one, second) = (found.next(), found.next());
            // Larger than any licence, or twice: something that cannot be read.
            one.map(|one| {
                let octets = one.octets.as_deref();
                octets.filter(|_| second.is_none()).unwrap_or_default()
            })
        };
        Embedded {
            licence: named(LICENCE),
            status: named(STATUS),
        }
    }
}

/// What a signature of a licence is judged with.
struct Data<'a> {
    licence: Option<&'a Licence>,
    status: Option<&'a [u8]>,
}

impl Data<'_> {
    /// The status reference of the licence.
    fn entry(&self) -> Option<StatusEntry> {
        let status = self.status.filter(|_| self.licence.is_some());
        let reference = status.and_then(read_reference)?;
        Some(StatusEntry {
            uri: reference.uri,
            index: reference.index,
        })
    }
}

fn conclude(
    sitting: &mut Sitting<'_>,
    outcome: &mut Outcome,
    licence: Option<&Option<Licence>>,
    status: Option<&[u8]>,
) {
    match licence {
        Some(_) if outcome.unsigned => {
            outcome.findings.push(Finding::of("licence.unsigned"));
            outcome.answer = Some(first_of(outcome, Answer::Untrusted));
        }
        Some(Some(licence)) => conclude_licence(sitting, outcome, licence, status),
        Some(None) => {
            outcome.findings.push(Finding::of("licence.malformed"));
            outcome.answer = Some(first_of(outcome, Answer::Untrusted));
        }
        None => {}
    }
}

/// What is to be said of the file whoever signed it.
fn inspect_file(facts: &Facts) -> Vec<Finding> {
    let mut findings: Vec<Finding> = facts
        .faults
        .iter()
        .take(MAX_TOLD)
        .map(|one| {
            Finding::of(one.fault.code()).because(format_args!("{}, {}", one.path, one.fault))
        })
        .collect();
    match facts.bodies.as_slice() {
        [] => findings.push(Finding::of("ofd.no-document")),
        [body] => {
            if body.root.is_none() {
                findings.push(Finding::of("ofd.no-document"));
            }
            // A reader that follows versions shows another document: none is followed here, and nothing is said of the file.
            if body.versions > 0 {
                findings.push(Finding::of("ofd.versions").because(body.versions));
            }
            // GB/T 33190-2016, 7.3: writers count on from MaxUnitID; what comes after would take an identifier again.
            if let Some(greatest) = body.beyond {
                findings.push(Finding::of("ofd.identifier-beyond").because(greatest));
            }
        }
        several => findings.push(Finding::of("ofd.several-documents").because(several.len())),
    }
    findings
}

/// 3.4: a list that is shorter than its greatest number suggests that one was taken away.
fn inspect_list(list: &Signatures) -> Vec<Finding> {
    let mut findings = Vec::new();
    if list.is_short {
        let greatest = list.greatest.clone().unwrap_or_default();
        findings.push(Finding::of("ofd.list-short").because(greatest));
    }
    if list.signatures.len() > MAX_SIGNATURES {
        findings.push(Finding::of("limit.signatures"));
    }
    findings
}

fn judge_signature(
    sitting: &mut Sitting<'_>,
    body: &Body,
    signature: &Signature,
    data: &Data<'_>,
) -> SignatureReport {
    let mut report = blank(Some(signature.id.clone()), Covers::Part);
    let signed = match &signature.read {
        Ok(signed) => signed,
        Err(fault) => {
            let told =
                Finding::of(fault.code()).because(format_args!("{}, {fault}", signature.path));
            // Whatever it is, this signature cannot be read.
            return finish(report, vec![told, Finding::of("ofd.signature-unreadable")]);
        }
    };
    report.covers = covers(&signed.coverage);
    let mut findings = inspect_references(signed);
    findings.extend(inspect_coverage(signed));
    findings.extend(inspect_stamps(body, signature, signed, data));
    let value = match &signed.value.octets {
        Ok(value) => value,
        Err(fault) => {
            findings.push(Finding::of("ofd.value-absent").because(fault));
            return finish(report, findings);
        }
    };
    let judged = match &signature.kind {
        SignatureKind::Seal => {
            let (format, judged) =
                judge_seal(sitting, signature, (signed, value), data, &mut findings);
            report.format = format.unwrap_or(report.format);
            judged
        }
        SignatureKind::Sign => {
            report.format = "GB/T 35275";
            judge_plain(sitting, signature, (signed, value), data, &mut findings)
        }
        SignatureKind::Other(kind) => {
            findings.push(Finding::of("ofd.signature-kind").because(kind));
            None
        }
    };
    let Some(judged) = judged else {
        return finish(report, findings);
    };
    findings.extend(inspect_suite(signed, judged.certificate.as_ref()));
    // A seal on a document says nothing of who may issue the licence in it.
    let of_document = receipt::is_of_document(&findings);
    let licence = data.licence.filter(|_| !of_document);
    if let (Some(licence), Some(certificate)) = (licence, &judged.certificate) {
        let best = judged.best_time(sitting.at);
        let at = judged
            .proof
            .map_or(judged.claimed.unwrap_or(best), |_| best);
        findings.extend(licence.inspect_issuer(sitting, certificate, at));
    }
    fill(report, judged, findings)
}

fn covers(coverage: &Coverage) -> Covers {
    match (coverage.uncovered.is_empty(), coverage.later.is_empty()) {
        (true, true) => Covers::WholeFile,
        (true, false) => Covers::Revision,
        (false, _) => Covers::Part,
    }
}

/// 3.4, 4: each reference leads to one entry, once, whose digest is the one that was signed, by a method that counts.
fn inspect_references(signed: &Signed) -> Vec<Finding> {
    let mut findings = Vec::new();
    match &signed.check {
        // GB/T 33190-2016 has MD5 where nothing is said.
        CheckMethod::Absent => findings.push(Finding::of("ofd.method-absent")),
        CheckMethod::Md5 => findings.push(Finding::of("ofd.method-weak").because("MD5")),
        CheckMethod::Sha1 => findings.push(Finding::of("ofd.method-weak").because("SHA-1")),
        CheckMethod::Unknown(name) => {
            findings.push(
                Finding::of("ofd.method-unknown")
                    .because(name.chars().take(64).collect::<String>()),
            );
        }
        CheckMethod::Digest(_) => {}
    }
    if signed.references.is_empty() {
        findings.push(Finding::of("ofd.references-empty"));
    }
    for reference in &signed.references {
        let code = match &reference.outcome {
            Referred::Same | Referred::NotComputed => continue,
            Referred::Differs => "ofd.reference-differs",
            Referred::Absent => "ofd.reference-absent",
            Referred::Location => "ofd.reference-location",
            Referred::Repeated => "ofd.reference-repeated",
            Referred::Unreadable(_) => "ofd.reference-unreadable",
        };
        findings.push(Finding::of(code).because(&reference.written));
        if findings.len() >= MAX_TOLD {
            break;
        }
    }
    findings
}

/// 3.3: digests of other suites go with the keys of those; under SM2 they are SM3.
fn inspect_suite(signed: &Signed, signer: Option<&Certificate>) -> Option<Finding> {
    let key = signer.and_then(|signer| signer.public_key().ok());
    let national = key.is_some_and(|key| key.algorithm() == KeyAlgorithm::Sm2);
    let CheckMethod::Digest(digest) = signed.check else {
        return None;
    };
    let mixed = national && digest != DigestAlgorithm::Sm3;
    mixed.then(|| Finding::of("ofd.method-mixed").because(format_args!("{digest:?}")))
}

/// 3.4, 5, T-V5: whatever is in the package is protected, or belongs to this signature, or to a later one.
fn inspect_coverage(signed: &Signed) -> Vec<Finding> {
    let coverage = &signed.coverage;
    // What a reference names and does not find as it was has its finding already.
    let named = |path: &str| {
        let mut entries = signed
            .references
            .iter()
            .filter_map(|one| one.entry.as_deref());
        entries.any(|entry| entry == path)
    };
    let mut findings: Vec<Finding> = coverage
        .uncovered
        .iter()
        .filter(|one| !named(&one.path))
        .take(MAX_TOLD)
        .map(|one| {
            let code = if one.reachable {
                "ofd.unprotected-part"
            } else {
                "ofd.unprotected-entry"
            };
            Finding::of(code).because(&one.path)
        })
        .collect();
    if coverage.list == ListState::Open && coverage.later.is_empty() {
        findings.push(Finding::of("ofd.list-open"));
    }
    findings
}

/// 3.4, 9: where the seal shows.
fn inspect_stamps(
    body: &Body,
    signature: &Signature,
    signed: &Signed,
    data: &Data<'_>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if signature.kind == SignatureKind::Seal && signed.stamps.is_empty() {
        findings.push(Finding::of(if data.licence.is_some() {
            "ofd.stamp-missing"
        } else {
            "ofd.stamp-absent"
        }));
    }
    for stamp in signed.stamps.iter().take(MAX_TOLD) {
        match stamp.place {
            StampPlace::Inside => {}
            StampPlace::Outside => {
                findings.push(Finding::of("ofd.stamp-outside").because(&stamp.id))
            }
            StampPlace::NoSuchPage => {
                findings.push(Finding::of("ofd.stamp-page").because(&stamp.page))
            }
        }
        if is_covered(body, signature, stamp) {
            findings.push(Finding::of("ofd.stamp-covered").because(&stamp.id));
        }
    }
    findings
}

/// 3.4, 9: whether something is drawn over a seal: an annotation, also one that does not say where it stands, or the seal of
/// a later signature. What stands on the page itself lies under it.
fn is_covered(body: &Body, signature: &Signature, stamp: &Stamp) -> bool {
    let seen = stamp.area.cut(stamp.clip);
    let by_note = body.annotations.iter().any(|note| {
        note.page == stamp.page && note.visible && note.area.is_none_or(|area| area.meets(&seen))
    });
    let list = body.signatures.iter().flat_map(|list| &list.signatures);
    let later = list.skip_while(|one| one.id != signature.id).skip(1);
    let stamps = later.filter_map(|one| one.read.as_ref().ok());
    let mut stamps = stamps.flat_map(|one| &one.stamps);
    by_note || stamps.any(|one| one.page == stamp.page && one.area.cut(one.clip).meets(&seen))
}

/// A seal signature: its format, and what came of it where it can be read.
fn judge_seal(
    sitting: &mut Sitting<'_>,
    signature: &Signature,
    (signed, value): (&Signed, &[u8]),
    data: &Data<'_>,
    findings: &mut Vec<Finding>,
) -> (Option<&'static str>, Option<Judged>) {
    let read = match SealSignature::parse(value) {
        Ok(read) => read,
        Err(fault) => {
            findings.push(Finding::of(fault.code()).because(&fault));
            return (None, None);
        }
    };
    // 3.4, 6: the seal is shown from the signature, and the one beside it is the same.
    let beside = match &signed.seal {
        Some(part) => part.octets.as_deref().ok(),
        None => None,
    };
    if beside.is_none() {
        // GB/T 33190-2016, 18.2: Seal may be left out, and whether it is has been signed.
        let code = if signed.seal.is_none() {
            "ofd.seal-inside"
        } else {
            "ofd.seal-absent"
        };
        findings.push(Finding::of(code));
    }
    let place = signature.package_path();
    let judged = sealed::judge_use(
        sitting,
        &Use {
            signature: &read,
            sealed: &signature.octets,
            place: &place,
            beside,
        },
    );
    let time = read.time();
    let span = time.earliest().zip(time.latest());
    // Of a token in the place of a time, what it says.
    let span = span.or(judged.claimed.map(|moment| (moment, moment)));
    findings.extend(span.and_then(|span| dated::inspect(signed.time.as_deref(), span)));
    if let Some(certificate) = &judged.certificate {
        let token = read.time_stamp().and_then(|token| Token::parse(token).ok());
        let (receipts, stamped) = token.as_ref().map(sealed::carried).unzip();
        findings.extend(receipt::judge(
            sitting,
            &receipt::Under {
                signature: read.signature(),
                receipts: receipts.unwrap_or_default(),
                stamped,
                certificate,
                claimed: judged.claimed,
                // D18: over Signature.xml.
                signed: sha256(&signature.octets),
                licence: data.licence,
                status: data.entry(),
            },
        ));
    }
    (Some(read.edition().format()), Some(judged))
}

/// A plain signature: GB/T 35275 over Signature.xml, or over its digest.
fn judge_plain(
    sitting: &mut Sitting<'_>,
    signature: &Signature,
    (signed, value): (&Signed, &[u8]),
    data: &Data<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Judged> {
    let message = match SignedData::parse_national(value) {
        Ok(message) => message,
        Err(error) => {
            findings.push(Finding::of("signature.cms-unreadable").because(error));
            return None;
        }
    };
    let digest = Digest::of(DigestAlgorithm::Sm3, &signature.octets);
    // GM/T 0099: in the field the content is the digest of Signature.xml, and is signed as a message of 32 octets.
    let inside = message.content();
    if inside.is_some_and(|inside| inside != digest.bytes() && inside != signature.octets) {
        findings.push(Finding::of("ofd.signed-other"));
    }
    let over = inside.unwrap_or(&signature.octets);
    let given = Message {
        message: &message,
        form: Form::National,
        content: None,
        // Beside attributes the digest of Signature.xml stands for it, whatever the content is.
        whole: &[over, &signature.octets],
        claimed: None,
    };
    let judged = message::judge(sitting, &given);
    let claimed = judged.claimed.map(|moment| (moment, moment));
    // Where the message claims no time, its time-stamp came as long after the text as after any claimed time.
    let own = judged
        .proof
        .filter(|proof| proof.source == TimeSource::SignatureTimeStamp);
    let stamped = own.and_then(|proof| {
        let earliest = proof.moment.checked_sub(sitting.policy.claim_delay)?;
        Some((earliest, proof.moment))
    });
    let span = claimed.or(stamped);
    findings.extend(span.and_then(|span| dated::inspect(signed.time.as_deref(), span)));
    if let (Some(signer), Some(certificate)) = (message.signer(), &judged.certificate) {
        let under = receipt::Under {
            claimed: judged.claimed,
            licence: data.licence,
            status: data.entry(),
            // D18: over Signature.xml.
            ..receipt::Under::message(signer, certificate, sha256(&signature.octets))
        };
        findings.extend(receipt::judge(sitting, &under));
    }
    Some(judged)
}
