//! A department at the HTTP API: its approval system asks, a person releases.

use anyhow::{Context as _, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use server::{Answer, Call, CallError, Client};
use time::UtcDateTime;

use crate::installation::{Installation, octets, secret};

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
        let call = Call::get(format!("/v1/releases/{job}"));
        let answer = self.call(role, call, now).await?;
        ensure!(answer.status == 200, "no offer: {}", answer.status);
        let offer = answer.json();
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
}
