//! A department at the HTTP API: its approval system asks, a person releases.

use anyhow::{Context as _, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use server::{Answer, Call, CallError, Client};
use time::UtcDateTime;
use tokio::sync::mpsc;

use crate::installation::{CUSTODIAN, Installation, octets, secret};

/// A request that came to its end.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its idempotency key.
    pub key: String,
    /// Its content.
    pub body: Value,
    /// What was acknowledged: the sealed licence.
    pub issued: Value,
}

/// How far one try came.
#[derive(Debug, Clone, PartialEq)]
pub enum Tried {
    /// The licence is sealed.
    Issued(Value),
    /// The service asks to come back.
    Later,
    /// There was no answer.
    Gone,
}

/// What a customer was told under one key, try after try.
#[derive(Debug, Default)]
pub struct Told {
    /// That it waits for its release.
    waits: Option<Value>,
    /// Every problem: status, code, and after how many seconds to come back.
    pub problems: Vec<Problem>,
    /// Whoever counts acknowledged steps: true for a sealed licence.
    counts: Option<mpsc::Sender<bool>>,
}

/// A problem as it was told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The status.
    pub status: u16,
    /// The stable code.
    pub code: String,
    /// `Retry-After`, seconds.
    pub retry_after: Option<u32>,
}

impl Told {
    /// Nothing yet; steps are told to `counts`.
    #[must_use]
    pub fn to(counts: Option<mpsc::Sender<bool>>) -> Self {
        Self {
            counts,
            ..Self::default()
        }
    }

    async fn step(&self, issued: bool) -> anyhow::Result<()> {
        match &self.counts {
            Some(counts) => Ok(counts.send(issued).await?),
            None => Ok(()),
        }
    }

    /// Nothing that was told is taken back.
    async fn waits(&mut self, said: &Value) -> anyhow::Result<()> {
        self.step(false).await?;
        match &self.waits {
            None => self.waits = Some(said.clone()),
            Some(before) => ensure!(before == said, "{before} was told, then {said}"),
        }
        Ok(())
    }

    async fn issued(&self, said: Value) -> anyhow::Result<Tried> {
        self.step(true).await?;
        for name in ["job", "identifier", "number"] {
            let before = self.waits.as_ref().and_then(|waits| waits.get(name));
            ensure!(
                before.is_none_or(|before| Some(before) == said.get(name)),
                "{:?} was told, then {said}",
                self.waits
            );
        }
        Ok(Tried::Issued(said))
    }

    /// Whether an answer asks to come back, or is `another` one that is expected; what it is otherwise is an error.
    fn later(&mut self, answer: &Answer, another: u16) -> anyhow::Result<Tried> {
        let said = answer.json();
        let code = said.get("code").and_then(Value::as_str);
        let field = answer.headers.get("retry-after");
        let retry_after = field.and_then(|field| field.to_str().ok()?.parse().ok());
        self.problems.push(Problem {
            status: answer.status.as_u16(),
            code: code.unwrap_or_default().to_owned(),
            retry_after,
        });
        ensure!(
            [409, 429, 503, 507, another].contains(&answer.status.as_u16()),
            "{} {said}",
            answer.status
        );
        Ok(Tried::Later)
    }
}

/// One department at one server.
#[derive(Debug, Clone)]
pub struct Customer {
    installation: Installation,
    client: Client,
    department: String,
}

impl Customer {
    /// The department at the service that listens there; `base` is an origin.
    #[must_use]
    pub fn new(installation: &Installation, base: &str, department: &str) -> Self {
        Self {
            installation: installation.clone(),
            client: Client::anonymous(base),
            department: department.to_owned(),
        }
    }

    /// The department.
    #[must_use]
    pub fn department(&self) -> &str {
        &self.department
    }

    /// Anybody at the same server.
    #[must_use]
    pub fn anybody(&self) -> &Client {
        &self.client
    }

    /// The account with this role: `approvals`, `custodian`, `decider`, `stranger`.
    #[must_use]
    pub fn account(&self, role: &str) -> Client {
        let name = format!("{}-{role}", self.department);
        self.client.account(&name, &secret(&name))
    }

