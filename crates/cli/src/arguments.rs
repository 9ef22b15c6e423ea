//! The command line, read.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand, ValueEnum};
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;
use verify::facts::ContentDigest;

/// Verify licences, sealed documents, signatures and printed codes, with no network.
#[derive(Debug, Parser)]
#[command(
    name = "yinxin-verify",
    version,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Exit status: 0 all valid; 1 some invalid or not signed; 2 some indeterminate or not processed, and none invalid; 64 usage."
)]
pub(crate) struct Arguments {
    /// Files to judge: PDF, OFD, CMS, GB/T 35275, seals (`.esl`), text of an LC1 code.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Whom to trust: PEM certificates (CAs are anchors), or a signed trust bundle.
    #[arg(long, value_name = "BUNDLE")]
    pub(crate) trust: Option<PathBuf>,
    /// Folder of status material: .crl, .ocsp, .statuslist, .checkpoint, .ers (evidence records over FILE).
    #[arg(long, value_name = "DIR")]
    pub(crate) status: Option<PathBuf>,
    /// The moment to judge as of, instead of now.
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    pub(crate) at: Option<UtcDateTime>,
    /// `default`, `form` (foreign files: no status asked, every given certificate an anchor), or a file.
    #[arg(long, value_name = "FILE|NAME", default_value = "default")]
    pub(crate) policy: String,
    /// Audience that a presentation has to be bound to.
    #[arg(long, value_name = "TEXT", requires = "nonce")]
    pub(crate) audience: Option<String>,
    /// Nonce that a presentation has to be bound to.
    #[arg(long, value_name = "TEXT", requires = "audience")]
    pub(crate) nonce: Option<String>,
    /// The digest of the content that FILE signs and does not hold, in the place of the content: `sha256:VALUE`, hexadecimal or base64,
    /// by the algorithm of the signature; `@NAME` behind it where several files are signed. Once for each algorithm and file.
    #[arg(long, value_name = "DIGEST", value_parser = content_digest, conflicts_with = "bundle")]
    pub(crate) content_digest: Vec<ContentDigest>,
    /// One JSON object per file and line.
    #[arg(long)]
    pub(crate) json: bool,
    /// Tell it at length: `etsi` is the XML of TS 119 102-2 v1.4.1, `detailed` JSON with every constraint.
    #[arg(long, value_name = "FORM", conflicts_with = "json")]
    pub(crate) report: Option<Form>,
    /// The files are evidence that was written down with `--facts-out`, and are judged as what they are of.
    #[arg(long)]
    pub(crate) facts: bool,
    /// Write the evidence in the file down, for who judges again without it.
    #[arg(long, value_name = "FILE", conflicts_with = "facts")]
    pub(crate) facts_out: Option<PathBuf>,
    /// The files are verdicts that were bundled with `--bundle-out`: each is judged again from what it holds alone.
    #[arg(long, conflicts_with_all = ["facts", "facts_out", "report", "trust", "status", "at"])]
    pub(crate) bundle: bool,
    /// Bundle the verdict with evidence, trust, status, policy and moment, for who judges again.
    #[arg(long, value_name = "FILE", conflicts_with = "facts")]
    pub(crate) bundle_out: Option<PathBuf>,
    /// Write out the revision that a signature signs: its number from 1, or the name of the signature's field.
    #[arg(long, value_name = "N|FIELD", requires = "out")]
    pub(crate) revision: Option<String>,
    /// Where the revision goes: a new file.
    #[arg(long, value_name = "FILE", requires = "revision")]
    pub(crate) out: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// A form in which a judgement is told at length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// TS 119 102-2 v1.4.1, XML.
    Etsi,
    /// Process, proof of time and every constraint of each signature, JSON.
    Detailed,
}

/// What else there is to do. A file of the same name is given as `./keys`.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a declared hierarchy with keys of this run: for examples and tests, worth nothing.
    Keys {
        /// The declaration, such as `keys-example/hierarchy.toml`.
        #[arg(long, value_name = "FILE")]
        declaration: PathBuf,
        /// An empty or absent folder for keys (PKCS#8, DER), certificates and lists (DER) and `trust.pem`.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Hold a key ceremony: an offline root in the hands of several people.
    #[cfg(unix)]
    Ceremony {
        /// Which step of it.
        #[command(subcommand)]
        step: Step,
    },
}

