//! What an ASiC package holds, in the order in which its signatures and time-stamps are judged.

use asic::{Asic, ProofKind};
use crypto::{Digest, DigestAlgorithm};
use evidence::cms::SignedData;
use evidence::tsp::Token;

use super::{Inventory, Particulars};

impl Inventory {
    /// Each signature and token of the package; of what is signed the file or manifest that it is over.
    pub(super) fn package(&mut self, read: &Asic) {
        for proof in read.proofs() {
            let over = proof.over.as_deref().and_then(|over| read.file(over));
            let over = over.unwrap_or_default();
            match proof.kind {
                ProofKind::Signature => {
                    let told = match SignedData::parse(&proof.octets) {
                        Ok(message) => {
                            let own = message.signer();
                            let own = own.and_then(|one| one.digest_algorithm().ok());
                            let own = own.unwrap_or(DigestAlgorithm::Sha256);
                            self.message(&message, Some(Digest::of(own, over)))
                        }
                        Err(_) => Particulars::default(),
                    };
                    self.signatures.push(told);
                }
                ProofKind::TimeStamp => {
                    let told = match Token::parse(&proof.octets) {
                        Ok(token) => self.stamp(&token, over),
                        Err(_) => Particulars::default(),
                    };
                    self.signatures.push(told);
                }
                ProofKind::Record => self.signatures.push(Particulars::default()),
            }
        }
    }

    fn stamp(&mut self, token: &Token, over: &[u8]) -> Particulars {
        let document = Digest::of(token.info().imprint().algorithm(), over);
        let stamps = self.token(token).into_iter().collect();
        Particulars {
            is_time_stamp: true,
            stamps,
            ..self.message(token.signed_data(), Some(document))
        }
    }
}
