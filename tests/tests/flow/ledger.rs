//! The ledger of seals: a view of the journal, whose sums are what stands in the public log, for those whose seals they are.

use catalogue::key::DepartmentKey;
use crypto::{KeyId, sha256};
use registry::asked::By;
use registry::journal::KeyUse;
use serde_json::{Value, json};
use server::{Answer, Call};
use tests::customer::Customer;
use tests::installation::{CUSTODIAN, hex};
use time::SignedDuration;
use tlog::{Leaf, LeafKind};

use super::stage::{Service, problem};

const SEAL: &str = "990102-SPZYZ-01";

async fn asked(service: &Service, customer: &Customer, path: &str) -> Answer {
    let answer = customer.call("approvals", Call::get(path), service.now());
    answer.await.expect("an answer")
}

async fn told(service: &Service, customer: &Customer, path: &str) -> Value {
    let answer = asked(service, customer, path).await;
    assert_eq!(answer.status, 200, "{path} {}", answer.json());
    answer.json()
}

/// Leaves of the public log for signatures of this seal, as anybody counts them.
async fn leaves(service: &Service, seal: &str) -> u64 {
    let note = service.fetch("/log/checkpoint").await.content;
    let note = String::from_utf8(note.to_vec()).expect("a note");
    let size: u16 = note.lines().nth(1).expect("a size").parse().expect("few");
    let path = format!("/log/tile/entries/000.p/{size}");
    let bundle = service.fetch(&path).await.content;
    let entries = tlog::bundle::parse_bundle(&bundle).expect("a bundle");
    let leaves = entries
        .iter()
        .map(|entry| Leaf::parse(entry).expect("a leaf"));
    let own = leaves.filter(|leaf| leaf.kind == LeafKind::SealSignature && leaf.subject == seal);
    u64::try_from(own.count()).expect("few")
}

#[test]
fn the_ledger_tells_each_use_once_and_its_sums_are_the_leaves_of_the_public_log() {
    tests::databases::on_each("ledger_sums", async |database| {
        let service = Service::start_national_in(database).await;
        let (bureau, first) = service.issued("FOOD", 1).await;
        service.issued("FOOD", 2).await;
        let (drugs, _) = service.issued("DRUG", 3).await;
        // What was refused is no use.
        let (_, refused) = service.waiting("FOOD", 4).await;
        let call = Call::post(
            format!("/v1/releases/{refused}/refusal"),
            &json!({"reason": "not decided"}),
        );
        let answer = bureau.call("custodian", call, service.now()).await;
        assert_eq!(answer.expect("an answer").status, 200);
        service.wait(SignedDuration::seconds(1));
        let page = told(&service, &bureau, "/v1/ledger").await;
        let lines = page["lines"].as_array().expect("lines");
        assert_eq!((lines.len(), page.get("after")), (2, None), "{page}");
        let line = &lines[0];
        for (member, value) in [
            ("seal", json!(SEAL)),
            ("purpose", json!("licence")),
            ("department", json!("Q-APR")),
            ("object", first["identifier"].clone()),
            ("job", first["job"].clone()),
            ("releaser", json!(CUSTODIAN)),
            ("requester", json!("Q-APR-approvals")),
            ("attempt", json!(1)),
        ] {
            assert_eq!(line[member], value, "{member} of {line}");
        }
        for digest in ["international", "sm"] {
            assert_eq!(line[digest].as_str().map(str::len), Some(64), "{line}");
        }
        assert!(
            line["decider"].is_string() && line["matter"].is_string(),
            "{line}"
        );
        let totals = told(&service, &bureau, "/v1/ledger/totals").await;
        let expected = json!({"international": 2, "sm": 2});
        assert_eq!(totals["signatures"], expected, "{totals}");
        let sums = (&totals["uses"], &totals["by_seal"], &totals["by_releaser"]);
        let expected = (&json!(2), &json!({SEAL: 2}), &json!({CUSTODIAN: 2}));
        assert_eq!(sums, expected, "{totals}");
        let seals = totals["seals"].as_array().expect("seals");
        let own = seals
            .iter()
            .find(|one| one["seal"] == SEAL)
            .expect("the seal");
        assert_eq!(own["leaves"], leaves(&service, SEAL).await, "{own}");
        assert!(seals.iter().all(|one| one["agrees"] == true), "{totals}");
        of_whom_and_of_what(&service, &bureau, line).await;
        as_a_file(&service, &bureau, lines.len()).await;
        for_whose_they_are(&service, (&bureau, &drugs)).await;
    });
}

