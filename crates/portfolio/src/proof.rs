//! On what the proof of one file rests.

use std::io::Cursor;

use affix::renewal::{Renew, resting};
use evidence::cms::SignedData;
use ofd::SignatureKind;
use pki::Certificate;
use records::EvidenceRecord;
use renewal::{Life, Relied, Unprovable};
use seal::ses::SealSignature;
use thiserror::Error;

/// Why nothing can be said of a file.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Unproven {
    /// It is no PDF that can be renewed.
    #[error("the file cannot be read")]
    Pdf(#[from] Renew),
    /// It is no package that can be read.
    #[error("the package cannot be read")]
    Package(#[from] ofd::ReadOfd),
    /// A signature of it has no time-stamp: it is proven no longer than its own certificate, and nothing is renewed by
    /// covering it.
    #[error("a signature has no time-stamp")]
    NoStamp,
    /// A token of it cannot be followed.
    #[error("a time-stamp of the file cannot be followed")]
    Stamp(#[from] Unprovable),
    /// The record beside it has no time-stamp.
    #[error("the record beside the file is empty")]
    Record,
}

/// Until when `file` can be proven: by the time-stamps of the record beside it, the last of them to end, else by those inside it, the first of
/// them to end.
///
/// # Errors
/// [`Unproven`].
pub fn life(
    file: &[u8],
    record: Option<&EvidenceRecord>,
    (known, relied): (&[Certificate], &Relied<'_>),
) -> Result<Life, Unproven> {
    if let Some(record) = record {
        // Each time-stamp of the last chain proves the file by itself (RFC 4998 5.3): the one that holds longest counts.
        let last = record.chains().last().ok_or(Unproven::Record)?;
        let ends = last
            .iter()
            .map(|stamp| Life::of(stamp.token(), known, relied));
        let ends: Vec<Life> = ends.collect::<Result<_, _>>()?;
        return ends.into_iter().max().ok_or(Unproven::Record);
    }
    let mut ends = Vec::new();
    for token in tokens(file)? {
        ends.push(Life::of(&token, known, relied)?);
    }
    ends.into_iter().min().ok_or(Unproven::NoStamp)
}

/// The time-stamps on which a file rests: of an envelope as [`envelope::resting`] has them; of a PDF the last over the document,
/// which covers all before it, else that of each signature; of a package that of each seal or plain signature.
fn tokens(file: &[u8]) -> Result<Vec<Vec<u8>>, Unproven> {
    if let Some(tokens) = envelope::resting(file) {
        return Ok(tokens);
    }
    if file.starts_with(b"PK") {
        return of_package(file);
    }
    let resting = resting(&file)?;
    if let Some(token) = resting.token {
        return Ok(vec![token]);
    }
    let messages = resting.messages.iter();
    messages
        .map(|message| {
            let message = SignedData::parse(message).map_err(|_| Unproven::NoStamp)?;
            of_signers(&message)
        })
        .collect()
}

/// The first time-stamp of a message.
fn of_signers(message: &SignedData) -> Result<Vec<u8>, Unproven> {
    let mut signers = message.signers().iter();
    let token = signers.find_map(|signer| signer.time_stamps().next());
    Ok(token.ok_or(Unproven::NoStamp)?.to_vec())
}

fn of_package(file: &[u8]) -> Result<Vec<Vec<u8>>, Unproven> {
    let facts = ofd::read(Cursor::new(file))?;
    let lists = facts.bodies.iter().flat_map(|body| &body.signatures);
    let signatures = lists.flat_map(|list| &list.signatures);
    signatures
        .map(|signature| {
            let signed = signature.read.as_ref().ok();
            let value = signed.and_then(|signed| signed.value.octets.as_ref().ok());
            let value = value.ok_or(Unproven::NoStamp)?;
            if signature.kind == SignatureKind::Sign {
                let message = SignedData::parse_national(value).map_err(|_| Unproven::NoStamp)?;
                return of_signers(&message);
            }
            let read = SealSignature::parse(value).ok();
            let token = read.as_ref().and_then(SealSignature::time_stamp);
            Ok(token.ok_or(Unproven::NoStamp)?.to_vec())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use evidence::cms::{Attribute, with_unsigned_attribute};
    use ofd::{Change, Package};

    use super::*;

    const VALUE: &str = "Doc_0/Signs/Sign_0/SignedValue.dat";

    #[test]
    fn a_plain_signature_of_a_package_rests_on_the_time_stamp_in_its_message() {
        let file = include_bytes!("../../../tests/fixtures/ofdrw/signed-gbt35275.ofd");
        assert!(matches!(tokens(file), Err(Unproven::NoStamp)));
        let package = Package::open(Cursor::new(file)).expect("a package");
        let mut change = Change::of(package);
        let value = change.read(VALUE, 1 << 20).expect("there").expect("whole");
        let message = SignedData::parse_national(&value).expect("a message");
        let token = b"\x30\x00";
        let stamp = Attribute::signature_time_stamp(token);
        let stamped = with_unsigned_attribute(&message, stamp).expect("one signer");
        change.put(VALUE, stamped);
        let file = change.finish().expect("it is written");
        assert_eq!(tokens(&file).expect("stamped"), [token.to_vec()]);
    }
}
