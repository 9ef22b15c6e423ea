//! The sample licences of `tests/fixtures/licences/28.json` as pages: code, portrait, page.

use std::io::Cursor;

use document::{Blank, Edition, Imprint, Modules, Page, Photo, RenderPage, Template, Unsealed};
use fast_qr::{ECL, QRBuilder};
use image::{ImageFormat, Rgb, RgbImage};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::macros::{format_description, utc_datetime};
use time::{Date, UtcDateTime};

pub(crate) const ADDRESS: &str = "https://licences.yinxin.example";
pub(crate) const STATUS: &[u8] =
    br#"{"idx":131071,"uri":"https://licences.yinxin.example/status/1"}"#;
pub(crate) const MOMENT: UtcDateTime = utc_datetime!(2026-06-10 08:42:10);

/// A sample licence.
#[derive(Deserialize)]
pub(crate) struct Sample {
    handle: String,
    issued_on: String,
    pub(crate) licence: Licence,
}

/// What `licence.json` holds, as far as the samples change it.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Licence {
    pub(crate) fields: Map<String, Value>,
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
    pub(crate) template: Map<String, Value>,
}

/// The 28 sample licences.
pub(crate) fn all() -> Vec<Sample> {
    serde_json::from_str(include_str!("../../../../tests/fixtures/licences/28.json"))
        .expect("the fixture holds licences")
}

/// One of them.
pub(crate) fn one(key: &str) -> Sample {
    all()
        .into_iter()
        .find(|sample| sample.key() == key)
        .expect("a sample of each type")
}

impl Sample {
    /// Its type's key.
    pub(crate) fn key(&self) -> &str {
        self.licence
            .template
            .get("key")
            .and_then(Value::as_str)
            .expect("a key")
    }

    /// The blank of this sample's template.
    pub(crate) fn blank(&self, edition: Edition) -> Blank {
        let template = Template::embedded(self.key()).expect("every sample has its template");
        Blank::prepare(
            template,
            &Imprint {
                address: ADDRESS.to_owned(),
                edition,
            },
        )
        .expect("the template is sound")
    }

    /// `licence.json`, with the digest of the portrait in its place.
    pub(crate) fn json(&self) -> Vec<u8> {
        let mut licence = self.licence.clone();
        if let Some(field) = licence.fields.get_mut("photo_sha256") {
            *field = Value::String(hex(&crypto::sha256(&portrait())));
        }
        serde_json::to_vec(&licence).expect("JSON writes")
    }

    /// The page, as an office would render it.
    pub(crate) fn render(&self, blank: &Blank) -> Result<Unsealed, RenderPage> {
        let photo = self
            .licence
            .fields
            .get("photo_sha256")
            .map(|_| Photo::read(&portrait()).expect("a portrait"));
        let json = self.json();
        let code = code(&code_text());
        let link = self.link();
        blank.render(&Page {
            licence: &json,
            status: STATUS,
            issued_on: self.issued_on(),
            moment: MOMENT,
            code: Some(&code),
            link: &link,
            photo: photo.as_ref(),
            notes: &[],
        })
    }

    pub(crate) fn issued_on(&self) -> Date {
        Date::parse(&self.issued_on, format_description!("[year]-[month]-[day]")).expect("a date")
    }

    pub(crate) fn link(&self) -> String {
        format!("{ADDRESS}/v/{}", self.handle)
    }
}

/// A text as long as LC1 with its content digest is (571 characters of QR's alphanumeric set).
pub(crate) fn code_text() -> String {
    const SET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    let mut text = String::from("LC1:");
    let mut state = 7_usize;
    while text.len() < 571 {
        state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
        text.extend(SET.get(state / 65_536 % SET.len()).copied().map(char::from));
    }
    text
}

/// A QR code at level Q.
pub(crate) fn code(text: &str) -> Modules {
    let qr = QRBuilder::new(text)
        .ecl(ECL::Q)
        .build()
        .expect("the text fits a code");
    let dark = qr
        .data
        .iter()
        .take(qr.size * qr.size)
        .map(|module| module.value())
        .collect();
    Modules::new(qr.size, dark).expect("a square")
}

/// A small portrait, drawn the same on every machine.
pub(crate) fn portrait() -> Vec<u8> {
    let picture = RgbImage::from_fn(260, 320, |x, y| {
        let (x, y) = (f64::from(x) - 130.0, f64::from(y));
        let inside = |cx: f64, cy: f64, rx: f64, ry: f64| {
            ((x - cx) / rx).powi(2) + ((y - cy) / ry).powi(2) <= 1.0
        };
        if inside(-22.0, 140.0, 6.0, 4.0)
            || inside(22.0, 140.0, 6.0, 4.0)
            || inside(0.0, 184.0, 16.0, 3.5)
        {
            Rgb([60, 44, 40])
        } else if inside(0.0, 148.0, 58.0, 74.0) && y > 104.0 - x.abs() * 0.15 {
            Rgb([232, 196, 170])
        } else if inside(0.0, 128.0, 68.0, 76.0) {
            Rgb([38, 32, 34])
        } else if inside(0.0, 330.0, 118.0, 96.0) {
            if x.abs() < (y - 232.0) * 0.35 {
                Rgb([245, 245, 245])
            } else {
                Rgb([44, 58, 84])
            }
        } else if inside(0.0, 228.0, 26.0, 30.0) {
            Rgb([220, 182, 158])
        } else {
            Rgb([236, 241, 246])
        }
    });
    let mut file = Cursor::new(Vec::new());
    picture
        .write_to(&mut file, ImageFormat::Png)
        .expect("PNG writes");
    file.into_inner()
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
