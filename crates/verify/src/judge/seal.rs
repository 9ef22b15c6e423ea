//! An electronic seal and its uses: every check of GB/T 38540 and GM/T 0031, each reported for itself (T-V6).

use crypto::sha256;
use evidence::cms::{Form, oids};
use evidence::tsp::Token;
use pki::{Certificate, identifiers};
use seal::ses::{Edition, Seal, SealFault, SealSignature, SigningTime};
use time::UtcDateTime;

use super::Outcome;
use super::archive::objects_of;
use super::document::{blank, fill};
use super::message::{self, Judged};
use super::poe::{Covering, ObjectId, Proof};
use super::sitting::Sitting;
use super::stamp;
use crate::policy::Demand;
use crate::report::{Covers, TimeSource, hex, told};
use finding::{Effect, Finding, SubIndication as Sub};

/// Judges a seal by itself, as of the moment asked about.
pub(super) fn judge(sitting: &mut Sitting<'_>, seal: &Seal) -> Outcome {
    let mut findings = Vec::new();
    let proof = seal_stamped(sitting, seal, &mut findings);
    let certificate = inspect_maker(sitting, seal, proof, &mut findings);
    let at = sitting.at;
    findings.extend(seal.inspect_period(at).err().map(|fault| finding(&fault)));
    let judged = Judged {
        findings,
        chained: certificate.is_some(),
        certificate,
        proof,
        claimed: Some(seal.created()),
        signature_digest: Some(hex(&sha256(seal.signature()))),
        archived: false,
    };
    let mut report = blank(Some(seal.id().to_owned()), Covers::WholeFile);
    report.format = seal.edition().format();
    Outcome {
        signatures: vec![fill(report, judged, edition_note(seal.edition()))],
        ..Outcome::default()
    }
}

/// A use of a seal on octets that stand at a place.
pub(super) struct Use<'a> {
    pub(super) signature: &'a SealSignature,
    /// The octets that were sealed.
    pub(super) sealed: &'a [u8],
    /// Where they stand.
    pub(super) place: &'a str,
    /// The seal that stands beside the signature, where one does.
    pub(super) beside: Option<&'a [u8]>,
}

/// Judges a use: GB/T 38540's steps a) to g) in their order.
pub(super) fn judge_use(sitting: &mut Sitting<'_>, given: &Use<'_>) -> Judged {
    let signature = given.signature;
    let mut findings = edition_note(signature.edition());
    // a) Form: it could be read; here what no reader can refuse.
    tell(&mut findings, signature.inspect_version());
    // b) The value, c) the signer.
    let signer = match signature.signer() {
        Ok(signer) => Some(signer),
        Err(fault) => {
            findings.push(finding(&fault));
            None
        }
    };
    if let Some(signer) = &signer {
        tell(
            &mut findings,
            signature.check_value(signer, &sitting.material.made),
        );
    }
    tell(
        &mut findings,
        signature.seal().inspect_signer(signature.certificate()),
    );
    let proof = stamped(sitting, signature, &mut findings);
    // d) The seal, e) the signer's certificate, f) the time.
    let of_seal = seal_stamped(sitting, signature.seal(), &mut findings);
    inspect_maker(sitting, signature.seal(), of_seal, &mut findings);
    let chained = match &signer {
        Some(signer) => chain(sitting, signer, proof, &mut findings),
        None => false,
    };
    let claimed = inspect_time(sitting, signature, (signer.as_ref(), proof), &mut findings);
    // g) What was sealed.
    if let Some(signer) = &signer {
        match signature.inspect_digest(signer, given.sealed) {
            // Told beside the value.
            Err(SealFault::SignerKey(_) | SealFault::SignerAlgorithm(_)) => {}
            outcome => tell(&mut findings, outcome),
        }
    }
    tell(&mut findings, signature.inspect_property(given.place));
    if let Some(beside) = given.beside {
        tell(&mut findings, signature.inspect_beside(beside));
    }
    Judged {
        findings,
        certificate: signer,
        proof,
        claimed,
        chained,
        signature_digest: Some(hex(&sha256(signature.signature()))),
        archived: false,
    }
}

