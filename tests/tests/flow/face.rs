//! A seal whose holder handed in its picture: written anew, signed by the maker, shown on PDF and OFD.

use std::io::Cursor;
use std::sync::Arc;

use canvas::{Mask, Rule, Work, tinted_png};
use catalogue::key::{PersonKey, SealCode};
use document::{ImportPicture, ReadPicture};
use issuance::electronic::by_two::TwoPeople;
use issuance::electronic::face::{self, Face, FaceError};
use issuance::found::Founding;
use issuance::{FixedClock, Office, electronic};
use papers::documents::SealEdition;
use seal::ses::{Image, Seal};
use tests::installation::{CUSTODIAN, DECIDER, NOW};
use verify::Verdict;

use super::national::{offline, told};
use super::stage::Service;

const SEAL: &str = "990102-SPZYZ-01";
/// Words of the file that nobody is to see again.
const WORDS: &[u8] = b"made on the computer of somebody";

fn code(text: &str) -> SealCode {
    SealCode::parse(text).expect("a code")
}

/// A frame around an emblem, so many points in a side, and words behind the file's end.
fn handed_in(side: u32) -> Vec<u8> {
    let points = usize::try_from(side).expect("short");
    let mut mask = Mask::new(points, points);
    let at = |part: f64| f64::from(side) * part;
    let square = |from: f64, to: f64| {
        let corners = [(from, from), (to, from), (to, to), (from, to)];
        corners.map(|(x, y)| (at(x), at(y))).to_vec()
    };
    let emblem = [(0.5, 0.2), (0.8, 0.7), (0.2, 0.7)];
    let emblem = emblem.map(|(x, y)| (at(x), at(y))).to_vec();
    let shape = [square(0.02, 0.98), square(0.06, 0.94), emblem];
    let filled = mask.fill(&shape, Rule::EvenOdd, &mut Work(10_000_000));
    filled.expect("little work");
    [&tinted_png(&mask, [0xB0, 0x20, 0x60], 23_622), WORDS].concat()
}

async fn put(
    office: &Office,
    seal: &str,
    picture: Option<&[u8]>,
    people: [&str; 2],
) -> Result<(), FaceError> {
    let [first, second] = people.map(|person| PersonKey::parse(person).expect("a person"));
    let face = Face {
        seal: &code(seal),
        picture,
        people: [&first, &second],
    };
    face::put(office, &face).await
}

/// What both editions show that are kept now.
async fn kept(office: &Office) -> [Image; 2] {
    let objects = office.registry().seals().objects().await.expect("a store");
    let kept = objects.into_iter().find(|kept| kept.code == code(SEAL));
    let kept = kept.expect("it is there");
    let earlier = kept.earlier.expect("of both editions");
    [kept.object, earlier].map(|der| Seal::parse(&der).expect("a seal").image().clone())
}

/// The entries of the trace of one of the two departments.
async fn entries(office: &Office) -> Vec<String> {
    let person = PersonKey::parse(DECIDER).expect("a person");
    let person = office.registry().callers().person(&person).await;
    let department = person.expect("a store").expect("enrolled").department;
    let entries = office.registry().trace().about(&department, SEAL, 0).await;
    let entries = entries.expect("a store").into_iter();
    let of_pictures = entries.filter(|one| one.ground == "seal-picture");
    of_pictures.map(|one| one.detail).collect()
}

fn has(octets: &[u8], part: &[u8]) -> bool {
    octets.windows(part.len()).any(|here| here == part)
}

