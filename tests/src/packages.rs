//! OFD packages sealed and signed with the example keys in SM2: what is made here is judged by our verifier and by others.

use std::fs;
use std::path::Path;

use affix::ofd::{List, Request, Stamp, across, prepare_seal, prepare_signature};
use anyhow::Context as _;
use crypto::{
    Authorisation, Digest, DigestAlgorithm, Input, KeyId, KeyUse, Signature, SignatureAlgorithm,
    Signer as _, SoftwareSigner, SystemRandom,
};
use document::{Blank, Edition, Imprint, Modules, Page, Template, UnsealedOfd, seal_png};
use evidence::cms::Attribute;
use evidence::tsp::{self, Accuracy, TokenSerial, Unit};
use ofd::Area;
use ofd::draw::{Draft, Mark, Path as Drawn, Step, page_identifier};
use pki::Certificate;
use seal::picture::{Organisation, RED};
use seal::ses::{self, Image, KIND_ORGANISATION, Listing, Seal};
use serde_json::Value;
use time::UtcDateTime;
use time::macros::{date, utc_datetime};

/// When everything is signed.
pub const SIGNED: UtcDateTime = utc_datetime!(2026-11-26 2:00);
/// Who seals.
const SEAL: &str = "sm-seal-990102-SPZYZ-01";
const MAKER: &str = "sm-maker";
const SM2: SignatureAlgorithm = SignatureAlgorithm::Sm2Sm3;
/// Width and height of the seal in millimetres.
const SIDE: u32 = 42;
const SAMPLES: &str = include_str!("../fixtures/licences/28.json");

/// A package, and what it is called.
#[derive(Debug, Clone)]
pub struct Made {
    /// Its name.
    pub name: &'static str,
    /// The file.
    pub file: Vec<u8>,
}

/// One package of each kind: a licence under a seal of each edition and listing, a page sealed twice, a seal over the edges
/// of several pages, and signatures without a seal, alone and with a time-stamp.
///
/// # Errors
/// What stands in the way.
pub fn made() -> anyhow::Result<Vec<Made>> {
    let licence = licence()?;
    let [x, y, width, height] = licence.seal_boundary(f64::from(SIDE), f64::from(SIDE));
    let shown = Area {
        x,
        y,
        width,
        height,
    };
    let stamp = [on(&licence.place.page, shown)];
    let one = |name, edition, listing| {
        let seal = seal(edition, listing)?;
        let file = sealed(licence.bytes.clone(), &seal, &stamp, List::Closed)?;
        anyhow::Ok(Made { name, file })
    };
    let seal = seal(ses::Edition::V4, Listing::Certificates)?;
    let first = sealed(licence.bytes.clone(), &seal, &stamp, List::Open)?;
    let beside = Area {
        x: (shown.x - 60.0).max(5.0),
        ..shown
    };
    let twice = sealed(
        first,
        &seal,
        &[on(&licence.place.page, beside)],
        List::Closed,
    )?;
    Ok(vec![
        one("v4", ses::Edition::V4, Listing::Certificates)?,
        one("v4-digests", ses::Edition::V4, Listing::Digests)?,
        one("v1", ses::Edition::V1, Listing::Certificates)?,
        Made {
            name: "twice",
            file: twice,
        },
        Made {
            name: "across",
            file: over_edges(&seal)?,
        },
        Made {
            name: "signed",
            file: signed(licence.bytes.clone(), false)?,
        },
        Made {
            name: "signed-stamped",
            file: signed(licence.bytes, true)?,
        },
    ])
}

/// Three pages with a line on each, which nobody sealed yet.
///
/// # Errors
/// What stands in the way.
pub fn unsealed() -> anyhow::Result<Vec<u8>> {
    Ok(three_pages().write()?)
}

/// Leaves the packages in `folder`, with the certificate of their authority.
///
/// # Errors
/// What stands in the way.
pub fn leave(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    for one in made()? {
        fs::write(folder.join(format!("{}.ofd", one.name)), one.file)?;
    }
    let authority = certificate("sm-ca")?;
    fs::write(folder.join("ca.pem"), crate::papers::pem(authority.der()))?;
    Ok(())
}

/// The licence for food of the samples, unsealed, with where its seal goes.
fn licence() -> anyhow::Result<UnsealedOfd> {
    let samples: Vec<Value> = serde_json::from_str(SAMPLES)?;
    let mut licences = samples.iter().filter_map(|sample| sample.get("licence"));
    let food = licences.find(|one| one.pointer("/template/key") == Some(&"FOOD".into()));
    let text = food.context("one of each type")?.to_string();
    let imprint = Imprint {
        address: "https://licences.yinxin.example".to_owned(),
        edition: Edition::Sample,
    };
    let template = Template::embedded("FOOD").context("a template of ours")?;
    let code = Modules::new(21, vec![true; 21 * 21]);
    let page = Page {
        licence: text.as_bytes(),
        status: br#"{"status":{"status_list":{"idx":7,"uri":"https://licences.yinxin.example/status/1"}}}"#,
        issued_on: date!(2026 - 06 - 10),
        moment: SIGNED,
        code: code.as_ref(),
        link: "https://licences.yinxin.example/v/_V-vNHv72uq-b_Wwrie0PA",
        photo: None,
        notes: &[],
    };
    Ok(Blank::prepare(template, &imprint)?.render_ofd(&page)?)
}

