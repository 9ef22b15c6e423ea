//! One session with a token: its module loaded, its user logged in, keys found by their handles.

use std::collections::HashMap;

use crypto::KeyAlgorithm;
use crypto::device::{Fault, Handle};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Function, Pkcs11};
use cryptoki::error::{Error, Rv, RvError};
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::vendor_defined::VendorDefinedMechanism;
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};
use cryptoki::session::{SessionState, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;

use crate::protocol::{self, Answer, Request};

/// Octets of an RSA modulus that is made here, in bits, and its exponent.
const RSA_BITS: u64 = 3_072;
const RSA_EXPONENT: [u8; 3] = [1, 0, 1];

/// `CKA_EC_PARAMS`: object identifiers of the curves.
const P256: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22];
const SM2: &[u8] = &[0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d];
const ED25519: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];
/// The same as a PrintableString, as PKCS#11 3.0 (2.3.10) and tokens before it have it.
const ED25519_NAMED: &[u8] = b"\x13\x0cedwards25519";

/// The session.
pub(crate) struct Session {
    module: Pkcs11,
    slot: Slot,
    session: cryptoki::session::Session,
    known: HashMap<Handle, ObjectHandle>,
}

impl Session {
    /// Does what is asked; the session is there once it was opened.
    pub(crate) fn answer(session: &mut Option<Session>, request: &Request<'_>) -> Answer {
        let done = match (session, request) {
            (at @ None, Request::Open { module, label, pin }) => Session::open(module, label, pin)
                .map(|opened| {
                    *at = Some(opened);
                    Vec::new()
                }),
            (
                Some(session),
                Request::Make {
                    handle,
                    name,
                    kind,
                    vendor,
                },
            ) => session.make(*handle, name, *kind, *vendor),
            (
                Some(session),
                Request::Sign {
                    handle,
                    mechanism,
                    octets,
                },
            ) => session.sign(*handle, *mechanism, octets),
            (Some(session), Request::Discard { handle }) => session.discard(*handle),
            (Some(session), Request::Answer) => session.here(),
            _ => Err(Failure::Plain(Fault::Answer)),
        };
        match done {
            Ok(strings) => Answer::Done(strings),
            Err(failure) => failure.answer(),
        }
    }

