//! What callers with an account ask for: licences, and seals on documents of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::{Authorisation, Input, KeyId, KeyUse, ReleaseStatement, Signer as _, SoftwareSigner};
use hyper::Method;
use issuance::{Clock as _, SystemClock};
use serde_json::{Value, json};
use server::{Answer, Call, Client};
use tests::cases;
use tests::installation::{CUSTODIAN, octets};
use time::format_description::well_known::Rfc3339;

use crate::round::{Act, Asked, round};
use crate::stage::Stage;
use crate::told;

/// Octets of a small page.
const PAGE: usize = 50_000;
/// Octets of content that only its digest stands for.
const CONTENT: usize = 1_000;
const FORM: &str = "multipart/form-data; boundary=part-of-the-load";

/// What is asked for.
enum Asking {
    /// A licence, by a request without its case.
    Licence(Value),
    /// A seal on a document of its own, of so many octets: one document is released once.
    Seal(Value, usize),
    /// The same on content of any kind, which is prepared as it is: its digest is signed.
    Content(Value, usize),
}

/// An approval system and the custodian beside it.
pub(crate) struct Department {
    pub(crate) approvals: Client,
    custodian: Client,
    key: SoftwareSigner,
    asking: Asking,
    asked: AtomicU64,
}

impl Department {
    fn at(stage: &Stage, department: &str, asking: Asking) -> anyhow::Result<Self> {
        let customer = stage.customer(department);
        let path = format!("{CUSTODIAN}.pk8");
        let pkcs8 = std::fs::read(stage.installation.folder().join(path))?;
        // Cases of one run differ from those of another load on the same stage.
        static BEGUN: AtomicU64 = AtomicU64::new(0);
        let from = BEGUN.fetch_add(1, Ordering::Relaxed) * 20_000;
        Ok(Self {
            approvals: customer.account("approvals"),
            custodian: customer.account("custodian"),
            key: SoftwareSigner::from_pkcs8(&pkcs8, None)?,
            asking,
            asked: AtomicU64::new(from),
        })
    }

    /// One that asks for licences of this type.
    pub(crate) fn issuing(stage: &Stage, kind: &str) -> anyhow::Result<Self> {
        let request = cases::case(kind, 0)?;
        let issuer = request.get("issuer").and_then(Value::as_str);
        let issuer = issuer.context("a case has an issuer")?.to_owned();
        Self::at(stage, &issuer, Asking::Licence(request))
    }

    /// One that asks for seals on documents of so many octets.
    pub(crate) fn sealing(
        stage: &Stage,
        level: Option<&str>,
        octets: usize,
    ) -> anyhow::Result<Self> {
        let mut order = json!({
            "seal": "990102-SPZYZ-01", "purpose": "document", "ground": "a page of the load",
            "page": 1, "x_mm": 100, "y_mm": 40,
        });
        if let (Some(level), Some(members)) = (level, order.as_object_mut()) {
            members.insert("level".to_owned(), json!(level));
        }
        Self::at(stage, "Q-APR", Asking::Seal(order, octets))
    }

    /// One that asks for signatures beside content of so many octets.
    fn sealing_content(stage: &Stage, octets: usize) -> anyhow::Result<Self> {
        let order = json!({
            "seal": "990102-SPZYZ-01", "purpose": "document", "ground": "content of the load",
            "envelope": "cades", "level": "B-B",
        });
        Self::at(stage, "Q-APR", Asking::Content(order, octets))
    }

    fn call(&self) -> anyhow::Result<Call> {
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        let call = match &self.asking {
            Asking::Licence(request) => {
                let mut request = request.clone();
                let case = request.get_mut("case").context("a case")?;
                let text = case.as_str().unwrap_or_default();
                let (place, _) = text.rsplit_once('-').context("a number of a case")?;
                *case = json!(format!("{place}-{number:05}"));
                Call::post("/v1/licences", &cases::body(&request))
            }
            Asking::Seal(order, octets) => {
                let form = form(order, &page(number, *octets));
                Call::send(Method::POST, "/v1/seal-signatures", FORM, form)
            }
            Asking::Content(order, octets) => {
                let form = form(order, &content(number, *octets));
                Call::send(Method::POST, "/v1/seal-signatures", FORM, form)
            }
        };
        Ok(call.once(format!("a-key-of-the-load-{number:08}")))
    }

    /// From the post to what was released, and how long the two calls took. Between them the custodian looks at what
    /// the service offers of a licence; of a document of its own the department's program writes the statement itself.
    pub(crate) async fn one(&self) -> anyhow::Result<(Value, Duration)> {
        let call = self.call()?;
        let began = Instant::now();
        let waits = self.approvals.call(call, SystemClock.now()).await?;
        let posted = began.elapsed();
        let waits = expect(waits, 202)?;
        let job = text(&waits, "job")?;
        let release = match &self.asking {
            Asking::Licence(_) => {
                let look = Call::get(format!("/v1/releases/{job}"));
                let offer = self.custodian.call(look, SystemClock.now()).await?;
                let offer = expect(offer, 200)?;
                let statement = octets(text(&offer, "statement")?).context("hexadecimal")?;
                self.release(&statement, text(&offer, "expires")?)?
            }
            Asking::Seal(order, _) | Asking::Content(order, _) => {
                let statement = written(order, &waits)?;
                let expires = statement.expires.format(&Rfc3339)?;
                self.release(&statement.bytes(), &expires)?
            }
        };
        let call = Call::post(format!("/v1/releases/{job}"), &release);
        let began = Instant::now();
        let done = self.custodian.call(call, SystemClock.now()).await?;
        Ok((expect(done, 201)?, posted + began.elapsed()))
    }

