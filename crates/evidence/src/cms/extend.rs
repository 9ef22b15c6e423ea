//! Adding unsigned attributes to a finished message; nothing that was signed is touched.

use crate::cms::attribute::Attribute;
use crate::cms::fault::Fault;
use crate::cms::prepare::{content_info, optional_set};
use crate::cms::read::SignedData;
use crate::cms::signer::SignerInfo;
use asn1::{Tag, write};
use pki::algorithm::AlgorithmIdentifier;

/// The message with one more unsigned attribute in its only SignerInfo.
///
/// Signed attributes, signature, content and certificates keep their octets; what stands around them
/// is written as DER. A BER message becomes DER outside of those.
///
/// # Errors
/// `NoSigner`, `SeveralSigners`.
pub fn with_unsigned_attribute(
    message: &SignedData,
    attribute: Attribute,
) -> Result<Vec<u8>, Fault> {
    let signer = match message.signers() {
        [] => return Err(Fault::NoSigner),
        [signer] => signer,
        several => return Err(Fault::SeveralSigners(several.len())),
    };
    let mut unsigned = signer.unsigned.clone();
    unsigned.push(attribute);
    let digest_algorithms = message
        .digest_algorithms
        .iter()
        .map(AlgorithmIdentifier::encode);
    let content = message
        .content
        .as_ref()
        .map(|octets| write::context(0, [write::octet_string(octets)]));
    let certificates = message
        .certificates
        .iter()
        .chain(&message.other_certificates);
    let responses = message
        .ocsp_responses
        .iter()
        .map(|response| revocation_info(response));
    let revocations = message
        .crls
        .iter()
        .chain(&message.other_revocations)
        .cloned()
        .chain(responses);
    let signed_data = write::sequence([
        write::unsigned(message.version),
        write::set_of(digest_algorithms),
        write::sequence([
            write::oid(&message.content_type),
            content.unwrap_or_default(),
        ]),
        optional_set(0, certificates),
        optional_set(1, revocations),
        write::set_of([encode_signer(signer, &unsigned)]),
    ]);
    Ok(content_info(&signed_data))
}

/// `[1] IMPLICIT OtherRevocationInfoFormat` with an OCSPResponse (RFC 5940 2.1).
fn revocation_info(response: &[u8]) -> Vec<u8> {
    write::context(
        1,
        [&write::oid(&crate::cms::oids::OCSP_RESPONSE)[..], response],
    )
}

fn encode_signer(signer: &SignerInfo, unsigned: &[Attribute]) -> Vec<u8> {
    let signed = match &signer.signed {
        Some(signed) => signed.raw.clone(),
        None => Vec::new(),
    };
    debug_assert!(
        signed
            .first()
            .is_none_or(|first| *first == Tag::context(0).0),
        "the [0] form is kept"
    );
    write::sequence([
        write::unsigned(signer.version),
        signer.identifier.encode(),
        signer.digest_algorithm.encode(),
        signed,
        signer.signature_algorithm.encode(),
        write::octet_string(&signer.signature),
        optional_set(1, unsigned.iter().map(Attribute::encode)),
    ])
}
