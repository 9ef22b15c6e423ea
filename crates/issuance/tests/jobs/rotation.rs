//! A service that runs for years: its keys are certified anew before their certificates end, and what it serves is accepted.

use evidence::ocsp::{Asked, CertificateId, Moment, NoncePolicy, Request, Response, Status};
use issuance::answers::Answered;
use issuance::{Clock, Level};
use time::{Duration, UtcDateTime};
use verify::{Material, Policy, Trust, Verdict};

use super::stage::{DEPARTMENT, blank};
use crate::house::{House, caller};

impl House {
    /// What a client asks for without a nonce, and whether it accepts what it is answered: certificate and answer hold now.
    async fn asked(&self) {
        let (office, at) = (&self.office, self.clock.now());
        let hierarchy = office.hierarchy();
        let unit = hierarchy.time_stamps.current();
        let unit = unit.serial();
        let id = CertificateId::new(crypto::DigestAlgorithm::Sha256, &hierarchy.authority, unit);
        let request = Request::new(id, None).encode();
        let answered = issuance::asked::status(office, &request).await;
        let Ok(Answered::Ahead(held)) = answered else {
            panic!("{at}: {answered:?}");
        };
        let response = Response::parse(&held.der).expect("our own");
        let asked = Asked {
            issuer: &hierarchy.authority,
            serial: unit,
            nonce: None,
            nonce_policy: NoncePolicy::TimesSuffice,
            moment: Moment::Live {
                at,
                skew: Duration::ZERO,
            },
        };
        let accepted = response.check(&asked).expect("accepted today");
        assert_eq!(accepted.status, Status::Good);
    }

    /// The bundle that follows `before`, by whoever trusts that one and by whoever begins with it.
    fn bundle(&self, before: Option<&(Trust, UtcDateTime)>) -> (Trust, UtcDateTime) {
        let bundle = self.office.trust_bundle().expect("unlocked").into_bytes();
        if let Some((before, issued)) = before {
            let followed = before.parse_successor(&bundle, *issued);
            followed.expect("it follows");
        }
        let trust = Trust::parse(&bundle).expect("our own bundle");
        (trust, self.clock.now())
    }

    fn lists(&self) {
        let at = self.clock.now();
        for name in ["root.crl", "ca.crl", "ca-0.crl"] {
            assert!(self.office.lists().revoked(name).is_some(), "{at}: {name}");
        }
        assert!(self.office.lists().states(1).is_some(), "{at}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_runs_for_three_years_is_accepted_on_each_day_and_so_is_what_it_sealed_on_the_first()
 {
    let house = House::found().await;
    let job = house.waiting(1, Level::LongTerm, blank()).await;
    house.release(&job).await.expect("sealed");
    let sealed = (&job, None);
    let file = issuance::look::document_file(&house.office, &caller(DEPARTMENT), sealed).await;
    let file = file.expect("kept").bytes;
    let mut trust = house.bundle(None);
    for _ in 0..37 {
        house.later(Duration::days(30)).await;
        house.asked().await;
        house.lists();
        trust = house.bundle(Some(&trust));
    }
    let hierarchy = house.office.hierarchy();
    let yearly = [
        &hierarchy.responder,
        &hierarchy.time_stamps,
        &hierarchy.status,
        &hierarchy.trust,
    ];
    for certified in yearly {
        let all = certified.all();
        assert_eq!(all.len(), 4, "one for each year, and the first");
        for pair in all.windows(2) {
            let [next, before] = pair else {
                panic!("pairs");
            };
            let overlap = before.validity().last - next.validity().from;
            assert!(overlap >= Duration::days(29), "{overlap}");
            assert_eq!(next.public_key().ok(), before.public_key().ok());
        }
    }
    // What is stamped now is by the newest, and what was stamped first by the first: both are known to whoever trusts us.
    let stamps = hierarchy.time_stamps.all();
    assert_eq!(house.office.stamps.unit().certificate, *stamps[0]);
    let known: Vec<_> = trust.0.known().collect();
    assert!(stamps.iter().all(|unit| known.contains(&unit.as_ref())));
    let lasts = stamps[0].validity().last - house.clock.now();
    assert!(
        lasts > Duration::days(1_460),
        "four years at least: {lasts}"
    );
    let (policy, nothing) = (Policy::named("form").expect("built in"), Material::empty());
    let at = house.clock.now();
    let report = verify::examine("a", &file, &trust.0, &nothing, &policy, at);
    assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_stood_still_for_three_years_is_accepted_after_its_first_round() {
    let house = House::found().await;
    let trust = house.bundle(None);
    house.later(Duration::days(1_100)).await;
    house.asked().await;
    house.lists();
    house.bundle(Some(&trust));
    // What was in force is certified anew once, however many rounds follow.
    let certified = house.office.hierarchy().trust.all().len();
    house.later(Duration::HOUR).await;
    assert_eq!(house.office.hierarchy().trust.all().len(), certified);
    assert_eq!(certified, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printed_code_names_a_certificate_that_later_bundles_know() {
    let house = House::found().await;
    let first = house.office.hierarchy().credential.current();
    house.later(Duration::days(400)).await;
    let next = house.office.hierarchy().credential.current();
    assert_ne!(first, next);
    let (trust, _) = house.bundle(None);
    let known: Vec<_> = trust.known().collect();
    assert!(known.contains(&first.as_ref()) && known.contains(&next.as_ref()));
    assert!(first.validity().last > house.clock.now());
}