/// The values of the receipt that the time-stamp of a use carries (D18), and the moment of that time-stamp.
pub(super) fn carried(token: &Token) -> (Vec<&[u8]>, UtcDateTime) {
    let receipts = token.signed_data().signer().map(|signer| {
        let values = signer.unsigned(oids::RECEIPT).take(2);
        values.collect::<Vec<_>>()
    });
    (receipts.unwrap_or_default(), token.info().moment())
}

fn finding(fault: &SealFault) -> Finding {
    Finding::of(fault.code()).because(fault)
}

fn tell(findings: &mut Vec<Finding>, outcome: Result<(), SealFault>) {
    findings.extend(outcome.err().map(|fault| finding(&fault)));
}

/// What the newest edition is read from.
fn edition_note(edition: Edition) -> Vec<Finding> {
    if edition == Edition::V5 {
        vec![Finding::of("seal.edition-v5")]
    } else {
        Vec::new()
    }
}

/// GB/T 38540, verifying a seal: the maker's signature, then the maker's certificate.
fn inspect_maker(
    sitting: &mut Sitting<'_>,
    seal: &Seal,
    proof: Option<Proof>,
    findings: &mut Vec<Finding>,
) -> Option<Certificate> {
    tell(findings, seal.inspect_version());
    tell(findings, seal.check_maker().map(drop));
    // Each for itself: whose certificate it is said to be is asked even where it did not sign (T-V6).
    let maker = Certificate::parse(seal.maker()).ok()?;
    let begin = findings.len();
    if chain(sitting, &maker, proof, findings) {
        findings.extend(inspect_trade(sitting, &maker));
    }
    for one in findings.iter_mut().skip(begin) {
        one.text = format!("seal maker, {}", one.text);
    }
    Some(maker)
}

/// Whether who made the seal may make seals. No purpose is registered for it, so that, as for logs and codes, only who is bound
/// to none may (RFC 5280 4.2.1.12): else whoever has a certificate for documents could make the seal of an office himself.
/// Not asked of files from elsewhere, whose authorities bind makers to whatever they like.
fn inspect_trade(sitting: &Sitting<'_>, maker: &Certificate) -> Option<Finding> {
    if sitting.policy.document_purpose != Demand::Required {
        return None;
    }
    let purposes = maker.purposes().ok().flatten()?;
    let bound = !purposes.contains(&identifiers::ANY_PURPOSE);
    bound.then(|| Finding::of("path.purpose").because("bound to other purposes"))
}

/// Whether the certificate leads to an anchor. GM/T 0031-2014: one that was revoked is good for what a time-stamp shows
/// to be older, and for nothing else.
fn chain(
    sitting: &mut Sitting<'_>,
    certificate: &Certificate,
    proof: Option<Proof>,
    findings: &mut Vec<Finding>,
) -> bool {
    sitting.bring_certificates([&certificate.der().to_vec()]);
    let begin = findings.len();
    let chained = message::judge_chain(sitting, certificate, (proof, None), findings);
    let begun = findings.split_off(begin);
    findings.extend(begun.into_iter().map(|one| {
        if one.code == "path.revoked" {
            one.with(Effect::Fails(Sub::Revoked))
        } else {
            one
        }
    }));
    chained
}

/// The earliest proof of a use: by its time-stamp, if it holds, or by what covers the file. The token is over the value,
/// or, as some authorities were given it, over the whole element; what it proves is also true of the seal that was signed.
fn stamped(
    sitting: &mut Sitting<'_>,
    signature: &SealSignature,
    findings: &mut Vec<Finding>,
) -> Option<Proof> {
    let own = ObjectId::of(signature.signature());
    if let Some(octets) = asked(sitting, signature.time_stamp()) {
        let token = Token::parse(octets);
        let element = stamp::stamped(&token, signature.signature_element());
        let imprint = token.as_ref().ok().map(|token| token.info().imprint());
        let is_element = element.as_ref() == imprint.map(|imprint| imprint.digest());
        let value = || stamp::stamped(&token, signature.signature());
        let mut objects = vec![own];
        objects_of_seal(signature.seal(), &mut objects);
        let covering = Covering {
            token: &token,
            stamped: element.filter(|_| is_element).or_else(value),
            source: TimeSource::SignatureTimeStamp,
            objects,
        };
        let judged = stamp::gather(sitting, &[covering]);
        findings.extend(judged.into_iter().filter_map(Result::err));
    }
    sitting.proofs.of(own)
}

