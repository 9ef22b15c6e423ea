//! How often a seal and a person are released by hand (T-S7): counted over all nodes, warned of once, stopped the second time, lifted
//! by two people.

use catalogue::Zone;
use catalogue::key::PersonKey;
use crypto::{Listing, Signature, SignatureAlgorithm};
use registry::Registry;
use registry::asked::By;
use registry::batches::{ListRelease, ListReleased, NewBatch, NewLine};
use registry::jobs::{Job, Jobs, StepRefused};
use registry::regions::Spoken;
use releasing::{
    About, CloseRefused, Closing, Hours, Lift, LiftRefused, LimitWord, Limits, Over, Terms,
};
use time::Duration;

use super::office::{
    NOW, Office, accepted, asked, by, department, grounds, office, release, reservation, unsealed,
};
use crate::stage::{Stage, on_each_store};

const FEW: Limits = Limits {
    per_day: 5,
    per_minute: 3,
    listed_per_day: 4,
};

const TERMS: Terms = Terms {
    limits: FEW,
    hours: None,
};

/// The office as its other node sees it, under these limits.
async fn few(stage: &std::sync::Arc<Stage>) -> Office {
    let office = office(stage).await;
    Office {
        registry: office.registry.under(TERMS),
    }
}

async fn given(
    registry: &Registry,
    job: &Job,
    (person, seconds): (&str, i64),
) -> Result<Job, StepRefused> {
    let mut release = release(job);
    release.statement.releaser = person.to_owned();
    release.statement.expires = NOW + Duration::days(3);
    let by = By::new(person, NOW + Duration::seconds(seconds));
    let jobs = registry.jobs();
    jobs.release(&department(), &job.id, release, by).await
}

/// As many jobs that wait.
async fn waiting(office: &Office, count: usize) -> Vec<Job> {
    let mut jobs = Vec::new();
    for number in 0..count {
        jobs.push(office.waiting(&format!("limit-{number:04}")).await);
    }
    jobs
}

/// Grounds of the trace that begin so, in order.
async fn grounds_of(registry: &Registry, begin: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut after = 0;
    loop {
        let entries = registry.trace().entries(&department(), after).await;
        let entries = entries.expect("the store answers");
        let Some(last) = entries.last() else {
            return found;
        };
        after = last.number;
        let grounds = entries.into_iter().map(|entry| entry.ground);
        found.extend(grounds.filter(|ground| ground.starts_with(begin)));
    }
}

fn over(taken: &Result<Job, StepRefused>) -> Option<Over> {
    match taken {
        Err(StepRefused::Over(over)) => Some(*over),
        _ => None,
    }
}

const HE: &str = "he-shouzheng";
const YU: &str = "yu-wenqing";

#[test]
fn the_first_one_over_a_minute_is_an_alarm_and_the_second_a_stop() {
    on_each_store(|stage| async move {
        let office = few(&stage).await;
        let jobs = waiting(&office, 6).await;
        let registry = &office.registry;
        for job in &jobs[..3] {
            given(registry, job, (HE, 2)).await.expect("within");
        }
        assert!(grounds_of(registry, "alarm.").await.is_empty());
        // A second before those of before are a minute old they count.
        given(registry, &jobs[3], (HE, 61)).await.expect("warned");
        let warned = ["alarm.person-limit", "alarm.seal-limit"];
        assert_eq!(grounds_of(registry, "alarm.").await, warned);
        let refused = given(registry, &jobs[4], (HE, 61)).await;
        assert!(
            matches!(over(&refused), Some(Over::Limit(_))),
            "{refused:?}"
        );
        // Nothing of it stands but the stop.
        let found = registry.jobs().find(&jobs[4].id, None).await;
        assert_eq!(
            found.expect("answers").map(|job| job.state),
            Some(jobs[4].state)
        );
        let alarms = grounds_of(registry, "alarm.").await;
        assert_eq!(alarms[2..], ["alarm.person-stop", "alarm.seal-stop"]);
        let later = given(registry, &jobs[4], (HE, 80_000)).await;
        assert!(matches!(over(&later), Some(Over::Stopped(_))), "{later:?}");
        let faults = registry.trace().check(&department()).await;
        assert!(faults.expect("answers").is_empty());
    });
}

