//! `yinxin seal-list`: seals that are asked for at once, from a file (docs/operations/seals.md).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use catalogue::key::PersonKey;
use issuance::{Asker, Office};
use making::lists::{self, LineOrder, ListOrder};
use making::{Document, MakingError};
use server::Config;

use crate::open::open;

/// What is typed.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum SealList {
    /// Says line by line what would be made and what is refused, and writes nothing.
    Check(Listed),
    /// Hands the list in, whole or not at all. The same list again goes on where it was broken off.
    Run(Listed),
}

/// A list as files.
#[derive(Debug, clap::Args)]
pub(crate) struct Listed {
    /// The lines: `.csv` with a first line of names, or `.json`, an array.
    file: PathBuf,
    /// The identifier that the department gives the list.
    #[arg(long)]
    list: String,
    /// Why the seals are needed.
    #[arg(long)]
    ground: String,
    /// What shows that the departments may have them, PDF: 1 to 10.
    #[arg(long, required = true)]
    document: Vec<PathBuf>,
    /// The folder of the pictures that lines name.
    #[arg(long)]
    pictures: Option<PathBuf>,
    /// Who hands the list in, as the installation knows them.
    #[arg(long)]
    person: String,
    /// The configuration.
    #[arg(long, default_value = "yinxin.toml")]
    config: PathBuf,
}

impl SealList {
    /// Does it.
    ///
    /// # Errors
    /// What stands in the way; that a line is refused.
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        match self {
            SealList::Check(listed) => {
                let order = listed.order()?;
                let office = open(&Config::read(&listed.config)?).await?;
                let asker = asker(&office, &listed.person).await?;
                check(&office, &asker, &order).await
            }
            SealList::Run(listed) => {
                let order = listed.order()?;
                let office = open(&Config::read(&listed.config)?).await?;
                let asker = asker(&office, &listed.person).await?;
                hand_in(&office, &asker, &order).await
            }
        }
    }
}

async fn asker(office: &Office, person: &str) -> anyhow::Result<Asker> {
    let key = PersonKey::parse(person)?;
    let known = office.registry().callers().person(&key).await?;
    let known = known.with_context(|| format!("nobody is known as {person}"))?;
    Ok(Asker {
        account: format!("operator-{person}"),
        person: person.to_owned(),
        department: known.department,
    })
}

async fn check(office: &Office, asker: &Asker, order: &ListOrder) -> anyhow::Result<()> {
    let look = lists::check(office, asker, order).await?;
    for wrong in &look.wrong {
        println!("{}: {} {}", wrong.at, wrong.code, wrong.text);
    }
    for line in &look.lines {
        if line.wrong.is_empty() {
            println!("{} {}: would be made", line.line, line.seal);
        }
        for wrong in &line.wrong {
            let (number, seal) = (line.line, &line.seal);
            println!(
                "{number} {seal}: {} {} {}",
                wrong.code, wrong.at, wrong.text
            );
        }
    }
    ensure!(
        look.is_clear(),
        "the list is refused, and nothing was written"
    );
    println!(
        "{} seals would be made; nothing was written",
        look.lines.len()
    );
    Ok(())
}

async fn hand_in(office: &Office, asker: &Asker, order: &ListOrder) -> anyhow::Result<()> {
    match lists::hand_in(office, asker, order).await {
        Ok(told) => {
            for line in &told.lines {
                let code = line.code.unwrap_or_default();
                println!("{} {}: {} {code}", line.line, line.seal, line.state);
            }
            println!(
                "list {} is {}, digest {}",
                told.list, told.state, told.digest
            );
            Ok(())
        }
        Err(MakingError::Order(wrong)) => {
            for one in &wrong {
                println!("{}: {} {}", one.at, one.code, one.text);
            }
            bail!("the list is refused, and nothing of it was kept")
        }
        Err(error) => Err(error.into()),
    }
}

impl Listed {
    fn order(&self) -> anyhow::Result<ListOrder> {
        let text = std::fs::read(&self.file)
            .with_context(|| format!("{} cannot be read", self.file.display()))?;
        let lines = match self.file.extension().and_then(|ending| ending.to_str()) {
            Some("csv") => rows(&text)?,
            Some("json") => serde_json::from_slice(&text)?,
            _ => bail!("a list is a .csv or a .json file"),
        };
        let documents = self.document.iter().map(|file| document(file));
        Ok(ListOrder {
            list: self.list.clone(),
            ground: self.ground.clone(),
            documents: documents.collect::<anyhow::Result<_>>()?,
            pictures: self.pictures(&lines)?,
            lines,
        })
    }

