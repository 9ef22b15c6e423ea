//! The steps of a key ceremony at the command line: files, media and the key store, around what the crate `ceremony` decides.

mod folder;
mod room;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ceremony::{AddSignature, Declaration, Fault, Judged, ReadDeclaration, Refused, TRANSCRIPT};
use ceremony::{ROOT, add_signature, declaration_file, judge, statement_of};
use crypto::{Authorisation, Input, KeyId, KeyStoreError, KeyUse, RandomUnavailable};
use crypto::{ReadPrivateKey, SignError, Signature, Signer as _, SoftwareSigner};
use pki::certificate::Certificate;
use serde_json::json;
use shares::ShareError;
use shares::holders::HolderError;
use thiserror::Error;
use time::UtcDateTime;

use crate::arguments::{Digest, Sign, Step};
use crate::{ALL_VALID, SOME_INVALID, SOME_OPEN};

/// Why a step was not done.
#[derive(Debug, Error)]
pub(crate) enum Ceremony {
    /// A file cannot be read or written.
    #[error("cannot use {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// A secret that others may read.
    #[error("{} may be read by others: mode {mode:04o}, 0600 is needed", path.display())]
    Mode {
        /// Which.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// Too much for what it is.
    #[error("{} is too large", path.display())]
    TooLarge {
        /// Which.
        path: PathBuf,
    },
    /// The declaration.
    #[error("the declaration is refused")]
    Declaration(#[from] ReadDeclaration),
    /// A declaration with a drill that is held, or one without that is drilled.
    #[error("a declaration with [drill] is for `drill`, and one without for `hold`")]
    DrillOrNot,
    /// A keeper's medium is not there.
    #[error("the medium of {keeper} is not there: no folder {}", path.display())]
    Medium {
        /// Whose.
        keeper: KeyId,
        /// Where it is looked for.
        path: PathBuf,
    },
    /// The session.
    #[error("the session is refused")]
    Refused(#[from] Refused),
    /// A share that is another keeper's.
    #[error("{keeper} brought share {brought}, and was given share {given}")]
    OthersShare {
        /// Who.
        keeper: KeyId,
        /// Which was brought.
        brought: u8,
        /// Which is theirs.
        given: u8,
    },
    /// A share's file.
    #[error("a share cannot be used")]
    Holder(#[from] HolderError),
    /// The shares do not open together.
    #[error("the shares do not open the root")]
    Shares(#[from] ShareError),
    /// The root's key store.
    #[error("the root's key store cannot be used")]
    KeyStore(#[from] KeyStoreError),
    /// The root's key is not in its store.
    #[error("the root's key store has no root")]
    NoRoot,
    /// The drill's key does not follow from the declared seed.
    #[error("the drill's key is not the one of its seed")]
    OtherSeed,
    /// A key cannot be made or read.
    #[error("a key cannot be used")]
    Key(#[from] ReadPrivateKey),
    /// No randomness.
    #[error(transparent)]
    Random(#[from] RandomUnavailable),
    /// What is to be signed is not what was declared.
    #[error("nobody signs what is not as declared")]
    Fault(#[from] Fault),
    /// A participant's signature.
    #[error("the signature is not taken")]
    Signature(#[from] AddSignature),
    /// A participant's key does not sign.
    #[error("the key does not sign")]
    Sign(#[from] SignError),
    /// Core dumps cannot be switched off (T-K4).
    #[error("core dumps cannot be switched off")]
    Dumps(#[from] rustix::io::Errno),
}

/// Octets of a private key or a signature's value.
const MAX_SECRET: usize = 16 * 1024;

/// Does one step and gives its exit status.
pub(crate) fn run(step: &Step, now: UtcDateTime, out: &mut dyn Write) -> Result<u8, Ceremony> {
    match step {
        Step::Plan { declaration } => {
            let plan = folder::declaration(declaration)?.plan();
            Ok(told(out, &plan))
        }
        Step::Hold(asked) => room::hold(asked, false, now).map(|said| told(out, &said)),
        Step::Drill(asked) => room::hold(asked, true, now).map(|said| told(out, &said)),
        Step::Statement { folder } => {
            let octets = statement_of(&folder::transcript(folder)?)?;
            let _ = out.write_all(&octets);
            Ok(ALL_VALID)
        }
        Step::Sign(asked) => sign(asked, now).map(|said| told(out, &said)),
        Step::Verify { folder, head, json } => {
            let files = folder::files(folder)?;
            let judged = judge(&files, head.map(|Digest(head)| head));
            let root = files.get(ROOT).and_then(|octets| fingerprint(octets));
            let said = match json {
                true => in_json(&judged, root),
                false => in_words(&judged, root),
            };
            told(out, &said);
            Ok(status(&judged))
        }
    }
}

fn told(out: &mut dyn Write, said: &str) -> u8 {
    // Nobody reads: what was done is done, and stands in the transcript.
    let _ = writeln!(out, "{said}");
    ALL_VALID
}

/// T-K4: what is in memory while a key is used goes into no core dump.
pub(crate) fn keep_memory_private() -> Result<(), Ceremony> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    Ok(setrlimit(Resource::Core, none)?)
}

fn sign(asked: &Sign, now: UtcDateTime) -> Result<String, Ceremony> {
    let files = folder::files(&asked.folder)?;
    let judged = judge(&files, None);
    if let Some(fault) = judged.faults.into_iter().next() {
        return Err(fault.into());
    }
    let transcript = files.get(TRANSCRIPT).map(Vec::as_slice).unwrap_or_default();
    let last = u32::try_from(judged.sessions).unwrap_or(u32::MAX);
    let declaration = asked.folder.join(declaration_file(last));
    let declaration = folder::declaration(&declaration)?;
    let signature = match (&asked.key, &asked.signature) {
        (Some(key), _) => signed(key, &statement_of(transcript)?, (&asked.by, now))?,
        (None, Some(value)) => Signature::new(folder::read(value, MAX_SECRET)?),
        (None, None) => Signature::new(Vec::new()),
    };
    let added = add_signature(transcript, &declaration, &asked.by, &signature)?;
    folder::replace(&asked.folder, added.text().as_bytes())?;
    Ok(format!("signed by {}\n{}", asked.by, head(added.head())))
}

fn signed(
    path: &Path,
    octets: &[u8],
    (by, now): (&KeyId, UtcDateTime),
) -> Result<Signature, Ceremony> {
    keep_memory_private()?;
    let key = SoftwareSigner::from_pkcs8(&folder::secret(path, MAX_SECRET)?, None)?;
    let under = Authorisation::journalled(by.clone(), KeyUse::Person, octets, now);
    Ok(key.sign(Input::Message(octets), &under)?)
}

fn status(judged: &Judged) -> u8 {
    match (judged.faults.is_empty(), judged.unsigned.is_empty()) {
        (false, _) => SOME_INVALID,
        (true, false) => SOME_OPEN,
        (true, true) => ALL_VALID,
    }
}

fn in_words(judged: &Judged, root: Option<String>) -> String {
    let mut lines: Vec<String> = judged.faults.iter().map(ToString::to_string).collect();
    let waited = judged.unsigned.iter();
    lines.extend(waited.map(|(session, name)| format!("session {session}: {name} has not signed")));
    lines.extend(root.map(|digest| format!("root certificate, SHA-256: {digest}")));
    lines.push(head(judged.head));
    lines.push(verdict(judged));
    lines.join("\n")
}

/// `verdict` (`as_declared`, `not_signed_by_all`, `not_as_declared`), `drill`, `sessions`, `root` and `transcript` (SHA-256),
/// `faults` (texts), `unsigned` (`session`, `name`).
fn in_json(judged: &Judged, root: Option<String>) -> String {
    let verdict = match status(judged) {
        ALL_VALID => "as_declared",
        SOME_OPEN => "not_signed_by_all",
        _ => "not_as_declared",
    };
    let faults: Vec<String> = judged.faults.iter().map(ToString::to_string).collect();
    let waited = judged.unsigned.iter();
    let waited = waited.map(|(session, name)| json!({"session": session, "name": name.as_str()}));
    json!({
        "verdict": verdict,
        "drill": judged.drill,
        "sessions": judged.sessions,
        "root": root,
        "transcript": hex(&judged.head),
        "faults": faults,
        "unsigned": waited.collect::<Vec<_>>(),
    })
    .to_string()
}

/// By what the root is known outside.
fn fingerprint(octets: &[u8]) -> Option<String> {
    let certificate = Certificate::parse(octets).ok()?;
    Some(hex(&crypto::sha256(certificate.der())))
}

fn head(digest: [u8; 32]) -> String {
    format!("transcript, SHA-256: {}", hex(&digest))
}

fn verdict(judged: &Judged) -> String {
    let of = if judged.drill { "DRILL, " } else { "" };
    let sessions = judged.sessions;
    match (judged.faults.is_empty(), judged.unsigned.is_empty()) {
        (false, _) => format!("{of}{sessions} sessions: not as declared"),
        (true, false) => format!("{of}{sessions} sessions: as declared, not signed by all"),
        (true, true) => format!("{of}{sessions} sessions: as declared, signed by all"),
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// A declaration that is for this step.
fn of_step(declaration: &Declaration, drill: bool) -> Result<(), Ceremony> {
    let fits = declaration.drill().is_some() == drill;
    fits.then_some(()).ok_or(Ceremony::DrillOrNot)
}
