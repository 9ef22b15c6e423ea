//! What goes on beside requests: the service's own trust made anew in its time and not before, and a catalogue that
//! another process put in force.

use std::sync::Arc;

use serde_json::json;
use server::Call;
use time::Duration;

use super::stage::{Service, on_each_database};

#[test]
fn a_service_makes_its_trust_anew_when_half_of_its_time_is_over() {
    on_each_database("trust", async |service: Service| {
        let office = &service.office;
        let first = office.trust();
        let until = first.next_update().expect("a time");
        assert_eq!(until - service.now(), Duration::days(30));
        for _ in 0..3 {
            service.upkeep().await;
        }
        service.wait(Duration::days(14)).await;
        assert!(Arc::ptr_eq(&first, &office.trust()), "it is still good");
        service.wait(Duration::days(2)).await;
        let second = office.trust();
        let later = second.next_update().expect("a time");
        assert_eq!(later - until, Duration::days(16));
        service.upkeep().await;
        assert!(Arc::ptr_eq(&second, &office.trust()));
    });
}

#[test]
fn what_one_process_put_in_force_holds_in_the_other_after_a_round() {
    on_each_database("catch_up", async |service: Service| {
        let other = service.beside().await;
        let before = other.desk().version;
        let matter = "990102-XK-0001";
        let path = format!("/v1/catalogue/matters/{matter}/versions/1/acts");
        for (place, event) in ["suspend", "resume", "suspend"].into_iter().enumerate() {
            let order = json!({"event": event, "legal_basis": "云洲省政务服务事项管理办法 第九条"});
            let call = Call::post(&path, &order);
            let (status, told) = service.call(("C-GOV", "approvals"), call).await;
            assert_eq!(status, 200, "{told}");
            let made = before + u64::try_from(place).expect("few") + 1;
            assert_eq!(service.office.desk().version, made);
            assert_eq!(other.desk().version, made - 1, "not before its round");
            issuance::upkeep::round(&other).await.expect("upkeep");
            assert_eq!(other.desk().version, made);
        }
        let code = catalogue::key::MatterCode::parse(matter).expect("a code");
        let desk = other.desk();
        let held = desk.catalogue.matter(&code).expect("it is listed");
        assert_eq!(held.status, catalogue::matter::MatterStatus::Suspended);
    });
}