fn hex(octets: &[u8]) -> String {
    let digest = crypto::sha256(octets);
    digest.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// Neither what is no picture for the seal, nor from others than two people.
async fn nothing_else_is_taken(office: &Office, picture: &[u8]) {
    let people = [DECIDER, CUSTODIAN];
    for pair in [[DECIDER, DECIDER], [DECIDER, "P-NOBODY"]] {
        let refused = put(office, SEAL, Some(picture), pair).await;
        let people = matches!(refused, Err(FaceError::People(TwoPeople::People)));
        assert!(people, "{refused:?}");
    }
    let refused = put(office, "990102-NONE-01", Some(picture), people).await;
    assert!(matches!(refused, Err(FaceError::NoSeal(_))), "{refused:?}");
    let (points, least) = ((496, 496), (992, 992));
    let cut = &picture[..picture.len() / 2];
    for (file, reason) in [
        (b"GIF89a".as_slice(), ReadPicture::Format.into()),
        (cut, ReadPicture::Cut.into()),
        (&handed_in(496), ImportPicture::Coarse { points, least }),
    ] {
        let refused = put(office, SEAL, Some(file), people).await;
        let told = matches!(&refused, Err(FaceError::Picture(told)) if *told == reason);
        assert!(told, "{refused:?}");
    }
}

/// On both files of a licence, which hold.
async fn is_shown(service: &Service, image: &Image) {
    let (bureau, issued) = service.issued("FOOD", 1).await;
    let files = told(service, &bureau, &issued).await;
    for file in &files {
        let report = offline(service, file).await;
        assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    }
    assert_eq!(files.len(), 2);
    let (pdf, ofd) = (&files[0], &files[1]);
    assert!(has(
        pdf,
        b"/Subtype/Image/Width 992/Height 992/ColorSpace/DeviceRGB"
    ));
    let mut package = ofd::Package::open(Cursor::new(ofd)).expect("a package");
    let beside = package.read("Doc_0/Signs/Sign_0/Seal.esl", 1 << 20);
    let beside = Seal::parse(&beside.expect("there").expect("read")).expect("a seal");
    assert_eq!(beside.image(), image);
    let looks = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("face");
    std::fs::create_dir_all(&looks).expect("a folder");
    for (name, file) in [("food.pdf", pdf), ("food.ofd", ofd)] {
        std::fs::write(looks.join(name), file).expect("for people to look at");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_two_people_hand_in_is_written_anew_and_shown_on_pdf_and_ofd() {
    let service = Service::start_national().await;
    let (folder, installation) = service.ended();
    let clock = Arc::new(FixedClock::new(NOW));
    let office = installation.open(clock).await.expect("it opens");
    let drawn = kept(&office).await;
    let (people, picture) = ([DECIDER, CUSTODIAN], handed_in(992));

    nothing_else_is_taken(&office, &picture).await;
    assert_eq!(kept(&office).await, drawn, "nothing was made");
    assert!(entries(&office).await.is_empty());

    put(&office, SEAL, Some(&picture), people)
        .await
        .expect("in order");
    let [image, earlier] = kept(&office).await;
    assert_eq!(image, earlier);
    assert_eq!((image.width, image.height), (42, 42));
    assert!(!has(&image.octets, WORDS) && image.octets != drawn[0].octets);
    let entry = entries(&office).await.concat();
    for (name, octets) in [("sha256", &picture), ("picture", &image.octets)] {
        assert!(
            entry.contains(name) && entry.contains(&hex(octets)),
            "{entry}"
        );
    }
    // A key that is replaced leaves the picture as it is.
    let desk = office.desk();
    let founding = Founding::over(&office, &desk.catalogue);
    let suites = (
        &office.hierarchy,
        office.national.as_ref().map(|suite| &suite.hierarchy),
    );
    founding
        .rekey(&code(SEAL), suites)
        .await
        .expect("it stands");
    assert_eq!(kept(&office).await, [image.clone(), earlier]);
    drop((desk, office));

    let service = Service::of(folder, installation, "").await;
    is_shown(&service, &image).await;

    let (_folder, installation) = service.ended();
    let clock = Arc::new(FixedClock::new(NOW));
    let office = installation.open(clock).await.expect("it opens");
    let given = electronic::give_out(&office, &code(SEAL), SealEdition::V4).expect("ours");
    assert_eq!(Seal::parse(&given).expect("a seal").image(), &image);
    put(&office, SEAL, None, people).await.expect("in order");
    assert_eq!(kept(&office).await, drawn, "as it is drawn");
}
