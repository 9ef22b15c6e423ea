//! Licences in later years: judged from what their own files carry.

use time::SignedDuration;
use verify::report::TimeSource;
use verify::{Material, Policy, Report, Trust, Verdict};

use super::national::told;
use super::stage::Service;

/// The last whole day of a time-stamping unit.
const LAST_DAY: i64 = 1_794;

/// The bundle as an inspector has it who took it along on the day of issue.
pub(crate) async fn bundle(service: &Service) -> Trust {
    let bundle = service.fetch("/v1/trust").await.content;
    Trust::parse(&bundle).expect("our own bundle")
}

/// What is said of a file so many days later, with nothing at hand but the file and trust.
fn judged(service: &Service, trust: &Trust, file: &[u8], days: i64) -> Report {
    let (file, at) = (
        file.to_vec(),
        service.now() + SignedDuration::hours(24 * days),
    );
    let (policy, nothing) = (Policy::default(), Material::empty());
    verify::examine("a", &file, trust, &nothing, &policy, at)
}

/// Each file is valid by itself as long as the unit's certificate, and not a day longer. The certificates of seal, maker and
/// responders end after a year.
pub(crate) fn lasts_as_its_time_stamp(service: &Service, trust: &Trust, files: &[Vec<u8>]) {
    for file in files {
        for days in [0, 1_095, LAST_DAY] {
            let report = judged(service, trust, file, days);
            let seal = report.signatures.first().expect("a seal");
            assert_eq!(seal.verdict, Verdict::Valid, "{days} days, {report:#?}");
            assert_eq!(seal.time_source, TimeSource::SignatureTimeStamp);
        }
        let report = judged(service, trust, file, LAST_DAY + 1);
        let seal = report.signatures.first().expect("a seal");
        assert_eq!(seal.verdict, Verdict::Indeterminate, "{report:#?}");
        assert_ne!(seal.time_source, TimeSource::SignatureTimeStamp);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_licence_is_proven_by_its_own_files_as_long_as_its_time_stamp_is() {
    let service = Service::start_national().await;
    let (bureau, issued) = service.issued("FOOD", 1).await;
    let trust = bundle(&service).await;
    let files = told(&service, &bureau, &issued).await;
    assert_eq!(
        files.len(),
        2,
        "a PDF in the usual suite, an OFD in the national one"
    );
    lasts_as_its_time_stamp(&service, &trust, &files);
}
