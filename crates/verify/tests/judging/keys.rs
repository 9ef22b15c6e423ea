//! The message of a seal over the octets of a forged file: signature and digest are right in all of them.

use crypto::Digest;
use evidence::cms::Draft;

use crate::hierarchy::{SEAL, algorithm, certificate, sign};

/// A message over `digest`, as a PDF carries it.
pub(crate) fn message(digest: &Digest) -> Vec<u8> {
    let own = certificate(SEAL);
    let draft = Draft::pades(digest, &own, algorithm(SEAL))
        .prepare()
        .expect("the parts go together");
    let signature = sign(SEAL, &draft.to_be_signed());
    let chain = [own.der().to_vec(), certificate("ca").der().to_vec()];
    draft.finish(&signature, &chain, &[])
}
