//! Looking licences up: by identifier, number, holder and handle, within a department.

use super::office::{
    CANARY, NAME, department, holder, issuer, office, other_department, type_code,
};
use crate::stage::on_each_store;

#[test]
fn a_version_is_found_by_all_that_names_it_and_in_its_department_alone() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let licences = office.registry.licences();
        let record = office.issued("found").await.record.expect("a licence");
        let number = (&type_code(), &issuer(), &record.number);
        let holder = holder(CANARY);
        for (within, count) in [
            (None, 1),
            (Some(department()), 1),
            (Some(other_department()), 0),
        ] {
            let within = within.as_ref();
            let by_identifier = licences.find(&record.identifier, within).await;
            let by_number = licences.by_number(number, within).await;
            let by_holder = licences.by_holder(holder.code(), within).await;
            let content = licences.content(&record.identifier, within).await;
            assert_eq!(
                (
                    by_identifier.expect("answers").iter().count(),
                    by_number.expect("answers").len(),
                    by_holder.expect("answers").len(),
                    content.expect("answers").iter().count(),
                ),
                (count, count, count, count),
                "{within:?}"
            );
        }
        let by_handle = licences.by_handle("handle-of-found").await;
        assert_eq!(by_handle.expect("answers"), Some(record.clone()));
        let nobody = licences.by_handle("handle-of-foun").await;
        assert_eq!(nobody.expect("answers"), None);
        assert_eq!(record.holder_masked, "990121********1350");
        let other = other_department();
        let history = licences.history(&other, &record.identifier).await;
        assert!(history.expect("answers").is_empty());
    });
}

#[test]
fn content_opens_as_it_was_composed() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let reserved = office.reserve("content").await;
        let identifier = &reserved.composed.identifier;
        let content = office.registry.licences().content(identifier, None).await;
        let content = content.expect("answers").expect("reserved");
        assert!(String::from_utf8_lossy(&content.bytes).contains(NAME));
        assert_eq!(crypto::sha256(&content.bytes), reserved.content_digest);
        assert_eq!(content.salts, reserved.composed.salts);
        assert_eq!(content.handle, reserved.composed.handle);
    });
}

#[test]
fn a_department_pages_through_its_own() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let licences = office.registry.licences();
        for key in ["1", "2", "3", "4", "5"] {
            office.reserve(&format!("page-{key}")).await;
        }
        let mut seen = Vec::new();
        loop {
            let page = licences.list(&department(), seen.last(), 2).await;
            let page = page.expect("answers");
            assert!(page.len() <= 2);
            if page.is_empty() {
                break;
            }
            seen.extend(page);
        }
        let numbers: Vec<&str> = seen.iter().map(|record| record.number.as_str()).collect();
        assert_eq!(numbers.len(), 5);
        assert!(numbers.is_sorted());
        let other = licences.list(&other_department(), None, 10).await;
        assert!(other.expect("answers").is_empty());
    });
}
