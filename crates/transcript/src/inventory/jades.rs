//! What a JAdES signature holds, in the order in which its signatures are judged.

use crypto::{Digest, DigestAlgorithm};
use evidence::tsp::Token;
use jades::{Contents, Element, Jades, Signature};

use super::{Inventory, MAX_SIGNATURES, Met, ObjectKind, Particulars, Stated};
use verify::Material;

impl Inventory {
    /// Each signature, and behind it those over it (TS 119 182-1 5.3.2).
    pub(super) fn jades(&mut self, read: &Jades, material: &Material) {
        let contents = |name: Option<&str>| material.content(name);
        for signature in read.signatures() {
            let told = self.signed(signature, &contents);
            self.signatures.push(told);
            self.counter_signatures(signature, 1);
        }
        self.signatures.truncate(MAX_SIGNATURES);
    }

    fn counter_signatures(&mut self, signature: &Signature, depth: usize) {
        let value = signature.token().signature();
        let over = |name: Option<&str>| name.is_none().then_some(value.as_slice());
        for element in signature.token().unsigned().elements() {
            let Element::CounterSignature(text) = element else {
                continue;
            };
            let counter = Jades::parse(text.as_bytes());
            for signature in counter.iter().flat_map(Jades::signatures) {
                let told = self.signed(signature, &over);
                self.signatures.push(told);
                if depth < jades::MAX_DEPTH {
                    self.counter_signatures(signature, depth + 1);
                }
            }
        }
    }

    fn signed(&mut self, signature: &Signature, contents: Contents<'_>) -> Particulars {
        let (header, token) = (signature.header(), signature.token());
        let mut told = Particulars {
            value: Some(token.signature()),
            ..Particulars::default()
        };
        for der in &header.chain {
            self.put(ObjectKind::Certificate, der, Met::Signature);
        }
        let values = token.unsigned().values(usize::MAX);
        for (kind, ders) in [
            (ObjectKind::Certificate, values.certificates),
            (ObjectKind::Crl, values.crls),
            (ObjectKind::Ocsp, values.ocsps),
        ] {
            for der in ders {
                self.put(kind, der, Met::Store);
            }
        }
        for octets in values.stamps.into_iter().chain(values.archives) {
            let token = Token::parse(octets).ok();
            told.stamps
                .extend(token.and_then(|token| self.token(&token)));
        }
        let own = DigestAlgorithm::Sha256;
        let input = token.signing_input(contents);
        told.to_be_signed = input.map(|input| Digest::of(own, &input));
        told.document = token.content().map(|content| Digest::of(own, &content));
        told.attributes
            .extend(header.claimed.map(Stated::SigningTime));
        let named = header.certificates.first();
        let named = named.and_then(|one| one.digest.clone());
        told.attributes
            .extend(named.map(Stated::SigningCertificate));
        let commitments = header.commitments.iter().cloned();
        told.attributes.extend(commitments.map(Stated::Commitment));
        told
    }
}
