//! R15: each use of a licence stands in the history that its department and its holder see, and nobody else.

use serde_json::{Value, json};
use server::{Answer, Call};

use super::stage::{CASE, Stage};

/// What was fetched at 09:13 is known to who issued it and to who holds it; the link is the holder's while it holds.
pub(crate) async fn seen_by_whose_it_is(stage: &Stage) {
    let licence = |number: usize| {
        let event = stage.event(number);
        let licence = event["what"]["filed"]["had"]["how"]["fetched"]["licence"].clone();
        licence.as_str().expect("an identifier").to_owned()
    };
    let (business, person) = (licence(8), licence(9));
    let uses = read(stage, "Q-APR", &business).await;
    assert_eq!(uses.status, 200);
    let uses = uses.json();
    let told: Vec<(&Value, &Value)> = uses
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (&one["material"], &one["consent"]))
        .collect();
    assert_eq!(
        told,
        [(&json!(4), &json!("SQ-1")), (&json!(2), &json!("SQ-1"))]
    );
    for member in ["department", "matter", "case", "ground"] {
        let expected = match member {
            "department" => "Q-APR",
            "matter" => "990102-XK-0001",
            "case" => CASE,
            _ => "consent",
        };
        assert_eq!(uses[0][member], expected);
    }
    // Who issued the identity card sees its own, and not the other; a body without either sees none (T-P3).
    let own = read(stage, "C-PSB", &person).await.json();
    assert_eq!(own.as_array().map(Vec::len), Some(1), "{own}");
    for (body, licence) in [("C-PSB", &business), ("Q-APR", &person), ("C-TOB", &person)] {
        assert_eq!(read(stage, body, licence).await.status, 404, "{body}");
    }
    let text = uses.to_string() + &own.to_string();
    assert!(!text.contains("林小满") && !text.contains("19880521"));
    holder(stage, &person).await;
}

/// D13: what the whole story sealed stands in the ledgers of those whose seals they are, and in the public log.
pub(crate) async fn in_the_ledgers(stage: &Stage) {
    let totals = stage.call("Q-APR", Call::get("/v1/ledger/totals")).await;
    let totals = totals.json();
    let seals = totals["seals"].as_array().expect("seals");
    assert!(seals.iter().all(|seal| seal["agrees"] == true), "{totals}");
    let leaves = seals.iter().filter_map(|seal| seal["leaves"].as_u64());
    assert!(leaves.sum::<u64>() > 0, "{totals}");
}

async fn read(stage: &Stage, department: &str, licence: &str) -> Answer {
    let call = Call::get(format!("/v1/licences/{licence}/uses"));
    stage.call(department, call).await
}

/// The page of a link.
async fn opened(stage: &Stage, link: &str) -> (u16, String) {
    let path = link.find("/h/").map(|at| &link[at..]).expect("a path");
    let client = stage.at("C-PSB");
    let page = client.anybody().call(Call::get(path), stage.now()).await;
    let page = page.expect("an answer");
    let text = String::from_utf8_lossy(&page.content).into_owned();
    (page.status.as_u16(), text)
}

async fn holder(stage: &Stage, licence: &str) {
    let path = format!("/v1/licences/{licence}/link");
    let ask = || Call::post(&path, &json!({}));
    assert_eq!(stage.call("Q-APR", ask()).await.status, 404);
    let given = stage.call("C-PSB", ask()).await.json();
    assert_eq!(stage.call("C-PSB", ask()).await.json(), given);
    let link = given["link"].as_str().expect("a link").to_owned();
    assert!(!link.contains(licence));
    let (status, page) = opened(stage, &link).await;
    assert_eq!(status, 200);
    assert!(page.contains("临溪市青石区行政审批服务局") && page.contains(CASE));
    assert!(!page.contains("990102198805210245") && !page.contains("林小满"));
    // The handle of the wall code is no holder's.
    assert_eq!(opened(stage, &link.replace("/h/", "/h/A")).await.0, 404);
    let take = || {
        Call::send(
            "DELETE".parse().expect("a method"),
            &path,
            "application/json",
            Vec::new(),
        )
    };
    assert_eq!(stage.call("Q-APR", take()).await.status, 404);
    assert_eq!(stage.call("C-PSB", take()).await.status, 204);
    assert_eq!(stage.call("C-PSB", take()).await.status, 404);
    assert_eq!(opened(stage, &link).await.0, 404);
    let again = stage.call("C-PSB", ask()).await.json();
    assert_ne!(again["link"], given["link"]);
    assert_eq!(
        opened(stage, again["link"].as_str().expect("a link"))
            .await
            .0,
        200
    );
}
