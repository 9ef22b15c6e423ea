//! The steps of a holder's story, date by date, and how a holder's systems take them: each under one key, again and
//! again until it is answered.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use server::{Answer, Call};
use time::UtcDateTime;
use time::macros::utc_datetime;
use tokio::sync::{mpsc, watch};

use crate::customer::Customer;
use crate::installation::{CUSTODIAN, Installation};
use crate::kills::Place;
use crate::replay::holders::Holder;

/// Whose custodian releases everything.
const BUREAU: &str = "Q-APR";
/// How long somebody waits who was asked to come back.
const LATER: Duration = Duration::from_millis(10);

/// What is done on one day of the story.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Day {
    /// When.
    pub(crate) at: UtcDateTime,
    /// What, in order.
    pub(crate) steps: &'static [Step],
}

/// A step.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    /// An event of the case is reported, by its number.
    Report(usize),
    /// The acceptance notice is asked for and released.
    Notice,
    /// The licence is asked for and released.
    Licence,
    /// The fire part is annulled, and the next version released.
    PartEnded,
}

/// The story's days, as far as somebody acts on them.
pub(crate) const DAYS: &[Day] = {
    use Step::{Licence, Notice, PartEnded, Report};
    &[
        Day {
            at: utc_datetime!(2026-06-08 01:15),
            steps: &[
                Report(1),
                Report(2),
                Report(3),
                Report(4),
                Report(5),
                Report(6),
                Report(7),
                Report(8),
                Report(9),
                Report(10),
                Report(11),
                Report(12),
                Report(13),
                Notice,
            ],
        },
        Day {
            at: utc_datetime!(2026-06-09 09:05),
            steps: &[Report(14), Report(15)],
        },
        Day {
            at: utc_datetime!(2026-06-10 08:45),
            steps: &[Report(16), Licence, Report(17), Report(18)],
        },
        Day {
            at: utc_datetime!(2026-06-18 02:00),
            steps: &[Report(19)],
        },
        Day {
            at: utc_datetime!(2026-07-15 06:30),
            steps: &[Report(20)],
        },
        Day {
            at: utc_datetime!(2026-07-17 03:05),
            steps: &[PartEnded, Report(21), Report(22)],
        },
    ]
};

/// Identifiers of the first versions, by holder.
pub(crate) type Issued = Arc<Mutex<BTreeMap<usize, String>>>;

/// What every worker has.
#[derive(Debug, Clone)]
pub(crate) struct Work {
    /// The office.
    pub(crate) installation: Installation,
    /// Everybody.
    pub(crate) holders: Arc<Vec<Holder>>,
    /// Whose turn is next.
    pub(crate) next: Arc<AtomicUsize>,
    /// What was issued so far.
    pub(crate) issued: Issued,
    /// Where the service is.
    pub(crate) places: watch::Receiver<Place>,
    /// Who counts answers.
    pub(crate) answered: mpsc::Sender<()>,
}

/// One worker: takes one holder after the other through a day, while there is one.
pub(crate) async fn work(mut work: Work, day: Day) -> anyhow::Result<()> {
    loop {
        let turn = work.next.fetch_add(1, Ordering::SeqCst);
        let Some(holder) = work.holders.get(turn).cloned() else {
            return Ok(());
        };
        for step in day.steps {
            let done = work.step(&holder, *step).await;
            done.with_context(|| format!("{} {step:?}", holder.case))?;
        }
    }
}

impl Work {
    async fn step(&mut self, holder: &Holder, step: Step) -> anyhow::Result<()> {
        let key = |what: &str| format!("replay-{:05}-{what}", holder.number);
        match step {
            Step::Report(number) => {
                let event = holder.events.get(number - 1).context("an event")?;
                let of = event.pointer("/actor/body").and_then(Value::as_str);
                let path = format!("/v1/cases/{}/events", holder.case);
                let call = Call::post(path, event).once(key(&format!("event-{number}")));
                let told = self
                    .until(turn(holder), of.context("a body")?, &call)
                    .await?;
                let fate = told.get("fate").and_then(Value::as_str);
                anyhow::ensure!(fate == Some("applied"), "{told}");
            }
            Step::Notice => {
                let path = format!("/v1/cases/{}/documents", holder.case);
                let call = Call::post(path, &json!({"kind": "acceptance-notice"}));
                self.sealed(turn(holder), BUREAU, &call.once(key("notice")))
                    .await?;
            }
            Step::Licence => {
                let call = Call::post("/v1/licences", &holder.licence).once(key("licence"));
                let told = self.sealed(turn(holder), BUREAU, &call).await?;
                let identifier = told.get("identifier").and_then(Value::as_str);
                let identifier = identifier.context("it is told")?.to_owned();
                let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
                issued.insert(holder.number, identifier);
            }
            Step::PartEnded => {
                let identifier = self.issued_to(holder).context("it was issued")?;
                let part = &holder.fire_part;
                let path = format!("/v1/licences/{identifier}/parts/{part}/end");
                let body = json!({
                    "ending": "annulled", "decision": "撤字〔2026〕第0017号",
                    "legal_basis": "行政许可法第六十九条", "decided_by": "P-FIRE-1",
                    "decided_on": "2026-07-17",
                });
                let call = Call::post(path, &body).once(key("part"));
                self.sealed(turn(holder), "C-FIRE", &call).await?;
            }
        }
        Ok(())
    }

