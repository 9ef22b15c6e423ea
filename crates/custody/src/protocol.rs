//! What the service and the process that speaks to the token say to each other, octet by octet.
//!
//! # Shape
//! One message after the other, a request and its answer in turn: length in four octets, at most [`LONGEST`], then as many
//! octets. Numbers are big-endian; a string has its length in four octets before it.
//!
//! - open: 1, module, label of the token, PIN
//! - make: 2, handle (16 octets), name, kind (1 octet), vendor's number (4 octets, else 0)
//! - sign: 3, handle, mechanism (1 octet), vendor's number (4 octets, else 0), octets
//! - discard: 4, handle
//! - answer: 5
//! - done: 0, strings to the end
//! - refused: 1, which fault (1 octet), return value of the interface (4 octets, else 0), whether nothing was signed (1 octet)

use crypto::KeyAlgorithm;
use crypto::device::{Fault, Handle};

/// Longest message, without its length: an EdDSA key signs whole messages.
pub const LONGEST: usize = 1 << 20;

/// How long the message is whose length stands in these octets; `None` for more than [`LONGEST`], for which nobody makes room.
#[must_use]
pub fn announced(length: [u8; 4]) -> Option<usize> {
    let length = usize::try_from(u32::from_be_bytes(length)).ok()?;
    (length <= LONGEST).then_some(length)
}

/// What is asked of the token.
#[derive(Clone, PartialEq, Eq)]
pub enum Request<'a> {
    /// Loads the module, finds the token and logs in.
    Open {
        /// Path of the module.
        module: &'a [u8],
        /// The token's label.
        label: &'a str,
        /// The user's PIN.
        pin: &'a [u8],
    },
    /// Makes a key.
    Make {
        /// Its `CKA_ID`.
        handle: Handle,
        /// Its `CKA_LABEL`, for people.
        name: &'a str,
        /// Its kind.
        kind: KeyAlgorithm,
        /// The vendor's mechanism by which it is to sign, where there is one.
        vendor: Option<u32>,
    },
    /// Signs.
    Sign {
        /// With which key.
        handle: Handle,
        /// By which mechanism.
        mechanism: Mechanism,
        /// Exactly what the mechanism takes.
        octets: &'a [u8],
    },
    /// Destroys a key.
    Discard {
        /// Which.
        handle: Handle,
    },
    /// Says whether the token is there and its user logged in.
    Answer,
}

// The PIN is not printed.
impl std::fmt::Debug for Request<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Open { .. } => "Open",
            Self::Make { .. } => "Make",
            Self::Sign { .. } => "Sign",
            Self::Discard { .. } => "Discard",
            Self::Answer => "Answer",
        })
    }
}

/// By which mechanism a token signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mechanism {
    /// `CKM_ECDSA` over a digest.
    Ecdsa,
    /// `CKM_RSA_PKCS` over a `DigestInfo`.
    RsaPkcs1,
    /// `CKM_RSA_PKCS_PSS` over a digest of SHA-256, and the same digest throughout.
    RsaPss256,
    /// Of SHA-384.
    RsaPss384,
    /// Of SHA-512.
    RsaPss512,
    /// `CKM_EDDSA` over a message.
    Eddsa,
    /// The vendor's for SM2, over `SM3(Z ‖ M)`.
    Vendor(u32),
}

/// What it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It was done: of an elliptic curve the point that was made, of RSA modulus and exponent, or the value that signs.
    Done(Vec<Vec<u8>>),
    /// It was not done.
    Refused {
        /// Why.
        fault: Fault,
        /// Whether it is certain that nothing was signed.
        nothing_signed: bool,
    },
}

const KINDS: [(u8, KeyAlgorithm); 5] = [
    (1, KeyAlgorithm::EcP256),
    (2, KeyAlgorithm::EcP384),
    (3, KeyAlgorithm::Ed25519),
    (4, KeyAlgorithm::Rsa),
    (5, KeyAlgorithm::Sm2),
];
const MECHANISMS: [(u8, Mechanism); 6] = [
    (1, Mechanism::Ecdsa),
    (2, Mechanism::RsaPkcs1),
    (3, Mechanism::RsaPss256),
    (4, Mechanism::RsaPss384),
    (5, Mechanism::RsaPss512),
    (6, Mechanism::Eddsa),
];
const VENDOR: u8 = 7;
const FAULTS: [(u8, Fault); 12] = [
    (1, Fault::NotStarted),
    (2, Fault::Module),
    (3, Fault::Absent),
    (4, Fault::Pin),
    (5, Fault::PinLocked),
    (6, Fault::Busy),
    (7, Fault::Slow),
    (8, Fault::Lost),
    (9, Fault::UnknownKey),
    (10, Fault::Unsupported),
    (11, Fault::TooLong),
    (12, Fault::Answer),
];
const REFUSED: u8 = 13;

