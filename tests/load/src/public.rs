//! What anyone may ask for: the status of certificates, time-stamps, verdicts on files.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use crypto::{Digest, DigestAlgorithm, SystemRandom};
use evidence::ocsp::{CertificateId, Nonce, Request};
use evidence::tsp;
use hyper::Method;
use issuance::{Clock as _, SystemClock};
use pki::certificate::Certificate;
use server::{Call, Client};
use tokio::runtime::Builder;

use crate::round::{Act, Asked, closed, percentile, round};
use crate::serving::{BARE, ROUTED};
use crate::stage::{Service, Stage};
use crate::told;
use crate::work::{Department, text};

/// One request, sent again and again.
struct Same {
    client: Client,
    call: Call,
}

impl Same {
    fn post(base: &str, path: &str, kind: &'static str, content: Vec<u8>) -> Arc<Self> {
        Arc::new(Self {
            client: Client::anonymous(base),
            call: Call::send(Method::POST, path, kind, content),
        })
    }

    async fn answer(&self) -> anyhow::Result<Vec<u8>> {
        let answer = self.client.call(self.call.clone(), SystemClock.now());
        let answer = answer.await?;
        ensure!(answer.status == 200, "answered with {}", answer.status);
        Ok(answer.content.to_vec())
    }
}

impl Act for Same {
    async fn act(&self) -> anyhow::Result<Duration> {
        let began = Instant::now();
        self.answer().await?;
        Ok(began.elapsed())
    }
}

async fn certificate(stage: &Stage, name: &str) -> anyhow::Result<Certificate> {
    let client = Client::anonymous(&stage.service.base);
    let call = Call::get(format!("/certificates/{name}"));
    let answer = client.call(call, SystemClock.now()).await?;
    Ok(Certificate::parse(&answer.content)?)
}

/// Status signed ahead, status signed for the request, and the web framework alone.
pub(crate) async fn ocsp(stage: &Stage, asked: Asked) -> anyhow::Result<()> {
    let authority = certificate(stage, "ca.cer").await?;
    let stamps = certificate(stage, "tsa.cer").await?;
    let id = CertificateId::new(DigestAlgorithm::Sha256, &authority, stamps.serial());
    let same = |nonce| {
        let request = Request::new(id.clone(), nonce).encode();
        let base = &stage.service.base;
        Same::post(base, "/ocsp", "application/ocsp-request", request)
    };
    let ahead = same(None);
    let (one, two) = (ahead.answer().await?, ahead.answer().await?);
    // Signatures are drawn: two that are equal are one.
    ensure!(one == two, "the status was not signed ahead");
    let found = round(&stage.service, &ahead, asked).await?;
    told::row("OCSP signed ahead", &found);
    let fresh = same(Some(Nonce::draw(&SystemRandom::new())?));
    let found = round(&stage.service, &fresh, asked).await?;
    told::row("OCSP signed freshly", &found);
    for (which, name) in [
        (ROUTED, "axum alone, 1,000 octets"),
        (BARE, "hyper alone, 1,000 octets"),
    ] {
        let bare = Service::bare(which)?;
        let request = Request::new(id.clone(), None).encode();
        let same = Same::post(&bare.base, "/", "application/ocsp-request", request);
        let found = round(&bare, &same, asked).await?;
        told::row(name, &found);
    }
    Ok(())
}

/// Time-stamps.
pub(crate) async fn tsa(stage: &Stage, asked: Asked) -> anyhow::Result<()> {
    let digest = Digest::of(DigestAlgorithm::Sha256, b"a time-stamp of the load");
    let query = tsp::Request::new(&digest).encode();
    let base = &stage.service.base;
    let same = Same::post(base, "/tsa", "application/timestamp-query", query);
    let found = round(&stage.service, &same, asked).await?;
    told::row("time-stamp", &found);
    Ok(())
}

/// A licence that was issued for it, to be judged.
async fn licence(stage: &Stage, kind: &str) -> anyhow::Result<Arc<Same>> {
    let department = Department::issuing(stage, kind)?;
    let (issued, _) = department.one().await?;
    let path = format!("/v1/licences/{}/files/pdf", text(&issued, "identifier")?);
    let file = department
        .approvals
        .call(Call::get(path), SystemClock.now())
        .await?;
    ensure!(file.status == 200, "no file: {}", file.status);
    let octets = file.content.to_vec();
    let same = Same::post(
        &stage.service.base,
        "/v1/verifications",
        "application/octet-stream",
        octets,
    );
    let report: serde_json::Value = serde_json::from_slice(&same.answer().await?)?;
    let verdict = report.get("verdict").context("a verdict")?;
    ensure!(verdict == "valid", "the licence is {verdict}: {report}");
    Ok(same)
}

/// Verdicts on a licence of one page, B-LT, with the register's own word.
pub(crate) async fn verify(stage: &Stage, kind: &str, asked: Asked) -> anyhow::Result<()> {
    let same = licence(stage, kind).await?;
    let found = round(&stage.service, &same, asked).await?;
    told::row(&format!("verify {kind}"), &found);
    Ok(())
}

/// T-A4: one verifier, first alone, then while as many callers as are given ask for licences.
pub(crate) async fn verify_under_flood(
    stage: &Stage,
    kind: &str,
    asked: Asked,
) -> anyhow::Result<()> {
    let same = licence(stage, kind).await?;
    let idle = round(&stage.service, &same, asked.of(1)).await?;
    told::row("verify, idle", &idle);
    let department = Arc::new(Department::issuing(stage, kind)?);
    let longer = Asked {
        seconds: asked.seconds + asked.seconds.div_ceil(10) + 2,
        ..asked
    };
    // The flood has threads of its own, so that the verifier waits for the service and not behind the other callers.
    let elsewhere = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let flood = elsewhere.spawn(async move { closed(&department, longer).await });
    let flooded = round(&stage.service, &same, asked.of(1)).await?;
    let issued = flood.await??;
    elsewhere.shutdown_background();
    told::row("verify, under the flood (server: both)", &flooded);
    let (before, under) = (percentile(&idle.times, 99), percentile(&flooded.times, 99));
    println!(
        "\n{} licences were issued meanwhile; p99 is {:.1} times the idle one (T-A4: 2)\n",
        issued.len(),
        under.as_secs_f64() / before.as_secs_f64().max(1e-9)
    );
    Ok(())
}