/// The steps of a ceremony.
#[cfg(unix)]
#[derive(Debug, Subcommand)]
pub(crate) enum Step {
    /// Say what will happen, and the digest that all sign off.
    Plan {
        /// The declaration.
        #[arg(long, value_name = "FILE")]
        declaration: PathBuf,
    },
    /// Make the root and give out its shares (session 1), or open it with a quorum of them; sign what is declared.
    Hold(Hold),
    /// The same with declared entropy: the same octets each time, worthless, and marked DRILL.
    Drill(Hold),
    /// Write out the octets that everybody present signs, for keys that sign elsewhere.
    Statement {
        /// The ceremony's folder.
        #[arg(long, value_name = "DIR")]
        folder: PathBuf,
    },
    /// Add the signature of somebody who was present.
    Sign(Sign),
    /// Check transcript and files against the declarations. Exit status: 0 all as declared and signed by all; 1 something is
    /// not; 2 as declared, and somebody who was present has not signed.
    Verify {
        /// The ceremony's folder.
        #[arg(long, value_name = "DIR")]
        folder: PathBuf,
        /// SHA-256 of the transcript as it was made public: without it, nobody sees that a session was cut off.
        #[arg(long, value_name = "HEX", value_parser = digest)]
        head: Option<Digest>,
        /// One JSON object in one line.
        #[arg(long)]
        json: bool,
    },
}

/// A session.
#[cfg(unix)]
#[derive(Debug, clap::Args)]
pub(crate) struct Hold {
    /// The declaration; requests lie beside it, each as `NAME.csr` (DER).
    #[arg(long, value_name = "FILE")]
    pub(crate) declaration: PathBuf,
    /// The digest that all signed off, as `plan` says it.
    #[arg(long, value_name = "HEX", value_parser = digest)]
    pub(crate) signed_off: Digest,
    /// Who is in the room, once for each.
    #[arg(long = "present", value_name = "NAME", required = true, value_parser = key_id)]
    pub(crate) present: Vec<crypto::KeyId>,
    /// The ceremony's folder: empty or absent for session 1.
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Where the keepers' media are, each as a folder of the keeper's name.
    #[arg(long, value_name = "DIR")]
    pub(crate) media: PathBuf,
}

/// A participant's signature.
#[cfg(unix)]
#[derive(Debug, clap::Args)]
pub(crate) struct Sign {
    /// The ceremony's folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Who signs.
    #[arg(long = "as", value_name = "NAME", value_parser = key_id)]
    pub(crate) by: crypto::KeyId,
    /// Their own private key (PKCS#8, DER, mode 0600).
    #[arg(long, value_name = "FILE", required_unless_present = "signature")]
    pub(crate) key: Option<PathBuf>,
    /// Or the value that was signed elsewhere over what `statement` writes.
    #[arg(long, value_name = "FILE", conflicts_with = "key")]
    pub(crate) signature: Option<PathBuf>,
}

/// A SHA-256 digest that is given in words.
#[cfg(unix)]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Digest(pub(crate) [u8; 32]);

#[cfg(unix)]
fn digest(text: &str) -> Result<Digest, String> {
    ceremony::digest_in(text)
        .map(Digest)
        .ok_or_else(|| "not 64 lower-case hexadecimal digits".to_owned())
}

#[cfg(unix)]
fn key_id(text: &str) -> Result<crypto::KeyId, String> {
    crypto::KeyId::parse(text).ok_or_else(|| "not a name".to_owned())
}

/// What was asked for.
pub(crate) enum Asked {
    /// To judge files.
    Verify(Box<Arguments>),
    /// Help or version.
    Text(String),
    /// Something that is not understood.
    Wrong(String),
}

impl Arguments {
    /// Whether something is asked for that is about one file.
    pub(crate) fn is_of_one(&self) -> bool {
        let kept = [&self.facts_out, &self.bundle_out, &self.out];
        let digested = !self.content_digest.is_empty();
        digested || self.report.is_some() || kept.iter().any(|one| one.is_some())
    }

    pub(crate) fn read(arguments: impl IntoIterator<Item = OsString>) -> Asked {
        match Arguments::try_parse_from(arguments) {
            Ok(arguments) => Asked::Verify(Box::new(arguments)),
            Err(error) => match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                    Asked::Text(error.to_string())
                }
                _ => Asked::Wrong(error.to_string()),
            },
        }
    }
}

fn content_digest(text: &str) -> Result<ContentDigest, verify::facts::NoDigest> {
    ContentDigest::parse(text)
}

fn moment(text: &str) -> Result<UtcDateTime, String> {
    UtcDateTime::parse(text, &Rfc3339)
        .map_err(|_| "not a moment of RFC 3339, such as 2026-06-10T16:42:00+08:00".to_owned())
}
