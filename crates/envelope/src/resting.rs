//! On which time-stamps a finished envelope rests.

use asic::{Asic, ProofKind};
use evidence::cms::{SignedData, SignerInfo, oids};
use evidence::tsp::Token;
use jades::Jades;

/// The tokens that the proof of an envelope rests on, DER: of each signature the newest over all of it, or else the first over
/// its value; in a package the newest over all of it alone. Empty where a signature has none: then nothing rests on any.
/// `None` for a file that is no envelope.
#[must_use]
pub fn resting(file: &[u8]) -> Option<Vec<Vec<u8>>> {
    if file.starts_with(b"PK") {
        return Some(of_package(&Asic::parse(file).ok()?).unwrap_or_default());
    }
    if let Ok(message) = SignedData::parse(file) {
        return Some(of_message(&message).unwrap_or_default());
    }
    // A JSON object, or the base64url of one: nothing else is read whole to find that it is neither.
    if !file.starts_with(b"{") && !file.starts_with(b"e") {
        return None;
    }
    Some(of_json(&Jades::parse(file).ok()?).unwrap_or_default())
}

fn of_json(read: &Jades) -> Option<Vec<Vec<u8>>> {
    read.signatures()
        .iter()
        .map(|signature| {
            let values = signature.token().unsigned().values(usize::MAX);
            newest(values.archives.iter().copied())
                .or_else(|| values.stamps.first().map(|one| one.to_vec()))
        })
        .collect()
}

fn of_package(package: &Asic) -> Option<Vec<Vec<u8>>> {
    let proofs = package.proofs();
    let over_all = |proof: &&asic::Proof| {
        proof.kind == ProofKind::TimeStamp && package.listed(proof).is_archive
    };
    let archives = proofs.iter().filter(over_all);
    if let Some(token) = newest(archives.map(|proof| proof.octets.as_slice())) {
        return Some(vec![token]);
    }
    let mut all = Vec::new();
    for proof in proofs.iter().filter(|one| one.kind == ProofKind::Signature) {
        all.extend(of_message(&SignedData::parse(&proof.octets).ok()?)?);
    }
    Some(all)
}

fn of_message(message: &SignedData) -> Option<Vec<Vec<u8>>> {
    let of_signer = |signer: &SignerInfo| {
        let archives = signer.unsigned(oids::ARCHIVE_TIME_STAMP_V3);
        newest(archives).or_else(|| signer.time_stamps().next().map(<[u8]>::to_vec))
    };
    message.signers().iter().map(of_signer).collect()
}

/// The token of the latest moment.
fn newest<'a>(tokens: impl Iterator<Item = &'a [u8]>) -> Option<Vec<u8>> {
    let dated = tokens.filter_map(|token| {
        let moment = Token::parse(token).ok()?.info().moment();
        Some((moment, token))
    });
    let newest = dated.max_by_key(|(moment, _)| *moment);
    newest.map(|(_, token)| token.to_vec())
}
