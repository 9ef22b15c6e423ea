//! Story 6.1 as its approval systems report it: each row of its table is printed with what was true, and a row that is
//! not true ends the demonstration.

use anyhow::{Context as _, bail, ensure};
use issuance::{Clock, SystemClock};
use serde_json::Value;

use crate::client::{Answer, Call, Client};
use crate::demo::cast::Cast;
use crate::demo::tell::Told;

/// The events, as they are posted.
const EVENTS: &str = include_str!("../../demo/case-events.json");
const CASE: &str = "BJ-990102-20260608-00017";

/// The story's case at the service.
pub(crate) struct Story<'a> {
    client: &'a Client,
    cast: &'a Cast,
    told: &'a Told,
    events: Vec<Value>,
}

impl<'a> Story<'a> {
    /// Before its first event.
    pub(crate) fn new(client: &'a Client, cast: &'a Cast, told: &'a Told) -> anyhow::Result<Self> {
        let events = serde_json::from_str(EVENTS)?;
        Ok(Self {
            client,
            cast,
            told,
            events,
        })
    }

    /// 8 June 09:12 to 10 June 16:40: from the signed form to the decision.
    pub(crate) async fn until_decided(&self) -> anyhow::Result<()> {
        self.report(1..=7).await?;
        let case = self.case("Q-APR").await?;
        let signer = text(&case, "/commitments/0/signed_by/name")?;
        let intent = text(&case, "/commitments/0/intent")?;
        self.row(
            "8 June 09:12",
            &format!("one form and two commitments signed by {signer}: \"{intent}\""),
        );
        self.report(8..=12).await?;
        let case = self.case("Q-APR").await?;
        let figure = |name: &str| {
            case.pointer(&format!("/figures/{name}"))
                .and_then(Value::as_u64)
        };
        let figures = ["fetched", "derived", "promised", "hand_in"].map(figure);
        ensure!(
            figures == [Some(2), Some(1), Some(2), Some(3)],
            "other figures: {figures:?}"
        );
        self.row("8 June 09:13", "8 materials: 2 fetched, 1 derived, 2 promised, 3 to hand in; nothing fetched is asked for");
        self.report(13..=13).await?;
        let case = self.case("Q-APR").await?;
        let (due, promised) = (text(&case, "/deferred/0/due")?, text(&case, "/clock/due")?);
        ensure!(
            (due, promised) == ("2026-06-23", "2026-06-15"),
            "other days: {due} {promised}"
        );
        self.row(
            "8 June 09:15",
            "accepted; the health certificate follows by 2026-06-23, decided by 2026-06-15",
        );
        self.report(14..=15).await?;
        let case = self.case("C-FIRE").await?;
        ensure!(
            text(&case, "/state")? == "in_review",
            "the whole is decided too early"
        );
        self.row(
            "9 June 17:05",
            "C-FIRE and C-URBAN decided their parts, each its own",
        );
        self.report(16..=16).await?;
        let case = self.case("Q-APR").await?;
        ensure!(
            case.pointer("/clock/day") == Some(&Value::from(2)),
            "another day of the clock"
        );
        self.row("10 June 16:40", "准予, on day 2 of 5; the clock stopped");
        Ok(())
    }

    /// 10 June 16:42: the custodian's release was given; the register holds it.
    pub(crate) async fn released(&self) -> anyhow::Result<()> {
        self.report(17..=18).await?;
        let case = self.case("Q-APR").await?;
        ensure!(
            text(&case, "/commitments/0/state")? == "in_force",
            "the promises are not in force"
        );
        self.row("10 June 16:42", "released by the custodian and issued; both promises in force, to be checked by 2026-08-09");
        Ok(())
    }

    /// 18 June to 17 July: what followed.
    pub(crate) async fn followed(&self) -> anyhow::Result<()> {
        self.report(19..=19).await?;
        let case = self.case("Q-APR").await?;
        ensure!(
            text(&case, "/deferred/0/state")? == "given",
            "the deferred item is open"
        );
        self.row(
            "18 June 10:00",
            "the health certificate was given before its day",
        );
        self.report(20..=20).await?;
        let case = self.case("C-FIRE").await?;
        ensure!(
            text(&case, "/commitments/1/state")? == "broken",
            "the promise is not broken"
        );
        self.row(
            "15 July 14:30",
            "the fire promise was found untrue: both bureaus see it, the credit platform is told",
        );
        self.report(21..=22).await?;
        let case = self.case("Q-APR").await?;
        ensure!(text(&case, "/state")? == "archived", "the case is open");
        self.row(
            "17 July 11:00",
            "the case is archived with the broken promise; the licence keeps its three parts here, no part ends in this demonstration",
        );
        Ok(())
    }

    fn row(&self, when: &str, what: &str) {
        self.told.line(&format!("story 6.1 · {when} · {what}"));
    }

    /// Posts events of these numbers, each by the body that it names.
    async fn report(&self, numbers: std::ops::RangeInclusive<u32>) -> anyhow::Result<()> {
        for event in &self.events {
            let number = event.pointer("/number").and_then(Value::as_u64);
            let number = number.and_then(|number| u32::try_from(number).ok());
            if !number.is_some_and(|number| numbers.contains(&number)) {
                continue;
            }
            let (body, id) = (text(event, "/actor/body")?, text(event, "/id")?);
            let call = Call::post(format!("/v1/cases/{CASE}/events"), event);
            let answer = self
                .call(body, call.once(format!("demonstration-{id}")))
                .await?;
            ensure!(
                answer.status.as_u16() == 200,
                "event {id} was answered with {}: {}",
                answer.status,
                answer.json()
            );
        }
        Ok(())
    }

    async fn case(&self, body: &str) -> anyhow::Result<Value> {
        let answer = self
            .call(body, Call::get(format!("/v1/cases/{CASE}")))
            .await?;
        if answer.status.as_u16() != 200 {
            bail!("the case was answered with {}", answer.status);
        }
        Ok(answer.json())
    }

    async fn call(&self, body: &str, call: Call) -> anyhow::Result<Answer> {
        let account = self.cast.callers.get(body);
        let (name, secret) = account.with_context(|| format!("{body} has an account"))?;
        let client = self.client.account(name, secret);
        Ok(client.call(call, SystemClock.now()).await?)
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> anyhow::Result<&'a str> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.with_context(|| format!("the answer has no {pointer}"))
}

#[cfg(test)]
mod tests {
    use super::EVENTS;

    #[test]
    fn the_demonstration_plays_the_events_of_the_sample() {
        let sample = include_str!("../../../../tests/fixtures/sample/case-events.json");
        assert_eq!(EVENTS, sample);
    }
}
