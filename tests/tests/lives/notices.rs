//! Every pair of a notice's state and act over HTTP, from its table: what is not listed is refused, changes nothing and
//! leaves an entry of the trace.

use dossier::notice::{NOTICE, NoticeAct, NoticeState};
use dossier::table::{Goes, Row};
use serde_json::{Value, json};
use server::Call;

use super::stage::{Service, on_each_database};

const BUREAU: &str = "Q-APR";

fn decision(number: usize) -> Value {
    json!({
        "about": {"kind": "org", "name": "临溪青石区云上小馆餐饮有限公司", "code": "91990102FAKE0A0109"},
        "says": {"decision": {
            "matter": "990102-XK-0001", "decision": format!("临青审决〔2026〕{number}号"),
            "outcome": "granted", "on": "2026-06-10",
        }},
    })
}

/// What was done to a notice that is in this state.
fn lived(state: NoticeState) -> &'static [NoticeAct] {
    match state {
        NoticeState::Draft => &[],
        NoticeState::Published => &[NoticeAct::Publish],
        NoticeState::Ended => &[NoticeAct::Publish, NoticeAct::End],
    }
}

async fn act(service: &Service, number: &str, act: NoticeAct, key: &str) -> (u16, Value) {
    let door = match act {
        NoticeAct::Publish => "publication",
        NoticeAct::End => "end",
    };
    let path = format!("/v1/notices/{number}/{door}");
    let post = "POST".parse().expect("a method");
    let call = Call::send(post, &path, "application/json", Vec::new());
    let call = call.once(format!("a-key-of-notices-{key}-{door}"));
    service.call((BUREAU, "approvals"), call).await
}

async fn standing(service: &Service, number: &str) -> Value {
    let all = service.read(BUREAU, "/v1/notices").await;
    let all = all.as_array().expect("a list").clone();
    let mut own = all.into_iter().filter(|notice| notice["number"] == number);
    own.next().expect("it is kept")
}

#[test]
fn a_notice_takes_what_its_table_lists_and_nothing_else() {
    on_each_database("notices", async |service: Service| {
        let (mut turn, mut went) = (0, 0);
        for state in NoticeState::ALL {
            for event in NoticeAct::ALL {
                turn += 1;
                let key = turn.to_string();
                let body = decision(turn);
                let (status, told) = service.post(BUREAU, "/v1/notices", &body, &key).await;
                assert_eq!(status, 201, "{told}");
                let number = told["number"].as_str().expect("a number");
                for before in lived(state) {
                    let (status, told) = act(&service, number, *before, &key).await;
                    assert_eq!(status, 200, "{told}");
                }
                let before = standing(&service, number).await;
                assert_eq!(before["state"], state.code());
                let (status, told) = act(&service, number, event, &format!("{key}-now")).await;
                let after = standing(&service, number).await;
                let denials = service.denials(BUREAU, number).await;
                match Row::find(NOTICE, state, event).map(|row| row.goes) {
                    Some(Goes::To(to)) => {
                        assert_eq!((status, &after["state"]), (200, &json!(to.code())));
                        assert!(denials.is_empty(), "{denials:?}");
                        went += 1;
                    }
                    _ => {
                        let code = &told["code"];
                        assert_eq!((status, code), (409, &json!("notice.not-listed")));
                        assert_eq!(after, before);
                        assert_eq!(denials, ["notice.not-listed"]);
                    }
                }
            }
        }
        assert_eq!(went, NOTICE.len());
    });
}
