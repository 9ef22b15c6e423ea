//! What is true when the story has been carried out: everything that has to be the same however often the service was
//! killed meanwhile. Identifiers, numbers and moments are drawn anew each time; what they name is not.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use catalogue::HolderKind;
use catalogue::key::DepartmentKey;
use crypto::{Cost, KeyStore};
use dossier::number::CaseNumber;
use issuance::{FixedClock, Office};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use time::UtcDateTime;

use crate::installation::{Installation, ORIGIN};
use crate::replay::holders::Holder;
use crate::replay::receivers::{RECEIVERS, Receivers};

/// Tables of which each run has the same number of rows.
const TABLES: [&str; 13] = [
    "licence",
    "version",
    "event",
    "job",
    "seal_release",
    "file",
    "notice",
    "case_file",
    "case_link",
    "status_value",
    "archive_due",
    "subscription",
    "seal_event",
];

/// What is counted by its kinds. A kill makes a release be asked for again, which is refused and traced, and a signature
/// be made again, which is journalled and closed: those two alone may differ.
const KINDS: [&str; 6] = [
    "SELECT 'counter ' || name || ': ' || CAST(value AS TEXT) FROM counter ORDER BY name",
    "SELECT 'notices ' || department || ' ' || kind || ' ' || state || ': ' || CAST(COUNT(*) AS TEXT) \
     FROM notice GROUP BY department, kind, state ORDER BY department, kind, state",
    "SELECT 'jobs ' || kind || ' ' || purpose || ' ' || seal || ' ' || state || ': ' || CAST(COUNT(*) AS TEXT) \
     FROM job GROUP BY kind, purpose, seal, state ORDER BY kind, purpose, seal, state",
    "SELECT 'outbox ' || receiver || ' ' || kind || ' ' || state || ': ' || CAST(COUNT(*) AS TEXT) \
     FROM outbox GROUP BY receiver, kind, state ORDER BY receiver, kind, state",
    "SELECT 'statuses ' || CAST(value AS TEXT) || ': ' || CAST(COUNT(*) AS TEXT) \
     FROM status_value GROUP BY value ORDER BY value",
    "SELECT 'trace ' || department || ' ' || act || ' ' || ground || ': ' || CAST(COUNT(*) AS TEXT) FROM trace \
     WHERE act NOT IN ('deny', 'sign') GROUP BY department, act, ground ORDER BY department, act, ground",
];

/// Each seal: how often its key was used, and how often its jobs were journalled.
const LEDGERS: &str = "SELECT 'seal-' || j.seal || ' ' || CAST(SUM(j.attempts) AS TEXT) || ' ' || \
     CAST((SELECT COUNT(*) FROM trace t WHERE t.signing_key = 'seal-' || j.seal) AS TEXT) \
     FROM job j GROUP BY j.seal ORDER BY j.seal";
const AGAIN: &str = "SELECT CAST(COALESCE(SUM(attempts - 1), 0) AS TEXT) FROM job";

/// What is true in the end, line by line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    lines: BTreeMap<String, String>,
    /// Signatures that were made again, since a kill made the one before worthless.
    pub again: u64,
}

/// Two runs differ.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{lines} lines differ:\n{told}")]
pub struct Differs {
    /// In so many lines.
    pub lines: usize,
    /// The first of them.
    pub told: String,
}

impl Summary {
    /// How many lines are compared.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.lines.len()
    }

    /// Whether another run came to the same.
    ///
    /// # Errors
    /// [`Differs`], with the first lines that do.
    pub fn same_as(&self, other: &Self) -> Result<(), Differs> {
        let (mut lines, mut told) = (0, String::new());
        let names = self.lines.keys().chain(other.lines.keys());
        let mut names: Vec<&String> = names.collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let (one, two) = (self.lines.get(name), other.lines.get(name));
            if one == two {
                continue;
            }
            lines += 1;
            if lines <= 10 {
                let _whole = writeln!(told, "{name}:\n  {one:?}\n  {two:?}");
            }
        }
        match lines {
            0 => Ok(()),
            lines => Err(Differs { lines, told }),
        }
    }
}

