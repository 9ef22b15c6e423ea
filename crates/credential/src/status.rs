//! Token Status List: two bits for each licence, signed as a JWT, read as JWT or CWT (`credentials` 5).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::{PublicKey, Signature, WrongForm, sha256};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use time::{Duration, UtcDateTime};

use crate::algorithm::CheckToken;
use crate::cbor::{self, Manner, Value};
use crate::cose::{ReadCose, Sign1};
use crate::deflate::{self, Inflate};
use crate::json::{self, ReadJson};
use crate::jws::{self, Jws, ReadJws};

/// Octets of a token that is read.
pub const MAX_STATUS_TOKEN: usize = 8 * 1024 * 1024;
/// Octets to which a list may open.
const MAX_OPEN: usize = 32 * 1024 * 1024;
/// `typ` of the JWT (Token Status List 5.1).
const JWT_KIND: &str = "statuslist+jwt";
/// `typ` of the CWT (5.2).
const CWT_KIND: &str = "application/statuslist+cwt";

/// A list of statuses, open.
#[derive(Clone, PartialEq, Eq)]
pub struct StatusList {
    bits: u8,
    octets: Vec<u8>,
}

impl std::fmt::Debug for StatusList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StatusList")
            .field("bits", &self.bits)
            .field("slots", &self.slots())
            .finish_non_exhaustive()
    }
}

/// The values that our lists hold (D20; Token Status List 7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StatusValue {
    /// 0: valid, or a slot that nobody has.
    Valid,
    /// 1: ended or void, for good.
    Ended,
    /// 2: suspended, of whatever kind.
    Suspended,
    /// 3: superseded by a later version.
    Superseded,
}

/// What a token says beside its list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusClaims {
    /// Address of the list, as licences name it.
    pub uri: String,
    /// When the token was made; whole seconds.
    pub issued_at: UtcDateTime,
    /// The first moment at which it no longer holds.
    pub expires: UtcDateTime,
    /// For how many seconds it may be kept before a newer one is asked for.
    pub keep: u32,
}

/// A token that lacks its signature. Used once.
#[derive(Debug)]
pub struct PreparedStatus(jws::Prepared);

/// A token, read and not checked.
#[derive(Debug, Clone)]
pub struct StatusToken {
    claims: StatusClaims,
    list: StatusList,
    frame: Frame,
    digest: [u8; 32],
}

#[derive(Debug, Clone)]
enum Frame {
    Jwt(Box<Jws>),
    Cwt(Box<Sign1>),
}

/// Why no token can be prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PrepareStatus {
    /// The times are not in order, or the token may not be kept at all.
    #[error("times of the token are not in order")]
    Period,
    /// The header cannot be written.
    #[error("header cannot be written")]
    Header(#[from] ReadJws),
}