    /// Those that lines name and that are in the folder; a name never leads out of it.
    fn pictures(&self, lines: &[LineOrder]) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
        let mut found = BTreeMap::new();
        let Some(folder) = &self.pictures else {
            return Ok(found);
        };
        for name in lines.iter().filter_map(|line| line.picture.as_ref()) {
            let is_plain = Path::new(name)
                .file_name()
                .is_some_and(|plain| plain == name.as_str());
            let file = folder.join(name);
            if is_plain && !found.contains_key(name) && file.is_file() {
                found.insert(name.clone(), std::fs::read(&file)?);
            }
        }
        Ok(found)
    }
}

fn document(file: &Path) -> anyhow::Result<Document> {
    let name = file.file_name().and_then(|name| name.to_str());
    Ok(Document {
        name: name.context("a document has a name")?.to_owned(),
        kind: "application/pdf".to_owned(),
        content: std::fs::read(file)
            .with_context(|| format!("{} cannot be read", file.display()))?,
    })
}

/// A line of a file of values. Purposes and matters stand in one column each, with `;` between.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    seal: String,
    department: String,
    name: String,
    kind: String,
    purposes: String,
    #[serde(default)]
    matters: String,
    valid_from: String,
    #[serde(default)]
    valid_to: Option<String>,
    #[serde(default)]
    replaces: Option<String>,
    #[serde(default)]
    picture: Option<String>,
    custodian: String,
    approver: String,
}

fn rows(text: &[u8]) -> anyhow::Result<Vec<LineOrder>> {
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.trim(csv::Trim::All).from_reader(unmarked(text));
    let rows = reader.deserialize::<Row>();
    rows.map(|row| Ok(LineOrder::from(row?))).collect()
}

/// A table may begin with the mark that its program writes before UTF-8.
fn unmarked(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

impl From<Row> for LineOrder {
    fn from(row: Row) -> Self {
        let parts = |text: &str| -> Vec<String> {
            let parts = text.split(';').map(str::trim);
            parts
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect()
        };
        Self {
            purposes: parts(&row.purposes),
            matters: Some(parts(&row.matters)).filter(|matters| !matters.is_empty()),
            seal: row.seal,
            department: row.department,
            name: row.name,
            kind: row.kind,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            replaces: row.replaces,
            picture: row.picture,
            custodian: row.custodian,
            approver: row.approver,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::rows;

    const LIST: &str = "\u{feff}seal,department,name,kind,purposes,matters,valid_from,valid_to,replaces,picture,custodian,approver\n\
        990102-BMYWZ-81,Q-APR, 业务专用章（一） ,部门业务专用章,document; notice,,2026-01-01,,,,P-ONE,P-TWO\n\
        990102-BMYWZ-82,Q-APR,\"业务, 专用章\",部门业务专用章,document,990102-XK-0006,2026-01-01,2030-12-31,,two.png,P-ONE,P-TWO\n";

    #[test]
    fn a_file_of_values_is_read_line_by_line() {
        let lines = rows(LIST.as_bytes()).expect("reads");
        let [first, second] = lines.as_slice() else {
            panic!("two lines: {lines:?}");
        };
        assert_eq!(first.name, "业务专用章（一）");
        assert_eq!(first.purposes, ["document", "notice"]);
        assert_eq!(
            (&first.matters, &first.valid_to, &first.picture),
            (&None, &None, &None)
        );
        assert_eq!(second.name, "业务, 专用章");
        assert_eq!(
            second.matters.as_deref(),
            Some(&["990102-XK-0006".to_owned()][..])
        );
        assert_eq!(second.picture.as_deref(), Some("two.png"));
    }

    #[test]
    fn a_file_with_a_column_too_many_or_too_few_is_refused() {
        for wrong in [
            LIST.replace(",approver", ",approver,quick"),
            LIST.replace(",custodian", ""),
        ] {
            assert!(rows(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
