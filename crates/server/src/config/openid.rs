//! The OpenID provider by which people sign in, and whose access tokens are understood (D9, T-P1).

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use courier::Provider;
use openid::{ALGORITHMS, ReadTerms, Terms};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Period;

/// The provider, and what was agreed on with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenIdConfig {
    /// Its name, an address by `https`: to the letter what stands in its tokens.
    pub issuer: String,
    /// Our name there.
    pub client: String,
    /// File with the secret that goes with it, mode 0600.
    pub secret_file: PathBuf,
    /// The name under which access tokens are meant for us; `public_url` where none is named.
    #[serde(default)]
    pub audience: Option<String>,
    /// Algorithms with which its tokens may be signed.
    #[serde(default = "algorithms")]
    pub algorithms: Vec<String>,
    /// Hosts besides its own on which its endpoints may be, each `host` or `host:port`.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Roots under which it is trusted, certificates in PEM; those of the system where none are named.
    #[serde(default)]
    pub roots: Option<PathBuf>,
    /// Classes (`acr`) or methods (`amr`) that count as a second factor; none do where none are named.
    #[serde(default)]
    pub second_factor: Vec<String>,
    /// How often it is asked for keys that it did not have, at most.
    #[serde(default = "again")]
    pub again: Period,
}

fn algorithms() -> Vec<String> {
    ALGORITHMS.map(str::to_owned).to_vec()
}

fn again() -> Period {
    Period(Duration::from_secs(30))
}

impl OpenIdConfig {
    /// The terms, for a service of this origin.
    pub(super) fn terms(&self, origin: &str) -> Result<Terms, ReadTerms> {
        let audience = self.audience.as_deref().unwrap_or(origin);
        let names = (self.client.as_str(), audience);
        Terms::new(&self.issuer, names, &self.algorithms, &self.hosts)
    }

    /// The provider, with its secret read.
    ///
    /// # Errors
    /// What is wrong with which file.
    pub(crate) fn provider(&self, origin: &str) -> anyhow::Result<Provider> {
        let terms = self.terms(origin)?;
        let roots = self.roots.as_deref().map(|path| {
            let read = std::fs::read(path);
            read.with_context(|| format!("the roots of the OpenID provider: {}", path.display()))
        });
        let roots = roots.transpose()?;
        let again = time::Duration::try_from(self.again.0)?;
        let secret = secret(&self.secret_file)?;
        Ok(Provider::new(terms, secret, roots.as_deref(), again)?)
    }
}

/// The one line of a file that nobody else reads.
fn secret(path: &Path) -> anyhow::Result<Zeroizing<String>> {
    let what = || format!("the secret of the OpenID client: {}", path.display());
    let mode = std::fs::metadata(path).with_context(what)?.permissions();
    ensure!(mode.mode() & 0o077 == 0, "{}: others can read it", what());
    let text = std::fs::read_to_string(path).with_context(what)?;
    let text = Zeroizing::new(text);
    let line = text.trim_end_matches(['\r', '\n']);
    ensure!(!line.is_empty(), "{}: it is empty", what());
    Ok(Zeroizing::new(line.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::fs::{Permissions, set_permissions, write};

    use super::*;

    #[test]
    fn a_secret_is_one_line_that_nobody_else_reads() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        write(&path, "a secret\n").expect("written");
        set_permissions(&path, Permissions::from_mode(0o640)).expect("set");
        assert!(secret(&path).is_err());
        set_permissions(&path, Permissions::from_mode(0o600)).expect("set");
        assert_eq!(secret(&path).expect("read").as_str(), "a secret");
        write(&path, "\n").expect("written");
        assert!(secret(&path).is_err());
        assert!(secret(&folder.path().join("none")).is_err());
    }
}
