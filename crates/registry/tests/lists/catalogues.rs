//! Imports of the catalogue.

use catalogue::key::{DepartmentKey, MatterCode};
use crypto::sha256;
use registry::asked::By;
use registry::catalogues::{ActRefused, MatterDone};

use super::moment::at;
use crate::stage::on_each_store;

#[test]
fn imports_are_numbered_and_the_same_sources_make_no_new_one() {
    on_each_store(async |stage| {
        let registry = stage.open().await;
        let catalogues = registry.catalogues();
        let import = async |sources: &[u8], seconds| {
            catalogues
                .import(
                    sources.to_vec(),
                    sha256(sources),
                    "zhou.qinghe".to_owned(),
                    at(seconds),
                )
                .await
                .expect("nobody else imports")
        };
        assert_eq!(catalogues.latest().await.expect("readable"), None);
        assert_eq!(import(b"one", 0).await, 1);
        assert_eq!(import(b"one", 1).await, 1);
        assert_eq!(import(b"two", 2).await, 2);
        assert_eq!(import(b"one", 3).await, 3);
        let latest = catalogues.latest().await.expect("readable").expect("three");
        assert_eq!((latest.version, latest.imported), (3, at(3)));
        let first = catalogues.find(1).await.expect("readable").expect("kept");
        assert_eq!(
            (
                first.sources.as_slice(),
                first.imported,
                first.person.as_str()
            ),
            (&b"one"[..], at(0), "zhou.qinghe")
        );
        assert_eq!(catalogues.find(4).await.expect("readable"), None);
    });
}

#[test]
fn an_act_on_a_matter_makes_the_next_catalogue_with_its_history_and_its_trace() {
    on_each_store(async |stage| {
        let registry = stage.open().await;
        let catalogues = registry.catalogues();
        let files = |text: &str| text.as_bytes().to_vec();
        let import = |text: &'static str, seconds| {
            let person = "gu.xingzhou".to_owned();
            catalogues.import(files(text), sha256(text.as_bytes()), person, at(seconds))
        };
        let code = MatterCode::parse("990102-XK-0001").expect("a code");
        let done = |event: &str, seconds| MatterDone {
            code: code.clone(),
            version: 2,
            event: event.to_owned(),
            department: DepartmentKey::parse("Q-APR").expect("a key"),
            by: By::new("zhou.qinghe", at(seconds)),
            day: "2026-06-10".to_owned(),
            legal_basis: String::new(),
        };
        assert_eq!(import("whole", 0).await.expect("alone"), 1);
        let act = |event: &'static str, seconds, after| {
            catalogues.act(done(event, seconds), files(event), after)
        };
        assert_eq!(act("draft", 1, 1).await.expect("kept"), 2);
        assert_eq!(act("submit", 2, 2).await.expect("kept"), 3);
        // Judged by a catalogue that is not the latest any more: nothing is kept.
        let late = act("publish", 3, 2).await.expect_err("moved on");
        assert!(matches!(late, ActRefused::MovedOn), "{late}");
        let latest = catalogues.latest().await.expect("readable").expect("three");
        assert_eq!(
            (latest.version, latest.sources.as_slice()),
            (3, &b"whole"[..])
        );
        assert_eq!(latest.entries, [files("draft"), files("submit")]);
        let second = catalogues.find(2).await.expect("readable").expect("kept");
        assert_eq!(second.entries, [files("draft")]);
        let history = catalogues.history(&code, 2).await.expect("readable");
        assert_eq!(history, [done("draft", 1), done("submit", 2)]);
        // A whole import begins anew; what was done stays history.
        assert_eq!(import("whole", 4).await.expect("alone"), 4);
        let latest = catalogues.latest().await.expect("readable").expect("four");
        assert_eq!(latest.entries, Vec::<Vec<u8>>::new());
        let department = DepartmentKey::parse("Q-APR").expect("a key");
        let faults = registry.trace().check(&department).await;
        assert!(faults.expect("readable").is_empty());
        let written = registry
            .trace()
            .about(&department, "990102-XK-0001 version 2", 0)
            .await
            .expect("readable");
        let deeds: Vec<_> = written.iter().map(|entry| entry.ground.as_str()).collect();
        assert_eq!(deeds, ["draft", "submit"]);
    });
}