/// What is true, read by somebody who serves nothing.
pub(crate) async fn of(
    installation: &Installation,
    holders: &[Holder],
    receivers: &Receivers,
    at: UtcDateTime,
) -> anyhow::Result<Summary> {
    let office = installation.open(Arc::new(FixedClock::new(at))).await?;
    let mut lines = BTreeMap::new();
    for holder in holders {
        let name = format!("holder {:03}", holder.number);
        lines.insert(format!("{name} case"), case(&office, holder).await?);
        lines.insert(
            format!("{name} licence"),
            licence(&office, holder, at).await?,
        );
    }
    told(receivers, holders, &mut lines)?;
    counted(installation, &mut lines).await?;
    whole(installation, &office).await?;
    let again = texts(installation, AGAIN).await?;
    let again = again.first().context("a sum")?.parse()?;
    Ok(Summary { lines, again })
}

/// The case: all that happened, and the papers that were sealed for it.
async fn case(office: &Office, holder: &Holder) -> anyhow::Result<String> {
    let number = CaseNumber::parse(&holder.case)?;
    let record = office.registry().cases().find(&number).await?;
    let record = record.context("the case is there")?;
    let mut papers = Vec::new();
    for department in ["Q-APR", "C-FIRE"] {
        let department = DepartmentKey::parse(department)?;
        let jobs = office.registry().jobs();
        for job in jobs.of_case(&department, &holder.case).await? {
            let purpose = job.grounds.purpose.code();
            papers.push(format!("{} {:?} {}", purpose, job.state, job.grounds.seal));
        }
    }
    papers.sort_unstable();
    let file = serde_json::to_string(&record.file)?;
    let parked = record.file.parked().len();
    Ok(format!(
        "{file} parked {parked} written {} papers {papers:?}",
        record.revision
    ))
}

/// Every version of what the holder has: how it stands, what happened to it, what it says.
async fn licence(office: &Office, holder: &Holder, at: UtcDateTime) -> anyhow::Result<String> {
    let lawful = HolderKind::PersonOrOrganisation;
    let own = licence::Holder::parse(lawful, "org", ("holder", &holder.firm))
        .map_err(|_| anyhow::anyhow!("{} is no code", holder.firm))?;
    let licences = office.registry().licences();
    let found = licences.by_holder(own.code(), None).await?;
    let record = found.first().context("a licence was issued")?;
    let mut told = String::new();
    for (version, happened) in licences.whole(&record.licence).await? {
        let answer = version.life.status(&version.period, at).answer();
        let kinds: Vec<&str> = happened.iter().map(|one| one.kind.as_str()).collect();
        let content = licences.content(&version.identifier, None).await?;
        let content: Value = serde_json::from_slice(&content.context("its content")?.bytes)?;
        let fields = content.get("fields").context("it has fields")?;
        write!(
            told,
            "{} {answer} {:?} {:?} {kinds:?} {fields}; ",
            version.identifier.version(),
            version.birth,
            version.period,
        )?;
    }
    ensure!(
        found
            .iter()
            .all(|version| version.licence == record.licence),
        "{} has two licences",
        holder.case
    );
    Ok(told)
}

/// What each receiver was told: of each case, and of how many licences what.
fn told(
    receivers: &Receivers,
    holders: &[Holder],
    lines: &mut BTreeMap<String, String>,
) -> anyhow::Result<()> {
    for receiver in RECEIVERS {
        let mut heard = receivers.heard(receiver)?;
        for holder in holders {
            let own = heard.remove(&holder.case).unwrap_or_default();
            let name = format!("holder {:03} told to {receiver}", holder.number);
            lines.insert(name, format!("{own:?}"));
        }
        let mut others: BTreeMap<String, u64> = BTreeMap::new();
        for of_a_licence in heard.into_values() {
            *others.entry(format!("{of_a_licence:?}")).or_default() += 1;
        }
        lines.insert(
            format!("licences told to {receiver}"),
            format!("{others:?}"),
        );
    }
    Ok(())
}