    /// A call of the account with this role.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn call(
        &self,
        role: &str,
        call: Call,
        now: UtcDateTime,
    ) -> Result<Answer, CallError> {
        self.account(role).call(call, now).await
    }

    /// Asks for a licence.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn ask(
        &self,
        key: &str,
        body: &Value,
        now: UtcDateTime,
    ) -> Result<Answer, CallError> {
        let call = Call::post("/v1/licences", body).once(key);
        self.call("approvals", call, now).await
    }

    /// The release that a person signs for what waits, as it is posted.
    ///
    /// # Errors
    /// When there is no offer.
    pub async fn signed(
        &self,
        (role, person): (&str, &str),
        job: &str,
        now: UtcDateTime,
    ) -> anyhow::Result<Value> {
        let offer = format!("/v1/releases/{job}");
        self.signed_at((role, person), &offer, now).await
    }

    /// The release that a person signs for what is offered there, of one job or of a batch, as it is posted.
    ///
    /// # Errors
    /// When there is no offer.
    pub async fn signed_at(
        &self,
        (role, person): (&str, &str),
        offer: &str,
        now: UtcDateTime,
    ) -> anyhow::Result<Value> {
        let answer = self.call(role, Call::get(offer), now).await?;
        ensure!(answer.status == 200, "no offer: {}", answer.status);
        self.release_of(person, &answer.json(), now)
    }

    /// The release of an offer, signed by a person.
    ///
    /// # Errors
    /// When the offer names no statement or no expiry.
    pub fn release_of(
        &self,
        person: &str,
        offer: &Value,
        now: UtcDateTime,
    ) -> anyhow::Result<Value> {
        let text = |name: &str| offer.get(name).and_then(Value::as_str);
        let statement = text("statement").and_then(octets);
        let statement = statement.context("an offer has a statement")?;
        let signature = self.installation.release(person, &statement, now)?;
        Ok(json!({
            "expires": text("expires").context("an offer has an expiry")?,
            "algorithm": "ecdsa-p256-sha256",
            "signature": STANDARD.encode(signature.bytes()),
        }))
    }

    /// Looks at what waits, signs and sends the release of a person.
    ///
    /// # Errors
    /// When there is no offer or no answer.
    pub async fn release(
        &self,
        (role, person): (&str, &str),
        job: &str,
        now: UtcDateTime,
    ) -> anyhow::Result<Answer> {
        let release = self.signed((role, person), job, now).await?;
        let call = Call::post(format!("/v1/releases/{job}"), &release);
        Ok(self.call(role, call, now).await?)
    }

    /// One try of the whole job under a key: asks, looks, releases; what is told is kept in `told`.
    ///
    /// # Errors
    /// An answer that takes back what was told, or that no disturbance explains.
    pub async fn carry(
        &self,
        key: &str,
        body: &Value,
        now: UtcDateTime,
        told: &mut Told,
    ) -> anyhow::Result<Tried> {
        let Ok(answer) = self.ask(key, body, now).await else {
            return Ok(Tried::Gone);
        };
        let said = answer.json();
        match answer.status.as_u16() {
            201 => return told.issued(said).await.context(key.to_owned()),
            202 => told.waits(&said).await.context(key.to_owned())?,
            _ => return told.later(&answer, 0).context(key.to_owned()),
        }
        let job = said.get("job").and_then(Value::as_str);
        let job = job.context("an answer names its job")?;
        let call = Call::get(format!("/v1/releases/{job}"));
        let Ok(offer) = self.call("custodian", call, now).await else {
            return Ok(Tried::Gone);
        };
        if offer.status != 200 {
            return told.later(&offer, 0).context(key.to_owned());
        }
        let release = self.release_of(CUSTODIAN, &offer.json(), now)?;
        let call = Call::post(format!("/v1/releases/{job}"), &release);
        let Ok(answer) = self.call("custodian", call, now).await else {
            return Ok(Tried::Gone);
        };
        match answer.status.as_u16() {
            201 => told.issued(answer.json()).await.context(key.to_owned()),
            // 422: released in an earlier try, and the service is at it.
            _ => told.later(&answer, 422).context(key.to_owned()),
        }
    }
}
