//! The claims of a printed code, and their deterministic CBOR.

use thiserror::Error;
use time::UtcDateTime;
use unicode_normalization::is_nfc;

use crate::cbor::Value;

const ISS: i128 = 1;
const EXP: i128 = 4;
const NBF: i128 = 5;
const IAT: i128 = 6;
/// Token Status List 6: the claim `status` of a CWT.
const STATUS: i128 = 65_535;
/// Private use below -65536 (RFC 8392 9.1.1).
const LICENCE: i128 = -70_001;
const COPY: i128 = 11;
const DIGEST: i128 = 10;

/// Characters of one text claim.
const MAX_CLAIM: usize = 1_024;

/// What a printed code says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lc1Claims {
    /// Unified social credit code of the issuing body.
    pub issuer: String,
    /// When the code was made; whole seconds.
    pub issued_at: UtcDateTime,
    /// From when the licence holds, where that is later.
    pub not_before: Option<UtcDateTime>,
    /// The first moment at which the licence no longer holds: midnight after `valid_to` in the office's
    /// zone (D23); `None` for a licence without end.
    pub expires: Option<UtcDateTime>,
    /// Where its status stands.
    pub status: Option<StatusReference>,
    /// The licence.
    pub licence: LicenceClaims,
}

/// Where a status stands: a list and a place in it (Token Status List 6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusReference {
    /// Address of the list, compared as text.
    pub uri: String,
    /// Place in it.
    pub index: u64,
}

/// The licence in a code, by the integer keys of `credentials` 6.2; what is `None` is not printed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LicenceClaims {
    /// 0: licence identifier (证照标识).
    pub identifier: String,
    /// 1: name of the licence type.
    pub type_name: Option<String>,
    /// 2: licence number.
    pub number: Option<String>,
    /// 3: holder's name.
    pub holder: Option<String>,
    /// 4: holder's code, masked where the code is shown in public.
    pub holder_code: Option<String>,
    /// 5: legal representative or person in charge.
    pub representative: Option<String>,
    /// 6: address.
    pub address: Option<String>,
    /// 7: what is licensed.
    pub scope: Option<String>,
    /// 8: name of the issuing body.
    pub authority: Option<String>,
    /// 9: last day as `YYYY-MM-DD`, `长期`, or an event in words.
    pub valid_to: Option<String>,
    /// 10: content digest of the licence version (D17).
    pub content_digest: Option<[u8; 32]>,
    /// 11: number of the paper copy.
    pub copy: Option<u32>,
}

/// Why no code can be prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PrepareLc1 {
    /// The algorithm has no number in COSE.
    #[error("the algorithm has no number in cose")]
    Algorithm,
    /// A text that is empty, too long, or not NFC.
    #[error("claim {key} is empty, too long or not nfc")]
    Text {
        /// Key of the claim.
        key: i64,
    },
}

impl LicenceClaims {
    fn texts(&self) -> [(i128, Option<&String>); 10] {
        [
            (0, Some(&self.identifier)),
            (1, self.type_name.as_ref()),
            (2, self.number.as_ref()),
            (3, self.holder.as_ref()),
            (4, self.holder_code.as_ref()),
            (5, self.representative.as_ref()),
            (6, self.address.as_ref()),
            (7, self.scope.as_ref()),
            (8, self.authority.as_ref()),
            (9, self.valid_to.as_ref()),
        ]
    }
}

impl Lc1Claims {
    pub(super) fn to_cbor(&self) -> Result<Value, PrepareLc1> {
        let mut licence = Vec::new();
        for (key, text) in self.licence.texts() {
            if let Some(text) = text {
                licence.push((Value::Integer(key), written(key, text)?));
            }
        }
        if let Some(digest) = self.licence.content_digest {
            licence.push((Value::Integer(DIGEST), Value::Bytes(digest.to_vec())));
        }
        if let Some(copy) = self.licence.copy {
            licence.push((Value::Integer(COPY), Value::integer(copy)));
        }
        let moment = |at: UtcDateTime| Value::integer(at.unix_timestamp());
        let mut claims = vec![
            (Value::Integer(ISS), written(ISS, &self.issuer)?),
            (Value::Integer(IAT), moment(self.issued_at)),
            (Value::Integer(LICENCE), Value::Map(licence)),
        ];
        if let Some(at) = self.expires {
            claims.push((Value::Integer(EXP), moment(at)));
        }
        if let Some(at) = self.not_before {
            claims.push((Value::Integer(NBF), moment(at)));
        }
        if let Some(status) = &self.status {
            let place = Value::Map(vec![
                (Value::text("idx"), Value::integer(status.index)),
                (Value::text("uri"), written(STATUS, &status.uri)?),
            ]);
            let status = Value::Map(vec![(Value::text("status_list"), place)]);
            claims.push((Value::Integer(STATUS), status));
        }
        Ok(Value::Map(claims))
    }

