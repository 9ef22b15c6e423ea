//! OFD packages in σ, the processor time of one P-256 signature, taken before and after each measurement: a licence of one
//! page and a document of 200 pages and 20 MB, sealed in SM2 under a seal of V4 and judged with every check, and the most
//! memory that was resident for the large one.
//!
//! `cargo bench -p verify --bench packages -- FOLDER` leaves the packages there, so that others can be measured with them;
//! `-- memory FOLDER` measures the large one there in a process of its own.

use std::fs::File;
use std::hint::black_box;
use std::io::Cursor;
use std::path::Path;
use std::time::{Duration, Instant};

use affix::ofd::{List, Request, Stamp, prepare_seal};
use crypto::{
    Authorisation, Digest, DigestAlgorithm, Input, KeyAlgorithm, KeyId, KeyUse, Signature,
    SignatureAlgorithm, Signer as _, SoftwareSigner, SystemRandom, ThrowAway,
};
use document::{Blank, Edition, Imprint, Modules, Page, Template, seal_png};
use ofd::Area;
use ofd::draw::{Draft, Image as Picture, ImageFormat, Mark};
use pki::Certificate;
use seal::picture::{Organisation, RED};
use seal::ses::{self, Image, KIND_ORGANISATION, Listing, Seal};
use serde_json::Value;
use time::UtcDateTime;
use time::macros::{date, utc_datetime};
use verify::{Material, Policy, Seekable, Source, Trust, Verdict, examine};

/// Measurements; the middle one is told.
const ROUNDS: usize = 7;
const SIGNATURES: u32 = 2_000;
const SIGNED: UtcDateTime = utc_datetime!(2026-11-26 2:00);
const SM2: SignatureAlgorithm = SignatureAlgorithm::Sm2Sm3;
const SEAL: &str = "sm-seal-990102-SPZYZ-01";
/// Width and height of the seal in millimetres.
const SIDE: u32 = 42;
const PAGES: usize = 200;
/// Licences of one page.
const LICENCES: usize = 400;
/// Octets of the picture of a page.
const PICTURE: usize = 100_000;

fn main() {
    let mut said = std::env::args()
        .skip(1)
        .filter(|text| !text.starts_with('-'));
    let own = tempfile::tempdir().expect("a folder");
    let office = Office::new();
    match (said.next(), said.next()) {
        (Some(act), Some(folder)) if act == "memory" => office.memory(Path::new(&folder)),
        (folder, _) => office.times(folder.as_deref().map_or(own.path(), Path::new)),
    }
}

/// Who seals, and what is trusted.
struct Office {
    seal: Seal,
    signer: Certificate,
    key: SoftwareSigner,
    trust: Trust,
    policy: Policy,
}

impl Office {
    fn new() -> Office {
        Office {
            seal: made_seal(),
            signer: certificate(SEAL),
            key: signer(SEAL),
            trust: Trust::of_certificates(vec![certificate("sm-root"), certificate("sm-ca")]),
            policy: Policy::named("form").expect("built in"),
        }
    }

    fn times(&self, folder: &Path) {
        println!("the middle of {ROUNDS}");
        self.measure("page", &licences(), 100, folder);
        // More pictures than are kept of files that were met, before the first comes again.
        let large = (1..=3).map(|seed| {
            let file = pages(seed);
            let page = first(&file);
            (file, page)
        });
        self.measure("pages", &large.collect::<Vec<_>>(), 1, folder);
    }

    /// What is resident at most: of a process that has done nothing else, over the packages that another left.
    fn memory(&self, folder: &Path) {
        let open = |name| File::open(folder.join(name)).expect("there");
        most("nothing done");
        self.judge(&Seekable::new(open("sealed-pages.ofd")).expect("seeks"));
        most("judged from a file");
        let file = std::fs::read(folder.join("plain-pages.ofd")).expect("there");
        let page = first(&file);
        std::fs::write(folder.join("again.ofd"), self.seal(file, page)).expect("written");
        most("sealed, read and written");
    }

    fn seal(&self, file: Vec<u8>, page: String) -> Vec<u8> {
        let stamps = [Stamp {
            page,
            area: Area {
                x: 120.0,
                y: 220.0,
                width: f64::from(SIDE),
                height: f64::from(SIDE),
            },
            clip: None,
        }];
        let request = Request {
            stamps: &stamps,
            list: List::Closed,
            time: SIGNED,
        };
        let prepared = prepare_seal(file, &request, &self.seal, (&self.signer, SM2));
        let prepared = prepared.expect("prepared");
        let value = sign(&self.key, prepared.to_be_signed());
        prepared.finish(&value, None).expect("sealed")
    }

