//! An electronic seal as a file: given out, and one of another maker's making taken in its place by two people.

use std::sync::Arc;

use catalogue::key::{PersonKey, SealCode};
use crypto::{Authorisation, KeyUse, SignatureAlgorithm};
use document::{ImportPicture, ReadPicture};
use issuance::electronic::by_two::TwoPeople;
use issuance::electronic::{self, Brought, EslError};
use issuance::{FixedClock, Office, ServiceKey};
use papers::documents::SealEdition;
use pki::Certificate;
use seal::ses::{Draft, Edition, Image, Listing, Seal, SealFault, Signers};
use tests::installation::{CUSTODIAN, DECIDER, NOW};
use verify::{Material, Verdict};

use super::national::{offline, told};
use super::stage::Service;

const SEAL: &str = "990102-SPZYZ-01";

fn code(text: &str) -> SealCode {
    SealCode::parse(text).expect("a code")
}

async fn take(office: &Office, octets: &[u8], people: [&str; 2]) -> Result<SealEdition, EslError> {
    let [first, second] = people.map(|person| PersonKey::parse(person).expect("a person"));
    let brought = Brought {
        seal: &code(SEAL),
        octets,
        material: &Material::empty(),
        people: [&first, &second],
    };
    electronic::take(office, &brought).await
}

/// Another seal for the same certificate, under a name and with a picture of its own.
fn another(office: &Office, name: &str, change: impl FnOnce(&mut Image)) -> Vec<u8> {
    let kept = electronic::give_out(office, &code(SEAL), SealEdition::V4).expect("it is there");
    let kept = Seal::parse(&kept).expect("a seal");
    let listed = match kept.signers() {
        Signers::Certificates(listed) => listed.first(),
        Signers::Digests(_) => None,
    };
    let signer = Certificate::parse(listed.expect("ours lists certificates")).expect("one");
    let maker = Certificate::parse(kept.maker()).expect("a certificate");
    let mut image = kept.image().clone();
    change(&mut image);
    let draft = Draft {
        edition: Edition::V4,
        vendor: "PROVINCE",
        id: "9901020000018",
        kind: kept.kind(),
        name,
        signers: std::slice::from_ref(&signer),
        listing: Listing::Digests,
        dates: [NOW, NOW, kept.valid_until()],
        image: &image,
    };
    let prepared = draft.prepare(&maker, SignatureAlgorithm::Sm2Sm3);
    let prepared = prepared.expect("a draft");
    let (key, message) = (ServiceKey::SealMaker.id(), prepared.to_be_signed());
    let under = Authorisation::journalled(key, KeyUse::Certificates, &message, NOW);
    let value = office.keys().sign(&message, &under).expect("it signs");
    prepared.finish(&value).expect("a seal").der().to_vec()
}

fn sized(side: u32) -> impl FnOnce(&mut Image) {
    move |image| (image.width, image.height) = (side, side)
}

/// T-I10: a seal whose picture could not be shown is not taken, and why.
async fn pictures_are_decoded_first(office: &Office, people: [&str; 2]) {
    type Bend = fn(&mut Image);
    let cases: [(Bend, ImportPicture); 4] = [
        (|image| image.octets.truncate(900), ReadPicture::Cut.into()),
        (|image| image.octets[20] ^= 1, ReadPicture::Checksum.into()),
        (
            |image| image.octets = b"GIF89a".to_vec(),
            ReadPicture::Format.into(),
        ),
        (
            |image| image.format = "JPG".to_owned(),
            ImportPicture::Named,
        ),
    ];
    for (bend, reason) in cases {
        let refused = take(office, &another(office, "省", bend), people).await;
        let told = matches!(&refused, Err(EslError::Picture(told)) if *told == reason);
        assert!(told, "{refused:?} for {reason:?}");
    }
}

/// How often the trace of one of the two departments has it.
async fn acts(office: &Office) -> usize {
    let person = PersonKey::parse(DECIDER).expect("a person");
    let person = office.registry().callers().person(&person).await;
    let department = person.expect("a store").expect("enrolled").department;
    let entries = office.registry().trace().about(&department, SEAL, 0).await;
    let entries = entries.expect("a store");
    let acts = entries.iter().filter(|one| one.ground == "electronic-seal");
    acts.count()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_electronic_seal_is_given_out_and_another_makers_is_taken_by_two_people() {
    let service = Service::start_national().await;
    let (folder, installation) = service.ended();
    let clock = Arc::new(FixedClock::new(NOW));
    let office = installation.open(clock).await.expect("it opens");
    let out = |seal: &str, edition| electronic::give_out(&office, &code(seal), edition);
    let (own, earlier) = (out(SEAL, SealEdition::V4), out(SEAL, SealEdition::V1));
    let (own, earlier) = (own.expect("ours"), earlier.expect("ours"));
    assert_eq!(Seal::parse(&own).expect("a seal").edition(), Edition::V4);
    let people = [DECIDER, CUSTODIAN];
    let taken = take(&office, &earlier, people).await.expect("as it was");
    assert_eq!(taken, SealEdition::V1);

    let new = another(
        &office,
        "临溪市青石区行政审批服务局审批专用章(省)",
        sized(40),
    );
    for pair in [[DECIDER, DECIDER], [DECIDER, "P-NOBODY"]] {
        let refused = take(&office, &new, pair).await;
        assert!(
            matches!(refused, Err(EslError::People(TwoPeople::People))),
            "{refused:?}"
        );
    }
    let other = out("990102-SLZYZ-01", SealEdition::V4).expect("ours");
    let refused = take(&office, &other, people).await;
    let not_listed =
        |error: &EslError| matches!(error, EslError::Refused(SealFault::SignerNotListed));
    assert!(refused.as_ref().is_err_and(not_listed), "{refused:?}");
    let mut bent = new.clone();
    let last = bent.last_mut().expect("octets");
    *last ^= 1;
    let refused = take(&office, &bent, people).await;
    assert!(
        matches!(&refused, Err(EslError::NotValid(codes)) if codes == "seal.maker-signature"),
        "{refused:?}"
    );
    let refused = take(&office, &another(&office, "大", sized(101)), people).await;
    assert!(
        matches!(refused, Err(EslError::Sides(101, 101))),
        "{refused:?}"
    );
    pictures_are_decoded_first(&office, people).await;
    let refused = take(&office, &new[..40], people).await;
    assert!(
        matches!(refused, Err(EslError::Unreadable(_))),
        "{refused:?}"
    );
    assert_eq!(
        out(SEAL, SealEdition::V4).expect("ours"),
        own,
        "nothing was taken"
    );

    let taken = take(&office, &new, people).await.expect("in order");
    assert_eq!(taken, SealEdition::V4);
    assert_eq!(acts(&office).await, 4, "two people, two seals");
    drop(office);

    let service = Service::of(folder, installation, "").await;
    is_put_on(&service, &new).await;
}

/// From the next start on it is the seal that is put on.
async fn is_put_on(service: &Service, new: &[u8]) {
    let (bureau, issued) = service.issued("FOOD", 1).await;
    let files = told(service, &bureau, &issued).await;
    let ofd = files
        .iter()
        .find(|file| file.starts_with(b"PK"))
        .expect("an OFD");
    let report = offline(service, ofd).await;
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
    let mut package = ofd::Package::open(std::io::Cursor::new(ofd)).expect("a package");
    let beside = package.read("Doc_0/Signs/Sign_0/Seal.esl", 1 << 20);
    assert_eq!(beside.expect("it is there").expect("read"), new);
}