    fn open(module: &[u8], label: &str, pin: &[u8]) -> Result<Session, Failure> {
        let path = std::path::Path::new(std::ffi::OsStr::new(
            std::str::from_utf8(module).map_err(|_| Failure::Plain(Fault::Module))?,
        ));
        let module = Pkcs11::new(path)?;
        module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))?;
        let mut found = None;
        for slot in module.get_slots_with_token()? {
            let info = module.get_token_info(slot)?;
            if info.token_initialized() && info.label().trim_end() == label {
                // Two of one label: neither is meant.
                if found.replace(slot).is_some() {
                    eprintln!("yinxin-token: two tokens have the label {label}");
                    return Err(Failure::Plain(Fault::Absent));
                }
            }
        }
        let slot = found.ok_or(Failure::Plain(Fault::Absent))?;
        let session = module.open_rw_session(slot)?;
        let pin = std::str::from_utf8(pin).map_err(|_| Failure::Plain(Fault::Pin))?;
        match session.login(UserType::User, Some(&AuthPin::from(pin))) {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(Session {
            module,
            slot,
            session,
            known: HashMap::new(),
        })
    }

    /// Makes a key in the token, which keeps it: it can sign and nothing else, and is not read out. What the token made
    /// otherwise is destroyed again.
    fn make(
        &mut self,
        handle: Handle,
        name: &str,
        kind: KeyAlgorithm,
        vendor: Option<u32>,
    ) -> Result<Vec<Vec<u8>>, Failure> {
        if let Some(vendor) = vendor {
            // A curve is not an algorithm: a token may make the key and have no mechanism that signs with it.
            self.module.get_mechanism_info(self.slot, number(vendor)?)?;
        }
        let (public, private) = match kind {
            KeyAlgorithm::Ed25519 => self
                .pair(handle, name, Curve::Edwards(ED25519))
                .or_else(|_| self.pair(handle, name, Curve::Edwards(ED25519_NAMED)))?,
            KeyAlgorithm::EcP256 => self.pair(handle, name, Curve::Weierstrass(P256))?,
            KeyAlgorithm::EcP384 => self.pair(handle, name, Curve::Weierstrass(P384))?,
            KeyAlgorithm::Sm2 => self.pair(handle, name, Curve::Weierstrass(SM2))?,
            KeyAlgorithm::Rsa => self.pair(handle, name, Curve::None)?,
            _ => return Err(Failure::Plain(Fault::Unsupported)),
        };
        let told = [
            AttributeType::Sensitive,
            AttributeType::Extractable,
            AttributeType::NeverExtractable,
            AttributeType::Local,
        ];
        let told = self.session.get_attributes(private, &told)?;
        let kept = told.contains(&Attribute::Sensitive(true))
            && told.contains(&Attribute::Extractable(false))
            && told.contains(&Attribute::NeverExtractable(true))
            && told.contains(&Attribute::Local(true));
        if !kept {
            eprintln!("yinxin-token: the token does not keep what it made: {told:?}");
            self.discard(handle)?;
            return Err(Failure::Plain(Fault::Unsupported));
        }
        self.public(public, kind)
    }

    fn pair(
        &self,
        handle: Handle,
        name: &str,
        curve: Curve,
    ) -> Result<(ObjectHandle, ObjectHandle), Error> {
        let both = [
            Attribute::Token(true),
            Attribute::Id(handle.0.to_vec()),
            Attribute::Label(name.as_bytes().to_vec()),
        ];
        let mut public = both.to_vec();
        public.push(Attribute::Verify(true));
        let mut private = both.to_vec();
        private.extend([
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(true),
            Attribute::Decrypt(false),
            Attribute::Unwrap(false),
            Attribute::Derive(false),
        ]);
        let mechanism = match curve {
            Curve::Weierstrass(curve) => {
                public.push(Attribute::EcParams(curve.to_vec()));
                Mechanism::EccKeyPairGen
            }
            Curve::Edwards(curve) => {
                public.push(Attribute::EcParams(curve.to_vec()));
                Mechanism::EccEdwardsKeyPairGen
            }
            Curve::None => {
                public.push(Attribute::ModulusBits(RSA_BITS.into()));
                public.push(Attribute::PublicExponent(RSA_EXPONENT.to_vec()));
                Mechanism::RsaPkcsKeyPairGen
            }
        };
        self.session
            .generate_key_pair(&mechanism, &public, &private)
    }

    /// The public half: modulus and exponent, or the point.
    fn public(&self, key: ObjectHandle, kind: KeyAlgorithm) -> Result<Vec<Vec<u8>>, Failure> {
        let wanted: &[AttributeType] = match kind {
            KeyAlgorithm::Rsa => &[AttributeType::Modulus, AttributeType::PublicExponent],
            _ => &[AttributeType::EcPoint],
        };
        let mut strings = Vec::new();
        for attribute in self.session.get_attributes(key, wanted)? {
            match attribute {
                Attribute::Modulus(value) | Attribute::PublicExponent(value) => strings.push(value),
                Attribute::EcPoint(value) => strings.push(bare(value)),
                _ => return Err(Failure::Plain(Fault::Answer)),
            }
        }
        Ok(strings)
    }

    /// Signs, once. A handle that the token no longer knows is looked up again: nothing was signed then.
    fn sign(
        &mut self,
        handle: Handle,
        mechanism: protocol::Mechanism,
        octets: &[u8],
    ) -> Result<Vec<Vec<u8>>, Failure> {
        let remembered = self.known.contains_key(&handle);
        let key = self.key(handle)?;
        let pss = |hash_alg, mgf, s_len: u64| {
            Mechanism::RsaPkcsPss(PkcsPssParams {
                hash_alg,
                mgf,
                s_len: s_len.into(),
            })
        };
        let mechanism = match mechanism {
            protocol::Mechanism::Ecdsa => Mechanism::Ecdsa,
            protocol::Mechanism::RsaPkcs1 => Mechanism::RsaPkcs,
            protocol::Mechanism::RsaPss256 => {
                pss(MechanismType::SHA256, PkcsMgfType::MGF1_SHA256, 32)
            }
            protocol::Mechanism::RsaPss384 => {
                pss(MechanismType::SHA384, PkcsMgfType::MGF1_SHA384, 48)
            }
            protocol::Mechanism::RsaPss512 => {
                pss(MechanismType::SHA512, PkcsMgfType::MGF1_SHA512, 64)
            }
            protocol::Mechanism::Eddsa => {
                Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Ed25519))
            }
            protocol::Mechanism::Vendor(vendor) => {
                Mechanism::VendorDefined(VendorDefinedMechanism::new::<()>(number(vendor)?, None))
            }
        };
        let signed = match self.session.sign(&mechanism, key, octets) {
            Err(Error::Pkcs11(
                RvError::KeyHandleInvalid | RvError::ObjectHandleInvalid,
                Function::SignInit,
            )) if remembered => {
                self.known.remove(&handle);
                let key = self.key(handle)?;
                self.session.sign(&mechanism, key, octets)
            }
            other => other,
        };
        Ok(vec![signed?])
    }

    fn key(&mut self, handle: Handle) -> Result<ObjectHandle, Failure> {
        if let Some(known) = self.known.get(&handle) {
            return Ok(*known);
        }
        let found = self.session.find_objects(&[
            Attribute::Token(true),
            Attribute::Class(ObjectClass::PRIVATE_KEY),
            Attribute::Id(handle.0.to_vec()),
        ])?;
        let [key] = found.as_slice() else {
            return Err(Failure::Plain(Fault::UnknownKey));
        };
        self.known.insert(handle, *key);
        Ok(*key)
    }

    /// Whether the token is there, the one that was opened, and its user logged in. Nothing is looked for or done in it.
    fn here(&self) -> Result<Vec<Vec<u8>>, Failure> {
        let here = self.module.get_token_info(self.slot)?;
        let state = self.session.get_session_info()?.session_state();
        match (here.token_initialized(), state) {
            (true, SessionState::RwUser) => Ok(Vec::new()),
            _ => Err(Failure::Plain(Fault::Lost)),
        }
    }

    fn discard(&mut self, handle: Handle) -> Result<Vec<Vec<u8>>, Failure> {
        self.known.remove(&handle);
        let both = [Attribute::Token(true), Attribute::Id(handle.0.to_vec())];
        for object in self.session.find_objects(&both)? {
            self.session.destroy_object(object)?;
        }
        Ok(Vec::new())
    }
}