    fn judge(&self, source: &dyn Source) {
        let report = examine(
            "a",
            source,
            &self.trust,
            &Material::empty(),
            &self.policy,
            SIGNED,
        );
        let last = report.signatures.last().expect("a signature");
        assert_eq!(last.verdict, Verdict::Valid, "{report:#?}");
    }

    /// Tells what sealing and judging cost, each time of another file than the time before, as long as there are others; the first
    /// file and the sealed one are left in the folder.
    fn measure(&self, name: &str, files: &[(Vec<u8>, String)], times: u32, folder: &Path) {
        let seal = |(file, page): &(Vec<u8>, String)| self.seal(file.clone(), page.clone());
        let sealed: Vec<Vec<u8>> = files.iter().map(seal).collect();
        let first = sealed.first().expect("a file");
        println!(
            "{name}: {} files, the first of {} octets",
            files.len(),
            first.len()
        );
        let mut next = files.iter().cycle();
        tell(&format!("{name}: sealed"), times, || {
            black_box(seal(black_box(next.next().expect("a file"))));
        });
        let mut next = sealed.iter().cycle();
        tell(&format!("{name}: judged"), times, || {
            self.judge(black_box(next.next().expect("a file")))
        });
        tell(&format!("{name}: SM3 of it"), times, || {
            black_box(Digest::of(DigestAlgorithm::Sm3, black_box(first)));
        });
        let plain = files.first().map(|(file, _)| file).expect("a file");
        for (kind, octets) in [("plain", plain), ("sealed", first)] {
            let path = folder.join(format!("{kind}-{name}.ofd"));
            std::fs::write(path, octets).expect("written");
        }
    }
}

/// Tells what was resident at most so far.
fn most(what: &str) {
    let status = std::fs::read_to_string("/proc/self/status").expect("this is Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    println!("{what}: {}", line.expect("a line").trim());
}

/// Licences for food of the samples, unsealed, each with the name of its page: as many as have more large entries than are kept
/// of files that were met (decision 033), so that each is met for the first time, and only what they share is not.
fn licences() -> Vec<(Vec<u8>, String)> {
    let text = include_str!("../../../tests/fixtures/licences/28.json");
    let samples: Vec<Value> = serde_json::from_str(text).expect("the fixture is JSON");
    let mut licences = samples.iter().filter_map(|sample| sample.get("licence"));
    let food = licences.find(|one| one.pointer("/template/key") == Some(&"FOOD".into()));
    let text = food.expect("one of each type").to_string();
    let holder = food.and_then(|one| one.pointer("/holder/name")?.as_str());
    let holder = holder.expect("a holder");
    let imprint = Imprint {
        address: "https://licences.yinxin.example".to_owned(),
        edition: Edition::Sample,
    };
    let template = Template::embedded("FOOD").expect("a template of ours");
    let blank = Blank::prepare(template, &imprint).expect("a sheet");
    let ideographs: Vec<char> = text.chars().filter(|one| *one >= '\u{4E00}').collect();
    let others = (0..LICENCES).map(|number| {
        // Other characters each time, of those that are on the licence anyway.
        let others = ideographs.iter().cycle().skip(number * 7);
        let name = others.step_by(number % 50 + 1).take(8);
        text.replace(holder, &String::from_iter(name))
    });
    let licences: Vec<_> = others.map(|text| drawn(&blank, &text)).collect();
    assert_eq!(
        licences
            .iter()
            .collect::<std::collections::HashSet<_>>()
            .len(),
        LICENCES
    );
    licences
}

/// The page of a licence, and its name.
fn drawn(blank: &Blank, text: &str) -> (Vec<u8>, String) {
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
    let made = blank.render_ofd(&page).expect("a page");
    (made.bytes, made.place.page)
}

/// Pages with a picture each, of octets that do not get shorter.
fn pages(seed: u32) -> Vec<u8> {
    let area = Area {
        x: 10.0,
        y: 10.0,
        width: 190.0,
        height: 270.0,
    };
    let page = |picture| ofd::draw::Page {
        width: 210.0,
        height: 297.0,
        marks: vec![Mark::Picture(picture, area)],
        ..ofd::draw::Page::default()
    };
    let mut state = seed;
    let mut octets = || {
        (0..PICTURE)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let [octet, ..] = state.to_be_bytes();
                octet
            })
            .collect()
    };
    let draft = Draft {
        images: (0..PAGES)
            .map(|_| Picture {
                format: ImageFormat::Jpeg,
                octets: octets(),
            })
            .collect(),
        pages: (0..PAGES).map(page).collect(),
        ..Draft::default()
    };
    draft.write().expect("a package")
}

