//! JAdES signatures (TS 119 182-1), judged by the same blocks as those of CMS (EN 319 102-1 5.2, 5.5, 5.6).

use asn1::{Oid, write};
use credential::CheckToken;
use crypto::{Digest, DigestAlgorithm, sha256};
use evidence::cms::Form;
use evidence::tsp::Token as StampToken;
use facts::Material;
use jades::{Contents, Element, Fault, Header, Jades, Mechanism, Signature, Token};
use pki::Certificate;
use time::UtcDateTime;

use super::archive::objects_of;
use super::document::{blank, fill};
use super::message::{Judged, inspect_order, inspect_time, judge_chain, strength};
use super::poe::{Covering, ObjectId, Proof};
use super::sitting::Sitting;
use super::stamp;
use super::{Outcome, attributes, receipt};
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
        counter_signatures(sitting, (signature.token(), 1), &mut outcome);
    }
    outcome
}

/// Signatures with those over them, beyond which none over them in turn is judged (T-I3).
const MAX_JUDGED: usize = 256;

/// TS 119 182-1 5.3.2: signatures over the signature value, and those over them in turn.
fn counter_signatures(
    sitting: &mut Sitting<'_>,
    (token, depth): (&Token, usize),
    outcome: &mut Outcome,
) {
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
            let further = signature.token().unsigned().is_countersigned();
            let full = outcome.signatures.len() >= MAX_JUDGED;
            if further && (depth >= jades::MAX_DEPTH || full) {
                outcome.findings.push(Finding::of("limit.signatures"));
            } else if further {
                counter_signatures(sitting, (signature.token(), depth + 1), outcome);
            }
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
    inspect_content(token, (contents, sitting.material), &mut findings);
    // D5, D23: the name is ours alone; who does not know it cannot read the signature.
    if header.algorithm == NATIONAL {
        findings.push(Finding::of("signature.national-profile"));
    }
    let certificate = find_certificate(sitting, signature, &mut findings);
    if let Some(certificate) = &certificate {
        check(signature, certificate, contents, &mut findings);
    }
    let mut of_stamps = Vec::new();
    let archived = archived(sitting, (header, token), contents, &mut of_stamps);
    let stamped = stamped(sitting, token, &mut of_stamps);
    let covered = sitting.proofs.of(ObjectId::of(&token.signature()));
    let proof = [stamped, covered].into_iter().flatten().min();
    let times = (header.claimed, proof);
    inspect_time(sitting, times, Form::CadesDetached, &mut findings);
    findings.extend(inspect_policy(sitting, header));
    let made_after = not_before(sitting, signature, contents, &mut findings);
    inspect_order(made_after, proof, &mut findings);
    if let Some(certificate) = &certificate {
        findings.extend(inspect_strength(sitting, header, certificate, proof));
    }
    let chained = match &certificate {
        Some(certificate) => judge_chain(sitting, certificate, (proof, made_after), &mut findings),
        None => {
            unnamed(&mut findings);
            false
        }
    };
    let mut report = blank(None, covers(token, contents, sitting.material));
    report.format = format;
    findings.extend(of_stamps);
    report.level = Some(level(token, (stamped.is_some(), archived), chained));
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
        archived: false,
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
    let values = token.unsigned().values(usize::MAX);
    let owned = |all: Vec<&[u8]>| -> Vec<Vec<u8>> { all.into_iter().map(<[u8]>::to_vec).collect() };
    sitting.bring_certificates(&owned(values.certificates));
    sitting.bring_status(&owned(values.crls), &owned(values.ocsps));
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
fn inspect_content(
    token: &Token,
    (contents, material): (Contents<'_>, &Material),
    findings: &mut Vec<Finding>,
) {
    let http = token
        .detached()
        .is_some_and(|detached| detached.mechanism == Mechanism::HttpHeaders);
    if http {
        findings.push(Finding::of("jades.http-fields"));
        return;
    }
    for name in token.missing(contents) {
        let known = token.named_digest(&name).and_then(|signed| {
            let described = material.described(Some(&name))?;
            Some((signed, described.digest(signed.algorithm())?))
        });
        // A digest says as much as the object where that is what is signed, and the object in no other form.
        let code = match known {
            None => "signature.content-absent",
            Some((signed, given)) if signed == given => "signature.content-digest",
            Some(_) => "jades.content-differs",
        };
        findings.push(Finding::of(code).because(name));
    }
    for name in token.differing(contents) {
        findings.push(Finding::of("jades.content-differs").because(name));
    }
}

/// Whether digests were given in the place of content: what takes the content itself may come to something else with it, so without it
/// nobody says *valid*.
fn is_unseen(material: &Material, token: &Token, contents: Contents<'_>) -> bool {
    let mut missing = token.missing(contents).into_iter();
    missing.any(|name| material.described(Some(&name)).is_some())
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

/// Judges the archive time-stamps, the outermost first, and puts what the good ones cover into the store
/// (TS 119 182-1 5.3.6, EN 319 102-1 5.6.3). One that proves nothing takes nothing from the signature.
fn archived(
    sitting: &mut Sitting<'_>,
    (header, token): (&Header, &Token),
    contents: Contents<'_>,
    findings: &mut Vec<Finding>,
) -> bool {
    let mut read = Vec::new();
    for (place, element) in token.unsigned().elements().enumerate() {
        let Element::ArchiveTimeStamp(tokens) = element else {
            continue;
        };
        let Some(input) = token.archive_input(contents, place) else {
            // 5.3.6.3.1: the objects themselves, of which a digest says nothing.
            let found = Finding::of(if is_unseen(sitting.material, token, contents) {
                "signature.content-unseen"
            } else {
                "jades.archive-input"
            });
            findings.push(found.because("archive time-stamp"));
            continue;
        };
        let objects = objects(header, token, place);
        for octets in tokens.iter().take(stamp::MAX_STAMPS) {
            let token = StampToken::parse(octets);
            let own = token.as_ref().ok();
            let algorithm = own.map(|token| token.info().imprint().algorithm());
            let stamped = algorithm.map(|algorithm| Digest::of(algorithm, &input));
            read.push((token, stamped, objects.clone()));
        }
    }
    let coverings: Vec<Covering<'_>> = read
        .iter()
        .rev()
        .map(|(token, stamped, objects)| Covering {
            token,
            stamped: stamped.clone(),
            source: TimeSource::DocumentTimeStamp,
            objects: objects.clone(),
        })
        .collect();
    let mut good = false;
    for moment in stamp::gather(sitting, &coverings) {
        match moment {
            Ok(_) => good = true,
            Err(fault) => findings.push(fault.with(Effect::Noted)),
        }
    }
    good
}

/// What an archive time-stamp at this place covers: the signature value, and all that came before it.
fn objects(header: &Header, token: &Token, place: usize) -> Vec<ObjectId> {
    let values = token.unsigned().values(place);
    let mut objects = vec![ObjectId::of(&token.signature())];
    objects.extend(header.chain.iter().map(|der| ObjectId::of(der)));
    for all in [values.certificates, values.crls, values.ocsps] {
        objects.extend(all.into_iter().map(ObjectId::of));
    }
    for octets in values.stamps.into_iter().chain(values.archives) {
        if let Ok(token) = StampToken::parse(octets) {
            objects_of(&token, &mut objects);
        }
    }
    objects
}

/// What existed when the signatures did, all that was added to them included.
pub(super) fn inside(read: &Jades) -> Vec<ObjectId> {
    let all = read.signatures().iter();
    all.flat_map(|one| objects(one.header(), one.token(), usize::MAX))
        .collect()
}

/// 5.3.4: the time-stamps over the signature value.
fn stamped(sitting: &mut Sitting<'_>, token: &Token, findings: &mut Vec<Finding>) -> Option<Proof> {
    if sitting.policy.time_stamp == Demand::NotAsked {
        return None;
    }
    let tokens = token.unsigned().values(usize::MAX).stamps;
    let over = token.signature_text().as_bytes();
    let object = ObjectId::of(&token.signature());
    stamp::signature_stamps(sitting, tokens, (over, object), findings)
}

/// 5.2.7: the document of the policy that the signer names. One without an object identifier is none that is looked for.
fn inspect_policy(sitting: &Sitting<'_>, header: &Header) -> Option<Finding> {
    let policy = header.policy.as_ref()?;
    let dotted = policy.id.strip_prefix("urn:oid:").unwrap_or(&policy.id);
    Some(match Oid::from_dotted(dotted) {
        Some(identifier) => {
            attributes::inspect_document(sitting, identifier, policy.digest.as_ref())
        }
        None if sitting.policy.signature_policy == Demand::Required => {
            Finding::of("signature.policy-absent").because(&policy.id)
        }
        None => Finding::of("signature.policy-absent")
            .with(Effect::Noted)
            .because(&policy.id),
    })
}

/// 5.2.6: time-stamps over the content that are signed with it.
fn not_before(
    sitting: &mut Sitting<'_>,
    signature: &Signature,
    contents: Contents<'_>,
    findings: &mut Vec<Finding>,
) -> Option<UtcDateTime> {
    let tokens = &signature.header().content_stamps;
    if tokens.is_empty() {
        return None;
    }
    let token = signature.token();
    if is_unseen(sitting.material, token, contents) {
        let found = Finding::of("signature.content-unseen");
        findings.push(found.because("content time-stamp"));
    }
    let content = token.signed_data(contents)?;
    let digest = |algorithm: DigestAlgorithm| Some(Digest::of(algorithm, &content));
    let tokens = tokens.iter().map(Vec::as_slice);
    attributes::content_stamps(sitting, tokens, &digest, findings)
}

/// TS 119 312: whether the algorithm is relied on at the best-signature-time.
fn inspect_strength(
    sitting: &Sitting<'_>,
    header: &Header,
    certificate: &Certificate,
    proof: Option<Proof>,
) -> Option<Finding> {
    let key = certificate.public_key().ok()?;
    let algorithm = credential::jose_algorithm(&header.algorithm)?;
    let best = proof.map_or(sitting.at, |proof| proof.moment.min(sitting.at));
    strength(sitting, (algorithm, &key), (best, None))
}

/// How far what is signed reaches: everything that was given, where everything was.
fn covers(token: &Token, contents: Contents<'_>, material: &Material) -> Covers {
    let missing = token.missing(contents);
    let known = |name: &String| {
        let described = material.described(Some(name));
        described.is_some() && token.named_digest(name).is_some()
    };
    if missing.iter().all(known) {
        Covers::WholeFile
    } else {
        Covers::Part
    }
}

/// The baseline level reached (TS 119 182-1 6.1): what 6.3 forbids from LT on keeps it at T.
fn level(token: &Token, (stamped, archived): (bool, bool), chained: bool) -> &'static str {
    let values = token.unsigned().values(usize::MAX);
    let status = !values.crls.is_empty() || !values.ocsps.is_empty();
    let kept = status && !values.certificates.is_empty();
    let long = kept && chained && !token.unsigned().has_references();
    match (stamped, long, archived) {
        (false, ..) => "B-B",
        (true, false, _) => "B-T",
        (true, true, false) => "B-LT",
        (true, true, true) => "B-LTA",
    }
}

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
    let receipts: Vec<Vec<u8>> = token
        .unsigned()
        .elements()
        .filter_map(|element| match element {
            Element::Receipt(octets) => Some(write::octet_string(octets)),
            _ => None,
        })
        .collect();
    let stamps = token.unsigned().values(usize::MAX).stamps;
    let first = stamps
        .first()
        .and_then(|octets| StampToken::parse(octets).ok());
    let stamped = first.map(|token| token.info().moment());
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
