//! The sample licences of `tests/fixtures/licences/28.json` as pages: code, portrait, page.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use document::{
    Blank, Edition, Imprint, Modules, Note, Page, Photo, RenderPage, Template, Unsealed,
};
use fast_qr::{ECL, QRBuilder};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::macros::{format_description, utc_datetime};
use time::{Date, UtcDateTime};

pub(crate) const ADDRESS: &str = "https://licences.yinxin.example";
pub(crate) const STATUS: &[u8] =
    br#"{"idx":131071,"uri":"https://licences.yinxin.example/status/1"}"#;
pub(crate) const MOMENT: UtcDateTime = utc_datetime!(2026-06-10 08:42:10);

/// A sample licence.
#[derive(Clone, Deserialize)]
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

/// All that a page shows.
pub(crate) struct Shown {
    json: Vec<u8>,
    code: &'static Modules,
    link: String,
    issued_on: Date,
    photo: Option<&'static Photo>,
}

impl Shown {
    /// As the writer takes it.
    pub(crate) fn page(&self) -> Page<'_> {
        Page {
            licence: &self.json,
            status: STATUS,
            issued_on: self.issued_on,
            moment: MOMENT,
            code: Some(self.code),
            link: &self.link,
            photo: self.photo,
            notes: &[],
        }
    }
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

/// The blanks of all templates, prepared once for all tests of a program.
static BLANKS: LazyLock<BTreeMap<String, Blank>> = LazyLock::new(|| {
    let blank = |sample: Sample| (sample.key().to_owned(), sample.blank(Edition::Real));
    all().into_iter().map(blank).collect()
});

/// The portraits of the types that show one.
static PORTRAITS: LazyLock<BTreeMap<&str, Photo>> = LazyLock::new(|| {
    let photo = |seed| Photo::read(&document::sample_photo(seed)).expect("a portrait");
    [("RQUAL", 2), ("DRIVE", 7), ("ELDER", 1), ("ID", 8)]
        .into_iter()
        .map(|(key, seed)| (key, photo(seed)))
        .collect()
});

/// A code as long as LC1.
static CODE: LazyLock<Modules> = LazyLock::new(|| code(&code_text()));

impl Sample {
    /// The blank of this sample's template, for use.
    pub(crate) fn prepared(&self) -> &'static Blank {
        BLANKS.get(self.key()).expect("every sample has its blank")
    }

    /// Its type's key.
    pub(crate) fn key(&self) -> &str {
        self.licence
            .template
            .get("key")
            .and_then(Value::as_str)
            .expect("a key")
    }

    /// Name of the issuing authority.
    pub(crate) fn issuer(&self) -> &str {
        self.licence
            .rest
            .get("issuer")
            .and_then(|issuer| issuer.get("name"))
            .and_then(Value::as_str)
            .expect("an issuer")
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

    /// The holder's portrait as it is posted, drawn the same on every machine.
    pub(crate) fn portrait(&self) -> &'static Photo {
        PORTRAITS.get(self.key()).expect("a type with a photo")
    }

    /// `licence.json`, with the digest of the portrait in its place.
    pub(crate) fn json(&self) -> Vec<u8> {
        let mut licence = self.licence.clone();
        if let Some(field) = licence.fields.get_mut("photo_sha256") {
            *field = Value::String(hex(self.portrait().digest()));
        }
        serde_json::to_vec(&licence).expect("JSON writes")
    }

    /// The page, as an office would render it.
    pub(crate) fn render(&self, blank: &Blank) -> Result<Unsealed, RenderPage> {
        self.render_with(blank, &[])
    }

    /// The page with notes on it.
    pub(crate) fn render_with(
        &self,
        blank: &Blank,
        notes: &[Note],
    ) -> Result<Unsealed, RenderPage> {
        let shown = self.shown();
        blank.render(&Page {
            notes,
            ..shown.page()
        })
    }

    /// Gives every name on it forty characters, the issuer's too.
    pub(crate) fn lengthen(&mut self) {
        let long = Value::String(long_name());
        for (name, value) in &mut self.licence.fields {
            if NAMES.contains(&name.as_str()) {
                *value = long.clone();
            }
        }
        let issuer = self.licence.rest.get_mut("issuer");
        let issuer = issuer.and_then(Value::as_object_mut).expect("an issuer");
        issuer.insert("name".to_owned(), long);
    }

    /// All that the page shows.
    pub(crate) fn shown(&self) -> Shown {
        let photo = self.licence.fields.get("photo_sha256");
        Shown {
            json: self.json(),
            code: &CODE,
            link: self.link(),
            issued_on: self.issued_on(),
            photo: photo.map(|_| self.portrait()),
        }
    }

    pub(crate) fn issued_on(&self) -> Date {
        Date::parse(&self.issued_on, format_description!("[year]-[month]-[day]")).expect("a date")
    }

    pub(crate) fn link(&self) -> String {
        format!("{ADDRESS}/v/{}", self.handle)
    }
}

/// Fields that hold a name, of a person or an organisation.
const NAMES: &[&str] = &[
    "name",
    "legal_rep",
    "quality_head",
    "builder",
    "land_user",
    "contractor",
    "supervisor_unit",
    "project_name",
    "owner",
    "child_name",
    "mother",
    "father",
    "institution",
    "holder",
    "spouse",
    "bank",
    "guardian",
    "supply",
];

/// A name of 40 characters, none of them twice in a row.
pub(crate) fn long_name() -> String {
    "临溪经济开发区归舟晨光白鹿青禾听雨半亩九溪长风石桥松间渡口春和柳桥商贸投资有限公司"
        .chars()
        .take(40)
        .collect()
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

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