    fn release(&self, statement: &[u8], expires: &str) -> anyhow::Result<Value> {
        let name = KeyId::parse("custodian").context("plain ASCII")?;
        let now = SystemClock.now();
        let under = Authorisation::journalled(name, KeyUse::Release, statement, now);
        let signature = self.key.sign(Input::Message(statement), &under)?;
        Ok(json!({
            "expires": expires,
            "algorithm": "ecdsa-p256-sha256",
            "signature": STANDARD.encode(signature.bytes()),
        }))
    }
}

/// What the custodian signs for a document of its own: as it was asked for, and as the service says that it waits.
fn written(order: &Value, waits: &Value) -> anyhow::Result<ReleaseStatement> {
    let unsealed = octets(text(waits, "unsealed")?).context("hexadecimal")?;
    let expires = SystemClock.now() + time::Duration::HOUR;
    Ok(ReleaseStatement {
        job: text(waits, "job")?.to_owned(),
        unsealed: unsealed.try_into().ok().context("32 octets")?,
        seal: text(order, "seal")?.to_owned(),
        purpose: text(order, "purpose")?.to_owned(),
        matter: String::new(),
        case: String::new(),
        decision: text(order, "ground")?.to_owned(),
        copies: 1,
        expires: expires.replace_nanosecond(0)?,
        requester: "Q-APR-approvals".to_owned(),
        releaser: CUSTODIAN.to_owned(),
    })
}

impl Act for Department {
    async fn act(&self) -> anyhow::Result<Duration> {
        let (_, took) = self.one().await?;
        Ok(took)
    }
}

pub(crate) fn text<'a>(value: &'a Value, name: &str) -> anyhow::Result<&'a str> {
    let found = value.get(name).and_then(Value::as_str);
    found.with_context(|| format!("the answer has no {name}"))
}

pub(crate) fn expect(answer: Answer, status: u16) -> anyhow::Result<Value> {
    let said = String::from_utf8_lossy(&answer.content);
    ensure!(answer.status == status, "{}: {said}", answer.status);
    Ok(answer.json())
}

/// Licences through HTTP: drawn, sealed, stamped, logged, recorded, checked again.
pub(crate) async fn issue(stage: &Stage, kind: &str, asked: Asked) -> anyhow::Result<()> {
    let department = Arc::new(Department::issuing(stage, kind)?);
    let found = round(&stage.service, &department, asked).await?;
    told::row(&format!("issue {kind}"), &found);
    Ok(())
}

/// Seals on a caller's own page of 50 KB, at the service's own level or at the one that is named.
pub(crate) async fn seal(stage: &Stage, level: Option<&str>, asked: Asked) -> anyhow::Result<()> {
    let department = Department::sealing(stage, level, PAGE)?;
    let found = round(&stage.service, &Arc::new(department), asked).await?;
    told::row(&format!("seal 50 KB {}", level.unwrap_or_default()), &found);
    Ok(())
}

/// Signatures by digest: of a small content that is prepared elsewhere, CAdES beside it at level B-B. One release, one signature
/// of the seal, an entry of the key journal, a leaf of the public log, and no page drawn, stamped or compared.
pub(crate) async fn digest(stage: &Stage, asked: Asked) -> anyhow::Result<()> {
    let department = Department::sealing_content(stage, CONTENT)?;
    let found = round(&stage.service, &Arc::new(department), asked).await?;
    told::row("sign content by digest", &found);
    Ok(())
}

/// Content of so many octets, another one for each number.
fn content(number: u64, octets: usize) -> Vec<u8> {
    let mut content = format!("{number:020}").into_bytes();
    content.resize(octets, b'.');
    content
}

fn form(order: &Value, file: &[u8]) -> Vec<u8> {
    let mut form = format!(
        "--part-of-the-load\r\ncontent-disposition: form-data; name=\"order\"\r\n\r\n{order}\r\n\
         --part-of-the-load\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n"
    )
    .into_bytes();
    form.extend_from_slice(file);
    form.extend_from_slice(b"\r\n--part-of-the-load--\r\n");
    form
}

/// One page of so many octets, another one for each number.
pub(crate) fn page(number: u64, octets: usize) -> Vec<u8> {
    let content = format!("% {number}\n{}", "0 0 m 1 1 l S\n".repeat(octets / 14));
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/Resources<<>>/Contents 4 0 R>>".to_owned(),
        format!("<</Length {}>>stream\n{content}\nendstream", content.len()),
    ];
    let mut file = "%PDF-1.7\n".to_owned();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", number + 1));
    }
    let start = file.len();
    file.push_str(&table);
    let size = objects.len() + 1;
    file.push_str(&format!(
        "trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    ));
    file.into_bytes()
}
