//! COSE_Sign1 (RFC 9052 4.2): read under the rules of the profile, written deterministic.

use crypto::PublicKey;
use thiserror::Error;

use crate::algorithm::{self, CheckToken};
use crate::cbor::{self, Manner, ReadCbor, Value};

/// Octets of one COSE structure in a code.
pub(crate) const MAX_COSE: usize = 8 * 1024;

const ALG: i128 = 1;
const CRIT: i128 = 2;
const KID: i128 = 4;
const TYP: i128 = 16;
const X5CHAIN: i128 = 33;
const SIGN1: u64 = 18;
const CWT: u64 = 61;

/// A signed structure, read and not checked.
#[derive(Debug, Clone)]
pub(crate) struct Sign1 {
    protected: Vec<u8>,
    algorithm: i64,
    pub(crate) kid: Option<Vec<u8>>,
    pub(crate) kind: Option<String>,
    /// x5chain (RFC 9360 2), leaf first: candidates, never trust.
    pub(crate) certificates: Vec<Vec<u8>>,
    pub(crate) payload: Vec<u8>,
    signature: Vec<u8>,
}

/// Why an item is no COSE_Sign1 that is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadCose {
    /// Not CBOR of the profile.
    #[error("not the encoding of a signed structure")]
    Cbor(#[from] ReadCbor),
    /// Not an array of four under tag 18 or none.
    #[error("not a structure with one signature")]
    Shape,
    /// The protected header is no map in a byte string (RFC 9052 3).
    #[error("protected header is malformed")]
    Protected,
    /// The unprotected header is no map.
    #[error("unprotected header is malformed")]
    Unprotected,
    /// A label in both headers (RFC 9052 3).
    #[error("a label stands in both headers")]
    RepeatedLabel,
    /// The algorithm is not in the protected header, or not a number.
    #[error("algorithm is not in the protected header")]
    AlgorithmAbsent,
    /// No algorithm of ours has this number.
    #[error("algorithm {number} is unknown")]
    AlgorithmUnknown {
        /// The number.
        number: i64,
    },
    /// A critical label: none is known here (RFC 9052 3.1).
    #[error("a critical header is not understood")]
    Critical,
    /// The payload is not inside.
    #[error("no payload inside")]
    PayloadAbsent,
    /// The signature has not the length of its algorithm.
    #[error("signature of {octets} octets")]
    SignatureLength {
        /// How many it has.
        octets: usize,
    },
    /// A certificate chain that is no list of byte strings.
    #[error("certificate chain is malformed")]
    Chain,
}

impl Sign1 {
    pub(crate) fn parse(octets: &[u8], manner: Manner) -> Result<Sign1, ReadCose> {
        let mut item = cbor::parse(octets, manner)?;
        if let Value::Tag(CWT, inside) = item {
            item = *inside;
        }
        if let Value::Tag(SIGN1, inside) = item {
            item = *inside;
        }
        let Value::Array(parts) = item else {
            return Err(ReadCose::Shape);
        };
        let [protected, unprotected, payload, signature] =
            <[Value; 4]>::try_from(parts).map_err(|_| ReadCose::Shape)?;
        let Value::Bytes(protected) = protected else {
            return Err(ReadCose::Protected);
        };
        // RFC 9052 3: an empty map is an empty string.
        let header = if protected.is_empty() {
            Value::Map(Vec::new())
        } else {
            cbor::parse(&protected, manner)?
        };
        let (Value::Map(inner), Value::Map(outer)) = (&header, &unprotected) else {
            return Err(if matches!(header, Value::Map(_)) {
                ReadCose::Unprotected
            } else {
                ReadCose::Protected
            });
        };
        if inner
            .iter()
            .any(|(label, _)| outer.iter().any(|(other, _)| other == label))
        {
            return Err(ReadCose::RepeatedLabel);
        }
        let algorithm = read_algorithm(&header)?;
        if header.at(CRIT).is_some() || unprotected.at(CRIT).is_some() {
            return Err(ReadCose::Critical);
        }
        let Value::Bytes(payload) = payload else {
            return Err(ReadCose::PayloadAbsent);
        };
        let Value::Bytes(signature) = signature else {
            return Err(ReadCose::Shape);
        };
        inspect_length(algorithm, &signature)?;
        let either = |label| header.at(label).or_else(|| unprotected.at(label));
        Ok(Sign1 {
            algorithm,
            kid: either(KID).and_then(bytes),
            kind: match header.at(TYP) {
                Some(Value::Text(text)) => Some(text.clone()),
                _ => None,
            },
            certificates: either(X5CHAIN).map_or(Ok(Vec::new()), chain)?,
            protected,
            payload,
            signature,
        })
    }