impl<'a> Request<'a> {
    /// The message, without its length.
    #[must_use]
    pub fn encode(&self) -> zeroize::Zeroizing<Vec<u8>> {
        // Whole at once: a buffer that grew would leave the PIN behind (T-K4).
        let room = match self {
            Self::Open { module, label, pin } => module.len() + label.len() + pin.len(),
            Self::Make { name, .. } => name.len(),
            Self::Sign { octets, .. } => octets.len(),
            Self::Discard { .. } | Self::Answer => 0,
        };
        let mut out = zeroize::Zeroizing::new(Vec::with_capacity(room + 32));
        match self {
            Self::Open { module, label, pin } => {
                out.push(1);
                for text in [module, label.as_bytes(), pin] {
                    string(&mut out, text);
                }
            }
            Self::Make {
                handle,
                name,
                kind,
                vendor,
            } => {
                out.push(2);
                out.extend_from_slice(&handle.0);
                string(&mut out, name.as_bytes());
                out.push(number(&KINDS, *kind));
                out.extend_from_slice(&vendor.unwrap_or(0).to_be_bytes());
            }
            Self::Sign {
                handle,
                mechanism,
                octets,
            } => {
                out.push(3);
                out.extend_from_slice(&handle.0);
                let (number, vendor) = match mechanism {
                    Mechanism::Vendor(vendor) => (VENDOR, *vendor),
                    known => (number(&MECHANISMS, *known), 0),
                };
                out.push(number);
                out.extend_from_slice(&vendor.to_be_bytes());
                string(&mut out, octets);
            }
            Self::Discard { handle } => {
                out.push(4);
                out.extend_from_slice(&handle.0);
            }
            Self::Answer => out.push(5),
        }
        out
    }

    /// Reads one; `None` for anything else.
    #[must_use]
    pub fn parse(message: &'a [u8]) -> Option<Request<'a>> {
        let mut reader = Reader(message);
        let request = match reader.octet()? {
            1 => Self::Open {
                module: reader.string()?,
                label: reader.text()?,
                pin: reader.string()?,
            },
            2 => Self::Make {
                handle: Handle(*reader.take()?),
                name: reader.text()?,
                kind: of(&KINDS, reader.octet()?)?,
                vendor: Some(reader.number()?).filter(|vendor| *vendor != 0),
            },
            3 => {
                let handle = Handle(*reader.take()?);
                let known = reader.octet()?;
                let vendor = reader.number()?;
                let mechanism = match (known, vendor) {
                    (VENDOR, vendor) => Mechanism::Vendor(vendor),
                    (known, 0) => of(&MECHANISMS, known)?,
                    _ => return None,
                };
                Self::Sign {
                    handle,
                    mechanism,
                    octets: reader.string()?,
                }
            }
            4 => Self::Discard {
                handle: Handle(*reader.take()?),
            },
            5 => Self::Answer,
            _ => return None,
        };
        reader.0.is_empty().then_some(request)
    }
}

impl Answer {
    /// The message, without its length.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Done(strings) => {
                let mut out = vec![0];
                for one in strings {
                    string(&mut out, one);
                }
                out
            }
            Self::Refused {
                fault,
                nothing_signed,
            } => {
                let (which, value) = match fault {
                    Fault::Refused(value) => (REFUSED, *value),
                    known => (number(&FAULTS, *known), 0),
                };
                let mut out = vec![1, which];
                out.extend_from_slice(&value.to_be_bytes());
                out.push(u8::from(*nothing_signed));
                out
            }
        }
    }

    /// Reads one; `None` for anything else.
    #[must_use]
    pub fn parse(message: &[u8]) -> Option<Answer> {
        let mut reader = Reader(message);
        match reader.octet()? {
            0 => {
                let mut strings = Vec::new();
                while !reader.0.is_empty() && strings.len() < 2 {
                    strings.push(reader.string()?.to_vec());
                }
                reader.0.is_empty().then_some(Self::Done(strings))
            }
            1 => {
                let which = reader.octet()?;
                let value = reader.number()?;
                let fault = match (which, value) {
                    (REFUSED, value) => Fault::Refused(value),
                    (known, 0) => of(&FAULTS, known)?,
                    _ => return None,
                };
                let nothing_signed = match reader.octet()? {
                    0 => false,
                    1 => true,
                    _ => return None,
                };
                reader.0.is_empty().then_some(Self::Refused {
                    fault,
                    nothing_signed,
                })
            }
            _ => None,
        }
    }
}

