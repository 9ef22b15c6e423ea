//! What a list says is to be trusted, and when: states and their history as times.

use pki::path::Purpose;
use time::UtcDateTime;
use time::macros::utc_datetime;
use trustlist::{Kind, ListedAnchor, Narrowed, Provider, licence_type, published};

use crate::lists::maker::{
    ISSUED, NEXT, SIGNER, certificate, digested, draft, first, put, read, resigned, signed, texts,
};

const FROM: UtcDateTime = utc_datetime!(2024-01-01 0:00);
const UNTIL: UtcDateTime = utc_datetime!(2025-07-01 0:00);

fn anchors(text: &str) -> Vec<(Vec<Purpose>, UtcDateTime, Option<UtcDateTime>)> {
    let list = read(text).expect("a good list");
    let all = list.anchors().into_iter();
    all.map(|one: ListedAnchor| (one.purposes, one.from, one.until))
        .collect()
}

fn resealed(text: &str, old: &str, new: &str) -> String {
    resigned(&digested(&put(text, old, new)), SIGNER)
}

fn once(until: Option<UtcDateTime>) -> String {
    let mut draft = draft();
    let purposes = [Purpose::DocumentSigning];
    let root = certificate("root");
    first(&mut draft).services = published(&texts("根"), &root, &purposes, FROM, until);
    signed(&draft)
}

#[test]
fn approval_and_its_end_are_the_ends_of_a_time() {
    let documents = vec![Purpose::DocumentSigning];
    assert_eq!(anchors(&once(None)), [(documents.clone(), FROM, None)]);
    assert_eq!(
        anchors(&once(Some(UNTIL))),
        [(documents.clone(), FROM, Some(UNTIL))]
    );
    // Withdrawn from the start, or in a state that nobody knows: never trusted.
    let withdrawn = resealed(&once(None), "recognisedatnationallevel", "withdrawn");
    assert_eq!(anchors(&withdrawn), []);
    let unknown = resealed(&once(None), "recognisedatnationallevel", "new");
    assert_eq!(anchors(&unknown), []);
    // Ended, and approved again.
    let again = resealed(&once(Some(UNTIL)), "deprecatedatnationallevel", "granted");
    assert_eq!(
        anchors(&again),
        [
            (documents.clone(), UNTIL, None),
            (documents, FROM, Some(UNTIL))
        ]
    );
}

#[test]
fn a_history_that_does_not_fall_is_refused() {
    let text = once(Some(UNTIL));
    let turned = resealed(
        &text,
        "<StatusStartingTime>2024-01-01",
        "<StatusStartingTime>2025-08-01",
    );
    assert_eq!(
        read(&turned).expect_err("refused"),
        trustlist::ReadList::Value("ServiceHistory")
    );
}

#[test]
fn a_history_without_a_certificate_is_that_of_the_service() {
    let text = once(Some(UNTIL));
    let (before, history) = text.split_once("<ServiceHistory>").expect("a history");
    let from = history.find("<DigitalId>").expect("an identity");
    let end = history.find("</DigitalId>").expect("an identity") + "</DigitalId>".len();
    let key = "<DigitalId><X509SKI>AAAA</X509SKI></DigitalId>";
    let bare = format!(
        "{before}<ServiceHistory>{}{key}{}",
        &history[..from],
        &history[end..]
    );
    let list = read(&resigned(&digested(&bare), SIGNER)).expect("a good list");
    assert_eq!(list.anchors()[0].certificate, certificate("root"));
}

#[test]
fn kinds_say_what_for() {
    let narrowed = |ends: &[&str]| -> Vec<Narrowed> {
        let uri = |end| format!("http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/{end}");
        let all = ends.iter().map(uri);
        all.map(|uri| Narrowed { uri, value: None }).collect()
    };
    let of = |kind: &str, ends: &[&str]| {
        let uri = format!("http://uri.etsi.org/TrstSvc/Svctype/{kind}");
        Kind::of(&uri).purposes(&narrowed(ends))
    };
    assert_eq!(of("CA/QC", &[]), [Purpose::DocumentSigning]);
    assert_eq!(
        of("CA/QC", &["ForeSignatures", "ForeSeals"]),
        [Purpose::DocumentSigning]
    );
    assert_eq!(
        of("CA/QC", &["ForWebSiteAuthentication"]),
        [Purpose::ServerAuthentication]
    );
    assert_eq!(of("TSA/QTST", &[]), [Purpose::TimeStamping]);
    assert_eq!(of("Certstatus/OCSP/QC", &[]), [Purpose::OcspSigning]);
    for other in ["Certstatus/CRL/QC", "EDS/Q", "PSES/Q", "unspecified", ""] {
        assert_eq!(of(other, &[]), []);
    }
    assert_eq!(Kind::of("urn:other"), Kind::Other);
}

