//! An installation and its customers, while something is wrong.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use crypto::DigestAlgorithm;
use evidence::ocsp::{self, CertificateId, Moment, NoncePolicy, Status};
use hyper::Method;
use pki::certificate::Certificate;
use serde_json::Value;
use server::{Call, Client};
use tempfile::TempDir;
use time::UtcDateTime;

use crate::cases;
use crate::child::{Child, Serving};
use crate::customer::{Asked, Customer, Problem, Told, Tried};
use crate::faults::relay::Relay;
use crate::installation::{Installation, NOW};
use crate::judged;
use crate::postgres::Own;

/// Whose licences are asked for.
pub(crate) const DEPARTMENT: &str = "Q-APR";
/// T-D4: how long the service may take to go on by itself.
pub(crate) const RECOVERY: Duration = Duration::from_secs(10);
/// How long a customer waits who was asked to come back.
const LATER: Duration = Duration::from_millis(20);

/// Where a service runs, and on which store.
#[derive(Debug)]
pub(crate) struct Place {
    /// The program that serves, as `fault serve`.
    pub(crate) program: PathBuf,
    /// A database server of its own; an SQLite file without one.
    pub(crate) postgres: Option<Own>,
    /// The address by which the service knows it, where it has one that stays.
    pub(crate) relay: Option<Relay>,
}

/// Problems that were told, and how often.
pub type Problems = BTreeMap<Problem, usize>;

/// A founded installation, served by a process, and what its customers were told.
pub(crate) struct Ground {
    pub(crate) installation: Installation,
    serving: Serving,
    pub(crate) child: Child,
    pub(crate) now: UtcDateTime,
    /// How long it may take to go on by itself.
    pub(crate) patience: Duration,
    asked: Vec<Asked>,
    problems: Problems,
    _folder: TempDir,
}

impl Ground {
    /// Founds an installation in a folder and serves it; `environment` is given to the process.
    pub(crate) async fn prepare(
        place: &Place,
        folder: TempDir,
        environment: Vec<(String, String)>,
        lines: &str,
    ) -> anyhow::Result<Ground> {
        let database = match &place.postgres {
            Some(own) => Some(own.server().make("yinxin", None).await?),
            None => None,
        };
        let database = match (database, &place.relay) {
            (Some(database), Some(relay)) => Some(relay.instead_of(&database)?),
            (database, _) => database,
        };
        let installation = Installation::found(folder.path(), database.as_deref(), NOW).await?;
        installation.configure(lines)?;
        installation.without_limits()?;
        let serving = Serving {
            program: place.program.clone(),
            folder: folder.path().to_owned(),
            database,
            environment,
        };
        let now = NOW + time::Duration::minutes(1);
        Ok(Ground {
            child: Child::start(&serving, now).await?,
            installation,
            serving,
            now,
            patience: RECOVERY,
            asked: Vec::new(),
            problems: Problems::new(),
            _folder: folder,
        })
    }

    pub(crate) fn customer(&self) -> Customer {
        Customer::new(&self.installation, self.child.base(), DEPARTMENT)
    }

    /// A request of its own: key and content.
    pub(crate) fn request(&self, number: u32) -> anyhow::Result<(String, Value)> {
        let body = cases::body(&cases::case("FOOD", u64::from(number))?);
        Ok((format!("fault-key-{number:08}"), body))
    }

    /// Asks again until the licence is there, as long as the service may take to go on; how long it took.
    pub(crate) async fn issued(
        &mut self,
        (key, body): (String, Value),
        told: &mut Told,
    ) -> anyhow::Result<Duration> {
        let began = Instant::now();
        let customer = self.customer();
        let issued = loop {
            match customer.carry(&key, &body, self.now, told).await? {
                Tried::Issued(issued) => break issued,
                Tried::Later => tokio::time::sleep(LATER).await,
                Tried::Gone => anyhow::bail!("{key}: the service is gone"),
            }
            ensure!(
                began.elapsed() < self.patience,
                "{key}: after {:?} still {:?}",
                self.patience,
                told.problems.last()
            );
        };
        self.asked.push(Asked { key, body, issued });
        Ok(began.elapsed())
    }

