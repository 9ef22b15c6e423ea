//! SoftHSM2 tokens of a test's own, and key stores over them and over none.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use crypto::{Cost, KeyAlgorithm, KeyId, KeyStore, SystemRandom};
use custody::{Settings, Token};
use tempfile::TempDir;

/// Names SoftHSM2's module; `tests/run` sets it.
pub(crate) const MODULE: &str = "YINXIN_TEST_PKCS11";
pub(crate) const PASSPHRASE: &[u8] = b"correct horse battery staple";
pub(crate) const PIN: &str = "271828";
const LABEL: &str = "yinxin-test";

/// A folder with a token.
pub(crate) struct SoftHsm {
    pub(crate) folder: TempDir,
    module: PathBuf,
}

impl SoftHsm {
    /// A token, where the environment names the module. Without it a test says what it left out; continuous integration
    /// has to name it.
    pub(crate) fn expected() -> Option<SoftHsm> {
        let Some(module) = std::env::var_os(MODULE).filter(|module| !module.is_empty()) else {
            assert!(
                std::env::var_os("CI").is_none(),
                "continuous integration names SoftHSM2's module in {MODULE}"
            );
            eprintln!("not run over a token: no module is named in {MODULE}");
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let tokens = folder.path().join("tokens");
        std::fs::create_dir(&tokens).expect("a folder");
        let conf = format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
            tokens.display()
        );
        std::fs::write(folder.path().join("conf"), conf).expect("written");
        let softhsm = SoftHsm {
            folder,
            module: module.into(),
        };
        let made = Command::new("softhsm2-util")
            .args(["--init-token", "--free", "--label", LABEL])
            .args(["--so-pin", "314159", "--pin", PIN])
            .envs(softhsm.environment())
            .output()
            .expect("softhsm2-util is there where its module is");
        assert!(made.status.success(), "{made:?}");
        Some(softhsm)
    }

    pub(crate) fn tokens(&self) -> PathBuf {
        self.folder.path().join("tokens")
    }

    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let conf = self.folder.path().join("conf");
        vec![("SOFTHSM2_CONF".to_owned(), conf.display().to_string())]
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings {
            program: PathBuf::from(env!("CARGO_BIN_EXE_yinxin-token")),
            environment: self.environment(),
            module: self.module.clone(),
            label: LABEL.to_owned(),
            sessions: 2,
            wait: Duration::from_secs(60),
            limit: Duration::from_secs(60),
            sm2: None,
        }
    }

    pub(crate) fn token(&self) -> Arc<Token> {
        token(self.settings(), PIN)
    }
}

pub(crate) fn token(settings: Settings, pin: &str) -> Arc<Token> {
    Arc::new(Token::new(settings, pin.as_bytes().to_vec().into()))
}

/// A store, and how it is opened again.
pub(crate) struct Place {
    pub(crate) store: KeyStore,
    softhsm: Option<SoftHsm>,
    folder: TempDir,
}

impl Place {
    pub(crate) fn software() -> Place {
        let folder = tempfile::tempdir().expect("a folder");
        let store = made(&folder.path().join("keys"));
        Place {
            store,
            softhsm: None,
            folder,
        }
    }

    pub(crate) fn token() -> Option<Place> {
        let softhsm = SoftHsm::expected()?;
        let folder = tempfile::tempdir().expect("a folder");
        let store = made(&folder.path().join("keys"));
        let store = store.over_device(softhsm.token(), &[]);
        Some(Place {
            store,
            softhsm: Some(softhsm),
            folder,
        })
    }

    /// As another process opens it; it is unlocked.
    pub(crate) fn again(&self) -> KeyStore {
        let path = self.folder.path().join("keys");
        let mut store = KeyStore::open_at_cost(&path, Cost::FOR_TESTS).expect("opens");
        if let Some(softhsm) = &self.softhsm {
            store = store.over_device(softhsm.token(), &[]);
        }
        store.unlock(PASSPHRASE).expect("the passphrase");
        store
    }

    /// How many objects the token holds; none where there is no token.
    pub(crate) fn objects(&self) -> usize {
        self.softhsm
            .as_ref()
            .map_or(0, |softhsm| objects(&softhsm.tokens()))
    }

    pub(crate) fn is_token(&self) -> bool {
        self.softhsm.is_some()
    }
}

/// SoftHSM2 keeps each object in a file.
fn objects(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let of = |entry: std::fs::DirEntry| match entry.path() {
        path if path.is_dir() => objects(&path),
        path => usize::from(path.extension().is_some_and(|ending| ending == "object")),
    };
    entries.flatten().map(of).sum()
}

pub(crate) fn made(path: &Path) -> KeyStore {
    KeyStore::create_at_cost(path, PASSPHRASE, Cost::FOR_TESTS, &SystemRandom::new())
        .expect("a store")
}

/// The same test over the software store and over the token.
pub(crate) fn over_both(body: impl Fn(&Place)) {
    body(&Place::software());
    if let Some(place) = Place::token() {
        body(&place);
    }
}

/// A name, and what a test asks of its kind.
pub(crate) fn id(name: &str) -> KeyId {
    KeyId::parse(name).expect("a plain name")
}

/// The kinds that both stores make.
pub(crate) const KINDS: [KeyAlgorithm; 3] = [
    KeyAlgorithm::EcP256,
    KeyAlgorithm::EcP384,
    KeyAlgorithm::Ed25519,
];
