//! What a signer said beside the signature: content-time-stamps and a signature policy (EN 319 122-1 5.2.8, 5.2.9).

use asn1::{Oid, Reader, Tag};
use crypto::{Digest, DigestAlgorithm};
use evidence::cms::{SignerInfo, oids};
use evidence::tsp::Token;
use pki::algorithm::AlgorithmIdentifier;
use time::UtcDateTime;

use super::sitting::Sitting;
use super::stamp::{self, MAX_STAMPS};
use crate::policy::Demand;
use crate::report::told;
use finding::{Effect, Finding, SubIndication as Sub};

/// How the content that is signed is digested.
pub(crate) type Content<'a> = dyn Fn(DigestAlgorithm) -> Option<Digest> + 'a;

/// The latest moment after which the signature was made, as content-time-stamps prove it (EN 319 102-1 5.3.4): they
/// are signed, so that they were there first. One that proves nothing is noted.
pub(crate) fn not_before(
    sitting: &mut Sitting<'_>,
    signer: &SignerInfo,
    content: Option<&Content<'_>>,
    findings: &mut Vec<Finding>,
) -> Option<UtcDateTime> {
    let (signed, content) = (signer.signed_attributes()?, content?);
    let values = signed.all(oids::CONTENT_TIME_STAMP);
    let values = values.flat_map(|attribute| attribute.values());
    content_stamps(sitting, values.map(Vec::as_slice), content, findings)
}

/// The same of tokens over what `content` digests.
pub(crate) fn content_stamps<'b>(
    sitting: &mut Sitting<'_>,
    tokens: impl IntoIterator<Item = &'b [u8]>,
    content: &Content<'_>,
    findings: &mut Vec<Finding>,
) -> Option<UtcDateTime> {
    let mut latest: Option<UtcDateTime> = None;
    for octets in tokens.into_iter().take(MAX_STAMPS) {
        let token = Token::parse(octets);
        let read = token.as_ref().ok();
        let digest = read.and_then(|token| content(token.info().imprint().algorithm()));
        match stamp::moment(sitting, &token, digest.as_ref()) {
            Ok(moment) => latest = latest.max(Some(moment)),
            Err(fault) => findings.push(fault.with(Effect::Noted)),
        }
    }
    if let Some(latest) = latest {
        findings.push(Finding::of("time.content-stamp").because(told(latest)));
    }
    latest
}

/// 5.3.4: what was open for want of an order is settled where the signature is proven to be younger: REVOKED, EXPIRED.
pub(crate) fn settle(
    finding: Finding,
    ended: Option<UtcDateTime>,
    made_after: Option<UtcDateTime>,
) -> Finding {
    let proven = ended
        .zip(made_after)
        .is_some_and(|(ended, after)| ended < after);
    let sub = match finding.effect {
        _ if !proven => None,
        Effect::Open(Sub::RevokedNoPoe) => Some(Sub::Revoked),
        Effect::Open(Sub::OutOfBoundsNoPoe | Sub::OutOfBoundsNotRevoked) => Some(Sub::Expired),
        _ => None,
    };
    match sub {
        Some(sub) => finding.with(Effect::Fails(sub)),
        None => finding,
    }
}

/// A signature policy that the signature names (EN 319 122-1 5.2.9.1).
struct Named {
    identifier: Oid,
    /// The digest of its document; `None` where the signer gave none (zero octets).
    digest: Option<Digest>,
}

/// EN 319 102-1 5.2.4: the document of a policy that the signature names is at hand, and is the one that was meant.
pub(crate) fn inspect_policy(sitting: &Sitting<'_>, signer: &SignerInfo) -> Option<Finding> {
    let value = signer.signed_attributes()?.value(oids::SIGNATURE_POLICY)?;
    let named = match read_policy(value) {
        Some(Some(named)) => named,
        // Implied by what is signed or by agreement: nothing to look up.
        Some(None) => return Some(Finding::of("signature.policy").because("implied")),
        None => return Some(Finding::of("signature.policy-malformed")),
    };
    Some(inspect_document(
        sitting,
        named.identifier,
        named.digest.as_ref(),
    ))
}

/// The same where identifier and digest are read.
pub(crate) fn inspect_document(
    sitting: &Sitting<'_>,
    identifier: Oid,
    digest: Option<&Digest>,
) -> Finding {
    let documents = sitting.material.policies.iter();
    let of_its_name = documents.filter(|(name, _)| *name == identifier);
    let is_meant = |octets: &[u8]| {
        digest.is_some_and(|digest| Digest::of(digest.algorithm(), octets) == *digest)
    };
    let meant: Vec<bool> = of_its_name.map(|(_, octets)| is_meant(octets)).collect();
    let lenient = sitting.policy.signature_policy != Demand::Required;
    let code = match (meant.contains(&true), meant.is_empty()) {
        (true, _) => "signature.policy",
        (false, false) => "signature.policy-differs",
        (false, true) => "signature.policy-absent",
    };
    let found = Finding::of(code).because(identifier);
    if lenient && code == "signature.policy-absent" {
        found.with(Effect::Noted)
    } else {
        found
    }
}

/// SignaturePolicy ::= CHOICE { SignaturePolicyId SEQUENCE { sigPolicyId OID, sigPolicyHash SEQUENCE
/// { AlgorithmIdentifier, OCTET STRING }, qualifiers OPTIONAL }, NULL }. The inner `None` is the implied one.
fn read_policy(value: &[u8]) -> Option<Option<Named>> {
    if let Ok(element) = Reader::single(value, Tag::NULL) {
        return element.null().ok().map(|()| None);
    }
    let element = Reader::single(value, Tag::SEQUENCE).ok()?;
    let mut inside = element.reader().ok()?;
    let identifier = inside.oid().ok()?;
    let mut hash = inside.sequence().ok()?;
    let algorithm = AlgorithmIdentifier::read(&hash.expect(Tag::SEQUENCE).ok()?).ok()?;
    let octets = hash.octet_string().ok()?;
    hash.end().ok()?;
    let digest = algorithm
        .digest()
        .and_then(|algorithm| Digest::from_bytes(algorithm, &octets).ok());
    Some(Some(Named { identifier, digest }))
}
