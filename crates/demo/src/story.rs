//! Story 6.1 as its approval systems report it: each row of its table is printed with what was true, and a row that is
//! not true ends the demonstration.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use issuance::{Clock, SystemClock};
use serde_json::{Value, json};

use crate::cast::Cast;
use crate::client::{Answer, Call, Client};
use crate::handed::{finished, good, released, status};
use crate::judge::{listed, offline, online};
use crate::papers::{form, page};
use crate::receivers::{RECEIVERS, Receivers};
use crate::tell::{Licence, Outcome, Told};

/// The events, as they are posted.
const EVENTS: &str = include_str!("../assets/case-events.json");
const CASE: &str = "BJ-990102-20260608-00017";
const PART: &str = "XF990102-2026-0001";

type Paper = (&'static str, &'static str, &'static [(usize, &'static str)]);

/// Papers that she signs: what each is called, what she means by it, and where its digest stands in which event.
const PAPERS: [Paper; 3] = [
    (
        "form",
        "本人确认申请内容真实，同意提交",
        &[
            (1, "/what/received/form"),
            (1, "/what/received/signed/paper"),
            (11, "/what/filed/had/how/handed_in/paper"),
        ],
    ),
    (
        "CN-5",
        "本人已知晓告知内容并作出承诺",
        &[
            (4, "/what/filed/offered/terms/paper"),
            (6, "/what/filed/promised/signed/paper"),
        ],
    ),
    (
        "CN-8",
        "本人已知晓告知内容并作出承诺",
        &[
            (5, "/what/filed/offered/terms/paper"),
            (7, "/what/filed/promised/signed/paper"),
        ],
    ),
];

/// The story's case at the service.
pub(crate) struct Story<'a> {
    client: &'a Client,
    cast: &'a Cast,
    told: &'a Told,
    pub(crate) out: PathBuf,
    receivers: Receivers,
    events: Vec<Value>,
}

