//! Trust of other regions: two people add it, date it anew and take it back, and each word stands in the trace.

use catalogue::key::{DepartmentKey, PersonKey};
use registry::asked::By;
use registry::regions::{Agreed, RegionRefused, RegionTrust, RegionWord, Spoken};
use time::macros::utc_datetime;
use time::{Duration, UtcDateTime};

use crate::stage::on_each_store;

const NOW: UtcDateTime = utc_datetime!(2026-07-03 1:00);

fn word(person: &str, trust: Option<RegionTrust>, at: UtcDateTime) -> RegionWord {
    RegionWord {
        region: "临江省".to_owned(),
        trust,
        person: PersonKey::parse(person).expect("a key"),
        department: DepartmentKey::parse("D-CITY-SPJ").expect("a key"),
        decision: "互认决定 1".to_owned(),
        by: By::new(person, at),
    }
}

fn trust(bundle: &str, issued_at: UtcDateTime) -> Option<RegionTrust> {
    Some(RegionTrust {
        bundle: bundle.to_owned(),
        issued_at,
        from: Some(NOW),
        until: None,
        agreed: Agreed::default(),
    })
}

#[test]
fn a_region_is_trusted_when_two_people_say_the_same_within_a_day() {
    on_each_store(async |stage| {
        let registry = stage.open().await;
        let regions = registry.regions();
        let say = async |person, trust, at| regions.say(word(person, trust, at)).await;
        let (one, other) = (trust("one", NOW), trust("other", NOW));
        let until = NOW + Duration::hours(24);
        let waits = say("P-ONE", one.clone(), NOW).await.expect("taken");
        assert_eq!(waits, Spoken::Waits(until));
        // The same person twice is one person; another bundle is another word; a day later it is over.
        for (person, trust, at) in [
            ("P-ONE", one.clone(), NOW),
            ("P-TWO", other.clone(), NOW),
            ("P-ONE", one.clone(), NOW),
            ("P-TWO", one.clone(), until),
        ] {
            let said = say(person, trust, at).await.expect("taken");
            assert!(matches!(said, Spoken::Waits(_)), "{person}");
            assert_eq!(regions.all().await.expect("readable"), []);
        }
        let said = say("P-ONE", one.clone(), until).await.expect("taken");
        assert_eq!(said, Spoken::Holds);
        let all = regions.all().await.expect("readable");
        let [region] = all.as_slice() else {
            unreachable!("one region: {all:?}");
        };
        assert_eq!(Some(&region.trust), one.as_ref());
        assert_eq!(region.people, "P-TWO P-ONE");
        // Another process reads the same.
        let again = stage.open().await;
        assert_eq!(again.regions().all().await.expect("readable"), all);
        let department = DepartmentKey::parse("D-CITY-SPJ").expect("a key");
        let about = registry
            .trace()
            .about(&department, "region 临江省", 0)
            .await;
        let events: Vec<String> = about
            .expect("readable")
            .iter()
            .map(|entry| entry.detail.clone())
            .collect();
        let trusted = events
            .iter()
            .filter(|one| one.lines().any(|line| line == "event=trusted"));
        assert_eq!((events.len(), trusted.count()), (6, 1), "{events:?}");
    });
}

#[test]
fn what_is_in_force_stays_until_the_second_word_and_nothing_older_takes_its_place() {
    on_each_store(async |stage| {
        let registry = stage.open().await;
        let regions = registry.regions();
        let say = async |person, trust, at| regions.say(word(person, trust, at)).await;
        let none = say("P-ONE", None, NOW).await;
        assert!(matches!(none, Err(RegionRefused::Unknown)));
        let good = trust("good", NOW);
        for person in ["P-ONE", "P-TWO"] {
            say(person, good.clone(), NOW).await.expect("taken");
        }
        let older = say("P-ONE", trust("old", NOW - Duration::hours(1)), NOW).await;
        assert!(matches!(older, Err(RegionRefused::Older)));
        say("P-ONE", None, NOW).await.expect("taken");
        assert_eq!(regions.all().await.expect("readable").len(), 1);
        let gone = say("P-TWO", None, NOW).await.expect("taken");
        assert_eq!(gone, Spoken::Holds);
        assert_eq!(regions.all().await.expect("readable"), []);
        let mut empty = trust("good", NOW);
        if let Some(trust) = &mut empty {
            trust.until = Some(NOW);
        }
        let term = say("P-ONE", empty, NOW).await;
        assert!(matches!(term, Err(RegionRefused::Term)));
        let mut named = word("P-ONE", good, NOW);
        named.region = "a/b".to_owned();
        assert!(matches!(regions.say(named).await, Err(RegionRefused::Name)));
    });
}
