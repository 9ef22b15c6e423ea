//! The authority's side: from a request to a token, with one signature in between.

use crypto::{Random, RandomUnavailable, Signature, SignatureAlgorithm};
use time::UtcDateTime;

use crate::cms;
use crate::tsp::info::{Accuracy, TstInfo};
use crate::tsp::refused::Refused;
use crate::tsp::request::Request;
use asn1::{Oid, write};
use pki::certificate::Certificate;

/// A time-stamping unit: whose key signs, and under which policies.
#[derive(Debug, Clone)]
pub struct Unit {
    /// Its certificate.
    pub certificate: Certificate,
    /// The certificates a token carries when asked for them: the unit's own first, then its chain without
    /// the root, each DER.
    pub chain: Vec<Vec<u8>>,
    /// How it signs.
    pub algorithm: SignatureAlgorithm,
    /// The policies it keeps; the first is used where the request names none.
    pub policies: Vec<Oid>,
    /// How exact its clock is held.
    pub accuracy: Accuracy,
}

/// The number of a token: 128 random bits, so that no state is needed to keep it unique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenSerial(Vec<u8>);

/// A token that lacks its signature. Used once.
#[derive(Debug)]
pub struct Prepared {
    message: cms::Prepared,
    info: TstInfo,
    chain: Vec<Vec<u8>>,
}

impl TokenSerial {
    /// Draws a number.
    ///
    /// # Errors
    /// Where no randomness can be had.
    pub fn draw(random: &dyn Random) -> Result<Self, RandomUnavailable> {
        let mut octets = [0; 16];
        random.fill(&mut octets)?;
        let element = write::unsigned_octets(&octets);
        Ok(Self(element.get(2..).unwrap_or_default().to_vec()))
    }
}

/// Prepares the token that answers `request` at `moment`.
///
/// The moment is the caller's to have from a clock within tolerance, and never earlier than the one before.
/// It is written to the millisecond: finer digits would claim more than the accuracy does.
///
/// # Errors
/// `Policy` for one that the unit does not keep; `Unavailable` where its certificate and algorithm do not
/// go together.
pub fn prepare(
    request: &Request,
    unit: &Unit,
    serial: TokenSerial,
    moment: UtcDateTime,
) -> Result<Prepared, Refused> {
    let policy = match request.policy() {
        None => *unit.policies.first().ok_or(Refused::Unavailable)?,
        Some(asked) if unit.policies.contains(&asked) => asked,
        Some(asked) => return Err(Refused::Policy(Box::new(asked))),
    };
    let moment = moment
        .replace_millisecond(moment.millisecond())
        .unwrap_or(moment);
    let info = TstInfo {
        policy,
        imprint: request.imprint().clone(),
        serial: serial.0,
        moment,
        accuracy: Some(unit.accuracy),
        ordering: false,
        nonce: request.nonce().map(<[u8]>::to_vec),
        authority: None,
        critical_extension: None,
    };
    let content = info.encode();
    let draft = cms::Draft::attached(
        cms::oids::TST_INFO,
        &content,
        &unit.certificate,
        unit.algorithm,
        cms::Time::Elsewhere,
    );
    let message = draft.prepare().map_err(|_| Refused::Unavailable)?;
    let chain = if request.wants_certificates() {
        unit.chain.clone()
    } else {
        Vec::new()
    };
    Ok(Prepared {
        message,
        info,
        chain,
    })
}

impl Prepared {
    /// The octets to be signed.
    #[must_use]
    pub fn to_be_signed(&self) -> Vec<u8> {
        self.message.to_be_signed()
    }

    /// What the token will say: for the journal.
    #[must_use]
    pub fn info(&self) -> &TstInfo {
        &self.info
    }

    /// The finished token.
    #[must_use]
    pub fn finish(self, signature: &Signature) -> Vec<u8> {
        self.finish_with(signature, &[])
    }

    /// The finished token with unsigned attributes of its signer's: what came after it was signed, such as a receipt
    /// (D18).
    #[must_use]
    pub fn finish_with(self, signature: &Signature, unsigned: &[cms::Attribute]) -> Vec<u8> {
        self.finish_keeping(signature, unsigned, &[])
    }

    /// The same with revocation lists, DER, that prove what stands around the token: in the message itself, where
    /// EN 319 122-1 5.4 looks for them. The token's own signature does not cover them.
    #[must_use]
    pub fn finish_keeping(
        self,
        signature: &Signature,
        unsigned: &[cms::Attribute],
        lists: &[Vec<u8>],
    ) -> Vec<u8> {
        self.message
            .finish_keeping(signature, &self.chain, lists, unsigned)
    }
}

/// The TimeStampResp that grants `token`.
#[must_use]
pub fn grant(token: &[u8]) -> Vec<u8> {
    let status = write::sequence([write::unsigned(0)]);
    write::sequence([&status, token])
}
