//! Every pair of state and event through the API, made from the table: what it lists works, what it does not list is
//! refused, changes nothing and leaves an entry of the trace (R10).

use catalogue::Ending;
use licence::Phase;
use licence::transition::{EventKind, Transition};
use serde_json::{Value, json};
use server::Call;
use tests::cases;
use tests::installation::CUSTODIAN;
use time::macros::date;
use time::{Duration, SignedDuration};

use super::stage::{Service, again, matter, on_each_database, version};

const BUREAU: &str = "C-APR";
/// The two people who void, by the accounts that the stage gave them.
const TWO: [&str; 2] = ["voider", "second-voider"];

/// A licence in a phase: its identifier, the job that made it, and the release that was signed for it.
struct Made {
    identifier: String,
    job: String,
    release: Value,
}

/// How many licences were asked for, for numbers of their own.
struct Count(u64);

impl Count {
    fn next(&mut self) -> u64 {
        self.0 += 1;
        self.0
    }
}

fn road(count: &mut Count) -> Value {
    let mut request = cases::case("ROAD", count.next()).expect("a case");
    // Numbers of the licences themselves are drawn.
    if let Some(members) = request.as_object_mut() {
        members.remove("serial");
    }
    request
}

/// The four events by which an act of a person moves a licence, and the sealing of what waits.
const EVENTS: [EventKind; 9] = [
    EventKind::Seal,
    EventKind::Supersede,
    EventKind::Suspend,
    EventKind::Resume,
    EventKind::End(Ending::Deregistered),
    EventKind::End(Ending::Annulled),
    EventKind::End(Ending::Withdrawn),
    EventKind::End(Ending::Revoked),
    EventKind::Void,
];

/// Phases that stand in the register and that an API can name.
fn phases() -> impl Iterator<Item = Phase> {
    Phase::ALL
        .into_iter()
        .filter(|phase| !matches!(phase, Phase::Draft | Phase::Archived))
}

async fn make(service: &Service, phase: Phase, count: &mut Count) -> Made {
    let mut request = road(count);
    match phase {
        Phase::NotYetValid => {
            let today = service.today();
            request = again(&request, today, today + Duration::days(100));
        }
        Phase::Expired => {
            let day = date!(2022 - 06 - 10);
            request = again(&request, day, day);
        }
        _ => {}
    }
    let key = format!("make-{}", count.0);
    let (job, identifier) = service.waiting(&request, &key).await;
    let signing = service.at(BUREAU);
    let signed = signing.signed(("custodian", CUSTODIAN), &job, service.now());
    let made = Made {
        release: signed.await.expect("it waits"),
        identifier,
        job,
    };
    if phase == Phase::PendingSeal {
        return made;
    }
    let (status, told) = seal(service, &made).await;
    assert_eq!(status, 201, "{told}");
    let before = match phase {
        Phase::Suspended => Some(EventKind::Suspend),
        Phase::Superseded => Some(EventKind::Supersede),
        Phase::Ended(ending) => Some(EventKind::End(ending)),
        Phase::Voided => Some(EventKind::Void),
        _ => None,
    };
    if let Some(event) = before {
        let (status, told) = attempt(service, &made, event, count).await;
        assert!(status < 300, "{} {told}", phase.code());
    }
    made
}

/// What the register says of it.
async fn state(service: &Service, made: &Made) -> (Value, Value) {
    let told = service
        .read(BUREAU, &format!("/v1/licences/{}", made.identifier))
        .await;
    (told["state"].clone(), told["revision"].clone())
}

/// Tries an event as callers do: the last answer.
async fn attempt(
    service: &Service,
    made: &Made,
    event: EventKind,
    count: &mut Count,
) -> (u16, Value) {
    let number = count.next();
    let key = format!("{}-{number}", event.code());
    let path = |what: &str| format!("/v1/licences/{}/{what}", made.identifier);
    let grounds =
        json!({"decision": format!("决字〔2026〕第{number}号"), "legal_basis": "道路运输条例"});
    match event {
        EventKind::Seal => seal(service, made).await,
        EventKind::Suspend => {
            let path = path("suspend");
            service.post(BUREAU, &path, &grounds, &key).await
        }
        EventKind::Resume => service.post(BUREAU, &path("resume"), &grounds, &key).await,
        EventKind::End(ending) => {
            let mut grounds = grounds;
            grounds["ending"] = json!(ending.code());
            service.post(BUREAU, &path("end"), &grounds, &key).await
        }
        EventKind::Void => {
            let body = json!({"decision": "作字〔2026〕第1号", "reason": "姓名有误", "exposure": "unpresented"});
            let mut last = (0, Value::Null);
            for (place, role) in TWO.into_iter().enumerate() {
                let call = Call::post(path("void"), &body)
                    .once(format!("a-key-of-the-table-{key}-{place}"));
                last = service.call((BUREAU, role), call).await;
                if last.0 >= 300 {
                    break;
                }
            }
            last
        }
        EventKind::Supersede => supersede(service, made, &key).await,
        EventKind::Complete | EventKind::Archive => unreachable!("no caller has this event"),
    }
}

