//! What the command line names, read from disk: trust, status material, policy.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use thiserror::Error;
use transcript::bundle::PolicyGiven;
use verify::{MAX_FILES, MAX_OCTETS, MAX_TRUST, Material, Policy, ReadPolicy, ReadTrust, Trust};

use crate::arguments::Arguments;

/// What is judged with.
pub(crate) struct Given {
    pub(crate) trust: Trust,
    pub(crate) material: Material,
    pub(crate) policy: Policy,
}

/// Why nothing can be judged.
#[derive(Debug, Error)]
pub(crate) enum ReadGiven {
    /// A file or folder cannot be read.
    #[error("cannot read {}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The trust bundle gives no trust.
    #[error("no trust in {}", path.display())]
    Trust {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: ReadTrust,
    },
    /// The policy is none.
    #[error("no policy in {}", path.display())]
    Policy {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: ReadPolicy,
    },
}

/// Octets of a policy file.
const MAX_POLICY: usize = 64 * 1024;

impl Given {
    pub(crate) fn read(arguments: &Arguments) -> Result<Given, ReadGiven> {
        Ok(Given {
            trust: match &arguments.trust {
                Some(path) => trust(path)?,
                None => Trust::absent(),
            },
            material: match &arguments.status {
                Some(folder) => material(folder)?,
                None => Material::empty(),
            },
            policy: match Policy::named(&arguments.policy) {
                Some(policy) => policy,
                None => policy(Path::new(&arguments.policy))?,
            },
        })
    }
}

/// The material with the content that lies beside a signature in its folder: under the name that the signature gives, or,
/// where it gives none, under the signature's own name without its ending. `None` where nothing is wanted or there.
pub(crate) fn beside(path: &Path, wanted: &[String], material: &Material) -> Option<Material> {
    let mut found = None;
    for (name, octets) in contents(path, wanted) {
        let material: &mut Material = found.get_or_insert_with(|| material.clone());
        material.offer(&name, octets);
    }
    found
}

/// The same content, by the name that the signature gives it.
pub(crate) fn contents(path: &Path, wanted: &[String]) -> Files {
    let (mut found, mut room) = (Files::new(), MAX_OCTETS);
    let Some(folder) = path.parent() else {
        return found;
    };
    for name in wanted.iter().take(MAX_FILES) {
        let file = if name.is_empty() {
            path.with_extension("")
        } else {
            folder.join(name)
        };
        // A signature names a file of its own folder, and no other of this machine.
        let plain = name.is_empty() || Path::new(name).file_name() == Some(name.as_ref());
        if !plain || file == path || !file.is_file() {
            continue;
        }
        if let Ok(octets) = read(&file, MAX_OCTETS) {
            room = room.saturating_sub(octets.len());
            if room > 0 {
                found.push((name.clone(), octets));
            }
        }
    }
    found
}

fn trust(path: &Path) -> Result<Trust, ReadGiven> {
    let octets = read(path, MAX_TRUST)?;
    Trust::parse(&octets).map_err(|cause| ReadGiven::Trust {
        path: path.to_owned(),
        cause,
    })
}

fn policy(path: &Path) -> Result<Policy, ReadGiven> {
    let octets = read(path, MAX_POLICY)?;
    Policy::parse(&octets).map_err(|cause| ReadGiven::Policy {
        path: path.to_owned(),
        cause,
    })
}

fn material(folder: &Path) -> Result<Material, ReadGiven> {
    let mut material = Material::empty();
    for (name, octets) in files(folder)? {
        material.add(&name, &octets);
    }
    Ok(material)
}

/// The octets of what is judged with, for who judges again.
pub(crate) fn parts(
    arguments: &Arguments,
) -> Result<(Option<Vec<u8>>, PolicyGiven, Files), ReadGiven> {
    let trust = arguments.trust.as_deref();
    let status = arguments.status.as_deref();
    let policy = match Policy::named(&arguments.policy) {
        Some(policy) => PolicyGiven::Named(policy.name),
        None => PolicyGiven::File(read(Path::new(&arguments.policy), MAX_POLICY)?),
    };
    Ok((
        trust.map(|path| read(path, MAX_TRUST)).transpose()?,
        policy,
        status.map(files).transpose()?.unwrap_or_default(),
    ))
}

/// Names and octets.
type Files = Vec<(String, Vec<u8>)>;

/// Every file of the folder, in the order of their names: same folder, same report.
fn files(folder: &Path) -> Result<Files, ReadGiven> {
    let unreadable = |cause| ReadGiven::File {
        path: folder.to_owned(),
        cause,
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    let mut files = Vec::new();
    for path in paths.iter().take(2 * MAX_FILES) {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        files.push((name, read(path, MAX_OCTETS)?));
    }
    Ok(files)
}

/// At most `limit` octets, and one more by which the reader sees that there are too many.
fn read(path: &Path, limit: usize) -> Result<Vec<u8>, ReadGiven> {
    let unreadable = |cause| ReadGiven::File {
        path: path.to_owned(),
        cause,
    };
    let mut octets = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(limit as u64 + 1).read_to_end(&mut octets))
        .map_err(unreadable)?;
    Ok(octets)
}
