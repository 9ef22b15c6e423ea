//! Archive time-stamps of a message as proofs of existence (EN 319 122-1, 5.5.3; EN 319 102-1, 5.6.2.3.1).

use crypto::{Digest, DigestAlgorithm};
use evidence::cms::{ArchiveFault, ArchiveStamp, SignedData, SignerInfo, oids};
use evidence::tsp::{ReadToken, Token};
use time::UtcDateTime;

use super::poe::{Covering, ObjectId};
use super::sitting::Sitting;
use super::stamp::{self, MAX_STAMPS};
use crate::report::TimeSource;
use finding::{Effect, Finding, SubIndication as Sub};

/// An archive time-stamp with what it has to be over and what it covers.
struct Read {
    token: Result<Token, ReadToken>,
    stamped: Option<Digest>,
    objects: Vec<ObjectId>,
}

/// What came of the archive time-stamps of a signer.
#[derive(Default)]
pub(crate) struct Archived {
    /// Whether a good one is there.
    pub(crate) good: bool,
    /// Why others prove nothing.
    pub(crate) findings: Vec<Finding>,
}

/// Judges the archive time-stamps of `signer`, the newest first, and admits what the good ones cover. `content` digests
/// what was signed.
pub(crate) fn gather(
    sitting: &mut Sitting<'_>,
    (message, signer): (&SignedData, &SignerInfo),
    content: &dyn Fn(DigestAlgorithm) -> Option<Digest>,
) -> Archived {
    let mut archived = Archived::default();
    let mut all = Vec::new();
    for value in signer.archive_time_stamps().take(MAX_STAMPS) {
        match read(value, (message, signer), content) {
            Ok(read) => all.extend(read),
            Err(fault) => archived.findings.push(finding(&fault)),
        }
    }
    // Of two at one moment the one that covers more is the outer one.
    all.sort_by_key(|read| std::cmp::Reverse((moment(&read.token), read.objects.len())));
    let coverings: Vec<Covering<'_>> = all
        .iter()
        .map(|read| Covering {
            token: &read.token,
            stamped: read.stamped.clone(),
            source: TimeSource::SignatureTimeStamp,
            objects: read.objects.clone(),
        })
        .collect();
    for result in stamp::gather(sitting, &coverings) {
        match result {
            Ok(_) => archived.good = true,
            Err(fault) => archived.findings.push(fault),
        }
    }
    archived
}

/// Nothing of one that takes the content by a digest which nobody gave: `cms` tells that it is there.
fn read(
    value: &[u8],
    (message, signer): (&SignedData, &SignerInfo),
    content: &dyn Fn(DigestAlgorithm) -> Option<Digest>,
) -> Result<Option<Read>, ArchiveFault> {
    let stamp = ArchiveStamp::parse(value)?;
    let covered = stamp.covered(message, signer)?;
    let token = Token::parse(stamp.token());
    let algorithm = token
        .as_ref()
        .map(|token| token.info().imprint().algorithm());
    let digest = content(stamp.algorithm());
    let stamped = match (algorithm, digest) {
        (Ok(algorithm), Some(digest)) => Some(stamp.imprint(message, signer, &digest, algorithm)?),
        (Ok(_), None) => return Ok(None),
        (Err(_), _) => None,
    };
    let mut objects = vec![ObjectId::of(signer.signature())];
    let lists = [covered.certificates, covered.crls, covered.ocsp_responses];
    objects.extend(lists.into_iter().flatten().map(ObjectId::of));
    // 5.6.2.3.1: a proof of a time-stamp is one of all that is inside.
    const TOKENS: [asn1::Oid; 2] = [oids::SIGNATURE_TIME_STAMP, oids::ARCHIVE_TIME_STAMP_V3];
    for (kind, inner) in covered.attributes {
        if TOKENS.contains(&kind)
            && let Ok(inner) = Token::parse(inner)
        {
            objects_of(&inner, &mut objects);
        } else if kind == oids::COUNTERSIGNATURE
            && let Ok(counter) = SignerInfo::parse_countersignature(inner)
        {
            objects.push(ObjectId::of(counter.signature()));
        }
    }
    Ok(Some(Read {
        token,
        stamped,
        objects,
    }))
}

/// A token and what it carries.
pub(super) fn objects_of(token: &Token, into: &mut Vec<ObjectId>) {
    into.push(ObjectId::of(token.der()));
    into.extend(ObjectId::within(token.signed_data()));
}

/// What existed when a message did (EN 319 102-1 5.6.2.3): what it carries, its signature values, their tokens.
pub(super) fn objects_in(message: &SignedData, into: &mut Vec<ObjectId>) {
    into.extend(ObjectId::within(message));
    for signer in message.signers() {
        into.push(ObjectId::of(signer.signature()));
        let stamps = signer.time_stamps().take(MAX_STAMPS);
        let archives = signer.archive_time_stamps().take(MAX_STAMPS);
        for token in stamps
            .chain(archives)
            .filter_map(|octets| Token::parse(octets).ok())
        {
            objects_of(&token, into);
        }
    }
}

fn moment(token: &Result<Token, ReadToken>) -> Option<UtcDateTime> {
    token.as_ref().ok().map(|token| token.info().moment())
}

/// A time-stamp that does not hold proves nothing; of the signature itself it says nothing.
fn finding(fault: &ArchiveFault) -> Finding {
    Finding::of(fault.code())
        .with(Effect::Open(Sub::NoPoe))
        .because(fault)
}
