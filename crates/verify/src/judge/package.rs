//! The evidence of a case: every file is the one listed, every document and signature is judged, every entry of the trace
//! has its place in the trace's log, and nothing that the trace says was recorded is missing.

use crypto::sha256;
use tlog::{Receipt, TrustedLog, check_inclusion, leaf_hash};

use super::Outcome;
use crate::report::{Report, hex};
use facts::{Described, Kind, Package};
use finding::Finding;
use finding::Verdict;

/// Judges a document of the package as if it came alone, with what lies beside it by name.
pub(super) type Examine<'a> = &'a dyn Fn(&str, &Vec<u8>, &Beside<'_>) -> Report;

/// What belongs to a document of the package and is not in it.
pub(super) struct Beside<'a> {
    /// Content, by the names that its signature has for it.
    pub(super) contents: Vec<(&'a str, &'a [u8])>,
    /// What is known of content that was never sent.
    pub(super) described: Vec<Described>,
}

/// How the names end of what a seal or a person signed.
const DOCUMENTS: [&str; 7] = ["pdf", "ofd", "p7s", "jws", "jades", "asics", "asice"];

/// What the package comes to.
pub(super) fn judge(
    package: &Package,
    logs: &[TrustedLog],
    (now, then): (Examine<'_>, Examine<'_>),
) -> Outcome {
    let mut outcome = Outcome {
        findings: inspect_list(package),
        ..Outcome::default()
    };
    documents(package, (now, then), &mut outcome);
    let entries = entries(package, logs, &mut outcome.findings);
    if entries.is_empty() {
        outcome.findings.push(Finding::of("package.no-trace"));
    }
    // An entry names its case as its object or in its detail: a package is of one case.
    let case = package.manifest.case.as_str();
    let of_case = |entry: &&[u8]| contains(entry, case.as_bytes());
    if case.is_empty() || !entries.is_empty() && !entries.iter().any(of_case) {
        outcome.findings.push(Finding::of("package.other-case"));
    }
    for entry in &entries {
        missing(package, entry, &mut outcome.findings);
    }
    outcome
}

/// The manifest and the files agree, one for one.
fn inspect_list(package: &Package) -> Vec<Finding> {
    let mut findings = Vec::new();
    for listed in &package.manifest.files {
        match package.files.iter().find(|(name, _)| *name == listed.name) {
            None => findings.push(Finding::of("package.missing").because(&listed.name)),
            Some((_, octets)) if hex(&sha256(octets)) != listed.sha256 => {
                findings.push(Finding::of("package.differs").because(&listed.name));
            }
            Some(_) => {}
        }
    }
    for (name, _) in &package.files {
        let listed = package.manifest.files.iter();
        if listed.filter(|listed| listed.name == *name).count() != 1 {
            findings.push(Finding::of("package.unlisted").because(name));
        }
    }
    findings
}

fn documents(package: &Package, (now, then): (Examine<'_>, Examine<'_>), outcome: &mut Outcome) {
    for (name, octets) in &package.files {
        let is_called = DOCUMENTS.iter().any(|ending| has_ending(name, ending));
        if name.starts_with(BESIDE) || !is_called {
            continue;
        }
        // No package within a package: what is called a document is one.
        let kind = Kind::of(octets);
        let is_signed = [Kind::Ofd, Kind::Cms, Kind::Jades, Kind::Asic].contains(&kind);
        let is_document = octets.starts_with(b"%PDF-") || is_signed;
        if !is_document {
            let why = format!("{name}: no document");
            outcome
                .findings
                .push(Finding::of("package.document").because(why));
            continue;
        }
        let beside = beside(package, name);
        let report = now(name, octets, &beside);
        // R26: the state of a licence of the case, by the list of the day on which the package was made.
        if report.licence.is_some() {
            let then = then(name, octets, &beside);
            if let (Some(answer), Some(of)) = (then.answer, then.state.list_of) {
                let why = format!("{name}: {}, by the list of {of}", answer.code());
                outcome
                    .findings
                    .push(Finding::of("package.state").because(why));
            }
        }
        // What nobody can say stands in the signatures themselves.
        let is_no_evidence = [Verdict::Invalid, Verdict::NotSigned, Verdict::NotProcessed];
        if is_no_evidence.contains(&report.verdict) {
            let why = report.reason().map(|finding| finding.code);
            let why = format!("{name}: {}", why.unwrap_or("not signed"));
            outcome
                .findings
                .push(Finding::of("package.document").because(why));
        }
        for mut signature in report.signatures {
            let field = signature.field.unwrap_or_default();
            signature.field = Some(format!("{name}#{field}"));
            outcome.signatures.push(signature);
        }
    }
}