#[test]
fn an_extension_that_is_not_understood_counts_where_it_is_critical() {
    let extensions = |critical: &str, inner: &str| {
        format!(
            "</StatusStartingTime><ServiceInformationExtensions><Extension Critical=\"{critical}\">{inner}</Extension></ServiceInformationExtensions>"
        )
    };
    let with = |critical: &str, inner: &str| {
        resealed(
            &once(None),
            "</StatusStartingTime>",
            &extensions(critical, inner),
        )
    };
    let new = "<New xmlns=\"urn:new\"/>";
    assert_eq!(anchors(&with("false", new)).len(), 1);
    let refused = with("true", new);
    assert_eq!(anchors(&refused), []);
    let list = read(&refused).expect("the list itself is good");
    let told: Vec<&str> = list.refused().map(|(_, why)| why).collect();
    assert_eq!(told, ["New"]);
    let known = "<AdditionalServiceInformation><URI xml:lang=\"en\">http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForWebSiteAuthentication</URI></AdditionalServiceInformation>";
    let narrowed = anchors(&with("true", known));
    assert_eq!(narrowed[0].0, [Purpose::ServerAuthentication]);
    let stated = with("maybe", new);
    assert_eq!(
        read(&stated).expect_err("refused"),
        trustlist::ReadList::Value("Critical")
    );
}

#[test]
fn qualifications_are_read_as_data() {
    let sie = "http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#";
    let qualifications = format!(
        "</StatusStartingTime><ServiceInformationExtensions><Extension Critical=\"true\"><q:Qualifications xmlns:q=\"{sie}\"><q:QualificationElement><q:Qualifiers><q:Qualifier uri=\"urn:a\"/></q:Qualifiers><q:CriteriaList assert=\"atLeastOne\"><q:KeyUsage><q:KeyUsageBit name=\"nonRepudiation\">true</q:KeyUsageBit></q:KeyUsage><q:PolicySet><q:PolicyIdentifier><x:Identifier xmlns:x=\"http://uri.etsi.org/01903/v1.3.2#\">1.2.3</x:Identifier></q:PolicyIdentifier></q:PolicySet></q:CriteriaList></q:QualificationElement></q:Qualifications></Extension><Extension Critical=\"false\"><ExpiredCertsRevocationInfo>2024-02-01T00:00:00Z</ExpiredCertsRevocationInfo></Extension></ServiceInformationExtensions>"
    );
    let text = resealed(&once(None), "</StatusStartingTime>", &qualifications);
    let list = read(&text).expect("a good list");
    let period = &list.providers[0].services[0].periods[0];
    let found = &period.qualifications[0];
    assert_eq!(found.qualifiers, ["urn:a"]);
    assert_eq!(found.criteria.assert, "atLeastOne");
    assert_eq!(
        found.criteria.key_usage,
        [vec![("nonRepudiation".to_owned(), true)]]
    );
    assert_eq!(found.criteria.policies, [vec!["1.2.3".to_owned()]]);
    assert_eq!(
        period.expired_kept_since,
        Some(utc_datetime!(2024-02-01 0:00))
    );
    assert_eq!(list.anchors().len(), 1);
}

#[test]
fn a_list_is_stale_from_its_next_update_on() {
    let list = read(&signed(&draft())).expect("a good list");
    assert!(!list.is_stale(NEXT - time::Duration::seconds(1)));
    assert!(list.is_stale(NEXT));
    assert!(!list.is_early(ISSUED));
    assert!(list.is_early(ISSUED - time::Duration::hours(1)));
}

#[test]
fn a_closed_list_trusts_nobody_any_more() {
    let next = "<dateTime>2026-11-01T00:00:00Z</dateTime>";
    let closed = resealed(&once(None), next, "");
    let list = read(&closed).expect("a good list");
    assert!(list.is_stale(ISSUED));
    assert_eq!(list.anchors()[0].until, Some(ISSUED));
}

#[test]
fn our_own_words_come_back() {
    let mut draft = draft();
    let purposes = [
        Purpose::Credential,
        Purpose::StatusList,
        Purpose::TrustBundle,
    ];
    let name = texts("根");
    let root = certificate("root");
    first(&mut draft).services = published(&name, &root, &purposes, FROM, None);
    draft.providers.push(Provider {
        name: texts("青石区局"),
        trade_names: vec![("en".to_owned(), "NTRCN-11990102FAKE00099D".to_owned())],
        services: vec![licence_type(
            &name,
            "11990000FAKE00013G001",
            &root,
            FROM,
            Some(UNTIL),
        )],
    });
    let list = read(&signed(&draft)).expect("a good list");
    let found: Vec<Purpose> = list
        .anchors()
        .into_iter()
        .flat_map(|one| one.purposes)
        .collect();
    assert_eq!(found, purposes);
    let types = trustlist::entitled(&list);
    assert_eq!(types.len(), 1);
    assert_eq!(types[0].body, "NTRCN-11990102FAKE00099D");
    assert_eq!(types[0].code, "11990000FAKE00013G001");
    assert_eq!((types[0].from, types[0].until), (FROM, Some(UNTIL)));
}