impl<'a> Story<'a> {
    /// Before its first event; whoever is to hear of it has subscribed.
    pub(crate) async fn begin(
        client: &'a Client,
        cast: &'a Cast,
        told: &'a Told,
        out: &Path,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            client,
            cast,
            told,
            out: out.to_owned(),
            receivers: Receivers::subscribe(client, cast).await?,
            events: serde_json::from_str(EVENTS)?,
        })
    }

    /// Puts something of this run into an event.
    fn change(&mut self, number: usize, member: &str, value: &Value) -> anyhow::Result<()> {
        let event = self.events.get_mut(number - 1);
        let place = event.and_then(|event| event.pointer_mut(member));
        *place.context("an event has the member")? = value.clone();
        Ok(())
    }

    /// Her own key signs form and promises now, on the system's clock (D21); the events name these very papers.
    async fn sign(&mut self) -> anyhow::Result<()> {
        let person = json!({"name": "林小满", "number": "990102198805210245"});
        let call = Call::post("/v1/signers", &person).once("demonstration-signer");
        let signer = good(self.call("Q-APR", call).await?)?.json();
        let signer = text(&signer, "/signer")?;
        for (act, level) in [("prove", json!("L2")), ("activate", Value::Null)] {
            let body = json!({"act": act, "level": level, "reason": "实名核验"});
            let call = Call::post(format!("/v1/signers/{signer}/acts"), &body);
            good(
                self.call("Q-APR", call.once(format!("demonstration-{act}")))
                    .await?,
            )?;
        }
        for (paper, intent, places) in PAPERS {
            let order = json!({"signer": signer, "intent": intent, "case": CASE});
            let call = form("/v1/signatures", &order, &page(paper));
            let call = call.once(format!("demonstration-signature-{paper}"));
            let told = good(self.call("Q-APR", call).await?)?.json();
            let digest = told.pointer("/signed/paper").context("a digest")?;
            for (number, member) in places {
                self.change(*number, member, digest)?;
            }
            let id = text(&told, "/signature")?;
            let path = format!("/v1/signatures/{id}/file");
            self.sealed(&path, &format!("signed-{paper}.pdf")).await?;
        }
        Ok(())
    }

    /// Fetches a file into the folder, and has the service judge it: it has to hold.
    async fn sealed(&self, path: &str, name: &str) -> anyhow::Result<()> {
        let file = good(self.call("Q-APR", Call::get(path)).await?)?;
        let path = self.out.join(name).display().to_string();
        fs::write(&path, &file.content)?;
        let check = online(self.client, &path).await?;
        ensure!(check.verdict == "valid", "{name} is {}", check.verdict);
        Ok(())
    }

    /// 8 June 09:12 to 10 June 16:40: from the signed form to the decision.
    pub(crate) async fn until_decided(&mut self, older: &[Licence]) -> anyhow::Result<()> {
        for (number, how, kind) in [
            (8, "fetched", "BL"),
            (9, "fetched", "ID"),
            (10, "derived", "BL"),
        ] {
            let licence = older.iter().find(|licence| licence.kind == kind);
            let licence = json!(licence.context("it was issued before")?.identifier);
            self.change(
                number,
                &format!("/what/filed/had/how/{how}/licence"),
                &licence,
            )?;
        }
        self.sign().await?;
        self.report(1..=7).await?;
        let case = self.case("Q-APR").await?;
        let signer = text(&case, "/commitments/0/signed_by/name")?;
        let intent = text(&case, "/commitments/0/intent")?;
        self.row(
            "8 June 09:12",
            &format!("one form and two commitments signed by {signer} with her own key: \"{intent}\"; each signature holds, text, time and intent bound"),
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
        self.row("8 June 09:13", "8 materials: 2 fetched from this register, 1 derived, 2 promised, 3 to hand in; nothing fetched is asked for");
        self.report(13..=13).await?;
        let case = self.case("Q-APR").await?;
        let (due, promised) = (text(&case, "/deferred/0/due")?, text(&case, "/clock/due")?);
        ensure!(
            (due, promised) == ("2026-06-23", "2026-06-15"),
            "other days: {due} {promised}"
        );
        self.acceptance_notice().await?;
        self.row(
            "8 June 09:15",
            "accepted; the health certificate follows by 2026-06-23, decided by 2026-06-15; 受理通知书 sealed by 990102-SLZYZ-01, and it holds",
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

    /// The acceptance notice stands under the acceptance seal, whatever was asked for.
    async fn acceptance_notice(&self) -> anyhow::Result<()> {
        let order = json!({"kind": "acceptance-notice"});
        let call = Call::post(format!("/v1/cases/{CASE}/documents"), &order);
        let waits = self
            .call("Q-APR", call.once("demonstration-acceptance"))
            .await?;
        let waits = good(waits)?.json();
        ensure!(text(&waits, "/seal")? == "990102-SLZYZ-01", "another seal");
        let job = text(&waits, "/job")?;
        released(self.client, self.cast, "Q-APR", job).await?;
        let path = format!("/v1/seal-signatures/{job}/file");
        self.sealed(&path, "acceptance-notice.pdf").await
    }

    /// 10 June 16:42: the custodian's release was given; the register holds it, and five receivers hear of it.
    pub(crate) async fn released(&self, licence: &Licence) -> anyhow::Result<()> {
        self.report(17..=18).await?;
        let case = self.case("Q-APR").await?;
        ensure!(
            text(&case, "/commitments/0/state")? == "in_force",
            "the promises are not in force"
        );
        self.row("10 June 16:42", "released by the custodian and issued; both promises in force, to be checked by 2026-08-09");
        let about = ("/data/identifier", licence.identifier.as_str());
        self.receivers
            .told(&RECEIVERS, "licence.issued", about)
            .await?;
        let receivers = RECEIVERS.join(", ");
        self.row(
            "10 June 16:42",
            &format!("{receivers} acknowledged the result, once each"),
        );
        Ok(())
    }

    /// 18 June to 17 July: what followed.
    pub(crate) async fn followed(&self, outcome: &mut Outcome) -> anyhow::Result<()> {
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
        let about = ("/data/case", CASE);
        self.receivers
            .told(&["CREDIT"], "credit.event", about)
            .await?;
        self.row(
            "15 July 14:30",
            "the fire promise was found untrue: both bureaus see it, the credit platform was told",
        );
        self.part_ended(outcome).await?;
        self.report(21..=22).await?;
        let case = self.case("Q-APR").await?;
        ensure!(text(&case, "/state")? == "archived", "the case is open");
        self.row(
            "17 July 11:05",
            "the promise stands as broken and annulled, the case is archived",
        );
        self.links(outcome).await
    }

    /// What the applicant of the case and the holder of a licence are given: links that tell nothing (T-P6).
    async fn links(&self, outcome: &Outcome) -> anyhow::Result<()> {
        let mut licences = outcome.licences.iter();
        let used = licences.find(|licence| licence.kind == "BL");
        let used = used.context("the business licence was issued")?;
        for (words, path) in [
            (
                "the applicant follows the case at",
                format!("/v1/cases/{CASE}/link"),
            ),
            (
                "the holder of the business licence sees each use of it at",
                format!("/v1/licences/{}/link", used.identifier),
            ),
        ] {
            let call = Call::post(path, &json!({}));
            let told = good(self.call("Q-APR", call).await?)?.json();
            self.told
                .line(&format!("{words} {}", text(&told, "/link")?));
        }
        Ok(())
    }

    /// 17 July 11:00: the fire authority annuls its part; the bureau seals the permit again without it.
    async fn part_ended(&self, outcome: &mut Outcome) -> anyhow::Result<()> {
        let first = outcome
            .licences
            .iter_mut()
            .find(|licence| licence.kind == "ONE");
        let first = first.context("the permit was issued")?;
        let order = json!({
            "ending": "annulled", "decision": "撤字〔2026〕第0017号", "legal_basis": "行政许可法第六十九条",
            "decided_by": "P-FIRE-1", "decided_on": "2026-07-17",
        });
        let path = format!("/v1/licences/{}/parts/{PART}/end", first.identifier);
        let call = Call::post(path, &order).once("demonstration-part-ended");
        let waits = good(self.call("C-FIRE", call).await?)?.json();
        let named = ("Q-APR", "ONE-002");
        let second = finished(self.client, self.cast, named, &waits, &self.out).await?;
        let about = ("/data/identifier", first.identifier.as_str());
        self.receivers
            .told(&["C-SAMR", "Q-ENF"], "licence.supersede", about)
            .await?;
        let page = self.call("C-FIRE", Call::get("/notices.atom?publisher=C-FIRE"));
        let page = String::from_utf8_lossy(&page.await?.content).into_owned();
        ensure!(page.contains(PART), "nobody was told of the part's end");
        first.state = "superseded".to_owned();
        let mut checks = Vec::new();
        listed(self.client, Path::new(&first.receipt)).await?;
        status(self.client, &self.out).await?;
        for (licence, answer) in [(&*first, "superseded"), (&second, "valid")] {
            let pdf = licence.pdf.as_deref().unwrap_or_default();
            checks.push((online(self.client, pdf).await?, answer));
            checks.push((offline(&self.out, &licence.lc1)?, answer));
        }
        outcome.licences.push(second);
        self.row("17 July 11:00", "the fire part was annulled by C-FIRE: version 002 with two parts, 001 superseded, the notice on C-FIRE's page");
        for (check, answer) in checks {
            self.told.check(&check);
            let found = check.answer.as_deref();
            ensure!(found == Some(answer), "{} is no {answer}", check.file);
            outcome.checks.push(check);
        }
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
        let sample = include_str!("../../../tests/fixtures/sample/case-events.json");
        assert_eq!(EVENTS, sample);
    }
}