/// Where content lies that a signature is beside: below the job that sealed it.
const BESIDE: &str = "beside/";

/// Where it stands what is known of content that was never sent: one text for each job.
const DESCRIBED: &str = "described/";

/// What lies beside a document of the package.
fn beside<'a>(package: &'a Package, name: &str) -> Beside<'a> {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let job = stem.rsplit_once('-').map_or(stem, |(_, job)| job);
    let (below, described) = (format!("{BESIDE}{job}/"), format!("{DESCRIBED}{job}.txt"));
    let (mut files, mut texts) = (package.files.iter(), package.files.iter());
    let contents = files
        .by_ref()
        .filter_map(|(name, octets)| Some((name.strip_prefix(&below)?, octets.as_slice())));
    let text = texts.find(|(name, _)| *name == described);
    Beside {
        contents: contents.collect(),
        described: text
            .and_then(|(_, octets)| Described::read(octets))
            .unwrap_or_default(),
    }
}

/// The entries whose place in the trace's log is proven.
fn entries<'a>(
    package: &'a Package,
    logs: &[TrustedLog],
    findings: &mut Vec<Finding>,
) -> Vec<&'a [u8]> {
    let mut proven = Vec::new();
    for (name, octets) in &package.files {
        let Some(stem) = name.strip_suffix(".entry") else {
            continue;
        };
        let receipt = format!("{stem}.receipt");
        let receipt = package.files.iter().find(|(other, _)| *other == receipt);
        match receipt.map(|(_, receipt)| place(octets, receipt, logs)) {
            None => findings.push(Finding::of("package.entry-unproven").because(name)),
            Some(Err((code, why))) => {
                findings.push(Finding::of(code).because(format!("{name}: {why}")));
            }
            Some(Ok(())) => proven.push(octets.as_slice()),
        }
    }
    proven
}

/// C2SP tlog-proof over the digest of the entry, which is the leaf of the trace's log.
fn place(
    entry: &[u8],
    receipt: &[u8],
    logs: &[TrustedLog],
) -> Result<(), (&'static str, &'static str)> {
    const DIFFERS: &str = "package.entry-differs";
    let receipt = Receipt::parse(receipt).map_err(|fault| (DIFFERS, fault.code()))?;
    let leaf = leaf_hash(&sha256(entry));
    let mut why = ("package.entry-unproven", "no log is trusted");
    for log in logs {
        match log.open(receipt.checkpoint.as_bytes()) {
            Ok(opened) => {
                let head = opened.checkpoint.head();
                return check_inclusion(&leaf, receipt.index, &head, &receipt.proof)
                    .map_err(|fault| (DIFFERS, fault.code()));
            }
            Err(fault) => why = ("package.entry-unproven", fault.code()),
        }
    }
    Err(why)
}

/// What the trace says was recorded, by the digest of its file, is there.
fn missing(package: &Package, entry: &[u8], findings: &mut Vec<Finding>) {
    let text = String::from_utf8_lossy(entry);
    for after in text.split("file=").skip(1) {
        // The format of each file and its digest; what else is so called is none.
        let Some((_, after)) = after.split_once(' ') else {
            continue;
        };
        let digest: String = after.chars().take(64).collect();
        if digest.len() != 64 || !digest.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            continue;
        }
        let mut files = package.files.iter();
        if !files.any(|(_, octets)| hex(&sha256(octets)) == digest) {
            findings.push(Finding::of("package.missing").because(format!("file {digest}")));
        }
    }
}

fn has_ending(name: &str, ending: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, found)| found == ending)
}

fn contains(octets: &[u8], wanted: &[u8]) -> bool {
    octets
        .windows(wanted.len().max(1))
        .any(|window| window == wanted)
}
