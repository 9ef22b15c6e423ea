//! Stage documents sealed as an office seals them, for outside judges: one of each form on one page, and one on several.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use base64::Engine as _;
use catalogue::DocumentPurpose;
use catalogue::key::{DepartmentKey, MatterCode, PersonKey};
use crypto::SignatureAlgorithm;
use dossier::number::CaseNumber;
use dossier::stage::{EDITION, Line, List, StageDocument};
use issuance::release::Submitted;
use issuance::{Asker, Begun, Clock, Office, Once, SystemClock};
use papers::stage::{StagePaper, begin_paper};
use registry::asked::IdempotencyKey;
use registry::jobs::JobId;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Date, UtcDateTime};

use crate::installation::{CUSTODIAN, DECIDER, Installation, octets};

/// The forms: code, purpose, title, and the facts that a document on it has beside those of every document.
const FORMS: [(&str, &str, &str, &[&str]); 6] = [
    (
        "acceptance-notice",
        "acceptance-notice",
        "受理通知书",
        &["accepted_on", "due_on", "promised_days", "statutory_days"],
    ),
    (
        "supplement-request",
        "supplement-request",
        "补正告知书",
        &["by"],
    ),
    (
        "decision-granted",
        "decision",
        "准予行政许可决定书",
        &["decision", "decided_on", "mode"],
    ),
    (
        "decision-refused",
        "decision",
        "不予行政许可决定书",
        &["decision", "decided_on", "mode", "reasons"],
    ),
    (
        "decision-discontinued",
        "decision",
        "终止办理决定书",
        &["decision", "decided_on", "mode", "reasons"],
    ),
    (
        "delivery-receipt",
        "delivery-receipt",
        "送达回证",
        &["decision", "delivered_on"],
    ),
];
/// Rows of their lists.
const ROWS: [usize; 2] = [3, 40];
const BODY: &str = "Q-APR";
/// A name of forty characters.
const LONG: &str =
    "临溪经济开发区归舟晨光白鹿青禾听雨半亩九溪长风石桥松间渡口春和柳桥商贸投资有限公";

/// Leaves the sealed documents in `folder`, with `root.pem`, and `papers.json` that tells what stands in each.
///
/// # Errors
/// What stands in the way.
pub async fn leave(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    let place = tempfile::tempdir()?;
    let clock = SystemClock;
    let installation = Installation::found(place.path(), None, clock.now()).await?;
    let office = Arc::new(installation.open(Arc::new(clock)).await?);
    let logs = [office.log(), office.trace_log()].map(|log| tokio::spawn(log.clone().run()));
    let mut left = Vec::new();
    for form in FORMS {
        for rows in ROWS {
            let document = document(form, rows, office.now().date())?;
            let name = format!("{}-{rows}.pdf", form.0);
            let listed: Vec<&(String, String)> =
                document.lists.iter().flat_map(|list| &list.rows).collect();
            let said = json!({
                "file": name,
                "list": document.lists.first().map(|list| list.label.0),
                "rows": listed,
                "texts": [document.title.0, document.addressee, document.case.as_str(), document.closing.concat()],
            });
            let file = sealed(&office, &installation, document).await?;
            fs::write(folder.join(&name), file)?;
            left.push(said);
        }
    }
    logs.iter().for_each(tokio::task::JoinHandle::abort);
    let root = office.hierarchy().root.der();
    fs::write(folder.join("root.pem"), pem(root))?;
    fs::write(
        folder.join("papers.json"),
        serde_json::to_vec(&Value::Array(left))?,
    )?;
    Ok(())
}

/// A certificate as openssl and pyHanko read it.
pub(crate) fn pem(der: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}

type Form = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

