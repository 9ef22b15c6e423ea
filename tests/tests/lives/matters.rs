//! A version of a matter through every pair of its table, and what is refused of it: each refusal names its reason,
//! changes nothing and stands in the trace of who asked (R3, R10, R25).

use catalogue::life::{MATTER_STEPS, MatterActor, MatterEvent, MatterStep};
use catalogue::matter::MatterStatus;
use serde_json::{Value, json};
use server::Call;

use super::stage::{Service, matter, on_each_database};

const MATTER: &str = "990102-XK-0001";
const BUREAU: &str = "Q-APR";
const OWNER: &str = "C-GOV";
const BASIS: &str = "云洲省政务服务事项管理办法 第九条";

/// A second version of the restaurant's matter, with everything that publication asks for.
fn second() -> Value {
    let text = include_str!("../../../crates/demo/assets/catalogue/matters-catalogue.json");
    let mut whole = json!({"matters": serde_json::from_str::<Value>(text).expect("JSON")});
    let mut entry = matter(&mut whole, MATTER).clone();
    entry["version"] = json!(2);
    entry["promised_days"] = json!(4);
    entry["legal_basis"] = json!(["云洲省一业一证改革办法 第六条"]);
    entry["seal_basis"] = json!("云洲省行政审批专用章管理办法 第三条");
    for material in entry["materials"].as_array_mut().expect("materials") {
        material["legal_basis"] = json!("食品经营许可管理办法 第十二条");
    }
    entry
}

async fn send(service: &Service, body: &str, path: &str, content: &Value) -> (u16, Value) {
    let post = "POST".parse().expect("a method");
    let content = content.to_string().into_bytes();
    let call = Call::send(post, path, "application/json", content);
    service.call((body, "approvals"), call).await
}

async fn draft(service: &Service, body: &str, entry: &Value) -> (u16, Value) {
    send(service, body, "/v1/catalogue/matters", entry).await
}

async fn act(service: &Service, body: &str, (version, act): (u32, &Value)) -> (u16, Value) {
    let path = format!("/v1/catalogue/matters/{MATTER}/versions/{version}/acts");
    send(service, body, &path, act).await
}

async fn standing(service: &Service) -> Value {
    let path = format!("/v1/catalogue/matters/{MATTER}/versions/2");
    service.read(BUREAU, &path).await
}

fn object(version: u32) -> String {
    format!("{MATTER} version {version}")
}

/// An event by the body for which its row is; by the catalogue's owner, who may do most, where it has none.
async fn step(service: &Service, event: MatterEvent) -> (&'static str, (u16, Value)) {
    let mut rows = MATTER_STEPS.iter().filter(|row| row.event == event);
    let body = match rows.next().map(|row| row.actor) {
        Some(MatterActor::ApplyingBody) => BUREAU,
        _ => OWNER,
    };
    let order = json!({"event": event.code(), "legal_basis": BASIS});
    (body, act(service, body, (2, &order)).await)
}

/// Every event that the table does not list from here is refused; how many there were.
async fn refused_here(service: &Service, status: MatterStatus) -> usize {
    let mut refused = 0;
    for event in MatterEvent::ALL {
        if MatterStep::find(status, event).is_some() {
            continue;
        }
        let before = standing(service).await;
        let (body, (answer, told)) = step(service, event).await;
        let pair = format!("{} {}", status.code(), event.code());
        assert_eq!(answer, 409, "{pair}: {told}");
        let defect = &told["defects"][0];
        assert_eq!(defect["code"], "matter.transition-not-listed", "{pair}");
        assert_eq!(standing(service).await, before, "{pair}");
        let last = service.denials(body, &object(2)).await.pop();
        assert_eq!(last.as_deref(), Some("matter.transition-not-listed"));
        refused += 1;
    }
    refused
}

#[test]
fn a_version_of_a_matter_takes_what_its_table_lists_and_nothing_else() {
    use MatterEvent::{Abolish, Publish, Resume, Submit, Suspend};
    on_each_database("matters", async |service: Service| {
        let (status, told) = draft(&service, BUREAU, &second()).await;
        assert_eq!(status, 201, "{told}");
        let mut stands = MatterStatus::Draft;
        let mut seen = vec![stands];
        let mut refused = refused_here(&service, stands).await;
        let mut went = Vec::new();
        for event in [Submit, Publish, Suspend, Resume, Abolish] {
            let row = MatterStep::find(stands, event).expect("listed");
            let (_, (status, told)) = step(&service, event).await;
            let state = &told["status"];
            assert_eq!((status, state), (200, &json!(row.to.code())), "{told}");
            went.push(row);
            stands = row.to;
            if !seen.contains(&stands) {
                seen.push(stands);
                refused += refused_here(&service, stands).await;
            }
        }
        assert_eq!(went.len(), MATTER_STEPS.len());
        assert!(MATTER_STEPS.iter().all(|row| went.contains(&row)));
        let pairs = MatterStatus::ALL.len() * MatterEvent::ALL.len();
        assert_eq!(refused + went.len(), pairs);
    });
}

/// Something that is refused: by whom, on which version, its answer, its ground.
struct Refusal {
    body: &'static str,
    version: u32,
    answer: (u16, Value),
    ground: &'static str,
}

async fn denied(service: &Service, refusal: Refusal) {
    let (status, told) = refusal.answer;
    assert!((400..500).contains(&status), "{told}");
    let about = object(refusal.version);
    let last = service.denials(refusal.body, &about).await.pop();
    assert_eq!(last.as_deref(), Some(refusal.ground), "{told}");
}

#[test]
fn each_refusal_of_an_act_on_a_matter_stands_in_the_trace_with_its_ground() {
    on_each_database("grounds", async |service: Service| {
        let service = &service;
        let (submit, publish) = (json!({"event": "submit"}), json!({"event": "publish"}));
        let of = |body, version, answer, ground| Refusal {
            body,
            version,
            answer,
            ground,
        };
        let stranger = draft(service, "D-APR", &second()).await;
        let ground = "matter.not-the-applying-body";
        denied(service, of("D-APR", 2, stranger, ground)).await;
        let mut bare = second();
        bare["seal_basis"] = Value::Null;
        assert_eq!(draft(service, BUREAU, &bare).await.0, 201);
        let other = act(service, "C-SAMR", (2, &submit)).await;
        denied(service, of("C-SAMR", 2, other, ground)).await;
        assert_eq!(act(service, BUREAU, (2, &submit)).await.0, 200);
        let again = draft(service, BUREAU, &second()).await;
        denied(service, of(BUREAU, 2, again, "matter.not-a-draft")).await;
        let own = act(service, BUREAU, (2, &publish)).await;
        denied(service, of(BUREAU, 2, own, "matter.own-matter")).await;
        let lacking = act(service, OWNER, (2, &publish)).await;
        denied(service, of(OWNER, 2, lacking, "matter.lacking")).await;
        let elsewhere = json!({"event": "suspend", "legal_basis": BASIS});
        let elsewhere = act(service, BUREAU, (1, &elsewhere)).await;
        let ground = "matter.not-the-catalogue-owner";
        denied(service, of(BUREAU, 1, elsewhere, ground)).await;
        let baseless = act(service, OWNER, (1, &json!({"event": "suspend"}))).await;
        denied(service, of(OWNER, 1, baseless, "matter.no-legal-basis")).await;
        let past = json!({"event": "suspend", "legal_basis": BASIS, "on": "2020-01-01"});
        let past = act(service, OWNER, (1, &past)).await;
        denied(service, of(OWNER, 1, past, "matter.day")).await;
        assert_eq!(standing(service).await["status"], "submitted");
    });
}
