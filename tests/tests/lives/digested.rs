//! Who has the digest of a content alone: what a verdict by it says, and what the ledger says of such a use.

use serde_json::{Value, json};
use server::Call;
use tests::installation::hex;
use verify::Verdict;

use super::digests::{allow, sealed};
use super::envelopes::{BUREAU, DATA, File, codes, form, judged};
use super::stage::{Service, on_each_database};

const API: &str = "/v1/verifications";

/// What anybody is answered over a file and parts `content-digest`: status and answer.
async fn by_digest(service: &Service, file: &[u8], path: &str, parts: &[File<'_>]) -> (u16, Value) {
    let all: Vec<_> = [("file", "sealed", file)]
        .into_iter()
        .chain(parts.iter().map(|(name, octets)| (*name, "", *octets)))
        .collect();
    let client = server::Client::anonymous(&service.base);
    let answer = client.call(form(path, &all), service.now()).await;
    let answer = answer.expect("an answer");
    (answer.status.as_u16(), answer.json())
}

/// What does not stand for the content is refused, and nothing judged.
async fn refused(service: &Service, file: &[u8], own: &str) {
    let longer = crypto::Digest::of(crypto::DigestAlgorithm::Sha512, DATA.1);
    let longer = format!("sha512:{}", hex(longer.bytes()));
    let cut = &own[..own.len() - 2];
    for (parts, why) in [
        (vec![longer.as_bytes()], "by another algorithm: sha-256"),
        (vec![cut.as_bytes()], "not the length of its algorithm"),
        (vec![b"\xff".as_slice()], ""),
        (vec![own.as_bytes(); 2], "two digests by one algorithm"),
    ] {
        let parts: Vec<_> = parts.iter().map(|text| ("content-digest", *text)).collect();
        for path in [API.to_owned(), format!("{API}?form=bundle")] {
            let (status, told) = by_digest(service, file, &path, &parts).await;
            assert_eq!(
                (status, &told["code"]),
                (400, &json!("request.malformed")),
                "{told}"
            );
            let told = told["detail"].as_str().unwrap_or_default();
            assert!(told.contains(why), "{told}");
        }
    }
    let both = [
        ("file", "sealed", file),
        ("content", DATA.0, DATA.1),
        ("content-digest", "", own.as_bytes()),
    ];
    let client = server::Client::anonymous(&service.base);
    let answer = client.call(form(API, &both), service.now()).await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status, 400, "{}", answer.json());
}

#[test]
fn anybody_who_has_the_digest_alone_is_given_the_same_verdict_over_http() {
    on_each_database("digested", async |service: Service| {
        allow(&service).await;
        let own = hex(&crypto::sha256(DATA.1));
        let own = format!("sha256:{own}");
        for (envelope, level) in [("cades", "B-LTA"), ("jades-detached", "B-LT")] {
            let key = format!("digested-{envelope}");
            let (file, _) = sealed(&service, (&key, envelope, level), &[DATA]).await;
            let whole = judged(&service, &file, &[DATA]).await;
            let digest = ("content-digest", own.as_bytes());
            let link = format!("{API}?content-digest={own}");
            for (path, parts) in [(API, &[digest][..]), (&link, &[])] {
                let (status, report) = by_digest(&service, &file, path, parts).await;
                assert_eq!(status, 200, "{report}");
                assert_eq!(report["verdict"], "valid", "{report}");
                assert_eq!(report["signatures"][0]["level"], level, "{report}");
                let mut found = codes(&report);
                assert!(found.contains(&"signature.content-digest"), "{report}");
                found.retain(|code| *code != "signature.content-digest");
                assert_eq!(found, codes(&whole), "{report}");
            }
            // Of another content.
            let other = format!("sha-256:{}", hex(&crypto::sha256(b"other")));
            let other = ("content-digest", other.as_bytes());
            let (_, report) = by_digest(&service, &file, API, &[other]).await;
            assert_eq!(report["verdict"], "invalid", "{report}");
            refused(&service, &file, &own).await;
            // The bundle holds the digest, and comes to the same.
            let client = server::Client::anonymous(&service.base);
            let path = format!("{API}?form=bundle");
            let parts = [
                ("file", "sealed", file.as_slice()),
                ("content-digest", "", own.as_bytes()),
            ];
            let bundle = client.call(form(&path, &parts), service.now()).await;
            let bundle = bundle.expect("an answer").content;
            let again = transcript::bundle::judge_again(&bundle).expect("a bundle");
            assert!(again.same);
            assert_eq!(again.report.verdict, Verdict::Valid);
        }
    });
}

#[test]
fn the_ledger_tells_which_uses_nobody_here_has_seen() {
    on_each_database("unseen_uses", async |service: Service| {
        allow(&service).await;
        sealed(&service, ("use-unseen", "cades", "B-B"), &[DATA]).await;
        let seen = ("use-seen", "cades", Some("B-B"));
        super::envelopes::sealed(&service, seen, &[DATA]).await;
        service.wait(time::SignedDuration::seconds(1)).await;
        let ask = async |path: &str| {
            let (status, told) = service.call((BUREAU, "approvals"), Call::get(path)).await;
            assert_eq!(status, 200, "{told}");
            told
        };
        let page = ask("/v1/ledger").await;
        let lines = page["lines"].as_array().expect("lines");
        let told: Vec<_> = lines.iter().map(|line| &line["content_not_sent"]).collect();
        assert_eq!(told, [&json!(true), &Value::Null], "{page}");
        let totals = ask("/v1/ledger/totals").await;
        assert_eq!(totals["uses"], 2, "{totals}");
        assert_eq!(totals["content_not_sent"], 1, "{totals}");
        assert_eq!(totals["signatures"]["international"], 2, "{totals}");
        let seals = totals["seals"].as_array().expect("seals");
        assert!(seals.iter().all(|one| one["agrees"] == true), "{totals}");
        let file = super::envelopes::had(&service, "approvals", "/v1/ledger/file".to_owned()).await;
        let text = String::from_utf8(file.2).expect("UTF-8");
        let rows: Vec<&str> = text.lines().collect();
        assert!(rows[0].ends_with(",sm,content_not_sent"), "{text}");
        assert!(
            rows[1].ends_with(",yes") && rows[2].ends_with(','),
            "{text}"
        );
    });
}