/// The earliest proof of a seal: by its own time-stamp, which V5 alone has, or by what covers it. Nobody has to stamp a
/// seal: a token that proves nothing is noted.
fn seal_stamped(
    sitting: &mut Sitting<'_>,
    seal: &Seal,
    findings: &mut Vec<Finding>,
) -> Option<Proof> {
    let own = ObjectId::of(seal.signature());
    if let Some(octets) = asked(sitting, seal.time_stamp()) {
        let token = Token::parse(octets);
        let covering = Covering {
            token: &token,
            stamped: stamp::stamped(&token, seal.signature()),
            source: TimeSource::SignatureTimeStamp,
            objects: vec![own, ObjectId::of(seal.maker())],
        };
        let judged = stamp::gather(sitting, &[covering]).into_iter();
        let faults = judged.filter_map(Result::err);
        findings.extend(faults.map(|fault| fault.with(Effect::Noted)));
    }
    sitting.proofs.of(own)
}

fn asked<'a>(sitting: &Sitting<'_>, token: Option<&'a [u8]>) -> Option<&'a [u8]> {
    token.filter(|_| sitting.policy.time_stamp != Demand::NotAsked)
}

/// What existed when a use did: its value, its seal, its token, and what they carry.
pub(super) fn objects(signature: &SealSignature, into: &mut Vec<ObjectId>) {
    into.extend([signature.signature(), signature.certificate()].map(ObjectId::of));
    objects_of_seal(signature.seal(), into);
    objects_of_token(signature.time_stamp(), into);
}

/// What existed when a seal did.
pub(super) fn objects_of_seal(seal: &Seal, into: &mut Vec<ObjectId>) {
    into.extend([seal.signature(), seal.maker()].map(ObjectId::of));
    objects_of_token(seal.time_stamp(), into);
}

fn objects_of_token(token: Option<&[u8]>, into: &mut Vec<ObjectId>) {
    if let Some(Ok(token)) = token.map(Token::parse) {
        objects_of(&token, into);
    }
}

/// f) The time: inside the certificate's validity and the seal's, by the signer's word, and by proof where there is one.
fn inspect_time(
    sitting: &Sitting<'_>,
    signature: &SealSignature,
    (signer, proof): (Option<&Certificate>, Option<Proof>),
    findings: &mut Vec<Finding>,
) -> Option<UtcDateTime> {
    let span = span(signature, findings);
    let seal = signature.seal();
    if let Some((earliest, latest)) = span {
        let inside = |validity: pki::certificate::Validity| {
            latest >= validity.from && earliest <= validity.last
        };
        if signer.is_some_and(|signer| !inside(signer.validity())) {
            findings.push(Finding::of("seal.time-outside-certificate").because(told(earliest)));
        }
        tell(findings, seal.inspect_span(earliest, latest));
    }
    let claimed = span.map(|(earliest, _)| earliest);
    let best = proof.map_or(sitting.at, |proof| proof.moment.min(sitting.at));
    let over = matches!(seal.inspect_period(best), Err(SealFault::TooLate { .. }));
    let told_already = findings.iter().any(|one| one.code == "seal.expired");
    if over && !told_already {
        findings.push(Finding::of("seal.period-over").because(told(seal.valid_until())));
    }
    message::inspect_time(sitting, (claimed, proof), Form::CadesDetached, findings);
    claimed
}

/// The moments that the signer's word can mean, first and last.
fn span(
    signature: &SealSignature,
    findings: &mut Vec<Finding>,
) -> Option<(UtcDateTime, UtcDateTime)> {
    match signature.time() {
        SigningTime::Exact(moment) => Some((*moment, *moment)),
        SigningTime::Zoneless { earliest, latest } => {
            findings.push(Finding::of("seal.time-zone").because(told(*earliest)));
            Some((*earliest, *latest))
        }
        // GM/T 0031-2014 does not say what a token here is over: it proves nothing, and says a time.
        SigningTime::Token(octets) => {
            let token = Token::parse(octets).ok();
            let moment = token.map(|token| token.info().moment());
            findings.push(Finding::of(if moment.is_some() {
                "seal.time-token"
            } else {
                "seal.time-unreadable"
            }));
            moment.map(|moment| (moment, moment))
        }
        SigningTime::Unreadable => {
            findings.push(Finding::of("seal.time-unreadable"));
            None
        }
    }
}
