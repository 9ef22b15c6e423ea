//! What callers change: the state of licences; and the certificates that they ask for.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::{
    Authorisation, Input, KeyAlgorithm, KeyId, KeyUse, Signer as _, SoftwareSigner, SystemRandom,
};
use issuance::{Clock as _, SystemClock};
use serde_json::{Value, json};
use server::{Call, Client};

use crate::round::{Act, Asked, round};
use crate::stage::Stage;
use crate::told;
use crate::work::{Department, expect, text};

/// Licences that are suspended and resumed, one after the other; the number of changes makes the key.
struct Changing {
    approvals: Client,
    licences: Mutex<Vec<(String, u64)>>,
}

impl Act for Changing {
    async fn act(&self) -> anyhow::Result<Duration> {
        let taken = {
            let mut licences = self.licences.lock().unwrap_or_else(PoisonError::into_inner);
            licences.pop()
        };
        let (licence, changes) = taken.context("a licence for each caller")?;
        let order = if changes.is_multiple_of(2) {
            "suspend"
        } else {
            "resume"
        };
        let body =
            json!({"decision": "停字〔2026〕第0001号", "legal_basis": "行政许可法第六十九条"});
        let call = Call::post(format!("/v1/licences/{licence}/{order}"), &body);
        let call = call.once(format!("{licence}-{changes:012}"));
        let began = Instant::now();
        let answer = self.approvals.call(call, SystemClock.now()).await?;
        let took = began.elapsed();
        expect(answer, 200)?;
        let mut licences = self.licences.lock().unwrap_or_else(PoisonError::into_inner);
        licences.push((licence, changes + 1));
        Ok(took)
    }
}

/// Suspensions and resumptions, each caller of a licence of its own.
pub(crate) async fn state(stage: &Stage, kind: &str, asked: Asked) -> anyhow::Result<()> {
    let department = Department::issuing(stage, kind)?;
    let mut licences = Vec::new();
    for _ in 0..asked.callers {
        let (issued, _) = department.one().await?;
        licences.push((text(&issued, "identifier")?.to_owned(), 0));
    }
    let changing = Changing {
        approvals: department.approvals.clone(),
        licences: Mutex::new(licences),
    };
    let found = round(&stage.service, &Arc::new(changing), asked).await?;
    told::row("suspend or resume", &found);
    Ok(())
}

/// Certificates for one key, asked for again and again.
struct Certifying {
    approvals: Client,
    request: Value,
}

impl Act for Certifying {
    async fn act(&self) -> anyhow::Result<Duration> {
        let call = Call::post("/v1/certificates", &self.request);
        let began = Instant::now();
        let answer = self.approvals.call(call, SystemClock.now()).await?;
        let took = began.elapsed();
        expect(answer, 200)?;
        Ok(took)
    }
}

/// Certificates by API: the proof checked, linted, recorded, signed.
pub(crate) async fn certificate(stage: &Stage, asked: Asked) -> anyhow::Result<()> {
    let department = "Q-APR";
    let pkcs8 = crypto::generate_pkcs8(KeyAlgorithm::EcP256, &SystemRandom::new())?;
    let signer = SoftwareSigner::from_pkcs8(&pkcs8, None)?;
    let members = [
        ("department", department),
        ("surname", "周"),
        ("given_name", "明月"),
        ("identifier", "P-ZHOU-MINGYUE"),
    ];
    let mut statement = b"yinxin certificate v1\n".to_vec();
    for (name, value) in members {
        statement.extend_from_slice(format!("{name} {} {value}\n", value.len()).as_bytes());
    }
    let name = KeyId::parse("person").context("plain ASCII")?;
    let under = Authorisation::journalled(name, KeyUse::Release, &statement, SystemClock.now());
    let proof = signer.sign(Input::Message(&statement), &under)?;
    let certifying = Certifying {
        approvals: stage.customer(department).account("approvals"),
        request: json!({
            "surname": "周", "given_name": "明月", "identifier": "P-ZHOU-MINGYUE",
            "public_key": STANDARD.encode(signer.public_key().spki()),
            "algorithm": "ecdsa-p256-sha256", "proof": STANDARD.encode(proof.bytes()),
            "days": 365,
        }),
    };
    let found = round(&stage.service, &Arc::new(certifying), asked).await?;
    told::row("certificate by API", &found);
    Ok(())
}