async fn seal(service: &Service, made: &Made) -> (u16, Value) {
    let call = Call::post(format!("/v1/releases/{}", made.job), &made.release);
    service.call((BUREAU, "custodian"), call).await
}

/// How many refusals stand in the trace about it.
async fn denials(service: &Service, made: &Made) -> usize {
    let (own, job) = (&made.identifier, &made.job);
    service.denials(BUREAU, own).await.len() + service.denials(BUREAU, job).await.len()
}

/// A change; of an expired one a late renewal, which the matter of this test allows.
async fn supersede(service: &Service, made: &Made, key: &str) -> (u16, Value) {
    let today = service.today();
    let request = again(&cases::case("ROAD", 1).expect("a case"), today, today);
    let (state, _) = state(service, made).await;
    let mut body = version("change", &request);
    if state == "expired" {
        body = version("renewal", &request);
        body["asked_on"] = json!(today.to_string());
    }
    let path = format!("/v1/licences/{}/versions", made.identifier);
    let (status, told) = service.post(BUREAU, &path, &body, key).await;
    let Some(job) = told["job"].as_str().filter(|_| status == 202) else {
        return (status, told);
    };
    service.release(BUREAU, job).await
}

async fn refused(service: &Service, count: &mut Count) -> usize {
    let mut pairs = 0;
    for phase in phases() {
        let made = make(service, phase, count).await;
        let before = state(service, &made).await;
        for event in EVENTS {
            if Transition::find(phase, event).is_some() {
                continue;
            }
            let refusals = denials(service, &made).await;
            let (status, told) = attempt(service, &made, event, count).await;
            let pair = format!("{} {}", phase.code(), event.code());
            assert!((400..500).contains(&status), "{pair}: {status} {told}");
            assert!(told["code"].is_string(), "{pair}: {told}");
            assert_eq!(state(service, &made).await, before, "{pair}");
            let traced = denials(service, &made).await;
            assert_eq!(traced, refusals + 1, "{pair}: {told}");
            pairs += 1;
        }
    }
    pairs
}

async fn allowed(service: &Service, count: &mut Count) -> usize {
    let mut pairs = 0;
    for phase in phases() {
        for event in EVENTS {
            let Some(row) = Transition::find(phase, event) else {
                continue;
            };
            let made = make(service, phase, count).await;
            let (status, told) = attempt(service, &made, event, count).await;
            let pair = format!("{} {}", phase.code(), event.code());
            assert!(status < 300, "{pair}: {status} {told}");
            let (state, _) = state(service, &made).await;
            let expected: Vec<&str> = row.to.iter().map(|phase| word(*phase)).collect();
            assert!(
                expected.iter().any(|word| state == *word),
                "{pair}: {state} is none of {expected:?}"
            );
            pairs += 1;
        }
    }
    pairs
}

/// The word of the answer for a phase.
fn word(phase: Phase) -> &'static str {
    match phase {
        Phase::Voided => "void",
        Phase::Draft | Phase::PendingSeal => "unknown",
        phase => phase.code(),
    }
}

#[test]
fn what_the_table_lists_works_and_what_it_does_not_list_is_refused() {
    on_each_database("table", async |service: Service| {
        service.enrol(BUREAU, &TWO).await;
        service
            .import(|whole| {
                let mut road = matter(whole, "990100-XK-0022").clone();
                road["version"] = json!(2);
                road["valid_from"] = json!("2026-01-01");
                road["late_renewal"] = json!(true);
                let matters = whole["matters"]["matters"].as_array_mut();
                matters.expect("matters").push(road);
            })
            .await;
        let mut count = Count(0);
        let refused = refused(&service, &mut count).await;
        let allowed = allowed(&service, &mut count).await;
        assert_eq!(refused + allowed, phases().count() * EVENTS.len());
        // Draft and archived are no states that a caller can act on; retention begins by itself.
        let made = make(&service, Phase::Ended(Ending::Revoked), &mut count).await;
        let (_, revision) = state(&service, &made).await;
        service.wait(SignedDuration::days(29)).await;
        assert_eq!(state(&service, &made).await.1, revision);
        service.wait(SignedDuration::days(2)).await;
        assert_eq!(
            state(&service, &made).await,
            (
                json!("revoked"),
                json!(revision.as_u64().map(|count| count + 1))
            )
        );
        for event in EVENTS {
            let (status, told) = attempt(&service, &made, event, &mut count).await;
            assert!(
                (400..500).contains(&status),
                "archived {}: {told}",
                event.code()
            );
        }
    });
}