fn number<T: Copy + PartialEq>(table: &[(u8, T)], wanted: T) -> u8 {
    let found = table.iter().find(|(_, value)| *value == wanted);
    found.map_or(0, |(number, _)| *number)
}

fn of<T: Copy>(table: &[(u8, T)], wanted: u8) -> Option<T> {
    let found = table.iter().find(|(number, _)| *number == wanted);
    found.map(|(_, value)| *value)
}

fn string(out: &mut Vec<u8>, value: &[u8]) {
    let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(value);
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(taken)
    }

    fn octet(&mut self) -> Option<u8> {
        self.take::<1>().map(|[octet]| *octet)
    }

    fn number(&mut self) -> Option<u32> {
        self.take::<4>().map(|octets| u32::from_be_bytes(*octets))
    }

    fn string(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (value, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(value)
    }

    fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.string()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_shorter_or_longer() {
        let handle = Handle([7; 16]);
        let requests = [
            Request::Open {
                module: b"/lib/module.so",
                label: "one",
                pin: b"1234",
            },
            Request::Make {
                handle,
                name: "seal-1",
                kind: KeyAlgorithm::Sm2,
                vendor: Some(0x8000_0101),
            },
            Request::Sign {
                handle,
                mechanism: Mechanism::Vendor(9),
                octets: &[1; 32],
            },
            Request::Sign {
                handle,
                mechanism: Mechanism::RsaPss384,
                octets: &[],
            },
            Request::Discard { handle },
            Request::Answer,
        ];
        for request in requests {
            let written = request.encode();
            assert_eq!(Request::parse(&written), Some(request.clone()));
            for short in 0..written.len() {
                assert_eq!(Request::parse(&written[..short]), None, "{request:?}");
            }
            let longer = [written.as_slice(), &[0]].concat();
            assert_eq!(Request::parse(&longer), None, "{request:?}");
        }
    }

    #[test]
    fn every_fault_comes_back_as_it_was_told() {
        let known = FAULTS.iter().map(|(_, fault)| *fault);
        for fault in known.chain([Fault::Refused(0x8000_0001)]) {
            for nothing_signed in [true, false] {
                let answer = Answer::Refused {
                    fault,
                    nothing_signed,
                };
                assert_eq!(Answer::parse(&answer.encode()), Some(answer));
            }
        }
        let done = Answer::Done(vec![vec![1], vec![2, 3]]);
        assert_eq!(Answer::parse(&done.encode()), Some(done));
    }

    #[test]
    fn a_string_longer_than_what_came_and_a_third_one_are_refused() {
        assert_eq!(Answer::parse(&[0, 255, 255, 255, 255, 1]), None);
        let three = Answer::Done(vec![vec![], vec![], vec![]]);
        assert_eq!(Answer::parse(&three.encode()), None);
        assert_eq!(Answer::parse(&[1, 3, 0, 0, 0, 0, 2]), None);
        assert_eq!(Answer::parse(&[1, 200, 0, 0, 0, 0, 1]), None);
    }

    #[test]
    fn a_number_where_none_belongs_is_refused() {
        assert!(Answer::parse(&[1, 3, 0, 0, 0, 0, 1]).is_some());
        assert_eq!(Answer::parse(&[1, 3, 0, 0, 0, 9, 1]), None);
        let request = Request::Sign {
            handle: Handle([7; 16]),
            mechanism: Mechanism::Ecdsa,
            octets: &[],
        };
        let mut written = request.encode();
        let last = written.get_mut(21).expect("the vendor's number");
        *last = 9;
        assert_eq!(Request::parse(&written), None);
    }

    #[test]
    fn a_length_is_taken_up_to_the_longest() {
        assert_eq!(announced([0, 0, 0, 0]), Some(0));
        assert_eq!(announced([0, 0x10, 0, 0]), Some(LONGEST));
        assert_eq!(announced([0, 0x10, 0, 1]), None);
        assert_eq!(announced([0xff; 4]), None);
    }
}