/// Why octets are no status list token that is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadStatus {
    /// More than [`MAX_STATUS_TOKEN`] octets.
    #[error("token of more than {MAX_STATUS_TOKEN} octets")]
    TooLarge,
    /// Not a JWT.
    #[error("not a signed token")]
    Jwt(#[from] ReadJws),
    /// Not a CWT.
    #[error("not a signed structure")]
    Cwt(#[from] ReadCose),
    /// Another kind of token.
    #[error("the token is of another kind")]
    Kind,
    /// The payload is not the JSON that is accepted.
    #[error("payload is malformed")]
    Json(#[from] ReadJson),
    /// A claim is absent or of the wrong kind; `exp` and `ttl` are required by the house.
    #[error("a claim is absent or of the wrong kind")]
    Claim,
    /// Bits that are none of 1, 2, 4, 8.
    #[error("status of {bits} bits")]
    Bits {
        /// What is written.
        bits: u64,
    },
    /// The list does not open.
    #[error("list does not open")]
    List(#[from] Inflate),
}

impl StatusValue {
    /// Its number.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            StatusValue::Valid => 0,
            StatusValue::Ended => 1,
            StatusValue::Suspended => 2,
            StatusValue::Superseded => 3,
        }
    }

    /// The value of a number; `None` for those that have no meaning for us.
    #[must_use]
    pub fn of(number: u8) -> Option<StatusValue> {
        [
            StatusValue::Valid,
            StatusValue::Ended,
            StatusValue::Suspended,
            StatusValue::Superseded,
        ]
        .into_iter()
        .find(|value| value.number() == number)
    }
}

impl StatusList {
    /// Slots of a list of ours.
    pub const SLOTS: u32 = 1 << 20;

    /// A list of ours: two bits, 2^20 slots, all valid; an unused slot looks like a valid one.
    #[must_use]
    pub fn new() -> StatusList {
        StatusList {
            bits: 2,
            octets: vec![0; 1 << 18],
        }
    }

    /// How many slots it has.
    #[must_use]
    pub fn slots(&self) -> u64 {
        self.octets.len() as u64 * u64::from(8 / self.bits)
    }

    /// Sets a slot; `false` where there is none or it is too narrow for the value.
    pub fn set(&mut self, index: u64, value: StatusValue) -> bool {
        let (at, shift, mask) = self.place(index);
        let number = value.number();
        match usize::try_from(at)
            .ok()
            .and_then(|at| self.octets.get_mut(at))
        {
            Some(octet) if number <= mask => {
                *octet = *octet & !(mask << shift) | number << shift;
                true
            }
            _ => false,
        }
    }

    /// The value of a slot; `None` out of range, which is no statement at all.
    #[must_use]
    pub fn value(&self, index: u64) -> Option<u8> {
        let (at, shift, mask) = self.place(index);
        let octet = self.octets.get(usize::try_from(at).ok()?)?;
        Some(octet >> shift & mask)
    }

    /// Token Status List 4.1: least significant bits first. Octet, shift and mask of a slot.
    fn place(&self, index: u64) -> (u64, u8, u8) {
        let each = u64::from(8 / self.bits);
        let shift = u8::try_from(index % each).unwrap_or_default() * self.bits;
        (index / each, shift, u8::MAX >> (8 - self.bits))
    }

    /// Prepares the token of this list.
    ///
    /// # Errors
    /// `Period`, `Header`.
    pub fn prepare(
        &self,
        claims: &StatusClaims,
        signer: jws::Draft<'_>,
    ) -> Result<PreparedStatus, PrepareStatus> {
        if claims.expires <= claims.issued_at || claims.keep == 0 {
            return Err(PrepareStatus::Period);
        }
        let payload = Payload {
            exp: claims.expires.unix_timestamp(),
            iat: claims.issued_at.unix_timestamp(),
            status_list: Packed {
                bits: u64::from(self.bits),
                lst: URL_SAFE_NO_PAD.encode(deflate::compress(&self.octets)),
            },
            sub: claims.uri.clone(),
            ttl: u64::from(claims.keep),
        };
        let payload = serde_json::to_vec(&payload).map_err(|_| ReadJws::HeaderMember)?;
        let signer = jws::Draft {
            kind: JWT_KIND,
            ..signer
        };
        Ok(PreparedStatus(signer.prepare(&payload)?))
    }

    fn open(bits: u64, packed: &[u8]) -> Result<StatusList, ReadStatus> {
        // Token Status List 4.1: 1, 2, 4 or 8.
        let bits = match bits {
            1 => 1,
            2 => 2,
            4 => 4,
            8 => 8,
            bits => return Err(ReadStatus::Bits { bits }),
        };
        let octets = deflate::inflate(packed, MAX_OPEN)?;
        Ok(StatusList { bits, octets })
    }
}

impl Default for StatusList {
    fn default() -> StatusList {
        StatusList::new()
    }
}

impl PreparedStatus {
    /// The bytes to be signed.
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        self.0.to_be_signed()
    }

    /// The token.
    ///
    /// # Errors
    /// The signature is not one of the algorithm.
    pub fn finish(self, signature: &Signature) -> Result<String, WrongForm> {
        self.0.finish(signature)
    }
}

impl StatusToken {
    /// Reads a token: a JWT where it is text, a CWT otherwise.
    ///
    /// # Errors
    /// See [`ReadStatus`].
    pub fn parse(octets: &[u8]) -> Result<StatusToken, ReadStatus> {
        if octets.len() > MAX_STATUS_TOKEN {
            return Err(ReadStatus::TooLarge);
        }
        match std::str::from_utf8(octets) {
            Ok(text) if text.starts_with("ey") => Self::parse_jwt(text.trim_end()),
            _ => Self::parse_cwt(octets),
        }
    }