/// Filters: a person, a matter, days.
async fn of_whom_and_of_what(service: &Service, bureau: &Customer, line: &Value) {
    let matter = line["matter"].as_str().expect("a matter");
    let decider = line["decider"].as_str().expect("somebody");
    let decider = decider.replace('.', "%2E");
    for (query, count) in [
        (format!("seal={SEAL}"), 2),
        (format!("person={CUSTODIAN}"), 2),
        (format!("person={decider}"), 2),
        ("person=Q-APR-approvals".to_owned(), 2),
        ("person=P-NOBODY".to_owned(), 0),
        (format!("matter={matter}"), 2),
        ("matter=990102-XK-9999".to_owned(), 0),
        ("from=2026-07-03&to=2026-07-03".to_owned(), 2),
        ("from=2026-07-04".to_owned(), 0),
        ("to=2026-07-02".to_owned(), 0),
    ] {
        let page = told(service, bureau, &format!("/v1/ledger?{query}")).await;
        let found = page["lines"].as_array().map(Vec::len);
        assert_eq!(found, Some(count), "{query}: {page}");
        let sums = told(service, bureau, &format!("/v1/ledger/totals?{query}")).await;
        assert_eq!(sums["lines"], count, "{query}: {sums}");
    }
    for query in ["after=1", "from=yesterday", "colour=red"] {
        let answer = asked(service, bureau, &format!("/v1/ledger?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
    }
}

/// The same lines in the same order; the trace has the digest of what left.
async fn as_a_file(service: &Service, bureau: &Customer, count: usize) {
    for (form, head) in [("csv", 1), ("jsonl", 0)] {
        let path = format!("/v1/ledger/file?format={form}");
        let answer = asked(service, bureau, &path).await;
        assert_eq!(answer.status, 200, "{form}");
        let text = String::from_utf8(answer.content.to_vec()).expect("UTF-8");
        assert_eq!(text.lines().count(), count + head, "{text}");
        let digest = hex(&sha256(&answer.content));
        assert_eq!(answer.headers["etag"], format!("\"sha256-{digest}\""));
        let again = asked(service, bureau, &path).await;
        assert_eq!(
            again.content, answer.content,
            "the same days, the same file"
        );
        let department = DepartmentKey::parse("Q-APR").expect("a department");
        let trace = service.office.registry().trace();
        let entries = trace
            .about(&department, "ledger", 0)
            .await
            .expect("entries");
        let ground = format!("ledger.{form}");
        let mut own = entries.iter().filter(|entry| entry.ground == ground);
        let entry = own.next().expect("an entry");
        let lines = format!("digest={digest}\nlines={count}\n");
        assert!(entry.detail.starts_with(&lines), "{}", entry.detail);
    }
    let answer = asked(service, bureau, "/v1/ledger/file?format=xls").await;
    assert_eq!(problem(&answer), (400, "request.malformed".to_owned()));
}

/// T-P3: another department's ledger is not there, by whatever it is asked for.
async fn for_whose_they_are(service: &Service, (bureau, drugs): (&Customer, &Customer)) {
    let theirs = told(service, drugs, "/v1/ledger").await;
    let seal = theirs["lines"][0]["seal"]
        .as_str()
        .expect("a seal")
        .to_owned();
    let department = drugs.department().to_owned();
    for route in ["/v1/ledger", "/v1/ledger/totals", "/v1/ledger/file"] {
        let other = [
            format!("seal={seal}"),
            format!("department={department}"),
            format!("department={department}&seal={seal}"),
            format!("department=Q-APR&seal={seal}"),
        ];
        let none = asked(service, bureau, &format!("{route}?seal=990102-SPZYZ-99")).await;
        assert_eq!(problem(&none), (404, "not-found".to_owned()));
        for query in other {
            let answer = asked(service, bureau, &format!("{route}?{query}")).await;
            let same = (answer.status, answer.json()["code"].clone());
            assert_eq!(same, (none.status, none.json()["code"].clone()), "{query}");
        }
        let mine = asked(service, bureau, &format!("{route}?department=Q-APR")).await;
        assert_eq!(mine.status, 200);
    }
    // Whose matter and person it was is no way around it.
    let query = format!("/v1/ledger?person={department}-approvals");
    let page = told(service, bureau, &query).await;
    assert_eq!(page["lines"].as_array().map(Vec::len), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_go_on_where_the_last_one_ended_and_a_line_without_an_attempt_is_told() {
    let service = Service::start().await;
    let bureau = service.at("Q-APR");
    // Somebody who writes into the journal what no job did.
    let line = |number: u64| KeyUse {
        department: DepartmentKey::parse("Q-APR").expect("a department"),
        by: By::new("P-NOBODY", service.now()),
        key: KeyId::parse(&format!("seal-{SEAL}")).expect("a key"),
        purpose: "licence".to_owned(),
        digests: vec![sha256(&number.to_be_bytes())],
        object: format!("{number:05}"),
    };
    let journal = service.office.registry().journal();
    let lines = (1..=650).map(line).collect();
    journal.append(lines).await.expect("written");
    service.wait(SignedDuration::seconds(1));
    let (mut objects, mut after) = (Vec::new(), String::new());
    loop {
        let page = told(&service, &bureau, &format!("/v1/ledger?seal={SEAL}{after}")).await;
        let lines = page["lines"].as_array().expect("lines");
        assert!(lines.len() <= 100);
        objects.extend(lines.iter().map(|line| line["object"].clone()));
        match page["after"].as_str() {
            Some(place) => after = format!("&after={place}"),
            None => break,
        }
    }
    let expected: Vec<Value> = (1..=650)
        .map(|number| json!(format!("{number:05}")))
        .collect();
    assert_eq!(objects, expected, "each once, in the order of time");
    let totals = told(&service, &bureau, &format!("/v1/ledger/totals?seal={SEAL}")).await;
    assert_eq!(totals["lines"], 650);
    let own = &totals["seals"][0];
    let found = (&own["agrees"], &own["attempts"], &own["leaves"]);
    assert_eq!(found, (&json!(false), &json!(0), &json!(0)), "{own}");
}