/// What a key is made over.
enum Curve {
    Weierstrass(&'static [u8]),
    Edwards(&'static [u8]),
    None,
}

/// `CKA_EC_POINT` is an OCTET STRING around the point; some tokens leave it away.
fn bare(value: Vec<u8>) -> Vec<u8> {
    match value.as_slice() {
        [0x04, length, rest @ ..] if usize::from(*length) == rest.len() => rest.to_vec(),
        _ => value,
    }
}

/// A vendor's mechanism.
fn number(vendor: u32) -> Result<MechanismType, Failure> {
    MechanismType::new_vendor_defined(vendor.into()).map_err(|_| Failure::Plain(Fault::Unsupported))
}

/// Why something was not done.
pub(crate) enum Failure {
    /// As we say it.
    Plain(Fault),
    /// As the module says it.
    Module(Box<Error>),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Module(Box::new(error))
    }
}

impl Failure {
    fn answer(self) -> Answer {
        let error = match self {
            Failure::Plain(fault) => {
                return Answer::Refused {
                    fault,
                    nothing_signed: true,
                };
            }
            Failure::Module(error) => error,
        };
        // The service has one word for it; here is all that the module says.
        eprintln!("yinxin-token: {error}");
        Answer::Refused {
            fault: fault(&error),
            nothing_signed: !matches!(*error, Error::Pkcs11(_, Function::Sign)),
        }
    }
}

fn fault(error: &Error) -> Fault {
    use RvError as R;
    let Error::Pkcs11(value, _) = error else {
        return match error {
            Error::LibraryLoading(_) | Error::MissingSymbol(_) | Error::NullFunctionPointer => {
                Fault::Module
            }
            _ => Fault::Answer,
        };
    };
    match value {
        R::TokenNotPresent | R::TokenNotRecognized | R::SlotIdInvalid => Fault::Absent,
        R::DeviceRemoved
        | R::DeviceError
        | R::SessionHandleInvalid
        | R::SessionClosed
        | R::UserNotLoggedIn
        | R::CryptokiNotInitialized => Fault::Lost,
        R::PinIncorrect | R::PinInvalid | R::PinLenRange => Fault::Pin,
        R::PinLocked | R::PinExpired | R::UserPinNotInitialized => Fault::PinLocked,
        R::SessionCount => Fault::Busy,
        R::KeyHandleInvalid | R::ObjectHandleInvalid => Fault::UnknownKey,
        R::MechanismInvalid
        | R::MechanismParamInvalid
        | R::CurveNotSupported
        | R::DomainParamsInvalid
        | R::FunctionNotSupported
        | R::KeyTypeInconsistent => Fault::Unsupported,
        R::VendorDefined(number) | R::UnknownErrorCode(number) => {
            Fault::Refused(u32::try_from(*number).unwrap_or(u32::MAX))
        }
        other => Fault::Refused(value_of(other)),
    }
}

/// The number of a return value: the package gives names alone.
fn value_of(wanted: &RvError) -> u32 {
    let same =
        |number: &u32| matches!(Rv::from(u64::from(*number)), Rv::Error(known) if known == *wanted);
    (1..0x400).find(same).unwrap_or(u32::MAX)
}