fn first(file: &[u8]) -> String {
    let facts = ofd::read(Cursor::new(file)).expect("a package");
    let page = facts.bodies.first().and_then(|body| body.pages.first());
    page.expect("one page").id.clone()
}

fn made_seal() -> Seal {
    let picture = Organisation {
        name: "临溪市青石区行政审批服务局",
        purpose: Some("行政审批专用章"),
        code: "9901020000018",
        diameter: f64::from(SIDE),
        colour: RED,
    };
    let image = Image {
        format: "PNG".to_owned(),
        octets: seal_png(&picture.draw().expect("a picture")).expect("a PNG"),
        width: SIDE,
        height: SIDE,
    };
    let first = utc_datetime!(2026-01-05 0:00);
    let draft = ses::Draft {
        edition: ses::Edition::V4,
        vendor: "YINXIN",
        id: "9901020000018",
        kind: KIND_ORGANISATION,
        name: "临溪市青石区行政审批服务局行政审批专用章",
        signers: &[certificate(SEAL)],
        listing: Listing::Certificates,
        dates: [first, first, utc_datetime!(2028-12-31 0:00)],
        image: &image,
    };
    let prepared = draft
        .prepare(&certificate("sm-maker"), SM2)
        .expect("a draft");
    let value = sign(&signer("sm-maker"), &prepared.to_be_signed());
    prepared.finish(&value).expect("a seal")
}

fn example(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../keys-example/files");
    std::fs::read(folder.join(name)).expect("an example key")
}

fn certificate(name: &str) -> Certificate {
    Certificate::parse(&example(&format!("{name}.cer"))).expect("a certificate")
}

fn signer(name: &str) -> SoftwareSigner {
    SoftwareSigner::from_pkcs8(&example(&format!("{name}.pkcs8")), Some(SM2)).expect("a key")
}

/// Signs and checks (T-C3), and gives the value as it would be received.
fn sign(key: &SoftwareSigner, message: &[u8]) -> Signature {
    let name = KeyId::parse("bench").expect("a name");
    let under = Authorisation::journalled(name, KeyUse::Certificates, message, SIGNED);
    key.sign(Input::Message(message), &under).expect("signs")
}

/// Prints what `act` costs.
fn tell(what: &str, times: u32, mut act: impl FnMut()) {
    let algorithm = SignatureAlgorithm::EcdsaP256Sha256;
    let p256 = ThrowAway::generate(algorithm, KeyAlgorithm::EcP256, &SystemRandom::new());
    let p256 = p256.expect("made here");
    let sigma = || {
        let (sigma, _) = time(SIGNATURES, || {
            black_box(p256.sign(black_box(b"one signature")).expect("signs"));
        });
        sigma
    };
    let mut costs: Vec<(f64, Duration)> = (0..ROUNDS)
        .map(|_| {
            let before = sigma();
            let (cost, clock) = time(times, &mut act);
            let sigma = (before + sigma()) / 2;
            (cost.as_secs_f64() / sigma.as_secs_f64(), clock)
        })
        .collect();
    costs.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (sigmas, clock) = costs.get(ROUNDS / 2).expect("there are that many");
    let micros = clock.as_secs_f64() * 1e6;
    println!("{what:40} {sigmas:8.1} σ of this thread, {micros:9.0} µs of the clock");
}

/// The processor time that this thread took for one of `times`, and the time that went by: digests of large packages are
/// taken on two processors.
fn time(times: u32, mut act: impl FnMut()) -> (Duration, Duration) {
    let (began, at) = (processor(), Instant::now());
    for _ in 0..times {
        act();
    }
    ((processor() - began) / times, at.elapsed() / times)
}

/// The processor time of this thread until now.
fn processor() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").expect("this is Linux");
    let first = told.split_whitespace().next().expect("a figure");
    Duration::from_nanos(first.parse().expect("nanoseconds"))
}
