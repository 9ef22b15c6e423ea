//! What is asked for with `signatures/signDoc`: format, level and document, and of a seal what our own API asks for, too: purpose,
//! matter, case, ground and place, which stand as JSON in `clientData`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use catalogue::DocumentPurpose;
use catalogue::key::{MatterCode, SealCode};
use catalogue::kind::Envelope;
use crypto::SignatureAlgorithm;
use issuance::Level;
use papers::documents::{DocumentOrder, SealEdition, Shown};
use papers::envelopes::EnvelopeOrder;
use serde::Deserialize;

use crate::credential::{algorithm, is_parameters};
use crate::fault::Fault;
use crate::fields::Fields;

/// Points of a millimetre.
const POINTS: f64 = 72.0 / 25.4;

/// The form of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// PAdES, in a further revision of the document.
    Pades,
    /// CAdES beside its document.
    Cades,
    /// JAdES beside its document.
    JadesDetached,
    /// JAdES around its document.
    Jades,
}

/// One document that is to be signed.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) octets: Vec<u8>,
    pub(crate) format: Format,
    pub(crate) level: Level,
}

impl Document {
    /// The only document of a request, to be signed as its key signs.
    pub(crate) fn read(fields: &Fields, signs: SignatureAlgorithm) -> Result<Self, Fault> {
        if fields.find("documentDigests").is_some() {
            // T-S5: what is signed was looked through, and of a seal seen by who releases it.
            let why = "Invalid object parameter documentDigests: documents are signed whole";
            return Err(Fault::request(why));
        }
        let documents = fields.values("documents")?;
        let one = match documents.map(Vec::as_slice) {
            None | Some([]) => {
                let why = "Empty documentDigests and documents objects";
                return Err(Fault::request(why));
            }
            Some([one]) => Fields::of(one),
            Some(_) => None,
        };
        let one = one.ok_or_else(|| Fault::request("Invalid array parameter documents"))?;
        if one.find("signed_props").is_some() {
            return Err(Fault::invalid("signed_props"));
        }
        if Some(one.needed("signAlgo")?) != algorithm(signs) {
            return Err(Fault::invalid("signAlgo"));
        }
        // 11.11: a key signs in one way, and what says another one is not passed over.
        let parameters = one.text("signAlgoParams")?;
        if parameters.is_some_and(|parameters| !is_parameters(signs, parameters)) {
            return Err(Fault::invalid("signAlgoParams"));
        }
        let bad = || Fault::request("Invalid Base64 documents string parameter");
        let text = one.text("document")?.ok_or_else(bad)?;
        Ok(Self {
            octets: STANDARD.decode(text).map_err(|_| bad())?,
            format: format(&one)?,
            level: level(&one)?,
        })
    }
}

/// Format and property together. A seal on a PDF is an approval signature, which is what "Revision" says; CAdES lies beside.
fn format(one: &Fields) -> Result<Format, Fault> {
    let property = one.text("signed_envelope_property")?;
    let property_of = || Fault::invalid("signed_envelope_property");
    match (one.needed("signature_format")?, property) {
        ("P", None | Some("Revision")) => Ok(Format::Pades),
        ("C", Some("Detached")) => Ok(Format::Cades),
        ("J", Some("Detached")) => Ok(Format::JadesDetached),
        ("J", None | Some("Attached")) => Ok(Format::Jades),
        ("P" | "C" | "J", _) => Err(property_of()),
        _ => Err(Fault::invalid("signature_format")),
    }
}

/// 11.11: `AdES-B-B` and its kin, in whichever letters the editions of the text write them; without one it is B-B.
fn level(one: &Fields) -> Result<Level, Fault> {
    let Some(text) = one.text("conformance_level")? else {
        return Ok(Level::Basic);
    };
    let code = text
        .get(..5)
        .filter(|head| head.eq_ignore_ascii_case("ades-"));
    let level = code.and_then(|_| Level::find(text.get(5..)?));
    level.ok_or_else(|| Fault::invalid("conformance_level"))
}

/// What a seal is asked for with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Terms {
    purpose: String,
    #[serde(default)]
    matter: Option<String>,
    #[serde(default)]
    case: String,
    ground: String,
    #[serde(default)]
    page: Option<u32>,
    #[serde(default)]
    x_mm: Option<f64>,
    #[serde(default)]
    y_mm: Option<f64>,
}

/// A seal that is asked for.
pub(crate) enum Sealing {
    Document(DocumentOrder),
    Envelope(EnvelopeOrder),
}

impl Terms {
    pub(crate) fn read(fields: &Fields) -> Result<Self, Fault> {
        let invalid = || {
            let why = "Invalid parameter clientData: a seal is asked for with purpose, ground, matter, case, page, x_mm, y_mm, as JSON";
            Fault::request(why)
        };
        let text = fields.text("clientData")?.ok_or_else(invalid)?;
        issuance::inspect_json(text.as_bytes()).map_err(|_| invalid())?;
        serde_json::from_str(text).map_err(|_| invalid())
    }

    /// The order that our own API would have.
    pub(crate) fn order(self, seal: SealCode, document: (Format, Level)) -> Result<Sealing, Fault> {
        let invalid = |what: &str| Fault::request(format!("Invalid parameter clientData: {what}"));
        let purpose = DocumentPurpose::find(&self.purpose).ok_or_else(|| invalid("purpose"))?;
        let matter = self.matter.as_deref().map(MatterCode::parse).transpose();
        let matter = matter.map_err(|_| invalid("matter"))?;
        let (format, level) = document;
        let form = match format {
            Format::Pades => None,
            Format::Cades => Some(Envelope::Cades),
            Format::JadesDetached => Some(Envelope::JadesDetached),
            Format::Jades => Some(Envelope::Jades),
        };
        let Some(form) = form else {
            let shown = self.shown().ok_or_else(|| invalid("page, x_mm and y_mm"))?;
            return Ok(Sealing::Document(DocumentOrder {
                seal,
                purpose,
                matter,
                case: self.case,
                ground: self.ground,
                shown,
                level,
                edition: SealEdition::default(),
                flatten: false,
            }));
        };
        if (self.page, self.x_mm, self.y_mm) != (None, None, None) {
            return Err(invalid("an envelope has no page"));
        }
        Ok(Sealing::Envelope(EnvelopeOrder {
            seal,
            purpose,
            matter,
            case: self.case,
            ground: self.ground,
            form,
            level,
        }))
    }

    fn shown(&self) -> Option<Shown> {
        let on = |value: f64| (0.0..=5_000.0).contains(&value);
        let (x, y) = (self.x_mm?, self.y_mm?);
        (on(x) && on(y)).then_some(Shown::Page {
            page: self.page?,
            corner: (x * POINTS, y * POINTS),
        })
    }
}