fn three_pages() -> Draft {
    let line = |y| {
        Mark::Path(Drawn {
            steps: vec![Step::Move(30.0, y), Step::Line(180.0, y)],
            fill: None,
            line: Some(([0; 3], 0.3)),
        })
    };
    let page = |y| ofd::draw::Page {
        width: 210.0,
        height: 297.0,
        marks: vec![line(y)],
        ..ofd::draw::Page::default()
    };
    Draft {
        pages: [40.0, 60.0, 80.0].map(page).to_vec(),
        ..Draft::default()
    }
}

/// The three pages sealed over their edges and on the last.
fn over_edges(seal: &Seal) -> anyhow::Result<Vec<u8>> {
    let draft = three_pages();
    let file = draft.write()?;
    let facts = ofd::read(std::io::Cursor::new(file.as_slice()))?;
    let pages = &facts.bodies.first().context("a document")?.pages;
    let side = f64::from(SIDE);
    let mut stamps = across(pages, (side, side), 120.0).context("three strips")?;
    let whole = Area {
        x: 120.0,
        y: 220.0,
        width: side,
        height: side,
    };
    stamps.push(on(&page_identifier(&draft, 2).to_string(), whole));
    sealed(file, seal, &stamps, List::Closed)
}

fn on(page: &str, area: Area) -> Stamp {
    Stamp {
        page: page.to_owned(),
        area,
        clip: None,
    }
}

fn sealed(file: Vec<u8>, seal: &Seal, stamps: &[Stamp], list: List) -> anyhow::Result<Vec<u8>> {
    let request = Request {
        stamps,
        list,
        time: SIGNED,
    };
    let prepared = prepare_seal(file, &request, seal, (&certificate(SEAL)?, SM2))?;
    let signature = sign(SEAL, prepared.to_be_signed())?;
    Ok(prepared.finish(&signature, None)?)
}

/// Signed without a seal; with a time-stamp over the value among what nobody signed.
fn signed(file: Vec<u8>, stamped: bool) -> anyhow::Result<Vec<u8>> {
    let request = Request {
        stamps: &[],
        list: List::Closed,
        time: SIGNED,
    };
    let prepared = prepare_signature(file, &request, &certificate(SEAL)?, SM2)?;
    let signature = sign(SEAL, prepared.to_be_signed())?;
    let token = stamped.then(|| token(&signature)).transpose()?;
    let unsigned = token.map(|token| Attribute::signature_time_stamp(&token));
    let chain = [certificate("sm-ca")?];
    let made = prepared.finish_read(&signature, &chain, unsigned.as_slice());
    Ok(made?.0)
}

fn token(signature: &Signature) -> anyhow::Result<Vec<u8>> {
    let authority = certificate("sm-tsa")?;
    let unit = Unit {
        chain: vec![authority.der().to_vec()],
        certificate: authority,
        algorithm: SM2,
        policies: vec![asn1::Oid::of(&[1, 3, 6, 1, 4, 1, 55_555, 1])],
        accuracy: Accuracy::SECOND,
    };
    let imprint = Digest::of(DigestAlgorithm::Sm3, signature.bytes());
    let serial = TokenSerial::draw(&SystemRandom::new())?;
    let prepared = tsp::prepare(&tsp::Request::new(&imprint), &unit, serial, SIGNED);
    let prepared = prepared.map_err(|refused| anyhow::anyhow!("{refused:?}"))?;
    let signature = sign("sm-tsa", &prepared.to_be_signed())?;
    Ok(prepared.finish(&signature))
}

/// The seal, made by the example maker.
fn seal(edition: ses::Edition, listing: Listing) -> anyhow::Result<Seal> {
    let picture = Organisation {
        name: "临溪市青石区行政审批服务局",
        purpose: Some("行政审批专用章"),
        code: "9901020000018",
        diameter: f64::from(SIDE),
        colour: RED,
    };
    pictured(&picture, edition, listing)
}

/// A licence under a seal of this picture, where its page has it.
///
/// # Errors
/// What stands in the way.
pub fn under(licence: UnsealedOfd, picture: &Organisation<'_>) -> anyhow::Result<Vec<u8>> {
    let [x, y, width, height] = licence.seal_boundary(f64::from(SIDE), f64::from(SIDE));
    let shown = Area {
        x,
        y,
        width,
        height,
    };
    let seal = pictured(picture, ses::Edition::V4, Listing::Certificates)?;
    let stamp = [on(&licence.place.page, shown)];
    sealed(licence.bytes, &seal, &stamp, List::Closed)
}