    /// The claims of a payload, or the key of the claim that is wrong. Unknown keys are ignored.
    pub(super) fn from_cbor(claims: &Value) -> Result<Lc1Claims, i64> {
        let licence = required(claims, LICENCE)?;
        if !matches!(licence, Value::Map(_)) {
            return Err(number(LICENCE));
        }
        Ok(Lc1Claims {
            issuer: text(claims, ISS)?.ok_or(number(ISS))?,
            issued_at: moment(claims, IAT)?.ok_or(number(IAT))?,
            not_before: moment(claims, NBF)?,
            expires: moment(claims, EXP)?,
            status: claims.at(STATUS).map(status).transpose()?,
            licence: LicenceClaims {
                identifier: text(licence, 0)?.ok_or(0)?,
                type_name: text(licence, 1)?,
                number: text(licence, 2)?,
                holder: text(licence, 3)?,
                holder_code: text(licence, 4)?,
                representative: text(licence, 5)?,
                address: text(licence, 6)?,
                scope: text(licence, 7)?,
                authority: text(licence, 8)?,
                valid_to: text(licence, 9)?,
                content_digest: match licence.at(DIGEST) {
                    None => None,
                    Some(Value::Bytes(octets)) => {
                        Some(octets.as_slice().try_into().map_err(|_| number(DIGEST))?)
                    }
                    Some(_) => return Err(number(DIGEST)),
                },
                copy: match licence.at(COPY) {
                    None => None,
                    Some(Value::Integer(copy)) => {
                        Some(u32::try_from(*copy).map_err(|_| number(COPY))?)
                    }
                    Some(_) => return Err(number(COPY)),
                },
            },
        })
    }
}

fn number(key: i128) -> i64 {
    i64::try_from(key).unwrap_or(i64::MAX)
}

fn written(key: i128, text: &str) -> Result<Value, PrepareLc1> {
    // `credentials` 6.2: NFC text, so that one licence has one code.
    if text.is_empty() || text.chars().count() > MAX_CLAIM || !is_nfc(text) {
        return Err(PrepareLc1::Text { key: number(key) });
    }
    Ok(Value::text(text))
}

fn required(claims: &Value, key: i128) -> Result<&Value, i64> {
    claims.at(key).ok_or(number(key))
}

fn text(claims: &Value, key: i128) -> Result<Option<String>, i64> {
    match claims.at(key) {
        None => Ok(None),
        Some(Value::Text(text)) => Ok(Some(text.clone())),
        Some(_) => Err(number(key)),
    }
}

/// RFC 8392 2: NumericDate; whole seconds are all that we write and read.
fn moment(claims: &Value, key: i128) -> Result<Option<UtcDateTime>, i64> {
    match claims.at(key) {
        None => Ok(None),
        Some(Value::Integer(seconds)) => i64::try_from(*seconds)
            .ok()
            .and_then(|seconds| UtcDateTime::from_unix_timestamp(seconds).ok())
            .map(Some)
            .ok_or(number(key)),
        Some(_) => Err(number(key)),
    }
}

fn status(value: &Value) -> Result<StatusReference, i64> {
    let place = value.named("status_list").ok_or(number(STATUS))?;
    match (place.named("uri"), place.named("idx")) {
        (Some(Value::Text(uri)), Some(Value::Integer(index))) => Ok(StatusReference {
            uri: uri.clone(),
            index: u64::try_from(*index).map_err(|_| number(STATUS))?,
        }),
        _ => Err(number(STATUS)),
    }
}