#[test]
fn a_minute_and_a_day_are_the_last_ones_and_not_the_clocks() {
    on_each_store(|stage| async move {
        let office = few(&stage).await;
        let jobs = waiting(&office, 8).await;
        let registry = &office.registry;
        let at = |place: usize, seconds| given(registry, &jobs[place], (HE, seconds));
        for (place, seconds) in [(0, 2), (1, 2), (2, 2), (3, 62), (4, 62)] {
            at(place, seconds).await.expect("within");
        }
        assert!(grounds_of(registry, "alarm.").await.is_empty());
        // The sixth of a day, though none of its minute.
        at(5, 7_200).await.expect("warned");
        assert_eq!(grounds_of(registry, "alarm.").await.len(), 2);
        // A day after the first three, two of the others are left, and the warning is not a day old.
        let day = 86_400;
        at(6, day + 2).await.expect("within again");
        at(7, day + 2).await.expect("within again");
        let alarms = grounds_of(registry, "alarm.").await;
        // That somebody goes on after a warning is told once, of the person and of the seal.
        assert_eq!(
            alarms[2..],
            ["alarm.use-after-warning", "alarm.use-after-warning"]
        );
    });
}

#[test]
fn of_64_at_once_over_two_nodes_as_many_are_taken_as_the_limit_and_one() {
    on_each_store(|stage| async move {
        let office = few(&stage).await;
        let jobs = waiting(&office, 64).await;
        let nodes = [office.registry.clone(), stage.open().await.under(TERMS)];
        let mut racing = tokio::task::JoinSet::new();
        for (place, job) in jobs.into_iter().enumerate() {
            let node = nodes[place % 2].clone();
            racing.spawn(async move { given(&node, &job, (HE, 2)).await });
        }
        let (mut taken, mut refused) = (0, 0);
        while let Some(one) = racing.join_next().await {
            match one.expect("no panic") {
                Ok(_) => taken += 1,
                Err(StepRefused::Over(_)) => refused += 1,
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!((taken, refused), (4, 60));
        let mut alarms = grounds_of(&office.registry, "alarm.").await;
        alarms.sort();
        let once = ["person-limit", "person-stop", "seal-limit", "seal-stop"];
        assert_eq!(alarms, once.map(|kind| format!("alarm.{kind}")));
    });
}

#[test]
fn a_seal_is_counted_over_all_people_and_a_person_by_themselves() {
    on_each_store(|stage| async move {
        let office = few(&stage).await;
        let jobs = waiting(&office, 6).await;
        let registry = &office.registry;
        for (place, person) in [(0, HE), (1, YU), (2, HE), (3, YU)] {
            let taken = given(registry, &jobs[place], (person, 2)).await;
            taken.expect("at most one over");
        }
        assert_eq!(grounds_of(registry, "alarm.").await, ["alarm.seal-limit"]);
        let refused = given(registry, &jobs[4], (HE, 2)).await;
        assert_eq!(over(&refused), Some(Over::Limit(About::Seal)));
        let stops = registry.stops().standing().await.expect("answers");
        let stops: Vec<_> = stops
            .iter()
            .map(|stop| (stop.about, stop.releaser.as_str()))
            .collect();
        assert_eq!(stops, [(About::Seal, HE)]);
    });
}

fn lift(person: &str, note: &str, seconds: i64) -> Lift {
    Lift {
        about: About::Seal,
        subject: grounds().seal.to_string(),
        note: note.to_owned(),
        person: PersonKey::parse(person).expect("a person"),
        department: department(),
        at: NOW + Duration::seconds(seconds),
    }
}

#[test]
fn a_stop_is_lifted_by_two_people_who_say_the_same_and_none_who_was_stopped() {
    on_each_store(|stage| async move {
        let office = few(&stage).await;
        let jobs = waiting(&office, 7).await;
        let registry = &office.registry;
        for place in 0..5 {
            let person = [HE, YU][place % 2];
            let taken = given(registry, &jobs[place], (person, 2)).await;
            assert_eq!(taken.is_ok(), place < 4);
        }
        let stops = registry.stops();
        let own = stops.lift(lift(HE, "已核实", 3)).await;
        assert!(matches!(own, Err(LiftRefused::Stopped)), "{own:?}");
        for (person, note) in [("wang", "已核实"), ("wang", "已核实"), ("sun", "另有说法")]
        {
            let said = stops.lift(lift(person, note, 3)).await.expect("a word");
            assert!(matches!(said, Spoken::Waits(_)), "{person}");
        }
        // A word is good for a day.
        let late = stops.lift(lift("wang", "另有说法", 86_403)).await;
        assert!(matches!(late, Ok(Spoken::Waits(_))), "{late:?}");
        let said = stops.lift(lift("sun", "另有说法", 86_404)).await;
        assert!(matches!(said, Ok(Spoken::Holds)), "{said:?}");
        let none = stops.lift(lift("sun", "另有说法", 86_404)).await;
        assert!(matches!(none, Err(LiftRefused::NotStopped)), "{none:?}");
        given(registry, &jobs[5], (HE, 2))
            .await
            .expect("anew, in the same minute");
        let lifted = grounds_of(registry, "release.lift").await;
        assert_eq!(lifted.len(), 1);
    });
}

#[test]
fn two_people_give_a_seal_other_limits() {
    on_each_store(|stage| async move {
        let office = few(&stage).await;
        let jobs = waiting(&office, 6).await;
        let registry = &office.registry;
        let word = |person: &str, per_minute| LimitWord {
            seal: grounds().seal,
            department: department(),
            limits: Limits { per_minute, ..FEW },
            person: PersonKey::parse(person).expect("a person"),
            at: NOW,
        };
        let stops = registry.stops();
        for (person, per_minute) in [("wang", 1), ("wang", 1), ("sun", 2)] {
            let said = stops.say(word(person, per_minute)).await.expect("a word");
            assert!(matches!(said, Spoken::Waits(_)), "{person}");
        }
        let waits = stops.limits_waiting(&grounds().seal, NOW).await;
        let (limits, first) = waits.expect("answers").expect("it waits");
        assert_eq!((limits.per_minute, first.person.as_str()), (2, "sun"));
        let said = stops.say(word("wang", 2)).await.expect("a word");
        assert_eq!(said, Spoken::Holds);
        let own = stops.limits((&grounds().seal, &department())).await;
        let own = own.expect("answers").expect("it has its own");
        assert_eq!(
            (own.limits.per_minute, own.people),
            (2, vec!["sun".to_owned(), "wang".to_owned()])
        );
        for job in &jobs[..3] {
            given(registry, job, (HE, 2))
                .await
                .expect("warned at the third");
        }
        assert_eq!(grounds_of(registry, "alarm.").await, ["alarm.seal-limit"]);
    });
}

/// A list of so many uses, released.
async fn listed(office: &Office, name: &str, count: u32) -> Result<ListReleased, StepRefused> {
    let batches = office.registry.batches();
    let lines = (0..count).map(|entry| NewLine {
        entry,
        reservation: reservation(&format!("{name}-{entry}")),
    });
    let new = NewBatch {
        asked: asked(name),
        by: by(0),
        department: department(),
        requester: grounds().requester,
        seal: grounds().seal,
        package: String::new(),
        lines: lines.collect(),
        respond: Box::new(|_, _| accepted()),
    };
    let begun = batches.begin(new).await.expect("it begins");
    let registry::batches::BatchBegun::Begun(batch, _) = begun else {
        unreachable!("{begun:?}");
    };
    let jobs = office.registry.jobs();
    for job in jobs.of_batch(&batch).await.expect("answers") {
        let waits = jobs.await_release(&job.id, unsealed(), accepted(), by(1));
        waits.await.expect("reserved");
    }
    let expires = NOW + Duration::hours(24);
    let all = jobs.of_batch(&batch).await.expect("answers");
    let statements = all.iter().map(|job| Jobs::statement(job, HE, expires));
    let statements: Vec<_> = statements.collect::<Result<_, _>>().expect("they wait");
    let release = ListRelease {
        listing: Listing::of(batch.as_str(), &statements).expect("a list"),
        releaser: HE.to_owned(),
        expires,
        algorithm: SignatureAlgorithm::Ed25519,
        signature: Signature::new(vec![9; 64]),
        passkey: None,
        catalogue: None,
        held: Vec::new(),
    };
    let by = By::new(HE, NOW + Duration::seconds(2));
    batches.release(&department(), &batch, release, by).await
}

#[test]
fn a_list_counts_as_one_by_hand_and_its_uses_against_the_ceiling_of_its_seal() {
    on_each_store(|stage| async move {
        let office = few(&stage).await;
        let done = listed(&office, "the-first-list", 3).await.expect("within");
        assert_eq!(done.released.len(), 3);
        let refused = listed(&office, "the-second-list", 2).await;
        assert!(
            matches!(refused, Err(StepRefused::Over(Over::Ceiling))),
            "{refused:?}"
        );
        let alarms = grounds_of(&office.registry, "alarm.").await;
        assert_eq!(alarms, ["alarm.list-ceiling"]);
        let done = listed(&office, "the-third-list", 1)
            .await
            .expect("to the ceiling");
        assert_eq!(done.released.len(), 1);
        // Two lists and one use by hand make three of a minute, and one more is over it.
        let jobs = waiting(&office, 2).await;
        given(&office.registry, &jobs[0], (HE, 3))
            .await
            .expect("the third");
        given(&office.registry, &jobs[1], (HE, 3))
            .await
            .expect("warned");
        assert_eq!(grounds_of(&office.registry, "alarm.").await.len(), 3);
    });
}

#[test]
fn what_is_released_at_night_is_an_alarm_once_a_day_and_closed_by_another_person() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        // 08:40 UTC is 16:40 there, and 13:59 the last minute of the day's work.
        let hours = Hours::read(Zone::SHANGHAI, "07:00", "22:00");
        let registry = office.registry.clone().under(Terms {
            limits: Limits::default(),
            hours: Some(hours.expect("hours")),
        });
        let jobs = waiting(&office, 6).await;
        let minute = |hour: i64, minute: i64| (hour - 8) * 3_600 + (minute - 40) * 60;
        let times = [
            minute(13, 59),
            minute(14, 0),
            minute(14, 1),
            minute(22, 59),
            minute(23, 0),
            minute(38, 0),
        ];
        for (job, seconds) in jobs.iter().zip(times) {
            given(&registry, job, (HE, seconds))
                .await
                .expect("taken all the same");
        }
        let alarms = grounds_of(&registry, "alarm.").await;
        // Of the evening, and of the next day's early morning: its evening is the same day.
        assert_eq!(alarms, ["alarm.night-use"; 2]);
        let book = registry.alarms();
        let last = NOW + Duration::days(9);
        let open = book
            .page(&department(), (last, ""), (true, 10))
            .await
            .expect("answers");
        assert_eq!(open.len(), 2);
        let pages = book
            .page(&department(), (open[0].moment, &open[0].id), (true, 10))
            .await;
        assert_eq!(pages.expect("answers"), open[1..]);
        let closing = |person: &str, id: &str| Closing {
            id: id.to_owned(),
            department: department(),
            note: "节前赶件，已核".to_owned(),
            person: person.to_owned(),
            by: By::new(person, last),
        };
        let first = open[0].id.as_str();
        let own = book.close(closing(HE, first)).await;
        assert!(matches!(own, Err(CloseRefused::Concerned)), "{own:?}");
        let closed = book.close(closing("sun", first)).await.expect("closed");
        assert_eq!(
            (closed.closed, closed.closed_by),
            (Some(last), vec!["sun".to_owned()])
        );
        let again = book.close(closing("sun", first)).await;
        assert!(matches!(again, Err(CloseRefused::Closed)), "{again:?}");
        let none = book.close(closing("sun", "none")).await;
        assert!(matches!(none, Err(CloseRefused::Unknown)), "{none:?}");
        let open = book
            .page(&department(), (last, ""), (true, 10))
            .await
            .expect("answers");
        assert_eq!(open.len(), 1);
        assert_eq!(grounds_of(&registry, "alarm.closed").await.len(), 1);
    });
}

#[test]
fn hours_are_two_times_of_one_day() {
    let read = |from, to| Hours::read(Zone::SHANGHAI, from, to).is_some();
    assert!(read("07:00", "22:00") && read("00:00", "23:59"));
    for (from, to) in [
        ("22:00", "07:00"),
        ("7:00", "22:00"),
        ("07:00", "24:00"),
        ("07:00", "07:00"),
        ("", "22:00"),
        ("07:60", "22:00"),
    ] {
        assert!(!read(from, to), "{from} {to}");
    }
}