fn pictured(
    picture: &Organisation<'_>,
    edition: ses::Edition,
    listing: Listing,
) -> anyhow::Result<Seal> {
    let image = Image {
        format: "PNG".to_owned(),
        octets: seal_png(&picture.draw()?)?,
        width: SIDE,
        height: SIDE,
    };
    let draft = ses::Draft {
        edition,
        vendor: "YINXIN",
        id: "9901020000018",
        kind: KIND_ORGANISATION,
        name: "临溪市青石区行政审批服务局行政审批专用章",
        signers: &[certificate(SEAL)?],
        listing,
        dates: [
            utc_datetime!(2026-01-05 0:00),
            utc_datetime!(2026-01-05 0:00),
            utc_datetime!(2028-12-31 0:00),
        ],
        image: &image,
    };
    let prepared = draft.prepare(&certificate(MAKER)?, SM2)?;
    let signature = sign(MAKER, &prepared.to_be_signed())?;
    Ok(prepared.finish(&signature)?)
}

fn example(name: &str) -> anyhow::Result<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../keys-example/files");
    fs::read(folder.join(name)).with_context(|| name.to_owned())
}

fn certificate(name: &str) -> anyhow::Result<Certificate> {
    Ok(Certificate::parse(&example(&format!("{name}.cer"))?)?)
}

fn sign(name: &str, message: &[u8]) -> anyhow::Result<Signature> {
    let key = SoftwareSigner::from_pkcs8(&example(&format!("{name}.pkcs8"))?, Some(SM2))?;
    let id = KeyId::parse(name).context("the name of a key")?;
    let under = Authorisation::journalled(id, KeyUse::Certificates, message, SIGNED);
    Ok(key.sign(Input::Message(message), &under)?)
}

#[cfg(test)]
mod tests {
    use verify::{Kind, Material, Policy, Trust, Verdict, examine};

    use super::*;

    #[test]
    fn every_package_made_here_is_good_to_our_own_verifier() {
        // Neither seal nor seal signature has room for a chain: the authority itself is the anchor.
        let authority = certificate("sm-ca").expect("the authority");
        let bundle = crate::papers::pem(authority.der());
        let trust = Trust::parse(bundle.as_bytes()).expect("a bundle");
        let policy = Policy::named("form").expect("built in");
        let made = made().expect("made");
        assert_eq!(made.len(), 7);
        for Made { name, file } in made {
            let report = examine(name, &file, &trust, &Material::empty(), &policy, SIGNED);
            assert_eq!(report.kind, Kind::Ofd, "{name}");
            let last = report.signatures.last().expect("a signature");
            assert_eq!(format!("{:?}", last.covers), "WholeFile", "{name}");
            for signature in &report.signatures {
                let said = &signature.findings;
                assert_eq!(signature.verdict, Verdict::Valid, "{name} {said:#?}");
            }
            let count = if name == "twice" { 2 } else { 1 };
            assert_eq!(report.signatures.len(), count, "{name}");
        }
    }

    #[test]
    fn a_package_is_not_sealed_behind_a_closed_list_and_not_after_a_change() {
        let made = made().expect("made");
        let file = |name: &str| {
            let found = made.iter().find(|one| one.name == name);
            found.expect("it was made").file.clone()
        };
        let seal = seal(ses::Edition::V4, Listing::Certificates).expect("a seal");
        let signer = certificate(SEAL).expect("a certificate");
        let prepared = |file: Vec<u8>, stamps: &[Stamp]| {
            let request = Request {
                stamps,
                list: List::Closed,
                time: SIGNED,
            };
            let prepared = prepare_seal(file, &request, &seal, (&signer, SM2));
            prepared.map(|_| ()).map_err(|error| error.to_string())
        };
        let licence = licence().expect("a licence");
        let place = [on(
            &licence.place.page,
            Area {
                x: 10.0,
                y: 10.0,
                width: 42.0,
                height: 42.0,
            },
        )];
        assert_eq!(prepared(licence.bytes.clone(), &place), Ok(()));
        let closed = prepared(file("v4"), &place);
        assert_eq!(
            closed,
            Err("the list of signatures is signed already".to_owned())
        );
        assert_eq!(
            prepared(licence.bytes.clone(), &[]),
            Err("the seal is shown nowhere".to_owned())
        );
        for (page, x) in [("999", 10.0), (licence.place.page.as_str(), 200.0)] {
            let outside = [on(
                page,
                Area {
                    x,
                    y: 10.0,
                    width: 42.0,
                    height: 42.0,
                },
            )];
            assert_eq!(
                prepared(licence.bytes.clone(), &outside),
                Err(format!("the place on page {page} is not on a page"))
            );
        }
        // What somebody sealed with an open list is changed before the next one seals.
        let open = sealed(licence.bytes, &seal, &place, List::Open).expect("sealed");
        let package = container::Package::open(std::io::Cursor::new(open)).expect("a package");
        let mut change = container::Change::of(package);
        let names = change.names();
        let page = names.iter().find(|name| name.ends_with("Content.xml"));
        let page = page.expect("a page").clone();
        let mut content = change.read(&page, 1 << 20).expect("there").expect("read");
        content.push(b'\n');
        change.put(&page, content);
        let changed = change.finish().expect("written");
        let broken = prepared(changed, &place);
        assert_eq!(broken, Err("the signature 1 does not hold".to_owned()));
    }
}