    fn parse_jwt(text: &str) -> Result<StatusToken, ReadStatus> {
        let token = Jws::parse(text, MAX_STATUS_TOKEN)?;
        // Token Status List 8.3: the kind is checked, or any token of the same signer would do.
        if token.kind() != Some(JWT_KIND) {
            return Err(ReadStatus::Kind);
        }
        json::inspect(token.payload())?;
        let payload: Payload =
            serde_json::from_slice(token.payload()).map_err(|_| ReadStatus::Claim)?;
        let packed = URL_SAFE_NO_PAD
            .decode(&payload.status_list.lst)
            .map_err(|_| ReadStatus::Claim)?;
        Ok(StatusToken {
            claims: StatusClaims {
                issued_at: moment(payload.iat)?,
                expires: moment(payload.exp)?,
                keep: keep(payload.ttl)?,
                uri: payload.sub,
            },
            list: StatusList::open(payload.status_list.bits, &packed)?,
            frame: Frame::Jwt(Box::new(token)),
            digest: sha256(text.as_bytes()),
        })
    }

    fn parse_cwt(octets: &[u8]) -> Result<StatusToken, ReadStatus> {
        let token = Sign1::parse(octets, Manner::Loose)?;
        if token.kind.as_deref() != Some(CWT_KIND) {
            return Err(ReadStatus::Kind);
        }
        let claims = cbor::parse(&token.payload, Manner::Loose).map_err(ReadCose::Cbor)?;
        let integer = |value: Option<&Value>| match value {
            Some(Value::Integer(number)) => i64::try_from(*number).map_err(|_| ReadStatus::Claim),
            _ => Err(ReadStatus::Claim),
        };
        // Token Status List 5.2: sub 2, exp 4, iat 6, ttl 65534, status_list 65533.
        let list = claims.at(65_533).ok_or(ReadStatus::Claim)?;
        let (Some(Value::Text(uri)), Some(Value::Bytes(packed))) =
            (claims.at(2), list.named("lst"))
        else {
            return Err(ReadStatus::Claim);
        };
        let bits = u64::try_from(integer(list.named("bits"))?).map_err(|_| ReadStatus::Claim)?;
        let ttl = u64::try_from(integer(claims.at(65_534))?).map_err(|_| ReadStatus::Claim)?;
        Ok(StatusToken {
            claims: StatusClaims {
                uri: uri.clone(),
                issued_at: moment(integer(claims.at(6))?)?,
                expires: moment(integer(claims.at(4))?)?,
                keep: keep(ttl)?,
            },
            list: StatusList::open(bits, packed)?,
            frame: Frame::Cwt(Box::new(token)),
            digest: sha256(octets),
        })
    }

    /// What it says beside the list.
    #[must_use]
    pub fn claims(&self) -> &StatusClaims {
        &self.claims
    }

    /// The list.
    #[must_use]
    pub fn list(&self) -> &StatusList {
        &self.list
    }

    /// Its certificates, DER, the signer's first: candidates, never trust.
    #[must_use]
    pub fn certificates(&self) -> &[Vec<u8>] {
        match &self.frame {
            Frame::Jwt(token) => token.certificates(),
            Frame::Cwt(token) => &token.certificates,
        }
    }

    /// SHA-256 of the token as it was received: two of one digest are one token.
    #[must_use]
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Checks the signature; the key fixes the algorithm.
    ///
    /// # Errors
    /// See [`CheckToken`].
    pub fn check(&self, key: &PublicKey) -> Result<(), CheckToken> {
        match &self.frame {
            Frame::Jwt(token) => token.check(key),
            Frame::Cwt(token) => token.check(key),
        }
    }

    /// How old it is at `at`; zero where it is of the future.
    #[must_use]
    pub fn age(&self, at: UtcDateTime) -> Duration {
        (at - self.claims.issued_at).max(Duration::ZERO)
    }
}

#[derive(Serialize, Deserialize)]
struct Payload {
    exp: i64,
    iat: i64,
    status_list: Packed,
    sub: String,
    ttl: u64,
}

#[derive(Serialize, Deserialize)]
struct Packed {
    bits: u64,
    lst: String,
}

fn moment(seconds: i64) -> Result<UtcDateTime, ReadStatus> {
    UtcDateTime::from_unix_timestamp(seconds).map_err(|_| ReadStatus::Claim)
}

fn keep(seconds: u64) -> Result<u32, ReadStatus> {
    match u32::try_from(seconds) {
        // Token Status List 5.1: a positive number.
        Ok(0) => Err(ReadStatus::Claim),
        Ok(seconds) => Ok(seconds),
        // Longer than a century is for ever.
        Err(_) => Ok(u32::MAX),
    }
}

#[cfg(test)]
mod tests;