    fn issued_to(&self, holder: &Holder) -> Option<String> {
        let issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        issued.get(&holder.number).cloned()
    }

    /// One try of a call by a department's approval system; nothing when nobody answered.
    async fn tried(
        &mut self,
        (turn, role): (usize, &str),
        of: &str,
        call: &Call,
    ) -> anyhow::Result<Option<Answer>> {
        let (customer, now) = self.customer(turn, of)?;
        match customer.call(role, call.clone(), now).await {
            Ok(answer) => {
                self.answered.send(()).await?;
                Ok(Some(answer))
            }
            Err(_) => {
                // Killed, and soon elsewhere; or a connection that was lost by itself, and is asked for again.
                let moved = tokio::time::timeout(LATER, self.places.changed()).await;
                moved.unwrap_or(Ok(()))?;
                Ok(None)
            }
        }
    }

    fn customer(&mut self, turn: usize, of: &str) -> anyhow::Result<(Customer, UtcDateTime)> {
        let place = self.places.borrow_and_update().clone();
        let server = place.servers.get(turn % place.servers.len().max(1));
        let (base, now) = server.context("one serves")?;
        Ok((Customer::new(&self.installation, base, of), *now))
    }

    /// Until it is answered with 200.
    async fn until(&mut self, turn: usize, of: &str, call: &Call) -> anyhow::Result<Value> {
        loop {
            let answer = self.tried((turn, "approvals"), of, call).await?;
            match answer.map(|answer| (answer.status.as_u16(), answer.json())) {
                Some((200, told)) => return Ok(told),
                Some((409 | 429 | 503 | 507, _)) => tokio::time::sleep(LATER).await,
                Some((status, told)) => bail!("{status} {told}"),
                None => {}
            }
        }
    }

    /// Until what is asked for is sealed: asked for, looked at, released.
    async fn sealed(&mut self, turn: usize, of: &str, call: &Call) -> anyhow::Result<Value> {
        loop {
            let answer = self.tried((turn, "approvals"), of, call).await?;
            match answer.map(|answer| (answer.status.as_u16(), answer.json())) {
                Some((201, told)) => return Ok(told),
                Some((202, told)) => {
                    let job = told.get("job").and_then(Value::as_str);
                    self.release(turn, job.context("a job")?).await?;
                }
                Some((409 | 429 | 503 | 507, _)) => tokio::time::sleep(LATER).await,
                Some((status, told)) => bail!("{status} {told}"),
                None => {}
            }
        }
    }

    /// One try of a release. Whatever is answered, the request says how far it came.
    async fn release(&mut self, turn: usize, job: &str) -> anyhow::Result<()> {
        let who = (turn, "custodian");
        let path = format!("/v1/releases/{job}");
        let offer = self.tried(who, BUREAU, &Call::get(&path)).await?;
        let Some(offer) = offer.filter(|offer| offer.status == 200) else {
            tokio::time::sleep(LATER).await;
            return Ok(());
        };
        let (customer, now) = self.customer(turn, BUREAU)?;
        let release = customer.release_of(CUSTODIAN, &offer.json(), now)?;
        let call = Call::post(&path, &release);
        let answer = self.tried(who, BUREAU, &call).await?;
        match answer.map(|answer| (answer.status.as_u16(), answer.json())) {
            Some((201, _)) | None => {}
            Some((409 | 422 | 429 | 503 | 507, _)) => tokio::time::sleep(LATER).await,
            Some((status, told)) => bail!("a release: {status} {told}"),
        }
        Ok(())
    }
}

/// Which process a holder's systems ask, where there are two.
fn turn(holder: &Holder) -> usize {
    holder.number
}