fn document(
    (form, purpose, title, facts): Form,
    rows: usize,
    on: Date,
) -> anyhow::Result<StageDocument> {
    let case = CaseNumber::parse(&format!("BJ-990102-20260608-{rows:05}"))
        .ok()
        .context("a case number")?;
    let fact = |name: &&'static str| Line {
        name,
        label: ("", ""),
        value: format!("{name}之事实"),
    };
    let head = [
        ("case", case.as_str()),
        ("matter", "餐饮店“一业一证”行业综合许可"),
        ("applicant", LONG),
        ("applicant_code", "91990102FAKE0A0109"),
    ];
    let head = head.map(|(name, value)| Line {
        name,
        label: ("", ""),
        value: value.to_owned(),
    });
    // Each row is like no other; one of the many has the longest name that a material may have.
    let row = |number: usize| {
        let name = match number {
            4 => LONG.repeat(4) + LONG,
            _ => "从业人员健康证明".to_owned(),
        };
        let what: String = format!("第{number}号{name}").chars().take(200).collect();
        (what, format!("说明{number}"))
    };
    Ok(StageDocument {
        purpose: DocumentPurpose::find(purpose).context("a purpose")?,
        form,
        edition: EDITION,
        title: (title, ""),
        case,
        matter: MatterCode::parse("990102-XK-0001")?,
        addressee: LONG.to_owned(),
        lines: head.into_iter().chain(facts.iter().map(fact)).collect(),
        lists: vec![List {
            name: "had",
            label: ("已收材料", ""),
            rows: (1..=rows).map(row).collect(),
        }],
        sentences: vec!["下列各项，一次性告知。".to_owned()],
        closing: vec!["特此告知。".to_owned()],
        issuer: (
            DepartmentKey::parse(BODY)?,
            "临溪市青石区行政审批服务局".to_owned(),
        ),
        on,
    })
}

/// The document as it leaves the office: asked for, released by a second person, sealed.
async fn sealed(
    office: &Office,
    installation: &Installation,
    document: StageDocument,
) -> anyhow::Result<Vec<u8>> {
    let name = format!("papers-{}-{}", document.form, document.case);
    let paper = StagePaper {
        decided_by: match document.purpose {
            DocumentPurpose::Decision => Some(PersonKey::parse(DECIDER)?),
            _ => None,
        },
        ground: "临青审决〔2026〕17号".to_owned(),
        document,
    };
    let once = once(&name)?;
    let begun = begin_paper(office, &machine()?, &once, &paper).await?;
    released((office, installation), &name, begun).await
}

/// One request.
pub(crate) fn once(name: &str) -> anyhow::Result<Once> {
    Ok(Once {
        fingerprint: crypto::sha256(name.as_bytes()),
        key: IdempotencyKey::parse(name).context("a key")?,
    })
}

fn asker(account: &str, person: &str) -> anyhow::Result<Asker> {
    Ok(Asker {
        account: format!("{BODY}-{account}"),
        person: person.to_owned(),
        department: DepartmentKey::parse(BODY)?,
    })
}

/// Who asks.
pub(crate) fn machine() -> anyhow::Result<Asker> {
    asker("approvals", "Q-APR-approvals")
}

/// What waits, once it is released and sealed.
pub(crate) async fn released(
    (office, installation): (&Office, &Installation),
    name: &str,
    begun: Begun,
) -> anyhow::Result<Vec<u8>> {
    let Begun::Waits(answer) = begun else {
        anyhow::bail!("{name} does not wait");
    };
    let waits: Value = serde_json::from_slice(&answer.body)?;
    let job = waits.get("job").and_then(Value::as_str);
    let job = job.and_then(JobId::parse).context("a job")?;
    let custodian = asker("custodian", CUSTODIAN)?;
    let offer = issuance::release::offer(office, &custodian, &job).await?;
    let statement = octets(&offer.statement).context("hexadecimal")?;
    let submitted = Submitted {
        expires: UtcDateTime::parse(&offer.expires, &Rfc3339)?,
        algorithm: SignatureAlgorithm::EcdsaP256Sha256,
        signature: installation.release(CUSTODIAN, &statement, office.now())?,
        passkey: None,
        content_not_sent: false,
    };
    issuance::release::release(office, &custodian, &job, &submitted).await?;
    let file = issuance::look::document_file(office, &machine()?, (&job, None)).await?;
    Ok(file.bytes.to_vec())
}
