//! The way of a licence: a page of our own, sealed in the field that waits for it, then given its material.

use affix::dss::{Material, append_dss};
use affix::seal::{Appearance, Certification, Fit, Joined, Place, SealRequest, prepare};
use crypto::DigestAlgorithm;
use document::{Blank, Edition, Imprint, Modules, Page, Template, Unsealed};
use pdf::Source;
use seal::picture::{Organisation, RED};
use serde_json::Value;
use time::macros::{date, datetime, utc_datetime};

use crate::files::judged;
use crate::keys::{message, sample};

/// A page of the sample licence for food, with an empty field `Seal`.
pub(crate) fn page() -> Unsealed {
    let text = include_str!("../../../../tests/fixtures/licences/28.json");
    let samples: Vec<Value> = serde_json::from_str(text).expect("the fixture is JSON");
    let food = samples
        .iter()
        .map(|sample| &sample["licence"])
        .find(|licence| licence["template"]["key"] == "FOOD")
        .expect("one of each type");
    let licence = food.to_string();
    let imprint = Imprint {
        address: "https://licences.yinxin.example".to_owned(),
        edition: Edition::Sample,
    };
    let template = Template::embedded("FOOD").expect("a template of ours");
    let blank = Blank::prepare(template, &imprint).expect("the template is sound");
    let code = Modules::new(21, vec![true; 21 * 21]);
    let page = Page {
        licence: licence.as_bytes(),
        status: br#"{"idx":131071,"uri":"https://licences.yinxin.example/status/1"}"#,
        issued_on: date!(2026 - 06 - 10),
        moment: utc_datetime!(2026-06-10 08:42:10),
        code: code.as_ref(),
        link: "https://licences.yinxin.example/v/_V-vNHv72uq-b_Wwrie0PA",
        photo: None,
        notes: &[],
    };
    blank.render(&page).expect("the sample renders")
}

/// What a seal shows.
pub(crate) fn appearance() -> document::Appearance {
    let picture = Organisation {
        name: "临溪市青石区行政审批服务局",
        purpose: Some("行政审批专用章"),
        code: "9901020000018",
        diameter: 42.0,
        colour: RED,
    };
    document::Appearance::draw(&picture.draw().expect("a lawful name")).expect("common characters")
}

/// A file left for people and outside judges.
pub(crate) fn leave(name: &str, bytes: &[u8]) {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("sealed");
    std::fs::create_dir_all(&folder).expect("the target folder is writable");
    std::fs::write(folder.join(name), bytes).expect("the target folder is writable");
}

#[test]
fn a_page_of_ours_is_sealed_in_its_field_and_given_its_material() {
    let unsealed = page();
    let page = unsealed.bytes.as_slice();
    let drawn = appearance();
    let bodies = |first| drawn.bodies(first);
    let request = SealRequest {
        place: Place::Field {
            name: "Seal",
            fit: Fit::At(unsealed.seal_rectangle(drawn.width(), drawn.height())),
        },
        appearance: Some(Appearance {
            width: drawn.width(),
            height: drawn.height(),
            bodies: &bodies,
        }),
        certification: Certification::Certify,
        claimed: datetime!(2026-06-10 16:42:10 +8),
        name: Some("临溪市青石区行政审批服务局"),
        reason: None,
        location: None,
        contact: None,
        reserve: 4_096,
    };
    let prepared = prepare(&page, &request).expect("the page waits for its seal");
    let digest = prepared
        .digest(&page, DigestAlgorithm::Sha256)
        .expect("the page is in memory");
    let appended = prepared.finish(&message(&digest)).expect("it fits");
    let sealed = Joined::new(&page, &appended);
    let material = append_dss(
        &sealed,
        &Material {
            certificates: &[sample("certs/leaf.der"), sample("certs/ca.der")],
            ocsps: &[sample("ocsp/good.ors")],
            crls: &[sample("crl/good.crl")],
        },
    )
    .expect("the file can be carried on");
    let whole = [page, &appended, &material].concat();
    leave("thread.pdf", &whole);

    let file = pdf::read(&whole).expect("what we write we read");
    assert_eq!(file.revisions(), 3);
    assert_eq!(judged(&whole), ["Seal"]);
    assert_eq!(whole.len() as u64, sealed.length() + material.len() as u64);
}