    /// Counts what a customer was told; each problem says when to come back, or needs no coming back.
    pub(crate) fn count(&mut self, told: Told) -> anyhow::Result<()> {
        for problem in told.problems {
            let asks_back = [429, 503, 507].contains(&problem.status);
            ensure!(
                !asks_back || problem.retry_after.is_some(),
                "{problem:?} does not say when to come back"
            );
            *self.problems.entry(problem).or_default() += 1;
        }
        Ok(())
    }

    /// What needs no store is answered: the status of certificates, lists of states, lists of revoked ones.
    pub(crate) async fn statuses(&self) -> anyhow::Result<usize> {
        let anybody = Client::anonymous(self.child.base());
        let paths = [
            "/status/1",
            "/crl/ca.crl",
            "/certificates/ca.cer",
            "/healthz",
        ];
        for path in paths {
            let answer = anybody.call(Call::get(path), self.now).await?;
            ensure!(answer.status == 200, "{path}: {}", answer.status);
        }
        let (issuer, subject) = (
            self.certificate("ca.cer").await?,
            self.certificate("tsa.cer").await?,
        );
        let id = CertificateId::new(DigestAlgorithm::Sha256, &issuer, subject.serial());
        let content = ocsp::Request::new(id, None).encode();
        let kind = "application/ocsp-request";
        let call = Call::send(Method::POST, "/ocsp", kind, content);
        let answer = anybody.call(call, self.now).await?;
        let response = ocsp::Response::parse(&answer.content)?;
        let said = response.check(&ocsp::Asked {
            issuer: &issuer,
            serial: subject.serial(),
            nonce: None,
            nonce_policy: NoncePolicy::TimesSuffice,
            moment: Moment::Live {
                at: self.now,
                skew: time::Duration::minutes(1),
            },
        });
        let said = said.context("a status that holds now")?;
        ensure!(said.status == Status::Good, "{:?}", said.status);
        Ok(paths.len() + 1)
    }

    async fn certificate(&self, name: &str) -> anyhow::Result<Certificate> {
        let anybody = Client::anonymous(self.child.base());
        let call = Call::get(format!("/certificates/{name}"));
        let answer = anybody.call(call, self.now).await?;
        Ok(Certificate::parse(&answer.content)?)
    }

    /// The verdict on an earlier licence.
    pub(crate) async fn verdict(&self, file: Vec<u8>) -> anyhow::Result<Value> {
        let kind = "application/octet-stream";
        let call = Call::send(Method::POST, "/v1/verifications", kind, file);
        let anybody = Client::anonymous(self.child.base());
        let answer = anybody.call(call, self.now).await?;
        ensure!(answer.status == 200, "a verification: {}", answer.status);
        Ok(answer.json())
    }

    /// The file of the first licence.
    pub(crate) async fn file(&self) -> anyhow::Result<Vec<u8>> {
        let first = self.asked.first().context("one was issued")?;
        let identifier = first.issued.get("identifier").and_then(Value::as_str);
        let identifier = identifier.context("an identifier was told")?;
        let call = Call::get(format!("/v1/licences/{identifier}/files/pdf"));
        let answer = self.customer().call("approvals", call, self.now).await?;
        ensure!(answer.status == 200, "{identifier}: {}", answer.status);
        Ok(answer.content.to_vec())
    }

    /// Kills the process, opens what it left, and compares it with everything that was acknowledged.
    pub(crate) async fn judge(mut self) -> anyhow::Result<(usize, Problems)> {
        self.child.kill()?;
        self.now += time::Duration::minutes(2);
        self.child = Child::start(&self.serving, self.now).await?;
        judged::answers(&self.customer(), &self.asked, self.now).await?;
        self.child.kill()?;
        let later = self.now + time::Duration::minutes(2);
        judged::facts(&self.installation, DEPARTMENT, &self.asked, later).await?;
        Ok((self.asked.len(), self.problems))
    }
}

/// Where the layer's own files stand, beside what it means.
pub(crate) fn beside(folder: &Path) -> anyhow::Result<PathBuf> {
    let beside = folder.join("layer");
    std::fs::create_dir_all(&beside)?;
    Ok(beside)
}
