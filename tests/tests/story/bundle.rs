//! R26, R27: the evidence of the case holds without the service, and tells in later years what its licences were.

use server::Call;
use time::Duration;
use verify::{Material, Policy, Verdict};

use super::stage::{CASE, Stage};

/// After the part has ended: one version was superseded, the other valid, by the list of that day.
pub(crate) async fn tells_what_the_licences_were(stage: &Stage) {
    let call = Call::get(format!("/v1/cases/{CASE}/evidence"));
    let bundle = stage.call("Q-APR", call).await;
    assert_eq!(bundle.status, 200);
    let octets = bundle.content.to_vec();
    let states = |octets: &Vec<u8>, days: i64| {
        let at = stage.now() + Duration::days(days);
        let (trust, policy) = (stage.office.trust(), Policy::default());
        let report = verify::examine("case.tar", octets, &trust, &Material::empty(), &policy, at);
        let state = report.findings.iter();
        let state = state.filter(|finding| finding.code == "package.state");
        let mut told: Vec<String> = state
            .filter_map(|finding| finding.text.split(": ").last().map(str::to_owned))
            .collect();
        told.sort_unstable();
        (report.verdict, told)
    };
    let (verdict, told) = states(&octets, 0);
    assert_ne!(verdict, Verdict::Invalid);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].starts_with("superseded, by the list of "),
        "{told:?}"
    );
    assert!(told[1].starts_with("valid, by the list of "), "{told:?}");
    // A month later the list is old, and still says what was on its day.
    assert_eq!(states(&octets, 30).1, told);
    // Another list is none of the package's.
    let place = octets.windows(7).rposition(|at| at == b"status/");
    let mut bent = octets.clone();
    let at = place.expect("a list") + 600;
    bent[at] ^= 1;
    assert_eq!(states(&bent, 0).0, Verdict::Invalid);
}