async fn counted(
    installation: &Installation,
    lines: &mut BTreeMap<String, String>,
) -> anyhow::Result<()> {
    for table in TABLES {
        let count = format!("SELECT 'rows of {table}: ' || CAST(COUNT(*) AS TEXT) FROM {table}");
        count_lines(&texts(installation, &count).await?, lines)?;
    }
    for kinds in KINDS {
        count_lines(&texts(installation, kinds).await?, lines)?;
    }
    // The total of a ledger is the signatures made: as often as the jobs under the seal were journalled.
    for ledger in texts(installation, LEDGERS).await? {
        let [seal, journalled, uses] = ledger.split(' ').collect::<Vec<_>>()[..] else {
            anyhow::bail!("{ledger}");
        };
        ensure!(
            journalled == uses,
            "{seal}: {journalled}, and {uses} in its ledger"
        );
    }
    Ok(())
}

fn count_lines(texts: &[String], lines: &mut BTreeMap<String, String>) -> anyhow::Result<()> {
    for text in texts {
        let (name, count) = text.rsplit_once(": ").context("a name and a number")?;
        lines.insert(name.to_owned(), count.to_owned());
    }
    Ok(())
}

/// Trace and public log, gone over whole.
async fn whole(installation: &Installation, office: &Office) -> anyhow::Result<()> {
    let keys = KeyStore::open_at_cost(&installation.folder().join("keys"), Cost::FOR_TESTS)?;
    let signers = issuance::office::signers(&keys, ORIGIN)?;
    let audited = office.registry().audits().audit(&signers, None).await?;
    ensure!(audited.found.is_empty(), "{:?}", audited.found);
    Ok(())
}

/// How much is still under way: events for those who subscribed, leaves without a place.
pub(crate) async fn open(installation: &Installation) -> anyhow::Result<u64> {
    let receivers = RECEIVERS.map(|receiver| format!("'{receiver}'")).join(", ");
    let mut open = 0;
    for question in [
        format!(
            "SELECT CAST(COUNT(*) AS TEXT) FROM outbox WHERE state <> 'done' AND receiver IN ({receivers})"
        ),
        "SELECT CAST(COUNT(*) AS TEXT) FROM log_leaf WHERE entry_index IS NULL".to_owned(),
    ] {
        let told = texts(installation, &question).await?;
        open += told.first().context("a number")?.parse::<u64>()?;
    }
    Ok(open)
}

/// The texts that a question to the database gives.
async fn texts(installation: &Installation, question: &str) -> anyhow::Result<Vec<String>> {
    let database = installation.database();
    if let Some(file) = database.strip_prefix("sqlite:") {
        let connection = rusqlite::Connection::open(file)?;
        let mut asked = connection.prepare(question)?;
        let rows = asked.query_map([], |row| row.get(0))?;
        return Ok(rows.collect::<Result<_, _>>()?);
    }
    let mut connection = PgConnection::connect(database).await?;
    let asked = sqlx::query_scalar(AssertSqlSafe(question.to_owned()));
    Ok(asked.fetch_all(&mut connection).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(lines: &[(&str, &str)]) -> Summary {
        let lines = lines.iter();
        Summary {
            lines: lines
                .map(|(name, told)| ((*name).to_owned(), (*told).to_owned()))
                .collect(),
            again: 0,
        }
    }

    #[test]
    fn a_line_that_differs_is_missing_or_more_is_told() {
        let one = summary(&[("holder 000 case", "archived"), ("rows of licence", "1")]);
        assert_eq!(one.same_as(&one.clone()), Ok(()));
        for other in [
            summary(&[("holder 000 case", "sealing"), ("rows of licence", "1")]),
            summary(&[("holder 000 case", "archived")]),
            summary(&[
                ("holder 000 case", "archived"),
                ("rows of licence", "1"),
                ("x", ""),
            ]),
        ] {
            let differs = one.same_as(&other).expect_err("it differs");
            assert_eq!(differs.lines, 1, "{differs}");
        }
        let signed_again = Summary {
            again: 3,
            ..one.clone()
        };
        assert_eq!(
            one.same_as(&signed_again),
            Ok(()),
            "a kill lawfully adds that"
        );
    }
}
