//! A signature for which a department asks, as it arrives.

use papers::pads::asking::PageOrder;
use papers::signers::level;
use papers::signing::Visible;
use proxies::MandatePart;
use serde::{Deserialize, Serialize};
use signing::pad::Proof;
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcDateTime};
use utoipa::ToSchema;
use wire::problem::{Code, Problem};

/// Points of a millimetre.
const POINTS: f64 = 72.0 / 25.4;

/// The part `order` of a form that asks for a signature.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PadBody {
    /// The name as the person's document has it.
    name: String,
    /// The citizen's number.
    number: String,
    /// `L2` or `L3`: how sure it is who comes to the page; `L3` at a window alone.
    level: String,
    /// `window`: an officer stands beside and has compared the person with their document; `channel`: the code goes to an address that
    /// is known as theirs.
    proof: String,
    /// By which means: which document, which address.
    means: String,
    /// What the person means by signing, in Chinese.
    intent: String,
    /// The same in English; both are shown, and both are signed.
    intent_en: String,
    /// The case.
    #[serde(default)]
    case: String,
    /// Where their handwriting or name seal is to be seen; absent: the signature shows nothing, and nobody is asked to write.
    #[serde(default)]
    visible: Option<PadPlace>,
    /// The last second, RFC 3339: at most an hour away at a window, 72 hours by a code. Absent: the longest.
    #[serde(default)]
    deadline: Option<String>,
    /// The mandate under which they are to sign for another; absent: they sign for themselves.
    #[serde(default)]
    mandate: Option<MandatePart>,
}

/// The place of what is to be seen.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PadPlace {
    /// The page, from 1.
    page: u32,
    /// Millimetres from the left edge of the page.
    x_mm: f64,
    /// Millimetres from the lower edge of the page.
    y_mm: f64,
}

pub(crate) fn malformed(what: &str) -> Problem {
    Problem::new(Code::RequestMalformed).saying(what.to_owned())
}

impl PadPlace {
    pub(crate) fn read(&self, handwriting: bool) -> Result<Visible, Problem> {
        let lies = |value: f64| (0.0..=5_000.0).contains(&value);
        if !lies(self.x_mm) || !lies(self.y_mm) {
            return Err(malformed("x_mm and y_mm lie on the page"));
        }
        Ok(Visible {
            page: self.page,
            corner: (self.x_mm * POINTS, self.y_mm * POINTS),
            handwriting,
        })
    }
}

fn moment(text: &str) -> Result<UtcDateTime, Problem> {
    let read = OffsetDateTime::parse(text, &Rfc3339);
    let read = read.map_err(|_| malformed("deadline is a moment of RFC 3339"))?;
    Ok(read.into())
}

impl PadBody {
    pub(crate) fn read(self) -> Result<PageOrder, Problem> {
        let proof = Proof::find(&self.proof);
        let level = level(&self.level);
        let visible = self.visible.as_ref().map(|place| place.read(false));
        let deadline = self.deadline.as_deref().map(moment);
        Ok(PageOrder {
            level: level.ok_or_else(|| malformed("level is L1, L2 or L3"))?,
            proof: proof.ok_or_else(|| malformed("proof is window or channel"))?,
            name: self.name,
            number: self.number,
            means: self.means,
            intent: (self.intent, self.intent_en),
            case: self.case,
            visible: visible.transpose()?,
            deadline: deadline.transpose()?,
            mandate: self.mandate.map(|part| part.read()).transpose()?,
        })
    }
}