    pub(crate) fn check(&self, key: &PublicKey) -> Result<(), CheckToken> {
        let message = to_be_signed(&self.protected, &self.payload);
        algorithm::check_cose(self.algorithm, key, &message, &self.signature)
    }
}

fn read_algorithm(header: &Value) -> Result<i64, ReadCose> {
    // RFC 9052 3.1: authenticated where possible; so always.
    let Some(Value::Integer(number)) = header.at(ALG) else {
        return Err(ReadCose::AlgorithmAbsent);
    };
    let number = i64::try_from(*number).map_err(|_| ReadCose::AlgorithmAbsent)?;
    match algorithm::cose_octets(number) {
        Some(_) => Ok(number),
        None => Err(ReadCose::AlgorithmUnknown { number }),
    }
}

fn inspect_length(algorithm: i64, signature: &[u8]) -> Result<(), ReadCose> {
    let octets = signature.len();
    let fits = match algorithm::cose_octets(algorithm).flatten() {
        Some(wanted) => octets == wanted,
        // RSA of 2048 to 8192 bits.
        None => (256..=1024).contains(&octets),
    };
    if fits {
        Ok(())
    } else {
        Err(ReadCose::SignatureLength { octets })
    }
}

fn bytes(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::Bytes(octets) => Some(octets.clone()),
        _ => None,
    }
}

fn chain(value: &Value) -> Result<Vec<Vec<u8>>, ReadCose> {
    match value {
        Value::Bytes(one) => Ok(vec![one.clone()]),
        Value::Array(several) => several
            .iter()
            .map(|one| bytes(one).ok_or(ReadCose::Chain))
            .collect(),
        _ => Err(ReadCose::Chain),
    }
}

/// The protected header `{1: algorithm, 4: kid}`, encoded.
pub(crate) fn protected(algorithm: i64, kid: &[u8]) -> Vec<u8> {
    cbor::encode(&Value::Map(vec![
        (Value::Integer(ALG), Value::integer(algorithm)),
        (Value::Integer(KID), Value::Bytes(kid.to_vec())),
    ]))
}

/// `Sig_structure` of one signature without external data (RFC 9052 4.4).
pub(crate) fn to_be_signed(protected: &[u8], payload: &[u8]) -> Vec<u8> {
    cbor::encode(&Value::Array(vec![
        Value::text("Signature1"),
        Value::Bytes(protected.to_vec()),
        Value::Bytes(Vec::new()),
        Value::Bytes(payload.to_vec()),
    ]))
}

/// The finished structure under tag 18.
pub(crate) fn encode(protected: Vec<u8>, payload: Vec<u8>, signature: Vec<u8>) -> Vec<u8> {
    cbor::encode(&Value::Tag(
        SIGN1,
        Box::new(Value::Array(vec![
            Value::Bytes(protected),
            Value::Map(Vec::new()),
            Value::Bytes(payload),
            Value::Bytes(signature),
        ])),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_malformed_structure_is_refused_for_its_reason() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../tests/fixtures/malformed/cbor");
        for (name, fault) in [
            ("cose-three-items", ReadCose::Shape),
            ("cose-protected-map", ReadCose::Protected),
            ("cose-protected-not-map", ReadCose::Protected),
            ("cose-alg-in-both", ReadCose::RepeatedLabel),
            ("cose-alg-unprotected", ReadCose::AlgorithmAbsent),
            ("cose-crit", ReadCose::Critical),
            (
                "cose-signature-63",
                ReadCose::SignatureLength { octets: 63 },
            ),
            ("cose-payload-nil", ReadCose::PayloadAbsent),
            (
                "cose-tag-17",
                ReadCose::Cbor(ReadCbor::Tag { tag: 17, at: 0 }),
            ),
        ] {
            let octets = std::fs::read(folder.join(name).with_extension("cbor"))
                .expect("the fixture is there");
            for manner in [Manner::Deterministic, Manner::Loose] {
                assert_eq!(
                    Sign1::parse(&octets, manner).map(|_| ()),
                    Err(fault),
                    "{name}"
                );
            }
        }
    }
}
